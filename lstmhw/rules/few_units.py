"""A search for a network of few step units: found, or none is left when all were gone through.

What is chosen, one after the other, is the state that a letter leads to from a state of the units.
A choice is dropped where the demands on some unit contradict (`orders`), where states of the rule
that some continuation tells apart would share a state of the units, or where no output is right.
Units may be renamed, and on and off be called the other way round: so the first letter leads to the
state in which all are off, and of units that were alike so far the earlier are on.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from lstmhw.feasibility import Row, Vector, Witness, is_met, solved
from lstmhw.rules.apart import MOST_STATES, clash, differing, told_apart
from lstmhw.rules.letters import Decided, Judge, Near, Rule
from lstmhw.rules.orders import MOST_UNITS, orders

MOST_TRIED = 4_000  # choices for one number of units: a second or two

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
        distinct = self.distinct(partial)
        fitting: dict[tuple[frozenset[int], int], list[int]] = {}
        for candidate in product(partial.states, self.rule.letters):
            if candidate in partial.moves:
                continue
            meant = partial.states[candidate[0]], candidate[1]
            if meant not in fitting:
                fitting[meant] = self.fitting(partial, distinct, *meant)
            on, off = self.forced(partial, candidate)
            targets = [code for code in fitting[meant] if code & on == on and not code & off]
            if move is None or len(targets) < len(fewest):
                move, fewest = candidate, targets
            if len(targets) <= 1:
                break
        return move, fewest

    def distinct(self, partial: _Partial) -> list[int]:
        """The states of the units, but for names of units alike so far; first those there."""
        there = set(partial.moves.values())
        alike = [
            all((code >> unit ^ code >> unit + 1) & 1 == 0 for code in there)
            for unit in range(self.units - 1)
        ]
        kept = [
            code
            for code in range(2**self.units)
            if not any(same and code >> unit & 3 == 2 for unit, same in enumerate(alike))
        ]
        return sorted(kept, key=lambda code: code not in there)

    def fitting(
        self, partial: _Partial, codes: Sequence[int], states: frozenset[int], letter: int
    ) -> list[int]:
        """Where a letter may lead from these states of the rule."""
        ends = [self.end(state, letter) for state in states]
        return [code for code in codes if all(self.fits(partial, code, *end) for end in ends)]

    def end(self, state: int, letter: int) -> tuple[int, int | None]:
        """The state of the rule after a letter, and which output is due."""
        due = self.rule.outputs[state][letter]
        return self.rule.following[state][letter], None if due is None else self.places[due]

    def forced(self, partial: _Partial, move: Move) -> tuple[int, int]:
        """The units that no order allows to be off after a move, and those that none allows on."""
        state, letter = move
        below = self.orders.below
        same = [(other, code) for (other, read), code in partial.moves.items() if read == letter]
        forced_on = forced_off = 0
        for unit, left in enumerate(partial.left):
            on = off = left
            for other, code in same:
                if code >> unit & 1:
                    off &= below[state][other]
                else:
                    on &= below[other][state]
            forced_on |= (not off) << unit
            forced_off |= (not on) << unit
        return forced_on, forced_off

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
