"""Problems about a network: layers of cells, in one direction or two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from lstmhw.cells.cell import Cell
from lstmhw.expr import Expr, Role
from lstmhw.faults import Fault
from lstmhw.functions import Floats
from lstmhw.problem import Embedded, Range, Record, record
from lstmhw.recurrent import INPUT, RecurrentProblem
from lstmhw.recurrent.passing import Way
from lstmhw.solution import Inline, Section, Solution, Worksheet

_START = "time indices are those of the inputs, so it starts from the state after the last step"
_IN_REVERSE = "write the weights of the second direction under `reverse: {..}`"


@record
class Direction(Record):
    """A cell with weights of its own, and the states that it starts from."""

    cell: Annotated[Cell, Embedded(like="cell")]


@record
class Layer(Direction):
    """A cell of a layer, and perhaps one that runs from the last step to the first."""

    reverse: Direction | None = None


@record
class NetworkProblem(RecurrentProblem):
    """Layers of recurrent cells, each in one direction or in two."""

    layers: tuple[Layer, ...] | None = None
    reverse: Direction | None = None
    direction: Literal["forward", "reverse"] = "forward"
    lengths: tuple[Annotated[int, Range(1, 1_000_000)], ...] | None = None
    feedback: Literal["y"] | None = None
    steps: Annotated[int, Range(1, 10_000)] | None = None

    takes_batches: ClassVar[bool] = True
    meant: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("bidirectional", "backward", "backwards", "rev"), _IN_REVERSE),
        **dict.fromkeys(("num_layers", "stack", "layer", "cells"), "write `layers: [{..}, {..}]`"),
        **dict.fromkeys(("batch", "batch_size"), "write the inputs as matrices, an example each"),
        **dict.fromkeys(("mask", "masks", "sequence_lengths"), "write `lengths: [3, 2]`"),
        **dict.fromkeys(("cifg", "tied"), "write `coupled: true`"),
        **dict.fromkeys(("peepholes", "p"), "write `peephole: {i: [..], f: [..], o: [..]}`"),
        "go_backwards": "write `direction: reverse`",
        "criterion": "write `loss: cross-entropy` (or half-squared, ..)",
        "labels": "write `targets`, a row a step",
        "bptt": "write `truncate: 2`, how many steps a loss reaches back",
    }

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from self._length_faults()
        if self.direction == "reverse" and any(len(layer) > 1 for layer in self.network):
            message = "the direction is given twice: by `direction` and by `reverse`"
            yield Fault(("direction",), message, "keep one of them", at_key=True)
        if self.layers is not None:
            yield from self._layer_faults(self.layers)
        yield from self._feedback_faults()

    def _layer_faults(self, layers: Sequence[Layer]) -> Iterator[Fault]:
        if not layers:
            yield Fault(("layers",), "expected a layer, found an empty list", "leave it out")
        if self.cell.is_given:
            message = "the weights are given twice: by layers, and for the whole file"
            yield Fault(("layers",), message, "keep one of them", at_key=True)
        for letter in self.cell.states:
            if getattr(self.cell, f"{letter}_prev") is not None:
                message = "with layers, each has states of its own"
                hint = f"write {letter}_prev in the layer that starts from it"
                yield Fault((f"{letter}_prev",), message, hint, at_key=True)
        if self.reverse is not None:
            message = "with layers, each has directions of its own"
            yield Fault(("reverse",), message, "write `reverse` in a layer", at_key=True)

    def _length_faults(self) -> Iterator[Fault]:
        if self.lengths is None:
            return
        if not self.cell.batch:
            key = "x" if self.xs is None else "xs"
            message = "expected a batch, of which the examples may have lengths; found one example"
            yield Fault((key,), message, "leave `lengths` out", at_key=True)
        elif len(self.lengths) != self.cell.batch[0]:
            message = f"expected {self.cell.batch[0]} lengths, one an example"
            yield Fault(("lengths",), f"{message}; found {len(self.lengths)}")
        for k, length in enumerate(self.lengths):
            if length > len(self.times):
                message = f"expected a length up to {len(self.times)}, the steps there are"
                yield Fault(("lengths", k), f"{message}; found {length}")

    def lasting(self, t: int) -> Floats:
        """1 for the examples of the batch that have a step t, else 0; (B, 1)."""
        last = (len(self.times),) * self.cell.batch[0] if self.lengths is None else self.lengths
        number = t - self.times[0] + 1
        return np.array([[1.0 if number <= length else 0.0] for length in last])

    def masks(self, sheet: Worksheet) -> Mapping[int, Expr]:
        if self.lengths is None:
            return {}
        found = {t: self.lasting(t) for t in self.times}
        note, role = "1 where the example has this step", Role("mask")
        return {
            t: sheet.given(f"on_{t}", on, ("lengths",), note, role)
            for t, on in found.items()
            if not on.all()
        }

    def _feedback_faults(self) -> Iterator[Fault]:
        if self.feedback is None and self.steps is not None:
            message = "expected `feedback: y` beside `steps`, else each step has its own input"
            yield Fault(("steps",), message, "add `feedback: y`, or give `xs`", at_key=True)
        if self.feedback is None:
            return
        if self.steps is None:
            message = "expected how many steps there are, found none"
            yield Fault(("feedback",), message, "add `steps: 4`", at_key=True)
        if self.output is None:
            message = "expected an output to feed back, found none"
            yield Fault(("feedback",), message, "add `output: {W: ..}`", at_key=True)
        elif self.x is not None and self.size("k") != self.size("n"):
            outputs, inputs = self.size("k"), self.size("n")
            message = f"expected as many outputs as inputs for feedback, {inputs}; found {outputs}"
            yield Fault(("output", "W"), message, "the output is the next input")
        if self.x is None:
            found = "xs" if self.xs is not None else "none"
            message = f"expected the first input as `x`, found {found}"
            hint = "the later ones are the outputs before them"
            yield Fault(("feedback",), message, hint, at_key=True)
        if any(way.backwards for way in self.ways):
            message = "a cell that runs backwards in time cannot read an output of the step before"
            yield Fault(("feedback",), message, "leave one of the two out", at_key=True)

    @property
    def times(self) -> range:
        return super().times if self.steps is None else range(self.t, self.t + self.steps)

    def inputs(self, sheet: Worksheet, found: Mapping[int, Any]) -> Iterable[Expr]:
        if self.feedback is None:
            return super().inputs(sheet, found)
        return self._fed_back(sheet, found)

    def _fed_back(self, sheet: Worksheet, found: Mapping[int, Any]) -> Iterator[Expr]:
        """The first input, and then each output when it is there."""
        first, *later = self.times
        assert self.x is not None
        yield sheet.state(f"x_{first}", self.cell.by_example(self.x), ("x",), "", INPUT)
        for t in later:
            yield sheet(f"x_{t}", found[t - 1], "the output of the step before, fed back", INPUT)

    @cached_property
    def network(self) -> Sequence[Sequence[Way]]:
        backwards = self.direction == "reverse"
        if not self.layers:
            return [_directions(Way(self.cell, backwards), self.reverse)]
        return [_directions(Way(each.cell, backwards), each.reverse) for each in self.layers]

    def told_of(self, sheet: Worksheet, sections: Iterable[Section], **more: Any) -> Solution:
        otherwise = {**more.pop("otherwise", {}), "direction-not-reversed": self._run_forward()}
        return super().told_of(sheet, sections, otherwise=otherwise, **more)

    def _run_forward(self) -> dict[str, Floats]:
        """What the first layer's reverse cell gives where it runs from the first step on."""
        found = [way.cell for way in self.network[0] if way.backwards]
        if not found or len(self.times) == 1:
            return {}
        turned = replace(
            self, cell=found[0], layers=None, reverse=None, direction="forward", output=None
        )
        sheet = turned.worksheet()
        turned.forward(sheet)
        return {step.symbol: step.value for step in sheet.steps}

    def conventions(self) -> Iterator[tuple[Inline, ...]]:
        yield from super().conventions()
        if len(self.network) > 1:
            names = ", ".join(
                f"@{number} layer {number}" for number in range(2, len(self.network) + 1)
            )
            yield (f"Layer 1 reads x, each other layer what the one below gives: {names}.",)
        if self.lengths is not None:
            lengths = ", ".join(map(str, self.lengths))
            yield (f"The examples last {lengths} steps; after its last step a state stands still.",)
        if self.feedback is not None:
            yield ("The output of a step is the input of the next: x_t = y_(t-1).",)
        if self.direction == "reverse":
            yield ("The cell runs from the last time step to the first; " + _START + ".",)
        if any(len(layer) > 1 for layer in self.network):
            text = "@rev runs from the last time step to the first"
            yield (f"{text}, with weights of its own; {_START}.",)
            yield ("What reads both directions reads [h; h@rev]: forward first.",)


def _directions(way: Way, reverse: Direction | None) -> Sequence[Way]:
    return [way] if reverse is None else [way, Way(reverse.cell, True)]
