"""`attention-step`: one step of a decoder that attends to the states of an encoder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw.adjoint import ONE
from lstmhw.cells import MULTIPLY, Multiply, Output, output
from lstmhw.cells.attention import (
    Additive,
    Dot,
    General,
    Memory,
    ScaledDot,
    Score,
    attention,
    joined,
)
from lstmhw.cells.cell import Absent, Cell, cells
from lstmhw.cells.losses import half_squared
from lstmhw.cells.weights import KEYS
from lstmhw.expr import Expr, Missing, Quantity, Role
from lstmhw.faults import Fault, Path, ProblemError, shown
from lstmhw.functions import ACTIVATIONS, Floats, Function, row_sum, softmax, tanh
from lstmhw.gradient.backward import backward, by_complex_steps
from lstmhw.gradient.report import MEANING, cut, slopes, verdict
from lstmhw.numerals import counted
from lstmhw.picture import Bars
from lstmhw.problem import ActivationName, Embedded, Problem, Range, Record, Shape, record
from lstmhw.recurrent import INPUT
from lstmhw.recurrent.finding import found_symbols, lacking
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
    names,
    needed,
)

NEEDED: Mapping[str, tuple[str, ...]] = {
    "dot": (),
    "scaled-dot": (),
    "general": ("W",),
    "additive": ("W_q", "W_k", "v"),
}
"""The scores, and the weights that each of them needs."""
SHAPES = {
    "W": "a row for each number of the query, a column for each of a state",
    "W_q": "it multiplies the query",
    "W_k": "it multiplies each state",
    "v": "it makes a number of the hidden layer of the score",
}
ATTENTIONS = {
    "dot": "dot-product attention",
    "scaled-dot": "scaled dot-product attention",
    "general": "attention with a weight matrix",
    "additive": "additive attention",
}
SCORES = {
    "dot": "the score of state j is query . state_j (Luong et al. 2015).",
    "scaled-dot": "the score of state j is query . state_j / sqrt(d_k) (Vaswani et al. 2017).",
    "general": "the score of state j is query^T W state_j (Luong et al. 2015): W has "
    "a row for each number of the query and a column for each of a state, whether vectors are rows "
    "or columns.",
    "additive": "the score of state j is v . tanh(W_q query + W_k state_j + b) (Bahdanau et "
    "al. 2015); a bias that is not given is 0.",
}


@record
class Decoder(Record):
    """The decoder's cell, which takes its next step with the context in its input."""

    cell: Annotated[Cell, Embedded(cells, "lstm")]
    x: Annotated[Floats, Shape("r", varied="inputs")] | None = None
    input: tuple[Literal["x", "context"], ...] | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """What its input is put together of."""
        return self.input or (("context",) if self.x is None else ("x", "context"))

    def faults(self) -> Iterator[Fault]:
        """What is wrong with it, by paths below its own key."""
        yield from self.cell.faults()
        expected = ["context"] if self.x is None else ["context", "x"]
        if sorted(self.order) != expected:
            message = f"expected {' and '.join(expected)}, found {shown(', '.join(self.order))}"
            hint = "" if self.x is not None else "there is no `x` in the decoder"
            yield Fault(("input",), message, hint)


@record
class Readout(Record):
    """y = activation(W r + b), where r is what `concat` puts together."""

    W: Annotated[Floats, Shape("k w", oriented=True)]
    b: Annotated[Floats, Shape("k", limits=True)] | None = None
    activation: ActivationName = "identity"
    concat: tuple[Literal["context", "query", "h", "x"], ...] | None = None


@record
class AttentionStep(Problem, kind="attention-step"):
    """Scores, weights and context of one decoder step; the step itself, and the way back."""

    states: Annotated[Floats, Shape("S d")]
    score: Literal["dot", "scaled-dot", "general", "additive"]
    query: Annotated[Floats, Shape("q")] | None = None
    t: Annotated[int, Range(0, 1_000_000)] = 1
    W: Annotated[Floats, Shape("q d")] | None = None
    W_q: Annotated[Floats, Shape("a q", oriented=True)] | None = None
    W_k: Annotated[Floats, Shape("a d", oriented=True)] | None = None
    v: Annotated[Floats, Shape("a")] | None = None
    b: Annotated[Floats, Shape("a")] | None = None
    values: Annotated[Floats, Shape("S p")] | None = None
    mask: Annotated[Floats, Shape("S", varied="kept")] | None = None
    length: Annotated[int, Range(1, 1_000_000)] | None = None
    orientation: Literal["column", "row"] = "column"
    decoder: Decoder | None = None
    output: Readout | None = None
    dcontext: Annotated[Floats, Shape("p")] | None = None
    dh: Annotated[Floats, Shape("m")] | None = None
    dc: Annotated[Floats, Shape("m")] | None = None
    targets: Annotated[Floats, Shape("g")] | None = None
    loss: Literal["half-squared"] | None = None
    find: tuple[str, ...] | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        return self.find or ()

    # What the file says.

    @cached_property
    def cell(self) -> Cell | None:
        """The decoder's cell, which starts from the query where that stands at the top."""
        if self.decoder is None:
            return None
        changes: dict[str, Any] = {"orientation": self.orientation}
        if self.query is not None:
            sizes = {"m": len(self.query), **self.sizes}
            changes |= {"h_prev": self.query, "sizes": sizes}
        return replace(self.decoder.cell, **changes)

    @property
    def multiply(self) -> Multiply:
        return MULTIPLY[self.orientation]

    @property
    def read(self) -> tuple[str, ...]:
        """What the output reads."""
        if self.output is not None and self.output.concat:
            return self.output.concat
        return ("context",) if self.decoder is None else ("h",)

    @property
    def sizes_of(self) -> dict[str, int]:
        """How many numbers each vector of the step has."""
        values = self.states if self.values is None else self.values
        found = {"context": values.shape[1]}
        if self.cell is not None and self.decoder is not None:
            found |= {"h": self.cell.size("m"), "query": self.cell.size("m")}
            found |= {} if self.decoder.x is None else {"x": len(self.decoder.x)}
        elif self.query is not None:
            found["query"] = len(self.query)
        return found

    @property
    def aim(self) -> str:
        """What the targets are compared with."""
        if self.output is not None:
            return "y"
        return "context" if self.decoder is None else "h"

    @property
    def arriving(self) -> dict[str, Floats]:
        """The gradients that arrive from outside, by what they are gradients to."""
        found = {"context": self.dcontext, "h": self.dh, "c": self.dc}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def goes_back(self) -> bool:
        return self.targets is not None or bool(self.arriving)

    @cached_property
    def counted(self) -> Floats | None:
        """1 for each state that counts and 0 for each that is masked; None where all count."""
        if self.length is not None:
            return np.where(np.arange(len(self.states)) < self.length, 1.0, 0.0)
        return self.mask

    def functions(self) -> Iterator[tuple[Path, Function]]:
        """The functions of the step, and the keys that choose them."""
        if self.score == "additive":
            yield ("score",), tanh
        yield ("score",), softmax
        for path, function in self.cell.used() if self.cell is not None else ():
            yield ("decoder", *path), function
        if self.output is not None:
            yield ("output", "activation"), ACTIVATIONS[self.output.activation]

    # What is wrong with it.

    def faults(self) -> Iterator[Fault]:
        if self.find == ():
            yield Fault(("find",), "expected what is asked, found an empty list", "leave it out")
        yield from self._query_faults()
        yield from self._score_faults()
        yield from self._mask_faults()
        yield from self._decoder_faults()
        yield from self._output_faults()
        yield from self._gradient_faults()

    def _query_faults(self) -> Iterator[Fault]:
        in_decoder = self.decoder is not None and self._h_prev is not None
        if self.query is None and not in_decoder:
            hint = "add `query: [...]`, the decoder's state"
            hint += "" if self.decoder is None else "; it may stand in the decoder, as `h_prev`"
            yield Fault((), "expected a query, found none", hint)
        elif self.query is not None and in_decoder:
            message = "the query is given twice: here and as h_prev of the decoder"
            yield Fault(("query",), message, "keep one of them", at_key=True)

    @property
    def _h_prev(self) -> Floats | None:
        value: Floats | None = getattr(self.decoder and self.decoder.cell, "h_prev", None)
        return value

    def _score_faults(self) -> Iterator[Fault]:
        used = (*NEEDED[self.score], *("b" if self.score == "additive" else ""))
        for key in NEEDED[self.score]:
            if getattr(self, key) is None:
                message = f"the score {self.score} needs {key}, and there is none"
                yield Fault(("score",), message, f"add `{key}`: {SHAPES[key]}")
        for key in ("W", "W_q", "W_k", "v", "b"):
            if getattr(self, key) is not None and key not in used:
                others = [name for name, keys in NEEDED.items() if key in keys] or ["additive"]
                hint = f"the score {others[0]} has it"
                if key == "W" and self.score == "additive":
                    hint = "cut it into W_q, which meets the query, and W_k, which meets a state"
                yield Fault((key,), f"the score {self.score} has no {key}", hint, at_key=True)
        yield from self._size_faults()

    def _size_faults(self) -> Iterator[Fault]:
        query, d = self._query, self.sizes.get("d", 1)
        if query is None:
            return
        path: Path = ("query",) if self.query is not None else ("decoder", "h_prev")
        expected = {"dot": d, "scaled-dot": d}.get(self.score, self.sizes.get("q", len(query)))
        if len(query) != expected:
            whose = "a state" if self.score in ("dot", "scaled-dot") else "what W multiplies"
            message = f"expected a query of the size of {whose}, {expected}, found {len(query)}"
            hint = "the scores general and additive compare vectors of different sizes"
            yield Fault(path, message, hint if whose == "a state" else "")
        elif self.cell is not None and len(query) != self.cell.size("m"):
            message = f"expected the decoder's state, {self.cell.size('m')} numbers"
            yield Fault(path, f"{message}, found {len(query)}")

    @property
    def _query(self) -> Floats | None:
        return self._h_prev if self.query is None else self.query

    def _mask_faults(self) -> Iterator[Fault]:
        if self.mask is not None and self.length is not None:
            yield Fault(("length",), "expected a mask or a length, found both", "keep one of them")
        if self.mask is not None and not set(self.mask.tolist()) <= {0.0, 1.0}:
            message = "expected 1 for a state that counts and 0 for one that does not"
            yield Fault(("mask",), f"{message}, found another number")
        elif self.mask is not None and not self.mask.any():
            yield Fault(("mask",), "expected a state that counts, found none")
        if self.length is not None and self.length > len(self.states):
            message = f"expected at most {len(self.states)}, the number of states"
            yield Fault(("length",), f"{message}, found {self.length}")

    def _decoder_faults(self) -> Iterator[Fault]:
        if self.decoder is None:
            return
        for fault in self.decoder.faults():
            yield fault.under(("decoder",))
        if self.decoder.cell.orientation == "row" and self.orientation == "column":
            message = "orientation holds for the whole file, and stands at its top"
            yield Fault(("decoder", "orientation"), message, at_key=True)
        known = [name for name in self.decoder.order if name in self.sizes_of]
        found, wanted = sum(self.sizes_of[name] for name in known), self.sizes.get("n", 0)
        if not any(self.decoder.faults()) and wanted and found != wanted:
            of = " and ".join(f"{self.sizes_of[name]} of {name}" for name in self.decoder.order)
            message = f"the decoder's weights are for {wanted} inputs, and it gets {found}"
            yield Fault(("decoder",), f"{message}: {of}", at_key=True)

    def _output_faults(self) -> Iterator[Fault]:
        if self.output is None:
            return
        unknown = [name for name in self.read if name not in self.sizes_of]
        for name in unknown:
            message = f"the output reads {name}, and there is none"
            yield Fault(("output", "concat"), message, "is there a decoder?")
        found, wanted = sum(self.sizes_of.get(name, 0) for name in self.read), self.sizes.get("w")
        if not unknown and found != wanted:
            message = f"W is for {wanted} numbers, and {' and '.join(self.read)} have {found}"
            yield Fault(("output", "W"), message, "`concat: [context, query]` says what it reads")

    def _gradient_faults(self) -> Iterator[Fault]:
        yield from self._arriving_faults()
        if self.targets is None and self.loss is not None:
            yield Fault(("loss",), "a loss needs what the output should be", "add `targets`")
        if self.targets is not None:
            units = self.sizes.get("k", 1) if self.aim == "y" else self.sizes_of[self.aim]
            if len(self.targets) != units:
                message = f"expected {units} numbers, as {self.aim} has, found {len(self.targets)}"
                yield Fault(("targets",), message)
        for path, function in self.functions() if self.goes_back else ():
            if function.back is None:
                message = f"expected a function with a slope, found {function.name}"
                yield Fault(path, message, "no gradient comes through it")
        if self.cell is not None and self.goes_back:
            yield from _value_faults(self.cell)

    def _arriving_faults(self) -> Iterator[Fault]:
        states = "" if self.cell is None else self.cell.states
        for name, value in self.arriving.items():
            key = f"d{name}"
            if name != "context" and name not in states:
                message = f"there is no {name} that it could be the gradient to"
                hint = "add a `decoder`" if name == "h" else "only an LSTM has a cell state"
                yield Fault((key,), message, hint, at_key=True)
            elif name == "context" and len(value) != self.sizes_of[name]:
                message = f"expected {self.sizes_of[name]} numbers, as the context has"
                yield Fault((key,), f"{message}, found {len(value)}")
            if self.targets is not None:
                message = f"the gradient is given twice: by targets and as {key}"
                yield Fault((key,), message, "keep one of them", at_key=True)

    # The step.

    @property
    def times(self) -> range:
        return range(self.t, self.t + 1)

    def forward(self, sheet: Worksheet) -> None:
        """Attention, the decoder's step and its output, on the worksheet."""
        memory = self._memory(sheet)
        before = self._before(sheet)
        context = attention(sheet, self.t, self._score(sheet), self.multiply, memory, before[0])
        seen = {"context": context, "query": before[0]}
        if self.decoder is not None:
            seen |= self._decoded(sheet, self.decoder, context, before)
        if self.output is not None:
            parts, role = [seen[name] for name in self.read], Role("input", "read")
            vector = joined(sheet, f"read_{self.t}", parts, "what the output reads", role)
            output(sheet, self.t, self._layer(sheet, self.output), vector)

    def _memory(self, sheet: Worksheet) -> Memory:
        note = "a row for each encoder state"
        states = sheet.given("states", self.states, ("states",), note, Role("states"))
        values, mask = states, None
        if self.values is not None:
            note = "what is averaged, a row for each state"
            values = sheet.given("values", self.values, ("values",), note, Role("values"))
        if self.counted is not None:
            added, note = np.where(self.counted == 1, 0.0, -np.inf), "added to the scores"
            key = "mask" if self.length is None else "length"
            mask = sheet.given("mask", added, (key,), note, Role("mask"))
        return Memory(states, values, mask)

    def _before(self, sheet: Worksheet) -> tuple[Any, ...]:
        """The query, and the decoder's other states before the step."""
        if self.cell is None:
            assert self.query is not None
            return (sheet.state(f"query_{self.t}", self.query, ("query",), "", Role("query")),)
        cell = self.cell
        sheet.below = () if self.query is not None else ("decoder",)
        query = cell.initial(sheet, "h", self.t - 1)
        sheet.below = ("decoder",)
        others = [cell.initial(sheet, letter, self.t - 1) for letter in cell.states[1:]]
        sheet.below = ()
        return (query, *others)

    def _score(self, sheet: Worksheet) -> Score:
        keys = [*NEEDED[self.score], *(["b"] if self.b is not None else [])]
        data = {key: self._weights(sheet, key) for key in keys}
        match self.score:
            case "dot":
                return Dot(self.multiply)
            case "scaled-dot":
                size = np.array(float(self.states.shape[1]))
                note = "the size of a state and of the query"
                size_given = sheet.given("d_k", size, ("states",), note, Role("size"))
                return ScaledDot(size_given, self.multiply)
            case "general":
                return General(data["W"], self.multiply)
        biases = (data["b"],) if "b" in data else ()
        return Additive(data["W_q"], data["W_k"], data["v"], biases, self.multiply)

    def _weights(self, sheet: Worksheet, key: str) -> Any:
        role = Role("bias" if key == "b" else "weights", "score", key)
        is_taken = self.cell is not None and "" in self.cell.letters and key in KEYS
        symbol = f"{key}_a" if is_taken else key  # W and b are those of the plain RNN
        return sheet.given(symbol, getattr(self, key), (key,), "", role)

    def _decoded(
        self, sheet: Worksheet, decoder: Decoder, context: Any, before: Sequence[Any]
    ) -> dict[str, Any]:
        """What the decoder's step makes of the context, and its x."""
        assert self.cell is not None
        seen = {"context": context}
        sheet.below = ("decoder",)
        if decoder.x is not None:
            seen["x"] = sheet.state(f"x_{self.t}", decoder.x, ("x",), "", INPUT)
        z = {k: _in_decoder(gate) for k, gate in self.cell.pre_activations(sheet).items()}
        sheet.below = ()
        parts, note = [seen[name] for name in decoder.order], "the decoder's input"
        x = joined(sheet, f"input_{self.t}", parts, note, INPUT)
        after = self.cell.step(sheet, self.t, z, x, *before)
        return {**seen, "h": after[0]}

    def _layer(self, sheet: Worksheet, layer: Readout) -> Output:
        role = Role("weights", "y", "W")
        W = sheet.given("W_y", layer.W, ("output", "W"), "", role)
        biases: tuple[Any, ...] = ()
        if layer.b is not None:
            role = Role("bias", "y", "b")
            biases = (sheet.given("b_y", layer.b, ("output", "b"), "", role),)
        scores = "a_y" if self.cell is None else self.cell.scores
        return Output(scores, W, biases, ACTIVATIONS[layer.activation], self.multiply)

    def _stated(self) -> dict[str, Stated]:
        """The values of the decoder's gates that stand on the sheet."""
        found = {} if self.cell is None else self.cell.stated(self.times)
        return {s: Stated(value, ("decoder", *path)) for s, (value, path) in found.items()}

    def _question(self, asked: Sequence[str]) -> tuple[Inline, ...]:
        decoder = "" if self.cell is None else f", and of the decoder, {self.cell.title}"
        states = counted(len(self.states), "encoder state")
        return (*names(asked), f" of {ATTENTIONS[self.score]} over {states}{decoder}.")

    def solve(self) -> Solution:
        sheet = Worksheet(self._stated())
        self.forward(sheet)
        if self.find is None or self.goes_back:
            self._refuse_missing(sheet)
        seeds = self._seeds(sheet)
        end = len(sheet.steps)
        gradients = backward(sheet, seeds) if seeds else {}
        asked, steps = self._results(sheet, gradients), sheet.steps
        if self.find is not None:
            asked = found_symbols(sheet, self.find, self.times)
            steps = list(needed(sheet.steps, asked))
        kept = set(map(id, steps))
        forward = tuple(step for step in sheet.steps[:end] if id(step) in kept)
        back = tuple(step for step in sheet.steps[end:] if id(step) in kept)
        check, extras = self._check(gradients)
        answer = tuple(Entry(symbol, sheet.answers[symbol], False) for symbol in asked)
        sections = [
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(map(Paragraph, self._conventions()))),
            Section("Conventions of the decoder", tuple(map(Paragraph, self._of_cell()))),
            Section("Conventions of the gradients", tuple(map(Paragraph, self._of_gradients()))),
            Section("Forward" if gradients else "Working", (Working(forward),) if forward else ()),
            Section("Backward", (Working(back),) if back else ()),
            Section("Remarks", tuple(sheet.remarks)),
            Section("Check", check),
        ]
        return self.told(
            sections,
            asked=self._question(asked),
            result=(Entries(answer),),
            answers=sheet.answers,
            missing={symbol: missing.faults for symbol, missing in sheet.missing.items()},
            only_step=self.t,
            steps=tuple(sheet.steps),
            blocks="" if self.cell is None else self.cell.order,
            unused=sheet.unused,
            extras=extras,
            picture=self._picture(sheet),
        )

    def _picture(self, sheet: Worksheet) -> Bars | None:
        """The weight of each state."""
        weights = sheet.answers.get(f"alpha_{self.t}")
        if weights is None:
            return None
        states = tuple(str(number) for number in range(1, weights.size + 1))
        title = f"The attention weights alpha_{self.t}"
        return Bars(title, "state", states, tuple(weights.ravel().tolist()))

    def _refuse_missing(self, sheet: Worksheet) -> None:
        """Raises ProblemError where the decoder's step cannot be computed."""
        states = "" if self.cell is None else self.cell.states
        faults = lacking(sheet, [f"{name}_{self.t}" for name in states])
        if faults:
            raise ProblemError(faults)

    def _results(self, sheet: Worksheet, gradients: Mapping[str, Floats]) -> list[str]:
        """The symbols that are asked for where nothing in particular is."""
        states = "" if self.cell is None else self.cell.states[::-1]
        names = ["e", "alpha", "context", *states, *("y" if self.output is not None else "")]
        symbols = [f"{name}_{self.t}" for name in names]
        symbols += ["loss", f"dalpha_{self.t}", f"de_{self.t}"]
        data = {f"d{entry.symbol}" for entry in sheet.entries}
        symbols += [symbol for symbol in gradients if symbol in data]
        return [symbol for symbol in symbols if symbol in sheet.answers]

    # The way back.

    def _seeds(self, sheet: Worksheet) -> dict[str, Expr]:
        """What the way back starts from: the loss, or what arrives from outside, if anything."""
        if self.targets is not None:
            role = Role("target")
            target = sheet.given("target", self.targets, ("targets",), "", role)
            value = half_squared(sheet.named[f"{self.aim}_{self.t}"], target, 1)
            sheet("loss", value, "half the sum of the squared errors", Role("loss"))
            sheet.answers["loss"] = sheet.answers["loss"].reshape(())
            return {"loss": ONE}
        return {
            f"{name}_{self.t}": sheet.given(
                f"d{name}", value, (f"d{name}",), "arrives from outside", Role("arriving", name)
            )
            for name, value in self.arriving.items()
        }

    def _objective(self, values: Mapping[str, Any]) -> Any:
        """What the gradients are gradients of: the loss, or arriving gradients times values."""
        if self.targets is not None:
            return half_squared(values[f"{self.aim}_{self.t}"], self.targets, 1)[0]
        return sum(values[f"{name}_{self.t}"] @ dy for name, dy in self.arriving.items())

    def _check(self, gradients: Mapping[str, Floats]) -> tuple[tuple[Paragraph, ...], Any]:
        """The second method: what is said of it, and what the JSON says."""
        if not gradients:
            return (), {}
        agreement = by_complex_steps(gradients, self.forward, self._objective)
        return (Paragraph(verdict(agreement)),), {"second_method": agreement.as_data()}

    # What the reader has to know before the working.

    def _conventions(self) -> Iterator[tuple[Inline, ...]]:
        rows, numbers = self.states.shape
        yield (f"Row j of states is encoder state j: {rows} states of {numbers} numbers each.",)
        yield (f"Score {self.score}: {SCORES[self.score]}",)
        yield (self._of_query(),)
        yield (self._of_weights(),)
        yield from self._of_orders()
        definitions = [function.definition for _, function in self.functions()]
        if self.goes_back and self.score == "additive":
            definitions.append(row_sum.definition)
        yield ("; ".join(dict.fromkeys(definitions)),)

    def _of_weights(self) -> str:
        of = "the states themselves" if self.values is None else "the rows of values"
        text = (
            "The weights are a softmax over the states, so they add up to 1 over the states; the "
            f"context is the sum of {of}, each times its weight."
        )
        if self.counted is None:
            return text
        out = [str(j + 1) for j in np.flatnonzero(self.counted == 0)]
        masked = f"Masked: state {', '.join(out)}." if out else "The mask lets every state count."
        why = "-inf is added to the score of a masked state: exp(-inf) = 0, so its weight is 0."
        return f"{text} {masked} {why}"

    def _of_query(self) -> str:
        if self.decoder is None:
            return (
                f"query_{self.t} is used as given; in Bahdanau et al. 2015 that is the decoder's "
                "state before the step, in Luong et al. 2015 the one after it."
            )
        return (
            f"The query is h_{self.t - 1}, the decoder's state before the step, as in Bahdanau et "
            f"al. 2015; Luong et al. 2015 take the state after it, h_{self.t}."
        )

    def _of_orders(self) -> Iterator[tuple[Inline, ...]]:
        """The orders in which vectors are put together."""
        if self.decoder is not None:
            yield (f"The decoder's input is {self._order(self.decoder.order)}.",)
        if self.output is not None:
            yield (f"The output reads {self._order(self.read)}.",)
        if self.cell is None:
            side = "left" if self.orientation == "column" else "right"
            yield (f"Vectors are {self.orientation}s: a matrix stands to their {side}.",)

    def _of_cell(self) -> Iterator[tuple[Inline, ...]]:
        """What books differ on and the decoder's cell has fixed."""
        if self.cell is not None:
            yield (f"The decoder is {self.cell.title}.",)
            yield from self.cell.conventions(self.t)

    def _order(self, names: Sequence[str]) -> str:
        sizes = [f"{self.sizes_of[name]} of {name}" for name in names]
        mark = "; " if self.orientation == "column" else ", "
        together = f"[{mark.join(names)}]" if len(names) > 1 else names[0]
        return f"{together}: {', then '.join(sizes)}"

    def _of_gradients(self) -> Iterator[tuple[Inline, ...]]:
        if not self.goes_back:
            return
        yield (MEANING,)
        if self.cell is not None and self.cell.joins:
            yield (cut(self.orientation),)
        if self.targets is not None:
            y = Quantity(f"{self.aim}_{self.t}", None, given=True)
            yield ("L is ", half_squared(y, Quantity("target", None, given=True), 1), ".")
        else:
            given = " and ".join(f"d{name} to {name}_{self.t}" for name in self.arriving)
            yield (f"L is computed from this step, and its gradient there is given: {given}.",)
        yield slopes(dict.fromkeys(function for _, function in self.functions()))


def _value_faults(cell: Cell) -> Iterator[Fault]:
    """Gates of the decoder that are given as values, where a gradient has to come through."""
    for letter, gate in cell.weights().items():
        if gate.value is not None:
            message = "expected weights, found a value: a gradient goes back through weights"
            yield Fault(("decoder", *cell.weight_path(letter, "value")), message)


def _in_decoder(gate: Any) -> Any:
    """A pre-activation; what is missing of it is missing in the decoder."""
    if not isinstance(gate, Absent):
        return gate
    faults = (fault.under(("decoder",)) for fault in gate.missing.faults)
    return Absent(Missing(*faults))
