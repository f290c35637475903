"""Whether a formula is a line of the working for all values of what stands in both."""

from functools import cached_property

from lstmhw.algebra import UndecidedError, expanded
from lstmhw.expr import Expr, Quantity
from lstmhw.marking.program import Lines, Program
from lstmhw.marking.random_values import DRAWS, agree
from lstmhw.mistakes.rewriting import substituted
from lstmhw.solution import indexed

MOST_LINES = 3000  # that a formula is followed through


class Comparison:
    """Compares formulas over the lines of one working."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def line(self, symbol: str) -> Expr | None:
        """The line of a symbol, also where a value that is given stands in its place."""
        step = self.program.steps.get(symbol)
        return self.program.scope.unused.get(symbol) if step is None else step.expr

    def sameness(self, symbol: str, claimed: Expr, line: Expr) -> str:
        """How it was decided that a formula is the line; "" where it is not."""
        if self.rests_on_itself(symbol, claimed):
            return ""
        nearest, every = self.nearest(symbol), self.every
        try:
            if expanded(claimed, nearest) == expanded(line, nearest):
                return "by algebra"
        except UndecidedError:
            pass
        if any(agree(claimed, line, lines, lines) for lines in (nearest, every)):
            return f"at {DRAWS} draws of random values for all symbols"
        return ""

    def sameness_with(self, stated: Lines, symbol: str, claimed: Expr, line: Expr) -> str:
        """The same, where a formula has the numbers of the problem in the places of some data."""
        if self.rests_on_itself(symbol, claimed):
            return ""
        line = substituted(line, stated)
        for lines in (self.nearest(symbol), self.every):
            put_in = {s: substituted(expr, stated) for s, expr in lines.items()}
            if agree(claimed, line, put_in, put_in):
                return f"at {DRAWS} draws of random values for all other symbols"
        return ""

    def data(self, symbol: str, line: Expr) -> dict[str, Quantity]:
        """The data that a line rests on within its step, by their symbols."""
        nearest = self.nearest(symbol)
        found: dict[str, Quantity] = {}
        wanted, seen = [line], {symbol}
        while wanted:
            for leaf in wanted.pop().leaves():
                if leaf.symbol in seen:
                    continue
                seen.add(leaf.symbol)
                if leaf.given:
                    found[leaf.symbol] = leaf
                elif leaf.symbol in nearest:
                    wanted.append(nearest[leaf.symbol])
        return found

    def nearest(self, symbol: str) -> Lines:
        """The lines of the step of a symbol; none for a symbol that is of no step."""
        _, time = indexed(symbol)
        if time is None:
            return {}
        return {s: expr for s, expr in self._lines.items() if indexed(s)[1] == time}

    @cached_property
    def _lines(self) -> Lines:
        steps = {s: step.expr for s, step in self.program.steps.items()}
        return {**self.program.scope.unused, **steps}

    @property
    def every(self) -> Lines:
        """All lines, unless they are too many to be followed."""
        return self._lines if len(self._lines) <= MOST_LINES else {}

    def rests_on_itself(self, symbol: str, claimed: Expr) -> bool:
        if symbol in self.program.steps:
            return self.program.is_circular(symbol, claimed)
        return any(leaf.symbol == symbol for leaf in claimed.leaves())
