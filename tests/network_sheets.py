"""Answer sheets on layers, directions, batches, options and losses, with one known mistake or none.

What a student with a mistake writes is what a problem changed in one place answers, by the loops of
`stacks`; nothing here is lstmhw's.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

import numpy as np
from questions import TRIES, UnsuitedError, file
from random_stacks import Maker
from sheets import Sheet, first_difference, write
from stacks import forward, gradients
from working import HALF_UP, Hand

LEAST = 6  # units of the last digit by which a mistake shows
Data = dict[str, Any]


class Asked(NamedTuple):
    """A problem, the same as a student read it, what is claimed, and other names as good."""

    data: Data
    read: Data
    symbols: list[str]
    also: tuple[str, ...] = ()


def _changed(data: Data, **changes: Any) -> Data:
    """A copy with other keys; None takes one away."""
    kept = {**copy.deepcopy(data), **changes}
    return {key: value for key, value in kept.items() if value is not None}


def _maker(rng: Random, cell: str, batch: int = 0) -> Maker:
    return Maker(cell, rng.randrange(10**6), row=rng.random() < 0.4, batch=batch)


def _both(rng: Random) -> tuple[Maker, Data]:
    maker = _maker(rng, rng.choice(["lstm", "gru", "rnn"]))
    return maker, maker.problem(layers=((2, 2),), steps=rng.choice([2, 3]))


def _directions_swapped(rng: Random) -> Asked:
    maker, data = _both(rng)
    data |= maker.output(1, 4)
    W = np.array(data["output"]["W"]).reshape(4)
    turned = np.concatenate([W[2:], W[:2]]).reshape(np.shape(data["output"]["W"])).tolist()
    read = _changed(data, output={**data["output"], "W": turned})
    return Asked(data, read, [f"y_{t}" for t in range(1, len(data["xs"]) + 1)])


def _not_turned_round(rng: Random) -> Asked:
    _, data = _both(rng)
    last = len(data["xs"])
    return Asked(data, _changed(data, xs=data["xs"][::-1]), [f"h_{last}@rev", f"h_{last - 1}@rev"])


def _gated(rng: Random, **options: Any) -> tuple[Maker, Data]:
    maker = _maker(rng, "lstm")
    return maker, maker.problem(steps=rng.choice([1, 2])) | options


def _peephole_omitted(rng: Random) -> Asked:
    maker, data = _gated(rng)
    data["peephole"] = {gate: maker.numbers(2) for gate in "ifo"}
    gate = rng.choice("ifo")
    kept = {key: value for key, value in data["peephole"].items() if key != gate}
    return Asked(data, _changed(data, peephole=kept), ["i_1", "f_1", "c_1", "o_1", "h_1"])


def _coupling_omitted(rng: Random) -> Asked:
    _, data = _gated(rng, coupled=True)
    gates = {gate: data["gates"][gate] for gate in "fgo"}
    data = _changed(data, gates=gates)
    read = _changed(data, coupled=None, gates={**gates, "i": gates["f"]})
    return Asked(data, read, ["f_1", "g_1", "c_1", "h_1"])


def _forget_bias_omitted(rng: Random) -> Asked:
    _, data = _gated(rng, forget_bias=1)
    return Asked(data, _changed(data, forget_bias=None), ["f_1", "c_1", "h_1"], ("bias-omitted",))


def _length_ignored(rng: Random) -> Asked:
    maker = _maker(rng, rng.choice(["gru", "rnn"]), batch=2)
    data = maker.problem(steps=3) | {"lengths": rng.choice([[3, 2], [2, 3], [3, 1]])}
    return Asked(data, _changed(data, lengths=None), ["h_2", "h_3"])


def _scored(rng: Random, **keys: Any) -> Data:
    """The gradient of a cross-entropy over three classes."""
    maker = _maker(rng, "rnn")
    data = maker.problem(gradient=True, steps=3) | maker.output(3, 2, "softmax")
    targets = [rng.randrange(3) for _ in range(3)]
    data |= {"targets": targets, "classes_from": 0, "loss": "cross-entropy"}
    return data | keys


def _truncation_ignored(rng: Random) -> Asked:
    data = _scored(rng, truncate=rng.choice([1, 2]))
    return Asked(data, _changed(data, truncate=None), ["loss", "dW_x", "dW_h"])


def _summed(rng: Random) -> Asked:
    data = _scored(rng, over_steps="mean")
    return Asked(data, _changed(data, over_steps=None), ["loss", "dW_h"])


def _averaged(rng: Random) -> Asked:
    data = _scored(rng)
    return Asked(data, _changed(data, over_steps="mean"), ["loss"])


def _half_omitted(rng: Random) -> Asked:
    maker = _maker(rng, rng.choice(["lstm", "gru", "rnn"]))
    data = maker.problem(steps=2) | maker.output(2, 2)
    data["targets"] = [maker.numbers(2) for _ in range(2)]
    return Asked(data, _changed(data, loss="squared"), ["loss_1", "loss_2", "loss"])


def _last_loss_alone(rng: Random) -> Asked:
    maker = _maker(rng, "rnn")
    data = maker.problem(gradient=True, steps=3) | maker.output(1, 2)
    data |= {"targets": maker.numbers(3), "loss": "half-squared"}
    read = _changed(data, targets=[None, None, data["targets"][-1]])
    return Asked(data, read, ["loss", "dW_x", "dW_h", "dW_y"])


MAKERS: Mapping[str, Callable[[Random], Asked]] = {
    "directions-swapped": _directions_swapped,
    "direction-not-reversed": _not_turned_round,
    "peephole-omitted": _peephole_omitted,
    "coupling-omitted": _coupling_omitted,
    "forget-bias-omitted": _forget_bias_omitted,
    "length-ignored": _length_ignored,
    "truncation-ignored": _truncation_ignored,
    "summed": _summed,
    "averaged": _averaged,
    "factor-omitted": _half_omitted,
    "only-last-step": _last_loss_alone,
}


def _values(data: Data, symbols: list[str]) -> dict[str, Any]:
    found = forward(data)
    if any(symbol.startswith("d") for symbol in symbols):
        found = {**found, **gradients(data)}
    values = {symbol: np.asarray(found[symbol], dtype=float).tolist() for symbol in symbols}
    if not all(np.all(np.isfinite(value)) for value in values.values()):
        raise UnsuitedError  # a state of an example that has ended, or a saturated output
    return values


def network_sheet(seed: int, made: str, is_right: bool) -> Sheet:
    """A sheet with a mistake of that name, or of the same question worked without it."""
    rng = Random(f"network {seed} {made} {is_right}")
    for _ in range(TRIES):
        try:
            return _sheet(rng, MAKERS[made](rng), made, is_right)
        except UnsuitedError:
            continue
    raise AssertionError(f"no sheet: {made}")


def _sheet(rng: Random, asked: Asked, made: str, is_right: bool) -> Sheet:
    symbols = asked.symbols
    keys = {key: "true" if value is True else value for key, value in asked.data.items()}
    hand = Hand(dict.fromkeys(symbols, rng.choice([4, 5])), how=HALF_UP)
    clean = write(hand, _values(asked.data, symbols), symbols)
    if is_right:
        return Sheet(file(keys, clean), (), None, "networks", (), "networks")
    written = write(hand, _values(asked.read, symbols), symbols)
    found = first_difference(written, clean)
    if found is None or found[1] < LEAST:
        raise UnsuitedError
    text = file(keys, written)
    return Sheet(text, (made,), found[0], "one mistake", found[:1], "networks", asked.also)


def network_sheets(count: int, seed: int = 0) -> Iterator[Sheet]:
    """Sheets with one mistake and correct ones, in turn."""
    every = [(name, is_right) for name in MAKERS for is_right in (False, False, True)]
    for k in range(count):
        yield network_sheet(1000 * seed + k, *every[k % len(every)])
