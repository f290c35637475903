"""What is said beside the working of a gradient: what its symbols mean, and whether it is right."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lstmhw.backward import MEANING, half_squared, through
from lstmhw.expr import Quantity
from lstmhw.functions import Function
from lstmhw.recurrent.second_method import MOST_ENTRIES, TOLERANCE, Agreement, H, Unchecked
from lstmhw.solution import Inline, Paragraph, Verdict

if TYPE_CHECKING:
    from lstmhw.recurrent.gradient import Gradient
    from lstmhw.recurrent.walk import Walk


def meaning(problem: "Gradient") -> Iterator[tuple[Inline, ...]]:
    """What L is, and what dX stands for."""
    last = problem.times[-1]
    if problem.targets is not None:
        y, target = (Quantity(f"{name}_t", None, given=True) for name in (problem.read, "target"))
        yield ("L is the sum over the steps of ", half_squared(y, target), ".")
    else:
        given = " and ".join(f"{key} to {key[1:]}_{last}" for key in problem.arriving)
        yield (f"L is computed from the last step, and its gradient there is given: {given}.",)
        if "c" in problem.states:
            yield (f"dc_{last} is all that reaches c_{last}: what arrives, and through h_{last}.",)
    yield (MEANING,)
    if problem.joins:
        yield (problem.turn.cut,)


def slopes(functions: Iterable[Function]) -> tuple[Inline, ...]:
    """How a gradient goes back through each of the functions."""
    dy, z, y = (Quantity(name, None, given=True) for name in ("dy", "z", "y"))
    parts: list[Inline] = ["Back through y = f(z)"]
    for function in functions:
        mark = ": " if len(parts) == 1 else "; "
        parts += [f"{mark}{function.name}, dz = ", through(function, dy, z, y)]
    return (*parts, ".")


def remarks(problem: "Gradient", walk: "Walk") -> Iterator[Paragraph]:
    """What is said of gates that are given as values, and of what could not be computed."""
    stated = {symbol.partition("_")[0] for symbol in problem.stated()}
    alone = ", ".join(gate for gate in problem.letters if gate in stated - set(walk.gates))
    if alone:
        text = "without weights: what reaches the pre-activation goes no further"
        yield Paragraph((f"Given as values {text}: {alone}.",))
    weighted = ", ".join(gate for gate in problem.letters if gate in stated & set(walk.gates))
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


def verdict(agreement: Agreement | Unchecked) -> tuple[Inline, ...]:
    """Whether the second method gives the same."""
    name = "Second method, complex steps through the forward equations"
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
