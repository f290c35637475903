"""Answer sheets of parameter-count: a claimed total with one known mistake, or right."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from questions import TRIES, UnsuitedError, file
from sheets import Sheet

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
CONVENTIONS = ("no-bias", "one-bias", "two-bias")
# mistake: the convention asked for, and the one that was used
BIASES = {
    "one-bias-for-two": ("two-bias", "one-bias"),
    "bias-omitted": ("one-bias", "no-bias"),
    "bias-counted-twice": ("one-bias", "two-bias"),
}
BLOCK = "block-omitted"
TWICE, STEPS, ONE = "counted-twice", "time-steps-counted", "count-off-by-one"
MADE = (*BIASES, BLOCK, TWICE, STEPS, ONE)


class Block(NamedTuple):
    """A matrix of one layer, all gates of it, or its biases (one of each)."""

    layer: int
    size: int
    recurrent: bool = False
    bias: bool = False
    gates: int = 1


def random_layers(rng: Random) -> list[dict[str, Any]]:
    words, size = rng.randint(5, 40), rng.randint(2, 12)
    layers: list[dict[str, Any]] = []
    if rng.random() < 0.6:
        layers.append({"type": "embedding", "vocabulary": words, "size": size})
    for _ in range(rng.choice([1, 1, 2])):
        hidden = rng.randint(2, 16)
        cell = rng.choice([*GATES])
        layers.append({"type": cell, "input": size, "hidden": hidden})
        size = hidden
    if rng.random() < 0.6:
        layers.append({"type": "linear", "input": size, "output": rng.choice([words, 1, 3])})
    return layers


def _blocks(layers: list[dict[str, Any]]) -> list[Block]:
    found = []
    for k, layer in enumerate(layers):
        kind = layer["type"]
        if kind == "embedding":
            found.append(Block(k, layer["vocabulary"] * layer["size"]))
        elif kind == "linear":
            found.append(Block(k, layer["input"] * layer["output"]))
            found.append(Block(k, layer["output"], bias=True))
        else:
            gates, n, m = GATES[kind], layer["input"], layer["hidden"]
            found.append(Block(k, gates * m * n, recurrent=True, gates=gates))
            found.append(Block(k, gates * m * m, recurrent=True, gates=gates))
            found.append(Block(k, gates * m, recurrent=True, bias=True, gates=gates))
    return found


def _count(block: Block, convention: str) -> int:
    if not block.bias:
        return block.size
    if convention == "two-bias" and block.recurrent:
        return 2 * block.size
    return 0 if convention == "no-bias" else block.size


def _total(blocks: list[Block], convention: str) -> int:
    return sum(_count(block, convention) for block in blocks)


def _left_out(rng: Random, blocks: list[Block], convention: str) -> int:
    """How many parameters are missed where a matrix, a gate or a layer is left out."""
    layer = rng.choice(blocks).layer
    of_layer = [b for b in blocks if b.layer == layer]
    matrix = rng.choice([b for b in of_layer if not b.bias])
    ways = [_count(matrix, convention)]
    if matrix.gates > 1:
        ways.append(sum(_count(b, convention) for b in of_layer) // matrix.gates)
    if len({b.layer for b in blocks}) > 1:
        ways.append(sum(_count(b, convention) for b in of_layer))
    return rng.choice(ways)


def _again(rng: Random, blocks: list[Block], convention: str) -> int:
    """How many parameters a matrix or a layer has, of those that are counted twice."""
    layer = rng.choice(blocks).layer
    of_layer = [b for b in blocks if b.layer == layer]
    matrix = rng.choice([b for b in of_layer if not b.bias])
    return rng.choice([matrix.size, sum(_count(b, convention) for b in of_layer)])


def _over_time(rng: Random, blocks: list[Block], convention: str) -> int:
    """How many parameters too many there are where some are counted at every time step."""
    everything = _total(blocks, convention)
    layer = rng.choice([b for b in blocks if b.recurrent]).layer
    alone = sum(_count(b, convention) for b in blocks if b.layer == layer)
    if min(everything / 20, alone / 100) < 1:
        raise UnsuitedError  # of so few, other claims too are multiples
    return (rng.randint(3, 60) - 1) * rng.choice([everything, alone])


CHANGES: Mapping[str, Callable[[Random, list[Block], str], int]] = {
    BLOCK: lambda rng, blocks, convention: -_left_out(rng, blocks, convention),
    TWICE: _again,
    STEPS: _over_time,
    ONE: lambda rng, blocks, convention: rng.choice([-1, 1]),
}
"""How many parameters too many a mistake counts."""


def count_sheet(seed: int, made: str | None) -> Sheet:
    """A sheet with a mistake of that name, or a correct one."""
    rng = Random(f"count {seed} {made}")
    for _ in range(TRIES):
        try:
            return _drawn(rng, made)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {made}")


def _drawn(rng: Random, made: str | None) -> Sheet:
    layers = random_layers(rng)
    blocks = _blocks(layers)
    totals = {convention: _total(blocks, convention) for convention in CONVENTIONS}
    asked: str | None
    asked, used = rng.choice([None, *CONVENTIONS]), rng.choice(CONVENTIONS)
    used = asked or used
    if made in BIASES:
        asked, used = BIASES[made]
    claimed = totals[used]
    if made is not None and made in CHANGES:
        claimed += CHANGES[made](rng, blocks, used)
    right = {*totals.values()} if asked is None else {totals[asked]}
    if (claimed in right) != (made is None) or (made in CHANGES and claimed in totals.values()):
        raise UnsuitedError
    keys: Mapping[str, Any] = {"kind": "parameter-count", "layers": layers}
    if asked is not None:
        keys = {**keys, "convention": asked}
    text = file(keys, {"total": str(claimed)})
    if made is None:
        return Sheet(text, (), None, "count", (), "total")
    return Sheet(text, (made,), "total", "one mistake", ("total",), "total")


def count_sheets(count: int, seed: int = 0) -> Iterator[Sheet]:
    """Correct sheets and sheets with one mistake, in turn."""
    every = [*MADE, None]
    for k in range(count):
        yield count_sheet(1000 * seed + k, every[k % len(every)])


def random_count_sheet(seed: int) -> Sheet:
    """A wrong total that nobody computed, within a quarter of a true one, or of another size."""
    rng = Random(f"random count {seed}")
    while True:
        layers = random_layers(rng)
        totals = {c: _total(_blocks(layers), c) for c in CONVENTIONS}
        asked = rng.choice([None, *CONVENTIONS])
        factor = rng.choice([rng.uniform(0.75, 1.25), 2 ** rng.uniform(-2, 5)])
        claimed = round(factor * totals[asked or "one-bias"])
        if min(abs(claimed - total) for total in totals.values()) <= 1:
            continue
        keys: dict[str, Any] = {"kind": "parameter-count", "layers": layers}
        if asked is not None:
            keys["convention"] = asked
        return Sheet(file(keys, {"total": str(claimed)}), (), "total", "random", ("total",))
