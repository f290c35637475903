"""Gradients of cells with gates, some of which may be given as values."""

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path
from lstmhw.functions import Floats, Function
from lstmhw.problem import record
from lstmhw.recurrent.gated import GatedProblem


class Inverse(NamedTuple):
    """Where a function has a value: from `least` to `most`, at the pre-activation `of` it."""

    least: float
    most: float
    of: Callable[[Floats], Floats]


INVERSES = {
    "sigmoid": Inverse(0, 1, lambda y: np.log(y) - np.log1p(-y)),
    "tanh": Inverse(-1, 1, np.arctanh),
    "identity": Inverse(-np.inf, np.inf, lambda y: y),
}
LIMIT = 800.0  # where sigmoid and tanh are at theirs


@record
class GatedGradient(GatedProblem):
    """A gate that is given as a value has the slope that its function has at that value."""

    scored: ClassVar[str]
    """The letter of a gate's pre-activation: `z` (z_f) or `a` (a_r)."""

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for letter, gate in self.weights().items():
            if gate.value is not None:
                yield from self._value_faults(letter, gate.value, ("gates", letter, "value"))

    def _value_faults(self, letter: str, value: Floats, path: Path) -> Iterator[Fault]:
        name = self._function(letter).name
        if name == "softmax":
            message = "expected weights, found a value: the slope of a softmax needs all its scores"
            yield Fault(path, message)
        if name not in INVERSES:
            return
        least, most, _ = INVERSES[name]
        off = value[(value < least) | (value > most)]
        if off.size:
            message = f"expected values of {name}, from {least} to {most}, found {off.flat[0]:g}"
            yield Fault(path, message, "no other value has a slope")

    def hidden(self) -> dict[str, Floats]:
        """The pre-activations of which the gates that are given are values, by symbol."""
        found = {}
        for letter, gate in self.weights().items():
            inverse = INVERSES.get(self._function(letter).name)
            if gate.value is None or inverse is None:
                continue
            with np.errstate(divide="ignore"):
                z = np.clip(inverse.of(gate.value), -LIMIT, LIMIT)
            for t in self.times:
                found[f"{self.scored}_{letter}_{t}"] = np.broadcast_to(z, self.size("m"))
        return found

    def _function(self, letter: str) -> Function:
        return self.functions.candidate if letter in "gn" else self.functions.gate
