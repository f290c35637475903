"""The walk back through the steps of a cell, on a worksheet."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lstmhw import backward
from lstmhw.backward import ADDED, NOTES, Gates, Seen, Values, Weights, sum_of
from lstmhw.expr import Missing, Quantity
from lstmhw.faults import Fault
from lstmhw.functions import ACTIVATIONS, Floats, outer_of_rows
from lstmhw.recurrent import NO_INPUTS
from lstmhw.solution import Worksheet

if TYPE_CHECKING:
    from lstmhw.recurrent.gradient import Gradient


class Arrived(NamedTuple):
    """What the way back through the step at t starts from.

    `dh` is the gradient to h_t, `dc` what reaches an LSTM's c_t from the step after it, `gates`
    are those that have weights.
    """

    t: int
    dh: Any
    dc: Sequence[Any]
    gates: Gates


class StepBack(NamedTuple):
    """What one step passes back: to the pre-activations by gate, to h_{t-1} and to c_{t-1}.

    `dh` is what reaches h_{t-1} other than through W_h; `seen` is what the W_h of a gate multiplies
    where that is not h_{t-1}.
    """

    dz: Values
    dh: tuple[Any, ...] = ()
    dc: tuple[Any, ...] = ()
    seen: Mapping[str, Seen] = {}


class Walk:
    """Records the gradients of a problem whose forward pass, and loss, stand on the sheet.

    `shares` holds what each time step adds to the gradient of a weight, the last step first.
    """

    def __init__(self, problem: "Gradient", sheet: Worksheet) -> None:
        self.problem = problem
        self.sheet = sheet
        self.v = sheet.named
        self.gates = {gate: self._weights(gate) for gate in problem.letters if self.keys(gate)}
        self.shares: dict[str, list[Any]] = {}
        self.notes: dict[str, str] = {}

    def keys(self, gate: str) -> list[str]:
        """The keys of the weights that a gate has."""
        return [key for key in NOTES if named(key, gate) in self.v]

    def _weights(self, gate: str) -> Weights:
        """W_x and W_h, cut out of W where the gate has W."""
        joined = self.v.get(named("W", gate))
        if joined is None:
            return Weights(self.v[named("W_x", gate)], self.v[named("W_h", gate)])
        order = self.problem.concat or ("h", "x")
        first = self.problem.size("m" if order[0] == "h" else "n")
        axis = 1 if self.problem.orientation == "column" else 0
        parts = dict(zip(order, np.split(joined.value, [first], axis), strict=True))
        blocks = [Quantity(named(key, gate), parts[key[-1]], given=True) for key in ("W_x", "W_h")]
        return Weights(*blocks)

    def through_time(self, later_h: Sequence[Any], later_c: Sequence[Any]) -> None:
        """All steps from the last to the first; `later` is what arrives at the last states."""
        problem, sheet = self.problem, self.sheet
        for t in reversed(problem.times):
            terms = [*self._from_loss(t), *later_h]
            dh = sheet(f"dh_{t}", self._sum(terms, f"h_{t}"), self._note(t))
            back = problem.step_back(sheet, Arrived(t, dh, later_c, self.gates))
            gates = {gate: part for gate, part in self.gates.items() if gate in back.dz}
            dx = self._sum(backward.to_input(gates, back.dz, problem.multiply), f"x_{t}")
            sheet(f"dx_{t}", dx, "through every W_x")
            self._share(t, back)
            plain = {gate: part for gate, part in gates.items() if gate not in back.seen}
            later_h = [*back.dh, *backward.to_hidden(plain, back.dz, problem.multiply)]
            later_c = back.dc
        before = problem.t - 1
        sheet(f"dh_{before}", self._sum(later_h, f"h_{before}"), "the state before the first step")
        if later_c:
            sheet(f"dc_{before}", sum_of(later_c), "the state before the first step")

    def _note(self, t: int) -> str:
        last = t == self.problem.times[-1]
        if self.problem.targets is None:
            return "what arrives" if last else "from the step after it"
        return "from its loss" if last else "from its loss, and from the step after it"

    def _sum(self, terms: Sequence[Any], symbol: str) -> Any:
        if terms:
            return sum_of(terms)
        message = f"expected weights of some gate, found none, so nothing is known of {symbol}"
        return Missing(Fault(("gates",), message, "a gate that is a value does not depend on it"))

    def _from_loss(self, t: int) -> list[Any]:
        """What reaches h_t from the loss of its own step."""
        problem, v = self.problem, self.v
        if problem.targets is None:
            return []
        dy = backward.half_squared_back(v[f"{problem.read}_{t}"], v[f"target_{t}"])
        layer = problem.output
        if layer is None:
            return [dy]
        dy = self.sheet(f"dy_{t}", dy, "the slope of half the squared error")
        activation = ACTIVATIONS[layer.activation]
        scores = backward.output(self.sheet, problem.scores, t, v, activation, dy)
        self._add("W_y", t, problem.turn.outer(scores, v[f"h_{t}"]), "W_y multiplies h")
        if layer.b is not None:
            self._add("b_y", t, scores, ADDED)
        return [problem.multiply(v["W_y"].T, scores)]

    def _share(self, t: int, back: StepBack) -> None:
        """What this step adds to the gradients of all weights."""
        problem, v = self.problem, self.v
        x, h = v.get(f"x_{t}", NO_INPUTS), v[f"h_{t - 1}"]
        for gate, dz in back.dz.items():
            seen = back.seen.get(gate, Seen(dz, h))
            for key in self.keys(gate):
                value = backward.to_weights(key, dz, x, seen, problem.join, problem.turn)
                self._add(named(key, gate), t, value, NOTES[key])
        if "E" in v and self.gates:
            value = outer_of_rows(v[f"onehot_{t}"], v[f"dx_{t}"])
            self._add("E", t, value, "the one-hot vector picks a row of E")

    def _add(self, name: str, t: int, value: Any, note: str) -> None:
        """Keeps the share of a step; that of a matrix is shown too, where there are several."""
        if len(self.problem.times) > 1 and name[0] in "WE":
            value = self.sheet(f"d{name}_{t}", value, note)
        self.shares.setdefault(name, []).append(value)
        self.notes[name] = note

    def totals(self) -> None:
        """The gradients of the weights, added up over the steps."""
        several = len(self.problem.times) > 1
        for name, shares in self.shares.items():
            note = "over all steps" if several else self.notes[name]
            self.sheet(f"d{name}", sum_of(shares[::-1]), note)

    def update(self, rate: Fraction) -> None:
        """One step of gradient descent."""
        value = np.array(float(rate))
        step = self.sheet.given("rate", value, ("learning_rate",), "the learning rate")
        for name in self.shares:
            new = backward.updated(self.v[name], step, self.v[f"d{name}"])
            self.sheet(f"{name}_new", new, "against the gradient")

    @property
    def idle(self) -> list[str]:
        """The gates that no gradient reaches: r, where the candidate is a value."""
        return [gate for gate in self.gates if named(self.keys(gate)[0], gate) not in self.shares]

    def results(self) -> Iterator[str]:
        """The symbols that are asked for where nothing in particular is."""
        times = self.problem.times
        before = self.problem.t - 1
        if not self.gates:
            yield from self.gradients()
            return
        symbols = ["loss", *(f"dx_{t}" for t in times), f"dh_{before}", f"dc_{before}"]
        symbols += [f"d{name}" for name in self.shares]
        symbols += [f"{name}_new" for name in self.shares]
        yield from (symbol for symbol in symbols if symbol in self.sheet.answers)

    def gradients(self) -> dict[str, Floats]:
        """All gradients that were computed."""
        return {symbol: value for symbol, value in self.sheet.answers.items() if symbol[0] == "d"}


def named(key: str, gate: str) -> str:
    """The symbol of a gate's weights."""
    return f"{key}_{gate}" if gate else key
