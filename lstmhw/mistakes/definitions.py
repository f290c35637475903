"""Mistakes about functions that other books or frameworks define otherwise under that name."""

from collections.abc import Iterator

from lstmhw.expr import Apply
from lstmhw.functions import hard_sigmoid, hard_sigmoid_6
from lstmhw.mistakes.activations import applied, taken_for
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope
from lstmhw.solution import Step

SLOPES = {hard_sigmoid.name: hard_sigmoid_6, hard_sigmoid_6.name: hard_sigmoid}


def _other_slope(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in applied(step):
        if node.function.name in SLOPES:
            other = SLOPES[node.function.name]
            done = f"{other.name} was taken in the place of {node.function.name}"
            yield Rewritten("", put(Apply(other, node.parts[0])), done)


COMMON: tuple[Mistake, ...] = ()
RARE = (
    Mistake("hard-sigmoid-slope", "z/6 + 0.5, where it should be 0.2 z + 0.5", _other_slope),
    taken_for("step-from-0", "step"),
    taken_for("step", "step-from-0"),
)
