"""What a marked answer is told: what was done, what should have been done, and the numbers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.glossary import title
from lstmhw.marking.claims import EXACT_DECIMALS
from lstmhw.marking.contrast import Contrast, contrast
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.search import Copied, Searched
from lstmhw.marking.stories import Told, has_slip
from lstmhw.marking.triviality import Trivial
from lstmhw.notation import Text, as_given, decimal, equation, symbol, write
from lstmhw.numerals import at_most, decimals
from lstmhw.solution import Check
from lstmhw.view import noun

SLIP = "arithmetic-slip"
MOST_CORRECTIONS = 3
MOST_SENTENCES = 2
VAGUE = {
    "factor-omitted",
    "term-omitted",
    "another-symbol",
}  # what a name that says more has said already
FEWEST_DECIMALS = 4


class Sentence(NamedTuple):
    """What is said, and as much of it as tells no true value."""

    text: str
    method: str


class Explained(NamedTuple):
    """The story of a wrong claim in all that is told of it.

    `first` is the claim at which its cause is told, `digits` how many digits of how many `answers`
    the cause explains; `within` says how far the story is from the claim, where it is a guess, and
    `is_slip` that it explains all numbers but one.
    """

    told: Told
    first: str
    digits: int
    answers: int
    within: float | None
    is_slip: bool
    gives: Sequence[float]
    contrast: Contrast | None

    def is_repeated(self, symbol: str) -> bool:
        """Whether a claim is wrong by a cause told before and by nothing else, for all it shows."""
        return self.first != symbol and self.within is None and not self.is_slip


class Marked(NamedTuple):
    """A claim with all that was found out about it; of a wrong one, the stories there may be.

    `copied` is said of a datum; `is_slip` says that nothing explains the claim, and that all around
    it agrees; `mistaken` are the wrong claims that it follows from; `trivial` is what of it the
    made-up ones left with nothing to compute; `gaps` are the claims with missing numbers that a
    wrong one rests on, itself perhaps.
    """

    judged: Judged
    searched: Searched | None = None
    explained: Explained | None = None
    copied: Copied | None = None
    is_slip: bool = False
    mistaken: Sequence[str] = ()
    trivial: Trivial = Trivial()
    gaps: Sequence[Judged] = ()


def explained(
    symbol: str, wrong: Mapping[str, Searched], stories: Mapping[str, Told]
) -> Explained | None:
    """What is told of a claim that has a story, which may be that of other claims too."""
    if symbol not in stories:
        return None
    told, target = stories[symbol], wrong[symbol].target
    option = told.option
    keys = option.keys
    same = [s for s in wrong if s in stories and stories[s].option.keys & keys]
    counts = [wrong[s].target.digits(stories[s].option.values) for s in same]
    first = next((s for s in same if stories[s].option.keys >= keys), symbol)
    away = np.abs(option.values - target.wanted)[target.off]
    is_slip = has_slip({s: stories[s].option for s in same}, symbol)
    return Explained(
        told,
        first,
        sum(counts),
        sum(1 for count in counts if count),
        float(np.max(away)) if option.fit.missed and not is_slip else None,
        is_slip,
        option.values[target.off].tolist(),
        contrast(target, option.variant.lines),
    )


def check(marked: Marked) -> Check:
    """The verdict on a claim, in words too."""
    judged = marked.judged
    claimed, worst = judged.claimed, judged.worst
    name, claim = claimed.symbol, claimed.claim
    expected = claimed.expected.T if claimed.turned else claimed.expected
    verdicts = tuple(claimed.told(judged.verdicts))
    if worst == "right":
        return Check(name, claim, expected, worst, None, None, "", {}, verdicts)
    where = ", ".join(_places(judged, worst))
    if marked.explained is not None:
        variant = marked.explained.told.option.variant
        where = "; ".join(m.described for m in variant.misread) or variant.elsewhere or where
    sentences = tuple(_sentences(marked))
    return Check(
        name,
        claim,
        expected,
        worst,
        _mistake(marked),
        where,
        " ".join(sentence.text for sentence in sentences if sentence.text),
        _extras(marked),
        verdicts,
        " ".join(sentence.method for sentence in sentences if sentence.method),
    )


def _mistake(marked: Marked) -> str | None:
    """The name of what was done."""
    match marked.judged.worst:
        case "rounding":
            return marked.judged.rounding
        case "coarse":
            return "too-few-digits"
        case "wrong" if marked.copied is not None:
            return marked.copied.mistake
        case "wrong" if marked.explained is not None:
            names = marked.explained.told.option.variant.names
            return " + ".join((*names, SLIP) if marked.explained.is_slip else names)
        case "wrong" if marked.is_slip:
            return SLIP
    return None


def _extras(marked: Marked) -> Mapping[str, Any]:
    """What else the JSON of a check says."""
    extras: dict[str, Any] = {}
    if _mistake(marked) is not None:
        extras["evidence"] = round(_evidence(marked), 1)
    explained = marked.explained
    if explained is not None and explained.is_repeated(marked.judged.claimed.symbol):
        extras["repeats"] = explained.first
    if marked.trivial.made_up:
        extras["credit"] = _credit(marked)
    return extras


def _credit(marked: Marked) -> int | list[int]:
    """0 where nothing of what follows earns credit, else 0 or 1 for each number."""
    pairs = list(zip(marked.judged.verdicts, marked.trivial.numbers, strict=True))
    if all(trivial for verdict, trivial in pairs if verdict == "follows"):
        return 0
    return marked.judged.claimed.told([int(not trivial) for _, trivial in pairs])


def _evidence(marked: Marked) -> float:
    """Bits: by how much the story is better than another, or than none.

    Of a slip it is by how much no story is better than the best there is.  Of what digits show by
    themselves it is a bit for each number, which else might as well have been rounded rightly.
    """
    if marked.explained is not None:
        return marked.explained.told.evidence
    if marked.searched is not None:
        return marked.searched.claim.lead
    return float(marked.judged.verdicts.count(marked.judged.worst))


def _sentences(marked: Marked) -> Iterator[Sentence]:
    judged = marked.judged
    has_gaps = marked.gaps or judged.worst == "unanswered"
    yield from _told_of_gaps(marked) if has_gaps else _told_of(marked)
    if judged.worst == "follows" and any(judged.claimed.missing):
        yield _open(f"{_of_missing(judged)}.")
    if marked.trivial.made_up:
        yield _open(_of_trivial(marked))


def _told_of_gaps(marked: Marked) -> Iterator[Sentence]:
    """What is said where numbers are missing that an answer needs, or of an answer with gaps."""
    judged = marked.judged
    if marked.gaps:
        yield _open(_of_gaps(judged, marked.gaps))
        yield Sentence(_corrections(judged, "wrong").text, _of_wrong(judged))
        return
    yield _open(_of_partial(judged))
    for verdict in ("rounding", "coarse"):
        if verdict in judged.verdicts:
            yield _corrections(judged, verdict)


def _told_of(marked: Marked) -> Iterator[Sentence]:
    """What is said by the verdict, and by what was found out."""
    judged = marked.judged
    match judged.worst:
        case "rounding":
            yield _open(_of_rounding(judged))
            yield _corrections(judged, "rounding")
        case "coarse" if marked.mistaken:
            names = _listed([symbol(name, Text()) for name in marked.mistaken])
            yield _open(f"Too few digits to tell whether this is right by your own {names}.")
            yield _corrections(judged, "coarse")
        case "coarse":
            yield _open("Too few digits to tell whether this is right.")
            yield _corrections(judged, "coarse")
        case "follows":
            names = ", ".join(symbol(name, Text()) for name in marked.mistaken)
            digits = ", carried with more digits than are written" if judged.unwritten else ""
            yield _open(f"Right method, from your own {names or 'earlier values'}{digits}.")
            yield _corrections(judged, "follows")
        case _ if marked.copied is not None:
            yield _open(f"{_capitalized(marked.copied.done)}.")
            yield _corrections(judged, "wrong")
        case _ if marked.explained is not None:
            yield from _of_story(judged, marked.explained)
        case _:
            yield _open(_of_slip(marked.is_slip))
            yield _corrections(judged, "wrong")


def _open(text: str) -> Sentence:
    """A sentence without a true value."""
    return Sentence(text, text)


def _of_trivial(marked: Marked) -> str:
    """Which made-up answers left nothing to compute, and where."""
    names = _listed([symbol(name, Text()) for name in marked.trivial.made_up])
    if all(marked.trivial.numbers):
        return f"Your {names} left nothing to compute here, so this earns no credit."
    what = _counted(_places_where(marked.judged, marked.trivial.numbers))
    return f"Your {names} left nothing to compute for {what}, so this earns no credit there."


def _counted(places: Sequence[str]) -> str:
    """The places, or how many there are of them."""
    return _listed(places) if len(places) <= MOST_CORRECTIONS else f"{len(places)} numbers"


def _of_missing(judged: Judged) -> str:
    """Which numbers of an array have no answer."""
    places = _places(judged, "unanswered")
    return f"{_counted(places)} {'has' if len(places) == 1 else 'have'} no answer"


def _of_partial(judged: Judged) -> str:
    """The same of an array in which nothing else is wrong, and how good that is."""
    there = set(judged.verdicts) - {"unanswered"}
    missing = _of_missing(judged)
    if "coarse" in there:
        few = _places(judged, "coarse")
        has, is_right = ("has", "it is") if len(few) == 1 else ("have", "they are")
        return f"{missing}; {_counted(few)} {has} too few digits to tell whether {is_right} right."
    but = " but for rounding on the way" if "rounding" in there else ""
    return f"{missing}; what is there is right{but}."


def _of_gaps(judged: Judged, gaps: Sequence[Judged]) -> str:
    """Why no mistake is named where something has no answer."""
    missing = _listed([_of_missing(gap) for gap in gaps])
    if any(judged.claimed.missing):
        return f"{missing}, so no mistake is named."
    it = "it" if sum(gap.verdicts.count("unanswered") for gap in gaps) == 1 else "them"
    return f"{missing}, and this rests on {it}, so no mistake is named."


def _of_wrong(judged: Judged) -> str:
    """Which numbers are wrong."""
    places = _places(judged, "wrong")
    return f"{_counted(places)} {'is' if len(places) == 1 else 'are'} wrong."


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


def _of_story(judged: Judged, explained: Explained) -> Iterator[Sentence]:
    """What was done, what it gives, how much it explains."""
    option = explained.told.option
    done = option.variant.done
    digits = max(FEWEST_DECIMALS, min(judged.claimed.decimals, EXACT_DECIMALS))
    if explained.first != judged.claimed.symbol:
        yield _open(f"The same as in {symbol(explained.first, Text())}: {done[0]}.")
    elif explained.within is not None:
        gives = _listed([decimal(value, digits) for value in explained.gives])
        within = f"within {at_most(explained.within)} of yours"
        guess = f"It looks as if {'; '.join(done[:MOST_SENTENCES])}"
        yield Sentence(f"{guess}: that gives {gives}, {within}.", f"{guess}.")
    else:
        for sentence in done[:MOST_SENTENCES]:
            yield _open(f"{_capitalized(sentence)}.")
        if len(done) > MOST_SENTENCES:
            yield _open(f"So too in {len(done) - MOST_SENTENCES} more lines.")
        if explained.contrast is not None:
            yield _contrasted(explained.contrast, digits)
        yield _open(_explains(explained))
    if explained.is_slip:
        yield _open("One number has a slip besides.")
    if not option.whole:
        yield _open(f"That was done in {', '.join(_places(judged, 'wrong'))} alone.")
    yield _corrections(judged, "wrong")
    names = [" + ".join(other.variant.names) for other in explained.told.equals]
    others = [name for name in names if not VAGUE & set(name.split(" + "))]
    yield _open(f"Also explained by: {'; '.join(map(title, others))}." if others else "")


def _listed(texts: Sequence[str]) -> str:
    """a, b and c."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _explains(explained: Explained) -> str:
    """How much a story explains, in words."""
    digits = "1 digit" if explained.digits == 1 else f"{explained.digits} digits"
    answers = "1 answer" if explained.answers == 1 else f"{explained.answers} answers"
    return f"That explains {digits} of {answers}."


def _capitalized(text: str) -> str:
    """The sentence with a capital, unless it begins with a symbol."""
    word = text.partition(" ")[0]
    is_symbol = "_" in word or "@" in word or "[" in word or (len(word) == 1 and word != "a")
    return text if is_symbol else text[0].upper() + text[1:]


def _contrasted(contrast: Contrast, digits: int) -> Sentence:
    """Both lines, and what each gives where they first differ."""
    done, right = (
        equation(contrast.symbol, expr, Text(), digits) for expr in (contrast.done, contrast.right)
    )
    gave, gives = decimal(contrast.gave, digits), decimal(contrast.gives, digits)
    if gave == gives and digits < EXACT_DECIMALS:
        return _contrasted(contrast, digits + 1)
    at = _unit(contrast)
    if done == right:
        return Sentence(f"{right} then gives {gave}{at}, where it should give {gives}.", "")
    line = write(contrast.done, Text(), digits)
    method = f"The line is {right}, not {line}."
    if " = " not in right:  # a line such as tanh(c_1), which is called what it is
        done = line
    return Sentence(f"{done} gives {gave}{at}; {right} gives {gives}.", method)


def _unit(contrast: Contrast) -> str:
    """Which number of a line it is, where there is more than one."""
    if contrast.size == 1:
        return ""
    at = [k + 1 for k in contrast.at]
    if contrast.of_batch:
        return f" in unit {at[1]} of example {at[0]}"
    return (
        f" in {noun(contrast.symbol)} {at[0]}"
        if len(at) == 1
        else f" in row {at[0]}, column {at[1]}"
    )


def _corrections(judged: Judged, verdict: str) -> Sentence:
    """The true numbers in the places of those with a verdict; without them, the places."""
    true = judged.claimed.expected.ravel()
    of = ("wrong", "coarse") if verdict == "wrong" else (verdict,)
    flags = [each in of for each in judged.verdicts]
    indices = [k for k, flag in enumerate(flags) if flag]
    places = dict(zip(indices, _places_where(judged, flags), strict=True))
    texts = judged.claimed.texts
    shown = [
        f"{place} should be {_as_exact(true[k], texts[k])}, not {texts[k]}"
        for k, place in list(places.items())[:MOST_CORRECTIONS]
    ]
    more = ", ..." if len(places) > MOST_CORRECTIONS else "."
    first = [*places.values()][:MOST_CORRECTIONS]
    method = f"That is in {', '.join(first)}{more}" if len(texts) > 1 else ""
    return Sentence("; ".join(shown) + more, method)


def _as_exact(true: float, text: str) -> str:
    """The true number, to a few digits more than were claimed."""
    digits = EXACT_DECIMALS if "/" in text else decimals(text) + 2
    return as_given(true, min(max(digits, FEWEST_DECIMALS), EXACT_DECIMALS))


def _places(judged: Judged, verdict: str) -> list[str]:
    """The entries with a verdict: c_1[2], W[1][2]; the symbol itself where it is one number."""
    return _places_where(judged, [each == verdict for each in judged.verdicts])


def _places_where(judged: Judged, flags: Sequence[bool]) -> list[str]:
    """The entries of which something is said."""
    shape = judged.claimed.expected.shape
    if np.prod(shape) == 1:
        return [judged.claimed.symbol]
    found = (np.unravel_index(k, shape) for k, flag in enumerate(flags) if flag)
    indices = (at[::-1] if judged.claimed.turned else at for at in found)
    return [judged.claimed.symbol + "".join(f"[{int(k) + 1}]" for k in at) for at in indices]
