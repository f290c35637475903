"""Random problems printed as homework sheets of several looks, apart from what drafts them."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from draft_documents import PRINTS, Document

from lstmhw.practice import DRAWN, Draw

Numbers = Any
Print = Callable[[Numbers], str]
GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": ""}
WORDS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
GATE_WORDS = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
}


def data(kind: str, seed: int, units: int, steps: int) -> dict[str, Any]:
    """The keys of a random problem with two inputs."""
    drawn = DRAWN[kind](Draw(random.Random(seed), 2, units, steps))
    return {"kind": kind, **drawn}


def cell_of(keys: Mapping[str, Any]) -> str:
    if keys["kind"] == "lstm-gradient":
        return "lstm"
    return str(keys["kind"]).removesuffix("-step")


# Numbers


def _number(value: float) -> str:
    return f"{value:g}"


def latex(value: Numbers) -> str:
    rows = value if isinstance(value[0], list) else [[one] for one in value]
    body = r" \\ ".join(" & ".join(map(_number, row)) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def numpy(value: Numbers) -> str:
    return f"np.array({_listed(value)})"


def _listed(value: Numbers) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return _number(value)


def matlab(value: Numbers) -> str:
    rows = value if isinstance(value[0], list) else [[one] for one in value]
    return f"[{'; '.join(' '.join(map(_number, row)) for row in rows)}]"


def scanned(value: Numbers) -> str:
    """As a scan leaves a matrix: one bracket around rows on lines; a vector on one."""
    if not isinstance(value[0], list):
        return f"({', '.join(map(_number, value))})"
    if len(value) == 1:
        return f"[{' '.join(map(_number, value[0]))}]"
    return "[" + "\n".join(" ".join(map(_number, row)) for row in value) + "]"


# Names


def braced(source: str, gate: str) -> str:
    return f"W_{{{source}{gate}}}" if gate else f"W_{{{source}h}}"


def glued(source: str, gate: str) -> str:
    return f"W{source}{gate}" if gate else f"W{source}h"


# Whole sheets


def _values(keys: Mapping[str, Any], name: Callable[[str, str], str]) -> Iterator[tuple[str, Any]]:
    """The names and numbers of the weights, gate by gate."""
    cell = cell_of(keys)
    named = keys["gates"].items() if cell != "rnn" else [("", keys)]
    bias = "b_{}" if name is braced else "b{}"
    for gate, weights in named:
        yield name("x", gate), weights["W_x"]
        yield name("h", gate), weights["W_h"]
        yield bias.format(gate or "h"), weights["b"]


def _data(keys: Mapping[str, Any], time: str) -> Iterator[tuple[str, Any]]:
    """The names and numbers of inputs, states and gradients."""
    inputs = keys["xs"] if "xs" in keys else [keys["x"]]
    for step, row in enumerate(inputs, 1):
        yield f"x{time.format(step)}", row
    yield f"h{time.format(0)}", keys["h_prev"]
    if "c_prev" in keys:
        yield f"c{time.format(0)}", keys["c_prev"]
    if "output" in keys:
        yield ("W_{hy}" if time == "_{}" else "Why"), keys["output"]["W"]
    last = len(inputs)
    if "dh" in keys:
        yield rf"\frac{{\partial L}}{{\partial h_{last}}}", keys["dh"]
        yield rf"\frac{{\partial L}}{{\partial c_{last}}}", keys["dc"]


def _equations(keys: Mapping[str, Any]) -> str:
    """The lines that say what conventions a GRU has, and what an output goes through."""
    says = []
    if keys.get("update") == "keep":
        says.append("h_t = z_t * h_{t-1} + (1 - z_t) * n_t")
    elif "update" in keys:
        says.append("h_t = (1 - z_t) * h_{t-1} + z_t * n_t")
    if "reset" in keys:
        says.append("n_t = tanh(W_{xn} x_t + W_{hn} (r_t * h_{t-1}) + b_n)")
    if "output" in keys:
        says.append("y_t = sigmoid(W_{hy} h_t)")
    return "\n".join(says)


def markdown(keys: Mapping[str, Any]) -> str:
    pairs = [*_values(keys, braced), *_data(keys, "_{}")]
    lines = "\n\n".join(f"$${name} = {latex(value)}$$" for name, value in pairs)
    head = f"# Exercise 3: one {WORDS[cell_of(keys)]}\n\n{_equations(keys)}\n"
    return f"{head}\n{lines}\n\nThe vectors are columns.\n"


def code(keys: Mapping[str, Any]) -> str:
    pairs = [*_values(keys, glued), *_data(keys, "{}")]
    lines = "\n".join(f"{name} = {numpy(value)}" for name, value in pairs)
    return f"Here is a {WORDS[cell_of(keys)]}.\n{_equations(keys)}\n\n```python\n{lines}\n```\n"


def prose(keys: Mapping[str, Any]) -> str:
    pairs = [*_values(keys, braced), *_data(keys, "_{}")]
    said = ", ".join(f"{name} = {matlab(value)}" for name, value in pairs)
    return f"A {WORDS[cell_of(keys)]} has {said}.\n{_equations(keys)}\n"


def scan(keys: Mapping[str, Any]) -> str:
    pairs = [*_data(keys, "_{}"), *_values(keys, braced)]
    said = "\n".join(f"{name} = {scanned(value)}" for name, value in pairs)
    return f"Sheet 3   page 1\n{WORDS[cell_of(keys)]}\n{_equations(keys)}\n\n{said}\n\n2\n"


def headings(keys: Mapping[str, Any]) -> str:
    """Matrices without names below the words for them, on [h, x]; gated cells only."""
    blocks = []
    for gate, weights in keys["gates"].items():
        joined = [h + x for h, x in zip(weights["W_h"], weights["W_x"], strict=True)]
        rows = "\n".join(f"[{' '.join(map(_number, row))}]" for row in joined)
        word = GATE_WORDS[gate]
        blocks.append(
            f"Weights for the {word}:\n{rows}\nBias of the {word}: {matlab(weights['b'])}"
        )
    said = "\n\n".join(blocks)
    data = "\n".join(f"{name} = {matlab(value)}" for name, value in _data(keys, "_{}"))
    words = f"{WORDS[cell_of(keys)]}, each W times [h_{{t-1}}; x_t]"
    return f"{words}\n{_equations(keys)}\n\n{said}\n\n{data}\n"


def printed(look: str) -> Callable[[Mapping[str, Any]], str]:
    """A look of the documents."""

    def sheet(keys: Mapping[str, Any]) -> str:
        pairs = [
            (re.sub(r"\\frac\{\\partial L\}\{\\partial (\w+)\}", r"∂L/∂\1", name), value)
            for name, value in [*_values(keys, braced), *_data(keys, "_{}")]
        ]
        text = f"One {WORDS[cell_of(keys)]}, in columns.\n\n{_equations(keys)}"
        return PRINTS[look](Document("Exercise 3", text, pairs, ""))

    return sheet


LOOKS = {
    "markdown": markdown,
    "code": code,
    "prose": prose,
    "scan": scan,
    "pdftotext": printed("pdftotext"),
    "document": printed("LaTeX"),
}
