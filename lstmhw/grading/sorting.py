"""Which answers of a submission are to which of several problems, and where nobody can tell."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lstmhw.faults import Fault, shown, some
from lstmhw.grading.several_names import Meant, SeveralNames
from lstmhw.reading.nodes import Fields
from lstmhw.reading.notebooks import NO_VALUE, SEVERAL_VALUES
from lstmhw.reading.submissions import NO_NODE, Submission
from lstmhw.solution import Claim


class Sorted(NamedTuple):
    """The files of a submission with what is wrong with each as a whole, and answers by problem."""

    files: Sequence[Submission]
    answers: Mapping[str, Submission]


class Sorter:
    """Sorts the answers of submissions by the problems that these names are of."""

    def __init__(self, names: SeveralNames) -> None:
        self.names = names

    def of_files(self, parts: Sequence[Submission]) -> Sorted:
        """The answers in the files of a submission by their problems."""
        answers: dict[str, Submission] = {}
        faulty: list[Submission] = []
        repeated: set[str] = set()  # which of two files is meant, nobody can tell
        for part in parts:
            found = self._of_file(part)
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

    def _of_file(self, submission: Submission) -> Sorted:
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
        for problem in self.names.each:
            called = {
                name: place.name
                for name, place in places.items()
                if place is not None and place.problem == problem and name not in faults
            }
            if called:
                answers[problem] = _of_problem(submission, called)
        others = [pair for pair in submission.refused if name_in(pair[1]) not in places]
        whole = submission._replace(refused=tuple(others))
        return Sorted([whole.with_faults(filter(None, faults.values()))], answers)

    def _doubts(
        self, submission: Submission, places: Mapping[str, Meant | None]
    ) -> dict[str, Fault | None]:
        """The names in a program that are no answers, each with its fault, if any.

        They may be about anything; a fault is told where a problem may lack what was meant for it.
        """
        claimed = submission.claimed or {}
        doubts = {name_in(fault): fault for _, fault in submission.refused}
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
        if (name := name_in(fault)) in called
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


def _in_two_files(submission: Submission, problem: str) -> Submission:
    """A file with answers to a problem that another file has answers to as well."""
    message = f"expected the answers to {problem} in one file, found more of them"
    return submission._replace(refused=((submission.root.mark, Fault((), message)),))


def name_in(fault: Fault) -> str:
    """The name of the answer that a fault is about; "" where it is about none."""
    return str(fault.path[1]) if fault.path[:1] == ("claimed",) and fault.path[1:] else ""
