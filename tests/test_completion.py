"""Completion as the shells ask for it, and the examples in --help."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

from lstmhw.cli import COMMANDS

FOLDER = os.path.dirname(sys.executable)


def offered(folder: Path, line: str) -> list[str]:
    """What Bash is offered at the end of a line, by the script's own protocol."""
    words = line.split(" ")
    environment = {
        **os.environ,
        "_LSTMHW_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    command = [os.path.join(FOLDER, "lstmhw")]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("lstmhw sol", ["plain,solve"]),
        ("lstmhw solve q", ["plain,q1", "plain,q2", "plain,quiz.yaml"]),
        ("lstmhw grade q2 cl", ["file,cl"]),
        ("lstmhw check ./q", ["file,./q"]),
        ("lstmhw new gru", ["plain,gru-step"]),
        ("lstmhw practice gru", ["plain,gru-step"]),
        ("lstmhw explain softmax-for-s", ["plain,softmax-for-sigmoid"]),
        ("lstmhw solve q2 --format l", ["plain,latex"]),
        ("lstmhw solve q2 -o pa", ["file,pa"]),
        ("lstmhw grade q2 a.yaml -o pa", ["file,pa"]),
        ("lstmhw practice gru-step -o pa", ["dir,pa"]),
        ("lstmhw vary q", ["plain,q1", "plain,q2", "plain,quiz.yaml"]),
        ("lstmhw vary q2 --roster cl", ["file,cl"]),
    ],
)
def test_what_is_offered(tmp_path: Path, line: str, there: list[str]) -> None:
    (tmp_path / "quiz.yaml").touch()
    assert offered(tmp_path, line) == there


@pytest.mark.parametrize(
    ("shell", "checks"), [("bash", "bash -n"), ("zsh", "zsh -n"), ("fish", "fish --no-execute")]
)
def test_a_script_is_one_that_its_shell_reads(
    lstmhw: Run, tmp_path: Path, shell: str, checks: str
) -> None:
    done = lstmhw("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_LSTMHW_COMPLETE={shell}_complete" in done.stdout
    if shutil.which(shell):
        (tmp_path / "script").write_text(done.stdout)
        subprocess.run([*checks.split(), "script"], cwd=tmp_path, check=True)


def test_bash_completes_problems_and_files(lstmhw: Run, tmp_path: Path) -> None:
    """The function that Bash calls at Tab, called."""
    (tmp_path / "quiz.yaml").touch()
    ask = "COMP_WORDS=(lstmhw solve q); COMP_CWORD=2; _lstmhw_completion lstmhw"
    script = f"{lstmhw('completion', 'bash').stdout}\n{ask}; echo ${{COMPREPLY[*]}}"
    path = f"{FOLDER}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["q1", "q2", "quiz.yaml"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_help_run(lstmhw: Run, tmp_path: Path, command: str) -> None:
    claim = '{"name": "Ann", "claimed": {"h": [0.5, 0.5]}}\n'
    (tmp_path / "class.ndjson").write_text(claim)
    sheet = "LSTM: x = 1, h_0 = 0, c_0 = 1, f = 0.5, i = 0.2, g = 0.5, o = 0.9."
    (tmp_path / "sheet.md").write_text(sheet)
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ann.yaml").write_text(claim)
    (tmp_path / "week3").mkdir()
    (tmp_path / "week3" / "ann-q2.yaml").write_text(claim)
    (tmp_path / "students.csv").write_text("id\nann\nbob\n")
    responses = "Email address,Response 1\nann@uni.edu,part 1: 0.5; part 2: 0.5\n"
    (tmp_path / "responses.csv").write_text(responses)
    (tmp_path / "map.yaml").write_text("answers: {h: [Response 1/part 1, Response 1/part 2]}\n")
    lines = [line.strip() for line in lstmhw(command, "--help").stdout.splitlines()]
    examples = [shlex.split(line)[1:] for line in lines if line.startswith("lstmhw ")]
    assert len(examples) >= 2
    for example in examples:
        done = lstmhw(*example)
        assert done.returncode in ((0, 1) if command in ("check", "grade") else (0,)), done.stderr
        assert "error:" not in done.stderr
        assert done.stdout or "-o" in example


def test_the_commands_are_listed_with_whole_sentences(lstmhw: Run) -> None:
    listed = lstmhw("--help").stdout.partition("Commands:")[2].splitlines()[1:]
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith((".", "?")) and "..." not in line for line in listed)
