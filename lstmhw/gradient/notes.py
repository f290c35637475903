"""Why each gradient is what it is, in a few words."""

from collections.abc import Sequence

from lstmhw.adjoint import Part, factor_of
from lstmhw.expr import Expr, Quantity
from lstmhw.notation import Text, write
from lstmhw.solution import Step

ADDED = "a bias is added"
_WEIGHTS = {
    "W": "W multiplies h and x put together",
    "W_x": "W_x multiplies x",
    "W_h": "W_h multiplies h",
    "b": ADDED,
    "b_x": ADDED,
    "b_h": ADDED,
    "E": "the one-hot vector picks a row of E",
}


def of_weights(to: Quantity) -> str:
    """Why the gradient to weights is what it is."""
    is_output = to.role.letter == "y" and to.role.what == "weights"
    return f"{to.symbol} multiplies h" if is_output else _WEIGHTS[to.role.key]


def note(to: Step | Quantity, parts: Sequence[Part]) -> str:
    """The note of the gradient to a line or a datum, of which these are the parts."""
    match to.role.what:
        case "state":
            return _of_state(to, parts)
        case "pre-activation" | "scores":
            function = parts[0].arrived.function
            return "" if function is None else f"through {function.name}"
        case "output":
            return "the slope of half the squared error"
        case "input":
            blocks = dict.fromkeys(part.arrived.block for part in parts)
            return "through every W_x" if len(blocks) > 1 else f"through {next(iter(blocks))}"
        case "weights" | "bias" | "embedding" if isinstance(to, Quantity):
            return of_weights(to)
    return _of_factor(to, parts)


def _of_state(to: Step | Quantity, parts: Sequence[Part]) -> str:
    sources = [_source(to, part, len(parts)) for part in reversed(parts)]
    return ", and ".join(dict.fromkeys(sources))


def _source(to: Step | Quantity, part: Part, count: int) -> str:
    """Where a part of the gradient to a state comes from."""
    function, factor = part.arrived.function, part.arrived.factor
    if part.line.symbol == to.symbol:
        return "what arrives"
    if part.line.role.what in ("loss", "scores"):
        return "from its loss"
    if function is not None:
        return f"through {function.name}({to.role.letter})"
    if isinstance(to, Step):
        return "from the step after it" if to.role.letter == "h" else "what comes from later"
    if part.arrived.block:
        return "through every W_h" if count > 1 else f"through {part.arrived.block}"
    return f"past {_bare(factor, part.line)}" if factor is not None else "as it is"


def _of_factor(to: Step | Quantity, parts: Sequence[Part]) -> str:
    """What a gate multiplies."""
    name, line = untimed(to.symbol), parts[0].line
    arrived = [part.arrived for part in parts]
    if len({part.line.symbol for part in parts}) > 1:
        return f"through every line with {name}"
    return f"{name} multiplies {_bare(factor_of(arrived), line)} in {untimed(line.symbol)}"


def _bare(expr: Expr, line: Step) -> str:
    """An expression without time indices, as a person says it."""
    text = write(_without_time(expr), Text())
    if isinstance(expr, Quantity) and expr.role.what == "state":
        is_older = _index(expr.symbol) != _index(line.symbol)
        return f"the old {text}" if is_older else text
    return text


def _without_time(expr: Expr) -> Expr:
    if isinstance(expr, Quantity):
        return Quantity(untimed(expr.symbol), None, given=True)
    return expr.rebuilt(*map(_without_time, expr.parts)) if expr.parts else expr


def untimed(symbol: str) -> str:
    """A symbol without its time index: f_1, f_t and f_(t-1) are f."""
    return symbol.removesuffix(f"_{_index(symbol)}")


def _index(symbol: str) -> str:
    """The time index of a symbol as it stands there, a number or t, (t-1) or (t+1)."""
    index = symbol.rpartition("_")[2]
    return index if index.isdigit() or index.strip("()+-1") == "t" else ""
