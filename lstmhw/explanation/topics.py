"""The pages of topics, which several kinds of problems or commands share."""

from collections.abc import Iterable

from lstmhw.glossary.topics import Part, Topic
from lstmhw.solution import Paragraph, Section, Solution, Table


def sections_of(parts: Iterable[Part]) -> list[Section]:
    """The parts as sections: a text is a paragraph, rows are a table under their first one."""
    return [Section(part.heading, tuple(map(_block, part.body))) for part in parts]


def topic_page(topic: Topic) -> Solution:
    return Solution(
        kind="topic",
        title=topic.title,
        source=topic.name,
        digits=4,
        sections=tuple(sections_of(topic.parts)),
        extras={"name": topic.name},
    )


def _block(block: str | tuple[tuple[str, ...], ...]) -> Paragraph | Table:
    return Paragraph((block,)) if isinstance(block, str) else Table(block[0], block[1:])
