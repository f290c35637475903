"""`lstmhw completion`."""

import click

from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit


@click.command("completion", short_help="Print the script that lets a shell complete.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@output_option
@click.pass_context
def completion(context: click.Context, shell: str, output: str | None) -> int:
    """Print the script that completes commands, options, problems and files in a shell.

    \b
    lstmhw completion fish
    lstmhw completion bash -o lstmhw.bash

    Read the script when the shell starts: `source lstmhw.bash` in ~/.bashrc (Bash 4.4 or later),
    the same in ~/.zshrc behind `compinit`; for fish it belongs in
    ~/.config/fish/completions/lstmhw.fish.
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete is not None
    front = context.find_root().command
    made = complete(front, {}, "lstmhw", "_LSTMHW_COMPLETE")
    emit(made.source_template % made.source_vars() + "\n", output)
    return 0
