"""Many submissions of one problem -> a row each: points, the first wrong symbol, the mistake."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from lstmhw.answering import of_weights
from lstmhw.faults import Fault, printable, some
from lstmhw.grading.names import Names
from lstmhw.marking import Marker, marked
from lstmhw.marking.claims import USUAL
from lstmhw.marking.scoring import Asked, asked
from lstmhw.reading import Document, from_text
from lstmhw.reading.notebooks import WRITTEN
from lstmhw.reading.submissions import Source, Submission, read_submission
from lstmhw.solution import Check, Claim


class Row(NamedTuple):
    """What is said about one submission.

    `id` is None where the submission gives none.  `score` are the points that the answers earn, out
    of `out_of`; None where nothing could be read.  `first_wrong`, `mistake` and `where` are those
    of the first wrong symbol of the working.
    """

    id: str | None
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
    return row.name if row.id is None else row.id


class Exercise(NamedTuple):
    """What all rows of a problem share: its title, the decimals shown, and what earns points."""

    title: str
    digits: int
    asked: Asked


class Grader:
    """Marks submissions of one problem.

    What is asked for, and how it is marked, may be that of another, of which it is a variant.
    Raises InputError for a problem that cannot be solved, or whose own claims name what it has not.
    """

    def __init__(self, document: Document, original: Document | None = None) -> None:
        self.document = document
        self.original = original or document
        self.problem = replace(document.problem, claimed={}, marking=self.original.problem.marking)
        solution = self.problem.solve()
        # What the problem itself claims, as the gates of its file, is no student's answer.
        own = solution._replace(checks=())
        self.marker = Marker(own, self.problem.marking or USUAL)
        self.names = Names(own, lambda name: self.mark({name: "null"})[1])
        self.asked, no_points = asked(self.original.problem, solution)
        self.exercise = Exercise(solution.title or solution.kind, solution.digits, self.asked)
        _, faults = self.mark(document.problem.claimed)
        unknown = [*no_points, *(fault for fault in faults if fault.at_key)]
        if unknown:
            raise document.error(unknown)

    def __reduce__(self) -> tuple[Any, ...]:
        # A problem has functions in it, which are not pickled; its text is.
        return _again, tuple((read.name, read.text) for read in (self.document, self.original))

    def row(self, source: Source) -> Row:
        """The row of a submission, whatever is wrong with it."""
        return self.row_of(read_submission(source))

    def row_of(self, submission: Submission) -> Row:
        """The same of a submission that is read."""
        try:
            return self._row(submission)
        except Exception as error:  # a bug must not end the run
            what = f"a bug in lstmhw, please report it: {type(error).__name__}: {error}"
            return unmarked(submission, f"{submission.source.shown_name}: error: {printable(what)}")

    def _row(self, submission: Submission) -> Row:
        if submission.is_program:
            submission = self._of_program(submission)
        if submission.claimed is None:
            return unmarked(submission, submission.error(()))
        checks, faults = self._marked(submission.claimed)
        checks = self.marker.completed(checks, self.asked.points)
        wrong = next((check for check in checks if check.verdict == "wrong"), None)
        score = self.asked.score(checks)
        return Row(
            id=submission.id,
            name=submission.name,
            score=score.earned,
            out_of=score.out_of,
            first_wrong=wrong and wrong.symbol,
            mistake=wrong and wrong.mistake,
            where=wrong and wrong.where,
            error=submission.error(faults),
            checks=checks,
        )

    def _of_program(self, submission: Submission) -> Submission:
        """Of all that a program gives names to, what the problem computes, and not its data."""
        names = self.names
        written = submission.claimed or {}
        claimed = {
            name: claim
            for name, claim in written.items()
            if names.is_computed(name) and not names.is_given(claim)
        }
        refused = tuple(
            (mark, fault)
            for mark, fault in submission.refused
            if len(fault.path) < 2 or names.is_computed(str(fault.path[1]))
        )
        if not claimed and not refused:
            known = some(filter(names.is_computed, names.known))
            fault = Fault((), f"expected values of {known}; found none", WRITTEN)
            refused = ((submission.root.mark, fault),)
        return submission._replace(claimed=claimed or None, refused=refused)

    def _marked(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """The same as of `mark`, of symbols as people write them; faults are at what is written."""
        symbols = self.names.translated(claimed)
        if not symbols:
            return self.mark(claimed)
        written = {symbol: name for name, symbol in symbols.items()}
        checks, faults = self.mark({symbols.get(name, name): c for name, c in claimed.items()})
        return checks, tuple(_at_written(fault, written) for fault in faults)

    def mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """The checks of the claims that can be marked, and the faults of the others."""
        own, faults = of_weights(self.document, claimed)
        if own is None and not self.problem.marks_claims:
            checks, more = self.marker.mark(claimed)
            return checks, (*faults, *more)
        solution, more = marked(self.problem, claimed, own)
        return solution.checks, (*faults, *more)


def _again(*texts: tuple[str, str]) -> Grader:
    """The grader of a document and of the original, by their names and texts."""
    return Grader(*(from_text(*named) for named in texts))


def _at_written(fault: Fault, written: Mapping[str, str]) -> Fault:
    """A fault of a symbol, at the name that it has in the submission."""
    path = tuple(written.get(str(key), key) if k == 1 else key for k, key in enumerate(fault.path))
    return fault._replace(path=path)


def unmarked(submission: Submission, error: str | None) -> Row:
    """The row of a submission that cannot be marked."""
    return Row(submission.id, submission.name, None, None, None, None, None, error)
