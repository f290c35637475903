"""PyTorch: its own layers where they have the activations of a cell, else its operations."""

from collections.abc import Iterator

import numpy as np

from lstmhw.export import assigned, is_standard, remarks, steps, weighted
from lstmhw.expr import Apply, Divide, Expr, Negative, Sum, Times
from lstmhw.parameters import Cell, Exported, Gate, Gru, Imitation, Layer, Lstm, Rnn, Scores, Steps

SERVES = (Steps, Scores, Imitation)
TOLERANCE = 1e-9

ACTIVATIONS = {
    "sigmoid": "torch.sigmoid({})",
    "tanh": "torch.tanh({})",
    "relu": "torch.relu({})",
    "identity": "{}",
    "hard-sigmoid": "torch.clamp(0.2 * ({}) + 0.5, 0.0, 1.0)",
    "softmax": "torch.softmax({}, -1)",
    "step": "(({}) > 0.0).double()",
}

SETUP = """\
import torch
from torch import tensor

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)

"""

LAYER = """
what = "torch.nn.{layer}"
network = torch.nn.{layer}({inputs}, {units}{options})
network.load_state_dict({{f"{{name}}_l0": value for name, value in weights.items()}})

"""
LSTM_STEP = '''
def step(x, h, c):
    """One step, for vectors or for rows of them."""
    _, (h, c) = network(x[None], (h[None], c[None]))
    return h[0], c[0]
'''
STEP = '''
def step(x, h):
    """One step."""
    _, h = network(x[None], h[None])
    return (h[0],)
'''
OPERATIONS = '''
what = "the {layer} in operations of PyTorch"


def step({arguments}):
    """One step, for vectors or for rows of them."""
    {lines}
'''
CANDIDATES = {
    "before": "x @ W_x_n.T + (r * h) @ W_h_n.T + b_x_n + b_h_n",
    "after": "x @ W_x_n.T + b_x_n + r * (h @ W_h_n.T + b_h_n)",
}
UPDATES = {"keep": "h = z * h + (1 - z) * n", "new": "h = (1 - z) * h + z * n"}
OUTPUT = '''

def output(h):
    """The output layer."""
    return {}
'''
READ_OUTPUT = """

def read(h, c):
    return {} @ output_weights + output_bias
"""
READ_STATE = '''

def read(h):
    """The h of the RNN, from the h of the LSTM."""
    return {}
'''

SCORES = '''

def due(words):
    """The score that is due after each word: that of `delay` words ago."""
    total, totals = 0.0, [0.0] * delay
    for end in range(1, len(words) + 1):
        ends = [ngram for ngram in score if words[max(0, end - len(ngram)) : end] == ngram]
        total += sum(score[ngram] for ngram in ends)
        totals.append(total)
    return totals[: len(words)]


def largest_error(documents):
    """Runs documents of one length side by side, word by word; a wrong output ends the script."""
    h = c = torch.zeros(len(documents), len(output_weights))
    scores = tensor([due(words) for words in documents])
    largest = 0.0
    for t in range(scores.shape[1]):
        x = one_hot[[numbers[words[t]] for words in documents]]
        h, c = step(x, h, c)
        output = read(h, c)
        errors = (output - scores[:, t]).abs()
        right = (errors < tolerance).tolist()
        if not all(right):
            k = right.index(False)
            text = " ".join(documents[k][max(0, t - 20) : t + 1])
            found = f"{output[k]:.6g}, not {scores[k, t]:.6g}"
            sys.exit(f"failed: after word {t + 1}, the last of {text!a}, the output is {found}")
        largest = max(largest, errors.max().item())
    return largest


one_hot = torch.eye(len(vocabulary))
numbers = {word: number for number, word in enumerate(vocabulary)}
batches = [list(itertools.product(vocabulary, repeat=length))]  # these begin with all shorter ones
batches += [[tuple(words)] for words in longer]
largest = max(map(largest_error, batches))
print(
    f"passed: {what} computes the score of every document up to length {length} "
    f"and of {len(longer)} more (largest error {largest:.1e})"
)
'''

IMITATION = """

def rnn(x, h):
    return torch.sigmoid(W_x_a @ x + W_h_a @ h + b_x_a + b_h_a)


h_rnn = h = torch.zeros(len(W_h_a))
largest = 0.0
for t, x in enumerate(xs, 1):
    h_rnn = rnn(x, h_rnn)
    h, c = step(x, h, c)
    difference = read(h) - h_rnn
    if not difference.abs().max() <= tolerance:
        off = f"what is read from {what} is off by {difference.tolist()}"
        sys.exit(f"failed: at step {t} the RNN has h = {h_rnn.tolist()}, and {off}")
    largest = max(largest, difference.abs().max().item())
print(f"passed: {what} gives the RNN's h at all {len(xs)} steps (largest difference {largest:.1e})")
"""


def script(exported: Exported) -> str:
    """The source."""
    cell = _layer(exported.cell) if _has_layer(exported.cell) else _operations(exported.cell)
    match exported:
        case Steps(layer=layer):
            output = "" if layer is None else _output(layer)
            return SETUP + cell + output + "\n\n" + steps(exported, TOLERANCE, "tensor")
        case Scores():
            return SETUP + cell + _scores(exported)
        case Imitation():
            return SETUP + cell + _imitation(exported)


def _has_layer(cell: Cell) -> bool:
    """Whether a layer of PyTorch has the equations of the cell."""
    match cell:
        case Lstm():
            return is_standard(cell)
        case Gru(reset=reset):
            return is_standard(cell) and reset == "after"
        case Rnn(gates=gates):
            return gates["a"].activation in ("tanh", "relu")


def _layer(cell: Cell) -> str:
    """A layer of PyTorch with the weights of the cell, and `step`."""
    gates = weighted(cell)
    blocks = zip(*(gate[:4] for gate in gates.values()), strict=True)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = {name: np.concatenate(parts) for name, parts in zip(names, blocks, strict=True)}
    options = ""
    if isinstance(cell, Rnn):
        options = f", nonlinearity={cell.gates['a'].activation!r}"
    if isinstance(cell, Lstm) and cell.weight_hr is not None:
        weights["weight_hr"] = cell.weight_hr
        options = f", proj_size={len(cell.weight_hr)}"
    units, inputs = gates[next(iter(gates))].W_x.shape
    return "".join(
        [
            f"# The rows are blocks, one for each gate: {', '.join(gates)}.\n",
            remarks(cell),
            "weights = {}\n",
            *(assigned(f'weights["{key}"]', value, "tensor") for key, value in weights.items()),
            LAYER.format(layer=_name(cell), inputs=inputs, units=units, options=options),
            LSTM_STEP if isinstance(cell, Lstm) else STEP,
        ]
    )


def _name(cell: Cell) -> str:
    """LSTM, GRU or RNN."""
    return type(cell).__name__.upper()


def _operations(cell: Cell) -> str:
    """The cell in operations of PyTorch: its weights, and `step`."""
    arguments, *rest = _states(cell)
    lines = [*_computed(cell), *rest]
    return "".join(
        [
            f"# torch.nn.{_name(cell)} has no such cell: this is it in operations of PyTorch.\n",
            *(_data(name, gate) for name, gate in cell.gates.items()),
            OPERATIONS.format(layer=_name(cell), arguments=arguments, lines="\n    ".join(lines)),
        ]
    )


def _data(name: str, gate: Gate) -> str:
    """The weights of a gate, or its value."""
    if gate.value is not None:
        return assigned(name, gate.value, "tensor")
    parts = zip(("W_x", "W_h", "b_x", "b_h"), gate[:4], strict=True)
    return "".join(assigned(f"{part}_{name}", array, "tensor") for part, array in parts)


def _computed(cell: Cell) -> Iterator[str]:
    """The gates that have no values, from x and h."""
    for name, gate in cell.gates.items():
        z = f"x @ W_x_{name}.T + h @ W_h_{name}.T + b_x_{name} + b_h_{name}"
        if isinstance(cell, Gru) and name == "n":
            z = CANDIDATES[cell.reset]
        if gate.value is None:
            yield f"{name} = {ACTIVATIONS[gate.activation].format(z)}"


def _states(cell: Cell) -> tuple[str, ...]:
    """The arguments of `step`, and how the new states follow from the gates."""
    match cell:
        case Lstm(state=state):
            shown = ACTIVATIONS[state].format("c")
            return "x, h, c", "c = f * c + i * g", f"h = o * {shown}", "return h, c"
        case Gru(update=update):
            return "x, h", UPDATES[update], "return (h,)"
        case Rnn():
            return "x, h", "return (a,)"


def _output(layer: Layer) -> str:
    data = assigned("W_y", layer.W, "tensor") + assigned("b_y", layer.b, "tensor")
    return "\n\n" + data + OUTPUT.format(ACTIVATIONS[layer.activation].format("W_y @ h + b_y"))


def _scores(exported: Scores) -> str:
    return "".join(
        [
            READ_OUTPUT.format(exported.source) + "\n\n",
            assigned("output_weights", exported.weights, "tensor"),
            assigned("output_bias", exported.bias),
            assigned("vocabulary", list(exported.vocabulary)),
            assigned("score", dict(exported.score)),
            assigned("delay", exported.delay),
            assigned("tolerance", exported.tolerance),
            assigned("length", exported.length),
            assigned("longer", [list(words) for words in exported.longer]),
            SCORES,
        ]
    )


def _imitation(exported: Imitation) -> str:
    return "".join(
        [
            READ_STATE.format(_formula(exported.readout)) + "\n\n",
            *(_data(name, gate) for name, gate in exported.rnn.gates.items()),
            assigned("tolerance", exported.tolerance),
            assigned("c", exported.c_0, "tensor"),
            assigned("xs", exported.xs, "tensor"),
            IMITATION,
        ]
    )


def _formula(expr: Expr) -> str:
    """An expression over h in Python; what does not name h is a number."""
    if all(leaf.symbol != "h" for leaf in expr.leaves()):
        number = np.asarray(expr.value).tolist()
        return f"tensor({number})" if isinstance(number, list) else f"{number}"
    match expr:
        case Sum(parts=parts):
            return " + ".join(map(_factor, parts))
        case Negative(parts=(part,)):
            return f"-{_factor(part)}"
        case Times(parts=(left, right)):
            return f"{_factor(left)} * {_factor(right)}"
        case Divide(parts=(above, below)):
            return f"{_factor(above)} / {_factor(below)}"
        case Apply(function=function, parts=(part,)):
            return f"torch.{function.name}({_formula(part)})"
    return "h"


def _factor(expr: Expr) -> str:
    text = _formula(expr)
    return f"({text})" if " " in text or text.startswith("-") else text
