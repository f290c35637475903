"""Decisions on networks that read letters: against running all sequences in plain float loops."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from conftest import examples
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.cells.cell import Cell
from lstmhw.cells.gru import Gru, GruActivations, GruGates
from lstmhw.cells.lstm import Lstm, LstmActivations, LstmGates, Peephole
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import Gate
from lstmhw.rules.boxes import Boxes, checked
from lstmhw.rules.interval import Interval
from lstmhw.rules.letters import Decided, Decision, Judge, Near, Reader, Rule
from lstmhw.rules.network import Head
from lstmhw.rules.running import within_mixture
from lstmhw.rules.smooth import decided

HALF = Fraction(1, 2)
OVER_HALF = Decided(">", HALF)
TENTH = Near(Fraction(1, 10))


def number(value: Any) -> Fraction | float:
    """A number as it is written in decimals."""
    return value if isinstance(value, float) and math.isinf(value) else Fraction(str(value))


def exact(values: Any) -> Any:
    array = np.asarray(values, dtype=object)
    return np.array([number(value) for value in array.ravel()], dtype=object).reshape(array.shape)


def rule(following: Sequence[Sequence[int]], outputs: Sequence[Sequence[Any]]) -> Rule:
    due = tuple(tuple(None if v is None else Fraction(v) for v in row) for row in outputs)
    names = tuple(str(state) for state in range(len(following)))
    return Rule(tuple(map(tuple, following)), due, names, ((),) * len(following))


def moore(following: Sequence[Sequence[int]], outputs: Sequence[Any]) -> Rule:
    """The outputs are those of the states that the letters lead to."""
    return rule(following, [[outputs[target] for target in row] for row in following])


def reader(
    cell: Cell, letters: Any, weights: Any, bias: Any = 0, source: Any = "h", **states: Any
) -> Reader:
    started = {name: exact(states.get(name, [0] * len(weights))) for name in cell.states}
    return Reader(cell, exact(letters), started, Head(source, exact(weights), number(bias)))


def rnn(W_x: Any, W_h: Any, b: Any, activation: Any = "tanh") -> Rnn:
    return Rnn(W_x=exact(W_x), W_h=exact(W_h), b=exact(b), activation=activation)


def gate(W_x: Any, W_h: Any, b: Any) -> Gate:
    return Gate(W_x=exact(W_x), W_h=exact(W_h), b=exact(b))


# The independent judge: cells in plain float loops.

PLAIN: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky-relu": lambda z: np.where(z > 0, z, z / 100),
    "step": lambda z: np.where(z > 0, 1.0, 0.0),
    "step-from-0": lambda z: np.where(z >= 0, 1.0, 0.0),
    "hard-sigmoid": lambda z: np.clip(z / 5 + 0.5, 0, 1),
    "hard-sigmoid-6": lambda z: np.clip(z / 6 + 0.5, 0, 1),
}


def floats(array: Any) -> Any:
    return np.asarray(array).astype(np.float64)


def affine(gate: Any, x: Any, h: Any) -> Any:
    total = floats(gate.W_x) @ x + floats(gate.W_h) @ h
    return total + sum(floats(b) for b in (gate.b, gate.b_x, gate.b_h) if b is not None)


def stepped(cell: Any, x: Any, states: dict[str, Any]) -> dict[str, Any]:
    h = states["h"]
    if isinstance(cell, Rnn):
        return {"h": PLAIN[cell.activation](affine(cell, x, h))}
    use, gates = cell.activations, cell.gates
    values: dict[str, Any] = {}
    if isinstance(cell, Gru):
        r = PLAIN[use.gate](affine(gates.r, x, h))
        z = PLAIN[use.gate](affine(gates.z, x, h))
        n = gates.n
        if cell.reset == "before":
            a = affine(n, x, r * h)
        else:
            late = 0 if n.b_h is None else floats(n.b_h)
            early = [floats(b) for b in (n.b, n.b_x) if b is not None]
            a = floats(n.W_x) @ x + sum(early) + r * (floats(n.W_h) @ h + late)
        new = PLAIN[use.candidate](a)
        return {"h": z * h + (1 - z) * new if cell.update == "keep" else (1 - z) * h + z * new}
    c, old = states["c"], states["c"]
    for letter in "fig":
        this = getattr(gates, letter)
        if letter == "i" and cell.coupled:
            values["i"] = 1 - values["f"]
        elif this.value is not None:
            values[letter] = floats(this.value)
        else:
            a = affine(this, x, h) + seen(cell, letter, old)
            if letter == "f" and cell.forget_bias is not None:
                a = a + float(cell.forget_bias)
            values[letter] = PLAIN[use.candidate if letter == "g" else use.gate](a)
    c = values["f"] * c + values["i"] * values["g"]
    if gates.o.value is not None:
        o = floats(gates.o.value)
    else:
        o = PLAIN[use.gate](affine(gates.o, x, h) + seen(cell, "o", c))
    return {"h": o * PLAIN[use.state](c), "c": c}


def seen(cell: Lstm, letter: str, c: Any) -> Any:
    weights = getattr(cell.peephole, letter, None)
    return 0 if weights is None else floats(weights) * c


def outputs(network: Reader, sequence: Sequence[int]) -> Iterator[float]:
    states = {name: floats(value) for name, value in network.states.items()}
    for letter in sequence:
        states = stepped(network.cell, floats(network.letters[letter]), states)
        yield output(network, states)


def output(network: Reader, states: dict[str, Any]) -> float:
    source = states[network.head.source]
    return float(floats(network.head.weights) @ source + float(network.head.bias))


def margin(judge: Judge, output: float, due: Fraction | None) -> float:
    """How far an output is on the right side; negative where it is wrong."""
    if due is None:
        return math.inf
    if isinstance(judge, Near):
        return float(judge.tolerance) - abs(output - float(due))
    side = output - float(judge.threshold)
    if judge.relation == "==":
        return 1e-3 if judge.decision(Fraction(round(output, 12))) == due else -1e-3
    return side if (judge.relation[0] == ">") == (due == 1) else -side


def last_margin(network: Reader, of: Rule, judge: Judge, sequence: Sequence[int]) -> float:
    state, due = 0, None
    for letter in sequence:
        due, state = of.outputs[state][letter], of.following[state][letter]
    *_, last = outputs(network, sequence)
    return margin(judge, last, due)


def margins(
    network: Reader, of: Rule, judge: Judge, most: int
) -> Iterator[tuple[tuple[int, ...], float]]:
    """The last margin of every sequence of up to so many letters, the shorter ones first.

    What begins alike is run once.
    """
    reached: list[tuple[tuple[int, ...], dict[str, Any], int]]
    reached = [((), {name: floats(value) for name, value in network.states.items()}, 0)]
    for _ in range(most):
        before, reached = reached, []
        for (sequence, states, state), letter in product(before, of.letters):
            after = stepped(network.cell, floats(network.letters[letter]), states)
            longer = (*sequence, letter)
            yield longer, margin(judge, output(network, after), of.outputs[state][letter])
            reached.append((longer, after, of.following[state][letter]))


def first_wrong(network: Reader, of: Rule, judge: Judge, most: int) -> tuple[int, ...] | None:
    found = margins(network, of, judge, most)
    return next((sequence for sequence, by in found if by < 0), None)


def compared(network: Reader, of: Rule, judge: Judge, most: int = 8) -> Decision:
    """The decision, once it agrees with all sequences up to a length."""
    found = decided(network, of, judge)
    wrong = first_wrong(network, of, judge, most)
    if found.verdict == "refuted":
        assert found.counterexample is not None
        assert found.words == len(found.counterexample) - 1
        assert last_margin(network, of, judge, found.counterexample) < 1e-9
        if wrong is not None or len(found.counterexample) <= most:
            assert found.counterexample == wrong
    else:
        known = math.inf if found.words is None else found.words
        assert wrong is None or len(wrong) > known
    if found.boxes is not None:
        assert found.words is None
        assert checked(network, of, judge, found.boxes)
    return found


# Has an a occurred?  Letters a, b.

OCCURRED = moore([[1, 0], [1, 1]], [0, 1])


def latch(weight: Any, enters: Any) -> Reader:
    return reader(rnn([[enters, 0]], [[weight]], [0]), [[1, 0], [0, 1]], [1])


def test_a_latch_of_tanh_is_proved_quickly() -> None:
    start = time.process_time()
    found = decided(latch(3, 5), OCCURRED, OVER_HALF)
    assert time.process_time() - start < 0.2
    assert (found.verdict, found.words) == ("proved", None)
    compared(latch(3, 5), OCCURRED, OVER_HALF)


def test_a_latch_that_forgets_is_refuted() -> None:
    found = compared(latch("0.9", 5), OCCURRED, OVER_HALF)
    assert found.verdict == "refuted"
    assert found.counterexample is not None
    assert found.counterexample[0] == 0
    assert set(found.counterexample[1:]) == {1}


def test_a_latch_within_a_tolerance() -> None:
    assert compared(latch(3, 5), OCCURRED, TENTH).verdict == "proved"
    assert compared(latch("1.5", 5), OCCURRED, TENTH).verdict == "refuted"


@pytest.mark.parametrize("letters", [[["1.5"], [0]], [[-2], [0]]])
def test_letters_are_vectors(letters: Any) -> None:
    found = compared(reader(rnn([[4]], [[3]], [0]), letters, [1]), OCCURRED, OVER_HALF)
    assert found.verdict == ("proved" if letters[0][0] == "1.5" else "refuted")


def drifting(forget: Any) -> Reader:
    """An LSTM that keeps 1 after an a, but for what the forget gate loses."""
    zero = [[0]]
    gates = LstmGates(
        i=gate([[1000, -1000]], zero, [0]),
        f=Gate(value=exact(forget)),
        g=Gate(value=exact([1])),
        o=Gate(value=exact([1])),
    )
    use = LstmActivations(gate="hard-sigmoid", state="identity")
    return reader(Lstm(gates=gates, activations=use), [[1, 0], [0, 1]], [1], source="c")


@contextmanager
def fewer_products(most: int = 100_000) -> Iterator[None]:
    """Less work before a question is left open, where what is tested needs no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lstmhw.rules.boxes.MOST_PRODUCTS", most)
        patch.setattr("lstmhw.rules.sequences.MOST_PRODUCTS", most)
        patch.setattr("lstmhw.rules.sequences.MOST_SINGLE", most // 2)
        yield


def test_a_drift_is_proved_up_to_a_length() -> None:
    with fewer_products(400_000):
        found = compared(drifting("0.99995"), OCCURRED, OVER_HALF)
    assert found.verdict == "proved"
    assert found.words is not None
    assert found.words >= 100


# Is the last letter a?

LAST = moore([[1, 0], [1, 0]], [0, 1])


def saturated(update: Any, reset: Any, other: Any = 8) -> Reader:
    """A GRU that takes every candidate."""
    sign = -1 if update == "keep" else 1
    gates = GruGates(
        r=gate([[1, 2]], [[1]], [0]),
        z=gate([[sign * 8, sign * other]], [[0]], [0]),
        n=gate([[5, -5]], [["0.5"]], [0]),
    )
    cell = Gru(gates=gates, update=update, reset=reset)
    return reader(cell, [[1, 0], [0, 1]], [1])


@pytest.mark.parametrize("update", ["keep", "new"])
@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_gru_remembers_the_last_letter(update: str, reset: str) -> None:
    assert compared(saturated(update, reset), LAST, OVER_HALF).verdict == "proved"
    wrong = compared(saturated(update, reset, other=-8), LAST, OVER_HALF)
    assert wrong.counterexample == (0, 1)


@pytest.mark.parametrize("update", ["keep", "new"])
def test_an_update_gate_that_h_itself_opens(update: Any) -> None:
    """The mixture has the gate twice; boxes would not close if it were two numbers."""
    sign = 1 if update == "keep" else -1
    gates = GruGates(
        r=gate([[0, 0]], [[0]], [5]),
        z=gate([[-8 * sign, 0]], [[2 * sign]], [3 * sign]),
        n=gate([[9, 0]], [[5]], [0]),
    )
    network = reader(Gru(gates=gates, update=update, reset="before"), [[1, 0], [0, 1]], [1])
    found = compared(network, OCCURRED, OVER_HALF)
    assert (found.verdict, found.words) == ("proved", None)


@given(st.lists(st.fractions(0, 1), min_size=2, max_size=2), st.data())
def test_a_mixture_is_enclosed(shares: list[Fraction], data: Any) -> None:
    numbers = st.lists(st.fractions(-3, 3), min_size=2, max_size=2)
    ends = [sorted(shares), *(sorted(data.draw(numbers)) for _ in "ab")]
    share, a, b = (hull(*end) for end in ends)
    value = within_mixture(share * a + (1 - share) * b, share, a, b)
    for s, p, q in product(*ends):
        true = s * p + (1 - s) * q
        assert Fraction(float(value.lower[0])) <= true <= Fraction(float(value.upper[0]))


def hull(low: Fraction, high: Fraction) -> Interval:
    both = Interval.enclosing(np.array([[low], [high]], dtype=object))
    return both.hulls(np.array([0, 0]), np.array([0]))[0]


def test_weights_may_be_joined_or_for_rows() -> None:
    made = latch(3, 5)
    joined = Rnn(W=exact([[3, 5, 0]]), b=exact([0]), concat=("h", "x"))
    turned = Rnn(W_x=exact([[5], [0]]), W_h=exact([[3]]), b=exact([0]), orientation="row")
    for cell in (joined, turned):
        assert decided(made._replace(cell=cell), OCCURRED, OVER_HALF).words is None
    weak = Rnn(W=exact([["0.9"], [5], [0]]), concat=("h", "x"), orientation="row")
    expected = decided(latch("0.9", 5), OCCURRED, OVER_HALF).counterexample
    assert decided(made._replace(cell=weak), OCCURRED, OVER_HALF).counterexample == expected


def test_a_reset_after_has_its_bias_inside() -> None:
    made = saturated("keep", "after")
    old = made.cell.weights()["n"]
    n = Gate(W_x=old.W_x, W_h=old.W_h, b_x=exact([0]), b_h=exact([-40]))
    gates = GruGates(r=made.cell.weights()["r"], z=made.cell.weights()["z"], n=n)
    cell = Gru(gates=gates, update="keep", reset="after")
    assert compared(made._replace(cell=cell), LAST, OVER_HALF).counterexample == (0,)


def test_four_units_take_milliseconds() -> None:
    four = [[8, 8]] * 4
    W_h = [["0.1" if k != j else "0.3" for j in range(4)] for k in range(4)]
    gates = GruGates(
        r=gate(four, W_h, [0] * 4),
        z=gate([[-8, -8]] * 4, W_h, [0] * 4),
        n=gate([[5, -5]] * 4, W_h, [0] * 4),
    )
    made = reader(Gru(gates=gates, update="keep", reset="before"), [[1, 0], [0, 1]], ["0.25"] * 4)
    start = time.process_time()
    assert decided(made, LAST, OVER_HALF).verdict == "proved"
    assert time.process_time() - start < 0.3


# Are the last two letters ones?

BOTH = moore([[0, 1], [0, 2], [0, 2]], [0, 0, 1])


def conjunction(back: Any = 20) -> Reader:
    """Unit 0 is the last letter, unit 1 the AND of it with the letter before."""
    cell = rnn([[20], [20]], [[0, 0], [back, 0]], [-10, -30], "sigmoid")
    return reader(cell, [[0], [1]], [0, 1])


def test_an_and_of_two_letters() -> None:
    assert compared(conjunction(), BOTH, OVER_HALF).verdict == "proved"
    assert compared(conjunction(), BOTH, TENTH).verdict == "proved"
    assert compared(conjunction(back=5), BOTH, OVER_HALF).counterexample == (1, 1)
    assert compared(conjunction(back=40), BOTH, OVER_HALF).counterexample == (1, 0)


# A leaky integrator: s = 0.9 s + x.

NEVER = moore([[0, 0]], [0])


def leaky(threshold: Any) -> tuple[Reader, Decided]:
    cell = rnn([[1]], [["0.9"]], [0], "identity")
    return reader(cell, [[0], [1]], [1]), Decided(">", Fraction(threshold))


def test_a_leak_fails_on_a_long_sequence_only() -> None:
    network, judge = leaky("9.57")  # 10 - 10 * 0.9**30 = 9.576
    found = compared(network, NEVER, judge)
    assert found.verdict == "refuted"
    assert found.counterexample == (1,) * 30


def test_a_leak_that_stays_below_is_proved() -> None:
    network, judge = leaky("10.01")
    found = compared(network, NEVER, judge)
    assert (found.verdict, found.words) == ("proved", None)


def test_a_threshold_that_is_met_exactly() -> None:
    """1 + 0.9 is 1.9, which is not more."""
    network, judge = leaky("1.9")
    assert compared(network, NEVER, judge).counterexample == (1, 1, 1)
    assert decided(network, NEVER, Decided(">=", Fraction("1.9"))).counterexample == (1, 1)
    assert decided(network, NEVER, Decided("==", Fraction("1.9"))).counterexample == (1, 1)


# An LSTM flip-flop: a sets, b resets, c holds.

FLIPFLOP = moore([[1, 0, 0], [1, 0, 1]], [0, 1])


def flipflop(hold: Any = 12) -> Reader:
    zero = [[0]]
    gates = LstmGates(
        i=gate([[12, 12, -12]], zero, [0]),
        f=gate([[-12, -12, hold]], zero, [0]),
        g=gate([[5, -5, 0]], zero, [0]),
        o=gate([[9, 9, 9]], zero, [0]),
    )
    return reader(Lstm(gates=gates), np.eye(3, dtype=int), [1])


def test_a_flipflop_holds_for_long_or_forgets() -> None:
    with fewer_products(400_000):
        found = compared(flipflop(), FLIPFLOP, Decided(">", Fraction("0.2")), most=7)
    assert found.verdict == "proved"
    assert found.words is None or found.words >= 100
    found = compared(flipflop(hold=1), FLIPFLOP, Decided(">", Fraction("0.2")), most=7)
    assert found.verdict == "refuted"


def test_a_gate_that_is_given_takes_its_value() -> None:
    network = flipflop()
    gates = network.cell.weights()
    open_gate = Gate(value=exact([1]))
    held = LstmGates(i=gates["i"], f=open_gate, g=gates["g"], o=gates["o"])
    found = compared(network._replace(cell=Lstm(gates=held)), FLIPFLOP, OVER_HALF, most=7)
    assert found.verdict != "proved"  # it adds up what it is told


def test_options_of_an_lstm() -> None:
    network = flipflop()
    gates = network.cell.weights()
    coupled = LstmGates(f=gates["f"], g=gates["g"], o=gates["o"])
    cell = Lstm(
        gates=coupled,
        coupled=True,
        peephole=Peephole(f=exact(["0.5"]), o=exact(["0.25"])),
        forget_bias=np.array(Fraction(1, 3), dtype=object),
    )
    with fewer_products():
        compared(network._replace(cell=cell), FLIPFLOP, Decided(">", Fraction("0.2")), most=7)


def test_infinite_biases_are_limits() -> None:
    cell = rnn([[20], [20]], [[0, 0], [0, 0]], [-10, float("inf")], "sigmoid")
    network = reader(cell, [[0], [1]], [1, 1], bias=-1)
    assert decided(network, moore([[0, 1], [0, 1]], [0, 1]), OVER_HALF).verdict == "proved"


# Units with finitely many states.

ODD = moore([[0, 1], [1, 0]], [0, 1])


def parity(bias: Any = "-1.5") -> Reader:
    cell = rnn([[1], [1]], [[1, -1], [1, -1]], ["-0.5", bias], "step")
    return reader(cell, [[0], [1]], [1, -1])


def test_steps_are_decided_exactly() -> None:
    found = compared(parity(), ODD, Near(Fraction(1, 10**9)))
    assert (found.verdict, found.words) == ("proved", None)
    assert compared(parity(bias="-0.5"), ODD, OVER_HALF).verdict == "refuted"


def test_a_step_whose_argument_is_zero() -> None:
    """0.1 + 0.2 - 0.3 is 0, and not a little more."""
    cell = rnn([["0.1", "0.2"]], [[0]], ["-0.3"], "step")
    network = reader(cell, [[1, 1], [1, 2]], [1])
    assert decided(network, moore([[0, 1], [0, 1]], [0, 1]), OVER_HALF).verdict == "proved"


def test_what_overflows_is_not_known() -> None:
    grown = reader(rnn([[10**9]], [[10**9]], [0], "relu"), [[1], [2]], [1])
    assert decided(grown, NEVER, Decided("<=", Fraction(5))).verdict == "unknown"


# Forgeries.


def forgeries(boxes: Boxes) -> Iterator[Boxes]:
    low, high, following = (np.array(part) for part in (boxes.low, boxes.high, boxes.following))
    start_out = low.copy()
    start_out[0] = high[0] + 1
    yield boxes._replace(low=start_out, high=np.maximum(high, start_out))
    wide = low.copy()
    wide[-1] -= 3
    yield boxes._replace(low=wide)
    lead = following.copy()
    lead[0, 0] = following[0, 1]
    yield boxes._replace(following=lead)
    beyond = following.copy()
    beyond[-1, -1] = len(low)
    yield boxes._replace(following=beyond)
    yield boxes._replace(following=following - len(low))
    yield boxes._replace(states=1 - boxes.states)
    yield boxes._replace(following=following[:, :1])
    yield boxes._replace(low=np.where(np.arange(len(low))[:, np.newaxis], high, low))
    yield boxes._replace(low=low.astype(object) - 0.0, high=high.astype(object) + 0.0)
    yield boxes._replace(low=low - np.inf if low.dtype != object else -low, high=high)
    yield Boxes(boxes.states[:0], low[:0], high[:0], following[:0])


@pytest.mark.parametrize(
    ("network", "of", "judge"),
    [(latch(3, 5), OCCURRED, OVER_HALF), (parity(), ODD, OVER_HALF)],
)
def test_forged_proofs_are_told(network: Reader, of: Rule, judge: Judge) -> None:
    boxes = decided(network, of, judge).boxes
    assert checked(network, of, judge, boxes)
    for number, forged in enumerate(forgeries(boxes)):
        honest = number == 7 and boxes.low.dtype == object  # points are as low as they are high
        assert checked(network, of, judge, forged) == honest, number


def test_a_proof_is_of_one_rule_and_one_network() -> None:
    boxes = decided(latch(3, 5), OCCURRED, OVER_HALF).boxes
    assert not checked(latch(3, 5), LAST, OVER_HALF, boxes)
    assert not checked(latch(3, 5), OCCURRED, Near(Fraction(1, 10**6)), boxes)
    assert not checked(latch("0.9", 5), OCCURRED, OVER_HALF, boxes)


# Random networks.

WEIGHTS = st.sampled_from([Fraction(k, 2) for k in range(-12, 13)])


@st.composite
def matrices(draw: Any, *shape: int) -> Any:
    size = math.prod(shape)
    return exact(draw(st.lists(WEIGHTS, min_size=size, max_size=size))).reshape(shape)


@st.composite
def cells(draw: Any, units: int, inputs: int) -> Cell:
    def weights() -> Gate:
        shapes = (units, inputs), (units, units), (units,)
        W_x, W_h, b = (draw(matrices(*shape)) for shape in shapes)
        return Gate(W_x=W_x, W_h=W_h, b=b)

    kind = draw(st.sampled_from(["rnn", "gru", "lstm"]))
    if kind == "rnn":
        only = weights()
        activation = draw(st.sampled_from(sorted(PLAIN)))
        return Rnn(W_x=only.W_x, W_h=only.W_h, b=only.b, activation=activation)
    of_gate = draw(st.sampled_from(["sigmoid", "hard-sigmoid", "hard-sigmoid-6"]))
    candidate = draw(st.sampled_from(["tanh", "relu"]))
    if kind == "gru":
        return Gru(
            gates=GruGates(r=weights(), z=weights(), n=weights()),
            update=draw(st.sampled_from(["keep", "new"])),
            reset=draw(st.sampled_from(["before", "after"])),
            activations=GruActivations(gate=of_gate, candidate=candidate),
        )
    gates = LstmGates(i=weights(), f=weights(), g=weights(), o=weights())
    return Lstm(gates=gates, activations=LstmActivations(gate=of_gate, candidate=candidate))


@st.composite
def questions(draw: Any) -> tuple[Reader, Rule, Judge]:
    units, inputs = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    cell = draw(cells(units, inputs))
    network = reader(cell, draw(matrices(2, inputs)), draw(matrices(units)), draw(WEIGHTS))
    states = draw(st.integers(1, 2))
    following = [[draw(st.integers(0, states - 1)) for _ in "ab"] for _ in range(states)]
    due = [[draw(st.sampled_from([0, 1, None])) for _ in "ab"] for _ in range(states)]
    judge = draw(
        st.sampled_from([OVER_HALF, Decided("<=", Fraction(7, 3)), Near(Fraction(31, 10))])
    )
    return network, rule(following, due), judge


@examples(4, 40)
@given(questions())
def test_no_decision_contradicts_plain_loops(question: tuple[Reader, Rule, Judge]) -> None:
    network, of, judge = question
    with fewer_products():
        found = decided(network, of, judge)
    if found.verdict == "refuted":
        assert found.counterexample is not None
        assert last_margin(network, of, judge, found.counterexample) < 1e-9
    known = 7 if found.words is None else min(found.words, 7)
    longest = known if found.counterexample is None else min(known + 1, 7)
    for sequence, by in margins(network, of, judge, longest):
        if sequence == found.counterexample:
            break
        assert by > -1e-9
