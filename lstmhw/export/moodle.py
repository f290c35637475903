"""Moodle: a file of its XML format with a cloze question for each exercise.

A field is `{1:NUMERICAL:=true:tolerance~%0%wrong:tolerance#what was done}`.  The first answer that
an answer is near to counts, so all of them stand apart.  The points of a field are a whole number.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape

from lstmhw.export.exercises import Choice, Exercise, Field, spelled
from lstmhw.render.html import bare
from lstmhw.view import View

FILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- Made by lstmhw.  Import it in the question bank, as "Moodle XML format". -->
<quiz>
{questions}</quiz>
"""
CATEGORY = """\
<question type="category">
<category><text>$course$/top/{name}</text></category>
</question>
"""
QUESTION = """\
<question type="cloze">
<name><text>{name}</text></name>
<questiontext format="html"><text>{text}</text></questiontext>
<generalfeedback format="html"><text></text></generalfeedback>
<penalty>0.3333333</penalty>
<hidden>0</hidden>
</question>
"""
NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENTITIES = {character: f"&#{ord(character)};" for character in "~}#{\\"}
"""What the text of a cloze field ends at, or takes for an escape."""


def written(exercise: Exercise) -> str:
    """The file of one exercise."""
    return written_category([exercise], "")


def written_category(exercises: Sequence[Exercise], category: str) -> str:
    """The file of several; their questions are in a category, where that has a name."""
    questions = "".join(map(_question, exercises))
    if category:
        name = category.replace("/", "//")  # a single one would begin a category in it
        questions = CATEGORY.format(name=_text(name)) + questions
    return FILE.format(questions=questions)


def _question(exercise: Exercise) -> str:
    page = bare(exercise.page, View(full=True)).translate(BRACES)
    note = f"<p>{escape(exercise.note)}</p>" if exercise.note else ""
    rows = "\n".join(_rows(exercise))
    text = f"{page}\n<h4>Answer</h4>\n{note}\n<table><tbody>\n{rows}\n</tbody></table>"
    return QUESTION.format(name=_text(exercise.title), text=_text(text))


BRACES = {ord(brace): f"&#{ord(brace)};" for brace in "{}"}
"""So that nothing of a page is a cloze field."""


def _rows(exercise: Exercise) -> Iterator[str]:
    for field, weight in zip(exercise.fields, exercise.weights, strict=True):
        shown = _choice(field, weight) if isinstance(field, Choice) else _number(field, weight)
        yield f'<tr><th scope="row">{escape(field.label)}</th><td>{shown}</td></tr>'


def _number(field: Field, weight: int) -> str:
    answers = [f"={spelled(value)}:{spelled(field.tolerance)}" for value in field.right]
    for wrong in field.wrong:
        answers.append(
            f"%0%{spelled(wrong.value)}:{spelled(wrong.tolerance)}#{_feedback(wrong.told)}"
        )
    return f"{{{weight}:NUMERICAL:{'~'.join(answers)}}}"


def _choice(field: Choice, weight: int) -> str:
    answers = [f"{'=' * (word == field.right)}{_feedback(word)}" for word in field.words]
    return f"{{{weight}:MULTICHOICE:{'~'.join(answers)}}}"


def _feedback(text: str) -> str:
    """A text in a field: Moodle reads entities in it, and takes what comes out for HTML."""
    entities = escape(escape(text, quote=False), quote=False)
    return "".join(ENTITIES.get(character, character) for character in entities)


def _text(text: str) -> str:
    """A text in an element, without the characters that XML has not."""
    return escape(NOT_IN_XML.sub("", text), quote=False)
