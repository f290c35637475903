"""What sequences leave open: pairs of input and state that never occur, other sequences."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, islice, product
from typing import NamedTuple

from lstmhw.feasibility import Row, Vector, Witness, dot, solved
from lstmhw.solution import Paragraph, Section
from lstmhw.threshold.hidden import Network, Search, Told, run_of
from lstmhw.threshold.question import MOST_PAIRS, Question, vector_text

MOST_LISTED = 8  # pairs that are listed one by one
MOST_LENGTH = 8  # of a sequence on which another network may differ
MOST_TRIED = 2000  # partial trajectories, in the search for it on all of these
MOST_ON_ONE = 500  # the same on one sequence
MOST_LONGER = 8  # sequences that go on from those that are given


class Pair(NamedTuple):
    """An input that occurs, and a state that it never occurs with."""

    x: Vector
    state: int


def unasked(question: Question) -> list[Pair]:
    """The pairs of input and state before that never occur; none are looked for in long ones."""
    if len(question) > MOST_PAIRS:
        return []
    found: dict[Vector, set[int]] = {}
    for t in range(len(question)):
        found.setdefault(question.exact(t), set()).add(int(question.before[t]))
    return [Pair(x, state) for x, seen in found.items() for state in (0, 1) if state not in seen]


def unasked_section(question: Question, weights: Vector) -> Section:
    """The pairs in words, and what weights that do the sequences do there."""
    pairs = unasked(question)
    if not pairs and len(question) <= MOST_PAIRS:
        text = (
            "Each input occurs with both states before it, so all weights that do this do the same "
            "on every sequence of these inputs."
        )
        return Section("What was not asked", (Paragraph((text,)),))
    lines = [_line(question, pair, weights) for pair in pairs[:MOST_LISTED]]
    more = len(pairs) - len(lines)
    if more > 0:
        lines.append(f"{more} more such pairs never occur either.")
    return Section("What was not asked", tuple(Paragraph((line,)) for line in lines))


def _line(question: Question, pair: Pair, weights: Vector) -> str:
    vector = (*pair.x, Fraction(pair.state), Fraction(1))
    z = dot(weights, vector)
    given = int(z > 0 or (z == 0 and not question.strict))
    said = f"x = {vector_text(pair.x)} with s = {pair.state} never occurs: what the unit then does"
    if _other_weights(question, vector, given) is None:
        return f"{said} was not asked; yet all weights that do it give {given} there."
    return f"{said} was not asked. These weights give {given}, others {1 - given}."


def _other_weights(question: Question, vector: Vector, given: int) -> Vector | None:
    """Weights that meet the demands and do not go to the state `given` there."""
    opposite = Row(vector, (given == 0) == question.strict)
    answer = solved([*(question[t] for t in question.decisive), opposite])
    return answer.weights if isinstance(answer, Witness) else None


class Difference(NamedTuple):
    """A sequence that two networks end differently, and what the output unit of each does.

    `is_shortest` says that on all shorter ones, of inputs that occur, such networks agree.
    """

    inputs: tuple[Vector, ...]
    outputs: tuple[int, ...]
    others: tuple[int, ...]
    initial: int
    is_shortest: bool


def difference(network: Network, sequences: Sequence[Told], strict: bool) -> Difference | None:
    """A sequence on which another network of as many units, which does the others too, differs.

    It is made of inputs that occur, the shorter before the longer, and then those that go on from
    the sequences.  None where none is found soon.
    """
    inputs = list(dict.fromkeys(x for told in sequences for x in told.inputs))
    lengths = range(1, MOST_LENGTH + 1)
    words = chain.from_iterable(product(inputs, repeat=length) for length in lengths)
    search = _Another(network, sequences, strict)
    for word in words:
        if search.tried > MOST_TRIED:
            break
        found = search.on(word, sequences[0].initial)
        if found is not None:
            return found
    search.is_complete = False
    longer = ((told, (*told.inputs, x)) for told in sequences for x in inputs)
    tries = (search.on(word, told.initial) for told, word in islice(longer, MOST_LONGER))
    return next(filter(None, tries), None)


class _Another:
    """The search for another network; `is_complete` while none of its parts was cut short."""

    def __init__(self, network: Network, sequences: Sequence[Told], strict: bool) -> None:
        self.network = network
        self.sequences = sequences
        self.strict = strict
        self.tried = 0
        self.is_complete = True

    def on(self, word: tuple[Vector, ...], initial: int) -> Difference | None:
        """The difference at the end of a sequence, up to which the networks agree."""
        run = run_of(self.network.weights, Told(word, (), initial), self.strict)
        outputs = tuple(states[0] for states in run[1:])
        others = (*outputs[:-1], 1 - outputs[-1])
        extra = len(self.network.weights) - 1
        told = [*self.sequences, Told(word, others, initial)]
        try:
            found = Search(told, extra, self.strict, self._report).network()
        except _TooLongError:
            self.is_complete = False
            return None
        if found is None:
            return None
        return Difference(word, outputs, others, initial, self.is_complete)

    def _report(self, tried: int) -> None:
        self.tried += 1
        if tried > MOST_ON_ONE:
            raise _TooLongError


class _TooLongError(Exception):
    """A search that takes too long for what it would tell."""


def network_scope(network: Network, sequences: Sequence[Told], strict: bool) -> Section:
    """That a network is for these sequences only, and where another that does them differs."""
    these = "this sequence" if len(sequences) == 1 else "these sequences"
    text = f"This network is for {these} only: what it does on others was not asked."
    found = difference(network, sequences, strict)
    if found is not None:
        is_shortest = found.is_shortest and len(found.inputs) > 1
        shortest = "; no shorter sequence of these inputs shows it" if is_shortest else ""
        text += (
            f" On the inputs {', '.join(map(vector_text, found.inputs))}, from "
            f"s_0 = {found.initial}, it gives {_listed(found.outputs)}; another network, which "
            f"does {these} too, gives {_listed(found.others)}{shortest}."
        )
    return Section("Other sequences", (Paragraph((text,)),))


def _listed(outputs: Sequence[int]) -> str:
    return ", ".join(map(str, outputs))
