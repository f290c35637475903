"""Networks that score documents, as data of problem files, and a plain judge of them."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

WORDS = ("bad", "good", "not", "uh")
RULE_A = {"good": 1, "bad": 1, "not good": -2, "not bad": -2}
RULE_B = {"good": 1, "bad": -1, "not good": -2, "not bad": 2}

Gates = dict[str, dict[str, Any]]


def zeros(*shape: int) -> Any:
    return np.zeros(shape).tolist()


def six_units(scale: float = 1.0) -> Gates:
    """The sheet's six units: flags for bad, good, not, bad and good after not, and a counter."""
    gates: Gates = {
        gate: {"W_x": zeros(6, 4), "W_h": zeros(6, 6), "b": [0.0] * 6} for gate in "ifgo"
    }
    gates["i"]["b"] = [100.0] * 6
    gates["f"]["b"] = [-100.0] * 5 + [100.0]
    gates["g"]["b"] = [100.0] * 5 + [0.0]
    gates["g"]["W_h"][5] = [-100.0, 100.0, 0.0, 100.0, -100.0, 0.0]
    for unit, word in enumerate((0, 1, 2, 0, 1)):
        gates["o"]["W_x"][unit][word] = 100.0
    for unit, weight in enumerate((-100.0, -100.0, 0.0, 100.0, 100.0)):
        gates["o"]["W_h"][unit][2] = weight
    gates["o"]["b"] = [-50.0, -50.0, -50.0, -150.0, -150.0, -50.0]
    for gate in gates.values():
        for key, value in gate.items():
            gate[key] = (np.array(value) * scale).tolist()
    return gates


def six_unit_problem(gates: Gates, **more: Any) -> dict[str, Any]:
    return {
        "kind": "sentiment-weights",
        "vocabulary": list(WORDS),
        "score": RULE_B,
        "gates": gates,
        "output": {"from": "c", "weights": [0, 0, 0, 0, 0, 1]},
        "delay": 1,
        **more,
    }


def scores(rule: Mapping[str, float], words: Sequence[str], delay: int = 0) -> list[float]:
    """What the output should be after each word."""
    longest = max(len(key.split()) for key in rule)
    total, so_far = 0.0, []
    for t in range(1, len(words) + 1):
        ends = [" ".join(words[max(0, t - n) : t]) for n in range(1, min(longest, t) + 1)]
        total += sum(rule.get(end, 0.0) for end in ends)
        so_far.append(total)
    return ([0.0] * delay + so_far)[: len(words)]


def outputs(data: dict[str, Any], words: Sequence[str]) -> list[float]:
    """The output after each word, in plain loops, for sigmoid and tanh."""
    vocabulary, gates, read = data["vocabulary"], data["gates"], data["output"]
    units = range(len(read["weights"]))
    h, c = [0.0 for _ in units], [0.0 for _ in units]
    found = []
    for word in words:
        x = vocabulary.index(word)
        z = {
            name: [
                gate["W_x"][u][x] + sum(gate["W_h"][u][v] * h[v] for v in units) + gate["b"][u]
                for u in units
            ]
            for name, gate in gates.items()
        }
        for u in units:
            written = _sigmoid(z["i"][u]) * math.tanh(z["g"][u])
            c[u] = _sigmoid(z["f"][u]) * c[u] + written
        h = [_sigmoid(z["o"][u]) * math.tanh(c[u]) for u in units]
        source = c if read["from"] == "c" else h
        found.append(sum(w * s for w, s in zip(read["weights"], source, strict=True)))
    return found


def _sigmoid(z: float) -> float:
    small = math.exp(-abs(z))
    return (1.0 if z >= 0 else small) / (1.0 + small)


def wrong_length(data: dict[str, Any], longest: int) -> tuple[int | None, float]:
    """The length of a shortest document that is scored wrongly, and how close any came to it.

    Every document of the greatest length is run, its beginnings with it.
    """
    tolerance, delay = float(data.get("tolerance", 0.5)), data.get("delay", 0)
    first, closest = None, math.inf
    for words in itertools.product(data["vocabulary"], repeat=longest):
        due = scores(data["score"], words, delay)
        for t, (output, right) in enumerate(zip(outputs(data, words), due, strict=True), 1):
            error = abs(output - right)
            closest = min(closest, abs(error - tolerance))
            if error >= tolerance and (first is None or t < first):
                first = t
    return first, closest
