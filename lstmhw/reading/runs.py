"""Runs of plain numbers in the text of a file, which are lifted out before the parser sees it.

The parser takes microseconds and hundreds of bytes for each number; a run is left as it stands, to
be read in bulk where it is wanted.  The item before a run and what follows it stay in the text, so
that the parser says whether a list is there, and all else is parsed as if nothing were missing.

Only what are certainly good numbers of a list is lifted out: all that is odd or wrong (quotes,
fractions, comments, words, overflows) stays for the parser.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import accumulate, islice
from typing import Any, NamedTuple, overload

import numpy as np

from lstmhw.functions import Floats
from lstmhw.reading.nodes import DEEPEST, Items, Mark, Node, Scalar, Source

LEAST_ITEMS = 8  # of a run; the parser is quick enough with shorter ones
MOST_NESTED = 2  # levels of lists in an item
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SPACE = r"(?:[ \n]|\r\n)*+"
_NUMBER = r"[-+]?+(?>[0-9]{1,40}+(?:\.[0-9]{0,40}+)?+|\.[0-9]{1,40}+)(?:[eE][-+]?+[0-9]{1,2}+)?+"


def _list_of(item: str) -> str:
    """A list of up to 64: longer ones have runs of their own."""
    return rf"\[{_SPACE}{item}(?:{_SPACE},{_SPACE}{item}){{0,63}}+{_SPACE}\]"


_ITEM = rf"(?>{_NUMBER}|{_list_of(_NUMBER)}|{_list_of(_list_of(_NUMBER))})"
_END = r" *+\r?\n"
_TIMES = f"{{{LEAST_ITEMS},}}+"


def _row(indent: str) -> str:
    """A row as a block in a block: its first dash, then the dash and number of each line."""
    return rf"- {_NUMBER}{_END}(?:(?P={indent})  - {_NUMBER}{_END}){{0,63}}+"


@cache
def _pattern() -> re.Pattern[str]:
    """What looks like a run, and the item before it; only large files pay for its making."""
    return re.compile(
        rf"(?<=[\[, \n])(?P<flow>{_ITEM}){_SPACE},(?P<cut>(?:{_SPACE}{_ITEM}{_SPACE},){_TIMES})"
        rf"|(?m:^)(?P<b> *+)- ++(?P<block>{_ITEM}){_END}"
        rf"(?P<lines>(?:(?P=b)- ++{_ITEM}{_END}(?=(?P=b)- )){_TIMES})"
        rf"|(?m:^)(?P<r> *+)- (?P<row>{_row('r')})"
        rf"(?P<rows>(?:(?P=r)- {_row('r')}(?=(?P=r)- )){_TIMES})"
    )


_STYLES = {"cut": ("flow", ""), "lines": ("block", "b"), "rows": ("row", "r")}
_TOKEN = re.compile(r"[\[\]]|[^ ,\r\n\[\]]++")
_BRACKETS = str.maketrans("[]", "  ")


class Span(NamedTuple):
    """Where a run is in a text, and where the item before it begins.

    The style is `cut` for items with commas, `lines` for those with dashes, and `rows` for rows
    with dashes in such.
    """

    item: int
    start: int
    end: int
    style: str
    indent: str


def _span(match: re.Match[str]) -> Span:
    style = str(match.lastgroup)
    item, indent = _STYLES[style]
    return Span(match.start(item), *match.span(style), style, match[indent] if indent else "")


class _Nodes(Sequence[Node]):
    """Nodes that are made when they are asked for; a subclass says what the k-th is."""

    def node(self, k: int) -> Node:
        raise NotImplementedError

    @overload
    def __getitem__(self, k: int) -> Node: ...
    @overload
    def __getitem__(self, k: slice) -> Sequence[Node]: ...
    def __getitem__(self, k: int | slice) -> Node | Sequence[Node]:
        chosen = range(len(self))[k]
        return self.node(chosen) if isinstance(chosen, int) else [*map(self.node, chosen)]


class Run(_Nodes):
    """The items of a run, which are numbers or lists of them; `start` is where its text begins."""

    def __init__(self, text: str, style: str, indent: str, start: Mark) -> None:
        self.text = text
        self.style = style
        self.indent = indent
        self.start = start

    @property
    def in_flow(self) -> bool:
        """Whether it is in brackets."""
        return self.style == "cut"

    @cached_property
    def _flow(self) -> str:
        """The same with commas and brackets for the dashes, each character at its place."""
        lines = f"\n{self.text}"
        if self.style == "lines":
            return lines.replace(f"\n{self.indent}- ", f"\n{self.indent}, ")[1:]
        if self.style == "rows":
            opened = lines.replace(f"\n{self.indent}- - ", f"]{self.indent}, [ ")
            return opened.replace(f"\n{self.indent}  - ", f"\n{self.indent}  , ")[1:-1] + "]"
        return self.text

    @cached_property
    def _skeleton(self) -> bytes:
        """Its brackets and the commas between them, not the one before or after them all."""
        skeleton = self._flow.encode().translate(None, b"0123456789+-.eE \r\n")
        return skeleton[:-1] if self.in_flow else skeleton[1:]

    @property
    def numbers(self) -> Floats:
        """All its numbers, one after the other."""
        text = self._flow.translate(_BRACKETS).strip(" \r\n,")
        return np.fromstring(text, dtype=np.float64, sep=",")

    @property
    def texts(self) -> list[str]:
        """The same as they are written."""
        return self._flow.translate(_BRACKETS).replace(",", " ").split()

    @property
    def values(self) -> int:
        """How many numbers there are, and lists around them."""
        return self._skeleton.count(b",") + 1 + self._skeleton.count(b"[")

    @cached_property
    def shape(self) -> tuple[int, ...] | None:
        """The number of items and the shape of each; None where they differ in it."""
        shape = _first_shape(self._skeleton)
        item = _skeleton_of(shape)
        length = (len(self._skeleton) + 1) // (len(item) + 1)
        return (length, *shape) if self._skeleton == b",".join([item] * length) else None

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where its items begin in its text."""
        codes = np.frombuffer(self._flow.encode(), dtype=np.uint8)
        change = (codes == ord("[")).astype(np.int8) - (codes == ord("]"))
        outside = np.cumsum(change, dtype=np.int8) - change == 0
        written = ~np.isin(codes, list(b" ,\r\n"))
        begins = written & outside
        begins[1:] &= ~written[:-1]
        starts: Sequence[int] = np.flatnonzero(begins).tolist()
        return starts

    @cached_property
    def _lines(self) -> Sequence[int]:
        """Where its lines begin in its text, but for the first."""
        return [match.end() for match in re.finditer("\n", self.text)]

    def __len__(self) -> int:
        return self.shape[0] if self.shape is not None else len(self._starts)

    def node(self, k: int) -> Node:
        node = self._node(_TOKEN.finditer(self._flow, self._starts[k]))
        assert node is not None
        return node

    def mark_of(self, number: int) -> Mark:
        """Where the number or list is that comes after so many others."""
        tokens = (match for match in _TOKEN.finditer(self._flow) if match[0] != "]")
        return self._mark(next(islice(tokens, number, None)).start())

    def _node(self, tokens: Iterator[re.Match[str]]) -> Node | None:
        """The node that begins with the next token; None where a list ends."""
        token = next(tokens)
        if token[0] == "]":
            return None
        mark = self._mark(token.start())
        if token[0] != "[":
            return Scalar(token[0], True, mark)
        nodes = []
        while (node := self._node(tokens)) is not None:
            nodes.append(node)
        return Items(tuple(nodes), mark)

    def _mark(self, at: int) -> Mark:
        line = bisect_right(self._lines, at)
        if line == 0:
            return Mark(self.start.line, self.start.column + at)
        return Mark(self.start.line + line, at - self._lines[line - 1] + 1)


def _first_shape(skeleton: bytes) -> tuple[int, ...]:
    """The shape of the first item, if that has one."""
    if skeleton.startswith(b"[["):
        rows = skeleton[2 : skeleton.index(b"]]")].split(b"],[")
        return len(rows), len(rows[0]) + 1
    return (skeleton.index(b"]"),) if skeleton.startswith(b"[") else ()


def _skeleton_of(shape: tuple[int, ...]) -> bytes:
    """The brackets and commas of an array."""
    if not shape:
        return b""
    return b"[" + b",".join([_skeleton_of(shape[1:])] * shape[0]) + b"]"


class Joined(_Nodes):
    """The items of a list that has runs in it."""

    def __init__(self, parts: Sequence[Node | Run]) -> None:
        self._parts = parts
        lengths = [len(part) if isinstance(part, Run) else 1 for part in parts]
        self._ends = list(accumulate(lengths))

    def __len__(self) -> int:
        return self._ends[-1]

    def node(self, k: int) -> Node:
        number = bisect_right(self._ends, k)
        part = self._parts[number]
        return part[k - self._ends[number]] if isinstance(part, Run) else part

    def parts(self) -> Iterator[tuple[int, Node | Run]]:
        """Its runs and its other items, each with the number of its (first) item."""
        return zip([0, *self._ends], self._parts, strict=False)


def parts_of(nodes: Sequence[Node]) -> Iterator[tuple[int, Node | Run]]:
    """The runs of a list and its other items, each with the number of its (first) item."""
    return nodes.parts() if isinstance(nodes, Joined) else iter(enumerate(nodes))


class Cut(NamedTuple):
    """A run that is missing in a text; places count from 0, in what is left of the text.

    `item` and `start` are where the item before it begins and where the run was.  After it there
    are `lines` more lines in the file, and in the line of it `columns` more columns.
    """

    item: int
    start: int
    line: int
    lines: int
    columns: int
    run: Run


class Lifted(Source):
    """A text without its runs of numbers, as long as the parser finds the lists that have them."""

    def __init__(self, whole: str, chosen: Sequence[Span]) -> None:
        self.whole = whole
        self.chosen = chosen
        self.cuts = list(_cuts(whole, chosen))
        self._starts = [cut.start for cut in self.cuts]
        self._waiting = {cut.item: k for k, cut in enumerate(self.cuts)}
        kept = zip(
            [0, *(span.end for span in chosen)],
            [*(s.start for s in chosen), len(whole)],
            strict=True,
        )
        super().__init__("".join(whole[start:end] for start, end in kept))

    @property
    def is_as_parsed(self) -> bool:
        return not self._waiting

    def corrected(self) -> "Lifted":
        """The text with those runs in it that the parser found in no list."""
        missed = set(self._waiting.values())
        return Lifted(self.whole, [s for k, s in enumerate(self.chosen) if k not in missed])

    def mark(self, place: Any) -> Mark:
        k = bisect_right(self._starts, place.index) - 1
        if k < 0:
            return super().mark(place)
        cut = self.cuts[k]
        columns = cut.columns if place.line == cut.line else 0
        return Mark(place.line + cut.lines + 1, place.column + columns + 1)

    def run_after(self, item: Any, is_flow: bool, depth: int) -> Run | None:
        k = self._waiting.get(item.start_mark.index)
        if k is None or depth + MOST_NESTED > DEEPEST or self.cuts[k].run.in_flow != is_flow:
            return None
        del self._waiting[item.start_mark.index]
        return self.cuts[k].run

    def joined(self, parts: Sequence[Any]) -> Sequence[Node]:
        return Joined(parts) if any(isinstance(part, Run) for part in parts) else tuple(parts)


def lifted(text: str) -> Lifted:
    """The text without all that looks like a run of numbers in a list."""
    return Lifted(text, [_span(match) for match in _pattern().finditer(text)])


def _cuts(text: str, chosen: Sequence[Span]) -> Iterator[Cut]:
    line = column = removed = lines = at = 0
    shifted_line, shift = -1, 0  # of the cut before, in what is left
    for span in chosen:
        line, column = _after(text, at, span.start, line, column)
        start = Mark(line + 1, column + 1)
        left_line = line - lines
        left_column = column - (shift if left_line == shifted_line else 0)
        line, column = _after(text, span.start, span.end, line, column)
        run = Run(text[span.start : span.end], span.style, span.indent, start)
        lines = line - left_line
        shifted_line, shift = left_line, column - left_column
        yield Cut(span.item - removed, span.start - removed, left_line, lines, shift, run)
        removed += span.end - span.start
        at = span.end


def _after(text: str, start: int, end: int, line: int, column: int) -> tuple[int, int]:
    """The line and column at the end of a part of a text that begins at a line and column."""
    begun = start - column
    for match in _BREAK.finditer(text, start, end):
        line, begun = line + 1, match.end()
    return line, end - begun
