"""What is wrong, said on standard error, and the exit status for it."""

import os
import re
import sys
from typing import NoReturn, TextIO

import click

USUAL = 80
NARROWEST = 20
SOURCE_LINE = r"  +(\d+ )?\| "  # as an error quotes it, or the caret below it


def width(stream: TextIO | None) -> int:
    """The columns there are: `COLUMNS` where it is set, else those of a terminal, else 80.

    `stream` is None for a file.
    """
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) < 5 and int(columns):
        return max(NARROWEST, int(columns))
    if stream is None or not stream.isatty():
        return USUAL
    return max(NARROWEST, os.get_terminal_size(stream.fileno()).columns or USUAL)


def complain(message: str) -> NoReturn:
    """Says what is wrong, and leaves with exit status 2."""
    complaint(message)
    raise click.exceptions.Exit(2)


def complaint(message: str) -> None:
    """Says what is wrong; in a log of the usual width, an error is one line."""
    columns = width(sys.stderr)
    fits = sys.stderr.isatty() or columns < USUAL
    click.echo(fitted(message, columns) if fits else message, err=True)


def fitted(message: str, width: int) -> str:
    """A message in lines of that width, a line of a file cut to what its caret points at."""
    lines = message.split("\n")
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    return "\n".join(_fitted(line, below, width) for line, below in pairs)


def _fitted(line: str, below: str, width: int) -> str:
    import textwrap  # only errors pay for the import

    if len(line) <= width:
        return line
    quoted = re.match(SOURCE_LINE, line)
    if not quoted:
        indent = " " * min(len(line) - len(line.lstrip()), width // 8)
        fold = textwrap.TextWrapper(width, initial_indent=indent, subsequent_indent=indent + "    ")
        fold.break_long_words = fold.break_on_hyphens = False
        return fold.fill(line.lstrip())
    margin = quoted.end()
    room = width - margin
    caret = len(below if quoted[1] else line) - margin
    start = caret - room // 2 if caret > room else 0
    return line[:margin] + line[margin + start :][:room]
