"""The GRU: its equations, the two conventions on which books differ, and its data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from lstmhw.cells import Activations, Multiply, Named, PreActivations, Separate, state
from lstmhw.cells.cell import Choice, GatedCell
from lstmhw.cells.weights import Gate, gate_blocks, split_biases, without_direction
from lstmhw.expr import Expr, Let, Quantity
from lstmhw.faults import Fault, Path
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.notation import Text, write
from lstmhw.problem import ActivationName, Record, Shape, record
from lstmhw.solution import Inline
from lstmhw.spellings import GRU_GATES, STATES

RESET = Named("r", "a_r", "reset gate")
UPDATE = Named("z", "a_z", "update gate")
CANDIDATE = Named("n", "a_n", "candidate", what="candidate")


def keep(z: Any, h: Any, n: Any) -> Any:
    """The update gate z is what is kept of h (Cho et al. 2014; PyTorch, Keras, ONNX)."""
    return z * h + (1 - z) * n


def new(z: Any, h: Any, n: Any) -> Any:
    """The update gate z is how much of the candidate is taken (Chung et al. 2014)."""
    return (1 - z) * h + z * n


def before(z: Any, x: Any, h: Any, r: Any) -> Any:
    """The candidate sees r * h in the place of h (Cho et al. 2014)."""
    return z(x, r * h)


def after(z: Any, x: Any, h: Any, r: Any) -> Any:
    """W_x x + b_x + r * (W_h h + b_h): the reset comes after W_h (PyTorch, cuDNN)."""
    return z.of_input(x) + r * z.of_state(h)


UPDATES: Mapping[str, Callable[[Any, Any, Any], Any]] = {"keep": keep, "new": new}
RESETS: Mapping[str, Callable[[Any, Any, Any, Any], Any]] = {"before": before, "after": after}


class Variant(NamedTuple):
    """What books differ on: how h and the candidate are mixed, and what the reset gate resets."""

    update: str
    reset: str


def gru(
    let: Let, t: Any, z: PreActivations, use: Activations, variant: Variant, x: Any, h: Any
) -> Any:
    """One GRU step, x (n,) and h (m,) -> h (m,).  Cho et al. 2014."""
    r = RESET.at(let, t, z["r"](x, h), use.gate, ": how much of h the candidate sees")
    u = UPDATE.at(let, t, z["z"](x, h), use.gate, ": how h and the candidate are mixed")
    n = CANDIDATE.at(let, t, RESETS[variant.reset](z["n"], x, h, r), use.candidate, "")
    return let(f"h_{t}", UPDATES[variant.update](u, h, n), "hidden state", state("h"))


@record
class GruGates(Record):
    """The reset gate, the update gate and the candidate n."""

    r: Gate = Gate()
    z: Gate = Gate()
    n: Gate = Gate()

    spelled: ClassVar[Mapping[str, str]] = GRU_GATES


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
    order: ClassVar[str] = "zrn"

    @property
    def reset(self) -> str:
        return "after" if self.reset_after else "before"

    def bias_faults(self, path: Path) -> Iterator[Fault]:
        rows = 2 if self.reset_after else 1
        if self.bias is not None and self.bias.ndim != rows:
            message = f"expected {rows} row(s) of biases with reset_after: {self.reset_after}"
            yield Fault(path, f"{message.lower()}, found {self.bias.ndim}")

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
    order: ClassVar[str] = "zrn"

    @property
    def reset(self) -> str:
        return "after" if self.linear_before_reset else "before"

    def gates(self) -> dict[str, Gate]:
        W, R = without_direction(self.W), without_direction(self.R)
        return gate_blocks(self.order, W, R, *split_biases(self.B))


@record
class GruActivations(Record):
    """The functions of the gates and of the candidate."""

    gate: ActivationName = "sigmoid"
    candidate: ActivationName = "tanh"


CHOICES = {
    "update": (
        Choice("keep", "the update gate says how much of h is kept"),
        Choice("new", "the update gate says how much is new"),
    ),
    "reset": (
        Choice("before", "the reset comes before the recurrent matrix"),
        Choice("after", "the reset comes after the recurrent matrix and its bias"),
    ),
}
MEANINGS = {word: meaning for choices in CHOICES.values() for word, meaning in choices}


class Biases(NamedTuple):
    """The names of the candidate's biases: those outside the reset where it comes after."""

    outside: tuple[str, ...]
    inside: tuple[str, ...]


ONE, TWO = Biases(("b_n",), ()), Biases(("b_x_n",), ("b_h_n",))


def formula(
    convention: str, t: Any, before: Any, multiply: Multiply, biases: Biases
) -> tuple[Expr, Expr]:
    """What a convention says: the symbol at step t, after the step `before`, and its formula."""

    def named(symbol: str) -> Quantity:
        return Quantity(symbol, None, given=True)

    x, h, r, z, n = map(named, (f"x_{t}", f"h_{before}", f"r_{t}", f"z_{t}", f"n_{t}"))
    if convention in UPDATES:
        return named(f"h_{t}"), UPDATES[convention](z, h, n)
    W_x, W_h = named("W_x_n"), named("W_h_n")
    outside, inside = (tuple(map(named, part)) for part in biases)
    candidate = Separate(W_x, W_h, outside, inside, multiply)
    return named(f"a_n_{t}"), RESETS[convention](candidate, x, h, r)


@record
class Gru(
    GatedCell,
    name="gru",
    told_by=(
        *("update", "reset", "gates.r", "gates.z", "gates.n", "gates.reset", "gates.new"),
        *("stacked.reset_after", "stacked.linear_before_reset"),
    ),
):
    """A GRU: its weights, its conventions, and the state before the first step."""

    gates: GruGates | None = None
    stacked: PyTorchGru | KerasGru | OnnxGru | None = None
    update: Literal["keep", "new"] | None = None
    reset: Literal["before", "after"] | None = None
    activations: GruActivations = GruActivations()
    h_prev: Annotated[Floats, Shape("m", "m B", examples=True)] | None = None

    spelled: ClassVar[Mapping[str, str]] = STATES
    title: ClassVar[str] = "a GRU"
    letters: ClassVar[str] = "rzn"
    candidate: ClassVar[str] = "n"
    shared: ClassVar[Sequence[str]] = (*GatedCell.shared, "update", "reset")
    choices: ClassVar[Mapping[str, tuple[Choice, ...]]] = CHOICES

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        implied = {} if self.stacked is None else {"update": "keep", "reset": self.stacked.reset}
        for key, choices in CHOICES.items():
            value = getattr(self, key)
            if value is None and key not in implied:
                message = f"expected the key {key!r}, found none: books differ on the {key} gate"
                hint = "\n        ".join(
                    f"{key}: {word}  # {self._spelled(word)}" for word, _ in choices
                )
                yield Fault((), message, hint)
            elif value is not None and implied.get(key, value) != value:
                message = f"expected {implied[key]}, as the stacked layout implies, found {value}"
                yield Fault((key,), message, f"leave `{key}` out")
        if isinstance(self.stacked, KerasGru):
            yield from self.stacked.bias_faults(("stacked", "bias"))

    def _spelled(self, convention: str) -> str:
        biases = TWO if convention == "after" else ONE
        symbol, expr = formula(convention, "t", "(t-1)", self.multiply, biases)
        return f"{write(symbol, Text())} = {write(expr, Text())}: {MEANINGS[convention]}."

    @property
    def variant(self) -> Variant:
        """The conventions, chosen or implied by a layout."""
        reset = "before" if self.stacked is None else self.stacked.reset
        return Variant(self.update or "keep", self.reset or reset)

    @property
    def use(self) -> Activations:
        use = self.activations
        return Activations(ACTIVATIONS[use.gate], ACTIVATIONS[use.candidate])

    def takes_apart(self, letter: str) -> bool:
        return letter == "n" and self.variant.reset == "after"

    def step(self, let: Let, t: Any, z: PreActivations, x: Any, *states: Any) -> tuple[Any, ...]:
        return (gru(let, t, z, self.use, self.variant, x, *states),)

    @property
    def _biases(self) -> Biases:
        """Those that the candidate has."""
        gate = self.separated(self.weights()["n"])
        given = {key for key in ("b", "b_x", "b_h") if getattr(gate, key) is not None}
        outside = tuple(f"{key}_n" for key in ("b", "b_x") if key in given)
        return Biases(outside, ("b_h_n",) if "b_h" in given else ())

    def conventions(self, t: int) -> Iterator[tuple[Inline, ...]]:
        yield from super().conventions(t)
        for convention in self.variant:
            symbol, expr = formula(convention, t, t - 1, self.multiply, self._biases)
            said = MEANINGS[convention]
            if not self._biases.inside:
                said = said.removesuffix(" and its bias")
            yield (symbol, " = ", expr, f": {said}.")
