"""Mistakes that students make, each as a maker that draws one for a question.

A maker raises UnsuitedError where the mistake cannot be made in the question.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from plain import Vector
from questions import ORDERS, STACKED, UnsuitedError, as_given, joined, kind_of
from working import GATES, Gate, Mistake, Question, turned_over

Maker = Callable[[Random, Question], Mistake]


def _some(rng: Random, gates: Sequence[str]) -> list[str]:
    """One of the gates, or all."""
    if not gates:
        raise UnsuitedError
    return [*gates] if rng.random() < 0.35 else [rng.choice(gates)]


def _with_y(rng: Random, q: Question) -> list[str]:
    """Gates with a bias and an input: now and then the output layer."""
    if "y" in q.gates and rng.random() < 0.3:
        return ["y"]
    return _some(rng, q.computed())


def _steps(rng: Random, q: Question) -> frozenset[int] | None:
    return None if rng.random() < 0.65 else frozenset([rng.choice(q.steps)])


def _using(rng: Random, q: Question, name: str, **options: Any) -> Mistake:
    return Mistake(name, options, steps=_steps(rng, q))


def _only(q: Question, cells: str) -> None:
    if q.cell not in cells.split():
        raise UnsuitedError


def _editing(name: str, scope: Iterable[str], change: Callable[[Gate], Gate]) -> Mistake:
    chosen = {*scope}

    def edit(q: Question) -> Question:
        return replace(q, gates={g: change(v) if g in chosen else v for g, v in q.gates.items()})

    return Mistake(name, edit=edit)


def _edited(
    rng: Random, q: Question, name: str, scope: Iterable[str], change: Callable[[Gate], Gate]
) -> Mistake:
    return replace(_editing(name, scope, change), steps=_steps(rng, q))


def _acting(name: str, usual: str, functions: tuple[str, ...]) -> Maker:
    """Another activation in gates that have the usual one; the cell state has tanh."""

    def make(rng: Random, q: Question) -> Mistake:
        gates = [g for g in q.computed() if q.usual(g) == usual]
        if usual == "tanh" and q.cell == "lstm":
            gates.append("c")
        if functions == ("softmax",) and q.units < 2:
            raise UnsuitedError
        return _using(rng, q, name, **{f"act_{g}": functions for g in _some(rng, gates)})

    return make


def _activation_omitted(rng: Random, q: Question) -> Mistake:
    gates = _some(rng, q.computed())
    if "y" in q.gates and q.usual("y") != "identity" and rng.random() < 0.4:
        gates = ["y"]
    return _using(rng, q, "activation-omitted", **{f"act_{g}": () for g in gates})


def _extra_activation(rng: Random, q: Question) -> Mistake:
    places = [*_some(rng, q.computed())] if rng.random() < 0.5 else ["after"]
    if "y" in q.gates and q.usual("y") == "identity" and rng.random() < 0.5:
        return _using(rng, q, "extra-activation", after_y=(rng.choice(["sigmoid", "tanh"]),))
    if places == ["after"]:
        place = rng.choice("ch") if q.cell == "lstm" else "h"
        return _using(rng, q, "extra-activation", **{f"after_{place}": ("tanh",)})
    twice = {f"act_{g}": (q.usual(g), q.usual(g)) for g in places}
    return _using(rng, q, "extra-activation", **twice)


def _concat_reversed(rng: Random, q: Question) -> Mistake:
    if q.layout not in ("hx", "xh"):
        raise UnsuitedError

    def change(gate: Gate) -> Gate:
        rows = joined(q, gate)
        cut = q.inputs if q.layout == "hx" else q.units
        first, last = [row[:cut] for row in rows], [row[cut:] for row in rows]
        W_x, W_h = (first, last) if q.layout == "hx" else (last, first)
        return replace(gate, W_x=W_x, W_h=W_h)

    return _edited(rng, q, "concat-reversed", _some(rng, q.computed()), change)


def _negative(values: Vector) -> Vector:
    return [-v for v in values]


def _replaced(gate: Gate, change: Callable[[Any], Any], keys: Iterable[str]) -> Gate:
    """The gate with some of its weights changed."""
    return Gate(**{**vars(gate), **{key: change(getattr(gate, key)) for key in keys}})


def _zero(values: Vector) -> Vector:
    return [0.0] * len(values)


def _bias_omitted(rng: Random, q: Question) -> Mistake:
    return _edited(
        rng,
        q,
        "bias-omitted",
        _with_y(rng, q),
        lambda g: replace(g, b_x=_zero(g.b_x), b_h=g.b_h and _zero(g.b_h)),
    )


def _recurrent_omitted(rng: Random, q: Question) -> Mistake:
    scope = _some(rng, q.computed())
    return _edited(
        rng, q, "recurrent-term-omitted", scope, lambda g: replace(g, W_h=[*map(_zero, g.W_h)])
    )


def _input_omitted(rng: Random, q: Question) -> Mistake:
    scope = _some(rng, q.computed())
    return _edited(
        rng, q, "input-term-omitted", scope, lambda g: replace(g, W_x=[*map(_zero, g.W_x)])
    )


def _transposed(rng: Random, q: Question) -> Mistake:
    if q.layout in ("hx", "xh") or q.units < 2:
        raise UnsuitedError
    keys = ["W_h"]
    if q.units == q.inputs:
        keys = rng.choice([["W_h"], ["W_x"], ["W_x", "W_h"]])
    scope = _some(rng, q.computed())
    if "y" in q.gates and len(q.gates["y"].W_x) == q.units and rng.random() < 0.4:
        scope, keys = ["y"], ["W_x"]
    return _edited(
        rng,
        q,
        "transposed",
        scope,
        lambda g: _replaced(g, turned_over, keys),
    )


def _gates_swapped(rng: Random, q: Question) -> Mistake:
    _only(q, "lstm gru")
    pairs = [(a, b) for a, b in ("if", "io", "fo", "ig", "rz") if {a, b} <= {*q.computed()}]
    if not pairs:
        raise UnsuitedError
    a, b = rng.choice(pairs)
    if rng.random() < 0.5 and "g" not in (a, b):
        return _using(rng, q, "gates-swapped", **{f"use_{a}": b, f"use_{b}": a})

    def edit(q: Question) -> Question:
        return replace(q, gates={**q.gates, a: q.gates[b], b: q.gates[a]})

    return Mistake("gates-swapped", edit=edit, steps=_steps(rng, q))


def _gate_order(rng: Random, q: Question) -> Mistake:
    if q.layout not in STACKED:
        raise UnsuitedError
    order = ORDERS[q.cell, q.layout]
    others = {o for (cell, _), o in ORDERS.items() if cell == q.cell and o != order}
    read = rng.choice(sorted(others))

    def edit(q: Question) -> Question:
        taken = {name: q.gates[there] for name, there in zip(read, order, strict=True)}
        return replace(q, gates={**q.gates, **taken})

    return Mistake("gate-order", edit=edit)


def _states_swapped(rng: Random, q: Question) -> Mistake:
    _only(q, "lstm")
    gates = {f"state_{g}": "c" for g in _some(rng, q.computed())}
    ways: list[dict[str, Any]] = [{"old": "h"}, gates, {**gates, "old": "h"}]
    if "y" in q.gates:
        ways.append({"state_y": "c"})
    if rng.random() < 0.25:
        return Mistake("states-swapped", edit=lambda q: replace(q, h=q.c, c=q.h))
    return _using(rng, q, "states-swapped", **rng.choice(ways))


def _plus_for_times(rng: Random, q: Question) -> Mistake:
    _only(q, "lstm gru")
    places = ["out", "out", "forget", "input"] if q.cell == "lstm" else ["out"]
    return _using(rng, q, "plus-for-times", **{rng.choice(places): "plus"})


def _lstm_formula(name: str, **options: Any) -> Maker:
    def make(rng: Random, q: Question) -> Mistake:
        _only(q, "lstm")
        return _using(rng, q, name, **options)

    return make


def _recurrent_diagonal(rng: Random, q: Question) -> Mistake:
    def change(gate: Gate) -> Gate:
        rows = enumerate(gate.W_h)
        return replace(gate, W_h=[[w * (j == k) for j, w in enumerate(row)] for k, row in rows])

    return _edited(rng, q, "recurrent-diagonal", _some(rng, q.computed()), change)


def _update_flipped(rng: Random, q: Question) -> Mistake:
    _only(q, "gru")
    return _using(rng, q, "update-flipped", update="new" if q.update == "keep" else "keep")


def _reset_misplaced(rng: Random, q: Question) -> Mistake:
    _only(q, "gru")
    return _using(rng, q, "reset-misplaced", reset="after" if q.reset == "before" else "before")


def _counted_twice(rng: Random, q: Question) -> Mistake:
    scope = [g for g in _with_y(rng, q) if q.gates[g].b_h is None]
    return _edited(
        rng, q, "bias-counted-twice", scope, lambda g: replace(g, b_x=[2 * b for b in g.b_x])
    )


def _forget_bias(rng: Random, q: Question) -> Mistake:
    """1 is added in the forget gate, as a habit: at every step."""
    if "f" not in q.computed():
        raise UnsuitedError
    return _editing("forget-bias-added", "f", lambda g: replace(g, b_x=[b + 1 for b in g.b_x]))


def _one_bias(rng: Random, q: Question) -> Mistake:
    scope = [g for g in _some(rng, q.computed()) if q.gates[g].b_h is not None]
    key = rng.choice(["b_x", "b_h"])
    return _edited(rng, q, "one-bias-for-two", scope, lambda g: _replaced(g, _zero, [key]))


# Entries.

Place = tuple[Any, ...]  # ("W_x", gate, row, column), ("h", k), ("x", step, k), ("embedding", ..)


def places(q: Question) -> dict[str, list[Place]]:
    """Where the given numbers stand, by their kind."""
    found: dict[str, list[Place]] = {"weights": [], "biases": [], "values": []}
    for g, gate in q.gates.items():
        rows = range(len(gate.W_x))
        if gate.value is not None:
            found["values"] += [("value", g, k) for k in rows]
            continue
        for key in ("W_x", "W_h"):
            matrix = getattr(gate, key)
            found["weights"] += [(key, g, k, j) for k in rows for j in range(len(matrix[k]))]
        found["biases"] += [("b_x", g, k) for k in rows]
        found["biases"] += [("b_h", g, k) for k in rows if gate.b_h is not None]
    units = range(q.units)
    found["states"] = [(key, k) for key in "hc" if any(getattr(q, key)) for k in units]
    found["inputs"] = [("xs", s, k) for s in range(len(q.xs)) for k in range(q.inputs)]
    return {kind: there for kind, there in found.items() if there}


def _at(q: Question, place: Place) -> float:
    key, *path = place
    value: Any = getattr(q, key) if key in ("h", "c", "xs") else getattr(q.gates[path.pop(0)], key)
    for k in path:
        value = value[k]
    return float(value)


def _put(value: Any, path: Sequence[int], new: float) -> Any:
    if not path:
        return new
    return type(value)(
        _put(part, path[1:], new) if k == path[0] else part for k, part in enumerate(value)
    )


def _with_entry(q: Question, place: Place, new: float) -> Question:
    """One entry read otherwise; the embedding of a word wherever the word occurs."""
    key, *path = place
    if key == "xs" and q.words:
        same = [s for s, word in enumerate(q.words) if word == q.words[path[0]]]
        for s in same:
            q = replace(q, xs=_put(q.xs, [s, path[1]], new))
        return q
    if key in ("h", "c", "xs"):
        return replace(q, **{key: _put(getattr(q, key), path, new)})
    g, *path = path
    gate = replace(q.gates[g], **{key: _put(getattr(q.gates[g], key), path, new)})
    return replace(q, gates={**q.gates, g: gate})


def _beside(q: Question, place: Place) -> list[float]:
    """The entries next to one."""
    found = []
    for axis in range(len(place) - 2, len(place)):
        for by in (-1, 1):
            index = place[axis]
            if not isinstance(index, int) or index + by < 0:
                continue
            try:
                found.append(_at(q, (*place[:axis], index + by, *place[axis + 1 :])))
            except IndexError:
                continue
    return found


def misread(rng: Random, value: float, beside: Sequence[float]) -> float:
    """The value as a hasty reader sees it."""
    text = as_given(value).strip('"')
    ways: list[Callable[[], str | float]] = [lambda: _digit_changed(rng, text)]
    if value == round(value):
        ways += [lambda: float(rng.randint(0, 9)) * (-1 if value < 0 else 1)] * 2
    elif "/" not in text:
        ways += [lambda: value * 10, lambda: value / 10]
    if len(text.strip("-")) > 1:
        ways.append(lambda: _digits_swapped(rng, text))
    if beside:
        ways.append(lambda: rng.choice(beside))
    try:
        return round(float(rng.choice(ways)()), 10)
    except ValueError:
        raise UnsuitedError from None


def _digit_changed(rng: Random, text: str) -> str:
    digits = [k for k, letter in enumerate(text) if letter.isdigit()]
    k = rng.choice(digits[:4])
    return text[:k] + rng.choice("0123456789") + text[k + 1 :]


def _digits_swapped(rng: Random, text: str) -> str:
    pairs = [k for k in range(len(text) - 1) if text[k : k + 2].isdigit()]
    if not pairs:
        raise UnsuitedError
    k = rng.choice(pairs[:3])
    return text[:k] + text[k + 1] + text[k] + text[k + 2 :]


def _entry_read(rng: Random, q: Question, name: str, place: Place, new: float) -> Mistake:
    """An entry read otherwise: everywhere, now and then in one gate or at one step only."""
    gates, steps = None, None
    if place[0] in ("h", "xs") and not q.words and rng.random() < 0.2:
        gates = frozenset([rng.choice(q.computed() or GATES[q.cell])])
    if place[0] not in ("h", "c", "xs") and rng.random() < 0.15:
        steps = frozenset([rng.choice(q.steps)])
    return Mistake(name, edit=lambda q: _with_entry(q, place, new), gates=gates, steps=steps)


def _draw_place(rng: Random, q: Question) -> Place:
    there = places(q)
    kinds = ["weights"] * 4 + ["biases"] * 2 + ["states"] * 2 + ["inputs"] * 2 + ["values"]
    return rng.choice(there[rng.choice([kind for kind in kinds if kind in there])])


def _miscopied(rng: Random, q: Question) -> Mistake:
    place = _draw_place(rng, q)
    value = _at(q, place)
    new = misread(rng, value, _beside(q, place))
    if new in (value, -value):
        raise UnsuitedError
    return _entry_read(rng, q, "miscopied-given", place, new)


def _sign_error(rng: Random, q: Question) -> Mistake:
    way = rng.choice(["entry", "entry", "bias", "term", "formula"])
    if way == "entry":
        place = _draw_place(rng, q)
        return _entry_read(rng, q, "sign-error", place, -_at(q, place))
    if way == "formula":
        _only(q, "lstm gru")
        return _using(rng, q, "sign-error", sign=-1)
    if way == "bias":
        return _edited(
            rng,
            q,
            "sign-error",
            _with_y(rng, q),
            lambda g: replace(g, b_x=_negative(g.b_x), b_h=g.b_h and _negative(g.b_h)),
        )
    key = rng.choice(["W_x", "W_h"])
    return _edited(
        rng,
        q,
        "sign-error",
        _some(rng, q.computed()),
        lambda g: _replaced(g, lambda matrix: [*map(_negative, matrix)], [key]),
    )


def slip(rng: Random, symbols: Sequence[str], digits: Mapping[str, int], units: int) -> Mistake:
    """One entry of a claimed answer is off, by no round amount."""
    among = [s for s in symbols if kind_of(s) != "x" and digits[s] > 2]
    if not among:
        raise UnsuitedError
    symbol = rng.choice(among)
    by = rng.choice([-1, 1]) * round(rng.uniform(0.031, 0.43), digits[symbol])
    return Mistake("arithmetic-slip", slip=(symbol, rng.randrange(units), by))


MAKERS: dict[str, Maker] = {
    "softmax-for-sigmoid": _acting("softmax-for-sigmoid", "sigmoid", ("softmax",)),
    "sigmoid-for-tanh": _acting("sigmoid-for-tanh", "tanh", ("sigmoid",)),
    "tanh-for-sigmoid": _acting("tanh-for-sigmoid", "sigmoid", ("tanh",)),
    "activation-omitted": _activation_omitted,
    "extra-activation": _extra_activation,
    "concat-reversed": _concat_reversed,
    "bias-omitted": _bias_omitted,
    "recurrent-term-omitted": _recurrent_omitted,
    "input-term-omitted": _input_omitted,
    "transposed": _transposed,
    "gates-swapped": _gates_swapped,
    "gate-order": _gate_order,
    "states-swapped": _states_swapped,
    "plus-for-times": _plus_for_times,
    "forget-term-omitted": _lstm_formula("forget-term-omitted", forget="no term"),
    "forget-gate-omitted": _lstm_formula("forget-gate-omitted", forget="no gate"),
    "input-gate-omitted": _lstm_formula("input-gate-omitted", input="no gate"),
    "recurrent-diagonal": _recurrent_diagonal,
    "tanh-omitted": _lstm_formula("tanh-omitted", act_c=()),
    "update-flipped": _update_flipped,
    "reset-misplaced": _reset_misplaced,
    "miscopied-given": _miscopied,
    "sign-error": _sign_error,
    "bias-counted-twice": _counted_twice,
    "one-bias-for-two": _one_bias,
    "forget-bias-added": _forget_bias,
}
SLIP = "arithmetic-slip"
NAMES = (*MAKERS, SLIP)

# What a question must have for a mistake to be possible.
NEEDS: dict[str, dict[str, Sequence[Any]]] = {
    "concat-reversed": {"layout": ["hx", "xh"]},
    "transposed": {"layout": ["apart", "apart", *STACKED], "units": [2, 3]},
    "gate-order": {"layout": STACKED},
    "one-bias-for-two": {"two": [True], "layout": ["apart", "hx", "pytorch", "onnx"]},
    "bias-counted-twice": {"two": [False], "layout": ["apart", "hx", "xh", "pytorch"]},
    "softmax-for-sigmoid": {"units": [2, 3, 4]},
    "recurrent-diagonal": {"units": [2, 3, 4]},
}
ONLY = {  # names that belong to one cell
    "gru": ("update-flipped", "reset-misplaced"),
    "lstm": (
        "states-swapped",
        "forget-term-omitted",
        "forget-gate-omitted",
        "input-gate-omitted",
        "tanh-omitted",
        "forget-bias-added",
    ),
    "rnn": (),
}
NOT_RNN = ("gates-swapped", "gate-order", "plus-for-times")


def names(cell: str) -> list[str]:
    """The mistakes that can be made in a cell."""
    elsewhere = {name for other, known in ONLY.items() if other != cell for name in known}
    return [n for n in NAMES if n not in elsewhere and not (cell == "rnn" and n in NOT_RNN)]
