"""The weights and gates of a cell, as a sheet gives them."""

from collections.abc import Iterator

from lstmhw.sheets.placing import Placed, Placing, leaf_of
from lstmhw.sheets.roles import GATES
from lstmhw.sheets.shapes import vector
from lstmhw.sheets.symbols import taken_apart
from lstmhw.sheets.tree import Leaf, Tree
from lstmhw.sheets.values import axes

_STATES = (("h",), ("c",), ("h_prev",), ("c_prev",))
_PARTS = ("value", "W", "W_x", "W_h", "b", "b_x", "b_h")


class Weights:
    """The weights that are placed; W and U are as in the sheet where it `is_open` which is on x."""

    def __init__(self, placing: Placing, is_open: bool) -> None:
        self.placing = placing
        self.cell = placing.book.cell
        self.is_open = is_open

    def units(self) -> int | None:
        """How many units there are, where a matrix, a state, a bias or a gate's value tells."""
        recurrent = [p for (key, _), p in self.placing.placed.items() if key[-1] == "W_h"]
        sizes = [axes(placed.numbers)[0] for placed in recurrent if len(axes(placed.numbers)) == 2]
        for (key, _), placed in self.placing.placed.items():
            shape = axes(vector(placed.numbers))
            is_told = key in _STATES or key[-1] in ("b", "b_x", "b_h")
            if key[0] != "output" and is_told and placed.numbers != "0":
                sizes.append(shape[0] if shape else 1)
            elif key[-1] == "value" and shape:
                sizes.append(shape[0])
        return sizes[0] if sizes else None

    def lines(self) -> Iterator[tuple[str, Leaf | Tree]]:
        """The keys of the weights, with their values; none where the sheet has none."""
        found = {key: placed for (key, _), placed in self.placing.placed.items()}
        if self.cell == "rnn":
            for name in _PARTS[1:]:
                if (name,) in found:
                    yield self._written(name), self._shaped(name, found[(name,)])
            return
        gates = self.gates()
        if gates:
            yield "gates", gates
        stacked = {key[1]: placed for key, placed in found.items() if key[0] == "stacked"}
        if stacked:
            parts: Tree = {"layout": Leaf("pytorch", "whose names these are")}
            yield (
                "stacked",
                {**parts, **{name: leaf_of(placed) for name, placed in stacked.items()}},
            )

    def gates(self) -> Tree:
        """The gates, each with what is given of it."""
        found = {key: placed for (key, _), placed in self.placing.placed.items()}
        gates: Tree = {}
        for gate in GATES[self.cell]:
            parts: Tree = {
                self._written(name): self._shaped(name, found["gates", gate, name])
                for name in _PARTS
                if ("gates", gate, name) in found
            }
            if parts:
                gates[gate] = parts
        return gates

    def _written(self, name: str) -> str:
        """The name of a weight in the file; W and U where nothing says which is on x."""
        is_open = self.is_open and self.placing.book.has_u
        return {"W_x": "W", "W_h": "U"}.get(name, name) if is_open else name

    def _shaped(self, name: str, placed: Placed) -> Leaf:
        """A weight; a row or column that is written as a vector, as a matrix."""
        numbers, note = placed.numbers, ""
        if name in ("b", "b_x", "b_h", "value"):
            numbers = vector(numbers)
        elif len(axes(numbers)) == 1:
            units = self.units()
            is_column = name == "W_x" and units == len(numbers) and units != 1
            numbers = [[one] for one in numbers] if is_column else [numbers]
            note = ", as one column" if is_column else ", as one row"
        said = f": {placed.name}" if taken_apart(placed.name) in self.placing.book.told else ""
        return Leaf(numbers, f"line {placed.line}{said}{note}")

    def fitting_orientations(self) -> set[str]:
        """The orientations with which the weights on the input have the shape they need."""
        units = self.units()
        fits = {"row", "column"}
        for (key, _), placed in self.placing.placed.items():
            shape = axes(placed.numbers)
            if key[-1] not in ("W", "W_x") or len(shape) != 2 or key[0] == "output":
                continue
            if units is not None and shape[0] != shape[1] and units in shape:
                fits &= {"column"} if shape[0] == units else {"row"}
        return fits

    def reads_numbers(self) -> bool:
        """Whether the weights take one number a step."""
        for (key, _), placed in self.placing.placed.items():
            if key[-1] == "W_x":
                shape = axes(placed.numbers)
                return (
                    shape in ((), (1,))
                    or shape[-1:] == (1,)
                    or (len(shape) == 1 and len(shape) < 2 and shape[0] == self.units())
                )
        return False
