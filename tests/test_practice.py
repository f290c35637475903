"""`lstmhw practice`: exercises of every kind, the same from the same seed, with right answers."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import Run

from lstmhw import grade
from lstmhw.answering import sheet_marked
from lstmhw.kinds import KINDS
from lstmhw.practice import DECIMALS, DRAWN, exercise
from lstmhw.reading import from_text


def test_there_is_an_exercise_of_every_kind() -> None:
    assert sorted(DRAWN) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_the_answers_beside_an_exercise_are_right(kind: str, seed: int) -> None:
    drawn = exercise(kind, seed, units=2, steps=1 + seed)
    assert drawn == exercise(kind, seed, units=2, steps=1 + seed)
    assert drawn != exercise(kind, seed + 100, units=2, steps=1 + seed)
    assert drawn.answers.startswith(drawn.problem)
    document = from_text("answers", drawn.answers)
    solution, faults = sheet_marked(document, document.problem.claimed)
    assert not faults
    assert solution.checks
    assert {check.verdict for check in solution.checks} == {"right"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [3, 4])
def test_an_exercise_asks_for_what_its_answers_are(kind: str, seed: int) -> None:
    """Weights are one answer."""
    drawn = exercise(kind, seed, units=2, steps=2)
    claimed = yaml.safe_load(drawn.answers)["claimed"]
    (row,) = grade(drawn.problem, [{"name": "Ann", "claimed": claimed}])
    is_design = kind in ("step-rnn", "sentiment-weights", "sequence-rule")
    assert row.score == row.out_of == (1 if is_design else len(claimed))
    (without,) = grade(drawn.problem, [{"name": "Bo", "claimed": {next(iter(claimed)): None}}])
    assert (without.score, without.out_of) == (0, row.out_of)


@pytest.mark.parametrize("kind", ["lstm-step", "gru-step", "rnn-step", "lstm-gradient"])
def test_no_gate_is_saturated_and_no_answer_is_a_tie(kind: str) -> None:
    problem = from_text("answers", exercise(kind, 5, units=3, steps=2).answers).problem
    solution = problem.solve()
    gates = [s for s in solution.steps if s.role.what in ("gate", "candidate")]
    assert kind == "rnn-step" or gates
    assert all(np.abs(step.value).max() < 0.98 for step in gates)
    for symbol in problem.claimed:
        last = solution.answers[symbol] * 10**DECIMALS
        assert (np.abs(last - np.floor(last) - 0.5) > 1e-4).all()


def test_from_the_command_line(lstmhw: Run, tmp_path: Path) -> None:
    result = lstmhw("practice", "gru-step", "--seed", "7", "--units", "3")
    assert result.stdout.split() == ["./gru-step-7.yaml", "./gru-step-7-answers.yaml"]
    assert lstmhw("check", "gru-step-7-answers.yaml").returncode == 0
    assert "claimed" not in (tmp_path / "gru-step-7.yaml").read_text()
    wrong = lstmhw("practice", "grustep", "--seed", "7")
    assert (wrong.returncode, "did you mean 'gru-step'?" in wrong.stderr) == (2, True)
    nowhere = lstmhw("practice", "gru-step", "--seed", "7", "-o", "nowhere")
    assert (nowhere.returncode, "expected a folder" in nowhere.stderr) == (2, True)


def test_an_exercise_that_was_worked_on_is_not_written_over(lstmhw: Run, tmp_path: Path) -> None:
    assert lstmhw("practice", "rnn-step", "--seed", "1").returncode == 0
    assert lstmhw("practice", "rnn-step", "--seed", "1").returncode == 0  # the same again
    mine = tmp_path / "rnn-step-1.yaml"
    mine.write_text(mine.read_text() + "claimed: {h_1: [0.1, 0.2]}\n")
    before = mine.read_text()
    refused = lstmhw("practice", "rnn-step", "--seed", "1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "rnn-step-1.yaml: error: this file is there already" in refused.stderr
    assert mine.read_text() == before
    (tmp_path / "new").mkdir()
    assert lstmhw("practice", "rnn-step", "--seed", "1", "-o", "new").returncode == 0
