"""Charts of vectors over time: a panel for each, a curve for each of their units."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.picture import LARGEST, MOST_CURVES, MOST_PLACES, Chart, Curve, Panel


class Traced(NamedTuple):
    """A quantity over time: its symbol, what it is, what it is one of, its value at each place.

    A value is a vector or a number, or None where there is none; of more places than are drawn
    the first will do.
    """

    symbol: str
    about: str
    group: str
    values: Sequence[Floats | None]

    @property
    def name(self) -> str:
        """The symbol, and what it is: h: hidden state."""
        return f"{self.symbol}: {self.about}" if self.about else self.symbol

    @property
    def size(self) -> int:
        """How many numbers a value has at most."""
        return max((np.size(value) for value in self.values if value is not None), default=0)

    @property
    def largest(self) -> float:
        """The size of the largest number."""
        there = [value for value in self.values if value is not None]
        return max((float(np.max(np.abs(value))) for value in there), default=0.0)


def chart(title: str, axis: str, places: Sequence[str], traced: Sequence[Traced]) -> Chart | None:
    """The quantities, those of a group in one panel where each is a single number.

    None where there are no numbers, or some too large to be drawn.
    """
    kept = [quantity for quantity in traced if quantity.size]
    if not kept or any(quantity.largest > LARGEST for quantity in kept):
        return None
    said = [title, *_left_out(len(places), max(quantity.size for quantity in kept))]
    panels = tuple(_panels(kept))
    return Chart("; ".join(said), axis, tuple(places[:MOST_PLACES]), panels)


def _left_out(places: int, units: int) -> Iterator[str]:
    if places > MOST_PLACES:
        yield f"the first {MOST_PLACES} of {places}"
    if units > MOST_CURVES:
        yield f"units 1 to {MOST_CURVES} of {units}"


def _panels(traced: Sequence[Traced]) -> Iterator[Panel]:
    for group, members in groupby(traced, key=lambda quantity: quantity.group):
        together = list(members)
        if all(quantity.size == 1 for quantity in together):
            curves = (Curve(q.name, _numbers(q.values, 0)) for q in together)
            yield Panel(group, tuple(curves))
        else:
            yield from map(_panel, together)


def _panel(quantity: Traced) -> Panel:
    units = range(min(quantity.size, MOST_CURVES))
    names = [f"unit {k + 1}" for k in units] if quantity.size > 1 else ["every unit"]
    curves = (Curve(name, _numbers(quantity.values, k)) for k, name in enumerate(names))
    return Panel(quantity.name, tuple(curves))


def _numbers(values: Sequence[Floats | None], unit: int) -> tuple[float | None, ...]:
    """One unit's numbers; a single number stands for all units."""
    return tuple(
        None if value is None else float(np.ravel(value)[unit if np.size(value) > 1 else 0])
        for value in values[:MOST_PLACES]
    )


def sizes(title: str, times: Sequence[int], curves: Mapping[str, Floats]) -> Chart | None:
    """Sizes by time step on a log scale, on which 0 has no place; None where there are no others.

    A curve has a number for each time step.
    """
    drawn = {name: values[:MOST_PLACES].tolist() for name, values in curves.items()}
    numbers = [value for values in drawn.values() for value in values]
    if not any(numbers):
        return None
    said = [title, *_left_out(len(times), 1), *([] if all(numbers) else ["what is 0 is left out"])]
    panel = Panel(
        "log scale",
        tuple(
            Curve(name, tuple(value or None for value in values)) for name, values in drawn.items()
        ),
        "log",
    )
    return Chart("; ".join(said), "t", tuple(str(t) for t in times[:MOST_PLACES]), (panel,))
