"""Random problems about stacks of cells: layers, two directions, batches, losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": ("",)}
STATES = {"lstm": "hc", "gru": "h", "rnn": "h"}
CELLS = ("lstm", "gru", "rnn")


class Maker:
    """Draws the data of one problem; numbers have three decimals, so that a failure can be read."""

    def __init__(
        self, cell: str, seed: int, *, row: bool = False, batch: int = 0, biases: int = 1
    ) -> None:
        self.cell, self.row, self.batch, self.biases = cell, row, batch, biases
        self.generator = np.random.default_rng(seed)

    def numbers(self, *shape: int) -> Any:
        return np.round(self.generator.normal(size=shape), 3).tolist()

    def matrix(self, rows: int, columns: int) -> Any:
        return self.numbers(*((columns, rows) if self.row else (rows, columns)))

    def examples(self, size: int) -> Any:
        """A vector; of a batch a matrix, with an example a row or a column."""
        if not self.batch:
            return self.numbers(size)
        return self.numbers(self.batch, size) if self.row else self.numbers(size, self.batch)

    def gate(self, inputs: int, units: int) -> dict[str, Any]:
        weights = {"W_x": self.matrix(units, inputs), "W_h": self.matrix(units, units)}
        names = ("b",) if self.biases == 1 else ("b_x", "b_h")
        return weights | {name: self.numbers(units) for name in names}

    def direction(self, inputs: int, units: int, states: bool = True) -> dict[str, Any]:
        """The weights of one cell, and what it starts from."""
        gates = {gate: self.gate(inputs, units) for gate in GATES[self.cell]}
        data: dict[str, Any] = gates[""] if self.cell == "rnn" else {"gates": gates}
        if states:
            data |= {f"{letter}_prev": self.examples(units) for letter in STATES[self.cell]}
        return data

    def layers(self, inputs: int, layers: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
        """Layers by their units: forward, and backward or 0 where there is one direction."""
        found = []
        for forward, backward in layers:
            layer = self.direction(inputs, forward)
            if backward:
                layer["reverse"] = self.direction(inputs, backward)
            found.append(layer)
            inputs = forward + backward
        return found

    def problem(
        self,
        *,
        gradient: bool = False,
        steps: int = 3,
        inputs: int = 2,
        layers: Sequence[tuple[int, int]] = ((2, 0),),
    ) -> dict[str, Any]:
        """One layer stands at the top of the file, several in `layers`."""
        data: dict[str, Any] = {"kind": "lstm-gradient" if gradient else f"{self.cell}-step"}
        if gradient:
            data["cell"] = self.cell
        if self.cell == "gru":
            data |= {"update": "keep", "reset": "after"}
        if self.row:
            data["orientation"] = "row"
        data["xs"] = [self.examples(inputs) for _ in range(steps)]
        stack = self.layers(inputs, layers)
        return data | (stack[0] if len(stack) == 1 else {"layers": stack})

    def output(self, outputs: int, units: int, activation: str = "identity") -> dict[str, Any]:
        weights = {"W": self.matrix(outputs, units), "b": self.numbers(outputs)}
        return {"output": weights | {"activation": activation}}


@st.composite
def stacks(
    draw: st.DrawFn,
    cell: str,
    *,
    gradient: bool = False,
    batch: st.SearchStrategy[int] | None = None,
) -> dict[str, Any]:
    """A problem of one to three layers, each in one or both directions."""
    maker = Maker(
        cell,
        draw(st.integers(0, 10**6)),
        row=draw(st.booleans()),
        batch=0 if batch is None else draw(batch),
        biases=draw(st.integers(1, 2)),
    )
    most = 2 if gradient else 3
    size = st.integers(1, 2 if gradient else 3)
    widths = st.tuples(size, st.one_of(st.just(0), size))
    data = maker.problem(
        gradient=gradient,
        steps=draw(st.integers(1, 3 if gradient else 4)),
        inputs=draw(size),
        layers=draw(st.lists(widths, min_size=1, max_size=most)),
    )
    if cell == "gru":
        data["update"] = draw(st.sampled_from(["keep", "new"]))
        data["reset"] = draw(st.sampled_from(["before", "after"]))
    return data


def size_of(direction: dict[str, Any]) -> int:
    gates = direction.get("gates", {"": direction})
    return len(next(iter(gates.values()))["W_h"])


def seen_units(data: dict[str, Any]) -> int:
    """How many numbers the output layer sees: those of both directions of the last layer."""
    top = data["layers"][-1] if "layers" in data else data
    return sum(size_of(direction) for direction in (top, top.get("reverse")) if direction)
