"""Whether an answer that follows from made-up ones was left with nothing to compute."""

from collections.abc import Collection, Mapping

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.program import Program, Run


def _turned(values: Floats) -> Floats:
    return values * 1.37 + 0.11


def _turned_over(values: Floats) -> Floats:
    return 0.29 - values * 0.71


TURNS = (_turned, _turned_over)
"""What data and the other answers are changed to, one way and another."""


def trivial(
    program: Program, judged: Judged, earlier: Mapping[str, Judged], made_up: Collection[str]
) -> tuple[str, ...]:
    """The made-up answers that left nothing to compute for one that follows, if they did.

    With them as they are claimed, its value is the same whatever the data and all other answers
    are: two gates of 0 make a cell state of 0.  1 for every gate does not: c = c_prev + 1 still
    rests on c_prev.
    """
    steps = program.before(judged.claimed.symbol, earlier)
    used = {leaf.symbol for step in steps for leaf in step.expr.leaves()} & set(made_up)
    written = {name: other.claimed.values for name, other in earlier.items()}
    right = np.asarray(Run(program, written).of_lines(steps), dtype=float)
    for turn in TURNS if used else ():
        known = {s: v if s in used else turn(v) for s, v in written.items()}
        with np.errstate(all="ignore"):
            value = np.asarray(Run(program, known, data=turn).of_lines(steps), dtype=float)
        if not np.array_equal(value, right):
            return ()
    return tuple(name for name in earlier if name in used)
