"""What LSTMs and GRUs share: gates one by one, or stacked in the layout of a framework."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from lstmhw.cells import Activations
from lstmhw.faults import Fault, Path
from lstmhw.problem import Record, record
from lstmhw.recurrent import CellProblem, RecurrentProblem
from lstmhw.recurrent.weights import Gate, Layout
from lstmhw.solution import Inline, Stated


@record
class GatedCell(CellProblem):
    """The weights of a cell with gates; a subclass gives the types of `gates` and `stacked`."""

    gates: Record | None = None
    stacked: Layout | None = None

    order: ClassVar[str]
    """The letters of the gates."""

    @property
    def functions(self) -> Activations:
        """The functions of the gates and of the candidate."""
        raise NotImplementedError

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.gates is not None and self.stacked is not None:
            message = "the weights are given twice: as gates and stacked"
            yield Fault(("stacked",), message, "keep one of them")
        for name, gate in vars(self.gates).items() if self.gates is not None else ():
            yield from gate.weight_faults(("gates", name), self.concat is not None)

    def weights(self) -> dict[str, Gate]:
        """The gates by letter, in the problem's orientation."""
        if self.stacked is None:
            return {gate: getattr(self.gates, gate, Gate()) for gate in self.order}
        blocks = self.stacked.gates()
        if self.orientation == "column":
            return blocks
        return {name: gate.transposed() for name, gate in blocks.items()}

    def weight_path(self, gate: str, *key: str) -> Path:
        return ("gates", gate, *key) if self.stacked is None else ("stacked",)

    def separated(self, gate: Gate) -> Gate:
        """The gate with W_x and W_h, cut out of W where it has W."""
        if gate.W is None or self.concat is None:
            return gate
        axis = 1 if self.orientation == "column" else 0
        first = self.size("m") if self.concat[0] == "h" else self.size("n")
        parts = dict(zip(self.concat, np.split(gate.W, [first], axis), strict=True))
        return replace(gate, W=None, W_x=parts["x"], W_h=parts["h"])


@record
class GatedProblem(GatedCell, RecurrentProblem):
    """A problem about steps of a cell with gates."""

    def stated(self) -> dict[str, Stated]:
        """The gate values that stand on the sheet, by symbol."""
        units = self.size("m")
        return {
            f"{name}_{t}": Stated(np.broadcast_to(gate.value, units), ("gates", name, "value"))
            for name, gate in self.weights().items()
            if gate.value is not None
            for t in self.times
        }

    @property
    def blocks(self) -> str:
        return "" if self.stacked is None else self.stacked.order

    @property
    def joins(self) -> bool:
        return any(gate.W is not None for gate in self.weights().values())

    def conventions(self) -> list[tuple[Inline, ...]]:
        lines = super().conventions()
        return lines if self.stacked is None else [*lines, (self.stacked.convention,)]
