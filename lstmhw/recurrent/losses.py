"""The loss of a network: what its outputs should be, step by step, and how far they are off."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw.cells.losses import LOSSES, Loss
from lstmhw.expr import Constant, Expr, Quantity, Role, sum_of
from lstmhw.faults import Fault, ProblemError
from lstmhw.formula import described
from lstmhw.functions import Floats, exp
from lstmhw.problem import Shape, record
from lstmhw.recurrent.finding import lacking
from lstmhw.recurrent.network import NetworkProblem
from lstmhw.solution import Inline, Worksheet

CROSS_ENTROPY = "cross-entropy"
ADDS_UP = 1e-12  # a distribution adds up to 1 but for rounding


@record
class LossProblem(NetworkProblem):
    """A network, and perhaps what its outputs should be."""

    targets: Annotated[Floats, Shape("S q", "S", gaps=True)] | None = None
    loss: (
        Literal["half-squared", "squared", "mean-squared", "cross-entropy", "binary-cross-entropy"]
        | None
    ) = None
    classes_from: Literal[0, 1] | None = None
    over_steps: Literal["sum", "mean"] = "sum"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.targets is not None:
            yield from self._target_faults(self.targets)
            return
        for key in ("loss", "classes_from"):
            if getattr(self, key) is not None:
                yield Fault((key,), "a loss needs what the output should be", "add `targets`")
        if self.over_steps != "sum":
            yield Fault(("over_steps",), "expected a loss to add up, found none", "add `targets`")

    def _target_faults(self, targets: Floats) -> Iterator[Fault]:
        loss = LOSSES[self.loss_name]
        found = self.output.activation if self.output is not None else None
        if loss.outputs and found not in loss.outputs:
            wanted = " or ".join(loss.outputs)
            message = f"expected an output of probabilities ({wanted}) for {self.loss_name}"
            hint = f"add `activation: {loss.matched}` to the output"
            yield Fault(("loss",), f"{message}, found {found or 'none'}", hint)
        if np.all(np.isnan(targets)):
            yield Fault(("targets",), "expected a target at some step, found none")
        elif self.targets_are_classes:
            yield from self._class_faults(targets)
        elif self.classes_from is not None:
            message = "expected class numbers, a single one a step, found vectors"
            yield Fault(("classes_from",), message, "leave it out", at_key=True)
        elif self._rows_of(targets).shape != self._target_shape:
            steps, units = self._target_shape
            kind = "outputs" if self.output is not None else "units"
            expected = f"{described(self._target_shape)} ({steps} steps, {units} {kind})"
            message = f"expected a matrix of shape {expected}, found {described(targets.shape)}"
            yield Fault(("targets",), message)
        elif self.loss_name.endswith(CROSS_ENTROPY):
            yield from self._share_faults(targets)

    def _share_faults(self, targets: Floats) -> Iterator[Fault]:
        off = targets[(targets < 0) | (targets > 1)]
        if off.size:
            message = f"expected targets from 0 to 1 for {self.loss_name}, found {off.flat[0]:g}"
            yield Fault(("targets",), message)

    def _class_faults(self, targets: Floats) -> Iterator[Fault]:
        steps, classes = self._target_shape
        if len(targets) != steps:
            yield Fault(("targets",), f"expected {steps} class numbers, found {len(targets)}")
            return
        if self.classes_from is None:
            message = f"expected `classes_from` beside class numbers: {classes} classes are counted"
            yield Fault(("targets",), f"{message} from 0 or from 1", "add `classes_from: 0` (or 1)")
            return
        known = range(self.classes_from, self.classes_from + classes)
        for k, number in enumerate(targets):
            if not np.isnan(number) and number not in known:
                message = f"expected a class from {known[0]} to {known[-1]}, found {number:g}"
                yield Fault(("targets", k), message)

    @property
    def loss_name(self) -> str:
        return self.loss or "half-squared"

    @property
    def targets_are_classes(self) -> bool:
        """Whether a target is the number of the right class."""
        is_listed = self.targets is not None and self.targets.ndim == 1
        is_one_row = self.targets is not None and self.targets.shape == self._target_shape[1:]
        of_classes = self.loss_name == CROSS_ENTROPY and self._target_shape[1] > 1
        return is_listed and of_classes and not (is_one_row and len(self.times) == 1)

    @property
    def _target_shape(self) -> tuple[int, int]:
        return len(self.times), self.size("s" if self.output is None else "k")

    @cached_property
    def target_rows(self) -> Floats:
        """The targets, one row a step, NaN where there is none; a class is a one-hot vector."""
        assert self.targets is not None
        if not self.targets_are_classes:
            return self._rows_of(self.targets)
        rows = np.full(self._target_shape, np.nan)
        for row, number in zip(rows, self.targets, strict=True):
            if not np.isnan(number):
                row[:] = np.arange(len(row)) == number - (self.classes_from or 0)
        return rows

    def _rows_of(self, targets: Floats) -> Floats:
        """A row a step; of one step, the targets may be a vector."""
        if targets.ndim == 2:
            return targets
        return targets.reshape((1, -1) if len(self.times) == 1 else (-1, 1))

    @property
    def targeted(self) -> dict[int, Floats]:
        """The targets of the steps that have some."""
        rows = zip(self.times, self.target_rows, strict=True)
        return {t: row for t, row in rows if not np.all(np.isnan(row))}

    def refuse_missing(self, sheet: Worksheet) -> None:
        """Raises ProblemError where the network cannot be computed as far as the loss reads it."""
        states = [(cell, letter) for cell in self.cells for letter in cell.states]
        names = [cell.at(letter, t) for t in self.times for cell, letter in states]
        outputs = [f"y_{t}" for t in self.times] if self.output is not None else []
        faults = lacking(sheet, [*names, *outputs])
        if faults:
            raise ProblemError(faults)

    def loss_of(self, y: Any, target: Any) -> Any:
        """The loss of one step, over generic values."""
        return LOSSES[self.loss_name].of(y, target, self._target_shape[1])

    @property
    def is_matched(self) -> bool:
        """Whether loss and output together have the slope y - target."""
        loss: Loss = LOSSES[self.loss_name]
        if self.output is None or self.output.activation != loss.matched:
            return False
        sums = np.array([row.sum() for row in self.targeted.values()])
        return self.loss_name != CROSS_ENTROPY or bool(np.all(np.abs(sums - 1) <= ADDS_UP))

    def record_loss(self, sheet: Worksheet, read: Mapping[int, Expr]) -> None:
        """The loss of each step that has a target, and of all, on the sheet."""
        role = Role("target")
        targets = {
            t: sheet.given(f"target_{t}", row, ("targets",), self._target_note(t), role)
            for t, row in self.targeted.items()
        }
        words, losses, role = LOSSES[self.loss_name].words, [], Role("loss")
        for t, target in targets.items():
            symbol = "loss" if len(self.times) == 1 else f"loss_{t}"
            losses.append(_scalar(sheet, symbol, self.loss_of(read[t], target), words, role))
        if len(self.times) > 1:
            whole, words = sum_of(losses), "over all steps"
            if self.over_steps == "mean" and len(losses) > 1:
                whole, words = whole / Constant(float(len(losses))), "the mean over the steps"
            _scalar(sheet, "loss", whole, words, role)
        if self.loss_name == CROSS_ENTROPY:
            mean = sum_of(losses)
            mean = mean if len(losses) == 1 else mean / Constant(float(len(losses)))
            words = "e to the mean loss of a step"
            _scalar(sheet, "perplexity", exp(mean), words, Role("perplexity"))

    def _target_note(self, t: int) -> str:
        if not self.targets_are_classes:
            return ""
        assert self.targets is not None
        number = self.targets[t - self.times[0]]
        return f"class {number:g}, counted from {self.classes_from}"

    def objective(self, read: Mapping[int, Any]) -> dict[int, Any]:
        """The share of each step in the loss, over arrays, (..., 1)."""
        count = len(self.targeted) if self.over_steps == "mean" else 1
        return {t: self.loss_of(read[t], row) / count for t, row in self.targeted.items()}

    def loss_meaning(self) -> Iterator[tuple[Inline, ...]]:
        """What L is, for the reader."""
        name = "y" if self.output is not None else "h"
        y, target = (Quantity(f"{each}_t", None, given=True) for each in (name, "target"))
        what = "mean" if self.over_steps == "mean" else "sum"
        steps = "the steps that have a target" if np.isnan(self.target_rows).any() else "the steps"
        yield (f"L is the {what} over {steps} of ", self.loss_of(y, target), ".")


def _scalar(sheet: Worksheet, symbol: str, value: Expr, note: str, role: Role) -> Expr:
    """A line whose value is a number."""
    line = sheet(symbol, value, note, role)
    sheet.answers[symbol] = sheet.answers[symbol].reshape(())
    return line
