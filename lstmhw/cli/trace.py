"""`lstmhw trace`."""

from typing import TYPE_CHECKING

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, show
from lstmhw.cli.manner import Manner, common_options

if TYPE_CHECKING:
    from lstmhw.faults import ProblemError
    from lstmhw.reading import Document
    from lstmhw.solution import Solution


@click.command("trace", short_help="Run weights word by word beside their rule.")
@click.argument("file", default="sentiment-six-units", shell_complete=completing.files)
@click.option("--sequence", metavar="WORDS", help="The document; if left out, that of the file.")
@common_options
def trace(file: str, sequence: str | None, manner: Manner) -> int:
    """Run a sentiment-weights or sequence-rule problem word by word: states, rule and output.

    FILE is sentiment-six-units if left out.

    \b
    lstmhw trace --sequence "not good uh"
    lstmhw trace rule-parity --format html -o parity.html
    """
    solutions = answers((file,), lambda document: _traced(document, sequence))
    show(solutions, (file,), manner)
    return 0


def _traced(document: "Document", sequence: str | None) -> "Solution":
    from dataclasses import replace

    from lstmhw.faults import Fault, ProblemError
    from lstmhw.kinds.sentiment_weights import SentimentWeights
    from lstmhw.kinds.sequence_rule import SequenceRule
    from lstmhw.reading import InputError

    problem = document.problem
    if not isinstance(problem, SentimentWeights | SequenceRule):
        message = "expected sentiment-weights or sequence-rule, which can be traced; found "
        message += problem.kind
        raise ProblemError([Fault(("kind",), message)])
    if sequence is None:
        return problem.trace()
    problem = replace(problem, sequence=sequence)
    try:
        problem.check_sequence()
    except ProblemError as error:
        raise InputError(f"--sequence: error: {_described(error)}") from None
    return problem.trace()


def _described(error: "ProblemError") -> str:
    """The first of the faults, with its hint."""
    fault = error.faults[0]
    return fault.message + (f"\n  hint: {fault.hint}" if fault.hint else "")
