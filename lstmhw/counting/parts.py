"""What a network is made of, as far as its parameters are counted.

Books and frameworks differ on the biases alone:
    no-bias     weights only
    one-bias    one bias for each gate, as in textbooks and Keras
    two-bias    b_x and b_h for each gate of a recurrent layer, as in PyTorch
A layer that is neither recurrent nor additive attention has the same biases in the last two.
"""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import NamedTuple

CONVENTIONS = ("no-bias", "one-bias", "two-bias")
WITH_BIAS = ("one-bias", "two-bias")
SECOND_BIAS = "b_h"


class Part(NamedTuple):
    """The matrix or bias of a gate, or what a layer has once (`is_shared`), and who counts it."""

    symbol: str
    shape: tuple[int, ...]
    conventions: tuple[str, ...] = CONVENTIONS
    is_shared: bool = False

    @property
    def is_bias(self) -> bool:
        """Whether it is left out by whoever counts weights only."""
        return "no-bias" not in self.conventions


class Stack(NamedTuple):
    """Stacked layers that are alike: `repeats` of them, from number `first` on."""

    parts: tuple[Part, ...]
    gates: tuple[str, ...] = ("",)
    first: int = 1
    repeats: int = 1
    directions: int = 1

    def size(self, part: Part) -> int:
        """The parameters of a part in one layer and direction, over all gates."""
        return prod(part.shape) * (1 if part.is_shared else len(self.gates))

    def whole(self, part: Part) -> int:
        """The parameters of a part in all layers and directions."""
        return self.size(part) * self.repeats * self.directions

    def total(self, convention: str) -> int:
        return sum(self.whole(part) for part in self.parts if convention in part.conventions)


class Slip(NamedTuple):
    """What makes a number too small by `amount`: the mistake's name, where it is, what was done."""

    mistake: str
    where: str
    amount: int
    done: str = "left out"


class Layer(NamedTuple):
    """A layer as the reader calls it, what it is made of, and how else it may be misread.

    `is_over_time` says that it does the same at every time step, `untrained` are the numbers that
    it keeps and does not train, `notes` is what there is to say, `own_slips` are those of its type.
    """

    name: str
    stacks: tuple[Stack, ...]
    is_over_time: bool = False
    untrained: int = 0
    notes: tuple[str, ...] = ()
    own_slips: Callable[[str, str], Iterator[Slip]] = lambda name, convention: iter(())

    def total(self, convention: str) -> int:
        return sum(stack.total(convention) for stack in self.stacks)

    def amount(self, convention: str, is_meant: Callable[[Part], bool]) -> int:
        """The parameters of those parts that are meant, in one convention."""
        return sum(
            stack.whole(part)
            for stack in self.stacks
            for part in stack.parts
            if is_meant(part) and convention in part.conventions
        )

    @property
    def directions(self) -> int:
        return max((stack.directions for stack in self.stacks), default=1)


def totals(layers: Sequence[Layer]) -> dict[str, int]:
    """The parameters of a network, by convention."""
    return {c: sum(layer.total(c) for layer in layers) for c in CONVENTIONS}
