"""Spelling expressions as text, LaTeX, MathML or Python: precedence once, marks as classes."""

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol

from lstmhw.expr import (
    Apply,
    BatchSum,
    Block,
    Concat,
    Constant,
    Divide,
    Expr,
    MatrixVector,
    Negative,
    Outer,
    OuterOfRows,
    Power,
    Quantity,
    RowSum,
    Sum,
    Times,
    Transposed,
    VectorMatrix,
)
from lstmhw.functions import ACTIVATIONS, Function, batch_sum, row_sum, sqrt

SUM, MATRIX, PRODUCT, POWER, ATOM = 1, 2, 3, 4, 5  # what binds tighter is larger

GREEK = {"alpha": "α"}  # symbols that are the names of letters

SYMBOL = re.compile(r"[a-z0-9][\w()+-]*(@\w+)?", re.ASCII | re.IGNORECASE)

OF_WEIGHTS = frozenset({"W", "U", "V", "v", "b", "p", "E", "states", "values"})
OF_TIME = frozenset("xhcifgorznaye") | {"alpha", "context", "query"}
"""What a gradient is taken to: dW_x_f and dh_1.  What arrives from outside, dh, has no index."""

LONGEST_FRACTION = 40  # characters that are written above and below a bar

TYPED = 10  # decimals; what has more came out of a computation
MOST_NAMES = 8  # in a sum; of more, the middle is not written


BATCH = Function(
    "sum_b", batch_sum, r"\textstyle\sum_{b}", "sum_b(v): v added up over the examples b"
)
"""How a sum over a batch is written."""


class Omitted(Expr):
    """So many terms of a long sum that are not written."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


LATEX_MARKS = {
    "\0": "{}",  # keeps two hyphens two
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "`": r"\textasciigrave{}",
    **{mark: "\\" + mark for mark in "#$%&_{}"},
    **{mark: f"${mark}$" for mark in "<>|"},
    "\u2013": "--",
    "\u2014": "---",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
}
ACCENTED = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒ"


class Printed(Constant):
    """A number that is what its digits say."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__(float(text))
        self.text = text

    def negated(self) -> "Printed":
        return Printed(self.text.removeprefix("-") if self.value < 0 else f"-{self.text}")


class NumberOf(Expr):
    """One number of a quantity, by its name; without a place, the one that a row is about."""

    __slots__ = ("place", "symbol")

    def __init__(self, symbol: str, place: tuple[int, ...]) -> None:
        super().__init__()
        self.symbol = symbol
        self.place = place


class Notation(Protocol):
    """The marks of one way of writing; every argument and result is in that notation."""

    fraction_bar: bool
    slash: str
    fences: tuple[str, str]

    def name(self, base: str, indices: list[str]) -> str: ...
    def marked(self, name: str, layer: str, is_reverse: bool) -> str: ...
    def gradient(self, to: str) -> str: ...
    def number(self, text: str) -> str: ...
    def words(self, text: str) -> str: ...
    def signed(self, terms: list[tuple[str, str]]) -> list[str]: ...
    def sum(self, terms: list[str]) -> str: ...
    def times(self, left: str, right: str) -> str: ...
    def product(self, left: str, right: str) -> str: ...
    def divide(self, above: str, below: str) -> str: ...
    def raised(self, base: str, mark: str) -> str: ...
    def apply(self, function: Function, argument: str) -> str: ...
    def concat(self, parts: list[str], separator: str) -> str: ...
    def parentheses(self, inner: str) -> str: ...
    def equals(self, left: str, right: str) -> str: ...
    def transposed(self, matrix: str) -> str: ...
    def block(self, vector: str, first: int, last: int) -> str: ...
    def item(self, name: str, place: Sequence[str]) -> str: ...


class Text:
    """Plain ASCII, as one types it."""

    fraction_bar = False
    slash = "/"
    fences = ("(", ")")

    def name(self, base: str, indices: list[str]) -> str:
        return "_".join([base, *indices])

    def marked(self, name: str, layer: str, is_reverse: bool) -> str:
        """A name with its layer and direction: h_1@2rev."""
        return f"{name}@{layer}{'rev' if is_reverse else ''}"

    def gradient(self, to: str) -> str:
        """The gradient of the loss to a symbol."""
        return f"d{to}"

    def number(self, text: str) -> str:
        return text

    def words(self, text: str) -> str:
        return text

    def signed(self, terms: list[tuple[str, str]]) -> list[str]:
        """The terms of a sum, each with the sign before it."""
        (sign, first), *rest = terms
        return [sign + first, *(f"{sign or '+'} {term}" for sign, term in rest)]

    def sum(self, terms: list[str]) -> str:
        return " ".join(terms)

    def times(self, left: str, right: str) -> str:
        return f"{left}*{right}"

    def product(self, left: str, right: str) -> str:
        return f"{left} {right}"

    def divide(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def raised(self, base: str, mark: str) -> str:
        return f"{base}^{mark}"

    def apply(self, function: Function, argument: str) -> str:
        return f"{function.name}({argument})"

    def concat(self, parts: list[str], separator: str) -> str:
        return f"[{(separator + ' ').join(parts)}]"

    def parentheses(self, inner: str) -> str:
        return f"({inner})"

    def equals(self, left: str, right: str) -> str:
        return f"{left} = {right}"

    def transposed(self, matrix: str) -> str:
        return self.raised(matrix, self.name("T", []))

    def block(self, vector: str, first: int, last: int) -> str:
        """Some entries of a vector, counted from 1."""
        return f"{vector}[{first}]" if first == last else f"{vector}[{first}..{last}]"

    def item(self, name: str, place: Sequence[str]) -> str:
        """One number of a vector or matrix, counted from 1."""
        return name + "".join(f"[{k}]" for k in place)


class Python(Text):
    """Python, over arrays; `functions` says how a function is called, with {} for its argument."""

    def __init__(self, functions: Mapping[str, str]) -> None:
        self.functions = functions

    def times(self, left: str, right: str) -> str:
        return f"{left} * {right}"

    def product(self, left: str, right: str) -> str:
        return f"{left} @ {right}"

    def divide(self, above: str, below: str) -> str:
        return f"{above} / {below}"

    def raised(self, base: str, mark: str) -> str:
        return f"{base}**{mark}"

    def transposed(self, matrix: str) -> str:
        return f"{matrix}.T"

    def apply(self, function: Function, argument: str) -> str:
        return self.functions[function.name].format(argument)


class Latex(Text):
    """LaTeX for math mode, with amsmath."""

    fraction_bar = True

    def name(self, base: str, indices: list[str]) -> str:
        word = rf"\{base}" if base in GREEK else rf"\mathrm{{{base}}}"
        head = base if len(base) == 1 else word
        marks = ",".join(index.strip("()") for index in indices)
        return f"{head}_{{{marks}}}" if indices else head

    def marked(self, name: str, layer: str, is_reverse: bool) -> str:
        arrow = rf"\overleftarrow{{{name}}}" if is_reverse else name
        return rf"{{{arrow}^{{({layer})}}}}" if layer else arrow

    def gradient(self, to: str) -> str:
        return rf"\frac{{\partial L}}{{\partial {to}}}"

    def number(self, text: str) -> str:
        mantissa, e, exponent = text.partition("e")
        if e:
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return {"inf": r"\infty", "-inf": r"-\infty"}.get(text, text)

    def words(self, text: str) -> str:
        return rf"\text{{{latex_text(text)}}}"

    def times(self, left: str, right: str) -> str:
        return rf"{left} \cdot {right}"

    def product(self, left: str, right: str) -> str:
        return rf"{left} \, {right}"

    def divide(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def raised(self, base: str, mark: str) -> str:
        return f"{base}^{{{mark}}}"

    def apply(self, function: Function, argument: str) -> str:
        if function is sqrt:  # whose bar is its parentheses
            return rf"\sqrt{{{argument}}}"
        return f"{function.latex}({argument})"

    def parentheses(self, inner: str) -> str:
        return rf"\left({inner}\right)" if r"\frac" in inner else f"({inner})"

    def block(self, vector: str, first: int, last: int) -> str:
        return rf"\left({vector}\right)_{{{first}{'' if first == last else rf' .. {last}'}}}"

    def item(self, name: str, place: Sequence[str]) -> str:
        return rf"\left({name}\right)_{{{','.join(place)}}}"


TALL = ("<mfrac", "<mtable", "<msqrt")


class MathML:
    """Presentation MathML, as browsers read it."""

    fraction_bar = True
    slash = "<mo>/</mo>"
    fences = ('<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>')

    def name(self, base: str, indices: list[str]) -> str:
        head = f"<mi>{GREEK.get(base, base)}</mi>"
        if not indices:
            return head
        marks = "<mo>,</mo>".join(map(_mathml_index, indices))
        return f"<msub>{head}<mrow>{marks}</mrow></msub>"

    def marked(self, name: str, layer: str, is_reverse: bool) -> str:
        arrow = f"<mover>{name}<mo>←</mo></mover>" if is_reverse else name
        return (
            f"<msup>{arrow}<mrow><mo>(</mo><mn>{layer}</mn><mo>)</mo></mrow></msup>"
            if layer
            else arrow
        )

    def gradient(self, to: str) -> str:
        return f"<mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow><mo>∂</mo>{to}</mrow></mfrac>"

    def number(self, text: str) -> str:
        mantissa, e, exponent = text.partition("e")
        if e:
            power = f"<msup><mn>10</mn>{self.number(str(int(exponent)))}</msup>"
            return f"<mrow>{self.number(mantissa)}<mo>·</mo>{power}</mrow>"
        digits = text.removeprefix("-").replace("inf", "∞")
        minus = "<mo>−</mo>" if text.startswith("-") else ""
        return f"<mrow>{minus}<mn>{digits}</mn></mrow>" if minus else f"<mn>{digits}</mn>"

    def words(self, text: str) -> str:
        return f"<mtext>{escape(text)}</mtext>"

    def signed(self, terms: list[tuple[str, str]]) -> list[str]:
        (sign, first), *rest = terms
        head = f"<mo>−</mo>{first}" if sign else first
        marks = (("−" if sign else "+", term) for sign, term in rest)
        return [head, *(f'<mo form="infix">{mark}</mo>{term}' for mark, term in marks)]

    def sum(self, terms: list[str]) -> str:
        return f"<mrow>{''.join(terms)}</mrow>"

    def times(self, left: str, right: str) -> str:
        return f"<mrow>{left}<mo>·</mo>{right}</mrow>"

    def product(self, left: str, right: str) -> str:
        return f'<mrow>{left}<mspace width="0.2em"/>{right}</mrow>'

    def divide(self, above: str, below: str) -> str:
        return f"<mfrac>{above}{below}</mfrac>"

    def raised(self, base: str, mark: str) -> str:
        return f"<msup><mrow>{base}</mrow>{mark}</msup>"

    def apply(self, function: Function, argument: str) -> str:
        if function is sqrt:
            return f"<msqrt>{argument}</msqrt>"
        name = "σ" if function.name == "sigmoid" else function.name
        return f"<mrow><mi>{name}</mi>{_fenced('(', argument, ')')}</mrow>"

    def concat(self, parts: list[str], separator: str) -> str:
        inner = f"<mo>{separator}</mo>".join(parts)
        return f"<mrow>{_fenced('[', inner, ']')}</mrow>"

    def parentheses(self, inner: str) -> str:
        return f"<mrow>{_fenced('(', inner, ')')}</mrow>"

    def equals(self, left: str, right: str) -> str:
        return f"<mrow>{left}<mo>=</mo>{right}</mrow>"

    def transposed(self, matrix: str) -> str:
        return self.raised(matrix, self.name("T", []))

    def block(self, vector: str, first: int, last: int) -> str:
        to = "" if first == last else f"<mo>..</mo><mn>{last}</mn>"
        return f"<msub>{self.parentheses(vector)}<mrow><mn>{first}</mn>{to}</mrow></msub>"

    def item(self, name: str, place: Sequence[str]) -> str:
        inner = f"<mrow><mo>(</mo>{name}<mo>)</mo></mrow>"
        marks = "<mo>,</mo>".join(f"<mn>{k}</mn>" for k in place)
        return f"<msub>{inner}<mrow>{marks}</mrow></msub>"


def _fenced(left: str, inner: str, right: str) -> str:
    """In parentheses or brackets, which grow with what is taller than a line."""
    still = "" if any(tall in inner for tall in TALL) else ' stretchy="false"'
    return f"<mo{still}>{left}</mo>{inner}<mo{still}>{right}</mo>"


def _mathml_index(index: str) -> str:
    """`1`, `f`, `(t-1)`, `(t+1)`; a subscript needs no parentheses."""
    return "".join(map(_mathml_mark, re.split("([-+])", index.strip("()"))))


def _mathml_mark(mark: str) -> str:
    if mark in "-+":
        return f"<mo>{mark.replace('-', '−')}</mo>"
    return f"<mn>{mark}</mn>" if mark.isdigit() else f"<mi>{mark}</mi>"


def latex_text(text: str) -> str:
    """Text that LaTeX prints as it is; a character that its default fonts lack becomes a ?."""
    line = re.sub(r"\s+", " ", text).replace("--", "-\0-")
    return "".join(LATEX_MARKS.get(character) or _known(character) for character in line)


def _known(character: str) -> str:
    plain = character.isascii() and character.isprintable()
    return character if plain or character in ACCENTED else "?"


def decimal(value: float, digits: int, more: int = 0) -> str:
    """The number to `digits` decimals and `more`; below 0.1 four significant digits, and more.

    Three are enough where decimals would misstate it by 5 %.  A tie goes up, as people round.
    """
    if not math.isfinite(value):
        return "inf" if value > 0 else "-inf"
    if 0 < abs(value) < 0.1:
        decimals = digits + 1 + math.floor(math.log10(abs(value)))
        places = max(significant(digits), decimals) + more
        return f"{_over_tie(value, abs(value) * 10.0**-places):#.{places}g}"
    # + 0.0 makes a negative zero positive
    fixed = f"{_over_tie(value, 10.0 ** -(digits + more)) + 0.0:.{digits + more}f}"
    if abs(float(fixed) - value) > 0.05 * abs(value):
        return f"{value:.3g}"
    return fixed if abs(value) < 1e9 else f"{value:.{digits + more}e}"


def significant(digits: int) -> int:
    """How many significant digits a small number has at least: 4, or 3 where few are shown."""
    return 4 if digits >= 4 else 3


def _over_tie(value: float, unit: float) -> float:
    """A value whose digits a float has nearly: 0.12345, which is a little less in binary, or more.

    Where so little would be seen in units of the last digit it is left alone.
    """
    nudge = value * 1e-14
    return value + nudge if abs(nudge) < 1e-3 * unit else value


def as_given(value: float, digits: int) -> str:
    """A datum: as short as it was written where that takes no more than `digits` decimals."""
    return _shortest(value, digits) or decimal(value, digits)


def datum(value: float, digits: int, more: int = 0) -> str:
    """A datum in a row: as it was written, or where nobody typed it like what is computed."""
    return _shortest(value, max(digits + more, TYPED)) or decimal(value, digits, more)


def _shortest(value: float, digits: int) -> str:
    """The number as short as it was written; nothing where that takes more decimals."""
    shortest = f"{value + 0.0:.15g}"
    mantissa, _, exponent = shortest.partition("e")
    if len(mantissa.partition(".")[2]) > digits or float(shortest) != value:
        return ""
    return f"{value:.0f}" if 0 < int(exponent or 0) < 16 else shortest


def symbol(name: str, notation: Notation) -> str:
    """A symbol of the contract (`z_f_1`, `tanh_c_1`), or of a page (`c_(t-1)`), in a notation."""
    if not SYMBOL.fullmatch(name):  # a letter or a word of somebody's alphabet
        return notation.words(name)
    bare, _, mark = name.partition("@")
    base, *indices = bare.split("_")
    function = ACTIVATIONS.get(base)
    if function is not None and indices:
        of = name.partition("_")[2]
        return notation.apply(function, symbol(of, notation))
    if is_gradient(name):
        return notation.gradient(symbol(name[1:], notation))
    written = notation.name(base, indices)
    return notation.marked(written, *_marks(mark)) if mark else written


def is_gradient(name: str) -> bool:
    """Whether a symbol is a gradient of the loss: dW_x_f, dh_1, dz_o_2@1rev."""
    base, *indices = name.partition("@")[0].split("_")
    to = base[1:] if base.startswith("d") else ""
    return to in OF_WEIGHTS or (to in OF_TIME and bool(indices))


def _marks(mark: str) -> tuple[str, bool]:
    """The layer of a mark, if it says one, and whether it is of the reverse direction."""
    return mark.removesuffix("rev"), mark.endswith("rev")


def write(expr: Expr, notation: Notation, digits: int = 4) -> str:
    """The expression in a notation, numbers to so many decimals."""
    return _Writer(notation, digits).write(expr)


def write_terms(expr: Expr, notation: Notation, digits: int = 4) -> list[str]:
    """The expression in pieces, so that lines can be broken: the terms of a sum with their signs.

    A long fraction is written with a slash, in the pieces that stand above and below its bar.
    """
    return _Writer(notation, digits).pieces(expr)


def python(expr: Expr, functions: Mapping[str, str]) -> str:
    """The expression in Python, its numbers in full; `functions` are those of `Python`."""
    return _PythonWriter(Python(functions), 0).write(expr)


def equation(name: str, expr: Expr, notation: Notation, digits: int = 4) -> str:
    """symbol = formula; only the formula where the symbol is written the same (`tanh_c_1`)."""
    formula = write(expr, notation, digits)
    return notation.equals(symbol(name, notation), formula) if _is_other(name, expr) else formula


def equation_terms(name: str, expr: Expr, notation: Notation, digits: int = 4) -> list[str]:
    """The same, a term of a sum for each place where a line can be broken."""
    first, *rest = write_terms(expr, notation, digits)
    if _is_other(name, expr):
        first = notation.equals(symbol(name, notation), first)
    return [first, *rest]


def _is_other(name: str, expr: Expr) -> bool:
    """Whether a symbol is written otherwise than the expression that it is."""
    return symbol(name, Text()) != write(expr, Text())


class _Writer:
    def __init__(self, notation: Notation, digits: int) -> None:
        self.notation = notation
        self.digits = digits

    def write(self, expr: Expr) -> str:
        return self.notation.sum(self.terms(expr))

    def terms(self, expr: Expr) -> list[str]:
        signed = [_signed(term) for term in written_terms(expr)]
        return self.notation.signed([(sign, self.tight(term, MATRIX)) for sign, term in signed])

    def pieces(self, expr: Expr) -> list[str]:
        if not isinstance(expr, Divide) or len(write(expr, Text(), self.digits)) < LONGEST_FRACTION:
            return self.terms(expr)
        above, below = expr.parts
        *most, last = self.fenced(above, PRODUCT)
        first, *rest = self.fenced(below, ATOM)
        return [*most, f"{last}{self.notation.slash}{first}", *rest]

    def fenced(self, expr: Expr, least: int) -> list[str]:
        """The pieces, in parentheses where the outermost mark binds less than `least`."""
        pieces = self.pieces(expr)
        if self.precedence(expr) < least:
            left, right = self.notation.fences
            pieces[0] = left + pieces[0]
            pieces[-1] += right
        return pieces

    def tight(self, expr: Expr, least: int) -> str:
        """The expression, in parentheses where its outermost mark binds less than `least`."""
        expr = _written_out(expr)
        text = self.write(expr) if isinstance(expr, Sum | Negative) else self.inner(expr)
        return self.notation.parentheses(text) if self.precedence(expr) < least else text

    def precedence(self, expr: Expr) -> int:
        """How tightly the outermost mark binds; the bar of a gradient, where it has one."""
        if isinstance(expr, Quantity) and self.notation.fraction_bar:
            return POWER if is_gradient(expr.symbol) else ATOM
        return _precedence(expr)

    def inner(self, expr: Expr) -> str:
        notation = self.notation
        match expr:
            case Quantity(symbol=name):
                return symbol(name, notation)
            case Constant():
                return notation.number(self.spelled(expr))
            case NumberOf(symbol=name, place=place):
                written = symbol(name, notation)
                return notation.item(written, [str(k + 1) for k in place]) if place else written
            case Omitted(count=count):
                return notation.words(f"... ({count} more terms) ...")
            case Apply(function=function, parts=(argument,)):
                return notation.apply(function, self.write(argument))
            case RowSum(parts=(rows,)):
                return notation.apply(row_sum, self.write(rows))
            case BatchSum(parts=(examples,)):
                return notation.apply(BATCH, self.write(examples))
            case Concat(parts=parts):
                return self.joined(parts, ";")
        return self.combined(expr)

    def combined(self, expr: Expr) -> str:
        """A product, quotient or power of two parts, or a transposed matrix."""
        notation = self.notation
        match expr:
            case Times(parts=(left, right)):
                return notation.times(self.tight(left, PRODUCT), self.tight(right, PRODUCT))
            case Divide(parts=(above, below)) if notation.fraction_bar:
                return notation.divide(self.write(above), self.write(below))
            case Divide(parts=(above, below)):
                return notation.divide(self.tight(above, PRODUCT), self.tight(below, ATOM))
            case Power(parts=(base, exponent)):
                return notation.raised(self.base(base), self.write(exponent))
            case Block(parts=(vector,), start=start, end=end):
                return notation.block(self.tight(vector, ATOM), start + 1, end)
            case Transposed(parts=(matrix,)):
                return notation.transposed(self.tight(matrix, ATOM))
            case MatrixVector() | VectorMatrix():
                return notation.product(*(self.factor(part, expr) for part in expr.parts))
            case Outer(parts=(left, right)):
                columns, rows = self.factor(left, expr), self.factor(right, expr)
                if isinstance(expr, OuterOfRows):
                    return notation.product(notation.transposed(columns), rows)
                return notation.product(columns, notation.transposed(rows))
        raise TypeError(f"{type(expr).__name__} cannot be written")

    def spelled(self, number: Constant) -> str:
        if isinstance(number, Printed):
            return number.text
        spell = decimal if number.rounded else datum
        return spell(float(number.value), self.digits)

    def base(self, expr: Expr) -> str:
        """What is raised to a power; a number with a power of ten stands in parentheses."""
        text = self.tight(expr, ATOM)
        has_power = isinstance(expr, Constant) and "e" in self.spelled(expr) and expr.value >= 0
        return self.notation.parentheses(text) if has_power else text

    def factor(self, part: Expr, product: Expr) -> str:
        """A factor of a matrix product; rows are joined by commas, columns by semicolons."""
        if isinstance(part, Concat) and isinstance(product, VectorMatrix | OuterOfRows):
            return self.joined(part.parts, ",")
        return self.tight(part, POWER)

    def joined(self, parts: tuple[Expr, ...], separator: str) -> str:
        return self.notation.concat([self.write(part) for part in parts], separator)


class _PythonWriter(_Writer):
    def spelled(self, number: Constant) -> str:
        return repr(float(number.value))


def _precedence(expr: Expr) -> int:
    if isinstance(expr, Sum | Negative):
        return SUM
    if isinstance(expr, Constant):
        return SUM if expr.value < 0 else ATOM
    if isinstance(expr, MatrixVector | VectorMatrix | Outer):
        return MATRIX
    if isinstance(expr, Power | Transposed):
        return POWER
    if isinstance(expr, Times | Divide):
        return PRODUCT
    return ATOM


def written_terms(expr: Expr) -> tuple[Expr, ...]:
    """The terms of a sum; of very many that are written with names, the middle is left out."""
    parts = map(_written_out, expr.parts if isinstance(expr, Sum) else (expr,))
    terms = tuple(t for part in parts for t in (part.parts if isinstance(part, Sum) else (part,)))
    if len(terms) <= MOST_NAMES or not all(map(_is_formula, terms)):
        return terms
    tail = MOST_NAMES // 3
    return (*terms[: MOST_NAMES - tail], Omitted(len(terms) - MOST_NAMES), *terms[-tail:])


def _is_formula(expr: Expr) -> bool:
    if expr.parts:
        return all(map(_is_formula, expr.parts))
    return isinstance(expr, Quantity | NumberOf)


def _written_out(expr: Expr) -> Expr:
    """A block of a single entry as what that entry is computed from: (W^T d)[2] as W[1][2]*d[1]."""
    if not isinstance(expr, Block) or expr.end > expr.start + 1 or not _is_formula(expr):
        return expr
    has_values = all(leaf.value is not None for leaf in expr.leaves())
    return named(expr.element(0)) if has_values and expr.value.ndim == 1 else expr


def named(expr: Expr) -> Expr:
    """An expression of one number over the names of what its numbers are numbers of."""
    if isinstance(expr, Constant) and expr.source is not None:
        quantity, place = expr.source
        is_alone = not place or quantity.value.size == 1
        return NumberOf(quantity.symbol, () if is_alone else place)
    return expr.rebuilt(*map(named, expr.parts)) if expr.parts else expr


def _signed(term: Expr) -> tuple[str, Expr]:
    """A minus that stands before a term, and the term without it."""
    match term:
        case Negative(parts=(inner,)):
            return "-", inner
        case Constant(value=value) if value < 0:
            return "-", term.negated()
        case Times(parts=(left, right)):
            sign, positive = _signed(left)
            return sign, Times(positive, right)
        case Divide(parts=(above, below)) if isinstance(above, Constant):
            sign, positive = _signed(above)
            return sign, Divide(positive, below)
    return "", term
