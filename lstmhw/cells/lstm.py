"""The LSTM: its equations, and its data, gate by gate or stacked as frameworks keep them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np

from lstmhw.cells import Activations, Named, PreActivations, state
from lstmhw.cells.cell import GatedCell, Option
from lstmhw.cells.weights import Gate, gate_blocks, split_biases, without_direction
from lstmhw.expr import Let, Role
from lstmhw.faults import Fault, Path
from lstmhw.functions import ACTIVATIONS, Floats, Function
from lstmhw.problem import ActivationName, Record, Shape, record
from lstmhw.solution import NO_VALUE, Inline, Worksheet
from lstmhw.spellings import LSTM_GATES, STATES

INPUT = Named("i", "z_i", "input gate")
FORGET = Named("f", "z_f", "forget gate")
CANDIDATE = Named("g", "z_g", "candidate", what="candidate")
OUTPUT = Named("o", "z_o", "output gate")


class Options(NamedTuple):
    """What some LSTMs have besides: weights (m,) on c in the gates of these letters (peepholes), an
    input gate that is 1 - f, and a number that is added in the forget gate."""

    peephole: Mapping[str, Any] = {}
    coupled: bool = False
    forget_bias: float = 0.0

    def added(self, letter: str, z: Any, c: Any) -> Any:
        """The pre-activation of a gate, with what these add to it; c is the one that it sees."""
        if letter in self.peephole:
            z = z + self.peephole[letter] * c
        return z + self.forget_bias if letter == "f" and self.forget_bias else z


NONE = Options()


def lstm(
    let: Let,
    t: Any,
    z: PreActivations,
    use: Activations,
    x: Any,
    h: Any,
    c: Any,
    options: Options = NONE,
) -> tuple[Any, Any]:
    """One LSTM step, x (n,), h and c (m,) -> h and c (m,).

    Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000; peepholes of Gers,
    Schraudolph & Schmidhuber 2002, where o sees the new c; the coupled gate of Greff et al. 2017.
    """

    def scored(letter: str, c: Any) -> Any:
        return options.added(letter, z[letter](x, h), c)

    if not options.coupled:
        i = INPUT.at(let, t, scored("i", c), use.gate, ": how much of g is written")
    f = FORGET.at(let, t, scored("f", c), use.gate, ": how much of c is kept")
    if options.coupled:
        i = let(f"i_{t}", 1 - f, "input gate: what is not kept is written", Role("gate", "i"))
    g = CANDIDATE.at(let, t, scored("g", c), use.candidate, ": what may be written")
    shown = ": how much of c is shown"
    if "o" not in options.peephole:
        o = OUTPUT.at(let, t, scored("o", c), use.gate, shown)
    note = "cell state: some of the old kept, some of the new written"
    c = let(f"c_{t}", f * c + i * g, note, state("c"))
    if "o" in options.peephole:
        o = OUTPUT.at(let, t, scored("o", c), use.gate, shown)
    about = Role("activated state", "c", function=use.state)
    seen = let(f"{use.state.name}_c_{t}", use.state(c), "the cell state as h sees it", about)
    h = let(f"h_{t}", o * seen, "hidden state", state("h"))
    return h, c


@record
class LstmGates(Record):
    """The input, forget and output gate, and the candidate g."""

    i: Gate = Gate()
    f: Gate = Gate()
    g: Gate = Gate()
    o: Gate = Gate()

    spelled: ClassVar[Mapping[str, str]] = LSTM_GATES


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
class Peephole(Record):
    """The weights on c in the gates i, f (the old c) and o (the new one); none where left out."""

    i: Annotated[Floats, Shape("m")] | None = None
    f: Annotated[Floats, Shape("m")] | None = None
    o: Annotated[Floats, Shape("m")] | None = None

    spelled: ClassVar[Mapping[str, str]] = LSTM_GATES


PEEPHOLES = (
    "peephole weights p are multiplied by c entry by entry: the output gate sees the new c, other "
    "gates the old one"
)
COUPLED = "the input gate has no weights: it is 1 - f"
ADDED = "is added in the forget gate, as in TensorFlow's older cells"
OPTIONS = (
    Option("peephole", PEEPHOLES, {"peephole": Peephole(i=NO_VALUE, f=NO_VALUE, o=NO_VALUE)}),
    Option("coupled", COUPLED, {"coupled": True}),
    Option("forget-bias", f"1 {ADDED}", {"forget_bias": np.array(1.0)}),
)
"""What some LSTMs have, in words, and the fields with which the equations are listed."""


@record
class Lstm(
    LstmWeights, name="lstm", told_by=("gates", "stacked", "c_prev", "c0", "c_0", "activations")
):
    """An LSTM: its weights, and the states before the first step."""

    h_prev: Annotated[Floats, Shape("m", "m B", examples=True)] | None = None
    c_prev: Annotated[Floats, Shape("m", "m B", examples=True)] | None = None
    peephole: Peephole | None = None
    coupled: bool = False
    forget_bias: Annotated[Floats, Shape("", varied="kept")] | None = None

    spelled: ClassVar[Mapping[str, str]] = STATES
    shared: ClassVar[Sequence[str]] = (*LstmWeights.shared, "coupled", "forget_bias")
    options: ClassVar[Sequence[Option]] = OPTIONS

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for letter in self.seen:
            gate = self.weights()[letter]
            if gate.value is not None and not gate.has_weights:
                message = (
                    f"{letter} is given as a value, so nothing is added up that it follows from"
                )
                yield Fault(("peephole", letter), message, "leave it out", at_key=True)
        if not self.coupled:
            return
        hint = "leave it out, or `coupled: true`"
        if self.stacked is not None:
            message = "expected gates without i, which is 1 - f here; found all four stacked"
            yield Fault(("stacked",), message, hint, at_key=True)
        if self.gates is not None and self.gates.i.is_given:
            message = "the input gate is given twice: by its weights, and as 1 - f"
            yield Fault(("gates", "i"), message, hint, at_key=True)
        if self.peephole is not None and self.peephole.i is not None:
            message = "the input gate is 1 - f, and sees no c of its own"
            yield Fault(("peephole", "i"), message, hint, at_key=True)

    def pre_activations(self, sheet: Worksheet) -> PreActivations:
        found = dict(super().pre_activations(sheet))
        for name, role in self.besides().items():
            symbol, path = name + self.place.mark, self.key("peephole", role.letter)
            found[name] = sheet.given(symbol, self.seen[role.letter], path, "", role)
        return found

    def besides(self) -> Mapping[str, Role]:
        return {f"p_{letter}": Role("peephole", letter, "p") for letter in self.seen}

    @property
    def seen(self) -> dict[str, Floats]:
        """The peephole weights, by the letters of the gates that have some."""
        given = {} if self.peephole is None else vars(self.peephole)
        without = "i" if self.coupled else ""  # it is 1 - f, and has no pre-activation
        return {
            letter: weights
            for letter, weights in given.items()
            if weights is not None and letter not in without
        }

    def step(self, let: Let, t: Any, z: PreActivations, x: Any, *states: Any) -> tuple[Any, ...]:
        peephole = {letter: z[f"p_{letter}"] for letter in self.seen}
        added = 0.0 if self.forget_bias is None else float(self.forget_bias)
        options = Options(peephole, self.coupled, added)
        h, c = states
        return lstm(let, t, z, self.use, x, h, c, options)

    def conventions(self, t: int) -> Iterator[tuple[Inline, ...]]:
        yield from super().conventions(t)
        if self.seen:
            yield (f"{PEEPHOLES[0].upper()}{PEEPHOLES[1:]}.",)
        if self.coupled:
            yield (f"{COUPLED[0].upper()}{COUPLED[1:]}.",)
        if self.forget_bias is not None:
            yield (f"{float(self.forget_bias):g} {ADDED}.",)
