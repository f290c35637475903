"""What a solver hands over: data in, steps with their expressions, answers, checks.

A solution knows no format.  A section's body is made of the few blocks below; every format shows
each of them, and a new kind says what it has to say with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.expr import Expr, Missing, Quantity
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.functions import Floats


class Entry(NamedTuple):
    """A symbol with its value: exact as `given`, or computed and so shown rounded."""

    symbol: str
    value: Floats
    given: bool
    note: str = ""


class Step(NamedTuple):
    """One line of the working: `symbol` = `expr`, the value, and a few words why."""

    symbol: str
    expr: Expr
    value: Floats
    note: str


class Entries(NamedTuple):
    """A list of data or of results."""

    rows: tuple[Entry, ...]


class Working(NamedTuple):
    """Steps in the order in which they are computed, told apart by time step."""

    steps: tuple[Step, ...]


class Verdict(NamedTuple):
    """A verdict of `Check`, and the words that say it."""

    verdict: str
    text: str


Inline = str | Expr | Entry | Verdict
"""What stands in a line: text, an expression, the numbers of an entry, a verdict."""


class Paragraph(NamedTuple):
    """Prose."""

    parts: tuple[Inline, ...]


class Table(NamedTuple):
    """Rows under a header, all of its length."""

    header: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]


Block = Entries | Working | Paragraph | Table


class Section(NamedTuple):
    """A heading and what stands under it."""

    title: str
    body: tuple[Block, ...]


class Written(NamedTuple):
    """A claimed number: as written, for its digits, and its value (None where it is no number)."""

    text: str
    value: float | None


Claim = Written | tuple["Claim", ...]
"""A claimed answer: a number, or a list of claims."""


class Check(NamedTuple):
    """The verdict on one claimed answer; `claimed` as written, `expected` at full precision."""

    symbol: str
    claimed: Claim
    expected: Floats
    verdict: str
    mistake: str | None
    where: str | None
    explanation: str


class Solution(NamedTuple):
    """A solved problem.

    `answers` maps every symbol to its value; `only_step` is the time index that a claimed symbol
    may leave out; `digits` is how many decimals are shown.
    """

    kind: str
    title: str
    source: str
    digits: int
    sections: tuple[Section, ...]
    answers: Mapping[str, Floats]
    only_step: int | None = None
    checks: tuple[Check, ...] = ()


class Worksheet:
    """Records a computation: it is the `let` of the page of equations.

    A symbol in `stated` has its value on the problem sheet: that value is used in the place of the
    computed one, and `remarks` says whether the two agree.
    """

    def __init__(self, stated: Mapping[str, tuple[Floats, str]]) -> None:
        self.stated = stated
        self.entries: list[Entry] = []
        self.steps: list[Step] = []
        self.remarks: list[Paragraph] = []
        self.missing: dict[str, Missing] = {}
        self.answers: dict[str, Floats] = {}
        self._paths: dict[str, Path] = {}

    def given(self, symbol: str, value: Floats, path: Path, note: str = "") -> Quantity:
        """A datum; `path` is the key of the problem file it comes from."""
        self.entries.append(Entry(symbol, value, True, note))
        self._paths[symbol] = path
        return Quantity(symbol, value, given=True)

    def state(self, symbol: str, value: Floats, path: Path, note: str = "") -> Quantity:
        """A datum that is an answer too: an input, an initial state, a value on the sheet."""
        self.answers[symbol] = value
        return self.given(symbol, value, path, note)

    def __call__(self, symbol: str, expr: Any, note: str) -> Expr:
        value = self._evaluate(symbol, expr)
        if symbol in self.stated:
            return self._stated(symbol, expr, value, note)
        if value is None:
            self.missing[symbol] = expr
            return expr  # type: ignore[no-any-return]  # what is computed from it is missing too
        self.steps.append(Step(symbol, expr, value, note))
        self.answers[symbol] = value
        return Quantity(symbol, value, given=False)

    def _stated(self, symbol: str, expr: Expr, computed: Floats | None, note: str) -> Quantity:
        shape = None if computed is None else computed.shape
        stated, key = self.stated[symbol]
        value = stated if shape is None else np.broadcast_to(stated, shape)
        if computed is not None:
            self.remarks.append(_agreement(symbol, expr, value, computed))
        return self.state(symbol, value, ("gates", key, "value"), note)

    def _evaluate(self, symbol: str, expr: Expr) -> Floats | None:
        if isinstance(expr, Missing):
            return None
        with np.errstate(all="ignore"):
            value = np.asarray(expr.value, dtype=np.float64)
        for index in np.argwhere(~np.isfinite(value)):
            self._refuse_overflow(symbol, expr, value, tuple(int(k) for k in index))
        return value

    def _refuse_overflow(self, symbol: str, expr: Expr, value: Floats, index: Any) -> None:
        """Infinity is a value only where it was given, as a bias of .inf."""
        given = [leaf for leaf in expr.leaves() if not np.all(np.isfinite(leaf.value))]
        if given and not np.isnan(value[index]):
            return
        where = f"{symbol}, unit {index[-1] + 1}," if value.size > 1 else symbol
        what = "is not defined (inf - inf or 0 * inf)" if given else "overflows: over 1.8e308"
        path = next((self._paths[q.symbol] for q in expr.leaves() if q.symbol in self._paths), ())
        raise ProblemError([Fault(path, f"{where} {what}", "are these numbers as on the sheet?")])


def _agreement(symbol: str, expr: Expr, stated: Floats, computed: Floats) -> Paragraph:
    written = [half_unit(repr(float(value))) for value in np.ravel(stated)]
    tolerance = np.minimum(np.reshape(written, stated.shape), 0.005)
    agrees = bool(np.all(np.abs(stated - computed) <= tolerance))
    verdict = (
        ": they agree with the value given."
        if agrees
        else ": they do NOT agree with the value given, which is used all the same."
    )
    name = Quantity(symbol, stated, given=True)
    given, found = Entry("", stated, True), Entry("", computed, False)
    return Paragraph(
        (name, " is given as ", given, "; the weights give ", expr, " = ", found, verdict)
    )


def decimals(number: str) -> int:
    """How many decimals a number is written with: 2 for `1.20`, -1 for `1e1`."""
    mantissa, _, exponent = number.lower().partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def half_unit(number: str) -> float:
    """Half a unit of the last digit as written: 0.005 for `1.20`, 0.5 for `12`, 0 for `1/3`."""
    return 0.0 if "/" in number else 0.5 * 10.0 ** -decimals(number)


def needed(steps: Sequence[Step], asked: Iterable[str]) -> tuple[Step, ...]:
    """The steps that the asked symbols rest on, in their order."""
    wanted = set(asked)
    kept: list[Step] = []
    for step in reversed(steps):
        if step.symbol in wanted:
            kept.append(step)
            wanted.update(leaf.symbol for leaf in step.expr.leaves())
    return tuple(reversed(kept))
