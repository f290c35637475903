"""Submissions: a student and the answers that are claimed.

Each is a file (YAML, JSON, `symbol = value` text, a notebook, a script), a line of JSON, or a row
of a table.  Whatever it is, it becomes a mapping of `id`, `name` and `claimed` whose parts know
their places in the file, and is understood in one way.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lstmhw.faults import Fault, did_you_mean, printable, shown
from lstmhw.reading import InputError, headline, placed, within_limit
from lstmhw.reading.assignments import parse_assignments
from lstmhw.reading.decode import decode_claims, described
from lstmhw.reading.headings import Headings, flattened
from lstmhw.reading.json_nodes import parse_json
from lstmhw.reading.nodes import MOST_BYTES, Fields, Mark, Node, Placed, Scalar, Subject, TextError
from lstmhw.reading.notebooks import parse_notebook, parse_script
from lstmhw.reading.parsing import decoded, parse
from lstmhw.solution import NO_ANSWER, Claim

KEYS = ("name", "id", "claimed")
TEXTS = (".txt", ".md")
PROGRAMS = {".ipynb": parse_notebook, ".py": parse_script}
LINES = (".ndjson", ".jsonl")
READ = (".yaml", ".yml", ".json", *LINES, *TEXTS, *PROGRAMS)
"""What answers can be read from."""
STANDARD_INPUT = "-"
NO_SUBMISSION = "no submission"
NEVER = float("-inf")
"""The time of what was begun and not handed in."""
LONGEST_NAME = 200
NO_NODE = Scalar("", True, Mark(1, 1))
SUBJECT = Subject("submission", "name")
OTHERS = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"PK": "a zip"}
"""What files without text in them begin with."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How texts begin that Windows calls Unicode."""


class Student(NamedTuple):
    """Who handed something in, as far as that is known without reading it.

    What is in the submission itself goes before, but where it `is_certain`.  `others` are more ids
    of the same student.
    """

    id: str = ""
    name: str = ""
    is_certain: bool = False
    others: tuple[str, ...] = ()


class Source(NamedTuple):
    """Where a submission is to be read: a file (line 0), or a line of one and what stands there.

    A row of a table is read already; `refused` is what is wrong with it.  `error` says why there is
    nothing to be read.  `time` tells attempts apart, where it is known.  Of several problems, there
    may be `parts` in other files, and `earlier` submissions of the student with answers to others;
    `problem` is the one that a file is called after.
    """

    file: str
    line: int = 0
    data: bytes = b""
    student: Student = Student()
    row: Fields | None = None
    refused: tuple[Placed, ...] = ()
    error: str = ""
    time: float | None = None
    parts: "tuple[Source, ...]" = ()
    earlier: "tuple[Source, ...]" = ()
    problem: str = ""

    @property
    def shown_name(self) -> str:
        """What errors call the file."""
        return "<stdin>" if self.file == STANDARD_INPUT else printable(self.file)

    @property
    def name(self) -> str:
        """The name of a submission that gives none."""
        stem = "stdin" if self.file == STANDARD_INPUT else Path(self.file).stem
        return self.student.name or cleaned(f"{stem}:{self.line}" if self.line else stem)

    @property
    def ending(self) -> str:
        """The suffix of the file's name, in small letters."""
        return os.path.splitext(self.file)[1].lower()


class Submission(NamedTuple):
    """What was handed in, as far as it can be understood, and what is wrong with the rest.

    `claimed` is None where it cannot be found; `unreadable` says why nothing could be read.  Of a
    program, what is no answer is no error: its names may be about anything.
    """

    source: Source
    name: str
    id: str | None = None
    claimed: Mapping[str, Claim] | None = None
    root: Node = NO_NODE
    refused: tuple[Placed, ...] = ()
    unreadable: str = ""
    is_program: bool = False

    @property
    def written(self) -> Mapping[str, tuple[Scalar, Node]]:
        """What stands under `claimed`, by the names there."""
        root = self.root.entries if isinstance(self.root, Fields) else {}
        _, claimed = root.get("claimed", (NO_NODE, NO_NODE))
        return claimed.entries if isinstance(claimed, Fields) else {}

    def with_faults(self, faults: Iterable[Fault]) -> "Submission":
        """The same with more that is wrong in it."""
        return self._replace(refused=(*self.refused, *placed(self.root, faults)))

    @property
    def error(self) -> str | None:
        """What is wrong, on one line, as of `first_error`; None if nothing is."""
        return first_error([self])


def first_error(submissions: Iterable[Submission]) -> str | None:
    """The first error with its place and hint, and how many more there are; None if none is."""
    faulty = [each for each in submissions if each.unreadable or each.refused]
    if not faulty:
        return None
    first = faulty[0]
    count = sum(len(each.refused) or 1 for each in faulty)
    more = f"; and {count - 1} more" if count > 1 else ""
    if first.unreadable:
        return first.unreadable + more
    here = [pair for each in faulty if each.source == first.source for pair in each.refused]
    (line, column), fault = min(here, key=lambda pair: pair[0])
    mark = Mark(line + max(0, first.source.line - 1), column)
    hint = f" ({fault.hint})" if fault.hint else ""
    return headline(first.source.shown_name, mark, fault) + hint + more


def read_submission(source: Source, headings: Headings) -> Submission:
    """The submission there; where it cannot be read, one that says why.

    The answers to several problems, whose names are `headings`, are called as in `q1.h_2`.
    """
    try:
        return _read(source, headings)
    except Exception as error:  # a bug must not end the run
        return _of(source, "", "", unreadable=bug_told(source, error))


def bug_told(source: Source, error: Exception) -> str:
    """What is said of a submission that makes lstmhw fail."""
    what = f"a bug in lstmhw, please report it: {type(error).__name__}: {error}"
    return f"{source.shown_name}: error: {printable(what)}"


def _read(source: Source, headings: Headings) -> Submission:
    if source.error:
        claimed: Mapping[str, Claim] | None = {} if source.error == NO_SUBMISSION else None
        return _of(source, "", "", claimed=claimed, unreadable=source.error)
    if source.row is not None:
        return _understood(source, source.row, source.refused, headings)
    if source.parts:
        every = [read_submission(part, headings) for part in source.parts]
        return next((each for each in every if each.id is not None), every[0])
    try:
        root, refused = _parsed(source, _text(source), headings)
    except InputError as error:
        return _of(source, "", "", unreadable=str(error))
    except TextError as error:
        return _of(source, "", "", refused=error.placed)
    if not isinstance(root, Fields):
        message = f"expected a submission (`name: ...`, `claimed: ...`), found {described(root)}"
        told = (*refused, (root.mark, Fault((), message)))
        return _of(source, "", "", root=root, refused=told)
    root, twice = _by_problem(root, headings, source.problem)
    return _understood(source, root, (*refused, *twice), headings)


def _by_problem(root: Fields, headings: Headings, problem: str) -> tuple[Fields, list[Placed]]:
    """A submission whose answers are called after their problems, and what is wrong with them."""
    there = [key for key, (_, node) in root.entries.items() if isinstance(node, Fields)]
    problems = {key: root.entries[key] for key in there if headings.named(key)}
    key, claimed = root.entries.get("claimed", (NO_NODE, NO_NODE))
    if problems and "claimed" not in root.entries:
        key, claimed = Scalar("claimed", True, root.mark), Fields(problems, root.mark)
        others = {key: entry for key, entry in root.entries.items() if key not in problems}
        root = root._replace(entries=others)
    if not isinstance(claimed, Fields):
        return root, []
    flat, twice = flattened(claimed, headings, problem)
    return root._replace(entries={**root.entries, "claimed": (key, flat)}), twice


def _of(source: Source, name: str, id: str, **found: Any) -> Submission:
    """A submission under the name and the id that it gives, or that are known of its source."""
    student = source.student
    if student.is_certain:
        name, id = student.name, student.id
    known = id or student.id
    return Submission(source, name or student.name or known or source.name, known or None, **found)


def _text(source: Source) -> str:
    """What stands there.  Raises InputError, or TextError where it is in another encoding."""
    data = _text_data(source)
    if source.ending in TEXTS and data[:2] in UTF_16:
        return data.decode("utf-16", "replace")
    return decoded(data)


def _text_data(source: Source) -> bytes:
    """The data of what has text in it.  Raises InputError."""
    data = _data(source)
    kind = next((kind for start, kind in OTHERS.items() if data.startswith(start)), "")
    if not kind and b"\0" in data[:1024] and data[:2] not in UTF_16:
        kind = "other data"
    if kind:
        expected = "expected answers as text (.yaml, .json, .txt, .ipynb)"
        raise InputError(f"{source.shown_name}: error: {expected}, found {kind}")
    return data


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


def _parsed(source: Source, text: str, headings: Headings) -> tuple[Node, tuple[Placed, ...]]:
    if source.line or source.ending == ".json":
        return parse_json(text)
    if source.ending in TEXTS:
        return parse_assignments(text, headings)
    if source.ending in PROGRAMS:
        return PROGRAMS[source.ending](text, headings)
    return parse(text, SUBJECT)


def _understood(
    source: Source, root: Fields, refused: tuple[Placed, ...], headings: Headings
) -> Submission:
    faults = [_unknown(key) for key in root.entries if key not in KEYS]
    name = _text_at(root, "name", faults)
    id = _text_at(root, "id", faults)
    claimed: Mapping[str, Claim] | None = None
    if "claimed" in root.entries:
        claimed, claim_faults = _claims(root.entries["claimed"][1], headings)
        faults += claim_faults
        if not claimed and not claim_faults and source.row is None:
            faults.append(Fault(("claimed",), "expected claimed answers, found none"))
    elif not source.refused and not any("'claimed'" in fault.hint for fault in faults):
        faults.append(Fault((), "expected the key 'claimed', found none"))
    told = (*refused, *placed(root, faults))
    is_program = source.ending in PROGRAMS
    if source.row is None:
        claimed = claimed or None
    return _of(source, name, id, claimed=claimed, root=root, refused=told, is_program=is_program)


def _claims(node: Node, headings: Headings) -> tuple[dict[str, Claim], tuple[Fault, ...]]:
    """The claims that can be understood, and the faults of the others.

    What may be claimed rests on the name, which may have that of a problem before it.
    """
    if not headings.problems or not isinstance(node, Fields):
        return decode_claims(node)
    claims: dict[str, Claim] = {}
    faults: list[Fault] = []
    for name, entry in node.entries.items():
        split = headings.split(name)
        bare = split.rest if split else name
        found, wrong = decode_claims(node._replace(entries={bare: entry}))
        claims.update((name, claim) for claim in found.values())
        faults += [each._replace(path=("claimed", name, *each.path[2:])) for each in wrong]
    return claims, tuple(faults)


def _unknown(key: str) -> Fault:
    hint = did_you_mean(key, KEYS) or f"the keys here are {', '.join(KEYS)}"
    return Fault((key,), f"unknown key {shown(key)!r}", hint, at_key=True)


def _text_at(root: Fields, key: str, faults: list[Fault]) -> str:
    """The text of a key; "" where there is none, with a fault where something else stands there."""
    if key not in root.entries:
        return ""
    node = root.entries[key][1]
    if not isinstance(node, Scalar):
        faults.append(Fault((key,), f"expected a text, found {described(node)}"))
        return ""
    return "" if node.plain and node.text in NO_ANSWER else cleaned(node.text)


def cleaned(name: str) -> str:
    """A name that fits on a line of a table."""
    text = printable(name.strip())
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."
