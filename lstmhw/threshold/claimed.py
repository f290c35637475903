"""Weights that are claimed: run, where they fail first, and which weights do it, in words."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from lstmhw.solution import Inline, Paragraph, Section, Table, Verdict
from lstmhw.threshold.feasibility import Certificate, Vector, Witness, dot
from lstmhw.threshold.question import Question
from lstmhw.threshold.report import (
    MOST_DEMANDS,
    MOST_ROWS,
    Page,
    unit_formulas,
    unit_labels,
    whole,
)


class Case(NamedTuple):
    """The question from one s_0, and its answer."""

    question: Question
    answer: Witness | Certificate


class Failure(NamedTuple):
    """The first time step, from 0, at which a state is wrong; z and the state there."""

    t: int
    z: Fraction
    state: int


class Moment(NamedTuple):
    """A time step of a network: z of the output unit, and the states that all units go to."""

    z: Fraction
    states: tuple[int, ...]


def unit_failure(weights: Vector, question: Question) -> Failure | None:
    """Where one unit fails first; None where it does not."""
    t = question.first_failure(weights)
    if t is None:
        return None
    return Failure(t, question.z(weights, t), 1 - int(question.outputs[t]))


def network_failure(network: Sequence[Vector], question: Question) -> Failure | None:
    """Where the output unit of a network, its first, fails first; None where it does not."""
    for t, moment in enumerate(_moments(network, question)):
        if moment.states[0] != question.outputs[t]:
            return Failure(t, moment.z, moment.states[0])
    return None


def _moments(network: Sequence[Vector], question: Question) -> Iterator[Moment]:
    """The run of a network; the units other than the output unit start from 0."""
    states = (int(question.before[0]), *(0 for _ in network[1:]))
    for t in range(len(question)):
        seen = (*question.exact(t), *map(Fraction, states), Fraction(1))
        sums = [dot(unit, seen) for unit in network]
        states = tuple(int(z > 0 or (z == 0 and not question.strict)) for z in sums)
        yield Moment(sums[0], states)


def network_run(network: Sequence[Vector], question: Question) -> Section:
    """What each unit of a claimed network is, and its run."""
    inputs = question.inputs.shape[1]
    labels = unit_labels(len(network))
    rows: list[tuple[Inline, ...]] = []
    for t, moment in enumerate(islice(_moments(network, question), MOST_ROWS)):
        wanted = int(question.outputs[t])
        is_right = moment.states[0] == wanted
        verdict = Verdict("right" if is_right else "wrong", "yes" if is_right else "NO")
        shown = [str(t + 1), str(moment.z), *map(str, moment.states), str(wanted)]
        rows.append((*shown, verdict))
    start = f"s_0 = {int(question.before[0])}; the other units start from 0."
    return Section(
        "The claimed network, run",
        (
            Paragraph((start if len(network) > 1 else start.split(";")[0] + ".",)),
            Table(("unit", "is"), unit_formulas(network, inputs)),
            Table(("t", "z of s", *labels, "s_t", "ok"), tuple(rows)),
        ),
    )


def first_that_does(failures: Mapping[int, Failure | None]) -> int | None:
    """The first s_0 from which claimed weights do not fail; None where they do from each."""
    return next((initial for initial, failure in failures.items() if failure is None), None)


def outcome(failures: Mapping[int, Failure | None], z: str) -> str:
    """What became of claimed weights from each s_0; `z` is what is compared with 0."""
    initial = first_that_does(failures)
    if initial is not None:
        return "They do it." if len(failures) == 1 else f"They do it, from s_0 = {initial}."
    return " ".join(
        f"{'At' if len(failures) == 1 else f'From s_0 = {initial}, at'} t = {failure.t + 1}, "
        f"{z} = {failure.z} and step({failure.z}) = {failure.state}, "
        f"but s_{failure.t + 1} is {1 - failure.state}."
        for initial, failure in failures.items()
        if failure is not None
    )


def where(failures: Mapping[int, Failure | None]) -> str | None:
    """The time step at which claimed weights fail first, for each s_0 where that differs."""
    if first_that_does(failures) is not None:
        return None
    times = {k: f"t = {failure.t + 1}" for k, failure in failures.items() if failure is not None}
    if len(set(times.values())) == 1:
        return next(iter(times.values()))
    return ", ".join(f"{time} from s_0 = {initial}" for initial, time in times.items())


def which_do(cases: Mapping[int, Case]) -> str:
    """All weights of one unit that do it, or why there are none, for each s_0."""
    texts = {initial: _which(case) for initial, case in cases.items()}
    if len(texts) == 1:
        return "".join(text[:1].upper() + text[1:] for text in texts.values())
    return " ".join(f"From s_0 = {initial}, {text}" for initial, text in texts.items() if text)


def _which(case: Case) -> str:
    page = Page(case.question)
    if isinstance(case.answer, Certificate):
        return f"no weights do it: {page.contradiction(whole(case.answer))}"
    if len(case.question.decisive) > MOST_DEMANDS:
        return ""
    return f"all weights with {page.region_text()} do it, and no others."
