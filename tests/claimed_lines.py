"""Lines of cells as trees of our own, with values of our own: drawn rewritings and edits.

What a text is due is known from the values of its tree, which no part of lstmhw has computed.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np


class Node(NamedTuple):
    """An operation over parts, or without any a name or a number.

    The operations are + * neg, @ of a matrix and a vector, sigmoid, tanh and sigmoid' (the slope).
    """

    mark: str
    parts: tuple["Node", ...] = ()


class World(NamedTuple):
    """A problem: its lines, and the shapes and the spellings, plain and in LaTeX, of its names.

    `pool` are vectors that may stand for each other; `rows` says that vectors are rows.
    """

    data: Mapping[str, Any]
    lines: Mapping[str, Node]
    shapes: Mapping[str, tuple[int, ...]]
    spellings: Mapping[str, tuple[Sequence[str], Sequence[str]]]
    pool: Sequence[str]
    rows: bool = False


def leaf(name: str) -> Node:
    return Node(name)


def plus(*parts: Node) -> Node:
    return Node("+", parts)


def times(left: Node, right: Node) -> Node:
    return Node("*", (left, right))


def product(matrix: str, vector: Node) -> Node:
    return Node("@", (leaf(matrix), vector))


def less(node: Node) -> Node:
    return plus(leaf("1"), Node("neg", (node,)))


def affine(gate: str, state: Node) -> Node:
    end = f"_{gate}" if gate else ""
    return plus(product(f"W_x{end}", leaf("x")), product(f"W_h{end}", state), leaf(f"b{end}"))


def _gate_shapes(gates: Sequence[str]) -> dict[str, tuple[int, ...]]:
    ends = [f"_{gate}" if gate else "" for gate in gates]
    shapes: dict[str, tuple[int, ...]] = {"x": (3,), "h_prev": (2,)}
    for end in ends:
        shapes |= {f"W_x{end}": (2, 3), f"W_h{end}": (2, 2), f"b{end}": (2,)}
    return shapes


def _now(*names: str) -> dict[str, tuple[list[str], list[str]]]:
    """Names that belong to the step; f may be F in print."""
    return {
        name: (
            [name, f"{name}_t", f"{name}_1", name.upper(), f"{name}(t)", f"{name}ₜ"],
            [f"{name}_t", f"{name}_{{t}}", rf"\mathbf{{{name}}}_t", f"{name}^{{(t)}}"],
        )
        for name in names
    }


def _state(name: str, *more: str) -> tuple[list[str], list[str]]:
    """A state before the step."""
    plain = [f"{name}_prev", f"{name}_{{t-1}}", f"{name}_0", f"{name}_(t-1)", f"{name}_t-1", *more]
    big = name.upper()
    return plain, [f"{name}_{{t-1}}", f"{big}_{{t - 1}}", rf"\vec{{{name}}}^{{(t-1)}}", *more]


def _weights(gate: str, *letters: str) -> dict[str, tuple[list[str], list[str]]]:
    """Weights of a gate, by its own letter and by those of other books."""
    found = {}
    for side in "xh":
        plain = [f"W_{side}_{gate}", f"W_{side}{gate}", f"W_{gate}{side}"]
        latex = [pattern % k for k in letters for pattern in _LATEX[side]]
        plain += [f"U_{gate}", f"U_{letters[0]}"] if side == "h" else [f"W_{letters[0]}"]
        found[f"W_{side}_{gate}"] = plain, latex
    biases = [f"b_{letters[0]}", f"b_{{{gate}}}"]
    return {
        **found,
        f"b_{gate}": ([f"b_{gate}", *biases], [*biases, rf"\mathbf{{b}}_{letters[0]}"]),
    }


_LATEX = {"x": ["W_{x%s}", "W_{%s,x}", "W_%s"], "h": ["W_{h%s}", "U_%s", r"\mathbf{U}_{%s}"]}
_STATES = {"x": [1, 0.5, 2], "h_prev": [0.2, -0.4]}
_GATE = {"W_x": [[0.5, 0.1, -0.2], [0.3, -0.6, 0.8]], "W_h": [[0.1, 0.2], [0.3, -0.4]], "b": [1, 2]}
_ROWS = {**_GATE, "W_x": [[0.5, 0.1], [-0.2, 0.3], [-0.6, 0.8]]}
_CANDIDATE = ["c~", "g_t", "c̃_t", "g"], [r"\tilde{c}_t", r"\tilde c_t", r"\tilde{c_t}", "g_t"]
_SUMS = {g: ([f"z_{g}", f"z_{g}_t", f"a_{g}"], [f"z_{g}", f"z_{{{g}}}"]) for g in "ifgorn"}

_H = leaf("h_prev")
_CELL = plus(times(leaf("f"), leaf("c_prev")), times(leaf("i"), leaf("g")))
_LSTM: dict[str, Any] = {
    "kind": "lstm-step",
    **_STATES,
    "c_prev": [0.5, -0.3],
    "gates": dict.fromkeys("ifgo", _GATE),
}
LSTM = World(
    _LSTM,
    {
        **{f"z_{gate}": affine(gate, _H) for gate in "ifgo"},
        **{gate: Node("sigmoid", (leaf(f"z_{gate}"),)) for gate in "ifo"},
        "g": Node("tanh", (leaf("z_g"),)),
        "c": _CELL,
        "h": times(leaf("o"), Node("tanh", (leaf("c"),))),
    },
    {**_gate_shapes("ifgo"), "c_prev": (2,)},
    {
        **_now("x", "f", "i", "o", "c"),
        "g": _CANDIDATE,
        "h": (["h_t", "h_1"], ["h_t", "h_{t}"]),
        "h_prev": _state("h", "h"),
        "c_prev": _state("c"),
        **{f"z_{gate}": _SUMS[gate] for gate in "ifgo"},
        **{name: told for gate in "ifo" for name, told in _weights(gate, gate).items()},
        **_weights("g", "c", "g"),
    },
    ("f", "i", "g", "o", "c_prev", "h_prev", "c", "z_f", "b_i"),
)
BACK = World(
    {**_LSTM, "kind": "lstm-gradient", "dh": [1, 2], "dc": [0.5, 0.1]},
    {
        "dz_f": times(times(leaf("dc"), leaf("c_prev")), times(leaf("f"), less(leaf("f")))),
        "dz_g": times(
            times(leaf("dc"), leaf("i")),
            less(times(leaf("g"), leaf("g"))),
        ),
        "dz_i": times(times(leaf("dc"), leaf("g")), Node("sigmoid'", (leaf("z_i"),))),
        "dc_0": times(leaf("dc"), leaf("f")),
    },
    dict.fromkeys(("dc", "c_prev", "f", "g", "i", "z_i"), (2,)),
    {
        **_now("f", "i"),
        "dc": (["dc", "dc_t", "dc_1"], ["dc_t", r"\mathrm{dc}_t"]),
        "g": _CANDIDATE,
        "c_prev": _state("c"),
        "z_i": _SUMS["i"],
    },
    ("f", "i", "g", "c_prev"),
)
GRU = World(
    {
        "kind": "gru-step",
        "update": "keep",
        "reset": "before",
        "orientation": "row",
        **_STATES,
        "gates": dict.fromkeys("rzn", _ROWS),
    },
    {
        **{gate: Node("sigmoid", (affine(gate, _H),)) for gate in "rz"},
        "n": Node("tanh", (affine("n", times(leaf("r"), _H)),)),
        "h": plus(times(leaf("z"), _H), times(less(leaf("z")), leaf("n"))),
    },
    _gate_shapes("rzn"),
    {
        **_now("x", "r", "z"),
        "n": (["n", "n_t", "h~", "H~", "h̃_t"], [r"\tilde{h}_t", r"\tilde{H}", r"\tilde{h_t}"]),
        "h": (["h_t", "h_1"], ["h_t", "h_{t}"]),
        "h_prev": _state("h", "h", "H"),
        **{name: told for gate in "rz" for name, told in _weights(gate, gate).items()},
        **_weights("n", "h", "n"),
    },
    ("r", "z", "n", "h_prev"),
    rows=True,
)
RNN = World(
    {"kind": "rnn-step", **_STATES, **_GATE},
    {"a": affine("", _H), "h": Node("tanh", (leaf("a"),))},
    _gate_shapes([""]),
    {
        "x": (["x", "x_t", "x_1", "e", "e_t"], ["x_t", "e_t", r"\mathbf{x}_t"]),
        "a": (["a", "a_t", "a_1", "z"], ["a_t", "a^{(t)}", "z_t"]),
        "h": (["h_t", "h_1"], ["h_t", "h_{t}"]),
        "h_prev": _state("h", "h", "s_{t-1}"),
        "W_x": (["W_x", "W_xh", "W_e", "W_ih"], ["W_{xh}", "W_x", "W_e", "W_{ih}"]),
        "W_h": (["W_h", "W_hh"], ["W_{hh}", "W_h"]),
        "b": (["b", "b_h", "b1"], ["b", "b_h", "b_1"]),
    },
    ("h_prev", "b", "a", "h"),
)
WORLDS = {"lstm": LSTM, "gru": GRU, "rnn": RNN, "back": BACK}


def values(world: World, seed: int) -> dict[str, Any]:
    """Random values of all names, each as its line has it."""
    draw = np.random.default_rng(seed).standard_normal
    known: dict[str, Any] = {name: draw(shape) for name, shape in world.shapes.items()}
    for name, line in world.lines.items():
        if name not in known:
            known[name] = value(line, known)
    return known


def value(node: Node, known: Mapping[str, Any]) -> Any:
    if not node.parts:
        return float(node.mark) if node.mark[0].isdigit() else known[node.mark]
    first, *rest = (value(part, known) for part in node.parts)
    match node.mark:
        case "+":
            return sum(rest, start=first)
        case "*":
            return first * rest[0]
        case "@":
            return first @ rest[0]
        case "neg":
            return -first
        case "tanh":
            return np.tanh(first)
    gate = 1 / (1 + np.exp(-first))
    return gate if node.mark == "sigmoid" else gate * (1 - gate)


def off(world: World, name: str, node: Node) -> float:
    """How far a tree is from its line at three draws of values; infinite where shapes misfit."""
    found = []
    for known in (values(world, seed) for seed in (1, 2, 3)):
        true = value(world.lines[name], known)
        try:
            found.append(float(np.max(np.abs(value(node, known) - true))))
        except ValueError:
            return np.inf
    return max(found)


def rewritten(node: Node, lines: Mapping[str, Node], rng: Random) -> Node:
    """The same in other words: commuted, multiplied out, with lines in the places of symbols."""
    if not node.parts:
        expand = node.mark in lines and rng.random() < 0.25
        return rewritten(lines[node.mark], lines, rng) if expand else node
    if node.mark == "@":  # each number is written once
        return node
    parts = [rewritten(part, lines, rng) for part in node.parts]
    if node.mark in ("+", "*"):
        rng.shuffle(parts)
    if node.mark == "*" and parts[0].mark == "+" and rng.random() < 0.5:
        return Node("+", tuple(times(part, parts[1]) for part in parts[0].parts))
    same = Node(node.mark, tuple(parts))
    return rng.choice(_WRAPPED)(same) if rng.random() < 0.2 else same


def _half_twice(node: Node) -> Node:
    half = times(leaf("0.5"), node)
    return plus(half, half)


_WRAPPED: Sequence[Callable[[Node], Node]] = (
    lambda node: Node("neg", (Node("neg", (node,)),)),
    lambda node: times(leaf("1"), node),
    lambda node: times(node, leaf("1")),
    lambda node: plus(node, leaf("0")),
    lambda node: plus(leaf("2"), node, Node("neg", (leaf("2"),))),
    _half_twice,
)
"""What may stand around a node and changes nothing."""


def edited(node: Node, pool: Sequence[str], rng: Random) -> Node:
    """A tree with one thing in it that is another."""
    place = rng.choice(_places(node))
    return _changed(node, place, rng.choice(_others(_at(node, place), pool)))


def _others(old: Node, pool: Sequence[str]) -> list[Node]:
    """What may stand wrongly for a node."""
    found = [Node("neg", (old,)), times(leaf("2"), old)]
    if old.mark == "*":
        found += [Node("+", old.parts), *old.parts]
    if old.mark == "+":
        found += [Node("+", old.parts[1:]), times(*old.parts[:2]), *old.parts]
    if old.mark in ("sigmoid", "tanh"):
        found += [Node("tanh" if old.mark == "sigmoid" else "sigmoid", old.parts), old.parts[0]]
    if old.mark == "neg":
        found.append(old.parts[0])
    if old.mark in pool:
        found += [leaf(name) for name in pool if name != old.mark]
    return found


def _places(node: Node) -> list[tuple[int, ...]]:
    inner = [(k, *place) for k, part in enumerate(node.parts) for place in _places(part)]
    return [(), *inner]


def _changed(node: Node, place: tuple[int, ...], other: Node) -> Node:
    if not place:
        return other
    first, *rest = place
    parts = list(node.parts)
    parts[first] = _changed(parts[first], tuple(rest), other)
    return Node(node.mark, tuple(parts))


def _at(node: Node, place: tuple[int, ...]) -> Node:
    return _at(node.parts[place[0]], place[1:]) if place else node


def names_of(node: Node) -> list[str]:
    leaves = (_at(node, place) for place in _places(node))
    return [each.mark for each in leaves if not each.parts and not each.mark[0].isdigit()]
