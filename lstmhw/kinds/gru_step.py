"""`gru-step`: one or more steps of a GRU."""

from lstmhw.problem import record
from lstmhw.recurrent.gru import GruProblem
from lstmhw.solution import Solution, Worksheet


@record
class GruStep(GruProblem, kind="gru-step"):
    """r, z, n, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet(self.stated())
        self.forward(sheet)
        return self.solution(sheet, ("h",), self.functions[:2])
