"""One step of a network of step units in numbers, so that it can be redone by hand."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from lstmhw.rules.deciding import gate_of
from lstmhw.rules.letters import Reader
from lstmhw.rules.report import plain
from lstmhw.rules.step_units import StepNetwork
from lstmhw.solution import Table

MOST_UNITS = 8  # of a step that is worked out

LEFT_OUT = "Terms that are 0 are left out."


def pre_activations(
    network: StepNetwork, reader: Reader, h: Sequence[Fraction], letter: int
) -> Table:
    """A row for each unit: its pre-activation as a sum, and its h after the letter."""
    gate = gate_of(reader.cell, "")
    z, after = network.pre_activations(h, letter), network.step(h, letter)
    rows = []
    for unit, terms in enumerate(terms_of(reader, h, letter)):
        biases = [bias[unit] for bias in (gate.b, gate.b_x, gate.b_h) if bias is not None]
        value = next((bias for bias in biases if isinstance(bias, float)), z[unit])  # infinite
        parts = [*terms, *(plain(bias) for bias in biases if bias)]
        is_sum = len(parts) > 1 or terms
        text = f"{added(parts)} = {plain(value)}" if is_sum else plain(value)
        rows.append((f"h_{unit + 1}", text, plain(after[unit])))
    return Table(("unit", "pre-activation", "h after it"), tuple(rows))


def terms_of(reader: Reader, h: Sequence[Fraction], letter: int) -> list[list[str]]:
    """The terms of W_x x and W_h h for each unit that is shown."""
    gate = gate_of(reader.cell, "")
    rows = zip(_rows(gate.W_x, len(h)), _rows(gate.W_h, len(h)), strict=True)
    return [[*_products(W_x, reader.letters[letter]), *_products(W_h, h)] for W_x, W_h in rows]


def output_text(network: StepNetwork, h: Sequence[Fraction]) -> str:
    """The output of a state, as a sum where there is something to add up."""
    bias = [plain(network.bias)] if network.bias else []
    terms, value = [*_products(network.weights, h), *bias], plain(network.output(h))
    return f"{added(terms)} = {value}" if len(terms) > len(bias) else value


def added(terms: Sequence[str]) -> str:
    """A sum of terms that have their signs."""
    return " + ".join(terms or ["0"]).replace("+ -", "- ")


def _rows(matrix: Any, units: int) -> Any:
    """The first rows of a matrix of weights, a row a unit; empty ones where there is none."""
    return ([()] * units if matrix is None else matrix)[:MOST_UNITS]


def _products(weights: Sequence[Fraction], values: Sequence[Fraction]) -> Iterator[str]:
    """The terms of a product that are not 0: 2*0.5, -1*1."""
    for weight, value in zip(weights, values, strict=False):
        if weight and value:
            yield f"{plain(weight)}*{plain(value) if value > 0 else f'({plain(value)})'}"
