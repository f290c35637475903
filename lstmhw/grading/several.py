"""Several problems that are handed in together: a row for all of them, with the total."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lstmhw.faults import Fault, did_you_mean, shown, some
from lstmhw.grading import Grader, row_in_any_case, without_values
from lstmhw.grading.homework import Homework, Row, label, unmarked
from lstmhw.grading.names import MOST_REMEMBERED, Names, Place, without_number
from lstmhw.grading.variants import VariantGrader
from lstmhw.reading.headings import Headings, Split, same_problem, stem
from lstmhw.reading.nodes import Fields
from lstmhw.reading.submissions import (
    NO_NODE,
    NO_SUBMISSION,
    Source,
    Submission,
    first_error,
    read_submission,
)
from lstmhw.solution import Check, Claim


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
        self.headings = Headings(each, lambda problem, name: each[problem].has(name))
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
        if self.under and self.each[self.under].has(name):
            return Meant(self.under, name)
        begun = self.headings.begun(name)
        having = [] if begun else self._having(name)
        split = begun or (None if having else self.headings.split(name))
        if split is not None:
            return Meant(*split)
        if not having and self.under:
            return Meant(self.under, name)
        return Meant(having[0], name) if len(having) == 1 else None

    def computing(self, name: str) -> Iterator[str]:
        """The symbols of all problems that a name may be the answer to."""
        for problem, names in self.each.items():
            symbol = names.symbol(name)
            if symbol is not None and names.is_computed(symbol):
                yield label(problem, symbol)

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
        for split in self._splits(title, bare):
            place = self.each[split.problem].column(split.rest)
            if place is not None:
                return place._replace(symbol=label(split.problem, place.symbol))
        places = {problem: names.column(bare) for problem, names in self.each.items()}
        found = {problem: place for problem, place in places.items() if place is not None}
        having = self._computing({problem: place.symbol for problem, place in found.items()})
        if len(having) != 1:
            return None
        place = found[having[0]]
        return place._replace(symbol=label(having[0], place.symbol))

    def _splits(self, title: str, bare: str) -> Iterator[Split]:
        """The problems that a title may be about by what it begins or ends with."""
        if self.under:
            yield Split(self.under, bare)
        found = (self.headings.split(bare), self.headings.split(title), self.headings.ended(bare))
        yield from filter(None, found)


AnyNames = Names | SeveralNames


class Sorted(NamedTuple):
    """The files of a submission with what is wrong with each as a whole, and answers by problem."""

    faulty: Sequence[Submission]
    answers: Mapping[str, Submission]


def problem_names(files: Sequence[str]) -> list[str]:
    """What several problems are called: as their files, without an ending.

    Raises ValueError where two of them have one name.
    """
    names = [unicodedata.normalize("NFC", stem(file)) for file in files]
    alike = [same_problem(name) for name in names]
    again = next((k for k, name in enumerate(alike) if name in alike[:k]), None)
    if again is not None:
        first = names[alike.index(alike[again])]
        found = f"{first} twice" if names[again] == first else f"{first} and {names[again]}"
        raise ValueError(f"expected problems with different names, found {found}")
    if not names:
        raise ValueError("expected problems, found none")
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
            twice = found.answers.keys() & answers.keys()
            faulty += [*found.faulty, *(_in_two_files(part, name) for name in sorted(twice))]
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
        claimed = submission.claimed or {}
        places = {name: self.names.place(name) for name in submission.written}
        known = {
            name: place
            for name, place in places.items()
            if place is not None
            and not (submission.is_program and self._is_data(name, place, claimed.get(name)))
        }
        answers = {}
        for problem in self.graders:
            called = {name: place.name for name, place in known.items() if place.problem == problem}
            if called:
                answers[problem] = _of_problem(submission, called)
        unknown = [name for name, place in places.items() if place is None]
        if submission.is_program:
            there = {self.names.symbol(name) for name in known}
            unknown = [name for name in unknown if set(self.names.computing(name)) - there]
        faults = [fault for name in unknown if (fault := self.names.unknown(name))]
        others = [pair for pair in submission.refused if _name_in(pair[1]) not in places]
        whole = submission._replace(refused=tuple(others))
        return Sorted([whole.with_faults(faults)], answers)

    def _is_data(self, name: str, place: Meant, claim: Claim | None) -> bool:
        """Whether a value in a program is the data of another problem than it seems to be about."""
        if claim is None or place.name != name:
            return False
        others = (names for problem, names in self.names.each.items() if problem != place.problem)
        is_right = self.names.each[place.problem].is_nearly(name, claim)
        return not is_right and any(names.is_given(name, claim) for names in others)


def _of_problem(submission: Submission, called: Mapping[str, str]) -> Submission:
    """The answers to one problem: by their names in the submission, what they are called there."""
    written = submission.written
    claimed = submission.claimed or {}
    counts = Counter(called.values())
    entries = {alone: written[name] for name, alone in called.items()}
    twice = [
        (
            written[name][0].mark,
            Fault((), f"expected {shown(alone)} once, found it again", "keep one"),
        )
        for name, alone in called.items()
        if counts[alone] > 1
    ]
    refused = [
        (mark, fault._replace(path=("claimed", called[name], *fault.path[2:])))
        for mark, fault in submission.refused
        if (name := _name_in(fault)) in called
    ]
    return submission._replace(
        claimed={
            alone: claimed[name]
            for name, alone in called.items()
            if name in claimed and counts[alone] == 1
        },
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


def _who(parts: Sequence[Submission]) -> Submission:
    """The file of a submission that says best whose it is."""
    return next((part for part in parts if part.id is not None), parts[0])
