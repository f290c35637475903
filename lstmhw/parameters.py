"""What a problem offers for export: a network, and what it is to compute.

No framework is known here.  Vectors are columns, for n inputs and m units.
"""

from collections.abc import Mapping, Sequence
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

    @property
    def inputs(self) -> int:
        """How many numbers it reads at a step."""
        _, inputs = self._any.W_x.shape
        return int(inputs)

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self._any.b_x)

    @property
    def _any(self) -> Parameters:
        return next(iter(self.gates.values()))


class Layer(NamedTuple):
    """y = activation(W h + b)."""

    W: Floats
    b: Floats
    activation: Function


class Direction(NamedTuple):
    """A cell of a layer and its states, (T + 1, m) or of a batch (T + 1, B, m), in order of time.

    They begin before the first step; where the cell runs backwards in time they end after the last.
    The symbols of its states end in `mark`: @2, @2rev.
    """

    network: Network
    mark: str
    backwards: bool
    states: Mapping[str, Floats]

    @property
    def names(self) -> list[str]:
        """What its states are called: h@2, c@2."""
        return [letter + self.mark for letter in self.states]


Directions = Sequence[Sequence[Direction]]
"""Layers, the first next to the input, each with its one or two directions."""


class Losses(NamedTuple):
    """The loss of each step that has targets, (k,) or (B, k), by time; over all steps; and what it
    is called.  `perplexity` is that of so many `counted` predictions."""

    name: str
    targets: Mapping[int, Floats]
    of_steps: Mapping[int, float]
    whole: float
    is_mean: bool
    perplexity: float | None
    counted: int


class Steps(NamedTuple):
    """Steps of a network from time t on: inputs (T, n) or (T, B, n), and what it is to give.

    With `feedback` there is the first input alone, and each output y, (T, k) or (T, B, k), is the
    next.  `lengths` are the steps of each example of a batch, where they have not the same.
    """

    layers: Directions
    t: int
    xs: Floats
    feedback: bool
    lengths: Sequence[int] | None
    layer: Layer | None
    y: Floats | None
    losses: Losses | None

    @property
    def directions(self) -> list[Direction]:
        """The cells of all layers, in the order in which they are computed."""
        return [direction for layer in self.layers for direction in layer]

    @property
    def step_count(self) -> int:
        """How many steps there are."""
        return len(self.layers[0][0].states["h"]) - 1

    @property
    def is_batch(self) -> bool:
        """Whether each step has several examples."""
        return self.xs.ndim > 2


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
