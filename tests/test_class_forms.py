"""A class is graded alike in whatever form its answers come in."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import class_forms
import pytest
from class_forms import Pupil, a_class
from conftest import at_length

from lstmhw.grading import Grader
from lstmhw.grading.homework import Row
from lstmhw.grading.intake import Wanted, intake
from lstmhw.reading import read

Form = Callable[[Path, Sequence[Pupil]], list[str]]
FORMS: dict[str, tuple[Form, str]] = {
    "ndjson": (class_forms.ndjson, "mail"),
    "plain": (class_forms.plain, "mail"),
    "moodle": (class_forms.moodle, "mail"),
    "french": (class_forms.french, "mail"),
    "canvas": (class_forms.canvas, "number"),
    "form": (class_forms.form, "mail"),
    "excel": (class_forms.excel, "mail"),
    "files": (class_forms.files, "mail"),
    "gradescope": (class_forms.gradescope, "sid"),
}


@pytest.fixture(scope="module")
def grader() -> Grader:
    return Grader(read("q2"))


def rows_of(grader: Grader, folder: Path, arguments: Sequence[str], **options: Any) -> list[Row]:
    """The rows of a command with these arguments, in a folder."""
    paths = [str(folder / word) if not word.startswith("--") else word for word in arguments]
    if "--map" in paths:
        *paths, _, options["map"] = paths
    found = intake({"": grader}, Wanted(paths, **options))
    return [grader.row(s) for batch in found.batches((), "csv") for s in batch]


def told(row: Row) -> tuple[Any, ...]:
    """What a row says apart from who it is about, and where errors stand."""
    checks = [(c.symbol, c.verdict, c.verdicts, c.mistake, c.where) for c in row.checks]
    return (row.name, *row[2:7], row.error is not None, checks)


@pytest.mark.parametrize("seed", [1, at_length(2), at_length(3)])
def test_thirty_submissions_in_nine_forms_are_graded_alike(
    seed: int, grader: Grader, tmp_path: Path
) -> None:
    pupils = a_class(seed)
    found = {}
    for name, (write, id) in FORMS.items():
        (tmp_path / name).mkdir()
        rows = rows_of(grader, tmp_path / name, write(tmp_path / name, pupils))
        assert [row.id for row in rows] == [getattr(pupil, id) for pupil in pupils], name
        found[name] = rows
    for k, row in enumerate(found["ndjson"]):
        for name, rows in found.items():
            assert told(rows[k]) == told(row), (name, pupils[k], rows[k].error, row.error)
    scores = [row.score for row in found["ndjson"]]
    assert {0, 1, 2} <= set(scores)
    assert any(row.error for row in found["ndjson"])
