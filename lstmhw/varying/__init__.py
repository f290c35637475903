"""A problem with other numbers, as hard as it was: for each seed one, the same on every machine."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from random import Random
from typing import Any, NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path, ProblemError, printable
from lstmhw.functions import Floats
from lstmhw.marking.scoring import asked
from lstmhw.problem import Marking, Varied
from lstmhw.reading import Document, InputError, from_text
from lstmhw.reading.decode import GivenArray, given_arrays
from lstmhw.reading.nodes import Fields, Mark
from lstmhw.reading.written import written
from lstmhw.redrawing import other_numbers
from lstmhw.solution import Solution
from lstmhw.varying.asking import asking_for
from lstmhw.varying.difficulty import outcome, saturated, telling, ties
from lstmhw.varying.tree import at, data_of, put, varied, with_leaves

MOST_DRAWN = 8  # times, all of the numbers
MOST_MENDED = 100  # of a draw, one array
MOST_NUMBERS = 200  # that are asked, among which none is a tie
FEW = 20
NO_NUMBERS = "expected numbers of which there could be others, found none"
NO_NUMBERS_HINT = "weights that are an answer to the question are kept, and so are zeros and limits"
NOT_AS_HARD = "expected other numbers that are as hard to answer and to mark, found none"
NOT_AS_HARD_HINT = (
    "no gate may be saturated that is not so here, no answer half way between two last digits, "
    "and mistakes that show here have to show; more `digits` help"
)


class Difficulty(NamedTuple):
    """The symbols that are saturated, the mistakes that show, and how the question ends."""

    saturated: frozenset[str]
    telling: Sequence[tuple[str, str]]
    outcome: Mapping[str, Any]


class Lack(NamedTuple):
    """How much is lacking: bits of what saturates, ties, and mistakes that do not show."""

    lost: float
    hidden: float


NOTHING, WORST = Lack(0, 0), Lack(math.inf, math.inf)


class Changes(NamedTuple):
    """What stands in the place of arrays, by where they begin, and of what is at key paths."""

    arrays: Mapping[Mark, Any]
    besides: Mapping[Path, Any]


class Varying:
    """A problem whose variants are asked for.  Raises ProblemError where it cannot be solved."""

    def __init__(self, document: Document) -> None:
        assert isinstance(document.root, Fields)
        self.root = document.root
        self.problem = document.problem
        self.name = os.path.basename(document.name).removesuffix(".yaml")
        self.marking = self.problem.marking or Marking()
        self.solution = self.problem.solve()
        self.symbols = tuple(asked(self.problem, self.solution)[0].points)
        self._plain: dict[str, Any] = data_of(self.root, {})
        self._arrays = given_arrays(self.root)
        self._asked = self._asked_by_claims()

    def variant(self, seed: int) -> str:
        """The text of the variant of a seed.

        Raises ProblemError where nothing can be varied, or no other numbers are as hard.
        """
        random = Random(f"vary {seed}")
        found = next(self._as_hard(random), None)
        if found is not None:
            return self._text(found, seed)
        fault = Fault((), NOT_AS_HARD, NOT_AS_HARD_HINT)
        if all(self._data(self._drawn(random)) == self._plain for _ in range(FEW)):
            fault = Fault((), NO_NUMBERS, NO_NUMBERS_HINT)
        raise ProblemError([fault])

    def _as_hard(self, random: Random) -> Iterator[dict[str, Any]]:
        """Data that are as hard as the problem's own.

        What is drawn is mended: another draw of one part is kept where no more is lacking.
        """
        for _ in range(MOST_DRAWN):
            drawn = self._drawn(random)
            lack = self._lack(self._data(drawn))
            for _ in range(MOST_MENDED):
                if lack == NOTHING:
                    yield self._data(drawn)
                k = random.randrange(len(drawn)) if drawn else 0
                other = [*drawn[:k], *(part(random) for part in self._parts[k : k + 1])]
                other += drawn[k + 1 :]
                less = self._lack(self._data(other))
                if less <= lack:
                    drawn, lack = other, less

    def _drawn(self, random: Random) -> list[Changes]:
        return [part(random) for part in self._parts]

    @cached_property
    def _parts(self) -> list[Callable[[Random], Changes]]:
        """What draws each part of the problem by itself."""
        problem = self.problem
        arrays = [(array, problem.varied(array.path, array.shape)) for array in self._arrays]
        return [
            *(partial(_array_changed, array, how) for array, how in arrays if how != "kept"),
            *(partial(self._numbers_changed, path) for path in problem.numbers_besides),
            lambda random: Changes({}, problem.other_data(random)),
        ]

    def _numbers_changed(self, path: Path, random: Random) -> Changes:
        numbers = with_leaves(at(self._plain, path), lambda texts: other_numbers(texts, random))
        return Changes({}, {path: numbers})

    def _data(self, drawn: Iterable[Changes]) -> dict[str, Any]:
        """The data of the file with what is drawn, its claims as they are."""
        arrays = {mark: value for changes in drawn for mark, value in changes.arrays.items()}
        data: dict[str, Any] = data_of(self.root, arrays)
        for changes in drawn:
            for path, value in changes.besides.items():
                put(data, path, value)
        return data

    def _text(self, data: Mapping[str, Any], seed: int) -> str:
        """The file: without claims, which were about the old numbers."""
        kept = {key: value for key, value in data.items() if key != "claimed"}
        if "source" in kept:
            kept["source"] = f"{kept['source']}; with other numbers"
        heading = f"# A variant of {printable(self.name)}, seed {seed} (lstmhw vary).\n"
        return heading + written({**kept, **self._asked})

    def _asked_by_claims(self) -> Mapping[str, Any]:
        """The key that asks for what the claims are about, where no other key says what is."""
        is_told = self.problem.wanted or isinstance(self.marking.points, Mapping)
        return {} if is_told else asking_for(self.problem, self.problem.claimed)

    def _lack(self, data: dict[str, Any]) -> Lack:
        """What lacks in a variant for it to be as hard to answer and to mark."""
        if data == self._plain:
            return WORST
        try:
            solution = from_text("variant", self._text(data, 0)).problem.solve()
        except (InputError, ProblemError):
            return WORST
        wanted = self._difficulty
        if outcome(solution) != wanted.outcome:
            return WORST
        near = {s: bits for s, bits in saturated(solution).items() if s not in wanted.saturated}
        lost = sum(near.values()) + self._ties(solution)
        if lost:
            return Lack(lost, math.inf)
        shown = telling(solution, self.symbols, self._room)
        return Lack(0, sum(not shown.get(key, True) for key in wanted.telling))

    @cached_property
    def _difficulty(self) -> Difficulty:
        solution = self.solution
        shown = telling(solution, self.symbols, self._room)
        keys = [key for key, shows in shown.items() if shows]
        return Difficulty(frozenset(saturated(solution)), keys, outcome(solution))

    @property
    def _decimals(self) -> int:
        return self.marking.decimals or self.problem.digits

    def _room(self, true: Floats) -> Floats:
        """How far from the truth a wrong answer has to be, so that its digits show it."""
        tolerance = np.array([self.marking.room(number) for number in true.tolist()])
        room: Floats = np.maximum(tolerance, 10.0**-self._decimals)
        return room

    def _ties(self, solution: Solution) -> int:
        """How many answers are half way between two last digits; of very many some always are."""
        answers = solution.answers
        values = [answers[symbol] for symbol in self.symbols if symbol in answers]
        if sum(map(np.size, values)) > MOST_NUMBERS:
            return 0
        return sum(ties(value, self._decimals) for value in values)


def _array_changed(array: GivenArray, how: Varied, random: Random) -> Changes:
    others = varied(data_of(array.node, {}), how, array.shape, random)
    return Changes({array.mark: others}, {})
