"""The worst error at each length, from closed boxes: which length is the first to be wrong.

Documents that end in one box with one score go on as one; of them only the least and the greatest
error matter, since a later error grows with an earlier one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.functions import Floats
from lstmhw.rules.automaton import Automaton, Ngram
from lstmhw.rules.documents import Searched, confirmed
from lstmhw.rules.interval import Interval
from lstmhw.rules.network import WordLstm
from lstmhw.rules.reachable import Bound, Closure, nearest, read

MOST_CLASSES = 40_000
MOST_CANDIDATES = 20
ROUNDING = 2.0**-46  # relative; more than all roundings of one length together


class Classes(NamedTuple):
    """Documents of one length by box and score: the bounds on the counters' output - score."""

    boxes: NDArray[np.intp]
    scores: Floats
    ends: Floats
    """(2, classes): the least and the greatest error."""
    parents: NDArray[np.intp]
    """(2, classes): where each end comes from."""
    words: NDArray[np.intp]
    """(2, classes): by which word."""


def searched_by_length(
    closure: Closure,
    proved: Bound,
    network: WordLstm,
    rule: Automaton,
    tolerance: Interval,
    longest: int,
) -> Searched:
    """What is found among the documents of up to `longest` words."""
    none = np.zeros((2, 1), dtype=np.intp)
    levels = [Classes(np.zeros(1, dtype=np.intp), np.zeros(1), np.zeros((2, 1)), none, none)]
    least = tolerance.lower
    if proved.growth:
        longest = min(longest, int(1 / proved.growth))
    for length in range(1, longest + 1):
        level = _longer(closure, network, rule, levels[-1], length)
        if level is None:
            return Searched(length - 1, None)
        levels.append(level)
        output = _output(closure, network, level, nearest(proved.seen(length)))
        doubtful = np.argwhere(~((output[0] > -least) & (output[1] < least)).T)
        if len(doubtful):
            documents = [
                _document(levels, row, end)
                for row in dict.fromkeys(doubtful[:MOST_CANDIDATES, 0].tolist())
                for end in (0, 1)
            ]
            return Searched(length - 1, confirmed(network, rule, tolerance, documents))
    return Searched(longest, None)


def _longer(
    closure: Closure, network: WordLstm, rule: Automaton, level: Classes, length: int
) -> Classes | None:
    """Every class with every word after it; None where there are too many to follow."""
    count = len(rule.words)
    parents = np.repeat(np.arange(len(level.boxes)), count)
    words = np.tile(np.arange(count), len(level.boxes))
    boxes = level.boxes[parents]
    added = np.array(rule.added, dtype=np.float64)[closure.states[boxes], words]
    kept = closure.kept()
    slack = closure.unequal(network) * length
    change = closure.change
    ends = []
    for end, bounds, sign in ((0, change.lower, -1.0), (1, change.upper, 1.0)):
        error = level.ends[end, parents]
        written = level.scores[parents] + error
        lost = [keep[boxes, words] * written for keep in kept]
        moved = bounds[boxes, words] + (np.maximum(*lost) if end else np.minimum(*lost))
        room = ROUNDING * (np.abs(written) + np.abs(error) + np.abs(moved)) + slack
        ends.append(error + moved + sign * room)
    scores = level.scores[parents] + added
    targets = closure.following[boxes, words]
    _, group = np.unique(np.column_stack([targets, scores]), axis=0, return_inverse=True)
    group = group.reshape(-1)
    if group.max() >= MOST_CLASSES:
        return None
    low = np.lexsort((ends[0], group))
    high = np.lexsort((-ends[1], group))
    first = np.flatnonzero(np.diff(group[low], prepend=-1))
    rows = np.stack([low[first], high[first]])
    return Classes(
        targets[rows[0]],
        scores[rows[0]],
        np.stack([ends[0][rows[0]], ends[1][rows[1]]]),
        parents[rows],
        words[rows],
    )


def _output(closure: Closure, network: WordLstm, level: Classes, curve: float) -> Floats:
    """(2, classes): the least and greatest output - score."""
    shown = read(closure, network)[level.boxes]
    low = level.ends[0] + shown.lower - curve
    high = level.ends[1] + shown.upper + curve
    room = ROUNDING * (np.abs(low) + np.abs(high) + 1.0)
    return np.stack([low - room, high + room])


def _document(levels: list[Classes], row: int, end: int) -> Ngram:
    words = []
    for level in reversed(levels[1:]):
        words.append(int(level.words[end, row]))
        row = int(level.parents[end, row])
    return tuple(words[::-1])
