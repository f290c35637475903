"""Which lines of a working read which, in levels: as rows of text, or placed for a picture."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from lstmhw.solution import Graph, Table


class Spot(NamedTuple):
    """A place in a picture: its level from the left, and its row, which may be between two.

    Where an arrow only passes a level it has no symbol.
    """

    symbol: str
    level: int
    row: float


class Layout(NamedTuple):
    """All places; and for each arrow those it leads through, from what is read to what reads."""

    spots: tuple[Spot, ...]
    arrows: tuple[tuple[Spot, ...], ...]


class Stop(NamedTuple):
    """What has a place at a level: a symbol, or what is read farther on."""

    symbol: str
    level: int


def levels(graph: Graph) -> dict[str, int]:
    """The level of each symbol: 0 of what no line computes, else one more than all it reads."""
    found = {source: 0 for _, sources in graph.lines for source in sources}
    for symbol, sources in graph.lines:
        found[symbol] = 1 + max((found[source] for source in sources), default=0)
    return found


def layout(graph: Graph) -> Layout:
    """The symbols in columns by level, each near what it reads; every column in the middle."""
    level = levels(graph)
    ways = [
        [
            *(Stop(source, k) for k in range(level[source], level[symbol])),
            Stop(symbol, level[symbol]),
        ]
        for symbol, sources in graph.lines
        for source in sources
    ]
    own = [Stop(symbol, k) for symbol, k in level.items()]
    stops = dict.fromkeys([*own, *(stop for way in ways for stop in way)])
    before: dict[Stop, set[Stop]] = {stop: set() for stop in stops}
    for way in ways:
        for stop, following in pairwise(way):
            before[following].add(stop)
    columns = [[stop for stop in stops if stop.level == k] for k in range(max(level.values()) + 1)]
    spots = dict(_placed(columns, before, level))
    return Layout(tuple(spots.values()), tuple(tuple(spots[stop] for stop in way) for way in ways))


def _placed(
    columns: list[list[Stop]], before: dict[Stop, set[Stop]], level: dict[str, int]
) -> Iterator[tuple[Stop, Spot]]:
    """A column after the other, its stops in the order of the middle of those before them."""
    rows: dict[Stop, float] = {}
    most = max(map(len, columns))
    for column in columns:
        middles = {s: sum(rows[b] for b in before[s]) / (len(before[s]) or 1) for s in column}
        for row, stop in enumerate(sorted(column, key=lambda stop: middles[stop])):
            rows[stop] = (most - len(column)) / 2 + row
            is_own = level[stop.symbol] == stop.level
            yield stop, Spot(stop.symbol if is_own else "", stop.level, rows[stop])


def as_table(graph: Graph) -> Table:
    """A row for the lines of a level that read the same."""
    level = levels(graph)
    together: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for symbol, sources in graph.lines:
        together.setdefault((level[symbol], sources), []).append(symbol)
    rows = sorted(together.items(), key=lambda item: item[0][0])
    return Table(
        ("level", "computed", "from"),
        tuple(
            (str(number), ", ".join(symbols), ", ".join(sources))
            for (number, sources), symbols in rows
        ),
    )
