"""Tables for a terminal, with Rich's styles and cell widths.

Rich's Console and Table take longer to import, and 0.4 ms a row, than solving takes; what tells
colours and wide characters is imported where there are any.
"""

import re
from collections.abc import Iterator, Sequence

from lstmhw.expr import Expr
from lstmhw.graph import as_table
from lstmhw.notation import Text, write
from lstmhw.solution import (
    Block,
    Counts,
    Entries,
    Entry,
    Graph,
    Inline,
    Paragraph,
    Shades,
    Solution,
    Step,
    Table,
    Verdict,
    Working,
)
from lstmhw.view import (
    Gap,
    Row,
    View,
    counts_table,
    entries,
    heading,
    listed,
    sections,
    shaded,
    working,
)

PLAIN, BOLD, DIM, HEADING = "none", "bold", "dim", "bold cyan"
VERDICTS = {
    "right": "green",
    "rounding": "green",
    "coarse": "yellow",
    "unanswered": "yellow",
    "follows": "yellow",
    "wrong": "bold red",
}

GUTTER = 2
INSIDE_A_WORD = r"[,;*/=(]|[.-](?=[a-z])"  # where one longer than its line is broken

Cell = tuple[str, str]  # the text and its style, in the words of Rich
Cells = Sequence[Cell]
Line = list[Cell]


class Grid:
    """Rows of cells in aligned columns; a row of a single cell spans them all.

    Where there is no room for that, the columns of a grid with a header stand in groups one under
    another, or each row as lines of its own: whichever is shorter.  Without a header, what follows
    the first cell of a row stands below it.
    """

    def __init__(self, rows: Sequence[Cells], indent: int = 2, header: Cells = ()) -> None:
        self.rows = rows
        self.indent = indent
        self.header = header

    def lines(self, width: int) -> Iterator[Line]:
        """The lines, each in pieces of one style."""
        for line in self._laid_out(width - self.indent):
            yield [(" " * self.indent, PLAIN), *line]

    def _laid_out(self, room: int) -> Sequence[Line]:
        rows = [self.header, *self.rows] if self.header else self.rows
        widths = fitting(rows, room)
        if widths is not None:
            return list(aligned(rows, widths, room))
        if self.header:
            ways = (grouped(self.header, self.rows, room), by_row(self.header, self.rows, room))
            return min(ways, key=len)
        return list(flowing(rows, room))


def fitting(rows: Sequence[Cells], room: int) -> list[int] | None:
    """The widths of the columns, the widest narrowed where that leaves them readable."""
    widths = natural(rows)
    least = [max(word, min(2 * wide // 3, 24)) for word, wide in longest(rows, widths)]
    while total(widths) > room:
        spare = [wide - few for wide, few in zip(widths, least, strict=True)]
        widest = max(range(len(widths)), key=lambda k: (spare[k] > 0) * widths[k])
        if spare[widest] <= 0:
            return None
        widths[widest] -= 1
    return widths


def longest(rows: Sequence[Cells], widths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """For each column the width of its longest word, and its own."""
    for column, wide in zip(columns(rows), widths, strict=True):
        yield max((cell_len(word) for text in column for word in text.split()), default=0), wide


def columns(rows: Sequence[Cells]) -> list[tuple[str, ...]]:
    """The texts by column; a row of a single cell belongs to none."""
    return list(zip(*([text for text, _ in row] for row in rows if len(row) > 1), strict=True))


def natural(rows: Sequence[Cells]) -> list[int]:
    return [
        max(cell_len(line) for text in column for line in text.split("\n"))
        for column in columns(rows)
    ]


def total(widths: Sequence[int]) -> int:
    return sum(widths) + GUTTER * (len(widths) - 1)


def aligned(rows: Sequence[Cells], widths: Sequence[int], room: int) -> Iterator[Line]:
    """The rows in columns; the last cell of a row that says anything has the rest of its line."""
    for row in rows:
        last = max((k for k, (text, _) in enumerate(row) if text), default=0)
        taken = sum(widths[:last]) + GUTTER * last
        shown = [*widths[:last], max(1, room - taken)]
        fields = [wrapped(text, width) for (text, _), width in zip(row, shown, strict=False)]
        for k in range(max(map(len, fields))):
            line: Line = []
            for field, (_, style), column in zip(fields, row, shown, strict=False):
                part = field[k] if k < len(field) else ""
                line += [(part, style), (" " * (column - cell_len(part) + GUTTER), PLAIN)]
            yield line


def grouped(header: Cells, rows: Sequence[Cells], room: int) -> list[Line]:
    """The columns in groups one under another, the first column beside each."""
    widths = natural([header, *rows])
    first = min(widths[0], room // 2)
    groups: list[list[int]] = []
    left = 0
    for k, wide in enumerate(widths[1:], 1):
        if not groups or wide + GUTTER > left:
            groups.append([])
            left = room - first
        groups[-1].append(k)
        left -= wide + GUTTER
    lines: list[Line] = []
    for group in groups:
        picked = [
            row if len(row) == 1 else [row[0], *(row[k] for k in group)] for row in [header, *rows]
        ]
        lines += [[], *aligned(picked, [first, *(widths[k] for k in group)], room)]
    return lines[1:]


def by_row(header: Cells, rows: Sequence[Cells], room: int) -> list[Line]:
    """Each row as lines: what it is about, and under which title each of its cells stands."""
    below: list[Cells] = []
    for row in rows:
        if len(row) == 1:
            below.append(row)
            continue
        told = [cells for cells in zip(header[1:], row[1:], strict=True) if cells[1][0]]
        below += [[("", PLAIN) if k else row[0], *cells] for k, cells in enumerate(told)]
    named = [[header[0]]] if header[0][0] else []
    return list(Grid([*named, *below], 0)._laid_out(room))


def flowing(rows: Sequence[Cells], room: int) -> Iterator[Line]:
    """What follows the first cell of a row: each cell on the line where it fits, or the next."""
    label = max((cell_len(row[0][0]) for row in rows if len(row) > 1), default=0) + GUTTER
    hang = label if label <= room // 3 else 2 * GUTTER
    for row in rows:
        line: Line = []
        taken = 0
        for k, (text, style) in enumerate(cell for cell in row if cell[0] or cell is row[0]):
            start = max(hang, taken + GUTTER) if k else 0
            if start > hang and start + max(map(cell_len, text.split("\n"))) > room:
                yield line
                line, taken, start = [], 0, hang + (GUTTER if k > 1 else 0)
            for n, part in enumerate(wrapped(text, room - start)):
                if n:
                    yield line
                    line, taken = [], 0
                line += [(" " * (start - taken), PLAIN), (part, style)]
                taken = start + cell_len(part)
        yield line


def cell_len(text: str) -> int:
    """The columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len as measured  # most pages do without

    return measured(text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of that width, broken at spaces where there are any.

    What follows a bracket that opens a line stays to the right of it.
    """
    lines = []
    for line in text.split("\n"):
        hang = min(len(line) - len(line.lstrip(" [")), width // 4)
        start, indent = 0, ""
        while cell_len(line[start : start + width + 1]) > width - len(indent):
            room = width - len(indent)
            end = start + _break(line[start : start + room + 2], room)
            lines.append(indent + line[start:end].rstrip())
            start, indent = end, " " * hang
            while line[start : start + 1] == " ":
                start += 1
        lines.append(indent + line[start:])
    return lines


def _before_term(text: str, least: int) -> int:
    """Where the last term of a formula begins, so that no product is broken; else the end."""
    sign = max(text.rfind(" + "), text.rfind(" - "))
    return sign if sign > least and "_" in text[sign:] else len(text)


def _break(line: str, room: int) -> int:
    """Where to break a line: at a space, or before a + or - that stands there; else at a mark."""
    width = room
    while cell_len(line[:width]) > room:  # wide characters
        width -= 1
    space = line.rfind(" ", 1, width + 1)
    if line[space - 2 : space] in (" +", " -"):
        space -= 2
    if space > 0:
        return _before_term(line[:space], width // 3)
    marks = [mark.end() for mark in re.finditer(INSIDE_A_WORD, line[:width])]
    return max([end for end in marks if end > width // 3], default=max(width, 1))


def render(solutions: Sequence[Solution], view: View) -> str:
    """The solutions one under another, `view.width` columns wide."""
    pages = [_Page(view._replace(digits=s.digits)).solution(s) for s in solutions]
    return "\n".join(_text(page, view) for page in pages)


def _text(page: Iterator[Grid], view: View) -> str:
    spell = _coloured if view.color else _plain
    lines = [
        "".join(spell(text, style) for text, style in line).rstrip()
        for grid in page
        for line in grid.lines(view.width)
    ]
    return "\n".join(lines) + "\n"


def _plain(text: str, style: str) -> str:
    return text


def _coloured(text: str, style: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


class _Page:
    """One solution as grids, with this view's decimals and room."""

    def __init__(self, view: View) -> None:
        self.view = view

    def solution(self, solution: Solution) -> Iterator[Grid]:
        title, about = heading(solution)
        yield self.line(title, BOLD, 0)
        yield from [self.line(about, DIM, 0)] if about else []
        for section in sections(solution, self.view):
            yield self.line(f"\n{section.title}", HEADING, 0)
            yield from map(self.block, section.body)

    def line(self, text: str, style: str = PLAIN, indent: int = 2) -> Grid:
        return Grid([[(text, style)]], indent)

    def block(self, block: Block) -> Grid:
        match block:
            case Paragraph(parts):
                return self.line("".join(self.part(part)[0] for part in parts))
            case Entries(rows):
                return Grid([self.entry(entry) for entry in entries(rows, self.view)])
            case Working(steps):
                return Grid(list(self.working(steps)))
            case Counts():
                return self.block(counts_table(block))
            case Graph():
                return self.block(as_table(block))
            case Table(header, lines):
                titles = [(title, DIM) for title in header] if any(header) else []
                return Grid([self.row(line) for line in lines], header=titles)

    def row(self, line: Sequence[Inline]) -> Line:
        """The cells of a row; one that stands for rows left out is no column's."""
        cells = [self.part(cell) for cell in line]
        told = [text for text, _ in cells if text]
        return [("  ".join(told), PLAIN)] if told[:1] == ["..."] and len(told) < 3 else cells

    def part(self, part: Inline) -> Cell:
        match part:
            case str(text):
                return text, PLAIN
            case Verdict(verdict, text):
                return text, VERDICTS[verdict]
            case Entry():
                return self.numbers(part), PLAIN
            case Shades():
                return shaded(part), PLAIN
        return self.written(part), PLAIN

    def written(self, expr: Expr) -> str:
        return write(expr, Text(), self.view.digits)

    def numbers(self, entry: Entry) -> str:
        """A vector on one line; a matrix too, or one row a line where it would be long."""
        line = listed(entry, self.view)
        short = len(line) <= self.view.width // 2 or entry.value.ndim < 2
        return line if short else listed(entry, self.view, ",\n ")

    def entry(self, entry: Entry | Gap) -> list[Cell]:
        if isinstance(entry, Gap):
            return [("...", DIM), (f"{entry.size} more time steps", DIM), ("", PLAIN)]
        style = PLAIN if entry.given else BOLD
        return [(entry.symbol, BOLD), (self.numbers(entry), style), (entry.note, DIM)]

    def working(self, steps: Sequence[Step]) -> Iterator[list[Cell]]:
        for part in working(steps, self.view):
            if isinstance(part, str):
                yield [(part, DIM)]
            else:
                yield [(self.headline(part.step), BOLD)]
                yield from map(self.unit, part.units)

    def headline(self, step: Step) -> str:
        """The formula, and at the right what it is; below, where there is no room for that."""
        formula = f"{step.symbol} = {self.written(step.expr)}"
        if cell_len(formula) > self.view.width - 2:
            formula = "\n      ".join(wrapped(formula, self.view.width - 8))
        room = self.view.width - 2 - cell_len(formula) - cell_len(step.note)
        return formula + (" " * room if room >= GUTTER else "\n  ") + step.note

    def unit(self, unit: Row | Gap) -> list[Cell]:
        if isinstance(unit, Gap):
            return [("  ...", DIM), (f"{unit.size} more units", DIM), ("", PLAIN)]
        label = f"  {unit.label}" if unit.unit else ""
        return [(label, DIM), (self.written(unit.substituted), PLAIN), (f"= {unit.value}", BOLD)]
