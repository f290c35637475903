"""The output of a step as the input of the next."""

from typing import Any

import numpy as np
import pytest
from conftest import marked, solved
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import CELLS, Maker
from stack_checks import assert_forward, assert_gradients, refused

RECURSION: dict[str, Any] = {  # y_t = y_(t-1) - 2 y_(t-2) + 3 y_(t-3)
    "kind": "rnn-step",
    "activation": "identity",
    "x": [3],
    "h_prev": [2, 1, 0],
    "W_x": [[1], [0], [0]],
    "W_h": [[0, 0, 0], [1, 0, 0], [0, 1, 0]],
    "output": {"W": [[1, -2, 3]]},
    "feedback": "y",
    "steps": 6,
}


def fed_back(
    maker: Maker, steps: int, layers: list[tuple[int, int]], activation: str, gradient: bool = False
) -> dict[str, Any]:
    data = maker.problem(gradient=gradient, steps=1, inputs=2, layers=layers)
    (data["x"],) = data.pop("xs")
    data |= maker.output(2, layers[-1][0], activation)
    return data | {"feedback": "y", "steps": steps}


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=6)
@given(
    seed=st.integers(0, 1000),
    row=st.booleans(),
    batch=st.sampled_from([0, 2]),
    steps=st.integers(1, 4),
    layers=st.sampled_from([[(2, 0)], [(3, 0)], [(2, 0), (1, 0)]]),
    activation=st.sampled_from(["identity", "softmax", "tanh"]),
)
def test_feedback_is_that_of_plain_equations(
    cell: str,
    seed: int,
    row: bool,
    batch: int,
    steps: int,
    layers: list[tuple[int, int]],
    activation: str,
) -> None:
    maker = Maker(cell, seed, row=row, batch=batch)
    answers = assert_forward(fed_back(maker, steps, layers, activation))
    for t in range(1, steps):
        assert np.allclose(answers[f"x_{t + 1}"], answers[f"y_{t}"], rtol=0, atol=1e-15)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=3)
@given(seed=st.integers(0, 1000), row=st.booleans(), steps=st.integers(1, 3))
def test_gradients_go_back_through_what_is_fed_back(
    cell: str, seed: int, row: bool, steps: int
) -> None:
    maker = Maker(cell, seed, row=row)
    data = fed_back(maker, steps, [(2, 0)], "tanh", gradient=True)
    assert_gradients({**data, "targets": maker.numbers(steps, 2)})


def test_a_recursion_as_a_network() -> None:
    y = [1, 2, 3]  # the y before the first step, the oldest first
    for _ in range(6):
        y.append(y[-1] - 2 * y[-2] + 3 * y[-3])
    assert y[3:] == [2, 2, 7, 9, 1, 4]
    answers = assert_forward(RECURSION)
    assert [float(answers[f"y_{t}"][0]) for t in range(1, 7)] == y[3:]
    assert [float(answers[f"x_{t}"][0]) for t in range(1, 7)] == y[2:-1]
    assert answers["h_6"].tolist() == [1, 9, 7]
    checks = marked({**RECURSION, "claimed": {"y_6": 4, "y_5": 2}}).checks
    assert {check.symbol: check.verdict for check in checks} == {"y_6": "right", "y_5": "wrong"}


def test_indices_of_what_is_fed_back() -> None:
    answers = solved({**RECURSION, "t": 3}).answers
    assert "y_8" in answers
    assert "x_1" not in answers
    assert answers["x_4"] == answers["y_3"]
    assert "x_2" not in solved({**RECURSION, "steps": 1}).answers


def changed(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**RECURSION, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (changed(output=None), "output"),
        (changed(steps=None), "steps"),
        (changed(feedback=None), "steps"),
        (changed(steps=0), "steps"),
        (changed(steps=-1), "steps"),
        (changed(steps=2.5), "steps"),
        (changed(steps="six"), "steps"),
        (changed(feedback="h"), "feedback"),
        (changed(feedback=True), "feedback"),
        (changed(output={"W": [[1, -2, 3], [1, 0, 0]]}), "feedback|output"),
        (changed(x=None, xs=[[1], [2]]), "xs"),
        (changed(direction="reverse"), "feedback|direction"),
        (
            changed(reverse={"W_x": [[1]], "W_h": [[1]]}, output={"W": [[1, 1, 1, 1]]}),
            "feedback|reverse",
        ),
    ],
)
def test_faults(data: dict[str, Any], key: str) -> None:
    refused(data, key)
