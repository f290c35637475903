"""text2qti: a quiz in the text that it turns into QTI for Canvas, a question for each number.

Canvas has no feedback for a wrong number, and text2qti writes numbers with four decimals.
"""

import math
import textwrap
from collections.abc import Iterator
from fractions import Fraction

from lstmhw.export.exercises import Choice, Exercise, Field
from lstmhw.faults import Fault, ProblemError
from lstmhw.render.markdown import escaped, render
from lstmhw.view import View

DECIMALS = 10_000  # in one, that text2qti keeps
LEAST = 1e-4  # of the size of a number, and of a tolerance
ROUND = 1e-9  # of a unit
HALF = Fraction(1, 2)  # points are whole ones and halves
INDENT = "    "


def written(exercise: Exercise) -> str:
    """The quiz.  Raises ProblemError where Canvas has not what its fields need."""
    page = render([exercise.page], View(full=True))
    text = textwrap.indent(page, INDENT).strip()
    return f"Quiz title: {exercise.title}\nText: {text}\n\n" + "\n".join(_questions(exercise))


def _questions(exercise: Exercise) -> Iterator[str]:
    points = [field.points for field in exercise.fields]
    if any(share % HALF for share in points):
        points = [Fraction(weight) for weight in exercise.weights]
    for number, (field, share) in enumerate(zip(exercise.fields, points, strict=True), 1):
        asked = " ".join(filter(None, [f"{escaped(field.label)} = ?", exercise.note]))
        answer = "\n".join(_words(field) if isinstance(field, Choice) else _number(field))
        yield f"Points: {float(share):g}\n{number}. {asked}\n{answer}\n"


def _words(field: Choice) -> Iterator[str]:
    for letter, word in zip("abcdefghijklmnopqrstuvwxyz", field.words, strict=False):
        yield f"{'*' * (word == field.right)}{letter}) {escaped(word)}"


def _number(field: Field) -> Iterator[str]:
    """The interval in which an answer is right, its ends moved out to the decimals that are kept.

    Raises ProblemError where that is no interval that Canvas has.
    """
    if len(field.right) > 1:
        message = f"expected one right number for {field.label}, found {len(field.right)}"
        hint = "say which with `convention`, or `--to moodle` takes each of them"
        raise ProblemError([Fault((), message, hint)])
    (value,) = field.right
    if field.tolerance == 0 and value.is_integer() and value:
        yield f"= {int(value)}"
        return
    if field.tolerance < LEAST:
        message = (
            f"expected at most 4 decimals to be asked for, found a tolerance of {field.tolerance}"
        )
        raise ProblemError([Fault((), message, "`marking: {decimals: 4}` asks for fewer")])
    low = math.floor((value - field.tolerance) * DECIMALS + ROUND) / DECIMALS
    high = math.ceil((value + field.tolerance) * DECIMALS - ROUND) / DECIMALS
    yield f"= [{low or -LEAST:.4f}, {high or LEAST:.4f}]"
