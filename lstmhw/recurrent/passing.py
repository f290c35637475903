"""Cells on their way through the time steps, one after another or layer by layer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lstmhw.cells.cell import Cell
from lstmhw.expr import DATUM, Expr, Let, Role
from lstmhw.functions import concat
from lstmhw.solution import Worksheet, at_time


class Way(NamedTuple):
    """A cell of a network, and whether it runs from the last time step to the first."""

    cell: Cell
    backwards: bool

    def through(self, times: range) -> range:
        """The time steps in the order in which the cell takes them."""
        return times[::-1] if self.backwards else times

    def start(self, times: range) -> int:
        """The time index of the state that the cell starts from."""
        return times[-1] + 1 if self.backwards else times[0] - 1


class Still:
    """The `let` of a step that some examples of a batch have not: there the states stand still.

    `on` is 1 for the examples that have it, else 0; `before` are the states, by letter.
    """

    def __init__(self, let: Let, on: Expr, before: Mapping[str, Any]) -> None:
        self.let = let
        self.on = on
        self.before = before

    def __call__(self, symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
        if role.what != "state":
            return self.let(symbol, value, note, role)
        held = self.on * value + (1 - self.on) * self.before[role.letter]
        why = f"{note}; it stands still where the example has ended"
        return self.let(symbol, held, why, Role("state", role.letter))


class Pass:
    """A cell that has started, and is at some time step; `masks` are what `Still` calls `on`."""

    def __init__(self, sheet: Worksheet, way: Way, times: range, masks: Mapping[int, Expr]) -> None:
        self.sheet = sheet
        self.way = way
        self.masks = masks
        cell, start = way.cell, way.start(times)
        self.states: tuple[Any, ...] = tuple(
            cell.initial(sheet, letter, start) for letter in cell.states
        )
        self.z = cell.pre_activations(sheet)

    def step(self, t: int, x: Expr) -> Expr:
        """One more step; what the next layer sees of it."""
        cell, let = self.way.cell, self._let(t)
        self.states = cell.step(let, f"{t}{cell.place.mark}", self.z, x, *self.states)
        h: Expr = self.states[0]
        return h

    def _let(self, t: int) -> Let:
        if t not in self.masks:
            return self.sheet
        before = dict(zip(self.way.cell.states, self.states, strict=True))
        return Still(self.sheet, self.masks[t], before)


def by_time(
    passes: Sequence[Pass], inputs: Iterable[tuple[int, Expr]]
) -> Iterator[tuple[int, Expr]]:
    """All layers at a time step, then the next step: what the last layer gives at each."""
    for t, x in inputs:
        for layer in passes:
            x = layer.step(t, x)
        yield t, x


def by_layer(
    sheet: Worksheet, layers: Sequence[Sequence[Pass]], inputs: Mapping[int, Expr]
) -> Iterable[tuple[int, Expr]]:
    """All time steps of a layer, in each of its directions, then the next layer."""
    last = len(layers)
    for number, passes in enumerate(layers, 1):
        inputs = _given_by(passes, inputs)
        if number < last and len(passes) > 1:
            inputs = {t: _joined(sheet, number + 1, t, h) for t, h in inputs.items()}
    return inputs.items()


def _given_by(passes: Sequence[Pass], inputs: Mapping[int, Expr]) -> Mapping[int, Expr]:
    """What a layer gives at each time step: h, or [h; h reversed]."""
    times = range(min(inputs), max(inputs) + 1)
    ways = [{t: p.step(t, inputs[t]) for t in p.way.through(times)} for p in passes]
    return {t: concat([h[t] for h in ways]) if len(ways) > 1 else ways[0][t] for t in times}


def _joined(sheet: Worksheet, layer: int, t: int, h: Expr) -> Expr:
    """The states of both directions as the input of the next layer, with a name."""
    note = f"the input of layer {layer}: both directions of the layer below"
    return sheet(at_time(f"x@{layer}", t), h, note, Role("input", "x"))
