"""`step-rnn`: are there weights of one step unit that turn these inputs into these outputs?"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from random import Random
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path
from lstmhw.feasibility import Certificate, Vector, Witness
from lstmhw.functions import Floats
from lstmhw.numerals import counted
from lstmhw.picture import HalfPlane
from lstmhw.problem import Problem, Range, Shape, Varied, record
from lstmhw.solution import Paragraph, Section, Solution, Verdict
from lstmhw.threshold.asking import Asked, Asking
from lstmhw.threshold.claimed import which_do
from lstmhw.threshold.claims import NETWORK, WEIGHTS, Claims
from lstmhw.threshold.every import Every
from lstmhw.threshold.given import EVERY, GivenRule, GivenSequence, LetterInputs
from lstmhw.threshold.hidden import Network
from lstmhw.threshold.judged import Judged
from lstmhw.threshold.pictures import half_plane
from lstmhw.threshold.question import Question
from lstmhw.threshold.reasons import KEYS as REASONS
from lstmhw.threshold.reasons import reason_faults
from lstmhw.threshold.report import (
    MOST_DEMANDS,
    Page,
    every_network_section,
    exhausted,
    given_up,
    interrupted,
    network_json,
    network_section,
    repairs,
    whole,
)
from lstmhw.threshold.sequences import Case, Found, Sequences, Start
from lstmhw.threshold.unasked import network_scope, unasked, unasked_section
from lstmhw.threshold.varying import other_sequence
from lstmhw.threshold.weights import pleasant_for

MOST_SEARCHED = 100  # time steps, with extra units
MOST_UNITS = 10  # of a claimed network that is followed through all its states
CHECKED = {
    **dict.fromkeys(REASONS, "certificate"),
    **dict.fromkeys((*WEIGHTS, *NETWORK, "weights"), "weights"),
    "feasible": "feasible",
}
"""The names of what is claimed, and the rows of the marks that they have."""


@record
class StepRnn(Problem, kind="step-rnn"):
    """s_t = step(w1 x_t + w2 s_{t-1} + b): are there weights that do it?"""

    inputs: Annotated[Floats, Shape("T d", "T")] | LetterInputs | None = None
    outputs: Annotated[Floats, Shape("T")] | None = None
    sequences: tuple[GivenSequence, ...] | None = None
    every: GivenRule | None = None
    alphabet: tuple[str, ...] | None = None
    initial: Literal[0, 1, "free"] = 0
    threshold: Literal[">", ">="] = ">"
    hidden: Annotated[int, Range(0, 8)] = 0

    marks_claims = True
    pictured = "the plane of one unit is drawn, where its inputs are single numbers"
    claimed_together = frozenset({*WEIGHTS, *NETWORK, "weights"})
    weights_in_programs = frozenset(WEIGHTS)

    @property
    def wanted(self) -> tuple[str, ...]:
        return () if self.claimed else ("feasible",)

    def varied(self, path: Path, shape: Shape) -> Varied:
        """The numbers are letters, which `other_data` draws."""
        return "kept"

    def other_data(self, random: Random) -> Mapping[Path, Any]:
        """Other sequences of the same letters; of a rule, its letters exchanged."""
        if self.every is not None:
            letters = self.alphabet or self.every.alphabet or tuple(self.every.inputs or ())
            rule = self.every.exchanged(letters, random)
            return {(*EVERY, *path): value for path, value in rule.items()}
        if self.sequences is None:
            return other_sequence((), self.written, random)
        found: dict[Path, Any] = {}
        for k in range(len(self.sequences)):
            found |= other_sequence(("sequences", k), self.written, random)
        return found

    def faults(self) -> Iterator[Fault]:
        found = [*self._asking.structural_faults(), *self._asking.faults()]
        yield from found
        if self.hidden and self._asking.steps > MOST_SEARCHED:
            message = f"extra units are searched for up to {MOST_SEARCHED} time steps"
            yield Fault(("hidden",), f"{message}, found {self._asking.steps}")
        yield from self._claims.faults()
        if self.every is not None and self._claims.units > MOST_UNITS:
            message = f"a network is run on every sequence with up to {MOST_UNITS} units"
            yield Fault(self._claims.path("b"), f"{message}, found {self._claims.units}")
        claims = self._claims.by_name
        if any(key in claims for key in REASONS) and not (self.sequences and found):
            yield from reason_faults(claims, self._asking.dimension, self._reasoned)

    @cached_property
    def _asking(self) -> Asking:
        return Asking(
            self.inputs,
            self.outputs,
            self.sequences,
            self.every,
            self.alphabet,
            self.initial,
            self.threshold == ">",
            self.written,
        )

    @cached_property
    def _claims(self) -> Claims:
        return Claims(self.claimed, self._asking.dimension)

    @cached_property
    def asked(self) -> Asked:
        """The question, with its answer from each start."""
        return self._asking.asked()

    @property
    def _reasoned(self) -> tuple[str, ...]:
        """The starts that may each have a reason of their own."""
        if self.sequences is None:
            return ("0", "1") if self.initial == "free" else (str(self.initial),)
        return tuple(start.key for start in self.asked.cases if start.is_chosen)

    def solve(self) -> Solution:
        return self.answered(lambda extra, tried: None)

    def answered(self, progress: Callable[[int, int], None]) -> Solution:
        """The solution; `progress` is told how many extra units are tried, and how often."""
        for start, (question, answer) in self.asked.cases.items():
            if isinstance(answer, Witness):
                weights = pleasant_for(question, answer.weights)
                return self._feasible(question, start, weights)
        return self._infeasible(self.asked.cases, progress)

    def _feasible(self, question: Question, start: Start, weights: Vector) -> Solution:
        assert question.first_failure(weights) is None
        page = Page(question)
        sections = [*self._scope(), page.demands(), page.weights(weights)]
        if len(question.decisive) <= MOST_DEMANDS:
            sections.append(page.region(weights))
        named = self._named(weights)
        extras: dict[str, Any] = {
            "feasible": True,
            "initial": self._initial_json(start),
            "weights": named,
            "z": lambda: self._z(question, weights),
            "certificate": None,
        }
        network = network_json((weights,), self._asking.dimension)
        if self.hidden:
            extras["network"] = network
        if isinstance(self.asked, Sequences):
            sections.append(unasked_section(question, weights))
        if self.sequences is not None:
            extras["unasked"] = [
                {"x": [str(part) for part in pair.x], "s": pair.state} for pair in unasked(question)
            ]
        begun = f", from {start.text}" if start.is_chosen else ""
        why = f"It is true: {page.named(weights)} do it{begun}."
        solution = self._solution(sections, named, why, network, extras)
        result = Paragraph((Verdict("right", "Yes"), f": {page.named(weights)}{begun}."))
        return solution._replace(
            answers=self._values(weights),
            result=(result,),
            picture=self._picture(question, start, {"answer": weights}),
        )

    @property
    def _question(self) -> str:
        """What is asked, in words."""
        extra = f" If not: with up to {counted(self.hidden, 'extra unit')}?" if self.hidden else ""
        return f"{self._asking.in_words}{extra}"

    def _z(self, question: Question, weights: Vector) -> list[Any]:
        """The pre-activations: by time step, of several sequences by sequence."""
        found = [str(question.z(weights, t)) for t in range(len(question))]
        if self.sequences is None:
            return found
        places = [question.place(t).sequence for t in range(len(question))]
        numbers = range(1, len(self.sequences) + 1)
        pairs = list(zip(places, found, strict=True))
        return [[z for place, z in pairs if place == number] for number in numbers]

    def _initial_json(self, start: Start) -> Any:
        """The states before the sequences; a number where there is one for all."""
        return start.states[0] if self.sequences is None else list(start.states)

    def _infeasible(
        self, cases: Mapping[Start, Case], progress: Callable[[int, int], None]
    ) -> Solution:
        pages = {start: Page(case.question) for start, case in cases.items()}
        answers = {start: case.answer for start, case in cases.items()}
        certificates = {k: whole(a) for k, a in answers.items() if isinstance(a, Certificate)}
        mended = {k: repairs(cases[k].question, certificates[k]) for k in cases}
        first = next(iter(cases))
        sections = [*self._scope(), pages[first].demands()]
        for start, page in pages.items():
            sections.append(page.infeasible(certificates[start], start.text))
            sections.append(page.repaired(mended[start]))
        sections += self._other_start()
        extras: dict[str, Any] = {
            "feasible": False,
            "initial": None if first.is_chosen else self._initial_json(first),
            "weights": None,
            "z": None,
            "certificate": pages[first].certificate_json(certificates[first]),
            "contradiction": pages[first].contradiction(certificates[first]),
            "repairs": [
                {
                    **pages[first].place_json(repair.t),
                    "weights": None if repair.weights is None else self._named(repair.weights),
                }
                for repair in mended[first]
            ],
        }
        if first.is_chosen:
            extras["certificates"] = {
                k.key: pages[k].certificate_json(certificates[k]) for k in certificates
            }
            extras["contradictions"] = {
                k.key: pages[k].contradiction(certificates[k]) for k in certificates
            }
        searched = self._searched(progress) if self.hidden else Searched({}, ())
        extras |= searched.extras
        why = f"It is false. {which_do(cases)}"
        sections += searched.sections
        solution = self._solution(sections, None, why, extras.get("network"), extras)
        said = f". {which_do(cases)}" if first.is_chosen else f": {extras['contradiction']}"
        result = [Paragraph((Verdict("wrong", "No"), said))]
        result += [Paragraph((text,)) for text in searched.result]
        return solution._replace(
            interrupted="interrupted" in searched.extras,
            result=tuple(result),
            picture=self._picture(cases[first].question, first, {}, certificates[first]),
        )

    def _picture(
        self,
        question: Question,
        start: Start,
        weights: dict[str, Vector],
        certificate: Certificate | None = None,
    ) -> HalfPlane | None:
        """What is asked, the answer and the claimed weights, or the demands that contradict."""
        begun = f", from {start.text}" if start.is_chosen else ""
        if "w1" in self._claims.by_name:
            weights = {**weights, "claimed": self._claims.weights()}
        contradicting = {} if certificate is None else certificate.multipliers
        return half_plane(question, f"What is asked of the unit{begun}", weights, contradicting)

    def _scope(self) -> list[Section]:
        """What is said first of a rule for every sequence."""
        if not isinstance(self.asked, Every):
            return []
        letters = ", ".join(self._asking.letters)
        text = (
            f"The rule is asked of every sequence of {letters}, however long. The unit's state is "
            "its output, so a sequence demands no more than the output before and the letter do: "
            "below are all demands that there are, each with a shortest sequence that makes it. "
            "The answer holds for every sequence."
        )
        return [Section("Every sequence", (Paragraph((text,)),))]

    def _other_start(self) -> list[Section]:
        """Whether it would help to begin in the other state, where one is given for all."""
        other = self.asked.otherwise()
        if other is None:
            return []
        start, question = other
        answer = question.answer()
        page = Page(question)
        if isinstance(answer, Witness):
            named = self._named(pleasant_for(question, answer.weights))
            text = ", ".join(f"{name} = {_text(value)}" for name, value in named.items())
            said = f"With {start.text} it could be done: {text}."
        else:
            certificate = whole(answer)
            asked = "; ".join(
                f"{question.place(t)} asks {page.demand(t)}"
                for t in sorted(certificate.multipliers)
            )
            said = f"{start.text} would not help. Then {asked}. {page.contradiction(certificate)}"
        return [Section("The other s_0", (Paragraph((said,)),))]

    def _searched(self, progress: Callable[[int, int], None]) -> "Searched":
        """What extra units can do; what is known of it where the user interrupts."""
        known: list[int] = []
        try:
            return self._with_extra_units(known, progress)
        except KeyboardInterrupt:
            more = {"interrupted": True, "excluded": len(known)}
            return Searched(more, (), (interrupted(len(known)),))

    def _with_extra_units(
        self, known: list[int], progress: Callable[[int, int], None]
    ) -> "Searched":
        """A network with the fewest extra units, or that none up to the limit will do.

        Numbers of units that will not do are added to `known` one by one.
        """
        tried = 0
        for extra in range(1, self.hidden + 1):
            for found in self.asked.searched(extra, partial(progress, extra)):
                tried += found.tried
                if found.network is not None:
                    return self._with_network(found.network, found)
                if not found.is_known:
                    return Searched({"excluded": len(known)}, (), (given_up(len(known)),))
            known.append(extra)
        return Searched({"network": None}, (), (exhausted(self.hidden, tried),))

    def _with_network(self, network: Network, found: Found) -> "Searched":
        """A network that was found, and how far it is known to be right."""
        json = network_json(network.weights, self._asking.dimension)
        initial = list(found.initials) if self.sequences is not None else found.initials[0]
        extras = {"network": json, "initial": initial}
        size = self._asking.dimension
        if isinstance(self.asked, Every):
            induction = self.asked.induction(network)
            section = every_network_section(network, size, induction)
            return Searched(extras, (section,), (_can(network, "in every sequence"),))
        section = network_section(network, size)
        told = self.asked.told(found.initials)
        scope = network_scope(network, told, self.threshold == ">")
        these = "for this sequence" if self.sequences is None else "for these sequences"
        return Searched(extras, (section, scope), (_can(network, these),))

    def _solution(
        self,
        sections: list[Section],
        weights: Mapping[str, Any] | None,
        why: str,
        network: Mapping[str, Any] | None,
        extras: dict[str, Any],
    ) -> Solution:
        """The solution with the verdicts on what is claimed; see `Judged.checks`."""
        judged = Judged(self._claims, self.asked)
        checks = tuple(judged.checks(weights, why, network))
        pages = [*sections, *judged.runs()]
        asked = (self._question,)
        return self.told(pages, asked=asked, checks=checks, checked=CHECKED, extras=extras)

    def _values(self, weights: Vector) -> dict[str, Floats]:
        """The weights as floats; nothing where one is beyond them."""
        try:
            *w1, w2, b = map(float, weights)
        except OverflowError:
            return {}
        first = np.array(w1 if self._asking.is_vector else w1[0])
        return {"w1": first, "w2": np.array(w2), "b": np.array(b)}

    def _named(self, weights: Vector) -> dict[str, Any]:
        """The weights as exact texts; w1 is a list for vectors."""
        *w1, w2, b = map(str, weights)
        return {"w1": w1 if self._asking.is_vector else w1[0], "w2": w2, "b": b}


class Searched(NamedTuple):
    """What a search for extra units says: in the JSON, and on the page."""

    extras: dict[str, Any]
    sections: tuple[Section, ...]
    result: tuple[str, ...] = ()


def _can(network: Network, where: str) -> str:
    """That a network with extra units does it, and none with fewer."""
    extra = counted(len(network.weights) - 1, "extra unit")
    return f"With {extra} it can be done {where}; with fewer it cannot."


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"
