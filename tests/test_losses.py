"""What a loss is, step by step and in whole, and how far back it reaches."""

import math
from typing import Any

import numpy as np
import pytest
from conftest import marked, solved
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import CELLS, Maker
from stack_checks import assert_forward, assert_gradients, refused

SUITED = [
    ("half-squared", "identity"),
    ("half-squared", "sigmoid"),
    ("squared", "tanh"),
    ("mean-squared", "identity"),
    ("cross-entropy", "softmax"),
    ("binary-cross-entropy", "sigmoid"),
]
SQUARED = ("half-squared", "squared", "mean-squared")

SCALAR: dict[str, Any] = {"kind": "lstm-gradient", "cell": "rnn", "xs": [1, 2, 3], "W_x": 0.6}
SCALAR |= {"W_h": 0.4, "activation": "sigmoid", "output": {"W": 0.5}, "learning_rate": 0.01}
CLASSES: dict[str, Any] = {"kind": "rnn-step", "xs": [[1, 2], [3, 4]], "W_x": [[1, -1]]}
CLASSES |= {"W_h": [[0.5]], "loss": "cross-entropy", "targets": [2, 0], "classes_from": 0}
CLASSES["output"] = {"W": [[1], [2], [3]], "activation": "softmax"}


def formula(rows: int, columns: int, a: int, b: int) -> list[list[float]]:
    """Weights that look arbitrary and can be written down in a line."""
    return [[((a * i + b * j) % 5 - 2) / 10 for j in range(columns)] for i in range(rows)]


HELLO: dict[str, Any] = {  # h e l l -> e l l o, over the letters h e l o
    "kind": "lstm-gradient",
    "cell": "rnn",
    "xs": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]],
    "W_x": formula(4, 4, 1, 2),
    "W_h": formula(4, 4, 2, 1),
    "b": [0, 0, 0, 0],
    "output": {"W": formula(4, 4, 3, 1), "b": [0, 0, 0, 0], "activation": "softmax"},
    "loss": "cross-entropy",
    "targets": [1, 2, 2, 3],
    "classes_from": 0,
    "learning_rate": 0.1,
}


def changed(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The problem with other keys; None takes one away."""
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


def with_loss(
    maker: Maker, loss: str, activation: str, nulls: list[bool], gradient: bool = True
) -> dict[str, Any]:
    """A problem with a target at each step where it says so."""
    data = maker.problem(gradient=gradient, steps=len(nulls)) | maker.output(3, 2, activation)
    rows = np.array(maker.numbers(len(nulls), 3))
    if loss not in SQUARED:
        rows = np.exp(rows)
        rows = np.round(rows / rows.sum(axis=1, keepdims=True), 3)
        rows[:, -1] = np.round(1 - rows[:, :-1].sum(axis=1), 3)  # probabilities, in three decimals
    pairs = zip(rows.tolist(), nulls, strict=True)
    return data | {"loss": loss, "targets": [None if no else row for row, no in pairs]}


STEPS = st.lists(st.booleans(), min_size=1, max_size=3).filter(lambda nulls: not all(nulls))


@pytest.mark.parametrize(("loss", "activation"), SUITED)
@settings(max_examples=4)
@given(
    cell=st.sampled_from(CELLS),
    seed=st.integers(0, 1000),
    row=st.booleans(),
    nulls=STEPS,
    over=st.sampled_from(["sum", "mean", None]),
    truncate=st.sampled_from([None, None, 1, 2]),
)
def test_losses_and_their_gradients(
    loss: str,
    activation: str,
    cell: str,
    seed: int,
    row: bool,
    nulls: list[bool],
    over: str | None,
    truncate: int | None,
) -> None:
    data = with_loss(Maker(cell, seed, row=row), loss, activation, nulls)
    assert_gradients(changed(data, over_steps=over, truncate=truncate, learning_rate=0.5))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("loss", "activation"), SUITED)
def test_losses_of_a_forward_pass(cell: str, loss: str, activation: str) -> None:
    data = with_loss(Maker(cell, 1), loss, activation, [False, True, False], gradient=False)
    answers = assert_forward(data)
    assert {"loss_1", "loss_3", "loss"} <= set(answers)
    assert "loss_2" not in answers
    assert ("perplexity" in answers) == (loss == "cross-entropy")
    mean = assert_forward({**data, "over_steps": "mean"})
    assert abs(mean["loss"] - answers["loss"] / 2) < 1e-12


@pytest.mark.parametrize("loss", SQUARED)
@pytest.mark.parametrize("cell", CELLS)
def test_without_an_output_layer_the_state_is_compared(cell: str, loss: str) -> None:
    maker = Maker(cell, 2)
    targets = [maker.numbers(2), None, maker.numbers(2)]
    assert_gradients(maker.problem(gradient=True) | {"targets": targets, "loss": loss})
    assert_forward(maker.problem() | {"targets": targets, "loss": loss})


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=3)
@given(seed=st.integers(0, 1000), row=st.booleans(), first=st.integers(0, 1))
def test_classes_by_number(cell: str, seed: int, row: bool, first: int) -> None:
    maker = Maker(cell, seed, row=row)
    data = maker.problem(gradient=True) | maker.output(3, 2, "softmax")
    data |= {"loss": "cross-entropy", "targets": [2, None, first], "classes_from": first}
    answers = assert_gradients(data)
    rows: list[list[int] | None] = [[0, 0, 1], None, [1, 0, 0]]
    rows[0] = [0, 1, 0] if first else [0, 0, 1]
    same = solved(changed(data, targets=rows, classes_from=None)).answers
    assert abs(answers["loss"] - same["loss"]) < 1e-12
    score = "dz_y_1" if cell == "lstm" else "da_y_1"
    assert np.allclose(answers[score], answers["y_1"] - rows[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("truncate", [1, 2, 3, 5])
def test_how_far_back_a_loss_reaches(cell: str, truncate: int) -> None:
    maker = Maker(cell, 3)
    data = maker.problem(gradient=True, steps=4)
    data |= {"targets": [maker.numbers(2) for _ in range(4)], "truncate": truncate}
    answers = assert_gradients(data)
    whole = solved(changed(data, truncate=None)).answers
    assert abs(answers["loss"] - whole["loss"]) < 1e-15
    same = np.allclose(answers["dx_1"], whole["dx_1"], rtol=0, atol=1e-12)
    assert same == (truncate >= 4)
    assert np.allclose(answers["dx_4"], whole["dx_4"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_how_far_back_a_loss_reaches_through_layers(cell: str) -> None:
    maker = Maker(cell, 4)
    data = maker.problem(gradient=True, layers=((2, 0), (1, 0))) | maker.output(1, 1, "tanh")
    assert_gradients({**data, "targets": maker.numbers(3, 1), "truncate": 2})


def test_a_loss_at_the_last_step_only() -> None:
    answers = assert_gradients({**SCALAR, "targets": [None, None, 4]})
    assert abs(answers["W_x_new"] - 0.60530) < 5e-6
    assert abs(answers["W_h_new"] - 0.40144) < 5e-6
    assert abs(answers["W_y_new"] - 0.53174) < 5e-6
    everywhere = assert_gradients({**SCALAR, "targets": [0, 0, 4]})
    assert abs(everywhere["W_h_new"] - 0.401241) < 5e-7


def test_a_total_over_three_steps() -> None:
    data = {"kind": "lstm-gradient", "cell": "rnn", "xs": [1, 0.5, -1], "W_x": 0.6, "W_h": 0.8}
    answers = assert_gradients({**data, "targets": [0.5, 0.2, -0.3], "loss": "half-squared"})
    assert abs(answers["dW_x"] - 0.20943814) < 5e-9
    assert abs(answers["dW_h"] - 0.31312936) < 5e-9
    assert abs(answers["da_3"] - 0.19658406) < 5e-9
    last = assert_gradients({**data, "targets": [None, None, -0.3]})
    assert abs(last["dW_x"] + 0.09365937) < 5e-9


def test_characters_of_hello() -> None:
    answers = assert_gradients(HELLO)
    assert abs(answers["loss"] - 5.56856462) < 5e-9
    expected = [-0.00291624, 0.10188349, 0.20195568, -0.19956175]
    assert np.allclose(answers["W_h_new"][1], expected, rtol=0, atol=5e-9)
    once = assert_gradients({**HELLO, "truncate": 1})
    assert abs(once["loss"] - answers["loss"]) < 1e-12
    expected = [-0.00294882, 0.10196684, 0.20240086, -0.199867]
    assert np.allclose(once["W_h_new"][1], expected, rtol=0, atol=5e-9)
    mean = assert_gradients({**HELLO, "over_steps": "mean"})
    assert abs(mean["loss"] - answers["loss"] / 4) < 1e-12
    assert np.allclose(mean["dW_h"], answers["dW_h"] / 4, rtol=0, atol=1e-12)
    forward = changed(HELLO, kind="rnn-step", cell=None, learning_rate=None)
    found = assert_forward(forward)
    assert abs(found["perplexity"] - math.exp(answers["loss"] / 4)) < 1e-9


def test_a_mean_over_a_batch_is_over_all_numbers_of_a_step() -> None:
    maker = Maker("rnn", 5, batch=3)
    data = maker.problem(steps=2) | maker.output(2, 2)
    data |= {"targets": [maker.examples(2), maker.examples(2)], "loss": "mean-squared"}
    assert_forward(data)


def test_classes_of_a_batch() -> None:
    for row in (False, True):
        maker = Maker("gru", 6, row=row, batch=3)
        data = maker.problem(steps=2) | maker.output(3, 2, "softmax")
        data |= {"targets": [[0, 2, 1], None], "classes_from": 0, "loss": "cross-entropy"}
        assert_forward(data)


def test_losses_by_hand() -> None:
    data = {"kind": "rnn-step", "xs": [[1]], "W_x": [[1], [2]], "W_h": [[0, 0], [0, 0]]}
    data |= {"activation": "identity"}
    for loss, value in {"half-squared": 4.5, "squared": 9, "mean-squared": 4.5}.items():
        answers = solved({**data, "targets": [[1, -1]], "loss": loss}).answers
        assert abs(answers["loss"] - value) < 1e-12
    one = {"kind": "rnn-step", "xs": [0], "W_x": 1, "W_h": 1}
    one["output"] = {"W": 1, "b": math.log(3), "activation": "sigmoid"}  # y = 3/4
    answers = solved({**one, "targets": [[1]], "loss": "binary-cross-entropy"}).answers
    assert abs(answers["loss"] - math.log(4 / 3)) < 1e-12
    answers = solved({**one, "targets": [[0]], "loss": "binary-cross-entropy"}).answers
    assert abs(answers["loss"] - math.log(4)) < 1e-12
    uniform = {**CLASSES, "output": {"W": [[0], [0], [0]], "activation": "softmax"}}
    answers = solved(uniform).answers
    assert abs(answers["loss"] - 2 * math.log(3)) < 1e-12
    assert abs(answers["perplexity"] - 3) < 1e-12


def test_marks_of_a_loss() -> None:
    loss = float(solved(CLASSES).answers["loss"])
    perplexity = float(solved(CLASSES).answers["perplexity"])
    claimed = {"loss": round(loss, 4), "perplexity": round(perplexity, 4), "loss_1": 0.1234}
    verdicts = {c.symbol: c.verdict for c in marked({**CLASSES, "claimed": claimed}).checks}
    assert verdicts == {"loss": "right", "perplexity": "right", "loss_1": "wrong"}


def test_a_null_is_no_zero() -> None:
    nothing = solved({**SCALAR, "targets": [None, None, 4]}).answers
    zeros = solved({**SCALAR, "targets": [0, 0, 4]}).answers
    assert abs(nothing["loss"] - zeros["loss_3"]) < 1e-12
    assert nothing["loss"] < zeros["loss"]


SIGMOID = {"W": [[1], [2], [3]], "activation": "sigmoid"}
HOT = [[0, 0, 1], [0, 1, 0]]
IDENTITY = {"W": [[1], [2], [3]]}
SQUARES = changed(CLASSES, classes_from=None, loss="squared", targets=[[1, 2, 3], [3, 2, 1]])


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (changed(SQUARES, targets=[[1, 2], [3, 4]]), "targets"),
        (changed(SQUARES, targets=[[1, 2, 3]]), "targets"),
        (changed(SQUARES, targets=[[1, 2, 3]] * 3), "targets"),
        (changed(SQUARES, targets=[[1, 2, 3], [1, 2]]), "targets"),
        (changed(SQUARES, targets=[[1, None, 3], [1, 2, 3]]), "targets"),
        (changed(SQUARES, targets=[1, 2]), "targets"),
        (changed(SQUARES, targets="none"), "targets"),
        ({**SQUARES, "targets": [None, None]}, "targets"),
        (changed(SQUARES, targets=None), "targets"),
        (changed(SQUARES, loss="mse"), "loss"),
        (changed(SQUARES, loss=2), "loss"),
        (changed(SQUARES, over_steps="max"), "over_steps"),
        (changed(SQUARES, targets=None, loss=None, over_steps="mean"), "over_steps"),
        (changed(SQUARES, classes_from=0), "classes_from"),
        (changed(SQUARES, loss="cross-entropy", output=IDENTITY, targets=HOT), "loss"),
        (changed(SQUARES, loss="cross-entropy", output=None, targets=[[1], [1]]), "loss"),
        (changed(SQUARES, loss="binary-cross-entropy", output=IDENTITY, targets=HOT), "loss"),
        (changed(SQUARES, loss="cross-entropy", targets=[[2, -1, 0], [0, 1, 0]]), "targets"),
        (changed(SQUARES, loss="binary-cross-entropy", output=SIGMOID), "targets"),
        (changed(CLASSES, targets=[3, 0]), "targets"),
        (changed(CLASSES, targets=[-1, 0]), "targets"),
        (changed(CLASSES, targets=[0, 1], classes_from=1), "targets"),
        (changed(CLASSES, targets=[4, 1], classes_from=1), "targets"),
        (changed(CLASSES, targets=[0.5, 1]), "targets"),
        (changed(CLASSES, targets=["l", 1]), "targets"),
        (changed(CLASSES, targets=[1, 1, 1]), "targets"),
        (changed(CLASSES, output=None), "loss"),
        (changed(CLASSES, output={"W": [[1], [2], [3]]}), "loss"),
        (changed(CLASSES, loss=None), "classes_from"),
        (changed(CLASSES, classes_from=2), "classes_from"),
        (changed(CLASSES, classes_from="a"), "classes_from"),
        (changed(CLASSES, classes_from=None), "classes_from"),
        (changed(CLASSES, truncate=1), "truncate"),
        (changed(HELLO, truncate=0), "truncate"),
        (changed(HELLO, truncate=-1), "truncate"),
        (changed(HELLO, truncate=1.5), "truncate"),
        (changed(HELLO, truncate="all"), "truncate"),
        (changed(HELLO, targets=[1, 2, 2, 4]), "targets"),
        (changed(HELLO, dh=[1, 1, 1, 1]), "dh"),
    ],
)
def test_faults(data: dict[str, Any], key: str) -> None:
    refused(data, key)


def test_a_first_step_of_zero_is_truncated_too() -> None:
    """The index 0 is a step like another."""
    data = changed(HELLO, t=0, truncate=1, targets=[1, None, None, None])
    answers = solved(data).answers
    assert np.all(answers["dx_3"] == 0)
    assert np.any(answers["dx_0"] != 0)
