"""Formulas that stand in a problem file, `W_h / tanh(1)`: from a text to the expression it means.

    sum      product, then any number of  + product  or  - product
    product  factor, then any number of  * factor  or  / factor
    factor   any number of -, then a number, a name, a function of a sum, or a sum in parentheses

The operations go entry by entry.  A single number goes with any array; a vector that multiplies or
divides a matrix has one entry for each column; apart from that both sides have the same shape.
"""

import re
from collections.abc import Mapping, Sequence
from operator import add, mul, sub, truediv
from typing import Any, NamedTuple

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
    """A text that is no formula here: what was expected and found, and how to mend it.

    `at` is the place in the text, counted from 0.
    """

    def __init__(self, message: str, hint: str = "", at: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.at = at


class Token(NamedTuple):
    """A word or mark of a formula, its kind, and its place in the text, counted from 0."""

    kind: str
    text: str
    at: int


def parsed(text: str, names: Mapping[str, Expr]) -> Expr:
    """The expression that a formula over these names means.  Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(f"expected a formula of at most {LONGEST} characters, found {len(text)}")
    return _EntryByEntry(_tokens(text), names).whole("an operator (+ - * /) or the end")


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


class Parser:
    """Reads a formula from left to right, over the names that it knows.

    `token` is what comes next.  What a product is, subclasses say.
    """

    hints: Mapping[str, str] = {}
    deepest = DEEPEST

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def advance(self) -> Token:
        """Goes on to the next token, and returns the one before it."""
        read = self.token
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return read

    def whole(self, next_expected: str) -> Expr:
        """The formula, after which nothing else may come."""
        expr = self.sum()
        if self.token.kind != "end":
            raise self.unexpected(next_expected)
        return expr

    def sum(self) -> Expr:
        left = self.product()
        while self.token.text in SUMS:
            left = self.combined(self.advance(), left, self.product())
        return left

    def product(self) -> Expr:
        raise NotImplementedError

    def combined(self, mark: Token, left: Expr, right: Expr) -> Expr:
        """left + right, say.  Raises FormulaError where their shapes do not go together."""
        raise NotImplementedError

    def number(self) -> Expr:
        token = self.advance()
        try:
            return Constant(np.float64(number(token.text)))  # of which 1/0 is no exception
        except ValueError as error:
            raise FormulaError(f"expected a number, found {error}", at=token.at) from None

    def parentheses(self) -> Expr:
        self.deeper()
        self.advance()
        inner = self.sum()
        self.close(")", "a closing parenthesis")
        return inner

    def deeper(self) -> None:
        """One parenthesis more that is open."""
        self.depth += 1
        if self.depth > self.deepest:
            message = f"expected at most {self.deepest} parentheses in each other, found more"
            raise FormulaError(message, at=self.token.at)

    def close(self, mark: str, words: str) -> None:
        """One parenthesis less."""
        if self.token.text != mark:
            raise self.unexpected(words)
        self.advance()
        self.depth -= 1

    def unexpected(self, expected: str, hint: str = "") -> FormulaError:
        kind, text, at = self.token
        found = "the end" if kind == "end" else repr(shown(text))
        return FormulaError(f"expected {expected}, found {found}", self.hints.get(text, hint), at)


class _EntryByEntry(Parser):
    """The formulas of problem files: all operations go entry by entry."""

    hints = _HINTS

    def __init__(self, tokens: Sequence[Token], names: Mapping[str, Expr]) -> None:
        super().__init__(tokens)
        self.names = names

    def product(self) -> Expr:
        left = self.factor()
        while self.token.text in PRODUCTS:
            left = self.combined(self.advance(), left, self.factor())
        return left

    def factor(self) -> Expr:
        negative = False
        while self.token.text == "-":
            negative = not negative
            self.advance()
        return -self.atom() if negative else self.atom()

    def atom(self) -> Expr:
        if self.token.kind == "number":
            return self.number()
        if self.token.kind == "name":
            return self.named()
        if self.token.text == "(":
            return self.parentheses()
        raise self.unexpected("a number, a name or a parenthesis")

    def named(self) -> Expr:
        token = self.advance()
        name = token.text
        if name in FUNCTIONS:
            return self.applied(FUNCTIONS[name])
        if name in self.names:
            return self.names[name]
        known = [*self.names, *FUNCTIONS]
        hint = did_you_mean(name, known) or f"the names here are {some(known)}"
        if name.lower() in ("inf", "infinity"):
            hint = "infinity is written .inf"
        message = f"expected a name that is known here, found {shown(name)!r}"
        raise FormulaError(message, hint, token.at)

    def applied(self, function: Function) -> Expr:
        if self.token.text != "(":
            raise self.unexpected("a parenthesis", f"write {function.name}(...)")
        applied: Expr = function(self.parentheses())
        return applied

    def combined(self, mark: Token, left: Expr, right: Expr) -> Expr:
        shapes = np.shape(_value(left)), np.shape(_value(right))
        matrix, vector = shapes
        by_column = mark.text in PRODUCTS and len(matrix) == 2 and vector == matrix[1:]
        if not (shapes[0] == shapes[1] or () in shapes or by_column):
            found = " and ".join(map(described, shapes))
            message = f"expected the same shape on both sides of {mark.text}, found {found}"
            raise FormulaError(message, at=mark.at)
        result: Expr = (SUMS | PRODUCTS)[mark.text](left, right)
        return result


def _tokens(text: str) -> list[Token]:
    """The tokens of a formula, the end as the last."""
    matches = _TOKEN.finditer(text)
    return [
        Token(str(m.lastgroup), m[str(m.lastgroup)], m.start(str(m.lastgroup))) for m in matches
    ]
