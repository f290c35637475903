"""The equations of a cell in a convention, read off the page: it is run over names without values.

What a page calls a step is here a letter: h_t follows from x_t and h_(t-1).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from lstmhw import cells
from lstmhw.expr import Expr, Quantity
from lstmhw.faults import did_you_mean
from lstmhw.functions import sigmoid, tanh
from lstmhw.notation import Text, symbol, write
from lstmhw.solution import Paragraph, Section, Solution, Step, Table, Working

TIME: Any = "t"  # where a problem has the number of a step
BEFORE = "t-1"

CHOICES = {
    "separate": "W_x multiplies the input, W_h the state before",
    "concat-hx": "W multiplies state and input put together, the state first",
    "concat-xh": "W multiplies input and state put together, the input first",
    "column": "vectors are columns: a matrix stands to their left",
    "row": "vectors are rows: a matrix stands to their right",
    "one-bias": "one bias for each gate",
    "two-bias": "two biases for each gate, b_x and b_h",
    "no-bias": "no biases",
    "keep": "the update gate says how much of the state is kept",
    "new": "the update gate says how much is new",
    "before": "the reset comes before the recurrent matrix",
    "after": "the reset comes after the recurrent matrix and its bias",
}
"""The words of a convention, and what each says."""

ALTERNATIVES = (
    ("separate", "concat-hx", "concat-xh"),
    ("column", "row"),
    ("one-bias", "two-bias", "no-bias"),
    ("keep", "new"),
    ("before", "after"),
)
"""The words of which one is chosen; the first where none is.  The last two are of a GRU."""

OF_GRU = 2
"""So many of the alternatives, the last, are questions about a GRU alone."""

FRAMEWORKS = {
    "pytorch": {"": ("two-bias",), "gru": ("two-bias", "keep", "after")},
    "keras": {"": ("row", "one-bias"), "gru": ("row", "two-bias", "keep", "after")},
}
"""What a framework does, for any cell and for a GRU."""

SHAPES = {
    "x": (("n",), "input"),
    "h": (("m",), "hidden state before the step"),
    "c": (("m",), "cell state before the step"),
    "W": (("m", "m + n"), "weights on state and input put together"),
    "W_x": (("m", "n"), "weights on the input"),
    "W_h": (("m", "m"), "weights on the state before"),
    "b": (("m",), "bias"),
    "b_x": (("m",), "bias beside W_x"),
    "b_h": (("m",), "bias beside W_h"),
}
"""The shape, for column vectors, and the meaning of what a cell is given."""

STATES = ("x", "h", "c")

Row = tuple[str, str, str]
"""A symbol, its shape, and what it is."""


class Convention(NamedTuple):
    """One word of each of ALTERNATIVES."""

    weights: str
    orientation: str
    biases: str
    update: str
    reset: str

    @property
    def multiply(self) -> cells.Multiply:
        return cells.row if self.orientation == "row" else cells.column

    def bias(self, gate: str) -> dict[str, Expr]:
        """The biases of a gate by name."""
        names = {"one-bias": ("b",), "two-bias": ("b_x", "b_h"), "no-bias": ()}[self.biases]
        return {name: _named(name, gate) for name in names}

    def pre_activation(self, gate: str) -> cells.PreActivation:
        biases = tuple(self.bias(gate).values())
        if self.weights == "separate":
            W_x, W_h = _named("W_x", gate), _named("W_h", gate)
            return cells.separate(W_x, W_h, biases, self.multiply)
        join = cells.hidden_first if self.weights == "concat-hx" else cells.input_first
        return cells.on_concatenation(_named("W", gate), biases, join, self.multiply)

    def candidate(self) -> cells.Candidate:
        """The pre-activation of a GRU's candidate; a lone bias stands outside the reset."""
        if self.reset == "before":
            return cells.reset_before(self.pre_activation("n"))
        biases = self.bias("n")
        b_h = tuple(value for name, value in biases.items() if name == "b_h")
        b_x = tuple(value for name, value in biases.items() if name != "b_h")
        W_x, W_h = _named("W_x", "n"), _named("W_h", "n")
        return cells.reset_after(W_x, W_h, b_x, b_h, self.multiply)


def _named(name: str, index: str) -> Quantity:
    return Quantity(f"{name}_{index}" if index else name, None, given=True)


def _lstm(let: cells.Let, use: Convention) -> None:
    gates = cells.LstmPreActivations(*map(use.pre_activation, "ifgo"))
    x, h, c = _named("x", "t"), _named("h", BEFORE), _named("c", BEFORE)
    cells.lstm(let, TIME, gates, cells.Activations(), x, h, c)


def _gru(let: cells.Let, use: Convention) -> None:
    update = cells.keep if use.update == "keep" else cells.new
    r, z = map(use.pre_activation, "rz")
    gates = cells.GruPreActivations(r, z, use.candidate(), update)
    cells.gru(let, TIME, gates, cells.Activations(), _named("x", "t"), _named("h", BEFORE))


def _rnn(let: cells.Let, use: Convention) -> None:
    cells.rnn(let, TIME, use.pre_activation(""), tanh, _named("x", "t"), _named("h", BEFORE))


class Page(NamedTuple):
    """A page of equations: its title, how it is run, and the functions it uses."""

    title: str
    run: Callable[[cells.Let, Convention], None]
    definitions: tuple[str, ...]


EQUATIONS: Mapping[str, Page] = {
    "lstm": Page("One step of an LSTM", _lstm, (sigmoid.definition, tanh.definition)),
    "gru": Page("One step of a GRU", _gru, (sigmoid.definition, tanh.definition)),
    "rnn": Page("One step of a plain RNN", _rnn, (tanh.definition,)),
}


class Listing:
    """The `let` that lists what it is told; what is written as its name already is not listed."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def __call__(self, name: str, value: Expr, note: str) -> Expr:
        if symbol(name, Text()) == write(value, Text()):  # tanh_c_t = tanh(c_t)
            return value
        self.steps.append(Step(name, value, np.empty(0), note))
        return Quantity(name, None, given=False)


def convention(name: str, words: Sequence[str]) -> Convention:
    """The convention these words describe, for the equations of that name.

    Raises ValueError, saying what is wrong with a word.
    """
    alternatives = ALTERNATIVES if name == "gru" else ALTERNATIVES[:-OF_GRU]
    known = [*chain(*alternatives), *FRAMEWORKS]
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known) or f"the words are {', '.join(known)}"
            raise ValueError(f"{word!r} is no convention of {name}: {hint}")
    framework = FRAMEWORKS.get(_one(tuple(FRAMEWORKS), words) or "", {})
    usual = framework.get(name, framework.get("", ()))
    return Convention(*(_one(some, words) or _one(some, usual) or some[0] for some in ALTERNATIVES))


def _one(alternatives: Sequence[str], words: Sequence[str]) -> str | None:
    """The one alternative among the words, if there is one.  Raises ValueError for two."""
    chosen = list(dict.fromkeys(word for word in words if word in alternatives))
    if len(chosen) > 1:
        raise ValueError(f"expected one of {' and '.join(chosen)}, found both")
    return chosen[0] if chosen else None


PRODUCTS = (
    "Vectors are multiplied entry by entry, a matrix and a vector as matrices are. The weights and "
    "biases of a gate end in its letter."
)


def equations(page_name: str, words: Sequence[str] = ()) -> Solution:
    """The equations of that name in the convention that the words describe.

    The steps have no values.  Raises ValueError as `convention` does.
    """
    page, use = EQUATIONS[page_name], convention(page_name, words)
    listing = Listing()
    page.run(listing, use)
    told = use if page_name == "gru" else use[:-OF_GRU]
    given = _given(listing.steps, use.orientation == "row")
    results = [(step.symbol, "(m,)", step.note) for step in listing.steps]
    legend = (Paragraph(("; ".join(page.definitions),)), Paragraph((PRODUCTS,)))
    sections = (
        Section("Equations", (Working(tuple(listing.steps)),)),
        Section("Functions and products", legend),
        Section("Conventions", tuple(Paragraph((f"{word}: {CHOICES[word]}.",)) for word in told)),
        Section("Symbols, for n inputs and m units", (_table(given), _table(results))),
    )
    return Solution(
        kind="equations",
        title=page.title,
        source="",
        digits=4,
        sections=sections,
        answers={},
        extras={
            "conventions": list(told),
            "symbols": [
                {"symbol": symbol(name, Text()), "shape": shape, "meaning": meaning}
                for name, shape, meaning in (*given, *results)
            ],
        },
    )


def _given(steps: Sequence[Step], rows: bool) -> list[Row]:
    """What the equations start from; weights are alike for all gates, and so stand there once."""
    results = {step.symbol for step in steps}
    found: dict[str, Row] = {}
    for leaf in chain(*(step.expr.leaves() for step in steps)):
        if leaf.symbol not in results:
            base = leaf.symbol if leaf.symbol in SHAPES else leaf.symbol.rpartition("_")[0]
            axes, meaning = SHAPES[base]
            shape = ", ".join(reversed(axes) if rows else axes)
            name = leaf.symbol if base in STATES else base
            found[base] = (name, f"({shape})" if len(axes) > 1 else f"({shape},)", meaning)
    return [found[base] for base in SHAPES if base in found]


def _table(rows: Sequence[Row]) -> Table:
    cells = ((Quantity(name, None, given=True), shape, meaning) for name, shape, meaning in rows)
    return Table(("symbol", "shape", "meaning"), tuple(cells))
