"""Other sizes of layers that fit together as they did."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from random import Random

from lstmhw.counting.layers import CountedLayer
from lstmhw.faults import Path

KEPT = ("heads", "kernel", "layers", "groups", "stride")
"""Numbers that are no sizes of vectors."""


def sizes_of(layers: Sequence[CountedLayer], path: Path = ()) -> Iterator[tuple[Path, int]]:
    """The sizes of layers, by key paths below their list."""
    for k, layer in enumerate(layers):
        yield from _of_layer(layer, (*path, k))


def _of_layer(layer: CountedLayer, path: Path) -> Iterator[tuple[Path, int]]:
    for field in fields(layer):
        value = getattr(layer, field.name)
        if isinstance(value, CountedLayer):
            yield from _of_layer(value, (*path, field.name))
        elif type(value) is int and field.name not in KEPT:
            yield (*path, field.name), value


def other_sizes(sizes: Iterable[int], random: Random) -> Mapping[int, int]:
    """Another size for each, from half to one and a half times; different sizes stay different.

    What is a multiple of a smaller size stays one of what that becomes: h of two directions is as
    long as two.
    """
    other: dict[int, int] = {}
    for size in sorted(set(sizes)):
        base = max((d for d in other if d > 1 and size % d == 0), default=None)
        if base is None:
            drawn = [n for n in range(max(2, size // 2), size * 3 // 2 + 2) if n != size]
            free = [n for n in drawn if n not in other.values()] if size > 1 else [1]
            other[size] = random.choice(free or [size])
        else:
            other[size] = size // base * other[base]
    return other
