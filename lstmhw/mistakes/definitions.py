"""Mistakes about functions that other books or frameworks define otherwise under that name."""

from collections.abc import Iterator, Mapping

from lstmhw.expr import Apply
from lstmhw.functions import (
    Function,
    hard_sigmoid,
    hard_sigmoid_6,
    hard_sigmoid_6_slope,
    hard_sigmoid_slope,
    step_from_0,
)
from lstmhw.functions import step as step_function
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope, nodes
from lstmhw.solution import Step

HERE = "this sheet's hard sigmoid"
SLOPES = {
    hard_sigmoid.name: (hard_sigmoid_6, f"{HERE} is 0.2 z + 0.5; z/6 + 0.5 was taken"),
    hard_sigmoid_6.name: (hard_sigmoid, f"{HERE} is z/6 + 0.5; 0.2 z + 0.5 was taken"),
    hard_sigmoid_slope.name: (hard_sigmoid_6_slope, f"{HERE} has the slope 0.2; 1/6 was taken"),
    hard_sigmoid_6_slope.name: (hard_sigmoid_slope, f"{HERE} has the slope 1/6; 0.2 was taken"),
}
FROM_0 = {step_function.name: (step_from_0, "this sheet has step(0) = 0; step(0) = 1 was taken")}
AFTER_0 = {step_from_0.name: (step_function, "this sheet has step(0) = 1; step(0) = 0 was taken")}


def _defined_otherwise(
    name: str, example: str, others: Mapping[str, tuple[Function, str]]
) -> Mistake:
    """Another function of the same name; each with what is told."""

    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        for node, put in nodes(step.expr):
            if isinstance(node, Apply) and node.function.name in others:
                other, done = others[node.function.name]
                yield Rewritten("", put(Apply(other, node.parts[0])), done)

    return Mistake(name, example, rewrite)


DEFINITIONS = (
    _defined_otherwise("hard-sigmoid-slope", "z/6 + 0.5, where it should be 0.2 z + 0.5", SLOPES),
    _defined_otherwise("step-from-0-for-step", "step(0) = 1, where step(0) is 0", FROM_0),
    _defined_otherwise("step-for-step-from-0", "step(0) = 0, where step(0) is 1", AFTER_0),
)
