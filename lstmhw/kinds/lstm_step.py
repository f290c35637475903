"""`lstm-step`: one or more steps of an LSTM, all or some quantities given."""

from typing import Annotated

from lstmhw.cells.lstm import Lstm
from lstmhw.problem import Embedded, record
from lstmhw.recurrent.steps import StepProblem


@record
class LstmStep(StepProblem, kind="lstm-step"):
    """i, f, g, o, c, h (and y) at each step."""

    cell: Annotated[Lstm, Embedded()]
