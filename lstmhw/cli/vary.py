"""`lstmhw vary`."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, refuse_overwriting
from lstmhw.cli.complaints import complain
from lstmhw.cli.writing import emit, emit_all

if TYPE_CHECKING:
    from lstmhw.reading import Document
    from lstmhw.varying.roster import Roster


@click.command("vary", short_help="Write a problem with other numbers, or one for each student.")
@click.argument("problem", shell_complete=completing.files)
@click.option("--seed", type=click.IntRange(0), help="The same gives the same numbers.")
@click.option(
    "--roster",
    metavar="CSV",
    shell_complete=completing.paths,
    help="A table with a column of ids, such as `id` or `Email address`.",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    shell_complete=completing.paths,
    help="The file to write; with --roster, the folder.",
)
def vary(problem: str, seed: int | None, roster: str | None, output: str | None) -> int:
    """Write a PROBLEM with other numbers: one variant, or one for each student.

    A variant keeps shapes, conventions, zeros, limits such as a bias of 100, what is asked, and
    how many decimals the numbers have.  A one-hot vector stays one.  Where the words of a rule or
    a score are the question, these change, or the sequence does.  A variant is as hard to answer
    and to mark: no gate is saturated that is not so in PROBLEM, what is feasible or proved stays
    so, and a mistake that shows in an answer of PROBLEM shows there too.  Claimed answers are left
    out, since they are about the old numbers, and so are comments; a title is kept, even if it
    names numbers.

    With --roster each student has a seed, made of the id and of --seed (0 if it is left out), so
    it stays the same whoever else is on the list.  The folder gets one file a student, named by
    the id, and variants.csv, which says who has which seed and file; `lstmhw vary PROBLEM --seed`
    with that seed prints the file again.  Where few other numbers are possible, several students
    may have the same: then standard error says how many variants are different.

    \b
    lstmhw vary q2 --seed 7
    lstmhw vary q2 --roster students.csv -o variants
    """
    if roster is None:
        if seed is None:
            raise click.UsageError("say --seed N for one variant, or --roster CSV for a class")
        (text,) = answers((problem,), lambda document: _variant(document, seed))
        refuse_overwriting((problem,), output)
        emit(text, output)
        return 0
    if output is None:
        raise click.UsageError("--roster needs -o, the folder for the variants")
    return _for_class(problem, _read(roster), seed or 0, output)


def _variant(document: "Document", seed: int) -> str:
    from lstmhw.varying import Varying

    return Varying(document).variant(seed)


def _read(roster: str) -> "Roster":
    from lstmhw.reading import InputError
    from lstmhw.varying.roster import read_roster

    try:
        return read_roster(roster)
    except InputError as error:
        complain(str(error))


def _for_class(problem: str, roster: "Roster", seed: int, folder: str) -> int:
    """Writes a variant for each student, and the table of them."""
    from lstmhw.varying.roster import TABLE, table

    seeds = [(student, student.seed(seed)) for student in roster.students]

    def variants(document: "Document") -> Mapping[str, str]:
        from lstmhw.varying import Varying

        varying = Varying(document)
        return {student.file: varying.variant(drawn) for student, drawn in seeds}

    (texts,) = answers((problem,), variants)
    files = {os.path.join(folder, name): text for name, text in texts.items()}
    files[os.path.join(folder, TABLE)] = table(seeds)
    _refuse_others(files)
    emit_all(files, folder)
    click.echo(f"{len(seeds)} variants in {folder}, by the column {roster.column!r}", err=True)
    different = len({text.partition("\n")[2] for text in texts.values()})  # but for the seed
    if different < len(texts):
        told = f"{different} different" if different > 1 else "all the same"
        click.echo(f"lstmhw: warning: several students have the same numbers: {told}", err=True)
    return 0


def _refuse_others(files: Mapping[str, str]) -> None:
    """Nothing that stands in the folder is written over, unless it is the same."""
    for path, text in files.items():
        if os.path.lexists(path) and _content(path) != text.encode():
            message = f"{path}: error: expected no such file, or the same, found another"
            complain(f"{message}\n  hint: give -o another folder")


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
