"""The numbers of a claim that are wrong, and how near what a mistake gives comes to them."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from lstmhw.expr import Outer
from lstmhw.functions import Floats
from lstmhw.marking.claims import Claimed
from lstmhw.marking.follow_through import FollowThrough, by_hand_with
from lstmhw.marking.program import Lines, Program, RoundedRun, Run
from lstmhw.marking.rounding import EXACT, is_cut
from lstmhw.mistakes.rewriting import nodes

MOST_CHANCE = 0.1  # matches to be expected where no such mistake was made
MOST_REFINED_LINES = 60_000  # of candidates that are looked at more closely
ROOM = 40  # units of the last digit within which a mistake is looked at more closely


class Target:
    """A claim that is to be explained: `wanted` is claimed, `off` are the places of what is wrong.

    `right` is what the run `base`, a right method, makes of the student's own earlier values; all
    are flat.
    """

    def __init__(
        self,
        program: Program,
        claimed: Claimed,
        followed: FollowThrough,
        off: Sequence[int],
        base: Run,
    ) -> None:
        self.program = program
        self.followed = followed
        self.steps = followed.steps
        self.claimed = claimed
        self.off = tuple(off)
        self.base = base
        self.right = np.asarray(base.of_lines(followed.steps), float).ravel()
        self.wanted = self.claimed.values.ravel()
        self.radius = np.broadcast_to(followed.spread.radius, followed.spread.shape).ravel()
        self.left = MOST_REFINED_LINES // len(self.steps)
        half = self.claimed.half
        self.room = 5 * np.minimum(self.radius, 10 * half) + (ROOM + 1) * half
        self.coarser = 10.0 ** (self.claimed.kept - followed.fewest)

    def after(self, lines: Lines, off: Sequence[int]) -> "Target":
        """The same claim, once these lines are taken as they are, with what is off even so."""
        return Target(self.program, self.claimed, self.followed, off, self.base.varied(lines))

    @cached_property
    def are_vectors(self) -> bool:
        """Whether all lines are vectors, so that many values of one can be carried on at once."""
        return all(
            step.value.ndim <= 1 and not any(isinstance(n, Outer) for n, _ in nodes(step.expr))
            for step in self.steps
        )

    @property
    def chance(self) -> float:
        """How likely numbers drawn at random, as far from the truth, are those that are wrong."""
        return self.chance_of(self.off)

    def chance_of(self, places: Sequence[int]) -> float:
        """The same of the numbers in some places."""
        halves = self.claimed.halves.ravel()
        away = np.abs(self.wanted - self.right)
        odds = [min(1.0, 2 * halves[k] / max(away[k], 1e-300)) for k in places]
        return float(np.prod(odds))

    def value(self, lines: Lines, run: Run | None = None) -> Floats | None:
        """What other lines give; None where that is no number, or not as many."""
        try:
            with np.errstate(all="ignore"):
                varied = (run or self.base).varied(lines)
                values = np.asarray(varied.of_lines(self.steps), dtype=float)
        except ValueError:  # two mistakes need not fit together
            return None
        if values.size != self.wanted.size or not np.all(np.isfinite(values)):
            return None
        return values.reshape(self.claimed.values.shape)

    def carried(self, run: Run, symbol: str, rows: Floats) -> Floats:
        """What other values of one line give, (rows, ...) -> (rows, size)."""
        if symbol == self.claimed.symbol:
            return rows.reshape(len(rows), -1)
        try:
            with np.errstate(all="ignore"):
                if self.are_vectors:
                    values = np.asarray(run.varied({}, {symbol: rows}).of_lines(self.steps))
                    return np.broadcast_to(values, (len(rows), self.wanted.size))
                runs = (run.varied({}, {symbol: row}) for row in rows)
                return np.array([np.ravel(run.of_lines(self.steps)) for run in runs], dtype=float)
        except ValueError:  # two mistakes need not fit together
            return np.full((len(rows), self.wanted.size), np.inf)

    def near(self, values: Floats, times: float = 1.0) -> list[int]:
        """The rows that come near the numbers that are wrong, within their room so many times.

        The nearest come first; of very many candidates that are near, the later ones are passed by.
        """
        off = list(self.off)
        with np.errstate(all="ignore"):
            close = np.abs(values[:, off] - self.wanted[off]) <= times * self.room[off]
            away = np.max(np.abs(values[:, off] - self.wanted[off]), axis=1)
        rows = np.flatnonzero(close.all(axis=1))
        rows = rows[np.argsort(away[rows], kind="stable")][: max(0, self.left)]
        self.left -= len(rows)
        nearest: list[int] = rows.tolist()
        return nearest

    def distances(self, values: Floats) -> list[float]:
        """How far each row is from the claim, over how far the truth is."""
        away = np.max(np.abs(self.wanted - self.right))
        with np.errstate(all="ignore"):
            distances = np.max(np.abs(values - self.wanted), axis=1) / away
        found: list[float] = np.where(np.isfinite(distances), distances, np.inf).tolist()
        return found

    def agreement(self, values: Floats, lines: Lines) -> tuple[bool, bool] | None:
        """Whether all numbers agree, and whether to the last digit; None where the wrong do not."""
        exact = self.agreeing(values)
        written = self.value(lines, self.followed.written)
        if written is not None:
            exact = _either(exact, self.agreeing(written))
        if not any(self._is_nearer(v) for v in (values, written) if v is not None):
            return None
        reached = exact if all(exact) else _either(exact, self._reached(lines))
        if not all(reached[k] for k in self.off):
            return None
        return all(reached), all(exact[k] for k in self.off)

    def explains_most(self, rest: Sequence[int], count: int) -> bool:
        """Whether so many candidates are unlikely to give all but the rest by chance."""
        given = [k for k in self.off if k not in rest]
        if not rest or 2 * len(given) < len(self.off):
            return False
        return self.chance_of(given) * count <= MOST_CHANCE

    def is_hit(self, values: Floats) -> bool:
        """Whether these are the claimed numbers far beyond the digits that are written."""
        return bool(np.all(np.abs(values.ravel() - self.wanted) <= EXACT * np.abs(self.wanted)))

    def _is_nearer(self, values: Floats) -> bool:
        """Whether this comes far nearer to all numbers that are wrong than a right method does."""
        off = list(self.off)
        values = values.ravel()
        with np.errstate(all="ignore"):
            rest = np.abs(values - self.wanted)[off] - self.claimed.halves.ravel()[off]
            return bool(np.all(rest <= np.abs(self.right - self.wanted)[off] / 2))

    def agreeing(self, values: Floats) -> list[bool]:
        """Number by number, whether it is the claimed one, written as the sheet writes numbers."""
        return self.agreeing_or_cut(values) if self.followed.cuts else self.claimed.agreeing(values)

    def agreeing_or_cut(self, values: Floats) -> list[bool]:
        """Number by number, whether it is the claimed one: to its last digit, or cut off there."""
        values = values.reshape(self.claimed.values.shape)
        return _either(self.claimed.agreeing(values), is_cut(self.claimed, values))

    def _reached(self, lines: Lines) -> list[bool]:
        """Number by number, whether it is the claimed one but for rounding on the way."""
        followed = self.followed
        run = RoundedRun(self.program, followed.rounded.known, followed.rounding, lines)
        try:
            with np.errstate(all="ignore"):
                spread = run.of_lines(self.steps)
        except ValueError:
            return [False] * self.wanted.size
        with np.errstate(all="ignore"):
            value, radius = np.ravel(spread.value), np.broadcast_to(spread.radius, spread.shape)
            room = radius.ravel() + self.claimed.halves.ravel() + EXACT * np.abs(value)
            near = np.abs(value - self.wanted) <= room
        return [bool(flag) for flag in near]

    def agrees_by_hand(self, lines: Lines) -> bool:
        """Whether all numbers come out with all lines rounded to digits that the sheet shows."""
        ways = by_hand_with(self.program, self.claimed, self.followed, lines)
        return any(all(reached) for reached in ways)


def _either(left: Sequence[bool], right: Sequence[bool]) -> list[bool]:
    return [a or b for a, b in zip(left, right, strict=True)]
