"""The mistakes that have a name, each as a rewrite of one line of the working.

A mistake is a function from a line to the lines that it turns it into.  One file per family; each
mistake stands in one place, with an example.  Of several that explain a number the first is
preferred: all the common ones come before all the rare ones.
"""

from collections.abc import Iterator

from lstmhw.mistakes import (
    activations,
    attending,
    definitions,
    flow,
    layers,
    losses,
    pre_activation,
    products,
    recurrence,
    slopes,
    sums,
)
from lstmhw.mistakes.rewriting import Edit, Scope
from lstmhw.solution import Step

FAMILIES = (
    activations,
    sums,
    flow,
    layers,
    losses,
    pre_activation,
    recurrence,
    products,
    slopes,
    attending,
)
COMMON = tuple(mistake for family in FAMILIES for mistake in family.COMMON)
RARE = tuple(mistake for family in FAMILIES for mistake in family.RARE)
MISTAKES = (*COMMON, *RARE, *definitions.DEFINITIONS)
"""A name may stand here more than once, for its different senses."""


def usual(rank: int) -> str:
    """How usual a mistake is: `common`, `rare`, or another `definition`."""
    if rank < len(COMMON):
        return "common"
    return "rare" if rank < len(COMMON) + len(RARE) else "definition"


def edits(step: Step, scope: Scope) -> Iterator[Edit]:
    """Every line that a mistake makes of this one."""
    scope = scope.beside(step.symbol)
    for rank, mistake in enumerate(MISTAKES):
        for site, expr, done in mistake.rewrite(step, scope):
            yield Edit(mistake.name, rank, site, expr, done)
