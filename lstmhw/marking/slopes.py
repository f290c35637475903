"""Lines as many work them: squares and the slope f*(1 - f) first, and written down."""

from functools import reduce
from typing import Any

from lstmhw.expr import Constant, Expr, Negative, Power, Quantity, Sum, Times


class Kept(Expr):
    """A part of a line that is worked out first; rows keep it as they keep a line."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0].kept()


def slopes_first(expr: Expr) -> Expr:
    """The same line, with its slopes and squares as parts of their own."""
    if isinstance(expr, Times):
        factors = _factors(expr)
        slope = next((k for k, factor in enumerate(factors) if _is_rest(factor)), None)
        if slope is not None:
            return _grouped(factors, slope)
    if not expr.parts:
        return expr
    inner = expr.rebuilt(*map(slopes_first, expr.parts))
    return Kept(inner) if isinstance(expr, Power) else inner


def has_slopes(expr: Expr) -> bool:
    """Whether there is a slope in a line, or a square."""
    is_slope = isinstance(expr, Times) and any(map(_is_rest, _factors(expr)))
    is_slope = is_slope or isinstance(expr, Power)
    return is_slope or any(map(has_slopes, expr.parts))


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a product of products."""
    if not isinstance(expr, Times):
        return [expr]
    return [factor for part in expr.parts for factor in _factors(part)]


def _is_rest(expr: Expr) -> bool:
    """Whether it is 1 - f, or 1 - g^2."""
    if not isinstance(expr, Sum) or len(expr.parts) != 2:
        return False
    one, taken = expr.parts
    return isinstance(one, Constant) and bool(one.value == 1) and isinstance(taken, Negative)


def _grouped(factors: list[Expr], slope: int) -> Expr:
    """The product of the others times f*(1 - f), or times 1 - g^2."""
    rest = factors[slope]
    taken = rest.parts[1].parts[0]
    kept: Expr = Kept(Sum(rest.parts[0], Negative(taken if _symbol(taken) else Kept(taken))))
    same = [k for k, f in enumerate(factors) if _symbol(f) and _symbol(f) == _symbol(taken)][:1]
    for k in same:
        kept = Kept(Times(factors[k], kept))
    others = [f for k, f in enumerate(factors) if k not in (slope, *same)]
    return reduce(Times, [*others, kept])


def _symbol(expr: Expr) -> str:
    return expr.symbol if isinstance(expr, Quantity) else ""
