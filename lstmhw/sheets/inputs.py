"""The inputs of a cell in a draft: steps, numbers, or one-hot words of an embedding."""

from collections.abc import Iterator, Mapping, Sequence

from lstmhw.sheets import conventions
from lstmhw.sheets.placing import Placed, Placing, leaf_of
from lstmhw.sheets.shapes import is_one_hot, spelled, turned, vector
from lstmhw.sheets.tree import Leaf, Note, Rows
from lstmhw.sheets.values import Numbers, axes
from lstmhw.sheets.weights import Weights

_STEPS = r"sequence|time steps|over \w+ steps"
_GATES_OF_STATE = {"lstm": "ifgo", "gru": "zn", "rnn": ""}
"""The gates that give a new state without an input, where they are all given."""


class Inputs:
    """The keys of the inputs; `steps` are how many there are, `lacking` is what nothing decides."""

    def __init__(self, placing: Placing, weights: Weights) -> None:
        self.sheet = placing.sheet
        self.placing = placing
        self.weights = weights
        self.steps = 1
        self.lacking: list[str] = []

    def lines(self) -> Iterator[tuple[str, Leaf | Rows | Note]]:
        """The key of the inputs, and of an embedding; a comment where they are lacking."""
        placing = self.placing
        named: Mapping[str, Placed] = {
            **placing.of("x"),
            **{f"one-hot {t}": p for t, p in placing.of("one_hot").items()},
        }
        sequence = placing.of("xs")
        embedding = placing.of("embedding").get("")
        if sequence and not named:
            named = sequence
        if not named and not self._are_needed():
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

    def _are_needed(self) -> bool:
        """Whether a gate that the new state is computed from has no value."""
        keys = [key for key, _ in self.placing.placed]
        needed = _GATES_OF_STATE[self.placing.book.cell]
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
