"""Scripts that compute an answer in a framework and check it: one module for each framework.

A module has `SERVES`, the records of `parameters` that it can write, and `script(exported)`, the
source after the first comment.  Whatever comes from a problem file is written as a number, as an
escaped literal, or in a comment that it cannot leave.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from lstmhw.cells.cell import Cell, Parameters
from lstmhw.cells.gru import Gru
from lstmhw.cells.lstm import Lstm
from lstmhw.faults import Fault, ProblemError, printable
from lstmhw.functions import sigmoid, tanh
from lstmhw.parameters import Network, Steps
from lstmhw.problem import Problem

FRAMEWORKS = ("pytorch", "keras", "onnx")
WIDTH = 96
LONGEST_TITLE = 200


HEADER = """\
# Computes the answer of a problem with {framework} and checks it: prints a line that begins with
# "passed", or exits with 1 and says what is wrong.  Made by lstmhw.
#
{title}

"""

IMPORTS = {
    "itertools": "import itertools\n",
    "sys": "import sys\n",
    "inf": "from math import inf\n",
}

STEPS = '''

def error_of(symbol, found, expected):
    """How far a vector is off, relative to numbers over 1; where that is too far, the end."""
    errors = [abs(a - b) / max(1.0, abs(b)) for a, b in zip(found.tolist(), expected.tolist())]
    if not all(error <= tolerance for error in errors):
        sys.exit(f"failed: {what} gives {symbol} = {found.tolist()}, not {expected.tolist()}")
    return max(errors)


errors = []
for k, x in enumerate(xs):  # each step is taken from the given state: rounding cannot add up
    after = dict(zip(states, step(x, *(rows[k] for rows in states.values()))))
    errors += [error_of(f"{s}_{first + k}", after[s], states[s][k + 1]) for s in states]
'''
OUTPUT = '    errors.append(error_of(f"y_{first + k}", output(after["h"]), ys[k]))\n'
PASSED = """\
same = "the same {} at every step"
print(f"passed: {{what}} gives {{same}} (largest difference {{max(errors):.1e}})")
"""


def export(problem: Problem, framework: str) -> str:
    """The script for a framework of FRAMEWORKS, in ASCII.

    Raises ProblemError where there is nothing to export, or the framework cannot compute it.
    """
    module = import_module(f"lstmhw.export.{framework}")
    exported = problem.exported()
    if not isinstance(exported, module.SERVES):
        message = f"expected a kind that can be exported to {framework}, found {problem.kind}"
        raise ProblemError([Fault(("kind",), message, "`--to pytorch` exports it")])
    title = comment(problem.title or problem.kind)
    source: str = module.script(exported)
    imports = "".join(IMPORTS[word] for word in IMPORTS if re.search(rf"\b{word}\b", source))
    return HEADER.format(framework=framework, title=title) + imports + "\n" + source


def is_standard(network: Network) -> bool:
    """Whether gates are sigmoids, all else is tanh, and weights can give every value."""
    cell = network.cell
    computable = all(gate.is_computable for gate in network.gates.values())
    usual = cell.functions in ((sigmoid, tanh, tanh), (sigmoid, tanh))
    return isinstance(cell, Lstm | Gru) and computable and usual


def require_standard(network: Network, layer: str) -> None:
    """Raises ProblemError where the layer of a framework is none of this cell."""
    if not is_standard(network):
        message = f"{layer} has gates with sigmoid, tanh for the rest, and no other gate values"
        raise ProblemError([Fault((), message, "`--to pytorch` exports any other cell")])


def named_in(cells: Mapping[type[Cell], str], network: Network, framework: str) -> str:
    """What a framework calls the cell.  Raises ProblemError where it has none like it."""
    found = next((name for cell, name in cells.items() if isinstance(network.cell, cell)), None)
    if found is None:
        message = f"expected a cell that {framework} has, found {network.cell.title}"
        raise ProblemError([Fault((), message, "`--to pytorch` exports any cell")])
    return found


def weighted(network: Network) -> dict[str, Parameters]:
    """The gates as weights alone, for the update h = z*h + (1 - z)*n of a GRU."""
    gates = {letter: gate.computing() for letter, gate in network.gates.items()}
    if is_new(network):
        gates["z"] = gates["z"].negated()
    return gates


def is_new(network: Network) -> bool:
    """Whether the update gate of a GRU says how much is new, which no framework has."""
    return isinstance(network.cell, Gru) and network.cell.variant.update == "new"


def remarks(network: Network) -> str:
    """What a reader has to know of the weights of `weighted`."""
    text = ""
    values = ", ".join(name for name, gate in network.gates.items() if gate.value is not None)
    if values:
        text += f"# Given as values: {values}. They have no weights, but a bias, logit(value)\n"
        text += "# or, for a tanh, arctanh(value); at the limits it is infinite.\n"
    if is_new(network):
        text += (
            "# The sheet has h = (1 - z)*h + z*n, the framework z*h + (1 - z)*n: z is negated.\n"
        )
    return text


def stacking(axis: str, letters: Iterable[str]) -> str:
    """A comment on how the gates are stacked, along `rows` or `columns`; an RNN has one, a."""
    order = ", ".join(letter or "a" for letter in letters)
    return f"# The {axis} are blocks, one for each gate: {order}.\n"


def comment(text: str) -> str:
    """A text as a comment, whatever stands in it."""
    ascii_text = printable(text).encode("ascii", "backslashreplace").decode()
    return textwrap.indent(textwrap.fill(ascii_text[:LONGEST_TITLE], WIDTH - 2), "# ")


def assigned(name: str, value: Any, call: str = "") -> str:
    """name = value, or call(value), for numbers, texts, and lists; a matrix has one row a line."""
    text = "\n".join(_lines(value.tolist() if hasattr(value, "tolist") else value))
    return f"{name} = {call}({text})\n" if call else f"{name} = {text}\n"


def _lines(value: Any) -> list[str]:
    if isinstance(value, list) and len(value) > 1 and isinstance(value[0], list):
        rows = [_lines(row) for row in value]
        return ["[", *(f"    {line}" for row in rows for line in [*row[:-1], f"{row[-1]},"]), "]"]
    text = ascii(value)
    if len(text) <= WIDTH - 24 or not isinstance(value, list | tuple | dict):
        return [text]
    inner = textwrap.wrap(text[1:-1], WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return [text[0], *(f"    {line}" for line in inner), text[-1]]


def steps(exported: Steps, tolerance: float, array: str) -> str:
    """The data of steps, each an `array`, and what checks them: with `what`, `step`, `output`."""
    has_output = exported.y is not None
    data = [
        assigned("tolerance", tolerance),
        assigned("first", exported.t),
        assigned("xs", exported.xs, array),
        "states = {}  # before the first step, and after each\n",
        *(assigned(f'states["{name}"]', rows, array) for name, rows in exported.states.items()),
        assigned("ys", exported.y, array) if has_output else "",
    ]
    names = " and ".join([*exported.states, "y"] if has_output else exported.states)
    return "".join([*data, STEPS, OUTPUT if has_output else "", PASSED.format(names)])
