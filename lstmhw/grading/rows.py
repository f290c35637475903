"""Rows as lines of text, CSV or NDJSON, and back."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from lstmhw.faults import printable
from lstmhw.grading.cells import cell, csv_line
from lstmhw.grading.homework import Row, label
from lstmhw.reading import InputError
from lstmhw.render.json import check_object

FORMATS = ("csv", "ndjson")
"""The formats of which rows can be read back."""
COLUMNS = ("id", "name", "score", "out_of", "first_wrong", "mistake", "where", "error")
Key = tuple[str | None, str]
"""By which a row is known again: its id and its name."""


class Graded(NamedTuple):
    """A row without its checks, and what is made of these.

    `content` is what a line in the format has of them, `verdicts` what a summary counts: symbol,
    verdict and mistake of each; `page` is the page for the student, where one is wanted.  `scores`
    are those of each of several problems, by name.
    """

    row: Row
    content: Any
    verdicts: tuple[tuple[str, str, str | None], ...]
    page: str = ""
    scores: Mapping[str, float] = {}


def csv_header(problems: Iterable[str] = ()) -> str:
    """What comes before the first row of CSV: of several problems, each has a column at the end."""
    return csv_line((*COLUMNS, *(f"{p} (problem)" if p in COLUMNS else p for p in problems)))


def in_csv(graded: Graded, problems: Iterable[str] = ()) -> str:
    """The line of a row in CSV."""
    scores = (graded.scores.get(name) for name in problems)
    return csv_line((*graded.row[: len(COLUMNS)], *scores))


def in_ndjson(graded: Graded) -> str:
    """The line of a row in NDJSON, with its checks as plain data."""
    row = dict(zip(COLUMNS, graded.row, strict=False))
    scores = {"scores": graded.scores} if graded.scores else {}
    return json.dumps({**row, **scores, "checks": graded.content}, allow_nan=False) + "\n"


def check_objects(row: Row) -> list[dict[str, Any]]:
    """The checks of a row as plain data; those of several problems say of which."""
    return [
        {**({"problem": name} if name else {}), **check_object(check)}
        for name, checks in row.parts.items()
        for check in checks
    ]


def key_in(format: str, id: str | None, name: str) -> Key:
    """The id and the name as they stand in a row that is read back."""
    return (cell(id or "") or None, cell(name)) if format == "csv" else (id, name)


def read_rows(
    name: str, file: BinaryIO, problems: Sequence[str] = ()
) -> Iterator[tuple[str, Graded | None]]:
    """The format and the rows of a file that begins here, up to a line that was not finished.

    `problems` are the names of several.  The header counts as a row that is None.  The file is left
    after the last line that is whole.  Raises InputError where it holds something else than rows.
    """
    end, format, head = 0, None, csv_header(problems)
    for number, data in enumerate(iter(file.readline, b""), 1):
        format = format or ("ndjson" if data.startswith(b"{") else "csv")
        try:
            line = data.decode("utf-8-sig")
            if not line.endswith("\n") and (number > 1 or _is_begun(line, head)):
                break
            if format == "ndjson":
                yield format, _read_ndjson(line, problems)
            elif number > 1:
                yield format, _read_csv(line, problems)
            elif line.rstrip() == head.rstrip():
                yield format, None
            else:
                raise ValueError
        except (ValueError, KeyError, TypeError, csv.Error):
            place = f"{printable(name)}:{number}:1: error"
            message = "expected a row that `lstmhw grade` wrote, found something else"
            raise InputError(f"{place}: {message}\n  hint: give -o another name") from None
        end += len(data)
    file.seek(end)


def _is_begun(line: str, head: str) -> bool:
    """Whether a line that was not finished is the header or a row, and not a file of its own."""
    return head.startswith(line) or (line.startswith("{") and '"score": ' in line)


def _read_csv(line: str, problems: Sequence[str]) -> Graded:
    (cells,) = csv.reader([line.rstrip("\r\n")], strict=True)
    id, name, score, out_of, *texts = cells[: len(COLUMNS)]
    first_wrong, mistake, where, error = (text or None for text in texts)
    row = Row(id or None, name, _points(score), _points(out_of), first_wrong, mistake, where, error)
    verdicts = ((first_wrong, "wrong", mistake),) if first_wrong else ()
    points = dict(zip(problems, map(_points, cells[len(COLUMNS) :]), strict=True))
    scores = {name: score for name, score in points.items() if score is not None}
    return Graded(row, None, verdicts, scores=scores)


def _points(cell: str) -> float | None:
    if not cell:
        return None
    return float(cell) if "." in cell else int(cell)


def _read_ndjson(line: str, problems: Sequence[str]) -> Graded:
    content = json.loads(line)
    row = Row(*(content[column] for column in COLUMNS))
    is_known = isinstance(row.name, str) and isinstance(row.id, str | None)
    if not is_known or not isinstance(row.score, int | float | None):
        raise TypeError
    checks, scores = content["checks"], content.get("scores", {})
    if set(scores) - set(problems):
        raise ValueError
    verdicts = (
        (label(c.get("problem", ""), c["symbol"]), c["verdict"], c["mistake"]) for c in checks
    )
    return Graded(row, checks, tuple(verdicts), scores=scores)
