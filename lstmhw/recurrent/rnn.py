"""The data of a plain RNN."""

from collections.abc import Iterator

from lstmhw import cells
from lstmhw.faults import Fault, Path
from lstmhw.functions import ACTIVATIONS, Function
from lstmhw.problem import record
from lstmhw.recurrent import ActivationName, RecurrentProblem
from lstmhw.recurrent.weights import Affine
from lstmhw.solution import Worksheet


@record
class RnnProblem(Affine, RecurrentProblem):
    """A problem about a plain RNN; its weights stand at the top of the file."""

    activation: ActivationName = "tanh"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from self.weight_faults((), self.concat is not None)

    def weight_path(self, gate: str, *key: str) -> Path:
        return key

    @property
    def joins(self) -> bool:
        return self.W is not None

    def forward(self, sheet: Worksheet) -> None:
        """All steps of the cell, and its output, on the worksheet."""
        inputs = self.inputs(sheet)
        h = self.initial(sheet, "h", self.h_prev)
        pre_activation = self.pre_activation(sheet, self, "")
        layer = self.output_layer(sheet)
        for t, x in zip(self.times, inputs, strict=True):
            h = cells.rnn(sheet, t, pre_activation, self.function, x, h)
            if layer is not None:
                cells.output(sheet, "a_y", t, layer, h)

    @property
    def function(self) -> Function:
        return ACTIVATIONS[self.activation]
