"""Claims that are formulas: is this the problem's own line, for all values?

A formula is compared with the line over values of all symbols, in the problem's shapes: by the
rules of arithmetic where these decide it, or else at random values.  What is wrong is compared with
every line that a mistake makes of the true one.
"""

import re
from collections.abc import Container, Iterator, Mapping
from itertools import islice, product
from typing import Any

import numpy as np

from lstmhw.expr import Constant, Expr, Quantity
from lstmhw.faults import Fault, shown
from lstmhw.formula import FormulaError
from lstmhw.handwritten import MOST_READINGS, Reading, readings
from lstmhw.handwritten.entries import Numbers
from lstmhw.handwritten.products import ShapeError
from lstmhw.handwritten.words import tokens
from lstmhw.marking.comparing import Comparison
from lstmhw.marking.differing import ANY_STEP, CERTAIN, Differences, Formula, called
from lstmhw.marking.indices import taken_apart
from lstmhw.marking.program import Lines, Program
from lstmhw.marking.recognising import is_formula
from lstmhw.marking.symbols import Symbols
from lstmhw.mistakes.rewriting import substituted
from lstmhw.notation import Text, equation, write
from lstmhw.solution import Check, Claim, Solution, indexed

LIST = re.compile(r"\[[-+0-9.eE\s]*[,;][-+0-9.eE,;\s\[\]]*\]")
"""Numbers in brackets."""


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
            written = self._readings(formula, self._symbols(formula.symbol))
            start = formula.text.find("=") + 1  # of the right side, 0 where it is all
            found = [each for r in written for each in self._with_data(r, line, start)]
        except ShapeError as error:
            if listed := LIST.search(formula.text):
                raise _unknown_list(listed[0], listed.start()) from None
            misfit = self._misfit(formula, error)
            said = f"{misfit} {due}"
            return Check(row, text, expected, "wrong", None, row, said, method=misfit)
        for reading in found:
            how = self.comparison.sameness(formula.symbol, reading.expr, line)
            if how:
                said = f"The same as {equation(row, shown_line, Text())}, {how}."
                read = _read_as(reading, written[0], formula)
                method = f"The same as the line, {how}.{read}"
                said += read
                return Check(row, text, expected, "right", None, None, said, method=method)
        for reading in found:
            for stated in _stated(reading, line, self.comparison.data(formula.symbol, line)):
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

    def _with_data(self, reading: Reading, line: Expr, start: int) -> Iterator[Reading]:
        """A reading with the data that have the numbers which it lists, those of the line first.

        Raises FormulaError for numbers that are those of no datum.
        """
        lists = [leaf for leaf in reading.names.values() if isinstance(leaf, Numbers)]
        choices = [self._having(each, line) for each in lists]
        for listed, data in zip(lists, choices, strict=True):
            if not data:
                raise _unknown_list(listed.symbol, start + listed.at)
        for chosen in islice(product(*choices), MOST_READINGS):
            meant = {each.symbol: datum for each, datum in zip(lists, chosen, strict=True)}
            yield Reading(substituted(reading.expr, meant), {**reading.names, **meant})

    def _having(self, listed: Numbers, line: Expr) -> list[Quantity]:
        """The data that have the numbers of a list: of those of the line all, else of any."""
        every = (line.leaves(), self.program.scope.named.values())
        found = (
            [q for q in some if q.given and np.array_equal(np.asarray(q.value), listed.value)]
            for some in every
        )
        return next(filter(None, found), [])

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


def _unknown_list(text: str, at: int) -> FormulaError:
    message = f"expected symbols, found a list of numbers that no datum has, {shown(text)}"
    return FormulaError(message, "write the symbol in its place", at)


def _stated(reading: Reading, line: Expr, data: Mapping[str, Quantity]) -> Iterator[Lines]:
    """The data in whose place a formula may have their numbers, fewer first.

    Those are targets, the learning rate, and single numbers that stand in the formula and not in
    the line anyway; beside numbers also zeros, which add nothing, and factors of 1.
    """
    written = {leaf.symbol for leaf in reading.expr.leaves()}
    own = {leaf.symbol: leaf for leaf in line.leaves()}
    numbers = {*_constants(reading.expr)} - {*_constants(line)}
    usual = {s: leaf for s, leaf in own.items() if leaf.role.what in ("target", "rate")}
    numbered = {s: leaf for s, leaf in data.items() if _is_among(leaf, numbers)}
    unsaid = {s: leaf for s, leaf in data.items() if _goes_unsaid(leaf)}
    has_numbers = numbered or any(name.startswith("[") for name in reading.names)
    here = usual | {s: leaf for s, leaf in numbered.items() if s in own}
    ways = (here, usual | numbered, usual | numbered | unsaid if has_numbers else usual)
    each = {frozenset(way.keys() - written): way for way in ways}
    for symbols, way in each.items():
        if symbols:
            yield {s: Constant(leaf.value) for s, leaf in way.items() if s in symbols}


def _is_among(leaf: Quantity, numbers: Container[float]) -> bool:
    """Whether a datum is one number and, but for its sign, one of these."""
    return np.size(leaf.value) == 1 and abs(float(np.ravel(leaf.value)[0])) in numbers


def _goes_unsaid(leaf: Quantity) -> bool:
    """Whether nobody who puts in numbers writes a datum: zeros, and 1 as a factor."""
    is_one = np.size(leaf.value) == 1 and bool(np.all(leaf.value == 1))
    return is_one or not np.any(leaf.value)


def _constants(expr: Expr) -> Iterator[float]:
    """The numbers that stand in an expression."""
    if isinstance(expr, Constant) and np.size(expr.value) == 1:
        yield abs(float(expr.value))
    for part in expr.parts:
        yield from _constants(part)


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
