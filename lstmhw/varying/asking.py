"""What a problem asks for, written into its file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lstmhw.faults import ProblemError
from lstmhw.problem import Problem
from lstmhw.reading.records import keys_of


def asking_for(problem: Problem, symbols: Iterable[str]) -> Mapping[str, Any]:
    """The key `find` with these symbols, where problems of its kind have it; else none."""
    names = tuple(symbols)
    if "find" not in keys_of(type(problem)) or not names:
        return {}
    more: dict[str, Any] = {"find": names}
    asked = replace(problem, claimed={}, **more)
    try:
        if any(asked.faults()):
            return {}
        asked.solve()
    except ProblemError:
        return {}
    return {"find": [*names]}
