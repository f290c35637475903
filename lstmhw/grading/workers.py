"""Batches of submissions marked in one process or several; the rows keep their order."""

import contextlib
import itertools
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from lstmhw.grading import Grader
from lstmhw.grading.formats import Form, graded
from lstmhw.grading.rows import Graded
from lstmhw.grading.several import HomeworkGrader
from lstmhw.grading.variants import VariantGrader
from lstmhw.reading import InputError
from lstmhw.reading.submissions import Source

Batch = list[Source]
AnyGrader = Grader | VariantGrader | HomeworkGrader
BATCH = 8
FEW = 3  # batches: with less than that, processes cost more than they save
IN_FLIGHT = 4  # batches for each process: enough to keep it busy, few enough to stay small


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def marking(
    grader: AnyGrader, batches: Iterator[Batch], form: Form, jobs: int, wait: bool
) -> Iterator[Iterator[Graded]]:
    """The rows of all batches, in their order, from so many processes, or from this one alone.

    With `wait` it is seen first whether there are enough of them.
    """
    first = list(itertools.islice(batches, FEW)) if wait else []
    every = itertools.chain(first, batches)
    if jobs == 1 or (wait and len(first) < FEW):
        yield _marked_here(grader, every, form)
        return
    with Workers(jobs, grader, form) as workers:
        yield workers.marked(every)


def _marked_here(grader: AnyGrader, batches: Iterable[Batch], form: Form) -> Iterator[Graded]:
    for batch in batches:
        for source in batch:
            yield graded(grader.row(source), form, grader.homework)


class Workers:
    """Processes that mark, until the `with` block is left; what they are doing is then dropped."""

    def __init__(self, jobs: int, grader: AnyGrader, form: Form) -> None:
        # Forking is quick; elsewhere than on Linux, system libraries may not survive it.
        method = "fork" if sys.platform == "linux" else "spawn"
        context: Any = multiprocessing.get_context(method)
        self.idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.processes: list[Any] = []
        self.slots = threading.Semaphore(IN_FLIGHT * jobs)
        self.threads = ThreadPoolExecutor(jobs)
        with _interrupts_ignored():
            for _ in range(jobs):
                here, there = context.Pipe()
                arguments = (here, there, grader, form)
                process = context.Process(target=_mark, args=arguments, daemon=True)
                process.start()
                there.close()
                self.processes.append(process)
                self.idle.put(here)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()
        self.threads.shutdown(wait=False, cancel_futures=True)

    def marked(self, batches: Iterable[Batch]) -> Iterator[Graded]:
        """The rows of all batches; those of a batch come as soon as it and all before are done.

        The batches are read in a thread, so that waiting for the next one holds up no row.
        """
        futures: queue.SimpleQueue[Future[list[Graded]] | None] = queue.SimpleQueue()
        reader = threading.Thread(target=self._read, args=(batches, futures), daemon=True)
        reader.start()
        while (future := futures.get()) is not None:
            yield from future.result()
            self.slots.release()

    def _read(
        self, batches: Iterable[Batch], futures: "queue.SimpleQueue[Future[list[Graded]] | None]"
    ) -> None:
        try:
            for batch in batches:
                self.slots.acquire()
                futures.put(self.threads.submit(self._marked, batch))
        except BaseException as error:  # to be raised where the rows are wanted
            failed: Future[list[Graded]] = Future()
            failed.set_exception(error)
            futures.put(failed)
        futures.put(None)

    def _marked(self, batch: Batch) -> list[Graded]:
        """The rows of a batch, from the next process that is idle."""
        process = self.idle.get()
        try:
            process.send(batch)
            rows: list[Graded] = process.recv()
        except (EOFError, OSError):
            raise InputError("lstmhw: error: a process that marks was killed") from None
        self.idle.put(process)
        return rows


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C is for the process that prints; those started in this block never hear of it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _mark(
    other_end: "Connection[Any, Any]",
    parent: "Connection[Any, Any]",
    grader: AnyGrader,
    form: Form,
) -> None:
    """What a process does: batches in, rows out, until there is no one to ask."""
    other_end.close()  # else it would never be told that the parent is gone
    with contextlib.suppress(EOFError, OSError):
        while True:
            batch: Batch = parent.recv()
            parent.send([graded(grader.row(source), form, grader.homework) for source in batch])
