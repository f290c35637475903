"""The file that rows are added to as they finish, and what an earlier run left in it."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from lstmhw.faults import printable
from lstmhw.grading.anonymous import are_pseudonyms
from lstmhw.grading.formats import FORMATS
from lstmhw.grading.homework import Homework
from lstmhw.grading.rows import Key, key_in, read_rows
from lstmhw.grading.summary import Tally
from lstmhw.reading import InputError
from lstmhw.reading.headings import Headings
from lstmhw.reading.submissions import Source, read_submission


class Output(NamedTuple):
    """Where rows go; `tally` counts them, `done` those that were there before."""

    file: BinaryIO
    format: str
    tally: Tally
    done: Counter[Key]

    def write(self, text: str) -> None:
        """Adds to what is there, and leaves nothing of it in this process."""
        self.file.write(text.encode())
        self.file.flush()


def standard_output(format: str | None, homework: Homework) -> Output:
    """Rows of a format, or CSV, to standard output; the header is written."""
    sys.stdout.flush()
    output = Output(sys.stdout.buffer, format or "csv", Tally(homework), Counter())
    output.write(FORMATS[output.format].header(homework))
    return output


def open_output(path: str, format: str | None, resume: bool, homework: Homework) -> Output:
    """The file of rows of that name, made if there is none; None means the format it has, or CSV.

    With `resume` it may hold rows of that format; a line that was not finished is taken away.
    Raises InputError for anything else that is there, OSError where it cannot be opened.
    """
    is_new = not os.path.isfile(path) or os.path.getsize(path) == 0
    if not is_new and not resume:
        hint = "--resume goes on where it ends; or give -o another name"
        raise InputError(f"{printable(path)}: error: this file is there already\n  hint: {hint}")
    head = FORMATS[format or "csv"].header(homework)
    file = open(path, "wb" if is_new else "r+b")  # noqa: SIM115 (it stays open)
    tally, done = Tally(homework), Counter[Key]()
    found = None
    if not is_new:
        found = _take_over(path, file, tally, done)
    if found and format not in (None, found):
        message = f"expected rows in {format}, found {found}"
        raise InputError(f"{printable(path)}: error: {message}\n  hint: leave --format out")
    output = Output(file, found or format or "csv", tally, done)
    if found is None:
        output.write(head)
    return output


def _take_over(path: str, file: BinaryIO, tally: Tally, done: Counter[Key]) -> str | None:
    """Counts the rows of a file and goes to its end; the format, where there is a whole line."""
    found = None
    for format, row in read_rows(path, file, tally.homework.problems):
        found = format
        if row is not None:
            tally.add(row)
            done[row.row.id, row.row.name] += 1
    if are_pseudonyms(done):
        message = "expected rows with names, found numbers as --anonymous gives them"
        hint = "whose they are cannot be told: mark the class again, and give -o another name"
        raise InputError(f"{printable(path)}: error: {message}\n  hint: {hint}")
    file.truncate()
    return found


def left_over(
    batches: Iterable[list[Source]], done: Counter[Key], format: str, headings: Headings
) -> Iterator[list[Source]]:
    """The submissions without a row: as many of an id and name are passed over as have rows."""
    left = +done
    for batch in batches:
        if not left:
            yield batch
            continue
        kept = []
        for source in batch:
            submission = read_submission(source, headings)
            key = key_in(format, submission.id, submission.name)
            if left[key]:
                left[key] -= 1
                left += Counter()  # without those that are through
            else:
                kept.append(source)
        if kept:
            yield kept
