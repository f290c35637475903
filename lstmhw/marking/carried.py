"""What a right method may give from wrong answers of which only the rounded numbers are known.

Who writes .374 may compute on with .3743; where no story says what the number was, it may be any
that is written so.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import Claimed
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.program import Program, Run
from lstmhw.marking.rounding import TIE
from lstmhw.marking.rows import Rows
from lstmhw.solution import Step

FAR = 4.0  # halves of a unit that a number is off whose further digits may matter
MOST_SHARE = 0.02  # of a number, that the digits which are not written may add up to
LEAST_HALVES, MOST_HALVES = 4.0, 50.0  # of a unit, that they may add up to always, and never more


class Reach(NamedTuple):
    """The least and the most of each number of a line, flat."""

    low: Floats
    high: Floats

    def holds(self, claimed: Claimed) -> list[bool]:
        """Number by number, whether it is one of these, where they are so few that this tells."""
        wanted, half = claimed.values.ravel(), claimed.halves.ravel()
        middle, radius = np.abs(self.low + self.high) / 2, (self.high - self.low) / 2
        most = np.clip(MOST_SHARE * middle, LEAST_HALVES * half, MOST_HALVES * half)
        off = half * (1 + TIE)
        within = (wanted >= self.low - off) & (wanted <= self.high + off)
        return [bool(flag) for flag in within & (radius > 0) & (radius <= most)]


def with_loose(judged: Judged, is_led_by_loose: bool) -> Judged:
    """The claim with a mark at the numbers that were wrong in digits which nobody knows."""
    claimed = judged.claimed
    verdicts = np.array(judged.verdicts).reshape(claimed.expected.shape)
    unexplained = (verdicts == "wrong") & (judged.estimate == claimed.values)
    led = (verdicts == "follows") & is_led_by_loose
    with np.errstate(invalid="ignore"):  # infinities that are equal
        far = np.abs(claimed.values - claimed.expected) >= FAR * claimed.halves
    return judged._replace(loose=(unexplained | led) & far & (claimed.halves > 0))


def searched_for(judged: Judged, estimate: Floats) -> Judged:
    """The claim with what the student had as a story has it; what a story gives is not loose."""
    verdicts = np.array(judged.verdicts).reshape(judged.claimed.expected.shape)
    unexplained = (verdicts != "wrong") | (estimate == judged.claimed.values)
    return judged._replace(estimate=estimate, loose=judged.loose & unexplained)


def reach(program: Program, steps: Sequence[Step], known: Mapping[str, Judged]) -> Reach | None:
    """What the last of some lines may come to, for all that its loose answers may have been.

    None where no loose answer is used.  One digit after the other is moved, and what that does is
    added up.
    """
    used = frozenset().union(*(program.leaves[step.symbol] for step in steps))
    loose = [s for s, judged in known.items() if s in used and np.any(judged.loose)]
    if not loose:
        return None
    count = 1 + 2 * sum(int(np.sum(known[symbol].loose)) for symbol in loose)
    rows: dict[str, Rows] = {s: Rows.of_all(judged.estimate) for s, judged in known.items()}
    row = 1
    for symbol in loose:
        judged = known[symbol]
        claimed = judged.claimed
        middle = np.where(judged.loose, claimed.values, judged.estimate)
        moved = np.repeat(middle[np.newaxis], count, axis=0).astype(float)
        for place in np.argwhere(judged.loose):
            at = tuple(place.tolist())
            moved[(row, *at)] += claimed.halves[at]
            moved[(row + 1, *at)] -= claimed.halves[at]
            row += 2
        rows[symbol] = Rows(moved)
    run = Run(program, rows, data=Rows.of_all)
    with np.errstate(all="ignore"):
        values = run.of_lines(steps).value.reshape(count, -1)
    change = (values[1:] - values[0]).reshape(-1, 2, values.shape[1])
    low = values[0] + np.minimum(change.min(axis=1), 0).sum(axis=0)
    return Reach(low, values[0] + np.maximum(change.max(axis=1), 0).sum(axis=0))
