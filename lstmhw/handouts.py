"""A page with less on it: the result alone, or a sheet to fill in."""

from collections.abc import Iterator

from lstmhw.notation import Text, symbol
from lstmhw.solution import NO_VALUE, Block, Entries, Section, Solution, Table, Working
from lstmhw.view import Row, View, claims_told, rows, score_told

BOX = "____________"
KEPT = ("Given", "Conventions")
"""How the sections begin that a sheet to fill in has as they are."""


def short(solution: Solution) -> Solution:
    """What was asked, the result, and a sentence on each claim."""
    told = (*score_told(solution), *claims_told(solution.checks))
    return solution._replace(
        sections=(), picture=None, result=(*solution.result, *told), checks=(), score=None
    )


def blank(solution: Solution) -> Solution:
    """The question, its data, and each line with a box for every number, without the answers."""
    sections = [filled for section in solution.sections for filled in _to_fill_in(section)]
    boxes = tuple(_answer_boxes(solution)) or (("", BOX),)
    answer = Section("Answer", (Table(("", ""), boxes),))
    return Solution(
        kind=solution.kind,
        title=solution.title,
        source=solution.source,
        digits=solution.digits,
        sections=(*sections, answer),
        asked=solution.asked,
    )


def _to_fill_in(section: Section) -> Iterator[Section]:
    if section.title.startswith(KEPT):
        yield section
    lines = [step for block in section.body if isinstance(block, Working) for step in block.steps]
    body: list[Block] = []
    for step in lines:
        labels = (row.label for row in rows(step, View(full=True)) if isinstance(row, Row))
        body.append(Working((step._replace(value=NO_VALUE),)))
        body.append(Table(("", ""), tuple((label, BOX) for label in labels)))
    if body:
        yield Section(section.title, tuple(body))


def _answer_boxes(solution: Solution) -> Iterator[tuple[str, str]]:
    for block in solution.result:
        if isinstance(block, Entries):
            yield from ((symbol(entry.symbol, Text()), BOX) for entry in block.rows)
