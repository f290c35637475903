"""Problems that ask for the steps of a cell themselves."""

from typing import TYPE_CHECKING

from lstmhw.problem import record
from lstmhw.recurrent import RecurrentProblem
from lstmhw.solution import Solution, Worksheet

if TYPE_CHECKING:
    from lstmhw.parameters import Exported


@record
class StepProblem(RecurrentProblem):
    """Steps of a cell: everything that is computed in them."""

    def solve(self) -> Solution:
        sheet = Worksheet(self.cell.stated(self.times))
        self.forward(sheet)
        return self.solution(sheet, self.cell.states[::-1], self.cell.functions)

    def exported(self) -> "Exported":
        from lstmhw.recurrent.exporting import steps

        return steps(self, self.solve())
