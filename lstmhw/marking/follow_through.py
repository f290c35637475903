"""What a right method makes of the student's own earlier values, with rounding on the way."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.functions import Floats
from lstmhw.marking.claims import Claimed
from lstmhw.marking.program import Program, RoundedRun, Run
from lstmhw.marking.rounding import Manner
from lstmhw.marking.spread import Rounding, Spread
from lstmhw.solution import Step, indexed

# From best to worst.
VERDICTS = ("right", "rounding", "coarse", "unanswered", "follows", "wrong")
TRUE = ("right", "rounding", "coarse")
"""The verdicts on numbers that may be the true ones."""


class Judged(NamedTuple):
    """A claim with a verdict on each of its numbers, in their order.

    `estimate` are the numbers the student had before rounding them for the sheet, as far as that
    can be told.  `rounding` names how they were rounded where that is not as it should be.
    A number that is missing is `unanswered`; in its place is what a right method gives.
    """

    claimed: Claimed
    verdicts: tuple[str, ...]
    estimate: Floats
    rounding: str | None = None
    loose: NDArray[np.bool_] = np.zeros((), dtype=bool)
    unwritten: bool = False

    @property
    def worst(self) -> str:
        return max(self.verdicts, key=VERDICTS.index)

    @property
    def is_misled(self) -> bool:
        """Whether some number is not right, rounding aside."""
        return not np.all(self.is_true)

    @property
    def is_true(self) -> Any:
        """Number by number, whether it is right but for rounding, as far as its digits say."""
        shape = self.claimed.expected.shape
        flags = np.array([verdict in TRUE for verdict in self.verdicts]).reshape(shape)
        missing = np.array(self.claimed.missing).reshape(shape)
        return flags | (missing & (self.estimate == self.claimed.expected))


class FollowThrough(NamedTuple):
    """What a right method makes of the student's own earlier values.

    `values` from their estimates, `written` from the numbers as written; `rounded` with the room
    that rounding to the digits of `rounding` leaves, which `spread` is for the claim itself.
    """

    steps: tuple[Step, ...]
    values: Run
    written: Run
    rounded: Run
    spread: Spread
    rounding: Rounding

    @property
    def right(self) -> Floats:
        """The value of the claim, flat."""
        return np.asarray(self.values.of_lines(self.steps), dtype=float).ravel()


def follow_through(
    program: Program, claimed: Claimed, earlier: Mapping[str, Judged], manner: Manner
) -> FollowThrough:
    """The student's own values at the line of a claim."""
    rounding = manner.rounding(claimed)
    steps = program.before(claimed.symbol, earlier)
    used = frozenset().union(*(program.leaves[step.symbol] for step in steps))
    earlier = {s: j for s, j in earlier.items() if s in used or is_about(s, claimed.symbol)}
    spreads = {symbol: _spread(judged, rounding) for symbol, judged in earlier.items()}
    rounded = RoundedRun(program, spreads, rounding)
    return FollowThrough(
        steps,
        Run(program, {symbol: judged.estimate for symbol, judged in earlier.items()}),
        Run(program, {symbol: judged.claimed.values for symbol, judged in earlier.items()}),
        rounded,
        rounded.of_lines(steps),
        rounding,
    )


def is_about(symbol: str, other: str) -> bool:
    """Whether one symbol is of the same time step as another, of one beside it, or of none."""
    at, time = indexed(symbol)[1], indexed(other)[1]
    return at is None or time is None or abs(at - time) <= 1


def _spread(judged: Judged, rounding: Rounding) -> Spread:
    """A claimed value that is used in another line.

    The student may have gone on with the number as written, with the one before it was rounded, or,
    where it is written with no fewer digits than the result, with any that is written like it.
    """
    used = judged.claimed
    if used.decimals >= rounding.decimals:
        off = np.abs(used.values - judged.estimate)
        again = rounding.unit(used.values) / 2 if used.decimals > rounding.decimals else 0.0
        return Spread(used.values, np.maximum(off, used.half) + again, rounding)
    middle = (used.values + judged.estimate) / 2
    return Spread(middle, np.abs(used.values - judged.estimate) / 2, rounding)
