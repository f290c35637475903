"""Sheets with wrong numbers that nobody computed, and with few digits: what should earn nothing."""

from collections.abc import Iterator
from random import Random
from typing import Any

from mistakes import MAKERS, names
from questions import UnsuitedError, file, problem, suited
from sheets import Draft, Sheet, claims_of, draft, most_apart
from working import Hand, Question, Working

WITHIN = 0.25  # of the truth, within which a wrong number is drawn


def _question(rng: Random, units: int) -> Question:
    fixed = {"units": units, "inputs": units, "steps": 1, "output": False, "values": False}
    return suited(rng, "lstm", embedded=False, **fixed)


def random_sheet(seed: int, digits: int, units: int = 1) -> Sheet:
    """A right LSTM step of which one answer is a number drawn near the truth, but off."""
    rng = Random(f"random {seed} {digits} {units}")
    while True:
        q = _question(rng, units)
        values = Working(q, Hand({})).values
        symbol = rng.choice([s for s in values if not s.startswith(("x", "tanh"))])
        texts = {s: [f"{v:.{digits}f}" for v in vector] for s, vector in values.items()}
        drawn = [v * (1 + rng.uniform(-WITHIN, WITHIN)) for v in values[symbol]]
        wrong = [f"{v:.{digits}f}" for v in drawn]
        pairs = zip(wrong, values[symbol], strict=True)
        if any(abs(float(text) - v) <= 0.6 * 10.0**-digits for text, v in pairs):
            continue
        among = [s for s in texts if not s.startswith(("x", "tanh"))] if rng.random() < 0.5 else []
        claims: dict[str, Any] = {s: texts[s] for s in among}
        text = file(problem(q), claims | {symbol: wrong})
        return Sheet(text, (), symbol, "random", (symbol,))


def random_sheets(count: int, digits: int, seed: int = 0) -> Iterator[Sheet]:
    """So many of them, mostly of one unit, as most numbers are looked at one by one."""
    for k in range(count):
        yield random_sheet(1000 * seed + k, digits, 1 if k % 4 else 2)


def final_answers(seed: int) -> Sheet | None:
    """A sheet of two steps of which only the last c and h are claimed, at two decimals.

    It has one mistake, which shows; None where the one that is drawn does not.
    """
    rng = Random(f"final {seed}")
    name = rng.choice([n for n in names("lstm") if n in MAKERS])
    try:
        made = draft(rng, "lstm", [name])
        last = made.q.steps[-1]
        symbols = (f"c_{last}", f"h_{last}")
        hand = Hand(dict.fromkeys(Working(made.q, Hand({})).values, 2))
        made = Draft(made.q, hand, 1, "states", symbols)
        written = made.written(MAKERS[name](rng, made.q))
        off = most_apart(written, made.written())
    except UnsuitedError:
        return None
    if not off:
        return None
    text = file(problem(made.q), claims_of(rng, made.q, written))
    return Sheet(text, (name,), None, f"{off} units", symbols)
