"""Expressions: the value, the formula and the numbers of a line are one object."""

import math
from typing import Any

import numpy as np
import pytest
from conftest import solved
from hypothesis import given
from hypothesis import strategies as st
from test_cells import cell_data, concatenated, separate, transposed

from lstmhw.expr import Concat, Constant, Expr, Missing, Quantity, Transposed, sum_of
from lstmhw.faults import Fault
from lstmhw.functions import relu, sigmoid, softmax, tanh
from lstmhw.notation import (
    Latex,
    MathML,
    Text,
    as_given,
    decimal,
    equation,
    symbol,
    write,
    write_terms,
)
from lstmhw.solution import Solution, Working
from lstmhw.view import Row, View, rows, shortened


def quantity(name: str, *numbers: Any, given: bool = True) -> Quantity:
    return Quantity(name, np.array(numbers, dtype=float), given=given)


W = quantity("W_g", [0, 4, -2], [1, 2, 3])
h, x, b = quantity("h_1", 0.25), quantity("x_2", 2, -1), quantity("b_g", 1, 0)


def steps(solution: Solution) -> list[Any]:
    found = [
        step
        for section in solution.sections
        for block in section.body
        if isinstance(block, Working)
        for step in block.steps
    ]
    assert found
    return found


def evaluated(text: str) -> float:
    """A substituted formula computed by Python itself."""
    names = {
        "exp": math.exp,
        "tanh": math.tanh,
        "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
        "relu": lambda z: max(z, 0.0),
    }
    return float(eval(text, {"__builtins__": {}}, names))


@pytest.mark.parametrize(
    ("expr", "text", "latex"),
    [
        (W.times(Concat(h, x)) + b, "W_g [h_1; x_2] + b_g", r"W_{g} \, [h_{1}; x_{2}] + b_{g}"),
        (Concat(h, x) @ W, "[h_1, x_2] W_g", r"[h_{1}, x_{2}] \, W_{g}"),
        ((1 - x) * x, "(1 - x_2)*x_2", r"(1 - x_{2}) \cdot x_{2}"),
        (x - (b - h), "x_2 - (b_g - h_1)", r"x_{2} - (b_{g} - h_{1})"),
        (tanh(x) * b, "tanh(x_2)*b_g", r"\tanh(x_{2}) \cdot b_{g}"),
        (x / (b * b), "x_2/(b_g*b_g)", r"\frac{x_{2}}{b_{g} \cdot b_{g}}"),
        (-(x * b), "-x_2*b_g", r"-x_{2} \cdot b_{g}"),
        (x * -b, "x_2*(-b_g)", r"x_{2} \cdot (-b_{g})"),
        (W.times(x * b), "W_g (x_2*b_g)", r"W_{g} \, (x_{2} \cdot b_{g})"),
        (b * W.times(x), "b_g*(W_g x_2)", r"b_{g} \cdot (W_{g} \, x_{2})"),
        (b + W.times(x), "b_g + W_g x_2", r"b_{g} + W_{g} \, x_{2}"),
    ],
)
def test_formulas_are_written_with_the_parentheses_they_need(
    expr: Expr, text: str, latex: str
) -> None:
    assert write(expr, Text()) == text
    assert write(expr, Latex()) == latex


def test_an_element_is_the_formula_with_numbers() -> None:
    element = (W.times(Concat(h, x)) + b).element(0)
    assert write(element, Text()) == "0*0.25 + 4*2 - 2*(-1) + 1"
    assert write(shortened(element), Text()) == "4*2 - 2*(-1) + 1"
    assert write(softmax(x).element(1), Text()) == "exp(-1)/(exp(2) + exp(-1))"


@pytest.mark.parametrize("orientation", ["column", "row"])
@given(data=cell_data("ifgo"))
def test_substituted_numbers_give_the_value_of_their_line(
    orientation: str, data: dict[str, Any]
) -> None:
    problem = {"kind": "lstm-step", "xs": data["xs"], "h_prev": data["h"], "c_prev": data["c"]}
    stand = transposed if orientation == "row" else dict
    for gates in (
        {"gates": stand(separate(data["gates"]))},
        {"gates": stand(concatenated(data["gates"], ["h", "x"])), "concat": ["h", "x"]},
    ):
        for step in steps(solved({**problem, **gates, "orientation": orientation})):
            for unit in range(step.value.size):
                element = step.expr.element(unit)
                assert element.value == pytest.approx(step.value[unit], abs=1e-12)
                for written in (element, shortened(element)):
                    numbers = evaluated(write(written, Text(), 15))
                    assert numbers == pytest.approx(step.value[unit], abs=1e-9)


@given(cell_data("rzn"), st.sampled_from(["before", "after"]), st.sampled_from(["softmax", "relu"]))
def test_substituted_numbers_of_a_gru_too(data: dict[str, Any], reset: str, candidate: str) -> None:
    problem = {"kind": "gru-step", "xs": data["xs"], "h_prev": data["h"], "update": "keep"}
    problem |= {"reset": reset, "gates": separate(data["gates"])}
    problem["activations"] = {"candidate": candidate}
    for step in steps(solved(problem)):
        for unit in range(step.value.size):
            text = write(step.expr.element(unit), Text(), 15)
            assert evaluated(text) == pytest.approx(step.value[unit], abs=1e-9)


def test_what_is_computed_from_something_missing_is_missing() -> None:
    missing = Missing(Fault(("gates", "o"), "no output gate"))
    for expr in (
        x * missing,
        missing + 1,
        sigmoid(missing),
        W.times(missing),
        1 - missing,
        -missing,
    ):
        assert isinstance(expr, Missing)
        assert expr.faults == missing.faults
    other = Missing(Fault(("gates", "f"), "no forget gate"))
    both = x * missing + other * missing
    assert isinstance(both, Missing)
    assert both.faults == missing.faults + other.faults


def test_an_array_needs_a_name_and_what_is_missing_is_not_written() -> None:
    with pytest.raises(TypeError, match="Quantity"):
        x + np.array([1.0])
    with pytest.raises(TypeError, match="Missing"):
        write(Missing(), Text())


def test_a_scalar_quantity_times_a_vector() -> None:
    rate = Quantity("rate", np.array(0.5), given=True)
    assert write((rate * x).element(1), Text()) == "0.5*(-1)"


def test_every_node_can_be_rebuilt_over_other_parts() -> None:
    for expr in (x + b, x * b, x / b, -x, W.times(Concat(h, x)), Concat(h, x) @ W, tanh(x)):
        same = expr.rebuilt(*expr.parts)
        assert write(same, Text()) == write(expr, Text())
        assert type(same) is type(expr)


def test_concat_dispatches_on_any_part() -> None:
    from lstmhw.functions import concat

    assert write(concat([1, x]), Text()) == "[1; x_2]"


@pytest.mark.parametrize(
    ("activation", "weight", "shown"),
    [
        ("tanh", 20, "1.0000 (1 - 8.5e-18)"),
        ("tanh", -20, "-1.0000 (-1 + 8.5e-18)"),
        ("tanh", 2, "0.9640"),
        ("sigmoid", 50, "1.0000 (1 - 1.9e-22)"),
        ("sigmoid", -20, "2.061e-09"),
    ],
)
def test_saturation_is_said_and_only_where_it_hides(
    activation: str, weight: float, shown: str
) -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": weight, "W_h": 0, "activation": activation}
    (row,) = rows(steps(solved(data))[1], View())
    assert isinstance(row, Row)
    assert row.value == shown


@pytest.mark.parametrize(
    ("value", "shown", "given_as"),
    [
        (0.5, "0.5000", "0.5"),
        (2, "2.0000", "2"),
        (1 / 3, "0.3333", "0.3333"),
        (-0.00001, "-1.000e-05", "-1e-05"),
        (0, "0.0000", "0"),
        (-0.0, "0.0000", "0"),
        (2.5e9, "2.5000e+09", "2500000000"),
        (5.67e-11, "5.670e-11", "5.67e-11"),
        (1234567.891, "1234567.8910", "1234567.891"),
        (0.00061, "0.0006100", "0.0006100"),
        (0.12345, "0.1235", "0.1235"),
        (0.012345, "0.01235", "0.01235"),
        (-2.00005, "-2.0001", "-2.0001"),
        (0.09999996, "0.1000", "0.1000"),
        (1e22, "1.0000e+22", "1e+22"),
        (float("inf"), "inf", "inf"),
    ],
)
def test_numbers_are_shown_to_so_many_decimals(value: float, shown: str, given_as: str) -> None:
    assert decimal(value, 4) == shown
    assert as_given(value, 4) == given_as


def test_few_decimals_do_not_misstate_a_number() -> None:
    assert [decimal(v, 0) for v in (1.147, 0.272, 0.997, 12.3)] == ["1.15", "0.272", "1", "12"]
    assert decimal(0.0149, 2) == "0.0149"
    assert decimal(0.00064, 4) == "0.0006400"


def test_symbols_in_each_notation() -> None:
    assert symbol("z_f_1", Text()) == "z_f_1"
    assert symbol("z_f_1", Latex()) == "z_{f,1}"
    assert symbol("tanh_c_1", Latex()) == r"\tanh(c_{1})"
    assert symbol("c_10", MathML()) == "<msub><mi>c</mi><mrow><mn>10</mn></mrow></msub>"
    assert equation("tanh_c_2", tanh(quantity("c_2", 1)), Latex()) == r"\tanh(c_{2})"
    assert equation("g_2", tanh(quantity("z_g_2", 1)), Text()) == "g_2 = tanh(z_g_2)"
    assert Latex().number("4.3e-11") == r"4.3 \cdot 10^{-11}"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("dW_x_f", r"\frac{\partial L}{\partial W_{x,f}}"),
        ("dz_o_2", r"\frac{\partial L}{\partial z_{o,2}}"),
        ("dh_(t-1)", r"\frac{\partial L}{\partial h_{t-1}}"),
        ("dalpha_1", r"\frac{\partial L}{\partial \alpha_{1}}"),
        ("dh_1@2rev", r"\frac{\partial L}{\partial {\overleftarrow{h_{1}}^{(2)}}}"),
        ("dh", r"\mathrm{dh}"),  # what arrives from outside
        ("d_k", "d_{k}"),
        ("due_1", r"\mathrm{due}_{1}"),
    ],
)
def test_a_gradient_is_a_derivative_of_the_loss_in_print(name: str, latex: str) -> None:
    assert symbol(name, Latex()) == latex
    assert symbol(name, Text()) == name
    assert ("∂" in symbol(name, MathML())) == (r"\partial" in latex)


def test_a_gradient_is_transposed_and_squared_as_a_whole() -> None:
    gradient = Quantity("dz_1", np.ones(2), given=False)
    bar = r"\frac{\partial L}{\partial z_{1}}"
    assert write(Transposed(gradient), Latex()) == rf"\left({bar}\right)^{{T}}"
    assert write(gradient**2, Latex()) == rf"\left({bar}\right)^{{2}}"
    assert write(Transposed(gradient), Text()) == "dz_1^T"
    weights = quantity("W", [1, 2])
    assert write(weights.times(gradient), Latex()) == rf"W \, {bar}"


def test_a_long_fraction_in_pieces_is_the_same_number() -> None:
    above = sum_of([Constant(0.125) * Constant(float(k)) for k in range(1, 5)])
    below = Constant(3.0) + Constant(-0.0625) * Constant(2.0)
    for expr in (above / below, (-above) / below, Constant(2.0) * (above / below)):
        pieces = write_terms(expr, Text(), 6)
        assert eval(" ".join(pieces)) == pytest.approx(expr.value)
        assert len(write_terms(expr, MathML(), 6)) == len(pieces)
    assert len(write_terms(above / below, Text())) == 5
    assert len(write_terms(Constant(1.0) / below, Text())) == 1


def test_long_sums_lose_their_middle_and_say_so() -> None:
    wide = quantity("W", [float(k) for k in range(1, 31)])
    element = wide.times(quantity("x", *range(1, 31))).element(0)
    assert "(22 more terms)" in write(shortened(element), Text())
    assert element.value == sum(k * k for k in range(1, 31))


def test_of_sums_of_zeros_one_is_left_and_relu_is_not_hidden() -> None:
    zero = quantity("W", [0, 0]).times(quantity("x", 1, 2)).element(0)
    assert write(shortened(zero), Text()) == "0*1"
    assert write(shortened(relu(Constant(-3.0))), Text()) == "relu(-3)"


def test_a_power_of_a_number_with_a_power_of_ten_has_parentheses() -> None:
    square = Constant(3.69e-5, rounded=True) ** 2
    assert write(square, Latex()) == r"(3.690 \cdot 10^{-5})^{2}"
    assert write(Constant(0.5) ** 2, Latex()) == "0.5^{2}"
    assert write(Constant(-3e-5, rounded=True) ** 2, Text()) == "(-3.000e-05)^2"
