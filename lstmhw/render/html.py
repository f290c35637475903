"""One self-contained HTML page: formulas in MathML, nothing from the network."""

from collections.abc import Iterator, Sequence
from html import escape

from lstmhw.graph import as_table
from lstmhw.notation import MathML, equation, symbol, write
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
    sections,
    shaded,
    working,
)

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 Georgia, serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; margin: .3rem 0 1.2rem; }}
code {{ white-space: pre; }}
td, th {{ padding: .15rem 1.2rem .15rem 0; text-align: left; vertical-align: baseline; }}
th {{ font-weight: normal; color: #666; border-bottom: 1px solid #bbb; }}
.note {{ color: #666; }} .scroll {{ overflow-x: auto; }}
.right, .rounding {{ color: #16703a; }} .follows, .coarse, .unanswered {{ color: #8a6100; }}
.wrong {{ color: #b3261e; }}
</style>
</head>
<body>
"""


def render(solutions: Sequence[Solution], view: View) -> str:
    """One page; a level-one heading for each solution."""
    title = heading(solutions[0])[0] if len(solutions) == 1 else "Solutions"
    pages = [_Page(view._replace(digits=s.digits)).solution(s) for s in solutions]
    body = "\n".join("\n".join(page) for page in pages)
    return f"{HEAD.format(title=escape(title))}{body}\n</body>\n</html>\n"


class _Page:
    """One solution as lines, with this view's decimals."""

    def __init__(self, view: View) -> None:
        self.view = view

    def solution(self, solution: Solution) -> Iterator[str]:
        title, about = map(escape, heading(solution))
        yield from (f"<h1>{title}</h1>", f'<p class="note">{about}</p>')
        for section in sections(solution, self.view):
            yield f"<h2>{escape(section.title)}</h2>"
            for block in section.body:
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph(parts):
                yield f"<p>{''.join(self.part(part) for part in parts)}</p>"
            case Entries(rows):
                yield '<div class="scroll"><table>'
                yield from map(self.entry, entries(rows, self.view))
                yield "</table></div>"
            case Working(steps):
                yield from self.working(steps)
            case Graph():
                yield from self.block(as_table(block))
            case Table(header, lines):
                yield '<div class="scroll"><table>'
                titles = "".join(f"<th>{escape(title)}</th>" for title in header)
                yield f"<tr>{titles}</tr>" if any(header) else ""
                for line in lines:
                    yield f"<tr>{''.join(f'<td>{self.part(cell)}</td>' for cell in line)}</tr>"
                yield "</table></div>"

    def part(self, part: Inline) -> str:
        match part:
            case str(text):
                return escape(text)
            case Verdict(verdict, text):
                return f'<b class="{verdict}">{escape(text)}</b>'
            case Entry():
                return math(self.matrix(part))
            case Shades():
                return f"<code>{shaded(part)}</code>"
        return math(write(part, MathML(), self.view.digits))

    def entry(self, entry: Entry | Gap) -> str:
        if isinstance(entry, Gap):
            return f"<tr><td>… {entry.size} more time steps …</td><td></td></tr>"
        equation = math(MathML().equals(symbol(entry.symbol, MathML()), self.matrix(entry)))
        return f'<tr><td>{equation}</td><td class="note">{escape(entry.note)}</td></tr>'

    def matrix(self, entry: Entry) -> str:
        """A single number, a vector on one line, a matrix row by row."""
        lines = [[self.number(number) for number in row] for row in entry_rows(entry, self.view)]
        if entry.value.size == 1:
            return lines[0][0]
        if entry.value.ndim < 2:
            return MathML().concat(lines[0], ",")
        cells = ["".join(f"<mtd>{number}</mtd>" for number in line) for line in lines]
        body = "".join(f"<mtr>{line}</mtr>" for line in cells)
        return f"<mrow><mo>[</mo><mtable>{body}</mtable><mo>]</mo></mrow>"

    def number(self, text: str) -> str:
        return "<mo>…</mo>" if text == "..." else MathML().number(text)

    def working(self, steps: Sequence[Step]) -> Iterator[str]:
        for part in working(steps, self.view):
            if isinstance(part, str):
                yield f'<p class="note">{escape(part)}</p>'
            else:
                yield from self.step(*part)

    def step(self, step: Step, units: Sequence[Row | Gap]) -> Iterator[str]:
        title = math(equation(step.symbol, step.expr, MathML(), self.view.digits))
        yield f'<p><b>{title}</b> <span class="note">{escape(step.note)}</span></p>'
        if not units:  # an equation without numbers
            return
        yield '<div class="scroll"><table>'
        yield from map(self.unit, units)
        yield "</table></div>"

    def unit(self, unit: Row | Gap) -> str:
        if isinstance(unit, Gap):
            return f"<tr><td>…</td><td>{unit.size} more units</td><td></td></tr>"
        numbers = math(write(unit.substituted, MathML(), self.view.digits))
        value = f"<td>= {escape(unit.value)}</td>"
        return f'<tr><td class="note">{unit.label}</td><td>{numbers}</td>{value}</tr>'


def math(inner: str) -> str:
    return f"<math>{inner}</math>"
