"""ONNX: models of its operators, run by its reference evaluator."""

import numpy as np

from lstmhw.export import assigned, remarks, require_standard, steps, weighted
from lstmhw.faults import Fault, ProblemError
from lstmhw.parameters import Cell, Gru, Layer, Lstm, Rnn, Steps

SERVES = (Steps,)
TOLERANCE = 1e-9

ORDERS = {Lstm: "iofg", Gru: "zrn", Rnn: "a"}
STATES = {Lstm: ("h", "c"), Gru: ("h",), Rnn: ("h",)}
ACTIVATIONS = {
    "sigmoid": '"Sigmoid", ["a"], ["y"]',
    "tanh": '"Tanh", ["a"], ["y"]',
    "relu": '"Relu", ["a"], ["y"]',
    "identity": '"Identity", ["a"], ["y"]',
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
    return SETUP + _cell(exported.cell) + output + "\n\n" + steps(exported, TOLERANCE, "array")


def _cell(cell: Cell) -> str:
    """An operator of ONNX with the weights of the cell, and `step`."""
    operator = type(cell).__name__.upper()
    options = ""
    if not isinstance(cell, Rnn):
        require_standard(cell, f"the {operator} of ONNX's reference evaluator")
    elif cell.gates["a"].activation != "tanh":
        found = cell.gates["a"].activation
        message = f"expected tanh, which the RNN of ONNX's reference evaluator has; found {found}"
        raise ProblemError([Fault(("activation",), message, "`--to pytorch` exports any other")])
    if isinstance(cell, Gru):
        options = f", linear_before_reset={int(cell.reset == 'after')}"
    order, states = ORDERS[type(cell)], STATES[type(cell)]
    gates = [weighted(cell)[letter] for letter in order]
    W_x, W_h, b_x, b_h = (np.concatenate(p) for p in zip(*(g[:4] for g in gates), strict=True))
    weights = {"W": W_x, "R": W_h, "B": np.concatenate([b_x, b_h])}
    return "".join(
        [
            f"# The rows are blocks, one for each gate: {', '.join(order)}.\n",
            remarks(cell),
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
    if layer.activation not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        message = f"expected an activation that ONNX has ({known}), found {layer.activation}"
        fault = Fault(("output", "activation"), message, "`--to pytorch` exports any other")
        raise ProblemError([fault])
    data = assigned("W_y", layer.W.T, "array") + assigned("b_y", layer.b, "array")
    return "\n\n" + data + OUTPUT.format(activation=ACTIVATIONS[layer.activation])
