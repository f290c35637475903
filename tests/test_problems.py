"""The homework: every shipped problem has its true answers, and marks its sheet's claims."""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import OFTEN, ROOT, often

from lstmhw.marking import Marker
from lstmhw.reading import read, shipped
from lstmhw.render import FORMATS, render
from lstmhw.solution import Solution
from lstmhw.view import CALLED, View

PROBLEMS = sorted(path.stem for path in (ROOT / "problems").glob("*.yaml"))


@cache
def solve(name: str) -> Solution:
    problem = read(name).problem
    solution = problem.solve()
    checks, faults = Marker(solution).mark(problem.claimed)
    assert not faults
    return solution._replace(checks=checks)


def verdicts(name: str) -> dict[str, str]:
    return {check.symbol: check.verdict for check in solve(name).checks}


def test_every_problem_ships() -> None:
    assert sorted(shipped()) == PROBLEMS
    assert len(PROBLEMS) >= 6


def test_problems_of_all_kinds_are_tried_often() -> None:
    kinds = {name: read(name).problem.kind for name in PROBLEMS}
    assert set(PROBLEMS) >= OFTEN
    assert {kinds[name] for name in OFTEN} == {*kinds.values()} - {"gradient-flow"}


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_every_problem_is_solved_in_every_format(name: str) -> None:
    solution = solve(name)
    assert solution.title
    assert solution.source
    for format in FORMATS:
        assert solution.title.split()[0] in render([solution], format, View())


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_every_page_begins_with_the_question_and_what_came_out(name: str) -> None:
    lines = render([solve(name)], "table", View(width=100)).splitlines()
    titles = [line for line in lines[2:] if line and not line.startswith(" ")]
    titles = titles[titles.index("Asked") :]
    assert titles[:2] == ["Asked", "Result"]
    assert len(titles) > 2
    result = " ".join(" ".join(lines[lines.index("Result") : lines.index(titles[2])]).split())
    for symbol, verdict in verdicts(name).items():
        assert CALLED.get(symbol, symbol) in result
        assert verdict != "wrong" or "wrong" in result


def test_q1_the_input_gate_is_open_in_every_unit() -> None:
    answers = solve("q1").answers
    assert answers["x_1"].tolist() == [2, 3, 3, 4]
    np.testing.assert_allclose(answers["z_i_1"], [48.64, 53.12, 47.40, 30.20], rtol=1e-12)
    np.testing.assert_allclose(answers["i_1"], 1, atol=1e-13)
    np.testing.assert_allclose(answers["c_1"], [2, 2, 2, 1.99], rtol=1e-12)
    np.testing.assert_allclose(answers["h_1"], [0.9640, 0.9640, 0.9640, 0.9633], atol=5e-5)


def test_q1_claims() -> None:
    """The claim adds up to 1, as a softmax does; c and h are right given that."""
    assert verdicts("q1") == {"x_1": "right", "i_1": "wrong", "c_1": "follows", "h_1": "follows"}
    (check,) = (check for check in solve("q1").checks if check.symbol == "i_1")
    assert check.mistake == "softmax-for-sigmoid"


def test_q2_candidate_cell_and_hidden_state() -> None:
    answers = solve("q2").answers
    np.testing.assert_allclose(answers["z_g_2"], [12.28536952, 12.09489588], rtol=1e-12)
    np.testing.assert_allclose(answers["c_2"], [1.14729139, 2.13621818], atol=5e-9)
    np.testing.assert_allclose(answers["h_2"], [0.27228403, 0.97247811], atol=5e-9)


def test_q2_claims() -> None:
    assert verdicts("q2") == {"z_g_2": "wrong", "g_2": "right", "c_2": "wrong", "h_2": "wrong"}
    wrong_in = {check.symbol: check.where for check in solve("q2").checks}
    assert wrong_in == {
        "z_g_2": "W_g[1][1] was read as 3, it is 0; W_g[2][1] was read as 2, it is -2",
        "g_2": None,
        "c_2": "c_2[1]",  # the other unit is what its inputs, rounded to 4 decimals, give
        "h_2": "h_2[2]",
    }
    mistakes = [check.mistake for check in solve("q2").checks]
    assert mistakes == ["miscopied-given", None, "arithmetic-slip", "arithmetic-slip"]


def test_q2_says_that_the_values_given_do_not_follow_from_the_weights() -> None:
    text = " ".join(render([solve("q2")], "table", View()).split())
    for numbers in ("[0.9962, 0.9697]", "[0.9773, 0.4291]", "[1.0000, 0.9989]"):
        assert f"= {numbers}: they do NOT agree" in text


def test_the_equation_sheet_adds_where_it_should_multiply() -> None:
    right = dict.fromkeys(("i_1", "f_1", "g_1", "o_1", "c_1"), "right")
    assert verdicts("lstm-equation-sheet") == {**right, "h_1": "wrong"}
    assert solve("lstm-equation-sheet").checks[-1].mistake == "plus-for-times"


def test_the_handout_makes_the_new_cell_state_of_itself() -> None:
    assert verdicts("lstm-lab-handout") == {"c_1": "wrong", "h_1": "right"}
    assert solve("lstm-lab-handout").checks[0].mistake == "another-step"


def test_the_handouts_gradient_does_not_stay() -> None:
    assert verdicts("gradient-flow-scalar") == {"P_50": "wrong", "verdict": "wrong"}


def test_the_toggle_is_impossible_for_another_reason() -> None:
    assert verdicts("step-rnn-b") == {"feasible": "right", "certificate": "wrong"}


def test_the_sheet_on_the_way_back_is_right() -> None:
    symbols = ("dc_1", "dz_f_1", "dz_i_1", "dz_g_1", "dz_o_1", "dx_1", "dh_0", "dc_0")
    assert verdicts("lstm-gradient") == dict.fromkeys(symbols, "right")


def test_both_readings_of_the_lab_sequence_are_one_network() -> None:
    one, many = solve("rnn-many-to-one").answers, solve("rnn-many-to-many").answers
    assert [symbol for symbol in many if symbol.startswith("y")] == ["y_1", "y_2", "y_3", "y_4"]
    assert one["y_4"] == many["y_4"]


def test_rules_on_sequences_are_proved_but_for_the_wrong_parity() -> None:
    proofs = {
        name: solve(f"rule-{name}").extras["proof"]
        for name in ("parity", "parity-wrong", "adder", "pattern")
    }
    verdicts = {name: proof["verdict"] for name, proof in proofs.items()}
    assert verdicts == {**dict.fromkeys(proofs, "proved"), "parity-wrong": "refuted"}
    wrong = proofs["parity-wrong"]
    assert (wrong["counterexample"], wrong["expected"], wrong["output"]) == (["1", "1"], 0, 1)
    assert solve("rule-pattern").extras["units"] == 2
    sums = [moment["expected"] for moment in solve("rule-adder").extras["trace"]]
    assert sum(int(bit) << place for place, bit in enumerate(sums)) == 0b1101 + 0b1011
    assert all(moment["agrees"] for moment in solve("rule-adder").extras["trace"])


def test_the_language_model_gives_probabilities() -> None:
    answers = solve("rnn-language-model").answers
    for symbol in ("y_1", "y_2"):
        assert answers[symbol].sum() == pytest.approx(1, abs=1e-15)


def test_both_directions_have_twice_as_many_and_the_convolution_stands_before_an_lstm() -> None:
    more = solve("parameter-count-both").data
    assert [more[name]["one-bias"] for name in ("total", "than", "difference")] == [272, 136, 136]
    conv = 1600 + (3 * 16 * 32 + 32) + 2 * 32
    lstm = 4 * 24 * (32 + 24 + 1)
    after = 4 * (24 * 24 + 24) + 2 * 24 + (24 * 5 + 5)
    total = solve("parameter-count-conv").data["total"]["one-bias"]
    assert total == conv + lstm + after == 11277
    assert verdicts("parameter-count-conv") == {"total": "wrong"}


def test_attention_over_the_words_that_are_no_padding() -> None:
    answers = solve("attention-scaled-dot").answers
    powers = np.exp([0.75, 0.5, 1])
    weights = [*(powers / powers.sum()), 0]
    np.testing.assert_allclose(answers["alpha_1"], weights, rtol=0, atol=1e-15)
    context = weights @ np.array([[1, 0], [0, 1], [0.5, 0.5], [2, 2]])
    np.testing.assert_allclose(answers["context_1"], context, rtol=0, atol=1e-15)
    wrong = {"e_1": "wrong", "alpha_1": "follows", "context_1": "follows", "dalpha_1": "right"}
    assert verdicts("attention-scaled-dot") == wrong
    assert solve("attention-scaled-dot").checks[0].mistake == "scale-omitted"


def test_the_additive_attention_of_the_paper() -> None:
    answers = solve("attention-bahdanau").answers
    states = np.array([[1, 0.5], [-0.5, 1], [0.25, -1]])
    query = np.array([[0.5, -1], [1, 0.25]]) @ [0.4, -0.6] + [0.1, -0.2]
    hidden = [np.tanh(query + [[1, 0.5], [-0.5, 1]] @ state) for state in states]
    powers = np.exp(np.array(hidden) @ [1, -0.5])
    np.testing.assert_allclose(answers["alpha_1"], powers / powers.sum(), rtol=0, atol=1e-15)
    assert verdicts("attention-bahdanau") == {"alpha_1": "right", "context_1": "right"}


def _both_ways(xs: Sequence[Sequence[float]], data: dict[str, Any]) -> list[Any]:
    """The states of a plain tanh RNN, by loops."""
    W_x, W_h, b = (np.array(data[key]) for key in ("W_x", "W_h", "b"))
    h, found = np.zeros(len(b)), []
    for x in xs:
        h = np.tanh(W_x @ np.array(x) + W_h @ h + b)
        found.append(h)
    return found


def test_the_output_of_both_directions_reads_the_same_step_of_each() -> None:
    data = yaml.safe_load((ROOT / "problems" / "rnn-bidirectional.yaml").read_text())
    ahead = _both_ways(data["xs"], data)
    back = _both_ways(data["xs"][::-1], data["reverse"])[::-1]
    answers = solve("rnn-bidirectional").answers
    for t in (1, 2, 3):
        np.testing.assert_allclose(answers[f"h_{t}@rev"], back[t - 1], rtol=0, atol=1e-15)
        y = np.array(data["output"]["W"]) @ np.concatenate([ahead[t - 1], back[t - 1]])
        np.testing.assert_allclose(answers[f"y_{t}"], y, rtol=0, atol=1e-15)
    assert verdicts("rnn-bidirectional") == {"h_1": "right", "h_1@rev": "right", "y_1": "wrong"}
    assert solve("rnn-bidirectional").checks[-1].mistake == "direction-not-reversed"


def test_the_second_layer_reads_the_first() -> None:
    answers = solve("lstm-two-layers").answers
    np.testing.assert_allclose(answers["h_2"], -0.0224, atol=5e-5)
    z = 0.9 * answers["h_2"] - 0.3 * answers["h_1@2"]
    np.testing.assert_allclose(answers["z_i_2@2"], z, rtol=0, atol=1e-15)
    assert [step.symbol for step in solve("lstm-two-layers").steps if step.symbol == "x_1@2"] == []


def test_a_coupled_gate_and_the_peephole_that_was_left_out() -> None:
    answers = solve("lstm-peephole-coupled").answers
    assert (answers["i_1"] + answers["f_1"]).tolist() == [1, 1]
    c = answers["f_1"] * [0.5, -1] + (1 - answers["f_1"]) * answers["g_1"]
    np.testing.assert_allclose(answers["c_1"], c, rtol=0, atol=1e-15)
    expected = {"f_1": "right", "c_1": "right", "o_1": "wrong", "h_1": "follows"}
    assert verdicts("lstm-peephole-coupled") == expected
    assert solve("lstm-peephole-coupled").checks[2].mistake == "peephole-omitted"


def test_a_loss_at_the_last_step_alone() -> None:
    h = [0.0]
    for x in (0.5, 1, -1):
        h.append(math.tanh(0.8 * x + 0.5 * h[-1]))
    answers = solve("rnn-last-step-loss").answers
    off = 1.5 * h[3] - 0.5
    assert answers["loss"] == pytest.approx(off**2 / 2, abs=1e-15)
    assert answers["dW_y"].item() == pytest.approx(off * h[3], abs=1e-15)
    a_3 = off * 1.5 * (1 - h[3] ** 2)
    a_2 = a_3 * 0.5 * (1 - h[2] ** 2)
    a_1 = a_2 * 0.5 * (1 - h[1] ** 2)
    assert answers["dW_h"].item() == pytest.approx(a_3 * h[2] + a_2 * h[1], abs=1e-15)
    assert answers["W_x_new"].item() == pytest.approx(0.8 - 0.1 * (0.5 * a_1 + a_2 - a_3))


def test_the_gradient_of_the_characters_does_not_go_back_in_time() -> None:
    solution = solve("rnn-characters")
    answers = solution.answers
    losses = [-math.log(answers[f"y_{t}"][k]) for t, k in enumerate((1, 2, 2, 3), 1)]
    assert answers["loss"] == pytest.approx(sum(losses) / 4, abs=1e-15)
    assert answers["perplexity"] == pytest.approx(math.exp(sum(losses) / 4), abs=1e-14)
    U = np.array([[0.5, -0.4], [1, 0.3], [-0.6, 0.8], [0.2, 0.1]])
    dW_h = np.zeros((2, 2))
    for t, k in enumerate((1, 2, 2, 3), 1):
        dz = (answers[f"y_{t}"] - np.eye(4)[k]) / 4
        dW_h += np.outer((U.T @ dz) * (1 - answers[f"h_{t}"] ** 2), answers[f"h_{t - 1}"])
    np.testing.assert_allclose(answers["dW_h"], dW_h, rtol=0, atol=1e-15)
    assert verdicts("rnn-characters") == {"loss": "right", "perplexity": "right", "dW_h": "wrong"}
    assert solution.checks[-1].mistake == "truncation-ignored"


def test_the_states_of_a_batch_stand_still_where_a_sequence_has_ended() -> None:
    answers = solve("gru-batch").answers
    assert answers["h_1"].shape == (3, 2)
    assert answers["h_3"][1].tolist() == answers["h_2"][1].tolist() == answers["h_1"][1].tolist()
    assert answers["h_3"][2].tolist() == answers["h_2"][2].tolist()


def test_the_recurrence_reads_its_own_output() -> None:
    y = [-1.0, 2.0, 1.0]
    for _ in range(4):
        y.append(y[-1] - 2 * y[-2] + 3 * y[-3])
    answers = solve("rnn-feedback").answers
    assert [answers[f"y_{t}"].item() for t in range(1, 5)] == y[3:]
    assert set(verdicts("rnn-feedback").values()) == {"right"}


def test_problems_are_yaml_only() -> None:
    assert {path.suffix for path in Path(ROOT / "problems").iterdir()} == {".yaml"}
