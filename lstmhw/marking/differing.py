"""What is wrong with a formula that is not the line: the mistake whose line it is, and why."""

from collections.abc import Iterator
from math import log2
from typing import NamedTuple

import numpy as np

from lstmhw.expr import Expr, Quantity
from lstmhw.handwritten import Reading
from lstmhw.marking import prices
from lstmhw.marking.comparing import Comparison
from lstmhw.marking.program import Lines
from lstmhw.marking.random_values import NEAR, Values, agree, is_near, shaped
from lstmhw.mistakes import edits
from lstmhw.mistakes.rewriting import substituted
from lstmhw.notation import decimal
from lstmhw.solution import Solution, Step, indexed
from lstmhw.view import noun

CERTAIN = round(-log2(NEAR) - prices.NAMES["rare"], 1)
"""Bits of evidence for a mistake whose line a formula is for all values: what one draw says.

Another formula has that value, to nine digits, once in 2^30 draws; off goes the price of a rare
mistake.  More draws say no more of it: the name may still be one of two that write the same.
"""
MOST_EDITED = 40  # lines that lead to the one that is claimed
ANY_STEP = "t"


class Formula(NamedTuple):
    """A claim that is a formula for a symbol; `row` is what the claim is called in the marks."""

    symbol: str
    row: str
    text: str


class Difference(NamedTuple):
    """What a wrong formula is: the mistake, where it is, and a sentence.

    `numbers` is what the formula and the line give with the problem's own numbers.
    """

    mistake: str | None
    where: str
    said: str
    numbers: str = ""


class Differences:
    """Finds what is wrong with the formulas that are claimed for one solution."""

    def __init__(self, comparison: Comparison, solution: Solution) -> None:
        self.comparison = comparison
        self.program = comparison.program
        self.solution = solution

    def of(self, formula: Formula, found: list[Reading], line: Expr) -> Difference:
        """What is wrong with a formula that is not the line."""
        symbol, row = formula.symbol, formula.row
        for reading in found:
            for misplaced, right in self._other_steps(symbol, reading.expr, line):
                where = called(misplaced, formula)
                said = self._misplaced(formula, misplaced, right)
                return Difference("another-step", where, said)
        for reading in found:
            for mistake, done in self._mistakes(symbol, reading.expr, line):
                numbers = self._numbers(formula, reading.expr)
                return Difference(mistake, row, f"{_capitalized(done)}.", numbers)
        others = [r.expr for r in found if not self.comparison.rests_on_itself(symbol, r.expr)]
        if not others:
            return self._circular(formula, found, line)
        numbers = self._numbers(formula, others[0])
        for other in self._other_symbols(symbol, others[0]):
            said = f"This is {called(other, formula)}, not {row}."
            return Difference("another-symbol", row, said, numbers)
        said = "None of the mistakes with a name gives this."
        return Difference(None, row, said, numbers)

    def _misplaced(self, formula: Formula, misplaced: str, right: str) -> str:
        """What is said of a symbol that is that of another step."""
        names = called(misplaced, formula), called(right, formula)
        if misplaced == formula.symbol:
            return f"{names[0]} would rest on itself: {names[1]} is due on the right side."
        return f"{names[0]} stands where {names[1]} is due."

    def _circular(self, formula: Formula, found: list[Reading], line: Expr) -> Difference:
        """What is wrong with a formula that needs its own result: the state before may be meant."""
        symbol = formula.symbol
        for reading in found:
            earlier = self._with_earlier(symbol, reading.expr)
            meant = substituted(reading.expr, earlier)
            said = " ".join(self._misplaced(formula, s, q.symbol) for s, q in earlier.items())
            where = ", ".join(called(misplaced, formula) for misplaced in earlier)
            if earlier and self.comparison.sameness(symbol, meant, line):
                return Difference("another-step", where, said)
            for mistake, done in self._mistakes(symbol, meant, line) if earlier else ():
                said = f"{said} Besides: {done}."
                return Difference(f"another-step + {mistake}", where, said)
        said = f"This would rest on itself: {symbol} is needed to compute what it is made of."
        return Difference(None, formula.row, said)

    def _with_earlier(self, symbol: str, claimed: Expr) -> dict[str, Quantity]:
        """For the symbols that rest on the line they stand in, those of the step before."""
        found = {}
        for leaf in claimed.leaves():
            bare, time = indexed(leaf.symbol)
            there = None if time is None else self.program.scope.at(bare, time - 1)
            if there is not None and self.comparison.rests_on_itself(symbol, leaf):
                found[leaf.symbol] = there
        return found

    def _other_symbols(self, symbol: str, claimed: Expr) -> Iterator[str]:
        """The symbols of the same step whose lines the formula is."""
        lines = self.comparison.nearest(symbol)
        first = Values(0)
        for other, line in lines.items():
            value = shaped(first.of(claimed, lines), np.shape(line.value))
            if other == symbol or value is None or not is_near(first, line, lines, value):
                continue
            if agree(claimed, line, lines, lines):
                yield other

    def _mistakes(self, symbol: str, claimed: Expr, line: Expr) -> Iterator[tuple[str, str]]:
        """The mistakes that make the claimed formula of a line that leads to it, its own first."""
        if self.comparison.rests_on_itself(symbol, claimed):
            return
        lines = self.comparison.nearest(symbol) or self.comparison.every
        first = Values(0)
        value = shaped(first.of(claimed, lines), np.shape(line.value))
        for step in self._edited(symbol, line, lines) if value is not None else ():
            for edit in edits(step, self.program.scope):
                changed = {**lines, step.symbol: edit.expr}
                other = edit.expr if step.symbol == symbol else line
                if is_near(first, other, changed, value) and agree(claimed, other, lines, changed):
                    yield edit.mistake, edit.done

    def _edited(self, symbol: str, line: Expr, lines: Lines) -> Iterator[Step]:
        """The lines of the same step that lead to a symbol, its own first."""
        role = self.program.scope.named[symbol].role
        own = Step(symbol, line, np.asarray(line.value), "", role)
        yield self.program.steps.get(symbol, own)
        wanted, seen = [line], {symbol}
        while wanted and len(seen) < MOST_EDITED:
            for leaf in wanted.pop().leaves():
                if leaf.symbol in seen or leaf.symbol not in lines:
                    continue
                seen.add(leaf.symbol)
                wanted.append(lines[leaf.symbol])
                if leaf.symbol in self.program.steps:
                    yield self.program.steps[leaf.symbol]

    def _other_steps(self, symbol: str, claimed: Expr, line: Expr) -> Iterator[tuple[str, str]]:
        """The symbols that are those of another step, and what is due in their places."""
        for leaf in dict.fromkeys(leaf.symbol for leaf in claimed.leaves()):
            bare, time = indexed(leaf)
            for other in () if time is None else (time - 1, time + 1):
                there = self.program.scope.at(bare, other)
                if there is not None and self.comparison.sameness(
                    symbol, substituted(claimed, {leaf: there}), line
                ):
                    yield leaf, there.symbol

    def _numbers(self, formula: Formula, claimed: Expr) -> str:
        """What the formula gives with the problem's own numbers, beside what the line gives."""
        true = np.asarray(self.program.scope.named[formula.symbol].value, dtype=float)
        with np.errstate(all="ignore"):
            own = shaped(claimed.value, true.shape)
        if own is None or not np.all(np.isfinite(own)) or not np.all(np.isfinite(true)):
            return ""
        time = indexed(formula.symbol)[1]
        here = "here" if formula.row == formula.symbol else f"of t = {time}"
        digits = max(4, self.solution.digits)
        pairs = zip(own.ravel().tolist(), true.ravel().tolist(), strict=True)
        for k, pair in enumerate(pairs, 1):
            mine, right = (decimal(value, digits) for value in pair)
            if mine != right:
                where = (
                    f" in {noun(formula.symbol)} {k}" if true.ndim == 1 and true.size > 1 else ""
                )
                return f" With the numbers {here} it gives {mine}{where}, the line {right}."
        return f" With the numbers {here} both give the same; with others they do not."


def called(symbol: str, formula: Formula) -> str:
    """A symbol as it is shown: with its step beside t, where the formula is that of every step."""
    bare, at = indexed(symbol)
    _, time = indexed(formula.symbol)
    if formula.row == formula.symbol or at is None or time is None:
        return symbol
    return f"{bare}_{ANY_STEP}" if at == time else f"{bare}_({ANY_STEP}{at - time:+d})"


def _capitalized(text: str) -> str:
    """The sentence with a capital, unless it begins with a symbol."""
    word = text.partition(" ")[0]
    is_symbol = "_" in word or (len(word) == 1 and word != "a")
    return text if is_symbol else text[0].upper() + text[1:]
