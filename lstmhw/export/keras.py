"""Keras: its layers, for steps of cells that it has."""

from collections.abc import Mapping, Sequence

import numpy as np

from lstmhw.cells.cell import Cell, Parameters
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
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.functions import Floats
from lstmhw.parameters import Layer, Network, Steps

SERVES = (Steps,)
TOLERANCE = 1e-5  # on PyTorch, Keras multiplies matrices in float32 whatever the dtype

ACTIVATIONS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "identity": "linear",
    "softmax": "softmax",
    "hard-sigmoid-6": "hard_sigmoid",
}
LAYERS = {Lstm: "LSTM", Gru: "GRU", Rnn: "SimpleRNN"}
ORDERS: Mapping[str, Sequence[str]] = {"LSTM": "ifgo", "GRU": "zrn", "SimpleRNN": ("",)}
"""The letters of the gates in the order in which their blocks are stacked."""

SETUP = """\
import keras
from keras.ops import convert_to_numpy
from numpy import array

keras.config.set_floatx("float64")

"""
LAYER = '''
what = "keras.layers.{layer}"
layer = keras.layers.{layer}({units}, {options}return_state=True)
layer.build((1, 1, kernel.shape[0]))
layer.set_weights([kernel, recurrent_kernel, bias])


def step(x, *states):
    """One step."""
    _, *after = layer(x[None, None], initial_state=[state[None] for state in states])
    return [convert_to_numpy(state)[0] for state in after]
'''
OUTPUT = '''
dense = keras.layers.Dense({outputs}, activation="{activation}")
dense.build((1, W_y.shape[0]))
dense.set_weights([W_y, b_y])


def output(h):
    """The output layer."""
    return convert_to_numpy(dense(h[None]))[0]
'''


def script(exported: Steps) -> str:
    """The source.  Raises ProblemError for what Keras does not have."""
    output = "" if exported.layer is None else _output(exported.layer)
    return SETUP + _layer(exported.network) + output + "\n\n" + steps(exported, TOLERANCE, "array")


def _layer(network: Network) -> str:
    """A layer of Keras with the weights of the cell, and `step`."""
    cell, name = network.cell, named_in(LAYERS, network, "Keras")
    if isinstance(cell, Rnn):
        activation = _activation(cell.activation, ("activation",))
        options = f'activation="{activation}", '
    else:
        require_standard(network, f"keras.layers.{name}")
        options = f"reset_after={cell.variant.reset == 'after'}, " if isinstance(cell, Gru) else ""
    gates = [weighted(network)[letter] for letter in ORDERS[name]]
    return "".join(
        [
            stacking("columns", ORDERS[name]),
            remarks(network),
            assigned("kernel", np.hstack([gate.W_x.T for gate in gates]), "array"),
            assigned("recurrent_kernel", np.hstack([gate.W_h.T for gate in gates]), "array"),
            assigned("bias", _bias(cell, gates), "array"),
            LAYER.format(layer=name, units=len(gates[0].b_x), options=options),
        ]
    )


def _bias(cell: Cell, gates: list[Parameters]) -> Floats:
    """One row of biases; two where the reset gate comes after the recurrent one."""
    b_x, b_h = (np.concatenate(rows) for rows in zip(*(gate[2:4] for gate in gates), strict=True))
    after = isinstance(cell, Gru) and cell.variant.reset == "after"
    return np.array([b_x, b_h]) if after else b_x + b_h


def _output(layer: Layer) -> str:
    activation = _activation(layer.activation.name, ("output", "activation"))
    data = assigned("W_y", layer.W.T, "array") + assigned("b_y", layer.b, "array")
    return "\n\n" + data + OUTPUT.format(outputs=len(layer.b), activation=activation)


def _activation(name: str, path: Path) -> str:
    if name not in ACTIVATIONS:
        message = f"expected an activation that Keras has ({', '.join(ACTIVATIONS)}), found {name}"
        raise ProblemError([Fault(path, message, "`--to pytorch` exports any other")])
    return ACTIVATIONS[name]
