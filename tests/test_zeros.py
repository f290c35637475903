"""A bare 0, and weights left out where others of their gate are there: zeros of their shapes."""

import copy
from typing import Any

import numpy as np
import pytest
from conftest import solved

from lstmhw.render import render
from lstmhw.view import View

EYE, ZERO = [[1, 0], [0, 1]], [[0, 0], [0, 0]]
NONE = [[0, 0, 0], [0, 0, 0]]
SOME = [[1, 2, 0], [-1, 0, 0.5]]
STEP: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [1, -1, 2],
    "h_prev": [0.5, -0.5],
    "gates": {
        "i": {"W_x": SOME, "W_h": ZERO, "b": [1, 0]},
        "f": {"W_x": NONE, "W_h": EYE, "b": [0, 0]},
        "g": {"W_x": NONE, "W_h": ZERO, "b": [1, 2]},
        "o": {"value": [0.5, 0.25]},
    },
}
SHORT = {
    "i": {"W_x": SOME, "W_h": 0, "b": [1, 0]},
    "f": {"W_h": EYE, "b": 0},
    "g": {"W_x": 0, "b": [1, 2]},
    "o": {"value": [0.5, 0.25]},
}
GRU = {
    "kind": "gru-step",
    "x": [1, -1, 2],
    "h_prev": [0.5, -0.5],
    "update": "new",
    "reset": "after",
    "gates": {"r": STEP["gates"]["i"], "z": STEP["gates"]["f"], "n": STEP["gates"]["g"]},
}
LAYERS = {
    "kind": "lstm-step",
    "xs": [[1, -1, 2], [0, 1, 1]],
    "layers": [{"gates": STEP["gates"]}],
    "find": ["h"],
}
ALWAYS = {"W_x": ZERO, "W_h": ZERO, "b": [".inf", ".inf"]}
SCORE = {
    "kind": "sentiment-weights",
    "vocabulary": ["good", "bad"],
    "score": {"good": 1, "bad": -1},
    "gates": {
        **dict.fromkeys("ifo", ALWAYS),
        "g": {"W_x": [[1, -1], [0, 0]], "W_h": ZERO, "b": [0, 0]},
    },
    "activations": {"candidate": "identity"},
    "output": {"from": "c", "weights": [1, 0], "bias": 0},
}
ONLY_B = {"b": [".inf", ".inf"]}
SHORT_SCORE = {
    "i": ONLY_B,
    "f": {"W_x": 0, **ONLY_B},
    "g": {"W_x": [[1, -1], [0, 0]]},
    "o": {"W_x": 0, "W_h": 0, **ONLY_B},
}
PAIRS = [
    (STEP, {**STEP, "gates": SHORT}),
    (
        {
            **STEP,
            "kind": "lstm-gradient",
            "dh": [1, 2],
            "gates": {**STEP["gates"], "o": SHORT["g"]},
        },
        {**STEP, "kind": "lstm-gradient", "dh": [1, 2], "gates": {**SHORT, "o": SHORT["g"]}},
    ),
    (GRU, {**GRU, "gates": {"r": SHORT["i"], "z": SHORT["f"], "n": SHORT["g"]}}),
    (LAYERS, {**LAYERS, "layers": [{"gates": SHORT}]}),
]


@pytest.mark.parametrize(("full", "short"), PAIRS, ids=["lstm", "gradient", "gru", "layers"])
def test_zeros_left_out_are_zeros(full: dict[str, Any], short: dict[str, Any]) -> None:
    expected, found = solved(full).answers, solved(short).answers
    assert list(expected) == list(found)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize("change", [{}, {"gates": SHORT_SCORE}])
def test_weights_with_zeros_left_out_are_proved(change: dict[str, Any]) -> None:
    solution = solved({**SCORE, **change})
    proof = solution.extras["proof"]
    assert (proof["verdict"], proof["scope"]) == ("proved", "every document")


def test_the_size_of_zeros_is_that_of_the_vocabulary_where_nothing_else_tells() -> None:
    gates: dict[str, Any] = copy.deepcopy(SHORT_SCORE)
    gates["g"] = {"W_x": 0, "b": [0, 1]}
    proof = solved({**SCORE, "gates": gates}).extras["proof"]
    assert (proof["verdict"], proof["counterexample"]) == ("refuted", ["good"])
    letters = {
        "kind": "sequence-rule",
        "alphabet": ["a", "b"],
        "rule": {"regex": ".*"},
        "W_x": 0,
        "W_h": 0,
        "b": 1,
        "activation": "step",
        "output": {"from": "h", "weights": [1], "bias": 0},
    }
    assert solved(letters).extras["proof"]["verdict"] == "proved"


def test_it_is_said_what_was_left_out() -> None:
    page = " ".join(render([solved({**STEP, "gates": SHORT})], "table", View(width=80)).split())
    assert "Left out in the file, and so zeros: gates.f.W_x, gates.g.W_h." in page
    assert "Left out" not in render([solved(STEP)], "table", View(width=80))
