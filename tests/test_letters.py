"""The names of other books: a file with them is the same problem, and the answer says so once."""

from typing import Any

import numpy as np
import pytest
from conftest import marked, problem, solved

from lstmhw.faults import ProblemError
from lstmhw.reading import InputError, from_text
from lstmhw.render import render
from lstmhw.view import View

GATE = {"W_x": [[0.5, -1.0]], "W_h": [[0.25]], "b": [0.1]}
BOOK = {"W": [[0.5, -1.0]], "U": [[0.25]], "b": [0.1]}
LSTM = {
    "kind": "lstm-step",
    "x": [1, 2],
    "h_prev": [0.3],
    "c_prev": [-0.2],
    "gates": {"i": GATE, "f": GATE, "g": GATE, "o": {"value": 0.5}},
}
GRU = {
    "kind": "gru-step",
    "x": [1, 2],
    "h_prev": [0.3],
    "update": "keep",
    "reset": "before",
    "gates": {"r": GATE, "z": GATE, "n": GATE},
}
RNN = {
    "kind": "rnn-step",
    "x": [1, 2, 3],
    "h_prev": [0.5, -0.5],
    "W_x": [[1, 0, 2], [0, 1, -1]],
    "W_h": [[0.5, 1], [-1, 0.25]],
    "output": {"W": [[1, -1]]},
}


def without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def spelled(word: str) -> dict[str, Any]:
    gates = {"input": BOOK, "forget": BOOK, word: BOOK, "output": {"value": 0.5}}
    return {**without(LSTM, "h_prev", "c_prev"), "h0": [0.3], "c0": [-0.2], "gates": gates}


PAIRS = [
    *((LSTM, spelled(word)) for word in ("candidate", "cell", "update", "c")),
    (GRU, {**GRU, "gates": {"reset": BOOK, "update": GATE, "new": GATE}}),
    (GRU, {**without(GRU, "h_prev"), "h_0": [0.3],
           "gates": {"r": GATE, "z": GATE, "candidate": GATE}}),
    (RNN, {**without(RNN, "W_h"), "U": RNN["W_h"]}),
    (RNN, {**without(RNN, "W_x", "W_h"), "W": RNN["W_x"], "U": RNN["W_h"]}),
    (RNN, {**without(RNN, "W_x", "W_h"), "U": RNN["W_x"], "W": RNN["W_h"]}),
    (RNN, {**without(RNN, "output"), "V": [[1, -1]]}),
    (RNN, {**RNN, "output": {"V": [[1, -1]]}}),
    ({**RNN, "output": {"W": [[1, -1]], "activation": "sigmoid"}},
     {**RNN, "output": {"activation": "sigmoid"}, "V": [[1, -1]]}),
    ({**LSTM, "kind": "lstm-gradient", "gates": dict.fromkeys("ifgo", GATE), "dh": [1], "dc": [2]},
     {**LSTM, "kind": "lstm-gradient", "gates": dict.fromkeys("ifgo", GATE), "dL_dh": [1],
      "dL_dc": [2]}),
]  # fmt: skip


@pytest.mark.parametrize(("usual", "other"), PAIRS, ids=range(len(PAIRS)))
def test_a_problem_with_other_names_is_the_same(
    usual: dict[str, Any], other: dict[str, Any]
) -> None:
    expected, found = solved(usual).answers, solved(other).answers
    assert list(expected) == list(found)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)


def test_the_answer_says_once_what_the_names_are() -> None:
    told = "input is i, forget is f, cell is g, output is o, W is W_x (on the input), U is W_h"
    page = " ".join(render([solved(spelled("cell"))], "table", View(width=80)).split())
    assert page.count("The names in the file are those of other books:") == 1
    assert told in page
    assert "other books" not in render([solved(LSTM)], "table", View(width=80))


@pytest.mark.parametrize(
    ("data", "key", "hint"),
    [
        ({**LSTM, "gates": {"i": GATE, "input": GATE}}, "input", "input and i are both i; keep"),
        (
            {**LSTM, "gates": {"cell": GATE, "update": GATE}},
            "cell",
            "are both g; keep one (an update gate beside",
        ),
        ({**RNN, "h0": [0, 0]}, "h0", "h0 and h_prev are both h_prev; keep one"),
        ({**RNN, "V": [[1, 1]]}, "V", "V is W of the output, which has one; keep one"),
        ({"kind": "rnn-step", "x": [1], "U": [[1]], "W": [[2]]}, "U", "write W_x and W_h"),
    ],
)
def test_two_names_for_a_key_are_an_error(data: dict[str, Any], key: str, hint: str) -> None:
    with pytest.raises(ProblemError) as error:
        problem(data)
    fault = next(fault for fault in error.value.faults if fault.path[-1:] == (key,))
    assert hint in fault.hint


def test_errors_point_to_the_names_in_the_file() -> None:
    text = "kind: lstm-step\nx: [1]\nh0: [0]\ngates:\n  forget:\n    W: [[1]]\n    U: [[O]]\n"
    with pytest.raises(InputError, match=r"q.yaml:7:10: error: gates.f.W_h\[1\]\[1\]: expected a"):
        from_text("q.yaml", text)
    shapes = text.replace("[[O]]", "[[1, 2]]")
    with pytest.raises(InputError, match=r"q.yaml:7:5: error: gates.f.W_h: expected a matrix"):
        from_text("q.yaml", shapes)


def test_a_name_for_a_key_that_is_not_there_is_unknown() -> None:
    data = {"kind": "rnn-in-lstm", "rnn": {"W_x": 1, "U": 1}, "xs": [1], "c0": 100, "h0": 1}
    with pytest.raises(ProblemError, match="unknown key 'h0'") as error:
        problem({**data, "construction": "large-cell"})
    assert len(error.value.faults) == 1


def test_claims_may_have_the_names_too() -> None:
    claimed = {"input": 0.5, "forget": 0.5, "candidate": 0.5, "h0": 0.3}
    names = {check.symbol for check in marked({**LSTM, "claimed": claimed}).checks}
    assert names == {"i_1", "f_1", "g_1", "h_0"}
    gradient = {**LSTM, "kind": "lstm-gradient", "gates": dict.fromkeys("ifgo", GATE), "dh": [1]}
    claimed_too = {"dL_dh_0": 0.5, "dU_f": 0.5, "dL_dW_x_i": [[0.5, 1]]}
    checks = marked({**gradient, "claimed": claimed_too}).checks
    assert {check.symbol for check in checks} == {"dh_0", "dW_h_f", "dW_x_i"}
