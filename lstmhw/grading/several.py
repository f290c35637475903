"""Several problems that are handed in together: a row for all of them, with the total."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from lstmhw.faults import Fault, shown, some
from lstmhw.grading import Grader, row_in_any_case, without_values
from lstmhw.grading.homework import Homework, Row, unmarked
from lstmhw.grading.several_names import Meant, SeveralNames
from lstmhw.grading.variants import VariantGrader
from lstmhw.reading.nodes import Fields
from lstmhw.reading.notebooks import NO_VALUE, SEVERAL_VALUES
from lstmhw.reading.submissions import (
    NO_NODE,
    NO_SUBMISSION,
    Source,
    Submission,
    first_error,
    read_submission,
)
from lstmhw.solution import Check, Claim


class Sorted(NamedTuple):
    """The files of a submission with what is wrong with each as a whole, and answers by problem."""

    files: Sequence[Submission]
    answers: Mapping[str, Submission]


class HomeworkGrader:
    """Marks submissions with the answers to several problems, each by what marks that one.

    Without a title it is called after its problems.
    """

    def __init__(
        self, graders: Mapping[str, Grader | VariantGrader], title: str | None = None
    ) -> None:
        self.graders = graders
        self.names = SeveralNames({name: grader.names for name, grader in graders.items()})
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
            found = self._sorted_of(parts)
            if k == 0 or found.answers.keys() - answers.keys():
                faulty += found.files
            answers = {**found.answers, **answers}
        checks: dict[str, tuple[Check, ...]] = {}
        lacking = []
        nothing = known._replace(claimed={}, refused=(), unreadable="", is_program=False)
        for name, each in self.graders.items():
            grader = each.grader_for(known)
            if isinstance(grader, str):
                lacking.append(known._replace(unreadable=f"{name}: {grader}"))
                continue
            answers[name] = _of_program(answers.get(name, nothing), grader)
            checks[name], marked = grader.marked(answers[name])
            faulty.append(_at_problem(marked, name))
        error = first_error(faulty)
        has_answers = any(each.claimed for each in answers.values())
        if not (has_answers or known.source.row or known.unreadable == NO_SUBMISSION):
            return unmarked(known, error or without_values(known, self.names.computed).error)
        return self.homework.row(known, checks, error or first_error(lacking))

    def _sorted_of(self, parts: Sequence[Submission]) -> Sorted:
        """The answers in the files of a submission by their problems."""
        answers: dict[str, Submission] = {}
        faulty: list[Submission] = []
        repeated: set[str] = set()  # which of two files is meant, nobody can tell
        for part in parts:
            found = self._sorted(part)
            twice = {
                name
                for name in found.answers.keys() & answers.keys()
                if found.answers[name].claimed != answers[name].claimed
            }
            faulty += [*found.files, *(_in_two_files(part, name) for name in sorted(twice))]
            answers = {**found.answers, **answers}
            repeated |= twice
        answers = {name: each for name, each in answers.items() if name not in repeated}
        others = dict.fromkeys(part.id for part in parts if part.id is not None)
        if len(others) > 1:
            fault = Fault((), f"expected the files of one student, found the ids {some(others)}")
            faulty.append(parts[-1]._replace(refused=((parts[-1].root.mark, fault),)))
        return Sorted(faulty, answers)

    def _sorted(self, submission: Submission) -> Sorted:
        """The answers in a file by their problems, each called as if it were alone."""
        places = {name: self.names.place(name) for name in submission.written}
        faults: dict[str, Fault | None] = {
            name: self.names.unknown(name) for name, place in places.items() if place is None
        }
        if submission.is_program:
            faults = self._doubts(submission, places)
            doubts = (SEVERAL_VALUES, NO_VALUE)
            said = [pair for pair in submission.refused if pair[1].message not in doubts]
            submission = submission._replace(refused=tuple(said))
        answers = {}
        for problem in self.graders:
            called = {
                name: place.name
                for name, place in places.items()
                if place is not None and place.problem == problem and name not in faults
            }
            if called:
                answers[problem] = _of_problem(submission, called)
        others = [pair for pair in submission.refused if _name_in(pair[1]) not in places]
        whole = submission._replace(refused=tuple(others))
        return Sorted([whole.with_faults(filter(None, faults.values()))], answers)

    def _doubts(
        self, submission: Submission, places: Mapping[str, Meant | None]
    ) -> dict[str, Fault | None]:
        """The names in a program that are no answers, each with its fault, if any.

        They may be about anything; a fault is told where a problem may lack what was meant for it.
        """
        claimed = submission.claimed or {}
        doubts = {_name_in(fault): fault for _, fault in submission.refused}
        data = {
            name
            for name, place in places.items()
            if place is not None and self._is_data(name, place, claimed.get(name))
        }
        there = {self.names.symbol(name) for name in places if name not in data}
        found: dict[str, Fault | None] = {}
        for name, place in places.items():
            alone = name if place is None else place.name
            lacking = [symbol for symbol in self.names.computing(alone) if symbol not in there]
            fault = doubts.get(name)
            if place is None:
                found[name] = self.names.unknown(name) if lacking else None
            elif name in data:
                is_right = self.names.each[place.problem].is_nearly(name, claimed[name])
                found[name] = _under_no_heading(name, place) if lacking and is_right else None
            elif not self.names.each[place.problem].has(alone):
                found[name] = _elsewhere(name, lacking) if lacking else None
            elif lacking and fault is not None and fault.message == SEVERAL_VALUES:
                found[name] = fault
        empty = [name for name, fault in doubts.items() if fault.message == NO_VALUE]
        having = {place.problem for name, place in places.items() if place and name not in found}
        return found | {name: doubts[name] for name in empty if name not in having}

    def _is_data(self, name: str, place: Meant, claim: Claim | None) -> bool:
        """Whether a value in a program is the data of another problem than it seems to be about."""
        if claim is None or place.name != name:
            return False
        others = (names for problem, names in self.names.each.items() if problem != place.problem)
        return any(names.is_given(name, claim) for names in others)


def _under_no_heading(name: str, place: Meant) -> Fault:
    """What may be an answer to one problem, or the data of another."""
    message = f"expected the heading of {place.problem} above {name}, which is data of another"
    return Fault(("claimed", name), message)


def _elsewhere(name: str, lacking: Sequence[str]) -> Fault:
    """An answer below the heading of a problem that has none of that name."""
    return Fault(("claimed", name), f"expected {' or '.join(lacking)}, found {shown(name)!r}")


def _of_problem(submission: Submission, called: Mapping[str, str]) -> Submission:
    """The answers to one problem: by their names in the submission, what they are called there."""
    written = submission.written
    claimed = submission.claimed or {}
    first: dict[str, str] = {}
    for name, alone in called.items():
        first.setdefault(alone, name)
    twice = [
        name
        for name, alone in called.items()
        if claimed.get(name) != claimed.get(first[alone]) and first[alone] != name
    ]
    repeated = {called[name] for name in twice}  # which of two is meant, nobody can tell
    conflicts = [
        (
            written[name][0].mark,
            Fault((), f"expected {shown(called[name])} once, found it again", "keep one"),
        )
        for name in twice
    ]
    refused = [
        (mark, fault._replace(path=("claimed", called[name], *fault.path[2:])))
        for mark, fault in submission.refused
        if (name := _name_in(fault)) in called
    ]
    entries = {alone: written[name] for alone, name in first.items()}
    return submission._replace(
        claimed={
            alone: claimed[name]
            for alone, name in first.items()
            if name in claimed and alone not in repeated
        },
        root=Fields({"claimed": (NO_NODE, Fields(entries, NO_NODE.mark))}, NO_NODE.mark),
        refused=(*refused, *conflicts),
    )


def _of_program(submission: Submission, grader: Grader) -> Submission:
    return grader.of_program(submission) if submission.is_program else submission


def _name_in(fault: Fault) -> str:
    """The name of the answer that a fault is about; "" where it is about none."""
    return str(fault.path[1]) if fault.path[:1] == ("claimed",) and fault.path[1:] else ""


def _in_two_files(submission: Submission, problem: str) -> Submission:
    """A file with answers to a problem that another file has answers to as well."""
    message = f"expected the answers to {problem} in one file, found more of them"
    return submission._replace(refused=((submission.root.mark, Fault((), message)),))


def _at_problem(submission: Submission, problem: str) -> Submission:
    """Answers to a problem whose faults say so."""
    refused = tuple(
        (mark, fault._replace(path=("claimed", problem, *fault.path[1:])))
        if _name_in(fault)
        else (mark, fault)
        for mark, fault in submission.refused
    )
    return submission._replace(refused=refused)


def _who(parts: Sequence[Submission]) -> Submission:
    """The file of a submission that says best whose it is."""
    return next((part for part in parts if part.id is not None), parts[0])
