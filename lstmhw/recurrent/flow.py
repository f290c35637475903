"""How a gradient flows from state to state: the factors dh_t/dh_{t-1} and their products.

The forward page runs on complex numbers: in row j of a batch, entry j of the state before the step
is changed by ih.  The imaginary part of the new state, over h, is column j of the factor, to the
last digit (Squire & Trapp 1998).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.functions import Floats
from lstmhw.recurrent.second_method import LARGEST, H
from lstmhw.solution import Stated, Worksheet

STEADY = 1e-3  # a norm that changes by less than this a step stays

MAX_SLOPES = {
    "sigmoid": 0.25,
    "tanh": 1.0,
    "relu": 1.0,
    "identity": 1.0,
    "hard-sigmoid": 0.2,
    "softmax": 0.5,
    "step": 0.0,
}
"""The largest norm of each activation's slopes (of softmax, of its Jacobian)."""

Step = Callable[[int, Any, Any], Any]
"""(t, x, state) -> the next state; over batches, (rows, n) and (rows, s) -> (rows, s)."""


class Numbers(Worksheet):
    """A worksheet on which names stand for arrays, which may be complex; `values` keeps them.

    Raises ProblemError where a derivative is too large for a complex step.
    """

    def __init__(self, stated: Mapping[str, Stated]) -> None:
        super().__init__(stated)
        self.values: dict[str, Any] = {}

    def given(self, symbol: str, value: Floats, path: Path, note: str = "") -> Any:
        return value

    def __call__(self, symbol: str, value: Any, note: str) -> Any:
        self.values[symbol] = self.stated[symbol].value if symbol in self.stated else value
        if np.any(np.abs(np.imag(self.values[symbol])) > LARGEST * H):
            raise ProblemError([Fault((), f"the derivative of {symbol} is over {LARGEST:g}")])
        return self.values[symbol]


class Flow(NamedTuple):
    """Factors and products, (steps, s, s) for a state of size s, of the steps after `start`.

    The first `units` entries of a state are h.
    """

    start: int
    units: int
    factors: Floats
    products: Floats

    @property
    def times(self) -> range:
        return range(self.start + 1, self.start + 1 + len(self.factors))

    @property
    def norms(self) -> Floats:
        """The spectral norm of dh_t/dh_start at each step."""
        return spectral(self.products[:, : self.units, : self.units])


def spectral(matrices: Floats) -> Floats:
    """The largest singular value of each matrix, (..., m, n) -> (...)."""
    return np.asarray(np.linalg.norm(matrices, 2, axis=(-2, -1)))


def radius(matrices: Floats) -> Floats:
    """The largest absolute value of an eigenvalue of each matrix, (..., m, m) -> (...)."""
    return np.asarray(np.max(np.abs(np.linalg.eigvals(matrices)), axis=-1))


def flow(
    step: Step, inputs: Sequence[Floats], state: Floats, first: int, start: int, units: int
) -> Flow:
    """The factors of all steps after `start`; the inputs begin with that of the step `first`.

    Raises ProblemError where a product overflows.
    """
    factors = []
    for t, x in enumerate(inputs, first):
        seeds = np.eye(len(state)) if t > start else np.zeros((1, len(state)))
        with np.errstate(all="ignore"):  # what overflows is found in the products
            after = step(t, np.broadcast_to(x, (len(seeds), len(x))), state + 1j * H * seeds)
        if t > start:
            factors.append(derivative(after))
        state = np.real(after)[0]
    return Flow(start, units, np.array(factors), products(np.array(factors), start, "P"))


def products(factors: Floats, start: int, name: str) -> Floats:
    """The running products, the newest factor to the left; of vectors and numbers, entry by entry.

    Raises ProblemError where one overflows.
    """
    multiply = np.matmul if factors.ndim == 3 else np.multiply
    results: list[Any] = []
    with np.errstate(all="ignore"):
        for t, factor in enumerate(factors, start + 1):
            results.append(multiply(factor, results[-1]) if results else factor)
            if not np.all(np.isfinite(results[-1])):
                message = f"{name}_{t} overflows: over 1.8e308"
                raise ProblemError([Fault(("to",), message, "end at an earlier state")])
    return np.array(results)


def derivative(value: Any) -> Floats:
    """The derivative of a value by the state before the step, (units, state)."""
    return np.asarray(np.imag(value).T / H)


def verdict(norms: Floats) -> str:
    """Whether the norm of a product vanishes, explodes or stays, by its last value and its pace."""
    if abs(pace(norms) - 1) < STEADY or norms[-1] == 1:
        return "stays"
    return "vanishes" if norms[-1] < 1 else "explodes"


def pace(norms: Floats) -> float:
    """The factor a step by which the norm changes, on average over all steps after the first."""
    if len(norms) == 1 or norms[0] == 0:
        return float(norms[-1])
    with np.errstate(divide="ignore"):
        exponent = (np.log(norms[-1]) - np.log(norms[0])) / (len(norms) - 1)
    return float(np.exp(exponent))


def first_below(norms: Floats, limit: float, start: int) -> int | None:
    """The first state whose norm is under the limit."""
    below = np.flatnonzero(norms < limit)
    return start + 1 + int(below[0]) if below.size else None
