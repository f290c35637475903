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
DRAWN = "gates and states, planes of step units, norms of gradients are drawn"
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
