"""Rules on letters, networks that read them, and when an output is right: what a decision is about.

A rule is a deterministic automaton with outputs (Mealy 1955).  The network is any cell, its numbers
exact; the output is a number to be met, or is decided by a threshold.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from lstmhw.cells.cell import Cell
from lstmhw.rules.automaton import Ngram
from lstmhw.rules.network import Head

Relation = Literal[">", ">=", "<", "<=", "=="]


class Rule(NamedTuple):
    """A rule that starts in state 0.

    `following[state][letter]` is the next state, `outputs[state][letter]` what the output is to be
    after the letter, None where anything will do; `names` are those of the states, and
    `documents[state]` is a shortest sequence that leads there, the first in the alphabet's order.
    """

    following: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[Fraction | None, ...], ...]
    names: tuple[str, ...]
    documents: tuple[Ngram, ...]

    @property
    def letters(self) -> range:
        return range(len(self.following[0]))

    @property
    def states(self) -> range:
        return range(len(self.following))


class Near(NamedTuple):
    """An output is right where it is less than so far from what it is to be."""

    tolerance: Fraction

    def is_right(self, output: Fraction, due: Fraction | None) -> bool:
        return due is None or abs(output - due) < self.tolerance


class Decided(NamedTuple):
    """An output stands for 1 where the relation to the threshold holds, and else for 0."""

    relation: Relation
    threshold: Fraction

    def is_right(self, output: Fraction, due: Fraction | None) -> bool:
        return due is None or self.decision(output) == due

    def decision(self, output: Fraction) -> int:
        """1 or 0."""
        holds = {
            ">": output > self.threshold,
            ">=": output >= self.threshold,
            "<": output < self.threshold,
            "<=": output <= self.threshold,
            "==": output == self.threshold,
        }
        return int(holds[self.relation])

    @property
    def surely(self) -> Near | None:
        """How near to 0 and 1 an output stands for them; None where nearness does not do."""
        distance = min(abs(self.threshold), abs(1 - self.threshold))
        tells_apart = (self.decision(Fraction(0)), self.decision(Fraction(1))) == (0, 1)
        return Near(distance) if tells_apart and distance else None


Judge = Near | Decided


class Reader(NamedTuple):
    """A cell that reads letters, for L letters, n inputs and m units; every number a Fraction.

    `cell` has arrays of Fractions (`cells.weights.exactly`), `letters` (L, n) is what each letter
    is; `states` (m,) are those before the first letter, by their names (h, c).  The output is
    `head.weights . source + head.bias`.
    """

    cell: Cell
    letters: Any
    states: Mapping[str, Any]
    head: Head

    @property
    def units(self) -> int:
        return len(self.states["h"])


class Decision(NamedTuple):
    """Whether a network computes a rule.

    `words` is up to which length it is known of every sequence, None where of every length;
    `counterexample` a shortest sequence that goes wrong at its last letter, the first in the
    alphabet's order.  `boxes` are what the proof rests on, for who shows or checks it.
    """

    verdict: Literal["proved", "refuted", "unknown"]
    words: int | None
    counterexample: Ngram | None = None
    boxes: Any = None


STANDING = {"proved": "right", "refuted": "wrong", "unknown": "coarse"}
"""The verdict on weights that are given, by what is known of them: the last is no accusation."""
