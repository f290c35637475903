"""Tables of weights with a row or a column a gate, rewritten as assignments on the same lines.

`| Forget | [1 2] | 0.1 |` below `| Gate | W | b |` is `W_{f} = [1 2]; b_{f} = 0.1`.
"""

import re
from collections.abc import Iterator, Sequence

_GATES = {
    "forget": "f",
    "input": "i",
    "output": "o",
    "candidate": "g",
    "cell": "g",
    "reset": "r",
    "update": "z",
    "new": "n",
}
_GATE = re.compile(rf"({'|'.join(_GATES)})(?:[ -](?:gate|state|update))?", re.IGNORECASE)
_WEIGHT = re.compile(r"([WUb])(?:_\{?([xh])\}?)?")
_SPELLED = (
    (r"bias(?:es)?|offset", "b"),
    (r"(?:input|x)[ -]weights?|weights? (?:on|of|for) (?:the )?(?:input|x)", "W_x"),
    (
        r"(?:recurrent|hidden|h|state)[ -]weights?|weights? (?:on|of|for) (?:the )?(?:h\w*|state)",
        "W_h",
    ),
    (r"[WU]\s*\((?:the )?(?:input|on x|x)\)", "W_x"),
    (r"[WU]\s*\((?:the )?(?:recurrent|hidden|state|on h|h)\)", "W_h"),
    (r"([WUb](?:_\{?[xh]\}?)?)\s*\(.*\)", r"\1"),
)
"""How heads call weights, and the letters for them."""


def rewritten(lines: Sequence[str]) -> Iterator[str]:
    """The lines, as many, with assignments where they are rows of such a table."""
    head: list[str] = []
    for line in lines:
        cells = [_letter(cell) for cell in _cells(line)]
        if _is_head(cells):
            head = cells
            yield line
        elif head and len(cells) == len(head) and _is_row(cells, head):
            yield _assigned(cells, head)
        else:
            head = head if re.fullmatch(r"[\s|:+=-]+", line) else []
            yield line


def _cells(line: str) -> list[str]:
    """The cells of a row: between bars, tabs, or two blanks and more."""
    bare = line.strip().strip("|").strip()
    return [cell.strip() for cell in re.split(r"\s*\|\s*" if "|" in line else r"\t|\s{2,}", bare)]


def _letter(cell: str) -> str:
    """A cell; W_x for one that says `input weight`."""
    for pattern, letter in _SPELLED:
        if match := re.fullmatch(pattern, cell, re.IGNORECASE):
            return match.expand(letter)
    return cell


def _is_head(cells: Sequence[str]) -> bool:
    """Whether all cells but the first name gates, or all name weights."""
    named = cells[1:]
    return bool(named) and (all(map(_GATE.fullmatch, named)) or all(map(_WEIGHT.fullmatch, named)))


def _is_row(cells: Sequence[str], head: Sequence[str]) -> bool:
    """Whether the first cell is of the kind that the head has not, and numbers follow."""
    wanted = _WEIGHT if _GATE.fullmatch(head[1]) else _GATE
    return wanted.fullmatch(cells[0]) is not None and all(re.search(r"\d", c) for c in cells[1:])


def _assigned(cells: Sequence[str], head: Sequence[str]) -> str:
    pairs = zip(head[1:], cells[1:], strict=True)
    return "; ".join(f"{_name(top, cells[0])} = {cell}" for top, cell in pairs)


def _name(one: str, other: str) -> str:
    """W_{xf} of W_x and Forget, in either order."""
    gate, weight = (one, other) if _GATE.fullmatch(one) else (other, one)
    named, kind = _GATE.fullmatch(gate), _WEIGHT.fullmatch(weight)
    assert named is not None, "one is a gate"
    assert kind is not None, "the other is a weight"
    return f"{kind[1]}_{{{kind[2] or ''}{_GATES[named[1].lower()]}}}"
