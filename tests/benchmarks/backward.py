"""How long the page takes to go through an LSTM and back, beside torch autograd on the same data.

    python tests/benchmarks/backward.py [STEPS UNITS BATCH]

The equations are those of `cells` and `backward`, unrecorded; the gates are stacked, so that one
product serves all four.  A ratio over the target is not an error: machines differ.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lstmhw import backward, cells

TARGET = 1.5  # times torch's time
RUNS = 15
ORDER = "ifgo"


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def gradients(xs: Any, h: Any, c: Any, weights: dict[str, Any], dhs: Any) -> dict[str, Any]:
    """The gradients to weights, inputs and first states of the sum of h_t . dh_t over the steps.

    xs (T, batch, n), h and c (batch, m), dhs (T, batch, m); weights as torch.nn.LSTM stacks them.
    """
    use, steps = cells.Activations(), range(1, len(xs) + 1)
    W_x, W_h = weights["weight_ih"], weights["weight_hh"]
    v: dict[str, Any] = {"h_0": h, "c_0": c}

    def let(symbol: str, value: Any, note: str) -> Any:
        v[symbol] = value
        return value

    together = {"": backward.Weights(W_x, W_h)}  # all gates as one
    inputs = xs @ W_x.T + weights["bias_ih"] + weights["bias_hh"]
    for t in steps:
        h, c = cells.lstm(let, t, stacked(inputs[t - 1] + h @ W_h.T), use, None, h, c)

    dz = np.empty_like(inputs)
    later_h: list[Any] = []
    later_c: tuple[Any, ...] = ()
    for t in reversed(steps):
        dh = backward.sum_of([dhs[t - 1], *later_h])
        back = backward.lstm(cells.unrecorded, t, v, use, dh, later_c)
        np.concatenate([back.dz[gate] for gate in ORDER], axis=-1, out=dz[t - 1])
        later_h = backward.to_hidden(together, {"": dz[t - 1]}, cells.column)
        later_c = (back.dc,)

    hs = np.array([v[f"h_{t - 1}"] for t in steps])
    seen = backward.Seen(dz, hs)
    keys = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}
    found = {
        name: backward.to_weights(key, dz, xs, seen, cells.hidden_first, backward.COLUMN)
        for name, key in keys.items()
    }
    (dxs,) = backward.to_input(together, {"": dz}, cells.column)
    return {**found, "xs": dxs, "h": backward.sum_of(later_h), "c": later_c[0]}


def stacked(z: Any) -> cells.LstmPreActivations:
    """The pre-activations of all gates, which are computed already."""
    parts = np.split(z, 4, axis=-1)
    return cells.LstmPreActivations(*(partial(_taken, part) for part in parts))


def _taken(part: Any, x: Any, h: Any) -> Any:
    return part


def by_torch(xs: Any, h: Any, c: Any, weights: dict[str, Any], dhs: Any) -> Callable[[], Any]:
    import torch

    layer = torch.nn.LSTM(xs.shape[-1], h.shape[-1], dtype=torch.float64)
    layer.load_state_dict({f"{key}_l0": torch.tensor(value) for key, value in weights.items()})
    leaves = [torch.tensor(value, requires_grad=True) for value in (xs, h[None], c[None])]
    inputs, hidden, cell = leaves
    arriving = torch.tensor(dhs)

    def run() -> dict[str, Any]:
        hs, _ = layer(inputs, (hidden, cell))
        found = torch.autograd.grad((hs * arriving).sum(), [*layer.parameters(), *leaves])
        names = [*weights, "xs", "h", "c"]
        return {name: grad.numpy() for name, grad in zip(names, found, strict=True)}

    return run


def off_by(found: Any, expected: Any) -> float:
    differences = np.abs(found - expected.reshape(found.shape))
    return float(np.max(differences) / np.max(np.abs(expected)))


def main() -> None:
    steps, units, batch = map(int, sys.argv[1:4]) if len(sys.argv) > 3 else (200, 64, 32)
    draw = np.random.default_rng(0).normal
    xs, dhs = draw(size=(steps, batch, units)), draw(size=(steps, batch, units))
    h, c = draw(size=(batch, units)), draw(size=(batch, units))
    shapes = {
        "weight_ih": (4 * units, units),
        "weight_hh": (4 * units, units),
        "bias_ih": (4 * units,),
        "bias_hh": (4 * units,),
    }
    weights = {key: draw(size=shape) / np.sqrt(units) for key, shape in shapes.items()}
    ours = partial(gradients, xs, h, c, weights, dhs)
    theirs = by_torch(xs, h, c, weights, dhs)
    found, expected = ours(), theirs()
    worst = max(off_by(found[name], value) for name, value in expected.items())
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(RUNS)]
    mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{steps} steps, {units} units, batch {batch}, float64, forward and backward")
    print(f"lstmhw {1000 * mine:.1f} ms, torch {1000 * other:.1f} ms")
    print(f"ratio {mine / other:.2f} (target at most {TARGET})")
    print(f"largest difference {worst:.1e}, relative to the largest entry of each gradient")


if __name__ == "__main__":
    main()
