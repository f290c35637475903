"""The page of one word, and the list of all words."""

from collections.abc import Iterator

from lstmhw.glossary.entry import Entry
from lstmhw.glossary.topics import TOPICS
from lstmhw.glossary.words import GROUPS
from lstmhw.kinds import KINDS
from lstmhw.solution import Paragraph, Section, Solution, Table

CALLED = {"verdicts": "verdict", "mistakes": "mistake", "symbols": "symbol", "terms": "term"}


def entry_page(entry: Entry) -> Solution:
    """What it is, an example, how to avoid it, and what to read next."""
    group = next(name for name, entries in GROUPS.items() if entry in entries)
    return Solution(
        kind=CALLED[group],
        title=entry.title[0].upper() + entry.title[1:],
        source=entry.name,
        digits=4,
        sections=tuple(_sections(entry, group)),
        extras={
            "name": entry.name,
            "meaning": entry.meaning,
            "example": list(entry.example),
            "advice": entry.advice,
            "related": list(entry.related),
        },
    )


def _sections(entry: Entry, group: str) -> Iterator[Section]:
    yield Section("What it is", (Paragraph((entry.meaning,)),))
    yield Section("Example", tuple(Paragraph((line,)) for line in entry.example))
    if entry.advice:
        heading = "How to avoid it" if group == "mistakes" else "What to do"
        yield Section(heading, (Paragraph((entry.advice,)),))
    if entry.related:
        yield Section("See also", (Paragraph((", ".join(entry.related),)),))


def listing() -> Solution:
    """All words by group, each with its title."""
    tables = {
        name: tuple((entry.name, entry.title) for entry in entries)
        for name, entries in GROUPS.items()
    }
    topics = tuple((topic.name, topic.title) for topic in TOPICS.values())
    kinds = ", ".join(KINDS)
    return Solution(
        kind="explain",
        title="Words that can be explained",
        source="",
        digits=4,
        sections=(
            *(
                Section(name.capitalize(), (Table(("word", "in short"), rows),))
                for name, rows in tables.items()
            ),
            Section("Topics", (Table(("word", "in short"), topics),)),
            Section("Kinds of problems", (Paragraph((f"{kinds}: the keys of their files.",)),)),
        ),
        extras={
            "words": [
                {"name": entry.name, "title": entry.title, "group": group}
                for group, entries in GROUPS.items()
                for entry in entries
            ],
            "topics": list(TOPICS),
            "kinds": list(KINDS),
        },
    )
