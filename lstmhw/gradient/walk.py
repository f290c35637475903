"""The way back through the steps of a cell, on the worksheet that holds its forward pass."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

import numpy as np

from lstmhw.adjoint import Adjoint, Part, added
from lstmhw.cells import updated
from lstmhw.expr import Expr, Missing, Quantity, Role, sum_of
from lstmhw.faults import Fault
from lstmhw.functions import Floats
from lstmhw.gradient.notes import note
from lstmhw.solution import Step, Worksheet, indexed

TOTALLED = ("weights", "bias", "embedding")
"""What is the same at all steps, so that its gradient is a sum over them."""


class Walk:
    """Records the gradients of a forward pass over some time steps.

    `shares` holds what each time step adds to the gradient of a weight, the last step first, and
    `notes` why that is so.
    """

    def __init__(self, sheet: Worksheet, times: range, states: str) -> None:
        self.sheet = sheet
        self.times = times
        self.states = states
        self.adjoint = Adjoint(sheet, sheet.named, note)
        data = (q for q in sheet.named.values() if isinstance(q, Quantity))
        self.totalled = [q for q in data if q.role.what in TOTALLED]
        self.shares: dict[str, list[Expr]] = {}
        self.notes: dict[str, str] = {}

    def seed(self, symbol: str, dy: Expr) -> None:
        """A gradient that arrives at what a line defines."""
        line = next(line for line in self.sheet.lines if line.symbol == symbol)
        self.adjoint.seed(line, dy)

    def through_time(self, steps: Sequence[Step], losses: Sequence[Step]) -> None:
        """Back through the losses, and through all steps from the last to the first."""
        of_step = {indexed(line.symbol)[1]: line for line in losses}
        if None in of_step:
            self.adjoint.through(of_step[None])
        by_time = groupby(reversed(steps), key=lambda line: indexed(line.symbol)[1])
        for t, lines in by_time:
            assert t is not None
            self._through(t, [*([of_step[t]] if t in of_step else []), *lines])
        for letter in self.states:
            self._settled(f"{letter}_{self.times[0] - 1}")

    def _through(self, t: int, lines: Sequence[Step]) -> None:
        """Back through the lines of one time step, the last first."""
        for line in lines:
            if line.role.what == "state" and line.symbol not in self.adjoint.parts:
                self.adjoint.seed(line, unknown(line.symbol))
            self.adjoint.through(line)
        if f"x_{t}" not in self.adjoint.gradients:
            self._settled(f"x_{t}")
        for to in self.totalled:
            parts = self.adjoint.parts.pop(to.symbol, None)
            if parts is not None:
                self._share(t, to, parts)

    def _settled(self, symbol: str) -> None:
        """The gradient to an input or a first state."""
        parts = self.adjoint.parts.get(symbol)
        if parts is None:
            self.sheet(f"d{symbol}", unknown(symbol), "")
        else:
            self.adjoint.settle(parts[0].to)

    def _share(self, t: int, to: Quantity, parts: Sequence[Part]) -> None:
        """Keeps the share of a step; that of a matrix is shown too, where there are several."""
        value = added(parts)
        self.notes[to.symbol] = "" if isinstance(value, Missing) else note(to, parts)
        if len(self.times) > 1 and to.role.what != "bias":
            name = f"d{to.symbol}_{t}"
            value = self.sheet(name, value, self.notes[to.symbol], _to_weights(to))
        self.shares.setdefault(to.symbol, []).append(value)

    def totals(self) -> None:
        """The gradients of the weights, added up over the steps."""
        for to in self.reached:
            note = "over all steps" if len(self.times) > 1 else self.notes[to.symbol]
            total = sum_of(self.shares[to.symbol][::-1])
            self.sheet(f"d{to.symbol}", total, note, _to_weights(to))

    def update(self, rate: Fraction) -> None:
        """One step of gradient descent."""
        value, role = np.array(float(rate)), Role("rate")
        step = self.sheet.given("rate", value, ("learning_rate",), "the learning rate", role)
        for to in self.reached:
            new = updated(to, step, self.sheet.named[f"d{to.symbol}"])
            role = Role("update", to.role.letter, to.role.key, of=to.symbol, to=to.role.what)
            self.sheet(f"{to.symbol}_new", new, "against the gradient", role)

    @property
    def reached(self) -> list[Quantity]:
        """The weights that a gradient reaches, in the order of the sheet."""
        return [to for to in self.totalled if to.symbol in self.shares]

    @property
    def weighted(self) -> list[str]:
        """The letters of the gates that have weights, in the order of the sheet."""
        roles = (to.role for to in self.totalled if to.role.what != "embedding")
        return [letter for letter in dict.fromkeys(r.letter for r in roles) if letter != "y"]

    @property
    def idle(self) -> list[str]:
        """The gates that no gradient reaches: r, where the candidate is a value."""
        reached = {to.role.letter for to in self.reached}
        return [letter for letter in self.weighted if letter not in reached]

    def results(self) -> Iterator[str]:
        """The symbols that are asked for where nothing in particular is."""
        before = self.times[0] - 1
        if not self.weighted:
            yield from self.gradients()
            return
        symbols = ["loss", *(f"dx_{t}" for t in self.times)]
        symbols += [f"d{letter}_{before}" for letter in self.states]
        symbols += [f"d{to.symbol}" for to in self.reached]
        symbols += [f"{to.symbol}_new" for to in self.reached]
        yield from (symbol for symbol in symbols if symbol in self.sheet.answers)

    def gradients(self) -> dict[str, Floats]:
        """All gradients that were computed."""
        roles = {step.symbol: step.role.what for step in self.sheet.steps}
        answers = self.sheet.answers
        return {s: value for s, value in answers.items() if roles.get(s) == "gradient"}


def _to_weights(to: Quantity) -> Role:
    return Role("gradient", to.role.letter, to.role.key, of=to.symbol, to=to.role.what)


def unknown(symbol: str) -> Missing:
    """The gradient to a quantity that no gate with weights depends on."""
    message = f"expected weights of some gate, found none, so nothing is known of {symbol}"
    return Missing(Fault(("gates",), message, "a gate that is a value does not depend on it"))
