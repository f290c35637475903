"""Sheets on which every answer of a problem is claimed at once."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstmhw.solution import Solution

DECIMALS = 6
FACTORS: Mapping[str, Sequence[float]] = {
    "right": (1.0,),
    "wrong": (1.31337,),
    "mixed": (1.31337, 1.0, 0.71717),
    "impossible": (-1.3, 0.0, 1.0),  # as a probability, or a length
    "huge": (1e9, 1.0),
}
"""What the true answers are multiplied by, each by one of these."""
INFINITE = "infinite"
"""Of such a sheet some numbers are infinite."""
SORTS = (*FACTORS, INFINITE)


def all_answers(solution: Solution, sort: str, seed: int = 0) -> dict[str, Any]:
    """The claims: nested texts of all answers that the solution has not checked itself."""
    rng = np.random.default_rng(seed)
    return {
        symbol: _texts(_changed(np.asarray(true, dtype=float), sort, rng))
        for symbol, true in solution.answers.items()
        if symbol not in solution.checked
    }


def _changed(true: Any, sort: str, rng: np.random.Generator) -> Any:
    if sort == INFINITE:
        return np.where(rng.random(true.shape) < 0.3, np.inf, true)
    return true * rng.choice(FACTORS[sort])


def _texts(value: Any) -> Any:
    if np.ndim(value):
        return [_texts(part) for part in value]
    return ".inf" if np.isinf(value) else f"{value:.{DECIMALS}f}"


def submission(name: str, claims: Mapping[str, Any]) -> str:
    return json.dumps({"name": name, "claimed": claims}) + "\n"
