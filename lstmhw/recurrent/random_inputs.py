"""Inputs drawn at random, the same for the same seed."""

from typing import Annotated

import numpy as np

from lstmhw.functions import Floats
from lstmhw.problem import Range, Record, record


@record
class RandomInputs(Record):
    """Inputs from numpy.random.default_rng(seed).standard_normal((steps, n))."""

    steps: Annotated[int, Range(1, 10_000)]
    seed: Annotated[int, Range(0, 2**32)] = 0

    def drawn(self, inputs: int) -> Floats:
        """The inputs, (steps, inputs)."""
        return np.random.default_rng(self.seed).standard_normal((self.steps, inputs))
