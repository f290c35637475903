"""`--roster students.csv`: who is in the class, and so who handed nothing in."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lstmhw.faults import printable, some
from lstmhw.grading.columns import people
from lstmhw.grading.records import records
from lstmhw.grading.rows import Graded
from lstmhw.reading import InputError
from lstmhw.reading.submissions import NO_SUBMISSION, Source, Student, cleaned

MOST_TOLD = 13  # of those who are not in the class; of so many it is said that there are more


class Listed(NamedTuple):
    """A student of a class: the id, the name, and what a submission may have for an id."""

    id: str
    name: str
    keys: tuple[str, ...]


class Roster:
    """The students of a class, and who of them has handed something in so far."""

    def __init__(self, file: str, students: Iterable[Listed]) -> None:
        self.file = file
        self.students = tuple(students)
        self.known = {key: k for k, each in enumerate(self.students) for key in each.keys}
        names = Counter(folded(each.name) for each in self.students if each.name)
        self.called = {
            folded(each.name): k
            for k, each in enumerate(self.students)
            if names[folded(each.name)] == 1
        }
        self.there: set[int] = set()
        self.strangers: list[str] = []

    def meet(self, id: str | None, name: str) -> None:
        """Notes a submission, by its id or else by a name that only one student has."""
        k = self.known.get(folded(id or name), self.called.get(folded(name)))
        if k is None:
            self.strangers += [id or name] if len(self.strangers) < MOST_TOLD else []
        else:
            self.there.add(k)

    def met(self, rows: Iterable[Graded]) -> Iterator[Graded]:
        """The rows as they come, each noted."""
        for graded in rows:
            self.meet(graded.row.id, graded.row.name)
            yield graded

    def missing(self) -> Iterator[Source]:
        """A row for each student without a submission."""
        for k, student in enumerate(self.students):
            if k not in self.there:
                known = Student(student.id, student.name or student.id, is_certain=True)
                yield Source(self.file, student=known, error=NO_SUBMISSION)

    @property
    def warning(self) -> str:
        """What is said of submissions from outside of the class; "" where there is none."""
        if not self.strangers:
            return ""
        told = some(printable(name) for name in self.strangers)
        return f"{printable(self.file)}: warning: not in the class, and graded all the same: {told}"


def folded(text: str) -> str:
    """An id or a name as it is compared: without regard to capitals and to blanks."""
    return " ".join(text.split()).casefold()


def read_roster(file: str) -> Roster:
    """The roster in a table with a column for ids, or for e-mail addresses.  Raises InputError."""
    rows = records(file)
    header = next(rows)
    titles = [cell.text for cell in header]
    found = people(titles)
    if not found.ids:
        expected = "expected a column with ids (id, student id, username, email)"
        told = f"found {some(printable(title) for title in titles)}"
        raise InputError(f"{printable(file)}:1:1: error: {expected}, {told}")
    listed = []
    for row in rows:
        texts = [cell.text.strip() for cell in row]
        ids = [texts[k] for k in found.ids if k < len(texts) and texts[k]]
        name = " ".join(texts[k] for k in found.names if k < len(texts) and texts[k])
        if ids:
            keys = tuple(map(folded, ids))
            listed.append(Listed(cleaned(ids[0]), cleaned(name), keys))
    return Roster(file, listed)
