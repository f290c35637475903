"""What is handed in together, one problem or several, and the row of a submission of it."""

from collections.abc import Mapping
from typing import NamedTuple

from lstmhw.marking.scoring import Asked, rounded
from lstmhw.marking.withheld import without_answers
from lstmhw.reading.submissions import Submission
from lstmhw.solution import Check, Score


class Row(NamedTuple):
    """What is said about one submission.

    `id` is None where the submission gives none.  `score` are the points that the answers earn, out
    of `out_of`; None where nothing could be read.  `first_wrong`, `mistake` and `where` are those
    of the first wrong symbol of the working.  `parts` has the checks by the name of their problem,
    "" where there is one; without a problem that could not be marked.
    """

    id: str | None
    name: str
    score: float | None
    out_of: float | None
    first_wrong: str | None
    mistake: str | None
    where: str | None
    error: str | None
    parts: Mapping[str, tuple[Check, ...]] = {}

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those of all parts."""
        return tuple(check for checks in self.parts.values() for check in checks)

    def without_answers(self) -> "Row":
        """The same row with no true value in it."""
        parts = {name: tuple(map(without_answers, checks)) for name, checks in self.parts.items()}
        return self._replace(parts=parts)


def identity(row: Row) -> str:
    """What tells a student from all the others."""
    return row.name if row.id is None else row.id


class Exercise(NamedTuple):
    """What all marks of a problem share: its title, the decimals shown, and what earns points."""

    title: str
    digits: int
    asked: Asked


def label(problem: str, symbol: str) -> str:
    """A symbol among those of several problems; "" is the name of a problem that is alone."""
    return f"{problem}.{symbol}" if problem else symbol


class Homework(NamedTuple):
    """What all rows share: a title, and the exercises by name; one that is alone has none, ""."""

    title: str
    exercises: Mapping[str, Exercise]

    @property
    def problems(self) -> tuple[str, ...]:
        """The names of several problems."""
        return tuple(filter(None, self.exercises))

    @property
    def points(self) -> Mapping[str, float]:
        """The points of each symbol that is asked for."""
        return {
            label(name, symbol): points
            for name, exercise in self.exercises.items()
            for symbol, points in exercise.asked.points.items()
        }

    @property
    def out_of(self) -> float:
        return rounded(sum(exercise.asked.out_of for exercise in self.exercises.values()))

    def scores(self, row: Row) -> Mapping[str, Score]:
        """What each part of a row earns."""
        return {
            name: self.exercises[name].asked.score(checks) for name, checks in row.parts.items()
        }

    def row(
        self, submission: Submission, parts: Mapping[str, tuple[Check, ...]], error: str | None
    ) -> Row:
        """The row of a submission with these checks; without those of all problems, no total."""
        row = unmarked(submission, error)._replace(parts=parts)
        for name, checks in parts.items():
            wrong = next((check for check in checks if check.verdict == "wrong"), None)
            if wrong is not None and row.first_wrong is None:
                symbol = label(name, wrong.symbol)
                row = row._replace(first_wrong=symbol, mistake=wrong.mistake, where=wrong.where)
        if len(parts) < len(self.exercises):
            return row
        earned = sum(score.earned for score in self.scores(row).values())
        return row._replace(score=rounded(earned), out_of=self.out_of)


def unmarked(submission: Submission, error: str | None) -> Row:
    """The row of a submission that cannot be marked."""
    return Row(submission.id, submission.name, None, None, None, None, None, error)
