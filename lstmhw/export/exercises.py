"""An exercise as course systems have it: a question, a field for each number, and known mistakes.

A field is right where an answer is so near to the truth as working with the digits that are asked
for may take it, or as near as `marking` says, whichever is more.  What follows from an earlier
mistake is wrong here: no course system computes it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import Floats
from lstmhw.handouts import KEPT
from lstmhw.marking.known_numbers import KnownNumbers, Mistaken
from lstmhw.marking.scoring import asked
from lstmhw.marking.spread import Rounding
from lstmhw.problem import Marking, Problem
from lstmhw.solution import NO_VALUE, Block, Section, Solution, Working

DECIDED_ELSEWHERE = "`--to gradescope` marks it"
MOST_FIELDS = 200
MOST_WRONG = 24  # wrong answers of a field that are told of
MOST_WAYS = 2  # to the same wrong number that are told
FEWEST_DECIMALS = 2  # that are asked for where the problem does not say how many
MOST_FIGURES = 15
MORE = 3  # digits of a number in the file than are asked for
SAME = 1e-9  # relative, of two numbers that are one
VAGUE = "another-symbol"  # says nothing beside another name
ROOM = 1.001  # times the tolerances that two answers keep apart, for systems that widen them


class Way(NamedTuple):
    """A mistake with the number that it gives, and what is told of it."""

    value: float
    name: str
    told: str


class WrongAnswer(NamedTuple):
    """A number that one or two known mistakes give, and what is told of it."""

    value: float
    tolerance: float
    told: str


class Field(NamedTuple):
    """One number that is asked for.

    `right` are the numbers that are right, several where books count differently.  No answer is
    within the tolerance of two of them, the wrong ones included, but for a right one, which counts.
    """

    label: str
    right: tuple[float, ...]
    tolerance: float
    points: Fraction
    wrong: tuple[WrongAnswer, ...] = ()


class Choice(NamedTuple):
    """A word that is asked for, one of a few."""

    label: str
    words: tuple[str, ...]
    right: str
    points: Fraction


class Exercise(NamedTuple):
    """A question as a page without answers, what to know of how to give them, and its fields."""

    title: str
    page: Solution
    note: str
    fields: tuple[Field | Choice, ...]

    @property
    def weights(self) -> tuple[int, ...]:
        """The points of the fields, times the least number that makes all of them whole."""
        whole = math.lcm(*(field.points.denominator for field in self.fields))
        return tuple(int(field.points * whole) for field in self.fields)


def spelled(number: float) -> str:
    """A number of a field as course systems read it."""
    return repr(number).removesuffix(".0")


def exercise(problem: Problem) -> Exercise:
    """The exercise of a problem.  Raises ProblemError where its answers are no numbers."""
    problem_alone = replace(problem, claimed={})
    solution = problem_alone.solve()
    wanted, faults = asked(problem, solution)
    if faults:
        raise ProblemError(faults)
    worth = {symbol: Fraction(str(p)) for symbol, p in wanted.points.items() if p > 0}
    count = sum(solution.answers[s].size if s in solution.answers else 1 for s in worth)
    if not 0 < count <= MOST_FIELDS:
        raise ProblemError([_count_fault(count)])
    digits = Digits(problem)
    writer = _Fields(solution, digits, problem.marking or Marking())
    fields = [field for symbol, points in worth.items() for field in writer.of(symbol, points)]
    title = " ".join(problem.title.split()) or problem.kind
    note = " ".join(_notes(solution, digits, fields))
    return Exercise(title, question(solution), note, tuple(fields))


def _notes(solution: Solution, digits: "Digits", fields: Sequence[Field | Choice]) -> Iterator[str]:
    numbers = [field for field in fields if isinstance(field, Field)]
    if any(field.label.partition("[")[0] in solution.answers for field in numbers):
        yield digits.told
    if any(len(field.right) > 1 for field in numbers):
        yield "The number by any of the conventions is right."


def question(solution: Solution) -> Solution:
    """The page of a question: what is asked and given, the conventions, the equations."""
    kept = [section for section in solution.sections if section.title.startswith(KEPT)]
    lines = [section for section in map(_equations, solution.sections) if section.body]
    return Solution(
        kind=solution.kind,
        title=solution.title,
        source=solution.source,
        digits=solution.digits,
        sections=(*kept, *(line for line in lines if not line.title.startswith(KEPT))),
        asked=solution.asked,
    )


def _equations(section: Section) -> Section:
    """The lines of a section without their numbers."""
    body: list[Block] = [
        Working(tuple(step._replace(value=NO_VALUE) for step in block.steps))
        for block in section.body
        if isinstance(block, Working)
    ]
    return Section(section.title, tuple(body))


class Digits:
    """How many digits answers need, by `marking`, else by `digits` of the problem."""

    def __init__(self, problem: Problem) -> None:
        marking = problem.marking or Marking()
        self.significant = marking.significant
        self.decimals = marking.decimals or max(problem.digits, FEWEST_DECIMALS)

    @property
    def rounding(self) -> Rounding:
        """Working with so many digits."""
        if self.significant is None:
            return Rounding(self.decimals)
        return Rounding(MOST_FIGURES * 2, self.significant)

    def shown(self, value: float) -> float:
        """A number in a few more digits than are asked for, which a student may be shown."""
        figures = 1 + MORE if self.significant is None else self.significant + MORE
        rounded = float(f"{value:.{figures}g}")
        if self.significant is not None:
            return rounded
        of_decimals = round(value, self.decimals + MORE)
        return min(rounded, of_decimals, key=lambda number: abs(number - value))

    @property
    def told(self) -> str:
        """What is asked for, in words."""
        if self.significant is None:
            return f"Give each number with at least {self.decimals} decimals."
        return f"Give each number with at least {self.significant} significant digits."


class _Fields:
    """The fields of the symbols of a solution."""

    def __init__(self, solution: Solution, digits: Digits, marking: Marking) -> None:
        self.solution = solution
        self.digits = digits
        self.marking = marking
        self.known = KnownNumbers(solution)

    def of(self, symbol: str, points: Fraction) -> Iterator[Field | Choice]:
        """A field for each number of a symbol, or one for its word; they share its points."""
        if symbol in self.solution.words:
            words = self.solution.words[symbol]
            yield Choice(symbol, tuple(words.spellings), words.answer, points)
        elif symbol in self.solution.data:
            yield self._count(symbol, points)
        elif symbol in self.solution.answers and self.known.is_on_the_page(symbol):
            yield from self._numbers(symbol, points)
        else:
            message = f"expected numbers or words, which a course system compares, found {symbol}"
            raise ProblemError([Fault(("kind",), message, DECIDED_ELSEWHERE)])

    def _numbers(self, symbol: str, points: Fraction) -> Iterator[Field]:
        true = self.solution.answers[symbol]
        if not np.all(np.isfinite(true)):
            message = f"expected finite numbers to be asked for, found {symbol} with an infinite"
            raise ProblemError([Fault((), message, "leave it out of `find`")])
        room, mistakes = self._exactly(true), list[Mistaken]()
        if self.known.has_lines(symbol):
            room = self.known.room(symbol, self.digits.rounding)
            mistakes = self.known.mistaken(symbol)
        for index in np.ndindex(true.shape):
            shown = self.digits.shown(float(true[index]))
            by_rounding = at_least(float(room[index]) + abs(shown - float(true[index])))
            tolerance = max(by_rounding, at_least(self.marking.room(float(true[index]))))
            ways = [Way(self.digits.shown(float(m.value[index])), m.name, m.told) for m in mistakes]
            yield Field(
                symbol + "".join(f"[{k + 1}]" for k in index if true.size > 1),
                (shown,),
                tolerance,
                points / true.size,
                tuple(apart(shown, tolerance, ways, by_rounding)),
            )

    def _exactly(self, true: Floats) -> Floats:
        """The room of what is copied from the sheet."""
        return np.broadcast_to(self.digits.rounding.unit(true), true.shape)

    def _count(self, symbol: str, points: Fraction) -> Field:
        """A number of parameters: that of each convention, where the problem does not say which."""
        by_convention = self.solution.data[symbol]
        meanings, fixed = (self.solution.extras[key] for key in ("conventions", "convention"))
        allowed = list(by_convention) if fixed is None else [fixed]
        right = tuple(dict.fromkeys(float(by_convention[name]) for name in allowed))
        tolerance = max(self.marking.room(value) for value in right)
        others = [name for name in by_convention if name not in allowed]
        ways = [Way(float(by_convention[n]), n, f"This is {n}: {meanings[n]}.") for n in others]
        if len(right) > 1:
            return Field(symbol, right, tolerance, points)
        wrong = apart(right[0], tolerance, ways, 0.0)
        return Field(symbol, right, tolerance, points, tuple(wrong))


def apart(true: float, tolerance: float, ways: Sequence[Way], room: float) -> Iterator[WrongAnswer]:
    """The wrong numbers that are told of, the likeliest first: clear of the truth and each other.

    Where two mistakes of different names give the same number, both are told; the third is not.
    """
    kept: list[tuple[float, list[Way]]] = []
    for way in ways:
        value = way.value
        same = next((there for other, there in kept if _is_same(value, other)), None)
        if same is not None:
            if len(same) < MOST_WAYS and way.name not in {VAGUE, *(other.name for other in same)}:
                same.append(way)
            continue
        is_clear = abs(value - true) > ROOM * (tolerance + room) + SAME * abs(value)
        others = (abs(value - other) > ROOM * 2 * room + SAME * abs(value) for other, _ in kept)
        if is_clear and len(kept) < MOST_WRONG and all(others):
            kept.append((value, [way]))
    for value, there in kept:
        yield WrongAnswer(value, room, " Or: ".join(way.told for way in there))


def at_least(tolerance: float) -> float:
    """A tolerance in three digits, rounded up."""
    if tolerance == 0 or not math.isfinite(tolerance):
        return tolerance
    exact = Decimal(repr(tolerance))
    unit = Decimal(1).scaleb(exact.adjusted() - 2)
    return float(exact.quantize(unit, rounding=ROUND_UP))


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(abs(one), abs(other))


def _count_fault(count: int) -> Fault:
    if count:
        message = f"expected at most {MOST_FIELDS} numbers to be asked for, found {count}"
        return Fault((), message, "`find`, or `points` of `marking`, says which are asked for")
    message = "expected numbers or words, which a course system compares, found none with points"
    return Fault(("kind",), message, DECIDED_ELSEWHERE)
