"""A sheet read: its lines, the questions among them, and the statements of the one to draft."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from lstmhw.sheets.conventions import Equation, at_t
from lstmhw.sheets.plain import plain
from lstmhw.sheets.questions import Parts, Question, items, parts
from lstmhw.sheets.statements import Statement, statements
from lstmhw.sheets.symbols import Symbol, taken_apart
from lstmhw.sheets.tree import Loose
from lstmhw.sheets.values import Numbers, Value
from lstmhw.sheets.wording import UNITS

_CLAIMS = re.compile(
    r"\b(?:claim(?:s|ed)?|(?:students?|they) (?:gets?|got|finds?|found|obtain(?:s|ed)?|wrote"
    r"|writes?|says?|answer(?:s|ed)?)|(?:student'?s?'?|our|final) answers?\s*[:*])",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"\W*(?:page\s*)?\d+\s*(?:(?:/|of)\s*\d+)?\W*$|\W*page\b.{0,20}$|.*\b(?:points?|marks|pts)\b"
    r"|.*\b(?:homework|sheet|exercise|aufgabe|question|problem|assignment|lecture|course|chapter|figure"
    r"|exam|due|semester|version|step|part|task)\s*[#.]?\s*\d",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.{_^<(\\])[-+]?(?:\d+\.?\d*|\.\d+)(?![\w>}])|(?<=[=\s]\()[-+]?\d*\.?\d+(?=\s*[,;)])"
)
_MOST_NEAR = 3  # numbers of a line that are shown with the words before them
_LONG = 70  # characters of a line of which a part is shown
_SUPPOSED = re.compile(
    r"\b(?:what (?:if|would|happens|changes)|how (?:would|does|do)|repeat|redo"
    r"|suppose instead)\b[^.?!]*",
    re.IGNORECASE,
)
"""How a question begins that changes the data; up to the end of the sentence."""


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

    def _kept(self, is_answer: bool) -> str:
        """The text of the question or of its answer, each line where it is in the sheet."""
        numbered = enumerate(self.lines, 1)
        return "\n".join(
            line if k in self.own and (k in self._answer_lines) == is_answer else ""
            for k, line in numbered
        )

    @cached_property
    def _answer_lines(self) -> frozenset[int]:
        claims = [k for k, line in enumerate(self.lines, 1) if _CLAIMS.search(line)]
        return self.parts.answers | frozenset(claims)

    @cached_property
    def text(self) -> str:
        """What is asked and given."""
        return self._kept(is_answer=False)

    @cached_property
    def answer(self) -> str:
        """What is answered."""
        return self._kept(is_answer=True)

    @cached_property
    def given(self) -> list[Statement]:
        return statements(self.text)

    @cached_property
    def answered(self) -> list[Statement]:
        return statements(self.answer)

    @property
    def numbered(self) -> list[tuple[int, str]]:
        """The lines of the question, its answer included, with their numbers."""
        return [(k, line) for k, line in enumerate(self.lines, 1) if k in self.own]

    def first_words(self, pattern: str) -> int | None:
        """The first line of the question with a pattern."""
        compiled = re.compile(pattern, re.IGNORECASE)
        return next((k for k, line in self.numbered if compiled.search(line)), None)

    def line(self, at: int, is_answer: bool = False) -> int:
        """The number of the line of a place in the text or in the answer."""
        return bisect_right(self._starts[is_answer], at)

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """Where the lines of the text begin, and those of the answer."""
        texts = (self.text.split("\n"), self.answer.split("\n"))
        question, answer = ([*accumulate((len(one) + 1 for one in t), initial=0)] for t in texts)
        return question, answer

    @cached_property
    def asked(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")

    def before(self, at: int) -> str:
        """What stands on the line of a place of the text before it."""
        return self.text[self._starts[0][self.line(at) - 1] : at]

    def is_supposed(self, at: int) -> bool:
        """Whether a place of the text is in a question such as `what if b = 1?`."""
        return any(match.start() < at < match.end() for match in self._suppositions)

    @property
    def supposed(self) -> set[int]:
        """The lines of such questions."""
        ends = [(self.line(m.start()), self.line(m.end())) for m in self._suppositions]
        return {line for first, last in ends for line in range(first, last + 1)}

    @cached_property
    def _suppositions(self) -> list[re.Match[str]]:
        return list(_SUPPOSED.finditer(self.text))

    @cached_property
    def symbols(self) -> list[Symbol]:
        """The symbols of the sheet that have a value or an equation, and of its formulas."""
        every = [*self.given, *self.answered]
        names = [name for statement in every for name in statement.names]
        found = [taken_apart(name) for name in names]
        return [symbol for symbol in found if symbol is not None]

    @cached_property
    def stated(self) -> list[Equation]:
        """The equations of the question."""
        return self._equations(self.given, is_answer=False)

    @cached_property
    def equations(self) -> list[Equation]:
        """The equations, those of the question before those of the answer."""
        return [*self.stated, *self._equations(self.answered, is_answer=True)]

    def _equations(self, several: Sequence[Statement], is_answer: bool) -> list[Equation]:
        found = (
            Equation(statement.names[-1], statement.formula, self.line(statement.start, is_answer))
            for statement in several
            if statement.formula and statement.names
        )
        return [*map(at_t, found)]

    def unread(self) -> Iterator[Loose]:
        """The lines with numbers that no statement has."""
        yield from self._unread(self.text, self.given, False)
        yield from self._unread(self.answer, self.answered, True)

    def _unread(self, text: str, read: Sequence[Statement], is_answer: bool) -> Iterator[Loose]:
        characters = list(text)
        for statement in read:
            for at in range(statement.start, statement.end):
                if characters[at] != "\n":
                    characters[at] = " "
        for number, rest in enumerate("".join(characters).split("\n"), 1):
            line = self.lines[number - 1]
            rest = UNITS.sub(" ", re.sub(r"^\s*\d{1,2}[.)]\s", " ", rest))
            found = list(_NUMBER.finditer(rest))
            if found and not _FURNITURE.match(line):
                near = " and ".join(_near(rest, match) for match in found[:_MOST_NEAR])
                yield Loose(number, line, near if len(line) > _LONG else "")


def _near(line: str, match: re.Match[str]) -> str:
    """A number that was not read and the words before it."""
    return f'"{" ".join(line[max(0, match.start() - 30) : match.end()].split())}"'


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
