"""What other books call the keys and symbols of this one."""

import re
from collections.abc import Iterator, Mapping

LSTM_GATES = {
    "input": "i",
    "forget": "f",
    "output": "o",
    **dict.fromkeys(("candidate", "cell", "update", "c"), "g"),
}
GRU_GATES = {"reset": "r", "update": "z", "candidate": "n", "new": "n"}
WEIGHTS = {"U": "W_h"}
OF_GATE = {"U": "W_h", "W": "W_x"}
"""Of a gate; W is another name only where U stands beside it."""
STATES = {"h0": "h_prev", "h_0": "h_prev", "c0": "c_prev", "c_0": "c_prev"}
GRADIENTS = {"dL_dh": "dh", "dL_dc": "dc"}
OF_OUTPUT = {"V": "output"}
"""The weights of the output layer, where they stand beside those of the cell."""
ALL: tuple[Mapping[str, str], ...] = (
    *(LSTM_GATES, GRU_GATES, WEIGHTS, STATES, GRADIENTS, OF_OUTPUT),
    *(OF_GATE, {"U": "W_x", "W": "W_h"}),
)
TOLD = {"W_x": "W_x (on the input)", "W_h": "W_h (on the state before)"}
CLAIMED = {
    **{word: (letter,) for word, letter in {"input": "i", "forget": "f", "output": "o"}.items()},
    "reset": ("r",),
    "update": ("z",),
    "candidate": ("g", "n"),
    "new": ("n",),
}


def spellings(key: str) -> set[str]:
    """The names that a key may have in a file."""
    return {name for names in ALL for name, meant in names.items() if meant == key}


def symbols_for(name: str, first: int | None = None) -> Iterator[str]:
    """The symbols that another name may be about: forget_2, U_f, dL_dh_0, h0.

    With the number of the first step also dh_prev, the gradient to the state before it.
    """
    bare = re.sub(r"^dL_?/?d(?=[A-Za-z])", "d", name)
    word, _, index = bare.partition("_")
    for letter in CLAIMED.get(word, ()):
        yield f"{letter}_{index}" if index else letter
    numbered = re.fullmatch(r"(d?[hc])([0-9]+)", bare)
    if numbered is not None:
        yield f"{numbered[1]}_{numbered[2]}"
    previous = re.fullmatch(r"(d?[hc])_?prev", bare)
    if previous is not None and first is not None:
        yield f"{previous[1]}_{first - 1}"
    yield re.sub(r"^(d?)U(?=_|$)", r"\1W_h", bare)


def names_told(names: Mapping[str, str]) -> str:
    """A sentence on the names in a file, and what they are here."""
    meant = {**names, **{name: "the W of the output" for name in names if name == "V"}}
    pairs = [f"{name} is {TOLD.get(key, key)}" for name, key in meant.items()]
    return f"The names in the file are those of other books: {', '.join(pairs)}."
