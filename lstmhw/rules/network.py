"""An LSTM that reads words, and the linear output that its score is read from.

Over float64 arrays it runs documents; over intervals it encloses what it does in real arithmetic.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.cells import Activations, PreActivation
from lstmhw.cells.lstm import lstm
from lstmhw.expr import DATUM, Let, Role, unrecorded
from lstmhw.functions import Floats, times
from lstmhw.rules.interval import Interval

GATES = "ifgo"

Exact = NDArray[np.object_]
"""An array of Fractions; of infinite floats where a limit is meant."""


class Head(NamedTuple):
    """output = weights . source + bias, read from the cell state or the hidden state."""

    source: Literal["c", "h"]
    weights: Any
    bias: Any


class WordLstm(NamedTuple):
    """An LSTM over one-hot words, for V words and m units.

    `words` (V, 4m) is what a word and the biases put into the pre-activations of i, f, g and o,
    `W_h` (4m, m) what the hidden state does; a gate in `fixed` has the value (m,) of the sheet.
    """

    words: Any
    W_h: Any
    fixed: Mapping[str, Any]
    functions: Activations
    head: Head

    @property
    def units(self) -> int:
        return int(self.W_h.shape[1])

    def step(self, let: Let, t: int, words: NDArray[np.intp], h: Any, c: Any) -> Any:
        """One word of each document of a batch: words (B,), h and c (B, m) -> h and c."""
        z = self.words[words] + times(self.W_h, h)
        units = self.units
        blocks = {g: z[..., k * units : (k + 1) * units] for k, g in enumerate(GATES)}
        gates = {letter: _always(block) for letter, block in blocks.items()}

        def fixing(symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
            is_gate = role.what in ("gate", "candidate")
            return let(symbol, self.fixed.get(role.letter, value) if is_gate else value, note, role)

        return lstm(fixing, t, gates, self.functions, None, h, c)

    def output(self, h: Any, c: Any) -> Any:
        """The output of a batch of states, (B, m) -> (B,)."""
        source = c if self.head.source == "c" else h
        return times(self.head.weights[np.newaxis], source)[..., 0] + self.head.bias

    def floats(self) -> "WordLstm":
        """The network of an exact one, each number rounded to the nearest float64."""
        return self._over(lambda array: np.asarray(array).astype(np.float64))

    def intervals(self) -> "WordLstm":
        """The network of an exact one, each number enclosed."""
        return self._over(Interval.enclosing)

    def _over(self, change: Any) -> "WordLstm":
        source, weights, bias = self.head
        fixed = {gate: change(value) for gate, value in self.fixed.items()}
        head = Head(source, change(weights), change(bias))
        return WordLstm(change(self.words), change(self.W_h), fixed, self.functions, head)


def _always(z: Any) -> PreActivation:
    return lambda x, h: z


def zeros(*shape: int) -> Exact:
    return np.full(shape, Fraction(), dtype=object)


def run(network: WordLstm, document: Sequence[int]) -> Floats:
    """The outputs of a network of floats, a word at a time."""
    h = c = np.zeros((1, network.units))
    outputs = []
    for word in document:
        h, c = network.step(unrecorded, 1, np.array([word]), h, c)
        outputs.append(float(network.output(h, c)[0]))
    return np.array(outputs)
