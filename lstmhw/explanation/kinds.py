"""The page of a kind of problem: what it asks, and the keys of its files, from the schema."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lstmhw.explanation.topics import sections_of
from lstmhw.glossary.keys import COMMON, OF_PART, Key, key_of
from lstmhw.glossary.kinds import ABOUT
from lstmhw.kinds import record_of
from lstmhw.reading.described import Schema
from lstmhw.reading.schema import schema
from lstmhw.reading.written import as_yaml
from lstmhw.solution import Section, Solution, Table

REFERENCES = {"#/definitions/number": "number", "#/definitions/claim": "claim"}
TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false"}
NOTHING = {"type": "null"}
PRINTED = {"$ref": "#/definitions/printed"}
ARRAYS = ("number", "vector", "matrix", "list of matrices")
"""How deep an array is, in words."""
MOST = 4  # mappings in the place of one another that are told with all their keys
TELLING = ("type", "layout", "cell", "kind")
"""The keys whose word says which of several mappings stands there."""
TOLD = [part for part in OF_PART if part not in ("marking", "than")]
"""The parts that are told with a kind: `marking` has a page, `than` is as `layers`."""
FEW = 5  # words that are told one by one


class Row(NamedTuple):
    """A key, what stands there in words and in an example, and what it says."""

    key: str
    type: str
    example: str
    said: str


def kind_page(kind: str) -> Solution:
    """What a kind asks, the keys of its files and of their parts, and what is answered."""
    options = _options(kind)
    shared = [key for key in options[0]["properties"] if _is_in_all(key, options)]
    own = [key for key in shared if key not in (*COMMON, "kind")]
    tables = {
        "Keys": _rows(kind, own, options),
        **dict(_of_cells(kind, options, shared)),
        "Keys of every kind": _rows(kind, tuple(COMMON), options),
    }
    said = sections_of(ABOUT.get(kind, ()))
    keys = [_section(title, rows) for title, rows in tables.items() if rows]
    parts = [section for part in TOLD for section in _part(kind, part, options)]
    return Solution(
        kind="kind",
        title=(record_of(kind).__doc__ or "").partition("\n")[0],
        source=kind,
        digits=4,
        sections=(*said[:1], *keys, *parts, *said[1:]),
        extras={
            "name": kind,
            "keys": [
                {"key": row.key, "type": row.type, "example": row.example, "meaning": row.said}
                for rows in tables.values()
                for row in rows
            ],
        },
    )


def _section(title: str, rows: Sequence[Row]) -> Section:
    cells = tuple((row.key, row.example, row.said) for row in rows)
    return Section(title, (Table(("key", "such as", "what it says"), cells),))


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
) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """What the keys of each cell are besides."""
    for option in options:
        word = option["properties"].get("cell", {}).get("const")
        if word is not None:
            keys = [key for key in option["properties"] if key not in shared]
            yield f"Also, with cell: {word}", _rows(kind, keys, (option,))


def _rows(kind: str, keys: Sequence[str], options: Sequence[Schema]) -> tuple[Row, ...]:
    """The keys with all that may stand there in one of these schemas."""
    return tuple(
        _row(
            _marked(key, options),
            [option["properties"][key] for option in options],
            key_of(kind, "", key),
        )
        for key in keys
    )


def _row(label: str, values: Sequence[Schema], key: Key | None) -> Row:
    what = _either([_type(value) for value in values])
    if key is None:
        return Row(label, what, what, "")
    words = {str(word) for value in values for word in value.get("enum", ())}
    (example,) = values[0]["examples"]
    return Row(label, what, what if 0 < len(words) <= FEW else as_yaml(example), key.said)


def _part(kind: str, part: str, options: Sequence[Schema]) -> Iterator[Section]:
    """The keys of the mappings that stand under a key, without those of the whole file."""
    top = {key for option in options for key in option["properties"]}
    forms = [form for option in options for form in _forms(option, part)]
    if not forms:
        return
    told = {str(form): row for form in forms if (row := _form(form)) is not None}
    if len(told) > 1:
        table = Table(("", "keys", "what it is"), tuple(told.values()))
        yield Section(f"What stands in {part}", (table,))
    values: dict[str, list[Schema]] = {}
    for form in forms:
        for name, value in form["properties"].items():
            values.setdefault(name, []).append(value)
    new = [name for name in values if name in OF_PART[part] or name not in top]
    told_above = TELLING if len(told) > 1 else ()
    rows = [
        _row(name, values[name], key_of(kind, part, name)) for name in new if name not in told_above
    ]
    if rows:
        yield _section(f"Keys in {part}", rows)


def _form(form: Schema) -> tuple[str, str, str] | None:
    """The word of one of several mappings, its other keys, and what it is."""
    words = [name for name in TELLING if {"const", "enum"} & set(form["properties"].get(name, {}))]
    if not words:
        return None
    names = [name for name in form["properties"] if name not in words]
    values = " ".join(_type(form["properties"][name]) for name in words)
    return values, ", ".join(names), form.get("description", "")


def _forms(value: Schema, part: str, is_there: bool = False) -> Iterator[Schema]:
    """The mappings that may stand under the key `part`, wherever it is."""
    inner = [*value.get("anyOf", ()), value.get("items"), value.get("additionalProperties")]
    for option in inner:
        if isinstance(option, dict):
            yield from _forms(option, part, is_there)
    properties = value.get("properties", {})
    if properties and is_there:
        yield value
    for name, below in properties.items():
        yield from _forms(below, part, name == part or (is_there and name not in OF_PART))


def _marked(key: str, options: Sequence[Schema]) -> str:
    is_needed = all(key in option["required"] for option in options)
    return f"{key} (needed)" if is_needed else key


def _type(value: Mapping[str, Any]) -> str:
    """What stands behind a key, in words."""
    if "anyOf" in value:
        options = [option for option in value["anyOf"] if option not in (NOTHING, PRINTED)]
        return _either([_type(o) for o in options]) if len(options) <= MOST else _first_of(options)
    if "allOf" in value:
        return _type(value["allOf"][0])
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
