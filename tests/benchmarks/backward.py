"""How long a worksheet takes to go through an LSTM and back, beside torch autograd on the same.

    python tests/benchmarks/backward.py [STEPS UNITS BATCH]

Every line is recorded, gate by gate, forward and backward, as for a solution.  A ratio over the
target is not an error: machines differ.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lstmhw.cells.lstm import Lstm, PyTorchLstm
from lstmhw.expr import Quantity
from lstmhw.gradient.walk import Walk
from lstmhw.recurrent import INPUT
from lstmhw.recurrent.passing import Way
from lstmhw.solution import Worksheet

TARGET = 5  # times torch's time, which records no line that can be read
RUNS = 15


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def gradients(xs: Any, h: Any, c: Any, weights: dict[str, Any], dhs: Any) -> dict[str, Any]:
    """The gradients to weights, inputs and first states of the sum of h_t . dh_t over the steps.

    xs (T, batch, n), h and c (batch, m), dhs (T, batch, m); weights as torch.nn.LSTM stacks them.
    """
    times = range(1, len(xs) + 1)
    stacked = PyTorchLstm(layout="pytorch", **weights)
    cell = Lstm(stacked=stacked, h_prev=h, c_prev=c, sizes={"m": h.shape[-1], "n": xs.shape[-1]})
    sheet = Worksheet({})
    inputs = [sheet.given(f"x_{t}", x, (), "", INPUT) for t, x in zip(times, xs, strict=True)]
    states: tuple[Any, ...] = tuple(cell.initial(sheet, letter, 0) for letter in cell.states)
    z = cell.pre_activations(sheet)
    for t, x in zip(times, inputs, strict=True):
        states = cell.step(sheet, t, z, x, *states)
    forward = tuple(sheet.lines)
    walk = Walk(sheet, times, [Way(cell, False)])
    for t, dh in zip(times, dhs, strict=True):
        walk.seed(f"h_{t}", Quantity(f"dh_{t} from outside", dh, given=True))
    walk.through_time(forward, ())
    walk.totals()

    def stack(key: str) -> Any:
        return np.concatenate([sheet.answers[f"d{key}_{gate}"] for gate in cell.letters])

    keys = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}
    found = {name: stack(key) for name, key in keys.items()}
    dxs = np.array([sheet.answers[f"dx_{t}"] for t in times])
    return {**found, "xs": dxs, "h": sheet.answers["dh_0"], "c": sheet.answers["dc_0"]}


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
