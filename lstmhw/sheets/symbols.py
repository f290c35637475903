r"""Names of sheets taken apart: `\tilde{C}_{t-1}`, `W_{xf}`, `Wf`, `b^{(f)}`, `h0`, `dL/dh_t`."""

import re
from typing import NamedTuple

from lstmhw.sheets.plain import TILDE

_MARK = (
    r"(?:[_^]\s*\{(?:[^{}]|\{[^{}]*\})*\}|\^\s*\([^()]*\)|[_^]?\s*<[^<>\n]{1,12}>|[_^][A-Za-z0-9]+"
    r"|\(t(?:\s*[-+]\s*1)?\)|\(\d+\)|\[t(?:\s*[-+]\s*1)?\])"
)
NAME = (
    rf"(?:[∂d]\s?[A-Z]\s?/\s?[∂d]\s?|[∇δΔ]\s?_?)?"
    rf"(?:[A-Za-zΓηα][A-Za-z0-9]*{TILDE}?{_MARK}*[A-Za-z0-9_]*'?)"
)
"""A name in a plain text."""
_OF_WEIGHTS = "WUVRb"
_LETTERS = "xhifgocCaujzrnyes"
_WORDS = {
    "forget": "f",
    "input": "i",
    "in": "i",
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
    return base in _OF_WEIGHTS and len(mark) < 3 and set(mark) <= set(_LETTERS)


def _symbol(base: str, marks: list[str]) -> Symbol | None:
    letters, time = "", ""
    for mark in marks:
        for part in re.split(r",", re.sub(r"\{|\}", "", mark)):
            part = part.strip("() ")
            if part in ("T", "top", ""):
                continue
            if part == TILDE or part == "'":
                base += part
            elif part in ("hot", "onehot", "one-hot"):
                base = "one-hot"
            elif _PREVIOUS.fullmatch(part):
                time = time or "t-1"
            elif part == "t" or re.fullmatch(r"\d+|t\+1", part):
                if time and time != part:
                    return None
                time = part
            elif part in _WORDS:
                letters += _WORDS[part]
            elif re.fullmatch(rf"[A-Za-z]{{1,2}}{TILDE}?", part):
                letters += part
            elif re.fullmatch(r"[A-Za-z]t", part):
                letters, time = letters + part[0], "t"
            elif re.fullmatch(r"[a-zA-Z]{1,2}\d+", part):
                letters, time = letters + part.rstrip("0123456789"), re.sub(r"\D", "", part)
            else:
                return None
    return Symbol(base, letters.replace(TILDE, ""), time)
