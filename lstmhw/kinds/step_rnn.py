"""`step-rnn`: are there weights of one step unit that turn these inputs into these outputs?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property, partial
from typing import Annotated, Any, Literal

import numpy as np

from lstmhw.faults import Fault, Path, shown
from lstmhw.functions import Floats
from lstmhw.numerals import exact
from lstmhw.problem import Problem, Range, Shape, record
from lstmhw.solution import Check, Claim, Paragraph, Section, Solution
from lstmhw.threshold.feasibility import Certificate, Vector, Witness
from lstmhw.threshold.hidden import Network, Search
from lstmhw.threshold.question import Question
from lstmhw.threshold.reasons import KEYS as REASONS
from lstmhw.threshold.reasons import reason_check, reason_faults
from lstmhw.threshold.report import Page, network_section, repairs, whole
from lstmhw.threshold.weights import pleasant_for

MOST_SEARCHED = 100  # time steps, with extra units
MOST_DEMANDS = 20  # of which it is said which follow from the others
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
        """What is claimed, the numbers under `weights` by their own names."""
        weights = self.claimed.get("weights")
        if not isinstance(weights, Mapping):
            return self.claimed
        return {**{k: v for k, v in self.claimed.items() if k != "weights"}, **weights}

    def _path(self, name: str) -> Path:
        """The place of a claim in the file."""
        return ("claimed", name) if name in self.claimed else ("claimed", "weights", name)

    def _claim_faults(self) -> Iterator[Fault]:
        is_network = {"W_x", "W_h"} & self.claims.keys()
        given = [] if is_network else [name for name in WEIGHTS if name in self.claims]
        absent = [name for name in WEIGHTS if name not in self.claims]
        if given and absent:
            message = f"expected w1, w2 and b together, found no {' and no '.join(absent)}"
            yield Fault(self._path(given[0]), message, at_key=True)
        for name in given:
            yield from self._number_faults(name)
        feasible = self.claims.get("feasible", "true")
        if feasible not in ("true", "false"):
            yield Fault(
                ("claimed", "feasible"), f"expected true or false, found {_shown(feasible)}"
            )
        yield from self._network_faults()
        yield from reason_faults(self.claims, self.dimension, self.initials)

    def _network_faults(self) -> Iterator[Fault]:
        """What is wrong with a claimed network: W_x (units x inputs), W_h (units x units), b."""
        given = [name for name in ("W_x", "W_h") if name in self.claims]
        if not given:
            return
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
                message = f"expected {units} rows of {width}, for {units} units"
                yield Fault(self._path(name), f"{message}, found {_shown(self.claims[name])}")
                continue
            for text in (part for row in rows for part in row):
                try:
                    exact(text)
                except ValueError as error:
                    yield Fault(self._path(name), f"expected a number, found {error}")

    def _number_faults(self, name: str) -> Iterator[Fault]:
        claim = self.claims[name]
        numbers = [claim] if isinstance(claim, str) else list(claim)
        size = self.dimension if name == "w1" else 1
        if len(numbers) != size:
            wanted = "a single number" if size == 1 else f"{size} numbers"
            message = f"expected {wanted}, as in an input; found {len(numbers)}"
            yield Fault(self._path(name), message)
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

    def answered(self, progress: Callable[[int, int], None]) -> Solution:
        """The solution; `progress` is told how many extra units are tried, and how often."""
        questions = {initial: self.question(initial) for initial in self.initials}
        answers = {initial: question.answer() for initial, question in questions.items()}
        for initial, answer in answers.items():
            if isinstance(answer, Witness):
                weights = pleasant_for(questions[initial], answer.weights)
                return self._feasible(questions[initial], initial, weights)
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
        if self.hidden:
            extras["network"] = _network_json(Network((weights,), ()), self.dimension)
        return self._solution(page, sections, weights, extras)

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
        solution = self._solution(pages[first], sections, None, extras)
        return self._extended(solution, progress) if self.hidden else solution

    def _extended(self, solution: Solution, progress: Callable[[int, int], None]) -> Solution:
        """The solution, and what extra units can do; what is known where the user interrupts."""
        known: list[int] = []
        try:
            more, section = self._with_extra_units(known, progress)
        except KeyboardInterrupt:
            section = _interrupted(len(known))
            more = {"interrupted": True, "excluded": len(known)}
            solution = solution._replace(interrupted=True)
        return solution._replace(
            sections=(*solution.sections, section), extras={**solution.extras, **more}
        )

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
    ) -> tuple[dict[str, Any], Section]:
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
                    return {"network": found, "initial": initial}, section
            known.append(extra)
        return {"network": None}, _exhausted(self.hidden, tried)

    def _solution(
        self, page: Page, sections: list[Section], weights: Vector | None, extras: dict[str, Any]
    ) -> Solution:
        checks, ran = self._judged(weights)
        return self.told(
            [*sections, *ran],
            answers={} if weights is None else self._values(weights),
            checks=checks,
            checked=CHECKED,
            extras=extras,
        )

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

    def _judged(self, weights: Vector | None) -> tuple[tuple[Check, ...], list[Section]]:
        """The claims run: weights step by step, a claimed impossibility against the answer."""
        checks, sections = [], []
        if "w1" in self.claims:
            claimed = self._claimed_weights()
            failures = [self._failure(self.question(k), k, claimed) for k in self.initials]
            wrong = None if None in failures else failures[0]
            best = self.initials[failures.index(None)] if None in failures else self.initials[0]
            page = Page(self.question(best))
            checks.append(self._weights_check(weights, wrong, page))
            sections.append(Section("The claimed weights, run", (page.trajectory(claimed),)))
        elif "W_x" in self.claims:
            checks.append(self._network_check())
        if "feasible" in self.claims:
            is_feasible = weights is not None
            text = "true" if is_feasible else "false"
            why = "there are weights that do it, see above" if is_feasible else "see the reasons"
            wrong = None if self.claims["feasible"] == text else ("", f"It is {text}: {why}.")
            checks.append(_check("feasible", self.claims["feasible"], is_feasible, wrong))
        if any(key in self.claims for key in REASONS):
            checks.append(reason_check(self.claims, {k: self.question(k) for k in self.initials}))
        return tuple(checks), sections

    def _weights_check(
        self, weights: Vector | None, wrong: tuple[str, str] | None, page: Page
    ) -> Check:
        """The one row of claimed weights: why they fail, or do it, and all that do."""
        claim = {name: self.claims[name] for name in WEIGHTS}
        expected = None if weights is None else self._named(weights)
        region = page.region_text() if len(page.question.decisive) <= MOST_DEMANDS else ""
        if weights is None:
            region = "No weights do it; see the reasons."
        elif region:
            region = f"All weights with {region} do it, and no others."
        if wrong is None:
            return Check(
                "weights", claim, expected, "right", None, None, f"They do it. {region}".strip()
            )
        where, why = wrong
        return Check("weights", claim, expected, "wrong", None, where, f"{why} {region}".strip())

    def _network_check(self) -> Check:
        """The row of a claimed network, which is run from each s_0 that there may be."""
        claim = {name: self.claims[name] for name in NETWORK}
        rows = zip(*(_matrix(self.claims[name]) for name in NETWORK), strict=True)
        network = tuple((*w_x, *w_h, *b) for w_x, w_h, b in rows)
        failures = [self._network_failure(network, initial) for initial in self.initials]
        if None in failures:
            return Check(
                "weights", claim, None, "right", None, None, "Run step by step, it does it."
            )
        t, state = failures[0] or (0, 0)
        why = f"At t = {t + 1} the output unit is {state}, but s_{t + 1} is {1 - state}."
        return Check("weights", claim, None, "wrong", None, f"t = {t + 1}", why)

    def _network_failure(self, network: Sequence[Vector], initial: int) -> tuple[int, int] | None:
        """The first time step, from 0, at which the output unit is wrong, and what it is there.

        The output unit is the first; the others start from 0.
        """
        states = [initial, *[0] * (len(network) - 1)]
        for t, wanted in enumerate(int(output) for output in self.outputs):
            seen = (*self._input(t), *map(Fraction, states), Fraction(1))
            sums = [sum(w * v for w, v in zip(unit, seen, strict=True)) for unit in network]
            states = [int(z > 0 or (z == 0 and self.threshold == ">=")) for z in sums]
            if states[0] != wanted:
                return t, states[0]
        return None

    def _claimed_weights(self) -> Vector:
        w1 = self.claims["w1"]
        lists = [w1, self.claims["w2"], self.claims["b"]]
        texts = [part for claim in lists for part in ([claim] if isinstance(claim, str) else claim)]
        return tuple(Fraction(exact(str(text))) for text in texts)

    def _failure(self, question: Question, initial: int, weights: Vector) -> tuple[str, str] | None:
        """Where claimed weights fail first, and why; None where they do not."""
        t = question.first_failure(weights)
        if t is None:
            return None
        z, wanted = question.z(weights, t), int(question.outputs[t])
        why = f"At t = {t + 1}, z = {z} and step({z}) = {1 - wanted}, but s_{t + 1} is {wanted}."
        begun = f" (with s_0 = {initial})" if self.initial == "free" else ""
        return f"t = {t + 1}", why + begun


def _rows(claim: Claim) -> list[list[str]]:
    """A claimed matrix row by row; a vector as a column."""
    rows = [claim] if isinstance(claim, str) else list(claim)
    return [[row] if isinstance(row, str) else [str(part) for part in row] for row in rows]


def _matrix(claim: Claim) -> list[list[Fraction]]:
    return [[_number(text) for text in row] for row in _rows(claim)]


@cache
def _number(text: str) -> Fraction:
    return Fraction(exact(text))


def _check(name: str, claimed: Claim, expected: Any, wrong: tuple[str, str] | None) -> Check:
    if wrong is None:
        return Check(name, claimed, expected, "right", None, None, "")
    where, why = wrong
    return Check(name, claimed, expected, "wrong", None, where or None, why)


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
