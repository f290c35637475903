"""Where submissions come from: files, folders, tables, lines of a file or of standard input."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from lstmhw.reading.headings import NO_HEADINGS, Headings, stem
from lstmhw.reading.nodes import MOST_BYTES
from lstmhw.reading.submissions import LINES, STANDARD_INPUT, Source, Student, cleaned

AT_ONCE = 2**16  # bytes


class Several(Protocol):
    """What has many submissions in it, and may be read again from the beginning."""

    @property
    def file(self) -> str: ...

    @property
    def problem(self) -> str:
        """The one that it is called after, of several."""

    def lists(self, size: int) -> Iterator[list[Source]]:
        """Them in lists of up to `size`, as soon as they are there."""


Place = Source | Several


class Lines(NamedTuple):
    """A file with a submission in each line, or standard input."""

    file: str
    problem: str = ""

    def lists(self, size: int) -> Iterator[list[Source]]:
        try:
            descriptor = _opened(self.file)
        except (OSError, ValueError):
            yield [Source(self.file)]  # reading it will say what is wrong
            return
        try:
            count = 0
            for lines in _lines(partial(os.read, descriptor, AT_ONCE)):
                numbered = enumerate(lines, count + 1)
                sources = [
                    Source(self.file, k, line, problem=self.problem)
                    for k, line in numbered
                    if line.strip()
                ]
                count += len(lines)
                yield from (sources[k : k + size] for k in range(0, len(sources), size))
        finally:
            os.close(descriptor)


def places(
    arguments: Sequence[str],
    table: Callable[[str], Several | None],
    in_folder: Callable[[str], Iterable[Source]],
    headings: Headings = NO_HEADINGS,
) -> list[Place]:
    """Where submissions are, by the arguments of a command.

    `table` opens the tables among them, `in_folder` looks into a folder.  Raises InputError.
    """
    found: list[Place] = []
    for argument in arguments:
        if argument == STANDARD_INPUT:
            found.append(Lines(argument))
        elif os.path.isdir(argument):
            found += map(_place, in_folder(argument))
        else:
            found.append(table(argument) or _place(_of_file(argument, headings)))
    return found


def _of_file(path: str, headings: Headings) -> Source:
    """A file that may be called after a problem, behind the name of a student."""
    ended = headings.ended(stem(path))
    if ended is None:
        return Source(path)
    return Source(path, student=Student(name=cleaned(ended.rest)), problem=ended.problem)


def _place(source: Source) -> Place:
    is_lines = source.file.endswith(LINES) and not (source.error or source.parts)
    return Lines(source.file, source.problem) if is_lines else source


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
