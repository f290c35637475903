"""Files as they might have been meant: what is broken in one left out, or right in its place.

What is wrong with all of them is wrong whatever was meant, and can be told beside what is broken;
what is wrong with some is perhaps only its consequence.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from lstmhw.faults import MOST_ERRORS, Path, nearest
from lstmhw.problem import Between, Exact, OneOf, Range, Record, Shape
from lstmhw.reading.letters import respelled
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Scalar
from lstmhw.reading.parts import Parts
from lstmhw.reading.records import (
    Owners,
    keys_together,
    options_of,
    owners_of,
    required,
    told_apart,
    word_at,
    words_of,
)
from lstmhw.reading.runs import Joined, Run
from lstmhw.reading.shapes import renamed, terms
from lstmhw.solution import Claim

NOWHERE = Mark(1, 1)


class Mended(NamedTuple):
    """A file that might have been meant, and the paths where it differs."""

    root: Fields
    paths: frozenset[Path]


def versions(
    root: Fields, record: type[Record], broken: frozenset[Path], sizes: Mapping[str, int]
) -> list[Mended]:
    """Three such files; `broken` is where one is wrong, `sizes` are of the arrays that fit."""
    bare = _Mender(root, broken, sizes, 1, "0", leaves_out=True)
    filled = [_Mender(root, broken, sizes, size, entry) for size, entry in ((1, "0"), (2, "1"))]
    return [mender.mended(root, record) for mender in (bare, *filled)]


class _Mender:
    """Puts something right in the place of what is broken.

    Numbers are `entry`, and sizes that no array fixes are `size`.  With `leaves_out` the keys that
    need not be there are left out instead.
    """

    def __init__(
        self,
        root: Fields,
        broken: frozenset[Path],
        sizes: Mapping[str, int],
        size: int,
        entry: str,
        leaves_out: bool = False,
    ) -> None:
        self.broken = broken
        self.sizes = sizes
        self.size = size
        self.entry = entry
        self.leaves_out = leaves_out
        self.transposed = False
        self.parts = Parts(root)
        self.whole: Owners = {}
        self.paths: set[Path] = set()

    def mended(self, root: Fields, record: type[Record]) -> Mended:
        self.transposed = word_at(root, "orientation") == "row"
        self.whole = owners_of(root, record, {})
        return Mended(self.record(root, record, ()), frozenset(self.paths))

    def record(self, node: Fields, record: type[Record], path: Path) -> Fields:
        owners = owners_of(node, record, self.whole)
        node = respelled(node, owners)
        known = {key: field for key, (_, field) in keys_together(owners).items()}
        kept = {*words_of(record), *(() if path else ("kind",))}
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, (scalar, value) in node.entries.items():
            name = key if key in known or key in kept else self._meant(node, key, known)
            if name != key:
                self.paths |= {(*path, key), (*path, name)}
            if name in known:
                field = known[name]
                mended = self._value(value, field.type, (*path, key))
                if mended is None and (required(field) or not self.leaves_out):
                    mended = self._filler(field.type, (*path, key))
                if mended is not None:
                    entries[name] = scalar, mended
            elif name:
                entries[name] = scalar, value
        for key, field in known.items():
            if required(field) and key not in entries:
                self.paths.add((*path, key))
                entries[key] = _scalar(key), self._filler(field.type, (*path, key))
        return Fields(entries, node.mark)

    def _meant(self, node: Fields, key: str, known: Mapping[str, Any]) -> str:
        """The key that a word may be a slip of; "" where it is dropped (of very many most are)."""
        if self.leaves_out or len(self.paths) > MOST_ERRORS:
            return ""
        return nearest(key, [name for name in known if name not in node.entries])

    def _value(self, node: Node, annotation: Any, path: Path) -> Node | None:
        """The value, mended; None where it is broken as a whole."""
        if not any(wrong[: len(path)] == path for wrong in self.broken):
            return node
        options = options_of(annotation)
        mapping = next((option for option in options if get_origin(option) is Mapping), None)
        if isinstance(node, Fields) and mapping is not None and annotation is not Claim:
            return self._mapping(node, mapping, path)
        if isinstance(node, Fields) and (record := _chosen(node, options)) is not None:
            return self.record(node, record, path)
        if isinstance(node, Items) and get_origin(options[0]) is tuple:
            return self._items(node, get_args(options[0])[0], path)
        self.paths.add(path)
        return None

    def _mapping(self, node: Fields, annotation: Any, path: Path) -> Fields:
        value_type = get_args(annotation)[1]
        mended = {
            key: (scalar, self._value(value, value_type, (*path, key)))
            for key, (scalar, value) in node.entries.items()
        }
        entries = {key: (scalar, value) for key, (scalar, value) in mended.items() if value}
        return Fields(entries, node.mark)

    def _items(self, node: Items, value_type: Any, path: Path) -> Node | None:
        """The list with its items mended; None where one is broken as a whole."""
        pairs = ((item, (*path, k)) for k, item in enumerate(node.nodes))
        mended = [self._value(item, value_type, place) for item, place in pairs]
        whole = [item for item in mended if item is not None]
        return Items(tuple(whole), node.mark) if len(whole) == len(mended) else None

    def _filler(self, annotation: Any, path: Path) -> Node:
        """Something that is right for an annotation."""
        option = options_of(annotation)[0]
        origin, arguments = get_origin(option), get_args(option)
        if origin is Annotated:
            return self._marked(arguments[1], path)
        if origin is Literal:
            return self._one_of(arguments)
        if origin is tuple:
            return Items((self._filler(arguments[0], path),), NOWHERE)
        if origin is Mapping:
            return Fields({}, NOWHERE)
        if issubclass(option, Record):
            return self.record(Fields({}, NOWHERE), option, path)
        return _scalar(("true" if self.size == 1 else "false") if option is bool else self.entry)

    def _marked(self, marker: Any, path: Path) -> Node:
        if isinstance(marker, Shape):
            letters = renamed(marker.shapes[0], self.parts.letters(path))
            turned = letters[::-1] if marker.oriented and self.transposed else letters
            return self._array([self._length(dimension) for dimension in turned])
        if isinstance(marker, OneOf):
            return self._one_of(marker.words)
        if isinstance(marker, Exact):
            return _scalar((marker.above or 0) + 1)
        assert isinstance(marker, Range | Between)
        return _scalar(marker.least)

    def _one_of(self, words: Sequence[object]) -> Node:
        return _scalar(words[0 if self.size == 1 else -1])

    def _length(self, dimension: str) -> int:
        sizes = {"": 1, **self.sizes}
        return sum(factor * sizes.get(letter, self.size) for factor, letter in terms(dimension))

    def _array(self, shape: list[int]) -> Node:
        if not shape:
            return _scalar(self.entry)
        run = Run(f"{self._spelled(shape[1:])}, " * shape[0], "cut", "", NOWHERE)
        return Items(Joined([run]), NOWHERE)

    def _spelled(self, shape: list[int]) -> str:
        """An array as a text."""
        return f"[{', '.join([self._spelled(shape[1:])] * shape[0])}]" if shape else self.entry


def _scalar(value: object) -> Scalar:
    return Scalar(str(value), True, NOWHERE)


def _chosen(node: Fields, options: list[Any]) -> type[Record] | None:
    """The record that a mapping is to be; None where that cannot be told."""
    records = [o for o in options if isinstance(o, type) and issubclass(o, Record)]
    literal = 0
    while len(records) > 1:
        key, by_word = told_apart(records, literal)
        records = by_word.get(word_at(node, key), [])
        literal += 1
    return records[0] if records else None
