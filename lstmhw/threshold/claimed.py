"""Weights that are claimed: run, where they fail first, and which weights do it, in words."""

from collections.abc import Mapping, Sequence
from itertools import islice

from lstmhw.feasibility import Certificate, Vector
from lstmhw.solution import Block, Inline, Paragraph, Section, Table, Verdict
from lstmhw.threshold.question import Question
from lstmhw.threshold.report import (
    MOST_DEMANDS,
    MOST_ROWS,
    Page,
    unit_formulas,
    unit_labels,
    whole,
)
from lstmhw.threshold.sequences import Case, Failure, Failures, Start, moments

MOST_TOLD = 3  # sequences of which it is said how claimed weights fail


def unit_run(weights: Vector, questions: Sequence[Question]) -> Section:
    """The run of claimed weights of one unit, on each sequence."""
    body: list[Block] = []
    for question in questions:
        body += [*_named(question), Page(question).trajectory(weights)]
    return Section("The claimed weights, run", tuple(body))


def _named(question: Question) -> list[Block]:
    """Which of several sequences a run is of, and from where."""
    start = f"s_0 = {int(question.before[0])}"
    names = [f"{name[:1].upper()}{name[1:]}" for name in question.place(0).named]
    return [Paragraph((f"{name}, from {start}:",)) for name in names]


def network_run(network: Sequence[Vector], questions: Sequence[Question], inputs: int) -> Section:
    """What each unit of a claimed network is, and its run on each sequence."""
    formulas = Table(("unit", "is"), unit_formulas(network, inputs))
    runs: list[Block] = []
    for question in questions:
        runs += [_network_begun(network, question), _network_table(network, question)]
    # Where the first run starts is said above the formulas.
    return Section("The claimed network, run", (*runs[:1], formulas, *runs[1:]))


def _network_begun(network: Sequence[Vector], question: Question) -> Paragraph:
    start = f"s_0 = {int(question.before[0])}"
    others = "; the other units start from 0" if len(network) > 1 else ""
    names = [f"{name[:1].upper()}{name[1:]}: " for name in question.place(0).named]
    return Paragraph((f"{''.join(names)}{start}{others}.",))


def _network_table(network: Sequence[Vector], question: Question) -> Table:
    rows: list[tuple[Inline, ...]] = []
    for t, moment in enumerate(islice(moments(network, question), MOST_ROWS)):
        wanted = int(question.outputs[t])
        is_right = moment.states[0] == wanted
        verdict = Verdict("right" if is_right else "wrong", "yes" if is_right else "NO")
        shown = [str(t + 1), str(moment.z), *map(str, moment.states), str(wanted)]
        rows.append((*shown, verdict))
    return Table(("t", "z of s", *unit_labels(len(network)), "s_t", "ok"), tuple(rows))


def first_that_does(failures: Failures) -> Start | None:
    """The first start from which claimed weights do not fail; None where they do from each."""
    return next((start for start, failure in failures.items() if failure is None), None)


def do_all(failures: Sequence[Failures]) -> bool:
    """Whether claimed weights do every sequence, from some start each."""
    return all(first_that_does(by_start) is not None for by_start in failures)


def outcome(failures: Sequence[Failures], z: str) -> str:
    """What became of claimed weights in each sequence; `z` is what is compared with 0."""
    failing = [by_start for by_start in failures if first_that_does(by_start) is None]
    if not failing:
        return _done(failures)
    more = len(failing) - MOST_TOLD
    said = [_failed(by_start, z) for by_start in failing[:MOST_TOLD]]
    said += [f"They fail in {more} more."] if more > 0 else []
    return " ".join(said)


def _done(failures: Sequence[Failures]) -> str:
    """From where claimed weights do it, where that was to be chosen."""
    starts = [first_that_does(by_start) for by_start in failures]
    if len(starts) == 1:
        (start,) = starts
        chosen = start is not None and start.is_chosen and start.text
        return f"They do it, from {chosen}." if chosen else "They do it."
    texts = [
        f"{start.text} in sequence {number}"
        for number, start in enumerate(starts, 1)
        if start is not None and start.is_chosen
    ]
    return f"They do all sequences{', from ' if texts else ''}{', '.join(texts)}."


def _failed(by_start: Failures, z: str) -> str:
    return " ".join(
        f"{f'From {start.text}, at' if start.is_chosen else 'At'} {failure.place}, "
        f"{z} = {failure.z} and step({failure.z}) = {failure.state}, "
        f"but s_{failure.place.t} has to be {1 - failure.state}."
        for start, failure in by_start.items()
        if failure is not None
    )


def where(failures: Sequence[Failures]) -> str | None:
    """The time step at which claimed weights fail first, for each start where that differs."""
    failing = [by_start for by_start in failures if first_that_does(by_start) is None]
    return _where(failing[0]) if failing else None


def _where(by_start: Mapping[Start, Failure | None]) -> str:
    times = {k: str(failure.place) for k, failure in by_start.items() if failure is not None}
    if len(set(times.values())) == 1:
        return next(iter(times.values()))
    return ", ".join(f"{time} from {start.text}" for start, time in times.items())


def which_do(cases: Mapping[Start, Case]) -> str:
    """All weights of one unit that do it, or why there are none, for each start."""
    texts = {start: _which(case) for start, case in cases.items()}
    return " ".join(
        f"From {start.text}, {text}" if start.is_chosen else text[:1].upper() + text[1:]
        for start, text in texts.items()
        if text
    )


def _which(case: Case) -> str:
    page = Page(case.question)
    if isinstance(case.answer, Certificate):
        return f"no weights do it: {page.contradiction(whole(case.answer))}"
    if len(case.question.decisive) > MOST_DEMANDS:
        return ""
    return f"all weights with {page.region_text()} do it, and no others."
