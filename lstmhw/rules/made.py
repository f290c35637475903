"""Networks that were constructed, as cells over letters."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from lstmhw.cells.lstm import Lstm, PyTorchLstm
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import KEYS, symbol_of
from lstmhw.functions import Floats
from lstmhw.rules.construction import Construction
from lstmhw.rules.deciding import linear_head
from lstmhw.rules.elimination import solution
from lstmhw.rules.letters import Reader
from lstmhw.rules.network import Head
from lstmhw.rules.report import plain
from lstmhw.rules.step_units import StepNetwork
from lstmhw.solution import Entry, Paragraph, Section, Table

MOST_COLUMNS = 8


class Made(NamedTuple):
    """A network that was constructed, how, and what the file's keys for it would be."""

    reader: Reader
    sections: tuple[Section, ...]
    weights: dict[str, Floats]

    def after(self, section: Section) -> "Made":
        """The same with a section before the others."""
        return self._replace(sections=(section, *self.sections))


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


def made_of_steps(network: StepNetwork, inputs: Any, sections: tuple[Section, ...]) -> Made:
    """The network of step units as a cell; `inputs` (L, n) is what the letters are."""
    units = len(network.W_h)
    W_x, b = _reading(network, inputs)
    exact = {"W_x": W_x, "W_h": np.array(network.W_h, dtype=object), "b": b}
    initial = np.array(network.initial, dtype=object)
    head = linear_head("h", np.array(network.weights, dtype=object), np.array(network.bias))
    cell = Rnn(activation="step", h_prev=initial, **exact, sizes={"m": units, "n": inputs.shape[1]})
    weights = {key: array.astype(np.float64) for key, array in exact.items()}
    if any(network.initial):
        weights["h_prev"] = initial.astype(np.float64)
    reader = Reader(cell, inputs, {"h": initial}, head)
    return Made(reader, sections, weights)


def _reading(network: StepNetwork, inputs: Any) -> tuple[Any, Any]:
    """W_x and b for inputs of which none is an affine combination of others.

    The least that a letter puts in is in the bias, and what W_x cannot do on top of it.
    """
    table = np.array(network.letters, dtype=object)
    shared = table.min(axis=0)
    found = solution([(*row, Fraction(1)) for row in inputs], (table - shared).tolist())
    assert found is not None
    *turned, further = found
    return np.array(turned, dtype=object).T, shared + np.array(further, dtype=object)


def in_decimals(network: StepNetwork, inputs: Any) -> tuple[StepNetwork, tuple[int, ...]]:
    """The same network with each unit's weights so many times larger that they are decimals.

    A unit is on where its pre-activation is over 0, so a factor over 0 changes nothing.
    """
    rows = zip(*_reading(network, inputs), network.W_h, strict=True)
    factors = tuple(lcm(*map(_beside_decimals, (*W_x, b, *W_h))) for W_x, b, W_h in rows)
    letters = (
        tuple(put * factor for put, factor in zip(row, factors, strict=True))
        for row in network.letters
    )
    W_h = (
        tuple(weight * factor for weight in row)
        for row, factor in zip(network.W_h, factors, strict=True)
    )
    return network._replace(letters=tuple(letters), W_h=tuple(W_h)), factors


def _beside_decimals(number: Fraction) -> int:
    """The part of a denominator that no power of ten has."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest


def letters_section(
    alphabet: Sequence[str], network: StepNetwork, factors: Sequence[int]
) -> Section:
    """What each letter puts into each unit, where letters are numbers or vectors."""
    text = "W_x and b are solved for so that each letter's input x puts this in, as W_x x + b."
    times = [f"h_{unit} by {factor}" for unit, factor in enumerate(factors, 1) if factor > 1]
    if times:
        text += (
            " When a unit is on does not change if all its weights are multiplied by a number over "
            f"0; so that they are decimals, those of {', '.join(times)}."
        )
    units = range(min(len(network.W_h), MOST_COLUMNS))
    rows = (
        (letter, *(plain(put[unit]) for unit in units))
        for letter, put in zip(alphabet, network.letters, strict=True)
    )
    header = ("letter", *(f"into h_{unit + 1}" for unit in units))
    return Section("What the letters put in", (Paragraph((text,)), Table(header, tuple(rows))))


def made_json(made: Made) -> dict[str, Any]:
    head = made.reader.head
    weights = np.asarray(head.weights).astype(np.float64)
    output = {"from": head.source, "weights": weights, "bias": float(head.bias)}
    return {"weights": made.weights, "units": len(weights), "output": output}


def entries_of(reader: Reader) -> Iterator[Entry]:
    """The weights of a network, and its first states."""
    for letter, gate in reader.cell.weights().items():
        for key in (*KEYS, "value"):
            value = getattr(gate, key)
            if value is not None:
                symbol = letter if key == "value" else symbol_of(key, letter)
                yield Entry(symbol, np.asarray(value).astype(np.float64), True)
    for name, state in reader.states.items():
        yield Entry(f"{name}_0", np.asarray(state).astype(np.float64), True)
    yield Entry("w_out", np.asarray(reader.head.weights).astype(np.float64), True)
