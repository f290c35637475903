"""Numbers as students write them: what they mean, and how exact they claim to be."""

import math
import re
from typing import TYPE_CHECKING

from lstmhw.faults import shown

if TYPE_CHECKING:
    from fractions import Fraction

_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_FRACTION = re.compile(r"([-+]?[0-9]+)\s*/\s*([0-9]+)")
_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
LONGEST = 400
LARGEST_EXPONENT = 330  # beyond any float64


class Bare(str):
    """A number as it is written, with all its decimals, or a word that needs no quotes."""

    __slots__ = ()


def number(text: str) -> float:
    """The number a text stands for: `2`, `-.5`, `1e-3`, `010` (ten), `1/3`, `.inf`.

    Raises ValueError, saying what was found and how to write it, for anything else.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a text of {len(text)} characters")
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    if match := _FRACTION.fullmatch(text):
        return _quotient(int(match[1]), int(match[2]), text)
    if match := _INFINITY.fullmatch(text):
        return float(match[1] + "inf")
    raise ValueError(_description(text))


def exact(text: str) -> "Fraction | float":
    """The number a text stands for, without rounding; an infinity is a float.

    Raises ValueError as `number` does.
    """
    from fractions import Fraction  # numeric steps do without it

    value = number(text)
    return value if math.isinf(value) else Fraction(text.replace(" ", ""))


def whole_number(text: str) -> int:
    """The whole number a text stands for.  Raises ValueError, saying what was found."""
    value = number(text)
    if value != value // 1 or abs(value) > 2**53:
        raise ValueError(text)
    return int(value)


def counted(count: int, what: str) -> str:
    """So many of something: 1 unit, 2 units."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def above(value: "Fraction | float", digits: int = 2) -> str:
    """A positive bound with so many digits, rounded up: 1.8e-18."""
    if not value:
        return "0"
    from decimal import ROUND_CEILING, Context, Decimal  # numeric steps do without it

    over, under = value.as_integer_ratio()
    up = Context(prec=digits, rounding=ROUND_CEILING).divide(Decimal(over), Decimal(under))
    return f"{float(up):.{digits - 1}e}"


def at_most(value: "Fraction | float", digits: int = 2) -> str:
    """A bound that is not negative, rounded up, without an exponent where it needs none: 0.49."""
    return f"{float(above(value, digits)):.{digits}g}"


def decimals(text: str) -> int:
    """How many decimals a number is written with: 2 for `1.20`, -1 for `1e1`."""
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def half_unit(text: str) -> float:
    """Half a unit of the last digit as written: 0.005 for `1.20`, 0.5 for `12`, 0 for `1/3`."""
    return 0.0 if "/" in text or "inf" in text.lower() else float(f"5e{-decimals(text) - 1}")


def agrees(claimed: float, true: float, half: float) -> bool:
    """Whether a claim is right: within half a unit of its last digit, or 1e-12 relative.

    A tie is right; that floats miss it by a rounding error does not count.
    """
    if not (math.isfinite(claimed) and math.isfinite(true)):
        return claimed == true
    return abs(claimed - true) <= max(half + 1e-15 * (abs(claimed) + abs(true)), 1e-12 * abs(true))


def _decimal(text: str) -> float:
    value = float(text)
    if abs(value) == float("inf"):
        raise ValueError(f"{shown(text)}, which overflows (over 1.8e308)")
    if abs(int(text.lower().partition("e")[2] or 0)) > LARGEST_EXPONENT:
        raise ValueError(f"{shown(text)}, whose exponent is beyond {LARGEST_EXPONENT}")
    return value


def _quotient(above: int, below: int, text: str) -> float:
    if below == 0:
        raise ValueError(f"{shown(text)}, a division by zero")
    try:
        return above / below
    except OverflowError:
        raise ValueError(f"{shown(text)}, which overflows (over 1.8e308)") from None


def _description(text: str) -> str:
    if not text:
        return "nothing"
    if "−" in text or "–" in text:
        return f"{shown(text)} with a typeset minus sign (type - from the keyboard)"
    if text.lower() in (".nan", "nan"):
        return "NaN, which is not a number"
    if text.lower() in ("null", "~"):
        return f"{text}, which is no number (write 0 for a zero)"
    if text.lower().lstrip("+-") in ("inf", "infinity"):
        return f"{text} (infinity is written .inf)"
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text):
        return f"{text} (decimals are written with a point)"
    if re.fullmatch(r"[-+]?[0-9]+(?:\.[0-9]+){2,}", text):
        whole, _, behind = text.partition(".")
        digits = behind.replace(".", "")
        both = f"{shown(whole + digits)} or as {shown(f'{whole}.{digits}')}"
        return f"{shown(text)}, to be read as {both}"
    if re.fullmatch(r"[-+]?[0-9][0-9_]*", text):
        return f"{shown(text)} (digits are written without _)"
    if re.fullmatch(r"[-+]?0[xXbBoO][0-9a-fA-F_]+", text):
        return f"{shown(text)} (numbers are written in decimal)"
    return f"the text {shown(text)!r}"


def decimals_apart(one: float, other: float) -> int:
    """How many decimals tell two numbers apart, 4 at least; 4 where 15 do not."""
    return next((k for k in range(4, 16) if f"{one:.{k}f}" != f"{other:.{k}f}"), 4)
