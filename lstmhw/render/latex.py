"""A LaTeX document that compiles with nothing but amsmath."""

import re
from collections.abc import Iterator, Sequence

from lstmhw.expr import Expr, Sum
from lstmhw.graph import as_table
from lstmhw.notation import Latex, equation, symbol, write, written_terms
from lstmhw.solution import (
    Block,
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
    entries,
    entry_rows,
    heading,
    listed,
    sections,
    working,
)

PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath}
\setlength{\parindent}{0pt}
\setlength{\oddsidemargin}{-0.5cm}
\setlength{\textwidth}{17cm}
\allowdisplaybreaks
\begin{document}
\sloppy
"""

LONGEST_CELL = 50
TERMS_A_LINE = 5
BREAK = " \\\\\n& \\qquad {} "  # in the middle of a sum

SPECIAL = {
    "\0": "{}",  # keeps two hyphens two
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "`": r"\textasciigrave{}",
    **{mark: "\\" + mark for mark in "#$%&_{}"},
    **{mark: f"${mark}$" for mark in "<>|"},
    "\u2013": "--",
    "\u2014": "---",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
}
ACCENTED = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒ"


def render(solutions: Sequence[Solution], view: View) -> str:
    """One document; a section for each solution."""
    pages = [_Page(view._replace(digits=s.digits)).solution(s) for s in solutions]
    body = "\n".join("\n".join(page) for page in pages)
    return f"{PREAMBLE}{body}\n\\end{{document}}\n"


class _Page:
    """One solution as lines, with this view's decimals."""

    def __init__(self, view: View) -> None:
        self.view = view

    def solution(self, solution: Solution) -> Iterator[str]:
        title, about = map(escaped, heading(solution))
        yield from (rf"\section*{{{title}}}", rf"\emph{{{about}}}")
        for section in sections(solution, self.view):
            yield rf"\subsection*{{{escaped(section.title)}}}"
            for block in section.body:
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph(parts):
                yield from ("".join(self.part(part) for part in parts), "")
            case Entries(rows):
                yield r"\begin{align*}"
                yield " \\\\\n".join(self.entry(entry) for entry in entries(rows, self.view))
                yield r"\end{align*}"
            case Working(steps):
                yield from self.working(steps)
            case Graph():
                yield from self.block(as_table(block))
            case Table(header, lines):
                cells = [[self.part(cell) for cell in line] for line in lines]
                columns = list(zip(*cells, strict=True)) if cells else [() for _ in header]
                yield rf"\begin{{tabular}}{{{_columns(columns)}}}"
                if any(header):
                    yield f"{' & '.join(map(escaped, header))} \\\\ \\hline"
                yield from (f"{' & '.join(row)} \\\\" for row in cells)
                yield from (r"\end{tabular}", "")

    def part(self, part: Inline) -> str:
        match part:
            case str(text) | Verdict(text=text):
                return escaped(text)
            case Entry():
                return listed(part, self.view)
            case Shades():
                return r"\ ".join("".join(map(_bar, group.tolist())) for group in part.groups)
        return f"${write(part, Latex(), self.view.digits)}$"

    def entry(self, entry: Entry | Gap) -> str:
        if isinstance(entry, Gap):
            return rf"\dots & \quad \text{{{entry.size} more time steps}}"
        note = rf" && \text{{{escaped(entry.note)}}}" if entry.note else ""
        return f"{symbol(entry.symbol, Latex())} &= {self.matrix(entry)}{note}"

    def matrix(self, entry: Entry) -> str:
        """A single number, a vector on one line, a matrix row by row."""
        if entry.value.size == 1:
            return self.number(listed(entry, self.view))
        numbers = entry_rows(entry, self.view)
        if entry.value.ndim < 2:
            return Latex().concat(list(map(self.number, numbers[0])), ",")
        lines = r" \\ ".join(" & ".join(self.number(number) for number in row) for row in numbers)
        columns = "r" * max(map(len, numbers))  # bmatrix has no more than ten
        return rf"\left[\begin{{array}}{{{columns}}} {lines} \end{{array}}\right]"

    def number(self, text: str) -> str:
        return r"\dots" if text == "..." else Latex().number(text)

    def equations(self, steps: Sequence[Step]) -> Iterator[str]:
        """Equations without numbers, in one environment."""
        yield r"\begin{align*}"
        yield " \\\\\n".join(
            f"{symbol(step.symbol, Latex())} &= {write(step.expr, Latex(), self.view.digits)}"
            rf" && \text{{{escaped(step.note)}}}"
            for step in steps
        )
        yield r"\end{align*}"

    def working(self, steps: Sequence[Step]) -> Iterator[str]:
        if not any(step.value.size for step in steps):
            yield from self.equations(steps)
            return
        for part in working(steps, self.view):
            yield from ("", escaped(part), "") if isinstance(part, str) else self.step(*part)

    def step(self, step: Step, units: Sequence[Row | Gap]) -> Iterator[str]:
        yield from ("", rf"\textbf{{{escaped(step.symbol)}}}: {escaped(step.note)}")
        yield r"\begin{align*}"
        yield " \\\\\n".join([f"& {self.title(step)}", *(self.unit(unit) for unit in units)])
        yield r"\end{align*}"

    def title(self, step: Step) -> str:
        """The equation of a step, a long sum over several lines."""
        first, *rest = self.sum_lines(step.expr)
        if not rest:
            return equation(step.symbol, step.expr, Latex(), self.view.digits)
        return BREAK.join([Latex().equals(symbol(step.symbol, Latex()), first), *rest])

    def unit(self, unit: Row | Gap) -> str:
        if isinstance(unit, Gap):
            return rf"& \dots \quad \text{{{unit.size} more units}}"
        label = rf"\text{{{unit.label}: }} " if unit.unit else ""
        value, _, saturation = unit.value.partition(" (")
        near, _, gap = saturation.rstrip(")").rpartition(" ")
        remark = rf" \quad ({near} {Latex().number(gap)})" if saturation else ""
        numbers = BREAK.join(self.sum_lines(unit.substituted))
        return f"& {label}{numbers} = {Latex().number(value)}{remark}"

    def sum_lines(self, expr: Expr) -> list[str]:
        """An expression, a long sum over several lines."""
        terms = written_terms(expr)
        parts = [terms[k : k + TERMS_A_LINE] for k in range(0, len(terms), TERMS_A_LINE)]
        first, *rest = [write(Sum(*part), Latex(), self.view.digits) for part in parts]
        return [first, *(line if line.startswith("-") else f"+ {line}" for line in rest)]


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is; a character that its default fonts lack becomes a ?."""
    line = re.sub(r"\s+", " ", text).replace("--", "-\0-")
    return "".join(SPECIAL.get(character) or _known(character) for character in line)


def _columns(columns: Sequence[Sequence[str]]) -> str:
    """Columns, of which those with a long cell share the room and wrap their lines."""
    long = [any(map(_is_long, cells)) for cells in columns]
    wide = rf"p{{{0.6 / max(sum(long), 1):.2g}\linewidth}}"
    return "".join(wide if wraps else "l" for wraps in long)


def _is_long(cell: str) -> bool:
    return len(cell) > LONGEST_CELL and "\\rule" not in cell


def _bar(value: float) -> str:
    """A bar as high as the value, or as low; the default fonts have no shades."""
    height = 0.05 + 0.6 * min(abs(value), 1.0)
    below = f"[-{height:.2f}em]" if value < -0.1 else ""
    return rf"\rule{below}{{0.4em}}{{{height:.2f}em}}\,"


def _known(character: str) -> str:
    plain = character.isascii() and character.isprintable()
    return character if plain or character in ACCENTED else "?"
