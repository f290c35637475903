"""Weights that are claimed where a problem asks for some are judged as a problem of their own."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

import lstmhw as api

PARITY: dict[str, Any] = {
    "kind": "sequence-rule",
    "alphabet": ["0", "1"],
    "rule": {
        "states": {"even": {"0": "even", "1": "odd"}, "odd": {"0": "odd", "1": "even"}},
        "outputs": {"even": 0, "odd": 1},
    },
    "activation": "step",
}
NETWORK: dict[str, Any] = {
    "W_x": [[0, 1], [0, 1]],
    "W_h": [[1, -1], [1, -1]],
    "b": [-0.5, -1.5],
    "output": {"weights": [1, -1]},
}
SCORE: dict[str, Any] = {
    "kind": "sentiment-weights",
    "vocabulary": ["bad", "good", "not", "uh"],
    "score": {"good": 1, "bad": -1},
}
COUNTER: dict[str, Any] = {
    "gates": {
        "i": {"value": 1},
        "f": {"value": 1},
        "g": {"W_x": [[-1, 1, 0, 0]], "W_h": 0},
        "o": {"value": 1},
    },
    "activations": {"candidate": "identity", "state": "identity"},
    "output": {"from": "c", "weights": [1]},
}


def weights_row(problem: Any, claimed: Any) -> tuple[str, str | None, float | None]:
    """Verdict, place and score of claimed weights."""
    marks = api.check(problem, claimed)
    (row,) = [check for check in marks.checks if check.symbol == "weights"]
    return row.verdict, row.where, marks.score


def test_weights_that_do_it_are_right_and_others_have_a_counterexample() -> None:
    assert weights_row(SCORE, COUNTER) == ("right", None, 1)
    wrong = {**COUNTER, "gates": {**COUNTER["gates"], "g": {"W_x": [[-1, 1, 1, 0]], "W_h": 0}}}
    assert weights_row(SCORE, wrong) == ("wrong", "not", 0)
    assert weights_row(PARITY, NETWORK) == ("right", None, 1)
    assert weights_row(PARITY, {"weights": NETWORK}) == ("right", None, 1)
    assert weights_row(PARITY, {**NETWORK, "b": [-0.5, -0.5]})[:2] == ("wrong", "1")


@given(st.lists(st.sampled_from([-1.5, -1, -0.5, 0, 0.5, 1]), min_size=12, max_size=12))
def test_the_verdict_on_step_units_is_that_of_running_them(numbers: list[float]) -> None:
    x, h, rest = np.reshape(numbers[:4], (2, 2)), np.reshape(numbers[4:8], (2, 2)), numbers[8:]
    bias, head = np.array(rest[:2]), np.array(rest[2:])

    def output(word: tuple[int, ...]) -> float:
        state = np.zeros(2)
        for letter in word:
            state = (x[:, letter] + h @ state + bias > 0).astype(float)
        return float(head @ state)

    words = [w for length in range(1, 9) for w in itertools.product((0, 1), repeat=length)]
    wrong = next((w for w in words if abs(output(w) - sum(w) % 2) >= 0.5), None)
    claimed = {"W_x": x, "W_h": h, "b": bias, "output": {"weights": head}}
    verdict, where, _ = weights_row(PARITY, claimed)
    # Eight pairs of states of network and rule: a shortest wrong sequence has 8 letters at most.
    assert verdict == ("right" if wrong is None else "wrong")
    assert where == (None if wrong is None else " ".join(map(str, wrong)))


@pytest.mark.parametrize("problem", [PARITY, SCORE])
def test_weights_that_were_constructed_may_be_handed_in(problem: Any) -> None:
    found = api.solve(problem).to_dict()
    weights, output = found["weights"], found["output"]
    if "weight_ih" in weights:
        weights = {"stacked": {"layout": "pytorch", **weights}}
    assert weights_row(problem, {**weights, "output": output}) == ("right", None, 1)


def test_a_verdict_beside_weights_is_about_them() -> None:
    wrong = {**NETWORK, "b": [-0.5, -0.5]}
    marks = api.check(PARITY, {**wrong, "verdict": "refuted"})
    assert {check.symbol: check.verdict for check in marks.checks} == {
        "weights": "wrong",
        "verdict": "right",
    }


def test_a_page_has_the_proof_of_the_claimed_weights(tmp_path: Path, lstmhw: Run) -> None:
    (tmp_path / "p.yaml").write_text(json.dumps({**PARITY, "claimed": NETWORK}))
    page = lstmhw("solve", "p.yaml").stdout
    assert "Your weights are right." in page
    titles = [line for line in page.splitlines() if line and not line.startswith(" ")]
    assert [title for title in titles if title.startswith("Your weights")] == [
        "Your weights: proof"
    ]
    assert len(titles) == len(set(titles))
    assert lstmhw("check", "p.yaml").returncode == 0
    (tmp_path / "p.yaml").write_text(json.dumps({**PARITY, "claimed": {**NETWORK, "b": [0, 0]}}))
    assert lstmhw("check", "p.yaml").returncode == 1
    assert lstmhw("solve", "p.yaml").returncode == 0


def test_weights_that_are_no_network_are_refused() -> None:
    with pytest.raises(api.ProblemError, match="expected the weights of the output"):
        api.check(SCORE, {"gates": COUNTER["gates"]})
    with pytest.raises(api.ProblemError, match="expected weights by their names"):
        api.check(PARITY, {"weights": 3})
    with pytest.raises(api.ProblemError, match="W_q"):
        api.check(PARITY, {**NETWORK, "W_q": [[1]]})


def test_what_cannot_be_read_is_an_error_at_its_place(tmp_path: Path, lstmhw: Run) -> None:
    claimed = {**NETWORK, "W_h": [[1, -1], [1, "x"]]}
    (tmp_path / "p.yaml").write_text(json.dumps({**PARITY, "claimed": claimed}, indent=1))
    result = lstmhw("check", "p.yaml")
    line = result.stderr.splitlines()[0]
    assert result.returncode == 2
    assert "claimed.W_h[2][2]: expected a number" in line
    number = int(line.split(":")[1])
    assert '"x"' in (tmp_path / "p.yaml").read_text().splitlines()[number - 1]


def test_a_class_is_graded_with_the_counterexample_as_the_reason(
    tmp_path: Path, lstmhw: Run
) -> None:
    (tmp_path / "p.yaml").write_text(json.dumps({**PARITY, "marking": {"points": 3}}))
    sheets = [
        {"name": "ann", "claimed": NETWORK},
        {"name": "ben", "claimed": {**NETWORK, "b": [-0.5, -0.5]}},
        {"name": "cleo", "claimed": {"W_x": None}},
        {"name": "dora", "claimed": {**NETWORK, "W_h": [[1, -1]]}},
    ]
    lines = "".join(json.dumps(sheet) + "\n" for sheet in sheets)
    result = lstmhw("grade", "p.yaml", "-", "--format", "ndjson", stdin=lines)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["score"], row["out_of"]) for row in rows] == [(3, 3), (0, 3), (0, 3), (0, 3)]
    assert rows[1]["where"] == "1"
    assert "should be 1" in rows[1]["checks"][0]["explanation"]
    assert [row["checks"][0]["verdict"] for row in rows] == [
        "right",
        "wrong",
        "unanswered",
        "unanswered",
    ]
    assert rows[0]["error"] is None
    assert "claimed.W_h" in rows[3]["error"]
