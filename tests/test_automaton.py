"""Automata of n-gram rules: against counting the n-grams of a document one by one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.rules.automaton import (
    Automaton,
    Ngram,
    TooManyStatesError,
    delayed,
    minimal,
    of_ngrams,
)

WORDS = 3
NGRAMS = st.lists(st.integers(0, WORDS - 1), min_size=1, max_size=4).map(tuple)
RULES = st.dictionaries(NGRAMS, st.fractions(-3, 3, max_denominator=6), min_size=1, max_size=5)
DOCUMENTS = st.lists(st.integers(0, WORDS - 1), max_size=12).map(tuple)


def counted(rule: dict[Ngram, Fraction], document: Ngram) -> Fraction:
    """The weights of all n-grams at all places."""
    total = Fraction()
    for ngram, weight in rule.items():
        for start in range(len(document)):
            if document[start : start + len(ngram)] == ngram:
                total += weight
    return total


def total(automaton: Automaton, document: Ngram) -> Fraction:
    return sum(automaton.additions(document), start=Fraction())


@given(RULES, DOCUMENTS)
def test_it_adds_the_weights_of_all_ngrams(rule: dict[Ngram, Fraction], document: Ngram) -> None:
    assert total(of_ngrams(rule, WORDS), document) == counted(rule, document)


@given(RULES, DOCUMENTS, st.integers(0, 2))
def test_a_delay_takes_the_last_words_off(
    rule: dict[Ngram, Fraction], document: Ngram, delay: int
) -> None:
    late = delayed(of_ngrams(rule, WORDS), delay)
    read = document[: max(0, len(document) - delay)]
    assert total(late, document) == counted(rule, read)


@given(RULES, DOCUMENTS, st.integers(0, 1))
def test_the_minimal_automaton_is_the_same_rule(
    rule: dict[Ngram, Fraction], document: Ngram, delay: int
) -> None:
    automaton = delayed(of_ngrams(rule, WORDS), delay)
    smaller = minimal(automaton)
    assert smaller.additions(document) == automaton.additions(document)
    assert len(smaller.states) <= len(automaton.states)
    assert minimal(smaller).following == smaller.following


@given(RULES)
def test_documents_lead_to_their_states(rule: dict[Ngram, Fraction]) -> None:
    automaton = of_ngrams(rule, WORDS)
    for state, document in enumerate(automaton.documents):
        reached = 0
        for word in document:
            reached = automaton.following[reached][word]
        assert reached == state


def test_words_that_act_alike_share_a_state() -> None:
    """'not' and 'never' (0 and 1) both flip 'good' (2)."""
    flips = {(2,): Fraction(1), (0, 2): Fraction(-2), (1, 2): Fraction(-2)}
    assert len(of_ngrams(flips, 3).states) == 3
    assert len(minimal(of_ngrams(flips, 3)).states) == 2


def test_a_rule_that_remembers_too_much_is_refused() -> None:
    rule = of_ngrams({(0,): Fraction(1)}, 2)
    with pytest.raises(TooManyStatesError):
        delayed(rule, 20)
