"""The draft of a question on one step unit: inputs and outputs in rows, a table, or an arrow."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree

_N = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)"
_ROW = rf"(?P<row>{_N}(?:\s*[,;|&]\s*{_N}|[ \t]+{_N})+|(?<!\d)[01]{{4,}}(?!\d))"
_INPUT = r"(?:(?i:inputs?(?: sequence)?)|[xX])"
_OUTPUT = r"(?:(?i:(?:desired |target |wanted |required )?outputs?(?: sequence)?|targets?)|[shyo])"
_TIME = r"(?:_?\{?t\}?|\(t\)|_\{?1\}?\s*,?\s*(?:\.\.\.?|…|\\[lc]?dots)\s*,?\s*[a-z]_\{?[T\d]+\}?)?"
_AFTER = (
    r"(?:\s*(?:sequence|values?|row))?\s*(?:[a-zA-Z](?:_\{?t\}?)?\s*)?(?:[=:|&]|is|are|-)?"
    r"\s*[\[(|{]?\s*"
)
_LABELLED = {
    name: re.compile(rf"(?<![A-Za-z_{{]){label}{_TIME}{_AFTER}{_ROW}")
    for name, label in (("inputs", _INPUT), ("outputs", _OUTPUT))
}
_ARROW = re.compile(
    rf"[\[(]?{_ROW}[\])]?\s*(?:->|→|=>|-->|\bto\b)\s*[\[(]?{_ROW.replace('row', 'other')}"
)
_RULE = re.compile(
    r"(?:1|one|fires|on)\s*(?:,|\\text)?\s*\{?\s*"
    r"(?:iff|if and only if|if|when|for|exactly when)\s*\}?\s*"
    r"(?:its |the )?(?:[a-z]+\s+)?\\?[a-z]\w*\s*(?P<sign>>=|>)\s*0"
)
_FREE = re.compile(
    r"[sh]_?[({]?0[)}]?[^.\n]{0,40}\b(?:free|any|choose|chosen|either|0 or 1)\b"
    r"|initial[^.\n]{0,30}\b(?:free|any|choose|chosen|either)\b"
)
_START = re.compile(
    r"(?:[sh]_?\{?\(?0\)?\}?|initial (?:state|value)[^.\n=]{0,12}?)\s*(?:=|is|:)?\s*([01])\b"
)
_WEIGHT = re.compile(rf"(?<![A-Za-z\\])(w_?\{{?[12xs]\}}?|b)\s*=\s*({_N}|-?\d+/\d+)(?!\w|\.\d)")
_IMPOSSIBLE = re.compile(
    r"\b(?:impossible|infeasible|not possible|not feasible|cannot be done|no such weights"
    r"|no weights|can(?:not|'t) exist|do(?:es)? not exist|no solution)\b",
    re.IGNORECASE,
)


_ITEM = re.compile(r"\s{0,6}\(?([a-h])[.)]\s", re.IGNORECASE)
_EACH = r"\b(?:for|to) each\b|\b(?:for )?each of the\b|\bseparate\w*\b"
LONGEST_LINE = 2_000


class Row(NamedTuple):
    """A sequence of a sheet, and its line."""

    numbers: Sequence[str]
    line: int
    name: str


def draft(sheet: Sheet, chosen: Chosen) -> Drafted:
    """The draft of a question on inputs, outputs and the weights between them."""
    tree: Tree = {"kind": Leaf(chosen.kind, f'line {chosen.line}: "{chosen.words}"')}
    lacking: list[str] = []
    loose: list[Loose] = []
    rows = list(_rows(sheet))
    pairs = _pairs(rows)
    items = {row.line: _item(sheet, row.line) for row in rows}
    is_apart = any(items.values()) or sheet.first_words(_EACH) is not None
    if len(pairs) > 1 and not is_apart:
        parts: list[Tree] = [dict(_sequence(pair)) for pair in pairs]
        tree["_one"] = Note(
            "one set of weights does all of these; cut a sequence out to do it alone"
        )
        tree["sequences"] = parts
        rows = []
    lacking += _unpaired(rows) if not pairs else []
    for name in () if "sequences" in tree else ("inputs", "outputs"):
        found = [row for row in rows if row.name == name]
        if not found:
            lacking.append(f"{name}: the sheet has no {name} that were understood")
            tree[name] = Note(f"{name}: lacking")
            continue
        tree[name] = Leaf(list(found[0].numbers), f"line {found[0].line}")
        others = [row for row in found[1:] if row.numbers != found[0].numbers]
        why = f"{name} of another sequence, not drafted: cut the others out, or write sequences:"
        loose += [Loose(row.line, " ".join(row.numbers), why) for row in others]
    tree["initial"] = _initial(sheet)
    tree["threshold"] = _threshold(sheet)
    own = next(filter(None, items.values()), "") if rows else ""
    answers, of_others = _of_item(sheet, own)
    claims, more = _claims(answers)
    loose += of_others
    if claims:
        tree["claimed"] = claims
    placed = {*items, chosen.line}
    unread = [one for one in sheet.unread() if one.line not in placed]
    return Drafted(tree, lacking, [*loose, *more, *unread])


def _rows(sheet: Sheet) -> Iterator[Row]:
    """The sequences of a sheet, in the order of its lines."""
    for number, whole in enumerate(sheet.task.lines, 1):
        line = whole[:LONGEST_LINE]
        arrow = _ARROW.search(line)
        if arrow is not None:
            yield Row(_numbers(arrow["row"]), number, "inputs")
            yield Row(_numbers(arrow["other"]), number, "outputs")
            continue
        for name, pattern in _LABELLED.items():
            if match := pattern.search(line):
                yield Row(_numbers(match["row"]), number, name)
    yield from _columns(sheet)


def _pairs(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The inputs and outputs that belong together, each pair once; none where some lack."""
    inputs, outputs = ([row for row in rows if row.name == name] for name in ("inputs", "outputs"))
    lengths = [[len(row.numbers) for row in several] for several in (inputs, outputs)]
    if lengths[0] != lengths[1]:
        return []
    pairs = zip(inputs, outputs, strict=True)
    return list({str([one.numbers for one in pair]): pair for pair in pairs}.values())


def _unpaired(rows: Sequence[Row]) -> Iterator[str]:
    """Inputs of which several differ, beside fewer outputs, or the other way round."""
    found = [{str(row.numbers) for row in rows if row.name == n} for n in ("inputs", "outputs")]
    if all(found) and max(map(len, found)) > 1:
        counts = f"{len(found[0])} inputs and {len(found[1])} outputs"
        yield f"sequences: the sheet has {counts}, which do not pair up by their lengths"


def _sequence(pair: tuple[Row, Row]) -> Iterator[tuple[str, Leaf]]:
    for row in pair:
        yield row.name, Leaf(list(row.numbers), f"line {row.line}")


def _item(sheet: Sheet, line: int) -> str:
    """The letter of the item that a line begins, or stands below; "" for none."""
    for above in sheet.lines[max(0, line - 3) : line][::-1]:
        if match := _ITEM.match(above):
            return match[1]
    return ""


def _of_item(sheet: Sheet, item: str) -> tuple[list[str], list[Loose]]:
    """The lines of the answer without those of other items, and what these say."""
    lines, others, at = [], [], ""
    for number, line in enumerate(sheet.answer.lines, 1):
        match = _ITEM.match(line)
        at = match[1] if match else at if line.strip() else ""
        is_other = bool(item and at and at != item)
        lines.append("" if is_other else line)
        if is_other:
            others.append(Loose(number, line, "of another sequence"))
    return lines, others


def _numbers(row: str) -> list[str]:
    if re.fullmatch("[01]{4,}", row):
        return list(row)
    return [number.removeprefix("+") for number in re.findall(_N, row)]


def _columns(sheet: Sheet) -> Iterator[Row]:
    """The sequences that stand below the names x and s in a table."""
    lines = sheet.task.lines
    for number, line in enumerate(lines, 1):
        heads = [head.strip(" \\") for head in re.split(r"[|&]|\t|\s{2,}", line.strip(" |"))]
        columns = {
            name: k
            for k, head in enumerate(heads)
            for name, label in (("inputs", _INPUT), ("outputs", _OUTPUT))
            if re.fullmatch(rf"{label}{_TIME}", head)
        }
        if len(columns) < 2:
            continue
        cells = list(_below(lines[number:], len(heads)))
        for name, k in columns.items():
            if len(cells) > 1:
                yield Row([row[k] for row in cells], number, name)


def _below(lines: Sequence[str], width: int) -> Iterator[list[str]]:
    """The rows of numbers of a table, below its head."""
    for line in lines:
        if re.fullmatch(r"[\s|:+=-]*|\\\w+", line):
            if not line.strip():
                return
            continue
        cells = [cell.strip(" \\") for cell in re.split(r"[|&]|\t|\s{2,}", line.strip(" |"))]
        if len(cells) != width or not all(re.fullmatch(_N, cell) for cell in cells):
            return
        yield cells


def _initial(sheet: Sheet) -> Leaf | Note:
    for number, line in sheet.numbered:
        if match := _FREE.search(line):
            return Leaf("free", f'line {number}: "{match[0]}"')
        if match := _START.search(line):
            return Leaf(match[1], f'line {number}: "{match[0]}"')
    return Note("initial: 0 is taken, as where it is left out; the sheet does not say: 1, or free")


def _threshold(sheet: Sheet) -> Leaf | Note:
    for number, line in sheet.numbered:
        if match := _RULE.search(line):
            return Leaf(f'"{match["sign"]}"', f'line {number}: "{match[0]}"')
    text = 'threshold: ">" is taken (step(0) = 0), as where it is left out; the other is ">="'
    return Note(text)


def _claims(answer: Sequence[str]) -> tuple[Tree, Sequence[Loose]]:
    """Weights that are claimed, or that there are none."""
    claims: Tree = {}
    loose = []
    names = {"w_1": "w1", "w_x": "w1", "wx": "w1", "w_2": "w2", "w_s": "w2", "ws": "w2"}
    for number, line in enumerate(answer, 1):
        for match in _WEIGHT.finditer(line):
            name = re.sub(r"[{}]", "", match[1])
            name = names.get(name, name)
            old = claims.get(name)
            if isinstance(old, Leaf) and old.value != match[2]:
                loose.append(Loose(number, match[0], f"{name} is claimed {old.comment} already"))
            claims.setdefault(name, Leaf(match[2], f"line {number}"))
    if claims and {"w1", "w2", "b"} <= claims.keys():
        return claims, loose
    loose += [
        Loose(int(leaf.comment.split()[1]), f"{name} = {leaf.value}", "not all of w1, w2 and b")
        for name, leaf in claims.items()
        if isinstance(leaf, Leaf)
    ]
    for number, line in enumerate(answer, 1):
        if said := _IMPOSSIBLE.search(line):
            return {"feasible": Leaf("false", f'line {number}: "{said[0]}"')}, loose
    return {}, loose
