"""`gradient-flow`: what becomes of a gradient on its way from state to state."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw import backward, cells
from lstmhw.expr import Expr
from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import Floats
from lstmhw.problem import Exact, Range, Record, Shape, record
from lstmhw.recurrent import RecurrentProblem
from lstmhw.recurrent.asked import lacking
from lstmhw.recurrent.flow import (
    MAX_SLOPES,
    Flow,
    Numbers,
    Step,
    derivative,
    flow,
    products,
    radius,
    spectral,
    verdict,
)
from lstmhw.recurrent.flow_report import (
    Told,
    clipped,
    concluded,
    matrix_lines,
    number,
    product,
    scalar_steps,
    table,
)
from lstmhw.recurrent.lstm import LstmProblem
from lstmhw.recurrent.random_inputs import RandomInputs
from lstmhw.recurrent.rnn import RnnProblem
from lstmhw.solution import (
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Solution,
    Table,
    Working,
    Worksheet,
)
from lstmhw.solution import Step as Line

MOST_NUMBERS = 4_000_000  # in all factors
MOST_FOLLOWED = 100_000  # in factors whose claims are marked line by line
HANDOUT = (0.5, 1.0, 1.5)
ENTRIES = "Entry [j][k] of a factor is what unit j changes by with unit k of the state before."


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
    """The factors dh_t/dh_{t-1}, their products from one state to another, and how large they are.

    A subclass knows the cell: how it steps, and the textbook's bound.
    """

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
        if self.factors is not None and self.has_cell:
            message = "the factors are given twice: as they are, and by a cell"
            yield Fault(("factors",), message, "keep one of them")
        if not self.has_cell and self.factors is None and self.clip is None:
            message = "expected a cell (W_x and W_h of an RNN, or the gates of an LSTM), factors or"
            yield Fault((), f"{message} clip; found none")
        if self.has_cell:
            yield from self._range_faults()

    def _range_faults(self) -> Iterator[Fault]:
        states = range(self.t - 1, self.times[-1] + 1)
        for key, state in (("from", self.from_), ("to", self.to)):
            if state is not None and state not in states:
                message = f"expected a state from {states[0]} to {states[-1]}, found {state}"
                yield Fault((key,), message, f"there are {len(self.times)} inputs")
        if self.start >= self.end:
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

    def inputs(self, sheet: Worksheet) -> Iterable[Expr]:
        if self.random is None:
            return super().inputs(sheet)
        rows = self.random.drawn(self.size("n"))
        pairs = zip(self.times, rows, strict=True)
        return [sheet.state(f"x_{t}", x, ("random",)) for t, x in pairs]

    @property
    def has_cell(self) -> bool:
        """Whether the file has weights of a cell."""
        raise NotImplementedError

    @property
    def state_size(self) -> int:
        """The size of what one step hands to the next."""
        raise NotImplementedError

    def step(self, sheet: Worksheet) -> Step:
        """The cell as a function from state to state."""
        raise NotImplementedError

    def state(self) -> Floats:
        """The state before the first step."""
        raise NotImplementedError

    def of_cell(self, numbers: Numbers, found: Flow) -> Told:
        """What there is to say about this kind of cell; the bounds are among the answers."""
        raise NotImplementedError

    def solve(self) -> Solution:
        limit = float(self.below)
        parts = []
        if self.has_cell:
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
            answers={symbol: value for part in parts for symbol, value in part.answers.items()},
            steps=tuple(step for part in parts for step in part.steps),
            extras=extras,
        )

    @cached_property
    def worked(self) -> Worksheet:
        """The forward pass.  Raises ProblemError where something is missing for it."""
        sheet = Worksheet(self.stated())
        self.forward(sheet)
        faults = lacking(sheet, [f"h_{t}" for t in self.times])
        if faults:
            raise ProblemError(faults)
        return sheet

    def run(self) -> tuple[Numbers, Flow]:
        """The numbers of the run; the factors and their products."""
        numbers = Numbers(self.stated())
        inputs = [self.worked.answers[f"x_{t}"] for t in range(self.t, self.end + 1)]
        step, state = self.step(numbers), self.state()
        return numbers, flow(step, inputs, state, self.t, self.start, self.size("m"))

    def _through_cell(self, limit: float) -> Told:
        sheet = self.worked
        numbers, found = self.run()
        told = self.of_cell(numbers, found)
        answers = {**sheet.answers, **told.answers}
        rows = zip(found.times, found.factors, found.products, found.norms, strict=True)
        for t, factor, running, norm in rows:
            answers |= {f"J_{t}": factor, f"P_{t}": running, f"norm_{t}": np.array(norm)}
        last = [f"{name}_{self.end}" for name in ("J", "P", "norm", "bound", "P_c")]
        shown = Entries(tuple(Entry(s, answers[s], False) for s in last if s in answers))
        extras, conclusion = concluded(found.norms, self.start, limit)
        sections = (
            Section("Given", (Entries(tuple(sheet.entries)),)),
            *told.sections,
            Section("Answer", (shown, *conclusion)),
        )
        return Told(sections, answers, {**extras, **told.extras}, told.lines)


@record
class OfRnn(RnnProblem, GradientFlow, cell="rnn"):
    """The flow through a plain RNN."""

    cell: Literal["rnn"] = "rnn"

    @property
    def has_cell(self) -> bool:
        return self.has_weights

    @property
    def state_size(self) -> int:
        return self.size("m")

    def step(self, sheet: Worksheet) -> Step:
        pre_activation = self.pre_activation(sheet, self, "")
        return lambda t, x, h: cells.rnn(sheet, t, pre_activation, self.function, x, h)

    def state(self) -> Floats:
        return np.zeros(self.size("m")) if self.h_prev is None else self.h_prev

    def of_cell(self, numbers: Numbers, found: Flow) -> Told:
        W_h = derivative(numbers.values[f"a_{self.end}"])
        norm, slope = float(spectral(W_h)), MAX_SLOPES[self.function.name]
        largest = float(radius(W_h))
        bounds = products(np.full(len(found.times), norm * slope), self.start, "bound")
        is_scalar = W_h.size == 1
        factors = {"J": found.factors.ravel()} if is_scalar else {"|J|": spectral(found.factors)}
        columns = {**factors, "norm": found.norms, "bound": bounds}
        sections = [
            Section("What is multiplied", tuple(self._formulas(norm, largest, slope))),
            Section("Step by step", (table(found.times, columns, found.norms),)),
        ]
        if is_scalar and self.function.name in backward.CHAINS:
            sections.insert(1, self._working(float(W_h[0, 0]), found.times))
        if is_scalar and self.W_h is not None:
            sections.append(self._handout(len(found.times)))
        answers = {f"bound_{t}": np.array(b) for t, b in zip(found.times, bounds, strict=True)}
        extras = {"spectral_radius": largest, "spectral_norm": norm}
        followed = not is_scalar and found.factors.size <= MOST_FOLLOWED
        lines = self._lines(W_h, found.times) if followed else ()
        return Told(tuple(sections), answers, extras, lines)

    def _lines(self, W_h: Floats, times: range) -> tuple[Line, ...]:
        """The lines of the factors and products, where each unit has a slope of its own."""
        if self.function.name == "softmax" or self.function.name not in backward.CHAINS:
            return ()
        return tuple(matrix_lines(self.worked.steps, W_h, times, self._slope))

    def _slope(self, dy: Any, z: Any, y: Any) -> Any:
        return backward.through(self.function, dy, z, y)

    def _formulas(self, norm: float, radius: float, slope: float) -> Iterator[Paragraph]:
        name = self.function.name
        W_h = "W_h" if self.orientation == "column" else "W_h^T"
        yield Paragraph(
            (f"J_t = dh_t/dh_(t-1) = diag({name}'(a_t)) {W_h}; P_t = J_t P_(t-1). {ENTRIES}",)
        )
        yield Paragraph(
            (
                f"|W_h| = {norm:.4g} (largest singular value), its spectral radius (largest "
                f"eigenvalue) is {radius:.4g}. The slope of {name} is at most {slope:g}, so "
                f"norm_t <= bound_t = ({norm:.4g} * {slope:g})^(t - {self.start}).",
            )
        )

    def _working(self, w: float, times: range) -> Section:
        steps = tuple(scalar_steps(self.worked.steps, w, times, self._slope))
        return Section("Working", (Working(steps),))

    def _handout(self, count: int) -> Section:
        """What a rule about w_h alone says, against what happens on these inputs."""
        assert self.W_h is not None
        own = float(self.W_h.ravel()[0])
        rows = [self._with(w, count) for w in sorted({*HANDOUT, own})]
        header = ("W_h", f"|W_h|^{count}", "it alone says", "norm here", "what happens")
        text = (
            "A rule says: w_h < 1 vanishes, w_h = 1 stays, w_h > 1 explodes. That is true of w_h "
            "alone. The factor is w_h times the slope at a_t, which for tanh is 1 - h_t^2: so "
            "w_h = 1 vanishes too unless h stays at 0, and w_h > 1 may saturate the unit and "
            "vanish."
        )
        table = Table(header, tuple(rows))
        return Section("W_h alone, and what happens", (Paragraph((text,)), table))

    def _with(self, w: float, count: int) -> tuple[Inline, ...]:
        with np.errstate(over="ignore"):
            powers = np.abs(w) ** np.arange(1.0, count + 1)
        rule = f"{w:g}", number(powers[-1]), verdict(powers)
        try:
            norms = replace(self, W_h=np.array([[w]])).run()[1].norms
        except ProblemError:
            return (*rule, "over 1.8e308", "explodes")
        return (*rule, number(norms[-1]), verdict(norms))


@record
class OfLstm(
    LstmProblem,
    GradientFlow,
    cell="lstm",
    told_by=("gates", "stacked", "c_prev", "activations"),
):
    """The flow through an LSTM, whose state is [h; c]."""

    cell: Literal["lstm"] = "lstm"

    @property
    def has_cell(self) -> bool:
        return self.gates is not None or self.stacked is not None

    @property
    def state_size(self) -> int:
        return 2 * self.size("m")

    def step(self, sheet: Worksheet) -> Step:
        gates = self.pre_activations(sheet)

        def after(t: int, x: Any, state: Any) -> Any:
            h, c = np.split(state, 2, axis=-1)
            return np.concatenate(cells.lstm(sheet, t, gates, self.functions, x, h, c), axis=-1)

        return after

    def state(self) -> Floats:
        zeros = np.zeros(self.size("m"))
        states = [zeros if state is None else state for state in (self.h_prev, self.c_prev)]
        return np.concatenate(states)

    def of_cell(self, numbers: Numbers, found: Flow) -> Told:
        m = found.units
        gates = [np.atleast_2d(np.real(numbers.values[f"f_{t}"]))[0] for t in found.times]
        kept = products(np.array(gates), self.start, "P_c")
        sizes, radii = spectral(found.factors), radius(found.factors)
        extras = {"spectral_radius": float(np.max(radii)), "spectral_norm": float(np.max(sizes))}
        bounds = products(sizes, self.start, "bound")
        through_c = found.products[:, m:, m:]
        alone = np.einsum("tj,jk->tjk", kept, np.eye(m))
        rest = np.where(np.isclose(through_c, alone, rtol=1e-14, atol=0), 0, through_c - alone)
        columns = {
            "|J|": sizes,
            "radius": radii,
            "norm": found.norms,
            "bound": bounds,
            "P_c": np.max(np.abs(kept), axis=1),
            "rest": spectral(rest),
        }
        sections = (
            Section("What is multiplied", tuple(self._formulas(**extras))),
            Section("Step by step", (table(found.times, columns, found.norms),)),
        )
        answers = {f"bound_{t}": np.array(b) for t, b in zip(found.times, bounds, strict=True)}
        answers |= {f"P_c_{t}": product for t, product in zip(found.times, kept, strict=True)}
        return Told(sections, answers, extras)

    def _formulas(self, spectral_radius: float, spectral_norm: float) -> Iterator[Paragraph]:
        yield Paragraph(
            (
                "The state is [h; c]: J_t = d[h_t; c_t]/d[h_(t-1); c_(t-1)], P_t = J_t P_(t-1). "
                f"{ENTRIES} norm_t is that of the block dh_t/dh_{self.start}; bound_t is the "
                "product of the norms |J|.",
            )
        )
        yield Paragraph(
            (
                f"|J_t| (largest singular value) is at most {spectral_norm:.4g} here, the spectral "
                f"radius of J_t (largest eigenvalue) at most {spectral_radius:.4g}. Of equal "
                "factors the radius alone would decide in the end; of factors that change, only "
                "the norms bound the product.",
            )
        )
        yield Paragraph(
            (
                "Along c alone, c_t = f_t*c_(t-1) + ..., the factors are the forget gates: P_c_t "
                "is their product (the table has its largest entry); the rest of "
                f"dc_t/dc_{self.start} goes through h and the gates.",
            )
        )
