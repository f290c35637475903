"""The questions of a sheet, and which lines of each are its answer."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_QUESTION = re.compile(
    r"\W*(?:\\(?:sub)*section\*?\s*\{)?\W*(?P<heading>(?:question|problem|exercise|task|aufgabe|q)"
    r"\s*[.#]?\s*(\d+(?:\.\d+)?))(?=\s*(?:[.:)\]}(*–—-]|$|[A-Z]))",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s{0,3}(\d{1,2})[.)]\s+(?=\S*[A-Za-z])")
_ANSWER = re.compile(
    r"\W*(?:\\(?:begin|(?:sub)*section\*?|(?:sub)?paragraph)\s*\{)?\W*"
    r"(?:(?:the|model|worked|sample|my|our|your|student|suggested|reference|proposed)\s+)?"
    r"(?:solution|answer|lösung)s?\b(?!\s+(?:the|each|all|these|with|in|on|both|should|must|may|will|need|are|without|by)\b)",
    re.IGNORECASE,
)
_END = re.compile(r"\\end\s*\{(?:solution|answer)s?\}")
_HEADING = re.compile(r"\s*(#+)\s|\s*\\((?:sub)*)section")


class Question(NamedTuple):
    """Lines of a sheet, from the first to the one behind the last, counted from 1."""

    title: str
    first: int
    end: int
    heading: str = ""
    """Its heading as the sheet has it: Exercise 3."""

    @property
    def lines(self) -> str:
        last = self.end - 1
        return f"line {last}" if last == self.first else f"lines {self.first} to {last}"


class Parts(NamedTuple):
    """The questions of a sheet, what stands before them, and the lines that answer."""

    preamble: int
    questions: Sequence[Question]
    answers: frozenset[int]


def parts(lines: Sequence[str]) -> Parts:
    """The questions with headings of their own; without any, the whole sheet is one."""
    found = [(k, match) for k, line in enumerate(lines, 1) if (match := _QUESTION.match(line))]
    starts = [pair for k, pair in enumerate(found) if k == 0 or pair[1][2] != found[k - 1][1][2]]
    heads = {number for number, _ in starts}
    answers = frozenset(_answers(lines, heads))
    if not starts:
        return Parts(0, [Question("", 1, len(lines) + 1)], answers)
    ends = [*(number for number, _ in starts[1:]), len(lines) + 1]
    questions = [
        Question(f"question {match[2]}", number, end, _plain_heading(match["heading"]))
        for (number, match), end in zip(starts, ends, strict=True)
    ]
    return Parts(starts[0][0] - 1, questions, answers)


def _plain_heading(words: str) -> str:
    """Exercise 3 of EXERCISE  3."""
    return re.sub(r"\s+", " ", words).strip().capitalize()


def items(lines: Sequence[str], answers: frozenset[int]) -> list[Question]:
    """The items 1., 2., .. of a sheet without headings of questions, where they count up."""
    found = [
        (k, int(match[1]))
        for k, line in enumerate(lines, 1)
        if k not in answers and (match := _ITEM.match(line))
    ]
    if len(found) < 2 or [number for _, number in found] != list(range(1, len(found) + 1)):
        return []
    ends = [*(k for k, _ in found[1:]), len(lines) + 1]
    return [Question(f"item {n}", k, end) for (k, n), end in zip(found, ends, strict=True)]


def _answers(lines: Sequence[str], heads: set[int]) -> Iterator[int]:
    """The numbers of the lines that are part of an answer.

    An answer goes on to the next question, or to a heading as high as its own.
    """
    level = 0
    for number, line in enumerate(lines, 1):
        heading = _level(line)
        if number in heads or _END.search(line) or (level and heading and heading <= level % 100):
            level = 0
        if number not in heads and _ANSWER.match(line):
            level = heading or 100
        if level:
            yield number


def _level(line: str) -> int:
    """How deep a heading is, from 1; 0 where a line is none."""
    match = _HEADING.match(line)
    if match is None:
        return 0
    return len(match[1]) if match[1] else 1 + len(match[2]) // 3
