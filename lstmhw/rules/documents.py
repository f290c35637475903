"""All documents of one word, of two, of three ...: a shortest one that is scored wrongly.

Documents after which the network and the rule are all but in the same state go on as one, in a box
about both; so this goes on for longer than the number of documents suggests, and is exact as long
as it does.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import unrecorded
from lstmhw.rules.automaton import Automaton, Ngram
from lstmhw.rules.interval import Interval
from lstmhw.rules.network import WordLstm

MOST_ROWS = 4_500  # documents told apart at one length
FIRST_RADIUS, LAST_RADIUS = 1e-10, 1e-2
MOST_PRODUCTS = 12_000_000  # at all lengths
MOST_CANDIDATES = 200


class Searched(NamedTuple):
    """All documents up to `words` words are right; `counterexample` is a shortest wrong one."""

    words: int
    counterexample: Ngram | None


class Level(NamedTuple):
    """Documents of one length: the states after them, their scores, and where they come from."""

    states: NDArray[np.intp]
    scores: NDArray[np.float64]
    h: Interval
    c: Interval
    parents: NDArray[np.intp]
    words: NDArray[np.intp]


def searched(
    network: WordLstm, rule: Automaton, tolerance: Interval, longest: int, most: int
) -> Searched:
    """What is found among the documents of up to `longest` words, when at most `most` are run.

    The rule adds whole numbers here, and the network's output is scaled to them.
    """
    start = Interval.exact(np.zeros((1, network.units)))
    none = np.zeros(1, dtype=np.intp)
    levels = [Level(none, np.zeros(1), start, start, none, none)]
    work, products, radius = 0, 0, FIRST_RADIUS
    for length in range(1, longest + 1):
        products += len(levels[-1].states) * len(rule.words) * 4 * network.units**2
        if products > MOST_PRODUCTS:
            return Searched(length - 1, None)
        level = _longer(network, rule, levels[-1])
        errors = network.output(level.h, level.c) - level.scores
        doubtful = ~((errors - tolerance).upper < 0) | ~((errors + tolerance).lower > 0)
        if doubtful.any():
            rows = np.flatnonzero(doubtful)[:MOST_CANDIDATES]
            documents = list(_documents([*levels, level], rows))
            return Searched(length - 1, confirmed(network, rule, tolerance, documents))
        work += len(level.states)
        level, radius = _merged(level, errors, radius)
        levels.append(level)
        if radius > LAST_RADIUS or work > most:
            return Searched(length, None)
    return Searched(longest, None)


def _longer(network: WordLstm, rule: Automaton, level: Level) -> Level:
    """Every document with every word after it, in the order of the vocabulary."""
    count = len(rule.words)
    parents = np.repeat(np.arange(len(level.states)), count)
    words = np.tile(np.arange(count), len(level.states))
    states = level.states[parents]
    h, c = network.step(unrecorded, 1, words, level.h[parents], level.c[parents])
    scores = level.scores[parents] + np.array(rule.added, dtype=np.float64)[states, words]
    return Level(np.array(rule.following)[states, words], scores, h, c, parents, words)


def confirmed(
    network: WordLstm, rule: Automaton, tolerance: Interval, documents: Sequence[Sequence[int]]
) -> Ngram | None:
    """The first of some documents of one length that is certainly wrong at its last word."""
    words = np.array(documents)
    h = c = Interval.exact(np.zeros((len(words), network.units)))
    for column in words.T:
        h, c = network.step(unrecorded, 1, column, h, c)
    scores = [float(sum(rule.additions(document))) for document in documents]
    errors = network.output(h, c) - np.array(scores)
    wrong = ((errors - tolerance).lower >= 0) | ((errors + tolerance).upper <= 0)
    return tuple(documents[int(np.argmax(wrong))]) if wrong.any() else None


def _documents(levels: Sequence[Level], rows: NDArray[np.intp]) -> Iterator[list[int]]:
    for row in rows.tolist():
        words = []
        for level in reversed(levels[1:]):
            words.append(int(level.words[row]))
            row = int(level.parents[row])
        yield words[::-1]


def _merged(level: Level, errors: Interval, radius: float) -> tuple[Level, float]:
    """The level with states that are near each other boxed, in ever larger boxes if need be."""
    while True:
        merged = _boxed(level, errors, radius)
        if len(merged.states) <= MOST_ROWS or radius > LAST_RADIUS:
            return merged, radius
        radius *= 10


def _boxed(level: Level, errors: Interval, radius: float) -> Level:
    """Each box is represented by its worst document, the first of them in order."""
    state = np.concatenate([level.h.middle, level.c.middle], axis=1)
    keys = np.column_stack([level.states, level.scores, np.round(state / radius)])
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    worst = -np.round(np.abs(errors.middle) / radius)
    order = np.lexsort((np.arange(len(group)), worst, group))
    first = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
    first = np.sort(first)  # as in the vocabulary
    number = np.empty(len(first), dtype=np.intp)
    number[group[first]] = np.arange(len(first))
    members = number[group]
    return Level(
        level.states[first],
        level.scores[first],
        level.h.hulls(members, first),
        level.c.hulls(members, first),
        level.parents[first],
        level.words[first],
    )
