"""The picture of a recurrent network's steps: its gates and states over time."""

from collections.abc import Sequence

from lstmhw.cells.cell import Cell
from lstmhw.charts import Traced, chart
from lstmhw.functions import Floats
from lstmhw.picture import MOST_PLACES, Chart
from lstmhw.recurrent.passing import Way
from lstmhw.solution import Worksheet, at_time, indexed, unmarked

GATES = ("gate", "candidate")
ABOUT = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "g": "candidate",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
    "c": "cell state",
    "h": "hidden state",
    "y": "output",
}


def over_time(sheet: Worksheet, ways: Sequence[Way], times: range, cell: Cell) -> Chart | None:
    """Gates, states and outputs at each time step, and the states before the first.

    Of several cells the states alone are drawn, of a batch the first example.
    """
    starts = [way.start(times) for way in ways]
    places = range(min(*starts, times[0]), max(*starts, times[-1]) + 1)
    gates = _gates(sheet) if len(ways) == 1 else []
    states = [letter + way.cell.place.mark for way in ways for letter in way.cell.states[::-1]]
    groups = {"gates": gates, "states": states, "output": ["y"]}
    values = Values(sheet, places[:MOST_PLACES])
    traced = [
        Traced(name, about(name), group, values.of(name))
        for group, names in groups.items()
        for name in names
    ]
    return chart(_title(ways, gates, cell), "t", [str(t) for t in places], traced)


def _title(ways: Sequence[Way], gates: Sequence[str], cell: Cell) -> str:
    what = "Gates and states" if gates else "States"
    whose = "" if len(ways) == 1 else " of each layer and direction"
    example = ", example 1 of the batch" if cell.batch else ""
    return f"{what}{whose} over time{example}"


def _gates(sheet: Worksheet) -> list[str]:
    """The letters of the gates, in the order in which they are computed."""
    found = (indexed(line.symbol)[0] for line in sheet.lines if line.role.what in GATES)
    return list(dict.fromkeys(found))


def about(name: str) -> str:
    """What a letter is, and in which layer and direction: hidden state, layer 2, reversed."""
    letter, mark = unmarked(name)
    layer = mark.strip("@").removesuffix("rev")
    parts = [ABOUT.get(letter, ""), f"layer {layer}" if layer else ""]
    parts += ["reversed"] if mark.endswith("rev") else []
    return ", ".join(part for part in parts if part)


class Values:
    """The values of a worksheet by name, at each of the places; of a batch the first example."""

    def __init__(self, sheet: Worksheet, places: Sequence[int]) -> None:
        self.sheet = sheet
        self.places = places

    def of(self, name: str) -> list[Floats | None]:
        return [self._at(at_time(name, t)) for t in self.places]

    def _at(self, symbol: str) -> Floats | None:
        value = self.sheet.answers.get(symbol)
        if value is None or value.ndim < 2:
            return value
        return value[:, 0] if symbol in self.sheet.turned else value[0]
