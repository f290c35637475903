"""Mistakes about attention: scores, the softmax over the states, and the weighted average."""

from collections.abc import Callable, Iterator

import numpy as np

from lstmhw.expr import (
    Apply,
    Concat,
    Constant,
    Divide,
    Expr,
    Quantity,
    Sum,
    Times,
    Transposed,
    sum_of,
)
from lstmhw.functions import Floats, exp, softmax, sqrt, total
from lstmhw.mistakes.rewriting import (
    Mistake,
    Rewritten,
    Scope,
    entries,
    is_forward,
    is_product,
    matrix_first,
    nodes,
    substituted,
    with_part,
)
from lstmhw.solution import Step


def _is_score(step: Step) -> bool:
    return step.role.what == "scores" and step.role.letter == "e"


def _scaled(step: Step) -> Iterator[tuple[Divide, Callable[[Expr], Expr]]]:
    """The quotients by a root in a line of scores."""
    for node, put in nodes(step.expr) if _is_score(step) else ():
        if isinstance(node, Divide) and isinstance(node.parts[1], Apply):
            yield node, put


def _scale_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in _scaled(step):
        done = "the scores were not divided by the square root of the size of a state"
        yield Rewritten("", put(node.parts[0]), done)


def _root_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in _scaled(step):
        expr = put(Divide(node.parts[0], node.parts[1].parts[0]))
        done = "the scores were divided by the size of a state, not by its square root"
        yield Rewritten("", expr, done)


def _scale_added(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not _is_score(step) or not is_product(step.expr):
        return
    _, vector = matrix_first(step.expr)
    size = Constant(float(len(vector.value)))
    done = "the scores were divided by a square root, as the scaled score is"
    yield Rewritten("", Divide(step.expr, Apply(sqrt, size)), done)


def _scale_of_states(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """sqrt(T) in the place of sqrt(d_k)."""
    for node, put in _scaled(step):
        root = Apply(sqrt, Constant(float(step.value.size)))
        done = "the scores were divided by the square root of the number of states"
        yield Rewritten("", put(Divide(node.parts[0], root)), done)


def _turned_back(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """W query, where W^T query is the query as W sees it: query and state have changed places."""
    for node, put in nodes(step.expr) if is_forward(step) else ():
        is_square = len(shape := entries(node)) == 2 and shape[0] == shape[1] > 1
        if isinstance(node, Transposed) and is_square:
            (matrix,) = node.parts
            name = matrix.symbol if isinstance(matrix, Quantity) else "the matrix"
            done = f"{name} was taken the other way round, with its rows for its columns"
            if isinstance(matrix, Quantity) and matrix.role.key == "W":
                done = f"query and state changed places: state^T {name} query"
            yield Rewritten("", put(matrix), done)


def _mask_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in nodes(step.expr) if step.role.what == "attention" else ():
        kept = [part for part in node.parts if _what(part) != "mask"]
        if isinstance(node, Sum) and len(kept) < len(node.parts):
            done = "the masked states were given weights as well"
            yield Rewritten("", put(sum_of(kept)), done)


def _what(expr: Expr) -> str:
    return expr.role.what if isinstance(expr, Quantity) else ""


def _shares(step: Step) -> Iterator[tuple[Expr, Callable[[Expr], Expr]]]:
    """What a softmax over the states is taken of."""
    for node, put in nodes(step.expr) if step.role.what == "attention" else ():
        if isinstance(node, Apply) and node.function is softmax:
            yield node.parts[0], put


def _exp_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for scores, put in _shares(step):
        done = "each score was divided by the sum of the scores, without exp"
        yield Rewritten("", put(Divide(scores, Apply(total, scores))), done)


def _sum_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for scores, put in _shares(step):
        done = "exp(e) was not divided by the sum over the states"
        yield Rewritten("", put(Apply(exp, scores)), done)


def _weights(step: Step) -> Quantity | None:
    """The weights in the line of a context."""
    found = (leaf for leaf in step.expr.leaves() if leaf.role.letter == "alpha")
    return next(found, None) if step.role.what == "context" else None


def _weighing(name: str, example: str, other: Callable[[Floats], Floats], said: str) -> Mistake:
    """Other weights in the place of those that attention gives."""

    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        alpha = _weights(step)
        if alpha is not None:
            weights = Quantity("weights", other(alpha.value), given=True)
            done = f"{said}, where each counts with its weight {alpha.symbol}"
            yield Rewritten("", substituted(step.expr, {alpha.symbol: weights}), done)

    return Mistake(name, example, rewrite)


def _alike(alpha: Floats) -> Floats:
    return np.full_like(alpha, 1 / alpha.size)


def _largest(alpha: Floats) -> Floats:
    return np.where(np.arange(alpha.size) == np.argmax(alpha), 1.0, 0.0)


def _alike_unmasked(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The average over the states that count."""
    alpha, mask = _weights(step), scope.named.get("mask")
    if alpha is not None and mask is not None:
        counted = np.where(np.isfinite(mask.value), 1.0, 0.0)
        weights = Quantity("weights", counted / counted.sum(), given=True)
        done = f"the states that count were averaged, without the weights {alpha.symbol}"
        yield Rewritten("", substituted(step.expr, {alpha.symbol: weights}), done)


def _keys_for_values(step: Step, scope: Scope) -> Iterator[Rewritten]:
    states, values = scope.named.get("states"), scope.named.get("values")
    if _weights(step) is None or states is None or values is None:
        return
    if entries(states) == entries(values):
        done = "the states were averaged, where the values are"
        yield Rewritten("", substituted(step.expr, {values.symbol: states}), done)


def _softmax_misplaced(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """Over the units of the weighted sum, in the place of over the states."""
    alpha = _weights(step)
    e = None if alpha is None else scope.named.get(alpha.role.of)
    if alpha is not None and e is not None and step.value.size > 1:
        expr = Apply(softmax, substituted(step.expr, {alpha.symbol: e}))
        done = "softmax was taken over the units of the sum, not over the states"
        yield Rewritten("", expr, done)


def _order_reversed(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """In a line that puts vectors together."""
    if isinstance(step.expr, Concat) and is_forward(step):
        done = "the vectors were put together in reverse order"
        yield Rewritten("", Concat(*reversed(step.expr.parts)), done)


def _weight_forgotten(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """v . u without v, the sum of the hidden layer of the score."""
    if _is_score(step) and is_product(step.expr):
        _, vector = matrix_first(step.expr)
        if isinstance(vector, Quantity) and vector.role.key == "v":
            ones = Quantity("1", np.ones(len(vector.value)), given=True)
            k = step.expr.parts.index(vector)
            done = f"{vector.symbol} was left out"
            yield Rewritten("", with_part(step.expr, k, ones), done)


def _times_once_more(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The mean of the weighted states, which are an average already."""
    alpha = _weights(step)
    if alpha is not None:
        share = Constant(1 / alpha.value.size)
        done = "the weighted sum was divided by the number of states as well"
        yield Rewritten("", Times(step.expr, share), done)


COMMON = (
    Mistake("scale-omitted", "e = states query, without / sqrt(d_k)", _scale_omitted),
    Mistake("transposed", "state^T W query, where it should be query^T W state", _turned_back),
    Mistake("mask-omitted", "softmax over all states, masked ones too", _mask_omitted),
    _weighing(
        "averaged",
        "the mean of the states, without their weights",
        _alike,
        "the states were averaged",
    ),
    Mistake("concat-reversed", "[context; x], where it should be [x; context]", _order_reversed),
)
RARE = (
    Mistake("root-omitted", "e = states query / d_k", _root_omitted),
    Mistake("scale-added", "e = states query / sqrt(d), where it is not scaled", _scale_added),
    Mistake("root-omitted", "e = states query / sqrt(T)", _scale_of_states),
    Mistake("exp-omitted", "alpha = e/sum(e)", _exp_omitted),
    Mistake("normalisation-omitted", "alpha = exp(e)", _sum_omitted),
    Mistake("averaged", "the mean of the states that the mask lets count", _alike_unmasked),
    Mistake("averaged", "the weighted sum, divided by the number of states", _times_once_more),
    _weighing(
        "weights-omitted",
        "the sum of the states, without their weights",
        np.ones_like,
        "the states were added up",
    ),
    _weighing(
        "largest-only",
        "the state with the largest weight alone",
        _largest,
        "the state with the largest weight was taken alone",
    ),
    Mistake("keys-for-values", "the states averaged, not the values", _keys_for_values),
    Mistake("softmax-misplaced", "softmax(states^T e)", _softmax_misplaced),
    Mistake("weights-omitted", "e = the sum of u, without v", _weight_forgotten),
)
