"""Sheets of which all numbers are rounded to two decimals, on the way too: nobody is accused."""

import numpy as np
import pytest
from conftest import at_length, marked
from rounded_sheets import exact_values, rounded_sheets

from lstmhw.marking import Marker
from lstmhw.reading import from_text


@pytest.mark.parametrize("seed", range(6))
def test_the_hand_of_the_sheets_works_rightly(seed: int) -> None:
    text, values = exact_values(seed)
    answers = from_text("sheet.yaml", text.replace("claimed:", "")).problem.solve().answers
    assert {"loss"} < {*values}
    for symbol, value in values.items():
        found = np.asarray(answers[symbol])
        np.testing.assert_allclose(np.reshape(value, found.shape), found, atol=1e-8)


@pytest.mark.parametrize("seed", [at_length(0), 1])
def test_a_right_sheet_with_two_decimals_is_not_accused(seed: int) -> None:
    for sheet in rounded_sheets(6, seed):
        document = from_text("sheet.yaml", sheet.text)
        checks, faults = Marker(document.problem.solve()).mark(document.problem.claimed)
        assert not faults
        assert {check.verdict for check in checks} <= {"right", "rounding", "coarse"}, sheet.text


@pytest.mark.parametrize("claim", ["-0.041", "-0.038", "-0.031"])
def test_two_figures_of_one_answer_are_no_excuse(claim: str) -> None:
    (check,) = marked({**STACK, "claimed": {"h_2": claim}}).checks
    assert check.verdict == "wrong"


def test_nobody_cuts_off_one_number_and_rounds_up_the_next() -> None:
    data = {"kind": "rnn-step", "activation": "identity", "x": 1, "W_h": [[0, 0], [0, 0]]}
    for entries, name in (([0.3149, 0.5271], "truncated"), ([0.3149, 0.5278], "rounded-early")):
        claimed = {"h": ["0.314", f"{entries[1]:.3f}"]}
        (check,) = marked({**data, "W_x": [[e] for e in entries], "claimed": claimed}).checks
        assert check.mistake == name


def _cell(*weights: float) -> dict[str, dict[str, float]]:
    names = ("W_x", "W_h", "b")
    rows = [weights[k : k + 3] for k in range(0, 12, 3)]
    return {
        gate: dict(zip(names, row, strict=True)) for gate, row in zip("ifgo", rows, strict=True)
    }


STACK = {
    "kind": "lstm-step",
    "xs": [0.5, -1],
    "layers": [
        {"gates": _cell(0.5, 0.3, 0.2, -0.6, 0.1, 1, 1.1, -0.4, 0, 0.7, 0.2, 0)},
        {"gates": _cell(0.8, -0.2, 0, 0.4, 0.3, 1, -1.3, 0.5, 0.1, 0.6, 0.7, -0.2)},
    ],
}
