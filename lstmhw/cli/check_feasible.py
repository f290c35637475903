"""`lstmhw check-feasible`."""

import functools
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, show
from lstmhw.cli.manner import Manner, common_options
from lstmhw.cli.plotting import plot_option, plotted, refuse_several

if TYPE_CHECKING:
    from lstmhw.reading import Document
    from lstmhw.solution import Solution


@click.command("check-feasible", short_help="Is there a step unit that turns inputs into outputs?")
@click.argument("files", metavar="[FILE]...", nargs=-1, shell_complete=completing.files)
@click.option("--inputs", metavar="X,X,...", help="The inputs, instead of a file.")
@click.option("--outputs", metavar="S,S,...", help="The outputs, 0 or 1 each.")
@click.option("--initial", type=click.Choice(("0", "1", "free")), help="s_0; 0 if left out.")
@click.option("--hidden", type=click.IntRange(0, 8), help="Try up to so many extra units.")
@plot_option
@common_options
def check_feasible(
    files: tuple[str, ...],
    inputs: str | None,
    outputs: str | None,
    initial: str | None,
    hidden: int | None,
    plot: str | None,
    manner: Manner,
) -> int:
    """Are there weights of one step unit that turn inputs into outputs?

    FILE is a step-rnn problem; with none, and no --inputs, the two that come along.

    \b
    lstmhw check-feasible step-rnn-a
    lstmhw check-feasible --inputs 0,1,1 --outputs 0,1,0 --hidden 2
    """
    if (inputs is None) != (outputs is None):
        given, absent = ("inputs", "outputs") if outputs is None else ("outputs", "inputs")
        raise click.UsageError(f"--{given} needs --{absent} beside it")
    if inputs is not None and files:
        raise click.UsageError("expected files, or --inputs and --outputs; found both")
    answer = functools.partial(_feasible, initial=initial, hidden=hidden)
    if inputs is None:
        files = files or ("step-rnn-a", "step-rnn-b")
        refuse_several(files, plot)
        solutions = answers(files, answer)
    else:
        from lstmhw.reading import from_text

        text = f"kind: step-rnn\ninputs: {_listed(inputs)}\noutputs: {_listed(str(outputs))}\n"
        solutions = answers(("<options>",), answer, lambda name: from_text(name, text))
    plotted(solutions, files, plot, manner)
    show(solutions, files, manner)
    return 130 if any(solution.interrupted for solution in solutions) else 0


def _listed(numbers: str) -> str:
    """The numbers of an option as they stand in a file: in brackets, or as the text they are."""
    import json

    is_text = re.search(r"[;\n\t]|^\s*[a-zA-Z\\\[(]|[0-9.]\s+[-+.0-9]", numbers)
    return json.dumps(numbers) if is_text else f"[{numbers}]"


def _feasible(document: "Document", initial: str | None, hidden: int | None) -> "Solution":
    from dataclasses import replace

    from lstmhw.faults import Fault, ProblemError
    from lstmhw.kinds.step_rnn import StepRnn

    problem = document.problem
    if not isinstance(problem, StepRnn):
        message = f"expected step-rnn, which this command is about; found {problem.kind}"
        raise ProblemError([Fault(("kind",), message)])
    changes: dict[str, Any] = {} if hidden is None else {"hidden": hidden}
    if initial is not None:
        changes["initial"] = initial if initial == "free" else int(initial)
    problem = replace(problem, **changes)
    faults = tuple(problem.faults())
    if faults:
        raise ProblemError(faults)
    return problem.answered(_progress)


def _progress(extra: int, tried: int) -> None:
    """How far the search for extra units is, in a terminal."""
    if tried % 500 == 0 and sys.stderr.isatty():
        click.echo(f"\r{extra} extra: {tried} beginnings tried ", nl=False, err=True)
