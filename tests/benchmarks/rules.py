"""How long proofs and long documents take, in one run.

    python tests/benchmarks/rules.py [WORDS]

Proofs are timed in the process, by its own clock, the first one with all that it imports already
there, and beside a thousand words run one at a time.  Of step units the automaton has 12 states and
3 letters: networks that are made by hand, found wrong, and one whose outputs may be anything, so
that all its states are gone through.  A long document is run by lstmhw and, where torch is
installed, by torch.nn.LSTM with the same weights in float64 on one thread.
"""

import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does
import numpy as np

from lstmhw.kinds.sentiment_weights import SentimentWeights
from lstmhw.reading import read
from lstmhw.rules.letters import Near, Rule
from lstmhw.rules.network import WordLstm, run
from lstmhw.rules.outputs import of_tables
from lstmhw.rules.proof import proof
from lstmhw.rules.step_construction import constructed
from lstmhw.rules.step_units import StepNetwork, Stopped, decided
from lstmhw.rules.trace import trace

PROOF_TARGET = 0.050  # seconds
STEPS_TARGET = 2.0  # seconds
STATES, LETTERS, UNITS = 12, 3, 40
TRACE_TARGET = 3.0  # times as fast as torch.nn.LSTM


def seconds(work: Callable[[], Any], runs: int = 5) -> list[float]:
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return times


def problem(name: str) -> SentimentWeights:
    asked = read(name).problem
    assert isinstance(asked, SentimentWeights)
    return asked


def by_torch(network: WordLstm, document: list[int]) -> float:
    import torch

    torch.set_num_threads(1)
    units, words = network.units, len(network.words)
    lstm = torch.nn.LSTM(words, units, bias=False, dtype=torch.float64)
    weights = {"weight_ih_l0": network.words.T.copy(), "weight_hh_l0": network.W_h}
    lstm.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    one_hot = torch.nn.functional.one_hot(torch.tensor(document), words).double()
    with torch.no_grad():
        hidden, _ = lstm(one_hot)
        apart = np.abs(hidden.numpy() - trace(network, document).h).max()
        print(f"  largest difference from torch  {apart:.1e}")
        return statistics.median(seconds(lambda: lstm(one_hot), 3))


def step_rule(anything: bool) -> Rule:
    """Every way from a state to a state with its own output, or with any."""
    names = [f"q{k}" for k in range(STATES)]
    following = {
        name: [names[(5 * k + 3) % STATES], names[(k + 1) % STATES], names[k // 2]]
        for k, name in enumerate(names)
    }
    due = {
        name: [None if anything else Fraction(LETTERS * k + a) for a in range(LETTERS)]
        for k, name in enumerate(names)
    }
    return of_tables(following, due, "q0")


def random_steps(seed: int) -> StepNetwork:
    rng = np.random.default_rng(seed)
    shapes = {"put": (LETTERS, UNITS), "W_h": (UNITS, UNITS), "out": (1, UNITS)}
    put, W_h, out = (
        tuple(tuple(Fraction(round(100 * v), 100) for v in row) for row in rng.normal(size=shape))
        for shape in shapes.values()
    )
    return StepNetwork(put, W_h, (Fraction(),) * UNITS, out[0], Fraction())


def padded(network: StepNetwork) -> StepNetwork:
    """With units more that say which letter was read last, up to so many."""
    more = UNITS - len(network.W_h)
    zeros = (Fraction(),) * more
    letters = tuple(
        (*row, *(Fraction(k % LETTERS == letter) for k in range(more)))
        for letter, row in enumerate(network.letters)
    )
    W_h = (*((*row, *zeros) for row in network.W_h), *((Fraction(),) * UNITS for _ in range(more)))
    return network._replace(
        letters=letters,
        W_h=W_h,
        initial=(*network.initial, *zeros),
        weights=(*network.weights, *zeros),
    )


def step_units() -> None:
    near = Near(Fraction(1, 2))
    rule, free = step_rule(anything=False), step_rule(anything=True)
    by_hand = padded(constructed(rule).network)
    cases = {"made by hand": (by_hand, rule), "random": (random_steps(1), rule)}
    cases["random, any output"] = random_steps(0), free
    print(f"{STATES} states, {LETTERS} letters, {UNITS} step units (target {STEPS_TARGET} s each)")
    for name, (network, asked) in cases.items():
        found = decided(network, asked, near)
        took = statistics.median(seconds(partial(decided, network, asked, near), 3))
        size = f" after {found.boxes.states} states" if isinstance(found.boxes, Stopped) else ""
        print(f"  {name + ':':20} {found.verdict}{size} in {took:.3f} s")


def main() -> None:
    words = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    asked = problem("sentiment-six-units")
    subject = asked.subject(None)
    first, *more = seconds(lambda: proof(subject.network, subject.late, subject.tolerance))
    print(f"proof of six units: {1000 * first:.0f} ms, again {1000 * statistics.median(more):.0f}")
    print(f"  target                         {1000 * PROOF_TARGET:.0f} ms")
    network = subject.network.floats()
    one_by_one = statistics.median(seconds(partial(run, network, [0, 1, 2, 3] * 250), 3))
    print(f"  of 1000 words one at a time    {statistics.median(more) / one_by_one:.2f}")
    step_units()
    document = np.random.default_rng(0).integers(0, len(network.words), words).tolist()
    ours = statistics.median(seconds(lambda: trace(network, document)))
    print(f"{words} words: {ours:.3f} s, {1e6 * ours / words:.2f} us a word")
    if importlib.util.find_spec("torch"):
        ratio = by_torch(network, document) / ours
        print(f"  times as fast as torch         {ratio:.1f} (target {TRACE_TARGET})")


if __name__ == "__main__":
    main()
