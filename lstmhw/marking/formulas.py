"""Claims that are formulas: is this the problem's own line, for all values?

A formula is compared with the line over values of all symbols, in the problem's shapes: by the
rules of arithmetic where these decide it, or else at random values.  What is wrong is compared with
every line that a mistake makes of the true one.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from lstmhw.expr import Constant, Expr, Quantity
from lstmhw.faults import Fault, shown
from lstmhw.formula import FormulaError
from lstmhw.handwritten import Reading, readings
from lstmhw.handwritten.products import ShapeError
from lstmhw.handwritten.words import tokens
from lstmhw.marking.comparing import Comparison
from lstmhw.marking.differing import ANY_STEP, CERTAIN, Differences, Formula, called
from lstmhw.marking.indices import taken_apart
from lstmhw.marking.program import Program
from lstmhw.marking.recognising import is_formula
from lstmhw.marking.symbols import Symbols
from lstmhw.mistakes.rewriting import substituted
from lstmhw.notation import Text, equation, write
from lstmhw.solution import Check, Claim, Solution, indexed


class Formulas:
    """Marks formulas that are claimed for one solution."""

    def __init__(self, program: Program, solution: Solution) -> None:
        self.program = program
        self.solution = solution
        self.comparison = Comparison(program)
        self.differences = Differences(self.comparison, solution)
        self._known: dict[str, Symbols] = {}

    def taken(
        self, claimed: Mapping[str, Claim]
    ) -> tuple[tuple[Check, ...], list[Fault], dict[str, Claim]]:
        """The checks of the claims that are formulas, what is wrong with others, and the rest."""
        checks: dict[str, Check] = {}
        faults: list[Fault] = []
        rest = dict(claimed)
        for name, claim in claimed.items():
            formula = self._formula(name, claim)
            if formula is None:
                continue
            path = ("claimed", name)
            del rest[name]
            if formula.row in checks:
                message = f"expected one claim of {formula.row}, found another"
                faults.append(Fault(path, message, at_key=True))
                continue
            try:
                checks[formula.row] = self.check(formula)
            except FormulaError as error:
                faults.append(Fault(path, str(error), error.hint, at=error.at))
        return tuple(checks.values()), faults, rest

    def _formula(self, name: str, claim: Claim) -> Formula | None:
        """A claim as a formula; None where it is none, or of what has no line."""
        if not isinstance(claim, str):
            return None
        bare = re.sub(r"_(t|\{t\})$", "", name)
        only = self.solution.only_step
        spelled = [name, bare, f"{bare}_{only}"]
        parts = taken_apart(name) if name[:1].isalpha() else None
        if only is not None and parts is not None and parts.later is not None:
            spelled.append(f"{parts.bare}_{only + parts.later}")  # dc_prev is dc_0
        named = [s for s in spelled if self.comparison.line(s) is not None]
        steps = [s for s in self.program.steps if only is None and self._is_of_step(s, bare)]
        if not named and not steps:
            return None
        symbol = named[0] if named else steps[-1]
        if not is_formula(claim, self._symbols(symbol)):
            return None
        return Formula(symbol, symbol if named else f"{bare}_{ANY_STEP}", claim)

    def _is_of_step(self, symbol: str, bare: str) -> bool:
        """Whether it is that symbol at one of the steps, not before them."""
        found, time = indexed(symbol)
        return found == bare and (time is None or time >= self.program.first_step)

    def _symbols(self, symbol: str) -> Symbols:
        if symbol not in self._known:
            self._known[symbol] = Symbols(self.program, symbol, self.solution.only_step)
        return self._known[symbol]

    def check(self, formula: Formula) -> Check:
        """The verdict on a formula.  Raises FormulaError for a text that is none."""
        line = self.comparison.line(formula.symbol)
        assert line is not None
        shown_line = self._shown(formula, line)
        row, text, expected = formula.row, formula.text, write(shown_line, Text())
        due = f"The line is {equation(row, shown_line, Text())}."
        try:
            found = self._readings(formula, self._symbols(formula.symbol))
        except ShapeError as error:
            misfit = self._misfit(formula, error)
            said = f"{misfit} {due}"
            return Check(row, text, expected, "wrong", None, row, said, method=misfit)
        for reading in found:
            how = self.comparison.sameness(formula.symbol, reading.expr, line)
            if how:
                said = f"The same as {equation(row, shown_line, Text())}, {how}."
                read = _read_as(reading, found[0], formula)
                method = f"The same as the line, {how}.{read}"
                said += read
                return Check(row, text, expected, "right", None, None, said, method=method)
        for reading in found:
            stated = _stated(reading, line)
            how = self.comparison.sameness_with(stated, formula.symbol, reading.expr, line)
            if how:
                values = " and ".join(f"{s} = {_number(q.value)}" for s, q in stated.items())
                said = f"The same as {equation(row, shown_line, Text())} with {values}, {how}."
                method = f"The same as the line with {values}, {how}."
                return Check(row, text, expected, "right", None, None, said, method=method)
        mistake, where, method, more = self.differences.of(formula, found, line)
        said = f"{method} {due}{more}"
        extras = {"evidence": CERTAIN} if mistake else {}
        return Check(row, text, expected, "wrong", mistake, where, said, extras, method=method)

    def _misfit(self, formula: Formula, error: ShapeError) -> str:
        """Where shapes do not go together, and on which side of a vector a matrix stands here."""
        orientation = self._symbols(formula.symbol).orientation
        side = "left" if orientation == "column" else "right"
        return (
            f"The shapes do not go together in {shown(formula.text[error.at :])!r}: {error}. "
            f"Vectors are {orientation}s here, so a matrix stands to their {side}."
        )

    def _shown(self, formula: Formula, line: Expr) -> Expr:
        """The line as it is shown: with t in the place of the step where every step is meant."""
        names: dict[str, Expr] = {
            leaf.symbol: Quantity(called(leaf.symbol, formula), leaf.value, given=leaf.given)
            for leaf in line.leaves()
        }
        return substituted(line, names)

    def _readings(self, formula: Formula, symbols: Symbols) -> list[Reading]:
        """What the text may mean; c_t-1 is the c before it as well as c_t less one."""
        symbols = symbols.of_text({t.text for t in tokens(formula.text) if t.kind == "name"})
        text, place = self._right_side(formula, symbols)
        refused: list[FormulaError] = []
        found: list[Reading] = []
        for written in dict.fromkeys((text, re.sub(r"_t-1(?![0-9.])", "_{t-1}", text))):
            try:
                found += readings(written, symbols, symbols.orientation)
            except FormulaError as error:
                error.at += place
                refused.append(error)
        if refused and not found:
            raise refused[0]
        if not found[0].names:
            message = "expected a number, or a formula with symbols; found numbers to be worked out"
            raise FormulaError(message, "write the number that they give")
        return found

    def _right_side(self, formula: Formula, symbols: Symbols) -> tuple[str, int]:
        """The formula without `h_t =` before it, and where it begins."""
        text = formula.text
        marks = [token for token in tokens(text) if token.text == "="]
        if not marks:
            return text, 0
        place = marks[0].at + 1
        left = text[: marks[0].at].strip().strip("$").strip()
        meant = readings(left, symbols, symbols.orientation) if left else []
        names = {r.expr.symbol for r in meant if isinstance(r.expr, Quantity)}
        if left and formula.symbol not in names:
            message = f"expected a line for {formula.row}, found one for {shown(left)!r}"
            raise FormulaError(message)
        return text[place:], place


def _stated(reading: Reading, line: Expr) -> dict[str, Expr]:
    """The targets and the learning rate of a line, in whose place a formula has their numbers."""
    written = {leaf.symbol for leaf in reading.expr.leaves()}
    return {
        leaf.symbol: Constant(leaf.value)
        for leaf in line.leaves()
        if leaf.role.what in ("target", "rate") and leaf.symbol not in written
    }


def _number(value: Any) -> str:
    """The numbers of a datum, as they are given."""
    numbers = [f"{each:.12g}" for each in np.ravel(value).tolist()]
    return numbers[0] if len(numbers) == 1 else f"[{', '.join(numbers)}]"


def _read_as(reading: Reading, first: Reading, formula: Formula) -> str:
    """What names were taken for, where that is not what they say first."""
    told = [
        f"{name} as {called(there.symbol, formula)}"
        for name, there in reading.names.items()
        if isinstance(there, Quantity)
        and there is not first.names.get(name)
        and there.symbol != name
    ]
    return f" That reads {' and '.join(told)}." if told else ""
