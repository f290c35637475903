"""Reverse mode over the recorded lines of a computation: the chain rule, as a person writes it.

A worksheet is a tape: every line has its expression.  From the last line to the first, the gradient
to what a line defines is written down, and what it makes of that is handed on to the quantities
that the line is written with.  One way back for each kind of node, each written once; that of a
function stands with the function.  dX stands for dL/dX and has the shape of X.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from lstmhw.expr import (
    Apply,
    BatchSum,
    Concat,
    Constant,
    Divide,
    Expr,
    Let,
    MatrixVector,
    Missing,
    Negative,
    Outer,
    Power,
    Quantity,
    Role,
    RowSum,
    Sum,
    Times,
    Transposed,
    VectorMatrix,
    cut,
    sum_of,
)
from lstmhw.functions import Function
from lstmhw.solution import Step, unmarked

ONE = Constant(1.0)
SHORT = len("0.125")  # a factor that is written as a decimal; others as fractions


class Arrived(NamedTuple):
    """A gradient inside a line: `scale` dy * factor, entry by entry; no factor is 1.

    `function` is the last one that it came back through, `block` the matrix, if it is past one;
    `met` is the vector that a matrix multiplies, of the gradient to the matrix.
    """

    dy: Expr
    factor: Expr | None = None
    scale: Fraction | int = 1
    function: Function | None = None
    block: str = ""
    met: Expr | None = None

    @property
    def expr(self) -> Expr:
        """The gradient as one expression."""
        product = self.dy if self.factor is None else multiplied(self.dy, self.factor)
        scaled = product if self.scale in (1, -1) else _scaled(product, abs(Fraction(self.scale)))
        return scaled if self.scale > 0 else -scaled

    def times(self, other: Expr) -> "Arrived":
        """What arrives at a factor whose other factor this is."""
        if isinstance(other, Constant):
            return self._replace(scale=self.scale * Fraction(float(other.value)))
        factor = other if self.factor is None else multiplied(self.factor, other)
        return self._replace(factor=factor)


def _scaled(expr: Expr, scale: Fraction) -> Expr:
    """So many times the expression: 2*x/3 for two thirds of x, 0.5*x for half of it."""
    if float(scale) == scale and len(str(float(scale))) <= SHORT:
        return multiplied(Constant(float(scale)), expr)
    above = multiplied(Constant(float(scale.numerator)), expr)
    return above / Constant(float(scale.denominator))


class Part(NamedTuple):
    """What a line adds to the gradient to one of the quantities that it is written with."""

    line: Step
    to: Quantity
    arrived: Arrived


def multiplied(left: Expr, right: Expr) -> Expr:
    """The product, entry by entry, without a factor of 1; two numbers are one."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        return Constant(left.value * right.value)
    if isinstance(left, Constant) and left.value == 1:
        return right
    if isinstance(right, Constant) and right.value == 1:
        return left
    return left * right


def pulled(node: Expr, at: Arrived) -> Iterator[tuple[Quantity, Arrived]]:
    """What reaches each quantity of an expression from the gradient to its value.

    Raises TypeError for a node without a way back.
    """
    if isinstance(node, Quantity):
        yield node, at
    elif isinstance(node, Missing):
        yield from _of_missing(node, at)
    elif not isinstance(node, Constant):
        for part, there in _back(node, at):
            yield from pulled(part, there)


def _of_missing(node: Missing, at: Arrived) -> Iterator[tuple[Quantity, Arrived]]:
    """What reaches a quantity that is missing, or those that a missing value would follow from."""
    if node.symbol:
        yield Quantity(node.symbol, None, given=False, role=node.role), at
    elif node.formula is not None:
        yield from pulled(node.formula, at)


def _back(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    """What reaches the parts of a node."""
    if type(node) not in PULL_BACKS:
        raise TypeError(f"no gradient comes back through {type(node).__name__}")
    return PULL_BACKS[type(node)](node, at)


def _sum(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    yield from ((part, at) for part in node.parts)


def _negative(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    yield node.parts[0], at._replace(scale=-at.scale)


def _times(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    left, right = node.parts
    yield left, at.times(right)
    yield right, at.times(left)


def _divide(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    above, below = node.parts
    if isinstance(below, Constant):
        yield above, at._replace(scale=at.scale / Fraction(float(below.value)))
        return
    yield above, at._replace(dy=at.expr / below, factor=None, scale=1)
    passed = at.times(above / below**2)
    yield below, passed._replace(scale=-passed.scale)


def _power(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    base, exponent = node.parts
    lower = base if exponent.value == 2 else base ** (exponent.value - 1)
    yield base, at.times(exponent).times(lower)


def _transposed(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    dy = at.expr
    turned = dy.rebuilt(*dy.parts[::-1]) if isinstance(dy, Outer) else dy.T  # (a b^T)^T = b a^T
    yield node.parts[0], Arrived(turned)


def _apply(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    assert isinstance(node, Apply)
    (argument,) = node.parts
    if node.function.gradient(at.dy, argument, node) is at.dy:  # a sum: the same for each term
        yield argument, at._replace(function=node.function)
    else:
        yield argument, _through(node.function, at.expr, argument, node)


def _through(function: Function, dy: Expr, z: Expr, y: Expr) -> Arrived:
    """Back through y = f(z)."""
    return Arrived(function.gradient(dy, z, y), function=function)


def _matrix_vector(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    (matrix, vector), dz = node.parts, at.expr
    yield matrix, Arrived(dz.outer(vector), met=vector)
    for part, block, name in _met(node, matrix, vector):
        yield part, Arrived(block.T.times(dz), block=name)


def _vector_matrix(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    (vector, matrix), dz = node.parts, at.expr
    yield matrix, Arrived(vector.outer_of_rows(dz), met=vector)
    for part, block, name in _met(node, matrix, vector):
        yield part, Arrived(dz @ block.T, block=name)


def _batch_sum(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    yield node.parts[0], at


def _concat(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    """Each part gets the entries of the gradient in its place."""
    dy, start = at.expr, 0
    for part in node.parts:
        end = start + part.value.shape[-1]
        yield part, Arrived(dy.entries(start, end), block=at.block)
        start = end


PullBack = Callable[[Any, Arrived], Iterator[tuple[Expr, Arrived]]]
PULL_BACKS: Mapping[type[Expr], PullBack] = {
    Sum: _sum,
    Negative: _negative,
    Times: _times,
    Divide: _divide,
    Power: _power,
    Transposed: _transposed,
    Apply: _apply,
    MatrixVector: _matrix_vector,
    VectorMatrix: _vector_matrix,
    Concat: _concat,
    BatchSum: _batch_sum,
}
"""(a node, the gradient to its value) -> what reaches its parts; that of a function is its own."""


def _met(product: Any, matrix: Expr, vector: Expr) -> Iterator[tuple[Expr, Expr, str]]:
    """Each part of the vector in a product, the block of the matrix that meets it, and its name."""
    if not isinstance(vector, Concat) or not _is_joined(matrix):
        yield vector, matrix, matrix.symbol if isinstance(matrix, Quantity) else ""
        return
    assert isinstance(matrix, Quantity)
    mark = unmarked(matrix.symbol)[1]
    for part, value in cut(product):
        own = (leaf for leaf in part.leaves() if leaf.role.what == "state")
        key = "W_h" if any(unmarked(leaf.symbol)[1] == mark for leaf in own) else "W_x"
        symbol = key + matrix.symbol.removeprefix("W")  # W_f has the blocks W_x_f and W_h_f
        role = matrix.role._replace(key=key)
        yield part, Quantity(symbol, value, given=True, role=role), symbol


def _is_joined(matrix: Expr) -> bool:
    """Whether a matrix has a block for the input, and one for the state."""
    return isinstance(matrix, Quantity) and matrix.role.key == "W" and matrix.role.letter != "y"


def added(parts: Sequence[Part]) -> Expr:
    """The gradient to a quantity from all its parts, the last line first; there is at least one.

    What several places of one line add is taken together: dh*(h - n), not dh*h - dh*n.
    """
    together = groupby(parts, key=lambda part: (part.line.symbol, id(part.arrived.dy)))
    terms = [_of_line([part.arrived for part in group]) for _, group in together]
    return _fitted(sum_of(terms[::-1]), parts[0].to)


def _of_line(arrived: Sequence[Arrived]) -> Expr:
    """What one line adds: the gradient to it, times the sum of the factors."""
    return arrived[0].expr if len(arrived) == 1 else multiplied(arrived[0].dy, factor_of(arrived))


def factor_of(arrived: Sequence[Arrived]) -> Expr:
    """What the gradient to a line is multiplied by, all in all; h - n, not -n + h."""
    signed = sorted(arrived, key=lambda each: each.scale < 0)
    return sum_of([each._replace(dy=ONE).expr for each in signed])


SUMMED: Mapping[str, type[BatchSum]] = {"bias": BatchSum, "peephole": BatchSum, "shared": RowSum}
"""How the gradient to what is the same for all examples, or rows, is added up."""


def _fitted(gradient: Expr, to: Quantity) -> Expr:
    """Added up over a batch, or over rows, where the quantity is the same for all of them."""
    kind = SUMMED.get(to.role.what)
    if kind is None or to.value is None or isinstance(gradient, Missing):
        return gradient
    return kind(gradient) if np.ndim(gradient.value) > np.ndim(to.value) else gradient


Note = Callable[[Step | Quantity, Sequence[Part]], str]
"""(what it is the gradient to, its parts) -> the note of a gradient."""


def _passed(line: Step, y: Expr, dy: Expr) -> Iterator[tuple[Quantity, Arrived]]:
    """What reaches the quantities of a line; a slope is written with the name of its value."""
    expr = line.expr.formula if isinstance(line.expr, Missing) else line.expr
    if isinstance(expr, Apply):  # dz = dy*y*(1 - y), not with sigmoid(z) for y
        yield from pulled(expr.parts[0], _through(expr.function, dy, expr.parts[0], y))
    elif expr is not None:
        yield from pulled(expr, Arrived(dy))


class Adjoint:
    """The way back over lines that are recorded, each gradient by `let` as it is found.

    `named` holds what each symbol stands for.  `parts` are those of the gradients that are still to
    be written down, by symbol; `gradients` stand for those that are.
    """

    def __init__(self, let: Let, named: Mapping[str, Expr], note: Note) -> None:
        self.let = let
        self.named = named
        self.note = note
        self.parts: dict[str, list[Part]] = {}
        self.gradients: dict[str, Expr] = {}

    def seed(self, line: Step, dy: Expr) -> None:
        """A gradient that arrives at a line from outside."""
        to = Quantity(line.symbol, None, given=False, role=line.role)
        self.parts.setdefault(line.symbol, []).append(Part(line, to, Arrived(dy)))

    def through(self, line: Step) -> None:
        """Back through one line, to what it is written with; nothing where nothing reaches it."""
        parts = self.parts.pop(line.symbol, None)
        if parts is None:
            return
        y = self.named[line.symbol]
        dy = self._of(line, parts)
        for to, arrived in _passed(line, y, dy):
            self.parts.setdefault(to.symbol, []).append(Part(line, to, arrived))

    def through_as(self, line: Step, to: Step, factor: Expr) -> None:
        """Back through a line to another at once: the gradient to it is so many times its own."""
        reached = Quantity(to.symbol, None, given=False, role=to.role)
        for part in self.parts.pop(line.symbol, ()):
            passed = part.arrived.times(factor)
            self.parts.setdefault(to.symbol, []).append(Part(line, reached, passed))

    def _of(self, line: Step, parts: Sequence[Part]) -> Expr:
        """The gradient to a line, recorded unless it has no name: dtanh(c), or a plain number."""
        value = added(parts)
        if line.role.what in ("activated state", "loss") or isinstance(value, Constant):
            return value
        return self.record(line, value, parts)

    def record(self, to: Step | Quantity, value: Expr, parts: Sequence[Part]) -> Expr:
        """Writes a gradient down."""
        note = "" if isinstance(value, Missing) else self.note(to, parts)
        self.gradients[to.symbol] = self.let(f"d{to.symbol}", value, note, role_of(to, parts))
        return self.gradients[to.symbol]

    def settle(self, to: Quantity) -> None:
        """Writes down the gradient to a datum, after the first line that uses it."""
        parts = self.parts.pop(to.symbol)
        self.record(to, added(parts), parts)


def role_of(to: Step | Quantity, parts: Sequence[Part]) -> Role:
    """What a gradient is the gradient to, and the function that it came back through."""
    functions = [part.arrived.function for part in parts if part.arrived.function is not None]
    is_scored = to.role.what in ("pre-activation", "scores")
    return Role(
        "gradient",
        to.role.letter,
        to.role.key,
        functions[0] if functions else None,
        of=to.symbol,
        to=to.role.what,
        through=parts[0].line.symbol if is_scored else "",
    )
