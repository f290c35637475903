"""Claimed answers as numbers: which symbol, how many, how exact."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from lstmhw.faults import MOST_ERRORS, Fault, Path, ProblemError, did_you_mean, shown, some
from lstmhw.functions import Floats
from lstmhw.numerals import agrees, decimals, half_unit, number
from lstmhw.problem import Marking
from lstmhw.solution import NO_ANSWER, Claim, Solution, indexed
from lstmhw.spellings import symbols_for

EXACT_DECIMALS = 12  # of a fraction such as 1/3
MOST_ZEROS = 280  # beyond which units of the last digit leave the range of floats
FEWEST_FIGURES = 2
FEWEST_ALIKE = 3  # numbers, of which one can tell that they have as many figures each
FEWEST_DECIMALS = 2  # nobody computes on with fewer
TELLING_FIGURES = 3  # as good as two decimals
COARSE = 0.005  # off by more than this, and by this share of the truth, is not told by few digits
GAP = ""
"""The text of a number of an array that has no answer."""
NOTHING = "no numbers are computed here"
USUAL = Marking()
"""No digits asked for, no tolerance, a point for each answer."""


class Claimed:
    """A claimed answer: its symbol, its numbers in the shape of the true ones.

    `marking` says which digits are asked for, and how near is near enough.  A `turned` claim is
    told with an example of a batch in each column; here it has one in each row.  Of the numbers
    that are `missing` the text is "" and the value, so that all others can be judged, the true one.
    """

    def __init__(
        self,
        symbol: str,
        claim: Claim,
        texts: Sequence[str],
        expected: Floats,
        marking: Marking,
        values: Floats | None = None,
        turned: bool = False,
    ) -> None:
        self.symbol = symbol
        self.marking = marking
        self.claim = claim
        self.texts = tuple(texts)
        self.expected = expected
        self.turned = turned
        self.missing = tuple(text == GAP for text in texts)
        if values is None:
            pairs = zip(texts, expected.ravel().tolist(), strict=True)
            numbers = [true if text == GAP else number(text) for text, true in pairs]
            values = np.array(numbers).reshape(expected.shape)
        self.values = values

    def with_values(self, values: Floats) -> "Claimed":
        """The claim with other numbers in the places of those written."""
        claim, texts, expected = self.claim, self.texts, self.expected
        return Claimed(self.symbol, claim, texts, expected, self.marking, values, self.turned)

    def told(self, numbers: Sequence[Any]) -> list[Any]:
        """What is known of each number, in the order in which they are written."""
        if not self.turned:
            return list(numbers)
        rows, columns = self.expected.shape
        return [numbers[k * columns + j] for j in range(columns) for k in range(rows)]

    @property
    def written(self) -> list[str]:
        """The texts of the numbers that are there."""
        return [text for text in self.texts if text != GAP]

    @cached_property
    def halves(self) -> Floats:
        """Half a unit of the last digit of each number, as written; of all, where it is missing."""
        halves = np.array([self.last if text == GAP else half_unit(text) for text in self.texts])
        return halves.reshape(self.expected.shape)

    @cached_property
    def decimals(self) -> int:
        """The most decimals that one of the numbers is written with."""
        return max(EXACT_DECIMALS if "/" in text else decimals(text) for text in self.written)

    @cached_property
    def last(self) -> float:
        """Half a unit of the last decimal that any of the numbers is written with."""
        return 0.5 * 10.0**-self.decimals

    @cached_property
    def kept(self) -> int:
        """The decimals that the numbers are likely to be computed to: more of small ones."""
        return min(max(self.decimals, FEWEST_DECIMALS), EXACT_DECIMALS + self._zeros)

    @property
    def _zeros(self) -> int:
        """The zeros after the point that the largest of the numbers begins with, up to a limit."""
        largest = float(np.max(np.abs(self.values), initial=0.0))
        is_small = 0 < largest < 1
        return min(-math.floor(math.log10(largest)) - 1, MOST_ZEROS) if is_small else 0

    @property
    def half(self) -> float:
        """Half a unit of the last of these decimals."""
        return 0.5 * 10.0**-self.kept

    def are_coarse(self, data_decimals: int) -> list[bool]:
        """Number by number, whether it shows too few digits to tell that it is right.

        As many decimals as the data of the problem have are enough, if there are any; a course may
        ask for so many itself.
        """
        with np.errstate(invalid="ignore"):  # infinities that are equal
            off = np.abs(self.values - self.expected).ravel()
        near = ~(off > COARSE) | (off <= COARSE * np.abs(self.expected).ravel())
        pairs = zip(self.values.ravel().tolist(), self.expected.ravel().tolist(), strict=True)
        enough = [self._is_near(value, other) for value, other in pairs]
        rows = zip(self.texts, near.tolist(), enough, strict=True)
        return [
            text != GAP and not is_enough and self._shows_few(text, close, data_decimals)
            for text, close, is_enough in rows
        ]

    @property
    def are_short(self) -> list[bool]:
        """Number by number, whether it has fewer digits than a course asks for."""
        if self.marking.tolerance is not None:
            return [False] * len(self.texts)
        return [text != GAP and self._is_short(text) for text in self.texts]

    def _is_short(self, text: str) -> bool:
        if self.marking.decimals is not None:
            return _decimals(text) < self.marking.decimals
        return self.marking.significant is not None and (
            _significant(text) < self.marking.significant
        )

    def _shows_few(self, text: str, is_close: bool, data_decimals: int) -> bool:
        """Whether a number has fewer digits than it needs, or than are asked for."""
        if self.marking.decimals is None and self.marking.significant is None:
            return not is_close and not _tells(text, data_decimals)
        return self._is_short(text)

    @property
    def are_right(self) -> list[bool]:
        """Number by number, whether it is right by its own digits."""
        return self.agreeing(self.expected)

    def agreeing(self, true: Floats) -> list[bool]:
        """Number by number, whether it agrees with another to all digits that are written."""
        rows = zip(
            self.values.ravel().tolist(),
            np.ravel(true).tolist(),
            self.halves.ravel().tolist(),
            strict=True,
        )
        return [
            agrees(value, other, half) or self._is_near(value, other) for value, other, half in rows
        ]

    def _is_near(self, value: float, other: float) -> bool:
        """Whether a number is as near to another as the course asks for."""
        if self.marking.tolerance is None:
            return False
        return abs(value - other) <= self.marking.room(other) * (1 + 1e-12)


def significant_figures(claims: Sequence[Claimed]) -> int | None:
    """How many significant figures all numbers of a sheet have, if they have as many alike."""
    counts = _all_figures(claims)
    return counts[0] if len(counts) >= FEWEST_ALIKE and _are_alike(counts) else None


def possible_figures(claims: Sequence[Claimed]) -> int | None:
    """The same, of a sheet with too few numbers to tell: two figures of one may be its decimals."""
    counts = _all_figures(claims)
    may_be = 0 < len(counts) < FEWEST_ALIKE and _are_alike(counts)
    return counts[0] if may_be and counts[0] >= TELLING_FIGURES else None


def _all_figures(claims: Sequence[Claimed]) -> list[int]:
    texts = [text for claim in claims for text in claim.written if number(text) != 0]
    return [_figures(text) for text in texts if "." in text]


def _are_alike(counts: Sequence[int]) -> bool:
    return len(set(counts)) == 1 and counts[0] >= FEWEST_FIGURES


def _tells(text: str, data_decimals: int) -> bool:
    """Whether a number is written with digits enough."""
    if "/" in text or _figures(text) >= TELLING_FIGURES:
        return True
    return decimals(text) >= min(FEWEST_DECIMALS, data_decimals or FEWEST_DECIMALS)


def _decimals(text: str) -> int:
    return EXACT_DECIMALS if "/" in text else decimals(text)


def _significant(text: str) -> int:
    """Significant digits; of 0 and of a fraction as many as anyone may ask for."""
    return EXACT_DECIMALS if "/" in text or number(text) == 0 else _figures(text)


def _figures(text: str) -> int:
    digits = text.lower().partition("e")[0].lstrip("+-").replace(".", "")
    return len(digits.lstrip("0"))


def read(
    claimed: Mapping[str, Claim],
    solution: Solution,
    judged: frozenset[str],
    formulas: frozenset[str] = frozenset(),
    marking: Marking = USUAL,
) -> tuple[list[Claimed], list[str], list[Fault]]:
    """The claims that can be compared, the symbols without an answer (null), and the other faults.

    Those that are judged already are left out; of `formulas` there is a claim already.  An array
    of nothing but null has no answer.
    """
    faults: list[Fault] = []
    found: dict[str, Claimed] = {}
    unanswered: list[str] = []
    for name, claim in claimed.items():
        if name in judged:
            continue
        symbol = full_name(name, solution)
        path: Path = ("claimed", name)
        if symbol not in solution.answers:
            hint = _hint(name, symbol, solution) if len(faults) < MOST_ERRORS else ""
            message = f"expected a symbol that is computed here, found {shown(name)!r}"
            faults.append(Fault(path, message, hint, at_key=True))
        elif claim in NO_ANSWER:
            unanswered.append(symbol)
        elif symbol in found or symbol in formulas:
            message = f"expected one claim of {symbol}, found another"
            faults.append(Fault(path, message, at_key=True))
        else:
            try:
                texts = _texts_of(claim, path, solution.answers[symbol])
                expected, turned = solution.answers[symbol], symbol in solution.turned
                if set(texts) == {GAP}:
                    unanswered.append(symbol)
                    continue
                if turned:
                    texts = np.array(texts, dtype=object).reshape(expected.shape).T.ravel().tolist()
                    expected = expected.T
                found[symbol] = Claimed(symbol, claim, texts, expected, marking, turned=turned)
            except ProblemError as error:
                faults += error.faults
    return list(found.values()), unanswered, faults


def _texts_of(claim: Claim, path: Path, expected: Floats) -> list[str]:
    """The claimed numbers as written.  Raises ProblemError for words and other shapes."""
    if isinstance(claim, str) and expected.size > 1:
        list(_texts(claim, path))  # a word is told from a number
    claim = _spread_out(claim, expected.shape)
    shape = _shape(claim)
    alone = shape is not None and _without_ones(shape) == _without_ones(expected.shape)
    if shape != expected.shape and not alone:
        message = f"expected {_described(expected.shape)}, found {_described(shape)}"
        raise ProblemError([Fault(path, message)])
    return list(_texts(claim, path))


def _spread_out(claim: Claim, shape: Sequence[int]) -> Claim:
    """A claim with a gap for each number of a row that is null."""
    if not shape or isinstance(claim, Mapping):
        return claim
    if claim in NO_ANSWER:
        return tuple(_spread_out(GAP, shape[1:]) for _ in range(shape[0]))
    if isinstance(claim, str):
        return claim
    return tuple(_spread_out(part, shape[1:]) for part in claim)


def _without_ones(shape: Sequence[int]) -> list[int]:
    """The sizes that matter: a column and a row are the same as a vector."""
    return [size for size in shape if size > 1]


def full_name(name: str, solution: Solution) -> str:
    """The symbol that is meant, its time index filled in where there is only one step."""
    own = _at_step(name, solution)
    if own in solution.answers or own in solution.missing:
        return own
    meant = symbols_for(name, solution.only_step)
    others = {_at_step(symbol, solution) for symbol in meant} & set(solution.answers)
    return others.pop() if len(others) == 1 else own


def _at_step(name: str, solution: Solution) -> str:
    at_step = f"{name}_{solution.only_step}"
    known = name not in solution.answers and (
        at_step in solution.answers or at_step in solution.missing
    )
    return at_step if known else name


def _hint(name: str, symbol: str, solution: Solution) -> str:
    """Why a symbol has no answer, or which one may have been meant."""
    if symbol in solution.missing:
        reasons = "; ".join(fault.message for fault in solution.missing[symbol])
        return f"{symbol} cannot be computed: {reasons}"
    same = [answer for answer in solution.answers if indexed(answer)[0] == name]
    if same:
        return f"of which step? {some(same)}"
    before = [symbol for symbol in symbols_for(name, _first_step(solution)) if symbol != name]
    known = list(dict.fromkeys([*solution.answers, *solution.words, *solution.checked]))
    there = [symbol for symbol in before if symbol in known]
    near = f"did you mean {there[0]!r}?" if there else did_you_mean(name, known)
    return " ".join(filter(None, [near, f"it has {some(known)}" if known else NOTHING]))


def _first_step(solution: Solution) -> int | None:
    """The number of the first step, after the state that is the first answer to have one."""
    times = [indexed(answer)[1] for answer in solution.answers if answer.startswith("h_")]
    return None if not times or times[0] is None else times[0] + 1


def _texts(claim: Claim, path: Path) -> Iterator[str]:
    """The claimed numbers in order, as written.  Raises ProblemError for a word."""
    if claim in NO_ANSWER:
        yield GAP
    elif isinstance(claim, str):
        try:
            number(claim)
        except ValueError as error:
            raise ProblemError([Fault(path, f"expected a number, found {error}")]) from None
        yield claim
    else:
        for k, part in enumerate(claim):
            yield from _texts(part, (*path, k))


def _shape(claim: Claim) -> tuple[int, ...] | None:
    """The shape of a claimed array; None where it is ragged."""
    if isinstance(claim, str):
        return ()
    shapes = {_shape(part) for part in claim}
    if len(shapes) != 1:
        return None
    inner = shapes.pop()
    return None if inner is None else (len(claim), *inner)


def _described(shape: Sequence[int] | None) -> str:
    if shape is None:
        return "rows of different lengths, or an empty list"
    if math.prod(shape) == 1:
        return "a single number"
    return " x ".join(map(str, shape)) + " numbers"
