"""attention-step, against plain loops, complex steps through them, NumPy formulas and PyTorch."""

import cmath
import json
from typing import Any

import numpy as np
import pytest
from conftest import Run, marked, problem, solved
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from lstmhw.faults import ProblemError
from lstmhw.reading.schema import schema
from lstmhw.render import FORMATS, render
from lstmhw.solution import Solution
from lstmhw.view import View

Data = dict[str, Any]
SCORES = ("dot", "scaled-dot", "general", "additive")

# Plain loops.  They take complex numbers, so that a gradient is a complex step through them.


def dot(a: Any, b: Any) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def times(rows: Any, vector: Any) -> list[Any]:
    return [dot(row, vector) for row in rows]


def turned(rows: Any) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)]


def scores(d: Data) -> list[Any]:
    """e of the file's own definition, a state at a time."""
    query = d["query"]
    found = []
    for state in d["states"]:
        if d["score"] == "additive":
            bias = d.get("b", [0] * len(d["v"]))
            sums = zip(times(d["W_q"], query), times(d["W_k"], state), bias, strict=True)
            found.append(dot(d["v"], [cmath.tanh(sum(parts)) for parts in sums]))
        elif d["score"] == "general":
            pairs = ((i, j) for i in range(len(query)) for j in range(len(state)))
            found.append(sum(query[i] * d["W"][i][j] * state[j] for i, j in pairs))
        else:
            scale = len(state) ** 0.5 if d["score"] == "scaled-dot" else 1
            found.append(dot(query, state) / scale)
    return found


def shares(e: Any, counted: Any) -> list[Any]:
    powers = [cmath.exp(x) if on else 0 for x, on in zip(e, counted, strict=True)]
    return [power / sum(powers) for power in powers]


def by_hand(d: Data) -> dict[str, list[Any]]:
    """Scores, weights and context."""
    e = scores(d)
    counted = d.get("mask") or [j < d.get("length", len(e)) for j in range(len(e))]
    alpha = shares(e, counted)
    rows = d.get("values", d["states"])
    return {"e": e, "alpha": alpha, "context": [dot(alpha, column) for column in turned(rows)]}


def derivative(d: Data, key: str) -> Any:
    """The gradient of dcontext . context to the numbers under a key."""
    found = np.zeros(np.shape(d[key]))
    for index in np.ndindex(found.shape):
        changed = np.array(d[key], dtype=complex)
        changed[index] += 1e-100j
        loss = dot(by_hand({**d, key: changed.tolist()})["context"], d["dcontext"])
        found[index] = np.imag(loss) / 1e-100
    return found


def plain(data: Data) -> Data:
    result: Data = json.loads(json.dumps(data, default=lambda array: array.tolist()))
    return result


def drawn(score: str, seed: int, sizes: tuple[int, int, int, int] = (3, 2, 3, 2)) -> Data:
    """A problem of so many states, of numbers of a state, of a query and hidden units."""
    T, d, q, a = sizes
    q = d if "dot" in score else q
    draw = np.random.default_rng(seed)

    def some(*shape: int) -> Any:
        return draw.normal(size=shape).round(2)

    weights = {
        "general": {"W": some(q, d)},
        "additive": {"W_q": some(a, q), "W_k": some(a, d), "v": some(a), "b": some(a)},
    }
    data = {"kind": "attention-step", "states": some(T, d), "query": some(q), "score": score}
    return plain({**data, **weights.get(score, {})})


def real(values: Any) -> Any:
    return np.real(np.array(values, dtype=complex))


def agree(found: Solution, expected: dict[str, Any], t: int = 1) -> None:
    for name, value in expected.items():
        np.testing.assert_allclose(found.answers[f"{name}_{t}"], real(value), rtol=0, atol=1e-13)


# Forward.

SIZES = st.tuples(*[st.integers(1, 5)] * 4)


@pytest.mark.parametrize("score", SCORES)
@given(sizes=SIZES, seed=st.integers(0, 10**6))
def test_every_score_is_what_plain_loops_give(
    score: str, sizes: tuple[int, int, int, int], seed: int
) -> None:
    data = drawn(score, seed, sizes)
    agree(solved(data), by_hand(data))


@pytest.mark.parametrize("score", SCORES)
def test_rows_stand_transposed_and_give_the_same(score: str) -> None:
    data = drawn(score, 1)
    rows: Data = {key: turned(data[key]) for key in ("W_q", "W_k") if key in data}
    found = solved({**data, **rows, "orientation": "row", "t": 4})
    agree(found, by_hand(data), 4)
    (line,) = (step for step in found.steps if step.symbol == "context_4")
    assert type(line.expr).__name__ == "VectorMatrix"


@pytest.mark.parametrize("out", [{"mask": [1, 0, 1, 0]}, {"length": 2}, {"length": 4}])
@pytest.mark.parametrize("score", SCORES)
def test_masked_states_weigh_nothing(score: str, out: Data) -> None:
    data = {**drawn(score, 2, (4, 2, 3, 2)), **out, "values": [[1], [2], [3], [4]]}
    found = solved(data)
    agree(found, by_hand(data))
    counted = out.get("mask") or [j < out["length"] for j in range(4)]
    assert [bool(weight) for weight in found.answers["alpha_1"]] == [bool(on) for on in counted]
    text = render([found], "table", View())
    if out == {"length": 2}:
        assert "Masked: state 3, 4." in text
        assert "exp(-inf) = 0, so its weight is 0" in " ".join(text.split())


def test_a_bias_may_be_left_out() -> None:
    data = drawn("additive", 3)
    del data["b"]
    agree(solved(data), by_hand(data))


def test_very_large_scores_do_not_overflow() -> None:
    data = {**drawn("dot", 0), "states": [[1e4, 0], [0, 1e4], [0, 0]], "query": [1, 0]}
    assert solved(data).answers["alpha_1"].tolist() == [1, 0, 0]


# Backward.


@pytest.mark.parametrize("score", SCORES)
@given(sizes=SIZES, seed=st.integers(0, 10**6))
def test_gradients_are_complex_steps_through_plain_loops(
    score: str, sizes: tuple[int, int, int, int], seed: int
) -> None:
    data = drawn(score, seed, sizes)
    draw = np.random.default_rng(seed).normal
    values = plain({"values": draw(size=(sizes[0], 2))}) if seed % 2 else {}
    data |= values | plain({"dcontext": draw(size=2 if values else sizes[1])})
    data |= {"length": 1 + seed % sizes[0]}
    found = solved(data)
    assert found.extras["second_method"]["agrees"]
    for key in ("states", "values", "W", "W_q", "W_k", "v", "b"):
        if key in data:
            expected = derivative(data, key)
            np.testing.assert_allclose(found.answers[f"d{key}"], expected, rtol=1e-9, atol=1e-12)
    expected = derivative(data, "query")
    np.testing.assert_allclose(found.answers["dquery_1"], expected, rtol=1e-9, atol=1e-12)


def test_the_way_back_is_the_formula_of_the_book() -> None:
    data = {**drawn("scaled-dot", 5), "dcontext": [1, -0.5]}
    a = solved(data).answers
    states, query, arriving = (np.array(data[key]) for key in ("states", "query", "dcontext"))
    alpha = a["alpha_1"]
    np.testing.assert_allclose(a["dalpha_1"], states @ arriving, atol=1e-15)
    jacobian = np.diag(alpha) - np.outer(alpha, alpha)
    de = jacobian @ (states @ arriving)
    np.testing.assert_allclose(a["de_1"], de, atol=1e-15)
    np.testing.assert_allclose(a["dquery_1"], states.T @ de / np.sqrt(2), atol=1e-15)
    expected = np.outer(de, query) / np.sqrt(2) + np.outer(alpha, arriving)
    np.testing.assert_allclose(a["dstates"], expected, atol=1e-15)


# With a decoder.

DECODER: Data = {
    "cell": "rnn",
    "x": [0.5],
    "h_prev": [0.4, -0.6],
    "W_x": [[0.5, 1, -0.5], [0.25, -1, 0.5]],
    "W_h": [[1, 0.5], [-0.5, 1]],
    "b": [0.1, -0.2],
}
DECODED: Data = {
    "kind": "attention-step",
    "t": 3,
    "states": [[1, 0.5], [-0.5, 1], [0.25, -1]],
    "score": "general",
    "W": [[0.5, -1], [1, 0.25]],
    "decoder": DECODER,
}


def decoded(data: Data, order: tuple[str, ...] = ("x", "context")) -> dict[str, Any]:
    """The context, the RNN's state after it, and 2 y_1 - y_2 of a linear output."""
    cell = data["decoder"]
    step = by_hand({**data, "query": cell["h_prev"]})
    vectors = {"x": cell.get("x", []), "context": step["context"]}
    x = [entry for name in order for entry in vectors[name]]
    sums = zip(times(cell["W_x"], x), times(cell["W_h"], cell["h_prev"]), cell["b"], strict=True)
    return {**step, "h": [cmath.tanh(sum(parts)) for parts in sums]}


@pytest.mark.parametrize("order", [("x", "context"), ("context", "x")])
def test_the_decoder_reads_x_and_context_in_the_order_that_is_said(order: Any) -> None:
    found = solved({**DECODED, "decoder": {**DECODER, "input": order}})
    agree(found, decoded(DECODED, order), 3)
    text = " ".join(render([found], "table", View()).split())
    assert f"The decoder's input is [{order[0]}; {order[1]}]: " in text
    assert "The query is h_2, the decoder's state before the step, as in Bahdanau" in text


def test_the_decoder_may_read_the_context_alone() -> None:
    cell = {key: value for key, value in DECODER.items() if key != "x"}
    cell["W_x"] = [[1, -0.5], [-1, 0.5]]
    data = {**DECODED, "decoder": cell}
    agree(solved(data), decoded(data, ("context",)), 3)
    joined = {**cell, "W": [[1, 0.5, 1, -0.5], [-0.5, 1, -1, 0.5]], "concat": ["h", "x"]}
    del joined["W_x"], joined["W_h"]
    again = solved({**data, "decoder": joined, "dh": [1, 2]})
    agree(again, decoded(data, ("context",)), 3)
    assert again.extras["second_method"]["agrees"]


def test_the_query_at_the_top_is_the_state_that_the_decoder_starts_from() -> None:
    cell = {key: value for key, value in DECODER.items() if key != "h_prev"}
    found = solved({**DECODED, "decoder": cell, "query": DECODER["h_prev"]})
    agree(found, decoded(DECODED), 3)


def test_a_gradient_that_arrives_at_h_goes_back_to_all_that_was_read() -> None:
    data = {**DECODED, "dh": [1, -2], "dcontext": [0.5, 0.25]}
    found = solved(data)
    assert found.extras["second_method"]["agrees"]
    assert found.extras["second_method"]["numbers"] > 40

    def loss(changed: Data) -> Any:
        step = decoded(changed)
        return dot(step["h"], data["dh"]) + dot(step["context"], data["dcontext"])

    for path, symbol in {("h_prev",): "dh_2", ("x",): "dx_3", ("W_x",): "dW_x"}.items():
        (key,) = path
        expected = np.zeros(np.shape(DECODER[key]))
        for index in np.ndindex(expected.shape):
            changed = np.array(DECODER[key], dtype=complex)
            changed[index] += 1e-100j
            moved = {**DECODED, "decoder": {**DECODER, key: changed.tolist()}}
            expected[index] = np.imag(loss(moved)) / 1e-100
        np.testing.assert_allclose(found.answers[symbol], expected, rtol=1e-12, atol=1e-14)


def test_luongs_attentional_state_is_an_output_of_context_and_query() -> None:
    W = [[0.5, -1, 0.25, 1], [1, 0.5, -0.5, 0.25]]
    output = {"W": W, "b": [0.1, 0], "activation": "tanh", "concat": ["context", "query"]}
    data = {**drawn("general", 7, (3, 2, 2, 2)), "output": output, "targets": [0, 1]}
    found = solved(data)
    read = [*real(by_hand(data)["context"]), *data["query"]]
    y = np.tanh(np.array(W) @ read + [0.1, 0])
    np.testing.assert_allclose(found.answers["y_1"], y, atol=1e-15)
    assert found.answers["loss"] == pytest.approx(0.5 * np.sum((y - [0, 1]) ** 2))
    assert found.extras["second_method"]["agrees"]
    assert "dW_y" in found.answers


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("orientation", ["column", "row"])
def test_every_cell_decodes_and_every_gradient_is_checked(cell: str, orientation: str) -> None:
    found = solved(gated(cell, orientation, 11))
    assert found.extras["second_method"]["agrees"]
    assert "dcontext_1" in found.answers
    assert found.answers["dalpha_1"].shape == (3,)


def gated(cell: str, orientation: str, seed: int) -> Data:
    draw = np.random.default_rng(seed).normal
    side = np.transpose if orientation == "row" else np.asarray
    gates = {
        letter: {"W_x": side(draw(size=(2, 3))), "W_h": side(draw(size=(2, 2))), "b": draw(size=2)}
        for letter in ("ifgo" if cell == "lstm" else "rzn")
    }
    decoder: Data = {"cell": cell, "x": [0.5], "h_prev": draw(size=2), "gates": gates}
    decoder |= {} if cell == "lstm" else {"update": "new", "reset": "after"}
    data = {
        "kind": "attention-step",
        "orientation": orientation,
        "states": draw(size=(3, 2)),
        "score": "additive",
        "W_q": side(draw(size=(4, 2))),
        "W_k": side(draw(size=(4, 2))),
        "v": draw(size=4),
        "decoder": decoder,
        "output": {"W": side(draw(size=(2, 2))), "activation": "softmax"},
        "targets": [1, 0],
    }
    return plain(data)


def test_a_gate_may_be_given_where_nothing_goes_back() -> None:
    decoder = {"cell": "lstm", "h_prev": [1, 0], "gates": {g: {"value": 0.5} for g in "ifgo"}}
    found = solved({**DECODED, "decoder": decoder})
    np.testing.assert_allclose(found.answers["c_3"], 0.25 * np.ones(2))
    query = decoder.pop("h_prev")
    again = solved({**DECODED, "decoder": decoder, "query": query})
    np.testing.assert_allclose(again.answers["h_3"], found.answers["h_3"])
    with pytest.raises(ProblemError, match="a gradient goes back through weights"):
        solved({**DECODED, "decoder": decoder, "query": query, "dh": [1, 1]})


# What is said.


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_shows_every_row(format: str) -> None:
    data = {**drawn("additive", 4), "dcontext": [1, 2], "title": "Mine"}
    text = render([solved(data)], format, View())
    assert "Mine" in text
    if format == "table":
        assert "\n  e_1 = u_1 v " in text
        assert "\n    state 3  " in text
        assert "dz_q_1 = row-sum(dz_u_1)" in text
    if format == "json":
        assert {"e_1", "alpha_1", "context_1", "dW_k"} <= set(json.loads(text)["answers"])


def test_a_root_is_written_with_its_bar() -> None:
    found = solved({**DOT, "score": "scaled-dot"})
    text = render([found], "latex", View())
    assert r"e_{1} = \frac{\mathrm{states} \, \mathrm{query}_{1}}{\sqrt{d_{k}}}" in text
    assert r"\alpha_{1} = \operatorname{softmax}(e_{1})" in text
    text = render([found], "html", View())
    assert "<msqrt><mrow><msub><mi>d</mi><mrow><mi>k</mi></mrow></msub></mrow></msqrt>" in text
    assert "<msub><mi>α</mi><mrow><mn>1</mn></mrow></msub>" in text


def test_each_score_and_weight_can_be_redone_by_hand() -> None:
    data = {"kind": "attention-step", "states": [[1, 0], [0.5, -1]], "query": [0.5, 2]}
    text = render([solved({**data, "score": "scaled-dot"})], "table", View())
    text = " ".join(text.split())
    for row in (
        "state 1 1*0.5/sqrt(2) = 0.3536",
        "state 2 (0.5*0.5 - 1*2)/sqrt(2) = -1.2374",
        "state 1 exp(0.3536)/(exp(0.3536) + exp(-1.2374)) = 0.8308",
        "unit 1 1*0.8308 + 0.5*0.1692 = 0.9154",
    ):
        assert row in text


def test_find_shows_what_is_asked_and_what_that_rests_on() -> None:
    found = solved({**DECODED, "find": ["alpha"]})
    (working,) = (section for section in found.sections if section.title == "Working")
    text = render([found._replace(sections=(working,))], "table", View())
    assert "alpha_3 = " in text
    assert "context_3" not in text
    partly = {**DECODED, "find": ["context"], "decoder": {"cell": "gru", "h_prev": [1, 2]}}
    partly["decoder"] |= {"update": "keep", "reset": "after"}
    assert "context_3" in solved(partly).answers


# What is refused.

DOT: Data = {"kind": "attention-step", "states": [[1, 0], [0, 1]], "query": [1, 2], "score": "dot"}
GENERAL: Data = {**DOT, "score": "general", "W": [[1, 2], [3, 4]]}
ADDITIVE: Data = {**DOT, "score": "additive", "W_q": [[1, 2]], "W_k": [[3, 4]], "v": [1]}
STEP: Data = {**DOT, "decoder": {**DECODER, "h_prev": [0, 1]}}
del STEP["query"]


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({**DOT, "query": [1, 2, 3]}, ("query",), "a query of the size of a state, 2, found 3"),
        ({**DOT, "query": None}, (), "expected a query, found none"),
        ({**DOT, "v": [1]}, ("v",), "the score dot has no v"),
        ({**DOT, "W": [[1, 2], [3, 4]]}, ("W",), "the score dot has no W"),
        ({**GENERAL, "W": None}, ("score",), "the score general needs W, and there is none"),
        ({**GENERAL, "W": [[1, 2, 3], [4, 5, 6]]}, ("W",), "d = 2 from states"),
        ({**ADDITIVE, "v": None}, ("score",), "the score additive needs v, and there is none"),
        ({**ADDITIVE, "W": [[1, 2, 3, 4]]}, ("W",), None),
        ({**ADDITIVE, "W_q": [[1, 2, 3]]}, ("W_q",), "q = 2 from query"),
        ({**DOT, "mask": [1, 2]}, ("mask",), "1 for a state that counts"),
        ({**DOT, "mask": [0, 0]}, ("mask",), "expected a state that counts, found none"),
        ({**DOT, "mask": [1, 1, 0]}, ("mask",), "S = 2"),
        ({**DOT, "length": 3}, ("length",), "expected at most 2, the number of states"),
        ({**DOT, "length": 1, "mask": [1, 0]}, ("length",), "found both"),
        ({**DOT, "values": [[1], [2], [3]]}, ("values",), "S = 2"),
        ({**DOT, "dh": [1, 2]}, ("dh",), "there is no h"),
        ({**DOT, "dcontext": [1]}, ("dcontext",), "expected 2 numbers, as the context has"),
        ({**DOT, "dcontext": [1, 2], "targets": [1, 2]}, ("dcontext",), "given twice"),
        ({**DOT, "targets": [1]}, ("targets",), "expected 2 numbers, as context has"),
        ({**DOT, "loss": "half-squared"}, ("loss",), "a loss needs what the output should be"),
        ({**DOT, "output": {"W": [[1, 2, 3]]}}, ("output", "W"), "W is for 3 numbers"),
        (
            {**DOT, "output": {"W": [[1, 2]], "concat": ["h"]}},
            ("output", "concat"),
            "the output reads h, and there is none",
        ),
        (
            {**DOT, "output": {"W": [[1, 2]], "activation": "step"}, "targets": [1]},
            ("output", "activation"),
            "expected a function with a slope, found step",
        ),
        ({**STEP, "query": [1, 2]}, ("query",), "the query is given twice"),
        ({**STEP, "dc": [1, 2]}, ("dc",), "there is no c"),
        (
            {**STEP, "decoder": {**STEP["decoder"], "x": [1, 2]}},
            ("decoder",),
            "for 3 inputs, and it gets 4: 2 of x and 2 of context",
        ),
        (
            {**STEP, "decoder": {**STEP["decoder"], "input": ["context"]}},
            ("decoder", "input"),
            "expected context and x, found context",
        ),
        (
            {**STEP, "decoder": {**STEP["decoder"], "cell": "lstn"}},
            ("decoder", "cell"),
            "expected one of lstm, gru, rnn; found the text 'lstn'",
        ),
        ({**STEP, "decoder": {"cell": "lstm", "h_prev": [1, 0]}}, ("decoder", "gates", "o"), None),
        ({**DOT, "find": ["contxt"]}, ("find", 0), "found 'contxt'"),
        ({**DOT, "find": []}, ("find",), "found an empty list"),
    ],
)
def test_a_wrong_use_is_one_error(data: Data, path: Any, message: str | None) -> None:
    with pytest.raises(ProblemError) as caught:
        solved({key: value for key, value in data.items() if value is not None})
    first = caught.value.faults[0]
    assert first.path == path
    assert message is None or message in first.message
    assert len({fault.path for fault in caught.value.faults}) == 1 or "gates" in path


def test_what_overflows_is_told_at_its_key_of_the_decoder() -> None:
    big = {**DECODER, "h_prev": [1, 1], "W_h": [[1.7e308, 1.7e308], [0, 0]]}
    with pytest.raises(ProblemError) as caught:
        solved({**DECODED, "decoder": big})
    assert caught.value.faults[0].path == ("decoder", "W_h")


def test_the_schema_knows_the_decoders_keys() -> None:
    validator = Draft7Validator(schema())
    assert validator.is_valid(DECODED)
    assert validator.is_valid(gated("gru", "row", 0))
    assert not validator.is_valid({**DECODED, "decoder": {**DECODER, "peep": 1}})
    assert not validator.is_valid({**DECODED, "decoder": {**DECODER, "cell": "lstn"}})
    assert not validator.is_valid({**DOT, "score": "cosine"})


# Marks.


def verdict_of(data: Data, claimed: dict[str, Any], symbol: str) -> tuple[str, str | None]:
    texts = {name: _rounded(value, 4) for name, value in claimed.items()}
    checks = marked({**data, "claimed": texts}).checks
    check = next(check for check in checks if check.symbol == symbol)
    return check.verdict, check.mistake


def _rounded(value: Any, digits: int) -> Any:
    if np.ndim(value):
        return [_rounded(entry, digits) for entry in value]
    return f"{float(np.real(value)):.{digits}f}"


SHEET = drawn("scaled-dot", 21, (4, 3, 3, 3))
SEEN = {"values": [[0.5, -1, 2], [1, 0.25, -0.5], [-1.5, 1, 0.75], [0.2, -0.3, 1.1]]}
SQUARE = drawn("general", 22, (4, 3, 3, 3))
HIDDEN = drawn("additive", 23, (4, 3, 3, 3))


def _weighted(data: Data, alpha: Any, key: str = "states") -> Any:
    return np.array(alpha, dtype=float) @ np.array(data[key])


TRUE = {key: real(value) for key, value in by_hand(SHEET).items()}
E, ALPHA = TRUE["e"], TRUE["alpha"]
POWERS = np.exp(_weighted(SHEET, E))


def _context(alpha: Any) -> dict[str, Any]:
    return {"alpha": ALPHA, "context": _weighted(SHEET, alpha)}


Made = tuple[Data, dict[str, Any], str]
MADE: dict[str, Made] = {  # a problem, answers with the mistake, and where it shows first
    "scale-omitted": (SHEET, {"e": E * 3**0.5}, "e_1"),
    "root-omitted": (SHEET, {"e": E / 3**0.5}, "e_1"),
    "scale-added": ({**SHEET, "score": "dot"}, {"e": E}, "e_1"),
    "activation-omitted": (SHEET, {"e": E, "alpha": E}, "alpha_1"),
    "sigmoid-for-softmax": (SHEET, {"e": E, "alpha": 1 / (1 + np.exp(-E))}, "alpha_1"),
    "exp-omitted": (SHEET, {"e": E, "alpha": E / E.sum()}, "alpha_1"),
    "normalisation-omitted": (SHEET, {"e": E, "alpha": np.exp(E)}, "alpha_1"),
    "averaged": (SHEET, _context([0.25] * 4), "context_1"),
    "weights-omitted": (SHEET, _context([1] * 4), "context_1"),
    "largest-only": (SHEET, _context(np.eye(4)[ALPHA.argmax()]), "context_1"),
    "softmax-misplaced": (SHEET, {"e": E, "context": POWERS / POWERS.sum()}, "context_1"),
    "keys-for-values": ({**SHEET, **SEEN}, _context(ALPHA), "context_1"),
    "mask-omitted": ({**SHEET, "mask": [1, 1, 0, 1]}, {"e": E, "alpha": ALPHA}, "alpha_1"),
    "transposed": (SQUARE, {"e": real(scores({**SQUARE, "W": turned(SQUARE["W"])}))}, "e_1"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_mistake_gets_its_name(name: str) -> None:
    data, claimed, symbol = MADE[name]
    assert verdict_of(data, claimed, symbol) == ("wrong", name)


def test_a_score_without_tanh_is_an_activation_left_out() -> None:
    z = np.array(HIDDEN["states"]) @ np.array(HIDDEN["W_k"]).T
    z += np.array(HIDDEN["W_q"]) @ HIDDEN["query"] + HIDDEN["b"]
    e = z @ np.array(HIDDEN["v"])
    assert verdict_of(HIDDEN, {"e": e}, "e_1") == ("wrong", "activation-omitted")
    z -= np.array(HIDDEN["b"])
    assert verdict_of(HIDDEN, {"e": np.tanh(z) @ HIDDEN["v"]}, "e_1") == ("wrong", "bias-omitted")


def test_a_score_is_a_states_not_a_units() -> None:
    data, claimed, _ = MADE["scale-omitted"]
    texts = {name: _rounded(value, 4) for name, value in claimed.items()}
    (check,) = marked({**data, "claimed": texts}).checks
    assert " in state 1; " in check.explanation


def test_the_order_of_the_decoders_input_is_a_mistake_with_a_name() -> None:
    h = decoded(DECODED, ("context", "x"))["h"]
    assert verdict_of(DECODED, {"h": h}, "h_3") == ("wrong", "concat-reversed")


def test_the_slope_of_a_softmax_is_not_that_of_a_sigmoid() -> None:
    data = {**SHEET, "dcontext": [1, -0.5, 2]}
    a = solved(data).answers
    de = a["dalpha_1"] * a["alpha_1"] * (1 - a["alpha_1"])
    claimed = {"dalpha": a["dalpha_1"], "de": de}
    assert verdict_of(data, claimed, "de_1") == ("wrong", "sigmoid-for-softmax")


def test_what_follows_from_a_wrong_score_is_credited() -> None:
    e = real(scores({**SHEET, "score": "dot"}))
    alpha = real(shares(e, [1] * 4))
    context = _weighted(SHEET, alpha)
    claimed = {"e": e, "alpha": alpha, "context": context}
    assert verdict_of(SHEET, claimed, "alpha_1") == ("follows", None)
    assert verdict_of(SHEET, claimed, "context_1") == ("follows", None)


@pytest.mark.parametrize("score", SCORES)
@given(seed=st.integers(0, 10**6), digits=st.integers(2, 4))
def test_no_correct_sheet_is_accused(score: str, seed: int, digits: int) -> None:
    data = {**drawn(score, seed, (4, 2, 2, 3)), "dcontext": [1, -1], "length": 3}
    names = ("e", "alpha", "context", "dalpha", "de", "dstates")
    answers = solved(data).answers
    claimed = {
        name: _rounded(answers.get(f"{name}_1", answers.get(name)), digits) for name in names
    }
    checks = marked({**data, "claimed": claimed}).checks
    assert len(checks) == len(names)
    for check in checks:
        assert check.verdict in ("right", "rounding"), check


@given(seed=st.integers(0, 10**6), digits=st.integers(3, 4))
def test_a_sheet_that_carries_rounded_numbers_is_not_accused(seed: int, digits: int) -> None:
    data = drawn("dot", seed, (3, 2, 2, 2))
    e = real(scores(data)).round(digits)
    alpha = real(shares(e, [1] * 3)).round(digits)
    context = _weighted(data, alpha)
    claimed = {"e": e, "alpha": alpha, "context": context}
    texts = {name: _rounded(value, digits) for name, value in claimed.items()}
    checks = marked({**data, "claimed": texts}).checks
    assert len(checks) == len(texts)
    for check in checks:
        assert check.verdict in ("right", "rounding", "follows"), check


def test_a_formula_is_marked_as_a_line() -> None:
    claims = {"e": "states query", "alpha": "softmax(e)", "context": "states^T alpha"}
    checks = marked({**DOT, "claimed": claims}).checks
    assert [check.verdict for check in checks] == ["right", "right", "right"]
    (check,) = marked({**DOT, "claimed": {"alpha": "sigmoid(e)"}}).checks
    assert (check.verdict, check.mistake) == ("wrong", "sigmoid-for-softmax")


def test_check_and_grade_take_it(lstmhw: Run) -> None:
    result = lstmhw("check", "attention-scaled-dot")
    assert result.returncode == 1
    said = "The first wrong one is e_1 (not divided by the square root)."
    assert said in " ".join(result.stdout.split())
    rows = [{"name": "A", "claimed": {"alpha": [0.3265, 0.2543, 0.4192, 0]}}]
    graded = lstmhw("grade", "attention-scaled-dot", "-", stdin=json.dumps(rows[0]))
    assert graded.stdout.splitlines()[1].startswith(",A,1,6,")


# Independent judges.


@pytest.mark.oracle
@given(sizes=SIZES, seed=st.integers(0, 10**6))
def test_torchs_scaled_dot_product_attention_agrees(
    sizes: tuple[int, int, int, int], seed: int
) -> None:
    import torch

    data = {**drawn("scaled-dot", seed, sizes), "length": 1 + seed % sizes[0]}
    data |= plain({"values": np.random.default_rng(seed).normal(size=(sizes[0], 2))})
    query = torch.tensor([data["query"]], dtype=torch.float64)
    keys = torch.tensor(data["states"], dtype=torch.float64)
    values = torch.tensor(data["values"], dtype=torch.float64)
    mask = torch.arange(sizes[0])[None] < data["length"]
    attend = torch.nn.functional.scaled_dot_product_attention
    expected = attend(query, keys, values, attn_mask=mask)[0]
    found = solved(data).answers["context_1"]
    np.testing.assert_allclose(found, expected.numpy(), rtol=0, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("orientation", ["column", "row"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_torchs_cells_and_autograd_agree(cell: str, orientation: str) -> None:
    import torch

    data = gated(cell, orientation, 31)
    if cell == "gru":
        data["decoder"]["update"] = "keep"
        for gate in data["decoder"]["gates"].values():
            gate["b_x"] = gate.pop("b")
            gate["b_h"] = [0.25, -0.5]
    side = turned if orientation == "row" else list

    def tensor(values: Any) -> Any:
        return torch.tensor(values, dtype=torch.float64, requires_grad=True)

    states, query = tensor(data["states"]), tensor(data["decoder"]["h_prev"])
    W_q, W_k, v = tensor(side(data["W_q"])), tensor(side(data["W_k"])), tensor(data["v"])
    alpha = torch.softmax(torch.tanh(states @ W_k.T + W_q @ query) @ v, 0)
    context = alpha @ states
    gates = [data["decoder"]["gates"][letter] for letter in ("ifgo" if cell == "lstm" else "rzn")]
    layer = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell](3, 2, dtype=torch.float64)
    zeros = [0.0, 0.0]
    weights = {
        "weight_ih": [row for gate in gates for row in side(gate["W_x"])],
        "weight_hh": [row for gate in gates for row in side(gate["W_h"])],
        "bias_ih": [b for gate in gates for b in gate.get("b", gate.get("b_x"))],
        "bias_hh": [b for gate in gates for b in gate.get("b_h", zeros)],
    }
    layer.load_state_dict({key: tensor(value) for key, value in weights.items()})
    x = torch.cat([torch.tensor([0.5], dtype=torch.float64), context])
    start = (query, torch.zeros(2, dtype=torch.float64)) if cell == "lstm" else query
    after = layer(x, start)
    h = after[0] if cell == "lstm" else after
    W_y = tensor(side(data["output"]["W"]))
    off = torch.softmax(W_y @ h, 0) - torch.tensor(data["targets"])
    loss: Any = 0.5 * (off**2).sum()
    loss.backward()
    found = solved(data).answers
    np.testing.assert_allclose(found["loss"], loss.item(), rtol=1e-12)
    for symbol, leaf in {"states": states, "h_0": query, "v": v}.items():
        np.testing.assert_allclose(found[f"d{symbol}"], leaf.grad.numpy(), rtol=0, atol=1e-12)
    for symbol, leaf in {"W_q": W_q, "W_k": W_k, "W_y": W_y}.items():
        expected = np.array(side(leaf.grad.tolist()))
        np.testing.assert_allclose(found[f"d{symbol}"], expected, rtol=0, atol=1e-12)


def test_it_is_a_problem_of_the_room() -> None:
    assert problem(DOT).kind == "attention-step"
