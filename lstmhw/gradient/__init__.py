"""Backward through the steps of a cell: from a loss, or from gradients that arrive at the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, ClassVar

import numpy as np

from lstmhw.adjoint import ONE
from lstmhw.cells.losses import LOSSES
from lstmhw.expr import Role
from lstmhw.faults import Fault, Path
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.gradient.given import pre_images, value_faults
from lstmhw.gradient.report import (
    BACK_ALONG,
    derivation,
    graph_of,
    meaning,
    remarks,
    slopes,
    verdict,
)
from lstmhw.gradient.second_method import Changed, Changes, Complex, compared
from lstmhw.gradient.walk import Fused, Walk
from lstmhw.numerals import counted
from lstmhw.problem import Exact, OfState, Range, Shape, record
from lstmhw.recurrent.finding import found_symbols
from lstmhw.recurrent.losses import LossProblem
from lstmhw.solution import (
    Entries,
    Entry,
    Graph,
    Inline,
    Paragraph,
    Section,
    Solution,
    Step,
    Working,
    Worksheet,
    indexed,
    names,
    needed,
)
from lstmhw.spellings import GRADIENTS

MOST_LINES = 40  # of the graph of a step
MOST_UNROLLED = 60  # of the graph of all steps, as a picture


@record
class Gradient(LossProblem):
    """A loss, or the gradients that arrive at the states of the last step."""

    dh: Annotated[Floats, Shape("u", "u B", examples=True)] | None = None
    dc: Annotated[Floats, Shape("u", "u B", examples=True), OfState("c")] | None = None
    learning_rate: Annotated[Fraction, Exact(above=0)] | None = None
    truncate: Annotated[int, Range(1, 1_000_000)] | None = None

    spelled: ClassVar[Mapping[str, str]] = {**LossProblem.spelled, **GRADIENTS}

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for cell in self.cells:
            yield from value_faults(cell)
        yield from self._start_faults()
        for path, function in self.used():
            if function.back is None:
                message = f"expected a function with a slope, found {function.name}"
                hint = "its slope is 0 wherever there is one, so no gradient comes through"
                yield Fault(path, message, hint)

    def _start_faults(self) -> Iterator[Fault]:
        """What is wrong with what the way back starts from."""
        arriving = self.arriving
        if self.targets is None and not arriving:
            keys = " or ".join(self.ends)
            hint = "those are gradients arriving at the last step; or give `targets`, for a loss"
            yield Fault((), f"expected {keys}, or targets; found none", hint)
        if self.targets is None and self.truncate is not None:
            message = "expected a loss at each step to cut off, found none"
            yield Fault(("truncate",), message, "add `targets`", at_key=True)
        for key in arriving:
            yield from self._arriving_faults(key)

    def _arriving_faults(self, key: str) -> Iterator[Fault]:
        if self.targets is not None:
            message = f"the gradient is given twice: by targets and as {key}"
            yield Fault((key,), message, "keep one of them", at_key=True)
        elif self.output is not None:
            message = f"{key} arrives at the state, so the output has no part in the gradient"
            yield Fault(("output",), message, "leave it out, or give `targets` in the place of dh")
        elif any(way.backwards for way in self.ways):
            message = "the cells do not all end at the last step, where this gradient arrives"
            yield Fault((key,), message, "give `targets`", at_key=True)

    @property
    def ends(self) -> list[str]:
        """The keys of the gradients that may arrive at the last states."""
        return [f"d{letter}" for letter in self.cell.states]

    @property
    def arriving(self) -> dict[str, Floats]:
        """The gradients given at the last step, by key."""
        given = {key: getattr(self, key, None) for key in self.ends}
        turn = self.cell.by_example
        return {key: turn(value) for key, value in given.items() if value is not None}

    def used(self) -> Iterator[tuple[Path, Function]]:
        """The functions that gradients go back through, and their keys."""
        for cell in self.cells:
            yield from ((cell.key(*path), function) for path, function in cell.used())
        if self.output is not None and self.targets is not None:
            yield ("output", "activation"), ACTIVATIONS[self.output.activation]

    def solve(self) -> Solution:
        sheet = self.worksheet()
        read = self.forward(sheet)
        self.refuse_missing(sheet)
        forward = tuple(sheet.lines)
        if self.targets is not None:
            self.record_loss(sheet, read)
        walk = Walk(sheet, self.times, self.ways, self._fused(sheet))
        ends = self._back(walk, forward)
        if self.find is None:
            asked = list(walk.results())
            ends_in = (line.symbol for line in forward)
            shown = needed(sheet.steps, (*ends_in, *asked, *walk.gradients()))
        else:
            asked = found_symbols(sheet, self.find, self.times)
            shown = needed(sheet.steps, asked)
        sections = [
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(map(Paragraph, self._told()))),
            *self._graph(sheet.steps[: ends[0]]),
            *self._workings(sheet, shown, ends),
            *self._derivation(),
            Section("Remarks", (*sheet.remarks, *remarks(self.cells, walk))),
        ]
        agreement = compared(walk.gradients(), self._by_complex_steps)
        answer = tuple(Entry(symbol, sheet.answers[symbol], False) for symbol in asked)
        sections.append(Section("Check", (Paragraph(verdict(agreement, self.is_cut_off)),)))
        return self.told_of(
            sheet,
            sections,
            asked=self._question(asked),
            result=(Entries(answer),),
            extras={"second_method": agreement.as_data()},
            otherwise=self._otherwise(),
            picture=self._unrolled(sheet.steps[: ends[0]]),
        )

    def _question(self, asked: Sequence[str]) -> tuple[Inline, ...]:
        """What is asked, of which loss, in words."""
        wanted = ("The gradients",) if self.find is None else self.in_words(asked)
        update = "" if self.learning_rate is None else " And one step of gradient descent."
        if self.targets is not None:
            cut = ""
            if self.is_cut_off:
                reach = counted(self.truncate or 0, "step")
                cut = f" The loss of a step reaches back through {reach}, its own counted."
            loss = f"with the loss {self.loss_name}"
            return (*wanted, f" of {self.described}, {loss}.{cut}{update}")
        arriving = names(list(self.arriving))
        given = " Given is what arrives at the last step: "
        return (*wanted, f" of {self.described}.{given}", *arriving, f".{update}")

    @property
    def is_cut_off(self) -> bool:
        """Whether the loss of some step does not reach back to the first."""
        return self.truncate is not None and self.truncate < len(self.times)

    def _otherwise(self) -> dict[str, dict[str, Floats]]:
        """The gradients without truncation, where there is one."""
        if not self.is_cut_off:
            return {}
        whole = replace(self, truncate=None)
        sheet = whole.worksheet()
        read = whole.forward(sheet)
        forward = tuple(sheet.lines)
        whole.record_loss(sheet, read)
        whole._back(Walk(sheet, whole.times, whole.ways, whole._fused(sheet)), forward)
        found = (step for step in sheet.steps if step.role.what in ("gradient", "update"))
        return {"truncation-ignored": {step.symbol: step.value for step in found}}

    def _back(self, walk: Walk, forward: Sequence[Step]) -> list[int]:
        """The way back; where in the steps the forward pass, the way back and the totals end."""
        sheet = walk.sheet
        losses = [line for line in sheet.lines[len(forward) :] if line.role.what == "loss"]
        if self.targets is not None:
            walk.seed("loss", ONE)
        else:
            self._arrive(walk)
        ends = [len(sheet.steps)]
        if self.truncate is not None and self.is_cut_off:
            walk.truncated(forward, losses, self.truncate)
        else:
            walk.through_time(forward, losses)
        ends.append(len(sheet.steps))
        walk.totals()
        ends.append(len(sheet.steps))
        if self.learning_rate is not None:
            walk.update(self.learning_rate)
        return ends

    def _fused(self, sheet: Worksheet) -> dict[str, Fused]:
        """The losses that are gone through together with the output under them."""
        if self.targets is None or not self.is_matched:
            return {}
        found = {}
        for t in self.targeted:
            difference = sheet.named[f"y_{t}"] - sheet.named[f"target_{t}"]
            if f"on_{t}" in sheet.named:
                difference = sheet.named[f"on_{t}"] * difference
            symbol = "loss" if len(self.times) == 1 else f"loss_{t}"
            found[symbol] = Fused(f"{self.cell.scores}_{t}", difference)
        return found

    def _graph(self, forward: Sequence[Step]) -> Iterator[Section]:
        """What reads what in the last step, along which the gradients come back."""
        last = self.times[-1]
        is_alone = len(self.times) == 1
        lines = [s for s in forward if indexed(s.symbol)[1] == last or is_alone]
        graph = graph_of(lines)
        if len(graph.lines) <= MOST_LINES:
            same = "it is the same at each, but for targets and losses"
            where = "" if is_alone else f", of the last step (t = {last}); {same}"
            said = f"What is computed from what{where}. {BACK_ALONG}"
            yield Section("The graph", (Paragraph((said,)), graph))

    def _unrolled(self, forward: Sequence[Step]) -> Graph | None:
        """What reads what in all steps, or, where those are many, in the last one."""
        last = [step for step in forward if indexed(step.symbol)[1] == self.times[-1]]
        small = (lines for lines in (forward, last) if 0 < len(lines) <= MOST_UNROLLED)
        return next(map(graph_of, small), None)

    def _derivation(self) -> Iterator[Section]:
        """Why the gradient through loss and output together is so short."""
        if self.targets is not None and self.is_matched:
            lines = derivation(self.loss_name, self.cell.scores)
            yield Section("Why the output minus its target", lines, in_full=True)

    def _workings(
        self, sheet: Worksheet, shown: tuple[Step, ...], ends: list[int]
    ) -> Iterator[Section]:
        """The steps that are shown, in four parts, which end where it says."""
        kept = set(map(id, shown))
        several = len(self.times) > 1
        weights = "Totals over the steps" if several else "Gradients of the weights"
        titles = ("Forward", "Backward", weights, "One step of gradient descent")
        for title, start, end in zip(titles, [0, *ends], [*ends, None], strict=True):
            steps = tuple(step for step in sheet.steps[start:end] if id(step) in kept)
            yield Section(title, (Working(steps),) if steps else ())

    def _arrive(self, walk: Walk) -> None:
        """The gradients that arrive at the last states."""
        sheet, cell, last = walk.sheet, self.cells[-1], self.times[-1]
        for key, value in self.arriving.items():
            role = Role("arriving", key[1:])
            given = sheet.given(key, value, (key,), "arrives at the last step", role)
            walk.seed(cell.at(key[1:], last), given)
        if self.dh is None:
            zeros, role = np.zeros((*cell.batch, cell.size("m"))), Role("arriving", "h")
            given = sheet.given("dh", zeros, (), "not given, so zeros", role)
            walk.seed(cell.at("h", last), given)

    def _by_complex_steps(self, changes: Changes) -> Complex:
        """What the gradients are gradients of, over arrays: the loss, or dh . h + dc . c."""
        if self.targets is None:
            terms = self._arrived(changes)
        elif not self.is_cut_off:
            terms = list(self.objective(self._changed(changes, None)[1]).values())
        else:
            terms = [self._of_one_loss(changes, t) for t in self.targeted]
        found: Complex = np.sum(
            [term.reshape(len(term), -1).sum(axis=-1) for term in terms], axis=0
        )
        return found

    def _arrived(self, changes: Changes) -> list[Complex]:
        sheet, _ = self._changed(changes, None)
        cell, last = self.cells[-1], self.times[-1]
        return [sheet.values[cell.at(key[1:], last)] * dy for key, dy in self.arriving.items()]

    def _of_one_loss(self, changes: Changes, t: int) -> Complex:
        """The loss of a step, as far as it reaches back."""
        assert self.truncate is not None
        near = range(t - self.truncate + 1, t + self.truncate)
        _, read = self._changed(changes, near)
        loss: Complex = self.objective(read)[t]
        return loss

    def _changed(
        self, changes: Changes, near: range | None
    ) -> tuple[Changed, Mapping[int, Complex]]:
        """The forward pass with something changed, felt only through the steps that are `near`."""
        images = {
            letter + cell.place.mark: z
            for cell in self.cells
            for letter, z in pre_images(cell).items()
        }
        sheet = Changed(self.stated, images, changes, self.ways, self.times, near)
        inputs = (self.x, self.xs, self.one_hot, self.one_hots)
        without = all(value is None for value in inputs)  # so all gates are values, whatever x is
        problem = replace(self, x=np.zeros(self.size("n"))) if without else self
        with np.errstate(all="ignore"):
            return sheet, problem.forward(sheet)

    def _told(self) -> Iterator[tuple[Inline, ...]]:
        """What the reader has to know before the working."""
        yield from self.conventions()
        yield from self._meaning()
        yield from meaning(self.cells, self.is_cut_off)
        if self.targets is not None and self.is_matched:
            z, activation = self.cell.scores, LOSSES[self.loss_name].matched
            slope, count = "y - target", len(self.targeted)
            if self.over_steps == "mean" and count > 1:
                slope = f"(y - target)/{count}, as L is a mean over {count} steps"
            text = f"Back through {self.loss_name} and {activation} at once: d{z} = {slope}"
            yield (f"{text} (--full says why).",)
        functions = dict.fromkeys(function for _, function in self.used())
        yield ("; ".join(function.definition for function in functions),)
        yield slopes(functions)

    def _meaning(self) -> Iterator[tuple[Inline, ...]]:
        """What L is."""
        cell, last = self.cells[-1], self.times[-1]
        if self.targets is not None:
            yield from self._cut_off()
            return
        given = " and ".join(f"{key} to {cell.at(key[1:], last)}" for key in self.arriving)
        yield (f"L is computed from the last step, and its gradient there is given: {given}.",)
        if "c" in self.cell.states:
            h, c = (cell.at(letter, last) for letter in "hc")
            yield (f"d{c} is all that reaches {c}: what arrives, and through {h}.",)

    def _cut_off(self) -> Iterator[tuple[Inline, ...]]:
        """What truncation means here."""
        if self.truncate is None:
            return
        if not self.is_cut_off:
            text = f"Truncated after {self.truncate} steps, which cuts nothing off"
            yield (f"{text}: there are {len(self.times)}.",)
            return
        many = f"{self.truncate} steps, its own counted"
        steps = "its own step alone" if self.truncate == 1 else many
        text = f"Truncated: the loss of a step reaches back through {steps}"
        more = "" if self.truncate == 1 else "; @L3 is what comes from the loss of step 3 alone"
        yield (f"{text}{more}.",)
