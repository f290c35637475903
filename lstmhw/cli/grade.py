"""`lstmhw grade`."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers
from lstmhw.cli.complaints import complain, width
from lstmhw.cli.manner import no_answers_option
from lstmhw.cli.pages import Pages, refuse_places
from lstmhw.cli.progress import Show, progress_bar
from lstmhw.cli.request import Request, refuse_what_does_not_fit
from lstmhw.cli.writing import emit, written_to

if TYPE_CHECKING:
    from lstmhw.grading import Grader
    from lstmhw.grading.homework import Homework
    from lstmhw.grading.rows import Graded
    from lstmhw.grading.summary import Tally

ROW_FORMATS = ("csv", "ndjson", "moodle", "canvas", "gradescope")
PAGE_FORMATS = ("html", "markdown", "text")
ATTEMPTS = ("last", "best", "all")


@click.command("grade", short_help="Mark many submissions: a row each, and a summary.")
@click.argument("problem", shell_complete=completing.files)
@click.argument(
    "submissions", metavar="SUBMISSION...", nargs=-1, required=True, shell_complete=completing.paths
)
@click.option(
    "--also",
    metavar="PROBLEM",
    multiple=True,
    shell_complete=completing.files,
    help="Another problem that is handed in with it; may be given again.",
)
@click.option("--title", help="Of the homework, where there are several.  [default: their names]")
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
@click.option(
    "--variants",
    metavar="CSV",
    multiple=True,
    shell_complete=completing.paths,
    help="Take each student's own problem, as `vary` wrote them.",
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
@no_answers_option
@click.option("--anonymous", is_flag=True, help="Number the students: no names, no ids.")
@click.option(
    "--feedback",
    metavar="FOLDER",
    shell_complete=completing.folders,
    help="Write a page for each student into a new folder.",
)
@click.option(
    "--feedback-format", type=click.Choice(PAGE_FORMATS), default="html", show_default=True
)
@click.option(
    "--summary",
    metavar="PATH",
    shell_complete=completing.paths,
    help="Write the summary as a page with charts, without names.",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes.  [default: one a core]")
def grade(problem: str, **wanted: Any) -> int:
    """Mark many submissions of a problem, or of several: a row each, and a summary.

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

    Several problems that are handed in together (--also) are marked one by one, each as if it were
    alone, and a row has the total.  They are called as their files, without .yaml:

    \b
    .csv .tsv    columns named like q1.c_2, q1 h_2 (two numbers)
    .yaml .json  claimed: {q1: {c_2: .., h_2: ..}, q2: {..}}, and so in --map
    .txt .md     `q1: c_2 = [..]`, or Question 1 as a heading above the answers
    .ipynb .py   the same headings in cells of text and in comments, or
                 q1_c_2 = [..], answers["q1"] = {"c_2": [..]}
    a folder     may have a file for each, as ann/q1.txt and ann/q2.txt

    A symbol that only one of them computes needs no name of a problem, nor does any in a table or
    folder that is called after one, as week3-q1.csv.  Of one id the last answers to each problem
    count.

    --variants has a line for each student, with the columns id, seed and file, as `lstmhw vary
    --roster` writes it.  A submission is marked against the file of its student, who is known by
    the id or e-mail address in any capitals, or by another that --roster has; one who is not in the
    table is an error in the row.  PROBLEM, the original, says what is asked for and how it is
    marked.  Of several problems each needs a table, in their order.

    \b
    Columns of a row:
      id, name     of the student
      score        points of what is right, rounded or following from an earlier
                   mistake, but for what a made-up answer made trivial
      out_of       points of what PROBLEM asks for: the symbols of `points` in its
                   `marking`, else of `find`, else of its own `claimed`, else all
      first_wrong  symbol, in the order of the working; with mistake and where
      error        what of the submission cannot be read, and where
      q1, q2       of several problems, the points of each

    NDJSON adds `checks`, as `solve --format json` has them, and of several problems `scores`, and
    in each check `problem`.  moodle is a grading worksheet, with the feedback as comments.  canvas
    is a gradebook: PROBLEM's title, or that of --title, is the assignment, and with
    a number behind it, as in `Homework 3 (4711)`, that one.  gradescope is a results.json on each
    line; what tells a true value there is seen after the grades are published.

    Stopping loses no row: with -o they are written one by one, not all at the end.  --resume passes
    over as many submissions of an id and name as the file has rows of them; a last line that was
    not finished is done again.  The summary on standard error is for all rows of the file.

    Exits with 1 where a claim is wrong, with 2 where a submission has an error.

    \b
    lstmhw grade q2 class.ndjson
    lstmhw grade q2 submissions -o grades.csv
    lstmhw grade q2 responses.csv --map map.yaml
    lstmhw grade q1 --also q2 --title "Homework 3" week3
    """
    from lstmhw.faults import ProblemError
    from lstmhw.grading import Grader
    from lstmhw.reading import InputError

    request = Request(**wanted)
    if "-" in (problem, *request.also):
        raise click.UsageError("PROBLEM is a file or a name; - is for submissions")
    refuse_what_does_not_fit(request)
    files = (problem, *request.also)
    names = _names(files)
    graders = dict(zip(names, answers(files, Grader), strict=True))
    try:
        with written_to(request.output):
            return _graded(graders, files, request)
    except ProblemError as error:  # of the title
        if request.also:
            complain(f"lstmhw: error: --title: {error}")
        complain(str(graders[""].document.error(error.faults)))
    except InputError as error:
        complain(str(error))
    return 0


def _names(files: Sequence[str]) -> Sequence[str]:
    """What several problems are called; one that is alone has no name."""
    from lstmhw.grading.several_names import problem_names

    try:
        return problem_names(files) if len(files) > 1 else ("",)
    except ValueError as error:
        raise click.UsageError(f"--also: {error}") from None


def _graded(graders: Mapping[str, "Grader"], files: Sequence[str], request: Request) -> int:
    """Grades, row by row, and sums up; the exit status."""
    from lstmhw.grading.formats import Form
    from lstmhw.grading.intake import Wanted, intake
    from lstmhw.grading.output import left_over
    from lstmhw.grading.workers import available_cores, marking
    from lstmhw.reading import path_of

    output = request.output
    wanted = Wanted(
        request.submissions,
        output,
        request.map,
        request.attempts,
        request.roster,
        request.variants,
        request.title,
    )
    found = intake(graders, wanted)
    beside = filter(None, (request.map, request.roster, *request.variants))
    read = (*map(path_of, files), *found.files, *beside)
    refuse_places(read, output, request.feedback, request.summary)
    release = _Release(request, found.grader.homework)
    rows = release.rows
    batches = found.batches(rows.done, rows.format)
    todo = left_over(batches, rows.done, rows.format, found.grader.names.headings)
    page = None if request.feedback is None else request.feedback_format
    form = Form(rows.format, answers=not request.no_answers, page=page)
    jobs = request.jobs or available_cores()
    total = found.total and max(0, found.total - rows.tally.rows)
    with marking(found.grader, todo, form, jobs, not found.is_stream) as marked:
        try:
            with progress_bar(total, output) as show:
                for graded in found.rows(marked, rows.done, form):
                    release(graded, show)
        except KeyboardInterrupt:
            hint = f"; --resume goes on with {output}" if request.can_go_on else ""
            click.echo(f"\ninterrupted{hint}", err=True)
            return 130
    for warning in found.warnings:
        click.echo(warning, err=True)
    if rows.tally.rows == 0:
        complain("lstmhw: error: expected submissions, found none")
    _sum_up(rows.tally, request.summary)
    return rows.tally.status


class _Release:
    """Where a marked submission goes: a page, a row, and the counts of the summary."""

    def __init__(self, request: Request, homework: "Homework") -> None:
        from lstmhw.grading.anonymous import Pseudonyms
        from lstmhw.grading.feedback import FORMATS, PageNames
        from lstmhw.grading.output import open_output, standard_output

        self.homework = homework
        self.pages = None if request.feedback is None else Pages(request.feedback)
        self.names = PageNames(FORMATS[request.feedback_format].ending)
        self.pseudonyms = Pseudonyms() if request.anonymous else None
        self.rows = (
            standard_output(request.format, homework)
            if request.output is None
            else open_output(request.output, request.format, request.resume, homework)
        )

    def __call__(self, graded: "Graded", show: Show) -> None:
        from lstmhw.grading.formats import line
        from lstmhw.grading.homework import identity

        if self.pseudonyms is not None:
            graded = graded._replace(row=self.pseudonyms.row(graded.row))
        if self.pages is not None:
            self.pages.write(self.names.of(identity(graded.row)), graded.page)
        show(line(graded, self.rows.format, self.homework), self.rows.write)
        self.rows.tally.add(graded)


def _sum_up(tally: "Tally", path: str | None) -> None:
    from lstmhw.render import render
    from lstmhw.view import View

    click.echo(render([tally.page()], "table", View(width=width(sys.stderr))), nl=False, err=True)
    if path is not None:
        emit(render([tally.lecture_page()], "html", View()), path)
