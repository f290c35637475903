"""A rule that a step unit is to follow in every sequence, as finitely many demands.

The state of the unit is its output, so a demand is made by the output before and the letter: each
reachable pair of a state of the rule and an output before has one for each letter.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np

from lstmhw.feasibility import Certificate, Vector, dot
from lstmhw.rules.letters import Rule
from lstmhw.solution import Table
from lstmhw.threshold.hidden import Bits, Network, Search, Told, stepped
from lstmhw.threshold.question import Place, Question
from lstmhw.threshold.sequences import (
    Case,
    Failure,
    Failures,
    Found,
    Run,
    Start,
    unit_failure,
)

MOST_STEPS = 100  # of the sequences on which a network is searched for
Word = tuple[int, ...]
Node = TypeVar("Node", bound=Hashable)


class LetterRule(NamedTuple):
    """A rule of outputs 0 and 1 on letters, and the input that each letter is."""

    letters: tuple[str, ...]
    inputs: tuple[Vector, ...]
    rule: Rule

    def following(self, state: int, letter: int) -> int:
        return self.rule.following[state][letter]

    def output(self, state: int, letter: int) -> int:
        """The output after a letter that is read in a state."""
        return int(self.rule.outputs[state][letter] == 1)


def reached(
    start: Node, letters: int, following: Callable[[Node, int], Node]
) -> Iterator[tuple[Node, Word]]:
    """All that can be reached, each with a shortest word, the first in the letters' order."""
    seen = {start}
    waiting: deque[tuple[Node, Word]] = deque([(start, ())])
    while waiting:
        node, word = waiting.popleft()
        yield node, word
        for letter in range(letters):
            other = following(node, letter)
            if other not in seen:
                seen.add(other)
                waiting.append((other, (*word, letter)))


class Demand(NamedTuple):
    """After the word, whose last letter is read in the state `before`, the output is to be so."""

    word: Word
    before: int
    output: int


class Every:
    """What is asked where a rule is to be followed in every sequence."""

    def __init__(self, rule: LetterRule, initials: Sequence[int], strict: bool) -> None:
        self.rule = rule
        self.initials = initials
        self.strict = strict

    @cached_property
    def cases(self) -> Mapping[Start, Case]:
        """The question and its answer, by s_0."""
        questions = {self.start((initial,)): self.question(initial) for initial in self.initials}
        return {start: Case(q, q.answer()) for start, q in questions.items()}

    def start(self, states: tuple[int | None, ...]) -> Start:
        """The start with this state before every sequence."""
        return Start(states, f"s_0 = {states[0]}", len(self.initials) > 1)

    def question(self, initial: int) -> Question:
        """The demands, each with a shortest sequence that makes it."""
        demands = self._demands(initial)
        exact = [self.rule.inputs[demand.word[-1]] for demand in demands]
        return Question(
            np.array([[float(part) for part in x] for x in exact]),
            exact.__getitem__,
            np.array([demand.before == 1 for demand in demands]),
            np.array([demand.output == 1 for demand in demands]),
            self.strict,
            lambda t: Place(len(demands[t].word), self.spelled(demands[t].word)),
        )

    def _demands(self, initial: int) -> list[Demand]:
        """The demands without repeats, those of shorter sequences first."""
        rule = self.rule

        def following(node: tuple[int, int], letter: int) -> tuple[int, int]:
            return rule.following(node[0], letter), rule.output(node[0], letter)

        found: dict[tuple[int, int, int], Demand] = {}
        letters = range(len(rule.letters))
        for (state, before), word in reached((0, initial), len(letters), following):
            for letter in letters:
                output = rule.output(state, letter)
                demand = Demand((*word, letter), before, output)
                found.setdefault((letter, before, output), demand)
        return list(found.values())

    def spelled(self, word: Word) -> tuple[str, ...]:
        return tuple(self.rule.letters[letter] for letter in word)

    def run(self, word: Word, initial: int) -> Run:
        """The sequence of a word, with the outputs that the rule asks for."""
        state, outputs = 0, []
        for letter in word:
            outputs.append(self.rule.output(state, letter) == 1)
            state = self.rule.following(state, letter)
        exact = [self.rule.inputs[letter] for letter in word]
        floats = np.array([[float(part) for part in x] for x in exact])
        spelled = self.spelled(word)
        return Run(floats, exact.__getitem__, np.array(outputs), (initial,), spelled)

    def unit_failures(self, weights: Vector) -> list[Failures]:
        """Where one unit fails first, in a shortest sequence."""
        starts = [self.start((initial,)) for initial in self.initials]
        return [{start: unit_failure(weights, self.cases[start].question) for start in starts}]

    def network_failures(self, network: Sequence[Vector]) -> list[Failures]:
        """Where the output unit of a network, its first, fails first, in a shortest sequence."""
        found = {initial: self._wrong(network, initial) for initial in self.initials}
        return [
            {
                self.start((initial,)): None
                if word is None
                else self._failure(network, word, initial)
                for initial, word in found.items()
            }
        ]

    def _failure(self, network: Sequence[Vector], word: Word, initial: int) -> Failure:
        before: Bits = (initial, *(0 for _ in network[1:]))
        for letter in word[:-1]:
            before = stepped(network, self.rule.inputs[letter], before, self.strict)
        x = self.rule.inputs[word[-1]]
        z = dot(network[0], (*x, *map(Fraction, before), Fraction(1)))
        state = stepped(network, x, before, self.strict)[0]
        return Failure(Place(len(word), self.spelled(word)), z, state)

    def _wrong(self, network: Sequence[Vector], initial: int) -> Word | None:
        """A shortest word after which the output of a network is not the rule's."""
        rule, following = self.rule, self._together(network)
        start = (0, (initial, *(0 for _ in network[1:])))
        letters = range(len(rule.letters))
        for node, word in reached(start, len(letters), following):
            for letter in letters:
                if following(node, letter)[1][0] != rule.output(node[0], letter):
                    return (*word, letter)
        return None

    def induction(self, network: Network) -> Table:
        """All states that the rule and a network reach together, and where each letter leads.

        A box has the row that the letter leads to, and the output of both after it.
        """
        following = self._together(network.weights)
        letters = range(len(self.rule.letters))
        start: tuple[int, Bits] = (0, network.runs[0][0])
        found = dict(reached(start, len(letters), following))
        numbers = {node: number for number, node in enumerate(found, 1)}
        rows = []
        for (state, bits), word in found.items():
            came = f'"{" ".join(self.spelled(word))}"' if word else "(nothing)"
            nodes = [following((state, bits), letter) for letter in letters]
            boxes = [f"{numbers[node]} / {node[1][0]}" for node in nodes]
            units = " ".join(map(str, bits))
            rows.append(
                (str(numbers[state, bits]), came, self.rule.rule.names[state], units, *boxes)
            )
        header = ("row", "first after", "state", "units", *self.rule.letters)
        return Table(header, tuple(rows))

    def _together(
        self, network: Sequence[Vector]
    ) -> Callable[[tuple[int, Bits], int], tuple[int, Bits]]:
        """Where the rule and a network go from their states at a letter."""

        def following(node: tuple[int, Bits], letter: int) -> tuple[int, Bits]:
            state, bits = node
            bits = stepped(network, self.rule.inputs[letter], bits, self.strict)
            return self.rule.following(state, letter), bits

        return following

    def shown(self, failures: Sequence[Failures]) -> Iterator[Question]:
        """What claimed weights are run on: a shortest sequence in which they fail."""
        (by_start,) = failures
        if any(failure is None for failure in by_start.values()):
            return
        for start, failure in list(by_start.items())[:1]:
            assert failure is not None
            assert isinstance(failure.place.sequence, tuple)
            word = tuple(map(self.rule.letters.index, failure.place.sequence))
            initial = start.states[0] or 0
            yield self.run(word, initial).question(initial, self.strict)

    def searched(self, extra: int, report: Callable[[int], None]) -> Iterator[Found]:
        """The search for a network with so many extra units, from each s_0 in turn."""
        for initial in self.initials:
            yield self._searched(extra, initial, report)

    def _searched(self, extra: int, initial: int, report: Callable[[int], None]) -> Found:
        """A network that does some sequences, more and more, until it does them all."""
        words = self._certifying(initial)
        tried = 0
        while sum(map(len, words)) <= MOST_STEPS:
            told = [self._told(word, initial) for word in words]
            search = Search(told, extra, self.strict, report)
            network = search.network()
            tried += search.tried
            wrong = None if network is None else self._wrong(network.weights, initial)
            if wrong is None:
                return Found(network, (initial,), tried)
            words.append(wrong)
        return Found(None, (initial,), tried, is_known=False)

    def _certifying(self, initial: int) -> list[Word]:
        """The sequences with which one unit cannot do it."""
        question, answer = self.cases[self.start((initial,))]
        assert isinstance(answer, Certificate)
        spelled = [question.place(t).sequence for t in sorted(answer.multipliers)]
        found = [tuple(map(self.rule.letters.index, s)) for s in spelled if isinstance(s, tuple)]
        return list(dict.fromkeys(found))

    def _told(self, word: Word, initial: int) -> Told:
        return self.run(word, initial).told(initial)

    def otherwise(self) -> tuple[Start, Question] | None:
        """The question from the other state, where one is given."""
        if len(self.initials) > 1:
            return None
        other = 1 - self.initials[0]
        return self.start((other,)), self.question(other)
