"""How long proofs and long documents take, in one run.

    python tests/benchmarks/rules.py [WORDS]

Proofs are timed in the process, the first one with all that it imports already there.  A long
document is run by lstmhw and, where torch is installed, by torch.nn.LSTM with the same weights in
float64 on one thread.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lstmhw.kinds.sentiment_weights import SentimentWeights
from lstmhw.reading import read
from lstmhw.rules.network import WordLstm
from lstmhw.rules.proof import proof
from lstmhw.rules.trace import trace

PROOF_TARGET = 0.050  # seconds
TRACE_TARGET = 3.0  # times as fast as torch.nn.LSTM


def seconds(work: Callable[[], Any], runs: int = 5) -> list[float]:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
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


def main() -> None:
    words = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    asked = problem("sentiment-six-units")
    subject = asked.subject(None)
    first, *more = seconds(lambda: proof(subject.network, subject.late, subject.tolerance))
    print(f"proof of six units: {1000 * first:.0f} ms, again {1000 * statistics.median(more):.0f}")
    print(f"  target                         {1000 * PROOF_TARGET:.0f} ms")
    network = subject.network.floats()
    document = np.random.default_rng(0).integers(0, len(network.words), words).tolist()
    ours = statistics.median(seconds(lambda: trace(network, document)))
    print(f"{words} words: {ours:.3f} s, {1e6 * ours / words:.2f} us a word")
    if importlib.util.find_spec("torch"):
        ratio = by_torch(network, document) / ours
        print(f"  times as fast as torch         {ratio:.1f} (target {TRACE_TARGET})")


if __name__ == "__main__":
    main()
