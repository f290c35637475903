"""What a right method makes of the student's own earlier values, with rounding on the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import FEWEST_DECIMALS, Claimed
from lstmhw.marking.program import Lines, Program, RoundedRun, Run
from lstmhw.marking.rounding import EXACT, TIE, Manner, has_digits, is_cut
from lstmhw.marking.spread import Rounding, Spread
from lstmhw.solution import Step, indexed

# From best to worst.
VERDICTS = ("right", "rounding", "coarse", "unanswered", "follows", "wrong")
TRUE = ("right", "rounding", "coarse")
"""The verdicts on numbers that may be the true ones."""
MOST_UNITS = 25  # of the last digit that rounding is believed to add up to


class Judged(NamedTuple):
    """A claim with a verdict on each of its numbers, in their order.

    `estimate` are the numbers the student had before rounding them for the sheet, as far as that
    can be told.  `rounding` names how they were rounded where that is not as it should be.
    """

    claimed: Claimed
    verdicts: tuple[str, ...]
    estimate: Floats
    rounding: str | None = None

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
        flags = [verdict in TRUE for verdict in self.verdicts]
        return np.array(flags).reshape(self.claimed.expected.shape)


class FollowThrough(NamedTuple):
    """What a right method makes of the student's own earlier values.

    `values` from their estimates, `written` from the numbers as written; `spread` says how far
    rounding may take them, `ways` how lines may have been rounded, `shown` are the decimals that
    the sheet shows, and `coarse` the claims written with fewer digits than this one;
    `kept` are the decimals that this one is likely to be computed to, and `cuts` says that the
    sheet cuts digits off.
    """

    steps: tuple[Step, ...]
    values: Run
    written: Run
    rounded: Run
    spread: Spread
    rounding: Rounding
    ways: tuple[Rounding, ...]
    shown: Sequence[int]
    coarse: frozenset[str]
    kept: int
    cuts: bool

    @property
    def most(self) -> float:
        """What rounding may add up to, at the fewest digits that the sheet shows."""
        return float(MOST_UNITS * 10.0 ** -max(FEWEST_DECIMALS, self.fewest))

    @property
    def finer(self) -> Mapping[str, Any]:
        """The earlier claims without those that are written with fewer digits than this one.

        The student may have gone on with all digits of such a number, which nobody sees.
        """
        return {s: spread for s, spread in self.rounded.known.items() if s not in self.coarse}

    @property
    def fewest(self) -> int:
        """The fewest decimals that the sheet shows, of those that this claim has at least."""
        return min((d for d in self.shown if 0 < d <= self.kept), default=self.kept)


def follow_through(
    program: Program, claimed: Claimed, earlier: Mapping[str, Judged], manner: Manner
) -> FollowThrough:
    """The student's own values at the line of a claim."""
    rounding = manner.rounding(claimed)
    steps = program.before(claimed.symbol, earlier)
    used = frozenset().union(*(program.leaves[step.symbol] for step in steps))
    time = indexed(claimed.symbol)[1]
    earlier = {s: j for s, j in earlier.items() if s in used or _is_about(s, time)}
    estimates = {symbol: judged.estimate for symbol, judged in earlier.items()}
    written = {symbol: judged.claimed.values for symbol, judged in earlier.items()}
    spreads = {symbol: _spread(judged, rounding) for symbol, judged in earlier.items()}
    run = RoundedRun(program, spreads, rounding)
    ways = tuple(manner.ways(claimed))
    values, as_written = Run(program, estimates), Run(program, written)
    coarse = frozenset(
        symbol
        for symbol, judged in earlier.items()
        if judged.claimed.decimals < rounding.decimals and judged.worst != "wrong"
    )
    spread = run.of_lines(steps)
    shown = manner.decimals
    kept, cuts = claimed.kept, manner.cuts
    return FollowThrough(
        steps, values, as_written, run, spread, rounding, ways, shown, coarse, kept, cuts
    )


def _is_about(symbol: str, time: int | None) -> bool:
    """Whether a symbol is of a time step, of one beside it, or of none."""
    at = indexed(symbol)[1]
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


def reached(claimed: Claimed, mine: FollowThrough, spread: Spread) -> list[bool]:
    """Number by number, whether rounding on the way, or cutting off the end, may give it.

    Rounding is not believed to add up to more than so much.
    """
    most = mine.most
    true = np.reshape(np.asarray(mine.values.of_lines(mine.steps), float), claimed.expected.shape)
    value = np.reshape(spread.value, claimed.expected.shape)
    radius = np.reshape(np.broadcast_to(spread.radius, spread.shape), claimed.expected.shape)
    with np.errstate(all="ignore"):
        radius = np.minimum(radius, most)
        room = radius + EXACT * np.abs(value)
        off = np.where(value < 0, -1, 1) * (value - claimed.values)
        cut = 2 * claimed.last * (1 - TIE)
        near = (off >= -(room + claimed.last)) & (off <= room + cut)
        near &= (np.abs(true - claimed.values) <= most + 2 * claimed.last) & has_digits(claimed)
    return [bool(flag) for flag in near.ravel()]


def by_hand(program: Program, claimed: Claimed, mine: FollowThrough) -> Iterator[list[bool]]:
    """What comes out when every line is rounded, or cut off, to fewer digits: way by way."""
    for rounding in mine.ways:
        if _is_near(claimed, mine, rounding):
            yield from _in_a_way(program, claimed, mine, rounding)


def by_hand_with(
    program: Program, claimed: Claimed, mine: FollowThrough, lines: Lines
) -> Iterator[list[bool]]:
    """The same with other lines, in the commonest ways, to digits that the sheet shows."""
    known = mine.written.known
    for rounding in mine.ways:
        if rounding.decimals in mine.shown:
            for value in _rounded_ways(program, mine, known, lines, rounding.rounded):
                yield claimed.agreeing(value)
            for value in _rounded_ways(program, mine, known, lines, rounding.cut):
                yield is_cut(claimed, value)


def _in_a_way(
    program: Program, claimed: Claimed, mine: FollowThrough, rounding: Rounding
) -> Iterator[list[bool]]:
    for known in (mine.values.known, mine.written.known):
        for way in (rounding.rounded, rounding.rounded_to_even):
            for value in _rounded_ways(program, mine, known, None, way):
                yield claimed.agreeing(value)
        if rounding.figures is not None or rounding.decimals in mine.shown:
            for value in _rounded_ways(program, mine, known, None, rounding.cut):
                yield is_cut(claimed, value)


def _is_near(claimed: Claimed, mine: FollowThrough, rounding: Rounding) -> bool:
    """Whether rounding to so many digits might explain a claim."""
    off = np.max(np.abs(np.ravel(claimed.values) - np.ravel(mine.spread.value)))
    radius = float(np.max(mine.spread.radius, initial=0.0)) + 2 * claimed.half
    return bool(off <= 4 * radius * 10.0 ** (claimed.kept - rounding.decimals))


def _rounded_ways(
    program: Program,
    mine: FollowThrough,
    known: Mapping[str, Any],
    lines: Lines | None,
    way: Callable[[Any], Any],
) -> Iterator[Any]:
    """Every line rounded; earlier answers too, or not; data too, or not."""
    again = {symbol: way(value) for symbol, value in known.items()}
    for used in (known, again):
        for data in (None, way):
            run = Run(program, used, lines, carried=way, data=data)
            with np.errstate(all="ignore"):
                yield np.asarray(run.of_lines(mine.steps), dtype=float)
