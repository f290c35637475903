"""`lstm-step`: one or more steps of an LSTM, all or some quantities given."""

from lstmhw import cells
from lstmhw.problem import record
from lstmhw.recurrent.lstm import LstmProblem
from lstmhw.solution import Solution, Worksheet


@record
class LstmStep(LstmProblem, kind="lstm-step"):
    """i, f, g, o, c, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet(self.stated())
        inputs = self.inputs(sheet)
        h = self.initial(sheet, "h", self.h_prev)
        c = self.initial(sheet, "c", self.c_prev)
        gates = self.pre_activations(sheet)
        layer = self.output_layer(sheet)
        for t, x in enumerate(inputs, self.t):
            h, c = cells.lstm(sheet, t, gates, self.functions, x, h, c)
            if layer is not None:
                cells.output(sheet, "z_y", t, layer, h)
        return self.solution(sheet, ("c", "h", "y"), self.functions)
