"""`grade --variants`: each student's answers are marked against that student's own numbers."""

import csv
import gc
import io
import json
import os
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import class_forms
import numpy as np
import pytest
import yaml
from class_forms import Pupil
from conftest import Run

from lstmhw.grading import Grader
from lstmhw.grading.homework import Row
from lstmhw.grading.intake import Wanted, intake
from lstmhw.grading.variants import MOST_GRADERS, VariantGrader, read_variants
from lstmhw.reading import read
from lstmhw.reading.submissions import Source
from lstmhw.varying import Varying
from lstmhw.varying.roster import read_roster, table

COUNT = 12
SYMBOLS = class_forms.SYMBOLS
ASKED = """\
kind: lstm-step
x: 1
gates: {f: {value: 0.5}, i: {value: 0.25}, g: {value: 0.75}, o: {value: 0.4}}
c_prev: 2
find: [c, h]
"""
RIGHT = {"c": 1.1875, "h": 0.33192}
OTHER = ASKED.replace("0.25", "0.75")
OTHER_RIGHT = {"c": 1.5625, "h": 0.36633}


def own_answers(text: str) -> dict[str, np.ndarray[Any, Any]]:
    """c and h of a step, from the data of its file alone."""
    data = yaml.safe_load(text)
    hx = np.concatenate([data["h_prev"], data["x"]])
    gates = {}
    for letter, gate in data["gates"].items():
        z = np.array(gate["W"]) @ hx + np.array(gate["b"])
        squashed = np.tanh(z) if letter == "g" else 1 / (1 + np.exp(-z))
        gates[letter] = np.array(gate.get("value", squashed))
    c = gates["f"] * np.array(data["c_prev"]) + gates["i"] * gates["g"]
    return {"c_2": c, "h_2": gates["o"] * np.tanh(c)}


@pytest.fixture(autouse=True)
def _memory_is_left_alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is collected before each grader takes half a second beside all that the tests hold."""
    if request.function is not test_the_graders_that_are_kept_are_few:
        monkeypatch.setattr(gc, "collect", lambda: 0)


class Class:
    """Twelve students with a variant of q2 each, in a folder as `vary --roster` writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.original = read("q2")
        self.roster = folder / "students.csv"
        rows = [f"p{k}@uni.edu,{7000 + k},s{k},Pat Doe-{k}" for k in range(COUNT)]
        self.roster.write_text("\n".join(["Email address,Student number,SID,Name", *rows]) + "\n")
        mails = folder / "mails.csv"
        mails.write_text("Email address\n" + "\n".join(row.partition(",")[0] for row in rows))
        students = [(s, s.seed(0)) for s in read_roster(str(mails)).students]
        varying = Varying(self.original)
        texts = [varying.variant(seed) for _, seed in students]
        (folder / "own").mkdir()
        for (student, _), text in zip(students, texts, strict=True):
            (folder / "own" / student.file).write_text(text)
        self.variants = folder / "own" / "variants.csv"
        self.variants.write_text(table(students))
        self.answers = [own_answers(text) for text in texts]

    def pupils(self, shift: int = 0) -> list[Pupil]:
        """The students with their own answers, or with those of others in the list."""
        found = []
        for k in range(COUNT):
            true = self.answers[(k + shift) % COUNT]
            typed = {s: (f"{true[s][0]:.5f}", f"{true[s][1]:.5f}") for s in SYMBOLS}
            ids = (f"P{k}@Uni.edu", str(7000 + k), f"s{k}")
            found.append(Pupil("Pat", f"Doe-{k}", *ids, dict(typed), k % 2 == 1))
        return found

    def rows(self, folder: Path, arguments: Sequence[str], **options: str) -> list[Row]:
        """The rows of a command with these arguments."""
        paths = [str(folder / word) if not word.startswith("--") else word for word in arguments]
        if "--map" in paths:
            *paths, _, options["map"] = paths
        wanted = Wanted(paths, variants=[str(self.variants)], **options)
        found = intake({"": Grader(self.original)}, wanted)
        assert isinstance(found.grader, VariantGrader)
        return [found.grader.row(s) for batch in found.batches((), "csv") for s in batch]


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return Class(tmp_path_factory.mktemp("twelve"))


def scores(rows: Sequence[Row]) -> list[tuple[float | None, float | None, str | None]]:
    return [(row.score, row.out_of, row.error) for row in rows]


@pytest.mark.parametrize("form", ["ndjson", "moodle", "files", "form", "gradescope"])
def test_the_right_answers_to_the_own_numbers_are_right(
    form: str, twelve: Class, tmp_path: Path
) -> None:
    """The ids are e-mail addresses in other capitals, of Gradescope's two the second."""
    arguments = getattr(class_forms, form)(tmp_path, twelve.pupils())
    rows = twelve.rows(tmp_path, arguments)
    assert scores(rows) == [(2, 3, None)] * COUNT  # g is asked for too, and was not handed in
    assert {c.verdict for row in rows for c in row.checks} == {"right", "unanswered"}


def test_the_answers_of_a_neighbour_are_wrong(twelve: Class, tmp_path: Path) -> None:
    rows = twelve.rows(tmp_path, class_forms.ndjson(tmp_path, twelve.pupils(shift=1)[:4]))
    assert len(rows) == 4
    assert all(row.score is not None and row.score < 2 for row in rows)
    assert all(row.first_wrong for row in rows)


def test_a_roster_says_which_other_ids_a_student_has(twelve: Class, tmp_path: Path) -> None:
    """Canvas' files have numbers, and the table of variants has e-mail addresses."""
    arguments = class_forms.canvas(tmp_path, twelve.pupils())
    alone = twelve.rows(tmp_path, arguments)
    assert all("no problem for this student" in str(row.error) for row in alone)
    rows = twelve.rows(tmp_path, arguments, roster=str(twelve.roster))
    assert scores(rows) == [(2, 3, None)] * COUNT


def test_a_grader_of_variants_is_pickled_for_other_processes(twelve: Class) -> None:
    marking = VariantGrader(Grader(twelve.original), read_variants(str(twelve.variants)))
    again = pickle.loads(pickle.dumps(marking))
    for k in range(COUNT):
        claimed = {s: list(twelve.answers[k][s]) for s in SYMBOLS}
        line = json.dumps({"id": f"p{k}@uni.edu", "claimed": claimed}).encode()
        row = again.row(Source("s.ndjson", 1, line))
        assert row.score == 2
        assert scores([row]) == scores([marking.row(Source("s.ndjson", 1, line))])


def line_of(id: str, claimed: Any) -> str:
    return json.dumps({"id": id, "claimed": claimed}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A problem, two variants of it, and answers of two students to their own."""
    (tmp_path / "p.yaml").write_text(ASKED)
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "ann.yaml").write_text(ASKED)
    (tmp_path / "v" / "bo.yaml").write_text(OTHER)
    (tmp_path / "v" / "variants.csv").write_text("id,seed,file\nann,1,ann.yaml\nBo,2,bo.yaml\n")
    (tmp_path / "c.ndjson").write_text(line_of("ANN", RIGHT) + line_of("bo", OTHER_RIGHT))
    return tmp_path


COMMAND = ("grade", "p.yaml", "c.ndjson", "--variants", "v/variants.csv")


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_from_the_command_line(lstmhw: Run, folder: Path) -> None:
    result = lstmhw(*COMMAND)
    assert [(row["id"], row["score"]) for row in rows_in(result.stdout)] == [
        ("ANN", "2"),
        ("bo", "2"),
    ]
    assert result.returncode == 0
    without = lstmhw(*COMMAND[:3])
    assert [row["score"] for row in rows_in(without.stdout)] == ["2", "1"]  # h follows


def test_processes_take_each_students_own_problem_too(lstmhw_process: Run, folder: Path) -> None:
    lines = (folder / "c.ndjson").read_text() * 20
    arguments = ("grade", "p.yaml", "-", "--variants", "v/variants.csv", "--jobs", "2")
    result = lstmhw_process(*arguments, stdin=lines)
    assert [row["score"] for row in rows_in(result.stdout)] == ["2"] * 40


def test_a_student_without_a_variant_is_an_error_in_the_row(lstmhw: Run, folder: Path) -> None:
    """So is one whose ids are those of two students."""
    (folder / "c.ndjson").unlink()
    (folder / "c.csv").write_text(
        "id,email,c,h\neve,,1.1875,0.33192\nann,bo,1.1875,0.33192\nann,,1.1875,0.33192\n"
    )
    result = lstmhw("grade", "p.yaml", "c.csv", *COMMAND[3:], "--attempts", "all")
    found = rows_in(result.stdout)
    assert [row["score"] for row in found] == ["", "", "2"]
    assert "no problem for this student" in found[0]["error"]
    assert "several problems" in found[1]["error"]
    assert result.returncode == 2
    hidden = rows_in(lstmhw("grade", "p.yaml", "c.csv", *COMMAND[3:], "--anonymous").stdout)
    assert "no problem for this student" in hidden[0]["error"]


def test_who_is_missing_is_a_row_with_or_without_a_variant(lstmhw: Run, folder: Path) -> None:
    (folder / "class.csv").write_text("id\nann\nbo\neve\n")
    (folder / "c.ndjson").write_text(line_of("ann", RIGHT))
    result = lstmhw(*COMMAND, "--roster", "class.csv", "--format", "ndjson")
    ann, bo, eve = map(json.loads, result.stdout.splitlines())
    assert (ann["score"], bo["score"], eve["score"]) == (2, 0, None)
    (c,), (h,) = (check["expected"] for check in bo["checks"])
    assert (c, round(h, 5)) == (OTHER_RIGHT["c"], OTHER_RIGHT["h"])
    assert bo["error"] == eve["error"] == "no submission"


def test_pages_and_all_formats_tell_the_own_numbers(lstmhw: Run, folder: Path) -> None:
    (folder / "c.ndjson").write_text(line_of("bo", {"c": 1.2, "h": OTHER_RIGHT["h"]}))
    lstmhw(*COMMAND, "--feedback", "pages", "--feedback-format", "text")
    page = (folder / "pages" / "bo.txt").read_text()
    assert "1.5625" in page
    assert "1.1875" not in page
    for format in ("ndjson", "moodle", "gradescope"):
        printed = lstmhw(*COMMAND, "--format", format).stdout
        assert "1.56" in printed
        assert "1.19" not in printed
        hidden = lstmhw(*COMMAND, "--format", format, "--no-answers").stdout
        assert "1.56" not in hidden
    assert lstmhw(*COMMAND, "--format", "canvas").stdout.splitlines()[-1].endswith(",1")


def test_a_run_is_resumed(lstmhw: Run, folder: Path) -> None:
    lstmhw(*COMMAND, "-o", "rows.csv")
    whole = (folder / "rows.csv").read_text()
    (folder / "rows.csv").write_text("".join(whole.splitlines(keepends=True)[:2]))
    assert lstmhw(*COMMAND, "-o", "rows.csv", "--resume").returncode == 0
    assert (folder / "rows.csv").read_text() == whole


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind: lstm-step\nx: [1, 2\n", "bo.yaml:"),
        ("kind: rnn-step\nx: 1\nW_x: 1\nW_h: 0\n", "expected a problem of kind lstm-step"),
        (OTHER.replace("x: 1", "x: 1\nt: 4"), "expected a problem with c_1, h_1, found one with"),
    ],
)
def test_a_file_that_is_no_variant_is_an_error_in_its_rows(
    text: str, told: str, lstmhw: Run, folder: Path
) -> None:
    (folder / "v" / "bo.yaml").write_text(text)
    result = lstmhw(*COMMAND)
    ann, bo = rows_in(result.stdout)
    assert (ann["score"], bo["score"]) == ("2", "")
    assert told in bo["error"]
    assert result.returncode == 2


def test_what_is_asked_and_how_it_is_marked_says_the_problem(lstmhw: Run, folder: Path) -> None:
    marking = "marking: {points: {c_1: 3, h_1: 1}, tolerance: 0.1}\n"
    (folder / "p.yaml").write_text(ASKED.replace("find: [c, h]\n", marking))
    near = {"c": OTHER_RIGHT["c"] + 0.05, "h": 7}
    (folder / "c.ndjson").write_text(line_of("bo", near))
    (row,) = rows_in(lstmhw(*COMMAND).stdout)
    assert (row["score"], row["out_of"]) == ("3", "4")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,file\nann,ann.yaml\nANN,bo.yaml\n", "3:1: error: expected each id once, found 'ANN'"),
        ("id,file\nann,none.yaml\n", "2:5: error: expected a file, found none of the name"),
        ("id,file\nann,../p.yaml\n", "2:5: error: expected a file in the folder of this table"),
        ("id,file\nann,link.yaml\n", "2:5: error: expected a file in the folder of this table"),
        ("id,file\nann,/etc/passwd\n", "2:5: error: expected a file in the folder of this table"),
        ("id,file\nann,.\n", "2:5: error: expected a file"),
        ("id,file\nann,pipe\n", "2:5: error: expected a file, found none of the name"),
        ("id,file\n,ann.yaml\n", "2:1: error: expected an id, found none"),
        ("id,file\nann,\n", "2:5: error: expected a file, found none"),
        ("id,file\nann\n", "2:1: error: expected a file, found none"),
        ("id,seed\nann,1\n", "1:1: error: expected the columns id, seed and file, each once"),
        ("id,file,id\nann,ann.yaml,x\n", "1:1: error: expected the columns"),
        ("id,file\n", "1:1: error: expected a variant for each student, found none"),
        ('id,file\n"ann,ann.yaml\n', "2:2: error: expected a closing quote"),
        ("", "1:1: error: expected a header"),
    ],
)
def test_a_table_with_a_fault_is_refused_before_anything_is_marked(
    text: str, told: str, lstmhw: Run, folder: Path
) -> None:
    (folder / "v" / "link.yaml").symlink_to(folder / "p.yaml")
    os.mkfifo(folder / "v" / "pipe")
    (folder / "v" / "variants.csv").write_text(text)
    result = lstmhw(*COMMAND, "-o", "rows.csv")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"v/variants.csv:{told}")
    assert not (folder / "rows.csv").exists()


def test_all_faults_of_a_table_are_told_at_once(lstmhw: Run, folder: Path) -> None:
    rows = "".join(f"s{k},s{k}.yaml\n" for k in range(30))
    (folder / "v" / "variants.csv").write_text("id,file\n" + rows)
    told = lstmhw(*COMMAND).stderr.splitlines()
    assert len(told) == 21
    assert told[-1] == "v/variants.csv: and 10 more errors"
    missing = lstmhw("grade", "p.yaml", "c.ndjson", "--variants", "none.csv")
    assert (missing.returncode, missing.stderr) == (2, "none.csv: error: no such file\n")


@pytest.mark.parametrize("place", ["v/variants.csv", "v/bo.yaml", "class.csv"])
def test_no_output_is_written_over_what_is_read(place: str, lstmhw: Run, folder: Path) -> None:
    (folder / "class.csv").write_text("id\nann\nbo\n")
    before = (folder / place).read_text()
    result = lstmhw(*COMMAND, "--roster", "class.csv", "--summary", place)
    assert (result.returncode, (folder / place).read_text()) == (2, before)
    assert "this file is read here" in result.stderr


def test_the_graders_that_are_kept_are_few(folder: Path) -> None:
    count = MOST_GRADERS + 5
    for k in range(count):
        (folder / "v" / f"s{k}.yaml").write_text(ASKED)
    rows = "".join(f"s{k},s{k}.yaml\n" for k in range(count))
    (folder / "v" / "variants.csv").write_text("id,file\n" + rows)
    variants = read_variants(str(folder / "v" / "variants.csv"))
    marking = VariantGrader(Grader(read(str(folder / "p.yaml"))), variants)
    gc.freeze()  # of the other tests
    before = graders()
    gc.disable()  # as good as, on the command line
    try:
        for k in (*range(count), count - 1, 0):
            line = line_of(f"s{k}", RIGHT).encode()
            assert marking.row(Source("s.ndjson", 1, line)).score == 2
        assert graders() - before <= MOST_GRADERS + 1
    finally:
        gc.enable()
        gc.unfreeze()
    kept = marking._grader_of.cache_info()
    assert (kept.currsize, kept.hits, kept.misses) == (MOST_GRADERS, 1, count + 1)


def graders() -> int:
    """How many there are in memory."""
    return sum(isinstance(each, Grader) for each in gc.get_objects())
