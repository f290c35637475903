"""The parts of a network in a file: layers, each with sizes of its own, and directions.

    layers: [{..}, {.., reverse: {..}}]    or, of one layer:    reverse: {..}

    sequences: [{inputs: .., outputs: ..}, ..]    whose lengths T@1, T@2 are their own

Layer 2 has m@2 units, m@2rev in the other direction, and reads what layer 1 gives: m numbers, or
m+m@rev from both directions.  In what stands in the file for all, `u` are the units of the last
layer, and `s` is the size of what it gives.
"""

from collections.abc import Mapping, Sequence

from lstmhw.faults import Path
from lstmhw.problem import Place
from lstmhw.reading.nodes import Fields, Items, Node
from lstmhw.reading.records import LAYERS
from lstmhw.reading.shapes import size_of

REVERSE = "reverse"
SEQUENCES = "sequences"


class Parts:
    """Where the parts of a file are, and the letters of their sizes."""

    def __init__(self, root: Fields) -> None:
        _, layers = root.entries.get(LAYERS, (None, None))
        parts: Sequence[Node] = layers.nodes if isinstance(layers, Items) else [root]
        self.is_layered = isinstance(layers, Items)
        self.directions = [2 if _has_reverse(part) else 1 for part in parts] or [1]

    def letters(self, path: Path) -> Mapping[str, str]:
        """What n, m, s and u are at a key path, and T in one of several sequences."""
        if path[:1] == (SEQUENCES,) and len(path) > 1 and isinstance(path[1], int):
            return {"T": f"T@{path[1] + 1}"}
        layer, last = _layer(path), len(self.directions)
        below = {"n": self._given_by(layer - 1)} if layer > 1 else {}
        own = f"m{place_of(path).mark}" if self._is_of_part(path) else "m@0"  # of no layer
        return {"m": own, **below, "s": self._given_by(last), "u": f"m{mark_of(last)}"}

    def _is_of_part(self, path: Path) -> bool:
        """Whether a key is of a layer, or the file has no layers."""
        return not self.is_layered or path[:1] == (LAYERS,)

    def _given_by(self, layer: int) -> str:
        """The size of what a layer gives, from 1."""
        number = min(layer, len(self.directions))
        ways = (False, True)[: self.directions[number - 1]]
        return "+".join(f"m{mark_of(number, is_reverse)}" for is_reverse in ways)

    def sizes(self, path: Path, bound: Mapping[str, int]) -> Mapping[str, int]:
        """The sizes of a part, by the letters that it has itself."""
        found = {x: size_of(named, bound) for x, named in self.letters(path).items()}
        return {**bound, **{x: size for x, size in found.items() if size is not None}}


def place_of(path: Path) -> Place:
    """The part of the network that a record at a key path is, or in whose keys the path is."""
    is_in_layer = path[:1] == (LAYERS,) and len(path) > 1
    place = path[:2] if is_in_layer else ()
    is_reverse = path[len(place) : len(place) + 1] == (REVERSE,)
    place = (*place, REVERSE) if is_reverse else place
    return Place(place, mark_of(_layer(path), is_reverse))


def mark_of(layer: int, is_reverse: bool = False) -> str:
    """What the symbols of a layer, from 1, end in: @2, @rev, @2rev; nothing for the first."""
    mark = (str(layer) if layer > 1 else "") + (REVERSE[:3] if is_reverse else "")
    return f"@{mark}" if mark else ""


def _layer(path: Path) -> int:
    """The layer that a key path is in, from 1."""
    is_in_layer = path[:1] == (LAYERS,) and len(path) > 1
    return int(path[1]) + 1 if is_in_layer else 1


def _has_reverse(node: Node) -> bool:
    return isinstance(node, Fields) and REVERSE in node.entries
