"""One spelling for formulas: LaTeX and the marks of Unicode as one would type them, in place."""

from collections.abc import Iterator
from unicodedata import normalize

from lstmhw.formula import FormulaError

ENTRYWISE = "\u2299"
"""The mark of a product that goes entry by entry, and of no other."""

BIG_SUM = "bigsum"
"""The word for a sum over all that is multiplied behind it."""

COMMANDS = {
    **dict.fromkeys(("odot", "circ"), ENTRYWISE),
    **dict.fromkeys(("cdot", "times", "ast", "bullet"), "*"),
    **dict.fromkeys(("top", "intercal"), "T"),
    **dict.fromkeys(("le", "leq", "leqslant"), "<="),
    **dict.fromkeys(("ge", "geq", "geqslant"), ">="),
    **dict.fromkeys(("lt", "langle"), "<"),
    **dict.fromkeys(("gt", "rangle"), ">"),
    **dict.fromkeys(("left", "right", "big", "Big", "bigl", "bigr", "displaystyle"), ""),
    **dict.fromkeys(("quad", "qquad", ",", ";", ":", "!", " ", "\\", "limits"), " "),
    **{name: f" {name} " for name in ("sigma", "tanh", "exp", "ln", "log")},
    **{name: f" {name}" for name in ("Gamma", "eta", "alpha")},
    **dict.fromkeys(("|", "Vert", "lVert", "rVert"), "||"),
    "prime": "'",
    "lbrack": "[",
    "rbrack": "]",
    "{": "(",
    "}": ")",
}
WRAPPERS = (
    *("mathbf", "mathrm", "mathit", "mathsf", "mathcal", "mathbb", "boldsymbol", "bm", "vec"),
    *("text", "textbf", "textit", "textrm", "operatorname"),
)
MATRICES = ("matrix", "smallmatrix", *(f"{kind}matrix" for kind in "bpBvV"), "array")
ACCENTS = ("tilde", "widetilde", "hat", "widehat", "bar", "overline")
FRACTIONS = ("frac", "dfrac", "tfrac")
MARKS = {
    **dict.fromkeys("\u2299\u2218\u25e6", ENTRYWISE),
    **dict.fromkeys("\u00b7\u00d7\u2219\u22c5\u2217", "*"),
    **dict.fromkeys("\u2212\u2013", "-"),
    **dict.fromkeys("\u0303\u0302\u0304", "~"),  # accents over the letter before
    **dict.fromkeys("$&", " "),
    **dict.fromkeys("\u2032\u2019", "'"),
    "\u03c3": " sigma ",
    "\u2016": "||",
    "\u2211": f" {BIG_SUM} ",
    "\u03b7": " eta",
    "\u03b1": " alpha",
    "\u0393": " Gamma",
    "\u1d40": "^T",
    "\u00b2": "^2",
    "\u2264": "<=",
    "\u2265": ">=",
}
DOTTED = {".*": ENTRYWISE, "./": "/", ".^": "^", ".'": "'"}
"""What goes entry by entry in MATLAB."""
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₋₊ₜₓₕₒ", "0123456789-+txho", strict=True))

Spelled = Iterator[tuple[str, int]]
"""Pieces of text, each with the place in the original that it stands for."""


def spelled(text: str) -> list[tuple[str, int]]:
    """The characters of a formula as one types them, with their places in the text as written.

    Raises FormulaError for a command of LaTeX that says nothing here.
    """
    speller = _Speller(text)
    return [(mark, at) for piece, at in speller.upto("") for mark in piece]


class _Speller:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.matrices = 0

    def upto(self, closing: str) -> Spelled:
        """All that stands before a brace that closes, which is passed too; "" is the end."""
        while self.place < len(self.text):
            if closing and self.text[self.place] == closing:
                self.place += 1
                return
            yield from self.piece()
        if closing:
            raise FormulaError(f"expected a closing {closing}, found the end", at=self.place)

    def piece(self) -> Spelled:
        """The next character, group or command."""
        at, mark = self.place, self.text[self.place]
        self.place += 1
        if mark == "\\":
            yield from self.command(at)
        elif self.text[at : at + 2] in DOTTED:
            self.place += 1
            yield DOTTED[self.text[at : at + 2]], at
        elif mark == "&" and self.matrices:
            yield ",", at
        elif mark == "{":
            yield "{", at
            yield from self.upto("}")
            yield "}", self.place - 1
        elif mark in LOWERED:
            yield "_{", at
            yield LOWERED[mark], at
            while self.text[self.place : self.place + 1] in LOWERED:
                yield LOWERED[self.text[self.place]], self.place
                self.place += 1
            yield "}", self.place - 1
        else:
            for part in normalize("NFD", mark):  # a letter, and the accent on it
                yield MARKS.get(part, part), at

    def command(self, at: int) -> Spelled:
        name = self.name()
        if name in (*WRAPPERS, *ACCENTS) and self.text[at - 2 : at - 1] in ("_", "^"):
            yield " ", at  # an index without braces is one letter, and ends here
        if name in WRAPPERS:
            yield from self.argument()
        elif name in ACCENTS:
            yield from _accented(list(self.argument()), at)
        elif name in ("begin", "end"):
            yield from self.environment(name, at)
        elif name == "\\" and self.matrices:
            yield ";", at
        elif name == "sum":
            self.limits()
            yield f" {BIG_SUM} ", at
        elif name in FRACTIONS:
            yield "((", at
            yield from self.argument()
            yield ")/(", at
            yield from self.argument()
            yield "))", at
        elif name in COMMANDS:
            yield COMMANDS[name], at
        else:
            message = f"expected a command of LaTeX that is known here, found '\\{name}'"
            raise FormulaError(message, at=at)

    def environment(self, command: str, at: int) -> Spelled:
        """A matrix as a list in brackets; what sets lines under each other is no part of them."""
        name = "".join(mark for mark, _ in self.argument())
        if name not in MATRICES:
            return
        if command == "end":
            self.matrices -= 1
            yield "]", at
            return
        if name == "array":
            list(self.argument())  # how its columns stand
        self.matrices += 1
        yield "[", at

    def limits(self) -> None:
        """Passes what stands below and above a sum, over which it goes."""
        while self.text[self.place : self.place + 1] in ("_", "^"):
            self.place += 1
            list(self.argument())

    def name(self) -> str:
        """The name of a command: letters, or a single other character."""
        start = self.place
        while self.text[self.place : self.place + 1].isalpha():
            self.place += 1
        if self.place == start:
            self.place += 1
        return self.text[start : self.place]

    def argument(self) -> Spelled:
        """What a command is applied to: a group without its braces, or one character."""
        while self.text[self.place : self.place + 1] == " ":
            self.place += 1
        if self.text[self.place : self.place + 1] == "{":
            self.place += 1
            yield from self.upto("}")
        elif self.place < len(self.text):
            yield from self.piece()


def _accented(letters: list[tuple[str, int]], at: int) -> Spelled:
    r"""An accent belongs to the letters before an index: \tilde{c_t} is the same as \tilde{c}_t."""
    end = next((k for k, (mark, _) in enumerate(letters) if not mark.isalpha()), len(letters))
    yield from (*letters[:end], ("~", at), *letters[end:])
