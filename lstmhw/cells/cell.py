"""A recurrent cell as a value: what problems of every kind know of the cell that they are about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from importlib import import_module
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from lstmhw.cells import MULTIPLY, Activations, Joined, Multiply, PreActivations, Separate
from lstmhw.cells.weights import KEYS, Affine, Gate, Layout, symbol_of
from lstmhw.expr import Expr, Let, Missing, Role
from lstmhw.faults import Fault, Path, shown, spelled
from lstmhw.functions import Floats, Function, blocks
from lstmhw.problem import ALONE, Place, Record, record
from lstmhw.solution import Inline, Stated, Worksheet, at_time

CELLS = ("lstm", "gru", "rnn")
"""The cells of this room, a module each, named as the cell with underscores."""


class Choice(NamedTuple):
    """A word of a convention on which books differ, and what it says."""

    word: str
    meaning: str


class Option(NamedTuple):
    """A word of a convention for what some cells have besides, and the fields that it sets."""

    word: str
    meaning: str
    fields: Mapping[str, Any]


class Absent(NamedTuple):
    """The pre-activation of a gate whose weights are not given."""

    missing: Missing

    def __call__(self, x: Any, h: Any) -> Any:
        of_h = h.faults if isinstance(h, Missing) else ()
        return Missing(*dict.fromkeys((*self.missing.faults, *of_h)))

    def of_input(self, x: Any) -> Any:
        """Missing too."""
        return self.missing

    def of_state(self, h: Any) -> Any:
        """Missing too."""
        return self.missing


@record
class Cell(Record):
    """The weights of a recurrent cell: `class Lstm(Cell, name="lstm")`.

    A subclass has the keys of a problem file as its fields, among them `h_prev` and so on for the
    `states` that it starts from, and says by which of its keys a file without `cell` is told to be
    about it.  `sizes` are the letters of the shapes, bound to numbers; `place` is which part of a
    network it is.
    """

    concat: tuple[Literal["h", "x"], ...] | None = None
    orientation: Literal["column", "row"] = "column"
    sizes: Mapping[str, int] = field(default_factory=dict)
    place: Place = ALONE

    of_file: ClassVar[Sequence[str]] = ("orientation",)
    """The keys that are the same for all parts of a network, and stand in the file once."""
    shared: ClassVar[Sequence[str]] = ("concat",)
    """Those that a part has from the file, where it does not say otherwise."""
    name: ClassVar[str]
    title: ClassVar[str]
    """What it is called in a sentence, with its article."""
    letters: ClassVar[Sequence[str]]
    """The letters of the gates; a plain RNN's one gate has none."""
    states: ClassVar[str] = "h"
    """The letters of what one step hands to the next, the hidden state first."""
    scores: ClassVar[str] = "a_y"
    """What the pre-activation of an output layer is called."""
    choices: ClassVar[Mapping[str, tuple[Choice, ...]]] = {}
    """The fields that are conventions of this cell alone, and their words; the first is usual."""
    options: ClassVar[Sequence[Option]] = ()
    """What its equations may have besides."""
    told_by: ClassVar[frozenset[str]] = frozenset()
    named: ClassVar[dict[str, type["Cell"]]] = {}

    def __init_subclass__(cls, name: str = "", told_by: Sequence[str] = ()) -> None:
        if name:
            cls.name = name
            cls.told_by = frozenset(told_by)
            Cell.named[name] = cls

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the cell beyond the types and shapes of its keys."""
        if self.concat is not None and sorted(self.concat) != ["h", "x"]:
            message = f"expected [h, x] or [x, h], found [{shown(', '.join(self.concat))}]"
            yield Fault(("concat",), message)

    def step(self, let: Let, t: Any, z: PreActivations, x: Any, *states: Any) -> tuple[Any, ...]:
        """The equations of one step: x (n,) and the states before it (m,) -> those after it."""
        raise NotImplementedError

    def weights(self) -> Mapping[str, Gate]:
        """The gates by letter, in the problem's orientation."""
        raise NotImplementedError

    def besides(self) -> Mapping[str, Role]:
        """What the equations have beside the weights and biases of gates, by symbol: p_f."""
        return {}

    def function(self, letter: str) -> Function:
        """The activation of a gate."""
        raise NotImplementedError

    def used(self) -> Iterator[tuple[Path, Function]]:
        """All functions of the cell, and the keys that choose them."""
        raise NotImplementedError

    def weight_path(self, letter: str, *key: str) -> Path:
        """The key of the file that a gate's weights come from, or one of them."""
        raise NotImplementedError

    def takes_apart(self, letter: str) -> bool:
        """Whether the equations use W_x x and W_h h of a gate each by itself."""
        return False

    @property
    def is_given(self) -> bool:
        """Whether the file has weights of the cell, or values of its gates."""
        return any(gate.is_given for gate in self.weights().values())

    @property
    def order(self) -> str:
        """The letters of the gates in the order in which they are stacked, if they are."""
        return ""

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions whose definitions a reader needs."""
        return tuple(function for _, function in self.used())

    @property
    def multiply(self) -> Multiply:
        return MULTIPLY[self.orientation]

    @property
    def batch(self) -> tuple[int, ...]:
        """The axis of the examples, if there is a batch: (B,) or ()."""
        return (self.sizes["B"],) if "B" in self.sizes else ()

    def by_example(self, array: Floats, axes: int = 2) -> Floats:
        """An array as it stands in the file, (.., m) or with so many axes, as (.., B, m)."""
        is_turned = self.orientation == "column" and array.ndim == axes
        turned = np.swapaxes(array, -1, -2) if is_turned else array
        if not self.batch or array.ndim == axes:
            return turned
        return np.broadcast_to(turned, (*turned.shape[: axes - 2], *self.batch, turned.shape[-1]))

    def key(self, *path: str | int) -> Path:
        """The key path in the file of one of this cell."""
        return (*self.place.path, *path)

    def at(self, letter: str, t: Any) -> str:
        """The symbol of a state or a gate of this cell at a time: h_1, or h_1@2."""
        return at_time(letter + self.place.mark, t)

    def size(self, letter: str) -> int:
        """The size bound to a letter of the shapes; 1 where no array of the file fixes it."""
        return self.sizes.get(letter, 1)

    @property
    def joins(self) -> bool:
        """Whether some W multiplies h and x put together."""
        return any(gate.W is not None for gate in self.weights().values())

    def separated(self, gate: Gate) -> Gate:
        """The gate with W_x and W_h, cut out of W where it has W."""
        if gate.W is None or self.concat is None:
            return gate
        sizes = [self.size({"h": "m", "x": "n"}[name]) for name in self.concat]
        parts = dict(zip(self.concat, blocks(gate.W, sizes, self.orientation), strict=True))
        return replace(gate, W=None, W_x=parts["x"], W_h=parts["h"])

    def stated(self, times: range) -> dict[str, Stated]:
        """The gate values that stand on the sheet, by symbol."""
        shape = (*self.batch, self.size("m"))
        given = {letter: gate.value for letter, gate in self.weights().items()}
        return {
            self.at(letter, t): Stated(
                np.broadcast_to(self.by_example(value), shape),
                self.key(*self.weight_path(letter, "value")),
            )
            for letter, value in given.items()
            if value is not None
            for t in times
        }

    def initial(self, sheet: Worksheet, letter: str, t: int) -> Expr:
        """The state before the first step, at time t; zeros where it is not given."""
        value = getattr(self, f"{letter}_prev")
        symbol, role = self.at(letter, t), Role("state", letter)
        if value is None:
            zeros = np.zeros((*self.batch, self.size("m")))
            return sheet.state(symbol, zeros, (), "not given, so zeros", role)
        return sheet.state(symbol, self.by_example(value), self.key(f"{letter}_prev"), "", role)

    def pre_activations(self, sheet: Worksheet) -> PreActivations:
        """The pre-activations of the gates as functions of x and h; their weights are given."""
        weights = self.weights()
        return {
            letter: self._pre_activation(sheet, letter, weights[letter]) for letter in self.letters
        }

    def _pre_activation(self, sheet: Worksheet, letter: str, gate: Gate) -> Any:
        gate = self.separated(gate) if self.takes_apart(letter) else gate
        data = self._given(sheet, letter, gate)
        biases = tuple(value for key, value in data.items() if key in ("b", "b_x", "b_h"))
        if self.concat is not None and "W" in data:
            return Joined(data["W"], biases, self.concat[0], self.multiply)
        if "W_x" in data:
            b_x = tuple(data[key] for key in ("b", "b_x") if key in data)
            b_h = tuple(data[key] for key in ("b_h",) if key in data)
            return Separate(data["W_x"], data["W_h"], b_x, b_h, self.multiply)
        path = self.key(*self.weight_path(letter))
        message = f"expected weights of {spelled(path) or 'the RNN'}, found none"
        return Absent(Missing(Fault(path, message, "add W (with `concat`), or W_x and W_h")))

    def _given(self, sheet: Worksheet, letter: str, gate: Affine) -> dict[str, Expr]:
        """The weights that are given, by their keys."""
        return {
            key: sheet.given(
                symbol_of(key, letter) + self.place.mark,
                getattr(gate, key),
                self.key(*self.weight_path(letter, key)),
                "",
                Role("bias" if key[0] == "b" else "weights", letter, key),
            )
            for key in KEYS
            if getattr(gate, key) is not None
        }

    def conventions(self, t: int) -> Iterator[tuple[Inline, ...]]:
        """What books differ on and this cell has fixed, a paragraph each, at a time step."""
        side = "left" if self.orientation == "column" else "right"
        yield (f"Vectors are {self.orientation}s: a matrix stands to their {side}.",)
        if self.batch:
            yield (f"A batch of {self.batch[0]} examples, each a {self.orientation}.",)
        if self.concat is not None and self.joins:
            sizes = {"h": f"{self.size('m')} hidden", "x": f"{self.size('n')} input"}
            first, second = self.concat
            text = f"W multiplies {first} and {second} put together in this order: "
            yield (f"{text}{sizes[first]}, then {sizes[second]}.",)


@record
class GatedCell(Cell):
    """A cell with gates, one by one, or stacked in the layout of a framework.

    A subclass gives the types of `gates`, `stacked` and `activations`.
    """

    gates: Record | None = None
    stacked: Layout | None = None

    shared: ClassVar[Sequence[str]] = (*Cell.shared, "activations")
    candidate: ClassVar[str]
    """The letter of the candidate; the others are gates."""

    @property
    def use(self) -> Activations:
        """The functions of the gates, of the candidate, and of c on its way to h."""
        raise NotImplementedError

    def function(self, letter: str) -> Function:
        return self.use.candidate if letter == self.candidate else self.use.gate

    def used(self) -> Iterator[tuple[Path, Function]]:
        yield ("activations", "gate"), self.use.gate
        yield ("activations", "candidate"), self.use.candidate

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.gates is not None and self.stacked is not None:
            message = "the weights are given twice: as gates and stacked"
            yield Fault(("stacked",), message, "keep one of them")
        for name, gate in vars(self.gates).items() if self.gates is not None else ():
            yield from gate.weight_faults(("gates", name), self.concat is not None)

    def weights(self) -> Mapping[str, Gate]:
        if self.stacked is None:
            return {letter: getattr(self.gates, letter, Gate()) for letter in self.letters}
        found = self.stacked.gates()
        if self.orientation == "column":
            return found
        return {letter: gate.transposed() for letter, gate in found.items()}

    def weight_path(self, letter: str, *key: str) -> Path:
        return ("gates", letter, *key) if self.stacked is None else ("stacked",)

    @property
    def is_given(self) -> bool:
        return self.gates is not None or self.stacked is not None

    @property
    def order(self) -> str:
        return "" if self.stacked is None else self.stacked.order

    def conventions(self, t: int) -> Iterator[tuple[Inline, ...]]:
        yield from super().conventions(t)
        if self.stacked is not None:
            yield (self.stacked.convention,)


def cells() -> Mapping[str, type[Cell]]:
    """All cells by their names, those of this room first."""
    for name in CELLS:
        import_module(f"lstmhw.cells.{name.replace('-', '_')}")
    return {name: Cell.named[name] for name in (*CELLS, *Cell.named)}


class Parameters(NamedTuple):
    """A gate for column vectors: activation(W_x x + b_x + W_h h + b_h), or the value on the sheet.

    W_x (m, n), W_h (m, m); b_x, b_h (m,); value (m,), or (B, m) with an example of a batch a row.
    Zeros stand in the place of what is not given.
    """

    W_x: Floats
    W_h: Floats
    b_x: Floats
    b_h: Floats
    activation: Function
    value: Floats | None = None

    @property
    def is_computable(self) -> bool:
        """Whether the activation of some bias is the value, where there is one."""
        if self.value is None:
            return True
        return self.value.ndim == 1 and not np.isnan(self._preimage(self.value)).any()

    def computing(self) -> "Parameters":
        """The gate without a value: with no weights, and the bias that the value follows from."""
        if self.value is None:
            return self
        W_x, W_h, b_h = (np.zeros_like(array) for array in (self.W_x, self.W_h, self.b_h))
        return Parameters(W_x, W_h, self._preimage(self.value), b_h, self.activation)

    def negated(self) -> "Parameters":
        """The gate with all its weights negated: for a sigmoid, 1 - the gate."""
        W_x, W_h, b_x, b_h = (-array + 0.0 for array in self[:4])
        return Parameters(W_x, W_h, b_x, b_h, self.activation)

    def with_bias(self, added: float) -> "Parameters":
        """The gate with a number added to its bias."""
        return self._replace(b_x=self.b_x + added)

    def _preimage(self, value: Floats) -> Floats:
        """A pre-activation of a value, infinite at the limits; NaN where none is known."""
        inverse = self.activation.inverse
        with np.errstate(all="ignore"):
            return np.full_like(value, np.nan) if inverse is None else inverse.of(value)


def parameters(cell: Cell, inputs: int) -> dict[str, Parameters]:
    """The gates of a cell for so many inputs, by letter, in the order of its letters."""
    weights, units = cell.weights(), cell.size("m")
    return {
        letter: _parameters(cell, letter, weights[letter], (units, inputs))
        for letter in cell.letters
    }


def _parameters(cell: Cell, letter: str, gate: Gate, shape: tuple[int, int]) -> Parameters:
    gate = cell.separated(gate)
    units, inputs = shape
    W_x, W_h = gate.W_x, gate.W_h
    if cell.orientation == "row":
        W_x, W_h = (None if array is None else array.T for array in (W_x, W_h))
    return Parameters(
        W_x=or_zeros(W_x, units, inputs),
        W_h=or_zeros(W_h, units, units),
        b_x=or_zeros(gate.b if gate.b_x is None else gate.b_x, units),
        b_h=or_zeros(gate.b_h, units),
        activation=cell.function(letter),
        value=None if gate.value is None else _of_units(cell, gate.value, units),
    )


def _of_units(cell: Cell, value: Floats, units: int) -> Floats:
    """The value of a gate, (m,) where it is the same for all examples, else (B, m)."""
    return cell.by_example(value) if value.ndim > 1 else np.broadcast_to(value, units)


def or_zeros(array: Floats | None, *shape: int) -> Floats:
    """The array, or zeros of this shape where there is none."""
    return np.zeros(shape) if array is None else array
