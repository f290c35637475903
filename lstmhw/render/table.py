"""Tables for a terminal, with Rich's styles and cell widths.

Rich's Console and Table take longer to import, and 0.4 ms a row, than solving takes.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

from lstmhw.expr import Expr
from lstmhw.notation import Text, write
from lstmhw.solution import (
    Block,
    Entries,
    Entry,
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
    ShownStep,
    View,
    entries,
    heading,
    listed,
    sections,
    shaded,
    working,
)

PLAIN, BOLD, DIM, HEADING = (Style.parse(words) for words in ("none", "bold", "dim", "bold cyan"))
VERDICTS = {
    "right": Style.parse("green"),
    "rounding": Style.parse("green"),
    "follows": Style.parse("yellow"),
    "wrong": Style.parse("bold red"),
}

GUTTER = 2

Cell = tuple[str, Style]


class Grid:
    """Rows of cells in aligned columns; a row of a single cell spans them all.

    Where the columns need more room than there is, the widest wrap.
    """

    def __init__(self, rows: Sequence[Sequence[Cell]], indent: int = 2) -> None:
        self.rows = rows
        self.indent = indent

    def lines(self, width: int) -> Iterator[list[Cell]]:
        """The lines, each in pieces of one style."""
        room = width - self.indent
        widths = self._widths(room)
        for row in self.rows:
            columns = [room] if len(row) == 1 else widths
            fields = [wrapped(text, width) for (text, _), width in zip(row, columns, strict=True)]
            for k in range(max(map(len, fields))):
                line = [(" " * self.indent, PLAIN)]
                for field, (_, style), column in zip(fields, row, columns, strict=True):
                    part = field[k] if k < len(field) else ""
                    line += [(part, style), (" " * (column - cell_len(part) + GUTTER), PLAIN)]
                yield line

    def _widths(self, room: int) -> list[int]:
        columns = list(zip(*(row for row in self.rows if len(row) > 1), strict=True))
        widths = [
            max(cell_len(line) for text, _ in column for line in text.split("\n"))
            for column in columns
        ]
        while sum(widths) + GUTTER * (len(widths) - 1) > room and max(widths) > 1:
            widths[widths.index(max(widths))] -= 1
        return widths or [room]


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


def _break(line: str, room: int) -> int:
    """Where to break a line: at a space, but before a + or - that stands there; else anywhere."""
    width = room
    while cell_len(line[:width]) > room:  # wide characters
        width -= 1
    space = line.rfind(" ", 1, width + 1)
    if line[space - 2 : space] in (" +", " -"):
        space -= 2
    return space if space > 0 else max(width, 1)


def render(solutions: Sequence[Solution], view: View) -> str:
    """The solutions one under another, `view.width` columns wide."""
    pages = [_Page(view._replace(digits=s.digits)).solution(s) for s in solutions]
    return "\n".join(_text(page, view) for page in pages)


def _text(page: Iterator[Grid], view: View) -> str:
    system = ColorSystem.STANDARD if view.color else None
    lines = [
        "".join(style.render(text, color_system=system) for text, style in line).rstrip()
        for grid in page
        for line in grid.lines(view.width)
    ]
    return "\n".join(lines) + "\n"


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

    def line(self, text: str, style: Style = PLAIN, indent: int = 2) -> Grid:
        return Grid([[(text, style)]], indent)

    def block(self, block: Block) -> Grid:
        match block:
            case Paragraph(parts):
                return self.line("".join(self.part(part)[0] for part in parts))
            case Entries(rows):
                return Grid([self.entry(entry) for entry in entries(rows, self.view)])
            case Working(steps):
                return Grid(list(self.working(steps)))
            case Table(header, lines):
                titles = [[(title, DIM) for title in header]] if any(header) else []
                return Grid([*titles, *([self.part(cell) for cell in line] for line in lines)])

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
            match part:
                case ShownStep(step, units):
                    yield [(self.headline(step), BOLD)]
                    yield from map(self.unit, units)
                case Gap(size):
                    yield [(f"... {size} more time steps ...", DIM)]
                case str(note):
                    yield [(note, DIM)]

    def headline(self, step: Step) -> str:
        """The formula, and at the right what it is; below, where there is no room for that."""
        formula = f"{step.symbol} = {self.written(step.expr)}"
        room = self.view.width - 2 - cell_len(formula) - cell_len(step.note)
        return formula + (" " * room if room >= GUTTER else "\n  ") + step.note

    def unit(self, unit: Row | Gap) -> list[Cell]:
        if isinstance(unit, Gap):
            return [("  ...", DIM), (f"{unit.size} more units", DIM), ("", PLAIN)]
        label = f"  {unit.label}" if unit.unit else ""
        return [(label, DIM), (self.written(unit.substituted), PLAIN), (f"= {unit.value}", BOLD)]
