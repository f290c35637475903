"""A line with a mistake beside the line as it should be, and what each gives."""

from typing import NamedTuple

import numpy as np

from lstmhw.expr import Expr, Quantity
from lstmhw.marking.program import Lines
from lstmhw.marking.target import Target
from lstmhw.solution import Step, is_batch


class Contrast(NamedTuple):
    """What was worked and what is right, told of the first entry, of so many, in which they differ.

    `at` is its index, in a batch the example and the unit.
    """

    symbol: str
    at: tuple[int, ...]
    done: Expr
    right: Expr
    gave: float
    gives: float
    size: int
    of_batch: bool


def contrast(target: Target, lines: Lines) -> Contrast | None:
    """The first line that other lines change, in the order of the working.

    None where other data, or another value, stand in the place of a line.
    """
    for step in target.steps:
        if step.symbol in lines:
            found = _at(target, step, lines)
            if found is not None:
                return found
    return None


def _at(target: Target, step: Step, lines: Lines) -> Contrast | None:
    right = target.followed.values
    quantity = target.program.scope.named[step.symbol]
    both = (run.value_of(quantity) for run in (right.varied(lines), right))
    gave, gives = (np.asarray(value, dtype=float) for value in both)
    if gave.size != gives.size:
        return None
    gave, gives = gave.reshape(np.shape(step.value)), gives.reshape(np.shape(step.value))
    differs = np.abs(gave - gives) > target.claimed.half
    if not np.any(differs):
        return None
    off = [np.unravel_index(k, gave.shape) for k in np.flatnonzero(target.off) if k < gave.size]
    first = next((place for place in off if differs[place]), tuple(np.argwhere(differs)[0]))
    at = tuple(int(k) for k in first)
    done = lines[step.symbol]
    if isinstance(done, Quantity) and done.given:
        return None
    numbers = float(gave[at]), float(gives[at]), gives.size
    return Contrast(step.symbol, at, done, step.expr, *numbers, is_batch(step.value, step.role))
