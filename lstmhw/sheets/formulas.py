"""What the equations of a sheet say its names are: what multiplies the input is W_x, and so on."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lstmhw.sheets.conventions import FUNCTIONS, Equation
from lstmhw.sheets.roles import Book, Key, role_of
from lstmhw.sheets.symbols import NAME, Symbol, taken_apart

_NAME = re.compile(rf"(?<![A-Za-z\\]){NAME}")
_MULTIPLIED = {"x": "W_x", "h": "W_h"}
_PEEPHOLES = "ifo"


def told(equations: Sequence[Equation], book: Book) -> Mapping[Symbol, Key]:
    """The weights and biases in the equations of a cell, by their names.

    Those of a plain RNN and of an output are told by their equations alone, however they are
    called; of an LSTM and a GRU, whose names tell more, only those that have no usual name.
    """
    found: dict[Symbol, Key] = {}
    refused: set[Symbol] = set()
    for equation in equations:
        for symbol, key in _of_equation(equation, book):
            if found.setdefault(symbol, key) != key:
                refused.add(symbol)
    return {symbol: key for symbol, key in found.items() if symbol not in refused}


def _of_equation(equation: Equation, book: Book) -> Iterator[tuple[Symbol, Key]]:
    left = taken_apart(equation.left)
    role = None if left is None or left.is_gradient else role_of(left, book)
    if role is None or not role.symbol:
        return
    is_output = role.key in (("y",), ("a_y",))
    is_state = book.cell == "rnn" and role.key in (("h",), ("a",))
    is_gate = role.key[0] in ("gates", "sum")
    if not (is_output or is_state or is_gate):
        return
    above: Key = ("output",) if is_output else ("gates", role.key[1]) if is_gate else ()
    biases = []
    for term in _terms(equation.right):
        weights = [symbol for symbol in term if _is_weight(symbol, book)]
        if len(weights) != 1 or (is_gate and role_of(weights[0], book) is not None):
            continue
        sources = {_source(symbol, book) for symbol in term} & {"x", "h", "c"}
        if len(term) == 1:
            biases.append(weights[0])
        elif len(sources) == 1:
            key = _key(sources.pop(), above)
            if key is not None:
                yield weights[0], key
    if len(biases) == 1:
        yield biases[0], (*above, "b")


def _key(source: str, above: Key) -> Key | None:
    """The key of what multiplies x, h or c in the equation of an output, a gate or a state."""
    if above == ("output",):
        return (*above, "W") if source == "h" else None
    if source == "c":
        return ("peephole", above[1]) if above and above[1] in _PEEPHOLES else None
    return (*above, _MULTIPLIED[source])


def _is_weight(symbol: Symbol, book: Book) -> bool:
    role = role_of(symbol, book)
    is_numbered = symbol.base in "WUVb" and symbol.number is not None
    return (not symbol.time or is_numbered) and (role is None or not role.symbol)


def _source(symbol: Symbol, book: Book) -> str:
    role = role_of(symbol, book)
    return role.key[0] if role is not None else ""


def _terms(formula: str) -> Iterator[Sequence[Symbol]]:
    """The names of each summand; a summand with anything else than names is passed over."""
    term: list[Symbol] = []
    is_plain, end = True, 0
    for match in _NAME.finditer(formula):
        between = formula[end : match.start()]
        if "+" in between:
            if is_plain and term:
                yield term
            term, is_plain = [], True
        end = match.end()
        if match[0].lower() in FUNCTIONS:
            continue
        symbol = taken_apart(match[0])
        is_plain = is_plain and symbol is not None and not re.search(r"[,;\d-]", between)
        if symbol is not None:
            term.append(symbol)
    if is_plain and term:
        yield term
