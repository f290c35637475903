"""`lstm-gradient`: backward through the steps of an LSTM, a GRU or a plain RNN."""

from typing import ClassVar

from lstmhw.gradient import Gradient
from lstmhw.problem import record


@record
class LstmGradient(Gradient, kind="lstm-gradient"):
    """Gradients to states, gates, inputs and weights, from those at the end or from a loss."""

    pictured: ClassVar[str] = "the graph of a step is drawn, unless it is too large"
