"""Weights of a gate that are left out where others of it are there: zeros."""

from lstmhw.cells.weights import KEYS, Gate
from lstmhw.faults import Path
from lstmhw.reading.nodes import Fields, Node, Scalar
from lstmhw.reading.records import Owners

PAIR = ("W_x", "W_h")


def with_zeros(node: Fields, owners: Owners) -> Fields:
    """The mapping of a gate with 0 for each of W_x and W_h that is left out."""
    if not any(issubclass(record, Gate) for record in owners.values()):
        return node
    given = node.entries.keys() & set(KEYS)
    is_value = "value" in node.entries and not given & set(PAIR)
    if not given or "W" in given or is_value:
        return node
    zeros: dict[str, tuple[Scalar, Node]] = {
        key: (Scalar(key, True, node.mark), Scalar("0", True, node.mark))
        for key in PAIR
        if key not in given
    }
    return node._replace(entries={**node.entries, **zeros})


def left_out(node: Fields, filled: Fields, path: Path) -> list[Path]:
    """The key paths that a mapping has only since they were filled in."""
    return [(*path, key) for key in filled.entries if key not in node.entries]
