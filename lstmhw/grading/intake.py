"""What comes in to be graded: where it is, which of it counts, and who is missing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.faults import printable, some
from lstmhw.grading import Grader
from lstmhw.grading.attempts import (
    Last,
    Students,
    Together,
    best_of,
    counts_of,
    id_of,
    last_of,
    together_of,
)
from lstmhw.grading.folders import in_folder
from lstmhw.grading.formats import Form, graded
from lstmhw.grading.mapping import read_map
from lstmhw.grading.roster import Roster, read_roster
from lstmhw.grading.rows import Graded, Key, key_in
from lstmhw.grading.several import HomeworkGrader
from lstmhw.grading.sources import Place, batches, count_of, is_stream, places
from lstmhw.grading.tables import Table, table_in
from lstmhw.grading.variants import VariantGrader, read_variants
from lstmhw.grading.workers import BATCH, AnyGrader
from lstmhw.reading import InputError
from lstmhw.reading.headings import Headings
from lstmhw.reading.submissions import Source


class Wanted(NamedTuple):
    """The arguments of a command: submissions, and the file that rows go to; a map, which attempts
    count, a roster, a table of variants for each problem, and a title of several, where they are
    given."""

    submissions: Sequence[str]
    output: str | None = None
    map: str | None = None
    attempts: str | None = None
    roster: str | None = None
    variants: Sequence[str] = ()
    title: str | None = None


class Intake(NamedTuple):
    """What marks, where submissions are, which of each student counts (None: each), the class."""

    grader: AnyGrader
    places: Sequence[Place]
    last: Last | Together | None
    counts: Counter[int] | None
    roster: Roster | None

    @property
    def is_stream(self) -> bool:
        """Whether the submissions can be read but once, as they come."""
        return is_stream(self.places)

    @property
    def files(self) -> list[str]:
        """What is read, beside the problem and the files that a command names in options."""
        parts = (part for p in self.places if isinstance(p, Source) for part in p.parts)
        return [*(place.file for place in (*self.places, *parts)), *self.grader.files]

    @property
    def warnings(self) -> list[str]:
        """What tables lack, names or columns of answers, and who is not in the class."""
        tables = [place for place in self.places if isinstance(place, Table)]
        of_tables = [warning for table in tables for warning in self._lacking(table)]
        of_class = [] if self.roster is None else [self.roster.warning]
        return [warning for warning in (*of_tables, *of_class, self._alone) if warning]

    @property
    def _alone(self) -> str:
        """What is said where students stand under one problem, and others under another."""
        alone = self.last.alone if isinstance(self.last, Together) else {}
        if len(alone) < 2:
            return ""
        told = some(f"{count} of {problem}" for problem, count in alone.items())
        return (
            f"lstmhw: warning: students with the answers to one problem alone: {told}\n"
            "  hint: --roster may say which ids are those of one student"
        )

    def _lacking(self, table: Table) -> Iterator[str]:
        """What is said of a table in which columns are not there, or have other titles."""
        file = printable(table.file)
        if table.is_nameless:
            yield (
                f"{file}: warning: no column is known for ids or names: students are called by "
                f"their lines\n  hint: --map MAP.yaml says which columns have them, as "
                "id: Email address"
            )
        names = self.grader.names.of_file(table.file)
        there = {names.symbol(name) for name in table.layout.answers}
        asked = filter(names.is_about, self.grader.homework.points)
        lacking = [symbol for symbol in asked if symbol not in there]
        if lacking:
            yield (
                f"{file}: warning: asked for, and without a column: {some(lacking)}\n"
                "  hint: --map MAP.yaml says which column has which answer"
            )

    @property
    def total(self) -> int | None:
        """How many submissions there are; None where that is not known before they are read."""
        return count_of(self.places) if self.last is None else self.last.total

    def batches(self, done: Collection[Key], format: str) -> Iterator[list[Source]]:
        """The submissions that count, or may; of those `done`, with rows in a format, no others."""
        every = batches(self.places, BATCH)
        if self.last is not None:
            return self.last.only(every)
        if self.counts is not None and done:
            ids = {id for id, _ in done if id is not None}
            return _without(ids, every, format, self.grader.names.headings)
        return every

    def rows(self, marked: Iterable[Graded], done: Iterable[Key], form: Form) -> Iterator[Graded]:
        """The rows of what counts, and then those of who is missing, and not `done` either."""
        rows = iter(marked) if self.counts is None else best_of(marked, self.counts)
        if self.roster is None:
            yield from rows
            return
        for id, name in done:
            self.roster.meet(id and id.removeprefix("'"), name.removeprefix("'"))
        yield from self.roster.met(rows)
        for source in self.roster.missing():
            yield graded(self.grader.row(source), form, self.grader.homework)


def intake(graders: Mapping[str, Grader], wanted: Wanted) -> Intake:
    """What a command is to grade, by what marks each problem, which alone has no name.

    Raises InputError for what is wrong with the arguments, a map, a roster or a table, or
    of variants, before anything is marked.
    """
    roster = None if wanted.roster is None else read_roster(wanted.roster)
    marking = _marking(graders, wanted, roster)
    names = marking.names
    map = None if wanted.map is None else read_map(wanted.map, names)
    found = places(
        wanted.submissions,
        lambda file: table_in(file, names, map),
        lambda folder: in_folder(folder, wanted.output, names.headings),
        names.headings,
    )
    if map is not None and not any(isinstance(place, Table) for place in found):
        raise InputError(f"{map.name}: error: a map is for tables (.csv, .tsv, .txt), found none")
    last: Last | Together | None = None
    counts = None
    if is_stream(found):
        _check_all(wanted.attempts)
    elif wanted.attempts in (None, "last"):
        every = batches(found, BATCH)
        students = Students(names.headings, roster)
        last = together_of(every, students) if names.headings.problems else last_of(every)
    elif wanted.attempts == "best":
        _refuse_best_of_parts(found)
        counts = counts_of(batches(found, BATCH), names.headings)
    return Intake(marking, found, last, counts, roster)


def _marking(graders: Mapping[str, Grader], wanted: Wanted, roster: Roster | None) -> AnyGrader:
    """What marks one problem or several, each against the variants in its table."""
    each: dict[str, Grader | VariantGrader] = {**graders}
    for (name, grader), table in zip(graders.items(), wanted.variants, strict=False):
        each[name] = _of_variants(grader, table, roster)
    return each[""] if "" in each else HomeworkGrader(each, wanted.title)


def _of_variants(grader: Grader, table: str, roster: Roster | None) -> VariantGrader:
    """What marks against each student's own problem; who is who a roster may say."""
    variants = read_variants(table)
    return VariantGrader(grader, variants if roster is None else variants.with_ids_of(roster))


def _check_all(attempts: str | None) -> None:
    """Raises InputError where not all attempts are to count of what is answered as it comes."""
    if attempts in ("last", "best"):
        message = f"--attempts {attempts} needs files, which can be looked through first"
        raise InputError(f"lstmhw: error: {message}\n  hint: of standard input all count")


def _refuse_best_of_parts(found: Iterable[Place]) -> None:
    """Raises InputError for the best attempt of what is handed in problem by problem."""
    part = next((place for place in found if place.problem), None)
    if part is not None:
        message = f"--attempts best needs all problems together, found {part.problem} alone"
        raise InputError(f"{printable(part.file)}: error: {message}")


def _without(
    ids: Collection[str], every: Iterable[list[Source]], format: str, headings: Headings
) -> Iterator[list[Source]]:
    """The submissions of other students than those with these ids in rows of a format."""
    for batch in every:
        kept = [
            source for source in batch if key_in(format, id_of(source, headings), "")[0] not in ids
        ]
        if kept:
            yield kept
