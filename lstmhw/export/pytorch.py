"""PyTorch: its own layers where they have the activations of a cell, else its operations."""

import numpy as np

from lstmhw.cells import Output, Separate, column, output, row
from lstmhw.cells.cell import Parameters
from lstmhw.cells.gru import Gru
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import symbol_of
from lstmhw.export import assigned, is_standard, remarks, stacking, steps, weighted
from lstmhw.expr import DATUM, Constant, Expr, Quantity, Role
from lstmhw.functions import relu, tanh
from lstmhw.notation import python
from lstmhw.parameters import Exported, Imitation, Layer, Network, Scores, Steps

SERVES = (Steps, Scores, Imitation)
TOLERANCE = 1e-9

FUNCTIONS = {
    "sigmoid": "torch.sigmoid({})",
    "tanh": "torch.tanh({})",
    "relu": "torch.relu({})",
    "identity": "{}",
    "hard-sigmoid": "torch.clamp(0.2 * ({}) + 0.5, 0.0, 1.0)",
    "hard-sigmoid-6": "torch.nn.functional.hardsigmoid({})",
    "leaky-relu": "torch.nn.functional.leaky_relu({})",
    "softmax": "torch.softmax({}, -1)",
    "step": "(({}) > 0.0).double()",
    "step-from-0": "(({}) >= 0.0).double()",
    "exp": "torch.exp({})",
    "log": "torch.log({})",
    "arctanh": "torch.arctanh({})",
}
KEYS = ("W_x", "W_h", "b_x", "b_h")

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

def {name}({arguments}):
    """One step, for vectors or for rows of them."""
    {lines}
'''
OUTPUT = '''

def output(h):
    """The output layer."""
    {}
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

h_rnn = h = torch.zeros(len(W_h))
largest = 0.0
for t, x in enumerate(xs, 1):
    (h_rnn,) = rnn(x, h_rnn)
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
    network = exported.network
    cell = _layer(network) if _has_layer(network) else _operations(network)
    match exported:
        case Steps(layer=layer):
            output = "" if layer is None else _output(layer)
            return SETUP + cell + output + "\n\n" + steps(exported, TOLERANCE, "tensor")
        case Scores():
            return SETUP + cell + _scores(exported)
        case Imitation():
            return SETUP + cell + _imitation(exported)


def _has_layer(network: Network) -> bool:
    """Whether a layer of PyTorch has the equations of the cell."""
    match network.cell:
        case Gru(variant=variant):
            return is_standard(network) and variant.reset == "after"
        case Rnn() as cell:
            return cell.function("") in (tanh, relu)
    return is_standard(network)


def _layer(network: Network) -> str:
    """A layer of PyTorch with the weights of the cell, and `step`."""
    cell, gates = network.cell, weighted(network)
    blocks = zip(*(gate[:4] for gate in gates.values()), strict=True)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = {name: np.concatenate(parts) for name, parts in zip(names, blocks, strict=True)}
    options = ""
    if isinstance(cell, Rnn):
        options = f", nonlinearity={cell.activation!r}"
    if network.weight_hr is not None:
        weights["weight_hr"] = network.weight_hr
        options = f", proj_size={len(network.weight_hr)}"
    units, inputs = next(iter(gates.values())).W_x.shape
    return "".join(
        [
            stacking("rows", gates),
            remarks(network),
            "weights = {}\n",
            *(assigned(f'weights["{key}"]', value, "tensor") for key, value in weights.items()),
            LAYER.format(layer=cell.name.upper(), inputs=inputs, units=units, options=options),
            LSTM_STEP if isinstance(cell, Lstm) else STEP,
        ]
    )


def _operations(network: Network) -> str:
    """The cell in operations of PyTorch: its weights, and `step`."""
    name = network.cell.name.upper()
    return "".join(
        [
            f"# torch.nn.{name} has no such cell: this is it in operations of PyTorch.\n",
            *(_data(letter, gate) for letter, gate in network.gates.items()),
            f'\nwhat = "the {name} in operations of PyTorch"\n',
            _defined("step", network),
        ]
    )


def _data(letter: str, gate: Parameters) -> str:
    """The weights of a gate, or its value."""
    if gate.value is not None:
        return assigned(letter, gate.value, "tensor")
    parts = zip(KEYS, gate[:4], strict=True)
    return "".join(assigned(symbol_of(key, letter), part, "tensor") for key, part in parts)


class _Lines:
    """The `let` of a function in Python: a line for each result, but what h sees of c, and gates
    that have values, for which there is data."""

    def __init__(self, valued: frozenset[str] = frozenset()) -> None:
        self.valued = valued
        self.lines: list[str] = []

    def __call__(self, symbol: str, value: Expr, note: str, role: Role = DATUM) -> Expr:
        if role.what == "activated state":
            return value
        if role.letter in self.valued and role.what != "state":
            return _named(role.letter)
        name = f"{role.letter}_new" if role.what == "state" else symbol.removesuffix("_t")
        self.lines.append(f"{name} = {python(value, FUNCTIONS)}")
        return _named(name)


def _named(name: str) -> Quantity:
    return Quantity(name, None, given=True)


def _defined(name: str, network: Network) -> str:
    """A function that makes one step of the cell, read off its equations."""
    cell = network.cell
    let = _Lines(frozenset(k for k, gate in network.gates.items() if gate.value is not None))
    z = {letter: _pre_activation(letter) for letter in cell.letters}
    after = cell.step(let, "t", z, _named("x"), *map(_named, cell.states))
    results = ", ".join(python(state, FUNCTIONS) for state in after)
    returned = f"return {results}" if len(after) > 1 else f"return ({results},)"
    lines = "\n    ".join([*let.lines, returned])
    return OPERATIONS.format(name=name, arguments=", ".join(["x", *cell.states]), lines=lines)


def _pre_activation(letter: str) -> Separate:
    """x @ W_x.T + h @ W_h.T + b_x + b_h."""
    W_x, W_h, b_x, b_h = (_named(symbol_of(key, letter)) for key in KEYS)
    return Separate(W_x.T, W_h.T, (b_x,), (b_h,), row)


def _output(layer: Layer) -> str:
    data = assigned("W_y", layer.W, "tensor") + assigned("b_y", layer.b, "tensor")
    let = _Lines()
    W, b = _named("W_y"), _named("b_y")
    y = output(let, "t", Output("a_y", W, (b,), layer.activation, column), _named("h"))
    lines = [*let.lines, f"return {python(y, FUNCTIONS)}"]
    return "\n\n" + data + OUTPUT.format("\n    ".join(lines))


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
    numbers: dict[str, np.ndarray] = {}
    readout = python(_over_h(exported.readout, numbers), FUNCTIONS)
    return "".join(
        [
            "\n\n" if numbers else "",
            *(assigned(name, value, "tensor") for name, value in numbers.items()),
            READ_STATE.format(readout) + "\n\n",
            *(_data(letter, gate) for letter, gate in exported.rnn.gates.items()),
            _defined("rnn", exported.rnn) + "\n\n",
            assigned("tolerance", exported.tolerance),
            assigned("c", exported.c_0, "tensor"),
            assigned("xs", exported.xs, "tensor"),
            IMITATION,
        ]
    )


def _over_h(expr: Expr, numbers: dict[str, np.ndarray]) -> Expr:
    """An expression of h and numbers alone; arrays are named, and added to the `numbers`."""
    if any(leaf.symbol == "h" for leaf in expr.leaves()):
        return (
            expr.rebuilt(*(_over_h(part, numbers) for part in expr.parts)) if expr.parts else expr
        )
    value = np.asarray(expr.value, dtype=np.float64)
    if not value.ndim:
        return Constant(float(value))
    name = f"k{len(numbers) + 1}"
    numbers[name] = value
    return _named(name)
