"""`lstmhw solve`."""

from typing import TYPE_CHECKING

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, show
from lstmhw.cli.manner import Manner, common_options
from lstmhw.cli.plotting import plot_option, plotted, refuse_several

if TYPE_CHECKING:
    from lstmhw.reading import Document
    from lstmhw.solution import Solution


@click.command("solve", short_help="Print the worked solution, and mark what is claimed.")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, shell_complete=completing.files
)
@click.option("--strict", is_flag=True, help="Exit with 1 where a claimed answer is wrong.")
@click.option("--short", "page", flag_value="short", help="Question, result and verdicts alone.")
@click.option("--blank", "page", flag_value="blank", help="A sheet to fill in, without answers.")
@plot_option
@common_options
def solve(
    files: tuple[str, ...], strict: bool, page: str | None, plot: str | None, manner: Manner
) -> int:
    """Print the worked solution, and mark the answers the file claims.

    \b
    lstmhw solve q2
    lstmhw solve q2 --format html -o q2.html
    """
    refuse_several(files, plot)
    if plot is not None and page == "blank":
        raise click.UsageError("--blank has no answers, and --plot would draw them")
    solutions = answers(files, _solved)
    plotted(solutions, files, plot, manner)
    is_whole = page is None or (page == "short" and manner.format == "json")
    pages = solutions if is_whole else [_as_page(solution, page) for solution in solutions]
    # a sheet to fill in has all its data and a box for every answer
    show(pages, files, manner._replace(full=True) if page == "blank" else manner)
    if any(solution.interrupted for solution in solutions):
        return 130
    return 1 if strict and any(solution.is_wrong for solution in solutions) else 0


def _as_page(solution: "Solution", page: str | None) -> "Solution":
    """What is asked for of a solution."""
    from lstmhw import handouts

    return handouts.short(solution) if page == "short" else handouts.blank(solution)


def _solved(document: "Document") -> "Solution":
    from lstmhw.answering import answered

    return answered(document)
