"""Rows without names: students are numbered in the order in which they come."""

from collections.abc import Iterable

from lstmhw.grading.homework import Row, identity
from lstmhw.grading.rows import Key
from lstmhw.grading.variants import NO_VARIANT, SEVERAL
from lstmhw.reading.submissions import NO_SUBMISSION

ERROR = "not all of it can be read"
TELL_NO_NAME = (NO_SUBMISSION, NO_VARIANT, SEVERAL)


NAME = "student {}"


def are_pseudonyms(students: Iterable[Key]) -> bool:
    """Whether the ids and names of rows, each once and in their order, are numbers given here."""
    found = list(students)
    return bool(found) and found == [(None, NAME.format(k)) for k in range(1, len(found) + 1)]


class Pseudonyms:
    """The numbers of the students of a class."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def row(self, row: Row) -> Row:
        """The row under its student's number; an error quotes nothing, as that may be a name."""
        number = self._numbers.setdefault(identity(row), len(self._numbers) + 1)
        error = row.error if row.error in (None, *TELL_NO_NAME) else ERROR
        return row._replace(id=None, name=NAME.format(number), error=error)
