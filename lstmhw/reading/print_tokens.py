r"""The pieces of a text that stands for numbers: `[[2. -3.]]`, `2 & -3 \\`, `0,55; 0,43`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from lstmhw.faults import shown

LONGEST = 2**23  # characters
ESCAPED = (
    r"in double quotes \b and \f are single characters: put LaTeX in single quotes, or behind |"
)
CALLS = "write zeros(6, 4), in quotes where it stands in braces; 0 alone is zeros of any shape"
WHOLE = "print the whole array: np.set_printoptions(threshold=np.inf), or torch's profile='full'"
IN_POINTS = "write decimals with a point, and a blank after each comma that separates"


class PastedError(Exception):
    """Why a text cannot be read as numbers, and where in it that shows, counted from 0."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        self.at = at
        self.hint = hint
        super().__init__(message)


class NotNumbersError(PastedError):
    """A text with words or operations in it, which may be meant as something else."""


def ambiguous(at: int, text: str, readings: Sequence[str], hint: str) -> PastedError:
    """The error of a text that can be read in two ways."""
    told = " or as ".join(map(shown, readings))
    return PastedError(f"expected numbers, found {shown(text)}, to be read as {told}", at, hint)


class Token(NamedTuple):
    """A piece of a text: what it is, what it says, and where it begins."""

    kind: str
    text: str
    at: int


_DIGITS = r"(?:[0-9]+\{,\}[0-9]+|[0-9]+\.?[0-9]*|\.[0-9]+)"
_TIMES = r"(?:\\cdot|\\times|\u00d7|\u00b7|\*)"
_HIGH = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"


def _power_as(inner: str, bare: str, high: str) -> str:
    """What raises 10: ^{-3}, ^-3 or a high number, with names for the three."""
    digits = "[-+]?[0-9]{1,3}"
    braced = rf"\^\s*(?:\{{\s*(?P<{inner}>{digits})\s*\}}|(?P<{bare}>{digits}))"
    return rf"(?:{braced}|(?P<{high}>[{_HIGH}]+))"


_LOWERED = str.maketrans(_HIGH, "-+0123456789")
_MODULE = r"(?:(?:np|numpy|torch|tf|jnp|jax|cp)\s*\.\s*)*"
_TYPES = "|".join(
    (
        *("float16", "float32", "float64", "float_", "double", "bfloat16"),
        *("int8", "int16", "int32", "int64", "int_", "uint8"),
    )
)
_CALLS = rf"array|asarray|[tT]ensor|(?:Device)?Array|matrix|{_TYPES}"
_ENVIRONMENTS = "[bpvBV]?(?:matrix|smallmatrix)|array"
_SIZE = r"\s*[(\[]?\s*[0-9]{1,6}\s*(?:,\s*[0-9]{1,6}\s*)*,?\s*[)\]]?\s*"
_SPLIT = r"Columns? [0-9]+(?: (?:through|to|and) [0-9]+)?"  # how MATLAB prints what is wide
_SIZED = r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|hline)(?![a-zA-Z])"
_SKIPPED = rf"{_SIZED}|\\[\[\]()]|\$|Parameter containing:"
_PIECES = (
    rf"(?P<elided>\.\.\.|…|\\[lcvd]?dots(?![a-zA-Z])|{_SPLIT})"
    rf"|(?P<begin>\\begin\s*\{{(?:{_ENVIRONMENTS})\}}(?:\s*\{{[lcr| ]*\}})?)"
    rf"|(?P<end>\\end\s*\{{(?:{_ENVIRONMENTS})\}})"
    rf"|(?P<row>;|\\\\(?:\[-?[0-9.]+(?:pt|em|ex|mm)\])?|\\cr(?![a-zA-Z]))"
    rf"|(?P<skipped>{_SKIPPED})"
    rf"|(?P<transposed>\^\s*(?:T(?![a-zA-Z])|\\top(?![a-zA-Z])"
    rf"|\{{\s*(?:T|\\top|\\intercal|\\mathsf\{{T\}}|\\mathrm\{{T\}})\s*\}})|ᵀ|\.?'|\.T(?![a-zA-Z]))"
    rf"|(?P<fraction>[-+]?\s*\\[dt]?frac\s*(?:\{{\s*(?P<a>[-+]?[0-9]+)\s*\}}\s*\{{\s*(?P<b>[0-9]+)\s*\}}"
    rf"|(?P<c>[0-9])\s*(?P<d>[0-9])))"
    rf"|(?P<pointed>[-+]?[0-9]+(?:\.[0-9]+){{2,}})"
    rf"|(?P<power>[-+]?10\s*{_power_as('p', 'q', 'r')})"
    rf"|(?P<number>(?P<sign>[-+\u2212\u2013])?(?P<digits>{_DIGITS})(?P<e>[eE][-+]?[0-9]{{1,4}})?"
    rf"(?:\s*{_TIMES}\s*10\s*{_power_as('x', 'y', 'z')})?)"
    rf"|(?P<infinity>[-+]?(?:\\infty|\.?[iI]nf)(?![a-zA-Z]))"
    rf"|(?P<nan>[-+]?\.?[nN]a[nN](?![a-zA-Z]))"
    rf"|(?P<made>{_MODULE}(?:zeros|ones|eye|identity)\s*\({_SIZE}(?:,\s*dtype\s*=[^()\n]*)?\))"
    rf"|(?P<call>{_MODULE}(?:{_CALLS})\s*\()"
    rf"|(?P<keyword>,\s*(?:[A-Za-z_]\w*\s*=|{_MODULE}(?:{_TYPES})\s*(?=\))))"
    r"|(?P<open>[\[(])|(?P<close>[\])])"
    r"|(?P<slash>[^\S\n]*/[^\S\n]*)"
    r"|(?P<comma>,)|(?P<amp>&)|(?P<tab>[ ]*\t[ ]*)"
    r"|(?P<line>[^\S\n]*\n\s*)|(?P<blank>[^\S\n]+|\\[,;:! ]|\\q?quad(?![a-zA-Z])|~)"
    r"|(?P<percent>\\?%)|(?P<times>\\cdot|\\times|[*\u00d7\u00b7])"
    r"|(?P<minus>[-+\u2212])"
    r"|(?P<word>[A-Za-z_]\w*|.)"
)


@cache
def _pattern() -> re.Pattern[str]:
    """Any piece; only files with such texts pay for its making."""
    return re.compile(_PIECES)


def tokens(text: str, at: int = 0) -> Iterator[Token]:
    """The pieces of a text from a place on, numbers spelled as `numerals.number` reads them.

    Raises PastedError for what cannot be read, NotNumbersError for words.
    """
    if len(text) > LONGEST:
        raise PastedError(f"expected at most {LONGEST:,} characters of numbers, found more", 0)
    pattern = _pattern()
    while at < len(text):
        match = pattern.match(text, at)
        assert match is not None, "the last alternative matches any character"
        kind = str(match.lastgroup)
        if kind in _REFUSED:
            raise _REFUSED[kind](match)
        at = _end_of_keywords(text, match.end()) if kind == "keyword" else match.end()
        if kind not in ("skipped", "keyword"):
            yield Token(*_SPELLED.get(kind, _as_written)(kind, match))


Spelled = tuple[str, str, int]


def _as_written(kind: str, match: re.Match[str]) -> Spelled:
    return kind, match[0], match.start()


def _number(kind: str, match: re.Match[str]) -> Spelled:
    digits = match["digits"].replace("{,}", ".")
    power = match["x"] or match["y"] or (match["z"] or "").translate(_LOWERED)
    exponent = match["e"] or ""
    if power:
        exponent = scaled(exponent, int(power))
    return kind, (match["sign"] or "") + digits + exponent, match.start()


def scaled(number: str, power: int) -> str:
    """The number times a power of ten, with the digits that it has."""
    if not power:
        return number
    mantissa, _, exponent = number.lower().partition("e")
    return f"{mantissa}e{int(exponent or 0) + power}"


def _power(kind: str, match: re.Match[str]) -> Spelled:
    power = match["p"] or match["q"] or match["r"].translate(_LOWERED)
    sign = "-" if match[0].startswith("-") else ""
    return "number", f"{sign}1e{int(power)}", match.start()


def _fraction(kind: str, match: re.Match[str]) -> Spelled:
    above, below = match["a"] or match["c"], match["b"] or match["d"]
    sign = "-" if match[0].startswith("-") != above.startswith("-") else ""
    return "number", f"{sign}{above.lstrip('+-')}/{below}", match.start()


def _infinity(kind: str, match: re.Match[str]) -> Spelled:
    return "number", "-.inf" if match[0].startswith("-") else ".inf", match.start()


_SPELLED: Mapping[str, Callable[[str, re.Match[str]], Spelled]] = {
    "number": _number,
    "power": _power,
    "fraction": _fraction,
    "infinity": _infinity,
}


def _elided(match: re.Match[str]) -> PastedError:
    return PastedError(f"expected all numbers, found {match[0]} for some", match.start(), WHOLE)


def _pointed(match: re.Match[str]) -> PastedError:
    whole, _, behind = match[0].partition(".")
    digits = behind.replace(".", "")
    readings = [f"{whole}{digits}", f"{whole}.{digits}"]
    return ambiguous(match.start(), match[0], readings, "write thousands without a mark")


def _nan(match: re.Match[str]) -> PastedError:
    return PastedError("expected a number, found NaN, which is not a number", match.start())


def _word(match: re.Match[str]) -> PastedError:
    is_call = re.match(r"\s*\(", match.string[match.end() :]) is not None
    hint = CALLS if is_call and re.fullmatch("zeros|ones|eye", match[0]) else ""
    hint = ESCAPED if match[0] in "\a\b\f\r\t\v\x1b" else hint
    return NotNumbersError(f"expected a number, found {shown(match[0])!r}", match.start(), hint)


_REFUSED = {"elided": _elided, "pointed": _pointed, "nan": _nan, "word": _word}


def _end_of_keywords(text: str, at: int) -> int:
    """The place of the bracket that closes a call, after what stands there beside the numbers."""
    depth = 0
    while at < len(text):
        if text[at] in "([<{":
            depth += 1
        elif text[at] in ")]>}":
            if not depth:
                return at
            depth -= 1
        at += 1
    return at
