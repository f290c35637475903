"""All sequences of one letter, of two, of three ...: a shortest one that goes wrong.

Sequences after which the network and the rule are all but in the same state go on as one, in a box
about them.  Where the output of a box may be wrong, the sequences that lead there are run singly.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.rules.automaton import Ngram
from lstmhw.rules.judging import Booleans, Certain, Demands, demands
from lstmhw.rules.letters import Judge, Reader, Rule
from lstmhw.rules.points import is_right_after
from lstmhw.rules.running import Letters, States, over_fractions, over_intervals

MOST_ROWS = 1_000  # boxes of one length
FIRST_RADIUS, LAST_RADIUS, GROWTH = 1e-10, 1.0, 4
MOST_PRODUCTS = 1_500_000  # at all lengths
MOST_SINGLE = 1_000_000  # products for the sequences that are run singly
CHUNK = 256
OVERHEAD = 2_000  # products that take as long as a step of one sequence
MOST_EXACT = 5_000  # letters


class Level(NamedTuple):
    """Boxes about the states after all sequences of one length."""

    states: NDArray[np.intp]
    values: States


class Single(NamedTuple):
    """Sequences (B, length), the boxes of their level that they are in, and their own states."""

    sequences: NDArray[np.intp]
    boxes: NDArray[np.intp]
    states: NDArray[np.intp]
    values: States

    def chunks(self) -> Iterator["Single"]:
        """The same sequences, not too many at a time."""
        for start in range(0, len(self.boxes), CHUNK):
            rows = slice(start, start + CHUNK)
            values = tuple(value[rows] for value in self.values)
            yield Single(self.sequences[rows], self.boxes[rows], self.states[rows], values)


class Search:
    """How far it is known that every output is right.

    `words` is up to which length; `counterexample` is one letter longer.  `is_over` says that
    there is nothing more to be found out.
    """

    def __init__(
        self, reader: Reader, rule: Rule, judge: Judge, radius: float = FIRST_RADIUS
    ) -> None:
        self.rule = rule
        self.judge = judge
        self.network = over_intervals(reader)
        self.exact = over_fractions(reader)
        self.demands: Demands = demands(rule, judge)
        self.following = np.array(rule.following)
        self.level = Level(np.zeros(1, dtype=np.intp), self.network.start)
        self.led: list[NDArray[np.intp]] = []
        """(boxes, letters) for each length: the box of the next that a letter leads into."""
        self.radius = radius
        self.products = self.single = self.settled = 0
        self.words = 0
        self.counterexample: Ngram | None = None
        self.is_over = False

    def lengthen(self, longest: int) -> None:
        """Goes on up to a length, as far as there are boxes and time for it."""
        while self.words < longest and not self.is_over:
            self._longer()

    def _longer(self) -> None:
        """Every sequence with every letter after it, in the alphabet's order."""
        count = len(self.rule.letters)
        rows, letters = np.divmod(np.arange(len(self.level.states) * count), count)
        self.products += OVERHEAD + len(rows) * self.network.products
        if self.products > MOST_PRODUCTS:
            self.is_over = True
            return
        came = self.level.states[rows]
        values, certain = self._step(letters, came, _rows(self.level.values, rows))
        if not certain.right.all() and not self._is_settled(~certain.right.reshape(-1, count)):
            self.is_over = True
            return
        self.words += 1
        self._merge(Level(self.following[came, letters], values), count)

    def _step(
        self, letters: Letters, states: NDArray[np.intp], values: States
    ) -> tuple[States, Certain]:
        values = self.network.step(letters, values)
        return values, self.demands.certain(self.network.output(values), states, letters)

    def _merge(self, level: Level, count: int) -> None:
        """Boxes states that are near each other, in ever larger boxes if need be."""
        members, first = _grouped(level, self.radius)
        while len(first) > MOST_ROWS and self.radius <= LAST_RADIUS:
            self.radius *= GROWTH
            members, first = _grouped(level, self.radius)
        self.is_over = len(first) > MOST_ROWS
        values = tuple(value.hulls(members, first) for value in level.values)
        self.level = Level(level.states[first], values)
        self.led.append(members.reshape(-1, count))

    def _is_settled(self, doubtful: Booleans) -> bool:
        """Whether all sequences of the next length are right after all; notes the first that is
        certainly wrong, if those before it are certainly right.
        """
        ways = self._ways(doubtful)
        none = np.zeros((1, 0), dtype=np.intp)
        zero = np.zeros(1, dtype=np.intp)
        waiting = [Single(none, zero, zero, self.network.start)]
        while waiting:
            single = waiting.pop()
            rows = len(single.boxes) * len(self.rule.letters)
            self.single += OVERHEAD + rows * self.network.products
            if self.single > MOST_SINGLE:
                return False
            length = single.sequences.shape[1]
            longer, certain = self._followed(single, ways[length], length)
            if length == self.words and not self._are_right(longer.sequences, certain):
                return False
            if length < self.words:
                waiting += list(longer.chunks())[::-1]
        return True

    def _ways(self, doubtful: Booleans) -> list[Booleans]:
        """(boxes, letters) for each length: what leads to an output that may be wrong."""
        ways = [doubtful]
        for led in reversed(self.led):
            ways.append(np.asarray(ways[-1].any(axis=1))[led])
        return ways[::-1]

    def _followed(self, single: Single, ways: Booleans, length: int) -> tuple[Single, Certain]:
        """The sequences with every letter that leads on."""
        rows, letters = np.nonzero(ways[single.boxes])
        came, boxes = single.states[rows], single.boxes[rows]
        values, certain = self._step(letters, came, _rows(single.values, rows))
        sequences = np.column_stack([single.sequences[rows], letters])
        if length < self.words:
            boxes = self.led[length][boxes, letters]
        return Single(sequences, boxes, self.following[came, letters], values), certain

    def _are_right(self, sequences: NDArray[np.intp], certain: Certain) -> bool:
        for row in np.flatnonzero(~certain.right):
            sequence = tuple(sequences[row].tolist())
            right = False if certain.wrong[row] else self._exactly(sequence)
            if right is False:
                self.counterexample = sequence
            if not right:
                return False
        return True

    def _exactly(self, sequence: Ngram) -> bool | None:
        """Whether the output is right, over Fractions; None where that is not known."""
        self.settled += len(sequence)
        if self.exact is None or self.settled > MOST_EXACT:
            return None
        return is_right_after(self.exact, self.rule, self.judge, sequence)


def _rows(values: States, rows: NDArray[np.intp]) -> States:
    return tuple(value[rows] for value in values)


def _grouped(level: Level, radius: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The group of each row, and the first row of each group, in the alphabet's order."""
    middles = np.concatenate([value.middle for value in level.values], axis=1)
    keys = np.column_stack([level.states, np.round(middles / radius)])
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.intp)
    number[np.argsort(first)] = np.arange(len(first))
    return number[group.reshape(-1)], np.sort(first)
