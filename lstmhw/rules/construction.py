"""LSTM weights that compute a rule, made by hand: flags remember, counters count.

A flag is a unit that forgets at once: its h is tanh(1) when the words just read are its own, else
0.  A counter never forgets: its input gate opens on some words in some states, and its candidate
is what is then written.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import atanh, log, tanh
from statistics import mode
from typing import Literal, NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.rules.automaton import Automaton, minimal

OPEN = 100.0  # a saturated pre-activation: sigmoid(100) = 1 - 4e-44
FLAG = tanh(1.0)  # h of a flag that is on
SMALL = 1e-8  # what a counter writes at most where it is read from h, that is through tanh

Pair = tuple[int, int]
"""A state of the rule's automaton, and a word."""


class Flag(NamedTuple):
    """On after some pairs of a state and a word, which all lead to `state`."""

    state: int
    pairs: frozenset[Pair]
    words: tuple[int, ...]
    offsets: tuple[int, ...]
    """words[w] + offsets[q] is over 0 for its pairs (q, w), under 0 for all others."""


class Counter(NamedTuple):
    """Adds scale * opening * written: in a pair (q, w), one is up to q and the other to w.

    The opening is at least 0, and 1 at most; so is the size of what is written.
    """

    scale: Fraction
    opens_by: Literal["word", "state"]
    opening: tuple[Fraction, ...]
    written: tuple[Fraction, ...]


class Construction(NamedTuple):
    """Weights in PyTorch's layout, and what each unit is for: the flags, then the counters."""

    automaton: Automaton
    flags: tuple[Flag, ...]
    counters: tuple[Counter, ...]
    weight_ih: Floats
    weight_hh: Floats
    bias_ih: Floats
    source: Literal["c", "h"]
    head: Floats

    def pre_activations(self) -> Floats:
        """Those of all gates, (cases, 4 units): at every word, in all that the flags can be."""
        cases = [None, *product(self.automaton.states, self.automaton.words)]  # None: no word yet
        states = {tuple(FLAG * (pair in flag.pairs) for flag in self.flags) for pair in cases}
        rest = (0.0,) * len(self.counters)
        by_state = np.array([(*flags, *rest) for flags in sorted(states)]) @ self.weight_hh.T
        by_word = self.weight_ih.T + self.bias_ih
        rows = by_state[:, np.newaxis] + by_word[np.newaxis]
        return np.asarray(rows.reshape(-1, rows.shape[-1]))


def constructed(rule: Automaton, source: Literal["c", "h"]) -> Construction:
    """Weights for a rule (with its delay), with few units; the output is read from c or from h."""
    automaton = minimal(rule)
    flags = tuple(_flags(automaton))
    counters = _counters(automaton)
    return _assembled(automaton, flags, counters, source)


def _flags(automaton: Automaton) -> Iterator[Flag]:
    """Flags for all states but the first, each as one unit where a threshold allows."""
    for state in automaton.states[1:]:
        pairs = [
            (q, w)
            for q in automaton.states
            for w in automaton.words
            if automaton.following[q][w] == state
        ]
        yield from _thresholds(automaton, state, pairs)


def _thresholds(automaton: Automaton, state: int, pairs: Sequence[Pair]) -> Iterator[Flag]:
    """The pairs in groups that a threshold can tell from all other pairs.

    Words that lead here from the same states make a group to begin with: that is always possible.
    """
    sources: dict[int, set[int]] = {}
    for q, w in pairs:
        sources.setdefault(w, set()).add(q)
    together: dict[frozenset[int], set[Pair]] = {}
    for w, states in sources.items():
        together.setdefault(frozenset(states), set()).update((q, w) for q in states)
    groups: list[Flag] = []
    for some in together.values():
        for k, group in enumerate(groups):
            joined = _flag(automaton, state, group.pairs | some)
            if joined is not None:
                groups[k] = joined
                break
        else:
            alone = _flag(automaton, state, frozenset(some))
            assert alone is not None
            groups.append(alone)
    yield from groups


def _flag(automaton: Automaton, state: int, pairs: frozenset[Pair]) -> Flag | None:
    """A threshold that is over 0 exactly in these pairs, or None where there is none.

    word[w] + offset[q] >= 1 in the pairs and <= -1 in all others are constraints on differences of
    word[w] and -offset[q]: shortest paths solve them (Bellman 1958).
    """
    on = np.zeros((len(automaton.states), len(automaton.words)), dtype=bool)
    for pair in pairs:
        on[pair] = True
    words, minus = np.zeros(on.shape[1]), np.zeros(on.shape[0])
    for _ in range(2 * min(on.shape) + 2):  # no shortest path has more edges
        least = np.where(on, words - 1, np.inf).min(axis=1)
        new_minus = np.minimum(minus, least)
        most = np.where(on, np.inf, new_minus[:, np.newaxis] - 1).min(axis=0)
        new_words = np.minimum(words, most)
        if np.array_equal(new_words, words) and np.array_equal(new_minus, minus):
            usual = int(mode(words.tolist()))
            by_word = tuple(int(value) - usual for value in words)
            return Flag(state, pairs, by_word, tuple(usual - int(value) for value in minus))
        words, minus = new_words, new_minus
    return None


def _counters(automaton: Automaton) -> tuple[Counter, ...]:
    """As few counters as are found: by word or by state, after a row that all states share.

    Where nothing is ever added, one that never opens: a network has a unit.
    """
    rows = automaton.added
    zero = tuple(Fraction() for _ in automaton.words)
    choices: list[tuple[Counter, ...]] = []
    for shared in dict.fromkeys([zero, *rows]):
        rest = [tuple(a - s for a, s in zip(row, shared, strict=True)) for row in rows]
        always = tuple(_proportional([shared] * len(rows), "state"))
        choices.append((*always, *_proportional(rest, "state")))
        choices.append((*always, *_proportional(rest, "word")))
    return min(choices, key=len) or (Counter(Fraction(1), "word", zero, (Fraction(),) * len(rows)),)


def _proportional(
    rows: Sequence[Sequence[Fraction]], opens_by: Literal["word", "state"]
) -> Iterator[Counter]:
    """A counter for each set of rows (or columns, by word) that are positive multiples."""
    lines = list(rows) if opens_by == "state" else list(zip(*rows, strict=True))
    groups: dict[tuple[Fraction, ...], dict[int, Fraction]] = {}
    for number, line in enumerate(lines):
        size = max(abs(value) for value in line)
        if size:
            groups.setdefault(tuple(value / size for value in line), {})[number] = size
    for written, sizes in groups.items():
        scale = max(sizes.values())
        opening = tuple(sizes.get(k, Fraction()) / scale for k in range(len(lines)))
        yield Counter(scale, opens_by, opening, written)


def _assembled(
    automaton: Automaton,
    flags: Sequence[Flag],
    counters: Sequence[Counter],
    source: Literal["c", "h"],
) -> Construction:
    """The weights of the units, gate by gate; all biases in bias_ih."""
    sheet = _Sheet(len(automaton.words), flags, len(flags) + len(counters))
    share = Fraction(1) if source == "c" else Fraction(SMALL)
    head = np.zeros(sheet.units)
    for unit, flag in enumerate(flags):
        sheet.put("i", unit, _open(flag.words), _open(flag.offsets))
        sheet.put("f", unit, bias=-OPEN)
        sheet.put("g", unit, bias=OPEN)
        sheet.put("o", unit, bias=OPEN)
    for unit, counter in enumerate(counters, len(flags)):
        opening = [_logit(value) for value in counter.opening]
        support = [0.0 if value else -3 * OPEN for value in counter.written]
        written = [_arctanh(value * share) for value in counter.written]
        by_word = counter.opens_by == "word"
        sheet.put("i", unit, *((opening, support) if by_word else (support, opening)))
        sheet.put("f", unit, bias=OPEN)
        sheet.put("g", unit, *(((), written) if by_word else (written, ())))
        sheet.put("o", unit, bias=OPEN)
        head[unit] = float(counter.scale / share)
    m = sheet.units
    return Construction(
        automaton,
        tuple(flags),
        tuple(counters),
        sheet.W_x.reshape(4 * m, -1),
        sheet.W_h.reshape(4 * m, m),
        sheet.b.reshape(4 * m),
        source,
        head,
    )


class _Sheet:
    """The weights as they are put down, unit by unit; all 0 to begin with."""

    def __init__(self, words: int, flags: Sequence[Flag], units: int) -> None:
        self.units = units
        self.flags = flags
        self.W_x = np.zeros((4, units, words))
        self.W_h = np.zeros((4, units, units))
        self.b = np.zeros((4, units))

    def put(
        self,
        gate: str,
        unit: int,
        by_word: Sequence[float] = (),
        by_state: Sequence[float] = (),
        bias: float = 0.0,
    ) -> None:
        """The pre-activation bias + by_word[w] + by_state[q]; in state 0 no flag is on."""
        k = "ifgo".index(gate)
        if by_word:
            self.W_x[k, unit] = by_word
        self.b[k, unit] = bias
        if by_state:
            self.b[k, unit] += by_state[0]
            for column, flag in enumerate(self.flags):
                self.W_h[k, unit, column] = (by_state[flag.state] - by_state[0]) / FLAG


def _open(thresholds: Sequence[int]) -> list[float]:
    return [OPEN * threshold for threshold in thresholds]


def _logit(opening: Fraction) -> float:
    """The pre-activation of an input gate that is to be so far open."""
    if opening in (0, 1):
        return OPEN if opening else -3 * OPEN
    return log(opening / (1 - opening))


def _arctanh(written: Fraction) -> float:
    """The pre-activation of a candidate that is to write so much."""
    return float(written) * OPEN if abs(written) == 1 else atanh(written)
