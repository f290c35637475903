"""What the glossary says of one word."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A code, a symbol or a term.

    `title` is what a page prints in the place of a code.  The lines of the `example` are equations
    (`right: z = 2*3 + 1 = 7`), in which each name has its value from a line above.  `others` are
    other words for the same, `pattern` the symbols that are meant too, `_T` standing for an index.
    """

    name: str
    title: str
    meaning: str
    example: tuple[str, ...]
    advice: str = ""
    related: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    pattern: str = ""
