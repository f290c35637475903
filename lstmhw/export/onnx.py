"""ONNX: models of its operators, run by its reference evaluator."""

from collections.abc import Mapping, Sequence

import numpy as np

from lstmhw.cells.gru import Gru
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.rnn import Rnn
from lstmhw.export import (
    assigned,
    named_in,
    remarks,
    require_standard,
    stacking,
    steps,
    weighted,
)
from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import tanh
from lstmhw.parameters import Layer, Network, Steps

SERVES = (Steps,)
TOLERANCE = 1e-9

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
from numpy import array
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def evaluator(nodes, inputs, outputs, weights):
    """What runs a model of these nodes."""

    def described(names):
        return [helper.make_tensor_value_info(s, TensorProto.DOUBLE, [None] * 3) for s in names]

    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "graph", described(inputs), described(outputs), constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    checker.check_model(model)
    return ReferenceEvaluator(model)


'''
CELL = '''
what = "the ONNX operator {operator}"
before, after = {before}, {after}
names = ["X", *weights, "", *before]
cell = helper.make_node("{operator}", names, ["", *after], hidden_size={units}{options})
directions = {{name: value[None] for name, value in weights.items()}}  # there is one
network = evaluator([cell], ["X", *before], after, directions)


def step(x, *states):
    """One step."""
    given = dict(zip(before, (state[None, None] for state in states)))
    return [state[0, 0] for state in network.run(None, {{"X": x[None, None], **given}})]
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
    return reader.run(None, {{"h": h[None, None]}})[0][0, 0]
'''


def script(exported: Steps) -> str:
    """The source.  Raises ProblemError for what ONNX's reference evaluator does not have."""
    output = "" if exported.layer is None else _output(exported.layer)
    return SETUP + _cell(exported.network) + output + "\n\n" + steps(exported, TOLERANCE, "array")


def _cell(network: Network) -> str:
    """An operator of ONNX with the weights of the cell, and `step`."""
    cell, operator = network.cell, named_in(OPERATORS, network, "ONNX")
    options = ""
    if not isinstance(cell, Rnn):
        require_standard(network, f"the {operator} of ONNX's reference evaluator")
    elif cell.function("") is not tanh:
        found = cell.activation
        message = f"expected tanh, which the RNN of ONNX's reference evaluator has; found {found}"
        raise ProblemError([Fault(("activation",), message, "`--to pytorch` exports any other")])
    if isinstance(cell, Gru):
        options = f", linear_before_reset={int(cell.variant.reset == 'after')}"
    order, states = ORDERS[operator], cell.states
    gates = [weighted(network)[letter] for letter in order]
    W_x, W_h, b_x, b_h = (np.concatenate(p) for p in zip(*(g[:4] for g in gates), strict=True))
    weights = {"W": W_x, "R": W_h, "B": np.concatenate([b_x, b_h])}
    return "".join(
        [
            stacking("rows", order),
            remarks(network),
            "weights = {}\n",
            *(assigned(f'weights["{key}"]', value, "array") for key, value in weights.items()),
            CELL.format(
                operator=operator,
                before=[f"initial_{state}" for state in states],
                after=[f"Y_{state}" for state in states],
                units=len(gates[0].b_x),
                options=options,
            ),
        ]
    )


def _output(layer: Layer) -> str:
    if layer.activation.name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        message = f"expected an activation that ONNX has ({known}), found {layer.activation.name}"
        fault = Fault(("output", "activation"), message, "`--to pytorch` exports any other")
        raise ProblemError([fault])
    data = assigned("W_y", layer.W.T, "array") + assigned("b_y", layer.b, "array")
    return "\n\n" + data + OUTPUT.format(activation=ACTIVATIONS[layer.activation.name])
