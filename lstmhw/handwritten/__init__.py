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
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple, Protocol

from lstmhw.expr import Apply, Constant, Expr, Quantity
from lstmhw.faults import did_you_mean, shown, some
from lstmhw.formula import FormulaError, Token
from lstmhw.handwritten.entries import Entry, Numbers
from lstmhw.handwritten.lines import Line
from lstmhw.handwritten.products import ShapeError, binding_matrices, towards_matrices
from lstmhw.handwritten.words import DIAGONAL, FUNCTIONS, JOINS, NAME, NAPIER, POWERS, tokens

MOST_READINGS = 64
LONGEST_WORD = 40  # that is taken apart
ONE_LETTER = re.compile(r"([A-Za-z]~*_[A-Za-z])([A-Za-z].*)", re.DOTALL)
"""An index without braces is one letter in LaTeX: W_fx is W_f x there."""


class Names(Protocol):
    """The symbols of a working: what a name may mean there."""

    def meanings(self, name: str, joined: bool) -> Sequence[Expr]:
        """The quantities that a name may stand for, the likeliest first; none if it is unknown.

        `joined` names stand in brackets, as in [h; x].
        """

    def known(self) -> Sequence[str]:
        """Some names, for a reader who used another."""


class Reading(NamedTuple):
    """What a formula may mean: its expression, and what each name, or list, stands for."""

    expr: Expr
    names: Mapping[str, Expr]


class _Choice(NamedTuple):
    """The tokens of a formula, what each stands for, if for anything, and what each name."""

    parsed: Sequence[Token]
    meant: Sequence[Expr | None]
    named: Mapping[str, Expr]


def readings(text: str, names: Names, orientation: str) -> list[Reading]:
    """What a formula may mean, the likeliest first.  Raises FormulaError for a text that is none.

    Of the readings those count whose shapes go together; where none does, a ShapeError says why.
    """
    found: dict[Any, Reading] = {}
    misfits: list[ShapeError] = []
    ways = product(_choices(tokens(text), names), (binding_matrices, towards_matrices))
    for (parsed, meant, named), multiply in ways:
        try:
            expr = Line(parsed, meant, orientation, multiply).whole("an operator or the end")
        except ShapeError as error:
            misfits.append(error)
        else:
            lists = {leaf.symbol: leaf for leaf in expr.leaves() if isinstance(leaf, Numbers)}
            found.setdefault(_tree(expr), Reading(expr, {**named, **lists}))
    if misfits and not found:
        raise misfits[0]
    return list(found.values())


def _choices(written: Sequence[Token], names: Names) -> Iterator[_Choice]:
    """What the words and marks of a formula may stand for, the likeliest first."""
    usual = _divided(written, names)
    spelled = (tuple(usual), tuple(_with_short_indices(usual, names)))
    for parsed in dict.fromkeys((*spelled, *map(_counted_from_0, spelled))):
        keys = _keys(parsed)
        options = {key: names.meanings(*key) for key in dict.fromkeys(filter(None, keys))}
        for choice in islice(_combined(options), MOST_READINGS):
            chosen = dict(zip(options, choice, strict=True))
            meant = [None if key is None else chosen[key] for key in keys]
            yield _Choice(parsed, meant, {name: chosen[name, joined] for name, joined in chosen})


def _combined(options: Mapping[tuple[str, bool], Sequence[Expr]]) -> Iterator[tuple[Expr, ...]]:
    """One meaning for each name, first those in which W_f and W_o are alike.

    Whoever writes W_f [h, x] writes W_o [h, x]; the others, which may be many, come after them.
    """
    bases = [re.sub(r"[^A-Za-z].*", "", name, flags=re.DOTALL) for name, _ in options]
    counts: dict[str, int] = {}
    for base, found in zip(bases, options.values(), strict=True):
        counts[base] = max(len(found), counts.get(base, 0))
    alike: dict[tuple[Expr, ...], None] = {}
    for places in islice(product(*map(range, counts.values())), MOST_READINGS):
        place = dict(zip(counts, places, strict=True))
        pairs = zip(bases, options.values(), strict=True)
        alike[tuple(found[min(place[base], len(found) - 1)] for base, found in pairs)] = None
    yield from alike
    yield from (choice for choice in product(*options.values()) if choice not in alike)


def _with_short_indices(parsed: Sequence[Token], names: Names) -> Iterator[Token]:
    """The tokens, with each index of a name cut to one letter where the rest is a name too."""
    for token in parsed:
        match = ONE_LETTER.fullmatch(token.text) if token.kind == "name" else None
        if match is not None and all(names.meanings(part, False) for part in match.groups()):
            yield from (token._replace(text=part) for part in match.groups())
        else:
            yield token


def _counted_from_0(parsed: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens, with v[1] as the second entry of v, as programs have it."""
    entries = (t._replace(text=str(int(t.text) + 1)) if t.kind == "entry" else t for t in parsed)
    return tuple(entries)


def _tree(expr: Expr) -> Any:
    """What an expression is written with, and how."""
    if isinstance(expr, Quantity):
        return expr.symbol
    if isinstance(expr, Constant):
        return float(expr.value)
    told: Any = id(expr) if not expr.parts else ""
    if isinstance(expr, Apply | Entry):
        told = expr.function.name if isinstance(expr, Apply) else expr.place
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
    is_power = token.text == NAPIER and after.text in POWERS
    if is_power or token.text in (*JOINS, DIAGONAL) or token.text.lower() in FUNCTIONS:
        return [token._replace(kind="function")]
    if token.text == "s" and after.text == "(" and "s" not in names.known():
        return [token._replace(kind="function", text="sigmoid")]
    if names.meanings(token.text, False):
        return [token]
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


def is_known(word: str, names: Names) -> bool:
    """Whether a word is a function, a name, or names with indices that stand close: f_tc_{t-1}."""
    if word.lower() in (*FUNCTIONS, DIAGONAL) or names.meanings(word, False):
        return True
    return "_" in word and any(_pieces(word, names))


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
