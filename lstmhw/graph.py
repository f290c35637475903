"""Which lines of a working read which, in levels: as rows of text, or placed for a picture."""

from itertools import groupby
from typing import NamedTuple

from lstmhw.solution import Graph, Table


class Spot(NamedTuple):
    """A symbol of a picture: its level from the left, and its row, which may be between two."""

    symbol: str
    level: int
    row: float


def levels(graph: Graph) -> dict[str, int]:
    """The level of each symbol: 0 of what no line computes, else one more than all it reads."""
    found = {source: 0 for _, sources in graph.lines for source in sources}
    for symbol, sources in graph.lines:
        found[symbol] = 1 + max((found[source] for source in sources), default=0)
    return found


def placed(graph: Graph) -> list[Spot]:
    """The symbols, those of a level one under another and every level in the middle."""
    by_level = sorted(levels(graph).items(), key=lambda pair: pair[1])
    columns = [[symbol for symbol, _ in pairs] for _, pairs in groupby(by_level, lambda p: p[1])]
    rows = max(map(len, columns))
    return [
        Spot(symbol, level, (rows - len(column)) / 2 + row)
        for level, column in enumerate(columns)
        for row, symbol in enumerate(column)
    ]


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """Each pair of a symbol and a line that reads it."""
    return [(source, symbol) for symbol, sources in graph.lines for source in sources]


def as_table(graph: Graph) -> Table:
    """A row for the lines of a level that read the same."""
    level = levels(graph)
    together: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for symbol, sources in graph.lines:
        together.setdefault((level[symbol], sources), []).append(symbol)
    return Table(
        ("level", "computed", "from"),
        tuple(
            (str(number), ", ".join(symbols), ", ".join(sources))
            for (number, sources), symbols in sorted(together.items(), key=lambda item: item[0][0])
        ),
    )
