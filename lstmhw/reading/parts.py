"""The parts of a network in a file: layers, each with sizes of its own, and directions.

    layers: [{..}, {.., reverse: {..}}]    or, of one layer:    reverse: {..}

Layer 2 has m@2 units, and reads what layer 1 gives: m numbers, or 2m from both directions.  What
stands in the file for all, `u` are the units of the last layer, and `s` the size of what it gives.
"""

from collections.abc import Mapping, Sequence

from lstmhw.faults import Path
from lstmhw.problem import ALONE, Place
from lstmhw.reading.nodes import Fields, Items, Node
from lstmhw.reading.records import LAYERS
from lstmhw.reading.shapes import size_of

REVERSE = "reverse"


class Parts:
    """Where the parts of a file are, and the letters of their sizes."""

    def __init__(self, root: Fields) -> None:
        _, layers = root.entries.get(LAYERS, (None, None))
        parts: Sequence[Node] = layers.nodes if isinstance(layers, Items) else [root]
        self.directions = [2 if _has_reverse(part) else 1 for part in parts] or [1]

    def letters(self, path: Path) -> Mapping[str, str]:
        """What n, m and s are at a key path."""
        layer = _layer(path)
        own = {"n": self._given_by(layer - 1), "m": _units(layer)} if layer > 1 else {}
        last = len(self.directions)
        return {**own, "s": self._given_by(last), "u": _units(last)}

    def _given_by(self, layer: int) -> str:
        """The size of what a layer gives, from 1."""
        directions = self.directions[min(layer, len(self.directions)) - 1]
        return f"{directions if directions > 1 else ''}{_units(layer)}"

    def sizes(self, path: Path, bound: Mapping[str, int]) -> Mapping[str, int]:
        """The sizes of a part, by the letters that it has itself."""
        found = {x: size_of(named, bound) for x, named in self.letters(path).items()}
        return {**bound, **{x: size for x, size in found.items() if size is not None}}


def place_of(path: Path) -> Place:
    """The part of the network that a record at a key path is."""
    layer, is_reverse = _layer(path), path[-1:] == (REVERSE,)
    mark = (str(layer) if layer > 1 else "") + ("rev" if is_reverse else "")
    return Place(path, f"@{mark}" if mark else "") if path else ALONE


def _layer(path: Path) -> int:
    """The layer that a key path is in, from 1."""
    is_in_layer = path[:1] == (LAYERS,) and len(path) > 1
    return int(path[1]) + 1 if is_in_layer else 1


def _units(layer: int) -> str:
    return f"m@{layer}" if layer > 1 else "m"


def _has_reverse(node: Node) -> bool:
    return isinstance(node, Fields) and REVERSE in node.entries
