"""Networks of step units with a few extra ones: the fewest with which sequences can be had.

What the extra units do is not given, so their trajectories are searched, step by step: a partial
trajectory with which some unit's demands contradict each other is dropped with all that begin
with it.  What is left when none is dropped is a network; where all are, there is none.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, product
from typing import NamedTuple

from lstmhw.feasibility import Row, Vector, Witness, dot, is_met, solved
from lstmhw.threshold.weights import pleasant

Bits = tuple[int, ...]


class Network(NamedTuple):
    """Weights of each unit on (x, states before, 1), the output unit first; and its runs.

    A run is all the states of a sequence, those before its first step first.
    """

    weights: tuple[Vector, ...]
    runs: tuple[tuple[Bits, ...], ...]


class Told(NamedTuple):
    """A sequence: its inputs and outputs, and the state of the output unit before them."""

    inputs: Sequence[Vector]
    outputs: Sequence[int]
    initial: int


class Unit(NamedTuple):
    """The demands on a unit so far, and weights that meet them."""

    rows: frozenset[Row]
    weights: Vector


class Search:
    """The search for a network with some extra units, which start at 0 in each sequence.

    Where step(0) = 1, `strict` is false and rows are about the negatives of the weights.
    `tried` counts partial trajectories.
    """

    def __init__(
        self,
        sequences: Sequence[Told],
        extra: int,
        strict: bool,
        report: Callable[[int], None] = lambda tried: None,
    ) -> None:
        self.sequences = sequences
        self.inputs = [x for told in sequences for x in told.inputs]
        self.outputs = [output for told in sequences for output in told.outputs]
        ends = accumulate((len(told.inputs) for told in sequences), initial=0)
        self.units = extra + 1
        rest = (0,) * extra
        self.starts = {t: (told.initial, *rest) for t, told in zip(ends, sequences, strict=False)}
        self.strict = strict
        self.report = report
        self.tried = 0
        self._known: dict[frozenset[Row], Vector | None] = {}

    def network(self) -> Network | None:
        """The first network found; None where there is none."""
        size = len(self.inputs[0]) + self.units + 1
        nothing = Unit(frozenset(), (Fraction(),) * size)
        return self._extended((self.starts[0],), (nothing,) * self.units)

    def _extended(self, states: tuple[Bits, ...], units: tuple[Unit, ...]) -> Network | None:
        """A network whose trajectory begins with these states."""
        t = len(states) - 1
        if t == len(self.inputs):
            sign = 1 if self.strict else -1
            chosen = [pleasant(list(unit.rows), unit.weights) for unit in units]
            weights = tuple(tuple(sign * w for w in weights) for weights in chosen)
            runs = tuple(run_of(weights, told, self.strict) for told in self.sequences)
            assert [state for run in runs for state in run[1:]] == list(states[1:])
            return Network(weights, runs)
        before = self.starts.get(t, states[-1])
        vector = (*self.inputs[t], *map(Fraction, before), Fraction(1))
        for bits in self._choices(states):
            following = self._met(units, vector, (self.outputs[t], *bits))
            if following is not None:
                found = self._extended((*states, (self.outputs[t], *bits)), following)
                if found is not None:
                    return found
        return None

    def _choices(self, states: tuple[Bits, ...]) -> Iterator[Bits]:
        """What the extra units may do next; of units alike so far, the earlier fire first."""
        histories = list(zip(*states, strict=True))[1:]
        alike = [a == b for a, b in pairwise(histories)]
        for bits in product((0, 1), repeat=len(histories)):
            if not any(same and bits[k] < bits[k + 1] for k, same in enumerate(alike)):
                yield bits

    def _met(self, units: tuple[Unit, ...], vector: Vector, bits: Bits) -> tuple[Unit, ...] | None:
        """The units with one more demand each; None where one of them cannot meet it."""
        self.tried += 1
        self.report(self.tried)
        following = []
        for unit, bit in zip(units, bits, strict=True):
            row = Row(vector, bool(bit) == self.strict)
            weights = self._weights(unit, row)
            if weights is None:
                return None
            following.append(Unit(unit.rows | {row}, weights))
        return tuple(following)

    def _weights(self, unit: Unit, row: Row) -> Vector | None:
        """Weights that meet the demands on a unit and one more; None where there are none."""
        if is_met(row, unit.weights):
            return unit.weights
        if row._replace(positive=not row.positive) in unit.rows:
            return None
        rows = unit.rows | {row}
        if rows not in self._known:
            answer = solved(list(rows))
            self._known[rows] = answer.weights if isinstance(answer, Witness) else None
        return self._known[rows]


def run_of(weights: Sequence[Vector], told: Told, strict: bool) -> tuple[Bits, ...]:
    """What a network does on a sequence, step by step; first the states before it."""
    states = [(told.initial, *(0 for _ in weights[1:]))]
    for x in told.inputs:
        states.append(stepped(weights, x, states[-1], strict))
    return tuple(states)


def stepped(weights: Sequence[Vector], x: Vector, states: Bits, strict: bool) -> Bits:
    """The states that the units of a network go to."""
    vector = (*x, *map(Fraction, states), Fraction(1))
    sums = (dot(unit, vector) for unit in weights)
    return tuple(int(z > 0 or (z == 0 and not strict)) for z in sums)
