"""`lstmhw vary`: other numbers, the same shapes, and as hard to answer and to mark."""

import copy
import csv
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import Run, often
from hypothesis import given
from hypothesis import strategies as st

import lstmhw as package
from lstmhw.faults import ProblemError
from lstmhw.reading import InputError, from_text, read, shipped
from lstmhw.redrawing import other_numbers
from lstmhw.varying import Varying
from lstmhw.varying.roster import students

NUMERIC = ("lstm-step", "gru-step", "rnn-step", "lstm-gradient", "attention-step", "rnn-in-lstm")
SLOW = ("gradient-flow-lstm", "gradient-flow-scalar", "gru", "lstm-gradient-bptt")
"""Whose variants take seconds: they are looked at in the test of many."""
LETTERS = ("one_hot", "one_hots", "xs", "x")


@cache
def varying(name: str) -> Varying:
    return Varying(read(name))


@cache
def variant(name: str, seed: int) -> str:
    return varying(name).variant(seed)


def loaded(text: str) -> Any:
    """The data as another reader of YAML has them."""
    return yaml.safe_load(text)


def original(name: str) -> Any:
    return loaded(Path(shipped()[name]).read_text())


def pairs(old: Any, new: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, Any]]:
    """The leaves of two trees of one form, side by side; fails where the forms differ."""
    if isinstance(old, dict):
        assert list(old) == list(new), path
        for key in old:
            yield from pairs(old[key], new[key], (*path, key))
    elif isinstance(old, list):
        assert isinstance(new, list)
        assert len(old) == len(new), path
        for k, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from pairs(one, other, (*path, k))
    else:
        yield path, old, new


def decimals(value: float) -> int:
    return 0 if isinstance(value, int) else len(repr(value).partition(".")[2])


def check_kept(name: str, seed: int) -> None:
    """Shapes, words, zeros, infinities and decimals are those of the problem."""
    old, new = original(name), loaded(variant(name, seed))
    asked = old.pop("claimed", None)
    assert "claimed" not in new
    if asked and "find" not in old:
        new.pop("find", None)
    source = old.pop("source")
    assert new.pop("source") == f"{source}; with other numbers"
    is_numeric = old["kind"] in NUMERIC
    for path, one, other in pairs(old, new):
        assert type(one) is type(other), path
        if isinstance(one, int | float) and is_numeric and path[0] not in LETTERS:
            assert (one == 0) == (other == 0), path
            assert math.isinf(one) == math.isinf(other), path
        if isinstance(one, float) and math.isfinite(one):
            assert decimals(one) == decimals(other), path
            assert abs(other) <= 2 * max(1, abs(one) * 40), path
        if isinstance(one, str) and is_numeric:
            assert one == other, path
    for key in LETTERS:
        if key in old:
            counts = [sorted(np.ravel(np.array(data[key]) == 0)) for data in (old, new)]
            assert counts[0] == counts[1]


@pytest.mark.parametrize("name", often(name for name in shipped() if name not in SLOW))
def test_a_variant_keeps_shapes_words_zeros_and_decimals(name: str) -> None:
    for seed in range(2):
        check_kept(name, seed)
        text = variant(name, seed)
        problem = from_text("variant", text).problem
        assert problem.digits == varying(name).problem.digits
        problem.solve()


@pytest.mark.oracle
@pytest.mark.parametrize("name", often(shipped()))
def test_many_variants_of_each_are_different_and_keep_all_that(name: str) -> None:
    seeds = range(4 if name in SLOW else 20)
    for seed in seeds:
        check_kept(name, seed)
    bodies = {json.dumps(loaded(variant(name, seed))) for seed in seeds}
    is_of_words = varying(name).problem.kind not in (*NUMERIC, "gradient-flow")
    assert len(bodies) > (3 if is_of_words else len(seeds) // 2)


@pytest.mark.parametrize("name", ["q2", "rnn-characters", "sentiment", "step-rnn-a"])
def test_the_same_seed_gives_the_same_and_another_one_does_not(name: str) -> None:
    assert package.vary(name, 5) == Varying(read(name)).variant(5) == variant(name, 5)
    assert variant(name, 5).partition("\n")[2] != variant(name, 6).partition("\n")[2]


def test_the_bytes_do_not_rest_on_the_hash_seed() -> None:
    script = "import lstmhw; print(lstmhw.vary('q2', 3), lstmhw.vary('parameter-count-conv', 3))"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


GOLDEN = """\
# A variant of problem, seed 1 (lstmhw vary).
kind: rnn-step
x: [1, 0]
W_x: [[-0.5, 1]]
W_h: [["1/3"]]
"""


def test_these_bytes_are_what_the_seed_gives_on_every_machine() -> None:
    text = "kind: rnn-step\nx: [1, 0]\nW_x: [[0.5, -1]]\nW_h: [['1/3']]\n"
    assert package.vary(text, 1) == GOLDEN


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum()


def lstm(data: Any, gate: Any = sigmoid, reverse: bool = False, biased: bool = True) -> Any:
    """c and h of one step in plain NumPy, in which things can be done otherwise."""
    parts = (data["x"], data["h_prev"]) if reverse else (data["h_prev"], data["x"])
    joined = np.concatenate(parts)
    z = {k: np.array(g["W"]) @ joined + biased * np.array(g["b"]) for k, g in data["gates"].items()}
    i, f, o = (gate(z[letter]) for letter in "ifo")
    g = np.tanh(z["g"])
    c = f * np.array(data["c_prev"]) + i * g
    return {"c": c, "h": o * np.tanh(c), "h added": o + np.tanh(c), "gates": (i, f, o, np.abs(g))}


@pytest.mark.parametrize("seed", range(10))
def test_mistakes_still_give_other_digits_and_no_gate_is_saturated(seed: int) -> None:
    """Recomputed in plain NumPy: each mistake changes c and h by more than the digits shown."""
    data = loaded(variant("lstm-equation-sheet", seed))
    right = lstm(data)
    assert np.max(right["gates"]) < 0.97
    for wrong in (lstm(data, gate=softmax), lstm(data, reverse=True), lstm(data, biased=False)):
        for symbol in "ch":
            assert np.max(np.abs(wrong[symbol] - right[symbol])) > 1e-4
    assert np.max(np.abs(right["h added"] - right["h"])) > 1e-4


def test_such_a_mistake_can_be_hidden() -> None:
    """The test above can fail: where all biases are 0, nobody sees that they are left out."""
    data = copy.deepcopy(original("lstm-equation-sheet"))
    for gate in data["gates"].values():
        gate["b"] = [0, 0]
    assert np.array_equal(lstm(data)["h"], lstm(data, biased=False)["h"])


@pytest.mark.parametrize("name", ["step-rnn-a", "step-rnn-b", "step-rnn-parity", "rule-pattern"])
def test_what_is_feasible_or_proved_stays_so(name: str) -> None:
    def ends(problem: Any) -> list[Any]:
        content = json.loads(json.dumps(package.Solution.to_dict(problem)))
        proof = content.get("proof") or {}
        return [content.get("feasible"), proof.get("verdict")]

    before = ends(package.solve(name))
    assert all(ends(package.solve(variant(name, seed))) == before for seed in range(4))


def test_layers_still_fit_together() -> None:
    for seed in range(5):
        layers = loaded(variant("parameter-count-v8", seed))["layers"]
        embedding, rnn, linear = layers
        assert embedding["size"] == rnn["input"]
        assert rnn["hidden"] == linear["input"]
        assert embedding["vocabulary"] == linear["output"]
        assert layers != original("parameter-count-v8")["layers"]


def test_limits_fractions_and_prints_stay_what_they_are() -> None:
    text = package.vary(
        "kind: rnn-step\nx: '[1 2]'\nW_x: '\\begin{bmatrix} 2 & 0 \\\\ -3 & 1 \\end{bmatrix}'\n"
        "W_h: [['2/3', 0], [0, '1/7']]\nb: [100, .inf]\nfind: [h]\n",
        4,
    )
    data = loaded(text)
    assert data["b"] == [100, math.inf]
    assert [row.count(0) for row in data["W_x"]] == [1, 0]
    assert data["W_h"][0][0].endswith("/3")
    assert data["W_h"][1][1].endswith("/7")
    assert data["W_h"][0][1] == 0


def test_where_nothing_can_be_varied_that_is_said() -> None:
    with pytest.raises(ProblemError, match="expected numbers of which there could be others"):
        package.vary("kind: rnn-step\nx: [0]\nW_x: [[0]]\nW_h: [[0]]\n", 1)


numbers = st.from_regex(r"-?[1-9][0-9]{0,3}(\.[0-9]{0,3}[1-9])?(e-?[1-9])?", fullmatch=True)


@given(st.lists(numbers, min_size=1, max_size=6), st.integers(0, 100))
def test_drawn_numbers_have_the_form_and_the_size_of_those_in_whose_place_they_are(
    texts: list[str], seed: int
) -> None:
    from random import Random

    drawn = other_numbers(texts, Random(str(seed)))
    sizes = [abs(float(text)) for text in texts]
    for old, new in zip(texts, drawn, strict=True):
        forms = [text.lstrip("-").partition("e") for text in (old, new)]
        points = [len(mantissa.partition(".")[2]) for mantissa, _, _ in forms]
        assert points[0] == points[1]
        assert forms[0][1:] == forms[1][1:]
        assert float(new) != 0
        unit = 10.0 ** (int(forms[0][2] or 0) - points[0])
        assert min(sizes) / 2 - unit <= abs(float(new)) <= 1.5 * max(sizes) + unit + 1e-9


ROSTER = '\ufeff"Last, First";"Email address"\n"Lee\nAnn";ann@x.org\n\nBo;bob\n'


def test_a_class_gets_a_file_each_and_a_table(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_text(ROSTER, encoding="utf-8")
    result = lstmhw("vary", "q2", "--roster", "students.csv", "-o", "out")
    assert (result.returncode, result.stdout) == (0, "")
    assert "2 variants in out, by the column 'Email address'" in result.stderr
    rows = list(csv.reader((tmp_path / "out" / "variants.csv").read_text().splitlines()))
    assert [row[0] for row in rows] == ["id", "ann@x.org", "bob"]
    for id, seed, file in rows[1:]:
        assert file == f"{id}.yaml"
        again = lstmhw("vary", "q2", "--seed", seed)
        assert again.stdout == (tmp_path / "out" / file).read_text()
    assert lstmhw("vary", "q2", "--roster", "students.csv", "-o", "out").returncode == 0
    other = lstmhw("vary", "q1", "--roster", "students.csv", "-o", "out")
    assert (other.returncode, "give -o another folder" in other.stderr) == (2, True)


def test_it_is_said_once_that_students_have_the_same_numbers(lstmhw: Run, tmp_path: Path) -> None:
    ids = "".join(f"s{k}\n" for k in range(12))
    (tmp_path / "students.csv").write_text("id\n" + ids)
    (tmp_path / "p.yaml").write_text("kind: rnn-step\nx: 1\nW_x: 1\nW_h: 0\n")
    told = lstmhw("vary", "p.yaml", "--roster", "students.csv", "-o", "out").stderr
    files = [path.read_text() for path in (tmp_path / "out").glob("*.yaml")]
    count = len({json.dumps(loaded(text)) for text in files})
    assert 1 < count < 12
    assert told.count("warning") == 1
    assert f"several students have the same numbers: {count} different" in told
    (tmp_path / "students.csv").write_text("id\nann\nbob\n")
    told = lstmhw("vary", "q2", "--roster", "students.csv", "-o", "others").stderr
    assert "warning" not in told


def test_a_student_keeps_the_seed_whoever_else_is_there() -> None:
    alone = students("a", b"id\nbob\n").students[0]
    (_, among) = students("b", b"name,ID\nx,ann\ny,bob\n").students
    assert alone.seed(0) == among.seed(0) != among.seed(1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id\n../x\n", "r.csv:2:1: error: expected an id that can name a file, found '../x'"),
        ("id\nok\n=cmd\n", "r.csv:3:1: error: expected an id that can name a file"),
        ("id\na/b\n", "r.csv:2:1"),
        ("id\na\\b\n", "r.csv:2:1"),
        ("id\n..\n", "r.csv:2:1"),
        ("id\nnul\n", "r.csv:2:1"),
        ("id\nCOM1.x\n", "r.csv:2:1"),
        ("id\n" + "a" * 300 + "\n", "r.csv:2:1"),
        ('id\n"a\nb"\n', "r.csv:2:1"),
        ("id\na\x00b\n", "r.csv:2:1"),
        ("id\nAnn\nann\n", "r.csv:3:1: error: expected each id once, found 'ann' again (see line"),
        ("id\nann\nx\nann\n", "r.csv:4:1: error: expected each id once, found 'ann' again"),
        ("name,id\nann,\n", "r.csv:2:1: error: expected an id, found none"),
        ("name,mark\nann,2\n", "expected a column of ids, found name, mark"),
        ("id,ID\na,b\n", "expected one column 'id', found 2"),
        ("id\n", "expected students below"),
        ("", "found an empty file"),
        ('id\n"ann\n', "this is no table"),
        ("\xff\xfei", "r.csv:1:1: error: expected UTF-8"),
    ],
)
def test_a_hostile_roster_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        students("r.csv", text.encode("latin-1"))
    assert told in str(error.value)


def test_nothing_is_written_where_a_roster_is_refused(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_text("id\nann\n../ann\n")
    result = lstmhw("vary", "q2", "--roster", "students.csv", "-o", "out")
    assert (result.returncode, result.stdout) == (2, "")
    assert sorted(os.listdir(tmp_path)) == ["students.csv"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("q2",), "say --seed N for one variant, or --roster CSV for a class"),
        (("q2", "--roster", "r.csv"), "--roster needs -o"),
        (("q2", "--roster", "none.csv", "-o", "out"), "none.csv: error: no such file"),
        (("none", "--seed", "1"), "no such file"),
    ],
)
def test_what_is_lacking_is_said(lstmhw: Run, arguments: tuple[str, ...], told: str) -> None:
    result = lstmhw("vary", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert told in result.stderr
