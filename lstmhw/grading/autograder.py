"""What an autograder says of one submission: Gradescope's results, without a true value.

The folder is laid out like Gradescope's /autograder: `submission/` has what was handed in,
`submission_metadata.json` who did.  https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstmhw.glossary import MISTAKES, title, verdict
from lstmhw.grading import Grader, Row
from lstmhw.reading import InputError, read
from lstmhw.reading.submissions import Source, submission_files
from lstmhw.solution import Check

MEANINGS = {entry.name: " ".join(filter(None, (entry.meaning, entry.advice))) for entry in MISTAKES}
VISIBLE = "visible"


def results(folder: Path, problem: Path) -> dict[str, Any]:
    """The results of the submission in a folder; one that cannot be read earns nothing.

    Raises InputError for the problem.
    """
    grader = Grader(read(str(problem)))
    try:
        (file,) = _only(folder / "submission")
    except InputError as error:
        return _unread(grader, str(error))
    row = grader.row(Source(file))
    if row.score is None:
        return _unread(grader, str(row.error).replace(file, Path(file).name))
    said = [f"Marked: {Path(file).name}{_by(folder)}."]
    if row.error is not None:
        said.append(str(row.error).replace(file, Path(file).name))
    return {"output": "\n".join(said), "tests": list(_tests(grader, row))}


def _only(folder: Path) -> list[str]:
    """The file of answers.  Raises InputError where there are several, or none."""
    try:
        files = submission_files((str(folder),), None) if folder.is_dir() else []
    except InputError:
        files = []
    if len(files) != 1:
        names = ", ".join(Path(file).name for file in files) or "none"
        raise InputError(f"expected one file with answers, .yaml or .json, found {names}")
    return files


def _by(folder: Path) -> str:
    """Who handed it in, as far as that is known."""
    try:
        metadata = json.loads((folder / "submission_metadata.json").read_text(encoding="utf-8"))
        names = [str(user["name"]) for user in metadata["users"]]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f", by {', '.join(names)}" if names else ""


def _unread(grader: Grader, error: str) -> dict[str, Any]:
    tests = [
        _test(symbol, 0, points, "Not marked: see above.")
        for symbol, points in grader.asked.points.items()
    ]
    return {"output": error, "tests": tests}


def _tests(grader: Grader, row: Row) -> Iterator[dict[str, Any]]:
    """A test for each answer that is asked for."""
    checks = {check.symbol: check for check in row.checks}
    for symbol, points in grader.asked.points.items():
        if symbol not in checks:
            yield _test(symbol, 0, points, verdict("unanswered", None))
            continue
        alone = grader.asked._replace(points={symbol: points})
        yield _test(symbol, alone.score([checks[symbol]]).earned, points, _told(checks[symbol]))


def _test(name: str, score: float, most: float, output: str) -> dict[str, Any]:
    return {
        "name": name,
        "score": score,
        "max_score": most,
        "output": output,
        "visibility": VISIBLE,
    }


def _told(check: Check) -> str:
    """The verdict, and what its mistakes are: in general, for the page's sentences have answers."""
    names = [] if check.mistake is None else check.mistake.split(" + ")
    meanings = [f"{title(name)}: {MEANINGS[name]}" for name in names if name in MEANINGS]
    return "\n".join([verdict(check.verdict, check.mistake), *meanings])
