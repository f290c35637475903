"""Reasons that are claimed for an impossibility: are they demands, and do they contradict?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lstmhw.algebra import UndecidedError, expanded
from lstmhw.expr import Expr, Quantity
from lstmhw.faults import Fault, Path
from lstmhw.feasibility import Certificate, Row, Vector, Witness, solved
from lstmhw.formula import FormulaError
from lstmhw.handwritten import readings
from lstmhw.handwritten.words import tokens
from lstmhw.solution import Check, Claim
from lstmhw.threshold.question import Question
from lstmhw.threshold.report import Page, weight_names, whole
from lstmhw.threshold.sequences import Case, Start
from lstmhw.threshold.weights import pleasant, pleasant_for

KEYS = ("certificate", "certificates")
"""What a reason is claimed under: the rows, or the rows for each s_0."""
RELATIONS = (">", ">=", "<", "<=")


class Demand(NamedTuple):
    """weights . vector + constant > 0 where `strict`, else >= 0."""

    vector: Vector
    constant: Fraction
    strict: bool

    @property
    def scaled(self) -> "Demand":
        """The same demand with the first number that is not 0 as 1 or -1."""
        first = next((abs(x) for x in (*self.vector, self.constant) if x), Fraction(1))
        vector = tuple(x / first for x in self.vector)
        return Demand(vector, self.constant / first, self.strict)

    @property
    def row(self) -> Row:
        """The demand as a row over the weights and, last, what multiplies the constant."""
        if self.strict:
            return Row((*self.vector, self.constant), True)
        return Row((*(-x for x in self.vector), -self.constant), False)


class _Weights:
    """The names of the weights of a step unit, w1[2] as w1_2 too."""

    def __init__(self, inputs: int) -> None:
        self.symbols = weight_names(inputs)
        plain = [_plain(symbol) for symbol in self.symbols]
        self._meant = dict(zip(plain, self.symbols, strict=True))
        if inputs == 1:
            self._meant["w11"] = "w1"

    def known(self) -> Sequence[str]:
        return self.symbols

    def meanings(self, name: str, joined: bool) -> Sequence[Expr]:
        symbol = self._meant.get(_plain(name))
        return () if symbol is None else (Quantity(symbol, np.array(0.0), given=True),)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def reason_faults(claimed: Mapping[str, Claim], inputs: int, starts: Sequence[str]) -> list[Fault]:
    """What is wrong with the reasons that are claimed, for so many inputs.

    `starts` are the keys of the starts (`Start.key`) that may each have a reason of their own.
    """
    faults: list[Fault] = []
    given = [key for key in KEYS if key in claimed]
    for key in given[1:]:
        message = "expected one reason, found certificate and certificates"
        faults.append(Fault(("claimed", key), message, "keep one of the two", at_key=True))
    for key in given[:1]:
        for path, rows in _cases(key, claimed[key], starts, faults):
            faults += _row_faults(path, rows, inputs)
    return faults


def _cases(
    key: str, claim: Claim, starts: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[Path, Claim]]:
    """The rows of each case with their place; a fault for what is no such case."""
    path: Path = ("claimed", key)
    if not isinstance(claim, Mapping):
        yield path, claim
        return
    if not starts:
        faults.append(Fault(path, "expected a list of demands, found a mapping"))
        return
    for name, rows in claim.items():
        if name in starts:
            yield (*path, name), rows
        else:
            message = f"expected a value of s_0, {' or '.join(starts)}; found {name!r}"
            faults.append(Fault((*path, name), message, at_key=True))


def _row_faults(path: Path, rows: Claim, inputs: int) -> Iterator[Fault]:
    example = 'write ["b > 0", "b <= 0"]'
    if isinstance(rows, Mapping) or not rows:
        yield Fault(path, "expected a list of demands, found none", example)
        return
    for k, row in enumerate(_listed(rows)):
        place = path if isinstance(rows, str) else (*path, k)
        if not isinstance(row, str):
            yield Fault(place, "expected a demand, found a list", example)
            continue
        try:
            list(demands_of(row, inputs))
        except FormulaError as error:
            yield Fault(place, str(error), error.hint, at=error.at)


def _listed(rows: Claim) -> Sequence[Claim]:
    """The rows of a reason, which may stand in one text: b > 0 and b <= 0."""
    if isinstance(rows, str):
        return [row for row in re.split(r"[,;\n]|\band\b", rows) if row.strip()]
    return tuple(rows)


def demands_of(text: str, inputs: int) -> Iterator[Demand]:
    """What a row demands; a < b < c demands two things.  Raises FormulaError."""
    text = re.sub(r"(w_?\{?1\}?)\[\s*([0-9]+)\s*\]", r"\1_\2 ", text, flags=re.IGNORECASE)
    marks = [token for token in tokens(text) if token.text in RELATIONS]
    if not marks:
        message = f"expected one of {' '.join(RELATIONS)} between two sides, found none"
        raise FormulaError(message, "write it as in w1 + b > 0", len(text))
    places = [(mark.at, mark.at + _length(text, mark.at)) for mark in marks]
    starts = [0, *(end for _, end in places)]
    ends = [*(start for start, _ in places), len(text)]
    sides = [_linear(text[a:b], a, inputs) for a, b in zip(starts, ends, strict=True)]
    for mark, left, right in zip(marks, sides, sides[1:], strict=False):
        more, less = (left, right) if mark.text in (">", ">=") else (right, left)
        difference = tuple(x - y for x, y in zip(more, less, strict=True))
        yield Demand(difference[:-1], difference[-1], "=" not in mark.text)


def _length(text: str, at: int) -> int:
    """How long a relation is as it is written there: <=, or a command of LaTeX."""
    found = re.match(r"\\[a-z]+|[<>]=?|.", text[at:])
    assert found is not None
    return found.end()


def _linear(text: str, at: int, inputs: int) -> Vector:
    """A side as its multiples of the weights, and last a number.  Raises FormulaError."""
    names = _Weights(inputs)
    try:
        (reading, *_) = readings(text, names, "column")
        terms = dict(expanded(reading.expr, {}))
    except UndecidedError:
        terms = {((("", ()), 1),): Fraction(1)}
    except FormulaError as error:
        error.at += at
        raise
    keys = [*(((symbol, 1),) for symbol in names.symbols), ()]
    found = tuple(terms.pop(key, Fraction()) for key in keys)
    if terms:
        expected = f"a sum of multiples of {', '.join(names.symbols)}"
        raise FormulaError(f"expected {expected}, found another formula", at=at)
    return found


def reason_check(claimed: Mapping[str, Claim], cases: Mapping[Start, Case]) -> Check:
    """The verdict on the reason that is claimed."""
    key = next(key for key in KEYS if key in claimed)
    claim = claimed[key]
    expected = tuple(
        Page(question).demand(t)
        for question, answer in cases.values()
        if isinstance(answer, Certificate)
        for t in sorted(whole(answer).multipliers)
    )
    possible = [
        f"There are weights that do it{f', from {start.text}' if start.is_chosen else ''}: "
        f"{Page(question).named(pleasant_for(question, answer.weights))}."
        for start, (question, answer) in cases.items()
        if isinstance(answer, Witness)
    ]
    said, faults = [], []
    for start, case in cases.items():
        rows = claim.get(start.key) if isinstance(claim, Mapping) else claim
        begun = f"With {start.text}: " if start.is_chosen else ""
        for fault, instead in _wrong(rows, case.question):
            faults.append(f"{begun}{fault}.")
            said.append(f"{begun}{fault}{instead}.")
    if possible and said:
        said.append(possible[0])
    elif said:
        said += [f"What contradicts: {text}" for text in _contradictions(cases)]
    verdict = "wrong" if said else "right"
    if not said:
        said = faults = ["Each row is asked by some t, and together they contradict."]
    shown = None if possible else tuple(dict.fromkeys(expected))
    where = "certificate" if verdict == "wrong" else None
    told, method = " ".join(said), " ".join(faults)
    return Check("certificate", claim, shown, verdict, None, where, told, method=method)


def _contradictions(cases: Mapping[Start, Case]) -> Iterator[str]:
    """Why there are no weights, for each case in which there are none."""
    for start, (question, answer) in cases.items():
        if isinstance(answer, Certificate):
            begun = f"with {start.text}, " if start.is_chosen else ""
            yield begun + Page(question).contradiction(whole(answer))


def _wrong(rows: Claim | None, question: Question) -> Iterator[tuple[str, str]]:
    """What is wrong with the rows as a reason for one question, and what shows it."""
    if rows is None:
        yield "there is no reason for this case", ""
        return
    inputs = question.inputs.shape[1]
    texts = [str(row).strip() for row in _listed(rows)]
    asked = _asked(question)
    found = {text: tuple(demands_of(text, inputs)) for text in texts}
    strangers = [text for text in texts if any(d.scaled not in asked for d in found[text])]
    yield from (_no_demand(text, found[text], question, asked) for text in strangers)
    met = _met([demand for demands in found.values() for demand in demands], inputs)
    if met is not None:
        yet = "These" if strangers else "Each row is asked by some t, but they"
        yield f"{yet} do not contradict each other", f": {met} meets them all"


def _asked(question: Question) -> dict[Demand, int]:
    """What the question demands, and the first time step, from 0, that does."""
    found: dict[Demand, int] = {}
    for t in range(len(question)):
        vector = question[t].vector
        if not question.outputs[t]:
            vector = tuple(-x for x in vector)
        strict = bool(question.outputs[t]) == question.strict
        found.setdefault(Demand(vector, Fraction(), strict).scaled, t)
    return found


def _no_demand(
    text: str, found: Sequence[Demand], question: Question, asked: Mapping[Demand, int]
) -> tuple[str, str]:
    """A row that no time step asks for, and the demand that comes nearest to it."""
    own = found[0].scaled
    nearest = min(asked, key=lambda demand: _distance(own, demand))
    page, t = Page(question), asked[nearest]
    return f"No t asks {text}", f"; the nearest is {question.place(t)}: {page.demand(t)}"


def _distance(one: Demand, other: Demand) -> tuple[int, Fraction, bool]:
    """How many weights have other multiples, how far they are apart, whether 0 counts otherwise."""
    pairs = list(zip((*one.vector, one.constant), (*other.vector, other.constant), strict=True))
    apart = sum((abs(a - b) for a, b in pairs), start=Fraction())
    against = sum(bool(a) != bool(b) for a, b in pairs)
    return against, apart, one.strict != other.strict


def _met(demands: Sequence[Demand], inputs: int) -> str | None:
    """Weights that meet all demands, in words; None where they contradict."""
    has_constants = any(demand.constant for demand in demands)
    rows = [demand.row for demand in demands]
    if has_constants:  # the constant is multiplied by one more weight, which is positive
        rows.append(Row((*(Fraction(),) * (inputs + 2), Fraction(1)), True))
    else:
        rows = [Row(row.vector[:-1], row.positive) for row in rows]
    answer = solved(rows)
    if isinstance(answer, Certificate):
        return None
    weights = pleasant(rows, answer.weights)
    if has_constants:
        weights = tuple(weight / weights[-1] for weight in weights[:-1])
    named = zip(weight_names(inputs), weights, strict=True)
    return ", ".join(f"{name} = {weight}" for name, weight in named)
