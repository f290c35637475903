"""Scripts that compute an answer in a framework and check it: what those of all frameworks share.

A framework's module has `SERVES`, the records of `parameters` that it can write, and
`script(exported)`, the source after the first comment.  Whatever comes from a problem file is
written as a number, as an escaped literal, or in a comment that it cannot leave.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from lstmhw.cells.cell import Cell, Parameters
from lstmhw.cells.gru import Gru
from lstmhw.cells.lstm import Lstm
from lstmhw.faults import Fault, ProblemError, printable
from lstmhw.functions import Floats, sigmoid, tanh
from lstmhw.parameters import Direction, Directions, Network, Steps
from lstmhw.problem import Problem

WIDTH = 96
AT_ONCE = 20  # so many steps: in a chaotic network rounding grows with each
ROOM = 72  # for a list on a line, of a matrix or after its name
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

ERROR_OF = '''

def error_of(symbol, found, expected, tolerance=tolerance):
    """How far an array is off, relative to numbers over 1; where that is too far, the end."""
    pairs = zip(found.reshape(-1).tolist(), expected.reshape(-1).tolist(), strict=True)
    errors = [abs(a - b) / max(1.0, abs(b)) for a, b in pairs]
    if not all(error <= tolerance for error in errors):
        sys.exit(f"failed: {what} gives {symbol} = {found.tolist()}, not {expected.tolist()}")
    return max(errors)

'''
AT = '''
def at(name, t):
    """The symbol of a state at time t: that of h@2 at t = 3 is h_3@2."""
    letter, mark, place = name.partition("@")
    return f"{letter}_{t}{mark}{place}"

'''
STATES = """
before = {s: rows[:-1] for s, rows in states.items()}
after = {s: rows[1:] for s, rows in states.items()}
"""
STATES_IN_TWO_DIRECTIONS = """
before = {s: rows[1:] if s in backwards else rows[:-1] for s, rows in states.items()}
after = {s: rows[:-1] if s in backwards else rows[1:] for s, rows in states.items()}
"""
EACH_INPUT = """
errors = []
for k, x in enumerate(xs):  # each step is taken from the given states: rounding cannot add up
"""
FED_BACK = """
errors = []
x = xs[0]
for k in range(len(ys)):  # each step is taken from the given states: rounding cannot add up
"""
STEP = """\
    found = dict(zip(states, step(x, *(rows[k] for rows in before.values()))))
"""
STAND_STILL = """\
    for s, rows in before.items():  # after its last step an example's states stand still
        found[s] = on[k] * found[s] + (1 - on[k]) * rows[k]
"""
COMPARED = "    errors += [error_of({symbol}, found[s], after[s][k]) for s in states]\n"
OUTPUT = """\
    y = output({seen})
    errors.append(error_of(f"y_{{first + k}}", y, ys[k]))
"""
NEXT_INPUT = "    x = y\n"
ALL_AT_ONCE = """
# {which} at once, from the states before them; here rounding adds up.
{cut}loose = 1000 * tolerance
starts = [{first} for s, rows in before.items()]
{hs}
error_of("h at these steps", {kept}, {expected}, loose)
for s, state in zip(states, last):
    error_of(f"the last {{s}}", state, {end}, loose)
"""
TOGETHER = '''

def run({arguments}):
    """All layers over the steps: what the last one gives at each, and the last states of all."""
    {lines}
'''
STEP_OF_RUN = '''

def step(x, *before):
    """One step, from the states before it to those after it."""
    return run(x[None], *before)[1]
'''
CUT = """\
xs = xs[:{most}]
before = {{s: rows[:{most}] for s, rows in before.items()}}
after = {{s: rows[:{most}] for s, rows in after.items()}}
"""
CUT_LENGTHS = """\
on, lengths = on[:{most}], [min(length, {most}) for length in lengths]
"""
PASSED = """
same = "the same {} at every step{}"
print(f"passed: {{what}} gives {{same}} (largest difference {{max(errors):.1e}})")
"""


class Part(NamedTuple):
    """Layers that are one module of a framework, or a direction of one; `suffix` ends its names."""

    layers: Directions
    suffix: str

    @property
    def directions(self) -> list[Direction]:
        """The cells, in the order in which they are computed."""
        return [direction for layer in self.layers for direction in layer]

    @property
    def first(self) -> Direction:
        return self.layers[0][0]

    @property
    def is_reversed(self) -> bool:
        """Whether all of it runs from the last step to the first."""
        return all(direction.backwards for direction in self.directions)


Parts = Sequence[Sequence[Part]]
"""What reads the inputs, one part or two side by side; then what reads what those give; ..."""


class Manner(NamedTuple):
    """How a framework's scripts are written: what makes an array, what joins arrays along their
    last axis, and how near a result has to be."""

    array: str
    join: str
    tolerance: float


def script_of(problem: Problem, framework: str) -> str:
    """The script for a framework, in ASCII.

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
    """Whether gates are sigmoids, all else is tanh, and weights can give every value.

    Peepholes may come to that.
    """
    cell = network.cell
    computable = all(gate.is_computable for gate in network.gates.values())
    usual = cell.functions in ((sigmoid, tanh, tanh), (sigmoid, tanh))
    is_coupled = isinstance(cell, Lstm) and cell.coupled
    return isinstance(cell, Lstm | Gru) and computable and usual and not is_coupled


def peepholes(network: Network) -> dict[str, Floats]:
    """The weights on c of an LSTM, by the letters of the gates that have some."""
    return network.cell.seen if isinstance(network.cell, Lstm) else {}


def require_standard(network: Network, layer: str) -> None:
    """Raises ProblemError where the layer of a framework is none of this cell."""
    if not is_standard(network):
        message = f"{layer} has gates with sigmoid, tanh for the rest, and no other gate values"
        if isinstance(network.cell, Lstm) and network.cell.coupled:
            message = f"{layer} has an input gate of its own, not 1 - f (`coupled`)"
        raise ProblemError([Fault((), message, "`--to pytorch` exports any other cell")])


def refuse_loss(exported: Steps, reason: str) -> None:
    """Raises ProblemError where the outputs have a loss, which a framework lacks for a reason."""
    if exported.losses is not None:
        hint = "`--to pytorch` exports it, or leave `targets` out"
        raise ProblemError([Fault(("targets",), reason, hint, at_key=True)])


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
    if added := forget_bias(network):
        gates["f"] = gates["f"].with_bias(added)
    if is_new(network):
        gates["z"] = gates["z"].negated()
    return gates


def forget_bias(network: Network) -> float:
    """What is added in the forget gate of an LSTM, beside its bias."""
    cell = network.cell
    if (
        not isinstance(cell, Lstm)
        or cell.forget_bias is None
        or network.gates["f"].value is not None
    ):
        return 0.0
    return float(cell.forget_bias)


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
    if added := forget_bias(network):
        text += f"# The bias of f has the forget_bias in it, {added!r}.\n"
    if is_new(network):
        text += (
            "# The sheet has h = (1 - z)*h + z*n, the framework z*h + (1 - z)*n: z is negated.\n"
        )
    return text


def place(direction: Direction) -> str:
    """A comment on which cell of a network it is; nothing where it is the first or the only."""
    if not direction.mark:
        return ""
    number = direction.mark[1:].removesuffix("rev") or "1"
    way = ", from the last step to the first" if direction.mark.endswith("rev") else ""
    return f"# Layer {number}{way}:\n"


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
    before, after = (f"{name} = {call}(", ")") if call else (f"{name} = ", "")
    plain = value.tolist() if hasattr(value, "tolist") else value
    text = "\n".join(_lines(plain, min(ROOM, WIDTH - len(before))))
    return f"{before}{text}{after}\n"


def _lines(value: Any, room: int = ROOM) -> list[str]:
    if _has_rows(value):
        rows = [_lines(row) for row in value]
        return ["[", *(f"    {line}" for row in rows for line in [*row[:-1], f"{row[-1]},"]), "]"]
    text = ascii(value)
    if len(text) <= room or not isinstance(value, list | tuple | dict):
        return [text]
    inner = textwrap.wrap(text[1:-1], WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return [text[0], *(f"    {line}" for line in inner), text[-1]]


def _has_rows(value: Any) -> bool:
    """Whether a list is written with an entry a line: of lists, but for a single row of numbers."""
    if not isinstance(value, list) or not value or not isinstance(value[0], list):
        return False
    return len(value) > 1 or isinstance(value[0][0], list)


def parts(exported: Steps, form: Callable[[Network], object], is_deep: bool) -> Parts:
    """The network in as few modules as it takes.

    A module is of one `form`, None where there is no module of a cell; it may have two directions,
    and where modules are `deep`, several layers.
    """
    layers = exported.layers
    if is_deep and _is_one(layers, form):
        return [[Part(layers, "")]]
    found = [_parts_of(layer, form) for layer in layers]
    if len(found) == 1 and len(found[0]) == 1:
        return [[found[0][0]._replace(suffix="")]]
    return found


def _parts_of(layer: Sequence[Direction], form: Callable[[Network], object]) -> list[Part]:
    pieces = [layer] if _is_one([layer], form) else [[direction] for direction in layer]
    return [Part([piece], _suffix(piece[0].mark)) for piece in pieces]


def _suffix(mark: str) -> str:
    """What the names of a part end in: _2rev for @2rev, _1 where there is no mark."""
    place = mark.removeprefix("@")
    return f"_{place}" if place[:1].isdigit() else f"_1{place}"


def _is_one(layers: Directions, form: Callable[[Network], object]) -> bool:
    forms = [form(direction.network) for layer in layers for direction in layer]
    ways = [[direction.backwards for direction in layer] for layer in layers]
    alike = all(other == forms[0] for other in forms) and all(way == ways[0] for way in ways)
    return alike and forms[0] is not None


def together(found: Parts, join: str, option: str = "") -> str:
    """`run` of a network, made of that of its parts; nothing where it is a single part.

    An `option` is an argument that it hands on to all of them.
    """
    if len(found) == 1 and len(found[0]) == 1:
        return ""
    lines, arguments, results = [], ["xs"], []
    for side_by_side in found:
        for part in side_by_side:
            names = [_python_name(name) for each in part.directions for name in each.names]
            arguments += names
            after = f"after{part.suffix}"
            results.append(f"*{after}")
            handed = [f"{option}={option}"] if option else []
            call = f"run{part.suffix}({', '.join(['xs', *names, *handed])})"
            lines.append(f"hs{part.suffix}, {after} = {call}")
        lines.append(f"xs = {_joined([f'hs{part.suffix}' for part in side_by_side], join)}")
    lines.append(f"return xs, [{', '.join(results)}]")
    if option:
        arguments.append(f"{option}=None")
    return TOGETHER.format(arguments=", ".join(arguments), lines="\n    ".join(lines))


def _python_name(name: str) -> str:
    """The name of a state as Python has it: h_2rev for h@2rev."""
    return name.replace("@", "_")


def _joined(arrays: Sequence[str], join: str) -> str:
    return arrays[0] if len(arrays) == 1 else f"{join}([{', '.join(arrays)}], -1)"


def steps(exported: Steps, manner: Manner, packed: str = "", loss: str = "") -> str:
    """The data of steps, and what checks them: with `run`, `step`, `output` and `what`.

    `packed` is what runs all steps of examples that have lengths; `loss` is the source of the loss.
    """
    names = " and ".join(["states", *["y"] * (exported.y is not None)])
    if len(exported.directions) == 1:
        names = names.replace("states", " and ".join(exported.directions[0].states))
    about_loss = ", and the same loss" if loss else ""
    return "".join(
        [
            _data(exported, manner),
            ERROR_OF,
            AT if _has_marks(exported) else "",
            STATES_IN_TWO_DIRECTIONS if _backwards(exported) else STATES,
            _loop(exported, manner),
            loss,
            _at_once(exported, manner, packed),
            PASSED.format(names, about_loss),
        ]
    )


def _has_marks(exported: Steps) -> bool:
    return any(direction.mark for direction in exported.directions)


def _backwards(exported: Steps) -> list[str]:
    """The states of cells that run backwards in time."""
    return [name for each in exported.directions if each.backwards for name in each.names]


def _data(exported: Steps, manner: Manner) -> str:
    lines = [
        assigned("tolerance", manner.tolerance),
        assigned("first", exported.t),
        "# Arrays are (steps, examples, numbers).\n" if exported.is_batch else "",
        assigned("xs", exported.xs, manner.array),
        "states = {}  # before the first step, and after each\n",
    ]
    if backwards := _backwards(exported):
        lines[-1] = "states = {}  # in order of time: one more than steps\n"
        lines.append(assigned("backwards", backwards))
    for direction in exported.directions:
        pairs = zip(direction.names, direction.states.values(), strict=True)
        lines += [assigned(f'states["{name}"]', rows, manner.array) for name, rows in pairs]
    if exported.y is not None:
        lines.append(assigned("ys", exported.y, manner.array))
    if exported.lengths is not None:
        on = [
            [[float(k < length)] for length in exported.lengths] for k in range(exported.step_count)
        ]
        lines.append(assigned("lengths", list(exported.lengths)))
        lines.append("# 1 where an example has a step, else 0: (steps, examples, 1).\n")
        lines.append(assigned("on", on, manner.array))
    return "".join(lines)


def _loop(exported: Steps, manner: Manner) -> str:
    symbol = "at(s, first + k)" if _has_marks(exported) else 'f"{s}_{first + k}"'
    return "".join(
        [
            FED_BACK if exported.feedback else EACH_INPUT,
            STEP,
            "" if exported.lengths is None else STAND_STILL,
            COMPARED.format(symbol=symbol),
            "" if exported.y is None else OUTPUT.format(seen=seen("found", exported, manner)),
            NEXT_INPUT if exported.feedback else "",
        ]
    )


def seen(states: str, exported: Steps, manner: Manner) -> str:
    """What the output layer sees: h of the last layer, in both directions where it has two."""
    names = [f'{states}["h{direction.mark}"]' for direction in exported.layers[-1]]
    return _joined(names, manner.join)


def runs_at_once(exported: Steps, packed: str) -> bool:
    """Whether the script runs all steps in one call, too: where there is such a call, and a need.

    A call takes examples of one length, unless they are `packed`.
    """
    is_whole = exported.lengths is None or bool(packed)
    return is_whole and not exported.feedback and exported.step_count > 1


def _at_once(exported: Steps, manner: Manner, packed: str) -> str:
    """All steps in one call."""
    if not runs_at_once(exported, packed):
        return ""
    first, end = "rows[0]", "after[s][-1]"
    if _backwards(exported):
        first = "rows[-1 if s in backwards else 0]"
        end = "after[s][0 if s in backwards else -1]"
    expected = seen("after", exported, manner)
    hs, kept = "hs, last = run(xs, *starts)", "hs"
    if packed:
        hs, kept, expected = packed, "hs * on", f"{expected} * on"
    which, cut = "All steps", ""
    if exported.step_count > AT_ONCE:
        which, cut = f"The first {AT_ONCE} steps", CUT.format(most=AT_ONCE)
        cut += CUT_LENGTHS.format(most=AT_ONCE) if packed else ""
    return ALL_AT_ONCE.format(
        which=which, cut=cut, first=first, hs=hs, kept=kept, expected=expected, end=end
    )
