"""Mistakes about the flow of a gradient from state to state."""

from collections.abc import Iterator

import numpy as np

from lstmhw.expr import Apply, Constant, Power, Quantity, Times
from lstmhw.functions import Floats, norm
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope, time_of
from lstmhw.solution import Step


def _factors(step: Step, scope: Scope) -> int:
    """How many factors the product has whose norm a line is."""
    t, count = time_of(step), 0
    while t is not None and scope.at("P", t - count) is not None:
        count += 1
    return count


def _size_of_weights(step: Step, scope: Scope) -> tuple[Apply, Quantity, int] | None:
    """A norm, W_h, and how many factors W_h is in; None in other lines."""
    W_h = scope.weights.get(("", "W_h"))
    if step.role.what != "norm" or not isinstance(step.expr, Apply) or W_h is None:
        return None
    return step.expr, W_h, _factors(step, scope)


def _said(taken: str, k: int) -> str:
    return f"{taken} was taken for the norm of the product of the {k} factors, without their slopes"


def _power_of_size(step: Step, scope: Scope) -> Iterator[Rewritten]:
    found = _size_of_weights(step, scope)
    if found is not None:
        size, W_h, k = found
        done = _said(f"the size of W_h to the power {k}", k)
        yield Rewritten("", Power(size.rebuilt(W_h), Constant(k)), done)


def _size_of_power(step: Step, scope: Scope) -> Iterator[Rewritten]:
    found = _size_of_weights(step, scope)
    if found is not None and found[0].function is norm:
        size, W_h, k = found
        power = Quantity(f"W_h^{k}", _power(W_h, k), given=True)
        yield Rewritten("", size.rebuilt(power), _said(f"the norm of W_h^{k}", k))


def _power(matrix: Quantity, k: int) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray(np.linalg.matrix_power(matrix.value, k))


def _of_given_factors(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """w^k, where each of the k factors is w times a slope."""
    if step.role.what != "product" or not isinstance(step.expr, Power):
        return
    factor, k = step.expr.parts
    if isinstance(factor, Times):
        w = factor.parts[0]
        done = "the power of w was taken for the product of the factors, without their slopes"
        yield Rewritten("", Power(w, k), done)


COMMON = (
    Mistake("factor-for-norm", "norm_50 = w^49, without the slopes in the factors", _power_of_size),
    Mistake("factor-for-norm", "norm_50 = |W^49|, without the slopes", _size_of_power),
    Mistake("factor-for-norm", "P = w^49, where it should be (w*slope)^49", _of_given_factors),
)
RARE: tuple[Mistake, ...] = ()
