"""The front door: arguments in, text out, exit status.

Exit status: 0 answered; 1 a claimed answer is wrong (`--strict`); 2 usage, or a file that cannot
be read as a problem; 70 a bug in lstmhw; 130 interrupted.  What costs start-up time (NumPy, Rich,
YAML) is imported by the command that needs it.
"""

import contextlib
import functools
import io
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import click

from lstmhw import __version__

if TYPE_CHECKING:
    from lstmhw.faults import ProblemError
    from lstmhw.grading import Grader
    from lstmhw.grading.summary import Tally
    from lstmhw.reading import Document, InputError, Sheet
    from lstmhw.solution import Solution

FORMATS = ("table", "markdown", "latex", "html", "json")
FRAMEWORKS = ("pytorch", "keras", "onnx")
ROW_FORMATS = ("csv", "ndjson")
EQUATIONS = ("lstm", "gru", "rnn", "lstm-gradient", "gru-gradient", "rnn-gradient")

Question = TypeVar("Question", "Document", "Sheet")
Answer = TypeVar("Answer")


class Manner(NamedTuple):
    """How to answer: the options that every command with an answer has."""

    format: str
    output: str | None
    digits: int | None
    full: bool
    color: bool | None


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the common options; the command gets them as `manner`."""
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

    @functools.wraps(command)
    def collecting(**arguments: Any) -> int:
        manner = Manner(*(arguments.pop(name) for name in Manner._fields))
        return command(**arguments, manner=manner)

    for option in reversed(options):
        collecting = option(collecting)
    return collecting


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
def solve(files: tuple[str, ...], strict: bool, manner: Manner) -> int:
    """Print the worked solution, and mark the answers the file claims."""
    solutions = _answers(files, _solved)
    _show(solutions, files, manner)
    if any(solution.interrupted for solution in solutions):
        return 130
    return 1 if strict and any(solution.is_wrong for solution in solutions) else 0


@cli.command("trace")
@click.argument("file", default="sentiment-six-units")
@click.option("--sequence", metavar="WORDS", help="The document; if left out, that of the file.")
@common_options
def trace(file: str, sequence: str | None, manner: Manner) -> int:
    """Run a sentiment-weights problem word by word: every gate, and score beside output.

    FILE is sentiment-six-units if left out.
    """
    solutions = _answers((file,), lambda document: _traced(document, sequence))
    _show(solutions, (file,), manner)
    return 0


@cli.command("export")
@click.argument("file")
@click.option("--to", "framework", type=click.Choice(FRAMEWORKS), required=True)
@click.option("-o", "--output", metavar="PATH", help="Write to a file, whole or not at all.")
def export(file: str, framework: str, output: str | None) -> None:
    """Print a Python script that computes the answer in a framework, and checks it.

    The script says "passed", or exits with 1 and says what differs.
    """
    from lstmhw.export import export as exported

    (script,) = _answers((file,), lambda document: exported(document.problem, framework))
    _refuse_overwriting((file,), output)
    _emit(script, output)


@cli.command("check-feasible")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--inputs", metavar="X,X,...", help="The inputs, instead of a file.")
@click.option("--outputs", metavar="S,S,...", help="The outputs, 0 or 1 each.")
@click.option("--initial", type=click.Choice(("0", "1", "free")), help="s_0; 0 if left out.")
@click.option("--hidden", type=click.IntRange(0, 8), help="Try up to so many extra units.")
@common_options
def check_feasible(
    files: tuple[str, ...],
    inputs: str | None,
    outputs: str | None,
    initial: str | None,
    hidden: int | None,
    manner: Manner,
) -> int:
    """Are there weights of one step unit that turn inputs into outputs?

    FILE is a step-rnn problem; with none, and no --inputs, the two that come along.
    """
    if (inputs is None) != (outputs is None):
        given, absent = ("inputs", "outputs") if outputs is None else ("outputs", "inputs")
        raise click.UsageError(f"--{given} needs --{absent} beside it")
    if inputs is not None and files:
        raise click.UsageError("expected files, or --inputs and --outputs; found both")
    answer = functools.partial(_feasible, initial=initial, hidden=hidden)
    if inputs is None:
        files = files or ("step-rnn-a", "step-rnn-b")
        solutions = _answers(files, answer)
    else:
        text = f"kind: step-rnn\ninputs: [{inputs}]\noutputs: [{outputs}]\n"
        solutions = _answers(("<options>",), answer, lambda name: _typed(name, text))
    _show(solutions, files, manner)
    return 130 if any(solution.interrupted for solution in solutions) else 0


@cli.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@common_options
def check(files: tuple[str, ...], manner: Manner) -> int:
    """Mark the answers that a file claims: which is the first wrong one, and what was done there.

    \b
    right     to the last digit written
    rounding  right, but for rounding on the way, or digits cut off
    follows   not right, but by the right method from an earlier wrong answer
    wrong     with the name of the mistake, where one gives these digits

    Exits with 1 where a claim, or weights that are a claim, are wrong.  A claim that cannot be read
    is an error at its line (exit status 2), and the others are marked all the same.
    """
    from lstmhw.reading import read_sheet

    marked = _answers(files, _marked, read_sheet)
    _show([solution for solution, _ in marked], files, manner)
    complaints = [str(complaint) for _, complaint in marked if complaint is not None]
    if complaints:
        _complain("\n".join(complaints))
    return 1 if any(solution.is_wrong for solution, _ in marked) else 0


@cli.command("grade")
@click.argument("problem")
@click.argument("submissions", metavar="SUBMISSION...", nargs=-1, required=True)
@click.option("--format", type=click.Choice(ROW_FORMATS), help="Of the rows.  [default: csv]")
@click.option("-o", "--output", metavar="PATH", help="Add each row to a new file as it is ready.")
@click.option("--resume", is_flag=True, help="Go on with the file of -o, where a run ended.")
@click.option("--jobs", type=click.IntRange(1), help="Processes.  [default: one a core]")
def grade(
    problem: str,
    submissions: tuple[str, ...],
    format: str | None,
    output: str | None,
    resume: bool,
    jobs: int | None,
) -> int:
    """Mark many submissions of a problem: a row each, in their order, and a summary.

    A submission has a `name` (or `id`) and `claimed`.  SUBMISSION is a YAML file with one, an
    .ndjson or .jsonl file with one a line, a folder of such files, or - for lines of JSON from
    standard input, each answered when it comes.  A file without a name is called by its own.

    \b
    Columns of a row:
      name         of the submission
      score        symbols right, rounded or following from an earlier mistake,
                   but for those that a claimed value made trivial
      out_of       symbols in PROBLEM's own `claimed` and `find`: only they count
                   for the score; if it has neither, the symbols claimed
      first_wrong  symbol, in the order of the working; with mistake and where
      error        what of the submission cannot be read, and where
    NDJSON adds `checks`, as `solve --format json` has them.

    Stopping loses no row: with -o they are written one by one, not all at the end.  --resume passes
    over as many submissions of a name as there are rows of that name in the file; a last line that
    was not finished is done again.  The summary on standard error is for all rows of the file.

    Exits with 1 where a claim is wrong, with 2 where a submission has an error.
    """
    from lstmhw.grading import Grader
    from lstmhw.reading import InputError

    if problem == "-":
        raise click.UsageError("PROBLEM is a file or a name; - is for submissions")
    if resume and output is None:
        raise click.UsageError("--resume needs -o, the file to go on with")
    (grader,) = _answers((problem,), Grader)
    try:
        return _graded(grader, submissions, format, output, resume, jobs)
    except InputError as error:
        _complain(str(error))
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _complain(f"{output or 'output'}: error: {(error.strerror or str(error)).lower()}")


@cli.command("equations")
@click.argument("name", type=click.Choice(EQUATIONS))
@click.option("--convention", "conventions", metavar="WORD,...", multiple=True, help="See above.")
@common_options
def equations(name: str, conventions: tuple[str, ...], manner: Manner) -> int:
    """Print the equations of a cell, or of its gradients, and what the symbols mean.

    \b
    The words of --convention, the first of each line if none is given:
      separate | concat-hx | concat-xh   W_x and W_h, or W on [h; x] or [x; h]
      column | row                       W x, or x W
      one-bias | two-bias | no-bias      b, or b_x and b_h, for each gate
      keep | new                         of a GRU: what the update gate says
      before | after                     of a GRU: the reset, and W_h
      pytorch | keras                    what a framework does
    """
    from lstmhw.equations import equations as listed

    words = [word.strip() for words in conventions for word in words.split(",")]
    try:
        solution = listed(name, words)
    except ValueError as error:
        raise click.UsageError(f"--convention: {error}") from None
    _show([solution], (), manner)
    return 0


@cli.command("problems")
@click.option("--format", type=click.Choice(("table", "json")), default="table", show_default=True)
def problems(format: str) -> None:
    """List the shipped problems, long titles cut; --format json has them whole."""
    from lstmhw.reading import read, shipped

    found = [(name, read(path).problem) for name, path in shipped().items()]
    rows = [{"name": name, "kind": p.kind, "title": p.title} for name, p in found]
    if format == "json":
        import json

        _emit(json.dumps(rows, indent=2) + "\n", None)
        return
    name, kind = (max(len(row[key]) for row in rows) for key in ("name", "kind"))
    room = max(20, _width(None) - name - kind - 4)
    for row in rows:
        row["title"] = textwrap.shorten(row["title"], room, placeholder=" ...")
    _emit("".join(f"{r['name']:{name}}  {r['kind']:{kind}}  {r['title']}\n" for r in rows), None)


@cli.command("schema")
@click.option("-o", "--output", metavar="PATH", help="Write to a file, whole or not at all.")
def schema(output: str | None) -> None:
    """Print the JSON Schema of problem files, for editors."""
    import json

    from lstmhw.reading.schema import schema as problem_schema

    _emit(json.dumps(problem_schema(), indent=1) + "\n", output)


def _solved(document: "Document") -> "Solution":
    if not document.problem.claimed:
        return document.problem.solve()

    from lstmhw.faults import ProblemError
    from lstmhw.marking import marked

    solution, faults = marked(document.problem, document.problem.claimed)
    if faults:
        raise ProblemError(faults)
    return solution


def _marked(sheet: "Sheet") -> "tuple[Solution, InputError | None]":
    """The solution of a sheet, cut to its marks, and what is wrong with its claims."""
    from lstmhw.faults import Fault, ProblemError
    from lstmhw.marking import marked
    from lstmhw.marking.summary import marks

    solution, faults = marked(sheet.document.problem, sheet.claimed)
    complaint = sheet.complaint(faults)
    if not (solution.checks or solution.claims_weights or complaint):
        message = "expected claimed answers, found none"
        hint = "add `claimed:` with symbols and values, or use `lstmhw solve`"
        raise ProblemError([Fault((), message, hint)])
    return marks(solution), complaint


def _traced(document: "Document", sequence: str | None) -> "Solution":
    from dataclasses import replace

    from lstmhw.faults import Fault, ProblemError
    from lstmhw.kinds.sentiment_weights import SentimentWeights
    from lstmhw.reading import InputError

    problem = document.problem
    if not isinstance(problem, SentimentWeights):
        message = f"expected sentiment-weights, which can be traced; found {problem.kind}"
        raise ProblemError([Fault(("kind",), message)])
    if sequence is None:
        return problem.trace()
    problem = replace(problem, sequence=sequence)
    try:
        problem.check_sequence()
    except ProblemError as error:
        raise InputError(f"--sequence: error: {_described(error)}") from None
    return problem.trace()


def _described(error: "ProblemError") -> str:
    """The first of the faults, with its hint."""
    fault = error.faults[0]
    return fault.message + (f"\n  hint: {fault.hint}" if fault.hint else "")


def _typed(name: str, text: str) -> "Document":
    from lstmhw.reading import from_text

    return from_text(name, text)


def _feasible(document: "Document", initial: str | None, hidden: int | None) -> "Solution":
    from dataclasses import replace

    from lstmhw.faults import Fault, ProblemError
    from lstmhw.kinds.step_rnn import StepRnn

    problem = document.problem
    if not isinstance(problem, StepRnn):
        message = f"expected step-rnn, which this command is about; found {problem.kind}"
        raise ProblemError([Fault(("kind",), message)])
    changes: dict[str, Any] = {} if hidden is None else {"hidden": hidden}
    if initial is not None:
        changes["initial"] = initial if initial == "free" else int(initial)
    problem = replace(problem, **changes)
    faults = tuple(problem.faults())
    if faults:
        raise ProblemError(faults)
    return problem.answered(_progress)


def _progress(extra: int, tried: int) -> None:
    """How far the search for extra units is, in a terminal."""
    if tried % 500 == 0 and sys.stderr.isatty():
        click.echo(f"\r{extra} extra: {tried} beginnings tried ", nl=False, err=True)


def _graded(
    grader: "Grader",
    submissions: tuple[str, ...],
    format: str | None,
    output: str | None,
    resume: bool,
    jobs: int | None,
) -> int:
    """Grades, row by row, and sums up; the exit status."""
    from lstmhw.grading.output import left_over, open_output, standard_output
    from lstmhw.grading.workers import BATCH, available_cores, marking
    from lstmhw.reading.submissions import batches, count_of, submission_files

    files = submission_files(submissions, output)
    total = count_of(files)
    rows = standard_output(format) if output is None else open_output(output, format, resume)
    todo = left_over(batches(files, BATCH), rows.done, rows.format)
    at_once = "-" not in files
    with marking(grader, todo, rows.format, jobs or available_cores(), at_once) as marked:
        try:
            with _progress_bar(total and max(0, total - rows.tally.rows), output) as shown:
                for graded in marked:
                    shown(graded.line, rows.write)
                    rows.tally.add(graded)
        except KeyboardInterrupt:
            hint = f"; --resume goes on with {output}" if output else ""
            click.echo(f"\ninterrupted{hint}", err=True)
            return 130
    if rows.tally.rows == 0:
        _complain("lstmhw: error: expected submissions, found none")
    _sum_up(rows.tally)
    return rows.tally.status


@contextlib.contextmanager
def _progress_bar(
    total: int | None, output: str | None
) -> "Iterator[Callable[[str, Callable[[str], None]], None]]":
    """A bar on a terminal; yields what shows a row, given the row and how to write it."""
    if not sys.stderr.isatty():
        yield lambda line, write: write(line)
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    above = output is None and sys.stdout.isatty()  # on one terminal, rows go above the bar
    no_color = not _wants_color(None, None if above else "")
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

    click.echo(render([tally.page()], "table", View(width=80)), nl=False, err=True)


def _answers(
    files: tuple[str, ...],
    answer: "Callable[[Question], Answer]",
    read: "Callable[[str], Question] | None" = None,
) -> "list[Answer]":
    """Each file answered; where one cannot be, all complaints and exit status 2."""
    from lstmhw import reading
    from lstmhw.faults import ProblemError
    from lstmhw.reading import InputError

    answers, complaints = [], []
    for file in files:
        try:
            question: Any = (read or reading.read)(file)
            try:
                answers.append(answer(question))
                if getattr(answers[-1], "interrupted", False):
                    break  # what is known so far is shown
            except ProblemError as error:
                raise question.error(error.faults) from None
        except InputError as error:
            complaints.append(str(error))
    if complaints:
        _complain("\n".join(complaints))
    return answers


def _show(solutions: "list[Solution]", files: tuple[str, ...], manner: Manner) -> None:
    from lstmhw.render import render
    from lstmhw.view import View

    if manner.digits is not None:
        solutions = [solution._replace(digits=manner.digits) for solution in solutions]
    output = manner.output
    view = View(full=manner.full, width=_width(output), color=_wants_color(manner.color, output))
    _refuse_overwriting(files, output)
    _emit(render(solutions, manner.format, view), output)


def _complain(message: str) -> NoReturn:
    click.echo(message, err=True)
    raise click.exceptions.Exit(2)


def _width(output: str | None) -> int:
    """The columns there are: those of the terminal; 80 in a pipe, a file, or a strange terminal."""
    if output is not None or not sys.stdout.isatty():
        return 80
    return max(40, os.get_terminal_size(sys.stdout.fileno()).columns or 80)


def _wants_color(color: bool | None, output: str | None) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if color is not None:
        return color
    return output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _refuse_overwriting(files: tuple[str, ...], output: str | None) -> None:
    """An answer must not be written over the question."""
    from lstmhw.reading import path_of

    if output is None or not os.path.isfile(output):
        return
    there = os.stat(output)
    for file in files:
        question = os.fstat(sys.stdin.fileno()) if file == "-" else os.stat(path_of(file))
        if os.path.samestat(question, there):
            _complain(f"{output}: error: this is the problem file\n  hint: give -o another name")


def _emit(text: str, output: str | None) -> None:
    """Writes the text to standard output, or to a file that appears whole or not at all."""
    try:
        if output is None:
            _print(text)
        else:
            _write_whole(text, output)
    except OSError as error:
        _complain(f"{output or 'output'}: error: {(error.strerror or str(error)).lower()}")


def _print(text: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know few characters
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_whole(text: str, output: str) -> None:
    if os.path.exists(output) and not os.path.isfile(output):  # a device or a pipe
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
        return
    target = os.path.realpath(output)
    draft = f"{target}.{os.getpid()}.tmp"
    with open(draft, "x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if os.path.exists(target):
                os.chmod(draft, os.stat(target).st_mode & 0o7777)
            os.replace(draft, target)
        except BaseException:
            os.remove(draft)
            raise


def run() -> int:
    """Runs the command line; returns the exit status."""
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except SystemExit:  # how click leaves when a pipe is closed
        return 0
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:  # a full disk, say, under --help
        click.echo(f"lstmhw: error: {(error.strerror or str(error)).lower()}", err=True)
        return 2
    except Exception as error:
        what = f"{type(error).__name__}: {error}{_place(error)}"
        click.echo(f"lstmhw: a bug in lstmhw, please report it: {what}", err=True)
        return 70


def _place(error: Exception) -> str:
    """The line of code where an exception came from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
