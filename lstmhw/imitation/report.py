"""What is said of an LSTM that is to do what a sigmoid RNN does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmhw.cells import Activations, Separate, column
from lstmhw.cells.lstm import lstm as lstm_step
from lstmhw.cells.rnn import rnn as rnn_step
from lstmhw.expr import DATUM, Expr, Quantity, Role
from lstmhw.formula import substituted
from lstmhw.functions import Floats, sigmoid, tanh, times
from lstmhw.imitation import Comparison, Lstm, Rnn
from lstmhw.imitation.constructions import NO_WAY_WITHOUT
from lstmhw.numerals import decimals_apart
from lstmhw.recurrent.random_inputs import RandomInputs
from lstmhw.solution import Block, Check, Entry, Paragraph, Step, Table, Verdict, Worksheet

PROBE = RandomInputs(steps=50)  # that gates of the user's own are tried on too
PROBED = f"{PROBE.steps} random inputs (standard normal, seed {PROBE.seed})"
TEST = "That is a test, on many inputs, and not a proof."
LIMIT = "Infinite biases stand for a limit: with large ones it is true only nearly."
CONFUSED = (
    "Two functions are easily taken for one another: (e^z - e^-z)/(e^z + e^-z) is tanh(z), "
    "and 2*sigmoid(z) - 1 is tanh(z/2)."
)

SECOND = 2  # step, the first to which something is fed back
OWN_STATE = "W_h multiplies the LSTM's own h, which is not what the RNN has as its h."

CONVENTIONS = (
    Paragraph(
        (
            "The LSTM is PyTorch's: the gates i, f, g, o, each with W_x, W_h and two biases, b_x "
            "and b_h, which are added; weight_ih, weight_hh, bias_ih and bias_hh are these, "
            "stacked by rows in this order. Both networks start from h_0 = 0.",
        )
    ),
    Paragraph((f"{sigmoid.definition}; {tanh.definition}",)),
)
OWN_IDEA = (
    "The gates are the claim. The LSTM is run beside the RNN, on the inputs given and on random "
    "ones, and what is read from it is compared with the RNN's h.",
)


class Outcome(NamedTuple):
    """What a run shows; `probe` is the same on random inputs, for gates of the user's own."""

    run: Comparison
    exact_in: str
    bound: str | None
    probe: Comparison | None

    @property
    def telling(self) -> Comparison:
        """The run that shows the error, if there is one: that on the inputs given, if it does."""
        if self.probe is None or self.run.is_real or not self.probe.is_real:
            return self.run
        return self.probe


def first_steps(
    rnn: Rnn, names: Mapping[str, Expr], lstm: Lstm, xs: Sequence[Expr]
) -> tuple[Step, ...]:
    """Both networks from t = 1 on, the RNN's weights by name; the LSTM's h is called h_lstm."""
    sheet = Worksheet({})
    W_x, W_h, b_x, b_h = (names[name] for name in rnn._fields)
    separate = Separate(W_x, W_h, (b_x,), (b_h,), column)
    gates = lstm.weights.gates(lambda symbol, value: Quantity(symbol, value, given=True))
    h: Expr = Quantity("h_0", np.zeros(rnn.units), given=True)
    h_lstm, c = h, Quantity("c_0", lstm.c_0, given=True)
    for t, x in enumerate(xs, 1):
        h = rnn_step(sheet, t, separate, sigmoid, x, h)
        h_lstm, c = _lstm_step(sheet, t, lstm, gates, x, h_lstm, c)
        if not isinstance(lstm.readout, Quantity):
            note = f"what is read as the RNN's h_{t}"
            sheet(f"read_{t}", substituted(lstm.readout, "h", h_lstm), note)
    return tuple(sheet.steps)


def _lstm_step(
    sheet: Worksheet, t: int, lstm: Lstm, gates: Any, x: Expr, h: Expr, c: Expr
) -> tuple[Any, Any]:
    shown = f"h_lstm_{t}" if lstm.weights.weight_hr is None else f"h_full_{t}"

    def let(symbol: str, value: Expr, note: str, role: Role = DATUM) -> Expr:
        return sheet(shown if symbol == f"h_{t}" else symbol, value, note, role)

    h_lstm, c_new = lstm_step(let, t, gates, Activations(), x, h, c)
    if lstm.weights.weight_hr is not None:
        matrix = Quantity("W_hr", lstm.weights.weight_hr, given=True)
        h_lstm = sheet(f"h_lstm_{t}", times(matrix, h_lstm), "the projection")
    return h_lstm, c_new


def weights_shown(lstm: Lstm) -> Iterator[Block]:
    """The weights that are not zero, with their formulas; the start and the read-out."""
    rows = tuple(
        (
            Quantity(symbol, value, given=True),
            "as given" if formula is None else formula,
            Entry("", value, formula is None or not formula.parts),
        )
        for symbol, formula, value in lstm.written
    )
    yield Table(("weight", "formula", "value"), rows)
    yield Paragraph(("All other weights are 0. The RNN's h is read as ", lstm.readout, "."))
    if lstm.weights.weight_hr is not None:
        yield Paragraph(("weight_hr = ", Entry("", lstm.weights.weight_hr, False)))


def steps_shown(run: Comparison) -> Table:
    """The RNN's h beside what is read from the LSTM, step by step."""
    rows = tuple(
        (str(t), Entry("", h, False), Entry("", read, False), error_text(float(error.max())))
        for t, (h, read, error) in enumerate(zip(run.h, run.read, run.errors, strict=True), 1)
    )
    return Table(("t", "h of the RNN", "read from the LSTM", "error"), rows)


def off_by(run: Comparison) -> float:
    """How far what is read after the first step is off, in per cent of the RNN's h."""
    h = run.h[0]
    parts: Floats = np.divide(run.errors[0], h, out=np.zeros_like(h), where=h > 0)
    return 100 * float(parts.max())


def verdict(lstm: Lstm, outcome: Outcome) -> Iterator[Paragraph]:
    """What a run shows, in words."""
    run = outcome.run
    measured = measured_text(run)
    if outcome.probe is not None:
        yield from own_verdict(lstm, outcome, outcome.probe)
    elif outcome.exact_in == "reals":
        exact = "Exact over the reals: every step of this LSTM is a step of the RNN, for all inputs"
        yield Paragraph((f"{exact}. {measured}.",))
    elif outcome.exact_in == "limit":
        yield Paragraph((f"Exact only in the limit. How near it is: {outcome.bound}.",))
        yield Paragraph((f"{measured}.",))
    else:
        yield Paragraph((f"Not from this c_0: {first_off(run)} {measured}.",))
        yield Paragraph((f"{NO_WAY_WITHOUT} Here c_0 has to be large: 20 will do.",))


def measured_text(run: Comparison) -> str:
    """The largest error, and whether it is more than rounding."""
    if run.largest == 0:
        return f"In float64 there is no error at all in the {len(run.a)} steps"
    rounding = "" if run.is_real else ", which is rounding"
    return f"In float64 the largest error of the {len(run.a)} steps is {run.largest:.1e}{rounding}"


def error_text(error: float) -> str:
    return f"{error:.1e}" if error else "0"


def first_off(run: Comparison) -> str:
    """How far the first step is off where c_0 is not large enough."""
    least = float(run.c[0].min())
    return (
        f"tanh(c_1) = tanh({least:.4f}) = {np.tanh(least):.4f} is not 1, so after the first step "
        f"h is off by {off_by(run):.3g} %."
    )


def own_verdict(lstm: Lstm, outcome: Outcome, probe: Comparison) -> Iterator[Paragraph]:
    """What is to be said of gates of the user's own."""
    run = outcome.run
    if outcome.exact_in != "no":
        largest = max(run.largest, probe.largest)
        off = f"the largest error is {largest:.1e}, rounding" if largest else "there is no error"
        measured = f"on the inputs given and on {PROBED} {off}"
        yield Paragraph((Verdict("right", "These gates do it"), f": {measured}."))
        yield Paragraph((TEST,))
        if outcome.exact_in == "limit":
            yield Paragraph((LIMIT,))
        return
    wrong = outcome.telling
    t, unit = wrong.first_wrong
    yield Paragraph(
        (
            Verdict("wrong", "These gates do not do it"),
            f". {_elsewhere(outcome)}At step {t + 1}, unit {unit + 1}, the RNN has h = ",
            number(wrong.h[t, unit]),
            "; the LSTM's h = ",
            number(wrong.h_lstm[t, unit]),
            " is read as ",
            number(wrong.read[t, unit]),
            f": off by about {wrong.errors[t, unit]:.2g}.",
        )
    )
    if lstm.weights.is_tanh_of_tanh:
        yield from tanh_of_tanh(lstm, wrong, t, unit)
    elif isinstance(lstm.readout, Quantity) and not lstm.c_0.any():
        yield Paragraph((NO_WAY_WITHOUT,))


def weights_check(lstm: Lstm, outcome: Outcome) -> Check:
    """The row of gates of the user's own, which are a claim."""
    claim = "the gates of the file"
    if outcome.exact_in != "no":
        said = f"They give the RNN's h at every step that was tried, rounding aside. {TEST}"
        limit = f" {LIMIT}" if outcome.exact_in == "limit" else ""
        told = said + limit
        return Check("weights", claim, None, "right", None, None, told, method=told)
    wrong = outcome.telling
    t, unit = wrong.first_wrong
    h, read = float(wrong.h[t, unit]), float(wrong.read[t, unit])
    digits = decimals_apart(h, read)
    place = f"{_elsewhere(outcome)}At step {t + 1}, unit {unit + 1}, the"
    said = (
        f"{place} RNN has h = "
        f"{h:.{digits}f}; the LSTM's h = {wrong.h_lstm[t, unit]:.{digits}f} is read as "
        f"{read:.{digits}f}."
    )
    method = f"{place} LSTM's h is read as another number than the RNN's h."
    why = _why(lstm)
    where = f"t = {t + 1}" if outcome.run.is_real else f"t = {t + 1} of the random inputs"
    told, method = said + why, method + why
    return Check("weights", claim, None, "wrong", None, where, told, method=method)


def _why(lstm: Lstm) -> str:
    """Why such gates do not do it, where that is known."""
    if lstm.weights.is_tanh_of_tanh:
        doubled = "With i = o = 1 and f = 0, c is tanh(z_g) and h is tanh(c)."
        return f" {doubled} {CONFUSED} {OWN_STATE}"
    if isinstance(lstm.readout, Quantity) and not lstm.c_0.any():
        return f" {NO_WAY_WITHOUT}"
    return ""


def _elsewhere(outcome: Outcome) -> str:
    """That the error shows on random inputs, where it does not on those given."""
    if outcome.run.is_real:
        return ""
    return f"On the inputs given no error shows, but on {PROBED} one does. "


def tanh_of_tanh(lstm: Lstm, wrong: Comparison, t: int, unit: int) -> Iterator[Paragraph]:
    """What is wrong with such gates, fault by fault, in the numbers of one step and unit."""
    before = wrong.h_lstm[t - 1] if t else np.zeros_like(wrong.h_lstm[0])
    z = Quantity("z_g", lstm.weights.z_g(wrong.xs[t], before)[unit], given=False)
    meant = 2 * sigmoid(z) - 1
    yield Paragraph(
        (
            "1. tanh is taken twice: with i = o = 1 and f = 0, c is tanh(z_g), and h is tanh(c). "
            "There ",
            *(z, " = ", number(z.value), ", so h = ", tanh(tanh(z)), " = "),
            *(number(tanh(tanh(z)).value), "; once, ", tanh(z), " = ", number(tanh(z).value), "."),
        )
    )
    yield Paragraph((f"2. {CONFUSED} ", meant, " = ", number(meant.value), "."))
    yield from _own_state(lstm, wrong)


def _own_state(lstm: Lstm, wrong: Comparison) -> Iterator[Paragraph]:
    """That what is fed back is not the RNN's h, in the numbers of the second step."""
    if len(wrong.xs) < SECOND:
        return
    z = lstm.weights.z_g(wrong.xs[1], wrong.h_lstm[0])
    unit = int(np.abs(z - wrong.a[1]).argmax())
    if np.isclose(z[unit], wrong.a[1, unit]):
        return
    yield Paragraph(
        (
            f"3. {OWN_STATE} So at step {SECOND}, unit {unit + 1}, z_g = ",
            *(number(z[unit]), ", where the RNN has a = ", number(wrong.a[1, unit]), "."),
        )
    )


def number(value: float) -> Entry:
    return Entry("", np.array(value), False)
