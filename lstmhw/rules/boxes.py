"""Closed boxes about the states a network can reach, and what makes them a proof."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.functions import Floats
from lstmhw.rules.interval import Interval
from lstmhw.rules.judging import Demands, demands
from lstmhw.rules.letters import Judge, Reader, Rule
from lstmhw.rules.running import Letters, Running, States, are_plain, over_fractions, over_intervals

MOST_BOXES = 400
MOST_ROUNDS = 200
MOST_PRODUCTS = 1_000_000  # in all rounds of one radius
OVERHEAD = 2_000  # products that take as long as a round of one box
SLACK = 2.0**-40  # of the width of a box, so that no box is widened for roundings alone
LARGEST = 1e100  # of the bounds of a box


class Boxes(NamedTuple):
    """k boxes about d entries of a network's states, in the order of the cell.

    `states` (k,) are those of the rule; `low` and `high` (k, d) are floats, or for single points
    Fractions; `following` (k, letters) is the box that a letter leads into.  The start is in the
    first.
    """

    states: NDArray[np.intp]
    low: Any
    high: Any
    following: NDArray[np.intp]


def checked(reader: Reader, rule: Rule, judge: Judge, boxes: Boxes) -> bool:
    """Whether boxes prove that every output is right: the start is in the first of them, every
    letter leads from each into the one that is named, and every output on the way is right.
    """
    shape = (len(boxes.states), len(rule.letters))
    if not shape[0] or boxes.following.shape != shape or boxes.low.shape != boxes.high.shape:
        return False
    named = (boxes.following >= 0) & (boxes.following < shape[0])
    start = np.concatenate([reader.states[letter] for letter in reader.cell.states])
    inside = (boxes.low[0] <= start) & (start <= boxes.high[0])
    if not named.all() or not inside.all() or boxes.states[0] != 0:
        return False
    rows, letters = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    due = np.array(rule.following)[boxes.states[rows], letters]
    if not (boxes.states[boxes.following.ravel()] == due).all():
        return False
    held = _points_hold if boxes.low.dtype == object else _boxes_hold
    return held(reader, rule, judge, boxes, rows, letters)


def _points_hold(
    reader: Reader, rule: Rule, judge: Judge, boxes: Boxes, rows: Letters, letters: Letters
) -> bool:
    network = over_fractions(reader)
    if network is None or not are_plain(boxes.low) or not (boxes.low == boxes.high).all():
        return False
    values = boxes.low[rows].view(type(network.start[0]))
    states = network.step(letters, tuple(np.split(values, len(network.start), axis=1)))
    after = np.concatenate(states, axis=1)
    outputs = zip(network.output(states), boxes.states[rows], letters, strict=True)
    right = all(judge.is_right(output, rule.outputs[k][letter]) for output, k, letter in outputs)
    return right and bool((after == boxes.low[boxes.following.ravel()]).all())


def _boxes_hold(
    reader: Reader, rule: Rule, judge: Judge, boxes: Boxes, rows: Letters, letters: Letters
) -> bool:
    if boxes.high.dtype == object or not np.isfinite([boxes.low, boxes.high]).all():
        return False
    network = over_intervals(reader)
    states = network.step(letters, between(boxes.low[rows], boxes.high[rows], len(network.start)))
    certain = demands(rule, judge).certain(network.output(states), boxes.states[rows], letters)
    low, high = bounds(states)
    target = boxes.following.ravel()
    inside = (boxes.low[target] <= low) & (high <= boxes.high[target])
    return bool(certain.right.all() and inside.all())


def between(low: Floats, high: Floats, parts: int) -> States:
    """Boxes (B, d) as the states of a cell, so many."""
    difference = high - low
    above = np.where(difference > 0, np.nextafter(difference, np.inf), 0.0)
    arrays = (np.split(array, parts, axis=1) for array in (low, np.zeros(low.shape), above))
    return tuple(Interval(*fields) for fields in zip(*arrays, strict=True))


def bounds(states: States) -> tuple[Floats, Floats]:
    """The least boxes (B, d) of floats about the states of a cell."""
    low = np.concatenate([state.lower for state in states], axis=1)
    return low, np.concatenate([state.upper for state in states], axis=1)


class Cover:
    """Boxes that are widened and added to until every letter leads from each into one of them."""

    def __init__(self, network: Running, rule: Rule, demands: Demands) -> None:
        self.network = network
        self.demands = demands
        self.following = np.array(rule.following)
        self.letters = len(rule.letters)
        self.states = np.zeros(1, dtype=np.intp)
        self.low, self.high = bounds(network.start)
        self.widened = np.zeros(1, dtype=np.intp)

    def closed(self, radius: float, patience: int = 0) -> Boxes | None:
        """The boxes when they are closed; None where they are too many, or too wide to tell.

        New and widened boxes are gone on from; when there are none left, all of them once more.
        A box overshoots after so many times that it has been widened.
        """
        products, open_boxes = 0, np.zeros(1, dtype=np.intp)
        for _ in range(MOST_ROUNDS):
            every = not len(open_boxes)
            boxes = np.arange(len(self.states)) if every else open_boxes
            products += OVERHEAD + len(boxes) * self.letters * self.network.products
            expanded = self.expanded(boxes) if products <= MOST_PRODUCTS else None
            if expanded is None:
                return None
            states, low, high = expanded
            targets, outside = self.containing(states, low, high)
            if every and not outside.any():
                following = targets.reshape(-1, self.letters)
                return Boxes(self.states, self.low, self.high, following)
            changed = {
                self.admit(states[row], low[row], high[row], radius, patience)
                for row in np.flatnonzero(outside)
            }
            if len(self.states) > MOST_BOXES or not self.is_bounded:
                return None
            open_boxes = np.array(sorted(changed), dtype=np.intp)
        return None

    @property
    def is_bounded(self) -> bool:
        return bool(((np.abs(self.low) < LARGEST) & (np.abs(self.high) < LARGEST)).all())

    def expanded(self, boxes: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats, Floats] | None:
        """Where every letter leads from these boxes; None where an output may be wrong."""
        rows = np.repeat(boxes, self.letters)
        letters = np.tile(np.arange(self.letters), len(boxes))
        before = between(self.low[rows], self.high[rows], len(self.network.start))
        states = self.network.step(letters, before)
        output, came = self.network.output(states), self.states[rows]
        if not self.demands.certain(output, came, letters).right.all():
            return None
        return self.following[came, letters], *bounds(states)

    def containing(
        self, states: NDArray[np.intp], low: Floats, high: Floats
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """A box that contains each of these, and which of them are in none."""
        targets = np.zeros(len(states), dtype=np.intp)
        outside = np.ones(len(states), dtype=bool)
        for row, inside in enumerate(self._inside(states, low, high)):
            if inside.any():
                targets[row], outside[row] = np.argmax(inside), False
        return targets, outside

    def _inside(
        self, states: NDArray[np.intp], low: Floats, high: Floats
    ) -> Iterator[NDArray[np.bool_]]:
        for row, state in enumerate(states):
            within = (self.low <= low[row]) & (high[row] <= self.high)
            yield (self.states == state) & within.all(axis=1)

    def admit(self, state: int, low: Floats, high: Floats, radius: float, patience: int) -> int:
        """Widens the nearest box where it is near enough, else adds one; returns its number."""
        apart = np.maximum(self.low - high, low - self.high).clip(0.0)
        distance = apart.max(axis=1) + np.where(self.states == state, 0.0, np.inf)
        box = int(np.argmin(distance))
        if not distance[box] <= radius:
            self.states = np.append(self.states, state)
            self.low, self.high = np.vstack([self.low, low]), np.vstack([self.high, high])
            self.widened = np.append(self.widened, 0)
            return len(self.states) - 1
        new_low, new_high = np.minimum(self.low[box], low), np.maximum(self.high[box], high)
        more = max(int(self.widened[box]) - patience, 0)
        room = 2.0**more - 1.0  # overshoots more each time, so that it ends
        slack = SLACK * (new_high - new_low)
        self.low[box] = new_low - room * (self.low[box] - new_low) - slack
        self.high[box] = new_high + room * (new_high - self.high[box]) + slack
        self.widened[box] += 1
        return box
