"""A page for each student: the points, the answers, and each cause once."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.grading.homework import Exercise, Homework, Row
from lstmhw.notation import Text, symbol
from lstmhw.problem import Marking
from lstmhw.reading.submissions import NO_SUBMISSION
from lstmhw.render import render
from lstmhw.solution import Block, Check, Paragraph, Score, Section, Solution
from lstmhw.view import View, claims_table, explanations, score_told


class PageFormat(NamedTuple):
    """The format of `lstmhw.render` that a page is in, and how its file ends."""

    format: str
    ending: str


FORMATS: Mapping[str, PageFormat] = {
    "html": PageFormat("html", ".html"),
    "markdown": PageFormat("markdown", ".md"),
    "text": PageFormat("table", ".txt"),
}
NO_ANSWER = "there is no answer"
LONGEST = 80  # characters of a file's name, without its ending
MOST_BYTES = 200
NO_NAME = "student"
RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"}
NUMBERED = re.compile(r"(com|lpt)\d")  # and reserved, too: Windows has devices of these names


def rendered(row: Row, homework: Homework, format: str) -> str:
    """The page for the student of a row, in a format of FORMATS."""
    return render([page(row, homework)], FORMATS[format].format, View())


def page(row: Row, homework: Homework) -> Solution:
    """The page for the student of a row, in the blocks of which every page is made."""
    sections = [Section("Score", tuple(_score(row, homework)))]
    for name, checks in row.parts.items():
        exercise = homework.exercises[name]
        answers = list(_answers(checks, exercise))
        if name:
            told = (block for section in answers for block in section.body)
            body = (*_of_problem(checks, exercise), *told)
            answers = [Section(f"{name}: {exercise.title}", body)]
        sections += answers
    digits = max(exercise.digits for exercise in homework.exercises.values())
    return Solution("", homework.title, row.name, digits, tuple(sections))


def _answers(checks: Sequence[Check], exercise: Exercise) -> Iterator[Section]:
    if checks:
        table = claims_table([_named_once(c) for c in checks], View(digits=exercise.digits))
        yield Section("Your answers", (table,))
    causes = tuple(explanations(told_once(checks, exercise.asked.marking)))
    if causes:
        yield Section("What was done", causes)


def _score(row: Row, homework: Homework) -> Iterator[Block]:
    """The total, and what could not be read."""
    if not row.parts:
        yield Paragraph((f"Nothing could be marked: {_unread(row.error or NO_ANSWER)}.",))
        return
    if homework.problems and row.score is not None:
        yield Paragraph((str(Score(row.score, homework.out_of)),))
    for name, checks in row.parts.items():
        yield from [] if name else _of_problem(checks, homework.exercises[name])
    if row.error is not None:
        yield Paragraph((error_told(row.error),))


def _of_problem(checks: tuple[Check, ...], exercise: Exercise) -> Iterator[Block]:
    """The score of a problem."""
    score = exercise.asked.score(checks)
    return score_told(Solution("", "", "", exercise.digits, (), checks=checks, score=score))


def error_told(error: str) -> str:
    """The sentence for a student on the error of a row."""
    if error == NO_SUBMISSION:
        return "There is no submission."
    return f"Not all could be read: {_unread(error)}."


def _unread(error: str) -> str:
    """What could not be read, in which answer.

    The name of the file is left out, which may be that of another student, and so is the key under
    which all answers stand: a student of a quiz has never seen it.
    """
    return error.rpartition(": error: ")[2].removeprefix("claimed.")


def told_once(checks: Sequence[Check], marking: Marking) -> tuple[Check, ...]:
    """The checks with what is told of each: a cause that comes again is told where it comes first.

    The true values stand beside the answers, and are not said again of what only follows.  How many
    digits a course asks for is said at the first answer that has too few.
    """
    told = [check._replace(explanation=_told(check)) for check in checks]
    first = next((k for k, check in enumerate(told) if check.verdict == "coarse"), None)
    if first is not None:
        explanation = f"{told[first].explanation}{_digits_told(marking)}"
        told[first] = told[first]._replace(explanation=explanation)
    return tuple(told)


def _digits_told(marking: Marking) -> str:
    if marking.decimals is not None:
        return f" Give each number with at least {_counted(marking.decimals, 'decimal')}."
    if marking.significant is not None:
        digits = _counted(marking.significant, "significant digit")
        return f" Give each number with at least {digits}."
    return ""


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _named_once(check: Check) -> Check:
    return check._replace(mistake=None) if "repeats" in check.extras else check


def _told(check: Check) -> str:
    if check.is_absent:
        return ""
    if "repeats" in check.extras:
        return f"The same as in {symbol(str(check.extras['repeats']), Text())}."
    return check.explanation if check.verdict == "wrong" else check.method


class PageNames:
    """The names of the files of a class: no two alike, wherever the folder is copied to."""

    def __init__(self, ending: str) -> None:
        self.ending = ending
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """The file of the next student of that name."""
        stem = file_stem(name)
        found, number = stem, 1
        while _folded(found) in self._taken:
            number += 1
            found = f"{stem}-{number}"
        self._taken.add(_folded(found))
        return found + self.ending


def _folded(stem: str) -> str:
    """What is the same for names that a file system may take for one."""
    return unicodedata.normalize("NFKC", stem.upper().casefold())


def _kept(character: str) -> str:
    """A letter, a mark on one, a digit or a hyphen, and _ for all else."""
    is_kept = character == "-" or unicodedata.category(character)[0] in "LMN"
    return character if is_kept else "_"


def file_stem(name: str) -> str:
    """A name of letters, digits, - and _ that every file system takes, without an ending."""
    text = "".join(map(_kept, unicodedata.normalize("NFKC", name)))
    stem = re.sub("_+", "_", text)
    stem = stem[:LONGEST].encode()[:MOST_BYTES].decode(errors="ignore").strip("_-") or NO_NAME
    is_reserved = _folded(stem) in RESERVED or NUMBERED.fullmatch(_folded(stem))
    return f"{stem}_" if is_reserved else stem
