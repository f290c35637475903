"""What a problem offers for export: a network, and what it is to compute.

No framework is known here.  Vectors are columns, for n inputs and m units.
"""

from collections.abc import Mapping
from typing import NamedTuple

from lstmhw.cells.cell import Cell, Parameters
from lstmhw.expr import Expr
from lstmhw.functions import Floats, Function

MOST_DOCUMENTS = 5000
LONGEST = 5  # words


class Network(NamedTuple):
    """A cell and its numbers, gate by gate.

    Where h is projected, weight_hr is what it is multiplied by before anything sees it.
    """

    cell: Cell
    gates: Mapping[str, Parameters]
    weight_hr: Floats | None = None


class Layer(NamedTuple):
    """y = activation(W h + b)."""

    W: Floats
    b: Floats
    activation: Function


class Steps(NamedTuple):
    """Steps of a cell from time t on: inputs (T, n), and what it is to give.

    `states` are those of the cell, from before the first step on (T + 1, m); y is (T, k).
    """

    network: Network
    t: int
    xs: Floats
    states: Mapping[str, Floats]
    layer: Layer | None
    y: Floats | None


class Scores(NamedTuple):
    """Documents read by an LSTM, one-hot words in, whose output is to be their score so far.

    The output is weights . source + bias, and the score is that of `delay` words ago.
    """

    network: Network
    vocabulary: tuple[str, ...]
    score: Mapping[tuple[str, ...], float]
    delay: int
    tolerance: float
    source: str
    weights: Floats
    bias: float
    documents: tuple[tuple[str, ...], ...]

    @property
    def length(self) -> int:
        """The words of the documents that are all run: as many as keep their number small."""
        lengths = range(2, LONGEST + 1)
        few = (k for k in lengths if len(self.vocabulary) ** k <= MOST_DOCUMENTS)
        return max(few, default=1)

    @property
    def longer(self) -> list[tuple[str, ...]]:
        """The documents that are not among all of that length or shorter."""
        return [words for words in self.documents if len(words) > self.length]


class Imitation(NamedTuple):
    """An LSTM from which the states of an RNN are to be read, by a formula over h."""

    network: Network
    c_0: Floats
    readout: Expr
    rnn: Network
    xs: Floats
    tolerance: float


Exported = Steps | Scores | Imitation
