"""`lstmhw practice`."""

import os

import click

from lstmhw.cli import completing
from lstmhw.cli.complaints import complain
from lstmhw.cli.writing import emit


@click.command("practice", short_help="Write a random exercise, and its answers beside it.")
@click.argument("kind", shell_complete=completing.drawn_kinds)
@click.option("--seed", type=click.IntRange(0), required=True, help="The same gives the same.")
@click.option("--units", type=click.IntRange(1, 6), default=2, show_default=True)
@click.option("--steps", type=click.IntRange(1, 12), default=1, show_default=True)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    shell_complete=completing.folders,
    default=".",
    help="Default: here.",
)
def practice(kind: str, seed: int, units: int, steps: int, output: str) -> int:
    """Write a random exercise of a KIND, KIND-SEED.yaml, and one with its answers beside it.

    \b
    lstmhw practice lstm-step --seed 7
    lstmhw check lstm-step-7-answers.yaml
    """
    from lstmhw.faults import did_you_mean, some
    from lstmhw.practice import DRAWN, NoExerciseError, exercise

    if kind not in DRAWN:
        hint = did_you_mean(kind, DRAWN) or f"the kinds are {some(DRAWN)}"
        message = f"expected a kind of problem, found {kind!r}"
        complain(f"lstmhw practice: error: {message}\n  hint: {hint}")
    if not os.path.isdir(output):
        complain(f"{output}: error: expected a folder, found none\n  hint: make it first")
    try:
        drawn = exercise(kind, seed, units, steps)
    except NoExerciseError:
        message = "no numbers were found with which no gate is saturated"
        complain(f"lstmhw practice: error: {message}\n  hint: ask for fewer units or steps")
    for name, text in zip(("", "-answers"), drawn, strict=True):
        path = os.path.join(output, f"{kind}-{seed}{name}.yaml")
        emit(text, path)
        click.echo(path)
    return 0
