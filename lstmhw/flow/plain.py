"""What is said of the flow of a gradient through a plain RNN: its bound, and what w_h decides."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from lstmhw.cells.cell import parameters
from lstmhw.cells.rnn import Rnn
from lstmhw.expr import Quantity
from lstmhw.faults import ProblemError
from lstmhw.flow import Flow, products, radius, spectral, verdict
from lstmhw.flow.report import (
    WEIGHTS,
    Outcome,
    matrix_lines,
    norm_lines,
    number,
    scalar_steps,
    table,
)
from lstmhw.functions import Floats
from lstmhw.solution import Inline, Paragraph, Section, Step, Table, Working, Worksheet

MOST_FOLLOWED = 100_000  # numbers in factors whose claims are marked line by line
HANDOUT = (0.5, 1.0, 1.5)
ENTRIES = "Entry [j][k] of a factor is what unit j changes by with unit k of the state before."

With = Callable[[Rnn], Flow]
"""What another cell does on the same inputs.  Raises ProblemError where it overflows."""


def of_rnn(cell: Rnn, sheet: Worksheet, found: Flow, other: With) -> Outcome:
    """The bounds |W_h| times the steepest slope, the working, and what w_h alone would say."""
    W_h = parameters(cell, cell.size("n"))[""].W_h
    function = cell.function("")
    assert function.steepest is not None
    norm, largest = float(spectral(W_h)), float(radius(W_h))
    bounds = products(np.full(len(found.times), norm * function.steepest), found.start, "bound")
    is_scalar = W_h.size == 1
    factors = {"J": found.factors.ravel()} if is_scalar else {"|J|": spectral(found.factors)}
    columns = {**factors, "norm": found.norms, "bound": bounds}
    sections = [
        Section("What is multiplied", tuple(_formulas(cell, found.start, norm, largest))),
        Section("Step by step", (table(found.times, columns, found.norms),)),
    ]
    steps = tuple(_steps(cell, sheet, W_h, found))
    if steps:
        sections.insert(1, Section("Working", (Working(steps),)))
    if is_scalar and cell.W_h is not None:
        sections.append(_handout(cell, len(found.times), other))
    answers = {f"bound_{t}": np.array(b) for t, b in zip(found.times, bounds, strict=True)}
    extras = {"spectral_radius": largest, "spectral_norm": norm}
    lines = tuple(norm_lines(found.times, found.products)) if steps else ()
    return Outcome(tuple(sections), answers, extras, lines=lines)


def _steps(cell: Rnn, sheet: Worksheet, W_h: Floats, found: Flow) -> Iterator[Step]:
    """The lines of the factors and products, where each unit has a slope of its own."""
    function = cell.function("")
    if function.element is not None or function.back is None:
        return
    if W_h.size == 1:
        yield from scalar_steps(sheet.steps, float(W_h[0, 0]), found.times, function)
    elif found.factors.size <= MOST_FOLLOWED:
        is_column = cell.orientation == "column"
        matrix = Quantity("W_h", W_h if is_column else W_h.T, given=True, role=WEIGHTS)
        rows = matrix.T if is_column else matrix
        yield from matrix_lines(sheet.steps, rows, found.times, function)


def _formulas(cell: Rnn, start: int, norm: float, radius: float) -> Iterator[Paragraph]:
    name, slope = cell.function("").name, cell.function("").steepest
    W_h = "W_h" if cell.orientation == "column" else "W_h^T"
    yield Paragraph(
        (f"J_t = dh_t/dh_(t-1) = diag({name}'(a_t)) {W_h}; P_t = J_t P_(t-1). {ENTRIES}",)
    )
    yield Paragraph(
        (
            f"|W_h| = {norm:.4g} (largest singular value), its spectral radius (largest "
            f"eigenvalue) is {radius:.4g}. The slope of {name} is at most {slope:g}, so "
            f"norm_t <= bound_t = ({norm:.4g} * {slope:g})^(t - {start}).",
        )
    )


def _handout(cell: Rnn, count: int, other: With) -> Section:
    """What a rule about w_h alone says, against what happens on these inputs."""
    assert cell.W_h is not None
    own = float(cell.W_h.ravel()[0])
    rows = [_row(cell, w, count, other) for w in sorted({*HANDOUT, own})]
    header = ("W_h", f"|W_h|^{count}", "it alone says", "norm here", "what happens")
    text = (
        "A rule says: |W_h| < 1 vanishes, |W_h| = 1 stays, |W_h| > 1 explodes. That is true of W_h "
        "alone. The factor is W_h times the slope at a_t, which for tanh is 1 - h_t^2: so "
        "W_h = 1 vanishes too unless h stays near 0, and W_h > 1 may saturate the unit and "
        "vanish."
    )
    return Section("W_h alone, and what happens", (Paragraph((text,)), Table(header, tuple(rows))))


def _row(cell: Rnn, w: float, count: int, other: With) -> tuple[Inline, ...]:
    with np.errstate(over="ignore"):
        powers = np.abs(w) ** np.arange(1.0, count + 1)
    rule = f"{w:g}", number(powers[-1]), verdict(powers)
    try:
        norms = other(replace(cell, W_h=np.array([[w]]))).norms
    except ProblemError:
        return (*rule, "over 1.8e308", "explodes")
    return (*rule, number(norms[-1]), verdict(norms))
