"""Tables of submissions: a row each, read as they are asked for."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from lstmhw.faults import Fault, printable
from lstmhw.grading.blanks import PartError, part_of
from lstmhw.grading.columns import CANVAS, MOODLE, people
from lstmhw.grading.layout import Layout, layout
from lstmhw.grading.mapping import Answer, Map, Part
from lstmhw.grading.records import Cell, Record, records
from lstmhw.grading.several_names import AnyNames
from lstmhw.reading import InputError
from lstmhw.reading.assignments import DASHES, answer
from lstmhw.reading.nodes import Fields, Items, Mark, Node, Placed, Scalar
from lstmhw.reading.submissions import NEVER, Source, Student, cleaned

ENDINGS = (".csv", ".tsv")
LONGEST_CELL = 100_000  # characters
_TIMES = (
    *("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S"),
    *("%d %B %Y %I:%M %p", "%d %B %Y %I:%M:%S %p", "%d %B %Y, %I:%M %p", "%Y/%m/%d %H:%M:%S"),
)
_ZONE = re.compile(r"\s*(?:UTC|GMT|Z|[-+]\d\d:?\d\d)?(?:[-+]\d{1,2})?\s*$")
_UNANSWERED = Scalar("null", True, Mark(1, 1))


class Table(NamedTuple):
    """A table and what its columns are."""

    file: str
    layout: Layout
    problem: str = ""

    @property
    def is_nameless(self) -> bool:
        """Whether no column says whose a row is."""
        return not (self.layout.people.ids or self.layout.people.names)

    def lists(self, size: int) -> Iterator[list[Source]]:
        waiting: list[Source] = []
        for source in self.sources():
            waiting.append(source)
            if len(waiting) == size:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def sources(self) -> Iterator[Source]:
        """The rows that are submissions.  Raises InputError."""
        rows = records(self.file)
        next(rows)
        for record in rows:
            if not self._is_besides(record):
                yield self._submission(record)

    def _is_besides(self, record: Record) -> bool:
        """Whether a row is nobody's: an empty one, Moodle's averages, Canvas' possible points."""
        texts = {k: cell.text.strip() for k, cell in enumerate(record) if cell.text.strip()}
        people = self.layout.people
        if not texts:
            return True
        if any(k in texts for k in people.ids) or not people.ids:
            return False
        if people.system == MOODLE:
            names = [k for k in people.names if k in texts]
            answers = [k for k in self.layout.answered if texts.get(k, "") not in DASHES]
            return len(names) <= 1 and not answers
        is_points = any(texts.get(k) == "Points Possible" for k in people.names)
        return people.system == CANVAS and is_points

    def _submission(self, record: Record) -> Source:
        mark = record[0].mark
        people = self.layout.people
        ids = [text for k in people.ids if (text := _text(record, k))]
        id = ids[0] if ids else ""
        name = " ".join(filter(None, (_text(record, k) for k in people.names)))
        texts = {"id": id, "name": name}
        entries: dict[str, tuple[Scalar, Node]] = {
            key: (Scalar(key, True, mark), Scalar(text, False, mark)) for key, text in texts.items()
        }
        refused: list[Placed] = []
        more = [cell for cell in record[self.layout.width :] if cell.text.strip()]
        if more:
            message = f"expected {self.layout.width} cells in a row, found {len(record)}"
            hint = "a cell with a comma in it needs quotes"
            refused.append((more[0].mark, Fault((), message, hint)))
        else:
            entries["claimed"] = Scalar("claimed", True, mark), self._claimed(record, refused)
        line = f"{os.path.splitext(os.path.basename(self.file))[0]}:{mark.line}"
        return Source(
            self.file,
            student=Student(name=cleaned(name or id or line), others=tuple(map(cleaned, ids[1:]))),
            row=Fields(entries, mark),
            refused=tuple(refused),
            time=self._time(record),
            problem=self.problem,
        )

    def _claimed(self, record: Record, refused: list[Placed]) -> Fields:
        """The answers of a row; what cannot be read is added to what is refused."""
        claimed: dict[str, tuple[Scalar, Node]] = {}
        for symbol, cells in self.layout.answers.items():
            try:
                node = self._node(record, cells)
            except _CellError as error:
                refused.append((error.mark, Fault(("claimed", symbol), str(error))))
                continue
            claimed[symbol] = Scalar(symbol, True, node.mark), node
        return Fields(claimed, record[0].mark)

    def _node(self, record: Record, cells: Answer) -> Node:
        """An answer; null where all of it is left out.  Raises _CellError."""
        if isinstance(cells, Part):
            return self._scalar(record, cells)
        nodes = tuple(self._node(record, part) for part in cells)
        if all(node[:2] == _UNANSWERED[:2] for node in nodes):
            return nodes[0]
        return Items(tuple(_entry(node) for node in nodes), nodes[0].mark)

    def _scalar(self, record: Record, part: Part) -> Scalar:
        if part.column >= len(record):
            return _UNANSWERED._replace(mark=record[-1].mark)
        cell = record[part.column]
        if len(cell.text) > LONGEST_CELL:
            message = f"expected an answer, found a text of {len(cell.text):,} characters"
            raise _CellError(cell.mark, message)
        text = cell.text.strip()
        if part.number and text not in DASHES:
            is_canvas = self.layout.people.system == CANVAS
            try:
                text = part_of(text, part.number, self.layout.most[part.column], is_canvas)
            except PartError as error:
                raise _CellError(cell.mark, str(error)) from None
            return answer(text, cell.mark, [cell.mark] * text.count("\n"))
        return _of_cell(cell)

    def _time(self, record: Record) -> float | None:
        """When, or at which attempt, a row was handed in; without a time, it was but begun."""
        people = self.layout.people
        attempt = "" if people.attempt is None else _text(record, people.attempt)
        if attempt.isdecimal():
            return float(attempt[:9])
        if people.time is None:
            return None
        text = _text(record, people.time)
        return NEVER if text in DASHES else seconds(text)


class _CellError(Exception):
    """Why a cell has no answer that can be read."""

    def __init__(self, mark: Mark, message: str) -> None:
        self.mark = mark
        super().__init__(message)


def table_in(file: str, names: AnyNames, map: Map | None) -> Table | None:
    """The table in a file; None where it is none.  Raises InputError.

    A `.txt` is one where it has columns for people and assigns nothing, or where there is a map.
    """
    ending = os.path.splitext(file)[1].lower()
    is_table = ending in ENDINGS or (ending == ".txt" and (map is not None or _has_columns(file)))
    if not is_table:
        return None
    if os.path.exists(file) and not os.path.isfile(file):
        message = "expected a table in a file, which can be read twice, found a pipe"
        raise InputError(f"{printable(file)}: error: {message}")
    rows = records(file)
    names = names.of_file(file)
    found = Table(file, layout(file, next(rows), names, map), names.under)
    for _ in rows:
        pass  # so that nothing is graded of a table that ends in what cannot be read
    return found


def seconds(text: str) -> float | None:
    """A time as Moodle, Canvas and forms write it; None for others, which may be ambiguous."""
    bare = _ZONE.sub("", " ".join(text.split()))
    for format in _TIMES:
        try:
            return datetime.strptime(bare, format).replace(tzinfo=UTC).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def _has_columns(file: str) -> bool:
    """Whether a text begins like a table, and not with an answer."""
    try:
        titles = [cell.text for cell in next(records(file))]
    except InputError:
        return False
    found = people(titles)
    is_named = bool(found.ids or found.names)
    return len(titles) > 1 and is_named and not any("=" in title for title in titles)


def _text(record: Record, k: int) -> str:
    return record[k].text.strip() if k < len(record) else ""


def _of_cell(cell: Cell) -> Scalar:
    """A whole cell as an answer."""
    start = len(cell.text) - len(cell.text.lstrip())
    line, column = cell.mark
    breaks = (Mark(line + k + 1, 1) for k in range(cell.text.strip().count("\n")))
    return answer(cell.text.strip(), Mark(line, column + start), breaks)


def _entry(node: Node) -> Node:
    """An entry of an answer that others were given to: left out, it is nothing."""
    is_left_out = isinstance(node, Scalar) and node.plain and node.text == "null"
    return Scalar("", True, node.mark) if is_left_out else node
