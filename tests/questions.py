"""Random questions on recurrent cells, and their files; written from the contract alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from plain import Matrix, Vector
from working import GATES, Gate, Hand, Question, Working, turned_over


class UnsuitedError(Exception):
    """What was drawn does not go together: draw again."""


TRIES = 3000


def _number(rng: Random, style: str, size: float) -> float:
    if style == "integers":
        return float(rng.randint(-round(size), round(size)))
    if style == "thirds":
        return rng.randint(-round(3 * size), round(3 * size)) / 3
    return round(rng.uniform(-size, size), 1 if style == "tenths" else 2)


def _matrix(rng: Random, style: str, size: float, rows: int, columns: int) -> Matrix:
    return [[_number(rng, style, size) for _ in range(columns)] for _ in range(rows)]


def _states(rng: Random, style: str, size: float, units: int) -> Vector:
    if style == "long":
        return [round(rng.uniform(-size, size), 8) for _ in range(units)]
    if style == "zero":
        return [0.0] * units
    return [round(rng.uniform(-size, size), 1 + (style == "hundredths")) for _ in range(units)]


def _gate(rng: Random, style: str, size: float, shape: tuple[int, int], two: bool) -> Gate:
    units, inputs = shape
    W_x, W_h = (_matrix(rng, style, size, units, columns) for columns in (inputs, units))
    b, b_h = ([_number(rng, style, size) for _ in range(units)] for _ in range(2))
    return Gate(W_x, W_h, b, b_h if two else None)


LAYOUTS = {
    "lstm": ["hx", "hx", "xh", "apart", "apart", "pytorch", "keras", "onnx"],
    "gru": ["hx", "xh", "apart", "apart", "pytorch", "keras", "onnx"],
    "rnn": ["hx", "xh", "apart", "apart"],
}
STACKED = ("pytorch", "keras", "onnx")


def draw_question(rng: Random, cell: str = "lstm", **fixed: Any) -> Question:
    """A question; what is `fixed` (layout, units, style, two, states ..) is not drawn."""
    get = fixed.get
    units = get("units") or rng.choice([1, 2, 2, 2, 3, 3, 4])
    inputs = get("inputs") or rng.choice([1, 2, 2, 2, 3, 3, 4])
    style = get("style") or rng.choice(["integers", "tenths", "tenths", "hundredths"])
    size = rng.choice([2.0, 3.0]) if style == "integers" else 1.5
    layout = get("layout") or rng.choice(LAYOUTS[cell])
    if cell == "rnn" and layout in STACKED:
        layout = "apart"
    two = _two_biases(rng, cell, layout, get("two"))
    steps = get("steps") or rng.choice([1, 1, 1, 2, 3])
    gates = {g: _gate(rng, style, size, (units, inputs), two) for g in GATES[cell]}
    kept = get("states") or rng.choice(["tenths", "hundredths", "long", "long", "zero"])
    row = get("row", layout not in STACKED and rng.random() < 0.2)
    q = Question(
        cell,
        tuple([_number(rng, style, 2.0) for _ in range(inputs)] for _ in range(steps)),
        _states(rng, kept, 1.0, units),
        _states(rng, kept, 2.0, units) if cell == "lstm" else [],
        gates,
        t=rng.choice([1, 1, 1, 2, 5]),
        layout=layout,
        row=row,
        **_conventions(rng, cell, layout, two),
    )
    if get("values", layout not in STACKED and cell == "lstm" and rng.random() < 0.25):
        q = _with_values(rng, q)
    if get("embedded", rng.random() < 0.12):
        q = _embedded(rng, q, style)
    if get("output", rng.random() < (0.5 if cell == "rnn" else 0.12)):
        q = _with_output(rng, q, style, get("output_activation"))
    return q


def _two_biases(rng: Random, cell: str, layout: str, wanted: bool | None) -> bool:
    if layout == "keras" and cell == "lstm":
        return False
    if layout == "onnx":
        return True
    return wanted if wanted is not None else rng.random() < 0.3


def _conventions(rng: Random, cell: str, layout: str, two: bool) -> dict[str, Any]:
    if cell == "rnn":
        return {"activations": {"a": rng.choice(["tanh", "tanh", "tanh", "sigmoid"])}}
    if cell == "lstm":
        return {}
    if layout == "pytorch":
        return {"update": "keep", "reset": "after"}
    if layout == "keras":
        return {"update": "keep", "reset": "after" if two else "before"}
    update = "keep" if layout == "onnx" else rng.choice(["keep", "new"])
    return {"update": update, "reset": rng.choice(["before", "after"])}


def _with_values(rng: Random, q: Question) -> Question:
    """Some gates are given as values, sometimes with weights beside them."""
    gates = dict(q.gates)
    for g in rng.sample(GATES[q.cell], rng.choice([1, 1, 2, 3])):
        digits = rng.choice([1, 2, 8])
        values = [round(rng.uniform(0.05, 0.95), digits) for _ in range(q.units)]
        gates[g] = replace(gates[g], value=[1.0] * q.units if rng.random() < 0.1 else values)
    return replace(q, gates=gates)


def _embedded(rng: Random, q: Question, style: str) -> Question:
    words = rng.choice([3, 4, 5])
    embedding = _matrix(rng, style, 2.0, words, q.inputs)
    chosen = tuple(rng.randrange(words) for _ in q.xs)
    return replace(q, xs=tuple(embedding[k] for k in chosen), embedding=embedding, words=chosen)


def _with_output(rng: Random, q: Question, style: str, activation: str | None) -> Question:
    outputs = rng.choice([1, 2, 2, 3])
    softmax = ["softmax"] * 3 if outputs > 1 else []
    W = _matrix(rng, style, 2.0, outputs, q.units)
    gate = Gate(W, [[] for _ in W], [_number(rng, style, 1.0) for _ in W])
    used = activation or rng.choice([*softmax, "identity", "sigmoid"])
    return replace(q, gates={**q.gates, "y": gate}, activations={**q.activations, "y": used})


def suited(rng: Random, cell: str, **fixed: Any) -> Question:
    """A question whose pre-activations are moderate, most times."""
    most = 30.0 if rng.random() < 0.12 else 4.0
    for _ in range(TRIES):
        q = draw_question(rng, cell, **fixed)
        values = Working(q, Hand({})).values
        sums = [abs(v) for s, vs in values.items() if s[:2] in ("z_", "a_") for v in vs]
        if not sums or max(sums) < most:
            return q
    raise UnsuitedError


# Files.


def as_given(value: float) -> str:
    """A given number as it is written."""
    for denominator in (1, 3):
        whole = round(value * denominator)
        if whole / denominator == value:
            return str(whole) if denominator == 1 else f'"{whole}/{denominator}"'
    return repr(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(v)}" for key, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return as_given(value) if isinstance(value, float) else str(value)


def _ordered(q: Question, order: str, name: Callable[[Gate], Any]) -> list[Any]:
    """The rows of the gates, one below the other."""
    return [row for g in order for row in name(q.gates[g])]


ORDERS = {
    ("lstm", "pytorch"): "ifgo",
    ("lstm", "keras"): "ifgo",
    ("lstm", "onnx"): "iofg",
    ("gru", "pytorch"): "rzn",
    ("gru", "keras"): "zrn",
    ("gru", "onnx"): "zrn",
}


def _stacked(q: Question) -> dict[str, Any]:
    order = ORDERS[q.cell, q.layout]
    W, R = _ordered(q, order, lambda g: g.W_x), _ordered(q, order, lambda g: g.W_h)
    b = _ordered(q, order, lambda g: g.b_x)
    b_h = _ordered(q, order, lambda g: g.b_h or [])
    found: dict[str, Any] = {"layout": q.layout}
    if q.layout == "pytorch":
        found |= {"weight_ih": W, "weight_hh": R, "bias_ih": b}
        return {**found, "bias_hh": b_h} if b_h else found
    if q.layout == "keras":
        found |= {"kernel": turned_over(W), "recurrent_kernel": turned_over(R)}
        if q.cell == "gru":
            found["reset_after"] = "true" if q.reset == "after" else "false"
        return {**found, "bias": [b, b_h] if b_h else b}
    if q.cell == "gru":
        found["linear_before_reset"] = int(q.reset == "after")
    return {**found, "W": W, "R": R, "B": [*b, *b_h]}


def _weights(q: Question, gate: Gate) -> dict[str, Any]:
    over = turned_over if q.row else (lambda matrix: matrix)
    found: dict[str, Any] = {}
    if gate.value is not None:
        found["value"] = gate.value[0] if len(set(gate.value)) == 1 else gate.value
        if gate.value[0] > 0.5:  # as well have no weights
            return found
    if q.layout in ("hx", "xh"):
        found["W"] = over(joined(q, gate))
    else:
        found |= {"W_x": over(gate.W_x), "W_h": over(gate.W_h)}
    if gate.b_h is not None:
        return {**found, "b_x": gate.b_x, "b_h": gate.b_h}
    return {**found, "b": gate.b_x} if any(gate.b_x) else found


def joined(q: Question, gate: Gate) -> Matrix:
    pairs = zip(gate.W_h, gate.W_x, strict=True)
    return [[*h, *x] if q.layout == "hx" else [*x, *h] for h, x in pairs]


def problem(q: Question) -> dict[str, Any]:
    """The keys of the file, without its claims."""
    found: dict[str, Any] = {"kind": "lstm-gradient" if q.dh else f"{q.cell}-step"}
    if q.t != 1:
        found["t"] = q.t
    if q.row:
        found["orientation"] = "row"
    found |= _inputs(q)
    found |= {"h_prev": q.h} if any(q.h) else {}
    found |= {"c_prev": q.c} if any(q.c) else {}
    found |= {"dh": q.dh, "dc": q.dc} if q.dh else {}
    if q.layout in ("hx", "xh"):
        found["concat"] = "[h, x]" if q.layout == "hx" else "[x, h]"
    if q.cell == "gru" and q.layout not in STACKED:
        found |= {"update": q.update, "reset": q.reset}
    if q.cell == "rnn":
        found |= {**_weights(q, q.gates["a"]), "activation": q.usual("a")}
    elif q.layout in STACKED:
        found["stacked"] = _stacked(q)
    else:
        found["gates"] = {g: _weights(q, q.gates[g]) for g in GATES[q.cell]}
    if "y" in q.gates:
        W, b = q.gates["y"].W_x, q.gates["y"].b_x
        W = turned_over(W) if q.row else W
        found["output"] = {"W": W, "b": b, "activation": q.usual("y")}
    return found


def _inputs(q: Question) -> dict[str, Any]:
    if q.embedding is None:
        return {"x": q.xs[0]} if len(q.xs) == 1 else {"xs": q.xs}
    hot = [[int(k == word) for k in range(len(q.embedding))] for word in q.words]
    words = {"one_hot": hot[0]} if len(hot) == 1 else {"one_hots": hot}
    return {**words, "embedding": q.embedding}


def file(keys: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    lines = [f"{key}: {_flow(value)}" for key, value in keys.items()]
    claimed = [f"  {symbol}: {_flow(value)}" for symbol, value in claims.items()]
    return "\n".join([*lines, "claimed:", *claimed, ""])


def kind_of(symbol: str) -> str:
    name = symbol.rpartition("_")[0]
    if name in ("a", "c", "h", "y", "x"):
        return name
    return name.split("_")[0] if "_" in name else "gate"
