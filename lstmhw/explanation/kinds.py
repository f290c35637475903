"""The page of a kind of problem: the keys of its files, from the schema."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lstmhw.glossary.keys import COMMON, key_said
from lstmhw.kinds import record_of
from lstmhw.reading.schema import Schema, schema
from lstmhw.solution import Section, Solution, Table

REFERENCES = {"#/definitions/number": "number", "#/definitions/claim": "claim"}
TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false"}
NOTHING = {"type": "null"}
PRINTED = {"$ref": "#/definitions/printed"}
ARRAYS = ("number", "vector", "matrix", "list of matrices")
"""How deep an array is, in words."""
MOST = 4  # mappings in the place of one another that are told with all their keys
Key = tuple[str, str, str]
"""A key, its type in words, and what it says."""


def kind_page(kind: str) -> Solution:
    """The keys of a kind: what stands there, and what it says."""
    options = _options(kind)
    shared = [key for key in options[0]["properties"] if _is_in_all(key, options)]
    own = [key for key in shared if key not in (*COMMON, "kind")]
    tables = {
        "Keys": _rows(kind, own, options),
        **dict(_of_cells(kind, options, shared)),
        "Keys of every kind": _rows(kind, tuple(COMMON), options),
    }
    return Solution(
        kind="kind",
        title=(record_of(kind).__doc__ or "").partition("\n")[0],
        source=kind,
        digits=4,
        sections=tuple(
            Section(title, (Table(("key", "what stands there", "what it says"), rows),))
            for title, rows in tables.items()
            if rows
        ),
        extras={
            "name": kind,
            "keys": [
                {"key": key, "type": what, "meaning": said}
                for rows in tables.values()
                for key, what, said in rows
            ],
        },
    )


def _options(kind: str) -> Sequence[Schema]:
    """The schemas of a kind, one for each cell that it may be about."""
    cases = schema()["allOf"]
    (found,) = (c["then"] for c in cases if c["if"]["properties"]["kind"]["const"] == kind)
    options: Sequence[Schema] = found.get("anyOf", [found])
    return options


def _is_in_all(key: str, options: Sequence[Schema]) -> bool:
    return all(key in option["properties"] for option in options)


def _of_cells(
    kind: str, options: Sequence[Schema], shared: Sequence[str]
) -> Iterator[tuple[str, tuple[Key, ...]]]:
    """What the keys of each cell are besides."""
    for option in options:
        word = option["properties"].get("cell", {}).get("const")
        if word is not None:
            keys = [key for key in option["properties"] if key not in shared]
            yield f"Also, with cell: {word}", _rows(kind, keys, (option,))


def _rows(kind: str, keys: Sequence[str], options: Sequence[Schema]) -> tuple[Key, ...]:
    """The keys with all that may stand there in one of these schemas."""
    types = {key: _either([_type(o["properties"][key]) for o in options]) for key in keys}
    return tuple((_marked(key, options), types[key], key_said(kind, key)) for key in keys)


def _marked(key: str, options: Sequence[Schema]) -> str:
    is_needed = all(key in option["required"] for option in options)
    return f"{key} (needed)" if is_needed else key


def _type(value: Mapping[str, Any]) -> str:
    """What stands behind a key, in words."""
    if "anyOf" in value:
        options = [option for option in value["anyOf"] if option not in (NOTHING, PRINTED)]
        return _either([_type(o) for o in options]) if len(options) <= MOST else _first_of(options)
    if "$ref" in value:
        return REFERENCES[value["$ref"]]
    if "enum" in value:
        return _either([str(word) for word in value["enum"]])
    if "const" in value:
        return str(value["const"])
    match value["type"]:
        case "array":
            return _list_of(value["items"])
        case "object":
            return _mapping(value)
        case str(name):
            return TYPES.get(name, name)
    return "text"


def _either(types: Sequence[str]) -> str:
    """One of several types, each once: a, b or c."""
    *before, last = dict.fromkeys(types)
    return f"{', '.join(before)} or {last}" if before else last


def _list_of(items: Mapping[str, Any]) -> str:
    """A vector, a matrix, or a list of something else."""
    inner = _type(items)
    if inner in ARRAYS[:-1]:
        return ARRAYS[ARRAYS.index(inner) + 1]
    return f"list: {inner}"


def _first_of(options: Sequence[Mapping[str, Any]]) -> str:
    """Very many mappings, by the key that they begin with."""
    return _either([f"{{{next(iter(option['properties']))}, ...}}" for option in options])


def _mapping(value: Mapping[str, Any]) -> str:
    keys = value.get("properties")
    return f"{{{', '.join(keys)}}}" if keys else "mapping"
