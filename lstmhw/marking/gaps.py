"""Arrays of which some numbers have no answer: what stands in their places, and what it is for.

What is there is judged for itself.  An answer further on is worked from what is there and, in the
places of the missing numbers, from what a right method makes of the answers before them, as where a
symbol has no answer at all.
"""

from collections.abc import Mapping

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.claims import Claimed
from lstmhw.marking.follow_through import Judged, follow_through
from lstmhw.marking.program import Program
from lstmhw.marking.rounding import Manner

SAME = 1e-9
"""Of a number and of its last digit, what working it once more may be off by."""


def completed(
    program: Program, judged: Judged, earlier: Mapping[str, Judged], manner: Manner, most: int
) -> Judged:
    """A judged claim with `unanswered` for its missing numbers, and what is due in their places.

    That is written in the digits of the others; where more than `most` lines lead to it, it is the
    truth.
    """
    claimed = judged.claimed
    missing = np.array(claimed.missing).reshape(claimed.expected.shape)
    due = _due(program, claimed, earlier, manner, most)
    written = np.array([round(value, claimed.kept) for value in due.ravel().tolist()])
    values = np.where(missing, written.reshape(due.shape), claimed.values)
    pairs = zip(judged.verdicts, claimed.missing, strict=True)
    return judged._replace(
        claimed=claimed.with_values(values),
        verdicts=tuple("unanswered" if is_missing else v for v, is_missing in pairs),
        estimate=np.where(missing, due, judged.estimate),
    )


def _due(
    program: Program, claimed: Claimed, earlier: Mapping[str, Judged], manner: Manner, most: int
) -> Floats:
    """What a right method makes of the answers before; the truth where that is no number."""
    true = claimed.expected
    has_lines = claimed.symbol in program.steps and bool(np.all(np.isfinite(true)))
    if not has_lines or len(program.before(claimed.symbol, earlier)) > most:
        return true
    due = follow_through(program, claimed, earlier, manner).right.reshape(true.shape)
    room = SAME * (np.abs(true) + claimed.half)
    is_true = ~np.isfinite(due) | (np.abs(due - true) <= room)
    return np.where(is_true, true, due)


def gaps_for(program: Program, judged: Judged, earlier: Mapping[str, Judged]) -> tuple[Judged, ...]:
    """The answers with gaps that one rests on: itself, else those that its lines use.

    Nobody knows what the student had there, so no mistake is looked for.
    """
    symbol = judged.claimed.symbol
    if any(judged.claimed.missing):
        return (judged,)
    gaps = {s: other for s, other in earlier.items() if any(other.claimed.missing)}
    if not gaps or symbol not in program.steps:
        return ()
    steps = program.before(symbol, earlier)
    used = frozenset().union(*(program.leaves[step.symbol] for step in steps))
    return tuple(other for s, other in gaps.items() if s in used)
