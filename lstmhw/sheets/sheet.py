"""A sheet read: its lines, the questions among them, and the statements of the one to draft."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from lstmhw.sheets.conventions import Equation
from lstmhw.sheets.plain import plain
from lstmhw.sheets.questions import Parts, Question, items, parts
from lstmhw.sheets.statements import statements
from lstmhw.sheets.stretch import Stretch
from lstmhw.sheets.symbols import Symbol, taken_apart
from lstmhw.sheets.tree import Loose
from lstmhw.sheets.values import Numbers, Value

_CLAIMS = re.compile(
    r"\b(?:claim(?:s|ed)?|(?:students?|they) (?:gets?|got|finds?|found|obtain(?:s|ed)?|wrote"
    r"|writes?|says?|answer(?:s|ed)?)|(?:student'?s?'?|our|final) answers?\s*[:*])",
    re.IGNORECASE,
)


class Sheet:
    """A question of a sheet in plain text: its statements, and where each stands."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.parts = self._parts()
        self.question = self._drafted()

    @classmethod
    def of(cls, text: str) -> "Sheet":
        return cls(plain(text).split("\n"))

    def _parts(self) -> Parts:
        found = parts(self.lines)
        if len(found.questions) > 1 or found.questions[0].title:
            return found
        listed = items(self.lines, found.answers)
        of_items = [self._values(one, found.answers) for one in listed]
        if not _collide(of_items):
            return found
        return Parts(listed[0].first - 1, listed, found.answers)

    def _values(self, one: Question, answers: frozenset[int]) -> Mapping[str, Sequence[Numbers]]:
        lines = range(one.first, one.end)
        given = [self.lines[k - 1] if k not in answers else "" for k in lines]
        return {
            name: statement.value.readings
            for statement in statements("\n".join(given))
            if statement.value is not None
            for name in statement.names
        }

    def _drafted(self) -> Question:
        """The first question that has data: an array, or two values."""
        for one in self.parts.questions:
            found = self._values(one, self.parts.answers)
            if len(found) > 1 or any(r and not isinstance(r[0], str) for r in found.values()):
                return one
        return self.parts.questions[0]

    @property
    def others(self) -> Iterator[Question]:
        """The other questions that have data."""
        for one in self.parts.questions:
            if one != self.question and self._values(one, self.parts.answers):
                yield one

    @cached_property
    def own(self) -> frozenset[int]:
        """The numbers of the lines of the question, and of what stands before all questions."""
        lines = range(self.question.first, self.question.end)
        return frozenset([*range(1, self.parts.preamble + 1), *lines])

    def _kept(self, numbers: Collection[int]) -> Stretch:
        """The lines of the question that have one of the numbers."""
        kept = self.own & frozenset(numbers)
        return Stretch([line if k in kept else "" for k, line in enumerate(self.lines, 1)])

    @cached_property
    def _answer_lines(self) -> frozenset[int]:
        claims = [k for k, line in enumerate(self.lines, 1) if _CLAIMS.search(line)]
        return self.parts.answers | frozenset(claims)

    @cached_property
    def task(self) -> Stretch:
        """What is given and asked."""
        return self._kept({*range(1, len(self.lines) + 1)} - self._answer_lines)

    @cached_property
    def answer(self) -> Stretch:
        """What is answered."""
        return self._kept(self._answer_lines)

    @property
    def numbered(self) -> list[tuple[int, str]]:
        """The lines of the question, its answer included, with their numbers."""
        return [(k, line) for k, line in enumerate(self.lines, 1) if k in self.own]

    def first_words(self, pattern: str) -> int | None:
        """The first line of the question with a pattern."""
        compiled = re.compile(pattern, re.IGNORECASE)
        return next((k for k, line in self.numbered if compiled.search(line)), None)

    @cached_property
    def symbols(self) -> list[Symbol]:
        """The symbols of the sheet that have a value or an equation, and of its formulas."""
        every = [*self.task.statements, *self.answer.statements]
        names = [name for statement in every for name in statement.names]
        found = [taken_apart(name) for name in names]
        return [symbol for symbol in found if symbol is not None]

    @property
    def equations(self) -> list[Equation]:
        """The equations, those of the question before those of the answer."""
        return [*self.task.equations, *self.answer.equations]

    def unread(self) -> Iterator[Loose]:
        """The lines with numbers that no statement has."""
        yield from self.task.unread()
        yield from self.answer.unread()


def _collide(of_items: Sequence[Mapping[str, Sequence[Numbers]]]) -> bool:
    """Whether two items give one name different values."""
    seen: dict[str, Sequence[Numbers]] = {}
    for values in of_items:
        for name, readings in values.items():
            if seen.setdefault(name, readings) != readings:
                return True
    return False


def shown_value(value: Value) -> str:
    """A value as it stands in the sheet, on one line."""
    return re.sub(r"\s+", " ", value.text).strip()
