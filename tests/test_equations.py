"""`equations`: the page run over names, in every convention and format."""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import Run, at_length, solved
from test_cells import close

from lstmhw.cells.gru import CHOICES as OF_GRU
from lstmhw.cells.lstm import OPTIONS as OF_LSTM
from lstmhw.cli.equations import NAMES
from lstmhw.cli.equations import equations as command
from lstmhw.equations import ALTERNATIVES, AROUND, CHOICES, FRAMEWORKS, equations, names
from lstmhw.expr import Expr, Quantity
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


def test_an_lstm_with_peepholes() -> None:
    found = formulas("lstm", "peephole")
    assert " ".join(found) == "z_i_t i_t z_f_t f_t z_g_t g_t c_t z_o_t o_t h_t"
    assert found["z_f_t"] == "W_x_f x_t + W_h_f h_(t-1) + b_f + p_f*c_(t-1)"
    assert found["z_g_t"] == "W_x_g x_t + W_h_g h_(t-1) + b_g"
    assert found["z_o_t"] == "W_x_o x_t + W_h_o h_(t-1) + b_o + p_o*c_t"
    back = formulas("lstm-gradient", "peephole")
    assert back["dp_f"] == "dz_f_t*c_(t-1)"
    assert back["dp_o"] == "dz_o_t*c_t"
    assert back["dc_(t-1)"] == "dz_i_t*p_i + dz_f_t*p_f + dc_t*f_t"
    later = "dz_i_(t+1)*p_i + dz_f_(t+1)*p_f + dc_(t+1)*f_(t+1)"
    assert back["dc_t"] == f"dz_o_t*p_o + dh_t*o_t*(1 - tanh(c_t)^2) + {later}"


def test_an_lstm_whose_input_gate_is_coupled() -> None:
    found = formulas("lstm", "coupled", "forget-bias", "no-bias")
    assert " ".join(found) == "z_f_t f_t i_t z_g_t g_t z_o_t o_t c_t h_t"
    assert found["i_t"] == "1 - f_t"
    assert found["z_f_t"] == "W_x_f x_t + W_h_f h_(t-1) + 1"
    back = formulas("lstm-gradient", "coupled", "peephole")
    assert back["df_t"] == "-di_t + dc_t*c_(t-1)"
    assert not {"dz_i_t", "dW_x_i", "db_i", "dp_i"} & set(back)


CONVENTIONS = list(itertools.product(*ALTERNATIVES))
GRU_CHOICES: list[tuple[str, ...]] = list(itertools.product(("keep", "new"), ("before", "after")))
LSTM_OPTIONS = [
    words
    for count in range(len(OF_LSTM) + 1)
    for words in itertools.combinations([option.word for option in OF_LSTM], count)
]


def own_words(name: str) -> list[tuple[str, ...]]:
    """What may stand beside one of each of ALTERNATIVES."""
    known: dict[str, list[tuple[str, ...]]] = {"lstm": LSTM_OPTIONS, "gru": GRU_CHOICES}
    return known.get(name.partition("-")[0], [()])


NAMED = [
    (name, (*words, *own)) for name in NAMES for words in CONVENTIONS for own in own_words(name)
]


def thinned(cases: Iterable[tuple[str, tuple[str, ...]]]) -> list[Any]:
    """All cases, those at length only whose words stood in pairs beside each other before."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for name, words in cases:
        pairs = {(name, *pair) for pair in itertools.combinations(words, 2)}
        found.append(at_length(name, words) if pairs <= seen else (name, words))
        seen |= pairs
    return found


@pytest.mark.parametrize(("name", "words"), thinned(NAMED), ids=str)
def test_every_symbol_is_explained(name: str, words: tuple[str, ...]) -> None:
    solution = equations(name, words)
    explained = {row["symbol"] for row in solution.extras["symbols"]}
    assert all(row["shape"] and row["meaning"] for row in solution.extras["symbols"])
    assert solution.extras["conventions"] == list(words)
    gates = tuple(f"_{letter}" for letter in "ifgorzn")
    for step in steps(solution):
        for name in (step.symbol, *(leaf.symbol for leaf in step.expr.leaves())):
            assert {name, name.removesuffix("_" + name[-1])} & explained
            assert name in explained or name.endswith(gates)


def test_shapes_are_those_of_the_orientation() -> None:
    def shapes(*words: str) -> dict[str, str]:
        rows = equations("lstm", words).extras["symbols"]
        return {row["symbol"]: row["shape"] for row in rows}

    assert shapes()["W_x"] == "(m, n)"
    assert shapes("row")["W_x"] == "(n, m)"
    assert shapes("row", "concat-hx")["W"] == "(m + n, m)"
    assert shapes()["x_t"] == "(n,)"
    assert shapes("peephole")["p_i"] == shapes("peephole", "row")["p_o"] == "(m,)"
    assert "p_i" not in shapes("peephole", "coupled")
    rows = equations("lstm-gradient", ("peephole",)).extras["symbols"]
    assert {"symbol": "dp_f", "shape": "(m,)", "meaning": GRADIENT_TO_P} in rows


GRADIENT_TO_P = "gradient to the peephole weights"


OPTED = [(name, words) for name in NAMES for words in dict.fromkeys([(), own_words(name)[-1]])]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("name", "words"), OPTED, ids=str)
def test_every_format_has_them(name: str, words: tuple[str, ...], format: str) -> None:
    text = render([equations(name, words)], format, View())
    assert "hidden state" in text
    assert ("peephole weights" in text) == ("peephole" in words)
    assert "unit" not in text.replace("m units", "")
    assert "not shown" not in text


BACKWARD = """\
Backward through one step of an LSTM
equations

Equations
  dc_t = dh_t*o_t*(1 - tanh(c_t)^2) + dc_(t+1)*f_(t+1)
    through tanh(c), and what comes from later
  do_t = dh_t*tanh(c_t)                                o multiplies tanh(c) in h
  dz_o_t = do_t*o_t*(1 - o_t)                                    through sigmoid
  dg_t = dc_t*i_t                                            g multiplies i in c
  dz_g_t = dg_t*(1 - g_t^2)                                         through tanh
  df_t = dc_t*c_(t-1)                                f multiplies the old c in c
  dz_f_t = df_t*f_t*(1 - f_t)                                    through sigmoid
  di_t = dc_t*g_t                                            i multiplies g in c
  dz_i_t = di_t*i_t*(1 - i_t)                                    through sigmoid
  dx_t = W_x_i^T dz_i_t + W_x_f^T dz_f_t + W_x_g^T dz_g_t + W_x_o^T dz_o_t
    through every W_x
  dh_(t-1) = W_h_i^T dz_i_t + W_h_f^T dz_f_t + W_h_g^T dz_g_t + W_h_o^T dz_o_t
    through every W_h
  dc_(t-1) = dc_t*f_t                                f multiplies the old c in c
  dW_i = dz_i_t [h_(t-1); x_t]^T               W multiplies h and x put together
  db_i = dz_i_t                                                  a bias is added
  dW_f = dz_f_t [h_(t-1); x_t]^T               W multiplies h and x put together
  db_f = dz_f_t                                                  a bias is added
  dW_g = dz_g_t [h_(t-1); x_t]^T               W multiplies h and x put together
  db_g = dz_g_t                                                  a bias is added
  dW_o = dz_o_t [h_(t-1); x_t]^T               W multiplies h and x put together
  db_o = dz_o_t                                                  a bias is added

Functions and products
  sigmoid(z) = 1/(1 + exp(-z)); tanh(z) = (exp(z) - exp(-z))/(exp(z) + exp(-z))
  Vectors are multiplied entry by entry, a matrix and a vector as matrices are.
  The weights and biases of a gate end in its letter.

Gradients
  dX stands for dL/dX, has the shape of X, and counts every way from X to L.
  dh_(t-1) and dc_(t-1) are what this step passes back. If there is a step
  before it, its own loss adds to dh_(t-1), and what comes through h_(t-1) to
  dc_(t-1).
  The gradients to weights and biases are added up over the steps.
  W_x and W_h of a gate are the columns of its W that meet x and h.

Conventions
  concat-hx: W multiplies state and input put together, the state first.
  column: vectors are columns: a matrix stands to their left.
  one-bias: one bias for each gate.

Symbols, for n inputs and m units
  symbol    shape   meaning
  x_t       (n,)    input
  h_(t-1)   (m,)    hidden state before the step
  c_(t-1)   (m,)    cell state before the step
  W_x       (m, n)  weights on the input
  W_h       (m, m)  weights on the state before
  dh_t      (m,)    gradient to the hidden state: from its loss and from the
                    next step
  dc_(t+1)  (m,)    gradient to the cell state of the next step; 0 if there is
                    none
  f_(t+1)   (m,)    forget gate of the next step
  symbol  shape  meaning
  i_t     (m,)   input gate: how much of g is written
  f_t     (m,)   forget gate: how much of c is kept
  g_t     (m,)   candidate: what may be written
  o_t     (m,)   output gate: how much of c is shown
  c_t     (m,)   cell state: some of the old kept, some of the new written
  symbol    shape  meaning
  dc_t      (m,)   gradient to the cell state
  do_t      (m,)   gradient to the output gate
  dz_o_t    (m,)   gradient to the pre-activation of the output gate
  dg_t      (m,)   gradient to the candidate
  dz_g_t    (m,)   gradient to the pre-activation of the candidate
  df_t      (m,)   gradient to the forget gate
  dz_f_t    (m,)   gradient to the pre-activation of the forget gate
  di_t      (m,)   gradient to the input gate
  dz_i_t    (m,)   gradient to the pre-activation of the input gate
  dx_t      (n,)   gradient to the input
  dh_(t-1)  (m,)   gradient to the hidden state before the step
  dc_(t-1)  (m,)   gradient to the cell state before the step
  symbol  shape       meaning
  dW      (m, m + n)  gradient to the weights on state and input put together
  db      (m,)        gradient to the bias
"""


def test_the_gradients_of_an_lstm_as_a_table() -> None:
    assert render([equations("lstm-gradient", ["concat-hx"])], "table", View()) == BACKWARD


Numbers = Callable[[Any], Any]
Seen = Callable[[str, Any], Any]
"""What a page sees of a quantity, by its symbol: the quantity itself, or that changed."""


class Own(NamedTuple):
    """What a page of our own is written with: exp, how arrays are made, what it sees."""

    exp: Numbers
    array: Numbers
    seen: Seen

    def sigmoid(self, z: Any) -> Any:
        return 1 / (1 + self.exp(-z))

    def tanh(self, z: Any) -> Any:
        return 2 * self.sigmoid(2 * z) - 1


Weights = dict[str, Any]


def parts_of(W: Weights, gate: str, x: Any, h: Any) -> tuple[Any, Any]:
    """W_x x + b_x and W_h h + b_h of a gate."""
    end = f"_{gate}" if gate else ""
    return W[f"W_x{end}"] @ x + W[f"b_x{end}"], W[f"W_h{end}"] @ h + W[f"b_h{end}"]


def lstm_page(own: Own, words: tuple[str, ...], W: Weights, t: str, x: Any, h: Any, c: Any) -> Any:
    def pre_activation(gate: str, c: Any) -> Any:
        z = sum(parts_of(W, gate, x, h))
        if "peephole" in words and gate != "g":
            z = z + W[f"p_{gate}"] * c
        if "forget-bias" in words and gate == "f":
            z = z + 1
        return own.seen(f"z_{gate}_{t}", z)

    f = own.seen(f"f_{t}", own.sigmoid(pre_activation("f", c)))
    i = 1 - f if "coupled" in words else own.sigmoid(pre_activation("i", c))
    i = own.seen(f"i_{t}", i)
    g = own.seen(f"g_{t}", own.tanh(pre_activation("g", c)))
    c = own.seen(f"c_{t}", f * c + i * g)
    o = own.seen(f"o_{t}", own.sigmoid(pre_activation("o", c)))
    return own.seen(f"h_{t}", o * own.tanh(c)), c


def gru_page(own: Own, words: tuple[str, ...], W: Weights, t: str, x: Any, h: Any) -> Any:
    r, z = (
        own.seen(f"{g}_{t}", own.sigmoid(own.seen(f"a_{g}_{t}", sum(parts_of(W, g, x, h)))))
        for g in "rz"
    )
    if "after" in words:
        of_x, of_h = parts_of(W, "n", x, h)
        a = of_x + r * of_h
    else:
        a = sum(parts_of(W, "n", x, r * h))
    n = own.seen(f"n_{t}", own.tanh(own.seen(f"a_n_{t}", a)))
    kept, taken = (1 - z, z) if "new" in words else (z, 1 - z)
    return (own.seen(f"h_{t}", kept * h + taken * n),)


def rnn_page(own: Own, words: tuple[str, ...], W: Weights, t: str, x: Any, h: Any) -> Any:
    return (own.seen(f"h_{t}", own.tanh(own.seen(f"a_{t}", sum(parts_of(W, "", x, h))))),)


PAGES: dict[str, tuple[Sequence[str], str, Callable[..., Any]]] = {
    "lstm": ("ifgo", "hc", lstm_page),
    "gru": ("rzn", "h", gru_page),
    "rnn": (("",), "h", rnn_page),
}


def two_steps(own: Own, name: str, words: tuple[str, ...]) -> Any:
    """The loss of a cell from t to t+1, by a page of our own."""
    draw = np.random.default_rng(0).normal
    gates, letters, page = PAGES[name]
    n, m = 3, 2
    W: Weights = {}
    for gate in gates:
        end = f"_{gate}" if gate else ""
        W |= {f"W_x{end}": own.array(draw(size=(m, n))), f"W_h{end}": own.array(draw(size=(m, m)))}
        b = draw(size=(2, m)) * {"no-bias": [[0], [0]], "one-bias": [[1], [0]]}.get(words[2], 1)
        W |= {f"b_x{end}": own.array(b[0]), f"b_h{end}": own.array(b[1])}
    if "peephole" in words:
        W |= {f"p_{gate}": own.array(draw(size=m)) for gate in "ifo"}
    states = tuple(own.seen(f"{s}_(t-1)", own.array(draw(size=m))) for s in letters)
    loss = 0
    for t in ("t", "(t+1)"):
        use = {key: own.seen(key, value) for key, value in W.items()} if t == "t" else W
        x = own.seen(f"x_{t}", own.array(draw(size=n)))
        states = page(own, words, use, t, x, *states)
        loss = loss + own.array(draw(size=m)) @ states[0]
    return loss


Known = dict[str, Any]
"""Values, and the gradients to them, by symbol."""
Judge = Callable[[str, tuple[str, ...]], Known]


@cache
def by_complex_steps(name: str, words: tuple[str, ...]) -> Known:
    values: Known = {}

    def kept(symbol: str, value: Any) -> Any:
        return values.setdefault(symbol, value)

    two_steps(Own(np.exp, np.asarray, kept), name, words)
    found = dict(values)
    for symbol, value in values.items():
        found[f"d{symbol}"] = np.zeros(np.shape(value))
        for index in np.ndindex(np.shape(value)):
            change = np.zeros(np.shape(value), dtype=complex)
            change[index] = 1e-100j

            def seen(name: str, value: Any, at: str = symbol, change: Any = change) -> Any:
                return value + change if name == at else value

            loss = two_steps(Own(np.exp, np.asarray, seen), name, words)
            found[f"d{symbol}"][index] = loss.imag / 1e-100
    return found


@cache
def by_autograd(name: str, words: tuple[str, ...]) -> Known:
    import torch

    values: Known = {}

    def seen(name: str, value: Any) -> Any:
        values[name] = value.clone() if value.requires_grad else value.clone().requires_grad_()
        return values[name]

    loss = two_steps(Own(torch.exp, torch.tensor, seen), name, words)
    gradients = torch.autograd.grad(loss, list(values.values()), materialize_grads=True)
    found = {name: value.detach().numpy() for name, value in values.items()}
    return found | {f"d{name}": dy.numpy() for name, dy in zip(values, gradients, strict=True)}


def in_convention(known: Known, name: str, weights: str, orientation: str) -> Known:
    """The same, with a gate's weights as the convention has them; a lone bias is b_x."""
    found = dict(known)
    for gate, d in itertools.product(PAGES[name][0], ("", "d")):
        end = f"_{gate}" if gate else ""
        found[f"{d}b{end}"] = known[f"{d}b_x{end}"]
        order = "xh" if weights == "concat-xh" else "hx"
        parts = [known[f"{d}W_{key}{end}"] for key in order]
        found[f"{d}W{end}"] = np.concatenate(parts, axis=1)
        for key in ("W", "W_x", "W_h") if orientation == "row" else ():
            found[f"{d}{key}{end}"] = found[f"{d}{key}{end}"].T
    return found


def evaluated(expr: Expr, known: Known) -> Any:
    if isinstance(expr, Quantity):
        return known[expr.symbol]
    return expr.compute(*(evaluated(p, known) for p in expr.parts)) if expr.parts else expr.value


def numbers_of(judge: Judge, name: str, words: tuple[str, ...]) -> Known:
    of_numbers = ("separate", "column", *words[2:])  # what does not change the numbers
    return in_convention(judge(name, of_numbers), name, *words[:2])


TOKEN = re.compile(r"\^T|[-+*^()\[\];,]|\d+|[A-Za-z]\w*(?:\(t[+-]1\))?")
PYTHON = {"^T": ".T", "^": "**", "[": "joined([", "]": "])", ";": ","}
FUNCTIONS = ("tanh", "sigmoid")


def python_of(formula: str) -> str:
    """A printed formula as Python; what only stands beside another is a product of matrices."""
    found, ends = "", False  # ends: whether an operand ended just now
    for token in TOKEN.findall(formula):
        begins = token in "([" or token[0].isalnum()
        found += " @ " if begins and ends else ""
        is_name = token[0].isalpha() and token not in FUNCTIONS
        found += f"v[{token!r}]" if is_name else PYTHON.get(token, token)
        ends = token in (")", "]", "^T") or (token[0].isalnum() and token not in FUNCTIONS)
    return found


def evaluated_as_printed(formula: str, known: Known, row: bool) -> Any:
    """The value of a printed formula, with every vector a matrix of one row or one column."""
    turned = {
        name: v if v.ndim > 1 else v[None] if row else v[:, None] for name, v in known.items()
    }
    page = Own(np.exp, np.asarray, lambda name, value: value)
    functions = {"tanh": page.tanh, "sigmoid": page.sigmoid}
    joined = np.hstack if row else np.vstack
    return eval(python_of(formula), {"v": turned, "joined": joined, **functions})


@pytest.mark.parametrize(("name", "words"), thinned(NAMED), ids=str)
def test_what_is_printed_is_true(name: str, words: tuple[str, ...]) -> None:
    known = numbers_of(by_complex_steps, name.partition("-")[0], words)
    for symbol, formula in formulas(name, *words).items():
        value = evaluated_as_printed(formula, known, words[1] == "row")
        assert value.size == known[symbol].size
        assert close(value.reshape(known[symbol].shape), known[symbol]), symbol


GRADIENTS = [(name.removesuffix("-gradient"), words) for name, words in NAMED if "-" in name]


@pytest.mark.parametrize(("name", "words"), thinned(GRADIENTS))
@pytest.mark.parametrize(
    "judge", [by_complex_steps, pytest.param(by_autograd, marks=pytest.mark.oracle)]
)
def test_every_gradient_is_the_derivative(judge: Judge, name: str, words: tuple[str, ...]) -> None:
    known = numbers_of(judge, name, words)
    listed = {step.symbol: step.expr for step in steps(equations(f"{name}-gradient", words))}
    biases = {"one-bias": 1, "two-bias": 2, "no-bias": 0}[words[2]]
    gates = len(PAGES[name][0]) - ("coupled" in words)
    apart = gates if words[0] == "separate" else ("after" in words)
    lines = {"lstm": 12 - ("coupled" in words), "gru": 8, "rnn": 3}[name]
    peepholes = (gates - 1) * ("peephole" in words)
    assert len(listed) == lines + (1 + biases) * gates + apart + peepholes
    for symbol, expr in listed.items():
        value = evaluated(expr, known)
        assert value.shape == known[symbol].shape == known[symbol[1:]].shape
        assert np.any(np.abs(value) > 1e-6)
        assert close(value, known[symbol]), symbol


def test_the_solved_gradients_are_those_of_the_page() -> None:
    gate = {"W_x": [[1]], "W_h": [[1]], "b": [1]}
    data = {"kind": "lstm-gradient", "x": 1, "dh": 1, "gates": dict.fromkeys("ifgo", gate)}
    content = json.loads(render([solved({**data, "dc": 1})], "json", View()))
    worked = {step["symbol"]: step["formula"] for step in content["steps"]}
    page = formulas("lstm-gradient")
    page["dc_t"] = page["dc_t"].replace("dc_(t+1)*f_(t+1)", "dc")
    for symbol, formula in page.items():
        symbol, formula = (s.replace("(t-1)", "0").replace("_t", "_1") for s in (symbol, formula))
        assert worked[symbol] == formula


def test_latex_has_one_environment_to_copy() -> None:
    text = render([equations("gru")], "latex", View())
    assert text.count(r"\begin{align*}") == 1
    assert r"h_{t} &= z_{t} \cdot h_{t-1} + (1 - z_{t}) \cdot n_{t} && \text{hidden state}" in text


def test_mathml_has_the_step_before_as_a_difference() -> None:
    text = render([equations("rnn")], "html", View())
    assert "<msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>" in text
    assert "<mo>+</mo><mn>1</mn>" in render([equations("lstm-gradient")], "html", View())


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


def test_a_second_direction_leaves_the_equations_as_they_are() -> None:
    assert formulas("gru", "bidirectional") == formulas("gru")
    assert "runs from the last step" in render(
        [equations("gru", ["bidirectional"])], "table", View()
    )


def test_the_front_door_knows_the_names_and_the_words() -> None:
    assert set(names()) == set(NAMES)
    text = command.help or ""
    assert {*itertools.chain(*ALTERNATIVES)} == set(CHOICES)
    of_gru = [choice.word for choices in OF_GRU.values() for choice in choices]
    of_lstm = [option.word for option in OF_LSTM]
    for word in (*CHOICES, *of_gru, *of_lstm, *AROUND, *FRAMEWORKS):
        assert word in text


def test_the_command(lstmhw: Run) -> None:
    result = lstmhw("equations", "gru", "--convention", "keep,after", "--convention", "row")
    assert result.returncode == 0
    assert "a_n_t = x_t W_x_n + b_n + r_t*(h_(t-1) W_h_n)" in result.stdout
    assert "after: the reset comes after" in result.stdout
    result = lstmhw("equations", "lstm", "--convention", "peephole", "coupled", "row")
    assert result.returncode == 0
    assert "z_f_t = x_t W_x_f + h_(t-1) W_h_f + b_f + p_f*c_(t-1)" in result.stdout
    assert "i_t = 1 - f_t" in result.stdout
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
        (("lstm", "--convention", "keep"), "it is one of gru"),
        (("gru", "--convention", "peephole"), "'peephole' is no convention of gru: it is one of"),
        (("lstm", "--convention", "pytorch coupled"), "in the place of pytorch write two-bias"),
        (("lstm", "row", "--convention", "column"), "found both: leave one out"),
    ],
)
def test_words_that_are_refused(arguments: tuple[str, ...], message: str, lstmhw: Run) -> None:
    result = lstmhw("equations", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
