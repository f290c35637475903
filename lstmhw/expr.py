"""A value that remembers how it was written.

An expression is a tree: leaves are named quantities and constants, the other nodes say how their
parts are combined.  From one tree come the value (`value`), the formula (written with names) and
the numbers of one unit (`element`, the same formula with numbers in the names' places).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lstmhw.functions import Floats, Function

Index = int | tuple[int, ...]


class Expr:
    """An expression over arrays whose last axis runs over units; `parts` are its operands."""

    __slots__ = ("_value", "parts")
    __array_ufunc__ = None  # so that array + Expr is Expr.__radd__

    def __init__(self, *parts: "Expr") -> None:
        self.parts = parts
        self._value: Any = None

    @property
    def value(self) -> Any:
        """The float64 array (or number) the expression stands for."""
        if self._value is None:
            self._value = self.compute(*(part.value for part in self.parts))
        return self._value

    def compute(self, *values: Any) -> Any:
        """The value that follows from the values of the parts."""
        raise NotImplementedError

    def element(self, index: Index) -> "Expr":
        """The expression of one entry, with numbers for names."""
        return type(self)(*(part.element(index) for part in self.parts))

    def leaves(self) -> Iterator["Quantity"]:
        """The named quantities the expression is written with."""
        for part in self.parts:
            yield from part.leaves()

    def apply(self, function: Function) -> "Expr":
        return _built(lambda part: Apply(function, part), self)

    def times(self, vector: Any) -> "Expr":
        return _built(MatrixVector, self, vector)

    def concat(self, parts: Sequence[Any]) -> "Expr":
        return _built(Concat, *parts)

    def __matmul__(self, other: Any) -> "Expr":
        return _built(VectorMatrix, self, other)

    def __add__(self, other: Any) -> "Expr":
        return _built(Sum, self, other)

    def __radd__(self, other: Any) -> "Expr":
        return _built(Sum, other, self)

    def __sub__(self, other: Any) -> "Expr":
        return _built(Sum, self, -_lifted(other))

    def __rsub__(self, other: Any) -> "Expr":
        return _built(Sum, other, -self)

    def __mul__(self, other: Any) -> "Expr":
        return _built(Times, self, other)

    def __rmul__(self, other: Any) -> "Expr":
        return _built(Times, other, self)

    def __truediv__(self, other: Any) -> "Expr":
        return _built(Divide, self, other)

    def __neg__(self) -> "Expr":
        return _built(Negative, self)


class Quantity(Expr):
    """A named value: data of the problem (`given`), or the result of an earlier step."""

    __slots__ = ("given", "symbol")

    def __init__(self, symbol: str, value: Any, *, given: bool) -> None:
        super().__init__()
        self.symbol = symbol
        self.given = given
        self._value = value

    def element(self, index: Index) -> Expr:
        return Constant(float(self.value[index]), rounded=not self.given)

    def leaves(self) -> Iterator["Quantity"]:
        yield self


class Constant(Expr):
    """A number; `rounded` where it is shown to so many digits, not as it was given."""

    __slots__ = ("rounded",)

    def __init__(self, value: float, *, rounded: bool = False) -> None:
        super().__init__()
        self.rounded = rounded
        self._value = value

    def element(self, index: Index) -> Expr:
        return self


class Missing(Expr):
    """What the problem does not give; all that is computed from it is missing too."""

    __slots__ = ("hint", "message", "path")

    def __init__(self, path: tuple[str | int, ...], message: str, hint: str) -> None:
        super().__init__()
        self.path = path
        self.message = message
        self.hint = hint


class Sum(Expr):
    """a + b + ..., entry by entry."""

    __slots__ = ()

    def __init__(self, *parts: Expr) -> None:
        flat: list[Expr] = []
        for part in parts:
            flat.extend(part.parts if isinstance(part, Sum) else (part,))
        super().__init__(*flat)

    def compute(self, *values: Any) -> Any:
        return sum(values[1:], start=values[0])


class Negative(Expr):
    """-a."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return -values[0]


class Times(Expr):
    """a * b, entry by entry."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0] * values[1]


class Divide(Expr):
    """a / b, entry by entry."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0] / values[1]


class MatrixVector(Expr):
    """W v for a column vector: (m, n) and (n,) -> (m,)."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[1] @ values[0].T

    def element(self, index: Index) -> Expr:
        matrix, vector = self.parts
        columns = range(matrix.value.shape[1])
        return Sum(*(Times(matrix.element((_unit(index), k)), vector.element(k)) for k in columns))


class VectorMatrix(Expr):
    """v W for a row vector: (n,) and (n, m) -> (m,)."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0] @ values[1]

    def element(self, index: Index) -> Expr:
        vector, matrix = self.parts
        rows = range(matrix.value.shape[0])
        return Sum(*(Times(vector.element(k), matrix.element((k, _unit(index)))) for k in rows))


class Apply(Expr):
    """f(a), for a function of `functions`."""

    __slots__ = ("function",)

    def __init__(self, function: Function, argument: Expr) -> None:
        super().__init__(argument)
        self.function = function

    def compute(self, *values: Any) -> Any:
        return self.function.compute(values[0])

    def element(self, index: Index) -> Expr:
        argument = self.parts[0]
        if self.function.element is None:
            return Apply(self.function, argument.element(index))
        units = [argument.element(k) for k in range(len(argument.value))]
        result: Expr = self.function.element(units, _unit(index))
        return result


class Concat(Expr):
    """[a; b]: the parts one under another."""

    __slots__ = ()

    def compute(self, *values: Any) -> Floats:
        return np.concatenate(values, axis=-1)

    def element(self, index: Index) -> Expr:
        unit = _unit(index)
        for part in self.parts:
            size = len(part.value)
            if unit < size:
                return part.element(unit)
            unit -= size
        raise IndexError(index)


def _unit(index: Index) -> int:
    return index if isinstance(index, int) else index[-1]


def _lifted(value: Any) -> Expr:
    return value if isinstance(value, Expr) else Constant(value)


def _built(node: Any, *parts: Any) -> Expr:
    """The node over its parts, or the part that is missing."""
    lifted = [_lifted(part) for part in parts]
    for part in lifted:
        if isinstance(part, Missing):
            return part
    result: Expr = node(*lifted)
    return result
