"""`lstmhw draft`."""

import os

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import refuse_overwriting
from lstmhw.cli.complaints import complain, complaint
from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit


@click.command("draft", short_help="Draft a problem file from a homework sheet.")
@click.argument("sheet", metavar="SHEET", shell_complete=completing.paths)
@output_option
def draft(sheet: str, output: str | None) -> int:
    """Draft a problem file from a homework sheet: Markdown, LaTeX or plain text.

    SHEET is a file, or - for standard input.  Each value has a comment with its line in the sheet;
    what was not placed is listed at the end.  Exit status: 0 if the draft can be solved, 1 if
    something is lacking.

    \b
    lstmhw draft sheet.md
    lstmhw draft sheet.md -o mine.yaml
    """
    from lstmhw.faults import did_you_mean, printable
    from lstmhw.reading import InputError, shipped, text_of
    from lstmhw.sheets import LARGEST, NothingFoundError, drafted, is_problem

    if sheet != "-" and not os.path.exists(sheet) and sheet not in shipped():
        near = did_you_mean(os.path.basename(sheet), shipped())
        complain(f"{printable(sheet)}: error: no such file" + (f"\n  hint: {near}" if near else ""))
    try:
        name, text = text_of(sheet)
        if len(text) > LARGEST:
            complain(f"{name}:1:1: error: expected a sheet of at most {LARGEST:,} characters")
        if is_problem(text):
            message = "expected a homework sheet, found a problem file, which needs no draft"
            complain(f"{name}:1:1: error: {message}\n  hint: `lstmhw solve {name}` solves it")
        found = drafted(text)
    except InputError as error:
        complain(str(error))
    except NothingFoundError:
        message = "expected a homework sheet, found no symbols with values and no words for a kind"
        hint = "`lstmhw new lstm-step` prints a file to fill in"
        complain(f"{name}:1:1: error: {message}\n  hint: {hint}")
    refuse_overwriting((sheet,), output)
    emit(found.text, output)
    for what in found.lacking:
        complaint(f"{name}: lacking: {what}")
    return 1 if found.lacking else 0
