r"""Names of sheets taken apart: `\tilde{C}_{t-1}`, `W_{xf}`, `Wf`, `b^{(f)}`, `h0`, `dL/dh_t`."""

import re
from functools import lru_cache
from typing import NamedTuple

from lstmhw.sheets.plain import TILDE

_BRACES = r"\{(?:[^{}]|\{[^{}]{0,40}\}){0,40}\}"
_MARK = (
    rf"(?:[_^]\s?{_BRACES}|\^\s?\([^()]{{0,40}}\)|[_^]?\s?<[^<>\n]{{1,12}}>|[_^][A-Za-z0-9]{{1,40}}"
    r"|\(t(?:\s?[-+]\s?1)?\)|\(\d{1,9}\)|\[t(?:\s?[-+]\s?1)?\])"
)
NAME = (
    rf"(?>(?:[∂d]\s?[A-Z]\s?/\s?[∂d]\s?|[∇δΔ]\s?_?)?"
    rf"[A-Za-zΓηα][A-Za-z0-9]{{0,40}}{TILDE}?{_MARK}{{0,4}}[A-Za-z0-9_]{{0,40}}'?)"
)
"""A name in a plain text."""
_OF_WEIGHTS = "WUVRb"
_LETTERS = "xhifgocCaujzrnyes"
_OF_SCALARS = frozenset(("x", "h", "xh", "hx", "hh", "f", "i", "g", "c", "z", "r"))
"""Behind w and u, and no English words: wx, whh, uf."""
_WORDS = {
    "forget": "f",
    "input": "i",
    "output": "o",
    "out": "o",
    "cell": "c",
    "candidate": "g",
    "cand": "g",
    "update": "u",
    "reset": "r",
    "new": "n",
    "hidden": "h",
    "gate": "",
    "xh": "xh",
    "hh": "hh",
    "hy": "hy",
}
_LETTERS_AND_TIME = re.compile(rf"(?P<letters>[A-SU-Za-su-z]{{0,2}}{TILDE}?)(?P<time>t\+1|t|\d+)?")
_PREVIOUS = re.compile(r"(?:t\s*-\s*1|tm1|prev(?:ious)?|old|t_1|last)")


class Symbol(NamedTuple):
    """A name taken apart: the letter, what its subscript says, and its time index as written.

    `h_{t-1}` is h, "", "t-1"; `W_{xf}` is W, "xf", ""; `∂L/∂h_2` is h, "", "2" of a gradient.
    """

    base: str
    letters: str = ""
    time: str = ""
    is_gradient: bool = False

    @property
    def number(self) -> int | None:
        """The time index where it is a number."""
        return int(self.time) if self.time.isdecimal() else None


@lru_cache(maxsize=4096)
def taken_apart(name: str) -> Symbol | None:
    """The parts of a name; None for a word or what has parts of another kind."""
    text = re.sub(r"\s", "", name)
    text, count = re.subn(r"^(?:[∂d][A-Z]/[∂d]|[∇δΔ]_?|d[A-Z]_?d(?=[a-zA-Z]))", "", text)
    is_gradient = bool(count)
    if re.fullmatch(r"d[hc](?:_.*|prev.*|[0-9]+)?", text):
        text, is_gradient = text[1:], True
    found = _of_text(text)
    return None if found is None else found._replace(is_gradient=is_gradient)


def _of_text(text: str) -> Symbol | None:
    text = re.sub(r"^(?:prev|previous|old)_?([A-Za-z]+)$", r"\1_prev", text)
    text = re.sub(r"^(h)idden_?(?=prev|$)|^(c)ell_?(?=prev|$)", r"\1\2_", text).rstrip("_")
    text = re.sub(r"^([hcx])(?:idden|ell|put)?_(?:state_)?(t|\d)$", r"\1_\2", text)
    if re.fullmatch(r"(?:weight|bias)_[ih]h(?:_l0)?", text):
        return Symbol(text.removesuffix("_l0"))
    head = re.match(rf"(?:net|[A-Za-zΓηα]){TILDE}?", text)
    assert head is not None, "a name begins with a letter"
    base, rest = head[0], text[head.end() :]
    marks = _marks(rest, base)
    return None if marks is None else _symbol(base, marks)


def _marks(rest: str, base: str) -> list[str] | None:
    """The subscripts and superscripts of a name, in their order."""
    marks: list[str] = []
    pattern = re.compile(
        rf"[_^]?(?:\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|\(([^()]*)\)|<([^<>]*)>|\[([^\[\]]*)\])|[_^]([A-Za-z]*\d*)|('|{TILDE})|([A-Za-z]+|\d+)"
    )
    at = 0
    while at < len(rest):
        match = pattern.match(rest, at)
        if match is None or match.end() == at:
            return None
        at = match.end()
        mark = next((group for group in match.groups() if group), "")
        is_bare = match.lastindex == 7
        if is_bare and mark.isalpha() and not _may_be_glued(mark, base):
            return None
        marks.append(mark.strip("(){}<> "))
    return marks


def _may_be_glued(mark: str, base: str) -> bool:
    """Whether letters right behind a letter may be its subscript: Wf, Whh, ht, hprev."""
    if mark in ("t", "prev", "tm1") or base == "net":
        return True
    if base in "wu":
        return mark in _OF_SCALARS
    return base in _OF_WEIGHTS and len(mark) < 3 and set(mark) <= set(_LETTERS)


def _symbol(base: str, marks: list[str]) -> Symbol | None:
    """A symbol of a letter and its marks; None where two marks say different times."""
    found = Symbol(base)
    for mark in marks:
        for part in mark.replace("{", "").replace("}", "").split(","):
            read = _with_part(found, part.strip("() "))
            if read is None:
                return None
            found = read
    return found._replace(letters=found.letters.replace(TILDE, ""))


def _with_part(symbol: Symbol, part: str) -> Symbol | None:
    """A symbol with a part of a mark read: a tilde, a time, letters, or both; None for others."""
    if part in ("T", "top", ""):
        return symbol
    if part in (TILDE, "'"):
        return symbol._replace(base=symbol.base + part)
    if part in ("hot", "onehot", "one-hot"):
        return symbol._replace(base="one-hot")
    if part in _WORDS:
        return symbol._replace(letters=symbol.letters + _WORDS[part])
    if _PREVIOUS.fullmatch(part):
        return symbol._replace(time=symbol.time or "t-1")
    both = _LETTERS_AND_TIME.fullmatch(part)
    if both is None or (both["time"] and symbol.time not in ("", both["time"])):
        return None
    letters = symbol.letters + (both["letters"] or "")
    return symbol._replace(letters=letters, time=both["time"] or symbol.time)
