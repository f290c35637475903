"""`--map MAP.yaml`: which column has the id, the name, and each answer.

    id: Email address
    name: [First name, Last name]
    answers:
      c_2: [Response 1/part 1, Response 1/part 2]
      h_2: h_2 (two numbers)

A column is named by its title, the number of a Canvas question, or the beginning of a title that no
other has.  `COLUMN/part N` is one of the answers that stand in a cell together; `part N of M` says
how many those are, where not all are asked for.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.faults import Fault, Path, did_you_mean, printable, shown, some
from lstmhw.grading.columns import People
from lstmhw.grading.several_names import AnyNames
from lstmhw.reading import InputError, error_of, placed, within_limit
from lstmhw.reading.decode import described
from lstmhw.reading.headings import flattened
from lstmhw.reading.nodes import (
    MOST_BYTES,
    Fields,
    Items,
    Node,
    Placed,
    Scalar,
    Subject,
    TextError,
)
from lstmhw.reading.parsing import decoded, parse

MOST_PARTS = 1000
KEYS = ("id", "name", "answers")
_PART = re.compile(
    r"(?P<column>.*)/\s*part\s+(?P<number>[1-9][0-9]*)(?:\s+of\s+(?P<of>[0-9]+))?\s*",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\s*([0-9]+):")


class Part(NamedTuple):
    """A column, counted from 0; with a number, one of the answers in its cells (of so many)."""

    column: int
    number: int = 0
    of: int = 0


Answer = Part | tuple["Answer", ...]
"""The cell of an answer, or those of its entries."""


class _ColumnError(Exception):
    """A name of a column that is none."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


class Map:
    """What a map says, whatever table it is for."""

    def __init__(self, name: str, text: str, root: Fields) -> None:
        self.name = name
        self.text = text
        self.root = root

    def error(self, faults: Sequence[Fault]) -> InputError:
        """The faults as messages with their places in the map."""
        return error_of(self.name, self.text, placed(self.root, faults))

    def check(self, names: AnyNames) -> None:
        """Raises InputError where it is no map, or has symbols that no problem has."""
        faults = [
            Fault((key,), f"unknown key {shown(key)!r}", _keys(key), at_key=True)
            for key in self.root.entries
            if key not in KEYS
        ]
        answers = self._at("answers")
        if answers is None:
            faults.append(Fault((), "expected the key 'answers', found none"))
        elif not isinstance(answers, Fields) or not answers.entries:
            faults.append(
                Fault(
                    ("answers",), f"expected symbols with their columns, found {described(answers)}"
                )
            )
        else:
            told = (names.unknown(s) for s in answers.entries if names.meant(s) is None)
            faults += [fault._replace(path=("answers", *fault.path[1:])) for fault in told if fault]
            faults += _repeated(answers, names)
        if faults:
            raise self.error(faults)

    def read(
        self, file: str, titles: Sequence[str], found: People, names: AnyNames
    ) -> tuple[People, dict[str, Answer]]:
        """The columns of people and answers in a table with these titles.

        Of several problems, `names` may be those of one alone.  Raises InputError.
        """
        columns = _Columns(file, titles)
        faults: list[Fault] = []
        read: dict[str, list[int]] = {}
        for key in ("id", "name"):
            read[key] = [part.column for part in columns.all(self._at(key), (key,), faults)]
        answers = self._at("answers")
        entries = answers.entries if isinstance(answers, Fields) else {}
        cells = {
            s: columns.answer(node, ("answers", s), faults)
            for s, (_, node) in entries.items()
            if names.is_about(s)
        }
        if faults:
            raise self.error(faults)
        people = found._replace(ids=read["id"] or found.ids, names=read["name"] or found.names)
        return people, {symbol: cell for symbol, cell in cells.items() if cell is not None}

    def _at(self, key: str) -> Node | None:
        return self.root.entries[key][1] if key in self.root.entries else None


def read_map(path: str, names: AnyNames) -> Map:
    """The map in a file, for a problem with these names.  Raises InputError."""
    shown_name = printable(path)
    try:
        with open(path, "rb") as file:
            data = within_limit(file.read(MOST_BYTES + 1), shown_name)
    except FileNotFoundError:
        raise InputError(f"{shown_name}: error: no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{shown_name}: error: {reason.lower()}") from None
    text = data.decode("utf-8", "replace")
    try:
        text = decoded(data)
        root, refused = parse(text, Subject("map", "answers"))
    except TextError as error:
        raise error_of(shown_name, text, error.placed) from None
    if refused:
        raise error_of(shown_name, text, refused)
    if not isinstance(root, Fields):
        message = f"expected a map (`answers: ...`), found {described(root)}"
        raise error_of(shown_name, text, [(root.mark, Fault((), message))])
    root, twice = _by_problem(root, names)
    if twice:
        raise error_of(shown_name, text, twice)
    found = Map(shown_name, text, root)
    found.check(names)
    return found


def _by_problem(root: Fields, names: AnyNames) -> tuple[Fields, list[Placed]]:
    """A map whose answers are called as in `q1.h_2`, and what is there twice."""
    key, answers = root.entries.get("answers", (None, None))
    if key is None or not isinstance(answers, Fields):
        return root, []
    flat, twice = flattened(answers, names.headings)
    return root._replace(entries={**root.entries, "answers": (key, flat)}), twice


def _repeated(answers: Fields, names: AnyNames) -> Iterator[Fault]:
    """A fault for each symbol that stands there under another name already."""
    meant: dict[str, str] = {}
    for name in answers.entries:
        symbol = names.symbol(name)
        if symbol is not None and meant.setdefault(symbol, name) != name:
            message = f"expected {symbol} once, found it again (it is {shown(meant[symbol])!r} too)"
            yield Fault(("answers", name), message, at_key=True)


def _keys(key: str) -> str:
    return did_you_mean(key, KEYS) or f"the keys here are {', '.join(KEYS)}"


class _Columns:
    """The columns of a table by what a map calls them."""

    def __init__(self, file: str, titles: Sequence[str]) -> None:
        self.file = printable(file)
        self.titles = [_plain(title) for title in titles]

    def all(self, node: Node | None, path: Path, faults: list[Fault]) -> list[Part]:
        """The columns that a name, or a list of them, stands for; faults are added."""
        answer = None if node is None else self.answer(node, path, faults)
        if answer is None or isinstance(answer, Part):
            return [] if answer is None else [answer]
        return [part for part in answer if isinstance(part, Part)]

    def answer(self, node: Node, path: Path, faults: list[Fault]) -> Answer | None:
        """The cells of an answer; None, and a fault, where they are not to be found."""
        if isinstance(node, Items):
            read = [self.answer(item, (*path, k), faults) for k, item in enumerate(node.nodes)]
            there = tuple(part for part in read if part is not None)
            if not node.nodes:
                faults.append(Fault(path, "expected columns, found an empty list"))
            return there[0] if len(there) == 1 else there or None
        if isinstance(node, Scalar) and node.text:
            try:
                return self._part(node.text, path)
            except _ColumnError as wrong:
                faults.append(wrong.fault)
                return None
        faults.append(Fault(path, f"expected the name of a column, found {described(node)}"))
        return None

    def _part(self, name: str, path: Path) -> Part:
        """The cell that a name stands for.  Raises _ColumnError."""
        match = None if _plain(name) in self.titles else _PART.fullmatch(name)
        column = self._column(match["column"] if match else name, path)
        if match is None:
            return Part(column)
        number, of = int(match["number"]), int(match["of"] or 0)
        if max(number, of) > MOST_PARTS or (of and number > of):
            message = f"expected part N of M, with N up to M, found {shown(name)!r}"
            raise _ColumnError(Fault(path, message))
        return Part(column, number, of)

    def _column(self, name: str, path: Path) -> int:
        wanted = _plain(name)
        for found in self._readings(wanted):
            if len(found) == 1:
                return found[0]
            if found:
                told = some(repr(shown(self.titles[k])) for k in found)
                message = f"expected one column of {self.file}, found {len(found)}: {told}"
                raise _ColumnError(Fault(path, message, "write more of its title"))
        message = f"expected a column of {self.file}, found {shown(name)!r}"
        hint = did_you_mean(wanted, self.titles) or f"it has {some(map(shown, self.titles))}"
        raise _ColumnError(Fault(path, message, hint))

    def _readings(self, name: str) -> list[list[int]]:
        """The columns that a name may be: as a title, as a question's number, as a beginning."""
        folded = name.casefold()
        every = list(enumerate(self.titles))
        numbers = [(k, _QUESTION.match(title)) for k, title in every]
        return [
            [k for k, title in every if title == name],
            [k for k, title in every if title.casefold() == folded],
            [k for k, match in numbers if match and match[1] == name],
            [k for k, title in every if title.casefold().startswith(folded)],
        ]


def _plain(title: str) -> str:
    """A title on one line."""
    return " ".join(title.split())
