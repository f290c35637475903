"""Answer sheets with known mistakes, and correct ones with every kind of rounding.

A sheet is drawn from a seed; its numbers come from `working`, never from lstmhw.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from plain import Matrix, Vector
from working import (
    GATES,
    HALF_EVEN,
    TRUNCATED,
    Gate,
    Hand,
    Mistake,
    Question,
    Working,
    turned_over,
)

Written = dict[str, Any]  # symbol -> numbers as text, nested


@dataclass(frozen=True)
class Sheet:
    """A problem file with claims.

    `cells` are the claimed symbols in which each of the mistakes shows first.
    """

    text: str
    mistakes: tuple[str, ...]
    first_wrong: str | None
    kind_of_sheet: str
    cells: tuple[str, ...] = ()
    claims: str = ""
    also: tuple[str, ...] = ()  # names that say the same
    origin: "Origin | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Origin:
    """What a sheet was made of."""

    question: Question
    hand: Hand
    symbols: tuple[str, ...]
    written: Written


class UnsuitedError(Exception):
    """What was drawn does not go together: draw again."""


TRIES = 3000

# Questions.


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


def _plain(value: float) -> str:
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
    return _plain(value) if isinstance(value, float) else str(value)


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
        found["W"] = over(_joined(q, gate))
    else:
        found |= {"W_x": over(gate.W_x), "W_h": over(gate.W_h)}
    if gate.b_h is not None:
        return {**found, "b_x": gate.b_x, "b_h": gate.b_h}
    return {**found, "b": gate.b_x} if any(gate.b_x) else found


def _joined(q: Question, gate: Gate) -> Matrix:
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


# Claims.


def draw_claims(rng: Random, q: Question, symbols: Sequence[str]) -> tuple[str, list[str]]:
    """How much is claimed, and which symbols, in the order of the working."""
    kinds = ["everything", "everything", "gates", "sums", "states", "states", "h"]
    kind = rng.choice(kinds)
    wanted = {
        "everything": ["z", "a", "gate", "c", "h", "y"],
        "gates": ["gate", "c", "h", "y"],
        "sums": ["z", "a", "c", "h", "y"],
        "states": ["c", "h", "y"],
        "h": ["h", "y"],
    }[kind]
    steps = {*q.steps}
    if len(steps) > 1 and rng.random() < 0.3:
        steps = {*rng.sample([*q.steps][:-1], len(steps) - 2), q.steps[-1]}
    extra = {"tanh"} if kind == "everything" and rng.random() < 0.3 else set()
    if q.embedding is not None and rng.random() < 0.5:
        extra.add("x")
    return kind, [
        symbol
        for symbol in symbols
        if _class(symbol) in {*wanted, *extra}
        and int(symbol.rpartition("_")[2]) in steps
        and not _given(q, symbol)
    ]


def _class(symbol: str) -> str:
    name = symbol.rpartition("_")[0]
    if name in ("a", "c", "h", "y", "x"):
        return name
    return name.split("_")[0] if "_" in name else "gate"


def _given(q: Question, symbol: str) -> bool:
    name = symbol.rpartition("_")[0]
    return name in GATES[q.cell] and q.gates[name].value is not None


def draw_digits(rng: Random, symbols: Iterable[str]) -> dict[str, int]:
    base = rng.choice([2, 3, 3, 4, 4, 4, 4, 5, 6])
    if rng.random() < 0.75:
        return dict.fromkeys(symbols, base)
    names = {name: rng.randint(2, 6) for name in ("z", "a", "gate", "tanh", "c", "h", "y", "x")}
    return {symbol: names[_class(symbol)] for symbol in symbols}


def write(hand: Hand, values: Mapping[str, Any], symbols: Iterable[str]) -> Written:
    def text(symbol: str, value: Any) -> Any:
        if isinstance(value, list):
            return [text(symbol, part) for part in value]
        return hand.text(symbol, value)

    return {symbol: text(symbol, values[symbol]) for symbol in symbols}


def _flat(texts: Any) -> Iterator[str]:
    if isinstance(texts, str):
        yield texts
    else:
        for part in texts:
            yield from _flat(part)


def _units_apart(one: Any, other: Any) -> int:
    """How many units of the last digit two written answers differ by, at most."""
    most = 0
    for left, right in zip(_flat(one), _flat(other), strict=True):
        a, b = Decimal(left), Decimal(right)
        exponent = max(int(a.as_tuple().exponent), int(b.as_tuple().exponent))
        most = max(most, round(abs(a - b).scaleb(-exponent)))
    return most


def first_difference(one: Written, other: Written) -> tuple[str, int] | None:
    """The first symbol that is written otherwise, and by how many units."""
    for symbol in one:
        apart = _units_apart(one[symbol], other[symbol])
        if apart:
            return symbol, apart
    return None


def _claimed(rng: Random, q: Question, written: Written) -> Written:
    """The claims of the file: the index may be dropped, a vector of one be a number."""
    drop = len(q.xs) == 1 and rng.random() < 0.5
    alone = rng.random() < 0.5
    found: Written = {}
    for symbol, texts in written.items():
        name = symbol.removesuffix(f"_{q.t}") if drop else symbol
        one = alone and isinstance(texts, list) and len(texts) == 1
        found[name] = texts[0] if one else texts
    return found


# Correct sheets.


def _everywhere(hand: Hand) -> Hand:
    """Computing on from what is (or would be) written."""
    return replace(hand, inside=hand.shown)


def _fewer_inside(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    """Fewer digits kept than most answers show, and one answer shows as few."""
    few = rng.choice([2, 3])
    shown = dict.fromkeys(hand.shown, few + rng.choice([1, 2]))
    if len(claimed) < 2:
        raise UnsuitedError
    shown[rng.choice(claimed)] = few
    return replace(hand, shown=shown, inside=dict.fromkeys(shown, few))


def _of_given_in_short(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    digits = rng.choice([3, 4, 4])
    hand = replace(hand, shown=dict.fromkeys(hand.shown, digits), given=digits)
    return _everywhere(hand) if rng.random() < 0.4 else hand


def _by_products(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    digits = rng.choice([2, 3, 4])
    shown = dict.fromkeys(hand.shown, digits)
    return replace(hand, shown=shown, inside=shown, products=digits)


def _significant(rng: Random, hand: Hand, claimed: Sequence[str]) -> Hand:
    shown = dict.fromkeys(hand.shown, rng.choice([3, 4, 5]))
    hand = replace(hand, shown=shown, significant=True)
    return _everywhere(hand) if rng.random() < 0.4 else hand


ROUNDINGS: dict[str, Callable[[Random, Hand, Sequence[str]], Hand]] = {
    "rounded": lambda rng, hand, claimed: hand,
    "half to even": lambda rng, hand, claimed: replace(hand, how=HALF_EVEN),
    "carried": lambda rng, hand, claimed: _everywhere(hand),
    "carried, half to even": lambda rng, hand, _: _everywhere(replace(hand, how=HALF_EVEN)),
    "carried where written": lambda rng, hand, claimed: replace(
        hand, inside={symbol: hand.shown[symbol] for symbol in claimed}
    ),
    "products rounded": _by_products,
    "fewer digits inside": _fewer_inside,
    "truncated": lambda rng, hand, claimed: replace(hand, how=TRUNCATED),
    "truncated, carried": lambda rng, hand, _: _everywhere(replace(hand, how=TRUNCATED)),
    "given numbers rounded": _of_given_in_short,
    "float32": lambda rng, hand, claimed: replace(hand, float32=True),
    "significant figures": _significant,
    "fractions": lambda rng, hand, claimed: replace(hand, fractions=True),
}


def correct_sheet(seed: int, rounding: str, cell: str = "lstm") -> Sheet:
    """A sheet without a mistake."""
    rng = Random(f"correct {seed} {rounding} {cell}")
    for _ in range(TRIES):
        try:
            return _correct(rng, rounding, cell)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {rounding}, {cell}")


def _correct(rng: Random, rounding: str, cell: str) -> Sheet:
    fixed: dict[str, Any] = {}
    if rounding == "given numbers rounded":
        fixed = {"states": "long"}
    if rounding == "fractions":
        fixed = {"style": rng.choice(["thirds", "tenths"]), "states": "tenths"}
    q = suited(rng, cell, **fixed)
    if rounding == "fractions" and cell == "rnn":
        q = replace(q, activations={**q.activations, "a": rng.choice(["relu", "identity"])})
    exact = Working(q, Hand({})).values
    claims, symbols = draw_claims(rng, q, [*exact])
    if not symbols:
        raise UnsuitedError
    hand = ROUNDINGS[rounding](rng, Hand(draw_digits(rng, exact)), symbols)
    values = Working(q, hand).values
    _check_correct(rounding, hand, values, exact, symbols)
    written = write(hand, values, symbols)
    text = file(problem(q), _claimed(rng, q, written))
    return Sheet(text, (), None, rounding, (), claims, (), Origin(q, hand, (*symbols,), written))


def _check_correct(
    rounding: str, hand: Hand, values: Written, exact: Written, symbols: Sequence[str]
) -> None:
    """Beyond what is agreed to be float32 noise, or figures that leave out whole units: no."""
    for symbol in symbols:
        for value, true in zip(values[symbol], exact[symbol], strict=True):
            noise = rounding == "float32" and abs(value - true) > 0.9e-6 * abs(true)
            large = rounding == "significant figures" and abs(value) >= 10 ** hand.shown[symbol]
            if noise or large:
                raise UnsuitedError


# Mistakes: each maker draws one that fits the question.

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
        joined = _joined(q, gate)
        cut = q.inputs if q.layout == "hx" else q.units
        first, last = [row[:cut] for row in joined], [row[cut:] for row in joined]
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
    text = _plain(value).strip('"')
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
    symbol = rng.choice([s for s in symbols if _class(s) != "x"] or [""])
    if not symbol:
        raise UnsuitedError
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
    ),
    "rnn": (),
}
NOT_RNN = ("gates-swapped", "gate-order", "plus-for-times")


def names(cell: str) -> list[str]:
    """The mistakes that can be made in a cell."""
    elsewhere = {name for other, known in ONLY.items() if other != cell for name in known}
    return [n for n in NAMES if n not in elsewhere and not (cell == "rnn" and n in NOT_RNN)]


# Sheets with mistakes.

HANDS: dict[str, tuple[Callable[[Hand], Hand], int]] = {  # and by how many units a mistake shows
    "in full": (lambda hand: hand, 6),
    "carried": (_everywhere, 21),
    "truncated": (lambda hand: replace(hand, how=TRUNCATED), 6),
}


@dataclass(frozen=True)
class Draft:
    """What sheets with mistakes are made of, before it is known what the mistakes are."""

    q: Question
    hand: Hand
    least: int
    claims: str
    symbols: tuple[str, ...]

    def written(self, *mistakes: Mistake) -> Written:
        try:
            return write(self.hand, Working(self.q, self.hand, mistakes).values, self.symbols)
        except (OverflowError, ArithmeticError):
            raise UnsuitedError from None

    def shows(self, one: Written, other: Written) -> str:
        """The first symbol that differs, by clearly more than rounding."""
        found = first_difference(one, other)
        if found is None or found[1] < self.least:
            raise UnsuitedError
        return found[0]

    def digits_changed(self, one: Written, other: Written) -> int:
        pairs = [
            (a, b)
            for symbol in one
            for a, b in zip(_flat(one[symbol]), _flat(other[symbol]), strict=True)
        ]
        return sum(len(a.partition(".")[2]) for a, b in pairs if a != b)


def draft(rng: Random, cell: str, names: Sequence[str]) -> Draft:
    fixed: dict[str, Any] = {}
    for name in names:
        fixed |= {key: rng.choice(among) for key, among in NEEDS.get(name, {}).items()}
    q = suited(rng, cell, **fixed)
    symbols = [*Working(q, Hand({})).values]
    claims, claimed = draw_claims(rng, q, symbols)
    if "tanh-omitted" in names:
        claimed = [symbol for symbol in claimed if _class(symbol) != "tanh"]
    if not claimed:
        raise UnsuitedError
    style = rng.choices([*HANDS], [6, 3, 1])[0]
    change, least = HANDS[style]
    hand = change(Hand(draw_digits(rng, symbols)))
    return Draft(q, hand, least, claims, (*claimed,))


def _make(rng: Random, name: str, made: Draft) -> Mistake:
    if name == SLIP:
        return slip(rng, made.symbols, made.hand.shown, made.q.units)
    return MAKERS[name](rng, made.q)


def mistaken_sheet(seed: int, name: str, cell: str = "lstm") -> Sheet:
    """A sheet with one mistake."""
    rng = Random(f"mistaken {seed} {name} {cell}")
    for _ in range(TRIES):
        try:
            return _mistaken(rng, name, cell)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {name}, {cell}")


def _mistaken(rng: Random, name: str, cell: str) -> Sheet:
    made = draft(rng, cell, [name])
    mistake = _make(rng, name, made)
    clean, written = made.written(), made.written(mistake)
    first = made.shows(written, clean)
    if made.digits_changed(written, clean) < 4 or (mistake.slip and mistake.slip[0] != first):
        raise UnsuitedError
    text = file(problem(made.q), _claimed(rng, made.q, written))
    origin = Origin(made.q, made.hand, made.symbols, written)
    return Sheet(text, (name,), first, "one mistake", (first,), made.claims, (), origin)


def _stage(mistake: Mistake) -> int:
    """Where in a step a mistake is made: in what is read, in a gate, in a state."""
    if mistake.edit:
        return 0
    return 1 if any(key.startswith(("act", "state")) for key in mistake.options) else 2


def two_mistakes_sheet(seed: int, names: tuple[str, str], cell: str = "lstm") -> Sheet | None:
    """A sheet with two mistakes, if they can be made together."""
    rng = Random(f"two {seed} {names} {cell}")
    for _ in range(TRIES // 10):
        try:
            return _with_two(rng, names, cell)
        except UnsuitedError:
            continue
    return None


def _with_two(rng: Random, names: tuple[str, str], cell: str) -> Sheet:
    made = draft(rng, cell, names)
    mistakes = sorted((_make(rng, name, made) for name in names), key=_stage)
    if {*mistakes[0].options} & {*mistakes[1].options}:
        raise UnsuitedError
    clean, written = made.written(), made.written(*mistakes)
    without = [made.written(mistakes[1]), made.written(mistakes[0])]
    shown = [
        (made.symbols.index(made.shows(written, other)), mistake.name)
        for mistake, other in zip(mistakes, without, strict=True)
    ]
    shown.sort(key=lambda pair: pair[0])
    cells = tuple(made.symbols[k] for k, _ in shown)
    if made.shows(written, clean) != cells[0] or made.shows(written, clean) == "":
        raise UnsuitedError
    same = cells[0] == cells[1]
    changed = min(made.digits_changed(written, other) for other in (clean, *without))
    slipped = [m.slip[0] for m in mistakes if m.slip]
    if changed < 8 or not {*slipped} <= {*cells}:
        raise UnsuitedError
    kind = "two mistakes in one cell" if same else "two mistakes in two cells"
    named = tuple(name for _, name in shown)
    text = file(problem(made.q), _claimed(rng, made.q, written))
    origin = Origin(made.q, made.hand, made.symbols, written)
    return Sheet(text, named, cells[0], kind, cells, made.claims, (), origin)


def explained_by(sheet: Sheet, name: str, tries: int = 80) -> bool:
    """Whether some mistake of another name gives every number that the sheet claims."""
    if sheet.origin is None or name not in MAKERS:
        return False
    origin, rng = sheet.origin, Random(name)
    made = Draft(origin.question, origin.hand, 0, "", origin.symbols)
    for _ in range(tries):
        try:
            written = made.written(MAKERS[name](rng, made.q))
        except UnsuitedError:
            continue
        found = first_difference(written, origin.written)
        if found is None:
            return True
    return False


# Many sheets.

CELLS = ("lstm", "gru", "rnn")


def correct_sheets(count: int, seed: int = 0, cells: Sequence[str] = CELLS) -> Iterator[Sheet]:
    """Correct sheets: every rounding in turn."""
    rng = Random(f"correct sheets {seed}")
    for k in range(count):
        rounding = [*ROUNDINGS][k % len(ROUNDINGS)]
        yield correct_sheet(1000 * seed + k, rounding, _draw_cell(rng, cells))


def _draw_cell(rng: Random, cells: Sequence[str]) -> str:
    return rng.choice([cell for cell in cells for _ in range({"lstm": 6}.get(cell, 2))])


def mistaken_sheets(count: int, seed: int = 0, cells: Sequence[str] = CELLS) -> Iterator[Sheet]:
    """Sheets with one mistake: every name in turn."""
    rng = Random(f"mistaken sheets {seed}")
    for k in range(count):
        name = NAMES[k % len(NAMES)]
        among = [cell for cell in cells if name in names(cell)]
        if among:
            yield mistaken_sheet(1000 * seed + k, name, _draw_cell(rng, among))


def two_mistakes_sheets(count: int, seed: int = 0, cells: Sequence[str] = CELLS) -> Iterator[Sheet]:
    """Sheets with two different mistakes."""
    rng = Random(f"two mistakes {seed}")
    found = 0
    while found < count:
        cell = _draw_cell(rng, cells)
        one, other = rng.sample(names(cell), 2)
        sheet = two_mistakes_sheet(rng.randrange(10**6), (one, other), cell)
        if sheet is not None:
            found += 1
            yield sheet
