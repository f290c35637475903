"""The plane of a step unit: what is asked where, and on which side of a line the unit is 1."""

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon

from lstmhw.picture import (
    Box,
    HalfPlane,
    Point,
    Spot,
    border_in_words,
    box,
    ones_in_words,
    segment,
    side,
    tiers,
)

WIDTH, HEIGHT = 8.0, 5.0  # inches
ACROSS = 480.0  # points that the plane is wide, about
LETTER = 5.0  # points, about
DASHED = (0, (6, 4))
RING: dict[str, Any] = {
    "marker": "o",
    "markersize": 19,
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 0.8,
    "linestyle": "none",
}


def figure(plane: HalfPlane) -> Figure:
    """The shaded side of the answer, the borders, the points with their time steps."""
    page = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = page.subplots()
    shown = box(plane)
    axes.set_title(plane.title, fontsize=10)
    axes.set_xlim(float(shown.left), float(shown.right))
    axes.set_ylim(float(shown.low), float(shown.high))
    axes.set_yticks([0, 1])
    axes.grid(visible=True, axis="y", color="#dddddd", linewidth=0.5)
    axes.set_xlabel("x_t")
    axes.set_ylabel("s_(t-1)")
    key: list[Artist] = [*_key(plane)]
    for border in plane.borders[:1]:
        _shade(axes, side(border, shown, plane.step_of_0))
        key.append(Patch(facecolor="#d9d9d9", label=ones_in_words(plane)))
    for number in range(len(plane.borders)):
        key.append(_border(axes, plane, number, shown))
    for state in (0, 1):
        _row(axes, [point for point in plane.points if point.state == state], shown)
    page.legend(handles=key, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return page


def _shade(axes: Axes, corners: Sequence[Spot]) -> None:
    if len(corners) > 2:
        spots = [(float(x), float(s)) for x, s in corners]
        axes.add_patch(Polygon(spots, facecolor="#d9d9d9", edgecolor="none", zorder=0))


def _border(axes: Axes, plane: HalfPlane, number: int, shown: Box) -> Line2D:
    """The line of a border, and its entry in the legend: the answer's black, others wide grey."""
    border = plane.borders[number]
    style: dict[str, Any] = {
        "color": "#777777" if number else "black",
        "linewidth": 3.0 if number else 1.4,
        "linestyle": "-" if plane.step_of_0 else DASHED,
    }
    ends = segment(border, shown)
    if ends is not None:
        (x, s), (to_x, to_s) = ends
        axes.plot([float(x), float(to_x)], [float(s), float(to_s)], zorder=1, **style)
    return Line2D([], [], label=border_in_words(plane, border), **style)


def _key(plane: HalfPlane) -> list[Line2D]:
    key = [
        Line2D([], [], label="s_t = 1 is asked", **_style(1)),
        Line2D([], [], label="s_t = 0 is asked", **_style(0)),
    ]
    if any(point.contradicts for point in plane.points):
        key.append(Line2D([], [], label="these contradict one another", **RING))
    return key


def _style(asked: int) -> dict[str, Any]:
    """A disc where 1 is asked; a hollow square around it where 0 is."""
    return {
        "marker": "o" if asked else "s",
        "markersize": 7 if asked else 11,
        "markerfacecolor": "black" if asked else "none",
        "markeredgecolor": "black",
        "linestyle": "none",
    }


def _row(axes: Axes, points: list[Point], shown: Box) -> None:
    """The points of a state; labels of 0 stand below them, of 1 above."""
    points = sorted(points, key=lambda point: point.x)
    spans = [_span(point, shown) for point in points]
    for tier, point in zip(tiers(spans), points, strict=True):
        place = [float(point.x)], [float(point.state)]
        axes.plot(*place, zorder=3, **_style(point.asked))
        if point.contradicts:
            axes.plot(*place, zorder=3, **RING)
        if tier is not None:
            _name(axes, point, 16 + 11 * tier)


def _name(axes: Axes, point: Point, away: float) -> None:
    """The time steps of a point, so many points away from it."""
    axes.annotate(
        point.times,
        (float(point.x), float(point.state)),
        xytext=(0, away if point.state else -away),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=8,
    )


def _span(point: Point, shown: Box) -> tuple[float, float]:
    """The ends of a label, in points."""
    middle = float((point.x - shown.left) / (shown.right - shown.left)) * ACROSS
    half = len(point.times) * LETTER / 2 + 3
    return middle - half, middle + half
