"""Cells with the answers to several blanks of one question, taken apart."""

import re

from lstmhw.reading.expanding import FaultError, claim
from lstmhw.reading.nodes import Mark, Scalar

_FIRST = re.compile(r"([^\d;:]*)1\s?[:：]\s*")
_COMMA = re.compile(r"(?<!\\),")
_LISTED = re.compile(r"[\[(]([^\[\]()]*)[\])]")
MARKS = (";", "|", "\n", "\t")


class PartError(Exception):
    """Why a cell cannot be taken apart."""


def part_of(text: str, number: int, most: int, is_canvas: bool) -> str:
    """The answer to a blank, counted from 1, of the `most` that a cell is about.

    That is `part 1: x; part 2: y` of Moodle, in any language; blanks with commas between as Canvas
    joins them, which writes `\\,` for a comma in an answer; or what else is delimited.  Raises
    PartError where it cannot be told which answer is which: Canvas leaves out what is empty.
    """
    named = _named(text)
    if named is not None:
        return named.get(number, "")
    if not text.strip():
        return ""
    pieces = _pieces(text, is_canvas)
    if len(pieces) != most:
        left_out = "; Canvas leaves out blanks without an answer" if is_canvas else ""
        expected = "1 answer" if most == 1 else f"{most} answers"
        raise PartError(f"expected {expected} in one cell, found {len(pieces)}{left_out}")
    return pieces[number - 1].strip()


def _named(text: str) -> dict[int, str] | None:
    """The parts of a Moodle cell by their numbers; None for anything else."""
    first = _FIRST.match(text)
    word = first[1].strip() if first else ""
    if first is None or not word:
        return None
    found = {}
    number, start = 1, first.end()
    while True:
        number += 1
        label = rf";\s*{re.escape(word)}\s*{number}\s?[:：]\s*"
        after = re.compile(label).search(text, start)
        found[number - 1] = text[start : after.start() if after else len(text)].strip()
        if after is None:
            return found
        start = after.end()


def _pieces(text: str, is_canvas: bool) -> list[str]:
    if is_canvas or "\\," in text:
        return [piece.replace("\\,", ",") for piece in _COMMA.split(text)]
    listed = _LISTED.fullmatch(text.strip())
    bare = listed[1] if listed else text
    mark = next((mark for mark in MARKS if mark in bare.strip()), None)
    if mark is not None:
        return bare.strip().split(mark)
    return _numbers(text)


def _numbers(text: str) -> list[str]:
    """The numbers of a list as a claim is read: 0,55 0,43 are two."""
    try:
        found = claim(Scalar(text, False, Mark(1, 1)), ())
    except FaultError as error:
        raise PartError(error.fault.message) from None
    return [str(part) for part in found] if isinstance(found, tuple) else [text]
