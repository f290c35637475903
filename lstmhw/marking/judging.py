"""The verdict on each number of a claimed answer, and how it was rounded."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import Claimed
from lstmhw.marking.follow_through import (
    TRUE,
    FollowThrough,
    Judged,
    by_hand,
    follow_through,
    reached,
)
from lstmhw.marking.program import Program, RoundedRun, Run
from lstmhw.marking.rounding import Manner, is_cut, is_noise, is_within

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
    if claimed.symbol in program.scope.given:
        return judged, mine
    pairs = zip(judged.verdicts, claimed.are_coarse(program.data_decimals), strict=True)
    verdicts = tuple("coarse" if few and v in TRUE else v for v, few in pairs)
    return judged._replace(verdicts=verdicts), mine


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
    if _settle(verdicts, is_within(claimed, TWICE * claimed.last), "rounding"):
        rounding = rounding or "rounded-early"
    if _settle_by(verdicts, program, claimed, truth, "rounding"):
        rounding = rounding or "rounded-early"
    if misled:
        _settle_by(verdicts, program, claimed, mine, "follows")
    return Judged(claimed, tuple(verdicts), _estimate(claimed, verdicts, mine), rounding), mine


def _settle_by(
    verdicts: list[str], program: Program, claimed: Claimed, mine: FollowThrough, verdict: str
) -> bool:
    """Gives a verdict to numbers that come out with rounding on the way; whether there are any."""
    found = _settle(verdicts, reached(claimed, mine, mine.spread), verdict)
    if "wrong" in verdicts and mine.coarse:
        run = RoundedRun(program, mine.finer, mine.rounding)
        steps = program.before(claimed.symbol, mine.finer)
        found = _settle(verdicts, reached(claimed, mine, run.of_lines(steps)), verdict) or found
    if "wrong" not in verdicts:
        return found
    return _settle_all(verdicts, by_hand(program, claimed, mine), verdict) or found


def _estimate(claimed: Claimed, verdicts: Sequence[str], mine: FollowThrough) -> Floats:
    """What the student had: the truth, what follows, or where it is wrong what is written."""
    shape = claimed.expected.shape
    if not {"follows", "wrong"} & set(verdicts):
        return claimed.expected
    values = np.asarray(mine.values.of_lines(mine.steps), dtype=float).reshape(shape)
    kinds = np.array(verdicts).reshape(shape)
    kept = np.where(kinds == "follows", values, claimed.expected)
    return np.where(kinds == "wrong", claimed.values, kept)


def trivial(
    program: Program, judged: Judged, earlier: Mapping[str, Judged], mistaken: Sequence[str]
) -> str:
    """The wrong claim that left nothing to compute for one that follows, if there is such a claim.

    That is one with zeros: with it as claimed, nothing else that the line is written with matters.
    """
    symbol = judged.claimed.symbol
    steps = program.before(symbol, earlier)
    written = {name: other.claimed.values for name, other in earlier.items()}
    for name in mistaken:
        if np.any(earlier[name].claimed.values == 0) and not np.any(judged.estimate):
            changed = {s: v * 1.37 + 0.11 for s, v in written.items() if s != name}
            other = Run(program, {**changed, name: written[name]}, data=lambda v: v * 1.37 + 0.11)
            if not np.any(other.of_lines(steps)):
                return name
    return ""


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
    """`truncated`, where that is what happened to every number that is not right."""
    cut = is_cut(claimed, claimed.expected)
    off = [k for k, verdict in enumerate(verdicts) if verdict == "wrong"]
    return "truncated" if off and all(cut[k] for k in off) else None
