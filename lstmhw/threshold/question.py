"""The demands that sequences make on one recurrent step unit, and their answer.

s_t = step(w1 x_t + w2 s_{t-1} + b).  The outputs are known, so every s_{t-1} is, and each time step
is one demand on the weights (w1, w2, b), linear in them.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from lstmhw.feasibility import (
    Certificate,
    Row,
    Vector,
    Witness,
    contradicts,
    dot,
    is_met,
    solved,
)
from lstmhw.functions import Floats

ROUNDING = 2.0**-50  # relative, of a float64 sum of a few products; more than it can be
TINY = 5e-324  # what a number may lose where it underflows
MOST_PAIRS = 10_000  # time steps; among more, opposite demands on one vector are not looked for


class Place(NamedTuple):
    """Where a demand comes from: time step `t`, from 1, of the one sequence that there is.

    Of several it is the one with this number, from 1, or the one of these letters.
    """

    t: int
    sequence: int | tuple[str, ...] | None = None

    def __str__(self) -> str:
        return " of ".join((f"t = {self.t}", *self.named))

    @property
    def named(self) -> tuple[str, ...]:
        """The sequence in words; nothing where there is only one."""
        match self.sequence:
            case None:
                return ()
            case int():
                return (f"sequence {self.sequence}",)
        return (f'"{" ".join(self.sequence)}"',)


def alone(t: int) -> Place:
    """The place of time step t, from 0, of the only sequence."""
    return Place(t + 1)


class Question(Sequence[Row]):
    """The demands by time step, from 0, each made when it is asked for.

    `inputs` (T, d) are the floats next to the inputs, `exact` gives input t itself, best the same
    vector for inputs that are written alike; `before` (T,) are the states that the unit is in,
    `outputs` (T,) those that it is to go to; `place` says of which sequence a time step is.
    `strict` says that step(0) = 0.  Where step(0) = 1 the rows are about the negatives of the
    weights, so that the outputs 0 are what asks for > 0.
    """

    def __init__(
        self,
        inputs: Floats,
        exact: Callable[[int], Vector],
        before: NDArray[np.bool_],
        outputs: NDArray[np.bool_],
        strict: bool,
        place: Callable[[int], Place] = alone,
    ) -> None:
        self.inputs = inputs
        self.exact = exact
        self.before = before
        self.outputs = outputs
        self.strict = strict
        self.place = place
        self.positive = outputs if strict else ~outputs
        sign = np.where(self.positive, -1.0, 1.0)
        rows = np.column_stack([inputs, self.before, np.ones(len(outputs))])
        self._signed = rows * sign[:, np.newaxis]
        self._reach = np.abs(rows).max(axis=0, initial=0)

    def __len__(self) -> int:
        return len(self.outputs)

    @overload
    def __getitem__(self, t: int) -> Row: ...
    @overload
    def __getitem__(self, t: slice) -> list[Row]: ...
    def __getitem__(self, t: int | slice) -> Row | list[Row]:
        if isinstance(t, slice):
            return [self[k] for k in range(*t.indices(len(self)))]
        state = Fraction(int(self.before[t]))
        return Row((*self.exact(t), state, Fraction(1)), bool(self.positive[t]))

    def z(self, weights: Vector, t: int) -> Fraction:
        """The pre-activation at time step t, from 0."""
        return dot(weights, self[t].vector)

    def answer(self) -> Witness | Certificate:
        """Weights that meet all demands, or a certificate, by time step from 0, checked."""
        if not len(self):
            return Witness((Fraction(),) * (self.inputs.shape[1] + 2))
        found = self._opposite() or self._solved()
        if isinstance(found, Certificate):
            assert contradicts(self, found)
            return found
        return Witness(self.signed(found.weights))

    def without(self, t: int) -> "Question":
        """The question without a time step and its repeats."""
        vector = self.exact(t)
        same = (self.before == self.before[t]) & (self.outputs == self.outputs[t])
        near = np.flatnonzero(same & (self.inputs == self.inputs[t]).all(axis=1))
        stays = np.ones(len(self), dtype=bool)
        stays[[k for k in near.tolist() if self.exact(k) == vector]] = False
        return self.only(np.flatnonzero(stays))

    def only(self, kept: NDArray[np.intp]) -> "Question":
        """The question of some of the time steps."""
        return Question(
            self.inputs[kept],
            lambda k: self.exact(kept.item(k)),
            self.before[kept],
            self.outputs[kept],
            self.strict,
            lambda k: self.place(kept.item(k)),
        )

    def signed(self, weights: Vector) -> Vector:
        """The weights of the question for those of the rows, or the other way round."""
        return weights if self.strict else tuple(-weight for weight in weights)

    def first_failure(self, weights: Vector) -> int | None:
        """The first time step, from 0, that weights get wrong; None where there is none."""
        signed = self.signed(weights)
        lacking, error = self._lacking(signed, Fraction())
        doubtful = np.flatnonzero(~(lacking < -error))
        return next((t for t in self._distinct(doubtful) if not is_met(self[t], signed)), None)

    @cached_property
    def decisive(self) -> list[int]:
        """Time steps that stand for all: of scalar inputs the extremes, else all of them."""
        if self.inputs.shape[1] > 1:
            return list(range(len(self)))
        found = []
        for state in (False, True):
            for positive in (False, True):
                group = np.flatnonzero((self.before == state) & (self.positive == positive))
                if len(group):
                    found += [self._extreme(group, np.min), self._extreme(group, np.max)]
        return sorted(set(found))

    def _extreme(self, group: NDArray[np.intp], which: Callable[[Floats], float]) -> int:
        """The first time step of a group with its least or greatest input, exactly."""
        values = self.inputs[group, 0]
        nearest = group[values == which(values)].tolist()
        if len(nearest) == 1:
            return int(nearest[0])
        pick = min if which is np.min else max
        # Few are written in different ways: a vector that was seen is not compared again.
        seen = {id(vector): vector for vector in map(self.exact, nearest)}
        best = pick(seen.values())
        return next(int(t) for t in nearest if self.exact(t) == best)

    def _opposite(self) -> Certificate | None:
        """Two time steps that ask for opposite outputs in the same circumstances."""
        seen: dict[Vector, int] = {}
        for t in range(len(self)) if len(self) <= MOST_PAIRS else ():
            row = self[t]
            first = seen.setdefault(row.vector, t)
            if self.positive[first] != row.positive:
                return Certificate({first: Fraction(1), t: Fraction(1)})
        return None

    def _solved(self) -> Witness | Certificate:
        if self.inputs.shape[1] > 1:
            return solved(self, self._price)
        steps = self.decisive
        found = solved([self[t] for t in steps])
        if isinstance(found, Witness):
            return found
        return Certificate({steps[k]: value for k, value in found.multipliers.items()})

    def _price(self, weights: Vector, margin: Fraction) -> int | None:
        """The time step that is furthest from being met with a margin, judged exactly."""
        lacking, error = self._lacking(weights, margin)
        worst = int(np.argmax(lacking))
        if self._lacks(worst, weights, margin):
            return worst
        doubtful = np.flatnonzero(~(lacking <= -error))
        return next((t for t in self._distinct(doubtful) if self._lacks(t, weights, margin)), None)

    def _lacks(self, t: int, weights: Vector, margin: Fraction) -> bool:
        value = dot(weights, self[t].vector)
        return value < margin if self.positive[t] else value > 0

    def _lacking(self, weights: Vector, margin: Fraction) -> tuple[Floats, float]:
        """How far each time step is from being met, in floats, and how much those may err."""
        size = max(map(abs, (*weights, margin))) or Fraction(1)
        scaled = np.array([float(weight / size) for weight in weights])
        limit = float(margin / size)
        with np.errstate(all="ignore"):  # what overflows is doubtful
            lacking = self._signed @ scaled + limit * self.positive
            reach = float(self._reach @ np.abs(scaled) + limit)
            lost = TINY * (float(self._reach.sum() + np.abs(scaled).sum()) + len(weights))
        return lacking, ROUNDING * (len(weights) + 2) * reach + 8 * lost

    def _distinct(self, steps: NDArray[np.intp]) -> Iterator[int]:
        """The time steps without those that ask the same of the same vector."""
        seen: set[tuple[Vector, bool, bool]] = set()
        for t in steps.tolist():
            key = (self.exact(t), bool(self.before[t]), bool(self.positive[t]))
            if key not in seen:
                seen.add(key)
                yield t


def joined(questions: Sequence[Question]) -> Question:
    """The demands of several questions as one, in their order."""
    if len(questions) == 1:
        return questions[0]
    starts = np.cumsum([0, *map(len, questions)])

    def own(k: int) -> tuple[Question, int]:
        number = int(np.searchsorted(starts, k, side="right")) - 1
        return questions[number], k - int(starts[number])

    def exact(k: int) -> Vector:
        question, t = own(k)
        return question.exact(t)

    def place(k: int) -> Place:
        question, t = own(k)
        return question.place(t)

    return Question(
        np.concatenate([question.inputs for question in questions]),
        exact,
        np.concatenate([question.before for question in questions]),
        np.concatenate([question.outputs for question in questions]),
        questions[0].strict,
        place,
    )


def vector_text(values: Vector) -> str:
    """An input as it is written: a number, or a list of them."""
    return str(values[0]) if len(values) == 1 else f"[{', '.join(map(str, values))}]"
