"""Records what PyTorch, Keras and ONNX make of random cells, as problems with their true answers.

    python tests/record_vectors.py        # rewrites tests/data/*.json; needs the `oracle` extra

Every case starts from nonzero states and takes at least two steps: one step from zero hides a
misplaced reset, a transposed matrix and the forget gate.  PyTorch and ONNX compute in float64;
Keras on PyTorch multiplies matrices in float32 all the same, so its answers are good to 1e-6.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from random_stacks import Maker, seen_units
from torch_stacks import torch_stack_answers

os.environ["KERAS_BACKEND"] = "torch"

DATA = Path(__file__).parent / "data"
STEPS, INPUTS, UNITS = 3, 3, 2

Case = dict[str, Any]


def random(seed: int) -> Callable[..., Any]:
    """Numbers with four decimals, so that a case can be read."""
    generator = np.random.default_rng(seed)
    return lambda *shape: np.round(generator.normal(size=shape), 4)


def case(name: str, problem: Case, **states: Any) -> Case:
    """A problem and its answers: `h=` and `c=` are arrays of the states after each step."""
    answers = {
        f"{state}_{t}": np.asarray(value).reshape(STEPS, UNITS)[t - 1].tolist()
        for state, value in states.items()
        for t in range(1, STEPS + 1)
    }
    lists = {key: listed(value) for key, value in problem.items()}
    return {"name": name, "problem": lists, "answers": answers}


def listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: listed(entry) for key, entry in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def torch_cases() -> Iterator[Case]:
    import torch

    torch.set_default_dtype(torch.float64)
    for seed, kind, layer, gates in (
        (1, "lstm-step", torch.nn.LSTM, 4),
        (2, "gru-step", torch.nn.GRU, 3),
    ):
        draw = random(seed)
        xs, h, c = draw(STEPS, INPUTS), draw(UNITS), draw(UNITS)
        weights = {
            "weight_ih": draw(gates * UNITS, INPUTS),
            "weight_hh": draw(gates * UNITS, UNITS),
            "bias_ih": draw(gates * UNITS),
            "bias_hh": draw(gates * UNITS),
        }
        states = _torch_states(layer(INPUTS, UNITS), weights, xs, h, c)
        problem = {"kind": kind, "xs": xs, "h_prev": h}
        if kind == "lstm-step":
            problem["c_prev"] = c
        yield case(
            f"torch-{kind}", {**problem, "stacked": {"layout": "pytorch", **weights}}, **states
        )
    for activation in ("tanh", "relu"):
        draw = random(3)
        xs, h = draw(STEPS, INPUTS), draw(UNITS)
        W_x, W_h, b_x, b_h = draw(UNITS, INPUTS), draw(UNITS, UNITS), draw(UNITS), draw(UNITS)
        weights = {"weight_ih": W_x, "weight_hh": W_h, "bias_ih": b_x, "bias_hh": b_h}
        rnn = torch.nn.RNN(INPUTS, UNITS, nonlinearity=activation)
        states = _torch_states(rnn, weights, xs, h, h)
        problem = {"kind": "rnn-step", "xs": xs, "h_prev": h, "activation": activation}
        data = {"W_x": W_x, "W_h": W_h, "b_x": b_x, "b_h": b_h}
        yield case(f"torch-rnn-{activation}", {**problem, **data}, **states)
    for seed, cell in ((8, "lstm"), (9, "gru"), (10, "rnn")):
        problem = gradient_problem(cell, random(seed), STEPS, INPUTS, UNITS)
        for name, ends in gradient_ends(cell, random(seed + 10), STEPS, UNITS).items():
            ended = {**problem, **ends}
            answers = listed(torch_gradients(ended))
            yield {"name": f"torch-{cell}-{name}", "problem": listed(ended), "answers": answers}
    yield from torch_stacks()


def torch_stacks() -> Iterator[Case]:
    """Two layers in both directions; batches with lengths; gradients through them."""
    two_ways = ((UNITS, UNITS), (UNITS, UNITS))
    for seed, cell in ((21, "lstm"), (22, "gru"), (23, "rnn")):
        maker = Maker(cell, seed, batch=3, biases=2)
        problem = maker.problem(steps=3, inputs=2, layers=two_ways) | {"lengths": [3, 1, 2]}
        yield stack_case(f"torch-{cell}-stack-lengths", problem)
        maker = Maker(cell, seed + 10, biases=2)
        problem = maker.problem(gradient=True, steps=3, inputs=2, layers=two_ways)
        problem |= {"targets": [maker.numbers(seen_units(problem)) for _ in range(3)]}
        yield stack_case(f"torch-{cell}-stack-gradient", problem)
    maker = Maker("lstm", 24, batch=2, biases=2)
    problem = maker.problem(gradient=True, steps=3, inputs=2, layers=((UNITS, UNITS),))
    problem |= {"lengths": [2, 3], "targets": [maker.examples(2 * UNITS) for _ in range(3)]}
    yield stack_case("torch-lstm-lengths-gradient", problem)


def stack_case(name: str, problem: Case) -> Case:
    return {"name": name, "problem": problem, "answers": listed(torch_stack_answers(problem))}


def gradient_problem(cell: str, draw: Any, steps: int, inputs: int, units: int) -> Case:
    """An `lstm-gradient` problem without what arrives at the end."""
    blocks = {"lstm": "ifgo", "gru": "rzn", "rnn": "a"}[cell]
    problem: Case = {"kind": "lstm-gradient", "cell": cell}
    problem |= {"xs": draw(steps, inputs), "h_prev": draw(units)}
    if cell == "lstm":
        problem["c_prev"] = draw(units)
    if cell == "gru":
        problem |= {"update": "keep", "reset": "after"}
    shapes = {"W_x": (units, inputs), "W_h": (units, units), "b_x": (units,), "b_h": (units,)}
    gates = {gate: {key: draw(*shape) for key, shape in shapes.items()} for gate in blocks}
    return problem | (gates["a"] if cell == "rnn" else {"gates": gates})


def gradient_ends(cell: str, draw: Any, steps: int, units: int) -> dict[str, Case]:
    """What may arrive at the end: gradients, or a loss, with one step of gradient descent."""
    arriving = {"dh": draw(units)} | ({"dc": draw(units)} if cell == "lstm" else {})
    targets = {"targets": draw(steps, units), "loss": "half-squared", "learning_rate": 0.5}
    return {"arriving": arriving, "targets": targets}


def torch_gradients(problem: Case) -> Case:
    """The gradients to weights, inputs and states by autograd, by their symbols."""
    import torch

    cell = problem["cell"]
    layers = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
    gates = problem["gates"] if cell != "rnn" else {"": problem}
    keys = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}
    stacked = {
        name: np.concatenate([gate[key] for gate in gates.values()]) for name, key in keys.items()
    }
    xs = torch.tensor(problem["xs"], dtype=torch.float64, requires_grad=True)
    first = {
        key: torch.tensor(problem[f"{key}_prev"], dtype=torch.float64, requires_grad=True)
        for key in "hc"
        if f"{key}_prev" in problem
    }
    layer = layers[cell](xs.shape[1], len(first["h"]), dtype=torch.float64)
    layer.load_state_dict({f"{key}_l0": torch.tensor(value) for key, value in stacked.items()})
    states = tuple(state[None] for state in first.values())
    hs, last = layer(xs, states if cell == "lstm" else states[0])
    loss, answers = _torch_loss(problem, hs, last[1][0] if cell == "lstm" else None)
    parameters = [getattr(layer, f"{name}_l0") for name in keys]
    found = torch.autograd.grad(loss, [xs, *first.values(), *parameters])
    dxs, *rest = [value.numpy() for value in found]

    answers |= {f"dx_{t}": dx for t, dx in enumerate(dxs, 1)}
    answers |= {f"d{key}_0": value for key, value in zip(first, rest, strict=False)}
    for key, value in zip(keys.values(), rest[len(first) :], strict=True):
        blocks = np.split(value, len(gates))
        for (gate, weights), block in zip(gates.items(), blocks, strict=True):
            symbol = f"{key}_{gate}" if gate else key
            answers[f"d{symbol}"] = block
            if "learning_rate" in problem:
                answers[f"{symbol}_new"] = weights[key] - problem["learning_rate"] * block
    return answers


def _torch_loss(problem: Case, hs: Any, c: Any) -> tuple[Any, Case]:
    import torch

    if "targets" in problem:
        loss = 0.5 * ((hs - torch.tensor(problem["targets"])) ** 2).sum()
        return loss, {"loss": loss.item()}
    loss = (hs[-1] * torch.tensor(problem["dh"])).sum()
    if c is not None:
        loss = loss + (c * torch.tensor(problem["dc"])).sum()
    return loss, {}


def _torch_states(layer: Any, weights: Case, xs: Any, h: Any, c: Any) -> Case:
    """The states after each step, one step a call."""
    import torch

    layer.load_state_dict({f"{key}_l0": torch.tensor(value) for key, value in weights.items()})
    hidden, cell, after = torch.tensor(h)[None], torch.tensor(c)[None], []
    with torch.no_grad():
        for x in torch.tensor(xs):
            if isinstance(layer, torch.nn.LSTM):
                _, (hidden, cell) = layer(x[None], (hidden, cell))
            else:
                _, hidden = layer(x[None], hidden)
            after.append((hidden.numpy(), cell.numpy()))
    states = {"h": np.array([h for h, _ in after])}
    if isinstance(layer, torch.nn.LSTM):
        states["c"] = np.array([c for _, c in after])
    return states


def keras_cases() -> Iterator[Case]:
    import keras

    draw = random(4)
    xs, h, c = draw(STEPS, INPUTS), draw(UNITS), draw(UNITS)
    kernel, recurrent, bias = draw(INPUTS, 4 * UNITS), draw(UNITS, 4 * UNITS), draw(4 * UNITS)
    cell = keras.layers.LSTMCell(UNITS, dtype="float64")
    states = _keras_states(cell, [kernel, recurrent, bias], xs, [h, c])
    stacked = {"layout": "keras", "kernel": kernel, "recurrent_kernel": recurrent, "bias": bias}
    problem = {"kind": "lstm-step", "xs": xs, "h_prev": h, "c_prev": c, "stacked": stacked}
    yield case("keras-lstm", problem, h=states[0], c=states[1])
    for reset_after in (True, False):
        draw = random(5)
        xs, h = draw(STEPS, INPUTS), draw(UNITS)
        kernel, recurrent = draw(INPUTS, 3 * UNITS), draw(UNITS, 3 * UNITS)
        bias = draw(2, 3 * UNITS) if reset_after else draw(3 * UNITS)
        cell = keras.layers.GRUCell(UNITS, reset_after=reset_after, dtype="float64")
        states = _keras_states(cell, [kernel, recurrent, bias], xs, [h])
        stacked = {"layout": "keras", "kernel": kernel, "recurrent_kernel": recurrent, "bias": bias}
        stacked["reset_after"] = reset_after
        problem = {"kind": "gru-step", "xs": xs, "h_prev": h, "stacked": stacked}
        yield case(f"keras-gru-{'after' if reset_after else 'before'}", problem, h=states[0])


def _keras_states(cell: Any, weights: list[Any], xs: Any, states: list[Any]) -> list[Any]:
    """Each state after each step."""
    import keras

    cell.build((1, INPUTS))
    cell.set_weights(weights)
    current = [keras.ops.convert_to_tensor(state[None]) for state in states]
    after = []
    for x in xs:
        _, current = cell(keras.ops.convert_to_tensor(x[None]), current)
        current = list(current) if isinstance(current, list | tuple) else [current]
        after.append([keras.ops.convert_to_numpy(state)[0] for state in current])
    return [np.array(rows) for rows in zip(*after, strict=True)]


def onnx_cases() -> Iterator[Case]:
    draw = random(6)
    xs, h, c = draw(STEPS, INPUTS), draw(UNITS), draw(UNITS)
    W, R, B = draw(1, 4 * UNITS, INPUTS), draw(1, 4 * UNITS, UNITS), draw(1, 8 * UNITS)
    states = _onnx_states("LSTM", {"W": W, "R": R, "B": B}, xs, {"initial_h": h, "initial_c": c})
    problem = {"kind": "lstm-step", "xs": xs, "h_prev": h, "c_prev": c}
    stacked = {"layout": "onnx", "W": W, "R": R, "B": B}
    yield case("onnx-lstm", {**problem, "stacked": stacked}, h=states[0], c=states[1])
    stacked = {"layout": "onnx", "W": W[0], "R": R[0], "B": B[0]}
    yield case("onnx-lstm-flat", {**problem, "stacked": stacked}, h=states[0], c=states[1])
    for linear_before_reset in (0, 1):
        draw = random(7)
        xs, h = draw(STEPS, INPUTS), draw(UNITS)
        W, R, B = draw(1, 3 * UNITS, INPUTS), draw(1, 3 * UNITS, UNITS), draw(1, 6 * UNITS)
        weights = {"W": W, "R": R, "B": B}
        option = {"linear_before_reset": linear_before_reset}
        states = _onnx_states("GRU", weights, xs, {"initial_h": h}, **option)
        stacked = {"layout": "onnx", **weights, **option}
        problem = {"kind": "gru-step", "xs": xs, "h_prev": h, "stacked": stacked}
        yield case(f"onnx-gru-{linear_before_reset}", problem, h=states[0])
    yield from onnx_directions()


def onnx_directions() -> Iterator[Case]:
    """Peepholes, and cells that run backwards or both ways, over a batch.

    The reference evaluator reads no `sequence_lens`: all examples have as many steps.
    """
    for seed, cell, direction in (
        (11, "lstm", "forward"),
        (12, "lstm", "reverse"),
        (13, "lstm", "bidirectional"),
        (14, "gru", "reverse"),
        (15, "rnn", "bidirectional"),
    ):
        maker = Maker(cell, seed, batch=2, biases=2)
        both = direction == "bidirectional"
        problem = maker.problem(steps=STEPS, inputs=2, layers=((UNITS, UNITS * both),))
        ways = [problem, problem["reverse"]] if both else [problem]
        if cell == "lstm":
            for way in ways:
                way["peephole"] = {gate: maker.numbers(UNITS) for gate in "ifo"}
        if direction == "reverse":
            problem["direction"] = direction
        answers = onnx_way_answers(cell, direction, problem["xs"], ways)
        name = f"onnx-{cell}-{'peephole-' if cell == 'lstm' else ''}{direction}"
        yield {"name": name, "problem": problem, "answers": listed(answers)}


def onnx_way_answers(cell: str, direction: str, xs: Any, ways: list[Case]) -> Case:
    """The states of a cell by ONNX's reference evaluator, all steps in one call."""
    order = {"lstm": "iofg", "gru": "zrn", "rnn": ("",)}[cell]
    gates = [[way if cell == "rnn" else way["gates"][gate] for gate in order] for way in ways]

    def blocks(*keys: str) -> Any:
        return np.array(
            [np.concatenate([np.array(gate[k]) for k in keys for gate in way]) for way in gates]
        )

    feeds = {"X": np.transpose(xs, (0, 2, 1)), "W": blocks("W_x"), "R": blocks("W_h")}
    feeds["B"] = blocks("b_x", "b_h")
    feeds |= {
        f"initial_{letter}": np.array([np.transpose(way[f"{letter}_prev"]) for way in ways])
        for letter in ("hc" if cell == "lstm" else "h")
    }
    if cell == "lstm":
        feeds["P"] = np.array(
            [np.concatenate([way["peephole"][gate] for gate in "iof"]) for way in ways]
        )
    options = {"linear_before_reset": 1} if cell == "gru" else {}
    results = _onnx_run(cell.upper(), feeds, direction=direction, **options)
    answers = {}
    for k, mark in enumerate(("", "@rev")[: len(ways)]):
        for t, states in enumerate(results[0], 1):
            answers[f"h_{t}{mark}"] = states[k].T
        if cell == "lstm":
            backwards = mark or direction == "reverse"
            answers[f"c_{1 if backwards else len(xs)}{mark}"] = results[2][k].T
    return answers


def _onnx_run(operator: str, feeds: Case, **options: Any) -> list[Any]:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    names = ["X", "W", "R", "B", "", *[n for n in feeds if n not in "XWRB"]]
    outputs = ["Y", "Y_h", "Y_c"][: 3 if operator == "LSTM" else 2]
    node = helper.make_node(operator, names, outputs, hidden_size=UNITS, **options)
    given = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in feeds]
    results = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in outputs]
    graph = helper.make_graph([node], "cell", given, results)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    return list(ReferenceEvaluator(model).run(None, feeds))


def _onnx_states(operator: str, weights: Case, xs: Any, states: Case, **options: Any) -> list[Any]:
    """Each state after each step, by ONNX's reference evaluator, one step a call."""
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    names = ["X", *weights, "", *states]
    outputs = ["", *(f"Y_{state[-1]}" for state in states)]
    node = helper.make_node(operator, names, outputs, hidden_size=UNITS, **options)
    given = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in names if n]
    results = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in outputs if n]
    opset = [helper.make_opsetid("", 14)]
    model = helper.make_model(
        helper.make_graph([node], "cell", given, results), opset_imports=opset
    )
    current, after = [state[None, None] for state in states.values()], []
    for x in xs:
        feeds = {"X": x[None, None], **weights, **dict(zip(states, current, strict=True))}
        current = [np.reshape(s, (1, 1, UNITS)) for s in ReferenceEvaluator(model).run(None, feeds)]
        after.append([state[0, 0] for state in current])
    return [np.array(rows) for rows in zip(*after, strict=True)]


RECORDERS = {"torch": torch_cases, "keras": keras_cases, "onnx": onnx_cases}


def main() -> None:
    for name, cases in RECORDERS.items():
        (DATA / f"{name}.json").write_text(json.dumps(list(cases()), indent=1) + "\n")


if __name__ == "__main__":
    main()
