"""Claimed answers -> verdicts and named mistakes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from lstmhw.faults import Fault
from lstmhw.marking.claims import Claimed, read
from lstmhw.marking.explaining import Marked, check
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.formulas import Formulas
from lstmhw.marking.found import Found
from lstmhw.marking.judging import judge, trivial
from lstmhw.marking.program import Program
from lstmhw.marking.rounding import manner_of
from lstmhw.marking.search import Search
from lstmhw.marking.words import taken
from lstmhw.problem import Problem
from lstmhw.solution import Check, Claim, Solution

MOST_LOOKED_INTO = 60  # wrong claims of one sheet that are searched for a mistake
MOST_REWORKED = 20_000  # that lead to the wrong claims of one sheet, and are worked again
MOST_WRONG = 0.67  # of the other claims that may be wrong beside a slip in one number
MOST_UNEXPLAINED = 4  # claims after which no more are searched for two


def marked(problem: Problem, claimed: Mapping[str, Claim]) -> tuple[Solution, tuple[Fault, ...]]:
    """The solution of a problem with claims marked, and a fault for each that cannot be.

    The problem's own claims are not looked at.
    """
    faults: list[Fault] = []
    problem = replace(problem, claimed=claimed if problem.marks_claims else {})
    while refused := tuple(problem.faults()):
        faults += refused
        names = {fault.path[1] for fault in refused}
        kept = {name: claim for name, claim in problem.claimed.items() if name not in names}
        problem = replace(problem, claimed=kept)
    solution = problem.solve()
    understood = problem.claimed if problem.marks_claims else claimed
    checks, more = Marker(solution).mark(understood)
    return solution._replace(checks=checks), (*faults, *more)


class Marker:
    """Marks answers that are claimed for one solution, as often as asked."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.program = Program(solution)
        self.search = Search(self.program)
        self.formulas = Formulas(self.program, solution)
        self.order = {symbol: k for k, symbol in enumerate(solution.answers)}

    def mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """A verdict on each claimed answer, and a fault for each claim that cannot be compared.

        That is an unknown symbol, one that is claimed twice, a wrong shape, or a word for a number.
        What the solution has checked itself stays as it is.
        """
        own = self.solution.checks
        known = self.solution.checked | {check.symbol for check in own}
        said, of_words, claimed = taken(claimed, self.solution.words)
        written, of_formulas, claimed = self.formulas.taken(claimed)
        twice = frozenset(check.symbol for check in written)
        claims, absent, faults = read(claimed, self.solution, known, twice)
        claims.sort(key=lambda claim: self.order[claim.symbol])
        checks = [*written, *self._judged(claims), *map(self.unanswered, absent), *said]
        checks.sort(key=lambda check: self.order.get(check.symbol, len(self.order)))
        return (*own, *checks), (*faults, *of_formulas, *of_words)

    def unanswered(self, symbol: str) -> Check:
        """The row of a symbol that is asked for, and has no answer."""
        expected = self.solution.answers[symbol]
        return Check(symbol, None, expected, "unanswered", None, None, "There is no answer.")

    def _judged(self, claims: list[Claimed]) -> list[Check]:
        manner = manner_of(claims)
        looked = unexplained = lines = 0
        sheet: dict[str, Judged] = {}
        found: dict[str, tuple[Found, ...]] = {}
        for claim in claims:
            judged, own = judge(self.program, claim, sheet, manner, MOST_REWORKED - lines)
            lines += 0 if own is None else len(own.steps)
            found[claim.symbol] = ()
            if judged.worst == "wrong" and looked < MOST_LOOKED_INTO:
                looked += 1
                patience = MOST_UNEXPLAINED - unexplained
                found[claim.symbol] = self.search.explain(judged, own, patience)
                unexplained += not found[claim.symbol]
            for explained in found[claim.symbol][:1]:
                judged = judged._replace(estimate=explained.values)
            sheet[claim.symbol] = judged
        usual = Counter(name for each in found.values() for name in {f.name for f in each})
        return [
            check(
                Marked(
                    judged,
                    _chosen(found[symbol], usual),
                    _is_slip(judged, found[symbol], sheet),
                    *self._followed(judged, sheet),
                )
            )
            for symbol, judged in sheet.items()
        ]

    def _followed(self, judged: Judged, sheet: Mapping[str, Judged]) -> tuple[tuple[str, ...], str]:
        """The claims that one follows from, and the one that made it trivial."""
        if judged.worst != "follows":
            return (), ""
        earlier = dict(takewhile(lambda item: item[1] is not judged, sheet.items()))
        steps = self.program.before(judged.claimed.symbol, earlier)
        used = {leaf.symbol for step in steps for leaf in step.expr.leaves()}
        mistaken = tuple(
            symbol
            for symbol, other in earlier.items()
            if symbol in used and other.worst in ("follows", "wrong")
        )
        return mistaken, trivial(self.program, judged, earlier, mistaken)


def _chosen(equals: Sequence[Found], usual: Mapping[str, int]) -> tuple[Found, ...]:
    """The explanation that serves for most of the sheet, before the others that are as good."""
    return tuple(sorted(equals, key=lambda found: -usual[found.name]))


def _is_slip(judged: Judged, found: Sequence[Found], sheet: Mapping[str, Judged]) -> bool:
    """Whether nothing explains what is wrong here, and what stands around it agrees.

    A slip is in one number: that a whole vector is off, or half of a sheet, has another reason.
    """
    if judged.worst != "wrong" or found:
        return False
    others = [other.worst == "wrong" for other in sheet.values() if other is not judged]
    share = sum(others) / max(1, len(others))
    if len(judged.verdicts) > 1:
        return any(v != "wrong" for v in judged.verdicts) and share <= MOST_WRONG
    return bool(others) and share <= MOST_WRONG
