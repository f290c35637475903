"""The lines of a question or of its answer: what they state, and what in them was not read."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from lstmhw.sheets.conventions import Equation, at_t
from lstmhw.sheets.statements import Statement, statements
from lstmhw.sheets.tree import Loose
from lstmhw.sheets.wording import UNITS

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


class Stretch:
    """Lines of a sheet, each at its number there; the lines between them are empty."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.text = "\n".join(lines)

    @cached_property
    def statements(self) -> list[Statement]:
        return statements(self.text)

    @cached_property
    def equations(self) -> list[Equation]:
        """The equations without numbers, those of a first step as those of step t."""
        found = (
            Equation(statement.names[-1], statement.formula, self.line(statement.start))
            for statement in self.statements
            if statement.formula and statement.names
        )
        return [*map(at_t, found)]

    def line(self, at: int) -> int:
        """The number of the line of a place."""
        return bisect_right(self._starts, at)

    @cached_property
    def _starts(self) -> list[int]:
        return [*accumulate((len(line) + 1 for line in self.lines), initial=0)]

    def before(self, at: int) -> str:
        """What stands on the line of a place before it."""
        return self.text[self._starts[self.line(at) - 1] : at]

    def is_supposed(self, at: int) -> bool:
        """Whether a place is in a question such as `what if b = 1?`."""
        return any(match.start() < at < match.end() for match in self._suppositions)

    @property
    def supposed(self) -> set[int]:
        """The lines of such questions."""
        ends = [(self.line(m.start()), self.line(m.end())) for m in self._suppositions]
        return {line for first, last in ends for line in range(first, last + 1)}

    @cached_property
    def _suppositions(self) -> list[re.Match[str]]:
        return list(_SUPPOSED.finditer(self.text))

    def unread(self) -> Iterator[Loose]:
        """The lines with numbers that no statement has."""
        characters = list(self.text)
        for statement in self.statements:
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
