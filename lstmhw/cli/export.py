"""`lstmhw export`."""

import click

from lstmhw.cli.answering import answers, refuse_overwriting
from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit

FRAMEWORKS = ("pytorch", "keras", "onnx")


@click.command("export")
@click.argument("file")
@click.option("--to", "framework", type=click.Choice(FRAMEWORKS), required=True)
@output_option
def export(file: str, framework: str, output: str | None) -> None:
    """Print a Python script that computes the answer in a framework, and checks it.

    The script says "passed", or exits with 1 and says what differs.
    """
    from lstmhw.export import export as exported

    (script,) = answers((file,), lambda document: exported(document.problem, framework))
    refuse_overwriting((file,), output)
    emit(script, output)
