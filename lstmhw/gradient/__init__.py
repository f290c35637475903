"""Backward through the steps of a cell: from a loss, or from gradients that arrive at the end."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw.adjoint import ONE
from lstmhw.cells import half_squared
from lstmhw.expr import Quantity, Role, sum_of
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.formula import described
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.gradient.given import pre_images, value_faults
from lstmhw.gradient.report import meaning, remarks, slopes, verdict
from lstmhw.gradient.second_method import Changed, Changes, Complex, compared
from lstmhw.gradient.walk import Walk
from lstmhw.problem import Exact, OfState, Shape, record
from lstmhw.recurrent import RecurrentProblem
from lstmhw.recurrent.finding import found_symbols, lacking
from lstmhw.solution import (
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Solution,
    Step,
    Working,
    Worksheet,
    needed,
)


@record
class Gradient(RecurrentProblem):
    """A loss, or the gradients that arrive at the states of the last step."""

    dh: Annotated[Floats, Shape("m")] | None = None
    dc: Annotated[Floats, Shape("m"), OfState("c")] | None = None
    targets: Annotated[Floats, Shape("S q", "S")] | None = None
    loss: Literal["half-squared"] | None = None
    learning_rate: Annotated[Fraction, Exact(above=0)] | None = None

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from value_faults(self.cell)
        yield from self._loss_faults()
        for path, function in self.used():
            if function.back is None:
                message = f"expected a function with a slope, found {function.name}"
                hint = "its slope is 0 wherever there is one, so no gradient comes through"
                yield Fault(path, message, hint)

    def _loss_faults(self) -> Iterator[Fault]:
        arriving = self.arriving
        if self.targets is None and not arriving:
            keys = " or ".join(self.ends)
            hint = "those are gradients arriving at the last step; or give `targets`, for a loss"
            yield Fault((), f"expected {keys}, or targets; found none", hint)
        if self.targets is None and self.loss is not None:
            yield Fault(("loss",), "a loss needs what the output should be", "add `targets`")
        if self.targets is None:
            return
        for key in arriving:
            message = f"the gradient is given twice: by targets and as {key}"
            yield Fault((key,), message, "keep one of them", at_key=True)
        if self._target_rows.shape != self._target_shape:
            steps, units = self._target_shape
            kind = "outputs" if self.output is not None else "units"
            expected = f"{described(self._target_shape)} ({steps} steps, {units} {kind})"
            found = described(self.targets.shape)
            yield Fault(("targets",), f"expected a matrix of shape {expected}, found {found}")

    @property
    def _target_shape(self) -> tuple[int, int]:
        return len(self.times), self.size("m" if self.output is None else "k")

    @cached_property
    def _target_rows(self) -> Floats:
        """The targets, one row a step; of one step, they may be a vector."""
        assert self.targets is not None
        if self.targets.ndim == 2:
            return self.targets
        return self.targets.reshape((1, -1) if len(self.times) == 1 else (-1, 1))

    @property
    def ends(self) -> list[str]:
        """The keys of the gradients that may arrive at the last states."""
        return [f"d{letter}" for letter in self.cell.states]

    @property
    def arriving(self) -> dict[str, Floats]:
        """The gradients given at the last step, by key."""
        given = {key: getattr(self, key, None) for key in self.ends}
        return {key: value for key, value in given.items() if value is not None}

    def used(self) -> Iterator[tuple[Path, Function]]:
        """The functions that gradients go back through, and their keys."""
        yield from self.cell.used()
        if self.output is not None and self.targets is not None:
            yield ("output", "activation"), ACTIVATIONS[self.output.activation]

    def solve(self) -> Solution:
        sheet = Worksheet(self.cell.stated(self.times))
        self.forward(sheet)
        self._refuse_missing(sheet)
        walk = Walk(sheet, self.times, self.cell.states)
        forward = tuple(sheet.lines)
        self._start(sheet, walk)
        ends = [len(sheet.steps)]
        walk.through_time(forward, sheet.lines[len(forward) :])
        ends.append(len(sheet.steps))
        walk.totals()
        ends.append(len(sheet.steps))
        if self.learning_rate is not None:
            walk.update(self.learning_rate)
        if self.find is None:
            asked = list(walk.results())
            shown = needed(sheet.steps, (*asked, *walk.gradients()))
        else:
            asked = found_symbols(sheet, self.find, self.times)
            shown = needed(sheet.steps, asked)
        sections = [
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(map(Paragraph, self._told()))),
            *self._workings(sheet, shown, ends),
            Section("Remarks", (*sheet.remarks, *remarks(self.cell, walk))),
        ]
        agreement = compared(walk.gradients(), self._by_complex_steps)
        answer = tuple(Entry(symbol, sheet.answers[symbol], False) for symbol in asked)
        sections.append(Section("Check", (Paragraph(verdict(agreement)),)))
        sections.append(Section("Answer", (Entries(answer),)))
        return self.told_of(sheet, sections, extras={"second_method": agreement.as_data()})

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

    def _refuse_missing(self, sheet: Worksheet) -> None:
        """Raises ProblemError where the loss cannot be computed."""
        names = dict.fromkeys([*self.cell.states, self.read])
        faults = lacking(sheet, [f"{name}_{t}" for t in self.times for name in names])
        if faults:
            raise ProblemError(faults)

    @property
    def read(self) -> str:
        """What the loss compares with the targets."""
        return "h" if self.output is None or self.targets is None else "y"

    def _start(self, sheet: Worksheet, walk: Walk) -> None:
        """What the way back starts from: the loss, or what arrives at the last states."""
        if self.targets is not None:
            self._loss(sheet)
            walk.seed("loss", ONE)
            return
        last = self.times[-1]
        for key, value in self.arriving.items():
            role = Role("arriving", key[1:])
            given = sheet.given(key, value, (key,), "arrives at the last step", role)
            walk.seed(f"{key[1:]}_{last}", given)
        if self.dh is None:
            zeros, role = np.zeros(self.size("m")), Role("arriving", "h")
            walk.seed(f"h_{last}", sheet.given("dh", zeros, (), "not given, so zeros", role))

    def _loss(self, sheet: Worksheet) -> None:
        """The loss of each step, and their sum, on the sheet."""
        rows = zip(self.times, self._target_rows, strict=True)
        role = Role("target")
        targets = {t: sheet.given(f"target_{t}", row, ("targets",), "", role) for t, row in rows}
        losses, role = [], Role("loss")
        for t, target in targets.items():
            symbol = "loss" if len(targets) == 1 else f"loss_{t}"
            value = half_squared(sheet.named[f"{self.read}_{t}"], target)
            losses.append(sheet(symbol, value, "half the sum of the squared errors", role))
            sheet.answers[symbol] = sheet.answers[symbol].reshape(())
        if len(losses) > 1:
            sheet("loss", sum_of(losses), "over all steps", role)
            sheet.answers["loss"] = sheet.answers["loss"].reshape(())

    def objective(self, values: Mapping[str, Any]) -> Any:
        """What the gradients are gradients of, over arrays: the loss, or dh . h + dc . c."""
        if self.targets is None:
            last = self.times[-1]
            terms = (values[f"{key[1:]}_{last}"] * dy for key, dy in self.arriving.items())
            return sum(term.sum(axis=-1) for term in terms)
        rows = zip(self.times, self._target_rows, strict=True)
        losses = (half_squared(values[f"{self.read}_{t}"], row) for t, row in rows)
        return sum(loss[..., 0] for loss in losses)

    def _by_complex_steps(self, changes: Changes) -> Complex:
        sheet = Changed(self.cell.stated(self.times), pre_images(self.cell), changes, self.times)
        inputs = (self.x, self.xs, self.one_hot, self.one_hots)
        without = all(value is None for value in inputs)  # so all gates are values, whatever x is
        problem = replace(self, x=np.zeros(self.size("n"))) if without else self
        with np.errstate(all="ignore"):
            problem.forward(sheet)
            result: Complex = self.objective(sheet.values)
        return result

    def _told(self) -> Iterator[tuple[Inline, ...]]:
        """What the reader has to know before the working."""
        yield from self.cell.conventions(self.t)
        yield from self._meaning()
        yield from meaning(self.cell)
        functions = dict.fromkeys(function for _, function in self.used())
        yield ("; ".join(function.definition for function in functions),)
        yield slopes(functions)

    def _meaning(self) -> Iterator[tuple[Inline, ...]]:
        """What L is."""
        last = self.times[-1]
        if self.targets is not None:
            y, target = (Quantity(f"{name}_t", None, given=True) for name in (self.read, "target"))
            yield ("L is the sum over the steps of ", half_squared(y, target), ".")
            return
        given = " and ".join(f"{key} to {key[1:]}_{last}" for key in self.arriving)
        yield (f"L is computed from the last step, and its gradient there is given: {given}.",)
        if "c" in self.cell.states:
            yield (f"dc_{last} is all that reaches c_{last}: what arrives, and through h_{last}.",)
