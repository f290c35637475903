"""How long the commands take beside `import numpy`, as ratios of medians in one run.

    python tests/benchmarks/startup.py [RUNS]

Install lstmhw as users do (`pip install .`): an editable install, or PYTHONDONTWRITEBYTECODE,
measures the compiler too.  `import torch` joins in where torch is installed.
"""

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import time

TARGETS = {"--help": 0.45, "solve q2": 1.5, "solve q2 / torch": 0.12}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def peak_mib(command: list[str]) -> float:
    """The peak memory of one run, measured in a child of its own."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    run = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, check=True)
    return int(run.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    lstmhw = shutil.which("lstmhw", path=os.path.dirname(sys.executable)) or "lstmhw"
    commands = {
        "import numpy": [sys.executable, "-c", "import numpy"],
        "--help": [lstmhw, "--help"],
        "solve q2": [lstmhw, "solve", "q2"],
    }
    if importlib.util.find_spec("torch") is not None:
        commands["import torch"] = [sys.executable, "-c", "import torch"]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if run:  # the first round warms the disk cache
                times[name].append(taken)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {name: medians[name] / medians["import numpy"] for name in ("--help", "solve q2")}
    if "import torch" in medians:
        ratios["solve q2 / torch"] = medians["solve q2"] / medians["import torch"]
    for name, median in medians.items():
        print(f"{name:18} {1000 * median:7.1f} ms")
    for name, ratio in ratios.items():
        print(f"{name:18} {ratio:7.2f}  (aim: at most {TARGETS[name]})")
    print(f"{'peak memory':18} {peak_mib(commands['solve q2']):7.1f} MiB (aim: under 45)")


if __name__ == "__main__":
    main()
