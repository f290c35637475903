"""`h_2 = [0.37, 0.11], c_2 = (0,56; 0,43)`: answers as people write them into a text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lstmhw.faults import Fault, shown
from lstmhw.reading.headings import NO_HEADINGS, Headings
from lstmhw.reading.nodes import Fields, Mark, Node, Placed, Scalar, TextError

_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
_LOWERED = str.maketrans(_SUBSCRIPTS, "0123456789")
_NAME = r"(?<![\w@}])[A-Za-z](?:[\w@]|\\_|\{\w{1,20}\}){0,60}"
_ASSIGNED = re.compile(rf"(?P<name>{_NAME})\s*(?:[$*`]+\s*)?(?::=|[=≈≃]|:(?![/\d])|\\approx)\s*")
_BEFORE = re.compile(r"(?:\n[\s$>*+`-]*|[,;|&]\s*\$?|[\])}0-9$%.]\s+\$?)$")
"""What may stand before a name: the start of a line, a mark between answers, or a number."""
_ASIDE = re.compile(
    r"#.*|^[ \t*>-]*(?:(?:my )?(?:answers?|solutions?|results?)[ \t]*:"
    r"|(?:date|course|class|group|section|student|author|e-?mail|homework|assignment|exercise"
    r"|question|notes?|remarks?|comments?)[ \t]*:.*)",
    re.IGNORECASE | re.MULTILINE,
)
"""Comments, what stands above a list of answers, and lines about something else."""
_PROSE = re.compile(r"\n[^\S\n]*(?=[A-Za-z]{2}|[A-Za-z]\w{0,20}[ \t]+[A-Za-z])")
_BULLETS = " \t\r\n>*+$`-"
DASHES = ("", "-", "–", "—")
"""What stands in the place of an answer where there is none."""
_AROUND = "$* `\t\r\n,;&|"
BEFORE_LOOKED_AT = 40  # characters
OF_STUDENT = ("name", "id")
WRITTEN = "write `symbol = value`, as h_2 = [0.37, 0.11]"


class Assigned(NamedTuple):
    """A name, and the text behind it, with their places in the whole text, counted from 0."""

    name: str
    at: int
    value: str
    value_at: int


def parse_assignments(
    text: str, headings: Headings = NO_HEADINGS
) -> tuple[Fields, tuple[Placed, ...]]:
    """The answers of a text as a submission, and what is wrong with it: two answers to one.

    `name = ..` and `id = ..` are the student's.  Under the headings of several problems, answers
    are called as in `q1.h_2`.  Raises TextError where there are no answers.
    """
    sections = headings.in_text(text)
    marks = Marks(text)
    student: dict[str, tuple[Scalar, Scalar]] = {}
    claimed: dict[str, tuple[Scalar, Scalar]] = {}
    twice: list[Placed] = []
    repeated: set[str] = set()  # which of two is meant, nobody can tell
    for assigned in assignments(sections.bare):
        key = Scalar(assigned.name, True, marks.at(assigned.at))
        is_student = assigned.name.lower() in OF_STUDENT
        value = marks.scalar(assigned.value, assigned.value_at)
        entries = student if is_student else claimed
        problem = sections.problem(assigned.at)
        name = assigned.name.lower() if is_student else headings.called(assigned.name, problem)
        if name in entries and entries[name][1].text != value.text:
            message = f"expected each answer once, found {shown(name)!r} again"
            twice.append((key.mark, Fault((), message, "keep one")))
            repeated.add(name)
        entries.setdefault(name, (key, value))
    if not claimed:
        raise TextError([(Mark(1, 1), Fault((), "expected answers, found none", WRITTEN))])
    mark = next(iter(claimed.values()))[0].mark
    once = {name: entry for name, entry in claimed.items() if name not in repeated}
    if not once:
        raise TextError(twice)
    answers: dict[str, tuple[Scalar, Node]] = {**once}
    root: dict[str, tuple[Scalar, Node]] = {**student}
    root["claimed"] = Scalar("claimed", True, mark), Fields(answers, mark)
    return Fields(root, Mark(1, 1)), tuple(twice)


def assignments(text: str) -> Iterator[Assigned]:
    """Each name that something is assigned to, in order; comments and headings say nothing."""
    bare = _ASIDE.sub(lambda match: " " * len(match[0]), text)
    matches = [match for match in _ASSIGNED.finditer(bare) if _is_begun(bare, match.start())]
    ends = [match.start() for match in matches[1:]] + [len(bare)]
    for match, end in zip(matches, ends, strict=False):
        value = _without_bullet(_first_lines(bare[match.end() : end]))
        if match["name"] == "claimed" and not value.strip(_AROUND):
            continue  # the heading of a list of answers
        start = len(value) - len(value.lstrip(_AROUND))
        yield Assigned(
            plain_name(match["name"]), match.start(), value.strip(_AROUND), match.end() + start
        )


def plain_name(name: str) -> str:
    r"""A name in ASCII: c₂, c_{2} and c\_2 are c_2."""
    bare = re.sub(r"[{}\\]", "", name)
    lowered = re.sub(rf"(?<=[A-Za-z])(?=[{_SUBSCRIPTS}])", "_", bare)
    return lowered.translate(_LOWERED)


class Marks:
    """The lines and columns of a text."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, place: int) -> Mark:
        """The mark of a character, counted from 0."""
        line = bisect_right(self.starts, place)
        return Mark(line, place - self.starts[line - 1] + 1)

    def scalar(self, text: str, place: int) -> Scalar:
        """A part of the text, which begins there, with the places of its lines."""
        return answer(text, self.at(place), (self.at(place + at) for at in _line_starts(text)))


def answer(text: str, mark: Mark, lines: Iterable[Mark]) -> Scalar:
    """A text as an answer: where it begins, and where each of its further lines does."""
    if text.strip() in DASHES:
        return Scalar("null", True, mark)
    pieces = zip((0, *_line_starts(text)), (mark, *lines), strict=True)
    return Scalar(text, False, mark, tuple(pieces))


def _line_starts(text: str) -> list[int]:
    return [match.end() for match in re.finditer("\n", text)]


def _is_begun(text: str, at: int) -> bool:
    before = text[max(0, at - BEFORE_LOOKED_AT) : at]
    return _BEFORE.search(before if len(before) < at else f"\n{before}") is not None


def _without_bullet(value: str) -> str:
    """A value without what stands at the beginning of the line of the next name."""
    bare = value.rstrip(_BULLETS)
    return value[: len(bare)] + value[len(bare) :].partition("\n")[0]


def _first_lines(value: str) -> str:
    """A value up to where prose begins on a line below, outside of brackets."""
    opened, counted = 0, 0
    for match in _PROSE.finditer(value):
        part = value[counted : match.start()]
        opened += sum(map(part.count, "[({")) - sum(map(part.count, "])}"))
        counted = match.start()
        if opened <= 0 and value[:counted].strip():
            return value[:counted]
    return value
