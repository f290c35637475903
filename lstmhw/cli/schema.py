"""`lstmhw schema`."""

import click

from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit


@click.command("schema")
@output_option
def schema(output: str | None) -> None:
    """Print the JSON Schema of problem files, for editors.

    \b
    lstmhw schema
    lstmhw schema -o lstmhw.json
    """
    import json

    from lstmhw.reading.schema import schema as problem_schema

    emit(json.dumps(problem_schema(), indent=1) + "\n", output)
