"""Many submissions: a row each, in order, as they come, whatever is wrong with one of them."""

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run, at_length
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.cli.grade import PAGE_FORMATS, ROW_FORMATS
from lstmhw.cli.request import RESUMED
from lstmhw.grading import Grader, feedback, rows
from lstmhw.grading.cells import FORMULA
from lstmhw.grading.formats import FORMATS as ALL_FORMATS
from lstmhw.grading.formats import Form, graded, line
from lstmhw.grading.homework import Row
from lstmhw.grading.output import left_over, open_output
from lstmhw.grading.rows import COLUMNS, FORMATS, in_csv
from lstmhw.grading.sources import Lines, _lines, batches
from lstmhw.grading.workers import BATCH, IN_FLIGHT
from lstmhw.reading import InputError, from_text
from lstmhw.reading.headings import NO_HEADINGS
from lstmhw.reading.json_nodes import parse_json
from lstmhw.reading.nodes import Fields, Items, Node, TextError
from lstmhw.reading.submissions import Source, read_submission
from lstmhw.solution import Check

PROBLEM = """\
kind: rnn-step
x: 0.5
W_x: [[1], [-3]]
W_h: [[0, 0], [0, 0]]
activation: identity
"""  # h_1 is [0.5, -1.5]
RIGHT = {"h": [0.5, -1.5]}
WRONG = {"h": [0.5, 7]}


def grader(more: str = "") -> Grader:
    return Grader(from_text("p.yaml", PROBLEM + more))


def line_of(name: str, claimed: Any) -> str:
    return json.dumps({"name": name, "claimed": claimed}) + "\n"


def row_of(text: str, more: str = "") -> Row:
    return grader(more).row(Source("class.ndjson", 3, text.encode()))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that `lstmhw` runs in, with a problem."""
    (tmp_path / "p.yaml").write_text(PROBLEM + "find: [h]\n")
    return tmp_path


def yaml_files(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)


# Rows


def test_a_row_says_what_was_right_and_where_it_went_wrong() -> None:
    row = row_of(line_of("Ann", {"a": [0.5, -1.5], **WRONG}))
    assert row[1:5] == ("Ann", 1, 2, "h_1")
    assert row.error is None
    assert [check.verdict for check in row.checks] == ["right", "wrong"]
    assert row_of(line_of("Bob", RIGHT))[1:5] == ("Bob", 1, 2, None)  # a is not answered


@pytest.mark.parametrize(
    ("more", "claimed", "score"),
    [
        ("", {**RIGHT}, (1, 2)),
        ("", {**RIGHT, "a": [0, 0]}, (1, 2)),
        ("find: [a, h]\n", {**RIGHT}, (1, 2)),
        ("find: [h]\n", {**RIGHT, "a": [0.5, -1.5], "x": 0.5}, (1, 1)),
        ("claimed: {a: [0, 0], h: [0, 0]}\n", {**RIGHT}, (1, 2)),
        ("find: [a]\nclaimed: {h: [0, 0]}\n", {**RIGHT}, (0, 1)),
    ],
)
def test_the_score_is_out_of_what_the_problem_asks(
    more: str, claimed: Any, score: tuple[int, int]
) -> None:
    row = row_of(line_of("Ann", claimed), more)
    assert (row.score, row.out_of) == score


def test_every_step_that_is_asked_counts() -> None:
    text = "kind: rnn-step\nxs: [1, 2]\nW_x: 1\nW_h: 0\nactivation: identity\nfind: [h]\n"
    row = Grader(from_text("p.yaml", text)).row(Source("s.ndjson", 1, b'{"claimed": {"h_2": 2}}'))
    assert (row.name, row.score, row.out_of) == ("s:1", 1, 2)


def test_numbers_are_kept_as_they_are_written() -> None:
    subject = Grader(from_text("p.yaml", PROBLEM.replace("x: 0.5", "x: 0.52")))
    for written, score in (("0.5", 0), ("0.51", 0), ("0.520", 1), ("52e-2", 1), ("5e-1", 0)):
        text = f'{{"name": "Ann", "claimed": {{"h": [{written}, -1.56]}}}}'
        assert subject.row(Source("s.ndjson", 1, text.encode())).score == score, written
    assert row_of('{"name": 007, "claimed": {}}').error
    assert row_of('{"id": 7.0, "claimed": {"h": ["1/2", "-3/2"]}}')[:3] == ("7.0", "7.0", 1)


def test_kinds_that_mark_themselves_mark_every_submission() -> None:
    count = Grader(from_text("p.yaml", (ROOT / "problems/parameter-count-v9.yaml").read_text()))
    step = Grader(from_text("p.yaml", (ROOT / "problems/step-rnn-a.yaml").read_text()))

    def row(grader: Grader, claimed: Any) -> Row:
        return grader.row(Source("s.ndjson", 1, line_of("Ann", claimed).encode()))

    assert row(count, {"total": 168})[1:5] == ("Ann", 1, 1, None)
    assert row(count, {"total": 169})[1:5] == ("Ann", 0, 1, "total")
    assert row(step, {"w1": 1, "w2": 1, "b": "-1/2"})[1:5] == ("Ann", 1, 1, None)
    assert row(step, {"w1": 1, "w2": 2, "b": -1})[1:5] == ("Ann", 0, 1, "weights")
    assert row(step, {"weights": {"w1": 1, "w2": 1, "b": 0}})[1:5] == ("Ann", 1, 1, None)
    network = {"W_x": [[2]], "W_h": [[2]], "b": [-1]}
    assert row(step, {"weights": network})[1:5] == ("Ann", 1, 1, None)
    assert row(step, {"weights": {**network, "b": [-2]}})[1:7:3] == ("Ann", "weights")
    partly = row(step, {"w1": 1, "feasible": False})
    assert partly.first_wrong == "feasible"
    assert "expected w1, w2 and b together" in str(partly.error)


@pytest.mark.parametrize(
    ("name", "claimed", "wrong"),
    [
        ("sentiment-two-units", {"y_1": 0}, "y_1"),
        ("sentiment-two-units", {"y_1": 1}, None),
        ("rnn-in-lstm-tanh", {"c_1": ["0.71630", "0.19738"]}, None),
    ],
)
def test_the_gates_of_the_problem_are_no_claim_of_a_student(
    name: str, claimed: Any, wrong: str | None
) -> None:
    """They are refuted, which `check` says of the file."""
    grader = Grader(from_text("p.yaml", (ROOT / f"problems/{name}.yaml").read_text()))
    row = grader.row(Source("s.ndjson", 1, line_of("Ann", claimed).encode()))
    assert row.first_wrong == wrong
    assert row.error is None
    assert {check.verdict for check in row.checks if check.symbol == "weights"} <= {"unanswered"}


@pytest.mark.parametrize(
    ("verdict", "extras", "score"),
    [
        ("right", {}, 1),
        ("rounding", {}, 1),
        ("follows", {}, 1),
        ("follows", {"credit": 0}, 0),
        ("wrong", {}, 0),
    ],
)
def test_what_earns_credit(
    verdict: str, extras: dict[str, Any], score: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = grader()
    check = Check("h_1", "0", None, verdict, None, None, "", extras)
    monkeypatch.setattr(subject, "mark", lambda _: ((check,), ()))
    row = subject.row(Source("s.ndjson", 1, line_of("Ann", RIGHT).encode()))
    assert (row.score, row.out_of) == (score, 2)
    assert (row.first_wrong == "h_1") == (verdict == "wrong")


def test_a_bug_is_an_error_of_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = grader()
    monkeypatch.setattr(subject, "mark", lambda _: 1 / 0)
    row = subject.row(Source("s.ndjson", 1, line_of("Ann", RIGHT).encode()))
    assert row[1:4] == ("Ann", None, None)
    assert "s.ndjson: error: a bug in lstmhw" in str(row.error)


# Bad submissions


@pytest.mark.parametrize(
    ("text", "name", "score", "error"),
    [
        ('{"name": "A", "claimed": {"hh": 1}}', "A", 0, ":3:27: error: claimed.hh: expected a sym"),
        ('{"name": "A", "claimed": {"h": [0.5, -1.5], "y": 1}}', "A", 1, ":3:45: error: claimed.y"),
        ('{"name": "A", "claimed": {"h": [0.5, "x"]}}', "A", 0, ":3:38: error: claimed.h[2]: exp"),
        ('{"name": "A", "claimed": {"h": [0.5, NaN]}}', "A", 0, "NaN, which is not a number"),
        ('{"name": "A", "claimed": {"h": [0.5, true]}}', "A", 0, "the text 'true'"),
        ('{"name": "A", "claimed": {"h": [1, Infinity]}}', "A", 0, "infinity is written .inf"),
        ('{"name": "A", "claimed": {"h": {"a": 1}}}', "A", None, "found a mapping"),
        ('{"name": "A", "claimed": {"h": [1]}}', "A", 0, "expected 2 numbers, found a single"),
        (
            '{"name": "A", "claimed": {"h": [0.5, -1.5], "h": 2}}',
            "A",
            1,
            ":3:45: error: expected each",
        ),
        ('{"name": "A", "clamed": {"h": 1}}', "A", None, "did you mean 'claimed'?"),
        ('{"name": "A", "note": 1, "claimed": {"h": [0.5, -1.5]}}', "A", 1, "unknown key 'note'"),
        ('{"name": "A"}', "A", None, "expected the key 'claimed', found none"),
        ('{"name": "A", "claimed": {}}', "A", None, "expected claimed answers, found none"),
        ('{"name": "A", "claimed": 3}', "A", None, "expected a mapping"),
        ('{"name": ["A"], "claimed": {"h": [0.5, -1.5]}}', "class:3", 1, "name: expected a text"),
        ("[1, 2]", "class:3", None, ":3:1: error: expected a submission"),
        ('{"name": "A"', "class:3", None, ":3:13: error: this is not JSON: expected a comma or }"),
        ('{"name": "A",}', "class:3", None, ":3:14: error: this is not JSON: expected a key"),
        ('{"name": .5}', "class:3", None, ":3:10: error: this is not JSON: expected a value"),
        ('{"name": "A} ', "class:3", None, "this is not JSON: expected a text in quotes"),
        ("[" * 100_000, "class:3", None, "expected at most 32 levels of nesting"),
        ("{} {}", "class:3", None, "expected nothing more, found {}"),
    ],
)
def test_bad_lines(text: str, name: str, score: int | None, error: str) -> None:
    row = row_of(text)
    assert (row.name, row.score) == (name, score)
    assert row.error is not None
    assert row.error.startswith("class.ndjson:3:")
    assert error in row.error
    assert "\n" not in row.error


def test_bad_files(lstmhw: Run, folder: Path) -> None:
    yaml_files(
        folder,
        alias="name: alias\nclaimed: {h: &a [0.5, -1.5], a: *a}\n",
        empty="",
        good="claimed: {h: [0.5, -1.5]}\n",
        many="name: M\nclaimed:\n  h: [0.5, -1.5]\n  b: 1\n  hh: 2\n",
        syntax="name: [\n",
        two="name: two\nclaimed: {h: [0.5, -1.5]}\n---\nname: B\n",
    )
    (folder / "bytes.yaml").write_bytes(b"name: \xff\n")
    names = ["alias", "empty", "good", "many", "syntax", "two", "bytes", "nowhere"]
    result = lstmhw("grade", "p.yaml", *(f"{name}.yaml" for name in names))
    found = {row["name"]: row for row in table(result.stdout)}
    assert list(found) == ["alias", "empty", "good", "M", "syntax", "two", "bytes", "nowhere"]
    assert found["good"]["error"] == ""
    assert found["alias"]["error"].startswith("alias.yaml:2:14: error: expected a value")
    assert "expected a submission, found an empty file" in found["empty"]["error"]
    assert found["M"]["score"] == "1"
    assert found["M"]["error"].startswith("many.yaml:4:3: error: claimed.b: expected a symbol")
    assert found["M"]["error"].endswith("; and 1 more")
    assert found["syntax"]["error"].startswith("syntax.yaml:2:1: error: this is not YAML")
    assert "expected one submission, found a second document" in found["two"]["error"]
    assert "expected UTF-8, found the byte 0xff" in found["bytes"]["error"]
    assert found["nowhere"]["error"] == "nowhere.yaml: error: no such file"
    assert result.returncode == 2
    assert "8 submissions, mean score 1.00 of " in result.stderr


def test_a_line_over_the_limit_is_an_error_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmhw.grading import sources

    monkeypatch.setattr(sources, "MOST_BYTES", 100)
    parts = iter([b"a" * 60] * 10 + [b"\nb\n"])
    (long, short) = next(_lines(lambda: next(parts, b"")))
    assert len(long) <= 160
    assert short == b"b"


def test_names_fit_on_a_line() -> None:
    assert row_of(line_of("A\nn\x1bn", RIGHT)).name == "A?n?n"
    assert len(row_of(line_of("n" * 10_000, RIGHT)).name) == 200
    assert row_of('{"name": "\\ud800", "claimed": {"h": [0.5, -1.5]}}').name == "?"


# Text of rows


@given(st.text(), st.sampled_from(FORMATS))
def test_rows_are_read_back_as_they_were_written(name: str, format: str) -> None:
    row = row_of(line_of(name, WRONG), "find: [h]\n")
    homework = grader().homework
    written = graded(row, Form(format), homework)
    head, text = ALL_FORMATS[format].header(homework), line(written, format, homework)
    file = io.BytesIO((head + text + "torn").encode())
    found = [row for _, row in rows.read_rows("file", file) if row is not None]
    assert [graded.row[2:-1] for graded in found] == [row[2:-1]]
    assert found[0].row.name == rows.key_in(format, None, row.name)[1]
    assert found[0].verdicts == written.verdicts
    assert file.read() == b"torn"


@given(
    st.sampled_from(FORMULA), st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
)
def test_no_cell_becomes_a_formula(first: str, text: str) -> None:
    row = row_of(line_of("Ann", RIGHT))._replace(name=first + text, error=first, where=first)
    line = in_csv(rows.Graded(row, None, ()))
    (cells,) = csv.reader(io.StringIO(line, newline=""))
    assert not any(cell.startswith(FORMULA) for cell in cells)
    assert cells[1] == f"'{first}{text}"


def test_a_name_that_would_be_a_formula(lstmhw: Run, folder: Path) -> None:
    text = line_of('=HYPERLINK("http://x","y")', RIGHT) + line_of("+1", RIGHT) + line_of("A", RIGHT)
    result = lstmhw("grade", "p.yaml", "-", stdin=text)
    assert [row["name"][:3] for row in table(result.stdout)] == ["'=H", "'+1", "A"]
    by_line = lstmhw("grade", "p.yaml", "-", "--format", "ndjson", stdin=text)
    assert json.loads(by_line.stdout.splitlines()[1])["name"] == "+1"


def test_ndjson_has_the_checks(lstmhw: Run, folder: Path) -> None:
    text = line_of("Ann", WRONG) + "{\n"
    result = lstmhw("grade", "p.yaml", "-", "--format", "ndjson", stdin=text)
    first, second = map(json.loads, result.stdout.splitlines())
    assert list(first) == [*COLUMNS, "checks"]
    assert first["error"] is None
    (check,) = first["checks"]
    assert (check["symbol"], check["claimed"], check["verdict"]) == ("h_1", [0.5, 7], "wrong")
    assert (second["score"], second["checks"]) == (None, [])


def test_the_formats_offered_are_those_there_are() -> None:
    assert tuple(ALL_FORMATS) == ROW_FORMATS
    assert tuple(feedback.FORMATS) == PAGE_FORMATS
    assert (None, *FORMATS) == RESUMED


# JSON with positions


def plain(node: Node) -> Any:
    if isinstance(node, Fields):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return node.text


def as_written(value: Any) -> Any:
    """What json.loads gives, with numbers and words as texts."""
    if isinstance(value, dict):
        return {key: as_written(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_written(part) for part in value]
    return value if isinstance(value, str) else json.dumps(value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1]))
def test_json_is_read_as_the_standard_library_does(value: Any, indent: int | None) -> None:
    node, refused = parse_json(json.dumps(value, indent=indent))
    assert plain(node) == as_written(value)
    assert not refused


@given(st.text(alphabet='{}[]":,.-+0123456789eEtruefalsn \n\\u', max_size=30))
def test_json_is_refused_where_the_standard_library_does(text: str) -> None:
    try:
        expected = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError:
        with pytest.raises(TextError):
            parse_json(text)
    else:
        assert plain(parse_json(text)[0]) == as_written(expected)


def test_json_in_several_lines_has_its_places(lstmhw: Run, folder: Path) -> None:
    (folder / "ann.json").write_text('{\n  "claimed": {\n    "h": [0.5,\n      "x"]}}\n')
    (row,) = table(lstmhw("grade", "p.yaml", "ann.json").stdout)
    assert row["error"].startswith("ann.json:4:7: error: claimed.h[2]: expected a number")


# Where submissions come from


def test_a_folder_is_its_files_by_name(lstmhw: Run, folder: Path) -> None:
    (folder / "class").mkdir()
    yaml_files(folder / "class", b="claimed: {h: [0.5, -1.5]}", a="claimed: {h: [0.5, -1.5]}")
    (folder / "class" / "c.jsonl").write_text("\n" + line_of("C", RIGHT) + "\n\n" + "{}")
    (folder / "class" / "notes.txt").write_text("not one")
    (folder / "class" / ".hidden.yaml").write_text("not one")
    result = lstmhw("grade", "p.yaml", "class")
    assert [row["name"] for row in table(result.stdout)] == ["a", "b", "C", "c:5", "notes"]
    (folder / "none").mkdir()
    empty = lstmhw("grade", "p.yaml", "none")
    assert (empty.returncode, empty.stdout) == (2, "")
    assert "none: error: expected submissions, found none" in empty.stderr


@given(st.binary(max_size=60), st.lists(st.integers(1, 9), max_size=60))
def test_lines_are_the_same_however_they_arrive(data: bytes, sizes: list[int]) -> None:
    file = io.BytesIO(data)
    read = iter([*sizes, *[10] * len(data), 10])
    found = [line for lines in _lines(lambda: file.read(next(read))) for line in lines]
    assert found == data.removesuffix(b"\n").split(b"\n") if data else not found


# Exit status


@pytest.mark.parametrize(
    ("claims", "status"), [([RIGHT], 0), ([RIGHT, WRONG], 1), ([WRONG, {"hh": 1}, RIGHT], 2)]
)
def test_exit_status(claims: list[Any], status: int, lstmhw: Run, folder: Path) -> None:
    text = "".join(line_of(f"n{k}", claimed) for k, claimed in enumerate(claims))
    assert lstmhw("grade", "p.yaml", "-", stdin=text).returncode == status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "-"), "nowhere: error: no such file"),
        (("-", "-"), "- is for submissions"),
        (("p.yaml",), "Missing argument"),
        (("p.yaml", "-"), "expected submissions, found none"),
        (("p.yaml", "-", "--resume"), "--resume needs -o"),
        (("p.yaml", "-", "--jobs", "0"), "--jobs"),
        (("bad.yaml", "-"), "bad.yaml:6:11: error: claimed.hh: expected a symbol"),
        (("p.yaml", "-", "-o", "no/where.csv"), "no/where.csv: error: no such file or directory"),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str, lstmhw: Run, folder: Path) -> None:
    (folder / "bad.yaml").write_text(PROBLEM + "claimed: {hh: 1}\n")
    result = lstmhw("grade", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


# Several processes, and streams


def a_class(count: int) -> str:
    lines = []
    for k in range(count):
        claimed = {"h": [0.5, -1.5 if k % 3 else k % 30]}  # equal claims are judged once
        lines.append("{\n" if k % 7 == 0 else line_of(f"n{k}", claimed))
    return "".join(lines)


@pytest.mark.parametrize(
    ("format", "file"), [("csv", "class.ndjson"), ("ndjson", "-"), at_length("csv", "-")]
)
def test_rows_are_the_same_from_one_process_and_from_more(
    format: str, file: str, lstmhw: Run, lstmhw_process: Run, folder: Path
) -> None:
    count = BATCH * (2 * IN_FLIGHT + 4)  # more than two processes have before them at once
    (folder / "class.ndjson").write_text(a_class(count))
    arguments = ("grade", "p.yaml", file, "--format", format, "--jobs")
    one = lstmhw(*arguments, "1", stdin=a_class(count))
    two = lstmhw_process(*arguments, "2", stdin=a_class(count))
    assert len(one.stdout.splitlines()) == count + (format == "csv")
    assert (one.stdout, one.stderr, one.returncode) == (two.stdout, two.stderr, two.returncode)


class Running:
    """`lstmhw grade p.yaml -` in a process, with pipes that stay open."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lstmhw", "grade", "p.yaml", "-", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )

    def send(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def receive(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode()

    def interrupt(self, whom: int = signal.SIGINT) -> tuple[int, str]:
        """As Ctrl-C does: every process of the terminal gets the signal."""
        os.killpg(self.process.pid, whom)
        assert self.process.stderr is not None
        said = self.process.stderr.read().decode()
        return self.process.wait(timeout=30), said


Start = Callable[..., Running]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts processes, which end with the test."""
    with contextlib.ExitStack() as stack:

        def started(*options: str) -> Running:
            running = Running(folder, *options)
            stack.enter_context(running.process)  # waits, and closes the pipes
            stack.callback(running.process.kill)
            return running

        yield started


@pytest.fixture(params=["1", "2"])
def running(request: pytest.FixtureRequest, start: Start) -> Running:
    return start("--jobs", request.param)


def test_each_line_is_answered_when_it_comes(running: Running) -> None:
    assert running.receive().startswith("id,name,score,out_of")
    for name in ("Ann", "Bob", "Cy"):
        running.send(line_of(name, RIGHT))
        assert running.receive() == f",{name},1,1,,,,\n"


def test_an_interrupt_ends_with_130_and_no_traceback(running: Running) -> None:
    running.send(line_of("Ann", RIGHT))
    assert running.receive()
    assert running.receive()
    status, said = running.interrupt()
    assert status == 130
    assert said.strip() == "interrupted"


def test_a_closed_pipe_ends_quietly(start: Start) -> None:
    running = start("--jobs", "2")
    assert running.process.stdout is not None
    running.receive()
    running.process.stdout.close()
    running.send(a_class(300))
    assert running.process.wait(timeout=30) == 0
    assert running.process.stderr is not None
    assert running.process.stderr.read() == b""


# Output files


def wait_for_rows(path: Path, count: int) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or path.read_text().count("\n") < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("format", FORMATS)
def test_a_run_that_was_killed_is_resumed(
    format: str, lstmhw: Run, folder: Path, start: Start
) -> None:
    whole = lstmhw("grade", "p.yaml", "-", "--format", format, stdin=a_class(60))
    running = start("--format", format, "-o", "rows", "--jobs", "2")
    running.send("".join(a_class(60).splitlines(keepends=True)[:25]))
    wait_for_rows(folder / "rows", 25)
    running.interrupt(signal.SIGKILL)
    done = (folder / "rows").read_text()
    assert whole.stdout.startswith(done)
    torn = whole.stdout[: len(done) + 9]
    (folder / "rows").write_text(torn)
    resumed = lstmhw("grade", "p.yaml", "-", "-o", "rows", "--resume", stdin=a_class(60))
    assert resumed.stdout == ""
    assert (folder / "rows").read_text() == whole.stdout
    assert resumed.returncode == whole.returncode == 2
    assert resumed.stderr.splitlines()[0] == whole.stderr.splitlines()[0]
    again = lstmhw("grade", "p.yaml", "-", "-o", "rows", "--resume", stdin=a_class(60))
    assert (folder / "rows").read_text() == whole.stdout
    assert again.stderr == resumed.stderr or format == "csv"  # which tells no verdicts


def test_an_interrupted_run_says_how_to_go_on(folder: Path, start: Start) -> None:
    running = start("-o", "rows", "--jobs", "2")
    running.send(line_of("Ann", RIGHT) * 2)
    wait_for_rows(folder / "rows", 3)
    status, said = running.interrupt()
    assert status == 130
    assert said.strip() == "interrupted; --resume goes on with rows"


def test_names_count_when_a_run_is_resumed(folder: Path) -> None:
    names = ["=A", "B", "=A", "C"]
    text = "".join(line_of(name, RIGHT) for name in names)
    (folder / "c.ndjson").write_text(text)
    path = str(folder / "rows")
    first = open_output(path, None, resume=False, homework=grader().homework)
    for name in ("=A", "C", "gone"):
        first.write(in_csv(rows.Graded(row_of(line_of(name, RIGHT)), None, ())))
    first.file.close()
    output = open_output(path, None, resume=True, homework=grader().homework)
    todo = left_over(
        batches([Lines(str(folder / "c.ndjson"))], 2), output.done, output.format, NO_HEADINGS
    )
    left = [[read_submission(source, NO_HEADINGS).name for source in batch] for batch in todo]
    output.file.close()
    assert left == [["B"], ["=A"]]
    assert output.tally.rows == 3


def test_what_is_there_is_never_lost(lstmhw: Run, folder: Path) -> None:
    texts = {
        "p.yaml": PROBLEM,
        "ann.yaml": "name: Ann\nclaimed: {h: [0.5, -1.5]}",
        "one.txt": "a line that has no end",
        "one.ndjson": line_of("Ann", RIGHT).strip(),
        "class.ndjson": line_of("Ann", RIGHT),
        "other.csv": "name,mark\nAnn,3\n",
        "mixed.csv": rows.csv_header() + ",Ann,1,1,,,,\nBob\n,Cy,1,1,,,,\n",
        "rows.csv": rows.csv_header() + ",Ann,1,1,,,,\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name, text in texts.items():
        plain = lstmhw("grade", "p.yaml", "ann.yaml", "-o", name)
        resume = ("--resume", "--format", "ndjson") if name == "rows.csv" else ("--resume",)
        resumed = lstmhw("grade", "p.yaml", "ann.yaml", "-o", name, *resume)
        assert (plain.returncode, resumed.returncode) == (2, 2), name
        assert f"{name}: error: this file is there already" in plain.stderr
        assert f"{name}:" in resumed.stderr
        assert (folder / name).read_text() == text
    assert (
        "mixed.csv:3:1: error"
        in lstmhw("grade", "p.yaml", "ann.yaml", "-o", "mixed.csv", "--resume").stderr
    )


def test_rows_in_the_folder_of_the_submissions_are_no_submission(lstmhw: Run, folder: Path) -> None:
    (folder / "class").mkdir()
    (folder / "class" / "a.yaml").write_text("claimed: {h: [0.5, -1.5]}\n")
    command = ("grade", "p.yaml", "class", "--format", "ndjson", "-o", "class/rows.ndjson")
    assert lstmhw(*command).returncode == 0
    resumed = lstmhw(*command, "--resume")
    assert resumed.returncode == 0
    assert resumed.stderr.startswith("1 submission, mean score 1.00 of 1, none with errors")


def test_a_device_and_a_full_disk(lstmhw: Run, lstmhw_process: Run, folder: Path) -> None:
    text = line_of("Ann", RIGHT)
    assert lstmhw("grade", "p.yaml", "-", "-o", "/dev/null", stdin=text).returncode == 0
    assert table(lstmhw_process("grade", "p.yaml", "-", "-o", "/dev/stdout", stdin=text).stdout)
    full = lstmhw("grade", "p.yaml", "-", "-o", "/dev/full", stdin=text)
    assert full.returncode == 2
    assert full.stderr == "/dev/full: error: no space left on device\n"


def test_a_foreign_file_is_refused_with_its_line(folder: Path) -> None:
    path = folder / "rows"
    path.write_text(rows.csv_header() + 'Ann,one,1,,,,\n"')
    with (
        pytest.warns(ResourceWarning, match="unclosed file"),  # closed by the end of the process
        pytest.raises(InputError, match="rows:2:1: error: expected a row"),
    ):
        open_output(str(path), None, resume=True, homework=grader().homework)


# The summary


def test_the_summary_counts_symbols_and_mistakes(lstmhw: Run, folder: Path) -> None:
    (folder / "p.yaml").write_text(PROBLEM + "find: [a, h]\n")
    claims = [
        {"a": [0.5, -1.5], "h": [0.5, -1.5]},
        {"a": [0.5000001, -1.5], "h": [0.5, 7]},
        {"h": [0.5, 8]},
    ]
    text = "".join(line_of(f"n{k}", claimed) for k, claimed in enumerate(claims)) + "{\n"
    result = lstmhw("grade", "p.yaml", "-", stdin=text)
    lines = result.stderr.splitlines()
    assert lines[0] == "4 submissions, mean score 1.00 of 2, 1 with errors"
    assert lines[2] == "By symbol"
    assert lines[3].split()[:6] == ["right", "rounding", "coarse", "unanswered", "follows", "wrong"]
    assert lines[4].split()[:7] == ["a_1", "1", "1", "0", "1", "0", "0"]
    assert lines[5].split()[:7] == ["h_1", "1", "0", "0", "0", "0", "2"]
    mistakes = lines[lines.index("Mistakes") :]
    assert mistakes[1].split() == ["code", "submissions", "for", "example"]
    assert mistakes[2].split()[-2:] == ["2", "n1"]
    assert all(len(line) <= 80 for line in lines)
    assert "\x1b" not in result.stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs terminals")
@pytest.mark.parametrize("on_terminal", [True, False])
def test_the_progress_bar_and_the_rows_do_not_mix(on_terminal: bool, folder: Path) -> None:
    ours, theirs = os.openpty()
    (folder / "class.ndjson").write_text(a_class(30))
    process = subprocess.Popen(
        [sys.executable, "-m", "lstmhw", "grade", "p.yaml", "class.ndjson"],
        stdin=subprocess.DEVNULL,
        stdout=theirs if on_terminal else subprocess.PIPE,
        stderr=theirs,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 2**16):
            seen += part
    except OSError:  # how a terminal ends
        pass
    text = seen.decode()
    assert "marked" in text
    assert "\x1b[3" not in text
    assert "30 submissions, " in text.split("\x1b")[-1]
    piped, _ = process.communicate()
    os.close(ours)
    out = text if on_terminal else piped.decode()
    for k in range(1, 7):
        assert f"\n,n{k},{int(k % 3 > 0)},1," in out.replace("\x1b[2K", "").replace("\r", "\n")


def test_what_is_asked_and_left_out_is_a_row_of_the_checks() -> None:
    subject = Grader(from_text("p.yaml", PROBLEM + "find: [a, h]\n"))
    row = subject.row(Source("s.ndjson", 1, b'{"name": "Ann", "claimed": {"h": [0.5, -1.5]}}'))
    assert [(c.symbol, c.verdict) for c in row.checks] == [("a_1", "unanswered"), ("h_1", "right")]
    assert (row.score, row.out_of, row.first_wrong) == (1, 2, None)
