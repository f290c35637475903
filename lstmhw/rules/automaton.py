"""Rules on words as finite automata with a counter: words in, score out.

A rule adds, at each word, the weights of all n-grams that end there.  What has to be remembered
of the words before is the longest end of them that begins an n-gram (Aho & Corasick 1975).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

Ngram = tuple[int, ...]
"""Words in a row, by their places in the vocabulary."""


class Automaton(NamedTuple):
    """A deterministic automaton that starts in state 0 and adds a weight at each word.

    `following[state][word]` is the next state, `added[state][word]` what the word adds, and
    `documents[state]` a shortest document that leads there.
    """

    following: tuple[tuple[int, ...], ...]
    added: tuple[tuple[Fraction, ...], ...]
    documents: tuple[Ngram, ...]

    @property
    def words(self) -> range:
        return range(len(self.following[0]))

    @property
    def states(self) -> range:
        return range(len(self.following))

    def additions(self, document: Sequence[int]) -> list[Fraction]:
        """What each word of a document adds."""
        state, added = 0, []
        for word in document:
            added.append(self.added[state][word])
            state = self.following[state][word]
        return added


class TooManyStatesError(Exception):
    """The automaton of a rule would be larger than can be explored."""


MOST_STATES = 4096


def explored(
    start: Hashable, words: int, step: Callable[[Hashable, int], tuple[Hashable, Fraction]]
) -> Automaton:
    """The automaton of all states that can be reached, breadth first.

    Raises TooManyStatesError beyond MOST_STATES.
    """
    numbers: dict[Hashable, int] = {start: 0}
    documents: list[Ngram] = [()]
    following, added = [], []
    for state in (queue := [start]):
        row = [step(state, word) for word in range(words)]
        for word, (target, _) in enumerate(row):
            if target not in numbers:
                numbers[target] = len(queue)
                queue.append(target)
                documents.append((*documents[numbers[state]], word))
        if len(queue) > MOST_STATES:
            raise TooManyStatesError
        following.append(tuple(numbers[target] for target, _ in row))
        added.append(tuple(weight for _, weight in row))
    return Automaton(tuple(following), tuple(added), tuple(documents))


def of_ngrams(weights: Mapping[Ngram, Fraction], words: int) -> Automaton:
    """The automaton of a rule that adds up the weights of n-grams."""
    prefixes = {ngram[:k] for ngram, weight in weights.items() if weight for k in range(len(ngram))}

    def step(state: Hashable, word: int) -> tuple[Hashable, Fraction]:
        assert isinstance(state, tuple)
        read = (*state, word)
        ends = [read[k:] for k in range(len(read) + 1)]
        weight = sum((weights.get(end, Fraction()) for end in ends), start=Fraction())
        return next((end for end in ends if end in prefixes), ()), weight

    return explored((), words, step)


def delayed(rule: Automaton, delay: int) -> Automaton:
    """The rule whose additions come so many words late."""
    if delay == 0:
        return rule

    def step(state: Hashable, word: int) -> tuple[Hashable, Fraction]:
        assert isinstance(state, tuple)
        inner, (due, *pending) = state
        return (rule.following[inner][word], (*pending, rule.added[inner][word])), due

    return explored((0, (Fraction(),) * delay), len(rule.words), step)


def minimal(rule: Automaton) -> Automaton:
    """The same rule with the fewest states: those that add alike for ever are one (Moore 1956)."""
    blocks: list[Hashable] = list(rule.added)
    count = 0
    while len(set(blocks)) > count:
        count = len(set(blocks))
        numbers = {block: number for number, block in enumerate(dict.fromkeys(blocks))}
        old = [numbers[block] for block in blocks]
        blocks = [
            (old[state], tuple(old[target] for target in rule.following[state]))
            for state in rule.states
        ]
    members = {block: state for state, block in reversed(list(enumerate(blocks)))}

    def step(block: Hashable, word: int) -> tuple[Hashable, Fraction]:
        state = members[block]
        return blocks[rule.following[state][word]], rule.added[state][word]

    return explored(blocks[0], len(rule.words), step)
