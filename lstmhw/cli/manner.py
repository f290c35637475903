"""How to answer: the options that every command with an answer has."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import click

from lstmhw.cli import completing

FORMATS = ("table", "markdown", "latex", "html", "json")


class Manner(NamedTuple):
    """The values of the common options."""

    format: str
    output: str | None
    digits: int | None
    full: bool
    color: bool | None


output_option = click.option(
    "-o",
    "--output",
    metavar="PATH",
    shell_complete=completing.paths,
    help="Write to a file, whole or not at all.",
)

no_answers_option = click.option(
    "--no-answers", is_flag=True, help="Say verdict, mistake and method, and no true value."
)


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the common options; the command gets them as `manner`."""
    options = [
        click.option("--format", type=click.Choice(FORMATS), default="table", show_default=True),
        output_option,
        click.option("--digits", type=click.IntRange(0, 15), help="Decimals shown.  [default: 4]"),
        click.option("--full", is_flag=True, help="Leave nothing out."),
        click.option(
            "--color/--no-color", default=None, help="Default: in a terminal.  NO_COLOR wins."
        ),
    ]

    @functools.wraps(command)
    def collecting(**arguments: Any) -> int:
        manner = Manner(*(arguments.pop(name) for name in Manner._fields))
        return command(**arguments, manner=manner)

    for option in reversed(options):
        collecting = option(collecting)
    return collecting
