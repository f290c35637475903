"""The data of an LSTM: its gates one by one, or stacked as PyTorch, Keras and ONNX keep them."""

from typing import Annotated, ClassVar, Literal

from lstmhw import cells
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.problem import Record, Shape, record
from lstmhw.recurrent import ActivationName
from lstmhw.recurrent.gated import GatedCell, GatedProblem
from lstmhw.recurrent.weights import Gate, gate_blocks, split_biases, without_direction
from lstmhw.solution import Worksheet


@record
class LstmGates(Record):
    """The input, forget and output gate, and the candidate g."""

    i: Gate = Gate()
    f: Gate = Gate()
    g: Gate = Gate()
    o: Gate = Gate()


@record
class PyTorchLstm(Record):
    """The parameters of torch.nn.LSTM, one layer."""

    layout: Literal["pytorch"]
    weight_ih: Annotated[Floats, Shape("4m n")]
    weight_hh: Annotated[Floats, Shape("4m m")]
    bias_ih: Annotated[Floats, Shape("4m", limits=True)] | None = None
    bias_hh: Annotated[Floats, Shape("4m", limits=True)] | None = None

    convention: ClassVar[str] = (
        "PyTorch layout: the rows of weight_ih and weight_hh are the blocks i, f, g, o, in this "
        "order; bias_ih and bias_hh are added."
    )
    order: ClassVar[str] = "ifgo"

    def gates(self) -> dict[str, Gate]:
        return gate_blocks(self.order, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


@record
class KerasLstm(Record):
    """The weights of keras.layers.LSTM."""

    layout: Literal["keras"]
    kernel: Annotated[Floats, Shape("n 4m")]
    recurrent_kernel: Annotated[Floats, Shape("m 4m")]
    bias: Annotated[Floats, Shape("4m", limits=True)] | None = None

    convention: ClassVar[str] = (
        "Keras layout: the columns of kernel and recurrent_kernel are the blocks i, f, c, o, in "
        "this order (Keras calls the candidate c), for vectors that are rows."
    )
    order: ClassVar[str] = "ifgo"

    def gates(self) -> dict[str, Gate]:
        return gate_blocks(self.order, self.kernel.T, self.recurrent_kernel.T, self.bias, None)


@record
class OnnxLstm(Record):
    """The inputs of the ONNX LSTM operator, one direction, without peepholes."""

    layout: Literal["onnx"]
    W: Annotated[Floats, Shape("1 4m n", "4m n")]
    R: Annotated[Floats, Shape("1 4m m", "4m m")]
    B: Annotated[Floats, Shape("1 8m", "8m", limits=True)] | None = None

    convention: ClassVar[str] = (
        "ONNX layout: the rows of W and R are the blocks i, o, f, c, in this order (ONNX calls the "
        "candidate c); B is the input biases, then the recurrent biases."
    )
    order: ClassVar[str] = "iofg"

    def gates(self) -> dict[str, Gate]:
        W, R = without_direction(self.W), without_direction(self.R)
        return gate_blocks(self.order, W, R, *split_biases(self.B))


@record
class LstmActivations(Record):
    """The functions of the gates, of the candidate, and of c on its way to h."""

    gate: ActivationName = "sigmoid"
    candidate: ActivationName = "tanh"
    state: ActivationName = "tanh"


@record
class LstmCell(GatedCell):
    """The weights of an LSTM."""

    gates: LstmGates | None = None
    stacked: PyTorchLstm | KerasLstm | OnnxLstm | None = None
    activations: LstmActivations = LstmActivations()

    order: ClassVar[str] = "ifgo"

    @property
    def functions(self) -> cells.Activations:
        use = self.activations
        return cells.Activations(
            ACTIVATIONS[use.gate], ACTIVATIONS[use.candidate], ACTIVATIONS[use.state]
        )


@record
class LstmProblem(LstmCell, GatedProblem):
    """A problem about steps of an LSTM."""

    c_prev: Annotated[Floats, Shape("m")] | None = None

    def forward(self, sheet: Worksheet) -> None:
        """All steps of the cell, and its output, on the worksheet."""
        inputs = self.inputs(sheet)
        h = self.initial(sheet, "h", self.h_prev)
        c = self.initial(sheet, "c", self.c_prev)
        gates = self.pre_activations(sheet)
        layer = self.output_layer(sheet)
        for t, x in zip(self.times, inputs, strict=True):
            h, c = cells.lstm(sheet, t, gates, self.functions, x, h, c)
            if layer is not None:
                cells.output(sheet, "z_y", t, layer, h)

    def pre_activations(self, sheet: Worksheet) -> cells.LstmPreActivations:
        weights = self.weights()
        return cells.LstmPreActivations(
            *(self.pre_activation(sheet, weights[gate], gate) for gate in self.order)
        )
