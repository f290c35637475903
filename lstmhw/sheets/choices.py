"""The conventions of a draft: what the sheet says, what its shapes decide, and what lacks."""

import re
from collections.abc import Iterator, Sequence

from lstmhw.sheets import conventions
from lstmhw.sheets.conventions import Equation, Said
from lstmhw.sheets.placing import Placing
from lstmhw.sheets.roles import GATES, role_of
from lstmhw.sheets.symbols import taken_apart
from lstmhw.sheets.tree import Leaf, Note
from lstmhw.sheets.values import axes
from lstmhw.sheets.weights import Weights


class Choices:
    """The conventions that a cell's problem needs; `lacking` is what nothing decides."""

    def __init__(self, placing: Placing, weights: Weights, on_input: Said | None) -> None:
        self.sheet = placing.sheet
        self.placing = placing
        self.book = placing.book
        self.cell = placing.book.cell
        self.weights = weights
        self.on_input = on_input
        self.lacking: list[str] = []

    def lines(self) -> Iterator[tuple[str, Leaf | Note]]:
        """The keys of the conventions, or comments in their place."""
        keys = [key for key, _ in self.placing.placed]
        names = {key[-1] for key in keys}
        if "W" in {key[-1] for key in keys if key[0] != "output"}:
            yield self._concat()
        if self.book.has_u and {"W_x", "W_h"} <= names:
            yield "_letters", Note(self._letters())
        row = self._orientation()
        if row is not None:
            yield row
        if self.cell == "gru":
            yield self._gru("update", conventions.update(self.sheet.equations))
            if ("gates", "n", "value") in keys:
                yield "reset", Leaf("before", "no matter here: the candidate is given")
            else:
                yield self._gru("reset", conventions.reset(self.sheet.equations))
        coupled = conventions.coupled(self.sheet.equations) if self.cell == "lstm" else None
        if coupled is not None:
            yield "coupled", Leaf("true", f"line {coupled.line}: {coupled.words}")
        yield from self._activations()

    def _letters(self) -> str:
        other = "U" if self.book.on_input == "W" else "W"
        said = self.on_input
        if said is not None:
            where = f"line {said.line}: {said.words}" if said.line else said.words
            return f"{self.book.on_input} is on x, {other} on h: {where}"
        why = "the sheet does not say which of W and U is on x; the other is on h"
        self.lacking.append(f"W and U: {why} (write W_x and W_h)")
        return f"W and U: lacking; {why}: write W_x and W_h"

    def _concat(self) -> tuple[str, Leaf | Note]:
        said = conventions.concat(self.sheet.numbered)
        if len(said) == 1:
            return "concat", Leaf(said[0].choice, f'line {said[0].line}: "{said[0].words}"')
        if said:
            where = " and ".join(f"line {one.line}: {one.words}" for one in said)
            why = f"the sheet has both orders ({where})"
        else:
            why = "the sheet does not say whether W is on [h, x] or on [x, h]"
        self.lacking.append(f"concat: {why}")
        return "concat", Note(f"concat: [h, x]   lacking, or [x, h]: {why}")

    def _gru(self, key: str, said: Said | None) -> tuple[str, Leaf | Note]:
        if said is not None:
            return key, Leaf(said.choice, f"line {said.line}: {said.words}")
        torch = self.sheet.first_words(r"py\s?torch|torch\.nn")
        choices = {"update": ("keep", "new"), "reset": ("before", "after")}[key]
        if torch is not None:
            choice = {"update": "keep", "reset": "after"}[key]
            return key, Leaf(choice, f"line {torch}: PyTorch's")
        meanings = {
            "update": "keep is h = z*h_prev + (1-z)*n, new is h = (1-z)*h_prev + z*n",
            "reset": "before is W_h (r*h_prev), after is r*(W_h h_prev + b_h)",
        }
        self.lacking.append(f"{key}: the sheet does not say ({meanings[key]})")
        return key, Note(f"{key}: {choices[0]}   lacking, or {choices[1]}: {meanings[key]}")

    def _orientation(self) -> tuple[str, Leaf | Note] | None:
        """Whether matrices stand left or right of vectors: by shapes, else by an equation."""
        fits = self.weights.fitting_orientations()
        said = conventions.orientation(self.sheet.equations)
        if fits == {"row"}:
            return "orientation", Leaf("row", "x W: so the shapes fit; the other is column, W x")
        if fits == {"column"}:
            return None
        if said is not None and said.choice == "row":
            return "orientation", Leaf("row", f'line {said.line}: "{said.words}"')
        has_square = any(
            len(set(axes(placed.numbers))) == 1 and axes(placed.numbers)[0] > 1
            for (key, _), placed in self.placing.placed.items()
            if key[-1] in ("W", "W_x", "W_h") and len(axes(placed.numbers)) == 2
        )
        if said is None and has_square:
            text = (
                "orientation: column (W x) is taken; the sheet does not say; the other is row (x W)"
            )
            return "orientation", Note(text)
        return None

    def _activations(self) -> Iterator[tuple[str, Leaf | Note]]:
        if self.cell == "rnn":
            yield self._of_rnn()
            return
        for equation in self.sheet.equations:
            symbol = taken_apart(equation.left)
            role = None if symbol is None else role_of(symbol, self.book)
            usual = "tanh" if role and role.symbol in "gn" else "sigmoid"
            if role is None or role.key[0] != "gates" or role.symbol not in GATES[self.cell]:
                continue
            found = conventions.function_of(equation)
            if found not in (usual, None) and re.search("[WU]", equation.right):
                self.lacking.append(
                    f"activations: line {equation.line} has {found} for {role.symbol}, where"
                    f" {usual} is usual: write activations: {{..}} if that is meant"
                )

    def _of_rnn(self) -> tuple[str, Leaf | Note]:
        """By an equation of the question, its words, or an equation of the answer."""
        words = conventions.activation_in_words(list(enumerate(self.sheet.task.lines, 1)))
        found = self._activation_of(self.sheet.task.equations)
        if found is None and words is not None:
            found = Leaf(words.choice, f'line {words.line}: "{words.words}"')
        found = found or self._activation_of(self.sheet.equations)
        return "activation", found or Note(
            "activation: tanh is taken, as where it is left out; others: sigmoid, relu, identity"
        )

    def _activation_of(self, equations: Sequence[Equation]) -> Leaf | None:
        for equation in equations:
            symbol = taken_apart(equation.left)
            role = None if symbol is None else role_of(symbol, self.book)
            found = conventions.function_of(equation) if role and role.key == ("h",) else None
            if found is not None and not (found == "identity" and "a" in equation.right):
                return Leaf(found, f"line {equation.line}: {equation.right}")
        return None
