"""What people try first, and what they are told: each guess that is wrong gets a way on."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Run, marked, problem, solved

from lstmhw.faults import Fault, ProblemError
from lstmhw.marking import Marker
from lstmhw.reading import InputError, from_text
from lstmhw.render import render
from lstmhw.view import View

ONE = {"W_x": [[0.5]], "W_h": [[0.25]], "b": [0.1]}
GATES = {"i": ONE, "f": ONE, "g": ONE, "o": ONE}
STEP: dict[str, Any] = {"kind": "lstm-step", "x": [1], "h_prev": [0.5], "gates": GATES}
GRADIENT: dict[str, Any] = {**STEP, "kind": "lstm-gradient", "dh": [1]}


def hints(data: dict[str, Any]) -> str:
    """The hints on a problem that is refused."""
    with pytest.raises(ProblemError) as error:
        problem(data).solve()
    return "\n".join(fault.hint for fault in error.value.faults)


def claim_faults(data: dict[str, Any]) -> tuple[Fault, ...]:
    asked = problem(data)
    return Marker(asked.solve()).mark(asked.claimed)[1]


@pytest.mark.parametrize("name", ["dh_prev", "dhprev", "dL_dh_prev", "dL_dh_0"])
def test_the_gradient_to_the_state_before_may_be_asked_for(name: str) -> None:
    pages = [
        render([solved({**GRADIENT, "find": ["dx", asked]})], "table", View(width=80))
        for asked in (name, "dh_0")
    ]
    assert "dx_1 and dh_0 of an LSTM" in pages[0]
    assert pages[0] == pages[1]
    (check,) = marked({**GRADIENT, "claimed": {name: 0.5}}).checks
    assert check.symbol == "dh_0"


def test_of_several_steps_it_is_pointed_to() -> None:
    several = {**GRADIENT, "xs": [[1], [2]], "claimed": {"dh_prev": 0.5}}
    del several["x"]
    (fault,) = claim_faults(several)
    assert fault.hint.startswith("did you mean 'dh_0'?")


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"answers": {"h": 1}}, "`claimed`"),
        ({"solution": {"h": 1}}, "`claimed`"),
        ({"dh_prev": 1}, "name it under `find`"),
        ({"dhprev": 1}, "name it under `find`"),
        ({"gates": {**GATES, "f": 1}}, "write f: {value: 1}"),
        ({"gates": {**GATES, "f": [1]}}, "write f: {value: [..]}"),
        ({"gates": {**GATES, "i": "1 - f"}}, "leave i out, and write `coupled: true`"),
        ({"gates": {**GATES, "i": "1 - f_t"}}, "leave i out, and write `coupled: true`"),
        ({"find": ["zz"]}, "it has x, h"),
    ],
)
def test_a_wrong_guess_in_a_file_is_told_what_to_write(change: dict[str, Any], hint: str) -> None:
    assert hint in hints({**GRADIENT, **change})


RNN: dict[str, Any] = {"kind": "rnn-step", "x": [1], "W_x": 1, "W_h": 1}


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ({**STEP, "h": [0.5]}, "`h_prev`; answers stand under `claimed`"),
        ({**STEP, "c": [0.5]}, "`c_prev`; answers stand under `claimed`"),
        ({**STEP, "h_t-1": [0.5]}, "the state before the first step is `h_prev`"),
        ({**STEP, "h_{t-1}": [0.5]}, "the state before the first step is `h_prev`"),
        ({**STEP, "c_init": [0.5]}, "the state before the first step is `c_prev`"),
        ({**STEP, "W_f": [[1, 2]]}, "`gates: {f: {W: .., b: ..}, ..}`"),
        ({**STEP, "Wf": [[1, 2]]}, "`gates: {f: {W: .., b: ..}, ..}`"),
        ({**STEP, "U_c": [[1]]}, "`gates: {f: {W: .., b: ..}, ..}`"),
        ({**STEP, "W_xi": [[1]]}, "`gates: {f: {W: .., b: ..}, ..}`"),
        ({**STEP, "b_o": [1]}, "`gates: {f: {W: .., b: ..}, ..}`"),
        ({**RNN, "c": [1]}, "`output: {W: .., b: ..}`"),
        ({**RNN, "W_hy": [[1]]}, "`output: {W: .., b: ..}`"),
        ({**RNN, "Why": [[1]]}, "`output: {W: .., b: ..}`"),
        ({**RNN, "b_y": [1]}, "`output: {W: .., b: ..}`"),
        ({**STEP, "W_y": [1]}, "`output: {W: .., b: ..}`"),
        ({**RNN, "x_1": [1]}, "`xs: [[..], [..]]`"),
        ({**RNN, "x2": [1]}, "`xs: [[..], [..]]`"),
        ({**STEP, "gates": {**GATES, "a": ONE}}, "the candidate is g"),
        ({**STEP, "kind": "gru-step", "gates": {"h": ONE}}, "the candidate is n"),
        ({"kind": "attention-step", "score": "bahdanau"}, "write additive"),
        ({"kind": "attention-step", "keys": [[1]]}, "write states"),
        ({"kind": "parameter-count", "layers": [{"type": "dense"}]}, "write linear"),
        ({**RNN, "output_activation": "softmax"}, "`output: {W: .., activation: ..}`"),
    ],
)
def test_names_of_textbooks_beside_the_data_are_told_where_they_stand(
    data: dict[str, Any], hint: str
) -> None:
    assert hint in hints(data)


@pytest.mark.parametrize("key", ["h", "c_init", "W_f"])
def test_a_kind_without_states_and_gates_is_told_nothing_of_them(key: str) -> None:
    told = hints({"kind": "step-rnn", "inputs": [0], "outputs": [0], key: 1})
    assert not any(word in told for word in ("_prev", "gates"))


def test_zeros_with_a_size_in_braces_need_quotes() -> None:
    text = "kind: lstm-step\nx: [1]\ngates: {f: {W_x: zeros(6,4), b: 'zeros(6)'}}\n"
    with pytest.raises(InputError, match="0 alone is zeros of any shape") as error:
        from_text("q.yaml", text)
    assert "a comma ends a value in braces" in str(error.value)
    block = "kind: rnn-step\nx: ones(4,1)\nW_x: zeros(6,4)\nW_h: zeros(6)\n"
    sizes = from_text("q.yaml", block).problem.sizes
    assert (sizes["n"], sizes["m"]) == (4, 6)


def test_a_claim_of_a_symbol_that_is_not_there_is_told_what_is() -> None:
    (fault,) = claim_faults({**STEP, "claimed": {"q": 1}})
    assert "it has x_1, h_0, c_0" in fault.hint
    score = {"kind": "sentiment-weights", "vocabulary": ["good"], "score": {"good": 1}}
    (fault,) = claim_faults({**score, "claimed": {"h": 1}})
    assert fault.hint.startswith("it has verdict, weights, ")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["q2"], "try `lstmhw solve q2`"),
        (["mine.yaml"], "try `lstmhw solve mine.yaml`"),
        (["here.txt"], "try `lstmhw solve here.txt`"),
        (["help"], "try `lstmhw --help`"),
        (["help", "solve"], "`lstmhw solve --help`"),
        (["sovle"], "did you mean `solve`?"),
        (["chek", "q2"], "did you mean `check`?"),
        (["lstm-step"], "try `lstmhw new lstm-step`"),
        (["bias-omitted"], "try `lstmhw explain bias-omitted`"),
        (["xyzzy"], "the commands are check, "),
        (["grade", "--short", "q1", "q1"], "`lstmhw solve` has it"),
        (["check", "--strict", "q2"], "`lstmhw solve` has it"),
    ],
)
def test_a_wrong_guess_at_the_command_line_is_told_what_to_type(
    lstmhw: Run, tmp_path: Path, arguments: list[str], hint: str
) -> None:
    (tmp_path / "here.txt").write_text("kind: rnn-step\n")
    result = lstmhw(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"hint: {hint}" in result.stderr or hint in result.stderr.partition("hint: ")[2]
