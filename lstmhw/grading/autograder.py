"""What an autograder says of one submission: Gradescope's results, without a true value.

The folder is laid out like Gradescope's /autograder: `submission/` has what was handed in,
`submission_metadata.json` who did.  https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import json
import os
from pathlib import Path
from typing import Any

from lstmhw.grading import Grader
from lstmhw.grading.folders import in_folder
from lstmhw.grading.homework import Row
from lstmhw.grading.systems import gradescope_tests
from lstmhw.reading import InputError, read
from lstmhw.reading.submissions import READ, Source

NOTHING = Row(None, "", None, None, None, None, None, None)


def results(folder: Path, problem: Path) -> dict[str, Any]:
    """The results of the submission in a folder; one that cannot be read earns nothing.

    Raises InputError for the problem.
    """
    grader = Grader(read(str(problem)))
    try:
        source = _handed_in(folder / "submission")
    except InputError as error:
        return {"output": str(error), "tests": gradescope_tests(NOTHING, grader.homework)}
    row = grader.row(source).without_answers()
    said = [] if row.score is None else [f"Marked: {Path(source.file).name}{_by(folder)}."]
    if row.error is not None:
        said.append(row.error.replace(source.file, Path(source.file).name))
    return {"output": "\n".join(said), "tests": gradescope_tests(row, grader.homework)}


def _handed_in(folder: Path) -> Source:
    """The file of answers.  Raises InputError where there are several, or none."""
    try:
        found = in_folder(str(folder), None)
    except InputError:
        found = []
    found = [source for source in found if os.path.splitext(source.file)[1].lower() in READ]
    if len(found) != 1:
        names = ", ".join(Path(source.file).name for source in found) or "none"
        raise InputError(f"expected one file with answers ({', '.join(READ)}), found {names}")
    return found[0]


def _by(folder: Path) -> str:
    """Who handed it in, as far as that is known."""
    try:
        metadata = json.loads((folder / "submission_metadata.json").read_text(encoding="utf-8"))
        names = [str(user["name"]) for user in metadata["users"]]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f", by {', '.join(names)}" if names else ""
