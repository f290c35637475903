"""The draft of a question on what becomes of a gradient from state to state."""

import re
from collections.abc import Iterator

from lstmhw.sheets import cells, conventions
from lstmhw.sheets.choosing import FLOW, Chosen
from lstmhw.sheets.placing import Placed, Placing
from lstmhw.sheets.roles import book_of
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree
from lstmhw.sheets.values import axes

_STEPS = re.compile(
    r"(?<![\d.])(\d{1,4})\s*(?:-\s*)?(?:time\s*)?-?steps?\b|[Tt]\s*=\s*(\d{1,4})(?![\d.])"
)
_SLOPE = re.compile(r"(?:derivative|slope|tanh'|σ')[^\n]{0,40}?(\d*\.\d+|\b1\b)(?!\d)")


def draft(sheet: Sheet, chosen: Chosen, cell: str) -> Drafted:
    """The factors of a scalar without inputs; otherwise a cell, and the states between which."""
    if cell == "rnn":
        placing = Placing(sheet, book_of(cell, sheet.symbols, "W"))
        if not placing.of("x") and not placing.of("xs") and not placing.of("one_hot"):
            return _factors(sheet, chosen, placing)
    drafted = cells.draft(sheet, chosen, cell)
    ends = _ends(sheet)
    if ends is not None:
        drafted.tree["from"], drafted.tree["to"] = ends
    return drafted


def _ends(sheet: Sheet) -> tuple[Leaf, Leaf] | None:
    """The states of dh_5/dh_1: from 1, to 5."""
    for number, line in sheet.numbered:
        if match := re.search(FLOW, line):
            comment = f'line {number}: "{match[0]}"'
            return Leaf(match[2], comment), Leaf(match[1], comment)
    return None


def _factors(sheet: Sheet, chosen: Chosen, placing: Placing) -> Drafted:
    tree: Tree = {"kind": Leaf(chosen.kind, f'line {chosen.line}: "{chosen.words}"')}
    lacking = [f"{'.'.join(key)}: {why}" for (key, _), why in placing.refused.items()]
    factors: Tree = {}
    weight = _weight(placing)
    if weight is None:
        lacking.append("factors: the sheet has no one recurrent weight that was understood")
    else:
        factors["w"] = Leaf(weight.numbers, f"line {weight.line}: {weight.name}")
    slope = _slope(sheet)
    factors["slope"] = slope
    if isinstance(slope, Note):
        lacking.append(slope.text)
    count = _count(sheet)
    if count is None:
        lacking.append("factors.count: the sheet does not say over how many steps, once")
    else:
        factors["count"] = count
    tree["factors"] = factors
    own = {weight.line} if weight is not None else set()
    listed = [one for one in sheet.unread() if one.line not in own]
    return Drafted(tree, lacking, [*placing.loose, *_others(placing, weight), *listed])


def _weight(placing: Placing) -> Placed | None:
    """The one recurrent weight, a number: W_h, or W where there is no other."""
    found = [*placing.of("W_h").values()] or [*placing.of("W").values()]
    one = found[0] if len(found) == 1 else None
    return one if one is not None and axes(one.numbers) in ((), (1,), (1, 1)) else None


def _others(placing: Placing, weight: Placed | None) -> Iterator[Loose]:
    for placed in placing.placed.values():
        if placed != weight:
            said = f"{placed.name} = {placed.numbers}"
            yield Loose(placed.line, said, "the factors w and slope alone decide")


def _slope(sheet: Sheet) -> Leaf | Note:
    """The derivative of the activation: 1 of a linear unit, or as told."""
    for number, line in sheet.numbered:
        if match := _SLOPE.search(line):
            return Leaf(match[1], f'line {number}: "{match[0]}"')
    linear = sheet.first_words(r"\blinear\b|identity|without (?:an? )?(?:activation|nonlinearity)")
    if linear is not None:
        return Leaf("1", f"line {linear}: linear")
    for equation in sheet.equations:
        if conventions.function_of(equation) == "identity":
            return Leaf("1", f"line {equation.line}: {equation.right}")
    return Note("factors.slope: the sheet does not say what the derivative of the activation is")


def _count(sheet: Sheet) -> Leaf | None:
    ends = _ends(sheet)
    if ends is not None:
        first, last = (int(str(leaf.value)) for leaf in ends)
        return Leaf(str(last - first), ends[0].comment)
    found = {
        match[1] or match[2]: f'line {number}: "{match[0]}", a factor a step'
        for number, line in sheet.numbered
        for match in _STEPS.finditer(line)
    }
    if len(found) != 1:
        return None
    ((count, comment),) = found.items()
    return Leaf(count, comment)
