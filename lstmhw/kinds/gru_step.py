"""`gru-step`: one or more steps of a GRU."""

from typing import TYPE_CHECKING

from lstmhw.problem import record
from lstmhw.recurrent.gru import GruProblem
from lstmhw.solution import Solution, Worksheet

if TYPE_CHECKING:
    from lstmhw.parameters import Exported


@record
class GruStep(GruProblem, kind="gru-step"):
    """r, z, n, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet(self.stated())
        self.forward(sheet)
        return self.solution(sheet, ("h",), self.functions[:2])

    def exported(self) -> "Exported":
        from lstmhw.recurrent.exporting import gru, steps

        return steps(self, gru(self), self.solve())
