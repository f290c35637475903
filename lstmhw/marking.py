"""Claimed answers -> verdicts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.faults import MOST_ERRORS, Fault, Path, ProblemError, did_you_mean, shown, some
from lstmhw.functions import Floats
from lstmhw.numerals import agrees, half_unit, number
from lstmhw.solution import Check, Claim, Solution, indexed

VERDICTS = ("right", "rounding", "follows", "wrong")  # from best to worst
MOST_CORRECTIONS = 3


class Claimed(NamedTuple):
    """A claimed number as written, and its value."""

    text: str
    value: float


class Marker:
    """Marks answers that are claimed for one solution, as often as asked."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution

    def mark(self, claimed: Mapping[str, Claim]) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
        """A verdict on each claimed answer, and a fault for each claim that cannot be compared.

        That is an unknown symbol, one that is claimed twice, a wrong shape, or a word for a number.
        What the solution has checked itself stays as it is.
        """
        solution = self.solution
        faults: list[Fault] = []
        checks: dict[str, Check] = {check.symbol: check for check in solution.checks}
        for name, claim in claimed.items():
            if any(check.symbol == name for check in solution.checks):
                continue
            symbol = _full_name(name, solution)
            path: Path = ("claimed", name)
            if symbol not in solution.answers:
                hint = _hint(name, symbol, solution) if len(faults) < MOST_ERRORS else ""
                message = f"expected a symbol that is computed here, found {shown(name)!r}"
                faults.append(Fault(path, message, hint, at_key=True))
            elif symbol in checks:
                message = f"expected one claim of {symbol}, found another"
                faults.append(Fault(path, message, at_key=True))
            else:
                try:
                    checks[symbol] = _check(symbol, claim, path, solution.answers[symbol])
                except ProblemError as error:
                    faults += error.faults
        return tuple(checks.values()), tuple(faults)


def _check(symbol: str, claim: Claim, path: Path, expected: Floats) -> Check:
    shape = _shape(claim)
    alone = expected.size == 1 and shape is not None and set(shape) <= {1}
    if shape != expected.shape and not alone:
        message = f"expected {_described(expected.shape)}, found {_described(shape)}"
        raise ProblemError([Fault(path, message)])
    numbers = list(_numbers(claim, path))
    pairs = list(zip(numbers, expected.ravel().tolist(), strict=True))
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


def _full_name(name: str, solution: Solution) -> str:
    """The symbol that is meant, its time index filled in where there is only one step."""
    at_step = f"{name}_{solution.only_step}"
    known = name not in solution.answers and (
        at_step in solution.answers or at_step in solution.missing
    )
    return at_step if known else name


def _hint(name: str, symbol: str, solution: Solution) -> str:
    """Why a symbol has no answer, or which one may have been meant."""
    if symbol in solution.missing:
        reasons = "; ".join(fault.message for fault in solution.missing[symbol])
        return f"{symbol} cannot be computed: {reasons}"
    same = [answer for answer in solution.answers if indexed(answer)[0] == name]
    if same:
        return f"of which step? {some(same)}"
    return did_you_mean(name, solution.answers) or f"it has {some(solution.answers)}"


def _numbers(claim: Claim, path: Path) -> Iterator[Claimed]:
    """The claimed numbers in order.  Raises ProblemError for a word."""
    if isinstance(claim, str):
        try:
            yield Claimed(claim, number(claim))
        except ValueError as error:
            raise ProblemError([Fault(path, f"expected a number, found {error}")]) from None
    else:
        for k, part in enumerate(claim):
            yield from _numbers(part, (*path, k))


def _shape(claim: Claim) -> tuple[int, ...] | None:
    """The shape of a claimed array; None where it is ragged."""
    if isinstance(claim, str):
        return ()
    shapes = {_shape(part) for part in claim}
    if len(shapes) != 1:
        return None
    inner = shapes.pop()
    return None if inner is None else (len(claim), *inner)


def _described(shape: Sequence[int] | None) -> str:
    if shape is None:
        return "rows of different lengths, or an empty list"
    if not shape or shape == (1,):
        return "a single number"
    return " x ".join(map(str, shape)) + " numbers"


def _verdict(claimed: Claimed, true: float) -> str:
    """Right by the digits written, `rounding` within the noise of a float32, else wrong."""
    if agrees(claimed.value, true, half_unit(claimed.text)):
        return "right"
    return "rounding" if abs(claimed.value - true) <= 1e-6 * abs(true) < np.inf else "wrong"


def _place(symbol: str, shape: tuple[int, ...], flat: int) -> str:
    if np.prod(shape) == 1:
        return symbol
    index = np.unravel_index(flat, shape)
    return symbol + "".join(f"[{int(k) + 1}]" for k in index)
