"""Live against PyTorch, Keras and ONNX: `pytest -m oracle`, with the extra installed."""

import json
from typing import Any

import numpy as np
import pytest
from conftest import solved
from hypothesis import given, settings
from hypothesis import strategies as st
from record_vectors import DATA, RECORDERS
from test_cells import PRECISION

from lstmhw.cells import Activations, Separate, column
from lstmhw.cells.lstm import lstm
from lstmhw.expr import unrecorded

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("name", sorted(RECORDERS))
def test_the_recorded_vectors_are_what_the_frameworks_say(name: str) -> None:
    recorded = json.loads((DATA / f"{name}.json").read_text())
    fresh = list(RECORDERS[name]())
    assert len(recorded) == len(fresh) > 0
    for old, new in zip(recorded, fresh, strict=True):
        assert old["problem"] == json.loads(json.dumps(new["problem"]))
        for symbol, value in old["answers"].items():
            np.testing.assert_allclose(new["answers"][symbol], value, rtol=0, atol=PRECISION[name])


@pytest.mark.parametrize(("kind", "blocks"), [("lstm-step", 4), ("gru-step", 3), ("rnn-step", 1)])
@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 5), m=st.integers(1, 5), steps=st.integers(2, 6), seed=st.integers(0, 10**6)
)
def test_random_cells_agree_with_torch(
    kind: str, blocks: int, n: int, m: int, steps: int, seed: int
) -> None:
    import torch

    draw = np.random.default_rng(seed).normal
    xs, h, c = draw(size=(steps, n)), draw(size=m), draw(size=m)
    weights = {
        "weight_ih": draw(size=(blocks * m, n)) * 2,
        "weight_hh": draw(size=(blocks * m, m)) * 2,
        "bias_ih": draw(size=blocks * m),
        "bias_hh": draw(size=blocks * m),
    }
    types = {"lstm-step": torch.nn.LSTM, "gru-step": torch.nn.GRU, "rnn-step": torch.nn.RNN}
    layer = types[kind](n, m, dtype=torch.float64)
    layer.load_state_dict({f"{key}_l0": torch.tensor(value) for key, value in weights.items()})
    hidden, cell = torch.tensor(h)[None], torch.tensor(c)[None]
    states = (hidden, cell) if kind == "lstm-step" else hidden
    expected, last = layer(torch.tensor(xs), states)

    problem: dict[str, Any] = {"kind": kind, "xs": xs, "h_prev": h}
    if kind == "rnn-step":
        names = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}
        problem |= {names[key]: value for key, value in weights.items()}
    else:
        problem["stacked"] = {"layout": "pytorch", **weights}
    if kind == "lstm-step":
        problem["c_prev"] = c
    answers = solved(json.loads(json.dumps(problem, default=np.ndarray.tolist))).answers
    found = [answers[f"h_{t}"] for t in range(1, steps + 1)]
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=0, atol=1e-12)
    if kind == "lstm-step":
        np.testing.assert_allclose(answers[f"c_{steps}"], last[1][0].detach(), rtol=0, atol=1e-12)


def test_the_page_agrees_with_torch_over_a_long_batch() -> None:
    import torch

    draw = np.random.default_rng(0).normal
    steps, batch, n, m = 60, 8, 5, 7
    layer = torch.nn.LSTM(n, m, dtype=torch.float64)
    weights = {key: value.detach().numpy() for key, value in layer.state_dict().items()}
    parts = {key.removesuffix("_l0"): np.split(value, 4) for key, value in weights.items()}
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    blocks = zip("ifgo", *(parts[name] for name in names), strict=True)
    gates = {
        gate: Separate(W_x, W_h, (b_x,), (b_h,), column) for gate, W_x, W_h, b_x, b_h in blocks
    }
    xs, h, c = draw(size=(steps, batch, n)), draw(size=(batch, m)), draw(size=(batch, m))
    expected, _ = layer(torch.tensor(xs), (torch.tensor(h)[None], torch.tensor(c)[None]))
    found = []
    for x in xs:
        h, c = lstm(unrecorded, 1, gates, Activations(), x, h, c)
        found.append(h)
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=0, atol=1e-12)
