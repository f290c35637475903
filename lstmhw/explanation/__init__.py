"""What `lstmhw explain` answers: the pages of words, of topics and of kinds."""

import re
from collections.abc import Sequence

from lstmhw.explanation.kinds import kind_page
from lstmhw.explanation.topics import topic_page
from lstmhw.explanation.words import entry_page, listing
from lstmhw.faults import did_you_mean, shown
from lstmhw.glossary import JOINED
from lstmhw.glossary.topics import TOPICS, topic_of
from lstmhw.glossary.words import find, spelled, words
from lstmhw.kinds import KINDS
from lstmhw.solution import Solution

__all__ = ["UnknownWordError", "explained", "listing"]


class UnknownWordError(Exception):
    """A word that is nowhere, with the nearest one that is."""

    def __init__(self, word: str) -> None:
        hint = (
            did_you_mean(spelled(word), (*KINDS, *TOPICS, *words()))
            or "without a word, all are listed"
        )
        super().__init__(f"no entry for {shown(word)!r}\n  hint: {hint}")


def explained(texts: Sequence[str]) -> list[Solution]:
    """A page for all the words together where they are one term, else one for each.

    Two mistakes at once are printed as `a sign error, and bias left out`.

    Raises UnknownWordError for the first that is nowhere.
    """
    whole = " ".join(texts)
    pages = [_page(word) for word in (whole, *re.split(", and |, ", whole))]
    if pages[0] is not None:
        return [pages[0]]
    several = [page for page in pages[1:] if page is not None]
    if len(several) == len(pages) - 1:
        return several
    return [_found(word) for text in texts for word in text.split(JOINED) if word != JOINED.strip()]


def _found(word: str) -> Solution:
    page = _page(word)
    if page is None:
        raise UnknownWordError(word)
    return page


def _page(word: str) -> Solution | None:
    kind = spelled(word)
    if kind in KINDS:
        return kind_page(kind)
    topic = topic_of(kind)
    if topic is not None:
        return topic_page(topic)
    entry = find(word)
    return None if entry is None else entry_page(entry)
