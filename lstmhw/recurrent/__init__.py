"""What all problems about a recurrent cell share: inputs, the output layer, the answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np

from lstmhw.cells import Output, output
from lstmhw.cells.cell import Cell, cells
from lstmhw.expr import Expr, Missing, Role
from lstmhw.faults import Fault
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.notation import Text, write
from lstmhw.numerals import counted
from lstmhw.problem import ActivationName, Embedded, Problem, Range, Record, Shape, record
from lstmhw.recurrent.finding import computed_symbols, found_symbols, needed_by
from lstmhw.recurrent.passing import Pass, Way, by_layer, by_time
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
    at_time,
    indexed,
    names,
    needed,
)
from lstmhw.spellings import OF_OUTPUT

INPUT = Role("input", "x")
MOST_NAMED = 6  # symbols that are named one by one where it is said what is asked
NO_INPUTS = Fault((), "expected inputs x, found none", "add `x: [...]`")


def spelled(said: Sequence[Inline]) -> str:
    """A paragraph as text, which is alike where the same is said of several cells."""
    parts = (write(part, Text()) if isinstance(part, Expr) else str(part) for part in said)
    return "".join(parts)


@record
class OutputLayer(Record):
    """y = activation(W h + b)."""

    W: Annotated[Floats, Shape("k s", oriented=True)]
    b: Annotated[Floats, Shape("k", limits=True)] | None = None
    activation: ActivationName = "identity"

    spelled: ClassVar[Mapping[str, str]] = {"V": "W"}


@record
class RecurrentProblem(Problem):
    """A recurrent cell, its inputs over one step or more, and its output layer."""

    cell: Annotated[Cell, Embedded(cells, "lstm")]
    t: Annotated[int, Range(0, 1_000_000)] = 1
    x: Annotated[Floats, Shape("n", "n B", examples=True, varied="inputs")] | None = None
    xs: Annotated[Floats, Shape("T n", "T", "T n B", examples=True, varied="inputs")] | None = None
    one_hot: Annotated[Floats, Shape("V", "V B", examples=True, varied="letters")] | None = None
    one_hots: Annotated[Floats, Shape("T V", "T V B", examples=True, varied="letters")] | None = (
        None
    )
    embedding: Annotated[Floats, Shape("V n")] | None = None
    output: OutputLayer | None = None
    find: tuple[str, ...] | None = None

    spelled: ClassVar[Mapping[str, str]] = OF_OUTPUT

    @property
    def wanted(self) -> tuple[str, ...]:
        return self.find or ()

    def faults(self) -> Iterator[Fault]:
        found = (self._of_cell(cell, fault) for cell in self.cells for fault in cell.faults())
        yield from dict.fromkeys(found)  # what the file lacks is lacking in every layer
        yield from self._input_faults()
        yield from self._one_hot_faults()
        if self.find == ():
            yield Fault(("find",), "expected what is asked, found an empty list", "leave it out")

    def _of_cell(self, cell: Cell, fault: Fault) -> Fault:
        """A fault of a cell at its place in the file, which has what cells share once."""
        name = str(fault.path[0]) if fault.path else ""
        is_shared = name in cell.shared and getattr(cell, name) is getattr(self.cell, name)
        return fault if is_shared or not name else fault._replace(path=cell.key(*fault.path))

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
        hots = self.hots
        each = [] if hots is None else list(hots.reshape(-1, hots.shape[-1]))
        for number, hot in enumerate(each, 1):
            if sorted(hot.tolist()) != [0.0] * (len(hot) - 1) + [1.0]:
                message = f"expected a single 1 and zeros, found otherwise in vector {number}"
                yield Fault((self.hots_key,), message)

    def size(self, letter: str) -> int:
        """The size bound to a letter of the shapes; 1 where no array of the file fixes it."""
        return self.cell.size(letter)

    @property
    def network(self) -> Sequence[Sequence[Way]]:
        """The layers, the first next to the input, each with its one or two directions."""
        return [[Way(self.cell, False)]]

    @property
    def ways(self) -> list[Way]:
        """The cells of the network, and the directions in which they run."""
        return [way for layer in self.network for way in layer]

    @property
    def cells(self) -> list[Cell]:
        """The cells of the network."""
        return [way.cell for way in self.ways]

    @property
    def stated(self) -> dict[str, Stated]:
        """The gate values that stand on the sheet, by symbol."""
        found = (cell.stated(self.times) for cell in self.cells)
        return {symbol: value for values in found for symbol, value in values.items()}

    def masks(self, sheet: Worksheet) -> Mapping[int, Expr]:
        """At which steps some examples of a batch have ended, and which still last: 1, else 0."""
        return {}

    def worksheet(self) -> Worksheet:
        """An empty worksheet for the problem."""
        return Worksheet(self.stated, self.cell.orientation == "column")

    def forward(self, sheet: Worksheet) -> Mapping[int, Any]:
        """All steps of the network on the worksheet; its output at each, or its state."""
        found: dict[int, Any] = {}
        inputs = self.inputs(sheet, found)
        masks = self.masks(sheet)
        passes = [[Pass(sheet, way, self.times, masks) for way in layer] for layer in self.network]
        layer = self.output_layer(sheet)
        if any(way.backwards for way in self.ways):
            read = by_layer(sheet, passes, dict(zip(self.times, inputs, strict=True)))
        else:
            read = by_time([only for (only,) in passes], zip(self.times, inputs, strict=True))
        for t, h in read:
            found[t] = h if layer is None else output(sheet, t, layer, h)
        return found

    @property
    def times(self) -> range:
        """The time indices of the steps."""
        return range(self.t, self.t + self.size("T"))

    @property
    def hots(self) -> Floats | None:
        """The one-hot vectors of each step, (T, V), or of each example, (T, B, V)."""
        hots = self.one_hots if self.one_hot is None else self.one_hot[np.newaxis]
        return None if hots is None else self.cell.by_example(hots, 3)

    @property
    def hots_key(self) -> str:
        return "one_hots" if self.one_hot is None else "one_hot"

    def inputs(self, sheet: Worksheet, found: Mapping[int, Any]) -> Iterable[Expr]:
        """The input of each step; with an embedding it is looked up when its turn comes.

        `found` is what the steps before have given when that is asked for.
        """
        times = self.times
        if self.hots is not None and self.embedding is not None:
            hots = [
                sheet.given(f"onehot_{t}", hot, (self.hots_key,), "", Role("one-hot"))
                for t, hot in zip(times, self.hots, strict=True)
            ]
            note, role = "one row for each word", Role("embedding", key="E")
            table = sheet.given("E", self.embedding, ("embedding",), note, role)
            note = "embedding: the row of E that the 1 picks"
            pairs = zip(times, hots, strict=True)
            return (sheet(f"x_{t}", hot @ table, note, INPUT) for t, hot in pairs)
        if self.xs is not None:
            xs = self.xs if self.xs.ndim > 1 else self.xs[:, np.newaxis]
            rows = zip(times, self.cell.by_example(xs, 3), strict=True)
            return [sheet.state(f"x_{t}", x, ("xs",), "", INPUT) for t, x in rows]
        if self.x is not None:
            x = self.cell.by_example(self.x)
            return [sheet.state(f"x_{self.t}", x, ("x",), "", INPUT)]
        return [Missing(NO_INPUTS, symbol=f"x_{t}", role=INPUT) for t in times]

    def output_layer(self, sheet: Worksheet) -> Output | None:
        """The output layer, its weights given on the sheet."""
        layer, cell = self.output, self.cell
        if layer is None:
            return None
        role = Role("weights", "y", "W")
        weights = sheet.given("W_y", layer.W, ("output", "W"), "", role)
        biases: tuple[Expr, ...] = ()
        if layer.b is not None:
            role = Role("bias", "y", "b")
            biases = (sheet.given("b_y", layer.b, ("output", "b"), "", role),)
        activation = ACTIVATIONS[layer.activation]
        return Output(cell.scores, weights, biases, activation, cell.multiply)

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
            whole = (symbol for symbol in ("loss", "perplexity") if symbol in sheet.answers)
            asked = [*computed_symbols(sheet, results, self.times), *whole]
            steps = tuple(sheet.steps)
        else:
            asked = found_symbols(sheet, self.find, self.times)
            steps = needed(sheet.steps, asked)
        definitions = "; ".join(dict.fromkeys(function.definition for function in functions))
        conventions: list[tuple[Inline, ...]] = [*self.conventions(), (definitions,)]
        answers = tuple(Entry(symbol, sheet.answers[symbol], False) for symbol in asked)
        remarks = [*sheet.remarks, *self._not_computed(sheet, results)]
        sections = [
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(map(Paragraph, conventions))),
            Section("Working", (Working(steps),) if steps else ()),
            Section("Remarks", tuple(remarks)),
        ]
        question = (*self.in_words(asked), " of ", self.described, ".")
        return self.told_of(sheet, sections, asked=question, result=(Entries(answers),))

    def in_words(self, asked: Sequence[str]) -> tuple[Inline, ...]:
        """What is asked: symbols, or the names of many over several steps."""
        if not asked:
            return ("What can be computed",)
        if len(asked) <= MOST_NAMED:
            return names(asked)
        bare = list(dict.fromkeys(indexed(symbol)[0] for symbol in asked))
        return (*names(bare), " at each step")

    @property
    def described(self) -> str:
        """The network and its steps in words."""
        cell, times, layers = self.cells[0], self.times, len(self.network)
        inputs, units = counted(cell.size("n"), "input"), counted(cell.size("m"), "unit")
        text = f"{cell.title} with {inputs} and {units}"
        if layers > 1:
            text = f"{layers} layers, each {cell.title}"
        if any(len(layer) > 1 for layer in self.network):
            text += ", in both directions"
        if cell.batch:
            text += f", for {counted(cell.batch[0], 'example')}"
        if len(times) == 1:
            return f"{text}, one step, t = {times[0]}"
        return f"{text}, over {len(times)} time steps, t = {times[0]} to {times[-1]}"

    def told_of(self, sheet: Worksheet, sections: Iterable[Section], **more: Any) -> Solution:
        """A solution whose answers, and what is missing for others, are those of a worksheet."""
        return self.told(
            sections,
            answers=sheet.answers,
            missing={symbol: missing.faults for symbol, missing in sheet.missing.items()},
            only_step=self.t if len(self.times) == 1 else None,
            steps=tuple(sheet.steps),
            blocks=self.cell.order,
            unused=sheet.unused,
            turned=frozenset(sheet.turned),
            **more,
        )

    def conventions(self) -> Iterator[tuple[Inline, ...]]:
        """What books differ on and this network has fixed, a paragraph each."""
        every = (said for cell in self.cells for said in cell.conventions(self.t))
        yield from {spelled(said): said for said in every}.values()

    def _not_computed(self, sheet: Worksheet, results: Sequence[str]) -> list[Paragraph]:
        """Said where nothing was asked for in particular and not all could be computed."""
        symbols = [at_time(name, t) for t in self.times for name in results]
        reasons = {} if self.find is not None else needed_by(sheet, symbols)
        return [
            Paragraph((f"{symbol} is not computed: {fault.message}.",))
            for fault, symbol in reasons.items()
        ]
