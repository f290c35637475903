"""One reading of a formula, from its tokens to the expression that it is."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from lstmhw.expr import Concat, Constant, Divide, Expr, Power, Transposed
from lstmhw.formula import SUMS, FormulaError, Parser, Token
from lstmhw.functions import Function, concat, exp, norm, sqrt, total
from lstmhw.handwritten.entries import Diagonal, Entry, numbers
from lstmhw.handwritten.products import Factors, ShapeError, refuse_other_shapes
from lstmhw.handwritten.spelling import BIG_SUM, ENTRYWISE
from lstmhw.handwritten.words import DIAGONAL, FUNCTIONS, JOINS, NAPIER, POWERS

DEEPEST = 50  # parentheses in each other
SQUARE = 2
_BEGINS = ("(", "{", "[")
_MULTIPLY = ("*", ".", "@")


class Line(Parser):
    """One reading of a formula: `meant` is what each of its tokens stands for, if for anything."""

    deepest = DEEPEST

    def __init__(
        self,
        parsed: Sequence[Token],
        meant: Sequence[Expr | None],
        orientation: str,
        multiply: Callable[[Factors, str], Expr],
    ) -> None:
        super().__init__(parsed)
        self.meant = meant
        self.orientation = orientation
        self.multiply = multiply
        self.in_norm = False

    def sum(self) -> Expr:
        if self.token.text == "+":
            self.advance()
        return super().sum()

    def combined(self, mark: Token, left: Expr, right: Expr) -> Expr:
        refuse_other_shapes(left, right, mark.text, mark.at)
        result: Expr = SUMS[mark.text](left, right)
        return result

    def product(self) -> Expr:
        at = self.token.at
        groups = [self.group()]
        while self.token.text == ENTRYWISE:
            self.advance()
            groups.append(self.group())
        return self.multiply(Factors(groups, at), self.orientation)

    def group(self) -> list[Expr]:
        factors = [self.factor()]
        while self.token.text in ("/", *_MULTIPLY) or self.begins():
            if self.token.text == "/":
                mark = self.advance()
                factors[-1] = self.divided(mark, factors[-1], self.factor())
                continue
            if self.token.text in _MULTIPLY:
                self.advance()
            factors.append(self.factor())
        return factors

    def begins(self) -> bool:
        """Whether a factor begins here with no mark before it; two numbers have one."""
        if self.token.kind == "number":
            return self.tokens[self.place - 1].kind != "number"
        if self.token.kind == "norm":
            return not self.in_norm
        return self.token.kind in ("name", "function") or self.token.text in _BEGINS

    def divided(self, mark: Token, above: Expr, below: Expr) -> Expr:
        refuse_other_shapes(above, below, mark.text, mark.at)
        return Divide(above, below)

    def factor(self) -> Expr:
        if self.token.text == "-":
            self.advance()
            return _negative(self.factor())
        expr = self.atom()
        while self.token.kind in ("turn", "entry") or self.token.text in ("'", *POWERS):
            expr = self.entry(expr) if self.token.kind == "entry" else self.raised(expr)
        return expr

    def entry(self, expr: Expr) -> Expr:
        """One entry of a vector, or one row of a matrix.  Raises ShapeError where there is none."""
        token = self.advance()
        size, place = (*np.shape(expr.value), 0)[0], int(token.text)
        if not 1 <= place <= size:
            message = f"expected an entry from 1 to {size}, found {place}"
            raise ShapeError(message, at=token.at)
        return Entry(expr, place)

    def raised(self, expr: Expr) -> Expr:
        """What stands raised behind an expression: a transposition, or a power."""
        token = self.advance()
        if token.kind == "turn" or token.text == "'":
            is_list = isinstance(expr, Concat)
            return expr if is_list else _turned(expr)
        return Power(expr, Constant(self.exponent()))

    def exponent(self) -> int:
        closing = {"{": "}", "(": ")"}.get(self.token.text, "")
        if closing:
            self.advance()
        sign = -1 if self.token.text == "-" else 1
        if sign < 0:
            self.advance()
        if not re.fullmatch("[0-9]", self.token.text):
            raise self.unexpected("T or a whole number as an exponent")
        exponent = sign * int(self.advance().text)
        if closing and self.token.text != closing:
            raise self.unexpected(f"a closing {closing}")
        if closing:
            self.advance()
        return exponent

    def atom(self) -> Expr:
        place, token = self.place, self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "function":
            return self.applied()
        if token.kind == "name":
            self.advance()
            found = self.meant[place]
            assert found is not None
            return found
        if token.text in ("(", "["):
            return self.listed()
        if token.kind == "norm" and not self.in_norm:
            return self.norm()
        if token.text == "{":
            self.deeper()
            self.advance()
            inner = self.sum()
            self.close("}", "a closing brace")
            return inner
        raise self.unexpected("a number, a symbol or a parenthesis")

    def applied(self) -> Expr:
        """A function of what follows: of (sum), or of one factor, as in tanh c."""
        name = self.advance().text
        if name in JOINS:
            return self.listed()
        if name == DIAGONAL:
            return self.diagonal()
        if name == NAPIER:
            self.advance()
            power: Expr = exp(self.factor())
            return power
        function = FUNCTIONS[name.lower()]
        if name == BIG_SUM or (function is total and self.token.text != "("):
            summed: Expr = total(self.product())  # it goes over all that is multiplied behind it
            return summed
        if self.token.text == "'":
            self.advance()
            return _slope(function, self.atom(), self.token.at)
        exponent = 1
        if self.token.text in POWERS:
            self.advance()
            exponent = self.exponent()
        if not self.begins():
            raise self.unexpected("a parenthesis", f"write {function.name}(...)")
        value: Expr = function(self.atom())
        return value if exponent == 1 else Power(value, Constant(exponent))

    def diagonal(self) -> Expr:
        """diag(v), the matrix with the entries of v on its diagonal."""
        at = self.token.at
        inner = self.atom()
        if np.ndim(inner.value) != 1:
            raise ShapeError("expected a vector in diag(...), found another shape", at=at)
        return Diagonal(inner)

    def norm(self) -> Expr:
        """||v||, and ||v||^2: the sum of the squares."""
        self.in_norm = True
        self.advance()
        inner = self.sum()
        if self.token.kind != "norm":
            raise self.unexpected("a closing ||")
        self.in_norm = False
        self.advance()
        squares: Expr = total(inner**2)
        length: Expr = norm(inner) if np.ndim(inner.value) > 1 else sqrt(squares)
        if self.token.text not in POWERS:
            return length
        self.advance()
        exponent = self.exponent()
        is_vector = np.ndim(inner.value) <= 1
        return squares if is_vector and exponent == SQUARE else Power(length, Constant(exponent))

    def listed(self) -> Expr:
        """(sum), or the vectors that are put together in [sum; sum] or [sum, sum]."""
        start = self.place
        opening = self.token.text
        closing = {"(": ")", "[": "]"}.get(opening)
        if closing is None:
            raise self.unexpected("a parenthesis")
        self.deeper()
        self.advance()
        parts = self.names_alone() if opening == "[" else []
        parts = parts or [self.sum()]
        while self.token.text in (",", ";"):
            self.advance()
            parts.append(self.sum())
        self.close(closing, f"a closing {closing}")
        listed = numbers(parts, self.tokens[start].at) if opening == "[" else None
        if listed is not None:
            return listed
        if len(parts) > 1:
            return self.joined(parts, self.tokens[start])
        return parts[0]

    def names_alone(self) -> list[Expr]:
        """The names of [h x], which stand side by side; none where there is more than names."""
        end = self.place
        while self.tokens[end].kind == "name":
            end += 1
        if end == self.place or self.tokens[end].text != "]":
            return []
        found = [expr for expr in self.meant[self.place : end] if expr is not None]
        self.place = end
        return found

    def joined(self, parts: Sequence[Expr], opening: Token) -> Expr:
        if any(np.ndim(part.value) != 1 for part in parts):
            message = "expected vectors between the brackets, found another shape"
            raise ShapeError(message, at=opening.at)
        inner = [part.parts[0] if isinstance(part, Transposed) else part for part in parts]
        result: Expr = concat(inner)
        return result


def _negative(expr: Expr) -> Expr:
    """-expr, which stays turned where expr is."""
    return Transposed(-expr.parts[0]) if isinstance(expr, Transposed) else -expr


def _turned(expr: Expr) -> Expr:
    return expr.parts[0] if isinstance(expr, Transposed) else Transposed(expr)


def _slope(function: Function, argument: Expr, at: int) -> Expr:
    """The derivative of a function, entry by entry."""
    if function.back is None or function.element is not None:
        message = f"expected a function with a slope entry by entry, found {function.name}"
        raise FormulaError(message, at=at)
    slope: Expr = function.gradient(Constant(1.0), argument, function(argument))
    return slope
