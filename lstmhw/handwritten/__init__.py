r"""Formulas as people write them, plain or in LaTeX: from a text to what it may mean.

    sum      product, then any number of  + product  or  - product
    product  groups with a dot in a circle between them, which goes entry by entry
    group    factors, with *, a dot, @, / or nothing between them
    factor   any number of -, then an atom with any number of  ^T  '  ^2
    atom     a number, a name, a function and what it is of, (sum), {sum}, or [sum; sum]

A name is a letter or a word with its indices: c, c_t, c_{t-1}, W_{xf}, h^{(t-1)}, \tilde{c}_t.
What stands beside each other is multiplied as its shapes say.  A text may have several readings.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple, Protocol

import numpy as np

from lstmhw.expr import (
    Apply,
    Concat,
    Constant,
    Divide,
    Expr,
    Power,
    Quantity,
    Transposed,
)
from lstmhw.faults import did_you_mean, shown, some
from lstmhw.formula import SUMS, FormulaError, Parser, Token
from lstmhw.functions import ACTIVATIONS, Function, arctanh, concat, exp, log, sigmoid
from lstmhw.handwritten.products import (
    Factors,
    ShapeError,
    binding_matrices,
    refuse_other_shapes,
    towards_matrices,
)
from lstmhw.handwritten.spelling import ENTRYWISE, spelled

LONGEST = 600
MOST_READINGS = 64
LONGEST_WORD = 40  # that is taken apart
DEEPEST = 50  # parentheses in each other
FUNCTIONS: Mapping[str, Function] = {
    **{name.replace("-", "_"): function for name, function in ACTIVATIONS.items()},
    **{name.replace("-", ""): function for name, function in ACTIVATIONS.items()},
    **dict.fromkeys(("sigma", "sig", "sigm", "logistic"), sigmoid),
    **dict.fromkeys(("log", "ln"), log),
    **dict.fromkeys(("arctanh", "atanh"), arctanh),
    "id": ACTIVATIONS["identity"],
    "exp": exp,
}
JOINS = ("concat", "cat")

_TIME = r"t\s*(?:[-+]\s*[0-9])?"
NAME = (
    r"[A-Za-z][A-Za-z0-9]*~*"
    r"(?:_(?:\{[^{}]*\}|\([^()]*\)|[A-Za-z0-9]+)~*)*"
    rf"(?:\^\s*(?:\{{\s*[(<\[]?\s*{_TIME}\s*[)>\]]?\s*\}}|[(<]\s*{_TIME}\s*[)>]|t(?![A-Za-z]))"
    rf"|[(\[<]\s*{_TIME}\s*[)\]>])?"
)
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|(?P<name>{NAME})"
    r"|(?P<turn>\^\s*(?:\{\s*T\s*\}|T))|(?P<mark>\*\*|<=|>=|[-+*/@^(){}\[\],;.'" + ENTRYWISE + r"])"
    r"|(?P<end>$)|(?P<other>.))",
    re.DOTALL,
)
POWER_OF_E = re.compile(r"(?<![A-Za-z0-9_\\])e\s*\^\s*(?=[({])")
_BEGINS = ("(", "{", "[")
_MULTIPLY = ("*", ".", "@")


class Names(Protocol):
    """The symbols of a working: what a name may mean there."""

    def meanings(self, name: str, joined: bool) -> Sequence[Expr]:
        """The quantities that a name may stand for, the likeliest first; none if it is unknown.

        `joined` names stand in brackets, as in [h; x].
        """

    def known(self) -> Sequence[str]:
        """Some names, for a reader who used another."""


class Reading(NamedTuple):
    """What a formula may mean: its expression, and what each name stands for."""

    expr: Expr
    names: Mapping[str, Expr]


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, the end as the last.  Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(f"expected a formula of at most {LONGEST} characters, found {len(text)}")
    marks = spelled(POWER_OF_E.sub("exp", text))
    plain = "".join(mark for mark, _ in marks)
    places = [*(min(at, len(text)) for _, at in marks), len(text)]
    found = []
    for match in _TOKEN.finditer(plain):
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], places[match.start(kind)]))
    return found


def readings(text: str, names: Names, orientation: str) -> list[Reading]:
    """What a formula may mean, the likeliest first.  Raises FormulaError for a text that is none.

    Of the readings those count whose shapes go together; where none does, a ShapeError says why.
    """
    parsed = _divided(tokens(text), names)
    keys = _keys(parsed)
    options = {key: names.meanings(*key) for key in dict.fromkeys(filter(None, keys))}
    found: dict[Any, Reading] = {}
    misfit: ShapeError | None = None
    for choice in islice(product(*options.values()), MOST_READINGS):
        chosen = dict(zip(options, choice, strict=True))
        meant = [None if key is None else chosen[key] for key in keys]
        named = {name: chosen[name, joined] for name, joined in chosen}
        for multiply in (binding_matrices, towards_matrices):
            try:
                expr = _Line(parsed, meant, orientation, multiply).whole("an operator or the end")
            except ShapeError as error:
                misfit = misfit or error
                continue
            found.setdefault(_tree(expr), Reading(expr, named))
    if misfit is not None and not found:
        raise misfit
    return list(found.values())


def _tree(expr: Expr) -> Any:
    """What an expression is written with, and how."""
    if isinstance(expr, Quantity):
        return expr.symbol
    if isinstance(expr, Constant):
        return float(expr.value)
    told = expr.function.name if isinstance(expr, Apply) else id(expr) if not expr.parts else ""
    return type(expr).__name__, told, tuple(map(_tree, expr.parts))


def _keys(parsed: Sequence[Token]) -> list[tuple[str, bool] | None]:
    """For each token that names a quantity, the name, and whether it stands in brackets."""
    keys: list[tuple[str, bool] | None] = []
    brackets = 0
    for token in parsed:
        brackets += (token.text == "[") - (token.text == "]")
        keys.append((token.text, brackets > 0) if token.kind == "name" else None)
    return keys


def _divided(parsed: Sequence[Token], names: Names) -> list[Token]:
    """The tokens, with functions told from names, and words that are several names taken apart."""
    found: list[Token] = []
    for token, after in zip(parsed, [*parsed[1:], parsed[-1]], strict=True):
        if token.kind == "name":
            found += _named(token, after, names)
        else:
            found.append(token)
    return found


def _named(token: Token, after: Token, names: Names) -> list[Token]:
    """A word as the tokens that it stands for.  Raises FormulaError for one that is unknown."""
    lowered = token.text.lower()
    if token.text in JOINS or lowered in FUNCTIONS:
        return [token._replace(kind="function")]
    if names.meanings(token.text, False):
        return [token]
    if token.text == "s" and after.text == "(":
        return [token._replace(kind="function", text="sigmoid")]
    ways = sorted(_pieces(token.text, names), key=len)
    shortest = [way for way in ways if len(way) == len(ways[0])]
    if len(shortest) > 1:
        shown_ways = " or as ".join(" * ".join(way) for way in shortest[:2])
        message = f"expected a formula with one meaning, found {shown(token.text)!r}"
        raise FormulaError(message, f"it can be read as {shown_ways}; write the *", token.at)
    if not shortest:
        known = names.known()
        hint = did_you_mean(token.text, known) or f"the symbols here are {some(known)}"
        if token.text in known:
            hint = f"of which step? write it as in {token.text}_1"
        message = f"expected a symbol of this problem, found {shown(token.text)!r}"
        raise FormulaError(message, hint, token.at)
    kinds = ["function" if piece in FUNCTIONS else "name" for piece in shortest[0]]
    return [Token(k, piece, token.at) for k, piece in zip(kinds, shortest[0], strict=True)]


def _pieces(word: str, names: Names) -> Iterator[tuple[str, ...]]:
    """The ways of taking a word apart into names and functions, as ig is i*g."""
    if len(word) > LONGEST_WORD:
        return
    for end in range(1, len(word)):
        piece, rest = word[:end], word[end:]
        if not re.fullmatch(NAME, piece) or not re.match("[A-Za-z]", rest):
            continue
        if piece not in FUNCTIONS and not names.meanings(piece, False):
            continue
        if rest in FUNCTIONS or (re.fullmatch(NAME, rest) and names.meanings(rest, False)):
            yield piece, rest
        yield from ((piece, *more) for more in _pieces(rest, names))


class _Line(Parser):
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
        """Whether a factor begins here with no mark before it."""
        return self.token.kind in ("name", "function") or self.token.text in _BEGINS

    def divided(self, mark: Token, above: Expr, below: Expr) -> Expr:
        refuse_other_shapes(above, below, mark.text, mark.at)
        return Divide(above, below)

    def factor(self) -> Expr:
        if self.token.text == "-":
            self.advance()
            return -self.factor()
        expr = self.atom()
        while self.token.kind == "turn" or self.token.text in ("'", "^", "**"):
            expr = self.raised(expr)
        return expr

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
        function = FUNCTIONS[name.lower()]
        if self.token.text == "'":
            self.advance()
            return _slope(function, self.atom(), self.token.at)
        exponent = 1
        if self.token.text in ("^", "**"):
            self.advance()
            exponent = self.exponent()
        if not (self.begins() or self.token.kind == "number"):
            raise self.unexpected("a parenthesis", f"write {function.name}(...)")
        value: Expr = function(self.atom())
        return value if exponent == 1 else Power(value, Constant(exponent))

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


def _turned(expr: Expr) -> Expr:
    return expr.parts[0] if isinstance(expr, Transposed) else Transposed(expr)


def _slope(function: Function, argument: Expr, at: int) -> Expr:
    """The derivative of a function, entry by entry."""
    if function.back is None or function.element is not None:
        message = f"expected a function with a slope entry by entry, found {function.name}"
        raise FormulaError(message, at=at)
    slope: Expr = function.gradient(Constant(1.0), argument, function(argument))
    return slope
