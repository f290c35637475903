"""Which quantities a problem asks for."""

from collections.abc import Sequence

from lstmhw.expr import Missing
from lstmhw.faults import Fault, ProblemError, did_you_mean, shown
from lstmhw.solution import Worksheet


def asked_symbols(
    sheet: Worksheet, find: Sequence[str] | None, results: Sequence[str], times: range
) -> list[str]:
    """The symbols that `find` names, in the order of the working; a name means every time step.

    Without `find` they are the `results`.  Raises ProblemError where one is unknown or missing.
    """
    symbols = [*sheet.answers, *sheet.missing]
    after = {f"{name}_{t}": name for name in _names(symbols) for t in times}
    wanted: set[str] = set()
    faults = []
    for number, name in enumerate(results if find is None else find):
        found = [s for s in symbols if name in (s, after.get(s))]
        if not found:
            known = [*_names(symbols), *symbols]
            message = f"expected a quantity of this problem, found {shown(name)!r}"
            hint = did_you_mean(name, known) or f"it has {', '.join(_names(symbols))}"
            faults.append(Fault(("find", number), message, hint))
        wanted.update(found)
    lacking = {sheet.missing[s].path: s for s in reversed(sheet.missing) if s in wanted}
    faults += [_lacking(s, sheet.missing[s]) for s in lacking.values()]
    if faults:
        raise ProblemError(faults)
    return [s for s in symbols if s in wanted]


def _names(symbols: Sequence[str]) -> list[str]:
    """The symbols without their time index, each once."""
    return list(dict.fromkeys(symbol.rpartition("_")[0] for symbol in symbols))


def _lacking(symbol: str, missing: Missing) -> Fault:
    return Fault(missing.path, f"{missing.message}; {symbol} needs them", missing.hint)
