"""`gradient-flow`: what becomes of a gradient on its way from state to state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np

from lstmhw.cells.cell import Cell, cells
from lstmhw.cells.rnn import Rnn
from lstmhw.charts import sizes
from lstmhw.expr import Expr
from lstmhw.faults import Fault, ProblemError
from lstmhw.flow import Flow, flow
from lstmhw.flow.gated import of_gated_cell
from lstmhw.flow.plain import of_rnn
from lstmhw.flow.report import WHETHER, Outcome, clipped, concluded, product
from lstmhw.functions import Floats
from lstmhw.numerals import counted
from lstmhw.picture import Chart
from lstmhw.problem import Embedded, Exact, Range, Record, Shape, record
from lstmhw.recurrent import INPUT, RecurrentProblem
from lstmhw.recurrent.finding import lacking
from lstmhw.recurrent.random_inputs import RandomInputs
from lstmhw.solution import (
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Solution,
    Worksheet,
)

MOST_NUMBERS = 4_000_000  # in all factors


@record
class Factors(Record):
    """The factors themselves: `count` times w * slope; the slope is 1 if left out."""

    w: Annotated[Floats, Shape("")]
    slope: Annotated[Floats, Shape("")] | None = None
    count: Annotated[int, Range(1, 10_000)]


@record
class Clip(Record):
    """A gradient whose norm is over `norm` is scaled down to it."""

    norm: Annotated[Fraction, Exact(above=0)]
    gradient: Annotated[Floats, Shape("G", "G H")]


@record
class GradientFlow(RecurrentProblem, kind="gradient-flow"):
    """The factors dh_t/dh_{t-1}, their products from one state to another, and their sizes."""

    cell: Annotated[Cell, Embedded(cells, "rnn")]

    pictured: ClassVar[str] = "norms are drawn, unless all are 0 or one is over 1e100"

    random: RandomInputs | None = None
    from_: Annotated[int, Range(0, 1_100_000)] | None = None
    to: Annotated[int, Range(0, 1_100_000)] | None = None
    below: Annotated[Fraction, Exact(above=0)] = Fraction(1, 1000)
    factors: Factors | None = None
    clip: Clip | None = None

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.find is not None:
            message = "gradient-flow answers all it can, and has no `find`"
            yield Fault(("find",), message, "leave it out", at_key=True)
        if self.random is not None:
            for key in ("x", "xs", "one_hot", "one_hots"):
                if getattr(self, key) is not None:
                    message = f"the inputs are given twice: as {key} and as random"
                    yield Fault(("random",), message, "keep one of them")
        if self.factors is not None and self.cell.is_given:
            message = "the factors are given twice: as they are, and by a cell"
            yield Fault(("factors",), message, "keep one of them")
        if not self.cell.is_given and self.factors is None and self.clip is None:
            message = (
                "expected a cell (W_x and W_h of an RNN, gates of a GRU or an LSTM), factors or"
            )
            yield Fault((), f"{message} clip; found none")
        if self.cell.is_given:
            yield from self._range_faults()

    def _range_faults(self) -> Iterator[Fault]:
        states = range(self.t - 1, self.times[-1] + 1)
        for key, state in (("from", self.from_), ("to", self.to)):
            if state is not None and state not in states:
                message = f"expected a state from {states[0]} to {states[-1]}, found {state}"
                yield Fault((key,), message, f"there are {len(self.times)} inputs")
        is_inside = all(s is None or s in states for s in (self.from_, self.to))
        if is_inside and self.start >= self.end:
            message = f"expected a state after `from`, {self.start}; found {self.end}"
            yield Fault(("to",), message)
        count = (self.end - self.start) * self.state_size**2
        if count > MOST_NUMBERS:
            message = f"the factors would be {count} numbers, more than {MOST_NUMBERS}"
            yield Fault(("to",), message, "end at an earlier state")

    @property
    def times(self) -> range:
        steps = self.size("T") if self.random is None else self.random.steps
        return range(self.t, self.t + steps)

    @property
    def start(self) -> int:
        return self.t - 1 if self.from_ is None else self.from_

    @property
    def end(self) -> int:
        return self.times[-1] if self.to is None else self.to

    def inputs(self, sheet: Worksheet, found: Mapping[int, Any]) -> Iterable[Expr]:
        if self.random is None:
            return super().inputs(sheet, found)
        rows = self.random.drawn(self.size("n"))
        pairs = zip(self.times, rows, strict=True)
        return [sheet.state(f"x_{t}", x, ("random",), "", INPUT) for t, x in pairs]

    @property
    def state_size(self) -> int:
        """The size of what one step hands to the next."""
        return len(self.cell.states) * self.size("m")

    def solve(self) -> Solution:
        limit = float(self.below)
        parts = []
        if self.cell.is_given:
            parts.append(self._through_cell(limit))
        if self.factors is not None:
            given = self.factors
            slope = np.array(1.0) if given.slope is None else given.slope
            parts.append(product(given.w, slope, given.count, limit))
        if self.clip is not None:
            parts.append(clipped(float(self.clip.norm), self.clip.gradient))
        extras: dict[str, Any] = {"verdict": None, "first_below": None}
        for part in parts:
            extras |= part.extras
        return self.told(
            (section for part in parts for section in part.sections),
            asked=(" ".join(part.asked for part in parts),),
            result=tuple(block for part in parts for block in part.result),
            answers={symbol: value for part in parts for symbol, value in part.answers.items()},
            words={name: words for part in parts for name, words in part.words.items()},
            steps=tuple(step for part in parts for step in part.steps),
            picture=next((part.picture for part in parts if part.picture is not None), None),
            extras=extras,
        )

    @cached_property
    def worked(self) -> Worksheet:
        """The forward pass.  Raises ProblemError where something is missing for it."""
        sheet = Worksheet(self.cell.stated(self.times))
        self.forward(sheet)
        faults = lacking(sheet, [f"h_{t}" for t in self.times])
        if faults:
            raise ProblemError(faults)
        return sheet

    def run(self) -> Flow:
        """The factors and their products."""
        times = range(self.start + 1, self.end + 1)
        return flow(self.worked, self.cell.states, times, self.size("m"))

    def _through_cell(self, limit: float) -> Outcome:
        sheet, found = self.worked, self.run()
        if isinstance(self.cell, Rnn):
            told = of_rnn(self.cell, sheet, found, self._with)
        else:
            told = of_gated_cell(self.cell, sheet, found)
        answers = {**sheet.answers, **told.answers}
        rows = zip(found.times, found.factors, found.products, found.norms, strict=True)
        for t, factor, running, norm in rows:
            answers |= {f"J_{t}": factor, f"P_{t}": running, f"norm_{t}": np.array(norm)}
        last = [f"{name}_{self.end}" for name in ("J", "P", "norm", "bound", "P_c")]
        shown = Entries(tuple(Entry(s, answers[s], False) for s in last if s in answers))
        conclusion = concluded(found.norms, self.start, limit)
        sections = (
            Section("Given", (Entries(tuple(sheet.entries)),)),
            Section("Conventions", tuple(map(Paragraph, self._conventions()))),
            Section("Remarks", (*sheet.remarks, *self._constants())),
            *told.sections,
        )
        count = self.end - self.start
        asked = (
            f"dh_{self.end}/dh_{self.start} of {self.described}: a product of "
            f"{counted(count, 'factor')}. {WHETHER}"
        )
        return Outcome(
            sections,
            answers,
            {**conclusion.extras, **told.extras},
            conclusion.words,
            told.lines,
            asked,
            (shown, *conclusion.body),
            self._picture(found, answers),
        )

    def _picture(self, found: Flow, answers: Mapping[str, Floats]) -> Chart | None:
        """The norms beside their bounds."""
        bounds = np.array([answers[f"bound_{t}"] for t in found.times])
        title = f"The norm of dh_t/dh_{self.start} beside its bound"
        return sizes(title, found.times, {"norm_t": found.norms, "bound_t": bounds})

    def _conventions(self) -> Iterator[tuple[Inline, ...]]:
        yield from self.cell.conventions(self.t)
        yield ("; ".join(dict.fromkeys(f.definition for f in self.cell.functions)),)

    def _constants(self) -> Iterator[Paragraph]:
        """What is said of gates that are given as values."""
        values = [letter for letter, gate in self.cell.weights().items() if gate.value is not None]
        if values:
            text = "Given as values, and so constants through which nothing flows"
            yield Paragraph((f"{text}: {', '.join(values)}.",))

    def _with(self, cell: Cell) -> Flow:
        """The same inputs through another cell.  Raises ProblemError where it overflows."""
        return replace(self, cell=cell).run()
