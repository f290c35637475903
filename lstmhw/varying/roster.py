"""The students of a class, from a table of comma-separated values, and a variant for each."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unicodedata import normalize

from lstmhw.faults import printable, some
from lstmhw.reading import InputError, within_limit
from lstmhw.reading.nodes import MOST_BYTES, TextError
from lstmhw.reading.parsing import decoded

NAMES = (
    "id",
    "student id",
    "id number",
    "sis user id",
    "sis login id",
    "sid",
    "email address",
    "email",
    "username",
)
"""What a column of ids is called, in capitals or not; the first of these that is there is taken."""
SEPARATORS = ",;\t"
QUOTED = re.compile(r'"[^"]*"')
TABLE = "variants.csv"
LONGEST = 100  # bytes of an id, which is the name of a file
SAFE = re.compile(r"[^\W_][\w.@+ -]*")
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
SEED_BITS = 32


class Student(NamedTuple):
    """An id, and the line of the roster that it stands in."""

    id: str
    line: int

    @property
    def file(self) -> str:
        return f"{self.id}.yaml"

    def seed(self, seed: int) -> int:
        """The seed of this student, made of the id and of one for the class alone."""
        digest = hashlib.sha256(f"{seed} {self.id}".encode()).digest()
        return int.from_bytes(digest[: SEED_BITS // 8], "big")


class Roster(NamedTuple):
    """The students of a class, and what the column of their ids is called."""

    students: Sequence[Student]
    column: str


def read_roster(path: str) -> Roster:
    """The roster in a file.  Raises InputError."""
    try:
        with open(path, "rb") as file:
            data = within_limit(file.read(MOST_BYTES + 1), path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{printable(path)}: error: {reason.lower()}") from None
    return students(path, data)


def students(name: str, data: bytes) -> Roster:
    """The students of a roster.  Raises InputError with all that is wrong in it."""
    try:
        text = decoded(data)
    except TextError as error:
        mark, fault = error.placed[0]
        raise InputError(f"{printable(name)}:{mark.line}:1: error: {fault.message}") from None
    rows = [*_rows(name, text)]
    if not rows:
        raise _error(name, 1, "expected a table with a column of ids, found an empty file")
    (line, header), *rest = rows
    column = _column(name, line, header)
    found = [Student(_cell(row, column), line) for line, row in rest]
    if not found:
        raise _error(name, line, "expected students below the names of the columns, found none")
    complaints = [*_complaints(found)]
    if complaints:
        raise InputError("\n".join(_message(name, *complaint) for complaint in complaints))
    return Roster(found, header[column].strip())


def _rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the lines that they begin at."""
    first = QUOTED.sub("", text).partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise _error(name, line, f"this is no table of comma-separated values: {error}") from None


def _column(name: str, line: int, header: Sequence[str]) -> int:
    """The column of the ids.  Raises InputError where none is known by its name."""
    names = [cell.strip().lower() for cell in header]
    known = next((known for known in NAMES if known in names), None)
    if known is None:
        message = f"expected a column of ids, found {some(printable(cell) for cell in header)}"
        hint = f"name it `id` (or {', '.join(NAMES[1:])})"
        raise _error(name, line, message, hint)
    if names.count(known) > 1:
        raise _error(name, line, f"expected one column {known!r}, found {names.count(known)}")
    return names.index(known)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _complaints(found: Sequence[Student]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with ids: the line, the message, a hint."""
    seen: dict[str, Student] = {}
    for student in found:
        shown = repr(printable(student.id[:LONGEST]))
        first = seen.setdefault(normalize("NFKC", student.id).casefold(), student)
        if not student.id:
            yield student.line, "expected an id, found none", ""
        elif not SAFE.fullmatch(student.id):
            hint = "a letter or digit comes first; letters, digits, blanks and . _ - @ + may follow"
            yield student.line, f"expected an id that can name a file, found {shown}", hint
        elif RESERVED.fullmatch(student.id) or len(student.id.encode()) > LONGEST:
            yield student.line, f"expected an id that can name a file, found {shown}", "change it"
        elif first is not student:
            message = f"expected each id once, found {shown} again (see line {first.line})"
            hint = "" if first.id == student.id else "files are not told apart by capitals"
            yield student.line, message, hint


def _error(name: str, line: int, message: str, hint: str = "") -> InputError:
    return InputError(_message(name, line, message, hint))


def _message(name: str, line: int, message: str, hint: str = "") -> str:
    text = f"{printable(name)}:{line}:1: error: {message}"
    return f"{text}\n  hint: {hint}" if hint else text


def table(rows: Sequence[tuple[Student, int]]) -> str:
    """The text of variants.csv: who has which seed and which file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "seed", "file"))
    writer.writerows((student.id, seed, student.file) for student, seed in rows)
    return text.getvalue()
