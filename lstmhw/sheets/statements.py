"""What a sheet says with symbols: values, equations, and arrays that have a label for a name."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.sheets.symbols import NAME, taken_apart
from lstmhw.sheets.values import Value, arrays, value_at

_BEFORE = r"(?<![^\s(\[,;:|=&}>\"'])(?<![WUb] )"  # what may stand before a name
_ASSIGNED = re.compile(
    rf"{_BEFORE}(?P<name>{NAME})[ \t]*(?P<sign>:?=(?![=>])|≈|:|\||(?:is|are|be|of)\b)"
    r"(?:[ \t]+(?:both|all)\b)?"
)
_TUPLE = re.compile(
    rf"{_BEFORE}(?P<names>{NAME}(?:[ \t]*,[ \t]*{NAME}){{1,24}})[ \t]*=(?!=)[ \t]*"
    r"(?P<values>[-+]?[\d.][^\n#]*)"
)
_AND = re.compile(rf"(?P<names>{NAME}(?:\s*,\s*{NAME})*)\s*,?\s+and\s+$")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_RESPECTIVELY = re.compile(
    rf"{_BEFORE}(?P<names>{NAME}(?:\s*,\s*{NAME}){{0,8}},?\s+and\s+{NAME})\s+(?:are|=)\s+"
    rf"(?P<values>{_NUMBER}(?:\s*,\s*{_NUMBER}){{0,8}},?\s+and\s+{_NUMBER})(?![\w.]*\w)"
)
_ONE_OF = re.compile(r"\s*(?:,\s*and\b|,|\band\b)\s*")
_ONLY_NAME = re.compile(rf"\s*({NAME})\s*")
_ENDS = re.compile(r"[,;\n=≈]|\.(?=\s|$)|\s(?:and|where|with)\s|\\\\")
_EQUALS = re.compile(r"[ \t]*(?:\\\\)?[ \t]*(?:\n[ \t]*&?[ \t]*(?=[=≈]))?[ \t]*(=(?!=)|≈)")


_WORD = re.compile(r"[A-Za-z]{2}")
MOST_NAMES = 8  # of one value: f = o = g = 1
MOST_ABOVE = 12  # lines that a heading may stand above an array
_COUNTS = re.compile(r"\bfor (?:all |each |every )?$")
_COUNTERS = "ijklmntsT"
_GOES_ON = re.compile(r"\s*,?\s*(?:\.\.\.|…|\\[lc]?dots)|\s+(?:or|to|through)\s")
"""Behind a number that counts: `for i = 1`, `i = 1, ..`, `i is 1 or 2`."""


class Statement(NamedTuple):
    """`names[0] = names[1] = .. = value` or, without a value, an equation.

    Without names the `label` is the words that stand before the value.
    """

    names: Sequence[str]
    start: int
    end: int
    value: Value | None
    formula: str = ""
    label: str = ""


def statements(text: str) -> list[Statement]:
    """The statements of a plain text, in their order; those without names at the end."""
    found_together = (*_TUPLE.finditer(text), *_RESPECTIVELY.finditer(text))
    together = {match.start(): match for match in found_together}
    found: list[Statement] = []
    at = 0
    while match := _ASSIGNED.search(text, at):
        first = min((start for start in together if at <= start <= match.start()), default=None)
        several = [] if first is None else _several(together.pop(first))
        statement = None if several else _statement(text, match)
        found += several or ([statement] if statement is not None else [])
        at = max(found[-1].end if several or statement else 0, match.start() + 1)
    return [*found, *_labelled(text, found)]


def _several(match: re.Match[str]) -> list[Statement]:
    """`Wf, bf = 0.5, 0`: as many values as names; none where it is no such line."""
    names = _ONE_OF.split(match["names"].strip())
    parts = _ONE_OF.split(match["values"].strip())
    if len(names) != len(parts) or not all(map(taken_apart, names)):
        return []
    values = [value_at(part, 0) for part in parts]
    if not all(value and value.end == len(part) for value, part in zip(values, parts, strict=True)):
        return []
    start, end = match.span()
    pairs = zip(names, values, strict=True)
    return [Statement((name,), start, end, value) for name, value in pairs]


def _statement(text: str, match: re.Match[str]) -> Statement | None:
    """What a name and a sign begin; None where nothing follows that a name could be."""
    name, at = match["name"].strip(), match.end()
    if taken_apart(name) is None:
        return _worded(text, match)
    if name[0] in _COUNTERS and _COUNTS.search(text[max(0, match.start() - 12) : match.start()]):
        return None
    if match["sign"] not in ("=", ":=", "≈"):
        return _after_word(text, match)
    names, formula, value = [name], "", None
    while True:
        found = value_at(text, at)
        end = _end_of_expression(text, at) if found is None else found.end
        only = _ONLY_NAME.fullmatch(text[at:end])
        is_name = only is not None and value is None and not formula and taken_apart(only[1])
        if found is not None:
            value = None if _counts_on(text, found) else _of_all(text, at, found, names)
            formula = formula or ("" if value else found.text)
        elif only is not None and is_name and _EQUALS.match(text, end):
            names.append(only[1])
        else:
            formula, value = formula or text[at:end].strip(), None
        more = _EQUALS.match(text, end)
        if more is None or more.end() <= at or len(names) > MOST_NAMES:
            break
        at = more.end()
    if value is None and not formula:
        return None
    return Statement(names, match.start(), end, value, formula)


def _counts_on(text: str, value: Value) -> bool:
    """Whether a number is the first of several that are not all there."""
    return value.text[0] not in "[(\\n" and _GOES_ON.match(text, value.end) is not None


def _of_all(text: str, at: int, value: Value, names: Sequence[str]) -> Value:
    """The value; refused where it stands below several names, of which each may have its part."""
    if len(names) > 1 and "\n" in text[at : value.start]:
        return value._replace(readings=(), refused=f"it stands below {' and '.join(names)}")
    return value


def _after_word(text: str, match: re.Match[str]) -> Statement | None:
    """A value behind `:`, `|` or `is`, which is no equation."""
    value = None if match["sign"] == "of" else value_at(text, match.end())
    if value is None or _counts_on(text, value):
        return None
    if match["sign"] != ":" and "\n" in text[match.end() : value.start]:
        return None
    names = (*_joined(text, match), match["name"].strip())
    return Statement(names, match.start(), value.end, value)


def _joined(text: str, match: re.Match[str]) -> list[str]:
    """The names before `b_o are 1` that it is about too: `b_f, b_i and b_o are 1`."""
    before = _AND.search(text[max(0, match.start() - 200) : match.start()])
    if match["sign"] != "are" or before is None:
        return []
    return [name for name in _ONE_OF.split(before["names"]) if taken_apart(name) is not None]


def _worded(text: str, match: re.Match[str]) -> Statement | None:
    """A number behind words: `learning rate: 0.1`, `Weights for the forget gate: [..]`."""
    if len(match["name"]) < 2:
        return None
    value = value_at(text, match.end())
    if value is None or "\n" in text[match.end() : value.start]:
        return None
    begins = max(text.rfind(mark, 0, match.start()) for mark in ("\n", ";", ". ", ",", "|", "]"))
    label = text[begins + 1 : match.end("name")].strip()
    return Statement((), match.start(), value.end, value, label=label)


def _end_of_expression(text: str, at: int) -> int:
    """The place of the comma, equals sign or line break that ends an expression."""
    depth = 0
    while at < len(text):
        character = text[at]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif (depth <= 0 and _ENDS.match(text, at)) or (
            character == "\n" and text[at : at + 2] == "\n\n"
        ):
            return at
        at += 1
    return at


def _labelled(text: str, taken: Sequence[Statement]) -> Iterator[Statement]:
    """The arrays that no statement has, each with the words before it on its line or above."""
    spans = sorted({(statement.start, statement.end) for statement in taken})
    values = [value for value in arrays(text) if not _is_taken(value, spans)]
    ends = sorted([*(end for _, end in spans), *(value.end for value in values)])
    for value in values:
        label = _label(text, value.start, ends)
        yield Statement((), value.start, value.end, value, label=label)


def _is_taken(value: Value, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a value overlaps one of the spans, which are in order and apart."""
    k = bisect_left(spans, (value.end, 0)) - 1
    return k >= 0 and spans[k][1] > value.start


def _label(text: str, start: int, ends: Sequence[int]) -> str:
    """The words before a place: after the last value of its line, else the nearest line above."""
    begins = text.rfind("\n", 0, start) + 1
    k = bisect_right(ends, start)
    said = text[max([begins, *ends[max(0, k - 1) : k]]) : start]
    for _ in range(MOST_ABOVE):
        if _WORD.search(said) or not begins:
            break
        end, begins = begins, text.rfind("\n", 0, begins - 1) + 1
        line = text[begins : end - 1]
        k = bisect_right(ends, begins)
        has_value = k < len(ends) and ends[k] <= end
        if has_value and re.search(r"[A-Za-z]{3}", line):
            return ""
        said = "" if has_value else line
    return said.strip()
