"""What lstmhw answers beside what the reference of `stacks.py` does, and what it refuses."""

from typing import Any

import numpy as np
import pytest
from conftest import problem, solved
from stacks import Run, forward, gradients

from lstmhw.faults import Fault, ProblemError, spelled

REQUIRED = (*(f"{name}_" for name in "xhcifgorzna"), "W", "b", "p_")  # after the d of a gradient


def assert_forward(data: dict[str, Any], tolerance: float = 1e-9) -> Any:
    """All that is computed forward is as the reference has it; the answers of lstmhw."""
    answers = solved(data).answers
    _compare(data, answers, forward(data), tolerance)
    return answers


def assert_gradients(data: dict[str, Any], tolerance: float = 1e-8) -> Any:
    """The same, and all gradients; the answers of lstmhw.

    What the loss does not depend on may be left out, and so may the gradients to tanh(c) and to y.
    """
    solution = solved(data)
    answers = solution.answers
    _compare(data, answers, forward(data), tolerance)
    expected = gradients(data)
    scale = max(1.0, *(np.max(np.abs(np.nan_to_num(value))) for value in expected.values()))
    wanted = {
        symbol: value
        for symbol, value in expected.items()
        if symbol in answers
        or symbol.partition("@")[0].endswith("_new")
        or (symbol[1:].startswith(REQUIRED) and np.nansum(np.abs(value)) > 0)
    }
    assert len(wanted) > 3
    _compare(data, answers, wanted, tolerance * scale)
    assert solution.extras["second_method"]["agrees"] is not False
    return answers


def _compare(data: Any, answers: Any, expected: Any, tolerance: float) -> None:
    run = Run(data)
    for symbol, value in expected.items():
        name = _named(symbol, run.moves, answers)
        if len(run.times) == 1 and name not in answers and name.startswith("loss_"):
            continue  # of one step there is one loss
        assert name in answers, f"{name} of {sorted(answers)}"
        found, value = np.asarray(answers[name], dtype=float), np.asarray(value, dtype=float)
        assert np.squeeze(found).shape == np.squeeze(value).shape, name
        errors = np.abs(found.reshape(value.shape) - value)[~np.isnan(value)]
        assert np.all(errors <= tolerance), f"{name}: {found.tolist()}, not {value.tolist()}"


def _named(symbol: str, moves: dict[str, str], answers: Any) -> str:
    """The symbol; the state before a way back has the index before the first step or after all."""
    if symbol in answers:
        return symbol
    before = symbol[1:] if symbol[:2] in ("dh", "dc") else symbol
    return symbol.replace(before, moves.get(before, before))


def refused(data: dict[str, Any], keys: str) -> Fault:
    """The one error of a problem, which has to name the key, or one of `this|or that`."""
    with pytest.raises(ProblemError) as error:
        problem(data).solve()
    faults = error.value.faults
    assert len(faults) == 1, faults
    (fault,) = faults
    said = f"{spelled(fault.path)} {fault.message} {fault.hint}"
    assert any(key in said for key in keys.split("|")), fault
    return fault
