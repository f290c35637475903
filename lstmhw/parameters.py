"""What a problem offers for export: a network as plain numbers, and what it is to compute.

No framework is known here.  Vectors are columns, for n inputs and m units.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lstmhw.expr import Expr
from lstmhw.functions import Floats

MOST_DOCUMENTS = 5000
LONGEST = 5  # words


class Gate(NamedTuple):
    """activation(W_x x + b_x + W_h h + b_h), or in its place the value that the sheet gives.

    W_x (m, n), W_h (m, m); b_x, b_h and value (m,).
    """

    W_x: Floats
    W_h: Floats
    b_x: Floats
    b_h: Floats
    activation: str
    value: Floats | None = None

    @property
    def is_computable(self) -> bool:
        """Whether the activation of some pre-activation is the value, where there is one."""
        return self.value is None or not np.isnan(self._preimage(self.value)).any()

    def computing(self) -> "Gate":
        """The gate without a value: with no weights, and the bias that the value follows from."""
        if self.value is None:
            return self
        W_x, W_h, b_h = (np.zeros_like(array) for array in (self.W_x, self.W_h, self.b_h))
        return Gate(W_x, W_h, self._preimage(self.value), b_h, self.activation)

    def negated(self) -> "Gate":
        """The gate with all its weights negated: for a sigmoid, 1 - the gate."""
        W_x, W_h, b_x, b_h = (-array + 0.0 for array in self[:4])
        return Gate(W_x, W_h, b_x, b_h, self.activation)

    def _preimage(self, value: Floats) -> Floats:
        """A pre-activation of a value, infinite at the limits; NaN where none is known."""
        with np.errstate(all="ignore"):
            if self.activation == "sigmoid":
                return np.asarray(np.log(value) - np.log1p(-value))
            if self.activation == "tanh":
                return np.asarray(np.arctanh(value))
        return np.full_like(value, np.nan)


class Lstm(NamedTuple):
    """The gates i, f, g and o, what h sees c through, and what it is projected by, if it is."""

    gates: Mapping[str, Gate]
    state: str
    weight_hr: Floats | None = None


class Gru(NamedTuple):
    """The gates r, z and n; `update` is `keep` or `new`, `reset` is `before` or `after`."""

    gates: Mapping[str, Gate]
    update: str
    reset: str


class Rnn(NamedTuple):
    """A plain RNN; its one gate, a, is h."""

    gates: Mapping[str, Gate]


Cell = Lstm | Gru | Rnn


class Layer(NamedTuple):
    """y = activation(W h + b)."""

    W: Floats
    b: Floats
    activation: str


class Steps(NamedTuple):
    """Steps of a cell from time t on: inputs (T, n), and what it is to give.

    `states` are h, and c of an LSTM, from before the first step on (T + 1, m); y is (T, k).
    """

    cell: Cell
    t: int
    xs: Floats
    states: Mapping[str, Floats]
    layer: Layer | None
    y: Floats | None


class Scores(NamedTuple):
    """Documents read by an LSTM, one-hot words in, whose output is to be their score so far.

    The output is weights . source + bias, and the score is that of `delay` words ago.
    """

    cell: Lstm
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

    cell: Lstm
    c_0: Floats
    readout: Expr
    rnn: Rnn
    xs: Floats
    tolerance: float


Exported = Steps | Scores | Imitation
