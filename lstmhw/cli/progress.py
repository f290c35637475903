"""A progress bar that does not mix with what is printed."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from lstmhw.cli.writing import wants_color

Show = Callable[[str, Callable[[str], None]], None]
"""Shows a row, given the row and how to write it."""


@contextlib.contextmanager
def progress_bar(total: int | None, output: str | None) -> Iterator[Show]:
    """A bar on a terminal; yields what shows a row."""
    if not sys.stderr.isatty():
        yield lambda line, write: write(line)
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    above = output is None and sys.stdout.isatty()  # on one terminal, rows go above the bar
    no_color = not wants_color(None, None if above else "")
    console = Console(file=sys.stdout if above else sys.stderr, no_color=no_color)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("marked", total=total)

        def show(line: str, write: Callable[[str], None]) -> None:
            if above:
                console.out(line, end="", highlight=False)
            else:
                write(line)
            progress.advance(task)

        yield show
