"""Gradient flow: Jacobians against differences, closed forms and PyTorch; verdicts; bad input."""

import json
from typing import Any

import numpy as np
import plain
import pytest
from conftest import Run, at_length, marked, problem, solved
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.faults import ProblemError
from lstmhw.functions import ACTIVATIONS
from lstmhw.render import FORMATS, render
from lstmhw.view import View

SCALAR = {"kind": "gradient-flow", "W_x": [[1]], "W_h": [[0.5]], "xs": [1, 0, -1, 2]}
STILL = {**SCALAR, "xs": [0] * 50, "from": 1, "to": 50}
GATES = "ifgo"


def scalar(**more: Any) -> dict[str, Any]:
    return {**SCALAR, **more}


def draws(seed: int) -> Any:
    generator = np.random.default_rng(seed)
    return lambda *shape: np.round(generator.normal(size=shape), 3).tolist()


def an_rnn(n: int, m: int, steps: int, seed: int, **more: Any) -> dict[str, Any]:
    draw = draws(seed)
    weights = {"W_x": draw(m, n), "W_h": draw(m, m), "b": draw(m), "h_prev": draw(m)}
    return {"kind": "gradient-flow", "xs": draw(steps, n), **weights, **more}


def an_lstm(n: int, m: int, steps: int, seed: int, **more: Any) -> dict[str, Any]:
    draw = draws(seed)
    gates = {g: {"W_x": draw(m, n), "W_h": draw(m, m), "b": draw(m)} for g in GATES}
    data = {"kind": "gradient-flow", "xs": draw(steps, n), "gates": gates}
    return {**data, "h_prev": draw(m), "c_prev": draw(m), **more}


def with_options(data: dict[str, Any], seen: str, coupled: bool, bias: float) -> dict[str, Any]:
    """The LSTM with peepholes in these gates, with or without an input gate of its own."""
    m, draw = len(data["h_prev"]), draws(len(data["xs"]))
    gates = {gate: w for gate, w in data["gates"].items() if not (coupled and gate == "i")}
    data = {**data, "gates": gates, "coupled": coupled, "forget_bias": bias}
    letters = [gate for gate in seen if gate in gates]
    return {**data, "peephole": {gate: draw(m) for gate in letters}} if letters else data


OPTIONS = {
    "seen": st.sampled_from(["", "ifo", "if", "o", "f", "i"]),
    "coupled": st.booleans(),
    "bias": st.sampled_from([0, 1, -0.5]),
}
sizes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(0, 10**6))


def state_after(data: dict[str, Any], h: list[float], c: list[float], t: int) -> list[float]:
    """The state after step t, by the loops of plain.py; [h; c] of an LSTM."""
    x = data["xs"][t - 1]
    if "gates" not in data:
        z = [
            a + b + d
            for a, b, d in zip(
                plain.dot(data["W_x"], x), plain.dot(data["W_h"], h), data["b"], strict=True
            )
        ]
        return plain.activate(data.get("activation", "tanh"), z)

    def gate(letter: str, c: list[float]) -> list[float]:
        weights, peephole = data["gates"][letter], data.get("peephole", {}).get(letter)
        added = data.get("forget_bias", 0) if letter == "f" else 0
        seen = (
            [0.0] * len(c)
            if peephole is None
            else [p * v for p, v in zip(peephole, c, strict=True)]
        )
        dots = plain.dot(weights["W_x"], x), plain.dot(weights["W_h"], h)
        terms = zip(*dots, weights["b"], seen, strict=True)
        return plain.activate(
            "tanh" if letter == "g" else "sigmoid", [sum(z) + added for z in terms]
        )

    f, g = gate("f", c), gate("g", c)
    i = [1 - v for v in f] if data.get("coupled") else gate("i", c)
    new = [f * old + i * g for f, old, i, g in zip(f, c, i, g, strict=True)]
    shown = plain.activate("tanh", new)
    return [o * s for o, s in zip(gate("o", new), shown, strict=True)] + new


def by_differences(data: dict[str, Any], state: list[float], t: int) -> Any:
    m, step = len(data["h_prev"]), 1e-6
    columns = []
    for k in range(len(state)):
        ends = []
        for sign in (1, -1):
            moved = list(state)
            moved[k] += sign * step
            ends.append(np.array(state_after(data, moved[:m], moved[m:], t)))
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.array(columns).T


@pytest.mark.parametrize("make", [an_rnn, an_lstm])
@given(size=sizes)
def test_factors_are_what_differences_say(make: Any, size: tuple[int, int, int, int]) -> None:
    data = make(*size)
    answers = solved(data).answers
    states = ["h", "c"] if "gates" in data else ["h"]
    for t in range(1, size[2] + 1):
        before = [v for name in states for v in answers[f"{name}_{t - 1}"].tolist()]
        np.testing.assert_allclose(answers[f"J_{t}"], by_differences(data, before, t), atol=1e-8)


@given(size=sizes, **OPTIONS)
def test_the_flow_through_peepholes_and_coupled_gates(
    size: tuple[int, int, int, int], seen: str, coupled: bool, bias: float
) -> None:
    _, m, steps, _ = size
    data = with_options(an_lstm(*size), seen, coupled, bias)
    answers = solved(data).answers
    running, gates = np.eye(2 * m), np.ones(m)
    for t in range(1, steps + 1):
        before = [v for name in "hc" for v in answers[f"{name}_{t - 1}"].tolist()]
        factor = by_differences(data, before, t)
        running, gates = answers[f"J_{t}"] @ running, gates * answers[f"f_{t}"]
        np.testing.assert_allclose(answers[f"J_{t}"], factor, atol=1e-8)
        np.testing.assert_allclose(answers[f"P_{t}"], running, rtol=1e-9, atol=1e-12)
        norm = np.linalg.svd(running[:m, :m])[1][0]
        np.testing.assert_allclose(answers[f"norm_{t}"], norm, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(answers[f"P_c_{t}"], gates, rtol=1e-12)


@pytest.mark.parametrize("coupled", [False, True])
@pytest.mark.parametrize("seen", ["", "o", "f", "ifo"])
def test_the_page_says_whether_c_is_kept_by_the_forget_gate_alone(seen: str, coupled: bool) -> None:
    solution = solved(with_options(an_lstm(2, 3, 2, 0), seen, coupled, 1))
    text = " ".join(render([solution], "table", View()).split())
    forget, block = solution.answers["f_1"], solution.answers["J_1"][3:, 3:]
    is_alone = np.allclose(block, np.diag(forget), atol=1e-9)
    assert is_alone == (seen in ("", "o"))
    assert ("is not f_t alone" in text) == (not is_alone)
    assert ("changes i and f too" in text) == (seen == "ifo" and not coupled)


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("layers", [{"W_x": [[1]], "W_h": [[1]]}], "rnn-step"),
        ("reverse", {"W_x": [[1]], "W_h": [[1]]}, "rnn-step"),
        ("targets", [1, 2, 3, 4], "lstm-gradient"),
        ("direction", "reverse", "lstm-step"),
        ("lengths", [1], "lstm-gradient"),
        ("dh", [1], "lstm-gradient"),
        ("truncate", 2, "lstm-gradient"),
    ],
)
def test_keys_of_other_kinds_are_said_to_be_those(key: str, value: Any, kind: str) -> None:
    with pytest.raises(ProblemError) as caught:
        solved(scalar(**{key: value}))
    (fault,) = caught.value.faults
    assert fault.path == (key,)
    assert fault.message == f"unknown key {key!r}"
    assert kind in fault.hint
    assert fault.hint.endswith("not of gradient-flow")


@pytest.mark.parametrize("data", [scalar(xs=[[[1], [2]]]), scalar(h_prev=[[1, 2]])])
def test_a_batch_is_not_for_this_kind(data: dict[str, Any]) -> None:
    with pytest.raises(ProblemError) as caught:
        solved(data)
    assert [fault.hint for fault in caught.value.faults] == [
        "this kind is about one example, not about a batch"
    ]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "identity", "softmax"])
@given(size=sizes)
def test_factors_of_an_rnn_are_the_slopes_times_its_matrix(
    activation: str, size: tuple[int, int, int, int]
) -> None:
    data = an_rnn(*size, activation=activation)
    answers = solved(data).answers
    for t in range(1, size[2] + 1):
        a, h = answers[f"a_{t}"], answers[f"h_{t}"]
        slopes = {
            "tanh": np.diag(1 - h**2),
            "sigmoid": np.diag(h * (1 - h)),
            "relu": np.diag((a > 0).astype(float)),
            "identity": np.eye(len(h)),
            "softmax": np.diag(h) - np.outer(h, h),
        }[activation]
        expected = slopes @ np.array(data["W_h"])
        np.testing.assert_allclose(answers[f"J_{t}"], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("make", [an_rnn, an_lstm])
@given(size=sizes)
def test_products_norms_and_bounds(make: Any, size: tuple[int, int, int, int]) -> None:
    _, m, steps, _ = size
    answers = solved(make(*size)).answers
    product = np.eye(len(answers["J_1"]))
    kept = np.ones(m)
    for t in range(1, steps + 1):
        product = answers[f"J_{t}"] @ product
        np.testing.assert_allclose(answers[f"P_{t}"], product, rtol=1e-12, atol=1e-300)
        largest = np.sqrt(np.max(np.linalg.eigvalsh(product[:m, :m].T @ product[:m, :m])))
        assert answers[f"norm_{t}"] == pytest.approx(largest, rel=1e-6, abs=1e-7)
        assert answers[f"norm_{t}"] <= answers[f"bound_{t}"] * (1 + 1e-12)
        if make is an_lstm:
            kept = kept * answers[f"f_{t}"]
            np.testing.assert_allclose(answers[f"P_c_{t}"], kept, rtol=1e-12)


def radius(matrix: Any) -> float:
    """The spectral radius as the limit of |J^k|^(1/k), without eigenvalues (Gelfand 1941)."""
    logarithm = 0.0
    for doublings in range(40):
        norm = np.linalg.norm(matrix)
        logarithm += np.log(norm) / 2**doublings
        matrix = matrix @ matrix / norm**2
    return float(np.exp(logarithm))


@given(size=sizes)
def test_the_radius_and_the_norm_of_an_lstm_are_the_largest_of_its_factors(
    size: tuple[int, int, int, int],
) -> None:
    solution = solved(an_lstm(*size))
    factors = [solution.answers[f"J_{t}"] for t in range(1, size[2] + 1)]
    largest = solution.extras["spectral_radius"]
    assert largest == pytest.approx(max(map(radius, factors)), rel=1e-9)
    assert solution.extras["spectral_norm"] >= largest * (1 - 1e-12)
    text = " ".join(render([solution], "table", View()).split())
    assert f"the spectral radius of J_t (largest eigenvalue) at most {largest:.4g}" in text


def test_the_bound_of_an_rnn_is_the_norm_of_its_matrix_times_the_largest_slope() -> None:
    data = an_rnn(1, 3, 4, 0, activation="sigmoid")
    norm = np.linalg.svd(np.array(data["W_h"]))[1][0]
    assert solved(data).answers["bound_4"] == pytest.approx((norm / 4) ** 4, rel=1e-12)


@given(z=st.lists(st.floats(-5, 5), min_size=1, max_size=4))
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_slope_is_larger_than_the_largest(name: str, z: list[float]) -> None:
    value = np.array(z)
    seeds = value + 1e-30j * np.eye(len(z))
    jacobian = np.imag(ACTIVATIONS[name].compute(seeds)) / 1e-30
    largest = ACTIVATIONS[name].steepest
    assert largest is not None
    assert np.linalg.norm(jacobian, 2) <= largest * (1 + 1e-9)


@pytest.mark.parametrize("make", [an_rnn, an_lstm])
def test_rows_and_columns_give_the_same_factors(make: Any) -> None:
    def turned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: turned(entry, name) for name, entry in value.items()}
        return np.transpose(value).tolist() if key.startswith("W") else value

    data = make(2, 3, 4, 1)
    columns = solved(data).answers
    rows = solved({**turned(data), "orientation": "row"}).answers
    for symbol in ("J_1", "P_4", "norm_4", "bound_4"):
        np.testing.assert_allclose(rows[symbol], columns[symbol], rtol=1e-12)


def test_from_and_to_are_states() -> None:
    answers = solved({**STILL, "xs": [1] * 50}).answers
    assert [s for s in answers if s.startswith("J_")] == [f"J_{t}" for t in range(2, 51)]
    assert answers["J_50"].shape == (1, 1)
    whole = solved(scalar()).answers
    assert [s for s in whole if s.startswith("P_")] == ["P_1", "P_2", "P_3", "P_4"]
    late = solved(scalar(t=3, to=4)).answers
    assert [s for s in late if s.startswith("norm_")] == ["norm_3", "norm_4"]


@pytest.mark.parametrize(
    ("w", "verdict", "below"), [(0.5, "vanishes", 11), (1, "stays", None), (1.5, "explodes", None)]
)
def test_where_h_stays_at_0_the_weight_alone_decides(
    w: float, verdict: str, below: int | None
) -> None:
    solution = solved({**STILL, "W_h": [[w]]})
    assert solution.extras["verdict"] == verdict
    assert solution.extras["first_below"] == below
    assert solution.answers["norm_50"] == pytest.approx(w**49, rel=1e-12)


@pytest.mark.parametrize("w", [0.5, 1, 1.5])
def test_where_h_moves_all_of_them_vanish(w: float) -> None:
    xs = [0, 1, 1, 0, 1] * 10
    solution = solved({**STILL, "xs": xs, "W_h": [[w]]})
    assert solution.extras["verdict"] == "vanishes"


def test_the_rule_and_what_happens_stand_side_by_side() -> None:
    text = render([solved({**STILL, "xs": [0, 1] * 25, "W_h": [[1]]})], "table", View())
    table = text[text.index("it alone says") :].splitlines()
    for line, w, rule in zip(
        table[1:4], ("0.5", "1 ", "1.5"), ("vanishes", "stays", "explodes"), strict=True
    ):
        assert line.strip().startswith(w)
        assert rule in line
        assert line.rstrip().endswith("vanishes")


def test_below_can_be_chosen() -> None:
    assert solved({**STILL, "below": "1/8"}).extras["first_below"] == 5
    assert solved({**STILL, "below": 0.1}).extras["first_below"] == 5


def test_an_open_forget_gate_lets_the_gradient_of_c_through() -> None:
    gates: dict[str, Any] = {g: {"W_x": [[0]], "W_h": [[0]], "b": [0]} for g in GATES}
    gates["f"] = {"value": 1}
    data = {"kind": "gradient-flow", "xs": [1] * 20, "gates": gates}
    answers = solved(data).answers
    assert answers["P_c_20"].tolist() == [1]
    np.testing.assert_allclose(answers["P_20"], [[0.0, 0.5], [0.0, 1.0]], atol=1e-15)


def test_random_inputs_are_those_of_numpy() -> None:
    data = scalar(random={"steps": 3, "seed": 7})
    del data["xs"]
    answers = solved(data).answers
    drawn = np.random.default_rng(7).standard_normal((3, 1))
    assert [answers[f"x_{t}"].tolist() for t in (1, 2, 3)] == drawn.tolist()


def test_factors_that_are_given() -> None:
    factors = {"w": 0.8, "slope": 0.3, "count": 49}
    data = {"kind": "gradient-flow", "factors": factors, "claimed": {"P": "4.27e-31"}}
    solution = marked(data)
    assert solution.answers["P"] == pytest.approx(0.24**49, rel=1e-12)
    assert (solution.extras["verdict"], solution.extras["first_below"]) == ("vanishes", 5)
    assert [check.verdict for check in solution.checks] == ["right"]
    steps = json.loads(render([solution], "json", View()))["steps"]
    assert steps[0]["substituted"] == "(0.8*0.3)^49"


@pytest.mark.parametrize(
    ("w", "verdict", "below"),
    [(-0.5, "vanishes", 10), (1, "stays", None), (-1, "stays", None), (-2, "explodes", None)],
)
def test_the_sign_of_a_factor_does_not_matter(w: float, verdict: str, below: int | None) -> None:
    extras = solved({"kind": "gradient-flow", "factors": {"w": w, "count": 30}}).extras
    assert (extras["verdict"], extras["first_below"]) == (verdict, below)


@given(gradient=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), norm=st.floats(0.01, 1e6))
def test_clipping(gradient: list[float], norm: float) -> None:
    data = {"kind": "gradient-flow", "clip": {"norm": norm, "gradient": gradient}}
    solution = solved(data)
    size = np.linalg.norm(gradient)
    expected = np.array(gradient) * (norm / size if size > norm else 1)
    np.testing.assert_allclose(solution.answers["clipped"], expected, rtol=1e-9, atol=1e-300)
    assert solution.extras == {"verdict": None, "first_below": None}


def test_clipping_very_large_gradients() -> None:
    data = {"kind": "gradient-flow", "clip": {"norm": 5, "gradient": [3e200, 4e200]}}
    np.testing.assert_allclose(solved(data).answers["clipped"], [3, 4], rtol=1e-12)


def test_clipping_a_matrix() -> None:
    data = {"kind": "gradient-flow", "clip": {"norm": 1, "gradient": [[3, 0], [0, 4]]}}
    np.testing.assert_allclose(solved(data).answers["clipped"], [[0.6, 0], [0, 0.8]])


@pytest.mark.parametrize("data", [STILL, an_rnn(2, 3, 20, 0), an_lstm(1, 2, 20, 0)])
def test_every_format_has_it(data: dict[str, Any]) -> None:
    solution = solved(data)
    for format in FORMATS:
        text = render([solution], format, View(full=True))
        assert "The gradient vanishes" in " ".join(text.split())


def test_bars_are_on_a_log_scale() -> None:
    text = render([solved({**STILL, "to": 13})], "table", View())
    bars = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith("  ")]
    lengths = [len(bar) for bar in bars if bar and set(bar) == {"-"}]
    assert lengths == sorted(lengths)
    assert lengths[-1] - lengths[-2] <= 2
    assert "one mark: 10^0.2" in text
    grown = render([solved({**STILL, "W_h": [[2]], "to": 13})], "table", View())
    assert "+++" in grown


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({"kind": "gradient-flow"}, (), "expected a cell"),
        (scalar(find=["h"]), ("find",), "has no `find`"),
        (scalar(random={"steps": 3}), ("random",), "given twice: as xs and as random"),
        (scalar(factors={"w": 1, "count": 2}), ("factors",), "given twice"),
        (scalar(**{"from": 5}), ("from",), "expected a state from 0 to 4, found 5"),
        (scalar(to=0), ("to",), "expected a state after `from`, 0; found 0"),
        (scalar(to=9), ("to",), "expected a state from 0 to 4, found 9"),
        (scalar(**{"from": 3, "to": 2}), ("to",), "expected a state after `from`, 3; found 2"),
        (scalar(below=0), ("below",), "expected a number over 0"),
        (scalar(cell="gur"), ("cell",), "expected one of lstm, gru, rnn"),
        (scalar(cell="lstm"), ("W_x",), "unknown key"),
        (scalar(clip={"norm": 0, "gradient": [1]}), ("clip", "norm"), "over 0"),
        (scalar(clip={"norm": 1}), ("clip",), "expected the key 'gradient'"),
        (scalar(clip={"norm": 1, "gradient": ["a"]}), ("clip", "gradient", 0), "a number"),
        (
            {"kind": "gradient-flow", "factors": {"w": 1, "count": 0}},
            ("factors", "count"),
            "from 1",
        ),
        (
            {**SCALAR, "W_h": np.eye(300).tolist(), "W_x": [[1]] * 300, "xs": [0] * 50},
            ("to",),
            "the factors would be 4500000 numbers",
        ),
    ],
)
def test_faults(data: dict[str, Any], path: tuple[str | int, ...], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        problem(data)
    assert message in next(f.message for f in caught.value.faults if f.path == path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (scalar(activation="identity", W_h=[[1e200]]), "a_3 overflows"),
        (scalar(W_h=[[1e60]], xs=[0] * 6), "P_6 overflows"),
        (scalar(W_h=[[1e90]], xs=[0] * 6), "P_4 overflows"),
        ({"kind": "gradient-flow", "factors": {"w": 1e200, "count": 2}}, "P overflows"),
        ({"kind": "gradient-flow", "gates": {"f": {"value": 1}}, "xs": [1]}, "expected weights"),
        ({"kind": "gradient-flow", "W_x": [[1]], "W_h": [[1]]}, "expected inputs x"),
        (
            {
                "kind": "gradient-flow",
                "clip": {"norm": 1, "gradient": [1.7e308, 1.7e308]},
            },
            "the norm of the gradient overflows",
        ),
    ],
)
def test_what_cannot_be_computed(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        problem(data).solve()
    assert message in str(caught.value)


def test_the_shipped_problem_says_why_the_handout_is_not_the_whole_truth(lstmhw: Run) -> None:
    result = lstmhw("solve", "gradient-flow-scalar", "--strict")
    assert result.returncode == 1  # w_h = 1 does not make it stay
    for w in ("0.5", "1 ", "1.5"):
        assert f"\n  {w}" in result.stdout
    content = json.loads(lstmhw("solve", "gradient-flow-lstm", "--format", "json").stdout)
    assert np.shape(content["answers"]["P_50"]) == (4, 4)
    assert content["verdict"] == "vanishes"


@pytest.mark.oracle
@pytest.mark.parametrize("make", [an_rnn, an_lstm])
@given(size=sizes)
def test_torch_has_the_same_jacobians(make: Any, size: tuple[int, int, int, int]) -> None:
    import torch

    n, m, steps, _ = size
    data = make(*size)
    kind = torch.nn.LSTMCell if make is an_lstm else torch.nn.RNNCell
    cell = kind(n, m, dtype=torch.float64)
    blocks = [data["gates"][g] for g in GATES] if make is an_lstm else [data]
    stacked = {key: np.concatenate([b[key] for b in blocks]) for key in ("W_x", "W_h", "b")}
    cell.load_state_dict(
        {
            "weight_ih": torch.tensor(stacked["W_x"]),
            "weight_hh": torch.tensor(stacked["W_h"]),
            "bias_ih": torch.tensor(stacked["b"]),
            "bias_hh": torch.zeros(len(stacked["b"]), dtype=torch.float64),
        }
    )

    def run(state: Any, first: int, last: int) -> Any:
        for t in range(first, last + 1):
            x = torch.tensor(data["xs"][t - 1], dtype=torch.float64)
            if make is an_lstm:
                state = torch.cat(cell(x, (state[:m], state[m:])))
            else:
                state = cell(x, state)
        return state

    jacobian: Any = torch.autograd.functional.jacobian
    start = torch.tensor([*data["h_prev"], *data.get("c_prev", [])], dtype=torch.float64)
    answers = solved(data).answers
    for t in range(1, steps + 1):
        whole = jacobian(lambda s, t=t: run(s, 1, t), start)
        np.testing.assert_allclose(answers[f"P_{t}"], whole.numpy(), rtol=1e-12, atol=1e-14)
        before = run(start, 1, t - 1).detach()
        one = jacobian(lambda s, t=t: run(s, t, t), before)
        np.testing.assert_allclose(answers[f"J_{t}"], one.numpy(), rtol=1e-12, atol=1e-14)
        norm = torch.linalg.matrix_norm(whole[:m, :m], 2).item()
        assert answers[f"norm_{t}"] == pytest.approx(norm, rel=1e-11, abs=1e-14)


MATRIX: dict[str, Any] = {
    "kind": "gradient-flow",
    "W_x": [[1, -0.5], [0.25, 0.75]],
    "W_h": [[0.8, -0.2], [0.3, 0.5]],
    "b": [0, 0.1],
    "activation": "tanh",
    "xs": [[1, 0], [0, 1], [1, 1], [0, 0]],
    "from": 1,
    "to": 4,
}


def test_claims_on_factors_are_marked_by_method() -> None:
    true = solved(MATRIX).answers
    product = true["J_3"] @ np.array(MATRIX["W_h"])
    claimed = {
        "J_2": MATRIX["W_h"],  # without the slopes
        "P_3": [[f"{entry:.4f}" for entry in row] for row in product],
        "J_4": [[f"{entry:.3f}" for entry in row] for row in true["J_4"]],
    }
    checks = {check.symbol: check for check in marked({**MATRIX, "claimed": claimed}).checks}
    assert (checks["J_2"].verdict, checks["J_2"].mistake) == ("wrong", "activation-omitted")
    assert checks["P_3"].verdict == "follows"
    assert checks["J_4"].verdict == "right"


@pytest.mark.parametrize("orientation", ["column", "row"])
def test_the_lines_of_factors_are_the_factors(orientation: str) -> None:
    solution = solved({**MATRIX, "orientation": orientation})
    lines = {step.symbol: step.value for step in solution.steps if step.symbol[0] in "JP"}
    assert len(lines) == 6
    for symbol, value in lines.items():
        np.testing.assert_allclose(value, solution.answers[symbol], rtol=1e-12)


def test_a_single_softmax_unit_stays_where_it_is() -> None:
    solution = solved(scalar(activation="softmax"))
    assert solution.answers["P_4"] == 0
    assert solution.extras["verdict"] == "vanishes"


def test_the_conventions_of_a_gru_are_said_and_values_are_constants() -> None:
    gate = {"W_x": [[0.5]], "W_h": [[0.25]]}
    gates = {"r": gate, "z": {**gate, "value": 0.5}, "n": gate}
    data = {"kind": "gradient-flow", "cell": "gru", "xs": [1, 2], "gates": gates}
    text = render([solved({**data, "update": "keep", "reset": "after"})], "table", View())
    assert "the update gate says how much of h is kept" in text
    assert "the reset comes after the recurrent matrix" in " ".join(text.split())
    assert "constants through which nothing flows: z." in " ".join(text.split())


def test_the_range_is_not_accused_for_a_state_that_is_not_there() -> None:
    with pytest.raises(ProblemError) as caught:
        problem(scalar(**{"from": 9, "to": 2}))
    said = [fault.message for fault in caught.value.faults]
    assert said == ["expected a state from 0 to 4, found 9"]


TINY: dict[str, Any] = {"kind": "gradient-flow", "cell": "rnn", "W_x": 1, "W_h": 0.5}
TINY |= {"random": {"steps": 50, "seed": 0}, "from": 1, "to": 50}


@pytest.mark.parametrize("claim", ["1.78e-14", "1.78e-18", "1.14e-33", "-1.78e-15"])
def test_a_tiny_number_is_no_rounding_of_another(claim: str) -> None:
    """The bound .5^49 is 1.776e-15: so small a number is worked to more than 12 decimals."""
    verdicts = [
        marked({**TINY, "claimed": {"bound_50": number}}).checks[0].verdict
        for number in (f"{0.5**49:.2e}", claim)
    ]
    assert verdicts == ["right", "wrong"]


def test_what_a_tiny_number_comes_from_is_written_with_both_lines() -> None:
    (check,) = marked({**TINY, "claimed": {"norm_50": f"{0.5**49:.2e}"}}).checks
    assert (check.verdict, check.mistake) == ("wrong", "factor-for-norm")
    assert "norm_50 = abs(W_h)^49 gives 1.776e-15; norm_50 = abs(P_50) gives" in check.explanation


@pytest.mark.parametrize(
    "claim", ["1e-322", "1e-20", *map(at_length, ("3.7e-40", "4e-100", "7.31e-19"))]
)
def test_nearer_to_0_is_no_evidence(claim: str) -> None:
    """What other data give is not these numbers, though it may be as small."""
    (check,) = marked({**TINY, "to": 20, "claimed": {"norm_20": claim}}).checks
    assert (check.verdict, check.mistake) == ("wrong", None)


@pytest.mark.parametrize("figures", [3, at_length(2), at_length(4)])
def test_a_tiny_norm_that_is_worked_to_a_few_figures_is_not_accused(figures: int) -> None:
    """Each slope, each factor and each product by hand, rounded to so many figures."""

    def kept(value: float) -> float:
        return float(f"{value:.{figures - 1}e}")

    data = {**TINY, "to": 40}
    answers = problem(data).solve().answers
    product = 1.0
    for t in range(2, 41):
        slope = kept(1 - float(np.ravel(answers[f"h_{t}"])[0]) ** 2)
        product = kept(product * kept(0.5 * slope))
    claim = f"{product:.{figures - 1}e}"
    (check,) = marked({**data, "claimed": {"norm_40": claim}}).checks
    assert check.verdict in ("right", "rounding")


def test_numbers_at_the_end_of_the_floats_are_marked_beside_short_ones() -> None:
    claims = {"bound_5": "0.06", "bound_9": "0.004", "norm_20": "1e-322", "bound_30": "1e-320"}
    verdicts = {c.symbol: c.verdict for c in marked({**TINY, "claimed": claims}).checks}
    assert verdicts.keys() == claims.keys()
    assert (verdicts["norm_20"], verdicts["bound_30"]) == ("wrong", "wrong")
