"""Cells and lines of CSV that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, or skips before one; the last are wide."""


def cell(value: Any) -> str:
    """A cell that a spreadsheet shows as it is: no text becomes a formula, a number stays one.

    It has no line breaks, as some that read CSV take each for the end of a row.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = " ".join(value.splitlines())
    is_formula = text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if is_formula else text


def csv_line(cells: Iterable[Any]) -> str:
    """A line with these values in its cells."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(cell, cells))
    return text.getvalue()
