"""Reasons that are claimed of a step unit: demands of the question that contradict, or not."""

import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, problem
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.faults import ProblemError
from lstmhw.formula import FormulaError
from lstmhw.marking import marked
from lstmhw.solution import Check
from lstmhw.threshold.reasons import Demand, demands_of

TOGGLE = {
    "kind": "step-rnn",
    "inputs": [0, 0, 0, 1, 0, 0, 1, 0],
    "outputs": [1, 1, 1, 0, 0, 0, 1, 1],
}
FROM_0 = {**TOGGLE, "threshold": ">="}
FREE = {**TOGGLE, "initial": "free"}
FROM_1 = ["b <= 0", "w1 + w2 + b <= 0", "w1 + b > 0", "w2 + b > 0"]


def judged(data: dict[str, Any], **claimed: Any) -> Check:
    """The row of the certificate."""
    asked = problem({**data, "claimed": claimed})
    solution, faults = marked(asked, asked.claimed)
    assert faults == ()
    (check,) = (check for check in solution.checks if check.symbol == "certificate")
    return check


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (TOGGLE, ["b > 0", "b <= 0"]),
        (TOGGLE, ["0 < 2b", "-3 b >= 0"]),
        (TOGGLE, ["b > 0", "b <= 0", "w1 + b > 0"]),  # more than is needed
        (TOGGLE, "b > 0 and b <= 0"),
        (TOGGLE, [r"b > 0", r"b \le 0"]),
        (TOGGLE, ["w1 + b > w1", "b ≤ 0"]),
        ({**TOGGLE, "initial": 1}, FROM_1),
        ({**TOGGLE, "initial": 1}, ["0 >= b", "w_1 > -b", "b > -w_{2}", "0.1*(w1 + w2 + b) <= 0"]),
        (FROM_0, ["b >= 0", "b < 0"]),
        (FREE, FROM_1),  # which s_0 = 0 asks as well
        (
            {**TOGGLE, "inputs": [[k, 1, "1/3"] for k in TOGGLE["inputs"]]},
            ["w1[2] + 1/3 w1[3] + b > 0", "3*w1[2] + w1[3] + 3*b <= 0"],
        ),
    ],
)
def test_demands_that_contradict_are_a_reason(data: dict[str, Any], rows: Any) -> None:
    check = judged(data, certificate=rows)
    assert check.verdict == "right", check.explanation


@pytest.mark.parametrize(
    ("data", "rows", "said"),
    [
        (
            TOGGLE,
            ["w1 + w2 + b <= 0", "w1 + b > 0"],
            "but they do not contradict each other: w1",
        ),
        (TOGGLE, ["b > 0"], "do not contradict each other: w1 = 0, w2 = 0, b = 1 meets them all"),
        (TOGGLE, ["b > 0", "b < 0"], "No t asks b < 0; the nearest is t = 5: b <= 0."),
        (TOGGLE, ["b >= 0", "b < 0"], "No t asks b >= 0; the nearest is t = 1: b > 0."),
        (TOGGLE, ["b > 0.1", "b <= 0"], "No t asks b > 0.1; the nearest is t = 1: b > 0."),
        (
            TOGGLE,
            ["b > 0", "w1 - b <= 0"],
            "No t asks w1 - b <= 0; the nearest is t = 7: w1 + b > 0",
        ),
        (TOGGLE, ["0 > 0"], "No t asks 0 > 0"),
        ({**TOGGLE, "initial": 1}, ["b > 0", "b <= 0"], "No t asks b > 0"),
        (
            {**TOGGLE, "threshold": ">="},
            ["b > 0", "b <= 0"],
            "No t asks b > 0; the nearest is t = 1: b >= 0",
        ),
        (FREE, ["b > 0", "b <= 0"], "With s_0 = 1: No t asks b > 0"),
        (
            {**TOGGLE, "outputs": [0, 0, 0, 1, 1, 1, 1, 1]},
            ["b <= 0", "w1 + b > 0"],
            "There are weights that do it: w1 = 2, w2 = 2, b = -1.",
        ),
    ],
)
def test_other_rows_are_none(data: dict[str, Any], rows: list[str], said: str) -> None:
    check = judged(data, certificate=rows)
    assert check.verdict == "wrong"
    assert said in check.explanation


def test_both_cases_of_a_free_beginning_have_to_be_refuted() -> None:
    both = {"0": ["b > 0", "b <= 0"], "1": FROM_1}
    assert judged(FREE, certificates=both).verdict == "right"
    check = judged(FREE, certificates={"0": both["0"]})
    assert check.verdict == "wrong"
    assert "With s_0 = 1: there is no reason for this case." in check.explanation
    check = judged(FREE, certificates={**both, "0": ["b > 0"]})
    assert "With s_0 = 0: Each row is asked by some t, but they do not" in check.explanation


def test_a_right_conclusion_for_a_wrong_reason_is_told_apart(lstmhw: Run) -> None:
    result = lstmhw("check", "step-rnn-b", "--format", "json")
    assert result.returncode == 1
    first, second = json.loads(result.stdout)["checks"]
    assert (first["symbol"], first["verdict"]) == ("feasible", "right")
    assert (second["symbol"], second["verdict"]) == ("certificate", "wrong")
    assert second["claimed"] == ["w1 + w2 + b <= 0", "w1 + b > 0"]
    assert second["expected"] == ["b > 0", "b <= 0"]


@pytest.mark.parametrize(
    ("row", "at", "message"),
    [
        ("b ? 0", 5, "expected one of > >= < <= between two sides, found none"),
        ("b + q > 0", 4, "expected a symbol of this problem, found 'q'"),
        ("b > 0 +", 7, "found the end"),
        ("w1*w2 > 0", 0, "expected a sum of multiples of w1, w2, b"),
        ("b > w1*w2", 3, "expected a sum of multiples of w1, w2, b"),
        ("1/b > 0", 0, "expected a sum of multiples of w1, w2, b"),
        ("tanh(b) > 0", 0, "expected a sum of multiples of w1, w2, b"),
        ("> 0", 0, "expected a number"),
    ],
)
def test_a_row_that_is_no_demand_is_an_error_at_its_place(row: str, at: int, message: str) -> None:
    with pytest.raises(FormulaError, match="expected") as caught:
        list(demands_of(row, 1))
    assert message in str(caught.value)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("claimed", "path", "message"),
    [
        ({"certificate": []}, ("claimed", "certificate"), "a list of demands, found none"),
        ({"certificate": [["b > 0"]]}, ("claimed", "certificate", 0), "a demand, found a list"),
        ({"certificate": ["b > 0", "b"]}, ("claimed", "certificate", 1), "> >= < <="),
        ({"certificates": {"2": ["b > 0"]}}, ("claimed", "certificates", "2"), "value of s_0, 0;"),
        ({"certificate": ["b > 0"], "certificates": {}}, ("claimed", "certificates"), "one reason"),
    ],
)
def test_what_is_no_reason_is_an_error(
    claimed: dict[str, Any], path: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        problem({**TOGGLE, "claimed": claimed})
    (fault,) = caught.value.faults
    assert fault.path == path
    assert message in fault.message


def test_a_row_that_cannot_be_read_leaves_the_others_marked(lstmhw: Run, tmp_path: Path) -> None:
    data = {**TOGGLE, "claimed": {"feasible": False, "certificate": ["b > 0", "q <= 0"]}}
    (tmp_path / "a.yaml").write_text(json.dumps(data))
    result = lstmhw("check", "a.yaml")
    assert result.returncode == 2
    assert "claimed.certificate[2]: expected a symbol of this problem, found 'q'" in result.stderr
    assert "feasible" in result.stdout


def test_a_chain_demands_two_things() -> None:
    chain = list(demands_of("w1 + b > 0 >= b", 1))
    assert chain == [*demands_of("w1 + b > 0", 1), *demands_of("b <= 0", 1)]
    one, none = Fraction(1), Fraction()
    assert chain[0] == Demand((one, none, one), none, strict=True)


ROWS = {
    (x, s, fires): f"{'w1 + ' * x}{'w2 + ' * s}b {'>' if fires else '<='} 0"
    for x, s, fires in itertools.product((0, 1), (0, 1), (0, 1))
}
GRID = list(itertools.product(range(-3, 4), repeat=3))
"""Every function of two bits that a threshold computes has weights among these."""


@given(
    outputs=st.lists(st.integers(0, 1), min_size=8, max_size=8),
    inputs=st.lists(st.integers(0, 1), min_size=8, max_size=8),
    chosen=st.sets(st.sampled_from(sorted(ROWS)), min_size=1, max_size=5),
)
def test_a_reason_is_right_where_no_weights_meet_rows_that_are_asked(
    outputs: list[int], inputs: list[int], chosen: set[tuple[int, int, int]]
) -> None:
    """Judged by trying weights."""
    asked = set(zip(inputs, [0, *outputs[:-1]], outputs, strict=True))
    met = any(all((w1 * x + w2 * s + b > 0) == f for x, s, f in chosen) for w1, w2, b in GRID)
    data = {"kind": "step-rnn", "inputs": inputs, "outputs": outputs}
    check = judged(data, certificate=[ROWS[row] for row in chosen])
    assert (check.verdict == "right") == (chosen <= asked and not met)
    assert ("do not contradict" in check.explanation) == met
    assert ("No t asks" in check.explanation) == (not chosen <= asked)
