"""Which stories might explain a claim: variants of the lines that lead to it, and their bits."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking import prices
from lstmhw.marking.candidates import LARGE, Candidates, Catalogue, Variant, all_read
from lstmhw.marking.follow_through import FollowThrough, Judged
from lstmhw.marking.program import Lines, Program
from lstmhw.marking.recent import Recent
from lstmhw.marking.rounding import EXACT
from lstmhw.marking.target import ROUGHLY, Fit, Target
from lstmhw.marking.variants import (
    Choices,
    Numbers,
    VariedRuns,
    lines_of,
    overlapping,
    paired,
    written,
)

MOST_REMEMBERED = 64  # lines with their values, of what was computed for earlier claims
MOST_OF_TWO = 12
MOST_KEPT = 16  # stories of a claim that are looked at more closely
MOST_READ = 4  # wrong numbers of a claim, for each of which an entry may have been misread
MOST_PAIRS = 60_000
TURNS = 12
MOST_LINES_OF_TWO = 40  # that lead to a claim, in which two things are looked for
PATIENCE = 3  # claims that nothing explains, after which no two things are looked for
WORTH = 6.0  # bits left, for which a second mistake is looked for


class Option(NamedTuple):
    """A story of one claim: what was done, the bits it leaves, and what it gives.

    `whole` says that it is told of all numbers, `partly` that it leaves a wrong one unexplained,
    `fit` how many of them it gives.
    """

    variant: Variant
    bits: float
    values: Floats
    whole: bool
    partly: bool
    fit: Fit

    @property
    def keys(self) -> frozenset[object]:
        """Of all causes."""
        return frozenset(cause.key for cause in self.variant.causes)

    def cost(self, paid: Mapping[object, float]) -> float:
        """In bits, where some causes are paid for already."""
        owed = (prices.AGAIN if c.key in paid else c.bits for c in self.variant.causes)
        return self.bits + self.variant.place + sum(owed)


class Unexplained(NamedTuple):
    """A wrong claim: the bits of it where there is no story, and the stories there may be."""

    bits: float
    options: Sequence[Option]

    @property
    def left(self) -> float:
        """The bits that the best story leaves, its own price aside."""
        return min([self.bits, *(option.bits for option in self.options)])

    @property
    def lead(self) -> float:
        """By how many bits it is better to have no story than the best one; 0 where it is not."""
        costs = [option.cost({}) for option in self.options]
        return max(0.0, min(costs) - self.bits) if costs else self.bits


class Searched(NamedTuple):
    """A wrong claim with its stories, and what the student had before rounding, as it seems."""

    target: Target
    claim: Unexplained
    estimate: Floats


class Copied(NamedTuple):
    """What is said of a datum that is claimed otherwise than it is given."""

    mistake: str
    done: str


class Pairs(NamedTuple):
    """Two candidates at once, row by row: their places among all, their choices, what they give."""

    first: Numbers
    second: Numbers
    choices: Choices
    values: Floats


class Search:
    """The search over one working; what depends on no claim is kept from one sheet to the next."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.catalogue = Catalogue(program)
        self._found: Recent[Floats] = Recent(MOST_REMEMBERED)
        self._found_of_two: Recent[Pairs] = Recent(MOST_OF_TWO)

    def searched(
        self, judged: Judged, followed: FollowThrough, earlier: Mapping[str, "Searched"]
    ) -> Searched:
        """The stories of a wrong claim, after those of the earlier ones."""
        off = [k for k, verdict in enumerate(judged.verdicts) if verdict == "wrong"]
        target = Target(self.program, judged.claimed, followed, off)
        paid = {
            cause.key: cause.bits
            for searched in earlier.values()
            for option in searched.claim.options[:1]
            for cause in option.variant.causes
        }
        options = self.singles(target, paid)
        missed = sum(1 for searched in earlier.values() if searched.claim.left > WORTH)
        is_short = len(target.steps) <= MOST_LINES_OF_TWO
        worth = Unexplained(target.unexplained, options).left > WORTH and missed < PATIENCE
        if worth and is_short:
            options = _sorted([*options, *self._two(target, paid)], paid)
        values = judged.estimate.ravel()
        if options and options[0].cost(paid) < target.unexplained:
            given = target.given(options[0].values, options[0].whole)
            values = np.where(target.is_explained(given), given, values)
        shape = judged.claimed.expected.shape
        claim = Unexplained(target.unexplained, options)
        return Searched(target, claim, values.reshape(shape))

    def copied(self, judged: Judged) -> Copied | None:
        """What is said of a datum that was copied wrong."""
        claimed, named = judged.claimed, self.program.scope.named
        given = claimed.symbol in named and named[claimed.symbol].given
        if claimed.symbol in self.program.steps or not given:
            return None
        line = self.program.scope.unused.get(claimed.symbol)
        if line is not None and all(claimed.agreeing(np.asarray(line.value, dtype=float))):
            done = f"{claimed.symbol} was computed from the weights, where the sheet gives a value"
            return Copied("given-value-ignored", done)
        return Copied("miscopied-given", f"{claimed.symbol} is given, and was copied wrong")

    def singles(self, target: Target, paid: Mapping[object, float]) -> list[Option]:
        """The stories of a claim in which one thing was done otherwise, the cheapest first."""
        candidates = self.catalogue.candidates(target.steps)
        values = self._values(target, candidates)
        found = [
            *self._refined(target, candidates.variants, values, candidates.prices, paid),
            *self._read_apart(target, candidates, values),
        ]
        return _sorted(found, paid)

    def _values(self, target: Target, candidates: Candidates) -> Floats:
        """What each candidate gives; it is the same for all who have the same earlier values."""
        key = self._start(target)
        if key not in self._found:
            run = VariedRuns(target.followed.values, candidates.choices)
            self._found[key] = run.of_lines(target.steps)
        return self._found[key]

    def _start(self, target: Target) -> Hashable:
        """What the values of a claim depend on: its lines, and the earlier values they use."""
        known = target.followed.values.known
        used = frozenset().union(*(self.program.leaves[step.symbol] for step in target.steps))
        numbers = tuple((s, np.asarray(known[s]).tobytes()) for s in sorted(used & known.keys()))
        return tuple(step.symbol for step in target.steps), numbers

    def _refined(
        self,
        target: Target,
        variants: Sequence[Variant],
        values: Floats,
        costs: Floats,
        paid: Mapping[object, float],
    ) -> Iterator[Option]:
        """The best ones, with their own rounding."""
        if not len(variants):
            return
        bits = target.roughly(values).bits
        total = bits + costs - _discounts(variants, costs, paid)
        near = np.flatnonzero(bits < target.unexplained)
        near = near[np.argsort(total[near], kind="stable")][:MOST_KEPT]
        for row in near.tolist():
            yield self._option(target, variants[row], values[row])

    def _option(self, target: Target, variant: Variant, values: Floats) -> Option:
        variant = variant._replace(lines=written(variant.lines))
        bits, whole, given = target.exactly(variant.lines, values)
        fit = target.fit(given)
        return Option(variant, bits, given, whole, fit.hit < int(np.sum(target.off)), fit)

    def _read_apart(
        self, target: Target, candidates: Candidates, values: Floats
    ) -> Iterator[Option]:
        """A datum of which one entry for each wrong number was read as another."""
        off = np.flatnonzero(target.off)
        if not 1 < len(off) <= MOST_READ:
            return
        each = target.bits_of(values, ROUGHLY * target.radius)
        still = np.abs(values - target.right) <= EXACT * (1 + np.abs(target.right))
        is_read = np.array([len(v.misread) == len(v.lines) == 1 for v in candidates.variants])
        chosen = []
        for unit in off:
            alone = is_read & ~still[:, unit] & np.delete(still, unit, axis=1).all(axis=1)
            costs = np.where(alone, each[:, unit] + candidates.prices, np.inf)
            if not np.min(costs) < np.inf:
                return
            chosen.append(candidates.variants[int(np.argmin(costs))])
        variant = all_read(chosen)
        given = None if variant is None else target.value_in(variant.lines, target.followed.values)
        if variant is not None and given is not None:
            yield self._option(target, variant, given)

    def _two(self, target: Target, paid: Mapping[object, float]) -> Iterator[Option]:
        """Two things done otherwise, both of which are needed."""
        candidates = self.catalogue.candidates(target.steps)
        costs = candidates.prices - _discounts(candidates.variants, candidates.prices, paid)
        most = target.unexplained - prices.MARGIN / 2
        pairs = self._pairs(target, candidates, costs) if 2 * np.min(costs) < most else None
        if pairs is None:
            return
        first, second, choices, found = pairs
        bits = target.roughly(found).bits
        total = bits + costs[first] + costs[second]
        for row in np.argsort(total, kind="stable")[:MOST_KEPT]:
            if bits[row] < target.unexplained and total[row] - bits[row] < most:
                one, other = (candidates.variants[k[row]] for k in (first, second))
                lines = lines_of(choices, int(row))
                yield self._option(target, _joined(one, other, lines), found[row])

    def _pairs(self, target: Target, candidates: Candidates, costs: Floats) -> Pairs:
        """The cheapest two candidates at once, where their prices are these."""
        key = (self._start(target), costs.tobytes())
        if key not in self._found_of_two:
            self._found_of_two[key] = self._paired(target, candidates, costs)
        return self._found_of_two[key]

    def _paired(self, target: Target, candidates: Candidates, costs: Floats) -> Pairs:
        kept = _telling(self._values(target, candidates), target.right)
        largest = max(step.value.size for step in target.steps)
        count = MOST_PAIRS // max(1, largest // LARGE)
        first, second = _cheapest_pairs(costs[kept], float(2 * np.max(costs)), count)
        first, second = kept[first], kept[second]
        again = overlapping(candidates.choices, first, second)  # which came first then matters
        first, second = (
            np.concatenate([first, second[again]]),
            np.concatenate([second, first[again]]),
        )
        choices = paired(candidates.choices, first, second, self.catalogue.both)
        found = VariedRuns(target.followed.values, choices).of_lines(target.steps)
        return Pairs(first, second, choices, found)


def _sorted(options: Iterable[Option], paid: Mapping[object, float]) -> list[Option]:
    return sorted(options, key=lambda option: option.cost(paid))


def _discounts(variants: Sequence[Variant], costs: Floats, paid: Mapping[object, float]) -> Floats:
    """What each saves where a cause is paid for already."""
    saved = np.zeros(len(costs))
    if paid:
        for row, variant in enumerate(variants):
            for cause in variant.causes:
                if cause.key in paid:
                    saved[row] += cause.bits - prices.AGAIN
    return saved


def _cheapest_pairs(costs: Floats, most: float, count: int) -> tuple[Numbers, Numbers]:
    """The two rows of each pair, the cheapest: below a price, and at most so many."""
    order = np.argsort(costs, kind="stable")
    rising = costs[order]
    low, high = 0.0, most
    for _ in range(TURNS):
        middle = (low + high) / 2
        if _partners(rising, middle).sum() <= count:
            low = middle
        else:
            high = middle
    partners = _partners(rising, most if _partners(rising, most).sum() <= count else low)
    first = np.repeat(np.arange(len(order)), partners)
    starts = np.repeat(np.cumsum(partners) - partners, partners)
    return order[first], order[np.arange(len(first)) - starts]


def _partners(rising: Floats, most: float) -> Numbers:
    """For each of these prices how many before it make with it no more than that."""
    counts = np.searchsorted(rising, most - rising, "right")
    return np.minimum(counts, np.arange(len(rising)))


def _telling(values: Floats, right: Floats) -> Numbers:
    """The rows that change something."""
    changes = np.any(np.abs(values - right) > EXACT * (1 + np.abs(right)), axis=1)
    return np.flatnonzero(changes & np.all(np.isfinite(values), axis=1))


def _joined(one: Variant, other: Variant, lines: Lines) -> Variant:
    return Variant(
        (*one.causes, *other.causes),
        lines,
        (*one.worked, *other.worked),
        one.place + other.place,
        (*one.misread, *other.misread),
        one.elsewhere or other.elsewhere,
    )
