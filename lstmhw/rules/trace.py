"""Running a network of floats over a document, however long, word by word.

A long document is cut into chunks that run as a batch, each from a guess of the state before it;
chunks whose guess was wrong run again from what is now known, until nothing changes.  The states
are then those of a run from the start, to the last bit: counters, which never forget, are left out
and added up afterwards.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import DATUM, Role
from lstmhw.functions import Floats
from lstmhw.rules.network import WordLstm

CHUNKS = 256
SHORTEST = 2_000  # words; shorter documents run in one piece


class Trace(NamedTuple):
    """Gates and states (T, m) after each word, and the output (T,)."""

    i: Floats
    f: Floats
    g: Floats
    o: Floats
    c: Floats
    h: Floats
    output: Floats


def trace(network: WordLstm, document: Sequence[int]) -> Trace:
    """What a network of floats does at each word."""
    words = np.asarray(document, dtype=np.intp)
    chunks = CHUNKS if len(words) > SHORTEST else 1
    length = -(-len(words) // chunks)
    padded = np.zeros(chunks * length, dtype=np.intp)
    padded[: len(words)] = words
    run = _Run(network, padded.reshape(chunks, length))
    active = np.arange(chunks)
    with np.errstate(all="ignore"):  # who asks for the output sees what overflows
        while len(active):
            active = run.again(active)
    gates = [run.gates[gate].reshape(-1, network.units)[: len(words)] for gate in "ifgo"]
    i, f, g, o = gates
    h, c = (array.reshape(-1, network.units)[: len(words)] for array in (run.h, run.c))
    for unit in run.unread:
        c[:, unit] = _accumulated(f[:, unit], i[:, unit] * g[:, unit])
    h[:, run.unread] = o[:, run.unread] * network.functions.state(c[:, run.unread])
    return Trace(i, f, g, o, c, h, network.output(h, c))


class _Run:
    """All chunks (chunks, words of each), and what is known of the states before them."""

    def __init__(self, network: WordLstm, words: NDArray[np.intp]) -> None:
        self.network = network
        self.words = words
        self.unread = np.flatnonzero(~network.W_h.any(axis=0))
        shape = (*words.shape, network.units)
        self.gates = {gate: np.empty(shape) for gate in "ifgo"}
        self.h, self.c = np.empty(shape), np.empty(shape)
        self.before = np.zeros((2, len(words), network.units))

    def again(self, active: NDArray[np.intp]) -> NDArray[np.intp]:
        """Runs some chunks; returns those that then turn out to start otherwise than assumed."""
        h, c = self.before[:, active]
        for t in range(self.words.shape[1]):

            def noting(
                symbol: str, value: Floats, note: str, role: Role = DATUM, *, t: int = t
            ) -> Floats:
                if role.what in ("gate", "candidate"):
                    self.gates[role.letter][active, t] = value
                return value

            h, c = self.network.step(noting, 1, self.words[active, t], h, c)
            self.h[active, t], self.c[active, t] = h, c
        after = np.stack([h, c])
        after[..., self.unread] = 0.0
        here = active < len(self.words) - 1
        following = active[here] + 1
        changed = (self.before[:, following] != after[:, here]).any(axis=(0, 2))
        self.before[:, following] = after[:, here]
        return np.asarray(following[changed])


def _accumulated(kept: Floats, written: Floats) -> list[float]:
    """c_t = kept_t c_{t-1} + written_t, from 0."""
    steps = zip(kept.tolist(), written.tolist(), strict=True)
    states = accumulate(steps, lambda c, step: step[0] * c + step[1], initial=0.0)
    next(states)
    return list(states)
