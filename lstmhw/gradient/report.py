"""What is said beside the working of a gradient: what its symbols mean, and whether it is right."""

from collections.abc import Iterable, Iterator, Sequence

from lstmhw.cells.cell import Cell
from lstmhw.expr import Quantity
from lstmhw.functions import Function
from lstmhw.gradient.second_method import MOST_ENTRIES, TOLERANCE, Agreement, H, Unchecked
from lstmhw.gradient.walk import Walk
from lstmhw.solution import Graph, Inline, Paragraph, Step, Verdict

MEANING = "dX stands for dL/dX, has the shape of X, and counts every way from X to L."
CUT_OFF = "dX stands for dL/dX as far as the truncation lets it through, and has the shape of X."
BACK_ALONG = (
    "A gradient comes back along these ways: where several lines read a symbol, what comes back "
    "from them is added up."
)
WEIGHTS = ("weights", "bias", "peephole", "shared")
"""What is read in every step, and left out of the graph of one."""
BLOCKS = {"column": "columns", "row": "rows"}


def cut(orientation: str) -> str:
    """What W_x and W_h are where a gate has W instead."""
    return f"W_x and W_h of a gate are the {BLOCKS[orientation]} of its W that meet x and h."


def meaning(cells: Sequence[Cell], is_cut_off: bool) -> Iterator[tuple[Inline, ...]]:
    """What dX stands for, and what the blocks of W are called."""
    yield (CUT_OFF if is_cut_off else MEANING,)
    if any(cell.joins for cell in cells):
        yield (cut(cells[0].orientation),)


def graph_of(steps: Sequence[Step]) -> Graph:
    """What each line reads, weights apart; without the lines that only name a part of another."""
    read = {leaf.symbol for step in steps for leaf in step.expr.leaves()}
    kept = [s for s in steps if s.role.what != "activated state" or s.symbol in read]
    return Graph(tuple((step.symbol, _sources(step)) for step in kept))


def _sources(step: Step) -> tuple[str, ...]:
    leaves = (leaf for leaf in step.expr.leaves() if leaf.role.what not in WEIGHTS)
    return tuple(dict.fromkeys(leaf.symbol for leaf in leaves if leaf.symbol))


def derivation(loss: str, scores: str) -> tuple[Paragraph, ...]:
    """From the loss to the scores under the output, line by line, in words and indices."""
    of_softmax = (
        "L = -sum_j target_j ln y_j, so dL/dy_j = -target_j/y_j.",
        f"y = softmax({scores}), so dy_j/d{scores}_k = y_j*(1 - y_k) where j = k, else -y_j*y_k.",
        f"dL/d{scores}_k = sum_j dL/dy_j dy_j/d{scores}_k"
        " = -target_k*(1 - y_k) + sum_(j != k) target_j*y_k = y_k*(sum_j target_j) - target_k.",
        f"The targets of a step add up to 1, so dL/d{scores}_k = y_k - target_k.",
    )
    of_sigmoid = (
        "L = -sum_j (target_j ln y_j + (1 - target_j) ln(1 - y_j)),"
        " so dL/dy_j = -target_j/y_j + (1 - target_j)/(1 - y_j)"
        " = (y_j - target_j)/(y_j*(1 - y_j)).",
        f"y_j = sigmoid({scores}_j), so dy_j/d{scores}_j = y_j*(1 - y_j).",
        f"The product of the two: dL/d{scores}_j = y_j - target_j.",
    )
    lines = of_softmax if loss == "cross-entropy" else of_sigmoid
    return tuple(Paragraph((line,)) for line in lines)


def slopes(functions: Iterable[Function]) -> tuple[Inline, ...]:
    """How a gradient goes back through each of the functions."""
    dy, z, y = (Quantity(name, None, given=True) for name in ("dy", "z", "y"))
    parts: list[Inline] = ["Back through y = f(z)"]
    for function in functions:
        mark = ": " if len(parts) == 1 else "; "
        parts += [f"{mark}{function.name}, dz = ", function.gradient(dy, z, y)]
    return (*parts, ".")


def remarks(cells: Sequence[Cell], walk: Walk) -> Iterator[Paragraph]:
    """What is said of gates that are given as values, and of what could not be computed."""
    stated = [
        letter + cell.place.mark
        for cell in cells
        for letter, gate in cell.weights().items()
        if gate.value is not None
    ]
    alone = ", ".join(letter for letter in stated if letter not in walk.weighted)
    if alone:
        text = "without weights: what reaches the pre-activation goes no further"
        yield Paragraph((f"Given as values {text}: {alone}.",))
    weighted = ", ".join(letter for letter in stated if letter in walk.weighted)
    if weighted:
        text = "the slope is taken at the value, and the gradient goes on through the weights"
        yield Paragraph((f"Given as values that have weights too: {weighted}; {text}.",))
    if walk.idle:
        text = "No gradient reaches it, as what it multiplies is given as a value"
        yield Paragraph((f"{text}: {', '.join(walk.idle)}.",))
    reasons: dict[str, str] = {}
    for symbol, missing in walk.sheet.missing.items():
        if symbol.startswith("d"):
            reasons.setdefault(missing.faults[0].message, symbol)
    for message, symbol in reasons.items():
        yield Paragraph((f"{symbol} is not computed: {message}.",))


def verdict(agreement: Agreement | Unchecked, is_cut_off: bool = False) -> tuple[Inline, ...]:
    """Whether the second method gives the same."""
    name = "Second method, complex steps through the forward equations"
    if is_cut_off:
        name += ", of each loss from as many steps back as the truncation lets it reach"
    if isinstance(agreement, Unchecked):
        return (f"{name}: not checked, as {agreement.reason}.",)
    how = f"each number in turn, {H:.0e} i added to it"
    if not agreement.alone:
        how = (
            f"there are more than {MOST_ENTRIES} numbers, so all of one name are changed at once, "
            f"each by a random multiple of {H:.0e} i"
        )
    if agreement.holds:
        said = Verdict("right", "the two agree")
    else:
        said = Verdict("wrong", f"THE TWO DO NOT AGREE (they should, to {TOLERANCE:.0e})")
    where = f" (in {agreement.symbol})" if agreement.largest else ""
    difference = f"the largest relative difference is {agreement.largest:.1e}{where}"
    return (f"{name} ({how}): ", said, f". Of {agreement.numbers} numbers {difference}.")
