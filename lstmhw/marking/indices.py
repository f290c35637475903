"""Names of formulas taken apart: letters, indices and a time."""

import re
from typing import NamedTuple

from lstmhw.solution import unmarked

BEFORE = ("prev", "old", "last", "before")
_INDEX = re.compile(r"[_^]?(?:\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|[A-Za-z0-9]+)~*")
_TIME = re.compile(r"[(<\[]?t(?:([-+])([0-9]))?[)>\]]?")


class Name(NamedTuple):
    """A name taken apart: its letters, its indices, and its time: that of the line plus `later`.

    `time` is a time that is given as a number, `mark` a layer and direction, @2rev.
    """

    base: str
    indices: tuple[str, ...] = ()
    later: int | None = None
    time: int | None = None
    mark: str = ""

    @property
    def bare(self) -> str:
        return "_".join([self.base, *self.indices])


def taken_apart(name: str) -> Name:
    """A name as written, c_{t-1} or W_{xf}, as its parts."""
    name, mark = unmarked(name)
    head = re.match(r"[A-Za-z]+~*", name)
    assert head is not None
    found = Name(head[0], mark=mark)
    for match in _INDEX.finditer(name, head.end()):
        for part in re.split(r"[_,\s]+", re.sub(r"\s*([-+])\s*", r"\1", match[0].strip("_^{}"))):
            found = _with_index(found, part)
    glued = next((word for word in BEFORE if found.base == f"{found.base[:1]}{word}"), "")
    return found._replace(base=found.base[:1], later=-1) if glued else found


def _with_index(name: Name, part: str) -> Name:
    if not part:
        return name
    if time := _TIME.fullmatch(part):
        return name._replace(later=int((time[1] or "+") + (time[2] or "0")))
    if part in BEFORE:
        return name._replace(later=-1)
    if part.isdigit():
        return name._replace(time=int(part))
    return name._replace(indices=(*name.indices, part))
