"""Stacks of recurrent cells, once more and slowly: a second method to check lstmhw against.

Written from the equations of the textbooks; nothing here is lstmhw's.  A problem is the mapping
that its file is.  `forward` computes it, `gradients` differentiates its loss by complex steps: the
number that is asked about gets an imaginary part of 1e-30, and the imaginary part of the loss tells
the slope.  Many copies of the network are computed side by side, each with another number moved.

A vector is kept as columns, one an example, and every array has the copies as its first axis:
(copies, rows, columns).  Problems with `orientation: row` are turned on reading and on answering.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Problem = Mapping[str, Any]
Array = Any
Answers = dict[str, Any]

TINY = 1e-30
GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": ("",)}
SCORES = {"lstm": "z", "gru": "a", "rnn": "a"}
KEYS = ("W", "W_x", "W_h", "b", "b_x", "b_h")


def softmax(z: Array) -> Array:
    powers = np.exp(z - np.max(z.real, axis=1, keepdims=True))
    return powers / np.sum(powers, axis=1, keepdims=True)


def between(low: float, z: Array, high: float) -> Array:
    return np.where(z.real < low, low, np.where(z.real > high, high, z))


# Slopes of complex steps are right where there is no corner; at one they are those to the left.
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "leaky-relu": lambda z: np.where(z.real > 0, z, z / 100),
    "identity": lambda z: z,
    "softmax": softmax,
    "hard-sigmoid": lambda z: between(0, z / 5 + 0.5, 1),
    "hard-sigmoid-6": lambda z: between(0, z / 6 + 0.5, 1),
    "step": lambda z: np.where(z.real > 0, 1, 0),
    "step-from-0": lambda z: np.where(z.real >= 0, 1, 0),
}

LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "half-squared": lambda y, target: (y - target) ** 2 / 2,
    "squared": lambda y, target: (y - target) ** 2,
    "mean-squared": lambda y, target: (y - target) ** 2,
    "cross-entropy": lambda y, target: np.where(target == 0, 0, -target * np.log(y)),
    "binary-cross-entropy": lambda y, target: -target * np.log(y) - (1 - target) * np.log(1 - y),
}


@dataclass
class Direction:
    """One cell of a layer, running one way: its mark in symbols, and its data."""

    mark: str
    backwards: bool
    data: Problem
    weights: dict[str, dict[str, Array]] = field(default_factory=dict)
    peephole: dict[str, Array] = field(default_factory=dict)


def cell_of(problem: Problem) -> str:
    if problem["kind"] != "lstm-gradient":
        return str(problem["kind"]).removesuffix("-step")
    return str(problem["cell"])


def directions(problem: Problem) -> list[list[Direction]]:
    """The layers, the first next to the input, each with its one or two directions."""
    layers = []
    for number, data in enumerate(problem.get("layers", [problem]), 1):
        mark = f"@{number}" if number > 1 else ""
        backwards = problem.get("direction") == "reverse"
        layer = [Direction(mark, backwards, data)]
        if "reverse" in data:
            layer.append(Direction(f"{mark or '@'}rev", True, data["reverse"]))
        layers.append(layer)
    return layers


def stacked_gates(stacked: Problem, letters: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The blocks of PyTorch's parameters, by gate."""
    names = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}
    gates: dict[str, dict[str, Any]] = {letter: {} for letter in letters}
    for name, key in names.items():
        if name in stacked:
            parts = np.split(np.array(stacked[name], dtype=float), len(letters))
            for letter, part in zip(letters, parts, strict=True):
                gates[letter][key] = part
    return gates


class Run:
    """A network computed; `values` holds all symbols, as they are kept inside.

    `nudges` are added to the values of symbols when they are computed or read.  What comes before
    the time `cut` counts as constant: no imaginary part enters that step with the states.
    """

    def __init__(
        self, problem: Problem, nudges: Mapping[str, Array] | None = None, cut: int | None = None
    ) -> None:
        self.problem, self.nudges, self.cut = problem, nudges or {}, cut
        self.cell = cell_of(problem)
        self.row = problem.get("orientation") == "row"
        self.values: dict[str, Array] = {}
        self.parameters: list[str] = []
        self.padded: set[str] = set()  # what has no meaning after an example's last step
        self.moves: dict[str, str] = {}  # other names of states before the first step
        self.layers = directions(problem)
        self.first = problem.get("t", 1)
        self.read_inputs()
        for layer in self.layers:
            for direction in layer:
                self.read_weights(direction)
        if "output" in problem:
            layer = problem["output"]
            self.parameter("W_y", layer["W"], matrix=True)
            if "b" in layer:
                self.parameter("b_y", layer["b"])
        if problem.get("feedback"):
            self.with_feedback()
        else:
            self.layer_by_layer()
        self.losses = dict(self.each_loss())

    # Reading

    def let(self, symbol: str, value: Array) -> Array:
        self.values[symbol] = value + self.nudges.get(symbol, 0)
        return self.values[symbol]

    def parameter(self, symbol: str, value: Any, matrix: bool = False) -> Array:
        self.parameters.append(symbol)
        if not matrix:
            return self.let(symbol, np.reshape(np.array(value, dtype=float), (1, -1, 1)))
        value = np.atleast_2d(np.array(value, dtype=float))
        return self.let(symbol, (value.T if self.row else value)[np.newaxis])

    def examples(self, value: Any) -> Array:
        """A vector, or a matrix of examples, as columns."""
        value = np.array(value, dtype=float)
        if value.ndim < 2:
            return value.reshape(1, -1, 1)
        return (value.T if self.row else value)[np.newaxis]

    def read_inputs(self) -> None:
        problem = self.problem
        xs = problem["xs"] if "xs" in problem else [problem["x"]]
        self.batched = np.ndim(xs[0]) == 2
        self.xs = [self.examples(x) for x in xs]
        steps = problem["steps"] if problem.get("feedback") else len(xs)
        self.times = range(self.first, self.first + steps)
        self.size = self.xs[0].shape[2]
        lengths = problem.get("lengths", [steps] * self.size)
        self.runs = {
            t: np.array([t - self.first < length for length in lengths]) for t in self.times
        }

    def read_weights(self, direction: Direction) -> None:
        data, letters = direction.data, GATES[self.cell]
        gates: Mapping[str, Problem]
        if self.cell == "rnn":
            gates = {"": data}
        elif "stacked" in data:
            assert not self.row  # PyTorch's parameters multiply columns
            gates = stacked_gates(data["stacked"], letters)
        else:
            gates = data["gates"]
        for letter, gate in gates.items():
            name = f"_{letter}" if letter else ""
            direction.weights[letter] = {
                key: self.parameter(f"{key}{name}{direction.mark}", gate[key], key[0] == "W")
                for key in KEYS
                if key in gate
            }
            if "value" in gate:
                direction.weights[letter]["value"] = np.reshape(gate["value"], (1, -1, 1))
        peephole = data.get("peephole", {})
        for letter, value in peephole.items():
            direction.peephole[letter] = self.parameter(f"p_{letter}{direction.mark}", value)

    def initial(self, direction: Direction, letter: str) -> Array:
        before, mark = f"{letter}_{self.first - 1}", direction.mark
        if direction.backwards:
            self.moves[before + mark] = f"{letter}_{self.times[-1] + 1}{mark}"
        given = direction.data.get(f"{letter}_prev")
        if given is None:
            given = np.zeros(self.units(direction))
        value = np.broadcast_to(self.examples(given), (1, self.units(direction), self.size))
        return self.let(before + mark, value)

    def units(self, direction: Direction) -> int:
        for gate in direction.weights.values():
            for key in ("W_h", "W", "b", "value"):
                if key in gate:
                    return int(gate[key].shape[1])
        raise AssertionError("no weights")

    # Forward

    def layer_by_layer(self) -> None:
        pairs = zip(self.times, self.xs, strict=True)
        seen = {t: self.let(f"x_{t}", x) for t, x in pairs}
        for layer in self.layers:
            outputs = []
            for direction in layer:
                states = [self.initial(direction, letter) for letter in self.states]
                order = self.times[::-1] if direction.backwards else self.times
                hidden = {}
                for t in order:
                    states = self.step(direction, t, seen[t], states)
                    hidden[t] = states[0]
                outputs.append(hidden)
            seen = {t: stack([hidden[t] for hidden in outputs]) for t in self.times}
        self.read = {t: self.output(t, seen[t]) for t in self.times}

    def with_feedback(self) -> None:
        """All layers of a step, then the next step, whose input is what came out of this one."""
        cells = [direction for (direction,) in self.layers]
        states = [[self.initial(cell, letter) for letter in self.states] for cell in cells]
        (x,), self.read = self.xs, {}
        for t in self.times:
            if t == self.cut:
                x = x.real
            seen = self.let(f"x_{t}", x)
            for number, cell in enumerate(cells):
                states[number] = self.step(cell, t, seen, states[number])
                seen = states[number][0]
            x = self.read[t] = self.output(t, seen)

    @property
    def states(self) -> str:
        return "hc" if self.cell == "lstm" else "h"

    def step(self, direction: Direction, t: int, x: Array, states: list[Array]) -> list[Array]:
        if t == self.cut:
            states = [state.real for state in states]
        cells: dict[str, Callable[..., list[Array]]]
        cells = {"lstm": self.lstm, "gru": self.gru, "rnn": self.rnn}
        return cells[self.cell](direction, t, x, *states)

    def state(self, at: Direction, letter: str, t: int, new: Array, old: Array) -> Array:
        """The state after a step; that of an example whose steps are over stands still."""
        return self.let(f"{letter}_{t}{at.mark}", np.where(self.runs[t], new, old))

    def inner(self, direction: Direction, name: str, t: int, value: Array) -> Array:
        """A quantity of a step that is no state."""
        symbol = f"{name}_{t}{direction.mark}"
        self.padded.add(symbol)
        return self.let(symbol, value)

    def affine(self, gate: dict[str, Array], x: Array, h: Array) -> Array:
        """W_x x + W_h h, or W on both together, with all biases."""
        biases = sum(gate[key] for key in ("b", "b_x", "b_h") if key in gate)
        if "W" not in gate:
            return gate["W_x"] @ x + gate["W_h"] @ h + biases
        parts = {"x": x, "h": h}
        return gate["W"] @ stack([parts[name] for name in self.problem["concat"]]) + biases

    def activation(self, place: str, usual: str, z: Array) -> Array:
        use = self.problem.get("activations", {})
        return FUNCTIONS[use.get(place, usual)](z)

    def lstm(self, at: Direction, t: int, x: Array, h: Array, c: Array) -> list[Array]:
        """z = W_x x + W_h h + b, i, f and o with peepholes on request; c = f c + i g; h = o tanh c.

        The input and the forget gate look at the old c, the output gate at the new one.
        """
        p, gates = at.peephole, at.weights

        def gate(letter: str, seen: Array, place: str, usual: str) -> Array:
            if "value" in gates[letter]:
                value = np.broadcast_to(gates[letter]["value"], (1, *c.shape[1:]))
                return self.inner(at, letter, t, value)
            z = self.affine(gates[letter], x, h)
            if letter in p:
                z = z + p[letter] * seen
            if letter == "f":
                z = z + self.problem.get("forget_bias", 0)
            z = self.inner(at, f"z_{letter}", t, z)
            return self.inner(at, letter, t, self.activation(place, usual, z))

        f = gate("f", c, "gate", "sigmoid")
        if self.problem.get("coupled"):
            i = self.inner(at, "i", t, 1 - f)
        else:
            i = gate("i", c, "gate", "sigmoid")
        g = gate("g", c, "candidate", "tanh")
        new = self.state(at, "c", t, f * c + i * g, c)
        o = gate("o", new, "gate", "sigmoid")
        name = self.problem.get("activations", {}).get("state", "tanh")
        shown = self.inner(at, f"{name}_c", t, self.activation("state", "tanh", new))
        return [self.state(at, "h", t, o * shown, h), new]

    def gru(self, at: Direction, t: int, x: Array, h: Array) -> list[Array]:
        """r and z gate the candidate n and its mixture with h, in the two conventions of each."""
        score: dict[str, Array] = {}
        for letter in "rz":
            a = self.inner(at, f"a_{letter}", t, self.affine(at.weights[letter], x, h))
            score[letter] = self.inner(at, letter, t, self.activation("gate", "sigmoid", a))
        r, z = score["r"], score["z"]
        gate = at.weights["n"]
        if self.problem.get("reset", "after") == "before":
            a = self.affine(gate, x, r * h)
        else:
            a = gate["W_x"] @ x + gate.get("b", 0) + gate.get("b_x", 0)
            a = a + r * (gate["W_h"] @ h + gate.get("b_h", 0))
        a = self.inner(at, "a_n", t, a)
        n = self.inner(at, "n", t, self.activation("candidate", "tanh", a))
        keeps = self.problem.get("update", "keep") == "keep"
        new = z * h + (1 - z) * n if keeps else (1 - z) * h + z * n
        return [self.state(at, "h", t, new, h)]

    def rnn(self, at: Direction, t: int, x: Array, h: Array) -> list[Array]:
        a = self.inner(at, "a", t, self.affine(at.weights[""], x, h))
        new = FUNCTIONS[self.problem.get("activation", "tanh")](a)
        return [self.state(at, "h", t, new, h)]

    def output(self, t: int, h: Array) -> Array:
        """y = activation(W h + b); without an output layer, h itself."""
        if "output" not in self.problem:
            return h
        scores = self.values["W_y"] @ h + self.values.get("b_y", 0)
        score = self.let(f"{SCORES[self.cell]}_y_{t}", scores)
        use = self.problem["output"].get("activation", "identity")
        return self.let(f"y_{t}", FUNCTIONS[use](score))

    # Loss

    def target(self, row: Any) -> Array:
        """What the output of a step should be: numbers, or the class of each example."""
        outputs = self.read[self.first].shape[1]
        if "classes_from" not in self.problem:
            return self.examples(row)
        classes = np.atleast_1d(row) - self.problem["classes_from"]
        return np.eye(outputs)[:, classes][np.newaxis]

    def each_loss(self) -> Iterator[tuple[int, Array]]:
        """The loss of each step that has one; an example has none after its last step."""
        rows = self.problem.get("targets")
        if rows is None:
            return
        name = self.problem.get("loss", "half-squared")
        for t, row in zip(self.times, rows, strict=True):
            if row is not None and self.runs[t].any():
                losses = LOSSES[name](self.read[t], self.target(row)) * self.runs[t]
                loss = losses.sum(axis=(1, 2))
                if name == "mean-squared":
                    loss = loss / (losses.shape[1] * self.runs[t].sum())
                yield t, loss

    @property
    def share(self) -> float:
        """What the loss of a step counts in the whole."""
        return 1 / len(self.losses) if self.problem.get("over_steps") == "mean" else 1.0

    def objective(self) -> Array:
        """What is differentiated: the loss, or what arrives times the last states of the top."""
        if "targets" in self.problem:
            return self.share * sum(self.losses.values())
        (top,), total = self.layers[-1], 0
        last = self.times[0] if top.backwards else self.times[-1]
        for letter in self.states:
            if f"d{letter}" in self.problem:
                arriving = self.examples(self.problem[f"d{letter}"])
                product = arriving * self.values[f"{letter}_{last}{top.mark}"]
                total = total + product.sum(axis=(1, 2))
        return total

    # Answering

    def written(self, symbol: str, value: Array) -> Any:
        """A value as the file would write it, of one copy."""
        if symbol in self.parameters:
            vector = symbol[0] in "bp"
            return value[:, 0] if vector else value.T if self.row else value
        if not self.batched:
            return value[:, 0]
        return value.T if self.row else value


def stack(parts: list[Array]) -> Array:
    """Vectors put below each other."""
    copies = max(len(part) for part in parts)
    return np.concatenate([np.broadcast_to(p, (copies, *p.shape[1:])) for p in parts], axis=1)


def time_of(symbol: str) -> int:
    return int(symbol.partition("@")[0].rpartition("_")[2])


def forward(problem: Problem) -> Answers:
    """All that is computed on the way forward, by symbol.

    What has no meaning is NaN: the gates of an example after its last step.  The state that a
    direction starts from has the index before the first step.
    """
    run, found = Run(problem), {}
    for symbol, value in run.values.items():
        value = value[0]
        if symbol in run.padded:
            value = np.where(run.runs[time_of(symbol)], value, np.nan)
        if symbol not in run.parameters:
            found[symbol] = run.written(symbol, value)
    for t, loss in run.losses.items():
        found[f"loss_{t}"] = loss[0]
    if run.losses:
        found["loss"] = run.objective()[0]
        if problem.get("loss") == "cross-entropy":
            predicted = sum(float(np.sum(run.runs[t])) for t in run.losses)
            total = sum(float(loss[0]) for loss in run.losses.values())
            found["perplexity"] = np.exp(total / predicted)  # of a step of an example
    return found


def gradients(problem: Problem) -> Answers:
    """The gradient to every quantity, `d` before its symbol, and the weights after a step down.

    What is to a gate or a state of an example after its last step is NaN.

    With `truncate`, the gradients to h and c are left out: whether the state that a window starts
    from is still reached is for each to say.
    """
    plain = Run(problem)
    places = [
        (symbol, index)
        for symbol, value in plain.values.items()
        for index in np.ndindex(value.shape[1:])
    ]
    nudges = {
        symbol: np.zeros((len(places), *value.shape[1:]), dtype=complex)
        for symbol, value in plain.values.items()
    }
    for copy, (symbol, index) in enumerate(places):
        nudges[symbol][copy][index] = TINY * 1j
    if "truncate" in problem:
        slopes = np.zeros(len(places))
        for t in plain.losses:
            run = Run(problem, nudges, t - problem["truncate"] + 1)
            slopes += plain.share * run.losses[t].imag / TINY
    else:
        slopes = Run(problem, nudges).objective().imag / TINY
    entries = {symbol: np.zeros(value.shape[1:]) for symbol, value in plain.values.items()}
    for (symbol, index), slope in zip(places, slopes, strict=True):
        entries[symbol][index] = slope
    for symbol, value in entries.items():
        if symbol in plain.padded or (symbol[:2] in ("h_", "c_") and time_of(symbol) in plain.runs):
            entries[symbol] = np.where(plain.runs[time_of(symbol)], value, np.nan)
    found = {f"d{s}": plain.written(s, value) for s, value in entries.items()}
    if "learning_rate" in problem:
        for symbol in plain.parameters:
            old = plain.written(symbol, plain.values[symbol][0])
            name, at, mark = symbol.partition("@")
            rate = float(problem["learning_rate"])
            found[f"{name}_new{at}{mark}"] = old - rate * found[f"d{symbol}"]
    if "truncate" in problem:
        found = {s: value for s, value in found.items() if s[:3] not in ("dh_", "dc_")}
    return found
