"""What is certain of outputs that are known to lie in intervals: that they are right, or wrong."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmhw.rules.interval import Interval
from lstmhw.rules.letters import Decided, Judge, Near, Rule

Booleans = NDArray[np.bool_]


class Certain(NamedTuple):
    """Which outputs are right for all numbers in their intervals, and which are for none."""

    right: Booleans
    wrong: Booleans


class Demands(NamedTuple):
    """What is due in each state of a rule at each letter, (states, letters) all.

    `free` is where anything will do, `one` and `zero` where exactly these are due.
    """

    judge: Judge
    free: Booleans
    one: Booleans
    zero: Booleans
    due: Interval

    def certain(
        self, output: Interval, states: NDArray[np.intp], letters: NDArray[np.intp]
    ) -> Certain:
        """What is known of the outputs (B,) after a letter in a state."""
        at = (states, letters)
        if isinstance(self.judge, Near):
            right, wrong = _near(self.judge, output - self.due[at])
        else:
            holds, fails = _decided(self.judge, output)
            one, zero = self.one[at], self.zero[at]
            right = (one & holds) | (zero & fails)
            wrong = (one & fails) | (zero & holds) | ~(one | zero)
        free = self.free[at]
        return Certain(free | right, ~free & wrong)


def demands(rule: Rule, judge: Judge) -> Demands:
    """What a rule demands, for a judge of outputs in intervals."""
    due = np.array(rule.outputs, dtype=object)
    free = np.array([[output is None for output in row] for row in rule.outputs])
    one, zero = (np.equal(due, number).astype(bool) for number in (1, 0))
    return Demands(judge, free, one, zero, Interval.enclosing(np.where(free, 0, due)))


def _near(judge: Near, error: Interval) -> Certain:
    tolerance = Interval.enclosing(judge.tolerance)
    over, under = error - tolerance, error + tolerance
    return Certain((over.upper < 0) & (under.lower > 0), (over.lower >= 0) | (under.upper <= 0))


def _decided(judge: Decided, output: Interval) -> tuple[Booleans, Booleans]:
    """Where the relation holds for certain, and where it certainly does not."""
    gap = output - Interval.enclosing(judge.threshold)
    low, high = gap.lower, gap.upper
    return {
        ">": (low > 0, high <= 0),
        ">=": (low >= 0, high < 0),
        "<": (high < 0, low >= 0),
        "<=": (high <= 0, low > 0),
        "==": ((low == 0) & (high == 0), (low > 0) | (high < 0)),
    }[judge.relation]
