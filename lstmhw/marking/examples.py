"""A batch as one of its examples, of which formulas speak: h = tanh(a) is said of each of them."""

from typing import Any

from lstmhw.expr import BatchSum, Constant, Expr, Negative, Quantity, Sum, Times
from lstmhw.functions import Floats
from lstmhw.solution import Solution, Step, is_batch


def one_example(solution: Solution) -> Solution:
    """The working of the first example of a batch, as if it lasted to the end; else the same."""
    if not any(is_batch(step.value, step.role) for step in solution.steps):
        return solution
    steps = tuple(_step(step) for step in solution.steps)
    values = {step.symbol: step.value for step in steps}
    given = {s: _told(solution, s, value) for s, value in solution.answers.items()}
    unused = {symbol: _expr(expr) for symbol, expr in solution.unused.items()}
    return solution._replace(
        steps=steps, answers={**given, **values}, unused=unused, turned=frozenset()
    )


def _told(solution: Solution, symbol: str, value: Floats) -> Floats:
    """What is known of the first example, of an answer that no line computes."""
    return value[:, 0] if symbol in solution.turned else value


def _step(step: Step) -> Step:
    return step._replace(expr=_expr(step.expr), value=_of_first(step.value, step.role))


def _of_first(value: Any, role: Any) -> Any:
    return value[0] if is_batch(value, role) else value


def _expr(expr: Expr) -> Expr:
    """The line of one example: nothing is added up over them, and none has ended."""
    if isinstance(expr, Quantity):
        if expr.role.what == "mask":
            return Constant(1.0)
        value = _of_first(expr.value, expr.role)
        return Quantity(expr.symbol, value, given=expr.given, role=expr.role)
    if isinstance(expr, BatchSum):
        return _expr(expr.parts[0])
    if not expr.parts:
        return expr
    parts = [_expr(part) for part in expr.parts]
    if isinstance(expr, Times):
        return _product(*parts)
    return _sum(parts) if isinstance(expr, Sum) else expr.rebuilt(*parts)


def _product(left: Expr, right: Expr) -> Expr:
    """A product without a factor of 1."""
    for factor, other in ((left, right), (right, left)):
        if isinstance(factor, Constant) and factor.value in (0, 1):
            return other if factor.value == 1 else factor
    return Times(left, right)


def _sum(terms: list[Expr]) -> Expr:
    """A sum in which 1 - 1 is 0, and nothing is added."""
    numbers = [term for term in terms if isinstance(term, Constant) or _is_minus_one(term)]
    if len(numbers) == len(terms) == 2 and _is_minus_one(terms[1]):
        return Constant(0.0)
    kept = [term for term in terms if not (isinstance(term, Constant) and term.value == 0)]
    return kept[0] if len(kept) == 1 else Sum(*kept)


def _is_minus_one(term: Expr) -> bool:
    inner = term.parts[0] if isinstance(term, Negative) else None
    return isinstance(inner, Constant) and inner.value == 1
