"""The textbook page: what the equations of all recurrent cells are written with.

Each cell is a file of this room: its equations, each written once, and the record of its data in a
problem file.  Equations run over generic values: float64 arrays (with leading batch axes), recorded
expressions, intervals.  `let(symbol, value, note, role)` names a result and returns it; a worksheet
records it, `unrecorded` does nothing more.

Symbols and shapes, for n inputs, m units and k outputs; the index is the time step:
    x_t (n,)    input                       h_t (m,)    hidden state
    c_t (m,)    cell state                  y_t (k,)    output
    i_t f_t o_t (m,)   input, forget and output gate of an LSTM; g_t its candidate
    r_t z_t (m,)       reset and update gate of a GRU; n_t its candidate
    z_f_t, a_r_t, a_t  pre-activations: of f_t (LSTM), of r_t (GRU), of h_t (RNN)
    W (m, m + n) on the concatenation, or W_x (m, n) and W_h (m, m); b, b_x, b_h (m,)
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

from lstmhw.expr import Let, Role
from lstmhw.functions import Function, concat, sigmoid, tanh, times


class Activations(NamedTuple):
    """The nonlinearities of a gated cell; `state` is what an LSTM reads c through."""

    gate: Function = sigmoid
    candidate: Function = tanh
    state: Function = tanh


Multiply = Callable[[Any, Any], Any]
"""(matrix, vector) -> their product: `column` or `row`."""


def column(matrix: Any, vector: Any) -> Any:
    """W v: vectors are columns."""
    return times(matrix, vector)


def row(matrix: Any, vector: Any) -> Any:
    """v W: vectors are rows."""
    return vector @ matrix


MULTIPLY: Mapping[str, Multiply] = {"column": column, "row": row}


class Joined(NamedTuple):
    """W [h; x] + b, or with the inputs first W [x; h] + b."""

    W: Any
    b: tuple[Any, ...]
    first: Literal["h", "x"]
    multiply: Multiply

    def __call__(self, x: Any, h: Any) -> Any:
        parts = [h, x] if self.first == "h" else [x, h]
        return plus(self.multiply(self.W, concat(parts)), self.b)


class Separate(NamedTuple):
    """W_x x + W_h h + b, with one bias (b_x alone), two (b_x and b_h), or none."""

    W_x: Any
    W_h: Any
    b_x: tuple[Any, ...]
    b_h: tuple[Any, ...]
    multiply: Multiply

    def __call__(self, x: Any, h: Any) -> Any:
        products = self.multiply(self.W_x, x) + self.multiply(self.W_h, h)
        return plus(products, (*self.b_x, *self.b_h))

    def of_input(self, x: Any) -> Any:
        """W_x x + b_x."""
        return plus(self.multiply(self.W_x, x), self.b_x)

    def of_state(self, h: Any) -> Any:
        """W_h h + b_h."""
        return plus(self.multiply(self.W_h, h), self.b_h)


class PreActivation(Protocol):
    """(x, h) -> the pre-activation of a gate."""

    def __call__(self, x: Any, h: Any, /) -> Any: ...


PreActivations = Mapping[str, Any]
"""The pre-activation of each gate, by its letter; `Separate` where a cell takes it apart.

Peephole weights of a gate stand beside it, as p_f."""


def plus(value: Any, biases: tuple[Any, ...]) -> Any:
    """The value and all biases added."""
    for bias in biases:
        value = value + bias
    return value


class Named(NamedTuple):
    """A gate on the page: its letter, what its pre-activation is called, and its name in words."""

    letter: str
    scored: str
    words: str
    what: Literal["gate", "candidate"] = "gate"

    def at(self, let: Let, t: Any, z: Any, function: Function, why: str) -> Any:
        """The two lines of the gate at a time: its pre-activation, and function(z)."""
        letter, symbol = self.letter, f"{self.scored}_{t}"
        about = Role("pre-activation", letter)
        z = let(symbol, z, f"pre-activation of the {self.words}", about)
        about = Role(self.what, letter, function=function, of=symbol)
        return let(f"{letter}_{t}", function(z), f"{self.words}{why}", about)


def state(letter: str, function: Function | None = None, of: str = "") -> Role:
    """The role of a line that computes a state."""
    return Role("state", letter, function=function, of=of)


class Output(NamedTuple):
    """The layer that reads y from h; `scores` is what its pre-activation is called."""

    scores: str
    W: Any
    b: tuple[Any, ...]
    activation: Function
    multiply: Multiply


def output(let: Let, t: Any, layer: Output, h: Any) -> Any:
    """The output layer, h (m,) -> y (k,)."""
    symbol, value = f"{layer.scores}_{t}", plus(layer.multiply(layer.W, h), layer.b)
    a = let(symbol, value, "output scores", Role("scores", "y"))
    about = Role("output", "y", function=layer.activation, of=symbol)
    return let(f"y_{t}", layer.activation(a), "output", about)


def updated(W: Any, rate: Any, dW: Any) -> Any:
    """One step of gradient descent."""
    return W - rate * dW
