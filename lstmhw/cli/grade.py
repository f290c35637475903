"""`lstmhw grade`."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers
from lstmhw.cli.complaints import complain, width
from lstmhw.cli.writing import wants_color, written_to

if TYPE_CHECKING:
    from lstmhw.grading import Grader
    from lstmhw.grading.summary import Tally

ROW_FORMATS = ("csv", "ndjson")
ATTEMPTS = ("last", "best", "all")


class Request(NamedTuple):
    """What to grade, and how and where its rows are written."""

    submissions: tuple[str, ...]
    map: str | None
    attempts: str | None
    roster: str | None
    format: str | None
    output: str | None
    resume: bool
    no_answers: bool
    jobs: int | None


@click.command("grade", short_help="Mark many submissions: a row each, and a summary.")
@click.argument("problem", shell_complete=completing.files)
@click.argument(
    "submissions", metavar="SUBMISSION...", nargs=-1, required=True, shell_complete=completing.paths
)
@click.option(
    "--map",
    metavar="MAP.yaml",
    shell_complete=completing.paths,
    help="Says which column of a table has which answer.",
)
@click.option(
    "--attempts",
    type=click.Choice(ATTEMPTS),
    help="Of one id, which count.  [default: last; of standard input all]",
)
@click.option(
    "--roster",
    metavar="CSV",
    shell_complete=completing.paths,
    help="The class: who is missing is a row.",
)
@click.option("--format", type=click.Choice(ROW_FORMATS), help="Of the rows.  [default: csv]")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    shell_complete=completing.paths,
    help="Add each row to a new file as it is ready.",
)
@click.option("--resume", is_flag=True, help="Go on with the file of -o, where a run ended.")
@click.option(
    "--no-answers", is_flag=True, help="Say verdict, mistake and method, and no true value."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes.  [default: one a core]")
def grade(problem: str, **wanted: Any) -> int:
    """Mark many submissions of a problem: a row each, in their order, and a summary.

    SUBMISSION is a table with a student a row, a file with one submission, an .ndjson or .jsonl
    file with one a line, a folder, or - for lines of JSON from standard input, each answered when
    it comes.

    \b
    .csv .tsv    Moodle's responses, Canvas' student analysis, forms, any other:
                 columns named like symbols (c_2, C_2, c2, h_2 (two numbers),
                 c_2[1] and c_2[2]) have the answers, or those that --map says
    .yaml .json  `name` (or `id`) and `claimed`
    .txt .md     `h_2 = [0.37, 0.11], c_2 = (0,56; 0,43)`
    .ipynb .py   numbers that are assigned, and what cells have printed; nothing
                 is run
    a folder     every file below it; Gradescope's export and Moodle's and Canvas'
                 downloads say whose it is, else the file, its folder or its name

    \b
    --map has a file such as
      id: Email address
      name: [First name, Last name]
      answers:
        c_2: [Response 1/part 1, Response 1/part 2]
        h_2: h_2 (two numbers)
    A column is named by its title, its beginning or the number of a Canvas
    question; part N is an answer of a cell with several.

    Of the submissions of one id the last counts, by its time where a table has it, or the one with
    the most points (--attempts best), or all.  The ids or e-mail addresses of --roster are those
    of the submissions.

    \b
    Columns of a row:
      id, name     of the student
      score        points of what is right, rounded or following from an earlier
                   mistake, but for what a made-up answer made trivial
      out_of       points of what PROBLEM asks for: the symbols of `points` in its
                   `marking`, else of `find`, else of its own `claimed`, else all
      first_wrong  symbol, in the order of the working; with mistake and where
      error        what of the submission cannot be read, and where
    NDJSON adds `checks`, as `solve --format json` has them.

    Stopping loses no row: with -o they are written one by one, not all at the end.  --resume passes
    over as many submissions of an id and name as the file has rows of them; a last line that was
    not finished is done again.  The summary on standard error is for all rows of the file.

    Exits with 1 where a claim is wrong, with 2 where a submission has an error.

    \b
    lstmhw grade q2 class.ndjson
    lstmhw grade q2 submissions -o grades.csv
    lstmhw grade q2 responses.csv --map map.yaml
    """
    from lstmhw.grading import Grader
    from lstmhw.reading import InputError

    request = Request(**wanted)
    if problem == "-":
        raise click.UsageError("PROBLEM is a file or a name; - is for submissions")
    if request.resume and request.output is None:
        raise click.UsageError("--resume needs -o, the file to go on with")
    (grader,) = answers((problem,), Grader)
    try:
        with written_to(request.output):
            return _graded(grader, request)
    except InputError as error:
        complain(str(error))
    return 0


def _graded(grader: "Grader", request: Request) -> int:
    """Grades, row by row, and sums up; the exit status."""
    from lstmhw.grading.intake import Wanted, intake
    from lstmhw.grading.output import left_over, open_output, standard_output
    from lstmhw.grading.rows import Form
    from lstmhw.grading.workers import available_cores, marking

    output, format = request.output, request.format
    wanted = Wanted(request.submissions, output, request.map, request.attempts, request.roster)
    found = intake(grader, wanted)
    rows = (
        standard_output(format) if output is None else open_output(output, format, request.resume)
    )
    todo = left_over(found.batches(rows.done, rows.format), rows.done, rows.format)
    jobs = request.jobs or available_cores()
    total = found.total and max(0, found.total - rows.tally.rows)
    form = Form(rows.format, answers=not request.no_answers)
    with marking(grader, todo, form, jobs, not found.is_stream) as marked:
        try:
            with _progress_bar(total, output) as shown:
                for graded in found.rows(marked, rows.done, form):
                    shown(graded.line, rows.write)
                    rows.tally.add(graded)
        except KeyboardInterrupt:
            hint = f"; --resume goes on with {output}" if output else ""
            click.echo(f"\ninterrupted{hint}", err=True)
            return 130
    if found.roster is not None and found.roster.warning:
        click.echo(found.roster.warning, err=True)
    if rows.tally.rows == 0:
        complain("lstmhw: error: expected submissions, found none")
    _sum_up(rows.tally)
    return rows.tally.status


@contextlib.contextmanager
def _progress_bar(
    total: int | None, output: str | None
) -> Iterator[Callable[[str, Callable[[str], None]], None]]:
    """A bar on a terminal; yields what shows a row, given the row and how to write it."""
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


def _sum_up(tally: "Tally") -> None:
    from lstmhw.render import render
    from lstmhw.view import View

    click.echo(render([tally.page()], "table", View(width=width(sys.stderr))), nl=False, err=True)
