"""Keys under the names that other books give them."""

from collections import Counter
from collections.abc import Mapping

from lstmhw.reading.expanding import likeliest, shape
from lstmhw.reading.nodes import Fields, Node, Scalar
from lstmhw.reading.records import Owners, keys_together
from lstmhw.spellings import OF_GATE, spellings

Entries = dict[str, tuple[Scalar, Node]]
OUTPUT = "output"
WHICH = "in some books W is on x and U on h, in others U on x and W on h: write W_x and W_h"


def respelled(node: Fields, owners: Owners) -> Fields:
    """The mapping with keys in the place of the names that other books have for them.

    A name stays as it is where its key is there too, or another name for it.
    """
    meant = _meant(node, owners)
    if not meant:
        return node
    has_output = meant.get("V") == OUTPUT
    if has_output:
        del meant["V"]
    counts = Counter(meant.get(name, name) for name in node.entries)
    entries: Entries = {}
    for name, entry in node.entries.items():
        key = meant.get(name, name)
        entries[key if counts[key] == 1 else name] = entry
    return node._replace(entries=_with_output(entries) if has_output else entries)


def renamed(node: Fields) -> dict[str, str]:
    """The names in the file of such a mapping, and the keys that they are here."""
    return {scalar.text: key for key, (scalar, _) in node.entries.items() if scalar.text != key}


def why_not(name: str, node: Fields, owners: Owners) -> str:
    """A hint on a name of other books that could not be taken for a key."""
    if name == "U" and "W" in node.entries and any("U" in r.spelled for r in owners.values()):
        return WHICH
    if name == "V" and OUTPUT in node.entries:
        return "V is W of the output, which has one; keep one"
    meant = _all(owners)
    key = meant.get(name)
    if key is None:
        return ""
    beside = [other for other in node.entries if other != name and meant.get(other, other) == key]
    if not beside:
        return ""
    is_input = key == "g" and "update" in (name, *beside)
    more = " (an update gate beside a candidate is i)" if is_input else ""
    return f"{name} and {beside[0]} are both {key}; keep one{more}"


def key_in(node: Fields, key: str) -> str:
    """The name under which a mapping has a key."""
    if key in node.entries:
        return key
    both = (_by_size(node) if "kind" in node.entries else {}) or OF_GATE
    are_both = both.keys() <= node.entries.keys()
    found = [name for name, meant in both.items() if meant == key and are_both]
    found += [name for name in spellings(key) if name in node.entries]
    return found[0] if found else key


def _all(owners: Owners) -> Mapping[str, str]:
    return {name: key for record in owners.values() for name, key in record.spelled.items()}


def _meant(node: Fields, owners: Owners) -> dict[str, str]:
    """The names in a mapping and the keys that they are."""
    every = _all(owners)
    found = {name: every[name] for name in node.entries if name in every}
    known = keys_together(owners) if found else {}
    found = {name: key for name, key in found.items() if key in known}
    if "U" not in found or "W" not in node.entries:
        return {name: key for name, key in found.items() if name != "W"}
    return found if "W" in found else {**_without_u(found), **_by_size(node)}


def _without_u(found: Mapping[str, str]) -> dict[str, str]:
    return {name: key for name, key in found.items() if name != "U"}


def _by_size(node: Fields) -> dict[str, str]:
    """Which of U and W is on the state: the square one, where the other is not."""
    if not {"U", "W"} <= node.entries.keys():
        return {}
    sizes = {name: shape(likeliest(node.entries[name][1])) for name in ("U", "W")}
    square = [name for name, found in sizes.items() if len(found) == 2 and len(set(found)) == 1]
    if len(square) != 1 or any(len(found) != 2 for found in sizes.values()):
        return {}
    return {"U": "W_h", "W": "W_x"} if square == ["U"] else {"U": "W_x", "W": "W_h"}


def _with_output(entries: Entries) -> Entries:
    """The entries with V as the W of the output."""
    scalar, value = entries["V"]
    written, output = entries.get(OUTPUT, (scalar, Fields({}, scalar.mark)))
    if not isinstance(output, Fields) or "W" in output.entries:
        return entries
    inner = output._replace(entries={"W": (scalar, value), **output.entries})
    others = {key: entry for key, entry in entries.items() if key not in ("V", OUTPUT)}
    return {**others, OUTPUT: (written, inner)}
