"""The draft of weights for a score of words: the words, the rule, and the gates where given."""

import re
from collections.abc import Iterator

from lstmhw.reading.written import as_yaml
from lstmhw.sheets.cells import weights
from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.tree import Drafted, Leaf, Note, Tree
from lstmhw.sheets.wording import NUMBERS

_QUOTES = "\"'“”‘’«»"
_RULE = re.compile(
    rf"(?:[{_QUOTES}](?P<quoted>[a-z]+(?: [a-z]+){{0,3}})[{_QUOTES}]|(?<![a-z])(?P<bare>[a-z]+))"
    r"\s*(?:(?:is|=|:|scores?|counts?|gives|→|->|has|\||\()\s*(?P<plain>\d+(?:\.\d+)?)"
    r"|(?P<verb>adds|subtracts|takes away|is worth)\s*(?P<told>[-+]?\d+(?:\.\d+)?)"
    r"|(?:(?:is|=|:|scores?|counts?|gives|→|->|has|\||\()\s*)?(?P<signed>[-+]\s?\d+(?:\.\d+)?))"
    r"(?![\d.]*[a-z])"
)
_WORDS = re.compile(
    r"(?:vocabulary|words|alphabet)\b[^\n]{0,60}?(?:[:=]\s*|[{\[]\s*|\b(?:is|are) )[{\[(]?\s*"
    rf"(?P<list>[{_QUOTES}]?[a-z]+[{_QUOTES}]?(?:\s*,\s*(?:and )?[{_QUOTES}]?[a-z]+[{_QUOTES}]?)+)"
)
_DELAY = re.compile(
    r"(?:delay\w*|late)\b[^.\n]{0,12}?\b(?P<a>\d+|one|two)\b|\b(?P<b>\d+|one|two)"
    r" (?:word|step)s? (?:late|of delay|delay)"
)


def draft(sheet: Sheet, chosen: Chosen) -> Drafted:
    """The draft of a question on a running score."""
    tree: Tree = {"kind": Leaf(chosen.kind, f'line {chosen.line}: "{chosen.words}"')}
    lacking: list[str] = []
    score = _score(sheet)
    words, note = _vocabulary(sheet, score)
    if not score:
        lacking.append("score: the sheet has no words with scores that were understood")
    if words:
        tree["vocabulary"] = Leaf([as_yaml(word) for word in words], note)
    if score:
        tree["score"] = dict(score)
    gates, loose = weights(sheet, chosen)
    tree |= gates
    if gates:
        lacking += _output(sheet, tree)
    for number, line in sheet.numbered:
        if match := _DELAY.search(line):
            word = match["a"] or match["b"]
            tree["delay"] = Leaf(str(NUMBERS.get(word, word)), f'line {number}: "{match[0]}"')
            break
    else:
        tree["delay"] = Note("delay: 0, as where it is left out; the sheet does not say")
    tree |= _sequence(sheet, words)
    unread = [one for one in sheet.unread() if re.search(r"\d", _RULE.sub(" ", one.text))]
    return Drafted(tree, lacking, [*loose, *unread])


def _score(sheet: Sheet) -> dict[str, Leaf]:
    """The words, and words in a row, that have a score."""
    found: dict[str, Leaf] = {}
    for number, line in enumerate(sheet.task.lines, 1):
        if re.search(r"\b[WbU]_|=\s*[\[(]", line):
            continue
        for match in _RULE.finditer(line):
            words = match["quoted"] or match["bare"]
            if words not in ("is", "score", "by", "at", "of", "t", "and", "to"):
                value = match["plain"] or match["told"] or match["signed"]
                value = value.replace(" ", "").removeprefix("+")
                value = f"-{value}" if match["verb"] in ("subtracts", "takes away") else value
                found.setdefault(words, Leaf(value, f"line {number}"))
    return found


def _vocabulary(sheet: Sheet, score: dict[str, Leaf]) -> tuple[list[str], str]:
    for number, line in sheet.numbered:
        if match := _WORDS.search(line):
            return re.findall(r"\b(?!and\b)[a-z]+", match["list"]), f"line {number}"
    words = sorted({word for words in score for word in words.split()})
    words = sorted({*words, *_quoted(sheet).split()}) if words else []
    return words, "the words of the score, in alphabetical order; the sheet has no list"


def _output(sheet: Sheet, tree: Tree) -> Iterator[str]:
    """What is read of the cell: its last unit, or one that is named, of c or h."""
    pattern = re.compile(r"\b(?:output|read)\w*\b[^.\n]*?\b([ch])(?:_t|_\{t\})?\s*\[(\d+)\]")
    units = _units(tree)
    for number, line in sheet.numbered:
        match = pattern.search(line)
        if match is not None and units and int(match[2]) < units:
            weights = ["1" if k == int(match[2]) else "0" for k in range(units)]
            note = f'line {number}: "{match[0]}", units counted from 0'
            tree["output"] = {
                "from": Leaf(match[1], note),
                "weights": Leaf(weights, ""),
                "bias": Leaf("0", ""),
            }
            return
    yield "output: the sheet does not say what is read of the cell (output: {from, weights, bias})"


def _units(tree: Tree) -> int:
    gates = tree.get("gates")
    for gate in gates.values() if isinstance(gates, dict) else ():
        bias = gate.get("b") if isinstance(gate, dict) else None
        if isinstance(bias, Leaf):
            return len(bias.value)
    return 0


def _quoted(sheet: Sheet) -> str:
    """A document in quotes, of three words at least."""
    pattern = re.compile(rf"[{_QUOTES}]([a-z]+(?: [a-z]+){{2,}})[{_QUOTES}]")
    found = (match[1] for _, line in sheet.numbered for match in pattern.finditer(line))
    return next(found, "")


def _sequence(sheet: Sheet, words: list[str]) -> Tree:
    """A document of words of the vocabulary, three at least."""
    known = "|".join(map(re.escape, words)) or "-"
    pattern = re.compile(rf"(?<![a-z])(?:(?:{known})[ ]+){{2,}}(?:{known})(?![a-z])")
    for number, line in sheet.numbered:
        if match := pattern.search(line):
            return {"sequence": Leaf(match[0], f"line {number}")}
    return {}
