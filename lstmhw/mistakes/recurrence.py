"""Mistakes about states and about how a GRU mixes them."""

from collections.abc import Iterator
from itertools import permutations

from lstmhw.expr import Concat, Constant, Expr, Negative, Quantity, Sum, Times, cut
from lstmhw.mistakes.rewriting import (
    Mistake,
    Product,
    Rewritten,
    Scope,
    is_bias,
    is_forward,
    is_pre_activation,
    is_product,
    matrix_first,
    nodes,
    product_of,
    substituted,
    symbols,
    time_of,
)
from lstmhw.solution import Step, indexed

MOST_UNITS = 3  # whose every order is tried


def _states_swapped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """h for c, c for h, or both, among the states before the step."""
    t = time_of(step)
    if t is None or not is_forward(step):
        return
    h, c = scope.at("h", t - 1), scope.at("c", t - 1)
    if h is None or c is None:
        return
    for right, taken in ((h, c), (c, h)):
        if right.symbol in symbols(step.expr):
            expr = substituted(step.expr, {right.symbol: taken})
            done = f"{taken.symbol} was taken in the place of {right.symbol}"
            yield Rewritten(indexed(right.symbol)[0], expr, done)
            yield Rewritten("both", expr, done)


def _results_swapped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """h written down for c, or c for h."""
    t, letter = time_of(step), step.role.letter if step.role.what == "state" else ""
    other = scope.at({"h": "c", "c": "h"}.get(letter, ""), t)
    if other is not None and t is not None and not other.given:
        value = Quantity(f"{other.symbol} itself", other.value, given=True)
        yield Rewritten("result", value, f"this is {other.symbol}, not {step.symbol}")


def _older_state(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The cell state before the step, where h reads the one after it."""
    t = time_of(step)
    after, before = scope.at("c", t), scope.at("c", None if t is None else t - 1)
    if step.role.what == "activated state" and after is not None and before is not None:
        done = f"{before.symbol} was taken in the place of {after.symbol}"
        yield Rewritten("", substituted(step.expr, {after.symbol: before}), done)


def _is_mixed(step: Step, scope: Scope) -> bool:
    """Whether a line is the new hidden state of a GRU."""
    return step.role.what == "state" and scope.gates == "rzn"


def _is_candidate(step: Step) -> bool:
    """Whether a line is the pre-activation of a GRU's candidate."""
    is_of_n = step.role.what == "pre-activation" and step.role.letter == "n"
    return is_of_n and is_pre_activation(step)


def _update_flipped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    t = time_of(step)
    if not _is_mixed(step, scope) or t is None:
        return
    n, h = scope.at("n", t), scope.at("h", t - 1)
    if n is not None and h is not None:
        done = f"z_{t} multiplied {n.symbol}, and 1 - z_{t} multiplied {h.symbol}"
        expr = substituted(step.expr, {n.symbol: h, h.symbol: n})
        yield Rewritten("", expr, done)


def _reset_misplaced(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not _is_candidate(step):
        return
    yield from _before_to_after(step)
    yield from _after_to_before(step)


def _before_to_after(step: Step) -> Iterator[Rewritten]:
    done = "r was applied after W_h, not before it"
    for node, put in nodes(step.expr):
        if not is_product(node):
            continue
        matrix, vector = matrix_first(node)
        if isinstance(vector, Times):
            r, h = vector.parts
            product = product_of(node, matrix, h)
            yield Rewritten("", put(Times(r, product)), done)
            yield from _with_bias(step, node, r, product)
        if isinstance(vector, Concat) and isinstance(matrix, Quantity):
            yield from (Rewritten("", put(e), done) for e in _apart(node, matrix))


def _with_bias(step: Step, node: Expr, r: Expr, product: Expr) -> Iterator[Rewritten]:
    """The bias b_h goes into r*(...) too, where there is one."""
    parts = step.expr.parts if isinstance(step.expr, Sum) else ()
    for bias in parts:
        if isinstance(bias, Quantity) and bias.role.key == "b_h":
            kept = [part for part in parts if part is not bias and part is not node]
            expr = Sum(*kept, Times(r, Sum(product, bias)))
            yield Rewritten("with b_h", expr, "r was applied after W_h and b_h, not before W_h")


def _apart(node: Product, matrix: Quantity) -> Iterator[Expr]:
    """r*(W_h h) + W_x x, of W [r*h; x]."""
    terms: list[Expr] = []
    for part, value in cut(node):
        block = Quantity(matrix.symbol, value, given=True)
        if isinstance(part, Times):
            r, h = part.parts
            terms.append(Times(r, product_of(node, block, h)))
        else:
            terms.append(product_of(node, block, part))
    if any(isinstance(term, Times) for term in terms):
        yield Sum(*terms)


def _after_to_before(step: Step) -> Iterator[Rewritten]:
    for node, put in nodes(step.expr):
        if not isinstance(node, Times):
            continue
        r, inner = node.parts
        terms = list(inner.parts) if isinstance(inner, Sum) else [inner]
        products = [term for term in terms if is_product(term)]
        if len(products) != 1:
            continue
        matrix, h = matrix_first(products[0])
        reset = product_of(products[0], matrix, Times(r, h))
        biases = [term for term in terms if is_bias(term)]
        done = "r was applied before W_h, not after it"
        yield Rewritten("", put(_sum(reset, *biases)), done)
        if biases:
            outside = put(_sum(Times(r, products[0]), *biases))
            yield Rewritten("bias", outside, "the bias b_h was left outside of r*(...)")


def _sum(*terms: Expr) -> Expr:
    return Sum(*terms) if len(terms) > 1 else terms[0]


def _reset_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not _is_candidate(step):
        return
    for node, put in nodes(step.expr):
        for k, part in enumerate(node.parts if isinstance(node, Times) else ()):
            if isinstance(part, Quantity) and part.role.letter == "r":
                yield Rewritten("", put(node.parts[1 - k]), f"{part.symbol} was left out")


def _reset_over_all(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """r times the whole of the candidate's pre-activation."""
    r = scope.at("r", time_of(step))
    if not _is_candidate(step) or r is None or not isinstance(step.expr, Sum):
        return
    for rewritten in _reset_omitted(step, scope):
        expr = rewritten.expr
        yield Rewritten("all", Times(r, expr), "r was applied to the whole sum")
        if isinstance(expr, Sum):
            for k, part in enumerate(expr.parts):
                if is_bias(part):
                    rest = Sum(*(p for n, p in enumerate(expr.parts) if n != k))
                    done = "r was applied to the term of x as well"
                    yield Rewritten("all but b", Sum(Times(r, rest), part), done)


def _reset_elsewhere(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """r*h in the place of h, in the update gate or in the mixture."""
    t = time_of(step)
    is_update = step.role.what == "pre-activation" and step.role.letter == "z"
    if not (is_update or _is_mixed(step, scope)) or t is None:
        return
    r, h = scope.at("r", t), scope.at("h", t - 1)
    if r is not None and h is not None:
        expr = substituted(step.expr, {h.symbol: Times(r, h)})
        yield Rewritten(step.role.letter, expr, f"r was applied to {h.symbol} here too")


def _earlier(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The input, or a state, of the step before."""
    t = time_of(step)
    if t is None:
        return
    for name, offset in (("x", 0), ("h", 1), ("c", 1)):
        right, before = scope.at(name, t - offset), scope.at(name, t - offset - 1)
        if right is not None and before is not None and right.symbol in symbols(step.expr):
            expr = substituted(step.expr, {right.symbol: before})
            yield Rewritten(name, expr, f"{before.symbol} was taken in the place of {right.symbol}")


def _units_exchanged(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The numbers of the units in another order."""
    if step.value.ndim == 1 and 1 < step.value.size <= MOST_UNITS:
        for order in permutations(range(step.value.size)):
            if order != tuple(range(step.value.size)):
                value = Quantity(f"{step.symbol} itself", step.value[list(order)], given=True)
                yield Rewritten(f"{order}", value, "the units changed places")


def _coupled(step: Step, scope: Scope) -> Iterator[Rewritten]:
    t = time_of(step)
    f, i = scope.at("f", t), scope.at("i", t)
    is_cell = step.role.what == "state" and step.role.letter == "c"
    if is_cell and f is not None and i is not None:
        rest = Sum(Constant(1.0), Negative(f))
        expr = substituted(step.expr, {i.symbol: rest})
        yield Rewritten("", expr, f"1 - {f.symbol} was taken in the place of {i.symbol}")


COMMON = (
    Mistake("states-swapped", "z = W [c; x] + b; or c = f*h + i*g", _states_swapped),
    Mistake("states-swapped", "c_1 written down as h_1", _results_swapped),
    Mistake("states-swapped", "h = o*tanh(c_prev)", _older_state),
    Mistake(
        "update-flipped", "h = (1 - z)*h + z*n, where it should be z*h + (1 - z)*n", _update_flipped
    ),
    Mistake("reset-misplaced", "r*(W_h h), where it should be W_h (r*h)", _reset_misplaced),
    Mistake("reset-omitted", "n = tanh(W_x x + W_h h + b)", _reset_omitted),
)
RARE = (
    Mistake("wrong-step", "z_2 = W_x x_1 + W_h h_1 + b", _earlier),
    Mistake("gates-coupled", "c = f*c + (1 - f)*g", _coupled),
    Mistake("units-swapped", "the number of unit 1 written down for unit 2", _units_exchanged),
    Mistake("reset-misplaced", "n = tanh(r*(W_x x + W_h h + b))", _reset_over_all),
    Mistake("reset-misplaced", "h = z*(r*h) + (1 - z)*n", _reset_elsewhere),
)
