"""`lstmhw.check` in the cells of nbgrader and otter, from hand-in to feedback; `-m autograders`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

pytestmark = pytest.mark.autograders

SHEETS = {  # what is handed in, and the points that it earns of 3
    "ada": ("{'g': [1.0, 1.0], 'c': [1.1473, 2.1362], 'h': [0.2723, 0.9725]}", 3),
    "bob": ("{'g': [1.0, 1.0], 'c': [1.4435, 2.3333], 'h': [0.2981, 0.9814]}", 2),
    "eve": ("{'c': [1.4435, 2.3333]}", 0),
    "kim": ("{'c': 'none'}", 0),
}
SENTENCE = "The forget gate f_2 was left out."
MARKED = """\
import lstmhw

marks = lstmhw.check("q2", answers)
print(marks.without_answers().render())
marks.score
"""
OTTER_TEST = """\
import lstmhw
from otter.test_files import test_case

OK_FORMAT = False
name = "q2"
points = None


def require(answers, symbol):
    marks = lstmhw.check("q2", answers)
    (found,) = [check for check in marks.checks if check.symbol == symbol]
    assert found.verdict in ("right", "rounding", "follows"), found.explanation


@test_case(points=1)
def test_c(answers):
    require(answers, "c_2")


@test_case(points=2)
def test_h(answers):
    require(answers, "h_2")
"""


def notebook(path: Path, *cells: Any) -> None:
    nbformat = pytest.importorskip("nbformat")
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = nbformat.v4.new_notebook(cells=[*cells], metadata={"kernelspec": kernel})
    nbformat.write(content, path)


def code(source: str, **nbgrader: Any) -> Any:
    nbformat = pytest.importorskip("nbformat")
    metadata = {"nbgrader": {"schema_version": 3, "task": False, **nbgrader}} if nbgrader else {}
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def run(folder: Path, *arguments: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of nbgrader with one assignment, handed in, graded, and its feedback written."""
    pytest.importorskip("nbgrader")
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text('get_config().CourseDirectory.course_id = "rnn"\n')
    graded = code(MARKED, grade_id="marks", grade=True, solution=False, locked=True, points=3)

    def sheet(answers: str) -> Any:
        source = f"answers = {answers}"
        return code(source, grade_id="answers", grade=False, solution=True, locked=False)

    notebook(folder / "source/week1/q2.ipynb", sheet("{}"), graded)
    run(folder, "nbgrader", "generate_assignment", "week1")
    for student, (answers, _) in SHEETS.items():
        notebook(folder / f"submitted/{student}/week1/q2.ipynb", sheet(answers), graded)
    run(folder, "nbgrader", "autograde", "week1")
    run(folder, "nbgrader", "generate_feedback", "week1")
    return folder


def test_nbgrader_takes_the_score_as_partial_credit(course: Path) -> None:
    gradebook = pytest.importorskip("nbgrader.api").Gradebook(f"sqlite:///{course}/gradebook.db")
    with gradebook:
        found = gradebook.assignment_submissions("week1")
        scores = {each.student.id: (each.score, each.max_score) for each in found}
    assert scores == {student: (points, 3) for student, (_, points) in SHEETS.items()}


def outputs(course: Path, student: str) -> list[dict[str, Any]]:
    text = (course / f"autograded/{student}/week1/q2.ipynb").read_text()
    cells = json.loads(text)["cells"]
    return [output for cell in cells for output in cell["outputs"]]


@pytest.mark.parametrize("student", ["ada", "bob", "eve"])
def test_nothing_goes_to_standard_error_there(student: str, course: Path) -> None:
    printed, score = outputs(course, student)
    assert (printed["output_type"], printed["name"]) == ("stream", "stdout")
    assert score["output_type"] == "execute_result"
    assert float("".join(score["data"]["text/plain"])) == SHEETS[student][1]


def test_answers_that_cannot_be_read_are_told_in_one_line(course: Path) -> None:
    (error,) = outputs(course, "kim")
    assert error["output_type"] == "error"
    assert error["ename"] == "ProblemError"
    assert "expected a number" in error["evalue"]


def test_the_sentence_is_in_the_feedback_that_nbgrader_writes(course: Path) -> None:
    pages = {
        student: re.sub(r"\s+", " ", (course / f"feedback/{student}/week1/q2.html").read_text())
        for student in SHEETS
    }
    assert SENTENCE in pages["bob"]
    assert SENTENCE in pages["eve"]
    assert SENTENCE not in pages["ada"]


@pytest.mark.parametrize(("student", "score"), [("ada", 3), ("bob", 2), ("kim", 0)])
def test_otter_gives_the_points_and_tells_the_sentence(
    student: str, score: float, tmp_path: Path
) -> None:
    pytest.importorskip("otter")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/q2.py").write_text(OTTER_TEST)
    notebook(tmp_path / "handed_in.ipynb", code(f"answers = {SHEETS[student][0]}"))
    run(tmp_path, "otter", "generate", "-t", "tests", "-o", "q2.zip", "--no-environment")
    run(tmp_path, "otter", "run", "-a", "q2.zip", "handed_in.ipynb")
    results = json.loads((tmp_path / "results.json").read_text())
    (test,) = [test for test in results["tests"] if test["name"] == "q2"]
    assert (test["score"], test["max_score"]) == (score, 3)
    assert (SENTENCE in test["output"]) == (student == "bob")
