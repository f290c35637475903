"""A LaTeX document on A4 that compiles with what every LaTeX has: amsmath and longtable."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.expr import Expr
from lstmhw.graph import layout
from lstmhw.notation import Latex, Text, equation_terms, latex_text, symbol, write, write_terms
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
    entry_rows,
    heading,
    listed,
    saturated,
    sections,
    working,
)

PREAMBLE = r"""\documentclass[a4paper]{article}
\usepackage[fleqn]{amsmath}
\usepackage{longtable}
\setlength{\parindent}{0pt}
\setlength{\mathindent}{1em}
\setlength{\oddsidemargin}{-0.5cm}
\setlength{\textwidth}{17cm}
\setlength{\topmargin}{-1.5cm}
\setlength{\textheight}{24cm}
\setlength{\parskip}{2pt}
\allowdisplaybreaks
\begin{document}
\sloppy
"""

LINE_WITH_NOTE = 90
LINE_OF_TEXT = 88
LINE_OF_SMALL_TEXT = 108
MANY_COLUMNS = 8
BETWEEN_COLUMNS = 3
LONGEST_PIECE = 60  # characters of a term; label and value stand beside it
LONGEST_LINE = 74  # characters of plain text, which print as wide as 17 cm of formula
SPELLINGS = (Latex(), Text())
END = " \\\\\n"  # of a line
SAME_PAGE = " \\\\*\n"  # of a line, and the next one stays with it
BREAK = f"{SAME_PAGE}& \\qquad {{}} "  # in the middle of a formula


def render(solutions: Sequence[Solution], view: View) -> str:
    """One document; a section for each solution."""
    pages = [_Page(view._replace(digits=s.digits)).solution(s) for s in solutions]
    body = "\n".join("\n".join(page) for page in pages)
    return f"{PREAMBLE}{body}\n\\end{{document}}\n"


class Line(NamedTuple):
    """A line of several below each other: its formula, how wide that is, and a note behind it."""

    latex: str
    width: int
    note: str


class _Page:
    """One solution as lines, with this view's decimals."""

    def __init__(self, view: View) -> None:
        self.view = view

    def solution(self, solution: Solution) -> Iterator[str]:
        title, about = map(latex_text, heading(solution))
        yield rf"\section*{{{title}}}"
        if about:
            yield rf"\emph{{{about}}}"
        for section in sections(solution, self.view):
            yield rf"\subsection*{{{latex_text(section.title)}}}"
            for block in section.body:
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph(parts):
                yield from ("".join(self.part(part) for part in parts), "")
            case Entries(rows):
                yield from aligned([self.entry(entry) for entry in entries(rows, self.view)])
            case Working(steps):
                yield from self.working(steps)
            case Counts():
                yield from self.block(counts_table(block))
            case Graph():
                yield from picture(block)
            case Table(header, lines):
                cells = [[self.part(cell) for cell in line] for line in lines]
                lengths = [[self.length(cell) for cell in line] for line in (header, *lines)]
                columns, is_small = _columns(lengths)
                yield from [r"{\footnotesize"] if is_small else []
                yield rf"\begin{{longtable}}[l]{{{columns}}}"
                if any(header):
                    yield f"{' & '.join(map(latex_text, header))} \\\\ \\hline \\endhead"
                yield from (f"{' & '.join(row)} \\\\" for row in cells)
                yield from (r"\end{longtable}", *(["}"] if is_small else []), "")

    def part(self, part: Inline) -> str:
        match part:
            case str(text) | Verdict(text=text):
                return latex_text(text)
            case Entry():
                return listed(part, self.view)
            case Shades():
                return r"\ ".join("".join(map(_bar, group.tolist())) for group in part.groups)
        return f"${write(part, Latex(), self.view.digits)}$"

    def length(self, part: Inline) -> int:
        """About how many characters wide a cell is."""
        match part:
            case str(text) | Verdict(text=text):
                return len(text)
            case Entry():
                return len(listed(part, self.view))
            case Shades():
                return sum(len(group) + 1 for group in part.groups) // 2
        return len(write(part, Text(), self.view.digits))

    def entry(self, entry: Entry | Gap) -> Line:
        if isinstance(entry, Gap):
            return Line(rf"\dots & \quad \text{{{entry.size} more time steps}}", 20, "")
        lines = self.numbers(entry)
        width = len(entry.symbol) + max(len(", ".join(r)) for r in entry_rows(entry, self.view))
        latex = f"{symbol(entry.symbol, Latex())} &= {BREAK.join(lines)}"
        return Line(latex, min(width, LONGEST_LINE), entry.note)

    def numbers(self, entry: Entry) -> list[str]:
        """The lines of a single number, a vector, or a matrix row by row."""
        rows = entry_rows(entry, self.view)
        if entry.value.size == 1:
            return [self.number(rows[0][0])]
        if entry.value.ndim < 2:
            return self.vector(rows[0])
        if max(len(", ".join(row)) for row in rows) > LONGEST_LINE:
            return [line for row in rows for line in self.vector(row)]
        lines = r" \\ ".join(" & ".join(self.number(number) for number in row) for row in rows)
        columns = "r" * max(map(len, rows))  # bmatrix has no more than ten
        return [rf"\left[\begin{{array}}{{{columns}}} {lines} \end{{array}}\right]"]

    def vector(self, row: Sequence[str]) -> list[str]:
        text = [f"{number}, " for number in row]
        latex = [f"{self.number(number)}, " for number in row]
        first, *rest = _lines(latex, text)
        lines = [f"[{first}", *rest]
        return [*lines[:-1], f"{lines[-1].removesuffix(', ')}]"]

    def number(self, text: str) -> str:
        return r"\dots" if text == "..." else Latex().number(text)

    def equation(self, step: Step) -> Line:
        name, width = symbol(step.symbol, Latex()), len(step.symbol) + len(write(step.expr, Text()))
        latex = f"{name} &= {BREAK.join(self.sum_lines(step.expr))}"
        return Line(latex, min(width, LONGEST_LINE), step.note)

    def working(self, steps: Sequence[Step]) -> Iterator[str]:
        if not any(step.value.size for step in steps):
            yield from aligned(list(map(self.equation, steps)))
            return
        for part in working(steps, self.view):
            yield from ("", latex_text(part), "") if isinstance(part, str) else self.step(*part)

    def step(self, step: Step, units: Sequence[Row | Gap]) -> Iterator[str]:
        yield from ("", rf"\textbf{{{latex_text(step.symbol)}}}: {latex_text(step.note)}")
        yield r"\begin{align*}"
        rows = [f"& {self.title(step)}", END.join(map(self.unit, units))]
        yield SAME_PAGE.join(filter(None, rows))
        yield r"\end{align*}"

    def title(self, step: Step) -> str:
        """The equation of a step, a long sum over several lines."""
        latex, text = (
            equation_terms(step.symbol, step.expr, spelling, self.view.digits)
            for spelling in SPELLINGS
        )
        return BREAK.join(_lines(latex, text))

    def unit(self, unit: Row | Gap) -> str:
        if isinstance(unit, Gap):
            return rf"& \dots \quad \text{{{unit.size} more units}}"
        label = rf"\text{{{unit.label}: }}\mathopen{{}} " if unit.unit else ""
        value, limit, gap = saturated(unit.value)
        remark = rf" \quad ({limit} {Latex().number(gap)})" if gap else ""
        numbers = BREAK.join(self.sum_lines(unit.substituted))
        return f"& {label}{numbers} = {Latex().number(value)}{remark}"

    def sum_lines(self, expr: Expr) -> list[str]:
        """An expression, a long sum over several lines."""
        latex, text = (write_terms(expr, spelling, self.view.digits) for spelling in SPELLINGS)
        fitted = [_smaller(piece, words) for piece, words in zip(latex, text, strict=True)]
        return _lines(fitted, text)


def _smaller(latex: str, text: str) -> str:
    """A piece that is set smaller where it is nearly a line: nothing breaks it."""
    return rf"\mbox{{\footnotesize${latex}$}}" if len(text) > LONGEST_PIECE else latex


def _lines(latex: Sequence[str], text: Sequence[str]) -> list[str]:
    """The pieces of a formula in lines that are not too long; its text says how long they are."""
    lines, room = [latex[0]], LONGEST_LINE - len(text[0])
    for piece, words in zip(latex[1:], text[1:], strict=True):
        room -= len(words) + 1
        if room < 0:
            lines.append(piece)
            room = LONGEST_LINE - len(words)
        else:
            lines[-1] += f" {piece}"
    return lines


def aligned(lines: Sequence[Line]) -> Iterator[str]:
    """Lines with their notes beside them, or where there is no room, below."""
    wide = max(line.width for line in lines) + max(len(line.note) for line in lines)
    note = _below if wide > LINE_WITH_NOTE else _beside
    yield r"\begin{align*}"
    yield END.join(f"{line.latex}{note(latex_text(line.note))}" for line in lines)
    yield r"\end{align*}"


def _beside(note: str) -> str:
    return rf" && \text{{{note}}}" if note else ""


def _below(note: str) -> str:
    """A note that does not count when the width of its column is measured."""
    return rf"{SAME_PAGE}& \rlap{{\parbox{{0.75\linewidth}}{{\quad {note}}}}}" if note else ""


WIDTH = 470  # of a picture, in points
ROW, BOX, HEAD = 26, (44, 16), 5


def picture(graph: Graph) -> Iterator[str]:
    """The graph from left to right, in the picture environment that every LaTeX has."""
    spots, ways = layout(graph)
    levels = max(spot.level for spot in spots) + 1
    across, height = min(84, WIDTH // levels), (max(spot.row for spot in spots) + 1) * ROW
    places = {s: ((s.level + 0.5) * across, height - (s.row + 0.5) * ROW) for s in spots}
    width, tall = BOX
    yield r"\setlength{\unitlength}{1pt}"
    yield rf"\begin{{picture}}({levels * across},{height:g})"
    for spot, (x, y) in places.items():
        if spot.symbol:
            corner = f"({x - width / 2:g},{y - tall / 2:g})"
            name = symbol(spot.symbol, Latex())
            yield rf"\put{corner}{{\framebox({width},{tall}){{${name}$}}}}"
    for way in ways:
        yield from _arrow([places[spot] for spot in way])
    yield from (r"\end{picture}", "")


def _arrow(way: Sequence[tuple[float, float]]) -> Iterator[str]:
    """From box to box, straight through the places between them, and its head."""
    (x, y), *rest = way
    half_box, x = BOX[0] / 2, x + BOX[0] / 2
    for place in rest:
        is_last = place is rest[-1]
        to_x, to_y = place[0] - half_box - HEAD * is_last, place[1]
        bend, half = (x + to_x) / 2, (y + to_y) / 2
        yield rf"\qbezier({x:g},{y:g})({bend:g},{y:g})({bend:g},{half:g})"
        yield rf"\qbezier({bend:g},{half:g})({bend:g},{to_y:g})({to_x:g},{to_y:g})"
        length = HEAD if is_last else BOX[0]
        yield rf"\put({to_x:g},{to_y:g}){{\{'vector' if is_last else 'line'}(1,0){{{length}}}}}"
        x, y = to_x + length, to_y


class Columns(NamedTuple):
    """The columns of a table in LaTeX's letters, and whether it is set in small type."""

    letters: str
    is_small: bool


def _columns(lengths: Sequence[Sequence[int]]) -> Columns:
    """The columns of a table; where they have no room, the long ones share it and wrap.

    A table of many columns is set smaller before that.
    """
    widest = [max(column) + BETWEEN_COLUMNS for column in zip(*lengths, strict=True)]
    if sum(widest) <= LINE_OF_TEXT:
        return Columns("l" * len(widest), False)
    is_small = len(widest) >= MANY_COLUMNS
    room = LINE_OF_SMALL_TEXT if is_small else LINE_OF_TEXT
    if sum(widest) <= room:
        return Columns("l" * len(widest), is_small)
    fair = room / len(widest)
    long = sum(width for width in widest if width > fair)
    share = (room - sum(widest) + long) / long
    part = share * LINE_OF_TEXT / room  # of the line
    letters = (_paragraph(part * width) if width > fair else "l" for width in widest)
    return Columns("".join(letters), is_small)


def _paragraph(width: float) -> str:
    return rf"p{{{(width - BETWEEN_COLUMNS) / LINE_OF_TEXT:.2f}\linewidth}}"


def _bar(value: float) -> str:
    """A bar as high as the value, or as low, or its digit; the default fonts have no shades."""
    size = round(min(abs(value), 9.0))
    if size > 1:
        return rf"{size}\," if value > 0 else rf"\textsubscript{{{size}}}\,"
    height = 0.05 + 0.6 * min(abs(value), 1.0)
    below = f"[-{height:.2f}em]" if value < -0.1 else ""
    return rf"\rule{below}{{0.4em}}{{{height:.2f}em}}\,"
