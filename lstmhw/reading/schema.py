"""The JSON Schema (draft-07) of problem files, for editors; from the annotations of the records."""

from collections.abc import Mapping
from dataclasses import Field
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from lstmhw.kinds import KINDS, record_of
from lstmhw.problem import Between, Exact, OneOf, Range, Record, Shape
from lstmhw.reading.described import Schema, described
from lstmhw.reading.records import Owners, embedded_of, keys_of, keys_together, options_of, required
from lstmhw.solution import Claim
from lstmhw.spellings import OF_OUTPUT

NUMBER = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "string",
            "pattern": r"^[-+]?([0-9]+ */ *[0-9]+|[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?)$",
        },
    ]
}
PRINTED = {
    "type": "string",
    "pattern": r"[0-9][^a-zA-Z]*$|\)$|end\{[a-z]+\}",
    "description": "numbers as NumPy, PyTorch, MATLAB, LaTeX or a spreadsheet write them",
}
CLAIM = {
    "anyOf": [
        {"type": ["number", "string", "boolean"]},
        {"type": "array", "items": {"$ref": "#/definitions/claim"}},
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/claim"}},
    ]
}


@cache
def schema() -> Schema:
    """One schema for all kinds: `kind` says which of them a file has to fit.  Not to be changed."""
    cases = [
        {
            "if": {"properties": {"kind": {"const": kind}}},
            "then": described(_mapping(record_of(kind), {"kind": {}}, {}), kind),
        }
        for kind in KINDS
    ]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A problem for lstmhw",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(KINDS), "description": "what is asked"}},
        "allOf": cases,
        "definitions": {"number": NUMBER, "printed": PRINTED, "claim": CLAIM},
    }


def _mapping(record: type[Record], more: Schema, whole: Owners) -> Schema:
    """A record; where the keys depend on a word (`cell: gru`), one of the possible ones.

    `whole` are the records of the file that it is a part of.
    """
    options: list[tuple[Schema, Owners]] = [(more, {"": record})]
    for name, annotation in embedded_of(record).items():
        usual, marker = get_args(annotation)
        if marker.like:
            options = [(words, {**parts, name: whole[marker.like]}) for words, parts in options]
        elif marker.options is None:
            options = [(words, {**parts, name: usual}) for words, parts in options]
        else:
            options = [
                ({**words, name: {"const": word}}, {**parts, name: part})
                for words, parts in options
                for word, part in marker.options().items()
            ]
    schemas = [_object(owners, words, whole or owners) for words, owners in options]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _object(owners: Owners, more: Schema, whole: Owners) -> Schema:
    """A mapping with the keys of all these records, in a file of the records `whole`."""
    keys = {name: field for name, (_, field) in keys_together(owners).items()}
    spelled = [pair for record in owners.values() for pair in record.spelled.items()]
    others = {f"^{name}$": _named(keys[key], name, whole) for name, key in spelled if key in keys}
    return {
        "type": "object",
        "description": (owners[""].__doc__ or "").partition("\n")[0],
        "properties": more | {name: _value(key.type, whole) for name, key in keys.items()},
        **({"patternProperties": others} if others else {}),
        "required": [name for name, key in keys.items() if required(key)],
        "additionalProperties": False,
    }


def _named(key: Field[Any], name: str, whole: Owners) -> Schema:
    """What may stand under a name of other books: V is the W of an output."""
    record = options_of(key.type)[0]
    is_inner = name in OF_OUTPUT and isinstance(record, type) and issubclass(record, Record)
    return _value(keys_of(record)["W"].type if is_inner else key.type, whole)


def _value(annotation: Any, whole: Owners) -> Schema:
    """What the decoder accepts for an annotation."""
    options = options_of(annotation)
    if len(options) > 1:
        return {"anyOf": [_value(option, whole) for option in options]}
    annotation = options[0]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _marked(arguments[1])
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0], whole)}
    if origin is Mapping and arguments == (str, Claim):
        return {"type": "object", "additionalProperties": {"$ref": "#/definitions/claim"}}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _value(arguments[1], whole)}
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return _mapping(annotation, {}, whole)
    if annotation is bool:
        return {"type": "boolean"}
    return {"type": ["string", "number", "boolean", "null"]}  # any scalar is a text as written


def _marked(marker: Any) -> Schema:
    if isinstance(marker, Shape):
        depths = sorted({0, *(len(shape) for shape in marker.shapes)})
        formula = [{"type": "string"}] if marker.formula else []
        nested = [_with_gaps(depth) if marker.gaps else _nested(depth) for depth in depths]
        return {"anyOf": [*formula, *nested, {"$ref": "#/definitions/printed"}]}
    if isinstance(marker, OneOf):
        return {"enum": list(marker.words)}
    if isinstance(marker, Exact):
        return {"$ref": "#/definitions/number"}
    if isinstance(marker, Between):
        bounds = {"minimum": marker.least, "maximum": marker.most}
        return {"type": "number", **{k: v for k, v in bounds.items() if v < float("inf")}}
    assert isinstance(marker, Range)
    return {"type": "integer", "minimum": marker.least, "maximum": marker.most}


def _with_gaps(depth: int) -> Schema:
    """The same, where null may stand for a row."""
    nested = _nested(depth)
    if depth == 0:
        return nested
    return {**nested, "items": {"anyOf": [nested["items"], {"type": "null"}]}}


def _nested(depth: int) -> Schema:
    if depth == 0:
        return {"$ref": "#/definitions/number"}
    if depth == 1:
        return {"type": "array", "minItems": 1, "items": _nested(0)}
    rows = {"anyOf": [_nested(depth - 1), {"$ref": "#/definitions/printed"}]}
    return {"type": "array", "minItems": 1, "items": rows}
