"""The front door: what is printed where, and the exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from conftest import ROOT, Run, at_length

import lstmhw.cli.solve
from lstmhw import __version__
from lstmhw.cli import run
from lstmhw.cli.answering import refuse_overwriting
from lstmhw.cli.complaints import fitted
from lstmhw.cli.manner import FORMATS as OFFERED
from lstmhw.cli.writing import emit
from lstmhw.reading import shipped
from lstmhw.render import FORMATS

Q2 = (ROOT / "problems" / "q2.yaml").read_text()
BAD = "kind: rnn-step\nx: [one]\n"


def test_a_name_a_path_and_standard_input_are_the_same_problem(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(Q2)
    by_name, by_path = lstmhw("solve", "q2"), lstmhw("solve", "mine.yaml")
    piped = lstmhw("solve", "-", stdin=Q2)
    assert by_name.returncode == 0
    assert "h_2  [0.2723, 0.9725]" in by_name.stdout
    assert by_name.stdout == by_path.stdout == piped.stdout


@pytest.mark.parametrize("format", FORMATS)
def test_formats_and_output_files(lstmhw: Run, tmp_path: Path, format: str) -> None:
    printed = lstmhw("solve", "q2", "--format", format)
    written = lstmhw("solve", "q2", "--format", format, "-o", "answer")
    assert (printed.returncode, written.returncode, written.stdout) == (0, 0, "")
    assert (tmp_path / "answer").read_text() == printed.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["answer"]


def test_the_formats_offered_are_those_there_are() -> None:
    assert OFFERED == FORMATS


def test_several_files_are_a_list_in_their_order(lstmhw: Run) -> None:
    result = lstmhw("solve", "q2", "q1", "--format", "json")
    assert ["z_g_2" in entry["answers"] for entry in json.loads(result.stdout)] == [True, False]


def test_digits(lstmhw: Run, tmp_path: Path) -> None:
    assert "[0.272284, 0.972478]" in lstmhw("solve", "q2", "--digits", "6").stdout
    (tmp_path / "six.yaml").write_text(Q2 + "digits: 6\n")
    assert "[0.272284, 0.972478]" in lstmhw("solve", "six.yaml").stdout
    assert "[0.27, 0.97]" in lstmhw("solve", "six.yaml", "--digits", "2").stdout


def test_a_wrong_claim_exits_1_only_where_that_is_asked(lstmhw: Run, tmp_path: Path) -> None:
    assert lstmhw("solve", "q2").returncode == 0
    strict = lstmhw("solve", "q2", "--strict")
    assert strict.returncode == 1
    assert "Claimed answers" in strict.stdout
    (tmp_path / "right.yaml").write_text(Q2[: Q2.index("claimed")] + "claimed: {g: [1, 1]}\n")
    assert lstmhw("solve", "right.yaml", "--strict").returncode == 0


def test_a_bad_file_exits_2_with_nothing_on_standard_output(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    result = lstmhw("solve", "q2", "bad.yaml", "nowhere", "-o", "answer")
    assert (result.returncode, result.stdout) == (2, "")
    assert "bad.yaml:2:5: error: x[1]: expected a number, found the text 'one'" in result.stderr
    assert "nowhere: error: no such file" in result.stderr
    assert not (tmp_path / "answer").exists()


def test_a_bad_claim_is_an_error_at_its_line(lstmhw: Run) -> None:
    text = Q2.replace("  h: [0.2723, 0.9719]", "  hh: [0.2723, 0.9719]")
    result = lstmhw("solve", "-", stdin=text)
    assert result.returncode == 2
    line = text[: text.index("  hh:")].count("\n") + 1
    assert result.stderr.startswith(f"<stdin>:{line}:3: error: claimed.hh")


def test_an_overflow_names_the_step(lstmhw: Run) -> None:
    text = "kind: rnn-step\nxs: [1, 1e200]\nW_x: 1e200\nW_h: 1\nactivation: relu\n"
    result = lstmhw("solve", "-", stdin=text)
    assert (result.returncode, result.stdout) == (2, "")
    assert "a_2 overflows" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("solve",),
        ("slove", "q2"),
        ("solve", "q2", "--digits", "x"),
        ("solve", "q2", "--format", "pdf"),
    ],
)
def test_usage_exits_2(lstmhw: Run, arguments: tuple[str, ...]) -> None:
    result = lstmhw(*arguments)
    assert result.returncode == 2
    assert "Usage: " in result.stderr + result.stdout
    assert "Traceback" not in result.stderr


def test_version_and_help(lstmhw: Run) -> None:
    assert __version__ in lstmhw("--version").stdout
    assert "solve" in lstmhw("--help").stdout


def test_problems_are_listed_with_kind_and_title(lstmhw: Run) -> None:
    lines = lstmhw("problems").stdout.splitlines()
    names = [line.split()[0] for line in lines]
    assert names == sorted(path.stem for path in (ROOT / "problems").glob("*.yaml"))
    assert any(line.startswith("q2 ") and "lstm-step" in line for line in lines)
    listed = json.loads(lstmhw("problems", "--format", "json").stdout)
    assert [entry["name"] for entry in listed] == names
    assert set(listed[0]) == {"name", "kind", "title"}


def test_the_list_of_problems_is_not_wider_than_the_page(lstmhw: Run) -> None:
    lines = lstmhw("problems").stdout.splitlines()
    titles = {p["name"]: p["title"] for p in json.loads(lstmhw("problems", "--format=json").stdout)}
    assert max(map(len, lines)) <= 80
    assert any(line.endswith(" ...") for line in lines)
    for line in lines:
        name, _, shown = line.split(maxsplit=2)
        assert titles[name].startswith(shown.removesuffix(" ..."))


@pytest.mark.parametrize("columns", [40, 60])
def test_titles_stand_whole_below_where_there_is_no_room_beside(lstmhw: Run, columns: int) -> None:
    narrow = lstmhw("problems", COLUMNS=str(columns)).stdout
    assert max(map(len, narrow.splitlines())) <= columns
    for problem in json.loads(lstmhw("problems", "--format=json").stdout):
        entry = f"{problem['name']} {problem['kind']} {problem['title']}"
        assert entry in " ".join(narrow.split())


@pytest.mark.parametrize("columns", ["40", "60"])
def test_columns_says_how_wide_a_pipe_and_a_file_are(
    lstmhw: Run, tmp_path: Path, columns: str
) -> None:
    printed = lstmhw("solve", "q2", COLUMNS=columns).stdout
    lstmhw("solve", "q2", "-o", "answer", COLUMNS=columns)
    assert (tmp_path / "answer").read_text() == printed
    assert int(columns) - 10 < max(map(len, printed.splitlines())) <= int(columns)


@pytest.mark.parametrize("columns", ["", "wide", *map(at_length, ("0", "-5", "99999999999999"))])
def test_a_width_that_is_none_is_80(lstmhw: Run, columns: str) -> None:
    assert lstmhw("solve", "q2", COLUMNS=columns).stdout == lstmhw("solve", "q2").stdout


def test_an_error_is_wrapped_where_there_is_little_room(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(f"kind: rnn-step\nx: [{'1, ' * 20}one, 2, 3, 4, 5]\n")
    wide = lstmhw("solve", "bad.yaml", COLUMNS="").stderr
    narrow = lstmhw("solve", "bad.yaml", COLUMNS="40").stderr
    assert wide.splitlines()[0].endswith("expected a number, found the text 'one'")
    assert max(map(len, narrow.splitlines())) <= 40
    assert " ".join(narrow.split()[:10]) == wide.splitlines()[0]
    source, caret = narrow.splitlines()[-2:]
    assert source[caret.index("^") :].startswith("one")


def test_usage_errors_are_wrapped_too(lstmhw: Run) -> None:
    narrow = lstmhw("equations", "lstmm", COLUMNS="40").stderr
    assert max(map(len, narrow.splitlines())) <= 40
    assert "'lstm-gradient'" in narrow


def test_a_word_longer_than_the_line_is_left_whole() -> None:
    assert fitted("a " + "b" * 30 + " c", 20) == "a\n    " + "b" * 30 + "\n    c"


def test_a_command_imports_no_other() -> None:
    code = (
        "import sys; from lstmhw.cli import cli; cli.get_command(None, 'schema');"
        "print(*(name for name in sys.modules if name.startswith('lstmhw.')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "lstmhw.cli.schema" in run.stdout
    assert "lstmhw.cli.solve" not in run.stdout
    assert "lstmhw.reading" not in run.stdout


def test_colour(lstmhw: Run) -> None:
    assert "\x1b" not in lstmhw("solve", "q2").stdout
    assert "\x1b" in lstmhw("solve", "q2", "--color").stdout
    assert "\x1b" not in lstmhw("solve", "q2", "--color", NO_COLOR="1").stdout
    assert "\x1b" not in lstmhw("solve", "q2", "--no-color", FORCE_COLOR="1").stdout
    assert "\x1b" not in lstmhw("solve", "q2", FORCE_COLOR="1").stdout


def test_the_answer_is_never_written_over_the_question(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(Q2)
    result = lstmhw("solve", "mine.yaml", "-o", "mine.yaml")
    assert result.returncode == 2
    assert "this is the problem file" in result.stderr
    piped = shell(f"cd {tmp_path} && lstmhw solve - -o mine.yaml < mine.yaml")
    assert piped.returncode == 2
    assert (tmp_path / "mine.yaml").read_text() == Q2


def test_a_shipped_problem_is_not_overwritten_by_its_answer() -> None:
    with pytest.raises(click.exceptions.Exit):
        refuse_overwriting(("q1", "q2"), shipped()["q2"])
    refuse_overwriting(("q1",), shipped()["q2"])


def test_a_draft_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    stranger = tmp_path / f"answer.{os.getpid()}.tmp"
    stranger.write_text("mine")
    with pytest.raises(click.exceptions.Exit):
        emit("new", str(tmp_path / "answer"))
    assert stranger.read_text() == "mine"


def test_an_output_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tmp_path / "answer"
    answer.write_text("old")
    answer.chmod(0o640)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_disk)
        with pytest.raises(click.exceptions.Exit) as error:
            emit("new", str(answer))
    assert error.value.exit_code == 2
    assert answer.read_text() == "old"
    emit("new", str(answer))
    assert answer.read_text() == "new"
    assert answer.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["answer"]


def test_a_missing_folder_is_a_clear_error(lstmhw: Run) -> None:
    result = lstmhw("solve", "q2", "-o", "nowhere/answer")
    assert result.returncode == 2
    assert "nowhere/answer: error: no such file or directory" in result.stderr


def test_a_link_and_a_device_are_written_through(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    assert lstmhw("solve", "q2", "-o", "link").returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert "h_2" in (tmp_path / "real").read_text()
    assert lstmhw("solve", "q2", "-o", "/dev/null").returncode == 0


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command line of bash, in which `lstmhw` is this one."""
    script = f'lstmhw() {{ "{sys.executable}" -m lstmhw "$@"; }}\n{command}'
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize(
    "command", ["solve q1 q2 gru --full", "solve q1 --format json", "problems"]
)
def test_a_closed_pipe_ends_quietly(command: str) -> None:
    result = shell(f"lstmhw {command} | true; echo ${{PIPESTATUS[0]}}")
    assert (result.stdout, result.stderr) == ("0\n", "")


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("lstmhw solve q2 > /dev/full", 2, "output: error: no space left on device"),
        ("lstmhw solve q2 -o /dev/full", 2, "/dev/full: error: no space left on device"),
        ("lstmhw --help > /dev/full", 2, "no space left on device"),
        ("lstmhw solve q2 >&-", 0, ""),
        ("lstmhw solve - <&-", 2, "standard input is closed"),
        ("lstmhw solve nowhere 2>&-", 2, ""),
        ("lstmhw solve q2 -o /dev/stdout | grep -q h_2", 0, ""),
    ],
)
def test_closed_and_full_streams(command: str, status: int, said: str) -> None:
    result = shell(command)
    assert result.returncode == status
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert "bug" not in result.stderr


def test_a_narrow_character_set_is_no_reason_to_fail(lstmhw: Run) -> None:
    result = lstmhw(
        "solve", "-", stdin=Q2.replace("title: C", "title: \u03c3 C"), PYTHONIOENCODING="latin-1"
    )
    assert result.returncode == 0
    assert result.stdout.startswith("?")


@pytest.mark.parametrize(
    ("raised", "status"),
    [(KeyboardInterrupt(), 130), (RuntimeError("oops"), 70)],
)
def test_exit_status_of_what_goes_wrong(
    raised: BaseException,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise raised

    monkeypatch.setattr(lstmhw.cli.solve, "_solved", fail)
    monkeypatch.setattr(sys, "argv", ["lstmhw", "solve", "q2"])
    assert run() == status
    output = capsys.readouterr()
    assert output.out == ""
    assert "Traceback" not in output.err
    assert ("oops" in output.err) == (status == 70)
