"""`gru-step`: one or more steps of a GRU, all or some quantities given."""

from typing import Annotated

from lstmhw.cells.gru import Gru
from lstmhw.problem import Embedded, record
from lstmhw.recurrent.steps import StepProblem


@record
class GruStep(StepProblem, kind="gru-step"):
    """r, z, n, h (and y) at each step."""

    cell: Annotated[Gru, Embedded()]
