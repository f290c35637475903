"""What comes out where a person rounds, or cuts off, on the way: way by way, exactly.

A way is one of rounding to so many digits; which lines, earlier answers, data and products are
rounded is tried out, each row of a run being one such choice.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import Expr, Quantity
from lstmhw.functions import Floats
from lstmhw.marking.program import Program, as_taken
from lstmhw.marking.rows import KeptRows, Rows, SummedRows, WorkedRows
from lstmhw.marking.slopes import has_slopes, slopes_first
from lstmhw.marking.spread import Rounding
from lstmhw.solution import Step, indexed

MOST_ROWS = 128  # choices of what is rounded
ALIKE = 16  # of which these come first, that treat all lines of a sort alike
TOTALLED = ("weights", "bias", "peephole", "embedding")
SCATTER = 2_654_435_761  # makes of row numbers patterns of bits without an order


class Answer(NamedTuple):
    """An earlier answer: as the student had it, as it is written, with how many decimals."""

    estimate: Floats
    written: Floats
    decimals: int


class Way(NamedTuple):
    """How numbers are kept; whether data are kept so too, and in what rows single products are.

    `slopes` says that slopes such as f*(1 - f) are worked out first, and kept so.
    """

    rounding: Rounding
    how: Callable[[Rounding, Any], Any]
    data: bool
    kind: type[Rows]
    slopes: bool = False

    def keep(self, value: Any) -> Any:
        """A number as it is computed on with."""
        return self.how(self.rounding, value)

    def to(self, decimals: int, value: Any) -> Any:
        """The same to so many decimals."""
        return self.how(Rounding(decimals), value)


def ways(rounding: Rounding) -> Iterator[Way]:
    """The ways of rounding to so many digits."""
    for how in (Rounding.rounded, Rounding.rounded_to_even):
        yield from _with(rounding, how)


def cutting_ways(rounding: Rounding) -> Iterator[Way]:
    """The ways of cutting off after so many digits."""
    yield from _with(rounding, Rounding.cut)


def _with(rounding: Rounding, how: Callable[[Rounding, Any], Any]) -> Iterator[Way]:
    for data in (False, True):
        for kind in (Rows, SummedRows, WorkedRows):
            yield Way(rounding, how, data, kind)


def ways_by_slopes(rounding: Rounding) -> Iterator[Way]:
    """The ways of rounding slopes as well, to so many digits."""
    for how in (Rounding.rounded, Rounding.rounded_to_even):
        for data in (False, True):
            for kind in (KeptRows, SummedRows, WorkedRows):
                yield Way(rounding, how, data, kind, slopes=True)


class Start(NamedTuple):
    """Where the working of a claim begins, line by line.

    `answers` are what it goes on from, `written` the other earlier answers; `decimals` are those
    that the sheet shows of each name.
    """

    program: Program
    steps: Sequence[Step]
    answers: Mapping[str, Answer]
    written: Mapping[str, Floats]
    decimals: Mapping[str, int]

    @property
    def has_slopes(self) -> bool:
        """Whether there are slopes in the lines."""
        return any(has_slopes(step.expr) for step in self.steps)

    def decimals_of(self, symbol: str) -> int | None:
        """The decimals that a line is shown with, here or at another step."""
        return self.decimals.get(symbol, self.decimals.get(indexed(symbol)[0]))


def outcomes(start: Start, way: Way) -> Floats:
    """(rows, size): what the last line comes to, whatever of the lines before it is rounded."""
    with np.errstate(all="ignore"):
        return _Run(start, way).last()


class _Run:
    """The lines that lead to one, with a row for each choice of what is rounded."""

    def __init__(self, start: Start, way: Way) -> None:
        self.start = start
        self.way = way
        leaves = (start.program.leaves[step.symbol] for step in start.steps)
        used = frozenset().union(*leaves)
        self.answers = {s: start.answers[s] for s in sorted(used & start.answers.keys())}
        self.found: dict[str, Rows] = {}
        self._data: dict[Quantity, Rows] = {}

    def last(self) -> Floats:
        *before, last = self.start.steps
        decimals = self.start.decimals_of
        shown = [*self.answers, *(s.symbol for s in before if decimals(s.symbol) is not None)]
        stated = self._stated()
        others = [*stated, *(s.symbol for s in before if s.symbol not in shown)]
        shares = frozenset(s.symbol for s in before if _is_share(s))
        chosen = _choices(shown, others, shares)
        for symbol, value in stated.items():
            self.found[symbol] = self._in_rows([value, self.way.keep(value)], chosen[symbol])
        for symbol, answer in self.answers.items():
            written = np.asarray(answer.written, dtype=float)[np.newaxis]
            more = self.way.to(answer.decimals + 1, written)
            values = [answer.estimate, self.way.keep(written), written, more]
            self.found[symbol] = self._in_rows(values, chosen[symbol])
        for step in before:
            value = self._worked(step)
            values = [value, self.way.keep(value), *self._shown(step, value)]
            self.found[step.symbol] = self._in_rows(values, chosen[step.symbol])
        value = self._worked(last)
        return np.asarray(value.reshape(len(value), -1), dtype=float)

    def _worked(self, step: Step) -> Floats:
        expr: Expr = slopes_first(step.expr) if self.way.slopes else step.expr
        found: Floats = expr.evaluated(self._value_of).value
        return found

    def _stated(self) -> Mapping[str, Floats]:
        """The gates that are given as values, which some round like their own."""
        leaves = (leaf for step in self.start.steps for leaf in step.expr.leaves())
        gates = (leaf for leaf in leaves if leaf.given and leaf.role.what in ("gate", "candidate"))
        return {leaf.symbol: np.asarray(leaf.value, dtype=float)[np.newaxis] for leaf in gates}

    def _shown(self, step: Step, value: Floats) -> list[Floats]:
        """A line as it is shown, if it is, and with one digit more."""
        decimals = self.start.decimals_of(step.symbol)
        if decimals is None:
            return []
        as_shown = self.start.written.get(step.symbol)
        if as_shown is None:
            rounded = self.way.to(decimals, value)
        else:
            rounded = as_shown.reshape(1, *value.shape[1:])
        return [rounded, self.way.to(decimals + 1, value)]

    def _in_rows(self, values: Sequence[Floats], chosen: NDArray[np.intp]) -> Rows:
        """In each row the value of that number."""
        rows = chosen.reshape(-1, *[1] * (values[-1].ndim - 1))
        found = values[0]
        for number, value in enumerate(values[1:], 1):
            found = np.where(rows == number, value, found)
        return self._rows(found)

    def _value_of(self, quantity: Quantity) -> Rows:
        found = self.found.get(quantity.symbol)
        if found is not None:
            return as_taken(found, quantity)
        if quantity not in self._data:
            value = np.asarray(quantity.value, dtype=float)
            kept = self.way.keep(value) if self.way.data else value
            self._data[quantity] = self._rows(np.asarray(kept)[np.newaxis])
        return self._data[quantity]

    def _rows(self, value: Floats) -> Rows:
        kind = self.way.kind
        return kind(value, self.way.keep) if issubclass(kind, KeptRows) else kind(value)


def _is_share(step: Step) -> bool:
    """Whether a line is what one step adds to a gradient that all steps share."""
    return step.role.to in TOTALLED and indexed(step.symbol)[1] is not None


def _choices(
    shown: Sequence[str], others: Sequence[str], shares: Container[str]
) -> Mapping[str, NDArray[np.intp]]:
    """For each symbol what is kept of it in each row: first all alike, then mixed.

    0 in full, 1 as all lines are kept, 2 as it is shown, 3 with one digit more.
    """
    alike = [(a, b, c) for c in range(2) for a in range(4) for b in range(2)]
    rows = np.arange(MOST_ROWS, dtype=np.uint64) * np.uint64(SCATTER)
    found = {}
    for number, symbol in enumerate([*shown, *others]):
        bits = rows >> np.uint64(2 * number % 41)
        mixed = bits & np.uint64(3 if symbol in shown else 1)
        first = [c if symbol in shares else a if symbol in shown else b for a, b, c in alike]
        found[symbol] = np.concatenate([first, mixed]).astype(np.intp)
    return found
