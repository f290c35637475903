"""A sheet that claims everything there is: right, wrong, impossible, and through every door.

Warnings are errors in these tests, so none of them is given here either.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from all_answers import SORTS, all_answers, submission
from conftest import ROOT, Run, at_length, examples, marked, problem
from hypothesis import given
from hypothesis import strategies as st
from network_sheets import network_sheets
from random_stacks import CELLS, seen_units, stacks
from sheets import correct_sheets
from time_sheets import time_sheets

import lstmhw.marking
from lstmhw.marking.follow_through import TRUE, VERDICTS
from lstmhw.practice import DRAWN, NoExerciseError, exercise
from lstmhw.problem import Problem
from lstmhw.reading import from_text
from lstmhw.solution import Solution

SHIPPED = {path.stem: path for path in sorted(Path(ROOT / "problems").glob("*.yaml"))}
QUICK = ("q1", "attention-scaled-dot", "rnn-last-step-loss")
SCALAR_FLOW: dict[str, Any] = {
    "kind": "gradient-flow",
    "xs": [0, 1, 1, 0, 1, 0],
    "W_x": [[0.5]],
    "W_h": [[1]],
    "b": [-0.25],
    "activation": "tanh",
    "from": 1,
    "to": 6,
    "clip": {"norm": 5, "gradient": [3, 4, 12]},
}
"""A number of it is [v] in h, [[v]] in J on the sheet, and v in the line of J."""


def shipped(name: str) -> Problem:
    return from_text(name, SHIPPED[name].read_text()).problem


def assert_judged(asked: Problem, claims: Mapping[str, Any]) -> Solution:
    """Each number of each claim has a verdict, and what is right is not accused."""
    solution, faults = lstmhw.marking.marked(asked, claims)
    assert faults == ()
    checks = {check.symbol: check for check in solution.checks}
    assert checks.keys() >= claims.keys()
    for symbol, claim in claims.items():
        verdicts = checks[symbol].verdicts
        claimed = np.ravel(np.array(claim)).tolist()
        true = np.ravel(solution.answers[symbol]).tolist()
        for verdict, text, value in zip(verdicts, claimed, true, strict=True):
            assert verdict in VERDICTS
            if abs(float(text.removeprefix(".")) - value) < 0.4e-6:
                assert verdict in TRUE, (symbol, claim, verdicts)
    return solution


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("name", [name if name in QUICK else at_length(name) for name in SHIPPED])
def test_all_answers_of_a_shipped_problem_are_judged(name: str, sort: str) -> None:
    asked = shipped(name)
    assert_judged(asked, all_answers(asked.solve(), sort))


@pytest.mark.parametrize("sort", SORTS)
def test_a_number_alone_is_the_same_in_every_shape(sort: str) -> None:
    asked = problem(SCALAR_FLOW)
    claims = all_answers(asked.solve(), sort)
    shapes = {np.shape(claims[symbol]) for symbol in ("h_2", "J_2", "norm_2")}
    assert shapes == {(1,), (1, 1), ()}
    assert_judged(asked, claims)


def _drawn(count: int) -> list[tuple[str, str]]:
    """Problems from all that draws some, each with its text."""
    found = []
    for seed in range(count):
        for kind in DRAWN:
            for units, steps in ((1, 3), (2, 2)):
                try:
                    found.append((kind, exercise(kind, seed, units, steps).problem))
                except NoExerciseError:
                    continue
        drawn = (network_sheets(2, seed), time_sheets(2, seed), correct_sheets(3, seed))
        found += [("sheet", sheet.text) for sheets in drawn for sheet in sheets]
    return found


@pytest.mark.parametrize(("count", "apart"), [(1, 9), at_length(1, 1)])
def test_all_answers_of_drawn_problems_are_judged(count: int, apart: int) -> None:
    judged = 0
    for k, (_, text) in enumerate(_drawn(count)[::apart]):
        asked = from_text("drawn.yaml", text).problem
        solution = asked.solve()
        for sort in SORTS if apart == 1 else (SORTS[2 + k % 4],):
            claims = all_answers(solution, sort, k)
            assert_judged(asked, claims)
            judged += len(claims)
    assert judged > 50


@pytest.mark.parametrize("cell", [cell if cell == "rnn" else at_length(cell) for cell in CELLS])
@pytest.mark.parametrize("gradient", [False, at_length(True)])
@examples(2, 6)
@given(data=st.data(), seed=st.integers(0, 10**6), sort=st.sampled_from(SORTS))
def test_all_answers_of_a_stack_are_judged(
    cell: str, gradient: bool, data: st.DataObject, seed: int, sort: str
) -> None:
    batch = st.just(0) if gradient else st.integers(0, 2)
    drawn = data.draw(stacks(cell, gradient=gradient, batch=batch))
    if gradient:
        is_row, units = "orientation" in drawn, seen_units(drawn)
        weights = [[0.5]] * units if is_row else [[0.5] * units]
        drawn |= {"output": {"W": weights}, "targets": [[0.25]] * len(drawn["xs"])}
    asked = problem(drawn)
    assert_judged(asked, all_answers(asked.solve(), sort, seed))


@pytest.mark.parametrize("name", ["q1", *map(at_length, sorted({*SHIPPED} - {"q1"}))])
def test_grade_has_a_row_for_each_of_them(name: str, lstmhw: Run, tmp_path: Path) -> None:
    solution = shipped(name).solve()
    if not all_answers(solution, "right"):
        assert solution.checked, "what has no numbers to claim is judged by its kind"
        return
    lines = [submission(sort, all_answers(solution, sort)) for sort in SORTS]
    (tmp_path / "class.ndjson").write_text("".join(lines))
    graded = lstmhw("grade", name, "class.ndjson", "--format", "ndjson")
    assert graded.returncode in (0, 1), graded.stderr
    rows = [json.loads(line) for line in graded.stdout.splitlines()]
    assert [row["name"] for row in rows] == list(SORTS)
    assert not any(row.get("error") for row in rows)


# What follows from a number that cannot be.

CHARACTERS: dict[str, Any] = {
    "kind": "rnn-step",
    "xs": [[1, 0], [0, 1]],
    "W_x": [[0.5, -0.3], [0.2, 0.8]],
    "W_h": [[0.1, 0.4], [-0.6, 0.3]],
    "output": {"W": [[1, -1], [0.5, 2]], "activation": "softmax"},
    "loss": "cross-entropy",
    "targets": [[1, 0], [0, 1]],
}


def verdicts_of(claims: Mapping[str, Any]) -> dict[str, str]:
    return {c.symbol: c.verdict for c in marked({**CHARACTERS, "claimed": claims}).checks}


@pytest.mark.parametrize("seed", range(6))
def test_nothing_follows_from_the_logarithm_of_a_negative_number(seed: int) -> None:
    rng = Random(seed)
    loss = f"{rng.uniform(-3, 3):.4f}"
    found = verdicts_of({"y_1": ["-0.2000", "1.2000"], "loss_1": loss})
    assert found == {"y_1": "wrong", "loss_1": "wrong"}


def test_the_true_loss_is_right_beside_an_impossible_probability() -> None:
    true = float(np.ravel(problem(CHARACTERS).solve().answers["loss_1"])[0])
    found = verdicts_of({"y_1": ["-0.2000", "1.2000"], "loss_1": f"{true:.4f}"})
    assert found == {"y_1": "wrong", "loss_1": "right"}


@pytest.mark.parametrize("loss", ["3.0000", "0.5000", "40.0000"])
def test_no_loss_is_the_rounding_of_a_probability_that_rounds_to_0(loss: str) -> None:
    """Rounded to 0.00, its logarithm is no bound of what rounding on the way may give."""
    data = {**CHARACTERS, "xs": [[0, 1]], "targets": [[1, 0]]}
    data["output"] = {"W": [[1, -1], [0.5, 2]], "b": [-2, 2], "activation": "softmax"}
    assert problem(data).solve().answers["y_1"][0] < 0.005
    claims = {"y_1": ["0.00", "1.00"], "loss": loss}
    checks = {c.symbol: c.verdict for c in marked({**data, "claimed": claims}).checks}
    assert checks["loss"] == "wrong"
