"""What a marked answer is told: what was done, what should have been done, and the numbers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.marking.claims import EXACT_DECIMALS
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.found import Contrast, Found
from lstmhw.notation import Text, as_given, decimal, equation, symbol, write
from lstmhw.numerals import decimals
from lstmhw.solution import Check

MOST_CORRECTIONS = 3
MOST_SENTENCES = 2
VAGUE = {"factor-omitted", "term-omitted"}  # what a name that says more has said already
FEWEST_DECIMALS = 4


class Marked(NamedTuple):
    """A claim with all that was found out about it.

    `equals` are the mistakes that explain it equally well; `is_slip` says that none does, and that
    all around it agrees; `trivial` names the wrong claim that left nothing to compute here;
    `mistaken` are the wrong claims that it follows from.
    """

    judged: Judged
    equals: Sequence[Found] = ()
    is_slip: bool = False
    mistaken: Sequence[str] = ()
    trivial: str = ""


def check(marked: Marked) -> Check:
    """The verdict on a claim, in words too."""
    judged, equals = marked.judged, marked.equals
    claimed, worst = judged.claimed, judged.worst
    name, claim, expected = claimed.symbol, claimed.claim, claimed.expected
    if worst == "right":
        return Check(name, claim, expected, worst, None, None, "")
    mistake = {"rounding": judged.rounding, "coarse": "too-few-digits"}.get(worst)
    if worst == "wrong":
        mistake = equals[0].name if equals else "arithmetic-slip" if marked.is_slip else None
    where = ", ".join(_places(judged, worst))
    for found in equals[:1]:
        where = "; ".join(m.described for m in found.misread) or where
    extras: Mapping[str, int] = {"credit": 0} if marked.trivial else {}
    explanation = " ".join(filter(None, _sentences(marked)))
    return Check(name, claim, expected, worst, mistake, where, explanation, extras)


def _sentences(marked: Marked) -> Iterator[str]:
    judged = marked.judged
    match judged.worst:
        case "rounding":
            yield _of_rounding(judged)
            yield _corrections(judged, "rounding")
        case "coarse":
            yield "Too few digits to tell whether this is right."
            yield _corrections(judged, "coarse")
        case "follows":
            names = ", ".join(symbol(name, Text()) for name in marked.mistaken)
            yield f"Right method, from your own {names or 'earlier values'}."
            if marked.trivial:
                name = symbol(marked.trivial, Text())
                yield f"Your {name} left nothing to compute here, so this earns no credit."
            yield _corrections(judged, "follows")
        case _ if marked.equals:
            yield from _of_mistake(judged, marked.equals)
        case _:
            yield _of_slip(marked.is_slip)
            yield _corrections(judged, "wrong")


def _of_rounding(judged: Judged) -> str:
    match judged.rounding:
        case "truncated":
            return "Cut off after the last digit, where rounding was due."
        case "rounded-early":
            return "Rounded on the way, which moves the last digits."
    return "Right but for the noise of single precision."


def _of_slip(is_slip: bool) -> str:
    if is_slip:
        return "The method is right in what stands around it, so this looks like a slip."
    return "None of the mistakes with a name gives this."


def _of_mistake(judged: Judged, equals: Sequence[Found]) -> Iterator[str]:
    found = equals[0]
    digits = max(FEWEST_DECIMALS, min(judged.claimed.decimals, 12))
    for done in found.done[:MOST_SENTENCES]:
        yield f"{_capitalized(done)}."
    if len(found.done) > MOST_SENTENCES:
        yield f"So too in {len(found.done) - MOST_SENTENCES} more lines."
    if found.contrast is not None:
        yield _contrasted(found.contrast, digits)
    if found.slip:
        off = np.max(np.abs(found.values - judged.claimed.values))
        yield f"That comes within {off:.1g} of the numbers claimed: there is a slip besides."
    elif not found.whole:
        yield f"That was done in {', '.join(_places(judged, 'wrong'))} alone."
    yield _corrections(judged, "wrong")
    if len(equals) > 1:
        named = [other for other in equals[:0:-1] if not VAGUE & set(other.names)]
        others = {frozenset(other.names): other.name for other in named}
        names = ", ".join(reversed([n for key, n in others.items() if key != set(found.names)]))
        yield f"Also explained by: {names}." if names else ""


def _capitalized(text: str) -> str:
    """The sentence with a capital, unless it begins with a symbol."""
    word = text.partition(" ")[0]
    is_symbol = "_" in word or "[" in word or (len(word) == 1 and word != "a")
    return text if is_symbol else text[0].upper() + text[1:]


def _contrasted(contrast: Contrast, digits: int) -> str:
    """Both lines, and what each gives where they first differ."""
    done, right = (
        equation(contrast.symbol, expr, Text(), digits) for expr in (contrast.done, contrast.right)
    )
    gave, gives = decimal(contrast.gave, digits), decimal(contrast.gives, digits)
    if gave == gives and digits < EXACT_DECIMALS:
        return _contrasted(contrast, digits + 1)
    at = _unit(contrast)
    if done == right:
        return f"{right} then gives {gave}{at}, where it should give {gives}."
    if " = " not in right:  # a line such as tanh(c_1), which is called what it is
        done = write(contrast.done, Text(), digits)
    return f"{done} gives {gave}{at}; {right} gives {gives}."


def _unit(contrast: Contrast) -> str:
    """Which number of a line it is, where there is more than one."""
    if contrast.size == 1:
        return ""
    at = [k + 1 for k in contrast.at]
    return f" in unit {at[0]}" if len(at) == 1 else f" in row {at[0]}, column {at[1]}"


def _corrections(judged: Judged, verdict: str) -> str:
    """The true numbers in the places of those with a verdict."""
    true = judged.claimed.expected.ravel()
    places = dict(zip(_indices(judged, verdict), _places(judged, verdict), strict=True))
    texts = judged.claimed.texts
    shown = [
        f"{place} should be {_as_exact(true[k], texts[k])}, not {texts[k]}"
        for k, place in list(places.items())[:MOST_CORRECTIONS]
    ]
    return "; ".join(shown) + (", ..." if len(places) > MOST_CORRECTIONS else ".")


def _as_exact(true: float, text: str) -> str:
    """The true number, to a few digits more than were claimed."""
    digits = EXACT_DECIMALS if "/" in text else decimals(text) + 2
    return as_given(true, min(max(digits, FEWEST_DECIMALS), EXACT_DECIMALS))


def _indices(judged: Judged, verdict: str) -> list[int]:
    return [k for k, each in enumerate(judged.verdicts) if each == verdict]


def _places(judged: Judged, verdict: str) -> list[str]:
    """The entries with a verdict: c_1[2], W[1][2]; the symbol itself where it is one number."""
    shape = judged.claimed.expected.shape
    if np.prod(shape) == 1:
        return [judged.claimed.symbol]
    indices = (np.unravel_index(k, shape) for k in _indices(judged, verdict))
    return [judged.claimed.symbol + "".join(f"[{int(k) + 1}]" for k in at) for at in indices]
