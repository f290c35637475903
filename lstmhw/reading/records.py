"""What the annotations of a record say about the keys of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from lstmhw.cells.cell import Cell
from lstmhw.problem import Embedded, OfState, Record
from lstmhw.reading.nodes import Fields, Items, Scalar

NOT_KEYS = ("sizes", "written", "place", "renamed", "left_out")

LAYERS = "layers"
"""The key of the parts of a network, one on another."""

Owners = Mapping[str, type[Record]]
"""The records whose keys stand in one mapping: the record itself, as "", and those embedded in it,
by the field that they are."""


def keys_of(record: type[Record]) -> dict[str, Field[Any]]:
    """The keys of a record in a file, with their fields; without those of embedded records."""
    own = [f for f in fields(record) if f.name not in NOT_KEYS and not _is_embedded(f)]
    return {f.name.rstrip("_"): f for f in own}


def keys_together(owners: Owners) -> dict[str, tuple[str, Field[Any]]]:
    """The keys of one mapping, each with the name of its owner and its field."""
    of_cells = [record.states for record in owners.values() if issubclass(record, Cell)]
    states = {letter for letters in of_cells for letter in letters}
    of_file = {name for record in owners.values() for name in getattr(record, "of_file", ())}
    return {
        key: (owner, field)
        for owner, record in owners.items()
        for key, field in keys_of(record).items()
        if ((letter := _state_of(field)) is None or letter in states)
        and not (key in of_file and is_part(owners[""]))
    }


def owners_of(node: Fields, record: type[Record], whole: Owners) -> Owners:
    """The record of a mapping and those embedded in it, without one whose word says nothing.

    `whole` are those of the file that it is a part of.
    """
    found = {name: _chosen(node, name, kind, whole) for name, kind in embedded_of(record).items()}
    return {"": record, **{name: part for name, part in found.items() if part is not None}}


def is_part(record: type[Record]) -> bool:
    """Whether a record is a part of a network, with sizes of its own."""
    return any(get_args(kind)[1].like for kind in embedded_of(record).values())


def words_of(record: type[Record]) -> dict[str, Mapping[str, type[Record]]]:
    """The keys whose words choose an embedded record, and what each word chooses."""
    markers = {name: get_args(kind)[1] for name, kind in embedded_of(record).items()}
    return {name: marker.options() for name, marker in markers.items() if marker.options}


def word_at(node: Fields, key: str) -> str:
    """The text at a key; "" where there is none."""
    _, value = node.entries.get(key, (None, None))
    return value.text if isinstance(value, Scalar) else ""


def _chosen(node: Fields, name: str, annotation: Any, whole: Owners) -> type[Record] | None:
    """The embedded record of a field: by the word at its key, or by the other keys."""
    record: type[Record]
    record, marker = get_args(annotation)
    if marker.like:
        return whole.get(marker.like)
    if marker.options is None:
        return record
    options: Mapping[str, type[Any]] = marker.options()
    if name in node.entries:
        return options.get(word_at(node, name))
    keys = set(_keys(node))
    told = [part for part in options.values() if keys & part.told_by]
    return told[-1] if told else options[marker.usual]


def _keys(root: Fields) -> Iterator[str]:
    """The keys of a mapping, those of its layers, and with a dot those of the mappings in it."""
    for key, (_, node) in root.entries.items():
        yield key
        if isinstance(node, Fields):
            yield from (f"{key}.{inner}" for inner in node.entries)
        for part in node.nodes[:1] if key == LAYERS and isinstance(node, Items) else ():
            yield from _keys(part) if isinstance(part, Fields) else ()


def _state_of(field: Field[Any]) -> str | None:
    """The letter of the state that a cell has to have for a key to be there."""
    for option in options_of(field.type):
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


def options_of(annotation: Any) -> list[Any]:
    """What an annotation allows, but None."""
    if get_origin(annotation) not in (Union, UnionType):
        return [annotation]
    return [option for option in get_args(annotation) if option is not type(None)]


def is_mapping(annotation: Any) -> bool:
    """Whether a mapping is what an annotation allows."""
    is_record = isinstance(annotation, type) and issubclass(annotation, Record)
    return is_record or get_origin(annotation) is Mapping


def required(field: Field[Any]) -> bool:
    """Whether a key of a record has to be there."""
    return field.default is MISSING and field.default_factory is MISSING


def told_apart(
    records: Sequence[type[Record]], literal: int = 0
) -> tuple[str, dict[str, list[type[Record]]]]:
    """The key that tells records apart, a Literal of each, and its words with their records.

    Records that share a word are told apart by the next `literal`.
    """
    by_word: dict[str, list[type[Record]]] = {}
    keys = set()
    for record in records:
        field = [f for f in fields(record) if get_origin(f.type) is Literal][literal]
        keys.add(field.name)
        for word in get_args(field.type):
            by_word.setdefault(word, []).append(record)
    (key,) = keys
    return key, by_word
