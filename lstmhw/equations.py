"""The equations of a cell in a convention, read off the page: it is run over names without values.

What a page calls a step is here a letter: h_t follows from x_t and h_(t-1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, NamedTuple

from lstmhw.adjoint import Adjoint, Arrived, Part, pulled
from lstmhw.cells import Joined, Separate
from lstmhw.cells.cell import Cell, Choice, Option, cells
from lstmhw.cells.weights import symbol_of
from lstmhw.expr import DATUM, Expr, Let, Quantity, Role
from lstmhw.faults import did_you_mean
from lstmhw.gradient.notes import note
from lstmhw.gradient.report import MEANING, cut
from lstmhw.notation import Text, symbol, write
from lstmhw.solution import (
    NO_VALUE,
    Paragraph,
    Section,
    Solution,
    Step,
    Table,
    Working,
)


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
AFTER = TIME + 1

CHOICES = {
    "separate": "W_x multiplies the input, W_h the state before",
    "concat-hx": "W multiplies state and input put together, the state first",
    "concat-xh": "W multiplies input and state put together, the input first",
    "column": "vectors are columns: a matrix stands to their left",
    "row": "vectors are rows: a matrix stands to their right",
    "one-bias": "one bias for each gate",
    "two-bias": "two biases for each gate, b_x and b_h",
    "no-bias": "no biases",
}
"""The words of a convention that every cell has, and what each says."""
UNGATED = {"one-bias": "one bias", "two-bias": "two biases, b_x and b_h"}

ALTERNATIVES = (
    ("separate", "concat-hx", "concat-xh"),
    ("column", "row"),
    ("one-bias", "two-bias", "no-bias"),
)
"""The words of which one is chosen; the first where none is."""

FRAMEWORKS = {
    "pytorch": {"": ("two-bias",), "gru": ("two-bias", "keep", "after")},
    "keras": {"": ("row", "one-bias"), "gru": ("row", "two-bias", "keep", "after")},
}
"""What a framework does, for any cell and for a GRU."""

AROUND = {
    "bidirectional": (
        "a second cell, with weights of its own, runs from the last step to the first: in its "
        "equations t-1 and t+1 change places; what reads both states reads the forward one first"
    ),
}
"""The words for what is around a cell, and leaves its equations as they are."""

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
    "p": (("m",), "peephole weights: on the cell state, entry by entry"),
    "dh": (("m",), "gradient to the hidden state: from its loss and from the next step"),
    "dc": (("m",), "gradient to the cell state of the next step; 0 if there is none"),
    "dz_i": (("m",), "gradient to the pre-activation of i in the next step; 0 if there is none"),
    "dz_f": (("m",), "gradient to the pre-activation of f in the next step; 0 if there is none"),
    "f": (("m",), "forget gate of the next step"),
}
"""The shape, for column vectors, and the meaning of what the equations start from.

dc, dz_i, dz_f and f are those of t+1; the gradients and gates of t have equations."""

UNITS = ("m",)
"""The shape of what is computed forward."""

Axes = tuple[str, ...]
Described = tuple[str, Axes, str]
Row = tuple[str, str, str]
"""A symbol, its shape, and what it is; the shape for column vectors, or in words."""


class Convention(NamedTuple):
    """One word of each of ALTERNATIVES; `own` are the choices that the cell has besides.

    `options` are what this cell has and others of its name have not, `around` words of AROUND.
    """

    weights: str
    orientation: Literal["column", "row"]
    biases: str
    own: Mapping[str, str]
    options: Sequence[Option]
    around: Sequence[str]

    @property
    def words(self) -> list[str]:
        """All its words."""
        options = [option.word for option in self.options]
        fixed = [self.weights, self.orientation, self.biases, *self.own.values()]
        return [*fixed, *options, *self.around]

    @property
    def fields(self) -> dict[str, Any]:
        """What a cell in this convention is made with."""
        fields: dict[str, Any] = {"orientation": self.orientation, **self.own}
        for option in self.options:
            fields |= option.fields
        return fields

    @property
    def first(self) -> Literal["h", "x"]:
        """What comes first where state and input are put together."""
        return "x" if self.weights == "concat-xh" else "h"

    def pre_activation(self, cell: Cell, letter: str) -> Joined | Separate:
        """The pre-activation of a gate, over names."""

        def named(key: str) -> Quantity:
            role = Role("bias" if key[0] == "b" else "weights", letter, key)
            return Quantity(symbol_of(key, letter), None, given=True, role=role)

        keys = {"one-bias": ("b",), "two-bias": ("b_x", "b_h"), "no-bias": ()}[self.biases]
        biases = tuple(map(named, keys))
        if self.weights != "separate" and not cell.takes_apart(letter):
            return Joined(named("W"), biases, self.first, cell.multiply)
        return Separate(named("W_x"), named("W_h"), biases[:1], biases[1:], cell.multiply)


def _named(letter: str, t: Any, role: Role) -> Quantity:
    return Quantity(f"{letter}_{t}", None, given=True, role=role)


class Listing:
    """The `let` that lists what it is told; what is written as its name already is not listed.

    `named` holds what each symbol stands for in later equations; `lines` are all of them, `steps`
    those that are listed.
    """

    def __init__(self) -> None:
        self.lines: list[Step] = []
        self.steps: list[Step] = []
        self.named: dict[str, Expr] = {}

    def __call__(self, name: str, value: Expr, note: str, role: Role = DATUM) -> Expr:
        line = Step(name, value, NO_VALUE, note, role)
        self.lines.append(line)
        self.named[name] = value
        if symbol(name, Text()) != write(value, Text()):  # not tanh_c_t = tanh(c_t)
            self.steps.append(line)
            self.named[name] = Quantity(name, None, given=False, role=role)
        return self.named[name]


def forward(let: Let, cell: Cell, use: Convention, t: Any) -> None:
    """One step of a cell over names, from the states at t - 1."""
    z: dict[str, Any] = {letter: use.pre_activation(cell, letter) for letter in cell.letters}
    for name, role in cell.besides().items():
        z[name] = Quantity(name, None, given=True, role=role)
    states = (_named(letter, t - 1, Role("state", letter)) for letter in cell.states)
    cell.step(let, t, z, _named("x", t, Role("input", "x")), *states)


def backward(let: Let, cell: Cell, use: Convention) -> Listing:
    """The way back through one step, from the gradients to its states; its forward equations."""
    ahead = Listing()
    forward(ahead, cell, use, AFTER)
    now = Listing()
    forward(now, cell, use, TIME)
    adjoint = Adjoint(let, now.named, note)
    lines = {line.symbol: line for line in (*now.lines, *ahead.lines)}
    adjoint.seed(lines[f"h_{TIME}"], _named("dh", TIME, Role("gradient", "h")))
    for line, to, arrived in _from_later(cell, ahead.lines):
        adjoint.parts.setdefault(to.symbol, []).append(Part(line, to, arrived))
    for line in reversed(now.lines):
        adjoint.through(line)
    data = {leaf.symbol: leaf for line in now.lines for leaf in line.expr.leaves() if leaf.given}
    for leaf in sorted(data.values(), key=lambda leaf: FIRST.get(leaf.role.what, len(FIRST))):
        adjoint.settle(leaf)
    return now


def _from_later(cell: Cell, ahead: Sequence[Step]) -> Iterator[Part]:
    """What reaches the states from the lines of the next step, but for h: dh counts that already.

    The gradients to those lines are known.
    """
    states = {f"{letter}_{TIME}" for letter in cell.states[1:]}
    for line in reversed(ahead):
        role = Role("gradient", line.role.letter, of=line.symbol, to=line.role.what)
        dy = Quantity(f"d{line.symbol}", None, given=True, role=role)
        parts = (Part(line, *part) for part in pulled(line.expr, Arrived(dy)))
        yield from (part for part in parts if part.to.symbol in states)


FIRST = {"input": 0, "state": 1}
"""Of the gradients to what is given, which are listed before those to the weights of each gate."""


def _of_gradients(cell: Cell, use: Convention) -> Iterator[str]:
    """What has to be known of the gradients."""
    yield MEANING
    before = [f"d{letter}_(t-1)" for letter in cell.states]
    text = f"{' and '.join(before)} {'are' if len(before) > 1 else 'is'} what this step passes back"
    more = [f"what comes through h_(t-1) to d{s}_(t-1)" for s in cell.states[1:]]
    adds = ", and ".join(["its own loss adds to dh_(t-1)", *more])
    yield f"{text}. If there is a step before it, {adds}."
    yield "The gradients to weights and biases are added up over the steps."
    if use.weights != "separate":
        yield cut(use.orientation)


def names() -> list[str]:
    """The names of all pages of equations."""
    return [name + suffix for suffix in ("", GRADIENT) for name in cells()]


def convention(kind: type[Cell], words: Sequence[str]) -> Convention:
    """The convention these words describe, for the equations of a cell.

    Raises ValueError, saying what is wrong with a word.
    """
    own = {key: [choice.word for choice in choices] for key, choices in kind.choices.items()}
    alternatives = [*ALTERNATIVES, *map(tuple, own.values())]
    options = {option.word: option for option in kind.options}
    known = [*chain(*alternatives), *options, *AROUND, *FRAMEWORKS]
    for word in words:
        if word not in known:
            raise ValueError(f"{word!r} is no convention of {kind.name}: {_hint(word, known)}")
    chosen = [option for word, option in options.items() if word in words]
    name = _one(tuple(FRAMEWORKS), words) or ""
    framework = FRAMEWORKS.get(name, {})
    usual = framework.get(kind.name, framework.get("", ()))
    if name and chosen:
        message = f"expected one of {name} and {chosen[0].word}, found both"
        instead = f"in the place of {name} write {' and '.join(usual)}"
        raise ValueError(f"{message}: its {kind.name} has no such option; {instead}")
    fixed = [_one(some, words) or _one(some, usual) or some[0] for some in alternatives]
    weights, orientation, biases, *rest = fixed
    turned: Literal["column", "row"] = "row" if orientation == "row" else "column"
    around = [word for word in AROUND if word in words]
    return Convention(weights, turned, biases, dict(zip(own, rest, strict=True)), chosen, around)


def _hint(word: str, known: Sequence[str]) -> str:
    """What may be meant by a word that is none of a cell's."""
    others = [kind for kind in cells().values() if word in _of_cell(kind)]
    if others:
        return f"it is one of {' and '.join(kind.name for kind in others)}"
    return did_you_mean(word, known) or f"the words are {', '.join(known)}"


def _of_cell(kind: type[Cell]) -> dict[str, str]:
    """The words that a cell has beside those of all cells, and what each says."""
    words: Iterator[Choice | Option] = chain(*kind.choices.values(), kind.options)
    return {each.word: each.meaning for each in words}


def _one(alternatives: Sequence[str], words: Sequence[str]) -> str | None:
    """The one alternative among the words, if there is one.  Raises ValueError for two."""
    chosen = list(dict.fromkeys(word for word in words if word in alternatives))
    if len(chosen) > 1:
        raise ValueError(f"expected one of {' and '.join(chosen)}, found both: leave one out")
    return chosen[0] if chosen else None


def _products(cell: Cell) -> Iterator[str]:
    """What a reader has to know of products, and of what belongs to a gate."""
    entry = "Vectors are multiplied entry by entry, a matrix and a vector as matrices are."
    of_gates = " The weights and biases of a gate end in its letter." if all(cell.letters) else ""
    yield entry + of_gates


GRADIENT = "-gradient"
"""What the name of a page ends in that goes back through the step of a cell."""


def equations(page_name: str, words: Sequence[str] = ()) -> Solution:
    """The equations of that name (`lstm`, `lstm-gradient`) in the convention of these words.

    The steps have no values.  Raises ValueError as `convention` does.
    """
    kind = cells()[page_name.removesuffix(GRADIENT)]
    use = convention(kind, words)
    cell = kind(**use.fields)
    is_gradient = page_name.endswith(GRADIENT)
    listing, sources = Listing(), Listing()
    if is_gradient:
        sources = backward(listing, cell, use)
    else:
        forward(listing, cell, use, TIME)
    definitions = dict.fromkeys(function.definition for function in cell.functions)
    meanings = {**CHOICES, **({} if all(cell.letters) else UNGATED), **AROUND, **_of_cell(kind)}
    tables = [table for table in _symbols(listing, sources, use.orientation == "row") if table]
    sections = (
        Section("Equations", (Working(tuple(listing.steps)),)),
        _prose("Functions and products", ["; ".join(definitions), *_products(cell)]),
        _prose("Gradients", list(_of_gradients(cell, use)) if is_gradient else []),
        _prose("Conventions", [f"{word}: {meanings[word]}." for word in use.words]),
        Section("Symbols, for n inputs and m units", tuple(map(_table, tables))),
    )
    return Solution(
        kind="equations",
        title=f"{'Backward through one' if is_gradient else 'One'} step of {cell.title}",
        source="",
        digits=4,
        sections=tuple(section for section in sections if section.body),
        answers={},
        extras={
            "conventions": use.words,
            "symbols": [
                {"symbol": name, "shape": shape, "meaning": meaning}
                for name, shape, meaning in chain(*tables)
            ],
        },
    )


def _prose(title: str, paragraphs: Sequence[str]) -> Section:
    return Section(title, tuple(Paragraph((text,)) for text in paragraphs))


def _symbols(listing: Listing, sources: Listing, rows: bool) -> Iterator[list[Row]]:
    """What the equations start from, what they take from their sources, and what they yield.

    Weights and biases are alike for all gates, and so stand there once.
    """
    known = {step.symbol: step for step in sources.steps}
    leaves = {leaf.symbol: leaf for step in listing.steps for leaf in step.expr.leaves()}
    found = {line.symbol for line in (*listing.lines, *sources.lines) if not _is_name(line)}
    given = [leaf for s, leaf in leaves.items() if s not in found]
    yield _rows([_datum(leaf) for leaf in sorted(given, key=_place)], rows)
    yield _rows([_result(step) for s, step in known.items() if s in leaves], rows)
    of_gates = [step for step in listing.steps if _is_of_gates(step.role)]
    rest = [step for step in listing.steps if not _is_of_gates(step.role)]
    yield _rows([_yielded(step, known) for step in rest], rows)
    yield _rows([_yielded(step, known) for step in of_gates], rows)


def _is_name(line: Step) -> bool:
    """Whether a line says no more than its own name: dh_t = dh_t."""
    return isinstance(line.expr, Quantity) and line.expr.symbol == line.symbol


def _is_of_gates(role: Role) -> bool:
    """Whether each gate has this: weights, biases, and the gradients to them; not peepholes."""
    return bool(role.key) and "peephole" not in (role.what, role.to)


def _datum(leaf: Quantity) -> Described:
    """The shape and the meaning of what equations start from."""
    base = _base(leaf.symbol, leaf.role)
    axes, meaning = _described(base, leaf.role.what)
    return base if _is_of_gates(leaf.role) else leaf.symbol, axes, meaning


def _described(base: str, what: str) -> tuple[Axes, str]:
    """The shape and the meaning of what has no equation here."""
    return SHAPES.get(base, (UNITS, f"{what} of another step"))


def _base(name: str, role: Role) -> str:
    """The symbol without its time index, or that of its gate."""
    return name.removesuffix(f"_{role.letter}") if role.key else name.rpartition("_")[0]


def _result(step: Step) -> Described:
    return step.symbol, UNITS, step.note


def _yielded(step: Step, known: Mapping[str, Step]) -> Described:
    """Shape and meaning of a result; a gradient has the shape of what it is the gradient to."""
    role = step.role
    if role.what != "gradient":
        return _result(step)
    base = _base(role.of, role)
    axes, meaning = (UNITS, known[role.of].note) if role.of in known else _described(base, role.to)
    shown = f"d{base}" if _is_of_gates(role) else step.symbol
    return shown, axes, f"gradient to the {meaning.partition(':')[0]}"


def _place(leaf: Quantity) -> int:
    base = _base(leaf.symbol, leaf.role)
    return tuple(SHAPES).index(base) if base in SHAPES else len(SHAPES)


def _rows(entries: Sequence[Described], rows: bool) -> list[Row]:
    """The rows of a table, for row or column vectors."""
    found: dict[str, Row] = {}
    for name, axes, meaning in entries:
        shape = ", ".join(reversed(axes) if rows else axes)
        found[name] = (name, f"({shape})" if len(axes) > 1 else f"({shape},)", meaning)
    return list(found.values())


def _table(rows: Sequence[Row]) -> Table:
    shown = ((Quantity(name, None, given=True), shape, meaning) for name, shape, meaning in rows)
    return Table(("symbol", "shape", "meaning"), tuple(shown))
