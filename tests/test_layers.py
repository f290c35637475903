"""Layers on each other, and both directions of time."""

import json
from typing import Any

import numpy as np
import pytest
from conftest import marked, solved
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import CELLS, GATES, Maker, seen_units, stacks
from stack_checks import assert_forward, assert_gradients, refused

from lstmhw.render import FORMATS, render
from lstmhw.view import View

BOTH: dict[str, Any] = {  # two units, both ways, over three inputs
    "kind": "rnn-step",
    "xs": [[1, 2], [3, 4], [5, 6]],
    "W_x": [[0.1, 0.1], [0.1, 0.1]],
    "W_h": [[1, 0], [0, 1]],
}
BOTH["reverse"] = {"W_x": BOTH["W_x"], "W_h": BOTH["W_h"]}
TWO: dict[str, Any] = {
    "kind": "rnn-step",
    "xs": [[1, 2], [3, 4]],
    "layers": [
        {"W_x": [[0.5, -0.25], [0.25, 0.125]], "W_h": [[0.5, 0], [0.25, 0.5]]},
        {"W_x": [[1, -1]], "W_h": [[0.5]]},
    ],
}


def changed(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The problem with other keys; None takes one away."""
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=8)
@given(data=st.data())
def test_stacks_are_those_of_plain_equations(cell: str, data: st.DataObject) -> None:
    assert_forward(data.draw(stacks(cell)))


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=4)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_gradients_go_back_through_stacks(cell: str, data: st.DataObject, seed: int) -> None:
    asked = data.draw(stacks(cell, gradient=True))
    maker = Maker(cell, seed)
    asked["targets"] = [maker.numbers(seen_units(asked)) for _ in asked["xs"]]
    assert_gradients(asked)


@pytest.mark.parametrize("row", [False, True])
@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=3)
@given(seed=st.integers(0, 1000))
def test_an_output_layer_sees_both_directions(cell: str, row: bool, seed: int) -> None:
    maker = Maker(cell, seed, row=row)
    data = maker.problem(layers=((2, 1), (2, 3)))
    answers = assert_forward(data | maker.output(2, 5, "softmax"))
    assert np.shape(answers["y_1"]) == (2,)


@pytest.mark.parametrize("cell", CELLS)
@given(seed=st.integers(0, 1000))
@settings(max_examples=3)
def test_gradients_through_an_output_of_both_directions(cell: str, seed: int) -> None:
    maker = Maker(cell, seed)
    data = maker.problem(gradient=True, steps=2, layers=((2, 1),)) | maker.output(2, 3, "sigmoid")
    data |= {"targets": maker.numbers(2, 2), "learning_rate": 0.25}
    answers = assert_gradients(data)
    assert {"dW_y", "db_y", "W_y_new"} <= set(answers)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_runs_backwards_is_one_that_reads_the_inputs_backwards(cell: str) -> None:
    data = Maker(cell, 1).problem(steps=3)
    backwards = assert_forward({**data, "direction": "reverse"})
    turned = solved({**data, "xs": data["xs"][::-1]}).answers
    for t in (1, 2, 3):
        assert np.allclose(backwards[f"x_{t}"], data["xs"][t - 1])
        assert np.allclose(backwards[f"h_{t}"], turned[f"h_{4 - t}"], rtol=0, atol=1e-12)
    one = solved({**data, "xs": data["xs"][:1]}).answers
    same = solved({**data, "xs": data["xs"][:1], "direction": "reverse"}).answers
    assert np.allclose(one["h_1"], same["h_1"], rtol=0, atol=1e-12)
    forward = solved({**data, "direction": "forward"}).answers
    assert np.allclose(forward["h_3"], solved(data).answers["h_3"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_a_cell_that_runs_backwards(cell: str) -> None:
    maker = Maker(cell, 2)
    data = maker.problem(gradient=True, steps=3) | {"direction": "reverse"}
    assert_gradients({**data, "targets": [None, maker.numbers(2), maker.numbers(2)]})


@pytest.mark.parametrize("cell", CELLS)
def test_indices_start_where_the_problem_does(cell: str) -> None:
    answers = assert_forward(Maker(cell, 3).problem(steps=2, layers=((1, 2), (2, 1))) | {"t": 4})
    assert {"h_4", "h_5", "h_4@rev", "h_4@2", "h_5@2rev"} <= set(answers)
    assert "h_1" not in answers


@pytest.mark.parametrize("cell", CELLS)
def test_one_layer_is_no_other_problem(cell: str) -> None:
    data = Maker(cell, 4).problem(steps=2, layers=((2, 1),))
    keys = ("gates", "W_x", "W_h", "b", "h_prev", "c_prev", "reverse")
    layer = {key: data.pop(key) for key in keys if key in data}
    top, inside = solved({**data, **layer}).answers, solved({**data, "layers": [layer]}).answers
    assert set(top) == set(inside)
    assert all(np.allclose(top[symbol], inside[symbol], rtol=0, atol=1e-12) for symbol in top)


def test_states_that_are_left_out_are_zero() -> None:
    for cell in CELLS:
        data = Maker(cell, 5).problem(steps=2, layers=((2, 1), (1, 2)))
        for layer in data["layers"]:
            for way in (layer, layer["reverse"]):
                way.pop("h_prev")
                way.pop("c_prev", None)
        assert_forward(data)


def test_layers_may_be_stacked_as_pytorch_keeps_them() -> None:
    for cell, blocks in (("lstm", 4), ("gru", 3)):
        maker = Maker(cell, 6)
        layers = []
        for inputs in (2, 4):
            ways = [
                {
                    "stacked": {
                        "layout": "pytorch",
                        "weight_ih": maker.numbers(2 * blocks, inputs),
                        "weight_hh": maker.numbers(2 * blocks, 2),
                        "bias_ih": maker.numbers(2 * blocks),
                        "bias_hh": maker.numbers(2 * blocks),
                    }
                }
                for _ in range(2)
            ]
            layers.append({**ways[0], "reverse": ways[1]})
        assert_forward({"kind": f"{cell}-step", "xs": maker.numbers(3, 2), "layers": layers})


def test_matrices_on_state_and_input_together() -> None:
    for order in (["h", "x"], ["x", "h"]):
        for row in (False, True):
            maker = Maker("lstm", 7, row=row)
            layers = [
                {"gates": {g: {"W": maker.matrix(2, 2 + n), "b": maker.numbers(2)} for g in "ifgo"}}
                for n in (3, 2)
            ]
            data = {"kind": "lstm-step", "xs": maker.numbers(2, 3), "concat": order}
            data |= {"orientation": "row"} if row else {}
            assert_forward({**data, "layers": layers})


def test_all_layers_use_the_activations_of_the_problem() -> None:
    use = {"gate": "hard-sigmoid-6", "candidate": "leaky-relu", "state": "identity"}
    data = Maker("lstm", 8).problem(layers=((2, 2), (1, 1))) | {"activations": use}
    assert "identity_c_1@2rev" in assert_forward(data)
    assert_forward(Maker("rnn", 8).problem(layers=((2, 2), (1, 0))) | {"activation": "relu"})
    use = {"gate": "hard-sigmoid", "candidate": "relu"}
    assert_forward(Maker("gru", 8).problem(layers=((2, 2), (1, 1))) | {"activations": use})


def test_both_ways_by_hand() -> None:
    answers = assert_forward(BOTH)
    for unit in (0, 1):
        found = [answers[f"h_{t}"][unit] for t in (1, 2, 3)]
        assert np.allclose(found, [0.29131261, 0.75792147, 0.9524864], rtol=0, atol=5e-9)
        found = [answers[f"h_{t}@rev"][unit] for t in (1, 2, 3)]
        assert np.allclose(found, [0.83524546, 0.90523839, 0.80049902], rtol=0, atol=5e-9)


def test_marks_know_the_symbols_of_layers() -> None:
    both = marked({**BOTH, "claimed": {"h_1@rev": [0.8352, 0.8352], "h_3": [0.9525, 0.9525]}})
    assert {check.symbol: check.verdict for check in both.checks} == {
        "h_1@rev": "right",
        "h_3": "right",
    }
    two = solved(TWO).answers["h_2@2"]
    (check,) = marked({**TWO, "claimed": {"h_2@2": [round(float(two[0]), 4)]}}).checks
    assert check.verdict == "right"
    (check,) = marked({**TWO, "claimed": {"h_2@2": [0.1234]}}).checks
    assert check.verdict == "wrong"


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_layers_and_directions(form: str) -> None:
    maker = Maker("lstm", 11)
    data = maker.problem(gradient=True, steps=2, layers=((2, 1), (1, 0)))
    data |= {"targets": [None, maker.numbers(1)], "title": "Backward through layers"}
    for asked in (data, {**BOTH, "title": "Both ways"}):
        assert asked["title"] in render([solved(asked)], form, View())


def test_json_has_the_symbols_of_layers() -> None:
    written = json.loads(render([solved(BOTH)], "json", View()))
    assert np.allclose(written["answers"]["h_1@rev"], [0.83524546] * 2, rtol=0, atol=5e-9)
    assert {"h_3@rev", "a_2@rev"} <= {step["symbol"] for step in written["steps"]}


def test_what_is_asked_may_be_in_a_layer() -> None:
    assert "h_2@2" in solved({**TWO, "find": ["h_2@2"]}).answers
    assert "h_1@rev" in solved({**BOTH, "find": ["h_1@rev"]}).answers


@pytest.mark.parametrize("cell", CELLS)
def test_what_arrives_at_the_last_step_arrives_at_the_last_layer(cell: str) -> None:
    maker = Maker(cell, 9)
    data = maker.problem(gradient=True, steps=2, layers=((2, 0), (1, 0)))
    data["dh"] = maker.numbers(1)
    if cell == "lstm":
        data["dc"] = maker.numbers(1)
    assert_gradients(data)


def lstm(inputs: int, units: int) -> dict[str, Any]:
    """The gates of a layer, all weights 0.5."""
    gate = {"W_x": [[0.5] * inputs] * units, "W_h": [[0.5] * units] * units}
    return {"gates": dict.fromkeys(GATES["lstm"], gate)}


LSTM: dict[str, Any] = {"kind": "lstm-step", "xs": [[1, 2], [3, 4]]}
RNN = {"W_x": [[1, -1]], "W_h": [[0.5]]}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({**LSTM, **lstm(2, 1), "layers": [lstm(2, 1)]}, "layers"),
        ({**TWO, "W_x": [[1, -1]]}, "layers"),
        (
            {**LSTM, "layers": [lstm(2, 1)]}
            | {"stacked": {"layout": "pytorch", "weight_ih": [[1, 1]] * 4, "weight_hh": [[1]] * 4}},
            "layers",
        ),
        ({**TWO, "layers": []}, "layers"),
        ({**TWO, "layers": 2}, "layers"),
        ({**TWO, "h_prev": [1]}, "h_prev"),
        ({**TWO, "layers": [TWO["layers"][0], {"W_x": [[1, 1, 1]], "W_h": [[1]]}]}, "layers[2]"),
        ({**TWO, "layers": [{"W_x": [[1, 1, 1]], "W_h": [[1]]}]}, "layers[1]"),
        ({**TWO, "layers": [TWO["layers"][0], {**RNN, "h_prev": [1, 2]}]}, "layers[2]"),
        ({**TWO, "layers": [{**TWO["layers"][0], "hprev": [1, 2]}]}, "layers[1]"),
        ({**TWO, "layers": [TWO["layers"][0], {**RNN, "W_y": 1}]}, "layers[2]"),
        ({**TWO, "layers": [TWO["layers"][0], {**RNN, "reverse": 1}]}, "layers[2]"),
        ({**BOTH, "reverse": {"W_x": [[1], [1]], "W_h": BOTH["W_h"]}}, "reverse"),
        ({**BOTH, "reverse": {"W_x": BOTH["W_x"], "W_h": [[1]]}}, "reverse"),
        ({**BOTH, "reverse": {**RNN, "h_prev": [1, 2]}}, "reverse"),
        ({**BOTH, "reverse": True}, "reverse"),
        ({**BOTH, "reverse": {**RNN, "reverse": RNN}}, "reverse"),
        ({**BOTH, "output": {"W": [[1, 2]]}}, "output"),
        ({**BOTH, "reverse": RNN, "output": {"W": [[1, 2, 3, 4]]}}, "output"),
        ({**TWO, "output": {"W": [[1, 2]]}}, "output"),
        ({**BOTH, "direction": "reverse"}, "direction|reverse"),
        ({**changed(BOTH, reverse=None), "direction": "backwards"}, "direction"),
        ({**TWO, "find": ["h_1@3"]}, "find"),
        ({**TWO, "find": ["h_1@rev"]}, "find"),
        ({**TWO, "bidirectional": True}, "bidirectional"),
    ],
)
def test_faults(data: dict[str, Any], key: str) -> None:
    refused(data, key)


def test_a_direction_may_have_fewer_units_than_the_other() -> None:
    assert_forward({**BOTH, "reverse": RNN, "output": {"W": [[1, 2, 3]]}})


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_that_arrive_and_an_output_that_nothing_reads(cell: str) -> None:
    maker = Maker(cell, 10)
    data = maker.problem(gradient=True, steps=2) | maker.output(1, 2)
    refused({**data, "dh": maker.numbers(2)}, "output|dh")
