"""The console script, and `python -m lstmhw`."""

import gc
import os
import sys


def main() -> None:
    """Runs the command line in a process of its own, quickly."""
    gc.set_threshold(100_000)  # imports make no garbage worth looking for
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads cost more to start than they save
    nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stdout = sys.stdout or nowhere  # None where the caller has closed it
    sys.stderr = sys.stderr or nowhere
    from lstmhw.cli import run

    os._exit(run())  # all is written; taking the interpreter apart would only take time


if __name__ == "__main__":
    main()
