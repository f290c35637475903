"""Which mistake was made: lines rewritten, or data misread, until the claimed digits come out."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from lstmhw.marking.candidates import (
    Batch,
    Candidates,
    apart,
    at_line,
    carried,
    joined,
    line_batch,
)
from lstmhw.marking.follow_through import FollowThrough, Judged
from lstmhw.marking.found import MOST_EQUALS, Found, Tried, among, best, found_of, tried_of
from lstmhw.marking.misreading import misreadings
from lstmhw.marking.program import Program
from lstmhw.marking.target import Target
from lstmhw.mistakes import COMMON, MISTAKES

NEAR = 0.02  # how much nearer than the truth a mistake has to be to be named in spite of a slip
LEAD = 3.0  # and how much nearer than any other
OF_TWO = 0.15  # of the room that single mistakes have
OF_COARSE = 0.4  # of the room of those that are rounded coarsely
MOST_CHANCE = 0.5  # matches to be expected where no mistake was made, of one in some units alone
MOST_MATCHES = 3.0  # and of one or two that give the whole claim, which are likelier than a slip
MOST_COARSE = 8
FEWEST_PAIRS = 100  # that are as likely as any two mistakes
MOST_COMPUTED = 60_000  # computed in each part of the search


class Search:
    """The search over one working; what depends on no claim is kept from one sheet to the next."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.candidates = Candidates(program)

    def explain(
        self, judged: Judged, followed: FollowThrough | None, patience: int
    ) -> tuple[Found, ...]:
        """The mistakes that give the wrong numbers of a claim equally well, the simplest first.

        `patience` is for how many more claims of the sheet two mistakes are looked for.
        """
        if followed is None:
            return self._datum(judged)
        off = [k for k, verdict in enumerate(judged.verdicts) if verdict == "wrong"]
        target = Target(self.program, judged.claimed, followed, off, followed.values)
        singles = list(self._singles(target))
        tried = sorted(tried_of(target, singles), key=lambda t: t.order)
        count = sum(len(batch.candidates) for batch in singles)
        matches = target.chance * count / len(MISTAKES)
        whole = [
            t
            for t in tried
            if t.whole
            and (matches * (1 + t.candidate.rank) <= MOST_MATCHES or target.is_hit(t.values))
        ]
        in_some = [t for t in tried if target.chance * count <= MOST_CHANCE]
        return (
            best(target, whole)
            or best(target, in_some if len(target.off) > 1 else [])
            or _misread(target)
            or best(target, in_some)
            or _coarsely(target, singles)
            or _all_but_some(target, singles)
            or (self._two(target) if patience > 0 else ())
            or _near(target, singles)
        )

    def _datum(self, judged: Judged) -> tuple[Found, ...]:
        """A datum that is copied wrong."""
        claimed, named = judged.claimed, self.program.scope.named
        given = claimed.symbol in named and named[claimed.symbol].given
        if claimed.symbol in self.program.steps or not given:
            return ()
        line = self.program.scope.unused.get(claimed.symbol)
        if line is not None and all(claimed.agreeing(np.asarray(line.value, dtype=float))):
            done = f"{claimed.symbol} was computed from the weights, where the sheet gives a value"
            return (Found(("given-value-ignored",), (done,), claimed.values),)
        done = f"{claimed.symbol} is given, and was copied wrong"
        return (Found(("miscopied-given",), (done,), claimed.values),)

    def _singles(self, target: Target) -> Iterator[Batch]:
        most = max(1, MOST_COMPUTED // len(target.steps))  # runs, in a very long working
        yield apart(target, self.candidates.several(target.steps)[:most])
        for step in target.steps[: -most - 1 : -1]:  # the claim's own line is the likeliest
            yield line_batch(target, target.followed.values, step, self.candidates.alone(step))

    def _two(self, target: Target) -> tuple[Found, ...]:
        """Two mistakes at once, of which both are needed."""
        if target.chance * FEWEST_PAIRS > MOST_MATCHES:
            return ()
        tried = []
        count = 0
        for batch in self._pairs(target):
            count += len(batch.candidates)
            tried += [t for t in tried_of(target, [batch], OF_TWO) if t.whole]
        tried.sort(key=lambda t: t.order)
        share = min(1.0, tried[0].candidate.rank / len(COMMON)) if tried else 1.0
        most = MOST_MATCHES if len(target.off) > 1 else MOST_CHANCE
        if not tried or target.chance * count * share > most:
            return ()
        return best(target, tried)

    def _pairs(self, target: Target) -> Iterator[Batch]:
        run, steps = target.followed.values, target.steps
        left = MOST_COMPUTED // len(steps)
        alone = {step.symbol: at_line(run, step, self.candidates.common(step)) for step in steps}
        for step in reversed(steps):
            left -= 3
            if left > 0:
                yield line_batch(target, run, step, self.candidates.both_in(step))
        groups = [
            group for group in self.candidates.several(steps) if group.edits[0].rank < len(COMMON)
        ]
        for group in groups:
            varied = run.varied(group.lines)
            for step in steps:
                left -= 1
                if left > 0 and step.symbol not in group.lines:
                    at = at_line(varied, step, self.candidates.common(step))
                    pairs = [joined(group, other) for other in at.candidates]
                    yield carried(target, varied, step, Batch(pairs, at.values))
            again = list(self.candidates.again_in(group, steps))
            left -= len(again)
            if left > 0:
                yield apart(target, again)
        for number, second in enumerate(steps):
            for other in self.candidates.common(second):
                varied = run.varied(other.lines)
                left -= number
                for first in steps[:number] if left > 0 else ():
                    at = alone[first.symbol]
                    pairs = [joined(one, other) for one in at.candidates]
                    yield carried(target, varied, first, Batch(pairs, at.values))


def _misread(target: Target) -> tuple[Found, ...]:
    """A datum that was read as another number, or one for each number that is wrong."""
    found = misreadings(target)
    lines = {reading.symbol: reading.as_line() for reading in found}
    values = target.value(lines) if len(lines) == 1 else None
    if values is None:
        return ()
    if len(found) > 1:
        values = np.where(among(target, target.off), target.wanted, target.right)
        values = values.reshape(target.claimed.values.shape)
    name = "sign-error" if all(m.is_sign for m in found) else "miscopied-given"
    return (Found((name,), tuple(m.described for m in found), values, misread=found),)


def _all_but_some(target: Target, singles: Sequence[Batch]) -> tuple[Found, ...]:
    """A mistake that gives most of the claim, and a misread datum, or a slip, for the rest."""
    rows = [
        (candidate, values, [k for k, same in enumerate(target.agreeing(values)) if not same])
        for batch in singles
        for candidate, values in zip(batch.candidates, batch.values, strict=True)
        if candidate.rank < len(COMMON)
    ]
    count = len(rows)
    rows = [row for row in rows if target.explains_most(row[2], count)]
    rows.sort(key=lambda row: (len(row[2]), row[0].rank))
    for candidate, values, rest in rows[:MOST_EQUALS]:
        whole = found_of(target, Tried(candidate, values, True, True))
        for other in _misread(target.after(candidate.lines, rest)):
            names, done = (*whole.names, *other.names), (*whole.done, *other.done)
            if len(set(names)) > 1:
                return (whole._replace(names=names, done=done, values=other.values),)
        if len(rest) == 1 and target.wanted.size > 2:
            names = (*whole.names, "arithmetic-slip")
            wanted = target.claimed.values
            done = (*whole.done, "one number has a slip besides")
            return (whole._replace(names=names, done=done, values=wanted),)
    return ()


def _coarsely(target: Target, singles: Sequence[Batch]) -> tuple[Found, ...]:
    """A mistake with all lines rounded to fewer digits, which are shown elsewhere on the sheet."""
    if target.coarser == 1.0:
        return ()
    rows = [
        (batch.candidates[row], batch.values[row])
        for batch in singles
        if batch.candidates
        for row in target.near(batch.values, target.coarser * OF_COARSE)
    ]
    rows.sort(key=lambda row: row[0].rank)
    found = (row for row in rows[:MOST_COARSE] if target.agrees_by_hand(row[0].lines))
    return tuple(found_of(target, Tried(*row, True, False)) for row in islice(found, 1))


def _near(target: Target, singles: Sequence[Batch]) -> tuple[Found, ...]:
    """A mistake that comes near the claim, far nearer than the truth, with a slip besides."""
    if target.wanted.size < 2:
        return ()
    rows = [
        (distance, candidate, values)
        for batch in singles
        if batch.candidates
        for distance, candidate, values in zip(
            target.distances(batch.values), batch.candidates, batch.values, strict=True
        )
    ]
    rows.sort(key=lambda row: row[0])
    if not rows or rows[0][0] > NEAR:
        return ()
    distance, candidate, values = rows[0]
    rivals = [row for row in rows if not np.allclose(row[2], values, rtol=1e-6, atol=1e-9)]
    if rivals and rivals[0][0] < LEAD * distance:
        return ()
    return (found_of(target, Tried(candidate, values, True, False), slip=True),)
