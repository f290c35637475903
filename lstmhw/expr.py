"""A value that remembers how it was written.

An expression is a tree: leaves are named quantities and constants, the other nodes say how their
parts are combined.  From one tree come the value (`value`), the formula (written with names) and
the numbers of one unit (`element`, the same formula with numbers in the names' places).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from lstmhw.faults import Fault
from lstmhw.functions import Function, batch_sum, blocks, concat, entries, outer, times

Index = int | tuple[int, ...]

What = Literal[
    "",
    "input",
    "one-hot",
    "embedding",
    "weights",
    "bias",
    "peephole",
    "state",
    "pre-activation",
    "gate",
    "candidate",
    "activated state",
    "scores",
    "output",
    "target",
    "loss",
    "perplexity",
    "arriving",
    "gradient",
    "rate",
    "update",
    "factor",
    "product",
    "norm",
    "states",
    "values",
    "query",
    "mask",
    "size",
    "shared",
    "attention",
    "context",
]


class Role(NamedTuple):
    """What a quantity is, or what a line computes, as data; a note says it in words.

    `letter` is that of a gate, or of the gate that weights belong to, or of a state (`h`, `c`);
    `key` what weights stand under in a file (`W_x`); `function` what a value went through, or a
    gradient came back through.  `of` is the pre-activation that a gate is the function of; of a
    gradient, the symbol that it is the gradient to, `to` what that is, and `through` the value that
    it came back through to a pre-activation.  What is `shared` is added to every row of a matrix,
    as a bias is.
    """

    what: What = ""
    letter: str = ""
    key: str = ""
    function: Function | None = None
    of: str = ""
    to: What = ""
    through: str = ""


DATUM = Role()


class Let(Protocol):
    """Names a result of a page of equations and returns it."""

    def __call__(self, symbol: str, value: Any, note: str, role: Role = ..., /) -> Any: ...


def unrecorded(symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
    """The `let` of a plain computation."""
    return value


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
            self._value = self.compute(*[part.value for part in self.parts])
        return self._value

    def compute(self, *values: Any) -> Any:
        """The value that follows from the values of the parts."""
        raise NotImplementedError

    def evaluated(self, value_of: "Callable[[Quantity], Any]") -> Any:
        """The value over other values of its named quantities, of any type that has arithmetic."""
        return self.compute(*(part.evaluated(value_of) for part in self.parts))

    def element(self, index: Index) -> "Expr":
        """The expression of one entry, with numbers for names."""
        return self.rebuilt(*[part.element(index) for part in self.parts])

    def rebuilt(self, *parts: "Expr") -> "Expr":
        """The same node over other parts."""
        return type(self)(*parts)

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

    def entries(self, start: int, end: int) -> "Expr":
        return _built(lambda part: Block(part, start, end), self)

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

    def __pow__(self, exponent: int) -> "Expr":
        return _built(Power, self, exponent)

    @property
    def T(self) -> "Expr":  # noqa: N802 (as NumPy calls it)
        return self.parts[0] if isinstance(self, Transposed) else _built(Transposed, self)

    def outer(self, other: Any) -> "Expr":
        return _built(Outer, self, other)

    def outer_of_rows(self, other: Any) -> "Expr":
        return _built(OuterOfRows, self, other)


class Quantity(Expr):
    """A named value: data of the problem (`given`), or the result of an earlier step."""

    __slots__ = ("given", "role", "symbol")

    def __init__(self, symbol: str, value: Any, *, given: bool, role: Role = DATUM) -> None:
        super().__init__()
        self.symbol = symbol
        self.given = given
        self.role = role
        self._value = value

    @property
    def value(self) -> Any:
        """The value; None of a name that stands for no numbers."""
        return self._value

    def element(self, index: Index) -> Expr:
        shape = np.shape(self.value)
        if not shape:
            return Constant(float(self.value), rounded=not self.given, source=(self, ()))
        # What is the same for all examples of a batch, or for all units, has fewer axes or entries.
        at = _indices(index)[-len(shape) :]
        if 1 in shape:
            at = tuple(0 if size == 1 else k for size, k in zip(shape, at, strict=True))
        return Constant(float(self.value[at]), rounded=not self.given, source=(self, at))

    def leaves(self) -> Iterator["Quantity"]:
        yield self

    def evaluated(self, value_of: "Callable[[Quantity], Any]") -> Any:
        return value_of(self)


class Constant(Expr):
    """A number; `rounded` where it is shown to so many digits, not as it was given.

    `source` is the quantity that it is a number of, and its place there.
    """

    __slots__ = ("rounded", "source")

    def __init__(
        self,
        value: float,
        *,
        rounded: bool = False,
        source: tuple[Quantity, tuple[int, ...]] | None = None,
    ) -> None:
        super().__init__()
        self.rounded = rounded
        self.source = source
        self._value = value

    def negated(self) -> "Constant":
        """The same number with the other sign."""
        return Constant(-self._value, rounded=self.rounded)

    def element(self, index: Index) -> Expr:
        return self

    def evaluated(self, value_of: "Callable[[Quantity], Any]") -> Any:
        return self._value


class Missing(Expr):
    """What the problem does not give, and why; all that is computed from it is missing too.

    `symbol` and `role` are those of a quantity that is missing, `formula` says how what is missing
    would be computed.
    """

    __slots__ = ("faults", "formula", "role", "symbol")

    def __init__(
        self, *faults: Fault, symbol: str = "", role: Role = DATUM, formula: Expr | None = None
    ) -> None:
        super().__init__()
        self.faults = faults
        self.symbol = symbol
        self.role = role
        self.formula = formula


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


class Power(Expr):
    """a ^ k, entry by entry, for a whole number k."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0] ** values[1]


class Transposed(Expr):
    """W^T: (m, n) -> (n, m)."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0].T

    def element(self, index: Index) -> Expr:
        assert not isinstance(index, int)
        return self.parts[0].element(index[::-1])


class Outer(Expr):
    """a b^T for column vectors: (m,) and (n,) -> (m, n); of matrices, added up over their rows."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return outer(*values)

    def element(self, index: Index) -> Expr:
        assert not isinstance(index, int)
        left, right = self.parts
        i, j = index
        batch = left.value.shape[:-1]
        terms = [Times(left.element((*b, i)), right.element((*b, j))) for b in np.ndindex(batch)]
        return terms[0] if len(terms) == 1 else Sum(*terms)


class OuterOfRows(Outer):
    """a^T b for row vectors: (m,) and (n,) -> (m, n)."""

    __slots__ = ()


class MatrixVector(Expr):
    """W v for a column vector: (m, n) and (n,) -> (m,)."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return times(*values)

    def element(self, index: Index) -> Expr:
        matrix, vector = self.parts
        *batch, unit = _indices(index)
        columns = range(matrix.value.shape[1])
        return Sum(
            *[Times(matrix.element((unit, k)), vector.element((*batch, k))) for k in columns]
        )


class VectorMatrix(Expr):
    """v W for a row vector, (n,) and (n, m) -> (m,), or for every row of a matrix (k, n)."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return values[0] @ values[1]

    def element(self, index: Index) -> Expr:
        vector, matrix = self.parts
        *batch, unit = _indices(index)
        rows = range(matrix.value.shape[0])
        return Sum(*[Times(vector.element((*batch, k)), matrix.element((k, unit))) for k in rows])


class Apply(Expr):
    """f(a), for a function of `functions`."""

    __slots__ = ("function",)

    def __init__(self, function: Function, argument: Expr) -> None:
        super().__init__(argument)
        self.function = function

    def compute(self, *values: Any) -> Any:
        return self.function(values[0])

    def rebuilt(self, *parts: Expr) -> Expr:
        return Apply(self.function, *parts)

    def element(self, index: Index) -> Expr:
        argument = self.parts[0]
        if self.function.element is None:
            return super().element(index)
        *batch, unit = _indices(index)
        units = [argument.element((*batch, k)) for k in range(argument.value.shape[-1])]
        result: Expr = self.function.element(units, unit)
        return result


class Concat(Expr):
    """[a; b]: the parts one under another."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return concat(values)

    def element(self, index: Index) -> Expr:
        *batch, unit = _indices(index)
        for part in self.parts:
            size = part.value.shape[-1]
            if unit < size:
                return part.element((*batch, unit))
            unit -= size
        raise IndexError(index)


class Block(Expr):
    """Some entries of a vector, from `start` up to but not with `end`, counted from 0."""

    __slots__ = ("end", "start")

    def __init__(self, vector: Expr, start: int, end: int) -> None:
        super().__init__(vector)
        self.start = start
        self.end = end

    def compute(self, *values: Any) -> Any:
        return entries(values[0], self.start, self.end)

    def rebuilt(self, *parts: Expr) -> Expr:
        return Block(parts[0], self.start, self.end)

    def element(self, index: Index) -> Expr:
        *batch, unit = _indices(index)
        return self.parts[0].element((*batch, self.start + unit))


class BatchSum(Expr):
    """Added up over the examples of a batch: (B, m) -> (m,)."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return batch_sum(values[0])

    def element(self, index: Index) -> Expr:
        (part,) = self.parts
        batch = part.value.shape[:-1]
        return Sum(*(part.element((*b, *_indices(index))) for b in np.ndindex(batch)))


class RowSum(BatchSum):
    """The rows of a matrix added up: (T, m) -> (m,)."""

    __slots__ = ()


def cut(product: MatrixVector | VectorMatrix) -> Iterator[tuple[Expr, Any]]:
    """Each part of the concatenation in a product, and the block of the matrix that meets it.

    A matrix without a value has blocks without one.
    """
    is_column = isinstance(product, MatrixVector)
    matrix, vector = product.parts if is_column else product.parts[::-1]
    if matrix.value is None:
        yield from ((part, None) for part in vector.parts)
        return
    sizes = [part.value.shape[-1] for part in vector.parts]
    side = "column" if is_column else "row"
    yield from zip(vector.parts, blocks(matrix.value, sizes, side), strict=True)


def over_batch(expr: Expr) -> Expr:
    """The expression added up over the examples of a batch."""
    return _built(BatchSum, expr)


def sum_of(terms: Sequence[Expr]) -> Expr:
    """The terms added up, of which there is at least one."""
    return terms[0] if len(terms) == 1 else _built(Sum, *terms)


def _indices(index: Index) -> tuple[int, ...]:
    return (index,) if isinstance(index, int) else index


def _lifted(value: Any) -> Expr:
    """The value as an expression: a number is a constant; an array needs a name."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, np.ndarray):
        raise TypeError("an array in an expression has to be a Quantity")
    return Constant(value)


def _built(node: Any, *parts: Any) -> Expr:
    """The node over its parts, or all that is missing of them."""
    faults = [fault for part in parts if isinstance(part, Missing) for fault in part.faults]
    if faults and any(isinstance(part, np.ndarray) for part in parts):
        return Missing(*dict.fromkeys(faults))  # where numbers run, nobody asks for a formula
    result: Expr = node(*map(_lifted, parts))
    return Missing(*dict.fromkeys(faults), formula=result) if faults else result
