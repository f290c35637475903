"""How long a worksheet takes to go through LSTMs and back, beside torch autograd on the same.

    python tests/benchmarks/backward.py [STEPS UNITS BATCH]

Every line is recorded, gate by gate, forward and backward, as for a solution: first of one cell,
then of two layers in both directions.  A ratio over the target is not an error: machines differ.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the console script does, before NumPy

import numpy as np

from lstmhw.cells.lstm import Lstm, PyTorchLstm
from lstmhw.expr import Quantity
from lstmhw.gradient.walk import Walk
from lstmhw.problem import Place
from lstmhw.recurrent import INPUT
from lstmhw.recurrent.passing import Pass, Way, by_layer
from lstmhw.solution import Worksheet

TARGET = 1  # times torch's time, which records no line that can be read
RUNS = 15

Weights = Mapping[str, Any]
KEYS = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}


class Sizes(NamedTuple):
    """What is computed: so many layers, each in one direction or two, of so many units."""

    steps: int
    units: int
    batch: int
    layers: int = 1
    directions: int = 1

    def cells(self) -> Iterator[tuple[str, str, int]]:
        """The cells: what torch and lstmhw call their place, and how many inputs they have."""
        for layer in range(self.layers):
            inputs = self.units * (self.directions if layer else 1)
            for turned in range(self.directions):
                mark = (str(layer + 1) if layer else "") + ("rev" if turned else "")
                end = f"_l{layer}" + ("_reverse" if turned else "")
                yield end, f"@{mark}" if mark else "", inputs


class Data(NamedTuple):
    """xs (T, batch, n), dhs (T, batch, m) for each step's output; h, c and weights by cell."""

    xs: Any
    dhs: Any
    h: Mapping[str, Any]
    c: Mapping[str, Any]
    weights: Mapping[str, Weights]


def drawn(sizes: Sizes) -> Data:
    draw = np.random.default_rng(0).normal
    steps, units, batch = sizes[:3]
    weights = {}
    for end, _, inputs in sizes.cells():
        shapes = {
            "weight_ih": (4 * units, inputs),
            "weight_hh": (4 * units, units),
            "bias_ih": (4 * units,),
            "bias_hh": (4 * units,),
        }
        weights[end] = {key: draw(size=shape) / np.sqrt(units) for key, shape in shapes.items()}
    h, c = ({end: draw(size=(batch, units)) for end in weights} for _ in range(2))
    xs = draw(size=(steps, batch, units))
    return Data(xs, draw(size=(steps, batch, units * sizes.directions)), h, c, weights)


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def network(sizes: Sizes, data: Data) -> list[list[Way]]:
    """The layers, the first next to the input."""
    ways = []
    for end, mark, inputs in sizes.cells():
        cell = Lstm(
            stacked=PyTorchLstm(layout="pytorch", **data.weights[end]),
            h_prev=data.h[end].T,
            c_prev=data.c[end].T,
            sizes={"m": sizes.units, "n": inputs, "B": sizes.batch},
            place=Place((), mark),
        )
        ways.append(Way(cell, mark.endswith("rev")))
    return [ways[k : k + sizes.directions] for k in range(0, len(ways), sizes.directions)]


def gradients(sizes: Sizes, data: Data) -> dict[str, Any]:
    """The gradients to weights, inputs and first states of the sum of h_t . dh_t over the steps."""
    times = range(1, sizes.steps + 1)
    sheet, layers = Worksheet({}), network(sizes, data)
    inputs = {
        t: sheet.given(f"x_{t}", x, (), "", INPUT) for t, x in zip(times, data.xs, strict=True)
    }
    by_layer(sheet, [[Pass(sheet, way, times, {}) for way in layer] for layer in layers], inputs)
    forward = tuple(sheet.lines)
    walk = Walk(sheet, times, [way for layer in layers for way in layer])
    for t, dh in zip(times, data.dhs, strict=True):
        shares = np.split(dh, sizes.directions, axis=-1)
        for way, share in zip(layers[-1], shares, strict=True):
            symbol = way.cell.at("h", t)
            walk.seed(symbol, Quantity(f"d{symbol} from outside", share, given=True))
    walk.through_time(forward, ())
    walk.totals()
    return named(sheet, sizes, layers)


def named(sheet: Worksheet, sizes: Sizes, layers: Sequence[Sequence[Way]]) -> dict[str, Any]:
    """The gradients as torch names and stacks them."""
    times, answers = range(1, sizes.steps + 1), sheet.answers
    found = {"xs": np.array([answers[f"dx_{t}"] for t in times])}
    ways = (way for layer in layers for way in layer)
    for (end, mark, _), (cell, backwards) in zip(sizes.cells(), ways, strict=True):
        for name, key in KEYS.items():
            gates = [answers[f"d{key}_{gate}{mark}"] for gate in cell.letters]
            found[name + end] = np.concatenate(gates)
        start = Way(cell, backwards).start(times)
        found |= {letter + end: answers[f"d{cell.at(letter, start)}"] for letter in cell.states}
    return found


def by_torch(sizes: Sizes, data: Data) -> Callable[[], Any]:
    import torch

    layer = torch.nn.LSTM(
        sizes.units,
        sizes.units,
        num_layers=sizes.layers,
        bidirectional=sizes.directions > 1,
        dtype=torch.float64,
    )
    ends = list(data.weights)
    named = {key + end: data.weights[end][key] for end in ends for key in KEYS}
    layer.load_state_dict({name: torch.tensor(value) for name, value in named.items()})
    states = [np.array([of[end] for end in ends]) for of in (data.h, data.c)]
    leaves = [torch.tensor(value, requires_grad=True) for value in (data.xs, *states)]
    inputs, hidden, cell = leaves
    arriving = torch.tensor(data.dhs)
    parameters = [dict(layer.named_parameters())[name] for name in named]

    def run() -> dict[str, Any]:
        hs, _ = layer(inputs, (hidden, cell))
        *grads, dxs, dh, dc = torch.autograd.grad((hs * arriving).sum(), [*parameters, *leaves])
        found = {name: grad.numpy() for name, grad in zip(named, grads, strict=True)}
        found |= {"h" + end: dh[k].numpy() for k, end in enumerate(ends)}
        found |= {"c" + end: dc[k].numpy() for k, end in enumerate(ends)}
        return {**found, "xs": dxs.numpy()}

    return run


def off_by(found: Any, expected: Any) -> float:
    return float(np.max(np.abs(found - expected)) / np.max(np.abs(expected)))


def compare(sizes: Sizes) -> None:
    data = drawn(sizes)
    ours, theirs = partial(gradients, sizes, data), by_torch(sizes, data)
    found, expected = ours(), theirs()
    worst = max(off_by(found[name], value) for name, value in expected.items())
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(RUNS)]
    mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    cells = "one cell" if sizes[3:] == (1, 1) else "two layers, both directions"
    print(f"{cells}: lstmhw {1000 * mine:.1f} ms, torch {1000 * other:.1f} ms")
    print(f"  ratio {mine / other:.2f} (target at most {TARGET})")
    print(f"  largest difference {worst:.1e}, relative to the largest entry of each gradient")


def main() -> None:
    gc.set_threshold(100_000)  # as the console script does
    steps, units, batch = map(int, sys.argv[1:4]) if len(sys.argv) > 3 else (200, 64, 32)
    print(f"{steps} steps, {units} units, batch {batch}, float64, forward and backward")
    compare(Sizes(steps, units, batch))
    compare(Sizes(steps, units, batch, layers=2, directions=2))


if __name__ == "__main__":
    main()
