"""The page of backward equations: the chain rule through each cell, every line written once.

As on the page of `cells`, everything runs over generic values, and `let(symbol, value, note)` names
a result.  dX stands for dL/dX and has the shape of X; `v` maps the symbols of a forward pass to
their values.  Over batches the gradients of weights are added up, and so they are over all steps
where the arrays of the steps are stacked on the leading axes.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from lstmhw.cells import Activations, Join, Let, Multiply, column, row
from lstmhw.functions import (
    Function,
    batch_sum,
    hard_sigmoid_slope,
    outer,
    outer_of_rows,
    step,
    total,
)

Values = Mapping[str, Any]
Chain = Callable[[Any, Any, Any], Any]
"""(dy, z, y) -> dz, where y = f(z)."""

CHAINS: dict[str, Chain] = {
    "sigmoid": lambda dy, z, y: dy * y * (1 - y),
    "tanh": lambda dy, z, y: dy * (1 - y**2),
    "relu": lambda dy, z, y: dy * step(z),
    "identity": lambda dy, z, y: dy,
    "hard-sigmoid": lambda dy, z, y: dy * hard_sigmoid_slope(z),
    "softmax": lambda dy, z, y: y * (dy - total(dy * y)),
}


MEANING = "dX stands for dL/dX, has the shape of X, and counts every way from X to L."


def through(function: Function, dy: Any, z: Any, y: Any) -> Any:
    """From the gradient to y = f(z) to that to z; KeyError for a function without a slope."""
    return CHAINS[function.name](dy, z, y)


class Orientation(NamedTuple):
    """How a matrix multiplies a vector, and what that makes of the gradient to the matrix."""

    multiply: Multiply
    outer: Callable[[Any, Any], Any]
    """(gradient to the product, vector) -> gradient to the matrix."""
    blocks: str
    """What a matrix on a concatenation has for each of the two vectors."""

    @property
    def cut(self) -> str:
        """What W_x and W_h are where a gate has W instead."""
        return f"W_x and W_h of a gate are the {self.blocks} of its W that meet x and h."


def _rows(dz: Any, vector: Any) -> Any:
    return outer_of_rows(vector, dz)


COLUMN = Orientation(column, outer, "columns")
ROW = Orientation(row, _rows, "rows")


class Seen(NamedTuple):
    """What W_h multiplies, and the gradient to the product; not h and dz for a GRU's candidate."""

    dz: Any
    h: Any


class Weights(NamedTuple):
    """The matrices that a pre-activation's gradient goes back through."""

    W_x: Any
    W_h: Any


Gates = Mapping[str, Weights]
"""The gates that have weights; a gate that is given as a value has none."""


class LstmBack(NamedTuple):
    """The gradients to the pre-activations by gate, and to c_{t-1}."""

    dz: Values
    dc: Any


def lstm(let: Let, t: int, v: Values, use: Activations, dh: Any, later: Sequence[Any]) -> LstmBack:
    """Back through one LSTM step; `later` is what reaches c_t from the step after it."""
    i, f, g, o, c = (v[f"{name}_{t}"] for name in "ifgoc")
    c_prev, shown = v[f"c_{t - 1}"], v[f"{use.state.name}_c_{t}"]
    do = let(f"do_{t}", dh * shown, f"o multiplies {use.state.name}(c) in h")
    reached = sum_of([through(use.state, dh * o, c, shown), *later])
    more = ", and what comes from later" if later else ""
    dc = let(f"dc_{t}", reached, f"through {use.state.name}(c){more}")
    df = let(f"df_{t}", dc * c_prev, "f multiplies the old c in c")
    di = let(f"di_{t}", dc * g, "i multiplies g in c")
    dg = let(f"dg_{t}", dc * i, "g multiplies i in c")
    dz = {}
    for gate, function, dy in (
        ("o", use.gate, do),
        ("f", use.gate, df),
        ("i", use.gate, di),
        ("g", use.candidate, dg),
    ):
        value = through(function, dy, v[f"z_{gate}_{t}"], v[f"{gate}_{t}"])
        dz[gate] = let(f"dz_{gate}_{t}", value, f"through {function.name}")
    return LstmBack(dz, to_cell(dc, f))


def to_cell(dc: Any, f: Any) -> Any:
    """What an LSTM step passes on to c_{t-1}, from the gradient to its c_t."""
    return dc * f


class UpdateBack(NamedTuple):
    """What an update gate lets through: to itself, to the candidate, and to h_{t-1}."""

    dz: Any
    dn: Any
    dh: Any


def keep(dh: Any, z: Any, h: Any, n: Any) -> UpdateBack:
    """Back through z * h + (1 - z) * n."""
    return UpdateBack(dh * (h - n), dh * (1 - z), dh * z)


def new(dh: Any, z: Any, h: Any, n: Any) -> UpdateBack:
    """Back through (1 - z) * h + z * n."""
    return UpdateBack(dh * (n - h), dh * z, dh * (1 - z))


class ResetBack(NamedTuple):
    """What a candidate lets through: to the reset gate, to h_{t-1}, and to what W_h multiplies."""

    dr: Any
    dh: Any
    seen: Seen


Reset = Callable[[Any, Any, Any], ResetBack]
"""(da_n, r, h) -> what comes of it."""


def reset_before(W_h: Any, multiply: Multiply) -> Reset:
    """Back through W_h (r * h)."""

    def back(da: Any, r: Any, h: Any) -> ResetBack:
        product = multiply(W_h.T, da)
        return ResetBack(product * h, product * r, Seen(da, r * h))

    return back


def reset_after(W_h: Any, b_h: tuple[Any, ...], multiply: Multiply) -> Reset:
    """Back through r * (W_h h + b_h)."""

    def back(da: Any, r: Any, h: Any) -> ResetBack:
        return ResetBack(
            da * sum_of([multiply(W_h, h), *b_h]), multiply(W_h.T, da * r), Seen(da * r, h)
        )

    return back


class GruBack(NamedTuple):
    """The gradients to the pre-activations by gate; what reaches h_{t-1} other than through r, z.

    `seen` is what W_h of the candidate multiplies.
    """

    da: Values
    dh: tuple[Any, ...]
    seen: Seen | None


def gru(
    let: Let,
    t: int,
    v: Values,
    use: Activations,
    update: Callable[[Any, Any, Any, Any], UpdateBack],
    reset: Reset | None,
    dh: Any,
) -> GruBack:
    """Back through one GRU step; no `reset` where the candidate is given and so r has no part."""
    r, z, n = (v[f"{name}_{t}"] for name in "rzn")
    h = v[f"h_{t - 1}"]
    mixed = update(dh, z, h, n)
    dn = let(f"dn_{t}", mixed.dn, "what h takes of n")
    dz = let(f"dz_{t}", mixed.dz, "z weighs the old h against n")
    da = {}
    value = through(use.candidate, dn, v[f"a_n_{t}"], n)
    da["n"] = let(f"da_n_{t}", value, f"through {use.candidate.name}")
    da["z"] = let(f"da_z_{t}", through(use.gate, dz, v[f"a_z_{t}"], z), f"through {use.gate.name}")
    if reset is None:
        return GruBack(da, (mixed.dh,), None)
    past = reset(da["n"], r, h)
    dr = let(f"dr_{t}", past.dr, "r multiplies this in the candidate")
    da["r"] = let(f"da_r_{t}", through(use.gate, dr, v[f"a_r_{t}"], r), f"through {use.gate.name}")
    return GruBack(da, (mixed.dh, past.dh), past.seen)


def rnn(let: Let, t: int, v: Values, activation: Function, dh: Any) -> Any:
    """Back through one step of a plain RNN, to its pre-activation."""
    value = through(activation, dh, v[f"a_{t}"], v[f"h_{t}"])
    return let(f"da_{t}", value, f"through {activation.name}")


def to_input(gates: Gates, dz: Values, multiply: Multiply) -> list[Any]:
    """What each gate passes on to x_t: W_x^T dz."""
    return [multiply(weights.W_x.T, dz[gate]) for gate, weights in gates.items()]


def to_hidden(gates: Gates, dz: Values, multiply: Multiply) -> list[Any]:
    """What each gate passes on to h_{t-1}: W_h^T dz."""
    return [multiply(weights.W_h.T, dz[gate]) for gate, weights in gates.items()]


ADDED = "a bias is added"
NOTES = {
    "W": "W multiplies h and x put together",
    "W_x": "W_x multiplies x",
    "W_h": "W_h multiplies h",
    "b": ADDED,
    "b_x": ADDED,
    "b_h": ADDED,
}
"""Why the gradient to the weights under a key is what `to_weights` says."""


def to_weights(key: str, dz: Any, x: Any, seen: Seen, join: Join, turn: Orientation) -> Any:
    """The gradient to the weights that a gate has under one of the keys of NOTES."""
    match key:
        case "W":
            return turn.outer(dz, join(x, seen.h))
        case "W_x":
            return turn.outer(dz, x)
        case "W_h":
            return turn.outer(seen.dz, seen.h)
        case "b_h":
            return batch_sum(seen.dz)
    return batch_sum(dz)


def half_squared(y: Any, target: Any) -> Any:
    """The loss of one step, half the sum of the squared errors."""
    return 0.5 * total((y - target) ** 2)


def half_squared_back(y: Any, target: Any) -> Any:
    """The gradient of the loss of one step to y."""
    return y - target


def output(let: Let, symbol: str, t: int, v: Values, activation: Function, dy: Any) -> Any:
    """Back through the output layer's activation, to the scores of that symbol."""
    value = through(activation, dy, v[f"{symbol}_{t}"], v[f"y_{t}"])
    return let(f"d{symbol}_{t}", value, f"through {activation.name}")


def updated(W: Any, rate: Any, dW: Any) -> Any:
    """One step of gradient descent."""
    return W - rate * dW


def sum_of(terms: Sequence[Any]) -> Any:
    """The terms added up, of which there is at least one."""
    return reduce(add, terms)
