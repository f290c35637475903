"""What is said of the flow of a gradient: tables with bars, given factors, clipping."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, log10
from typing import Any, NamedTuple

import numpy as np

from lstmhw.charts import sizes
from lstmhw.expr import Constant, Expr, Quantity, Role
from lstmhw.faults import Fault, ProblemError
from lstmhw.flow import STEADY, first_below, pace, verdict
from lstmhw.functions import Floats, Function, magnitude, norm
from lstmhw.numerals import counted
from lstmhw.picture import Chart
from lstmhw.solution import (
    Block,
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Step,
    Table,
    Words,
    Working,
    Worksheet,
)

LONGEST_BAR = 20
MARKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""The decades that one mark of a bar may stand for."""

WEIGHTS = Role("weights", key="W_h")


SPELLINGS = {
    "vanishes": ("vanish", "vanishing", "vanished"),
    "explodes": ("explode", "exploding", "exploded"),
    "stays": ("stay", "staying", "constant", "stays constant"),
}


WHETHER = "Does it vanish, explode or stay?"
CRITERION = (
    f"Said here: it stays where its norm, after the first step, changes by less than {STEADY:.1%} "
    "a step on average, or ends at 1; else it vanishes where it ends under 1, and explodes where "
    "it ends over 1."
)


class Conclusion(NamedTuple):
    """The verdict on norms: as data, as an answer that is a word, and in words."""

    extras: Mapping[str, Any]
    words: Mapping[str, Words]
    body: tuple[Paragraph, ...]


class Outcome(NamedTuple):
    """What a solution is put together from.

    `lines` are worked too, but not shown; `asked` and `result` are what a page begins with.
    """

    sections: tuple[Section, ...]
    answers: Mapping[str, Floats]
    extras: Mapping[str, Any] = {}
    words: Mapping[str, Words] = {}
    lines: tuple[Step, ...] = ()
    asked: str = ""
    result: tuple[Block, ...] = ()
    picture: Chart | None = None

    @property
    def steps(self) -> Iterator[Step]:
        """The lines that are worked."""
        for section in self.sections:
            for block in section.body:
                if isinstance(block, Working):
                    yield from block.steps
        yield from self.lines


def table(times: Sequence[int], columns: Mapping[str, Floats], norms: Floats) -> Table:
    """Numbers by time step, and a bar for each norm on a log scale."""
    decades = [log10(norm) if norm > 0 else -np.inf for norm in norms.tolist()]
    most = max((abs(decade) for decade in decades if isfinite(decade)), default=0.0)
    mark = next((size for size in MARKS if most <= size * LONGEST_BAR), MARKS[-1])
    bars = [_bar(decade, mark) for decade in decades]
    rows = zip(*columns.values(), strict=True)
    return Table(
        ("t", *columns, f"one mark: 10^{mark:g}"),
        tuple(
            (str(t), *map(number, row), bar) for t, row, bar in zip(times, rows, bars, strict=True)
        ),
    )


def number(value: Any) -> Inline:
    """A computed number in a table."""
    return Entry("", np.asarray(value), False)


def _bar(decade: float, mark: float) -> str:
    """A bar of + above 1 and of - below."""
    if not isfinite(decade):
        return "zero"
    return ("+" if decade > 0 else "-") * round(abs(decade) / mark) or "1"


def concluded(norms: Floats, start: int, limit: float) -> Conclusion:
    """The verdict on norms of which the first is that after one step."""
    found, below = verdict(norms), first_below(norms, limit, start)
    count, last = len(norms), float(norms[-1])
    said = f"The gradient {found}: after {counted(count, 'step')} its norm is {last:.4g}"
    changes = "."
    if count > 1 and norms[0] and last:
        first = f"{norms[0]:.4g}"
        mean = f"({last:.4g}/{first})^(1/{count - 1}) = {pace(norms):.4g}"
        changes = (
            f", that of the first step {first}: after it, a factor of {mean} a step on average."
        )
    still = ", though it vanishes" if found == "vanishes" else ""
    under = (
        f"Up to t = {start + count} its norm is not yet under {limit:g}{still}."
        if below is None
        else f"Its norm is first under {limit:g} at t = {below}."
    )
    return Conclusion(
        {"verdict": found, "first_below": below},
        {"verdict": Words(found, said + changes, SPELLINGS)},
        tuple(Paragraph((text,)) for text in (said + changes, under, CRITERION)),
    )


def product(w: Floats, slope: Floats, count: int, limit: float) -> Outcome:
    """The product of so many factors w * slope."""
    sheet = Worksheet({})
    factor = sheet.given("w", w, ("factors", "w")) * sheet.given(
        "slope", slope, ("factors", "slope"), "of the activation"
    )
    sheet("P", factor**count, f"the product of {count} factors", Role("product"))
    norms = np.abs(w * slope) ** np.arange(1.0, count + 1)
    conclusion = concluded(norms, 0, limit)
    sections = (
        Section("Given", (Entries(tuple(sheet.entries)),)),
        Section("Working", (Working(tuple(sheet.steps)),)),
        Section("After t factors", (table(range(1, count + 1), {"norm": norms}, norms),)),
    )
    return Outcome(
        sections,
        sheet.answers,
        conclusion.extras,
        conclusion.words,
        asked=f"The product of {counted(count, 'factor')} w*slope. {WHETHER}",
        result=(Entries((Entry("P", sheet.answers["P"], False),)), *conclusion.body),
        picture=sizes("The product after t factors", range(1, count + 1), {"norm": norms}),
    )


def clipped(limit: float, gradient: Floats) -> Outcome:
    """A gradient, and the same scaled down to a norm where its own is over that.

    Raises ProblemError where the norm overflows.
    """
    largest = float(np.max(np.abs(gradient)))
    norm = largest * float(np.linalg.norm(gradient / largest)) if largest else 0.0
    if not isfinite(norm):
        message = "the norm of the gradient overflows: over 1.8e308"
        raise ProblemError([Fault(("clip", "gradient"), message)])
    sheet = Worksheet({})
    before = sheet.given("gradient", gradient, ("clip", "gradient"))
    size = sheet.state("norm_gradient", np.array(norm), ("clip", "gradient"))
    if norm > limit:
        after = Constant(limit) / size * before
        said = f"The norm of the gradient is {norm:.6g}, over {limit:g}: it is scaled down to that."
    else:
        after = before
        said = f"The norm of the gradient is {norm:.6g}, not over {limit:g}: it stays as it is."
    sheet("clipped", after, "the gradient after clipping")
    rows = [
        ("before", Entry("", gradient, True), number(norm)),
        ("after", number(sheet.answers["clipped"]), number(min(norm, limit))),
    ]
    body = (
        Paragraph((said,)),
        Working(tuple(sheet.steps)),
        Table(("", "gradient", "norm"), tuple(rows)),
    )
    given = Section("Given for clipping", (Entries(tuple(sheet.entries[:1])),))
    return Outcome(
        (given, Section("Clipping", body)),
        sheet.answers,
        asked=f"A gradient, clipped to a norm of {limit:g}.",
        result=(Entries((Entry("clipped", sheet.answers["clipped"], False),)),),
    )


def scalar_steps(
    steps: Sequence[Step], w: float, times: range, function: Function
) -> Iterator[Step]:
    """The working of a single unit: h_t, then J_t and P_t."""
    by_symbol = {step.symbol: step for step in steps}
    W_h = Quantity("W_h", np.array(w), given=True, role=WEIGHTS)
    running: Quantity | None = None
    first = times[0] - 1
    yield from (by_symbol[name] for name in (f"a_{first}", f"h_{first}") if name in by_symbol)
    for t in times:
        a, h = by_symbol[f"a_{t}"], by_symbol[f"h_{t}"]
        yield from (a, h)
        z, y = (Quantity(step.symbol, step.value.reshape(()), given=False) for step in (a, h))
        slope = function.gradient(W_h, z, y)
        yield _factor(t, slope, f"dh_{t}/dh_{t - 1}: W_h times the slope at a_{t}")
        factor = Quantity(f"J_{t}", np.asarray(slope.value), given=False)
        step = _product(t, times, factor if running is None else factor * running)
        yield step
        running = Quantity(step.symbol, step.value, given=False)


def matrix_lines(
    steps: Sequence[Step], turned: Expr, times: range, function: Function
) -> Iterator[Step]:
    """The lines of many units: h_t, J_t = diag(slope) W_h, and P_t = J_t P_(t-1).

    The way back through the activation over the rows of `turned`, that is W_h^T, or W_h where
    vectors are rows, scales the columns of that, and so the rows of J_t.
    """
    values = {step.symbol: step.value for step in steps}
    running: Expr | None = None
    yield from steps
    for t in times:
        z, y = (Quantity(f"{name}_{t}", values[f"{name}_{t}"], given=False) for name in "ah")
        slope = function.gradient(turned, z, y).T
        yield _factor(t, slope, f"dh_{t}/dh_{t - 1}: W_h and the slopes")
        factor = Quantity(f"J_{t}", np.asarray(slope.value), given=False)
        step = _product(t, times, factor if running is None else factor @ running)
        yield step
        running = Quantity(step.symbol, step.value, given=False)


def norm_lines(times: range, products: Floats) -> Iterator[Step]:
    """The lines of the norms, (steps, s, s) -> one a step; of numbers, their sizes."""
    is_scalar = products.shape[1:] == (1, 1)
    for t, value in zip(times, products, strict=True):
        P = Quantity(f"P_{t}", value.reshape(()) if is_scalar else value, given=False)
        size = (magnitude if is_scalar else norm)(P)
        yield Step(f"norm_{t}", size, np.asarray(size.value), f"the size of P_{t}", Role("norm"))


def _factor(t: int, expr: Any, note: str) -> Step:
    return Step(f"J_{t}", expr, np.asarray(expr.value), note, Role("factor"))


def _product(t: int, times: range, expr: Any) -> Step:
    note = f"dh_{t}/dh_{times[0] - 1}"
    return Step(f"P_{t}", expr, np.asarray(expr.value), note, Role("product"))
