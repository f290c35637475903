r"""Where a value begins in a sheet, where it ends, and what numbers it is.

The numbers themselves are read by the reader of pasted numbers, which knows what other tools print.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.numerals import number
from lstmhw.reading.pasted import Entry, Nested, in_claim, in_file
from lstmhw.reading.print_tokens import NotNumbersError, PastedError

Numbers = str | Sequence["Numbers"]
"""A number as it is written, or a list of such."""

LONGEST = 20_000  # characters of a matrix in brackets
DEEPEST = 6
_NUMBER = (
    r"(?:[-+] ?)?(?:\\[dt]?frac\s*\{\s*-?\d+\s*\}\s*\{\s*\d+\s*\}"
    r"|(?:\d+\.\d+|\.\d+|\d+\.?(?=[^\d.]|$))(?:[eE][-+]?\d+)?(?:[ \t]*/[ \t]*\d+(?![\d.]))?"
    r"(?:[ \t]*(?:\\times|×|\\cdot|·|\*)[ \t]*10[ \t]*"
    r"(?:\^\s*\{?\s*-?\d+\s*\}?|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?)"
)
_SINGLE = re.compile(_NUMBER)
_ROW = re.compile(rf"{_NUMBER}(?:(?>[ \t]*[,;|&][ \t]*|[ \t]+){_NUMBER})*+")
_ROW_LINE = re.compile(rf"[ \t]*({_ROW.pattern})[ \t]*[;,.]?[ \t]*(?:\n|$)")
_BRACKET_LINE = re.compile(r"[ \t]*(\[[^\[\]\n]*\])[ \t]*[;,]?[ \t]*(?=\n|$)")
_ENVIRONMENT = re.compile(r"\\begin\s*\{((?:[bpvBV]?(?:small)?matrix)|array)\}")
_CALL = re.compile(
    r"(?:(?:np|numpy|torch|tf|jnp|jax)\s*\.\s*)*"
    r"(?:array|asarray|[tT]ensor|matrix|zeros|ones|eye|identity|constant)\s*(?=\()"
)
_OPENING = re.compile(
    rf"{_ENVIRONMENT.pattern}|{_CALL.pattern}|[\[(]|(?m:^(?={_ROW_LINE.pattern}))"
)
_TURNED = re.compile(r"\s*(?:\^\s*(?:\{\s*(?:\\top|T|\\intercal)\s*\}|\\top|T\b)|ᵀ|'|\.T\b)")
_OTHER = {"[": "]", "(": ")", "{": "}"}
_GOES_ON = re.compile(
    r"\s*(?:[*·×⊙^/@]|\\cdot|\\times)|[ \t]+[-+](?=[ \t])|[A-Za-z_(\[]|[-+]"
    r"|[ \t]+\((?=[A-Za-z][_\s])|[ \t]+I(?:_\{?\w\}?)?(?![\w'])"
    r"|(?<!\.)[ \t]+[A-Za-z]\u0303?_\{?[\w-]+\}?(?![\w}-]|\s*(?:[=:≈]|is\b|are\b))"
)
"""Behind a number that is part of an expression."""


class Value(NamedTuple):
    """Numbers in a sheet: from where to where, and each way to read them; or why they are none."""

    start: int
    end: int
    text: str
    readings: Sequence[Numbers]
    refused: str = ""


def value_at(text: str, at: int) -> Value | None:
    """The value that begins at a place, or behind blanks and at most two line breaks there."""
    blanks = re.compile(r"[ \t]*(?:\n[ \t]*){0,2}").match(text, at)
    start = blanks.end() if blanks else at
    for finder in (_environment, _call, _bracket, _rows, _row):
        end = finder(text, start)
        if end is not None:
            return _read(text, start, end)
    return None


def arrays(text: str) -> Iterator[Value]:
    """The arrays in brackets anywhere in a text, and the rows of numbers on lines of their own."""
    at = 0
    while match := _OPENING.search(text, at):
        value = value_at(text, match.start())
        at = match.end() if match.end() > match.start() else match.start() + 1
        is_call = match[0] == "(" and text[match.start() - 1 : match.start()].isalnum()
        if value is not None and not is_call and not _is_number(value):
            yield value
            at = max(at, value.end)


def _is_number(value: Value) -> bool:
    """Whether a value is one number, which alone is no array: a page number, `(2)`."""
    return bool(value.readings) and isinstance(value.readings[0], str)


def _environment(text: str, start: int) -> int | None:
    match = _ENVIRONMENT.match(text, start)
    if match is None:
        return None
    closing = re.compile(rf"\\end\s*\{{{match[1]}\}}").search(text, match.end())
    return None if closing is None else _behind_turn(text, closing.end())


def _call(text: str, start: int) -> int | None:
    match = _CALL.match(text, start)
    if match is None:
        return None
    end = _balanced(text, match.end())
    return None if end is None else _behind_turn(text, end)


def _bracket(text: str, start: int) -> int | None:
    """The end of a bracket, and of the rows in brackets on the lines below it."""
    end = _balanced(text, start) if text[start : start + 1] in ("[", "(") else None
    if end is None:
        return None
    row = _entries(text[start:end])
    below = _BRACKET_LINE.match(text, end + 1) if text[end : end + 1] == "\n" else None
    while below is not None and _entries(below[1]) == row != 0 and text[start] == "[":
        end = below.end(1)
        below = _BRACKET_LINE.match(text, end + 1) if text[end : end + 1] == "\n" else None
    return _behind_turn(text, end)


def _entries(text: str) -> int:
    """How many numbers a row in single brackets has; 0 for anything else."""
    inner = text[1:-1]
    return 0 if set("[]()\n;") & set(inner) else len(_SINGLE.findall(inner))


def _behind_turn(text: str, end: int) -> int:
    turned = _TURNED.match(text, end)
    return turned.end() if turned else end


def _balanced(text: str, start: int) -> int | None:
    """The place behind the bracket that closes the one at a place."""
    closing: list[str] = []
    for at in range(start, min(len(text), start + LONGEST)):
        character = text[at]
        if character in _OTHER:
            closing.append(_OTHER[character])
            if len(closing) > DEEPEST:
                return None
        elif closing and character == closing[-1]:
            closing.pop()
            if not closing:
                return at + 1
        elif (character in "])}" and closing) or (
            character == "\n" and text[at : at + 2] == "\n\n"
        ):
            return None
    return None


def _rows(text: str, start: int) -> int | None:
    """The end of rows of numbers on lines of their own, as long as they are equally long."""
    first = _ROW_LINE.match(text, start)
    if first is None:
        return None
    count, end, at = _count(first[1]), first.end(1), first.end()
    if count == 1 and text[text.rfind("\n", 0, start) + 1 : start].strip():
        return None
    while (match := _ROW_LINE.match(text, at)) and _count(match[1]) == count and match.end() > at:
        end, at = match.end(1), match.end()
    return end


def _count(row: str) -> int:
    return len(_SINGLE.findall(row))


def _row(text: str, start: int) -> int | None:
    """The end of numbers beside one another, cut before one that is part of an expression."""
    match = _ROW.match(text, start)
    if match is None:
        return None
    ends = [start + one.end() for one in _SINGLE.finditer(match[0])]
    whole = [end for end in ends if not _GOES_ON.match(text, end)]
    is_single = not any(c in text[start : match.end()] for c in ",;") and len(ends) > 1
    if len(whole) < len(ends) and (not whole or is_single or ends[0] not in whole):
        return None
    return _without_point(text, whole[-1])


def _without_point(text: str, end: int) -> int:
    """`5.` at the end of a sentence is 5."""
    return end - 1 if text[end - 1] == "." and re.match(r"\s|$", text[end:]) else end


def _read(text: str, start: int, end: int) -> Value | None:
    """The numbers of a stretch of text; None where it is about something else."""
    written = text[start:end]
    try:
        return Value(start, end, written, _readings(written.strip()))
    except NotNumbersError:
        return None
    except (PastedError, ValueError) as error:
        return Value(start, end, written, (), str(error))


def _readings(text: str) -> list[Numbers]:
    """The ways to read a text.  Raises PastedError, with both where a number has two."""
    text = re.sub(r"([-+]) (?=[\d.\\])", r"\1", text) if _SINGLE.fullmatch(text) else text
    return [_numbers(nested) for nested in in_file(text)]


def claim_readings(text: str) -> list[Numbers]:
    """The same with the freedoms of an answer: decimal commas, per cent."""
    return [_numbers(nested) for nested in in_claim(text)]


def _numbers(nested: Nested) -> Numbers:
    """The texts of the numbers.  Raises ValueError for a number that overflows, or 1/0."""
    if isinstance(nested, Entry):
        number(nested.text)  # what is none, such as 1/0, is refused where it stands
        return nested.text
    return [_numbers(item) for item in nested.items]


def axes(numbers: Numbers) -> tuple[int, ...]:
    """The shape of numbers in lists: () for a number, (2,) for two, (2, 3) for rows."""
    if isinstance(numbers, str):
        return ()
    return (len(numbers), *(axes(numbers[0]) if numbers else ()))
