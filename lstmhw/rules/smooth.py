"""Whether a network of any cell computes a rule on letters: a proof, or a counterexample.

Cells over Fractions are followed exactly where they reach finitely many states.  All others are
enclosed: in boxes that every letter leads into again, or length by length.
"""

import numpy as np

from lstmhw.rules.boxes import Boxes, Cover, checked
from lstmhw.rules.letters import Decision, Judge, Reader, Rule
from lstmhw.rules.points import followed
from lstmhw.rules.running import over_fractions
from lstmhw.rules.sequences import Search

WAYS = ((0.1, 0), (1e-2, 0), (1.0, 60), (1e-4, 0), (1e-8, 0))
"""How far apart states in one box may be to begin with, and how often a box is widened before it is
widened further than needed."""
COARSE = 0.1  # how far apart states of one length may be to go on for longest
SHORT = 6  # letters; all sequences up to here are tried before boxes are
LONGEST = 5_000  # letters
FAR_ENOUGH = 100  # letters; what is known no further is no proof


def decided(reader: Reader, rule: Rule, judge: Judge) -> Decision:
    """Whether the network's output is right after every letter of every sequence."""
    with np.errstate(all="ignore"):  # of what overflows nothing is certain
        return _decided(reader, rule, judge)


def followed_to(reader: Reader, judge: Judge, rule: Rule, longest: int) -> Decision:
    """Whether the output is right after every sequence of up to so many letters."""
    with np.errstate(all="ignore"):
        search = Search(reader, rule, judge)
        search.lengthen(longest)
    if search.counterexample is not None:
        return Decision("refuted", search.words, search.counterexample)
    return Decision("proved" if search.words >= FAR_ENOUGH else "unknown", search.words)


def _decided(reader: Reader, rule: Rule, judge: Judge) -> Decision:
    exact = over_fractions(reader)
    found = None if exact is None else followed(exact, rule, judge)
    if isinstance(found, Boxes) and checked(reader, rule, judge, found):
        return Decision("proved", None, boxes=found)
    if found is not None and not isinstance(found, Boxes):
        return Decision("refuted", len(found) - 1, found)
    search = Search(reader, rule, judge)
    search.lengthen(SHORT)
    boxes = None if search.is_over else closed(reader, rule, judge, search)
    if boxes is not None:
        return Decision("proved", None, boxes=boxes)
    search.lengthen(LONGEST)
    if search.counterexample is not None:
        return Decision("refuted", search.words, search.counterexample)
    coarse = Search(reader, rule, judge, COARSE)
    coarse.lengthen(LONGEST)
    if coarse.counterexample is not None:
        return Decision("refuted", coarse.words, coarse.counterexample)
    words = max(search.words, coarse.words)
    return Decision("proved" if words >= FAR_ENOUGH else "unknown", words)


def closed(reader: Reader, rule: Rule, judge: Judge, search: Search) -> Boxes | None:
    """Closed boxes that pass the check, coarse ones first."""
    for radius, patience in WAYS:
        boxes = Cover(search.network, rule, search.demands).closed(radius, patience)
        if boxes is not None and checked(reader, rule, judge, boxes):
            return boxes
    return None
