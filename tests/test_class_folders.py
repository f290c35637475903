"""Whose a file is, which of several attempts counts, and who handed nothing in."""

import csv
import io
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, examples
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.grading import Grader
from lstmhw.grading.attempts import best_of, counts_of, key_of, last_of
from lstmhw.grading.folders import in_folder
from lstmhw.grading.homework import Row
from lstmhw.grading.rows import Graded
from lstmhw.reading import InputError, from_text
from lstmhw.reading.submissions import Source, Student

PROBLEM = """\
kind: rnn-step
x: 0.5
W_x: [[1], [-3]]
W_h: [[0, 0], [0, 0]]
activation: identity
find: [a, h]
"""  # a_1 and h_1 are [0.5, -1.5]
GRADER = Grader(from_text("p.yaml", PROBLEM))
RIGHT = "h = 0.5, -1.5\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(PROBLEM)
    return tmp_path


def write(folder: Path, **texts: str) -> None:
    """Files by their paths, with __ for a slash."""
    for path, text in texts.items():
        file = folder / path.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def put(folder: Path, *paths: str) -> None:
    """Files with the same right answer."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(RIGHT)


def people(folder: Path) -> list[tuple[str | None, str]]:
    rows = [GRADER.row(source) for source in in_folder(str(folder), None)]
    assert all(row.score == 1 for row in rows), rows
    return [(row.id, row.name) for row in rows]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# Folders


def test_a_file_is_called_by_its_folder_or_its_path(tmp_path: Path) -> None:
    put(tmp_path, "ann.txt", "bob/hw1/answers.txt", "group a/cy.txt", "group a/di.txt")
    put(tmp_path, ".hidden.txt", "__MACOSX/ann.txt", "bob/.cache/x.txt", ".git/y.txt")
    expected = ["ann", "bob", "group a/cy", "group a/di"]
    assert people(tmp_path) == [(None, name) for name in expected]


def test_downloads_of_moodle_and_canvas_say_whose_a_file_is(tmp_path: Path) -> None:
    put(
        tmp_path, "Ann Doe_12345_assignsubmission_file_/hw.txt", "Bob_7_assignsubmission_file_b.txt"
    )
    put(tmp_path, "doecy_LATE_4455_98765_hw.txt", "roedi_4456_98766_hw-1.txt")
    (tmp_path / "Ann Doe_12345_assignsubmission_onlinetext_").mkdir()
    online = tmp_path / "Ann Doe_12345_assignsubmission_onlinetext_" / "onlinetext.html"
    online.write_text("<p>see file</p>")
    assert people(tmp_path) == [
        ("12345", "Ann Doe"),
        ("7", "Bob"),
        ("4455", "doecy"),
        ("4456", "roedi"),
    ]


def test_what_a_file_says_of_its_student_goes_before(tmp_path: Path) -> None:
    write(tmp_path, ann__hw=f"name: Zoe\nid: z1\n{RIGHT}")
    (tmp_path / "ann" / "hw").rename(tmp_path / "ann" / "hw.txt")
    assert people(tmp_path) == [("z1", "Zoe")]


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "outside/secret.txt", "class/ann.txt")
    os.symlink(tmp_path / "outside" / "secret.txt", tmp_path / "class" / "bob.txt")
    os.symlink(tmp_path / "outside", tmp_path / "class" / "cy")
    os.symlink("ann.txt", tmp_path / "class" / "inside.txt")
    os.symlink("nowhere", tmp_path / "class" / "broken.txt")
    os.symlink("loop.txt", tmp_path / "class" / "loop.txt")
    assert people(tmp_path / "class") == [(None, "ann"), (None, "inside")]


GROUP = """\
---
submission_1:
  :submitters:
  - :name: Ann Doe
    :sid: '0101'
    :email: ann@uni.edu
  - :name: Bob
    :sid:
    :email: bob@uni.edu
  :created_at: 2024-10-03 14:05:12.000000000 Z
  :results: {}
submission_2:
  :submitters:
  - :name: Cy
    :sid: '0103'
submission_3:
  :submitters:
  - :name: Di
"""


def test_everyone_of_a_group_in_gradescope_has_a_row(tmp_path: Path) -> None:
    put(tmp_path, "submission_1/answers.txt", "submission_3/one.txt", "submission_3/two.txt")
    (tmp_path / "submission_1" / "answers.txt").write_text(f"name: An impostor\nid: 7\n{RIGHT}")
    (tmp_path / "submission_1" / "scan.pdf").write_bytes(b"%PDF")
    (tmp_path / "submission_metadata.yml").write_text(GROUP)
    rows = [GRADER.row(source) for source in in_folder(str(tmp_path), None)]
    assert [row[:3] for row in rows] == [
        ("0101", "Ann Doe", 1),
        ("bob@uni.edu", "Bob", 1),
        ("0103", "Cy", None),
        (None, "Di", None),
    ]
    assert "submission_2: error: expected one file with answers, found no file" in str(
        rows[2].error
    )
    assert "found several: one.txt, two.txt" in str(rows[3].error)


def test_a_table_in_a_folder_is_told_how_it_is_graded(lstmhw: Run, folder: Path) -> None:
    put(folder / "handed", "ann.txt")
    table_of_two = 'name,h\nBob,"0.5, -1.5"\nCy,"0.5, 7"\n'
    write(folder, handed__class=table_of_two)
    (folder / "handed" / "class").rename(folder / "handed" / "class.CSV")
    rows = table(lstmhw("grade", "p.yaml", "handed").stdout)
    assert [(row["name"], row["score"]) for row in rows] == [("ann", "1"), ("class", "")]
    assert "found a table (grade it by itself)" in rows[1]["error"]
    (folder / "handed" / "class.CSV").rename(folder / "class.csv")
    rows = table(lstmhw("grade", "p.yaml", "class.csv").stdout)
    assert [(row["name"], row["score"]) for row in rows] == [("Bob", "1"), ("Cy", "0")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("submission_1: [", "submission_metadata.yml:2:1: error: this is not YAML"),
        ("- a", "submission_metadata.yml:1:1: error: expected a folder's name"),
        ("", "submission_metadata.yml:1:1: error: expected a list of submissions, found an empty"),
    ],
)
def test_a_list_of_submitters_that_cannot_be_read_is_an_error(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(InputError) as raised:
        in_folder(str(tmp_path), None)
    assert said in str(raised.value)


def test_files_that_are_no_text_are_rows_with_an_error(lstmhw: Run, folder: Path) -> None:
    put(folder / "class", "ann.txt")
    (folder / "class" / "bob.pdf").write_bytes(b"%PDF-1.4\n\xff")
    (folder / "class" / "cy.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (folder / "class" / "di.docx").write_bytes(b"PK\x03\x04\x00")
    (folder / "class" / "ed.exe").write_bytes(b"MZ\x90\x00")
    (folder / "class" / "flo.txt").write_bytes(b"")
    result = lstmhw("grade", "p.yaml", "class")
    found = {row["name"]: row["error"] for row in table(result.stdout)}
    assert list(found) == ["ann", "bob", "cy", "di", "ed", "flo"]
    assert result.returncode == 2
    kinds = {"bob": "a PDF", "cy": "a picture", "di": "a zip", "ed": "other data"}
    for name, kind in kinds.items():
        assert found[name].endswith(
            f"expected answers as text (.yaml, .json, .txt, .ipynb), found {kind}"
        )
    assert "expected answers, found none" in found["flo"]


# Attempts


def sources(*attempts: tuple[str | None, float | None]) -> list[list[Source]]:
    """Submissions with these ids and times, two in a batch."""
    every = [
        Source(f"{k}", student=Student(id or "", f"n{k}", True), time=time, error="none")
        for k, (id, time) in enumerate(attempts)
    ]
    return [every[k : k + 2] for k in range(0, len(every), 2)]


IDS = st.sampled_from([None, "a", "b", "A ", "c"])


@given(st.lists(st.tuples(IDS, st.none() | st.sampled_from([1.0, 2.0, 3.0])), max_size=12))
@examples(60, 500)
def test_the_last_of_each_id_is_kept(attempts: list[tuple[str | None, float | None]]) -> None:
    """Against all of them sorted: those without a time by their place."""
    batches = sources(*attempts)
    last = last_of(batches)
    kept = [int(source.file) for batch in last.only(batches) for source in batch]
    groups: dict[Any, list[int]] = {}
    for k, (id, _) in enumerate(attempts):
        groups.setdefault(k if id is None else id.strip().lower(), []).append(k)
    assert len(kept) == len(groups) == last.total
    for key, members in groups.items():
        (one,) = set(kept) & set(members)
        times = [attempts[k][1] for k in members]
        if isinstance(key, str) and None not in times:
            assert attempts[one][1] == max(t for t in times if t is not None)
        elif set(times) == {None}:
            assert one == members[-1]


def a_row(id: str | None, score: float | None) -> Graded:
    return Graded(Row(id, "n", score, 2, None, None, None, None), None, ())


@given(st.lists(st.tuples(IDS, st.none() | st.sampled_from([0, 1, 2])), max_size=12))
@examples(60, 500)
def test_the_best_of_each_id_is_kept(attempts: list[tuple[str | None, float | None]]) -> None:
    counts = counts_of(sources(*((id, None) for id, _ in attempts)))
    found = list(best_of((a_row(id, score) for id, score in attempts), counts))
    groups: dict[Any, list[float]] = {}
    for k, (id, score) in enumerate(attempts):
        points = -1 if score is None else score
        groups.setdefault(k if id is None else key_of(id), []).append(points)
    assert sorted(max(points) for points in groups.values()) == sorted(
        -1 if each.row.score is None else each.row.score for each in found
    )


def lines(*submissions: tuple[str, Sequence[float]]) -> str:
    every = ({"id": id, "name": id.upper(), "claimed": {"h": h}} for id, h in submissions)
    return "".join(json.dumps(each) + "\n" for each in every)


THREE = lines(("a", [0.5, -1.5]), ("b", [0.5, 7]), ("a", [0.5, 8]), ("c", [0.5, -1.5]))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["b0", "a0", "c1"]),
        (("--attempts", "last"), ["b0", "a0", "c1"]),
        (("--attempts", "best"), ["b0", "a1", "c1"]),
        (("--attempts", "all"), ["a1", "b0", "a0", "c1"]),
    ],
)
def test_attempts(options: Sequence[str], expected: list[str], lstmhw: Run, folder: Path) -> None:
    (folder / "c.ndjson").write_text(THREE)
    result = lstmhw("grade", "p.yaml", "c.ndjson", *options)
    assert [row["id"] + row["score"] for row in table(result.stdout)] == expected
    (folder / "half.csv").write_text(result.stdout[: result.stdout.index("\n", 60) + 4])
    resumed = lstmhw("grade", "p.yaml", "c.ndjson", *options, "-o", "half.csv", "--resume")
    assert resumed.returncode == result.returncode
    assert (folder / "half.csv").read_text() == result.stdout


def test_all_lines_of_standard_input_count(lstmhw: Run, folder: Path) -> None:
    result = lstmhw("grade", "p.yaml", "-", stdin=THREE)
    assert [row["id"] for row in table(result.stdout)] == ["a", "b", "a", "c"]
    for choice in ("last", "best"):
        refused = lstmhw("grade", "p.yaml", "-", "--attempts", choice, stdin=THREE)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"--attempts {choice} needs files" in refused.stderr


@pytest.mark.parametrize(("name", "ids"), [("f.ndjson", ["a", "b", "a", "c"]), ("f", ["z"])])
def test_a_pipe_is_read_once(name: str, ids: list[str], lstmhw: Run, folder: Path) -> None:
    os.mkfifo(folder / name)
    text = THREE if name.endswith("ndjson") else "id: z\nclaimed: {h: [0.5, -1.5]}\n"
    writer = threading.Thread(target=(folder / name).write_text, args=(text,), daemon=True)
    writer.start()
    result = lstmhw("grade", "p.yaml", name)
    writer.join(timeout=10)
    assert [row["id"] for row in table(result.stdout)] == ids


def test_a_table_is_no_pipe(lstmhw: Run, folder: Path) -> None:
    os.mkfifo(folder / "f.csv")
    result = lstmhw("grade", "p.yaml", "f.csv")
    assert (result.returncode, result.stdout) == (2, "")
    assert "f.csv: error: expected a table in a file" in result.stderr


def test_submissions_without_an_id_are_each_of_another(lstmhw: Run, folder: Path) -> None:
    (folder / "d.ndjson").write_text('{"name": "Ann", "claimed": {"h": [1, 2]}}\n' * 3)
    assert len(table(lstmhw("grade", "p.yaml", "d.ndjson").stdout)) == 3


def test_the_newest_of_canvas_is_the_last_though_it_stands_first(lstmhw: Run, folder: Path) -> None:
    """Canvas sorts the newest first."""
    header = "name,id,section,section_id,submitted,attempt,1: h,1.0,n correct\n"
    new = 'Ann,1,A,2,2024-10-03 10:00:00 UTC,2,"0.5, -1.5",1,1\n'
    old = 'Ann,1,A,2,2024-10-02 10:00:00 UTC,1,"0.5, 7",1,1\n'
    (folder / "c.csv").write_text(header + new + old)
    assert [row["score"] for row in table(lstmhw("grade", "p.yaml", "c.csv").stdout)] == ["1"]
    (folder / "c.csv").write_text(
        (header + new + old)
        .replace("attempt", "x")
        .replace("UTC,2", "UTC,")
        .replace("UTC,1", "UTC,")
    )
    assert [row["score"] for row in table(lstmhw("grade", "p.yaml", "c.csv").stdout)] == ["1"]


def test_an_attempt_that_was_not_handed_in_is_not_the_last(lstmhw: Run, folder: Path) -> None:
    """Moodle lists attempts in progress, without a time at which they were completed."""
    header = "Last name,First name,Email address,Status,Started,Completed,h\n"
    done = 'Doe,Ann,a@x,Finished,2 May 2024 1:00 PM,2 May 2024 1:09 PM,"0.5, -1.5"\n'
    begun = "Doe,Ann,a@x,In progress,3 May 2024 1:00 PM,-,-\n"
    for rows in (done + begun, begun + done):
        (folder / "c.csv").write_text(header + rows)
        assert [row["score"] for row in table(lstmhw("grade", "p.yaml", "c.csv").stdout)] == ["1"]
    (folder / "c.csv").write_text(header + begun)
    assert [row["score"] for row in table(lstmhw("grade", "p.yaml", "c.csv").stdout)] == ["0"]


# Rosters


def test_who_is_missing_is_a_row(lstmhw: Run, folder: Path) -> None:
    (folder / "class.csv").write_text(
        "Last name,First name,ID number,Email address\n"
        "Doe,Ann,7,A@uni.edu\nRoe,Bob,8,bob@uni.edu\nPoe,Cy,9,cy@uni.edu\nNoe,Di,,di@uni.edu\n"
    )
    (folder / "c.ndjson").write_text(
        lines(("a@UNI.edu", [0.5, -1.5]), ("8", [0.5, 7]), ("stranger", [0.5, -1.5]))
    )
    result = lstmhw("grade", "p.yaml", "c.ndjson", "--roster", "class.csv")
    rows = table(result.stdout)
    assert [(row["id"], row["name"], row["score"], row["out_of"]) for row in rows] == [
        ("a@UNI.edu", "A@UNI.EDU", "1", "2"),
        ("8", "8", "0", "2"),
        ("stranger", "STRANGER", "1", "2"),
        ("9", "Cy Poe", "0", "2"),
        ("di@uni.edu", "Di Noe", "0", "2"),
    ]
    assert [row["error"] for row in rows] == ["", "", "", "no submission", "no submission"]
    assert (
        "class.csv: warning: not in the class, and graded all the same: stranger" in result.stderr
    )
    streamed = lstmhw(
        *("grade", "p.yaml", "-", "--roster", "class.csv", "--format", "ndjson"),
        stdin=(folder / "c.ndjson").read_text(),
    )
    last = json.loads(streamed.stdout.splitlines()[-1])
    assert (last["name"], last["score"], last["error"]) == ("Di Noe", 0, "no submission")
    assert [check["verdict"] for check in last["checks"]] == ["unanswered", "unanswered"]


def test_who_is_missing_is_no_submission_and_no_error(lstmhw: Run, folder: Path) -> None:
    (folder / "class.csv").write_text("id,name\na,Ann\nb,Bob\nc,Cy\n")
    (folder / "c.ndjson").write_text(lines(("a", [0.5, -1.5])))
    command = ("grade", "p.yaml", "c.ndjson", "--roster", "class.csv")
    result = lstmhw(*command, "--feedback", "pages", "--feedback-format", "text")
    alone = lstmhw("grade", "p.yaml", "c.ndjson")
    missing = ", 2 students without a submission"
    assert result.returncode == alone.returncode == 0
    first, *rest = alone.stderr.splitlines()
    told = " ".join(result.stderr.split())
    assert told == " ".join([first + missing, *" ".join(rest).split()])
    assert "Not all could be read" not in (folder / "pages" / "b.txt").read_text()
    assert "There is no submission." in (folder / "pages" / "b.txt").read_text()
    moodle = table(lstmhw(*command, "--format", "moodle").stdout)
    assert [row["Feedback comments"][:23] for row in moodle] == [
        "a_1: There is no answer",
        *["There is no submission."] * 2,
    ]
    assert "c,Cy" in result.stdout
    unnamed = table(lstmhw(*command, "--anonymous").stdout)
    assert [row["error"] for row in unnamed] == ["", "no submission", "no submission"]
    (folder / "nobody.ndjson").write_text('{"id": "a", "claimed": {"h": "?"}}\n')
    unread = lstmhw("grade", "p.yaml", "nobody.ndjson", "--roster", "class.csv")
    assert unread.returncode == 2
    assert unread.stderr.startswith("1 submission, mean score 0.00 of 2, 1 with errors, 2 students")


def test_a_file_may_be_called_by_an_id_of_the_roster(lstmhw: Run, folder: Path) -> None:
    put(folder / "handed", "s7.txt")
    (folder / "class.csv").write_text("sid;name\nS7;Ann\n\ns8;Bob\n")
    rows = table(lstmhw("grade", "p.yaml", "handed", "--roster", "class.csv").stdout)
    assert [(row["name"], row["error"]) for row in rows] == [("s7", ""), ("Bob", "no submission")]


def test_a_name_that_only_one_has_tells_who_it_is(lstmhw: Run, folder: Path) -> None:
    put(
        folder / "handed",
        "Ann Doe_55_assignsubmission_file_/a.txt",
        "Di_56_assignsubmission_file_d.txt",
    )
    (folder / "class.csv").write_text("id,name\n1,Ann  Doe\n2,Di\n3,Di\n")
    rows = table(lstmhw("grade", "p.yaml", "handed", "--roster", "class.csv").stdout)
    assert [(row["id"], row["error"]) for row in rows] == [
        ("55", ""),
        ("56", ""),
        ("2", "no submission"),
        ("3", "no submission"),
    ]


def test_a_run_with_a_roster_is_resumed(lstmhw: Run, folder: Path) -> None:
    (folder / "class.csv").write_text("id,name\na,A\n=d,D\n+e,E\n")
    (folder / "c.ndjson").write_text(lines(("a", [0.5, -1.5]), ("=d", [0.5, -1.5])))
    arguments = ("grade", "p.yaml", "c.ndjson", "--roster", "class.csv")
    whole = lstmhw(*arguments).stdout
    for count in range(1, whole.count("\n") + 1):
        (folder / "rows.csv").write_text("".join(whole.splitlines(keepends=True)[:count]))
        lstmhw(*arguments, "-o", "rows.csv", "--resume")
        assert (folder / "rows.csv").read_text() == whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,mark\nAnn,3\n", "class.csv:1:1: error: expected a column with ids"),
        ("", "class.csv:1:1: error: expected a header"),
        ('id,name\n1,"Ann\n', "class.csv:2:4: error: expected a closing quote"),
        (None, "class.csv: error: no such file"),
    ],
)
def test_a_roster_that_cannot_be_read_is_an_error(
    text: str | None, said: str, lstmhw: Run, folder: Path
) -> None:
    if text is not None:
        (folder / "class.csv").write_text(text)
    result = lstmhw("grade", "p.yaml", "-", "--roster", "class.csv", stdin=THREE)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
