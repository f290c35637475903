"""What all problems about a recurrent cell share: inputs, states, the output layer, the answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw import cells
from lstmhw.expr import Expr, Missing
from lstmhw.faults import Fault, Path, shown, spelled
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import OneOf, Problem, Range, Record, Shape, record
from lstmhw.recurrent.asked import computed_symbols, found_symbols, needed_by
from lstmhw.recurrent.weights import Affine
from lstmhw.solution import (
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Solution,
    Stated,
    Working,
    Worksheet,
    needed,
)

NO_INPUTS = Missing(Fault((), "expected inputs x, found none", "add `x: [...]`"))

ActivationName = Annotated[str, OneOf(tuple(ACTIVATIONS))]


@record
class OutputLayer(Record):
    """y = activation(W h + b)."""

    W: Annotated[Floats, Shape("k m", oriented=True)]
    b: Annotated[Floats, Shape("k", limits=True)] | None = None
    activation: ActivationName = "identity"


@record
class CellProblem(Problem):
    """A problem about the weights of a recurrent cell, in an orientation."""

    concat: tuple[Literal["h", "x"], ...] | None = None
    orientation: Literal["column", "row"] = "column"

    def faults(self) -> Iterator[Fault]:
        if self.concat is not None and sorted(self.concat) != ["h", "x"]:
            message = f"expected [h, x] or [x, h], found [{shown(', '.join(self.concat))}]"
            yield Fault(("concat",), message)

    def size(self, letter: str) -> int:
        """The size bound to a letter of the shapes; 1 where no array of the file fixes it."""
        return self.sizes.get(letter, 1)

    @property
    def multiply(self) -> cells.Multiply:
        return cells.row if self.orientation == "row" else cells.column

    def weight_path(self, gate: str, *key: str) -> Path:
        """The key of the file that a gate's weights come from, or one of them."""
        raise NotImplementedError


@record
class RecurrentProblem(CellProblem):
    """Inputs, initial hidden state and output layer of a recurrent cell, over one step or more."""

    t: Annotated[int, Range(0, 1_000_000)] = 1
    x: Annotated[Floats, Shape("n")] | None = None
    xs: Annotated[Floats, Shape("T n", "T")] | None = None
    one_hot: Annotated[Floats, Shape("V")] | None = None
    one_hots: Annotated[Floats, Shape("T V")] | None = None
    embedding: Annotated[Floats, Shape("V n")] | None = None
    h_prev: Annotated[Floats, Shape("m")] | None = None
    output: OutputLayer | None = None
    find: tuple[str, ...] | None = None

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from self._input_faults()
        yield from self._one_hot_faults()
        if self.find == ():
            yield Fault(("find",), "expected what is asked, found an empty list", "leave it out")

    def _input_faults(self) -> Iterator[Fault]:
        keys = [key for key in ("x", "xs", "one_hot", "one_hots") if getattr(self, key) is not None]
        for key in keys[1:]:
            message = f"the input is given twice: as {keys[0]} and as {key}"
            yield Fault((key,), message, "keep one of them")
        if self.xs is not None and self.xs.ndim == 1 and self.size("n") != 1:
            message = f"expected {self.size('n')} inputs for each step, found single numbers"
            yield Fault(("xs",), message, "write [[1, 2], [3, 4]]; for one step, use `x`")

    def _one_hot_faults(self) -> Iterator[Fault]:
        if self.hots is None and self.embedding is not None:
            message = "an embedding needs the word to look up"
            yield Fault(("embedding",), message, "add `one_hot` (or `one_hots`)")
        if self.hots is not None and self.embedding is None:
            message = "a one-hot input needs the embedding that it picks a row of"
            yield Fault((self.hots_key,), message, "add `embedding`, a row for each word")
        for number, hot in enumerate([] if self.hots is None else self.hots, 1):
            if sorted(hot.tolist()) != [0.0] * (len(hot) - 1) + [1.0]:
                message = f"expected a single 1 and zeros, found otherwise in vector {number}"
                yield Fault((self.hots_key,), message)

    def forward(self, sheet: Worksheet) -> None:
        """All steps of the cell, and its output, on the worksheet."""
        raise NotImplementedError

    def stated(self) -> dict[str, Stated]:
        """The values of gates that stand on the sheet, by symbol."""
        return {}

    @property
    def times(self) -> range:
        """The time indices of the steps."""
        return range(self.t, self.t + self.size("T"))

    @property
    def hots(self) -> Floats | None:
        """The one-hot vectors, one row a step."""
        return self.one_hots if self.one_hot is None else self.one_hot[np.newaxis]

    @property
    def hots_key(self) -> str:
        return "one_hots" if self.one_hot is None else "one_hot"

    def inputs(self, sheet: Worksheet) -> Iterable[Expr]:
        """The input of each step; with an embedding it is looked up when its turn comes."""
        times = self.times
        if self.hots is not None and self.embedding is not None:
            hots = [
                sheet.given(f"onehot_{t}", hot, (self.hots_key,))
                for t, hot in zip(times, self.hots, strict=True)
            ]
            table = sheet.given("E", self.embedding, ("embedding",), "one row for each word")
            note = "embedding: the row of E that the 1 picks"
            return (sheet(f"x_{t}", hot @ table, note) for t, hot in zip(times, hots, strict=True))
        if self.xs is not None:
            rows = self.xs.reshape(len(times), -1)
            return [sheet.state(f"x_{t}", x, ("xs",)) for t, x in zip(times, rows, strict=True)]
        if self.x is not None:
            return [sheet.state(f"x_{self.t}", self.x, ("x",))]
        return [NO_INPUTS]

    def initial(self, sheet: Worksheet, name: str, value: Floats | None) -> Expr:
        """The state before the first step, zeros where it is not given."""
        symbol = f"{name}_{self.t - 1}"
        if value is None:
            zeros = np.zeros(self.size("m"))
            return sheet.state(symbol, zeros, (), "not given, so zeros")
        return sheet.state(symbol, value, (f"{name}_prev",))

    def pre_activation(self, sheet: Worksheet, weights: Affine, gate: str) -> cells.PreActivation:
        """The pre-activation of a gate as a function of x and h; an RNN's gate is ""."""
        data = self.weight_data(sheet, weights, gate)
        biases = tuple(value for key, value in data.items() if key.startswith("b"))
        if self.concat is not None and "W" in data:
            join = cells.hidden_first if self.concat[0] == "h" else cells.input_first
            return cells.on_concatenation(data["W"], biases, join, self.multiply)
        if "W_x" in data:
            return cells.separate(data["W_x"], data["W_h"], biases, self.multiply)
        path = self.weight_path(gate)
        message = f"expected weights of {spelled(path) or 'the RNN'}, found none"
        missing = Missing(Fault(path, message, "add W (with `concat`), or W_x and W_h"))
        return lambda x, h: missing + h  # and what is missing of h

    def weight_data(self, sheet: Worksheet, weights: Affine, gate: str) -> dict[str, Expr]:
        """The weights that are given, by their keys."""
        suffix = f"_{gate}" if gate else ""
        return {
            key: sheet.given(key + suffix, getattr(weights, key), self.weight_path(gate, key))
            for key in ("W", "W_x", "W_h", "b", "b_x", "b_h")
            if getattr(weights, key) is not None
        }

    def output_layer(self, sheet: Worksheet) -> cells.Output | None:
        layer = self.output
        if layer is None:
            return None
        weights = sheet.given("W_y", layer.W, ("output", "W"))
        biases = () if layer.b is None else (sheet.given("b_y", layer.b, ("output", "b")),)
        return cells.Output(weights, biases, ACTIVATIONS[layer.activation], self.multiply)

    @property
    def joins(self) -> bool:
        """Whether some W multiplies h and x put together."""
        raise NotImplementedError

    @property
    def blocks(self) -> str:
        """The letters of the gates in the order in which they are stacked, if they are."""
        return ""

    def conventions(self) -> list[tuple[Inline, ...]]:
        """What books differ on and this problem has fixed, a paragraph each."""
        side = "left" if self.orientation == "column" else "right"
        vectors = f"Vectors are {self.orientation}s: a matrix stands to their {side}."
        lines: list[tuple[Inline, ...]] = [(vectors,)]
        if self.concat is not None and self.joins:
            sizes = {"h": f"{self.size('m')} hidden", "x": f"{self.size('n')} input"}
            first, second = self.concat
            text = f"W multiplies {first} and {second} put together in this order: "
            lines.append((f"{text}{sizes[first]}, then {sizes[second]}.",))
        return lines

    def solution(
        self, sheet: Worksheet, results: Sequence[str], functions: Sequence[Function]
    ) -> Solution:
        """What the worksheet holds, as asked.

        `results` are what the cell is computed for; `functions` those whose definition is shown.
        """
        if self.output is not None:
            results = [*results, "y"]
            functions = [*functions, ACTIVATIONS[self.output.activation]]
        if self.find is None:
            asked = computed_symbols(sheet, results, self.times)
            steps = tuple(sheet.steps)
        else:
            asked = found_symbols(sheet, self.find, self.times)
            steps = needed(sheet.steps, asked)
        definitions = "; ".join(dict.fromkeys(function.definition for function in functions))
        conventions = [*self.conventions(), (definitions,)]
        answers = tuple(Entry(symbol, sheet.answers[symbol], False) for symbol in asked)
        remarks = [*sheet.remarks, *self._not_computed(sheet, results)]
        sections = [
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(map(Paragraph, conventions))),
            Section("Working", (Working(steps),) if steps else ()),
            Section("Remarks", tuple(remarks)),
            Section("Answer", (Entries(answers),)),
        ]
        return self.told_of(sheet, sections)

    def told_of(self, sheet: Worksheet, sections: Iterable[Section], **more: Any) -> Solution:
        """A solution whose answers, and what is missing for others, are those of a worksheet."""
        return self.told(
            sections,
            answers=sheet.answers,
            missing={symbol: missing.faults for symbol, missing in sheet.missing.items()},
            only_step=self.t if len(self.times) == 1 else None,
            steps=tuple(sheet.steps),
            blocks=self.blocks,
            unused=sheet.unused,
            **more,
        )

    def _not_computed(self, sheet: Worksheet, results: Sequence[str]) -> list[Paragraph]:
        """Said where nothing was asked for in particular and not all could be computed."""
        symbols = [f"{name}_{t}" for t in self.times for name in results]
        reasons = {} if self.find is not None else needed_by(sheet, symbols)
        return [
            Paragraph((f"{symbol} is not computed: {fault.message}.",))
            for fault, symbol in reasons.items()
        ]
