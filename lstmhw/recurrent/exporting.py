"""From the cells of problem files to their parameters as plain numbers, for column vectors."""

from collections.abc import Mapping

import numpy as np

from lstmhw.faults import ProblemError
from lstmhw.functions import Floats
from lstmhw.parameters import Cell, Gate, Gru, Layer, Lstm, Rnn, Steps
from lstmhw.recurrent import CellProblem, OutputLayer, RecurrentProblem
from lstmhw.recurrent.gated import GatedCell
from lstmhw.recurrent.gru import GruProblem
from lstmhw.recurrent.lstm import LstmCell
from lstmhw.recurrent.rnn import RnnProblem
from lstmhw.recurrent.weights import Affine
from lstmhw.solution import Solution


def lstm(problem: LstmCell, inputs: int) -> Lstm:
    """The LSTM of a problem, for so many inputs."""
    use = problem.activations
    functions = {"i": use.gate, "f": use.gate, "g": use.candidate, "o": use.gate}
    return Lstm(_gates(problem, functions, inputs), use.state)


def stacked_lstm(
    weight_ih: Floats,
    weight_hh: Floats,
    bias_ih: Floats,
    bias_hh: Floats,
    weight_hr: Floats | None = None,
) -> Lstm:
    """The LSTM of parameters in PyTorch's layout."""
    blocks = (np.split(array, 4) for array in (weight_ih, weight_hh, bias_ih, bias_hh))
    functions = ("sigmoid", "sigmoid", "tanh", "sigmoid")
    gates = [Gate(*arrays) for arrays in zip(*blocks, functions, strict=True)]
    return Lstm(dict(zip("ifgo", gates, strict=True)), "tanh", weight_hr)


def gru(problem: GruProblem) -> Gru:
    """The GRU of a problem."""
    use = problem.activations
    functions = {"r": use.gate, "z": use.gate, "n": use.candidate}
    gates = _gates(problem, functions, problem.size("n"))
    return Gru(gates, problem.update_convention, problem.reset_convention)


def rnn(problem: RnnProblem) -> Rnn:
    """The RNN of a problem."""
    return Rnn({"a": _gate(problem, problem, problem.activation, problem.size("n"))})


def sigmoid_rnn(W_x: Floats, W_h: Floats, b_x: Floats, b_h: Floats) -> Rnn:
    """The RNN of these parameters."""
    return Rnn({"a": Gate(W_x, W_h, b_x, b_h, "sigmoid")})


def _gates(problem: GatedCell, functions: Mapping[str, str], inputs: int) -> dict[str, Gate]:
    """The gates in the order of their activations, with their values where they have some."""
    weights = problem.weights()
    gates = {name: _gate(problem, weights[name], use, inputs) for name, use in functions.items()}
    for name, gate in gates.items():
        value = weights[name].value
        if value is not None:
            gates[name] = gate._replace(value=np.broadcast_to(value, problem.size("m")))
    return gates


def _gate(problem: CellProblem, weights: Affine, activation: str, inputs: int) -> Gate:
    """A gate's weights for column vectors, zeros in the place of what is not given."""
    units = problem.size("m")
    W_x, W_h = weights.W_x, weights.W_h
    if problem.orientation == "row":
        W_x, W_h = (None if array is None else array.T for array in (W_x, W_h))
    if weights.W is not None and problem.concat is not None:
        W = weights.W if problem.orientation == "column" else weights.W.T
        first = units if problem.concat[0] == "h" else inputs
        parts = dict(zip(problem.concat, np.split(W, [first], axis=1), strict=True))
        W_x, W_h = parts["x"], parts["h"]
    return Gate(
        W_x=_or_zeros(W_x, units, inputs),
        W_h=_or_zeros(W_h, units, units),
        b_x=_or_zeros(weights.b if weights.b_x is None else weights.b_x, units),
        b_h=_or_zeros(weights.b_h, units),
        activation=activation,
    )


def _or_zeros(array: Floats | None, *shape: int) -> Floats:
    return np.zeros(shape) if array is None else array


def steps(problem: RecurrentProblem, cell: Cell, solution: Solution) -> Steps:
    """The steps of a problem that is solved.  Raises ProblemError where one is incomplete."""
    answers, times = solution.answers, problem.times
    names = ("h", "c") if isinstance(cell, Lstm) else ("h",)
    asked = [f"{name}_{t}" for t in times for name in names]
    _refuse_missing(solution, asked)
    before = times[0] - 1
    zeros = np.zeros(problem.size("n"))  # where all gates have values, x may be left out
    layer = problem.output
    return Steps(
        cell=cell,
        t=times[0],
        xs=np.array([answers.get(f"x_{t}", zeros) for t in times]),
        states={n: np.array([answers[f"{n}_{t}"] for t in (before, *times)]) for n in names},
        layer=None if layer is None else _layer(problem, layer),
        y=None if layer is None else np.array([answers[f"y_{t}"] for t in times]),
    )


def _layer(problem: RecurrentProblem, layer: OutputLayer) -> Layer:
    W = layer.W if problem.orientation == "column" else layer.W.T
    return Layer(W, _or_zeros(layer.b, len(W)), layer.activation)


def _refuse_missing(solution: Solution, asked: list[str]) -> None:
    missing = (solution.missing.get(symbol, ()) for symbol in asked)
    reasons = dict.fromkeys(fault for faults in missing for fault in faults)
    if reasons:
        why = "; the framework computes every step, and needs it"
        raise ProblemError([fault._replace(message=fault.message + why) for fault in reasons])
