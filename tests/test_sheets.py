"""The drawn answer sheets themselves: that they are what they are said to be."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from count_sheets import count_sheets
from gradient_sheets import gradient_sheets
from mistakes import NAMES
from network_sheets import network_sheets
from sheets import ROUNDINGS, Sheet, correct_sheets, mistaken_sheets, two_mistakes_sheets
from time_sheets import time_sheets
from working import HALF_UP

from lstmhw.marking.claims import read
from lstmhw.numerals import half_unit, number
from lstmhw.problem import Problem
from lstmhw.reading import from_text
from lstmhw.solution import Solution

CLASSES = (
    *(correct_sheets, mistaken_sheets, two_mistakes_sheets),
    *(gradient_sheets, count_sheets, time_sheets, network_sheets),
)
COUNT = 2 * max(len(NAMES), len(ROUNDINGS))


def solved(sheet: Sheet) -> tuple[Problem, Solution]:
    asked = from_text("sheet.yaml", sheet.text).problem
    return asked, asked.solve()


def full(name: str, solution: Solution) -> str:
    return name if name in solution.answers else f"{name}_{solution.only_step}"


def entries(claim: Any) -> Iterator[str]:
    if isinstance(claim, str):
        yield claim
    else:
        for part in claim:
            yield from entries(part)


def agrees(claim: Any, answer: Any) -> bool:
    """Half a unit of the last digit, whichever way a tie is rounded."""
    return all(
        abs(number(text) - true) <= half_unit(text) + 1e-12 * (1 + abs(true))
        for text, true in zip(entries(claim), np.ravel(answer).tolist(), strict=True)
    )


@pytest.mark.parametrize("drawn", CLASSES)
def test_the_same_seed_draws_the_same_sheets(drawn: Any) -> None:
    assert [*drawn(20, 3)] == [*drawn(20, 3)]
    assert [*drawn(20, 3)] != [*drawn(20, 4)]


@pytest.mark.parametrize("drawn", CLASSES)
def test_every_sheet_is_read_and_its_claims_can_be_compared(drawn: Any) -> None:
    for sheet in drawn(COUNT // 4):
        asked, solution = solved(sheet)
        own = frozenset(check.symbol for check in solution.checks)
        claims, absent, faults = read(asked.claimed, solution, own)
        assert not absent
        assert not faults, sheet.text
        assert {*sheet.cells} <= own | {claim.symbol for claim in claims}, sheet.text


def test_every_rounding_and_every_mistake_occurs() -> None:
    assert {sheet.kind_of_sheet for sheet in correct_sheets(COUNT)} == {*ROUNDINGS}
    assert {name for sheet in mistaken_sheets(COUNT) for name in sheet.mistakes} == {*NAMES}


def test_what_is_rounded_once_agrees_with_the_solution() -> None:
    once = ("rounded", "half to even", "float32", "final zeros left out", "fractions")
    sheets = [s for s in correct_sheets(5 * COUNT) if s.kind_of_sheet in once]
    sheets += [s for s in gradient_sheets(COUNT) if s.kind_of_sheet == "rounded"]
    sheets += [s for s in time_sheets(COUNT) if not s.mistakes]
    sheets += [s for s in network_sheets(COUNT) if not s.mistakes]
    assert len(sheets) > COUNT
    for sheet in sheets:
        asked, solution = solved(sheet)
        for name, claim in asked.claimed.items():
            answer = solution.answers[full(name, solution)]
            if sheet.kind_of_sheet == "float32":
                found = np.array([*map(float, entries(claim))])
                assert np.allclose(found, np.ravel(answer), rtol=1e-6, atol=0), sheet.text
            else:
                assert agrees(claim, answer), (name, sheet.text)


@pytest.mark.parametrize("drawn", [mistaken_sheets, two_mistakes_sheets])
def test_the_first_wrong_cell_is_the_first_that_is_wrong(drawn: Any) -> None:
    compared = 0
    for sheet in drawn(COUNT // 4):
        if sheet.origin.hand.inside or sheet.origin.hand.how != HALF_UP:
            continue
        asked, solution = solved(sheet)
        claims = {full(name, solution): claim for name, claim in asked.claimed.items()}
        wrong = [
            symbol
            for symbol, answer in solution.answers.items()
            if symbol in claims and not agrees(claims[symbol], answer)
        ]
        assert wrong[0] == sheet.first_wrong, sheet.text
        assert {*sheet.cells} <= {*wrong}, sheet.text
        compared += 1
    assert compared > COUNT // 16


def test_two_mistakes_stand_in_the_order_of_the_working() -> None:
    for sheet in two_mistakes_sheets(COUNT):
        assert len({*sheet.mistakes}) == 2
        assert sheet.origin is not None
        first, second = map(sheet.origin.symbols.index, sheet.cells)
        assert first <= second
        assert sheet.first_wrong == sheet.cells[0]
