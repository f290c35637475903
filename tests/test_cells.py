"""The page of equations: against PyTorch, Keras, ONNX, a second method, and itself."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import solved
from hypothesis import given
from hypothesis import strategies as st
from plain import STANDARD, activate, gru, lstm

from lstmhw.cells import Activations, Separate, column
from lstmhw.cells.lstm import lstm as lstm_page
from lstmhw.expr import unrecorded
from lstmhw.functions import ACTIVATIONS, sigmoid, tanh

DATA = Path(__file__).parent / "data"
RECORDED = [
    (file.stem, case)
    for file in sorted(DATA.glob("*.json"))
    for case in json.loads(file.read_text())
]
PRECISION = {"torch": 1e-12, "onnx": 1e-12, "keras": 1e-6}

weights = st.floats(-3, 3).map(lambda v: round(v, 3))


def matrices(rows: int, columns: int) -> st.SearchStrategy[list[list[float]]]:
    row = st.lists(weights, min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows)


@st.composite
def cell_data(draw: st.DrawFn, gates: str, steps: int = 2) -> dict[str, Any]:
    """Sizes, inputs, nonzero states and weights of a cell."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return {
        "xs": draw(matrices(steps, n)),
        "h": draw(matrices(1, m))[0],
        "c": draw(matrices(1, m))[0],
        "gates": {
            gate: (draw(matrices(m, n)), draw(matrices(m, m)), draw(matrices(1, m))[0])
            for gate in gates
        },
    }


def separate(gates: dict[str, Any]) -> dict[str, Any]:
    return {name: {"W_x": W_x, "W_h": W_h, "b": b} for name, (W_x, W_h, b) in gates.items()}


def concatenated(gates: dict[str, Any], order: list[str]) -> dict[str, Any]:
    """The same gates with W on the concatenation in that order."""
    result = {}
    for name, (W_x, W_h, b) in gates.items():
        parts = {"x": W_x, "h": W_h}
        joined = [
            first + second for first, second in zip(parts[order[0]], parts[order[1]], strict=True)
        ]
        result[name] = {"W": joined, "b": b}
    return result


def transposed(gates: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: np.transpose(value).tolist() for key, value in gate.items()}
        for name, gate in gates.items()
    }


def written_ways(gates: dict[str, Any]) -> list[dict[str, Any]]:
    """The same gates in every way a file may give them one by one."""
    columns: list[dict[str, Any]] = [{"gates": separate(gates)}]
    for order in (["h", "x"], ["x", "h"]):
        columns.append({"gates": concatenated(gates, order), "concat": order})
    rows = [{**way, "gates": transposed(way["gates"]), "orientation": "row"} for way in columns]
    return [*columns, *rows]


def close(left: Any, right: Any, tolerance: float = 1e-12) -> bool:
    return bool(np.allclose(left, right, rtol=0, atol=tolerance))


@pytest.mark.parametrize(("source", "case"), RECORDED, ids=[case["name"] for _, case in RECORDED])
def test_agrees_with_frameworks(source: str, case: dict[str, Any]) -> None:
    answers = solved(case["problem"]).answers
    assert len(case["answers"]) >= 3
    for symbol, value in case["answers"].items():
        assert close(answers[symbol], value, PRECISION[source]), symbol


@given(cell_data("ifgo"))
def test_lstm_in_every_layout_agrees_with_plain_loops(data: dict[str, Any]) -> None:
    h, c = data["h"], data["c"]
    expected: dict[str, Any] = {}
    for t, x in enumerate(data["xs"], 1):
        h, c = lstm(data["gates"], x, h, c, STANDARD)
        expected |= {f"h_{t}": h, f"c_{t}": c}
    problem = {"kind": "lstm-step", "xs": data["xs"], "h_prev": data["h"], "c_prev": data["c"]}
    for written in written_ways(data["gates"]):
        answers = solved({**problem, **written}).answers
        assert all(close(answers[symbol], value) for symbol, value in expected.items())


@pytest.mark.parametrize("update", ["keep", "new"])
@pytest.mark.parametrize("reset", ["before", "after"])
@given(data=cell_data("rzn"))
def test_gru_conventions_agree_with_plain_loops(
    update: str, reset: str, data: dict[str, Any]
) -> None:
    h, expected = data["h"], []
    for x in data["xs"]:
        h = gru(data["gates"], x, h, keeps=update == "keep", reset_first=reset == "before")
        expected.append(h)
    problem = {
        "kind": "gru-step",
        "xs": data["xs"],
        "h_prev": data["h"],
        "update": update,
        "reset": reset,
    }
    for written in written_ways(data["gates"]):
        answers = solved({**problem, **written}).answers
        assert close([answers["h_1"], answers["h_2"]], expected)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@given(data=cell_data("h"))
def test_rnn_with_each_activation_agrees_with_plain_loops(
    activation: str, data: dict[str, Any]
) -> None:
    W_x, W_h, b = data["gates"]["h"]
    h, expected = data["h"], []
    for x in data["xs"]:
        a = np.array(W_x) @ x + np.array(W_h) @ h + b
        if activation == "step" and np.min(np.abs(a)) < 1e-9:
            return  # on the edge of the step the order of summation decides
        h = activate(activation, a.tolist())
        expected.append(h)
    problem = {"kind": "rnn-step", "xs": data["xs"], "h_prev": data["h"], "activation": activation}
    answers = solved({**problem, "W_x": W_x, "W_h": W_h, "b": b}).answers
    assert close([answers["h_1"], answers["h_2"]], expected, 1e-9)


@given(cell_data("ifgo", steps=3))
def test_the_page_runs_on_batches_without_recording(data: dict[str, Any]) -> None:
    gates = {name: [np.array(part) for part in parts] for name, parts in data["gates"].items()}
    page = {name: Separate(W_x, W_h, (b,), (), column) for name, (W_x, W_h, b) in gates.items()}
    x = np.array(data["xs"])  # a batch of three, one step
    h, c = np.tile(data["h"], (3, 1)), np.tile(data["c"], (3, 1))
    together = lstm_page(unrecorded, 1, page, Activations(), x, h, c)
    for k in range(3):
        alone = lstm_page(unrecorded, 1, page, Activations(), x[k], h[k], c[k])
        assert close([together[0][k], together[1][k]], alone)


def test_two_biases_add_up_and_the_reset_covers_only_the_recurrent_one() -> None:
    gate = {"W_x": 1, "W_h": 2, "b_x": 0.25, "b_h": 0.5}
    data = {"kind": "gru-step", "x": 1, "h_prev": 1, "update": "keep"}
    fixed = {"r": {"value": 0.5}, "z": {"value": 0}, "n": gate}
    assert close(
        solved({**data, "gates": fixed, "reset": "after"}).answers["a_n_1"], 1.25 + 0.5 * 2.5
    )
    assert close(
        solved({**data, "gates": fixed, "reset": "before"}).answers["a_n_1"], 1.75 + 2 * 0.5
    )


def test_a_lone_bias_stands_outside_the_reset() -> None:
    gate = {"W_x": 1, "W_h": 2, "b": 3}
    fixed = {"r": {"value": 0.5}, "z": {"value": 0}, "n": gate}
    data = {
        "kind": "gru-step",
        "x": 1,
        "h_prev": 1,
        "update": "keep",
        "reset": "after",
        "gates": fixed,
    }
    assert close(solved(data).answers["a_n_1"], 1 + 3 + 0.5 * 2)


def test_an_infinite_bias_saturates_a_gate_exactly() -> None:
    gate = {"W_x": 1, "W_h": 1, "b": ".inf"}
    assert sigmoid(np.array([-np.inf, np.inf])).tolist() == [0, 1]
    assert tanh(np.array([-np.inf, np.inf])).tolist() == [-1, 1]
    gates = {"i": {"value": 1}, "g": {"value": 0.5}, "f": {"value": 1}, "o": gate}
    answers = solved({"kind": "lstm-step", "x": 1, "gates": gates}).answers
    assert answers["o_1"] == 1
    assert answers["z_o_1"] == np.inf


def test_one_hot_inputs_pick_rows_of_the_embedding() -> None:
    table = [[1, 2], [3, 4], [5, 6]]
    data = {
        "kind": "rnn-step",
        "W_x": [[1, 1]],
        "W_h": 0,
        "activation": "identity",
        "embedding": table,
    }
    answers = solved({**data, "one_hots": [[0, 0, 1], [1, 0, 0]]}).answers
    assert answers["x_1"].tolist() == [5, 6]
    assert answers["h_2"].tolist() == [3]


def test_the_output_layer_reads_h() -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": [[1], [2]], "W_h": [[0, 0], [0, 0]]}
    data |= {"activation": "identity", "output": {"W": [[1, -1]], "b": 5, "activation": "relu"}}
    assert solved(data).answers["y_1"] == 4
    row = {**data, "orientation": "row", "W_x": [[1, 2]], "output": {"W": [[1], [-1]], "b": 5}}
    assert solved(row).answers["y_1"] == 4


@given(data=cell_data("ifgo"))
def test_stacked_weights_stand_transposed_for_rows(data: dict[str, Any]) -> None:
    stacked = {
        "layout": "pytorch",
        "weight_ih": [row for gate in "ifgo" for row in data["gates"][gate][0]],
        "weight_hh": [row for gate in "ifgo" for row in data["gates"][gate][1]],
    }
    problem = {"kind": "lstm-step", "xs": data["xs"], "h_prev": data["h"], "stacked": stacked}
    column, row = (solved({**problem, "orientation": o}).answers for o in ("column", "row"))
    assert all(close(column[symbol], row[symbol]) for symbol in column)


@given(
    data=cell_data("ifgo"),
    use=st.fixed_dictionaries(
        {
            key: st.sampled_from(["tanh", "relu", "identity", "hard-sigmoid", "softmax"])
            for key in ("gate", "candidate", "state")
        }
    ),
)
def test_an_lstm_with_other_activations(data: dict[str, Any], use: dict[str, str]) -> None:
    h, c = lstm(data["gates"], data["xs"][0], data["h"], data["c"], use)
    problem = {"kind": "lstm-step", "x": data["xs"][0], "h_prev": data["h"], "c_prev": data["c"]}
    problem |= {"gates": separate(data["gates"]), "activations": use, "t": 3}
    answers = solved(problem).answers
    assert close(answers["c_3"], c, 1e-9)
    assert close(answers["h_3"], h, 1e-9)
    assert f"{use['state']}_c_3" in answers


@pytest.mark.parametrize(
    ("kind", "gates", "score"), [("lstm", "ifgo", "z_y"), ("gru", "rzn", "a_y")]
)
def test_gated_cells_have_an_output_layer_too(kind: str, gates: str, score: str) -> None:
    gate = {"W_x": [[1], [2]], "W_h": [[0, 0], [0, 0]]}
    data: dict[str, Any] = {
        "kind": f"{kind}-step",
        "xs": [1, -1],
        "gates": dict.fromkeys(gates, gate),
    }
    data |= {"update": "keep", "reset": "before"} if kind == "gru" else {}
    data["output"] = {"W": [[1, 0], [0, 2]], "b": [0.5, -0.5], "activation": "softmax"}
    answers = solved(data).answers
    for t in (1, 2):
        scores = np.array([answers[f"h_{t}"][0] + 0.5, 2 * answers[f"h_{t}"][1] - 0.5])
        assert close(answers[f"{score}_{t}"], scores)
        assert close(answers[f"y_{t}"], np.exp(scores) / np.exp(scores).sum())
