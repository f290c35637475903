"""Marking sheets with known mistakes: what is right is not accused, what is wrong is named."""

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import marked, problem
from gradient_sheets import gradient_sheets
from sheets import Sheet, correct_sheets, mistaken_sheets, two_mistakes_sheets

from lstmhw.marking import Marker
from lstmhw.mistakes import MISTAKES
from lstmhw.reading import from_text
from lstmhw.solution import Check

# Of the contract's mistakes those that are about a line of a working; the others are about counts
# (block-omitted) or about how a right number is written (truncated, rounded-early).
NAMES = {
    "softmax-for-sigmoid",
    "sigmoid-for-tanh",
    "tanh-for-sigmoid",
    "activation-omitted",
    "extra-activation",
    "concat-reversed",
    "bias-omitted",
    "recurrent-term-omitted",
    "input-term-omitted",
    "transposed",
    "gates-swapped",
    "gate-order",
    "states-swapped",
    "plus-for-times",
    "forget-term-omitted",
    "forget-gate-omitted",
    "input-gate-omitted",
    "recurrent-diagonal",
    "tanh-omitted",
    "update-flipped",
    "reset-misplaced",
    "sign-error",
    "bias-counted-twice",
    "one-bias-for-two",
}


def checks_of(sheet: Sheet) -> dict[str, Check]:
    document = from_text("sheet.yaml", sheet.text)
    checks, faults = Marker(document.problem.solve()).mark(document.problem.claimed)
    assert checks
    assert not faults
    return {check.symbol: check for check in checks}


def first_wrong(checks: dict[str, Check]) -> str | None:
    return next((check.symbol for check in checks.values() if check.verdict == "wrong"), None)


def test_every_mistake_of_a_line_has_a_rewrite_and_an_example() -> None:
    assert {mistake.name for mistake in MISTAKES} >= NAMES
    assert all(mistake.example for mistake in MISTAKES)


@pytest.mark.parametrize("seed", range(4))
def test_no_correct_sheet_is_accused(seed: int) -> None:
    sheets = [*correct_sheets(60, seed), *_some(gradient_sheets(20, seed), mistakes=0)]
    for sheet in sheets:
        verdicts = {check.verdict for check in checks_of(sheet).values()}
        assert verdicts <= {"right", "rounding"}, sheet.text


def _some(sheets: Iterator[Sheet], mistakes: int) -> Iterator[Sheet]:
    return (sheet for sheet in sheets if len(sheet.mistakes) == mistakes)


def test_the_first_wrong_cell_is_found_and_single_mistakes_are_named() -> None:
    sheets = [*mistaken_sheets(60, 5), *_some(gradient_sheets(20, 5), mistakes=1)]
    found: Counter[str] = Counter()
    for sheet in sheets:
        checks = checks_of(sheet)
        found["cell"] += first_wrong(checks) == sheet.first_wrong
        said = checks[sheet.first_wrong or ""].mistake
        found["name"] += said in (*sheet.mistakes, *sheet.also)
    assert found["cell"] >= 0.98 * len(sheets)
    assert found["name"] >= 0.90 * len(sheets)


def test_both_of_two_mistakes_are_named() -> None:
    """Of many sheets four in five, as the benchmark says; of these few a little fewer."""
    sheets = list(two_mistakes_sheets(30, 9))
    both = sum(_names(checks_of(sheet)) >= set(sheet.mistakes) for sheet in sheets)
    assert both >= 0.75 * len(sheets)


def _names(checks: dict[str, Check]) -> set[str]:
    return {
        name for check in checks.values() if check.mistake for name in check.mistake.split(" + ")
    }


LSTM: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [0.5, -1],
    "h_prev": [0.4, -0.2],
    "c_prev": [0.3, 0.8],
    "concat": ["h", "x"],
    "gates": {
        "i": {"W": [[1, -0.5, 0.5, 0.25], [0.5, 1, -1, 0.5]], "b": [0.5, -0.25]},
        "f": {"W": [[0.25, 0.5, 1, -1], [-0.5, 0.75, 0.5, 1]], "b": [-0.5, 1]},
        "g": {"W": [[-1, 0.5, 0.25, 0.75], [0.5, -0.75, 1, 0.25]], "b": [0.25, -0.5]},
        "o": {"W": [[0.5, 0.5, -0.75, 1], [1, -1, 0.25, 0.5]], "b": [0.75, 0.5]},
    },
}


def answers() -> dict[str, list[float]]:
    return {symbol: value.tolist() for symbol, value in marker().solution.answers.items()}


def claims(**changed: list[float]) -> dict[str, list[str]]:
    """The true answers to four decimals, some of them changed."""
    symbols = ("i_1", "f_1", "g_1", "o_1", "c_1", "h_1")
    values = {symbol: answers()[symbol] for symbol in symbols} | changed
    return {symbol: [f"{v:.4f}" for v in value] for symbol, value in values.items()}


@cache
def marker() -> Marker:
    """One for all claims, as the search keeps what depends on none of them."""
    return Marker(problem(LSTM).solve())


def check_of(claimed: dict[str, Any], symbol: str) -> Check:
    checks, faults = marker().mark(problem({**LSTM, "claimed": claimed}).claimed)
    assert not faults
    return next(check for check in checks if check.symbol == symbol)


def test_the_explanation_has_both_lines_and_their_numbers() -> None:
    a = answers()
    c = [i * g for i, g in zip(a["i_1"], a["g_1"], strict=True)]
    check = check_of(claims(c_1=c), "c_1")
    assert (check.verdict, check.mistake) == ("wrong", "forget-term-omitted")
    assert f"c_1 = i_1*g_1 gives {c[0]:.4f} in unit 1" in check.explanation
    assert f"c_1 = f_1*c_0 + i_1*g_1 gives {a['c_1'][0]:.4f}" in check.explanation


def test_what_follows_from_a_wrong_answer_is_credited() -> None:
    a = answers()
    c = [i * g for i, g in zip(a["i_1"], a["g_1"], strict=True)]
    h = [o * math.tanh(v) for o, v in zip(a["o_1"], c, strict=True)]
    check = check_of(claims(c_1=c, h_1=h), "h_1")
    assert (check.verdict, check.mistake) == ("follows", None)
    assert "from your own c_1" in check.explanation
    assert check.extras == {}


def test_a_claim_that_leaves_nothing_to_compute_earns_no_credit() -> None:
    check = check_of(claims(o_1=[0, 0], h_1=[0, 0]), "h_1")
    assert check.verdict == "follows"
    assert check.extras == {"credit": 0}
    assert "Your o_1 left nothing to compute" in check.explanation


def test_a_wrong_gate_that_is_not_zero_leaves_something_to_compute() -> None:
    a = answers()
    half = [0.5, 0.5]
    h = [0.5 * math.tanh(v) for v in a["c_1"]]
    assert check_of(claims(o_1=half, h_1=h), "h_1").extras == {}


@pytest.mark.parametrize(
    ("entry", "read", "name"),
    [
        (("f", 0, 2), 7.0, "miscopied-given"),
        (("f", 1, 1), -0.75, "sign-error"),
        (("f", 0, 1), 0.05, "miscopied-given"),
    ],
)
def test_a_misread_entry_is_found_with_what_it_was_read_as(
    entry: tuple[str, int, int], read: float, name: str
) -> None:
    gate, row, column = entry
    W = [list(r) for r in LSTM["gates"][gate]["W"]]
    true = W[row][column]
    W[row][column] = read
    v = [*LSTM["h_prev"], *LSTM["x"]]
    b = LSTM["gates"][gate]["b"]
    z = [math.fsum(w * x for w, x in zip(r, v, strict=True)) + c for r, c in zip(W, b, strict=True)]
    value = [1 / (1 + math.exp(-entry)) for entry in z]
    check = check_of(claims(f_1=value), "f_1")
    assert check.mistake == name
    place = f"W_{gate}[{row + 1}][{column + 1}]"
    assert check.where == f"{place} was read as {read:g}, it is {true:g}"


def test_a_slip_is_called_a_slip_only_where_the_rest_agrees() -> None:
    a = answers()
    slip = check_of(claims(c_1=[a["c_1"][0] + 0.0371, a["c_1"][1]]), "c_1")
    assert slip.mistake == "arithmetic-slip"
    alone = check_of({"c_1": ["0.7713", "0.1239"]}, "c_1")
    assert (alone.verdict, alone.mistake) == ("wrong", None)


@pytest.mark.parametrize(
    ("claimed", "mistake"),
    [
        ({"a_1": "0.87", "h_1": "0.7047"}, "truncated"),  # of 0.8765
        ({"a_1": "0.88", "h_1": "0.7064"}, "rounded-early"),  # tanh(0.88), not tanh(0.8765)
        ({"a_1": "0.8765", "h_1": "0.704"}, "truncated"),  # of 0.70466
    ],
)
def test_truncated_and_rounded_early_are_said_so(claimed: dict[str, str], mistake: str) -> None:
    data: dict[str, Any] = {"kind": "rnn-step", "x": 1, "W_x": 0.8765, "W_h": 0}
    checks = marked({**data, "claimed": claimed}).checks
    assert {(c.verdict, c.mistake) for c in checks} == {("right", None), ("rounding", mistake)}


def test_zeros_are_not_what_is_left_of_a_number_cut_off() -> None:
    zeros = {symbol: ["0", "0"] for symbol in ("f_1", "i_1", "o_1")}
    verdicts = [check.verdict for check in marked({**LSTM, "claimed": zeros}).checks]
    true = np.array([answers()[symbol] for symbol in ("i_1", "f_1", "o_1")])
    expected = ["right" if row else "wrong" for row in np.all(np.abs(true) <= 0.5, axis=1)]
    assert verdicts == expected
    assert "wrong" in verdicts


def test_a_number_out_of_thin_air_is_seldom_given_a_name() -> None:
    """So seldom that these sixteen have none."""
    rng = np.random.default_rng(4)
    for values in rng.uniform(-1, 1, (16, 2)):
        check = check_of({"c_1": [f"{v:.4f}" for v in values]}, "c_1")
        assert (check.verdict, check.mistake) == ("wrong", None)


def test_a_given_value_that_is_copied_wrong() -> None:
    check = check_of({"c_0": ["0.3", "0.9"]}, "c_0")
    assert (check.verdict, check.mistake) == ("wrong", "miscopied-given")


def test_a_mistake_made_again_is_wrong_again_and_what_lies_between_follows() -> None:
    data: dict[str, Any] = {
        "kind": "rnn-step",
        "xs": [1, 2],
        "W_x": 0.5,
        "W_h": 0.25,
        "b": 0.1,
        "claimed": {"a_1": "0.5", "h_1": "0.4621", "a_2": "1.1155", "h_2": "0.8061"},
    }
    checks = {check.symbol: check for check in marked(data).checks}
    assert [checks[s].verdict for s in ("a_1", "h_1", "a_2", "h_2")] == [
        "wrong",
        "follows",
        "wrong",
        "follows",
    ]
    assert checks["a_1"].mistake == checks["a_2"].mistake == "bias-omitted"


def test_a_gate_computed_where_the_sheet_gives_its_value() -> None:
    true = answers()
    gates = {**LSTM["gates"], "f": {**LSTM["gates"]["f"], "value": [0.9, 0.1]}}
    data = {**LSTM, "gates": gates}
    claimed = {symbol: [f"{v:.4f}" for v in true[symbol]] for symbol in ("f_1", "c_1")}
    alone = marked({**data, "claimed": {"c_1": claimed["c_1"]}}).checks
    assert [check.mistake for check in alone] == ["given-value-ignored"]
    both = marked({**data, "claimed": claimed}).checks
    assert [(check.verdict, check.mistake) for check in both] == [
        ("wrong", "given-value-ignored"),
        ("follows", None),
    ]


def test_rewording_the_notes_changes_no_mark() -> None:
    """What a line does is data: no mistake is told by the words beside it."""
    sheets = [*mistaken_sheets(14, 31), *gradient_sheets(6, 32)]
    named = 0
    for sheet in sheets:
        asked = from_text("sheet.yaml", sheet.text).problem
        solution = asked.solve()
        steps = tuple(
            step._replace(note=f"line {k}, through nothing")
            for k, step in enumerate(solution.steps)
        )
        assert any(step.note for step in solution.steps)
        usual, _ = Marker(solution).mark(asked.claimed)
        reworded, _ = Marker(solution._replace(steps=steps)).mark(asked.claimed)
        assert list(map(str, usual)) == list(map(str, reworded))
        named += any(check.mistake for check in usual)
    assert named > 12


def mistake_of(data: dict[str, Any], symbol: str, claim: Any) -> tuple[str, str | None]:
    (check,) = marked({**data, "claimed": {symbol: claim}}).checks
    return check.verdict, check.mistake


def test_a_step_at_its_threshold_is_told_as_that() -> None:
    unit = {"kind": "rnn-step", "x": 0, "W_x": 1, "W_h": 2, "activation": "step"}
    assert mistake_of(unit, "h_1", 0) == ("right", None)
    assert mistake_of(unit, "h_1", 1) == ("wrong", "step-from-0-for-step")
    other = {**unit, "activation": "step-from-0"}
    assert mistake_of(other, "h_1", 1) == ("right", None)
    assert mistake_of(other, "h_1", 0)[0] == "wrong"


def test_the_slope_of_another_hard_sigmoid_has_a_name() -> None:
    unit = {"kind": "rnn-step", "x": 1.37, "W_x": 1, "W_h": 0, "activation": "hard-sigmoid"}
    assert mistake_of(unit, "h_1", 0.7283) == ("wrong", "hard-sigmoid-slope")  # 1.37/6 + 0.5
    other = {**unit, "activation": "hard-sigmoid-6"}
    assert mistake_of(other, "h_1", 0.774) == ("wrong", "hard-sigmoid-slope")  # 0.2*1.37 + 0.5
