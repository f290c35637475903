"""The way back through any working, and complex steps through any page, where no step repeats.

What recurs over time steps, so that weights have a share in each, is `walk.py`'s business.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lstmhw.adjoint import Adjoint, Part
from lstmhw.expr import DATUM, Expr, Quantity, Role
from lstmhw.faults import Path
from lstmhw.functions import Floats
from lstmhw.gradient.second_method import Agreement, Changes, Complex, H, Unchecked, compared
from lstmhw.solution import Step, Worksheet

CONSTANT = ("", "one-hot", "mask", "size", "target", "arriving")
"""Data that nobody asks the gradient to."""


def backward(sheet: Worksheet, seeds: Mapping[str, Expr]) -> dict[str, Floats]:
    """Records all gradients of what stands on the sheet, from those that arrive at some symbols.

    They are found from the last line to the first, then those to the data, in their order.
    """
    adjoint = Adjoint(sheet, sheet.named, note)
    lines = list(sheet.lines)
    data = [q for q in sheet.named.values() if isinstance(q, Quantity) and is_asked(q)]
    for line in lines:
        if line.symbol in seeds:
            adjoint.seed(line, seeds[line.symbol])
    for line in reversed(lines):
        adjoint.through(line)
    for datum in data:
        if datum.symbol in adjoint.parts:
            adjoint.settle(datum)
    found = sheet.steps[len(lines) :]
    return {step.symbol: step.value for step in found if step.role.what == "gradient"}


def is_asked(datum: Quantity) -> bool:
    """Whether the gradient to a datum may be asked for."""
    return datum.role.what not in CONSTANT


def note(to: Step | Quantity, parts: Sequence[Part]) -> str:
    """Where a gradient comes from: through which lines, and what arrives from outside."""
    function = parts[0].arrived.function
    if parts[0].line.role.what == "loss":
        return "the slope of half the squared error"
    if function is not None and len(parts) == 1:
        return f"through {function.name}"
    lines = dict.fromkeys(part.line.symbol for part in reversed(parts))
    through = [symbol for symbol in lines if symbol != to.symbol]
    said = ["what arrives"] if len(through) < len(lines) else []
    return " and ".join([*said, *([f"through {', '.join(through)}"] if through else [])])


class Changed(Worksheet):
    """A worksheet over complex numbers, in which what has a change is changed by ih times it."""

    def __init__(self, changes: Mapping[str, Floats]) -> None:
        super().__init__({})
        self.changes = changes
        self.values: dict[str, Any] = {}

    def given(
        self, symbol: str, value: Floats, path: Path, note: str = "", role: Role = DATUM
    ) -> Any:
        return self(symbol, value, note, role)

    def __call__(self, symbol: str, value: Any, note: str, role: Role = DATUM) -> Any:
        change = self.changes.get(f"d{symbol}")
        self.values[symbol] = value if change is None else value + 1j * H * change
        return self.values[symbol]


def by_complex_steps(
    gradients: Mapping[str, Floats],
    forward: Callable[[Worksheet], None],
    objective: Callable[[Mapping[str, Any]], Any],
) -> Agreement | Unchecked:
    """Compares the gradients with complex steps through a page, once for each change.

    `forward` puts the page on a worksheet, `objective` is what the gradients are gradients of.
    """

    def losses(changes: Changes) -> Complex:
        moved = {symbol: changes.of(symbol) for symbol in gradients}
        found = np.zeros(changes.size, dtype=np.complex128)
        for row in range(changes.size):
            sheet = Changed({symbol: change[row] for symbol, change in moved.items()})
            with np.errstate(all="ignore"):
                forward(sheet)
                found[row] = objective(sheet.values)
        return found

    return compared(gradients, losses)
