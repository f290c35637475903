"""The verdict on each number of a claimed answer, and how it was rounded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import (
    FEWEST_DECIMALS,
    Claimed,
    significant_figures,
)
from lstmhw.marking.working import Lines, RoundedRun, Run, Working
from lstmhw.solution import Step, indexed
from lstmhw.spread import Rounding, Spread

VERDICTS = ("right", "rounding", "follows", "wrong")  # from best to worst
FLOAT32 = 1e-6  # relative noise of single precision
TWICE = 1.1  # times half a unit: rounded to one digit more, and then once more
UNSEEN = 8  # units that an answer may be off whose working is not followed line by line
EXACT = 1e-12
MOST_UNITS = 25  # of the last digit that rounding is believed to add up to
TIE = 1e-9  # of a unit, within which floats miss a tie


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
        """Whether some number is not right."""
        return not np.all(self.is_true)

    @property
    def is_true(self) -> Any:
        """Number by number, whether it is right but for rounding."""
        flags = [verdict in ("right", "rounding") for verdict in self.verdicts]
        return np.array(flags).reshape(self.claimed.expected.shape)


class Own(NamedTuple):
    """What a right method makes of the student's own earlier values.

    `values` from their estimates, `written` from the numbers as written; `spread` says how far
    rounding may take them, `ways` how lines may have been rounded, `shown` are the decimals that
    the sheet shows, and `coarse` the claims written with fewer digits than this one;
    `kept` are the decimals that this one is likely to be computed to.
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


def own(working: Working, claimed: Claimed, earlier: Mapping[str, Judged], manner: Manner) -> Own:
    """The student's own values at the line of a claim."""
    rounding = manner.rounding(claimed)
    steps = working.before(claimed.symbol, earlier)
    used = frozenset().union(*(working.leaves[step.symbol] for step in steps))
    time = indexed(claimed.symbol)[1]
    earlier = {s: j for s, j in earlier.items() if s in used or _is_about(s, time)}
    estimates = {symbol: judged.estimate for symbol, judged in earlier.items()}
    written = {symbol: judged.claimed.values for symbol, judged in earlier.items()}
    spreads = {symbol: _spread(judged, rounding) for symbol, judged in earlier.items()}
    run = RoundedRun(working, spreads, rounding)
    ways = tuple(manner.ways(claimed))
    values, as_written = Run(working, estimates), Run(working, written)
    coarse = frozenset(
        symbol
        for symbol, judged in earlier.items()
        if judged.claimed.decimals < rounding.decimals and judged.worst != "wrong"
    )
    spread = run.of_lines(steps)
    shown = manner.decimals
    return Own(steps, values, as_written, run, spread, rounding, ways, shown, coarse, claimed.kept)


def _is_about(symbol: str, time: int | None) -> bool:
    """Whether a symbol is of a time step, of one beside it, or of none."""
    own = indexed(symbol)[1]
    return own is None or time is None or abs(own - time) <= 1


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


def judge(
    working: Working,
    claimed: Claimed,
    earlier: Mapping[str, Judged],
    manner: Manner,
    most: int,
) -> tuple[Judged, Own | None]:
    """The verdicts on a claim, of which `wrong` are still to be explained.

    A claim that more than `most` lines lead to is compared with the truth alone.
    """
    verdicts = ["right" if right else "wrong" for right in claimed.are_right]
    if "wrong" not in verdicts:
        return Judged(claimed, tuple(verdicts), claimed.expected), None
    rounding = _truncated(claimed, verdicts)
    has_lines = claimed.symbol in working.steps and bool(np.all(np.isfinite(claimed.expected)))
    if not has_lines or len(working.before(claimed.symbol, earlier)) > most:
        given = claimed.symbol in working.page.given
        room = TWICE * claimed.last if given else 2 * UNSEEN * claimed.half
        _settle(verdicts, _float_noise(claimed), "rounding")
        if _settle(verdicts, _within(claimed, room), "rounding"):
            rounding = rounding or "rounded-early"
        return Judged(claimed, tuple(verdicts), claimed.expected, rounding), None
    truth = own(working, claimed, {s: _as_true(judged) for s, judged in earlier.items()}, manner)
    used = frozenset().union(*(working.leaves[step.symbol] for step in truth.steps))
    misled = any(judged.is_misled for symbol, judged in earlier.items() if symbol in used)
    mine = own(working, claimed, earlier, manner) if misled else truth
    if misled:
        exactly = np.asarray(mine.written.of_lines(mine.steps), dtype=float)
        _settle(verdicts, claimed.agreeing(exactly), "follows")
    _settle(verdicts, _float_noise(claimed), "rounding")
    if _settle(verdicts, _within(claimed, TWICE * claimed.last), "rounding"):
        rounding = rounding or "rounded-early"
    if _settle_by(verdicts, working, claimed, truth, "rounding"):
        rounding = rounding or "rounded-early"
    if misled:
        _settle_by(verdicts, working, claimed, mine, "follows")
    return Judged(claimed, tuple(verdicts), _estimate(claimed, verdicts, mine), rounding), mine


def _settle_by(
    verdicts: list[str], working: Working, claimed: Claimed, mine: Own, verdict: str
) -> bool:
    """Gives a verdict to numbers that come out with rounding on the way; whether there are any."""
    found = _settle(verdicts, _reached(claimed, mine, mine.spread), verdict)
    if "wrong" in verdicts and mine.coarse:
        run = RoundedRun(working, mine.finer, mine.rounding)
        steps = working.before(claimed.symbol, mine.finer)
        found = _settle(verdicts, _reached(claimed, mine, run.of_lines(steps)), verdict) or found
    if "wrong" not in verdicts:
        return found
    return _settle_all(verdicts, by_hand(working, claimed, mine), verdict) or found


def _estimate(claimed: Claimed, verdicts: Sequence[str], mine: Own) -> Floats:
    """What the student had: the truth, what follows, or where it is wrong what is written."""
    shape = claimed.expected.shape
    if not {"follows", "wrong"} & set(verdicts):
        return claimed.expected
    values = np.asarray(mine.values.of_lines(mine.steps), dtype=float).reshape(shape)
    kinds = np.array(verdicts).reshape(shape)
    kept = np.where(kinds == "follows", values, claimed.expected)
    return np.where(kinds == "wrong", claimed.values, kept)


def trivial(
    working: Working, judged: Judged, earlier: Mapping[str, Judged], mistaken: Sequence[str]
) -> str:
    """The wrong claim that left nothing to compute for one that follows, if there is such a claim.

    That is one with zeros: with it as claimed, nothing else that the line is written with matters.
    """
    symbol = judged.claimed.symbol
    steps = working.before(symbol, earlier)
    written = {name: other.claimed.values for name, other in earlier.items()}
    for name in mistaken:
        if np.any(earlier[name].claimed.values == 0) and not np.any(judged.estimate):
            changed = {s: v * 1.37 + 0.11 for s, v in written.items() if s != name}
            other = Run(working, {**changed, name: written[name]}, data=lambda v: v * 1.37 + 0.11)
            if not np.any(other.of_lines(steps)):
                return name
    return ""


def _as_true(judged: Judged) -> Judged:
    """The claim with the truth in the places of the numbers that are wrong."""
    true, claimed = judged.is_true, judged.claimed
    if np.all(true):
        return judged
    righted = Claimed(claimed.symbol, claimed.claim, claimed.texts, claimed.expected)
    righted.values = np.where(true, claimed.values, claimed.expected)
    return Judged(righted, judged.verdicts, np.where(true, judged.estimate, claimed.expected))


def _settle(verdicts: list[str], reached: Sequence[bool], verdict: str) -> bool:
    """Gives a better verdict to numbers that are still wrong; whether there was one."""
    found = [
        k for k, (v, r) in enumerate(zip(verdicts, reached, strict=True)) if v == "wrong" and r
    ]
    for k in found:
        verdicts[k] = verdict
    return bool(found)


def _settle_all(verdicts: list[str], ways: Iterator[Sequence[bool]], verdict: str) -> bool:
    """The same, by the first way of rounding that reaches all numbers that are still wrong."""
    for reached in ways:
        pairs = zip(verdicts, reached, strict=True)
        if all(r for v, r in pairs if v == "wrong"):
            return _settle(verdicts, reached, verdict)
    return False


def _float_noise(claimed: Claimed) -> list[bool]:
    with np.errstate(all="ignore"):
        off = np.abs(claimed.values - claimed.expected)
        size = np.abs(claimed.expected)
    return [bool(v) for v in ((off <= FLOAT32 * size) & np.isfinite(size)).ravel()]


def _within(claimed: Claimed, room: float) -> list[bool]:
    """Number by number, whether it is so far from the truth, or nearer."""
    with np.errstate(all="ignore"):
        near = np.abs(claimed.values - claimed.expected) <= room * (1 + TIE)
    return [bool(flag) for flag in near.ravel()]


def _truncated(claimed: Claimed, verdicts: Sequence[str]) -> str | None:
    """`truncated`, where that is what happened to every number that is not right."""
    cut = is_cut(claimed, claimed.expected)
    off = [k for k, verdict in enumerate(verdicts) if verdict == "wrong"]
    return "truncated" if off and all(cut[k] for k in off) else None


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
        cut &= (claimed.values != 0) | (claimed.decimals >= FEWEST_DECIMALS)  # some digit is left
    return [bool(flag) for flag in cut.ravel()]


def _reached(claimed: Claimed, mine: Own, spread: Spread) -> list[bool]:
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
        reached = (off >= -(room + claimed.last)) & (off <= room + cut)
        reached &= np.abs(true - claimed.values) <= most + 2 * claimed.last
    return [bool(flag) for flag in reached.ravel()]


def by_hand(working: Working, claimed: Claimed, mine: Own) -> Iterator[list[bool]]:
    """What comes out when every line is rounded, or cut off, to fewer digits: way by way."""
    for rounding in mine.ways:
        if _is_near(claimed, mine, rounding):
            yield from _in_a_way(working, claimed, mine, rounding)


def by_hand_with(
    working: Working, claimed: Claimed, mine: Own, lines: Lines
) -> Iterator[list[bool]]:
    """The same with other lines, in the commonest ways, to digits that the sheet shows."""
    known = mine.written.known
    for rounding in mine.ways:
        if rounding.decimals in mine.shown:
            for value in _rounded_ways(working, mine, known, lines, rounding.rounded):
                yield claimed.agreeing(value)
            for value in _rounded_ways(working, mine, known, lines, rounding.cut):
                yield is_cut(claimed, value)


def _in_a_way(
    working: Working, claimed: Claimed, mine: Own, rounding: Rounding
) -> Iterator[list[bool]]:
    for known in (mine.values.known, mine.written.known):
        for way in (rounding.rounded, rounding.rounded_to_even):
            for value in _rounded_ways(working, mine, known, None, way):
                yield claimed.agreeing(value)
        if rounding.figures is not None or rounding.decimals in mine.shown:
            for value in _rounded_ways(working, mine, known, None, rounding.cut):
                yield is_cut(claimed, value)


def _is_near(claimed: Claimed, mine: Own, rounding: Rounding) -> bool:
    """Whether rounding to so many digits might explain a claim."""
    off = np.max(np.abs(np.ravel(claimed.values) - np.ravel(mine.spread.value)))
    radius = float(np.max(mine.spread.radius, initial=0.0)) + 2 * claimed.half
    return bool(off <= 4 * radius * 10.0 ** (claimed.kept - rounding.decimals))


def _rounded_ways(
    working: Working,
    mine: Own,
    known: Mapping[str, Any],
    lines: Lines | None,
    way: Callable[[Any], Any],
) -> Iterator[Any]:
    """Every line rounded; earlier answers too, or not; data too, or not."""
    again = {symbol: way(value) for symbol, value in known.items()}
    for used in (known, again):
        for data in (None, way):
            run = Run(working, used, lines, carried=way, data=data)
            with np.errstate(all="ignore"):
                yield np.asarray(run.of_lines(mine.steps), dtype=float)
