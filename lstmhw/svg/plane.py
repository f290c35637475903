"""The plane of a step unit: what is asked where, and on which side of a line the unit is 1."""

from collections.abc import Iterator

from lstmhw.picture import (
    Border,
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
from lstmhw.svg.marks import LETTER, WIDTH, Page, Scale, path, rule, text, ticks

LEFT, RIGHT, TOP, BOTTOM = 62, WIDTH - 14, 34, 334
ONE = "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"  # a disc: 1 is asked
ZERO = "M-6 -6h12v12h-12z"  # a square around nothing: 0 is asked
RING = "M-11 0a11 11 0 1 0 22 0a11 11 0 1 0 -22 0z"  # one of those that contradict
DASHED = "7 5"
ROW = 18


class _Plane:
    """From the numbers of a plane to pixels."""

    def __init__(self, shown: Box) -> None:
        left, right, low, high = map(float, shown)
        self.across = Scale(left, right, LEFT, RIGHT)
        self.up = Scale(low, high, BOTTOM, TOP)

    def at(self, spot: Spot) -> tuple[float, float]:
        x, s = map(float, spot)
        return self.across.at(x), self.up.at(s)


def drawn(plane: HalfPlane) -> Page:
    """The shaded side of the answer, the borders, the points, and a line for each sort of mark."""
    shown = box(plane)
    places = _Plane(shown)
    lines = [text(4, 18, plane.title, "start"), *_frame(places)]
    for border in plane.borders[:1]:
        corners = side(border, shown, plane.step_of_0)
        lines += [path(f"M{_corners(places, corners)}z", "side")] if len(corners) > 2 else []
    for number, border in enumerate(plane.borders):
        lines += _border(plane, border, number, places, shown)
    lines += _points(plane, places)
    y = BOTTOM + 48.0
    for shape, style, dashes, words in key(plane):
        place = f'transform="translate({LEFT + 14} {y - 4:g})"'
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        lines.append(f'<path d="{shape}" class="{style}"{dashed} {place}/>')
        lines.append(text(LEFT + 36, y, words, "start small"))
        y += ROW
    return Page(lines, y)


def key(plane: HalfPlane) -> Iterator[tuple[str, str, str, str]]:
    """What the marks mean: a path, its class, its dashes, and words."""
    yield ONE, "mark", "", "s_t = 1 is asked"
    yield ZERO, "curve", "", "s_t = 0 is asked"
    if any(point.contradicts for point in plane.points):
        yield RING, "curve", "2 2", "these contradict one another"
    dashes = "" if plane.step_of_0 else DASHED
    for number, border in enumerate(plane.borders):
        width = "M-14 0h28" if not number else "M-14 -2h28M-14 2h28"
        yield width, "curve", dashes, border_in_words(plane, border)
    if plane.borders:
        yield "M-14 -5h28v10h-28z", "side", "", ones_in_words(plane)


def _corners(places: _Plane, spots: tuple[Spot, ...]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in map(places.at, spots))


def _frame(places: _Plane) -> Iterator[str]:
    yield path(f"M{LEFT} {TOP}H{RIGHT}V{BOTTOM}H{LEFT}z", "rule")
    for value in ticks(places.across.low, places.across.high):
        x = places.across.at(value)
        yield rule(x, BOTTOM, x, BOTTOM + 4)
        yield text(x, BOTTOM + 17, f"{value:.6g}", "small")
    for state in (0, 1):
        y = places.up.at(state)
        yield rule(LEFT - 4, y, RIGHT, y)
        yield text(LEFT - 8, y + 4, str(state), "end small")
    yield text(RIGHT, BOTTOM + 30, "x_t", "end small")
    yield text(4, (TOP + BOTTOM) / 2, "s_(t-1)", "start small")


def _border(
    plane: HalfPlane, border: Border, number: int, places: _Plane, shown: Box
) -> Iterator[str]:
    """The line; the claimed one is drawn double."""
    ends = segment(border, shown)
    if ends is None:
        return
    dashes = "" if plane.step_of_0 else DASHED
    (x, y), (to_x, to_y) = map(places.at, ends)
    across = abs(to_x - x) < abs(to_y - y)
    for off in (0.0,) if not number else (-2.0, 2.0):
        by_x, by_y = (off, 0.0) if across else (0.0, off)
        line = f"M{x + by_x:.1f} {y + by_y:.1f}L{to_x + by_x:.1f} {to_y + by_y:.1f}"
        yield path(line, "curve border", dashes)


def _points(plane: HalfPlane, places: _Plane) -> Iterator[str]:
    """The points; labels of the state 0 stand below them, of the state 1 above."""
    for state in (0, 1):
        points = [point for point in plane.points if point.state == state]
        points.sort(key=lambda point: point.x)
        spots = [places.at((point.x, point.s)) for point in points]
        spans = [_span(x, point) for (x, _), point in zip(spots, points, strict=True)]
        away = -1 if state else 1
        for (x, y), tier, point in zip(spots, tiers(spans), points, strict=True):
            yield from _point(point, x, y)
            if tier is not None:
                start = y + away * (18 + 14 * tier) + 4
                yield text(x, start, point.times, "small")


def _span(x: float, point: Point) -> tuple[float, float]:
    half = len(point.times) * LETTER / 2 + 3
    return x - half, x + half


def _point(point: Point, x: float, y: float) -> Iterator[str]:
    place = f'transform="translate({x:.1f} {y:.1f})"'
    if point.contradicts:
        yield f'<path d="{RING}" class="curve" stroke-dasharray="2 2" {place}/>'
    shape, style = (ONE, "mark point") if point.asked else (ZERO, "curve point")
    yield f'<path d="{shape}" class="{style}" {place}/>'
