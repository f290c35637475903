"""Networks that were constructed, as cells over letters that are one-hot."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lstmhw.cells.lstm import Lstm, PyTorchLstm
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import KEYS, symbol_of
from lstmhw.functions import Floats
from lstmhw.rules.construction import Construction
from lstmhw.rules.deciding import linear_head
from lstmhw.rules.letters import Reader
from lstmhw.rules.network import Head
from lstmhw.rules.step_units import StepNetwork
from lstmhw.solution import Entry, Section


class Made(NamedTuple):
    """A network that was constructed, how, and what the file's keys for it would be."""

    reader: Reader
    section: Section | None
    weights: dict[str, Floats]


def lstm_of(made: Construction) -> tuple[Reader, dict[str, Floats]]:
    """The LSTM of a construction, its floats exactly as they are, and its arrays by PyTorch."""
    arrays = {
        "weight_ih": made.weight_ih,
        "weight_hh": made.weight_hh,
        "bias_ih": made.bias_ih,
        "bias_hh": np.zeros(made.bias_ih.shape),
    }
    exact = {key: exactly_as(array) for key, array in arrays.items()}
    cell = Lstm(stacked=PyTorchLstm(layout="pytorch", **exact))
    zeros = exactly_as(np.zeros(len(made.head)))
    head = Head(made.source, exactly_as(made.head), exactly_as(np.array(0.0)))
    letters = exactly_as(np.eye(made.weight_ih.shape[1]))
    return Reader(cell, letters, {"h": zeros, "c": zeros}, head), arrays


def exactly_as(array: Floats) -> Any:
    """The array as Fractions."""
    return np.vectorize(Fraction, otypes=[object])(array)


def made_of_steps(network: StepNetwork, section: Section | None) -> Made:
    """The network of step units as a cell over one-hot letters; their least is the bias."""
    units = len(network.W_h)
    table = np.array(network.letters, dtype=object)
    shared = table.min(axis=0)
    exact = {
        "W_x": (table - shared).T,
        "W_h": np.array(network.W_h, dtype=object),
        "b": shared,
    }
    initial = np.array(network.initial, dtype=object)
    head = linear_head("h", np.array(network.weights, dtype=object), np.array(network.bias))
    cell = Rnn(activation="step", h_prev=initial, **exact, sizes={"m": units, "n": len(table)})
    weights = {key: array.astype(np.float64) for key, array in exact.items()}
    if any(network.initial):
        weights["h_prev"] = initial.astype(np.float64)
    reader = Reader(cell, exactly_as(np.eye(len(table))), {"h": initial}, head)
    return Made(reader, section, weights)


def made_json(made: Made) -> dict[str, Any]:
    head = made.reader.head
    weights = np.asarray(head.weights).astype(np.float64)
    output = {"from": head.source, "weights": weights, "bias": float(head.bias)}
    return {"weights": made.weights, "units": len(weights), "output": output}


def entries_of(reader: Reader) -> Iterator[Entry]:
    """The weights of a network, and its first states where they are not zeros."""
    for letter, gate in reader.cell.weights().items():
        for key in (*KEYS, "value"):
            value = getattr(gate, key)
            if value is not None:
                symbol = letter if key == "value" else symbol_of(key, letter)
                yield Entry(symbol, np.asarray(value).astype(np.float64), True)
    for name, state in reader.states.items():
        if any(state):
            yield Entry(f"{name}_0", np.asarray(state).astype(np.float64), True)
    yield Entry("w_out", np.asarray(reader.head.weights).astype(np.float64), True)
