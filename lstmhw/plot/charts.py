"""Curves over time, panel by panel, and bars; each curve has its own mark, dashes and colour."""

from math import ceil, floor, isfinite, log10, nan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from lstmhw.picture import Bars, Chart, Curve, Panel, every

WIDTH, PANEL, AROUND = 8.0, 1.5, 1.3  # inches: a page, a panel, what is above and below
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", ":", "-.", (0, (8, 2)), (0, (3, 3)), (0, (1, 2)), (0, (5, 1, 1, 1, 1, 1)))
COLOURS = ("#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666")
"""Okabe and Ito's, which colour-blind readers tell apart; in grey the marks do."""
MOST_MARKS = 40  # of a curve
LARGEST = 9.0  # mark, in points; those drawn over it are smaller, and leave its rim
LETTER = 0.085  # inches, about
UPRIGHT = 0.17  # inches that a label needs where it stands upright
ROOM = 6.8  # inches that labels have


def figure(chart: Chart) -> Figure:
    """The panels one below another over one axis, with a legend where its names are new."""
    height = PANEL * len(chart.panels) + AROUND + _label_inches(chart)
    page = Figure(figsize=(WIDTH, height), layout="constrained")
    page.suptitle(chart.title, fontsize=10)
    places = page.subplots(len(chart.panels), 1, sharex=True, squeeze=False)[:, 0]
    named: list[str] = []
    for axes, panel in zip(places, chart.panels, strict=True):
        _draw(axes, panel)
        names = [curve.name for curve in panel.curves]
        if names != named:
            axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
        named = names
    _label(places[-1], chart)
    return page


def _draw(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title, loc="left", fontsize=9)
    axes.grid(visible=True, color="#dddddd", linewidth=0.5)
    if panel.scale == "log":
        axes.set_yscale("log")
        powers = [log10(value) for value in panel.values]
        axes.set_ylim(10.0 ** floor(min(powers) - 0.05), 10.0 ** ceil(max(powers) + 0.05))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(*panel.extent)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4g}"))
    for number, curve in enumerate(panel.curves):
        _line(axes, curve, number)


def _line(axes: Axes, curve: Curve, number: int) -> None:
    kind = number % len(MARKS)
    axes.plot(
        range(len(curve.values)),
        [nan if value is None or not isfinite(value) else value for value in curve.values],
        linestyle=DASHES[kind],
        marker=MARKS[kind],
        markevery=every(len(curve.values), MOST_MARKS, 1),
        markersize=LARGEST - 0.8 * kind,
        markerfacecolor="white" if kind % 2 else COLOURS[kind],
        color=COLOURS[kind],
        linewidth=1.1,
        label=curve.name,
    )


def _label(axes: Axes, chart: Chart) -> None:
    """The places under the last panel, upright where they are long, of many every so many."""
    is_upright = _is_upright(chart)
    each = UPRIGHT if is_upright else _longest(chart) * LETTER + 0.1
    ticks = range(0, len(chart.places), every(len(chart.places), ROOM, each))
    axes.set_xticks(list(ticks), [chart.places[k] for k in ticks], rotation=90 * is_upright)
    axes.set_xlabel(chart.axis)


def _longest(chart: Chart) -> int:
    return max(map(len, chart.places))


def _is_upright(chart: Chart) -> bool:
    """Whether the places are words that have no room beside one another."""
    is_numbers = all(place.isdigit() for place in chart.places)
    return not is_numbers and len(chart.places) * (_longest(chart) * LETTER + 0.1) > ROOM


def _label_inches(chart: Chart) -> float:
    return _longest(chart) * LETTER if _is_upright(chart) else 0.0


def bars(picture: Bars) -> Figure:
    """A bar for each name, and its number above it where there is room."""
    page = Figure(figsize=(WIDTH, 3.5), layout="constrained")
    axes = page.subplots()
    axes.set_title(picture.title, fontsize=10)
    axes.margins(y=0.12)
    places = range(len(picture.names))
    drawn = axes.bar(places, picture.values, color="#bbbbbb", edgecolor="black", hatch="///")
    if len(picture.names) * 5 * LETTER <= ROOM:
        axes.bar_label(drawn, fmt="%.4g", fontsize=8)
    ticks = range(0, len(places), every(len(places), ROOM, 4 * LETTER))
    axes.set_xticks(list(ticks), [picture.names[k] for k in ticks])
    axes.set_xlabel(picture.axis)
    return page
