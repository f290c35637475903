"""The LSTM: its equations, and its data, gate by gate or stacked as frameworks keep them."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from lstmhw.cells import Activations, Named, PreActivations, state
from lstmhw.cells.cell import GatedCell
from lstmhw.cells.weights import Gate, gate_blocks, split_biases, without_direction
from lstmhw.expr import Let, Role
from lstmhw.faults import Path
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import ActivationName, Record, Shape, record

INPUT = Named("i", "z_i", "input gate")
FORGET = Named("f", "z_f", "forget gate")
CANDIDATE = Named("g", "z_g", "candidate", what="candidate")
OUTPUT = Named("o", "z_o", "output gate")


def lstm(
    let: Let, t: Any, z: PreActivations, use: Activations, x: Any, h: Any, c: Any
) -> tuple[Any, Any]:
    """One LSTM step, x (n,), h and c (m,) -> h and c (m,).

    Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    i = INPUT.at(let, t, z["i"](x, h), use.gate, ": how much of g is written")
    f = FORGET.at(let, t, z["f"](x, h), use.gate, ": how much of c is kept")
    g = CANDIDATE.at(let, t, z["g"](x, h), use.candidate, ": what may be written")
    o = OUTPUT.at(let, t, z["o"](x, h), use.gate, ": how much of c is shown")
    note = "cell state: some of the old kept, some of the new written"
    c = let(f"c_{t}", f * c + i * g, note, state("c"))
    about = Role("activated state", "c", function=use.state)
    shown = let(f"{use.state.name}_c_{t}", use.state(c), "the cell state as h sees it", about)
    h = let(f"h_{t}", o * shown, "hidden state", state("h"))
    return h, c


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
class LstmWeights(GatedCell):
    """The weights of an LSTM, whatever state it starts from."""

    gates: LstmGates | None = None
    stacked: PyTorchLstm | KerasLstm | OnnxLstm | None = None
    activations: LstmActivations = LstmActivations()

    title: ClassVar[str] = "an LSTM"
    letters: ClassVar[str] = "ifgo"
    candidate: ClassVar[str] = "g"
    states: ClassVar[str] = "hc"
    scores: ClassVar[str] = "z_y"

    @property
    def use(self) -> Activations:
        use = self.activations
        return Activations(
            ACTIVATIONS[use.gate], ACTIVATIONS[use.candidate], ACTIVATIONS[use.state]
        )

    def used(self) -> Iterator[tuple[Path, Function]]:
        yield from super().used()
        yield ("activations", "state"), self.use.state

    def step(self, let: Let, t: Any, z: PreActivations, x: Any, *states: Any) -> tuple[Any, ...]:
        return lstm(let, t, z, self.use, x, *states)


@record
class Lstm(LstmWeights, name="lstm", told_by=("gates", "stacked", "c_prev", "activations")):
    """An LSTM: its weights, and the states before the first step."""

    h_prev: Annotated[Floats, Shape("m")] | None = None
    c_prev: Annotated[Floats, Shape("m")] | None = None
