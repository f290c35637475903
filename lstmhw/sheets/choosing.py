"""Which kind of problem a sheet is about, and the words that say so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lstmhw.sheets.conventions import Equation
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.symbols import NAME, taken_apart


class Chosen(NamedTuple):
    """A kind, the line that tells it, and the words there."""

    kind: str
    line: int
    words: str


_COUNT = r"(?:how many|number of|count(?:ing)?(?: the| all)?|total)\s+(?:\w+\s+){0,2}parameters"
_FIRST: tuple[tuple[str, str], ...] = (
    ("parameter-count", rf"{_COUNT}|parameter[ -]counts?"),
    ("sentiment-weights", r"\bsentiment\b|(?:running|word) score"),
    ("step-rnn", r"step (?:function|unit|activation|rnn)|heaviside|threshold (?:unit|function)"),
)
_CELLS = {
    "gru-step": r"\bGRUs?\b|gated recurrent",
    "lstm-step": r"\bLSTMs?\b|long short[- ]term",
    "rnn-step": r"\bRNNs?\b|recurrent (?:neural )?(?:network|net|layer|cell)|\bElman\b",
}
FLOW = r"[∂d]\s?[hs]_?\{?(\d+)\}?\s*/\s*[∂d]\s?[hs]_?\{?(\d+)\}?"
"""The gradient of one state by another."""
_BACKWARD = r"back-?\s?prop\w*|\bBPTT\b|[∂d][LEJ]\s?/\s?[∂d]|\bgradients?\b"
_SYMBOLS = {
    "lstm-step": {"Wf", "bf", "Wxf", "Wfx", "Whf", "Uf", "f", "C", "c"},
    "gru-step": {"Wr", "Wz", "br", "bz", "Wxr", "Wxz", "Whr", "Whz", "Uz", "Ur", "z", "r"},
    "rnn-step": {"Whh", "Wxh", "Whx", "Wax", "Waa"},
}
_GATED = _SYMBOLS["lstm-step"] | _SYMBOLS["gru-step"]


def kinds_in(sheet: Sheet) -> Sequence[Chosen]:
    """The kind that a sheet is about; none or several where its words and symbols do not decide."""
    for kind, pattern in _FIRST:
        said = _first(sheet.numbered, pattern)
        if said is not None:
            return [Chosen(kind, *said)]
    if _is_step_rule(sheet):
        return [Chosen("step-rnn", *(_first(sheet.numbered, r"\bstep\s*\(") or (1, "step(")))]
    found = [Chosen(kind, *said) for kind, said in _cells(sheet)]
    if len(found) != 1:
        return found
    gradient, flow = _gradient(sheet), _flow(sheet)
    if flow is not None:
        return [Chosen("gradient-flow", *flow), *found]
    return [*([] if gradient is None else [Chosen("lstm-gradient", *gradient)]), *found]


def _is_step_rule(sheet: Sheet) -> bool:
    return any(re.match(r"\s*step\s*\(", equation.right) for equation in sheet.equations)


def _cells(sheet: Sheet) -> Iterator[tuple[str, tuple[int, str]]]:
    """The cells that words name; where these are several or none, that whose symbols are there."""
    named = {kind: _first(sheet.numbered, pattern) for kind, pattern in _CELLS.items()}
    told = {kind: said for kind, said in named.items() if said is not None}
    gated = {kind: said for kind, said in told.items() if kind != "rnn-step"}
    told = gated or told
    if len(told) == 1:
        yield from told.items()
        return
    symbols = _symbols(sheet)
    for kind in told or _SYMBOLS:
        seen = sorted(symbols.keys() & _SYMBOLS[kind])
        others = [other for other in _SYMBOLS if other != kind and symbols.keys() & _SYMBOLS[other]]
        if seen and not others:
            yield kind, (symbols[seen[0]], f"the symbol {seen[0]}")
            return
    equation = None if told or symbols.keys() & _GATED else _recurrence(sheet)
    if equation is not None:
        yield "rnn-step", (equation.line, f"{equation.left} = {equation.right}")


def _recurrence(sheet: Sheet) -> Equation | None:
    """The first equation of a state by the state before it."""
    for equation in sheet.equations:
        left = taken_apart(equation.left)
        if left is not None and left.base in "hHsSa" and left.time in ("t", ""):
            names = re.findall(NAME, equation.right)
            if any(s and s.base == left.base and s.time == "t-1" for s in map(taken_apart, names)):
                return equation
    return None


def _flow(sheet: Sheet) -> tuple[int, str] | None:
    """Where a gradient of states is asked for: dh_5/dh_1, or over steps without inputs."""
    asked = list(enumerate(sheet.task.lines, 1))
    said = _first(asked, FLOW)
    if said is not None:
        return said
    names = [
        name for statement in sheet.task.statements if statement.value for name in statement.names
    ]
    has_inputs = any(s and s.base in ("x", "X", "one-hot") for s in map(taken_apart, names))
    has_steps = _first(asked, r"\d\s*(?:time)?[ -]*steps?\b|\bT\s*=\s*\d") is not None
    return _first(asked, r"\bgradients?\b") if has_steps and not has_inputs else None


def _symbols(sheet: Sheet) -> dict[str, int]:
    """The symbols with values or equations, without their times, and a line of each."""
    found: dict[str, int] = {}
    for stretch in (sheet.task, sheet.answer):
        for statement in stretch.statements:
            for symbol in map(taken_apart, statement.names):
                if symbol is not None and (symbol.base not in ("c", "C") or symbol.time):
                    name = symbol.base + symbol.letters
                    found.setdefault(name, stretch.line(statement.start))
    return found


def _gradient(sheet: Sheet) -> tuple[int, str] | None:
    """Where a gradient arrives as a number or is asked for from a loss, and the words for it."""
    has_targets = (
        _first(enumerate(sheet.task.lines, 1), r"\btargets?\s*[:=]\s*[-\d(\[]") is not None
    )
    for statement in sheet.task.statements:
        has_y = any(s and s.base == "y" for s in map(taken_apart, statement.names))
        has_targets |= statement.value is not None and has_y
    asked = _first(enumerate(sheet.task.lines, 1), _BACKWARD) if has_targets else None
    if asked is not None:
        return asked
    for statement in sheet.task.statements:
        symbols = list(map(taken_apart, statement.names))
        is_given = statement.value is not None and any(s and s.is_gradient for s in symbols)
        if is_given:
            return sheet.task.line(statement.start), statement.names[0]
    return None


def _first(lines: Iterable[tuple[int, str]], pattern: str) -> tuple[int, str] | None:
    """The first line with a pattern, and the words there."""
    compiled = re.compile(pattern, re.IGNORECASE)
    for number, line in lines:
        if match := compiled.search(line):
            return number, match[0]
    return None
