"""The plain RNN: its equations and its data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from lstmhw.cells import PreActivation, PreActivations, state
from lstmhw.cells.cell import Cell
from lstmhw.cells.weights import KEYS, Affine, Gate
from lstmhw.expr import Let, Role
from lstmhw.faults import Fault, Path
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import ActivationName, Shape, record
from lstmhw.spellings import STATES, WEIGHTS


def rnn(let: Let, t: Any, z: PreActivation, activation: Function, x: Any, h: Any) -> Any:
    """One step of a plain RNN, x (n,) and h (m,) -> h (m,).  Elman 1990."""
    a = let(f"a_{t}", z(x, h), "pre-activation", Role("pre-activation"))
    return let(f"h_{t}", activation(a), "hidden state", state("h", activation, f"a_{t}"))


@record
class Rnn(Affine, Cell, name="rnn", told_by=("W", "W_x", "W_h", "U")):
    """A plain RNN; its weights stand at the top of the file."""

    activation: ActivationName = "tanh"
    h_prev: Annotated[Floats, Shape("m", "m B", examples=True)] | None = None

    spelled: ClassVar[Mapping[str, str]] = {**WEIGHTS, **STATES}
    title: ClassVar[str] = "a plain RNN"
    letters: ClassVar[tuple[str, ...]] = ("",)
    shared: ClassVar[Sequence[str]] = (*Cell.shared, "activation")

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from self.weight_faults((), self.concat is not None)

    def weights(self) -> Mapping[str, Gate]:
        return {"": Gate(**{key: getattr(self, key) for key in KEYS})}

    def function(self, letter: str) -> Function:
        return ACTIVATIONS[self.activation]

    def used(self) -> Iterator[tuple[Path, Function]]:
        yield ("activation",), self.function("")

    def weight_path(self, letter: str, *key: str) -> Path:
        return key

    def step(self, let: Let, t: Any, z: PreActivations, x: Any, *states: Any) -> tuple[Any, ...]:
        return (rnn(let, t, z[""], self.function(""), x, *states),)
