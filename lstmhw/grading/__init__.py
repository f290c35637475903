"""Many submissions of one problem -> a row each: points, the first wrong symbol, the mistake."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from lstmhw.faults import Fault, printable
from lstmhw.marking import Marker, marked
from lstmhw.marking.claims import USUAL
from lstmhw.marking.scoring import Asked, asked
from lstmhw.reading import Document
from lstmhw.reading.submissions import Source, Submission, read_submission
from lstmhw.solution import Check, Claim


class Row(NamedTuple):
    """What is said about one submission.

    `score` are the points that the answers earn, out of `out_of`; None where nothing could be
    read.  `first_wrong`, `mistake` and `where` are those of the first wrong symbol of the working.
    """

    name: str
    score: float | None
    out_of: float | None
    first_wrong: str | None
    mistake: str | None
    where: str | None
    error: str | None
    checks: tuple[Check, ...] = ()


def identity(row: Row) -> str:
    """What tells a student from all the others."""
    return row.name


class Exercise(NamedTuple):
    """What all rows of a problem share: its title, the decimals shown, and what earns points."""

    title: str
    digits: int
    asked: Asked


class Grader:
    """Marks submissions of one problem.

    Raises InputError for a problem that cannot be solved, or whose own claims name what it has not.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problem = replace(document.problem, claimed={})
        solution = self.problem.solve()
        # What the problem itself claims, as the gates of its file, is no student's answer.
        own = solution._replace(checks=())
        self.marker = Marker(own, self.problem.marking or USUAL)
        self.asked, no_points = asked(document.problem, solution)
        self.exercise = Exercise(solution.title or solution.kind, solution.digits, self.asked)
        _, faults = self.mark(document.problem.claimed)
        unknown = [*no_points, *(fault for fault in faults if fault.at_key)]
        if unknown:
            raise document.error(unknown)

    def row(self, source: Source) -> Row:
        """The row of a submission, whatever is wrong with it."""
        submission = read_submission(source)
        try:
            return self._row(submission)
        except Exception as error:  # a bug must not end the run
            what = f"a bug in lstmhw, please report it: {type(error).__name__}: {error}"
            return _unmarked(submission, f"{source.shown_name}: error: {printable(what)}")

    def _row(self, submission: Submission) -> Row:
        claimed = submission.claimed
        if claimed is None:
            return _unmarked(submission, submission.error(()))
        checks, faults = self.mark(claimed)
        checks = self.marker.completed(checks, self.asked.points)
        wrong = next((check for check in checks if check.verdict == "wrong"), None)
        score = self.asked.score(checks)
        return Row(
            name=submission.name,
            score=score.earned,
            out_of=score.out_of,
            first_wrong=wrong and wrong.symbol,
            mistake=wrong and wrong.mistake,
            where=wrong and wrong.where,
            error=submission.error(faults),
            checks=checks,
        )

    def mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """The checks of the claims that can be marked, and the faults of the others."""
        if not self.problem.marks_claims:
            return self.marker.mark(claimed)
        solution, faults = marked(self.problem, claimed)
        return solution.checks, faults


def _unmarked(submission: Submission, error: str | None) -> Row:
    return Row(submission.name, None, None, None, None, None, error)
