"""What may be claimed of step units: weights of one or of a network, the verdict, reasons."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from lstmhw.faults import Fault, Path, shown
from lstmhw.feasibility import Vector
from lstmhw.numerals import exact
from lstmhw.solution import NO_ANSWER, Claim

WEIGHTS = ("w1", "w2", "b")
NETWORK = ("W_x", "W_h", "b")
TRUTHS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
"""What sheets and course systems write, in small letters."""


class Claims:
    """The claims of a file, for inputs of so many numbers."""

    def __init__(self, claimed: Mapping[str, Claim], dimension: int) -> None:
        self.claimed = claimed
        self.dimension = dimension

    @cached_property
    def by_name(self) -> Mapping[str, Claim]:
        """What is claimed, the numbers under `weights` by their own names; null claims nothing."""
        weights = self.claimed.get("weights")
        inner = weights if isinstance(weights, Mapping) else {}
        outer = {name: claim for name, claim in self.claimed.items() if name != "weights"}
        told = {k: claim for k, claim in {**outer, **inner}.items() if claim not in NO_ANSWER}
        feasible = told.get("feasible")
        if isinstance(feasible, str):
            told["feasible"] = TRUTHS.get(feasible.strip().lower(), feasible)
        return told

    def faults(self) -> Iterator[Fault]:
        """What is wrong with claimed weights and verdicts."""
        yield from self._nested_faults()
        if {"W_x", "W_h"} & self.by_name.keys():
            yield from self._network_faults()
        else:
            yield from self._unit_faults()
        feasible = self.by_name.get("feasible", "true")
        if feasible not in ("true", "false"):
            message = f"expected true or false, found {_shown(feasible)}"
            yield Fault(("claimed", "feasible"), message)

    @property
    def units(self) -> int:
        """How many units a claimed network has."""
        return len(_rows(self.by_name["b"])) if "b" in self.by_name else 0

    def weights(self) -> Vector:
        """The claimed weights of one unit on (x, state before, 1)."""
        parts = [self.by_name[name] for name in WEIGHTS]
        texts = [text for part in parts for text in ([part] if isinstance(part, str) else part)]
        return tuple(_number(str(text)) for text in texts)

    def network(self) -> tuple[Vector, ...]:
        """Each unit's claimed weights on (x, states before, 1)."""
        rows = zip(*(_matrix(self.by_name[name]) for name in NETWORK), strict=True)
        return tuple((*w_x, *w_h, *b) for w_x, w_h, b in rows)

    def path(self, name: str) -> Path:
        """The place of a claim in the file."""
        return ("claimed", name) if name in self.claimed else ("claimed", "weights", name)

    def _nested_faults(self) -> Iterator[Fault]:
        """What is wrong with `weights` as a claim of its own: other keys, or weights beside it."""
        weights = self.claimed.get("weights")
        if weights is None or weights in NO_ANSWER:
            return
        hint = "write {w1: .., w2: .., b: ..} or {W_x: .., W_h: .., b: ..}"
        if not isinstance(weights, Mapping):
            yield Fault(("claimed", "weights"), f"expected weights, found {_shown(weights)}", hint)
            return
        for name in weights.keys() - {*WEIGHTS, *NETWORK}:
            message = f"expected the name of a weight, found {name!r}"
            yield Fault(("claimed", "weights", name), message, hint, at_key=True)
        twice = [name for name in (*WEIGHTS, "W_x", "W_h") if name in self.claimed]
        if twice:
            message = f"expected weights once, found {' and '.join(twice)} beside them"
            yield Fault(("claimed", "weights"), message, "keep one of the two", at_key=True)

    def _unit_faults(self) -> Iterator[Fault]:
        """What is wrong with claimed weights of one unit."""
        given = [name for name in WEIGHTS if name in self.by_name]
        absent = [name for name in WEIGHTS if name not in self.by_name]
        if given and absent:
            message = f"expected w1, w2 and b together, found no {' and no '.join(absent)}"
            yield Fault(self.path(given[0]), message, at_key=True)
        for name in given:
            yield from self._number_faults(name)

    def _network_faults(self) -> Iterator[Fault]:
        """What is wrong with a claimed network: W_x (units x inputs), W_h (units x units), b."""
        given = [name for name in NETWORK if name in self.by_name]
        for name in ("w1", "w2"):
            if name in self.by_name:
                message = f"expected one unit or a network, found {name} beside {given[0]}"
                yield Fault(self.path(name), message, "keep one of the two", at_key=True)
        absent = [name for name in NETWORK if name not in self.by_name]
        if absent:
            message = f"expected W_x, W_h and b of a network, found no {' and no '.join(absent)}"
            yield Fault(self.path(given[0]), message, at_key=True)
            return
        units = self.units
        widths = {"W_x": self.dimension, "W_h": units, "b": 1}
        for name, width in widths.items():
            rows = _rows(self.by_name[name])
            if len(rows) != units or any(len(row) != width for row in rows):
                numbers = f"{units} {'row' if units == 1 else 'rows'} of {width}"
                message = f"expected {numbers}, as b has {units}"
                yield Fault(self.path(name), f"{message}, found {_shown(self.by_name[name])}")
                continue
            for row in rows:
                yield from self._exact_faults(name, row)

    def _number_faults(self, name: str) -> Iterator[Fault]:
        claim = self.by_name[name]
        numbers = [claim] if isinstance(claim, str) else list(claim)
        size = self.dimension if name == "w1" else 1
        if len(numbers) != size:
            wanted = "a single number" if size == 1 else f"{size} numbers"
            message = f"expected {wanted}, as in an input; found {len(numbers)}"
            yield Fault(self.path(name), message)
        yield from self._exact_faults(name, numbers)

    def _exact_faults(self, name: str, numbers: Sequence[Claim]) -> Iterator[Fault]:
        """What are no numbers, or infinite ones."""
        for text in numbers:
            if not isinstance(text, str):
                yield Fault(self.path(name), "expected a number, found a list in a list")
                continue
            try:
                if isinstance(exact(text), float):
                    raise ValueError("an infinite one")
            except ValueError as error:
                yield Fault(self.path(name), f"expected a number, found {error}")


def _rows(claim: Claim) -> list[list[str]]:
    """A claimed matrix row by row; a vector as a column."""
    rows = [claim] if isinstance(claim, str) else list(claim)
    return [[row] if isinstance(row, str) else [str(part) for part in row] for row in rows]


def _matrix(claim: Claim) -> list[list[Fraction]]:
    return [[_number(text) for text in row] for row in _rows(claim)]


def _number(text: str) -> Fraction:
    return Fraction(exact(text))


def _shown(claim: Claim) -> str:
    return repr(shown(claim)) if isinstance(claim, str) else "a list"
