"""What the equations and words of a sheet say about conventions."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lstmhw.sheets.plain import TILDE


class Said(NamedTuple):
    """A convention that a sheet states: the word for it, and where it does."""

    choice: str
    line: int
    words: str


class Equation(NamedTuple):
    """An equation without numbers: its left and right sides, and its line."""

    left: str
    right: str
    line: int


_T = r"(?:_\{?t\}?|_?\(t\)|\^\{?[<(]\s*t\s*[>)]\}?|t(?![A-Za-z]))?"
_BEFORE = r"(?:_?\^?\s*\{?\(?<?\s*t\s*-\s*1\s*>?\)?\}?|_?\{?prev\}?|_?prev\w*)?"
_RESET = rf"(?:r|Γ_\{{?r\}}?){_T}"
_STATE = rf"(?:\(?{_RESET}\s*[⊙*·]\s*)?(?:prev_h(?:idden)?|h_prev|[hHac]{_BEFORE})\)?"
_INPUT = rf"(?:[xX]{_T}\^?(?:\{{?[<(]t[>)]\}}?)?|input)"
_BETWEEN = r"\s*(?:[,;|‖&]|\\\\|\|\|)+\s*"
_H_X = re.compile(rf"[\[(}}]\s*{_STATE}{_BETWEEN}{_INPUT}\s*[\])\\]")
_X_H = re.compile(rf"[\[(}}]\s*{_INPUT}{_BETWEEN}{_STATE}\s*[\])\\]")
_X_WORDS = r"(?:the (?:current )?)?(?:inputs?\b|x\b|x_)[^.\n]{0,24}"
_H_WORDS = r"(?:the (?:previous |last )?)?(?:hidden state|state|h\b|h_)[^.\n]{0,24}"
_JOINED_IN_WORDS = (
    ("[x, h]", rf"concatenat\w+ (?:of )?{_X_WORDS}?\b(?:and|with) {_H_WORDS}"),
    ("[h, x]", rf"concatenat\w+ (?:of )?{_H_WORDS}?\b(?:and|with) {_X_WORDS}"),
)
FUNCTIONS: Mapping[str, str] = {
    **dict.fromkeys(("σ", "sigmoid", "sigm", "sig", "logistic", "sigma"), "sigmoid"),
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
    "step": "step",
    "max": "relu",
    "hardsigmoid": "hard-sigmoid",
    "leakyrelu": "leaky-relu",
}


def at_t(equation: Equation) -> Equation:
    """h_t of h_{t-1}, for an equation that says h_1 of h_0; others stay."""
    found = re.fullmatch(r"[^\d\s]+?(\d{1,3})[})>]*", equation.left)
    if found is None or found[1] == "0":
        return equation
    left, right = equation.left, equation.right
    for number, time in ((int(found[1]), "t"), (int(found[1]) - 1, "t-1")):
        index = rf"(?:[_^]\{{[(<]?{number}[)>]?\}}|[_^]?[(<]{number}[)>]|_?{number}(?![\d.]))"
        pattern = re.compile(rf"(?<![A-Za-z])([xhcsaefigorznu]{TILDE}?){index}")
        left, right = (pattern.sub(rf"\1_{{{time}}}", side) for side in (left, right))
    return Equation(left, right, equation.line)


def concat(lines: Sequence[tuple[int, str]]) -> list[Said]:
    """The orders of the vector that W multiplies, as they stand in a sheet; each once."""
    found: dict[str, Said] = {}
    for number, line in lines:
        for choice, pattern in (("[h, x]", _H_X), ("[x, h]", _X_H)):
            if match := pattern.search(line):
                found.setdefault(choice, Said(choice, number, match[0].strip()))
    for number, line in lines if not found else ():
        for choice, words in _JOINED_IN_WORDS:
            if match := re.search(words, line, re.IGNORECASE):
                found.setdefault(choice, Said(choice, number, match[0].strip()))
    return list(found.values())


def on_input(equations: Sequence[Equation], lines: Sequence[tuple[int, str]]) -> Said | None:
    """Which of W and U multiplies the input, as an equation or a sentence says."""
    for equation in equations:
        match = re.search(
            rf"\b([WUwu])[_^]?\{{?\(?\w*\)?\}}?\s*[·*@]?\s*{_INPUT}\b", equation.right
        )
        match = match or re.search(rf"\b{_INPUT}\s*[·*@]?\s*([WUwu])\b", equation.right)
        if match is not None:
            return Said(match[1].upper(), equation.line, match[0])
    told = re.compile(
        r"\b([WU])\b[^.,;\n=]{0,24}\b(?:multipl\w+|on|for|input|from)\b[^.,;\n=hH]{0,16}(?:input|[xX]\b|x_)"
    )
    for number, line in lines:
        if match := told.search(line):
            return Said(match[1], number, match[0])
    return None


def scores(equations: Sequence[Equation]) -> str:
    """The letter of what a softmax is of: o in y_t = softmax(o_t)."""
    for equation in equations:
        if match := re.match(rf"\s*softmax\s*\(\s*([a-z]){_T}\s*\)", equation.right):
            return match[1]
    return ""


def embedding(equations: Sequence[Equation]) -> Said | None:
    """Whether a word's vector is a column of the embedding, E x, or a row, x E."""
    for equation in equations:
        for choice, pattern in (
            ("rows", rf"{_INPUT}\s*[·*@]?\s*E\b|\bE\^\{{?(?:T|\\top)\}}?\s*{_INPUT}"),
            ("columns", rf"\bE\s*[·*@]?\s*{_INPUT}"),
        ):
            if match := re.search(pattern, equation.right):
                return Said(choice, equation.line, match[0])
    return None


def orientation(equations: Sequence[Equation]) -> Said | None:
    """Whether the vector stands right of its matrix (column) or left of it (row)."""
    of_name = r"[WU][_^]?(?:\{[^{}]*\}|[A-Za-z]{0,2})"
    column = re.compile(rf"{of_name}\s*(?:[·*@]|\\cdot)?\s*(?:[\[(]|{_INPUT}|[hH]\b|[hH]_)")
    row = re.compile(rf"(?:{_INPUT}|[hH]{_BEFORE}|\])\s*(?:[·*@]|\\cdot)?\s*{of_name}|{of_name}\^T")
    for equation in equations:
        right = equation.right
        for choice, pattern in (("row", row), ("column", column)):
            if match := pattern.search(right):
                return Said(choice, equation.line, match[0].strip())
    return None


def update(equations: Sequence[Equation]) -> Said | None:
    """What the update gate of a GRU multiplies: the state before (keep) or the candidate (new)."""
    for equation in equations:
        right = _bare(equation.right)
        if re.search(r"\(1-z\)[*]?P|P[*]?\(1-z\)", right):
            return Said("new", equation.line, equation.right)
        if re.search(r"\(1-z\)[*]?N|N[*]?\(1-z\)", right):
            return Said("keep", equation.line, equation.right)
    return None


def coupled(equations: Sequence[Equation]) -> Said | None:
    """That the input gate is one minus the forget gate."""
    for equation in equations:
        right = re.sub(r"\s", "", equation.right)
        if re.match(r"i(?:_|\^|$)", equation.left) and re.fullmatch(rf"1-f{_T}", right):
            return Said("true", equation.line, f"{equation.left} = {equation.right}")
    return None


def reset(equations: Sequence[Equation]) -> Said | None:
    """Whether the reset gate of a GRU multiplies the state before W_h does, or after."""
    for equation in equations:
        right = _bare(equation.right)
        if re.search(r"(?<![A-Za-z_{])r[*]?P|P[*]?r(?![a-z])", right):
            return Said("before", equation.line, equation.right)
        if re.search(r"(?<![A-Za-z_{])r[*]?\(", right):
            return Said("after", equation.line, equation.right)
    return None


def _bare(formula: str) -> str:
    """A formula of a GRU with P for the state before, N for the candidate, * for products."""
    text = re.sub(r"\\cdot|\\times|[⊙·∘×@]", "*", formula)
    text = re.sub(rf"[hHsc]\s*(?:{TILDE}|')\s*{_T}|\bn{_T}(?![a-z])|h_?hat|h_cand\w*", "N", text)
    text = re.sub(
        r"[hHsac]_?\^?\{?[(<]?\s*t\s*-\s*1\s*[)>]?\}?|\b[hH]_?prev\w*|prev_h\w*", "P", text
    )
    text = re.sub(rf"(?<![A-Za-z_{{])([zrR]|Z|Γ_\{{?[ur]\}}?|u){_T}", _gate, text)
    text = re.sub(r"\s", "", text)
    text = re.sub(r"(?<![A-Za-z_{])[hH](?![A-Za-z_{])", "P", text)
    return text.replace("[1-z]", "(1-z)")


def _gate(match: re.Match[str]) -> str:
    letter = match[1].lower().strip("_{}")
    return "r" if letter.endswith("r") else "z"


def function_of(equation: Equation) -> str | None:
    """The name of the function that an equation goes through; "identity" for none."""
    match = re.match(r"\s*(?:np\.|torch\.)?\s*\\?([A-Za-zσ]+)\s*[(\[{]", equation.right)
    if match is not None:
        return FUNCTIONS.get(match[1].lower())
    is_sum = re.match(r"\s*[WUVwuvbc][_^\s{A-Za-z*·]", equation.right)
    return "identity" if is_sum else None


def activation_in_words(lines: Sequence[tuple[int, str]]) -> Said | None:
    """An activation that a sheet names."""
    pattern = re.compile(
        r"\b(tanh|sigmoid|relu|identity|linear)\b(?=[^.\n]{0,24}\b(?:activation|unit|rnn|nonlin|cell"
        r"|recurrent|network|hidden))|(?:activation|nonlinearity)[^.\n]{0,24}?\b(tanh|sigmoid|relu"
        r"|identity|linear|σ)",
        re.IGNORECASE,
    )
    for number, line in lines:
        if match := pattern.search(line):
            word = (match[1] or match[2]).lower()
            choice = {"linear": "identity", "σ": "sigmoid"}.get(word, word)
            return Said(choice, number, match[0])
    return None
