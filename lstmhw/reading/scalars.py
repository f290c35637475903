"""Where the characters of a value stand in a file, behind escapes and on several lines."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from lstmhw.reading.nodes import Mark

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
Pieces = tuple[tuple[int, Mark], ...]


def in_quotes(raw: str, mark: Mark) -> Pieces:
    """The pieces of a text in double quotes on one line; `raw` is as it stands there."""
    found, removed = [], 1  # the quote
    for match in _ESCAPE.finditer(raw):
        removed += len(match[0]) - 1
        at = match.end() - removed
        found.append((at, Mark(mark.line, mark.column + match.end())))
    return tuple(found) if not found else ((0, Mark(mark.line, mark.column + 1)), *found)


def on_lines(text: str, raw: Sequence[str], mark: Mark, style: str | None) -> Pieces:
    """The pieces of a text on several lines, which are `raw` from its mark on."""
    places = _block_lines(text, raw) if style == "|" else _folded_lines(text, raw, mark.column)
    return tuple((at, Mark(mark.line + k, column)) for at, k, column in places)


Line = tuple[int, int, int]
"""Where a line begins in the text, how many lines come before it, and its column in the file."""


def _block_lines(text: str, raw: Sequence[str]) -> Iterator[Line]:
    own = text.split("\n")
    indents = [_indent(line) for line in raw[1:] if line.strip()]
    in_text = [_indent(line) for line in own if line.strip()]
    indent = indents[0] - in_text[0] if indents and in_text else 0
    starts = accumulate((len(line) + 1 for line in own), initial=0)
    for k, at in zip(range(len(own)), starts, strict=False):
        yield at, k + 1, indent + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _folded_lines(text: str, raw: Sequence[str], column: int) -> Iterator[Line]:
    """Lines of which the first begins in a column."""
    at = 0
    for k, line in enumerate(raw):
        written = line.strip(" \t\r").strip("'\"")
        place = text.find(written, at) if written else -1
        if place >= 0:
            before = 0 if k else column - 1
            yield place, k, before + line.index(written) + 1
            at = place + len(written)
