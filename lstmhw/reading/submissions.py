"""Submissions: a name and the answers that are claimed under it.

Each is a YAML file (or a `.json` one), or a line of JSON in an `.ndjson` or `.jsonl` file or of
standard input.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from lstmhw.faults import Fault, did_you_mean, printable, shown
from lstmhw.reading import InputError, headline, placed, within_limit
from lstmhw.reading.decode import decode_claims, described
from lstmhw.reading.json_nodes import parse_json
from lstmhw.reading.nodes import MOST_BYTES, Fields, Mark, Node, Placed, Scalar, Subject, TextError
from lstmhw.reading.parsing import decoded, parse
from lstmhw.solution import Claim

KEYS = ("name", "id", "claimed")
LINES = (".ndjson", ".jsonl")
ENDINGS = (".yaml", ".yml", ".json", *LINES)
STANDARD_INPUT = "-"
LONGEST_NAME = 200
AT_ONCE = 2**16  # bytes
NO_NODE = Scalar("", True, Mark(1, 1))
SUBJECT = Subject("submission", "name")


class Source(NamedTuple):
    """Where a submission is to be read: a file (line 0), or a line of one and what stands there."""

    file: str
    line: int = 0
    data: bytes = b""

    @property
    def shown_name(self) -> str:
        """What errors call the file."""
        return "<stdin>" if self.file == STANDARD_INPUT else printable(self.file)

    @property
    def name(self) -> str:
        """The name of a submission that gives none."""
        stem = "stdin" if self.file == STANDARD_INPUT else Path(self.file).stem
        return _cleaned(f"{stem}:{self.line}" if self.line else stem)


class Submission(NamedTuple):
    """What was handed in, as far as it can be understood, and what is wrong with the rest.

    `claimed` is None where it cannot be found; `unreadable` says why nothing could be read.
    """

    source: Source
    name: str
    claimed: Mapping[str, Claim] | None = None
    root: Node = NO_NODE
    refused: tuple[Placed, ...] = ()
    unreadable: str = ""

    def error(self, faults: Iterable[Fault]) -> str | None:
        """What is wrong, with these faults, on one line; None if nothing is.

        That is the first error with its place and hint, and how many more there are.
        """
        if self.unreadable:
            return self.unreadable
        ordered = sorted([*self.refused, *placed(self.root, faults)], key=lambda pair: pair[0])
        if not ordered:
            return None
        (line, column), fault = ordered[0]
        mark = Mark(line + max(0, self.source.line - 1), column)
        hint = f" ({fault.hint})" if fault.hint else ""
        more = f"; and {len(ordered) - 1} more" if len(ordered) > 1 else ""
        return headline(self.source.shown_name, mark, fault) + hint + more


def submission_files(arguments: Sequence[str], output: str | None) -> list[str]:
    """The files meant: those in a folder by name, without the one that the rows are written to.

    Raises InputError for a folder without any.
    """
    files = []
    for argument in arguments:
        if argument != STANDARD_INPUT and os.path.isdir(argument):
            files += _in_folder(argument, output)
        else:
            files.append(argument)
    return files


def count_of(files: Sequence[str]) -> int | None:
    """How many submissions there are; None where that is not known before they are read."""
    return None if any(map(_has_lines, files)) else len(files)


def _has_lines(file: str) -> bool:
    return file == STANDARD_INPUT or file.endswith(LINES)


def _in_folder(folder: str, output: str | None) -> list[str]:
    paths = [
        os.path.join(folder, entry)
        for entry in sorted(os.listdir(folder))
        if entry.endswith(ENDINGS) and not entry.startswith(".")
    ]
    found = [path for path in paths if not (output and _is_same(path, output))]
    if not found:
        endings = ", ".join(ENDINGS)
        message = f"{printable(folder)}: error: expected submissions ({endings}), found none"
        raise InputError(message)
    return found


def _is_same(path: str, other: str) -> bool:
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)


def batches(files: Sequence[str], size: int) -> Iterator[list[Source]]:
    """Where the submissions are, in their order, in lists of up to `size`.

    The lines of standard input come as they arrive: no list waits to be filled.
    """
    waiting: list[Source] = []
    for file in files:
        if _has_lines(file):
            if waiting:
                yield waiting
            waiting = []
            yield from _line_batches(file, size)
        else:
            waiting.append(Source(file))
        if len(waiting) == size:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _line_batches(file: str, size: int) -> Iterator[list[Source]]:
    try:
        descriptor = _opened(file)
    except (OSError, ValueError):
        yield [Source(file)]  # reading it will say what is wrong
        return
    try:
        count = 0
        for lines in _lines(partial(os.read, descriptor, AT_ONCE)):
            numbered = [Source(file, number, line) for number, line in enumerate(lines, count + 1)]
            sources = [source for source in numbered if source.data.strip()]
            count += len(lines)
            yield from (sources[k : k + size] for k in range(0, len(sources), size))
    finally:
        os.close(descriptor)


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


def read_submission(source: Source) -> Submission:
    """The submission there; where it cannot be read, one that says why."""
    try:
        root, refused = _parsed(source, decoded(_data(source)))
    except InputError as error:
        return Submission(source, source.name, unreadable=str(error))
    except TextError as error:
        return Submission(source, source.name, refused=error.placed)
    if not isinstance(root, Fields):
        message = f"expected a submission (`name: ...`, `claimed: ...`), found {described(root)}"
        return Submission(
            source, source.name, None, root, (*refused, (root.mark, Fault((), message)))
        )
    return _understood(source, root, refused)


def _data(source: Source) -> bytes:
    """What is to be read.  Raises InputError."""
    try:
        if source.line:
            return within_limit(source.data, source.shown_name)
        if source.file == STANDARD_INPUT:
            raise ValueError("standard input is closed")
        with open(source.file, "rb") as file:
            return within_limit(file.read(MOST_BYTES + 1), source.shown_name)
    except FileNotFoundError:
        raise InputError(f"{source.shown_name}: error: no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{source.shown_name}: error: {reason.lower()}") from None


def _parsed(source: Source, text: str) -> tuple[Node, tuple[Placed, ...]]:
    return (
        parse_json(text) if source.line or source.file.endswith(".json") else parse(text, SUBJECT)
    )


def _understood(source: Source, root: Fields, refused: tuple[Placed, ...]) -> Submission:
    faults = [_unknown(key) for key in root.entries if key not in KEYS]
    name, name_faults = _name(root)
    faults += name_faults
    claimed: Mapping[str, Claim] | None = None
    if "claimed" in root.entries:
        claimed, claim_faults = decode_claims(root.entries["claimed"][1])
        faults += claim_faults
        if not claimed and not claim_faults:
            faults.append(Fault(("claimed",), "expected claimed answers, found none"))
    elif not any("'claimed'" in fault.hint for fault in faults):
        faults.append(Fault((), "expected the key 'claimed', found none"))
    every = (*refused, *placed(root, faults))
    return Submission(source, name or source.name, claimed or None, root, every)


def _unknown(key: str) -> Fault:
    hint = did_you_mean(key, KEYS) or f"the keys here are {', '.join(KEYS)}"
    return Fault((key,), f"unknown key {shown(key)!r}", hint, at_key=True)


def _name(root: Fields) -> tuple[str, list[Fault]]:
    """The name, or else the id; "" where there is none that can be used."""
    key = next((key for key in ("name", "id") if key in root.entries), None)
    if key is None:
        return "", []
    node = root.entries[key][1]
    if not isinstance(node, Scalar):
        return "", [Fault((key,), f"expected a text, found {described(node)}")]
    return _cleaned(node.text), []


def _cleaned(name: str) -> str:
    """A name that fits on a line of a table."""
    text = printable(name.strip())
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."
