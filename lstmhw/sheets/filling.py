"""Vectors that a sheet tells in words: `h_0 = 0.5 in each of 2 units` is `h_0 = [0.5, 0.5]`."""

import re

NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8}
MOSTUNITS = 100
_COUNT = rf"(\d{{1,3}}|{'|'.join(NUMBERS)})"
UNITS = re.compile(
    rf"\b{_COUNT}[- ](?:(?:hidden|recurrent|memory|LSTM|GRU|RNN)[- ])*(?:units?|cells|neurons)\b",
    re.IGNORECASE,
)
_FILLED = re.compile(
    r"(?P<sign>=|\bis|\bare|:)[ \t]*(?P<number>[-+]?\d*\.?\d+)[ \t]+(?:in|for|at)[ \t]+(?:each|every|all)"
    rf"(?:[ \t]+of)?(?:[ \t]+(?:the|its))?(?:[ \t]+{_COUNT})?[ \t]+(?:hidden[ \t]+)?units?\b",
    re.IGNORECASE,
)


_GATE = re.compile(
    r"\b((?:forget|input|output|update|reset) gate|candidate) (?=\d*\.?\d+(?:[,;\s]|\.\s|$))"
)
_STEP = re.compile(
    r"(?im)^(?P<head>\W*(?:(?:at )?time(?:[ -]?step)?|step|t[ \t]*=)[ \t]*(?P<t>\d{1,3})[ \t]*[:,][ \t]*)"
    r"(?P<name>[xh])[ \t]*="
)


def filled(text: str) -> str:
    """The text, with what words tell of a value in symbols.

    A number in each unit is a vector, where it says how many units there are; `forget gate 0.9` has
    a colon; `Time 1: x = ..` is about x_1.
    """
    text = _STEP.sub(r"\g<head>\g<name>_\g<t> =", _GATE.sub(r"\1: ", text))
    counts = {_number(match[1]) for match in UNITS.finditer(text)}
    only = counts.pop() if len(counts) == 1 else 0

    def vector(match: re.Match[str]) -> str:
        units = _number(match[3]) if match[3] else only
        if not 0 < units <= MOSTUNITS:
            return match[0]
        return f"{match['sign']} [{', '.join([match['number']] * units)}]"

    return _FILLED.sub(vector, text)


def _number(word: str) -> int:
    return NUMBERS.get(word.lower()) or int(word)
