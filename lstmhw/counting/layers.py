"""The layers of a file that have no time: what each of them takes, gives and is made of."""

from collections.abc import Iterator
from math import prod
from typing import Annotated, ClassVar, Literal, NamedTuple

from lstmhw.counting.parts import WITH_BIAS, Part, Slip, Stack
from lstmhw.faults import Fault, Path
from lstmhw.problem import Between, Range, Record, record

Size = Annotated[int, Range(1, 10**9)]
Window = Size | tuple[Size, ...]

OF_CONVOLUTION = (
    "A convolution has kernel x channels x filters weights, and a bias for each filter. They "
    "are the same at every place, so the length of what it runs over does not count."
)
OF_NORM = (
    "Of a normalization gamma counts as a weight, beta as a bias (PyTorch: weight and bias; "
    "Keras counts both)."
)
OF_BATCH_NORM = (
    "Batch normalization also keeps a moving mean and variance of each feature. They are not "
    "trained and not in the totals: PyTorch has them as buffers, no parameters; Keras has them "
    'in its "Total params" (4 for each feature), not in its "Trainable params" (2).'
)


class Flow(NamedTuple):
    """How many numbers go from a layer to the next, None where nobody knows.

    Of an image or a sequence (`is_map`) that are the channels: the next linear layer may take them
    from all places at once.
    """

    size: int | None = None
    is_map: bool = False


@record
class CountedLayer(Record):
    """A layer without parameters, that gives as many numbers as it takes."""

    type: str

    is_over_time: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """The type as the reader calls it."""
        return self.type

    @property
    def notes(self) -> tuple[str, ...]:
        """What the page says of such a layer, once."""
        return ()

    @property
    def takes(self) -> int | None:
        """How many numbers have to come in; None where it is all the same, or a word does."""
        return None

    @property
    def untrained(self) -> int:
        """How many numbers it keeps that are not trained."""
        return 0

    def accepts(self, coming: Flow) -> bool:
        """Whether it can take what the layer before gives."""
        return None in (self.takes, coming.size) or self.takes == coming.size

    def gives(self, coming: Flow) -> Flow:
        """What goes on from here, where that comes in."""
        return coming

    def stacks(self) -> tuple[Stack, ...]:
        return ()

    def faults(self, path: Path) -> Iterator[Fault]:
        """What is wrong with the keys of this layer alone; `path` is where it stands."""
        yield from ()

    def slips(self, name: str, convention: str) -> Iterator[Slip]:
        """Mistakes that are made with this type only."""
        yield from ()


@record
class Embedding(CountedLayer):
    """A row of `size` numbers for each word."""

    type: Literal["embedding"]
    vocabulary: Size
    size: Size

    def gives(self, coming: Flow) -> Flow:
        return Flow(self.size)

    def stacks(self) -> tuple[Stack, ...]:
        return (Stack((Part("E", (self.vocabulary, self.size)),)),)


@record
class Linear(CountedLayer):
    """y = W x + b."""

    type: Literal["linear"]
    input: Size
    output: Size
    bias: bool = True

    @property
    def takes(self) -> int | None:
        return self.input

    def accepts(self, coming: Flow) -> bool:
        is_flattened = coming.is_map and coming.size is not None and self.input % coming.size == 0
        return is_flattened or super().accepts(coming)

    def gives(self, coming: Flow) -> Flow:
        return Flow(self.output)

    def stacks(self) -> tuple[Stack, ...]:
        bias = (Part("b", (self.output,), WITH_BIAS),) if self.bias else ()
        return (Stack((Part("W", (self.input, self.output)), *bias)),)


@record
class Convolution(CountedLayer):
    """What convolutions share: each filter sees a window of all the channels, and has one bias."""

    type: str
    channels: Size
    filters: Size
    bias: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        return (OF_CONVOLUTION,)

    @property
    def takes(self) -> int | None:
        return self.channels

    @property
    def window(self) -> tuple[int, ...]:
        """The kernel, a size for each direction in which it moves."""
        raise NotImplementedError

    def gives(self, coming: Flow) -> Flow:
        return Flow(self.filters, is_map=True)

    def stacks(self) -> tuple[Stack, ...]:
        bias = (Part("b", (self.filters,), WITH_BIAS),) if self.bias else ()
        return (Stack((Part("W", (*self.window, self.channels, self.filters)), *bias)),)

    def slips(self, name: str, convention: str) -> Iterator[Slip]:
        """One factor of the weights forgotten."""
        factors = {
            "the channels that come in": self.channels,
            "the kernel": prod(self.window),
            "the second direction of the kernel": self.window[-1],
        }
        whole = prod((*self.window, self.channels, self.filters))
        for what, factor in factors.items():
            where = f"the factor {factor} in W of {name}, {what},"
            yield Slip("block-omitted", where, whole - whole // factor)


@record
class Conv1d(Convolution):
    """A convolution along a sequence, `kernel` places wide."""

    type: Literal["conv1d"]
    kernel: Size

    is_over_time: ClassVar[bool] = True

    @property
    def window(self) -> tuple[int, ...]:
        return (self.kernel,)


@record
class Conv2d(Convolution):
    """A convolution over an image; `kernel` is the side of a square, or [height, width]."""

    type: Literal["conv2d"]
    kernel: Window

    @property
    def window(self) -> tuple[int, ...]:
        return self.kernel if isinstance(self.kernel, tuple) else (self.kernel, self.kernel)

    def faults(self, path: Path) -> Iterator[Fault]:
        if len(self.window) != 2:
            message = f"expected a number or [height, width], found a list of {len(self.window)}"
            yield Fault((*path, "kernel"), message, "`kernel: 3` is short for `kernel: [3, 3]`")


@record
class Norm(CountedLayer):
    """What normalizations share: gamma and, unless `bias` is false, beta for each of `size`."""

    type: str
    size: Size
    bias: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        return (OF_NORM,)

    @property
    def takes(self) -> int | None:
        return self.size

    def stacks(self) -> tuple[Stack, ...]:
        beta = (Part("beta", (self.size,), WITH_BIAS),) if self.bias else ()
        return (Stack((Part("gamma", (self.size,)), *beta)),)


@record
class LayerNorm(Norm):
    """Each example is normalized by itself."""

    type: Literal["layer-norm"]


@record
class BatchNorm(Norm):
    """Each feature is normalized over the batch; its mean and variance are kept, not trained."""

    type: Literal["batch-norm"]

    @property
    def notes(self) -> tuple[str, ...]:
        return (*super().notes, OF_BATCH_NORM)

    @property
    def untrained(self) -> int:
        return 2 * self.size


@record
class Dropout(CountedLayer):
    """Numbers are set to 0 at random, a share `rate` of them."""

    type: Literal["dropout"]
    rate: Annotated[float, Between(0, 1)] | None = None


@record
class Pooling(CountedLayer):
    """The greatest number or the mean of each window of `kernel` places, channel by channel."""

    type: Literal["max-pooling", "average-pooling"]
    kernel: Window | None = None


@record
class Flatten(CountedLayer):
    """All places one after the other."""

    type: Literal["flatten"]

    def gives(self, coming: Flow) -> Flow:
        return coming._replace(is_map=True)
