"""Several problems that are handed in together: a row for all of them, with the total."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lstmhw.faults import Fault, shown, some
from lstmhw.grading import Grader, row_in_any_case, without_values
from lstmhw.grading.homework import Homework, Row, label, unmarked
from lstmhw.grading.several_names import Meant, SeveralNames
from lstmhw.grading.variants import VariantGrader
from lstmhw.reading.nodes import Fields
from lstmhw.reading.notebooks import A_HEADING, NO_VALUE, SEVERAL_VALUES
from lstmhw.reading.submissions import (
    NO_NODE,
    NO_SUBMISSION,
    PROGRAMS,
    TEXTS,
    Source,
    Submission,
    first_error,
    read_submission,
)
from lstmhw.solution import Check, Claim, indexed


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
        called = {name: name if place is None else place.name for name, place in places.items()}
        every = frozenset(called.values())
        found: dict[str, Fault | None] = {}
        for name, place in places.items():
            alone = called[name]
            meant = self.names.computing(alone, every)
            lacking = [symbol for symbol in meant if symbol not in there]
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
