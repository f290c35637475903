"""The symbols of a working under the names that books and students give them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from lstmhw.expr import (
    Concat,
    Constant,
    Expr,
    OuterOfRows,
    Quantity,
    Transposed,
    VectorMatrix,
    sum_of,
)
from lstmhw.marking.indices import Name, taken_apart
from lstmhw.marking.program import Program
from lstmhw.mistakes.rewriting import is_product, matrix_first, nodes, place_of
from lstmhw.solution import indexed, unmarked

STATES = ("h", "c")
CANDIDATES = {"g": ("g", "c"), "n": ("n", "h", "c", "g")}
"""The letters of a candidate, and those that its weights have in books."""
GATES = {
    **{letter: letter for letter in "ifor"},
    "input": "i",
    "forget": "f",
    "output": "o",
    "reset": "r",
    "update": "zi",
    "u": "zi",
}
"""The gates under their names, and by the letters that they have in other books."""
SCORES = ("z", "a", "net")
KEYS = ("b", "b_x", "b_h")
OTHER_LETTERS = {"e": "x", "a": "h", "s": "h", "z": "a", "net": "a"}
"""An embedding is the input of a cell; a state is a or s in many books, a pre-activation z."""
HAT = "hat"
WEIGHTS = ("W", "U", "V", "R", "b")
RATES = ("eta", "alpha", "lr", "learning_rate", "learningrate", "mu")
"""What a learning rate is called."""
PLAIN = {"x": {"xh", "hx", "ih", "e"}, "h": {"hh"}, "": {"a"}}
"""How books index the weights of a plain RNN on x, on h, and on both."""


class Block(Expr):
    """The columns of a matrix that meet one part of a concatenation; the rows, for row vectors."""

    __slots__ = ("by_row", "end", "start")

    def __init__(self, matrix: Expr, start: int, end: int, by_row: bool) -> None:
        super().__init__(matrix)
        self.start = start
        self.end = end
        self.by_row = by_row

    def compute(self, *values: Any) -> Any:
        part = slice(self.start, self.end)
        return values[0][part] if self.by_row else values[0][:, part]

    def rebuilt(self, *parts: Expr) -> Expr:
        return Block(parts[0], self.start, self.end, self.by_row)


def _below(mark: str) -> str | None:
    """The mark of the layer below; None of the first."""
    number = int(mark.strip("@rev") or 1)
    return None if number == 1 else "" if number == 2 else f"@{number - 1}"


def _is_hatted(name: Name) -> bool:
    """Whether it is y with a hat: \\hat{y}, y_hat, yhat."""
    return name.base in ("y~", "yhat") or (name.base == "y" and HAT in name.indices)


def _without_hat(indices: Sequence[str]) -> tuple[str, ...]:
    return tuple(index for index in indices if index != HAT)


class Symbols:
    """What names mean in the line of a symbol, at the time of that line if it has one.

    It is the `Names` of a formula.
    """

    def __init__(self, program: Program, symbol: str, only_step: int | None) -> None:
        self.program = program
        self.scope = program.scope.beside(symbol)
        self.symbol = symbol
        own, time = indexed(symbol)
        self.own, _ = unmarked(own)
        self.only_step = only_step
        self.time = only_step if time is None else max(time, program.first_step)
        self.has_marks = self.has_hats = False
        self._found: dict[tuple[str, bool], tuple[Expr, ...]] = {}

    def of_text(self, names: Iterable[str]) -> "Symbols":
        """What names mean beside these others.

        Where weights have the mark of a layer, a state without one is of the first; beside y with a
        hat, which is the output, y is what it should be.
        """
        parts = [taken_apart(name) for name in names]
        found = Symbols(self.program, self.symbol, self.only_step)
        found.has_marks = any(part.mark and part.base in WEIGHTS for part in parts)
        found.has_hats = any(_is_hatted(part) for part in parts)
        return found

    def known(self) -> Sequence[str]:
        """The symbols of the working, without their times."""
        return list(dict.fromkeys(self._spellings))

    def meanings(self, name: str, joined: bool) -> Sequence[Expr]:
        """The quantities that a name may stand for, the likeliest first."""
        key = name, joined
        if key not in self._found:
            distinct: dict[Any, Expr] = {}
            parts = taken_apart(name)
            if self.has_hats and parts.base in ("y", "y~", "yhat"):
                base = "y" if _is_hatted(parts) else "target"
                parts = parts._replace(base=base, indices=_without_hat(parts.indices))
            views = self._views(parts)
            for expr in (expr for view in views for expr in view._meanings(parts, joined)):
                distinct.setdefault(expr.symbol if isinstance(expr, Quantity) else expr, expr)
            self._found[key] = tuple(distinct.values())
        return self._found[key]

    def _views(self, name: Name) -> Iterator["Symbols"]:
        """What names mean in the layer and direction that is written.

        Where none is, in those of the line, then in the first, then in what the line reads.
        """
        mark = name.mark
        is_timed = name.time is not None or name.later is not None
        if self.has_marks and is_timed and name.base in STATES:
            yield self._in_place(mark)
            return
        if not mark:
            yield self
        if mark or self.scope.mark:
            yield self._in_place(mark)
        if not mark and (below := _below(self.scope.mark)):
            yield self._in_place(below)

    def _in_place(self, mark: str) -> "Symbols":
        view = Symbols(self.program, self.symbol, self.only_step)
        view.scope = self.program.scope.beside(f"h{mark}")
        return view

    @cached_property
    def _spellings(self) -> Mapping[str, list[str]]:
        """The symbols without their times, and with them."""
        found: dict[str, list[str]] = {}
        for symbol in self.scope.named:
            if place_of(symbol) == self.scope.mark:
                found.setdefault(unmarked(indexed(symbol)[0])[0], []).append(symbol)
        return found

    @cached_property
    def candidate(self) -> str:
        """The letter of the candidate; none where there is none."""
        roles = (quantity.role for quantity in self.scope.named.values())
        return next((role.letter for role in roles if role.what == "candidate"), "")

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The letters of all that has weights; that of a plain RNN is empty."""
        return tuple(dict.fromkeys(letter for letter, _ in self.scope.weights))

    def _meanings(self, name: Name, joined: bool) -> Iterator[Expr]:
        found = [expr for bare in self._bare(name) for expr in self._at(bare, name, joined)]
        yield from found
        first = found[0] if found else None
        is_whole = isinstance(first, Quantity) and first.role.key == "W"
        if (is_whole or not found) and name.later is None and name.time is None:
            yield from self._weights(name)
        if name.bare == "E":  # with a word in each column, as e = E x has it
            yield from map(Transposed, found)
        if name.bare == "b" and "" in self.gates:
            yield from self._numbered_bias(name)

    def _bare(self, name: Name) -> Iterator[str]:
        """The symbols that a name may be, without their times."""
        if name.bare in self._spellings or name.bare == "x":  # a layer reads another's h as its x
            yield name.bare
            return
        base = name.base.rstrip("~")
        if name.base.endswith("~") and base in ("g", "G", "n", "N", "c", "C", "h", "H"):
            yield self.candidate
            return
        yield from self._other_books(name)
        lowered = "_".join([base.lower(), *name.indices])
        if len(base) == 1 and base not in "WUVE" and lowered in self._spellings:
            yield lowered
        if base.lower() in SCORES and len(name.indices) == 1:
            for score in SCORES:
                for letter in self._letters(name.indices[0]):
                    yield f"{score}_{letter}"

    def _other_books(self, name: Name) -> Iterator[str]:
        """What a symbol may be in a book that calls it by another letter, or in words."""
        if name.bare in SCORES and self.own == "y":
            yield from (f"{score}_y" for score in SCORES)  # z in y = softmax(z)
        if name.bare in RATES:
            yield "rate"
        yield from OTHER_LETTERS.get(name.bare, ())
        index = next(iter(name.indices), "")
        gate = name.base if index in ("", "gate") else index if name.base == "Gamma" else ""
        for letter in GATES.get(gate.lower(), ""):
            if letter in self.gates:
                yield letter
        if gate.lower() == "candidate":
            yield self.candidate

    def _letters(self, written: str) -> Iterator[str]:
        """The gates that a letter may mean: c is the candidate of many books."""
        lowered = written.lower().rstrip("~")
        if lowered in self.gates:
            yield lowered
        if lowered in CANDIDATES.get(self.candidate, ()):
            yield self.candidate

    def _at(self, bare: str, name: Name, joined: bool) -> Iterator[Expr]:
        """The quantity at the time that is written; without one, at that of the line.

        A state without a time may be the one before: in [h, x], and where the later one rests on
        the line itself; h also in its own line, h = tanh(W_x x + W_h h + b), as many books write
        it.  The input may be the word of which it is the embedding.  A gradient without a time may
        be the one after, from which it comes.
        """
        if name.time is not None:
            yield from self._named(bare, name.time)
        elif name.later is not None:
            yield from self._about_now(bare, name.later)
        else:
            yield from self._about_now(bare, 0)
            yield from self._named(bare, None)
            if self.time is not None and self._may_be_before(bare, joined):
                yield from self._named(bare, self.time - 1)
                yield from self._in_reverse(bare, self.time + 1)
            if bare == "x":
                yield from self._about_now("onehot", 0)
                yield from self._read()
            if self.time is not None and bare == self.own and bare.startswith("d"):
                yield from self._named(bare, self.time + 1)

    def _in_reverse(self, bare: str, time: int) -> Iterator[Quantity]:
        """The state before the step of a cell that runs backwards; the line is written with it."""
        leaves = self.program.leaves.get(self.symbol, frozenset())
        feeding = {leaf for symbol in leaves for leaf in self.program.leaves.get(symbol, ())}
        yield from (q for q in self._named(bare, time) if q.symbol in leaves | feeding)

    def _read(self) -> Iterator[Quantity]:
        """What a layer reads that has no x of its own: h of the layer below."""
        below = _below(self.scope.mark)
        if below is not None:
            yield from self._in_place(below)._about_now("h", 0)

    def _may_be_before(self, bare: str, joined: bool) -> bool:
        """Whether a name without a time may be that of a state before this step."""
        return bare in STATES and (joined or self._is_later(bare) or bare == self.own == "h")

    def _about_now(self, bare: str, later: int) -> Iterator[Quantity]:
        """The quantity at the time of the line, or so much later; else at that of the only step."""
        for time in (self.time, self.only_step):
            if time is not None and self.scope.at(bare, time + later) is not None:
                yield from self._named(bare, time + later)
                return

    def _is_later(self, state: str) -> bool:
        """Whether a state of this time rests on the line, which is not its own."""
        found = self.scope.at(state, self.time)
        if found is None or state == self.own or self.symbol not in self.program.steps:
            return False
        return self.program.is_circular(self.symbol, found)

    def _named(self, bare: str, time: int | None) -> Iterator[Quantity]:
        found = self.scope.at(bare, time)
        if found is not None:
            yield found

    def _weights(self, name: Name) -> Iterator[Expr]:
        """Weights under the names of other books; a bias that is not given is zero."""
        written = "".join(name.indices)
        if name.base == "b":
            yield from self._biases(written)
        elif name.base in WEIGHTS:
            output_first = sorted(self.gates, key=lambda letter: letter != "y")
            for letter in output_first if name.base == "V" else self.gates:
                yield from self._matrices(name.base, written, letter)

    def _numbered_bias(self, name: Name) -> Iterator[Expr]:
        """The biases of a plain RNN and its output: b1 and b2, or b in both lines."""
        if name.time == 1:
            yield from self._bias("", "")
        elif "y" in self.gates and (name.time == 2 or self.own == "y"):
            yield from self._bias("", "y")

    def _biases(self, written: str) -> Iterator[Expr]:
        for letter in self.gates:
            for side in ("", "x", "h"):
                if written in _indices(side, letter, self.candidate):
                    yield from self._bias(side, letter)

    def _bias(self, side: str, letter: str) -> Iterator[Expr]:
        """The bias of a gate on one side, or all of it; zero where there is none."""
        weights = self.scope.weights
        keys = (f"b_{side}",) if (letter, f"b_{side}") in weights else ("b",) if side else KEYS
        given = [weights[letter, key] for key in keys if (letter, key) in weights]
        if given:
            yield sum_of(given)
        if not given or (side and keys == ("b",)):
            yield Constant(0.0)

    def _matrices(self, base: str, written: str, letter: str) -> Iterator[Expr]:
        """The matrices of a gate that a name may mean."""
        weights = self.scope.weights
        whole = weights.get((letter, "W"))
        if letter == "y":
            named = written in _indices("", letter, self.candidate)
            if whole is not None and (named or (base in "UV" and not written)):
                yield whole
            return
        parts: dict[str, Expr | None] = {s: weights.get((letter, f"W_{s}")) for s in "xh"}
        if whole is not None:
            parts |= self._blocks(whole)
            if base == "W" and written in _indices("", letter, self.candidate):
                yield whole
        yield from self._matrix(base, written, letter, parts)

    def _matrix(
        self, base: str, written: str, letter: str, parts: Mapping[str, Expr | None]
    ) -> Iterator[Expr]:
        """The matrix on x or on h, and both of them beside each other."""
        for side, matrix in parts.items():
            if matrix is not None and written in _indices(side, letter, self.candidate):
                yield matrix
        if written not in _indices("", letter, self.candidate):
            return
        found = [m for side in ("xh" if base == "W" else "hx") if (m := parts[side]) is not None]
        yield from found
        if base == "W" and len(found) == 2 and (letter, "W") not in self.scope.weights:
            yield self._beside(*reversed(found))
            yield self._beside(*found)

    def _beside(self, left: Expr, right: Expr) -> Expr:
        """Two matrices as one, for what they multiply put together."""
        if self.orientation == "column":
            return Concat(left, right)
        return Transposed(Concat(Transposed(left), Transposed(right)))

    @cached_property
    def orientation(self) -> str:
        """Whether vectors are columns or rows here."""
        parts = (node for s in self.program.steps.values() for node, _ in nodes(s.expr))
        rows = any(
            isinstance(part, OuterOfRows) or (isinstance(part, VectorMatrix) and _is_row(part))
            for part in parts
        )
        return "row" if rows else "column"

    def _blocks(self, whole: Quantity) -> Mapping[str, Expr]:
        """The parts of a matrix that meet x and h, where it meets them put together."""
        for step in self.program.steps.values():
            for node, _ in nodes(step.expr):
                if not is_product(node):
                    continue
                matrix, vector = matrix_first(node)
                is_whole = isinstance(matrix, Quantity) and matrix.symbol == whole.symbol
                if is_whole and isinstance(vector, Concat):
                    return dict(self._cut(whole, vector))
        return {}

    def _cut(self, whole: Quantity, vector: Concat) -> Iterator[tuple[str, Expr]]:
        end = 0
        for part in vector.parts:
            start, end = end, end + len(part.value)
            if isinstance(part, Quantity):
                name = indexed(part.symbol)[0]
                yield name, Block(whole, start, end, self.orientation == "row")


def _is_row(product: VectorMatrix) -> bool:
    """Whether what a matrix multiplies is a row, not every row of another matrix."""
    return np.ndim(product.parts[0].value) < 2


def _indices(side: str, letter: str, candidate: str) -> frozenset[str]:
    """How books index the weights of a gate on one side: xf, fx, if of PyTorch; hh of a plain RNN.

    `side` is x, h, or empty for both.
    """
    names = CANDIDATES[candidate] if candidate and letter == candidate else (letter,)
    if letter == "y":
        return frozenset(("y", "hy", "yh")) if not side else frozenset()
    found = {
        both
        for name in names
        for first in {"x": "xi", "h": "h"}.get(side, ("",))
        for both in (first + name, name + first)
    }
    return frozenset(found if letter else found | PLAIN[side])
