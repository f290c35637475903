"""A picture as a file, drawn by matplotlib, which is asked for only here.

The same picture gives the same bytes with the same matplotlib, whatever the user's own settings.
"""

import io
import logging
import warnings
from collections.abc import Mapping
from typing import Any

from lstmhw.picture import Bars, Chart, HalfPlane
from lstmhw.solution import Picture

SUFFIXES = (".png", ".svg", ".pdf")
INSTALL = "pip install 'lstmhw[plot]'"
STEPS = "gates and states are drawn, where they can be computed and are under 1e100"
WANTED = {
    "gradient-flow": "norms are drawn, those of a cell or of given factors, unless all are 0",
    "lstm-gradient": "the graph of a step is drawn, unless it is too large",
    "sentiment-weights": "a sequence is drawn: add `sequence`, or use `lstmhw trace`",
    "sequence-rule": "a sequence is drawn: add `sequence`, or use `lstmhw trace`",
    "lstm-step": STEPS,
    "gru-step": STEPS,
    "rnn-step": STEPS,
    "step-rnn": "the plane of one unit is drawn, where its inputs are single numbers",
}
"""What a problem of a kind needs for there to be a picture."""
OTHERS = (
    "gates and states, the output beside a rule, the plane of a step unit, norms of gradients, "
    "attention weights and the graph of a gradient are drawn"
)
DATES: Mapping[str, Mapping[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""What a file would otherwise say of when and with what it was made."""
SETTINGS: Any = {
    "font.family": "DejaVu Sans",  # which comes with matplotlib
    "font.size": 9,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "lstmhw",
    "text.parse_math": False,  # a word may have a dollar sign
}


def is_installed() -> bool:
    """Whether there is a matplotlib to draw with."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def drawn(picture: Picture, suffix: str) -> bytes:
    """The picture in the format of one of SUFFIXES.  Raises ImportError without matplotlib."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # the font cache is nobody's concern
    import matplotlib

    file, format = io.BytesIO(), suffix.removeprefix(".")
    with warnings.catch_warnings(), matplotlib.rc_context():
        warnings.simplefilter("ignore")  # a word may have letters that the font has not
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        _figure(picture).savefig(file, format=format, dpi=150, metadata=dict(DATES[format]))
    return file.getvalue()


def _figure(picture: Picture) -> Any:
    from lstmhw.plot import charts, network, plane

    match picture:
        case Chart():
            return charts.figure(picture)
        case Bars():
            return charts.bars(picture)
        case HalfPlane():
            return plane.figure(picture)
    return network.figure(picture)
