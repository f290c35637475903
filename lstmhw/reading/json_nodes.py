"""JSON text -> the same nodes as from YAML: with positions, and numbers as they are written."""

import json
import re
from bisect import bisect_right

from lstmhw.faults import Fault, shown
from lstmhw.reading.nodes import (
    DEEPEST,
    MOST_NODES,
    Fields,
    Items,
    Mark,
    Node,
    Placed,
    Scalar,
    TextError,
)
from lstmhw.reading.scalars import in_quotes

_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(  # NaN is no JSON, but many programs write it; it is refused as a number
    r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null|NaN|-?Infinity"
)
_DECODER = json.JSONDecoder()
_STARTS = re.compile(r"^", re.MULTILINE)


def parse_json(text: str) -> tuple[Node, tuple[Placed, ...]]:
    """The one value of a text, and the keys that are refused because they stand there twice.

    Raises TextError where it is no JSON.
    """
    reader = _Reader(text)
    node = reader.value(0)
    reader.skip_space()
    if reader.at < len(text):
        raise reader.error("nothing more")
    return node, tuple(reader.refused)


class _Reader:
    """Reads from `at` on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.count = 0
        self.refused: list[Placed] = []
        self.starts = [match.start() for match in _STARTS.finditer(text)]

    def mark(self) -> Mark:
        line = bisect_right(self.starts, self.at)
        return Mark(line, self.at - self.starts[line - 1] + 1)

    def error(self, expected: str) -> TextError:
        found = shown(self.text[self.at : self.at + 20].partition("\n")[0]) or "the end of it"
        message = f"this is not JSON: expected {expected}, found {found}"
        return TextError([(self.mark(), Fault((), message))])

    def skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def next_is(self, character: str) -> bool:
        """Whether this character comes next; then it is passed."""
        self.skip_space()
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def value(self, depth: int) -> Node:
        self.skip_space()
        self._check_limits(depth)
        mark = self.mark()
        if self.next_is("{"):
            return self._fields(mark, depth)
        if self.next_is("["):
            return self._items(mark, depth)
        if self.text.startswith('"', self.at):
            return self._quoted()
        match = _WORD.match(self.text, self.at)
        if match is None:
            raise self.error("a value")
        self.at = match.end()
        return Scalar(match[0], True, mark)

    def _check_limits(self, depth: int) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            message = f"expected at most {MOST_NODES:,} values, found more"
            raise TextError([(self.mark(), Fault((), message))])
        if depth > DEEPEST:
            message = f"expected at most {DEEPEST} levels of nesting, found more"
            raise TextError([(self.mark(), Fault((), message))])

    def _quoted(self) -> Scalar:
        mark, start = self.mark(), self.at
        try:
            text, self.at = _DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            self.at = error.pos
            raise self.error("a text in quotes") from None
        raw = self.text[start + 1 : self.at - 1]
        return Scalar(text, False, mark, in_quotes(raw, mark) if "\\" in raw else ())

    def _items(self, mark: Mark, depth: int) -> Items:
        nodes: list[Node] = []
        while not self.next_is("]"):
            if nodes and not self.next_is(","):
                raise self.error("a comma or ]")
            nodes.append(self.value(depth + 1))
        return Items(tuple(nodes), mark)

    def _fields(self, mark: Mark, depth: int) -> Fields:
        entries: dict[str, tuple[Scalar, Node]] = {}
        empty = True
        while not self.next_is("}"):
            if not empty and not self.next_is(","):
                raise self.error("a comma or }")
            empty = False
            self._entry(entries, depth)
        return Fields(entries, mark)

    def _entry(self, entries: dict[str, tuple[Scalar, Node]], depth: int) -> None:
        self.skip_space()
        if not self.text.startswith('"', self.at):
            raise self.error("a key in quotes")
        key = self._quoted()
        if not self.next_is(":"):
            raise self.error("a colon")
        value = self.value(depth + 1)
        if key.text in entries:
            message = f"expected each key once, found {shown(key.text)!r} again"
            self.refused.append((key.mark, Fault((), message, "keep one")))
        else:
            entries[key.text] = key, value
