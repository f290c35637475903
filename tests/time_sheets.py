"""Answer sheets on an RNN over several steps, back through time, with one known mistake or none.

Some ask for the loss and the gradients (lstm-gradient), others for the factors between states and
the norms of their products (gradient-flow).  Loops over Python floats; nothing here is lstmhw's.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from plain import Matrix, Vector
from questions import TRIES, UnsuitedError, file
from sheets import Sheet, first_difference, write
from working import HALF_UP, Hand, turned_over

LEAST = 6  # units of the last digit by which a mistake shows


class Net(NamedTuple):
    """A tanh or sigmoid RNN from h = 0, its inputs and what its states should be."""

    xs: list[Vector]
    W_x: Matrix
    W_h: Matrix
    b: Vector
    activation: str
    targets: list[Vector]
    row: bool

    def slope(self, h: float) -> float:
        return 1 - h * h if self.activation == "tanh" else h * (1 - h)


def _net(rng: Random, units: int | None = None) -> Net:
    m, n, steps = units or rng.choice([1, 2, 2, 3]), rng.choice([1, 2]), rng.choice([3, 3, 4, 5])

    def vector(size: int, most: float) -> Vector:
        return [round(rng.uniform(-most, most), 1) for _ in range(size)]

    return Net(
        [vector(n, 2) for _ in range(steps)],
        [vector(n, 1) for _ in range(m)],
        [vector(m, 1) for _ in range(m)],
        vector(m, 1),
        rng.choice(["tanh", "tanh", "sigmoid"]),
        [vector(m, 1) for _ in range(steps)],
        rng.random() < 0.3,
    )


def _dot(matrix: Matrix, vector: Vector) -> Vector:
    return [math.fsum(w * v for w, v in zip(row, vector, strict=True)) for row in matrix]


def _times(left: Matrix, right: Matrix) -> Matrix:
    return turned_over([_dot(left, column) for column in turned_over(right)])


def _states(net: Net) -> list[Vector]:
    """The hidden states, from h_0 on."""
    function = math.tanh if net.activation == "tanh" else lambda z: 1 / (1 + math.exp(-z))
    states = [[0.0] * len(net.b)]
    for x in net.xs:
        sums = zip(_dot(net.W_x, x), _dot(net.W_h, states[-1]), net.b, strict=True)
        states.append([function(math.fsum(terms)) for terms in sums])
    return states


Together = Callable[[list[float]], float]
TOGETHER: Mapping[str | None, Together] = {  # what becomes of the shares, from the first step on
    None: math.fsum,
    "only-last-step": lambda shares: shares[-1],
    "overwritten": lambda shares: shares[0],
    "averaged": lambda shares: math.fsum(shares) / len(shares),
}


def _entries(together: Together, shares: list[Any]) -> Any:
    """What becomes of arrays, entry by entry."""
    if not isinstance(shares[0], list):
        return together(shares)
    return [_entries(together, list(parts)) for parts in zip(*shares, strict=True)]


def _gradients(net: Net, made: str | None) -> dict[str, Any]:
    """The loss, half the squared distance at every step, and the gradients to the weights."""
    states, m = _states(net), len(net.b)
    later = [0.0] * m
    shares: dict[str, list[Any]] = {"loss": [], "dW_x": [], "dW_h": [], "db": []}
    for t in range(len(net.xs), 0, -1):
        off = [h - goal for h, goal in zip(states[t], net.targets[t - 1], strict=True)]
        dh = [a + b for a, b in zip(off, later, strict=True)]
        da = [d * net.slope(h) for d, h in zip(dh, states[t], strict=True)]
        later = _dot(turned_over(net.W_h), da)
        found = {
            "loss": math.fsum(d * d for d in off) / 2,
            "dW_x": [[d * x for x in net.xs[t - 1]] for d in da],
            "dW_h": [[d * h for h in states[t - 1]] for d in da],
            "db": da,
        }
        for symbol, share in found.items():
            shares[symbol].insert(0, share)
    values = {s: _entries(TOGETHER[made], each) for s, each in shares.items()}
    if made == "overwritten":
        values["loss"] = shares["loss"][-1]  # which is added up from the first step on
    if net.row:
        values |= {s: turned_over(values[s]) for s in ("dW_x", "dW_h")}
    return values


def _norm(matrix: Matrix) -> float:
    """The largest singular value, of a 1 x 1 or 2 x 2 matrix."""
    if len(matrix) == 1:
        return abs(matrix[0][0])
    size = math.fsum(entry * entry for row in matrix for entry in row)
    (a, b), (c, d) = matrix
    return math.sqrt((size + math.sqrt(max(0.0, size**2 - 4 * (a * d - b * c) ** 2))) / 2)


def _factor(net: Net, h: Vector, made: str | None, way: int) -> Matrix:
    """dh_t/dh_(t-1), or one of the three ways to turn it over."""
    slopes = [net.slope(value) for value in h]
    if made == "transposed" and way == 0:  # the slopes at the columns
        return [[w * s for w, s in zip(row, slopes, strict=True)] for row in net.W_h]
    matrix = turned_over(net.W_h) if made == "transposed" and way == 1 else net.W_h
    factor = [[s * w for w in row] for s, row in zip(slopes, matrix, strict=True)]
    return turned_over(factor) if made == "transposed" and way == 2 else factor


def _flow(net: Net, made: str | None, way: int) -> dict[str, Any]:
    """The factors, and the norms of their products, of which none is misled by another mistake."""
    states = _states(net)
    running = power = [[float(j == k) for j in range(len(net.b))] for k in range(len(net.b))]
    values: dict[str, Any] = {}
    for t, h in enumerate(states[1:], 1):
        values[f"J_{t}"] = _factor(net, h, made, way)
        running = _times(_factor(net, h, None, 0), running)
        power = _times(net.W_h, power)
        weights = _norm(power) if way else _norm(net.W_h) ** t
        values[f"norm_{t}"] = weights if made == "factor-for-norm" else _norm(running)
    return values


SUMS = ("only-last-step", "overwritten", "averaged")
FLOWS = ("factor-for-norm", "transposed")
MADE = (*SUMS, *FLOWS)


def time_sheet(seed: int, made: str | None, flows: bool) -> Sheet:
    """A sheet with a mistake of that name, or a correct one."""
    rng = Random(f"time {seed} {made} {flows}")
    for _ in range(TRIES):
        try:
            return _of_flow(rng, made) if flows else _of_gradients(rng, made)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {made}")


def _of_gradients(rng: Random, made: str | None) -> Sheet:
    net = _net(rng)
    symbols = rng.choice([["loss", "dW_x", "dW_h", "db"], ["dW_x", "dW_h"], ["db"], ["loss"]])
    also = {"overwritten": ("only-last-step",), "only-last-step": ("overwritten",)}
    same = also.get(made or "", ()) if symbols[0] == "loss" else ()
    kind = {"kind": "lstm-gradient", "cell": "rnn", "loss": "half-squared"}
    keys = {**kind, **_keys(net), "targets": net.targets}
    return _sheet(rng, keys, (_gradients(net, made), _gradients(net, None)), symbols, made, same)


def _of_flow(rng: Random, made: str | None) -> Sheet:
    net = _net(rng, 2 if made == "transposed" else rng.choice([1, 2]))
    way, last = rng.randrange(3), len(net.xs)
    name = "J" if made == "transposed" else "norm"
    symbols = [f"{name}_{t}" for t in rng.choice([[last], [last - 1, last]])]
    keys = {"kind": "gradient-flow", "cell": "rnn", **_keys(net)}
    return _sheet(rng, keys, (_flow(net, made, way), _flow(net, None, 0)), symbols, made)


def _keys(net: Net) -> dict[str, Any]:
    over = turned_over if net.row else (lambda matrix: matrix)
    keys = {"xs": net.xs, "W_x": over(net.W_x), "W_h": over(net.W_h), "b": net.b}
    return {**keys, "activation": net.activation, **({"orientation": "row"} if net.row else {})}


def _sheet(
    rng: Random,
    keys: Mapping[str, Any],
    values: tuple[Mapping[str, Any], Mapping[str, Any]],
    symbols: list[str],
    made: str | None,
    also: tuple[str, ...] = (),
) -> Sheet:
    """The sheet of what was worked, of which the right values are the second ones."""
    hand = Hand(dict.fromkeys(symbols, rng.choice([4, 5, 6])), how=HALF_UP)
    written, clean = (write(hand, each, symbols) for each in values)
    text = file(keys, written)
    if made is None:
        return Sheet(text, (), None, "over time", (), "over time")
    found = first_difference(written, clean)
    if found is None or found[1] < LEAST:
        raise UnsuitedError
    return Sheet(text, (made,), found[0], "one mistake", found[:1], "over time", also)


def time_sheets(count: int, seed: int = 0) -> Iterator[Sheet]:
    """Sheets with one mistake and correct ones, in turn."""
    every = [*((name, name in FLOWS) for name in MADE), (None, True), (None, False)]
    for k in range(count):
        yield time_sheet(1000 * seed + k, *every[k % len(every)])
