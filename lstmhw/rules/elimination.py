"""Systems of linear equations over Fractions, and inputs that are combinations of others."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

Matrix = Sequence[Sequence[Fraction]]


def solution(rows: Matrix, right: Matrix) -> list[list[Fraction]] | None:
    """X with rows X = right, its free entries 0, by elimination; None where there is none."""
    lines = [[*row, *values] for row, values in zip(rows, right, strict=True)]
    size = len(rows[0])
    pivots: list[int] = []
    for column in range(size):
        place = len(pivots)
        pivot = next((k for k in range(place, len(lines)) if lines[k][column]), None)
        if pivot is None:
            continue
        lines[place], lines[pivot] = lines[pivot], lines[place]
        lines[place] = [entry / lines[place][column] for entry in lines[place]]
        for k, line in enumerate(lines):
            if k != place and line[column]:
                pairs = zip(line, lines[place], strict=True)
                lines[k] = [a - line[column] * b for a, b in pairs]
        pivots.append(column)
    if any(value for line in lines[len(pivots) :] for value in line[size:]):
        return None
    x = [[Fraction()] * len(right[0]) for _ in range(size)]
    for place, column in enumerate(pivots):
        x[column] = lines[place][size:]
    return x


class Combination(NamedTuple):
    """A letter whose input is the sum of those before it with these shares, which add up to 1."""

    letter: int
    shares: tuple[Fraction, ...]


def first_combination(inputs: Matrix) -> Combination | None:
    """The first input that is an affine combination of those before it; None where none is.

    What it puts into a pre-activation is then the same combination of what they do.
    """
    with_one = [(*row, Fraction(1)) for row in inputs]
    for letter in range(1, len(with_one)):
        columns = list(zip(*with_one[:letter], strict=True))
        shares = solution(columns, [[entry] for entry in with_one[letter]])
        if shares is not None:
            return Combination(letter, tuple(share for (share,) in shares))
    return None
