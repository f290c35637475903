"""The equations of a network that reads letters, over names, as they stand under Given."""

from collections.abc import Iterator
from typing import Any

from lstmhw.cells import Joined, PreActivation, Separate
from lstmhw.cells.cell import Cell
from lstmhw.cells.weights import symbol_of
from lstmhw.expr import DATUM, Quantity, Role
from lstmhw.notation import Text, symbol, write
from lstmhw.solution import Paragraph

TIME, BEFORE = "t", "(t-1)"


def cell_equations(cell: Cell) -> Iterator[Paragraph]:
    """A line for each quantity of a step; a gate with a value has none."""
    weights = cell.weights()
    fixed = {letter for letter, gate in weights.items() if gate.value is not None}
    lines: list[Paragraph] = []

    def listing(name: str, value: Any, note: str, role: Role = DATUM) -> Any:
        if role.letter in fixed and role.what in ("pre-activation", "gate", "candidate"):
            return _named(role.letter)
        if symbol(name, Text()) == write(value, Text()):  # tanh_c_t = tanh(c_t)
            return value
        lines.append(Paragraph((_named(name), " = ", value)))
        return _named(name)

    z: dict[str, Any] = {letter: _pre_activation(cell, letter) for letter in cell.letters}
    z |= {name: _named(name) for name in cell.besides()}
    states = [_named(f"{letter}_{BEFORE}") for letter in cell.states]
    cell.step(listing, TIME, z, _named(f"x_{TIME}"), *states)
    yield from lines
    yield Paragraph(("; ".join(dict.fromkeys(f.definition for f in cell.functions)),))


def _pre_activation(cell: Cell, letter: str) -> PreActivation:
    """With as many biases as are given."""
    gate = cell.weights().get(letter)
    keys = [key for key in ("b", "b_x", "b_h") if gate is None or getattr(gate, key) is not None]
    W, W_x, W_h, *biases = (_named(symbol_of(k, letter)) for k in ("W", "W_x", "W_h", *keys))
    if gate is not None and gate.W is not None and cell.concat is not None:
        return Joined(W, tuple(biases), cell.concat[0], cell.multiply)
    of_h = tuple(b for key, b in zip(keys, biases, strict=True) if key == "b_h")
    of_x = tuple(b for key, b in zip(keys, biases, strict=True) if key != "b_h")
    return Separate(W_x, W_h, of_x, of_h, cell.multiply)


def _named(name: str) -> Quantity:
    return Quantity(name, None, given=True)
