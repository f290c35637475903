"""Backward through time: against PyTorch, differences of plain loops, and itself broken."""

import json
import runpy
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import ROOT, at_length, examples, marked, problem, solved
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plain import STANDARD, activate, affine, gru, lstm
from record_vectors import gradient_ends, gradient_problem, listed, random, torch_gradients
from test_cells import cell_data, close, written_ways
from test_steps import faults, prose

from lstmhw.adjoint import PULL_BACKS, Arrived, pulled
from lstmhw.expr import Apply, Constant, Expr, MatrixVector, Negative, Power, Times
from lstmhw.functions import ACTIVATIONS
from lstmhw.gradient import Gradient
from lstmhw.graph import layout, levels
from lstmhw.marking import Marker
from lstmhw.notation import Latex, Text, write
from lstmhw.reading import read
from lstmhw.render import FORMATS, render
from lstmhw.solution import Graph, Solution, Step, Working
from lstmhw.view import View

CELLS = ("lstm", "gru", "rnn")
GATE: dict[str, Any] = {"W_x": 0.5, "W_h": 0.25, "b": 0.1}
ONE: dict[str, Any] = {"kind": "lstm-gradient", "x": 1, "h_prev": 0.5, "c_prev": -0.5}
ONE |= {"gates": dict.fromkeys("ifgo", GATE), "dh": 1}
TWO: dict[str, Any] = {
    "kind": "lstm-gradient",
    "xs": [[1, 2], [3, 4]],
    "W_x": [[1, 2]],
    "W_h": [[1]],
}

Loss = Callable[[dict[str, Any]], float]


def agreement(solution: Solution) -> Any:
    return solution.extras["second_method"]


def steps_of(solution: Solution) -> dict[str, Step]:
    found = {
        step.symbol: step
        for section in solution.sections
        for block in section.body
        if isinstance(block, Working)
        for step in block.steps
    }
    assert found
    return found


def random_problem(
    cell: str, seed: int, steps: int, ends: str = "targets", inputs: int = 2
) -> dict[str, Any]:
    draw, units = random(seed), 3
    data = gradient_problem(cell, draw, steps, inputs, units)
    return dict(listed(data | gradient_ends(cell, draw, steps, units)[ends]))


@pytest.mark.oracle
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("ends", ["arriving", "targets"])
@given(
    n=st.integers(1, 4), m=st.integers(1, 4), steps=st.integers(2, 6), seed=st.integers(0, 10**6)
)
def test_random_gradients_are_those_of_autograd(
    cell: str, ends: str, n: int, m: int, steps: int, seed: int
) -> None:
    draw = random(seed)
    data = gradient_problem(cell, draw, steps, n, m)
    data |= gradient_ends(cell, draw, steps, m)[ends]
    answers = solved(listed(data)).answers
    expected = torch_gradients(data)
    assert len(expected) >= steps + 5
    for symbol, value in expected.items():
        error = np.max(np.abs(answers[symbol] - value))
        assert error <= 1e-12 * max(1.0, np.max(np.abs(value))), symbol


@pytest.mark.oracle
@pytest.mark.parametrize(("layers", "directions"), [(1, 1), (2, 2)])
def test_the_page_goes_back_over_batches_as_torch_does(layers: int, directions: int) -> None:
    benchmark = runpy.run_path(str(ROOT / "tests" / "benchmarks" / "backward.py"))
    sizes = benchmark["Sizes"](20, 3, 5, layers, directions)
    data = benchmark["drawn"](sizes)
    found = benchmark["gradients"](sizes, data)
    expected = benchmark["by_torch"](sizes, data)()
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert benchmark["off_by"](found[name], value) <= 1e-12


def differences(loss: Loss, data: dict[str, Any], *path: Any) -> Any:
    """The central differences of a loss in each entry of an array of the data."""
    copy = json.loads(json.dumps(data))
    inside = copy
    for key in path[:-1]:
        inside = inside[key]
    array = np.array(inside[path[-1]], dtype=float)
    result = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        ends = []
        for step in (1e-5, -1e-5):
            changed = array.copy()
            changed[index] += step
            inside[path[-1]] = changed.tolist()
            ends.append(loss(copy))
        result[index] = (ends[0] - ends[1]) / 2e-5
    return result


WAYS = range(len(written_ways({})))  # in which the gates are written


def half_squared(outputs: list[list[float]], targets: Any) -> float:
    return 0.5 * float(np.sum((np.array(outputs) - np.array(targets)) ** 2))


def lstm_loss(data: dict[str, Any]) -> float:
    h, c, outputs = data["h"], data["c"], []
    for x in data["xs"]:
        h, c = lstm(data["gates"], x, h, c, STANDARD)
        outputs.append(h)
    return half_squared(outputs, data["targets"])


def expected_gradients(loss: Loss, data: dict[str, Any]) -> dict[str, Any]:
    """What the differences say of inputs, first states and weights."""
    found = {f"dx_{t}": dx for t, dx in enumerate(differences(loss, data, "xs"), 1)}
    found["dh_0"] = differences(loss, data, "h")
    for gate in data["gates"]:
        for k, key in enumerate(("W_x", "W_h", "b")):
            found[f"d{key}_{gate}"] = differences(loss, data, "gates", gate, k)
    return found


def assert_gradients(answers: Any, expected: dict[str, Any], written: dict[str, Any]) -> None:
    """The answers are as expected, in the way in which the gates are written."""
    turn = np.transpose if written.get("orientation") == "row" else np.asarray
    for symbol, value in expected.items():
        if symbol in answers:
            assert close(answers[symbol], turn(value), 1e-7), symbol
    for gate in written["gates"]:
        if "concat" in written:
            parts = [turn(expected[f"dW_{key}_{gate}"]) for key in written["concat"]]
            axis = 0 if written.get("orientation") == "row" else 1
            assert close(answers[f"dW_{gate}"], np.concatenate(parts, axis), 1e-7)
        else:
            assert f"dW_x_{gate}" in answers


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=4)  # of each way
@given(data=cell_data("ifgo"), seed=st.integers(0, 1000))
def test_lstm_gradients_are_differences_of_plain_loops(
    way: int, data: dict[str, Any], seed: int
) -> None:
    targets = random(seed)(2, len(data["h"])).tolist()
    expected = expected_gradients(lstm_loss, {**data, "targets": targets})
    expected["dc_0"] = differences(lstm_loss, {**data, "targets": targets}, "c")
    asked = {"kind": "lstm-gradient", "xs": data["xs"], "h_prev": data["h"], "c_prev": data["c"]}
    written = written_ways(data["gates"])[way]
    solution = solved({**asked, **written, "targets": targets})
    assert agreement(solution)["agrees"]
    assert_gradients(solution.answers, expected, written)


@pytest.mark.parametrize("update", ["keep", "new"])
@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("way", WAYS)
@examples(1, 2)  # of each way in each convention
@given(data=cell_data("rzn"), seed=st.integers(0, 1000))
def test_gru_gradients_are_differences_of_plain_loops(
    update: str, reset: str, way: int, data: dict[str, Any], seed: int
) -> None:
    def loss(data: dict[str, Any]) -> float:
        h, outputs = data["h"], []
        for x in data["xs"]:
            h = gru(data["gates"], x, h, keeps=update == "keep", reset_first=reset == "before")
            outputs.append(h)
        return half_squared(outputs, data["targets"])

    data["targets"] = random(seed)(2, len(data["h"])).tolist()
    expected = expected_gradients(loss, data)
    asked = {"kind": "lstm-gradient", "xs": data["xs"], "h_prev": data["h"]}
    asked |= {"update": update, "reset": reset, "targets": data["targets"]}
    written = written_ways(data["gates"])[way]
    solution = solved({**asked, **written})
    assert agreement(solution)["agrees"]
    if reset == "before":
        assert_gradients(solution.answers, expected, written)
    assert all(close(solution.answers[f"dx_{t}"], expected[f"dx_{t}"], 1e-7) for t in (1, 2))
    assert close(solution.answers["dh_0"], expected["dh_0"], 1e-7)


SMOOTH = ("sigmoid", "tanh", "identity", "softmax")


@pytest.mark.parametrize("hidden", SMOOTH)
@pytest.mark.parametrize("final", SMOOTH)
@examples(2, 5)  # of each of sixteen pairs
@given(data=cell_data("a"), seed=st.integers(0, 1000))
def test_gradients_through_an_output_layer(
    hidden: str, final: str, data: dict[str, Any], seed: int
) -> None:
    draw, units = random(seed), len(data["h"])

    def loss(data: dict[str, Any]) -> float:
        h, outputs = data["h"], []
        W, b = data["output"]
        for x in data["xs"]:
            W_x, W_h, bias = data["gates"]["a"]
            h = activate(hidden, affine(W_x, W_h, bias, x, h))
            outputs.append(activate(final, affine(W, [[0.0] for _ in b], b, h, [0.0])))
        return half_squared(outputs, data["targets"])

    data["output"] = [draw(2, units).tolist(), draw(2).tolist()]
    data["targets"] = draw(2, 2).tolist()
    W_x, W_h, b = data["gates"]["a"]
    asked = {"kind": "lstm-gradient", "xs": data["xs"], "h_prev": data["h"]}
    asked |= {"W_x": W_x, "W_h": W_h, "b": b, "activation": hidden, "targets": data["targets"]}
    asked["output"] = {"W": data["output"][0], "b": data["output"][1], "activation": final}
    answers = solved(asked).answers
    for symbol, *path in (
        ("dW_y", "output", 0),
        ("db_y", "output", 1),
        ("dW_x", "gates", "a", 0),
        ("dW_h", "gates", "a", 1),
        ("db", "gates", "a", 2),
        ("dh_0", "h"),
    ):
        assert np.allclose(answers[symbol], differences(loss, data, *path), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "use",
    [
        {"gate": "hard-sigmoid", "candidate": "relu", "state": "identity"},
        {"gate": "softmax", "candidate": "identity", "state": "softmax"},
        {"gate": "identity", "candidate": "hard-sigmoid", "state": "relu"},
        {"gate": "hard-sigmoid-6", "candidate": "leaky-relu", "state": "leaky-relu"},
    ],
)
@given(seed=st.integers(0, 1000))
def test_other_activations_agree_with_complex_steps(use: dict[str, str], seed: int) -> None:
    solution = solved({**random_problem("lstm", seed, 3), "activations": use})
    states = [value for symbol, value in solution.answers.items() if symbol[:2] == "c_"]
    assume(all(np.all(value != 0) for value in states))  # a corner has no derivative
    assert agreement(solution)["agrees"]


def test_a_slope_is_zero_at_a_corner() -> None:
    data = {**ONE, "x": 0, "h_prev": 0, "c_prev": 1}
    for bias, function in ((0, "relu"), (-2.5, "hard-sigmoid"), (2.5, "hard-sigmoid")):
        gates = {**ONE["gates"], "f": {**GATE, "b": bias}}
        use = {"gate": function, "candidate": "tanh"}
        solution = solved({**data, "gates": gates, "activations": use})
        assert solution.answers["dz_f_1"] == 0
        assert agreement(solution)["agrees"]


@pytest.mark.parametrize("name", ["lstm-gradient", "lstm-gradient-bptt"])
def test_shipped_problems_claim_what_is_right(name: str) -> None:
    asked = read(name).problem
    solution = asked.solve()
    checks, refused = Marker(solution).mark(asked.claimed)
    assert not refused
    assert len(checks) >= 5
    assert {check.verdict for check in checks} == {"right"}
    assert agreement(solution)["largest_relative_difference"] < 1e-13


def test_the_shipped_two_steps_are_differences_of_plain_loops() -> None:
    asked = yaml.safe_load((ROOT / "problems" / "lstm-gradient-bptt.yaml").read_text())
    gates = {
        name: [[row[2:] for row in gate["W"]], [row[:2] for row in gate["W"]], gate["b"]]
        for name, gate in asked["gates"].items()
    }
    zeros = {"h": [0.0, 0.0], "c": [0.0, 0.0]}
    data = {"xs": asked["xs"], **zeros, "gates": gates, "targets": asked["targets"]}
    answers = read("lstm-gradient-bptt").problem.solve().answers
    assert close(answers["loss"], lstm_loss(data))
    assert_gradients(answers, expected_gradients(lstm_loss, data), asked)


def test_the_chain_rule_by_hand() -> None:
    gates: dict[str, Any] = {
        name: {"W_x": k, "W_h": -k, "b": 0} for k, name in enumerate("ifgo", 1)
    }
    answers = solved({**ONE, "gates": gates, "dc": 0.25}).answers
    i, f, g, o, c = (float(answers[f"{name}_1"][0]) for name in "ifgoc")
    dc = o * (1 - np.tanh(c) ** 2) + 0.25
    dz = {
        "o": np.tanh(c) * o * (1 - o),
        "f": dc * -0.5 * f * (1 - f),
        "i": dc * g * i * (1 - i),
        "g": dc * i * (1 - g**2),
    }
    assert close(answers["dc_1"], dc)
    for gate, value in dz.items():
        assert close(answers[f"dz_{gate}_1"], value)
        assert close(answers[f"dW_x_{gate}"], value)
        assert close(answers[f"dW_h_{gate}"], value / 2)
        assert close(answers[f"db_{gate}"], value)
    assert close(answers["dx_1"], sum(gates[name]["W_x"] * value for name, value in dz.items()))
    assert close(answers["dh_0"], -answers["dx_1"])
    assert close(answers["dc_0"], dc * f)


def test_formulas_are_the_chain_rule_as_one_writes_it() -> None:
    def formula(solution: Solution, symbol: str) -> str:
        return write(steps_of(solution)[symbol].expr, Text())

    one = solved({**ONE, "dc": 1})
    assert formula(one, "dc_1") == "dh_1*o_1*(1 - tanh(c_1)^2) + dc"
    assert formula(one, "dz_f_1") == "df_1*f_1*(1 - f_1)"
    assert formula(one, "dz_g_1") == "dg_1*(1 - g_1^2)"
    assert formula(one, "dW_x_f") == "dz_f_1 x_1^T"
    assert formula(one, "dx_1").startswith("W_x_i^T dz_i_1 + W_x_f^T dz_f_1 + ")
    row = solved({**ONE, "orientation": "row"})
    assert formula(row, "dh_0").startswith("dz_i_1 W_h_i^T + dz_f_1 W_h_f^T + ")
    assert formula(row, "dW_h_f") == "h_0^T dz_f_1"
    joined = {"concat": ["x", "h"], "W_x": None, "W_h": None, "W": [[1, 2, 3]]}
    two = solved(changed(**joined, targets=[[1], [2]], learning_rate=0.5))
    assert formula(two, "dW_1") == "da_1 [x_1; h_0]^T"
    assert formula(two, "dW") == "dW_1 + dW_2"
    assert formula(two, "W_new") == "W - rate*dW"
    assert formula(two, "dh_1") == "h_1 - target_1 + W_h^T da_2"  # the columns of W that meet h
    assert formula(two, "loss_1") == "0.5*sum((h_1 - target_1)^2)"
    latex = write(steps_of(one)["dW_x_f"].expr, Latex())
    assert latex == r"\frac{\partial L}{\partial z_{f,1}} \, x_{1}^{T}"


@pytest.mark.parametrize("cell", CELLS)
def test_the_numbers_of_every_line_give_its_value(cell: str) -> None:
    for end in ("arriving", "targets"):
        for step in steps_of(solved(random_problem(cell, 1, 3, end))).values():
            for index in np.ndindex(step.value.shape):
                assert close(step.expr.element(index).value, step.value[index])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("ends", ["arriving", "targets"])
def test_every_format_shows_it(cell: str, ends: str) -> None:
    solution = solved({**random_problem(cell, 2, 3, ends), "title": "Backward"})
    for format in FORMATS:
        text = render([solution], format, View())
        assert "Backward" in text
        assert "the two agree" in " ".join(text.split())


def test_many_steps_are_elided_and_compared_at_once() -> None:
    solution = solved(random_problem("lstm", 3, 60))
    assert agreement(solution)["numbers"] > 1000
    assert agreement(solution)["agrees"]
    text = render([solution], "table", View())
    assert "dW_x_f = dW_x_f_1 + dW_x_f_2 + " in text
    assert "more terms) ... + dW_x_f_59" in text
    assert text.count("\n") < 1700
    assert "of one name are changed at once" in " ".join(text.split())


WRONG_SLOPES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "tanh": lambda dy, z, y: dy * (1 - y),
    "sigmoid": lambda dy, z, y: dy * y,
}


def half_of_the_second(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    """A wrong way back through a product: c_t = f*c_(t-1) hands on half of it."""
    left, right = node.parts
    yield left, at.times(right)
    yield right, at.times(Constant(0.5) * left)


def not_transposed(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    """A wrong way back through W v, for a square W."""
    matrix, vector = node.parts
    yield matrix, Arrived(at.expr.outer(vector))
    square = matrix.value.shape[0] == matrix.value.shape[1]
    yield vector, Arrived((matrix if square else matrix.T).times(at.expr))


def not_negative(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    yield node.parts[0], at


def power_too_high(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    base, exponent = node.parts
    yield base, at.times(exponent).times(base**2)


def outer_turned(node: Expr, at: Arrived) -> Iterator[tuple[Expr, Arrived]]:
    matrix, vector = node.parts
    yield matrix, Arrived(at.expr.outer_of_rows(vector) + at.expr.outer(vector))
    yield vector, Arrived(matrix.T.times(at.expr))


WRONG_PULL_BACKS: list[tuple[type[Expr], Callable[..., Any], str]] = [
    (Times, half_of_the_second, "lstm"),
    (MatrixVector, not_transposed, "lstm"),
    (MatrixVector, outer_turned, "rnn"),
    (Negative, not_negative, "gru"),
    (Power, power_too_high, "rnn"),
]


@pytest.mark.parametrize("steps", [1, 2, at_length(60)])
@pytest.mark.parametrize("function", sorted(WRONG_SLOPES))
def test_a_wrong_slope_is_found(function: str, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        ACTIVATIONS, function, ACTIVATIONS[function]._replace(back=WRONG_SLOPES[function])
    )
    solution = solved(random_problem("lstm", 4, steps))
    assert not agreement(solution)["agrees"]
    assert agreement(solution)["largest_relative_difference"] > 1e-3
    assert "THE TWO DO NOT AGREE" in " ".join(prose(solution, "Check").split())


@pytest.mark.parametrize("steps", [2, 60])
@pytest.mark.parametrize(("node", "wrong", "cell"), WRONG_PULL_BACKS)
def test_a_wrong_way_back_is_found(
    node: type[Expr],
    wrong: Callable[..., Any],
    cell: str,
    steps: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(dict_of(PULL_BACKS), node, wrong)
    assert not agreement(solved(random_problem(cell, 5, steps, "targets", inputs=3)))["agrees"]


@pytest.mark.parametrize("steps", [2, at_length(60)])
@pytest.mark.parametrize("cell", sorted({cell for _, _, cell in WRONG_PULL_BACKS}))
def test_where_no_way_back_is_wrong_none_is_found(cell: str, steps: int) -> None:
    assert agreement(solved(random_problem(cell, 5, steps, "targets", inputs=3)))["agrees"]


def dict_of(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    assert isinstance(mapping, dict)
    return mapping


def many_numbers(dh: float) -> dict[str, Any]:
    data = random_problem("lstm", 8, 2, "arriving", inputs=16)
    return {**data, "dh": [dh] * 3, "dc": [0] * 3, "xs": random(9)(8, 16).tolist()}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({**ONE, "x": 1e180, "gates": {g: {**GATE, "W_x": 1e-180} for g in "ifgo"}}, "of z_i_1"),
        ({"kind": "lstm-gradient", "x": 1e280, "W_x": 1e-280, "W_h": 1, "dh": 1e-100}, "of a_1"),
        (many_numbers(1e307), "its numbers overflow: over 1.8e308"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_where_the_second_method_cannot_tell_it_says_so(data: dict[str, Any], reason: str) -> None:
    solution = solved(data)
    assert agreement(solution)["agrees"] is None
    text = " ".join(prose(solution, "Check").split())
    assert "not checked, as" in text
    assert reason in text
    assert '"agrees": null' in render([solution], "json", View())


def test_very_large_gradients_are_checked() -> None:
    assert agreement(solved({**ONE, "dh": 1.7e308}))["agrees"]
    assert agreement(solved(many_numbers(1e300)))["numbers"] > 1000
    assert agreement(solved(many_numbers(1e300)))["agrees"]


def test_the_check_counts_every_gradient_once() -> None:
    solution = solved(random_problem("gru", 6, 2))
    gradients = [value for symbol, value in solution.answers.items() if symbol[0] == "d"]
    assert agreement(solution)["numbers"] == sum(value.size for value in gradients)


def test_stacked_gates_have_a_gradient_each() -> None:
    draw = random(7)
    stacked = {"layout": "pytorch", "weight_ih": draw(8, 2), "weight_hh": draw(8, 2)}
    data = {"kind": "lstm-gradient", "xs": draw(2, 2), "dh": draw(2)}
    answers = solved(listed({**data, "stacked": stacked})).answers
    parts = (np.split(stacked[key], 4) for key in ("weight_ih", "weight_hh"))
    blocks = zip("ifgo", *parts, strict=True)
    gates = {gate: {"W_x": W_x, "W_h": W_h} for gate, W_x, W_h in blocks}
    same = solved(listed({**data, "gates": gates})).answers
    assert answers["dW_x_f"].shape == (2, 2)
    assert all(close(answers[symbol], value) for symbol, value in same.items())


def test_the_embedding_has_a_gradient_in_the_rows_that_were_looked_up() -> None:
    words = {"xs": None, "one_hots": [[0, 1, 0], [0, 1, 0]]}
    table = [[1, 2], [0.5, -1], [3, 4]]
    answers = solved(changed(**words, embedding=table, targets=[[1], [2]])).answers
    assert close(answers["dE"][1], answers["dx_1"] + answers["dx_2"])
    assert close(answers["dE"][[0, 2]], 0)


def test_a_gate_that_is_a_value_has_a_slope_there_and_passes_nothing_on() -> None:
    gates = {**ONE["gates"], "f": {"value": 0.25}}
    solution = solved({**ONE, "gates": gates})
    answers = solution.answers
    assert close(answers["df_1"], answers["dc_1"] * -0.5)
    assert close(answers["dz_f_1"], answers["df_1"] * 0.25 * 0.75)
    assert close(answers["dx_1"], sum(0.5 * answers[f"dz_{gate}_1"] for gate in "igo"))
    assert "dW_x_f" not in answers
    assert agreement(solution)["agrees"]
    assert "Given as values without weights" in prose(solution, "Remarks")


def test_a_value_with_weights_is_used_and_passes_the_gradient_on() -> None:
    gates = {**ONE["gates"], "f": {**GATE, "value": 0.25}}
    solution = solved({**ONE, "gates": gates})
    answers = solution.answers
    assert close(answers["dz_f_1"], answers["df_1"] * 0.25 * 0.75)
    assert close(answers["dx_1"], sum(0.5 * answers[f"dz_{gate}_1"] for gate in "ifgo"))
    assert close(answers["dW_x_f"], answers["dz_f_1"])
    assert agreement(solution)["agrees"]
    said = " ".join(prose(solution, "Remarks").split())
    assert "do NOT agree" in said
    assert "values that have weights too: f;" in said


def test_where_all_gates_are_values_the_gradients_to_them_are_the_answer() -> None:
    gates = {gate: {"value": [0.5, 1]} for gate in "ifgo"}
    solution = solved({"kind": "lstm-gradient", "gates": gates, "c_prev": [1, 2], "dc": [1, 1]})
    assert close(solution.answers["dz_f_1"], [0.25, 0])
    assert close(solution.answers["dc_0"], [0.5, 1])
    assert "dx_1" in solution.missing
    assert "dx_1 is not computed" in prose(solution, "Remarks")
    assert agreement(solution)["agrees"]


def test_no_gradient_reaches_the_reset_gate_of_a_candidate_that_is_a_value() -> None:
    gates = {"r": GATE, "z": GATE, "n": {"value": 0.5}}
    conventions = {"update": "keep", "reset": "before"}
    data = {"kind": "lstm-gradient", "x": 1, "h_prev": 1, "dh": 1, **conventions, "gates": gates}
    solution = solved(data)
    answers = solution.answers
    assert close(answers["dh_0"], answers["z_1"] + 0.25 * answers["da_z_1"])
    assert "dr_1" not in answers
    assert "dW_x_r" not in answers
    assert "given as a value: r." in " ".join(prose(solution, "Remarks").split())
    assert agreement(solution)["agrees"]


def test_values_with_weights_need_no_input() -> None:
    data = {key: value for key, value in ONE.items() if key != "x"}
    data["gates"] = {gate: {**GATE, "value": 0.5} for gate in "ifgo"}
    solution = solved(data)
    gates = [solution.answers[f"dz_{gate}_1"] for gate in "ifgo"]
    assert close(solution.answers["dx_1"], 0.5 * sum(gates))
    assert "dW_x_f" in solution.missing
    assert agreement(solution)["agrees"]


def test_saturated_gates_pass_nothing() -> None:
    gates = {**ONE["gates"], "f": {**GATE, "b": ".inf"}}
    solution = solved({**ONE, "gates": gates, "learning_rate": 1})
    assert solution.answers["dz_f_1"] == 0
    assert solution.answers["b_f_new"] == np.inf
    assert agreement(solution)["agrees"]
    assert json.loads(render([solution], "json", View()))["answers"]["b_f_new"] == [None]


def test_find_shows_what_is_asked_and_what_it_rests_on() -> None:
    assert list(steps_of(solved({**ONE, "find": ["dc_0"]})))[-2:] == ["dc_1", "dc_0"]
    both = solved({**TWO, "dh": 1, "find": ["dW_h"]})
    assert {"dW_h_1", "dW_h_2", "dW_h", "da_1", "da_2"} <= set(steps_of(both))
    assert "dx_1" not in steps_of(both)


def test_claims_of_one_step_need_no_index() -> None:
    solution = marked({**ONE, "claimed": {"dh": 1, "dc": 9, "dh_0": 9, "dW_x_f": 9}})
    verdicts = {check.symbol: check.verdict for check in solution.checks}
    assert verdicts == {"dh_1": "right", "dc_1": "wrong", "dh_0": "wrong", "dW_x_f": "wrong"}


def cell_of(data: dict[str, Any]) -> str:
    asked = problem(data)
    assert isinstance(asked, Gradient)
    return asked.cell.name


def test_the_cell_is_told_by_its_keys() -> None:
    assert cell_of(ONE) == "lstm"
    assert cell_of({**TWO, "dh": 1}) == "rnn"
    assert cell_of({**TWO, "dh": 1, "cell": "rnn"}) == "rnn"
    gates = dict.fromkeys("rzn", GATE)
    conventions = {"update": "keep", "reset": "after"}
    data = {"kind": "lstm-gradient", "x": 1, "gates": gates, "dh": 1}
    assert cell_of({**data, **conventions}) == "gru"
    stacked = {"layout": "pytorch", "weight_ih": [[1]] * 3, "weight_hh": [[1]] * 3}
    asked = {"kind": "lstm-gradient", "cell": "gru", "x": 1, "stacked": stacked, "dh": 1}
    assert cell_of(asked) == "gru"
    assert "books differ on the update gate" in faults(data)[0].message


def changed(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**TWO, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (changed(), (), "expected dh, or targets; found none"),
        (changed(dh=[1, 2]), ("dh",), "expected a vector of shape 1"),
        (changed(dh="one"), ("dh",), "expected a number, found the text 'one'"),
        (changed(dc=1), ("dc",), "unknown key 'dc'"),
        (
            changed(targets=[[1], [2], [3]]),
            ("targets",),
            "expected a matrix of shape 2 x 1 (2 steps, 1 units), found 3 x 1",
        ),
        (
            changed(targets=[[1, 2], [3, 4]], output={"W": [[1]]}),
            ("targets",),
            "expected a matrix of shape 2 x 1 (2 steps, 1 outputs), found 2 x 2",
        ),
        (changed(targets=[1, 2], dh=1), ("dh",), "the gradient is given twice"),
        (changed(targets=[1, 2], loss="mse"), ("loss",), "expected half-squared or squared"),
        (changed(dh=1, loss="half-squared"), ("loss",), "a loss needs what the output should be"),
        (changed(dh=1, learning_rate="fast"), ("learning_rate",), "expected a number over 0"),
        (changed(dh=1, learning_rate=-1), ("learning_rate",), "expected a number over 0, found -1"),
        (changed(dh=1, learning_rate=".inf"), ("learning_rate",), "expected a finite number"),
        (changed(dh=1, activation="step"), ("activation",), "expected a function with a slope"),
        (
            changed(targets=[1, 2], output={"W": [[1]], "activation": "step"}),
            ("output", "activation"),
            "expected a function with a slope, found step",
        ),
        (changed(dh=1, cell="rn"), ("cell",), "expected one of lstm, gru, rnn; found the text"),
        (changed(dh=1, cell=[1]), ("cell",), "expected one of lstm, gru, rnn; found a list"),
        (
            {**ONE, "gates": {**ONE["gates"], "f": {"value": 1.5}}},
            ("gates", "f", "value"),
            "expected values of sigmoid, from 0 to 1, found 1.5",
        ),
        (
            {
                **ONE,
                "gates": {**ONE["gates"], "g": {"value": 1}},
                "activations": {"candidate": "softmax"},
            },
            ("gates", "g", "value"),
            "expected weights, found a value",
        ),
        (
            {**ONE, "activations": {"state": "step"}},
            ("activations", "state"),
            "expected a function with a slope, found step",
        ),
        ({**ONE, "gates": {"f": GATE}}, ("gates", "i"), "expected weights of gates.i, found none"),
    ],
)
def test_faults(data: dict[str, Any], path: tuple[str, ...], message: str) -> None:
    found = faults(data)
    at_path = [fault.message for fault in found if fault.path[: len(path)] == path]
    assert at_path, found
    assert message in at_path[0]


def test_one_target_may_be_a_vector_and_scalars_a_list() -> None:
    one = {"kind": "lstm-gradient", "x": 1, "W_x": [[1], [2]], "W_h": [[0, 0], [0, 0]]}
    loss = 0.5 * (np.tanh(1) - 1) ** 2 + 0.5 * (np.tanh(2) - 2) ** 2
    assert close(solved({**one, "targets": [1, 2]}).answers["loss"], loss)
    assert solved(changed(targets=[1, 2])).answers["dh_2"].shape == (1,)
    assert solved(changed(targets=[1, 2])).answers["loss"].shape == ()


def test_a_loss_that_overflows_is_an_error() -> None:
    data = {key: value for key, value in ONE.items() if key != "dh"}
    (fault,) = faults({**data, "targets": 1e200})
    assert fault.path == ("targets",)
    assert "loss overflows" in fault.message


def test_every_activation_has_a_slope_but_the_step() -> None:
    without = {name for name, function in ACTIVATIONS.items() if function.back is None}
    assert without == {"step", "step-from-0"}


def test_a_node_without_a_way_back_is_refused() -> None:
    from lstmhw.expr import Outer, Quantity

    x = Quantity("x", np.ones(2), given=True)
    with pytest.raises(TypeError, match="no gradient comes back through Outer"):
        list(pulled(Outer(x, x), Arrived(Constant(1.0))))
    with pytest.raises(TypeError, match="no gradient comes back through step"):
        list(pulled(Apply(ACTIVATIONS["step"], x), Arrived(Constant(1.0))))


def test_notes_say_what_is_multiplied() -> None:
    output = {"W": [[2]], "b": [0.5], "activation": "sigmoid"}
    solution = solved({**TWO, "output": output, "targets": [[1], [0]]})
    notes = {step.symbol: step.note for step in solution.steps}
    assert notes["dW_y_1"] == "W_y multiplies h"
    assert notes["dW_x_1"] == "W_x multiplies x"
    assert notes["dh_1"] == "from its loss, and from the step after it"
    assert notes["dx_1"] == "through W_x"
    lstm_notes = {step.symbol: step.note for step in solved(ONE).steps}
    assert lstm_notes["do_1"] == "o multiplies tanh(c) in h"
    assert lstm_notes["df_1"] == "f multiplies the old c in c"


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("alone", ["n", "rzn"])
def test_gates_of_a_gru_that_are_values_are_solved(reset: str, alone: str) -> None:
    gates = {g: {"value": 0.5} if g in alone else GATE for g in "rzn"}
    data = {"kind": "lstm-gradient", "x": 1, "h_prev": 0.5, "dh": 1, "gates": gates}
    solution = solved({**data, "cell": "gru", "update": "keep", "reset": reset})
    assert close(solution.answers["dn_1"], 0.5 if "z" in alone else 1 - solution.answers["z_1"])
    assert close(solution.answers["da_n_1"], 0.75 * solution.answers["dn_1"])


def test_notes_of_a_gru_say_what_its_lines_do() -> None:
    gates = {g: {"W_x": 0.5, "W_h": 0.25, "b_x": 0.1, "b_h": 0.2} for g in "rzn"}
    data = {"kind": "lstm-gradient", "x": 1, "h_prev": 0.5, "dh": 1, "gates": gates, "cell": "gru"}

    def notes(reset: str) -> dict[str, str]:
        solution = solved({**data, "update": "keep", "reset": reset})
        return {step.symbol: step.note for step in solution.steps}

    before, after = notes("before"), notes("after")
    assert before["dW_h_n"] == "W_h multiplies r*h"
    assert before["dW_h_z"] == after["dW_h_n"] == "W_h multiplies h"
    assert before["db_h_n"] == after["db_x_n"] == "a bias is added"
    assert after["db_h_n"] == "r multiplies b_h in a_n"
    assert before["dz_1"] == "z multiplies the old h - n in h"
    assert before["dh_0"] == "through every W_h, and z multiplies the old h in h"
    joined = {g: {"W": [[1, 2]]} for g in "rzn"}
    turned = {**data, "gates": joined, "concat": ["x", "h"], "update": "keep", "reset": "before"}
    said = {step.symbol: step.note for step in solved(turned).steps}
    assert said["dW_n"] == "W multiplies x and r*h put together"
    assert said["dW_z"] == "W multiplies x and h put together"


def test_a_wrong_gradient_through_a_hard_sigmoid_is_marked() -> None:
    cell = {"W_x": [[0.5], [0.2]], "W_h": [[1, 0.2], [0.3, 0.4]], "activation": "hard-sigmoid"}
    data = {"kind": "lstm-gradient", "xs": [[1], [2]], **cell, "dh": [1, 2]}
    (check,) = marked({**data, "claimed": {"dh_0": [0.1, 0.2]}}).checks
    assert check.verdict == "wrong"
    true = solved(data).answers["dh_0"].round(4).tolist()
    (check,) = marked({**data, "claimed": {"dh_0": true}}).checks
    assert check.verdict == "right"


def test_the_graph_of_a_step_is_what_its_lines_read() -> None:
    """By the textbook's equations; the levels are the longest ways from what is given."""
    solution = read("lstm-gradient").problem.solve()
    (graph,) = (b for s in solution.sections for b in s.body if isinstance(b, Graph))
    given = ("x_1", "h_0")
    assert dict(graph.lines) == {
        **{f"z_{gate}_1": given for gate in "ifgo"},
        **{f"{gate}_1": (f"z_{gate}_1",) for gate in "ifgo"},
        "c_1": ("f_1", "c_0", "i_1", "g_1"),
        "tanh_c_1": ("c_1",),
        "h_1": ("o_1", "tanh_c_1"),
    }
    level = levels(graph)
    assert [level[name] for name in ("c_0", "z_f_1", "f_1", "c_1", "tanh_c_1", "h_1")] == [
        *range(3),
        *range(3, 6),
    ]
    spots, ways = layout(graph)
    assert sorted(spot.symbol for spot in spots if spot.symbol) == sorted(level)
    assert len({(spot.level, spot.row) for spot in spots}) == len(spots)
    pairs = {(source, line) for line, sources in graph.lines for source in sources}
    assert {(way[0].symbol, way[-1].symbol) for way in ways} == pairs
    assert all(a.level + 1 == b.level for way in ways for a, b in pairwise(way))
