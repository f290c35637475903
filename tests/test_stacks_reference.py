"""The reference of stacks against PyTorch and ONNX, and against numbers worked out by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stacks import CELLS, Maker, seen_units
from stacks import forward, gradients
from test_losses import HELLO, SUITED
from torch_stacks import torch_stack_answers


def test_a_scalar_step_by_hand() -> None:
    gates = {g: {"W_x": w, "W_h": 0} for g, w in zip("figo", (0.5, 0.6, 0.7, 0.8), strict=True)}
    found = forward({"kind": "lstm-step", "x": [1], "c_prev": [0.5], "gates": gates})
    for symbol, value in {"f": 0.6225, "i": 0.6457, "g": 0.6044, "o": 0.69, "h": 0.4176}.items():
        assert abs(found[f"{symbol}_1"][0] - value) < 5e-5


@pytest.mark.oracle
@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    inputs=st.integers(1, 3),
    units=st.integers(1, 3),
    depth=st.integers(1, 3),
    both=st.booleans(),
    lengths=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    batched=st.booleans(),
)
def test_stacks_are_those_of_torch(
    cell: str,
    seed: int,
    inputs: int,
    units: int,
    depth: int,
    both: bool,
    lengths: list[int],
    batched: bool,
) -> None:
    steps = max(lengths)
    maker = Maker(cell, seed, batch=len(lengths) if batched else 0, biases=2)
    layers = [(units, units * both)] * depth
    data = maker.problem(gradient=True, steps=steps, inputs=inputs, layers=layers)
    data["targets"] = [maker.examples(seen_units(data)) for _ in range(steps)]
    if batched:
        data["lengths"] = lengths
    assert_same({**forward(data), **gradients(data)}, torch_stack_answers(data))


def assert_same(found: Any, expected: Any, tolerance: float = 1e-12) -> None:
    assert len(expected) > 3
    for symbol, value in expected.items():
        assert np.shape(found[symbol]) == np.shape(value), symbol
        scale = max(1.0, np.max(np.abs(value)))
        assert np.max(np.abs(found[symbol] - value)) <= tolerance * scale, symbol


def turned(data: dict[str, Any]) -> dict[str, Any]:
    """The same problem with columns for rows: matrices, and examples of a batch, transposed."""

    def over(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: over(name, entry) for name, entry in value.items()}
        if key == "layers":
            return [over("", layer) for layer in value]
        if key in ("xs", "targets"):
            return [np.transpose(entry).tolist() for entry in value]
        return np.transpose(value).tolist() if np.ndim(value) == 2 else value

    result = {key: over(key, value) for key, value in data.items()}
    result.pop("orientation")
    return result


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("batch", [0, 3])
def test_rows_are_columns_turned(cell: str, batch: int) -> None:
    maker = Maker(cell, 1, row=True, batch=batch)
    data = maker.problem(gradient=True, steps=2, layers=((2, 1), (1, 2)))
    data |= maker.output(2, 3, "softmax")
    data |= {"targets": [maker.examples(2), maker.examples(2)]}
    rows, columns = ({**forward(d), **gradients(d)} for d in (data, turned(data)))
    assert set(rows) == set(columns)
    for symbol, value in rows.items():
        assert np.allclose(np.transpose(value), columns[symbol], rtol=0, atol=1e-13), symbol


def moved_loss(data: dict[str, Any], holder: dict[str, Any], key: str, index: Any) -> float:
    """The central difference of the loss in one number of the problem."""
    true: Any = holder[key]
    ends: list[Any] = []
    for step in (1e-5, -1e-5):
        moved = np.array(true, dtype=float)
        moved[index] += step
        holder[key] = moved.tolist()
        ends.append(forward(data)["loss"])
    holder[key] = true
    return float((ends[0] - ends[1]) / 2e-5)


@pytest.mark.parametrize(("cell", "coupled"), [*((cell, False) for cell in CELLS), ("lstm", True)])
def test_complex_steps_are_central_differences(cell: str, coupled: bool) -> None:
    maker = Maker(cell, 2)
    data = maker.problem(gradient=True, steps=3, layers=((2, 1),)) | maker.output(2, 3, "tanh")
    data |= {"targets": maker.numbers(3, 2), "update": "new", "reset": "before"}
    if cell == "lstm":
        data |= {"peephole": {"f": [0.3, -0.4], "o": [0.5, 0.2]}, "forget_bias": 1}
    if coupled:
        data["coupled"] = True
        del data["gates"]["i"], data["reverse"]["gates"]["i"]
    found = gradients(data)
    gates = {"": data} if cell == "rnn" else data["gates"]
    places = [(gate, "W_h", f"dW_h_{letter}".rstrip("_")) for letter, gate in gates.items()]
    places += [(data, "h_prev", "dh_0"), (data["output"], "W", "dW_y")]
    places += [(data["reverse"], "h_prev", "dh_0@rev")]
    if cell == "lstm":
        places += [(data["peephole"], "f", "dp_f"), (data["peephole"], "o", "dp_o")]
        places += [(data, "c_prev", "dc_0"), (data["reverse"], "c_prev", "dc_0@rev")]
    for holder, key, symbol in places:
        for index in np.ndindex(np.shape(holder[key])):
            difference = moved_loss(data, holder, key, index)
            assert abs(difference - found[symbol][index]) < 1e-7, symbol


def torch_loss(name: str, score: Any, y: Any, target: Any) -> Any:
    import torch.nn.functional as f

    if name == "cross-entropy":
        return f.cross_entropy(score, target)
    if name == "binary-cross-entropy":
        return f.binary_cross_entropy(y, target, reduction="sum")
    if name == "mean-squared":
        return f.mse_loss(y, target)
    return f.mse_loss(y, target, reduction="sum") / (2 if name == "half-squared" else 1)


def torch_rnn(data: dict[str, Any]) -> dict[str, Any]:
    """A tanh RNN with an output layer; for each loss it runs anew, cut off where it says so."""
    import torch

    names = {"W_x": "W_x", "W_h": "W_h", "b": "b", "h_prev": "h_0"}
    given = {ours: data[key] for key, ours in names.items()}
    given |= {"W_y": data["output"]["W"], "b_y": data["output"]["b"]}
    given |= {f"x_{t}": x for t, x in enumerate(data.get("xs") or [data["x"]], 1)}
    leaves = {
        key: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for key, value in given.items()
    }
    functions: dict[str, Any] = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}
    functions |= {"softmax": lambda z: torch.softmax(z, 0), "identity": lambda z: z}
    losses = []
    for last, target in enumerate(data["targets"], 1):
        if target is None:
            continue
        h, x = leaves["h_0"], leaves["x_1"]
        for t in range(1, last + 1):
            x = leaves.get(f"x_{t}", x)
            if "truncate" in data and t == last - data["truncate"] + 1:
                h, x = h.detach(), x if f"x_{t}" in leaves else x.detach()
            h = torch.tanh(leaves["W_x"] @ x + leaves["W_h"] @ h + leaves["b"])
            score = leaves["W_y"] @ h + leaves["b_y"]
            x = functions[data["output"]["activation"]](score)
        if "classes_from" in data:
            due = torch.tensor(target - data["classes_from"])
        else:
            due = torch.tensor(target, dtype=torch.float64)
        losses.append(torch_loss(data["loss"], score, x, due))
    total = torch.stack(losses)
    loss = total.mean() if data.get("over_steps") == "mean" else total.sum()
    found: dict[str, Any] = {"loss": loss.item()}
    slopes = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    for symbol, slope in zip(leaves, slopes, strict=True):
        if slope is not None and (symbol != "h_0" or "truncate" not in data):
            found[f"d{symbol}"] = slope.numpy()
    return found


@pytest.mark.oracle
@pytest.mark.parametrize(("loss", "activation"), SUITED)
@settings(max_examples=10)
@given(
    seed=st.integers(0, 1000),
    nulls=st.lists(st.booleans(), min_size=1, max_size=4).filter(lambda nulls: not all(nulls)),
    over=st.sampled_from(["sum", "mean"]),
    truncate=st.sampled_from([None, 1, 2, 3]),
    feedback=st.booleans(),
)
def test_losses_are_those_of_torch(
    loss: str,
    activation: str,
    seed: int,
    nulls: list[bool],
    over: str,
    truncate: int | None,
    feedback: bool,
) -> None:
    maker = Maker("rnn", seed)
    data = maker.problem(gradient=True, steps=len(nulls), inputs=3) | maker.output(3, 2, activation)
    rows = np.abs(maker.numbers(len(nulls), 3))
    rows = rows / rows.sum(axis=1, keepdims=True)
    data["targets"] = [None if no else row.tolist() for row, no in zip(rows, nulls, strict=True)]
    data |= {"loss": loss, "over_steps": over} | ({"truncate": truncate} if truncate else {})
    if feedback:
        data |= {"x": data.pop("xs")[0], "feedback": "y", "steps": len(nulls)}
    assert_same({**forward(data), **gradients(data)}, torch_rnn(data))


@pytest.mark.oracle
@pytest.mark.parametrize("truncate", [1, 2, 4])
def test_hello_is_that_of_torch(truncate: int) -> None:
    data = {**HELLO, "h_prev": [0, 0, 0, 0], "truncate": truncate}
    assert_same({**forward(data), **gradients(data)}, torch_rnn(data))
