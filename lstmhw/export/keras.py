"""Keras: its layers, for steps of cells that it has."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from lstmhw.cells.cell import Cell, Parameters
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
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.functions import Floats
from lstmhw.parameters import Direction, Layer, Network, Steps

SERVES = (Steps,)
# The tolerance: on PyTorch, Keras multiplies matrices in float32 whatever the dtype
MANNER = Manner("array", "concatenate", tolerance=1e-5)

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
from numpy import array, concatenate

keras.config.set_floatx("float64")

"""
LAYER = """
layer{suffix} = {layer}
layer{suffix}.build((1, 1, {inputs}))
layer{suffix}.set_weights(weights{suffix})
"""
RUN = '''

def run{suffix}(xs, *before{mask}):
    """Steps from the states before them: h at each, and the states at the end.

    Keras takes (examples, steps, inputs).
    """
    rows = xs.reshape(len(xs), -1, xs.shape[-1]).swapaxes(0, 1)
    given = [state.reshape(-1, state.shape[-1]) for state in before]
    found = layer{suffix}(rows, initial_state=given{masked})
    hs, *after = [convert_to_numpy(value) for value in found]
    hs = hs.swapaxes(0, 1).reshape(*xs.shape[:-1], -1)
    return {hs}, [new.reshape(old.shape) for new, old in zip(after, before)]
'''
MASKED = "hs, last = run(xs, *starts, mask=on[:, :, 0].T > 0)  # (examples, steps)"
OUTPUT = '''
dense = keras.layers.Dense({outputs}, activation="{activation}")
dense.build((1, W_y.shape[0]))
dense.set_weights([W_y, b_y])


def output(h):
    """The output layer."""
    return convert_to_numpy(dense(h.reshape(-1, h.shape[-1]))).reshape(*h.shape[:-1], -1)
'''


def script(exported: Steps) -> str:
    """The source.  Raises ProblemError for what Keras does not have."""
    refuse_loss(
        exported, "the losses of Keras are means over the numbers, and keep off 0 and 1 by 1e-7"
    )
    found = parts(exported, _form, is_deep=False)
    flat = [part for side_by_side in found for part in side_by_side]
    has_mask = exported.lengths is not None
    output = "" if exported.layer is None else _output(exported.layer)
    return "".join(
        [
            SETUP,
            assigned("what", f"keras.layers.{_name(flat[0].first.network)}") + "\n",
            "\n\n".join(_part(part, has_mask) for part in flat),
            together(found, MANNER.join, "mask" if has_mask else ""),
            STEP_OF_RUN,
            output,
            "\n\n",
            steps(exported, MANNER, MASKED if has_mask else ""),
        ]
    )


def _name(network: Network) -> str:
    return named_in(LAYERS, network, "Keras")


def _form(network: Network) -> tuple[str, int, str]:
    """What a layer of the cell is made with.  Raises ProblemError where there is none."""
    cell, name = network.cell, _name(network)
    if isinstance(cell, Rnn):
        option = f'activation="{_activation(cell.activation, ("activation",))}", '
        return name, network.units, option
    require_standard(network, f"keras.layers.{name}")
    if peepholes(network):
        message = "keras.layers.LSTM has no peepholes"
        raise ProblemError([Fault(("peephole",), message, "`--to pytorch` exports them")])
    option = f"reset_after={cell.variant.reset == 'after'}, " if isinstance(cell, Gru) else ""
    return name, network.units, option


def _part(part: Part, has_mask: bool) -> str:
    """A layer of Keras with the weights of its directions, and `run`."""
    network, suffix, backwards = part.first.network, part.suffix, part.is_reversed
    name, units, option = _form(network)
    turned = "go_backwards=True, " if backwards else ""
    options = f"{units}, {option}{turned}return_sequences=True, return_state=True"
    layer = f"keras.layers.{name}(\n    {options}\n)"
    if len(part.directions) > 1:
        layer = f"keras.layers.Bidirectional(\n{textwrap.indent(layer, ' ' * 4)}\n)"
    return "".join(
        [
            place(part.first),
            stacking("columns", ORDERS[name]),
            f"weights{suffix} = []\n",
            *(_weights(direction, name, suffix) for direction in part.directions),
            LAYER.format(suffix=suffix, layer=layer, inputs=network.inputs),
            RUN.format(
                suffix=suffix,
                hs="hs[::-1]" if backwards else "hs",
                mask=", mask=None" if has_mask else "",
                masked=", mask=mask" if has_mask else "",
            ),
        ]
    )


def _weights(direction: Direction, name: str, suffix: str) -> str:
    network = direction.network
    gates = [weighted(network)[letter] for letter in ORDERS[name]]
    arrays = {
        "kernel": np.hstack([gate.W_x.T for gate in gates]),
        "recurrent_kernel": np.hstack([gate.W_h.T for gate in gates]),
        "bias": _bias(network.cell, gates),
    }
    return "".join(
        [
            remarks(network),
            *(assigned(key, rows, "array") for key, rows in arrays.items()),
            f"weights{suffix} += [{', '.join(arrays)}]\n",
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
