"""Claimed answers: half a unit of the last digit as written decides."""

import math
from typing import Any

import pytest
from conftest import marked, problem, solved
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.marking import Marker
from lstmhw.numerals import half_unit
from lstmhw.solution import Check

DATA = {
    "kind": "rnn-step",
    "x": 0.5,
    "W_x": [[1], [-3]],
    "W_h": [[0, 0], [0, 0]],
    "activation": "identity",
}


def checks(claimed: dict[str, Any], **data: Any) -> dict[str, Check]:
    """The checks of some claims on the problem above, with some of its data changed."""
    return {check.symbol: check for check in marked({**DATA, **data, "claimed": claimed}).checks}


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
        ([0.5, -2], "coarse"),
        ([0.5, 1.5], "wrong"),
        ([1, -1], "coarse"),
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
    for written, verdict in (("0.5", "coarse"), ("0.51", "wrong"), ("0.520", "right")):
        file.write_text(text % written)
        asked = read(str(file)).problem
        checks, faults = Marker(asked.solve()).mark(asked.claimed)
        assert not faults
        assert checks[0].verdict == verdict


@given(st.floats(-1e4, 1e4), st.integers(0, 6))
def test_a_rounded_answer_is_right_and_one_further_off_is_not(value: float, digits: int) -> None:
    rounded = f"{value:.{digits}f}"
    off = f"{float(rounded) + 4 * 10.0**-digits:.{digits}f}"
    data = {"x": 1, "W_x": value, "W_h": 0}
    figures = len(rounded.lstrip("-0.").replace(".", ""))
    error = abs(float(rounded) - value)
    few = digits < 2 and figures < 3 and error > 0.005 and error > 0.005 * abs(value)
    exempt = digits == 1 and len(repr(value).partition(".")[2]) == 1
    verdict = "coarse" if few and not exempt else "right"
    assert checks({"h": rounded}, **data)["h_1"].verdict == verdict
    assert checks({"h": off}, **data)["h_1"].verdict in ("wrong", "rounding")
    # What was rounded to fewer decimals on the way, and written with more, is told as that.
    coarser = {f"{round(value, k):.{digits}f}" for k in range(digits)}
    coarser |= {f"{math.trunc(value * 10**k) / 10**k:.{digits}f}" for k in range(digits)}
    if abs(value) < 100 and digits < 4 and off not in coarser:
        assert checks({"h": off}, **data)["h_1"].verdict == "wrong"


SCALAR = {"kind": "lstm-step", "x": [1], "h_prev": [0], "c_prev": [0.5]} | {
    "gates": {
        g: {"W_x": [[w]], "W_h": [[0]]} for g, w in zip("figo", (0.5, 0.6, 0.7, 0.8), strict=True)
    }
}


def test_whole_numbers_for_gates_are_too_coarse_to_tell() -> None:
    claimed = {"f": 1, "i": 1, "g": 1, "o": 1, "c": 1, "h": 0}
    found = marked({**SCALAR, "claimed": claimed}).checks
    assert [(c.verdict, c.mistake) for c in found] == [("coarse", "too-few-digits")] * 6
    assert not any("wrong" in c.verdict for c in found)
    assert "f_1 should be 0.6225, not 1" in found[1].explanation


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("0.6", "right"),  # as many decimals as the data have
        ("0.62", "right"),
        ("0.625", "wrong"),
        ("1", "coarse"),
        ("2", "wrong"),  # not right, however few digits it has
    ],
)
def test_few_digits_are_judged_by_those_of_the_data(claim: str, verdict: str) -> None:
    (check,) = marked({**SCALAR, "claimed": {"f": claim}}).checks
    assert check.verdict == verdict


def test_few_digits_of_large_and_of_saturated_numbers_are_enough() -> None:
    assert checks({"h": 125}, x=1, W_x=125.3, W_h=0)["h_1"].verdict == "right"  # three digits
    saturated = checks({"h": 1}, x=1, W_x=12.285, W_h=0, activation="tanh")
    assert saturated["h_1"].verdict == "right"  # off by 4e-11


def test_what_follows_a_coarse_answer_is_computed_from_the_truth() -> None:
    claimed = {"f": 1, "i": 0.6457, "g": 0.6044, "c": 0.7014}
    found = {c.symbol: c.verdict for c in marked({**SCALAR, "claimed": claimed}).checks}
    assert found == {"i_1": "right", "f_1": "coarse", "g_1": "right", "c_1": "right"}


def test_null_is_no_answer_and_no_mistake() -> None:
    found = marked({**SCALAR, "claimed": {"c": None, "h": 0.4176}}).checks
    assert [(c.symbol, c.verdict, c.mistake) for c in found] == [
        ("c_1", "unanswered", None),
        ("h_1", "right", None),
    ]
    assert found[0].claimed is None


def test_the_index_may_be_dropped_where_there_is_one_step() -> None:
    assert set(checks({"h": [0.5, -1.5], "a": [0.5, -1.5], "x": 0.5})) == {"h_1", "a_1", "x_1"}
    assert set(checks({"h": [0.5, -1.5]}, t=7)) == {"h_7"}


def test_the_wrong_entries_are_named() -> None:
    check = checks({"h": [0.5, 7]})["h_1"]
    assert check.where == "h_1[2]"
    assert check.explanation.endswith("h_1[2] should be -1.5, not 7.")
    assert check.mistake == "arithmetic-slip"  # the rest agrees


@pytest.mark.parametrize("scale", ["", "-"])
@pytest.mark.parametrize(
    ("true", "claim"),
    [
        ("0.125", "0.13"),
        ("0.125", "0.12"),
        ("0.345", "0.35"),
        ("4.995", "5.00"),
        ("0.375", "0.38"),
        ("1.005", "1.01"),
        ("0.545", "0.55"),
    ],
)
def test_a_tie_is_right_whichever_way_it_is_rounded(true: str, claim: str, scale: str) -> None:
    data = {"x": 1, "W_x": scale + true, "W_h": 0}
    assert checks({"h": scale + claim}, **data)["h_1"].verdict == "right"


def test_what_is_infinite_is_claimed_as_infinite() -> None:
    data = {"x": 1, "W_x": 1, "W_h": 0, "b": ".inf"}
    assert checks({"h": 3}, **data)["h_1"].verdict == "wrong"
    assert checks({"h": "-.inf"}, **data)["h_1"].verdict == "wrong"
    assert checks({"h": ".inf"}, **data)["h_1"].verdict == "right"
    assert checks({"x": ".inf"}, **data)["x_1"].verdict == "wrong"


REFUSED = [
    ({"hh": 1}, ("claimed", "hh"), "expected a symbol"),
    ({"h": [1, 2, 3]}, ("claimed", "h"), "expected 2 numbers, found 3 numbers"),
    ({"h": 1}, ("claimed", "h"), "found a single number"),
    ({"h": [1, "one"]}, ("claimed", "h", 1), "found the text 'one'"),
    ({"h": [1, "0e400"]}, ("claimed", "h", 1), "exponent"),
    ({"h": [[1], [1, 2]]}, ("claimed", "h"), "rows of different lengths"),
    ({"h": []}, ("claimed", "h"), "an empty list"),
    ({"h": [0.5, -1.5], "h_1": [0.5, -1.5]}, ("claimed", "h_1"), "one claim of h_1"),
]


@pytest.mark.parametrize(("claimed", "path", "words"), REFUSED)
def test_claims_that_cannot_be_compared(claimed: dict[str, Any], path: Any, words: str) -> None:
    asked = problem({**DATA, "claimed": {"a": [0.5, -1.5], **claimed}})
    found, (fault,) = Marker(asked.solve()).mark(asked.claimed)
    assert fault.path == path
    assert words in fault.message
    assert found[0].symbol == "a_1"
    assert found[0].verdict == "right"


def test_a_scalar_is_not_a_ragged_matrix() -> None:
    asked = problem(
        {"kind": "rnn-step", "x": 1, "W_x": 1, "W_h": 1, "claimed": {"h": [[0.76], []]}}
    )
    _, (fault,) = Marker(asked.solve()).mark(asked.claimed)
    assert "rows of different lengths" in fault.message


def test_of_several_steps_a_claim_says_which() -> None:
    data = {"kind": "rnn-step", "xs": [1] * 500, "W_x": 1, "W_h": 1}
    _, (fault,) = Marker(solved(data)).mark({"h": "1"})
    assert fault.hint.startswith("of which step? h_0, h_1, h_2")
    assert len(fault.hint) < 100
