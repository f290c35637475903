"""What words of a sheet tell of values, in symbols, on the same lines."""

import re

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8}
MOST_UNITS = 100
_COUNT = rf"(\d{{1,3}}|{'|'.join(NUMBERS)})"
UNITS = re.compile(
    rf"\b{_COUNT}[- ](?:(?:hidden|recurrent|memory|LSTM|GRU|RNN)[- ])*(?:units?|cells|neurons)\b",
    re.IGNORECASE,
)
_IN_EACH = re.compile(
    r"(?P<sign>=|\bis|\bare|:)[ \t]*(?P<number>[-+]?\d*\.?\d+)[ \t]+"
    r"(?:in|for|at)[ \t]+(?:each|every|all)(?:[ \t]+of)?(?:[ \t]+(?:the|its))?"
    rf"(?:[ \t]+{_COUNT})?[ \t]+(?:hidden[ \t]+)?units?\b",
    re.IGNORECASE,
)
_GATE = re.compile(
    r"\b((?:forget|input|output|update|reset) gate|candidate) (?=\d*\.?\d+(?:[,;\s]|\.\s|$))"
)
_NUMBER_WORD = re.compile(
    r"\b(is|are)((?: both| all)?)(?: equal to| set to)? (one|two)(?=[ \t]*(?:[.,;)\n]|$))",
    re.I,
)
_RATE = re.compile(r"\b(learning rate)(?: of)? (?=\d*\.?\d)", re.IGNORECASE)
_STEP = re.compile(
    r"(?im)^(?P<head>\W*(?:(?:at )?time(?:[ -]?step)?|step|t[ \t]*=)[ \t]*(?P<t>\d{1,3})"
    r"[ \t]*[:,][ \t]*)(?P<name>[xh])[ \t]*="
)


def in_symbols(text: str) -> str:
    """The text, with what words tell of a value in symbols.

    A number in each unit is a vector, where it says how many units there are; `forget gate 0.9` has
    a colon; `Time 1: x = ..` is about x_1.
    """
    text = _NUMBER_WORD.sub(lambda m: f"{m[1]}{m[2]} {NUMBERS[m[3].lower()]}", text)
    text = _RATE.sub(r"\1: ", text)
    text = _STEP.sub(r"\g<head>\g<name>_\g<t> =", _GATE.sub(r"\1: ", text))
    counts = {_number(match[1]) for match in UNITS.finditer(text)}
    only = counts.pop() if len(counts) == 1 else 0

    def vector(match: re.Match[str]) -> str:
        units = _number(match[3]) if match[3] else only
        if not 0 < units <= MOST_UNITS:
            return match[0]
        return f"{match['sign']} [{', '.join([match['number']] * units)}]"

    return _IN_EACH.sub(vector, text)


def _number(word: str) -> int:
    return NUMBERS.get(word.lower()) or int(word)
