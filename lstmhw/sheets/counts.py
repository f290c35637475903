"""The draft of a count of parameters: sizes in words, the layers that they are of, and a total."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree
from lstmhw.sheets.wording import NUMBERS

_IS = (
    r"(?:\s*\(?(?:\|?[A-Za-z]\|?(?:_\{?\w+\}?)?)?\)?)?\s*(?:=|:|of|is|has|\||with)*\s*"
    r"(?:size\s*|dimension\s*)?(?:=|:|of|is|\|)?\s*"
)
_D = r"(?<![\d.,])(\d+(?:,\d{3})*)(?!\d|\.\d|\s*(?:points|marks))"
_SIZED = (
    r"(?:s|[- ]layers?|[- ]states?)?"
    r"(?:[- ](?:size|dimension(?:ality)?|dims?|units|vectors?|features?|neurons|table)){0,3}"
)
_PATTERNS: Mapping[str, Sequence[str]] = {
    "vocabulary": (
        rf"\bvocab(?:ulary)?{_SIZED}{_IS}{_D}",
        rf"{_D}[- ](?:different |distinct )?(?:words?|tokens?)\b",
        rf"(?<![A-Za-z])\|?V\|?\s*=\s*{_D}",
    ),
    "embedding": (
        rf"\bembedding{_SIZED}{_IS}{_D}",
        rf"{_D}[- ]dim(?:ensional|ension|s)? (?:word )?embedding",
        rf"(?<![A-Za-z])(?:E|d_\{{?e\w*\}}?)\s*=\s*{_D}",
    ),
    "hidden": (
        rf"\bhidden{_SIZED}{_IS}{_D}",
        rf"\bh(?:_\{{?t\}}?)?\s+(?:in|\\in)\s+\\?R\^\{{?{_D}",
        rf"{_D} (?:hidden |recurrent |LSTM |GRU |RNN )?(?:units|cells|neurons)\b",
        rf"(?<![A-Za-z])(?:[hHm]|d_\{{?h\}}?|n_\{{?[ha]\}}?)\s*=\s*{_D}",
    ),
    "input": (
        rf"\binput{_SIZED}{_IS}{_D}",
        rf"{_D} (?:input )?(?:features|inputs)\b",
        rf"{_D}[- ]dim(?:ensional|ension|s)? inputs?",
        rf"\bx(?:_\{{?t\}}?)?\s+(?:in|\\in)\s+\\?R\^\{{?{_D}",
        rf"\binputs? (?:vectors? )?(?:are|is|has|have) (?:a )?{_D}[- ]dim",
        rf"\binputs? (?:are|is) (?:a )?vectors? (?:of|with) (?:size |length |dimension )?{_D}",
        rf"(?<![A-Za-z])(?:n|d|d_\{{?(?:x|in)\}}?|n_\{{?x\}}?)\s*=\s*{_D}",
    ),
    "output": (
        rf"\boutput{_SIZED}{_IS}{_D}",
        rf"{_D} (?:classes|outputs?|output units?|labels)\b",
        rf"(?<![A-Za-z])(?:n_\{{?y\}}?|d_\{{?y\}}?|k|K)\s*=\s*{_D}",
    ),
}
_CELLS = (("lstm", r"\bLSTMs?\b"), ("gru", r"\bGRUs?\b"), ("rnn", r"\bRNNs?\b|recurrent"))
_NO_BIAS = (
    r"\b(?:no|without|ignor\w+|omit\w*|neglect\w*|excluding) (?:the |any |all )?bias(?:es)?"
    r"|bias(?:es)? (?:are |is )?(?:ignored|omitted|left out)"
)
_LAST_LAYER = (
    r"softmax|language model|next (?:word|token|letter|character)|logits"
    r"|(?:output|layer|projection)\w* (?:\w+ ){0,3}(?:over|to|of) the vocabulary"
)
_SOME_LAYER = r"output layer|linear layer|fully[ -]connected|dense"
_STACKED = r"\b(\d+|two|three|four)[- ](?:stacked |hidden |recurrent |LSTM |GRU )*layers?\b"
_TOTAL = re.compile(
    r"(?:=|≈|total\D{0,20}|answer\D{0,12}|sum\D{0,12})\s*(\d+(?:,\d{3})*)(?!\d|\.\d|\s*[*·×+\\])",
    re.I,
)


class Size(NamedTuple):
    """A size, its line and the words for it."""

    number: str
    line: int
    words: str

    @property
    def comment(self) -> str:
        return f'line {self.line}: "{self.words}"'

    @property
    def leaf(self) -> Leaf:
        return Leaf(self.number, self.comment)


def draft(sheet: Sheet, chosen: Chosen) -> Drafted:
    """The draft of a question on how many parameters a network has."""
    tree: Tree = {"kind": Leaf(chosen.kind, f'line {chosen.line}: "{chosen.words}"')}
    lacking: list[str] = []
    sizes = {name: list(_sizes(sheet, name)) for name in _PATTERNS}
    for name, found in sizes.items():
        if len({size.number for size in found}) > 1:
            told = " and ".join(f"{size.number} (line {size.line})" for size in found)
            lacking.append(f"{name}: the sheet has {told}")
    one = {name: found[0] for name, found in sizes.items() if found}
    cells = list(_cells(sheet))
    layers, notes = _layers(sheet, one, cells, lacking)
    tree |= notes
    if layers:
        tree["layers"] = layers
    tree |= _convention(sheet)
    claims, loose = _claims(sheet)
    if claims:
        tree["claimed"] = claims
    used = {size.line for found in sizes.values() for size in found}
    unread = [u for u in sheet.unread() if u.line not in used and u.line != _line_of(claims)]
    return Drafted(tree, lacking, [*loose, *unread])


def _line_of(claims: Tree) -> int:
    leaf = claims.get("total")
    return int(leaf.comment.split()[1]) if isinstance(leaf, Leaf) else 0


def _sizes(sheet: Sheet, name: str) -> Iterator[Size]:
    seen = set()
    for number, line in enumerate(sheet.task.lines, 1):
        for pattern in _PATTERNS[name]:
            for match in re.finditer(pattern, line, re.IGNORECASE if len(pattern) > 40 else 0):
                size = Size(match[1].replace(",", ""), number, match[0].strip())
                if size.number not in seen:
                    seen.add(size.number)
                    yield size


def _cells(sheet: Sheet) -> Iterator[tuple[str, Size]]:
    for name, pattern in _CELLS:
        for number, line in sheet.numbered:
            if match := re.search(pattern, line):
                yield name, Size("", number, match[0])
                break


def _layers(
    sheet: Sheet, one: Mapping[str, Size], cells: Sequence[tuple[str, Size]], lacking: list[str]
) -> tuple[list[Tree], Tree]:
    """The layers as keys and values, comments on where they are from, and what lacks."""
    gated = [pair for pair in cells if pair[0] != "rnn"] or list(cells)
    notes: Tree = {}
    if len(gated) != 1:
        said = " and ".join(f"{name} (line {size.line})" for name, size in gated) or "none"
        lacking.append(f"layers: expected one kind of recurrent layer, found {said}")
        return [], notes
    ((cell, told),) = gated
    hidden, first = one.get("hidden"), one.get("embedding") or one.get("input")
    if hidden is None or (first is None and "vocabulary" not in one):
        lacks = "hidden units" if hidden is None else "inputs"
        lacking.append(f"layers: the sheet does not say how many {lacks} there are")
        return [], notes
    layers: list[Tree] = []
    if "embedding" in one and "vocabulary" in one:
        size, words = one["embedding"].leaf, one["vocabulary"].leaf
        layers.append({"type": Leaf("embedding", ""), "vocabulary": words, "size": size})
    entering = first or one["vocabulary"]
    if first is None:
        notes["_one_hot"] = Note("there is no embedding: the words enter the cell one-hot")
    sizes: Tree = {"input": entering.leaf, "hidden": hidden.leaf}
    layers.append({"type": Leaf(cell, told.comment), **sizes, **dict(_more(sheet))})
    given = hidden.leaf
    if "bidirectional" in layers[-1]:
        given = Leaf(str(2 * int(hidden.number)), "of both directions")
    out = one.get("output")
    last = _search(sheet, _LAST_LAYER)
    if out is not None:
        layers.append({"type": Leaf("linear", ""), "input": given, "output": out.leaf})
    elif "vocabulary" in one and last is not None:
        kind = Leaf("linear", last.comment)
        layers.append({"type": kind, "input": given, "output": one["vocabulary"].leaf})
    elif _search(sheet, _SOME_LAYER) is not None:
        lacking.append("layers: the sheet does not say how many outputs the last layer has")
    elif "vocabulary" in one:
        notes["_last"] = Note("no output layer: the sheet names none")
    return layers, notes


def _more(sheet: Sheet) -> Iterator[tuple[str, Leaf]]:
    """Both directions, and several layers."""
    both = _search(sheet, r"bi-?directional")
    if both is not None:
        yield "bidirectional", Leaf("true", both.comment)
    stacked = _search(sheet, _STACKED)
    if stacked is not None:
        word = re.split(r"[ -]", stacked.words)[0].lower()
        number = str(NUMBERS.get(word, word))
        if number != "1":
            yield "layers", Leaf(number, stacked.comment)


def _search(sheet: Sheet, pattern: str) -> Size | None:
    for number, line in enumerate(sheet.task.lines, 1):
        if match := re.search(pattern, line, re.IGNORECASE):
            return Size("", number, match[0])
    return None


def _convention(sheet: Sheet) -> Tree:
    none = _search(sheet, _NO_BIAS)
    if none is not None:
        return {"convention": Leaf("no-bias", none.comment)}
    torch, keras = _search(sheet, r"py\s?torch|torch\.nn"), _search(sheet, r"\bkeras\b")
    if (torch is None) != (keras is None):
        said = torch or keras
        assert said is not None, "one of the two is there"
        return {"convention": Leaf("two-bias" if torch else "one-bias", said.comment)}
    text = "convention: no-bias, one-bias or two-bias; the sheet does not say: all are counted"
    return {"convention": Note(text)}


def _claims(sheet: Sheet) -> tuple[Tree, list[Loose]]:
    """The total of the answer: the last number behind an equals sign, or the word total."""
    found = [
        (match[1].replace(",", ""), number)
        for number, line in enumerate(sheet.answer.lines, 1)
        for match in _TOTAL.finditer(line)
    ]
    totals = [
        (match[1].replace(",", ""), number)
        for number, line in enumerate(sheet.answer.lines, 1)
        if re.search(r"\btotal|altogether|\bsum\b", line, re.IGNORECASE)
        for match in list(_TOTAL.finditer(line))[-1:]
    ]
    chosen = (totals or found)[-1:]
    loose = [Loose(line, number) for number, line in found if (number, line) not in chosen]
    if not chosen:
        return {}, loose
    ((total, line),) = chosen
    return {"total": Leaf(total, f"line {line}")}, loose
