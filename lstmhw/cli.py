"""The front door: arguments in, text out, exit status.

Exit status: 0 answered; 1 a claimed answer is wrong (`--strict`); 2 usage, or a file that cannot
be read as a problem; 70 a bug in lstmhw; 130 interrupted.  What costs start-up time (NumPy, Rich,
YAML) is imported by the command that needs it.
"""

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from lstmhw import __version__

if TYPE_CHECKING:
    from lstmhw.reading import Document
    from lstmhw.solution import Solution

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("table", "markdown", "latex", "html", "json")


def common_options(command: Command) -> Command:
    """The options that every command with an answer has."""
    options = [
        click.option("--format", type=click.Choice(FORMATS), default="table", show_default=True),
        click.option(
            "-o", "--output", metavar="PATH", help="Write to a file, whole or not at all."
        ),
        click.option("--digits", type=click.IntRange(0, 15), help="Decimals shown.  [default: 4]"),
        click.option("--full", is_flag=True, help="Leave nothing out."),
        click.option(
            "--color/--no-color", default=None, help="Default: in a terminal.  NO_COLOR wins."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lstmhw")
def cli() -> None:
    """Solve homework on recurrent networks, step by step.

    FILE is a problem file, - for standard input, or the name of a shipped problem such as q2
    (`lstmhw problems` lists them).
    """


@cli.command("solve")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Exit with 1 where a claimed answer is wrong.")
@common_options
def solve(
    files: tuple[str, ...],
    strict: bool,
    format: str,
    output: str | None,
    digits: int | None,
    full: bool,
    color: bool | None,
) -> None:
    """Print the worked solution, and mark the answers the file claims."""
    solutions = _each(files, _solved)
    if digits is not None:
        solutions = [solution._replace(digits=digits) for solution in solutions]
    from lstmhw.render import render
    from lstmhw.view import View

    view = View(full=full, width=_width(), color=_wants_color(color, output))
    _refuse_overwriting(files, output)
    _emit(render(solutions, format, view), output)
    if strict and any(check.verdict == "wrong" for s in solutions for check in s.checks):
        sys.exit(1)


@cli.command("problems")
def problems() -> None:
    """List the shipped problems."""
    from lstmhw.reading import read, shipped

    found = [(name, read(path).problem) for name, path in shipped().items()]
    width = max(len(name) for name, _ in found)
    for name, problem in found:
        click.echo(f"{name:{width}}  {problem.kind:9}  {problem.title}")


def _solved(document: "Document") -> "Solution":
    from lstmhw.marking import mark

    return mark(document.problem, document.problem.solve())


def _each(files: tuple[str, ...], act: "Callable[[Document], Solution]") -> "list[Solution]":
    """What `act` makes of each file; where one cannot be read, all complaints and exit status 2."""
    from lstmhw.faults import ProblemError
    from lstmhw.reading import InputError, read

    results, complaints = [], []
    for file in files:
        try:
            document = read(file)
            try:
                results.append(act(document))
            except ProblemError as error:
                raise document.error(error.faults) from None
        except InputError as error:
            complaints.append(str(error))
    if complaints:
        _complain("\n".join(complaints))
    return results


def _complain(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)


def _width() -> int:
    if not sys.stdout.isatty():
        return 80
    return max(40, os.get_terminal_size(sys.stdout.fileno()).columns)


def _wants_color(color: bool | None, output: str | None) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if color is not None:
        return color
    return output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _refuse_overwriting(files: tuple[str, ...], output: str | None) -> None:
    """An answer must not be written over the question."""
    for file in files:
        if (
            output
            and os.path.exists(file)
            and os.path.exists(output)
            and os.path.samefile(file, output)
        ):
            _complain(f"{output}: error: this is the problem file\n  hint: give -o another name")


def _emit(text: str, output: str | None) -> None:
    """Writes the text to standard output, or to a file that appears whole or not at all."""
    if output is None:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        _write_whole(text, output)
    except OSError as error:
        _complain(f"{output}: error: {(error.strerror or str(error)).lower()}")


def _write_whole(text: str, output: str) -> None:
    target = os.path.realpath(output)
    if os.path.exists(target) and not os.path.isfile(
        target
    ):  # a device or a pipe: nothing to replace
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
        return
    draft = f"{target}.{os.getpid()}.tmp"
    try:
        with open(draft, "x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(draft, os.stat(target).st_mode & 0o7777)
        os.replace(draft, target)
    except BaseException:
        if os.path.exists(draft):
            os.remove(draft)
        raise


def main() -> None:
    """The console script."""
    gc.set_threshold(100_000)  # imports make no garbage worth looking for
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads cost more to start than they save
    status = _run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is written; taking the interpreter apart would only take time


def _run() -> int:
    """Runs the command line; returns the exit status."""
    try:
        cli.main(standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as error:
        return int(error.code or 0)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        place = _place(error)
        click.echo(
            f"lstmhw: a bug in lstmhw, please report it: {type(error).__name__}: {error}{place}",
            err=True,
        )
        return 70
    return 0


def _place(error: Exception) -> str:
    """The line of code where an exception came from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
