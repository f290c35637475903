"""What formulas say of single entries: v[2], and diag(v)."""

from typing import Any

import numpy as np

from lstmhw.expr import Expr


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
