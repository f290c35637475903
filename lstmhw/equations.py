"""The equations of a cell in a convention, read off the page: it is run over names without values.

What a page calls a step is here a letter: h_t follows from x_t and h_(t-1).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from lstmhw import backward, cells
from lstmhw.backward import Orientation, Seen, Weights, sum_of
from lstmhw.expr import Expr, Quantity
from lstmhw.faults import did_you_mean
from lstmhw.functions import sigmoid, tanh
from lstmhw.notation import Text, symbol, write
from lstmhw.solution import Paragraph, Section, Solution, Step, Table, Working


@dataclass(frozen=True)
class Index:
    """A letter in the place of a step's number, and how many steps after it: t, (t-1), (t+1)."""

    letter: str
    after: int = 0

    def __add__(self, steps: int) -> "Index":
        return Index(self.letter, self.after + steps)

    def __sub__(self, steps: int) -> "Index":
        return self + -steps

    def __str__(self) -> str:
        return f"({self.letter}{self.after:+})" if self.after else self.letter


TIME: Any = Index("t")
BEFORE, AFTER = TIME - 1, TIME + 1

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
    "dh": (("m",), "gradient to the hidden state: from its loss and from the next step"),
    "dc": (("m",), "gradient to the cell state of the next step; 0 if there is none"),
    "f": (("m",), "forget gate of the next step"),
}
"""The shape, for column vectors, and the meaning of what the equations start from.

dc and f are those of t+1; the gradients and gates of t have equations."""

UNITS = ("m",)
"""The shape of what is computed forward."""

Axes = tuple[str, ...]
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
    def turn(self) -> Orientation:
        return backward.ROW if self.orientation == "row" else backward.COLUMN

    @property
    def multiply(self) -> cells.Multiply:
        return self.turn.multiply

    @property
    def join(self) -> cells.Join:
        return cells.input_first if self.weights == "concat-xh" else cells.hidden_first

    @property
    def keys(self) -> tuple[str, ...]:
        """What each gate has."""
        matrices = ("W_x", "W_h") if self.weights == "separate" else ("W",)
        biases = {"one-bias": ("b",), "two-bias": ("b_x", "b_h"), "no-bias": ()}[self.biases]
        return (*matrices, *biases)

    def bias(self, gate: str) -> dict[str, Expr]:
        """The biases of a gate by name."""
        return {key: _named(key, gate) for key in self.keys if key[0] == "b"}

    def matrices(self, gate: str) -> Weights:
        """W_x and W_h of a gate, which on a concatenation are blocks of its W."""
        return Weights(_named("W_x", gate), _named("W_h", gate))

    def pre_activation(self, gate: str) -> cells.PreActivation:
        biases = tuple(self.bias(gate).values())
        if self.weights == "separate":
            return cells.separate(*self.matrices(gate), biases, self.multiply)
        return cells.on_concatenation(_named("W", gate), biases, self.join, self.multiply)

    def candidate(self) -> cells.Candidate:
        """The pre-activation of a GRU's candidate; a lone bias stands outside the reset."""
        if self.reset == "before":
            return cells.reset_before(self.pre_activation("n"))
        biases = self.bias("n")
        b_h = tuple(value for name, value in biases.items() if name == "b_h")
        b_x = tuple(value for name, value in biases.items() if name != "b_h")
        return cells.reset_after(*self.matrices("n"), b_x, b_h, self.multiply)


def _named(name: str, index: Any) -> Quantity:
    return Quantity(f"{name}_{index}" if index else name, None, given=True)


class Listing:
    """The `let` that lists what it is told; what is written as its name already is not listed.

    `named` holds what each symbol stands for in later equations, `sources` the equations that
    those listed build on.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.sources: list[Step] = []
        self.named: dict[str, Expr] = {}

    def __call__(self, name: str, value: Expr, note: str) -> Expr:
        self.named[name] = value
        if symbol(name, Text()) != write(value, Text()):  # not tanh_c_t = tanh(c_t)
            self.steps.append(Step(name, value, np.empty(0), note))
            self.named[name] = Quantity(name, None, given=False)
        return self.named[name]


def _lstm(let: cells.Let, use: Convention) -> None:
    gates = cells.LstmPreActivations(*map(use.pre_activation, "ifgo"))
    x, h, c = _named("x", TIME), _named("h", BEFORE), _named("c", BEFORE)
    cells.lstm(let, TIME, gates, cells.Activations(), x, h, c)


def _lstm_gradient(let: Listing, use: Convention) -> None:
    forward = Listing()
    _lstm(forward, use)
    let.sources = forward.steps
    x, h, c = _named("x", TIME), _named("h", BEFORE), _named("c", BEFORE)
    v = {**forward.named, f"c_{BEFORE}": c}
    later = backward.to_cell(_named("dc", AFTER), _named("f", AFTER))
    back = backward.lstm(let, TIME, v, cells.Activations(), _named("dh", TIME), [later])
    gates = {gate: use.matrices(gate) for gate in back.dz}
    dx = sum_of(backward.to_input(gates, back.dz, use.multiply))
    let(f"dx_{TIME}", dx, "through every W_x")
    dh = sum_of(backward.to_hidden(gates, back.dz, use.multiply))
    let(f"dh_{BEFORE}", dh, "through every W_h")
    let(f"dc_{BEFORE}", back.dc, "past the forget gate")
    for gate, dz in back.dz.items():
        for key in use.keys:
            dW = backward.to_weights(key, dz, x, Seen(dz, h), use.join, use.turn)
            let(f"d{key}_{gate}", dW, backward.NOTES[key])


def _gru(let: cells.Let, use: Convention) -> None:
    update = cells.keep if use.update == "keep" else cells.new
    r, z = map(use.pre_activation, "rz")
    gates = cells.GruPreActivations(r, z, use.candidate(), update)
    cells.gru(let, TIME, gates, cells.Activations(), _named("x", TIME), _named("h", BEFORE))


def _rnn(let: cells.Let, use: Convention) -> None:
    cells.rnn(let, TIME, use.pre_activation(""), tanh, _named("x", TIME), _named("h", BEFORE))


def _nothing(use: Convention) -> tuple[str, ...]:
    return ()


def _of_gradients(use: Convention) -> tuple[str, ...]:
    """What has to be known of the gradients."""
    return (
        backward.MEANING,
        "dh_(t-1) and dc_(t-1) are what this step passes back. If there is a step before it, "
        "its own loss adds to dh_(t-1), and what comes through tanh(c_(t-1)) to dc_(t-1).",
        "The gradients to weights and biases are added up over the steps.",
        *(() if use.weights == "separate" else (use.turn.cut,)),
    )


class Page(NamedTuple):
    """A page of equations: its title, how it is run, the functions it uses, and what to know."""

    title: str
    run: Callable[[Listing, Convention], None]
    definitions: tuple[str, ...]
    remarks: Callable[[Convention], tuple[str, ...]] = _nothing


EQUATIONS: Mapping[str, Page] = {
    "lstm": Page("One step of an LSTM", _lstm, (sigmoid.definition, tanh.definition)),
    "gru": Page("One step of a GRU", _gru, (sigmoid.definition, tanh.definition)),
    "rnn": Page("One step of a plain RNN", _rnn, (tanh.definition,)),
    "lstm-gradient": Page(
        "Backward through one step of an LSTM",
        _lstm_gradient,
        (sigmoid.definition, tanh.definition),
        _of_gradients,
    ),
}


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
    tables = [table for table in _symbols(listing, use.orientation == "row") if table]
    sections = (
        Section("Equations", (Working(tuple(listing.steps)),)),
        _prose("Functions and products", ["; ".join(page.definitions), PRODUCTS]),
        _prose("Gradients", page.remarks(use)),
        _prose("Conventions", [f"{word}: {CHOICES[word]}." for word in told]),
        Section("Symbols, for n inputs and m units", tuple(map(_table, tables))),
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
                {"symbol": name, "shape": shape, "meaning": meaning}
                for name, shape, meaning in chain(*tables)
            ],
        },
    )


def _prose(title: str, paragraphs: Sequence[str]) -> Section:
    return Section(title, tuple(Paragraph((text,)) for text in paragraphs))


def _symbols(listing: Listing, rows: bool) -> Iterator[list[Row]]:
    """What the equations start from, what they take from their sources, and what they yield.

    Weights and biases are alike for all gates, and so stand there once.
    """
    sources = {step.symbol: step.note for step in listing.sources}
    results = {step.symbol: step.note for step in listing.steps}
    leaves = {leaf.symbol for step in listing.steps for leaf in step.expr.leaves()}
    given = sorted(leaves - results.keys() - sources.keys(), key=_place)
    yield _rows([(name, *SHAPES[_base(name)]) for name in given], rows)
    yield _rows([(name, UNITS, note) for name, note in sources.items() if name in leaves], rows)
    found = [(name, *_yielded(name, note, sources)) for name, note in results.items()]
    of_gates = [result for result in found if _is_of_gates(result[0])]
    yield _rows([result for result in found if result not in of_gates], rows)
    yield _rows(of_gates, rows)


def _yielded(name: str, note: str, sources: Mapping[str, str]) -> tuple[Axes, str]:
    """Shape and meaning of a result; a gradient has the shape of what it is the gradient to."""
    if not name.startswith("d"):
        return UNITS, note
    to = name.removeprefix("d")
    axes, meaning = (UNITS, sources[to]) if to in sources else SHAPES[_base(to)]
    return axes, f"gradient to the {meaning.partition(':')[0]}"


def _base(name: str) -> str:
    """The symbol without its time index, or that of its gate."""
    return name if name in SHAPES else name.rpartition("_")[0]


def _place(name: str) -> int:
    return tuple(SHAPES).index(_base(name))


def _is_of_gates(name: str) -> bool:
    """Whether each gate has this: weights, biases, and the gradients to them."""
    return name.removeprefix("d")[0] in "Wb"


def _rows(entries: Sequence[tuple[str, Axes, str]], rows: bool) -> list[Row]:
    """The rows of a table, for row or column vectors."""
    found: dict[str, Row] = {}
    for name, axes, meaning in entries:
        shown = _base(name) if _is_of_gates(name) else name
        shape = ", ".join(reversed(axes) if rows else axes)
        found[shown] = (shown, f"({shape})" if len(axes) > 1 else f"({shape},)", meaning)
    return list(found.values())


def _table(rows: Sequence[Row]) -> Table:
    cells = ((Quantity(name, None, given=True), shape, meaning) for name, shape, meaning in rows)
    return Table(("symbol", "shape", "meaning"), tuple(cells))
