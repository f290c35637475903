"""The words and marks of formulas, in the order in which they stand."""

import re
from collections.abc import Mapping

from lstmhw.formula import FormulaError, Token
from lstmhw.functions import ACTIVATIONS, Function, arctanh, exp, log, sigmoid, total
from lstmhw.handwritten.spelling import BIG_SUM, ENTRYWISE, spelled

LONGEST = 600
NAPIER = "e"
"""The base of e^z, a name where no power stands behind it."""
POWERS = ("^", "**")
DIAGONAL = "diag"
FUNCTIONS: Mapping[str, Function] = {
    **{name.replace("-", "_"): function for name, function in ACTIVATIONS.items()},
    **{name.replace("-", ""): function for name, function in ACTIVATIONS.items()},
    **dict.fromkeys(("sigma", "sig", "sigm", "logistic"), sigmoid),
    **dict.fromkeys(("log", "ln"), log),
    **dict.fromkeys(("arctanh", "atanh"), arctanh),
    **dict.fromkeys(("sum", BIG_SUM), total),
    "id": ACTIVATIONS["identity"],
    "exp": exp,
}
JOINS = ("concat", "cat")

_TIME = r"t\s*(?:[-+]\s*[0-9])?"
NAME = (
    r"[A-Za-z][A-Za-z0-9]*~*"
    r"(?:_(?:\{[^{}]*\}|\([^()]*\)|[A-Za-z0-9]+)~*)*"
    rf"(?:\^\s*(?:\{{\s*[(<\[]?\s*{_TIME}\s*[)>\]]?\s*\}}|[(<]\s*{_TIME}\s*[)>]|t(?![A-Za-z]))"
    rf"|[(\[<]\s*{_TIME}\s*[)\]>])?"
    r"(?:@(?:[0-9]+(?:rev)?|rev)(?![A-Za-z0-9_]))?"  # of a layer or a direction: h_1@2, W_x@rev
)
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|(?P<name>{NAME})"
    r"|(?P<entry>(?<=[\w)\]}~])\[\s*[0-9]+\s*\])|(?P<norm>\|\|)"
    r"|(?P<turn>\^\s*(?:\{\s*T\s*\}|T))|(?P<mark>\*\*|<=|>=|[-+*/@^(){}\[\],;.'" + ENTRYWISE + r"])"
    r"|(?P<end>$)|(?P<other>.))",
    re.DOTALL,
)


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, the end as the last.  Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(f"expected a formula of at most {LONGEST} characters, found {len(text)}")
    marks = spelled(text)
    plain = "".join(mark for mark, _ in marks)
    places = [*(min(at, len(text)) for _, at in marks), len(text)]
    found = []
    for match in _TOKEN.finditer(plain):
        kind = str(match.lastgroup)
        text = match[kind].strip("[] ") if kind == "entry" else match[kind]
        found.append(Token(kind, text, places[match.start(kind)]))
    return found
