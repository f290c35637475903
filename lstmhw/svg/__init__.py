"""Pictures inside a page, as SVG: its lines are styled by the classes of the page.

Text is in the fonts of the page, and nothing is told by colour alone.
"""

from collections.abc import Iterator
from html import escape

from lstmhw.picture import Chart, HalfPlane, in_words
from lstmhw.svg import chart, plane
from lstmhw.svg.marks import WIDTH

STYLE = """
svg .rule { fill: none; stroke: var(--line); } svg .curve { fill: none; stroke: var(--ink); }
svg .mark { fill: var(--ink); stroke: var(--ink); } svg .hollow { fill: var(--paper); }
svg .side { fill: var(--ink); fill-opacity: .12; stroke: none; }
svg .start { text-anchor: start; } svg .end { text-anchor: end; } svg .small { font-size: .75rem; }
"""


def drawn(picture: Chart | HalfPlane) -> Iterator[str]:
    """The picture, which is told aloud in words."""
    page = plane.drawn(picture) if isinstance(picture, HalfPlane) else chart.drawn(picture)
    size = f'width="{WIDTH}" height="{page.height:g}" viewBox="0 0 {WIDTH} {page.height:g}"'
    yield f'<div class="scroll"><svg role="img" {size} aria-label="{escape(in_words(picture))}">'
    yield "".join(page.lines)
    yield "</svg></div>"
