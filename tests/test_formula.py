"""Formulas in problem files: what they mean, how they are written, and what is refused."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from lstmhw.expr import Constant, Expr, Quantity
from lstmhw.formula import FormulaError, fitted, parsed, substituted
from lstmhw.notation import Latex, Text, write

VALUES = {
    "W_x": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    "W_h": np.array([[1.0, -2.0], [0.5, 4.0]]),
    "b_x": np.array([0.5, -1.5]),
    "b_h": np.array([2.0, 0.25]),
    "c_0": np.array(0.5),
}
NAMES: dict[str, Expr] = {name: Quantity(name, value, given=True) for name, value in VALUES.items()}
PYTHON = {"tanh": np.tanh, "exp": np.exp, "log": np.log, "arctanh": np.arctanh}


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("W_x", VALUES["W_x"], "W_x"),
        ("W_h / tanh(1)", VALUES["W_h"] / math.tanh(1), "W_h/tanh(1)"),
        ("b_x+b_h", VALUES["b_x"] + VALUES["b_h"], "b_x + b_h"),
        ("b_x - b_h - 1", VALUES["b_x"] - VALUES["b_h"] - 1, "b_x - b_h - 1"),
        ("b_x - (b_h - 1)", VALUES["b_x"] - VALUES["b_h"] + 1, "b_x - (b_h - 1)"),
        ("(b_x + 1) / 2", (VALUES["b_x"] + 1) / 2, "(b_x + 1)/2"),
        ("W_h / b_x", VALUES["W_h"] / VALUES["b_x"], "W_h/b_x"),  # column by column
        ("2 * -b_x", -2 * VALUES["b_x"], "2*(-b_x)"),
        ("--b_x", VALUES["b_x"], "b_x"),
        ("8 / 4 / 2", 1.0, "8/4/2"),
        ("8 / (4 / 2)", 4.0, "8/(4/2)"),
        ("1/3", 1 / 3, "1/3"),
        ("1e-3 + .5", 0.501, "0.001 + 0.5"),
        ("-.inf", -math.inf, "-inf"),
        ("sigmoid(0) * arctanh(tanh(c_0))", 0.25, "sigmoid(0)*arctanh(tanh(c_0))"),
        ("log(exp(2))", 2.0, "log(exp(2))"),
    ],
)
def test_a_formula_has_its_value_and_is_written_as_it_is_meant(
    text: str, value: float, written: str
) -> None:
    expr = parsed(text, NAMES)
    np.testing.assert_allclose(expr.value, value, rtol=1e-15)
    assert write(expr, Text()) == written
    np.testing.assert_array_equal(parsed(written.replace("inf", ".inf"), NAMES).value, expr.value)


def test_formulas_have_a_latex() -> None:
    assert write(parsed("W_h / tanh(1)", NAMES), Latex()) == r"\frac{W_{h}}{\tanh(1)}"


REFUSED = {
    "unknown name": ("W_hh / 2", "found 'W_hh'", "did you mean 'W_h'?"),
    "unknown function": ("tan(1)", "found 'tan'", "did you mean 'tanh'?"),
    "far from all": ("zzzz", "found 'zzzz'", "the names here are W_x"),
    "infinity": ("-inf", "found 'inf'", ".inf"),
    "function alone": ("tanh 1", "expected a parenthesis, found '1'", "tanh(...)"),
    "shapes": ("W_x + W_h", "on both sides of +, found 2 x 3 and 2 x 2", ""),
    "matrix and vector": ("W_h + b_x", "on both sides of +, found 2 x 2 and 2", ""),
    "vector and matrix": ("b_x * W_h", "found 2 and 2 x 2", ""),
    "open": ("(1 + 2", "expected a closing parenthesis, found the end", ""),
    "closed": ("1)", "expected an operator (+ - * /) or the end, found ')'", ""),
    "half": ("1 +", "expected a number, a name or a parenthesis, found the end", ""),
    "nothing": ("", "found the end", ""),
    "side by side": ("2 b_x", "found 'b_x'", ""),
    "power": ("b_x ^ 2", "found '^'", "no powers"),
    "starred": ("b_x ** 2", "found '*'", ""),
    "matrix product": ("W_h @ b_x", "found '@'", "entry by entry"),
    "typeset minus": ("1 \u2212 2", "found '\u2212'", "from the keyboard"),
    "attribute": ("W_h.T", "found '.'", ""),
    "call": ("__import__", "found '_'", ""),
    "other digits": ("\u0661", "found", ""),
    "overflow": ("1e999", "overflows", ""),
    "long": ("1+" * 100 + "1", "at most 200 characters, found 201", ""),
    "deep": ("(" * 60 + "1", "at most 20 parentheses", ""),
}


@pytest.mark.parametrize(("text", "message", "hint"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_formula_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(FormulaError) as error:
        parsed(text, NAMES)
    assert message in str(error.value)
    assert hint in error.value.hint


def test_values_fit_a_shape() -> None:
    assert fitted(parsed("c_0", NAMES), (3,)).tolist() == [0.5, 0.5, 0.5]
    assert fitted(parsed(".inf", NAMES), (2,)).tolist() == [math.inf, math.inf]
    assert fitted(parsed("0", NAMES), (1, 2)).tolist() == [[0, 0]]
    assert fitted(parsed("3", NAMES), (1, 1)).tolist() == [[3]]


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("W_x", (2, 2), "expected a matrix of shape 2 x 2, found 2 x 3"),
        ("b_x", (3,), "expected a vector of shape 3, found 2"),
        ("2", (2, 2), "expected a matrix of shape 2 x 2, found a single number"),
        ("W_h * .inf", (2, 2), "expected finite numbers"),
        (".inf - .inf", (2,), "not defined"),
        ("arctanh(2)", (2,), "not defined"),
        ("exp(1000)", (2,), "overflows"),
        ("1 / 0", (2,), "overflows"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    text: str, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(FormulaError, match=message):
        fitted(parsed(text, NAMES), shape)


def test_a_name_can_be_replaced() -> None:
    changed = substituted(parsed("(b_x + c_0) / tanh(c_0)", NAMES), "c_0", Constant(2))
    assert write(changed, Text()) == "(b_x + 2)/tanh(2)"


MARKS = "+ - * / ( ) , . ^ 1 2.5 .inf W_h b_x c_0 tanh log sigmoid( )"
marks = st.sampled_from(MARKS.split())


@given(st.lists(marks, max_size=60).map(" ".join) | st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    with contextlib.suppress(FormulaError):
        expr = parsed(text, NAMES)
        assert write(expr, Text())
        assert fitted(expr, (2,)).shape == (2,)


@pytest.mark.parametrize("mark", ["1*", "1/", "1-", "-", "1+1*"])
def test_the_longest_formulas_are_computed_and_written(mark: str) -> None:
    text = (mark * 200)[: 200 - 200 % len(mark) - len(mark)] + "1"
    expr = parsed(text, NAMES)
    assert np.isfinite(expr.value)
    assert write(expr, Text())


operators = st.sampled_from(["+", "-", "*", "/"])
leaves = st.sampled_from(["1.5", "2", "c_0", "b_x", "b_h"])
formulas = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(inner, operators, inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda part: f"tanh({part})")
        | inner.map(lambda part: f"-{part}")
    ),
    max_leaves=6,
)


@given(formulas)
def test_formulas_have_the_value_that_python_gives_them(text: str) -> None:
    with np.errstate(all="ignore"):
        try:
            expected = eval(text, {}, {**VALUES, **PYTHON})
        except ZeroDivisionError:  # of Python's own floats
            reject()
        expr = parsed(text, NAMES)
        np.testing.assert_allclose(expr.value, expected, rtol=1e-13, atol=1e-13)
        again = parsed(write(expr, Text(), 15), NAMES)
        np.testing.assert_allclose(again.value, expected, rtol=1e-9, atol=1e-9)
