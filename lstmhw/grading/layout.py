"""Which column of a table has which answer: by the titles of the columns, or by a map."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from lstmhw.faults import Fault, printable, shown, some
from lstmhw.grading.columns import People, people
from lstmhw.grading.mapping import Answer, Map, Part
from lstmhw.grading.records import MOST_COLUMNS, Record
from lstmhw.grading.several_names import AnyNames
from lstmhw.reading import InputError, headline
from lstmhw.reading.nodes import Mark


class Layout(NamedTuple):
    """The columns of a table: for people, and for each symbol.

    `most` is how many parts the cells of a column have, where they are taken apart.
    """

    people: People
    answers: Mapping[str, Answer]
    most: Mapping[int, int]
    width: int

    @property
    def answered(self) -> set[int]:
        """The columns with answers."""
        return {part.column for answer in self.answers.values() for part in parts(answer)}


def parts(answer: Answer) -> Iterator[Part]:
    """All cells of an answer."""
    if isinstance(answer, Part):
        yield answer
    else:
        yield from chain.from_iterable(map(parts, answer))


def layout(file: str, header: Record, names: AnyNames, map: Map | None) -> Layout:
    """The layout of the table in a file with this header.  Raises InputError."""
    if len(header) > MOST_COLUMNS:
        message = f"expected at most {MOST_COLUMNS:,} columns, found {len(header):,}"
        raise _error(file, header[0].mark, message, "save the table without empty columns")
    titles = [cell.text for cell in header]
    found = people(titles)
    if map is None:
        answers = _by_titles(file, header, found, names)
        return Layout(found, answers, {}, len(header))
    found, answers = map.read(file, titles, found, names)
    most: dict[int, int] = {}
    for part in chain.from_iterable(parts(answer) for answer in answers.values()):
        if part.number:
            most[part.column] = max(most.get(part.column, 0), part.number, part.of)
    return Layout(found, answers, most, len(header))


def _by_titles(file: str, header: Record, found: People, names: AnyNames) -> dict[str, Answer]:
    """The columns that are called like symbols, or like entries of one.  Raises InputError."""
    columns: dict[str, dict[int, int]] = {}
    for k, cell in enumerate(header):
        place = None if k in found.used else names.column(cell.text)
        if place is None:
            continue
        entries = columns.setdefault(place.symbol, {})
        if place.entry in entries or (entries and 0 in (place.entry, *entries)):
            message = f"expected one column for {place.symbol}, found another, {shown(cell.text)!r}"
            raise _error(file, cell.mark, message, "say with --map which one counts")
        entries[place.entry] = k
    if not columns:
        titles = some(shown(" ".join(cell.text.split())) for cell in header)
        message = f"expected columns named like symbols ({some(names.known)}), found {titles}"
        raise _error(file, Mark(1, 1), message, "--map MAP.yaml says which column has which answer")
    return {symbol: _whole(file, symbol, entries, header) for symbol, entries in columns.items()}


def _whole(file: str, symbol: str, entries: Mapping[int, int], header: Record) -> Answer:
    """The columns of a symbol in the order of its entries.  Raises InputError for a gap."""
    if 0 in entries:
        return Part(entries[0])
    absent = next((k for k in range(1, max(entries) + 1) if k not in entries), None)
    if absent is not None:
        mark = header[min(entries.values())].mark
        message = f"expected a column for entry {absent} of {symbol} too, found none"
        raise _error(file, mark, message, "say with --map which column has which answer")
    return tuple(Part(entries[k]) for k in sorted(entries))


def _error(file: str, mark: Mark, message: str, hint: str) -> InputError:
    told = headline(printable(file), mark, Fault((), message))
    return InputError(f"{told}\n  hint: {hint}")
