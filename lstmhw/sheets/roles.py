"""What names and labels of sheets are in a problem of a cell: keys of the file, or symbols."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from lstmhw.sheets.plain import TILDE
from lstmhw.sheets.symbols import Symbol

Key = tuple[str, ...]
"""A key path of a problem file: ("gates", "f", "W"), ("x",)."""
GATES: Mapping[str, str] = {"lstm": "ifgo", "gru": "rzn", "rnn": ""}


class Book(NamedTuple):
    """How the names of a sheet are meant: the cell, and the letters that its weights have."""

    cell: str
    letters: Collection[str]
    has_u: bool
    on_input: str = "W"
    """Of W and U, the one that multiplies the input where both are there."""
    state: str = "h"
    """The letter of the hidden state: a or c in books that write a^{<t>}, c^{<t>}."""
    scores: str = ""
    """The letter of what the softmax of an output is of."""
    told: Mapping[Symbol, Key] = MappingProxyType({})
    """What the equations say that names are."""


class Role(NamedTuple):
    """What a name is: a key of the file or, of an answer, a symbol."""

    key: Key
    symbol: str = ""


def book_of(cell: str, symbols: Collection[Symbol], on_input: str) -> Book:
    """How a sheet with these symbols names things."""
    symbols = [_capital(symbol, cell) for symbol in symbols]
    weights = [symbol for symbol in symbols if symbol.base in "WURVb" and not symbol.time]
    letters = {symbol.letters.lower() for symbol in weights}
    gates = {symbol.base.lower() for symbol in symbols if not symbol.letters and symbol.time == "t"}
    has_u = any(symbol.base in "UR" for symbol in weights)
    letters |= {f"value {gate}" for gate in gates}
    return Book(cell, letters, has_u, on_input, _state_letter(cell, symbols))


def _state_letter(cell: str, symbols: Collection[Symbol]) -> str:
    """The letter whose value before the step the symbols name: h, else a, else c of a GRU."""
    before = {symbol.base.lower() for symbol in symbols if symbol.time in ("t-1", "0")}
    if "h" in before or any(symbol.base in "hH" for symbol in symbols):
        return "h"
    return "a" if "a" in before else "c" if "c" in before and cell == "gru" else "h"


def _capital(symbol: Symbol, cell: str) -> Symbol:
    """w_x, u_f and v are W_x, U_f and V, as scalars are written; u alone is a gate of some."""
    is_weight = bool(symbol.letters) or cell == "rnn"
    if symbol.base not in ("w", "u", "v") or symbol.time or not is_weight:
        return symbol
    return symbol._replace(base=symbol.base.upper())


def role_of(symbol: Symbol, book: Book) -> Role | None:
    """What a symbol is; None where the book has no such thing."""
    if symbol.is_gradient:
        return _gradient(symbol, book)
    if symbol in book.told:
        return Role(book.told[symbol])
    symbol = _capital(symbol, book.cell)
    base = symbol.base
    if re.fullmatch("(?:weight|bias)_[ih]h", base):
        return Role(("stacked", base)) if book.cell in ("lstm", "gru") else None
    if book.scores and base == book.scores and not symbol.letters:
        return Role(("a_y",), "a_y")
    if base == book.state and not symbol.letters:
        return Role(("h",), "h")
    if base in "WUVb" or (base == "R" and not symbol.time):
        key = _weight(symbol, book)
        return None if key is None else Role(key)
    return _of_letters(symbol, book) if symbol.letters else _plain_role(symbol, book)


def _of_letters(symbol: Symbol, book: Book) -> Role | None:
    """The role of a letter with a subscript that is no weight: p_f, Γ_f, z_f."""
    base = symbol.base
    if base in ("p", "P") and book.cell == "lstm" and symbol.letters in tuple("ifo"):
        return Role(("peephole", symbol.letters))
    gate = gate_of(symbol.letters, book)
    if base not in ("z", "a", "net", "Γ") or gate is None:
        return None
    name = f"{_pre(book)}_{gate}"
    return Role(("gates", gate, "value"), gate) if base == "Γ" else Role(("sum", gate), name)


def _pre(book: Book) -> str:
    """The letter of a pre-activation of a gate."""
    return "a" if book.cell == "gru" else "z"


_SIMPLE: Mapping[str, Role] = {
    "one-hot": Role(("one_hot",)),
    **dict.fromkeys("xX", Role(("x",), "x")),
    **dict.fromkeys("hH", Role(("h",), "h")),
    "e": Role(("x",), "x"),
    "E": Role(("embedding",)),
    "t": Role(("t",)),
    **dict.fromkeys(("η", "lr"), Role(("learning_rate",))),
    "y": Role(("y",), "y"),
}


_IN_RNN: Mapping[str, Role] = {
    "a": Role(("a",), "a"),
    **dict.fromkeys("sS", Role(("h",), "h")),
    **dict.fromkeys("op", Role(("y",), "y")),
}


def _plain_role(symbol: Symbol, book: Book) -> Role | None:
    """The role of a letter without a subscript but its time."""
    base = symbol.base
    if base == "e" and not symbol.time:
        return None
    if base in _SIMPLE:
        return _SIMPLE[base]
    if base in ("c", "C") and book.cell == "lstm":
        return Role(("c",), "c")
    if base in (f"c{TILDE}", f"C{TILDE}", f"h{TILDE}", f"H{TILDE}", "c'", "h'"):
        gate = {"lstm": "g", "gru": "n"}.get(book.cell)
        return Role(("gates", gate, "value"), gate) if gate else None
    if base in _IN_RNN and book.cell == "rnn":
        return _IN_RNN[base]
    lowered = base.lower()
    if len(base) == 1 and lowered in GATES[book.cell]:
        return Role(("gates", lowered, "value"), lowered)
    if lowered == "u" and book.cell != "rnn":
        gate = gate_of("u", book)
        return Role(("gates", gate, "value"), gate) if gate else None
    return None


def gate_of(letter: str, book: Book) -> str | None:
    """The gate that a subscript is about."""
    lowered = letter.lower()
    if lowered and lowered in GATES[book.cell]:
        return lowered
    if book.cell == "gru":
        return {"h": "n", "c": "n", "g": "n", "u": "z"}.get(lowered)
    if book.cell != "lstm":
        return None
    if lowered == "u":
        is_input = "i" not in book.letters and {"c", "g"} & set(book.letters)
        return "i" if is_input else "g" if "i" in book.letters else None
    others = {"c", "g", "u"} & set(book.letters)
    return "g" if lowered == "c" or (lowered in ("a", "s") and not others) else None


def _weight(symbol: Symbol, book: Book) -> Key | None:
    letters = re.sub(TILDE, "", symbol.letters)
    if symbol.time:
        return None
    if letters.lower() in ("hy", "yh", "y", "out", "ya", "sy") or (
        symbol.base == "V" and not letters
    ):
        return ("output", "b" if symbol.base == "b" else "W")
    if book.cell == "rnn":
        return _of_rnn(symbol.base, letters.lower(), book)
    return _of_gate(symbol.base, letters, book)


def _of_rnn(base: str, letters: str, book: Book) -> Key | None:
    if base == "b":
        names = {"": "b", "h": "b", "hh": "b", "xh": "b", "a": "b", "s": "b", "ih": "b_x", "x": "b"}
        if letters == "hh" and "ih" in book.letters:
            return ("b_h",)
        return (names[letters],) if letters in names else None
    if letters in ("xh", "hx", "x", "ih", "hi", "ax", "xs", "sx", "e", "he", "eh", "in", "i"):
        return ("W_x",)
    if letters in ("hh", "h", "aa", "ss", "rec", "s") and base in "WUR":
        return ("W_h",)
    if letters == "" and base in "WU":
        if not book.has_u:
            return ("W",)
        return ("W_x",) if base == book.on_input else ("W_h",)
    return None


def _of_gate(base: str, letters: str, book: Book) -> Key | None:
    if len(letters) == 2:
        return _two_letters(base, letters.lower(), book)
    gate = gate_of(letters, book)
    if gate is None and letters == "" and book.cell == "gru":
        is_only = {"z", "r"} <= set(book.letters) and "h" not in book.letters
        gate = "n" if is_only else None
    if gate is None:
        return None
    if base == "b":
        return ("gates", gate, "b")
    has_input = any(len(other) == 2 and set(other) & set("hn") for other in book.letters)
    if book.has_u:
        return ("gates", gate, "W_x" if base == book.on_input else "W_h")
    if has_input and base == "W":
        return ("gates", gate, "W_x")
    return ("gates", gate, "W") if base == "W" else None


def _two_letters(base: str, letters: str, book: Book) -> Key | None:
    """W_{xf}, W_{fx}, W_{hf}, PyTorch's W_{if}, GRU's W_{hh}, and W_{nf} for the state before."""
    keys = {"x": "W_x", "h": "W_h", "n": "W_h"}
    of_bias = {"x": "b_x", "h": "b_h", "i": "b_x"}
    if letters in ("ci", "cf", "co") and {"cf", "co"} <= set(book.letters):
        return ("peephole", letters[1]) if book.cell == "lstm" and base == "W" else None
    if letters == "in" and book.cell == "lstm":
        return _of_gate(base, "i", book)
    pairs = any({f"i{g}", f"h{g}"} <= set(book.letters) for g in GATES[book.cell])
    if pairs and not any("x" in other for other in book.letters):
        keys["i"] = "W_x"
    for source, gate_letter in ((letters[0], letters[1]), (letters[1], letters[0])):
        gate = gate_of(gate_letter, book)
        if source in keys and gate is not None and not (source == "n" and book.cell == "gru"):
            key = of_bias.get(source, "b") if base == "b" else keys[source]
            return ("gates", gate, key)
    return None


def _gradient(symbol: Symbol, book: Book) -> Role | None:
    """A gradient: given of h and c at the last step, else an answer."""
    bare = symbol._replace(is_gradient=False)
    role = role_of(bare, book)
    if role is None:
        return None
    if role.key in (("h",), ("c",)):
        return Role((f"d{role.symbol}",), f"d{role.symbol}")
    if role.symbol:
        return Role(("answer",), f"d{role.symbol}")
    name = "_".join([role.key[-1], *role.key[1:2]] if role.key[0] == "gates" else role.key[-1:])
    return Role(("answer",), f"d{name}")
