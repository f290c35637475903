"""How long large problem files take beside `import numpy`, and their memory: whole processes.

    python tests/benchmarks/reading.py [MIB]

Each file has about so many MiB (5 unless told) of numbers, in brackets and with dashes.  `read` is
reading alone, `solve` the command.  Solving a sequence takes its time for each step, whatever the
file; its row is for that.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

READ = "import sys; from lstmhw.reading import read; read(sys.argv[1])"
TARGETS = {"seconds": 3.0, "MiB": 300}
PEAK = (
    "import resource, subprocess, sys;"
    "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def brackets(items: list[str]) -> str:
    return f" [{', '.join(items)}]\n"


def dashes(items: list[str]) -> str:
    return "\n" + "".join(f"- {item}\n" for item in items)


def numbers(count: int) -> list[str]:
    rng = random.Random(count)
    return [f"{rng.uniform(-2, 2):.3f}" for _ in range(count)]


def files(size: int) -> Iterator[tuple[str, str]]:
    """Names and contents."""
    styles: list[tuple[str, Callable[[list[str]], str]]] = [("[]", brackets), ("-", dashes)]
    for style, written in styles:
        ones = ["0"] * (size // 6) + ["1"]
        yield f"step-rnn {style}", f"kind: step-rnn\ninputs:{written(ones)}outputs:{written(ones)}"
        side = int((size / 16) ** 0.5)
        rows = [brackets(numbers(side)).strip() for _ in range(side)]
        weights = f"W_x:{written(rows)}W_h:{written(rows)}"
        yield f"square W {style}", f"kind: rnn-step\nx:{brackets(numbers(side))}{weights}"
        flow = [
            f"[{a}, {b}]" for a, b in zip(numbers(size // 18), numbers(size // 18), strict=True)
        ]
        more = "W_x: [[1, 2], [3, 4]]\nW_h: [[0, 1], [1, 0]]\n"
        asked = f"find: [h_{len(flow)}]\n"
        yield f"rnn-step xs {style}", f"kind: rnn-step\n{more}{asked}xs:{written(flow)}"


def measured(command: list[str]) -> tuple[float, float]:
    """The seconds of a process, and its peak memory in MiB."""
    start = time.perf_counter()
    run = subprocess.run([sys.executable, "-c", PEAK, *command], capture_output=True, check=True)
    taken = time.perf_counter() - start
    return taken, int(run.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    size = int(sys.argv[1]) * 2**20 if len(sys.argv) > 1 else 5 * 2**20
    python = sys.executable
    base, _ = min(measured([python, "-c", "import numpy"]) for _ in range(3))
    print(f"import numpy: {base:.2f} s (aims: {TARGETS['seconds']} s and {TARGETS['MiB']} MiB)")
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "q.yaml")
        for name, content in files(size):
            Path(file).write_text(content)
            for verb, command in (
                ("read", [python, "-c", READ, file]),
                ("solve", [python, "-m", "lstmhw", "solve", file]),
            ):
                taken, peak = measured(command)
                ratio = f"{taken / base:6.1f} x"
                print(f"{name:14} {verb:6} {taken:6.2f} s {ratio} {peak:6.0f} MiB")


if __name__ == "__main__":
    main()
