"""Exercises of each kind with numbers that are kind to the hand, drawn from a seed."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from lstmhw.numerals import Bare
from lstmhw.reading import from_text
from lstmhw.reading.written import written
from lstmhw.solution import Entries, Solution
from lstmhw.varying.asking import asking_for
from lstmhw.varying.difficulty import saturated, ties

QUARTERS = [k / 4 for k in range(-6, 7) if k]  # what a weight may be
SMALL = [-0.5, -0.25, 0.25, 0.5]  # where many add up
MANY = 4
INPUTS = [-1, -0.5, 0.5, 1, 2]
MOST_DRAWN = 400
DECIMALS = 4

Data = dict[str, Any]


class Exercise(NamedTuple):
    """A problem file, and the same with its answers claimed."""

    problem: str
    answers: str


class Draw(NamedTuple):
    """Numbers from a seed, for so many inputs and units over so many steps."""

    random: random.Random
    inputs: int
    units: int
    steps: int

    def vector(self, size: int) -> list[float]:
        weights = SMALL if self.units * self.steps > MANY else QUARTERS
        return [self.random.choice(weights) for _ in range(size)]

    def matrix(self, rows: int, columns: int) -> list[list[float]]:
        return [self.vector(columns) for _ in range(rows)]

    def gate(self) -> Data:
        m, n = self.units, self.inputs
        return {"W_x": self.matrix(m, n), "W_h": self.matrix(m, m), "b": self.vector(m)}

    def data(self) -> Data:
        """The inputs, and the state before them."""
        rows = [[self.random.choice(INPUTS) for _ in range(self.inputs)] for _ in range(self.steps)]
        xs: Data = {"xs": rows} if self.steps > 1 else {"x": rows[0]}
        return {**xs, "h_prev": self.vector(self.units)}


def _lstm(draw: Draw) -> Data:
    gates = {letter: draw.gate() for letter in "ifgo"}
    return {**draw.data(), "c_prev": draw.vector(draw.units), "gates": gates}


def _gru(draw: Draw) -> Data:
    choices = {"update": draw.random.choice(["keep", "new"]), "reset": "before"}
    return {**draw.data(), **choices, "gates": {letter: draw.gate() for letter in "rzn"}}


def _rnn(draw: Draw) -> Data:
    output = {"W": draw.matrix(1, draw.units), "activation": "sigmoid"}
    return {**draw.data(), **draw.gate(), "output": output}


def _gradient(draw: Draw) -> Data:
    ends = {"dh": draw.vector(draw.units), "dc": draw.vector(draw.units)}
    return {**_lstm(draw), **ends}


def _flow(draw: Draw) -> Data:
    weight, recurrent = draw.vector(1)[0], draw.random.choice([0.5, 0.75, 1.25, 1.5])
    xs = [draw.random.choice(INPUTS) for _ in range(max(draw.steps, 3))]
    return {"xs": xs, "W_x": weight, "W_h": recurrent, "from": 0, "to": len(xs)}


def _attention(draw: Draw) -> Data:
    states = draw.matrix(max(draw.steps, 3), draw.units)
    return {"states": states, "query": draw.vector(draw.units), "score": "scaled-dot"}


def _count(draw: Draw) -> Data:
    words, size, hidden = (draw.random.randint(5, 20) for _ in range(3))
    cell = draw.random.choice(["rnn", "lstm", "gru"])
    layers = [
        {"type": "embedding", "vocabulary": words, "size": size},
        {"type": cell, "input": size, "hidden": hidden},
        {"type": "linear", "input": hidden, "output": words},
    ]
    convention = draw.random.choice(["no-bias", "one-bias", "two-bias"])
    return {"layers": layers, "convention": convention}


def _threshold(draw: Draw) -> Data:
    length = max(draw.steps, 6)
    inputs = [draw.random.randint(0, 1) for _ in range(length)]
    outputs = [draw.random.randint(0, 1) for _ in range(length)]
    return {"inputs": inputs, "outputs": outputs, "initial": 0}


def _score(draw: Draw) -> Data:
    words = ["bad", "good", "not", "uh"]
    weights = [draw.random.choice([-2, -1, 1, 2]) for _ in range(3)]
    score = dict(zip(("good", "bad", f"not {draw.random.choice(words[:2])}"), weights, strict=True))
    sequence = " ".join(draw.random.choice(words) for _ in range(max(draw.steps, 6)))
    return {"vocabulary": words, "score": score, "sequence": sequence}


def _rule(draw: Draw) -> Data:
    names = ["p", "q", "r"][: draw.random.randint(2, 3)]
    states = {name: {letter: draw.random.choice(names) for letter in "ab"} for name in names}
    outputs = {name: k % 2 for k, name in enumerate(names)}
    sequence = " ".join(draw.random.choice("ab") for _ in range(max(draw.steps, 6)))
    cell = {"cell": "rnn", "activation": "step"}
    rule = {"states": states, "outputs": outputs}
    return {"alphabet": ["a", "b"], "rule": rule, **cell, "sequence": sequence}


def _imitation(draw: Draw) -> Data:
    gate = draw.gate()
    rnn = {"W_x": gate["W_x"], "W_h": gate["W_h"], "b_x": gate["b"]}
    xs = draw.matrix(max(draw.steps, 3), draw.inputs)
    return {"rnn": rnn, "xs": xs, "construction": "fixed-point"}


DRAWN: Mapping[str, Callable[[Draw], Data]] = {
    "lstm-step": _lstm,
    "gru-step": _gru,
    "rnn-step": _rnn,
    "lstm-gradient": _gradient,
    "gradient-flow": _flow,
    "attention-step": _attention,
    "parameter-count": _count,
    "step-rnn": _threshold,
    "sentiment-weights": _score,
    "sequence-rule": _rule,
    "rnn-in-lstm": _imitation,
}
"""What draws the data of each kind."""


def exercise(kind: str, seed: int, units: int, steps: int) -> Exercise:
    """The exercise of a seed: the first draw in which no gate is saturated and no rounding ties.

    Raises NoExerciseError where none of many draws is such.
    """
    numbers = random.Random(f"{kind} {seed} {units} {steps}")
    for _ in range(MOST_DRAWN):
        data = DRAWN[kind](Draw(numbers, 2, units, steps))
        title = f"Exercise {seed}"
        text = written({"kind": kind, "title": title, **data})
        problem = from_text(kind, text).problem
        solution = problem.solve()
        answers = dict(_answers(solution, problem.is_open))
        if not saturated(solution) and not _has_ties(solution, answers):
            claimed = {name: _rounded(value) for name, value in answers.items()}
            text += written(asking_for(problem, answers))
            return Exercise(text, text + written({"claimed": claimed}))
    raise NoExerciseError


class NoExerciseError(Exception):
    """So many units and steps saturate their gates in every draw."""


def _rounded(value: Any) -> Any:
    """Numbers as they are handed in: all their decimals are written."""
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return Bare(f"{value:.{DECIMALS}f}") if isinstance(value, float) else value


def _answers(solution: Solution, is_open: bool) -> Iterator[tuple[str, Any]]:
    """What is asked, rounded: numbers, a total, weights, or that there are none.

    Where a network is asked for, `is_open`, its states are as its maker likes, its outputs are not.
    """
    if "feasible" in solution.extras:
        weights = solution.extras["weights"]
        yield from weights.items() if weights else [("feasible", False)]
        return
    if "convention" in solution.extras:
        yield "total", solution.data["total"][solution.extras["convention"]]
        return
    entries = [e for block in solution.result if isinstance(block, Entries) for e in block.rows]
    symbols = [entry.symbol for entry in entries] or [
        symbol
        for symbol in solution.answers
        if symbol[:2] in (("y_",) if is_open else ("y_", "h_"))
    ]
    for symbol in symbols:
        yield symbol, solution.answers[symbol].tolist()


def _has_ties(solution: Solution, answers: Iterable[str]) -> bool:
    """Whether some answer is as near to the one rounded number as to the other."""
    values = (solution.answers[s] for s in answers if s in solution.answers)
    return any(ties(value, DECIMALS) for value in values)
