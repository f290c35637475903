"""`gru-step`: one or more steps of a GRU."""

from lstmhw import cells
from lstmhw.problem import record
from lstmhw.recurrent.gru import GruProblem
from lstmhw.solution import Solution, Worksheet


@record
class GruStep(GruProblem, kind="gru-step"):
    """r, z, n, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet(self.stated())
        inputs = self.inputs(sheet)
        h = self.initial(sheet, "h", self.h_prev)
        gates = self.pre_activations(sheet)
        layer = self.output_layer(sheet)
        for t, x in enumerate(inputs, self.t):
            h = cells.gru(sheet, t, gates, self.functions, x, h)
            if layer is not None:
                cells.output(sheet, "a_y", t, layer, h)
        return self.solution(sheet, ("h", "y"), self.functions[:2])
