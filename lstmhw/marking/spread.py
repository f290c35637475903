"""What a number may be when a person rounds on the way to it.

A Spread is an array of values, each with a radius: computed by hand, with every result rounded to
the same decimals, the number lies within the radius of the value.  The page of equations runs over
spreads as it runs over arrays.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.functions import Floats, Function


class Rounding(NamedTuple):
    """Rounding to so many decimals, or to so many significant figures where those are fewer."""

    decimals: int
    figures: int | None = None
    off: float = 0.5  # units that a result may be off: one, where digits are cut off

    def unit(self, value: Any) -> Any:
        """One unit of the last digit that is kept of a value."""
        if self.figures is None:
            return 10.0**-self.decimals
        with np.errstate(divide="ignore"):
            first = np.floor(np.log10(np.abs(value)))
        of_figures = 10.0 ** (np.where(np.isfinite(first), first, 0.0) + 1 - self.figures)
        return np.maximum(of_figures, 10.0**-self.decimals)

    def rounded(self, value: Any) -> Any:
        """The nearest value with so many digits; of two, the one further from zero."""
        unit = self.unit(value)
        return np.trunc(value / unit + np.copysign(0.5 + 1e-9, value)) * unit

    def rounded_to_even(self, value: Any) -> Any:
        """The same, but of two the even one."""
        unit = self.unit(value)
        return np.round(np.round(value / unit, 9)) * unit

    def cut(self, value: Any) -> Any:
        """The value with the digits that are not kept cut off."""
        unit = self.unit(value)
        return np.trunc(value / unit * (1 + 1e-15)) * unit


class Spread:
    """Values and their radii, arrays of one shape, and how every result is rounded.

    A number that has no more digits than are kept gains no radius.
    """

    __slots__ = ("radius", "rounding", "value")
    __array_ufunc__ = None  # so that array + Spread is Spread.__radd__

    def __init__(self, value: Floats, radius: Floats | float, rounding: Rounding) -> None:
        self.value = value
        self.radius = radius
        self.rounding = rounding

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def __len__(self) -> int:
        return len(self.value)

    def reshape(self, shape: tuple[int, ...]) -> "Spread":
        """The same numbers in another shape."""
        radius = np.broadcast_to(self.radius, self.shape).reshape(shape)
        return Spread(self.value.reshape(shape), radius, self.rounding)

    def rounded(self, value: Any, radius: Any, times: int = 1) -> "Spread":
        """A result that was rounded so many times on the way."""
        unit = self.rounding.unit(value)
        with np.errstate(all="ignore"):
            off = np.abs(value - np.round(value / unit) * unit)
            kept = (radius == 0) & (off <= 1e-9 * unit + 1e-15 * np.abs(value))
            widened = radius + times * unit * self.rounding.off
        return Spread(value, np.where(kept, 0.0, widened), self.rounding)

    def given(self) -> "Spread":
        """Data, which may be rounded before use."""
        return self.rounded(self.value, self.radius)

    def keeping(self, rounding: Rounding) -> "Spread":
        """The same, of which results are rounded in another way."""
        return Spread(self.value, self.radius, rounding)

    def _lifted(self, other: Any) -> "Spread":
        """The other as a spread; an array is exact."""
        if isinstance(other, Spread):
            return other
        return Spread(np.asarray(other, float), 0.0, self.rounding)

    def __neg__(self) -> "Spread":
        return Spread(-self.value, self.radius, self.rounding)

    def __add__(self, other: Any) -> "Spread":
        other = self._lifted(other)
        value, radius = self.value + other.value, self.radius + other.radius
        if self.rounding.figures is None:
            return Spread(value, radius, self.rounding)
        return self.rounded(value, radius)

    __radd__ = __add__

    def __mul__(self, other: Any) -> "Spread":
        other = self._lifted(other)
        radius = (
            np.abs(self.value) * other.radius
            + np.abs(other.value) * self.radius
            + self.radius * other.radius
        )
        return self.rounded(self.value * other.value, radius)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Spread":
        other = self._lifted(other)
        with np.errstate(all="ignore"):
            value = self.value / other.value
            least = np.abs(other.value) - other.radius
            radius = (self.radius + np.abs(value) * other.radius) / least
        return self.rounded(value, np.where(least > 0, radius, np.inf))

    def __rtruediv__(self, other: Any) -> "Spread":
        return self._lifted(other) / self

    def __pow__(self, other: Any) -> "Spread":
        exponent = self._lifted(other).value
        value = self.value**exponent
        most = np.maximum(
            np.abs((self.value + self.radius) ** exponent - value),
            np.abs((self.value - self.radius) ** exponent - value),
        )
        return self.rounded(value, most)

    def __matmul__(self, other: Any) -> "Spread":
        """A row times a matrix, (n,) @ (n, m): each of the products is rounded."""
        other = self._lifted(other)
        size, other_size = np.abs(self.value), np.abs(other.value)
        own = np.broadcast_to(self.radius, self.shape)
        others = np.broadcast_to(other.radius, other.shape)
        radius = size @ others + own @ other_size + own @ others
        products = self.value[..., :, np.newaxis] * other.value
        unit = self.rounding.unit(products)
        gap = np.abs(products - np.round(products / unit) * unit)
        rough = (gap > 1e-9 * unit + 1e-15 * np.abs(products)) | (own[..., :, np.newaxis] > 0)
        rough = (rough | (others > 0)) & (products != 0)
        off = self.rounding.off
        added = np.sum(np.where(rough, unit * off, 0.0), axis=-2)
        if self.rounding.figures is not None:  # the running sum is rounded too
            sums = np.cumsum(products, axis=-2)
            added = added + np.sum(np.where(rough, self.rounding.unit(sums) * off, 0.0), axis=-2)
        return Spread(self.value @ other.value, radius + added, self.rounding)

    @property
    def T(self) -> "Spread":  # noqa: N802 (as NumPy calls it)
        radius = self.radius.T if isinstance(self.radius, np.ndarray) else self.radius
        return Spread(self.value.T, radius, self.rounding)

    def times(self, vector: Any) -> "Spread":
        """Matrix times column vector."""
        return self._lifted(vector) @ self.T

    def outer(self, other: Any) -> "Spread":
        column = Spread(self.value[..., np.newaxis], _column(self.radius), self.rounding)
        other = self._lifted(other)
        radii = np.broadcast_to(other.radius, other.shape)[..., np.newaxis, :]
        products = column * Spread(other.value[..., np.newaxis, :], radii, self.rounding)
        return products.batch_sum() if products.value.ndim > 2 else products

    def batch_sum(self) -> "Spread":
        radii = np.broadcast_to(self.radius, self.shape)
        return Spread(self.value.sum(axis=0), radii.sum(axis=0), self.rounding)

    outer_of_rows = outer

    def concat(self, parts: Sequence[Any]) -> "Spread":
        spreads = [self._lifted(part) for part in parts]
        radii = [np.broadcast_to(spread.radius, spread.shape) for spread in spreads]
        values = [spread.value for spread in spreads]
        return Spread(np.concatenate(values, -1), np.concatenate(radii, -1), self.rounding)

    def entries(self, start: int, end: int) -> "Spread":
        radii = np.broadcast_to(self.radius, self.shape)
        return Spread(self.value[..., start:end], radii[..., start:end], self.rounding)

    def apply(self, function: Function) -> "Spread":
        value = function(self.value)
        most = np.max(np.broadcast_to(self.radius, self.shape), initial=0.0)
        if function.name == "softmax":
            moved = value * np.expm1(2 * np.minimum(most, 100.0))
            return self.rounded(value, moved + self._of_powers(value))
        if function.name == "sum":
            total = np.sum(np.broadcast_to(self.radius, self.shape), axis=-1, keepdims=True)
            return self.rounded(value, total)
        if (
            function.name == "norm"
        ):  # of a matrix, which moves by no more than the norm of what it gains
            return self.rounded(value, np.linalg.norm(np.broadcast_to(self.radius, self.shape)))
        low, high = function(self.value - self.radius), function(self.value + self.radius)
        return self.rounded(value, np.maximum(np.abs(high - value), np.abs(value - low)))

    def _of_powers(self, shares: Floats) -> Any:
        """How far shares of a sum of powers of e move when the powers and the sum are rounded."""
        with np.errstate(all="ignore"):
            powers = np.exp(self.value)
            half = self.rounding.unit(powers) * self.rounding.off
            off = shares * (half / powers + np.sum(half) / np.sum(powers))
        return np.where(np.isfinite(off), off, 0.0)


def _column(radius: Any) -> Any:
    return radius[..., np.newaxis] if isinstance(radius, np.ndarray) else radius
