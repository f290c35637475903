"""The layers of a file as networks: their names, and whether each can feed the next."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import ClassVar, Literal, NamedTuple

from lstmhw.counting.attention import AdditiveAttention, MultiHeadAttention
from lstmhw.counting.layers import (
    BatchNorm,
    Conv1d,
    Conv2d,
    Convolution,
    CountedLayer,
    Dropout,
    Embedding,
    Flatten,
    Flow,
    LayerNorm,
    Linear,
    Pooling,
)
from lstmhw.counting.parts import Layer, Slip, Stack
from lstmhw.counting.recurrent import Gru, Lstm, Recurrent, Rnn
from lstmhw.faults import Fault, Path
from lstmhw.problem import record

MOST_LAYERS = 100
OF_TIME_DISTRIBUTED = "The same weights are used at every time step: they count once."

AtEveryStep = (
    Embedding
    | Linear
    | Conv1d
    | Conv2d
    | LayerNorm
    | BatchNorm
    | AdditiveAttention
    | MultiHeadAttention
)


@record
class TimeDistributed(CountedLayer):
    """A layer that is used at every time step, with the same weights."""

    type: Literal["time-distributed"]
    layer: AtEveryStep

    is_over_time: ClassVar[bool] = True

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.layer.notes, OF_TIME_DISTRIBUTED)

    @property
    def label(self) -> str:
        return f"time-distributed {self.layer.label}"

    @property
    def takes(self) -> int | None:
        return self.layer.takes

    @property
    def untrained(self) -> int:
        return self.layer.untrained

    def accepts(self, coming: Flow) -> bool:
        return self.layer.accepts(coming)

    def gives(self, coming: Flow) -> Flow:
        return self.layer.gives(coming)

    def stacks(self) -> tuple[Stack, ...]:
        return self.layer.stacks()

    def faults(self, path: Path) -> Iterator[Fault]:
        yield from self.layer.faults((*path, "layer"))

    def slips(self, name: str, convention: str) -> Iterator[Slip]:
        yield from self.layer.slips(name, convention)


AnyLayer = (
    Embedding
    | Linear
    | Rnn
    | Lstm
    | Gru
    | Conv1d
    | Conv2d
    | LayerNorm
    | BatchNorm
    | AdditiveAttention
    | MultiHeadAttention
    | TimeDistributed
    | Dropout
    | Pooling
    | Flatten
)


class Misfit(NamedTuple):
    """The layer of this number, from 1, takes other than the one before it gives."""

    number: int
    given: int
    takes: int


def named(layers: Sequence[CountedLayer], of: str = "") -> tuple[Layer, ...]:
    """The layers with their names; `of` says which network they belong to where there are two."""
    return tuple(
        Layer(
            f"layer {k} ({layer.label}){of}",
            layer.stacks(),
            layer.is_over_time,
            layer.untrained,
            layer.notes,
            layer.slips,
        )
        for k, layer in enumerate(layers, 1)
    )


def meanings(layers: Sequence[CountedLayer]) -> dict[str, str]:
    """The conventions in words, as far as they differ for these layers, and who has them."""
    inner = [layer.layer if isinstance(layer, TimeDistributed) else layer for layer in layers]
    if any(isinstance(layer, Recurrent) for layer in inner):
        one, two = _of_recurrent(inner)
    elif any(isinstance(layer, AdditiveAttention) for layer in inner):
        one, two = "one bias for a sum: textbooks", "a bias for each product: PyTorch, Keras"
    else:
        one, two = "with biases: PyTorch, Keras", "the same here, where nothing has two biases"
    return {"no-bias": "weights only", "one-bias": one, "two-bias": two}


def _of_recurrent(layers: Sequence[CountedLayer]) -> tuple[str, str]:
    recurrent = [layer for layer in layers if isinstance(layer, Recurrent)]
    has_gates = any(len(layer.gates) > 1 for layer in recurrent)
    where = "for each gate of a recurrent layer" if has_gates else "in a recurrent layer"
    one = f"one bias {where}: textbooks, Keras"
    two = f"two biases, b_x and b_h, {where}: PyTorch"
    if any(isinstance(layer, Gru) and not layer.reset_after for layer in layers):
        one += " (its GRU with reset_after: false)"
        two += ", and Keras's GRU with reset_after: true, its default today"
    return one, two


def misfits(layers: Sequence[CountedLayer]) -> Iterator[Misfit]:
    """Where a layer does not take what the layer before gives."""
    coming = Flow()
    for number, layer in enumerate(layers, 1):
        if not layer.accepts(coming):
            assert coming.size is not None
            assert layer.takes is not None
            yield Misfit(number, coming.size, layer.takes)
        coming = layer.gives(coming)


def faults(layers: Sequence[CountedLayer], path: Path) -> Iterator[Fault]:
    """Too few or too many layers, what is wrong in each, and convolutions that nothing feeds."""
    if not 1 <= len(layers) <= MOST_LAYERS:
        message = f"expected 1 to {MOST_LAYERS} layers, found {len(layers)}"
        yield Fault(path, message, "`layers: 3` in a layer stacks three of it")
    for k, layer in enumerate(layers):
        yield from layer.faults((*path, k))
    yield from _unfed(layers, path)


def _unfed(layers: Sequence[CountedLayer], path: Path) -> Iterator[Fault]:
    """Convolutions whose channels no layer before them gives, nor several joined.

    Another layer than the one before may feed a convolution, as where several stand side by side.
    """
    for misfit in misfits(layers):
        k = misfit.number - 1
        layer = layers[k]
        if not isinstance(layer, Convolution) or layer.channels in _sources(layers[:k]):
            continue
        message = f"expected {misfit.given}, which layer {k} gives; found {layer.channels}"
        hint = "the channels are the filters, units or embedding size of the layer before"
        yield Fault((*path, k, "channels"), message, hint)


def _sources(layers: Sequence[CountedLayer]) -> set[int]:
    """What a later layer may read: the inputs, what any layer gives, or the last of them joined."""
    coming, given = Flow(), []
    for layer in layers:
        coming = layer.gives(coming)
        given.append(coming.size or 0)
    return {layers[0].takes or 0, *given, *accumulate(reversed(given))}
