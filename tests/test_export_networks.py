"""Scripts of networks: layers, directions, batches, options of an LSTM, feedback and losses."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import CELLS, Maker, seen_units, stacks
from test_export import printed, script
from test_losses import SQUARED, SUITED

from lstmhw.faults import ProblemError

MAKERS = {cell: Maker(cell, 1) for cell in CELLS}
LSTM, GRU, RNN = (MAKERS[cell] for cell in CELLS)
BATCH = Maker("lstm", 2, batch=3)
ROWS = Maker("gru", 3, batch=3, row=True)


def without_i(data: dict[str, Any]) -> dict[str, Any]:
    gates = {letter: gate for letter, gate in data["gates"].items() if letter != "i"}
    return {**data, "gates": gates, "coupled": True}


def with_peephole(data: dict[str, Any]) -> dict[str, Any]:
    first, second = data["layers"]
    return {**data, "layers": [first, {**second, "peephole": {"i": [1, -1]}}]}


def fed_back(maker: Maker, **more: Any) -> dict[str, Any]:
    data = maker.problem(steps=1, layers=((3, 0), (2, 0))) | maker.output(2, 2, "tanh") | more
    (x,) = data.pop("xs")
    return {**data, "x": x, "feedback": "y", "steps": 4}


def targets(maker: Maker, count: int, size: int) -> list[Any]:
    """Probabilities, for each step but the second."""
    found: list[Any] = []
    for k in range(count):
        numbers = np.exp(maker.examples(size))
        axis = -1 if maker.row or not maker.batch else 0
        found.append(None if k == 1 else (numbers / numbers.sum(axis=axis, keepdims=True)).tolist())
    return found


def with_loss(maker: Maker, loss: str, activation: str, steps: int = 3) -> dict[str, Any]:
    data = maker.problem(steps=steps, layers=((2, 1),)) | maker.output(3, 3, activation)
    return data | {"loss": loss, "targets": targets(maker, steps, 3)}


NETWORKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "layers": (
        LSTM.problem(layers=((2, 0), (2, 0), (2, 0))),
        ["network = torch.nn.LSTM(2, 2, num_layers=3)"],
    ),
    "both-directions": (
        GRU.problem(layers=((3, 3),)) | GRU.output(2, 6, "softmax"),
        ["network = torch.nn.GRU(2, 3, bidirectional=True)"],
    ),
    "layers-in-both-directions": (
        RNN.problem(inputs=1, layers=((2, 2), (2, 2))),
        ["network = torch.nn.RNN(1, 2, num_layers=2, bidirectional=True, nonlinearity='tanh')"],
    ),
    "relu": (
        {"kind": "rnn-step", "xs": [1, 2], "activation": "relu"}
        | {"layers": [{"W_x": 0.5, "W_h": 1, "b": 0.25}, {"W_x": 2, "W_h": 0.5, "h_prev": 1}]},
        ["network = torch.nn.RNN(1, 1, num_layers=2, nonlinearity='relu')"],
    ),
    "layers-of-other-sizes": (
        LSTM.problem(layers=((2, 2), (3, 3), (1, 0))),
        [
            "network_1 = torch.nn.LSTM(2, 2, bidirectional=True)",
            "network_2 = torch.nn.LSTM(4, 3, bidirectional=True)",
            "network_3 = torch.nn.LSTM(6, 1)",
        ],
    ),
    "directions-of-other-sizes": (
        GRU.problem(layers=((2, 1),)) | {"t": 5},
        ["network_1 = torch.nn.GRU(2, 2)", "network_1rev = torch.nn.GRU(2, 1)", "xs.flip(0)"],
    ),
    "reverse": (
        LSTM.problem(layers=((2, 0), (2, 0))) | {"direction": "reverse"},
        ["network = torch.nn.LSTM(2, 2, num_layers=2)", "xs.flip(0)"],
    ),
    "batch": (
        BATCH.problem(layers=((2, 0), (2, 0))),
        ["batch_first is False", "Arrays are (steps, examples, numbers)"],
    ),
    "lengths": (
        BATCH.problem(steps=4, layers=((2, 2), (2, 2))) | {"lengths": [2, 4, 1]},
        ["pack_padded_sequence(xs, lengths, enforce_sorted=False)"],
    ),
    "lengths-of-rows": (
        ROWS.problem(steps=3, layers=((2, 1), (1, 0))) | {"lengths": [2, 3, 1], "update": "new"},
        ["on[k] * found[s] + (1 - on[k]) * rows[k]"],
    ),
    "lengths-in-reverse": (
        BATCH.problem(steps=3) | {"lengths": [2, 3, 1], "direction": "reverse"},
        ["on[k] * found[s] + (1 - on[k]) * rows[k]"],
    ),
    "forget-bias": (
        LSTM.problem(layers=((2, 0), (2, 0))) | {"forget_bias": 1},
        ["# The bias of f has the forget_bias in it, 1.0.", "torch.nn.LSTM(2, 2, num_layers=2)"],
    ),
    "coupled": (
        without_i(LSTM.problem()) | {"forget_bias": -0.5},
        ["i = 1.0 - f", "b_x_f + b_h_f - 0.5"],
    ),
    "peephole": (
        LSTM.problem() | {"peephole": {"f": [0.3, -0.4], "o": [0.5, 0.2]}},
        ["+ p_f * c", "+ p_o * c_new", "torch.nn.LSTM has no such cell"],
    ),
    "peephole-of-a-layer": (
        with_peephole(LSTM.problem(layers=((2, 0), (2, 0)))),
        ["network_1 = torch.nn.LSTM(2, 2)", "def step_2(x, h, c):", "+ p_i_2 * c"],
    ),
    "reset-before": (
        GRU.problem(layers=((2, 2), (1, 0))) | {"reset": "before"},
        ["def step_1rev(x, h):", "(r * h) @ W_h_n_1rev.T"],
    ),
    "values-of-a-batch": (
        BATCH.problem(steps=2),
        ["f * c"],
    ),
    "feedback": (fed_back(GRU), ["x = y", "torch.nn.GRU(2, 3)"]),
    "feedback-of-a-batch": (fed_back(BATCH), ["x = y"]),
    "loss-of-states": (
        LSTM.problem(layers=((2, 1),)) | {"targets": targets(LSTM, 3, 3), "loss": "squared"},
        ['torch.nn.functional.mse_loss(h, target, reduction="sum")'],
    ),
    "loss-of-one-step": (
        RNN.problem(steps=1) | {"targets": RNN.numbers(2)},
        ['error_of("loss", losses[-1]', '0.5 * torch.nn.functional.mse_loss(h, target, red'],
    ),
    "classes": (
        RNN.problem(steps=3)
        | RNN.output(3, 2, "softmax")
        | {"loss": "cross-entropy", "targets": [3, None, 1], "classes_from": 1},
        ["torch.nn.functional.cross_entropy(h @ W_y.T + b_y, target", "perplexity ="],
    ),
    "classes-of-a-batch": (
        BATCH.problem(steps=2)
        | BATCH.output(3, 2, "softmax")
        | {"loss": "cross-entropy", "targets": [[0, 2, 1], [1, 1, 0]], "classes_from": 0}
        | {"lengths": [2, 2, 1], "over_steps": "mean"},
        ["torch.nn.functional.cross_entropy(h @ W_y.T + b_y, target", "whole = sum(losses) / 2"],
    ),
    "mean-of-a-batch": (
        with_loss(ROWS, "mean-squared", "identity") | {"lengths": [3, 1, 3]},
        ["torch.nn.functional.mse_loss(y, target)"],
    ),
    "many-steps": (
        BATCH.problem(steps=30, layers=((2, 2),)) | {"lengths": [30, 3, 25]},
        ["# The first 20 steps at once", "on[:20]"],
    ),
}  # fmt: skip
for _letter in "if":
    _given: dict[str, Any] = NETWORKS["values-of-a-batch"][0]["gates"]
    _given[_letter] = {"value": [[0.25, 0.5, 0.75], [0.1, 0.2, 0.3]]}

REFUSED: dict[tuple[str, str], str] = {
    ("lengths", "onnx"): "no sequence_lens",
    ("coupled", "onnx"): "has an input gate of its own, not 1 - f",
    ("coupled", "keras"): "has an input gate of its own, not 1 - f",
    ("peephole", "keras"): "keras.layers.LSTM has no peepholes",
    ("peephole-of-a-layer", "keras"): "keras.layers.LSTM has no peepholes",
    ("relu", "onnx"): "expected tanh",
    ("loss-of-states", "keras"): "the losses of Keras are means",
    ("loss-of-states", "onnx"): "no loss in it",
    ("values-of-a-batch", "onnx"): "no other gate values",
    ("values-of-a-batch", "keras"): "no other gate values",
}
TAKEN = {
    ("layers", "keras"): "layer_3 = keras.layers.LSTM(",
    ("both-directions", "keras"): "keras.layers.Bidirectional(",
    ("directions-of-other-sizes", "keras"): "go_backwards=True",
    ("reverse", "keras"): "go_backwards=True",
    ("lengths", "keras"): "mask=on[:, :, 0].T > 0",
    ("lengths-of-rows", "keras"): "mask=mask",
    ("forget-bias", "keras"): "# The bias of f has the forget_bias in it, 1.0.",
    ("feedback", "keras"): "x = y",
    ("many-steps", "keras"): "# The first 20 steps at once",
    ("layers", "onnx"): "network_3 = evaluator(",
    ("both-directions", "onnx"): 'direction="bidirectional"',
    ("directions-of-other-sizes", "onnx"): 'direction="reverse"',
    ("reverse", "onnx"): 'direction="reverse"',
    ("batch", "onnx"): "(steps, examples, numbers)",
    ("forget-bias", "onnx"): "# The bias of f has the forget_bias in it, 1.0.",
    ("peephole", "onnx"): "'P'",
    ("peephole-of-a-layer", "onnx"): "'P'",
    ("feedback-of-a-batch", "onnx"): "x = y",
}


def assert_compiles(source: str) -> None:
    compile(source.encode("ascii"), "script", "exec")
    assert max(map(len, source.splitlines())) <= 100
    assert not re.search(r"\bnan\b", source)


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_scripts_are_in_the_terms_of_pytorch(name: str) -> None:
    data, lines = NETWORKS[name]
    source = script(data)
    assert_compiles(source)
    for line in lines:
        assert line in source


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.oracle
def test_scripts_pass(name: str) -> None:
    assert re.fullmatch(r"passed: .*\n", printed(script(NETWORKS[name][0])))


@pytest.mark.parametrize(("name", "framework"), sorted(TAKEN))
def test_scripts_are_in_the_terms_of_other_frameworks(name: str, framework: str) -> None:
    source = script(NETWORKS[name][0], framework)
    assert_compiles(source)
    assert TAKEN[name, framework] in source


@pytest.mark.parametrize(("name", "framework"), sorted(TAKEN))
@pytest.mark.oracle
def test_scripts_of_other_frameworks_pass(
    name: str, framework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    source = script(NETWORKS[name][0], framework)
    assert re.fullmatch(r"passed: .*\n", printed(source))
    assert printed(source.replace("xs = array", "xs = 0.9 * array")).startswith("failed: ")


@pytest.mark.parametrize(("name", "framework"), sorted(REFUSED))
def test_what_a_framework_lacks_is_refused(name: str, framework: str) -> None:
    with pytest.raises(ProblemError, match=re.escape(REFUSED[name, framework])) as error:
        script(NETWORKS[name][0], framework)
    (fault,) = error.value.faults
    assert "`--to pytorch`" in fault.hint


def changed(source: str) -> Iterator[tuple[str, str]]:
    """The script with the first number of one array moved, for each array; and what is moved."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("tensor("):
            name = ast.unparse(node.targets[0])
            end = node.end_lineno
            yield name, "\n".join([*lines[:end], f"{name}.view(-1)[0] += 0.5", *lines[end:]])


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.oracle
def test_a_change_of_any_array_is_noticed(name: str) -> None:
    scripts = dict(changed(script(NETWORKS[name][0])))
    assert len(scripts) > 5
    for array, source in scripts.items():
        if array != "on":
            assert printed(source).startswith("failed: "), array


@pytest.mark.parametrize(("loss", "activation"), SUITED)
@pytest.mark.parametrize("maker", [LSTM, ROWS])
@pytest.mark.oracle
def test_losses_pass(loss: str, activation: str, maker: Maker) -> None:
    data = with_loss(maker, loss, activation)
    for over in ("sum", "mean"):
        said = printed(script({**data, "over_steps": over}))
        assert re.fullmatch("passed: .*, and the same loss .*\n", said)


@pytest.mark.oracle
def test_logarithms_of_tiny_outputs_are_not_cut_off() -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": 5, "W_h": 0, "targets": [0.2]}
    data |= {"output": {"W": -132, "activation": "sigmoid"}, "loss": "binary-cross-entropy"}
    assert printed(script(data)).startswith("passed: ")


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """A problem of layers, and whatever else may be in it."""
    batch = draw(st.sampled_from([None, 2, 3]))
    cell = draw(st.sampled_from(CELLS))
    data = draw(stacks(cell, batch=None if batch is None else st.just(batch)))
    row = data.get("orientation") == "row"
    maker = Maker(cell, draw(st.integers(0, 1000)), row=row, batch=batch or 0)
    steps, units = len(data["xs"]), seen_units(data)
    if batch is not None and draw(st.booleans()):
        shorter = st.lists(st.integers(1, steps), min_size=batch - 1, max_size=batch - 1)
        data["lengths"] = [*draw(shorter), steps]
    if "reverse" not in str(data) and draw(st.booleans()):
        data["direction"] = "reverse"
    if cell == "lstm" and draw(st.booleans()):
        data["forget_bias"] = 1
    if draw(st.booleans()):
        activation = draw(st.sampled_from(["identity", "softmax", "tanh"]))
        data |= maker.output(units := 3, seen_units(data), activation)
    if draw(st.booleans()):
        loss = draw(st.sampled_from(SQUARED))
        data |= {"loss": loss, "targets": [maker.examples(units) for _ in range(steps)]}
    return data


@settings(max_examples=60, deadline=None)
@given(data=networks())
@pytest.mark.oracle
def test_drawn_networks_pass(data: dict[str, Any]) -> None:
    source = script(data)
    assert_compiles(source)
    assert printed(source).startswith("passed: ")
    for array, moved in changed(source):
        if re.match("weights|W_|xs", array):
            assert printed(moved).startswith("failed: "), array


@settings(max_examples=20, deadline=None)
@given(data=networks())
def test_drawn_networks_compile(data: dict[str, Any]) -> None:
    assert_compiles(script(data))


@pytest.mark.parametrize("framework", ["keras", "onnx"])
@settings(max_examples=25, deadline=None)
@given(data=networks())
@pytest.mark.oracle
def test_drawn_networks_pass_elsewhere_or_are_refused(framework: str, data: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "torch")
        lacks = "targets" in data or ("lengths" in data and framework == "onnx")
        if not lacks:
            assert printed(script(data, framework)).startswith("passed: ")
            return
    with pytest.raises(ProblemError):
        script(data, framework)
