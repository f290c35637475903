"""Regular expressions as rules: positions (Glushkov 1961), subsets of them, the fewest states.

Letters are one character, or several in <angle brackets>; | * + ? ( ) . [abc] and nothing else.
"""

from collections.abc import Hashable, Sequence
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from lstmhw.faults import did_you_mean, shown, some
from lstmhw.rules.letters import Rule
from lstmhw.rules.outputs import Due, minimal, reached

DEEPEST = 32  # parentheses in one another
MOST_POSITIONS = 1000


class RegexError(Exception):
    """What is wrong in an expression, and the place of it in the text, counted from 0."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        self.message, self.at, self.hint = message, at, hint
        super().__init__(message)


class Positions(NamedTuple):
    """The positions of an expression, by number: which letters each of them reads.

    Those that may come first, those that may come last, which may follow which; `empty` says
    whether the expression matches no letters at all.
    """

    letters: tuple[frozenset[int], ...]
    first: frozenset[int]
    last: frozenset[int]
    following: tuple[frozenset[int], ...]
    empty: bool


class Compiled(NamedTuple):
    """An expression as positions, as subsets of them, and as the rule with the fewest states."""

    positions: Positions
    subsets: Rule
    rule: Rule

    @property
    def empty(self) -> Fraction:
        """What the rule gives for no letters."""
        return Fraction(self.positions.empty)

    @property
    def is_smallest(self) -> bool:
        """Whether no two subsets are one state of the rule."""
        return len(self.rule.names) == len(self.subsets.names)


class _Part(NamedTuple):
    """A part of an expression: what it may begin and end with, and whether it may be empty."""

    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    empty: bool = True


class _Parser:
    """Reads an expression from left to right; positions are numbered as they come."""

    def __init__(self, text: str, alphabet: Sequence[str]) -> None:
        self.text, self.alphabet = text, alphabet
        self.at = 0
        self.letters: list[frozenset[int]] = []
        self.following: list[frozenset[int]] = []

    @property
    def next(self) -> str:
        """The next character that is not a blank; "" at the end."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def whole(self) -> Positions:
        part = self.choice(0)
        if self.next:
            raise RegexError("expected '(' before this ')', found none", self.at)
        letters, following = tuple(self.letters), tuple(self.following)
        return Positions(letters, part.first, part.last, following, part.empty)

    def choice(self, depth: int) -> _Part:
        parts = [self.sequence(depth)]
        while self.next == "|":
            self.at += 1
            parts.append(self.sequence(depth))
        first, last, empty = zip(*parts, strict=True)
        return _Part(frozenset().union(*first), frozenset().union(*last), any(empty))

    def sequence(self, depth: int) -> _Part:
        parts = [_Part()]
        while self.next and self.next not in "|)":
            parts.append(self.repeated(depth))
        return reduce(self.joined, parts)

    def joined(self, left: _Part, right: _Part) -> _Part:
        self.link(left.last, right.first)
        first = left.first | right.first if left.empty else left.first
        last = left.last | right.last if right.empty else right.last
        return _Part(first, last, left.empty and right.empty)

    def link(self, ends: frozenset[int], starts: frozenset[int]) -> None:
        for end in ends:
            self.following[end] |= starts

    def repeated(self, depth: int) -> _Part:
        part = self.single(depth)
        while self.next and self.next in "*+?":
            sign = self.text[self.at]
            self.at += 1
            if sign in "*+":
                self.link(part.last, part.first)
            part = part._replace(empty=part.empty or sign in "*?")
        return part

    def single(self, depth: int) -> _Part:
        sign = self.next
        if sign == "(":
            return self.group(depth)
        if sign == "[":
            return self.position(self.one_of())
        if sign == ".":
            self.at += 1
            return self.position(frozenset(range(len(self.alphabet))))
        return self.position(frozenset([self.letter()]))

    def group(self, depth: int) -> _Part:
        opened = self.at
        if depth == DEEPEST:
            raise RegexError(f"expected parentheses up to {DEEPEST} deep, found more", opened)
        self.at += 1
        part = self.choice(depth + 1)
        if self.next != ")":
            raise RegexError("expected ')' for this '(', found none", opened)
        self.at += 1
        return part

    def one_of(self) -> frozenset[int]:
        opened = self.at
        self.at += 1
        letters: set[int] = set()
        while self.next != "]":
            if not self.next:
                raise RegexError("expected ']' for this '[', found none", opened)
            letters.add(self.letter())
        self.at += 1
        if not letters:
            raise RegexError("expected letters in [], found none", opened)
        return frozenset(letters)

    def letter(self) -> int:
        """The letter that stands here, by its place in the alphabet."""
        sign, start = self.next, self.at
        name = sign
        if sign == "<":
            end = self.text.find(">", start)
            if end < 0:
                raise RegexError("expected '>' for this '<', found none", start)
            name = self.text[start + 1 : end]
            self.at = end
        elif sign and sign in "*+?":
            raise RegexError(f"expected a letter or (..) before {sign!r}, found none", start)
        self.at += 1
        if name not in self.alphabet:
            hint = did_you_mean(name, self.alphabet) or f"the letters are {some(self.alphabet)}"
            if sign in "\\^${}-]>":
                hint = "an expression has letters and | * + ? ( ) . [abc], and nothing else"
            raise RegexError(
                f"expected a letter of the alphabet, found {shown(name)!r}", start, hint
            )
        return self.alphabet.index(name)

    def position(self, letters: frozenset[int]) -> _Part:
        number = len(self.letters)
        if number == MOST_POSITIONS:
            raise RegexError(f"expected up to {MOST_POSITIONS} letters, found more", self.at - 1)
        self.letters.append(letters)
        self.following.append(frozenset())
        here = frozenset([number])
        return _Part(here, here, False)


def compiled(text: str, alphabet: Sequence[str]) -> Compiled:
    """The rule that is 1 where all letters so far match the expression, and else 0.

    Raises RegexError, and TooManyStatesError where the subsets are too many.
    """
    positions = _Parser(text, alphabet).whole()
    start: frozenset[int] | None = None  # before the first letter: at no position yet

    def step(state: Hashable, letter: int) -> tuple[Hashable, Due]:
        following = positions.first
        if state is not None:
            assert isinstance(state, frozenset)
            following = frozenset().union(*(positions.following[p] for p in state))
        after = frozenset(p for p in following if letter in positions.letters[p])
        return after, Fraction(bool(after & positions.last))

    def name(state: Hashable) -> str:
        if state is None:
            return "start"
        assert isinstance(state, frozenset)
        return "{" + ", ".join(str(p + 1) for p in sorted(state)) + "}"

    subsets = reached(start, len(alphabet), step, name)
    return Compiled(positions, subsets, minimal(subsets))
