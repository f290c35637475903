"""A cell that reads letters, over numbers of any kind: intervals, or Fractions themselves."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.cells import plus, state
from lstmhw.cells.cell import Cell
from lstmhw.cells.gru import Gru
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.weights import Gate
from lstmhw.expr import DATUM, Role, unrecorded
from lstmhw.functions import Function, times
from lstmhw.rules.interval import Interval
from lstmhw.rules.letters import Reader
from lstmhw.rules.linear import RATIONAL
from lstmhw.rules.network import Exact, Head, zeros

MOST_BITS = 4_000  # of a denominator: a product of gates has twice as many at each letter
WIDE = 1e-9  # narrower intervals are known more closely than the floats at their ends
Letters = NDArray[np.intp]
States = tuple[Any, ...]
"""The states of a cell in its order, (B, m) each."""


class Rational(np.ndarray[Any, np.dtype[np.object_]]):
    """An array of Fractions, on which the activations in `RATIONAL` are exact."""

    @staticmethod
    def of(values: Any) -> "Rational":
        return np.asarray(values, dtype=object).view(Rational)

    def apply(self, function: Function) -> "Rational":
        return Rational.of(np.frompyfunc(RATIONAL[function.name], 1, 1)(self))


class Scored(NamedTuple):
    """The pre-activations of a gate, where x is the place of a letter in the alphabet.

    `letters` (L, m) is W_x x + b_x of each letter, `b_h` one bias or none.
    """

    letters: Any
    W_h: Any
    b_h: tuple[Any, ...]

    def __call__(self, x: Letters, h: Any) -> Any:
        return self.of_input(x) + self.of_state(h)

    def of_input(self, x: Letters) -> Any:
        """W_x x + b_x."""
        return self.letters[x]

    def of_state(self, h: Any) -> Any:
        """W_h h + b_h."""
        return plus(times(self.W_h, h), self.b_h)


class Mixture(NamedTuple):
    """A state that is mixed of itself and a candidate, a gate and 1 less the gate.

    The page has the gate twice, and intervals lose that it is one number.
    """

    state: str
    gate: str
    candidate: str
    keeps: bool
    """Whether the gate is what is kept of the old state."""


class Running(NamedTuple):
    """A reader over one kind of numbers: `z` has what the page of the cell computes with.

    A gate in `fixed` has the value (m,) of the sheet; `start` are the states (1, m) before the
    first letter.
    """

    cell: Cell
    z: Mapping[str, Any]
    fixed: Mapping[str, Any]
    start: States
    head: Head
    mixture: Mixture | None

    @property
    def units(self) -> int:
        return int(self.start[0].shape[1])

    @property
    def products(self) -> int:
        """About how many multiplications a letter takes."""
        return self.units * (self.units + 2) * len(self.cell.letters)

    def step(self, letters: Letters, states: States) -> States:
        """One letter (B,) of each sequence of a batch."""

        lines: dict[str, Any] = {}

        def fixing(symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
            if role.what in ("gate", "candidate"):
                value = lines[role.letter] = self.fixed.get(role.letter, value)
            is_mixed = self.mixture is not None and role == state(self.mixture.state)
            if is_mixed and isinstance(value, Interval):
                return self._tightened(value, lines, states)
            return unrecorded(symbol, value, note, role)

        return self.cell.step(fixing, 1, self.z, letters, *states)

    def _tightened(self, value: Interval, lines: Mapping[str, Any], states: States) -> Interval:
        assert self.mixture is not None
        gate, candidate = lines[self.mixture.gate], lines[self.mixture.candidate]
        old = states[self.cell.states.index(self.mixture.state)]
        parts = (old, candidate) if self.mixture.keeps else (candidate, old)
        return within_mixture(value, gate, *parts)

    def output(self, states: States) -> Any:
        """The output after a batch of sequences, (B,)."""
        source = states[self.cell.states.index(self.head.source)]
        return times(self.head.weights[np.newaxis], source)[..., 0] + self.head.bias


def over_intervals(reader: Reader) -> Running:
    """The reader with every number enclosed."""
    return _running(reader, Interval.enclosing)


def over_fractions(reader: Reader) -> Running | None:
    """The reader over its own numbers; None where some activation leads out of them."""
    if not all(function.name in RATIONAL for _, function in reader.cell.used()):
        return None
    running = _running(reader, Rational.of)
    scored = [gate for gate in running.z.values() if isinstance(gate, Scored)]
    biases = [bias for gate in scored for bias in gate.b_h]
    undefined = any((gate.letters != gate.letters).any() for gate in scored)
    return None if undefined or not all(are_plain(bias) for bias in biases) else running


def are_plain(numbers: Any, most: int = MOST_BITS) -> bool:
    """Whether these are Fractions, no limits, and not too long to go on with."""
    return all(
        isinstance(number, Fraction) and number.denominator.bit_length() <= most
        for number in numbers.ravel()
    )


def mixture_of(cell: Cell) -> Mixture | None:
    """Which state of a cell is a mixture, if one is."""
    if isinstance(cell, Gru):
        return Mixture("h", "z", "n", keeps=cell.variant.update == "keep")
    if isinstance(cell, Lstm) and cell.coupled:
        return Mixture("c", "f", "g", keeps=True)
    return None


def within_mixture(value: Interval, share: Interval, a: Interval, b: Interval) -> Interval:
    """What is known of share a + (1 - share) b, besides that it is in `value`.

    With a share between 0 and 1 the least is that of the least a and b, and b + share (a - b) has
    the share once.
    """
    least, most = (
        low + share * (high - low)
        for low, high in (
            (Interval.exact(b.lower), Interval.exact(a.lower)),
            (Interval.exact(b.upper), Interval.exact(a.upper)),
        )
    )
    low, high = np.maximum(value.lower, least.lower), np.minimum(value.upper, most.upper)
    is_share = (share.lower >= 0) & (share.upper <= 1)
    is_wide = value.upper - value.lower > WIDE
    tighter = is_share & is_wide & (low <= high) & np.isfinite(high - low)
    above = np.nextafter(np.where(tighter, high - low, 0.0), np.inf)
    return Interval(
        np.where(tighter, low, value.near),
        np.where(tighter, 0.0, value.below),
        np.where(tighter, above, value.above),
    )


def _running(reader: Reader, lift: Callable[[Any], Any]) -> Running:
    units, inputs = len(reader.states["h"]), reader.letters.shape[1]
    cell = replace(reader.cell, sizes={**reader.cell.sizes, "m": units, "n": inputs})
    added: Any = Fraction()
    peepholes = {}
    if isinstance(cell, Lstm):
        peepholes = {f"p_{letter}": lift(weights) for letter, weights in cell.seen.items()}
        added = Fraction() if cell.forget_bias is None else np.asarray(cell.forget_bias).item()
        cell = replace(cell, forget_bias=None)  # which the page would round to a float
    weights = cell.weights()
    z = {
        letter: _scored(cell, letter, reader.letters, lift, added if letter == "f" else Fraction())
        for letter in cell.letters
    }
    fixed = {letter: _value(gate, units) for letter, gate in weights.items()}
    source, vector, bias = reader.head
    return Running(
        cell,
        {**z, **peepholes},
        {letter: lift(value) for letter, value in fixed.items() if value is not None},
        tuple(lift(reader.states[letter])[np.newaxis] for letter in cell.states),
        Head(source, lift(vector), lift(bias)),
        mixture_of(cell),
    )


def _value(gate: Gate, units: int) -> Exact | None:
    return None if gate.value is None else np.broadcast_to(gate.value, units)


def _scored(
    cell: Cell, letter: str, letters: Exact, lift: Callable[[Any], Any], added: Fraction
) -> Scored:
    gate, units = cell.separated(cell.weights()[letter]), cell.size("m")
    W_x, W_h = (
        zeros(units, size) if given is None else given.T if cell.orientation == "row" else given
        for given, size in ((gate.W_x, letters.shape[1]), (gate.W_h, units))
    )
    of_input = letters @ W_x.T + added
    for bias in (gate.b, gate.b_x):
        of_input = of_input if bias is None else of_input + bias
    if gate.b_h is None:
        return Scored(lift(of_input), lift(W_h), ())
    if cell.takes_apart(letter):
        return Scored(lift(of_input), lift(W_h), (lift(gate.b_h),))
    return Scored(lift(of_input + gate.b_h), lift(W_h), ())
