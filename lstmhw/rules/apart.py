"""Which states of a rule a network has to keep apart: those that some continuation tells apart."""

from itertools import product
from typing import Any

import numpy as np

from lstmhw.rules.automaton import Ngram
from lstmhw.rules.letters import Judge, Near, Rule
from lstmhw.rules.outputs import Due

MOST_STATES = 500  # of a rule whose states are compared pair by pair


def clash(judge: Judge, a: Due, b: Due) -> bool:
    """Whether no output is right for both."""
    if a is None or b is None:
        return False
    return abs(a - b) >= 2 * judge.tolerance if isinstance(judge, Near) else a != b


def told_apart(rule: Rule, judge: Judge) -> Any:
    """(states, states): whether the same letters, read in both, ask for outputs that clash.

    Huffman 1954; what may be anything clashes with nothing.
    """
    dues = list({due for row in rule.outputs for due in row})
    places = np.array([[dues.index(due) for due in row] for row in rule.outputs])
    clashes = np.array([[clash(judge, a, b) for b in dues] for a in dues])
    following = np.array(rule.following)
    apart = np.zeros((len(places),) * 2, dtype=bool)
    for column in places.T:
        apart |= clashes[np.ix_(column, column)]
    count = -1
    while count < apart.sum():
        count = apart.sum()
        for column in following.T:
            apart |= apart[np.ix_(column, column)]
    return apart


def differing(rule: Rule, judge: Judge) -> tuple[Ngram, ...]:
    """Sequences of which no two may leave a network in the same state, as many as are found."""
    apart = told_apart(rule, judge)
    kept: list[tuple[int, Due, Ngram]] = []
    for state, letter in product(rule.states, rule.letters):
        end, due = rule.following[state][letter], rule.outputs[state][letter]
        if all(apart[end, other] or clash(judge, due, asked) for other, asked, _ in kept):
            kept.append((end, due, (*rule.documents[state], letter)))
    return tuple(document for *_, document in kept)
