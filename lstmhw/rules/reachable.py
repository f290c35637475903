"""Proofs for documents of every length: the states a network can reach, boxed and closed.

Counter units are those that nothing reads but the output and whose forget gate stays near 1.  All
other units, together with the automaton of the rule, are explored in boxes until every word leads
from every box into a box.  What a word then adds to output - score, at most, bounds the error of
all documents up to a length.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import DATUM, Role
from lstmhw.functions import Floats, identity, tanh
from lstmhw.rules.automaton import Automaton
from lstmhw.rules.interval import Interval
from lstmhw.rules.network import WordLstm

MOST_PRODUCTS = 5_000_000  # in all rounds of an exploration
MOST_BOXES = 400
MOST_ROUNDS = 500
LARGEST = 1e100  # of the bounds of a box
NEAR_ONE = 0.9
LONGEST = 10**40
GROWN = 3  # (1 + x)^T is less for T <= 1 / x: what counters grow to where a forget gate is over 1


def nearest(value: Fraction) -> float:
    """The float next to a fraction; infinity beyond them."""
    try:
        return float(value)
    except OverflowError:
        return np.inf


class Steps(NamedTuple):
    """One word from each of many states: counters start at 0, so c is what they add."""

    h: Interval
    c: Interval
    f: Interval
    o: Interval


class Closure(NamedTuple):
    """Boxes that contain every state the network can reach, and what a word does from each.

    `states` are the states of the rule's automaton, `boxes` the bounds on (h, c) of the units that
    are no counters, `rest`; `following[box, word]` is a box; `change` (boxes, words) is what the
    word adds to the counters' part of the output, less what the rule adds.
    """

    counters: NDArray[np.intp]
    rest: NDArray[np.intp]
    states: NDArray[np.intp]
    boxes: Interval
    following: NDArray[np.intp]
    change: Interval
    steps: Steps

    def kept(self) -> tuple[Floats, Floats]:
        """(boxes, words): bounds on f - 1 in all counters, from below and from above."""
        lost = self.steps.f[:, self.counters] - 1.0
        shape = self.following.shape
        low, high = lost.lower.min(axis=1, initial=0.0), lost.upper.max(axis=1, initial=-1.0)
        return low.reshape(shape), np.maximum(low, high).reshape(shape)

    def unequal(self, network: WordLstm) -> float:
        """What a word may lose beyond that by forget gates that differ, per word before it."""
        low, high = self.kept()
        weights = network.head.weights[self.counters].magnitude
        total = float((weights * _column_maxima(self.steps.c[:, self.counters])).sum())
        grown = GROWN if (high > 0).any() else 1
        return float((high - low).max(initial=0.0)) * total * grown * (1 + 1e-9)


class Counter(NamedTuple):
    """Bounds on a counter unit: |weight| in the output, what a word writes, |f - 1|, |o - 1|.

    `curve` is 1/3 where h shows tanh(c), and 0 where it shows c.
    """

    weight: Fraction
    written: Fraction
    lost: Fraction
    hidden: Fraction
    curve: Fraction

    def seen(self, words: int) -> Fraction:
        """What o tanh(c) may miss of c after so many words: |tanh(c) - c| <= |c|^3 / 3."""
        c = self.written * words
        return self.weight * (self.hidden * c + (1 + self.hidden) * self.curve * c**3)


class Bound(NamedTuple):
    """How far the output may be from the score after any T words.

    No more than start + word T + drift T^2 / 2, and what each of `curved` misses: the counters
    that are read from h.  `growth` is by how much a forget gate may be over 1; `drift` comes from
    the counters in `counted`.
    """

    start: Fraction
    word: Fraction
    drift: Fraction
    growth: Fraction
    curved: tuple[Counter, ...]
    counted: tuple[Counter, ...] = ()

    def at(self, words: int) -> Fraction:
        straight = self.start + self.word * words + self.drift * words * words / 2
        return straight + self.seen(words)

    def seen(self, words: int) -> Fraction:
        return sum((counter.seen(words) for counter in self.curved), start=Fraction())

    def longest(self, tolerance: Fraction) -> int | None:
        """The most words for which the bound is below the tolerance; None: every number."""
        if self.at(0) >= tolerance:
            return 0
        if self.at(1) == self.at(0):
            return None
        most = min(LONGEST, int(1 / self.growth)) if self.growth else LONGEST
        few, many = 0, 1
        while many <= most and self.at(many) < tolerance:
            few, many = many, 2 * many
        while many - few > 1:
            middle = (few + many) // 2
            few, many = (middle, many) if self.at(middle) < tolerance else (few, middle)
        return min(few, most)


def counters(network: WordLstm, plain: WordLstm) -> NDArray[np.intp]:
    """The units that only the output reads and whose forget gate is near 1 at every word."""
    unread = ~plain.W_h.any(axis=0)
    gate = slice(plain.units, 2 * plain.units)
    value = plain.fixed.get("f", plain.functions.gate(plain.words[:, gate]))
    near_one = np.broadcast_to(np.abs(value - 1) < 1 - NEAR_ONE, (len(plain.words), plain.units))
    return np.flatnonzero(unread & near_one.all(axis=0))


class Explorer:
    """Boxes about the reachable states, widened and added to until they are closed."""

    def __init__(self, network: WordLstm, rule: Automaton, counting: NDArray[np.intp]) -> None:
        self.network = network
        self.rule = rule
        self.counting = counting
        self.rest = np.setdiff1d(np.arange(network.units), counting)
        self.following = np.array(rule.following)
        self.words = len(rule.words)
        self.states = np.zeros(1, dtype=np.intp)
        self.low = np.zeros((1, 2 * len(self.rest)))
        self.high = np.zeros((1, 2 * len(self.rest)))
        self.widened = np.zeros(1, dtype=np.intp)
        used = network.W_h.magnitude
        self.size = int(used.any(axis=0).sum() * used.any(axis=1).sum()) + network.units

    def close(self, radius: float) -> Closure | None:
        """The closed boxes, or None where there would be too many of them.

        New and widened boxes are gone on from; when there are none left, all of them once more.
        """
        products, open_boxes = 0, np.zeros(1, dtype=np.intp)
        for _ in range(MOST_ROUNDS):
            every = not len(open_boxes)
            boxes = np.arange(len(self.states)) if every else open_boxes
            products += len(boxes) * self.words * self.size
            if products > MOST_PRODUCTS:
                return None
            steps = self.expanded(boxes)
            states, low, high = self.targets(boxes, steps)
            targets, outside = self.containing(states, low, high)
            if every and not outside.any():
                return self.closure(steps, targets)
            weight = self.weight(steps)
            changed = set()
            for row in np.flatnonzero(outside):
                changed.add(self.admit(states[row], low[row], high[row], radius, weight))
                if len(self.states) > MOST_BOXES:
                    return None
            if not ((np.abs(self.low) < LARGEST) & (np.abs(self.high) < LARGEST)).all():
                return None
            open_boxes = np.array(sorted(changed), dtype=np.intp)
        return None

    def expanded(self, which: NDArray[np.intp]) -> Steps:
        """Every word from each of these boxes."""
        boxes = _between(self.low[which], self.high[which])
        units, rest = self.network.units, len(self.rest)
        start = Interval.exact(np.zeros((len(which) * self.words, units)))
        h, c = start.each(np.copy), start.each(np.copy)
        for state, part in ((h, boxes[:, :rest]), (c, boxes[:, rest:])):
            for name in ("near", "below", "above"):
                getattr(state, name)[:, self.rest] = np.repeat(
                    getattr(part, name), self.words, axis=0
                )
        words = np.tile(np.arange(self.words), len(which))
        gates: dict[str, Interval] = {}

        def noting(symbol: str, value: Interval, note: str, role: Role = DATUM) -> Interval:
            gates[symbol] = value
            return value

        h, c = self.network.step(noting, 1, words, h, c)
        broad = Interval.exact(np.zeros(h.shape))
        return Steps(h, c, gates["f_1"] + broad, gates["o_1"] + broad)

    def targets(
        self, which: NDArray[np.intp], steps: Steps
    ) -> tuple[NDArray[np.intp], Floats, Floats]:
        states = self.following[self.states[which]].ravel()
        low = np.concatenate([steps.h.lower[:, self.rest], steps.c.lower[:, self.rest]], axis=1)
        high = np.concatenate([steps.h.upper[:, self.rest], steps.c.upper[:, self.rest]], axis=1)
        return states, low, high

    def containing(
        self, states: NDArray[np.intp], low: Floats, high: Floats
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """A box that contains each of these, and which of them are in none."""
        targets = np.zeros(len(states), dtype=np.intp)
        outside = np.ones(len(states), dtype=bool)
        for row in range(len(states)):
            inside = (self.states == states[row]) & (
                (self.low <= low[row]) & (high[row] <= self.high)
            ).all(axis=1)
            if inside.any():
                targets[row], outside[row] = np.argmax(inside), False
        return targets, outside

    def weight(self, steps: Steps) -> Floats:
        """How much a difference in h or c matters: c only as far as it is kept or shown."""
        kept = steps.f.upper[:, self.rest].max(axis=0, initial=0.0)
        if self.network.head.source == "c":
            kept = np.maximum(kept, self.network.head.weights.magnitude[self.rest] > 0)
        return np.concatenate([np.ones(len(self.rest)), np.minimum(kept, 1.0)])

    def admit(self, state: int, low: Floats, high: Floats, radius: float, weight: Floats) -> int:
        """Widens the nearest box where it is near enough, else adds one; returns its number."""
        apart = np.maximum(self.low - high, low - self.high).clip(0.0) * weight
        distance = apart.max(axis=1, initial=0.0) + np.where(self.states == state, 0.0, np.inf)
        box = int(np.argmin(distance))
        if distance[box] > radius:
            self.states = np.append(self.states, state)
            self.low = np.vstack([self.low, low])
            self.high = np.vstack([self.high, high])
            self.widened = np.append(self.widened, 0)
            return len(self.states) - 1
        new_low, new_high = np.minimum(self.low[box], low), np.maximum(self.high[box], high)
        room = 2.0 ** self.widened[box] - 1.0  # overshoots more each time, so that it ends
        self.low[box] = new_low - room * (self.low[box] - new_low)
        self.high[box] = new_high + room * (new_high - self.high[box])
        self.widened[box] += 1
        return box

    def closure(self, steps: Steps, targets: NDArray[np.intp]) -> Closure:
        shape = (len(self.states), self.words)
        added = Interval.exact(np.array(self.rule.added, dtype=float)[self.states])
        weights = self.network.head.weights[self.counting]
        written = weights[np.newaxis].times(steps.c[:, self.counting])[:, 0]
        change = written.each(lambda array: array.reshape(shape)) - added
        boxes = _between(self.low, self.high)
        return Closure(
            self.counting, self.rest, self.states, boxes, targets.reshape(shape), change, steps
        )


def _between(low: Floats, high: Floats) -> Interval:
    difference = high - low
    above = np.where(difference > 0, np.nextafter(difference, np.inf), 0.0)
    return Interval(low, np.zeros(low.shape), above)


def read(closure: Closure, network: WordLstm) -> Interval:
    """What the output reads in each box besides the counters."""
    rest = closure.rest
    side = slice(len(rest), None) if network.head.source == "c" else slice(None, len(rest))
    weights: Interval = network.head.weights[rest][np.newaxis]
    bias: Interval = network.head.bias
    return weights.times(closure.boxes[:, side])[:, 0] + bias


def bound(closure: Closure, network: WordLstm) -> Bound | None:
    """What the closure proves of the error; None where it is no proof."""
    start, word = min(_accumulating(closure, network), key=lambda pair: (pair[1], pair[0]))
    forget = closure.steps.f[:, closure.counters]
    if not (forget.lower >= 0).all():
        return None  # the sign of what was counted would change
    over = (forget - 1.0).upper.max(initial=0.0)
    columns = (
        network.head.weights[closure.counters].magnitude,
        _column_maxima(closure.steps.c[:, closure.counters]),
        _column_maxima(closure.steps.f[:, closure.counters] - 1.0),
        _column_maxima(closure.steps.o[:, closure.counters] - 1.0),
    )
    if not np.isfinite([start, word, over, *np.concatenate(columns)]).all():
        return None
    grown = GROWN if over > 0 else 1
    rows = zip(*([Fraction(float(value)) for value in column] for column in columns), strict=True)
    curve = Fraction(network.functions.state is tanh, 3)
    counting = [Counter(w, most * grown, lost, hidden, curve) for w, most, lost, hidden in rows]
    drift = sum((k.weight * k.written * k.lost for k in counting), start=Fraction())
    straight = Bound(Fraction(start), Fraction(word), drift, Fraction(over), (), tuple(counting))
    if network.head.source == "c" or not counting:
        return straight
    known = network.functions.state in (identity, tanh)
    return straight._replace(curved=tuple(counting)) if known else None


def _accumulating(closure: Closure, network: WordLstm) -> Iterator[tuple[float, float]]:
    """Bounds on the error of a state and on what a word adds, with and without potentials.

    A potential is the error that belongs to a box: what a word adds is counted from there.
    """
    shown = read(closure, network)
    for potentials in (np.zeros(len(closure.states)), _potentials(closure)):
        here = Interval.exact(potentials[:, np.newaxis])
        there = Interval.exact(potentials[closure.following])
        word = (closure.change + here - there).magnitude.max(initial=0.0)
        yield float((shown + potentials).magnitude.max(initial=0.0)), float(word)


def _potentials(closure: Closure) -> Floats:
    """For each box, the error of a document that leads there, by a walk breadth first."""
    middle = closure.change.middle
    potentials = np.zeros(len(closure.states))
    found = {0}
    for box in (queue := [0]):
        for word, target in enumerate(closure.following[box].tolist()):
            if target not in found:
                potentials[target] = potentials[box] + middle[box, word]
                found.add(target)
                queue.append(target)
    return potentials


def _column_maxima(values: Interval) -> Floats:
    return np.asarray(values.magnitude.max(axis=0, initial=0.0))
