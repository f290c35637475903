"""The states that a network reaches exactly, breadth first, for cells over Fractions.

Sequences after which network and rule are in the same state go on as the first of them, so the
first wrong output is that of a shortest counterexample, the first in the alphabet's order.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from lstmhw.rules.automaton import Ngram
from lstmhw.rules.boxes import Boxes
from lstmhw.rules.letters import Judge, Rule
from lstmhw.rules.running import Rational, Running, are_plain

MOST_PRODUCTS = 100_000
MOST_OF_STEPS = 1_500_000  # where all units have finitely many states
OVERHEAD = 100  # products that take as long as the rest of a letter
MOST_BITS = 500  # of a denominator: states that come again have short ones
STEPS = ("step", "step-from-0")

Point = tuple[Any, ...]
"""The state of the rule, then those of the cell, all entries in a row."""


class Reached(NamedTuple):
    """Points with how they were reached: by a letter after an earlier point, None at the start."""

    numbers: dict[Point, int]
    came: list[tuple[int, int] | None]

    def add(self, point: Point, parent: int, letter: int) -> int:
        """The number of a point, new or not."""
        if point not in self.numbers:
            self.numbers[point] = len(self.came)
            self.came.append((parent, letter))
        return self.numbers[point]

    def sequence(self, number: int) -> Ngram:
        """The first shortest sequence that leads to a point."""
        letters = []
        while (step := self.came[number]) is not None:
            number, letter = step
            letters.append(letter)
        return tuple(reversed(letters))


def followed(network: Running, rule: Rule, judge: Judge) -> Ngram | Boxes | None:
    """A shortest counterexample; the reached points, if they are finitely many; None else."""
    start: Point = (0, *np.concatenate(network.start, axis=1)[0])
    if not are_plain(np.array(start[1:], dtype=object)):
        return None
    most = _most(network) // len(rule.letters)
    reached, following = Reached({start: 0}, [None]), list[int]()
    frontier = [start]
    while frontier:
        if len(reached.came) > most:
            return None
        first = len(reached.came)
        found = _expanded(network, rule, judge, reached, frontier)
        if found is None or isinstance(found, tuple):
            return found
        following += found
        frontier = list(reached.numbers)[first:]
    return _boxes(list(reached.numbers), np.array(following).reshape(-1, len(rule.letters)))


def _most(network: Running) -> int:
    """For how many letters there is time."""
    finite = all(function.name in STEPS for _, function in network.cell.used())
    return (MOST_OF_STEPS if finite else MOST_PRODUCTS) // (OVERHEAD + network.products)


def _expanded(
    network: Running, rule: Rule, judge: Judge, reached: Reached, frontier: Sequence[Point]
) -> list[int] | Ngram | None:
    """Where every letter leads from some points, or the first sequence that goes wrong."""
    pairs = list(product(frontier, rule.letters))
    values = Rational.of([point[1:] for point, _ in pairs])
    states = tuple(np.split(values, len(network.start), axis=1))
    states = network.step(np.array([letter for _, letter in pairs]), states)
    outputs, after = network.output(states), np.concatenate(states, axis=1)
    if not are_plain(outputs) or not are_plain(after, MOST_BITS):
        return None
    targets = []
    for (point, letter), output, values in zip(pairs, outputs, after, strict=True):
        parent = reached.numbers[point]
        if not judge.is_right(output, rule.outputs[point[0]][letter]):
            return (*reached.sequence(parent), letter)
        target = (rule.following[point[0]][letter], *values)
        targets.append(reached.add(target, parent, letter))
    return targets


def _boxes(points: Sequence[Point], following: Any) -> Boxes:
    values = np.array([point[1:] for point in points], dtype=object)
    return Boxes(np.array([point[0] for point in points]), values, values, following)


def is_right_after(
    network: Running, rule: Rule, judge: Judge, sequence: Sequence[int]
) -> bool | None:
    """Whether the output is right after the last letter of a sequence; None where out of reach."""
    state, states = 0, network.start
    for letter in sequence[:-1]:
        state, states = rule.following[state][letter], network.step(np.array([letter]), states)
        if not are_plain(np.concatenate(states)):
            return None
    states = network.step(np.array(sequence[-1:]), states)
    output = network.output(states)
    due = rule.outputs[state][sequence[-1]]
    return judge.is_right(output[0], due) if are_plain(output) else None
