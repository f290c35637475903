"""How a sheet rounds, and what that does to one number."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import (
    EXACT_DECIMALS,
    FEWEST_DECIMALS,
    Claimed,
    possible_figures,
    significant_figures,
)
from lstmhw.marking.spread import Rounding
from lstmhw.numerals import decimals
from lstmhw.solution import indexed

FLOAT32 = 1e-6  # relative noise of single precision
EXACT = 1e-12
BY_CHANCE = 2  # numbers that look rounded, though they were cut off and carried on
TIE = 1e-9  # of a unit, within which floats miss a tie


class Manner(NamedTuple):
    """How a sheet rounds, by what its claims look like.

    `decimals` are those it shows of each symbol, and of each name, `least` those that are left of
    all of them without the zeros at the end; it keeps to so many `figures`, or may do so where
    `possible` says; `cuts` says that digits are cut off rather than rounded, `may_cut` that nothing
    speaks against it.
    """

    decimals: Mapping[str, int]
    least: int = 0
    figures: int | None = None
    possible: int | None = None
    cuts: bool = False
    may_cut: bool = True

    def rounding(self, claimed: Claimed) -> Rounding:
        """What a claim is likely to be computed with."""
        return Rounding(claimed.kept, self.figures, 1.0 if self.cuts else 0.5)

    def fine(self, claimed: Claimed) -> list[Rounding]:
        """Rounding to the digits of a claim."""
        of_figures = [] if self.figures is None else [Rounding(claimed.kept, self.figures)]
        return [*of_figures, Rounding(claimed.kept)]

    def coarse(self, claimed: Claimed) -> list[Rounding]:
        """Rounding to fewer digits, which other answers show, or one more, or all without zeros."""
        shown = {d + more for d in self.decimals.values() for more in (0, 1)}
        likely = {self.least, *(d for d in shown if d >= FEWEST_DECIMALS)}
        few = [Rounding(d) for d in sorted(likely, reverse=True) if 0 < d < claimed.kept]
        most = max(claimed.kept, EXACT_DECIMALS)
        possible = [] if self.possible is None else [Rounding(most, self.possible)]
        return [*few, *possible]


def manner_of(claims: Sequence[Claimed]) -> Manner:
    """How a sheet rounds."""
    cut = rounded = 0
    for claim in claims:
        rows = zip(claim.missing, is_cut(claim, claim.expected), claim.are_right, strict=True)
        pairs = [(c, r) for is_missing, c, r in rows if not is_missing]
        cut += sum(c and not r for c, r in pairs)
        rounded += sum(r and not c for c, r in pairs)
    of_names = {indexed(claim.symbol)[0]: claim.kept for claim in claims}
    return Manner(
        of_names | {claim.symbol: claim.decimals for claim in claims},
        max((_without_zeros(text) for claim in claims for text in claim.written), default=0),
        significant_figures(claims),
        possible_figures(claims),
        cut > rounded + 1,
        rounded <= cut + BY_CHANCE,
    )


def _without_zeros(text: str) -> int:
    """The decimals of a number without the zeros at its end."""
    return decimals(text.rstrip("0") if "." in text and "e" not in text.lower() else text)


def is_cut(claimed: Claimed, true: Floats) -> list[bool]:
    """Number by number, whether it is another one, cut off after its last digit."""
    with np.errstate(all="ignore"):
        off = np.where(true < 0, -1, 1) * (true - claimed.values)
        cut = (off > -EXACT * np.abs(true)) & (off < 2 * claimed.last * (1 - TIE))
        cut &= has_digits(claimed)
    return [bool(flag) for flag in cut.ravel()]


def has_digits(claimed: Claimed) -> Any:
    """Number by number, whether it says anything: a bare 0 might be any small number, cut off."""
    return (claimed.values != 0) | (claimed.decimals >= FEWEST_DECIMALS)


def is_noise(claimed: Claimed) -> list[bool]:
    """Number by number, whether it is right but for single precision."""
    with np.errstate(all="ignore"):
        off = np.abs(claimed.values - claimed.expected)
        size = np.abs(claimed.expected)
    return [bool(v) for v in ((off <= FLOAT32 * size) & np.isfinite(size)).ravel()]


def is_within(claimed: Claimed, room: float) -> list[bool]:
    """Number by number, whether it is so far from the truth, or nearer."""
    with np.errstate(all="ignore"):
        near = np.abs(claimed.values - claimed.expected) <= room * (1 + TIE)
    return [bool(flag) for flag in near.ravel()]
