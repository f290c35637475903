"""The verdict on a claimed number of parameters."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from lstmhw.counting.slips import NAMES, Question, explanation
from lstmhw.numerals import exact, half_unit
from lstmhw.problem import Marking
from lstmhw.solution import NO_ANSWER, Check, Claim, unanswered

UNEXPLAINED = "No part left out or counted twice explains this number."


class Judge(NamedTuple):
    """Marks claims of one symbol; `meanings` are the conventions in words."""

    symbol: str
    question: Question
    meanings: Mapping[str, str]
    marking: Marking

    def check(self, claimed: Claim) -> Check:
        """The verdict; right is what one of the allowed conventions gives."""
        truth = self.question.truth
        asked = self.question.asked
        expected: Mapping[str, int] | int = truth if asked is None else truth[asked]
        claim = number_text(claimed)
        if claim in NO_ANSWER:
            return unanswered(self.symbol, expected)
        value = Fraction(exact(claim))
        near = [c for c in self.question.allowed if abs(truth[c] - value) <= self._room(c, claim)]
        if near:
            best = min(near, key=lambda c: abs(truth[c] - value))
            said = f"{truth[best]} is {NAMES[self.symbol]} by {best}: {self.meanings[best]}."
            extras = {"convention": best}
            method = f"Counted by {best}: {self.meanings[best]}."
            return Check(
                self.symbol, claim, truth[best], "right", None, None, said, extras, method=method
            )
        return self._wrong(claim, expected)

    def _wrong(self, claim: str, expected: Mapping[str, int] | int) -> Check:
        found = explanation(self.question, Fraction(exact(claim)))
        extras: dict[str, Any] = {"convention": None}
        if found is not None:
            extras["evidence"] = round(found.evidence, 1)
        return Check(
            symbol=self.symbol,
            claimed=claim,
            expected=expected,
            verdict="wrong",
            mistake=None if found is None else found.slip.mistake,
            where=None if found is None else found.slip.where,
            explanation=UNEXPLAINED if found is None else found.said,
            extras=extras,
            method=UNEXPLAINED if found is None else found.method,
        )

    def _room(self, convention: str, claim: str) -> float:
        """How far a claimed number may be from the true one."""
        return max(half_unit(claim), self.marking.room(self.question.truth[convention]))


def number_text(claim: Claim) -> str:
    """The claimed number as written, [154] as 154.  Raises ValueError for several."""
    while not isinstance(claim, str):
        if isinstance(claim, Mapping) or len(claim) != 1:
            raise ValueError(f"a list of {len(claim)}")
        claim = claim[0]
    return claim
