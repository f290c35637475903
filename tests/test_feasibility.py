"""Exact feasibility: every answer is checked, certificates are irreducible; against brute force."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest
from conftest import examples
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.feasibility import Certificate, Row, Witness, contradicts, is_met, solved

ENTRIES = st.fractions(-2, 2, max_denominator=3)
TIGHT = st.sampled_from([Fraction(1), Fraction(1) + Fraction(1, 10**12), Fraction(1, 10**12)])
SCALARS = st.tuples(ENTRIES | TIGHT, st.sampled_from([Fraction(0), Fraction(1)]))
VECTORS = st.tuples(ENTRIES, ENTRIES, ENTRIES, st.sampled_from([Fraction(0), Fraction(1)]))


def rows_of(vectors: st.SearchStrategy[tuple[Fraction, ...]]) -> st.SearchStrategy[list[Row]]:
    row = st.builds(lambda v, positive: Row((*v, Fraction(1)), positive), vectors, st.booleans())
    return st.lists(row, min_size=1, max_size=9)


def check(rows: Sequence[Row]) -> Witness | Certificate:
    answer = solved(rows)
    if isinstance(answer, Witness):
        assert all(is_met(row, answer.weights) for row in rows)
        return answer
    assert contradicts(rows, answer)
    used = list(answer.multipliers)
    for left_out in used:
        rest = [rows[k] for k in used if k != left_out]
        assert not rest or isinstance(solved(rest), Witness)
    return answer


@examples(50, 200)
@given(rows_of(SCALARS))
def test_scalar_demands(rows: list[Row]) -> None:
    check(rows)


@given(rows_of(VECTORS))
def test_vector_demands(rows: list[Row]) -> None:
    check(rows)


@given(rows_of(st.tuples(st.sampled_from([Fraction(0), Fraction(1)]))))
def test_small_whole_weights_are_enough_for_bits(rows: list[Row]) -> None:
    """Of two bits and a constant every threshold function has weights up to 2."""
    grid = product(range(-2, 3), repeat=2)
    some = any(all(is_met(r, tuple(map(Fraction, w))) for r in rows) for w in grid)
    assert isinstance(check(rows), Witness) == some


def test_a_gap_of_a_millionth_of_a_millionth_is_seen() -> None:
    near, next_to_it = Fraction(3, 10), Fraction(3, 10) + Fraction(1, 10**12)
    below, above = Row((near, Fraction(1)), False), Row((next_to_it, Fraction(1)), True)
    assert isinstance(check([below, above]), Witness)
    assert isinstance(check([below, above, Row((next_to_it, Fraction(1)), False)]), Certificate)


ROWS = [
    Row((Fraction(1), Fraction(0)), True),
    Row((Fraction(1), Fraction(0)), False),
    Row((Fraction(0), Fraction(1)), False),
]


@pytest.mark.parametrize(
    "multipliers",
    [
        {0: 1, 1: 2},  # does not add up
        {0: 1},  # nothing against it
        {0: -1, 1: -1},  # a negative multiplier
        {1: 1, 2: 0},  # a zero
        {},  # nothing
    ],
)
def test_forged_certificates_are_refused(multipliers: dict[int, int]) -> None:
    forged = Certificate({k: Fraction(value) for k, value in multipliers.items()})
    assert not contradicts(ROWS, forged)
    assert contradicts(ROWS, Certificate({0: Fraction(1), 1: Fraction(1)}))


def test_resting_demands_alone_never_contradict() -> None:
    assert isinstance(solved([row._replace(positive=False) for row in ROWS]), Witness)
    assert not contradicts(ROWS[1:], Certificate({0: Fraction(1)}))
