"""Formulas that stand in a problem file, `W_h / tanh(1)`: from a text to the expression it means.

    sum      product, then any number of  + product  or  - product
    product  factor, then any number of  * factor  or  / factor
    factor   any number of -, then a number, a name, a function of a sum, or a sum in parentheses

The operations go entry by entry.  A single number goes with any array; a vector that multiplies or
divides a matrix has one entry for each column; apart from that both sides have the same shape.
"""

import re
from collections.abc import Iterator, Mapping
from operator import add, mul, sub, truediv
from typing import Any

import numpy as np

from lstmhw.expr import Constant, Expr, Quantity
from lstmhw.faults import did_you_mean, shown, some
from lstmhw.functions import Floats, Function, arctanh, exp, log, sigmoid, tanh
from lstmhw.numerals import number

LONGEST = 200  # so that no expression is too deep to compute and write
DEEPEST = 20

FUNCTIONS = {function.name: function for function in (tanh, sigmoid, arctanh, exp, log)}
SUMS = {"+": add, "-": sub}
PRODUCTS = {"*": mul, "/": truediv}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<mark>[-+*/()])|(?P<end>$)|(?P<other>.))",
    re.DOTALL,
)
_HINTS = {
    "\u2212": "type - from the keyboard",
    "\u2013": "type - from the keyboard",
    "\u00d7": "multiply with *",
    "\u00b7": "multiply with *",
    "^": "there are no powers; write a product",
    "@": "* goes entry by entry; the cell itself multiplies W_x by x and W_h by h",
}


class FormulaError(ValueError):
    """A text that is no formula here: what was expected and found, and how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parsed(text: str, names: Mapping[str, Expr]) -> Expr:
    """The expression that a formula over these names means.  Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(f"expected a formula of at most {LONGEST} characters, found {len(text)}")
    parser = _Parser(text, names)
    expr = parser.sum()
    if parser.kind != "end":
        raise parser.unexpected("an operator (+ - * /) or the end")
    return expr


def fitted(expr: Expr, shape: tuple[int, ...]) -> Floats:
    """The value of an expression as a vector or matrix of a shape, as `broadcast` says.

    Infinity may be written in vectors.  Raises FormulaError for what is not a number.
    """
    value = broadcast(expr, shape)
    if np.isnan(value).any() or (np.isinf(value).any() and not _names_infinity(expr)):
        raise FormulaError("expected numbers, found one that overflows or is not defined")
    if np.isinf(value).any() and len(shape) > 1:
        raise FormulaError("expected finite numbers, found infinity", "only biases may be infinite")
    return value


def broadcast(expr: Expr, shape: tuple[int, ...]) -> Floats:
    """The value of an expression in a shape: one number may stand for all entries of a vector.

    Zero may stand for those of a matrix, too.  Raises FormulaError for another shape.
    """
    value = np.asarray(_value(expr), dtype=np.float64)
    alone = value.shape == () and (len(shape) == 1 or np.prod(shape) == 1 or value == 0)
    if value.shape != shape and not alone:
        kind = "a vector" if len(shape) == 1 else "a matrix"
        found = described(value.shape)
        raise FormulaError(f"expected {kind} of shape {described(shape)}, found {found}")
    return np.broadcast_to(value, shape)


def substituted(expr: Expr, symbol: str, other: Expr) -> Expr:
    """The expression with another one in the place of a name."""
    if isinstance(expr, Quantity) and expr.symbol == symbol:
        return other
    if not expr.parts:
        return expr
    return expr.rebuilt(*(substituted(part, symbol, other) for part in expr.parts))


def described(shape: tuple[int, ...]) -> str:
    """A shape as a reader writes it: 2 x 3."""
    return " x ".join(map(str, shape)) or "a single number"


def _value(expr: Expr) -> Any:
    with np.errstate(all="ignore"):
        return expr.value


def _names_infinity(expr: Expr) -> bool:
    """Whether infinity is written in the expression, and so is meant."""
    if not expr.parts:
        return bool(np.isinf(expr.value).any())
    return any(map(_names_infinity, expr.parts))


class _Parser:
    """Reads a formula from left to right: `kind` and `token` are what comes next."""

    def __init__(self, text: str, names: Mapping[str, Expr]) -> None:
        self.names = names
        self.depth = 0
        self.tokens = _tokens(text)
        self.kind = self.token = ""
        self.advance()

    def advance(self) -> str:
        """Goes on to the next token, and returns the one before it."""
        read = self.token
        self.kind, self.token = next(self.tokens)
        return read

    def sum(self) -> Expr:
        left = self.product()
        while self.token in SUMS:
            left = self.combined(self.advance(), left, self.product())
        return left

    def product(self) -> Expr:
        left = self.factor()
        while self.token in PRODUCTS:
            left = self.combined(self.advance(), left, self.factor())
        return left

    def factor(self) -> Expr:
        negative = False
        while self.token == "-":
            negative = not negative
            self.advance()
        return -self.atom() if negative else self.atom()

    def atom(self) -> Expr:
        if self.kind == "number":
            return self.number()
        if self.kind == "name":
            return self.named()
        if self.token == "(":
            return self.parentheses()
        raise self.unexpected("a number, a name or a parenthesis")

    def number(self) -> Expr:
        try:
            return Constant(np.float64(number(self.advance())))  # of which 1/0 is no exception
        except ValueError as error:
            raise FormulaError(f"expected a number, found {error}") from None

    def named(self) -> Expr:
        name = self.advance()
        if name in FUNCTIONS:
            return self.applied(FUNCTIONS[name])
        if name in self.names:
            return self.names[name]
        known = [*self.names, *FUNCTIONS]
        hint = did_you_mean(name, known) or f"the names here are {some(known)}"
        if name.lower() in ("inf", "infinity"):
            hint = "infinity is written .inf"
        raise FormulaError(f"expected a name that is known here, found {shown(name)!r}", hint)

    def applied(self, function: Function) -> Expr:
        if self.token != "(":
            raise self.unexpected("a parenthesis", f"write {function.name}(...)")
        applied: Expr = function(self.parentheses())
        return applied

    def parentheses(self) -> Expr:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(f"expected at most {DEEPEST} parentheses in each other, found more")
        self.advance()
        inner = self.sum()
        if self.token != ")":
            raise self.unexpected("a closing parenthesis")
        self.advance()
        self.depth -= 1
        return inner

    def combined(self, mark: str, left: Expr, right: Expr) -> Expr:
        """left + right, say, where their shapes go together."""
        shapes = np.shape(_value(left)), np.shape(_value(right))
        matrix, vector = shapes
        by_column = mark in PRODUCTS and len(matrix) == 2 and vector == matrix[1:]
        if not (shapes[0] == shapes[1] or () in shapes or by_column):
            found = " and ".join(map(described, shapes))
            raise FormulaError(f"expected the same shape on both sides of {mark}, found {found}")
        result: Expr = (SUMS | PRODUCTS)[mark](left, right)
        return result

    def unexpected(self, expected: str, hint: str = "") -> FormulaError:
        found = "the end" if self.kind == "end" else repr(shown(self.token))
        return FormulaError(f"expected {expected}, found {found}", _HINTS.get(self.token, hint))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """The tokens with their kinds; last, and for ever, the end."""
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        yield kind, match[kind]
    while True:
        yield "end", ""
