"""Whether an answer that follows from made-up ones was left with nothing to compute."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.program import Program, Run
from lstmhw.solution import Step

DRAWS = 24
"""How often all other numbers are drawn: two or three might leave a step unit where it is."""


def trivial(
    program: Program, judged: Judged, earlier: Mapping[str, Judged], made_up: Collection[str]
) -> tuple[str, ...]:
    """The made-up answers that left nothing to compute for one that follows, if they did.

    With them as they are claimed, its value is the same whatever the data and all other answers
    are: two gates of 0 make a cell state of 0.  1 for every gate does not: c = c_prev + 1 still
    rests on c_prev.  Nor does one answer that a line rests on alone, as i = sigmoid(z_i): it is
    still to be computed, unless a 0 is only carried on as a 0.
    """
    steps = program.before(judged.claimed.symbol, earlier)
    leaves = frozenset().union(*(program.leaves[step.symbol] for step in steps))
    leaves -= {step.symbol for step in steps}
    used = tuple(name for name in earlier if name in leaves and name in made_up)
    if not used:
        return ()
    written = {name: other.claimed.values for name, other in earlier.items()}
    if leaves > set(used):
        return used if _settle(used, program, steps, written) else ()
    if not any(np.any(written[name]) for name in used):
        return () if np.any(Run(program, written).of_lines(steps)) else used
    # All that the line rests on is made up: whether some of it makes the rest idle.
    fewer = combinations(used, len(used) - 1) if len(used) > 1 else ()
    return next((some for some in fewer if _settle(some, program, steps, written)), ())


def _settle(
    fixed: Collection[str], program: Program, steps: Sequence[Step], written: Mapping[str, Floats]
) -> bool:
    """Whether the last of these lines is the same whatever all but the fixed answers are."""
    right = np.asarray(Run(program, written).of_lines(steps), dtype=float)
    generator = np.random.default_rng(0)

    def drawn(values: Floats) -> Floats:
        return generator.normal(size=np.shape(values))

    for _ in range(DRAWS):
        known = {s: v if s in fixed else drawn(v) for s, v in written.items()}
        with np.errstate(all="ignore"):
            value = np.asarray(Run(program, known, data=drawn).of_lines(steps), dtype=float)
        if not np.array_equal(value, right):
            return False
    return True
