"""Where submissions come from: files, folders, tables, lines of a file or of standard input."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from lstmhw.grading.folders import in_folder
from lstmhw.reading.nodes import MOST_BYTES
from lstmhw.reading.submissions import LINES, STANDARD_INPUT, Source

AT_ONCE = 2**16  # bytes


class Several(Protocol):
    """What has many submissions in it, and may be read again from the beginning."""

    @property
    def file(self) -> str: ...

    def lists(self, size: int) -> Iterator[list[Source]]:
        """Them in lists of up to `size`, as soon as they are there."""


Place = Source | Several


class Lines(NamedTuple):
    """A file with a submission in each line, or standard input."""

    file: str

    def lists(self, size: int) -> Iterator[list[Source]]:
        try:
            descriptor = _opened(self.file)
        except (OSError, ValueError):
            yield [Source(self.file)]  # reading it will say what is wrong
            return
        try:
            count = 0
            for lines in _lines(partial(os.read, descriptor, AT_ONCE)):
                numbered = [Source(self.file, k, line) for k, line in enumerate(lines, count + 1)]
                sources = [source for source in numbered if source.data.strip()]
                count += len(lines)
                yield from (sources[k : k + size] for k in range(0, len(sources), size))
        finally:
            os.close(descriptor)


def places(
    arguments: Sequence[str], output: str | None, table: Callable[[str], Several | None]
) -> list[Place]:
    """Where submissions are, by the arguments of a command; `table` opens the tables among them.

    The file that rows are written to is none.  Raises InputError.
    """
    found: list[Place] = []
    for argument in arguments:
        if argument == STANDARD_INPUT:
            found.append(Lines(argument))
        elif os.path.isdir(argument):
            found += (_place(source) for source in in_folder(argument, output))
        else:
            found.append(table(argument) or _place(Source(argument)))
    return found


def _place(source: Source) -> Place:
    is_lines = source.file.endswith(LINES) and not source.error
    return Lines(source.file) if is_lines else source


def is_stream(found: Iterable[Place]) -> bool:
    """Whether some of it can be read but once: standard input, or a pipe."""
    return any(
        place.file == STANDARD_INPUT
        or (os.path.exists(place.file) and not os.path.isfile(place.file))
        for place in found
        if not (isinstance(place, Source) and place.error)
    )


def count_of(found: Iterable[Place]) -> int | None:
    """How many submissions there are; None where that is not known before they are read."""
    places = list(found)
    return len(places) if all(isinstance(place, Source) for place in places) else None


def batches(found: Iterable[Place], size: int) -> Iterator[list[Source]]:
    """The submissions, in their order, in lists of up to `size`.

    The lines of standard input come as they arrive: no list waits to be filled.
    """
    waiting: list[Source] = []
    for place in found:
        if isinstance(place, Source):
            waiting.append(place)
        else:
            if waiting:
                yield waiting
            waiting = []
            yield from place.lists(size)
        if len(waiting) == size:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _opened(file: str) -> int:
    """A descriptor to read from, to be closed.  Raises OSError, or ValueError for closed input."""
    if file != STANDARD_INPUT:
        return os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    if sys.stdin is None:
        raise ValueError("standard input is closed")
    return os.dup(sys.stdin.fileno())


def _lines(read: Callable[[], bytes]) -> Iterator[list[bytes]]:
    """The lines that each read brings to their end; of an endless line only the beginning."""
    begun = bytearray()
    while data := read():
        *ended, rest = data.split(b"\n")
        if ended:
            yield [bytes(begun) + ended[0], *ended[1:]]
            begun = bytearray(rest)
        elif len(begun) <= MOST_BYTES:
            begun += rest
    if begun:
        yield [bytes(begun)]
