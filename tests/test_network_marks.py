"""Marks of networks: what goes wrong with layers, directions, batches, options and losses."""

import copy
import random
from typing import Any

import numpy as np
import pytest
from conftest import at_length, examples, marked, problem, solved
from hypothesis import given
from hypothesis import strategies as st
from network_sheets import network_sheet
from random_stacks import CELLS, Maker

import lstmhw.marking
from lstmhw.marking import Marker
from lstmhw.reading import from_text
from lstmhw.solution import Check

BOTH: dict[str, Any] = {
    "kind": "rnn-step",
    "xs": [[1, 2], [3, 4], [5, 6]],
    "W_x": [[0.1, 0.2], [0.3, -0.1]],
    "W_h": [[0.5, 0.2], [0.1, 0.4]],
    "b": [0.1, -0.2],
    "reverse": {
        "W_x": [[0.2, -0.1], [0.1, 0.1]],
        "W_h": [[0.3, 0.1], [0.2, 0.5]],
        "b": [0.05, 0.1],
    },
    "output": {"W": [[1, 2, -1, 0.5]]},
}
W_y = np.array([1, 2, -1, 0.5])
GATES = {
    gate: {"W_x": [[0.5, 0.2], [-0.3, 0.4]], "W_h": [[0.1, 0.2], [0.3, -0.2]], "b": [0.1 * k, 0.2]}
    for k, gate in enumerate("fgo")
}
COUPLED: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [0.5, -1],
    "h_prev": [0.25, -0.1],
    "c_prev": [0.8, -1.1],
    "gates": GATES,
    "coupled": True,
}
SEEN: dict[str, Any] = {**COUPLED, "peephole": {"f": [0.5, -0.4], "o": [0.3, 0.6]}}
LETTERS: dict[str, Any] = {
    "kind": "lstm-gradient",
    "cell": "rnn",
    "xs": np.eye(4)[[0, 1, 2, 2]].tolist(),
    "W_x": [[0.1, 0.2, -0.3, 0.4], [0.5, -0.1, 0.2, 0.1]],
    "W_h": [[0.3, -0.2], [0.1, 0.4]],
    "b": [0.1, 0],
    "output": {"W": [[0.2, 0.1], [-0.3, 0.4], [0.5, 0.6], [0.1, -0.1]], "activation": "softmax"},
    "targets": [1, 2, 2, 3],
    "classes_from": 0,
    "loss": "cross-entropy",
    "over_steps": "mean",
}


def rounded(value: Any, digits: int = 4) -> Any:
    return np.round(np.asarray(value, dtype=float), digits).tolist()


def checks(data: dict[str, Any], claims: dict[str, Any]) -> dict[str, Check]:
    return {check.symbol: check for check in marked({**data, "claimed": claims}).checks}


def named(data: dict[str, Any], claims: dict[str, Any]) -> dict[str, str | None]:
    """The mistake of each answer that is wrong."""
    found = checks(data, claims).items()
    return {symbol: check.mistake for symbol, check in found if check.verdict == "wrong"}


def without(data: dict[str, Any], *path: str) -> dict[str, Any]:
    """The problem without the key at a path."""
    changed = copy.deepcopy(data)
    there = changed
    for key in path[:-1]:
        there = there[key]
    del there[path[-1]]
    return changed


def test_both_directions_put_together_in_reverse_order() -> None:
    answers = solved(BOTH).answers
    y = {t: W_y @ np.concatenate([answers[f"h_{t}@rev"], answers[f"h_{t}"]]) for t in (1, 2)}
    claims = {f"y_{t}": rounded(value) for t, value in y.items()}
    claims |= {symbol: rounded(answers[symbol]) for symbol in ("h_1", "h_1@rev")}
    assert named(BOTH, claims) == dict.fromkeys(("y_1", "y_2"), "directions-swapped")


def test_the_reverse_direction_is_not_turned_back() -> None:
    answers = solved(BOTH).answers
    y = [W_y @ np.concatenate([answers[f"h_{t}"], answers[f"h_{4 - t}@rev"]]) for t in (1, 2, 3)]
    claims = {f"y_{t}": rounded(value) for t, value in enumerate(y, 1)}
    found = checks(BOTH, claims)
    assert [found[f"y_{t}"].mistake for t in (1, 2, 3)] == [
        "direction-not-reversed",
        None,  # the middle stays where it is
        "direction-not-reversed",
    ]


def test_the_inputs_are_not_turned_round() -> None:
    answers = solved({**BOTH, "xs": BOTH["xs"][::-1]}).answers
    claims = {f"h_{t}@rev": rounded(answers[f"h_{t}@rev"]) for t in (1, 2, 3)}
    expected = dict.fromkeys(("h_3@rev", "h_1@rev"), "direction-not-reversed")
    assert named(BOTH, claims) == expected
    assert checks(BOTH, claims)["h_2@rev"].verdict == "follows"


def test_a_bias_left_out_in_one_direction_is_no_mistake_of_the_other() -> None:
    answers = solved(without(BOTH, "reverse", "b")).answers
    claims = {s: rounded(answers[s]) for s in ("h_1", "h_3@rev", "h_1@rev", "y_1")}
    found = checks(BOTH, claims)
    assert [found[s].verdict for s in claims] == ["right", "wrong", "wrong", "follows"]
    assert found["h_3@rev"].mistake == found["h_1@rev"].mistake == "bias-omitted"
    assert found["h_3@rev"].explanation.startswith("b@rev was left out.")


def test_a_layer_that_reads_the_input() -> None:
    layer = {"W_x": [[0.5, -0.2], [0.3, 0.4]], "W_h": [[0.1, 0.3], [-0.2, 0.2]]}
    data = {"kind": "rnn-step", "xs": [[1, -0.5], [0.25, 2]], "layers": [layer, layer]}
    alone = solved({"kind": "rnn-step", "xs": data["xs"], **layer}).answers
    claims = {"h_1@2": rounded(alone["h_1"]), "h_2@2": rounded(alone["h_2"])}
    found = checks(data, claims)
    assert "layer-skipped" in (found["h_1@2"].mistake or "")


def test_the_input_gate_is_not_coupled() -> None:
    answers = solved(COUPLED).answers
    f, g, o = (answers[f"{letter}_1"] for letter in "fgo")
    c = f * COUPLED["c_prev"] + f * g
    claims = {"i": rounded(f), "c": rounded(c), "h": rounded(o * np.tanh(c))}
    assert named(COUPLED, claims) == {"i_1": "coupling-omitted"}


@pytest.mark.parametrize("gate", ["f", "o"])
def test_a_peephole_is_left_out(gate: str) -> None:
    answers = solved(without(SEEN, "peephole", gate)).answers
    claims = {symbol: rounded(answers[f"{symbol}_1"]) for symbol in ("f", "c", "o", "h")}
    assert named(SEEN, claims)[f"{gate}_1"] == "peephole-omitted"


def test_the_output_gate_sees_the_old_cell_state() -> None:
    answers = solved(SEEN).answers
    z = solved(COUPLED).answers["z_o_1"] + np.array([0.3, 0.6]) * COUPLED["c_prev"]
    o = 1 / (1 + np.exp(-z))
    claims = {"o": rounded(o), "h": rounded(o * np.tanh(answers["c_1"]))}
    assert named(SEEN, claims) == {"o_1": "peephole-on-wrong-state"}


@pytest.mark.parametrize("row", [False, True])
def test_a_batch_is_marked_as_it_stands(row: bool) -> None:
    maker = Maker("rnn", 3, row=row, batch=3)
    data = maker.problem(steps=2) | maker.output(1, 2) | {"lengths": [2, 1, 2]}
    answers = solved(data).answers
    right = {symbol: rounded(answers[symbol]) for symbol in ("h_1", "h_2", "y_2")}
    assert {check.verdict for check in checks(data, right).values()} == {"right"}
    bias = solved(without(data, "b")).answers
    claims = {symbol: rounded(bias[symbol]) for symbol in ("h_1", "h_2")}
    assert set(named(data, claims).values()) == {"bias-omitted"}
    longer = solved(without(data, "lengths")).answers
    claims = {symbol: rounded(longer[symbol]) for symbol in ("h_1", "h_2")}
    assert named(data, claims) == {"h_2": "length-ignored"}
    slip = np.array(right["h_1"])
    slip[(2, 1) if row else (1, 2)] += 0.0137
    assert checks(data, {"h_1": slip.tolist()})["h_1"].where == (
        "h_1[3][2]" if row else "h_1[2][3]"
    )


def test_points_of_a_batch_are_shared_by_its_numbers() -> None:
    maker = Maker("rnn", 3, batch=3)
    data = maker.problem(steps=1) | {"marking": {"per": "entry", "points": 6}}
    slip = np.array(rounded(solved(data).answers["h_1"]))
    slip[0, 1] += 0.0137
    claims = {"h_1": tuple(tuple(map(str, row)) for row in slip.tolist())}
    score = lstmhw.marking.marked(problem(data), claims)[0].score
    assert score is not None
    assert (score.earned, score.out_of) == (5, 6)


def test_a_gradient_is_carried_through_a_truncation() -> None:
    data = {**LETTERS, "truncate": 2}
    loss = rounded(solved(data).answers["loss"], 5)
    for whole, expected in ((LETTERS, "truncation-ignored"), (data, None)):
        answers = solved(whole).answers
        claims = {"loss": loss, "dW_h": rounded(answers["dW_h"], 5)}
        assert named(data, claims) == ({"dW_h": expected} if expected else {})


def test_a_sum_for_a_mean_and_a_mean_for_a_sum() -> None:
    summed = {**LETTERS, "over_steps": "sum"}
    answers = solved(summed).answers
    claims = {s: rounded(answers[s], 5) for s in ("loss", "dW_h")}
    assert named(LETTERS, claims) == {"loss": "summed", "dW_h": "summed"}
    answers = solved(LETTERS).answers
    claims = {"loss": rounded(answers["loss"], 5)}
    assert named(summed, claims) == {"loss": "averaged"}


def test_a_logarithm_to_the_base_ten() -> None:
    loss = solved(LETTERS).answers["loss"] / np.log(10)
    assert named(LETTERS, {"loss": rounded(loss, 5)}) == {"loss": "logarithm-base"}


def test_scores_for_probabilities() -> None:
    data = {**LETTERS, "over_steps": "sum"}
    scores = solved(data).answers["a_y_4"] - np.array([0, 0, 0, 1])
    assert named(data, {"da_y_4": rounded(scores)}) == {"da_y_4": "activation-omitted"}


@pytest.mark.parametrize("cell", CELLS)
@examples(3, 24)
@given(
    seed=st.integers(0, 10**6),
    row=st.booleans(),
    batch=st.sampled_from([0, 2]),
    digits=st.integers(2, 4),
    layers=st.sampled_from([((2, 2),), ((1, 0), (2, 0)), ((1, 1), (2, 0))]),
)
def test_no_right_answer_is_accused(
    cell: str, seed: int, row: bool, batch: int, digits: int, layers: Any
) -> None:
    maker = Maker(cell, seed, row=row, batch=batch)
    top = sum(layers[-1])
    data = maker.problem(gradient=True, layers=layers, steps=2) | maker.output(2, top, "softmax")
    rows = [[0, 1], [1, 0]] if batch else [0, 1]
    data |= {"targets": rows, "classes_from": 0, "loss": "cross-entropy"}
    answers = solved(data).answers
    asked = random.Random(seed).sample(sorted(answers), 6)
    found = checks(data, {symbol: rounded(answers[symbol], digits) for symbol in asked})
    assert "wrong" not in {check.verdict for check in found.values()}


DEEP: dict[str, Any] = {
    "kind": "rnn-step",
    "xs": [[1, 2], [3, 4]],
    "layers": [
        {
            "W_x": [[0.1, 0.1], [0.1, 0.2]],
            "W_h": [[1, 0], [0, 1]],
            "reverse": {"W_x": [[0.1, 0.1], [0.1, 0.1]], "W_h": [[1, 0], [0, 1]]},
        },
        {"W_x": [[0.1, 0.1, 0.2, 0.3]], "W_h": [[1]]},
        {"W_x": [[0.1]], "W_h": [[0.3]], "b": [0.1]},
    ],
}


@pytest.mark.parametrize(
    ("symbol", "formula"),
    [
        ("h_1", "tanh(W_x x_1 + W_h h_0)"),
        ("h_1@rev", "tanh(W_x x_t + W_h h_{t+1})"),
        ("h_2@rev", "tanh(W_x@rev x_2 + W_h@rev h_3@rev)"),
        ("a_2@rev", "W_x x + W_h h"),
        ("h_1@2", "tanh(W_x@2 x_1@2 + W_h@2 h_0@2)"),
        ("a_1@2", "W_x [h_1; h_1@rev] + W_h h_0"),
        ("h_2@2", r"\\tanh(W_x x_t + W_h h_{t-1})"),
        ("a_1@3", "W_x x + W_h h + b"),
        ("h_2@3", "tanh(W_x h_2@2 + W_h h_{t-1} + b)"),
    ],
)
def test_formulas_of_a_layer_are_right(symbol: str, formula: str) -> None:
    (check,) = checks(DEEP, {symbol: formula}).values()
    assert check.verdict == "right", check.explanation


@pytest.mark.parametrize(
    ("symbol", "formula"),
    [
        ("h_2@3", "tanh(W_x x_2 + W_h@2 h_{t-1} + b)"),
        ("h_1@2", "tanh(W_x@2 x_1@2 + W_h@2 h_0)/2"),
        ("h_2@rev", "tanh(W_x x_2 + W_h h_1)"),
        ("h_2@3", "tanh(W_x h_1@2 + W_h h_1 + b)"),
    ],
)
def test_formulas_of_another_layer_or_time_are_wrong(symbol: str, formula: str) -> None:
    (check,) = checks(DEEP, {symbol: formula}).values()
    assert check.verdict == "wrong", check.explanation


def test_a_formula_speaks_of_one_example_of_a_batch() -> None:
    maker = Maker("rnn", 3, batch=3)
    data = maker.problem(gradient=True, steps=2) | {"lengths": [2, 1, 2]}
    data |= {"targets": [maker.examples(2), maker.examples(2)]}
    right = {
        "a_1": "W_x x_1 + W_h h_0 + b",
        "h_2": "tanh(a_2)",
        "dW_x_1": "da_1 x_1^T",
        "db": "da_1 + da_2",
        "loss_1": "sum((h_1 - target_1)^2)/2",
    }
    found = checks(data, right)
    assert {s: found[s].verdict for s in right} == dict.fromkeys(right, "right")
    wrong = {"a_1": "W_x x_1 + W_h h_0", "dW_x_1": "da_1 h_0^T", "db": "da_2"}
    assert set(named(data, wrong)) == set(wrong)


def test_formulas_of_losses() -> None:
    right = {
        "loss_1": "-sum(target_1*ln(y_1))",
        "loss": "(loss_1 + loss_2 + loss_3 + loss_4)/4",
        "perplexity": "exp(loss)",
        "da_y_1": "(y_1 - target_1)/4",
    }
    found = checks(LETTERS, right)
    assert {s: found[s].verdict for s in right} == dict.fromkeys(right, "right")
    assert set(named(LETTERS, {"loss_1": "sum(target_1*ln(y_1))"})) == {"loss_1"}


@pytest.mark.parametrize(("one", "two", "total"), [(0.35, -0.8, 2), (1.15, 0.42, 2), (0.7, 0.9, 3)])
def test_a_half_left_out_is_named_once_and_a_rounded_total_follows(
    one: float, two: float, total: int
) -> None:
    ys = [1.2, 1.2 * 0.5 - 0.9 * 1.2]
    losses = [(y - target) ** 2 for y, target in zip(ys, (one, two), strict=True)]
    data = {"kind": "rnn-step", "activation": "identity", "xs": [1, 0.5], "W_x": 1.2, "W_h": -0.9}
    claimed = {f"loss_{t}": f"{loss:.4f}" for t, loss in enumerate(losses, 1)}
    claimed["loss"] = f"{sum(losses):.{total}f}"
    found = marked({**data, "targets": [one, two], "claimed": claimed}).checks
    assert [check.mistake for check in found[:2]] == ["factor-omitted", "factor-omitted"]
    assert found[1].extras["repeats"] == "loss_1"
    assert found[2].verdict == "follows"
    halves = dict(zip(claimed, [*(loss / 2 for loss in losses), sum(losses) / 2], strict=True))
    right = {name: f"{half:.4f}" for name, half in halves.items()}
    again = marked({**data, "targets": [one, two], "claimed": right}).checks
    assert not any(check.verdict == "wrong" for check in again)


def _written(values: dict[str, Any], digits: int = 4) -> dict[str, Any]:
    return {s: [f"{v:.{digits}f}" for v in np.ravel(value)] for s, value in values.items()}


def _mistakes(data: dict[str, Any], claimed: dict[str, Any]) -> list[str | None]:
    return [check.mistake for check in marked({**data, "claimed": claimed}).checks]


@pytest.mark.parametrize("part", [slice(0, 2), slice(2, 4)])
def test_an_output_that_reads_one_direction_omits_the_other(part: slice) -> None:
    answers = solved(BOTH).answers
    read = "h_{}" if part.start == 0 else "h_{}@rev"
    ys = {f"y_{t}": W_y[part] @ answers[read.format(t)] for t in (1, 2, 3)}
    assert _mistakes(BOTH, _written(ys)) == ["direction-omitted"] * 3


def test_a_reverse_cell_that_is_run_forward_is_not_reversed() -> None:
    alone = {"kind": "rnn-step", "xs": BOTH["xs"], **BOTH["reverse"]}
    forward = solved(alone).answers
    claimed = _written({f"h_{t}@rev": forward[f"h_{t}"] for t in (1, 2, 3)})
    assert _mistakes(BOTH, claimed) == ["direction-not-reversed"] * 3
    only = {**alone, "direction": "reverse"}
    claimed = _written({f"h_{t}": forward[f"h_{t}"] for t in (1, 2, 3)})
    assert _mistakes(only, claimed) == ["direction-not-reversed"] * 3


def test_a_layer_that_reads_c_of_the_layer_below_has_its_states_swapped() -> None:
    lower, upper = ({**GATES, "i": GATES[gate]} for gate in "fo")
    stack = {"kind": "lstm-step", "xs": [[0.5, -1], [0.8, 0.3]]}
    below = solved({**stack, "gates": lower}).answers
    cells = [below[f"c_{t}"].tolist() for t in (1, 2)]
    above = solved({"kind": "lstm-step", "xs": cells, "gates": upper}).answers
    claimed = _written({f"h_{t}@2": above[f"h_{t}"] for t in (1, 2)}, 5)
    data = {**stack, "layers": [{"gates": lower}, {"gates": upper}]}
    assert _mistakes(data, claimed) == ["states-swapped"] * 2


@pytest.mark.parametrize("seed", [0, at_length(1)])
def test_the_loss_of_the_last_step_alone_is_one_cause_of_all_gradients(seed: int) -> None:
    sheet = network_sheet(seed, "only-last-step", is_right=False)
    document = from_text("sheet.yaml", sheet.text)
    checks, faults = Marker(document.problem.solve()).mark(document.problem.claimed)
    assert not faults
    first, *others = (check for check in checks if check.verdict == "wrong")
    assert (first.symbol, first.mistake) == ("loss", "only-last-step")
    assert [check.extras["repeats"] for check in others] == ["loss"] * 3


def test_one_input_read_wrong_is_told_rather_than_a_weight_in_each_gate() -> None:
    weights = {"i": (0.7, 0.1), "f": (0.2, 1), "g": (1.4, 0.3), "o": (0.9, 0.5)}
    gates = {gate: {"W_x": w, "W_h": 0, "b": b} for gate, (w, b) in weights.items()}
    claimed = {f"z_{gate}": f"{w * 6 + b:.4f}" for gate, (w, b) in weights.items()}
    checks = marked({"kind": "lstm-step", "x": 0.6, "gates": gates, "claimed": claimed}).checks
    assert {check.where for check in checks} == {"x_1 was read as 6, it is 0.6"}
