"""Data -> the text of a problem file, in the dialect that `parsing` reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lstmhw.numerals import Bare

WIDTH = 100
INDENT = "  "
PLAIN = re.compile(r"[A-Za-z_(][\w ,.()@+*/^='-]*(?<! )")
"""What needs no quotes after a key on a line of its own."""
IN_BRACKETS = re.compile(r"[A-Za-z_(][\w .()@+*/^='-]*(?<! )")
"""What needs none in a list or mapping on one line."""
WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off"])
"""What other readers of YAML take for something else than a text."""
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def written(data: Mapping[str, Any]) -> str:
    """The keys one below another, each value on one line where it fits.

    Values are texts, numbers, truth values, lists and mappings of such, and None, which is null.
    A mapping of mappings has a line for each.  Whole numbers are written without a point.
    """
    return "".join(f"{line}\n" for line in _lines(data, ""))


def _lines(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{indent}{as_yaml(key)}:", value, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    """A key, or the dash of an item, with its value behind or below it."""
    line = f"{head} {as_yaml(value, PLAIN)}"
    inner = indent + INDENT
    is_flat = len(line) <= WIDTH and not _is_nested(value)
    if not value or is_flat or not isinstance(value, Mapping | list | tuple):
        yield line
    elif isinstance(value, Mapping):
        yield head
        yield from _lines(value, inner)
    elif any(isinstance(item, Mapping | list | tuple) for item in value):
        yield head
        for item in value:
            yield from _item(item, inner)
    else:
        yield from _folded(head, value, inner)


def _is_nested(value: Any) -> bool:
    """Whether there are mappings in a value."""
    if not isinstance(value, Mapping | list | tuple):
        return False
    items = value.values() if isinstance(value, Mapping) else value
    return any(isinstance(item, Mapping) for item in items)


def _item(item: Any, indent: str) -> Iterator[str]:
    line = f"{indent}- {as_yaml(item)}"
    if len(line) <= WIDTH or not item:
        yield line
    elif isinstance(item, Mapping):
        first, *rest = _lines(item, indent + INDENT)
        yield f"{indent}- {first.lstrip()}"
        yield from rest
    else:
        yield from _entry(f"{indent}-", item, indent)


def _folded(head: str, items: Sequence[Any], indent: str) -> Iterator[str]:
    """A list on as many lines as it needs."""
    line, *rest = [f"{as_yaml(item)}," for item in items]
    line = f"{head} [{line}"
    for word in [*rest[:-1], *(f"{last[:-1]}]" for last in rest[-1:])]:
        if len(line) + len(word) + 1 > WIDTH:
            yield line
            line = f"{indent}{word}"
        else:
            line += f" {word}"
    yield line if rest else f"{line[:-1]}]"


def as_yaml(value: Any, plain: re.Pattern[str] = IN_BRACKETS) -> str:
    """A value on one line."""
    match value:
        case Bare():
            return str(value)
        case str():
            is_plain = plain.fullmatch(value) and value.lower() not in WORDS
            return value if is_plain else _quoted(value)
        case Mapping():
            pairs = (f"{as_yaml(key)}: {as_yaml(part)}" for key, part in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple():
            return f"[{', '.join(map(as_yaml, value))}]"
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def _quoted(text: str) -> str:
    """A text in double quotes; what cannot be printed is escaped."""
    escaped = (ESCAPES.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text)
    return f'"{"".join(escaped)}"'
