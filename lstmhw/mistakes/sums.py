"""Mistakes about sums over time steps: the loss, and the gradient to what all steps share."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lstmhw.expr import Constant, Divide, Expr, Quantity, Sum, sum_of
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope, time_of
from lstmhw.solution import Step, indexed

LOSS = "loss"
Change = Callable[[Step, Sequence[Expr]], tuple[Expr, str]]
"""(a line, what each time step adds to it, the first step first) -> another line, what was done."""


def _time(term: Expr) -> int:
    """The time step of a term: that of the latest quantity it is written with."""
    return max((indexed(leaf.symbol)[1] or 0 for leaf in term.leaves()), default=0)


def _shares(step: Step) -> list[Expr]:
    """What each time step adds to a line that is a sum over them, the first step first."""
    is_total = step.role.what in ("loss", "gradient") and time_of(step) is None
    by_time: dict[int, list[Expr]] = {}
    for part in step.expr.parts if is_total and isinstance(step.expr, Sum) else ():
        by_time.setdefault(_time(part), []).append(part)
    return [sum_of(terms) for _, terms in sorted(by_time.items())]


def _over_time(name: str, example: str, change: Change) -> Mistake:
    """A mistake about how the shares of the steps come together."""

    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        shares = _shares(step)
        if len(shares) > 1:
            yield Rewritten("", *change(step, shares))

    return Mistake(name, example, rewrite)


def _last(step: Step, shares: Sequence[Expr]) -> tuple[Expr, str]:
    last = shares[-1]
    return last, f"only the share of the last step, t = {_time(last)}, was counted, not all of them"


def _written_last(step: Step, shares: Sequence[Expr]) -> tuple[Expr, str]:
    """A loss is added up on the way forward, a gradient on the way back."""
    is_loss = step.role.what == "loss"
    kept, way = (shares[-1], "forward") if is_loss else (shares[0], "back")
    done = (
        f"the shares of the steps were overwritten, not added up (= for +=): "
        f"what is left is that of t = {_time(kept)}, the last one on the way {way}"
    )
    return kept, done


def _mean(step: Step, shares: Sequence[Expr]) -> tuple[Expr, str]:
    count = len(shares)
    done = f"the mean over {count} steps was taken, where this is their sum"
    return Divide(step.expr, Constant(float(count))), done


def _loss_at_last(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The loss of the last step for that of all: nothing comes back from the earlier ones."""
    last = scope.times[-1] if scope.times else 0
    done = f"only the loss of the last step, t = {last}, was counted"
    shares = _shares(step) if step.role.what == "loss" else []
    if len(shares) > 1 and _time(shares[-1]) == last:
        yield Rewritten(LOSS, shares[-1], done)
    targets = [leaf for leaf in step.expr.leaves() if leaf.role.what == "target"]
    times = {indexed(leaf.symbol)[1] or last for leaf in targets}
    if step.role.what == "gradient" and times and max(times) < last:
        yield Rewritten(LOSS, _without_loss(step), done)


def _without_loss(step: Step) -> Expr:
    """A gradient without y - target, which is what comes from the loss of its step."""
    parts = step.expr.parts if isinstance(step.expr, Sum) else ()
    kept = [part for part in parts if not _is_of_loss(part)]
    return sum_of(kept) if kept else Quantity("0", np.zeros_like(step.value), given=True)


def _is_of_loss(part: Expr) -> bool:
    """Whether a term of a gradient is y, the target, or made of both."""
    is_output = isinstance(part, Quantity) and part.role.what in ("output", "state")
    return is_output or any(leaf.role.what == "target" for leaf in part.leaves())


COMMON = (
    _over_time("only-last-step", "dW = dW_3, where it should be dW_1 + dW_2 + dW_3", _last),
    Mistake("only-last-step", "dW from loss_3 alone, as if dy_1 and dy_2 were 0", _loss_at_last),
    _over_time("overwritten", "dW = dW_1, as = leaves it where += is meant", _written_last),
    _over_time("averaged", "dW = (dW_1 + dW_2 + dW_3)/3", _mean),
)
RARE: tuple[Mistake, ...] = ()
