"""Many submissions -> a row each: points, the first wrong symbol, the mistake."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from lstmhw.answering import of_weights
from lstmhw.faults import Fault, some
from lstmhw.grading.homework import Exercise, Homework, Row, unmarked
from lstmhw.grading.names import Names
from lstmhw.marking import Marker, marked
from lstmhw.marking.claims import USUAL
from lstmhw.marking.scoring import asked
from lstmhw.reading import Document, from_text
from lstmhw.reading.headings import NO_HEADINGS
from lstmhw.reading.notebooks import WRITTEN
from lstmhw.reading.submissions import Source, Submission, bug_told, read_submission
from lstmhw.solution import Check, Claim


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
        self.names = Names(
            own,
            lambda name: self.mark({name: "null"})[1],
            self.problem.checked_weights,
            self.problem.weights_in_programs,
        )
        self.asked, no_points = asked(self.original.problem, solution)
        title = solution.title or solution.kind
        self.homework = Homework(title, {"": Exercise(title, solution.digits, self.asked)})
        _, faults = self.mark(document.problem.claimed)
        unknown = [*no_points, *(fault for fault in faults if fault.at_key)]
        if unknown:
            raise document.error(unknown)

    def __reduce__(self) -> tuple[Any, ...]:
        # A problem has functions in it, which are not pickled; its text is.
        return _again, tuple((read.name, read.text) for read in (self.document, self.original))

    @property
    def files(self) -> Collection[str]:
        """What is read to mark, beside the problem."""
        return ()

    def row(self, source: Source) -> Row:
        """The row of a submission, whatever is wrong with it."""
        return self.row_of(read_submission(source, NO_HEADINGS))

    def grader_for(self, submission: Submission) -> "Grader":
        """What marks a submission: this, whose ever it is."""
        return self

    def row_of(self, submission: Submission) -> Row:
        """The same of a submission that is read."""
        return row_in_any_case(submission, self._row)

    def _row(self, submission: Submission) -> Row:
        if submission.is_program:
            submission = self.of_program(submission)
            if not submission.claimed and not submission.refused:
                submission = without_values(submission, self.names.computed)
        if submission.claimed is None:
            return unmarked(submission, submission.error)
        checks, submission = self.marked(submission)
        return self.homework.row(submission, {"": checks}, submission.error)

    def of_program(self, submission: Submission) -> Submission:
        """Of all that a program gives names to, what the problem computes, and not its data."""
        names = self.names
        written = submission.claimed or {}
        # Alone, a name such as `b` may be anything.
        together = names.together if written.keys() >= names.together else ()
        claimed = {
            name: claim
            for name, claim in written.items()
            if name in together or (names.is_computed(name) and not names.is_given(name, claim))
        }
        refused = tuple(
            (mark, fault)
            for mark, fault in submission.refused
            if len(fault.path) < 2 or names.is_computed(str(fault.path[1]))
        )
        return submission._replace(claimed=claimed or None, refused=refused)

    def marked(self, submission: Submission) -> tuple[tuple[Check, ...], Submission]:
        """The checks of all that is asked for, and the submission with its faults."""
        checks, faults = self._marked(submission.claimed or {})
        completed = self.marker.completed(checks, self.asked.points)
        return completed, submission.with_faults(faults)

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


def row_in_any_case(submission: Submission, row: Callable[[Submission], Row]) -> Row:
    """The row of a submission."""
    try:
        return row(submission)
    except Exception as error:  # a bug must not end the run
        return unmarked(submission, bug_told(submission.source, error))


def without_values(submission: Submission, known: Iterable[str]) -> Submission:
    """The submission of a program in which nothing that is known has a value."""
    fault = Fault((), f"expected values of {some(known)}; found none", WRITTEN)
    return submission._replace(claimed=None, refused=((submission.root.mark, fault),))
