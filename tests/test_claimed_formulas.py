"""Claims that are formulas: the problem's own line for all values, or not, and then why."""

import csv
import html
import io
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from claimed_lines import WORLDS, Node, edited, names_of, off, rewritten
from claimed_texts import Speller
from conftest import Run, examples, problem, solved
from hypothesis import assume, given
from hypothesis import strategies as st

from lstmhw.algebra import UndecidedError, expanded
from lstmhw.expr import Apply, Constant, Divide, Expr, Negative, Power, Quantity, Sum, Times
from lstmhw.faults import Fault
from lstmhw.formula import FormulaError
from lstmhw.functions import sigmoid, tanh
from lstmhw.handwritten import readings
from lstmhw.handwritten.words import LONGEST
from lstmhw.marking import Marker
from lstmhw.marking.prices import MARGIN, MARGIN_MORE
from lstmhw.render import FORMATS, render
from lstmhw.solution import Check
from lstmhw.view import View

GATE = {"W_x": [[0.5, 0.1, -0.2], [0.3, -0.6, 0.8]], "W_h": [[0.1, 0.2], [0.3, -0.4]]}
STATES = {"x": [1, 0.5, 2], "h_prev": [0.2, -0.4]}
LSTM = {
    "kind": "lstm-step",
    **STATES,
    "c_prev": [0.5, -0.3],
    "gates": {**{k: {**GATE, "b": [0.1, -0.3]} for k in "ifg"}, "o": GATE},
}
JOINED = {
    "kind": "lstm-step",
    "t": 2,
    **STATES,
    "c_prev": [0.5, -0.3],
    "concat": ["x", "h"],
    "gates": {
        "f": {"value": [0.4, 0.6], "W": [[0.1, 0.2, 0.3, 0.4, 0.5], [1, 2, 3, 4, 5]]},
        **{k: {"W": [[0.5, -0.1, 0.2, 0.3, 1], [0.3, 0.6, 0, 1, 0]], "b": [0.1, 1]} for k in "igo"},
    },
}
ROWS = {"W_x": [[0.5, 0.1], [-0.2, 0.3], [-0.6, 0.8]], "W_h": [[0.1, 0.2], [0.3, -0.4]]}
GRU = {
    "kind": "gru-step",
    "update": "keep",
    "reset": "before",
    "orientation": "row",
    **STATES,
    "gates": {k: {**ROWS, "b": [0.1, 0.2]} for k in "rzn"},
}
RNN = {
    "kind": "rnn-step",
    "xs": [[1, 0.5, 2], [0, 1, 0]],
    "h_prev": [0.2, -0.4],
    **GATE,
    "b": [0.1, 0],
    "output": {"W": [[1, 2], [3, 4], [5, 6]], "b": [0, 1, 0], "activation": "softmax"},
}
BACK = {**LSTM, "kind": "lstm-gradient", "dh": [1, 2], "dc": [0.5, 0.1]}


def mark(
    data: dict[str, Any], claimed: dict[str, Any]
) -> tuple[tuple[Check, ...], tuple[Fault, ...]]:
    asked = problem({**data, "claimed": claimed})
    return Marker(asked.solve()).mark(asked.claimed)


def only(data: dict[str, Any], name: str, text: str) -> Check:
    """The check of one formula, which is not refused."""
    checks, faults = mark(data, {name: text})
    assert faults == ()
    (check,) = checks
    assert check.claimed == text
    return check


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (LSTM, "c", "f*c_prev + i*g"),
        (LSTM, "c_1", "c_1 = f_1 c_0 + i_1 g_1"),
        (LSTM, "c_t", "f_t c_t-1 + i_t g_t"),  # no space: the c before
        (LSTM, "c", r"C_t = F_t \odot C_{t-1} + I_t \odot \tilde{C}_t"),
        (LSTM, "c", "ig + c_prev . f"),
        (LSTM, "c", "f ∘ cₜ₋₁ + i ⊙ gₜ"),
        (LSTM, "c", "(c_prev/2)*2f - i*(-g)"),
        (LSTM, "c", r"\Gamma_f * c^{<t-1>} + \Gamma_u * \tilde{c}^{\langle t \rangle}"),
        (LSTM, "c", "forget_gate * c_prev + input_gate * candidate"),
        (LSTM, "c", "f_t × c_{t−1} + i_t × ĉ_t"),
        (LSTM, "h", "o*tanh(c)"),
        (LSTM, "h", r"$\mathbf{o}^{(t)} \cdot \tanh c^{(t)}$"),
        (LSTM, "h", "o * tanh(f*c_prev + i*g)"),
        (LSTM, "h", "tanh(c) sigmoid(W_o [h_prev; x])"),
        (LSTM, "h", "o * (2*sigmoid(2c) - 1)"),
        (LSTM, "h", "o .* (exp(c) - exp(-c)) / (exp(c) + exp(-c))"),
        (LSTM, "f", "sigmoid(W_x_f x + W_h_f h_prev + b_f)"),
        (LSTM, "f", r"\sigma(W_{xf} x_t + W_{hf} h_{t-1} + b_f)"),
        (LSTM, "f", "σ(W_f x + U_f h_prev + b_f)"),
        (LSTM, "f", r"\sigma\left(W_f \cdot [h_{t-1}, x_t] + b_f\right)"),
        (LSTM, "f", "1/(1 + exp(-z_f))"),
        (LSTM, "f", "sigmoid(W_f [h, x] + b_f)"),  # as `concat: [h, x]` has it
        (LSTM, "f", r"\sigma(W_f [a^{<t-1>}, x^{<t>}] + b_f)"),
        (LSTM, "i", r"\sigma(\mathbf{W}_{ix}\mathbf{x}_t + \mathbf{W}_{ih}\mathbf{h}_{t-1} + b_i)"),
        (LSTM, "i", "sigmoid(W_ii x + b_ii + W_hi h + b_hi)"),
        (LSTM, "o", "sigmoid(x^T W_x_o^T + U_o h_prev + b_o)"),  # o has no bias: zero
        (LSTM, "f", "1/(1 + e^{-z_f})"),
        (LSTM, "f", r"\frac{1}{1 + e^-z_f}"),
        (LSTM, "c", r"f_tc_{t-1}+i_t\tilde{c_t}"),
        (LSTM, "z_f", "W_fx + U_fh + b_f"),  # as LaTeX reads indices without braces
        (LSTM, "z_f", r"W_f\mathbf{x}_t+U_f\mathbf{h}_{t-1}+b_f"),
        (LSTM, "z_f", r"W_f \begin{bmatrix} h \\ x \end{bmatrix} + b_f"),
        (LSTM, "z_f", r"W_f \left[\begin{array}{c} h_{t-1} \\ x_t \end{array}\right] + b_f"),
        (LSTM, "c", r"\begin{aligned} c_t &= f_t c_{t-1} + i_t g_t \end{aligned}"),
        (LSTM, "h", "o tanh(c) 1"),
        (LSTM, "h", "o ./ (1 ./ tanh(c))"),
        (LSTM, "c", "c_t-1 0.5 * 2f + i*g"),
        (LSTM, "z_o", "W_o x + U_o h_prev + b_o"),
        (LSTM, "tanh_c", "tanh(c)"),
        (JOINED, "f", "sigmoid(W_f [x, h_1])"),  # a value is given, the line is there all the same
        (JOINED, "g", "tanh(W_c [x; h_prev] + b_c)"),
        (JOINED, "i", "sigmoid(W_i x_2 + U_i h_1 + b_i)"),
        (JOINED, "c", "f c_1 + i g"),
        (GRU, "r", "s(X W_xr + H_{t-1} W_hr + b_r)"),
        (GRU, "n", r"\tanh(X W_{xh} + (R \odot H_{t-1}) W_{hh} + b_h)"),
        (GRU, "n", "tanh(x W_x_n + r*h_prev W_h_n + b_n)"),
        (GRU, "h", r"h_{t-1} - (1 - z) h_{t-1} + (1-z)\tilde h_t"),
        (GRU, "h", "update*h_prev + (1 - update)*h̃_t"),
        (GRU, "n", r"\tanh(x_t W_h + (r \odot h_{t-1}) U_h + b_h)"),
        (GRU, "n", "tanh(x W_xh + (r*h) W_hh + b_h)"),
        (GRU, "h", "Z*H_prev + (1-Z)*H~"),
        (GRU, "h", "Z*H + (1-Z)*H~"),
        (RNN, "h_1", "tanh(U x_1 + W h_0 + b)"),
        (RNN, "h_2", "tanh(W_xh x + W_hh h_prev + b_h)"),
        (RNN, "h_2", "tanh(W_x x + W_h h + b)"),  # as most books write it
        (RNN, "h_2", "tanh(W_h h + W_e e + b1)"),
        (RNN, "h_2", "tanh(U x_t + W s_{t-1} + b)"),
        (RNN, "h_2", "tanh(U x_t + V h_{t-1} + b)"),
        (RNN, "h_2", "tanh(z_t)"),
        (RNN, "h_2", "tanh(W_x x_2 + W_h tanh(W_x x_1 + W_h h_0 + b) + b)"),  # through two steps
        (RNN, "y_2", "softmax(V h + b_y)"),
        (RNN, "a_y_1", "U h + b2"),
        (BACK, "dz_f", "dc * c_prev * f * (1 - f)"),
        (BACK, "dz_f", r"dc \cdot c_{t-1} \cdot \sigma'(z_f)"),
        (BACK, "dc_1", "dh*o*(1 - tanh^2(c)) + dc"),
        (BACK, "dz_i", "dc * g * σ'(-z_i)"),  # the slope is even, and next to nothing far out
        (BACK, "dh_prev", "U_f^T dz_f + U_i^T dz_i + U_o^T dz_o + U_g^T dz_g"),
        (BACK, "dx", "dz_f^T W_xf + dz_i^T W_xi + dz_o^T W_xo + dz_g^T W_xc"),
        (BACK, "dc_0", "dc*f"),
        (BACK, "dc_0", "dc_t f_t"),
        (BACK, "dc_prev", r"\mathrm{dc}_tf_t"),
        (BACK, "dW_x_f", "dz_f x^T"),
        (BACK, "dW_h_g", r"\mathrm{dz}_g h_{t-1}^{\top}"),
        (BACK, "dh_0", "W_h_f' dz_f + W_h_i' dz_i + W_h_g' dz_g + W_h_o' dz_o"),
    ],
)
def test_the_line_in_other_words_is_right(data: dict[str, Any], name: str, text: str) -> None:
    check = only(data, name, text)
    assert (check.verdict, check.mistake) == ("right", None), check.explanation
    assert "by algebra" in check.explanation or "random values" in check.explanation


@pytest.mark.parametrize(
    ("data", "name", "text", "mistake"),
    [
        (LSTM, "h", "o + tanh(c)", "plus-for-times"),
        (LSTM, "h", r"o_t + \tanh(c_t)", "plus-for-times"),
        (LSTM, "h", "o*c", "tanh-omitted"),
        (LSTM, "h", "tanh(c)", "output-gate-omitted"),
        (LSTM, "c", "i*g", "forget-term-omitted"),
        (LSTM, "c", "c_prev + i*g", "forget-gate-omitted"),
        (LSTM, "c", "f*c_prev + g", "input-gate-omitted"),
        (LSTM, "c", "i*c_prev + f*g", "gates-swapped"),
        (LSTM, "c", "f*c_prev - i*g", "sign-error"),
        (LSTM, "c", "f*c + i*g", "another-step"),
        (LSTM, "c", "f * c_t + i * g", "another-step"),
        (LSTM, "c", "f*c + i*tanh(W_c x + U_c h_t + b_c)", "another-step"),
        (LSTM, "c", "f*c + i + g", "another-step + plus-for-times"),
        (LSTM, "h", "o*tanh(c_prev)", "another-step"),
        (LSTM, "h", r"o*tanh(\tilde{c}_t)", None),  # the candidate, not the state at time 1
        (LSTM, "h", "o_1", "factor-omitted"),
        (LSTM, "h", "c", "another-symbol"),
        (LSTM, "c", "c", None),
        (LSTM, "o", "b_o", None),  # a bias that is not given, and no number
        (RNN, "h_2", "tanh(W_x x + W_h h_t + b)", "another-step"),
        (RNN, "h_2", "tanh(W_x x + W_h h_2 + b)", "another-step"),
        (GRU, "h", "z*h_t + (1-z)*n", "another-step"),
        (LSTM, "f", "sigmoid(W_x_f x + W_h_f h_prev)", "bias-omitted"),
        (LSTM, "f", "sigmoid(W_x_f x + W_h_f h_t + b_f)", "another-step"),
        (LSTM, "f", "tanh(z_f)", "tanh-for-sigmoid"),
        (LSTM, "f", "softmax(z_f)", "softmax-for-sigmoid"),
        (LSTM, "g", "sigmoid(z_g)", "sigmoid-for-tanh"),
        (LSTM, "g", "z_g", "activation-omitted"),
        (LSTM, "z_f", "W_f x + b_f", "recurrent-term-omitted"),
        (LSTM, "z_f", "U_f h_prev + b_f", "input-term-omitted"),
        (LSTM, "z_f", "W_x_f x + W_h_f^T h_prev + b_f", "transposed"),
        (LSTM, "h", "o * tanh(f*c_prev + g)", "input-gate-omitted"),  # in a line before it
        (LSTM, "h", "o + tanh(f*c_prev + i*g)", "plus-for-times"),
        (LSTM, "f", "sigmoid(W_x_f h_prev + W_h_f x + b_f)", None),  # the shapes do not fit
        (LSTM, "f", "f", None),
        (LSTM, "o", "h/tanh(c)", None),  # true of the values, and no way to compute o
        (LSTM, "c", "f*c_prev*g + 2*i", None),
        (LSTM, "h", "0.31*o/o", None),
        (GRU, "h", r"(1-z) h_{t-1} + z \tilde{h}", "update-flipped"),
        (GRU, "n", "tanh(x W_x_n + r*(h_prev W_h_n) + b_n)", "reset-misplaced"),
        (RNN, "y_2", "W_y h_2 + b_y", "activation-omitted"),
        (BACK, "dz_g", "dc*i*(1 - g)", None),
    ],
)
def test_another_line_is_wrong(
    data: dict[str, Any], name: str, text: str, mistake: str | None
) -> None:
    check = only(data, name, text)
    assert check.verdict == "wrong", check.explanation
    assert check.mistake == mistake, check.explanation
    assert "The line is " in check.explanation
    assert ("evidence" in check.extras) == (mistake is not None)


def test_a_line_that_rests_on_itself_is_told_what_is_due() -> None:
    check = only(LSTM, "c", "f * c_t + i * g")
    assert "c_1 would rest on itself: c_0 is due on the right side." in check.explanation
    assert check.where == "c_1"


BIASED: dict[str, Any] = {**GATE, "b": [0.1, -0.3]}
STATED: dict[str, Any] = {"f": {"value": [0.4, 0.6]}, "o": {"value": [0.5, 0.2]}}
GIVEN: dict[str, Any] = {**LSTM, "gates": {"i": BIASED, "g": BIASED, **STATED}}
ONE = {
    "kind": "lstm-step",
    "x": [1.5],
    "h_prev": [0.2],
    "c_prev": [0.5],
    "gates": {
        "f": {"value": [0.4]},
        "o": {"value": [1]},
        "i": {"W_x": [[0.3]], "W_h": [[-0.6]], "b": [0.1]},
        "g": {"W_x": [[0.3]], "W_h": [[0.6]], "b": [0]},
    },
}


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (GIVEN, "h", "[0.5, 0.2] * tanh(c)"),
        (GIVEN, "h", "[0.5; 0.2] * tanh(c)"),
        (GIVEN, "h", r"[0.5, 1/5] \odot tanh(c)"),
        (GIVEN, "c", "[0.4, 0.6]*[0.5, -0.3] + i*g"),
        (GIVEN, "z_g", "[[0.5, 0.1, -0.2], [0.3, -0.6, 0.8]] x + W_hg h_prev + b_g"),
        (GIVEN, "g", "tanh(W_xg [1, 0.5, 2] + W_hg [0.2, -0.4] + [0.1, -0.3])"),
        (ONE, "c", "0.4*c_prev + i*g"),
        (ONE, "c", "[0.4]*0.5 + i*g"),
        (ONE, "i", "sigmoid(0.3*x - 0.6*h_prev + 0.1)"),
        (ONE, "g", "tanh(0.3*x + 0.6*h_prev)"),
        (ONE, "h", "1*tanh(c)"),
    ],
)
def test_a_line_with_its_data_put_in_is_right(data: dict[str, Any], name: str, text: str) -> None:
    check = only(data, name, text)
    assert check.verdict == "right", check.explanation
    assert " with " in check.explanation or "That reads [" in check.explanation


@pytest.mark.parametrize(
    ("data", "name", "text", "mistake"),
    [
        (GIVEN, "h", "[0.5, 0.2] * c", "tanh-omitted"),
        (GIVEN, "h", "[0.4, 0.6] * tanh(c)", "gates-swapped"),
        (GIVEN, "g", "tanh(W_xg [1, 0.5, 2] + W_hg [0.2, -0.4])", "bias-omitted"),
        (ONE, "c", "0.5*c_prev + i*g", None),
        (ONE, "i", "sigmoid(0.3*x + 0.6*h_prev + 0.1)", None),
        (ONE, "h", "tanh(c)", "output-gate-omitted"),
        (ONE, "h", "0.4*tanh(c)", None),
    ],
)
def test_another_line_with_data_put_in_is_wrong(
    data: dict[str, Any], name: str, text: str, mistake: str | None
) -> None:
    check = only(data, name, text)
    assert check.verdict == "wrong"
    assert mistake is None or check.mistake == mistake


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[0.5, 0.3] * tanh(c)", 0),
        ("tanh(c) * [0.5, 0.2, 1]", 10),
        ("[[0.5, 0.2], [1, 2]] tanh(c)", 0),
        ("o * [[0.5, 0.2], [1]]", 5),
        ("h = [0.5, 0.3] * tanh(c)", 4),
    ],
)
def test_a_list_of_other_numbers_is_no_accusation(text: str, at: int) -> None:
    """Rounded values of what was computed before, say: the symbols are to be written."""
    checks, (fault,) = mark(GIVEN, {"h": text})
    assert checks == ()
    assert "found a list of numbers that no datum has" in fault.message
    assert (fault.hint, fault.at) == ("write the symbol in its place", at)


def test_shapes_that_do_not_fit_are_told_with_the_side_of_a_matrix() -> None:
    said = only(LSTM, "z_f", "b_f + x W_x_f + h_prev W_h_f").explanation
    assert "in 'x W_x_f + h_prev W_h_f': " in said
    assert "Vectors are columns here, so a matrix stands to their left." in said
    assert "in 'x W_x_f': " in only(LSTM, "z_f", "z_f = x W_x_f").explanation
    said = only(GRU, "a_r", "W_x_r x + W_h_r h_prev + b_r").explanation
    assert "Vectors are rows here, so a matrix stands to their right." in said


def test_what_the_line_is_stands_in_the_json(lstmhw: Run) -> None:
    checks = json.loads(lstmhw("check", "lstm-equation-sheet", "--format", "json").stdout)["checks"]
    last = checks[-1]
    assert (last["symbol"], last["claimed"]) == ("h_1", r"o_t + \tanh(c_t)")
    assert (last["expected"], last["mistake"]) == ("o_1*tanh(c_1)", "plus-for-times")


def test_the_numbers_said_are_those_of_the_formula() -> None:
    answers = solved(LSTM).answers
    wrong = answers["o_1"] + np.tanh(answers["c_1"])
    explanation = only(LSTM, "h", "o + tanh(c)").explanation
    assert f"it gives {wrong[0]:.4f} in unit 1, the line {answers['h_1'][0]:.4f}" in explanation


def test_a_mistake_of_a_formula_has_more_evidence_than_a_name_needs() -> None:
    evidence = only(LSTM, "h", "o + tanh(c)").extras["evidence"]
    assert MARGIN + MARGIN_MORE < evidence < 32


def test_what_is_said_of_two_mistakes_is_both() -> None:
    check = only(LSTM, "c", "f*c + i + g")
    assert "c_1 would rest on itself: c_0 is due on the right side." in check.explanation
    assert "Besides: " in check.explanation
    assert check.where == "c_1"


def test_equal_numbers_do_not_make_a_formula_right() -> None:
    """Where h_0 and c_0 are zeros, dropping their terms changes no number."""
    bare = {key: value for key, value in LSTM.items() if key not in ("h_prev", "c_prev")}
    check = only(bare, "c", "i*g")
    assert (check.verdict, check.mistake) == ("wrong", "forget-term-omitted")
    assert "With the numbers here both give the same; with others they do not." in check.explanation


def test_a_formula_without_a_step_is_that_of_every_step() -> None:
    check = only(RNN, "h_t", "tanh(W_x x + W_h h_{t-1} + b)")
    assert (check.symbol, check.expected, check.verdict) == ("h_t", "tanh(a_t)", "right")
    check = only(RNN, "a", "W_x x_t + W_h h_t + b")
    assert (check.symbol, check.mistake) == ("a_t", "another-step")
    assert "h_t stands where h_(t-1) is due" in check.explanation
    numbers = " With the numbers of t = 2 it gives "
    assert numbers in only(RNN, "h_t", "tanh(W_x x + W_h h_{t-1})").explanation


def test_a_formula_is_followed_through_all_steps_of_a_long_sequence() -> None:
    """Neither is the right one accused, nor is the other one taken for it."""
    long = {**LSTM, "xs": [[1, 0.5, k] for k in range(60)]}
    del long["x"]
    back = "o_60 * tanh(f_60*(f_59*c_58 + i_59*g_59) + i_60*g_60)"
    assert only(long, "h_60", back).verdict == "right"
    assert only(long, "h_60", back.replace("c_58", "c_57")).verdict == "wrong"


def test_a_gradient_without_a_step_is_that_of_a_step_with_one_after_it() -> None:
    several = {**BACK, "xs": [[1, 0.5, k] for k in range(3)]}
    del several["x"]
    line = "dh_t*o_t*(1 - tanh(c_t)^2) + dc_{t+1}*f_{t+1}"
    assert only(several, "dc_t", line).verdict == "right"
    assert only(several, "dc_t", line.replace("f_{t+1}", "f_t")).mistake == "another-step"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "E x"),
        ("x", "E^T onehot"),
        ("x", "x E"),
        ("h", "tanh(W_h h + W_e e + b1)"),
        ("h", "tanh(W_h h_prev + W_x E x + b)"),
    ],
)
def test_words_are_the_input_where_they_are_embedded(name: str, text: str) -> None:
    table = [[1, 2, 0], [3, 1, 1], [0, 0.5, 2], [1, 1, 1]]
    words = {"kind": "rnn-step", "one_hot": [0, 1, 0, 0], "embedding": table, **GATE, "b": [1, 2]}
    assert only(words, name, text).verdict == "right"
    assert only(words, name, f"{text} + {text}").verdict == "wrong"


def test_formulas_and_numbers_stand_beside_each_other() -> None:
    checks, faults = mark(LSTM, {"h": "o + tanh(c)", "c": "f*c_prev + i*g", "f_1": [0.1, 0.2]})
    assert not faults
    assert [check.symbol for check in checks] == ["f_1", "c_1", "h_1"]


def test_one_symbol_has_one_claim() -> None:
    checks, faults = mark(LSTM, {"h": "o*tanh(c)", "h_1": [0.1, 0.2]})
    assert [check.symbol for check in checks] == ["h_1"]
    assert [fault.message for fault in faults] == ["expected one claim of h_1, found another"]


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("f*c_prev + i*", 13, "expected a number, a symbol or a parenthesis, found the end"),
        ("f*c_prev + (i*g", 15, "expected a closing ), found the end"),
        ("f*q + i*g", 2, "expected a symbol of this problem, found 'q'"),
        ("f*c_{t-2} + i*g", 2, "expected a symbol of this problem, found 'c_{t-2}'"),
        ("f*c_prev ++ i*g", 10, "expected a number, a symbol or a parenthesis, found '+'"),
        ("f*c_{t-1 + i*g", 14, "expected a closing }, found the end"),
        (r"f \oplus c_{t-1}", 2, r"expected a command of LaTeX that is known here, found '\oplus'"),
        ("f*c_prev + i*g)", 14, "expected an operator or the end, found ')'"),
        ("f^x", 2, "expected T or a whole number as an exponent, found 'x'"),
        ("h = o*tanh(c)", 0, "expected a line for c_1, found one for 'h'"),
        ("c = f*c_prev + q", 15, "expected a symbol of this problem, found 'q'"),
        ("1/3 + 2", 0, "found numbers to be worked out"),
        ("f*2 3", 4, "expected an operator or the end, found '3'"),
        ("e^{-i} + q", 9, "expected a symbol of this problem, found 'q'"),
        ("f*" + "(" * 60 + "g" + ")" * 60, 52, "expected at most 50 parentheses"),
    ],
)
def test_what_is_no_formula_is_an_error_at_its_place(text: str, at: int, message: str) -> None:
    checks, (fault,) = mark(LSTM, {"c": text})
    assert checks == ()
    assert (fault.path, fault.at) == (("claimed", "c"), at)
    assert message in fault.message


def test_the_caret_stands_below_what_is_wrong(lstmhw: Run, tmp_path: Path) -> None:
    text = json.dumps({**RNN, "title": "T"})[:-1] + ',\n "claimed": {"h_1": "tanh(a + q)"}}'
    (tmp_path / "a.yaml").write_text(text)
    result = lstmhw("check", "a.yaml")
    assert result.returncode == 2
    _, line, caret, *_ = result.stderr.splitlines()
    assert line[caret.index("^")] == "q"


@pytest.mark.parametrize("text", ["1/3", "0.5", "1e-3", "-.5"])
def test_a_number_as_a_text_is_a_number(text: str) -> None:
    scalar = {"kind": "rnn-step", "x": [1], "W_x": [[1]], "W_h": [[1]], "activation": "identity"}
    check = only(scalar, "h", text)
    assert isinstance(check.expected, np.ndarray)


@pytest.mark.parametrize("text", ["O.6", "o.6", "l.0", "1.2.3", "abc", "NaN", "yes"])
def test_a_mistyped_number_is_no_formula(text: str) -> None:
    checks, (fault,) = mark(LSTM, {"c": text})
    assert checks == ()
    assert fault.message.startswith("expected a number, found ")


class Abc:
    """The names a, b, ab and bc."""

    def known(self) -> list[str]:
        return ["a", "ab", "b", "bc", "c"]

    def meanings(self, name: str, joined: bool) -> list[Expr]:
        return [Quantity(name, np.array(1.0), given=True)] if name in self.known() else []


def test_what_can_be_read_in_two_ways_shows_both() -> None:
    assert len(readings("ab c", Abc(), "column")) == 1
    with pytest.raises(FormulaError, match="one meaning, found 'abc'") as caught:
        readings("abc", Abc(), "column")
    assert caught.value.hint == "it can be read as a * bc or as ab * c; write the *"


def test_every_format_shows_a_formula_as_it_was_written() -> None:
    text = r"\sigma(W_{xf} x_t + W_{hf} h_{t-1} + b_f) < 1"
    asked = problem({**LSTM, "title": "T", "claimed": {"h": r"o_t + \tanh(c_t)"}})
    solution = asked.solve()
    checks, _ = Marker(solution).mark(asked.claimed)
    checks = (checks[0], checks[0]._replace(claimed=text))
    pages = {
        name: render([solution._replace(checks=checks)], name, View(width=200)) for name in FORMATS
    }
    assert text in pages["table"]
    assert html.escape(text) in pages["html"]
    assert r"o\_t + \\tanh(c\_t)" in pages["markdown"]
    assert r"o\_t + \textbackslash{}tanh(c\_t)" in pages["latex"]
    assert json.loads(pages["json"])["checks"][1]["claimed"] == text


def test_submissions_may_hold_formulas(lstmhw: Run, tmp_path: Path) -> None:
    lines = [
        {"name": "Ann", "claimed": {"c": "f_t c_{t-1} + i_t g_t", "h": "o*tanh(c)"}},
        {"name": "Ben", "claimed": {"c": "f*c + i*g", "h": "o*tanh(c)"}},
        {"name": "Cleo", "claimed": {"c": "f*k", "h": "o+tanh(c)"}},
    ]
    asked = {**LSTM, "claimed": {"c_t": "f_t c_{t-1} + i_t g_t", "h": "o*tanh(c)"}}
    (tmp_path / "a.yaml").write_text(json.dumps(asked))
    (tmp_path / "class.ndjson").write_text("\n".join(map(json.dumps, lines)))
    result = lstmhw("grade", "a.yaml", "class.ndjson")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["score"], row["mistake"]) for row in rows] == [
        ("2", ""),
        ("1", "another-step"),
        ("0", "plus-for-times"),
    ]
    assert "found 'k'" in rows[2]["error"]


# Random formulas, whose values are known from trees of our own.


@cache
def marker(world: str) -> Marker:
    return Marker(problem(dict(WORLDS[world].data)).solve())


def verdict(world: str, name: str, node: Node, rng: Random) -> tuple[str, str]:
    """A tree as somebody may write it, and the verdict on it; "long" where it is too long."""
    text = Speller(WORLDS[world], rng).text(node)
    if len(text) > LONGEST:
        return text, "long"
    (check,), faults = marker(world).mark({name: text})
    assert not faults, text
    return text, check.verdict


LINES = [(key, name) for key, world in WORLDS.items() for name in world.lines]


@given(line=st.sampled_from(LINES), rng=st.randoms(use_true_random=False))
@examples(20, 150)
def test_rewritings_of_the_line_are_right(line: tuple[str, str], rng: Random) -> None:
    world = WORLDS[line[0]]
    node = rewritten(world.lines[line[1]], world.lines, rng)
    assert off(world, line[1], node) < 1e-9
    text, found = verdict(*line, node, rng)
    assert found in ("right", "long"), text


@given(line=st.sampled_from(LINES), rng=st.randoms(use_true_random=False))
@examples(20, 150)
def test_single_changes_are_right_only_where_no_value_changes(
    line: tuple[str, str], rng: Random
) -> None:
    world = WORLDS[line[0]]
    node = edited(rewritten(world.lines[line[1]], world.lines, rng), world.pool, rng)
    distance = off(world, line[1], node)
    assume(names_of(node))  # what has none is a number
    assume(distance < 1e-9 or distance > 1e-3)
    text, found = verdict(*line, node, rng)
    assert found in ("long", "right" if distance < 1e-9 else "wrong"), text


NAMES = {name: Quantity(name, np.array(0.0), given=True) for name in "abc"}


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> Expr:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        leaves = [*NAMES.values(), Constant(2.0), Constant(0.5)]
        return draw(st.sampled_from(leaves))
    parts = [draw(expressions(depth - 1)), draw(expressions(depth - 1))]
    kind = draw(st.sampled_from((Sum, Times, Divide, Negative, Power, Apply)))
    if kind is Negative:
        return Negative(parts[0])
    if kind is Power:
        return Power(parts[0], Constant(draw(st.integers(1, 2))))
    if kind is Apply:
        return Apply(draw(st.sampled_from((sigmoid, tanh))), parts[0])
    binary: Expr = kind(*parts)
    return binary


@given(left=expressions(), right=expressions(), seed=st.integers(0, 100))
def test_what_algebra_calls_the_same_has_the_same_value(left: Expr, right: Expr, seed: int) -> None:
    """The sum of products of left + right, written the other way about, and of another one."""
    known = dict(zip(NAMES, np.random.default_rng(seed).uniform(0.5, 2, 3).tolist(), strict=True))

    def number(expr: Expr) -> float:
        with np.errstate(all="ignore"):
            return float(expr.evaluated(lambda quantity: np.float64(known[quantity.symbol])))

    try:
        same = expanded(left, {}) == expanded(right, {})
        assert expanded(Sum(left, right), {}) == expanded(Sum(right, left), {})
        assert expanded(Times(left, right), {}) == expanded(Times(right, left), {})
    except (UndecidedError, ZeroDivisionError):
        assume(False)
    values_of = number(left), number(right)
    assume(all(map(np.isfinite, values_of)))
    if same:
        assert values_of[0] == pytest.approx(values_of[1], rel=1e-6, abs=1e-6)
