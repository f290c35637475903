"""Right sheets on gradients and losses that are rounded all along, in several places.

Worked line by line with Python floats; nothing here is lstmhw's.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, NamedTuple

from plain import Matrix, Vector
from questions import file
from sheets import Sheet
from working import turned_over

CELLS = {"lstm": "ifgo", "gru": "rzn", "rnn": "a"}


class Paper(NamedTuple):
    """How a sheet is rounded: to so many decimals, every line, and what else says so."""

    digits: int = 2
    how: str = ROUND_HALF_UP
    products: bool = False  # each product of two numbers, before it is added to another
    slopes: bool = False  # 1 - f, f*(1 - f), 1 - g^2
    shares: bool = False  # what a step adds to the gradient of a weight
    data: bool = False  # the numbers of the problem

    def line(self, value: float) -> float:
        exact = Decimal(repr(round(value, 12)))
        return float(exact.quantize(Decimal(1).scaleb(-self.digits), rounding=self.how))

    def kept(self, value: float, where: bool) -> float:
        return self.line(value) if where else value

    def product(self, left: float, right: float) -> float:
        return self.kept(left * right, self.products)

    def times(self, left: Vector, right: Vector) -> Vector:
        return [self.product(a, b) for a, b in zip(left, right, strict=True)]

    def dot(self, matrix: Matrix, vector: Vector) -> Vector:
        return [math.fsum(self.times(row, vector)) for row in matrix]

    def lines(self, values: Iterable[float]) -> Vector:
        return [self.line(value) for value in values]

    def sigmoid_slope(self, values: Vector) -> Vector:
        rest = [self.kept(1 - v, self.slopes) for v in values]
        return [self.kept(v * r, self.slopes) for v, r in zip(values, rest, strict=True)]

    def tanh_slope(self, values: Vector) -> Vector:
        squares = [self.kept(v * v, self.slopes) for v in values]
        return [self.kept(1 - square, self.slopes) for square in squares]


class Net(NamedTuple):
    """A question: the weights of each gate on x and on h, and its bias; targets for h."""

    cell: str
    W_x: Mapping[str, Matrix]
    W_h: Mapping[str, Matrix]
    b: Mapping[str, Vector]
    xs: list[Vector]
    h: Vector
    c: Vector
    targets: list[Vector]

    def problem(self) -> dict[str, Any]:
        keys: dict[str, Any] = {"kind": "lstm-gradient", "cell": self.cell, "xs": self.xs}
        keys |= {"h_prev": self.h, "targets": self.targets}
        gates = {
            gate: {"W_x": self.W_x[gate], "W_h": self.W_h[gate], "b": self.b[gate]}
            for gate in CELLS[self.cell]
        }
        if self.cell == "rnn":
            return keys | gates["a"]
        if self.cell == "gru":
            keys |= {"update": "keep", "reset": "before"}
        return keys | ({"c_prev": self.c} if self.cell == "lstm" else {}) | {"gates": gates}


def add(*vectors: Sequence[float]) -> Vector:
    return [math.fsum(entries) for entries in zip(*vectors, strict=True)]


def sigmoid(values: Vector) -> Vector:
    return [1 / (1 + math.exp(-v)) for v in values]


def tanh(values: Vector) -> Vector:
    return [math.tanh(v) for v in values]


def one_minus(values: Vector) -> Vector:
    return [1 - v for v in values]


class Hand:
    """The working of a question on paper; `values` are its lines, in their order."""

    def __init__(self, net: Net, paper: Paper) -> None:
        self.net = net
        self.paper = paper
        self.values: dict[str, Any] = {}
        self.xs = [self.read(x) for x in net.xs]
        self.states = [self.read(net.h)]
        self.cells = [self.read(net.c)]
        self.fed: list[dict[str, Vector]] = []
        for t in range(1, len(net.xs) + 1):
            {"lstm": self.lstm, "gru": self.gru, "rnn": self.rnn}[net.cell](t)
        self.losses()
        self.back()

    def read(self, values: Vector) -> Vector:
        return [self.paper.kept(value, self.paper.data) for value in values]

    def matrix(self, matrix: Matrix) -> Matrix:
        return [self.read(row) for row in matrix]

    def let(self, symbol: str, values: Vector) -> Vector:
        self.values[symbol] = self.paper.lines(values)
        found: Vector = self.values[symbol]
        return found

    def before(self, gate: str, t: int, h: Vector) -> Vector:
        """The pre-activation of a gate that reads h."""
        net, paper = self.net, self.paper
        of_x = paper.dot(self.matrix(net.W_x[gate]), self.xs[t - 1])
        of_h = paper.dot(self.matrix(net.W_h[gate]), h)
        name = {"lstm": f"z_{gate}", "gru": f"a_{gate}", "rnn": "a"}[net.cell]
        return self.let(f"{name}_{t}", add(of_x, of_h, self.read(net.b[gate])))

    def lstm(self, t: int) -> None:
        h, c, paper = self.states[-1], self.cells[-1], self.paper
        for gate in "ifgo":
            z = self.before(gate, t, h)
            self.let(f"{gate}_{t}", tanh(z) if gate == "g" else sigmoid(z))
        i, f, g, o = (self.values[f"{gate}_{t}"] for gate in "ifgo")
        self.cells.append(self.let(f"c_{t}", add(paper.times(f, c), paper.times(i, g))))
        seen = self.let(f"tanh_c_{t}", tanh(self.cells[-1]))
        self.states.append(self.let(f"h_{t}", paper.times(o, seen)))
        self.fed.append(dict.fromkeys("ifgo", h))

    def gru(self, t: int) -> None:
        h, paper = self.states[-1], self.paper
        r, z = (self.let(f"{gate}_{t}", sigmoid(self.before(gate, t, h))) for gate in "rz")
        reset = [paper.kept(v, paper.products) for v in paper.times(r, h)]
        n = self.let(f"n_{t}", tanh(self.before("n", t, reset)))
        mixed = add(paper.times(z, h), paper.times(one_minus(z), n))
        self.states.append(self.let(f"h_{t}", mixed))
        self.fed.append({"r": h, "z": h, "n": reset})

    def rnn(self, t: int) -> None:
        h = self.states[-1]
        self.states.append(self.let(f"h_{t}", tanh(self.before("a", t, h))))
        self.fed.append({"a": h})

    def losses(self) -> None:
        losses: Vector = []
        for t, target in enumerate(self.net.targets, 1):
            off = add(self.states[t], [-v for v in self.read(target)])
            squares = self.paper.times(off, off)
            losses += self.let(f"loss_{t}", [math.fsum(squares) / 2])
        self.let("loss", [math.fsum(losses)])
        if len(losses) == 1:
            del self.values["loss_1"]

    def back(self) -> None:
        net, paper = self.net, self.paper
        later_h, later_c = [0.0] * len(net.h), [0.0] * len(net.h)
        shares: dict[str, list[Any]] = {}
        for t in range(len(net.xs), 0, -1):
            off = add(self.states[t], [-v for v in self.read(net.targets[t - 1])])
            dh = self.let(f"dh_{t}", add(off, later_h))
            way = {"lstm": self.lstm_back, "gru": self.gru_back, "rnn": self.rnn_back}[net.cell]
            slopes, later_h, later_c = way(t, dh, later_c)
            for gate, dz in slopes.items():
                name = "" if gate == "a" else f"_{gate}"
                for key, other in (("W_x", self.xs[t - 1]), ("W_h", self.fed[t - 1][gate])):
                    share = [[paper.product(d, v) for v in other] for d in dz]
                    shares.setdefault(f"d{key}{name}", []).append(share)
                shares.setdefault(f"db{name}", []).append(dz)
        for symbol, each in shares.items():
            self.values[symbol] = self.together(each)

    def together(self, shares: list[Any]) -> Any:
        if isinstance(shares[0], list):
            return [self.together(list(parts)) for parts in zip(*shares, strict=True)]
        return self.paper.line(math.fsum(self.paper.kept(s, self.paper.shares) for s in shares))

    def through(self, gates: str, dz: Mapping[str, Vector]) -> Vector:
        """What comes back through the weights on h."""
        turned = {gate: turned_over(self.matrix(self.net.W_h[gate])) for gate in gates}
        return add(*(self.paper.dot(turned[gate], dz[gate]) for gate in gates))

    def lstm_back(self, t: int, dh: Vector, later: Vector) -> Any:
        paper, v = self.paper, {g: self.values[f"{g}_{t}"] for g in "ifgo"}
        seen = self.values[f"tanh_c_{t}"]
        inner = paper.times(paper.times(dh, v["o"]), paper.tanh_slope(seen))
        dc = self.let(f"dc_{t}", add(inner, later))
        other = {"f": self.cells[t - 1], "i": v["g"], "g": v["i"]}
        to = {"o": self.let(f"do_{t}", paper.times(dh, seen))}
        to |= {g: self.let(f"d{g}_{t}", paper.times(dc, other[g])) for g in "gfi"}
        dz = {}
        for g in "ifgo":
            slope = paper.tanh_slope(v[g]) if g == "g" else paper.sigmoid_slope(v[g])
            dz[g] = self.let(f"dz_{g}_{t}", paper.times(to[g], slope))
        return dz, self.through("ifgo", dz), paper.times(dc, v["f"])

    def gru_back(self, t: int, dh: Vector, _: Vector) -> Any:
        paper, h = self.paper, self.states[t - 1]
        r, z, n = (self.values[f"{g}_{t}"] for g in "rzn")
        dn = self.let(f"dn_{t}", paper.times(dh, one_minus(z)))
        da = {"n": self.let(f"da_n_{t}", paper.times(dn, paper.tanh_slope(n)))}
        dz = self.let(f"dz_{t}", paper.times(dh, add(h, [-v for v in n])))
        da["z"] = self.let(f"da_z_{t}", paper.times(dz, paper.sigmoid_slope(z)))
        reset = self.through("n", da)
        dr = self.let(f"dr_{t}", paper.times(reset, h))
        da["r"] = self.let(f"da_r_{t}", paper.times(dr, paper.sigmoid_slope(r)))
        kept = paper.times(dh, z)
        return da, add(self.through("rz", da), paper.times(reset, r), kept), []

    def rnn_back(self, t: int, dh: Vector, _: Vector) -> Any:
        da = {"a": self.let(f"da_{t}", self.paper.times(dh, self.paper.tanh_slope(self.states[t])))}
        return da, self.through("a", da), []


def _net(rng: Random, cell: str) -> Net:
    m, n, steps = rng.choice([1, 1, 2]), rng.choice([1, 2]), rng.choice([1, 2, 2, 3])
    digits = rng.choice([1, 1, 2])

    def numbers(count: int) -> Vector:
        return [round(rng.uniform(-1, 1), digits) for _ in range(count)]

    def matrices(columns: int) -> dict[str, Matrix]:
        return {gate: [numbers(columns) for _ in range(m)] for gate in CELLS[cell]}

    b = {gate: numbers(m) for gate in CELLS[cell]}
    xs, targets = [numbers(n) for _ in range(steps)], [numbers(m) for _ in range(steps)]
    return Net(cell, matrices(n), matrices(m), b, xs, numbers(m), numbers(m), targets)


def _paper(rng: Random, digits: int) -> Paper:
    how = rng.choice([ROUND_HALF_UP, ROUND_HALF_UP, ROUND_HALF_EVEN])
    return Paper(digits, how, *(rng.random() < 0.5 for _ in range(3)))


def _claims(rng: Random, symbols: Sequence[str]) -> list[str]:
    """Everything, the gradients and losses, those to the weights, or some of all."""
    among = [s for s in symbols if not s.startswith("tanh")]
    match rng.choice(["everything", "gradients", "weights", "some"]):
        case "gradients":
            return [s for s in among if s.startswith(("d", "loss"))]
        case "weights":
            return [s for s in among if s.startswith(("dW", "db", "loss", "h_"))]
        case "some":
            return [s for s in among if rng.random() < 0.5] or among[-1:]
    return among


def _text(value: Any, digits: int) -> Any:
    if isinstance(value, list):
        return [_text(part, digits) for part in value]
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if not float(text) else text


def rounded_sheet(seed: int, digits: int = 2) -> Sheet:
    """A right sheet, all its numbers rounded to so many decimals before they are used."""
    rng = Random(f"rounded {seed} {digits}")
    cell = rng.choice([*CELLS])
    net, paper = _net(rng, cell), _paper(rng, digits)
    values = Hand(net, paper).values
    claimed = {symbol: _text(values[symbol], digits) for symbol in _claims(rng, [*values])}
    return Sheet(file(net.problem(), claimed), (), None, "rounded all along", (), f"{cell} {paper}")


def exact_values(seed: int) -> tuple[str, dict[str, Any]]:
    """A question, and what the same hand gives where next to nothing is rounded."""
    rng = Random(f"exact {seed}")
    net = _net(rng, rng.choice([*CELLS]))
    return file(net.problem(), {}), Hand(net, Paper(digits=11)).values


def rounded_sheets(count: int, seed: int = 0) -> Iterator[Sheet]:
    for k in range(count):
        yield rounded_sheet(1000 * seed + k)
