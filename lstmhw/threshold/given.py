"""Sequences and rules as they are given in a file: what is wrong with them, what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Annotated, Literal

from lstmhw.faults import Fault, Path
from lstmhw.feasibility import Vector
from lstmhw.functions import Floats
from lstmhw.numerals import exact
from lstmhw.problem import Record, Shape, record
from lstmhw.rules.given import RuleKeys
from lstmhw.rules.letters import Rule
from lstmhw.rules.outputs import Growing, Scored, bounded

LetterInputs = Mapping[str, Annotated[Floats, Shape("d", "")]]
EVERY: Path = ("every",)


@record
class GivenSequence(Record):
    """One of several sequences, each from a state of its own."""

    inputs: Annotated[Floats, Shape("T d", "T")]
    outputs: Annotated[Floats, Shape("T")]
    initial: Literal[0, 1, "free"] | None = None


@record
class GivenRule(RuleKeys):
    """A rule for every sequence, with the letters and the input that each of them is."""

    alphabet: tuple[str, ...] | None = None
    inputs: LetterInputs | None = None

    def faults_on(self, letters: Sequence[str]) -> Iterator[Fault]:
        """What is wrong with the rule on these letters: its outputs are those of a step unit."""
        found = list(self.faults(letters))
        yield from (fault.under(EVERY) for fault in found)
        if found:
            return
        rule = self._finite(letters)
        if not isinstance(rule, Rule):
            message = "expected a rule of finitely many states, since step units have no more"
            hint = "a score that grows is for `kind: sequence-rule`, which says why it cannot be"
            yield Fault(EVERY, message, hint, at_key=True)
            return
        others = {due for row in rule.outputs for due in row} - {Fraction(0), Fraction(1)}
        for due in sorted(other for other in others if other is not None)[:1]:
            message = f"expected outputs 0 and 1, which a step unit has; found {due}"
            hint = "" if self.score is None else 'add `decide: "> 0"`'
            yield Fault((*EVERY, "outputs" if self.outputs else "score"), message, hint)

    def rule(self, letters: Sequence[str]) -> Rule:
        """The rule, where it has no faults."""
        found = self._finite(letters)
        assert isinstance(found, Rule)
        return found

    def _finite(self, letters: Sequence[str]) -> Rule | Growing | None:
        built = self.built(letters, 0, EVERY).rule
        return bounded(built) if isinstance(built, Scored) else built


def one_hot(letters: Sequence[str]) -> list[Vector]:
    """Each letter as a vector with a 1 at its own place."""
    return [tuple(Fraction(letter == other) for other in letters) for letter in letters]


@cache
def number(text: str) -> Fraction:
    """A number as written, exactly."""
    return Fraction(exact(text))
