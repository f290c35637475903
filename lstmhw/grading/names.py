"""The names of a problem's symbols as classes write them: `c2`, `C_2`, `c₂`, `h_2 (2 numbers)`."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from lstmhw.faults import Fault
from lstmhw.marking.claims import full_name
from lstmhw.numerals import number
from lstmhw.reading.assignments import plain_name
from lstmhw.reading.headings import NO_HEADINGS
from lstmhw.solution import Claim, Solution, indexed
from lstmhw.spellings import symbols_for

_QUESTION = re.compile(r"^\s*[0-9]+:\s+")
"""The number of a question before its text, as Canvas has it."""
_REMARK = re.compile(r"\s*[(:?].*", re.DOTALL)
_ENTRY = re.compile(r"\s*(?:\[\s*([1-9][0-9]?)\s*\]|\(\s*([1-9][0-9]?)\s*\)|\s([1-9][0-9]?))\s*")

MOST_REMEMBERED = 1000  # names


class Place(NamedTuple):
    """A symbol, or an entry of one, counted from 1."""

    symbol: str
    entry: int = 0


class Names:
    """What a problem has answers to, by whatever name.

    `faults_of` says what is wrong with a symbol that is claimed; `weights` are what else may be.
    `together` are names that are an answer where all of them are there.
    """

    headings = NO_HEADINGS
    under = ""

    def __init__(
        self,
        solution: Solution,
        faults_of: Callable[[str], tuple[Fault, ...]],
        weights: Collection[str] = (),
        together: frozenset[str] = frozenset(),
    ) -> None:
        self.solution = solution
        self.weights = weights
        self.together = together
        self.faults_of = lru_cache(MOST_REMEMBERED)(faults_of)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The symbols, and where there is one step also without its number."""
        solution = self.solution
        every = [*solution.answers, *solution.words, *solution.checked]
        bare = [indexed(symbol)[0] for symbol in every]
        short = [name for name in bare if full_name(name, solution) in solution.answers]
        return tuple(dict.fromkeys([*every, *short]))

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(self.known)

    @cached_property
    def _spelled(self) -> dict[str, list[str]]:
        """The symbols by their letters and digits alone."""
        found = defaultdict(list)
        for symbol in self.known:
            found[_squeezed(symbol)].append(symbol)
        return dict(found)

    def meant(self, name: str) -> str | None:
        """The symbol that a name is; None where it is none, or may be two."""
        plain = plain_name(name.strip())
        spelled = self._spelled.get(_squeezed(plain), [])
        others = () if spelled else symbols_for(plain, self.solution.only_step)
        if not spelled and self._every.isdisjoint(others):
            return None  # without asking, which takes a while where a kind marks claims itself
        if self.unknown(plain) is None:
            return plain
        full = {full_name(symbol, self.solution) for symbol in spelled}
        return spelled[0] if len(full) == 1 else None

    def of_file(self, file: str) -> "Names":
        """The names in a file: whatever it is called, they are these."""
        return self

    def is_about(self, name: str) -> bool:
        """Whether a name may stand in such a file."""
        return True

    def has(self, name: str) -> bool:
        """Whether a name is a symbol, or one of the weights that may be claimed."""
        return name in self.weights or self.meant(name) is not None

    def symbol(self, name: str) -> str | None:
        """The same under its full name, with its time step."""
        meant = self.meant(name)
        return None if meant is None else full_name(meant, self.solution)

    def is_computed(self, name: str) -> bool:
        """Whether a name is a symbol, or a weight, and not one of the problem's own data."""
        if name in self.weights:
            return True
        symbol = self.symbol(name)
        return symbol is not None and (
            symbol not in self.solution.answers or symbol in self._computed
        )

    @property
    def computed(self) -> Iterator[str]:
        """The symbols that are none of the problem's own data."""
        return filter(self.is_computed, self.known)

    def is_given(self, name: str, claim: Claim) -> bool:
        """Whether a claim has but the numbers of the problem's own data that are called so."""
        symbol = self.symbol(name) or name
        given = self._given.get(indexed(symbol)[0], [])
        return bool(given) and _numbers(claim) in given

    def is_nearly(self, name: str, claim: Claim) -> bool:
        """Whether a claim has the numbers of a symbol, but for rounding to two decimals."""
        true = self.solution.answers.get(self.symbol(name) or "")
        claimed = _numbers(claim)
        if true is None or len(claimed) != true.size:
            return False
        pairs = zip(claimed, true.ravel().tolist(), strict=True)
        return all(math.isclose(one, other, rel_tol=1e-3, abs_tol=6e-3) for one, other in pairs)

    @cached_property
    def _computed(self) -> frozenset[str]:
        return frozenset(step.symbol for step in self.solution.steps)

    @cached_property
    def _given(self) -> dict[str, list[list[float]]]:
        """The numbers of what is given, by its name without a time step."""
        found = defaultdict(list)
        for symbol, value in self.solution.answers.items():
            if symbol not in self._computed and value.size > 1:
                found[indexed(symbol)[0]].append(value.ravel().tolist())
        return dict(found)

    def unknown(self, name: str) -> Fault | None:
        """What is wrong with a name that the problem has no answer to."""
        if name in self._every:
            return None
        return next((fault for fault in self.faults_of(name) if fault.at_key), None)

    def translated(self, names: Iterable[str]) -> dict[str, str]:
        """Names that are no symbols -> the symbols that they stand for, where no other does."""
        found: dict[str, str] = {}
        names = tuple(names)
        for name in names:
            symbol = None if self.unknown(name) is None else self.meant(name)
            if symbol is not None and symbol not in (*names, *found.values()):
                found[name] = symbol
        return found

    def column(self, title: str) -> Place | None:
        """What a column with this title has: a symbol, `c_2[1]`, `h_2 (two numbers)`; or None."""
        bare = without_number(title).strip("$")
        whole = self.symbol(bare) if bare else None
        if whole is not None:
            return Place(whole)
        name = re.match(r"[^\s(\[:?]+", bare)
        symbol = self.symbol(name[0]) if name else None
        if name is None or symbol is None:
            return None
        rest = bare[name.end() :]
        entry = _ENTRY.fullmatch(rest)
        if entry is not None:
            return Place(symbol, int(next(filter(None, entry.groups()))))
        return Place(symbol) if _REMARK.fullmatch(rest) else None


def without_number(title: str) -> str:
    """The title of a column without the number that Canvas gives to a question."""
    return _QUESTION.sub("", title, count=1).strip()


def _numbers(claim: Claim) -> list[float]:
    """The numbers of a claim, in their order; none where it has something else."""
    try:
        return [number(text) for text in _texts(claim)]
    except ValueError:
        return []


def _texts(claim: Claim) -> Iterator[str]:
    """The numbers of a claim as they are written."""
    if isinstance(claim, str):
        yield claim
    else:
        for part in claim.values() if isinstance(claim, Mapping) else claim:
            yield from _texts(part)


def _squeezed(name: str) -> str:
    return name.replace("_", "").casefold()
