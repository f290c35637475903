"""The formats of rows: what a line has of the checks, and how it is written."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lstmhw.grading.feedback import rendered
from lstmhw.grading.homework import Homework, Row, label
from lstmhw.grading.rows import Graded, check_objects, csv_header, in_csv, in_ndjson
from lstmhw.grading.systems import (
    canvas_header,
    gradescope_tests,
    in_canvas,
    in_gradescope,
    in_moodle,
    moodle_comments,
    moodle_header,
)


class Form(NamedTuple):
    """What is made of a row: its format, whether true values are told, the format of its page."""

    format: str
    answers: bool = True
    page: str | None = None


class Format(NamedTuple):
    """What comes before the first row, what a line has of the checks, and the line."""

    header: Callable[[Homework], str]
    content: Callable[[Row, Homework], Any]
    line: Callable[[Graded, Homework], str]


FORMATS: Mapping[str, Format] = {
    "csv": Format(
        lambda homework: csv_header(homework.problems),
        lambda row, homework: None,
        lambda graded, homework: in_csv(graded, homework.problems),
    ),
    "ndjson": Format(
        lambda homework: "",
        lambda row, homework: check_objects(row),
        lambda graded, homework: in_ndjson(graded),
    ),
    "moodle": Format(moodle_header, moodle_comments, in_moodle),
    "canvas": Format(canvas_header, lambda row, homework: None, in_canvas),
    "gradescope": Format(lambda homework: "", gradescope_tests, in_gradescope),
}


def graded(row: Row, form: Form, homework: Homework) -> Graded:
    """A row with what a line and a page say of its checks, and without these."""
    if not form.answers:
        row = row.without_answers()
    verdicts = (
        (label(name, check.symbol), check.verdict, check.mistake)
        for name, checks in row.parts.items()
        for check in checks
    )
    scores = homework.scores(row) if homework.problems else {}
    return Graded(
        row._replace(parts={}),
        FORMATS[form.format].content(row, homework),
        tuple(verdicts),
        "" if form.page is None else rendered(row, homework, form.page),
        {name: score.earned for name, score in scores.items()},
    )


def line(graded: Graded, format: str, homework: Homework) -> str:
    """The line of a row."""
    return FORMATS[format].line(graded, homework)
