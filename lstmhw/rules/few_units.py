"""A search for a network of few step units: found, or none is left when all were gone through.

What is chosen, one after the other, is the state that a letter leads to from a state of the units.
A choice is dropped where the demands on some unit contradict (`orders`), where states of the rule
that some continuation tells apart would share a state of the units, or where no output is right.
Units may be renamed, and on and off be called the other way round: so the first letter leads to the
state in which all are off, and of units that were alike so far the earlier are on.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import NamedTuple

from lstmhw.rules.apart import MOST_STATES, clash, differing, told_apart
from lstmhw.rules.letters import Decided, Judge, Near, Rule
from lstmhw.rules.orders import MOST_UNITS, orders
from lstmhw.threshold.feasibility import Row, Vector, Witness, is_met, solved

MOST_TRIED = 3_000  # choices for one number of units: a second or two

Move = tuple[int, int]
"""A state of the units (2^N: that before the first letter), and a letter."""
Asked = tuple[int, int]
"""A state of the units, and which of the rule's outputs is due there."""


class Behaviour(NamedTuple):
    """What each letter does in each state that is reached, and what is due there."""

    units: int
    moves: Mapping[Move, int]
    dues: Mapping[int, frozenset[Fraction]]


class Exhausted(NamedTuple):
    """No network of so many units computes the rule; so many choices were tried."""

    units: int
    tried: int


class BrokenOff(NamedTuple):
    """Of so many units it is not known: there is more to try than MOST_TRIED choices."""

    units: int
    tried: int


class Sought(NamedTuple):
    """What was found for fewer units than asked for, the fewest first, and what for the most."""

    before: tuple[Exhausted | BrokenOff, ...]
    last: Behaviour | Exhausted | BrokenOff


class _Partial(NamedTuple):
    """Some choices, the states of the rule that may be where they lead, and what is due there.

    `left` are the orders that each unit has left.
    """

    moves: dict[Move, int]
    states: dict[int, frozenset[int]]
    asked: frozenset[Asked]
    left: tuple[int, ...]


class _TooManyError(Exception):
    """The search is broken off."""


def sought(rule: Rule, judge: Judge, most: int) -> Sought | None:
    """A network of the fewest units, up to `most` and MOST_UNITS; None where no search is made.

    That is where so few have too few states, for rules of very many states, and for outputs judged
    by `==`, for which there are no linear demands.
    """
    if len(rule.states) > MOST_STATES or (isinstance(judge, Decided) and judge.relation == "=="):
        return None
    fewest = (len(differing(rule, judge)) - 1).bit_length()  # which have states enough
    before: list[Exhausted | BrokenOff] = []
    for units in range(max(1, fewest), min(most, MOST_UNITS) + 1):
        result = searched(rule, judge, units)
        if isinstance(result, Behaviour):
            return Sought(tuple(before), result)
        before.append(result)
    return Sought(tuple(before[:-1]), before[-1]) if before else None


def searched(rule: Rule, judge: Judge, units: int) -> Behaviour | Exhausted | BrokenOff:
    """What a network of so many units does that computes the rule; or that there is none."""
    search = _Search(rule, judge, units)
    try:
        found = search.network()
    except _TooManyError:
        return BrokenOff(units, search.tried)
    if found is None:
        return Exhausted(units, search.tried)
    return Behaviour(units, found.moves, search.dues(found))


def bits_of(state: int, units: int) -> tuple[int, ...]:
    """Which units are on, the first unit first."""
    return tuple(state >> unit & 1 for unit in range(units))


def output_rows(state: int, due: Fraction, judge: Judge, units: int) -> list[Row]:
    """Demands on (w_1, .., w_N, b, s): with s over 0, w/s and b/s read what is due in a state."""
    at = (*map(Fraction, bits_of(state, units)), Fraction(1))
    minus = tuple(-entry for entry in at)
    if isinstance(judge, Near):
        above = Row((*at, judge.tolerance - due), True)
        return [above, Row((*minus, judge.tolerance + due), True)]
    over = (due == 1) == (judge.relation in (">", "<"))
    if judge.relation in (">", "<="):
        return [Row((*at, -judge.threshold), over)]
    return [Row((*minus, judge.threshold), over)]


def positive_scale(units: int) -> Row:
    """That s is over 0."""
    return Row((*[Fraction()] * (units + 1), Fraction(1)), True)


class _Outputs:
    """Which outputs can be had, by what was found before: weights, and demands that contradict."""

    def __init__(self, dues: Sequence[Fraction], judge: Judge, units: int) -> None:
        self.scale = positive_scale(units)
        self.rows = {
            (state, place): output_rows(state, due, judge, units)
            for state in range(2**units)
            for place, due in enumerate(dues)
        }
        self.met: list[frozenset[Asked]] = []
        self.contradictory: list[frozenset[Asked]] = []

    def can_be(self, asked: frozenset[Asked]) -> bool:
        """Whether an output is right in all these states."""
        if any(asked <= some for some in self.met):
            return True
        if any(some <= asked for some in self.contradictory):
            return False
        pairs = [(one, row) for one in sorted(asked) for row in self.rows[one]]
        answer = solved([self.scale, *(row for _, row in pairs)])
        if isinstance(answer, Witness):
            self.met.append(frozenset(self.right(answer.weights)))
            return True
        self.contradictory.append(frozenset(pairs[k - 1][0] for k in answer.multipliers if k))
        return False

    def right(self, weights: Vector) -> Iterator[Asked]:
        """Everything that could be asked in which weights are right."""
        for one, rows in self.rows.items():
            if all(is_met(row, weights) for row in rows):
                yield one


class _Search:
    """The choices, depth first; next is always the move for which the fewest targets are left."""

    def __init__(self, rule: Rule, judge: Judge, units: int) -> None:
        self.rule, self.judge, self.units = rule, judge, units
        self.orders = orders(units)
        self.apart = told_apart(rule, judge).tolist()
        self.tried = 0
        every = (due for row in rule.outputs for due in row if due is not None)
        self.every_due = list(dict.fromkeys(every))
        self.places = {due: place for place, due in enumerate(self.every_due)}
        self.clashes = [[clash(judge, a, b) for b in self.every_due] for a in self.every_due]
        self.outputs = _Outputs(self.every_due, judge, units)

    def network(self) -> _Partial | None:
        """All that a network does; None where there is none."""
        before = 2**self.units
        every = (self.orders.every,) * self.units
        start = _Partial({}, {before: frozenset({0})}, frozenset(), every)
        first = self.chosen(start, (before, 0), 0)
        return first and self.completed(first)

    def dues(self, partial: _Partial) -> dict[int, frozenset[Fraction]]:
        """What is due in each state of the units."""
        there: dict[int, frozenset[Fraction]] = {}
        for state, place in partial.asked:
            there[state] = there.get(state, frozenset()) | {self.every_due[place]}
        return there

    def completed(self, partial: _Partial) -> _Partial | None:
        """The rest of the choices; None where none does."""
        move, targets = self.narrowest(partial)
        if move is None:
            return partial
        for target in targets:
            following = self.chosen(partial, move, target)
            found = following and self.completed(following)
            if found:
                return found
        return None

    def narrowest(self, partial: _Partial) -> tuple[Move | None, list[int]]:
        """The move for which the fewest targets are left, with these; none where all are chosen."""
        move: Move | None = None
        fewest: list[int] = []
        for candidate in product(partial.states, self.rule.letters):
            if candidate in partial.moves:
                continue
            targets = self.targets(partial, candidate)
            if move is None or len(targets) < len(fewest):
                move, fewest = candidate, targets
            if len(targets) <= 1:
                break
        return move, fewest

    def targets(self, partial: _Partial, move: Move) -> list[int]:
        """Where a move may lead; first to states that are there already."""
        state, letter = move
        ends = [self.end(known, letter) for known in partial.states[state]]
        there = set(partial.moves.values())
        alike = [
            all((code >> unit ^ code >> unit + 1) & 1 == 0 for code in there)
            for unit in range(self.units - 1)
        ]
        choices = [self.values(partial, move, unit) for unit in range(self.units)]
        found = []
        for bits in product(*choices):
            if any(same and a < b for same, (a, b) in zip(alike, pairwise(bits), strict=True)):
                continue
            target = sum(bit << unit for unit, bit in enumerate(bits))
            if all(self.fits(partial, target, *end) for end in ends):
                found.append(target)
        return sorted(found, key=lambda target: target not in there)

    def end(self, state: int, letter: int) -> tuple[int, int | None]:
        """The state of the rule after a letter, and which output is due."""
        due = self.rule.outputs[state][letter]
        return self.rule.following[state][letter], None if due is None else self.places[due]

    def values(self, partial: _Partial, move: Move, unit: int) -> list[int]:
        """On or off: what some order of the unit allows."""
        on = off = partial.left[unit]
        state, letter = move
        below = self.orders.below
        for (other, read), target in partial.moves.items():
            if read == letter and target >> unit & 1:
                off &= below[state][other]
            elif read == letter:
                on &= below[other][state]
        return [bit for bit, left in ((0, off), (1, on)) if left]

    def fits(self, partial: _Partial, target: int, state: int, due: int | None) -> bool:
        """Whether nothing that was there before is told apart."""
        if any(self.apart[state][other] for other in partial.states.get(target, ())):
            return False
        there = (other for place, other in partial.asked if place == target)
        return due is None or not any(self.clashes[due][other] for other in there)

    def chosen(self, partial: _Partial, move: Move, target: int) -> _Partial | None:
        """With one choice more; None where it cannot be."""
        if self.tried == MOST_TRIED:
            raise _TooManyError
        self.tried += 1
        left = tuple(self.left(partial, move, target, unit) for unit in range(self.units))
        if not all(left):
            return None
        moves = {**partial.moves, move: target}
        reached = self.reached(partial._replace(moves=moves, left=left), move)
        return reached if reached and self.outputs.can_be(reached.asked) else None

    def left(self, partial: _Partial, move: Move, target: int, unit: int) -> int:
        """The orders of a unit with which it is on, or off, after a move too."""
        state, letter = move
        is_on = target >> unit & 1
        left = partial.left[unit]
        for (other, read), there in partial.moves.items():
            if read == letter and there >> unit & 1 != is_on:
                left &= (
                    self.orders.below[other][state] if is_on else self.orders.below[state][other]
                )
        return left

    def reached(self, partial: _Partial, move: Move) -> _Partial | None:
        """What a new move means for states of the rule; None where they are told apart."""
        queue = [(move, known) for known in partial.states[move[0]]]
        for onward, known in queue:
            target = partial.moves[onward]
            end, due = self.end(known, onward[1])
            if not self.fits(partial, target, end, due):
                return None
            if due is not None:
                partial = partial._replace(asked=partial.asked | {(target, due)})
            there = partial.states.get(target, frozenset())
            if end not in there:
                partial = partial._replace(states={**partial.states, target: there | {end}})
                further = ((target, letter) for letter in self.rule.letters)
                queue += [(move, end) for move in further if move in partial.moves]
        return partial
