"""Mistakes about activation functions."""

from collections.abc import Callable, Iterator

from lstmhw.expr import Apply, Expr, Negative
from lstmhw.functions import ACTIVATIONS, hard_sigmoid, hard_sigmoid_6, sigmoid, softmax, tanh
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope, is_forward, nodes
from lstmhw.solution import Step


def _applied(step: Step) -> Iterator[tuple[Apply, Callable[[Expr], Expr]]]:
    for node, put in nodes(step.expr):
        if isinstance(node, Apply) and node.function.name in ACTIVATIONS:
            yield node, put


def _taken_for(other: str, right: str) -> Mistake:
    function = ACTIVATIONS[other]

    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        for node, put in _applied(step):
            if node.function.name == right and (other != "softmax" or step.value.size > 1):
                expr = put(Apply(function, node.parts[0]))
                yield Rewritten("", expr, f"{other} was taken in the place of {right}")

    return Mistake(f"{other}-for-{right}", f"{other}(z), where it should be {right}(z)", rewrite)


def _other_slope(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The hard sigmoid of another framework."""
    slopes = {hard_sigmoid.name: hard_sigmoid_6, hard_sigmoid_6.name: hard_sigmoid}
    for node, put in _applied(step):
        if node.function.name in slopes:
            other = slopes[node.function.name]
            done = f"{other.name} was taken in the place of {node.function.name}"
            yield Rewritten("", put(Apply(other, node.parts[0])), done)


def _reads_state(step: Step) -> bool:
    """Whether a line is what h sees of c."""
    return step.role.what == "activated state"


def _omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in _applied(step):
        if node.function.name != "identity" and not _reads_state(step):
            done = f"{node.function.name} was left out"
            yield Rewritten("", put(node.parts[0]), done)


def _tanh_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in _applied(step):
        if _reads_state(step) and node.function.name != "identity":
            done = f"h was read from c itself, without {node.function.name}"
            yield Rewritten("", put(node.parts[0]), done)


def _extra(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not is_forward(step) or step.value.ndim != 1:
        return
    for function in (sigmoid, tanh, softmax):
        if function is softmax and step.value.size == 1:
            continue
        expr = Apply(function, step.expr)
        done = f"{function.name} was applied to the result as well"
        yield Rewritten(function.name, expr, done)
        if isinstance(step.expr, Apply) and step.expr.function is function:
            yield Rewritten("twice", expr, f"{function.name} was applied twice")


def _argument_sign(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in _applied(step):
        if node.function in (sigmoid, tanh) and not _reads_state(step):
            done = f"{node.function.name} was taken of the negative"
            yield Rewritten("", put(Apply(node.function, Negative(node.parts[0]))), done)


COMMON = (
    _taken_for("step-from-0", "step"),
    _taken_for("step", "step-from-0"),
    _taken_for("softmax", "sigmoid"),
    _taken_for("sigmoid", "tanh"),
    _taken_for("tanh", "sigmoid"),
    Mistake("tanh-omitted", "h = o*c, where it should be o*tanh(c)", _tanh_omitted),
    Mistake("activation-omitted", "f = z_f, where it should be sigmoid(z_f)", _omitted),
    Mistake("extra-activation", "f = sigmoid(sigmoid(z_f)), or c = tanh(f*c + i*g)", _extra),
    _taken_for("sigmoid", "softmax"),
)
RARE = (
    Mistake("sign-error", "sigmoid(-z), as 1/(1 + exp(z)) is", _argument_sign),
    Mistake("hard-sigmoid-slope", "z/6 + 0.5, where it should be 0.2 z + 0.5", _other_slope),
    _taken_for("tanh", "softmax"),
    _taken_for("softmax", "tanh"),
    _taken_for("relu", "sigmoid"),
    _taken_for("relu", "tanh"),
    _taken_for("sigmoid", "relu"),
    _taken_for("tanh", "relu"),
    _taken_for("sigmoid", "identity"),
    _taken_for("softmax", "identity"),
    _taken_for("tanh", "identity"),
)
