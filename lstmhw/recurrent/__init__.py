"""What all problems about a recurrent cell share: inputs, states, gates, the output layer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, Protocol

import numpy as np

from lstmhw import cells
from lstmhw.expr import Expr, Missing
from lstmhw.faults import Fault, Path, ProblemError, did_you_mean, shown, spelled
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import OneOf, Problem, Range, Record, Shape, record
from lstmhw.solution import (
    Entries,
    Entry,
    Paragraph,
    Section,
    Solution,
    Step,
    Working,
    Worksheet,
    needed,
)

ActivationName = Annotated[str, OneOf(tuple(ACTIVATIONS))]


@record
class Affine(Record):
    """Weights of a pre-activation: W on [h; x], or W_x and W_h; one bias, two, or none."""

    W: Annotated[Floats, Shape("m m+n", oriented=True)] | None = None
    W_x: Annotated[Floats, Shape("m n", oriented=True)] | None = None
    W_h: Annotated[Floats, Shape("m m", oriented=True)] | None = None
    b: Annotated[Floats, Shape("m", limits=True)] | None = None
    b_x: Annotated[Floats, Shape("m", limits=True)] | None = None
    b_h: Annotated[Floats, Shape("m", limits=True)] | None = None

    @property
    def has_weights(self) -> bool:
        return self.W is not None or self.W_x is not None or self.W_h is not None


@record
class Gate(Affine):
    """A gate: its weights, or its value as the sheet gives it, or both."""

    value: Annotated[Floats, Shape("m", "")] | None = None

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


class Layout(Protocol):
    """Gates stacked in the layout of a framework."""

    def gates(self) -> dict[str, Gate]: ...


@record
class OutputLayer(Record):
    """y = activation(W h + b)."""

    W: Annotated[Floats, Shape("k m", oriented=True)]
    b: Annotated[Floats, Shape("k", limits=True)] | None = None
    activation: ActivationName = "identity"


@record
class RecurrentProblem(Problem):
    """Inputs, initial hidden state and output layer of a recurrent cell, over one step or more."""

    t: Annotated[int, Range(0, 1_000_000)] = 1
    x: Annotated[Floats, Shape("n")] | None = None
    xs: Annotated[Floats, Shape("T n", "T")] | None = None
    one_hot: Annotated[Floats, Shape("V")] | None = None
    one_hots: Annotated[Floats, Shape("T V")] | None = None
    embedding: Annotated[Floats, Shape("V n")] | None = None
    h_prev: Annotated[Floats, Shape("m")] | None = None
    concat: tuple[Literal["h", "x"], ...] | None = None
    output: OutputLayer | None = None
    orientation: Literal["column", "row"] = "column"
    find: tuple[str, ...] | None = None

    def faults(self) -> Iterator[Fault]:
        ways = [key for key in ("x", "xs", "one_hot", "one_hots") if getattr(self, key) is not None]
        for key in ways[1:]:
            message = f"the input is given twice: as {ways[0]} and as {key}"
            yield Fault((key,), message, "keep one of them")
        if self.xs is not None and self.xs.ndim == 1 and self.size("n") != 1:
            message = (
                f"expected a row of {self.size('n')} inputs for each step, found single numbers"
            )
            yield Fault(("xs",), message, "write [[1, 2], [3, 4]]; for one step, use `x`")
        hots = self.hots
        if hots is not None and self.embedding is None:
            message = "a one-hot input needs the embedding that it picks a row of"
            yield Fault((self.hots_key,), message, "add `embedding`, a row for each word")
        if hots is None and self.embedding is not None:
            message = "an embedding needs the word to look up"
            yield Fault(("embedding",), message, "add `one_hot` (or `one_hots`)")
        for number, hot in enumerate([] if hots is None else hots, 1):
            if sorted(hot.tolist()) != [0.0] * (len(hot) - 1) + [1.0]:
                message = f"expected a single 1 and zeros, found otherwise in vector {number}"
                yield Fault((self.hots_key,), message)
        if self.concat is not None and sorted(self.concat) != ["h", "x"]:
            message = f"expected [h, x] or [x, h], found [{shown(', '.join(self.concat))}]"
            yield Fault(("concat",), message)

    def affine_faults(self, affine: Affine, path: Path) -> Iterator[Fault]:
        """What is contradictory or incomplete in the weights at a key path."""
        pair = affine.W_x is not None or affine.W_h is not None
        if affine.W is not None and pair:
            message = "expected W, or W_x and W_h; found both"
            yield Fault((*path, "W"), message, "keep one of the two")
        elif pair and (affine.W_x is None or affine.W_h is None):
            there, absent = ("W_x", "W_h") if affine.W_h is None else ("W_h", "W_x")
            message = f"expected W_x and W_h, found only {there}"
            yield Fault((*path, there), message, f"add {absent}, zeros where there is no such term")
        if affine.W is not None and self.concat is None:
            message = "W multiplies h and x put together, and the file does not say in which order"
            yield Fault((*path, "W"), message, "add `concat: [h, x]` (or [x, h]) at the top")
        if affine.b is not None and (affine.b_x is not None or affine.b_h is not None):
            message = "expected one bias b, or b_x and b_h; found both"
            yield Fault((*path, "b"), message, "keep one of the two")

    def gate_faults(self, gates: Record | None, stacked: Layout | None) -> Iterator[Fault]:
        """What is contradictory or incomplete in `gates` and `stacked`."""
        if gates is not None and stacked is not None:
            message = "the weights are given twice: as gates and stacked"
            yield Fault(("stacked",), message, "keep one of them")
        for name, gate in vars(gates).items() if gates is not None else ():
            yield from self.affine_faults(gate, ("gates", name))

    def gate_map(self, order: str, gates: Record | None, stacked: Layout | None) -> dict[str, Gate]:
        """The gates by letter, in the problem's orientation."""
        if stacked is None:
            return {gate: getattr(gates, gate, Gate()) for gate in order}
        blocks = stacked.gates()
        if self.orientation == "column":
            return blocks
        return {name: gate.transposed() for name, gate in blocks.items()}

    def stated_values(self, gates: Mapping[str, Gate]) -> dict[str, tuple[Floats, str]]:
        """The gate values that stand on the sheet, by symbol, each with its gate's letter."""
        units = self.size("m")
        return {
            f"{name}_{t}": (np.broadcast_to(gate.value, units), name)
            for name, gate in gates.items()
            if gate.value is not None
            for t in range(self.t, self.t + self.steps)
        }

    def separated(self, gate: Gate) -> Gate:
        """The gate with W_x and W_h, cut out of W where it has W."""
        if gate.W is None or self.concat is None:
            return gate
        axis = 1 if self.orientation == "column" else 0
        first = self.size("m") if self.concat[0] == "h" else self.size("n")
        parts = dict(zip(self.concat, np.split(gate.W, [first], axis), strict=True))
        return replace(gate, W=None, W_x=parts["x"], W_h=parts["h"])

    def size(self, letter: str) -> int:
        """The size bound to a letter of the shapes; 1 where no array of the file fixes it."""
        return self.sizes.get(letter, 1)

    @property
    def steps(self) -> int:
        return self.size("T")

    @property
    def multiply(self) -> Callable[[Any, Any], Any]:
        return cells.row if self.orientation == "row" else cells.column

    @property
    def hots(self) -> Floats | None:
        """The one-hot vectors, one row a step."""
        return self.one_hots if self.one_hot is None else self.one_hot[np.newaxis]

    @property
    def hots_key(self) -> str:
        return "one_hots" if self.one_hot is None else "one_hot"

    def inputs(self, sheet: Worksheet) -> Iterable[Expr]:
        """The input of each step; with an embedding it is looked up when its turn comes."""
        times = range(self.t, self.t + self.steps)
        if self.hots is not None and self.embedding is not None:
            hots = [
                sheet.given(f"onehot_{t}", hot, (self.hots_key,))
                for t, hot in zip(times, self.hots, strict=True)
            ]
            table = sheet.given("E", self.embedding, ("embedding",), "one row for each word")
            note = "embedding: the row of E that the 1 picks"
            return (sheet(f"x_{t}", hot @ table, note) for t, hot in zip(times, hots, strict=True))
        if self.xs is not None:
            rows = self.xs.reshape(self.steps, -1)
            return [sheet.state(f"x_{t}", x, ("xs",)) for t, x in zip(times, rows, strict=True)]
        if self.x is not None:
            return [sheet.state(f"x_{self.t}", self.x, ("x",))]
        return [Missing((), "expected inputs x, found none", "add `x: [...]`")]

    def initial(self, sheet: Worksheet, name: str, value: Floats | None) -> Expr:
        """The state before the first step, zeros where it is not given."""
        symbol = f"{name}_{self.t - 1}"
        if value is None:
            zeros = np.zeros(self.size("m"))
            return sheet.state(symbol, zeros, (), "not given, so zeros")
        return sheet.state(symbol, value, (f"{name}_prev",))

    def affine(self, sheet: Worksheet, weights: Affine, name: str, path: Path) -> cells.Affine:
        """The pre-activation of a gate as a function of x and h; `name` is "" or the gate's."""
        data = self.weight_data(sheet, weights, name, path)
        biases = tuple(value for key, value in data.items() if key.startswith("b"))
        if self.concat is not None and "W" in data:
            return cells.on_concatenation(data["W"], biases, self.concat[0] == "h", self.multiply)
        if "W_x" in data:
            return cells.separate(data["W_x"], data["W_h"], biases, self.multiply)
        message = f"expected weights of {spelled(path) or 'the RNN'}, found none"
        missing = Missing(path, message, "add W (with `concat`), or W_x and W_h")
        return lambda x, h: missing

    def weight_data(
        self, sheet: Worksheet, weights: Affine, name: str, path: Path
    ) -> dict[str, Expr]:
        """The weights that are given, by their keys."""
        keys = ("W", "W_x", "W_h", "b", "b_x", "b_h")
        suffix = f"_{name}" if name else ""
        return {
            key: sheet.given(key + suffix, getattr(weights, key), (*path, key))
            for key in keys
            if getattr(weights, key) is not None
        }

    def output_layer(self, sheet: Worksheet) -> cells.Output | None:
        layer = self.output
        if layer is None:
            return None
        weights = sheet.given("W_y", layer.W, ("output", "W"))
        biases = () if layer.b is None else (sheet.given("b_y", layer.b, ("output", "b")),)
        return cells.Output(weights, biases, ACTIVATIONS[layer.activation], self.multiply)

    def conventions(self) -> list[str]:
        """What books differ on and this problem has fixed."""
        if self.orientation == "row":
            lines = ["Vectors are rows: a matrix stands to the right of what it multiplies."]
        else:
            lines = ["Vectors are columns: a matrix stands to the left of what it multiplies."]
        if self.concat is not None:
            sizes = {"h": f"{self.size('m')} hidden", "x": f"{self.size('n')} input"}
            first, second = self.concat
            lines.append(
                f"W multiplies {first} and {second} put together in this order: "
                f"{sizes[first]}, then {sizes[second]}."
            )
        return lines

    def solution(
        self, sheet: Worksheet, results: Sequence[str], functions: Sequence[Function]
    ) -> Solution:
        """What the worksheet holds, as asked.

        `results` are what is asked by default; `functions` those whose definition is to be shown.
        """
        if self.output is None:
            results = [name for name in results if name != "y"]
        else:
            functions = [*functions, ACTIVATIONS[self.output.activation]]
        asked = self._asked(sheet, results)
        definitions = dict.fromkeys(function.definition for function in functions)
        stated = [*self.conventions(), "; ".join(definitions)]
        answers = tuple(Entry(s, sheet.answers[s], False) for s in asked)
        sections = [
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(Paragraph((line,)) for line in stated)),
            Section("Working", (Working(self._shown(sheet, asked)),)),
            Section("Remarks", tuple(sheet.remarks)),
            Section("Answer", (Entries(answers),)),
        ]
        return Solution(
            kind=self.kind,
            title=self.title,
            source=self.source,
            digits=self.digits,
            sections=tuple(section for section in sections if section.body),
            answers=sheet.answers,
            only_step=self.t if self.steps == 1 else None,
        )

    def _shown(self, sheet: Worksheet, asked: Sequence[str]) -> tuple[Step, ...]:
        return tuple(sheet.steps) if self.find is None else needed(sheet.steps, asked)

    def _asked(self, sheet: Worksheet, results: Sequence[str]) -> list[str]:
        """The symbols asked for, in their order.  Raises ProblemError where one is missing."""
        symbols = [*sheet.answers, *sheet.missing]
        after = {
            f"{name}_{t}": name
            for name in _names(symbols)
            for t in range(self.t, self.t + self.steps)
        }
        wanted: set[str] = set()
        faults = []
        for number, name in enumerate(results if self.find is None else self.find):
            found = [s for s in symbols if name in (s, after.get(s))]
            if not found:
                known = [*_names(symbols), *symbols]
                message = f"expected a quantity of this problem, found {shown(name)!r}"
                hint = did_you_mean(name, known) or f"it has {', '.join(_names(symbols))}"
                faults.append(Fault(("find", number), message, hint))
            wanted.update(found)
        lacking = {sheet.missing[s].path: s for s in reversed(sheet.missing) if s in wanted}
        faults += [_lacking(s, sheet.missing[s]) for s in lacking.values()]
        if faults:
            raise ProblemError(faults)
        return [s for s in symbols if s in wanted]


def _names(symbols: Sequence[str]) -> list[str]:
    """The symbols without their time index, each once."""
    return list(dict.fromkeys(symbol.rpartition("_")[0] for symbol in symbols))


def _lacking(symbol: str, missing: Missing) -> Fault:
    return Fault(missing.path, f"{missing.message}; {symbol} needs them", missing.hint)
