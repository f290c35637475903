"""The data of a GRU, and the two conventions on which books differ."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from lstmhw import cells
from lstmhw.faults import Fault
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.problem import Record, Shape, record
from lstmhw.recurrent import ActivationName
from lstmhw.recurrent.gated import GatedProblem
from lstmhw.recurrent.weights import Gate, gate_blocks, split_biases, without_direction
from lstmhw.solution import Worksheet


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

    def gates(self) -> dict[str, Gate]:
        return gate_blocks("rzn", self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


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
        "order (Keras calls the candidate h); each block is transposed for W v."
    )

    @property
    def reset(self) -> str:
        return "after" if self.reset_after else "before"

    def gates(self) -> dict[str, Gate]:
        b_x, b_h = self.bias, None
        if b_x is not None and b_x.ndim == 2:
            b_x, b_h = b_x
        return gate_blocks("zrn", self.kernel.T, self.recurrent_kernel.T, b_x, b_h)


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

    def gates(self) -> dict[str, Gate]:
        W, R = without_direction(self.W), without_direction(self.R)
        return gate_blocks("zrn", W, R, *split_biases(self.B))


@record
class GruActivations(Record):
    """The functions of the gates and of the candidate."""

    gate: ActivationName = "sigmoid"
    candidate: ActivationName = "tanh"


UPDATES = {"keep": cells.keep, "new": cells.new}

UPDATE_CONVENTIONS = {
    "keep": "h_t = z_t*h_{t-1} + (1 - z_t)*n_t: the update gate says how much of h is kept.",
    "new": "h_t = (1 - z_t)*h_{t-1} + z_t*n_t: the update gate says how much is new.",
}

RESET_CONVENTIONS = {
    "before": "The candidate's W_h multiplies r_t*h_{t-1}: the reset comes before the matrix.",
    "after": "r_t multiplies the whole recurrent term of the candidate, b_h included: the reset "
    "comes after the matrix.",
}


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
        for key, meanings in (("update", UPDATE_CONVENTIONS), ("reset", RESET_CONVENTIONS)):
            value = getattr(self, key)
            if value is None and key not in implied:
                message = f"expected the key {key!r}, found none: books differ on the {key} gate"
                hint = "\n        ".join(
                    f"{key}: {word}  # {text}" for word, text in meanings.items()
                )
                yield Fault((), message, hint)
            elif value is not None and implied.get(key, value) != value:
                message = f"expected {implied[key]}, as the stacked layout implies, found {value}"
                yield Fault((key,), message, f"leave `{key}` out")

    @property
    def update_convention(self) -> str:
        return self.update or "keep"

    @property
    def reset_convention(self) -> str:
        return self.reset or ("before" if self.stacked is None else self.stacked.reset)

    def pre_activations(self, sheet: Worksheet) -> cells.GruGates:
        weights = self.weights()
        r, z = (self.affine(sheet, weights[gate], gate, ("gates", gate)) for gate in "rz")
        n = self._candidate(sheet, weights["n"])
        return cells.GruGates(r, z, n, UPDATES[self.update_convention])

    def _candidate(self, sheet: Worksheet, gate: Gate) -> cells.Candidate:
        path = ("gates", "n")
        if self.reset_convention == "before" or not gate.has_weights:
            return cells.reset_before(self.affine(sheet, gate, "n", path))
        data = self.weight_data(sheet, self.separated(gate), "n", path)
        b_x = tuple(data[key] for key in ("b", "b_x") if key in data)
        b_h = tuple(data[key] for key in ("b_h",) if key in data)
        return cells.reset_after(data["W_x"], data["W_h"], b_x, b_h, self.multiply)

    @property
    def functions(self) -> cells.Activations:
        use = self.activations
        return cells.Activations(ACTIVATIONS[use.gate], ACTIVATIONS[use.candidate])

    def conventions(self) -> list[str]:
        update, reset = self.update_convention, self.reset_convention
        return [*super().conventions(), UPDATE_CONVENTIONS[update], RESET_CONVENTIONS[reset]]
