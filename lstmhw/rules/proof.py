"""Whether a network computes a rule: a proof, a shortest counterexample, or what was tried."""

from fractions import Fraction
from math import inf, lcm
from typing import Literal, NamedTuple

import numpy as np

from lstmhw.rules.automaton import Automaton, Ngram
from lstmhw.rules.documents import Searched, searched
from lstmhw.rules.interval import Interval
from lstmhw.rules.lengths import searched_by_length
from lstmhw.rules.linear import computes_exactly, is_linear
from lstmhw.rules.network import Head, WordLstm
from lstmhw.rules.reachable import Bound, Closure, Explorer, bound, counters

COARSE, FINE = 0.1, (1e-4, 1e-8)  # how far apart states in one box may be to begin with
FAR_ENOUGH = 10**5  # words; a proof for longer documents is not sought in finer boxes
SHORT = 7  # words; all documents up to here are tried before finer boxes are
SEARCHED = 100  # words; up to here a counterexample is looked for
FEW, MANY = 3_000, 20_000  # documents
NOTHING = Searched(0, None)


class Transition(NamedTuple):
    """What a word does in a state: the next state, and what it adds to the output."""

    state: int
    adds: float


class State(NamedTuple):
    """A box about states of the network; `document` is a shortest one that leads there."""

    document: Ngram
    transitions: tuple[Transition, ...]


class Proof(NamedTuple):
    """What is proved of |output - score| < tolerance.

    `words` is up to which length it holds of every document, None where of every length; `exact`
    that output and score are equal.  `error` is what one word may add to the error at most and
    `drift` what the forget gates lose per word and word before it; None where nothing bounds them.
    `start` is the error that is there whatever was added: of what is read but does not count.
    `curved` says that counters are read through tanh.
    """

    verdict: Literal["proved", "refuted", "unknown"]
    words: int | None
    error: Fraction | None = None
    drift: Fraction | None = None
    states: tuple[State, ...] = ()
    counting: tuple[int, ...] = ()
    counterexample: Ngram | None = None
    curved: bool = False
    exact: bool = False
    start: Fraction = Fraction()


def proof(network: WordLstm, rule: Automaton, tolerance: Fraction) -> Proof:
    """What can be proved of an exact network; the rule has the delay of the output."""
    if is_linear(network) and computes_exactly(network, rule):
        return Proof("proved", None, Fraction(), Fraction(), exact=True)
    scale = lcm(*(added.denominator for row in rule.added for added in row))
    whole = rule._replace(added=tuple(tuple(a * scale for a in row) for row in rule.added))
    source, weights, bias = network.head
    scaled = network._replace(head=Head(source, weights * scale, bias * scale))
    with np.errstate(all="ignore"):  # what overflows is infinite or NaN, of which nothing holds
        return _Question(scaled, whole, tolerance * scale, scale).answer()


class _Closed(NamedTuple):
    """Closed boxes, what they prove, and for documents of how many words (None: of all)."""

    closure: Closure
    bound: Bound
    words: int | None

    @property
    def reach(self) -> float:
        return inf if self.words is None else self.words


class _Question:
    """The question for a rule that adds whole numbers: `scale` times the rule that is meant."""

    def __init__(self, network: WordLstm, rule: Automaton, tolerance: Fraction, scale: int) -> None:
        self.network = network.intervals()
        self.counting = counters(self.network, network.floats())
        self.rule = rule
        self.tolerance = tolerance
        self.limit = Interval.enclosing(tolerance)
        self.scale = scale

    def answer(self) -> Proof:
        """Quick methods before thorough ones."""
        closed = self.closed(COARSE)
        if closed is not None and closed.reach >= FAR_ENOUGH:
            return self.proof("proved", closed)
        found = searched(self.network, self.rule, self.limit, SHORT, FEW)
        if found.counterexample is not None:
            return self.proof("refuted", closed, found)
        finer = [self.closed(radius) for radius in FINE]
        closed = max(filter(None, [closed, *finer]), key=lambda c: c.reach, default=None)
        if closed is not None and closed.reach >= SEARCHED:
            return self.proof("proved", closed, found)
        found = self.searched(closed)
        if found.counterexample is not None:
            return self.proof("refuted", closed, found)
        bounded = closed is not None and max(closed.reach, found.words) > 0
        return self.proof("proved" if bounded else "unknown", closed, found)

    def closed(self, radius: float) -> _Closed | None:
        closure = Explorer(self.network, self.rule, self.counting).close(radius)
        proved = bound(closure, self.network) if closure is not None else None
        if closure is None or proved is None:
            return None
        return _Closed(closure, proved, proved.longest(self.tolerance))

    def searched(self, closed: _Closed | None) -> Searched:
        """By closed boxes where there are any, which takes less; else document by document."""
        if closed is not None:
            by_length = searched_by_length(
                closed.closure, closed.bound, self.network, self.rule, self.limit, SEARCHED
            )
            if by_length.counterexample is not None or by_length.words >= SEARCHED:
                return by_length
        return searched(self.network, self.rule, self.limit, SEARCHED, MANY)

    def proof(
        self,
        verdict: Literal["proved", "refuted", "unknown"],
        closed: _Closed | None,
        found: Searched = NOTHING,
    ) -> Proof:
        words: int | None = found.words
        if verdict != "refuted" and closed is not None:
            words = None if closed.words is None else max(closed.words, found.words)
        if closed is None:
            return Proof(verdict, words, counterexample=found.counterexample)
        return Proof(
            verdict,
            words,
            closed.bound.word / self.scale,
            closed.bound.drift / self.scale,
            _states(closed.closure, self.rule, self.scale),
            tuple(self.counting.tolist()),
            found.counterexample,
            bool(closed.bound.curved),
            start=closed.bound.start / self.scale,
        )


def _states(closure: Closure, rule: Automaton, scale: int) -> tuple[State, ...]:
    """The automaton that the network turns out to be."""
    documents: dict[int, Ngram] = {0: ()}
    for box in (queue := [0]):
        for word, target in enumerate(closure.following[box].tolist()):
            if target not in documents:
                documents[target] = (*documents[box], word)
                queue.append(target)
    numbers = {box: number for number, box in enumerate(queue)}
    change = closure.change.middle
    return tuple(
        State(
            documents[box],
            tuple(
                Transition(
                    numbers[int(closure.following[box, word])],
                    (float(change[box, word]) + float(rule.added[closure.states[box]][word]))
                    / scale,
                )
                for word in rule.words
            ),
        )
        for box in queue
    )
