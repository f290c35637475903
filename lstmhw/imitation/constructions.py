"""LSTMs that are set by hand to do what a sigmoid RNN does, as data, and how far they are from it.

In each of them the output gate computes the RNN's sigmoid and c is kept (almost) still, so that
h_t = o_t tanh(c_t) is the RNN's h_t, times a number that the read-out divides by.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats, sigmoid


class Bound(NamedTuple):
    """How far o tanh(c), read out, is from o at any step: in words, and as a number.

    `text` is the error of h as a function of K, c_0, and the gain L of the RNN.
    """

    text: str
    added: Callable[[float, Floats], float]
    sizes: Callable[[float, Floats], str] = lambda K, c_0: ""


class Construction(NamedTuple):
    """An LSTM in the words of a problem file: formulas for its gates and for its read-out.

    What is not in `gates` is zero.  `c_0` is where it starts unless the problem says otherwise;
    `projection` the number on the diagonal of weight_hr where h is projected.  `bound` is there
    where it is exact only in the limit, as `varied` (K or c_0) grows.
    """

    gates: Mapping[str, Mapping[str, str]]
    readout: str
    idea: tuple[str, ...]
    c_0: float = 0.0
    projection: float | None = None
    bound: Bound | None = None
    varied: tuple[str, tuple[float, ...]] = ("K", ())


def _saturated_error(K: float, c_0: Floats) -> float:
    """c_t = tanh(K) + sigmoid(-K)^t (c_0 - tanh(K)) is that far from 1, and tanh is no steeper."""
    away = 2 * sigmoid(-2 * K) + sigmoid(-K) * np.abs(c_0 - np.tanh(K))
    return float(np.max(away)) / math.tanh(1)


def _large_cell_error(K: float, c_0: Floats) -> float:
    """c goes from c_1 = sigmoid(K) (c_0 + tanh(K)) to e^K tanh(K) in one direction."""
    return float(2 * sigmoid(-2 * _least(K, c_0)))


def _least(K: float, c_0: Floats) -> float:
    with np.errstate(over="ignore"):
        last = np.exp(K) * np.tanh(K)
    return float(np.min(np.minimum(sigmoid(K) * (c_0 + np.tanh(K)), last)))


def _least_text(K: float, c_0: Floats) -> str:
    return f", s = {_least(K, c_0):.6g}"


_SUM = "(1 + L + ... + L^(t-1)), where L is the largest row sum of |W_h|, over 4"
SATURATED = Bound(
    "|error at step t| <= (2*sigmoid(-2K) + sigmoid(-K)*|c_0 - tanh(K)|)/tanh(1) * " + _SUM,
    _saturated_error,
)
LARGE_CELL = Bound(
    "|error at step t| <= (1 - tanh(s)) * "
    + _SUM
    + ", and s = min(sigmoid(K)*(c_0 + tanh(K)), exp(K)*tanh(K)) is the smallest c there is",
    _large_cell_error,
    _least_text,
)

_GROWS = (
    " A sigmoid is nowhere steeper than 1/4, so an error of h changes the next h by at most L "
    "times as much, L being the largest sum of absolute values in a row of W_h, over 4: an error "
    "of d a step adds up to d*(1 + L + L^2 + ...)."
)
_WHY_SATURATED = (
    "How far from exact: c_t - tanh(K) = sigmoid(-K)^t*(c_0 - tanh(K)) and 1 - tanh(K) = "
    "2*sigmoid(-2K), so c_t is off from 1 by at most their sum; tanh is nowhere steeper than 1, "
    "and h is read divided by tanh(1)." + _GROWS
)
_WHY_LARGE = (
    "How far from exact: h is o*tanh(c) in the place of o, so it is off by at most 1 - tanh(s), s "
    "being the smallest c there is." + _GROWS
)

_RNN = {"W_x": "W_x", "W_h": "W_h", "b_x": "b_x", "b_h": "b_h"}
_HELD = {"i": {"b_x": "K"}, "f": {"b_x": "-K"}, "g": {"b_x": "K"}}
_KS = ("K", (5.0, 10.0, 20.0, 40.0))

_OUTPUT_GATE = (
    "The RNN's equation is that of an output gate: o = sigmoid(W_x x + b_x + W_h h + b_h). So let "
    "o be the RNN, and hold c still: then tanh(c) is one number s at every step, and h = o*s is "
    "the RNN's h, s times as large."
)
_DIVIDED = (
    "That is why h is read divided by s, and why W_h is divided by s too: what is fed back to it "
    "is s times the RNN's h."
)
NO_WAY_WITHOUT = (
    "A read-out is needed: from c_0 = 0 the first cell state is c_1 = i*g, so |c_1| < 1 and |h_1| "
    "< tanh(1) = 0.7616 whatever the weights, while the RNN's sigmoid may be nearer 1."
)

CONSTRUCTIONS = {
    "fixed-point": Construction(
        gates={
            "g": {"b_x": "arctanh(c_0)"},
            "o": {**_RNN, "W_h": "W_h / tanh(c_0)"},
        },
        readout="h / tanh(c_0)",
        c_0=math.tanh(1),
        idea=(
            _OUTPUT_GATE,
            "c never moves: i and f have no weights, so both are sigmoid(0) = 1/2; g has only a "
            "bias, the one that makes it c_0. Then c_1 = 1/2*c_0 + 1/2*c_0 = c_0, and so on for "
            "ever: c_0 = i*g/(1 - f) is the fixed point of these gates. s is tanh(c_0). PyTorch "
            "has to be given this c_0: left alone it starts from 0.",
            _DIVIDED,
        ),
    ),
    "saturated": Construction(
        gates={**_HELD, "o": {**_RNN, "W_h": "W_h / tanh(1)"}},
        readout="h / tanh(1)",
        bound=SATURATED,
        varied=_KS,
        idea=(
            _OUTPUT_GATE,
            "Biases of size K hold i = sigmoid(K) and g = tanh(K) at 1, nearly, and f = "
            "sigmoid(-K) at 0. So c = 0*c + 1*1 = 1 after the first step, from c_0 = 0 too, where "
            "PyTorch starts; s is tanh(1) = 0.7616.",
            _DIVIDED,
            NO_WAY_WITHOUT,
            _WHY_SATURATED,
        ),
    ),
    "projected": Construction(
        gates={**_HELD, "o": _RNN},
        readout="h",
        projection=1 / math.tanh(1),
        bound=SATURATED,
        varied=_KS,
        idea=(
            _OUTPUT_GATE,
            "Biases of size K hold i = sigmoid(K) and g = tanh(K) at 1, nearly, and f = "
            "sigmoid(-K) at 0. So c = 0*c + 1*1 = 1 after the first step, and s is tanh(1) = "
            "0.7616.",
            "PyTorch's proj_size puts a matrix after that: h = weight_hr (o*tanh(c)). With "
            "weight_hr = [I/tanh(1), 0] the division by s is in the LSTM, h itself is the RNN's, "
            "and W_h stays as it is. PyTorch wants more units than proj_size: one more, idle.",
            _WHY_SATURATED,
        ),
    ),
    "large-cell": Construction(
        gates={"i": {"b_x": "K"}, "f": {"b_x": "K"}, "g": {"b_x": "K"}, "o": _RNN},
        readout="h",
        bound=LARGE_CELL,
        varied=("c_0", (0.0, 5.0, 10.0, 20.0)),
        idea=(
            "The RNN's equation is that of an output gate: o = sigmoid(W_x x + b_x + W_h h + b_h). "
            "So let o be the RNN; then h = o*tanh(c) is the RNN's h wherever tanh(c) is 1.",
            "Biases of size K hold i, f and g at 1, nearly, so c grows by 1 a step: c_t = c_0 + t. "
            "tanh(c) is 1 to all 16 digits from c = 20 on, so all is well if c_0 is large.",
            "From c_0 = 0, where PyTorch starts, it is not: c_1 = 1, tanh(1) = 0.7616, and the "
            "first h is 24 % too small. It gets better by itself, as c grows.",
            _WHY_LARGE,
        ),
    ),
}
