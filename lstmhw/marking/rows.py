"""What many variants of a working give at once: arrays with a row for each variant."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lstmhw.functions import Floats, Function, ln, log


class Rows:
    """Arrays (rows, ...), one for each variant; a single row stands for all of them.

    The page of equations runs over rows as it runs over arrays.
    """

    __slots__ = ("value",)
    __array_ufunc__ = None  # so that array + Rows is Rows.__radd__

    def __init__(self, value: Floats) -> None:
        self.value = value

    @classmethod
    def of_all(cls, value: Any) -> "Rows":
        """The same array in every row."""
        return cls(np.asarray(value, dtype=float)[np.newaxis])

    def _like(self, value: Floats) -> "Rows":
        """Other rows of this kind."""
        return Rows(value)

    def _product(self, value: Floats) -> Floats:
        """What becomes of products."""
        return value

    def kept(self) -> "Rows":
        """What becomes of a result that is written beside a line."""
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape[1:]

    def __len__(self) -> int:
        return self.shape[0]

    def reshape(self, shape: tuple[int, ...]) -> "Rows":
        """The same numbers in each row, in another shape."""
        return self._like(self.value.reshape(len(self.value), *shape))

    def at(self, rows: Any) -> "Rows":
        """Some of the rows."""
        return self if len(self.value) == 1 else self._like(self.value[rows])

    def _aligned(self, other: Any) -> tuple[Any, Any]:
        """Both arrays with as many axes after that of the rows."""
        if not isinstance(other, Rows):
            return self.value, other
        most = max(self.value.ndim, other.value.ndim)
        return _padded(self.value, most), _padded(other.value, most)

    def __neg__(self) -> "Rows":
        return self._like(-self.value)

    def __add__(self, other: Any) -> "Rows":
        left, right = self._aligned(other)
        return self._like(left + right)

    __radd__ = __add__

    def __mul__(self, other: Any) -> "Rows":
        left, right = self._aligned(other)
        return self._like(self._product(_times(left, right)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Rows":
        left, right = self._aligned(other)
        return self._like(self._product(left / right))

    def __rtruediv__(self, other: Any) -> "Rows":
        return self._like(self._product(other / self.value))

    def __pow__(self, exponent: Any) -> "Rows":
        return self._like(self.value**exponent)

    def __matmul__(self, other: "Rows") -> "Rows":
        """Rows times matrices, (rows, n) and (rows, n, m) -> (rows, m)."""
        if self.value.ndim > 2:
            return self._like(self.value @ other.value)
        if len(other.value) == 1:
            return self._like(self.value @ other.value[0])
        return self._like((self.value[:, np.newaxis] @ other.value)[:, 0])

    @property
    def T(self) -> "Rows":  # noqa: N802 (as NumPy calls it)
        return self._like(np.swapaxes(self.value, -1, -2)) if self.value.ndim > 2 else self

    def times(self, vector: "Rows") -> "Rows":
        """Matrices times column vectors."""
        return vector @ self.T

    def outer(self, other: "Rows") -> "Rows":
        """left right^T in each row, (rows, .., m) and (rows, .., n), added up over a batch."""
        products = self.value[..., np.newaxis] * other.value[..., np.newaxis, :]
        added = self._product(products)
        return self._like(added.sum(axis=1) if added.ndim > 3 else added)

    def batch_sum(self) -> "Rows":
        return self._like(self.value.sum(axis=1))

    outer_of_rows = outer

    def concat(self, parts: Sequence["Rows"]) -> "Rows":
        ahead = np.broadcast_shapes(*(part.value.shape[:-1] for part in parts))
        values = [np.broadcast_to(p.value, (*ahead, p.value.shape[-1])) for p in parts]
        return self._like(np.concatenate(values, axis=-1))

    def entries(self, start: int, end: int) -> "Rows":
        return self._like(self.value[..., start:end])

    def apply(self, function: Function) -> "Rows":
        """A function of all rows; ln of what is rounded to 0 is infinite, as no page has it."""
        function = log if function is ln else function
        if self.value.ndim == 1:  # a number in each row
            return self._like(function(self.value[:, np.newaxis])[:, 0])
        return self._like(function(self.value))


class KeptRows(Rows):
    """Rows worked by hand: what is written beside a line is kept as `keep` says."""

    __slots__ = ("keep",)

    def __init__(self, value: Floats, keep: Callable[[Floats], Floats]) -> None:
        super().__init__(value)
        self.keep = keep

    def _like(self, value: Floats) -> Rows:
        return type(self)(value, self.keep)

    def kept(self) -> Rows:
        return self._like(self.keep(self.value))


class SummedRows(KeptRows):
    """The same, and what is added up in a product with a matrix is kept so too."""

    __slots__ = ()

    def __matmul__(self, other: Rows) -> Rows:
        matrices = other.value if self.value.ndim == 2 else other.value[:, np.newaxis]
        products = self.keep(self.value[..., np.newaxis] * matrices)
        return self._like(products.sum(axis=-2))


class WorkedRows(SummedRows):
    """The same, and every other product is kept so too."""

    __slots__ = ()

    def _product(self, value: Floats) -> Floats:
        return self.keep(value)


def _times(left: Any, right: Any) -> Floats:
    """The products; nothing times anything is nothing, as 0 ln 0 is."""
    products = np.asarray(left * right)
    if np.isnan(products.sum()):
        products = np.where(np.equal(left, 0) | np.equal(right, 0), 0.0, products)
    return products


def _padded(value: Floats, axes: int) -> Floats:
    return value.reshape(len(value), *[1] * (axes - value.ndim), *value.shape[1:])
