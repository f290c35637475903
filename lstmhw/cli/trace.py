"""`lstmhw trace`."""

from typing import TYPE_CHECKING

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, show
from lstmhw.cli.manner import Manner, common_options
from lstmhw.cli.plotting import plot_option, plotted

if TYPE_CHECKING:
    from lstmhw.faults import ProblemError
    from lstmhw.reading import Document
    from lstmhw.solution import Solution


@click.command("trace", short_help="Run weights word by word beside their rule.")
@click.argument("file", default="sentiment-six-units", shell_complete=completing.files)
@click.option("--sequence", metavar="WORDS", help="The document; if left out, that of the file.")
@plot_option
@common_options
def trace(file: str, sequence: str | None, plot: str | None, manner: Manner) -> int:
    """Run a sentiment-weights or sequence-rule problem word by word: states, rule and output.

    FILE is sentiment-six-units if left out.

    \b
    lstmhw trace --sequence "not good uh"
    lstmhw trace rule-parity --format html -o parity.html
    """
    solutions = answers((file,), lambda document: _traced(document, sequence))
    plotted(solutions, (file,), plot, manner)
    show(solutions, (file,), manner)
    return 0


def _traced(document: "Document", sequence: str | None) -> "Solution":
    from lstmhw.answering import SequenceError, traced
    from lstmhw.reading import InputError

    try:
        return traced(document.problem, sequence)
    except SequenceError as error:
        raise InputError(f"--sequence: error: {_described(error)}") from None


def _described(error: "ProblemError") -> str:
    """The first of the faults, with its hint."""
    fault = error.faults[0]
    return fault.message + (f"\n  hint: {fault.hint}" if fault.hint else "")
