"""What a product of several things means, by their shapes."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from lstmhw.expr import (
    Expr,
    MatrixVector,
    Outer,
    OuterOfRows,
    Times,
    Transposed,
    VectorMatrix,
)
from lstmhw.formula import FormulaError, described
from lstmhw.functions import total


class ShapeError(FormulaError):
    """A formula whose shapes do not go together."""


def shape_of(expr: Expr) -> tuple[int, ...]:
    with np.errstate(all="ignore"):
        return np.shape(expr.value)


class Factors(NamedTuple):
    """What is multiplied: groups of factors, between which the product goes entry by entry.

    `at` is the place of the first in the text.
    """

    groups: Sequence[Sequence[Expr]]
    at: int


def binding_matrices(factors: Factors, orientation: str) -> Expr:
    """The product in which a matrix takes the vector beside it first: r*W h is r*(W h).

    Vectors are columns or rows, as `orientation` says; vectors of one shape are multiplied entry
    by entry.  Raises ShapeError.
    """
    found = [_of_group(group, orientation, factors.at) for group in factors.groups]
    result = found[0]
    for other in found[1:]:
        result = _entry_by_entry(result, other, factors.at)
    return result


def towards_matrices(factors: Factors, orientation: str) -> Expr:
    """The product in which a matrix acts on all behind it: W r*h is W (r*h).

    For rows that is all before it.  Raises ShapeError.
    """
    parts = [factor for group in factors.groups for factor in group]
    if orientation == "row":
        return _from_left(parts, orientation, factors.at)
    result = parts[-1]
    for part in reversed(parts[:-1]):
        result = _pair(part, result, orientation, factors.at)
    return result


def refuse_other_shapes(left: Expr, right: Expr, mark: str, at: int) -> None:
    """Raises ShapeError unless both have one shape, or one of them is a single number."""
    shapes = shape_of(left), shape_of(right)
    if shapes[0] != shapes[1] and not _has_single(shapes):
        found = " and ".join(map(described, shapes))
        raise ShapeError(f"expected the same shape on both sides of {mark}, found {found}", at=at)


def _has_single(shapes: Sequence[tuple[int, ...]]) -> bool:
    return any(prod(shape) == 1 for shape in shapes)


def _entry_by_entry(left: Expr, right: Expr, at: int) -> Expr:
    refuse_other_shapes(left, right, "a product entry by entry", at)
    return Times(left, right)


def _of_group(factors: Sequence[Expr], orientation: str, at: int) -> Expr:
    parts = list(factors)
    while (k := _matrix_beside_vector(parts, orientation)) is not None:
        node = MatrixVector if orientation == "column" else VectorMatrix
        parts[k : k + 2] = [node(parts[k], parts[k + 1])]
    return _from_left(parts, orientation, at)


def _from_left(parts: Sequence[Expr], orientation: str, at: int) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = _pair(result, part, orientation, at)
    return result


def _matrix_beside_vector(parts: Sequence[Expr], orientation: str) -> int | None:
    """Where a matrix stands to the left of a column, or to the right of a row, that fits it."""
    column = orientation == "column"
    places = range(len(parts) - 1)
    for k in reversed(places) if column else places:
        matrix, vector = (parts[k], parts[k + 1]) if column else (parts[k + 1], parts[k])
        fits = shape_of(vector) == shape_of(matrix)[1 if column else 0 :][:1]
        if len(shape_of(matrix)) == 2 and fits and not isinstance(vector, Transposed):
            return k
    return None


def _pair(left: Expr, right: Expr, orientation: str, at: int) -> Expr:
    shapes = shape_of(left), shape_of(right)
    depths = len(shapes[0]), len(shapes[1])
    found: Expr | None = None
    if depths == (1, 1):
        found = _of_vectors(left, right, orientation)
    elif depths == (2, 2):
        found = _of_matrices(left, right)
    elif depths == (2, 1) and shapes[0][1:] == shapes[1]:
        found = MatrixVector(left, _standing(right))
    elif depths == (1, 2) and shapes[0] == shapes[1][:1]:
        found = VectorMatrix(_standing(left), right)
        if orientation == "column":
            found = Transposed(found)
    if found is not None:
        return found
    if _has_single(shapes):
        return Times(left, right)
    both = " and ".join(map(described, shapes))
    raise ShapeError(f"expected shapes that can be multiplied, found {both}", at=at)


def _of_vectors(left: Expr, right: Expr, orientation: str) -> Expr | None:
    """Two vectors: entry by entry; turned, their outer or their inner product."""
    turned = isinstance(left, Transposed), isinstance(right, Transposed)
    same = shape_of(left) == shape_of(right)
    if turned[0] == turned[1]:
        return Times(left, right) if same else None
    if turned[1] == (orientation == "column"):
        node = Outer if orientation == "column" else OuterOfRows
        return node(_standing(left), _standing(right))
    inner: Expr = total(Times(_standing(left), _standing(right)))
    return inner if same else None


def _of_matrices(left: Expr, right: Expr) -> Expr | None:
    if shape_of(left)[1] == shape_of(right)[0]:
        return VectorMatrix(left, right)
    return Times(left, right) if shape_of(left) == shape_of(right) else None


def _standing(vector: Expr) -> Expr:
    """A vector that was turned, as it stands."""
    return vector.parts[0] if isinstance(vector, Transposed) else vector
