"""Points and feedback as Moodle, Canvas and Gradescope take them in."""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from lstmhw.faults import Fault, ProblemError
from lstmhw.grading.cells import csv_line
from lstmhw.grading.feedback import error_told, told_once
from lstmhw.grading.homework import Exercise, Homework, Row, identity, label
from lstmhw.grading.rows import Graded
from lstmhw.marking.scoring import rounded
from lstmhw.notation import Text, symbol
from lstmhw.solution import Check

PARTICIPANT = re.compile(r"Participant \d+")


class Who(NamedTuple):
    """A student's id as what it is: a participant of an assignment, an address, or a number."""

    participant: str = ""
    email: str = ""
    number: str = ""


def who(row: Row) -> Who:
    """The id of a row; a mere name is none."""
    told = identity(row)
    if PARTICIPANT.fullmatch(told):
        return Who(participant=told)
    if "@" in told:
        return Who(email=told)
    return Who() if told == row.name and not told.isdecimal() else Who(number=told)


# Moodle: its grading worksheet, mod/assign/feedback/offline/importgradeslib.php, is known by the
# headers Identifier, Grade and Last modified (grade), and takes the number behind "Participant ";
# its gradebook import, grade/import/csv, maps any column by hand.

MOODLE = (
    *("Identifier", "Full name", "ID number", "Email address"),
    *("Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"),
)


def moodle_header(homework: Homework) -> str:
    return csv_line(MOODLE)


def in_moodle(graded: Graded, homework: Homework) -> str:
    """A line of a worksheet; the content is the feedback in HTML, as Moodle shows it."""
    row = graded.row
    participant, email, number = who(row)
    student = (participant, row.name, number, email)
    return csv_line((*student, row.score, homework.out_of, "", graded.content))


def moodle_comments(row: Row, homework: Homework) -> str:
    """The feedback as sentences, a line for each answer that there is something to say of."""
    lines = [] if row.error is None else [error_told(row.error)]
    for name, checks in row.parts.items():
        exercise = homework.exercises[name]
        lines += [f"{name}: {exercise.asked.score(checks)}"] if name else []
        told = _sentences(checks, exercise)
        lines += [f"{label(name, symbol(s, Text()))}: {said}" for s, said in told.items()]
    return "<br>".join(escape(line, quote=False) for line in lines) or "All right."


def _sentences(checks: Sequence[Check], exercise: Exercise) -> Mapping[str, str]:
    """What is said of each answer, by its symbol."""
    told = told_once(checks, exercise.asked.marking)
    absent = {check.symbol: "There is no answer." for check in checks if check.is_absent}
    said = {**{check.symbol: check.explanation for check in told}, **absent}
    return {symbol: text for symbol, text in said.items() if text}


# Canvas: lib/gradebook_importer.rb.

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
NO_ASSIGNMENT = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
"""Columns with such a header are passed over by Canvas, or change what a course gives."""


def canvas_header(homework: Homework) -> str:
    """The header, and the row of points.

    Raises ProblemError for a title that Canvas does not take for an assignment.
    """
    title = homework.title
    found = NO_ASSIGNMENT.search(title)
    if found or title in CANVAS:
        message = f"expected a title that Canvas takes for an assignment, found {title!r}"
        hint = f"Canvas has columns of its own called {found.group() if found else title}"
        raise ProblemError([Fault(("title",), message, hint)])
    points = (POINTS_POSSIBLE, "", "", "", "", homework.out_of)
    return csv_line((*CANVAS, title)) + csv_line(points)


def in_canvas(graded: Graded, homework: Homework) -> str:
    """A line of a gradebook.  Canvas takes the digits that an ID begins with for one."""
    row = graded.row
    _, email, number = who(row)
    canvas_id = number if number.isascii() and number.isdecimal() else ""
    return csv_line((row.name, canvas_id, number, email, "", row.score))


# Gradescope: results/results.json of an autograder.

HIDDEN = "after_published"  # what tells true values is seen when the grades are


def gradescope_tests(row: Row, homework: Homework) -> list[dict[str, Any]]:
    """A test for each symbol that is asked for; of several problems numbered 1.1, 1.2, 2.1."""
    return [
        {"name": label(name, symbol), "number": f"{k}.{number}" if name else f"{number}", **test}
        for k, (name, exercise) in enumerate(homework.exercises.items(), 1)
        for number, (symbol, test) in enumerate(
            _tests(row.parts.get(name, ()), exercise).items(), 1
        )
    ]


def _tests(checks: Sequence[Check], exercise: Exercise) -> Mapping[str, dict[str, Any]]:
    """The tests of a problem by their symbols."""
    found = {check.symbol: check for check in checks}
    said = _sentences(checks, exercise)
    earned = exercise.asked.earned(checks)
    return {
        name: {
            "score": rounded(earned.get(name, 0.0)),
            "max_score": points,
            "output": said.get(name, "") or _verdict(found.get(name)),
            "tags": [found[name].verdict] if name in found else [],
            "visibility": HIDDEN if _tells(found.get(name)) else "visible",
        }
        for name, points in exercise.asked.points.items()
    }


def _verdict(check: Check | None) -> str:
    return "Right." if check is not None and check.verdict == "right" else ""


def _tells(check: Check | None) -> bool:
    """Whether a true value is told of an answer that is not right."""
    return check is not None and check.expected is not None and check.verdict != "right"


def in_gradescope(graded: Graded, homework: Homework) -> str:
    """A results.json on a line."""
    row = graded.row
    content: dict[str, Any] = {
        "score": row.score or 0,
        "extra_data": {"id": identity(row), "name": row.name},
        "tests": graded.content if row.score is not None else [],
    }
    if row.error is not None:
        content["output"] = error_told(row.error)
    return json.dumps(content, allow_nan=False) + "\n"
