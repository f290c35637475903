"""Delimited text, cell by cell with its place: CSV and what spreadsheets write in its stead.

Quotes as RFC 4180 has them, and as Python's csv module reads what departs from it.
"""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TextIO

from lstmhw.faults import Fault, printable
from lstmhw.reading import InputError, headline
from lstmhw.reading.nodes import Mark
from lstmhw.reading.submissions import UTF_16

DELIMITERS = ";,"
LONGEST_RECORD = 2**20  # characters
MOST_COLUMNS = 16_384  # of a spreadsheet
_NO_TEXT = re.compile("[\0\udc80-\udcff]")
_ASIDE = re.compile(r'"[^"]*"|\([^()]*\)')
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class Cell(NamedTuple):
    """What a cell says, and where it begins."""

    text: str
    mark: Mark


Record = list[Cell]


def records(file: str) -> Iterator[Record]:
    """The records of a table, the header first; blank lines are none.

    The delimiter is that of the header: a tab, a semicolon or a comma.  Raises InputError for other
    encodings than UTF-8 and, with a byte order mark, UTF-16; a quote that is not closed; a row
    that is too long; and where there is no file.
    """
    with _opened(file) as text:
        reader = _Reader(printable(file), text)
        yield from (record for record in reader.records() if record[1:] or record[0].text.strip())


def _opened(file: str) -> TextIO:
    try:
        binary = open(file, "rb")  # noqa: SIM115 (closed with what is around it)
    except FileNotFoundError:
        raise InputError(f"{printable(file)}: error: no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{printable(file)}: error: {reason.lower()}") from None
    is_wide = binary.peek(2)[:2] in UTF_16
    encoding, errors = ("utf-16", "replace") if is_wide else ("utf-8-sig", "surrogateescape")
    return io.TextIOWrapper(binary, encoding, errors, newline="")


class _Line(NamedTuple):
    number: int
    text: str


class _Reader:
    """Reads lines, and makes records of them."""

    def __init__(self, name: str, text: TextIO) -> None:
        self.name = name
        self.text = text

    def error(self, mark: Mark, message: str, hint: str = "") -> InputError:
        told = headline(self.name, mark, Fault((), message))
        return InputError(f"{told}\n  hint: {hint}" if hint else told)

    def records(self) -> Iterator[Record]:
        lines = self._lines()
        first = next(lines, None)
        if first is None or not first.text.strip():
            raise self.error(Mark(1, 1), "expected a header with the names of columns, found none")
        named = _SEPARATOR.fullmatch(first.text)
        header = [] if named else self._quoted(first, lines)
        delimiter = named[1] if named else _delimiter(header)
        waiting = chain(header, lines)
        for line in waiting:
            yield self._record(line, waiting, delimiter)

    def _lines(self) -> Iterator[_Line]:
        """The lines with their ends.  Raises InputError."""
        number = 0
        while text := self.text.readline(LONGEST_RECORD + 1):
            number += 1
            self._check_length(len(text), number)
            bad = _NO_TEXT.search(text)
            if bad:
                found = f"the byte 0x{ord(bad[0]) & 0xFF:02x}"
                message = f"expected UTF-8, or UTF-16 with a byte order mark, found {found}"
                raise self.error(Mark(number, bad.start() + 1), message, "save it as CSV UTF-8")
            yield _Line(number, text)

    def _check_length(self, length: int, number: int) -> None:
        if length > LONGEST_RECORD:
            message = f"expected at most {LONGEST_RECORD:,} characters in a row, found more"
            raise self.error(Mark(number, 1), message, "a quote before it may not be closed")

    def _quoted(self, first: _Line, lines: Iterator[_Line]) -> list[_Line]:
        """A line with those that follow it, up to where the last quote is closed."""
        found, quotes, length = [first], first.text.count('"'), len(first.text)
        while quotes % 2 and (line := next(lines, None)) is not None:
            found.append(line)
            quotes += line.text.count('"')
            length += len(line.text)
            self._check_length(length, line.number)
        return found

    def _record(self, line: _Line, lines: Iterator[_Line], delimiter: str) -> Record:
        """The cells of the record that begins with a line."""
        cells: Record = []
        at: int | None = 0
        length = len(line.text)
        while at is not None:
            mark, quoted = Mark(line.number, at + 1), ""
            if line.text.startswith('"', at):
                mark = Mark(line.number, at + 2)
                quoted, after, at = self._in_quotes(line, lines, at + 1)
                length += len(after.text) if after is not line else 0
                self._check_length(length, after.number)
                line = after
            bare = line.text.rstrip("\r\n")
            end = bare.find(delimiter, at)
            cells.append(Cell(quoted + bare[at : end if end >= 0 else len(bare)], mark))
            at = end + 1 if end >= 0 else None
        return cells

    def _in_quotes(self, line: _Line, lines: Iterator[_Line], at: int) -> tuple[str, _Line, int]:
        """The text of a cell up to the quote that closes it, and what follows: a line and where."""
        mark, parts, length = Mark(line.number, at + 1), [], 0
        while True:
            end = line.text.find('"', at)
            if end < 0:
                parts.append(line.text[at:].replace("\r\n", "\n").replace("\r", "\n"))
                length += len(parts[-1])
                self._check_length(length, line.number)
                after = next(lines, None)
                if after is None:
                    raise self.error(mark, "expected a closing quote, found the end of the file")
                line, at = after, 0
            elif line.text.startswith('""', end):  # which are one
                parts.append(line.text[at : end + 1])
                at = end + 2
            else:
                parts.append(line.text[at:end])
                return "".join(parts), line, end + 1


def _delimiter(header: Sequence[_Line]) -> str:
    """A tab, or what stands most often between the names of columns, outside of brackets."""
    bare = _ASIDE.sub("", "".join(line.text for line in header))
    return "\t" if "\t" in bare else max(DELIMITERS, key=bare.count)
