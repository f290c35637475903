"""Mistakes about a pre-activation, W_x x + W_h h + b: its weights, its biases, its terms."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lstmhw.expr import (
    Concat,
    Constant,
    Expr,
    MatrixVector,
    Negative,
    Quantity,
    Sum,
    Times,
    Transposed,
    cut,
)
from lstmhw.functions import Floats
from lstmhw.mistakes.rewriting import (
    Mistake,
    Product,
    Rewritten,
    Scope,
    bare,
    entries,
    is_bias,
    is_of_directions,
    is_pre_activation,
    is_product,
    letter_of,
    matrix_first,
    nodes,
    place_of,
    product_of,
    substituted,
    symbols,
    with_part,
    without,
)
from lstmhw.solution import Step

STACKINGS = {"ifgo": ("ifgo", "iofg", "igfo"), "rzn": ("rzn", "zrn")}
"""The orders in which PyTorch and Keras, ONNX, and TensorFlow's older cells stack the blocks."""


def _biases(step: Step) -> list[Quantity]:
    """The biases of a pre-activation."""
    found = (node for node, _ in nodes(step.expr) if isinstance(node, Quantity) and is_bias(node))
    return list(found) if is_pre_activation(step) else []


def _without(expr: Expr, dropped: Sequence[Quantity]) -> Expr:
    """A sum, of sums perhaps, without some of its biases."""
    if not isinstance(expr, Sum | Times):
        return expr
    kept = [_without(part, dropped) for part in expr.parts if part not in dropped]
    return kept[0] if len(kept) == 1 else expr.rebuilt(*kept)


def _written(parts: Sequence[Expr]) -> str:
    return " and ".join(part.symbol for part in parts if isinstance(part, Quantity))


def _bias_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    biases = _biases(step)
    if biases:
        yield Rewritten("", _without(step.expr, biases), f"{_written(biases)} was left out")


def _one_bias(step: Step, scope: Scope) -> Iterator[Rewritten]:
    biases = _biases(step)
    for bias in biases if len(biases) > 1 else ():
        done = f"{bias.symbol} was left out"
        yield Rewritten(bare(bias), _without(step.expr, [bias]), done)


def _bias_twice(step: Step, scope: Scope) -> Iterator[Rewritten]:
    biases = _biases(step)
    groups = [biases] if len(biases) < 2 else [biases, *([bias] for bias in biases)]
    for group in groups if biases else ():
        twice: dict[str, Expr] = {bias.symbol: Sum(bias, bias) for bias in group}
        site = bare(group[0]) if len(group) < len(biases) else ""
        done = f"{_written(group)} was added twice"
        yield Rewritten(site, substituted(step.expr, twice), done)


def _is_forget(step: Step) -> bool:
    """Whether a line is the pre-activation of a forget gate."""
    return is_pre_activation(step) and letter_of(step) == "f"


def _is_constant(part: Expr) -> bool:
    """Whether it is the number that some frameworks add to a forget gate beside its bias."""
    return isinstance(part, Constant) or "forget_bias" in symbols(part)


def _terms(step: Step) -> Sequence[Expr]:
    return step.expr.parts if isinstance(step.expr, Sum) else (step.expr,)


def _forget_added(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if _is_forget(step) and not any(map(_is_constant, _terms(step))):
        done = (
            "1 was added in the forget gate, as TensorFlow's older cells do; not so on this sheet"
        )
        yield Rewritten("", Sum(step.expr, Constant(1.0)), done)


def _forget_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """Where the problem adds such a number: a bias of 1 that is left out is `bias-omitted`."""
    for k, part in enumerate(_terms(step) if _is_forget(step) else ()):
        if _is_constant(part):
            done = "what this sheet adds to the forget gate beside its bias was left out"
            yield Rewritten("", without(step.expr, k), done)


def _products(step: Step) -> Iterator[tuple[Product, Expr, Expr, Callable[[Expr], Expr]]]:
    """Every product of the line with its matrix and its vector."""
    if not is_pre_activation(step):
        return
    for node, put in nodes(step.expr):
        if is_product(node):
            matrix, vector = matrix_first(node)
            yield node, matrix, vector, put


def _is_recurrent(vector: Expr, step: Step) -> bool:
    """Whether it is the hidden state of the same cell; else it is what the cell reads."""
    mark = place_of(step.symbol)
    states = (leaf for leaf in vector.leaves() if leaf.role.letter == "h")
    return any(place_of(leaf.symbol) == mark for leaf in states)


def _is_input(vector: Expr, step: Step) -> bool:
    """Whether it is what the cell reads: x, or what the layer below gives."""
    is_read = any(leaf.role.what in ("input", "state") for leaf in vector.leaves())
    return is_read and step.role.what == "pre-activation" and not _is_recurrent(vector, step)


Kind = Callable[[Expr, Step], bool]


def _term_omitted(step: Step, is_of: Kind, words: str) -> Iterator[Rewritten]:
    for node, matrix, vector, put in _products(step):
        if isinstance(vector, Concat):
            for k, part in enumerate(vector.parts):
                if is_of(part, step):
                    zeros = Quantity("0", np.zeros(entries(part)), given=True)
                    changed = product_of(node, matrix, with_part(vector, k, zeros))
                    yield Rewritten("", put(changed), f"the {words} term was left out")
        elif is_of(vector, step):
            yield from _without_term(step, node, words)


def _without_term(step: Step, node: Expr, words: str) -> Iterator[Rewritten]:
    for whole, put in nodes(step.expr):
        for k, part in enumerate(whole.parts if isinstance(whole, Sum) else ()):
            if part is node:
                yield Rewritten("", put(without(whole, k)), f"the {words} term was left out")


def _recurrent_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    yield from _term_omitted(step, _is_recurrent, "recurrent")


def _input_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    yield from _term_omitted(step, _is_input, "input")


def _concat_reversed(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, matrix, vector, put in _products(step):
        if isinstance(vector, Concat) and not is_of_directions(vector):
            turned = product_of(node, matrix, Concat(*reversed(vector.parts)))
            yield Rewritten("", put(turned), "state and input were put together in reverse order")
    terms = [(matrix, vector) for _, matrix, vector, _ in _products(step)]
    if len(terms) == 2 and not any(isinstance(vector, Concat) for _, vector in terms):
        (first, _), (second, _) = terms
        if (
            isinstance(first, Quantity)
            and isinstance(second, Quantity)
            and entries(first) == entries(second)
        ):
            swap = {first.symbol: second, second.symbol: first}
            done = f"{first.symbol} and {second.symbol} changed places"
            yield Rewritten("", substituted(step.expr, swap), done)


def _square_blocks(
    product: Product, matrix: Quantity
) -> Iterator[tuple[Expr, Floats, Callable[[Floats], Quantity]]]:
    """Each part of a concatenation, its block where that is square, and the matrix with another."""
    _, vector = matrix_first(product)
    if not isinstance(vector, Concat):
        return
    parts = list(cut(product))
    axis = 1 if isinstance(product, MatrixVector) else 0
    for k, (part, block) in enumerate(parts):
        if block.shape[0] == block.shape[1] > 1:
            yield part, block, _put_back(matrix, [each for _, each in parts], k, axis)


def _put_back(
    matrix: Quantity, parts: list[Floats], k: int, axis: int
) -> Callable[[Floats], Quantity]:
    """What makes the matrix of its blocks again, with another for the k-th."""
    return lambda block: _like(matrix, np.concatenate([*parts[:k], block, *parts[k + 1 :]], axis))


def _like(matrix: Quantity, value: Floats) -> Quantity:
    """The same matrix with other numbers."""
    return Quantity(matrix.symbol, value, given=True, role=matrix.role)


def _transposed(step: Step, scope: Scope) -> Iterator[Rewritten]:
    found = []
    for node, matrix, vector, put in _products(step):
        if not isinstance(matrix, Quantity):
            continue
        if matrix.value.shape[0] == matrix.value.shape[1] > 1:
            done = f"{matrix.symbol} was transposed"
            found.append(matrix)
            turned = product_of(node, Transposed(matrix), vector)
            yield Rewritten(bare(matrix), put(turned), done)
        for part, block, with_other in _square_blocks(node, matrix):
            name = min(symbols(part), default="")
            done = f"the block of {matrix.symbol} for {name} was transposed"
            changed = product_of(node, with_other(block.T), vector)
            yield Rewritten("x" if _is_input(part, step) else "h", put(changed), done)
    if len(found) > 1:
        all_turned: dict[str, Expr] = {matrix.symbol: Transposed(matrix) for matrix in found}
        done = f"{_written(found)} were transposed"
        yield Rewritten("", substituted(step.expr, all_turned), done)


def _diagonal(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, matrix, vector, put in _products(step):
        if not isinstance(matrix, Quantity):
            continue
        done = "each unit saw only its own h"
        if _is_recurrent(vector, step) and not isinstance(vector, Concat):
            value = matrix.value
            if value.shape[0] == value.shape[1] > 1:
                kept = _like(matrix, np.diag(np.diag(value)))
                yield Rewritten("", put(product_of(node, kept, vector)), done)
        for part, block, with_other in _square_blocks(node, matrix):
            if _is_recurrent(part, step):
                changed = product_of(node, with_other(np.diag(np.diag(block))), vector)
                yield Rewritten("", put(changed), done)


def _of_gate(expr: Expr, scope: Scope, own: str, other: str, keys: Sequence[str]) -> Expr | None:
    """The line with the weights of another gate, where it has the same weights."""
    swap: dict[str, Expr] = {}
    for leaf in expr.leaves():
        _, letter, key, *_ = leaf.role
        if letter != own or key not in keys:
            continue
        there = scope.weights.get((other, key))
        if there is None or entries(there) != entries(leaf):
            return None
        swap[leaf.symbol] = there
    return substituted(expr, swap) if swap else None


_ALL = ("W", "W_x", "W_h", "b", "b_x", "b_h")
_SOME = {
    "W": ("W", "W_x", "W_h"),
    "b": ("b", "b_x", "b_h"),
    "W_x": ("W_x",),
    "W_h": ("W_h",),
}


def _order_letters(scope: Scope) -> Iterator[tuple[str, dict[str, str]]]:
    """For each other order: which gate's block a gate gets in it."""
    for there in STACKINGS.get(scope.gates, ()):
        if scope.blocks and there != scope.blocks:
            yield there, dict(zip(there, scope.blocks, strict=True))


def _gate_order(step: Step, scope: Scope) -> Iterator[Rewritten]:
    own = letter_of(step)
    for there, gets in _order_letters(scope) if own else ():
        expr = _of_gate(step.expr, scope, own, gets[own], _ALL)
        if expr is not None and gets[own] != own:
            done = f"the blocks were read in the order {', '.join(there)}"
            yield Rewritten(there, expr, f"{done}, so this gate got the weights of {gets[own]}")


def _weights_swapped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    own = letter_of(step)
    for other in scope.gates if own else "":
        expr = _of_gate(step.expr, scope, own, other, _ALL) if other != own else None
        if expr is not None:
            site = "-".join(sorted(own + other))
            yield Rewritten(site, expr, f"the weights of {other} went into {own}")


def _weights_partly_swapped(step: Step, scope: Scope) -> Iterator[Rewritten]:
    own = letter_of(step)
    for other in scope.gates if own else "":
        for words, keys in _SOME.items():
            expr = _of_gate(step.expr, scope, own, other, keys) if other != own else None
            if expr is not None:
                site = f"{words} {'-'.join(sorted(own + other))}"
                yield Rewritten(site, expr, f"{words} of {other} went into {own}")


def _term_signs(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """A term of the sum with the wrong sign; a part of what W multiplies."""
    if not is_pre_activation(step):
        return
    parts = step.expr.parts if isinstance(step.expr, Sum) else ()
    for k, part in enumerate(parts):
        name, site = "a term", f"term {k}"
        if is_bias(part):
            name, site = part.symbol, bare(part)
        expr = with_part(step.expr, k, Negative(part))
        yield Rewritten(site, expr, f"{name} was subtracted, not added")
    for node, matrix, vector, put in _products(step):
        for k, part in enumerate(vector.parts) if isinstance(vector, Concat) else ():
            changed = product_of(node, matrix, with_part(vector, k, Negative(part)))
            done = f"the term of {min(symbols(part), default='')} was subtracted, not added"
            yield Rewritten(f"part {k}", put(changed), done)


def _whole_sign(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if is_pre_activation(step):
        yield Rewritten("", Negative(step.expr), "the sign of the whole sum was turned")


def _one_hot_read(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """Another row of the embedding."""
    for node, matrix, vector, put in _products(step):
        is_word = isinstance(vector, Quantity) and vector.role.what == "one-hot"
        if isinstance(vector, Quantity) and is_word and vector.value.ndim == 1:
            for row in range(len(vector.value)):
                if vector.value[row] == 0:
                    other = np.zeros(len(vector.value))
                    other[row] = 1
                    hot = _like(vector, other)
                    done = f"row {row + 1} of the embedding was taken"
                    yield Rewritten(f"row {row}", put(product_of(node, matrix, hot)), done)


COMMON = (
    Mistake("concat-reversed", "W [x; h], where it should be W [h; x]", _concat_reversed),
    Mistake("bias-omitted", "z_f = W_f [h; x], without b_f", _bias_omitted),
    Mistake("one-bias-for-two", "z = W_x x + b_x + W_h h, without b_h", _one_bias),
    Mistake("recurrent-term-omitted", "z = W_x x + b, without W_h h", _recurrent_omitted),
    Mistake("input-term-omitted", "z = W_h h + b, without W_x x", _input_omitted),
    Mistake("transposed", "W_h^T h, where it should be W_h h", _transposed),
    Mistake("gate-order", "rows stacked i, f, g, o read as i, o, f, g", _gate_order),
    Mistake("gates-swapped", "z_f = W_i [h; x] + b_i; or c = i*c + f*g", _weights_swapped),
    Mistake("recurrent-diagonal", "z_1 = ... + W_h[1][1] h_1, without h_2", _diagonal),
    Mistake("bias-counted-twice", "z = W x + b + b", _bias_twice),
    Mistake("forget-bias-added", "z_f = W_f [h; x] + b_f + 1", _forget_added),
    Mistake("forget-bias-omitted", "z_f = W_f [h; x] + b_f, without the 1", _forget_omitted),
    Mistake("sign-error", "z = W x - b, where it should be W x + b", _term_signs),
)
RARE = (
    Mistake("sign-error", "z = -(W x + b)", _whole_sign),
    Mistake("gates-swapped", "z_f = W_f [h; x] + b_i", _weights_partly_swapped),
    Mistake("miscopied-given", "the second row of the embedding, not the third", _one_hot_read),
)
