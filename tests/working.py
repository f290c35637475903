"""Steps of a cell as a student works them: numbers rounded on the way, and mistakes made.

Written from the equations alone, as loops over Python floats; nothing here is lstmhw's.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from plain import Matrix, Vector, activate

HALF_UP, HALF_EVEN, TRUNCATED = ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN

GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": "a"}


@dataclass(frozen=True)
class Gate:
    """Weights as they multiply columns; b_h is None where there is one bias only."""

    W_x: Matrix
    W_h: Matrix
    b_x: Vector
    b_h: Vector | None = None
    value: Vector | None = None


@dataclass(frozen=True)
class Question:
    """The given numbers.  A plain RNN has one gate, `a`; the output layer is the gate `y`."""

    cell: str
    xs: tuple[Vector, ...]
    h: Vector
    c: Vector
    gates: Mapping[str, Gate]
    t: int = 1
    activations: Mapping[str, str] = field(default_factory=dict)
    update: str = "keep"
    reset: str = "before"
    layout: str = "apart"  # or hx, xh: one matrix for both; or pytorch, keras, onnx
    row: bool = False
    embedding: Matrix | None = None
    words: tuple[int, ...] = ()
    dh: Vector | None = None
    dc: Vector | None = None

    @property
    def units(self) -> int:
        return len(self.h)

    @property
    def inputs(self) -> int:
        return len(self.xs[0])

    @property
    def steps(self) -> range:
        return range(self.t, self.t + len(self.xs))

    def computed(self) -> list[str]:
        """The gates that are to be computed, without the output layer."""
        return [g for g in GATES[self.cell] if self.gates[g].value is None]

    def usual(self, name: str) -> str:
        """The right activation of a gate, of the cell state (`c`), of the output (`y`)."""
        tanh = name in "gnc"
        return self.activations.get(name, "tanh" if tanh else "sigmoid")


@dataclass(frozen=True)
class Mistake:
    """What a student does otherwise: reads other data, or uses another formula.

    `edit` is how the question is read, in the named gates (None: everywhere) and steps (None: in
    every one).  `options` are formulas by the place where they stand.  A slip adds to one entry.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    edit: Callable[[Question], Question] | None = None
    gates: frozenset[str] | None = None
    steps: frozenset[int] | None = None
    slip: tuple[str, int, float] | None = None

    def at(self, t: int) -> bool:
        return self.steps is None or t in self.steps


@dataclass(frozen=True)
class Hand:
    """How numbers are written, and how they are kept to compute on with.

    `shown` and `inside` are digits by symbol; what is not `inside` is kept in full.
    """

    shown: Mapping[str, int]
    inside: Mapping[str, int] = field(default_factory=dict)
    how: str = HALF_UP
    significant: bool = False
    products: int | None = None  # the digits to which each product is rounded
    float32: bool = False
    given: int | None = None  # the digits with which the given numbers are used
    fractions: bool = False
    scientific: bool = False
    zeros: bool = True  # final zeros are written

    def rounded(self, value: float, digits: int) -> Decimal:
        exact = Decimal(repr(round(value, 12)))
        if self.significant and exact:
            digits -= 1 + exact.adjusted()
        return exact.quantize(Decimal(1).scaleb(-digits), rounding=self.how)

    def text(self, symbol: str, value: float) -> str:
        if self.float32:
            return str(np.format_float_positional(np.float32(value), unique=True, trim="0"))
        if self.fractions:
            exact = Fraction(value).limit_denominator(10_000)
            if abs(exact - value) < 1e-12:
                return f'"{exact}"' if exact.denominator > 1 else str(exact)
        if self.scientific:
            return f"{value:.{self.shown[symbol]}e}"
        written = f"{self.rounded(value, self.shown[symbol]):f}"
        if not self.zeros and "." in written:
            written = written.rstrip("0").rstrip(".")
        return written.removeprefix("-") if not float(written) else written

    def keep(self, symbol: str, values: Vector) -> Vector:
        if symbol not in self.inside:
            return values
        return [float(self.rounded(v, self.inside[symbol])) for v in values]

    def fit(self, value: float) -> float:
        """A result, after each operation."""
        return float(np.float32(value)) if self.float32 else value

    def product(self, left: float, right: float) -> float:
        value = self.fit(left * right)
        return value if self.products is None else float(self.rounded(value, self.products))

    def times(self, left: Sequence[float], right: Sequence[float]) -> Vector:
        return [self.product(a, b) for a, b in zip(left, right, strict=True)]

    def add(self, *vectors: Sequence[float]) -> Vector:
        return [self.sum(entries) for entries in zip(*vectors, strict=True)]

    def sum(self, entries: Iterable[float]) -> float:
        if not self.float32:
            return math.fsum(entries)
        total = 0.0
        for entry in entries:
            total = self.fit(total + entry)
        return total

    def dot(self, matrix: Matrix, vector: Vector) -> Vector:
        return [self.sum(self.times(row, vector)) for row in matrix]

    def apply(self, functions: Iterable[str], values: Vector) -> Vector:
        for name in functions:
            values = [self.fit(v) for v in activate(name, values)]
        return values


def read_in_short(digits: int) -> Mistake:
    """No mistake: the given numbers are rounded first."""

    def short(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, digits)
        return type(value)(map(short, value)) if isinstance(value, (list, tuple)) else value

    def shorter(gate: Gate) -> Gate:
        return Gate(**{key: short(value) for key, value in vars(gate).items()})

    def edit(q: Question) -> Question:
        gates = {name: shorter(gate) for name, gate in q.gates.items()}
        return replace(q, xs=short(q.xs), h=short(q.h), c=short(q.c), gates=gates)

    return Mistake("", edit=edit)


class Working:
    """Everything computed, in order: `values` in full, before they are rounded to be kept."""

    def __init__(self, q: Question, hand: Hand, mistakes: Sequence[Mistake] = ()) -> None:
        self.hand = hand
        self.mistakes = [*mistakes]
        if hand.given is not None:
            self.mistakes.insert(0, read_in_short(hand.given))
        self.values: dict[str, Vector] = {}
        self.asked = q
        self.h, self.c = q.h, q.c
        for t in q.steps:
            self.options = {
                key: value for m in self.mistakes if m.at(t) for key, value in m.options.items()
            }
            self.x = self.let("x", t, self.read(t, "x").xs[t - q.t])
            {"lstm": self.lstm, "gru": self.gru, "rnn": self.rnn}[q.cell](t)
            if "y" in q.gates:
                self.output(t)

    def let(self, name: str, t: int, values: Vector) -> Vector:
        symbol = f"{name}_{t}"
        self.values[symbol] = values = slipped(symbol, values, self.mistakes)
        return self.hand.keep(symbol, values)

    def read(self, t: int, place: str) -> Question:
        """The question as it is read at a step, in a gate or elsewhere."""
        q = self.asked
        for m in self.mistakes:
            if m.edit and m.at(t) and (m.gates is None or place in m.gates):
                q = m.edit(q)
        return q

    def states(self, t: int, q: Question, place: str) -> tuple[Vector, Vector, Vector]:
        """x, h and c before the step, as read."""
        x = q.xs[t - q.t] if q.xs != self.read(t, "x").xs else self.x
        h, c = (q.h, q.c) if t == q.t else (self.h, self.c)
        return x, c if self.options.get(f"state_{place}") == "c" else h, c

    def act(self, place: str, values: Vector) -> Vector:
        functions = self.options.get(f"act_{place}", (self.asked.usual(place),))
        return self.hand.apply(functions, values)

    def then(self, place: str, values: Vector) -> Vector:
        return self.hand.apply(self.options.get(f"after_{place}", ()), values)

    def gate(self, name: str, symbol: str, t: int) -> Vector:
        q = self.read(t, name)
        gate = q.gates[name]
        if gate.value is not None:
            return self.let(name, t, gate.value)
        x, h, _ = self.states(t, q, name)
        terms = [self.hand.dot(gate.W_x, x), self.hand.dot(gate.W_h, h), gate.b_x]
        return self.activated(name, symbol, t, terms if gate.b_h is None else [*terms, gate.b_h])

    def activated(self, name: str, symbol: str, t: int, terms: list[Vector]) -> Vector:
        z = self.let(symbol, t, self.hand.add(*terms))
        return self.let(name, t, self.act(name, z))

    def lstm(self, t: int) -> None:
        hand, option = self.hand, self.options.get
        v = {gate: self.gate(gate, f"z_{gate}", t) for gate in "ifgo"}
        i, f, g, o = (v[option(f"use_{gate}", gate)] for gate in "ifgo")
        _, h, c = self.states(t, self.read(t, "c"), "c")
        old = h if option("old") == "h" else c
        join: dict[str, Callable[[Vector, Vector], Vector]] = {
            "times": hand.times,
            "plus": hand.add,
            "no gate": lambda gate, other: other,
            "no term": lambda gate, other: [0.0] * len(gate),
        }
        kept = join[option("forget", "times")](f, old)
        new = hand.times([option("sign", 1)] * len(i), join[option("input", "times")](i, g))
        self.c = self.let("c", t, self.then("c", hand.add(kept, new)))
        squashed = self.let("tanh_c", t, self.act("c", self.c))
        seen = join[option("out", "times")](o, squashed)
        self.h = self.let("h", t, self.then("h", seen))

    def gru(self, t: int) -> None:
        hand, option = self.hand, self.options.get
        v = {gate: self.gate(gate, f"a_{gate}", t) for gate in "rz"}
        r, z = (v[option(f"use_{gate}", gate)] for gate in "rz")
        q = self.read(t, "n")
        n = q.gates["n"]
        if n.value is not None:
            found = self.let("n", t, n.value)
        else:
            x, h, _ = self.states(t, q, "n")
            inner = [] if n.b_h is None else [n.b_h]
            if option("reset", q.reset) == "before":
                terms = [hand.dot(n.W_h, hand.times(r, h)), *inner]
            else:
                terms = [hand.times(r, hand.add(hand.dot(n.W_h, h), *inner))]
            found = self.activated("n", "a_n", t, [hand.dot(n.W_x, x), *terms, n.b_x])
        _, h, _ = self.states(t, self.read(t, "h"), "h")
        rest = hand.add([1.0] * len(z), [-v for v in z])
        keep, new = (z, rest) if option("update", q.update) == "keep" else (rest, z)
        join = hand.add if option("out") == "plus" else hand.times
        signed = hand.times([option("sign", 1)] * len(z), join(new, found))
        self.h = self.let("h", t, self.then("h", hand.add(hand.times(keep, h), signed)))

    def rnn(self, t: int) -> None:
        q = self.read(t, "a")
        x, h, _ = self.states(t, q, "a")
        gate, hand = q.gates["a"], self.hand
        terms = [hand.dot(gate.W_x, x), hand.dot(gate.W_h, h), gate.b_x]
        a = self.let("a", t, hand.add(*terms, *([] if gate.b_h is None else [gate.b_h])))
        self.h = self.let("h", t, self.then("h", self.act("a", a)))

    def output(self, t: int) -> None:
        gate = self.read(t, "y").gates["y"]
        seen = self.c if self.options.get("state_y") == "c" else self.h
        sums = "z_y" if self.asked.cell == "lstm" else "a_y"
        a = self.let(sums, t, self.hand.add(self.hand.dot(gate.W_x, seen), gate.b_x))
        self.let("y", t, self.then("y", self.act("y", a)))


def turned_over(matrix: Sequence[Sequence[float]]) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def slipped(symbol: str, values: Vector, mistakes: Sequence[Mistake]) -> Vector:
    """The values of a symbol with the slips that are made in them."""
    for m in mistakes:
        if m.slip and m.slip[0] == symbol:
            values = [v + m.slip[2] * (k == m.slip[1]) for k, v in enumerate(values)]
    return values


def gradients(q: Question, hand: Hand, mistakes: Sequence[Mistake] = ()) -> dict[str, Any]:
    """Backward through one LSTM step, after the forward values, which are right."""
    forward = Working(q, hand).values
    v = {name: hand.keep(f"{name}_1", forward[f"{name}_1"]) for name in [*"ifgoch", "tanh_c"]}
    option: dict[str, Any] = {key: value for m in mistakes for key, value in m.options.items()}
    values: dict[str, Any] = dict(forward)

    def let(symbol: str, entries: Vector) -> Vector:
        values[symbol] = entries = slipped(symbol, entries, mistakes)
        return hand.keep(symbol, entries)

    def slope(place: str, usual: str, value: Vector) -> Vector:
        signed = option.get(f"sign_{place}", 1)
        how = option.get(f"slope_{place}", usual)
        if how == "omitted":
            return [signed * 1.0 for _ in value]
        return [signed * (s * (1 - s) if how == "sigmoid" else 1 - s * s) for s in value]

    assert q.dh is not None
    assert q.dc is not None
    later = [0.0] * q.units if option.get("later") == "omitted" else q.dc
    do = let("do_1", hand.times(q.dh, v["tanh_c"]))
    through = hand.times(hand.times(q.dh, v["o"]), slope("c", "tanh", v["tanh_c"]))
    dc = let("dc_1", hand.add(through, [option.get("sign_later", 1) * d for d in later]))
    other = {"f": q.c, "i": v["g"], "g": v["i"]}
    a, b = option.get("swapped", "ff")
    other[a], other[b] = other[b], other[a]
    to = {"o": do, **{g: let(f"d{g}_1", hand.times(dc, other[g])) for g in "fig"}}
    dz = {g: let(f"dz_{g}_1", hand.times(to[g], slope(g, q.usual(g), v[g]))) for g in "ofig"}

    def back(key: str) -> Vector:
        parts = []
        for g in option.get(f"only_{key}", "ofig"):
            matrix: Matrix = getattr(q.gates[g], key)
            turned = matrix if option.get(f"turn_{key}") else turned_over(matrix)
            parts.append(hand.dot(turned, dz[g]))
        return hand.add(*parts)

    let("dx_1", back("W_x"))
    let("dh_0", back("W_h"))
    let("dc_0", dc if option.get("forget") == "no gate" else hand.times(dc, v["f"]))
    if q.layout == "apart" and not q.row:
        for g in "ofig":
            values[f"dW_x_{g}"] = [hand.times([d] * q.inputs, q.xs[0]) for d in dz[g]]
            values[f"dW_h_{g}"] = [hand.times([d] * q.units, q.h) for d in dz[g]]
            if q.gates[g].b_h is None:
                values[f"db_{g}"] = dz[g]
    return values
