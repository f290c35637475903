"""What may have been done otherwise in the lines that lead to a claim, with what it costs."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from math import log2
from typing import NamedTuple

import numpy as np

from lstmhw.expr import Expr, Negative, Quantity
from lstmhw.functions import Floats
from lstmhw.marking import prices
from lstmhw.marking.misreading import Misreading, readings
from lstmhw.marking.program import Program
from lstmhw.marking.variants import Choices, Numbers, Reread, choices_of
from lstmhw.mistakes import COMMON, edits, usual
from lstmhw.mistakes.rewriting import Edit
from lstmhw.solution import Step, indexed

MOST_VARIANTS = 20_000
MOST_COMPUTED = 600_000  # lines of variants
LARGE = 100  # numbers, above which a line counts as several
MOST_ELSEWHERE = 100  # symbols whose values may have been written down
NOT_READ = ("one-hot", "mask", "size")  # what does not stand on the sheet as numbers to be read
FEW = 6  # lines, of which any two may be worked alike


class Cause(NamedTuple):
    """One thing done otherwise, however often; `key` tells it from others, `bits` is its price."""

    name: str
    key: Hashable
    bits: float


class Variant(NamedTuple):
    """Lines as they were worked: why, how in words, and the price of where.

    `elsewhere` is the symbol whose value was written down.
    """

    causes: tuple[Cause, ...]
    lines: Mapping[str, Expr]
    worked: tuple[str, ...]
    place: float = 0.0
    misread: tuple[Misreading, ...] = ()
    elsewhere: str = ""

    @property
    def done(self) -> tuple[str, ...]:
        """What was done, in words."""
        return (*(reading.described for reading in self.misread), *self.worked)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cause.name for cause in self.causes))

    @property
    def price(self) -> float:
        return self.place + sum(cause.bits for cause in self.causes)


class Candidates(NamedTuple):
    """The variants of some lines, the choices that make them, their prices."""

    variants: Sequence[Variant]
    choices: Choices
    prices: Floats


class Catalogue:
    """The mistakes that can be made in a working; what was found once is kept."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._edits: dict[str, tuple[Edit, ...]] = {}
        self._again: dict[tuple[str, int], tuple[Edit, ...]] = {}
        self._both: dict[tuple[str, tuple[int, ...]], tuple[Sequence[Expr], Numbers]] = {}
        self._readings: dict[str, Sequence[tuple[Misreading, Quantity]]] = {}
        self._candidates: dict[tuple[str, ...], Candidates] = {}

    def candidates(self, steps: Sequence[Step]) -> Candidates:
        """All that may have been done once on the way to the last of these lines."""
        key = tuple(step.symbol for step in steps)
        if key not in self._candidates:
            ways = (self.mistakes(steps), self._misread(steps), self._elsewhere(steps[-1]))
            work = sum(max(1, step.value.size // LARGE) for step in steps)
            most = min(MOST_VARIANTS, MOST_COMPUTED // work)
            self._candidates[key] = _candidates(chain.from_iterable(ways), most)
        return self._candidates[key]

    def not_misread(self, steps: Sequence[Step]) -> list[Variant]:
        """The same but for numbers of the sheet that are misread, the cheapest first."""
        found = [*self.mistakes(steps), *self._elsewhere(steps[-1])]
        return sorted(found, key=lambda variant: variant.price)

    def both(self, symbol: str, exprs: Sequence[Expr]) -> tuple[Sequence[Expr], Numbers]:
        """What two common mistakes make of a line, the one after the other; see `Both`."""
        key = (symbol, tuple(map(id, exprs)))
        if key not in self._both:
            self._both[key] = self._composed(symbol, exprs)
        return self._both[key]

    def _composed(self, symbol: str, exprs: Sequence[Expr]) -> tuple[Sequence[Expr], Numbers]:
        table = np.full((len(exprs) + 1, len(exprs) + 1), -1, dtype=np.intp)
        found = list(exprs)
        if symbol not in self.program.steps:
            return found, table
        step = self.program.steps[symbol]
        common = [edit for edit in self.edits_of(step) if edit.rank < len(COMMON)]
        place = {id(expr): k for k, expr in enumerate(exprs, 1)}
        numbers = {(e.rank, e.site): place[id(e.expr)] for e in common if id(e.expr) in place}
        for first in common:
            one = numbers.get((first.rank, first.site))
            for second in self._edited_again(step, first) if one else ():
                other = numbers.get((second.rank, second.site))
                if other and second.mistake != first.mistake:
                    found.append(second.expr)
                    table[one, other] = len(found)
        return found, table

    def edits_of(self, step: Step) -> tuple[Edit, ...]:
        """Every line that a mistake makes of one."""
        if step.symbol not in self._edits:
            self._edits[step.symbol] = self._edited(step)
        return self._edits[step.symbol]

    def _edited_again(self, step: Step, edit: Edit) -> tuple[Edit, ...]:
        """What a second mistake makes of a line that has one."""
        key = (step.symbol, id(edit))
        if key not in self._again:
            self._again[key] = self._edited(step._replace(expr=edit.expr))
        return self._again[key]

    def _edited(self, step: Step) -> tuple[Edit, ...]:
        """Every line that a mistake makes of this one, and that does not rest on itself."""
        found = edits(step, self.program.scope)
        return tuple(e for e in found if not self.program.is_circular(step.symbol, e.expr))

    def mistakes(self, steps: Sequence[Step]) -> Iterator[Variant]:
        """Each mistake that has a name, in one or more of the lines."""
        places: dict[tuple[int, str], list[tuple[str, Edit]]] = {}
        for step in steps:
            for edit in self.edits_of(step):
                places.setdefault((edit.rank, edit.site), []).append((step.symbol, edit))
        ways: dict[int, int] = {}
        for rank, _ in places:
            ways[rank] = ways.get(rank, 0) + 1
        for key, there in places.items():
            rank = key[0]
            bits = prices.NAMES[usual(rank)] + log2(ways[rank])
            cause = Cause(there[0][1].mistake, key, bits)
            yield from _placed(cause, there)

    def _misread(self, steps: Sequence[Step]) -> Iterator[Variant]:
        data = self._data(steps)
        where = log2(max(1, sum(np.size(leaf.value) for leaf in data)))
        for leaf in data:
            using = [step for step in steps if leaf.symbol in self.program.leaves[step.symbol]]
            for reading, line in self._readings_of(leaf):
                yield from _as_read(reading, line, where, using)

    def _readings_of(self, leaf: Quantity) -> Sequence[tuple[Misreading, Quantity]]:
        """Every misreading of a datum, and the datum as it is then."""
        if leaf.symbol not in self._readings:
            found = [(reading, reading.as_line()) for reading in readings(leaf)]
            self._readings[leaf.symbol] = found
        return self._readings[leaf.symbol]

    def _elsewhere(self, step: Step) -> Iterator[Variant]:
        """What belongs to another step or symbol written down for this one, or its negative."""
        lost = Cause("sign-error", ("sign", step.symbol), prices.SIGN_LOST)
        done = ("the sign of the whole was turned",)
        yield Variant((lost,), {step.symbol: Negative(step.expr)}, done)
        name, time = indexed(step.symbol)
        alike = [
            quantity
            for symbol, quantity in self.program.scope.named.items()
            if symbol != step.symbol and np.shape(quantity.value) == np.shape(step.value)
        ]
        others = [q for q in alike if q.symbol in self.program.steps or q.role.what == "state"]
        steps = [q for q in others if time is not None and indexed(q.symbol)[0] == name]
        symbols = [q for q in others if indexed(q.symbol)[0] != name][:MOST_ELSEWHERE]
        for other in steps[:MOST_ELSEWHERE]:
            key = ("another-step", frozenset((other.symbol, step.symbol)))
            yield _written_for(step, other, Cause("another-step", key, _bits_of(steps)))
        for other in symbols:
            of_symbol = ("another-symbol", other.symbol)
            yield _written_for(step, other, Cause("another-symbol", of_symbol, _bits_of(symbols)))

    def _data(self, steps: Sequence[Step]) -> list[Quantity]:
        leaves = frozenset().union(*(self.program.leaves[step.symbol] for step in steps))
        named = self.program.scope.named
        known = [named[symbol] for symbol in sorted(leaves) if symbol not in self.program.steps]
        return [leaf for leaf in known if leaf.given and leaf.role.what not in NOT_READ]


def _bits_of(others: Sequence[Quantity]) -> float:
    return prices.ELSEWHERE + log2(len(others))


def _written_for(step: Step, other: Quantity, cause: Cause) -> Variant:
    value = Quantity(f"{other.symbol} itself", other.value, given=True)
    done = f"this is {other.symbol}, not {step.symbol}"
    if step.role.of and other.role.what == "gradient" and other.role.through == step.role.of:
        done = f"this is {other.symbol}, the gradient to what goes into {step.role.of}"
    return Variant((cause,), {step.symbol: value}, (done,), 0.0, (), other.symbol)


def _placed(cause: Cause, there: Sequence[tuple[str, Edit]]) -> Iterator[Variant]:
    """An edit of one line, of all lines that have it, of those of one name or of one step."""
    if len(there) == 1:
        yield _variant(cause, there, 0.0)
        return
    yield _variant(cause, there, prices.EVERYWHERE)
    for part in (0, 1):
        groups: dict[object, list[tuple[str, Edit]]] = {}
        for symbol, edit in there:
            groups.setdefault(indexed(symbol)[part], []).append((symbol, edit))
        for group in groups.values():
            if 1 < len(group) < len(there):
                yield _variant(cause, group, prices.IN_ALL_STEPS + log2(len(groups)))
    for place in there:
        yield _variant(cause, [place], prices.IN_ONE_LINE + log2(len(there)))
    pairs = list(combinations(there, 2)) if 2 < len(there) <= FEW else []
    for pair in pairs:
        yield _variant(cause, pair, prices.IN_ONE_LINE + prices.AGAIN + log2(len(pairs)))


def _variant(cause: Cause, there: Sequence[tuple[str, Edit]], place: float) -> Variant:
    done = tuple(dict.fromkeys(edit.done for _, edit in there))
    return Variant((cause,), {symbol: edit.expr for symbol, edit in there}, done, place)


def _as_read(
    reading: Misreading, line: Quantity, where: float, using: Sequence[Step]
) -> Iterator[Variant]:
    """A datum read otherwise: wherever it is used, or, of a vector, in one line alone."""
    key = (reading.symbol, reading.at, reading.read)
    name = "sign-error" if reading.is_sign else "miscopied-given"
    causes = (Cause(name, key, prices.MISREAD + reading.bits + where),)
    yield Variant(causes, {reading.symbol: line}, (), 0.0, (reading,))
    in_one = len(using) > 1 and reading.leaf.role.what in ("input", "state")
    for step in using if in_one else ():
        place = prices.IN_ONE_LINE + log2(len(using))
        yield Variant(causes, {step.symbol: Reread(step.expr, line)}, (), place, (reading,))


def all_read(variants: Sequence[Variant]) -> Variant | None:
    """Several misreadings of entries of one datum as one variant, if they are."""
    readings = [reading for variant in variants for reading in variant.misread]
    symbols = {reading.symbol for reading in readings}
    if len(symbols) > 1 or len({reading.at for reading in readings}) < len(readings):
        return None
    (symbol,) = symbols
    leaf = readings[0].leaf
    value = np.array(readings[0].value)
    for reading in readings:
        value[reading.at] = reading.read
    line = Quantity(symbol, value, given=True, role=leaf.role)
    first, *others = variants
    name = "sign-error" if all(reading.is_sign for reading in readings) else "miscopied-given"
    causes = [
        first.causes[0]._replace(name=name),
        *(Cause(name, v.causes[0].key, prices.AGAIN + v.misread[0].bits) for v in others),
    ]
    return Variant(tuple(causes), {symbol: line}, (), 0.0, tuple(readings))


def _candidates(variants: Iterable[Variant], most: int) -> Candidates:
    """The cheapest of the variants."""
    found = [*variants]
    costs = np.array([variant.price for variant in found])
    cheapest = np.argsort(costs, kind="stable")[:most]
    found = [found[row] for row in cheapest.tolist()]
    return Candidates(found, choices_of([variant.lines for variant in found]), costs[cheapest])
