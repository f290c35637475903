"""What a problem asks for, what is given, and what the reader is told about both."""

import json
from typing import Any

import pytest
from conftest import problem, solved

from lstmhw.faults import Fault, ProblemError
from lstmhw.marking import Marker
from lstmhw.render import render
from lstmhw.solution import Entries, Paragraph, Solution
from lstmhw.view import View

GATE: dict[str, Any] = {"W_x": 0.5, "W_h": 0.25, "b": 0.1}
LSTM = {"kind": "lstm-step", "x": 1, "h_prev": 0.5, "c_prev": -0.5}
GATES = dict.fromkeys("ifgo", GATE)
FULL = {**LSTM, "gates": GATES}


def without(*gates: str) -> dict[str, Any]:
    return {**LSTM, "gates": {gate: GATE for gate in "ifgo" if gate not in gates}}


def shown(solution: Solution) -> list[str]:
    """The symbols of the steps that are shown."""
    steps = json.loads(render([solution], "json", View()))["steps"]
    return [step["symbol"] for step in steps]


def answers(solution: Solution) -> list[str]:
    (block,) = solution.result
    assert isinstance(block, Entries)
    return [entry.symbol for entry in block.rows]


def prose(solution: Solution, title: str) -> str:
    blocks = [block for s in solution.sections if s.title == title for block in s.body]
    assert all(isinstance(block, Paragraph) for block in blocks)
    text = render([solution], "table", View(width=1000))
    return text[text.index(f"\n{title}\n") :].split("\n\n")[0]


def faults(data: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(ProblemError) as error:
        problem(data).solve()
    return error.value.faults


def test_everything_is_computed_and_shown_by_default() -> None:
    solution = solved(FULL)
    symbols = [
        "z_i_1",
        "i_1",
        "z_f_1",
        "f_1",
        "z_g_1",
        "g_1",
        "z_o_1",
        "o_1",
        "c_1",
        "tanh_c_1",
        "h_1",
    ]
    assert shown(solution) == symbols
    assert list(solution.answers) == ["x_1", "h_0", "c_0", *symbols]
    assert answers(solution) == ["c_1", "h_1"]


def test_find_shows_what_is_asked_and_what_it_rests_on() -> None:
    solution = solved({**FULL, "find": ["g", "c"]})
    assert shown(solution) == ["z_i_1", "i_1", "z_f_1", "f_1", "z_g_1", "g_1", "c_1"]
    assert answers(solution) == ["g_1", "c_1"]
    assert "h_1" in solution.answers
    assert answers(solved({**FULL, "find": ["z_f"]})) == ["z_f_1"]


def test_find_of_several_steps_means_all_or_one() -> None:
    data = {"kind": "rnn-step", "xs": [1, 2, 3], "W_x": 1, "W_h": 1}
    assert answers(solved({**data, "find": ["h"]})) == ["h_1", "h_2", "h_3"]
    assert answers(solved({**data, "find": ["h_2"]})) == ["h_2"]
    assert shown(solved({**data, "find": ["h_2"]})) == ["a_1", "h_1", "a_2", "h_2"]


def test_only_what_is_asked_for_has_to_be_given() -> None:
    assert answers(solved({**without("o"), "find": ["c"]})) == ["c_1"]
    assert answers(solved({**without("i", "f", "o"), "find": ["g"]})) == ["g_1"]
    fixed = {"f": {"value": 1}, "i": {"value": 1}, "g": {"value": 0.5}}
    assert solved({"kind": "lstm-step", "c_prev": 1, "gates": fixed}).answers["c_1"] == 1.5


def test_without_find_what_can_be_computed_is_and_the_rest_is_named() -> None:
    solution = solved(without("o"))
    assert answers(solution) == ["c_1"]
    assert "h_1" not in solution.answers
    said = "h_1 is not computed: expected weights of gates.o, found none."
    assert said in prose(solution, "Remarks")
    _, (fault,) = Marker(solution).mark({"h": "1"})
    assert fault.hint == "h_1 cannot be computed: expected weights of gates.o, found none"


def test_where_no_state_can_be_computed_all_that_is_missing_is_named() -> None:
    found = faults(without("f", "i", "o"))
    assert [fault.path for fault in found] == [("gates", "f"), ("gates", "i"), ("gates", "o")]
    assert "found none; c_1 needs them" in found[0].message
    assert [fault.path for fault in faults({**without("f"), "find": ["h"]})] == [("gates", "f")]
    for reset in ("before", "after"):
        gru = {"kind": "gru-step", "x": 1, "update": "keep", "reset": reset, "gates": {"z": GATE}}
        assert {fault.path for fault in faults(gru)} == {("gates", "r"), ("gates", "n")}


def test_what_is_asked_for_has_to_exist() -> None:
    (fault,) = faults({**FULL, "find": ["c", "hh"]})
    assert fault.path == ("find", 1)
    assert "expected a quantity of this problem, found 'hh'" in fault.message
    many = faults({**FULL, "find": [f"q{k}" for k in range(3000)]})
    assert len(many) == 3000
    assert "empty list" in faults_of_reading({**FULL, "find": []})[0].message


def faults_of_reading(data: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(ProblemError) as error:
        problem(data)
    return error.value.faults


@pytest.mark.parametrize(
    ("value", "agrees"),
    [
        (0.6737, True),
        (0.674, True),
        ("0.67370710", True),
        (0.6738, False),
        (0.675, False),
        (1, False),
    ],
)
def test_a_given_value_is_compared_with_the_weights_and_used(value: Any, agrees: bool) -> None:
    gates = {**GATES, "f": {**GATE, "value": value}}
    solution = solved({**FULL, "gates": gates})
    text = prose(solution, "Remarks")
    assert "the weights give sigmoid(W_x_f x_1 + W_h_f h_0 + b_f) = 0.6737: they" in text
    assert ("do NOT agree" in text) != agrees
    assert solution.answers["f_1"] == float(value)


def test_a_value_that_is_exact_in_fractions_agrees() -> None:
    gates = {**GATES, "g": {"W_x": "1/7", "W_h": 0, "value": "1/7"}}
    activations = {"candidate": "identity"}
    text = prose(solved({**FULL, "gates": gates, "activations": activations}), "Remarks")
    assert "they agree" in text


def test_conventions_are_stated_and_true() -> None:
    column = prose(solved(FULL), "Conventions")
    assert "a matrix stands to their left" in column
    assert "put together" not in column
    joined = {gate: {"W": [[1, 2]]} for gate in "ifgo"}
    text = prose(solved({**LSTM, "gates": joined, "concat": ["x", "h"]}), "Conventions")
    assert "W multiplies x and h put together in this order: 1 input, then 1 hidden." in text
    separate = prose(solved({**FULL, "concat": ["x", "h"]}), "Conventions")
    assert "put together" not in separate


@pytest.mark.parametrize(
    ("update", "reset", "formulas"),
    [
        ("keep", "before", ["h_1 = z_1*h_0 + (1 - z_1)*n_1", "W_x_n x_1 + W_h_n (r_1*h_0) + b_n"]),
        (
            "new",
            "after",
            ["h_1 = (1 - z_1)*h_0 + z_1*n_1", "W_x_n x_1 + b_x_n + r_1*(W_h_n h_0 + b_h_n)"],
        ),
    ],
)
def test_the_conventions_of_a_gru_are_formulas(
    update: str, reset: str, formulas: list[str]
) -> None:
    biases = {"b": 1} if reset == "before" else {"b_x": 1, "b_h": 1}
    gates = {gate: {"W_x": 1, "W_h": 1, **biases} for gate in "rzn"}
    data = {"kind": "gru-step", "x": 1, "update": update, "reset": reset, "gates": gates}
    text = prose(solved(data), "Conventions")
    steps = json.loads(render([solved(data)], "json", View()))["steps"]
    working = {step["symbol"]: step["formula"] for step in steps}
    assert f"h_1 = {working['h_1']}: " in text
    assert f"a_n_1 = {working['a_n_1']}: " in text
    assert f"h_1 = {working['h_1']}" == formulas[0]
    assert working["a_n_1"] == formulas[1]


def test_two_ways_to_an_undefined_value_are_errors() -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": 1, "W_h": 0}
    (fault,) = faults({**data, "b_x": ".inf", "b_h": "-.inf"})
    assert "a_1 is not defined" in fault.message
    assert fault.path in (("b_x",), ("b_h",))
    (fault,) = faults({**data, "x": 1e300, "W_x": 1e300})
    assert "a_1 overflows" in fault.message
    mixed = {"kind": "rnn-step", "x": 1e308, "W_x": [[1], [1e308]], "W_h": [[0, 0], [0, 0]]}
    (fault,) = faults({**mixed, "b": [".inf", 0]})
    assert fault.message.startswith("a_1, unit 2, overflows")


def test_an_error_in_stacked_weights_points_at_them() -> None:
    stacked = {"layout": "pytorch", "weight_ih": [[1e308]] * 4, "weight_hh": [[1e308]] * 4}
    (fault,) = faults({**LSTM, "x": 1e10, "stacked": stacked})
    assert fault.path == ("stacked",)


def test_keras_biases_have_the_rows_of_their_reset() -> None:
    stacked = {"layout": "keras", "kernel": [[1, 1, 1]], "recurrent_kernel": [[1, 1, 1]]}
    data = {"kind": "gru-step", "x": 1}
    for after, bias in ((True, [0, 0, 0]), (False, [[0, 0, 0], [0, 0, 0]])):
        wrong = {**stacked, "reset_after": after, "bias": bias}
        assert faults_of_reading({**data, "stacked": wrong})[0].path == ("stacked", "bias")
