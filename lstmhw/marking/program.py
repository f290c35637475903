"""A working that can be run again: with other values for some symbols, with other lines."""

from collections.abc import Callable, Container, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any, TypeVar

import numpy as np

from lstmhw.expr import DATUM, Apply, Divide, Expr, Power, Quantity, Times
from lstmhw.functions import Floats
from lstmhw.marking.spread import Rounding, Spread
from lstmhw.mistakes.rewriting import Scope, is_forward
from lstmhw.numerals import decimals
from lstmhw.solution import Solution, Step, indexed

ALL = Rounding(15)
Lines = Mapping[str, Expr]
"""The lines of a working, by the symbol that each defines."""
Value = TypeVar("Value")


class Program:
    """The lines of a solution in their order; `scope` holds every quantity in it."""

    def __init__(self, solution: Solution) -> None:
        self.steps = {step.symbol: step for step in solution.steps}
        self.scope = Scope(
            _quantities(solution), solution.blocks, solution.unused, solution.otherwise
        )
        self.leaves = {s: _symbols(step.expr) for s, step in self.steps.items()}
        self._place = {symbol: k for k, symbol in enumerate(self.steps)}

    @cached_property
    def data_decimals(self) -> int:
        """The most decimals that a number of the data is written with."""
        data = (np.ravel(each.value) for each in self.scope.named.values() if each.given)
        texts = (repr(float(number)) for array in data for number in array)
        return max((decimals(text.removesuffix(".0")) for text in texts), default=0)

    @cached_property
    def first_step(self) -> int:
        """The time of the first step, which t is in the line of a gradient to the state before."""
        forward = (step.symbol for step in self.steps.values() if is_forward(step))
        return min((t for symbol in forward if (t := indexed(symbol)[1]) is not None), default=0)

    def before(self, symbol: str, known: Container[str]) -> tuple[Step, ...]:
        """The lines that lead to a symbol from what is known, itself the last."""
        wanted, found = [symbol], {symbol}
        while wanted:
            for leaf in self.leaves[wanted.pop()]:
                if leaf in self.steps and leaf not in known and leaf not in found:
                    found.add(leaf)
                    wanted.append(leaf)
        return tuple(self.steps[s] for s in sorted(found, key=self._place.__getitem__))

    def is_circular(self, symbol: str, expr: Expr) -> bool:
        """Whether a line for a symbol would rest on that symbol; only later lines can."""
        start = self._place[symbol]
        wanted, found = list(_symbols(expr)), {""}
        while wanted:
            leaf = wanted.pop()
            if leaf == symbol:
                return True
            if leaf not in found and self._place.get(leaf, -1) > start:
                found.add(leaf)
                wanted += self.leaves[leaf]
        return False


def as_taken(value: Value, quantity: Quantity) -> Value:
    """A value in the shape in which a line takes it.

    A number alone is a vector of one in one line and [[v]] in another, or on the sheet: that of a
    single unit in its factors, a loss.
    """
    number: Any = value if hasattr(value, "reshape") else np.asarray(value)
    shape, taken = number.shape, np.shape(quantity.value)
    if shape == taken or prod(shape) != 1 or prod(taken) != 1:
        return value
    reshaped: Value = number.reshape(taken)
    return reshaped


def _symbols(expr: Expr) -> frozenset[str]:
    return frozenset(leaf.symbol for leaf in expr.leaves())


def _quantities(solution: Solution) -> dict[str, Quantity]:
    named = {leaf.symbol: leaf for step in solution.steps for leaf in step.expr.leaves()}
    roles = {step.symbol: step.role for step in solution.steps}
    for symbol, value in solution.answers.items():
        role = roles.get(symbol, DATUM)
        by_example = value.T if symbol in solution.turned else value
        named.setdefault(symbol, Quantity(symbol, by_example, given=False, role=role))
    return named


class Run:
    """A working computed once more, line by line as it is asked for.

    `known` are values that replace the working's own, of any type that has arithmetic; `lines`
    replace its own lines, or say what is read for a datum; `carried` is done to every line's
    result, `data` to every datum.  What other lines do not touch is taken from the run `of` which
    this one is a variation.  Lines that do not fit together, in shape or because one rests on
    itself, raise ValueError.
    """

    def __init__(
        self,
        program: Program,
        known: Mapping[str, Any],
        lines: Lines | None = None,
        of: "Run | None" = None,
        carried: Callable[[Any], Any] | None = None,
        data: Callable[[Floats], Any] | None = None,
    ) -> None:
        self.program = program
        self.known = known
        self.lines = lines or {}
        self.of = of
        self.carried = carried
        self.data = data
        self._found: dict[str, Any] = {}
        self._data: dict[Quantity, Any] = {}
        self._open: set[str] = set()
        self._moved = frozenset(self.lines)
        self._touched = dict.fromkeys(self._moved, True)

    def of_lines(self, steps: Sequence[Step]) -> Any:
        """The value of the last of these lines, which lead to it in their order.

        Nothing is done to that value, for it stands on the sheet as it is.
        """
        for step in steps[:-1]:
            self._defined(step.symbol)
        last = steps[-1].symbol
        if self.carried is None:
            return self._defined(last)
        return self.line(self.lines.get(last, steps[-1].expr))

    def value_of(self, quantity: Quantity) -> Any:
        symbol = quantity.symbol
        if symbol in self.known:
            return as_taken(self.known[symbol], quantity)
        if symbol in self.lines or symbol in self.program.steps:
            return as_taken(self._defined(symbol), quantity)
        if self.data is None:
            return quantity.value
        if quantity not in self._data:  # by identity: an edit may know another W_f
            self._data[quantity] = self.data(quantity.value)
        return self._data[quantity]

    def _defined(self, symbol: str) -> Any:
        if symbol in self._found:
            return self._found[symbol]
        if self.of is not None and not self._is_touched(symbol):
            return self.of._defined(symbol)
        expr = self.lines.get(symbol)
        if isinstance(expr, Quantity) and expr.symbol == symbol:
            return expr.value if self.data is None else self.data(expr.value)
        if expr is None:
            expr = self.program.steps[symbol].expr
        if symbol in self._open:
            raise ValueError(f"{symbol} rests on itself")
        self._open.add(symbol)
        value = self.line(expr)
        self._open.remove(symbol)
        if self.carried is not None:
            value = self.carried(value)
        self._found[symbol] = value
        return value

    def _is_touched(self, symbol: str) -> bool:
        """Whether a symbol is not what it is in the run that this one is a variation of."""
        if symbol not in self._touched:
            known, leaves = self.known, self.program.leaves.get(symbol, ())
            self._touched[symbol] = any(
                self._is_touched(leaf)
                for leaf in leaves
                if leaf not in known or leaf in self._moved
            )
        return self._touched[symbol]

    def line(self, expr: Expr) -> Any:
        """The value of one more line, before it is carried on."""
        return expr.evaluated(self.value_of)

    def varied(self, lines: Lines, known: Mapping[str, Any] | None = None) -> "Run":
        """The same with some lines, or values, other than they are here."""
        changed = Run(self.program, {**self.known, **(known or {})}, {**self.lines, **lines}, self)
        changed._moved = frozenset(lines) | frozenset(known or ())
        changed._touched = dict.fromkeys(changed._moved, True)
        return changed


class RoundedRun(Run):
    """A run with every product, every function, and then every line rounded, as spreads."""

    def __init__(
        self,
        program: Program,
        known: Mapping[str, Any],
        rounding: Rounding,
        lines: Lines | None = None,
    ) -> None:
        super().__init__(program, known, lines, carried=self._kept, data=self._datum)
        self.rounding = rounding

    def _datum(self, value: Floats) -> Spread:
        return Spread(value, 0.0, self.rounding).given()

    def _kept(self, value: Any) -> Spread:
        """A line's result as it is written down; what an edit leaves may be a plain number."""
        return value.given() if isinstance(value, Spread) else self._datum(np.asarray(value, float))

    def line(self, expr: Expr) -> Any:
        """The last thing that is done in a line is not rounded before the line is."""
        if not isinstance(expr, Apply | Times | Divide | Power):
            return super().line(expr)
        parts = (part.evaluated(self.value_of) for part in expr.parts)
        result = expr.compute(*(p.keeping(ALL) if isinstance(p, Spread) else p for p in parts))
        return result.keeping(self.rounding)
