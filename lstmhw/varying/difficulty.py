"""How hard an exercise is to mark: what its digits do not show."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from lstmhw.expr import Apply
from lstmhw.functions import Floats
from lstmhw.marking.candidates import Catalogue, Variant
from lstmhw.marking.program import Program, Run
from lstmhw.marking.variants import VariedRuns, choices_of
from lstmhw.solution import Solution, Step

SATURATED = 0.03  # so near to a limit that the digits would not show
MOST_LINES = 250  # of a working, in which mistakes are made
TIE = 1e-3  # so near to the middle of two last digits, in units of these
OUTCOMES = ("feasible", "verdict", "proof", "impossible", "exact_in")
"""What of the JSON of a solution says how a question is answered, beside numbers."""

Room = Callable[[Floats], Floats]
"""How far from the truth an answer may be and still is right."""


def saturated(solution: Solution) -> dict[str, float]:
    """The gates and states so near to a limit that digits do not show it, and by how many bits."""
    found = {step.symbol: _nearness(step) for step in solution.steps if _has_limits(step)}
    return {symbol: bits for symbol, bits in found.items() if bits > 0}


def _has_limits(step: Step) -> bool:
    return isinstance(step.expr, Apply) and step.expr.function.name in ("sigmoid", "tanh")


def _nearness(step: Step) -> float:
    """How much nearer to a limit than is allowed the numbers of a line are, in bits."""
    distance = np.maximum(1 - np.abs(step.value), np.finfo(float).eps)
    return float(np.sum(np.maximum(np.log2(SATURATED / distance), 0)))


def ties(values: Floats, decimals: int) -> bool:
    """Whether some value is as near to the one rounded number as to the other."""
    parts = np.abs(np.ravel(values) * 10**decimals % 1 - 0.5)
    return bool((parts < TIE).any())


def outcome(solution: Solution) -> Mapping[str, Any]:
    """How the question is answered: feasible, proved, impossible, a word."""
    found = {}
    for key in OUTCOMES:
        value = solution.extras.get(key)
        value = value() if callable(value) else value
        found[key] = value.get("verdict", True) if isinstance(value, Mapping) else value
    return found


def telling(solution: Solution, symbols: Iterable[str], room: Room) -> dict[tuple[str, str], bool]:
    """The mistakes by symbol, and whether each can change it by more than there is room.

    A mistake is made in every line in which it can be made, and in each of its senses: it shows
    where one of these does.  Of a long working nothing is said.
    """
    if len(solution.steps) > MOST_LINES:
        return {}
    program = Program(solution)
    catalogue = Catalogue(program)
    found: dict[tuple[str, str], bool] = {}
    for symbol in symbols:
        for name, shows in _telling(program, catalogue, symbol, room):
            found[symbol, name] = found.get((symbol, name), False) or shows
    return found


def _telling(
    program: Program, catalogue: Catalogue, symbol: str, room: Room
) -> Iterator[tuple[str, bool]]:
    """The mistakes on the way to a symbol, each as often as it has senses."""
    steps = program.before(symbol, ()) if symbol in program.steps else ()
    variants: dict[Hashable, Variant] = {}
    for variant in catalogue.mistakes(steps):
        variants.setdefault(variant.causes[0].key, variant)
    if not variants:
        return
    choices = choices_of([variant.lines for variant in variants.values()])
    found = VariedRuns(Run(program, {}), choices).of_lines(steps)
    true = np.ravel(program.steps[symbol].value)
    with np.errstate(invalid="ignore"):
        off = np.isfinite(found) & (np.abs(found - true) > room(true))
    for variant, row in zip(variants.values(), off, strict=True):
        yield variant.names[0], bool(row.any())
