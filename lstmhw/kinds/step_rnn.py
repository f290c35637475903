"""`step-rnn`: are there weights of one step unit that turn these inputs into these outputs?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property, partial
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path, shown
from lstmhw.functions import Floats
from lstmhw.numerals import exact
from lstmhw.problem import Problem, Range, Shape, record
from lstmhw.solution import NO_ANSWER, Check, Claim, Paragraph, Section, Solution
from lstmhw.threshold.claimed import (
    Case,
    Failure,
    first_that_does,
    network_failure,
    network_run,
    outcome,
    unit_failure,
    where,
    which_do,
)
from lstmhw.threshold.feasibility import Certificate, Vector, Witness
from lstmhw.threshold.hidden import Network, Search
from lstmhw.threshold.question import Question
from lstmhw.threshold.reasons import KEYS as REASONS
from lstmhw.threshold.reasons import reason_check, reason_faults
from lstmhw.threshold.report import MOST_DEMANDS, Page, network_section, repairs, whole
from lstmhw.threshold.weights import pleasant_for

MOST_SEARCHED = 100  # time steps, with extra units
WEIGHTS = ("w1", "w2", "b")
NETWORK = ("W_x", "W_h", "b")
CHECKED = {
    **dict.fromkeys(REASONS, "certificate"),
    **dict.fromkeys((*WEIGHTS, *NETWORK, "weights"), "weights"),
    "feasible": "feasible",
}
"""The names of what is claimed, and the rows of the marks that they have."""


@record
class StepRnn(Problem, kind="step-rnn"):
    """s_t = step(w1 x_t + w2 s_{t-1} + b): are there weights that do it?"""

    inputs: Annotated[Floats, Shape("T d", "T")]
    outputs: Annotated[Floats, Shape("T")]
    initial: Literal[0, 1, "free"] = 0
    threshold: Literal[">", ">="] = ">"
    hidden: Annotated[int, Range(0, 8)] = 0

    marks_claims = True
    claimed_together = frozenset({*WEIGHTS, *NETWORK, "weights"})

    @property
    def wanted(self) -> tuple[str, ...]:
        return () if self.claimed else ("feasible",)

    def faults(self) -> Iterator[Fault]:
        for t, output in enumerate(self.outputs.tolist()):
            if output not in (0, 1):
                message = f"expected outputs 0 and 1, found {output:g}"
                yield Fault(("outputs", t), message)
        if self.hidden and len(self.outputs) > MOST_SEARCHED:
            message = f"extra units are searched for up to {MOST_SEARCHED} time steps"
            yield Fault(("hidden",), f"{message}, found {len(self.outputs)}")
        yield from self._claim_faults()

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """What is claimed, the numbers under `weights` by their own names; null claims nothing."""
        weights = self.claimed.get("weights")
        inner = weights if isinstance(weights, Mapping) else {}
        outer = {name: claim for name, claim in self.claimed.items() if name != "weights"}
        return {k: claim for k, claim in {**outer, **inner}.items() if claim not in NO_ANSWER}

    def _path(self, name: str) -> Path:
        """The place of a claim in the file."""
        return ("claimed", name) if name in self.claimed else ("claimed", "weights", name)

    def _claim_faults(self) -> Iterator[Fault]:
        yield from self._nested_faults()
        if {"W_x", "W_h"} & self.claims.keys():
            yield from self._network_faults()
        else:
            yield from self._unit_faults()
        feasible = self.claims.get("feasible", "true")
        if feasible not in ("true", "false"):
            yield Fault(
                ("claimed", "feasible"), f"expected true or false, found {_shown(feasible)}"
            )
        yield from reason_faults(self.claims, self.dimension, self.initials)

    def _nested_faults(self) -> Iterator[Fault]:
        """What is wrong with `weights` as a claim of its own: other keys, or weights beside it."""
        weights = self.claimed.get("weights")
        if weights is None or weights in NO_ANSWER:
            return
        hint = "write {w1: .., w2: .., b: ..} or {W_x: .., W_h: .., b: ..}"
        if not isinstance(weights, Mapping):
            yield Fault(("claimed", "weights"), f"expected weights, found {_shown(weights)}", hint)
            return
        for name in weights.keys() - {*WEIGHTS, *NETWORK}:
            message = f"expected the name of a weight, found {name!r}"
            yield Fault(("claimed", "weights", name), message, hint, at_key=True)
        twice = [name for name in (*WEIGHTS, "W_x", "W_h") if name in self.claimed]
        if twice:
            message = f"expected weights once, found {' and '.join(twice)} beside them"
            yield Fault(("claimed", "weights"), message, "keep one of the two", at_key=True)

    def _unit_faults(self) -> Iterator[Fault]:
        """What is wrong with claimed weights of one unit."""
        given = [name for name in WEIGHTS if name in self.claims]
        absent = [name for name in WEIGHTS if name not in self.claims]
        if given and absent:
            message = f"expected w1, w2 and b together, found no {' and no '.join(absent)}"
            yield Fault(self._path(given[0]), message, at_key=True)
        for name in given:
            yield from self._number_faults(name)

    def _network_faults(self) -> Iterator[Fault]:
        """What is wrong with a claimed network: W_x (units x inputs), W_h (units x units), b."""
        given = [name for name in NETWORK if name in self.claims]
        for name in ("w1", "w2"):
            if name in self.claims:
                message = f"expected one unit or a network, found {name} beside {given[0]}"
                yield Fault(self._path(name), message, "keep one of the two", at_key=True)
        absent = [name for name in NETWORK if name not in self.claims]
        if absent:
            message = f"expected W_x, W_h and b of a network, found no {' and no '.join(absent)}"
            yield Fault(self._path(given[0]), message, at_key=True)
            return
        units = len(_rows(self.claims["b"]))
        widths = {"W_x": self.dimension, "W_h": units, "b": 1}
        for name, width in widths.items():
            rows = _rows(self.claims[name])
            if len(rows) != units or any(len(row) != width for row in rows):
                numbers = f"{units} {'row' if units == 1 else 'rows'} of {width}"
                message = f"expected {numbers}, as b has {units}"
                yield Fault(self._path(name), f"{message}, found {_shown(self.claims[name])}")
                continue
            for row in rows:
                yield from self._exact_faults(name, row)

    def _number_faults(self, name: str) -> Iterator[Fault]:
        claim = self.claims[name]
        numbers = [claim] if isinstance(claim, str) else list(claim)
        size = self.dimension if name == "w1" else 1
        if len(numbers) != size:
            wanted = "a single number" if size == 1 else f"{size} numbers"
            message = f"expected {wanted}, as in an input; found {len(numbers)}"
            yield Fault(self._path(name), message)
        yield from self._exact_faults(name, numbers)

    def _exact_faults(self, name: str, numbers: Sequence[Claim]) -> Iterator[Fault]:
        """What are no numbers, or infinite ones."""
        for text in numbers:
            if not isinstance(text, str):
                yield Fault(self._path(name), "expected a number, found a list in a list")
                continue
            try:
                if isinstance(exact(text), float):
                    raise ValueError("an infinite one")
            except ValueError as error:
                yield Fault(self._path(name), f"expected a number, found {error}")

    @property
    def dimension(self) -> int:
        """How many numbers an input has."""
        return 1 if self.inputs.ndim == 1 else self.inputs.shape[1]

    @cached_property
    def _input(self) -> Callable[[int], Vector]:
        """What gives the input at time step t, from 0, exactly as written."""
        size, texts = self.dimension, list(self.written[("inputs",)])
        if size > 1:
            return lambda t: tuple(map(_number, texts[t * size : (t + 1) * size]))
        vectors = {text: (_number(text),) for text in set(texts)}
        return lambda t: vectors[texts[t]]

    def question(self, initial: int) -> Question:
        """The demands, where the state before the first step is `initial`."""
        outputs = self.outputs == 1
        before = np.concatenate([[initial == 1], outputs[:-1]])
        inputs = self.inputs.reshape(-1, self.dimension)
        return Question(inputs, self._input, before, outputs, self.threshold == ">")

    @property
    def initials(self) -> tuple[int, ...]:
        return (0, 1) if self.initial == "free" else (self.initial,)

    def solve(self) -> Solution:
        return self.answered(lambda extra, tried: None)

    @cached_property
    def _cases(self) -> Mapping[int, Case]:
        """The question and its answer, by s_0."""
        questions = {initial: self.question(initial) for initial in self.initials}
        return {initial: Case(q, q.answer()) for initial, q in questions.items()}

    def answered(self, progress: Callable[[int, int], None]) -> Solution:
        """The solution; `progress` is told how many extra units are tried, and how often."""
        for initial, (question, answer) in self._cases.items():
            if isinstance(answer, Witness):
                weights = pleasant_for(question, answer.weights)
                return self._feasible(question, initial, weights)
        questions = {initial: case.question for initial, case in self._cases.items()}
        answers = {initial: case.answer for initial, case in self._cases.items()}
        certificates = {k: whole(a) for k, a in answers.items() if isinstance(a, Certificate)}
        return self._infeasible(questions, certificates, progress)

    def _feasible(self, question: Question, initial: int, weights: Vector) -> Solution:
        assert question.first_failure(weights) is None
        page = Page(question)
        sections = [page.demands(), page.weights(weights)]
        if len(question.decisive) <= MOST_DEMANDS:
            sections.append(page.region(weights))
        named = self._named(weights)
        extras: dict[str, Any] = {
            "feasible": True,
            "initial": initial,
            "weights": named,
            "z": lambda: [str(question.z(weights, t)) for t in range(len(question))],
            "certificate": None,
        }
        network = _network_json(Network((weights,), ()), self.dimension)
        if self.hidden:
            extras["network"] = network
        checks = self._checks(
            named, f"It is true: {page.named(weights)} do it{self._begun(initial)}.", network
        )
        return self._solution(sections, checks, extras)._replace(answers=self._values(weights))

    def _infeasible(
        self,
        questions: Mapping[int, Question],
        certificates: Mapping[int, Certificate],
        progress: Callable[[int, int], None],
    ) -> Solution:
        pages = {initial: Page(question) for initial, question in questions.items()}
        mended = {k: repairs(questions[k], certificates[k]) for k in questions}
        first = self.initials[0]
        sections = [pages[first].demands()]
        for initial, page in pages.items():
            sections.append(page.infeasible(certificates[initial], initial))
            sections.append(page.repaired(mended[initial]))
        if self.initial != "free":
            sections.append(self._other_initial(1 - first))
        extras: dict[str, Any] = {
            "feasible": False,
            "initial": None if self.initial == "free" else first,
            "weights": None,
            "z": None,
            "certificate": pages[first].certificate_json(certificates[first]),
            "contradiction": pages[first].contradiction(certificates[first]),
            "repairs": [
                {"t": r.t + 1, "weights": None if r.weights is None else self._named(r.weights)}
                for r in mended[first]
            ],
        }
        if self.initial == "free":
            extras["certificates"] = {
                str(k): pages[k].certificate_json(certificates[k]) for k in certificates
            }
            extras["contradictions"] = {
                str(k): pages[k].contradiction(certificates[k]) for k in certificates
            }
        searched = self._searched(progress) if self.hidden else Searched({}, ())
        extras |= searched.extras
        checks = self._checks(
            None, f"It is false. {which_do(self._cases)}", searched.extras.get("network")
        )
        solution = self._solution([*sections, *searched.sections], checks, extras)
        return solution._replace(interrupted="interrupted" in searched.extras)

    def _searched(self, progress: Callable[[int, int], None]) -> "Searched":
        """What extra units can do; what is known of it where the user interrupts."""
        known: list[int] = []
        try:
            return self._with_extra_units(known, progress)
        except KeyboardInterrupt:
            more = {"interrupted": True, "excluded": len(known)}
            return Searched(more, (_interrupted(len(known)),))

    def _other_initial(self, initial: int) -> Section:
        """Whether it would help to begin in the other state."""
        question = self.question(initial)
        answer = question.answer()
        page = Page(question)
        if isinstance(answer, Witness):
            named = self._named(pleasant_for(question, answer.weights))
            text = ", ".join(f"{name} = {_text(value)}" for name, value in named.items())
            said = f"With s_0 = {initial} it could be done: {text}."
        else:
            contradiction = page.contradiction(whole(answer))
            said = f"s_0 = {initial} would not help: {contradiction}"
        return Section("The other s_0", (Paragraph((said,)),))

    def _with_extra_units(
        self, known: list[int], progress: Callable[[int, int], None]
    ) -> "Searched":
        """A network with the fewest extra units, or that none up to the limit will do.

        Numbers of units that will not do are added to `known` one by one.
        """
        inputs = [self._input(t) for t in range(len(self.outputs))]
        outputs = [int(output) for output in self.outputs]
        tried = 0
        for extra in range(1, self.hidden + 1):
            for initial in self.initials:
                search = Search(
                    inputs,
                    outputs,
                    initial,
                    extra,
                    self.threshold == ">",
                    partial(progress, extra),
                )
                network = search.network()
                tried += search.tried
                if network is not None:
                    found = _network_json(network, self.dimension)
                    section = network_section(network, self.dimension)
                    return Searched({"network": found, "initial": initial}, (section,))
            known.append(extra)
        return Searched({"network": None}, (_exhausted(self.hidden, tried),))

    def _solution(
        self, sections: list[Section], checks: Iterator[Check], extras: dict[str, Any]
    ) -> Solution:
        return self.told(
            [*sections, *self._runs()], checks=tuple(checks), checked=CHECKED, extras=extras
        )

    def _begun(self, initial: int) -> str:
        """From which s_0, where that is free."""
        return f", from s_0 = {initial}" if self.initial == "free" else ""

    def _values(self, weights: Vector) -> dict[str, Floats]:
        """The weights as floats; nothing where one is beyond them."""
        try:
            *w1, w2, b = map(float, weights)
        except OverflowError:
            return {}
        first = np.array(w1 if self.inputs.ndim > 1 else w1[0])
        return {"w1": first, "w2": np.array(w2), "b": np.array(b)}

    def _named(self, weights: Vector) -> dict[str, Any]:
        """The weights as exact texts; w1 is a list for vectors."""
        *w1, w2, b = map(str, weights)
        return {"w1": w1 if self.inputs.ndim > 1 else w1[0], "w2": w2, "b": b}

    def _checks(
        self, weights: Mapping[str, Any] | None, why: str, network: Mapping[str, Any] | None
    ) -> Iterator[Check]:
        """The rows of the claims.

        `weights` and `network` are such as do it, None where none are known; `why` is the reason
        for `feasible`.
        """
        if "w1" in self.claims:
            said = f"{outcome(self._failures, 'z')} {which_do(self._cases)}"
            yield self._weights_check(WEIGHTS, weights, said.strip())
        elif "W_x" in self.claims:
            said = outcome(self._failures, "z of s")
            yield self._weights_check(NETWORK, network or self._network_that_does(), said)
        if "feasible" in self.claims:
            is_feasible = weights is not None
            is_right = self.claims["feasible"] == str(is_feasible).lower()
            verdict, said = ("right", "") if is_right else ("wrong", why)
            claim = self.claims["feasible"]
            yield Check("feasible", claim, is_feasible, verdict, None, None, said)
        if any(key in self.claims for key in REASONS):
            yield reason_check(self.claims, {k: case.question for k, case in self._cases.items()})

    def _weights_check(
        self, names: Sequence[str], expected: Mapping[str, Any] | None, said: str
    ) -> Check:
        """The one row of claimed weights, whatever there are of them."""
        claim = {name: self.claims[name] for name in names}
        verdict = "wrong" if first_that_does(self._failures) is None else "right"
        return Check("weights", claim, expected, verdict, None, where(self._failures), said)

    @cached_property
    def _failures(self) -> Mapping[int, Failure | None]:
        """Where the claimed weights fail first, by s_0."""
        if "w1" in self.claims:
            claimed = self._claimed_weights()
            return {k: unit_failure(claimed, case.question) for k, case in self._cases.items()}
        network = self._claimed_network()
        return {k: network_failure(network, case.question) for k, case in self._cases.items()}

    def _runs(self) -> Iterator[Section]:
        """The claimed weights, run from an s_0 from which they do it, if there is one."""
        if not {"w1", "W_x"} & self.claims.keys():
            return
        initial = first_that_does(self._failures)
        question = self._cases[self.initials[0] if initial is None else initial].question
        if "w1" in self.claims:
            table = Page(question).trajectory(self._claimed_weights())
            yield Section("The claimed weights, run", (table,))
        else:
            yield network_run(self._claimed_network(), question)

    def _claimed_network(self) -> tuple[Vector, ...]:
        """Each unit's weights on (x, states before, 1)."""
        rows = zip(*(_matrix(self.claims[name]) for name in NETWORK), strict=True)
        return tuple((*w_x, *w_h, *b) for w_x, w_h, b in rows)

    def _network_that_does(self) -> dict[str, Any] | None:
        """The claimed network, where it does it."""
        if first_that_does(self._failures) is None:
            return None
        return _network_json(Network(self._claimed_network(), ()), self.dimension)

    def _claimed_weights(self) -> Vector:
        w1 = self.claims["w1"]
        lists = [w1, self.claims["w2"], self.claims["b"]]
        texts = [part for claim in lists for part in ([claim] if isinstance(claim, str) else claim)]
        return tuple(Fraction(exact(str(text))) for text in texts)


class Searched(NamedTuple):
    """What a search for extra units says: in the JSON, and on the page."""

    extras: dict[str, Any]
    sections: tuple[Section, ...]


def _rows(claim: Claim) -> list[list[str]]:
    """A claimed matrix row by row; a vector as a column."""
    rows = [claim] if isinstance(claim, str) else list(claim)
    return [[row] if isinstance(row, str) else [str(part) for part in row] for row in rows]


def _matrix(claim: Claim) -> list[list[Fraction]]:
    return [[_number(text) for text in row] for row in _rows(claim)]


@cache
def _number(text: str) -> Fraction:
    return Fraction(exact(text))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _network_json(network: Network, inputs: int) -> dict[str, Any]:
    return {
        "W_x": [list(map(str, weights[:inputs])) for weights in network.weights],
        "W_h": [list(map(str, weights[inputs:-1])) for weights in network.weights],
        "b": [str(weights[-1]) for weights in network.weights],
    }


def _shown(claim: Claim) -> str:
    return repr(shown(claim)) if isinstance(claim, str) else "a list"


def _exhausted(most: int, tried: int) -> Section:
    units = "one extra unit" if most == 1 else f"up to {most} extra units"
    text = (
        f"With {units} it cannot be done either: {tried} beginnings of what the extra units might "
        "do were tried, and each comes to time steps whose demands on one unit contradict."
    )
    return Section("Extra units", (Paragraph((text,)),))


def _interrupted(known: int) -> Section:
    units = "one extra unit" if known == 1 else f"up to {known} extra units"
    cannot = f"With {units} it cannot be done. " if known else ""
    text = f"{cannot}The search with {known + 1} was interrupted; so it is not known."
    return Section("Extra units", (Paragraph((text,)),))
