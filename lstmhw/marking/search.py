"""Which mistake was made: lines rewritten, or data misread, until the claimed digits come out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple

import numpy as np

from lstmhw.expr import Expr
from lstmhw.functions import Floats
from lstmhw.marking.misreading import Misreading, misreadings
from lstmhw.marking.own import Judged, Own
from lstmhw.marking.target import Target
from lstmhw.marking.working import Run, Working
from lstmhw.mistakes import COMMON, MISTAKES, edits
from lstmhw.mistakes.page import Edit
from lstmhw.solution import Step, indexed

NEAR = 0.02  # how much nearer than the truth a mistake has to be to be named in spite of a slip
LEAD = 3.0  # and how much nearer than any other
OF_TWO = 0.4  # of the room that single mistakes have; of those that are rounded coarsely too
MOST_CHANCE = 0.5  # matches to be expected where no mistake was made, of one in some units alone
MOST_MATCHES = 3.0  # and of one or two that give the whole claim, which are likelier than a slip
MOST_EQUALS = 4
MOST_COARSE = 8
MOST_LINES = 60_000  # computed in each part of the search


class Candidate(NamedTuple):
    """Lines with one mistake in them, or with two: what was done, and the lines that come of it."""

    edits: tuple[Edit, ...]
    lines: Mapping[str, Expr]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(edit.mistake for edit in self.edits))

    @property
    def rank(self) -> int:
        return sum({edit.rank for edit in self.edits})


class Batch(NamedTuple):
    """Candidates, and what each gives, row by row."""

    candidates: Sequence[Candidate]
    values: Floats


class Contrast(NamedTuple):
    """A line with a mistake beside the line as it should be, and what each gives.

    That is told of the first entry, of so many, in which the two differ; `at` is its index.
    """

    symbol: str
    at: tuple[int, ...]
    done: Expr
    right: Expr
    gave: float
    gives: float
    size: int


class Found(NamedTuple):
    """What was done, in words for each mistake, and what comes of it.

    `values` is what the student had before rounding; `slip` says that not all digits agree,
    `whole` that all numbers of the claim come out, not those alone that are wrong.
    """

    names: tuple[str, ...]
    done: tuple[str, ...]
    values: Floats
    misread: tuple[Misreading, ...] = ()
    lines: Mapping[str, Expr] = {}
    slip: bool = False
    whole: bool = True
    contrast: Contrast | None = None

    @property
    def name(self) -> str:
        return " + ".join(self.names)


class Tried(NamedTuple):
    """A candidate that gives the claimed numbers: in full, or those that are off."""

    candidate: Candidate
    values: Floats
    whole: bool
    exact: bool

    @property
    def order(self) -> tuple[bool, bool, int, int]:
        """The better it agrees, the simpler it is, the less."""
        return not self.whole, not self.exact, self.candidate.rank, len(self.candidate.lines)


class Search:
    """The search over one working; what depends on no claim is kept from one sheet to the next."""

    def __init__(self, working: Working) -> None:
        self.working = working
        self._edits: dict[str, tuple[Edit, ...]] = {}
        self._again: dict[tuple[str, Expr], tuple[Edit, ...]] = {}
        self._several: dict[tuple[str, ...], tuple[Candidate, ...]] = {}

    def explain(self, judged: Judged, own: Own | None, patience: int) -> tuple[Found, ...]:
        """The mistakes that give the wrong numbers of a claim equally well, the simplest first.

        `patience` is for how many more claims of the sheet two mistakes are looked for.
        """
        if own is None:
            return self._datum(judged)
        off = [k for k, verdict in enumerate(judged.verdicts) if verdict == "wrong"]
        target = Target(self.working, judged.claimed, own, off, own.values)
        singles = list(self._singles(target))
        tried = sorted(_tried(target, singles), key=lambda t: t.order)
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
            _best(target, whole)
            or _best(target, in_some if len(target.off) > 1 else [])
            or _misread(target)
            or _best(target, in_some)
            or _coarsely(target, singles)
            or _all_but_some(target, singles)
            or (self._two(target) if patience > 0 else ())
            or _near(target, singles)
        )

    def _datum(self, judged: Judged) -> tuple[Found, ...]:
        """A datum that is copied wrong."""
        claimed, named = judged.claimed, self.working.page.named
        given = claimed.symbol in named and named[claimed.symbol].given
        if claimed.symbol in self.working.steps or not given:
            return ()
        done = f"{claimed.symbol} is given, and was copied wrong"
        return (Found(("miscopied-given",), (done,), claimed.values),)

    def edits_of(self, step: Step) -> tuple[Edit, ...]:
        if step.symbol not in self._edits:
            self._edits[step.symbol] = self._edited(step)
        return self._edits[step.symbol]

    def _edited_again(self, step: Step, expr: Expr) -> tuple[Edit, ...]:
        """What a second mistake makes of a line that has one."""
        key = (step.symbol, expr)
        if key not in self._again:
            self._again[key] = self._edited(step._replace(expr=expr))
        return self._again[key]

    def _edited(self, step: Step) -> tuple[Edit, ...]:
        """Every line that a mistake makes of this one, and that does not rest on itself."""
        found = edits(step, self.working.page)
        return tuple(e for e in found if not self.working.is_circular(step.symbol, e.expr))

    def several(self, steps: Sequence[Step]) -> tuple[Candidate, ...]:
        """A mistake made in several lines: in those of one name, or wherever it can be made."""
        key = tuple(step.symbol for step in steps)
        if key not in self._several:
            placed = [(step.symbol, edit) for step in steps for edit in self.edits_of(step)]
            self._several[key] = tuple(_grouped(placed))
        return self._several[key]

    def _singles(self, target: Target) -> Iterator[Batch]:
        most = max(1, MOST_LINES // len(target.steps))  # runs, in a very long working
        yield _apart(target, self.several(target.steps)[:most])
        for step in target.steps[: -most - 1 : -1]:  # the claim's own line is the likeliest
            yield _line_batch(target, target.own.values, step, self._alone(step))

    def _alone(self, step: Step) -> list[Candidate]:
        return [Candidate((edit,), {step.symbol: edit.expr}) for edit in self.edits_of(step)]

    def _common(self, step: Step) -> list[Candidate]:
        """Mistakes that may well be two at once."""
        return [c for c in self._alone(step) if c.rank < len(COMMON)]

    def _two(self, target: Target) -> tuple[Found, ...]:
        """Two mistakes at once, of which both are needed."""
        tried = []
        count = 0
        for batch in self._pairs(target):
            count += len(batch.candidates)
            tried += [t for t in _tried(target, [batch], OF_TWO) if t.whole]
        tried.sort(key=lambda t: t.order)
        share = min(1.0, tried[0].candidate.rank / len(COMMON)) if tried else 1.0
        if not tried or target.chance * count * share > MOST_MATCHES:
            return ()
        return _best(target, tried)

    def _pairs(self, target: Target) -> Iterator[Batch]:
        run, steps = target.own.values, target.steps
        left = MOST_LINES // len(steps)
        alone = {step.symbol: _at_line(run, step, self._common(step)) for step in steps}
        for step in reversed(steps):
            left -= 3
            if left > 0:
                yield _line_batch(target, run, step, self._both_in(step))
        groups = [group for group in self.several(steps) if group.edits[0].rank < len(COMMON)]
        for group in groups:
            varied = run.varied(group.lines)
            for step in steps:
                left -= 1
                if left > 0 and step.symbol not in group.lines:
                    at = _at_line(varied, step, self._common(step))
                    pairs = [_joined(group, other) for other in at.candidates]
                    yield _carried(target, varied, step, Batch(pairs, at.values))
            again = list(self._again_in(group, steps))
            left -= len(again)
            if left > 0:
                yield _apart(target, again)
        for number, second in enumerate(steps):
            for other in self._common(second):
                varied = run.varied(other.lines)
                left -= number
                for first in steps[:number] if left > 0 else ():
                    at = alone[first.symbol]
                    pairs = [_joined(one, other) for one in at.candidates]
                    yield _carried(target, varied, first, Batch(pairs, at.values))

    def _both_in(self, step: Step) -> list[Candidate]:
        """Two mistakes in one line."""
        return [
            Candidate((first, second), {step.symbol: second.expr})
            for (first,), _ in self._common(step)
            for second in self._edited_again(step, first.expr)
            if second.mistake != first.mistake and second.rank < len(COMMON)
        ]

    def _again_in(self, group: Candidate, steps: Sequence[Step]) -> Iterator[Candidate]:
        """A second mistake in the lines that have the first."""
        placed = [
            (step.symbol, edit)
            for step in steps
            if step.symbol in group.lines
            for edit in self._edited_again(step, group.lines[step.symbol])
        ]
        for other in _grouped(placed):
            if other.names != group.names and other.edits[0].rank < len(COMMON):
                yield _joined(group, other)


def _joined(first: Candidate, second: Candidate) -> Candidate:
    return Candidate((first.edits[0], second.edits[0]), {**first.lines, **second.lines})


def _grouped(placed: Iterable[tuple[str, Edit]]) -> Iterator[Candidate]:
    """The same edit of several lines: of those of one name, and of all."""
    seen: dict[tuple[int, str], list[tuple[str, Edit]]] = {}
    for symbol, edit in placed:
        seen.setdefault((edit.rank, edit.site), []).append((symbol, edit))
    for places in seen.values():
        by_name = [list(g) for _, g in groupby(sorted(places, key=_name), key=_name)]
        groups = [group for group in by_name if 1 < len(group) < len(places)]
        for group in [*groups, places] if len(places) > 1 else ():
            lines = {symbol: edit.expr for symbol, edit in group}
            yield Candidate(tuple(edit for _, edit in group), lines)


def _name(place: tuple[str, Edit]) -> str:
    return indexed(place[0])[0]


def _at_line(run: Run, step: Step, candidates: Sequence[Candidate]) -> Batch:
    """What each candidate makes of one line, where that is numbers of the right shape."""
    kept, rows = [], []
    for candidate in candidates:
        try:
            with np.errstate(all="ignore"):
                value = np.asarray(run.line(candidate.lines[step.symbol]), dtype=float)
        except ValueError:  # two mistakes need not fit together
            continue
        if value.size == step.value.size and np.all(np.isfinite(value)):
            kept.append(candidate)
            rows.append(value.reshape(np.shape(step.value) or (1,)))
    return Batch(kept, np.array(rows))


def _carried(target: Target, run: Run, step: Step, batch: Batch) -> Batch:
    """What comes of other values of one line."""
    if not batch.candidates:
        return batch
    return Batch(batch.candidates, target.carried(run, step.symbol, batch.values))


def _line_batch(target: Target, run: Run, step: Step, candidates: Sequence[Candidate]) -> Batch:
    return _carried(target, run, step, _at_line(run, step, candidates))


def _apart(target: Target, candidates: Sequence[Candidate]) -> Batch:
    """Candidates of several lines, one by one."""
    found = [(c, target.value(c.lines)) for c in candidates]
    kept = [(c, value.ravel()) for c, value in found if value is not None]
    return Batch([c for c, _ in kept], np.array([value for _, value in kept]))


def _tried(target: Target, batches: Iterable[Batch], room: float = 1.0) -> Iterator[Tried]:
    """The candidates that give the numbers that are wrong; only those within `room` are tried."""
    for batch in batches:
        if not batch.candidates:
            continue
        for row in target.near(batch.values, room):
            candidate = batch.candidates[row]
            if len(candidate.names) < len({edit.rank for edit in candidate.edits}):
                continue
            agreement = target.agreement(batch.values[row], candidate.lines)
            if agreement is not None:
                yield Tried(candidate, batch.values[row], *agreement)


def _best(target: Target, tried: Sequence[Tried]) -> tuple[Found, ...]:
    """The first of those that agree best, and its equals of other names."""
    by_name: dict[tuple[str, ...], Tried] = {}
    for each in tried:
        if each.order[:2] == tried[0].order[:2]:
            by_name.setdefault(each.candidate.names, each)
    return tuple(_found(target, each) for each in list(by_name.values())[:MOST_EQUALS])


def _found(target: Target, tried: Tried, slip: bool = False) -> Found:
    candidate = tried.candidate
    units = range(target.wanted.size) if tried.whole else target.off
    values = np.where(_among(target, units), tried.values, target.right)
    done = tuple(dict.fromkeys(edit.done for edit in candidate.edits))
    shape = target.claimed.values.shape
    return Found(
        candidate.names,
        done,
        values.reshape(shape),
        (),
        candidate.lines,
        slip,
        tried.whole,
        _contrast(target, candidate),
    )


def _contrast(target: Target, candidate: Candidate) -> Contrast | None:
    """The first line that the mistake changes, in the order of the working."""
    run = target.own.values
    varied = run.varied(candidate.lines)
    for step in target.steps:
        if step.symbol not in candidate.lines:
            continue
        quantity = target.working.page.named[step.symbol]
        gave, gives = (np.asarray(r.value_of(quantity), float) for r in (varied, run))
        if gave.size != gives.size:
            continue
        gave, gives = gave.reshape(np.shape(step.value)), gives.reshape(np.shape(step.value))
        differs = np.abs(gave - gives) > target.claimed.half
        off = np.argwhere(differs)
        if len(off):
            wrong = [np.unravel_index(k, gave.shape) for k in target.off if k < gave.size]
            first = next((w for w in wrong if differs[w]), tuple(off[0]))
            at = tuple(int(k) for k in first)
            done = candidate.lines[step.symbol]
            numbers = float(gave[at]), float(gives[at])
            return Contrast(step.symbol, at, done, step.expr, *numbers, gives.size)
    return None


def _among(target: Target, units: Iterable[int]) -> Any:
    return np.isin(np.arange(target.wanted.size), list(units))


def _misread(target: Target) -> tuple[Found, ...]:
    """A datum that was read as another number, or one for each number that is wrong."""
    found = misreadings(target)
    lines = {reading.symbol: reading.as_line() for reading in found}
    values = target.value(lines) if len(lines) == 1 else None
    if values is None:
        return ()
    if len(found) > 1:
        values = np.where(_among(target, target.off), target.wanted, target.right)
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
        whole = _found(target, Tried(candidate, values, True, True))
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
        for row in target.near(batch.values, target.coarser * OF_TWO)
    ]
    rows.sort(key=lambda row: row[0].rank)
    found = (row for row in rows[:MOST_COARSE] if target.agrees_by_hand(row[0].lines))
    return tuple(_found(target, Tried(*row, True, False)) for row in islice(found, 1))


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
    return (_found(target, Tried(candidate, values, True, False), slip=True),)
