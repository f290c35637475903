"""ONNX: models of its operators, run by its reference evaluator."""

from collections.abc import Mapping, Sequence

import numpy as np

from lstmhw.cells.gru import Gru
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.rnn import Rnn
from lstmhw.export.scripts import (
    STEP_OF_RUN,
    Manner,
    Part,
    assigned,
    named_in,
    parts,
    peepholes,
    place,
    refuse_loss,
    remarks,
    require_standard,
    stacking,
    steps,
    together,
    weighted,
)
from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import Floats, tanh
from lstmhw.parameters import Layer, Network, Steps

SERVES = (Steps,)
MANNER = Manner("array", "concatenate", tolerance=1e-9)

OPERATORS = {Lstm: "LSTM", Gru: "GRU", Rnn: "RNN"}
ORDERS: Mapping[str, Sequence[str]] = {"LSTM": "iofg", "GRU": "zrn", "RNN": ("",)}
"""The letters of the gates in the order in which their blocks are stacked."""
ACTIVATIONS = {
    "sigmoid": '"Sigmoid", ["a"], ["y"]',
    "tanh": '"Tanh", ["a"], ["y"]',
    "relu": '"Relu", ["a"], ["y"]',
    "identity": '"Identity", ["a"], ["y"]',
    "hard-sigmoid-6": '"HardSigmoid", ["a"], ["y"], alpha=1 / 6, beta=0.5',
    "leaky-relu": '"LeakyRelu", ["a"], ["y"], alpha=0.01',
    "hard-sigmoid": '"HardSigmoid", ["a"], ["y"], alpha=0.2, beta=0.5',
    "softmax": '"Softmax", ["a"], ["y"], axis=-1',
}

SETUP = '''\
from numpy import array, concatenate
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def evaluator(nodes, inputs, outputs, weights):
    """What runs a model of these nodes."""

    def described(names):
        ranks = {s: 4 if s == "Y" else 3 for s in names}
        return [
            helper.make_tensor_value_info(s, TensorProto.DOUBLE, [None] * rank)
            for s, rank in ranks.items()
        ]

    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "graph", described(inputs), described(outputs), constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    checker.check_model(model)
    return ReferenceEvaluator(model)


'''
CELL = '''
initial{suffix}, final{suffix} = {before}, {after}
cell = helper.make_node(
    "{operator}",
    {names},
    ["Y", *final{suffix}],
    hidden_size={units},{options}
)
network{suffix} = evaluator(
    [cell], ["X", *initial{suffix}], ["Y", *final{suffix}], weights{suffix}
)


def run{suffix}(xs, *states):
    """Steps from the states before them: h at each, and the states at the end.

    The operator takes (steps, examples, inputs), and a state of each direction.
    """
    given = {{"X": xs.reshape(len(xs), -1, xs.shape[-1])}}
    for k, name in enumerate(initial{suffix}):
        rows = [state.reshape(-1, state.shape[-1]) for state in states[k :: len(initial{suffix})]]
        given[name] = array(rows)
    hs, *last = network{suffix}.run(None, given)
    found = [state for ways in zip(*last) for state in ways]
    hs = hs.swapaxes(1, 2).reshape(*xs.shape[:-1], -1)
    return hs, [new.reshape(old.shape) for new, old in zip(found, states)]
'''
OUTPUT = '''
layer = [
    helper.make_node("MatMul", ["h", "W_y"], ["scores"]),
    helper.make_node("Add", ["scores", "b_y"], ["a"]),
    helper.make_node({activation}),
]
reader = evaluator(layer, ["h"], ["y"], {{"W_y": W_y, "b_y": b_y}})


def output(h):
    """The output layer."""
    return reader.run(None, {{"h": h.reshape(1, -1, h.shape[-1])}})[0].reshape(*h.shape[:-1], -1)
'''


def script(exported: Steps) -> str:
    """The source.  Raises ProblemError for what ONNX's reference evaluator does not have."""
    if exported.lengths is not None:
        message = (
            "ONNX's reference evaluator has no sequence_lens: there every example has all steps"
        )
        raise ProblemError([Fault(("lengths",), message, "`--to pytorch` exports them", True)])
    refuse_loss(exported, "the ONNX model of a network has no loss in it")
    found = parts(exported, _form, is_deep=False)
    flat = [part for side_by_side in found for part in side_by_side]
    what = f"the ONNX operator {_operator(flat[0].first.network)}"
    output = "" if exported.layer is None else _output(exported.layer)
    return "".join(
        [
            SETUP,
            assigned("what", what) + "\n",
            "\n\n".join(map(_part, flat)),
            together(found, MANNER.join),
            STEP_OF_RUN,
            output,
            "\n\n",
            steps(exported, MANNER),
        ]
    )


def _operator(network: Network) -> str:
    return named_in(OPERATORS, network, "ONNX")


def _form(network: Network) -> object:
    """What a node of the cell is made with.  Raises ProblemError where there is none."""
    cell, operator = network.cell, _operator(network)
    if not isinstance(cell, Rnn):
        require_standard(network, f"the {operator} of ONNX's reference evaluator")
    elif cell.function("") is not tanh:
        found = cell.activation
        message = f"expected tanh, which the RNN of ONNX's reference evaluator has; found {found}"
        raise ProblemError([Fault(("activation",), message, "`--to pytorch` exports any other")])
    return operator, network.units


def _part(part: Part) -> str:
    """A node of an operator with the weights of its directions, and `run`."""
    cell, operator, suffix = part.first.network.cell, _operator(part.first.network), part.suffix
    weights = [_weights(direction.network) for direction in part.directions]
    stacks = {name: np.stack([each[name] for each in weights]) for name in weights[0]}
    options = []
    if len(part.directions) > 1:
        options.append('direction="bidirectional"')
    elif part.is_reversed:
        options.append('direction="reverse"')
    if isinstance(cell, Gru):
        options.append(f"linear_before_reset={int(cell.variant.reset == 'after')}")
    before = [f"initial_{state}" for state in cell.states]
    return "".join(
        [
            place(part.first),
            stacking("rows", ORDERS[operator]),
            *(remarks(direction.network) for direction in part.directions),
            f"weights{suffix} = {{}}  # for each direction\n",
            *(assigned(f'weights{suffix}["{key}"]', rows, "array") for key, rows in stacks.items()),
            CELL.format(
                suffix=suffix,
                operator=operator,
                before=before,
                after=[f"Y_{state}" for state in cell.states],
                names=["X", "W", "R", "B", "", *before, *(["P"] if "P" in stacks else [])],
                units=stacks["R"].shape[-1],
                options="".join(f"\n    {option}," for option in options),
            ),
        ]
    )


def _weights(network: Network) -> dict[str, Floats]:
    """The inputs of the operator that hold weights; of an LSTM with peepholes P too."""
    order = ORDERS[_operator(network)]
    gates = [weighted(network)[letter] for letter in order]
    W_x, W_h, b_x, b_h = (np.concatenate(p) for p in zip(*(g[:4] for g in gates), strict=True))
    weights = {"W": W_x, "R": W_h, "B": np.concatenate([b_x, b_h])}
    if network.cell.name == "lstm":
        weights["P"] = _peepholes(network)
    return weights


def _peepholes(network: Network) -> Floats:
    """Those of the gates i, o and f; zeros where there are none, or where the gate has a value."""
    given, zeros = peepholes(network), np.zeros(network.units)
    seen = [letter for letter in "iof" if network.gates[letter].value is None]
    return np.concatenate([given.get(k, zeros) if k in seen else zeros for k in "iof"])


def _output(layer: Layer) -> str:
    if layer.activation.name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        message = f"expected an activation that ONNX has ({known}), found {layer.activation.name}"
        fault = Fault(("output", "activation"), message, "`--to pytorch` exports any other")
        raise ProblemError([fault])
    data = assigned("W_y", layer.W.T, "array") + assigned("b_y", layer.b, "array")
    return "\n\n" + data + OUTPUT.format(activation=ACTIVATIONS[layer.activation.name])
