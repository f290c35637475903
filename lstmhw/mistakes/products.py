"""Mistakes about sums of products: c = f*c + i*g, h = o*tanh(c), h = z*h + (1 - z)*n."""

from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

from lstmhw.expr import Expr, Negative, Quantity, Sum, Times
from lstmhw.mistakes.rewriting import (
    Mistake,
    Rewritten,
    Scope,
    bare,
    dropped_factors,
    is_forward,
    is_pre_activation,
    nodes,
    substituted,
    symbols,
    time_of,
    turned_signs,
    without,
)
from lstmhw.solution import Step, indexed

GATE_WORDS = {"f": "forget gate", "i": "input gate", "o": "output gate", "g": "candidate"}


def _is_mixture(step: Step) -> bool:
    """Whether a line of the forward pass mixes vectors unit by unit."""
    elementwise = isinstance(step.expr, Sum | Times)
    return is_forward(step) and elementwise and not is_pre_activation(step)


def _letters(expr: Expr) -> set[str]:
    """The letters of the gates in an expression."""
    return {leaf.role.letter for leaf in expr.leaves() if leaf.role.what in ("gate", "candidate")}


def _is_gate(expr: Expr, letters: Iterable[str]) -> bool:
    """Whether it is one of these gates itself."""
    return isinstance(expr, Quantity) and bool(_letters(expr) & set(letters))


def _is_cell_state(step: Step) -> bool:
    """Whether a line mixes the old cell state and the candidate."""
    is_state = step.role.what == "state" and step.role.letter == "c"
    return is_state and _is_mixture(step) and isinstance(step.expr, Sum)


def _plus_for_times(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not _is_mixture(step):
        return
    for node, put in nodes(step.expr):
        if isinstance(node, Times):
            left, right = (min(symbols(part), default="") for part in node.parts)
            done = f"{left} and {right} were added, not multiplied"
            yield Rewritten(indexed(left)[0], put(Sum(*node.parts)), done)
    if isinstance(step.expr, Sum) and all(isinstance(p, Times) for p in step.expr.parts):
        terms = [Sum(*part.parts) for part in step.expr.parts]
        yield Rewritten("all", Sum(*terms), "sums were taken in the places of all products")


def _times_for_plus(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if _is_mixture(step) and isinstance(step.expr, Sum) and len(step.expr.parts) == 2:
        done = "the two terms were multiplied, not added"
        yield Rewritten("", Times(*step.expr.parts), done)


def _term_without(step: Step, *names: str) -> Iterator[Expr]:
    """The line of a cell state without the term of a gate."""
    for k, part in enumerate(step.expr.parts if _is_cell_state(step) else ()):
        if _letters(part) & set(names):
            yield without(step.expr, k)


def _forget_term(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for expr in _term_without(step, "f"):
        yield Rewritten("", expr, "the old cell state, f*c, was left out")


def _candidate_term(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for expr in _term_without(step, "i"):
        yield Rewritten("", expr, "what is written, i*g, was left out")


def _factor(gate: str) -> Mistake:
    """A gate left out of its product."""
    name = GATE_WORDS[gate].replace(" ", "-") + "-omitted"

    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        uses = _is_mixture(step) or (not is_forward(step) and step.role.function is None)
        for part, rewritten in dropped_factors(step.expr) if uses else ():
            if _is_gate(part, gate):
                done = f"the {GATE_WORDS[gate]} {min(symbols(part))} was left out"
                yield Rewritten("", rewritten.expr, done)

    examples = {"f": "c = c_prev + i*g", "i": "c = f*c + g", "o": "h = tanh(c)", "g": "c = f*c + i"}
    return Mistake(name, examples[gate], rewrite)


def _any_factor(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for part, rewritten in dropped_factors(step.expr) if _is_mixture(step) else ():
        if not _is_gate(part, GATE_WORDS):
            yield rewritten


def _any_term(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if _is_mixture(step) and not _is_cell_state(step) and isinstance(step.expr, Sum):
        for k, part in enumerate(step.expr.parts):
            done = f"the term of {min(symbols(part), default='')} was left out"
            yield Rewritten(f"{k}", without(step.expr, k), done)


def _value_ignored(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A gate computed from its weights, where the sheet gives its value."""
    used = {s: expr for s, expr in scope.unused.items() if s in symbols(step.expr)}
    choices = [{symbol: expr} for symbol, expr in used.items()]
    for chosen in [used, *choices] if len(used) > 1 else choices:
        names = " and ".join(chosen)
        site = "" if chosen is used else bare(scope.named[names])
        done = f"{names} was computed from the weights, where the sheet gives a value"
        yield Rewritten(site, substituted(step.expr, chosen), done)


def _gates_used(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """One gate in the place of another, and the other way about."""
    t = time_of(step)
    for one, other in combinations(scope.gates, 2):
        there = scope.at(one, t), scope.at(other, t)
        if there[0] is None or there[1] is None:
            continue
        swap: dict[str, Expr] = {there[0].symbol: there[1], there[1].symbol: there[0]}
        if swap.keys() & symbols(step.expr):
            done = f"{one} and {other} changed places"
            yield Rewritten(f"{one}-{other}", substituted(step.expr, swap), done)


def _other_gate(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The gradient to one gate written down for another."""
    own = step.role.letter
    if step.role.what != "gradient" or step.role.to not in ("gate", "candidate"):
        return
    for other in scope.gates.replace(own, ""):
        there = scope.at(f"d{other}", time_of(step))
        if there is not None:
            site = "-".join(sorted(own + other))
            yield Rewritten(site, there, f"this is {there.symbol}, not {step.symbol}")


def _gate_twice(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """One gate in the place of another, where both are used."""
    t = time_of(step)
    used = symbols(step.expr) if _is_mixture(step) else set()
    for one, other in permutations(scope.gates, 2):
        there, taken = scope.at(one, t), scope.at(other, t)
        if there is not None and taken is not None and {there.symbol, taken.symbol} <= used:
            done = f"{taken.symbol} was taken in the place of {there.symbol}"
            expr = substituted(step.expr, {there.symbol: taken})
            yield Rewritten(f"{other} for {one}", expr, done)


def _signs(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if _is_mixture(step):
        yield from turned_signs(step.expr)


def _whole_sign(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not is_pre_activation(step):
        yield Rewritten("", Negative(step.expr), "the sign of the whole was turned")


COMMON = (
    Mistake("plus-for-times", "h = o + tanh(c)", _plus_for_times),
    Mistake("given-value-ignored", "c = sigmoid(z_f)*c + i*g, where f is given", _value_ignored),
    Mistake("forget-term-omitted", "c = i*g", _forget_term),
    _factor("f"),
    _factor("i"),
    Mistake("gates-swapped", "c = i*c + f*g; or h = f*tanh(c)", _gates_used),
    _factor("o"),
    _factor("g"),
    Mistake("candidate-term-omitted", "c = f*c", _candidate_term),
    Mistake("sign-error", "c = f*c - i*g", _signs),
    Mistake("sign-error", "h = -o*tanh(c)", _whole_sign),
)
RARE = (
    Mistake("times-for-plus", "c = f*c * i*g", _times_for_plus),
    Mistake("gates-swapped", "c = i*c + i*g", _gate_twice),
    Mistake("gates-swapped", "df = dc*g, which is di", _other_gate),
    Mistake("factor-omitted", "c = f + i*g", _any_factor),
    Mistake("term-omitted", "h = z*h, without (1 - z)*n", _any_term),
)
