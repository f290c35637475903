"""Commas between digits: of decimals, of thousands, or between two numbers."""

import re
from collections.abc import Iterator, Sequence

from lstmhw.reading.print_tokens import Token, ambiguous

IN_POINTS = "write decimals with a point, and a blank after each comma that separates"
WHOLE_NUMBER = re.compile(r"[-+]?[0-9]+")
BEHIND_COMMA = re.compile(r"[0-9]+(?:[eE][-+]?[0-9]+)?")
GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
POINTED = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3},[0-9]+")
OPENING = ("open", "begin", "call")
Chain = Sequence[int]
"""The places of numbers that follow one another with nothing but a comma between."""


def chains(found: Sequence[Token]) -> Iterator[Chain]:
    """The chains of two numbers and more."""
    chain: list[int] = []
    for k, token in enumerate(found):
        if token.kind != "number":
            continue
        if chain and not (chain[-1] == k - 2 and found[k - 1].kind == "comma"):
            yield from [chain] if len(chain) > 1 else []
            chain = []
        chain.append(k)
    yield from [chain] if len(chain) > 1 else []


def refuse_commas(found: Sequence[Token]) -> None:
    """Raises PastedError where a comma of a problem file may be that of a decimal."""
    every = list(chains(found))
    for chain in every:
        _refuse_thousands(chain, found)
    decimal = [chain for chain in every if _may_be_decimal(chain, found)]
    if len(decimal) == len(every):
        _refuse_pairs(decimal, found)


def with_points(found: Sequence[Token]) -> Sequence[Token]:
    """The pieces of a claim, decimals with a point.

    Raises PastedError where it cannot be told whether commas are those of decimals.
    """
    pairs = list(chains(found))
    for chain in pairs:
        _refuse_thousands(chain, found)
        digits = [found[k].text for k in chain]
        is_list = len(chain) % 2 or _fills_brackets(chain, found)
        if len(chain) > 2 and not is_list and _all_decimal(digits):
            halves = zip(digits[::2], digits[1::2], strict=True)
            points = ", ".join(f"{one}.{other}" for one, other in halves)
            readings = [f"[{', '.join(digits)}]", f"[{points}]"]
            raise ambiguous(found[chain[0]].at, ",".join(digits), readings, IN_POINTS)
    decimal = [chain for chain in pairs if _may_be_decimal(chain, found)]
    if len(decimal) < len(pairs) or all(_fills_brackets(chain, found) for chain in decimal):
        return found
    if _has_points(found) or _are_short_rows(decimal, found):
        _refuse_pairs(decimal, found)
    return _joined(found, decimal)


def _refuse_pairs(decimal: Sequence[Chain], found: Sequence[Token]) -> None:
    """Raises PastedError for the first two numbers that may be one, [1,0] apart."""
    for chain in decimal:
        if not _fills_brackets(chain, found):
            one, other = (found[k].text for k in chain)
            readings = [f"{one}.{other}", f"[{one}, {other}]"]
            raise ambiguous(found[chain[0]].at, f"{one},{other}", readings, IN_POINTS)


def _may_be_decimal(chain: Chain, found: Sequence[Token]) -> bool:
    return len(chain) == 2 and _all_decimal([found[k].text for k in chain])


def _all_decimal(digits: Sequence[str]) -> bool:
    """Whether each two of these may be what stands before and behind a decimal comma."""
    before = all(WHOLE_NUMBER.fullmatch(text) for text in digits[::2])
    return before and all(BEHIND_COMMA.fullmatch(text) for text in digits[1::2])


def _fills_brackets(chain: Chain, found: Sequence[Token]) -> bool:
    """Whether there is nothing else in the brackets: [1,0] is a list."""
    before = found[chain[0] - 1].kind if chain[0] else ""
    after = found[chain[-1] + 1].kind if chain[-1] + 1 < len(found) else ""
    return before in OPENING and after in ("close", "end")


def _has_points(found: Sequence[Token]) -> bool:
    return any("." in token.text for token in found if token.kind == "number")


def _refuse_thousands(chain: Chain, found: Sequence[Token]) -> None:
    """Raises PastedError for 1,234 and 1.234,5 without brackets."""
    if any(token.kind in OPENING for token in found):
        return
    text = ",".join(found[k].text for k in chain)
    listed = f"[{', '.join(found[k].text for k in chain)}]"
    at = found[chain[0]].at
    hint = "write thousands without a mark, and decimals with a point"
    if GROUPED.fullmatch(text):
        decimal = [text.replace(",", ".")] if len(chain) == 2 and "." not in text else []
        raise ambiguous(at, text, [*decimal, text.replace(",", ""), listed], hint)
    if POINTED.fullmatch(text):
        whole = text.replace(".", "").replace(",", ".")
        raise ambiguous(at, text, [whole, listed], hint)


def _are_short_rows(decimal: Sequence[Chain], found: Sequence[Token]) -> bool:
    """Whether rows such as 1,0; 0,1 have two numbers each, or one with a comma."""
    kinds = {token.kind for token in found}
    is_short = all(len(found[chain[1]].text) == 1 for chain in decimal)
    return len(decimal) > 1 and is_short and bool(kinds & {"row", "line"}) and "begin" not in kinds


def _joined(found: Sequence[Token], decimal: Sequence[Chain]) -> list[Token]:
    """The pieces with one number in the place of each two that are one."""
    behind = {chain[0]: found[chain[1]].text for chain in decimal}
    dropped = {k for chain in decimal for k in range(chain[0] + 1, chain[1] + 1)}
    return [
        token._replace(text=f"{token.text}.{behind[k]}") if k in behind else token
        for k, token in enumerate(found)
        if k not in dropped
    ]
