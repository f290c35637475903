"""The numbers that known mistakes lead to, before anyone has made them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.glossary import title
from lstmhw.marking.candidates import Catalogue, Variant
from lstmhw.marking.program import Program, RoundedRun, Run
from lstmhw.marking.spread import Rounding
from lstmhw.marking.target import MOST_UNITS
from lstmhw.marking.variants import VariedRuns, choices_of
from lstmhw.notation import Text, symbol
from lstmhw.solution import Solution

MOST_TRIED = 400  # mistakes on the way to a symbol, the likeliest
MOST_WORKED = 40_000  # lines of all of these
MOST_NAMED = 3  # lines that are named as the place of a mistake
IS = "this is "  # how it begins that the value of another symbol was written down
HALF = 0.5  # units of the last digit, by which rounding moves a result
CUT = 1.0  # the same where digits are cut off


class Mistaken(NamedTuple):
    """What a mistake makes of a symbol, in the shape of its answer, and what is told of it.

    `told` says how the numbers come out, which is so whoever wrote them.
    """

    name: str
    told: str
    value: Floats


class KnownNumbers:
    """What a solution's numbers may be off by rounding, and what mistakes make of them."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.program = Program(solution)
        self.catalogue = Catalogue(self.program)

    def has_lines(self, name: str) -> bool:
        """Whether a symbol is computed in the working."""
        return name in self.program.steps

    def is_on_the_page(self, name: str) -> bool:
        """Whether a symbol is computed in the working, or given."""
        return self.has_lines(name) or name in self.program.scope.given

    def mistaken(self, name: str) -> list[Mistaken]:
        """What the likeliest mistakes make of a symbol, made in its line or in an earlier one.

        Numbers of the sheet that are read as others are none of these.
        """
        steps = self.program.before(name, ())
        most = max(1, min(MOST_TRIED, MOST_WORKED // len(steps)))
        likeliest = [v for v in self.catalogue.not_misread(steps) if _is_told(v)][:most]
        if not likeliest:
            return []
        choices = choices_of([variant.lines for variant in likeliest])
        rows = VariedRuns(Run(self.program, {}), choices).of_lines(steps)
        return [
            Mistaken(" + ".join(variant.names), _told(variant), self._as_answer(name, row))
            for variant, row in zip(likeliest, rows, strict=True)
            if np.all(np.isfinite(row))
        ]

    def room(self, name: str, rounding: Rounding) -> Floats:
        """How far each number may be from the truth for who works with numbers rounded like this.

        Every product, function and line is rounded, and the result, or that is cut off.
        """
        steps = self.program.before(name, ())
        with np.errstate(all="ignore"):
            spread = RoundedRun(self.program, {}, rounding).of_lines(steps)
        true = np.ravel(steps[-1].value)
        unit = np.broadcast_to(rounding.unit(true), true.shape)
        moved = np.broadcast_to(spread.radius, spread.shape).ravel()
        moved = moved + np.abs(np.ravel(spread.value) - true)
        reach = np.where(np.isfinite(moved), moved, np.inf) + HALF * unit
        return self._as_answer(name, np.clip(reach, CUT * unit, MOST_UNITS * unit))

    def _as_answer(self, name: str, numbers: Floats) -> Floats:
        """The numbers of a line in the shape in which they are answered."""
        shape = self.solution.answers[name].shape
        if name in self.solution.turned:
            return np.reshape(numbers, shape[::-1]).T
        return np.reshape(numbers, shape)


def _is_told(variant: Variant) -> bool:
    """Whether it is one thing done otherwise, and not that two symbols were written for each other.

    Which of them a number would be told of cannot be said then.
    """
    is_exchange = len(variant.worked) > 1 and variant.worked[0].startswith(IS)
    return len(variant.causes) == 1 and bool(variant.worked) and not is_exchange


def _told(variant: Variant) -> str:
    """What was done, in words that are true of the number."""
    (name,) = variant.names
    heading = title(name)
    heading = heading[0].upper() + heading[1:]
    first, *others = variant.worked
    if first.startswith(IS):
        return f"{heading}? {first[0].upper()}{first[1:]}."
    done = " and ".join([first, *others[:1]])
    more = f" and so on, {_place(list(variant.lines))}"
    where = more if len(others) > 1 else f" ({_place(list(variant.lines))})"
    return f"{heading}? This number comes out if {done}{where}."


def _place(symbols: Sequence[str]) -> str:
    """Which lines they are."""
    if len(symbols) > MOST_NAMED:
        return f"in {len(symbols)} lines"
    *most, last = [symbol(name, Text()) for name in symbols]
    return f"in the lines of {', '.join(most)} and {last}" if most else f"in the line of {last}"
