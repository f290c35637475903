"""Problems as other programs have them: a module for each framework and each course system.

A framework's module writes a script (`scripts.py` has what they share); a course system's writes
an exercise (`exercises.py`), or what marks it there.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lstmhw.reading import Document

if TYPE_CHECKING:
    from lstmhw.export.exercises import Exercise

FRAMEWORKS = ("pytorch", "keras", "onnx")
CATEGORIES = ("moodle", "gift")
"""The course systems that have categories of exercises."""
EXERCISES = (*CATEGORIES, "text2qti")
AUTOGRADERS = ("gradescope",)
TARGETS = (*FRAMEWORKS, *EXERCISES, *AUTOGRADERS)


def export(document: Document, target: str) -> str | bytes:
    """A problem for one of TARGETS: a text, or for an autograder a zip file.

    Raises ProblemError where there is nothing to export, or the target cannot have it.
    """
    if target in FRAMEWORKS:
        from lstmhw.export.scripts import script_of

        return script_of(document.problem, target)
    module = _module(target)
    if target in AUTOGRADERS:
        archive: bytes = module.archive(document)
        return archive
    text: str = module.written(exercise_of(document))
    return text


def exercise_of(document: Document) -> "Exercise":
    """A problem as an exercise.  Raises ProblemError where its answers are no numbers."""
    from lstmhw.export.exercises import exercise  # scripts have no use for the marking

    return exercise(document.problem)


def export_category(exercises: "Sequence[Exercise]", name: str, target: str) -> str:
    """Exercises as a category of that name, for one of CATEGORIES."""
    text: str = _module(target).written_category(exercises, name)
    return text


def _module(target: str) -> Any:
    return import_module(f"lstmhw.export.{target}")
