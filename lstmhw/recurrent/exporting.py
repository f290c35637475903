"""From problems to the networks that a script is to run, for column vectors."""

import numpy as np

from lstmhw.cells.cell import or_zeros, parameters
from lstmhw.cells.lstm import Lstm, PyTorchLstm
from lstmhw.cells.rnn import Rnn
from lstmhw.faults import ProblemError
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.parameters import Layer, Network, Steps
from lstmhw.recurrent import RecurrentProblem
from lstmhw.solution import Solution


def stacked_lstm(
    weight_ih: Floats,
    weight_hh: Floats,
    bias_ih: Floats,
    bias_hh: Floats,
    weight_hr: Floats | None = None,
) -> Network:
    """The LSTM of parameters in PyTorch's layout."""
    sizes = {"m": len(bias_ih) // len(Lstm.letters), "n": weight_ih.shape[1]}
    stacked = PyTorchLstm(
        layout="pytorch",
        weight_ih=weight_ih,
        weight_hh=weight_hh,
        bias_ih=bias_ih,
        bias_hh=bias_hh,
    )
    cell = Lstm(stacked=stacked, sizes=sizes)
    return Network(cell, parameters(cell, sizes["n"]), weight_hr)


def sigmoid_rnn(W_x: Floats, W_h: Floats, b_x: Floats, b_h: Floats) -> Network:
    """The RNN of these parameters."""
    units, inputs = W_x.shape
    sizes = {"m": units, "n": inputs}
    cell = Rnn(W_x=W_x, W_h=W_h, b_x=b_x, b_h=b_h, activation="sigmoid", sizes=sizes)
    return Network(cell, parameters(cell, inputs))


def steps(problem: RecurrentProblem, solution: Solution) -> Steps:
    """The steps of a problem that is solved.  Raises ProblemError where one is incomplete."""
    cell, answers, times = problem.cell, solution.answers, problem.times
    _refuse_missing(solution, [f"{name}_{t}" for t in times for name in cell.states])
    before = times[0] - 1
    zeros = np.zeros(problem.size("n"))  # where all gates have values, x may be left out
    layer = problem.output
    return Steps(
        network=Network(cell, parameters(cell, problem.size("n"))),
        t=times[0],
        xs=np.array([answers.get(f"x_{t}", zeros) for t in times]),
        states={s: np.array([answers[f"{s}_{t}"] for t in (before, *times)]) for s in cell.states},
        layer=None if layer is None else _layer(problem),
        y=None if layer is None else np.array([answers[f"y_{t}"] for t in times]),
    )


def _layer(problem: RecurrentProblem) -> Layer:
    layer = problem.output
    assert layer is not None
    W = layer.W if problem.cell.orientation == "column" else layer.W.T
    return Layer(W, or_zeros(layer.b, len(W)), ACTIVATIONS[layer.activation])


def _refuse_missing(solution: Solution, asked: list[str]) -> None:
    missing = (solution.missing.get(symbol, ()) for symbol in asked)
    reasons = dict.fromkeys(fault for faults in missing for fault in faults)
    if reasons:
        why = "; the framework computes every step, and needs it"
        raise ProblemError([fault._replace(message=fault.message + why) for fault in reasons])
