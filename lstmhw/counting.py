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

    @property
    def directions(self) -> int:
        return self.stacks[0].directions

    @property
    def is_recurrent(self) -> bool:
        """Whether it multiplies the state before."""
        return any(part.symbol == "U" for part in self.stacks[0].parts)


LEAST_OF_ALL, LEAST_OF_A_LAYER = 20, 100
"""Of fewer parameters any claim might be a multiple; with a layer, also one near the truth."""


class Slip(NamedTuple):
    """What makes a total too small by `amount`: the mistake's name, where it is, what was done."""

    mistake: str
    where: str
    amount: int
    done: str = "left out"


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
        return _in_some(layers, CONVENTIONS, claimed)
    return (
        _found(totals(layers)[asked], asked, _changes(layers, asked), claimed)
        or _in_some(layers, (asked,), claimed)
        or _two_mistakes(layers, asked, claimed)
    )


def _in_some(
    layers: Sequence[Layer], conventions: Sequence[str], claimed: Fraction
) -> tuple[Slip, str] | None:
    """The first mistake that gives the claimed total in one of these conventions."""
    for look in (_left_out, _counted_again, _off_by_one):
        for convention in conventions:
            found = look(layers, convention, claimed)
            if found is not None:
                return found
    return None


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


def _counted_again(
    layers: Sequence[Layer], convention: str, claimed: Fraction
) -> tuple[Slip, str] | None:
    """What of the network is in a claimed total more than once, in one convention."""
    total = totals(layers)[convention]
    twice = _found(total, convention, _second_counts(layers, convention), claimed)
    return twice or _by_steps(layers, convention, claimed)


def _second_counts(layers: Sequence[Layer], convention: str) -> Iterator[Slip]:
    """Layers, then matrices, that are counted twice."""
    every = [(layer, name, n) for layer in layers for name, n in _parts(layer, convention)]
    every.sort(key=lambda entry: entry[1] != entry[0].name)
    for layer, name, amount in every:
        is_one_way = name == layer.name and layer.is_recurrent and layer.directions == 1
        hint = ", as if it ran in both directions" if is_one_way else ""
        yield Slip("counted-twice", name, -amount, f"counted twice{hint}")


def _by_steps(
    layers: Sequence[Layer], convention: str, claimed: Fraction
) -> tuple[Slip, str] | None:
    """What was counted once for every time step: the network, or a recurrent layer of it."""
    total = totals(layers)[convention]
    recurrent = [(layer.name, layer.total(convention)) for layer in layers if layer.is_recurrent]
    likely = [(name, amount) for name, amount in recurrent if amount >= LEAST_OF_A_LAYER]
    if recurrent and total >= LEAST_OF_ALL:
        likely.insert(0, ("the whole network", total))
    for name, amount in likely:
        times = 1 + (claimed - total) / amount
        if times.denominator == 1 and times >= 2:
            slip = Slip("time-steps-counted", name, total - int(claimed))
            rest = f" + {total - amount}" if total > amount else ""
            return slip, (
                f"{claimed} = {times} x {amount}{rest} ({convention}): {name} was counted {times} "
                "times. The weights are the same at every time step and for every example, and "
                "count once."
            )
    return None


def _off_by_one(
    layers: Sequence[Layer], convention: str, claimed: Fraction
) -> tuple[Slip, str] | None:
    """One too few, or one too many."""
    slips = (
        Slip("count-off-by-one", "one parameter", 1, "missing"),
        Slip("count-off-by-one", "one parameter", -1, "too many"),
    )
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
    what = " or ".join(dict.fromkeys(f"{slip.where} {slip.done}" for slip in found))
    sign = "-" if amount > 0 else "+"
    return f"{total - amount} = {total} ({convention}) {sign} {abs(amount)}: {what}."


def _changes(layers: Sequence[Layer], asked: str) -> Iterator[Slip]:
    """The totals of other conventions than the one asked for."""
    by_convention = totals(layers)
    for (wanted, convention), mistake in CHANGES.items():
        if wanted == asked:
            amount = by_convention[asked] - by_convention[convention]
            second = mistake in ("one-bias-for-two", "bias-counted-twice")
            what = "the second bias of every gate" if second else "every bias"
            yield Slip(mistake, what, amount, "left out" if amount > 0 else "too many")


def _bias_slips(layers: Sequence[Layer], convention: str) -> Iterator[Slip]:
    """Biases of one layer that are left out."""
    for layer in layers:
        second = _amount(layer, convention, (SECOND_BIAS,))
        yield Slip("one-bias-for-two", f"the second bias of {layer.name}", second)
        yield Slip("bias-omitted", f"the bias of {layer.name}", _amount(layer, convention, BIASES))
        if layer.directions == 2:
            half = _amount(layer, convention, BIASES) // 2
            yield Slip("bias-omitted", f"the bias of the second direction of {layer.name}", half)


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


def _parts(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    """The matrices of a layer, and the layer itself, where that is something else."""
    matrices = dict.fromkeys(
        part.symbol for stack in layer.stacks for part in stack.parts if part.symbol not in BIASES
    )
    for symbol in matrices:
        yield f"{symbol} of {layer.name}", _amount(layer, convention, (symbol,))
    if len(matrices) > 1 or convention != "no-bias":
        yield layer.name, layer.total(convention)


def _blocks(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    name = layer.name
    yield from _parts(layer, convention)
    later = layer.stacks[1:]
    if layer.directions == 2:
        yield f"the second direction of {name}", layer.total(convention) // 2
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
