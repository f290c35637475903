"""The names of several problems in what is handed in: `q1: h_2 = ..`, `## Question 2`, `q1_h_2`."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lstmhw.faults import Fault, shown
from lstmhw.reading.nodes import Fields, Node, Placed, Scalar

WORDS = {"q": "question", "p": "problem", "ex": "exercise"}
"""What the letters of a problem's name may be short for."""
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_BEFORE = r"^[ \t]{0,20}[#>*+\[(\-=]{0,20}[ \t]{0,20}[*_\[(]{0,3}"
_REMARK = r"(?:[^\n=:\u2248\u2243]*$)?"
_AFTER = r"(?=[ \t]*(?:[:.)\]*\-\u2013\u2014]|$)|[ \t]+[A-Za-z]\w{0,20}[ \t]*[:=])"


class Split(NamedTuple):
    """The problem that a text names at its beginning or its end, and the rest of the text."""

    problem: str
    rest: str


class Heading(NamedTuple):
    """Where the name of a problem stands in a text, from and up to a character counted from 0."""

    problem: str
    start: int
    end: int


class Sections:
    """A text under headings: `bare` has blanks in the place of these."""

    def __init__(self, text: str, found: Iterable[Heading] = ()) -> None:
        self.headings = sorted(found, key=lambda heading: heading.start)
        pieces, end = [], 0
        for heading in self.headings:
            pieces += [text[end : heading.start], " " * (heading.end - max(end, heading.start))]
            end = max(end, heading.end)
        self.bare = "".join(pieces) + text[end:]

    def problem(self, place: int) -> str:
        """The problem under whose heading a character is; "" above all."""
        k = bisect_right(self.headings, place, key=lambda heading: heading.start)
        return self.headings[k - 1].problem if k else ""

    @property
    def last(self) -> str:
        """The problem of the last heading; "" where there is none."""
        return self.headings[-1].problem if self.headings else ""


class Headings:
    """The names of problems as people write them: `q1` is also Q1, Q 1 and Question 1."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = sorted(problems, key=len, reverse=True)  # q1-b before q1
        each = [rf"(?P<p{k}>{_spellings(name)})" for k, name in enumerate(self.problems)]
        name = rf"(?:{'|'.join(each) or '(?!)'})"
        self._whole = re.compile(name, re.IGNORECASE)
        self._begun = re.compile(rf"{name}[\s_./:)\]\-]+(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
        self._ended = re.compile(rf"(?:(?P<rest>.*)[\W_])?{name}", re.IGNORECASE | re.DOTALL)
        flags = re.IGNORECASE | re.MULTILINE
        self._lines = re.compile(rf"{_BEFORE}{name}(?!\w){_AFTER}[:.)\]*]*{_REMARK}", flags)
        self._titles = re.compile(rf"^[ \t]{{0,20}}#[#*_=\- \t]{{0,80}}{name}(?!\w).*", flags)

    def named(self, text: str) -> str | None:
        """The problem of which a text is the name."""
        match = self._whole.fullmatch(text.strip())
        return match and self._problem(match)

    def begun(self, text: str) -> Split | None:
        """The problem with whose name a text begins, and the text behind it."""
        match = self._begun.fullmatch(text.strip())
        return match and Split(self._problem(match), match["rest"])

    def ended(self, text: str) -> Split | None:
        """The problem with whose name a text, as that of a file, ends, and the text before it."""
        match = self._ended.fullmatch(text)
        return match and Split(self._problem(match), match["rest"] or "")

    def in_text(self, text: str) -> Sections:
        """A text with the names at the beginning of its lines as headings.

        A name is one where it stands alone, before a colon or the like, or before an answer; in a
        line that begins with #, whatever comes behind it.
        """
        matches = [*self._lines.finditer(text), *self._titles.finditer(text)]
        return Sections(text, [Heading(self._problem(match), *match.span()) for match in matches])

    def of_file(self, path: str) -> str:
        """The problem that a file or folder is called after; "" for others."""
        ended = self.ended(stem(path))
        return "" if ended is None else ended.problem

    def called(self, name: str, problem: str) -> str:
        """The name of an answer under the heading of a problem, or of none."""
        return f"{problem}.{name}" if problem and self.begun(name) is None else name

    def _problem(self, match: re.Match[str]) -> str:
        return next(name for k, name in enumerate(self.problems) if match[f"p{k}"])


def stem(path: str) -> str:
    """The name of a file or folder, without its ending."""
    return os.path.splitext(os.path.basename(os.path.abspath(path)))[0]


NO_HEADINGS = Headings(())
"""Those of a problem that is alone."""


def flattened(node: Fields, headings: Headings, under: str = "") -> tuple[Fields, list[Placed]]:
    """Answers by problem, `q1: {h_2: ..}`, as answers with names such as `q1.h_2`.

    What is named without a problem belongs to the one that it is `under`, if to any.  The faults
    are of answers that stand there twice.
    """
    entries: dict[str, tuple[Scalar, Node]] = {}
    twice = []
    for name, entry in _named(node, headings, under):
        if name in entries:
            message = f"expected each answer once, found {shown(name)!r} again"
            twice.append((entry[0].mark, Fault((), message, "keep one")))
        entries.setdefault(name, entry)
    return node._replace(entries=entries), twice


def _named(
    node: Fields, headings: Headings, under: str
) -> Iterator[tuple[str, tuple[Scalar, Node]]]:
    """The entries of a mapping and of those of problems in it, with their names."""
    for key, (scalar, value) in node.entries.items():
        problem = headings.named(key)
        if problem is not None and isinstance(value, Fields):
            for name, entry in value.entries.items():
                yield f"{problem}.{name}", entry
        else:
            yield headings.called(key, under), (scalar, value)


def _spellings(name: str) -> str:
    """A pattern for the name of a problem."""
    parts = [*_PARTS.findall(name)] or [name]
    spelled = [re.escape(part) for part in parts]
    word = WORDS.get(parts[0].lower())
    if word is not None and len(parts) > 1:
        spelled[0] = f"(?:{spelled[0]}|{word})"
    return r"[\W_]?".join(spelled)
