"""Words looked up: however they are written, symbols with any index."""

import re
from collections.abc import Iterable

from lstmhw.glossary import MISTAKES
from lstmhw.glossary.entry import Entry
from lstmhw.glossary.symbols import SYMBOLS
from lstmhw.glossary.terms import TERMS
from lstmhw.glossary.verdicts import VERDICTS

GROUPS = {"verdicts": VERDICTS, "mistakes": MISTAKES, "symbols": SYMBOLS, "terms": TERMS}
ENTRIES = {entry.name: entry for entries in GROUPS.values() for entry in entries}
INDEX = re.compile(r"_[({]?(\d+|[tT])([-+]\d+)?[)}]?$")
"""A time index: h_3, h_t, h_(t-1)."""


def find(word: str) -> Entry | None:
    """The entry of a code, title, symbol with any index, or term, however it is written."""
    return _WORDS.get(spelled(word)) or _symbol(word)


def words() -> Iterable[str]:
    """All that `find` finds as it stands."""
    return _WORDS


def spelled(word: str) -> str:
    """A word in lower case, with single hyphens for blanks."""
    return "-".join(word.lower().replace("-", " ").split())


def _symbol(word: str) -> Entry | None:
    """The family of a symbol: h_3@2 is h_t, @2rev is @rev; capitals count where both are known."""
    bare, at, mark = "".join(word.split()).partition("@")
    timed = INDEX.sub("_T", bare) or at + mark
    for flags in (re.NOFLAG, re.IGNORECASE):
        for entry in SYMBOLS:
            if entry.pattern and re.fullmatch(entry.pattern, timed, flags):
                return entry
    return None


def _all_words() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in ENTRIES.values():
        found.setdefault(spelled(entry.name), entry)
    for entry in ENTRIES.values():
        for word in (entry.title, *entry.others):
            found.setdefault(spelled(word), entry)
    return found


_WORDS = _all_words()
