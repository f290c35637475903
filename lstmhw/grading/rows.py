"""Rows as lines of text, CSV or NDJSON, and back."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from lstmhw.faults import printable
from lstmhw.grading import Row
from lstmhw.marking.withheld import without_answers
from lstmhw.reading import InputError
from lstmhw.render.json import check_object

FORMATS = ("csv", "ndjson")
COLUMNS = ("id", "name", "score", "out_of", "first_wrong", "mistake", "where", "error")
FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet takes for the start of one


Key = tuple[str | None, str]
"""By which a row is known again: its id and its name."""


class Form(NamedTuple):
    """How rows are written: the format, and whether true values are told."""

    format: str
    answers: bool = True


class Graded(NamedTuple):
    """A row as its line of text, with what a summary counts."""

    row: Row
    line: str
    verdicts: tuple[tuple[str, str, str | None], ...]
    """Symbol, verdict and mistake of each check."""


def header(format: str) -> str:
    """What comes before the first row."""
    return _csv_line(COLUMNS) if format == "csv" else ""


def graded(row: Row, form: Form) -> Graded:
    """A row with its line, and without the checks, which are in the line or nowhere."""
    if not form.answers:
        row = row._replace(checks=tuple(map(without_answers, row.checks)))
    line = _csv(row) if form.format == "csv" else _ndjson(row)
    verdicts = tuple((check.symbol, check.verdict, check.mistake) for check in row.checks)
    return Graded(row._replace(checks=()), line, verdicts)


def _csv(row: Row) -> str:
    return _csv_line([_cell(value) for value in row[: len(COLUMNS)]])


def _cell(value: Any) -> str:
    """A cell that a spreadsheet shows as it is: no text becomes a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_line(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _ndjson(row: Row) -> str:
    content = {**row._asdict(), "checks": [check_object(check) for check in row.checks]}
    return json.dumps(content, allow_nan=False) + "\n"


def key_in(format: str, id: str | None, name: str) -> Key:
    """The id and the name as they stand in a row that is read back."""
    return (_cell(id or "") or None, _cell(name)) if format == "csv" else (id, name)


def read_rows(name: str, file: BinaryIO) -> Iterator[tuple[str, Graded | None]]:
    """The format and the rows of a file that begins here, up to a line that was not finished.

    The header counts as a row that is None.  The file is left after the last line that is whole.
    Raises InputError where it holds something else than rows.
    """
    end, format = 0, None
    for number, data in enumerate(iter(file.readline, b""), 1):
        format = format or ("ndjson" if data.startswith(b"{") else "csv")
        try:
            line = data.decode("utf-8-sig")
            if not line.endswith("\n") and (number > 1 or _is_begun(line)):
                break
            if format == "ndjson":
                yield format, _read_ndjson(line)
            elif number > 1:
                yield format, _read_csv(line)
            elif line.rstrip() == header("csv").rstrip():
                yield format, None
            else:
                raise ValueError
        except (ValueError, KeyError, TypeError, csv.Error):
            place = f"{printable(name)}:{number}:1: error"
            message = "expected a row that `lstmhw grade` wrote, found something else"
            raise InputError(f"{place}: {message}\n  hint: give -o another name") from None
        end += len(data)
    file.seek(end)


def _is_begun(line: str) -> bool:
    """Whether a line that was not finished is the header or a row, and not a file of its own."""
    return header("csv").startswith(line) or (line.startswith("{") and '"score": ' in line)


def _read_csv(line: str) -> Graded:
    (cells,) = csv.reader([line.rstrip("\r\n")], strict=True)
    id, name, score, out_of, *texts = cells
    first_wrong, mistake, where, error = (text or None for text in texts)
    row = Row(id or None, name, _points(score), _points(out_of), first_wrong, mistake, where, error)
    return Graded(row, line, ((first_wrong, "wrong", mistake),) if first_wrong else ())


def _points(cell: str) -> float | None:
    if not cell:
        return None
    return float(cell) if "." in cell else int(cell)


def _read_ndjson(line: str) -> Graded:
    content = json.loads(line)
    row = Row(*(content[column] for column in COLUMNS))
    is_known = isinstance(row.name, str) and isinstance(row.id, str | None)
    if not is_known or not isinstance(row.score, int | float | None):
        raise TypeError
    checks = content["checks"]
    return Graded(row, line, tuple((c["symbol"], c["verdict"], c["mistake"]) for c in checks))
