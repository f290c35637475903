"""Claims that are words, such as the verdict on a gradient."""

from collections.abc import Mapping

from lstmhw.faults import Fault, did_you_mean, shown
from lstmhw.solution import NO_ANSWER, Check, Claim, Words, unanswered


def taken(
    claimed: Mapping[str, Claim], words: Mapping[str, Words]
) -> tuple[tuple[Check, ...], list[Fault], dict[str, Claim]]:
    """The checks of the claims that are words, what is wrong with others, and the rest."""
    checks: list[Check] = []
    faults: list[Fault] = []
    for name, claim in claimed.items():
        if name not in words:
            continue
        meant = _meant(claim, words[name])
        if claim in NO_ANSWER:
            checks.append(unanswered(name, words[name].answer))
        elif meant is None:
            faults.append(_fault(name, claim, words[name]))
        else:
            checks.append(_check(name, str(claim), meant, words[name]))
    rest = {name: claim for name, claim in claimed.items() if name not in words}
    return tuple(checks), faults, rest


def _meant(claim: Claim, words: Words) -> str | None:
    """The word that is meant, in the spelling of the answers."""
    if not isinstance(claim, str):
        return None
    text = " ".join(claim.lower().split())
    return next((word for word, others in words.spellings.items() if text in (word, *others)), None)


def _fault(name: str, claim: Claim, words: Words) -> Fault:
    options = list(words.spellings)
    found = repr(shown(claim)) if isinstance(claim, str) else "a list"
    expected = f"{', '.join(options[:-1])} or {options[-1]}"
    hint = did_you_mean(claim, options) if isinstance(claim, str) else ""
    return Fault(("claimed", name), f"expected {expected}, found {found}", hint)


def _check(name: str, claim: str, meant: str, words: Words) -> Check:
    read = "" if claim == meant else f"{claim!r} is read as {meant}."
    if meant == words.answer:
        return Check(name, claim, words.answer, "right", None, None, read, method=read)
    said = " ".join(filter(None, (read, words.why)))
    return Check(name, claim, words.answer, "wrong", None, name, said, method=read)
