"""The weights of a gate in a problem file, and gates stacked as frameworks keep them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np

from lstmhw.faults import Fault, Path
from lstmhw.functions import Floats
from lstmhw.numerals import exact
from lstmhw.problem import AnyRecord, Record, Shape, record
from lstmhw.spellings import OF_GATE

KEYS = ("W", "W_x", "W_h", "b", "b_x", "b_h")
"""What weights may stand under."""


def symbol_of(key: str, letter: str) -> str:
    """The symbol of the weights that a gate has under a key."""
    return f"{key}_{letter}" if letter else key


@record
class Affine(Record):
    """Weights of a pre-activation: W on [h; x], or W_x and W_h; one bias, two, or none."""

    W: Annotated[Floats, Shape("m m+n", oriented=True)] | None = None
    W_x: Annotated[Floats, Shape("m n", oriented=True)] | None = None
    W_h: Annotated[Floats, Shape("m m", oriented=True)] | None = None
    b: Annotated[Floats, Shape("m", limits=True)] | None = None
    b_x: Annotated[Floats, Shape("m", limits=True)] | None = None
    b_h: Annotated[Floats, Shape("m", limits=True)] | None = None

    def weight_faults(self, path: Path, has_order: bool) -> Iterator[Fault]:
        """What is contradictory or incomplete in these weights, which stand at a key path."""
        pair = self.W_x is not None or self.W_h is not None
        if self.W is not None and pair:
            message = "expected W, or W_x and W_h; found both"
            yield Fault((*path, "W"), message, "keep one of the two")
        elif pair and (self.W_x is None or self.W_h is None):
            there, absent = ("W_x", "W_h") if self.W_h is None else ("W_h", "W_x")
            message = f"expected W_x and W_h, found only {there}"
            yield Fault((*path, there), message, f"add {absent}, zeros where there is no such term")
        if self.W is not None and not has_order:
            message = "W multiplies h and x put together, and the file does not say in which order"
            yield Fault((*path, "W"), message, "add `concat: [h, x]` (or [x, h]) at the top")
        if self.b is not None and (self.b_x is not None or self.b_h is not None):
            message = "expected one bias b, or b_x and b_h; found both"
            yield Fault((*path, "b"), message, "keep one of the two")

    @property
    def has_weights(self) -> bool:
        return self.W is not None or self.W_x is not None or self.W_h is not None


@record
class Gate(Affine):
    """A gate: its weights, or its value as the sheet gives it, or both."""

    value: Annotated[Floats, Shape("m", "", "m B", examples=True, varied="bounded")] | None = None

    spelled: ClassVar[Mapping[str, str]] = OF_GATE

    @property
    def is_given(self) -> bool:
        """Whether there is anything of the gate."""
        return self.has_weights or self.value is not None

    def transposed(self) -> "Gate":
        """The gate for row vectors."""
        assert self.W_x is not None
        assert self.W_h is not None
        return replace(self, W_x=self.W_x.T, W_h=self.W_h.T)


def gate_blocks(
    order: str, W_x: Floats, W_h: Floats, b_x: Floats | None, b_h: Floats | None
) -> dict[str, Gate]:
    """The gates of matrices that stack them by rows, in the order of their letters."""

    def blocks(array: Floats | None) -> list[Floats] | list[None]:
        return [None] * len(order) if array is None else np.split(array, len(order))

    rows = zip(order, blocks(W_x), blocks(W_h), blocks(b_x), blocks(b_h), strict=True)
    return {
        gate: Gate(
            W_x=w_x,
            W_h=w_h,
            b=bias if b_h is None else None,
            b_x=bias if b_h is not None else None,
            b_h=bias_h,
        )
        for gate, w_x, w_h, bias, bias_h in rows
    }


def without_direction(array: Floats) -> Floats:
    """An ONNX matrix without its leading axis of one direction."""
    return array.reshape(array.shape[-2:])


def split_biases(B: Floats | None) -> tuple[Floats | None, Floats | None]:
    """The input and the recurrent biases of an ONNX bias, which holds both one after the other."""
    if B is None:
        return None, None
    b_x, b_h = np.split(B.reshape(-1), 2)
    return b_x, b_h


def exactly(record: AnyRecord, written: Mapping[Path, Sequence[str]], path: Path = ()) -> AnyRecord:
    """The record with every array as an array of Fractions, as its numbers stand in the file."""
    changes: dict[str, Any] = {}
    for name, value in vars(record).items():
        here = (*path, name)
        if isinstance(value, Record):
            changes[name] = exactly(value, written, here)
        elif isinstance(value, np.ndarray):
            numbers = np.array([exact(text) for text in written[here]], dtype=object)
            changes[name] = numbers.reshape(value.shape)
    return replace(record, **changes)


class Layout(Protocol):
    """Gates stacked in the layout of a framework; `convention` is what the reader is told.

    `order` is that of the blocks, by the letters of the gates.
    """

    convention: ClassVar[str]
    order: ClassVar[str]

    def gates(self) -> dict[str, Gate]: ...
