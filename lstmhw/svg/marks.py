"""The parts of a picture: text, marks of different shapes, dashes, scales and their ticks."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH = 640  # pixels; what an A4 page has between its margins is a little more
LETTER = 7.0  # about how wide one is
TICKS = 5  # of a scale, at most about
DASHES = ("", "7 3", "2 2", "9 3 2 3", "14 3", "4 5", "1 4", "9 2 2 2 2 2")
SHAPES = (
    ("M-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z", "mark"),
    ("M-3 -3h6v6h-6z", "mark hollow"),
    ("M0 -4L4 3H-4z", "mark"),
    ("M0 -4.5L4.5 0L0 4.5L-4.5 0z", "mark hollow"),
    ("M0 4L4 -3H-4z", "mark"),
    ("M-4 0H4M0 -4V4", "mark"),
    ("M-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z", "mark hollow"),
    ("M-3 -3L3 3M-3 3L3 -3", "mark"),
)
"""Paths around (0, 0) and their classes, one for each of the curves of a panel."""


class Page(NamedTuple):
    """The lines of a picture, and how high it is."""

    lines: Sequence[str]
    height: float


class Scale(NamedTuple):
    """Where numbers stand, in pixels: `low` at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def text(x: float, y: float, words: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}>{escape(words)}</text>'


def path(commands: str, style: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{commands}" class="{style}"{dashed}/>'


def rule(x: float, y: float, to_x: float, to_y: float) -> str:
    """A thin straight line."""
    return path(f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}", "rule")


def mark(x: float, y: float, number: int) -> str:
    """The mark of a curve, by its number; a later one leaves the rim of those below."""
    kind = number % len(SHAPES)
    shape, style = SHAPES[kind]
    place = f"translate({x:.1f} {y:.1f}) scale({1.4 - 0.1 * kind:.1f})"
    return f'<path d="{shape}" class="{style}" transform="{place}"/>'


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between the ends, apart by 1, 2 or 5 times a power of ten."""
    span = high - low
    power = 10.0 ** floor(log10(span / TICKS))
    apart = next(power * size for size in (1, 2, 5, 10) if span / (power * size) <= TICKS)
    return [apart * k for k in range(ceil(low / apart - 1e-9), floor(high / apart + 1e-9) + 1)]


def decades(low: float, high: float) -> list[int]:
    """Whole powers of ten between the ends, given as powers."""
    first, last = ceil(low - 1e-9), floor(high + 1e-9)
    return list(range(first, last + 1, max(1, ceil((last - first) / TICKS))))


def legend(names: Sequence[str], y: float, left: float) -> Iterator[tuple[float, float, int, str]]:
    """Where each entry of a legend stands, row by row: x, y, its number and its name."""
    x = left
    for number, name in enumerate(names):
        size = 44 + LETTER * len(name)
        if x > left and x + size > WIDTH:
            x, y = left, y + 18
        yield x, y, number, name
        x += size + 8
