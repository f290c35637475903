"""Networks that score documents, as data of problem files, and a plain judge of them."""

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
    state, found = _start(data), []
    for word in words:
        state = _after(data, state, word)
        found.append(_output(data, state))
    return found


State = dict[str, list[float]]


def _start(data: dict[str, Any]) -> State:
    zero = [0.0 for _ in data["output"]["weights"]]
    return {"h": zero, "c": zero}


def _after(data: dict[str, Any], state: State, word: str) -> State:
    """The state after one more word."""
    x = data["vocabulary"].index(word)
    z = {
        name: [
            row_x[x] + sum(w * h for w, h in zip(row_h, state["h"], strict=True)) + b
            for row_x, row_h, b in zip(gate["W_x"], gate["W_h"], gate["b"], strict=True)
        ]
        for name, gate in data["gates"].items()
    }
    c = [
        _sigmoid(f) * old + _sigmoid(i) * math.tanh(g)
        for f, old, i, g in zip(z["f"], state["c"], z["i"], z["g"], strict=True)
    ]
    return {"h": [_sigmoid(o) * math.tanh(v) for o, v in zip(z["o"], c, strict=True)], "c": c}


def _output(data: dict[str, Any], state: State) -> float:
    read = data["output"]
    weights: list[float] = read["weights"]
    return sum(w * s for w, s in zip(weights, state[read["from"]], strict=True))


def _sigmoid(z: float) -> float:
    small = math.exp(-abs(z))
    return (1.0 if z >= 0 else small) / (1.0 + small)


def wrong_length(data: dict[str, Any], longest: int) -> tuple[int | None, float]:
    """The length of a shortest document that is scored wrongly, and how close any came to it.

    Every document of up to the greatest length is run, one word on from its beginning.
    """
    tolerance, delay = float(data.get("tolerance", 0.5)), data.get("delay", 0)
    first, closest = None, math.inf
    ran: dict[tuple[str, ...], State] = {(): _start(data)}
    for t in range(1, longest + 1):
        ran = {
            (*words, word): _after(data, state, word)
            for words, state in ran.items()
            for word in data["vocabulary"]
        }
        for words, state in ran.items():
            error = abs(_output(data, state) - scores(data["score"], words, delay)[-1])
            closest = min(closest, abs(error - tolerance))
            if error >= tolerance and first is None:
                first = t
    return first, closest
