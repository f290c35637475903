"""Nodes -> a typed problem, by the annotations of its record; every fault found, not the first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from functools import cached_property
from itertools import chain
from math import prod
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, overload

import numpy as np

from lstmhw.faults import MOST_ERRORS, Fault, Path, ProblemError, did_you_mean, shown, spelled
from lstmhw.functions import Floats
from lstmhw.kinds import KINDS, known, record_of
from lstmhw.numerals import exact, number, whole_number
from lstmhw.problem import Embedded, Exact, OfState, OneOf, Problem, Range, Record, Shape
from lstmhw.reading.nodes import Fields, Items, Node, Scalar
from lstmhw.reading.runs import Run, parts_of
from lstmhw.reading.shapes import Array, bind
from lstmhw.solution import Claim

NOT_KEYS = ("sizes", "written")


class Draft(NamedTuple):
    """A record whose arrays still wait for their sizes."""

    record: type[Record]
    values: Mapping[str, Any]


def decode(root: Node) -> Problem:
    """The problem a document describes.  Raises ProblemError with all that is wrong with it."""
    if not isinstance(root, Fields):
        raise ProblemError(
            [Fault((), f"expected a problem (`kind: ...` and its data), found {described(root)}")]
        )
    record = record_of(_kind(root))
    decoder = _Decoder()
    draft = decoder.record(root, record, ())
    sizes, misfits = bind(decoder.arrays, _is_of_rows(root))
    if decoder.faults or misfits:
        raise ProblemError([*decoder.faults, *misfits])
    problem: Problem = _built(draft, {"sizes": sizes, "written": decoder.written})
    faults = tuple(problem.faults())
    if faults:
        raise ProblemError(faults)
    return problem


def decode_claims(node: Node) -> tuple[dict[str, Claim], tuple[Fault, ...]]:
    """What stands under `claimed`, as far as it can be understood, and the faults of the rest."""
    decoder = _Decoder()
    claims = decoder.value(node, Mapping[str, Claim], ("claimed",)) or {}
    at_fault = {fault.path[1] for fault in decoder.faults if len(fault.path) > 1}
    understood = {name: claim for name, claim in claims.items() if name not in at_fault}
    return understood, tuple(decoder.faults)


def _kind(root: Fields) -> str:
    if "kind" not in root.entries:
        hint = f"start with `kind: {KINDS[0]}`; the kinds are {', '.join(KINDS)}"
        raise ProblemError([Fault((), "expected a `kind`, found none", hint)])
    node = root.entries["kind"][1]
    kind = node.text if isinstance(node, Scalar) else ""
    kinds = known()
    if kind not in kinds:
        found = repr(shown(kind)) if kind else described(node)
        hint = did_you_mean(kind, kinds)
        raise ProblemError(
            [Fault(("kind",), f"expected one of {', '.join(kinds)}; found {found}", hint)]
        )
    return kind


def _is_of_rows(root: Fields) -> bool:
    """Whether the vectors of the file are rows, so that its matrices stand transposed."""
    _, node = root.entries.get("orientation", (None, None))
    return isinstance(node, Scalar) and node.text == "row"


def _embedded(node: Fields, name: str, annotation: Any) -> type[Record]:
    """The record whose keys stand among those of a mapping, for a field of that name."""
    record, marker = get_args(annotation)
    if marker.options is None:
        chosen: type[Record] = record
        return chosen
    options = marker.options()
    if name not in node.entries:
        keys = set(_keys(node))
        told = (option for option in reversed(options.values()) if keys & option.told_by)
        found: type[Record] = next(told, options[marker.usual])
        return found
    word_node = node.entries[name][1]
    word = word_node.text if isinstance(word_node, Scalar) else ""
    if word not in options:
        message = f"expected one of {', '.join(options)}; found {described(word_node)}"
        raise ProblemError([Fault((name,), message, did_you_mean(word, options))])
    of_word: type[Record] = options[word]
    return of_word


def _keys(root: Fields) -> Iterator[str]:
    """The keys of a file, and with a dot those of the mappings in it."""
    for key, (_, node) in root.entries.items():
        yield key
        if isinstance(node, Fields):
            yield from (f"{key}.{inner}" for inner in node.entries)


def _built(draft: Any, told: Mapping[str, Any]) -> Any:
    """The records of a draft, its arrays in their shapes; `told` is for fields that are no keys."""
    if isinstance(draft, Array):
        return draft.shaped()
    if isinstance(draft, tuple) and not isinstance(draft, Draft):
        return tuple(_built(part, told) for part in draft)
    if not isinstance(draft, Draft):
        return draft
    values = {key: _built(value, told) for key, value in draft.values.items()}
    more = {f.name: told[f.name] for f in fields(draft.record) if f.name in NOT_KEYS}
    return draft.record(**values, **more)


def described(node: Node) -> str:
    """What a node is, in the words of an error message."""
    if isinstance(node, Scalar):
        return f"the text {shown(node.text)!r}" if node.text else "nothing"
    if isinstance(node, Items):
        return f"a list of {len(node.nodes)}"
    return "a mapping" + (
        f" with the key {shown(next(iter(node.entries)))}" if node.entries else ""
    )


class _Decoder:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.arrays: list[Array] = []
        self.written: dict[Path, Sequence[str]] = {}

    def near(self, word: str, known: Iterable[str]) -> str:
        """A near word for a hint; of very many faults, only the first get one."""
        return "" if len(self.faults) >= MOST_ERRORS else did_you_mean(word, known)

    def fault(self, path: Path, expected: str, found: str, hint: str = "") -> None:
        self.faults.append(Fault(path, f"expected {expected}, found {found}", hint))

    def record(self, node: Fields, record: type[Record], path: Path) -> Draft:
        embedded = {name: _embedded(node, name, kind) for name, kind in embedded_of(record).items()}
        owners = {"": record, **embedded}
        known = keys_together(owners)
        words = [name for name, kind in embedded_of(record).items() if get_args(kind)[1].options]
        allowed = [*known, *words, *(() if path else ("kind",))]
        values: dict[str, dict[str, Any]] = {owner: {} for owner in owners}
        for key, (_, value) in node.entries.items():
            if key in known:
                owner, field = known[key]
                values[owner][field.name] = self.value(value, field.type, (*path, key))
            elif key not in allowed:
                self.faults.append(self._unknown_key((*path, key), key, allowed))
        for key, (_, field) in known.items():
            if required(field) and key not in node.entries:
                message = f"expected the key {key!r}, found none"
                self.faults.append(Fault(path, message))
        parts = {name: Draft(part, values[name]) for name, part in embedded.items()}
        return Draft(record, {**values[""], **parts})

    def _unknown_key(self, path: Path, key: str, allowed: Sequence[str]) -> Fault:
        """The fault of a key that is not one."""
        hint = self.near(key, allowed) or f"the keys here are {', '.join(allowed)}"
        return Fault(path, f"unknown key {shown(key)!r}", hint, at_key=True)

    def value(self, node: Node, annotation: Any, path: Path) -> Any:
        """The value of a node for an annotation; where that fails, a fault and None."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            return self._union(node, [a for a in arguments if a is not type(None)], path)
        if origin is Annotated:
            return self._marked(node, arguments[1], path)
        if origin is Literal:
            return self._word(node, arguments, path)
        if origin is tuple:
            return self._list(node, arguments[0], path)
        if isinstance(annotation, type) and issubclass(annotation, Record):
            return self._nested(node, annotation, path)
        if annotation is bool:
            return self._word(node, (True, False), path)
        if annotation is str:
            return self._text(node, path)
        if origin is Mapping and arguments == (str, Claim):
            return self._claims(node, path)
        if origin is Mapping:
            return self._mapping(node, arguments[1], path)
        raise TypeError(f"{spelled(path)}: no rule to decode {annotation}")

    def _union(self, node: Node, options: list[Any], path: Path) -> Any:
        if len(options) == 1:
            return self.value(node, options[0], path)
        key, by_word = told_apart(options)
        chosen = node.entries.get(key) if isinstance(node, Fields) else None
        if chosen is None:
            words = " | ".join(by_word)
            return self.fault(path, f"a mapping with `{key}: {words}`", described(node))
        word = self._word(chosen[1], tuple(by_word), (*path, key))
        return self.value(node, by_word[word], path) if word else None

    def _marked(self, node: Node, marker: Any, path: Path) -> Any:
        if isinstance(marker, Shape):
            formula = marker.formula and isinstance(node, Scalar)
            return self._text(node, path) if formula else self._array(node, marker, path)
        if isinstance(marker, OneOf):
            return self._word(node, marker.words, path)
        if isinstance(marker, Exact):
            return self._exact(node, marker, path)
        return self._whole(node, marker, path)

    def _nested(self, node: Node, record: type[Record], path: Path) -> Any:
        if isinstance(node, Fields):
            return self.record(node, record, path)
        keys = ", ".join(keys_of(record))
        return self.fault(path, f"a mapping with keys among {keys}", described(node))

    def _word(self, node: Node, words: tuple[Any, ...], path: Path) -> Any:
        """One of some words; True and False are written true and false, numbers as numbers."""
        spelling = {
            str(word).lower() if isinstance(word, bool) else str(word): word for word in words
        }
        if isinstance(node, Scalar) and node.text in spelling:
            return spelling[node.text]
        hint = self.near(node.text, spelling) if isinstance(node, Scalar) else ""
        return self.fault(path, " or ".join(spelling), described(node), hint)

    def _text(self, node: Node, path: Path) -> Any:
        if not isinstance(node, Scalar):
            return self.fault(path, "a text", described(node))
        control = next((c for c in node.text if not (c.isprintable() or c in "\n\t")), None)
        if control is not None:
            return self.fault(path, "a text", f"the control character U+{ord(control):04X} in it")
        return node.text

    def _whole(self, node: Node, bounds: Range, path: Path) -> Any:
        expected = f"a whole number from {bounds.least} to {bounds.most}"
        if not isinstance(node, Scalar):
            return self.fault(path, expected, described(node))
        try:
            value = whole_number(node.text)
        except ValueError as error:
            return self.fault(path, expected, str(error))
        return (
            value if bounds.least <= value <= bounds.most else self.fault(path, expected, node.text)
        )

    def _exact(self, node: Node, bounds: Exact, path: Path) -> Any:
        expected = "a number" if bounds.above is None else f"a number over {bounds.above}"
        if not isinstance(node, Scalar):
            return self.fault(path, expected, described(node))
        try:
            value = exact(node.text)
        except ValueError as error:
            return self.fault(path, expected, str(error))
        if isinstance(value, float):
            return self.fault(path, "a finite number", node.text)
        outside = bounds.above is not None and value <= bounds.above
        return self.fault(path, expected, node.text) if outside else value

    def _mapping(self, node: Node, annotation: Any, path: Path) -> Any:
        if not isinstance(node, Fields):
            return self.fault(path, "a mapping", described(node))
        return {
            key: self.value(value, annotation, (*path, key))
            for key, (_, value) in node.entries.items()
        }

    def _list(self, node: Node, annotation: Any, path: Path) -> Any:
        if not isinstance(node, Items):
            words = get_args(annotation) if get_origin(annotation) is Literal else ()
            example = ", ".join(words) or (shown(node.text) if isinstance(node, Scalar) else "")
            return self.fault(
                path, "a list", described(node), f"write [{example}]" if example else ""
            )
        return tuple(self.value(item, annotation, (*path, k)) for k, item in enumerate(node.nodes))

    def _array(self, node: Node, marker: Shape, path: Path) -> Any:
        depths = {len(shape) for shape in marker.shapes}
        before = len(self.faults)
        shape = self._numbers_shape(node, path, max(depths))
        if shape is None or len(self.faults) > before:
            return None
        numbers = self._numbers(node, prod(shape), marker, path)
        if len(self.faults) > before:
            return None
        array = Array(path, numbers.reshape(shape), marker)
        self.arrays.append(array)
        self.written[path] = Written(node)
        return array

    def _numbers(self, node: Node, count: int, marker: Shape, path: Path) -> Floats:
        """All the numbers of nested lists, one after the other."""
        numbers = np.empty(count)
        end = 0
        for part, place in _parts(node, path):
            found = part.numbers if isinstance(part, Run) else self._number(part, marker, place)
            start, end = end, end + np.size(found)
            numbers[start:end] = found
        return numbers

    def _numbers_shape(self, node: Node, path: Path, depth: int) -> tuple[int, ...] | None:
        """The shape of nested lists, None (and a fault) where they are ragged or too deep."""
        if isinstance(node, Scalar):
            return ()
        if isinstance(node, Fields) or depth == 0:
            self.fault(path, "a number" if depth == 0 else "a list of numbers", described(node))
            return None
        if not node.nodes:
            self.fault(path, "numbers", "an empty list")
            return None
        shapes = list(self._item_shapes(node, path, depth - 1))
        _, first = shapes[0]
        for k, shape in shapes:
            if shape is None or first is None:
                return None
            if shape != first:
                self._ragged((*path, k), first, shape, k)
                return None
        return (len(node.nodes), *first) if first is not None else None

    def _item_shapes(
        self, node: Items, path: Path, depth: int
    ) -> Iterator[tuple[int, tuple[int, ...] | None]]:
        """The shapes of the items of a list with their numbers; of a run, only the first."""
        for first, part in parts_of(node.nodes):
            if isinstance(part, Run) and part.shape is not None and len(part.shape) <= depth + 1:
                yield first, part.shape[1:]
                continue
            for k, item in enumerate(part if isinstance(part, Run) else [part], first):
                yield k, self._numbers_shape(item, (*path, k), depth)

    def _ragged(self, path: Path, first: tuple[int, ...], found: tuple[int, ...], k: int) -> None:
        message = f"row 1 has {_count(first)}, row {k + 1} has {_count(found)}"
        hint = "every row of a matrix has the same number of entries"
        self.faults.append(Fault(path, f"expected rows of one length: {message}", hint))

    def _number(self, scalar: Scalar, marker: Shape, path: Path) -> float:
        try:
            value = number(scalar.text)
        except ValueError as error:
            self.fault(path, "a number", str(error))
            return 0.0
        if abs(value) == float("inf") and not marker.limits:
            self.fault(path, "a finite number", scalar.text, "only biases may be infinite")
        return value

    def _claims(self, node: Node, path: Path) -> Any:
        if not isinstance(node, Fields):
            return self.fault(path, "a mapping from symbols to values", described(node))
        return {
            symbol: self._claim(value, (*path, symbol))
            for symbol, (_, value) in node.entries.items()
        }

    def _claim(self, node: Node, path: Path) -> Claim:
        if isinstance(node, Items):
            return tuple(self._claim(item, (*path, k)) for k, item in enumerate(node.nodes))
        if isinstance(node, Fields):
            self.fault(path, "a number or a list of numbers", described(node))
            return ()
        return node.text


def keys_of(record: type[Record]) -> dict[str, Field[Any]]:
    """The keys of a record in a file, with their fields; without those of embedded records."""
    own = [f for f in fields(record) if f.name not in NOT_KEYS and not _is_embedded(f)]
    return {f.name.rstrip("_"): f for f in own}


def keys_together(records: Mapping[str, type[Record]]) -> dict[str, tuple[str, Field[Any]]]:
    """The keys of records that stand in one mapping, with their owners' names and their fields."""
    states = {letter for record in records.values() for letter in getattr(record, "states", "")}
    return {
        key: (owner, field)
        for owner, record in records.items()
        for key, field in keys_of(record).items()
        if (letter := _state_of(field)) is None or letter in states
    }


def _state_of(field: Field[Any]) -> str | None:
    """The letter of the state that a cell has to have for a key to be there."""
    for option in get_args(field.type):
        markers = get_args(option)[1:] if get_origin(option) is Annotated else ()
        for marker in markers:
            if isinstance(marker, OfState):
                return marker.letter
    return None


def embedded_of(record: type[Record]) -> dict[str, Any]:
    """The fields of a record that are embedded records, with their annotations."""
    return {f.name: f.type for f in fields(record) if _is_embedded(f)}


def _is_embedded(field: Field[Any]) -> bool:
    arguments = get_args(field.type)
    return len(arguments) == 2 and isinstance(arguments[1], Embedded)


def required(field: Field[Any]) -> bool:
    """Whether a key of a record has to be there."""
    return field.default is MISSING and field.default_factory is MISSING


def told_apart(records: Sequence[type[Record]]) -> tuple[str, dict[str, type[Record]]]:
    """The key that tells records apart, the first Literal of each, and its words."""
    literals = [next(f for f in fields(r) if get_origin(f.type) is Literal) for r in records]
    (key,) = {literal.name for literal in literals}
    pairs = zip(literals, records, strict=True)
    return key, {word: record for literal, record in pairs for word in get_args(literal.type)}


class Written(Sequence[str]):
    """The numbers of nested lists as they are written, found when they are first asked for."""

    def __init__(self, node: Node) -> None:
        self.node = node

    @cached_property
    def _texts(self) -> list[str]:
        parts = (part for part, _ in _parts(self.node, ()))
        texts = (part.texts if isinstance(part, Run) else [part.text] for part in parts)
        return list(chain.from_iterable(texts))

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, k: int) -> str: ...
    @overload
    def __getitem__(self, k: slice) -> list[str]: ...
    def __getitem__(self, k: int | slice) -> str | list[str]:
        return self._texts[k]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


def _parts(node: Node | Run, path: Path) -> Iterator[tuple[Scalar | Run, Path]]:
    """The numbers of nested lists, one by one or in runs."""
    if isinstance(node, Scalar | Run):
        yield node, path
    elif isinstance(node, Items):
        for k, part in parts_of(node.nodes):
            yield from _parts(part, (*path, k))


def _count(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return "1 number" if shape == (1,) else " x ".join(map(str, shape)) + " numbers"
