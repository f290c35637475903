"""The data of a plain RNN."""

from collections.abc import Iterator

from lstmhw.faults import Fault
from lstmhw.functions import ACTIVATIONS, Function
from lstmhw.problem import record
from lstmhw.recurrent import ActivationName, RecurrentProblem
from lstmhw.recurrent.weights import Affine


@record
class RnnProblem(Affine, RecurrentProblem):
    """A problem about a plain RNN; its weights stand at the top of the file."""

    activation: ActivationName = "tanh"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from self.weight_faults((), self.concat is not None)

    @property
    def function(self) -> Function:
        return ACTIVATIONS[self.activation]
