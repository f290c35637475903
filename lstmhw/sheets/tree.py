"""A draft: keys of a problem file with their values and the lines these came from."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from lstmhw.numerals import Bare
from lstmhw.reading.written import as_yaml
from lstmhw.sheets.conventions import Equation
from lstmhw.sheets.values import Numbers

LONGEST_LINE = 96
MOST_LISTED = 60
Tree = dict[str, "Leaf | Rows | Tree | Note | list[Tree]"]


class Leaf(NamedTuple):
    """A value and the comment behind it."""

    value: Numbers
    comment: str


class Drafted(NamedTuple):
    """Keys and comments, what is lacking, and what was not placed."""

    tree: "Tree"
    lacking: Sequence[str]
    loose: Sequence["Loose"]
    equations: Mapping[str, Equation] = MappingProxyType({})
    """Those that the question states, by the symbol on their left, to be compared."""


class Rows(NamedTuple):
    """Values of a list, each with a comment and on a line of its own."""

    leaves: Sequence[Leaf]


class Note(NamedTuple):
    """A comment in the place of a key, or before one."""

    text: str


class Loose(NamedTuple):
    """What of a sheet is not in the draft: its line, what stands there, and why not."""

    line: int
    text: str
    why: str = ""


def as_text(tree: Tree, loose: Iterable[Loose], others: Iterable[str]) -> str:
    """The problem file, and at its end what was not placed."""
    lines = [*_lines(tree, 0), *(f"# {other}" for other in others)]
    listed = sorted(set(loose))
    if listed:
        lines += ["", "# Not placed, and not used:"]
        lines += [f"# line {one.line}: {_said(one)}" for one in listed[:MOST_LISTED]]
    if len(listed) > MOST_LISTED:
        lines.append(f"# and {len(listed) - MOST_LISTED} more")
    return "\n".join(lines) + "\n"


def _said(one: Loose) -> str:
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in one.text)).strip()
    text = text if len(text) <= 70 else text[:67] + "..."
    return f"{text}  ({one.why})" if one.why else text


def _lines(tree: Tree, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in tree.items():
        if isinstance(value, Note):
            yield from (f"{indent}# {line}" for line in value.text.split("\n"))
        elif isinstance(value, Leaf):
            yield from _leaf(indent, key, value)
        elif isinstance(value, Rows):
            yield f"{indent}{as_yaml(key)}:"
            for leaf in value.leaves:
                yield f"{indent}  - {as_yaml(_bare(leaf.value))}  # {printed(leaf.comment)}"
        elif isinstance(value, list):
            yield f"{indent}{as_yaml(key)}:"
            for part in value:
                first, *others = _lines(part, depth + 2)
                yield f"{indent}  - {first.lstrip()}"
                yield from others
        else:
            yield f"{indent}{as_yaml(key)}:"
            yield from _lines(value, depth + 1)


def _leaf(indent: str, key: str, leaf: Leaf) -> Iterator[str]:
    comment = f"  # {printed(leaf.comment)}" if leaf.comment else ""
    line = f"{indent}{as_yaml(key)}: {as_yaml(_bare(leaf.value))}"
    rows = leaf.value if isinstance(leaf.value, list) else []
    if len(line) <= LONGEST_LINE or not rows or isinstance(rows[0], str):
        yield line + comment
        return
    yield f"{indent}{as_yaml(key)}:{comment}"
    for row in rows:
        yield f"{indent}  - {as_yaml(_bare(row))}"


def _bare(value: Numbers) -> Any:
    """Numbers and words as they are to be written."""
    return Bare(value) if isinstance(value, str) else [_bare(part) for part in value]


def printed(text: str) -> str:
    """A comment in one line without characters that could act on a terminal."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
