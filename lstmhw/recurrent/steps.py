"""Problems that ask for the steps of a cell themselves."""

from typing import TYPE_CHECKING, ClassVar

from lstmhw.problem import record
from lstmhw.recurrent.losses import LossProblem
from lstmhw.recurrent.pictures import over_time
from lstmhw.solution import Solution

if TYPE_CHECKING:
    from lstmhw.parameters import Exported


@record
class StepProblem(LossProblem):
    """Steps of a cell: everything that is computed in them."""

    pictured: ClassVar[str] = "gates and states are drawn, where they are computed and under 1e100"

    def solve(self) -> Solution:
        sheet = self.worksheet()
        read = self.forward(sheet)
        if self.targets is not None:
            self.refuse_missing(sheet)
            self.record_loss(sheet, read)
        results = [f"{s}{cell.place.mark}" for cell in self.cells for s in cell.states[::-1]]
        functions = [function for cell in self.cells for function in cell.functions]
        told = self.solution(sheet, results, functions)
        return told._replace(picture=over_time(sheet, self.ways, self.times, self.cell))

    def exported(self) -> "Exported":
        from lstmhw.recurrent.exporting import steps

        return steps(self, self.solve())
