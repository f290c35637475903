"""`--plot PATH`: the picture of an answer as a file beside it."""

import os
from typing import TYPE_CHECKING

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import refuse_overwriting
from lstmhw.cli.complaints import complain
from lstmhw.cli.manner import Manner
from lstmhw.cli.writing import save

if TYPE_CHECKING:
    from lstmhw.solution import Solution


def _possible(_: click.Context, __: click.Parameter, path: str | None) -> str | None:
    """The path, where it says what format a picture is to have and there is something to draw with.

    It is looked at before anything is solved.
    """
    if path is None:
        return None
    from lstmhw import plot

    if _suffix(path) not in plot.SUFFIXES:
        *most, last = plot.SUFFIXES
        expected = f"expected a name that ends in {', '.join(most)} or {last}"
        raise click.BadParameter(f"{expected}, found {path!r}")
    if not plot.is_installed():
        complain(f"--plot: error: a picture needs matplotlib\n  hint: {plot.INSTALL}")
    return path


plot_option = click.option(
    "--plot",
    metavar="PATH",
    callback=_possible,
    shell_complete=completing.paths,
    help="Draw the picture too: .png, .svg or .pdf.",
)


def refuse_several(files: tuple[str, ...], path: str | None) -> None:
    """A picture is of one problem."""
    if path is not None and len(files) > 1:
        message = f"expected one problem for one picture, found {len(files)}"
        complain(f"--plot: error: {message}\n  hint: draw one after the other: {files[0]} first")


def plotted(
    solutions: "list[Solution]", files: tuple[str, ...], path: str | None, manner: Manner
) -> None:
    """Writes the picture of the one solution, if there is to be one."""
    if path is None:
        return
    from lstmhw import plot
    from lstmhw.kinds import record_of

    for output in (path, manner.output):
        refuse_overwriting(files, output)
    if manner.output is not None and _same(path, manner.output):
        complain(f"--plot: error: {path} is where the answer goes\n  hint: give another name")
    (solution,) = solutions
    if solution.picture is None:
        message = f"there is no picture of this {solution.kind} problem"
        hint = record_of(solution.kind).pictured or plot.DRAWN
        name = files[0] if files else "--inputs"
        complain(f"{name}: error: {message}\n  hint: {hint}")
    save(plot.drawn(solution.picture, _suffix(path)), path)


def _same(path: str, other: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()
