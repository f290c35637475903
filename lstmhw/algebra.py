"""Whether two expressions are the same by the rules of arithmetic: both as sums of products.

What is equal here is equal for all values; what is not may be equal all the same.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from lstmhw.expr import (
    Apply,
    BatchSum,
    Concat,
    Constant,
    Divide,
    Expr,
    MatrixVector,
    Negative,
    Outer,
    Power,
    Quantity,
    Sum,
    Times,
    Transposed,
    VectorMatrix,
)

Monomial = tuple[tuple[Any, int], ...]
"""Factors that cannot be taken apart, each with its power, in one order."""
Polynomial = Mapping[Monomial, Fraction]

ONE: Monomial = ()
MOST_TERMS = 400
LARGEST_POWER = 6


class UndecidedError(Exception):
    """An expression that is too large to be written as a sum of products, or of unknown parts."""


def expanded(expr: Expr, lines: Mapping[str, Expr]) -> Polynomial:
    """The expression as a sum of products; symbols that have a line stand for it.

    Raises UndecidedError.
    """
    return _Expansion(lines).of(expr)


class _Expansion:
    def __init__(self, lines: Mapping[str, Expr]) -> None:
        self.lines = lines
        self.found: dict[str, Polynomial] = {}

    def of(self, expr: Expr) -> Polynomial:
        match expr:
            case Quantity(symbol=symbol):
                return self.named(symbol)
            case Constant(value=value) if np.isfinite(float(value)):
                return _without_zeros({ONE: Fraction(repr(float(value)))})  # 0.1 is one tenth
            case Apply(function=function, parts=(argument,)):
                inner = self.of(argument)
                return inner if function.name == "identity" else _atom((function.name, _key(inner)))
            case Power(parts=(base, exponent)):
                return self.power(self.of(base), int(exponent.value))
        return self.combined(expr, [self.of(part) for part in expr.parts])

    def combined(self, expr: Expr, parts: list[Polynomial]) -> Polynomial:
        """A node over parts that are sums of products already."""
        match expr:
            case Sum():
                return _added(parts)
            case Negative():
                return _multiplied({ONE: Fraction(-1)}, parts[0])
            case Times():
                return _multiplied(*parts)
            case Divide():
                return self.quotient(*parts)
            case MatrixVector() | VectorMatrix() | Outer():
                return _bilinear(type(expr).__name__, *parts)
            case Transposed() if np.ndim(expr.parts[0].value) < 2:
                return parts[0]
            case Concat() | Transposed() | BatchSum():
                return _atom((type(expr).__name__, *map(_key, parts)))
        raise UndecidedError

    def named(self, symbol: str) -> Polynomial:
        if symbol not in self.lines:
            return _atom(symbol)
        if symbol not in self.found:
            self.found[symbol] = self.of(self.lines[symbol])
        return self.found[symbol]

    def quotient(self, above: Polynomial, below: Polynomial) -> Polynomial:
        if len(below) != 1:
            return _multiplied(above, {((("sum", _key(below)), -1),): Fraction(1)})
        ((factors, number),) = below.items()
        return _multiplied(above, {tuple((key, -power) for key, power in factors): 1 / number})

    def power(self, base: Polynomial, exponent: int) -> Polynomial:
        if exponent < 0:
            return self.quotient({ONE: Fraction(1)}, self.power(base, -exponent))
        if exponent > LARGEST_POWER:
            raise UndecidedError
        result: Polynomial = {ONE: Fraction(1)}
        for _ in range(exponent):
            result = _multiplied(result, base)
        return result


def _atom(key: Any) -> Polynomial:
    return {((key, 1),): Fraction(1)}


def _key(polynomial: Polynomial) -> tuple[Any, ...]:
    """What tells it from others, in one order."""
    return tuple(sorted(polynomial.items(), key=repr))


def _added(parts: list[Polynomial]) -> Polynomial:
    total: dict[Monomial, Fraction] = {}
    for part in parts:
        for factors, number in part.items():
            total[factors] = total.get(factors, Fraction()) + number
    return _without_zeros(total)


def _multiplied(left: Polynomial, right: Polynomial) -> Polynomial:
    return _each_with_each(left, right, _joined)


def _bilinear(name: str, left: Polynomial, right: Polynomial) -> Polynomial:
    """A matrix product, taken apart into products of terms; their numbers go before them."""
    return _each_with_each(left, right, lambda a, b: (((name, a, b), 1),))


def _each_with_each(
    left: Polynomial, right: Polynomial, joined: Callable[[Monomial, Monomial], Monomial]
) -> Polynomial:
    if len(left) * len(right) > MOST_TERMS:
        raise UndecidedError
    total: dict[Monomial, Fraction] = {}
    for (a, x), (b, y) in product(left.items(), right.items()):
        factors = joined(a, b)
        total[factors] = total.get(factors, Fraction()) + x * y
    return _without_zeros(total)


def _joined(left: Monomial, right: Monomial) -> Monomial:
    powers: dict[Any, int] = dict(left)
    for key, power in right:
        powers[key] = powers.get(key, 0) + power
    return tuple(sorted(((k, p) for k, p in powers.items() if p), key=repr))


def _without_zeros(polynomial: Mapping[Monomial, Fraction]) -> Polynomial:
    return {factors: number for factors, number in polynomial.items() if number}
