"""Claimed answers -> verdicts."""

from collections.abc import Iterator, Sequence

import numpy as np

from lstmhw.faults import Fault, Path, ProblemError, did_you_mean, shown
from lstmhw.problem import Problem
from lstmhw.solution import Check, Claim, Solution, Written, half_unit

VERDICTS = ("right", "rounding", "follows", "wrong")  # from best to worst
MOST_CORRECTIONS = 3
MOST_FAULTS = 1000  # of a file full of nonsense, enough is soon known


def mark(problem: Problem, solution: Solution) -> Solution:
    """The solution with a verdict on each claimed answer.

    Raises ProblemError for claims that cannot be compared: unknown symbols, shapes, words.
    """
    faults: list[Fault] = []
    checks: list[Check] = []
    for name, claim in problem.claimed.items():
        try:
            checks.append(_check(name, claim, solution))
        except ProblemError as error:
            faults += error.faults
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise ProblemError(faults)
    return solution._replace(checks=tuple(checks))


def _check(name: str, claim: Claim, solution: Solution) -> Check:
    path: Path = ("claimed", name)
    symbol = _full_name(name, path, solution)
    expected = solution.answers[symbol]
    numbers = dict(_numbers(claim, path))
    shape = _shape(claim)
    if shape != expected.shape and not (len(numbers) == 1 == expected.size):
        message = f"expected {_described(expected.shape)}, found {_described(shape)}"
        raise ProblemError([Fault(path, message)])
    pairs = list(zip(numbers.values(), expected.ravel().tolist(), strict=True))
    verdicts = [_verdict(number, true) for number, true in pairs]
    worst = max(verdicts, key=VERDICTS.index)
    if worst == "right":
        return Check(symbol, claim, expected, worst, None, None, "")
    off = [k for k, verdict in enumerate(verdicts) if verdict == worst]
    places = [_place(symbol, expected.shape, k) for k in off]
    corrections = [
        f"{place} should be {pairs[k][1]:.10g}, not {pairs[k][0].text}"
        for place, k in zip(places[:MOST_CORRECTIONS], off, strict=False)
    ]
    explanation = "; ".join(corrections) + (", ..." if len(off) > MOST_CORRECTIONS else ".")
    return Check(symbol, claim, expected, worst, None, ", ".join(places), explanation)


def _full_name(name: str, path: Path, solution: Solution) -> str:
    """The symbol that is meant, its time index filled in where there is only one step."""
    if name in solution.answers:
        return name
    indexed = f"{name}_{solution.only_step}"
    if indexed in solution.answers:
        return indexed
    hint = did_you_mean(name, solution.answers)
    later = [symbol for symbol in solution.answers if symbol.rpartition("_")[0] == name]
    if later:
        hint = f"of which step? {', '.join(later)}"
    message = f"expected a symbol of this problem, found {shown(name)!r}"
    hint = hint or f"it has {', '.join(solution.answers)}"
    raise ProblemError([Fault(path, message, hint, at_key=True)])


def _numbers(claim: Claim, path: Path) -> Iterator[tuple[Path, Written]]:
    """The claimed numbers in order, by their places.  Raises ProblemError for a word."""
    if not isinstance(claim, Written):
        for k, part in enumerate(claim):
            yield from _numbers(part, (*path, k))
    elif claim.value is None or not np.isfinite(claim.value):
        raise ProblemError([Fault(path, f"expected a number, found {claim.text}")])
    else:
        yield path, claim


def _shape(claim: Claim) -> tuple[int, ...] | None:
    """The shape of a claimed array; None where it is ragged."""
    if isinstance(claim, Written):
        return ()
    shapes = {_shape(part) for part in claim}
    if len(shapes) != 1:
        return None
    inner = shapes.pop()
    return None if inner is None else (len(claim), *inner)


def _described(shape: Sequence[int] | None) -> str:
    if shape is None:
        return "rows of different lengths"
    if not shape or shape == (1,):
        return "a single number"
    return " x ".join(map(str, shape)) + " numbers"


def _verdict(number: Written, true: float) -> str:
    """Right: within half a unit of the last digit, or 1e-12 relative; rounding: float32 noise."""
    assert number.value is not None
    error = abs(number.value - true)
    if error <= max(half_unit(number.text), 1e-12 * abs(true)):
        return "right"
    return "rounding" if error <= 1e-6 * abs(true) else "wrong"


def _place(symbol: str, shape: tuple[int, ...], flat: int) -> str:
    if np.prod(shape) == 1:
        return symbol
    index = np.unravel_index(flat, shape)
    return symbol + "".join(f"[{int(k) + 1}]" for k in index)
