"""The formats of rows: what a line has of the checks, and how it is written."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lstmhw.grading import Exercise, Row
from lstmhw.grading.feedback import rendered
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
from lstmhw.marking.withheld import without_answers


class Form(NamedTuple):
    """What is made of a row: its format, whether true values are told, the format of its page."""

    format: str
    answers: bool = True
    page: str | None = None


class Format(NamedTuple):
    """What comes before the first row, what a line has of the checks, and the line."""

    header: Callable[[Exercise], str]
    content: Callable[[Row, Exercise], Any]
    line: Callable[[Row, Any, Exercise], str]


FORMATS: Mapping[str, Format] = {
    "csv": Format(
        lambda exercise: csv_header(),
        lambda row, exercise: None,
        lambda row, content, exercise: in_csv(row),
    ),
    "ndjson": Format(
        lambda exercise: "",
        lambda row, exercise: check_objects(row),
        lambda row, content, exercise: in_ndjson(row, content),
    ),
    "moodle": Format(moodle_header, moodle_comments, in_moodle),
    "canvas": Format(canvas_header, lambda row, exercise: None, in_canvas),
    "gradescope": Format(lambda exercise: "", gradescope_tests, in_gradescope),
}


def graded(row: Row, form: Form, exercise: Exercise) -> Graded:
    """A row with what a line and a page say of its checks, and without these."""
    if not form.answers:
        row = row._replace(checks=tuple(map(without_answers, row.checks)))
    return Graded(
        row._replace(checks=()),
        FORMATS[form.format].content(row, exercise),
        tuple((check.symbol, check.verdict, check.mistake) for check in row.checks),
        "" if form.page is None else rendered(row, exercise, form.page),
    )


def line(graded: Graded, format: str, exercise: Exercise) -> str:
    """The line of a row."""
    return FORMATS[format].line(graded.row, graded.content, exercise)
