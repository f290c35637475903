"""The draft of a step of an LSTM, a GRU or a plain RNN, and of the gradients through one."""

import re
from collections.abc import Iterator, Sequence

from lstmhw.sheets import conventions, formulas
from lstmhw.sheets.asking import Asked
from lstmhw.sheets.choices import Choices
from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.conventions import Said
from lstmhw.sheets.inputs import Inputs
from lstmhw.sheets.outputs import Outputs
from lstmhw.sheets.placing import Placed, Placing, leaf_of
from lstmhw.sheets.roles import Book, book_of
from lstmhw.sheets.shapes import spelled, vector
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.symbols import taken_apart
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Tree
from lstmhw.sheets.values import axes
from lstmhw.sheets.weights import Weights

_USUAL_CELL = {"lstm-gradient": "lstm", "gradient-flow": "rnn"}
_ZEROS = r"initial\w*[^.\n]*\bzeros?\b|zeros?[^.\n]*\binitial"
_BEYOND = (
    (r"bi-?directional", "two directions; the weights of the second go under `reverse:`"),
    (
        r"\b(?:two|three|2|3)[- ](?:hidden |stacked |recurrent )*layers?\b"
        r"|\bstacked (?:\w+ )?(?:layers?|LSTM|GRU|RNN)",
        "several layers; the weights of each go under `layers:`",
    ),
    (
        r"\bhard[- ]?sigmoid\b",
        "hard sigmoid, of which there are two: activations: {gate: hard-sigmoid} (0.2 z + 0.5) or"
        " hard-sigmoid-6 (z/6 + 1/2)",
    ),
    (r"\battention\b", "attention is a kind of its own; see `lstmhw new attention`"),
)
_WEIGHTS = re.compile(
    r"(?<![A-Za-z])[WUb](?:_|\b)|weight|bias|∂|[A-Za-z]_\{?[\w-]+\}?\s+[(\[]?[-+]?[\d.]"
    r"|^[\s\d.,;&+-]*\d\s*[\])]|^\W*[-+]?[\d.]+[\s,;&]+[-+]?[\d.]+[\s\d.,;&+-]*\W*$",
    re.IGNORECASE,
)
"""On a line with numbers that were not read, a sign that they are data."""


def draft(sheet: Sheet, chosen: Chosen, cell: str) -> Drafted:
    """The draft of a sheet on a cell: lstm, gru or rnn."""
    return _Cell(sheet, chosen, cell).drafted()


def weights(sheet: Sheet, chosen: Chosen) -> tuple[Tree, Sequence[Loose]]:
    """The gates of an LSTM alone, and what of the values is none of them."""
    cell = _Cell(sheet, chosen, "lstm")
    gates = cell.weights.gates()
    return ({"gates": gates} if gates else {}), cell.placing.loose


class _Cell:
    """A sheet on a cell, placed, as it becomes a file."""

    def __init__(self, sheet: Sheet, chosen: Chosen, cell: str) -> None:
        self.sheet = sheet
        self.cell = cell
        self.chosen = chosen
        self.lacking: list[str] = []
        self.on_input = conventions.on_input(sheet.equations, sheet.numbered) or _by_shape(sheet)
        on_input = self.on_input.choice if self.on_input else "W"
        usual = book_of(cell, sheet.symbols, on_input)
        usual = usual._replace(scores=conventions.scores(sheet.equations))
        told = formulas.told(sheet.task.equations, usual)
        others = [symbol for symbol in sheet.symbols if symbol not in told]
        self.book: Book = book_of(cell, others, on_input)._replace(
            state=usual.state, scores=usual.scores, told=told
        )
        self.placing = Placing(sheet, self.book)
        self.lacking += [
            f"{'.'.join(key)}: {why}" for (key, _), why in self.placing.refused.items()
        ]
        self.weights = Weights(self.placing, self.on_input is None)
        self.choices = Choices(self.placing, self.weights, self.on_input)
        self.asked = Asked(self.placing)
        self.steps = 1
        self.first, self.first_line = self._first_step()

    def drafted(self) -> Drafted:
        kind, line, words = self.chosen
        tree: Tree = {"kind": Leaf(kind, f'line {line}: "{words}"')}
        if self.cell != _USUAL_CELL.get(kind, self.cell):
            tree["cell"] = Leaf(self.cell, "")
        if self.first is not None and self.first != 1:
            tree["t"] = Leaf(str(self.first), self.first_line)
        inputs = Inputs(self.placing, self.weights)
        tree |= dict(inputs.lines())
        self.lacking += inputs.lacking
        self.steps = inputs.steps
        tree |= dict(self._states())
        tree |= dict(self.choices.lines())
        self.lacking += self.choices.lacking
        weights = dict(self.weights.lines())
        if not weights:
            self.lacking.append("weights: the sheet has no weights or gates that were understood")
        tree |= weights
        tree |= self._leaving()
        tree |= self._asked()
        self._check_all_used(tree)
        if "targets" not in tree and self.asked.has_loss():
            self.lacking.append("loss: asked for, but no targets were understood (targets, loss)")
        loose = self._unplaced()
        equations = dict(self.asked.formulas(self.sheet.task))
        return Drafted(tree, self.lacking, loose, equations)

    def _asked(self) -> Tree:
        """What is asked for and what is claimed."""
        tree: Tree = {}
        find = self.asked.find()
        if find is not None and self.chosen.kind == f"{self.cell}-step":
            tree["find"] = find
            self.lacking += [
                f"{name}: a gradient is asked for, but none arrives: expected dL/dh, or targets"
                for name in find.value
                if str(name).startswith("d")
            ]
        claims = self.asked.claimed(self.first if self.first is not None else 1)
        return {**tree, "claimed": claims} if claims else tree

    def _unplaced(self) -> Sequence[Loose]:
        """What of the sheet is not in the draft; what of it may be data is lacking."""
        self.lacking += [
            f"line {one.line}: {_cut(one.text)}: {one.why}" for one in self.placing.homeless
        ]
        self.lacking += _beyond(self.sheet)
        unread = list(self.sheet.unread())
        self.lacking += [
            f"line {one.line} was not read: {one.why or _cut(one.text.strip())}"
            for one in unread
            if _WEIGHTS.search(one.text) and one.line not in self.sheet.task.supposed
        ]
        return [*self.placing.loose, *self.asked.unknown(), *unread]

    def _leaving(self) -> Tree:
        """The peepholes, the output, a loss and gradients."""
        found = self.placing.placed.items()
        peepholes = {key[1]: placed for (key, _), placed in found if key[0] == "peephole"}
        tree: Tree = {}
        if peepholes:
            tree["peephole"] = {
                gate: leaf_of(placed._replace(numbers=vector(placed.numbers)))
                for gate, placed in peepholes.items()
            }
        first = self.first if self.first is not None else 1
        times = range(first, first + self.steps)
        outputs = Outputs(self.placing, self.weights.units(), times)
        tree |= dict(outputs.lines())
        if self.chosen.kind == "lstm-gradient":
            tree |= dict(outputs.gradients())
        self.lacking += outputs.lacking
        return tree

    def _check_all_used(self, tree: Tree) -> None:
        """What is placed at a key that the draft does not have is not placed."""
        used = {"x", "one_hot", "xs", "h", "c", "h_prev", "c_prev", "t", "embedding"}
        used |= {"y"} if "targets" in tree else set()
        used |= {"W", "W_x", "W_h", "b", "b_x", "b_h"} if self.cell == "rnn" else set()
        for key, time in list(self.placing.placed):
            if key[0] not in used and key[0] not in tree:
                self.placing.drop(key, time, f"no place in {self.chosen.kind}")

    # Time

    def _first_step(self) -> tuple[int | None, str]:
        """The number of the first step, from x_2, h_1 or t = 2, and where that stands."""
        placing = self.placing
        inputs = {int(t): p for t, p in placing.of("x").items() if t.isdecimal()}
        if inputs:
            first = min(inputs)
            return first, f"line {inputs[first].line}: {inputs[first].name}"
        for placed in placing.of("t").values():
            if isinstance(placed.numbers, str) and placed.numbers.isdecimal():
                return int(placed.numbers), f"line {placed.line}: t = {placed.numbers}"
        for letter in "hc":
            numbered = {int(t): p for t, p in placing.of(letter).items() if t.isdecimal()}
            if len(numbered) == 1:
                ((before, placed),) = numbered.items()
                return before + 1, f"line {placed.line}: {placed.name} is the state before"
        return None, ""

    def _states(self) -> Iterator[tuple[str, Leaf | Note]]:
        for letter in "hc" if self.cell == "lstm" else "h":
            key = f"{letter}_prev"
            placed = self._before(letter)
            if placed is None:
                zeros = self.sheet.first_words(_ZEROS)
                where = f"line {zeros}" if zeros else "the sheet gives none"
                yield key, Note(f"{key}: zeros, as where it is left out ({where})")
                self._check_mention(letter, zeros)
            else:
                yield key, leaf_of(placed._replace(numbers=vector(placed.numbers)))

    def _check_mention(self, letter: str, zeros: int | None) -> None:
        """A state before the first step that is named has a value, which was not understood."""
        pattern = rf"(?<![A-Za-z∂/{{])[{letter}{letter.upper()}](?:_\{{?|\(| )?0(?![.\d])"
        for number, line in enumerate(self.sheet.task.lines, 1):
            if zeros is None and re.search(pattern, line):
                self.lacking.append(f"{letter}_prev: line {number} names it; no value was read")
                return

    def _before(self, letter: str) -> Placed | None:
        """The state before the first step; what is given of others is not placed."""
        placing = self.placing
        first = self.first if self.first is not None else 1
        before = {"t-1", "", str(first - 1)}
        named = placing.of(f"{letter}_prev")
        found = [*named.values()]
        for time, placed in dict(placing.of(letter)).items():
            if time not in before:
                placing.drop((letter,), time, "the step computes it")
            elif time == "" and len(placing.of(letter)) > 1:
                placing.drop((letter,), time, "of no time, beside one that has a time")
            else:
                found.append(placed)
        different = {str(vector(placed.numbers)) for placed in found}
        if len(different) > 1:
            lines = " and ".join(str(placed.line) for placed in found)
            self.lacking.append(f"{letter}_prev: lines {lines} say different things")
            self.placing.loose += [
                Loose(p.line, f"{p.name} = {spelled(p.numbers)}", "two values") for p in found
            ]
            return None
        return found[0] if found else None


def _beyond(sheet: Sheet) -> Iterator[str]:
    """What a sheet has that is not drafted, and the key for it."""
    for pattern, why in _BEYOND:
        number = sheet.first_words(pattern)
        if number is not None:
            yield f"line {number}: {why}"


def _by_shape(sheet: Sheet) -> Said | None:
    """Which of W and U is on the input, where the other alone is square."""
    shapes: dict[str, set[bool]] = {"W": set(), "U": set()}
    for statement in sheet.task.statements:
        symbol = taken_apart(statement.names[0]) if statement.names else None
        readings = statement.value.readings if statement.value is not None else ()
        if symbol is not None and symbol.base in shapes and readings and "y" not in symbol.letters:
            shape = axes(readings[-1])
            shapes[symbol.base].add(
                shape in ((), (1,)) or (len(shape) == 2 and len(set(shape)) == 1)
            )
    for name, other in (("W", "U"), ("U", "W")):
        if shapes[name] == {False} and shapes[other] == {True}:
            return Said(name, 0, f"{other} is square, {name} is not")
    return None


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
