"""Many variants of a working computed at once: each has other lines, or other data, in places."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import Expr, Quantity
from lstmhw.functions import Floats
from lstmhw.marking.program import Lines, Run, as_taken
from lstmhw.marking.rows import Rows
from lstmhw.mistakes.rewriting import substituted
from lstmhw.solution import Step

Numbers = NDArray[np.intp]


class Reread(Expr):
    """A line in which a datum is read as another: what is computed for many such at once."""

    __slots__ = ("datum",)

    def __init__(self, line: Expr, datum: Quantity) -> None:
        super().__init__(line)
        self.datum = datum

    @property
    def written(self) -> Expr:
        """The line as it stands then."""
        return substituted(self.parts[0], {self.datum.symbol: self.datum})

    def evaluated(self, value_of: Callable[[Quantity], Any]) -> Any:
        return self.written.evaluated(value_of)


def written(lines: Lines) -> Lines:
    """Lines as they stand, of which some may be one with a datum that is read as another."""
    return {s: expr.written if isinstance(expr, Reread) else expr for s, expr in lines.items()}


class Choices(NamedTuple):
    """For each symbol the expressions that stand for it somewhere, and which one in which row.

    0 is the working's own line; k the k-th of `exprs`.
    """

    rows: int
    exprs: Mapping[str, Sequence[Expr]]
    chosen: Mapping[str, Numbers]


def choices_of(variants: Sequence[Lines]) -> Choices:
    """A row for each variant."""
    exprs: dict[str, list[Expr]] = {}
    known: dict[tuple[str, int], int] = {}
    places: dict[str, tuple[list[int], list[int]]] = {}
    for row, lines in enumerate(variants):
        for symbol, expr in lines.items():
            key = (symbol, id(expr))
            if key not in known:
                exprs.setdefault(symbol, []).append(expr)
                known[key] = len(exprs[symbol])
            rows, numbers = places.setdefault(symbol, ([], []))
            rows.append(row)
            numbers.append(known[key])
    chosen = {}
    for symbol, (rows, numbers) in places.items():
        chosen[symbol] = np.zeros(len(variants), dtype=np.intp)
        chosen[symbol][rows] = numbers
    return Choices(len(variants), exprs, chosen)


def paired(choices: Choices, first: Numbers, second: Numbers, both: "Both") -> Choices:
    """A row for each two rows, with what both choose; where both choose a line, as `both` says.

    What it does not know of is left out: its row gets an expression that is none.
    """
    chosen, exprs = {}, {}
    for symbol, numbers in choices.chosen.items():
        one, other = numbers[first], numbers[second]
        exprs[symbol], table = both(symbol, choices.exprs[symbol])
        chosen[symbol] = np.where(one == 0, other, np.where(other == 0, one, table[one, other]))
    return Choices(len(first), exprs, chosen)


def overlapping(choices: Choices, first: Numbers, second: Numbers) -> Numbers:
    """Which of two rows choose a line both."""
    found = np.zeros(len(first), dtype=bool)
    for numbers in choices.chosen.values():
        found |= (numbers[first] != 0) & (numbers[second] != 0)
    return np.flatnonzero(found)


def lines_of(choices: Choices, row: int) -> Lines:
    """The lines of one row."""
    numbers = {symbol: int(chosen[row]) for symbol, chosen in choices.chosen.items()}
    return {symbol: choices.exprs[symbol][k - 1] for symbol, k in numbers.items() if k > 0}


Both = Callable[[str, Sequence[Expr]], tuple[Sequence[Expr], Numbers]]
"""The expressions of a symbol with those that two of them make, and a table which those are.

-1 in the table says that the two make none.
"""


class VariedRuns:
    """What the last of some lines is in each variant; numbers that are none are infinite."""

    def __init__(self, run: Run, choices: Choices) -> None:
        self.run = run
        self.choices = choices
        self.bad = np.zeros(choices.rows, dtype=bool)
        for numbers in choices.chosen.values():
            self.bad |= numbers < 0
        self.found: dict[str, Rows] = {}
        self._shared: dict[Quantity, Rows] = {}

    def of_lines(self, steps: Sequence[Step]) -> Floats:
        """(rows, size), of the last of these lines, which lead to it in their order."""
        with np.errstate(all="ignore"):
            for symbol in self.choices.chosen:
                if symbol not in self.run.program.steps:
                    self._read(symbol)
            for step in steps:
                self._work(step)
        last = steps[-1]
        size = max(1, last.value.size)
        if last.symbol not in self.found:
            base = np.ravel(self.run.of_lines(steps))
            return np.broadcast_to(base, (self.choices.rows, size)).astype(float)
        values = self.found[last.symbol].value.reshape(-1, size)
        return np.where(self.bad[:, np.newaxis] | ~np.isfinite(values), np.inf, values)

    def _read(self, symbol: str) -> None:
        """A datum that is another one in some rows."""
        base = np.asarray(self.run.program.scope.named[symbol].value, dtype=float)
        others = [np.asarray(expr.value, dtype=float) for expr in self.choices.exprs[symbol]]
        chosen = np.maximum(self.choices.chosen[symbol], 0)
        self.found[symbol] = Rows(np.array([base, *others])[chosen])

    def _work(self, step: Step) -> None:
        symbol = step.symbol
        chosen = self.choices.chosen.get(symbol)
        leaves = self.run.program.leaves[symbol]
        is_touched = any(leaf in self.found for leaf in leaves)
        if chosen is None and not is_touched:
            return
        base = np.asarray(self.run.value_of(self.run.program.scope.named[symbol]), dtype=float)
        values = np.broadcast_to(base, (self.choices.rows, *base.shape)).copy()
        if chosen is None:
            self._put(values, np.arange(self.choices.rows), step.expr, {})
        else:
            if is_touched:
                self._put(values, np.flatnonzero(chosen == 0), step.expr, {})
            for rows, expr, read in _worked_alike(chosen, self.choices.exprs[symbol]):
                self._put(values, rows, expr, read)
        self.found[symbol] = Rows(values)

    def _put(self, values: Floats, rows: Numbers, expr: Expr, read: Mapping[str, Rows]) -> None:
        """Computes a line in some rows, with what data are read as there; misfits are bad."""
        if not len(rows):
            return

        def value_of(quantity: Quantity) -> Rows:
            there = read.get(quantity.symbol)
            return self._value_of(quantity, rows) if there is None else there

        try:
            result = expr.evaluated(value_of)
            found = result.value if isinstance(result, Rows) else np.asarray(result, float)[None]
            if found.shape[1:] != values.shape[1:]:
                found = found.reshape(len(found), *values.shape[1:])
        except ValueError:  # two mistakes need not fit together
            self.bad[rows] = True
            return
        good = np.isfinite(found).reshape(len(found), -1).all(axis=1)
        self.bad[rows] |= ~good
        values[rows] = np.where(np.isfinite(found), found, 0.0)

    def _value_of(self, quantity: Quantity, rows: Numbers) -> Rows:
        found = self.found.get(quantity.symbol)
        if found is not None and not self._is_other(quantity):
            return as_taken(found.at(rows), quantity)
        if quantity not in self._shared:
            self._shared[quantity] = Rows.of_all(self._of_run(quantity))
        return self._shared[quantity]

    def _of_run(self, quantity: Quantity) -> Any:
        return quantity.value if self._is_other(quantity) else self.run.value_of(quantity)

    def _is_other(self, quantity: Quantity) -> bool:
        """Whether a datum is not the sheet's, but what an edit made of it."""
        named = self.run.program.scope.named.get(quantity.symbol)
        return quantity.given and (named is None or named.value is not quantity.value)


def _worked_alike(
    chosen: Numbers, exprs: Sequence[Expr]
) -> Iterator[tuple[Numbers, Expr, Mapping[str, Rows]]]:
    """Rows that work a line alike, the line, and a datum that each of them reads otherwise."""
    reread: dict[tuple[Expr, str], list[tuple[Numbers, Floats]]] = {}
    for number, rows in _rows_of_each(chosen):
        expr = exprs[number - 1]
        if isinstance(expr, Reread):
            line, datum = expr.parts[0], expr.datum
            values = np.repeat(datum.value[np.newaxis], len(rows), axis=0)
            reread.setdefault((line, datum.symbol), []).append((rows, values))
        else:
            yield rows, expr, {}
    for (line, symbol), read in reread.items():
        rows, values = map(np.concatenate, zip(*read, strict=True))
        yield rows, line, {symbol: Rows(values)}


def _rows_of_each(chosen: Numbers) -> Iterator[tuple[int, Numbers]]:
    """The rows that choose an expression, for each that is chosen."""
    order = np.argsort(chosen, kind="stable")
    numbers, starts = np.unique(chosen[order], return_index=True)
    for number, rows in zip(numbers.tolist(), np.split(order, starts)[1:], strict=True):
        if number > 0:
            yield number, rows
