"""Scripts for a framework: they run there, say "passed" when they should, and nothing else."""

import ast
import contextlib
import io
import re
import subprocess
import sys
import tokenize
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run, problem

from lstmhw.cli.export import TARGETS as OFFERED
from lstmhw.export import FRAMEWORKS, TARGETS
from lstmhw.export.scripts import comment, script_of
from lstmhw.faults import ProblemError
from lstmhw.kinds import KINDS, record_of
from lstmhw.problem import Problem
from lstmhw.reading import read, shipped

SHIPPED = [n for n in shipped() if type(read(n).problem).exported is not Problem.exported]
REFUTED = {
    "sentiment-two-units": "the last of 'not bad', the output is -2, not -1",
    "rnn-in-lstm-tanh": "at step 1 the RNN has h = [0.7109",
}
ZERO = [[0, 0], [0, 0]]
INFINITE = [".inf", "-.inf"]
HOSTILE = "q\nimport os\n'''\"\"\"\\ \x00\x0c\x85\u2028 coding: rot13 \u03c3 " + "long " * 200

LSTM: dict[str, Any] = {
    "kind": "lstm-step",
    "xs": [[1, -0.5], [0.25, 2], [0, 1]],
    "h_prev": [0.1, -0.2],
    "c_prev": [0.5, -0.25],
    "gates": {
        "i": {"W_x": [[1, 2], [0.5, -1]], "W_h": [[0.3, 0.7], [-0.4, 0.2]], "b": [0.1, 0]},
        "f": {"W_x": [[-1, 1], [0.2, 0.4]], "W_h": [[0.6, 0], [1, -1]], "b_x": [1, 0.5]},
        "g": {"W_x": [[0.5, 1], [1, 1]], "W_h": [[0, 0.5], [0.25, 1]], "b_h": [0.3, 0]},
        "o": {"W_x": [[2, 0], [0, -2]], "W_h": [[1, 0.1], [0.1, 1]], "b": [0, -0.5]},
    },
}
GRU: dict[str, Any] = {
    "kind": "gru-step",
    "xs": [[1, -0.5], [0.25, 2]],
    "h_prev": [0.1, -0.2],
    "gates": {
        "r": {"W_x": [[1, 2], [0.5, -1]], "W_h": [[0.3, 0.7], [-0.4, 0.2]], "b": [0.1, 0]},
        "z": {"W_x": [[-1, 1], [0.2, 0.4]], "W_h": [[0.6, 0], [1, -1]], "b_x": [1, 0.5]},
        "n": {
            "W_x": [[0.5, 1], [1, 1]],
            "W_h": [[0, 0.5], [0.25, 1]],
            "b_x": [0, 1],
            "b_h": [2, 0],
        },
    },
}
RNN = {
    "kind": "rnn-step",
    "xs": [[1, -0.5], [0.25, 2], [1, 1]],
    "W_x": [[1, 2], [0.5, -1]],
    "W_h": [[0.3, 0.7], [-0.4, 0.2]],
    "b_x": [0.1, 0],
    "b_h": [0, -0.1],
    "output": {"W": [[1, 2], [3, -4], [0.5, 0]], "b": [0, 0.1, 0.2], "activation": "softmax"},
}
RNN_IN_LSTM: dict[str, Any] = {
    "kind": "rnn-in-lstm",
    "rnn": {"W_x": [[1, 2], [0.5, -1]], "W_h": [[0.3, 0.7], [-0.4, 0.2]], "b_x": [0.1, 0]},
    "xs": [[1, -0.5], [0.25, 2], [1, 1]],
}
FIXED: dict[str, Any] = {
    "gates": {
        "i": {"b": [1, 2]},
        "f": {"b": ".inf"},
        "o": {"W_x": "W_x", "W_h": "W_h / tanh(c_0)", "b_x": "b_x", "b_h": "b_h"},
    },
    "c_prev": [0.5, -0.75],
}
SCORE = {
    "kind": "sentiment-weights",
    "vocabulary": ["bad", "good", "not", "uh"],
    "score": {"good": 1, "bad": -1, "not good": -2, "not bad": 2},
}
COUNTING = {
    "i": {"value": 1},
    "f": {"value": 1},
    "g": {"W_x": [[-1, 1, 0, 0]], "W_h": [[0]]},
    "o": {"value": [1]},
}
COUNTER: dict[str, Any] = {
    **SCORE,
    "score": {"good": "1/2", "bad": "-1/2"},
    "activations": {"candidate": "identity"},
    "gates": {**COUNTING, "g": {"W_x": [["-1/2", "1/2", 0, 0]], "W_h": [[0]]}},
    "output": {"from": "c", "weights": [1]},
    "sequence": "good good uh bad not not good",
}


def values(**gates: Any) -> dict[str, Any]:
    """The LSTM with some gates given as values."""
    given = {name: {"value": value} for name, value in gates.items()}
    return {**LSTM, "gates": {**LSTM["gates"], **given}}


PASSING: dict[str, dict[str, Any]] = {
    "lstm": LSTM,
    "lstm-values": values(i=[0.25, 1], g=[-1, 0.5], o=0),
    "lstm-impossible-values": values(i=[1.5, 1], g=2),
    "lstm-activations": {
        **LSTM,
        "activations": {"gate": "hard-sigmoid", "candidate": "softmax", "state": "identity"},
        "output": {"W": [[1, -1]], "activation": "step"},
    },
    "lstm-pieces": {
        **LSTM,
        "activations": {"gate": "hard-sigmoid-6", "candidate": "leaky-relu", "state": "leaky-relu"},
        "output": {"W": [[1, -1]], "activation": "step-from-0"},
    },
    "lstm-relu": {**LSTM, "activations": {"gate": "step", "candidate": "relu", "state": "relu"}},
    "lstm-row": {**LSTM, "orientation": "row", "output": {"W": [[1], [2]], "b": [3]}},
    "lstm-limits": {
        **LSTM,
        "gates": {**LSTM["gates"], "i": {"W_x": [[1, 1], [1, 1]], "W_h": ZERO, "b": INFINITE}},
    },
    "lstm-later": {**LSTM, "t": 7, "find": ["c_8"]},
    "lstm-no-input": {
        "kind": "lstm-step",
        "c_prev": [1, 2],
        "gates": {name: {"value": 0.5} for name in "ifgo"},
    },
    "rnn": RNN,
    "rnn-relu": {**RNN, "activation": "relu"},
    "rnn-identity": {**RNN, "activation": "identity"},
    "rnn-concat": {
        "kind": "rnn-step",
        "xs": [[1, 2, 3], [0.5, 0, -1]],
        "concat": ["x", "h"],
        "W": [[1, 0, 0.5, 0.25, 0], [0, -1, 0.5, 1, -1]],
    },
    "rnn-concat-row": {
        "kind": "rnn-step",
        "orientation": "row",
        "x": [1, 2],
        "h_prev": [0.5],
        "concat": ["h", "x"],
        "W": [[1], [0], [0.5]],
    },
    "imitation-own": {**RNN_IN_LSTM, **FIXED, "gates": {**FIXED["gates"], "i": {"b": "-.inf"}},
                      "readout": "h / tanh(c_0)"},
    "imitation-few-digits": {**RNN_IN_LSTM, "construction": "saturated", "K": 5},
    "imitation-random": {
        "kind": "rnn-in-lstm",
        "rnn": RNN_IN_LSTM["rnn"],
        "random": {"steps": 20, "seed": 3},
        "construction": "projected",
    },
    "score-from-h": {**SCORE, "output": {"from": "h"}, "sequence": "not bad"},
    "score-row": {**SCORE, "orientation": "row", "delay": 2},
    "score-one-word": {**SCORE, "vocabulary": ["w"], "score": {"w": 3}},
    "score-escaped": {
        **SCORE,
        "vocabulary": ["it's", '"quoted"', "back\\slash", "\u00fcber-long", "na\u00efve", "{x}"],
        "score": {"it's": 1, '"quoted" back\\slash': 2, "\u00fcber-long": -1, "{x}": 4},
    },
    "score-counter": COUNTER,
} | {
    f"gru-{update}-{reset}{name}": {**GRU, "update": update, "reset": reset, **more}
    for update in ("keep", "new")
    for reset in ("before", "after")
    for name, more in {
        "": {},
        "-values": {"gates": {**GRU["gates"], "z": {"value": [0.25, 1]}, "n": {"value": [1, 0]}}},
        "-relu": {"activations": {"candidate": "relu"}},
    }.items()
}  # fmt: skip

INPUT_DOES_NOT_MATTER = {
    "lstm-no-input",
    *(name for name in PASSING if re.fullmatch("gru-.*-values", name)),
}
ONLY_IN_PYTORCH = {
    *("lstm-impossible-values", "lstm-activations", "lstm-relu", "lstm-pieces"),
    *(name for name in PASSING if re.fullmatch("gru-.*-relu|imitation.*|score.*", name)),
}
OTHERS = [
    (name, framework)
    for name in PASSING
    for framework in FRAMEWORKS[1:]
    if name not in ONLY_IN_PYTORCH
    and (name, framework) not in {("rnn-relu", "onnx"), ("rnn-identity", "onnx")}
]

FAILING: dict[str, tuple[dict[str, Any], str]] = {
    "imitation-not-from-zero": (
        {**RNN_IN_LSTM, "construction": "large-cell"},
        "failed: at step 1 the RNN has h = ",
    ),
    "imitation-of-another-input": (
        {
            **RNN_IN_LSTM,
            "xs": [[0, 0]],
            "gates": {"i": {"b": 50}, "f": {"b": -50}, "g": {"b": 50}, "o": {"b_x": "b_x"}},
            "readout": "h / tanh(1)",
        },
        "failed: at step 1 the RNN has h = ",
    ),
    "imitation-read-as-a-number": (
        {**RNN_IN_LSTM, "gates": {}, "readout": "1 / 2"},
        "failed: at step 1 the RNN has h = ",
    ),
    "score-far": (
        {**COUNTER, "gates": {**COUNTER["gates"], "f": {"value": 0.99}}, "tolerance": 0.25},
        "failed: after word 11, the last of 'bad bad",
    ),
    "score-off": (
        {**COUNTER, "output": {"from": "c", "weights": [1], "bias": 1}},
        "failed: after word 1, the last of 'bad', the output is 0.5, not -0.5",
    ),
}


GATES = "gates: {i: {value: 1}, o: {value: 1}, g: {value: 1}, "


def script(data: dict[str, Any], framework: str = "pytorch") -> str:
    return script_of(problem(data), framework)


def run(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script in a process of its own."""
    path = folder / "script.py"
    path.write_text(source, encoding="ascii")
    return subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=folder
    )


def printed(source: str) -> str:
    """What a script prints or exits with, in this process, which imports a framework once."""
    import torch

    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(source, "script", "exec"), {"__name__": "__main__"})
    except SystemExit as error:
        assert out.getvalue() == ""
        return str(error)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        if "keras" in sys.modules:
            sys.modules["keras"].config.set_floatx("float32")
    return out.getvalue()


def refused(data: dict[str, Any], framework: str = "pytorch") -> str:
    with pytest.raises(ProblemError) as error:
        script(data, framework)
    return str(error.value)


@pytest.mark.parametrize("name", SHIPPED)
def test_scripts_of_the_shipped_problems_compile(name: str) -> None:
    source = script_of(read(name).problem, "pytorch")
    compile(source.encode("ascii"), name, "exec")
    assert str(ROOT) not in source
    assert "lstmhw" not in re.sub("#.*", "", source)
    assert all(len(line) <= 100 for line in source.splitlines())
    assert read(name).problem.title in source


@pytest.mark.parametrize("name", sorted(PASSING))
def test_scripts_compile(name: str) -> None:
    source = script(PASSING[name])
    compile(source.encode("ascii"), name, "exec")
    assert not re.search(r"\bnan\b", source)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.oracle
def test_scripts_of_the_shipped_problems_pass(name: str, tmp_path: Path) -> None:
    result = run(script_of(read(name).problem, "pytorch"), tmp_path)
    if name in REFUTED:
        assert (result.returncode, result.stdout) == (1, "")
        assert REFUTED[name] in result.stderr
        return
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"passed: .*\n", result.stdout)


@pytest.mark.parametrize("name", sorted(PASSING))
@pytest.mark.oracle
def test_scripts_pass(name: str) -> None:
    assert re.fullmatch(r"passed: .*\n", printed(script(PASSING[name])))


@pytest.mark.parametrize(("name", "framework"), OTHERS)
def test_scripts_for_other_frameworks_compile(name: str, framework: str) -> None:
    source = script(PASSING[name], framework)
    compile(source.encode("ascii"), name, "exec")
    assert all(len(line) <= 100 for line in source.splitlines())


@pytest.mark.parametrize(("name", "framework"), OTHERS)
@pytest.mark.oracle
def test_scripts_for_other_frameworks_pass(
    name: str, framework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    source = script(PASSING[name], framework)
    assert re.fullmatch(r"passed: .*\n", printed(source))
    assert printed(source.replace("xs = ", "xs = 0.9 * ")).startswith("failed: ") == (
        name not in INPUT_DOES_NOT_MATTER
    )


@pytest.mark.parametrize(
    ("name", "framework"), [(n, f) for n in PASSING for f in FRAMEWORKS[1:] if (n, f) not in OTHERS]
)
def test_what_other_frameworks_do_not_have_is_refused(name: str, framework: str) -> None:
    with pytest.raises(ProblemError) as error:
        script(PASSING[name], framework)
    (fault,) = error.value.faults
    assert "`--to pytorch`" in fault.hint


@pytest.mark.parametrize("name", sorted(FAILING))
@pytest.mark.oracle
def test_scripts_of_what_is_wrong_fail(name: str) -> None:
    data, said = FAILING[name]
    assert printed(script(data)).startswith(said)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("q2", "[0.0, 5.0]", "[0.0, 1.0]"),
        ("q2", "0.6931521005639797", "0.7"),
        ("gru", "[2.0, 1.0]", "[2.0, 1.01]"),
        ("rnn-language-model", "[0.5, 2.0]", "[0.5, 2.0001]"),
        ("rnn-many-to-one", "b_y = tensor([0.2])", "b_y = tensor([inf - inf])"),
        ("sentiment", "[100.0, ", "[-100.0, "),
        ("sentiment-six-units", "delay = 1", "delay = 0"),
        ("sentiment-six-units", "[-100.0, 100.0, 0.0, 100.0,", "[-100.0, 100.0, 0.0, -100.0,"),
        ("rnn-in-lstm-fixed-point", "c = tensor([0.7615", "c = tensor([0.7616"),
        ("rnn-in-lstm-projected", "1.3130", "1.3131"),
    ],
)
@pytest.mark.oracle
def test_one_number_changed_is_noticed(name: str, right: str, wrong: str) -> None:
    source = script_of(read(name).problem, "pytorch")
    assert right in source
    changed = source.replace(right, wrong, 1).replace("import torch", "import torch; inf = 1e999")
    assert printed(changed).startswith("failed: ")


def test_a_title_cannot_leave_its_comment() -> None:
    source = script_of(replace(problem(LSTM), title=HOSTILE), "pytorch")
    plain = script(LSTM)
    assert ast.dump(ast.parse(source.encode("ascii"))) == ast.dump(ast.parse(plain))
    assert "#\n# q?import os?" in source
    assert len(source) < len(plain) + 300


def test_a_title_is_no_declaration_of_an_encoding() -> None:
    source = script({**LSTM, "title": "coding: rot13"})
    assert tokenize.detect_encoding(io.BytesIO(source.encode()).readline)[0] == "utf-8"
    assert comment("") == ""


def test_words_are_literals() -> None:
    source = script(PASSING["score-escaped"])
    names = ast.parse(source)
    (vocabulary,) = (
        ast.literal_eval(node.value)
        for node in names.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "vocabulary"
    )
    assert vocabulary == PASSING["score-escaped"]["vocabulary"]


def test_numbers_are_those_of_the_problem_to_the_last_bit() -> None:
    third = script({**RNN, "W_x": [["1/3", 1e-300], [0.1, -1e22]]})
    assert f"[{1 / 3!r}, 1e-300]" in third
    assert "[0.1, -1e+22]" in third


def test_few_documents_are_run_of_a_large_vocabulary() -> None:
    for words, length in ((1, 5), (4, 5), (6, 4), (17, 3), (70, 2), (71, 1), (300, 1)):
        names = [f"w{k}" for k in range(words)]
        source = script({**SCORE, "vocabulary": names, "score": {"w0": 1}})
        assert f"\nlength = {length}\n" in source


def test_what_cannot_be_exported_is_refused_with_the_reason() -> None:
    gates = {"f": {"value": [1, 1]}, "i": LSTM["gates"]["i"]}
    message = refused({**LSTM, "gates": gates, "xs": [[1, 2]], "find": ["f", "i"]})
    assert "expected weights of gates.g, found none; the framework computes every step" in message
    assert "expected weights of gates.o, found none" in message


@pytest.mark.parametrize("name", sorted({*shipped()} - {*SHIPPED}))
def test_other_shipped_problems_are_refused(name: str) -> None:
    with pytest.raises(ProblemError, match="expected a problem with a network to run, found "):
        script_of(read(name).problem, "pytorch")


def test_problems_of_every_kind_with_a_network_are_shipped() -> None:
    can = {kind for kind in KINDS if record_of(kind).exported is not Problem.exported}
    assert {read(name).problem.kind for name in SHIPPED} == can


def test_the_targets_offered_are_those_there_are() -> None:
    assert OFFERED == TARGETS


def test_export_prints_or_writes_the_script(lstmhw: Run, tmp_path: Path) -> None:
    result = lstmhw("export", "q2", "--to", "pytorch")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == script_of(read("q2").problem, "pytorch")
    written = lstmhw("export", "q2", "--to", "pytorch", "-o", "q2.py")
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "q2.py").read_text() == result.stdout


def test_export_has_the_errors_of_the_other_commands(lstmhw: Run, tmp_path: Path) -> None:
    text = "kind: lstm-step\nx: 1\nfind: [f]\ngates: {f: {value: 1}}\n"
    (tmp_path / "some.yaml").write_text(text)
    missing = lstmhw("export", "some.yaml", "--to", "pytorch", "-o", "script.py")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr.startswith("some.yaml:4:1: error: gates.o: expected weights of gates.o")
    assert not (tmp_path / "script.py").exists()
    (tmp_path / "mine.yaml").write_text(right := text.replace("find: [f]\ngates: {", GATES))
    assert lstmhw("export", "mine.yaml", "--to", "keras").returncode == 0
    over = lstmhw("export", "mine.yaml", "--to", "pytorch", "-o", "mine.yaml")
    assert (over.returncode, (tmp_path / "mine.yaml").read_text()) == (2, right)
    assert "this is the problem file" in over.stderr
    for arguments in (("q2",), ("q2", "--to", "jax"), ("nowhere", "--to", "pytorch")):
        assert lstmhw("export", *arguments).returncode == 2
