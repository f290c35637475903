"""The names of several problems in what is handed in: `q1: h_2 = ..`, `## Question 2`, `q1_h_2`.

An answer under a name that is misread would be marked against another problem.  So a line that
names a problem without being clearly a heading leaves open which problem comes after it.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from lstmhw.faults import Fault, shown
from lstmhw.reading.nodes import Fields, Node, Placed, Scalar
from lstmhw.reading.problem_names import composed, in_line, is_telling, spellings

NO_TITLE = (
    *("above", "again", "also", "and", "are", "as", "asks", "below", "but", "can", "comes"),
    *("does", "from", "gave", "gives", "goes", "had", "has", "i", "if", "in", "into", "is"),
    *("must", "needs", "of", "or", "said", "says", "should", "so", "that", "there", "to", "too"),
    *("used", "uses", "was", "we", "were", "where", "which", "will", "with", "would"),
)
"""What comes behind the name of a problem in a sentence, and not in a title."""
GOING_ON = (
    *("and", "as", "at", "by", "for", "from", "in", "is", "like", "of", "on", "or", "see", "than"),
    *("the", "to", "use", "uses", "using", "was", "with"),
)
"""What a line of a sentence may end with that goes on in the next."""
LONGEST_TITLE = 80  # characters
_LEAD = r"(?:[ \t#>*+\-=\[(%_~\"']|//|@title|@markdown|<\w{1,10}>|\\\w{1,12}\*?\{){0,40}"
_ANSWERS = (
    r"(?:(?:my[ \t])?(?:answers?|solutions?|results?|l\u00f6sung(?:en)?|r\u00e9ponses?)[ \t]"
    r"(?:for|to|of|on|zu|zur|\u00e0 la|\u00e0|de)[ \t])?"
)
_SHEET = r"(?:(?:homework|hw|assignment|sheet|week)[ \t]?\d{0,3}[ \t]?[:,.\-\u2013\u2014][ \t]?)?"
_CLOSING = re.compile(r"(?:[\s:.,)\]}*_=~\"'?#\-\u2013\u2014]|</?\w{1,10}>){0,40}")
_SEPARATED = re.compile(r"[ \t]{0,9}[:;.,)\](?\-\u2013\u2014]")
_ANSWER = re.compile(
    r"(?<![\w@}])([A-Za-z][\w@{}\\]{0,60})[ \t$*`]{0,9}"
    r"(?::=|[=\u2248\u2243]|:(?=\s{0,9}[-+~\[(.\d\u2212\u2248])|\\approx)"
)
_VERSION = r"(?:[\s_\-]?(?:\(\d{1,2}\)|v\d{1,2}|final)|-\d{1,2})?"
_LONGEST_NAME = 200
_EMPTY = ("", "-", "null", "~")


class Split(NamedTuple):
    """The problem that a text names at its beginning or its end, and the rest of the text."""

    problem: str
    rest: str


class Heading(NamedTuple):
    """What stands from and up to a character of a text, counted from 0.

    It is the name of a problem, or with "" a line after which it is open which problem comes.
    """

    problem: str
    start: int
    end: int


class Sections:
    """A text under headings: `bare` has blanks in the place of these."""

    def __init__(self, text: str, headings: Sequence[Heading] = ()) -> None:
        self.headings = headings
        pieces, end = [], 0
        for heading in headings:
            pieces += [text[end : heading.start], " " * (heading.end - heading.start)]
            end = heading.end
        self.bare = "".join(pieces) + text[end:]

    def problem(self, place: int) -> str:
        """The problem under whose heading a character is; "" above all, or where that is open."""
        k = bisect_right(self.headings, place, key=lambda heading: heading.start)
        return self.headings[k - 1].problem if k else ""


class Headings:
    """The names of problems as people write them: `q1` is also Q1, Q 1, Question 1 and Problem 1.

    `knows` says whether a problem has an answer of some name.
    """

    def __init__(
        self,
        problems: Iterable[str],
        knows: Callable[[str, str], bool] = lambda problem, name: True,
    ) -> None:
        self.problems = sorted(problems, key=len, reverse=True)  # q1-b before q1
        self.knows = knows
        spelled = spellings(self.problems)
        each = [rf"(?P<p{k}>{spelled[name]})" for k, name in enumerate(self.problems)]
        name = rf"(?:{'|'.join(each) or '(?!)'})(?![^\W_])"
        flags = re.IGNORECASE | re.DOTALL
        self._whole = re.compile(name, flags)
        self._begun = re.compile(rf"{name}[\s_./:,)(\[\]\-]+(?P<rest>.*)", flags)
        self._ended = re.compile(rf"(?:(?P<rest>.*?)[\s_./\\(\[\-]+)?{name}[\])]?{_VERSION}", flags)
        lines = [
            rf"(?P<p{k}>{in_line(name, spelled[name])})" for k, name in enumerate(self.problems)
        ]
        line = rf"(?<![^\W_])(?:{'|'.join(lines) or '(?!)'})(?:(?<=\d)[a-h])?(?!\w)"
        self._anywhere = re.compile(line, re.IGNORECASE)
        after = rf"[.:][ \t]{{0,9}}(?={_ANSWER.pattern})"
        self._between = re.compile(rf"[,;|&][ \t]{{0,9}}(?P<name>{line}{after})", re.IGNORECASE)
        self._line = re.compile(rf"{_LEAD}{_ANSWERS}{_SHEET}{line}", re.IGNORECASE)

    def named(self, text: str) -> str | None:
        """The problem of which a text is the name."""
        match = self._whole.fullmatch(composed(text)) if len(text) < _LONGEST_NAME else None
        return match and self._problem(match)

    def split(self, text: str) -> Split | None:
        """The problem with whose name a text begins, and the text behind it."""
        match = self._begun.fullmatch(composed(text)) if len(text) < _LONGEST_NAME else None
        return match and Split(self._problem(match), _closed(match["rest"]))

    def begun(self, text: str) -> Split | None:
        """The same, where that problem has an answer of that name: with `(q1)` also behind it."""
        split = self.split(text)
        if split is not None and self.knows(*split):
            return split
        ended = self.ended(text)
        return ended if ended is not None and ended.rest and self.knows(*ended) else None

    def ended(self, text: str) -> Split | None:
        """The problem with whose name a text, as that of a file, ends, and the text before it."""
        match = self._ended.fullmatch(composed(text)) if len(text) < _LONGEST_NAME else None
        split = match and Split(self._problem(match), match["rest"] or "")
        is_told = split is not None and (not split.rest or is_telling(split.problem))
        return split if is_told else None

    def leading(self, text: str) -> Split | None:
        """The same of a text that begins with the name of a problem: `q1_ann`."""
        split = self.split(text)
        return split if split is not None and is_telling(split.problem) else None

    def of_file(self, path: str) -> str:
        """The problem that a file or folder is called after; "" for others."""
        ended = self.ended(stem(path))
        return "" if ended is None else ended.problem

    def called(self, name: str, problem: str) -> str:
        """The name of an answer under the heading of a problem, or of none."""
        if not problem or (self.begun(name) is not None and not self.knows(problem, name)):
            return name
        return f"{problem}.{name}"

    def in_text(self, text: str, current: str = "") -> Sections:
        """A text with its headings, and the lines that leave the problem open; it begins in one."""
        found: list[Heading] = []
        for start, end in self._lines(text):
            heading = self._heading(text, start, end)
            if heading is not None and heading.end == heading.start:
                # A sentence, which may be about the problem here.
                heading = Heading(current if heading.problem == current else "", start, end)
            found += [heading] if heading is not None else []
            after = start if heading is None else heading.end
            for match in self._between.finditer(text, after, end):
                found.append(Heading(self._problem(match), *match.span("name")))
            current = found[-1].problem if found else current
        return Sections(text, found)

    def of_title(self, text: str) -> str | None:
        """The problem that a text above others is about; "" where that is open, None for none.

        Of the lines that begin with #, if one names a problem, else of all that are headings.
        """
        lines = list(self._lines(text))
        headings = [found for line in lines if (found := self._heading(text, *line))]
        told = [heading for heading in headings if heading.end > heading.start]
        titles = [each for each in told if text[each.start : each.end].lstrip().startswith("#")]
        problems = {heading.problem for heading in titles or told}
        return None if not problems else problems.pop() if len(problems) == 1 else ""

    def _lines(self, text: str) -> Iterator[tuple[int, int]]:
        """The lines that have the name of a problem in them: from and up to a character."""
        end = -1
        for match in self._anywhere.finditer(text):
            if match.start() >= end:
                start = text.rfind("\n", 0, match.start()) + 1
                end = text.find("\n", match.start())
                end = len(text) if end < 0 else end
                yield start, end

    def _heading(self, text: str, start: int, end: int) -> Heading | None:
        """What a line is: a heading; a sentence, which takes no room; None for what is neither."""
        line = text[start : min(end, start + 3 * LONGEST_TITLE)]
        match = self._line.match(line)
        mentioned = self._anywhere.search(line)
        if match is None:
            before = "" if mentioned is None else line[: mentioned.start()]
            is_aside = mentioned is None or _says_where(before) or _ANSWER.search(line) is not None
            return None if is_aside else self._sentence(mentioned, start)
        problem = self._problem(match)
        rest = line[match.end() :]
        if rest.lstrip(" \t")[:1] in (":", "=") and self._is_answer(match):
            return None
        answer = self._answer(problem, rest)
        is_separated = _SEPARATED.match(rest) is not None
        if _CLOSING.fullmatch(rest) is None and not is_separated:
            words = rest[: answer.start() if answer else len(rest)].split()
            is_title = rest[:1].isspace() and (not words or words[0].lower() not in NO_TITLE)
            if not is_title or len(line) > LONGEST_TITLE or not is_telling(problem):
                return self._sentence(match, start)
        if _goes_on(text, start):
            return self._sentence(match, start)
        return Heading(problem, start, start + match.end() + answer.start() if answer else end)

    def _answer(self, problem: str, rest: str) -> "re.Match[str] | None":
        """The first answer behind the name of a problem: of a known name, or directly behind it."""
        found = list(_ANSWER.finditer(rest))
        known = (each for each in found if self.knows(problem, each[1]))
        direct = (each for each in found[:1] if not rest[: each.start()].strip(" \t:;.,)]*-_$`"))
        return next(chain(known, direct), None)

    def _sentence(self, match: "re.Match[str] | None", start: int) -> Heading | None:
        """A line that only mentions a problem; a single letter or number may mean anything."""
        problem = "" if match is None else self._problem(match)
        return Heading(problem, start, start) if is_telling(problem) else None

    def _is_answer(self, match: re.Match[str]) -> bool:
        """Whether what looks like the name of a problem is that of an answer."""
        text = match[f"p{self.problems.index(self._problem(match))}"]
        return any(self.knows(problem, text) for problem in self.problems)

    def _problem(self, match: re.Match[str]) -> str:
        return next(name for k, name in enumerate(self.problems) if match[f"p{k}"])


def stem(path: str) -> str:
    """The name of a file or folder, without its ending."""
    return os.path.splitext(os.path.basename(os.path.abspath(path)))[0]


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
        if isinstance(value, Fields):
            problem = problem or headings.of_title(key)
        if problem and isinstance(value, Fields):
            for name, entry in value.entries.items():
                yield f"{problem}.{name}", entry
        elif not problem or not _is_empty(value):
            yield headings.called(key, under), (scalar, value)


def _is_empty(node: Node) -> bool:
    """Whether there is nothing where the answers to a problem may stand."""
    if isinstance(node, Scalar):
        return node.text.strip() in _EMPTY
    return not (node.entries if isinstance(node, Fields) else node.nodes)


def _closed(text: str) -> str:
    """A text without a bracket at its end that was opened before it."""
    return text[:-1].rstrip() if text[-1:] in (")", "]") and not set("([") & set(text) else text


def _goes_on(text: str, start: int) -> bool:
    """Whether the line before goes on in the one that starts there, as a sentence does."""
    return _says_where(text[max(0, start - LONGEST_TITLE) : max(0, start - 1)].rpartition("\n")[2])


def _says_where(before: str) -> bool:
    """Whether what comes after a text is but a place that it speaks of: `as in question 2`."""
    words = before.split()
    return bool(words) and words[-1].lower() in GOING_ON


NO_HEADINGS = Headings(())
"""Those of a problem that is alone."""
