"""Mistakes about losses: their means, their logarithm, and the way back through an output."""

from collections.abc import Iterator

import numpy as np

from lstmhw.expr import Apply, BatchSum, Constant, Divide, Expr, Outer, Quantity, Times
from lstmhw.functions import ln
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope, nodes, substituted
from lstmhw.solution import Step

BASES = (10.0, 2.0)
HALF = 0.5


def _is_of_loss(step: Step) -> bool:
    """Whether a line is a loss, or a gradient that comes from one."""
    return step.role.what in ("loss", "perplexity") or (
        step.role.what == "gradient" and step.role.to in ("scores", "output", "state")
    )


def _summed(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The sum, where the loss is a mean."""
    if not _is_of_loss(step):
        return
    for node, put in nodes(step.expr):
        if isinstance(node, Divide) and _whole(node.parts[1]) > 1:
            count = _whole(node.parts[1])
            done = f"the sum over {count:.0f} was taken, where this is their mean"
            yield Rewritten("", put(node.parts[0]), done)
        elif isinstance(node, Times) and step.role.what == "gradient":
            count = 1 / _whole(node.parts[0]) if _whole(node.parts[0]) else 0.0
            if count > 1 and count == int(count):
                done = f"the sum over {count:.0f} was taken, where this is their mean"
                yield Rewritten("", put(node.parts[1]), done)


def _whole(expr: Expr) -> float:
    """The number that an expression is; 0 where it is none."""
    return float(expr.value) if isinstance(expr, Constant) else 0.0


def _half_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The sum of the squared errors, where the loss is half of it."""
    for node, put in nodes(step.expr) if step.role.what == "loss" else ():
        if isinstance(node, Times) and _whole(node.parts[0]) == HALF:
            done = f"the factor {HALF:g} was left out"
            yield Rewritten("half", put(node.parts[1]), done)


def _averaged(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The mean over the examples of a batch, where this is their sum."""
    count = _examples(step.expr)
    if count > 1 and (step.role.what == "loss" or step.role.to in ("weights", "bias", "peephole")):
        done = f"the mean over {count} examples was taken, where this is their sum"
        yield Rewritten("", Divide(step.expr, Constant(float(count))), done)


def _examples(expr: Expr) -> int:
    """How many examples of a batch a line adds up; 0 where it adds up none."""
    for node, _ in nodes(expr):
        if isinstance(node, Outer | BatchSum) and np.ndim(node.parts[0].value) > 1:
            return len(node.parts[0].value)
    return 0


def _other_logarithm(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A logarithm to another base than e."""
    logs = [n for n, _ in nodes(step.expr) if isinstance(n, Apply) and n.function is ln]
    if step.role.what != "loss" or not logs:
        return
    for base in BASES:
        done = f"the logarithm to the base {base:.0f} was taken, not the natural one"
        yield Rewritten(f"{base:.0f}", Divide(step.expr, Apply(ln, Constant(base))), done)


def _scores_for_output(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The scores themselves, where the output is what a function makes of them."""
    if step.role.what != "gradient" or step.role.to != "scores":
        return
    for leaf in step.expr.leaves():
        scores = scope.named.get(leaf.role.of) if leaf.role.what == "output" else None
        if scores is not None:
            name = leaf.role.function.name if leaf.role.function is not None else "the activation"
            done = f"{scores.symbol} was taken, not {leaf.symbol}: {name} was left out"
            yield Rewritten("", substituted(step.expr, {leaf.symbol: scores}), done)


def _carried_on(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A gradient that goes on where the problem cuts it off."""
    value = scope.otherwise.get("truncation-ignored", {}).get(step.symbol)
    if value is not None and not np.array_equal(value, step.value):
        done = "the gradient was carried on to the first step, where it is cut off here"
        yield Rewritten("", Quantity(f"{step.symbol} in full", value, given=True), done)


COMMON = (
    Mistake("summed", "loss_1 + loss_2, where it should be half of that", _summed),
    Mistake("factor-omitted", "loss = sum((y - target)^2), where it should be half", _half_omitted),
    Mistake("averaged", "the mean loss of a batch, where the losses are added up", _averaged),
    Mistake("activation-omitted", "dz_y = z_y - target, without softmax", _scores_for_output),
    Mistake("truncation-ignored", "all steps in dW_h, where two count", _carried_on),
)
RARE = (Mistake("logarithm-base", "-log10(y), where it should be -ln(y)", _other_logarithm),)
