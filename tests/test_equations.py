"""`equations`: the page run over names, in every convention and format."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from conftest import Run, solved

from lstmhw.cli import EQUATIONS as NAMES
from lstmhw.cli import cli
from lstmhw.equations import ALTERNATIVES, CHOICES, EQUATIONS, FRAMEWORKS, OF_GRU, equations
from lstmhw.render import FORMATS, render
from lstmhw.solution import Solution, Step, Working
from lstmhw.view import View


def steps(solution: Solution) -> Sequence[Step]:
    (working,) = solution.sections[0].body
    assert isinstance(working, Working)
    return working.steps


def formulas(name: str, *words: str) -> dict[str, str]:
    content = json.loads(render([equations(name, words)], "json", View()))
    return {step["symbol"]: step["formula"] for step in content["steps"]}


def test_an_lstm() -> None:
    found = formulas("lstm")
    assert " ".join(found) == "z_i_t i_t z_f_t f_t z_g_t g_t z_o_t o_t c_t h_t"
    assert found["z_f_t"] == "W_x_f x_t + W_h_f h_(t-1) + b_f"
    assert found["g_t"] == "tanh(z_g_t)"
    assert found["c_t"] == "f_t*c_(t-1) + i_t*g_t"
    assert found["h_t"] == "o_t*tanh(c_t)"


@pytest.mark.parametrize(
    ("words", "a_n", "h"),
    [
        ((), "W_x_n x_t + W_h_n (r_t*h_(t-1)) + b_n", "z_t*h_(t-1) + (1 - z_t)*n_t"),
        (
            ("row", "new"),
            "x_t W_x_n + (r_t*h_(t-1)) W_h_n + b_n",
            "(1 - z_t)*h_(t-1) + z_t*n_t",
        ),
        (("concat-hx",), "W_n [r_t*h_(t-1); x_t] + b_n", "z_t*h_(t-1) + (1 - z_t)*n_t"),
        (
            ("pytorch",),
            "W_x_n x_t + b_x_n + r_t*(W_h_n h_(t-1) + b_h_n)",
            "z_t*h_(t-1) + (1 - z_t)*n_t",
        ),
        (
            ("after", "concat-xh"),
            "W_x_n x_t + b_n + r_t*(W_h_n h_(t-1))",
            "z_t*h_(t-1) + (1 - z_t)*n_t",
        ),
    ],
)
def test_a_gru_in_its_conventions(words: tuple[str, ...], a_n: str, h: str) -> None:
    found = formulas("gru", *words)
    assert found["a_n_t"] == a_n
    assert found["h_t"] == h


@pytest.mark.parametrize(
    ("words", "formula"),
    [
        ((), "W_x x_t + W_h h_(t-1) + b"),
        (("two-bias",), "W_x x_t + W_h h_(t-1) + b_x + b_h"),
        (("no-bias", "row"), "x_t W_x + h_(t-1) W_h"),
        (("concat-xh", "row"), "[x_t, h_(t-1)] W + b"),
        (("concat-hx",), "W [h_(t-1); x_t] + b"),
        (("pytorch",), "W_x x_t + W_h h_(t-1) + b_x + b_h"),
        (("keras",), "x_t W_x + h_(t-1) W_h + b"),
        (("keras", "column"), "W_x x_t + W_h h_(t-1) + b"),
    ],
)
def test_an_rnn_in_its_conventions(words: tuple[str, ...], formula: str) -> None:
    assert formulas("rnn", *words) == {"a_t": formula, "h_t": "tanh(a_t)"}


@pytest.mark.parametrize("words", itertools.product(*ALTERNATIVES[:-OF_GRU]), ids=" ".join)
@pytest.mark.parametrize("name", EQUATIONS)
def test_every_symbol_is_explained(name: str, words: tuple[str, ...]) -> None:
    solution = equations(name, words)
    explained = {row["symbol"] for row in solution.extras["symbols"]}
    assert all(row["shape"] and row["meaning"] for row in solution.extras["symbols"])
    gates = tuple(f"_{letter}" for letter in "ifgorzn")
    for step in steps(solution):
        assert step.symbol in explained
        for leaf in step.expr.leaves():
            written = leaf.symbol.replace("t-1", "(t-1)")
            assert {written, written.removesuffix("_" + written[-1])} & explained
            assert written in explained or written.endswith(gates)


def test_shapes_are_those_of_the_orientation() -> None:
    def shapes(*words: str) -> dict[str, str]:
        rows = equations("lstm", words).extras["symbols"]
        return {row["symbol"]: row["shape"] for row in rows}

    assert shapes()["W_x"] == "(m, n)"
    assert shapes("row")["W_x"] == "(n, m)"
    assert shapes("row", "concat-hx")["W"] == "(m + n, m)"
    assert shapes()["x_t"] == "(n,)"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", EQUATIONS)
def test_every_format_has_them(name: str, format: str) -> None:
    text = render([equations(name)], format, View())
    assert "hidden state" in text
    assert "unit" not in text.replace("m units", "")


def test_latex_has_one_environment_to_copy() -> None:
    text = render([equations("gru")], "latex", View())
    assert text.count(r"\begin{align*}") == 1
    assert r"h_{t} &= z_{t} \cdot h_{t-1} + (1 - z_{t}) \cdot n_{t} && \text{hidden state}" in text


def test_mathml_has_the_step_before_as_a_difference() -> None:
    text = render([equations("rnn")], "html", View())
    assert "<msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>" in text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "rnn",
            {"kind": "rnn-step", "x": [1, 2], "W_x": np.ones((1, 2)), "W_h": [[2]], "b": [1]},
        ),
        (
            "lstm",
            {
                "kind": "lstm-step",
                "x": [1],
                "gates": {g: {"W_x": [[1]], "W_h": [[1]], "b": [1]} for g in "ifgo"},
            },
        ),
    ],
)
def test_they_are_the_equations_that_a_step_is_worked_with(name: str, data: dict[str, Any]) -> None:
    data = json.loads(json.dumps(data, default=lambda array: array.tolist()))
    content = json.loads(render([solved(data)], "json", View()))
    worked = {step["symbol"]: step["formula"] for step in content["steps"]}
    for symbol, formula in formulas(name).items():
        numbered = formula.replace("(t-1)", "0").replace("_t", "_1")
        assert worked[symbol.replace("_t", "_1")] == numbered


def test_the_front_door_knows_the_names_and_the_words() -> None:
    assert tuple(EQUATIONS) == NAMES
    text = cli.commands["equations"].help or ""
    assert {*itertools.chain(*ALTERNATIVES)} == set(CHOICES)
    for word in (*CHOICES, *FRAMEWORKS):
        assert word in text


def test_the_command(lstmhw: Run) -> None:
    result = lstmhw("equations", "gru", "--convention", "keep,after", "--convention", "row")
    assert result.returncode == 0
    assert "a_n_t = x_t W_x_n + b_n + r_t*(h_(t-1) W_h_n)" in result.stdout
    assert "after: the reset comes after" in result.stdout
    written = lstmhw("equations", "rnn", "--format", "html", "-o", "rnn.html")
    assert (written.returncode, written.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lstn",), "'lstn' is not one of"),
        (("lstm", "--convention", "keep"), "'keep' is no convention of lstm"),
        (("gru", "--convention", "keeep"), "did you mean 'keep'?"),
        (("gru", "--convention", "row,column"), "expected one of row and column, found both"),
        (("gru", "--convention", "keras,pytorch"), "found both"),
        (("gru", "--convention", ""), "'' is no convention of gru"),
    ],
)
def test_words_that_are_refused(arguments: tuple[str, ...], message: str, lstmhw: Run) -> None:
    result = lstmhw("equations", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
