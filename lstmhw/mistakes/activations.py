"""Mistakes about activation functions."""

from collections.abc import Callable, Iterator

from lstmhw.expr import Apply, Expr, Negative
from lstmhw.functions import ACTIVATIONS, sigmoid, softmax, tanh
from lstmhw.mistakes.rewriting import Mistake, Rewritten, Scope, is_forward, nodes
from lstmhw.solution import Step


def applied(step: Step) -> Iterator[tuple[Apply, Callable[[Expr], Expr]]]:
    """Every activation function in a line, and how the line reads with another part there."""
    for node, put in nodes(step.expr):
        if isinstance(node, Apply) and node.function.name in ACTIVATIONS:
            yield node, put


def taken_for(other: str, right: str) -> Mistake:
    """One function in the place of another."""
    function = ACTIVATIONS[other]

    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        for node, put in applied(step):
            if node.function.name == right and (other != "softmax" or step.value.size > 1):
                expr = put(Apply(function, node.parts[0]))
                yield Rewritten("", expr, f"{other} was taken in the place of {right}")

    return Mistake(f"{other}-for-{right}", f"{other}(z), where it should be {right}(z)", rewrite)


def _reads_state(step: Step) -> bool:
    """Whether a line is what h sees of c."""
    return step.role.what == "activated state"


def _omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in applied(step):
        if node.function.name != "identity" and not _reads_state(step):
            done = f"{node.function.name} was left out"
            yield Rewritten("", put(node.parts[0]), done)


def _tanh_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for node, put in applied(step):
        if _reads_state(step) and node.function.name != "identity":
            done = f"h was read from c itself, without {node.function.name}"
            yield Rewritten("", put(node.parts[0]), done)


def _fires(step: Step, scope: Scope) -> bool:
    """Whether a line is a step function, or goes into one: what is compared is not squashed."""
    roles = [step.role, *(q.role for q in scope.named.values() if q.role.of == step.symbol)]
    return any(role.function is not None and role.function.back is None for role in roles)


def _extra(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not is_forward(step) or step.value.ndim != 1 or _fires(step, scope):
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
    for node, put in applied(step):
        if node.function in (sigmoid, tanh) and not _reads_state(step):
            done = f"{node.function.name} was taken of the negative"
            yield Rewritten("", put(Apply(node.function, Negative(node.parts[0]))), done)


COMMON = (
    taken_for("softmax", "sigmoid"),
    taken_for("sigmoid", "tanh"),
    taken_for("tanh", "sigmoid"),
    Mistake("tanh-omitted", "h = o*c, where it should be o*tanh(c)", _tanh_omitted),
    Mistake("activation-omitted", "f = z_f, where it should be sigmoid(z_f)", _omitted),
    Mistake("extra-activation", "f = sigmoid(sigmoid(z_f)), or c = tanh(f*c + i*g)", _extra),
    taken_for("sigmoid", "softmax"),
)
RARE = (
    Mistake("sign-error", "sigmoid(-z), as 1/(1 + exp(z)) is", _argument_sign),
    taken_for("tanh", "softmax"),
    taken_for("softmax", "tanh"),
    taken_for("relu", "sigmoid"),
    taken_for("relu", "tanh"),
    taken_for("sigmoid", "relu"),
    taken_for("tanh", "relu"),
    taken_for("sigmoid", "identity"),
    taken_for("softmax", "identity"),
    taken_for("tanh", "identity"),
)
