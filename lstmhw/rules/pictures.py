"""The picture of a sequence that is read: the output beside the rule, gates and states."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from lstmhw.charts import Traced, chart
from lstmhw.functions import Floats
from lstmhw.picture import MOST_PLACES, Chart
from lstmhw.rules.deciding import Moment
from lstmhw.rules.report import Reading

DUE, OUTPUT = "due by the rule", "output"
BESIDE = "the output beside the rule"
ABOUT = {
    "gates": {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"},
    "states": {"c": "cell state", "h": "hidden state"},
}


def of_reading(reading: Reading) -> Chart | None:
    """A document word by word."""
    done = reading.trace
    traced = [
        Traced(DUE, "", BESIDE, list(reading.due[:MOST_PLACES])),
        Traced(OUTPUT, "", BESIDE, list(done.output[:MOST_PLACES])),
        *(
            Traced(k, said, group, list(getattr(done, k)[:MOST_PLACES]))
            for group, names in ABOUT.items()
            for k, said in names.items()
        ),
    ]
    return chart("Output, gates and states word by word", "word", reading.words, traced)


def of_moments(alphabet: Sequence[str], moments: Sequence[Moment]) -> Chart | None:
    """A sequence letter by letter; where no output is due the rule has none."""
    if not moments:
        return None
    drawn, about = moments[:MOST_PLACES], ABOUT["states"]
    gates = [name for name in moments[0].gates if name]
    traced = [
        Traced(DUE, "", BESIDE, [_number(moment.due) for moment in drawn]),
        Traced(OUTPUT, "", BESIDE, [_number(moment.output) for moment in drawn]),
        *(Traced(k, "", "gates", [np.asarray(m.gates[k]) for m in drawn]) for k in gates),
        *(
            Traced(k, about.get(k, ""), "states", [np.asarray(m.states[k]) for m in drawn])
            for k in moments[0].states
        ),
    ]
    what = "Output, gates and states" if gates else "Output and states"
    letters = [alphabet[moment.letter] for moment in moments]
    return chart(f"{what} letter by letter", "letter", letters, traced)


def _number(value: Fraction | float | None) -> Floats | None:
    return None if value is None else np.array(float(value))
