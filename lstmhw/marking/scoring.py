"""The points of a sheet: what is asked, and what its answers earn."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lstmhw.faults import Fault, did_you_mean, shown
from lstmhw.marking.claims import full_name
from lstmhw.problem import Marking, Problem
from lstmhw.solution import Check, Score, Solution, indexed

IN_FULL = ("right", "rounding")
DECIMALS = 4  # of points


class Asked(NamedTuple):
    """The symbols that a problem asks for, each with its points, and how they are earned."""

    points: Mapping[str, float]
    marking: Marking

    @property
    def out_of(self) -> float:
        return rounded(sum(self.points.values()))

    def score(self, checks: Iterable[Check]) -> Score:
        """What checks earn of the points; what has no check earns nothing."""
        found = {check.symbol: check for check in checks}
        earned = self.earned(found.values())
        absent = (s for s in self.points if s not in found or found[s].is_absent)
        besides = (symbol for symbol in found if symbol not in self.points)
        return Score(rounded(sum(earned.values())), self.out_of, tuple(absent), tuple(besides))

    def earned(self, checks: Iterable[Check]) -> Mapping[str, float]:
        """The points that each asked symbol with a check earns, not rounded."""
        found = {check.symbol: check for check in checks}
        return {s: p * self._share(found[s]) for s, p in self.points.items() if s in found}

    def _share(self, check: Check) -> float:
        """The share of its points that an answer earns: as a whole that of its worst number."""
        verdicts = check.verdicts or (check.verdict,)
        credit = np.broadcast_to(check.extras.get("credit", 1), len(verdicts))
        earned = [
            self._credit(self._charged(verdict, check)) if verdict in IN_FULL or paid else 0.0
            for verdict, paid in zip(verdicts, credit, strict=True)
        ]
        return sum(earned) / len(earned) if self.marking.per == "entry" else min(earned)

    def _charged(self, verdict: str, check: Check) -> str:
        """The verdict that is charged for: once for a mistake, where a course has it so."""
        is_told_before = self.marking.repeated == "once" and "repeats" in check.extras
        return "follows" if verdict == "wrong" and is_told_before else verdict

    def _credit(self, verdict: str) -> float:
        if verdict in IN_FULL:
            return 1.0
        return self.marking.follow if verdict == "follows" else 0.0


def asked(problem: Problem, solution: Solution) -> tuple[Asked, tuple[Fault, ...]]:
    """What a problem asks for, and a fault for each symbol with points that it has not.

    That are the symbols with points, else those that it says are to be found, else those that its
    own claims are about, else all that is computed, or that it judges.  A symbol has its points
    once: under its full name, or as `h` for every step.
    """
    marking = problem.marking or Marking()
    judged = [*solution.checked.values(), *(check.symbol for check in solution.checks)]
    known: dict[str, None] = dict.fromkeys([*solution.answers, *solution.words, *judged])
    if isinstance(marking.points, Mapping):
        points: dict[str, float] = {}
        faults = []
        for name, value in marking.points.items():
            symbols = _symbols(name, solution, known)
            twice = next((symbol for symbol in symbols if symbol in points), None)
            points |= dict.fromkeys(symbols, value)
            if twice is not None:
                message = f"expected the points of {twice} once, found them again"
                faults.append(Fault(("marking", "points", name), message, at_key=True))
            if not symbols:
                message = f"expected a symbol that is computed here, found {shown(name)!r}"
                path = ("marking", "points", name)
                faults.append(Fault(path, message, did_you_mean(name, known), at_key=True))
        return Asked(points, marking), tuple(faults)
    computed = [step.symbol for step in solution.steps]
    names: list[str] = [*problem.wanted] or [*problem.claimed] or computed or judged
    found = dict.fromkeys(s for name in names for s in _symbols(name, solution, known))
    return Asked({symbol: marking.points_of(symbol) for symbol in found}, marking), ()


def asked_of_sheet(problem: Problem, solution: Solution) -> tuple[Asked, tuple[Fault, ...]]:
    """The same of a problem that is a sheet: weights in it are a claim, where it has no other."""
    claims = problem.claimed or {check.symbol: "" for check in solution.checks}
    return asked(replace(problem, claimed=claims), solution)


def _symbols(name: str, solution: Solution, known: Mapping[str, None]) -> list[str]:
    """The symbols that a name stands for: itself, at the only step, or at every step."""
    symbol = solution.checked.get(name) or full_name(name, solution)
    if symbol in known:
        return [symbol]
    computed = {step.symbol for step in solution.steps}
    return [s for s in known if s in computed and indexed(s)[0] == name.removesuffix("_t")]


def rounded(points: float) -> float:
    """Points without the dust of floats; whole ones as whole numbers."""
    rounded = round(points, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded
