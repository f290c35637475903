"""Gates that are given as values: a gradient goes back through them by the slope at that value."""

from collections.abc import Iterator

import numpy as np

from lstmhw.cells.cell import Cell
from lstmhw.faults import Fault, Path
from lstmhw.functions import Floats, Function

LIMIT = 800.0  # where sigmoid and tanh are at theirs


def value_faults(cell: Cell) -> Iterator[Fault]:
    """What is wrong with the values of gates, seen as values of their functions."""
    for letter, gate in cell.weights().items():
        if gate.value is not None:
            path = cell.weight_path(letter, "value")
            yield from _faults(cell.function(letter), gate.value, path)


def _faults(function: Function, value: Floats, path: Path) -> Iterator[Fault]:
    if function.element is not None:
        message = f"expected weights, found a value: the slope of a {function.name} needs all its"
        yield Fault(path, f"{message} scores")
    if function.inverse is None:
        return
    least, most, _ = function.inverse
    off = value[(value < least) | (value > most)]
    if off.size:
        message = f"expected values of {function.name}, from {least} to {most}"
        yield Fault(path, f"{message}, found {off.flat[0]:g}", "no other value has a slope")


def pre_images(cell: Cell) -> dict[str, Floats]:
    """The pre-activations (m,) of which the gates that are given are values, by letter."""
    found = {}
    for letter, gate in cell.weights().items():
        inverse = cell.function(letter).inverse
        if gate.value is None or inverse is None:
            continue
        with np.errstate(divide="ignore"):
            z = np.clip(inverse.of(gate.value), -LIMIT, LIMIT)
        found[letter] = np.broadcast_to(z, cell.size("m"))
    return found
