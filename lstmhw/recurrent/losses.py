"""The loss of a network: what its outputs should be, step by step, and how far they are off."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from math import prod
from random import Random
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw.cells.losses import LOSSES, Loss
from lstmhw.expr import Concat, Constant, Expr, Quantity, Role, over_batch, sum_of
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.formula import described
from lstmhw.functions import Floats, exp, ln
from lstmhw.problem import Shape, Varied, record
from lstmhw.recurrent.finding import lacking
from lstmhw.recurrent.network import NetworkProblem
from lstmhw.solution import Inline, Worksheet

CROSS_ENTROPY = "cross-entropy"
ADDS_UP = 1e-12  # a distribution adds up to 1 but for rounding


@record
class LossProblem(NetworkProblem):
    """A network, and perhaps what its outputs should be."""

    targets: Annotated[Floats, Shape("S q", "S", "S q B", gaps=True, examples=True)] | None = None
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

    def varied(self, path: Path, shape: Shape) -> Varied:
        """Targets that are probabilities stay such; classes are drawn by `other_data`."""
        is_of_shares = path == ("targets",) and self.loss_name.endswith(CROSS_ENTROPY)
        if not is_of_shares:
            return super().varied(path, shape)
        return "kept" if self.targets_are_classes else "shares"

    def other_data(self, random: Random) -> Mapping[Path, Any]:
        """Other classes, where the targets are some; class 0 stays."""
        if self.targets is None or not self.targets_are_classes:
            return {}
        known = range(1, (self.classes_from or 0) + self._target_shape[-1])

        def other(number: float) -> int | None:
            if np.isnan(number):
                return None
            return random.choice(known) if number else 0

        rows = self.targets.tolist()
        drawn = [[*map(other, row)] if isinstance(row, list) else other(row) for row in rows]
        return {("targets",): drawn}

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
            yield from self._no_class_faults(targets)
        elif self._rows_of(targets).shape != self._target_shape:
            yield Fault(("targets",), self._misshapen(targets))
        elif self.loss_name.endswith(CROSS_ENTROPY):
            yield from self._share_faults(targets)

    def _no_class_faults(self, targets: Floats) -> Iterator[Fault]:
        """What is wrong with `classes_from` where the targets are no classes."""
        if targets.ndim > 1:
            message = "expected class numbers, a single one a step, found vectors"
            yield Fault(("classes_from",), message, "leave it out", at_key=True)
        elif self.loss_name != CROSS_ENTROPY:
            message = f"class numbers go with cross-entropy, the loss here is {self.loss_name}"
            yield Fault(("classes_from",), message, "add `loss: cross-entropy`", at_key=True)
        elif self.output is not None and self.output.activation in LOSSES[CROSS_ENTROPY].outputs:
            message = "expected an output for each class, found a single output"
            yield Fault(("classes_from",), message, "leave it out", at_key=True)

    def _misshapen(self, targets: Floats) -> str:
        """What is wrong with targets of another shape."""
        steps, *batch, units = self._target_shape
        kind = "outputs" if self.output is not None else "units"
        shape = (steps, *batch, units) if self.cell.orientation == "row" else (steps, units, *batch)
        examples = [f"{count} examples" for count in batch]
        counted = ", ".join([f"{steps} steps", f"{units} {kind}", *examples])
        what = "matrices" if batch else "a matrix"
        expected = f"expected {what} of shape {described(shape)} ({counted})"
        return f"{expected}, found {described(targets.shape)}"

    def _share_faults(self, targets: Floats) -> Iterator[Fault]:
        off = targets[(targets < 0) | (targets > 1)]
        if off.size:
            message = f"expected targets from 0 to 1 for {self.loss_name}, found {off.flat[0]:g}"
            yield Fault(("targets",), message)

    def _class_faults(self, targets: Floats) -> Iterator[Fault]:
        *shape, classes = self._target_shape
        if targets.size != prod(shape) or targets.ndim > len(shape):
            expected = " x ".join(map(str, shape))
            message = f"expected {expected} class numbers, found {described(targets.shape)}"
            yield Fault(("targets",), message)
            return
        if self.classes_from is None:
            message = f"expected `classes_from` beside class numbers: {classes} classes are counted"
            yield Fault(("targets",), f"{message} from 0 or from 1", "add `classes_from: 0` (or 1)")
            return
        known = range(self.classes_from, self.classes_from + classes)
        for place, number in np.ndenumerate(targets):
            if not np.isnan(number) and number not in known:
                message = f"expected a class from {known[0]} to {known[-1]}, found {number:g}"
                yield Fault(("targets", *place), message)

    @property
    def loss_name(self) -> str:
        return self.loss or "half-squared"

    @property
    def targets_are_classes(self) -> bool:
        """Whether a target is the number of the right class."""
        *shape, classes = self._target_shape
        if self.targets is None or self.loss_name != CROSS_ENTROPY or classes == 1:
            return False
        is_one_row = len(self.times) == 1 and self.targets.shape == (classes,)
        of_batch = self.cell.batch and self.targets.shape in (tuple(shape), self.cell.batch)
        return bool(of_batch) or (self.targets.ndim == 1 and not is_one_row)

    @property
    def _target_shape(self) -> tuple[int, ...]:
        units = self.size("s" if self.output is None else "k")
        return (len(self.times), *self.cell.batch, units)

    @cached_property
    def target_rows(self) -> Floats:
        """The targets of each step, (T, k) or (T, B, k), NaN where there are none.

        A class is a one-hot vector.
        """
        assert self.targets is not None
        if not self.targets_are_classes:
            return self._rows_of(self.targets)
        numbers = self.targets.reshape(*self._target_shape[:-1], 1) - (self.classes_from or 0)
        hot = (np.arange(self._target_shape[-1]) == numbers).astype(float)
        return np.where(np.isnan(numbers), np.nan, hot)

    def _rows_of(self, targets: Floats) -> Floats:
        """The targets step by step; the lists of one step, and of single outputs, may be left out.

        Of another shape they are as they stand in the file.
        """
        axes = len(self._target_shape)
        whole = (targets, targets[np.newaxis], targets[..., np.newaxis])
        for found in (*whole, targets[np.newaxis, ..., np.newaxis]):
            by_example = self.cell.by_example(found, 3) if found.ndim == axes == 3 else found
            if by_example.shape == self._target_shape:
                return by_example
        return targets

    @property
    def targeted(self) -> dict[int, Floats]:
        """The targets of the steps that have some, and examples of a batch that last so long."""
        rows = zip(self.times, self.target_rows, strict=True)
        there = {t: row for t, row in rows if not np.all(np.isnan(row))}
        return {t: row for t, row in there.items() if not self.cell.batch or self.lasting(t).any()}

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
        return LOSSES[self.loss_name].of(y, target, self._target_shape[-1])

    @property
    def is_matched(self) -> bool:
        """Whether loss and output together have the slope y - target."""
        loss: Loss = LOSSES[self.loss_name]
        if self.output is None or self.output.activation != loss.matched:
            return False
        sums = np.array([row.sum(axis=-1) for row in self.targeted.values()])
        return self.loss_name != CROSS_ENTROPY or bool(np.all(np.abs(sums - 1) <= ADDS_UP))

    def record_loss(self, sheet: Worksheet, read: Mapping[int, Expr]) -> None:
        """The loss of each step that has a target, and of all, on the sheet."""
        role = Role("target")
        targets = {
            t: sheet.given(f"target_{t}", row, ("targets",), self._target_note(t), role)
            for t, row in self.targeted.items()
        }
        self._refuse_zeros(read)
        words, losses, role = LOSSES[self.loss_name].words, [], Role("loss")
        for t, target in targets.items():
            symbol = "loss" if len(self.times) == 1 else f"loss_{t}"
            losses.append(
                _scalar(sheet, symbol, self._of_step(sheet, t, read[t], target), words, role)
            )
        if len(self.times) > 1:
            whole, words = sum_of(losses), "over all steps"
            if self.over_steps == "mean" and len(losses) > 1:
                whole, words = whole / Constant(float(len(losses))), "the mean over the steps"
            _scalar(sheet, "loss", whole, words, role)
        if self.loss_name == CROSS_ENTROPY:
            mean, count = sum_of(losses), self.counted
            mean = mean if count == 1 else mean / Constant(float(count))
            words = "e to the mean loss of a step"
            _scalar(sheet, "perplexity", exp(mean), words, Role("perplexity"))

    def _refuse_zeros(self, read: Mapping[int, Expr]) -> None:
        """Raises ProblemError where the logarithm of a probability is lost: it is 0 as a float."""
        if not self.loss_name.endswith(CROSS_ENTROPY):
            return
        for t, target in self.targeted.items():
            y = read[t].value
            of_others = (y == 1) & (target < 1) & (self.loss_name != CROSS_ENTROPY)
            if np.any((y == 0) & (target > 0) | of_others):
                message = f"y_{t} is so near to 0 or 1 that its logarithm is lost in floats"
                raise ProblemError([Fault(("targets",), message, "are the scores this large?")])

    def _of_step(self, sheet: Worksheet, t: int, y: Expr, target: Expr) -> Expr:
        """The loss of a step as a number, over the examples that have it."""
        loss: Expr = self.loss_of(y, target)
        if not self.cell.batch:
            return loss
        found = over_batch(sheet.named[f"on_{t}"] * loss if f"on_{t}" in sheet.named else loss)
        examples = int(self.lasting(t).sum()) if self.is_mean else 1
        return found if examples == 1 else found / Constant(examples)

    @property
    def is_mean(self) -> bool:
        """Whether the loss of a step is a mean over numbers, and so over those of a batch."""
        return self.loss_name.startswith("mean")

    @property
    def counted(self) -> int:
        """How many losses there are, one for each step of each example."""
        if not self.cell.batch:
            return len(self.targeted)
        return int(sum(self.lasting(t).sum() for t in self.targeted))

    def _target_note(self, t: int) -> str:
        if not self.targets_are_classes:
            return ""
        assert self.targets is not None
        by_step = self.targets.reshape(len(self.times), -1)
        numbers = by_step[t - self.times[0]]
        classes = "class" if len(numbers) == 1 else "classes"
        listed = ", ".join(f"{number:g}" for number in numbers)
        return f"{classes} {listed}, counted from {self.classes_from}"

    def objective(self, read: Mapping[int, Any]) -> dict[int, Any]:
        """The share of each step in the loss, over arrays, (..., 1)."""
        count = len(self.targeted) if self.over_steps == "mean" else 1
        return {t: self._share(t, read[t], row) / count for t, row in self.targeted.items()}

    def _share(self, t: int, y: Any, target: Floats) -> Any:
        loss = self.loss_of(y, target)
        if not self.cell.batch:
            return loss
        on = self.lasting(t)
        return (on * loss).sum(axis=-2) / (on.sum() if self.is_mean else 1)

    def conventions(self) -> Iterator[tuple[Inline, ...]]:
        yield from super().conventions()
        if self.targets is not None:
            yield from self._loss_meaning()

    def _loss_meaning(self) -> Iterator[tuple[Inline, ...]]:
        """What L is, for the reader."""
        target = Quantity("target_t", None, given=True)
        y = self._read_name if self.output is None else Quantity("y_t", None, given=True)
        what = "mean" if self.over_steps == "mean" else "sum"
        steps = "the steps that have a target" if np.isnan(self.target_rows).any() else "the steps"
        over = ""
        if self.cell.batch:
            over = ", mean over the examples" if self.is_mean else ", added up over the examples"
        yield (f"L is the {what} over {steps} of ", self.loss_of(y, target), f"{over}.")
        if self.loss_name.endswith(CROSS_ENTROPY):
            yield (ln.definition,)

    @property
    def _read_name(self) -> Expr:
        """What the loss compares with the targets where there is no output: h, or [h; h@rev]."""
        tops = [way.cell.at("h", "t") for way in self.network[-1]]
        states: list[Expr] = [Quantity(symbol, None, given=True) for symbol in tops]
        return states[0] if len(states) == 1 else Concat(*states)


def _scalar(sheet: Worksheet, symbol: str, value: Expr, note: str, role: Role) -> Expr:
    """A line whose value is a number."""
    line = sheet(symbol, value, note, role)
    sheet.answers[symbol] = sheet.answers[symbol].reshape(())
    return line
