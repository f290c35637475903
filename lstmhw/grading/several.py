"""Several problems that are handed in together: a row for all of them, with the total."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from lstmhw.faults import Fault
from lstmhw.grading import Grader, row_in_any_case, without_values
from lstmhw.grading.homework import Homework, Row, label, unmarked
from lstmhw.grading.several_names import SeveralNames
from lstmhw.grading.sorting import Sorter, name_in
from lstmhw.grading.variants import VariantGrader
from lstmhw.reading.notebooks import A_HEADING
from lstmhw.reading.submissions import (
    NO_SUBMISSION,
    PROGRAMS,
    TEXTS,
    Source,
    Submission,
    first_error,
    read_submission,
)
from lstmhw.solution import Check, indexed


class HomeworkGrader:
    """Marks submissions with the answers to several problems, each by what marks that one.

    Without a title it is called after its problems.
    """

    def __init__(
        self, graders: Mapping[str, Grader | VariantGrader], title: str | None = None
    ) -> None:
        self.graders = graders
        self.names = SeveralNames({name: grader.names for name, grader in graders.items()})
        self.sorter = Sorter(self.names)
        exercises = {name: grader.homework.exercises[""] for name, grader in graders.items()}
        self.homework = Homework(title or ", ".join(exercises), exercises)

    def __reduce__(self) -> tuple[Any, ...]:
        return HomeworkGrader, (self.graders, self.homework.title)

    @property
    def files(self) -> Collection[str]:
        """What is read to mark, beside the problems."""
        return [file for grader in self.graders.values() for file in grader.files]

    def row(self, source: Source) -> Row:
        """The row of what a student has handed in, whatever is wrong with it.

        To each problem the last answers count.
        """
        attempts = [self._read(each) for each in (source, *reversed(source.earlier))]
        return row_in_any_case(_who(attempts[0]), lambda known: self._row(known, attempts))

    def _read(self, source: Source) -> Sequence[Submission]:
        """The files of a submission."""
        headings = self.names.headings
        return [read_submission(part, headings) for part in source.parts or (source,)]

    def _row(self, known: Submission, attempts: Sequence[Sequence[Submission]]) -> Row:
        """The row of all that was handed in, the last first; `known` says by whom."""
        answers: dict[str, Submission] = {}
        faulty: list[Submission] = []
        for k, parts in enumerate(attempts):
            found = self.sorter.of_files(parts)
            if k == 0 or found.answers.keys() - answers.keys():
                faulty += found.files
            answers = {**found.answers, **answers}
        there, lacking = self._graders_for(known)
        nothing = known._replace(claimed={}, refused=(), unreadable="", is_program=False)
        given = {
            name: _of_program(answers.get(name, nothing), grader) for name, grader in there.items()
        }
        marks = {name: grader.marked(given[name]) for name, grader in there.items()}
        for name, misplaced in list(_misplaced(given, marks, there)):
            given[name] = _without(given[name], misplaced)
            marks[name] = there[name].marked(given[name])
        faulty += [_at_problem(marked, name) for name, (_, marked) in marks.items()]
        error = first_error(faulty)
        has_answers = any(each.claimed for each in (*answers.values(), *given.values()))
        if not (has_answers or known.source.row or known.unreadable == NO_SUBMISSION):
            return unmarked(known, error or without_values(known, self.names.computed).error)
        checks = {name: found for name, (found, _) in marks.items()}
        return self.homework.row(known, checks, error or first_error(lacking))

    def _graders_for(self, known: Submission) -> tuple[dict[str, Grader], list[Submission]]:
        """What marks each problem of a student, and what is wrong where nothing can."""
        there: dict[str, Grader] = {}
        lacking = []
        for name, each in self.graders.items():
            grader = each.grader_for(known)
            if isinstance(grader, str):
                lacking.append(known._replace(unreadable=f"{name}: {grader}"))
            else:
                there[name] = grader
        return there, lacking


Marks = tuple[tuple[Check, ...], Submission]


def _misplaced(
    given: Mapping[str, Submission], marks: Mapping[str, Marks], graders: Mapping[str, Grader]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The problems with wrong answers that are right ones to another, and the symbols of that.

    A heading may be missing above them; where each is called after its problem, none can be.
    """
    for name, (checks, _) in marks.items():
        source = given[name].source
        if source.problem or source.ending not in (*TEXTS, *PROGRAMS):
            continue
        wrong = {check.symbol for check in checks if check.verdict == "wrong"}
        found = {
            written: label(other, symbol)
            for written, claim in (given[name].claimed or {}).items()
            if graders[name].names.symbol(written) in wrong
            for other, grader in graders.items()
            if other != name
            for symbol in (grader.names.symbol(written), grader.names.symbol(indexed(written)[0]))
            if symbol is not None and grader.names.is_nearly(symbol, claim)
        }
        if found:
            yield name, found


def _without(submission: Submission, misplaced: Mapping[str, str]) -> Submission:
    """Answers to a problem without those that seem to be meant for another."""
    claimed = submission.claimed or {}
    kept = {name: claim for name, claim in claimed.items() if name not in misplaced}
    faults = [
        Fault(("claimed", name), f"found the numbers of {symbol}", A_HEADING)
        for name, symbol in misplaced.items()
    ]
    return submission._replace(claimed=kept).with_faults(faults)


def _of_program(submission: Submission, grader: Grader) -> Submission:
    return grader.of_program(submission) if submission.is_program else submission


def _at_problem(submission: Submission, problem: str) -> Submission:
    """Answers to a problem whose faults say so."""
    refused = tuple(
        (mark, fault._replace(path=("claimed", problem, *fault.path[1:])))
        if name_in(fault)
        else (mark, fault)
        for mark, fault in submission.refused
    )
    return submission._replace(refused=refused)


def _who(parts: Sequence[Submission]) -> Submission:
    """The file of a submission that says best whose it is."""
    return next((part for part in parts if part.id is not None), parts[0])
