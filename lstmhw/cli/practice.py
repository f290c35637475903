"""`lstmhw practice`."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from lstmhw.cli import completing
from lstmhw.cli.complaints import complain
from lstmhw.cli.writing import emit, written_to


@click.command("practice", short_help="Write a random exercise, and its answers beside it.")
@click.argument("kind", shell_complete=completing.drawn_kinds)
@click.option("--seed", type=click.IntRange(0), required=True, help="The same gives the same.")
@click.option(
    "--units",
    type=click.IntRange(1, 6),
    default=2,
    show_default=True,
    help="Of the cell, where the exercise gives one.",
)
@click.option(
    "--steps",
    type=click.IntRange(1, 12),
    default=1,
    show_default=True,
    help="Time steps; some kinds have 3 or 6 at least.",
)
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
    names = (f"{kind}-{seed}.yaml", f"{kind}-{seed}-answers.yaml")
    paths = [os.path.join(output, name) for name in names]
    _refuse_losing_work(paths, drawn)
    for path, text in zip(paths, drawn, strict=True):
        emit(text, path)
        click.echo(path)
    return 0


def _refuse_losing_work(paths: Sequence[str], texts: Sequence[str]) -> None:
    """A file of the name that is another, perhaps with a student's answers, stays as it is."""
    for path, text in zip(paths, texts, strict=True):
        with written_to(path):
            is_another = os.path.isfile(path) and Path(path).read_bytes() != text.encode()
        if is_another:
            message = "this file is there already, and is another one"
            complain(f"{path}: error: {message}\n  hint: `-o FOLDER` writes to another folder")
