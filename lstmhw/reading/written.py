"""The keys of a problem as YAML text."""

import json
import re
from collections.abc import Mapping
from typing import Any

PLAIN = re.compile(r"(?!(true|false|null)$)[A-Za-z](\w| (?! )|[-.(/)])*(?<! )|-?[\d.]+(e-?\d+)?")
"""Texts that need no quotes in YAML, not even in brackets; and numbers with all their digits."""


def written(data: Mapping[str, Any]) -> str:
    """The keys one below another; mappings of mappings have a line for each."""
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()):
            inner = [f"  {spelled(name)}: {spelled(part)}" for name, part in value.items()]
            lines += [f"{key}:", *inner]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{key}:", *(f"  - {spelled(part)}" for part in value)]
        else:
            lines.append(f"{key}: {spelled(value)}")
    return "".join(f"{line}\n" for line in lines)


def spelled(value: Any) -> str:
    """YAML on one line, whole numbers without a point."""
    match value:
        case dict():
            pairs = (f"{spelled(key)}: {spelled(part)}" for key, part in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list():
            return f"[{', '.join(map(spelled, value))}]"
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case str() if not PLAIN.fullmatch(value):
            return json.dumps(value, ensure_ascii=False)
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
