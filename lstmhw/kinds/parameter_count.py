"""`parameter-count`: how many parameters has this network, by which convention?"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import log2, prod
from typing import Annotated, Any, ClassVar, Literal

from lstmhw.counting import (
    CONVENTIONS,
    SECOND_BIAS,
    Layer,
    Part,
    Slip,
    Stack,
    explanation,
    totals,
)
from lstmhw.faults import Fault, Path, shown
from lstmhw.numerals import exact, half_unit
from lstmhw.problem import Marking, Problem, Range, Record, record
from lstmhw.solution import (
    NO_ANSWER,
    Block,
    Check,
    Claim,
    Paragraph,
    Section,
    Solution,
    Table,
    unanswered,
)

MOST_LAYERS = 100
MOST_TERMS = 8
MEANINGS = {
    "no-bias": "weights only",
    "one-bias": "one bias for each gate: textbooks, Keras",
    "two-bias": "two biases, b_x and b_h, for each gate of a recurrent layer: PyTorch",
}
WITH_BIAS = ("one-bias", "two-bias")

Size = Annotated[int, Range(1, 10**9)]


@record
class Embedding(Record):
    """A row of `size` numbers for each word."""

    type: Literal["embedding"]
    vocabulary: Size
    size: Size

    @property
    def takes(self) -> int | None:
        """How many numbers come in; a word is no such thing."""
        return None

    @property
    def gives(self) -> int:
        return self.size

    def stacks(self) -> tuple[Stack, ...]:
        return (Stack((Part("E", (self.vocabulary, self.size)),)),)

    def faults(self, path: Path) -> Iterator[Fault]:
        yield from ()


@record
class Linear(Record):
    """y = W x + b."""

    type: Literal["linear"]
    input: Size
    output: Size
    bias: bool = True

    @property
    def takes(self) -> int | None:
        return self.input

    @property
    def gives(self) -> int:
        return self.output

    def stacks(self) -> tuple[Stack, ...]:
        bias = (Part("b", (self.output,), WITH_BIAS),) if self.bias else ()
        return (Stack((Part("W", (self.input, self.output)), *bias)),)

    def faults(self, path: Path) -> Iterator[Fault]:
        yield from ()


@record
class Recurrent(Record):
    """What recurrent layers share; `layers` of them are stacked, each reads the one below."""

    type: str
    input: Size
    hidden: Size
    layers: Annotated[int, Range(1, 10**6)] = 1
    bidirectional: bool | None = None
    bias: bool = True

    gates: ClassVar[tuple[str, ...]]

    @property
    def takes(self) -> int | None:
        return self.input

    @property
    def gives(self) -> int:
        return self.state * self.directions

    @property
    def state(self) -> int:
        """The size of h, which the next step and the next layer read."""
        return self.hidden

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional or self.type.startswith("bidirectional") else 1

    def faults(self, path: Path) -> Iterator[Fault]:
        if self.bidirectional is False and self.directions == 2:
            message = f"expected true, as {self.type} says; found false"
            yield Fault((*path, "bidirectional"), message, "leave it out")

    def stacks(self) -> tuple[Stack, ...]:
        """The first of the stacked layers; then the others, whose inputs are what one gives."""
        first = Stack(tuple(self.parts(self.input)), self.gates, 1, 1, self.directions)
        if self.layers == 1:
            return (first,)
        parts = tuple(self.parts(self.gives))
        return first, Stack(parts, self.gates, 2, self.layers - 1, self.directions)

    def parts(self, inputs: int) -> Iterator[Part]:
        """The parts of one layer in one direction."""
        yield Part("W", (inputs, self.hidden))
        yield Part("U", (self.state, self.hidden))
        if self.bias:
            yield Part("b", (self.hidden,), WITH_BIAS)
            yield Part(SECOND_BIAS, (self.hidden,), self.second_bias)

    @property
    def second_bias(self) -> tuple[str, ...]:
        """The conventions with a second bias."""
        return ("two-bias",)


@record
class Rnn(Recurrent):
    """A plain RNN: h = tanh(W x + U h + b)."""

    type: Literal["rnn", "bidirectional-rnn"]

    gates: ClassVar[tuple[str, ...]] = ("h",)


@record
class Lstm(Recurrent):
    """An LSTM; with `projection`, h is P times what the cell gives (proj_size of PyTorch)."""

    type: Literal["lstm", "bidirectional-lstm"]
    projection: Annotated[int, Range(0, 10**9)] = 0

    gates: ClassVar[tuple[str, ...]] = ("i", "f", "g", "o")

    @property
    def state(self) -> int:
        return self.projection or self.hidden

    def faults(self, path: Path) -> Iterator[Fault]:
        yield from super().faults(path)
        if self.projection >= self.hidden:
            message = f"expected fewer than {self.hidden}, the hidden units; found"
            yield Fault((*path, "projection"), f"{message} {self.projection}")

    def parts(self, inputs: int) -> Iterator[Part]:
        yield from super().parts(inputs)
        if self.projection:
            yield Part("P", (self.hidden, self.projection), is_shared=True)


@record
class Gru(Recurrent):
    """A GRU; `reset_after` as in Keras, whose layer then has two biases as well."""

    type: Literal["gru", "bidirectional-gru"]
    reset_after: bool = False

    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")

    @property
    def second_bias(self) -> tuple[str, ...]:
        return WITH_BIAS if self.reset_after else super().second_bias


@record
class ParameterCount(Problem, kind="parameter-count"):
    """The parameters of a network, layer by layer, in every convention about biases."""

    layers: tuple[Embedding | Linear | Rnn | Lstm | Gru, ...]
    convention: Literal["no-bias", "one-bias", "two-bias"] | None = None

    marks_claims = True

    def faults(self) -> Iterator[Fault]:
        if not 1 <= len(self.layers) <= MOST_LAYERS:
            message = f"expected 1 to {MOST_LAYERS} layers, found {len(self.layers)}"
            yield Fault(("layers",), message, "`layers: 3` in a layer stacks three of it")
        for k, layer in enumerate(self.layers):
            yield from layer.faults(("layers", k))
        yield from self._claim_faults()

    def _claim_faults(self) -> Iterator[Fault]:
        for name, claim in self.claimed.items():
            path = ("claimed", name)
            if name != "total":
                message = f"expected a symbol that is computed here, found {shown(name)!r}"
                yield Fault(path, message, "it has total", at_key=True)
                continue
            if claim in NO_ANSWER:
                continue
            try:
                if isinstance(exact(_number_text(claim)), float):
                    raise ValueError("an infinite one")
            except ValueError as error:
                yield Fault(path, f"expected a number, found {error}")

    @cached_property
    def _named(self) -> tuple[Layer, ...]:
        named = enumerate(self.layers, 1)
        return tuple(Layer(f"layer {k} ({layer.type})", layer.stacks()) for k, layer in named)

    @cached_property
    def _totals(self) -> Mapping[str, int]:
        return totals(self._named)

    def solve(self) -> Solution:
        sections = [_layer_section(layer) for layer in self._named]
        sections.append(Section("Conventions", tuple(self._conventions())))
        remarks = tuple(self._remarks())
        if remarks:
            sections.append(Section("Remarks", remarks))
        sections.append(Section("Answer", tuple(self._answer())))
        return self.told(
            sections,
            data={"total": self._totals, "breakdown": list(map(_plain, self._parts()))},
            checks=tuple(self._checks()),
            checked={"total": "total"},
            extras={"convention": self.convention},
        )

    def _conventions(self) -> Iterator[Paragraph]:
        yield Paragraph(
            (f"W multiplies the inputs, U the state before; {SECOND_BIAS} is as long as b.",)
        )
        for convention, meaning in MEANINGS.items():
            yield Paragraph((f"{convention}: {meaning}.",))
        if any(isinstance(layer, Gru) and layer.reset_after for layer in self.layers):
            said = "reset_after: the GRU has two biases a gate in one-bias as well, as in Keras."
            yield Paragraph((said,))

    def _remarks(self) -> Iterator[Paragraph]:
        """Where a layer does not take what the layer before gives."""
        for k, (before, layer) in enumerate(pairwise(self.layers), 1):
            if layer.takes not in (None, before.gives):
                said = f"Layer {k} gives {before.gives} numbers, layer {k + 1} takes {layer.takes}"
                yield Paragraph((f"{said}: they are counted as they stand.",))

    def _answer(self) -> Iterator[Block]:
        yield Table(
            ("convention", "parameters", "total"),
            tuple((c, self._sum(c), str(total)) for c, total in self._totals.items()),
        )
        if self.convention is not None:
            total = self._totals[self.convention]
            yield Paragraph((f"The file asks for {self.convention}: {total}.",))

    def _sum(self, convention: str) -> str:
        """The total as a sum: of parts, or of layers where there are many, or of only some."""
        terms = [s.whole(part) for _, s, part in self._parts() if convention in part.conventions]
        if len(terms) > MOST_TERMS:
            terms = [layer.total(convention) for layer in self._named]
        texts = list(map(str, filter(None, terms)))
        if len(texts) > MOST_TERMS:
            texts = [*texts[: MOST_TERMS // 2], "...", texts[-1]]
        return " + ".join(texts) or "0"

    def _parts(self) -> Iterator[tuple[int, Stack, Part]]:
        for k, layer in enumerate(self._named, 1):
            for stack in layer.stacks:
                for part in stack.parts:
                    yield k, stack, part

    def _checks(self) -> Iterator[Check]:
        if "total" not in self.claimed:
            return
        claim = _number_text(self.claimed["total"])
        if claim in NO_ANSWER:
            yield unanswered("total", self._expected)
            return
        value = Fraction(exact(claim))
        allowed = CONVENTIONS if self.convention is None else (self.convention,)
        near = [c for c in allowed if abs(self._totals[c] - value) <= self._room(c, claim)]
        if near:
            best = min(near, key=lambda c: abs(self._totals[c] - value))
            total = self._totals[best]
            said = f"{total} is the total of {best}: {MEANINGS[best]}."
            yield Check("total", claim, total, "right", None, None, said, {"convention": best})
            return
        found = explanation(self._named, self.convention, value)
        slip, said = found or (
            None,
            "No part left out or counted twice explains this total.",
        )
        yield Check(
            symbol="total",
            claimed=claim,
            expected=self._expected,
            verdict="wrong",
            mistake=None if slip is None else slip.mistake,
            where=None if slip is None else slip.where,
            explanation=said,
            extras={"convention": None} | self._evidence(slip, value),
        )

    @property
    def _expected(self) -> Mapping[str, int] | int:
        """The total by the convention that is asked for, or by each."""
        return self._totals if self.convention is None else self._totals[self.convention]

    def _room(self, convention: str, claim: str) -> float:
        """How far a claimed total may be from the true one."""
        marking = self.marking or Marking()
        return max(half_unit(claim), marking.room(self._totals[convention]))

    def _evidence(self, slip: Slip | None, value: Fraction) -> dict[str, float]:
        """Bits: how seldom a number that is off by no more than this would be that of a slip."""
        if slip is None:
            return {}
        off = min(abs(total - value) for total in self._totals.values())
        return {"evidence": round(log2(1 + float(off)), 1)}


def _number_text(claim: Claim) -> str:
    """The claimed number as written, [154] as 154.  Raises ValueError for several."""
    while not isinstance(claim, str):
        if isinstance(claim, Mapping) or len(claim) != 1:
            raise ValueError(f"a list of {len(claim)}")
        claim = claim[0]
    return claim


def _plain(entry: tuple[int, Stack, Part]) -> dict[str, Any]:
    """A part as JSON has it; `each` is that of one gate, layer and direction."""
    layer, stack, part = entry
    copies = 1 if part.is_shared else len(stack.gates)
    return {
        "layer": layer,
        "stacked": [stack.first, stack.first + stack.repeats - 1],
        "directions": stack.directions,
        "gates": [] if part.is_shared else [gate for gate in stack.gates if gate],
        "symbol": part.symbol,
        "shape": list(part.shape),
        "each": stack.size(part) // copies,
        "parameters": stack.whole(part),
        "conventions": list(part.conventions),
    }


def _layer_section(layer: Layer) -> Section:
    blocks: list[Block] = []
    for stack in layer.stacks:
        if len(layer.stacks) > 1:
            blocks.append(Paragraph((_stack_name(stack),)))
        blocks.append(_stack_table(stack))
    return Section(layer.name[0].upper() + layer.name[1:], tuple(blocks))


def _stack_name(stack: Stack) -> str:
    first, last = stack.first, stack.first + stack.repeats - 1
    inputs = stack.parts[0].shape[0]
    layers = f"Stacked layer {first}" if first == last else f"Stacked layers {first} to {last}"
    return f"{layers}, with {inputs} inputs:"


def _stack_table(stack: Stack) -> Table:
    """A row for each gate, one for all of them, then for both directions and all layers."""
    parts = [part for part in stack.parts if part.symbol != SECOND_BIAS]
    rows: list[tuple[str, ...]] = []
    label = ""
    if len(stack.gates) > 1:
        label = f"all {len(stack.gates)} gates"
        rows += [(gate, *(_of_gate(part) for part in parts)) for gate in stack.gates]
    rows.append((label, *(_of_all_gates(stack, part) for part in parts)))
    copies = 1
    for factor, name in ((stack.directions, "directions"), (stack.repeats, "layers")):
        if factor > 1:
            sizes = [stack.size(part) * copies for part in parts]
            cells = [f"{factor} x {size} = {factor * size}" for size in sizes]
            rows.append((f"{factor} {name}", *cells))
            copies *= factor
    return Table(("", *(part.symbol for part in parts)), tuple(rows))


def _of_gate(part: Part) -> str:
    return "" if part.is_shared else str(prod(part.shape))


def _of_all_gates(stack: Stack, part: Part) -> str:
    """The parameters of all gates as a product: 4 x (6 x 5) = 120."""
    product = " x ".join(map(str, part.shape))
    gates = 1 if part.is_shared else len(stack.gates)
    if gates > 1:
        product = f"{gates} x ({product})" if len(part.shape) > 1 else f"{gates} x {product}"
    size = str(stack.size(part))
    return size if product == size else f"{product} = {size}"
