"""Which lines of a working read which, as boxes and arrows."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from lstmhw.graph import Spot, layout
from lstmhw.solution import Graph

ACROSS, DOWN = 1.1, 0.5  # inches between the middles of neighbours
HALF, HIGH, HEAD = 0.36, 0.15, 0.07  # half a box, and the head of an arrow


def figure(graph: Graph) -> Figure:
    """The graph from left to right; what is given is in dashed boxes."""
    spots, ways = layout(graph)
    width = (max(spot.level for spot in spots) + 1) * ACROSS
    height = (max(spot.row for spot in spots) + 1) * DOWN + 0.5
    page = Figure(figsize=(width, height))
    axes = page.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.text(0.1, 0.25, "What is computed from what", fontsize=10, va="center")
    for way in ways:
        _arrow(axes, way)
    for spot in spots:
        if spot.symbol:
            _boxed(axes, spot)
    return page


def _middle(spot: Spot) -> tuple[float, float]:
    return (spot.level + 0.5) * ACROSS, (spot.row + 0.5) * DOWN + 0.5


def _arrow(axes: Axes, way: Sequence[Spot]) -> None:
    """From box to box, straight through the places between them."""
    (x, y), *rest = map(_middle, way)
    x += HALF
    corners, codes = [(x, y)], [Path.MOVETO]
    for to_x, to_y in rest:
        end = to_x - HALF
        bend = (x + end) / 2
        corners += [(bend, y), (bend, to_y), (end, to_y)]
        codes += [Path.CURVE4] * 3
        x, y = to_x + HALF, to_y
        if (to_x, to_y) != rest[-1]:
            corners.append((x, y))
            codes.append(Path.LINETO)
    axes.add_patch(PathPatch(Path(corners, codes), facecolor="none", edgecolor="#555555", lw=0.8))
    end, y = corners[-1]
    head = [(end - HEAD, y - HEAD / 2), (end, y), (end - HEAD, y + HEAD / 2)]
    axes.add_patch(Polygon(head, facecolor="#555555", edgecolor="none"))


def _boxed(axes: Axes, spot: Spot) -> None:
    x, y = _middle(spot)
    box = FancyBboxPatch(
        (x - HALF, y - HIGH),
        2 * HALF,
        2 * HIGH,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="white",
        edgecolor="black",
        linestyle="--" if spot.level == 0 else "-",
        linewidth=0.8,
    )
    axes.add_patch(box)
    axes.text(x, y, spot.symbol, ha="center", va="center", fontsize=8)
