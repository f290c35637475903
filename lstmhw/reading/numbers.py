"""Numbers as students write them."""

import re

from lstmhw.faults import shown

_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_FRACTION = re.compile(r"([-+]?[0-9]+)\s*/\s*([0-9]+)")
_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
LONGEST = 400


def number(text: str) -> float:
    """The number a text stands for: `2`, `-.5`, `1e-3`, `010` (ten), `1/3`, `.inf`.

    Raises ValueError, saying what was found and how to write it, for anything else.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a text of {len(text)} characters")
    if _DECIMAL.fullmatch(text):
        return _finite(float(text), text)
    if match := _FRACTION.fullmatch(text):
        return _quotient(int(match[1]), int(match[2]), text)
    if match := _INFINITY.fullmatch(text):
        return float(match[1] + "inf")
    raise ValueError(_description(text))


def whole_number(text: str) -> int:
    """The whole number a text stands for.  Raises ValueError, saying what was found."""
    value = number(text)
    if value != value // 1 or abs(value) > 2**53:
        raise ValueError(text)
    return int(value)


def _finite(value: float, text: str) -> float:
    if abs(value) == float("inf"):
        raise ValueError(f"{shown(text)}, which overflows (over 1.8e308)")
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
    if re.fullmatch(r"[-+]?[0-9][0-9_]*", text):
        return f"{shown(text)} (digits are written without _)"
    if re.fullmatch(r"[-+]?0[xXbBoO][0-9a-fA-F_]+", text):
        return f"{shown(text)} (numbers are written in decimal)"
    return f"the text {shown(text)!r}"
