"""The verdict on each number of a claimed answer, and how it was rounded."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.carried import reach, with_loose
from lstmhw.marking.claims import FEWEST_DECIMALS, Claimed
from lstmhw.marking.follow_through import TRUE, FollowThrough, Judged, follow_through, is_about
from lstmhw.marking.gaps import completed
from lstmhw.marking.program import Program
from lstmhw.marking.rounding import TIE, Manner, has_digits, is_cut, is_noise, is_within
from lstmhw.marking.spread import Rounding
from lstmhw.marking.ways import (
    ALIKE,
    Answer,
    Start,
    Way,
    cutting_ways,
    outcomes,
    ways,
    ways_by_slopes,
)

NEAR = 4.0  # times the crude bound, beyond which no way of rounding is tried
TWICE = 1.1  # times half a unit: rounded to one digit more, and then once more
UNSEEN = 3  # units that an answer may be off whose working is not followed line by line


def judge(
    program: Program,
    claimed: Claimed,
    earlier: Mapping[str, Judged],
    manner: Manner,
    most: int,
) -> tuple[Judged, FollowThrough | None]:
    """The verdicts on a claim, of which `wrong` are still to be explained.

    A claim that more than `most` lines lead to is compared with the truth alone.  What is right as
    far as it goes, but goes not far, is `coarse`.
    """
    judged, mine = _compared(program, claimed, earlier, manner, most)
    if claimed.symbol not in program.scope.given:
        pairs = zip(judged.verdicts, claimed.are_coarse(program.data_decimals), strict=True)
        verdicts = tuple("coarse" if few and v in TRUE else v for v, few in pairs)
        judged = judged._replace(verdicts=verdicts)
    if any(claimed.missing):
        judged = completed(program, judged, earlier, manner, most)
    return judged, mine


def _compared(
    program: Program,
    claimed: Claimed,
    earlier: Mapping[str, Judged],
    manner: Manner,
    most: int,
) -> tuple[Judged, FollowThrough | None]:
    """The verdicts on a claim, however few digits it has."""
    verdicts = ["right" if right else "wrong" for right in claimed.are_right]
    if "wrong" not in verdicts:
        return Judged(claimed, tuple(verdicts), claimed.expected), None
    rounding = _truncated(claimed, verdicts)
    has_lines = claimed.symbol in program.steps and bool(np.all(np.isfinite(claimed.expected)))
    if not has_lines or len(program.before(claimed.symbol, earlier)) > most:
        given = claimed.symbol in program.scope.given
        room = TWICE * claimed.last if given else 2 * UNSEEN * claimed.half
        _settle(verdicts, is_noise(claimed), "rounding")
        if _settle(verdicts, is_within(claimed, room), "rounding"):
            rounding = rounding or "rounded-early"
        wrong = np.array([v == "wrong" for v in verdicts]).reshape(claimed.expected.shape)
        estimate = np.where(wrong, claimed.values, claimed.expected)
        return Judged(claimed, tuple(verdicts), estimate, rounding), None
    truth = follow_through(
        program, claimed, {s: _as_true(judged) for s, judged in earlier.items()}, manner
    )
    used = frozenset().union(*(program.leaves[step.symbol] for step in truth.steps))
    misled = any(judged.is_misled for symbol, judged in earlier.items() if symbol in used)
    mine = follow_through(program, claimed, earlier, manner) if misled else truth
    if misled:
        exactly = np.asarray(mine.written.of_lines(mine.steps), dtype=float)
        _settle(verdicts, claimed.agreeing(exactly), "follows")
    _settle(verdicts, is_noise(claimed), "rounding")
    if _settle(verdicts, is_cut(claimed, claimed.expected), "rounding"):
        rounding = rounding or "rounded-early"
    if _settle(verdicts, is_within(claimed, TWICE * claimed.last), "rounding"):
        rounding = rounding or "rounded-early"
    old = {s: j for s, j in earlier.items() if not is_about(s, claimed.symbol)}
    worked = _worked(program, claimed, old, earlier, manner)
    if _settle_by_hand(verdicts, worked, truth, "rounding"):
        rounding = rounding or "rounded-early"
    if misled:
        known = {**old, **{s: j for s, j in earlier.items() if j.is_misled}}
        _settle_by_hand(
            verdicts, _worked(program, claimed, known, earlier, manner), mine, "follows"
        )
    led = reach(program, mine.steps, earlier) if misled else None
    before = np.array(verdicts)
    unwritten = led is not None and _settle(verdicts, led.holds(claimed), "follows")
    estimate = _estimate(claimed, verdicts, mine)
    if unwritten:
        settled = (before != np.array(verdicts)).reshape(estimate.shape)
        estimate = np.where(settled, claimed.values, estimate)
    judged = Judged(claimed, tuple(verdicts), estimate, rounding, unwritten=unwritten)
    return with_loose(judged, led is not None), mine


class Worked(NamedTuple):
    """A claim, where its working begins, and the sheet's manner of rounding."""

    claimed: Claimed
    start: Start
    manner: Manner


def _worked(
    program: Program,
    claimed: Claimed,
    known: Mapping[str, Judged],
    earlier: Mapping[str, Judged],
    manner: Manner,
) -> Worked:
    """The working of a claim from the answers that are known; the others are worked once more."""
    answers = {
        s: Answer(j.estimate, j.claimed.values, j.claimed.decimals) for s, j in known.items()
    }
    true = {s: j for s, j in earlier.items() if s not in known and not j.is_misled}
    written = {symbol: judged.claimed.values for symbol, judged in true.items()}
    steps = program.before(claimed.symbol, answers)
    return Worked(claimed, Start(program, steps, answers, written, manner.decimals), manner)


def _is_near(claimed: Claimed, followed: FollowThrough, rounding: Rounding) -> bool:
    """Whether rounding to so many digits might explain a claim, by crude bounds."""
    off = np.abs(claimed.values.ravel() - np.ravel(followed.spread.value))
    radius = np.broadcast_to(followed.spread.radius, followed.spread.shape).ravel()
    decimals = rounding.decimals if rounding.figures is None else rounding.figures - 1
    more = 10.0 ** (claimed.kept - decimals)
    return bool(np.any(~(off > NEAR * (radius + 4 * claimed.half) * more)))


def _settle_by_hand(
    verdicts: list[str], worked: Worked, followed: FollowThrough, verdict: str
) -> bool:
    """Gives a verdict to numbers that come out with rounding on the way; whether there are any.

    Rounded to the digits shown, line by line or here and there, a number lies between the least and
    the most that the ways come to; rounded to fewer digits, a way has to give all numbers exactly.
    """
    found = False
    claimed, manner = worked.claimed, worked.manner
    for rounding in manner.fine(claimed):
        if "wrong" in verdicts and _is_near(claimed, followed, rounding):
            found = _settle(verdicts, _between(worked, rounding), verdict) or found
    for rounding in manner.coarse(claimed):
        if "wrong" in verdicts and _is_near(claimed, followed, rounding):
            found = _settle_all(verdicts, _exactly(worked, rounding), verdict) or found
    return found


def _between(worked: Worked, rounding: Rounding) -> list[bool]:
    """Number by number, whether it lies between what the ways of rounding, or of cutting, give."""
    claimed = worked.claimed
    rounded = chain(ways(rounding), ways_by_slopes(rounding) if worked.start.has_slopes else ())
    low, high = _ends(worked, rounded)
    wanted, half = claimed.values.ravel(), claimed.halves.ravel() * (1 + TIE)
    within = (wanted >= low - half) & (wanted <= high + half)
    if worked.manner.may_cut:
        cut_low, cut_high = _ends(worked, cutting_ways(rounding))
        low, high = np.minimum(low, cut_low), np.maximum(high, cut_high)
        unit = 2 * claimed.last * (1 - TIE)
        above, below = np.where(low < 0, unit, 0.0), np.where(high > 0, unit, 0.0)
        within |= (wanted >= low - below) & (wanted <= high + above)
    return [bool(flag) for flag in within & np.ravel(has_digits(claimed))]


def _ends(worked: Worked, several: Iterator[Way]) -> tuple[Floats, Floats]:
    """The least and the most of each number in some ways; NaN where none of them gives one.

    A way on which a probability is rounded to 0 and its logarithm taken leads nowhere.
    """
    rows = np.concatenate([outcomes(worked.start, way) for way in several])
    rows = np.where(np.isfinite(rows), rows, np.nan)
    return np.fmin.reduce(rows, axis=0), np.fmax.reduce(rows, axis=0)


def _exactly(worked: Worked, rounding: Rounding) -> Iterator[list[bool]]:
    """Row by row, number by number, whether a way of rounding to fewer digits gives it."""
    claimed = worked.claimed
    few = rounding.figures is None and rounding.decimals < FEWEST_DECIMALS
    kept = slice(ALIKE if few else None)  # so coarse a way is believed only all along
    for way in ways(rounding):
        for row in _distinct(outcomes(worked.start, way)[kept]):
            yield claimed.agreeing(row)
    for way in cutting_ways(rounding) if worked.manner.may_cut else ():
        for row in _distinct(outcomes(worked.start, way)[kept]):
            yield is_cut(claimed, row.reshape(claimed.values.shape))


def _distinct(rows: Floats) -> list[Floats]:
    """Each row once; np.unique would import numpy.ma, which takes longer than a sheet."""
    return list({row.tobytes(): row for row in rows}.values())


def _estimate(claimed: Claimed, verdicts: Sequence[str], mine: FollowThrough) -> Floats:
    """What the student had: the truth, what follows, or where it is wrong what is written."""
    shape = claimed.expected.shape
    if not {"follows", "wrong"} & set(verdicts):
        return claimed.expected
    values = mine.right.reshape(shape)
    kinds = np.array(verdicts).reshape(shape)
    kept = np.where(kinds == "follows", values, claimed.expected)
    return np.where(kinds == "wrong", claimed.values, kept)


def _as_true(judged: Judged) -> Judged:
    """The claim with the truth in the places of the numbers that are wrong."""
    true, claimed = judged.is_true, judged.claimed
    if np.all(true):
        return judged
    righted = claimed.with_values(np.where(true, claimed.values, claimed.expected))
    return Judged(righted, judged.verdicts, np.where(true, judged.estimate, claimed.expected))


def _settle(verdicts: list[str], flags: Sequence[bool], verdict: str) -> bool:
    """Gives a better verdict to numbers that are still wrong; whether there was one."""
    found = [k for k, (v, r) in enumerate(zip(verdicts, flags, strict=True)) if v == "wrong" and r]
    for k in found:
        verdicts[k] = verdict
    return bool(found)


def _settle_all(verdicts: list[str], ways: Iterator[Sequence[bool]], verdict: str) -> bool:
    """The same, by the first way of rounding that reaches all numbers that are still wrong."""
    for flags in ways:
        pairs = zip(verdicts, flags, strict=True)
        if all(r for v, r in pairs if v == "wrong"):
            return _settle(verdicts, flags, verdict)
    return False


def _truncated(claimed: Claimed, verdicts: Sequence[str]) -> str | None:
    """`truncated`, where that may have happened to every number, and did to some."""
    return "truncated" if "wrong" in verdicts and all(is_cut(claimed, claimed.expected)) else None
