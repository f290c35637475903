"""Cells and lines of CSV that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula, or skips before one."""


def cell(value: Any) -> str:
    """A cell that a spreadsheet shows as it is: no text becomes a formula, a number stays one."""
    text = "" if value is None else str(value)
    is_text = isinstance(value, str)
    return f"'{text}" if is_text and text.lstrip(" \n").startswith(FORMULA) else text


def csv_line(cells: Iterable[Any]) -> str:
    """A line with these values in its cells."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(cell, cells))
    return text.getvalue()
