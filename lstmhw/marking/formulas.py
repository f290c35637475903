"""Claims that are formulas: is this the problem's own line, for all values?

A formula is compared with the line over values of all symbols, in the problem's shapes: by the
rules of arithmetic where these decide it, or else at random values.  What is wrong is compared with
every line that a mistake makes of the true one.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lstmhw.algebra import UndecidedError, expanded
from lstmhw.expr import Expr, Quantity
from lstmhw.faults import Fault, shown
from lstmhw.formula import FormulaError
from lstmhw.functions import Floats
from lstmhw.handwritten import Reading, readings
from lstmhw.handwritten.products import ShapeError
from lstmhw.handwritten.words import FUNCTIONS, LONGEST, NAME, tokens
from lstmhw.marking.program import Program
from lstmhw.marking.symbols import Symbols, taken_apart
from lstmhw.mistakes import edits
from lstmhw.mistakes.rewriting import substituted
from lstmhw.notation import Text, decimal, equation, write
from lstmhw.numerals import number
from lstmhw.solution import Check, Claim, Solution, Step, indexed

CERTAIN = 32.0
"""Bits: a formula that is a mistaken line at as many draws of random values is no chance."""
DRAWS = 32
SIZES = (0.3, 1.0, 3.0, 1.0)
"""Of the random values: small and large, so that a function is met where it bends."""
NEAR = 1e-9
MOST_LINES = 3000  # that a formula is followed through
MOST_EDITED = 40  # lines that lead to the one that is claimed
ANY_STEP = "t"
OPERATIONS = ("+", "*", "/", "^", "=", "@", "(")
MISTYPED = re.compile(r"[-+]?[0-9oOlI,_.]*[0-9.][0-9oOlI,_.]*")
"""A number with letters that look like digits, or marks that do not belong there."""
ARITHMETIC = re.compile(r"[0-9.)]\s*(?:[*+]|\s-\s)\s*[-(]*[0-9.]")


Lines = Mapping[str, Expr]
"""Lines of a working, by the symbol that each defines."""


class Formula(NamedTuple):
    """A claim that is a formula for a symbol; `row` is what the claim is called in the marks."""

    symbol: str
    row: str
    text: str


class Difference(NamedTuple):
    """What a wrong formula is: the mistake, where it is, and a sentence."""

    mistake: str | None
    where: str
    said: str


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
            self.data[quantity.symbol] = self.size * self.random.standard_normal(shape)
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


class Formulas:
    """Marks formulas that are claimed for one solution."""

    def __init__(self, program: Program, solution: Solution) -> None:
        self.program = program
        self.solution = solution
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
        named = [s for s in spelled if self._line(s) is not None]
        steps = [s for s in self.program.steps if only is None and indexed(s)[0] == bare]
        if not named and not steps:
            return None
        symbol = named[0] if named else steps[-1]
        if not is_formula(claim, self._symbols(symbol)):
            return None
        return Formula(symbol, symbol if named else f"{bare}_{ANY_STEP}", claim)

    def _symbols(self, symbol: str) -> Symbols:
        if symbol not in self._known:
            self._known[symbol] = Symbols(self.program, symbol, self.solution.only_step)
        return self._known[symbol]

    def _line(self, symbol: str) -> Expr | None:
        step = self.program.steps.get(symbol)
        return self.program.scope.unused.get(symbol) if step is None else step.expr

    def check(self, formula: Formula) -> Check:
        """The verdict on a formula.  Raises FormulaError for a text that is none."""
        line = self._line(formula.symbol)
        assert line is not None
        shown_line = self._shown(formula, line)
        row, text, expected = formula.row, formula.text, write(shown_line, Text())
        try:
            found = list(self._readings(formula, self._symbols(formula.symbol)))
        except ShapeError as error:
            said = f"{self._misfit(formula, error)} {self._due(formula, shown_line)}"
            return Check(row, text, expected, "wrong", None, row, said)
        for reading in found:
            how = self._sameness(formula.symbol, reading.expr, line)
            if how:
                said = f"The same as {equation(row, shown_line, Text())}, {how}."
                said += _read_as(reading, found[0], formula)
                return Check(row, text, expected, "right", None, None, said)
        mistake, where, said = self._difference(formula, found, line, shown_line)
        extras = {"evidence": CERTAIN} if mistake else {}
        return Check(row, text, expected, "wrong", mistake, where, said, extras)

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
            leaf.symbol: Quantity(_called(leaf.symbol, formula), leaf.value, given=leaf.given)
            for leaf in line.leaves()
        }
        return substituted(line, names)

    def _readings(self, formula: Formula, symbols: Symbols) -> Iterator[Reading]:
        """What the text may mean; c_t-1 is the c before it as well as c_t less one."""
        text, place = self._right_side(formula, symbols)
        earlier = re.sub(r"_t-1(?![0-9.])", "_{t-1}", text)
        try:
            found = readings(text, symbols, symbols.orientation)
        except ShapeError as error:
            error.at += place
            if earlier == text:
                raise
            found = []
        except FormulaError as error:
            error.at += place
            raise
        if any(not list(reading.expr.leaves()) for reading in found):
            message = "expected a number, or a formula with symbols; found numbers to be worked out"
            raise FormulaError(message, "write the number that they give")
        yield from found
        if earlier != text:
            yield from readings(earlier, symbols, symbols.orientation)

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

    def _sameness(self, symbol: str, claimed: Expr, line: Expr) -> str:
        """How it was decided that a formula is the line; "" where it is not."""
        if self._rests_on_itself(symbol, claimed):
            return ""
        nearest, every = self._nearest(symbol), self._every
        try:
            if expanded(claimed, nearest) == expanded(line, nearest):
                return "by algebra"
        except UndecidedError:
            pass
        if any(_agree(claimed, line, lines, lines) for lines in (nearest, every)):
            return f"at {DRAWS} draws of random values for all symbols"
        return ""

    def _nearest(self, symbol: str) -> Lines:
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
    def _every(self) -> Lines:
        """All lines, unless they are too many to be followed."""
        return self._lines if len(self._lines) <= MOST_LINES else {}

    def _rests_on_itself(self, symbol: str, claimed: Expr) -> bool:
        if symbol in self.program.steps:
            return self.program.is_circular(symbol, claimed)
        return any(leaf.symbol == symbol for leaf in claimed.leaves())

    def _difference(
        self, formula: Formula, found: list[Reading], line: Expr, shown_line: Expr
    ) -> Difference:
        """What is wrong with a formula that is not the line."""
        symbol, row, due = formula.symbol, formula.row, self._due(formula, shown_line)
        for reading in found:
            for mistake, done in self._mistakes(symbol, reading.expr, line):
                said = f"{_capitalized(done)}. {due}{self._numbers(formula, reading.expr)}"
                return Difference(mistake, row, said)
        for reading in found:
            for misplaced, right in self._other_steps(symbol, reading.expr, line):
                names = _called(misplaced, formula), _called(right, formula)
                said = f"{names[0]} stands where {names[1]} is due."
                if misplaced == symbol:
                    said = f"{names[0]} would rest on itself: {names[1]} is due on the right side."
                return Difference("another-step", names[0], f"{said} {due}")
        others = (r.expr for r in found if not self._rests_on_itself(symbol, r.expr))
        first = next(others, found[0].expr)
        if self._rests_on_itself(symbol, first):
            said = f"This would rest on itself: {symbol} is needed to compute what it is made of."
            return Difference(None, row, f"{said} {due}")
        said = f"None of the mistakes with a name gives this. {due}"
        return Difference(None, row, said + self._numbers(formula, first))

    def _due(self, formula: Formula, shown_line: Expr) -> str:
        return f"The line is {equation(formula.row, shown_line, Text())}."

    def _mistakes(self, symbol: str, claimed: Expr, line: Expr) -> Iterator[tuple[str, str]]:
        """The mistakes that make the claimed formula of a line that leads to it, its own first."""
        if self._rests_on_itself(symbol, claimed):
            return
        lines = self._nearest(symbol) or self._every
        first = Values(0)
        value = _shaped(first.of(claimed, lines), np.shape(line.value))
        for step in self._edited(symbol, line, lines) if value is not None else ():
            for edit in edits(step, self.program.scope):
                changed = {**lines, step.symbol: edit.expr}
                other = edit.expr if step.symbol == symbol else line
                if _is_near(first, other, changed, value) and _agree(
                    claimed, other, lines, changed
                ):
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
                if there is not None and self._sameness(
                    symbol, substituted(claimed, {leaf: there}), line
                ):
                    yield leaf, there.symbol

    def _numbers(self, formula: Formula, claimed: Expr) -> str:
        """What the formula gives with the problem's own numbers, beside what the line gives."""
        true = np.asarray(self.program.scope.named[formula.symbol].value, dtype=float)
        with np.errstate(all="ignore"):
            own = _shaped(claimed.value, true.shape)
        if own is None or not np.all(np.isfinite(own)) or not np.all(np.isfinite(true)):
            return ""
        time = indexed(formula.symbol)[1]
        here = "here" if formula.row == formula.symbol else f"of t = {time}"
        digits = max(4, self.solution.digits)
        pairs = zip(own.ravel().tolist(), true.ravel().tolist(), strict=True)
        for k, pair in enumerate(pairs, 1):
            mine, right = (decimal(value, digits) for value in pair)
            if mine != right:
                where = f" in unit {k}" if true.ndim == 1 and true.size > 1 else ""
                return f" With the numbers {here} it gives {mine}{where}, the line {right}."
        return f" With the numbers {here} both give the same; with others they do not."


def is_formula(text: str, symbols: Symbols) -> bool:
    """Whether a text is meant as a formula: no number, and with symbols or operations in it."""
    try:
        number(text)
        return False
    except ValueError:
        pass
    is_name = re.fullmatch(NAME, text.strip()) and symbols.meanings(text.strip(), False)
    is_mistyped = MISTYPED.fullmatch(text.strip()) and not is_name
    if len(text) > LONGEST or is_mistyped:
        return False
    try:
        found = tokens(text)
    except FormulaError:
        return True
    words = [token.text for token in found if token.kind == "name"]
    if any(word.lower() in FUNCTIONS or symbols.meanings(word, False) for word in words):
        return True
    operations = any(token.text in OPERATIONS for token in found)
    return operations if words else bool(ARITHMETIC.search(text))


def _agree(claimed: Expr, line: Expr, lines: Lines, changed: Lines) -> bool:
    """Whether two expressions, over lines each, are the same at random values of the data."""
    compared = 0
    for seed in range(DRAWS):
        values = Values(seed)
        try:
            true = np.asarray(values.of(line, changed), dtype=float)
            mine = _shaped(values.of(claimed, lines), true.shape)
        except ValueError:  # a mistake need not fit together
            return False
        if not np.all(np.isfinite(true)):
            continue
        compared += 1
        if mine is None or not _is_same(mine, true):
            return False
    return compared > 0


def _is_near(values: Values, line: Expr, lines: Lines, claimed: Any) -> bool:
    """Whether a line has the claimed value; one that does not fit together has none."""
    try:
        true = np.asarray(values.of(line, lines), dtype=float)
    except (ValueError, RecursionError):
        return False
    return true.shape == claimed.shape and _is_same(claimed, true)


def _is_same(mine: Floats, true: Floats) -> bool:
    with np.errstate(all="ignore"):
        largest = max(1e-30, float(np.max(np.abs(true), initial=0.0)))
        return bool(np.all(np.abs(mine - true) <= NEAR * largest))


def _shaped(value: Any, shape: tuple[int, ...]) -> Floats | None:
    """A value in a shape; one number stands for all entries.  None where it has another shape."""
    array = np.asarray(value, dtype=float)
    if array.size == 1:
        return np.broadcast_to(array.ravel()[0], shape)
    return array if array.shape == shape else None


def _called(symbol: str, formula: Formula) -> str:
    """A symbol as it is shown: with its step beside t, where the formula is that of every step."""
    bare, at = indexed(symbol)
    _, time = indexed(formula.symbol)
    if formula.row == formula.symbol or at is None or time is None:
        return symbol
    return f"{bare}_{ANY_STEP}" if at == time else f"{bare}_({ANY_STEP}{at - time:+d})"


def _read_as(reading: Reading, first: Reading, formula: Formula) -> str:
    """What names were taken for, where that is not what they say first."""
    told = [
        f"{name} as {_called(there.symbol, formula)}"
        for name, there in reading.names.items()
        if isinstance(there, Quantity)
        and there is not first.names.get(name)
        and there.symbol != name
    ]
    return f" That reads {' and '.join(told)}." if told else ""


def _capitalized(text: str) -> str:
    """The sentence with a capital, unless it begins with a symbol."""
    word = text.partition(" ")[0]
    is_symbol = "_" in word or (len(word) == 1 and word != "a")
    return text if is_symbol else text[0].upper() + text[1:]
