"""`lstmhw check`."""

from typing import TYPE_CHECKING

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, show
from lstmhw.cli.complaints import complain
from lstmhw.cli.manner import Manner, common_options, no_answers_option

if TYPE_CHECKING:
    from lstmhw.reading import InputError, Sheet
    from lstmhw.solution import Solution


@click.command("check", short_help="Mark the answers that a file claims.")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, shell_complete=completing.files
)
@no_answers_option
@common_options
def check(files: tuple[str, ...], no_answers: bool, manner: Manner) -> int:
    """Mark the answers that a file claims: which is the first wrong one, and what was done there.

    \b
    right                    to the last digit written
    right but for ...        rounding on the way, or digits cut off
    too few digits to tell   perhaps right; no points, and no accusation
    wrong only because ...   by the right method from an earlier wrong answer
    wrong: ...               the mistake that gives these digits, if one does

    In JSON these are right, rounding, coarse, follows and wrong.  `lstmhw explain` says more of
    each, and of every mistake.

    Exits with 1 where a claim is wrong; weights that are given to be proved are one too.  A claim
    that cannot be read is an error at its line (exit status 2), and the others are marked all the
    same.

    \b
    lstmhw check q2
    lstmhw check step-rnn-a --format json
    """
    from lstmhw.marking.withheld import marks_without_answers
    from lstmhw.reading import read_sheet

    marked = answers(files, _marked, read_sheet)
    pages = [solution for solution, _ in marked]
    show([marks_without_answers(page) for page in pages] if no_answers else pages, files, manner)
    complaints = [str(complaint) for _, complaint in marked if complaint is not None]
    if complaints:
        complain("\n".join(complaints))
    return 1 if any(solution.is_wrong for solution, _ in marked) else 0


def _marked(sheet: "Sheet") -> "tuple[Solution, InputError | None]":
    """The solution of a sheet, cut to its marks, and what is wrong with its claims."""
    from lstmhw.answering import sheet_marked
    from lstmhw.faults import Fault, ProblemError
    from lstmhw.marking.summary import marks

    solution, faults = sheet_marked(sheet.document, sheet.claimed)
    complaint = sheet.complaint(faults)
    if not (solution.checks or complaint):
        message = "expected claimed answers, found none"
        hint = "add `claimed:` with symbols and values, or use `lstmhw solve`"
        raise ProblemError([Fault((), message, hint)])
    return marks(solution), complaint
