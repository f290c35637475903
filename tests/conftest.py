"""What the tests share: problems from text or data, and the command line."""

import contextlib
import gc
import io
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from lstmhw import cli
from lstmhw.grading import workers
from lstmhw.marking import Marker
from lstmhw.problem import Problem
from lstmhw.reading.decode import decode
from lstmhw.reading.parsing import parse
from lstmhw.solution import Solution

# No deadline: the machine may be busy.  CI tries the same examples each time.
QUICK = settings(deadline=None, max_examples=8, derandomize="CI" in os.environ)
settings.register_profile("quick", QUICK)
settings.register_profile("thorough", QUICK, max_examples=50)
settings.load_profile("quick")


def examples(quick: int, thorough: int) -> settings:
    """So many examples of a slow property in the default run, and so many in the thorough one."""
    is_thorough = settings().max_examples > QUICK.max_examples
    return settings(max_examples=thorough if is_thorough else quick)


def at_length(*values: Any) -> Any:
    """Values of a parametrized test that are tried in the thorough run only."""
    return pytest.param(*values, marks=pytest.mark.oracle)


OFTEN = frozenset(
    [
        *("q1", "q2", "lstm-peephole-coupled", "lstm-two-layers", "gru", "rnn-bidirectional"),
        *("rnn-feedback", "lstm-gradient", "rnn-language-model", "attention-scaled-dot"),
        *("rnn-in-lstm-tanh", "parameter-count-v8", "parameter-count-conv", "step-rnn-b"),
        *("step-rnn-two-sequences", "sentiment-two-units", "rule-parity-wrong", "rule-adder"),
    ]
)
"""Of the shipped problems, some of all kinds but `gradient-flow`, which takes long."""


def often(names: Iterable[str]) -> list[Any]:
    """Names of shipped problems, of which the others are tried in the thorough run only."""
    return [name if name in OFTEN else at_length(name) for name in names]


def pytest_collection_finish() -> None:
    """A quarter of the time went into looking for garbage among what stays to the end."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _usual_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """The width of the shell that runs the tests is not theirs."""
    monkeypatch.delenv("COLUMNS", raising=False)


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
def lstmhw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in an empty folder; keywords are environment variables.

    It runs in this process, as most of the time of a process of its own is spent on starting;
    where a process is the point, `lstmhw_process` starts one.  Its streams are files, as in a shell
    that redirects them.
    """

    def run(
        *arguments: str, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        with contextlib.ExitStack() as stack:
            patch = stack.enter_context(monkeypatch.context())
            streams = {}
            for name in ("stdin", "stdout", "stderr"):
                file = stack.enter_context(tempfile.TemporaryFile())
                encoding = environment.get("PYTHONIOENCODING", "utf-8")
                errors = "backslashreplace" if name == "stderr" else "strict"
                streams[name] = io.TextIOWrapper(file, encoding, errors)
                patch.setattr(sys, name, streams[name])
            streams["stdin"].buffer.write(stdin.encode())
            streams["stdin"].seek(0)
            for name, value in {"NO_COLOR": "", **environment}.items():
                patch.setenv(name, value)
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["lstmhw", *arguments])
            # A process with threads, as pytest's may be, had better not fork.
            patch.setattr(workers, "available_cores", lambda: 1)
            with warnings.catch_warnings():
                # A command leaves its file of rows to be closed by the end of its process.
                warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
                status = cli.run()
            printed = []
            for name in ("stdout", "stderr"):
                streams[name].seek(0)
                printed.append(streams[name].buffer.read().decode())
            return subprocess.CompletedProcess(arguments, status, *printed)

    return run


@pytest.fixture
def lstmhw_process(tmp_path: Path) -> Run:
    """The same as `lstmhw`, but in a process of its own."""

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
