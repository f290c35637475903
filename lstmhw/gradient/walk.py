"""The way back through a network, on the worksheet that holds its forward pass."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import chain, groupby
from typing import NamedTuple

import numpy as np

from lstmhw.adjoint import Adjoint, added
from lstmhw.cells import updated
from lstmhw.expr import DATUM, Expr, Let, Missing, Quantity, Role, sum_of
from lstmhw.faults import Fault
from lstmhw.functions import Floats
from lstmhw.gradient.notes import note
from lstmhw.recurrent.passing import Way
from lstmhw.solution import Step, Worksheet, at_time, indexed, unmarked

TOTALLED = ("weights", "bias", "peephole", "embedding")
"""What is the same at all steps, so that its gradient is a sum over them."""
LOSS = "loss"


class Fused(NamedTuple):
    """The scores under an output, and the gradient that the loss of the step has to them."""

    scores: str
    gradient: Expr


class Walk:
    """Records the gradients of a forward pass over some time steps.

    `fused` are the losses, by symbol, that the way back goes through together with the output under
    them.  `shares` holds what each time step adds to the gradient of a weight, the last step first,
    and `notes` why that is so; `lines` are those of the forward pass, by symbol.
    """

    def __init__(
        self,
        sheet: Worksheet,
        times: range,
        ways: Sequence[Way],
        fused: Mapping[str, Fused] | None = None,
    ) -> None:
        self.sheet = sheet
        self.times = times
        self.ways = ways
        self.fused = fused or {}
        self.lines = {line.symbol: line for line in sheet.lines}
        self.adjoint = Adjoint(sheet, sheet.named, note)
        data = (q for q in sheet.named.values() if isinstance(q, Quantity))
        self.totalled = [q for q in data if q.role.what in TOTALLED]
        self.shares: dict[str, list[Expr]] = {}
        self.notes: dict[str, str] = {}

    def seed(self, symbol: str, dy: Expr) -> None:
        """A gradient that arrives at what a line defines."""
        self.adjoint.seed(self.lines[symbol], dy)

    def through_time(self, steps: Sequence[Step], losses: Sequence[Step]) -> None:
        """Back through the losses, and through all steps from the last to the first."""
        reads = self._reads(steps, losses)
        groups = _groups(steps)
        ends = {t: k for k, (t, layer, _) in enumerate(groups) if layer == 1}
        for k, (t, _, lines) in enumerate(groups):
            for line in lines:
                self._through_losses(self.adjoint, reads.get(line.symbol, ()))
                if line.role.what == "state" and line.symbol not in self.adjoint.parts:
                    self._unreached(line)
                self.adjoint.through(line)
            if ends[t] == k and f"x_{t}" not in self.adjoint.gradients:
                self._settled(f"x_{t}")
            self._share(self.adjoint, t, "")
        for symbol in self._firsts:
            self._settled(symbol)

    def truncated(self, steps: Sequence[Step], losses: Sequence[Step], reach: int) -> None:
        """Back from the loss of each step through so many steps, its own counted.

        Each loss is followed by itself, and what reaches the same from several is added up.
        """
        if losses[-1].symbol == LOSS:
            self.adjoint.through(losses[-1])
        found: dict[str, list[Expr]] = {}
        at: dict[int, list[int]] = {}
        for place, line in enumerate(steps):
            at.setdefault(_time(line), []).append(place)
        for loss in reversed([line for line in losses if line.symbol != LOSS] or losses):
            time = self.times[-1] if loss.symbol == LOSS else _time(loss)
            mark = f"L{time}" if reach > 1 else ""
            adjoint = Adjoint(self._marking(mark), self.sheet.named, note)
            adjoint.parts[loss.symbol] = self.adjoint.parts.pop(loss.symbol)
            places = (at.get(t, ()) for t in range(time - reach + 1, time + reach))
            near = [steps[place] for place in sorted(chain.from_iterable(places))]
            self._within(adjoint, near, self._reads(near, [loss]), mark)
            for symbol, gradient in adjoint.gradients.items():
                found.setdefault(symbol, []).append(gradient)
        for symbol, gradients in found.items() if reach > 1 else ():
            to = self._role(symbol)
            role = Role("gradient", to.letter, of=symbol, to=to.what)
            why = "from the losses that reach it" if len(gradients) > 1 else "from one loss alone"
            self.sheet(f"d{symbol}", sum_of(gradients[::-1]), why, role)
        for symbol in (*(f"x_{t}" for t in reversed(self.times)), *self._firsts):
            if symbol not in found:
                self._nothing(symbol)

    def _within(
        self, adjoint: Adjoint, steps: Sequence[Step], reads: Mapping[str, list[Step]], mark: str
    ) -> None:
        """Back from one loss through the steps that it reaches."""
        data = {f"x_{t}" for t in self.times} | set(self._firsts)
        for t, _, lines in _groups(steps):
            for line in lines:
                self._through_losses(adjoint, reads.get(line.symbol, ()))
                adjoint.through(line)
            self._share(adjoint, t, mark)
        for symbol, parts in list(adjoint.parts.items()):
            if symbol in data:
                adjoint.settle(parts[0].to)

    def _marking(self, mark: str) -> Let:
        """The `let` of gradients that come from one loss alone."""

        def let(symbol: str, value: Expr, note: str, role: Role = DATUM) -> Expr:
            return self.sheet(_marked(symbol, mark), value, note, role)

        return let

    def _reads(self, steps: Sequence[Step], losses: Sequence[Step]) -> dict[str, list[Step]]:
        """The losses by the last of the lines that they are computed from."""
        place = {line.symbol: k for k, line in enumerate(steps)}
        found: dict[str, list[Step]] = {}
        total = [line for line in losses if line.symbol == LOSS and len(losses) > 1]
        for line in total:
            self.adjoint.through(line)
        for loss in losses:
            if loss not in total:
                read = (leaf.symbol for leaf in loss.expr.leaves() if leaf.symbol in place)
                last = max(read, key=place.__getitem__)
                found.setdefault(last, []).append(loss)
        return found

    def _through_losses(self, adjoint: Adjoint, losses: Sequence[Step]) -> None:
        for loss in losses:
            if loss.symbol in self.fused:
                scores, gradient = self.fused[loss.symbol]
                adjoint.through_as(loss, self.lines[scores], gradient)
            else:
                adjoint.through(loss)

    def _unreached(self, line: Step) -> None:
        """A state that no gradient reaches: it is 0, or a gate without weights hides it."""
        if self._hides:
            self.adjoint.seed(line, unknown(line.symbol))
        else:
            self._nothing(line.symbol)

    @cached_property
    def _hides(self) -> bool:
        """Whether some gate is a value without weights, so that nobody knows what it reads."""
        gates = (gate for way in self.ways for gate in way.cell.weights().values())
        return any(gate.value is not None and not gate.has_weights for gate in gates)

    def _nothing(self, symbol: str) -> None:
        """The gradient to what the loss does not depend on."""
        role = self._role(symbol)
        value = np.zeros_like(self.sheet.named[symbol].value)
        zero = Quantity("0", value, given=True)
        about = Role("gradient", role.letter, of=symbol, to=role.what)
        self.sheet(f"d{symbol}", zero, "the loss does not depend on it", about)

    def _role(self, symbol: str) -> Role:
        named = self.sheet.named[symbol]
        return named.role if isinstance(named, Quantity | Missing) else DATUM

    @cached_property
    def _firsts(self) -> list[str]:
        """The symbols of the states that the cells start from."""
        starts = ((way.cell, way.start(self.times)) for way in self.ways)
        return [cell.at(letter, t) for cell, t in starts for letter in cell.states]

    def _settled(self, symbol: str) -> None:
        """The gradient to an input or a first state."""
        parts = self.adjoint.parts.get(symbol)
        if parts is not None:
            self.adjoint.settle(parts[0].to)
        elif self._hides or symbol not in self.sheet.named:
            self.sheet(f"d{symbol}", unknown(symbol), "")
        else:
            self._nothing(symbol)

    def _share(self, adjoint: Adjoint, t: int, mark: str) -> None:
        """Keeps the shares of a step; those of matrices are shown too, where there are several."""
        for to in self.totalled:
            parts = adjoint.parts.pop(to.symbol, None)
            if parts is None:
                continue
            value = added(parts)
            if not isinstance(value, Missing) and to.symbol not in self.notes:
                self.notes[to.symbol] = note(to, parts)  # the same at all steps
            if len(self.times) > 1 and to.role.what not in ("bias", "peephole"):
                name = _marked(at_time(f"d{to.symbol}", t), mark)
                why = "" if isinstance(value, Missing) else self.notes[to.symbol]
                value = self.sheet(name, value, why, _to_weights(to))
            self.shares.setdefault(to.symbol, []).append(value)

    def totals(self) -> None:
        """The gradients of the weights, added up over the steps."""
        for to in self.reached:
            note = "over all steps" if len(self.times) > 1 else self.notes.get(to.symbol, "")
            total = sum_of(self.shares[to.symbol][::-1])
            self.sheet(f"d{to.symbol}", total, note, _to_weights(to))

    def update(self, rate: Fraction) -> None:
        """One step of gradient descent."""
        value, role = np.array(float(rate)), Role("rate")
        step = self.sheet.given("rate", value, ("learning_rate",), "the learning rate", role)
        for to in self.reached:
            new = updated(to, step, self.sheet.named[f"d{to.symbol}"])
            role = Role("update", to.role.letter, to.role.key, of=to.symbol, to=to.role.what)
            self.sheet(at_time(to.symbol, "new"), new, "against the gradient", role)

    @property
    def reached(self) -> list[Quantity]:
        """The weights that a gradient reaches, in the order of the sheet."""
        return [to for to in self.totalled if to.symbol in self.shares]

    @property
    def weighted(self) -> list[str]:
        """The gates that have weights, in the order of the sheet: f, f@2."""
        data = (to for to in self.totalled if to.role.what != "embedding")
        return [gate for gate in dict.fromkeys(map(_gate, data)) if gate != "y"]

    @property
    def idle(self) -> list[str]:
        """The gates that no gradient reaches: r, where the candidate is a value."""
        reached = set(map(_gate, self.reached))
        return [gate for gate in self.weighted if gate not in reached]

    def results(self) -> Iterator[str]:
        """The symbols that are asked for where nothing in particular is."""
        if not self.weighted:
            yield from self.gradients()
            return
        symbols = [LOSS, "perplexity", *(f"dx_{t}" for t in self.times)]
        symbols += [f"d{symbol}" for symbol in self._firsts]
        symbols += [f"d{to.symbol}" for to in self.reached]
        symbols += [at_time(to.symbol, "new") for to in self.reached]
        yield from (symbol for symbol in symbols if symbol in self.sheet.answers)

    def gradients(self) -> dict[str, Floats]:
        """All gradients that were computed, not those of single losses."""
        steps = {s.symbol: s for s in self.sheet.steps if s.role.what == "gradient"}
        whole = (symbol for symbol in steps if "L" not in unmarked(symbol)[1])
        return {symbol: steps[symbol].value for symbol in whole}


def _groups(steps: Sequence[Step]) -> list[tuple[int, int, list[Step]]]:
    """The lines of each step of each cell, the last first: its time, its layer, its lines."""

    def of(line: Step) -> tuple[str, int]:
        return unmarked(line.symbol)[1], _time(line)

    runs = ((mark, t, list(lines)) for (mark, t), lines in groupby(reversed(steps), key=of))
    return [(t, 1 if mark in ("", "@rev") else 2, lines) for mark, t, lines in runs]


def _time(line: Step) -> int:
    t = indexed(line.symbol)[1]
    assert t is not None
    return t


def _marked(symbol: str, mark: str) -> str:
    """The symbol with one more mark: dh_1, dh_1@L3; dh_1@2, dh_1@2L3."""
    return symbol + ("" if not mark or "@" in symbol else "@") + mark


def _gate(to: Quantity) -> str:
    return to.role.letter + unmarked(to.symbol)[1]


def _to_weights(to: Quantity) -> Role:
    return Role("gradient", to.role.letter, to.role.key, of=to.symbol, to=to.role.what)


def unknown(symbol: str) -> Missing:
    """The gradient to a quantity that no gate with weights depends on."""
    message = f"expected weights of some gate, found none, so nothing is known of {symbol}"
    return Missing(Fault(("gates",), message, "a gate that is a value does not depend on it"))
