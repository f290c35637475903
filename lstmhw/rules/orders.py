"""The orders into which weights can put the states of a few step units, by w . h.

A unit is on after a letter where w . h is over a threshold of that letter's own.  So it can be on
in some states and off in others exactly when some order has, for each letter, all of the first
above all of the others.  Of N weights over 0 there are 1, 1, 2 and 14 such orders without ties
(Fine and Gill 1976), times the permutations and signs; ties can always be broken.
"""

from functools import cache
from itertools import combinations, permutations, product
from typing import Any, NamedTuple

import numpy as np

MOST_UNITS = 4  # five have 2 million orders
LARGEST = 10  # of the whole numbers that have all orders of up to four weights


class Orders(NamedTuple):
    """All orders of the 2^N states and one number more, w . h_0, which may be anywhere.

    State s has unit i on where bit i of s is 1; the number before the first letter has the place
    2^N.  Bit k of `below[a][b]` says that order number k has a below b.
    """

    units: int
    below: tuple[tuple[int, ...], ...]
    every: int


@cache
def orders(units: int) -> Orders:
    """The orders for so many units, up to MOST_UNITS."""
    ranks = np.array([2 * np.argsort(order) for order in _of_states(units)])
    places = 2**units
    gaps = 2 * np.arange(places + 1) - 1
    first = np.tile(gaps, len(ranks))[:, np.newaxis]
    values = np.hstack([np.repeat(ranks, len(gaps), axis=0), first])
    below = tuple(
        tuple(_mask(values[:, a] < values[:, b]) for b in range(places + 1))
        for a in range(places + 1)
    )
    return Orders(units, below, _mask(np.ones(len(values), dtype=bool)))


def _mask(bits: Any) -> int:
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


def _of_states(units: int) -> list[tuple[int, ...]]:
    """The states from the least to the greatest w . h, for every w without ties."""
    found: dict[tuple[int, ...], None] = {}
    states = np.array(list(product((0, 1), repeat=units)))[:, ::-1]  # bit 0 first
    positive: dict[tuple[int, ...], tuple[int, ...]] = {}
    for weights in combinations(range(1, LARGEST + 1), units):
        sums = states @ np.array(weights)
        if len(set(sums.tolist())) == len(states):
            positive.setdefault(tuple(np.argsort(sums).tolist()), weights)
    for weights in positive.values():
        for turned in permutations(weights):
            for signs in product((1, -1), repeat=units):
                sums = states @ (np.array(turned) * np.array(signs))
                found[tuple(np.argsort(sums).tolist())] = None
    return list(found)
