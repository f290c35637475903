"""The front door: arguments in, text out, exit status.

Exit status: 0 answered; 1 a claimed answer is wrong (`--strict`); 2 usage, or a file that cannot
be read as a problem; 70 a bug in lstmhw; 130 interrupted.  Each command is a file of this room,
imported when it is called; what costs start-up time (NumPy, Rich, YAML) is imported by the command
that needs it.
"""

import io
from importlib import import_module

import click

from lstmhw import __version__
from lstmhw.cli.complaints import complaint

COMMANDS = (
    "check",
    "check-feasible",
    "equations",
    "explain",
    "export",
    "grade",
    "new",
    "problems",
    "schema",
    "solve",
    "trace",
)


class _Commands(click.Group):
    """The commands, each imported from its file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"lstmhw.cli.{name}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lstmhw")
def cli() -> None:
    """Solve homework on recurrent networks, step by step.

    FILE is a problem file, - for standard input, or the name of a shipped problem such as q2
    (`lstmhw problems` lists them).
    """


def run() -> int:
    """Runs the command line; returns the exit status."""
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except SystemExit:  # how click leaves when a pipe is closed
        return 0
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        complaint(said.getvalue().rstrip("\n"))
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:  # a full disk, say, under --help
        complaint(f"lstmhw: error: {(error.strerror or str(error)).lower()}")
        return 2
    except Exception as error:
        what = f"{type(error).__name__}: {error}{_place(error)}"
        complaint(f"lstmhw: a bug in lstmhw, please report it: {what}")
        return 70


def _place(error: Exception) -> str:
    """The line of code where an exception came from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
