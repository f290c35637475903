r"""A sheet as plain text: Markdown's, LaTeX's and Unicode's ways of writing one thing are one.

The lines stay where they are, so that places in the plain text tell lines of the sheet.  Subscripts
are `_..`, a candidate is marked with a combining tilde behind its letter, `\sigma` is the Greek
letter; matrices in LaTeX environments and printed arrays stay for the reader of pasted numbers.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from lstmhw.sheets.tables import rewritten
from lstmhw.sheets.wording import in_symbols

TILDE = "\u0303"
"""Behind the letter of a candidate."""
_LOWERED = str.maketrans(
    "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
    "0123456789+-=()aehijklmnoprstuvx",
)
_LOW = "".join(map(chr, _LOWERED))
_GROUP = r"((?:[^{}]|\{[^{}]*\})*)"
_FONTS = (
    *("mathbf", "boldsymbol", "bm", "mathrm", "mathit", "mathsf", "mathcal", "text", "textbf"),
    *("textit", "textrm", "texttt", "emph", "vec", "operatorname", "operatorname*", "underline"),
    *("mathbb", "textsf", "bf", "pmb"),
)
_FONT = "|".join(map(re.escape, sorted(_FONTS, key=len, reverse=True)))
_WORDS = {
    **dict.fromkeys(("sigma", "upsigma"), "σ"),
    "tanh": "tanh",
    "partial": "∂",
    "approx": "≈",
    "simeq": "≈",
    "cong": "≈",
    "odot": "⊙",
    "circ": "⊙",
    "ast": "⊙",
    "otimes": "⊙",
    "langle": "<",
    "rangle": ">",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "le": "<=",
    "leq": "<=",
    "gt": ">",
    "lt": "<",
    "Gamma": "Γ",
    "eta": "η",
    "alpha": "α",
    "delta": "δ",
    "Delta": "Δ",
    "ell": "L",
    "to": "→",
    "rightarrow": "→",
    "mapsto": "→",
    "gets": "=",
    "leftarrow": "=",
    **dict.fromkeys(("quad", "qquad", "displaystyle", "textstyle", "noindent", "hline"), " "),
    **dict.fromkeys(("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr"), ""),
    **dict.fromkeys(("middle", "bigg", "Bigg", "nonumber", "item", "centering", "small"), ""),
    "Vert": "‖",
    "mid": "|",
    "vert": "|",
    "parallel": "‖",
}
_MARKED = {"tilde": TILDE, "widetilde": TILDE, "bar": TILDE, "hat": "", "widehat": ""}
_APART = re.compile(
    r"(?<![A-Za-z0-9_\\])(?:(?<=\W)|^)([WUVbxhcC]) (?=[a-zC0-9])"
    r"([fiocgCrznu]|(?<=[WUb] )[xhy]|[xh][fiocgrznhy]|\d{1,2}|t(?: ?- ?1)?)(?=\s*(?:[=,;\]]|\)))",
    re.MULTILINE,
)
"""A subscript that a PDF has left behind its letter: `W f =`, `[x t , h t-1]`."""
_OPEN, _CLOSED = "⎡⎢⎣⎛⎜⎝", "⎤⎥⎦⎞⎟⎠"
_N = r"[-+]?[\d.]+"
_ROW_OF = re.compile(rf"\(((?:[ \t]*{_N}(?:[ \t]+{_N})+|[ \t]+{_N})[ \t]*)\)")
"""A row of a matrix whose brackets are drawn with one pair a row."""
_PIECE = re.compile(rf"[{_OPEN}]([^{_OPEN}{_CLOSED}]*)[{_CLOSED}]")


def plain(sheet: str) -> str:
    """The plain text, with the line breaks that the sheet has."""
    text = sheet.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(map(_character, text))
    if r"\begin{document}" in text or r"\documentclass" in text:
        text = re.sub(r"(?<!\\)%.*", "", text)
    text = re.sub(r"\\(?:question|(?:sub)?part)\s*\[[^\]\n]{0,9}\]", " ", text)
    text = re.sub(rf"[{_LOW}]+", _lowered, text)
    text = _without_commands(re.sub(r"(?<=\d)\{,\}(?=\d)", ".", text))
    text = re.sub(r"\*\*|`+|\$|(?m:^[ \t]*>[ \t])|(?<!\w)__|__(?!\w)", " ", text)
    text = re.sub(r"(?m)^([ \t]*)[-*+•] (?=[ \t]*[^\W\d])", r"\1  ", text)
    text = re.sub(r"([A-Za-z])~(?=\s*[_=\s,(\]^])", rf"\1{TILDE}", text)
    text = re.sub(r"(\b[A-Za-z]_?[a-z0-9]*)_tilde\b|([A-Za-z])_?tilde_", _told_tilde, text)
    text = re.sub(r"\b([hHcC])_?hat(?=_|\d|\b)", rf"\1{TILDE}", text)
    text = _APART.sub(r"\1_{\2}", text)
    lines = list(_bracketed(list(_with_pieces(text.split("\n")))))
    return in_symbols("\n".join(rewritten(lines)))


def _character(character: str) -> str:
    """A character as a keyboard has it, where it has."""
    code = ord(character)
    if 0x1D400 <= code <= 0x1D7FF or 0xFB00 <= code <= 0xFB06:
        return unicodedata.normalize("NFKC", character)
    if character in "\f\v\u00a0\u2007\u2009\u202f\u200a":
        return " "
    if character in "\u2212\u2010\u2011":
        return "-"
    spelled = {"≥": ">=", "≤": "<=", "∗": "⊙", "∘": "⊙", "◦": "⊙", "⟨": "<", "⟩": ">", "∈": " in "}
    spelled |= {"\u200b": "", "\ufeff": "", "←": "=", "≃": "≈", "’": "'", "𝜎": "σ"}
    return spelled.get(character, character)


def _lowered(match: re.Match[str]) -> str:
    return f"_{{{match[0].translate(_LOWERED)}}}"


def _told_tilde(match: re.Match[str]) -> str:
    """C_tilde and c_t_tilde are the candidate."""
    name = match[1] or match[2]
    return f"{name[0]}{TILDE}{name[1:]}" + ("_" if match[2] else "")


def _without_commands(text: str) -> str:
    """LaTeX's fonts, signs and blanks as characters; what holds numbers stays."""
    for _ in range(3):
        text = re.sub(rf"\\(?:{_FONT})\s*\{{{_GROUP}\}}", r"\1", text)
        text = re.sub(rf"\\(?:{_FONT})\s*(?=[\d\\]|\s[A-Za-z])", "", text)
        text = re.sub(rf"\\({'|'.join(_MARKED)})\s*(?:\{{{_GROUP}\}}|\s([A-Za-z]))", _marked, text)
    text = re.sub(
        rf"\\[dt]?frac\s*\{{\s*(?:\\partial|d)\s*{_GROUP}\}}\s*\{{\s*(?:\\partial|d)\s*{_GROUP}\}}",
        r"∂\1/∂\2",
        text,
    )
    text = re.sub(r"\\([A-Za-z]+)(?:\b|(?=_))", _word, text)
    text = re.sub(r"(?<!\\)\\[,;:! ()\[\]]", " ", text)
    return re.sub(r"&\s*(=|≈|:|→)", r" \1", text)


def _marked(match: re.Match[str]) -> str:
    letters = match[2] or match[3] or ""
    is_candidate = "hat" in match[1] and letters[:1] in tuple("hHcC")
    return f"{letters[:1]}{TILDE if is_candidate else _MARKED[match[1]]}{letters[1:]}"


def _word(match: re.Match[str]) -> str:
    return _WORDS.get(match[1], match[0])


def _with_pieces(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with rows in parentheses of their own drawn as pieces of one matrix.

    Such rows are on adjacent lines, equally many on each, and at most one line has words too.
    """
    at = 0
    while at < len(lines):
        count = len(_ROW_OF.findall(lines[at]))
        end = at + 1
        while count and end < len(lines) and len(_ROW_OF.findall(lines[end])) == count:
            end += 1
        block = lines[at:end]
        named = [line for line in block if re.search(r"[^\s,;.]", _ROW_OF.sub("", line))]
        is_matrix = len(block) > 1 and len(named) < 2
        yield from (_ROW_OF.sub(r"⎢\1⎥", line) if is_matrix else line for line in block)
        at = end


def _bracketed(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with matrices drawn with pieces of brackets in one line each.

    `W = ⎡2 6⎤` above `⎣1 3⎦` is `W = [2 6; 1 3]`.
    """
    block: list[str] = []
    for line in lines:
        is_drawn = _PIECE.search(line) is not None
        starts = re.search("[⎡⎛]", line) is not None and bool(block)
        if block and (starts or not is_drawn):
            yield from _joined(block)
            block = []
        if is_drawn:
            block.append(line)
        else:
            yield line
    yield from _joined(block)


def _joined(block: Sequence[str]) -> Iterator[str]:
    """A block of drawn rows as one line, and blank ones for the others."""
    rows = [list(_PIECE.finditer(line)) for line in block]
    if not block or len({len(row) for row in rows}) > 1:
        yield from block
        return
    said, ends = [], [0] * len(block)
    for column in zip(*rows, strict=True):
        before = [line[end : m.start()] for line, end, m in zip(block, ends, column, strict=True)]
        said.append(" ".join(part.strip() for part in before if part.strip()))
        said.append(f" [{'; '.join(match[1].strip() for match in column)}] ")
        ends = [match.end() for match in column]
    after = [line[end:].strip() for line, end in zip(block, ends, strict=True)]
    yield "".join([*said, " ".join(filter(None, after))])
    yield from [""] * (len(block) - 1)
