"""GIFT: a text that Moodle and others import, with a question for each number of an exercise.

It has no points: those are given where a question is put into a quiz.
"""

from collections.abc import Iterator, Sequence

from lstmhw.export.exercises import Choice, Exercise, Field, spelled
from lstmhw.render.html import bare
from lstmhw.view import View

HEAD = '// Made by lstmhw.  Import it in the question bank, as "GIFT format".\n\n'
SPECIAL = "\\~=#{}:"


def written(exercise: Exercise) -> str:
    """The file of one exercise."""
    return written_category([exercise], "")


def written_category(exercises: Sequence[Exercise], category: str) -> str:
    """The file of several; their questions are in a category, where that has a name."""
    name = category.replace("/", "//")  # a single one would begin a category in it
    first = f"$CATEGORY: $course$/top/{' '.join(name.split())}\n\n" if category else ""
    return HEAD + first + "".join(question for e in exercises for question in _questions(e))


def _questions(exercise: Exercise) -> Iterator[str]:
    page = bare(exercise.page, View(full=True))
    for field in exercise.fields:
        title = _escaped(f"{exercise.title}: {field.label}")
        asked = f"<p>{field.label} = ? {exercise.note}</p>"
        answers = _words(field) if isinstance(field, Choice) else _numbers(field)
        yield f"::{title}::[html]{_escaped(page + asked)}{{{answers}}}\n\n"


def _numbers(field: Field) -> str:
    lines = [f"=%100%{spelled(value)}:{spelled(field.tolerance)}#" for value in field.right]
    for wrong in field.wrong:
        told = _escaped(wrong.told.replace("&", "&amp;").replace("<", "&lt;"))
        lines.append(f"=%0%{spelled(wrong.value)}:{spelled(wrong.tolerance)}#{told}")
    return "#\n\t" + "\n\t".join(lines) + "\n"


def _words(field: Choice) -> str:
    lines = [f"{'=' if word == field.right else '~'}{_escaped(word)}" for word in field.words]
    return "\n\t" + "\n\t".join(lines) + "\n"


def _escaped(text: str) -> str:
    """A text on one line, in which nothing is a sign of the format."""
    line = " ".join(text.split())
    return "".join(f"\\{character}" if character in SPECIAL else character for character in line)
