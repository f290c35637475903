"""`rnn-step`: one or more steps of a plain RNN."""

from lstmhw.problem import record
from lstmhw.recurrent.rnn import RnnProblem
from lstmhw.solution import Solution, Worksheet


@record
class RnnStep(RnnProblem, kind="rnn-step"):
    """The pre-activation a, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet({})
        self.forward(sheet)
        return self.solution(sheet, ("h",), (self.function,))
