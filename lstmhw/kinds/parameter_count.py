"""`parameter-count`: how many parameters has this network, how many more, by which convention?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Annotated, Any, Literal

from lstmhw.counting.judging import Judge, number_text
from lstmhw.counting.networks import AnyLayer, faults, meanings, misfits, named
from lstmhw.counting.parts import CONVENTIONS, SECOND_BIAS, Layer, totals
from lstmhw.counting.recurrent import Recurrent
from lstmhw.counting.report import breakdown, differences, layer_sections, sums
from lstmhw.counting.slips import Question, Times
from lstmhw.counting.varying import other_sizes, sizes_of
from lstmhw.faults import Fault, Path, shown
from lstmhw.numerals import counted, exact
from lstmhw.problem import Marking, Problem, Range, Record, record
from lstmhw.solution import NO_ANSWER, Block, Check, Claim, Paragraph, Section, Solution

SETTLED = {"convention": None}  # of a claim that no convention gives
OF_SECOND = " of the second list"

Often = Annotated[int, Range(1, 10**9)]


@record
class ParameterCount(Problem, kind="parameter-count"):
    """The parameters of a network, layer by layer, in every convention about biases.

    `steps` and `batch` never count; they tell what a number that counted them comes from.
    """

    layers: tuple[AnyLayer, ...]
    than: tuple[AnyLayer, ...] | None = None
    convention: Literal["no-bias", "one-bias", "two-bias"] | None = None
    steps: Often | None = None
    batch: Often | None = None

    marks_claims = True

    def other_data(self, random: Random) -> Mapping[Path, Any]:
        """Other sizes; what was the same stays the same, and a multiple of another one."""
        found = {
            (key, *path): size
            for key in ("layers", "than")
            for path, size in sizes_of(getattr(self, key) or ())
        }
        other = other_sizes(found.values(), random)
        return {path: other[size] for path, size in found.items()}

    @property
    def wanted(self) -> tuple[str, ...]:
        """How many more, where that is the question and no claim says otherwise."""
        return () if self.than is None or self.claimed else ("difference",)

    def faults(self) -> Iterator[Fault]:
        yield from faults(self.layers, ("layers",))
        if self.than is not None:
            yield from faults(self.than, ("than",))
        yield from self._claim_faults()

    def _claim_faults(self) -> Iterator[Fault]:
        for name, claim in self.claimed.items():
            path = ("claimed", name)
            if name not in self._symbols:
                message = f"expected a symbol that is computed here, found {shown(name)!r}"
                yield Fault(path, message, f"it has {', '.join(self._symbols)}", at_key=True)
            elif claim not in NO_ANSWER and (fault := _claim_fault(claim)):
                yield Fault(path, f"expected a number, found {fault}")

    @property
    def _symbols(self) -> tuple[str, ...]:
        return ("total",) if self.than is None else ("total", "than", "difference")

    @cached_property
    def _every(self) -> tuple[AnyLayer, ...]:
        return self.layers + (self.than or ())

    @cached_property
    def _first(self) -> tuple[Layer, ...]:
        return named(self.layers)

    @cached_property
    def _second(self) -> tuple[Layer, ...]:
        return named(self.than or (), OF_SECOND)

    @cached_property
    def _numbers(self) -> Mapping[str, Mapping[str, int]]:
        """What is asked, by symbol and convention."""
        first, second = totals(self._first), totals(self._second)
        more = {c: first[c] - second[c] for c in CONVENTIONS}
        every = {"total": first, "than": second, "difference": more}
        return {symbol: every[symbol] for symbol in self._symbols}

    def solve(self) -> Solution:
        sections = [Section("Given", tuple(map(Paragraph, self._given())))]
        sections += layer_sections((*self._first, *self._second))
        sections.append(Section("Conventions", tuple(self._conventions())))
        sections.append(Section("Remarks", tuple(self._remarks())))
        return self.told(
            sections,
            asked=(self._question,),
            result=tuple(self._answer()),
            data={**self._numbers, **self._breakdowns()},
            checks=tuple(self._checks()),
            checked={symbol: symbol for symbol in self._symbols},
            extras={"convention": self.convention, "conventions": self._meanings}
            | self._untrained(),
        )

    @property
    def _question(self) -> str:
        """What is asked, in words."""
        text = f"How many parameters {_network_text(self.layers)} has"
        if self.than is not None:
            text += f", how many {_network_text(self.than)}, and the difference"
        how = "by each convention" if self.convention is None else f"counted as {self.convention}"
        return f"{text}; {how}."

    def _given(self) -> Iterator[tuple[str, ...]]:
        """The layers as they stand in the question, and what does not count."""
        for layers, of in ((self.layers, ""), (self.than or (), OF_SECOND)):
            for number, layer in enumerate(layers, 1):
                yield (f"Layer {number}{of}: {_layer_text(layer)}.",)
        numbers = {"time step": self.steps, "example": self.batch}
        for what, count in numbers.items():
            if count is not None:
                yield (f"{counted(count, what).capitalize()}.",)

    def _breakdowns(self) -> dict[str, Any]:
        second = {} if self.than is None else {"than_breakdown": breakdown(self._second)}
        return {"breakdown": breakdown(self._first), **second}

    @cached_property
    def _meanings(self) -> Mapping[str, str]:
        """The conventions in words, with the frameworks that have them."""
        return meanings(self._every)

    def _conventions(self) -> Iterator[Paragraph]:
        if any(isinstance(layer, Recurrent) for layer in self._every):
            said = f"W multiplies the inputs, U the state before; {SECOND_BIAS} is as long as b."
            yield Paragraph((said,))
        for convention, meaning in self._meanings.items():
            yield Paragraph((f"{convention}: {meaning}.",))

    def _remarks(self) -> Iterator[Paragraph]:
        """Where a layer does not take what the layer before gives, and what does not count."""
        for layers, of in ((self.layers, ""), (self.than or (), OF_SECOND)):
            for number, given, takes in misfits(layers):
                said = f"Layer {number - 1}{of} gives {given} numbers, layer {number} takes {takes}"
                yield Paragraph((f"{said}: they are counted as they stand.",))
        if self.steps is not None or self.batch is not None:
            said = "Time steps and examples do not count: the weights are the same for all of them."
            yield Paragraph((said,))

    def _answer(self) -> Iterator[Block]:
        yield from self._answer_of(self._first)
        if self.than is not None:
            yield Paragraph(("The second list:",))
            yield from self._answer_of(self._second)
            yield Paragraph(("How many more the first list has than the second:",))
            yield differences(self._numbers["total"], self._numbers["than"])
        if self.convention is not None:
            number = self._numbers[self._symbols[-1]][self.convention]
            yield Paragraph((f"The file asks for {self.convention}: {number}.",))

    def _answer_of(self, layers: tuple[Layer, ...]) -> Iterator[Block]:
        yield sums(layers)
        untrained = [layer.untrained for layer in layers if layer.untrained]
        if untrained:
            kept = " + ".join(map(str, untrained))
            kept = kept if len(untrained) == 1 else f"{kept} = {sum(untrained)}"
            everything = ", ".join(f"{c} {n + sum(untrained)}" for c, n in totals(layers).items())
            said = f"Moving means and variances, not trained and not in these totals: {kept}."
            yield Paragraph((f"{said} With them: {everything}.",))

    def _untrained(self) -> dict[str, int]:
        """How many numbers are kept and not trained, where there are any."""
        lists = {"untrained": self._first, "than_untrained": self._second}
        counts = {name: sum(layer.untrained for layer in layers) for name, layers in lists.items()}
        return {name: count for name, count in counts.items() if count}

    def _checks(self) -> Iterable[Check]:
        checks: dict[str, Check] = {}
        questions = {
            "total": (self._first, ()),
            "than": (self._second, ()),
            "difference": (self._first, self._second),
        }
        for symbol, claim in self.claimed.items():
            plus, minus = questions[symbol]
            others = {name: n for name, n in self._numbers.items() if name != symbol}
            times = Times(self.steps, self.batch)
            question = Question(plus, minus, self.convention, times, others)
            marking = self.marking or Marking()
            checks[symbol] = Judge(symbol, question, self._meanings, marking).check(claim)
        if "difference" in checks:
            checks["difference"] = _followed(checks["difference"], checks)
        return checks.values()


def _network_text(layers: Sequence[AnyLayer]) -> str:
    """A network by the types of its layers."""
    types = ", ".join(layer.type for layer in layers)
    return f"a network of {counted(len(layers), 'layer')} ({types})"


def _layer_text(layer: Record) -> str:
    """The type of a layer and what is said of it: lstm, input 6, hidden 5."""
    default = {field.name: field.default for field in fields(layer)}
    told = {name: value for name, value in vars(layer).items() if value != default[name]}
    parts = [str(told.pop("type")), *(f"{name} {_told(value)}" for name, value in told.items())]
    return ", ".join(parts)


def _told(value: object) -> str:
    if isinstance(value, Record):
        return f"({_layer_text(value)})"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _claim_fault(claim: Claim) -> str:
    """Why a claim is no number; "" where it is one."""
    try:
        value: Fraction | float = exact(number_text(claim))
    except ValueError as error:
        return str(error)
    return "an infinite one" if isinstance(value, float) else ""


def _followed(check: Check, checks: Mapping[str, Check]) -> Check:
    """A wrong difference that is that of the student's own totals follows from them.

    Each of these has to be right, or wrong by a mistake that has a name.
    """
    parts = [checks[symbol] for symbol in ("total", "than") if symbol in checks]
    known = [part for part in parts if part.verdict == "right" or part.mistake is not None]
    if check.verdict != "wrong" or len(known) < 2:
        return check
    first, second, own = (number_text(c.claimed) for c in (*known, check) if c.claimed is not None)
    if exact(first) - exact(second) != exact(own):
        return check
    said = f"Right method, from your own totals: {first} - {second} = {own}."
    return check._replace(
        verdict="follows", mistake=None, where=None, explanation=said, extras=SETTLED
    )
