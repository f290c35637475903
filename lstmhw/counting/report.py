"""The page of a count: the parts of each layer as products, and the totals as sums."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from lstmhw.counting.parts import CONVENTIONS, SECOND_BIAS, Layer, Part, Stack, totals
from lstmhw.solution import Block, Paragraph, Section, Table

MOST_TERMS = 8


def layer_sections(layers: Sequence[Layer]) -> Iterator[Section]:
    """A section for each layer; what there is to say of several is said at the first."""
    told: set[str] = set()
    for layer in layers:
        new = [note for note in layer.notes if note not in told]
        told.update(new)
        title = layer.name[0].upper() + layer.name[1:]
        yield Section(title, (*_tables(layer), *(Paragraph((note,)) for note in new)))


def _tables(layer: Layer) -> Iterator[Block]:
    """The parts of a layer, a table for the first and one for the rest of stacked ones."""
    for stack in layer.stacks:
        if len(layer.stacks) > 1:
            yield Paragraph((_stack_name(stack),))
        yield _stack_table(stack)
    if not layer.stacks:
        yield Paragraph(("No parameters.",))


def sums(layers: Sequence[Layer]) -> Table:
    """The total of a network in each convention, and what it is the sum of."""
    rows = ((c, _sum(layers, c), str(total)) for c, total in totals(layers).items())
    return Table(("convention", "parameters", "total"), tuple(rows))


def differences(first: Mapping[str, int], second: Mapping[str, int]) -> Table:
    """How many more the first network has than the second, in each convention."""
    rows = ((c, f"{first[c]} - {second[c]}", str(first[c] - second[c])) for c in CONVENTIONS)
    return Table(("convention", "first - second", "difference"), tuple(rows))


def breakdown(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """The parts of a network as JSON has them."""
    return [_plain(*entry) for entry in _parts(layers)]


def _sum(layers: Sequence[Layer], convention: str) -> str:
    """The total as a sum: of parts, or of layers where there are many, or of only some."""
    terms = [s.whole(part) for _, s, part in _parts(layers) if convention in part.conventions]
    if len(terms) > MOST_TERMS:
        terms = [layer.total(convention) for layer in layers]
    texts = list(map(str, filter(None, terms)))
    if len(texts) > MOST_TERMS:
        texts = [*texts[: MOST_TERMS // 2], "...", texts[-1]]
    return " + ".join(texts) or "0"


def _parts(layers: Sequence[Layer]) -> Iterator[tuple[int, Stack, Part]]:
    for k, layer in enumerate(layers, 1):
        for stack in layer.stacks:
            for part in stack.parts:
                yield k, stack, part


def _plain(layer: int, stack: Stack, part: Part) -> dict[str, Any]:
    """A part as JSON has it; `each` is that of one gate, layer and direction."""
    copies = 1 if part.is_shared else len(stack.gates)
    return {
        "layer": layer,
        "stacked": [stack.first, stack.first + stack.repeats - 1],
        "directions": stack.directions,
        "gates": [] if part.is_shared else [gate for gate in stack.gates if gate],
        "symbol": part.symbol,
        "shape": list(part.shape),
        "each": stack.size(part) // copies,
        "parameters": stack.whole(part),
        "conventions": list(part.conventions),
    }


def _stack_name(stack: Stack) -> str:
    first, last = stack.first, stack.first + stack.repeats - 1
    inputs = stack.parts[0].shape[0]
    layers = f"Stacked layer {first}" if first == last else f"Stacked layers {first} to {last}"
    return f"{layers}, with {inputs} inputs:"


def _stack_table(stack: Stack) -> Table:
    """A row for each gate, one for all of them, then for both directions and all layers."""
    parts = [part for part in stack.parts if part.symbol != SECOND_BIAS]
    rows: list[tuple[str, ...]] = []
    label = ""
    if len(stack.gates) > 1:
        label = f"all {len(stack.gates)} gates"
        rows += [(gate, *(_of_gate(part) for part in parts)) for gate in stack.gates]
    rows.append((label, *(_of_all_gates(stack, part) for part in parts)))
    copies = 1
    for factor, name in ((stack.directions, "directions"), (stack.repeats, "layers")):
        if factor > 1:
            sizes = [stack.size(part) * copies for part in parts]
            cells = [f"{factor} x {size} = {factor * size}" for size in sizes]
            rows.append((f"{factor} {name}", *cells))
            copies *= factor
    return Table(("", *(part.symbol for part in parts)), tuple(rows))


def _of_gate(part: Part) -> str:
    return "" if part.is_shared else str(prod(part.shape))


def _of_all_gates(stack: Stack, part: Part) -> str:
    """The parameters of all gates as a product: 4 x (6 x 5) = 120."""
    product = " x ".join(map(str, part.shape))
    gates = 1 if part.is_shared else len(stack.gates)
    if gates > 1:
        product = f"{gates} x ({product})" if len(part.shape) > 1 else f"{gates} x {product}"
    size = str(stack.size(part))
    return size if product == size else f"{product} = {size}"
