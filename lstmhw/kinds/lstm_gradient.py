"""`lstm-gradient`: backward through the steps of an LSTM, a GRU or a plain RNN."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from lstmhw import backward
from lstmhw.faults import Path
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import Shape, record
from lstmhw.recurrent.gated_gradient import GatedGradient
from lstmhw.recurrent.gradient import Gradient
from lstmhw.recurrent.gru import GruProblem
from lstmhw.recurrent.lstm import LstmProblem
from lstmhw.recurrent.rnn import RnnProblem
from lstmhw.recurrent.walk import Arrived, StepBack
from lstmhw.solution import Worksheet

UPDATES = {"keep": backward.keep, "new": backward.new}


@record
class LstmGradient(Gradient, kind="lstm-gradient"):
    """Gradients to states, gates, inputs and weights, from those at the end or from a loss."""


@record
class OfLstm(LstmProblem, GatedGradient, LstmGradient, cell="lstm"):
    """Backward through an LSTM."""

    cell: Literal["lstm"] = "lstm"
    dc: Annotated[Floats, Shape("m")] | None = None

    scores: ClassVar[str] = "z_y"
    scored: ClassVar[str] = "z"
    states: ClassVar[str] = "hc"
    letters: ClassVar[tuple[str, ...]] = ("o", "f", "i", "g")

    def used(self) -> Iterator[tuple[Path, Function]]:
        for key, function in zip(self.functions._fields, self.functions, strict=True):
            yield ("activations", key), function
        yield from super().used()

    def step_back(self, sheet: Worksheet, at: Arrived) -> StepBack:
        back = backward.lstm(sheet, at.t, sheet.named, self.functions, at.dh, at.dc)
        return StepBack(back.dz, dc=(back.dc,))


@record
class OfGru(
    GruProblem,
    GatedGradient,
    LstmGradient,
    cell="gru",
    told_by=(
        *("update", "reset", "gates.r", "gates.z", "gates.n"),
        *("stacked.reset_after", "stacked.linear_before_reset"),
    ),
):
    """Backward through a GRU."""

    cell: Literal["gru"] = "gru"

    scored: ClassVar[str] = "a"
    letters: ClassVar[tuple[str, ...]] = ("n", "z", "r")

    def used(self) -> Iterator[tuple[Path, Function]]:
        for key in ("gate", "candidate"):
            yield ("activations", key), getattr(self.functions, key)
        yield from super().used()

    def step_back(self, sheet: Worksheet, at: Arrived) -> StepBack:
        update = UPDATES[self.update_convention]
        reset = self._reset(sheet.named, at.gates)
        back = backward.gru(sheet, at.t, sheet.named, self.functions, update, reset, at.dh)
        seen = {} if back.seen is None else {"n": back.seen}
        return StepBack(back.da, dh=back.dh, seen=seen)

    def _reset(self, v: backward.Values, gates: backward.Gates) -> backward.Reset | None:
        if "n" not in gates:
            return None
        W_h = gates["n"].W_h
        if self.reset_convention == "before":
            return backward.reset_before(W_h, self.multiply)
        b_h = (v["b_h_n"],) if "b_h_n" in v else ()
        return backward.reset_after(W_h, b_h, self.multiply)


@record
class OfRnn(RnnProblem, LstmGradient, cell="rnn", told_by=("W", "W_x", "W_h")):
    """Backward through a plain RNN."""

    cell: Literal["rnn"] = "rnn"

    letters: ClassVar[tuple[str, ...]] = ("",)

    def used(self) -> Iterator[tuple[Path, Function]]:
        yield ("activation",), ACTIVATIONS[self.activation]
        yield from super().used()

    def step_back(self, sheet: Worksheet, at: Arrived) -> StepBack:
        da = backward.rnn(sheet, at.t, sheet.named, self.function, at.dh)
        return StepBack({"": da})
