"""`rnn-step`: one or more steps of a plain RNN."""

from lstmhw import cells
from lstmhw.problem import record
from lstmhw.recurrent.rnn import RnnProblem
from lstmhw.solution import Solution, Worksheet


@record
class RnnStep(RnnProblem, kind="rnn-step"):
    """The pre-activation a, h (and y) at each step."""

    def solve(self) -> Solution:
        sheet = Worksheet({})
        inputs = self.inputs(sheet)
        h = self.initial(sheet, "h", self.h_prev)
        affine = self.affine(sheet, self, "", ())
        layer = self.output_layer(sheet)
        for t, x in enumerate(inputs, self.t):
            h = cells.rnn(sheet, t, affine, self.function, x, h)
            if layer is not None:
                cells.output(sheet, "a_y", t, layer, h)
        return self.solution(sheet, ("h", "y"), (self.function,))
