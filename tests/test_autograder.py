"""Gradescope's autograder: a zip that marks a submission, run as Gradescope runs it."""

import io
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run

from lstmhw.export.gradescope import REQUIREMENTS, archive
from lstmhw.grading.autograder import results as results_of
from lstmhw.reading import read

RIGHT = "claimed: {g: [1.0000, 1.0000], c: [1.1473, 2.1362], h: [0.2723, 0.9725]}\n"
FORGET_GATE = "claimed: {g: [1.0000, 1.0000], c: [1.4435, 2.3333], h: [0.2981, 0.9814]}\n"
TRUE = ("1.147", "2.136", "0.272", "0.972")


@pytest.fixture(scope="module")
def q2() -> bytes:
    return archive(read("q2"))


@pytest.fixture
def autograder(q2: bytes, tmp_path: Path) -> Path:
    """A folder like Gradescope's /autograder."""
    return unpacked(q2, tmp_path)


def unpacked(data: bytes, tmp_path: Path) -> Path:
    (tmp_path / "q.zip").write_bytes(data)
    folder = tmp_path / "autograder"
    (folder / "submission").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "q.zip") as file:
        file.extractall(folder / "source")
        for info in file.infolist():
            os.chmod(folder / "source" / info.filename, info.external_attr >> 16)
    return folder


def run(folder: Path) -> dict[str, Any]:
    """What it says; nothing of the environment helps it, and nothing is printed."""
    environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
    environment |= {"http_proxy": "http://0.0.0.0:1", "https_proxy": "http://0.0.0.0:1"}
    program = folder / "source" / "run_autograder"
    done = subprocess.run(
        [program, folder], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found: dict[str, Any] = json.loads((folder / "results" / "results.json").read_text())
    return found


def handed_in(folder: Path, text: str, name: str = "answers.yaml") -> dict[str, Any]:
    (folder / "submission" / name).write_text(text)
    return run(folder)


def scores(found: dict[str, Any]) -> dict[str, float]:
    for test in found["tests"]:
        assert {"name", "score", "max_score", "output", "visibility"} <= set(test)
        assert 0 <= test["score"] <= test["max_score"]
        assert test["visibility"] == "visible"
    return {test["name"]: test["score"] for test in found["tests"]}


def test_a_right_submission_has_all_points(autograder: Path) -> None:
    results = handed_in(autograder, RIGHT)
    assert scores(results) == {"g_2": 1, "c_2": 1, "h_2": 1}
    assert results["output"] == "Marked: answers.yaml."


def test_a_mistake_is_named_and_what_follows_has_its_points_and_no_answer_is_told(
    autograder: Path,
) -> None:
    metadata = {"users": [{"name": "Ada Lovelace", "email": "ada@example.org"}]}
    (autograder / "submission_metadata.json").write_text(json.dumps(metadata))
    results = handed_in(autograder, FORGET_GATE)
    assert scores(results) == {"g_2": 1, "c_2": 0, "h_2": 1}
    outputs = {test["name"]: test["output"] for test in results["tests"]}
    assert outputs["c_2"].startswith("The forget gate f_2 was left out.")
    assert outputs["h_2"] == "Right method, from your own c_2. That is in h_2[1], h_2[2]."
    assert results["output"] == "Marked: answers.yaml, by Ada Lovelace."
    assert all(number not in json.dumps(results) for number in TRUE)


def test_what_is_not_answered_has_no_points(autograder: Path) -> None:
    results = handed_in(autograder, '{"claimed": {"c": [1.1473, 2.1362]}}', "answers.json")
    assert scores(results) == {"g_2": 0, "c_2": 1, "h_2": 0}
    said = [test["output"] for test in results["tests"]]
    assert said == ["There is no answer.", "Right.", "There is no answer."]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "), found none"),
        ({"answers.pdf": "%PDF"}, "), found none"),
        (
            {"a.yaml": RIGHT, "b.yaml": RIGHT},
            ", found a.yaml, b.yaml",
        ),
        ({"a.yaml": "claimed: {c: [1"}, "a.yaml:2:1: error: this is not YAML"),
        ({"a.yaml": "\x00"}, "a.yaml: error: expected answers as text"),
        ({"a.json": "[1, 2]"}, "a.json:1:1: error: expected a submission"),
        ({"a.yaml": "answers: 3\n"}, "a.yaml:1:1: error: answers: unknown key"),
    ],
)
def test_what_cannot_be_read_earns_nothing_and_says_why(
    files: dict[str, str], said: str, autograder: Path
) -> None:
    for name, text in files.items():
        (autograder / "submission" / name).write_text(text)
    found = results_of(autograder, autograder / "source" / "problem.yaml")
    assert set(scores(found).values()) == {0}
    assert said in found["output"]
    assert str(autograder) not in found["output"]
    if len(files) > 1:
        assert run(autograder) == found


def test_an_answer_that_cannot_be_read_is_told_beside_the_marks_of_the_others(
    autograder: Path,
) -> None:
    results = handed_in(autograder, "claimed: {c: [1.1473, 2.1362], q: 3}\n")
    assert scores(results) == {"g_2": 0, "c_2": 1, "h_2": 0}
    assert "answers.yaml:1:" in results["output"]
    assert "found 'q'" in results["output"]


def test_a_run_that_fails_leaves_no_results_of_an_earlier_one(autograder: Path) -> None:
    """The lstmhw that marks is the one in the zip: without it there are no marks."""
    handed_in(autograder, RIGHT)
    (autograder / "source" / "lstmhw" / "grading" / "autograder.py").unlink()
    results = run(autograder)
    assert results["score"] == 0
    assert results["output"].startswith("This autograder could not mark anything; please tell")
    assert "tests" not in results
    (autograder / "source" / "mark.py").unlink()
    with pytest.raises(AssertionError):
        run(autograder)
    assert not (autograder / "results" / "results.json").exists()


def test_weights_are_marked_too(tmp_path: Path) -> None:
    folder = unpacked(archive(read("step-rnn-a")), tmp_path)
    right = handed_in(folder, "claimed: {w1: 1, w2: 2, b: -0.5}\n")
    assert scores(right) == {"weights": 1}
    assert scores(handed_in(folder, "claimed: {w1: 1, w2: 0, b: -0.5}\n")) == {"weights": 0}


def test_the_zip_is_the_same_each_time_and_needs_no_file_of_its_place(q2: bytes) -> None:
    assert archive(read("q2")) == q2
    with zipfile.ZipFile(io.BytesIO(q2)) as file:
        names = file.namelist()
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in file.infolist()}
    assert names[:4] == ["setup.sh", "run_autograder", "mark.py", "problem.yaml"]
    assert "lstmhw/py.typed" in names
    assert all(name.endswith((".py", "py.typed")) for name in names[4:])
    assert (modes["setup.sh"], modes["run_autograder"], modes["mark.py"]) == (0o755, 0o755, 0o644)


def test_what_it_installs_is_what_lstmhw_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert [*REQUIREMENTS] == project["dependencies"]


def test_its_scripts_are_valid_for_the_shell(autograder: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", autograder / "source" / name], check=True)


def test_export_writes_the_zip_to_a_file_alone(lstmhw: Run, tmp_path: Path, q2: bytes) -> None:
    without = lstmhw("export", "q2", "--to", "gradescope")
    assert (without.returncode, without.stdout) == (2, "")
    assert "hint: give it a name, -o gradescope.zip" in without.stderr
    written = lstmhw("export", "q2", "--to", "gradescope", "-o", "q2.zip")
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert (tmp_path / "q2.zip").read_bytes() == q2
    rnn = "kind: rnn-in-lstm\nrnn: {W_x: [[1]], W_h: [[1]]}\nrandom: {steps: 3}\n"
    (tmp_path / "open.yaml").write_text(f"{rnn}construction: saturated\n")
    nothing = lstmhw("export", "open.yaml", "--to", "gradescope", "-o", "none.zip")
    assert nothing.returncode == 2
    assert "expected answers that have points, found none" in nothing.stderr
    assert not (tmp_path / "none.zip").exists()
