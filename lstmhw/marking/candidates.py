"""The lines that a mistake, or two, makes of a working, and what comes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from lstmhw.expr import Expr
from lstmhw.functions import Floats
from lstmhw.marking.program import Program, Run
from lstmhw.marking.target import Target
from lstmhw.mistakes import COMMON, edits
from lstmhw.mistakes.rewriting import Edit
from lstmhw.solution import Step, indexed


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


class Candidates:
    """The mistakes that can be made in a working; what was found once is kept."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._edits: dict[str, tuple[Edit, ...]] = {}
        self._again: dict[tuple[str, Expr], tuple[Edit, ...]] = {}
        self._several: dict[tuple[str, ...], tuple[Candidate, ...]] = {}

    def edits_of(self, step: Step) -> tuple[Edit, ...]:
        """Every line that a mistake makes of one."""
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
        found = edits(step, self.program.scope)
        return tuple(e for e in found if not self.program.is_circular(step.symbol, e.expr))

    def several(self, steps: Sequence[Step]) -> tuple[Candidate, ...]:
        """A mistake made in several lines: in those of one name, or wherever it can be made."""
        key = tuple(step.symbol for step in steps)
        if key not in self._several:
            placed = [(step.symbol, edit) for step in steps for edit in self.edits_of(step)]
            self._several[key] = tuple(_grouped(placed))
        return self._several[key]

    def alone(self, step: Step) -> list[Candidate]:
        """Each mistake in one line."""
        return [Candidate((edit,), {step.symbol: edit.expr}) for edit in self.edits_of(step)]

    def common(self, step: Step) -> list[Candidate]:
        """Mistakes that may well be two at once."""
        return [c for c in self.alone(step) if c.rank < len(COMMON)]

    def both_in(self, step: Step) -> list[Candidate]:
        """Two mistakes in one line."""
        return [
            Candidate((first, second), {step.symbol: second.expr})
            for (first,), _ in self.common(step)
            for second in self._edited_again(step, first.expr)
            if second.mistake != first.mistake and second.rank < len(COMMON)
        ]

    def again_in(self, group: Candidate, steps: Sequence[Step]) -> Iterator[Candidate]:
        """A second mistake in the lines that have the first."""
        placed = [
            (step.symbol, edit)
            for step in steps
            if step.symbol in group.lines
            for edit in self._edited_again(step, group.lines[step.symbol])
        ]
        for other in _grouped(placed):
            if other.names != group.names and other.edits[0].rank < len(COMMON):
                yield joined(group, other)


def joined(first: Candidate, second: Candidate) -> Candidate:
    """Both mistakes; where both change a line, the second was made after the first."""
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


def at_line(run: Run, step: Step, candidates: Sequence[Candidate]) -> Batch:
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


def carried(target: Target, run: Run, step: Step, batch: Batch) -> Batch:
    """What comes of other values of one line."""
    if not batch.candidates:
        return batch
    return Batch(batch.candidates, target.carried(run, step.symbol, batch.values))


def line_batch(target: Target, run: Run, step: Step, candidates: Sequence[Candidate]) -> Batch:
    """What comes of each candidate for one line."""
    return carried(target, run, step, at_line(run, step, candidates))


def apart(target: Target, candidates: Sequence[Candidate]) -> Batch:
    """Candidates of several lines, one by one."""
    found = [(c, target.value(c.lines)) for c in candidates]
    kept = [(c, value.ravel()) for c, value in found if value is not None]
    return Batch([c for c, _ in kept], np.array([value for _, value in kept]))
