"""An LSTM of PyTorch's form beside the sigmoid RNN that it is to imitate, in float64.

The RNN is h_t = sigmoid(a_t), a_t = W_x x_t + b_x + W_h h_{t-1} + b_h, with m units and n inputs;
both networks start from h_0 = 0.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.cells import Activations, PreActivations, Separate, column
from lstmhw.cells.lstm import lstm
from lstmhw.cells.rnn import rnn
from lstmhw.expr import DATUM, Divide, Expr, Quantity, Role, unrecorded
from lstmhw.faults import Fault, ProblemError
from lstmhw.formula import substituted
from lstmhw.functions import Floats, sigmoid

GATES = "ifgo"  # PyTorch's order

EPSILON = float(np.finfo(np.float64).eps)
NOISE = 1e-12  # what is below counts as rounding, whatever the numbers


class Weights(NamedTuple):
    """The parameters of torch.nn.LSTM for n inputs, m outputs and M units: gates by rows, i f g o.

    weight_ih (4M, n), weight_hh (4M, m), bias_ih and bias_hh (4M,); weight_hr (m, M) is there where
    h is projected (`proj_size`), else M = m.
    """

    weight_ih: Floats
    weight_hh: Floats
    bias_ih: Floats
    bias_hh: Floats
    weight_hr: Floats | None = None

    @property
    def units(self) -> int:
        return len(self.bias_ih) // len(GATES)

    def gates(self, name: Callable[[str, Floats], Any]) -> PreActivations:
        """The pre-activations, over what `name` makes of a symbol (`W_x_i`) and its numbers."""
        arrays = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        blocks = zip(GATES, *(np.split(array, len(GATES)) for array in arrays), strict=True)
        return {
            gate: Separate(
                name(f"W_x_{gate}", W_x),
                name(f"W_h_{gate}", W_h),
                (name(f"b_x_{gate}", b_x),),
                (name(f"b_h_{gate}", b_h),),
                column,
            )
            for gate, W_x, W_h, b_x, b_h in blocks
        }

    @property
    def is_tanh_of_tanh(self) -> bool:
        """Whether biases hold i and o at 1 and f at 0, so that h = tanh(tanh(z_g))."""
        i, f, _, o = np.split(self.bias_ih + self.bias_hh, len(GATES))
        return bool(np.all((i == np.inf) & (f == -np.inf) & (o == np.inf)))

    def z_g(self, x: Floats, h: Floats) -> Floats:
        """The pre-activation of the candidate, (n,) and (m,) -> (M,)."""
        pre_activation: Floats = self.gates(lambda symbol, numbers: numbers)["g"](x, h)
        return pre_activation

    def by_name(self) -> dict[str, Floats]:
        """The parameters by PyTorch's names."""
        return {name: array for name, array in self._asdict().items() if array is not None}

    def projected(self, h: Floats) -> Floats:
        """What the next step and the reader see of o * tanh(c), (M,) -> (m,)."""
        return h if self.weight_hr is None else self.weight_hr @ h

    def run(self, xs: Floats, c: Floats) -> tuple[Floats, Floats]:
        """All steps from h_0 = 0, xs (T, n) and c_0 (M,) -> every h (T, m) and every c (T, M)."""
        gates = self.gates(lambda symbol, numbers: numbers)
        h = np.zeros(self.weight_hh.shape[1])
        states = []
        for t, x in enumerate(xs, 1):
            shown, c = lstm(unrecorded, t, gates, Activations(), x, h, c)
            h = self.projected(shown)
            states.append((h, c))
        hs, cs = zip(*states, strict=True)
        return np.array(hs), np.array(cs)


class Rnn(NamedTuple):
    """A sigmoid RNN: W_x (m, n), W_h (m, m), b_x and b_h (m,)."""

    W_x: Floats
    W_h: Floats
    b_x: Floats
    b_h: Floats

    @property
    def units(self) -> int:
        return len(self.b_x)

    def run(self, xs: Floats) -> tuple[Floats, Floats]:
        """All steps from h_0 = 0, xs (T, n) -> every pre-activation and every h, both (T, m)."""
        named: dict[str, list[Floats]] = {"a": [], "h": []}

        def let(symbol: str, value: Floats, note: str, role: Role = DATUM) -> Floats:
            named[symbol[0]].append(value)
            return value

        pre_activation = Separate(self.W_x, self.W_h, (self.b_x,), (self.b_h,), column)
        h = np.zeros(self.units)
        for t, x in enumerate(xs, 1):
            h = rnn(let, t, pre_activation, sigmoid, x, h)
        return np.array(named["a"]), np.array(named["h"])

    def growth(self, a: Floats, added: float, inexact: Floats) -> Floats:
        """How far from h another h can be that is fed back in its place, (T, m) as `a`.

        The other one is off by `added` at each step, and its pre-activations by `inexact` (T, m),
        beside what it inherits; a sigmoid hands that on by its slope, which is at most 1/4.
        """
        off = np.zeros(self.units)
        rows = []
        for z, error in zip(a, inexact, strict=True):
            with np.errstate(over="ignore"):
                reach = np.abs(self.W_h) @ off + error
            nearest = np.maximum(np.abs(z) - reach, 0.0)
            slope = sigmoid(nearest) * sigmoid(-nearest)
            off = added + np.minimum(slope * reach, 1.0)
            rows.append(off)
        return np.array(rows)

    def noise(self, xs: Floats, a: Floats) -> Floats:
        """How far float64 may take two ways to compute h apart, (T, m); at least NOISE."""
        largest = np.abs(xs) @ np.abs(self.W_x).T + np.abs(self.W_h).sum(axis=1)
        largest = largest + np.abs(self.b_x) + np.abs(self.b_h)
        roundings = sum(self.W_x.shape) + 8
        inexact = roundings * EPSILON * largest
        return np.maximum(self.growth(a, roundings * EPSILON, inexact), NOISE)

    @property
    def gain(self) -> float:
        """L: an error of h is no more than L times as large a step later."""
        return float(np.abs(self.W_h).sum(axis=1).max()) / 4


def stacked(blocks: Sequence[Mapping[str, Floats]], projection: float | None) -> Weights:
    """The parameters with these blocks of i, f, g and o, each `W_x`, `W_h`, `b_x` and `b_h`.

    Projected, there is a unit more, without weights.
    """
    units = len(blocks[0]["b_x"])
    spare = 0 if projection is None else 1

    def rows(part: str) -> Floats:
        height = [(0, spare)] + [(0, 0)] * (blocks[0][part].ndim - 1)
        return np.concatenate([np.pad(block[part], height) for block in blocks])

    weight_hr = None
    if projection is not None:
        weight_hr = np.hstack([projection * np.eye(units), np.zeros((units, spare))])
    return Weights(rows("W_x"), rows("W_h"), rows("b_x"), rows("b_h"), weight_hr)


class Written(NamedTuple):
    """A part of a gate: its symbol, its formula (None for numbers of the file), and its value."""

    symbol: str
    formula: Expr | None
    value: Floats

    def names(self, symbol: str) -> bool:
        """Whether the formula names this."""
        leaves = () if self.formula is None else self.formula.leaves()
        return any(leaf.symbol == symbol for leaf in leaves)


class Lstm(NamedTuple):
    """An LSTM that is to do what the RNN does: how it was written, and what that comes to."""

    written: tuple[Written, ...]
    weights: Weights
    c_0: Floats
    readout: Expr

    def read(self, h: Floats) -> Floats:
        """The RNN's states as they are read from this LSTM's, (T, m) -> (T, m)."""
        expr = substituted(self.readout, "h", Quantity("h", h, given=False))
        with np.errstate(all="ignore"):
            value: Floats = np.broadcast_to(expr.value, h.shape)
        if not np.isfinite(value).all():
            message = "expected a read-out with a value for every h, found one without"
            raise ProblemError([Fault(("readout",), message)])
        return value

    @property
    def scale(self) -> Any:
        """What the read-out divides h by: a number, or one for each unit; None for another form."""
        match self.readout:
            case Quantity(symbol="h"):
                return 1.0
            case Divide(parts=(Quantity(symbol="h"), below)):
                within = [leaf.symbol for leaf in below.leaves()]
                return None if "h" in within else np.asarray(below.value, dtype=np.float64)
        return None


class Comparison(NamedTuple):
    """The RNN beside the LSTM: all (T, m) but xs (T, n) and c (T, M).

    `read` is the RNN's h as it is read from the LSTM's; `noise` what rounding may explain.
    """

    xs: Floats
    a: Floats
    h: Floats
    h_lstm: Floats
    c: Floats
    read: Floats
    noise: Floats

    @property
    def answers(self) -> dict[str, Floats]:
        """What was computed, by the names of the answers: h is the RNN's."""
        return {
            "x": self.xs,
            "a": self.a,
            "h": self.h,
            "h_lstm": self.h_lstm,
            "c": self.c,
            "read": self.read,
        }

    @property
    def errors(self) -> Floats:
        error: Floats = np.abs(self.read - self.h)
        return error

    @property
    def largest(self) -> float:
        return float(self.errors.max())

    @property
    def is_real(self) -> bool:
        """Whether some error is more than rounding."""
        return bool((self.errors > self.noise).any())

    @property
    def certain(self) -> int:
        """How many steps there are before rounding may show; at least one."""
        shows = self.noise.max(axis=1) > 1e-6
        return max(1, int(shows.argmax())) if shows.any() else len(shows)

    @property
    def first_wrong(self) -> tuple[int, int]:
        """The first step with an error that is more than rounding, and its worst unit, from 0."""
        step = int((self.errors > self.noise).any(axis=1).argmax())
        return step, int(self.errors[step].argmax())


def compared(rnn: Rnn, lstm: Lstm, xs: Floats) -> Comparison:
    """Both networks on the same inputs, (T, n).  Raises ProblemError where nothing can be read."""
    a, h = rnn.run(xs)
    h_lstm, c = lstm.weights.run(xs, lstm.c_0)
    return Comparison(xs, a, h, h_lstm, c, lstm.read(h_lstm), rnn.noise(xs, a))


def may_overflow(xs: Floats, W_x: Floats, W_h: Floats, *biases: Floats) -> bool:
    """Whether W_x x + W_h h and the finite biases may be over 1.8e308, for |h| up to 2."""
    with np.errstate(over="ignore"):
        largest = np.abs(W_x) @ np.abs(xs).max(axis=0) + 2 * np.abs(W_h).sum(axis=1)
        for bias in biases:
            largest = largest + np.where(np.isinf(bias), 0.0, np.abs(bias))
    return not np.isfinite(largest).all()
