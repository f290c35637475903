"""Claimed answers: half a unit of the last digit as written decides."""

from typing import Any

import pytest
from conftest import problem
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.faults import ProblemError
from lstmhw.marking import mark
from lstmhw.solution import Check, half_unit

DATA = {
    "kind": "rnn-step",
    "x": 0.5,
    "W_x": [[1], [-3]],
    "W_h": [[0, 0], [0, 0]],
    "activation": "identity",
}


def checks(claimed: dict[str, Any], **data: Any) -> dict[str, Check]:
    """The checks of some claims on the problem above, with some of its data changed."""
    asked = problem({**DATA, **data, "claimed": claimed})
    return {check.symbol: check for check in mark(asked, asked.solve()).checks}


@pytest.mark.parametrize(
    ("number", "half"),
    [("12", 0.5), ("1.20", 0.005), ("-.5", 0.05), ("1e-3", 0.0005), ("1.5E+2", 5), ("1.", 0.5)],
)
def test_half_a_unit_of_the_last_digit_written(number: str, half: float) -> None:
    assert half_unit(number) == pytest.approx(half)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        ([0.5, -1.5], "right"),
        ([0.54, -1.5], "wrong"),
        ([0.5, -2], "right"),
        ([0.5, 1.5], "wrong"),
        ([1, -1], "right"),
        (["1/2", "-3/2"], "right"),
        (["1/2", "-4/3"], "wrong"),
        ([0.5000001, -1.5], "rounding"),
        ([0.500001, -1.5], "wrong"),
    ],
)
def test_verdicts(claimed: list[Any], verdict: str) -> None:
    assert checks({"h_1": claimed})["h_1"].verdict == verdict


def test_the_digits_are_kept_as_written(tmp_path: Any) -> None:
    from lstmhw.reading import read

    file = tmp_path / "q.yaml"
    text = "kind: rnn-step\nx: 0.52\nW_x: 1\nW_h: 0\nactivation: identity\nclaimed: {h: %s}\n"
    for written, verdict in (("0.5", "right"), ("0.50", "wrong"), ("0.520", "right")):
        file.write_text(text % written)
        asked = read(str(file)).problem
        assert mark(asked, asked.solve()).checks[0].verdict == verdict


@given(st.floats(-1e4, 1e4), st.integers(0, 6))
def test_a_rounded_answer_is_right_and_one_a_unit_further_is_not(value: float, digits: int) -> None:
    rounded = f"{value:.{digits}f}"
    off = f"{float(rounded) + 2 * 10.0**-digits:.{digits}f}"
    data = {"x": 1, "W_x": value, "W_h": 0}
    assert checks({"h": rounded}, **data)["h_1"].verdict == "right"
    assert checks({"h": off}, **data)["h_1"].verdict in ("wrong", "rounding")
    if abs(value) < 100 and digits < 4:
        assert checks({"h": off}, **data)["h_1"].verdict == "wrong"


def test_the_index_may_be_dropped_where_there_is_one_step() -> None:
    assert set(checks({"h": [0.5, -1.5], "a": [0.5, -1.5], "x": 0.5})) == {"h_1", "a_1", "x_1"}
    assert set(checks({"h": [0.5, -1.5]}, t=7)) == {"h_7"}


def test_the_wrong_entries_are_named() -> None:
    check = checks({"h": [0.5, 7]})["h_1"]
    assert check.where == "h_1[2]"
    assert check.explanation == "h_1[2] should be -1.5, not 7."
    assert check.mistake is None


@pytest.mark.parametrize(
    ("claimed", "path", "words"),
    [
        ({"hh": 1}, ("claimed", "hh"), "expected a symbol"),
        ({"h": [1, 2, 3]}, ("claimed", "h"), "expected 2 numbers, found 3 numbers"),
        ({"h": 1}, ("claimed", "h"), "found a single number"),
        ({"h": [1, "one"]}, ("claimed", "h", 1), "found the text 'one'"),
        ({"h": [[1], [1, 2]]}, ("claimed", "h"), "rows of different lengths"),
        ({"h": [1, ".inf"]}, ("claimed", "h", 1), "found .inf"),
    ],
)
def test_claims_that_cannot_be_compared(claimed: dict[str, Any], path: Any, words: str) -> None:
    with pytest.raises(ProblemError) as error:
        checks(claimed)
    (fault,) = error.value.faults
    assert fault.path == path
    assert words in fault.message


def test_of_several_steps_a_claim_says_which() -> None:
    asked = problem({"kind": "rnn-step", "xs": [1, 2], "W_x": 1, "W_h": 1, "claimed": {"h": 1}})
    with pytest.raises(ProblemError) as error:
        mark(asked, asked.solve())
    assert error.value.faults[0].hint == "of which step? h_0, h_1, h_2"
