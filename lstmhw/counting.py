"""How many parameters a network has, by every convention, and what a wrong total has left out.

Books and frameworks differ on the biases alone:
    no-bias     weights only
    one-bias    one bias for each gate, as in textbooks and Keras
    two-bias    b_x and b_h for each gate of a recurrent layer, as in PyTorch
A layer that is not recurrent has one bias in both of the last two.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from math import prod
from typing import NamedTuple

CONVENTIONS = ("no-bias", "one-bias", "two-bias")
SECOND_BIAS = "b_h"
BIASES = ("b", SECOND_BIAS)

CHANGES = {
    ("two-bias", "one-bias"): "one-bias-for-two",
    ("two-bias", "no-bias"): "bias-omitted",
    ("one-bias", "no-bias"): "bias-omitted",
    ("one-bias", "two-bias"): "bias-counted-twice",
    ("no-bias", "one-bias"): "bias-added",
    ("no-bias", "two-bias"): "bias-added",
}
"""The mistake of whoever is asked for the first convention and answers in the second."""


class Part(NamedTuple):
    """The matrix or bias of a gate, or what a layer has once (`is_shared`), and who counts it."""

    symbol: str
    shape: tuple[int, ...]
    conventions: tuple[str, ...] = CONVENTIONS
    is_shared: bool = False


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


class Layer(NamedTuple):
    """A layer as the reader calls it, and what it is made of."""

    name: str
    stacks: tuple[Stack, ...]

    def total(self, convention: str) -> int:
        return sum(stack.total(convention) for stack in self.stacks)


class Slip(NamedTuple):
    """What makes a total too small by `amount`: the mistake's name and where it is."""

    mistake: str
    where: str
    amount: int


def totals(layers: Sequence[Layer]) -> dict[str, int]:
    """The parameters of the network, by convention."""
    return {c: sum(layer.total(c) for layer in layers) for c in CONVENTIONS}


def explanation(
    layers: Sequence[Layer], asked: str | None, claimed: Fraction
) -> tuple[Slip, str] | None:
    """The mistake that a wrong total comes from, and a sentence, where there is a simple one.

    `asked` is the convention that is fixed; without it, each of them may have been meant.
    """
    if asked is None:
        found = (_left_out(layers, convention, claimed) for convention in CONVENTIONS)
        return next(filter(None, found), None)
    return (
        _found(totals(layers)[asked], asked, _changes(layers, asked), claimed)
        or _left_out(layers, asked, claimed)
        or _two_mistakes(layers, asked, claimed)
    )


def _two_mistakes(
    layers: Sequence[Layer], asked: str, claimed: Fraction
) -> tuple[Slip, str] | None:
    """The biases of another convention, and something left out of that total."""
    for convention in CONVENTIONS:
        found = _left_out(layers, convention, claimed)
        if found is not None and convention != asked:
            slip, sentence = found
            mistake = f"{CHANGES[asked, convention]} + {slip.mistake}"
            return slip._replace(mistake=mistake), f"The file asks for {asked}. {sentence}"
    return None


def _left_out(
    layers: Sequence[Layer], convention: str, claimed: Fraction
) -> tuple[Slip, str] | None:
    """What of the network is left out of a claimed total, in one convention."""
    slips = chain(_bias_slips(layers, convention), _block_slips(layers, convention))
    return _found(totals(layers)[convention], convention, slips, claimed)


def _found(
    total: int, convention: str, slips: Iterable[Slip], claimed: Fraction
) -> tuple[Slip, str] | None:
    """The first of the slips that turns the total into the claimed one; all that do are said."""
    found = [slip for slip in slips if slip.amount and total - slip.amount == claimed]
    return (found[0], _sentence(convention, total, found)) if found else None


def _sentence(convention: str, total: int, found: Sequence[Slip]) -> str:
    """The claimed total as the true one less (or plus) what all these slips leave out (or add)."""
    amount = found[0].amount
    what = " or ".join(dict.fromkeys(slip.where for slip in found))
    sign, said = ("-", "left out") if amount > 0 else ("+", "too many")
    return f"{total - amount} = {total} ({convention}) {sign} {abs(amount)}: {what} {said}."


def _changes(layers: Sequence[Layer], asked: str) -> Iterator[Slip]:
    """The totals of other conventions than the one asked for."""
    by_convention = totals(layers)
    for (wanted, convention), mistake in CHANGES.items():
        if wanted == asked:
            amount = by_convention[asked] - by_convention[convention]
            second = mistake in ("one-bias-for-two", "bias-counted-twice")
            what = "the second bias of every gate" if second else "every bias"
            yield Slip(mistake, what, amount)


def _bias_slips(layers: Sequence[Layer], convention: str) -> Iterator[Slip]:
    """Biases of one layer that are left out."""
    for layer in layers:
        second = _amount(layer, convention, (SECOND_BIAS,))
        yield Slip("one-bias-for-two", f"the second bias of {layer.name}", second)
        yield Slip("bias-omitted", f"the bias of {layer.name}", _amount(layer, convention, BIASES))


def _amount(layer: Layer, convention: str, symbols: Sequence[str]) -> int:
    return sum(
        stack.whole(part)
        for stack in layer.stacks
        for part in stack.parts
        if part.symbol in symbols and convention in part.conventions
    )


def _block_slips(layers: Sequence[Layer], convention: str) -> Iterator[Slip]:
    """Matrices, layers, directions, stacked layers, gates that are left out."""
    for layer in layers:
        for where, amount in _blocks(layer, convention):
            yield Slip("block-omitted", where, amount)


def _blocks(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    name, total = layer.name, layer.total(convention)
    matrices = dict.fromkeys(
        part.symbol for stack in layer.stacks for part in stack.parts if part.symbol not in BIASES
    )
    for symbol in matrices:
        yield f"{symbol} of {name}", _amount(layer, convention, (symbol,))
    if len(matrices) > 1 or convention != "no-bias":
        yield name, total
    first, *later = layer.stacks
    if first.directions == 2:
        yield f"the second direction of {name}", total // 2
        halves = sum(map(_half_input, later))
        yield f"one of the two directions that the stacked layers of {name} take in", halves
    for stack in later:
        yield f"the stacked layers of {name} after the first", stack.total(convention)
    yield from _gates(layer, convention)


def _half_input(stack: Stack) -> int:
    """What a stacked layer's W has for the second direction of the layer below it."""
    return stack.whole(stack.parts[0]) // 2


def _gates(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    count = len(layer.stacks[0].gates)
    of_gates = sum(
        stack.whole(part)
        for stack in layer.stacks
        for part in stack.parts
        if convention in part.conventions and not part.is_shared
    )
    for missing in range(1, count):
        gates = "one gate" if missing == 1 else f"{missing} of the {count} gates"
        yield f"{gates} of {layer.name}", of_gates * missing // count
