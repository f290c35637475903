"""How long a million demands on one step unit take, beside SciPy's HiGHS on the same rows.

    python tests/benchmarks/steps.py [STEPS]

The inputs are floats taken exactly; SciPy joins in where it is installed.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from lstmhw.kinds.step_rnn import StepRnn
from lstmhw.reading import read
from lstmhw.threshold.question import Question

TARGETS = {1: 0.15, 4: 2.0}  # seconds, by the number of inputs
HIDDEN_TARGET = 5.0
FASTER = 10.0  # times as fast as HiGHS, scalar


def seconds(work: Callable[[], Any], runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def sequence(steps: int, inputs: int) -> tuple[Any, Any, Any]:
    """Random inputs, and what a unit with some weights does on them."""
    rng = np.random.default_rng(inputs)
    x = rng.random((steps, inputs))
    base = (x @ rng.permutation([2.0, -1.0, 0.5, -1.5])[:inputs] - 0.4).tolist()
    outputs, state = np.zeros(steps, dtype=bool), False
    for t, value in enumerate(base):
        state = value + 0.3 * state > 0
        outputs[t] = state
    return x, np.concatenate([[False], outputs[:-1]]), outputs


def answered(x: Any, before: Any, outputs: Any) -> Any:
    def exact(t: int) -> tuple[Fraction, ...]:
        return tuple(map(Fraction, x[t].tolist()))

    return Question(x, exact, before, outputs, strict=True).answer()


def by_highs(x: Any, before: Any, outputs: Any) -> float:
    from scipy.optimize import linprog

    rows = np.column_stack([x, before, np.ones(len(x))]) * np.where(outputs, -1.0, 1.0)[:, None]
    limits = np.where(outputs, -1e-6, 0.0)
    count = rows.shape[1]

    def solve() -> Any:
        bounds = [(None, None)] * count
        return linprog(np.zeros(count), A_ub=rows, b_ub=limits, bounds=bounds, method="highs")

    return seconds(solve, 1)


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for inputs, target in TARGETS.items():
        x, before, outputs = sequence(steps, inputs)

        ours = seconds(partial(answered, x, before, outputs))
        print(f"{steps} steps, {inputs} inputs: {ours:.3f} s (target {target} s)")
        if importlib.util.find_spec("scipy"):
            ratio = by_highs(x, before, outputs) / ours
            print(f"  times as fast as HiGHS  {ratio:.0f}" + f" (target {FASTER})" * (inputs == 1))
    asked = read("step-rnn-b").problem
    assert isinstance(asked, StepRnn)
    search = seconds(replace(asked, hidden=2).solve, 1)
    print(f"part b with extra units: {search:.2f} s (target {HIDDEN_TARGET} s)")


if __name__ == "__main__":
    main()
