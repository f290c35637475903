"""Data read as other data: which entry, and as what."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from lstmhw.expr import Quantity
from lstmhw.functions import Floats
from lstmhw.marking.target import Target

MOST_SLOPES = 1500  # times entries of the data
TURNS = 20  # of the secant method
MOST_READINGS = 200
MOST_TRIED = 12  # readings of one entry, the likeliest first
MOST_CHANCE = 0.5  # a reading that any number might seem to be explains nothing
FLAT = 1e-9  # a slope under which nothing can be told
SHORT = 2  # decimals up to which any other number of that length may have been read


class Misreading(NamedTuple):
    """An entry of a datum, by its index `at`, and the number it was read as."""

    symbol: str
    at: tuple[int, ...]
    value: Floats
    read: float
    likelihood: int
    """The smaller, the likelier: 0 a lost sign, 1 a slip of the eye or pen, 2 another number."""

    @property
    def entry(self) -> float:
        return float(self.value[self.at])

    @property
    def is_sign(self) -> bool:
        return self.read == -self.entry

    @property
    def place(self) -> str:
        single = self.value.size == 1
        return self.symbol + ("" if single else "".join(f"[{k + 1}]" for k in self.at))

    @property
    def described(self) -> str:
        return f"{self.place} was read as {_text(self.read)}, it is {_text(self.entry)}"

    def as_line(self) -> Quantity:
        """The datum as it was read."""
        value = np.array(self.value, dtype=float)
        value[self.at] = self.read
        return Quantity(self.symbol, value, given=True)


def misreadings(target: Target) -> tuple[Misreading, ...]:
    """The entry that explains all wrong numbers; else one for each of them; else nothing."""
    slopes = _slopes(target)
    if not slopes:
        return ()
    of_all = list(_all_readings(target, slopes, target.off))
    if of_all:
        return (min(of_all, key=lambda m: m.likelihood),)
    each = []
    for unit in target.off if len(target.off) > 1 else ():
        found = list(_all_readings(target, slopes, (unit,)))
        if not found:
            return ()
        each.append(min(found, key=lambda m: m.likelihood))
    places = {(m.symbol, m.at) for m in each}
    is_one_array = len({m.symbol for m in each}) == 1
    return tuple(each) if is_one_array and len(places) == len(each) else ()


class Slope(NamedTuple):
    """How much each number of the claim changes with an entry of a datum."""

    leaf: Quantity
    at: tuple[int, ...]
    slopes: Floats

    @property
    def entry(self) -> float:
        return float(np.asarray(self.leaf.value)[self.at])


def _slopes(target: Target) -> list[Slope]:
    """The entries of the data that the wrong numbers depend on."""
    leaves = frozenset().union(*(target.program.leaves[step.symbol] for step in target.steps))
    known = target.base.known
    named = target.program.scope.named
    data = [
        named[symbol]
        for symbol in sorted(leaves)
        if symbol not in target.program.steps and symbol not in known and named[symbol].given
    ]
    if sum(np.size(leaf.value) for leaf in data) * len(target.steps) > MOST_SLOPES:
        return []
    found = []
    for leaf in data:
        array = np.asarray(leaf.value, dtype=float)
        for index in np.ndindex(array.shape):
            entry = float(array[index])
            step = 1e-6 * max(1.0, abs(entry))
            changed = _with_entry(target, leaf, index, entry + step)
            if changed is None:
                continue
            slopes = (changed - target.right) / step
            if np.any(np.abs(slopes[list(target.off)]) > FLAT):
                found.append(Slope(leaf, index, slopes))
    return found


def _with_entry(
    target: Target, leaf: Quantity, index: tuple[int, ...], value: float
) -> Floats | None:
    """What the claimed numbers would be."""
    array = np.array(leaf.value, dtype=float)
    array[index] = value
    values = target.value({leaf.symbol: Quantity(leaf.symbol, array, given=True)})
    return None if values is None else values.ravel()


def _all_readings(
    target: Target, slopes: Sequence[Slope], units: Sequence[int]
) -> Iterator[Misreading]:
    """Every likely misreading of one entry that gives these numbers, and spoils no other."""
    room = target.radius + 2 * target.claimed.halves.ravel()
    relevant = [s for s in slopes if any(abs(s.slopes[k]) > FLAT for k in units)]
    for slope in relevant:
        pivot = max(units, key=lambda k: abs(slope.slopes[k]))
        solved = _solved(target, slope, pivot)
        if solved is None or solved[1] == 0:
            continue
        middle, gradient = solved
        width = room[pivot] / abs(gradient)
        exact_width = 2 * target.claimed.halves.ravel()[pivot] / abs(gradient)
        readings = list(_readings(slope, middle - width, middle + width))
        within = _within(readings, slope.entry, middle - width, middle + width)
        for read, likelihood in islice(within, MOST_TRIED):
            values = _with_entry(target, slope.leaf, slope.at, read)
            if values is None or not _fits(target, values, room, units):
                continue
            exact = all(target.agreeing_or_cut(values)[k] for k in units)
            room_in_it = exact_width if exact else width
            chance = _chance(readings, slope.entry, read, likelihood, room_in_it)
            if len(relevant) * chance <= MOST_CHANCE:
                array = np.asarray(slope.leaf.value, dtype=float)
                yield Misreading(slope.leaf.symbol, slope.at, array, read, likelihood)


def _fits(target: Target, values: Floats, room: Floats, units: Sequence[int]) -> bool:
    """Whether these are the claimed numbers, and the others what they were."""
    goal = np.array(target.right)
    goal[list(units)] = target.wanted[list(units)]
    return bool(np.all(np.abs(values - goal) <= room))


def _solved(target: Target, slope: Slope, unit: int) -> tuple[float, float] | None:
    """The entry that gives the claimed number, by the secant method, and the slope there."""
    entry = slope.entry
    wanted = target.wanted[unit]
    gradient = slope.slopes[unit]
    at, value = entry, target.right[unit]
    for _ in range(TURNS):
        move = (wanted - value) / gradient
        if not math.isfinite(move) or abs(move) > 1e6 * max(1.0, abs(entry)):
            return None
        after = _with_entry(target, slope.leaf, slope.at, at + move)
        if after is None:
            return None
        if move == 0 or after[unit] == value:
            break
        gradient = (after[unit] - value) / move
        at, value = at + move, after[unit]
        if abs(value - wanted) <= 1e-3 * target.claimed.halves.ravel()[unit]:
            break
    if abs(value - wanted) > target.room[unit]:
        return None
    return at, gradient


def _within(
    readings: Sequence[tuple[float, int]], entry: float, low: float, high: float
) -> Iterator[tuple[float, int]]:
    """The readings in a range, each once."""
    seen: set[float] = {entry}
    for read, likelihood in readings:
        if low <= read <= high and read not in seen:
            seen.add(read)
            yield read, likelihood


def _chance(
    readings: Sequence[tuple[float, int]], entry: float, read: float, likelihood: int, width: float
) -> float:
    """How many readings as likely as this one would be that near a number drawn at random.

    Drawn from half as far from the entry to twice as far.
    """
    away = abs(read - entry)
    rivals = {
        other
        for other, how in readings
        if how <= likelihood and away / 2 <= abs(other - entry) <= 2 * away
    }
    return len(rivals) * 2 * width / (3 * away)


def _readings(slope: Slope, low: float, high: float) -> Iterator[tuple[float, int]]:
    """Numbers that the entry may have been read as, with how likely that is."""
    entry = slope.entry
    text = _text(entry)
    yield -entry, 0
    yield from ((read, 1) for read in _mistyped(text))
    yield from ((read, 1) for read in _beside(np.asarray(slope.leaf.value), slope.at))
    decimals = len(text.partition(".")[2])
    if decimals <= SHORT:
        unit = 10.0**-decimals
        middle = round((low + high) / 2 / unit)
        away = max(2 * abs(middle * unit - entry), 10 * unit)
        count = min(int(away / unit), MOST_READINGS)
        yield from ((round((middle + k) * unit, decimals), 2) for k in range(-count, count + 1))


def _mistyped(text: str) -> Iterator[float]:
    """One digit another one, too many or missing; two exchanged; the point moved."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    for k, character in enumerate(digits):
        if character == ".":
            continue
        for digit in "0123456789":
            yield float(sign + digits[:k] + digit + digits[k + 1 :])
        if len(digits) > 1 and re.search(r"\d", digits[:k] + digits[k + 1 :]):
            yield float(sign + digits[:k] + digits[k + 1 :])
        if k + 1 < len(digits) and digits[k + 1] != ".":
            yield float(sign + digits[:k] + digits[k + 1] + character + digits[k + 2 :])
    yield from (float(text) * 10.0**power for power in (-2, -1, 1, 2))
    yield 0.0


def _beside(array: Floats, index: tuple[int, ...]) -> Iterator[float]:
    """The entries next to one, in its row and in its column."""
    for axis in range(array.ndim):
        for move in (-1, 1):
            there = list(index)
            there[axis] += move
            if 0 <= there[axis] < array.shape[axis]:
                yield float(array[tuple(there)])


def _text(number: float) -> str:
    text = f"{number:.12g}"
    return text if "e" not in text else f"{number:.12f}".rstrip("0").rstrip(".")
