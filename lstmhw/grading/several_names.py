"""The names of what several problems have answers to: `q1.h_2`, Question 1: `h_2`."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from lstmhw.faults import Fault, did_you_mean, shown
from lstmhw.grading.homework import label
from lstmhw.grading.names import MOST_REMEMBERED, Names, Place, without_number
from lstmhw.reading.headings import Headings, Split, stem
from lstmhw.reading.problem_names import same_problem


def problem_names(files: Sequence[str]) -> list[str]:
    """What several problems are called: as their files, without an ending.

    Raises ValueError where two of them have one name.
    """
    names = [unicodedata.normalize("NFC", stem(file)) for file in files]
    alike = [same_problem(name) for name in names]
    again = next((k for k, name in enumerate(alike) if name in alike[:k]), None)
    if again is not None:
        first = names[alike.index(alike[again])]
        found = f"{first} twice" if names[again] == first else f"{first} and {names[again]}"
        raise ValueError(f"expected problems with different names, found {found}")
    if not names:
        raise ValueError("expected problems, found none")
    return names


class Meant(NamedTuple):
    """An answer to one of several problems: its name without that of the problem."""

    problem: str
    name: str


class SeveralNames:
    """What several problems have answers to: `q1.h_2`, or `h_2` where only one has that.

    What is called after no problem belongs to the one that it is `under`, if to any.
    """

    def __init__(self, each: Mapping[str, Names], under: str = "") -> None:
        self.each = each
        self.under = under
        self.headings = Headings(each, lambda problem, name: each[problem].has(name))
        self.place = lru_cache(MOST_REMEMBERED)(self._place)

    @property
    def known(self) -> tuple[str, ...]:
        """The symbols of all problems."""
        return tuple(label(p, symbol) for p, names in self.each.items() for symbol in names.known)

    @property
    def computed(self) -> Iterator[str]:
        """Those that are no data of a problem."""
        for problem, names in self.each.items():
            yield from (label(problem, symbol) for symbol in names.computed)

    def of_file(self, file: str) -> "SeveralNames":
        """The names in a file, which may be called after a problem."""
        problem = self.headings.of_file(file)
        return SeveralNames(self.each, problem) if problem else self

    def is_about(self, name: str) -> bool:
        """Whether a name may stand in a file that is called after a problem."""
        place = self.place(name)
        return not self.under or place is None or place.problem == self.under

    def _place(self, name: str) -> Meant | None:
        """The problem that a name is about; None where it may be about several, or is unknown."""
        if self.under and self.each[self.under].has(name):
            return Meant(self.under, name)
        begun = self.headings.begun(name)
        having = [] if begun else self._having(name)
        split = begun or (None if having else self.headings.split(name))
        if split is not None:
            return Meant(*split)
        if not having and self.under:
            return Meant(self.under, name)
        return Meant(having[0], name) if len(having) == 1 else None

    def computing(self, name: str, written: Set[str]) -> Iterator[str]:
        """The symbols of all problems that a name may be the answer to, beside others."""
        for problem, names in self.each.items():
            symbol = names.symbol(name)
            is_weight = name in names.together and names.together <= written
            if symbol is not None and (is_weight or names.is_computed(symbol)):
                yield label(problem, symbol)

    def _having(self, name: str) -> Sequence[str]:
        """The problems that compute what is called so, or else that have it among their data."""
        having = (problem for problem, names in self.each.items() if names.has(name))
        return self._computing(dict.fromkeys(having, name))

    def _computing(self, found: Mapping[str, str]) -> Sequence[str]:
        """Of problems with a symbol each, those that compute it, or else all."""
        computing = [p for p, symbol in found.items() if self.each[p].is_computed(symbol)]
        return computing or [*found]

    def meant(self, name: str) -> str | None:
        """The symbol that a name is; None where it is none, or may be two."""
        place = self.place(name)
        symbol = None if place is None else self.each[place.problem].meant(place.name)
        return None if place is None or symbol is None else label(place.problem, symbol)

    def symbol(self, name: str) -> str | None:
        """The same under its full name, with its time step."""
        place = self.place(name)
        symbol = None if place is None else self.each[place.problem].symbol(place.name)
        return None if place is None or symbol is None else label(place.problem, symbol)

    def unknown(self, name: str) -> Fault | None:
        """What is wrong with a name that no problem has an answer to, or that several have."""
        place = self.place(name)
        if place is not None:
            fault = self.each[place.problem].unknown(place.name)
            return fault and fault._replace(path=("claimed", name))
        having = [label(problem, name) for problem in self._having(name)]
        known = having or [f"{problem}.SYMBOL" for problem in self.each]
        message = f"expected {' or '.join(known)}, found {shown(name)!r}"
        hint = "" if having else did_you_mean(name, self.known)
        return Fault(("claimed", name), message, hint, at_key=True)

    def column(self, title: str) -> Place | None:
        """What a column with this title has; None where that is nothing, or may be two."""
        bare = without_number(title)
        for split in self._splits(title, bare):
            place = self.each[split.problem].column(split.rest)
            if place is not None:
                return place._replace(symbol=label(split.problem, place.symbol))
        places = {problem: names.column(bare) for problem, names in self.each.items()}
        found = {problem: place for problem, place in places.items() if place is not None}
        having = self._computing({problem: place.symbol for problem, place in found.items()})
        if len(having) != 1:
            return None
        place = found[having[0]]
        return place._replace(symbol=label(having[0], place.symbol))

    def _splits(self, title: str, bare: str) -> Iterator[Split]:
        """The problems that a title may be about by what it begins or ends with."""
        if self.under:
            yield Split(self.under, bare)
        found = (self.headings.split(bare), self.headings.split(title), self.headings.ended(bare))
        yield from filter(None, found)


AnyNames = Names | SeveralNames
