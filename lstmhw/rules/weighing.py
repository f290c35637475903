"""Weights of step units that do what is asked of them in each state that they reach."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import count, product
from math import lcm
from typing import Any

import numpy as np

from lstmhw.feasibility import Row, Vector, Witness, dot, solved
from lstmhw.rules.elimination import Matrix, solution
from lstmhw.rules.few_units import Behaviour, bits_of, output_rows, positive_scale
from lstmhw.rules.letters import Judge
from lstmhw.rules.step_units import StepNetwork

LARGEST = 4  # of the whole numbers that are tried
MOST_NUMBERS = 100_000
FINEST = 2**40  # so that sums of a few are exact in int64


def network_of(behaviour: Behaviour, letters: int, judge: Judge) -> StepNetwork:
    """A network that behaves so: from h_0 = 0 where on and off can be named so that it does."""
    zeros = (Fraction(),) * behaviour.units
    for units in range(2**behaviour.units):
        named = _flipped(behaviour, units)
        demands = (_demands(named, letters, unit) for unit in range(named.units))
        weights = [_weights([_without_k(row) for row in rows]) for rows in demands]
        found = [some for some in weights if some is not None]
        if len(found) == named.units:
            put, W_h = _parts(found, letters)
            return _read(named, put, W_h, zeros, judge)
    return _from_elsewhere(behaviour, letters, judge)


def _flipped(behaviour: Behaviour, units: int) -> Behaviour:
    """The same with on and off called the other way round in some units."""
    before = 2**behaviour.units
    moves = {
        (state if state == before else state ^ units, letter): target ^ units
        for (state, letter), target in behaviour.moves.items()
    }
    dues = {state ^ units: due for state, due in behaviour.dues.items()}
    return Behaviour(behaviour.units, moves, dues)


def _demands(behaviour: Behaviour, letters: int, unit: int) -> list[Row]:
    """What is asked of (letters, w, k): k is w . h_0, which counts before the first letter."""
    rows = []
    for (state, letter), target in behaviour.moves.items():
        is_first = state == 2**behaviour.units
        bits = (0,) * behaviour.units if is_first else bits_of(state, behaviour.units)
        one_hot = (Fraction(letter == other) for other in range(letters))
        vector = (*one_hot, *map(Fraction, bits), Fraction(is_first))
        rows.append(Row(vector, bool(target >> unit & 1)))
    return rows


def _without_k(row: Row) -> Row:
    return row._replace(vector=row.vector[:-1])


def _weights(rows: Sequence[Row]) -> Vector | None:
    """Small whole numbers if there are any; or else any."""
    numbers = _small(len(rows[0].vector))
    return _meeting(rows, numbers) or _whole(rows)


def _output(rows: Sequence[Row]) -> Vector | None:
    """The same of (w, b, s), small ones with a scale by which the rest divides to few decimals."""
    numbers = _small(len(rows[0].vector))
    return _meeting(rows, numbers[np.isin(numbers[:, -1], (1, 2, 4))]) or _whole(rows)


def _whole(rows: Sequence[Row]) -> Vector | None:
    """Any whole numbers that meet all rows."""
    answer = solved(rows)
    if not isinstance(answer, Witness):
        return None
    whole = lcm(*(entry.denominator for entry in answer.weights))
    return tuple(entry * whole for entry in answer.weights)


def _meeting(rows: Sequence[Row], numbers: Any) -> Vector | None:
    """The first of some numbers that meet all rows, of those one with no sum at 0."""
    scales = [lcm(*(entry.denominator for entry in row.vector)) for row in rows]
    pairs = zip(rows, scales, strict=True)
    whole = [[int(entry * scale) for entry in row.vector] for row, scale in pairs]
    if max(abs(entry) for row in whole for entry in row) > FINEST:
        return None
    vectors = np.array(whole)
    positive = np.array([row.positive for row in rows])
    sums = numbers @ vectors.T
    met = ((sums > 0) == positive).all(axis=1)
    for among in (met & sums.all(axis=1), met):
        if among.any():
            return tuple(map(Fraction, numbers[among.argmax()].tolist()))
    return None


@cache
def _small(size: int) -> Any:
    """Whole numbers, the smaller before the larger, positive before negative."""
    largest = LARGEST
    while largest > 1 and (2 * largest + 1) ** size > MOST_NUMBERS:
        largest -= 1
    if (2 * largest + 1) ** size > MOST_NUMBERS:
        return np.zeros((0, size), dtype=np.int64)
    numbers = np.array(list(product(range(largest, -largest - 1, -1), repeat=size)))
    sizes = np.abs(numbers)
    return numbers[np.lexsort((sizes.max(axis=1), sizes.sum(axis=1)))]


def _parts(weights: Sequence[Vector], letters: int) -> tuple[Matrix, Matrix]:
    """What letters put in, (letters, units), and the rows of W_h."""
    put = list(zip(*(row[:letters] for row in weights), strict=True))
    return put, [row[letters:] for row in weights]


def _from_elsewhere(behaviour: Behaviour, letters: int, judge: Judge) -> StepNetwork:
    """From an h_0 of W_h h_0 = k; where there is none W_h is moved a little, so that there is."""
    rows = [_demands(behaviour, letters, unit) for unit in range(behaviour.units)]
    weights = [found for found in map(_weights, rows) if found is not None]
    k = [some[-1] for some in weights]
    put, W_h = _parts([some[:-1] for some in weights], letters)
    initial = _before(W_h, k)
    if initial is not None:
        return _read(behaviour, put, W_h, initial, judge)
    margins = [
        min((z for row in some if (z := dot(w, row.vector)) > 0), default=Fraction(1))
        for some, w in zip(rows, weights, strict=True)
    ]
    # Every z is then at least half a margin from 0, which a smaller change of W_h leaves so.
    put = [[z - room / 2 for z, room in zip(row, margins, strict=True)] for row in put]
    for halvings in count(2):
        moved = [
            [w + (i == j) * min(margins) / 2**halvings for j, w in enumerate(row)]
            for i, row in enumerate(W_h)
        ]
        initial = _before(moved, k)
        if initial is not None:
            return _read(behaviour, put, moved, initial, judge)
    raise AssertionError


def _before(W_h: Matrix, k: Sequence[Fraction]) -> Vector | None:
    """h_0 with W_h h_0 = k."""
    found = solution(W_h, [[value] for value in k])
    return None if found is None else tuple(value for (value,) in found)


def _read(
    behaviour: Behaviour, put: Matrix, W_h: Matrix, initial: Vector, judge: Judge
) -> StepNetwork:
    """The network with an output that is exact where one can be, else right."""
    every = {due for dues in behaviour.dues.values() for due in dues}
    rows = list(_right_rows(behaviour, judge))
    found = _output(rows)
    if all(judge.is_right(due, due) for due in every):
        found = _output(list(_exact_rows(behaviour))) or found
    *weights, bias, scale = found or ()
    return StepNetwork(
        tuple(map(tuple, put)),
        tuple(map(tuple, W_h)),
        initial,
        tuple(weight / scale for weight in weights),
        bias / scale,
    )


def _right_rows(behaviour: Behaviour, judge: Judge) -> Iterator[Row]:
    yield positive_scale(behaviour.units)
    for state, dues in behaviour.dues.items():
        for due in dues:
            yield from output_rows(state, due, judge, behaviour.units)


def _exact_rows(behaviour: Behaviour) -> Iterator[Row]:
    """w . h + b = s times what is due: neither over nor under it."""
    yield positive_scale(behaviour.units)
    for state, dues in behaviour.dues.items():
        for due in dues:
            vector = (*map(Fraction, bits_of(state, behaviour.units)), Fraction(1), -due)
            yield Row(vector, False)
            yield Row(tuple(-entry for entry in vector), False)
