"""Step units decide exactly: after a letter each is 0 or 1, so that all states can be gone through.

The product of network and rule is explored breadth first, in whole numbers.  What is found is a
table of states that a separate checker, in fractions and a letter at a time, takes as a proof.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from lstmhw.rules.automaton import Ngram
from lstmhw.rules.letters import Decision, Judge, Rule
from lstmhw.rules.outputs import Scored

MOST_PRODUCT = 100_000  # states of network and rule together; more would only fill the memory
BITS = (Fraction(0), Fraction(1))
SAFE = 2**52  # whole numbers up to here add up exactly in float64

Exact = tuple[Fraction, ...]


class StepNetwork(NamedTuple):
    """h = step(letters[a] + W_h h), output = weights . h + bias, for L letters and m units.

    `letters` (L, m) is what a letter and the biases put into the pre-activations; every number is a
    Fraction.  `closed` says that step(0) is 1.
    """

    letters: tuple[Exact, ...]
    W_h: tuple[Exact, ...]
    initial: Exact
    weights: Exact
    bias: Fraction
    closed: bool = False

    def pre_activations(self, h: Sequence[Fraction], letter: int) -> Exact:
        """(m,) before the step."""
        return tuple(
            put + _dot(row, h) for put, row in zip(self.letters[letter], self.W_h, strict=True)
        )

    def step(self, h: Sequence[Fraction], letter: int) -> Exact:
        """The state after a letter."""
        z = self.pre_activations(h, letter)
        return tuple(Fraction(v >= 0 if self.closed else v > 0) for v in z)

    def output(self, h: Sequence[Fraction]) -> Fraction:
        """What is read from a state."""
        return _dot(self.weights, h) + self.bias


class Joint(NamedTuple):
    """A state of network and rule together, a shortest sequence that leads there, and its table.

    `score` is 0 for a rule that does not add up; `following` are places in the list of all.
    """

    h: Exact
    state: int
    score: Fraction
    document: Ngram
    following: tuple[int, ...]


class Stopped(NamedTuple):
    """The search was broken off, after so many states of network and rule together."""

    states: int


def decided(network: StepNetwork, rule: Rule | Scored, judge: Judge) -> Decision:
    """Proved for every sequence, or refuted by a shortest one, the first in the alphabet's order.

    Unknown only beyond MOST_PRODUCT states, which a score with a decision may have.
    """
    search = _Search(network, rule, judge)
    while search.frontier:
        found = search.deeper()
        if found is not None:
            return Decision("refuted", len(found) - 1, found)
        if len(search.numbers) > MOST_PRODUCT:
            return Decision("unknown", search.length, boxes=Stopped(len(search.numbers)))
    return Decision("proved", None, boxes=search.table())


class _Search:
    """The states reached so far, level by level: by the length of a shortest sequence."""

    def __init__(self, network: StepNetwork, rule: Rule | Scored, judge: Judge) -> None:
        self.network, self.rule, self.judge = network, rule, judge
        self.moves = _Moves(network)
        start = (None, 0, Fraction())
        self.numbers: dict[Any, int] = {start: 0}
        self.nodes: list[Any] = [start]
        self.parents: list[tuple[int, int]] = [(-1, -1)]
        self.following: list[tuple[int, ...]] = []
        self.frontier = [0]
        self.length = 0
        self.outputs: dict[bytes, Fraction] = {}

    def deeper(self) -> Ngram | None:
        """Reads one letter more; returns the first sequence that goes wrong."""
        rows = self.moves.after([self.nodes[number][0] for number in self.frontier])
        fresh: list[int] = []
        for number, moved in zip(self.frontier, rows, strict=True):
            _, state, score = self.nodes[number]
            targets = []
            for letter, bits in enumerate(moved):
                target, total, due = moved_on(self.rule, state, score, letter)
                node = (bits, target, total)
                if not self.judge.is_right(self.output(bits), due):
                    return (*self.document(number), letter)
                if node not in self.numbers:
                    self.numbers[node] = len(self.nodes)
                    fresh.append(len(self.nodes))
                    self.nodes.append(node)
                    self.parents.append((number, letter))
                targets.append(self.numbers[node])
            self.following.append(tuple(targets))
        self.frontier = fresh
        self.length += 1
        return None

    def output(self, bits: bytes) -> Fraction:
        if bits not in self.outputs:
            pairs = zip(self.network.weights, bits, strict=True)
            read = (weight for weight, bit in pairs if bit and weight)
            self.outputs[bits] = sum(read, start=self.network.bias)
        return self.outputs[bits]

    def document(self, number: int) -> Ngram:
        letters = []
        while number:
            number, letter = self.parents[number]
            letters.append(letter)
        return tuple(reversed(letters))

    def table(self) -> tuple[Joint, ...]:
        return tuple(
            Joint(
                self.network.initial if bits is None else _units(bits),
                state,
                score,
                self.document(number),
                self.following[number],
            )
            for number, (bits, state, score) in enumerate(self.nodes)
        )


def moved_on(
    rule: Rule | Scored, state: int, score: Fraction, letter: int
) -> tuple[int, Fraction, Fraction | None]:
    """The state and the score after a letter, and what the output is to be."""
    if isinstance(rule, Rule):
        return rule.following[state][letter], score, rule.outputs[state][letter]
    total = score + rule.automaton.added[state][letter]
    return rule.automaton.following[state][letter], total, rule.due(total)


class _Moves:
    """What each letter does to many states of bits at once, in whole numbers."""

    def __init__(self, network: StepNetwork) -> None:
        self.network = network
        scale = lcm(*(n.denominator for row in (*network.letters, *network.W_h) for n in row))
        letters = [[int(n * scale) for n in row] for row in network.letters]
        W_h = [[int(n * scale) for n in row] for row in network.W_h]
        largest = max(abs(n) for row in letters for n in row)
        largest += max(sum(map(abs, row)) for row in W_h)
        self.type: Any = np.float64 if largest < SAFE else object
        self.letters = np.array(letters, dtype=self.type)
        self.turned = np.array(W_h, dtype=self.type).T

    def after(self, states: Sequence[bytes | None]) -> Iterator[list[bytes]]:
        """The bits after each letter, for each state; None is that before the first letter."""
        if states == [None]:
            letters = range(len(self.network.letters))
            first = (self.network.step(self.network.initial, letter) for letter in letters)
            yield [bytes(map(int, h)) for h in first]
            return
        units = len(self.network.W_h)
        for start in range(0, len(states), 1024):
            some = states[start : start + 1024]
            bits = np.frombuffer(b"".join(filter(None, some)), dtype=np.uint8)
            put = bits.reshape(-1, units).astype(self.type) @ self.turned
            z = put[:, np.newaxis] + self.letters
            after = (z >= 0 if self.network.closed else z > 0).astype(np.uint8)
            for row in after:
                yield [bits.tobytes() for bits in row]


def holds(network: StepNetwork, rule: Rule | Scored, judge: Judge, table: Sequence[Joint]) -> bool:
    """Whether a table proves the rule, a letter at a time in fractions.

    The first row is that before the first letter; every letter leads from a row to a row; there
    the output is right.  So it is after every sequence, by induction over its length.
    """
    first = table[0]
    if (first.h, first.state, first.score) != (network.initial, 0, Fraction()):
        return False
    letters = range(len(network.letters))
    return all(
        len(row.following) == len(letters)
        and all(_is_kept(network, rule, judge, table, row, letter) for letter in letters)
        for row in table
    )


def _is_kept(
    network: StepNetwork,
    rule: Rule | Scored,
    judge: Judge,
    table: Sequence[Joint],
    row: Joint,
    letter: int,
) -> bool:
    if not 0 <= row.following[letter] < len(table):
        return False
    target = table[row.following[letter]]
    h = network.step(row.h, letter)
    state, score, due = moved_on(rule, row.state, row.score, letter)
    leads = (target.h, target.state, target.score) == (h, state, score)
    return leads and judge.is_right(network.output(h), due)


def _units(bits: bytes) -> Exact:
    return tuple(BITS[bit] for bit in bits)


def _dot(weights: Sequence[Fraction], values: Sequence[Fraction]) -> Fraction:
    pairs = zip(weights, values, strict=True)
    return sum((w * v for w, v in pairs if w and v), start=Fraction())
