"""PyTorch: its own layers where they have the activations of a cell, else its operations."""

from collections.abc import Mapping

import numpy as np

from lstmhw.cells import Output, Separate, output, row
from lstmhw.cells.cell import Parameters
from lstmhw.cells.gru import Gru
from lstmhw.cells.losses import LOSSES as PAGE
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import symbol_of
from lstmhw.export.scripts import (
    STEP_OF_RUN,
    Manner,
    Part,
    assigned,
    is_standard,
    parts,
    peepholes,
    place,
    remarks,
    runs_at_once,
    seen,
    stacking,
    steps,
    together,
    weighted,
)
from lstmhw.expr import DATUM, Constant, Expr, Quantity, Role
from lstmhw.functions import relu, softmax, tanh
from lstmhw.notation import python
from lstmhw.parameters import Direction, Exported, Imitation, Layer, Losses, Network, Scores, Steps

SERVES = (Steps, Scores, Imitation)
MANNER = Manner("tensor", "torch.cat", tolerance=1e-9)

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

MODULE = """
network{suffix} = torch.nn.{module}({options})
network{suffix}.load_state_dict(weights{suffix})
"""
RUN_LSTM = '''

def run{suffix}(xs, *before):
    """Steps from the states before them: h of the last layer at each, and the states at the end.

    batch_first is False: xs is (steps, inputs) or (steps, examples, inputs).
    """
    hs, (h, c) = network{suffix}({xs}, (torch.stack(before[::2]), torch.stack(before[1::2])))
    return {hs}, [state for pair in zip(h, c) for state in pair]
'''
RUN = '''

def run{suffix}(xs, *before):
    """Steps from the states before them: h of the last layer at each, and the states at the end.

    batch_first is False: xs is (steps, inputs) or (steps, examples, inputs).
    """
    hs, h = network{suffix}({xs}, torch.stack(before))
    return {hs}, list(h)
'''
RUN_OPERATIONS = '''

def run{suffix}(xs, *states):
    """Steps from the states before them: h at each, and the states at the end."""
    hs = []
    for x in {xs}:
        states = step{suffix}(x, *states)
        hs.append(states[0])
    return torch.stack({hs}), list(states)
'''
PACKED = """\
packed = torch.nn.utils.rnn.pack_padded_sequence(xs, lengths, enforce_sorted=False)
hs, last = run(packed, *starts)
hs, _ = torch.nn.utils.rnn.pad_packed_sequence(hs, total_length=len(xs))  # zeros at the end\
"""
OPERATIONS = '''

def run{suffix}(xs, *states):
    """Steps from the states before them: h at each, and the states at the end."""
    hs = []
    for x in {xs}:
        states = step{suffix}(x, *states)
        hs.append(states[0])
    return torch.stack({hs}), list(states)
'''
PACKED = """\
packed = torch.nn.utils.rnn.pack_padded_sequence(xs, lengths, enforce_sorted=False)
hs, last = run(packed, *starts)
hs, _ = torch.nn.utils.rnn.pad_packed_sequence(hs, total_length=len(xs))  # zeros after the last\
"""
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

LOSS = '''

def loss_of({argument}, target):
    """{words}{over}."""
    return {formula}


read = {read}
losses = []
for t, target in targets.items():
    losses.append({loss})
    errors.append(error_of({symbol}, losses[-1], expected[t]))
'''
LASTING = "\nlasting = {t: on[t - first, :, 0] > 0 for t in targets}  # the examples with a step t"
WHOLE_LOSS = """\
whole = {whole}
errors.append(error_of("loss", whole, tensor({value!r})))
"""
PERPLEXITY = """\
perplexity = torch.exp(sum(losses) / {counted})
errors.append(error_of("perplexity", perplexity, tensor({value!r})))
"""
LOSSES = {
    "half-squared": '0.5 * torch.nn.functional.mse_loss(y, target, reduction="sum")',
    "squared": 'torch.nn.functional.mse_loss(y, target, reduction="sum")',
    "mean-squared": "torch.nn.functional.mse_loss(y, target)",
    "cross-entropy": "-(target * torch.log(y)).sum()",
    "binary-cross-entropy": (
        'torch.nn.functional.binary_cross_entropy(y, target, reduction="sum")'
    ),
}
BY_LOGARITHMS = "-(target * torch.log(y) + (1 - target) * torch.log(1 - y)).sum()"
LEAST_LOGARITHM = -100  # below which binary_cross_entropy cuts them off
FROM_SCORES = 'torch.nn.functional.cross_entropy(h @ W_y.T + b_y, target, reduction="sum")'

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
    match exported:
        case Steps():
            return SETUP + _steps(exported)
        case Scores():
            return SETUP + _cell(exported.network) + _scores(exported)
        case Imitation():
            return SETUP + _cell(exported.network) + _imitation(exported)


def _steps(exported: Steps) -> str:
    found = parts(exported, _form, is_deep=True)
    flat = [part for side_by_side in found for part in side_by_side]
    packed = ""
    if len(flat) > 1:
        network = 'what = "the network in PyTorch"\n\n' + "\n\n".join(map(_with_run, flat))
        network += together(found, MANNER.join) + STEP_OF_RUN
    else:
        (only,) = flat
        network = _alone(only)
        if _is_module(only):
            packed = "" if exported.lengths is None or only.is_reversed else PACKED
        elif runs_at_once(exported, packed):
            network += _run_operations(only)
    output = "" if exported.layer is None else _output(exported.layer)
    return network + output + "\n\n" + steps(exported, MANNER, packed, _loss(exported))


def _cell(network: Network) -> str:
    """A cell, of no network: with `step`."""
    return _alone(Part([[Direction(network, "", False, {})]], ""))


def _alone(part: Part) -> str:
    """The whole of a network as one module, or one cell in operations: with `step`."""
    name = part.first.network.cell.name.upper()
    if _is_module(part):
        return f'what = "torch.nn.{name}"\n\n' + _module(part) + STEP_OF_RUN
    return f'what = "the {name} in operations of PyTorch"\n\n' + _operations(part)


def _with_run(part: Part) -> str:
    """A part of a network, with `run`."""
    return _module(part) if _is_module(part) else _operations(part) + _run_operations(part)


def _is_module(part: Part) -> bool:
    return _form(part.first.network) is not None


def _form(network: Network) -> object:
    """What a module of PyTorch that has the equations of the cell is made with; None if none is."""
    cell, units = network.cell, network.units
    match cell:
        case Rnn():
            return ("RNN", units, cell.activation) if cell.function("") in (tanh, relu) else None
        case Gru() if cell.variant.reset == "before":
            return None
    return (cell.name, units) if is_standard(network) and not peepholes(network) else None


def _module(part: Part) -> str:
    """A module of PyTorch with the weights of its cells, and `run`."""
    network, suffix = part.first.network, part.suffix
    cell, options = network.cell, [str(network.inputs), str(network.units)]
    if len(part.layers) > 1:
        options.append(f"num_layers={len(part.layers)}")
    if len(part.layers[0]) > 1:
        options.append("bidirectional=True")
    if isinstance(cell, Rnn):
        options.append(f"nonlinearity={cell.activation!r}")
    if network.weight_hr is not None:
        options.append(f"proj_size={len(network.weight_hr)}")
    run = RUN_LSTM if isinstance(cell, Lstm) else RUN
    turn = ".flip(0)" if part.is_reversed else ""
    module = {"module": cell.name.upper(), "options": ", ".join(options)}
    return "".join(
        [
            stacking("rows", network.gates),
            f"weights{suffix} = {{}}\n",
            *(
                _weights(part, direction, f"_l{number}{'_reverse' * (way > 0)}")
                for number, layer in enumerate(part.layers)
                for way, direction in enumerate(layer)
            ),
            MODULE.format(suffix=suffix, **module),
            run.format(suffix=suffix, xs=f"xs{turn}", hs=f"hs{turn}"),
        ]
    )


def _weights(part: Part, direction: Direction, ending: str) -> str:
    """The weights of a cell, as the module names them."""
    network = direction.network
    blocks = zip(*(gate[:4] for gate in weighted(network).values()), strict=True)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = {name: np.concatenate(parts) for name, parts in zip(names, blocks, strict=True)}
    if network.weight_hr is not None:
        weights["weight_hr"] = network.weight_hr
    return "".join(
        [
            place(direction),
            remarks(network),
            *(
                assigned(f'weights{part.suffix}["{name}{ending}"]', value, "tensor")
                for name, value in weights.items()
            ),
        ]
    )


def _operations(part: Part) -> str:
    """A cell in operations of PyTorch: its weights, and `step`."""
    network, name = part.first.network, part.first.network.cell.name.upper()
    return "".join(
        [
            place(part.first),
            f"# torch.nn.{name} has no such cell: this is it in operations of PyTorch.\n",
            _data(network, part.suffix),
            _defined("step", network, part.suffix),
        ]
    )


def _run_operations(part: Part) -> str:
    xs, hs = ("xs.flip(0)", "hs[::-1]") if part.is_reversed else ("xs", "hs")
    return RUN_OPERATIONS.format(suffix=part.suffix, xs=xs, hs=hs)


def _data(network: Network, suffix: str = "") -> str:
    """The weights of the gates, or their values, and the peepholes."""
    given = [_of_gate(letter, gate, suffix) for letter, gate in network.gates.items()]
    for letter, weights in peepholes(network).items():
        given.append(assigned(f"p_{letter}{suffix}", weights, "tensor"))
    return "".join(given)


def _of_gate(letter: str, gate: Parameters, suffix: str) -> str:
    if gate.value is not None:
        return assigned(letter + suffix, gate.value, "tensor")
    pairs = zip(KEYS, gate[:4], strict=True)
    return "".join(
        assigned(symbol_of(key, letter) + suffix, array, "tensor") for key, array in pairs
    )


class _Lines:
    """The `let` of a function in Python: a line for each result, but what h sees of c, and gates
    that have values, for which there is data: `valued` has its names."""

    def __init__(self, valued: Mapping[str, str] = {}) -> None:
        self.valued = valued
        self.lines: list[str] = []

    def __call__(self, symbol: str, value: Expr, note: str, role: Role = DATUM) -> Expr:
        if role.what == "activated state":
            return value
        if role.letter in self.valued and role.what != "state":
            return _named(self.valued[role.letter])
        name = f"{role.letter}_new" if role.what == "state" else symbol.removesuffix("_t")
        self.lines.append(f"{name} = {python(value, FUNCTIONS)}")
        return _named(name)


def _named(name: str) -> Quantity:
    return Quantity(name, None, given=True)


def _defined(name: str, network: Network, suffix: str = "") -> str:
    """A function that makes one step of the cell, read off its equations."""
    cell, gates = network.cell, network.gates
    let = _Lines({k: k + suffix for k, gate in gates.items() if gate.value is not None})
    z: dict[str, object] = {letter: _pre_activation(letter, suffix) for letter in gates}
    z |= {f"p_{letter}": _named(f"p_{letter}{suffix}") for letter in peepholes(network)}
    after = cell.step(let, "t", z, _named("x"), *map(_named, cell.states))
    results = ", ".join(python(state, FUNCTIONS) for state in after)
    returned = f"return {results}" if len(after) > 1 else f"return ({results},)"
    lines = "\n    ".join([*let.lines, returned])
    arguments = ", ".join(["x", *cell.states])
    return OPERATIONS.format(name=name + suffix, arguments=arguments, lines=lines)


def _pre_activation(letter: str, suffix: str) -> Separate:
    """x @ W_x.T + h @ W_h.T + b_x + b_h."""
    W_x, W_h, b_x, b_h = (_named(symbol_of(key, letter) + suffix) for key in KEYS)
    return Separate(W_x.T, W_h.T, (b_x,), (b_h,), row)


def _output(layer: Layer) -> str:
    data = assigned("W_y", layer.W, "tensor") + assigned("b_y", layer.b, "tensor")
    let = _Lines()
    W, b = _named("W_y").T, _named("b_y")
    y = output(let, "t", Output("a_y", W, (b,), layer.activation, row), _named("h"))
    lines = [*let.lines, f"return {python(y, FUNCTIONS)}"]
    return "\n\n" + data + OUTPUT.format("\n    ".join(lines))


def _loss(exported: Steps) -> str:
    """The loss of each step, of what is given as read there, and of all; "" where there is none."""
    losses = exported.losses
    if losses is None:
        return ""
    several = exported.step_count > 1
    values = {t: f"tensor({value!r})" for t, value in losses.of_steps.items()}
    whole = f"sum(losses) / {len(values)}" if losses.is_mean else "sum(losses)"
    data = [
        "\n# The loss: targets and what comes out, for the steps that have targets.\n",
        "targets, expected = {}, {}\n",
        *(assigned(f"targets[{t}]", row, "tensor") for t, row in losses.targets.items()),
        *(f"expected[{t}] = {value}\n" for t, value in values.items()),
        LOSS.format(**_loss_of(exported, losses), symbol='f"loss_{t}"' if several else '"loss"'),
    ]
    if several:
        data.append(WHOLE_LOSS.format(whole=whole, value=losses.whole))
    if losses.perplexity is not None:
        data.append(PERPLEXITY.format(counted=losses.counted, value=losses.perplexity))
    return "".join(data)


def _loss_of(exported: Steps, losses: Losses) -> dict[str, str]:
    """The loss of a step: its argument, its formula, and what it is given."""
    layer, name = exported.layer, losses.name
    argument, read, formula = "y", "ys", LOSSES[name]
    if layer is None or (name == "cross-entropy" and layer.activation is softmax):
        argument, read = "h", seen("after", exported, MANNER)
    if layer is not None and argument == "h":
        formula = FROM_SCORES
    least = 1.0 if exported.y is None else np.min(exported.y)
    if name == "binary-cross-entropy" and least < np.exp(LEAST_LOGARITHM):
        formula = BY_LOGARITHMS
    loss = "loss_of(read[t - first], target)"
    if exported.lengths is not None:
        loss = "loss_of(read[t - first][lasting[t]], target[lasting[t]])"
    return {
        "argument": argument,
        "words": PAGE[name].words.capitalize(),
        "over": ", over the examples" if exported.is_batch else "",
        "formula": formula.replace("(y", f"({argument}"),
        "read": read + LASTING * (exported.lengths is not None),
        "loss": loss,
    }


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
            _data(exported.rnn),
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
