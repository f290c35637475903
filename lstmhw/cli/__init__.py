"""The front door: arguments in, text out, exit status.

Exit status: 0 answered; 1 a claimed answer is wrong (`--strict`); 2 usage, or a file that cannot
be read as a problem; 70 a bug in lstmhw; 130 interrupted.  Each command is a file of this room,
imported when it is called; what costs start-up time (NumPy, Rich, YAML) is imported by the command
that needs it.
"""

import io
import os
from importlib import import_module

import click

from lstmhw import __version__
from lstmhw.cli.complaints import complaint
from lstmhw.faults import printable

COMMANDS = (
    "check",
    "check-feasible",
    "completion",
    "draft",
    "equations",
    "explain",
    "export",
    "grade",
    "new",
    "practice",
    "problems",
    "schema",
    "solve",
    "trace",
    "vary",
)


def _meant(word: str) -> str:
    """A hint on a word that stands where a command is due."""
    from difflib import get_close_matches  # only errors pay for these imports

    from lstmhw.explanation.template import EXAMPLES
    from lstmhw.glossary.words import ENTRIES
    from lstmhw.reading import shipped

    near = get_close_matches(word, COMMANDS, n=1)
    is_file = word in shipped() or os.path.isfile(word) or word.endswith((".yaml", ".yml"))
    if word in ("help", "usage", "man"):
        return "try `lstmhw --help`, or `lstmhw solve --help` of one command"
    if is_file or word == "-":
        return f"try `lstmhw solve {word}`"
    if near:
        return f"did you mean `{near[0]}`?"
    if word in EXAMPLES:
        return f"try `lstmhw new {word}`, a file to begin with, or `lstmhw explain {word}`"
    if word in ENTRIES:
        return f"try `lstmhw explain {word}`"
    return f"the commands are {', '.join(COMMANDS)}"


def _with_option(option: str) -> list[str]:
    """The commands that have an option."""
    context = click.Context(cli)
    commands = [(name, cli.get_command(context, name)) for name in COMMANDS]
    return [
        name
        for name, command in commands
        if command is not None
        if any(option in parameter.opts for parameter in command.params)
    ]


class _Commands(click.Group):
    """The commands, each imported from its file when it is asked for."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("--"):
            word = printable(args[0])
            ctx.fail(f"No such command {word!r}.\n  hint: {_meant(word)}")
        return super().resolve_command(ctx, args)

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
    (`lstmhw problems` lists them).  To begin:

    \b
    lstmhw solve q2                    a worked solution
    lstmhw new lstm-step -o mine.yaml  a file to change, then solve
    """


def run() -> int:
    """Runs the command line; returns the exit status."""
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except SystemExit:  # how click leaves when a pipe is closed
        return 0
    except click.NoSuchOption as error:
        others = _with_option(error.option_name)
        message = f"{error.message}\n  hint: `lstmhw {others[0]}` has it" if others else ""
        return _refused(click.UsageError(message, error.ctx) if others else error)
    except click.ClickException as error:
        return _refused(error)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:  # a full disk, say, under --help
        complaint(f"lstmhw: error: {(error.strerror or str(error)).lower()}")
        return 2
    except Exception as error:
        what = f"{type(error).__name__}: {error}{_place(error)}"
        complaint(f"lstmhw: a bug in lstmhw, please report it: {what}")
        return 70


def _refused(error: click.ClickException) -> int:
    said = io.StringIO()
    error.show(said)
    complaint(said.getvalue().rstrip("\n"))
    return 2


def _place(error: Exception) -> str:
    """The line of code where an exception came from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
