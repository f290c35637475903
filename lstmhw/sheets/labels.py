"""What the words of sheets are about: keys of the file, gates, or symbols that are asked for."""

import re
from collections.abc import Iterator, Mapping

from lstmhw.sheets.roles import GATES, Book, Key

_GATE_WORDS: Mapping[str, Mapping[str, str]] = {
    "lstm": {
        "f": r"forget",
        "i": r"input[ -]gates?|input[ -]modulation|(?<!cell )(?<!state )update[ -]gates?",
        "o": r"output[ -]gates?",
        "g": r"candidate|cell[ -]gate|(?:cell|state)[ -]update|new memory|input node",
    },
    "gru": {"r": r"reset", "z": r"update", "n": r"candidate|new[ -](?:gate|memory)"},
    "rnn": {},
}
_LABELS: tuple[tuple[str, Key], ...] = (
    (r"\btargets?\b", ("y",)),
    (r"learning[ -]rate", ("learning_rate",)),
    (r"one[ -]hot", ("one_hot",)),
    (r"embedding", ("embedding",)),
    (r"(?:previous|prior|initial|last|old|starting) (?:cell|memory|internal)", ("c_prev",)),
    (r"(?:cell|memory) state (?:before|at (?:time )?t ?- ?1)", ("c_prev",)),
    (r"(?:previous|prior|initial|last|old|starting) (?:hidden|output|state|h\b)", ("h_prev",)),
    (r"hidden state (?:before|at (?:time )?t ?- ?1)", ("h_prev",)),
    (r"(?:input|sequence) (?:sequence|of inputs)|inputs\b", ("xs",)),
    (r"(?:current |new )?input(?: vector)?(?: is| x|:|$|\s*\()", ("x",)),
)


def labels(label: str, book: Book, rank: int) -> Iterator[Key]:
    """The keys that a label may be about, for numbers of a rank: 2 for matrices, else 1."""
    said = label.lower()
    gates = gates_in(said, book.cell)
    is_weight = re.search(r"weights?\b|matri|\bw\b|parameters", said) is not None
    is_bias = re.search(r"bias", said) is not None
    beside_u = ("W_x" if book.on_input == "W" else "W_h") if book.has_u else "W"
    if len(gates) == 1 and (is_weight or is_bias):
        is_state = re.search(r"recurrent|hidden|state[- ]to", said)
        is_input = re.search(r"input[- ](?!gate)(?:weights?|matri)|\bon the input\b", said)
        kind = "W_h" if is_state else "W_x" if is_input else beside_u
        key = "b" if is_bias and (rank < 2 or not is_weight) else kind
        if not (key == "b" and not is_bias):
            yield ("gates", gates[0], key)
    elif len(gates) == 1:
        if rank == 2:
            yield ("gates", gates[0], beside_u)
        elif re.search(
            r"value|activation|output of|is$|=|given|(?:gate|candidate)(?: [a-z])?$", said
        ):
            yield ("gates", gates[0], "value")
    elif is_bias and not is_weight and not re.search(r"\bother\b|output", said):
        if book.cell == "rnn":
            yield ("b",)
        elif re.search(r"\b(?:all|every|each)\b", said):
            yield from [("gates", gate, "b") for gate in GATES[book.cell]]
    elif not gates:
        yield from [key for pattern, key in _LABELS if re.search(pattern, said)][:1]


def gates_in(text: str, cell: str) -> list[str]:
    """The gates of a cell that words name."""
    words = _GATE_WORDS[cell].items()
    return [gate for gate, pattern in words if re.search(pattern, text, re.IGNORECASE)]


def symbols_in_words(text: str, book: Book) -> Iterator[tuple[int, str]]:
    """What a question asks for in words, each with its place."""
    words = {
        **{pattern: gate for gate, pattern in _GATE_WORDS[book.cell].items()},
        r"hidden state": "h",
        r"(?:cell|memory) state": "c" if book.cell == "lstm" else "",
        r"(?:pre-?activation)": "",
        r"the (?:network'?s? )?(?:output|prediction)s?(?! gate)": "y",
    }
    for pattern, symbol in words.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if symbol:
                yield match.start(), symbol
