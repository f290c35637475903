"""The textbook page: each equation of a recurrent cell, written once.

Everything here runs over generic values: float64 arrays (with leading batch axes), recorded
expressions, intervals.  `let(symbol, value, note)` names a result and returns it; a worksheet
records it, `unrecorded` does nothing more.

Symbols and shapes, for n inputs, m units and k outputs; the index is the time step:
    x_t (n,)    input                       h_t (m,)    hidden state
    c_t (m,)    cell state                  y_t (k,)    output
    i_t f_t o_t (m,)   input, forget and output gate of an LSTM; g_t its candidate
    r_t z_t (m,)       reset and update gate of a GRU; n_t its candidate
    z_f_t, a_r_t, a_t  pre-activations: of f_t (LSTM), of r_t (GRU), of h_t (RNN)
    W (m, m + n) on the concatenation, or W_x (m, n) and W_h (m, m); b, b_x, b_h (m,)
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from lstmhw.functions import Function, concat, sigmoid, tanh, times


class Let(Protocol):
    """Names a result of the page and returns it."""

    def __call__(self, symbol: str, value: Any, note: str, /) -> Any: ...


def unrecorded(symbol: str, value: Any, note: str) -> Any:
    """The `let` of a plain computation."""
    return value


class Activations(NamedTuple):
    """The nonlinearities of a gated cell; `state` is what an LSTM reads c through."""

    gate: Function = sigmoid
    candidate: Function = tanh
    state: Function = tanh


PreActivation = Callable[[Any, Any], Any]
"""(x, h) -> the pre-activation of a gate."""

Candidate = Callable[[Any, Any, Any], Any]
"""(x, h, r) -> the pre-activation of a GRU's candidate."""

Multiply = Callable[[Any, Any], Any]
"""(matrix, vector) -> their product: `column` or `row`."""

Join = Callable[[Any, Any], Any]
"""(x, h) -> the two put together: `hidden_first` or `input_first`."""


def hidden_first(x: Any, h: Any) -> Any:
    """[h; x]."""
    return concat([h, x])


def input_first(x: Any, h: Any) -> Any:
    """[x; h]."""
    return concat([x, h])


def on_concatenation(W: Any, b: tuple[Any, ...], join: Join, multiply: Multiply) -> PreActivation:
    """W [h; x] + b, or with the inputs first W [x; h] + b."""
    return lambda x, h: plus(multiply(W, join(x, h)), b)


def separate(W_x: Any, W_h: Any, b: tuple[Any, ...], multiply: Multiply) -> PreActivation:
    """W_x x + W_h h + b, with one bias, two (b_x and b_h), or none."""
    return lambda x, h: plus(multiply(W_x, x) + multiply(W_h, h), b)


def reset_before(pre_activation: PreActivation) -> Candidate:
    """The GRU candidate that sees r * h in the place of h (Cho et al. 2014)."""
    return lambda x, h, r: pre_activation(x, r * h)


def reset_after(
    W_x: Any, W_h: Any, b_x: tuple[Any, ...], b_h: tuple[Any, ...], multiply: Multiply
) -> Candidate:
    """W_x x + b_x + r * (W_h h + b_h): the reset comes after W_h (PyTorch, cuDNN)."""
    return lambda x, h, r: plus(multiply(W_x, x), b_x) + r * plus(multiply(W_h, h), b_h)


def column(matrix: Any, vector: Any) -> Any:
    """W v: vectors are columns."""
    return times(matrix, vector)


def row(matrix: Any, vector: Any) -> Any:
    """v W: vectors are rows."""
    return vector @ matrix


def plus(value: Any, biases: tuple[Any, ...]) -> Any:
    """The value and all biases added."""
    for bias in biases:
        value = value + bias
    return value


def keep(z: Any, h: Any, n: Any) -> Any:
    """The update gate z is what is kept of h (Cho et al. 2014; PyTorch, Keras, ONNX)."""
    return z * h + (1 - z) * n


def new(z: Any, h: Any, n: Any) -> Any:
    """The update gate z is how much of the candidate is taken (Chung et al. 2014)."""
    return (1 - z) * h + z * n


class LstmPreActivations(NamedTuple):
    """The pre-activations of the four gates."""

    i: PreActivation
    f: PreActivation
    g: PreActivation
    o: PreActivation


class GruPreActivations(NamedTuple):
    """The pre-activations of reset, update and candidate, and how h and n are mixed."""

    r: PreActivation
    z: PreActivation
    n: Candidate
    update: Callable[[Any, Any, Any], Any]


class Output(NamedTuple):
    """The layer that reads y from h."""

    W: Any
    b: tuple[Any, ...]
    activation: Function
    multiply: Multiply


def lstm(
    let: Let, t: int, gates: LstmPreActivations, use: Activations, x: Any, h: Any, c: Any
) -> Any:
    """One LSTM step, x (n,), h and c (m,) -> h and c (m,).

    Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    z_i = let(f"z_i_{t}", gates.i(x, h), "pre-activation of the input gate")
    i = let(f"i_{t}", use.gate(z_i), "input gate: how much of g is written")
    z_f = let(f"z_f_{t}", gates.f(x, h), "pre-activation of the forget gate")
    f = let(f"f_{t}", use.gate(z_f), "forget gate: how much of c is kept")
    z_g = let(f"z_g_{t}", gates.g(x, h), "pre-activation of the candidate")
    g = let(f"g_{t}", use.candidate(z_g), "candidate: what may be written")
    z_o = let(f"z_o_{t}", gates.o(x, h), "pre-activation of the output gate")
    o = let(f"o_{t}", use.gate(z_o), "output gate: how much of c is shown")
    c = let(f"c_{t}", f * c + i * g, "cell state: some of the old kept, some of the new written")
    shown = let(f"{use.state.name}_c_{t}", use.state(c), "the cell state as h sees it")
    h = let(f"h_{t}", o * shown, "hidden state")
    return h, c


def gru(let: Let, t: int, gates: GruPreActivations, use: Activations, x: Any, h: Any) -> Any:
    """One GRU step, x (n,) and h (m,) -> h (m,).  Cho et al. 2014."""
    a_r = let(f"a_r_{t}", gates.r(x, h), "pre-activation of the reset gate")
    r = let(f"r_{t}", use.gate(a_r), "reset gate: how much of h the candidate sees")
    a_z = let(f"a_z_{t}", gates.z(x, h), "pre-activation of the update gate")
    z = let(f"z_{t}", use.gate(a_z), "update gate: how h and the candidate are mixed")
    a_n = let(f"a_n_{t}", gates.n(x, h, r), "pre-activation of the candidate")
    n = let(f"n_{t}", use.candidate(a_n), "candidate")
    return let(f"h_{t}", gates.update(z, h, n), "hidden state")


def rnn(
    let: Let, t: int, pre_activation: PreActivation, activation: Function, x: Any, h: Any
) -> Any:
    """One step of a plain RNN, x (n,) and h (m,) -> h (m,).  Elman 1990."""
    a = let(f"a_{t}", pre_activation(x, h), "pre-activation")
    return let(f"h_{t}", activation(a), "hidden state")


def output(let: Let, pre_activation: str, t: int, layer: Output, h: Any) -> Any:
    """The output layer, h (m,) -> y (k,)."""
    a = let(f"{pre_activation}_{t}", plus(layer.multiply(layer.W, h), layer.b), "output scores")
    return let(f"y_{t}", layer.activation(a), "output")
