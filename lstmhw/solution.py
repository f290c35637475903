"""What a solver hands over: data in, steps with their expressions, answers, checks.

A solution knows no format.  A section's body is made of the few blocks below; every format shows
each of them, and a new kind says what it has to say with them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.expr import DATUM, Constant, Expr, Missing, Quantity, Role
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.functions import Floats
from lstmhw.numerals import agrees, half_unit
from lstmhw.picture import Bars, Chart, HalfPlane


class Entry(NamedTuple):
    """A symbol with its value: exact as `given`, or computed and so shown rounded."""

    symbol: str
    value: Floats
    given: bool
    note: str = ""


class Step(NamedTuple):
    """One line of the working: `symbol` = `expr`, the value, a few words why, and what it does."""

    symbol: str
    expr: Expr
    value: Floats
    note: str
    role: Role = DATUM


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


class Shades(NamedTuple):
    """Groups of numbers, from -1 to 1 for the most part, shown as shades: a character each."""

    groups: tuple[Floats, ...]


Inline = str | Expr | Entry | Verdict | Shades
"""What stands in a line: text, an expression, the numbers of an entry, a verdict, shades."""


class Paragraph(NamedTuple):
    """Prose."""

    parts: tuple[Inline, ...]


class Table(NamedTuple):
    """Rows under a header, all of its length."""

    header: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]


class Graph(NamedTuple):
    """Which lines read which: a symbol and what it is computed from, in the order of the lines."""

    lines: tuple[tuple[str, tuple[str, ...]], ...]


class Count(NamedTuple):
    """A count with what is counted, and a few words beside it."""

    label: str
    size: int
    note: str = ""


class Counts(NamedTuple):
    """Counts as bars from 0; `counted` says what they count, `noted` what stands beside them."""

    rows: tuple[Count, ...]
    counted: str
    noted: str


Block = Entries | Working | Paragraph | Table | Graph | Counts
Picture = Chart | HalfPlane | Bars | Graph


class Section(NamedTuple):
    """A heading and what stands under it; with `in_full` only where nothing is left out."""

    title: str
    body: tuple[Block, ...]
    in_full: bool = False


Claim = str | tuple["Claim", ...] | Mapping[str, "Claim"]
"""A claimed answer as written (its digits say how exact it claims to be), or a list of claims.

A mapping has a claim for each of several cases.
"""
NO_ANSWER = ("null", "~", "")
"""What is written where there is no answer."""


class Check(NamedTuple):
    """The verdict on one answer; `claimed` as written, if at all, `expected` at full precision.

    `expected` is an array; True or False where that is the question, a count, or one count for each
    convention; weights by their names; a text where a formula or a word is claimed, several where
    reasons are; None where
    nothing is right.  `extras` are what else the JSON of a check says, `verdicts` those on each
    number of an array, `method` what of the explanation holds no true value.
    """

    symbol: str
    claimed: Claim | None
    expected: Floats | bool | int | Mapping[str, Any] | str | tuple[str, ...] | None
    verdict: str
    mistake: str | None
    where: str | None
    explanation: str
    extras: Mapping[str, Any] = {}
    verdicts: tuple[str, ...] = ()
    method: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether there is no answer at all; of an array, some numbers may have one."""
        return self.verdict == "unanswered" and self.claimed is None


def unanswered(symbol: str, expected: Any) -> Check:
    """The row of an answer that is not there."""
    said = "There is no answer."
    return Check(symbol, None, expected, "unanswered", None, None, said, method=said)


class Words(NamedTuple):
    """An answer that is a word: which, why, and how each of the possible words is spelled."""

    answer: str
    why: str
    spellings: Mapping[str, tuple[str, ...]]


class Score(NamedTuple):
    """The points that answers earn, of those that they can.

    `unanswered` are the symbols that are asked and have no answer, `not_asked` what earns nothing.
    """

    earned: float
    out_of: float
    unanswered: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"Score: {self.earned} of {self.out_of}."


class Solution(NamedTuple):
    """A solved problem.

    `asked` says what the question is, and `result` what came out; a page begins with them.
    `answers` maps every symbol to its value, `data` those whose value is no array to plain data,
    `words` those whose value is a word,
    `missing` those that cannot be computed to the reasons; `only_step` is the time index that a
    claimed symbol may leave out; `digits` is how many decimals are shown; `steps` are all lines of
    the working, shown or not, and `blocks` the letters of the gates in the order in which a
    framework's layout stacks them, where the problem uses one; `unused` are the lines of what
    stands on the sheet as a value.  `extras` are what else the JSON of
    a kind says, as plain data and arrays; `interrupted` says that the user broke off a search, so
    that the answer is less than was asked for.  `checked` are the names under which the kind judges
    claims itself, with the symbols that their checks have; `score` are the points that the checks
    earn.  `turned` are the symbols of a batch that are answered with an example in each column; a
    step has one in each row.  `otherwise` are values of symbols that a mistake leads to, by its
    name, where it is made all the way.  `picture` shows in a drawing what the page says.
    """

    kind: str
    title: str
    source: str
    digits: int
    sections: tuple[Section, ...]
    asked: tuple[Inline, ...] = ()
    result: tuple[Block, ...] = ()
    answers: Mapping[str, Floats] = {}
    data: Mapping[str, Any] = {}
    words: Mapping[str, Words] = {}
    missing: Mapping[str, tuple[Fault, ...]] = {}
    only_step: int | None = None
    steps: tuple[Step, ...] = ()
    blocks: str = ""
    unused: Mapping[str, Expr] = {}
    checks: tuple[Check, ...] = ()
    checked: Mapping[str, str] = {}
    score: Score | None = None
    extras: Mapping[str, Any] = {}
    interrupted: bool = False
    turned: frozenset[str] = frozenset()
    otherwise: Mapping[str, Mapping[str, Floats]] = {}
    picture: Picture | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether something that the problem claims is wrong."""
        return any(check.verdict == "wrong" for check in self.checks)


NO_VALUE: Floats = np.empty(0)


class Stated(NamedTuple):
    """A value that stands on the problem sheet, and the key of the file it comes from."""

    value: Floats
    path: Path


class Worksheet:
    """Records a computation: it is the `let` of the page of equations.

    A symbol in `stated` has its value on the problem sheet: that value is used in the place of the
    computed one, `unused` keeps the line, and `remarks` says whether the two agree.  `named` holds
    what each symbol stands for in later equations; `below` is the key of the file under which the
    data that are given next stand.  `lines` are all lines in their order, those too
    whose value is given or missing; `steps` are the computed ones.

    In a batch a vector is an array with an example in each row; where vectors are `columns` it is
    told with an example in each column, and `turned` are the symbols of such.
    """

    def __init__(self, stated: Mapping[str, Stated], columns: bool = False) -> None:
        self.stated = stated
        self.columns = columns
        self.turned: set[str] = set()
        self.entries: list[Entry] = []
        self.lines: list[Step] = []
        self.steps: list[Step] = []
        self.remarks: list[Paragraph] = []
        self.missing: dict[str, Missing] = {}
        self.answers: dict[str, Floats] = {}
        self.named: dict[str, Expr] = {}
        self.unused: dict[str, Expr] = {}
        self.below: Path = ()
        self._paths: dict[str, Path] = {}

    def given(
        self, symbol: str, value: Floats, path: Path, note: str = "", role: Role = DATUM
    ) -> Quantity:
        """A datum; `path` is the key of the problem file it comes from."""
        self.entries.append(Entry(symbol, self._told(symbol, value, role), True, note))
        self._paths[symbol] = (*self.below, *path)
        return self._named(Quantity(symbol, value, given=True, role=role))

    def state(
        self, symbol: str, value: Floats, path: Path, note: str = "", role: Role = DATUM
    ) -> Quantity:
        """A datum that is an answer too: an input, an initial state, a value on the sheet."""
        self.answers[symbol] = self._told(symbol, value, role)
        return self.given(symbol, value, path, note, role)

    def _told(self, symbol: str, value: Floats, role: Role) -> Floats:
        """The value as a reader is told it."""
        if not (self.columns and is_batch(value, role)):
            return value
        self.turned.add(symbol)
        return value.T

    def __call__(self, symbol: str, expr: Any, note: str, role: Role = DATUM) -> Expr:
        """Records a line; what it yields is missing where something it rests on is."""
        if symbol in self.stated:
            return self._stated(Step(symbol, expr, self.stated[symbol].value, note, role))
        if isinstance(expr, Missing):
            self.lines.append(Step(symbol, expr, NO_VALUE, note, role))
            self.missing[symbol] = expr
            self.named[symbol] = Missing(*expr.faults, symbol=symbol, role=role)
            return self.named[symbol]
        step = Step(symbol, expr, self._evaluate(symbol, expr), note, role)
        self.lines.append(step)
        self.steps.append(step)
        self.answers[symbol] = self._told(symbol, step.value, role)
        return self._named(Quantity(symbol, step.value, given=False, role=role))

    def _named(self, quantity: Quantity) -> Quantity:
        self.named[quantity.symbol] = quantity
        return quantity

    def _stated(self, step: Step) -> Quantity:
        """The value on the sheet in the place of the one that this line computes."""
        symbol, expr, value, note, role = step
        self.lines.append(step)
        if not isinstance(expr, Missing):
            self.unused[symbol] = expr
            computed = self._evaluate(symbol, expr)
            self.remarks.append(_agreement(symbol, self._written_out(step), value, computed))
        return self.state(symbol, value, self.stated[symbol].path, note, role)

    def _written_out(self, step: Step) -> Expr:
        """The line of a gate over its weights: its pre-activation need not be shown elsewhere."""
        function, before = step.role.function, self.lines[-2:-1]
        if function is None or not before or before[0].symbol != step.role.of:
            return step.expr
        written: Expr = function(before[0].expr)
        return written

    def _evaluate(self, symbol: str, expr: Expr) -> Floats:
        with np.errstate(all="ignore"):
            value = np.asarray(expr.value, dtype=np.float64)
        if not np.isfinite(value).all():
            for index in np.argwhere(~np.isfinite(value)):
                self._refuse_overflow(symbol, expr, value, tuple(int(k) for k in index))
        return value

    def _refuse_overflow(self, symbol: str, expr: Expr, value: Floats, index: Any) -> None:
        """Infinity is a value only where it comes from one that was given, as a bias of .inf."""
        given = any(np.isinf(number) for number in constants(expr.element(index)))
        if given and not np.isnan(value[index]):
            return
        where = f"{symbol}, unit {index[-1] + 1}," if value.size > 1 else symbol
        what = "is not defined (inf - inf or 0 * inf)" if given else "overflows: over 1.8e308"
        fault = Fault(self._path(expr), f"{where} {what}", "are these numbers as on the sheet?")
        raise ProblemError([fault])

    def _path(self, expr: Expr) -> Path:
        """The key of the largest datum in the expression, the likeliest to be wrong."""
        data = [leaf for leaf in expr.leaves() if leaf.symbol in self._paths]
        largest = max(data, key=lambda leaf: float(np.max(np.abs(leaf.value))), default=None)
        return () if largest is None else self._paths[largest.symbol]


OF_EXAMPLES = frozenset(
    {
        *("input", "state", "pre-activation", "gate", "candidate", "activated state"),
        *("scores", "output", "target", "arriving", "mask", "one-hot"),
    }
)
"""What each example of a batch has of its own."""


def is_batch(value: Floats, role: Role) -> bool:
    """Whether a value has an example in each row: a state, or a gradient to one; not weights."""
    return value.ndim > 1 and (role.to if role.what == "gradient" else role.what) in OF_EXAMPLES


def constants(expr: Expr) -> Iterator[float]:
    """The numbers in an expression of one entry."""
    if isinstance(expr, Constant):
        yield expr.value
    for part in expr.parts:
        yield from constants(part)


def _agreement(symbol: str, expr: Expr, stated: Floats, computed: Floats) -> Paragraph:
    pairs = zip(stated.tolist(), computed.tolist(), strict=True)
    same = all(agrees(given, found, min(half_unit(repr(given)), 0.005)) for given, found in pairs)
    verdict = (
        ": they agree with the value given."
        if same
        else ": they do NOT agree with the value given, which is used all the same."
    )
    name = Quantity(symbol, stated, given=True)
    given, found = Entry("", stated, True), Entry("", computed, False)
    parts = (name, " is given as ", given, "; the weights give ", expr, " = ", found, verdict)
    return Paragraph(parts)


def indexed(symbol: str) -> tuple[str, int | None]:
    """A symbol without its time index, and the index: h_1 -> (h, 1), W_x_f -> (W_x_f, None).

    What says where in a network it is stays with the name: h_1@2rev -> (h@2rev, 1).
    """
    bare, mark = unmarked(symbol)
    name, _, index = bare.rpartition("_")
    return (name + mark, int(index)) if name and index.isdigit() else (symbol, None)


def at_time(name: str, t: object) -> str:
    """The symbol of that name at a time: (h, 1) -> h_1, (h@2rev, 1) -> h_1@2rev."""
    bare, mark = unmarked(name)
    return f"{bare}_{t}{mark}"


def names(symbols: Sequence[str]) -> tuple[Inline, ...]:
    """The symbols as in a sentence: a, b and c."""
    *most, last = (Quantity(symbol, None, given=False) for symbol in symbols)
    commas: list[Inline] = [part for symbol in most for part in (symbol, ", ")]
    return (*commas[:-1], " and ", last) if most else (last,)


def unmarked(symbol: str) -> tuple[str, str]:
    """A symbol without the mark of its layer and direction, and the mark: (h_1, @2rev)."""
    bare, at, mark = symbol.partition("@")
    return bare, at + mark


def needed(steps: Sequence[Step], asked: Iterable[str]) -> tuple[Step, ...]:
    """The steps that the asked symbols rest on, in their order."""
    wanted = set(asked)
    kept: list[Step] = []
    for step in reversed(steps):
        if step.symbol in wanted:
            kept.append(step)
            wanted.update(leaf.symbol for leaf in step.expr.leaves())
    return tuple(reversed(kept))
