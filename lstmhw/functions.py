"""Elementary functions over generic values: float64 arrays, recorded expressions, intervals.

A function of this page is called as in a book, `tanh(c)`.  On a NumPy array it computes; on any
other value it hands itself to the value's own `apply`, so that the value may record it, bound it
or replace it.  The last axis of an array runs over units; the axes before it are batches.
Arrays may be complex with small imaginary parts: those then are derivatives (complex step).
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Inverse(NamedTuple):
    """Where a function has a value: from `least` to `most`, at the pre-activation `of` it."""

    least: float
    most: float
    of: Callable[[Floats], Floats]


class Function(NamedTuple):
    """A function of one vector: all that is known of it to compute, explain, spell and go back."""

    name: str
    compute: Callable[[Floats], Floats]
    latex: str
    definition: str
    element: Callable[[Sequence[Any], int], Any] | None = None
    """How unit j follows from all units, where a unit does not depend on itself alone."""
    gap: Callable[[float], float] | None = None
    """The distance from z to the nearer limit of the function, exact where 1 - f(z) is not."""
    back: Callable[[Any, Any, Any], Any] | None = None
    """(dy, z, y) -> dz for y = f(z), over generic values; None where no gradient comes through."""
    steepest: float | None = None
    """The largest norm of its slopes (of softmax, of its Jacobian)."""
    inverse: Inverse | None = None

    def __call__(self, value: Any) -> Any:
        if hasattr(value, "apply"):
            return value.apply(self)
        array = np.asarray(value)
        return self.compute(array if array.dtype.kind == "c" else array.astype(float, copy=False))

    def gradient(self, dy: Any, z: Any, y: Any) -> Any:
        """From the gradient to y = f(z) to that to z.  Raises TypeError where there is no slope."""
        if self.back is None:
            raise TypeError(f"no gradient comes back through {self.name}")
        return self.back(dy, z, y)


def times(matrix: Any, vector: Any) -> Any:
    """Matrix times column vector, (m, n) and (..., n) -> (..., m)."""
    if hasattr(matrix, "times"):
        return matrix.times(vector)
    return vector @ matrix.T


def concat(parts: Sequence[Any]) -> Any:
    """The parts one under another, (..., m) and (..., n) -> (..., m + n); batches are repeated."""
    for part in parts:
        if hasattr(part, "concat"):
            return part.concat(parts)
    if len({part.ndim for part in parts}) > 1:
        batch = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
        parts = [np.broadcast_to(part, (*batch, part.shape[-1])) for part in parts]
    return np.concatenate(parts, axis=-1)


def entries(vector: Any, start: int, end: int) -> Any:
    """The entries of a vector from `start` up to but not with `end`, (..., n) -> (..., m).

    A number stands for a vector that has it in every entry.
    """
    if hasattr(vector, "entries"):
        return vector.entries(start, end)
    return vector[..., start:end] if np.ndim(vector) else vector


def outer(left: Any, right: Any) -> Any:
    """left right^T, (..., m) and (..., n) -> (m, n), added up over the batch."""
    if hasattr(left, "outer"):
        return left.outer(right)
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])


def outer_of_rows(left: Any, right: Any) -> Any:
    """The same numbers for vectors that are rows, left^T right."""
    if hasattr(left, "outer_of_rows"):
        return left.outer_of_rows(right)
    return outer(left, right)


def batch_sum(value: Any) -> Any:
    """Added up over the batch, (B, m) -> (m,)."""
    if hasattr(value, "batch_sum"):
        return value.batch_sum()
    return value.reshape(-1, value.shape[-1]).sum(axis=0)


def blocks(matrix: Floats, sizes: Sequence[int], orientation: str) -> list[Floats]:
    """A matrix on a concatenation, cut into what it has for each part, of these sizes.

    That is columns where the vector is a `column`, rows where it is a `row`.
    """
    axis = 1 if orientation == "column" else 0
    return list(np.split(matrix, np.cumsum(sizes)[:-1], axis))


def _sigmoid(z: Floats) -> Floats:
    small = np.exp(-np.where(z >= 0, z, -z))  # never overflows
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _softmax(z: Floats) -> Floats:
    weights = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return np.asarray(weights / np.sum(weights, axis=-1, keepdims=True))


def _total_element(v: Sequence[Any], unit: int) -> Any:
    return reduce(add, v)


def _softmax_element(z: Sequence[Any], unit: int) -> Any:
    weights = [exp(entry) for entry in z]
    return weights[unit] / _total_element(weights, 0)


def _between_0_and_1(line: Floats) -> Floats:
    return np.where(line.real >= 1, 1.0, np.where(line.real <= 0, 0.0, line))


def _slope_inside(line: Floats, slope: float) -> Floats:
    return np.where((line > 0) & (line < 1), slope, 0.0)


LEAK = 0.01
"""The slope of leaky-relu below 0, as in PyTorch and ONNX."""


def _sigmoid_gap(z: float) -> float:
    return float(_sigmoid(np.array(-abs(z))))


def _tanh_gap(z: float) -> float:
    return 2.0 * _sigmoid_gap(2.0 * z)  # 1 - tanh z = 2 sigmoid(-2 z)


step = Function(
    "step",
    lambda z: (z > 0).astype(np.float64),
    r"\operatorname{step}",
    "step(z) = 1 where z > 0, else 0",
    steepest=0.0,
)
step_from_0 = Function(
    "step-from-0",
    lambda z: (z >= 0).astype(np.float64),
    r"\operatorname{step}_{0}",
    "step-from-0(z) = 1 where z >= 0, else 0",
    steepest=0.0,
)
leaky_relu_slope = Function(
    "leaky-relu'",
    lambda z: np.where(z > 0, 1.0, LEAK),
    r"\operatorname{leaky\text{-}relu}'",
    "leaky-relu'(z) = 1 where z > 0, else 0.01",
)
hard_sigmoid_6_slope = Function(
    "hard-sigmoid-6'",
    lambda z: _slope_inside(z / 6 + 0.5, 1 / 6),
    r"\operatorname{hard\text{-}sigmoid}_{6}'",
    "hard-sigmoid-6'(z) = 1/6 where 0 < z/6 + 0.5 < 1, else 0",
)
hard_sigmoid_slope = Function(
    "hard-sigmoid'",
    lambda z: _slope_inside(0.2 * z + 0.5, 0.2),
    r"\operatorname{hard\text{-}sigmoid}'",
    "hard-sigmoid'(z) = 0.2 where 0 < 0.2 z + 0.5 < 1, else 0",
)
total = Function(
    "sum",
    lambda v: np.sum(v, axis=-1, keepdims=True),
    r"\operatorname{sum}",
    "sum(v) = v_1 + ... + v_k",
    element=_total_element,
    back=lambda dy, v, y: dy,
)
sigmoid = Function(
    "sigmoid",
    _sigmoid,
    r"\sigma",
    "sigmoid(z) = 1/(1 + exp(-z))",
    gap=_sigmoid_gap,
    back=lambda dy, z, y: dy * y * (1 - y),
    steepest=0.25,
    inverse=Inverse(0, 1, lambda y: np.log(y) - np.log1p(-y)),
)
tanh = Function(
    "tanh",
    np.tanh,
    r"\tanh",
    "tanh(z) = (exp(z) - exp(-z))/(exp(z) + exp(-z))",
    gap=_tanh_gap,
    back=lambda dy, z, y: dy * (1 - y**2),
    steepest=1.0,
    inverse=Inverse(-1, 1, np.arctanh),
)
relu = Function(
    "relu",
    lambda z: np.where(z.real > 0, z, 0.0),
    r"\operatorname{relu}",
    "relu(z) = max(0, z)",
    back=lambda dy, z, y: dy * step(z),
    steepest=1.0,
)
leaky_relu = Function(
    "leaky-relu",
    lambda z: np.where(z.real > 0, z, LEAK * z),
    r"\operatorname{leaky\text{-}relu}",
    "leaky-relu(z) = z where z > 0, else 0.01 z, as in PyTorch",
    back=lambda dy, z, y: dy * leaky_relu_slope(z),
    steepest=1.0,
    inverse=Inverse(-np.inf, np.inf, lambda y: np.where(y > 0, y, y / LEAK)),
)
identity = Function(
    "identity",
    lambda z: z,
    r"\operatorname{id}",
    "identity(z) = z",
    back=lambda dy, z, y: dy,
    steepest=1.0,
    inverse=Inverse(-np.inf, np.inf, lambda y: y),
)
hard_sigmoid_6 = Function(
    "hard-sigmoid-6",
    lambda z: _between_0_and_1(z / 6 + 0.5),
    r"\operatorname{hard\text{-}sigmoid}_{6}",
    "hard-sigmoid-6(z) = max(0, min(1, z/6 + 0.5)), as in PyTorch and Keras 3",
    back=lambda dy, z, y: dy * hard_sigmoid_6_slope(z),
    steepest=1 / 6,
)
hard_sigmoid = Function(
    "hard-sigmoid",
    lambda z: _between_0_and_1(0.2 * z + 0.5),
    r"\operatorname{hard\text{-}sigmoid}",
    "hard-sigmoid(z) = max(0, min(1, 0.2 z + 0.5)), as in ONNX and Keras 2",
    back=lambda dy, z, y: dy * hard_sigmoid_slope(z),
    steepest=0.2,
)
softmax = Function(
    "softmax",
    _softmax,
    r"\operatorname{softmax}",
    "softmax(z)_j = exp(z_j)/(exp(z_1) + ... + exp(z_k))",
    element=_softmax_element,
    back=lambda dy, z, y: y * (dy - total(dy * y)),
    steepest=0.5,
)
magnitude = Function("abs", np.abs, r"\operatorname{abs}", "abs(z) = z where z > 0, else -z")
norm = Function(
    "norm",
    lambda matrices: np.asarray(np.linalg.norm(matrices, 2, axis=(-2, -1))),
    r"\operatorname{norm}",
    "norm(A): the largest singular value of the matrix A",
)
sqrt = Function(
    "sqrt",
    np.sqrt,
    r"\sqrt",
    "sqrt(z): the number whose square is z",
    back=lambda dy, z, y: dy / (2 * y),
)
row_sum = Function(
    "row-sum",
    batch_sum,
    r"\operatorname{row\text{-}sum}",
    "row-sum(A)_j = A_1j + ... + A_Tj, the rows of A added up",
)
exp = Function("exp", np.exp, r"\exp", "exp(z) = e^z", back=lambda dy, z, y: dy * y)
log = Function("log", np.log, r"\log", "log(z): exp(log(z)) = z", back=lambda dy, z, y: dy / z)
LEAST = 5e-324  # the least number over 0
ln = Function(
    "ln",
    lambda z: np.log(np.where(z == 0, LEAST, z)),  # so that 0 ln 0 is 0
    r"\ln",
    "ln(z): the natural logarithm, e^(ln(z)) = z",
    back=lambda dy, z, y: dy / z,
)
arctanh = Function(
    "arctanh",
    np.arctanh,
    r"\operatorname{arctanh}",
    "arctanh(z): tanh(arctanh(z)) = z",
    back=lambda dy, z, y: dy / (1 - z**2),
)

ACTIVATIONS = {
    function.name: function
    for function in (
        *(sigmoid, tanh, relu, leaky_relu, identity, hard_sigmoid, hard_sigmoid_6),
        *(softmax, step, step_from_0),
    )
}
