"""The attention layers of a file."""

from collections.abc import Iterator
from typing import Literal

from lstmhw.counting.layers import CountedLayer, Flow, Size
from lstmhw.counting.parts import WITH_BIAS, Part, Slip, Stack
from lstmhw.faults import Fault, Path
from lstmhw.problem import record

TWO_BIAS = ("two-bias",)

OF_ADDITIVE = (
    "Additive attention scores by v . tanh(W_q q + W_k k). no-bias is the paper's (Bahdanau et "
    "al.); one-bias has b_q alone, inside tanh; two-bias b_q, b_k and b_v, as when each product "
    "is an nn.Linear of PyTorch or a Dense of Keras with its default bias."
)
OF_MULTI_HEAD = (
    "Multi-head attention has W_Q, W_K, W_V and W_O, each size x size: a head works on size / "
    "heads numbers, so the number of heads does not count. Each has a bias in PyTorch's "
    "nn.MultiheadAttention (3 x size in in_proj_bias, size in out_proj.bias) and in Keras's "
    "MultiHeadAttention (with key_dim = size / heads); the paper has none."
)


@record
class AdditiveAttention(CountedLayer):
    """Scores v . tanh(W_q q + W_k k), of `hidden` units.  Bahdanau et al. 2015."""

    type: Literal["attention"]
    kind: Literal["additive"]
    query: Size
    keys: Size
    hidden: Size
    bias: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        return (OF_ADDITIVE,)

    @property
    def label(self) -> str:
        return "additive attention"

    def gives(self, coming: Flow) -> Flow:
        return Flow(self.keys)

    def stacks(self) -> tuple[Stack, ...]:
        biases = (
            Part("b_q", (self.hidden,), WITH_BIAS),
            Part("b_k", (self.hidden,), TWO_BIAS),
            Part("b_v", (1,), TWO_BIAS),
        )
        weights = (
            Part("W_q", (self.query, self.hidden)),
            Part("W_k", (self.keys, self.hidden)),
            Part("v", (self.hidden,)),
        )
        return (Stack(weights + biases if self.bias else weights),)


@record
class MultiHeadAttention(CountedLayer):
    """`heads` attentions side by side, of size / heads numbers each.  Vaswani et al. 2017."""

    type: Literal["attention"]
    kind: Literal["multi-head"]
    size: Size
    heads: Size
    bias: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        return (OF_MULTI_HEAD,)

    @property
    def label(self) -> str:
        return "multi-head attention"

    @property
    def takes(self) -> int | None:
        return self.size

    def faults(self, path: Path) -> Iterator[Fault]:
        if self.size % self.heads:
            message = f"expected heads that divide the size, {self.size}; found {self.heads}"
            hint = "each head works on size / heads numbers"
            yield Fault((*path, "heads"), message, hint)

    def stacks(self) -> tuple[Stack, ...]:
        weights = tuple(Part(f"W_{x}", (self.size, self.size)) for x in "QKVO")
        biases = tuple(Part(f"b_{x}", (self.size,), WITH_BIAS) for x in "QKVO")
        return (Stack(weights + biases if self.bias else weights),)

    def slips(self, name: str, convention: str) -> Iterator[Slip]:
        """Heads of the full size: all four matrices for each of them, or all but W_O."""
        (stack,) = self.stacks()
        for matrices, said in (("QKVO", "every matrix"), ("QKV", "W_Q, W_K and W_V")):
            amount = (self.heads - 1) * sum(
                stack.whole(part)
                for part in stack.parts
                if part.symbol[-1] in matrices and convention in part.conventions
            )
            yield Slip("heads-counted", f"{said} of {name}", -amount, "counted for every head")
