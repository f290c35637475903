"""Backward through the steps of a cell: what all cells share."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from lstmhw import backward, cells
from lstmhw.backward import Orientation, sum_of
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.formula import described
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import Exact, Shape, record
from lstmhw.recurrent import RecurrentProblem
from lstmhw.recurrent.asked import found_symbols, lacking
from lstmhw.recurrent.gradient_report import meaning, remarks, slopes, verdict
from lstmhw.recurrent.second_method import Changed, Changes, Complex, compared
from lstmhw.recurrent.walk import Arrived, StepBack, Walk
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
    """A loss, or the gradients that arrive at the last step; a subclass goes back through a step.

    `scores` is the symbol of the output layer's pre-activation, `states` what a step passes on.
    """

    dh: Annotated[Floats, Shape("m")] | None = None
    targets: Annotated[Floats, Shape("S q", "S")] | None = None
    loss: Literal["half-squared"] | None = None
    learning_rate: Annotated[Fraction, Exact(above=0)] | None = None

    scores: ClassVar[str] = "a_y"
    states: ClassVar[str] = "h"
    letters: ClassVar[tuple[str, ...]] = ()
    """The letters of the gates; an RNN's one gate is ""."""

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from self._loss_faults()
        for path, function in self.used():
            if function.name not in backward.CHAINS:
                message = f"expected a function with a slope, found {function.name}"
                hint = "its slope is 0 wherever there is one, so no gradient comes through"
                yield Fault(path, message, hint)

    def _loss_faults(self) -> Iterator[Fault]:
        arriving = self.arriving
        if self.targets is None and not arriving:
            keys = " or ".join(f"d{state}" for state in self.states)
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
    def arriving(self) -> dict[str, Floats]:
        """The gradients given at the last step, by key."""
        keys = [f"d{state}" for state in self.states]
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}

    def used(self) -> Iterator[tuple[Path, Function]]:
        """The functions that gradients go back through, and their keys."""
        if self.output is not None and self.targets is not None:
            yield ("output", "activation"), ACTIVATIONS[self.output.activation]

    def hidden(self) -> dict[str, Floats]:
        """Pre-activations that a gate's value follows from, where it is given, by symbol."""
        return {}

    def step_back(self, sheet: Worksheet, at: Arrived) -> StepBack:
        """Back through one step, of which the forward pass stands on the sheet."""
        raise NotImplementedError

    @property
    def join(self) -> cells.Join:
        last = self.concat is not None and self.concat[0] == "x"
        return cells.input_first if last else cells.hidden_first

    @property
    def turn(self) -> Orientation:
        return backward.ROW if self.orientation == "row" else backward.COLUMN

    def solve(self) -> Solution:
        sheet = Worksheet(self.stated())
        self.forward(sheet)
        self._refuse_missing(sheet)
        arriving = self._loss(sheet)
        walk = Walk(self, sheet)
        ends = [len(sheet.steps)]
        walk.through_time(arriving.get("h", []), arriving.get("c", []))
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
            Section("Conventions", tuple(map(Paragraph, self._told(sheet)))),
            *self._workings(sheet, shown, ends),
            Section("Remarks", (*sheet.remarks, *remarks(self, walk))),
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
        names = dict.fromkeys([*self.states, self.read])
        faults = lacking(sheet, [f"{name}_{t}" for t in self.times for name in names])
        if faults:
            raise ProblemError(faults)

    @property
    def read(self) -> str:
        """What the loss compares with the targets."""
        return "h" if self.output is None or self.targets is None else "y"

    def _loss(self, sheet: Worksheet) -> dict[str, list[Any]]:
        """The loss on the sheet, if there is one; what arrives at the last states, by state."""
        if self.targets is None:
            note = "arrives at the last step"
            given = {
                key[1:]: [sheet.given(key, value, (key,), note)]
                for key, value in self.arriving.items()
            }
            if "h" not in given:
                zeros = np.zeros(self.size("m"))
                given["h"] = [sheet.given("dh", zeros, (), "not given, so zeros")]
            return given
        rows = zip(self.times, self._target_rows, strict=True)
        targets = [sheet.given(f"target_{t}", row, ("targets",)) for t, row in rows]
        losses = []
        for t, target in zip(self.times, targets, strict=True):
            symbol = "loss" if len(targets) == 1 else f"loss_{t}"
            value = backward.half_squared(sheet.named[f"{self.read}_{t}"], target)
            losses.append(sheet(symbol, value, "half the sum of the squared errors"))
            sheet.answers[symbol] = sheet.answers[symbol].reshape(())
        if len(losses) > 1:
            sheet("loss", sum_of(losses), "over all steps")
            sheet.answers["loss"] = sheet.answers["loss"].reshape(())
        return {}

    def objective(self, values: Mapping[str, Any]) -> Any:
        """What the gradients are gradients of, over arrays: the loss, or dh . h + dc . c."""
        if self.targets is None:
            last = self.times[-1]
            terms = (values[f"{key[1:]}_{last}"] * dy for key, dy in self.arriving.items())
            return sum(term.sum(axis=-1) for term in terms)
        rows = zip(self.times, self._target_rows, strict=True)
        errors = (values[f"{self.read}_{t}"] - row for t, row in rows)
        return sum(0.5 * (error * error).sum(axis=-1) for error in errors)

    def _by_complex_steps(self, changes: Changes) -> Complex:
        sheet = Changed(self.stated(), self.hidden(), changes, self.times)
        inputs = (self.x, self.xs, self.one_hot, self.one_hots)
        without = all(value is None for value in inputs)  # so all gates are values, whatever x is
        problem = replace(self, x=np.zeros(self.size("n"))) if without else self
        with np.errstate(all="ignore"):
            problem.forward(sheet)
            result: Complex = self.objective(sheet.values)
        return result

    def _told(self, sheet: Worksheet) -> Iterator[tuple[Inline, ...]]:
        """What the reader has to know before the working."""
        yield from self.conventions()
        yield from meaning(self)
        functions = dict.fromkeys(function for _, function in self.used())
        yield ("; ".join(function.definition for function in functions),)
        yield slopes(functions)
