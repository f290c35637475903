"""The verdicts on what is claimed of step units."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from lstmhw.solution import Check, Section
from lstmhw.threshold.asking import Asked
from lstmhw.threshold.claimed import do_all, network_run, outcome, unit_run, where, which_do
from lstmhw.threshold.claims import NETWORK, WEIGHTS, Claims
from lstmhw.threshold.reasons import KEYS, reason_check
from lstmhw.threshold.report import network_json
from lstmhw.threshold.sequences import Failures


class Judged:
    """The claims beside what is asked."""

    def __init__(self, claims: Claims, asked: Asked) -> None:
        self.claims = claims
        self.asked = asked

    def checks(
        self, weights: Mapping[str, Any] | None, why: str, network: Mapping[str, Any] | None
    ) -> Iterator[Check]:
        """The rows of the claims.

        `weights` and `network` are such as do it, None where none are known; `why` is the reason
        for `feasible`.
        """
        claims = self.claims.by_name
        if "w1" in claims:
            others = which_do(self.asked.cases)
            yield self._weights_check(WEIGHTS, weights, outcome(self._failures, "z"), others)
        elif "W_x" in claims:
            expected = network or self._network_that_does()
            yield self._weights_check(NETWORK, expected, outcome(self._failures, "z of s"))
        if "feasible" in claims:
            is_feasible = weights is not None
            is_right = claims["feasible"] == str(is_feasible).lower()
            verdict, said = ("right", "") if is_right else ("wrong", why)
            claim = claims["feasible"]
            yield Check("feasible", claim, is_feasible, verdict, None, None, said)
        if any(key in claims for key in KEYS):
            yield reason_check(claims, self.asked.cases)

    def _weights_check(
        self, names: Sequence[str], expected: Mapping[str, Any] | None, run: str, others: str = ""
    ) -> Check:
        """The one row of claimed weights: what their run shows, and which others do it."""
        claim = {name: self.claims.by_name[name] for name in names}
        verdict = "right" if do_all(self._failures) else "wrong"
        said = " ".join(filter(None, (run, others)))
        place = where(self._failures)
        return Check("weights", claim, expected, verdict, None, place, said, method=run)

    @cached_property
    def _failures(self) -> list[Failures]:
        """Where the claimed weights fail first, in each sequence."""
        if "w1" in self.claims.by_name:
            return self.asked.unit_failures(self.claims.weights())
        return self.asked.network_failures(self.claims.network())

    def runs(self) -> Iterator[Section]:
        """The claimed weights, run."""
        if not {"w1", "W_x"} & self.claims.by_name.keys():
            return
        questions = list(self.asked.shown(self._failures))
        if "w1" in self.claims.by_name:
            yield unit_run(self.claims.weights(), questions)
        else:
            yield network_run(self.claims.network(), questions, self.claims.dimension)

    def _network_that_does(self) -> dict[str, Any] | None:
        """The claimed network, where it does it."""
        if not do_all(self._failures):
            return None
        return network_json(self.claims.network(), self.claims.dimension)
