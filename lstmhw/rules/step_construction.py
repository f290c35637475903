"""A step RNN for any rule of finitely many states, made by hand: a unit for each way to a state.

At most one unit is on, and it says which state was reached; none says the first.  Minsky 1956.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import NamedTuple

from lstmhw.feasibility import Row, Witness, solved
from lstmhw.rules.apart import MOST_STATES, differing
from lstmhw.rules.automaton import Ngram
from lstmhw.rules.letters import Judge, Near, Rule
from lstmhw.rules.outputs import minimal
from lstmhw.rules.step_units import StepNetwork

HALF = Fraction(1, 2)


class Unit(NamedTuple):
    """On exactly after one of these letters in one of these states, which lead to `target`."""

    sources: frozenset[int]
    letters: tuple[int, ...]
    target: int
    due: Fraction


class StepConstruction(NamedTuple):
    """The minimal rule, what each unit is for, and the network; unit weights are -1, 0 and 1."""

    rule: Rule
    units: tuple[Unit, ...]
    network: StepNetwork


class TooFewStates(NamedTuple):
    """Sequences after which the units must differ, more of them than so many units have states."""

    documents: tuple[Ngram, ...]
    units: int


def constructed(rule: Rule) -> StepConstruction:
    """A network for a rule; an output that may be anything is 0."""
    small = minimal(settled(rule))
    ways = list(_ways(small))
    home = Counter(way.due for way in ways if way.target == 0)
    bias = max(home, key=lambda due: home[due], default=Fraction())
    units = [way for way in ways if way.target or way.due != bias]
    units = units or ways[:1]  # a network has a unit
    return StepConstruction(small, tuple(units), _network(small, units, bias))


def settled(rule: Rule) -> Rule:
    """The rule with 0 where anything will do."""
    outputs = tuple(tuple(due or Fraction() for due in row) for row in rule.outputs)
    return rule._replace(outputs=outputs)


def _ways(rule: Rule) -> Iterator[Unit]:
    """The pairs of a state and a letter, in groups: letters that do the same in the same states."""
    groups: dict[tuple[int, Fraction, int], set[int]] = {}
    for letter, state in product(rule.letters, rule.states):
        due = rule.outputs[state][letter]
        assert due is not None
        groups.setdefault((rule.following[state][letter], due, letter), set()).add(state)
    together: dict[tuple[int, Fraction, frozenset[int]], list[int]] = {}
    for (target, due, letter), states in groups.items():
        together.setdefault((target, due, frozenset(states)), []).append(letter)
    for (target, due, sources), letters in together.items():
        yield Unit(sources, tuple(letters), target, due)


def _network(rule: Rule, units: Sequence[Unit], bias: Fraction) -> StepNetwork:
    """Over 0 exactly for the unit's letters and states.

    From the first state: a letter gets 1, units that lead outside -1, the bias is -1/2.  From
    others only: a letter gets 1, units that lead inside 1, the bias is -3/2.
    """
    rows = []
    for unit in units:
        stays = 0 in unit.sources
        rows.append(tuple(Fraction(_read(unit, other, stays)) for other in units))
    letters = tuple(
        tuple(
            Fraction(letter in unit.letters) - (HALF if 0 in unit.sources else 3 * HALF)
            for unit in units
        )
        for letter in rule.letters
    )
    weights = tuple(unit.due - bias for unit in units)
    return StepNetwork(letters, tuple(rows), (Fraction(),) * len(units), weights, bias)


def _read(unit: Unit, other: Unit, stays: bool) -> int:
    """What a unit reads of another one."""
    if stays:
        return -int(other.target not in unit.sources)
    return int(other.target in unit.sources)


def told_apart(rule: Rule, judge: Judge) -> tuple[Ngram, ...] | None:
    """Sequences of which no two may leave the units in the same state; None where not decided.

    One for each output and minimal state that a letter leads to: either the outputs there differ,
    or some continuation tells the states apart.
    """
    if any(due is None for row in rule.outputs for due in row):
        return None
    dues = sorted({due for row in rule.outputs for due in row if due is not None})
    room = 2 * judge.tolerance if isinstance(judge, Near) else Fraction(0)
    if any(b - a < room for a, b in pairwise(dues)):
        return None
    small = minimal(rule)
    ends: dict[tuple[int, Fraction | None], Ngram] = {}
    for state, letter in product(small.states, small.letters):
        end = small.following[state][letter], small.outputs[state][letter]
        ends.setdefault(end, (*small.documents[state], letter))
    return tuple(ends.values())


def too_few(rule: Rule, judge: Judge, units: int) -> TooFewStates | None:
    """Why so many step units are too few, by counting their states."""
    documents = told_apart(rule, judge)
    if documents is None and len(rule.states) <= MOST_STATES:
        documents = differing(rule, judge)
    if documents is None or len(documents) <= 2**units:
        return None
    return TooFewStates(documents, units)


class Contradiction(NamedTuple):
    """Demands on one step unit that contradict where it is on after `on` and off after others.

    Each is a letter, the unit before it (None: nothing was read), whether it is to be on, and
    how often it is added.
    """

    on: Ngram
    demands: tuple[tuple[int, bool | None, bool, Fraction], ...]


def one_unit(rule: Rule, judge: Judge) -> StepNetwork | tuple[Contradiction, ...] | None:
    """A network of one step unit, or why there is none; None where not decided.

    The unit's value is then all that is remembered: it is on after one end and off after the
    other, either way round, and what is before the first letter is a number k = w2 h_0.
    """
    documents = told_apart(rule, judge)
    if documents is None or len(documents) > 2:
        return None
    small = minimal(rule)
    ends = list(dict.fromkeys((s, due) for s, due in _ends(small)))
    reasons: list[Contradiction] = []
    for on, end in enumerate(ends):
        bits = {other: other == end for other in ends}
        rows, asked = zip(*_demands(small, bits), strict=True)
        answer = solved(rows)
        if isinstance(answer, Witness):
            made = _single(small, bits, answer.weights)
            if made is not None:
                return made
            continue
        demands = ((*asked[k], many) for k, many in answer.multipliers.items())
        reasons.append(Contradiction(documents[on], tuple(demands)))
    return tuple(reasons) if len(reasons) == len(ends) else None


def _ends(rule: Rule) -> Iterator[tuple[int, Fraction | None]]:
    for state, letter in product(rule.states, rule.letters):
        yield rule.following[state][letter], rule.outputs[state][letter]


def _demands(
    rule: Rule, bits: dict[tuple[int, Fraction | None], bool]
) -> Iterator[tuple[Row, tuple[int, bool | None, bool]]]:
    """w_a + w2 s + b over 0 or not, for each end s; w_a + k + b before the first letter."""
    for letter in rule.letters:
        word = tuple(Fraction(letter == other) for other in rule.letters)
        for (state, _), bit in [*bits.items(), ((0, None), None)]:
            end = rule.following[state][letter], rule.outputs[state][letter]
            before = (Fraction(), Fraction(1)) if bit is None else (Fraction(bit), Fraction())
            yield Row((*word, *before, Fraction(1)), bits[end]), (letter, bit, bits[end])


def _single(
    rule: Rule, bits: dict[tuple[int, Fraction | None], bool], weights: Sequence[Fraction]
) -> StepNetwork | None:
    """The network of a witness; None where w2 = 0 cannot carry k."""
    *words, recurrent, k, bias = weights
    if not recurrent and k:
        return None
    initial = k / recurrent if recurrent else Fraction()
    dues = {bit: due or Fraction() for (_, due), bit in bits.items()}
    off = dues.get(False, Fraction())
    letters = tuple((word + bias,) for word in words)
    return StepNetwork(letters, ((recurrent,),), (initial,), (dues.get(True, off) - off,), off)
