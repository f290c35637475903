"""lstmhw: solves and marks homework on recurrent networks, step by step.

import lstmhw
lstmhw.solve("q2")["h_2"]
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstmhw.api import Marks, Solution, check, grade, solve, trace, vary
    from lstmhw.faults import ProblemError

__version__ = "0.1.0"
__all__ = ["Marks", "ProblemError", "Solution", "check", "grade", "solve", "trace", "vary"]


def __getattr__(name: str) -> Any:
    """What the package gives is imported when it is asked for: NumPy takes its time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    from lstmhw import api

    return getattr(api, name)
