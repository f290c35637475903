"""Plain nodes that know their line and column: what a file is once it is parsed."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from lstmhw.faults import Fault

MOST_BYTES = 64 * 2**20
DEEPEST = 32
MOST_NODES = 8_000_000


class Mark(NamedTuple):
    """A place in a file; both count from 1."""

    line: int
    column: int


class Scalar(NamedTuple):
    """A single value as written; `plain` means without quotes.

    Where lines or escapes come in between, `pieces` says where in the file the text goes on from
    some of its characters; a line break between plain lines is a blank in the text.
    """

    text: str
    plain: bool
    mark: Mark
    pieces: tuple[tuple[int, Mark], ...] = ()

    @property
    def lines(self) -> str:
        """The text with the line breaks that plain lines have in the file."""
        broken = list(self.text)
        for (_, before), (at, mark) in pairwise([(0, self.mark), *self.pieces]):
            if mark.line > before.line and at and broken[at - 1] == " ":
                broken[at - 1] = "\n"
        return "".join(broken)

    def place(self, at: int) -> Mark:
        """Where in the file a character of the text is, if that is known; else its beginning."""
        k = bisect_right(self.pieces, at, key=lambda piece: piece[0])
        if k == 0:
            quote = 0 if self.plain or not at else 1
            return Mark(self.mark.line, self.mark.column + at + quote)
        start, mark = self.pieces[k - 1]
        return Mark(mark.line, mark.column + at - start)


class Items(NamedTuple):
    """A list; of a large file, its numbers may be read only when they are asked for."""

    nodes: Sequence["Node"]
    mark: Mark


class Fields(NamedTuple):
    """A mapping: key -> (the key itself, the value)."""

    entries: dict[str, tuple[Scalar, "Node"]]
    mark: Mark


Node = Scalar | Items | Fields


Placed = tuple[Mark, Fault]
"""A fault and where it is."""


class Subject(NamedTuple):
    """What a file holds, in the words of an error message, and the key that comes first there."""

    word: str
    first_key: str


PROBLEM = Subject("problem", "kind")


class TextError(Exception):
    """A text that cannot be read as one YAML document of this dialect, and where that shows."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        self.placed = tuple(placed)
        super().__init__("; ".join(fault.message for _, fault in placed))


class TooDeepError(TextError):
    """A text whose lists and mappings are nested too deep, at the first place too deep."""


class Source:
    """A text as the parser gets it, and what that has to do with the file."""

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def is_as_parsed(self) -> bool:
        """Whether the parser has met all in it as it was expected to."""
        return True

    def corrected(self) -> "Source":
        """What to give to the parser where that is not so."""
        return self

    def mark(self, place: Any) -> Mark:
        """Where in the file a place is that the parser tells of."""
        return Mark(place.line + 1, place.column + 1)

    def run_after(self, item: Any, is_flow: bool, depth: int) -> Any:
        """The numbers that follow an item of a list, where the parser does not get them."""
        return None

    def joined(self, parts: Sequence[Any]) -> Sequence[Node]:
        """The items of a list, from single ones and from runs."""
        return tuple(parts)
