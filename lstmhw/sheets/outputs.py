"""What leaves a cell in a draft: its output, targets and a loss, and the gradients that arrive."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lstmhw.sheets import conventions
from lstmhw.sheets.placing import Placed, Placing, leaf_of
from lstmhw.sheets.roles import role_of
from lstmhw.sheets.shapes import as_rows, vector
from lstmhw.sheets.sheet import Sheet
from lstmhw.sheets.symbols import NAME, taken_apart
from lstmhw.sheets.tree import Leaf, Note, Tree
from lstmhw.sheets.values import Numbers, axes

_LOSSES: Mapping[str, str] = {
    "half-squared": r"(?:1\s?/\s?2|½|0\.5|\\frac\s*\{?1\}?\s*\{?2\}?)\s*[*·]?\s*(?:\\sum|[Σ∑(|‖\[])"
    r"(?:[^\n.]|\.(?=\d)){0,60}?(?:\^\s*\{?2|²)|\bhalf (?:of )?(?:the )?(?:sum of )?(?:the )?squar",
    "binary-cross-entropy": r"binary cross[- ]entropy",
    "cross-entropy": r"cross[- ]entropy|negative log",
    "mean-squared": r"mean[- ]squared?|\bMSE\b",
    "squared": r"\)\s*(?:\^\s*\{?2|²)|squared? (?:error|loss|distance)|sum of squares",
}
_MEAN = (
    r"(?:1\s*/\s*|\\frac\s*\{?1\}?\s*)\{?[TN]\b"
    r"|(?:mean|averaged?) over (?:the |all )?(?:time )?steps"
)
_OUTPUT_WORDS = r"\b(linear|sigmoid|tanh|identity|relu) (?:output|readout)s?\b"
TARGETS = r"\btargets?\b|\blabels?\b|\bdesired\b|\btrue (?:output|value)s?|ground truth|\bloss\b"


class Outputs:
    """The keys behind the weights; `times` are the steps, `lacking` is what nothing decides."""

    def __init__(self, placing: Placing, units: int | None, times: range) -> None:
        self.sheet = placing.sheet
        self.placing = placing
        self.units = units
        self.times = times
        self.lacking: list[str] = []

    def lines(self) -> Iterator[tuple[str, Leaf | Note | Tree]]:
        """The output, and what a loss is computed from."""
        yield from self._output()
        if self.sheet.first_words(TARGETS) is not None and self.placing.of("y"):
            yield from self._targets()

    def _output(self) -> Iterator[tuple[str, Tree]]:
        found = {k[1]: p for (k, _), p in self.placing.placed.items() if k[0] == "output"}
        if "W" not in found:
            for key, time in [place for place in self.placing.placed if place[0][0] == "output"]:
                self.placing.drop(key, time, "there is no W of an output")
            return
        numbers = found["W"].numbers
        parts: Tree = {"W": leaf_of(found["W"]._replace(numbers=as_rows(numbers, self.units)))}
        if "b" in found:
            parts["b"] = leaf_of(found["b"]._replace(numbers=vector(found["b"].numbers)))
        parts["activation"] = self._activation()
        yield "output", parts

    def _activation(self) -> Leaf | Note:
        for equation in self.sheet.equations:
            if re.match(r"\\?[yoŷpz]", equation.left) and self._has_weights(equation.right):
                found = conventions.function_of(equation)
                if found is not None and not (found == "identity" and self._softmax()):
                    return Leaf(found, f"line {equation.line}: {equation.right}")
        softmax = self._softmax()
        if softmax is not None:
            return Leaf("softmax", f'line {softmax}: "softmax"')
        for number, line in self.sheet.numbered:
            if match := re.search(_OUTPUT_WORDS, line, re.IGNORECASE):
                word = match[1].lower()
                return Leaf(
                    "identity" if word == "linear" else word, f'line {number}: "{match[0]}"'
                )
        why = "the sheet does not say what it goes through: identity, sigmoid, softmax, .."
        self.lacking.append(f"output.activation: {why}")
        return Note(f"activation: lacking; {why}")

    def _softmax(self) -> int | None:
        return self.sheet.first_words(r"soft-?max")

    def _has_weights(self, formula: str) -> bool:
        """Whether a formula has a weight of the output."""
        symbols = map(taken_apart, re.findall(NAME, formula))
        roles = [role_of(symbol, self.placing.book) for symbol in symbols if symbol is not None]
        return any(r and r.key[0] in ("output", "W") for r in roles)

    # Losses

    def _targets(self) -> Iterator[tuple[str, Leaf | Note]]:
        rows = self._rows(self.placing.of("y"))
        if rows is None:
            return
        lines = ", ".join(
            sorted({f"line {p.line}: {p.name}" for p in self.placing.of("y").values()})
        )
        yield "targets", Leaf(rows, lines)
        yield "loss", self._loss(self.sheet)
        mean = _first_match(self.sheet, _MEAN)
        if mean is not None:
            yield "over_steps", Leaf("mean", mean)

    def _rows(self, given: Mapping[str, Placed]) -> Sequence[Numbers] | None:
        """A target a step, null where a step has none; None where their steps are not told."""
        numbered = {int(time): vector(p.numbers) for time, p in given.items() if time.isdecimal()}
        if len(numbered) == len(given) and numbered.keys() <= set(self.times):
            return [numbered.get(time, "null") for time in self.times]
        if len(given) == 1 and not numbered:
            ((_, placed),) = given.items()
            numbers = vector(placed.numbers)
            if len(self.times) == 1:
                return [numbers]
            if axes(numbers)[:1] == (len(self.times),) and not isinstance(numbers, str):
                return numbers
        self.lacking.append(
            f"targets: expected y_{self.times[0]} to y_{self.times[-1]}, one a step that has one"
        )
        return None

    def _loss(self, sheet: Sheet) -> Leaf | Note:
        for name, pattern in _LOSSES.items():
            said = _first_match(sheet, pattern)
            if said is not None:
                return Leaf(name, said)
        why = f"the sheet does not say which: {', '.join(_LOSSES)}"
        self.lacking.append(f"loss: {why}")
        return Note(f"loss: lacking; {why}")

    # Gradients

    def gradients(self) -> Iterator[tuple[str, Leaf]]:
        """The gradients that arrive at the last step, and the learning rate."""
        last = self.times[-1]
        for key in ("dh", "dc"):
            found = self.placing.of(key)
            others = [t for t in found if t.isdecimal() and int(t) != last]
            if len(found) > 1 or others:
                lines = " and ".join(str(placed.line) for placed in found.values())
                self.lacking.append(
                    f"{key}: only one of the last step (t = {last}) has a place; see line {lines}"
                )
            for time in found if len(found) > 1 or others else ():
                self.placing.drop((key,), time, f"not of the last step alone, t = {last}")
            for placed in self.placing.of(key).values():
                yield key, leaf_of(placed._replace(numbers=vector(placed.numbers)))
        for placed in self.placing.of("learning_rate").values():
            yield "learning_rate", leaf_of(placed)


def _first_match(sheet: Sheet, pattern: str) -> str | None:
    """The first line of a sheet with a pattern, and the words there."""
    for number, line in sheet.numbered:
        if match := re.search(pattern, line, re.IGNORECASE):
            return f'line {number}: "{match[0]}"'
    return None
