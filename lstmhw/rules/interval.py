"""Intervals that enclose real numbers, rounded outward, over NumPy arrays.

An entry stands for near + [below, above]: a float near the number, and bounds on the rest.  That
1 - 4e-44 is not 1 is thus kept, and arithmetic that is exact stays exact.  The page of equations
runs over intervals as it runs over arrays.  (Rump 1999, of intervals about a midpoint; Knuth 1997,
4.2.2, theorem B, and Dekker 1971 of the rounding errors of sums and products.)

Functions are bounded from NumPy's exp and tanh, which are taken to be within PAD of the truth.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmhw.functions import Floats, Function

PAD = 2.0**-49  # relative; 16 units in the last place, several times what NumPy documents
TINY = 5e-324  # the least float64 above zero
INFINITY = np.inf


class Interval:
    """An array of enclosed real numbers; `near`, `below` and `above` have one shape.

    `near` may be infinite, which stands for a limit.  A NaN stands for anything at all: no bound
    holds of it.
    """

    __slots__ = ("above", "below", "near")
    __array_ufunc__ = None  # so that array + Interval is Interval.__radd__

    def __init__(self, near: Floats, below: Floats, above: Floats) -> None:
        self.near = near
        self.below = below
        self.above = above

    @staticmethod
    def exact(values: Any) -> "Interval":
        """The floats themselves."""
        near = np.asarray(values, dtype=np.float64)
        return Interval(near, np.zeros(near.shape), np.zeros(near.shape))

    @staticmethod
    def enclosing(values: Any) -> "Interval":
        """The tightest intervals about an array of Fractions, or infinite floats."""
        numbers = np.asarray(values, dtype=object)
        near = numbers.astype(np.float64)
        rests = [
            Fraction(number) - Fraction(float(number)) if np.isfinite(float(number)) else Fraction()
            for number in numbers.ravel()
        ]
        below = np.array([_rounded(rest, -INFINITY) for rest in rests]).reshape(near.shape)
        above = np.array([_rounded(rest, INFINITY) for rest in rests]).reshape(near.shape)
        return Interval(near, below, above)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.near.shape

    @property
    def is_exact(self) -> bool:
        """Whether all numbers are the floats `near`."""
        return not (self.below.any() or self.above.any())

    @property
    def lower(self) -> Floats:
        """The greatest floats known to be no greater than the numbers."""
        return _sum_down(self.near, self.below)

    @property
    def upper(self) -> Floats:
        """The least floats known to be no less than the numbers."""
        return _sum_up(self.near, self.above)

    @property
    def magnitude(self) -> Floats:
        """The least floats known to be no less than the absolute values."""
        return np.asarray(np.maximum(-self.lower, self.upper))

    @property
    def middle(self) -> Floats:
        """Floats about the middle of the intervals; no bounds."""
        return self.near + (self.below + self.above) / 2

    def each(self, change: Callable[[Floats], Floats]) -> "Interval":
        """The interval with its arrays indexed, reshaped or repeated."""
        return Interval(change(self.near), change(self.below), change(self.above))

    def __getitem__(self, index: Any) -> "Interval":
        return self.each(lambda array: array[index])

    def hulls(self, members: NDArray[np.intp], first: NDArray[np.intp]) -> "Interval":
        """The least intervals about the rows of each group, about the `near` of its `first`.

        `members[row]` is the group of a row.
        """
        near = self.near[first]
        shift = _difference(self.near, near[members])
        below, above = np.full(near.shape, INFINITY), np.full(near.shape, -INFINITY)
        np.minimum.at(below, members, _sum_down(shift.below, self.below))
        np.maximum.at(above, members, _sum_up(shift.above, self.above))
        return Interval(near, below, above)

    def apply(self, function: Function) -> "Interval":
        return _BOUNDS[function.name](self)

    def times(self, vector: Any) -> "Interval":
        """Matrix times column vector, (m, n) and (..., n) -> (..., m)."""
        size = self.magnitude
        rows, columns = np.flatnonzero(size.any(axis=1)), np.flatnonzero(size.any(axis=0))
        products = self[np.ix_(rows, columns)] * vector[..., np.newaxis, columns]
        total = Interval.exact(np.zeros(products.shape[:-1]))
        for column in range(len(columns)):
            total = total + products[..., column]
        result = Interval.exact(np.zeros((*vector.shape[:-1], len(size))))
        for name in _FIELDS:
            getattr(result, name)[..., rows] = getattr(total, name)
        return result

    def __neg__(self) -> "Interval":
        return Interval(-self.near, -self.above, -self.below)

    def __add__(self, other: Any) -> "Interval":
        other = _lifted(other)
        near, error = _two_sum(self.near, other.near)
        below = _sum_down(_sum_down(self.below, other.below), error)
        above = _sum_up(_sum_up(self.above, other.above), error)
        return Interval(near, below, above)

    __radd__ = __add__

    def __sub__(self, other: Any) -> "Interval":
        return self + -_lifted(other)

    def __rsub__(self, other: Any) -> "Interval":
        return _lifted(other) + -self

    def __mul__(self, other: Any) -> "Interval":
        """near * near, and what the rests add to it: near * rest, rest * near, rest * rest."""
        other = _lifted(other)
        near, below, above = _two_product(self.near, other.near)
        rests = []
        if not other.is_exact:
            rests.append(_scaled(self.near, other.below, other.above))
        if not self.is_exact:
            rests.append(_scaled(other.near, self.below, self.above))
        if len(rests) == 2:
            rests.append(_product(self.below, self.above, other.below, other.above))
        for low, high in rests:
            below, above = _sum_down(below, low), _sum_up(above, high)
        return Interval(near, below, above)

    __rmul__ = __mul__


_FIELDS = ("near", "below", "above")


def _lifted(value: Any) -> Interval:
    return value if isinstance(value, Interval) else Interval.exact(value)


def _rounded(value: Fraction, towards: float) -> float:
    """The float next to a fraction in a direction, or the fraction itself."""
    near = float(value)
    exact = Fraction(near) == value
    wrong_side = near > value if towards < 0 else near < value
    return near if exact or not wrong_side else float(np.nextafter(near, towards))


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The sum as a float and its rounding error, exactly; a sum that overflows is a NaN."""
    with np.errstate(all="ignore"):
        total = a + b
        shift = total - a
        error = (a - (total - shift)) + (b - shift)
    limit = np.isinf(total)
    if limit.any():
        total = np.where(limit & np.isfinite(a) & np.isfinite(b), np.nan, total)
        error = np.where(limit, 0.0, error)
    return total, error


def _sum_down(a: Floats, b: Floats) -> Floats:
    total, error = _two_sum(a, b)
    return np.where(error < 0, np.nextafter(total, -INFINITY), total)


def _sum_up(a: Floats, b: Floats) -> Floats:
    total, error = _two_sum(a, b)
    return np.where(error > 0, np.nextafter(total, INFINITY), total)


def _difference(a: Floats, b: Floats) -> Interval:
    """a - b, enclosed in bounds alone."""
    near, error = _two_sum(a, -b)
    return Interval(
        np.zeros(near.shape),
        np.where(error < 0, np.nextafter(near, -INFINITY), near),
        np.where(error > 0, np.nextafter(near, INFINITY), near),
    )


def _is_exact(a: Floats, b: Floats, product: Floats) -> NDArray[np.bool_]:
    """Whether a product of floats is not rounded: whole numbers, or a factor of -1, 0 or 1."""
    whole_a, whole_b = np.trunc(a) == a, np.trunc(b) == b
    unit = (whole_a & (np.abs(a) <= 1)) | (whole_b & (np.abs(b) <= 1))
    return np.asarray(unit | (whole_a & whole_b & (np.abs(product) < 2.0**53)))


def _two_product(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """The product as a float, and bounds on its rounding error: the error itself as a rule.

    Splitting the factors in halves (Dekker 1971) is not exact near the limits of float64.
    """
    with np.errstate(all="ignore"):
        product = a * b
        (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
        error = (a_high * b_high - product) + a_high * b_low + a_low * b_high + a_low * b_low
    size = np.abs(product)
    safe = (np.abs(a) < 1e290) & (np.abs(b) < 1e290) & (size > 1e-260) & (size < 1e290)
    if safe.all():
        return product, error, error
    bound = np.where((a == 0) | (b == 0), 0.0, size * 2.0**-52 + TINY)
    return product, np.where(safe, error, -bound), np.where(safe, error, bound)


def _halves(values: Floats) -> tuple[Floats, Floats]:
    shifted = values * (2.0**27 + 1)
    high = shifted - (shifted - values)
    return high, values - high


def _rounded_products(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The floats on either side of a product."""
    with np.errstate(all="ignore"):
        product = a * b
    exact = _is_exact(a, b, product)
    return (
        np.where(exact, product, np.nextafter(product, -INFINITY)),
        np.where(exact, product, np.nextafter(product, INFINITY)),
    )


def _scaled(factor: Floats, below: Floats, above: Floats) -> tuple[Floats, Floats]:
    """factor * [below, above]."""
    low, high = _rounded_products(factor, below), _rounded_products(factor, above)
    return np.minimum(low[0], high[0]), np.maximum(low[1], high[1])


def _product(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats]:
    """[a, b] * [c, d]."""
    first, second = _scaled(a, c, d), _scaled(b, c, d)
    return np.minimum(first[0], second[0]), np.maximum(first[1], second[1])


def _bounded(below: Floats, above: Floats) -> Interval:
    return Interval(np.zeros(below.shape), below, above)


def _padded(values: Floats) -> tuple[Floats, Floats]:
    """Bounds on what NumPy computes as these values."""
    room = np.abs(values) * PAD + 4 * TINY
    return values - room, values + room


def _gap(z: Floats) -> tuple[Floats, Floats]:
    """Bounds on sigmoid(-|z|), the distance of sigmoid(z) from its nearer limit."""
    small = np.exp(-np.abs(z))
    low, high = _padded(small / (1.0 + small))
    limit = np.isinf(z)
    return np.where(limit, 0.0, np.maximum(low, 0.0)), np.where(limit, 0.0, high)


def _pieces(cases: list[NDArray[np.bool_]], values: list[tuple[Any, Any, Any]]) -> Interval:
    """The (near, below, above) of the first case that holds; of the last where none does."""
    *fields, rest = values
    return Interval(
        *(
            np.select(cases, [field[k] + np.zeros(cases[0].shape) for field in fields], rest[k])
            for k in range(3)
        )
    )


def _sigmoid(z: Interval) -> Interval:
    low, high = z.lower, z.upper
    (low_from, low_to), (high_from, high_to) = _gap(low), _gap(high)
    middle = (0.0, low_from, np.nextafter(1.0 - high_from, INFINITY))
    return _pieces(
        [low >= 0, high <= 0], [(1.0, -low_to, -high_from), (0.0, low_from, high_to), middle]
    )


def _tanh(z: Interval) -> Interval:
    low, high = z.lower, z.upper
    (low_from, low_to), (high_from, high_to) = _gap(_doubled(low)), _gap(_doubled(high))
    middle = (0.0, _padded(np.tanh(low))[0], _padded(np.tanh(high))[1])
    exact = (low == 0) & (high == 0)
    near_one = (1.0, -2 * low_to, -2 * high_from)
    near_minus_one = (-1.0, 2 * low_from, 2 * high_to)
    return _pieces(
        [exact, low >= 0.5, high <= -0.5],
        [(0.0, 0.0, 0.0), near_one, near_minus_one, middle],
    )


def _doubled(z: Floats) -> Floats:
    return np.where(np.isinf(z), z, np.clip(z, -4e307, 4e307) * 2.0)


def _relu(z: Interval) -> Interval:
    low, high = z.lower, z.upper
    middle = (0.0, 0.0, high)
    return _pieces([low >= 0, high <= 0], [(z.near, z.below, z.above), (0.0, 0.0, 0.0), middle])


def _leaky_relu(z: Interval) -> Interval:
    low, high = z.lower, z.upper
    leaked = z * Interval.enclosing(Fraction(1, 100))
    middle = (0.0, leaked.lower, high)
    near = [(z.near, z.below, z.above), (leaked.near, leaked.below, leaked.above), middle]
    return _pieces([low >= 0, high <= 0], near)


def _step_from_0(z: Interval) -> Interval:
    return _pieces([z.lower >= 0, z.upper < 0], [(1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)])


def _step(z: Interval) -> Interval:
    return _pieces([z.lower > 0, z.upper <= 0], [(1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)])


def _hard_sigmoid(z: Interval, slope: Fraction = Fraction(1, 5)) -> Interval:
    line = z * Interval.enclosing(slope) + 0.5
    low, high = line.lower, line.upper
    inside = (line.near, line.below, line.above)
    middle = (0.0, np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0))
    return _pieces(
        [low >= 1, high <= 0, (low >= 0) & (high <= 1)],
        [(1.0, 0.0, 0.0), (0.0, 0.0, 0.0), inside, middle],
    )


def _softmax(z: Interval) -> Interval:
    """Unit j is least where z_j is least and the others are greatest."""

    def share(own: Floats, others: Floats) -> Floats:
        with np.errstate(over="ignore"):
            ratios = np.exp(others[..., np.newaxis, :] - own[..., np.newaxis])
        units = np.arange(own.shape[-1])
        ratios[..., units, units] = 1.0
        return np.asarray(1.0 / ratios.sum(axis=-1))

    low, high = share(z.lower, z.upper), share(z.upper, z.lower)
    room = PAD * (16.0 + z.magnitude.max(axis=-1, keepdims=True))
    return _bounded(np.maximum(low - room, 0.0), np.minimum(high + room, 1.0))


_BOUNDS: dict[str, Callable[[Interval], Interval]] = {
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "identity": lambda z: z,
    "leaky-relu": _leaky_relu,
    "hard-sigmoid": _hard_sigmoid,
    "hard-sigmoid-6": lambda z: _hard_sigmoid(z, Fraction(1, 6)),
    "step-from-0": _step_from_0,
    "step": _step,
    "softmax": _softmax,
}
