"""Markdown with LaTeX formulas between dollar signs, as Jupyter, GitHub and Pandoc read it."""

import re
from collections.abc import Iterator, Sequence

from lstmhw.expr import Expr
from lstmhw.graph import as_table
from lstmhw.notation import Latex, equation, symbol, write
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


def render(solutions: Sequence[Solution], view: View) -> str:
    """A level-one heading for each solution."""
    pages = [_Page(view._replace(digits=s.digits)).solution(s) for s in solutions]
    return "\n".join("\n".join(page) for page in pages)


class _Page:
    """One solution as lines, with this view's decimals."""

    def __init__(self, view: View) -> None:
        self.view = view

    def solution(self, solution: Solution) -> Iterator[str]:
        title, about = heading(solution)
        yield from (f"# {escaped(title)}", "", escaped(about), "")
        for section in sections(solution, self.view):
            yield from (f"## {section.title}", "")
            for block in section.body:
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph(parts):
                yield from ("".join(self.part(part) for part in parts), "")
            case Entries(rows):
                yield from (f"- {self.entry(entry)}" for entry in entries(rows, self.view))
                yield ""
            case Working(steps):
                yield from self.working(steps)
            case Counts():
                yield from self.block(counts_table(block))
            case Graph():
                yield from self.block(as_table(block))
            case Table(header, lines):
                yield from (f"| {' | '.join(map(escaped, header))} |", "|---" * len(header) + "|")
                for line in lines:
                    yield f"| {' | '.join(self.part(cell) for cell in line)} |"
                yield ""

    def part(self, part: Inline) -> str:
        match part:
            case str(text) | Verdict(text=text):
                return escaped(text)
            case Entry():
                return listed(part, self.view)
            case Shades():
                return f"`{shaded(part)}`"
        return self.math(part)

    def math(self, expr: Expr) -> str:
        return f"${write(expr, Latex(), self.view.digits)}$"

    def entry(self, entry: Entry | Gap) -> str:
        if isinstance(entry, Gap):
            return f"... {entry.size} more time steps ..."
        note = f" - {escaped(entry.note)}" if entry.note else ""
        return f"${symbol(entry.symbol, Latex())}$ = {listed(entry, self.view)}{note}"

    def working(self, steps: Sequence[Step]) -> Iterator[str]:
        for part in working(steps, self.view):
            yield from (escaped(part), "") if isinstance(part, str) else self.step(*part)

    def step(self, step: Step, units: Sequence[Row | Gap]) -> Iterator[str]:
        formula = equation(step.symbol, step.expr, Latex(), self.view.digits)
        yield from (f"**{step.symbol}**: ${formula}$ - {escaped(step.note)}", "")
        if not units:  # an equation without numbers
            return
        yield from ("| unit | with numbers | value |", "|---|---|---|")
        for unit in units:
            if isinstance(unit, Gap):
                yield f"| ... | {unit.size} more units | |"
            else:
                yield f"| {escaped(unit.unit)} | {self.math(unit.substituted)} | {unit.value} |"
        yield ""


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|$])", r"\\\1", re.sub(r"\s+", " ", text))
