"""Intervals enclose the true value: of exact arithmetic, and of functions to sixty digits."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.cells import Activations, Separate, column
from lstmhw.cells.lstm import lstm
from lstmhw.expr import unrecorded
from lstmhw.functions import ACTIVATIONS, Function, sigmoid, softmax, tanh
from lstmhw.rules.interval import Interval

FLOATS = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, -1.0, 0.1, 1e-300, -5e-324, 2.0**53])
FRACTIONS = st.fractions(-1000, 1000) | FLOATS.map(Fraction)


def interval(*values: Fraction) -> Interval:
    return Interval.enclosing(np.array(values, dtype=object))


def bounds(value: Interval, k: int = 0) -> tuple[Fraction, Fraction]:
    near = Fraction(float(value.near[k]))
    return near + Fraction(float(value.below[k])), near + Fraction(float(value.above[k]))


def contains(value: Interval, true: Fraction, k: int = 0) -> bool:
    low, high = bounds(value, k)
    return low <= true <= high


@given(FRACTIONS, FRACTIONS)
def test_arithmetic_encloses_the_exact_result(a: Fraction, b: Fraction) -> None:
    x, y = interval(a), interval(b)
    assert contains(x, a)
    assert contains(x + y, a + b)
    assert contains(x - y, a - b)
    assert contains(x * y, a * b)
    assert contains(-x, -a)
    assert contains(1 - x, 1 - a)
    assert contains(x * y + x * x, a * b + a * a)
    for low, high in [bounds(x * y + x)]:
        assert (x * y + x).lower[0] <= low <= high <= (x * y + x).upper[0]


@given(FRACTIONS, st.lists(FRACTIONS, min_size=1, max_size=5))
def test_products_with_matrices_enclose_the_exact_result(a: Fraction, row: list[Fraction]) -> None:
    matrix = Interval.enclosing(np.array([row, row[::-1]], dtype=object))
    vector = Interval.enclosing(np.array([a * k for k in range(len(row))], dtype=object))
    true = sum(w * a * k for k, w in enumerate(row))
    assert contains(matrix.times(vector), Fraction(true))


@given(st.integers(-(2**20), 2**20), st.integers(-(2**20), 2**20))
def test_whole_numbers_stay_exact(a: int, b: int) -> None:
    assert (interval(Fraction(a)) * interval(Fraction(b)) + 1).is_exact


def exactly(function: Function, z: Fraction) -> Decimal:
    """The function to sixty digits."""
    with localcontext() as context:
        context.prec = 400 if abs(z) < 100 else 1000
        number = Decimal(z.numerator) / Decimal(z.denominator)
        if function is sigmoid:
            return 1 / (1 + (-number).exp())
        return 1 - 2 / ((2 * number).exp() + 1)


@pytest.mark.parametrize("function", [sigmoid, tanh], ids=lambda f: f.name)
@given(low=st.floats(-300, 300) | st.floats(-1e-9, 1e-9), width=st.floats(0, 3))
def test_sigmoid_and_tanh_enclose_all_values(function: Function, low: float, width: float) -> None:
    high = low + width
    z = Interval(np.array([low]), np.zeros(1), np.array([width]))
    value = function(z)
    for point in (low, (low + high) / 2, high):
        if Fraction(low) <= Fraction(point) <= Fraction(low) + Fraction(width):
            true = exactly(function, Fraction(point))
            assert contains(value, Fraction(true))
    assert np.all(value.upper <= 1)


def test_what_is_missing_from_one_is_kept() -> None:
    value = sigmoid(interval(Fraction(100)))
    assert value.near[0] == 1
    assert -3.73e-44 < value.below[0] <= value.above[0] < -3.71e-44
    assert tanh(interval(Fraction(3, 10**20))).upper[0] == pytest.approx(3e-20, rel=1e-14)


PIECES: dict[str, Callable[[Fraction], Fraction]] = {
    "relu": lambda v: max(v, Fraction()),
    "step": lambda v: Fraction(v > 0),
    "identity": lambda v: v,
    "leaky-relu": lambda v: max(v, v / 100),
    "step-from-0": lambda v: Fraction(v >= 0),
    "hard-sigmoid-6": lambda v: min(Fraction(1), max(Fraction(), v / 6 + Fraction(1, 2))),
    "hard-sigmoid": lambda v: min(Fraction(1), max(Fraction(), v / 5 + Fraction(1, 2))),
}


@pytest.mark.parametrize("name", PIECES)
@given(a=st.fractions(-4, 4), b=st.fractions(0, 1))
def test_pieces_enclose_all_values(name: str, a: Fraction, b: Fraction) -> None:
    low, high = interval(a), interval(a + b)
    z = Interval(low.near, low.below, (high - low.near).upper)
    value = ACTIVATIONS[name](z)
    true = PIECES[name]
    for point in (a, a + b / 2, a + b):
        assert contains(value, true(point))


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=4))
def test_softmax_is_enclosed(z: list[float]) -> None:
    value = softmax(Interval.exact([z]))
    computed = softmax(np.array(z))
    assert np.all(value.lower[0] <= computed + 1e-15)
    assert np.all(value.upper[0] >= computed - 1e-15)
    assert np.all(value.upper - value.lower < 1e-11)


def test_limits_are_exact_and_overflow_is_anything() -> None:
    limit = Interval.enclosing(np.array([float("inf"), float("-inf")], dtype=object)) + 3.0
    for function, values in ((sigmoid, [1, 0]), (tanh, [1, -1])):
        value = function(limit)
        assert value.is_exact
        assert value.near.tolist() == values
    over = Interval.exact([1e308]) + Interval.exact([1e308])
    assert not (over.upper <= np.inf)[0]
    assert not (over.lower >= -np.inf)[0]


@given(st.lists(st.tuples(FRACTIONS, st.integers(0, 2)), min_size=3, max_size=8))
def test_hulls_contain_their_members(rows: list[tuple[Fraction, int]]) -> None:
    rows += [(Fraction(group), group) for group in range(3)]
    values = Interval.enclosing(np.array([[value] for value, _ in rows], dtype=object))
    members = np.array([group for _, group in rows])
    first = np.array([members.tolist().index(group) for group in range(3)])
    hulls = values.hulls(members, first)
    for row, (value, group) in enumerate(rows):
        assert contains(hulls[:, 0], value, group), row


def test_the_page_runs_over_intervals() -> None:
    """One LSTM step encloses what float64 computes, up to its rounding."""
    rng = np.random.default_rng(0)
    weights: list[Any] = [rng.normal(size=(3, 2)), rng.normal(size=(3, 3)), rng.normal(size=3)]
    x, h, c = rng.normal(size=2), rng.normal(size=3), rng.normal(size=3)

    def stepped(lift: Any) -> Any:
        W_x, W_h, b = map(lift, weights)
        gates = dict.fromkeys("ifgo", Separate(W_x, W_h, (b,), (), column))
        return lstm(unrecorded, 1, gates, Activations(), lift(x), lift(h), lift(c))

    for floats, boxes in zip(stepped(np.asarray), stepped(Interval.exact), strict=True):
        assert np.all(boxes.lower <= floats + 1e-15)
        assert np.all(boxes.upper >= floats - 1e-15)
        assert np.all(boxes.upper - boxes.lower < 1e-14)
