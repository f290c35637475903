"""Lines of a working at random values of all that they are made of."""

from typing import Any

import numpy as np

from lstmhw.expr import Expr, Quantity
from lstmhw.functions import Floats
from lstmhw.marking.program import Lines

DRAWS = 32
SIZES = (0.3, 1.0, 2.0, 1.0)
"""Of the random values: small and large, so that a function is met where it bends."""
NEAR = 1e-9
SMALLEST = 1e-3
"""A value below it may be what rounding has left, 1 less a gate that is almost 1."""


class Values:
    """Random values of the data, each found when it is first asked for, and of lines over them."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.size = SIZES[seed % len(SIZES)]
        self.data: dict[str, Floats] = {}

    def of(self, expr: Expr, lines: Lines) -> Any:
        """The value of an expression; symbols that have a line have the value of that line.

        The lines stand in the order in which they can be computed, for the most part.
        """
        known: dict[str, Any] = {}

        def value_of(quantity: Quantity) -> Any:
            symbol = quantity.symbol
            if symbol not in lines:
                return self.drawn(quantity)
            if symbol not in known:
                known[symbol] = lines[symbol].evaluated(value_of)
            return known[symbol]

        with np.errstate(all="ignore"):
            for symbol in _leading_to(expr, lines):
                known.setdefault(symbol, lines[symbol].evaluated(value_of))
            return expr.evaluated(value_of)

    def drawn(self, quantity: Quantity) -> Floats:
        if quantity.symbol not in self.data:
            shape = np.shape(quantity.value)
            size = self.size / np.sqrt(max(shape) if len(shape) == 2 else 1)
            self.data[quantity.symbol] = size * self.random.standard_normal(shape)
        return self.data[quantity.symbol]


def _leading_to(expr: Expr, lines: Lines) -> list[str]:
    """The symbols whose lines an expression rests on, in the order of the lines."""
    wanted, found = [expr], set()
    while wanted:
        for leaf in wanted.pop().leaves():
            if leaf.symbol in lines and leaf.symbol not in found:
                found.add(leaf.symbol)
                wanted.append(lines[leaf.symbol])
    return [symbol for symbol in lines if symbol in found]


def agree(claimed: Expr, line: Expr, lines: Lines, changed: Lines) -> bool:
    """Whether two expressions, over lines each, are the same at random values of the data."""
    found: dict[bool, list[bool]] = {True: [], False: []}  # for large values, and for others
    for seed in range(DRAWS):
        values = Values(seed)
        try:
            true = np.asarray(values.of(line, changed), dtype=float)
            mine = shaped(values.of(claimed, lines), true.shape)
        except ValueError:  # a mistake need not fit together
            return False
        if not np.all(np.isfinite(true)):
            continue
        is_large = bool(np.max(np.abs(true), initial=0.0) >= SMALLEST)
        found[is_large].append(mine is not None and is_same(mine, true))
        if is_large and not found[True][-1]:
            return False
    decisive = found[True] or found[False]
    return bool(decisive) and all(decisive)


def is_near(values: Values, line: Expr, lines: Lines, claimed: Any) -> bool:
    """Whether a line has the claimed value; one that does not fit together has none."""
    try:
        true = np.asarray(values.of(line, lines), dtype=float)
    except (ValueError, RecursionError):
        return False
    return true.shape == claimed.shape and is_same(claimed, true)


def is_same(mine: Floats, true: Floats) -> bool:
    with np.errstate(all="ignore"):
        largest = max(1e-30, float(np.max(np.abs(true), initial=0.0)))
        return bool(np.all(np.abs(mine - true) <= NEAR * largest))


def shaped(value: Any, shape: tuple[int, ...]) -> Floats | None:
    """A value in a shape; one number stands for all entries.  None where it has another shape."""
    array = np.asarray(value, dtype=float)
    if array.size == 1:
        return np.broadcast_to(array.ravel()[0], shape)
    return array if array.shape == shape else None
