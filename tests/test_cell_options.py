"""Peepholes, an input gate that is 1 - f, a bias added to the forget gate; more activations."""

import math
from typing import Any

import numpy as np
import pytest
from conftest import marked, solved
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import Maker
from stack_checks import assert_forward, assert_gradients, refused

GATE: dict[str, Any] = {"W_x": 0.5, "W_h": 0.25, "b": 0.1}
ONE: dict[str, Any] = {"kind": "lstm-step", "x": 1, "h_prev": 0.5, "c_prev": -0.5}
FULL: dict[str, Any] = {**ONE, "gates": dict.fromkeys("ifgo", GATE)}
COUPLED: dict[str, Any] = {**ONE, "gates": dict.fromkeys("fgo", GATE), "coupled": True}
GRU: dict[str, Any] = {"kind": "gru-step", "x": 1, "update": "keep", "reset": "after"}
GRU["gates"] = dict.fromkeys("rzn", GATE)
PLAIN: dict[str, Any] = {"kind": "rnn-step", "x": 1, **GATE}


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def with_options(
    maker: Maker, data: dict[str, Any], peephole: str, coupled: bool, bias: float
) -> dict[str, Any]:
    """An LSTM with peepholes in some gates, with or without an input gate of its own."""
    data = dict(data)
    if coupled:
        data["coupled"] = True
        data["gates"] = {gate: weights for gate, weights in data["gates"].items() if gate != "i"}
        peephole = peephole.replace("i", "")
    if peephole:
        data["peephole"] = {gate: maker.numbers(2) for gate in peephole}
    if bias:
        data["forget_bias"] = bias
    return data


OPTIONS = {
    "peephole": st.sampled_from(["", "ifo", "if", "o", "f", "i"]),
    "coupled": st.booleans(),
    "bias": st.sampled_from([0, 1, -0.5]),
    "seed": st.integers(0, 1000),
    "row": st.booleans(),
}


@settings(max_examples=20)
@given(batch=st.sampled_from([0, 2]), **OPTIONS)
def test_options_of_an_lstm(
    batch: int, peephole: str, coupled: bool, bias: float, seed: int, row: bool
) -> None:
    maker = Maker("lstm", seed, row=row, batch=batch)
    data = with_options(maker, maker.problem(steps=2), peephole, coupled, bias)
    answers = assert_forward(data)
    if coupled:
        assert "z_i_1" not in answers
        assert np.allclose(answers["i_1"], 1 - answers["f_1"])


@settings(max_examples=10)
@given(**OPTIONS)
def test_gradients_through_the_options(
    peephole: str, coupled: bool, bias: float, seed: int, row: bool
) -> None:
    maker = Maker("lstm", seed, row=row)
    data = maker.problem(gradient=True, steps=2)
    data = with_options(maker, data, peephole, coupled, bias)
    data |= {"targets": maker.numbers(2, 2), "learning_rate": 0.5}
    answers = assert_gradients(data)
    for gate in data.get("peephole", {}):
        assert {f"dp_{gate}", f"p_{gate}_new"} <= set(answers)


def test_gradients_of_what_arrives_through_peepholes() -> None:
    maker = Maker("lstm", 1)
    data = with_options(maker, maker.problem(gradient=True, steps=3), "ifo", False, 1)
    assert_gradients({**data, "dh": maker.numbers(2), "dc": maker.numbers(2)})


def test_peepholes_by_hand() -> None:
    """i and f see the old c, o sees the new one."""
    data = {**FULL, "peephole": {"i": 0.3, "f": -0.7, "o": 2}}
    answers = assert_forward(data)
    z = 0.5 + 0.25 * 0.5 + 0.1
    i, f, g = sigmoid(z - 0.15), sigmoid(z + 0.35), math.tanh(z)
    c = f * -0.5 + i * g
    o = sigmoid(z + 2 * c)
    for symbol, value in {"i": i, "f": f, "g": g, "c": c, "o": o, "h": o * math.tanh(c)}.items():
        assert abs(answers[f"{symbol}_1"][0] - value) < 1e-12, symbol
    assert abs(answers["z_i_1"][0] - (z - 0.15)) < 1e-12
    assert abs(answers["z_f_1"][0] - (z + 0.35)) < 1e-12
    assert abs(answers["z_o_1"][0] - (z + 2 * c)) < 1e-12
    without = solved({**FULL, "peephole": {"i": 0, "f": 0, "o": 0}}).answers
    assert abs(without["h_1"][0] - solved(FULL).answers["h_1"][0]) < 1e-15


def test_a_coupled_input_gate_by_hand() -> None:
    answers = assert_forward(COUPLED)
    f, g = sigmoid(0.725), math.tanh(0.725)
    assert abs(answers["i_1"][0] - (1 - f)) < 1e-12
    assert abs(answers["c_1"][0] - (-0.5 * f + (1 - f) * g)) < 1e-12
    same = solved({**FULL, "coupled": False}).answers
    assert abs(same["h_1"][0] - solved(FULL).answers["h_1"][0]) < 1e-15
    gates = {"f": {"value": 0.75}, "g": {"value": 0.5}, "o": {"value": 1}}
    answers = solved({"kind": "lstm-step", "c_prev": [2], "coupled": True, "gates": gates}).answers
    assert abs(answers["c_1"][0] - 1.625) < 1e-12


def test_a_forget_bias_by_hand() -> None:
    """TensorFlow adds 1 to the forget gate."""
    W = [[0.5, -0.2, 0.3, 0.6], [0.1, 0.4, -0.6, 0.2]]
    data: dict[str, Any] = {"kind": "lstm-step", "x": [0.5, -1], "h_prev": [0.25, -0.004]}
    gates: dict[str, Any] = {gate: {"value": [0.5, 0.5]} for gate in "igo"} | {"f": {"W": W}}
    data |= {"c_prev": [0.8, -1.1]}
    data |= {"concat": ["h", "x"], "gates": gates, "forget_bias": 1}
    assert np.allclose(assert_forward(data)["f_1"], [0.6628, 0.6279], rtol=0, atol=5e-5)
    maker = Maker("lstm", 2)
    data = maker.problem(steps=3)
    added = solved({**data, "forget_bias": 1}).answers
    gates = data["gates"] | {"f": {**data["gates"]["f"]}}
    gates["f"]["b"] = [entry + 1 for entry in gates["f"]["b"]]
    moved = solved({**data, "gates": gates}).answers
    assert np.allclose(added["z_f_2"], moved["z_f_2"], rtol=0, atol=1e-12)
    assert np.allclose(added["h_3"], moved["h_3"], rtol=0, atol=1e-12)


def test_marks_know_the_options() -> None:
    claimed = {"f": [0.7455], "o": [0.6931]}
    data = {**FULL, "peephole": {"f": -0.7, "o": 2}, "claimed": claimed}
    assert {c.symbol: c.verdict for c in marked(data).checks} == {"f_1": "right", "o_1": "right"}
    (check,) = marked({**COUPLED, "claimed": {"i": 0.3263}}).checks
    assert check.verdict == "right"


def test_layers_have_peepholes_of_their_own() -> None:
    maker = Maker("lstm", 3)
    data = maker.problem(steps=2, layers=((2, 1), (1, 0)))
    first, second = data["layers"]
    first["peephole"] = {"i": maker.numbers(2), "f": maker.numbers(2), "o": maker.numbers(2)}
    first["reverse"]["peephole"] = {"f": maker.numbers(1)}
    second["peephole"] = {"o": maker.numbers(1)}
    assert_forward({**data, "forget_bias": 1})
    for layer in (first, first["reverse"], second):
        del layer["gates"]["i"]
    del first["peephole"]["i"]
    assert_forward({**data, "coupled": True})


def test_peepholes_beside_stacked_weights() -> None:
    maker = Maker("lstm", 4)
    stacked = {"layout": "pytorch", "weight_ih": maker.numbers(8, 2)}
    stacked |= {"weight_hh": maker.numbers(8, 2), "bias_ih": maker.numbers(8)}
    data = {"kind": "lstm-step", "xs": maker.numbers(2, 2), "stacked": stacked, "forget_bias": 1}
    assert_forward({**data, "peephole": {"f": maker.numbers(2), "o": maker.numbers(2)}})


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({**FULL, "coupled": True}, "coupled"),
        ({**FULL, "coupled": "yes"}, "coupled"),
        ({**COUPLED, "gates": {**COUPLED["gates"], "i": {"value": 0.5}}}, "coupled"),
        ({**COUPLED, "peephole": {"i": 1}}, "peephole"),
        ({**GRU, "coupled": True}, "coupled"),
        ({**GRU, "peephole": {"z": 1}}, "peephole"),
        ({**GRU, "forget_bias": 1}, "forget_bias"),
        ({**PLAIN, "coupled": True}, "coupled"),
        ({**PLAIN, "peephole": {"f": 1}}, "peephole"),
        ({**PLAIN, "forget_bias": 1}, "forget_bias"),
        ({**FULL, "peephole": {"f": [[1, 2], [3, 4]]}}, "peephole"),
        ({**FULL, "peephole": {"f": [1, 2]}}, "peephole"),
        ({**FULL, "peephole": {"g": 1}}, "peephole"),
        ({**FULL, "peephole": {"x": 1}}, "peephole"),
        ({**FULL, "peephole": {"f": "one"}}, "peephole"),
        ({**FULL, "peephole": [1, 1, 1]}, "peephole"),
        ({**FULL, "peephole": True}, "peephole"),
        ({**FULL, "forget_bias": "one"}, "forget_bias"),
        ({**FULL, "forget_bias": [1, 1]}, "forget_bias"),
    ],
)
def test_faults(data: dict[str, Any], key: str) -> None:
    refused(data, key)


@pytest.mark.parametrize(
    ("activation", "points"),
    [
        ("hard-sigmoid-6", {-4: 0, -3: 0, -1.5: 0.25, 0: 0.5, 2: 5 / 6, 3: 1, 9: 1}),
        ("hard-sigmoid", {-3: 0, -2.5: 0, 0: 0.5, 1: 0.7, 2.5: 1, 9: 1}),
        ("leaky-relu", {-2: -0.02, 0: 0, 3: 3}),
        ("step-from-0", {-0.5: 0, 0: 1, 2: 1}),
        ("step", {-0.5: 0, 0: 0, 2: 1}),
    ],
)
def test_activations_at_points(activation: str, points: dict[float, float]) -> None:
    for z, value in points.items():
        data = {"kind": "rnn-step", "x": z, "W_x": 1, "W_h": 0, "activation": activation}
        assert abs(solved(data).answers["h_1"][0] - value) < 1e-12
