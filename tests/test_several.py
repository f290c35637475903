"""Several problems that are handed in together: each marked as if it were alone, and the total."""

import contextlib
import csv
import gc
import io
import json
import pickle
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from class_forms import SYMBOLS
from conftest import Run, at_length, examples
from homework_forms import FORMS, PROBLEMS, WAYS, Pupil, a_class
from hypothesis import given
from hypothesis import strategies as st

import lstmhw as package
from lstmhw.grading import Grader
from lstmhw.grading.homework import Row, label
from lstmhw.grading.intake import Wanted, intake
from lstmhw.grading.several import HomeworkGrader
from lstmhw.reading import from_text, read, shipped
from lstmhw.reading.assignments import parse_assignments
from lstmhw.reading.headings import Headings
from lstmhw.reading.nodes import Fields, TextError
from lstmhw.reading.submissions import Source
from lstmhw.varying import Varying


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A problem with the symbols of q2 and other numbers."""
    path = tmp_path_factory.mktemp("twin") / "twin.yaml"
    path.write_text(Varying(read("q2")).variant(5))
    return path


@pytest.fixture(scope="module")
def graders(twin: Path) -> dict[str, Grader]:
    return {"q2": Grader(read("q2")), "twin": Grader(read(str(twin)))}


def truth(twin: Path) -> dict[str, tuple[float, float]]:
    solved = package.solve(twin)
    return {s: (float(solved[s][0]), float(solved[s][1])) for s in SYMBOLS}


def rows_of(
    graders: dict[str, Grader], folder: Path, arguments: Sequence[str], **options: Any
) -> list[Row]:
    paths = [str(folder / word) if not word.startswith("--") else word for word in arguments]
    if "--map" in paths:
        *paths, _, options["map"] = paths
    found = intake(graders, Wanted(paths, **options))
    return [found.grader.row(s) for batch in found.batches((), "csv") for s in batch]


def alone(grader: Grader, pupil: Pupil, problem: str) -> Row:
    """The row of the answers to one problem."""
    data = json.dumps({"name": pupil.name, "claimed": pupil.claimed(problem)})
    return grader.row(Source("one.json", 1, data.encode()))


def told(row: Row) -> list[tuple[Any, ...]]:
    return [(c.symbol, c.verdict, c.verdicts, c.mistake, c.where) for c in row.checks]


@pytest.mark.parametrize("seed", [1, at_length(2), at_length(3)])
@pytest.mark.parametrize("form", FORMS)
def test_each_problem_is_marked_as_if_it_were_alone(
    form: str, seed: int, graders: dict[str, Grader], twin: Path, tmp_path: Path
) -> None:
    # Below a heading, what is right for the other problem may be meant for that.
    pupils = a_class(seed, truth(twin), WAYS if form == "headings" else (*WAYS, "twin"))
    rows = rows_of(graders, tmp_path, FORMS[form](tmp_path, pupils))
    assert [row.name for row in rows] == [pupil.name for pupil in pupils]
    assert [row.id for row in rows] == [pupil.mail for pupil in pupils]
    for row, pupil in zip(rows, pupils, strict=True):
        each = {problem: alone(graders[problem], pupil, problem) for problem in PROBLEMS}
        assert told(row) == [check for part in each.values() for check in told(part)], row.error
        assert row.score == sum(part.score or 0 for part in each.values())
        assert row.out_of == 6
        wrong = [(f"{p}.{r.first_wrong}", *r[5:7]) for p, r in each.items() if r.first_wrong]
        assert (row.first_wrong, row.mistake, row.where) == next(iter(wrong), (None, None, None))
        errors = sum(part.error is not None for part in each.values())
        assert (row.error is not None) == (errors > 0)
    assert len({row.score for row in rows}) > 3
    assert any(row.error for row in rows)


# Names


BOTH = "name: A\nclaimed: "


def row_of(graders: dict[str, Grader], text: str, name: str = "a.yaml") -> Row:
    """The row of a submission that is a file of this name with this text."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_text(text)
        return HomeworkGrader(graders).row(Source(str(Path(folder) / name)))


def verdicts(row: Row) -> dict[str, str]:
    """The verdicts on what is answered."""
    return {
        label(problem, check.symbol): check.verdict
        for problem, checks in row.parts.items()
        for check in checks
        if check.claimed is not None
    }


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        ("{h_2: [1, 2]}", ":2:11: error: claimed.h_2: expected q2.h_2 or twin.h_2, found 'h_2'"),
        ("{q2: {hh: [1, 2]}}", ":2:16: error: claimed.q2.hh: expected a symbol that is computed"),
        ("{q2: {c_2: [1, x]}}", ":2:25: error: claimed.q2.c_2[2]: expected a number"),
        ("{q2: {c_2: [1, 2], c: [1, 2]}}", ":2:29: error: claimed.q2.c: "),
        ("{q2: {c_2: [1, 2]}, q2.c_2: [1, 2]}", ":2:30: error: expected each answer once"),
        ("{q2_c_2: [1, 2], Q2.c_2: [1, 3]}", ":2:27: error: expected c_2 once, found it again"),
        ("{q2: [1, 2]}", ":2:11: error: claimed.q2: expected q2.SYMBOL or twin.SYMBOL"),
        ("{q3: {h_2: [1, 2]}}", ":2:11: error: claimed.q3: expected q2.SYMBOL or twin.SYMBOL"),
        ("{twin: {c_2: 1}}", ":2:23: error: claimed.twin.c_2: expected 2 numbers"),
    ],
)
def test_errors_are_at_their_places_and_the_rest_is_marked(
    claimed: str, said: str, graders: dict[str, Grader]
) -> None:
    row = row_of(graders, f"{BOTH}{claimed[:-1]}, twin.h_2: [9, 9]}}")
    assert said in str(row.error)
    assert verdicts(row)["twin.h_2"] == "wrong"
    assert (row.score, row.out_of) == (0, 6)


def test_a_name_that_only_one_problem_computes_needs_no_more() -> None:
    """h_1 is computed in q1, and given in q2."""
    graders = {name: Grader(read(name)) for name in ("q1", "q2")}
    assert verdicts(row_of(graders, BOTH + "{h_1: [0.96403, 0.96403, 0.96403, 0.9633]}")) == {
        "q1.h_1": "right"
    }


HEADINGS = (
    *("q2", "Q2:", "Question 2", "## q 2", "**q2**", "(q2)", "> q2.", "Question 2: the state"),
    *("# q2 the LSTM", "q2 - LSTM", "Question 2) LSTM", "# == Q2 ==", "- Question 2"),
)
UNREADABLE = ("q21", "q2_x", "2", "q")
"""Lines that belong to the answer above them, which nobody can read then; below it goes on."""
OPEN = ("q2 was hard", "Answer q2 below", "# then q2")
"""Sentences on another problem, after which it is open which one comes."""
ASIDES = ("see q2", "as in q2", "# see q2", "This is harder than q2.")
"""Sentences that say where something else is."""


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        *((line, True) for line in HEADINGS),
        *((line, False) for line in (*OPEN, *ASIDES, *UNREADABLE)),
    ],
)
def test_what_is_a_heading(line: str, is_heading: bool, graders: dict[str, Grader]) -> None:
    text = f"twin\nc_2 = [9, 9]\n{line}\nh_2 = [9, 9]\n"
    found = verdicts(row_of(graders, text, "a.txt"))
    expected = {"twin.c_2"} if line not in UNREADABLE else set()
    expected |= {"q2.h_2"} if is_heading else set() if line in OPEN else {"twin.h_2"}
    assert set(found) == expected


@given(st.lists(st.tuples(st.sampled_from(PROBLEMS), st.sampled_from(["x", "y1", "b_z"]))))
def test_answers_are_under_the_last_heading(answers: list[tuple[str, str]]) -> None:
    headings = Headings(PROBLEMS, lambda problem, name: name not in PROBLEMS)
    lines, expected = [], {}
    for k, (problem, symbol) in enumerate(answers):
        lines += [f"{problem}:", f"{symbol}{k} = {k}.5"]
        expected[f"{problem}.{symbol}{k}"] = f"{k}.5"
    text = "\n".join(["a = 1", *lines])
    claimed = parse_assignments(text, headings)[0].entries["claimed"][1]
    assert isinstance(claimed, Fields)
    found = {name: getattr(node, "text", None) for name, (_, node) in claimed.entries.items()}
    assert found == {"a": "1", **expected}


def test_large_texts_with_headings_are_read_in_one_go() -> None:
    headings = Headings(PROBLEMS)
    for text in ("q2\n", " ", "#", "# ", "-* ", "q2 ", "q2_", "twin: x = 1\n", "(["):
        with contextlib.suppress(TextError):
            parse_assignments(text * (100_000 // len(text)), headings)


# Files


def test_a_file_for_each_problem(graders: dict[str, Grader], tmp_path: Path) -> None:
    texts = {
        "ann/q2.txt": "c_2 = [9, 9]",
        "ann/twin.md": "c_2 = [8, 8]",
        "bob-q2.txt": "c_2 = [9, 9]",
        "bob-twin.txt": "h_2 = [8, 8]",
        "cy/homework.txt": "q2.c_2 = [9, 9]",
        "dan-q2.txt": "twin: c_2 = [9, 9]",
        "eve_17_assignsubmission_file_/one_q2.txt": "c_2 = [9, 9]",
        "eve_17_assignsubmission_file_/Twin.yaml": "claimed: {c_2: [8, 8]}",
        "flo/q2.txt": "c_2 = [9, 9]",
        "flo/twin.pdf": "%PDF",
        "gus/q2.txt": "c_2 = [9, 9]",
        "gus/twin.txt": "q2: c_2 = [8, 9]",
        "hal/q2.txt": "c_2 = [9, 9]",
        "hal/old-q2.txt": "c_2 = [8, 9]",
        "ida/q2.txt": "c_2 = [9, 9]",
        "ida/twin.txt": "q2: c_2 = [9, 9], twin.h_2 = [8, 8]",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    rows = {row.name: row for row in rows_of(graders, tmp_path, [""])}
    found = {name: list(verdicts(row)) for name, row in rows.items()}
    two = ["q2.c_2", "twin.c_2"]
    assert found["ann"] == found["eve"] == two
    assert found["bob"] == ["q2.c_2", "twin.h_2"]
    assert found["cy"] == found["flo"] == ["q2.c_2"]
    assert found["dan"] == ["twin.c_2"]
    for name in ("gus", "hal"):
        assert "expected the answers to q2 in one file" in str(rows[name].error)
    assert "flo/twin.pdf: error: expected answers as text" in str(rows["flo"].error)
    assert found["gus"] == found["hal"] == []
    assert (rows["eve"].id, rows["ann"].id) == ("17", None)
    assert [name for name, row in rows.items() if row.error] == ["flo", "gus", "hal"]
    assert (found["ida"], len(rows)) == (["q2.c_2", "twin.h_2"], 9)


def test_a_file_that_cannot_be_read_is_an_error_and_the_others_count(
    graders: dict[str, Grader], tmp_path: Path
) -> None:
    (tmp_path / "q2.txt").write_text("c_2 = [9, 9]")
    (tmp_path / "twin.ipynb").write_text("{")
    (row,) = rows_of(graders, tmp_path, [""])
    assert list(verdicts(row)) == ["q2.c_2"]
    assert "twin.ipynb:1:" in str(row.error)
    assert (row.name, row.score) == (tmp_path.name, 0)


def test_a_program_without_an_answer_says_what_is_expected(graders: dict[str, Grader]) -> None:
    row = row_of(graders, "x = 3\n", "a.py")
    assert "expected values of q2.z_i_2" in str(row.error)
    assert row.score is None
    assert row.parts == {}


# The command


CLASS = [
    {"id": "a@u.edu", "name": "Ann", "claimed": {"q1": {"h": [0.96403] * 3 + [0.9633]}}},
    {"id": "b@u.edu", "name": "Bob", "claimed": {"q2": {"c_2": [1.14729, 2.13618], "g": [9, 9]}}},
    {"id": "b@u.edu", "name": "Bob", "claimed": {"q1.c_1": [7, 7, 7, 7], "q2.h_2": [0.5, 0.5]}},
    {"id": "c@u.edu", "name": "Cy", "claimed": {"q1": {"h": [1, 1, 1, "?"]}, "q2": {"g": [1, 1]}}},
]
GRADE = ("grade", "q1", "--also", "q2", "class.ndjson")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "class.ndjson").write_text("".join(json.dumps(each) + "\n" for each in CLASS))
    return tmp_path


def test_rows_have_the_total_and_the_score_of_each_problem(lstmhw: Run, folder: Path) -> None:
    done = lstmhw(*GRADE)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    found = [(r["name"], r["score"], r["out_of"], r["q1"], r["q2"], r["first_wrong"]) for r in rows]
    assert found == [
        ("Ann", "1", "7", "1", "0", ""),
        ("Bob", "0", "7", "0", "0", "q1.c_1"),
        ("Cy", "1", "7", "0", "1", ""),
    ]
    assert [*rows[0]][:8] == ["id", "name", "score", "out_of", *list(rows[0])[4:8]]
    assert done.returncode == 2  # Cy's x
    said = " ".join(done.stderr.split())
    assert "3 submissions, mean score 0.67 of 7, 1 with errors" in said
    assert "q1 Embedding, input gate, cell state and hidden state 0.33 4" in said


def test_ndjson_says_of_which_problem_a_check_is(lstmhw: Run, folder: Path) -> None:
    rows = [json.loads(x) for x in lstmhw(*GRADE, "--format", "ndjson").stdout.splitlines()]
    assert [row["scores"] for row in rows] == [
        {"q1": 1, "q2": 0},
        {"q1": 0, "q2": 0},
        {"q1": 0, "q2": 1},
    ]
    checks = [(check["problem"], check["symbol"]) for check in rows[0]["checks"]]
    assert checks == [("q1", f"{s}_1") for s in "xich"] + [("q2", f"{s}_2") for s in "gch"]


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_a_run_is_resumed(format: str, lstmhw: Run, folder: Path) -> None:
    whole = lstmhw(*GRADE, "--attempts", "all", "--format", format)
    lines = whole.stdout.splitlines(keepends=True)
    (folder / "rows").write_text("".join(lines[:3]) + lines[3][:5])
    resumed = lstmhw(*GRADE, "--attempts", "all", "-o", "rows", "--resume")
    assert (folder / "rows").read_text() == whole.stdout
    assert resumed.returncode == 2
    mean = [line for line in whole.stderr.splitlines() if line.startswith("  q")][:2]
    assert mean == [line for line in resumed.stderr.splitlines() if line.startswith("  q")][:2]
    refused = lstmhw("grade", "q1", "class.ndjson", "-o", "rows", "--resume")
    assert refused.returncode == 2
    assert "rows:1:1: error: expected a row that `lstmhw grade` wrote" in refused.stderr
    assert (folder / "rows").read_text() == whole.stdout


def test_the_best_attempt_is_the_one_with_the_best_total(lstmhw: Run, folder: Path) -> None:
    rows = csv.DictReader(io.StringIO(lstmhw(*GRADE, "--attempts", "best").stdout))
    assert {row["name"]: row["score"] for row in rows} == {"Ann": "1", "Bob": "1", "Cy": "1"}


def test_who_is_missing_has_no_points_of_any_problem(lstmhw: Run, folder: Path) -> None:
    (folder / "students.csv").write_text("email,name\na@u.edu,Ann\nz@u.edu,Zoe\nc@u.edu,C\n")
    done = lstmhw(*GRADE, "--roster", "students.csv", "--feedback", "pages")
    row = list(csv.DictReader(io.StringIO(done.stdout)))[-1]
    assert [row[k] for k in ("name", "score", "out_of", "error", "q1", "q2")] == [
        *("Zoe", "0", "7", "no submission"),
        *("0", "0"),
    ]
    assert "1 student without a submission" in " ".join(done.stderr.split())
    assert "There is no submission" in (folder / "pages" / "z_u_edu.html").read_text()


def test_pages_have_a_part_for_each_problem(lstmhw: Run, folder: Path) -> None:
    lstmhw(*GRADE, "--feedback", "pages", "--feedback-format", "markdown", "--title", "Week 3")
    page = (folder / "pages" / "a_u_edu.md").read_text()
    places = [page.index(text) for text in ("# Week 3", "Score: 1 of 7", "q1: Embedding")]
    places += [page.index(text) for text in ("Score: 1 of 4", "q2: Candidate", "Score: 0 of 3")]
    assert places == sorted(places)
    page = (folder / "pages" / "c_u_edu.md").read_text()
    assert "q1.h\\[4\\]: expected a number" in page


def test_course_systems_get_the_total(lstmhw: Run, folder: Path) -> None:
    title = ("--title", "Week 3 (4711)")
    canvas = lstmhw(*GRADE, *title, "--format", "canvas").stdout.splitlines()
    assert canvas[0].endswith(",Week 3 (4711)")
    assert canvas[1].endswith(",7")
    assert canvas[2] == "Ann,,,a@u.edu,,1"
    moodle = list(csv.DictReader(io.StringIO(lstmhw(*GRADE, "--format", "moodle").stdout)))
    assert [(row["Grade"], row["Maximum Grade"]) for row in moodle] == [(g, "7") for g in "101"]
    assert "q1: Score: 1 of 4.<br>" in moodle[0]["Feedback comments"]
    assert "<br>q2.g_2: " in moodle[1]["Feedback comments"] + moodle[0]["Feedback comments"]
    for line in lstmhw(*GRADE, "--format", "gradescope").stdout.splitlines():
        results = json.loads(line)
        tests = results["tests"]
        assert [test["number"] for test in tests] == [f"1.{k}" for k in range(1, 5)] + [
            f"2.{k}" for k in range(1, 4)
        ]
        assert [test["name"] for test in tests][:5] == [f"q1.{s}_1" for s in "xich"] + ["q2.g_2"]
        assert sum(test["score"] for test in tests) == results["score"]
    refused = lstmhw(*GRADE, "--title", "Final Score", "--format", "canvas")
    assert refused.returncode == 2
    assert "--title: expected a title that Canvas takes for an assignment" in refused.stderr


@pytest.mark.parametrize("format", ["ndjson", *map(at_length, ("csv", "moodle", "gradescope"))])
def test_nothing_is_told_that_is_hidden(format: str, lstmhw: Run, folder: Path) -> None:
    options = ("--no-answers", "--feedback", "pages", "--feedback-format", "text")
    done = lstmhw(*GRADE, *options, "--format", format)
    pages = "".join(page.read_text() for page in (folder / "pages").iterdir())
    assert len(done.stdout) > 100
    for name in ("q1", "q2"):
        solved = package.solve(name)
        symbols = ("i", "c") if name == "q1" else ("g", "c", "h")  # the h of q1 is Ann's too
        own = {f"{float(x):.4f}" for s in symbols for x in solved[s].ravel()}
        assert {x for x in own if x in done.stdout + pages} <= {"1.0000", "2.0000"}


def test_the_summary_has_each_problem_and_no_name(lstmhw: Run, folder: Path) -> None:
    done = lstmhw(*GRADE, "--summary", "s.html", "--anonymous", "--title", "Week 3")
    page = (folder / "s.html").read_text()
    assert "Week 3" in page
    assert "Candidate, cell state" in page
    assert "q1.c_1" in page
    for name in ("Ann", "Bob", "u.edu"):
        assert name not in page + done.stdout + done.stderr
    assert "student 1," in done.stdout


def test_several_processes_and_one_say_the_same(lstmhw: Run, folder: Path) -> None:
    text = "".join(json.dumps({**each, "id": f"{k}"}) + "\n" for k in range(8) for each in CLASS)
    (folder / "class.ndjson").write_text(text)
    one, two = (lstmhw(*GRADE, "--jobs", jobs, "--format", "ndjson").stdout for jobs in "12")
    assert one == two
    assert one.count("\n") == 8


def test_each_student_has_a_variant_of_each_problem(
    lstmhw: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # slow beside all that the tests hold
    (folder / "students.csv").write_text("id\nann\nbob\n")
    for name in ("q1", "q2"):
        assert lstmhw("vary", name, "--roster", "students.csv", "-o", name).returncode == 0
    own = [package.solve(folder / name / "ann.yaml") for name in ("q1", "q2")]
    claimed = {"q1": {"h": own[0]["h"].tolist()}, "q2": {"c": own[1]["c"].tolist()}}
    lines = [json.dumps({"id": id, "claimed": claimed}) for id in ("ann", "bob", "eve")]
    (folder / "class.ndjson").write_text("\n".join(lines))
    tables = [word for name in ("q1", "q2") for word in ("--variants", f"{name}/variants.csv")]
    rows = list(csv.DictReader(io.StringIO(lstmhw(*GRADE, *tables).stdout)))
    assert [row["score"] == "2" for row in rows] == [True, False, False]
    assert rows[1]["first_wrong"]
    assert rows[2]["score"] == ""
    assert "has no problem for this student; and 1 more" in rows[2]["error"]
    refused = lstmhw(*GRADE, *tables[:2])
    assert refused.returncode == 2
    assert "--variants is needed for each of the 2 problems" in refused.stderr


def test_weights_are_marked_beside_numbers(lstmhw: Run, folder: Path) -> None:
    alone = {"w1": 1, "w2": -1, "b": 0}
    claimed = {"step-rnn-a": alone, "q2": {"g": [1, 1]}}
    (folder / "a.json").write_text(json.dumps({"name": "A", "claimed": claimed}))
    (folder / "b.json").write_text(json.dumps({"name": "A", "claimed": alone}))
    both = lstmhw("grade", "step-rnn-a", "--also", "q2", "a.json", "--format", "ndjson")
    one = lstmhw("grade", "step-rnn-a", "b.json", "--format", "ndjson")
    first, second = json.loads(both.stdout), json.loads(one.stdout)
    assert first["scores"] == {"step-rnn-a": second["score"], "q2": 1}
    kept = [c for c in first["checks"] if c.pop("problem") == "step-rnn-a"]
    assert kept == second["checks"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("q1", "--also", "q1"), "--also: expected problems with different names, found q1 twice"),
        (("q1", "--also", "-"), "PROBLEM is a file or a name"),
        (("q1", "--also", "q22"), "q22: error: no such file\n  hint: did you mean"),
        (("q1", "--title", "A"), "--title is for several problems"),
        (("q1", "--also", "bad.yaml"), "bad.yaml:1:7: error: kind"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    arguments: tuple[str, ...], said: str, lstmhw: Run, folder: Path
) -> None:
    (folder / "bad.yaml").write_text("kind: nothing\n")
    done = lstmhw("grade", *arguments, "class.ndjson")
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr


def test_a_map_names_what_no_problem_has(lstmhw: Run, folder: Path) -> None:
    (folder / "t.csv").write_text("id,a,b\n1,2,3\n")
    (folder / "map.yaml").write_text("answers:\n  q1: {hh: a}\n  q2.c_2: [a, b]\n  h_9: a\n")
    done = lstmhw("grade", "q1", "--also", "q2", "t.csv", "--map", "map.yaml")
    assert done.returncode == 2
    assert "map.yaml:2:8: error: answers.q1.hh: expected a symbol" in done.stderr
    assert "map.yaml:4:3: error: answers.h_9: expected q1.SYMBOL or q2.SYMBOL" in done.stderr


def test_python_takes_a_list_of_problems(twin: Path) -> None:
    claimed = {"q2": {"c": [1.5, 2.7]}, "twin": {"c": list(truth(twin)["c_2"])}}
    (row,) = package.grade(["q2", twin], [{"name": "A", "claimed": claimed}])
    assert verdicts(row) == {"q2.c_2": "wrong", "twin.c_2": "right"}
    assert (row.score, row.out_of, row.first_wrong) == (1, 6, "q2.c_2")
    assert pickle.loads(pickle.dumps(row)).parts.keys() == {"q2", "twin"}
    (row,) = package.grade(("q2", twin.read_text()), [{"claimed": {"unnamed2.g": [1, 1]}}])
    assert [*row.parts] == ["q2", "unnamed2"]
    with pytest.raises(ValueError, match="q2 twice"):
        list(package.grade(["q2", "q2"], []))
    with pytest.raises(package.ProblemError, match="no such file"):
        list(package.grade(["q2", "q0"], []))


# A table, a folder or a file for each problem


H = "0.96403; 0.96403; 0.96403; 0.9633"
C = "1.14729; 2.13618"


def scores(lstmhw: Run, *arguments: str) -> dict[str, tuple[str, str, str]]:
    """Of each id, or name, the points of q1 and q2, and the total."""
    done = lstmhw("grade", "q1", "--also", "q2", *arguments)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    found = {row["id"] or row["name"]: (row["q1"], row["q2"], row["score"]) for row in rows}
    assert len(found) == len(rows), done.stdout
    return found


def test_tables_of_single_problems_are_joined_by_the_id(lstmhw: Run, tmp_path: Path) -> None:
    """The students stand in another order, with more ids, and not in both."""
    (tmp_path / "week-q1.csv").write_text(f"id,h_1\na,{H}\nB,1 1 1 1\nd,{H}\nd,1 1 1 1\n")
    (tmp_path / "week-q2.csv").write_text(f"email,id,c,H\nx@u,b,{C},\ny@u,A,{C},\nz@u,c,,3 3\n")
    found = scores(lstmhw, "week-q1.csv", "week-q2.csv")
    assert found == {
        "b": ("0", "1", "1"),
        "A": ("1", "1", "2"),
        "c": ("0", "0", "0"),
        "d": ("0", "0", "0"),  # the last attempt at q1
    }
    said = lstmhw("grade", "q1", "--also", "q2", "week-q1.csv", "week-q2.csv").stderr
    assert "week-q1.csv: warning: asked for, and without a column: q1.x_1, q1.i_1, q1.c_1" in said
    assert "week-q2.csv: warning: asked for, and without a column: q2.g_2\n" in said
    refused = lstmhw("grade", "q1", "--also", "q2", "week-q1.csv", "--attempts", "best")
    assert refused.returncode == 2
    assert "--attempts best needs all problems together, found q1 alone" in refused.stderr


def test_of_a_whole_table_the_last_attempt_counts_as_a_whole(lstmhw: Run, tmp_path: Path) -> None:
    text = f"id,q1.h,q2.c,attempt\na,,{C},2\na,{H},1 1,1\nb,{H},,1\n"
    (tmp_path / "t.csv").write_text(text)
    assert scores(lstmhw, "t.csv") == {"a": ("0", "1", "1"), "b": ("1", "0", "1")}


def test_one_map_is_for_a_table_of_each_problem(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("id: who\nanswers: {q1: {h: Answer}, q2: {c: Answer}}\n")
    (tmp_path / "quiz q1.csv").write_text(f"who,Answer\na,{H}\n")
    (tmp_path / "quiz q2.csv").write_text(f"who,Answer\na,{C}\n")
    found = scores(lstmhw, "quiz q1.csv", "quiz q2.csv", "--map", "map.yaml")
    assert found == {"a": ("1", "1", "2")}


def test_folders_and_lines_of_single_problems(lstmhw: Run, tmp_path: Path) -> None:
    for name, text in {
        "hw-q1/ann.txt": f"h = {H}",
        "hw-q1/bob.txt": f"id = b\nh = {H}",
        "hw-q2/Ann.txt": f"c = {C}",
        "hw-q2/x.txt": f"id = b\nc = {C}",
        "hw-q2/cy.txt": "c = 9 9",
        "dan-q1.txt": f"h = {H}",
        "dan-q2.yaml": f"claimed: {{c: {C!r}}}",
        "q2.ndjson": json.dumps({"id": "e", "claimed": {"c": C, "q1.h": H}}),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = scores(lstmhw, "hw-q1", "hw-q2", "dan-q1.txt", "dan-q2.yaml", "q2.ndjson")
    assert found == {
        **dict.fromkeys(["Ann", "b", "dan", "e"], ("1", "1", "2")),
        "cy": ("0", "0", "0"),
    }


def test_submissions_in_parts_are_resumed(lstmhw: Run, tmp_path: Path) -> None:
    ids = [f"s{k}" for k in range(6)]
    for name, cells in (("q1", H), ("q2", C)):
        symbol = {"q1": "h", "q2": "c"}[name]
        lines = "".join(f"{id},{cells}\n" for id in (ids if name == "q1" else reversed(ids)))
        (tmp_path / f"{name}.csv").write_text(f"id,{symbol}\n{lines}")
    arguments = ("grade", "q1", "--also", "q2", "q1.csv", "q2.csv")
    whole = lstmhw(*arguments).stdout
    assert whole.count(",2,7,") == 6
    (tmp_path / "rows").write_text("".join(whole.splitlines(keepends=True)[:4]))
    lstmhw(*arguments, "-o", "rows", "--resume")
    assert (tmp_path / "rows").read_text() == whole


# What misleads


@cache
def twins() -> tuple[str, str]:
    """The text of q2, and of its twin."""
    return Path(shipped()["q2"]).read_text(), Varying(read("q2")).variant(5)


@cache
def named_graders(*names: str) -> dict[str, Grader]:
    """q2, and its twin, under other names."""
    return {
        name: Grader(from_text(f"{name}.yaml", text))
        for name, text in zip(names, twins(), strict=True)
    }


def right(grader: Grader) -> dict[str, str]:
    """The right answers, as one may type them."""
    answers = grader.marker.solution.answers
    return {s: f"[{', '.join(f'{x:.4f}' for x in answers[f'{s}_2'])}]" for s in "gch"}


def lines(grader: Grader) -> str:
    return "".join(f"{symbol} = {value}\n" for symbol, value in right(grader).items())


@pytest.mark.parametrize(
    ("names", "first", "second"),
    [
        (("q2", "twin"), "Question 2 (3 points)", "Twin (LSTM, t = 2)"),
        (("q2", "twin"), "Homework 3 - Question 2", "My answers for Twin:"),
        (("q2", "twin"), "Question No. 2", "=== twin ==="),
        (("q2", "twin"), "Problem #2: LSTM step at t = 2", "\\section{Twin}"),
        (("q2", "twin"), "# Exercise  2, the LSTM", "<h2>Twin</h2>"),
        (("q2", "twin"), "Question 2: LSTM: a step", "// twin"),
        (("q2", "q3"), "Q2; one step", "Question 3?"),
        (("q2", "q10"), "Q2", "Q10"),
        (("1", "2"), "Question 1", "Problem 2:"),
        (("a", "b"), "a)", "(b)"),
        (("h1", "h2"), "H1", "H2"),
        (("hw3_q1", "hw3_q2"), "Q1", "Question 2"),
        (("Übung 1", "Übung 2"), "U\u0308bung 1", "Übung 2"),
    ],
)
@pytest.mark.parametrize("ending", ["txt", "py", "ipynb"])
def test_headings_as_people_write_them(
    ending: str, names: tuple[str, str], first: str, second: str, tmp_path: Path
) -> None:
    graders = named_graders(*names)
    both = dict(zip((first, second), map(lines, graders.values()), strict=True))
    if ending == "txt":
        text = "".join(f"{heading}\n{answers}\n" for heading, answers in both.items())
    elif ending == "py":
        text = "".join(f"# {heading}\n{answers}\n" for heading, answers in both.items())
    else:
        cells = [
            {"cell_type": kind, "source": source}
            for heading, answers in both.items()
            for kind, source in (("markdown", f"{heading}\n\nAs above."), ("code", answers))
        ]
        text = json.dumps({"cells": cells})
    (tmp_path / f"ann.{ending}").write_text(text)
    row = HomeworkGrader(graders).row(Source(str(tmp_path / f"ann.{ending}")))
    assert (row.score, row.error) == (6, None)


@pytest.mark.parametrize(
    "name",
    [
        "said.py",
        "said again.py",
        "wrapped.py",
        "behind.py",
        "said.txt",
        "wrapped.txt",
        "list.ipynb",
    ],
)
def test_a_sentence_on_another_problem_accuses_nobody(
    name: str, graders: dict[str, Grader], tmp_path: Path
) -> None:
    """The answers of the twin stand below a sentence that begins with q2, or ends with it."""
    q2, twin = right(graders["q2"]), right(graders["twin"])
    rest = f"c = {twin['c']}\nh = {twin['h']}\n"
    before = f"{{}}Question 2\ng = {q2['g']}\n{{}}Twin\ng = {twin['g']}\n"
    above = {
        "said.py": before.format("# ", "# ") + "# q2's formula again\n" + rest,
        "said again.py": before.format("# ", "# ") + "# q2 had other numbers\n" + rest,
        "wrapped.py": before.format("# ", "# ") + "# the rest goes as in\n# question 2.\n" + rest,
        "behind.py": before.format("# ", "# ").rstrip() + "  # Q2 uses another g\n" + rest,
        "said.txt": before.format("", "") + "This is easier than q2.\n" + rest,
        "wrapped.txt": before.format("", "") + "The rest goes as in\nquestion 2.\n" + rest,
        "list.ipynb": json.dumps(
            {
                "cells": [
                    {"cell_type": "markdown", "source": "## Question 2"},
                    {"cell_type": "code", "source": f"g = {q2['g']}"},
                    {"cell_type": "markdown", "source": "# Twin\n- twin: done\n- q2: above"},
                    {"cell_type": "code", "source": f"g = {twin['g']}\n{rest}"},
                ]
            }
        ),
    }[name]
    row = row_of(graders, above, name)
    found = verdicts(row)
    assert set(found.values()) == {"right"}
    is_clear = name in ("behind.py", "list.ipynb", "said.txt")
    assert len(found) == (4 if is_clear else 2)
    assert (row.error is None) == is_clear


def test_what_several_problems_compute_is_never_lost_in_silence(graders: dict[str, Grader]) -> None:
    """Nor does the answer to one take the place of that to another."""
    q2, twin = lines(graders["q2"]), lines(graders["twin"])
    for text in (q2 + twin, f"q2_g = [1, 1]\n{twin}", f"c_q2 = [1, 1]\n{q2}{twin}"):
        row = row_of(graders, text, "a.py")
        assert "expected q2." in str(row.error)
        assert "wrong" not in {v for name, v in verdicts(row).items() if name != "q2.c_2"}
    assert row_of(graders, f"g, c, h = f(1)\nc = [1, 1]\n{q2_and(graders)}", "a.py").error is None


def q2_and(graders: dict[str, Grader]) -> str:
    """All answers in mappings."""
    each = (f"answers[{name!r}] = {right(grader)}" for name, grader in graders.items())
    return "answers = {}\n" + "\n".join(each).replace("'[", "[").replace("]'", "]") + "\n"


def test_printed_answers_belong_to_what_is_printed_above_them(graders: dict[str, Grader]) -> None:
    q2, twin = lines(graders["q2"]), lines(graders["twin"])
    sources = [
        ("main()", f"Question 2\n{q2}Twin:\n{twin}", 6),
        (
            "main()",
            q2.replace("c =", "q2: c =").replace("g =", "q2.g =").replace("h =", "q2_h ="),
            3,
        ),
        ("# q2\ng, c, h = f(1)\nprint(1)\n# twin\nprint(g)", q2, 0),
        ("print('Question 2')\ng, c, h = f(1)\nshow()", q2, 3),
    ]
    for source, printed, points in sources:
        output = {"output_type": "stream", "name": "stdout", "text": printed}
        cell = {"cell_type": "code", "source": source, "outputs": [output]}
        row = row_of(graders, json.dumps({"cells": [cell]}), "a.ipynb")
        assert (row.score or 0) == points, (source, row.error)
        assert (row.error is None) == (points > 0)


def test_data_of_one_problem_is_no_answer_to_another() -> None:
    """h_1 and c_1 are given in q2, and computed in q1; what is right counts all the same."""
    graders = {name: Grader(read(name)) for name in ("q1", "q2")}
    given = package.solve("q2")
    data = "".join(f"{s} = {given[s].tolist()}\n" for s in ("h_1", "c_1"))
    row = row_of(graders, f"{data}q2_g = [1, 1]\n", "a.py")
    assert (verdicts(row), row.error) == ({"q2.g_2": "right"}, None)
    alone = Grader(read("q1")).row(Source("a", 1, b'{"claimed": {"i": [1, 1, 1, 1]}}'))
    assert row_of(graders, "q1_i = [1, 1, 1, 1]", "a.py").score == alone.score == 1


def test_a_problem_may_be_called_like_a_symbol() -> None:
    graders = named_graders("c", "h1")
    c, h1 = (lines(grader) for grader in graders.values())
    for ending, mark in (("txt", ""), ("py", "# ")):
        text = f"{mark}c)\n{c}{mark}H1\n{h1.replace('=', ':') if ending == 'txt' else h1}"
        row = row_of(graders, text, f"a.{ending}")
        assert (row.score, row.error) == (6, None)


def test_weights_in_a_mapping_are_found_under_a_problem(lstmhw: Run, folder: Path) -> None:
    weights = {"w1": 2, "w2": 2, "b": -1}
    for claimed in (
        {"step-rnn-a": {"weights": weights}},
        {"step-rnn-a": weights},
        {"step-rnn-a.weights": weights},
        {"weights": weights},
        weights,
    ):
        (folder / "a.json").write_text(json.dumps({"name": "A", "claimed": claimed}))
        row = scores_of(lstmhw, "step-rnn-a", "q1", "a.json")
        assert row == {"step-rnn-a": 1, "q1": 0}
    (folder / "a.py").write_text("w1 = 2\nw2 = 2\nb = -1\nq1_i = [1, 1, 1, 1]\n")
    assert scores_of(lstmhw, "step-rnn-a", "q1", "a.py") == {"step-rnn-a": 1, "q1": 1}


def scores_of(lstmhw: Run, first: str, second: str, file: str) -> dict[str, float]:
    done = lstmhw("grade", first, "--also", second, file, "--format", "ndjson")
    found: dict[str, float] = json.loads(done.stdout)["scores"]
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "id: 9\nQuestion 2: c = [1,2\n"),
        ("a.yaml", "id: 9\nclaimed: {q2: {c: {a: 1}}}"),
        ("a.yaml", "id: 9\nclaimed: {q2: {c: {a: 1}}, q9: {c: 1}}"),
        ("a.py", '# q2\nc = "[1,2"'),
        ("a.yaml", "id: 9\nclaimed: {q2: , twin: }"),
        ("a.yaml", "id: 9\nclaimed: {h: [1, 2]}"),
    ],
)
def test_what_cannot_be_read_at_all_has_an_error_and_no_score(
    name: str, text: str, graders: dict[str, Grader]
) -> None:
    row = row_of(graders, text, name)
    assert row.error
    assert (row.score, row.out_of, row.parts) == (None, None, {})


def test_a_problem_that_is_left_blank_is_unanswered(graders: dict[str, Grader]) -> None:
    for blank in ("", "null", "'-'", "[]", "{}"):
        row = row_of(graders, f"claimed:\n  q2: {{g: [1, 1]}}\n  twin: {blank}\n")
        assert (row.score, row.error) == (1, None)


# Who is who


def test_two_students_of_one_name_stay_two(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "q1.csv").write_text(f"name,h\nAnn Lee,{H}\nAnn Lee,1 1 1 1\nCy,{H}\n")
    (tmp_path / "q2.csv").write_text(f"name,c\nAnn Lee,{C}\nCy,{C}\n")
    done = lstmhw("grade", "q1", "--also", "q2", "q1.csv", "q2.csv")
    rows = csv.DictReader(io.StringIO(done.stdout))
    assert [(row["name"], row["score"]) for row in rows] == [
        *[("Ann Lee", "1"), ("Ann Lee", "0"), ("Ann Lee", "1"), ("Cy", "2")]
    ]


def test_a_roster_says_which_ids_are_of_one_student(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "q1.csv").write_text(f"email,h\nann@u,{H}\nben@u,{H}\n")
    (tmp_path / "q2.csv").write_text(f"id,c\n7,{C}\n8,{C}\n")
    (tmp_path / "students.csv").write_text("id,email,name\n7,ann@u,Ann\n8,ben@u,Ben\n")
    assert scores(lstmhw, "q1.csv", "q2.csv", "--roster", "students.csv") == {
        "7": ("1", "1", "2"),
        "8": ("1", "1", "2"),
    }
    said = " ".join(lstmhw("grade", "q1", "--also", "q2", "q1.csv", "q2.csv").stderr.split())
    assert "with the answers to one problem alone: 2 of q1, 2 of q2 hint: --roster" in said


def test_numbers_and_letters_behind_a_name_are_no_problems(lstmhw: Run, tmp_path: Path) -> None:
    for names in (("1", "2"), ("hw_a", "hw_b")):
        problems = [f"{name}.yaml" for name in names]
        for problem, text in zip(problems, twins(), strict=True):
            (tmp_path / problem).write_text(text)
        (tmp_path / "s").mkdir(exist_ok=True)
        for name in names:
            text = f"claimed: {{{name}: {{g: [1, 1]}}}}"
            (tmp_path / "s" / f"student_{name[-1]}.yaml").write_text(text)
        done = lstmhw("grade", problems[0], "--also", problems[1], "s")
        assert len(done.stdout.splitlines()) == 1 + 2
        shutil.rmtree(tmp_path / "s")


def test_ids_below_headings_are_seen_when_attempts_are_put_together(
    lstmhw: Run, tmp_path: Path
) -> None:
    for name, symbol in (("a1.txt", "9"), ("a2.txt", H)):
        text = f"id: 7\nQuestion 1\nh = {symbol}\nc = 1 1 1 1\nQuestion 2\nc = {C}\n"
        (tmp_path / name).write_text(text)
    assert scores(lstmhw, "a1.txt", "a2.txt") == {"7": ("1", "1", "2")}


def test_folders_called_after_problems_in_one_folder(lstmhw: Run, tmp_path: Path) -> None:
    for name, text in {
        "s/q1/ann.txt": f"h = {H}",
        "s/q2/ann.txt": f"c = {C}",
        "s/q1/bob.txt": f"id: 8\nh = {H}",
        "s/q2/x.txt": f"id: 8\nc = {C}",
        "s/cy/q1/answers.txt": f"h = {H}",
        "s/cy/q2/answers.txt": f"c = {C}",
        "s/cy/notes.txt": "nothing",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    assert scores(lstmhw, "s") == dict.fromkeys(["ann", "8", "cy"], ("1", "1", "2"))
    (tmp_path / "s/cy/q2/answers.txt").write_text(f"id: 5\nc = {C}")
    (tmp_path / "s/cy/q1/answers.txt").write_text(f"id: 6\nh = {H}")
    said = lstmhw("grade", "q1", "--also", "q2", "s").stdout
    assert "expected the files of one student, found the ids 6, 5" in said


def test_lines_of_one_problem_in_a_folder(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    sheets = [{"id": k, "claimed": {"h": H}} for k in ("a", "b")]
    (tmp_path / "s" / "q1.ndjson").write_text("\n".join(map(json.dumps, sheets)))
    assert scores(lstmhw, "s") == dict.fromkeys("ab", ("1", "0", "1"))


@pytest.mark.parametrize(
    ("titles", "score"),
    [
        (("h (q1)", "c (q2)"), ("1", "1", "2")),
        (("h_q1", "c_q2"), ("1", "1", "2")),
        (("Question 1 [h]", "Question 2, c"), ("1", "1", "2")),
        (("7: Q1 h_1 (four numbers)", "8: Question 2: c_2"), ("1", "1", "2")),
    ],
)
def test_columns_are_called_after_problems_in_many_ways(
    titles: tuple[str, str], score: tuple[str, str, str], lstmhw: Run, tmp_path: Path
) -> None:
    with (tmp_path / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", *titles], ["a", H, C]])
    assert scores(lstmhw, "t.csv") == {"a": score}


def test_problems_may_be_called_like_columns(lstmhw: Run, tmp_path: Path) -> None:
    for name, original in (("score", "q1"), ("id", "q2")):
        (tmp_path / f"{name}.yaml").write_text(Path(shipped()[original]).read_text())
    (tmp_path / "a.yaml").write_text(f"id: 7\nclaimed: {{score: {{h: {H!r}}}}}")
    done = lstmhw("grade", "score.yaml", "--also", "id.yaml", "a.yaml")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["id"], row["score"], row["score (problem)"], row["id (problem)"]) == (
        *("7", "1", "1", "0"),
    )


# Headings that are none, or missing


@pytest.mark.parametrize("second", ["# Twice", "# Second one", "", "print('Part II')", "# Nr. 2"])
@pytest.mark.parametrize("ending", ["py", "ipynb"])
def test_the_answers_to_another_problem_take_no_ones_place(
    ending: str, second: str, graders: dict[str, Grader]
) -> None:
    """The second heading is not recognised: which answers are whose, nobody can tell."""
    first, other = (lines(grader) for grader in graders.values())
    text = f"# Question 2\n{first}{second}\n{other}"
    if ending == "ipynb":
        text = json.dumps({"cells": [{"cell_type": "code", "source": text}]})
    row = row_of(graders, text, f"a.{ending}")
    assert "expected one value below a heading, found several" in str(row.error)
    assert "wrong" not in verdicts(row).values()
    both = f"{text}\nanswers = {{'twin': {mapping(graders['twin'])}}}\n"
    if ending == "py":
        row = row_of(graders, both, "a.py")
        assert "claimed.q2.g: found the numbers of twin.g_2" in str(row.error)
        assert row.score == 3


def mapping(grader: Grader) -> str:
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in right(grader).items()) + "}"


@pytest.mark.parametrize("remark", ["# Question 2 c is not needed", "print('Question 2 finished')"])
def test_a_remark_that_looks_like_a_heading_accuses_nobody(
    remark: str, graders: dict[str, Grader]
) -> None:
    first, other = (lines(grader) for grader in graders.values())
    g, rest = other.split("\n", 1)
    row = row_of(graders, f"# Question 2\n{first}# Twin\n{g}\n{remark}\n{rest}", "a.py")
    assert "wrong" not in verdicts(row).values()
    assert row.error is not None


@pytest.mark.parametrize("ending", ["py", "txt"])
def test_an_answer_below_the_heading_of_another_problem_is_an_error(ending: str) -> None:
    graders = {name: Grader(read(name)) for name in ("q2", "parameter-count-v8")}
    text = f"# Question 2\n{lines(graders['q2'])}# How many parameters?\ntotal = 161\n"
    row = row_of(graders, text, f"a.{ending}")
    assert (row.score, row.error is None) == (3, False)
    assert "total" in str(row.error)
    graders = {name: Grader(read(name)) for name in ("q2", "step-rnn-a")}
    text = f"# Question 2\n{lines(graders['q2'])}# a step unit\nw1 = 2\nw2 = 2\nb = -1\n"
    row = row_of(graders, text, f"a.{ending}")
    assert (row.score, row.error is None) == (3, False)


def test_a_heading_with_code_and_no_value_is_an_error(graders: dict[str, Grader]) -> None:
    cells = [
        *[("markdown", "# Question 2"), ("code", "result(2)")],
        *[("markdown", "# Twin"), ("code", lines(graders["twin"]))],
    ]
    text = json.dumps({"cells": [{"cell_type": kind, "source": text} for kind, text in cells]})
    row = row_of(graders, text, "a.ipynb")
    assert (row.score, verdicts(row)["twin.c_2"]) == (3, "right")
    assert "claimed.q2: expected values below its heading, found none" in str(row.error)
    blank = text.replace("result(2)", "# your code here")
    assert row_of(graders, blank, "a.ipynb").error is None


def test_printed_answers_of_cells_without_python(graders: dict[str, Grader]) -> None:
    cells = []
    for code, (name, grader) in zip(("%run a.py", "!python b.py"), graders.items(), strict=True):
        output = {"output_type": "stream", "name": "stdout", "text": lines(grader)}
        title: dict[str, object] = {"cell_type": "markdown", "source": f"# {name}"}
        cells += [title, {"cell_type": "code", "source": code, "outputs": [output]}]
    row = row_of(graders, json.dumps({"cells": cells}), "a.ipynb")
    assert (row.score, row.error) == (6, None)


def test_what_is_said_twice_alike_is_said_once(graders: dict[str, Grader]) -> None:
    q2, twin = lines(graders["q2"]), lines(graders["twin"])
    q2 += f"Thus {q2.splitlines()[-1]}\n{q2.splitlines()[-1]}\n"
    row = row_of(graders, f"Question 2\n{q2}Twin\n{twin}", "a.txt")
    assert (row.score, row.error) == (6, None)
    q2 = lines(graders["q2"])
    row = row_of(graders, f"q2_c = {right(graders['q2'])['c']}\n# q2\n{q2}# twin\n{twin}", "a.py")
    assert (row.score, row.error) == (6, None)


def test_an_aside_below_a_heading_leaves_it_as_it_is(graders: dict[str, Grader]) -> None:
    q2, twin = lines(graders["q2"]), lines(graders["twin"])
    for ending, mark in (("txt", ""), ("py", "# ")):
        aside = f"{mark}Using the state of Question 2.\n"
        text = f"{mark}Question 2\n{q2}{mark}Twin\n{aside}{twin}"
        row = row_of(graders, text, f"a.{ending}")
        assert (row.score, row.error) == (6, None)


def test_colab_titles_and_line_ends_of_all_kinds(graders: dict[str, Grader]) -> None:
    q2, twin = lines(graders["q2"]), lines(graders["twin"])
    text = f"#@title Question 2\n{q2}# %% Twin\n{twin}"
    for end in ("\n", "\r\n", "\r"):
        row = row_of(graders, text.replace("\n", end), "a.py")
        assert (row.score, row.error) == (6, None), repr(end)


def test_a_submission_may_name_problems_where_claimed_stands(graders: dict[str, Grader]) -> None:
    for text in (
        "q2: {g: [1, 1]}\ntwin: {h: [9, 9]}",
        "claimed:\n  Question 2 (3 points): {g: [1, 1]}\n  '## Twin': {h: [9, 9]}",
        "claimed: {q2.g: [1, 1], Twin h: [9, 9]}",
    ):
        row = row_of(graders, f"name: A\n{text}")
        assert (verdicts(row), row.error) == ({"q2.g_2": "right", "twin.h_2": "wrong"}, None)


def test_files_are_called_after_problems_in_many_ways(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    for name in ("ann_q1 (1)", "ann_q2", "q1_ben", "Question 2 ben", "cy-q1-v2", "cy-q2_final"):
        text = f"h = {H}" if "1" in name.replace("(1)", "") and "q2" not in name else f"c = {C}"
        (tmp_path / "s" / f"{name}.txt").write_text(text)
    assert scores(lstmhw, "s") == dict.fromkeys(["ann", "ben", "cy"], ("1", "1", "2"))


def test_data_of_one_sheet_that_is_the_answer_of_another(tmp_path: Path) -> None:
    """In a program the data of a problem stand anywhere; below its heading an answer is one."""
    step: dict[str, Any] = {
        "kind": "rnn-step",
        "W_x": [[1, 0], [0, 1]],
        "W_h": [[0.5, 0], [0, 0.5]],
        "find": ["h"],
    }
    (tmp_path / "p1.yaml").write_text(json.dumps({**step, "x": [1, -1]}))
    h = package.solve(tmp_path / "p1.yaml")["h_1"].round(4).tolist()
    (tmp_path / "p2.yaml").write_text(json.dumps({**step, "x": [0, 1], "h_prev": h, "t": 2}))
    graders = {name: Grader(read(str(tmp_path / f"{name}.yaml"))) for name in ("p1", "p2")}
    row = row_of(graders, f"h_1 = {h}\np2_h_2 = [0, 0]\n", "a.py")
    assert row.score == 0
    assert "expected the heading of p1 above h_1, which is data of another" in str(row.error)
    row = row_of(graders, f"h_1 = {h}\n# Problem 1\nh_1 = {h}\n# Problem 2\nh_2 = [0, 0]\n", "a.py")
    assert (row.score, row.error) == (1, None)


def test_long_names_are_looked_at_in_one_go(graders: dict[str, Grader]) -> None:
    for text in ("( " * 40_000, "_" * 80_000, "ex1 " * 20_000, "q2(" * 30_000):
        row = row_of(graders, json.dumps({"claimed": {f"x{text}y": 1, "q2.g": [1, 1]}}), "a.json")
        assert row.score == 1


LOOKS = ("Question 2", "Twin", "## q2: a step", "Twin (3 points)", "**Q2**", "twin - LSTM")
NONE = ("Part II", "My work", "The other one", "The LSTM of the lecture", "Aside: as in question 2")
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(PROBLEMS),
        st.sampled_from([0, 0, 1, 2, "none"]),
        st.sets(st.sampled_from("gch"), min_size=1),
        st.sampled_from(["", "", "as in q2", "This took an hour.", "see the Twin"]),
    ),
    min_size=1,
    max_size=4,
)


@examples(25, 400)
@given(blocks=BLOCKS, ending=st.sampled_from(["txt", "py", "ipynb"]), style=st.sampled_from(NONE))
def test_right_answers_are_never_marked_against_another_problem(
    blocks: list[tuple[str, int | str, set[str], str]], ending: str, style: str
) -> None:
    """Below headings of all looks, and below some that are none: at worst there is an error."""
    graders = named_graders("q2", "twin")
    parts = []
    for problem, look, symbols, aside in blocks:
        looks = [each for each in LOOKS if (problem == "q2") == ("2" in each)]
        heading = style if look == "none" else looks[int(look)]
        told = [f"{s} = {right(graders[problem])[s]}" for s in sorted(symbols)]
        parts.append(
            (heading, [f"{'# ' if ending != 'txt' else ''}{aside}" if aside else "", *told])
        )
    if ending == "ipynb":
        cells = [
            {"cell_type": kind, "source": source}
            for heading, told in parts
            for kind, source in (("markdown", heading), ("code", "\n".join(told)))
        ]
        text = json.dumps({"cells": cells})
    else:
        mark = "# " if ending == "py" else ""
        text = "\n\n".join(f"{mark}{h}\n" + "\n".join(told) for h, told in parts) + "\n"
    row = row_of(graders, text, f"a.{ending}")
    assert not {"wrong", "follows"} & set(verdicts(row).values()), text
    due = {(problem, s) for problem, _, symbols, _ in blocks for s in symbols}
    assert row.error or row.score == len(due), text
