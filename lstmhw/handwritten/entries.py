"""What formulas say of entries: v[2], diag(v), and the numbers of a datum, [0.5, 0.2]."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstmhw.expr import Expr, Quantity
from lstmhw.functions import Floats


class Entry(Expr):
    """The entry of a vector at a place from 1 on, as a vector of one; of a matrix the row."""

    __slots__ = ("place",)

    def __init__(self, vector: Expr, place: int) -> None:
        super().__init__(vector)
        self.place = place

    def compute(self, *values: Any) -> Any:
        array = np.asarray(values[0])
        return array[self.place - 1 : self.place] if array.ndim == 1 else array[self.place - 1]

    def rebuilt(self, *parts: Expr) -> Expr:
        return Entry(parts[0], self.place)


class Diagonal(Expr):
    """The matrix with a vector on its diagonal."""

    __slots__ = ()

    def compute(self, *values: Any) -> Any:
        return np.diag(np.asarray(values[0]))


class Numbers(Quantity):
    """A list of numbers, which stands for the datum that has them; `at` is its place in the text.

    As a symbol it is what it is written like.
    """

    __slots__ = ("at",)

    def __init__(self, value: Floats, at: int) -> None:
        super().__init__(_listed(value.tolist()), value, given=True)
        self.at = at


def numbers(parts: Sequence[Expr], at: int) -> Numbers | None:
    """[0.5, 0.2], or the rows of a matrix; None where there is more than numbers in it."""
    if any(not isinstance(leaf, Numbers) for part in parts for leaf in part.leaves()):
        return None
    values = [np.asarray(part.value, dtype=float) for part in parts]
    alike = len({value.shape for value in values}) == 1 and values[0].ndim < 2
    return Numbers(np.array(values), at) if alike else None


def _listed(entry: Any) -> str:
    if isinstance(entry, list):
        return f"[{', '.join(map(_listed, entry))}]"
    return f"{entry:.12g}"
