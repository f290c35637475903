"""Several problems that are handed in together: a row for all of them, with the total."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lstmhw.faults import Fault, did_you_mean, shown
from lstmhw.grading import Grader, row_in_any_case, without_values
from lstmhw.grading.homework import Homework, Row, label, unmarked
from lstmhw.grading.names import MOST_REMEMBERED, Names, Place, without_number
from lstmhw.grading.variants import VariantGrader
from lstmhw.reading.headings import Headings, Split, stem
from lstmhw.reading.nodes import Fields, Node, Scalar
from lstmhw.reading.submissions import (
    NO_NODE,
    Source,
    Submission,
    first_error,
    read_submission,
)
from lstmhw.solution import Check


class Meant(NamedTuple):
    """An answer to one of several problems: its name without that of the problem."""

    problem: str
    name: str


class SeveralNames:
    """What several problems have answers to: `q1.h_2`, or `h_2` where only one has that.

    What is called after no problem belongs to the one that it is `under`, if to any.
    """

    def __init__(self, each: Mapping[str, Names], under: str = "") -> None:
        self.each = each
        self.under = under
        self.headings = Headings(each)
        self.place = lru_cache(MOST_REMEMBERED)(self._place)

    @property
    def known(self) -> tuple[str, ...]:
        """The symbols of all problems."""
        return tuple(label(p, symbol) for p, names in self.each.items() for symbol in names.known)

    @property
    def computed(self) -> Iterator[str]:
        """Those that are no data of a problem."""
        for problem, names in self.each.items():
            yield from (label(problem, symbol) for symbol in names.computed)

    def of_file(self, file: str) -> "SeveralNames":
        """The names in a file, which may be called after a problem."""
        problem = self.headings.of_file(file)
        return SeveralNames(self.each, problem) if problem else self

    def is_about(self, name: str) -> bool:
        """Whether a name may stand in a file that is called after a problem."""
        place = self.place(name)
        return not self.under or place is None or place.problem == self.under

    def _place(self, name: str) -> Meant | None:
        """The problem that a name is about; None where it may be about several, or is unknown."""
        split = self._split(name)
        if split is not None and self.each[split.problem].meant(split.rest) is not None:
            return Meant(*split)
        having = self._having(name)
        if not having and split is not None:
            return Meant(*split)
        return Meant(having[0], name) if len(having) == 1 else None

    def _split(self, name: str) -> Split | None:
        """The problem that a name begins with, or else that it is under."""
        split = self.headings.begun(name)
        return Split(self.under, name) if split is None and self.under else split

    def _having(self, name: str) -> Sequence[str]:
        """The problems that compute what is called so, or else that have it among their data."""
        having = (problem for problem, names in self.each.items() if names.has(name))
        return self._computing(dict.fromkeys(having, name))

    def _computing(self, found: Mapping[str, str]) -> Sequence[str]:
        """Of problems with a symbol each, those that compute it, or else all."""
        computing = [p for p, symbol in found.items() if self.each[p].is_computed(symbol)]
        return computing or [*found]

    def meant(self, name: str) -> str | None:
        """The symbol that a name is; None where it is none, or may be two."""
        place = self.place(name)
        symbol = None if place is None else self.each[place.problem].meant(place.name)
        return None if place is None or symbol is None else label(place.problem, symbol)

    def symbol(self, name: str) -> str | None:
        """The same under its full name, with its time step."""
        place = self.place(name)
        symbol = None if place is None else self.each[place.problem].symbol(place.name)
        return None if place is None or symbol is None else label(place.problem, symbol)

    def unknown(self, name: str) -> Fault | None:
        """What is wrong with a name that no problem has an answer to, or that several have."""
        place = self.place(name)
        if place is not None:
            fault = self.each[place.problem].unknown(place.name)
            return fault and fault._replace(path=("claimed", name))
        having = [label(problem, name) for problem in self._having(name)]
        known = having or [f"{problem}.SYMBOL" for problem in self.each]
        message = f"expected {' or '.join(known)}, found {shown(name)!r}"
        hint = "" if having else did_you_mean(name, self.known)
        return Fault(("claimed", name), message, hint, at_key=True)

    def column(self, title: str) -> Place | None:
        """What a column with this title has; None where that is nothing, or may be two."""
        bare = without_number(title)
        split = self._split(bare)
        place = None if split is None else self.each[split.problem].column(split.rest)
        if split is not None and place is not None:
            return place._replace(symbol=label(split.problem, place.symbol))
        places = {problem: names.column(bare) for problem, names in self.each.items()}
        found = {problem: place for problem, place in places.items() if place is not None}
        having = self._computing({problem: place.symbol for problem, place in found.items()})
        if len(having) != 1:
            return None
        place = found[having[0]]
        return place._replace(symbol=label(having[0], place.symbol))


AnyNames = Names | SeveralNames


class Sorted(NamedTuple):
    """The files of a submission with what is wrong with each as a whole, and answers by problem."""

    faulty: Sequence[Submission]
    answers: Mapping[str, Submission]


def problem_names(files: Sequence[str]) -> list[str]:
    """What several problems are called: as their files, without an ending.

    Raises ValueError where two of them have one name.
    """
    names = [stem(file) for file in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"expected problems with different names, found {twice} twice")
    return names


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
        for parts in attempts:
            found = self._sorted_of(parts)
            if not faulty or set(found.answers) - set(answers):
                faulty += found.faulty
            answers = {**found.answers, **answers}
        graders = {name: grader.grader_for(known) for name, grader in self.graders.items()}
        lacking = {name: lack for name, lack in graders.items() if isinstance(lack, str)}
        if not known.unreadable:
            faulty += [known._replace(unreadable=f"{n}: {lack}") for n, lack in lacking.items()]
        there = {name: grader for name, grader in graders.items() if not isinstance(grader, str)}
        answers = {
            name: _of_program(answers[name], there[name]) for name in answers if name in there
        }
        if first_error(faulty) is None and not any(map(_has_something, answers.values())):
            faulty = [without_values(known, self.names.computed)]
        if all(part.claimed is None for part in faulty):
            return unmarked(known, first_error(faulty))
        nothing = known._replace(claimed={}, refused=(), unreadable="")
        checks: dict[str, tuple[Check, ...]] = {}
        for name, grader in there.items():
            checks[name], marked = grader.marked(answers.get(name, nothing))
            faulty.append(_at_problem(marked, name))
        return self.homework.row(known, checks, first_error(faulty))

    def _sorted_of(self, parts: Sequence[Submission]) -> Sorted:
        """The answers in the files of a submission by their problems."""
        answers: dict[str, Submission] = {}
        faulty: list[Submission] = []
        for part in parts:
            found = self._sorted(part)
            faulty += found.faulty
            faulty += [_in_two_files(part, name) for name in found.answers if name in answers]
            answers = {**found.answers, **answers}
        return Sorted(faulty, answers)

    def _sorted(self, submission: Submission) -> Sorted:
        """The answers in a file by their problems, each called as if it were alone."""
        places = {name: self.names.place(name) for name in submission.written}
        known = {name: place for name, place in places.items() if place is not None}
        answers = {}
        for problem in self.graders:
            called = {name: place.name for name, place in known.items() if place.problem == problem}
            if called:
                answers[problem] = _of_problem(submission, called)
        unknown = [] if submission.is_program else [name for name in places if name not in known]
        faults = [fault for name in unknown if (fault := self.names.unknown(name))]
        others = [pair for pair in submission.refused if _name_in(pair[1]) not in places]
        whole = submission._replace(refused=tuple(others))
        return Sorted([whole.with_faults(faults)], answers)


def _of_problem(submission: Submission, called: Mapping[str, str]) -> Submission:
    """The answers to one problem: by their names in the submission, what they are called there."""
    written = submission.written
    claimed = submission.claimed or {}
    entries: dict[str, tuple[Scalar, Node]] = {}
    twice = []
    for name, alone in called.items():
        if alone in entries:
            message = f"expected each answer once, found {shown(name)!r} again"
            twice.append((written[name][0].mark, Fault((), message, "keep one")))
        entries.setdefault(alone, written[name])
    refused = [
        (mark, fault._replace(path=("claimed", called[name], *fault.path[2:])))
        for mark, fault in submission.refused
        if (name := _name_in(fault)) in called
    ]
    return submission._replace(
        claimed={alone: claimed[name] for name, alone in called.items() if name in claimed},
        root=Fields({"claimed": (NO_NODE, Fields(entries, NO_NODE.mark))}, NO_NODE.mark),
        refused=(*refused, *twice),
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


def _has_something(submission: Submission) -> bool:
    return bool(submission.claimed or submission.refused)


def _who(parts: Sequence[Submission]) -> Submission:
    """The file of a submission that says best whose it is."""
    return next((part for part in parts if part.id is not None), parts[0])
