"""Another sequence of inputs and outputs in the place of one."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from lstmhw.faults import Path
from lstmhw.numerals import Bare, number

LARGEST = 3  # of the weights of a unit that makes outputs


def other_sequence(
    path: Path, written: Mapping[Path, Sequence[str]], random: Random
) -> Mapping[Path, Any]:
    """Inputs drawn from those of the sequence at a key path, and outputs for them.

    Some outputs are those of a unit, some are any; whether a unit makes them is left to who asks.
    Nothing where the inputs are letters.
    """
    if (*path, "inputs") not in written:
        return {}
    outputs = written[*path, "outputs"]
    numbers = [Bare(text) for text in written[*path, "inputs"]]
    length = len(outputs)
    size = len(numbers) // length
    letters = sorted({tuple(numbers[k : k + size]) for k in range(0, len(numbers), size)})
    inputs = [random.choice(letters) for _ in range(length)]
    drawn = _made(inputs, random) if random.randint(0, 1) else _bits(length, random)
    told = inputs if size > 1 else [number for (number,) in inputs]
    return {(*path, "inputs"): told, (*path, "outputs"): drawn}


def _bits(length: int, random: Random) -> list[int]:
    return [random.randint(0, 1) for _ in range(length)]


def _made(inputs: Sequence[Sequence[str]], random: Random) -> list[int]:
    """The states that a unit with random weights goes through; no sum of them is 0."""

    def weight() -> int:
        return random.randint(-LARGEST, LARGEST)

    weights = [weight() for _ in inputs[0]]
    recurrent, bias = weight(), weight() + 0.5
    state, found = 0, []
    for vector in inputs:
        terms = [w * number(text) for w, text in zip(weights, vector, strict=True)]
        state = int(sum(terms) + recurrent * state + bias > 0)
        found.append(state)
    return found
