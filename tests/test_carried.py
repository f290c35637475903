"""What follows from a wrong answer of which the sheet shows fewer digits than were computed on."""

from random import Random

import pytest
from conftest import at_length, marked

DATA = {"kind": "rnn-step", "activation": "identity", "xs": [1, 2, -1], "W_x": 0.6183, "W_h": -1.7}


def sheet(first: float) -> list[float]:
    """h_1, as wrong as it is, and what a right method makes of it."""
    h = [first]
    for x in (2, -1):
        h.append(0.6183 * x - 1.7 * h[-1])
    return h


def verdicts(h: list[float], digits: int) -> list[str]:
    claimed = {f"h_{t}": f"{value:.{digits}f}" for t, value in enumerate(h, 1)}
    return [check.verdict for check in marked({**DATA, "claimed": claimed}).checks]


@pytest.mark.parametrize("digits", [3, at_length(2), at_length(4)])
def test_digits_that_are_not_written_may_be_carried(digits: int) -> None:
    rng = Random(digits)
    for _ in range(12):
        h = sheet(rng.uniform(0.7, 0.9))
        first, *later = verdicts(h, digits)
        assert first == "wrong"
        assert "wrong" not in later, h


@pytest.mark.parametrize("count", [8, at_length(25)])
def test_few_of_the_numbers_that_nobody_computed_follow(count: int) -> None:
    rng = Random(5)
    _, second, third = sheet(0.7431)
    offs = [second + rng.choice([-1, 1]) * rng.uniform(0.01, 0.15) for _ in range(count)]
    found = [verdicts([0.7431, off, third], 3)[1] for off in offs]
    assert found.count("wrong") >= count - 1


def test_the_reader_is_told_of_the_digits() -> None:
    steep = {**DATA, "W_h": -4.3}
    second = 0.6183 * 2 - 4.3 * 0.7434  # of .743 it is -1.9583
    claimed = {"h_1": "0.743", "h_2": f"{second:.3f}"}
    told = marked({**steep, "claimed": claimed}).checks[1]
    assert told.verdict == "follows"
    assert "carried with more digits than are written" in told.explanation
