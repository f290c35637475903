"""Rows that come out: an expression evaluated over its numbers as they are printed.

A row shows its data as they were given, and what was computed to so many decimals.  Where that does
not give the value that is shown, it has as many more digits as it takes.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.expr import Apply, Constant, Expr, Quantity
from lstmhw.functions import Floats
from lstmhw.notation import TYPED, Printed, datum, decimal, significant
from lstmhw.numerals import half_unit
from lstmhw.solution import Step

MOST_MORE = 6  # digits
FARTHEST = 1e-3  # from its limit is a function that is told to be near it
ValueOf = Callable[[Expr], Any]

POWERS_OF_TEN = np.array([float(10**k) for k in range(23)])  # those that floats are exactly
MOST_TYPED = 1e5  # below it a float has ten decimals and more
LARGEST = 1e13  # of what is rounded at once, counted in units of its last digit
NOISE = 1e-15


class Told(NamedTuple):
    """The value of a row as it is shown, and how many more digits its numbers need to give it.

    `more` is None where even the most do not.
    """

    value: str
    more: int | None


def told(step: Step, units: Sequence[int], digits: int) -> list[Told]:
    """The values of these numbers of a step, counted through all of them."""
    values = step.value.reshape(-1)[units].tolist()
    texts = [decimal(value, digits) for value in values]
    with np.errstate(all="ignore"):
        gaps = _gaps(step, units, texts, lambda expr: expr.value)
        needed = _digits_needed(step, units, (texts, gaps), digits)
    return [Told(text + gap, more) for text, gap, more in zip(texts, gaps, needed, strict=True)]


def printed(expr: Expr, digits: int, more: int) -> Expr:
    """An expression of one number over its numbers as printed, to so many more digits."""
    return _with_texts(expr, digits, more) if more else expr  # which is how it is written


def _with_texts(expr: Expr, digits: int, more: int) -> Expr:
    if isinstance(expr, Constant):
        return _printed(float(expr.value), expr.rounded, digits, more)
    parts = [_with_texts(part, digits, more) for part in expr.parts]
    return expr.rebuilt(*parts) if parts else expr


@lru_cache(maxsize=1 << 14)
def _printed(value: float, is_computed: bool, digits: int, more: int) -> Printed:
    spell = decimal if is_computed else datum
    least, most = spell(value, digits), spell(value, digits, more)
    return Printed(least if float(least) == float(most) else most)


def _digits_needed(
    step: Step, units: Sequence[int], shown: tuple[list[str], list[str]], digits: int
) -> list[int | None]:
    """How many more digits the row of each unit needs to give what is `shown` as its value."""
    texts, gaps = shown
    needed: list[int | None] = [None] * len(units)
    for more in range(MOST_MORE + 1):
        if None not in needed:
            break
        value_of = partial(_over_printed, digits=digits, more=more)
        is_right = _are_shown_as(_of(step, value_of(step.expr), units), texts)
        again = _gaps(step, units, texts, value_of)
        for k, comes_out in enumerate(is_right.tolist()):
            if needed[k] is None and comes_out and again[k] == gaps[k]:
                needed[k] = more
    return needed


def _are_shown_as(values: Floats, texts: list[str]) -> NDArray[np.bool_]:
    """Which of the values round to these texts; a tie goes up, also one that floats nearly have."""
    target = np.array([float(text) for text in texts])
    half = np.array([half_unit(text) for text in texts])
    apart = np.abs(values - target)
    doubt = 1e-9 * half + 10 * NOISE * np.abs(target)
    is_up = np.abs(target) > np.abs(values)
    room = np.where(is_up, half + doubt, half - doubt)
    return np.asarray((apart <= room) | (values == target))


def _of(step: Step, values: Any, units: Sequence[int]) -> Floats:
    """The numbers of these units; what is the same for several stands there once."""
    return np.broadcast_to(values, step.value.shape).reshape(-1)[units]


def _gaps(step: Step, units: Sequence[int], texts: list[str], value_of: ValueOf) -> list[str]:
    """How far the units of a saturated function are from its limit, where that is shown."""
    gaps = [""] * len(units)
    expr = step.expr
    at_limit = [k for k, text in enumerate(texts) if abs(float(text)) == 1]
    if not at_limit or not isinstance(expr, Apply) or expr.function.gap is None:
        return gaps
    arguments = _of(step, value_of(expr.parts[0]), units)
    for k in at_limit:
        gap = expr.function.gap(float(arguments[k]))
        if 0 < gap <= FARTHEST:
            gaps[k] = f" ({'-1 +' if texts[k].startswith('-') else '1 -'} {gap:.1e})"
    return gaps


def _over_printed(expr: Expr, digits: int, more: int) -> Any:
    """The value of an expression over its numbers as printed."""
    if isinstance(expr, Quantity):
        return _as_printed(expr, digits, more)
    if isinstance(expr, Constant):
        return _printed(float(expr.value), expr.rounded, digits, more).value
    return expr.compute(*[_over_printed(part, digits, more) for part in expr.parts])


@lru_cache(maxsize=64)  # weights come again in every time step
def _as_printed(quantity: Quantity, digits: int, more: int) -> Any:
    values = np.asarray(quantity.value, dtype=np.float64)
    if not quantity.given:
        return _rounded(values, (digits, more), decimal)
    is_typed = (np.abs(values) < MOST_TYPED) & (np.round(values, TYPED) == values)
    if is_typed.all():
        return values
    return np.where(is_typed, values, _rounded(values, (digits, more), datum))


def _rounded(values: Floats, shown: tuple[int, int], spell: Callable[..., str]) -> Floats:
    """What the numbers say as they are spelled: all at once where no digit is in doubt."""
    digits, more = shown
    size = np.abs(values)
    power = np.log10(size)
    of_small = np.where(size < 0.1, significant(digits) - 1 - np.floor(power), 0)
    places = np.maximum(of_small, digits) + more
    is_known = (places >= 2) & (places < len(POWERS_OF_TEN))
    scale = POWERS_OF_TEN[np.where(is_known, places, 0).astype(int)]
    units = values * scale
    is_tie = np.abs(np.abs(units - np.floor(units)) - 0.5) < 1e-6 + 4 * NOISE * np.abs(units)
    is_power = np.abs(power - np.rint(power)) < 1e-12
    is_sure = is_known & ~is_tie & ~is_power & (np.abs(units) < LARGEST)
    result = np.where(is_sure, np.rint(units) / scale, values)
    for index in np.argwhere(~is_sure & (values != 0)):
        at = tuple(index)
        result[at] = float(spell(float(values[at]), digits, more))
    return result
