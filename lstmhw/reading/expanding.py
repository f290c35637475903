"""Nodes whose texts stand for numbers, as nodes with a scalar for each number."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from lstmhw.faults import Fault, Path, shown
from lstmhw.numerals import number
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Scalar
from lstmhw.reading.print_tokens import NotNumbersError, PastedError
from lstmhw.reading.runs import Joined
from lstmhw.solution import NO_ANSWER, Claim

if TYPE_CHECKING:
    from lstmhw.reading.pasted import Nested

ODD = re.compile(r"[\s;,\[(\\]")
"""What no single number has, but a text that stands for several."""
CLAIMED = re.compile(r"[\s;,\[(\\=≈≃%\u2212\u2013/]")
"""The same in a claim, where a number has more spellings."""
NAME_BEFORE = re.compile(
    r"[\s$]*(?P<name>[A-Za-z][\w@]*(?:\{\w+\})?)\s*(?:=|≈|≃|\\approx)(?!=|[^\S\n]*\n)"
)
"""`h_2 =` before what is claimed; MATLAB prints any name, on a line of its own."""
ROWS = "write [[.., ..], [.., ..]] for rows, [.., ..] for a vector"
Reader = Callable[[str], "list[Nested]"]


class FaultError(Exception):
    """A text that is wrong, and what is wrong with it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


class WordsError(FaultError):
    """A text with words in it, or operations, which may be meant as something else."""


class Wanted(NamedTuple):
    """How many axes an array may have, and how many if it is not of a batch."""

    axes: Collection[int]
    single: Collection[int]

    @property
    def inner(self) -> "Wanted":
        """The same of an item."""
        return Wanted([n - 1 for n in self.axes if n], [n - 1 for n in self.single if n])

    def chosen(self, readings: Sequence[Node], path: Path) -> Node:
        """The reading that fits, else the first.  Raises FaultError where several do."""
        vectors = [self._as_vector(node) for node in readings]
        fitting = {shape(node): node for node in vectors if len(shape(node)) in self.axes}
        if len(fitting) > 1:
            told = " or as ".join(" x ".join(map(str, found)) for found in fitting)
            message = f"expected numbers, found some to be read as {told} of them"
            raise FaultError(Fault(path, message, ROWS))
        return next(iter(fitting.values()), vectors[0])

    def _as_vector(self, node: Node) -> Node:
        """A column or a row as a vector, and one number without brackets, where such is due."""
        sizes = shape(node)
        if len(sizes) == 2 and 1 in sizes and 1 in self.single and 2 not in self.single:
            return _flat(node)
        is_number = set(sizes) == {1} and set(self.axes) == {0}
        return _numbers(node)[0] if is_number else node


class _Source(NamedTuple):
    """A text to be read, made of some scalars: where each begins in it, and its key path."""

    text: str
    scalars: Sequence[Scalar]
    starts: Sequence[int]
    paths: Sequence[Path]

    def nodes(self, read: Reader) -> list[Node]:
        """What the text stands for.  Raises FaultError, or WordsError."""
        try:
            return [self._node(nested) for nested in read(self.text)]
        except PastedError as error:
            kind = WordsError if isinstance(error, NotNumbersError) else FaultError
            k, at = self._place(error.at)
            raise kind(Fault(self.paths[k], str(error), error.hint, at=at)) from None

    def _place(self, at: int) -> tuple[int, int]:
        """The scalar that a character of the text is in, and its place there."""
        k = max(0, bisect_right(self.starts, at) - 1)
        return k, max(0, at - self.starts[k])

    def _mark(self, at: int) -> Mark:
        k, place = self._place(at)
        return self.scalars[k].place(place)

    def _node(self, nested: "Nested") -> Node:
        from lstmhw.reading.pasted import Entry

        if isinstance(nested, Entry):
            return Scalar(nested.text, True, self._mark(nested.at))
        return Items(tuple(map(self._node, nested.items)), self._mark(nested.at))


def expanded(node: Node, path: Path, wanted: Wanted) -> Node:
    """The node of an array, its texts as lists.  Raises FaultError."""
    if isinstance(node, Scalar):
        return wanted.chosen(_in_file(node, path), path) if ODD.search(node.text) else node
    if not isinstance(node, Items) or isinstance(node.nodes, Joined):
        return node
    scalars = [item for item in node.nodes if isinstance(item, Scalar)]
    if not node.nodes or (scalars and not any(ODD.search(scalar.text) for scalar in scalars)):
        return node
    if len(scalars) < len(node.nodes):
        pairs = enumerate(node.nodes)
        return node._replace(
            nodes=tuple(expanded(item, (*path, k), wanted.inner) for k, item in pairs)
        )
    alone = _alone(scalars, path, _of_file)
    if len(scalars) == 1 and alone and 1 not in wanted.axes and len(shape(alone[0])) == 1:
        return Items((alone[0],), node.mark)  # - 2 6 0 0, the one row of a matrix
    return wanted.chosen(_list(node, alone, path, _of_file), path)


def likeliest(node: Node) -> Node:
    """What the texts of a node stand for most likely; the node itself where that is unknown."""
    try:
        return expanded(node, (), Wanted((1, 2, 3), (1, 2, 3)))
    except FaultError:
        return node


def number_text(scalar: Scalar, path: Path) -> str:
    """The text of a single number.  Raises FaultError."""
    read = expanded(scalar, path, Wanted((0,), (0,)))
    if isinstance(read, Scalar):
        return read.text
    raise FaultError(Fault(path, f"expected a number, found {len(_numbers(read))} numbers"))


def claim(node: Node, path: Path) -> Claim:
    """What is claimed: numbers as they are written, or a text.  Raises FaultError."""
    if isinstance(node, Fields):
        raise FaultError(Fault(path, "expected a number or a list of numbers, found a mapping"))
    if isinstance(node, Scalar):
        return _claim_of(_in_claim(node, path), path) if _is_odd(node) else node.text
    scalars = [item for item in node.nodes if isinstance(item, Scalar)]
    if len(scalars) == len(node.nodes) and any(map(_is_odd, scalars)):
        if any(map(is_gap, scalars)):
            return tuple(_of_one(scalar, (*path, k)) for k, scalar in enumerate(scalars))
        try:
            alone = _alone(scalars, path, _of_claim)
            return _claim_of(_list(node, alone, path, _of_claim), path)
        except WordsError:
            return tuple(scalar.text for scalar in scalars)
    return tuple(claim(item, (*path, k)) for k, item in enumerate(node.nodes))


def _of_one(scalar: Scalar, path: Path) -> Claim:
    """A number of a list of which some are missing; 0,55 is one, as where all are there."""
    if not _is_odd(scalar):
        return scalar.text
    try:
        return _written(_source([scalar], [path]).nodes(_of_claim)[0])
    except WordsError:
        return scalar.text


def is_gap(node: Node) -> bool:
    """Whether nothing stands there, or null."""
    return isinstance(node, Scalar) and node.plain and node.text in NO_ANSWER


def claim_of(node: Node, path: Path) -> Claim:
    """The same of the symbol at the end of the path, whose name may stand before its numbers.

    Raises FaultError where another name stands there.
    """
    before = NAME_BEFORE.match(node.lines) if isinstance(node, Scalar) else None
    if before is None:
        return claim(node, path)
    assert isinstance(node, Scalar)
    behind = " " * before.end() + node.text[before.end() :]  # so that places stay
    found = claim(node._replace(text=behind), path)
    if isinstance(found, str) and not _is_number(found):
        return claim(node, path)  # a formula, which has its own reading of the name
    if _plain_name(before["name"]) not in _names_of(str(path[-1])):
        message = f"expected numbers, found {shown(before[0].strip())!r} before them"
        raise FaultError(Fault(path, message, f"write the numbers of {path[-1]} alone"))
    return found


def _is_number(text: str) -> bool:
    try:
        number(text)
    except ValueError:
        return False
    return True


def _plain_name(name: str) -> str:
    return re.sub(r"[_{}]", "", name)


def _names_of(symbol: str) -> set[str]:
    """A symbol as it may be written before its numbers: h_2 = .., h2 = .., h_t = .., h = .."""
    bare = re.sub(r"_[0-9]+(?=@|$)", "", symbol)
    return {_plain_name(name) for name in (symbol, bare, f"{bare}_t")}


def shape(node: Node) -> tuple[int, ...]:
    """The number of items of a list, and the shape of the first."""
    if not isinstance(node, Items):
        return ()
    return (len(node.nodes), *(shape(node.nodes[0]) if node.nodes else ()))


def _of_file(text: str) -> "list[Nested]":
    from lstmhw.reading.pasted import in_file  # only now: most files have no such text

    return in_file(text)


def _of_claim(text: str) -> "list[Nested]":
    from lstmhw.reading.pasted import in_claim

    return in_claim(text)


def _in_file(scalar: Scalar, path: Path) -> list[Node]:
    """What a text stands for; the scalar as it is where there is no number in it."""
    if not re.search("[0-9]", scalar.text):
        return [scalar]
    return _source([scalar], [path]).nodes(_of_file)


def _in_claim(scalar: Scalar, path: Path) -> list[Node]:
    try:
        return _source([scalar], [path]).nodes(_of_claim)
    except WordsError:
        return [scalar]


def _is_odd(scalar: Scalar) -> bool:
    """Whether a claimed text is more than a number, and may be numbers."""
    return bool(CLAIMED.search(scalar.text)) and not _is_number(scalar.text)


def _source(scalars: Sequence[Scalar], paths: Sequence[Path]) -> _Source:
    """The text of one scalar, or of several as a list."""
    if len(scalars) == 1:
        return _Source(scalars[0].lines, scalars, (0,), paths)
    return _bracketed(scalars, paths)


def _bracketed(scalars: Sequence[Scalar], paths: Sequence[Path]) -> _Source:
    """The texts of a list in brackets, with a blank behind each comma that has one in the file."""
    gaps = ["," if is_tight else ", " for is_tight in _tight(scalars)]
    texts = [scalar.lines + gap for scalar, gap in zip(scalars, [*gaps, ""], strict=True)]
    starts = list(accumulate(map(len, texts), initial=1))
    return _Source(f"[{''.join(texts)}]", scalars, starts[:-1], paths)


def _tight(scalars: Sequence[Scalar]) -> list[bool]:
    """Whether there is nothing but a comma between each and the next."""
    ends = [Mark(s.mark.line, s.mark.column + len(s.text) + 1) for s in scalars]
    return [end == after.mark for end, after in zip(ends, scalars[1:], strict=False)]


def _alone(scalars: Sequence[Scalar], path: Path, read: Reader) -> list[Node] | None:
    """Each text of a list as what it stands for by itself; None where one stands for nothing.

    Raises WordsError where there are words.
    """
    found = []
    for k, scalar in enumerate(scalars):
        try:
            found.append(_source([scalar], [(*path, k)]).nodes(read)[0])
        except WordsError:
            raise
        except FaultError:
            return None
    return found


def _list(node: Items, alone: list[Node] | None, path: Path, read: Reader) -> list[Node]:
    """What a list of texts stands for: each is a row, or together they are what is in brackets.

    [2 6; -3 3] without quotes is a list of the one text `2 6; -3 3`, [0,5 0,6] of three.
    """
    scalars = [item for item in node.nodes if isinstance(item, Scalar)]
    paths = [(*path, k) for k in range(len(scalars))]
    is_cut = len(scalars) == 1 or any(";" in scalar.text for scalar in scalars)
    if not all(scalar.plain for scalar in scalars) or not (is_cut or any(_tight(scalars))):
        found = [
            _source([s], [place]).nodes(read)[0] for s, place in zip(scalars, paths, strict=True)
        ]
        return [Items(tuple(found), node.mark)]
    joined = _bracketed(scalars, paths).nodes(read)
    rows = Items(tuple(alone or ()), node.mark)
    are_rows = len(set(map(shape, rows.nodes))) == 1 and not is_cut
    return [rows] if are_rows and len(_numbers(rows)) == len(_numbers(joined[0])) else joined


def _flat(node: Node) -> Items:
    return Items(tuple(_numbers(node)), node.mark)


def _numbers(node: Node) -> list[Scalar]:
    """All numbers of a node, one after the other."""
    if isinstance(node, Scalar):
        return [node]
    assert isinstance(node, Items)
    return [scalar for item in node.nodes for scalar in _numbers(item)]


def _claim_of(readings: Sequence[Node], path: Path) -> Claim:
    """The one reading of a claim, a column as a vector.  Raises FaultError where there are two."""
    wanted = Wanted(range(5), (0, 1, 3))
    return _written(wanted.chosen(readings, path))


def _written(node: Node) -> Claim:
    if isinstance(node, Scalar):
        return node.text
    assert isinstance(node, Items)
    return tuple(map(_written, node.nodes))
