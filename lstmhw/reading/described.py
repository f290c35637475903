"""A schema with what each key says, and an example of it."""

from collections.abc import Mapping
from typing import Any

from lstmhw.glossary.keys import OF_PART, Key, key_of

Schema = dict[str, Any]
DEEPER = ("items", "additionalProperties")


def described(schema: Mapping[str, Any], kind: str, part: str = "") -> Schema:
    """The schema of a part of a file of a kind ("" is the whole file), key by key."""
    found = dict(schema)
    if "anyOf" in found:
        found["anyOf"] = [described(option, kind, part) for option in found["anyOf"]]
    for word in DEEPER:
        if isinstance(found.get(word), Mapping):
            found[word] = described(found[word], kind, part)
    if "patternProperties" in found:
        others = found["patternProperties"].items()
        found["patternProperties"] = {name: described(v, kind, part) for name, v in others}
    if "properties" in found:
        found["properties"] = {
            name: _told(described(value, kind, name if name in OF_PART else part), kind, part, name)
            for name, value in found["properties"].items()
        }
    return found


def _told(value: Schema, kind: str, part: str, name: str) -> Schema:
    key = key_of(kind, part, name)
    if key is None:
        return value
    if "$ref" in value:  # beside which draft-07 reads nothing
        value = {"allOf": [value]}
    return {**value, "description": key.said, "examples": [_example(value, key)]}


def _example(value: Schema, key: Key) -> Any:
    """The first example that has no word and no key that the schema has not."""
    words = [value["const"]] if "const" in value else value.get("enum", ())
    examples = (key.example, *key.others, *words[:1])
    return next((example for example in examples if _fits(value, example)), key.example)


def _fits(value: Any, example: Any) -> bool:
    if isinstance(value, Mapping) and "anyOf" in value:
        return any(_fits(option, example) for option in value["anyOf"])
    if not isinstance(value, Mapping) or "$ref" in value or "allOf" in value:
        return True
    if isinstance(example, Mapping):
        known = value.get("properties", dict.fromkeys(example))
        return set(example) <= set(known) and all(_fits(known[k], v) for k, v in example.items())
    if isinstance(example, list):
        return all(_fits(value.get("items", {}), part) for part in example)
    words = [value["const"]] if "const" in value else value.get("enum", [example])
    return example in words
