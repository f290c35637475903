"""Attention of a decoder over the states of an encoder: its equations, each written once.

They run over generic values, as those of the cells do.  The states stand in the rows of a matrix,
and so do the values that are averaged; the other vectors are columns or rows, as `multiply` says.

Symbols and shapes, for T states of d numbers and a query of q; the index is the decoder step:
    states (T, d)   encoder states, a row each      values (T, p)   what is averaged, a row each
    query_t (q,)    decoder state                   e_t (T,)        scores
    alpha_t (T,)    weights of the states           context_t (p,)  their weighted average
    qW_t (d,)       W^T query, of the general score
    z_q_t (a,)      W_q query + b, of the additive score; z_u_t and u_t (T, a) its hidden layer
"""

from typing import Any, NamedTuple, Protocol

from lstmhw.cells import Multiply, column, plus
from lstmhw.expr import Let, Role
from lstmhw.functions import concat, softmax, sqrt, tanh


def dotted(multiply: Multiply, rows: Any, vector: Any) -> Any:
    """The dot product of each row with a vector, (T, d) and (d,) -> (T,)."""
    return multiply(rows if multiply is column else rows.T, vector)


def combined(multiply: Multiply, rows: Any, vector: Any) -> Any:
    """The rows, each times a number, added up, (T, d) and (T,) -> (d,)."""
    return multiply(rows.T if multiply is column else rows, vector)


class Score(Protocol):
    """(let, t, states, query) -> the score of each state."""

    def __call__(self, let: Let, t: Any, states: Any, query: Any, /) -> Any: ...


class Dot(NamedTuple):
    """query . state.  Luong et al. 2015."""

    multiply: Multiply

    def __call__(self, let: Let, t: Any, states: Any, query: Any) -> Any:
        return dotted(self.multiply, states, query)


class ScaledDot(NamedTuple):
    """query . state / sqrt(size), for the size of a state.  Vaswani et al. 2017."""

    size: Any
    multiply: Multiply

    def __call__(self, let: Let, t: Any, states: Any, query: Any) -> Any:
        return dotted(self.multiply, states, query) / sqrt(self.size)


class General(NamedTuple):
    """query^T W state, for W (q, d).  Luong et al. 2015."""

    W: Any
    multiply: Multiply

    def __call__(self, let: Let, t: Any, states: Any, query: Any) -> Any:
        about = Role("pre-activation", "qW")
        seen = combined(self.multiply, self.W, query)
        seen = let(f"qW_{t}", seen, "the query, as W makes it comparable with a state", about)
        return dotted(self.multiply, states, seen)


class Additive(NamedTuple):
    """v . tanh(W_q query + W_k state + b), W_q (a, q) and W_k (a, d).  Bahdanau et al. 2015."""

    W_q: Any
    W_k: Any
    v: Any
    b: tuple[Any, ...]
    multiply: Multiply

    def __call__(self, let: Let, t: Any, states: Any, query: Any) -> Any:
        z_q = plus(self.multiply(self.W_q, query), self.b)
        note = "what the query adds, the same for every state"
        z_q = let(f"z_q_{t}", z_q, note, Role("shared", "z_q"))
        z_u = states @ (self.W_k.T if self.multiply is column else self.W_k) + z_q
        about = Role("attention", "u")
        z_u = let(f"z_u_{t}", z_u, "hidden layer of the score, a row for each state", about)
        about = Role("attention", "u", function=tanh, of=f"z_u_{t}")
        u = let(f"u_{t}", tanh(z_u), "the same through tanh, entry by entry", about)
        return dotted(self.multiply, u, self.v)


class Memory(NamedTuple):
    """What is attended to: states that are scored, values that are averaged, and a mask.

    The mask (T,) is added to the scores, 0 or -inf; None where every state counts.
    """

    states: Any
    values: Any
    mask: Any = None


def attention(
    let: Let, t: Any, score: Score, multiply: Multiply, memory: Memory, query: Any
) -> Any:
    """Scores, weights and context of one decoder step, query (q,) -> context (p,)."""
    e = score(let, t, memory.states, query)
    e = let(f"e_{t}", e, "scores: how well each state fits the query", Role("scores", "e"))
    counted = e if memory.mask is None else e + memory.mask
    about = Role("attention", "alpha", function=softmax, of=f"e_{t}")
    alpha = let(f"alpha_{t}", softmax(counted), "weights of the states; they add up to 1", about)
    context = combined(multiply, memory.values, alpha)
    note = "context: each unit is averaged over the states with these weights"
    return let(f"context_{t}", context, note, Role("context", "context"))


def joined(let: Let, symbol: str, parts: list[Any], note: str, role: Role) -> Any:
    """Vectors put together under a symbol; a single one stays what it is."""
    return parts[0] if len(parts) == 1 else let(symbol, concat(parts), note, role)
