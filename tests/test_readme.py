"""The README and CONTRIBUTING are true: their commands print what stands there."""

import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Run, solved

from lstmhw.cells.cell import Cell, cells
from lstmhw.notation import Text, write
from lstmhw.reading import read
from lstmhw.render import FORMATS

README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def sessions() -> list[tuple[str, list[str]]]:
    """The command lines shown, each with the lines it is said to print."""
    found = []
    for block in blocks(README, "console"):
        for part in block.split("$ ")[1:]:
            command, *lines = part.splitlines()
            found.append((command, lines))
    return found


def prints(expected: list[str], lines: list[str]) -> bool:
    """Whether the lines are those expected, `...` standing for any number of them."""
    if not expected:
        return not lines
    if expected[0] == "...":
        return any(prints(expected[1:], lines[skipped:]) for skipped in range(len(lines) + 1))
    return bool(lines) and lines[0] == expected[0] and prints(expected[1:], lines[1:])


@pytest.mark.parametrize(("command", "expected"), sessions(), ids=lambda value: str(value)[:30])
def test_commands_print_what_the_readme_says(
    command: str, expected: list[str], lstmhw: Run, tmp_path: Path
) -> None:
    example = blocks(README, "yaml")[0]
    (tmp_path / "example.yaml").write_text(example)
    (tmp_path / "typo.yaml").write_text(example.replace("h_prev", "h_prv").replace("0.1]", "O.1]"))
    (tmp_path / "class.ndjson").write_text(blocks(README, "json")[0])
    (tmp_path / "sheet.md").write_text(blocks(README, "text")[0])
    program, *arguments = shlex.split(command)
    assert program == "lstmhw"
    result = lstmhw(*arguments)
    lines = (result.stdout + result.stderr).splitlines()
    assert prints(expected, lines), "\n".join(lines)


def test_there_are_sessions_to_check() -> None:
    assert len(sessions()) >= 3
    assert all(len(lines) > 3 for _, lines in sessions())


def test_a_false_session_would_be_noticed() -> None:
    assert not prints(["a", "...", "c"], ["a", "b"])
    assert not prints(["a"], ["a", "b"])
    assert prints(["a", "...", "c"], ["a", "b", "b", "c"])


def test_there_are_two_set_up_commands() -> None:
    solve, test = blocks(README, "sh")
    assert solve.startswith("python3 -m venv .venv && ")
    assert "lstmhw solve problems/q2.yaml" in solve
    assert test.startswith("python3 -m venv .venv && ")
    assert "pytest" in test


def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = blocks(README, "python")
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[0.27228403 0.97247811]"
    assert lines[1:3] == ["1 3 ['right']", "ann 1"]
    assert lines[3].startswith("expected")


def test_every_option_and_command_is_in_the_readme(lstmhw: Run) -> None:
    options = set(re.findall(r"--[a-z-]+|-o\b", lstmhw("solve", "--help").stdout)) - {"--help"}
    assert len(options) >= 6
    for option in options - {"--output"}:
        assert option in README
    commands = re.findall(
        r"^  (\w+)  ", lstmhw("--help").stdout.split("Commands:")[1], re.MULTILINE
    )
    assert len(commands) >= 2
    for command in commands:
        assert f"lstmhw {command}" in README


def test_no_file_names_a_package_registry() -> None:
    for name in ("pyproject.toml", "README.md", "CONTRIBUTING.md", ".ci/run"):
        assert not re.search(r"pypi\.org|index-url|find-links", (ROOT / name).read_text())


def in_one_process(folder: Path, *commands: str) -> list[tuple[str, int]]:
    """What command lines print with the package of a folder, and their exit statuses."""
    code = """
import shlex, sys
from lstmhw import cli
for command in sys.argv[1:]:
    sys.argv = ["lstmhw", *shlex.split(command)]
    print(end=f"\\0{cli.run()}", flush=True)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, *commands],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "", "PYTHONUNBUFFERED": "1"},
        timeout=60,
        check=True,
    )
    texts = re.findall(r"(.*?)\0(\d+)", run.stdout, re.DOTALL)
    return [(text, int(status)) for text, status in texts]


def test_a_kind_takes_one_file_one_name_and_one_yaml_file(tmp_path: Path) -> None:
    for folder in ("lstmhw", "problems"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    code, cell, _ = blocks(CONTRIBUTING, "python")
    (tmp_path / "lstmhw" / "kinds" / "my_kind.py").write_text(code)
    (tmp_path / "lstmhw" / "cells" / "my_cell.py").write_text(cell)
    cells = tmp_path / "lstmhw" / "cells" / "cell.py"
    cells.write_text(cells.read_text().replace("CELLS = (", 'CELLS = ("my-cell", '))
    table = tmp_path / "lstmhw" / "kinds" / "__init__.py"
    table.write_text(table.read_text().replace("KINDS = (", 'KINDS = ("my-kind", '))
    problem = "kind: my-kind\ntitle: Mine\nx: [0, 1]\nclaimed: {y: [0, 0.76]}\n"
    (tmp_path / "problems" / "mine.yaml").write_text(problem)
    (tmp_path / "bad.yaml").write_text("kind: my-kind\nx: [[1]]\n")
    gate = "{W_x: [[1]], W_h: [[1]]}"
    asked = f"kind: lstm-gradient\ncell: my-cell\nx: 1\ndh: 1\ngates: {{f: {gate}, n: {gate}}}\n"
    (tmp_path / "asked.yaml").write_text(asked)
    commands = ["problems", "schema", "solve mine", "solve bad.yaml", "solve asked.yaml"]
    commands += [f"solve mine --format {format}" for format in FORMATS]
    printed = in_one_process(tmp_path, *commands)
    problems, schema, solution, bad, of_cell, *in_formats = [text for text, _ in printed]
    assert "mine " in problems
    assert '"const": "my-kind"' in schema
    assert "unit 2  tanh(1)  = 0.7616" in solution
    assert "right" in solution
    assert bad.startswith("bad.yaml:2:5: error: x[1]: expected a number")
    assert "dn_1 = dh_1*f_1" in of_cell
    assert in_formats[0] == solution
    assert [status for _, status in printed] == [0, 0, 0, 2] + [0] * (1 + len(FORMATS))


def test_a_cell_takes_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _, code, _ = blocks(CONTRIBUTING, "python")
    monkeypatch.setattr(Cell, "named", dict(cells()))  # all are there, before and after
    exec(compile(code, "CONTRIBUTING.md", "exec"), {"__name__": "my_cell"})
    gate = {"W_x": [[0.5]], "W_h": [[-0.25]], "b": [0.1]}
    data = {"kind": "lstm-gradient", "cell": "my-cell", "x": 1, "h_prev": 0.5, "dh": 1}
    solution = solved({**data, "gates": {"f": gate, "n": {**gate, "W_h": [[2]]}}})
    f = 1 / (1 + math.exp(-(0.5 - 0.125 + 0.1)))
    n = math.tanh(0.5 + 2 * f * 0.5 + 0.1)
    assert abs(solution.answers["h_1"][0] - ((1 - f) * 0.5 + f * n)) < 1e-15
    assert abs(solution.answers["dn_1"][0] - f) < 1e-15
    assert solution.extras["second_method"]["agrees"]


def test_a_mistake_takes_one_function_and_one_entry() -> None:
    from lstmhw.mistakes import pre_activation, rewriting

    _, _, code = blocks(CONTRIBUTING, "python")
    names = {**vars(pre_activation), **vars(rewriting)}
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    (mistake,) = names["COMMON"]
    step, *_ = read("q2").problem.solve().steps
    (rewritten,) = mistake.rewrite(step, rewriting.Scope({}))
    assert write(rewritten.expr, Text()) == "W_i [x_2; h_1] + b_i"
