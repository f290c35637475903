"""What a mistake is told of a working, and the ways of rewriting an expression."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

from lstmhw.expr import Concat, Expr, MatrixVector, Negative, Quantity, Sum, Times, VectorMatrix
from lstmhw.functions import Floats
from lstmhw.solution import Step, at_time, indexed, unmarked

GATES = ("ifgo", "rzn")  # of an LSTM, of a GRU


@dataclass(frozen=True)
class Scope:
    """All quantities of a working by symbol, and the layout its gates are stacked in.

    `blocks` are the letters of the gates in the order of that layout; none where they are not
    stacked.  `unused` are the lines of what stands on the sheet as a value.  `otherwise` are the
    values of symbols where something was done otherwise all the way, by the name of that mistake.
    `mark` is the layer and direction that is spoken of.
    """

    named: Mapping[str, Quantity]
    blocks: str = ""
    unused: Mapping[str, Expr] = field(default_factory=dict)
    otherwise: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    mark: str = ""
    _beside: dict[str, "Scope"] = field(default_factory=dict)

    def beside(self, symbol: str) -> "Scope":
        """The same, of the layer and direction of a symbol."""
        mark = place_of(symbol)
        if mark == self.mark:
            return self
        if mark not in self._beside:
            self._beside[mark] = replace(self, mark=mark, _beside={})
        return self._beside[mark]

    @cached_property
    def weights(self) -> Mapping[tuple[str, str], Quantity]:
        """The weights and biases, not their gradients, by the letter of the gate and the key."""
        found = (q for q in self.named.values() if q.role.what in ("weights", "bias"))
        here = (q for q in found if q.role.letter == "y" or place_of(q.symbol) == self.mark)
        return {(q.role.letter, q.role.key): q for q in here if q.role.key}

    @cached_property
    def times(self) -> range:
        """The time steps of the inputs."""
        found = [indexed(symbol)[1] for symbol, q in self.named.items() if q.role.what == "input"]
        steps = [t for t in found if t is not None]
        return range(min(steps), max(steps) + 1) if steps else range(0)

    @cached_property
    def given(self) -> frozenset[str]:
        """The symbols of what is given."""
        return frozenset(symbol for symbol, quantity in self.named.items() if quantity.given)

    def at(self, name: str, t: int | None) -> Quantity | None:
        """The quantity of that name at a time."""
        return self.named.get(name + self.mark if t is None else at_time(name + self.mark, t))

    @cached_property
    def gates(self) -> str:
        """The letters of the gates."""
        return next((letters for letters in GATES if self._has(letters)), "")

    def _has(self, letters: str) -> bool:
        roles = (quantity.role for quantity in self.named.values())
        return {r.letter for r in roles if r.what in ("gate", "candidate")}.issuperset(letters)


def place_of(symbol: str) -> str:
    """The mark of the layer and direction of a symbol, without that of a single loss: @2rev."""
    return unmarked(symbol)[1].partition("L")[0].rstrip("@")


class Rewritten(NamedTuple):
    """A line with a mistake in it.

    `site` says where, in words that are the same for every gate and time step; `done` says what was
    done to this line.
    """

    site: str
    expr: Expr
    done: str


class Edit(NamedTuple):
    """A line with a mistake of some name in it; the less its rank, the likelier the mistake."""

    mistake: str
    rank: int
    site: str
    expr: Expr
    done: str


Product = MatrixVector | VectorMatrix
"""A matrix times a vector."""

Rewrite = Callable[[Step, Scope], Iterator[Rewritten]]


class Mistake(NamedTuple):
    """A mistake: its name, an example, and what it turns a line into."""

    name: str
    example: str
    rewrite: Rewrite


def nodes(expr: Expr) -> Iterator[tuple[Expr, Callable[[Expr], Expr]]]:
    """Every part of an expression, and how the whole reads with another in its place."""
    yield expr, lambda other: other
    for k, part in enumerate(expr.parts):
        for node, put in nodes(part):
            yield node, _inside(expr, k, put)


def _inside(expr: Expr, k: int, put: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    return lambda other: with_part(expr, k, put(other))


def with_part(expr: Expr, k: int, part: Expr) -> Expr:
    """The expression with another k-th part."""
    return expr.rebuilt(*expr.parts[:k], part, *expr.parts[k + 1 :])


def without(expr: Expr, *dropped: int) -> Expr:
    """A sum or product without some of its parts."""
    kept = [part for k, part in enumerate(expr.parts) if k not in dropped]
    return kept[0] if len(kept) == 1 else expr.rebuilt(*kept)


def substituted(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with other expressions in the places of some symbols."""
    if isinstance(expr, Quantity):
        return values.get(expr.symbol, expr)
    if not expr.parts:
        return expr
    return expr.rebuilt(*(substituted(part, values) for part in expr.parts))


def symbols(expr: Expr) -> set[str]:
    """The symbols an expression is written with."""
    return {leaf.symbol for leaf in expr.leaves()}


def is_bias(expr: Expr) -> TypeGuard[Quantity]:
    return isinstance(expr, Quantity) and expr.role.what == "bias"


def is_of_directions(expr: Expr) -> bool:
    """Whether it is [h; h@rev], the states of both directions put together."""
    states = [part.symbol for part in expr.parts if isinstance(part, Quantity)]
    is_whole = isinstance(expr, Concat) and len(states) == len(expr.parts) == 2
    return is_whole and place_of(states[1]) == (place_of(states[0]) or "@") + "rev"


def is_product(expr: Expr) -> TypeGuard[Product]:
    """Whether it is a matrix times a vector."""
    return isinstance(expr, MatrixVector | VectorMatrix)


def matrix_first(product: Product) -> tuple[Expr, Expr]:
    """The matrix and the vector of their product, whichever side the matrix is on."""
    left, right = product.parts
    return (left, right) if isinstance(product, MatrixVector) else (right, left)


def product_of(product: Product, matrix: Expr, vector: Expr) -> Expr:
    """Another matrix times another vector, on the same side."""
    if isinstance(product, MatrixVector):
        return MatrixVector(matrix, vector)
    return VectorMatrix(vector, matrix)


BACKWARD = ("loss", "perplexity", "gradient", "update", "factor", "product", "norm")


def is_forward(step: Step) -> bool:
    """Whether a line is of the forward pass: no loss, no gradient, no update."""
    return step.role.what not in BACKWARD


def is_pre_activation(step: Step) -> bool:
    """Whether a line adds up what matrices make of vectors, in the forward pass."""
    return is_forward(step) and any(is_product(node) for node, _ in nodes(step.expr))


def letter_of(step: Step) -> str:
    """The gate whose pre-activation a line is; "" for an RNN or an output layer."""
    return step.role.letter if step.role.what == "pre-activation" else ""


def time_of(step: Step) -> int | None:
    return indexed(step.symbol)[1]


def bare(quantity: Quantity) -> str:
    """A symbol without its time index or the letter of its gate: W_h_f -> W_h, f_2 -> f."""
    return quantity.role.key or indexed(quantity.symbol)[0]


def entries(expr: Expr) -> Sequence[int]:
    """The shape of an expression's value."""
    shape: Any = getattr(expr.value, "shape", ())
    return tuple(shape)


def turned_signs(expr: Expr) -> Iterator[Rewritten]:
    """An expression with the wrong sign before one term of a sum."""
    for node, put in nodes(expr):
        for k, part in enumerate(node.parts if isinstance(node, Sum) else ()):
            turned = part.parts[0] if isinstance(part, Negative) else Negative(part)
            name = min(symbols(part), default="1")
            done = f"the term of {name} has the wrong sign"
            yield Rewritten(f"{k} {indexed(name)[0]}", put(with_part(node, k, turned)), done)


def dropped_factors(expr: Expr) -> Iterator[tuple[Expr, Rewritten]]:
    """Each factor of a product, with the expression without it."""
    for node, put in nodes(expr):
        for k, part in enumerate(node.parts if isinstance(node, Times) else ()):
            name = min(symbols(part), default="")
            done = f"the factor of {name} was left out"
            yield part, Rewritten(indexed(name)[0], put(without(node, k)), done)
