"""`rnn-step`: one or more steps of a plain RNN, all or some quantities given."""

from typing import Annotated

from lstmhw.cells.rnn import Rnn
from lstmhw.problem import Embedded, record
from lstmhw.recurrent.steps import StepProblem


@record
class RnnStep(StepProblem, kind="rnn-step"):
    """h (and y) at each step."""

    cell: Annotated[Rnn, Embedded()]
