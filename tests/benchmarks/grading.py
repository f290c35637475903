"""How many submissions of q2 are marked in a second, in one process and in two.

    python tests/benchmarks/grading.py [SUBMISSIONS]

A third of them is right but for rounding, a third has a mistake of method and goes on from it, a
third has a slip in one cell.  Timed is from the first row to the last, so that starting is left
out; a ratio under the target is not an error: machines differ.
"""

import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lstmhw.grading import Grader
from lstmhw.grading.formats import Form
from lstmhw.grading.sources import Lines, batches
from lstmhw.grading.workers import BATCH, marking
from lstmhw.kinds.lstm_step import LstmStep
from lstmhw.reading import Document, read

TARGET = 200.0  # submissions a second in one process
TWICE = 1.7  # times that in two
RUNS = 3

Mistake = Callable[[dict[str, Any]], None]


def reversed_concat(v: dict[str, Any]) -> None:
    v["z_g"] = v["W"] @ np.concatenate([v["x"], v["h"]]) + v["b"]


def no_bias(v: dict[str, Any]) -> None:
    v["z_g"] = v["W"] @ np.concatenate([v["h"], v["x"]])


def no_tanh(v: dict[str, Any]) -> None:
    v["out"] = lambda c: c


def nothing(v: dict[str, Any]) -> None:
    pass


def sheet(problem: LstmStep, mistake: Mistake) -> dict[str, Any]:
    """The answers of someone who makes this mistake."""
    cell, x = problem.cell, problem.x
    gates: Any = cell.gates
    h, c = cell.h_prev, cell.c_prev
    v: dict[str, Any] = {"h": h, "x": x, "W": gates.g.W, "b": gates.g.b, "out": np.tanh}
    v["z_g"] = v["W"] @ np.concatenate([h, x]) + v["b"]
    mistake(v)
    g = np.tanh(v["z_g"])
    new_c = gates.f.value * c + gates.i.value * g
    return {"z_g": v["z_g"], "g": g, "c": new_c, "h": gates.o.value * v["out"](new_c)}


def claims(problem: LstmStep, count: int) -> Iterator[dict[str, list[float]]]:
    rng = np.random.default_rng(0)
    methods = itertools.cycle((reversed_concat, no_bias, no_tanh))
    for k in range(count):
        answers = sheet(problem, next(methods) if k % 3 == 1 else nothing)
        if k % 3 == 2:
            symbol = str(rng.choice(list(answers)))
            answers[symbol] = answers[symbol] + rng.normal(size=2)
        digits = int(rng.integers(3, 7))
        yield {symbol: np.round(value, digits).tolist() for symbol, value in answers.items()}


def a_second(document: Document, file: str, jobs: int) -> float:
    """Rows a second, from the first one on, of a grader that has seen nothing before."""
    times = []
    grader = Grader(document)
    with marking(grader, batches([Lines(file)], BATCH), Form("csv"), jobs, wait=True) as rows:
        for _ in rows:
            times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    document = read("q2")
    assert isinstance(document.problem, LstmStep)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "class.ndjson"
        lines = enumerate(claims(document.problem, count))
        file.write_text(
            "".join(
                json.dumps({"name": f"n{k}", "claimed": claimed}) + "\n" for k, claimed in lines
            )
        )
        speeds = [[a_second(document, str(file), jobs) for jobs in (1, 2)] for _ in range(RUNS)]
    one, two = map(statistics.median, zip(*speeds, strict=True))
    print(f"{count} submissions of q2")
    print(f"one process    {one:7.0f} a second (target {TARGET:.0f})")
    print(f"two processes  {two:7.0f} a second")
    print(f"ratio          {two / one:7.2f} (target {TWICE})")


if __name__ == "__main__":
    main()
