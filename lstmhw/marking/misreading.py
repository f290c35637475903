"""Data read as other data: which entry, and as what."""

import re
from collections.abc import Iterator
from math import log2
from typing import NamedTuple

import numpy as np

from lstmhw.expr import Quantity
from lstmhw.functions import Floats
from lstmhw.solution import is_batch

MOST_ENTRIES = 400  # of a datum, in which misreadings are looked for
MOST_FIGURES = 5  # of a number, in which one is mistaken
WHOLE = 10  # whole numbers below this are read as any other such

SIGN, POINT, DIGITS, BESIDE, ANY = 1.0, 2.0, 1.5, 2.0, 2.0
"""Bits: how seldom a sign is lost, the point moved, a digit mistaken, an entry beside taken, or any
whole number read."""


class Misreading(NamedTuple):
    """An entry of a datum, by its index `at`, and what it was read as; `bits` is its price."""

    leaf: Quantity
    at: tuple[int, ...]
    entry: float
    read: float
    bits: float

    @property
    def symbol(self) -> str:
        return self.leaf.symbol

    @property
    def value(self) -> Floats:
        return np.asarray(self.leaf.value, dtype=float)

    @property
    def is_sign(self) -> bool:
        return self.read == -self.entry

    @property
    def place(self) -> str:
        single = self.value.size == 1
        if is_batch(self.value, self.leaf.role) and not single:
            example, unit = self.at
            return f"{self.symbol}, unit {unit + 1} of example {example + 1},"
        return self.symbol + ("" if single else "".join(f"[{k + 1}]" for k in self.at))

    @property
    def described(self) -> str:
        return f"{self.place} was read as {_text(self.read)}, it is {_text(self.entry)}"

    def as_line(self) -> Quantity:
        """The datum as it was read."""
        value = np.array(self.value, dtype=float)
        value[self.at] = self.read
        return Quantity(self.symbol, value, given=True, role=self.leaf.role)


def readings(leaf: Quantity) -> Iterator[Misreading]:
    """Every likely misreading of one entry of a datum, each once."""
    array = np.asarray(leaf.value, dtype=float)
    if array.size > MOST_ENTRIES:
        return
    for at in np.ndindex(array.shape):
        entry = float(array[at])
        if np.isfinite(entry):
            for read, bits in _readings(array, at).items():
                if read != entry and not (leaf.role.what == "gate" and read < 0):
                    yield Misreading(leaf, at, entry, read, bits)


def _readings(array: Floats, at: tuple[int, ...]) -> dict[float, float]:
    """What an entry may have been read as, at the least price."""
    entry = float(array[at])
    found = {-entry: SIGN} if entry else {}
    moved = [float(f"{entry * 10.0**power:.12g}") for power in (-2, -1, 1, 2)]
    ways = [
        (POINT, moved),
        (DIGITS, sorted({*_mistyped(_text(entry))})),
        (BESIDE, sorted({*_beside(array, at)})),
    ]
    if entry == round(entry) and abs(entry) < WHOLE:
        ways.append((ANY, [float(k) for k in range(1 - WHOLE, WHOLE)]))
    for bits, numbers in ways:
        for number in numbers:
            found[number] = min(found.get(number, np.inf), bits + log2(len(numbers)))
    return found


def _mistyped(text: str) -> Iterator[float]:
    """One digit another one, too many or missing; two exchanged."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    for k, character in enumerate(digits[: MOST_FIGURES + 1]):
        if character == ".":
            continue
        for digit in "0123456789":
            yield float(sign + digits[:k] + digit + digits[k + 1 :])
        if len(digits) > 1 and re.search(r"\d", digits[:k] + digits[k + 1 :]):
            yield float(sign + digits[:k] + digits[k + 1 :])
        if k + 1 < len(digits) and digits[k + 1] != ".":
            yield float(sign + digits[:k] + digits[k + 1] + character + digits[k + 2 :])
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
