"""The recurrent layers of a file."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from lstmhw.counting.layers import CountedLayer, Flow, Size
from lstmhw.counting.parts import SECOND_BIAS, WITH_BIAS, Part, Stack
from lstmhw.faults import Fault, Path
from lstmhw.problem import Range, record

OF_RESET_AFTER = (
    "reset_after: true gives the GRU two biases for each gate, in one-bias as well: Keras's has "
    "them so by default today, PyTorch's always."
)


@record
class Recurrent(CountedLayer):
    """What recurrent layers share; `layers` of them are stacked, each reads the one below."""

    type: str
    input: Size
    hidden: Size
    layers: Annotated[int, Range(1, 10**6)] = 1
    bidirectional: bool | None = None
    bias: bool = True

    is_over_time: ClassVar[bool] = True
    gates: ClassVar[tuple[str, ...]]

    @property
    def takes(self) -> int | None:
        return self.input

    def gives(self, coming: Flow) -> Flow:
        return Flow(self.output)

    @property
    def output(self) -> int:
        """The size of what the next layer reads: h, of both directions where there are two."""
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
        parts = tuple(self.parts(self.output))
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
    def notes(self) -> tuple[str, ...]:
        return (OF_RESET_AFTER,) if self.reset_after else ()

    @property
    def second_bias(self) -> tuple[str, ...]:
        return WITH_BIAS if self.reset_after else super().second_bias
