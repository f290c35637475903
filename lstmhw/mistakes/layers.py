"""Mistakes about layers and directions, the options of an LSTM, and examples of unequal length."""

from collections.abc import Iterator

import numpy as np

from lstmhw.expr import Concat, Expr, Quantity, Sum, Times, cut
from lstmhw.mistakes.rewriting import (
    Mistake,
    Rewritten,
    Scope,
    entries,
    is_of_directions,
    is_pre_activation,
    is_product,
    matrix_first,
    nodes,
    place_of,
    product_of,
    substituted,
    symbols,
    time_of,
    without,
)
from lstmhw.solution import Step, at_time, unmarked

REVERSE = "rev"
NOT_REVERSED = "direction-not-reversed"


def _directions_swapped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in nodes(step.expr):
        if is_of_directions(node):
            turned = put(Concat(*reversed(node.parts)))
            yield Rewritten("", turned, "the two directions were put together in reverse order")


def _direction_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """One of the two directions alone, with the weights that are on it."""
    for node, put in nodes(step.expr):
        if not is_product(node) or not is_of_directions(matrix_first(node)[1]):
            continue
        matrix, _ = matrix_first(node)
        (h, here), (back, there) = cut(node)
        for kept, block, left in ((h, here, back), (back, there, h)):
            weights = Quantity(min(symbols(matrix)), block, given=True)
            done = f"only {min(symbols(kept))} was read, {min(symbols(left))} was left out"
            site = "rev" if kept is back else "forward"
            yield Rewritten(site, put(product_of(node, weights, kept)), done)


def _run_forward(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A cell that should run from the last step to the first, run the other way."""
    value = scope.otherwise.get(NOT_REVERSED, {}).get(step.symbol)
    if value is not None and not np.array_equal(value, step.value):
        run = Quantity(f"{step.symbol} run forward in time", value, given=True)
        done = "the reverse cell was run from the first step to the last"
        yield Rewritten("run", run, done)


def _cell_state_below(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """c of the layer below, where its h is read."""
    for leaf in step.expr.leaves() if is_pre_activation(step) and scope.mark else ():
        is_below = leaf.role.what == "state" and place_of(leaf.symbol) != scope.mark
        c = scope.named.get(f"c{leaf.symbol[1:]}") if leaf.symbol.startswith("h") else None
        if is_below and c is not None:
            done = f"{c.symbol} of the layer below was read, not {leaf.symbol}"
            yield Rewritten("below", substituted(step.expr, {leaf.symbol: c}), done)


def _mirrored(quantity: Quantity, scope: Scope, t: int) -> Quantity | None:
    """The quantity at the step that is as far from the last as this one is from the first."""
    mirror = scope.times[0] + scope.times[-1] - t
    return scope.named.get(at_time(_untimed(quantity.symbol, t), mirror))


def _untimed(symbol: str, t: int) -> str:
    bare, mark = unmarked(symbol)
    return bare.removesuffix(f"_{t}") + mark


def _not_turned_back(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The states of the reverse direction in the order in which they were computed."""
    t = time_of(step)
    for node, put in nodes(step.expr) if t is not None and scope.times else ():
        if t is None or not is_of_directions(node):
            continue
        h, back = node.parts
        other = _mirrored(back, scope, t) if isinstance(back, Quantity) else None
        if other is not None and other is not back and isinstance(back, Quantity):
            done = f"{other.symbol} was put beside {h.symbol}" if isinstance(h, Quantity) else ""
            done = f"{done}, not {back.symbol}: the order of the reverse direction was kept"
            yield Rewritten("states", put(Concat(h, other)), done)


def _not_turned_round(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The reverse direction reads the inputs from the first to the last."""
    t = time_of(step)
    if t is None or REVERSE not in scope.mark or not is_pre_activation(step) or not scope.times:
        return
    for leaf in step.expr.leaves():
        is_read = leaf.role.what in ("input", "state") and place_of(leaf.symbol) != scope.mark
        other = _mirrored(leaf, scope, t) if is_read else None
        if other is not None and other is not leaf:
            done = f"{other.symbol} was read, not {leaf.symbol}: the inputs were not turned round"
            yield Rewritten("inputs", substituted(step.expr, {leaf.symbol: other}), done)


def _layer_skipped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A layer that reads x, where it should read the layer below."""
    t = time_of(step)
    if t is None or not is_pre_activation(step) or not scope.mark:
        return
    x = scope.named.get(f"x_{t}")
    for leaf in step.expr.leaves():
        is_below = leaf.role.what == "state" and place_of(leaf.symbol) != scope.mark
        if is_below and x is not None and entries(x) == entries(leaf):
            done = f"{x.symbol} was read, not {leaf.symbol} of the layer below"
            yield Rewritten("", substituted(step.expr, {leaf.symbol: x}), done)


def _coupling_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """Another input gate than 1 - f, where the two are coupled."""
    role = step.role
    is_coupled = role.what == "gate" and role.letter == "i" and role.function is None
    f = scope.at("f", time_of(step))
    if is_coupled and f is not None:
        yield Rewritten("f", f, "i was taken as f, not as 1 - f")
        ones = Quantity("1", 0 * f.value + 1, given=True)
        yield Rewritten("1", ones, "i was left out, so that all of g is written")


def _peepholes(step: Step) -> Iterator[tuple[Expr, int, Times]]:
    """Each sum in a line, the place of a term p*c in it, and the term."""
    for node, _ in nodes(step.expr):
        for k, part in enumerate(node.parts if isinstance(node, Sum) else ()):
            is_seen = isinstance(part, Times) and any(
                leaf.role.what == "peephole" for leaf in part.leaves()
            )
            if is_seen and isinstance(part, Times):
                yield node, k, part


def _peephole_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, k, term in _peepholes(step):
        if node is step.expr and step.role.what == "pre-activation":
            p, _ = term.parts
            name = p.symbol if isinstance(p, Quantity) else "the peephole"
            yield Rewritten("", without(step.expr, k), f"the term of {name} was left out")


def _peephole_elsewhere(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The old c where the gate sees the new one, h, or tanh(c)."""
    t = time_of(step)
    if t is None or step.role.what != "pre-activation":
        return
    for _, _, term in _peepholes(step):
        _, c = term.parts
        for name, time in (("c", t - 1), ("h", t - 1)):
            other = scope.at(name, time)
            if other is not None and isinstance(c, Quantity) and other.symbol != c.symbol:
                swapped = substituted(term, {c.symbol: other})
                expr = step.expr.rebuilt(*(swapped if x is term else x for x in step.expr.parts))
                done = f"the peephole saw {other.symbol}, not {c.symbol}"
                yield Rewritten(name, expr, done)


def _length_ignored(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A step taken by examples that have ended."""
    if step.role.what != "state" or not isinstance(step.expr, Sum):
        return
    first, *rest = step.expr.parts
    if len(rest) == 1 and isinstance(first, Times):
        on, new = first.parts
        if isinstance(on, Quantity) and on.role.what == "mask":
            done = "the step was taken by all examples, also by those that had ended"
            yield Rewritten("", new, done)


def _state_zeroed(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A state that is 0 where the example has ended, as PyTorch pads its outputs."""
    for _ in _length_ignored(step, scope):
        done = "the state of an example that has ended was set to 0"
        yield Rewritten("", step.expr.parts[0], done)


COMMON = (
    Mistake(
        "directions-swapped", "W_y [h@rev; h], where it should be [h; h@rev]", _directions_swapped
    ),
    Mistake(NOT_REVERSED, "h_1@rev read at the last step", _not_turned_back),
    Mistake("direction-omitted", "y = W_y h, without h@rev", _direction_omitted),
    Mistake(NOT_REVERSED, "h_1@rev computed from x_1 first, and h_2@rev from it", _run_forward),
    Mistake("states-swapped", "z@2 = W_x@2 c, where it should be W_x@2 h", _cell_state_below),
    Mistake(NOT_REVERSED, "x_1 read first by the reverse direction", _not_turned_round),
    Mistake("coupling-omitted", "i = f, where it should be 1 - f", _coupling_omitted),
    Mistake("peephole-omitted", "z_f = W_f [h; x] + b_f, without p_f*c", _peephole_omitted),
    Mistake("peephole-on-wrong-state", "p_o*c_(t-1), where o sees c_t", _peephole_elsewhere),
    Mistake("length-ignored", "h_3 computed for an example of two steps", _length_ignored),
)
RARE = (
    Mistake("length-ignored", "h_3 = 0 for an example of two steps", _state_zeroed),
    Mistake("layer-skipped", "W_x@2 x, where it should be W_x@2 h", _layer_skipped),
)
