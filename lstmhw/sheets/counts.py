"""The draft of a count of parameters: sizes in words, the layers that they are of, and a total."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree

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
        rf"{_D} (?:hidden |recurrent |LSTM |GRU |RNN )?(?:units|cells|neurons)\b",
        rf"(?<![A-Za-z])(?:[hHm]|d_\{{?h\}}?|n_\{{?[ha]\}}?)\s*=\s*{_D}",
    ),
    "input": (
        rf"\binput{_SIZED}{_IS}{_D}",
        rf"{_D} (?:input )?(?:features|inputs)\b",
        rf"{_D}-dim(?:ensional)? inputs?",
        rf"(?<![A-Za-z])(?:n|d|d_\{{?(?:x|in)\}}?|n_\{{?x\}}?)\s*=\s*{_D}",
    ),
    "output": (
        rf"\boutput{_SIZED}{_IS}{_D}",
        rf"{_D} (?:classes|outputs|output units|labels)\b",
        rf"(?<![A-Za-z])(?:n_\{{?y\}}?|d_\{{?y\}}?|k|K)\s*=\s*{_D}",
    ),
}
_CELLS = (("lstm", r"\bLSTMs?\b"), ("gru", r"\bGRUs?\b"), ("rnn", r"\bRNNs?\b|recurrent"))
_NO_BIAS = (
    r"\b(?:no|without|ignor\w+|omit\w*|neglect\w*|excluding) (?:the |any |all )?bias(?:es)?"
    r"|bias(?:es)? (?:are |is )?(?:ignored|omitted|left out)"
)
_LAST_LAYER = (
    r"softmax|language model|next (?:word|token|letter|character)|output layer|logits"
    r"|projection to|linear layer|fully connected|dense"
)
_STACKED = r"\b(\d+|two|three|four)[- ](?:stacked |hidden |recurrent |LSTM |GRU )*layers?\b"
_WORDS = {"two": 2, "three": 3, "four": 4}
_TOTAL = re.compile(
    r"(?:=|≈|total\D{0,20}|answer\D{0,12}|sum\D{0,12})\s*(\d+(?:,\d{3})*)(?!\d|\.\d|\s*[*·×+\\])",
    re.I,
)


Layer = dict[str, str]


class Size(NamedTuple):
    """A size, its line and the words for it."""

    number: str
    line: int
    words: str

    @property
    def comment(self) -> str:
        return f'line {self.line}: "{self.words}"'


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
        tree["layers"] = Leaf(layers, "")
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
    for number, line in enumerate(sheet.text.split("\n"), 1):
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
) -> tuple[list[Layer], Tree]:
    """The layers as keys and values, comments on where they are from, and what lacks."""
    gated = [pair for pair in cells if pair[0] != "rnn"] or list(cells)
    notes: Tree = {
        f"_{name}": Note(f"{name} {size.number}: {size.comment}") for name, size in one.items()
    }
    if len(gated) != 1:
        said = " and ".join(f"{name} (line {size.line})" for name, size in gated) or "none"
        lacking.append(f"layers: expected one kind of recurrent layer, found {said}")
        return [], notes
    ((cell, told),) = gated
    notes["_cell"] = Note(f"{cell}: {told.comment}")
    hidden, first = one.get("hidden"), one.get("embedding") or one.get("input")
    if hidden is None or (first is None and "vocabulary" not in one):
        lacks = "hidden units" if hidden is None else "inputs"
        lacking.append(f"layers: the sheet does not say how many {lacks} there are")
        return [], notes
    layers: list[Layer] = []
    if "embedding" in one and "vocabulary" in one:
        size = one["embedding"].number
        layers.append({"type": "embedding", "vocabulary": one["vocabulary"].number, "size": size})
    entering = (first or one["vocabulary"]).number
    if first is None:
        notes["_one_hot"] = Note("there is no embedding: the words enter the cell one-hot")
    sizes = {"input": entering, "hidden": hidden.number}
    layers.append({"type": cell, **sizes, **dict(_more(sheet, notes))})
    out = one.get("output")
    last = _search(sheet, _LAST_LAYER)
    given = hidden.number
    if "bidirectional" in layers[-1]:
        given = str(2 * int(given))
    if out is not None:
        layers.append({"type": "linear", "input": given, "output": out.number})
    elif "vocabulary" in one and last is not None:
        layers.append({"type": "linear", "input": given, "output": one["vocabulary"].number})
        notes["_last"] = Note(f"a linear layer to the vocabulary: {last.comment}")
    elif "vocabulary" in one:
        notes["_last"] = Note("no output layer: the sheet names none")
    return layers, notes


def _more(sheet: Sheet, notes: Tree) -> Iterator[tuple[str, str]]:
    """Both directions, and several layers."""
    both = _search(sheet, r"bi-?directional")
    if both is not None:
        notes["_both"] = Note(f"both directions: {both.comment}")
        yield "bidirectional", "true"
    stacked = _search(
        sheet, r"\b(\d+|two|three|four)[- ](?:stacked |hidden |recurrent |LSTM |GRU )*layers?\b"
    )
    if stacked is not None:
        word = re.split(r"[ -]", stacked.words)[0].lower()
        number = _WORDS.get(word, word)
        if str(number) != "1":
            notes["_layers"] = Note(f"{number} layers: {stacked.comment}")
            yield "layers", str(number)


def _search(sheet: Sheet, pattern: str) -> Size | None:
    for number, line in enumerate(sheet.text.split("\n"), 1):
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
        for number, line in enumerate(sheet.answer.split("\n"), 1)
        for match in _TOTAL.finditer(line)
    ]
    totals = [
        (match[1].replace(",", ""), number)
        for number, line in enumerate(sheet.answer.split("\n"), 1)
        if re.search(r"\btotal|altogether|\bsum\b", line, re.IGNORECASE)
        for match in list(_TOTAL.finditer(line))[-1:]
    ]
    chosen = (totals or found)[-1:]
    loose = [Loose(line, number) for number, line in found if (number, line) not in chosen]
    if not chosen:
        return {}, loose
    ((total, line),) = chosen
    return {"total": Leaf(total, f"line {line}")}, loose
