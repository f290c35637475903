"""`--variants variants.csv`: each student's own problem, as `lstmhw vary --roster` writes them."""

import gc
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lstmhw.faults import MOST_ERRORS, Fault, ProblemError, printable, some
from lstmhw.grading import Grader
from lstmhw.grading.homework import Row, unmarked
from lstmhw.grading.records import Cell, Record, records
from lstmhw.grading.roster import Roster, folded
from lstmhw.reading import InputError, headline, read
from lstmhw.reading.headings import NO_HEADINGS
from lstmhw.reading.nodes import Mark
from lstmhw.reading.submissions import Source, Submission, cleaned, read_submission

LIST = "variants.csv"
ENDINGS = (".yaml", ".yml")
ID, FILE = "id", "file"
NO_VARIANT = "the table of variants has no problem for this student"
SEVERAL = "the table of variants has several problems for the ids of this student"
MOST_GRADERS = 4  # in each process; the attempts of one student mostly come together


class Variants(NamedTuple):
    """The file of each student's problem, by the id as it is compared."""

    table: str
    files: Mapping[str, str]

    def among(self, ids: Sequence[str]) -> set[str]:
        """The files of the student with these ids: one, or none where no id is known."""
        return {self.files[id] for id in map(folded, ids) if id in self.files}

    def with_ids_of(self, roster: Roster) -> "Variants":
        """The same with every id that a class list has for one of these students."""
        more: dict[str, str] = {}
        for student in roster.students:
            found = self.among(student.keys)
            if len(found) == 1:
                more |= dict.fromkeys(student.keys, found.pop())
        return self._replace(files={**more, **self.files})


class VariantGrader:
    """Marks each submission against its student's variant of a problem.

    What is asked for, and how it is marked, is that of the problem, which `shared` is about.
    """

    def __init__(self, shared: Grader, variants: Variants) -> None:
        self.shared = shared
        self.variants = variants
        self.homework, self.names = shared.homework, shared.names
        self._grader_of = lru_cache(MOST_GRADERS)(self._made)

    def __reduce__(self) -> tuple[Any, ...]:
        return VariantGrader, (self.shared, self.variants)

    @property
    def files(self) -> Collection[str]:
        """The files that problems are read from."""
        return set(self.variants.files.values())

    def row(self, source: Source) -> Row:
        """The row of a submission, whatever is wrong with it or with its variant."""
        submission = read_submission(source, NO_HEADINGS)
        found = self.grader_for(submission)
        if isinstance(found, str):
            return unmarked(submission, submission.unreadable or found)
        return found.row_of(submission)

    def grader_for(self, submission: Submission) -> Grader | str:
        """What marks a submission against its student's variant, or why nothing can."""
        files = self.variants.among(_ids(submission))
        if len(files) != 1:
            return SEVERAL if files else NO_VARIANT
        return self._grader_of(files.pop())

    def _made(self, file: str) -> Grader | str:
        """What marks against the variant in a file, or why nothing can."""
        # The one that made room is large, and its parts refer to each other in circles.
        gc.collect()
        try:
            grader = _grader(file, self.shared)
        except InputError as error:
            return str(error).partition("\n")[0]
        return self._difference(grader) or grader

    def _difference(self, grader: Grader) -> str:
        """What keeps a problem from being a variant of the shared one; "" where nothing does."""
        kind, other = self.shared.problem.kind, grader.problem.kind
        points, others = self.shared.asked.points, grader.asked.points
        place = f"{printable(grader.document.name)}: error"
        if kind != other:
            return f"{place}: expected a problem of kind {kind}, found {other}"
        if points != others:
            return f"{place}: expected a problem with {some(points)}, found one with {some(others)}"
        return ""


def _grader(file: str, shared: Grader) -> Grader:
    """What marks against the problem in a file as the shared one is marked.  Raises InputError."""
    document = read(file)
    try:
        return Grader(document, shared.document)
    except ProblemError as error:
        raise document.error(error.faults) from None


def _ids(submission: Submission) -> Sequence[str]:
    """What may be the id of the student: as for a class list, a name without one may be it."""
    return (submission.id or submission.name, *submission.source.student.others)


def read_variants(table: str) -> Variants:
    """The table with a column of ids and one of files, which are in its folder.

    Raises InputError with all that is wrong in it, and where a file is not there.
    """
    rows = records(table)
    columns = _columns(table, next(rows))
    files: dict[str, str] = {}
    complaints: list[str] = []
    lines: dict[str, int] = {}
    for record in rows:
        id, file = (_cell(record, k) for k in columns)
        placed = _fault_of_id(id, lines) or _fault_of_file(file, table)
        if placed is not None:
            complaints.append(headline(printable(table), *placed))
        lines.setdefault(folded(id.text), id.mark.line)
        files[folded(cleaned(id.text))] = _path(file, table)
    if complaints:
        raise InputError("\n".join(_first(complaints, table)))
    if not files:
        fault = Fault((), "expected a variant for each student, found none")
        raise InputError(headline(printable(table), Mark(1, 1), fault))
    return Variants(table, files)


def variant_files(folder: str) -> list[str]:
    """The problem files of a folder: those that its `variants.csv` names, in that order, or all.

    Raises InputError where there are none.
    """
    entries = sorted(os.listdir(folder))
    if LIST in entries:
        return list(dict.fromkeys(read_variants(os.path.join(folder, LIST)).files.values()))
    names = [name for name in entries if name.endswith(ENDINGS) and not name.startswith(".")]
    if not names:
        raise InputError(f"{printable(folder)}: error: expected problem files (.yaml), found none")
    return [os.path.join(folder, name) for name in names]


def _columns(table: str, header: Record) -> tuple[int, int]:
    """The columns of the ids and of the files.  Raises InputError."""
    titles = [cell.text.strip().casefold() for cell in header]
    for name in (ID, FILE):
        if titles.count(name) != 1:
            told = f"found {some(printable(title) for title in titles)}"
            message = f"expected the columns id, seed and file, each once, {told}"
            place = headline(printable(table), header[0].mark, Fault((), message))
            raise InputError(f"{place}\n  hint: `lstmhw vary --roster` writes such a table")
    return titles.index(ID), titles.index(FILE)


def _cell(record: Record, column: int) -> Cell:
    """A cell, or an empty one at the end of a record that is too short."""
    return record[column] if column < len(record) else Cell("", record[-1].mark)


def _fault_of_id(id: Cell, lines: Mapping[str, int]) -> tuple[Mark, Fault] | None:
    if not id.text.strip():
        return id.mark, Fault((), "expected an id, found none")
    line = lines.get(folded(id.text))
    if line is None:
        return None
    shown = printable(cleaned(id.text))
    return id.mark, Fault((), f"expected each id once, found {shown!r} again (see line {line})")


def _fault_of_file(file: Cell, table: str) -> tuple[Mark, Fault] | None:
    name = printable(cleaned(file.text))
    if not name:
        return file.mark, Fault((), "expected a file, found none")
    folder = os.path.realpath(os.path.dirname(table))
    path = os.path.realpath(_path(file, table))
    if not path.startswith(os.path.join(folder, "")):
        return file.mark, Fault((), f"expected a file in the folder of this table, found {name!r}")
    if not os.path.isfile(path):
        return file.mark, Fault((), f"expected a file, found none of the name {name!r}")
    return None


def _path(file: Cell, table: str) -> str:
    return os.path.join(os.path.dirname(table) or os.curdir, file.text.strip())


def _first(complaints: Sequence[str], table: str) -> Iterator[str]:
    """The first complaints, and how many more there are."""
    yield from complaints[:MOST_ERRORS]
    if len(complaints) > MOST_ERRORS:
        yield f"{printable(table)}: and {len(complaints) - MOST_ERRORS} more errors"
