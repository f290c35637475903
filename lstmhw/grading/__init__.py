"""Many submissions of one problem -> a row each: points, the first wrong symbol, the mistake."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from lstmhw.faults import Fault, printable
from lstmhw.marking import Marker, marked
from lstmhw.problem import Problem
from lstmhw.reading import Document
from lstmhw.reading.submissions import Source, Submission, read_submission
from lstmhw.recurrent import RecurrentProblem
from lstmhw.solution import Check, Claim, Solution

EARNING = ("right", "rounding", "follows")


class Row(NamedTuple):
    """What is said about one submission.

    `score` is the number of symbols that earn credit, out of `out_of`; None where nothing could be
    read.  `first_wrong`, `mistake` and `where` are those of the first wrong symbol of the working.
    """

    name: str
    score: int | None
    out_of: int | None
    first_wrong: str | None
    mistake: str | None
    where: str | None
    error: str | None
    checks: tuple[Check, ...] = ()


class Grader:
    """Marks submissions of one problem.

    Raises InputError for a problem that cannot be solved, or whose own claims name what it has not.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problem = replace(document.problem, claimed={})
        solution = self.problem.solve()
        self.marker = Marker(solution)
        _, faults = self.mark(document.problem.claimed)
        unknown = [fault for fault in faults if fault.at_key]
        if unknown:
            raise document.error(unknown)
        self.asked = frozenset(_asked(document.problem, solution))

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
        checks = self._completed(checks)
        wrong = next((check for check in checks if check.verdict == "wrong"), None)
        counted = [check for check in checks if not self.asked or check.symbol in self.asked]
        return Row(
            name=submission.name,
            score=sum(map(_earns, counted)),
            out_of=len(self.asked or claimed),
            first_wrong=wrong and wrong.symbol,
            mistake=wrong and wrong.mistake,
            where=wrong and wrong.where,
            error=submission.error(faults),
            checks=checks,
        )

    def _completed(self, checks: tuple[Check, ...]) -> tuple[Check, ...]:
        """The checks, with a row for each symbol that is asked for and has no answer."""
        order, there = self.marker.order, {check.symbol for check in checks}
        absent = [s for s in self.asked - there if s in order]
        rows = [*checks, *map(self.marker.unanswered, absent)]
        return tuple(sorted(rows, key=lambda check: order.get(check.symbol, -1)))

    def mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """The checks of the claims that can be marked, and the faults of the others."""
        if not self.problem.marks_claims:
            return self.marker.mark(claimed)
        solution, faults = marked(self.problem, claimed)
        return solution.checks, faults


def _unmarked(submission: Submission, error: str | None) -> Row:
    return Row(submission.name, None, None, None, None, None, error)


def _earns(check: Check) -> bool:
    """Whether a symbol is credited; a claim that made what follows trivial earns nothing."""
    return check.verdict in EARNING and check.extras.get("credit") != 0


def _asked(problem: Problem, solution: Solution) -> Iterator[str]:
    """The symbols that the problem asks for: those of its own `claimed` and `find`."""
    names: Iterable[str] = problem.claimed
    times: Iterable[int | None] = (solution.only_step,)
    if isinstance(problem, RecurrentProblem):
        names = (*names, *(problem.find or ()))
        times = problem.times
    if solution.only_step is not None:
        names = [name.removesuffix("_t") for name in names]
    for name in names:
        symbols = [f"{name}_{t}" for t in times if f"{name}_{t}" in solution.answers]
        yield from symbols if symbols and name not in solution.answers else [name]
