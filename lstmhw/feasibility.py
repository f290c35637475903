"""Exact linear feasibility: weights, or a Farkas certificate that there are none.

The question is whether some w has w . v > 0 for all vectors v of one set and w . v <= 0 for all of
another.  By Motzkin's theorem of alternatives (1936) there is none exactly when a sum of vectors of
the first set, with non-negative multipliers that are not all zero, is such a sum of the second.
Answers are found by the simplex method over Fractions; each is checked before it is given.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

Vector = tuple[Fraction, ...]


class Row(NamedTuple):
    """A demand on w: w . vector > 0 where `positive`, else w . vector <= 0."""

    vector: Vector
    positive: bool


class Witness(NamedTuple):
    """Weights that meet every demand."""

    weights: Vector


class Certificate(NamedTuple):
    """Multipliers, positive, of some rows (by number), with which the demands contradict.

    The rows that ask for > 0 and those that ask for <= 0 have the same sum.  No row can be left
    out: the others can be met.
    """

    multipliers: dict[int, Fraction]


def dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True) if x and y), start=Fraction())


def is_met(row: Row, weights: Vector) -> bool:
    """Whether the weights meet a demand."""
    return (dot(weights, row.vector) > 0) == row.positive


def contradicts(rows: Sequence[Row], certificate: Certificate) -> bool:
    """Whether the multipliers prove that the demands contradict, by adding up."""
    multipliers = certificate.multipliers
    if not all(multiplier > 0 for multiplier in multipliers.values()):
        return False
    if not any(rows[k].positive for k in multipliers):
        return False
    total = [Fraction() for _ in rows[0].vector]
    for k, multiplier in multipliers.items():
        sign = 1 if rows[k].positive else -1
        for place, entry in enumerate(rows[k].vector):
            total[place] += sign * multiplier * entry
    return not any(total)


Price = Callable[[Vector, Fraction], int | None]
"""(w, theta) -> a row that w fails by theta, as below; None where there is none."""


def first_unmet(rows: Sequence[Row]) -> Price:
    """The first row that weights do not meet with a margin: w . v >= theta, or <= 0."""

    def price(weights: Vector, margin: Fraction) -> int | None:
        for number, row in enumerate(rows):
            value = dot(weights, row.vector)
            if value < margin if row.positive else value > 0:
                return number
        return None

    return price


def solved(rows: Sequence[Row], price: Price | None = None) -> Witness | Certificate:
    """Weights, or why there are none.

    `price` finds a row that weights do not meet; it may be quicker than going through all rows.
    """
    answer = _simplex(rows, price or first_unmet(rows))
    if isinstance(answer, Certificate):
        assert contradicts(rows, answer)
    return answer


def _simplex(rows: Sequence[Row], price: Price) -> Witness | Certificate:
    """Phase one for: multipliers >= 0 with sum 0, the positive ones adding up to 1.

    A column is a row of the question: its vector and 1 for a positive row, minus its vector and 0
    for another.  The dual of the artificial basis is what `price` is asked about; where no column
    improves it, it is a witness.
    """
    size = len(rows[0].vector) + 1
    inverse = [[Fraction(i == j) for j in range(size)] for i in range(size)]
    values = [Fraction() for _ in range(size - 1)] + [Fraction(1)]
    basis: list[int | None] = [None] * size  # None: an artificial column
    while True:
        dual = [
            sum((inverse[i][j] for i in range(size) if basis[i] is None), start=Fraction())
            for j in range(size)
        ]
        weights, margin = tuple(-entry for entry in dual[:-1]), dual[-1]
        if not any(value for value, number in zip(values, basis, strict=True) if number is None):
            pairs = zip(basis, values, strict=True)
            return Certificate({k: value for k, value in pairs if k is not None and value})
        entering = price(weights, margin)
        if entering is None:
            return Witness(weights)
        column = _column(rows[entering])
        direction = [dot(line, column) for line in inverse]
        leaving = _leaving(direction, inverse, values)
        _pivot(inverse, values, direction, leaving)
        basis[leaving] = entering


def _column(row: Row) -> list[Fraction]:
    if row.positive:
        return [*row.vector, Fraction(1)]
    return [*(-entry for entry in row.vector), Fraction()]


def _leaving(
    direction: Sequence[Fraction], inverse: Sequence[Sequence[Fraction]], values: Sequence[Fraction]
) -> int:
    """The row of the basis that reaches zero first; of several the lexicographic least."""
    candidates = [i for i, step in enumerate(direction) if step > 0]
    return min(
        candidates,
        key=lambda i: [values[i] / direction[i], *(entry / direction[i] for entry in inverse[i])],
    )


def _pivot(
    inverse: list[list[Fraction]], values: list[Fraction], direction: Sequence[Fraction], row: int
) -> None:
    scale = direction[row]
    inverse[row] = [entry / scale for entry in inverse[row]]
    values[row] /= scale
    for i, step in enumerate(direction):
        if i != row and step:
            pairs = zip(inverse[i], inverse[row], strict=True)
            inverse[i] = [a - step * b if b else a for a, b in pairs]
            values[i] -= step * values[row]
