"""`lstmhw export`."""

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, refuse_overwriting
from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit

FRAMEWORKS = ("pytorch", "keras", "onnx")


@click.command("export", short_help="Print a script that computes the answer in a framework.")
@click.argument("file", shell_complete=completing.files)
@click.option("--to", "framework", type=click.Choice(FRAMEWORKS), required=True)
@output_option
def export(file: str, framework: str, output: str | None) -> None:
    """Print a Python script that computes the answer in a framework, and checks it.

    The script says "passed", or exits with 1 and says what differs.

    \b
    lstmhw export q2 --to pytorch
    lstmhw export gru --to onnx -o gru_onnx.py
    """
    from lstmhw.export import export as exported

    (script,) = answers((file,), lambda document: exported(document.problem, framework))
    refuse_overwriting((file,), output)
    emit(script, output)
