"""`lstm-step`: one or more steps of an LSTM, all or some quantities given."""

from typing import TYPE_CHECKING

from lstmhw.problem import record
from lstmhw.recurrent.lstm import LstmProblem
from lstmhw.solution import Solution, Worksheet

if TYPE_CHECKING:
    from lstmhw.parameters import Exported


@record
class LstmStep(LstmProblem, kind="lstm-step"):
    """i, f, g, o, c, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet(self.stated())
        self.forward(sheet)
        return self.solution(sheet, ("c", "h"), self.functions)

    def exported(self) -> "Exported":
        from lstmhw.recurrent.exporting import lstm, steps

        return steps(self, lstm(self, self.size("n")), self.solve())
