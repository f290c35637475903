"""Problem files written: values as YAML on one line, keys one below another."""

import json
import re
from typing import Any

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ -][A-Za-z0-9_]+)*")
_READ_ELSEWISE = ("true", "false", "null", "yes", "no", "on", "off")


def written(data: dict[str, Any]) -> str:
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
    """YAML on one line, whole numbers without a point; a text stands as it is."""
    match value:
        case dict():
            pairs = (f"{spelled(key)}: {spelled(part)}" for key, part in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list():
            return f"[{', '.join(map(spelled, value))}]"
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def quoted(text: str) -> str:
    """A text as a YAML scalar that is read as this text: in quotes where it needs them."""
    if _BARE.fullmatch(text) and text.lower() not in _READ_ELSEWISE:
        return text
    return json.dumps(text, ensure_ascii=False)
