"""Sequences that one set of weights is to do, each from a state that is given or free."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.feasibility import Certificate, Vector, Witness, dot, is_met
from lstmhw.functions import Floats
from lstmhw.threshold.hidden import Bits, Network, Search, Told, stepped
from lstmhw.threshold.question import Place, Question, alone, joined


class Start(NamedTuple):
    """The state before each sequence, None where either will do, and what is said of them.

    `is_chosen` says that there are others.
    """

    states: tuple[int | None, ...]
    text: str
    is_chosen: bool

    @property
    def key(self) -> str:
        """The states as a key of the JSON: 0, or 0 - 1 of three sequences."""
        return " ".join("-" if state is None else str(state) for state in self.states)


class Case(NamedTuple):
    """The question from one start, and its answer."""

    question: Question
    answer: Witness | Certificate


class Failure(NamedTuple):
    """The first time step at which a state is wrong; z and the state there."""

    place: Place
    z: Fraction
    state: int


Failures = Mapping[Start, Failure | None]
"""Where claimed weights fail first in a sequence, by its start; None where they do not."""


class Found(NamedTuple):
    """What a search with some extra units came to.

    `network` is one that does it; None where there is none, or, unless `is_known`, where that is
    not known.  `tried` counts partial trajectories, `initials` are the states before the sequences.
    """

    network: Network | None
    initials: tuple[int, ...]
    tried: int
    is_known: bool = True


class Moment(NamedTuple):
    """A time step of a network: z of the output unit, and the states that all units go to."""

    z: Fraction
    states: Bits


class Run(NamedTuple):
    """A sequence: inputs (T, d), the exact input t, outputs (T,), the states it may begin from.

    `sequence` says which of several it is.
    """

    inputs: Floats
    exact: Callable[[int], Vector]
    outputs: NDArray[np.bool_]
    initials: tuple[int, ...]
    sequence: int | tuple[str, ...] | None = None

    def question(self, initial: int, strict: bool) -> Question:
        """The demands, where the state before the first step is `initial`."""
        before = np.concatenate([[initial == 1], self.outputs[:-1]])
        place = alone if self.sequence is None else partial(_place, self.sequence)
        return Question(self.inputs, self.exact, before, self.outputs, strict, place)

    def told(self, initial: int) -> Told:
        inputs = [self.exact(t) for t in range(len(self.outputs))]
        return Told(inputs, [int(output) for output in self.outputs], initial)


def _place(sequence: int | tuple[str, ...], t: int) -> Place:
    return Place(t + 1, sequence)


def unit_failure(weights: Vector, question: Question) -> Failure | None:
    """Where one unit fails first; None where it does not."""
    t = question.first_failure(weights)
    if t is None:
        return None
    state = 1 - int(question.outputs[t])
    return Failure(question.place(t), question.z(weights, t), state)


def network_failure(network: Sequence[Vector], question: Question) -> Failure | None:
    """Where the output unit of a network, its first, fails first in a sequence."""
    for t, moment in enumerate(moments(network, question)):
        if moment.states[0] != question.outputs[t]:
            return Failure(question.place(t), moment.z, moment.states[0])
    return None


def moments(network: Sequence[Vector], question: Question) -> Iterator[Moment]:
    """The run of a network; the units other than the output unit start from 0."""
    states: Bits = (int(question.before[0]), *(0 for _ in network[1:]))
    for t in range(len(question)):
        x = question.exact(t)
        z = dot(network[0], (*x, *map(Fraction, states), Fraction(1)))
        states = stepped(network, x, states, question.strict)
        yield Moment(z, states)


class Sequences:
    """What is asked where sequences are given: one alone, or several."""

    def __init__(self, runs: Sequence[Run], strict: bool) -> None:
        self.runs = runs
        self.strict = strict

    @property
    def is_single(self) -> bool:
        return self.runs[0].sequence is None

    @cached_property
    def cases(self) -> Mapping[Start, Case]:
        """Questions whose answers decide: one with weights is the last, else there are none.

        Of one sequence alone there is one for each state that it may begin from.
        """
        if self.is_single:
            (run,) = self.runs
            starts = [self.start((initial,)) for initial in run.initials]
            return {start: self._case(start.states) for start in starts}
        fixed = [run.initials[0] if len(run.initials) == 1 else None for run in self.runs]
        found = {}
        for start, case in self._decided(tuple(fixed)):
            found[start] = case
            if isinstance(case.answer, Witness):
                return {start: case}
        return found

    def start(self, states: tuple[int | None, ...]) -> Start:
        """The start with these states before the sequences."""
        is_chosen = any(len(run.initials) > 1 for run in self.runs)
        if self.is_single:
            return Start(states, f"s_0 = {states[0]}", is_chosen)
        said = [
            f"s_0 = {state} in sequence {run.sequence}"
            for run, state in zip(self.runs, states, strict=True)
            if len(run.initials) > 1 and state is not None
        ]
        free = "any s_0" if is_chosen else ""
        return Start(states, " and ".join(said) or free, is_chosen)

    def _decided(self, states: tuple[int | None, ...]) -> Iterator[tuple[Start, Case]]:
        """Cases that leave open only starts that do not matter.

        The first step of a sequence whose start is open demands nothing yet.  Where the other
        demands contradict, no start helps; where weights meet them and the first steps too from
        some state each, these are the starts; else an open one is decided.
        """
        case = self._case(states)
        if isinstance(case.answer, Certificate):
            yield self.start(states), case
            return
        fitting = [self._fitting(k, state, case.answer) for k, state in enumerate(states)]
        if None not in fitting:
            whole = tuple(fitting)
            yield self.start(whole), Case(self._case_question(whole), case.answer)
            return
        number = fitting.index(None)
        for initial in self.runs[number].initials:
            yield from self._decided((*states[:number], initial, *states[number + 1 :]))

    def _fitting(self, number: int, state: int | None, answer: Witness) -> int | None:
        """The first state from which weights do the first step of a sequence."""
        if state is not None:
            return state
        run = self.runs[number]
        firsts = {initial: run.question(initial, self.strict) for initial in run.initials}
        met = (
            initial
            for initial, question in firsts.items()
            if is_met(question[0], question.signed(answer.weights))
        )
        return next(met, None)

    def _case(self, states: tuple[int | None, ...]) -> Case:
        question = self._case_question(states)
        return Case(question, question.answer())

    def _case_question(self, states: tuple[int | None, ...]) -> Question:
        pairs = zip(self.runs, states, strict=True)
        return joined([self._of(run, state) for run, state in pairs])

    def _of(self, run: Run, state: int | None) -> Question:
        """The demands of a sequence; without those of its first step where its start is open."""
        if state is not None:
            return run.question(state, self.strict)
        rest = run.question(run.initials[0], self.strict)
        return rest.only(np.arange(1, len(rest)))

    def unit_failures(self, weights: Vector) -> list[Failures]:
        """Where one unit fails, for each sequence."""
        return self._failures(partial(unit_failure, weights))

    def network_failures(self, network: Sequence[Vector]) -> list[Failures]:
        """Where the output unit of a network, its first, fails, for each sequence."""
        return self._failures(partial(network_failure, network))

    def _failures(self, fails: Callable[[Question], Failure | None]) -> list[Failures]:
        return [
            {
                start: fails(run.question(initial, self.strict))
                for initial in run.initials
                for start in [Start((initial,), f"s_0 = {initial}", len(run.initials) > 1)]
            }
            for run in self.runs
        ]

    def shown(self, failures: Sequence[Failures]) -> Iterator[Question]:
        """What claimed weights are run on: each sequence, from a start with which they do it."""
        for run, by_start in zip(self.runs, failures, strict=True):
            does = [start for start, failure in by_start.items() if failure is None]
            initial = does[0].states[0] if does else run.initials[0]
            yield run.question(initial or 0, self.strict)

    def searched(self, extra: int, report: Callable[[int], None]) -> Iterator[Found]:
        """The search for a network with so many extra units, from each start in turn."""
        for initials in product(*(run.initials for run in self.runs)):
            search = Search(self.told(initials), extra, self.strict, report)
            yield Found(search.network(), initials, search.tried)

    def told(self, initials: Sequence[int]) -> list[Told]:
        """The sequences, each from a state."""
        return [run.told(initial) for run, initial in zip(self.runs, initials, strict=True)]

    def otherwise(self) -> tuple[Start, Question] | None:
        """The question from the other state, where one sequence is given with its state."""
        if not self.is_single or len(self.runs[0].initials) > 1:
            return None
        other = 1 - self.runs[0].initials[0]
        return self.start((other,)), self.runs[0].question(other, self.strict)
