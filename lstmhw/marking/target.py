"""The numbers of a claim that are wrong, and how many bits a story leaves to be said of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.functions import Floats
from lstmhw.marking import prices
from lstmhw.marking.claims import COARSE, Claimed
from lstmhw.marking.follow_through import FollowThrough
from lstmhw.marking.program import Lines, Program, RoundedRun, Run
from lstmhw.marking.rounding import EXACT

MOST_UNITS = 25  # of the last digit that rounding is believed to add up to in a story
TINY = 1e-12  # of so small numbers the power of 10 is told, not the decimals
ROUND = (-1.0, 0.0, 1.0)
IN_SIGHT = 0.1  # of a number, or of how far it is off, by which a guess may miss it
ROUGHLY = 5.0  # times the room of rounding, as far as a mistake may change it


class Scores(NamedTuple):
    """Of each row: the bits left of a claim, whether it is told of all its numbers or of some."""

    bits: Floats
    whole: NDArray[np.bool_]


class Fit(NamedTuple):
    """How many of the wrong numbers a story gives, how many it misses, and how many by far."""

    hit: int
    missed: int
    far: int


class Target:
    """A claim that is to be explained: `wanted` is claimed, `off` are the places of what is wrong.

    `right` is what a right method makes of the student's own earlier values, or the truth where it
    makes nothing of them, as of the logarithm of a negative number; all are flat.
    """

    def __init__(
        self, program: Program, claimed: Claimed, followed: FollowThrough, off: Sequence[int]
    ) -> None:
        self.program = program
        self.claimed = claimed
        self.followed = followed
        self.steps = followed.steps
        self.off = np.isin(np.arange(claimed.expected.size), list(off))
        self.right = np.where(np.isfinite(followed.right), followed.right, claimed.expected.ravel())
        self.wanted = claimed.values.ravel()
        self.is_round = np.isin(self.wanted, ROUND)
        least = np.maximum(EXACT * np.abs(self.wanted), np.finfo(float).tiny)
        self.halves = np.maximum(claimed.halves.ravel(), least)
        self.radius = self._radius_of({})
        self.as_right = np.where(self.off, self.bits_of(self.right[None], 0.0)[0], 0.0)

    @property
    def unexplained(self) -> float:
        """The bits of the claim where there is no story."""
        return float(np.sum(self.as_right))

    def roughly(self, values: Floats) -> Scores:
        """Before it is known how a variant rounds."""
        return self._scores(values, ROUGHLY * self.radius)

    def exactly(self, lines: Lines, values: Floats) -> tuple[float, bool, Floats]:
        """The bits of a variant with its own rounding, from estimates or from what is written."""
        rows = [values]
        written = self.value_in(lines, self.followed.written)
        if written is not None:
            rows.append(written)
        scores = self._scores(np.array(rows), self._radius_of(lines))
        best = int(np.argmin(scores.bits))
        return float(scores.bits[best]), bool(scores.whole[best]), rows[best]

    def bits_of(self, values: Floats, radius: Floats | float) -> Floats:
        """The bits of each claimed number, given what is predicted, (rows, size)."""
        with np.errstate(all="ignore"):
            away = np.abs(values - self.wanted)
            units = away / self.halves
            slip = prices.SLIP + np.minimum(np.log2(1 + units), self._bits_of_size(values))
            slip = np.where(self.is_round, np.minimum(slip, prices.ROUND_NUMBER), slip)
            room = 1 + radius / self.halves
            bits = np.where(units <= room, np.log2(room) + prices.ROUNDED, slip)
            one_off = (units <= 3) & (self.halves <= COARSE)
            bits = np.where(one_off, np.minimum(bits, prices.LAST_DIGIT), bits)
            toward = np.sign(values) * (values - self.wanted)
            bits = np.where((units < 2) & (toward >= 0), np.minimum(bits, prices.CUT), bits)
            exact = units <= 1 + 1e-9 + EXACT * np.abs(values) / self.halves
            bits = np.where(exact, 0.0, np.minimum(bits, slip))
        return np.where(np.isfinite(values), bits, np.inf)

    def _bits_of_size(self, values: Floats) -> Floats:
        """The bits of a tiny number by its figures, and by how many powers of 10 it is off.

        That another is nearer to 0 than it is says nothing; inf where it is not so small.
        """
        size = np.abs(self.wanted)
        if not np.any(size < TINY):
            return np.full(size.shape, np.inf)
        powers = np.abs(np.log10(size / np.abs(values)))
        bits = np.log2(1 + size / self.halves) + np.log2(1 + powers)
        return np.where(size < TINY, bits, np.inf)

    def given(self, values: Floats, whole: bool) -> Floats:
        """What a story gives that is told of all numbers, or of those that are wrong alone."""
        return values if whole else np.where(self.off, values, self.right)

    def is_explained(self, values: Floats) -> NDArray[np.bool_]:
        """Number by number, whether these are the claimed ones but for rounding."""
        return np.asarray(self.bits_of(values[None], self.radius)[0] < prices.SLIP)

    def fit(self, values: Floats) -> Fit:
        """How these values fit the numbers that are wrong.

        A number is missed by far where the story leaves more of it than it explains, which is by
        how much it is nearer than a right method; or where neither the number nor what it should
        have been is in sight.
        """
        bits = self.bits_of(values[None], self.radius)[0]
        missed, hit = self.off & (bits >= prices.LAST_DIGIT), self.off & (bits < prices.SLIP)
        left, whole = np.abs(values - self.wanted), np.abs(self.right - self.wanted)
        far = (left > whole / 2) | (left > IN_SIGHT * np.maximum(whole, np.abs(self.wanted)))
        return Fit(*(int(np.sum(flags)) for flags in (hit, missed, missed & far)))

    def digits(self, values: Floats) -> int:
        """How many digits of numbers that are wrong come out."""
        hit = self.off & self.is_explained(values)
        with np.errstate(all="ignore"):
            units = np.abs(self.wanted - self.right) / (2 * self.halves)
            count = np.floor(np.log10(np.maximum(units, 1))) + 1
        return int(np.sum(np.where(hit, count, 0)))

    def value_in(self, lines: Lines, run: Run) -> Floats | None:
        """What other lines give; None where that is no number, or not as many."""
        try:
            with np.errstate(all="ignore"):
                values = np.ravel(np.asarray(run.varied(lines).of_lines(self.steps), dtype=float))
        except ValueError:  # two mistakes need not fit together
            return None
        return values if values.size == self.wanted.size and np.all(np.isfinite(values)) else None

    def _scores(self, values: Floats, radius: Floats | float) -> Scores:
        each = self.bits_of(values, radius)
        whole = each.sum(axis=1)
        if self.wanted.size < 2:
            return Scores(whole, np.ones(len(whole), dtype=bool))
        some = np.minimum(each, self.as_right).sum(axis=1)
        some += prices.IN_SOME_UNITS + self.wanted.size
        return Scores(np.minimum(whole, some), whole <= some)

    def _radius_of(self, lines: Lines) -> Floats:
        """How far rounding on the way may take each number."""
        followed = self.followed
        run = RoundedRun(self.program, followed.rounded.known, followed.rounding, lines)
        try:
            with np.errstate(all="ignore"):
                spread = run.of_lines(self.steps)
        except ValueError:
            return np.zeros(self.wanted.size)
        radius = np.broadcast_to(spread.radius, spread.shape).ravel()
        if radius.size != self.wanted.size:
            return np.zeros(self.wanted.size)
        off_middle = np.abs(np.ravel(spread.value) - self.right) if not lines else 0.0
        most = MOST_UNITS * 10.0**-self.claimed.kept
        return np.minimum(np.where(np.isfinite(radius), radius, 0.0) + off_middle, most)
