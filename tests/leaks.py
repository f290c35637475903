"""What gives an answer away: the numbers of a page that are true ones, or simply related to one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from lstmhw.solution import Check

TURNED = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)  # times the truth, a number gives it away
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w])")
HARMLESS = re.compile(r'"(evidence|score|out_of|max_score)": [-\d.]+')
UNSEEN = re.compile(r"<style.*?</style>|<script.*?</script>|^.*\\begin\{document\}", re.DOTALL)
CREDITED = ("right", "rounding")


def numbers(text: str) -> Iterator[str]:
    """Every number in a text, as it is written."""
    yield from (match.group().replace("−", "-") for match in NUMBER.finditer(text))


def telling(text: str) -> Iterator[Decimal]:
    """The numbers with three significant digits or more."""
    for written in numbers(text):
        value = Decimal(written)
        if len(value.as_tuple().digits) >= 3:
            yield value


def gives_away(value: Decimal, true: float) -> bool:
    """Whether a number is a true one, or simply related to it, to its last digit."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    half = 0.5000001 * 10.0**exponent
    return any(abs(float(value) - factor * true) <= half for factor in TURNED)


def entries(expected: Any) -> Iterator[float]:
    """The numbers of what is expected."""
    if isinstance(expected, Mapping):
        for part in expected.values():
            yield from entries(part)
    elif isinstance(expected, np.ndarray | int | float) and not isinstance(expected, bool):
        yield from np.ravel(expected).tolist()


def withheld(checks: Sequence[Check]) -> list[float]:
    """The true numbers of what is answered wrongly or not at all."""
    return [n for c in checks if c.verdict not in CREDITED for n in entries(c.expected)]


def leaks(page: str, sheet: str, checks: Sequence[Check]) -> list[str]:
    """The numbers of a page that give an answer away, and stand nowhere on the sheet."""
    known = {abs(Decimal(written)) for written in numbers(sheet)}
    shown = UNSEEN.sub("", HARMLESS.sub("", page))
    return [
        str(value)
        for value in dict.fromkeys(telling(shown))
        if abs(value) not in known
        for true in withheld(checks)
        if gives_away(value, true)
    ]
