"""What `import lstmhw` gives: problems solved, checked and graded from Python.

Nothing here prints, exits, or writes to standard error.  A problem is a path, the name of a shipped
problem, YAML text with a line break, or a mapping.  What comes back is pickled as the problem that
it answers, and answered again where it is needed.
"""

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lstmhw.answering import SequenceError, answered, sheet_marked, traced
from lstmhw.faults import Fault, ProblemError, did_you_mean, spelled
from lstmhw.functions import Floats
from lstmhw.grading import Grader
from lstmhw.grading.homework import Row
from lstmhw.grading.several import HomeworkGrader
from lstmhw.grading.several_names import problem_names
from lstmhw.marking.summary import marks
from lstmhw.marking.withheld import marks_without_answers
from lstmhw.reading import Document, InputError, from_text, read
from lstmhw.reading.headings import NO_HEADINGS
from lstmhw.reading.submissions import Source, read_submission
from lstmhw.render import render
from lstmhw.solution import Check, Claim, Section, Step
from lstmhw.solution import Solution as Page
from lstmhw.varying import Varying
from lstmhw.view import View

Given = str | os.PathLike[str] | Mapping[str, Any]
"""A problem: a path, a shipped name, YAML text, or its keys."""
Again = tuple[Any, ...]
"""How a solution is pickled: what answers a document, its name and text, and what else it takes."""
UNNAMED = "problem"  # what errors call a text or a mapping


class Solution:
    """A solved problem: `solution["h_2"]` is an array; in Jupyter it is its own page."""

    def __init__(self, page: Page, again: Again) -> None:
        self._page = page
        self._again = again

    def __getitem__(self, symbol: str) -> Floats:
        """The value of a symbol; raises KeyError with the nearest that there is."""
        answers, only = self._page.answers, self._page.only_step
        for name in (symbol, f"{symbol}_{only}"):
            if name in answers:
                return np.array(answers[name])
        raise KeyError(f"{symbol}: {did_you_mean(symbol, answers) or 'there is no such symbol'}")

    @property
    def title(self) -> str:
        return self._page.title

    @property
    def steps(self) -> tuple[Step, ...]:
        """The lines of the working."""
        return self._page.steps

    @property
    def sections(self) -> tuple[Section, ...]:
        return self._page.sections

    @property
    def checks(self) -> tuple[Check, ...]:
        """The verdicts on what the problem claims."""
        return self._page.checks

    def to_dict(self) -> dict[str, Any]:
        """What `--format json` prints."""
        content: dict[str, Any] = json.loads(self.render("json"))
        return content

    def render(self, format: str = "table", full: bool = False) -> str:
        """The page in a format: table, markdown, latex, html or json."""
        return render([self._page], format, View(full=full))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._page.kind}: {self.title or 'no title'}>"

    def _repr_html_(self) -> str:
        from lstmhw.render.html import fragment  # only a notebook asks for it

        return fragment(self._page, View())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        plain, latex = self.render(), self.render("latex")
        return {"text/plain": plain, "text/html": self._repr_html_(), "text/latex": latex}

    def __reduce__(self) -> tuple[Any, ...]:
        return _answered_again, self._again


class Marks(Solution):
    """The marks of claimed answers."""

    @property
    def score(self) -> float | None:
        return None if self._page.score is None else self._page.score.earned

    @property
    def out_of(self) -> float | None:
        return None if self._page.score is None else self._page.score.out_of

    def without_answers(self) -> "Marks":
        """The same marks with no true value in them, for who may try again."""
        _, *again = self._again
        return Marks(marks_without_answers(self._page), (_withheld, *again))


def solve(problem: Given) -> Solution:
    """The worked solution, its own claims marked.  Raises ProblemError."""
    return _solved(_document(problem))


def check(problem: Given, claimed: Mapping[str, Any] | None = None) -> Marks:
    """The marks of these answers, or of those that the problem claims.  Raises ProblemError."""
    document = _document(problem)
    if claimed is None:
        return _checked(document, document.problem.claimed)
    sheet = Source("claimed", 1, json.dumps({"claimed": _plain(claimed)}).encode())
    submission = read_submission(sheet, NO_HEADINGS)
    if submission.error is not None or submission.claimed is None:
        faults = [fault for _, fault in submission.refused]
        raise _of_answers(faults or [Fault((), submission.error or "")])
    return _checked(document, submission.claimed)


def grade(
    problem: Given | list[Given] | tuple[Given, ...], submissions: Iterable[Mapping[str, Any]]
) -> Iterator[Row]:
    """A row for each submission of `name` (or `id`) and `claimed`.

    Of a list of problems, what is claimed is by their names: those of their files, or else
    unnamed1, unnamed2.  Raises ProblemError, or ValueError where two of them have one name.
    """
    grader = _several(problem) if isinstance(problem, list | tuple) else _grader(problem)
    for number, submission in enumerate(submissions, 1):
        data = json.dumps(_plain(submission)).encode()
        yield grader.row(Source("submissions", number, data))


def _grader(problem: Given) -> Grader:
    document = _document(problem)
    with _Placed(document):
        return Grader(document)


def _several(problems: Sequence[Given]) -> HomeworkGrader:
    files = [_file(problem, number) for number, problem in enumerate(problems, 1)]
    return HomeworkGrader(dict(zip(problem_names(files), map(_grader, problems), strict=True)))


def _file(problem: Given, number: int) -> str:
    """The file of one of several problems, or what stands for it."""
    file = "\n" if isinstance(problem, Mapping) else os.fspath(problem)
    return f"unnamed{number}" if "\n" in file else file


def vary(problem: Given, seed: int) -> str:
    """The text of the problem with other numbers, the same for the same seed.

    Raises ProblemError, where there are no numbers to vary too.
    """
    document = _document(problem)
    with _Placed(document):
        return Varying(document).variant(seed)


def trace(problem: Given, sequence: str | None = None) -> Solution:
    """A sequence word by word, of weights for a score or a rule.  Raises ProblemError."""
    return _traced(_document(problem), sequence)


def _solved(document: Document) -> Solution:
    with _Placed(document):
        again = (_solved, document.name, document.text)
        return Solution(answered(document), again)


def _traced(document: Document, sequence: str | None) -> Solution:
    with _Placed(document):
        again = (_traced, document.name, document.text, sequence)
        return Solution(traced(document.problem, sequence), again)


def _checked(document: Document, claims: Mapping[str, Claim]) -> Marks:
    with _Placed(document):
        page, faults = sheet_marked(document, claims)
        if faults and claims is document.problem.claimed:
            raise ProblemError(faults)
        if not faults:
            return Marks(marks(page), (_checked, document.name, document.text, dict(claims)))
    raise _of_answers(faults)


def _withheld(document: Document, claims: Mapping[str, Claim]) -> Marks:
    return _checked(document, claims).without_answers()


def _answered_again(answer: Callable[..., Solution], name: str, text: str, *rest: Any) -> Solution:
    return answer(from_text(name, text), *rest)


class _Placed:
    """Faults of a problem get their places in its text; those of what is beside it have none."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ProblemError) and not isinstance(error, SequenceError):
            raise _problem_error(self.document.error(error.faults)) from None
        if isinstance(error, InputError):
            raise _problem_error(error) from None


def _document(problem: Given) -> Document:
    if not isinstance(problem, str | os.PathLike | Mapping):
        kinds = "a path, a shipped name, YAML text or a mapping"
        raise TypeError(f"expected {kinds} as a problem, found {type(problem).__name__}")
    try:
        if isinstance(problem, Mapping):
            return from_text(UNNAMED, json.dumps(_plain(problem), ensure_ascii=False))
        text = os.fspath(problem)
        return from_text(UNNAMED, text) if "\n" in text else read(text)
    except InputError as error:
        raise _problem_error(error) from None


def _problem_error(error: InputError) -> ProblemError:
    """The same as an error with faults, told with its places."""
    placed = ProblemError(error.faults)
    placed.args = (str(error),)
    return placed


def _of_answers(faults: Sequence[Fault]) -> ProblemError:
    """An error with what is wrong with answers, which have no place in the problem's text."""
    error = ProblemError(faults)
    error.args = ("\n".join(_told(fault) for fault in faults),)
    return error


def _told(fault: Fault) -> str:
    where = f"{spelled(fault.path)}: " if fault.path else ""
    hint = f"\n  hint: {fault.hint}" if fault.hint else ""
    return f"{where}{fault.message}{hint}"


def _plain(value: Any) -> Any:
    """Data as JSON may have it: arrays as lists, infinities as a problem file spells them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return value
