"""Cells whose gates are fixed and whose candidate and state are linear: decided over Fractions.

After each word such a cell's state is A v + B x + d, with one A for all words, so its output adds
up over the places of a document: what a word contributes depends on its place alone.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, islice, product
from typing import NamedTuple

import numpy as np

from lstmhw.rules.automaton import Automaton, Ngram
from lstmhw.rules.network import GATES, Exact, WordLstm, zeros

MOST_UNITS = 24  # of a cell that is decided exactly; the fractions of larger ones grow too long
MOST_REPEATS = 200
MOST_SQUARES = 50_000

RATIONAL: dict[str, Callable[[Fraction], Fraction]] = {
    "identity": lambda z: z,
    "relu": lambda z: max(z, Fraction()),
    "leaky-relu": lambda z: max(z, z / 100),
    "hard-sigmoid": lambda z: min(Fraction(1), max(Fraction(), z / 5 + Fraction(1, 2))),
    "hard-sigmoid-6": lambda z: min(Fraction(1), max(Fraction(), z / 6 + Fraction(1, 2))),
    "step": lambda z: Fraction(z > 0),
    "step-from-0": lambda z: Fraction(z >= 0),
}
"""Activations that take fractions to fractions."""


class Square(NamedTuple):
    """Two places of a document, each filled in two ways: neither changed, both, or one of them.

    Every linear cell with constant gates has out(neither) + out(both) = out(first) + out(second).
    """

    neither: Ngram
    both: Ngram
    first: Ngram
    second: Ngram

    def followed_by(self, words: Ngram) -> "Square":
        return Square(*(document + words for document in self))

    def scores(self, rule: Automaton) -> tuple[Fraction, ...]:
        """The rule's scores of the four documents."""
        return tuple(sum(rule.additions(document), start=Fraction()) for document in self)

    def difference(self, rule: Automaton) -> Fraction:
        """By how much the rule misses the equation."""
        neither, both, first, second = self.scores(rule)
        return neither + both - first - second


def is_linear(network: WordLstm) -> bool:
    """Whether the gates are fixed, whatever at, and candidate and state are linear."""
    linear = {network.functions.candidate.name, network.functions.state.name} == {"identity"}
    return linear and all(_is_fixed(network, gate) for gate in "ifo")


def computes_exactly(network: WordLstm, rule: Automaton) -> bool | None:
    """Whether output and score are the same after every document; None where that is not decided.

    By the states of cell and rule that span all that can be reached (Tzeng 1992): if the two agree
    on those, they agree everywhere.
    """
    gates = {gate: fixed_at(network, gate) for gate in "ifo"}
    if network.units > MOST_UNITS or any(value is None for value in gates.values()):
        return None
    i, f, o = (gates[gate] for gate in "ifo")
    block = GATES.index("g")
    rows = slice(block * network.units, (block + 1) * network.units)
    words, W_h = network.words[:, rows], network.W_h[rows]
    if "g" in network.fixed:
        words, W_h = np.broadcast_to(network.fixed["g"], words.shape), 0 * W_h
    if any(isinstance(number, float) for number in (*words.ravel(), *W_h.ravel())):
        return None

    def after(vector: Exact, state: int, word: int) -> Exact:
        """(c, 1, score) after one more word, from (c, 1, score)."""
        c, one, score = vector[: network.units], vector[-2], vector[-1]
        written = W_h.dot(o * c) + one * words[word]
        return np.append(f * c + i * written, [one, score + one * rule.added[state][word]])

    reading = network.head.weights * (o if network.head.source == "h" else 1)
    difference = np.append(reading, [network.head.bias, Fraction(-1)])
    start = np.append(zeros(network.units), [Fraction(1), Fraction()])
    reached = _spanning(rule, start, after)
    return all(difference.dot(vector) == 0 for vector in reached)


def fixed_at(network: WordLstm, gate: str) -> Exact | None:
    """The value of a gate that is fixed at fractions, else None."""
    if gate in network.fixed:
        return np.asarray(network.fixed[gate] + zeros(network.units))
    block = GATES.index(gate)
    rows = slice(block * network.units, (block + 1) * network.units)
    function = RATIONAL.get(network.functions.gate.name)
    biases = network.words[0, rows]
    if not _is_fixed(network, gate) or function is None or np.any(np.isinf(biases.astype(float))):
        return None
    return np.array([function(bias) for bias in biases], dtype=object)


def _is_fixed(network: WordLstm, gate: str) -> bool:
    block = GATES.index(gate)
    rows = slice(block * network.units, (block + 1) * network.units)
    words = network.words[:, rows]
    return gate in network.fixed or not (network.W_h[rows].any() or (words != words[0]).any())


def _spanning(
    rule: Automaton, start: Exact, after: Callable[[Exact, int, int], Exact]
) -> Iterator[Exact]:
    """Vectors that span, state by state of the rule, all that one word or more can reach."""
    bases: list[dict[int, Exact]] = [{} for _ in rule.states]
    queue = [(0, start)]
    for state, vector in queue:
        for word in rule.words:
            target = rule.following[state][word]
            reached = after(vector, state, word)
            rest = _reduced(reached, bases[target])
            leading = next((k for k, number in enumerate(rest) if number), None)
            if leading is not None:
                bases[target][leading] = rest / rest[leading]
                queue.append((target, reached))
                yield reached


def _reduced(vector: Exact, basis: dict[int, Exact]) -> Exact:
    """The vector less its part in the span of the basis, whose vectors have leading ones."""
    for leading in sorted(basis):
        vector = vector - vector[leading] * basis[leading]
    return vector


def impossible(rule: Automaton, tolerance: Fraction, delay: int = 0) -> Square | None:
    """Four documents that no linear cell with constant gates scores within the tolerance.

    With a delay the rule is that without it, and the documents end in as many words more.
    Where the rule misses the equation by four tolerances or more, four outputs that are each
    within the tolerance cannot add up.
    """
    weakest = None
    for square in islice(_squares(rule), MOST_SQUARES):
        difference = abs(square.difference(rule))
        if difference >= 4 * tolerance:
            return square.followed_by((0,) * delay)
        if difference and weakest is None:
            weakest = square
    repeated = _repeated(weakest, rule, tolerance) if weakest else None
    return repeated and repeated.followed_by((0,) * delay)


def _squares(rule: Automaton) -> Iterator[Square]:
    """All squares of documents, by length, as far as the rule remembers."""
    for length in range(2, len(rule.states) + 2):
        for document in product(rule.words, repeat=length):
            for places in combinations(range(length), 2):
                for words in product(rule.words, repeat=2):
                    yield _square(document, places, words)


def _square(document: Ngram, places: tuple[int, int], words: tuple[int, ...]) -> Square:
    (i, j), (a, b) = places, words
    first = (*document[:i], a, *document[i + 1 :])
    second = (*document[:j], b, *document[j + 1 :])
    return Square(document, (*first[:j], b, *first[j + 1 :]), first, second)


def _repeated(square: Square, rule: Automaton, tolerance: Fraction) -> Square | None:
    """The same four documents so many times over that the difference is large enough."""
    for times in range(2, MOST_REPEATS):
        longer = Square(*(document * times for document in square))
        if abs(longer.difference(rule)) >= 4 * tolerance:
            return longer
    return None
