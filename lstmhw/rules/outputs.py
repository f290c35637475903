"""Rules as automata with outputs: built from tables, late, minimal, or as what a score adds."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from lstmhw.rules.automaton import (
    MOST_STATES,
    Automaton,
    Ngram,
    TooManyStatesError,
    explored,
)
from lstmhw.rules.letters import Decided, Rule

Due = Fraction | None
Step = Callable[[Hashable, int], tuple[Hashable, Due]]


class Scored(NamedTuple):
    """A rule that adds up, with the number that it comes to, or 1 where `decided` holds of it."""

    automaton: Automaton
    decided: Decided | None

    def due(self, total: Fraction) -> Fraction:
        """What the output is to be at a score."""
        return total if self.decided is None else Fraction(self.decided.decision(total))


def reached(start: Hashable, letters: int, step: Step, name: Callable[[Hashable], str]) -> Rule:
    """The rule of all states that can be reached, breadth first.

    Raises TooManyStatesError beyond MOST_STATES.
    """
    numbers: dict[Hashable, int] = {start: 0}
    documents: list[Ngram] = [()]
    following, outputs = [], []
    for state in (queue := [start]):
        row = [step(state, letter) for letter in range(letters)]
        for letter, (target, _) in enumerate(row):
            if target not in numbers:
                numbers[target] = len(queue)
                queue.append(target)
                documents.append((*documents[numbers[state]], letter))
        if len(queue) > MOST_STATES:
            raise TooManyStatesError
        following.append(tuple(numbers[target] for target, _ in row))
        outputs.append(tuple(due for _, due in row))
    names = tuple(name(state) for state in queue)
    return Rule(tuple(following), tuple(outputs), names, tuple(documents))


def of_tables(
    following: Mapping[str, Sequence[str]], outputs: Mapping[str, Sequence[Due]], start: str
) -> Rule:
    """The rule of a table: for each state the next one, and the output, at each letter."""

    def step(state: Hashable, letter: int) -> tuple[Hashable, Due]:
        assert isinstance(state, str)
        return following[state][letter], outputs[state][letter]

    return reached(start, len(following[start]), step, str)


def delayed(rule: Rule, delay: int, nothing: Due) -> Rule:
    """The rule whose outputs come so many letters late, `nothing` before the first of them.

    Raises TooManyStatesError beyond MOST_STATES.
    """
    if delay == 0:
        return rule

    def step(state: Hashable, letter: int) -> tuple[Hashable, Due]:
        assert isinstance(state, tuple)
        inner, (due, *pending) = state
        later = (*pending, rule.outputs[inner][letter])
        return (rule.following[inner][letter], later), due

    def name(state: Hashable) -> str:
        assert isinstance(state, tuple)
        inner, pending = state
        dues = ", ".join("any" if due is None else str(due) for due in pending)
        return f"{rule.names[inner]}, then {dues}"

    return reached((0, (nothing,) * delay), len(rule.letters), step, name)


def minimal(rule: Rule) -> Rule:
    """The same rule with the fewest states: those with the same outputs for ever are one.

    Moore 1956; an output that may be anything counts as one of its own.
    """
    blocks: list[Hashable] = list(rule.outputs)
    count = 0
    while len(set(blocks)) > count:
        count = len(set(blocks))
        numbers = {block: number for number, block in enumerate(dict.fromkeys(blocks))}
        old = [numbers[block] for block in blocks]
        blocks = [
            (old[state], tuple(old[target] for target in rule.following[state]))
            for state in rule.states
        ]
    members: dict[Hashable, list[int]] = {}
    for state, block in enumerate(blocks):
        members.setdefault(block, []).append(state)

    def step(block: Hashable, letter: int) -> tuple[Hashable, Due]:
        state = members[block][0]
        return blocks[rule.following[state][letter]], rule.outputs[state][letter]

    def name(block: Hashable) -> str:
        return " = ".join(rule.names[state] for state in members[block])

    return reached(blocks[0], len(rule.letters), step, name)


def additive(rule: Rule) -> Automaton:
    """What each letter adds to the last output: an output that may be anything stays as it is.

    Raises TooManyStatesError beyond MOST_STATES.
    """

    def step(state: Hashable, letter: int) -> tuple[Hashable, Fraction]:
        assert isinstance(state, tuple)
        inner, last = state
        due = rule.outputs[inner][letter]
        now = last if due is None else due
        return (rule.following[inner][letter], now), now - last

    return explored((0, Fraction()), len(rule.letters), step)


class Growing(NamedTuple):
    """Why a score has no bound: after `prefix`, each `cycle` adds `gain`, which is not 0."""

    prefix: Ngram
    cycle: Ngram
    gain: Fraction


def bounded(scored: Scored, most: int = MOST_STATES) -> Rule | Growing | None:
    """A score of finitely many values as a rule, or why there is none; None where not decided."""
    automaton = scored.automaton
    clipped = _clip(scored)
    nodes: dict[tuple[int, Fraction], Ngram] = {(0, Fraction()): ()}
    queue = [(0, Fraction())]
    for state, total in queue:
        word = nodes[state, total]
        for letter in automaton.words:
            target = automaton.following[state][letter]
            node = target, clipped(total + automaton.added[state][letter])
            if node in nodes:
                continue
            growing = _cycle(automaton, (*word, letter)) if clipped is _as_it_is else None
            if growing is not None:
                return growing
            nodes[node] = (*word, letter)
            queue.append(node)
        if len(queue) > most:
            return None

    def step(node: Hashable, letter: int) -> tuple[Hashable, Due]:
        assert isinstance(node, tuple)
        state, total = node
        total = clipped(total + automaton.added[state][letter])
        return (automaton.following[state][letter], total), scored.due(total)

    return reached((0, Fraction()), len(automaton.words), step, _score_name)


def as_far(scored: Scored, most: int) -> tuple[Rule, int]:
    """A score as a rule of at most so many states, and up to which length it is the score's.

    After longer sequences any output will do.
    """
    automaton = scored.automaton

    def after(node: tuple[int, Fraction], letter: int) -> tuple[int, Fraction]:
        state, total = node
        added = automaton.added[state][letter]
        return automaton.following[state][letter], total + added

    known = {(0, Fraction())}
    newest, length = set(known), 0
    while newest:
        following = {after(node, letter) for node in newest for letter in automaton.words}
        newest = following - known
        if len(known) + len(newest) >= most:
            break
        known |= newest
        length += 1

    def step(node: Hashable, letter: int) -> tuple[Hashable, Due]:
        if node is None:
            return None, None
        assert isinstance(node, tuple)
        target = after(node, letter)
        return (target if target in known else None), scored.due(target[1])

    def name(node: Hashable) -> str:
        return "further" if node is None else _score_name(node)

    return reached((0, Fraction()), len(automaton.words), step, name), length + 1


def _as_it_is(total: Fraction) -> Fraction:
    return total


def _clip(scored: Scored) -> Callable[[Fraction], Fraction]:
    """A score that only grows is past its threshold for ever: how far does not matter then."""
    added = [value for row in scored.automaton.added for value in row]
    if scored.decided is None or (min(added) < 0 < max(added)):
        return _as_it_is
    threshold = scored.decided.threshold
    if min(added) >= 0:
        return lambda total: min(total, max(threshold, Fraction()) + 1)
    return lambda total: max(total, min(threshold, Fraction()) - 1)


def _score_name(node: Hashable) -> str:
    assert isinstance(node, tuple)
    return f"{node[0] + 1}, score {node[1]}"


def _cycle(automaton: Automaton, word: Ngram) -> Growing | None:
    """A part of a word that leads from a state back to it and changes the score."""
    state, total = 0, Fraction()
    seen = [(state, total)]
    for letter in word:
        total += automaton.added[state][letter]
        state = automaton.following[state][letter]
        seen.append((state, total))
    for place, (before, score) in enumerate(seen[:-1]):
        if before == state and score != total:
            return Growing(word[:place], word[place:], total - score)
    return None
