"""Other numbers in the place of some: as large, with as many decimals, drawn at random.

Only whole numbers are drawn, so the same seed gives the same on every machine.
"""

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from lstmhw.numerals import decimals, exact, number

LIMIT = 20  # a bias of this size holds a gate open or closed, whatever else is added
NUMBER = re.compile(r"[-+]?([0-9.]+)((?:[eE].*)?)")
MOST_ORDERS = 200

Texts = Sequence[str]


class Sizes(NamedTuple):
    """From what size to what size numbers are drawn; `is_bounded` says that 1 is never passed."""

    least: Fraction
    most: Fraction
    is_bounded: bool

    def of_unit(self, unit: Fraction) -> tuple[int, int]:
        """The same in whole units of the last digit; where there is no choice, more than that."""
        least, most = math.ceil(self.least / unit), math.floor(self.most / unit)
        if self.least == self.most or least > most:
            least = max(1, math.floor(self.least / unit / 2))
            most = max(math.ceil(self.most / unit * 3 / 2), least + 1)
        if self.is_bounded and self.most <= 1:
            most = min(most, math.floor(1 / unit))
        elif self.most < 1:
            most = min(most, math.ceil(1 / unit) - 1)
        return min(least, most), most


def other_numbers(
    texts: Texts, random: Random, has_limits: bool = False, is_bounded: bool = False
) -> list[str]:
    """Other numbers with as many decimals, drawn from the sizes that these have.

    A zero stays, and an infinity; where there may be limits, a limit too.  There are negative
    numbers where there are some.  Where numbers are bounded, what is at most 1 stays so.
    """
    free = [text for text in texts if _is_free(text, has_limits)]
    if not free:
        return [*texts]
    values = [Fraction(exact(text)) for text in free]
    sizes = Sizes(min(map(abs, values)), max(map(abs, values)), is_bounded)
    has_sign = min(values) < 0
    return [
        _other(text, sizes, has_sign, random) if _is_free(text, has_limits) else text
        for text in texts
    ]


def _is_free(text: str, has_limits: bool) -> bool:
    value = number(text)
    return value != 0 and not math.isinf(value) and not (has_limits and abs(value) >= LIMIT)


def _other(text: str, sizes: Sizes, has_sign: bool, random: Random) -> str:
    sign = random.choice(["", "-"]) if has_sign else ""
    if "/" in text:
        below = int(text.partition("/")[2])
        return f"{sign}{_numerator(below, sizes, random)}/{below}"
    match = NUMBER.fullmatch(text)
    assert match is not None
    mantissa, exponent = match.groups()
    places = decimals(mantissa)
    unit = Fraction(10) ** -decimals(text)
    least, most = sizes.of_unit(unit)
    units = random.randint(least, most)
    if places and not mantissa.endswith("0"):
        while units % 10 == 0 and most - least:
            units = random.randint(least, most)
    return f"{sign}{_decimal(units, places)}{exponent}"


def _decimal(units: int, places: int) -> str:
    """So many units of the last digit, written with so many decimals."""
    if not places:
        return str(units)
    digits = str(units).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}"


def _numerator(below: int, sizes: Sizes, random: Random) -> int:
    """What stands above a number in a fraction that cannot be reduced."""
    least, most = sizes.of_unit(Fraction(1, below))
    whole = [above for above in range(least, most + 1) if math.gcd(above, below) == 1]
    return random.choice(whole or [1])


def other_order(sequence: str, random: Random, kept: Sequence[str] = ()) -> str:
    """The words of a sequence in another order, in which what is kept still occurs if it did."""
    words = sequence.split()
    due = [f" {phrase} " for phrase in kept if f" {phrase} " in f" {' '.join(words)} "]
    for _ in range(MOST_ORDERS):
        other = " ".join(random.sample(words, len(words)))
        if all(phrase in f" {other} " for phrase in due):
            return other
    return sequence
