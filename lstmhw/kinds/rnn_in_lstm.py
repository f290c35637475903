"""`rnn-in-lstm`: a sigmoid RNN inside an LSTM of PyTorch's form."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np

from lstmhw.expr import Expr, Quantity
from lstmhw.faults import Fault, Path, ProblemError
from lstmhw.formula import FormulaError, broadcast, fitted, parsed
from lstmhw.functions import Floats
from lstmhw.imitation import (
    GATES,
    NOISE,
    Comparison,
    Lstm,
    Rnn,
    Written,
    compared,
    may_overflow,
    stacked,
)
from lstmhw.imitation.constructions import CONSTRUCTIONS, Bound, Construction
from lstmhw.imitation.pictures import beside
from lstmhw.imitation.report import (
    CONVENTIONS,
    OWN_IDEA,
    PROBE,
    Outcome,
    error_text,
    first_steps,
    off_by,
    steps_shown,
    verdict,
    weights_check,
    weights_shown,
)
from lstmhw.numerals import at_most, counted
from lstmhw.problem import Exact, Problem, Record, Shape, record
from lstmhw.recurrent.random_inputs import RandomInputs
from lstmhw.solution import Entries, Entry, Paragraph, Section, Solution, Table, Working
from lstmhw.spellings import LSTM_GATES, OF_GATE, STATES, WEIGHTS

if TYPE_CHECKING:
    from lstmhw.parameters import Imitation

MOST_VARIED_STEPS = 200
HELD: tuple[Literal["saturated", "large-cell"], ...] = ("saturated", "large-cell")
SHOWN_STEPS = 2  # of the working: at the second W_h matters

Matrix = Annotated[Floats | str, Shape("m n", formula=True)]
Recurrent = Annotated[Floats | str, Shape("m m", formula=True)]
Bias = Annotated[Floats | str, Shape("m", limits=True, formula=True)]


@record
class SigmoidRnn(Record):
    """h_t = sigmoid(W_x x_t + b_x + W_h h_{t-1} + b_h)."""

    W_x: Annotated[Floats, Shape("m n")]
    W_h: Annotated[Floats, Shape("m m")]
    b_x: Annotated[Floats, Shape("m")] | None = None
    b_h: Annotated[Floats, Shape("m")] | None = None
    activation: Literal["sigmoid"] = "sigmoid"

    spelled: ClassVar[Mapping[str, str]] = WEIGHTS


@record
class OwnGate(Record):
    """A gate of the user's own: arrays, or formulas over the RNN's weights; zero by default."""

    W_x: Matrix | None = None
    W_h: Recurrent | None = None
    b: Bias | None = None
    b_x: Bias | None = None
    b_h: Bias | None = None

    spelled: ClassVar[Mapping[str, str]] = OF_GATE


@record
class OwnGates(Record):
    """The gates of an LSTM of the user's own."""

    i: OwnGate = OwnGate()
    f: OwnGate = OwnGate()
    g: OwnGate = OwnGate()
    o: OwnGate = OwnGate()

    spelled: ClassVar[Mapping[str, str]] = LSTM_GATES


@record
class RnnInLstm(Problem, kind="rnn-in-lstm"):
    """Does an LSTM do what this RNN does: one constructed here, or gates of the user's own?"""

    rnn: SigmoidRnn
    xs: Annotated[Floats, Shape("T n", "T", varied="inputs")] | None = None
    random: RandomInputs | None = None
    c_prev: Annotated[Floats, Shape("m", "", varied="kept")] | None = None
    construction: Literal["fixed-point", "saturated", "projected", "large-cell"] | None = None
    K: Annotated[Fraction, Exact(above=0)] = Fraction(50)
    gates: OwnGates | None = None
    readout: str | None = None

    spelled: ClassVar[Mapping[str, str]] = STATES

    def faults(self) -> Iterator[Fault]:
        plain = [*self._input_faults(), *self._choice_faults(), *self._bias_faults()]
        yield from plain
        if plain:
            return
        try:
            lstm = self._lstm
        except ProblemError as error:
            yield from error.faults
        else:
            yield from self._overflow_faults(lstm)

    def _input_faults(self) -> Iterator[Fault]:
        if self.xs is not None and self.random is not None:
            message = "the inputs are given twice: as xs and as random"
            yield Fault(("random",), message, "keep one of them")
        if self.xs is None and self.random is None:
            hint = "add `xs: [[...], ...]`, or `random: {steps: 20, seed: 0}`"
            yield Fault((), "expected inputs xs, found none", hint)
        inputs = self.sizes["n"]
        if self.xs is not None and self.xs.ndim == 1 and inputs != 1:
            message = f"expected {inputs} inputs for each step, found single numbers"
            yield Fault(("xs",), message, "write [[1, 2], [3, 4]]")

    def _choice_faults(self) -> Iterator[Fault]:
        if self.construction is None:
            if self.gates is None:
                hint = f"add `construction: {' | '.join(CONSTRUCTIONS)}`, or gates of your own"
                yield Fault((), "expected `construction` or `gates`, found neither", hint)
            return
        if self.gates is not None:
            message = "expected `construction` or `gates`, found both"
            yield Fault(("gates",), message, "a construction makes the gates; keep one of them")
        if self.readout is not None:
            own = CONSTRUCTIONS[self.construction].readout
            message = f"expected no read-out beside a construction, which has its own: {own}"
            yield Fault(("readout",), message, "leave it out, or give `gates`", at_key=True)
        if self.construction == "fixed-point" and not self._can_stand_still:
            message = "expected numbers between -1 and 1 other than 0, found another"
            hint = "here c_0 is a value of g = tanh(b_g), and h is divided by tanh(c_0)"
            yield Fault(("c_prev",), message, hint)

    @property
    def _can_stand_still(self) -> bool:
        return bool(np.all((np.abs(self._c_0) < 1) & (self._c_0 != 0)))

    def _bias_faults(self) -> Iterator[Fault]:
        for name, gate in vars(self.gates).items() if self.gates is not None else ():
            if gate.b is not None and (gate.b_x is not None or gate.b_h is not None):
                message = "expected one bias b, or b_x and b_h; found both"
                yield Fault(("gates", name, "b"), message, "keep one of the two")

    def _overflow_faults(self, lstm: Lstm) -> Iterator[Fault]:
        own: Path = ("gates",) if self.construction is None else ("c_prev",)
        xs = np.concatenate([self._xs, PROBE.drawn(self.sizes["n"])])
        for path, network in ((("rnn", "W_x"), self._rnn), (own, lstm.weights[:4])):
            if may_overflow(xs, *network):
                message = "a pre-activation overflows: over 1.8e308"
                yield Fault(path, message, "are these numbers as on the sheet?")
                return

    @property
    def _made(self) -> Construction | None:
        return None if self.construction is None else CONSTRUCTIONS[self.construction]

    @property
    def _rnn(self) -> Rnn:
        zeros = np.zeros(self.sizes["m"])
        b_x, b_h = (zeros if b is None else b for b in (self.rnn.b_x, self.rnn.b_h))
        return Rnn(self.rnn.W_x, self.rnn.W_h, b_x, b_h)

    @cached_property
    def _xs(self) -> Floats:
        """The inputs, (T, n)."""
        inputs = self.sizes["n"]
        if self.random is not None:
            return self.random.drawn(inputs)
        assert self.xs is not None
        return self.xs.reshape(-1, inputs)

    @property
    def _c_0(self) -> Floats:
        """The cell state before the first step: one number for all units, or one for each."""
        if self.c_prev is not None:
            return self.c_prev
        return np.array(0.0 if self._made is None else self._made.c_0)

    @cached_property
    def _names(self) -> dict[str, Expr]:
        """What a formula may name."""
        values = {**self._rnn._asdict(), "c_0": self._c_0, "K": np.array(float(self.K))}
        return {name: Quantity(name, value, given=True) for name, value in values.items()}

    def _parts(self) -> Iterator[tuple[str, str, str | Floats, Path]]:
        """Gate, part, numbers or formula, and the key that it comes from."""
        if self._made is not None:
            for gate, formulas in self._made.gates.items():
                for part, formula in formulas.items():
                    yield gate, part, formula, ("rnn", part)
        for gate, weights in vars(self.gates).items() if self.gates is not None else ():
            for part, value in vars(weights).items():
                if value is not None:
                    yield gate, part, value, ("gates", gate, part)

    @cached_property
    def _lstm(self) -> Lstm:
        """The LSTM that is asked about.  Raises ProblemError for formulas that are none."""
        faults: list[Fault] = []
        written = []
        zeros = {part: np.zeros_like(value) for part, value in self._rnn._asdict().items()}
        blocks = {gate: dict(zeros) for gate in GATES}
        for gate, part, value, path in self._parts():
            block, slot = blocks[gate], "b_x" if part == "b" else part
            try:
                formula, block[slot] = self._evaluated(value, zeros[slot].shape)
                written.append(Written(f"{slot}_{gate}", formula, block[slot]))
            except FormulaError as error:
                faults.append(Fault(path, str(error), error.hint))
            if np.any(np.isinf(block["b_x"]) & (block["b_x"] == -block["b_h"])):
                faults.append(Fault(path, "b_x + b_h is not defined (inf - inf)"))
        try:
            readout = self._readout
        except FormulaError as error:
            faults.append(Fault(("readout",), str(error), error.hint))
        if faults:
            raise ProblemError(faults)
        projection = None if self._made is None else self._made.projection
        weights = stacked([blocks[gate] for gate in GATES], projection)
        c_0 = np.zeros(weights.units)
        c_0[: self.sizes["m"]] = self._c_0
        return Lstm(tuple(written), weights, c_0, readout)

    def _evaluated(self, value: str | Floats, shape: tuple[int, ...]) -> tuple[Expr | None, Floats]:
        """A formula and its value; numbers of the file have no formula.  Raises FormulaError."""
        if not isinstance(value, str):
            return None, value
        formula = parsed(value, self._names)
        return formula, fitted(formula, shape)

    @property
    def _readout(self) -> Expr:
        """The formula by which the RNN's h is read from the LSTM's.  Raises FormulaError."""
        own = self.readout or "h"
        h = np.zeros(self.sizes["m"])
        names = {**self._names, "h": Quantity("h", h, given=False)}
        formula = parsed(own if self._made is None else self._made.readout, names)
        broadcast(formula, h.shape)
        return formula

    @property
    def wanted(self) -> tuple[str, ...]:
        """Both hidden states at every step, where inputs of the file are followed."""
        if self.xs is None or self._made is None or self.claimed:
            return ()
        steps = range(1, len(self.xs) + 1)
        return tuple(f"{name}_{t}" for t in steps for name in ("h", "h_lstm"))

    def solve(self) -> Solution:
        lstm = self._lstm
        outcome = self._outcome(compared(self._rnn, lstm, self._xs))
        run = outcome.run
        shown = enumerate(self._xs[:SHOWN_STEPS], 1)
        xs = [Quantity(f"x_{t}", x, given=self.random is None) for t, x in shown]
        sections = [
            Section("Given", (Entries(tuple(self._given())), *self._drawn())),
            Section("Conventions", CONVENTIONS),
            Section("The idea", tuple(Paragraph((text,)) for text in self._idea)),
            Section("The LSTM", tuple(weights_shown(lstm))),
            Section("The first steps", (Working(first_steps(self._rnn, self._names, lstm, xs)),)),
            Section("Step by step", (steps_shown(run),)),
            *self._limit(),
        ]
        steps = range(1, len(self._xs) + 1)
        return self.told(
            sections,
            asked=(self._question,),
            result=(*verdict(lstm, outcome), *self._proved_elsewhere(lstm, outcome)),
            answers={
                **{f"{key}_{t}": rows[t - 1] for t in steps for key, rows in run.answers.items()},
                "max_error": np.array(run.largest),
            },
            only_step=1 if len(steps) == 1 else None,
            extras={
                "max_error": run.largest,
                "error_by_step": run.errors.max(axis=1),
                "exact_in": outcome.exact_in,
                "weights": lstm.weights.by_name(),
                "c_prev": lstm.c_0,
                "scale": lstm.scale,
                "bound": outcome.bound,
            },
            checks=(weights_check(lstm, outcome),) if self._made is None else (),
            picture=beside(run),
        )

    def _proved_elsewhere(self, lstm: Lstm, outcome: Outcome) -> Iterator[Paragraph]:
        """Which construction proves what gates of the user's own were only tested for."""
        if self._made is not None or outcome.exact_in == "no":
            return
        for name, K in product(HELD, _sizes(lstm)):
            other = replace(self, gates=None, readout=None, construction=name, K=Fraction(K))
            if _alike(lstm, other._lstm, K):
                same = f"These are the gates of `construction: {name}` with K = {K:g}"
                yield Paragraph((f"{same}, of which it is proved how near they come.",))
                return
        yield Paragraph(("`construction: fixed-point` does it exactly over the reals, proved.",))

    @property
    def _question(self) -> str:
        """What is asked, in words."""
        rnn = f"a sigmoid RNN of {counted(self.sizes['m'], 'unit')}"
        steps = counted(len(self._xs), "step")
        if self._made is None:
            return f"Does an LSTM with these gates give the hidden states of {rnn}, over {steps}?"
        return f"An LSTM that gives the hidden states of {rnn} ({self.construction}), over {steps}."

    def exported(self) -> "Imitation":
        from lstmhw.parameters import Imitation
        from lstmhw.recurrent.exporting import sigmoid_rnn, stacked_lstm

        made, lstm = self._made, self._lstm
        outcome = self._outcome(compared(self._rnn, lstm, self._xs))
        run, steps = outcome.telling, outcome.telling.certain
        bound = 0.0
        if made is not None and made.bound is not None and outcome.exact_in == "limit":
            bound = self._bound(made.bound, run)
        return Imitation(
            network=stacked_lstm(**lstm.weights.by_name()),
            c_0=lstm.c_0,
            readout=lstm.readout,
            rnn=sigmoid_rnn(*self._rnn),
            xs=run.xs[:steps],
            tolerance=bound + float(run.noise[:steps].max()),
        )

    def _outcome(self, run: Comparison) -> Outcome:
        """What the run shows; gates of the user's own are tried on random inputs too."""
        made, lstm = self._made, self._lstm
        if made is None:
            probe = compared(self._rnn, lstm, PROBE.drawn(self.sizes["n"]))
            limit = np.isinf([lstm.weights.bias_ih, lstm.weights.bias_hh]).any()
            right = "limit" if limit else "float64"
            return Outcome(run, "no" if run.is_real or probe.is_real else right, None, probe)
        if made.bound is None:
            return Outcome(run, "reals", None, None)
        if made.bound.added(np.inf, self._c_0) > NOISE:
            return Outcome(run, "no", None, None)
        return Outcome(run, "limit", self._bound_text(made.bound, run), None)

    def _bound_text(self, bound: Bound, run: Comparison) -> str:
        """The bound as a formula, its numbers, and what it comes to, rounded up."""
        K, gain, steps = float(self.K), self._rnn.gain, len(run.a)
        added = bound.added(K, self._c_0)
        own = bound.sizes(K, self._c_0)
        sizes = f"with L = {gain:.3g}, K = {K:g}{own} and t up to {steps}"
        text = f"{bound.text}; {sizes}, "
        most = at_most(self._told_bound(bound, run))
        if gain < 1:
            return f"{text}the first factor at most {at_most(added)}: at most {most}"
        slopes = "with the slopes that the sigmoids have there in the place of L"
        return f"{text}{slopes}, at most {most}"

    def _told_bound(self, bound: Bound, run: Comparison) -> float:
        """The bound as a page tells it: by its formula, where L is under 1."""
        gain, steps = self._rnn.gain, len(run.a)
        if gain < 1:
            return bound.added(float(self.K), self._c_0) * (1 - gain**steps) / (1 - gain)
        return self._bound(bound, run)

    def _bound(self, bound: Bound, run: Comparison) -> float:
        """The bound as a number: over these steps, with the slopes that the sigmoids have there."""
        added = bound.added(float(self.K), self._c_0)
        return float(self._rnn.growth(run.a, added, np.zeros_like(run.a)).max())

    def _given(self) -> Iterator[Entry]:
        for name, value in self._rnn._asdict().items():
            note = "not given, so zeros" if getattr(self.rnn, name) is None else ""
            yield Entry(name, value, True, note)
        absent = "not given: chosen here" if self._c_0.any() else "not given: PyTorch starts from 0"
        yield Entry("c_0", self._c_0, True, absent if self.c_prev is None else "")
        if any(written.names("K") for written in self._lstm.written):
            yield Entry("K", np.array(float(self.K)), True)
        for t, x in enumerate(self._xs, 1):
            yield Entry(f"x_{t}", x, self.random is None)

    def _drawn(self) -> Iterator[Paragraph]:
        if self.random is not None:
            shape = f"({self.random.steps}, {self.sizes['n']})"
            call = f"numpy.random.default_rng({self.random.seed}).standard_normal({shape})"
            yield Paragraph((f"The inputs are {call}.",))

    @property
    def _idea(self) -> tuple[str, ...]:
        return OWN_IDEA if self._made is None else self._made.idea

    def _with(self, name: str, value: float) -> "RnnInLstm":
        """The same problem with another K or c_0."""
        if name == "K":
            return replace(self, K=Fraction(value))
        return replace(self, c_prev=np.array(value))

    def _limit(self) -> Iterator[Section]:
        """How the error falls as K or c_0 grows, over the first steps."""
        made = self._made
        if made is None or made.bound is None:
            return
        name, values = made.varied
        xs = self._xs[:MOST_VARIED_STEPS]
        rows = []
        for value in values:
            other = self._with(name, value)
            run = compared(other._rnn, other._lstm, xs)
            bound = at_most(other._told_bound(made.bound, run))
            rows.append((f"{value:g}", f"{off_by(run):.2g} %", error_text(run.largest), bound))
        header = (name, "first h off by", "largest error", "bound")
        steps = "" if len(xs) == len(self._xs) else f" Over the first {len(xs)} steps."
        about = f"The same with another {name}; errors of 1e-16 are the rounding of float64.{steps}"
        yield Section("In the limit", (Table(header, tuple(rows)), Paragraph((about,))))


def _sizes(lstm: Lstm) -> list[float]:
    """The sizes of biases that may be the K of a construction; 50 stands for infinity."""
    biases = np.abs(lstm.weights.bias_ih + lstm.weights.bias_hh)
    sizes = np.unique(np.where(np.isinf(biases), 50.0, biases))[::-1]
    return [size for size in sizes[:6].tolist() if size > 0]


def _alike(own: Lstm, other: Lstm, K: float) -> bool:
    """Whether two LSTMs are the same, with K in the place of infinity."""

    def arrays(lstm: Lstm) -> list[Floats]:
        weights = lstm.weights
        bias = weights.bias_ih + weights.bias_hh
        return [weights.weight_ih, weights.weight_hh, np.clip(bias, -K, K), lstm.c_0]

    pairs = zip(arrays(own), arrays(other), strict=True)
    return own.scale is not None and bool(
        all(a.shape == b.shape and np.allclose(a, b, rtol=1e-12) for a, b in pairs)
        and np.allclose(own.scale, other.scale, rtol=1e-12)
    )
