"""`rnn-step`: one or more steps of a plain RNN."""

from typing import TYPE_CHECKING

from lstmhw.problem import record
from lstmhw.recurrent.rnn import RnnProblem
from lstmhw.solution import Solution, Worksheet

if TYPE_CHECKING:
    from lstmhw.parameters import Exported


@record
class RnnStep(RnnProblem, kind="rnn-step"):
    """The pre-activation a, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet({})
        self.forward(sheet)
        return self.solution(sheet, ("h",), (self.function,))

    def exported(self) -> "Exported":
        from lstmhw.recurrent.exporting import rnn, steps

        return steps(self, rnn(self), self.solve())
