"""What a picture shows, as data: curves over time, points and borders in a plane, bars.

A picture knows no colours and no library: `svg` draws it inside a page, `plot` as a file.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import isfinite
from typing import Literal, NamedTuple

MOST_PLACES = 400  # time steps; of more the first are drawn, and the picture says so
MOST_CURVES = 8  # units; of more the first, likewise
LARGEST = 1e100  # of the numbers of a picture, whose spans have to be numbers too
SMALLEST = 1e-100  # room beyond them
NEAREST = 10**6  # times as large as the room around them are numbers that floats tell apart
MOST_TIERS = 5  # of labels above and below points; of more there is no room
MARGIN = Fraction(1, 4)  # of the plane around its points


class Curve(NamedTuple):
    """A number at each place, None where there is none."""

    name: str
    values: tuple[float | None, ...]


class Panel(NamedTuple):
    """Curves on one scale."""

    title: str
    curves: tuple[Curve, ...]
    scale: Literal["linear", "log"] = "linear"

    @property
    def values(self) -> list[float]:
        """All numbers that are drawn: on a log scale those above 0."""
        numbers = (value for curve in self.curves for value in curve.values if value is not None)
        return [v for v in numbers if isfinite(v) and (self.scale == "linear" or v > 0)]

    @property
    def extent(self) -> tuple[float, float]:
        """The ends of a linear scale, which does not make much of what hardly changes."""
        numbers = self.values or [0.0, 1.0]
        low, high = min(numbers), max(numbers)
        room = max((high - low) / 8, max(-low, high) / 10)
        room = room if room > SMALLEST else 0.5
        return low - room, high + room


class Chart(NamedTuple):
    """Panels one below another, over the same places: time steps, or words."""

    title: str
    axis: str
    places: tuple[str, ...]
    panels: tuple[Panel, ...]


class Bars(NamedTuple):
    """A bar for each name."""

    title: str
    axis: str
    names: tuple[str, ...]
    values: tuple[float, ...]


class Point(NamedTuple):
    """What is asked of a step unit at an input and a state; `times` says at which time steps."""

    x: Fraction
    state: int
    asked: int
    times: str
    contradicts: bool

    @property
    def s(self) -> Fraction:
        """The state as a number of the plane."""
        return Fraction(self.state)


class Border(NamedTuple):
    """The line w1 x + w2 s + b = 0 of a step unit."""

    name: str
    w1: Fraction
    w2: Fraction
    b: Fraction

    @property
    def is_line(self) -> bool:
        """Whether z changes from place to place at all."""
        return bool(self.w1 or self.w2)

    def z(self, x: Fraction, s: Fraction) -> Fraction:
        """The pre-activation at a place of the plane."""
        return self.w1 * x + self.w2 * s + self.b


class HalfPlane(NamedTuple):
    """What is asked of a step unit, over x_t and s_(t-1), and where units are 1.

    The first of `borders` is the answer's, where there is one that does it.  With `step_of_0` = 0
    the side of the ones is open: the border itself belongs to the zeros.
    """

    title: str
    points: tuple[Point, ...]
    borders: tuple[Border, ...]
    step_of_0: int


Spot = tuple[Fraction, Fraction]


class Box(NamedTuple):
    """The part of the plane that is shown."""

    left: Fraction
    right: Fraction
    low: Fraction = Fraction(-6, 10)
    high: Fraction = Fraction(16, 10)

    @property
    def corners(self) -> tuple[Spot, ...]:
        """Around the box."""
        left, right, low, high = self
        return (left, low), (right, low), (right, high), (left, high)


def box(plane: HalfPlane) -> Box:
    """The points with some room around them."""
    left, right = (pick(point.x for point in plane.points) for pick in (min, max))
    room = max((right - left) * MARGIN, max(abs(left), abs(right)) / NEAREST)
    room = room if room > SMALLEST else Fraction(1)
    return Box(left - room, right + room)


def side(border: Border, shown: Box, step_of_0: int) -> tuple[Spot, ...]:
    """The corners of where the unit is 1 inside the box, with its border; perhaps none."""
    if border.is_line:
        return tuple(_cut(border, shown))
    is_one = border.b > 0 or (border.b == 0 and step_of_0 == 1)
    return shown.corners if is_one else ()


def _cut(border: Border, shown: Box) -> Iterator[Spot]:
    """The box, cut along the border (Sutherland and Hodgman 1974)."""
    corners = shown.corners
    for here, there in pairwise((*corners, corners[0])):
        z, z_there = border.z(*here), border.z(*there)
        if z >= 0:
            yield here
        if z * z_there < 0:
            share = z / (z - z_there)
            x, s = (a + share * (b - a) for a, b in zip(here, there, strict=True))
            yield x, s


def segment(border: Border, shown: Box) -> tuple[Spot, Spot] | None:
    """The piece of the border inside the box; None where it does not cross it."""
    if not border.is_line:
        return None
    ends = sorted({spot for spot in _cut(border, shown) if not border.z(*spot)})
    return (ends[0], ends[-1]) if len(ends) > 1 else None


def border_in_words(plane: HalfPlane, border: Border) -> str:
    """What a line is, where it is, and to which side it belongs itself."""
    if not border.is_line:
        return f"{border.name}: no line, z = {border.b} everywhere"
    outside = "" if segment(border, box(plane)) else ", outside the picture"
    drawn_as = "solid" if plane.step_of_0 else "dashed"
    belongs = f"{drawn_as}: on it step(0) = {plane.step_of_0}"
    return f"{border.name}: z = 0{outside}, {belongs}; s_t = 1 {_where(border)} it"


def ones_in_words(plane: HalfPlane) -> str:
    """What the shade says, which is the answer's."""
    relation = ">=" if plane.step_of_0 else ">"
    return f"z {relation} 0 with the {plane.borders[0].name}: s_t = 1"


def _where(border: Border) -> str:
    """On which side of the border z > 0."""
    if border.w2:
        return "above" if border.w2 > 0 else "below"
    return "to the right of" if border.w1 > 0 else "to the left of"


def is_drawable(plane: HalfPlane) -> bool:
    """Whether there are points, none of them out of the reach of floats."""
    return bool(plane.points) and all(abs(point.x) <= LARGEST for point in plane.points)


def tiers(spans: Sequence[tuple[float, float]]) -> Iterator[int | None]:
    """For labels from left to right the lowest tier in which each overlaps none before it.

    None for a label for which there is no room.
    """
    ends: list[float] = []
    for start, end in spans:
        free = (tier for tier, taken in enumerate(ends) if taken < start)
        tier = next(free, len(ends))
        yield tier if tier < MOST_TIERS else None
        if tier < MOST_TIERS:
            ends[tier : tier + 1] = [end]


def every(count: int, room: float, each: float) -> int:
    """1 where `count` labels of this size fit into the room, 2 where every other one does, .."""
    return max(1, -int(-(count * each) // room))


def in_words(picture: Chart | HalfPlane) -> str:
    """What a picture shows, for those who do not see it."""
    if isinstance(picture, HalfPlane):
        return "; ".join((picture.title, *map(_point_in_words, picture.points)))
    return "; ".join((picture.title, *map(_panel_in_words, picture.panels)))


def _point_in_words(point: Point) -> str:
    mark = ", contradicts" if point.contradicts else ""
    return f"{point.times}: x = {point.x}, s before = {point.state}, asked {point.asked}{mark}"


def _panel_in_words(panel: Panel) -> str:
    return f"{panel.title}: {', '.join(map(_curve_in_words, panel.curves))}"


def _curve_in_words(curve: Curve) -> str:
    numbers = [value for value in curve.values if value is not None]
    if not numbers:
        return f"{curve.name} has no numbers"
    return f"{curve.name} from {numbers[0]:.4g} to {numbers[-1]:.4g}"
