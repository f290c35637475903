"""Claimed answers -> verdicts and named mistakes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lstmhw.faults import Fault, ProblemError
from lstmhw.marking.carried import searched_for
from lstmhw.marking.claims import USUAL, Claimed, read
from lstmhw.marking.examples import one_example
from lstmhw.marking.explaining import Marked, check, explained
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.formulas import Formulas
from lstmhw.marking.gaps import gaps_for
from lstmhw.marking.judging import judge
from lstmhw.marking.program import Program
from lstmhw.marking.recent import Recent
from lstmhw.marking.rounding import manner_of
from lstmhw.marking.scoring import asked_of_sheet
from lstmhw.marking.search import Search, Searched
from lstmhw.marking.stories import told
from lstmhw.marking.triviality import MadeUp, Trivial
from lstmhw.marking.words import taken
from lstmhw.problem import Marking, Problem
from lstmhw.solution import Check, Claim, Solution, unanswered

MOST_MARKED = 1000  # sheets that are remembered
MOST_LOOKED_INTO = 60  # wrong claims of one sheet that are searched for a mistake
MOST_REWORKED = 20_000  # lines that lead to the wrong claims of one sheet, and are worked again
MOST_WRONG = 0.67  # of the other claims that may be wrong beside a slip in one number


def marked(
    problem: Problem, claimed: Mapping[str, Claim], own: Solution | None = None
) -> tuple[Solution, tuple[Fault, ...]]:
    """The solution of a problem with claims marked, and a fault for each that cannot be.

    The problem's own claims are not looked at; `own` is the solution with claimed weights, where
    there are any.  Raises ProblemError where the problem gives points for what it has not.
    """
    faults: list[Fault] = []
    problem = replace(problem, claimed=claimed if problem.marks_claims else {})
    while refused := tuple(problem.faults()):
        faults += refused
        names = {fault.path[1] for fault in refused}
        if names & problem.claimed_together:
            names |= problem.claimed_together
        kept = {name: claim for name, claim in problem.claimed.items() if name not in names}
        problem = replace(problem, claimed=kept)
    solution = problem.solve()
    if own is not None:
        solution = solution._replace(words=own.words)
    understood = problem.claimed if problem.marks_claims else claimed
    marker = Marker(solution, problem.marking or Marking())
    checks, more = marker.mark(understood)
    if own is not None:
        checks = (*own.checks, *checks)
    wanted, unknown = asked_of_sheet(replace(problem, claimed=claimed), solution)
    if unknown:
        raise ProblemError(unknown)
    if problem.marking is not None and claimed:
        checks = marker.completed(checks, wanted.points)
    is_scored = checks or problem.marking is not None
    score = wanted.score(checks) if is_scored else None
    return solution._replace(checks=checks, score=score), (*faults, *more)


class Marker:
    """Marks answers that are claimed for one solution, as often as asked."""

    def __init__(self, solution: Solution, marking: Marking = USUAL) -> None:
        self.solution = solution
        self.marking = marking
        self._marked: Recent[tuple[tuple[Check, ...], tuple[Fault, ...]]] = Recent(MOST_MARKED)
        self.program = Program(solution)
        self.search = Search(self.program)
        self.formulas = Formulas(*self._spoken_of(solution))
        self.order = {symbol: k for k, symbol in enumerate(solution.answers)}

    def _spoken_of(self, solution: Solution) -> tuple[Program, Solution]:
        """The working that formulas speak of: that of one example, where there is a batch."""
        one = one_example(solution)
        return (self.program if one is solution else Program(one)), one

    def mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """A verdict on each claimed answer, and a fault for each claim that cannot be compared.

        That is an unknown symbol, one that is claimed twice, a wrong shape, or a word for a number.
        What the solution has checked itself stays as it is.  Equal claims are judged once.
        """
        key = repr(list(claimed.items()))
        if key not in self._marked:
            with np.errstate(all="ignore"):  # whatever is claimed: the logarithm of -0.2 is NaN
                self._marked[key] = self._mark(claimed)
        return self._marked[key]

    def _mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        own = self.solution.checks
        known = frozenset(self.solution.checked)
        said, of_words, claimed = taken(claimed, self.solution.words)
        written, of_formulas, claimed = self.formulas.taken(claimed)
        twice = frozenset(check.symbol for check in written)
        claims, absent, faults = read(claimed, self.solution, known, twice, self.marking)
        claims.sort(key=lambda claim: self.order[claim.symbol])
        checks = [*written, *self._judged(claims), *map(self.unanswered, absent), *said]
        checks.sort(key=lambda check: self.order.get(check.symbol, len(self.order)))
        return (*own, *checks), (*faults, *of_formulas, *of_words)

    def completed(self, checks: Sequence[Check], asked: Iterable[str]) -> tuple[Check, ...]:
        """The checks, with a row for each symbol that is asked for and has no answer."""
        there = {check.symbol for check in checks}
        absent = [symbol for symbol in asked if symbol not in there]
        rows = [*checks, *map(self.unanswered, absent)]
        return tuple(sorted(rows, key=lambda check: self.order.get(check.symbol, -1)))

    def unanswered(self, symbol: str) -> Check:
        """The row of a symbol that is asked for, and has no answer."""
        return unanswered(symbol, self.solution.answers.get(symbol))

    def _judged(self, claims: Sequence[Claimed]) -> list[Check]:
        sheet, wrong = self._verdicts(claims)
        stories = told({symbol: searched.claim for symbol, searched in wrong.items()})
        made_up = MadeUp(self.program)
        earlier: dict[str, Judged] = {}
        checks = []
        for symbol, judged in sheet.items():
            idle = Trivial()
            if "follows" in judged.verdicts:
                idle = made_up.trivial(judged, earlier)
            if judged.worst == "wrong" and symbol not in stories:
                made_up.add(symbol)
            gaps = gaps_for(self.program, judged, earlier) if judged.worst == "wrong" else ()
            marked = Marked(
                _as_told(judged),
                wrong.get(symbol),
                explained(symbol, wrong, stories),
                self.search.copied(judged) if judged.worst == "wrong" and not gaps else None,
                symbol not in stories and not gaps and _is_slip(judged, sheet),
                self._mistaken(judged, earlier),
                idle,
                gaps,
            )
            checks.append(check(marked))
            earlier[symbol] = judged
        return checks

    def _verdicts(self, claims: Sequence[Claimed]) -> tuple[dict[str, Judged], dict[str, Searched]]:
        """The verdict on each claim, and the stories there may be of those that are wrong."""
        manner = manner_of(claims)
        sheet: dict[str, Judged] = {}
        wrong: dict[str, Searched] = {}
        lines = 0
        for claim in claims:
            judged, own = judge(self.program, claim, sheet, manner, MOST_REWORKED - lines)
            lines += 0 if own is None else len(own.steps)
            is_searched = judged.worst == "wrong" and not gaps_for(self.program, judged, sheet)
            if is_searched and own is not None and len(wrong) < MOST_LOOKED_INTO:
                wrong[claim.symbol] = self.search.searched(judged, own, wrong)
                judged = searched_for(judged, wrong[claim.symbol].estimate)
            sheet[claim.symbol] = judged
        return sheet, wrong

    def _mistaken(self, judged: Judged, earlier: Mapping[str, Judged]) -> tuple[str, ...]:
        """The claims that one follows from."""
        if judged.worst != "follows":
            return ()
        steps = self.program.before(judged.claimed.symbol, earlier)
        used = {leaf.symbol for step in steps for leaf in step.expr.leaves()}
        return tuple(
            symbol
            for symbol, other in earlier.items()
            if symbol in used and other.worst in ("follows", "wrong")
        )


def _as_told(judged: Judged) -> Judged:
    """The verdicts as they are told: what follows with fewer digits than asked for is `coarse`.

    What is computed from it still follows from what is written.
    """
    pairs = zip(judged.verdicts, judged.claimed.are_short, strict=True)
    verdicts = ("coarse" if v == "follows" and is_short else v for v, is_short in pairs)
    return judged._replace(verdicts=tuple(verdicts))


def _is_slip(judged: Judged, sheet: Mapping[str, Judged]) -> bool:
    """Whether what stands around a claim that nothing explains agrees.

    A slip is in one number: that a whole vector is off, or half of a sheet, has another reason.
    """
    if judged.worst != "wrong":
        return False
    others = [other.worst == "wrong" for other in sheet.values() if other is not judged]
    share = sum(others) / max(1, len(others))
    if len(judged.verdicts) > 1:
        return any(v != "wrong" for v in judged.verdicts) and share <= MOST_WRONG
    return bool(others) and share <= MOST_WRONG
