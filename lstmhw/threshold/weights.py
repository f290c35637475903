"""Weights that are pleasant to read: small whole numbers, or else simple fractions."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from math import floor, lcm
from operator import mul

from lstmhw.feasibility import Row, Vector, dot, is_met
from lstmhw.threshold.question import Question

MOST_ROWS, MOST_WEIGHTS = 60, 6  # with more, roundings are tried
LARGEST = 4  # of the whole numbers that are tried
MOST_TRIED = 20_000
PASSES = 3


def pleasant_for(question: Question, weights: Vector) -> Vector:
    """Weights that meet all demands of a question, as these do, and are more pleasant."""
    steps = question.decisive
    if len(steps) <= MOST_ROWS and len(weights) <= MOST_WEIGHTS:
        signed = pleasant([question[t] for t in steps], question.signed(weights))
        return question.signed(signed)
    size = max(map(abs, weights)) or Fraction(1)
    roundings = (
        tuple(Fraction(round(weight / size * largest)) for weight in weights)
        for largest in range(1, 3 * LARGEST)
    )
    return next((w for w in roundings if question.first_failure(w) is None), weights)


def pleasant(rows: Sequence[Row], weights: Vector) -> Vector:
    """Weights that meet all rows, as these do: small whole numbers with no z at 0 if there are any.

    Then small whole numbers; then the simplest fractions, one weight after another.
    """
    whole = None
    demands = [(_scaled(row.vector), row.positive) for row in rows]
    for numbers in _small(len(weights)):
        if all((sum(map(mul, numbers, v)) > 0) == positive for v, positive in demands):
            found = tuple(map(Fraction, numbers))
            if all(sum(map(mul, numbers, v)) for v, _ in demands):
                return found
            whole = whole or found
    return whole or _simplified(rows, weights)


def _scaled(vector: Vector) -> tuple[int, ...]:
    """A multiple of a vector in whole numbers, with which demands are quicker to look at."""
    scale = lcm(*(entry.denominator for entry in vector))
    return tuple((entry * scale).numerator for entry in vector)


@cache
def _small(count: int) -> list[tuple[int, ...]]:
    """Whole numbers, the smaller before the larger, positive before negative."""
    largest = LARGEST
    while (2 * largest + 1) ** count > MOST_TRIED and largest > 0:
        largest -= 1
    numbers = product(range(-largest, largest + 1), repeat=count)
    return sorted(numbers, key=lambda w: (sum(map(abs, w)), max(map(abs, w)), [-n for n in w]))


def _simplified(rows: Sequence[Row], weights: Vector) -> Vector:
    """One weight is 1 or -1, each other in turn as simple as the rest leaves room for."""
    found = [
        _simplified_beside(rows, tuple(w / abs(unit) for w in weights), place)
        for place, unit in enumerate(weights)
        if unit
    ]
    return min(found, key=_length, default=weights)


def _simplified_beside(rows: Sequence[Row], weights: Vector, unit: int) -> Vector:
    for _ in range(PASSES):
        for place in range(len(weights)):
            if place != unit:
                simple = _simplest_at(rows, weights, place)
                weights = (*weights[:place], simple, *weights[place + 1 :])
    return weights


def _length(weights: Vector) -> int:
    """How much there is to write."""
    return sum(len(str(weight)) for weight in weights)


def _simplest_at(rows: Sequence[Row], weights: Vector, place: int) -> Fraction:
    """The simplest value of one weight with which all rows are met."""
    low, high = None, None
    for row in rows:
        slope = row.vector[place]
        if not slope:
            continue
        edge = weights[place] - dot(weights, row.vector) / slope
        if (slope > 0) == row.positive:
            low = edge if low is None else max(low, edge)
        else:
            high = edge if high is None else min(high, edge)

    def fits(value: Fraction) -> bool:
        changed = (*weights[:place], value, *weights[place + 1 :])
        return all(is_met(row, changed) for row in rows)

    ends = [end for end in (low, high) if end is not None and fits(end)]
    if low is not None and low == high:
        return low
    return min([*ends, simplest(low, high)], key=lambda v: (v.denominator, abs(v.numerator)))


def simplest(low: Fraction | None, high: Fraction | None) -> Fraction:
    """The fraction between the ends (None: no end), without them, that has the least denominator.

    Of several the one nearest 0 (Stern 1858, Brocot 1861).
    """
    low = min(Fraction(-1), high - 2 if high is not None else Fraction()) if low is None else low
    high = max(Fraction(1), low + 2) if high is None else high
    if low < 0 < high:
        return Fraction()
    if high <= 0:
        return -simplest(-high, -low)
    whole = floor(low)
    if whole + 1 < high:
        return Fraction(whole + 1)
    rest = low - whole
    return whole + 1 / simplest(1 / (high - whole), 1 / rest if rest else None)
