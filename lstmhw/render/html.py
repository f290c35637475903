"""One self-contained HTML page for screen and paper: formulas in MathML, nothing from the network.

Each formula has its plain text as well (`alttext`), which is read aloud, and shown by a browser
that does not know MathML.  A browser breaks no line inside a formula, so a long one is written in
pieces.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain
from typing import NamedTuple

from lstmhw import svg
from lstmhw.expr import Expr
from lstmhw.graph import Spot, layout
from lstmhw.notation import (
    MathML,
    Text,
    decimal,
    equation_terms,
    symbol,
    write_terms,
)
from lstmhw.picture import Chart, HalfPlane
from lstmhw.solution import (
    Block,
    Counts,
    Entries,
    Entry,
    Graph,
    Inline,
    Paragraph,
    Section,
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
    saturated,
    sections,
    shaded,
    working,
)

BRACKETS = ('<mo stretchy="false">[</mo>', '<mo stretchy="false">]</mo>')
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
LONGEST_PIECE = 24  # characters of a formula that no line is broken in
WIDEST_MATRIX = 32
FRONT = ("Asked", "Result")
"""The sections that a page begins with."""
BARE_LEVEL = 3  # of the heading above the sections of a page that stands in another one
SPELLINGS = (MathML(), Text())

STYLE = (
    """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --faint: #595959; --line: #bbb;
  --right: #16703a; --unsure: #7a5500; --wrong: #b3261e; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --ink: #e6e6e6; --faint: #a8adb3; --line: #555;
    --right: #7fd39a; --unsure: #e5b75c; --wrong: #ff9a90; } }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 Georgia, "Times New Roman", serif; }
main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .6rem; }
h1 { font-size: 1.5rem; margin-top: 0; } h2 { font-size: 1.2rem; } h3 { font-size: 1.05rem; }
p { margin: .6rem 0; overflow-wrap: break-word; }
math { math-style: normal; }
.scroll { overflow: auto hidden; position: relative; margin: .3rem 0 .7rem;
  padding: .1rem 0 .4rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem 1.2rem .15rem 0; text-align: left; vertical-align: baseline;
  font-weight: normal; }
td:last-child { padding-right: 0; }
thead th, thead td { color: var(--faint); border-bottom: 1px solid var(--line); }
.unseen th, .unseen td { padding: 0; border: 0; line-height: 0; }
.value { white-space: nowrap; }
.note, .label { color: var(--faint); }
.title { margin: 1rem 0 0; } .title math { font-weight: bold; }
.line { display: block; }
svg { display: block; color: var(--faint); } svg .arrow { fill: none; stroke: currentColor; }
svg .head { fill: currentColor; }
svg rect { fill: var(--paper); stroke: currentColor; } svg .given { stroke-dasharray: 4 3; }
svg text { fill: var(--ink); font: .85rem Georgia, serif; text-anchor: middle; }
svg .bar { fill: var(--faint); stroke: none; } svg .from-here { text-anchor: start; }
.shades { font: .75em monospace; white-space: pre; }
.right, .rounding { color: var(--right); } .wrong { color: var(--wrong); }
.follows, .coarse, .unanswered { color: var(--unsure); }
.aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@supports not (math-style: normal) {
  math > * { display: none; } math::after { content: attr(alttext); } }
@media (max-width: 40rem) { td, th { padding-right: .7rem; } }
@page { size: A4; margin: 16mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 10pt; line-height: 1.35; } main { max-width: none; padding: 0; }
  .scroll { overflow: visible; } article + article { break-before: page; }
  thead { display: table-header-group; } tr, .step { break-inside: avoid; }
  tbody tr:first-child { break-before: avoid; }
  h1, h2, h3, .title { break-after: avoid; } }
"""
    + svg.STYLE
)

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


FRAGMENT = """<div class="lstmhw">
<style>@scope (.lstmhw) {{
{style}}}</style>
<main>
{body}
</main>
</div>
"""


def render(solutions: Sequence[Solution], view: View) -> str:
    """One page; under a heading of its own if there are several solutions."""
    level, title, above = 1, heading(solutions[0])[0], ""
    if len(solutions) > 1:
        level, title, above = 2, "Solutions", "<h1>Solutions</h1>\n"
    body = above + "\n".join(_article(solution, view, level) for solution in solutions)
    return PAGE.format(title=escape(title), style=STYLE, body=body)


def fragment(solution: Solution, view: View) -> str:
    """A page inside another one, a notebook's say, whose look its style leaves alone."""
    style = STYLE.replace(":root", ":scope").replace("body {", ":scope {")
    return FRAGMENT.format(style=style, body=_article(solution, view, 1))


UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"


def bare(solution: Solution, view: View) -> str:
    """A page without title and style, for a place that has its own: what is only read aloud hides.

    Nothing in it is a class that it needs.
    """
    page = _Page(view._replace(digits=solution.digits), BARE_LEVEL)
    body = "\n".join(line for part in sections(solution, view) for line in page.section(part))
    return body.replace('class="aloud"', f'style="{UNSEEN}"')


def _article(solution: Solution, view: View, level: int) -> str:
    """A solution under a heading of this level."""
    return "\n".join(_Page(view._replace(digits=solution.digits), level).solution(solution))


class Start(NamedTuple):
    """What stands before a number, in MathML and in plain text."""

    mathml: str = ""
    text: str = ""


NOTHING = Start()
EQUALS = Start('<mo form="infix">=</mo>', "= ")


class _Page:
    """One solution as lines, with this view's decimals, under a heading of this level."""

    def __init__(self, view: View, level: int) -> None:
        self.view = view
        self.level = level

    def solution(self, solution: Solution) -> Iterator[str]:
        title, about = map(escape, heading(solution))
        yield from ("<article>", f"<h{self.level}>{title}</h{self.level}>")
        if about:
            yield f'<p class="note">{about}</p>'
        body = list(sections(solution, self.view))
        front = [section for section in body if section.title in FRONT]
        yield from chain.from_iterable(map(self.section, front))
        yield from self.picture(solution)
        yield from chain.from_iterable(map(self.section, body[len(front) :]))
        yield "</article>"

    def section(self, section: Section) -> Iterator[str]:
        yield f"<h{self.level + 1}>{escape(section.title)}</h{self.level + 1}>"
        for block in section.body:
            yield from self.block(block, section.title)

    def picture(self, solution: Solution) -> Iterator[str]:
        """The picture, where it shows more than a single step; a graph has a section of its own."""
        if isinstance(solution.picture, Chart | HalfPlane) and solution.only_step is None:
            yield f"<h{self.level + 1}>Picture</h{self.level + 1}>"
            yield from svg.drawn(solution.picture)

    def block(self, block: Block, title: str) -> Iterator[str]:
        match block:
            case Paragraph(parts):
                yield f"<p>{''.join(self.part(part) for part in parts)}</p>"
            case Entries(rows):
                lines = map(self.entry, entries(rows, self.view))
                yield from table(title, hidden("symbol", "value", "what it is"), lines)
            case Working(steps):
                yield from self.working(steps)
            case Counts():
                yield from counts_drawn(block)
            case Graph():
                yield from picture(block)
            case Table(header, rows):
                yield from table(title, columns(header, rows), map(self.line, rows))

    def line(self, cells: Sequence[Inline]) -> str:
        """A row of a table; its first cell says what it is about."""
        first, *rest = map(self.part, cells)
        if first == "...":  # of rows that are left out, and the next cell says how many
            return f'<tr><td>…</td><td colspan="{len(rest)}">{rest[0]}</td></tr>'
        others = "".join(f"<td>{cell}</td>" for cell in rest)
        about = f'<th scope="row">{first}</th>' if first else "<td></td>"
        return f"<tr>{about}{others}</tr>"

    def part(self, part: Inline) -> str:
        match part:
            case str(text):
                return escape(text)
            case Verdict(verdict, text):
                return f'<b class="{verdict}">{escape(text)}</b>'
            case Entry():
                return self.numbers(part)
            case Shades():
                label = f'role="img" aria-label="{numbers_aloud(part)}"'
                return f'<span class="shades" {label}>{shaded(part)}</span>'
        return self.expression(part)

    def expression(self, expr: Expr) -> str:
        mathml, text = (write_terms(expr, spelling, self.view.digits) for spelling in SPELLINGS)
        return formula(mathml, text)

    def entry(self, entry: Entry | Gap) -> str:
        if isinstance(entry, Gap):
            return f'<tr><td colspan="3">… {entry.size} more time steps …</td></tr>'
        name = math(symbol(entry.symbol, MathML()), entry.symbol)
        value = f"<td>{self.numbers(entry, EQUALS)}</td>"
        note = f'<td class="note">{escape(entry.note)}</td>'
        return f'<tr><th scope="row">{name}</th>{value}{note}</tr>'

    def numbers(self, entry: Entry, start: Start = NOTHING) -> str:
        """A single number, a vector on one line, a matrix row by row."""
        first, *rest = rows = entry_rows(entry, self.view)
        if entry.value.size == 1:
            return number(first[0], start)
        if entry.value.ndim < 2:
            return vector(first, start)
        if max(len(" ".join(row)) for row in rows) > WIDEST_MATRIX:
            lines = [vector(first, start), *map(vector, rest)]
            return "".join(f'<span class="line">{line}</span>' for line in lines)
        cells = ["".join(f"<mtd>{spelled(text)}</mtd>" for text in row) for row in rows]
        body = "".join(f"<mtr>{line}</mtr>" for line in cells)
        matrix = f"<mo>[</mo><mtable>{body}</mtable><mo>]</mo>"
        return math(f"{start.mathml}{matrix}", f"{start.text}{listed(entry, self.view)}")

    def working(self, steps: Sequence[Step]) -> Iterator[str]:
        for part in working(steps, self.view):
            if isinstance(part, str):
                yield f'<p class="note">{escape(part)}</p>'
            else:
                yield from self.step(*part)

    def step(self, step: Step, units: Sequence[Row | Gap]) -> Iterator[str]:
        mathml, text = (
            equation_terms(step.symbol, step.expr, spelling, self.view.digits)
            for spelling in SPELLINGS
        )
        note = f'<span class="note">{escape(step.note)}</span>'
        yield f'<div class="step"><p class="title">{formula(mathml, text)} {note}</p>'
        if units:  # else it is an equation without numbers
            titles = hidden("unit", "with numbers", "value")
            yield from table(step.symbol, titles, map(self.unit, units))
        yield "</div>"

    def unit(self, unit: Row | Gap) -> str:
        if isinstance(unit, Gap):
            return f'<tr><td>…</td><td colspan="2">{unit.size} more units</td></tr>'
        words = unit.label.replace(" ", NO_BREAK).replace(f",{NO_BREAK}", ", ")
        label = f'<th scope="row" class="label">{words}</th>' if words else "<td></td>"
        value, limit, gap = saturated(unit.value)
        short = f" ({limit.replace('-', MINUS)}{NO_BREAK}{number(gap)})" if gap else ""
        numbers = f"<td>{self.expression(unit.substituted)}</td>"
        return f'<tr>{label}{numbers}<td class="value">{number(value, EQUALS)}{short}</td></tr>'


def table(title: str, head: str, lines: Iterable[str]) -> Iterator[str]:
    """A table of these lines; its title, which stands above it, is for those who do not see it."""
    yield '<div class="scroll"><table>'
    yield f'<caption class="aloud">{escape(title)}</caption>{head}'
    yield from ("<tbody>", *lines, "</tbody></table></div>")


def columns(header: Sequence[str], rows: Sequence[Sequence[Inline]]) -> str:
    """The head of a table, if it has one; over shades it is spaced as they are."""
    if not any(header):
        return ""
    first = rows[0] if rows else header
    cells = (
        column(title, isinstance(cell, Shades)) for title, cell in zip(header, first, strict=True)
    )
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def column(title: str, is_spaced: bool) -> str:
    if not title:
        return "<td></td>"
    spaced = f'<span class="shades">{escape(title)}</span>' if is_spaced else escape(title)
    return f'<th scope="col">{spaced}</th>'


def hidden(*titles: str) -> str:
    """A head that says only aloud what everybody else sees."""
    cells = (f'<th scope="col"><span class="aloud">{title}</span></th>' for title in titles)
    return f'<thead class="unseen"><tr>{"".join(cells)}</tr></thead>'


ACROSS, DOWN = 104, 44  # between the middles of neighbours, in pixels
BOX, HEAD = (68, 28), 7


def picture(graph: Graph) -> Iterator[str]:
    """The graph from left to right, which is told aloud line by line."""
    spots, ways = layout(graph)
    width = (max(spot.level for spot in spots) + 1) * ACROSS
    height = (max(spot.row for spot in spots) + 1) * DOWN
    told = "; ".join(f"{line} from {', '.join(read)}" for line, read in graph.lines)
    yield f'<div class="scroll"><svg role="img" width="{width}" height="{height:g}"'
    yield f'viewBox="0 0 {width} {height:g}" aria-label="{escape(told)}">'
    yield from map(arrow, ways)
    yield from (boxed(spot) for spot in spots if spot.symbol)
    yield "</svg></div>"


LONGEST_BAR, BAR_ROW, BAR_HEIGHT = 560, 46, 16  # pixels
CHARACTER = 8  # pixels that a character of a label takes at most, about


def counts_drawn(counts: Counts) -> Iterator[str]:
    """Counts below each other, each with its label above it and its count behind it."""
    most = max((bar.size for bar in counts.rows), default=1)
    labels = [f"{bar.label}: {bar.note}" if bar.note else bar.label for bar in counts.rows]
    width = max([LONGEST_BAR + BAR_ROW, *(CHARACTER * len(label) for label in labels)])
    height = len(counts.rows) * BAR_ROW
    pairs = zip(labels, counts.rows, strict=True)
    told = "; ".join(f"{label}, {bar.size} {counts.counted}" for label, bar in pairs)
    yield f'<div class="scroll"><svg role="img" width="{width}" height="{height}"'
    yield f'viewBox="0 0 {width} {height}" aria-label="{escape(told)}">'
    for row, (label, bar) in enumerate(zip(labels, counts.rows, strict=True)):
        top, length = row * BAR_ROW, LONGEST_BAR * bar.size / max(1, most)
        yield from_here(0, top + 14, label)
        corner = f'x="0" y="{top + 20}" width="{length:g}" height="{BAR_HEIGHT}"'
        yield f'<rect class="bar" {corner}/>'
        yield from_here(length + 6, top + 33, f"{bar.size}")
    yield "</svg></div>"


def from_here(x: float, y: float, text: str) -> str:
    return f'<text class="from-here" x="{x:g}" y="{y:g}">{escape(text)}</text>'


def middle(spot: Spot) -> tuple[float, float]:
    return (spot.level + 0.5) * ACROSS, (spot.row + 0.5) * DOWN


def arrow(way: Sequence[Spot]) -> str:
    """From box to box, straight through the places between them."""
    (x, y), *rest = map(middle, way)
    path, x = f"M{x + BOX[0] / 2:g} {y:g}", x + BOX[0] / 2
    for to_x, to_y in rest:
        end = to_x - BOX[0] / 2
        bend = (x + end) / 2
        path += f"C{bend:g} {y:g} {bend:g} {to_y:g} {end:g} {to_y:g}"
        x, y = to_x + BOX[0] / 2, to_y
        path += f"H{x:g}" if (to_x, to_y) != rest[-1] else ""
    head = f"M{end - HEAD:g} {y - HEAD / 2:g}L{end:g} {y:g}L{end - HEAD:g} {y + HEAD / 2:g}z"
    return f'<path d="{path}" class="arrow"/><path d="{head}" class="head"/>'


def boxed(spot: Spot) -> str:
    x, y = middle(spot)
    width, height = BOX
    corner = f'x="{x - width / 2:g}" y="{y - height / 2:g}" rx="6"'
    given = ' class="given"' if spot.level == 0 else ""
    return (
        f'<rect {corner} width="{width}" height="{height}"{given}/>'
        f'<text x="{x:g}" y="{y + 5:g}">{escape(spot.symbol)}</text>'
    )


def formula(mathml: Sequence[str], text: Sequence[str]) -> str:
    """A formula from its pieces, between which a long one may go on in a new line."""
    whole = " ".join(text)
    if len(whole) <= LONGEST_PIECE:
        return math(MathML().sum(list(mathml)), whole)
    return "<wbr/>".join(map(math, mathml, text))


def vector(row: Sequence[str], start: Start = NOTHING) -> str:
    """Numbers in brackets, with a comma behind each but the last."""
    *most, last = row
    mathml = [*(f"{spelled(text)}<mo>,</mo>" for text in most), f"{spelled(last)}{BRACKETS[1]}"]
    text = [*(f"{text}," for text in most), f"{last}]"]
    mathml[0] = f"{start.mathml}{BRACKETS[0]}{mathml[0]}"
    text[0] = f"{start.text}[{text[0]}"
    return formula(mathml, text)


def number(text: str, start: Start = NOTHING) -> str:
    return math(f"{start.mathml}{spelled(text)}", f"{start.text}{text}")


def spelled(text: str) -> str:
    return "<mo>…</mo>" if text == "..." else MathML().number(text)


def math(inner: str, text: str) -> str:
    return f'<math alttext="{escape(text)}">{inner}</math>'


def numbers_aloud(shades: Shades) -> str:
    groups = (" ".join(decimal(value, 2) for value in group.tolist()) for group in shades.groups)
    return "; ".join(groups)
