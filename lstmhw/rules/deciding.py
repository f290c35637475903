"""Which engine decides a rule and a network, and the network run over a sequence.

Step units are gone through exactly; a number read from an LSTM, or from a plain RNN, is bounded as
a score is; what else there is goes to the engine of smooth units.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lstmhw.cells import MULTIPLY, Activations, Separate
from lstmhw.cells.cell import Cell, parameters
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import Gate
from lstmhw.expr import DATUM, Role
from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import ACTIVATIONS
from lstmhw.rules.automaton import Automaton, Ngram, TooManyStatesError
from lstmhw.rules.letters import Decision, Judge, Near, Reader, Rule
from lstmhw.rules.network import GATES, Head, WordLstm, zeros
from lstmhw.rules.outputs import Scored, additive, as_far, bounded
from lstmhw.rules.proof import proof
from lstmhw.rules.smooth import FAR_ENOUGH, followed_to
from lstmhw.rules.smooth import decided as smoothly_decided
from lstmhw.rules.step_units import StepNetwork, moved_on
from lstmhw.rules.step_units import decided as exactly_decided

Walk = list[tuple[dict[str, Any], Fraction | float, dict[str, Any]]]
"""The states after each letter, the output, and the gates that led there."""

STEPS = ("step", "step-from-0")
PROVED, KNOWN = ("proved",), ("proved", "refuted")
MOST_SCORES = 500  # values of a score without a bound that are followed


class Moment(NamedTuple):
    """What there is after a letter: what is due, the output, whether they agree, the states."""

    letter: int
    due: Fraction | None
    output: Fraction | float
    agrees: bool
    states: dict[str, Any]
    gates: dict[str, Any]


def decide(reader: Reader, rule: Rule | Scored, judge: Judge) -> Decision:
    """Whether a network computes a rule, by the engine that fits; the rule is as late as it."""
    network = step_network(reader)
    if network is not None:
        return exactly_decided(network, rule, judge)
    finite = bounded(rule) if isinstance(rule, Scored) else rule
    words = word_network(reader)
    scored = _near(words, finite if isinstance(finite, Rule) else rule, judge)
    if scored is not None and (scored.words is None or scored.words >= FAR_ENOUGH):
        return scored
    if scored is not None and scored.verdict == "refuted":
        return scored
    if isinstance(finite, Rule):
        found = smoothly_decided(reader, finite, judge)
    else:
        assert isinstance(rule, Scored)
        found = followed_to(reader, judge, *as_far(rule, MOST_SCORES))
    if scored is None or found.verdict != "unknown":
        return found
    return max(found, scored, key=lambda decision: decision.words or 0)


def _near(network: WordLstm | None, rule: Rule | Scored, judge: Judge) -> Decision | None:
    """By the engine of scores: near what is due, or surely near enough to stand for it."""
    near = judge if isinstance(judge, Near) else judge.surely
    if near is None or network is None:
        return None
    found = _as_score(network, rule, near)
    if found is None or found.verdict not in (KNOWN if near == judge else PROVED):
        return None
    return found


def _as_score(network: WordLstm, rule: Rule | Scored, judge: Near) -> Decision | None:
    """By the engine of scores."""
    automaton = added_up(rule)
    if automaton is None:
        return None
    found = proof(network, automaton, judge.tolerance)
    return Decision(found.verdict, found.words, found.counterexample, found)


def added_up(rule: Rule | Scored) -> Automaton | None:
    """What a letter adds: the output after it less that before it; None where it is not fixed."""
    if isinstance(rule, Scored):
        return rule.automaton if rule.decided is None else None
    if any(due is None for row in rule.outputs for due in row):
        return None
    try:
        return additive(rule)
    except TooManyStatesError:
        return None


def step_network(reader: Reader) -> StepNetwork | None:
    """The network of step units; None where the cell is another one."""
    cell = reader.cell
    if not isinstance(cell, Rnn) or cell.activation not in STEPS:
        return None
    W_h, words = _weights(reader, "")
    initial = [Fraction(value) for value in reader.states["h"]]
    words = _finite(words, W_h, initial)
    return StepNetwork(
        tuple(map(tuple, words)),
        tuple(map(tuple, W_h)),
        tuple(initial),
        tuple(reader.head.weights),
        Fraction(np.asarray(reader.head.bias).item()),
        cell.activation == "step-from-0",
    )


def _finite(words: Any, W_h: Any, initial: Sequence[Fraction]) -> Any:
    """An infinite bias as one that outweighs whatever is in its row."""
    largest = max([Fraction(1), *map(abs, initial)])
    limits = [1 + largest * sum(map(abs, row), start=Fraction()) for row in W_h]
    rows = [
        [
            value if isinstance(value, Fraction) else (1 if value > 0 else -1) * limit
            for value, limit in zip(row, limits, strict=True)
        ]
        for row in words
    ]
    return np.array(rows, dtype=object)


def _weights(reader: Reader, letter: str) -> tuple[Any, Any]:
    """W_h (m, m) of a gate, and (L, m): what each letter and the biases put into it; exact.

    Raises ProblemError where biases of inf and -inf are added.
    """
    gate = _gate(reader.cell, letter)
    units = len(reader.states["h"])
    W_h = zeros(units, units) if gate.W_h is None else gate.W_h
    put = zeros(len(reader.letters), units)
    if gate.W_x is not None:
        put = _read(gate.W_x, reader.letters)
    with np.errstate(invalid="ignore"):
        for bias in (gate.b, gate.b_x, gate.b_h):
            put = put + (0 if bias is None else bias)
    if np.any(put != put):
        message = "expected biases that can be added up, found inf and -inf"
        raise ProblemError([Fault(reader.cell.weight_path(letter, "b_h"), message)])
    return W_h, put


def _read(W_x: Any, letters: Any) -> Any:
    """(L, m): W_x x of each letter; zeros, which one-hot letters are full of, are passed over."""
    put = zeros(len(letters), len(W_x))
    for number, x in enumerate(letters):
        for column in np.flatnonzero(x):
            put[number] += W_x[:, column] * x[column]
    return put


def _gate(cell: Cell, letter: str) -> Gate:
    gate = cell.separated(cell.weights()[letter])
    turns = cell.orientation == "row" and gate.W_x is not None
    return gate.transposed() if turns else gate


def word_network(reader: Reader) -> WordLstm | None:
    """The LSTM that the network is, or that a plain RNN is with its gates fixed; None for others.

    It starts from zeros.
    """
    cell, units = reader.cell, len(reader.states["h"])
    if any(value for state in reader.states.values() for value in state):
        return None
    if isinstance(cell, Rnn):
        W_h, put = _weights(reader, "")
        blank, nothing = zeros(units, units), zeros(len(reader.letters), units)
        one, zero = np.full(units, Fraction(1)), np.full(units, Fraction())
        use = Activations(candidate=cell.function(""), state=ACTIVATIONS["identity"])
        return WordLstm(
            np.concatenate([nothing, nothing, put, nothing], axis=1),
            np.concatenate([blank, blank, W_h, blank]),
            {"i": one, "f": zero, "o": one},
            use,
            reader.head,
        )
    if not isinstance(cell, Lstm) or cell.seen or cell.coupled or cell.forget_bias is not None:
        return None
    rows, words = zip(*(_weights(reader, letter) for letter in GATES), strict=True)
    values = {letter: _gate(cell, letter).value for letter in GATES}
    fixed = {g: np.broadcast_to(v, units) for g, v in values.items() if v is not None}
    return WordLstm(
        np.concatenate(words, axis=1), np.concatenate(rows), fixed, cell.use, reader.head
    )


def run(reader: Reader, rule: Rule | Scored, judge: Judge, document: Ngram) -> list[Moment]:
    """A sequence letter by letter: exactly for step units, else in float64."""
    network = step_network(reader)
    walk = _walk(reader, document) if network is None else _exact_walk(network, document)
    moments = []
    state, score = 0, Fraction()
    for letter, (states, output, gates) in zip(document, walk, strict=True):
        state, score, due = moved_on(rule, state, score, letter)
        agrees = judge.is_right(Fraction(output), due)
        moments.append(Moment(letter, due, output, agrees, states, gates))
    return moments


def _exact_walk(network: StepNetwork, document: Ngram) -> Walk:
    walk: Walk = []
    h = network.initial
    for letter in document:
        h = network.step(h, letter)
        walk.append(({"h": np.array(h, dtype=np.float64)}, network.output(h), {}))
    return walk


def _walk(reader: Reader, document: Ngram) -> Walk:
    """The cell's own equations over floats.  Raises ProblemError where the output overflows."""
    cell = reader.cell
    inputs = np.asarray(reader.letters).astype(np.float64)
    z, fixed = _floats(cell, inputs.shape[1])

    gates: dict[str, Any] = {}

    def fixing(symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
        if role.what not in ("gate", "candidate"):
            return value
        gates[role.letter] = fixed.get(role.letter, value)
        return gates[role.letter]

    states = [np.asarray(reader.states[name]).astype(np.float64) for name in cell.states]
    weights = np.asarray(reader.head.weights).astype(np.float64)
    walk: Walk = []
    for letter in document:
        with np.errstate(all="ignore"):
            states = list(cell.step(fixing, 1, z, inputs[letter], *states))
            named = dict(zip(cell.states, states, strict=True))
            output = float(named[reader.head.source] @ weights + float(reader.head.bias))
        if not np.isfinite(output):
            message = f"the output overflows at letter {len(walk) + 1}: over 1.8e308"
            raise ProblemError([Fault((), message, "are these weights as on the sheet?")])
        walk.append((named, output, dict(gates)))
    return walk


def _floats(cell: Cell, inputs: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pre-activations over float64 columns, and the gates that have a value."""
    found = parameters(cell, inputs)
    z: dict[str, Any] = {
        letter: Separate(
            _float(p.W_x), _float(p.W_h), (_float(p.b_x),), (_float(p.b_h),), MULTIPLY["column"]
        )
        for letter, p in found.items()
    }
    if isinstance(cell, Lstm):
        z |= {f"p_{letter}": _float(weights) for letter, weights in cell.seen.items()}
    fixed = {letter: _float(p.value) for letter, p in found.items() if p.value is not None}
    return z, fixed


def _float(array: Any) -> Any:
    return np.asarray(array).astype(np.float64)


def linear_head(source: Any, weights: Any, bias: Any) -> Head:
    """The output as it is read: exact weights (m,) and an exact bias."""
    return Head(source, weights, np.array(Fraction() if bias is None else bias.item()))
