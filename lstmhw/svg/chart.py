"""Curves over time, panel by panel."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import isfinite, log10

from lstmhw.picture import Chart, Curve, Panel, every
from lstmhw.svg.marks import (
    DASHES,
    LETTER,
    WIDTH,
    Page,
    Scale,
    decades,
    legend,
    mark,
    path,
    rule,
    text,
    ticks,
)

LEFT, RIGHT = 62, 14  # of a panel, from the edges
HEIGHT = 96  # of a panel
MOST_MARKS = 40  # of a curve; with more places, marks are spread out
UPRIGHT = 13  # pixels that a label needs where it stands upright


def drawn(chart: Chart) -> Page:
    """The panels, the legend above the first that it holds for, and the places below the last."""
    lines = [text(4, 18, chart.title, "start")]
    y, named = 26.0, None
    across = Scale(0, max(1, len(chart.places) - 1), LEFT + 8, WIDTH - RIGHT - 8)
    for panel in chart.panels:
        names = [curve.name for curve in panel.curves]
        lines.append(text(LEFT, y + 16, panel.title, "start small"))
        y += 22
        if names != named:
            entries = list(legend(names, y + 10, LEFT))
            lines += [line for entry in entries for line in _entry(*entry)]
            y, named = entries[-1][1] + 10, names
        lines += _panel(panel, across, y)
        y += HEIGHT + 6
    lines += _places(chart, across, y)
    return Page(lines, y + _label_height(chart) + 24)


def _entry(x: float, y: float, number: int, name: str) -> Iterator[str]:
    yield path(f"M{x:.1f} {y - 4:.1f}h32", "curve", DASHES[number % len(DASHES)])
    yield mark(x + 16, y - 4, number)
    yield text(x + 38, y, name, "start small")


def _panel(panel: Panel, across: Scale, top: float) -> Iterator[str]:
    """The frame, the scale at its left, and the curves."""
    right, bottom = WIDTH - RIGHT, top + HEIGHT
    yield path(f"M{LEFT} {top:.1f}H{right}V{bottom:.1f}H{LEFT}z", "rule")
    up = Scale(*_ends(panel), bottom, top)
    for value, label in _ticks(panel, up):
        y = up.at(value)
        yield rule(LEFT - 4, y, right, y)
        yield text(LEFT - 8, y + 4, label, "end small")
    for number, curve in enumerate(panel.curves):
        yield from _curve(
            curve, number, [_pixel(value, panel, up) for value in curve.values], across
        )


def _ends(panel: Panel) -> tuple[float, float]:
    """The numbers at the foot and at the top; of a log scale their powers of ten."""
    if panel.scale == "linear":
        return panel.extent
    powers = [log10(value) for value in panel.values]
    room = (max(powers) - min(powers)) / 8 or 0.5
    return min(powers) - room, max(powers) + room


def _placed(value: float, panel: Panel) -> float:
    return log10(value) if panel.scale == "log" else value


def _pixel(value: float | None, panel: Panel, up: Scale) -> float | None:
    if value is None or not isfinite(value) or (panel.scale == "log" and value <= 0):
        return None
    return up.at(_placed(value, panel))


def _ticks(panel: Panel, up: Scale) -> list[tuple[float, str]]:
    whole = decades(up.low, up.high) if panel.scale == "log" else []
    if len(whole) > 1:
        return [(power, f"1e{power}") for power in whole]
    if panel.scale == "log":
        return [(value, f"{10**value:.3g}") for value in ticks(up.low, up.high)]
    return [(value, f"{value:.4g}") for value in ticks(up.low, up.high)]


def _curve(
    curve: Curve, number: int, heights: Sequence[float | None], across: Scale
) -> Iterator[str]:
    """Its line, which has a gap where there is no number, and its marks."""
    spots = [(across.at(k), y) for k, y in enumerate(heights)]
    for is_there, run in groupby(spots, key=lambda spot: spot[1] is not None):
        if is_there:
            corners = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
            yield path(f"M{corners}", "curve", DASHES[number % len(DASHES)])
    step = every(len(spots), MOST_MARKS, 1)
    yield from (mark(x, y, number) for x, y in spots[::step] if y is not None)


def _places(chart: Chart, across: Scale, y: float) -> Iterator[str]:
    """The names of the places, upright where they are long, and of many every so many."""
    room, longest = across.end - across.start, _longest(chart)
    is_upright = _is_upright(chart)
    step = every(len(chart.places), room, UPRIGHT if is_upright else longest * LETTER + 8)
    for k in range(0, len(chart.places), step):
        x = across.at(k)
        yield rule(x, y - 6, x, y - 2)
        if is_upright:
            turned = f'transform="translate({x + 4:.1f} {y:.1f}) rotate(-90)"'
            label = text(0, 0, chart.places[k], "end small")
            yield f"<g {turned}>{label}</g>"
        else:
            yield text(x, y + 10, chart.places[k], "small")
    yield text(WIDTH - RIGHT, y + _label_height(chart) + 14, chart.axis, "end small")


def _longest(chart: Chart) -> int:
    return max(map(len, chart.places))


def _is_upright(chart: Chart) -> bool:
    """Whether the places are words that have no room beside one another."""
    is_numbers = all(place.isdigit() for place in chart.places)
    return not is_numbers and len(chart.places) * (_longest(chart) * LETTER + 8) > WIDTH - LEFT


def _label_height(chart: Chart) -> float:
    return _longest(chart) * LETTER + 4 if _is_upright(chart) else 14
