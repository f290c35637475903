"""Step units decide exactly: after a letter each is 0 or 1, so that all states can be gone through.

The product of network and rule is explored breadth first, in whole numbers.  What is found is a
table of states that a separate checker, in fractions and a letter at a time, takes as a proof.
"""

from array import array
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple, overload

import numpy as np

from lstmhw.rules.automaton import Ngram
from lstmhw.rules.letters import Decision, Judge, Rule
from lstmhw.rules.outputs import Scored

MOST_PRODUCT = 1_000_000  # states of network and rule together, of some 200 bytes each
CHUNK = 1024  # states that are gone on from at once
NAME = 4  # bytes for what the rule knows
BITS = (Fraction(0), Fraction(1))
SAFE, LARGEST = 2**52, 2**62  # whole numbers up to here add up exactly in float64, in int64

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

    Unknown only beyond MOST_PRODUCT states.
    """
    search = _Search(network, rule, judge)
    while len(search.bits):
        found = search.deeper()
        if found is not None:
            return Decision("refuted", len(found) - 1, found)
        if len(search.numbers) > MOST_PRODUCT:
            return Decision("unknown", search.length, boxes=Stopped(len(search.numbers)))
    return Decision("proved", None, boxes=search.table())


class Joints(Sequence[Joint]):
    """A table of states, whose rows are written out where they are looked at.

    `keys` are what the search knows states by, `parents[n]` the place of the move that first led to
    row n + 1 in `following`, which has the places that the letters lead to, row after row.
    """

    def __init__(
        self,
        network: StepNetwork,
        meaning: "_Meaning",
        keys: list[bytes],
        parents: "array[int]",
        following: "array[int]",
    ) -> None:
        self.network, self.meaning = network, meaning
        self.keys, self.parents, self.following = keys, parents, following

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Joint: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Joint, ...]: ...
    def __getitem__(self, place: int | slice) -> Joint | tuple[Joint, ...]:
        if isinstance(place, slice):
            return tuple(self._row(number) for number in range(len(self))[place])
        return self._row(range(len(self))[place])

    def _row(self, number: int) -> Joint:
        bits, name = _read(self.keys[number], len(self.network.W_h))
        letters = len(self.network.letters)
        moves = self.following[number * letters : (number + 1) * letters]
        state, score = self.meaning.nodes[name]
        h = tuple(BITS[bit] for bit in bits) if number else self.network.initial
        return Joint(h, state, score, _document(number, self.parents, letters), tuple(moves))


def _document(number: int, parents: "array[int]", letters: int) -> Ngram:
    """A shortest sequence that leads to a row."""
    read = []
    while number:
        number, letter = divmod(parents[number - 1], letters)
        read.append(letter)
    return tuple(reversed(read))


class _Search:
    """The states reached so far, level by level: by the length of a shortest sequence.

    Of the last level, `bits` (F, m) are the units, `names` (F,) what the rule knows, and `first`
    the number of the first.
    """

    def __init__(self, network: StepNetwork, rule: Rule | Scored, judge: Judge) -> None:
        self.network = network
        self.meaning = _Meaning(rule, judge, len(network.letters))
        self.moves = _Moves(network)
        self.numbers: dict[bytes, int] = {b"": 0}
        self.parents = array("q")
        self.following = array("q")
        self.bits = np.zeros((1, len(network.W_h)), dtype=np.uint8)
        self.names = np.zeros(1, dtype=np.int64)
        self.first = 0
        self.length = 0

    def deeper(self) -> Ngram | None:
        """Reads one letter more; returns the first sequence that goes wrong."""
        letters = len(self.network.letters)
        bits, names = [], []
        fresh = len(self.numbers)
        for start in range(0, len(self.bits), CHUNK):
            after = self._after(slice(start, start + CHUNK)).reshape(-1, self.bits.shape[1])
            targets, dues = self.meaning.after(self.names[start : start + CHUNK])
            wrong = self.meaning.wrong(self.moves.outputs(after), dues)
            before = (self.first + start) * letters
            if wrong.any():
                number, letter = divmod(before + int(wrong.argmax()), letters)
                return (*_document(number, self.parents, letters), letter)
            places = self._admit(_keys(after, targets), before)
            bits.append(after[places])
            names.append(targets[places])
            if len(self.numbers) > MOST_PRODUCT:
                return None
        self.bits, self.names, self.first = np.concatenate(bits), np.concatenate(names), fresh
        self.length += 1
        return None

    def _after(self, part: slice) -> Any:
        """(F, letters, m): the units after each letter."""
        return self.moves.after(self.bits[part]) if self.length else self.moves.first()

    def _admit(self, keys: list[bytes], before: int) -> Any:
        """Numbers the states that are new; returns where they stand."""
        numbers, number = self.numbers, self.numbers.setdefault
        known = len(numbers)
        found = np.array([number(key, len(numbers)) for key in keys])
        self.following.frombytes(found.astype(np.int64).tobytes())
        highest = np.maximum.accumulate(
            np.append(known - 1, found[:-1])
        )  # each new one is over all before
        places = np.flatnonzero(found > highest)
        self.parents.frombytes((before + places).astype(np.int64).tobytes())
        return places

    def table(self) -> Joints:
        start = bytes(NAME) + bytes(-(-len(self.network.W_h) // 8))
        keys = [start, *list(self.numbers)[1:]]
        return Joints(self.network, self.meaning, keys, self.parents, self.following)


def _keys(bits: Any, names: Any) -> list[bytes]:
    """What each state is known by: what the rule knows, then the units, packed."""
    packed = np.packbits(bits, axis=1)
    width = NAME + packed.shape[1]
    keys = np.empty((len(bits), width), dtype=np.uint8)
    keys[:, :NAME] = names.astype("<u4")[:, np.newaxis].view(np.uint8)
    keys[:, NAME:] = packed
    found: list[bytes] = keys.view(f"V{width}").ravel().tolist()
    return found


def _read(key: bytes, units: int) -> tuple[list[int], int]:
    """The units, and what the rule knows."""
    packed = np.frombuffer(key[NAME:], dtype=np.uint8)
    return np.unpackbits(packed)[:units].tolist(), int.from_bytes(key[:NAME], "little")


class _Meaning:
    """What the rule knows, a state and a score under one number, and which outputs are right."""

    def __init__(self, rule: Rule | Scored, judge: Judge, letters: int) -> None:
        self.rule, self.judge, self.letters = rule, judge, letters
        self.nodes = [(0, Fraction())]
        self.numbers = {self.nodes[0]: 0}
        self.dues: list[Fraction | None] = []
        self.due_numbers: dict[Fraction | None, int] = {}
        self.known: dict[int, tuple[list[int], list[int]]] = {}

    def after(self, names: Any) -> tuple[Any, Any]:
        """(F letters,): what is known after each letter, and the number of what is due."""
        distinct, places = np.unique(names, return_inverse=True)
        rows = [self._row(name) for name in distinct.tolist()]
        targets = np.array([row[0] for row in rows])[places.ravel()]
        return targets.ravel(), np.array([row[1] for row in rows])[places.ravel()].ravel()

    def _row(self, name: int) -> tuple[list[int], list[int]]:
        if name not in self.known:
            targets, dues = [], []
            for letter in range(self.letters):
                state, score, due = moved_on(self.rule, *self.nodes[name], letter)
                targets.append(_numbered(self.numbers, self.nodes, (state, score)))
                dues.append(_numbered(self.due_numbers, self.dues, due))
            self.known[name] = targets, dues
        return self.known[name]

    def wrong(self, outputs: "Outputs", dues: Any) -> Any:
        """Which outputs are not what is due; each pair of these is judged once, exactly."""
        pairs = outputs.places * len(self.dues) + dues
        distinct, places = np.unique(pairs, return_inverse=True)
        judged = [
            not self.judge.is_right(
                outputs.values[k // len(self.dues)], self.dues[k % len(self.dues)]
            )
            for k in distinct.tolist()
        ]
        return np.array(judged)[places.ravel()]


def _numbered(numbers: dict[Any, int], listed: list[Any], one: Any) -> int:
    """The number of one of a list, to which it is added where it is new."""
    if one not in numbers:
        numbers[one] = len(listed)
        listed.append(one)
    return numbers[one]


class Outputs(NamedTuple):
    """Outputs of many states: the distinct values, and which of them each state has."""

    values: list[Fraction]
    places: Any


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
        (letters, W_h), _ = _whole(network.letters, network.W_h)
        (weights, bias), self.scale = _whole((network.weights,), ((network.bias,),))
        self.letters, self.turned = letters, W_h.T
        self.weights, self.bias = weights[0], bias[0, 0]

    def first(self) -> Any:
        """(1, letters, m): the bits after the first letter."""
        letters = range(len(self.network.letters))
        after = [self.network.step(self.network.initial, letter) for letter in letters]
        return np.array([after], dtype=np.uint8)

    def after(self, bits: Any) -> Any:
        """(F, letters, m): the bits after each letter, for each state (F, m)."""
        put = bits.astype(self.turned.dtype) @ self.turned
        z = put[:, np.newaxis] + self.letters
        return (z >= 0 if self.network.closed else z > 0).astype(np.uint8)

    def outputs(self, bits: Any) -> Outputs:
        """What is read from each state."""
        whole = bits.astype(self.weights.dtype) @ self.weights + self.bias
        distinct, places = np.unique(whole, return_inverse=True)
        values = [Fraction(int(value), self.scale) for value in distinct.tolist()]
        return Outputs(values, places.ravel())


def _whole(first: Sequence[Exact], second: Sequence[Exact]) -> tuple[tuple[Any, Any], int]:
    """Two matrices times their common denominator, and that: whole numbers that add up exactly."""
    scale = lcm(*(number.denominator for row in (*first, *second) for number in row))
    whole = [[[int(n * scale) for n in row] for row in matrix] for matrix in (first, second)]
    largest = sum(max(sum(map(abs, row)) for row in matrix) for matrix in whole)
    numbers: Any = np.float64 if largest < SAFE else np.int64 if largest < LARGEST else object
    return (np.array(whole[0], dtype=numbers), np.array(whole[1], dtype=numbers)), scale


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


def _dot(weights: Sequence[Fraction], values: Sequence[Fraction]) -> Fraction:
    pairs = zip(weights, values, strict=True)
    return sum((w * v for w, v in pairs if w and v), start=Fraction())
