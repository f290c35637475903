"""Answer sheets of lstm-gradient, one step, with one known mistake or none."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

from mistakes import SLIP, slip
from plain import Vector
from questions import TRIES, UnsuitedError, file, problem, suited
from sheets import HANDS, ROUNDINGS, Sheet, Written, first_difference, write
from working import Hand, Mistake, Question, gradients

LATER = ("forget-term-omitted", "recurrent-term-omitted", "input-term-omitted")
MADE = {  # what is as good a name
    "activation-omitted": ("tanh-omitted",),
    "sigmoid-for-tanh": (),
    "tanh-for-sigmoid": (),
    "transposed": (),
    "sign-error": (),
    "forget-term-omitted": LATER,  # what comes from t + 1
    "forget-gate-omitted": ("factor-omitted",),
    "gates-swapped": (),
}
PLAIN = ("carried", "products rounded", "truncated", "rounded", "float32", "more digits inside")


def _some(rng: Random, gates: str) -> list[str]:
    return [*gates] if rng.random() < 0.3 else [rng.choice(gates)]


def _slopes(rng: Random, gates: str, slope: str) -> dict[str, Any]:
    return {f"slope_{g}": slope for g in _some(rng, gates)}


def _transposed(rng: Random, q: Question) -> dict[str, Any]:
    keys = ["W_h", "W_x"] if q.units == q.inputs else ["W_h"]
    keys = keys if rng.random() < 0.5 else [rng.choice(keys)]
    return {f"turn_{key}": True for key in keys}


OPTIONS: dict[str, Callable[[Random, Question], dict[str, Any]]] = {
    "activation-omitted": lambda rng, q: _slopes(rng, rng.choice(["ofig", "c"]), "omitted"),
    "sigmoid-for-tanh": lambda rng, q: _slopes(rng, rng.choice("gc"), "sigmoid"),
    "tanh-for-sigmoid": lambda rng, q: _slopes(rng, "ifo", "tanh"),
    "transposed": _transposed,
    "sign-error": lambda rng, q: {f"sign_{rng.choice(['o', 'f', 'i', 'g', 'c', 'later'])}": -1},
    "forget-term-omitted": lambda rng, q: {"later": "omitted"},
    "forget-gate-omitted": lambda rng, q: {"forget": "no gate"},
    "gates-swapped": lambda rng, q: {"swapped": rng.choice(["ig", "fi"])},
}


def _question(rng: Random) -> Question:
    states = rng.choice(["tenths", "hundredths", "long"])
    q = suited(rng, "lstm", steps=1, states=states, values=False, embedded=False, output=False)

    def arriving() -> Vector:
        return [round(rng.uniform(-1.5, 1.5), 2) for _ in range(q.units)]

    return replace(q, t=1, dh=arriving(), dc=arriving())


def _claims(rng: Random, symbols: list[str]) -> tuple[str, list[str]]:
    kind = rng.choice(["everything", "everything", "gates", "states"])
    starts = {
        "everything": ("do_", "dc_", "df_", "di_", "dg_", "dz_", "dx", "dh_0", "dW", "db"),
        "gates": ("dc_1", "dz_", "dx", "dh_0"),
        "states": ("dc_", "dx", "dh_0"),
    }[kind]
    left_out = ("dW", "db") if rng.random() < 0.6 else ("none",)
    return kind, [s for s in symbols if s.startswith(starts) and not s.startswith(left_out)]


def gradient_sheet(seed: int, made: str) -> Sheet:
    """A sheet with a mistake of that name, or a correct one with that rounding."""
    rng = Random(f"gradient {seed} {made}")
    for _ in range(TRIES):
        try:
            return _mistaken(rng, made) if made in MADE else _correct(rng, made)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {made}")


def _digits(rng: Random, symbols: list[str]) -> dict[str, int]:
    return dict.fromkeys(symbols, rng.choice([3, 4, 4, 5]))


def _correct(rng: Random, rounding: str) -> Sheet:
    q = _question(rng)
    exact = gradients(q, Hand({}))
    claims, symbols = _claims(rng, [*exact])
    hand = ROUNDINGS[rounding](rng, Hand(_digits(rng, [*exact])), symbols)
    values = gradients(q, hand)
    if rounding == "float32" and not all(_near(values[s], exact[s]) for s in symbols):
        raise UnsuitedError
    written = write(hand, values, symbols)
    return Sheet(file(problem(q), _named(rng, written)), (), None, rounding, (), claims)


def _near(value: Any, true: Any) -> bool:
    if isinstance(value, list):
        return all(_near(a, b) for a, b in zip(value, true, strict=True))
    return bool(abs(value - true) <= 0.9e-6 * abs(true))


def _mistaken(rng: Random, name: str) -> Sheet:
    q = _question(rng)
    symbols = [*gradients(q, Hand({}))]
    claims, claimed = _claims(rng, symbols)
    change, least = HANDS[rng.choices([*HANDS], [6, 3, 1])[0]]
    hand = change(Hand(_digits(rng, symbols)))
    mistake = Mistake(name, OPTIONS[name](rng, q))
    clean = write(hand, gradients(q, hand), claimed)
    written = write(hand, gradients(q, hand, [mistake]), claimed)
    found = first_difference(written, clean)
    if found is None or found[1] < least:
        raise UnsuitedError
    text = file(problem(q), _named(rng, written))
    return Sheet(text, (name,), found[0], "one mistake", found[:1], claims, MADE[name])


def slipped_sheet(seed: int) -> Sheet:
    """A sheet on which everything is claimed, of which one number is off, and is gone on with."""
    rng = Random(f"slipped {seed}")
    while True:
        try:
            return _slipped(rng)
        except UnsuitedError:
            continue


def _slipped(rng: Random) -> Sheet:
    q = _question(rng)
    symbols = [*gradients(q, Hand({}))]
    claims, claimed = _claims(rng, symbols)
    change, least = HANDS[rng.choice([*HANDS])]
    hand = change(Hand(_digits(rng, symbols)))
    back = [s for s in claimed if s[1:2] in "ocfigz" and s.endswith("_1")]
    made = slip(rng, back, hand.shown, q.units)
    written = write(hand, gradients(q, hand, [made]), claimed)
    found = first_difference(written, write(hand, gradients(q, hand), claimed))
    if claims != "everything" or found is None or found[1] < least:
        raise UnsuitedError
    text = file(problem(q), _named(rng, written))
    return Sheet(text, (SLIP,), found[0], "slip", found[:1], claims)


def _named(rng: Random, written: Written) -> Written:
    drop = rng.random() < 0.5
    return {s.removesuffix("_1") if drop else s: texts for s, texts in written.items()}


def gradient_sheets(count: int, seed: int = 0) -> Iterator[Sheet]:
    """Correct sheets and sheets with one mistake, in turn."""
    every = [*MADE, *PLAIN]
    for k in range(count):
        yield gradient_sheet(1000 * seed + k, every[k % len(every)])
