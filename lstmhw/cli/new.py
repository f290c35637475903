"""`lstmhw new`."""

import click

from lstmhw.cli import completing
from lstmhw.cli.complaints import complain
from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit


@click.command("new", short_help="Print a problem file to begin with.")
@click.argument("kind", shell_complete=completing.kinds)
@output_option
def new(kind: str, output: str | None) -> int:
    """Print a problem file of a KIND to begin with: an example, and all other keys as comments.

    \b
    lstmhw new lstm-step -o mine.yaml
    lstmhw solve mine.yaml
    """
    from lstmhw.explanation.template import EXAMPLES, template
    from lstmhw.faults import did_you_mean, some

    if kind not in EXAMPLES:
        hint = did_you_mean(kind, EXAMPLES) or f"the kinds are {some(EXAMPLES)}"
        complain(f"lstmhw new: error: expected a kind of problem, found {kind!r}\n  hint: {hint}")
    emit(template(kind), output)
    return 0
