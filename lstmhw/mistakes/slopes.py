"""Mistakes on the way back: slopes, the transposes of matrices, terms and factors left out."""

from collections.abc import Iterator

from lstmhw.expr import Constant, Expr, Negative, Power, Quantity, Sum, Times, Transposed
from lstmhw.functions import ACTIVATIONS
from lstmhw.mistakes.rewriting import (
    Mistake,
    Rewritten,
    Scope,
    dropped_factors,
    entries,
    is_forward,
    nodes,
    symbols,
    time_of,
    turned_signs,
    without,
)
from lstmhw.solution import Step, indexed


def _through(step: Step, scope: Scope) -> tuple[Quantity, Quantity, Quantity] | None:
    """(dy, z, y) of a line that goes back through y = f(z): dz_f_1 goes through f_1."""
    role = step.role
    if role.what != "gradient" or not role.through:
        return None
    y, z, dy = (scope.named.get(s) for s in (role.through, role.of, f"d{role.through}"))
    if y is None or z is None or dy is None:
        return None
    return (dy, z, y) if dy.symbol in symbols(step.expr) else None


def _passes(step: Step, name: str) -> bool:
    """Whether a line goes back through the function of that name."""
    return step.role.function is not None and step.role.function.name == name


def _slope_of(step: Step, scope: Scope, name: str) -> Iterator[Expr]:
    found = _through(step, scope)
    if found is not None and all(part.value.ndim for part in found):
        yield ACTIVATIONS[name].gradient(*found)


def _slope_taken(other: str, right: str) -> Mistake:
    def rewrite(step: Step, scope: Scope) -> Iterator[Rewritten]:
        if _passes(step, right):
            for expr in _slope_of(step, scope, other):
                yield Rewritten("", expr, f"the slope of {other} was taken for that of {right}")

    example = {"sigmoid": "dz = dg*g*(1 - g)", "tanh": "dz = df*(1 - f^2)"}[other]
    return Mistake(f"{other}-for-{right}", example, rewrite)


def _sigmoid_slope(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """In a line such as dc = dh*o*(1 - tanh(c)^2)."""
    for node, put in nodes(step.expr) if _back(step) and _through(step, scope) is None else ():
        if isinstance(node, Sum) and len(node.parts) == 2 and isinstance(node.parts[1], Negative):
            square = node.parts[1].parts[0]
            if isinstance(square, Power):
                y = square.parts[0]
                done = "the slope of sigmoid was taken for that of tanh"
                yield Rewritten("", put(Times(y, Sum(node.parts[0], Negative(y)))), done)


def _slope_omitted(step: Step, scope: Scope) -> Iterator[Rewritten]:
    found = _through(step, scope)
    if found is not None and not _passes(step, "identity"):
        yield Rewritten("", found[0], "the slope of the activation was left out")


def _slope_at(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The slope formula over z, not over y."""
    found = _through(step, scope)
    if found is None:
        return
    dy, z, _ = found
    for name in ("sigmoid", "tanh"):
        if _passes(step, name):
            done = f"{z.symbol} was put into the slope of {name}, which is written with its value"
            yield Rewritten("", ACTIVATIONS[name].gradient(dy, z, z), done)


def _back(step: Step) -> bool:
    return step.role.what in ("gradient", "factor", "product")


def _is_square(expr: Expr) -> bool:
    """Whether it is a matrix that looks the same transposed, and of more than one number."""
    shape = entries(expr)
    return len(shape) == 2 and shape[0] == shape[1] > 1


def _transpose_missing(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """In a line such as dx = W_f^T dz_f, where every transpose is one of the definition."""
    if step.role.what != "gradient":
        return
    transposed = []
    for node, put in nodes(step.expr):
        if isinstance(node, Transposed) and _is_square(node):
            transposed.append(node)
            matrix = min(symbols(node))
            yield Rewritten(matrix, put(node.parts[0]), f"{matrix} was not transposed")
    if len(transposed) > 1:
        yield Rewritten("", _untransposed(step.expr), "the matrices were not transposed")


def _factor_turned(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """In J = diag(slopes) W_h, written (W_h^T*slopes)^T; where vectors are rows, (W_h*slopes)^T."""
    if step.role.what != "factor" or not _is_square(step.expr):
        return
    inner = step.expr.parts[0]
    for node, put in nodes(inner):
        matrix = node.parts[0] if isinstance(node, Transposed) else node
        if isinstance(matrix, Quantity) and matrix.role.key == "W_h":
            is_column = matrix is not node
            name = matrix.symbol
            right, other = (name, f"{name}^T") if is_column else (f"{name}^T", name)
            turned = put(matrix if is_column else Transposed(matrix))
            done = f"{step.symbol} was written as diag(slopes) {other}, it is diag(slopes) {right}"
            yield Rewritten("matrix", Transposed(turned), done)
            done = f"{step.symbol} was written as {right} diag(slopes), it is diag(slopes) {right}"
            yield Rewritten("side", turned, f"{done}: a slope goes with a row, not with a column")
            return


def _untransposed(expr: Expr) -> Expr:
    if isinstance(expr, Transposed):
        return expr.parts[0]
    return expr.rebuilt(*map(_untransposed, expr.parts)) if expr.parts else expr


def _result_turned(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if _back(step) and _is_square(step.expr):
        done = f"{step.symbol} was written as its transpose: rows and columns changed places"
        yield Rewritten("", _turned(step.expr), done)


def _turned(expr: Expr) -> Expr:
    return expr.parts[0] if isinstance(expr, Transposed) else Transposed(expr)


def _terms(step: Step) -> Iterator[tuple[Expr, Rewritten]]:
    """Each term of a sum, with the line without it."""
    for node, put in nodes(step.expr) if _back(step) else ():
        if isinstance(node, Sum) and not isinstance(node.parts[0], Constant):
            for k, part in enumerate(node.parts):
                name = min(symbols(part), default="1")
                done = f"the term of {name} was left out"
                yield part, Rewritten(f"{k}", put(without(node, k)), done)


def _later_term(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """What comes from the step after, or arrives at the last."""
    t = time_of(step)
    for part, rewritten in _terms(step):
        if step.role.to == "state" and any(_is_later(leaf, t) for leaf in part.leaves()):
            yield rewritten


def _is_later(leaf: Quantity, t: int | None) -> bool:
    """Whether it is of a step after this one, or arrives from outside."""
    own = indexed(leaf.symbol)[1]
    return leaf.role.what == "arriving" or (own is not None and t is not None and own > t)


def _term(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for _, rewritten in _terms(step):
        yield rewritten


def _factor(step: Step, scope: Scope) -> Iterator[Rewritten]:
    for _, rewritten in dropped_factors(step.expr) if _back(step) else ():
        yield rewritten


def _slope_factor(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """In a line such as J = W_h*(1 - h^2), or dc = dh*o*(1 - tanh(c)^2)."""
    for part, rewritten in dropped_factors(step.expr) if _back(step) else ():
        if isinstance(part, Sum) and any(isinstance(p, Negative) for p in part.parts):
            done = "the slope of the activation was left out"
            yield Rewritten("factor", rewritten.expr, done)


def _signs(step: Step, scope: Scope) -> Iterator[Rewritten]:
    if not is_forward(step):
        yield from turned_signs(step.expr)


def _states(step: Step, scope: Scope) -> Iterator[Rewritten]:
    """The state after the step for the one before it, or h for c."""
    if not _back(step):
        return
    for node, put in nodes(step.expr):
        if isinstance(node, Quantity) and node.role.what == "state":
            name, t = indexed(node.symbol)
            for other in (
                (scope.at(name, t + 1), scope.at({"h": "c", "c": "h"}.get(name, ""), t))
                if t is not None
                else ()
            ):
                if other is not None and entries(other) == entries(node):
                    done = f"{other.symbol} was taken in the place of {node.symbol}"
                    yield Rewritten(name, put(other), done)


COMMON = (
    Mistake("activation-omitted", "dz_f = df, without f*(1 - f)", _slope_omitted),
    Mistake("activation-omitted", "dc = dh*o, without 1 - tanh(c)^2", _slope_factor),
    _slope_taken("sigmoid", "tanh"),
    _slope_taken("tanh", "sigmoid"),
    Mistake("sigmoid-for-tanh", "dc = dh*o*tanh(c)*(1 - tanh(c))", _sigmoid_slope),
    Mistake("transposed", "dx = W_f dz_f, where it should be W_f^T dz_f", _transpose_missing),
    Mistake("transposed", "dW, or J, written as its transpose", _result_turned),
    Mistake("transposed", "J = W_h diag(slopes), or diag(slopes) W_h^T", _factor_turned),
    Mistake("states-swapped", "df = dc*c_t, where it should be dc*c_(t-1)", _states),
    Mistake("recurrent-term-omitted", "dc without what comes from t+1", _later_term),
    Mistake("term-omitted", "dx without what a gate passes on", _term),
    Mistake("sign-error", "W_new = W + rate*dW", _signs),
)
RARE = (
    Mistake("extra-activation", "dz_f = df*z_f*(1 - z_f), where f*(1 - f) is meant", _slope_at),
    Mistake("factor-omitted", "dc = dh*(1 - tanh(c)^2), without o", _factor),
    _slope_taken("sigmoid", "softmax"),
)
