"""A sigmoid RNN inside an LSTM: constructions, the bounds of their errors, and claimed gates."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, at_length, examples, problem, solved
from hypothesis import given
from hypothesis import strategies as st
from plain import STANDARD, activate, affine, dot, lstm
from test_cells import matrices
from test_reading import refused_or_read

from lstmhw.faults import ProblemError
from lstmhw.imitation import compared
from lstmhw.imitation.constructions import CONSTRUCTIONS
from lstmhw.kinds.rnn_in_lstm import RnnInLstm
from lstmhw.reading import InputError, read
from lstmhw.render import render
from lstmhw.solution import Solution, Table
from lstmhw.view import View, sections

RNN = {
    "W_x": [[0.8, -0.5], [0.3, 1.2]],
    "W_h": [[0.6, -0.4], [0.5, 0.9]],
    "b_x": [0.1, -0.3],
    "b_h": [0, 0.2],
}
DATA = {"kind": "rnn-in-lstm", "rnn": RNN, "random": {"steps": 30, "seed": 3}}
OUTPUT_GATE = {"W_x": "W_x", "W_h": "W_h / tanh(1)", "b_x": "b_x", "b_h": "b_h"}
LIMIT: dict[str, dict[str, Any]] = {  # of the saturated LSTM, by hand
    "i": {"b": ".inf"},
    "f": {"b": "-.inf"},
    "g": {"b": ".inf"},
    "o": OUTPUT_GATE,
}
SATURATED = {"gates": LIMIT, "readout": "h / tanh(1)"}


def made(construction: str, **more: Any) -> Solution:
    return solved({**DATA, "construction": construction, **more})


def text(solution: Solution) -> str:
    return " ".join(render([solution], "table", View()).split())


def plain_rnn(rnn: dict[str, Any], xs: list[list[float]]) -> list[list[float]]:
    """The RNN's states by plain loops."""
    h, states = [0.0] * len(rnn["W_h"]), []
    for x in xs:
        b = [p + q for p, q in zip(rnn["b_x"], rnn["b_h"], strict=True)]
        h = activate("sigmoid", affine(rnn["W_x"], rnn["W_h"], b, x, h))
        states.append(h)
    return states


def plain_lstm(solution: Solution, xs: list[list[float]]) -> list[list[float]]:
    """What the printed weights do by plain loops, from the printed c_0; h is divided by scale."""
    weights = solution.extras["weights"]
    blocks = {key: np.split(weights[key], 4) for key in weights if key != "weight_hr"}
    bias = [(p + q).tolist() for p, q in zip(blocks["bias_ih"], blocks["bias_hh"], strict=True)]
    gates = {
        gate: (blocks["weight_ih"][k].tolist(), blocks["weight_hh"][k].tolist(), bias[k])
        for k, gate in enumerate("ifgo")
    }
    h, c = [0.0] * weights["weight_hh"].shape[1], solution.extras["c_prev"].tolist()
    states = []
    for x in xs:
        h, c = lstm(gates, x, h, c, STANDARD)
        if "weight_hr" in weights:
            h = dot(weights["weight_hr"].tolist(), h)
        states.append((np.array(h) / solution.extras["scale"]).tolist())
    return states


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """The data of a problem, without what it asks."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    biases = [draw(matrices(1, m))[0] for _ in range(2)]
    rnn = {"W_x": draw(matrices(m, n)), "W_h": draw(matrices(m, m))}
    return {
        "kind": "rnn-in-lstm",
        "rnn": {**rnn, "b_x": biases[0], "b_h": biases[1]},
        "xs": draw(matrices(draw(st.integers(1, 6)), n)),
    }


STARTS: dict[str, dict[str, Any]] = {
    "fixed-point": {},
    "saturated": {},
    "projected": {},
    "large-cell": {"c_prev": 20},
}


@pytest.mark.parametrize("construction", CONSTRUCTIONS)
@given(data=networks())
def test_every_construction_is_the_rnn(construction: str, data: dict[str, Any]) -> None:
    solution = solved({**data, "construction": construction, **STARTS[construction]})
    expected = plain_rnn(data["rnn"], data["xs"])
    found = [solution.answers[f"h_{t}"] for t in range(1, len(expected) + 1)]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(plain_lstm(solution, data["xs"]), expected, rtol=0, atol=1e-12)
    assert solution.extras["max_error"] <= 1e-12
    assert solution.extras["max_error"] == max(solution.extras["error_by_step"])
    assert len(solution.extras["error_by_step"]) == len(expected)
    assert not solution.is_wrong


def closed_form(asked: RnnInLstm, added: float) -> float:
    """The bound as its text says it: added * (1 + L + ... + L^(t-1))."""
    gain = np.abs(asked.rnn.W_h).sum(axis=1).max() / 4
    return float(added * sum(gain**t for t in range(asked.sizes["T"])))


def measured(data: dict[str, Any], added: Callable[[float, float], float]) -> None:
    """Checks the error against the bound that is printed, and that against its text."""
    asked = problem(data)
    assert isinstance(asked, RnnInLstm)
    assert asked.construction is not None
    bound = CONSTRUCTIONS[asked.construction].bound
    assert bound is not None
    K, c_0 = float(data["K"]), float(data.get("c_prev", 0))
    close = pytest.approx(added(K, c_0), rel=1e-7, abs=1e-300)  # c_0 - tanh(K) loses digits
    assert bound.added(K, np.array(c_0)) == close
    run = compared(asked._rnn, asked._lstm, asked._xs)
    tight = asked._bound(bound, run)
    assert run.largest <= tight + 1e-13
    assert tight <= closed_form(asked, added(K, c_0)) * (1 + 1e-9)


def s(z: float) -> float:
    return 1 / (1 + math.exp(-z))


@pytest.mark.parametrize("construction", ["saturated", "projected"])
@given(networks(), st.floats(0.05, 60), st.floats(-5, 5))
def test_saturated_is_within_its_bound(
    construction: str, data: dict[str, Any], K: float, c_0: float
) -> None:
    def added(K: float, c_0: float) -> float:
        return (2 * s(-2 * K) + s(-K) * abs(c_0 - math.tanh(K))) / math.tanh(1)

    measured({**data, "construction": construction, "K": K, "c_prev": c_0}, added)


@given(networks(), st.floats(0.05, 60), st.floats(-5, 30))
def test_large_cell_is_within_its_bound(data: dict[str, Any], K: float, c_0: float) -> None:
    def added(K: float, c_0: float) -> float:
        least = min(s(K) * (c_0 + math.tanh(K)), math.exp(K) * math.tanh(K))
        return 2 * s(-2 * least)

    measured({**data, "construction": "large-cell", "K": K, "c_prev": c_0}, added)


@given(networks(), st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3), st.booleans())
def test_the_fixed_point_may_be_chosen_unit_by_unit(
    data: dict[str, Any], c_0: list[float], negative: bool
) -> None:
    units = len(data["rnn"]["W_h"])
    start = [-value if negative else value for value in c_0[:units]]
    solution = solved({**data, "construction": "fixed-point", "c_prev": start})
    assert solution.extras["max_error"] <= 1e-12
    np.testing.assert_allclose(solution.extras["scale"], np.tanh(start), rtol=1e-14)
    steps = len(data["xs"])
    np.testing.assert_allclose(solution.answers[f"c_{steps}"], start, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("construction", "more", "exact_in", "scale"),
    [
        ("fixed-point", {}, "reals", math.tanh(math.tanh(1))),
        ("saturated", {}, "limit", math.tanh(1)),
        ("saturated", {"K": 5}, "limit", math.tanh(1)),
        ("projected", {}, "limit", 1),
        ("large-cell", {"c_prev": 20}, "limit", 1),
        ("large-cell", {"c_prev": [20, 25]}, "limit", 1),
        ("large-cell", {}, "no", 1),
        ("large-cell", {"c_prev": [20, 0]}, "no", 1),
    ],
)
def test_what_is_exact_and_where(
    construction: str, more: dict[str, Any], exact_in: str, scale: float
) -> None:
    solution = made(construction, **more)
    assert solution.extras["exact_in"] == exact_in
    assert solution.extras["scale"] == pytest.approx(scale, rel=1e-15)
    assert (solution.extras["bound"] is not None) == (exact_in == "limit")
    assert not solution.is_wrong


@pytest.mark.parametrize(("K", "error"), [(5, 2e-3), at_length(10, 2e-5), (20, 9e-10)])
@pytest.mark.parametrize("construction", ["saturated", "projected"])
def test_the_error_of_saturation_falls_with_k(construction: str, K: int, error: float) -> None:
    largest = made(construction, K=K, random={"steps": 200}).extras["max_error"]
    assert error / 2 < largest < error * 2


@pytest.mark.parametrize(("construction", "start"), STARTS.items())
def test_over_200_steps_only_rounding_is_left(construction: str, start: dict[str, Any]) -> None:
    assert made(construction, random={"steps": 200}, **start).extras["max_error"] < 1e-15


def test_from_zero_a_large_cell_is_first_off_by_24_per_cent() -> None:
    solution = made("large-cell")
    ratio = solution.answers["read_1"] / solution.answers["h_1"]
    np.testing.assert_allclose(ratio, math.tanh(1), rtol=1e-14)
    errors = solution.extras["error_by_step"]
    assert errors[0] == max(errors) > 100 * errors[5] > 0
    assert "tanh(1.0000) = 0.7616 is not 1, so after the first step h is off by 23.8 %" in text(
        solution
    )


def test_the_projected_lstm_has_a_unit_more() -> None:
    weights = made("projected").extras["weights"]
    shapes = {name: array.shape for name, array in weights.items()}
    assert shapes == {
        "weight_ih": (12, 2),
        "weight_hh": (12, 2),
        "bias_ih": (12,),
        "bias_hh": (12,),
        "weight_hr": (2, 3),
    }


def test_gates_of_ones_own_that_are_right() -> None:
    solution = solved({**DATA, **SATURATED})
    assert solution.extras["exact_in"] == "limit"
    assert solution.extras["scale"] == pytest.approx(math.tanh(1))
    assert solution.extras["bound"] is None
    assert not solution.is_wrong
    finite = {**LIMIT, "i": {"b": 40}, "f": {"b": -40}, "g": {"b": [40, "1e2"]}}
    solution = solved({**DATA, "gates": finite, "readout": "h / tanh(1)"})
    assert (solution.extras["exact_in"], solution.is_wrong) == ("float64", False)


def altered(gate: str, **parts: Any) -> dict[str, Any]:
    """The right gates but for parts of one."""
    return {**SATURATED, "gates": {**LIMIT, gate: {**LIMIT[gate], **parts}}}


FORGED = {
    "W_h as it is": altered("o", W_h="W_h"),
    "divided twice": altered("o", W_h="W_h / tanh(1) / tanh(1)"),
    "a bias twice": altered("o", b_h="b_x"),
    "an entry": altered("o", W_x=[[0.8, -0.5], [0.3, 1.2000001]]),
    "forgets a little less": altered("f", b=-20),
    "writes a little less": altered("i", b=10),
    "g with the input": altered("g", b=3, W_x="W_x"),
    "a gate too few": {**SATURATED, "gates": {"o": OUTPUT_GATE}},
    "another readout": {**SATURATED, "readout": "h / tanh(1) + 1e-9"},
    "no readout": {"gates": LIMIT},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_gates_that_are_slightly_wrong_are_refuted(forged: dict[str, Any]) -> None:
    solution = solved({**DATA, **forged})
    assert solution.is_wrong
    assert solution.extras["exact_in"] == "no"
    assert solution.extras["max_error"] > 1e-12
    assert "These gates do not do it" in text(solution)


def test_an_error_that_the_inputs_hide_is_found() -> None:
    hidden = {**DATA, "xs": [[1, 0], [2, 0]], **altered("o", W_x=[[0.8, 0], [0.3, 0]])}
    del hidden["random"]
    solution = solved(hidden)
    assert solution.extras["max_error"] < 1e-12
    assert solution.is_wrong
    assert "on 50 random inputs (standard normal, seed 0) one does" in text(solution)


@given(networks())
def test_gates_of_ones_own_do_what_plain_loops_say(data: dict[str, Any]) -> None:
    gates = {"i": {"b": 1}, "f": {"W_h": "W_h"}, "g": {"W_x": "W_x"}, "o": {"b": "b_x - b_h"}}
    solution = solved({**data, "gates": gates})
    found = [solution.answers[f"h_lstm_{t}"] for t in range(1, len(data["xs"]) + 1)]
    np.testing.assert_allclose(found, plain_lstm(solution, data["xs"]), rtol=0, atol=1e-12)
    expected = np.abs(np.array(found) - plain_rnn(data["rnn"], data["xs"])).max(axis=1)
    np.testing.assert_allclose(solution.extras["error_by_step"], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("readout", "scale"),
    [
        ("h", 1),
        ("h / 2", 2),
        ("h / c_0", 0.5),
        ("h / (b_x + 1)", [1.1, 0.7]),
        ("(h + 1) / 2", None),
    ],
)
def test_the_scale_is_what_the_readout_divides_by(readout: str, scale: Any) -> None:
    found = solved({**DATA, **SATURATED, "c_prev": 0.5, "readout": readout}).extras["scale"]
    if scale is None:
        assert found is None
    else:
        np.testing.assert_allclose(found, scale)


def test_rounding_that_an_rnn_magnifies_is_not_held_against_the_gates() -> None:
    """Large weights hand an error on magnified: two right ways to compute it part."""
    W_h = np.round(np.random.default_rng(2).normal(scale=14, size=(8, 8)), 2)
    rnn = {"W_x": [[0.1]] * 8, "W_h": W_h.tolist(), "b_x": (-W_h.sum(axis=1) / 2).tolist()}
    data = {"kind": "rnn-in-lstm", "rnn": rnn, "random": {"steps": 60}, **SATURATED}
    solution = solved(data)
    assert solution.extras["max_error"] > 1e-12
    assert not solution.is_wrong
    wrong = {**altered("o", W_h="W_h * 1.3130"), "kind": "rnn-in-lstm", "rnn": rnn}
    assert solved({**wrong, "random": {"steps": 60}}).is_wrong


def shipped(name: str) -> Solution:
    return read(f"rnn-in-lstm-{name}").problem.solve()


@pytest.mark.parametrize(
    ("name", "exact_in", "refuted"),
    [
        ("tanh", "no", True),
        ("large-cell", "limit", False),
        ("fixed-point", "reals", False),
        ("saturated", "limit", False),
        ("projected", "limit", False),
    ],
)
def test_the_shipped_problems(name: str, exact_in: str, refuted: bool) -> None:
    solution = shipped(name)
    assert (solution.extras["exact_in"], solution.is_wrong) == (exact_in, refuted)
    assert refuted or solution.extras["max_error"] < 1e-15


def test_every_shipped_problem_of_this_kind_has_its_verdict() -> None:
    names = {path.stem for path in (ROOT / "problems").glob("rnn-in-lstm-*.yaml")}
    kinds = ("tanh", "large-cell", "fixed-point", "saturated", "projected")
    assert names == {f"rnn-in-lstm-{name}" for name in kinds}


def test_the_sheet_s_h_is_the_tanh_of_a_tanh() -> None:
    solution = shipped("tanh")
    answers = solution.answers
    expected = np.tanh(np.tanh(answers["a_1"]))
    np.testing.assert_allclose(answers["h_lstm_1"], expected, rtol=0, atol=1e-15)
    assert np.abs(answers["h_lstm_1"] - (2 * answers["h_1"] - 1)).max() > 0.1
    said = text(solution)
    z = 0.8 + 0.1
    for fault in (
        f"tanh(tanh(z_g)) = {np.tanh(np.tanh(z)):.4f}; once,",
        f"2*sigmoid(z_g) - 1 = {np.tanh(z / 2):.4f}",
    ):
        assert fault in said
    W_h, known = np.array([0.5, 0.9]), 1.2 - 0.3 + 0.2
    a, z_g = (known + W_h @ answers[h] for h in ("h_1", "h_lstm_1"))
    assert f"at step 2, unit 2, z_g = {z_g:.4f}, where the RNN has a = {a:.4f}" in said
    assert "off by about 0.096" in said


def test_the_large_cell_says_what_a_start_from_zero_does() -> None:
    said = text(shipped("large-cell"))
    assert "the first h is 24 % too small" in said
    assert "c_0 first h off by largest error bound 0 24 %" in said


def test_a_long_table_is_shown_in_part() -> None:
    def rows(view: View) -> int:
        shown = {section.title: section.body for section in sections(shipped("fixed-point"), view)}
        (table,) = shown["Step by step"]
        assert isinstance(table, Table)
        assert {len(row) for row in table.rows} == {4}
        return len(table.rows)

    assert rows(View()) == 13
    assert rows(View(full=True)) == 200


FILE = """\
kind: rnn-in-lstm
rnn:
  W_x: [[1, 2]]
  W_h: [[0.5]]
xs: [[1, 0], [0, 1]]
"""
MADE = FILE + "construction: saturated\n"
OWN = FILE + "gates:\n  o: {W_x: W_x, W_h: W_h}\n"
REFUSED = {
    "neither": (FILE, "q.yaml:1:1", "expected `construction` or `gates`, found neither"),
    "both": (MADE + "gates: {}\n", "q.yaml:7:1", "`construction` or `gates`, found both"),
    "readout": (MADE + "readout: h\n", "q.yaml:7:1", "has its own: h / tanh(1)"),
    "word": (FILE + "construction: saturate\n", "q.yaml:6:15", "did you mean 'saturated'?"),
    "no inputs": (MADE.replace("xs:", "#"), "q.yaml:1:1", "expected inputs xs, found none"),
    "two inputs": (MADE + "random: {steps: 2}\n", "q.yaml:7:1", "as xs and as random"),
    "flat": (MADE.replace("[[1, 0], [0, 1]]", "[1, 2]"), "q.yaml:5:1", "2 inputs for each step"),
    "tanh": (
        MADE.replace("xs:", "  activation: tanh\nxs:"),
        "q.yaml:5:15",
        "expected sigmoid, found the text 'tanh'",
    ),
    "steps": (MADE + "random: {steps: 0}\n", "q.yaml:7:17", "from 1 to 10000"),
    "K": (MADE + "K: 0\n", "q.yaml:7:4", "expected a number over 0"),
    "K is infinite": (MADE + "K: .inf\n", "q.yaml:7:4", "a finite number"),
    "no fixed point": (
        FILE + "construction: fixed-point\nc_prev: 1\n",
        "q.yaml:7:9",
        "between -1 and 1 other than 0",
    ),
    "unknown name": (OWN.replace("W_h: W_h}", "W_h: W_hh}"), "q.yaml:7:22", "mean 'W_h'?"),
    "not a formula": (OWN.replace("W_h: W_h}", "W_h: W_h tanh(1)}"), "q.yaml:7:22", "found 'tanh'"),
    "wrong shape": (
        OWN.replace("W_x: W_x", "W_x: W_h"),
        "q.yaml:7:12",
        "gates.o.W_x: expected a matrix of shape 1 x 2, found 1 x 1",
    ),
    "wrong array": (OWN.replace("W_x: W_x", "W_x: [[1]]"), "q.yaml:7:7", "of shape 1 x 2"),
    "infinite matrix": (OWN.replace("W_x: W_x", "W_x: W_x * .inf"), "q.yaml:7:12", "only biases"),
    "infinite array": (OWN.replace("W_h: W_h", "W_h: [[.inf]]"), "q.yaml:7:24", "only biases"),
    "text in an array": (OWN.replace("W_h: W_h", "W_h: [[W_h]]"), "q.yaml:7:24", "'W_h'"),
    "three biases": (OWN + "  f: {b: 1, b_h: 2}\n", "q.yaml:8:10", "or b_x and b_h"),
    "no bias": (OWN + "  f: {b_x: .inf, b_h: -.inf}\n", "q.yaml:8:", "inf - inf"),
    "empty": (OWN + "  f: {b: }\n", "q.yaml:8:7", "found the end"),
    "bad readout": (OWN + "readout: h / \n", "q.yaml:8:10", "readout: expected a number, a name"),
    "infinite readout": (OWN + "readout: h / 0\n", "q.yaml:8:10", "a value for every h"),
    "matrix readout": (OWN + "readout: W_x * 2\n", "q.yaml:8:10", "a vector of shape 1"),
    "too large": (MADE.replace("[1, 2]", "[1e308, 1e308]"), "q.yaml:3:3", "overflows"),
    "gates too large": (
        OWN.replace("W_x: W_x", "W_x: [[1e308, 1e308]]").replace("[1, 0]", "[1, 1]"),
        "q.yaml:6:1",
        "overflows",
    ),
}


@pytest.mark.parametrize(("content", "place", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_files_are_refused_where_they_are_bad(
    tmp_path: Path, content: str, place: str, words: str
) -> None:
    said = refusal(tmp_path, content)
    assert said.startswith(place)
    assert words in said


def refusal(tmp_path: Path, content: str) -> str:
    """What is said of a file that cannot be read, or cannot be solved."""
    file = tmp_path / "q.yaml"
    file.write_text(content)
    try:
        document = read(str(file))
    except InputError as error:
        return str(error).replace(f"{tmp_path}/", "")
    with pytest.raises(ProblemError) as unsolved:
        document.problem.solve()
    return str(document.error(unsolved.value.faults)).replace(f"{tmp_path}/", "")


def test_all_bad_formulas_are_said_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, OWN.replace("W_x: W_x, W_h: W_h", "W_x: a, W_h: b") + "readout: c\n")
    places = [line.split(": error")[0] for line in said.splitlines() if ": error" in line]
    assert places == ["q.yaml:7:12", "q.yaml:7:20", "q.yaml:8:10"]


KEYS = """construction gates readout K c_prev random xs i f g o W_x W_h b b_x b_h steps seed
saturated projected fixed-point large-cell h W_x*2 W_h/tanh(1) (h+1)/2 1 -.5 0 .inf -.inf 1/3 1e300
tanh( null"""
words = st.sampled_from(KEYS.split())


def mapping(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> Any:
    """A mapping as YAML writes it in a line."""
    return st.dictionaries(keys, values, max_size=4).map(
        lambda fields: "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"
    )


values = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | mapping(words, inner)
    ),
    max_leaves=8,
)
parts = st.sampled_from(["W_x", "W_h", "b", "b_x", "b_h"])
gates = mapping(st.sampled_from("ifgo"), mapping(parts, words))


@examples(60, 200)
@given(st.dictionaries(words, values, max_size=3), gates | st.none(), words | st.none())
def test_no_yaml_breaks_this_kind(
    tmp_path_factory: pytest.TempPathFactory,
    keys: dict[str, str],
    gates: str | None,
    readout: str | None,
) -> None:
    lines = {"xs": "[[1, 0], [0, 1]]", **keys}
    lines |= {} if gates is None else {"gates": gates}
    lines |= {} if readout is None else {"readout": readout}
    network = "kind: rnn-in-lstm\nrnn: {W_x: [[1, 2]], W_h: 0.5}\n"
    content = network + "".join(f"{key}: {value}\n" for key, value in lines.items())
    refused_or_read(tmp_path_factory, content.encode())


@pytest.mark.parametrize("steps", [2000, at_length(10_000)])
def test_a_long_run_stays_quick(steps: int) -> None:
    solution = made("saturated", random={"steps": steps})
    assert len(solution.extras["error_by_step"]) == steps
    assert solution.extras["max_error"] < 1e-15


@pytest.mark.oracle
@pytest.mark.parametrize(("construction", "start"), STARTS.items())
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_torch_finds_the_rnn_in_the_weights(
    construction: str, start: dict[str, Any], seed: int
) -> None:
    torch = pytest.importorskip("torch")
    draw = np.random.default_rng(seed).normal
    n, m, steps = 3, 4, 200
    rnn = {"W_x": draw(size=(m, n)), "W_h": draw(size=(m, m)) * 2}
    rnn |= {"b_x": draw(size=m), "b_h": draw(size=m)}
    data = {"rnn": {key: value.tolist() for key, value in rnn.items()}}
    extras = made(construction, **data, random={"steps": steps, "seed": seed}, **start).extras

    weights, c_0 = extras["weights"], torch.tensor(extras["c_prev"])
    projection = m if "weight_hr" in weights else 0
    network = torch.nn.LSTM(n, len(c_0), proj_size=projection, dtype=torch.float64)
    network.load_state_dict({f"{key}_l0": torch.tensor(w) for key, w in weights.items()})
    xs = np.random.default_rng(seed).standard_normal((steps, n))
    states = torch.zeros(1, m, dtype=torch.float64), c_0[None]
    found = network(torch.tensor(xs), states)[0].detach().numpy() / extras["scale"]

    h = np.zeros(m)
    for t, x in enumerate(xs):
        h = 1 / (1 + np.exp(-(rnn["W_x"] @ x + rnn["b_x"] + rnn["W_h"] @ h + rnn["b_h"])))
        np.testing.assert_allclose(found[t], h, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("c_prev", "size"), [(100, ".inf"), (100, 50), (30, 40)])
def test_own_gates_that_are_a_construction_are_pointed_to_it(c_prev: float, size: Any) -> None:
    held = {gate: {"b": [size, size]} for gate in "ifg"}
    output = {key: key for key in ("W_x", "W_h", "b_x", "b_h")}
    data = {**DATA, "gates": {**held, "o": output}, "readout": "h", "c_prev": c_prev}
    said = text(solved(data))
    K = 50 if size == ".inf" else size
    assert f"the gates of `construction: large-cell` with K = {K}, of which it is proved" in said
    other = {**held, "o": {**output, "W_h": "0.999 * W_h"}}
    assert "These are the gates of" not in text(solved({**data, "gates": other}))
