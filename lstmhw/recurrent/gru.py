"""The data of a GRU, and the two conventions on which books differ."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from lstmhw import cells
from lstmhw.expr import Expr, Quantity
from lstmhw.faults import Fault, Path
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.notation import Text, write
from lstmhw.problem import Record, Shape, record
from lstmhw.recurrent import ActivationName
from lstmhw.recurrent.gated import GatedProblem
from lstmhw.recurrent.weights import Gate, gate_blocks, split_biases, without_direction
from lstmhw.solution import Inline, Worksheet


@record
class GruGates(Record):
    """The reset gate, the update gate and the candidate n."""

    r: Gate = Gate()
    z: Gate = Gate()
    n: Gate = Gate()


@record
class PyTorchGru(Record):
    """The parameters of torch.nn.GRU, one layer."""

    layout: Literal["pytorch"]
    weight_ih: Annotated[Floats, Shape("3m n")]
    weight_hh: Annotated[Floats, Shape("3m m")]
    bias_ih: Annotated[Floats, Shape("3m", limits=True)] | None = None
    bias_hh: Annotated[Floats, Shape("3m", limits=True)] | None = None

    convention: ClassVar[str] = (
        "PyTorch layout: the rows of weight_ih and weight_hh are the blocks r, z, n, in this order."
    )
    reset: ClassVar[str] = "after"
    order: ClassVar[str] = "rzn"

    def gates(self) -> dict[str, Gate]:
        return gate_blocks(self.order, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


@record
class KerasGru(Record):
    """The weights of keras.layers.GRU; with `reset_after`, two rows of biases."""

    layout: Literal["keras"]
    kernel: Annotated[Floats, Shape("n 3m")]
    recurrent_kernel: Annotated[Floats, Shape("m 3m")]
    bias: Annotated[Floats, Shape("2 3m", "3m", limits=True)] | None = None
    reset_after: bool

    convention: ClassVar[str] = (
        "Keras layout: the columns of kernel and recurrent_kernel are the blocks z, r, h, in this "
        "order (Keras calls the candidate h), for vectors that are rows."
    )

    @property
    def reset(self) -> str:
        return "after" if self.reset_after else "before"

    def bias_faults(self, path: Path) -> Iterator[Fault]:
        rows = 2 if self.reset_after else 1
        if self.bias is not None and self.bias.ndim != rows:
            message = f"expected {rows} row(s) of biases with reset_after: {self.reset_after}"
            yield Fault(path, f"{message.lower()}, found {self.bias.ndim}")

    order: ClassVar[str] = "zrn"

    def gates(self) -> dict[str, Gate]:
        b_x, b_h = self.bias, None
        if b_x is not None and b_x.ndim == 2:
            b_x, b_h = b_x
        return gate_blocks(self.order, self.kernel.T, self.recurrent_kernel.T, b_x, b_h)


@record
class OnnxGru(Record):
    """The inputs of the ONNX GRU operator, one direction."""

    layout: Literal["onnx"]
    W: Annotated[Floats, Shape("1 3m n", "3m n")]
    R: Annotated[Floats, Shape("1 3m m", "3m m")]
    B: Annotated[Floats, Shape("1 6m", "6m", limits=True)] | None = None
    linear_before_reset: Literal[0, 1] = 0

    convention: ClassVar[str] = (
        "ONNX layout: the rows of W and R are the blocks z, r, h, in this order (ONNX calls the "
        "candidate h); B is the input biases, then the recurrent biases."
    )

    @property
    def reset(self) -> str:
        return "after" if self.linear_before_reset else "before"

    order: ClassVar[str] = "zrn"

    def gates(self) -> dict[str, Gate]:
        W, R = without_direction(self.W), without_direction(self.R)
        return gate_blocks(self.order, W, R, *split_biases(self.B))


@record
class GruActivations(Record):
    """The functions of the gates and of the candidate."""

    gate: ActivationName = "sigmoid"
    candidate: ActivationName = "tanh"


UPDATES = {"keep": cells.keep, "new": cells.new}
MEANINGS = {
    "keep": ": the update gate says how much of h is kept.",
    "new": ": the update gate says how much is new.",
    "before": ": the reset comes before the recurrent matrix.",
    "after": ": the reset comes after the recurrent matrix and its bias.",
}


def formula(convention: str, t: int, multiply: cells.Multiply) -> tuple[Expr, Expr]:
    """What a convention says: the symbol at step t, and how it is computed."""

    def named(symbol: str) -> Quantity:
        return Quantity(symbol, None, given=True)

    x, h, r, z, n = map(named, (f"x_{t}", f"h_{t - 1}", f"r_{t}", f"z_{t}", f"n_{t}"))
    if convention in UPDATES:
        return named(f"h_{t}"), UPDATES[convention](z, h, n)
    W_x, W_h = named("W_x_n"), named("W_h_n")
    if convention == "before":
        candidate = cells.reset_before(cells.separate(W_x, W_h, (named("b_n"),), multiply))
    else:
        b_x, b_h = (named("b_x_n"),), (named("b_h_n"),)
        candidate = cells.reset_after(W_x, W_h, b_x, b_h, multiply)
    return named(f"a_n_{t}"), candidate(x, h, r)


@record
class GruProblem(GatedProblem):
    """A problem about a GRU."""

    gates: GruGates | None = None
    stacked: PyTorchGru | KerasGru | OnnxGru | None = None
    update: Literal["keep", "new"] | None = None
    reset: Literal["before", "after"] | None = None
    activations: GruActivations = GruActivations()

    order: ClassVar[str] = "rzn"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        implied = {} if self.stacked is None else {"update": "keep", "reset": self.stacked.reset}
        for key, words in (("update", ("keep", "new")), ("reset", ("before", "after"))):
            value = getattr(self, key)
            if value is None and key not in implied:
                message = f"expected the key {key!r}, found none: books differ on the {key} gate"
                hint = "\n        ".join(
                    f"{key}: {word}  # {self._spelled(word)}" for word in words
                )
                yield Fault((), message, hint)
            elif value is not None and implied.get(key, value) != value:
                message = f"expected {implied[key]}, as the stacked layout implies, found {value}"
                yield Fault((key,), message, f"leave `{key}` out")
        if isinstance(self.stacked, KerasGru):
            yield from self.stacked.bias_faults(("stacked", "bias"))

    def _spelled(self, convention: str) -> str:
        symbol, expr = formula(convention, self.t, self.multiply)
        return f"{write(symbol, Text())} = {write(expr, Text())}{MEANINGS[convention]}"

    @property
    def update_convention(self) -> str:
        return self.update or "keep"

    @property
    def reset_convention(self) -> str:
        return self.reset or ("before" if self.stacked is None else self.stacked.reset)

    def forward(self, sheet: Worksheet) -> None:
        """All steps of the cell, and its output, on the worksheet."""
        inputs = self.inputs(sheet)
        h = self.initial(sheet, "h", self.h_prev)
        gates = self.pre_activations(sheet)
        layer = self.output_layer(sheet)
        for t, x in zip(self.times, inputs, strict=True):
            h = cells.gru(sheet, t, gates, self.functions, x, h)
            if layer is not None:
                cells.output(sheet, "a_y", t, layer, h)

    def pre_activations(self, sheet: Worksheet) -> cells.GruPreActivations:
        weights = self.weights()
        r, z = (self.pre_activation(sheet, weights[gate], gate) for gate in "rz")
        n = self._candidate(sheet, weights["n"])
        return cells.GruPreActivations(r, z, n, UPDATES[self.update_convention])

    def _candidate(self, sheet: Worksheet, gate: Gate) -> cells.Candidate:
        if self.reset_convention == "before" or not gate.has_weights:
            return cells.reset_before(self.pre_activation(sheet, gate, "n"))
        data = self.weight_data(sheet, self.separated(gate), "n")
        b_x = tuple(data[key] for key in ("b", "b_x") if key in data)
        b_h = tuple(data[key] for key in ("b_h",) if key in data)
        return cells.reset_after(data["W_x"], data["W_h"], b_x, b_h, self.multiply)

    @property
    def functions(self) -> cells.Activations:
        use = self.activations
        return cells.Activations(ACTIVATIONS[use.gate], ACTIVATIONS[use.candidate])

    def conventions(self) -> list[tuple[Inline, ...]]:
        lines = super().conventions()
        for convention in (self.update_convention, self.reset_convention):
            symbol, expr = formula(convention, self.t, self.multiply)
            lines.append((symbol, " = ", expr, MEANINGS[convention]))
        return lines
