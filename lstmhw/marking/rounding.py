"""How a sheet rounds, and what that does to one number."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import FEWEST_DECIMALS, Claimed, significant_figures
from lstmhw.marking.spread import Rounding

FLOAT32 = 1e-6  # relative noise of single precision
EXACT = 1e-12
TIE = 1e-9  # of a unit, within which floats miss a tie


class Manner(NamedTuple):
    """How a sheet rounds: the decimals it shows anywhere, or figures if it keeps to so many.

    `cuts` says that its digits are cut off rather than rounded.
    """

    decimals: Sequence[int]
    figures: int | None = None
    cuts: bool = False

    def rounding(self, claimed: Claimed) -> Rounding:
        return Rounding(claimed.kept, self.figures, 1.0 if self.cuts else 0.5)

    def ways(self, claimed: Claimed) -> list[Rounding]:
        """How lines before a claim may have been rounded, the finest first."""
        least = min((d for d in self.decimals if d > 0), default=claimed.kept)
        least = min(least, max(FEWEST_DECIMALS, claimed.kept - 2))
        ways = [Rounding(d) for d in range(claimed.kept, least - 1, -1)]
        of_figures = [] if self.figures is None else [Rounding(claimed.kept, self.figures)]
        return [*of_figures, *ways]


def manner_of(claims: Sequence[Claimed]) -> Manner:
    """How a sheet rounds, by what its claims look like."""
    cut = rounded = 0
    for claim in claims:
        pairs = list(zip(is_cut(claim, claim.expected), claim.are_right, strict=True))
        cut += sum(c and not r for c, r in pairs)
        rounded += sum(r and not c for c, r in pairs)
    shown = sorted({claim.decimals for claim in claims})
    return Manner(shown, significant_figures(claims), cut > rounded + 1)


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
