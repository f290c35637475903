"""From the files of a command to its answers, and from those to what is printed."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lstmhw.cli.complaints import complain, width
from lstmhw.cli.manner import Manner
from lstmhw.cli.writing import emit, wants_color

if TYPE_CHECKING:
    from lstmhw.reading import Document, Sheet
    from lstmhw.solution import Solution

Question = TypeVar("Question", "Document", "Sheet")
Answer = TypeVar("Answer")


def answers(
    files: tuple[str, ...],
    answer: Callable[[Question], Answer],
    read: Callable[[str], Question] | None = None,
) -> list[Answer]:
    """Each file answered; where one cannot be, all complaints and exit status 2."""
    from lstmhw import reading
    from lstmhw.faults import ProblemError
    from lstmhw.reading import InputError

    found, complaints = [], []
    for file in files:
        try:
            question: Any = (read or reading.read)(file)
            try:
                found.append(answer(question))
                if getattr(found[-1], "interrupted", False):
                    break  # what is known so far is shown
            except ProblemError as error:
                raise question.error(error.faults) from None
        except InputError as error:
            complaints.append(str(error))
    if complaints:
        complain("\n".join(complaints))
    return found


def show(solutions: "list[Solution]", files: tuple[str, ...], manner: Manner) -> None:
    """Prints the solutions, as `manner` says; `files` are what they answer."""
    from lstmhw.render import render
    from lstmhw.view import View

    if manner.digits is not None:
        solutions = [solution._replace(digits=manner.digits) for solution in solutions]
    output = manner.output
    view = View(
        full=manner.full,
        width=width(sys.stdout if output is None else None),
        color=wants_color(manner.color, output),
    )
    refuse_overwriting(files, output)
    emit(render(solutions, manner.format, view), output)


def refuse_overwriting(files: tuple[str, ...], output: str | None) -> None:
    """An answer must not be written over the question."""
    from lstmhw.reading import path_of

    if output is None or not os.path.isfile(output):
        return
    there = os.stat(output)
    for file in files:
        question = os.fstat(sys.stdin.fileno()) if file == "-" else os.stat(path_of(file))
        if os.path.samestat(question, there):
            complain(f"{output}: error: this is the problem file\n  hint: give -o another name")
