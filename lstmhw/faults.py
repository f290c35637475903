"""What is wrong with a problem, and at which of its keys."""

from collections.abc import Iterable
from typing import NamedTuple

MOST_ERRORS = 20  # so many are printed; finding a near word for more would only take time

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """One error: the key path it is at, what was expected and found, and how to mend it.

    `at_key` says that the key itself is wrong, not the value that stands behind it; `at` is the
    place in a text that is wrong there, counted from 0.
    """

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False
    at: int = 0

    def under(self, path: Path) -> "Fault":
        """The same of what stands at a key path."""
        return self._replace(path=(*path, *self.path))


class ProblemError(Exception):
    """A problem that cannot be read or solved, with every reason found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


def printable(text: str) -> str:
    """The text without control characters, which could act on a terminal or forge a line."""
    return "".join(character if character.isprintable() else "?" for character in text)


def shown(text: str) -> str:
    """The text, printable, and cut where it is long."""
    return printable(text if len(text) <= 40 else text[:37] + "...")


def some(words: Iterable[str]) -> str:
    """The words with commas between; of many, the first dozen."""
    words = list(words)
    return ", ".join(words[:12]) + (", ..." if len(words) > 12 else "")


def spelled(path: Path) -> str:
    """The path as a reader writes it: gates.f.W[2], rows counted from 1."""
    text = ""
    for key in path:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{shown(key)}" if text else shown(key)
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to this one, or nothing."""
    from difflib import get_close_matches  # only errors pay for the import

    options = list(known)[:1000]
    lowered = {option.lower(): option for option in options}
    near = get_close_matches(word.lower()[:80], lowered, n=1, cutoff=0.5)
    return lowered[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word nearest to this one, or nothing."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else ""
