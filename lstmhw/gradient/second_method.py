"""Gradients once more, without a backward equation: complex steps through the forward page.

Where a function is analytic, f(x + ih) = f(x) + ih f'(x), and nothing is lost in a difference: the
imaginary part of the loss, divided by h, is the derivative to the last digit (Squire & Trapp 1998).
The forward equations run on a batch, in each row of which something else is changed by ih.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import DATUM, Missing, Role
from lstmhw.faults import Path
from lstmhw.functions import Floats
from lstmhw.recurrent.passing import Way
from lstmhw.solution import Stated, Worksheet, at_time, indexed, unmarked

H = 1e-100  # so small that it stays small times LARGEST, and large enough for slopes of 1e-200
LARGEST = 1e80  # a derivative over this would not leave ih small
MOST_ENTRIES = 1000  # are changed one by one; of more, all of a name at once
TOLERANCE = 1e-6  # rounding grows where gradients explode; a wrong equation is off by far more

Complex = NDArray[np.complex128]


class Changes(NamedTuple):
    """What is changed in which row of a batch: for each gradient, its row and its shape.

    `alone` says that each entry has a row to itself, from the symbol's on; else all entries of the
    symbols that share a row are changed, each in proportion to its number in `drawn`.
    """

    rows: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]
    size: int
    alone: bool
    drawn: Mapping[str, Floats]

    def of(self, symbol: str) -> Floats:
        """The change of a symbol's value in every row, (rows, *shape)."""
        shape = self.shapes[symbol]
        changes = np.zeros((self.size, *shape))
        row = self.rows[symbol]
        if self.alone:
            entries = int(np.prod(shape))
            changes[row : row + entries] = np.eye(entries).reshape(entries, *shape)
        else:
            changes[row] = self.drawn[symbol]
        return changes


class Agreement(NamedTuple):
    """How many numbers were compared, the largest relative difference, and where it is."""

    numbers: int
    alone: bool
    largest: float
    symbol: str

    @property
    def holds(self) -> bool:
        return self.largest <= TOLERANCE

    def as_data(self) -> dict[str, Any]:
        """What the JSON says of it."""
        return {
            "method": "complex-step",
            "numbers": self.numbers,
            "largest_relative_difference": self.largest,
            "at": self.symbol,
            "agrees": self.holds,
        }


class Unchecked(NamedTuple):
    """Why the second method has nothing to say of the numbers."""

    reason: str

    def as_data(self) -> dict[str, Any]:
        """What the JSON says of it: nothing was compared."""
        return {
            "method": "complex-step",
            "numbers": 0,
            "largest_relative_difference": None,
            "at": None,
            "agrees": None,
        }


class TooSteepError(Exception):
    """A derivative is so large that a step of H is not small; the message says which."""


def planned(gradients: Mapping[str, Floats]) -> Changes:
    """The changes that all these gradients are to be compared with."""
    rows, row = {}, 0
    alone = sum(value.size for value in gradients.values()) <= MOST_ENTRIES
    by_name: dict[str, int] = {}
    for symbol, value in gradients.items():
        rows[symbol] = row if alone else by_name.setdefault(indexed(symbol)[0], len(by_name))
        row += value.size
    shapes = {symbol: value.shape for symbol, value in gradients.items()}
    if alone:
        return Changes(rows, shapes, row, alone, {})
    drawn = {symbol: _drawn(symbol, shape) for symbol, shape in shapes.items()}
    return Changes(rows, shapes, len(by_name), alone, drawn)


def _drawn(symbol: str, shape: tuple[int, ...]) -> Floats:
    """Random numbers, always the same for a symbol."""
    return np.random.default_rng(list(symbol.encode())).standard_normal(shape)


class Matrices:
    """A matrix in every row of a batch; the shares of the time steps are changed one by one.

    `changed` gives it as it is in its next product.
    """

    __array_ufunc__ = None  # so that vector @ matrices is __rmatmul__

    def __init__(self, changed: Callable[[int], Complex]) -> None:
        self.changed = changed
        self.products = 0

    def times(self, vectors: Any) -> Any:
        if isinstance(vectors, Missing):
            return vectors
        return np.einsum("kij,k...j->k...i", self._next(), vectors)

    def __rmatmul__(self, vectors: Any) -> Any:
        return np.einsum("k...j,kji->k...i", vectors, self._next())

    def _next(self) -> Complex:
        """A matrix multiplies once in each time step."""
        self.products += 1
        return self.changed(self.products - 1)


class Changed(Worksheet):
    """A worksheet over complex numbers: what it names is changed as planned.

    `hidden` are pre-activations by the gate (f, f@2), which do not follow from weights but from its
    value.  Only steps that are `near` feel a change in a state; all where that is None.  Raises
    TooSteepError.
    """

    def __init__(
        self,
        stated: Mapping[str, Stated],
        hidden: Mapping[str, Floats],
        changes: Changes,
        ways: Sequence[Way],
        times: range,
        near: range | None,
    ) -> None:
        super().__init__(stated)
        self.hidden = hidden
        self.changes = changes
        self.orders = {way.cell.place.mark: way.through(times) for way in ways}
        self.times = times
        self.near = near
        self.batch = ways[0].cell.batch
        self.values: dict[str, Any] = {}

    def given(
        self, symbol: str, value: Floats, path: Path, note: str = "", role: Role = DATUM
    ) -> Any:
        if role.what in ("weights", "embedding"):
            times = self._order(symbol, role)
            return Matrices(lambda product: self._matrix(symbol, value, times[product]))
        return self._change(symbol, np.broadcast_to(value, (self.changes.size, *value.shape)))

    def __call__(self, symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
        if isinstance(value, Missing):  # a gate given as a value depends on nothing
            value = np.zeros((self.changes.size, *self.batch, 1))
        gate = role.letter + unmarked(symbol)[1]
        if role.what == "pre-activation" and gate in self.hidden:
            value = self.hidden[gate] + 1j * np.imag(value)
        if symbol in self.stated:
            value = self.stated[symbol].value + 1j * np.imag(value)
        changed = self._change(symbol, value)
        return changed if self._is_near(symbol) else np.real(changed)

    def _is_near(self, symbol: str) -> bool:
        return self.near is None or indexed(symbol)[1] in self.near

    def _order(self, symbol: str, role: Role) -> range:
        """The time steps in the order in which a matrix multiplies: of a cell, its direction."""
        is_of_cell = role.what == "weights" and role.letter != "y"
        return self.orders[unmarked(symbol)[1]] if is_of_cell else self.times

    def _matrix(self, symbol: str, value: Floats, t: int) -> Complex:
        share = at_time(symbol, t)
        matrices = self._changed(share, self._changed(symbol, value[np.newaxis]))
        return np.asarray(matrices, dtype=np.complex128)

    def _change(self, symbol: str, value: Any) -> Any:
        rows = np.broadcast_to(value, (self.changes.size, *np.shape(value)[1:]))
        if np.any(np.abs(np.imag(rows)) > LARGEST * H):
            raise TooSteepError(f"a derivative of {symbol} is over {LARGEST:.0e}")
        found = self._changed(symbol, rows)
        of_all = self.batch and found.ndim == 2  # a bias, of all examples
        self.values[symbol] = found[:, np.newaxis] if of_all else found
        return self.values[symbol]

    def _changed(self, symbol: str, value: Any) -> Any:
        gradient = f"d{symbol}"
        if gradient not in self.changes.rows:
            return value
        return value + 1j * H * self.changes.of(gradient)


def compared(
    gradients: Mapping[str, Floats], loss: Callable[[Changes], Complex]
) -> Agreement | Unchecked:
    """Compares all gradients with complex steps of the loss, which has an entry for each row.

    A difference is relative to the largest entry of its gradient; where that is next to nothing
    beside the other gradients, to a millionth of theirs.
    """
    changes = planned(gradients)
    try:
        found = np.imag(loss(changes)) / H
    except TooSteepError as error:
        return Unchecked(str(error))
    expected, scale = np.zeros((2, changes.size))
    with np.errstate(all="ignore"):
        for symbol, gradient in gradients.items():
            change = changes.of(symbol).reshape(changes.size, -1)
            expected += change @ gradient.ravel()
            scale += np.abs(change).sum(axis=1) * np.max(np.abs(gradient))
        differences = np.abs(found - expected)
    if not np.all(np.isfinite([differences, scale])):
        return Unchecked("its numbers overflow: over 1.8e308")
    scale = np.maximum(scale, 1e-6 * np.max(scale))
    np.divide(differences, scale, out=differences, where=scale > 0)
    worst = int(np.argmax(differences))
    symbol = [symbol for symbol, row in changes.rows.items() if row <= worst][-1]
    numbers = sum(gradient.size for gradient in gradients.values())
    return Agreement(numbers, changes.alone, float(differences[worst]), symbol)
