"""Why each gradient is what it is, in a few words."""

from collections.abc import Callable, Sequence

from lstmhw.adjoint import Part, factor_of
from lstmhw.expr import Concat, Expr, Quantity
from lstmhw.notation import Text, write
from lstmhw.solution import Step, unmarked


def note(to: Step | Quantity, parts: Sequence[Part]) -> str:
    """The note of the gradient to a line or a datum, of which these are the parts."""
    match to.role.what:
        case "state":
            return _of_state(to, parts)
        case "pre-activation" | "scores":
            function = parts[0].arrived.function
            if parts[0].line.role.what == "loss":
                return "back through loss and output at once"
            return "" if function is None else f"through {function.name}"
        case "output":
            return "the slope of its loss"
        case "input":
            blocks = dict.fromkeys(part.arrived.block for part in parts)
            return "through every W_x" if len(blocks) > 1 else f"through {next(iter(blocks))}"
        case "weights" | "bias" | "peephole" | "embedding":
            return _of_weights(to, parts[0])
    return _of_factor(to, parts)


def _of_weights(to: Step | Quantity, part: Part) -> str:
    vector, factor = part.arrived.met, part.arrived.factor
    if to.role.what == "embedding":
        return "the one-hot vector picks a row of E"
    if vector is not None:
        met = [_bare(each) for each in (vector.parts if isinstance(vector, Concat) else [vector])]
        together = " put together" if len(met) > 1 else ""
        name = to.symbol if to.role.letter == "y" else to.role.key
        return f"{name} multiplies {' and '.join(met)}{together}"
    if factor is not None:
        return (
            f"{_older(factor, part.line)} multiplies {to.role.key} in {untimed(part.line.symbol)}"
        )
    return "a bias is added"


def _of_state(to: Step | Quantity, parts: Sequence[Part]) -> str:
    blocks = {part.arrived.block for part in parts} - {""}
    sources = [_source(to, part, len(blocks)) for part in reversed(parts)]
    return ", and ".join(dict.fromkeys(sources))


def _source(to: Step | Quantity, part: Part, blocks: int) -> str:
    """Where a part of the gradient to a state comes from, which passes so many matrices in all."""
    function, factor = part.arrived.function, part.arrived.factor
    if part.line.symbol == to.symbol:
        return "what arrives"
    if part.line.role.what in ("loss", "scores"):
        return "from its loss"
    if function is not None:
        return f"through {function.name}({to.role.letter})"
    is_same_step = _index(part.line.symbol) == _index(to.symbol)
    if isinstance(to, Step) and to.role.letter == "h":
        return "from the layer above" if is_same_step else "from the step after it"
    if isinstance(to, Step) and not is_same_step:
        return "what comes from later"
    if part.arrived.block:
        return "through every W_h" if blocks > 1 else f"through {part.arrived.block}"
    old = "" if is_same_step else "the old "
    by = "1" if factor is None else _bare(factor)
    return f"{by} multiplies {old}{to.role.letter} in {untimed(part.line.symbol)}"


def _of_factor(to: Step | Quantity, parts: Sequence[Part]) -> str:
    """What a gate multiplies."""
    name, line = untimed(to.symbol), parts[0].line
    arrived = [part.arrived for part in parts]
    if len({part.line.symbol for part in parts}) > 1:
        return f"through every line with {name}"
    return f"{name} multiplies {_older(factor_of(arrived), line)} in {untimed(line.symbol)}"


def _bare(expr: Expr) -> str:
    """An expression without time indices, as a person says it."""
    return write(_renamed(expr, lambda quantity: untimed(quantity.symbol)), Text())


def _older(expr: Expr, line: Step) -> str:
    """The same, where a state of another step than that of the line is the old one."""

    def name(quantity: Quantity) -> str:
        is_older = _index(quantity.symbol) != _index(line.symbol)
        old = "the old " if is_older and quantity.role.what == "state" else ""
        return old + untimed(quantity.symbol)

    return write(_renamed(expr, name), Text())


def _renamed(expr: Expr, name: Callable[[Quantity], str]) -> Expr:
    if isinstance(expr, Quantity):
        return Quantity(name(expr), None, given=True)
    return expr.rebuilt(*(_renamed(part, name) for part in expr.parts)) if expr.parts else expr


def untimed(symbol: str) -> str:
    """A symbol without its time index: f_1, f_t and f_(t-1) are f, f_1@2 is f@2."""
    bare, mark = unmarked(symbol)
    return bare.removesuffix(f"_{_index(symbol)}") + mark


def _index(symbol: str) -> str:
    """The time index of a symbol as it stands there, a number or t, (t-1) or (t+1)."""
    index = unmarked(symbol)[0].rpartition("_")[2]
    is_number = index.removeprefix("-").isdigit()
    return index if is_number or index.strip("()+-1") == "t" else ""
