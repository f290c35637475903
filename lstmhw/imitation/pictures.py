"""The picture of an RNN inside an LSTM: what is read from the LSTM beside the RNN's h."""

from lstmhw.charts import Traced, chart
from lstmhw.imitation import Comparison
from lstmhw.picture import Chart

MOST_UNITS = 4  # of more the first are drawn, and the title says so


def beside(run: Comparison) -> Chart | None:
    """A panel for each unit."""
    units = run.h.shape[1]
    drawn = min(units, MOST_UNITS)
    traced = [
        Traced(name, "", f"unit {unit + 1}", list(values[:, unit]))
        for unit in range(drawn)
        for name, values in {"h of the RNN": run.h, "read from the LSTM": run.read}.items()
    ]
    some = f"; units 1 to {drawn} of {units}" if units > drawn else ""
    places = [str(t) for t in range(1, len(run.h) + 1)]
    return chart(f"The hidden state of the RNN, read from the LSTM{some}", "t", places, traced)
