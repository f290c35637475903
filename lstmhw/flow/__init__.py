"""How a gradient flows from state to state: the factors dh_t/dh_{t-1} and their products.

The way back through the recorded lines of a step, from each unit of its states at once, gives the
rows of its factor.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from lstmhw.adjoint import Adjoint, Part, added
from lstmhw.expr import DATUM, Expr, Quantity, Role
from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import Floats
from lstmhw.solution import Step, Worksheet, indexed

STEADY = 1e-3  # a norm that changes by less than this a step stays


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


def flow(sheet: Worksheet, states: str, times: range, units: int) -> Flow:
    """The factors of the steps at these times, of which the forward pass stands on the sheet.

    Raises ProblemError where a product overflows.
    """
    by_time = groupby(sheet.steps, key=lambda step: indexed(step.symbol)[1])
    lines = {t: list(group) for t, group in by_time if t in times}
    start = times[0] - 1
    with np.errstate(all="ignore"):  # what overflows is found in the products
        factors = np.array([_factor(sheet, lines[t], states, t, units) for t in times])
    return Flow(start, units, factors, products(factors, start, "P"))


def _factor(sheet: Worksheet, lines: Iterable[Step], states: str, t: int, units: int) -> Floats:
    """The derivative of the states at t, one under another, by those before, (s, s)."""
    adjoint = Adjoint(_valued, sheet.named, _no_note)
    size = len(states) * units
    # A function without a slope, such as step, lets nothing through.
    passed = [s for s in lines if s.role.function is None or s.role.function.back is not None]
    ends = {line.symbol: line for line in lines}
    for k, letter in enumerate(states):
        rows = np.eye(size)[:, k * units : (k + 1) * units]
        adjoint.seed(ends[f"{letter}_{t}"], Quantity("rows", rows, given=True))
    for line in reversed(passed):
        adjoint.through(line)
    before = (adjoint.parts.get(f"{letter}_{t - 1}") for letter in states)
    blocks = [np.zeros((size, units)) if p is None else added(p).value for p in before]
    return np.concatenate(blocks, axis=1)


def _valued(symbol: str, value: Any, note: str, role: Role = DATUM) -> Expr:
    """The `let` that keeps the numbers alone."""
    return Quantity(symbol, value.value, given=False, role=role)


def _no_note(to: Step | Quantity, parts: Sequence[Part]) -> str:
    return ""


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
