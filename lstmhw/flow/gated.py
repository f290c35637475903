"""What is said of the flow of a gradient through a cell with gates."""

from collections.abc import Iterator

import numpy as np

from lstmhw.cells.cell import Cell
from lstmhw.flow import Flow, products, radius, spectral
from lstmhw.flow.plain import ENTRIES
from lstmhw.flow.report import Outcome, table
from lstmhw.functions import Floats
from lstmhw.solution import Paragraph, Section, Working, Worksheet, indexed

BACK_THROUGH = (
    "A row of J_t is what comes back through the lines of step t from one entry of the state: "
    "their slopes, multiplied along each way and added up where ways meet."
)


def of_gated_cell(cell: Cell, sheet: Worksheet, found: Flow) -> Outcome:
    """The sizes of the factors, whose product is the bound; of an LSTM, what c keeps."""
    sizes, radii = spectral(found.factors), radius(found.factors)
    extras = {"spectral_radius": float(np.max(radii)), "spectral_norm": float(np.max(sizes))}
    bounds = products(sizes, found.start, "bound")
    kept = _kept(sheet, found) if "c" in cell.states else {}
    columns = {
        "|J|": sizes,
        "radius": radii,
        "norm": found.norms,
        "bound": bounds,
    }
    if kept:
        along_c = np.array(list(kept.values()))
        columns |= {"P_c": np.max(np.abs(along_c), axis=1), "rest": _rest(found, along_c)}
    shown = range(found.start, found.times[-1] + 1)  # with the state that it starts from
    lines = tuple(step for step in sheet.steps if indexed(step.symbol)[1] in shown)
    sections = (
        Section("What is multiplied", tuple(_formulas(cell, found.start, **extras))),
        Section("Working", (Paragraph((BACK_THROUGH,)), Working(lines))),
        Section("Step by step", (table(found.times, columns, found.norms),)),
    )
    answers = {f"bound_{t}": np.array(b) for t, b in zip(found.times, bounds, strict=True)}
    answers |= {f"P_c_{t}": product for t, product in kept.items()}
    return Outcome(sections, answers, extras)


def _kept(sheet: Worksheet, found: Flow) -> dict[int, Floats]:
    """The product of the forget gates up to each step."""
    gates = np.array([sheet.answers[f"f_{t}"] for t in found.times])
    return dict(zip(found.times, products(gates, found.start, "P_c"), strict=True))


def _rest(found: Flow, kept: Floats) -> Floats:
    """The norm of what reaches c other than along c alone."""
    m = found.units
    through_c = found.products[:, m:, m:]
    alone = np.einsum("tj,jk->tjk", kept, np.eye(m))
    close = np.isclose(through_c, alone, rtol=1e-14, atol=0)
    return spectral(np.where(close, 0, through_c - alone))


def _formulas(
    cell: Cell, start: int, spectral_radius: float, spectral_norm: float
) -> Iterator[Paragraph]:
    has_c = "c" in cell.states
    state = "The state is [h; c]: J_t = d[h_t; c_t]/d[h_(t-1); c_(t-1)]"
    block = f"norm_t is that of the block dh_t/dh_{start}"
    if not has_c:
        state, block = "J_t = dh_t/dh_(t-1)", "norm_t is that of P_t"
    yield Paragraph(
        (
            f"{state}, P_t = J_t P_(t-1). {ENTRIES} {block}; bound_t is the product of the norms "
            "|J|.",
        )
    )
    yield Paragraph(
        (
            f"|J_t| (largest singular value) is at most {spectral_norm:.4g} here, the spectral "
            f"radius of J_t (largest eigenvalue) at most {spectral_radius:.4g}. Of equal "
            "factors the radius alone would decide in the end; of factors that change, only "
            "the norms bound the product.",
        )
    )
    if has_c:
        yield Paragraph((_along_c(cell, start),))


def _along_c(cell: Cell, start: int) -> str:
    """What the product of the forget gates is, in a cell whose gates may see c."""
    weights = cell.weights()
    letters = [role.letter for role in cell.besides().values()]
    seeing = [each for each in letters if each != "o" and weights[each].value is None]
    is_product = "the factors are the forget gates: P_c_t is their product (the table has its"
    if not seeing:
        return (
            f"Along c alone, c_t = f_t*c_(t-1) + ..., {is_product} largest entry); the rest of "
            f"dc_t/dc_{start} goes through h and the gates."
        )
    return (
        f"Along c alone and with the gates held fixed, c_t = f_t*c_(t-1) + ..., {is_product} "
        f"largest entry). But c_(t-1) changes {' and '.join(seeing)} too, through the "
        "peepholes: dc_t/dc_(t-1) is not f_t alone, even at the same h. The rest of "
        f"dc_t/dc_{start} goes through the peepholes, and through h and the gates."
    )
