"""Claimed answers -> verdicts."""

from collections.abc import Iterator, Sequence

import numpy as np

from lstmhw.faults import Fault, Path, ProblemError, did_you_mean
from lstmhw.problem import Problem
from lstmhw.solution import Check, Claim, Solution, Written, half_unit


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
        raise ProblemError([Fault(path, message, f"{symbol} has {expected.size} entries")])
    written = zip(numbers.values(), expected.ravel().tolist(), strict=True)
    wrong = [k for k, (number, true) in enumerate(written) if not _is_right(number, true)]
    if not wrong:
        return Check(symbol, claim, expected, "right", None, None, "")
    places = [_place(symbol, expected.shape, k) for k in wrong]
    first = list(numbers.values())[wrong[0]]
    explanation = f"{places[0]} should be {expected.flat[wrong[0]]:.8g}, not {first.text}."
    return Check(symbol, claim, expected, "wrong", None, ", ".join(places), explanation)


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
    message = f"expected a symbol of this problem, found {name!r}"
    raise ProblemError([Fault(path, message, hint or f"it has {', '.join(solution.answers)}")])


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
    return " x ".join(map(str, shape)) + " numbers" if shape else "a single number"


def _is_right(number: Written, true: float) -> bool:
    """Within half a unit of the last digit as written, or 1e-12 relative, whichever is more."""
    assert number.value is not None
    tolerance = max(half_unit(number.text), 1e-12 * abs(true))
    return abs(number.value - true) <= tolerance


def _place(symbol: str, shape: tuple[int, ...], flat: int) -> str:
    if np.prod(shape) == 1:
        return symbol
    index = np.unravel_index(flat, shape)
    return symbol + "".join(f"[{int(k) + 1}]" for k in index)
