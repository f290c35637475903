"""From problems to the networks that a script is to run, for column vectors."""

from collections.abc import Iterator, Sequence

import numpy as np

from lstmhw.cells.cell import or_zeros, parameters
from lstmhw.cells.lstm import Lstm, PyTorchLstm
from lstmhw.cells.rnn import Rnn
from lstmhw.faults import ProblemError
from lstmhw.functions import ACTIVATIONS, Floats
from lstmhw.parameters import Direction, Layer, Losses, Network, Steps
from lstmhw.recurrent.losses import LossProblem
from lstmhw.recurrent.passing import Way
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


def steps(problem: LossProblem, solution: Solution) -> Steps:
    """The steps of a problem that is solved.  Raises ProblemError where one is incomplete."""
    times, layer = problem.times, problem.output
    states = [(cell, letter) for cell in problem.cells for letter in cell.states]
    _refuse_missing(solution, [cell.at(letter, t) for t in times for cell, letter in states])
    no_input = np.zeros((*problem.cell.batch, problem.size("n")))  # where all gates have values
    given = times[:1] if problem.feedback else times
    xs = np.array([_by_example(solution, f"x_{t}", no_input) for t in given])
    return Steps(
        layers=list(_layers(problem, solution, xs.shape[-1])),
        t=times[0],
        xs=xs,
        feedback=problem.feedback is not None,
        lengths=problem.lengths,
        layer=None if layer is None else _layer(problem),
        y=None if layer is None else np.array([_by_example(solution, f"y_{t}") for t in times]),
        losses=None if problem.targets is None else _losses(problem, solution),
    )


def _by_example(solution: Solution, symbol: str, default: Floats | None = None) -> Floats:
    """An answer, (m,) or of a batch (B, m) however it is told."""
    value = solution.answers[symbol] if default is None else solution.answers.get(symbol, default)
    return value.T if symbol in solution.turned else value


def _layers(problem: LossProblem, solution: Solution, inputs: int) -> Iterator[Sequence[Direction]]:
    """The layers; each reads what all directions of the one below give, the first the inputs."""
    for ways in problem.network:
        yield [_direction(way, problem.times, solution, inputs) for way in ways]
        inputs = sum(way.cell.size("m") for way in ways)


def _direction(way: Way, times: range, solution: Solution, inputs: int) -> Direction:
    cell = way.cell
    all_times = sorted([way.start(times), *times])
    gates = parameters(cell, inputs)
    if isinstance(cell, Lstm) and cell.coupled:
        del gates["i"]  # it is 1 - f
    return Direction(
        network=Network(cell, gates),
        mark=cell.place.mark,
        backwards=way.backwards,
        states={
            letter: np.array([_by_example(solution, cell.at(letter, t)) for t in all_times])
            for letter in cell.states
        },
    )


def _losses(problem: LossProblem, solution: Solution) -> Losses:
    answers, targets = solution.answers, problem.targeted
    names = {t: f"loss_{t}" if len(problem.times) > 1 else "loss" for t in targets}
    perplexity = answers.get("perplexity")
    return Losses(
        name=problem.loss_name,
        targets=targets,
        of_steps={t: float(answers[name]) for t, name in names.items()},
        whole=float(answers["loss"]),
        is_mean=problem.over_steps == "mean",
        perplexity=None if perplexity is None else float(perplexity),
        counted=problem.counted,
    )


def _layer(problem: LossProblem) -> Layer:
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
