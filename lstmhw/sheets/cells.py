"""The draft of a step of an LSTM, a GRU or a plain RNN, and of the gradients through one."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lstmhw.sheets import conventions, formulas
from lstmhw.sheets.asking import Asked
from lstmhw.sheets.choices import Choices
from lstmhw.sheets.choosing import Chosen
from lstmhw.sheets.conventions import Said
from lstmhw.sheets.outputs import Outputs
from lstmhw.sheets.placing import Placed, Placing, leaf_of
from lstmhw.sheets.roles import Book, book_of
from lstmhw.sheets.shapes import is_one_hot, spelled, turned, vector
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.symbols import taken_apart
from lstmhw.sheets.tree import Drafted, Leaf, Loose, Note, Rows, Tree
from lstmhw.sheets.values import Numbers, axes
from lstmhw.sheets.weights import Weights

_STEPS = r"sequence|time steps|over \w+ steps"
_ZEROS = r"initial\w*[^.\n]*\bzeros?\b|zeros?[^.\n]*\binitial"
_BEYOND = (
    (r"bi-?directional", "two directions; the weights of the second go under `reverse:`"),
    (
        r"\b(?:two|three|2|3)[- ](?:hidden |stacked |recurrent )*layers?\b"
        r"|\bstacked (?:\w+ )?(?:layers?|LSTM|GRU|RNN)",
        "several layers; the weights of each go under `layers:`",
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
        told = formulas.told(sheet.equations, usual)
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
        if kind == "lstm-gradient" and self.cell != "lstm":
            tree["cell"] = Leaf(self.cell, "")
        if self.first is not None and self.first != 1:
            tree["t"] = Leaf(str(self.first), self.first_line)
        tree |= dict(self._inputs())
        tree |= dict(self._states())
        tree |= dict(self.choices.lines())
        self.lacking += self.choices.lacking
        weights = dict(self.weights.lines())
        if not weights:
            self.lacking.append("weights: the sheet has no weights or gates that were understood")
        tree |= weights
        tree |= self._leaving()
        find = self.asked.find()
        if find is not None and kind == f"{self.cell}-step":
            tree["find"] = find
            self.lacking += [
                f"{name}: a gradient is asked for, but none arrives: expected dL/dh, or targets"
                for name in find.value
                if str(name).startswith("d")
            ]
        claims = self.asked.claimed(self.first if self.first is not None else 1)
        if claims:
            tree["claimed"] = claims
        self._check_all_used(tree)
        self.lacking += [
            f"line {one.line}: {_cut(one.text)}: {one.why}" for one in self.placing.homeless
        ]
        self.lacking += _beyond(self.sheet)
        unread = list(self.sheet.unread())
        self.lacking += [
            f"line {one.line} was not read: {one.why or _cut(one.text.strip())}"
            for one in unread
            if _WEIGHTS.search(one.text) and one.line not in self.sheet.supposed
        ]
        loose = [*self.placing.loose, *self.asked.unknown(), *unread]
        return Drafted(
            tree, self.lacking, loose, dict(self.asked.formulas(self.sheet.given, False))
        )

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

    # What is given

    def _inputs(self) -> Iterator[tuple[str, Leaf | Rows | Note]]:
        placing = self.placing
        named: Mapping[str, Placed] = {
            **placing.of("x"),
            **{f"one-hot {t}": p for t, p in placing.of("one_hot").items()},
        }
        sequence = placing.of("xs")
        embedding = placing.of("embedding").get("")
        if sequence and not named:
            named = sequence
        if not named and not self._needs_inputs():
            return
        if not named:
            self.lacking.append("x: the sheet has no input that was understood")
            yield "x", Note("x: lacking")
            return
        ordered = sorted(named.values(), key=lambda placed: (placed.line, placed.time))
        numbered = sorted((p for p in ordered if p.time.isdecimal()), key=lambda p: int(p.time))
        if len(numbered) > 1:
            yield from self._several(numbered, embedding)
        elif len({str(placed.numbers) for placed in ordered}) > 1:
            lines = " and ".join(str(placed.line) for placed in ordered)
            self.lacking.append(f"x: lines {lines} say different things")
            yield "x", Note(f"x: lacking; lines {lines} say different things")
        else:
            yield from self._one(ordered[0], embedding, bool(sequence))
        if embedding is not None:
            yield "embedding", self._table(embedding, vector(ordered[0].numbers))

    def _needs_inputs(self) -> bool:
        """Whether a gate that the new state is computed from has no value."""
        keys = [key for key, _ in self.placing.placed]
        needed = {"lstm": "ifgo", "gru": "zn", "rnn": ""}[self.cell]
        return not needed or any(("gates", gate, "value") not in keys for gate in needed)

    def _table(self, embedding: Placed, word: Numbers) -> Leaf:
        """The embedding with a row a word; E x, or a one-hot vector, tells that it has columns."""
        said = conventions.embedding(self.sheet.equations)
        shape = axes(embedding.numbers)
        words = axes(word)[0] if is_one_hot(word) else 0
        is_square = shape[:1] == shape[1:]
        leaf = leaf_of(embedding)
        if len(shape) != 2 or (not is_square and words != shape[1]):
            return leaf
        if not is_square or (said is not None and said.choice == "columns"):
            why = f'line {said.line}: "{said.words}"' if said else f"a one-hot x has {words}"
            return Leaf(turned(embedding.numbers), f"{leaf.comment}, its columns as rows ({why})")
        return leaf if said else Leaf(leaf.value, f"{leaf.comment}, a row a word is taken")

    def _several(
        self, numbered: Sequence[Placed], embedding: Placed | None
    ) -> Iterator[tuple[str, Rows]]:
        """Inputs of several steps, x_1, x_2, .., which follow one another."""
        times = [int(placed.time) for placed in numbered]
        if times != list(range(times[0], times[0] + len(times))):
            self.lacking.append(f"xs: there are x_{times[0]} to x_{times[-1]}, but not all between")
        self.steps = len(numbered)
        for time in [t for t in self.placing.of("x") if not t.isdecimal()]:
            self.placing.drop(("x",), time, "of no step, beside inputs of steps")
        leaves = [leaf_of(placed._replace(numbers=vector(placed.numbers))) for placed in numbered]
        is_hot = embedding is not None and all(is_one_hot(leaf.value) for leaf in leaves)
        yield "one_hots" if is_hot else "xs", Rows(leaves)

    def _one(
        self, placed: Placed, embedding: Placed | None, is_sequence: bool
    ) -> Iterator[tuple[str, Leaf | Note]]:
        value = vector(placed.numbers)
        shape = axes(value)
        if embedding is not None and is_one_hot(value):
            yield "one_hot", leaf_of(placed._replace(numbers=value))
        elif len(shape) == 2:
            if not is_sequence and self.sheet.first_words(_STEPS) is None:
                self.lacking.append(
                    f"x: line {placed.line} has {shape[0]} rows, which may be steps (xs) or"
                    " examples (x of a batch)"
                )
                yield "x", Note(f"xs: or x: {spelled(value)} of line {placed.line}: lacking")
                return
            self.steps = shape[0]
            yield "xs", Leaf(value, f"line {placed.line}: a row a step")
        elif len(shape) == 1 and (is_sequence or (shape[0] > 1 and self.weights.reads_numbers())):
            self.steps = shape[0]
            yield "xs", Leaf(value, f"line {placed.line}: one number a step")
        else:
            yield "x", leaf_of(placed._replace(numbers=value))

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
        for number, line in enumerate(self.sheet.asked, 1):
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
    for statement in sheet.given:
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
