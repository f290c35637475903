"""Which quantities a problem asks for."""

from collections.abc import Sequence

from lstmhw.faults import MOST_ERRORS, Fault, ProblemError, did_you_mean, shown, some
from lstmhw.solution import Worksheet, at_time, indexed
from lstmhw.spellings import symbols_for


def found_symbols(sheet: Worksheet, find: Sequence[str], times: range) -> list[str]:
    """The symbols that `find` names, in the order of the working; a name means every time step.

    Raises ProblemError where one is unknown, or what it rests on is missing.
    """
    symbols = [*sheet.answers, *sheet.missing]
    find = [_meant(name, symbols, times) for name in find]
    named = {s for s in symbols if s in find}
    named.update(s for s in symbols if indexed(s)[0] in find and indexed(s)[1] in times)
    matched = named | {indexed(s)[0] for s in named}
    unknown = [(k, name) for k, name in enumerate(find) if name not in matched]
    faults = [_unknown(("find", k), name, symbols) for k, name in unknown[:MOST_ERRORS]]
    faults += [Fault(("find", k), faults[0].message) for k, _ in unknown[MOST_ERRORS:]]
    faults += lacking(sheet, [s for s in symbols if s in named])
    if faults:
        raise ProblemError(faults)
    return [s for s in symbols if s in named]


def _meant(name: str, symbols: Sequence[str], times: range) -> str:
    """The symbol, with or without its time, that a name of other books is: dh_prev is dh_0."""
    known = {*symbols, *(indexed(symbol)[0] for symbol in symbols)}
    found = {symbol for symbol in symbols_for(name, times[0]) if symbol in known}
    return found.pop() if name not in known and len(found) == 1 else name


def computed_symbols(sheet: Worksheet, results: Sequence[str], times: range) -> list[str]:
    """Those of the results of a cell, at all times, that can be computed.

    Raises ProblemError, naming all that is missing, where none of them can.
    """
    symbols = [at_time(name, t) for t in times for name in results]
    found = [s for s in symbols if s in sheet.answers]
    if not found:
        raise ProblemError(lacking(sheet, symbols))
    return found


def needed_by(sheet: Worksheet, symbols: Sequence[str]) -> dict[Fault, str]:
    """All that is missing for these symbols, each with the first symbol that needs it."""
    reasons: dict[Fault, str] = {}
    for symbol in symbols:
        for fault in sheet.missing[symbol].faults if symbol in sheet.missing else ():
            reasons.setdefault(fault, symbol)
    return reasons


def lacking(sheet: Worksheet, symbols: Sequence[str]) -> list[Fault]:
    """What has to be given for these symbols, and which of them needs it."""
    return [
        fault._replace(message=f"{fault.message}; {symbol} needs them")
        for fault, symbol in needed_by(sheet, symbols).items()
    ]


def _unknown(path: tuple[str | int, ...], name: str, symbols: Sequence[str]) -> Fault:
    names = list(dict.fromkeys(indexed(symbol)[0] for symbol in symbols))
    hint = did_you_mean(name, [*names, *symbols]) or f"it has {some(names)}"
    return Fault(path, f"expected a quantity of this problem, found {shown(name)!r}", hint)
