"""Points and feedback as Moodle, Canvas and Gradescope take them in."""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple

from lstmhw.faults import Fault, ProblemError
from lstmhw.grading import Exercise, Row, identity
from lstmhw.grading.cells import csv_line
from lstmhw.grading.feedback import error_told, told_once
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


def moodle_header(exercise: Exercise) -> str:
    return csv_line(MOODLE)


def in_moodle(row: Row, comments: str, exercise: Exercise) -> str:
    """A line of a worksheet; `comments` are HTML, as Moodle shows them."""
    participant, email, number = who(row)
    student = (participant, row.name, number, email)
    return csv_line((*student, row.score, exercise.asked.out_of, "", comments))


def moodle_comments(row: Row, exercise: Exercise) -> str:
    """The feedback as sentences, a line for each answer that there is something to say of."""
    lines = [f"{name}: {said}" for name, said in _sentences(row, exercise).items()]
    if row.error is not None:
        lines.insert(0, error_told(row.error))
    return "<br>".join(escape(line, quote=False) for line in lines) or "All right."


def _sentences(row: Row, exercise: Exercise) -> Mapping[str, str]:
    """What is said of each answer, by its symbol."""
    checks = told_once(row.checks, exercise.asked.marking)
    told = {check.symbol: check.explanation for check in checks}
    absent = {c.symbol: "There is no answer." for c in row.checks if c.is_absent}
    said = {**told, **absent}
    return {symbol(name, Text()): text for name, text in said.items() if text}


# Canvas: lib/gradebook_importer.rb.

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
NO_ASSIGNMENT = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
"""Columns with such a header are passed over by Canvas, or change what a course gives."""


def canvas_header(exercise: Exercise) -> str:
    """The header, and the row of points.

    Raises ProblemError for a title that Canvas does not take for an assignment.
    """
    found = NO_ASSIGNMENT.search(exercise.title)
    if found or exercise.title in CANVAS:
        message = f"expected a title that Canvas takes for an assignment, found {exercise.title!r}"
        hint = f"Canvas has columns of its own called {found.group() if found else exercise.title}"
        raise ProblemError([Fault(("title",), message, hint)])
    points = (POINTS_POSSIBLE, "", "", "", "", exercise.asked.out_of)
    return csv_line((*CANVAS, exercise.title)) + csv_line(points)


def in_canvas(row: Row, content: None, exercise: Exercise) -> str:
    """A line of a gradebook.  Canvas takes the digits that an ID begins with for one."""
    _, email, number = who(row)
    canvas_id = number if number.isascii() and number.isdecimal() else ""
    return csv_line((row.name, canvas_id, number, email, "", row.score))


# Gradescope: results/results.json of an autograder.

HIDDEN = "after_published"  # what tells true values is seen when the grades are


def gradescope_tests(row: Row, exercise: Exercise) -> list[dict[str, Any]]:
    """A test for each symbol that is asked for."""
    found = {check.symbol: check for check in row.checks}
    said = _sentences(row, exercise)
    earned = exercise.asked.earned(row.checks)
    return [
        {
            "name": name,
            "number": str(number),
            "score": rounded(earned.get(name, 0.0)),
            "max_score": points,
            "output": said.get(symbol(name, Text()), "") or _verdict(found.get(name)),
            "tags": [found[name].verdict] if name in found else [],
            "visibility": HIDDEN if _tells(found.get(name)) else "visible",
        }
        for number, (name, points) in enumerate(exercise.asked.points.items(), 1)
    ]


def _verdict(check: Check | None) -> str:
    return "Right." if check is not None and check.verdict == "right" else ""


def _tells(check: Check | None) -> bool:
    """Whether a true value is told of an answer that is not right."""
    return check is not None and check.expected is not None and check.verdict != "right"


def in_gradescope(row: Row, tests: list[dict[str, Any]], exercise: Exercise) -> str:
    """A results.json on a line."""
    content: dict[str, Any] = {
        "score": row.score or 0,
        "extra_data": {"id": identity(row), "name": row.name},
        "tests": tests if row.score is not None else [],
    }
    if row.error is not None:
        content["output"] = error_told(row.error)
    return json.dumps(content, allow_nan=False) + "\n"
