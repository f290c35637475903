"""What the tests share: problems from text or data, and the command line in a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from lstmhw.marking import Marker
from lstmhw.problem import Problem
from lstmhw.reading.decode import decode
from lstmhw.reading.parsing import parse
from lstmhw.solution import Solution

# No deadline: the machine may be busy.  CI tries the same examples each time.
settings.register_profile("lstmhw", deadline=None, max_examples=20, derandomize="CI" in os.environ)
settings.load_profile("lstmhw")

ROOT = Path(__file__).parent.parent

Run = Callable[..., subprocess.CompletedProcess[str]]


def problem(data: dict[str, Any]) -> Problem:
    """A problem from the data of its file."""
    root, refused = parse(json.dumps(data))
    assert not refused
    return decode(root)


def marked(data: dict[str, Any]) -> Solution:
    """The same, with the checks of its claims, none of which may be refused."""
    asked = problem(data)
    solution = asked.solve()
    checks, faults = Marker(solution).mark(asked.claimed)
    assert not faults
    return solution._replace(checks=checks)


def solved(data: dict[str, Any]) -> Solution:
    """The solution of a problem from the data of its file."""
    return problem(data).solve()


@pytest.fixture
def lstmhw(tmp_path: Path) -> Run:
    """Runs the command line in an empty folder; keywords are environment variables."""

    def run(
        *arguments: str, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lstmhw", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "", **environment},
            timeout=60,
            check=False,
        )

    return run
