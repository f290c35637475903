"""Problems about a network: layers of cells, in one direction or two."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal

from lstmhw.cells.cell import Cell
from lstmhw.faults import Fault
from lstmhw.problem import Embedded, Record, record
from lstmhw.recurrent import RecurrentProblem
from lstmhw.recurrent.passing import Way
from lstmhw.solution import Inline


@record
class Direction(Record):
    """A cell with weights of its own, and the states that it starts from."""

    cell: Annotated[Cell, Embedded(like="cell")]


@record
class Layer(Direction):
    """A cell of a layer, and perhaps one that runs from the last step to the first."""

    reverse: Direction | None = None


@record
class NetworkProblem(RecurrentProblem):
    """Layers of recurrent cells, each in one direction or in two."""

    layers: tuple[Layer, ...] | None = None
    reverse: Direction | None = None
    direction: Literal["forward", "reverse"] = "forward"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.direction == "reverse" and any(len(layer) > 1 for layer in self.network):
            message = "the direction is given twice: by `direction` and by `reverse`"
            yield Fault(("direction",), message, "keep one of them", at_key=True)
        if self.layers is not None:
            yield from self._layer_faults(self.layers)

    def _layer_faults(self, layers: Sequence[Layer]) -> Iterator[Fault]:
        if not layers:
            yield Fault(("layers",), "expected a layer, found an empty list", "leave it out")
        if self.cell.is_given:
            message = "the weights are given twice: by layers, and for the whole file"
            yield Fault(("layers",), message, "keep one of them", at_key=True)
        for letter in self.cell.states:
            if getattr(self.cell, f"{letter}_prev") is not None:
                message = "with layers, each has states of its own"
                hint = f"write {letter}_prev in the layer that starts from it"
                yield Fault((f"{letter}_prev",), message, hint, at_key=True)
        if self.reverse is not None:
            message = "with layers, each has directions of its own"
            yield Fault(("reverse",), message, "write `reverse` in a layer", at_key=True)

    @cached_property
    def network(self) -> Sequence[Sequence[Way]]:
        backwards = self.direction == "reverse"
        if not self.layers:
            return [_directions(Way(self.cell, backwards), self.reverse)]
        return [_directions(Way(each.cell, backwards), each.reverse) for each in self.layers]

    def conventions(self) -> Iterator[tuple[Inline, ...]]:
        yield from super().conventions()
        if len(self.network) > 1:
            names = ", ".join(
                f"@{number} layer {number}" for number in range(2, len(self.network) + 1)
            )
            yield (f"Layer 1 reads x, each other layer what the one below gives: {names}.",)
        if self.direction == "reverse":
            yield ("The cell runs from the last time step to the first; " + _START + ".",)
        if any(len(layer) > 1 for layer in self.network):
            text = "@rev runs from the last time step to the first"
            yield (f"{text}, with weights of its own; {_START}.",)
            yield ("What reads both directions reads [h; h@rev]: forward first.",)


_START = "time indices are those of the inputs, so it starts from the state after the last step"


def _directions(way: Way, reverse: Direction | None) -> Sequence[Way]:
    return [way] if reverse is None else [way, Way(reverse.cell, True)]
