"""What explains a claim: mistakes that agree with it, and where they part from what is right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.expr import Expr
from lstmhw.functions import Floats
from lstmhw.marking.candidates import Batch, Candidate
from lstmhw.marking.misreading import Misreading
from lstmhw.marking.target import Target

MOST_EQUALS = 4
MOST_COUNTED = 4  # lines that a mistake is in; in more it is a habit
OF_A_LINE = 30  # ranks that one more line with the mistake counts for


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
    def order(self) -> tuple[bool, bool, int]:
        """The better it agrees, the likelier the mistake and the fewer its lines, the less."""
        more_lines = min(len(self.candidate.lines), MOST_COUNTED) - 1
        return not self.whole, not self.exact, self.candidate.rank + OF_A_LINE * more_lines


def tried_of(target: Target, batches: Iterable[Batch], room: float = 1.0) -> Iterator[Tried]:
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


def best(target: Target, tried: Sequence[Tried]) -> tuple[Found, ...]:
    """The first of those that agree best, and its equals of other names."""
    by_name: dict[tuple[str, ...], Tried] = {}
    for each in tried:
        if each.order[:2] == tried[0].order[:2]:
            by_name.setdefault(each.candidate.names, each)
    return tuple(found_of(target, each) for each in list(by_name.values())[:MOST_EQUALS])


def found_of(target: Target, tried: Tried, slip: bool = False) -> Found:
    """A candidate as an explanation."""
    candidate = tried.candidate
    units = range(target.wanted.size) if tried.whole else target.off
    values = np.where(among(target, units), tried.values, target.right)
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
    run = target.followed.values
    varied = run.varied(candidate.lines)
    for step in target.steps:
        if step.symbol not in candidate.lines:
            continue
        quantity = target.program.scope.named[step.symbol]
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


def among(target: Target, units: Iterable[int]) -> Any:
    """For each number of a claim whether it is one of these."""
    return np.isin(np.arange(target.wanted.size), list(units))
