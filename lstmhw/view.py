"""What every format shows of a solution: how many decimals, which terms, units and steps."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

import numpy as np

from lstmhw.expr import Constant, Expr, Negative, Quantity, Sum, Times
from lstmhw.functions import Floats
from lstmhw.glossary import title, verdict
from lstmhw.notation import NumberOf, Omitted, as_given, decimal, named
from lstmhw.numerals import decimals
from lstmhw.printed import Told, printed, told
from lstmhw.solution import (
    NO_ANSWER,
    Block,
    Check,
    Claim,
    Counts,
    Entry,
    Inline,
    Paragraph,
    Section,
    Shades,
    Solution,
    Step,
    Table,
    Verdict,
    indexed,
    is_batch,
    names,
    unmarked,
)

LONGEST_SUM = 10
MOST_UNITS = 12
MOST_ENTRIES = 10
MOST_TIME_STEPS = 6
MOST_PARAGRAPHS = 16
MOST_TABLE_ROWS = 12
MOST_CARRIED = 8
OVER_STATES = ("e", "alpha")  # scores and weights of attention: and the gradients to them

Item = TypeVar("Item")


class View(NamedTuple):
    """How to show: decimals, everything or an excerpt, and for a terminal its width and colour."""

    digits: int = 4
    full: bool = False
    width: int = 80
    color: bool = False


class Row(NamedTuple):
    """One unit of a step: its number, the numbers put in, and the value.

    `unit` is `2` in a vector, `[2][1]` in a matrix, and empty for a scalar; `noun` is what a vector
    has a number for each of; `abridged` says that terms which are zero were left out; `more` how
    many more digits than others its numbers have, None where no digits give the value.
    """

    unit: str
    substituted: Expr
    value: str
    abridged: bool
    noun: str = "unit"
    more: int | None = 0

    @property
    def label(self) -> str:
        return f"{self.noun} {self.unit}" if self.unit.isdigit() else self.unit


class Gap(NamedTuple):
    """So many items that are not shown."""

    size: int


def heading(solution: Solution) -> tuple[str, str]:
    """The title of a page, and the line below it, which may be empty."""
    if not solution.title:
        return solution.kind, solution.source
    return solution.title, " - ".join(filter(None, [solution.kind, solution.source]))


class ShownStep(NamedTuple):
    """A step with the rows that are shown of it."""

    step: Step
    units: tuple[Row | Gap, ...]


def working(steps: Sequence[Step], view: View) -> Iterator[ShownStep | str]:
    """What is shown of a working: its steps, and in words what is left out."""
    shown: list[tuple[Step, Row | Gap]] = []
    gaps = False
    for run in time_steps(steps, view):
        if isinstance(run, Gap):
            gaps = True
            yield f"... {run.size} more time steps ..."
            continue
        for step in run:
            units = tuple(rows(step, view))
            shown += [(step, unit) for unit in units]
            yield ShownStep(step, units)
    lines = [(step, unit) for step, unit in shown if isinstance(unit, Row)]
    if any(row.abridged for _, row in lines):
        yield "Terms that are zero are left out of sums; --full writes them."
    yield from _precision(lines, view)
    if gaps or len(lines) < len(shown):
        yield "Not everything is shown; --full shows it."


def _precision(lines: Sequence[tuple[Step, Row]], view: View) -> Iterator[str]:
    """How the digits of rows were chosen, where that is to be told."""
    if any(row.more for _, row in lines):
        yield "Numbers are carried in full; a row shows as many of their digits as it needs."
    carried = [f"{step.symbol} {row.label}".strip() for step, row in lines if row.more is None]
    if carried:
        most = len(carried) if view.full else MOST_CARRIED
        rest = f"; and {len(carried) - most} more" if len(carried) > most else ""
        places = "; ".join(carried[:most])
        yield f"Shown to {view.digits} decimals, carried in full: {places}{rest}."


def computed(values: Floats) -> Entry:
    """An entry without a name, its numbers shown rounded."""
    return Entry("", values, False)


def rows(step: Step, view: View) -> Iterator[Row | Gap]:
    """The units of a step, the middle of very many left out."""
    for unit in _units(step, view):
        if isinstance(unit, Gap):
            yield unit
            continue
        index, (value, more) = unit
        written = step.expr.element(index)
        shown = written if view.full else shortened(written)
        if not view.full and _is_cut(shown):
            more = 0  # nobody can redo it
        numbers = printed(_traced(shown), view.digits, more or 0)
        abridged = not view.full and has_zero_term(written)
        yield Row(_label(step, index), numbers, value, abridged, noun(step.symbol), more)


def _is_cut(expr: Expr) -> bool:
    """Whether the middle of a long sum is left out."""
    return isinstance(expr, Omitted) or any(map(_is_cut, expr.parts))


def unabridged(step: Step, view: View) -> Iterator[Expr | Gap]:
    """The numbers put into each unit of a step, with the terms that are zero."""
    for unit in _units(step, view):
        if isinstance(unit, Gap):
            yield unit
        else:
            index, (_, more) = unit
            yield printed(step.expr.element(index), view.digits, more or 0)


def _units(step: Step, view: View) -> Iterator[tuple[tuple[int, ...], Told] | Gap]:
    """The units that are shown of a step by their index, and the value of each."""
    units = list(excerpt(range(step.value.size), MOST_UNITS, view))
    shown = [unit for unit in units if not isinstance(unit, Gap)]
    values = iter(told(step, shown, view.digits))
    for unit in units:
        if isinstance(unit, Gap):
            yield unit
        else:
            yield tuple(map(int, np.unravel_index(unit, step.value.shape))), next(values)


def _traced(expr: Expr) -> Expr:
    """A row that has nothing but a number says where it comes from; in a batch, its label does."""
    if not isinstance(expr, Constant) or expr.source is None:
        return expr
    quantity, _ = expr.source
    is_told = is_batch(quantity.value, quantity.role)
    return NumberOf(quantity.symbol, ()) if is_told else named(expr)


def noun(symbol: str) -> str:
    """What a vector has a number for each of: a state in attention's scores, or else a unit."""
    name, _ = indexed(symbol)
    return "state" if name.removeprefix("d") in OVER_STATES else "unit"


def _label(step: Step, index: tuple[int, ...]) -> str:
    """Which entry of a value it is; nothing for a number."""
    if step.value.size == 1:
        return ""
    if is_batch(step.value, step.role):
        example, unit = index
        unit_name = f"unit {unit + 1}, " if step.value.shape[-1] > 1 else ""
        return f"{unit_name}example {example + 1}"
    return _place(index)


def _place(index: tuple[int, ...]) -> str:
    if len(index) == 1:
        return str(index[0] + 1)
    return "".join(f"[{k + 1}]" for k in index)


def saturated(value: str) -> tuple[str, str, str]:
    """The value of a row; of a saturated one also what it is short of, and by how much."""
    shown, _, rest = value.partition(" (")
    limit, _, gap = rest.rstrip(")").rpartition(" ")
    return shown, limit, gap


def shortened(expr: Expr) -> Expr:
    """Without the terms that are zero, and without the middle of a long sum."""
    if not isinstance(expr, Sum):
        return expr.rebuilt(*map(shortened, expr.parts)) if expr.parts else expr
    terms = [shortened(term) for term in expr.parts if not is_zero(term)]
    if not terms:  # one of them, to say so
        return shortened(expr.parts[0])
    if len(terms) > LONGEST_SUM:
        head, tail = LONGEST_SUM // 2, LONGEST_SUM // 3
        terms = [*terms[:head], Omitted(len(terms) - head - tail), *terms[-tail:]]
    return terms[0] if len(terms) == 1 else Sum(*terms)


def is_zero(expr: Expr) -> bool:
    """Whether a term is written as zero: the number 0, a product with it, a sum of such, 1 - 1."""
    if isinstance(expr, Times):
        return any(map(is_zero, expr.parts))
    if isinstance(expr, Sum | Negative):
        return all(map(is_zero, expr.parts)) or _cancels(expr)
    return isinstance(expr, Constant) and expr.value == 0


def _cancels(expr: Expr) -> bool:
    """Whether data that were given add up to nothing."""
    if isinstance(expr, Sum):
        return all(map(_is_datum, expr.parts)) and expr.value == 0
    return False


def _is_datum(expr: Expr) -> bool:
    (number,) = expr.parts if isinstance(expr, Negative) else (expr,)
    return isinstance(number, Constant) and not number.rounded


def has_zero_term(expr: Expr) -> bool:
    """Whether some sum in the expression has a term that is written as zero."""
    if isinstance(expr, Sum) and any(is_zero(term) for term in expr.parts):
        return True
    return any(has_zero_term(part) for part in expr.parts)


def time_steps(steps: Sequence[Step], view: View) -> Iterator[tuple[Step, ...] | Gap]:
    """The steps by time index, the middle of a long run left out.

    Where one cell goes through several time steps before the next one does, each is a run.
    """
    passes = list(_passes(steps))
    are_long = any(len({_time(step) for step in each}) > 1 for each in passes)
    for each in passes if are_long and len(passes) <= MOST_TIME_STEPS else [steps]:
        runs = [tuple(run) for _, run in groupby(each, key=_time)]
        yield from excerpt(runs, MOST_TIME_STEPS, view)


def _passes(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Stretches of lines of one layer and direction, from one time step to its neighbour."""
    stretch: list[Step] = []
    for step in steps:
        if stretch and not _goes_on(stretch[-1], step):
            yield stretch
            stretch = []
        stretch.append(step)
    yield stretch


def _goes_on(step: Step, after: Step) -> bool:
    t, later = _time(step), _time(after)
    is_near = t is None or later is None or abs(later - t) <= 1
    return is_near and unmarked(step.symbol)[1] == unmarked(after.symbol)[1]


def _time(step: Step) -> int | None:
    return indexed(step.symbol)[1]


def entries(rows: Sequence[Entry], view: View) -> Iterator[Entry | Gap]:
    """The entries; where the same names go on for many time steps, the middle left out."""

    def time(entry: Entry) -> int | None:
        return indexed(entry.symbol)[1]

    for timed, group in groupby(rows, key=lambda entry: time(entry) is not None):
        runs = [list(run) for _, run in groupby(group, key=time)] if timed else [list(group)]
        for run in excerpt(runs, MOST_TIME_STEPS, view) if timed else runs:
            if isinstance(run, Gap):
                yield run
            else:
                yield from run


def entry_rows(entry: Entry, view: View) -> list[list[str]]:
    """The numbers of a vector (one row) or matrix, its middle rows and columns left out."""
    matrix = np.atleast_2d(entry.value)
    shown = excerpt(list(matrix), MOST_ENTRIES, view)
    return [["..."] if isinstance(row, Gap) else _numbers(row, entry.given, view) for row in shown]


def _numbers(values: Floats, given: bool, view: View) -> list[str]:
    entries = excerpt(values.tolist(), MOST_ENTRIES, view)
    if given:  # to more decimals: the reader compares them with the sheet
        return [_or_dots(entry, lambda v: as_given(v, max(view.digits, 10))) for entry in entries]
    return [_or_dots(entry, lambda v: decimal(v, view.digits)) for entry in entries]


def _or_dots(entry: float | Gap, spell: Callable[[float], str]) -> str:
    return "..." if isinstance(entry, Gap) else spell(entry)


def excerpt(items: Sequence[Item], most: int, view: View) -> Iterator[Item | Gap]:
    """The items; of many more than `most`, the first two thirds, a gap, and the last third."""
    if view.full or len(items) <= most + 1:
        yield from items
        return
    tail = most // 3
    yield from items[: most - tail]
    yield Gap(len(items) - most)
    yield from items[len(items) - tail :]


def listed(entry: Entry, view: View, separator: str = ", ") -> str:
    """A number, vector or matrix as in a problem file, its rows apart by `separator`."""
    if entry.value.size == 1:
        return entry_rows(entry, view)[0][0]
    lists = [f"[{', '.join(row)}]" for row in entry_rows(entry, view)]
    return lists[0] if entry.value.ndim < 2 else f"[{separator.join(lists)}]"


def shaded(shades: Shades) -> str:
    """A character for each number: . for 0, shades for what is above, - and = for what is below.

    What is nearer to 2 than to 1 is its own digit, a low one below 0, or + beyond 9.
    """
    return " ".join("".join(map(_shade, group.tolist())) for group in shades.groups)


def _shade(value: float) -> str:
    size = int(abs(value) + 0.5) if abs(value) < 9.5 else 10
    if size > 1:
        return "23456789+"[size - 2] if value > 0 else "₂₃₄₅₆₇₈₉₊"[size - 2]
    if value < -0.125:
        return "=" if value < -0.625 else "-"
    return ".░▒▓█"[min(4, int(4 * value + 0.5))] if value > 0 else "."


def claim_text(claim: Claim) -> str:
    """A claimed answer as it was written."""
    if isinstance(claim, str):
        return " ".join(claim.split())
    if isinstance(claim, Mapping):
        return "; ".join(f"{name}: {claim_text(part)}" for name, part in claim.items())
    parts = ("-" if part in NO_ANSWER else claim_text(part) for part in claim)
    return f"[{', '.join(parts)}]"


NOTHING = 1e-12  # what an answer of 0 may be off by and still be right
CALLED = {"feasible": "verdict", "certificate": "reason", "certificates": "reasons"}
"""How a sentence calls a claim that is no symbol."""
WEIGHTS = "weights"  # the row of weights that are a claim
SEVERAL = ([WEIGHTS], ["certificates"])
PARTIAL = "partly answered"
"""What is told of an array that is `unanswered` because some of its numbers are."""
JUDGED = {
    "right": ("is right", "are right"),
    "rounding": ("is right but for rounding on the way", "are right but for rounding on the way"),
    "coarse": ("has too few digits to tell", "have too few digits to tell"),
    "unanswered": ("is not there", "are not there"),
    PARTIAL: ("has numbers without an answer", "have numbers without an answer"),
    "follows": (
        "is wrong only because an earlier answer was; the method is right",
        "are wrong only because an earlier answer was; the method is right",
    ),
    "wrong": ("is wrong", "are wrong"),
}
"""What is said of one claim, and of several, by their verdict."""
GUESSES = ("It looks as if", "The method is right")
"""How explanations begin that do not give the claimed digits."""
UNDECIDED = ("is undecided", "are undecided")  # of weights, which have no digits


def sections(solution: Solution, view: View) -> Iterator[Section]:
    """All sections of a page: what was asked and came out, the working, and the claimed answers."""
    if solution.asked:
        yield Section("Asked", (Paragraph(solution.asked),))
    score = score_told(solution) if solution.checks else ()
    result = (*solution.result, *score, *claims_told(solution.checks))
    if result:
        yield Section("Result", result)
    for section in solution.sections:
        if section.in_full and not view.full:
            continue
        body = [_table_excerpt(block, view) for block in section.body]
        yield section._replace(body=tuple(_paragraphs_excerpt(body, view)))
    if solution.checks:
        table = claims_table(solution.checks, view)
        said = " ".join(_said(result))
        checks = [check for check in solution.checks if check.explanation not in said]
        yield Section("Claimed answers", (table, *explanations(checks)))


def _said(blocks: Sequence[Block]) -> Iterator[str]:
    """The text of paragraphs."""
    for block in blocks:
        for part in block.parts if isinstance(block, Paragraph) else ():
            if isinstance(part, str | Verdict):
                yield part if isinstance(part, str) else part.text


def score_told(solution: Solution) -> Iterator[Paragraph]:
    """The score, where there is one."""
    score = solution.score
    if score is None:
        return
    said: list[Inline] = [str(score)]
    if score.unanswered:
        said += [" No answer: ", *names(score.unanswered), "."]
    if score.not_asked:
        said += [" Not asked: ", *names(score.not_asked), "."]
    if any(check.verdict == "follows" for check in solution.checks) and score.earned:
        said.append(" An answer that follows from an earlier one by a right method earns points.")
    yield Paragraph(tuple(said))


def claims_told(checks: Sequence[Check]) -> Iterator[Paragraph]:
    """The verdicts, a sentence for all claims of which the same is to be said."""
    said: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        why = f": {title(check.mistake)}" if check.mistake else ""
        if why and check.explanation.startswith(GUESSES):
            why = f"; it looks like this: {title(check.mistake or '')}"
        is_partial = check.verdict == "unanswered" and not check.is_absent
        told = PARTIAL if is_partial else check.verdict
        said.setdefault((told, why), []).append(check.symbol)
    for (judged, why), symbols in said.items():
        undecided = symbols == [WEIGHTS] and judged == "coarse"
        one, several = UNDECIDED if undecided else JUDGED[judged]
        text = several if len(symbols) > 1 or symbols in SEVERAL else one
        called = [CALLED.get(symbol, symbol) for symbol in symbols]
        yield Paragraph(("Your ", *names(called), f" {text}{why}."))


def explanations(checks: Sequence[Check]) -> Iterator[Paragraph]:
    """What is said of each claim; of several at once where it is the same."""
    said: dict[str, list[str]] = {}
    for check in checks:
        said.setdefault(check.explanation, []).append(check.symbol)
    for text, symbols in said.items():
        if text:
            yield Paragraph((*names(symbols), f": {text}"))


def _paragraphs_excerpt(body: Sequence[Block], view: View) -> Iterator[Block]:
    """The blocks of a section; of very many paragraphs the middle is left out."""
    paragraphs = all(isinstance(block, Paragraph) for block in body)
    for block in excerpt(body, MOST_PARAGRAPHS, view) if paragraphs else body:
        if isinstance(block, Gap):
            yield Paragraph((f"... {block.size} more ...",))
        else:
            yield block


def _table_excerpt(block: Block, view: View) -> Block:
    """The block; of a long table the middle rows are left out, and a row says so."""
    if not isinstance(block, Table):
        return block
    rows = excerpt(block.rows, MOST_TABLE_ROWS, view)
    width = len(block.header)
    return block._replace(
        rows=tuple(_gap_row(row, width) if isinstance(row, Gap) else row for row in rows)
    )


def _gap_row(gap: Gap, width: int) -> tuple[Inline, ...]:
    row = ("...", f"{gap.size} more rows", *[""] * width)
    return row[:width]


def counts_table(counts: Counts) -> Table:
    """Counts as a table, where no bars are drawn."""
    rows = tuple((bar.label, str(bar.size), bar.note) for bar in counts.rows)
    return Table(("", counts.counted, counts.noted), rows)


def claims_table(checks: Sequence[Check], view: View) -> Table:
    """A row for each claim, with the truth where any is told."""
    rows = (_check_row(check, view) for check in checks)
    if any(check.expected is not None for check in checks):
        return Table(("", "claimed", "true", "verdict"), tuple(rows))
    without = tuple((name, claimed, verdict) for name, claimed, _, verdict in rows)
    return Table(("", "claimed", "verdict"), without)


def _check_row(check: Check, view: View) -> tuple[Inline, Inline, Inline, Inline]:
    """The claim as it was written, the truth to as many decimals, the verdict."""
    written = "" if check.claimed is None else claim_text(check.claimed)
    if check.symbol == WEIGHTS and isinstance(check.claimed, Mapping):
        written = _weights_text(check.claimed)
    true = _expected(check, view)
    name = Quantity(check.symbol, check.expected, given=False)
    return name, written, true, Verdict(check.verdict, verdict(check.verdict, check.mistake))


def _weights_text(weights: Mapping[str, Claim]) -> str:
    return ", ".join(f"{name} = {claim_text(value)}" for name, value in weights.items())


def _expected(check: Check, view: View) -> str:
    match check.expected:
        case None:
            return "-"
        case bool(answer):
            return str(answer).lower()
        case int(count):
            return str(count)
        case str(text):
            return text
        case tuple(texts):
            return f"[{', '.join(texts)}]"
        case Mapping() as weights if check.symbol == WEIGHTS:
            return _weights_text(weights)
        case Mapping() as counts:
            return " or ".join(map(str, dict.fromkeys(counts.values())))
    shown = 0 if check.claimed is None else _most_decimals(check.claimed)
    digits = max(view.digits, min(15, shown))
    values = check.expected
    if check.verdict == "right" and "e" not in claim_text(check.claimed or ""):
        values = np.where(np.abs(values) < NOTHING, 0.0, values)  # as it was claimed
    return listed(computed(values), view._replace(digits=digits))


def _most_decimals(claim: Claim) -> int:
    if isinstance(claim, str):
        return decimals(claim)
    return max(map(_most_decimals, claim), default=0)
