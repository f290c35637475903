"""What a wrong number of parameters comes from: something left out, counted again, or mixed up.

A number has many slips near it. So a name needs odds: of the numbers that are no further off than
the claimed one, only a small share may be what some slip gives. That share, in bits, is the
evidence for the name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import log2
from typing import NamedTuple

from lstmhw.counting.parts import CONVENTIONS, SECOND_BIAS, Layer, Part, Slip, Stack, totals

CHANGES = {
    ("two-bias", "one-bias"): "one-bias-for-two",
    ("two-bias", "no-bias"): "bias-omitted",
    ("one-bias", "no-bias"): "bias-omitted",
    ("one-bias", "two-bias"): "bias-counted-twice",
    ("no-bias", "one-bias"): "bias-added",
    ("no-bias", "two-bias"): "bias-added",
}
"""The mistake of whoever is asked for the first convention and answers in the second."""

NEEDED = {"change": 0.0, "left out": 1.5, "again": 1.3, "one": 0.0, "two": 2.5, "added": 4.0}
"""The bits that a name needs, by how seldom such mistakes are made: "two" are biases and something
else left out, "added" are biases too many and something else left out."""
NEEDED_OF_TIMES = 4.0
"""The same where the number of times is not known: of 16 numbers one is such a multiple."""

ONCE = "the weights are the same at every time step and for every example, and count once"
NAMES = {
    "total": "the total",
    "than": "the total of the second list",
    "difference": "how many more the first list has than the second",
}
"""What is asked, in words, by its symbol."""

STEPS = "time-steps-counted"
WHOLE = ("another-symbol", "sign-error", STEPS)
"""The mistakes in which the claimed number is one by itself, not the true one and a rest."""


class Times(NamedTuple):
    """How often someone may have counted the same weights: so many steps, such a batch."""

    steps: int | None = None
    batch: int | None = None

    @property
    def said(self) -> dict[int, str]:
        """The factors that a file makes likely, in words."""
        steps, batch = self.steps or 1, self.batch or 1
        words = {
            steps * batch: f"for each of {steps} time steps and {batch} examples",
            batch: f"for each of {batch} examples",
            steps: f"for each of {steps} time steps",
        }
        return {times: said for times, said in words.items() if times > 1}


class Question(NamedTuple):
    """How many parameters some layers have, or how many more than others (`minus`).

    `asked` is the convention that is fixed; without it, each of them may have been meant. `others`
    are the numbers that stand beside this one on the page, by name.
    """

    plus: tuple[Layer, ...]
    minus: tuple[Layer, ...] = ()
    asked: str | None = None
    times: Times = Times()
    others: Mapping[str, Mapping[str, int]] = {}

    @property
    def truth(self) -> dict[str, int]:
        """The answer in each convention."""
        less = totals(self.minus)
        return {c: n - less[c] for c, n in totals(self.plus).items()}

    @property
    def allowed(self) -> Sequence[str]:
        return CONVENTIONS if self.asked is None else (self.asked,)


class Explained(NamedTuple):
    """The mistake that gives a wrong number, in words, and the bits of evidence for it.

    `method` is what was done, without a number of parameters.
    """

    slip: Slip
    said: str
    evidence: float
    method: str


class Candidate(NamedTuple):
    """A slip in a number that is counted in one convention."""

    convention: str
    slip: Slip


def explanation(question: Question, claimed: Fraction) -> Explained | None:
    """The mistake that a wrong number comes from, where there is one with enough evidence."""
    return _Search(question, claimed).found()


class _Search:
    """The families of mistakes, the likeliest first, and the share of numbers they account for."""

    def __init__(self, question: Question, claimed: Fraction) -> None:
        self.question = question
        self.claimed = claimed
        self.truth = question.truth
        self.off = min(abs(self.truth[c] - claimed) for c in question.allowed)
        self.given: set[int] = set()
        """The numbers, no further off than the claimed one, that some slip so far gives."""

    def found(self) -> Explained | None:
        for family, candidates in self._families():
            tried = list(candidates)
            self.given |= {n for n in map(self._number, tried) if self._is_as_near(n)}
            hits = [c for c in tried if c.slip.amount and self._number(c) == self.claimed]
            if hits and self._evidence >= NEEDED[family]:
                return self._explained(hits, self._evidence)
            if family == "again" and (found := self._by_steps()) is not None:
                return found
        return None

    @property
    def _evidence(self) -> float:
        """How seldom a number that is off by no more than this would be that of a slip."""
        return max(0.0, log2(float(1 + 2 * self.off) / max(1, len(self.given))))

    def _number(self, candidate: Candidate) -> int:
        return self.truth[candidate.convention] - candidate.slip.amount

    def _is_as_near(self, number: int) -> bool:
        return 0 < min(abs(self.truth[c] - number) for c in self.question.allowed) <= self.off

    def _families(self) -> Iterator[tuple[str, Iterator[Candidate]]]:
        allowed = self.question.allowed
        yield "change", self._changes()
        yield "change", self._of(self._mixed_up, allowed)
        yield "change", self._of(self._pairs, allowed)
        yield "left out", self._of(self._left_out, allowed)
        yield "left out", self._of(self._at_each, allowed)
        yield "again", self._of(self._again, allowed)
        yield "one", self._of(_by_one, allowed)
        yield "two", self._two(("bias-omitted", "one-bias-for-two"))
        yield "added", self._two(("bias-added", "bias-counted-twice"))

    def _of(
        self, slips: Callable[[str], Iterator[Slip]], conventions: Iterable[str]
    ) -> Iterator[Candidate]:
        return (Candidate(c, slip) for c in conventions for slip in slips(c))

    def _changes(self) -> Iterator[Candidate]:
        """The numbers of other conventions than the one asked for."""
        for (asked, convention), mistake in CHANGES.items():
            if asked == self.question.asked:
                amount = self.truth[asked] - self.truth[convention]
                second = mistake in ("one-bias-for-two", "bias-counted-twice")
                what = "the second bias of every gate" if second else "every bias"
                done = "left out" if amount > 0 else "too many"
                yield Candidate(asked, Slip(mistake, what, amount, done))

    def _mixed_up(self, convention: str) -> Iterator[Slip]:
        """Another number of the page, or the difference the wrong way round."""
        true = self.truth[convention]
        for name, numbers in self.question.others.items():
            done = f"is {NAMES[name]}, which is another question"
            yield Slip("another-symbol", name, true - numbers[convention], done)
        if self.question.minus:
            done = "is the difference the other way round"
            yield Slip("sign-error", "the sign", 2 * true, done)

    def _left_out(self, convention: str) -> Iterator[Slip]:
        for sign, layer in self._signed():
            for slip in (*_bias_slips(layer, convention), *_block_slips(layer, convention)):
                yield slip._replace(amount=sign * slip.amount)
            for slip in layer.own_slips(layer.name, convention):
                yield slip._replace(amount=sign * slip.amount)
            if layer.untrained:
                what = f"the moving mean and variance of {layer.name}"
                done = "counted, which are not trained (as in Keras's Total params)"
                yield Slip("untrained-counted", what, -sign * layer.untrained, done)

    def _pairs(self, convention: str) -> Iterator[Slip]:
        """What one layer adds to the difference, as the next one does whose inputs double."""
        plus, minus = self.question.plus, self.question.minus
        if len(plus) == len(minus):
            for layer, other in zip(plus, minus, strict=True):
                more = layer.total(convention) - other.total(convention)
                yield Slip("block-omitted", f"the difference in {layer.name}", more)

    def _again(self, convention: str) -> Iterator[Slip]:
        """Layers, then matrices, that are counted twice."""
        every = [
            (sign, layer, name, n)
            for sign, layer in self._signed()
            for name, n in _parts(layer, convention)
        ]
        every.sort(key=lambda entry: entry[2] != entry[1].name)
        for sign, layer, name, amount in every:
            is_one_way = name == layer.name and _recurs(layer) and layer.directions == 1
            hint = ", as if it ran in both directions" if is_one_way else ""
            yield Slip("counted-twice", name, -sign * amount, f"counted twice{hint}")

    def _two(self, changes: Sequence[str]) -> Iterator[Candidate]:
        """The biases of another convention, and something left out of that number."""
        for (asked, convention), change in CHANGES.items():
            if asked == self.question.asked and change in changes:
                for slip in self._left_out(convention):
                    mistake = f"{change} + {slip.mistake}"
                    yield Candidate(convention, slip._replace(mistake=mistake))

    def _signed(self) -> Iterator[tuple[int, Layer]]:
        """The layers that tell in the answer: what stands on both sides cancels out."""
        minus = list(self.question.minus)
        for layer in self.question.plus:
            twin = next((other for other in minus if other.stacks == layer.stacks), None)
            if twin is None:
                yield 1, layer
            else:
                minus.remove(twin)
        yield from ((-1, layer) for layer in minus)

    def _at_each(self, convention: str) -> Iterator[Slip]:
        """What was counted as often as the file says that the weights are used."""
        for times, said in self.question.times.said.items():
            for name, amount in self._repeated(convention, is_known=True):
                rest = self.truth[convention] - amount
                done = _repeated_said(name, times, amount, rest, said)
                yield Slip(STEPS, name, -(times - 1) * amount, done)

    def _by_steps(self) -> Explained | None:
        """What was counted for every time step, where nobody knows how many there are."""
        if self.question.times.said:
            return None
        tried = [
            (convention, name, amount)
            for convention in self.question.allowed
            for name, amount in self._repeated(convention, is_known=False)
        ]
        for convention, name, amount in tried:
            evidence = log2(amount / len(tried)) if amount > 0 else 0.0
            if evidence < NEEDED_OF_TIMES:
                continue
            true = self.truth[convention]
            times = 1 + (self.claimed - true) / amount
            if times.denominator == 1 and times >= 2:
                done = _repeated_said(name, int(times), amount, true - amount, f"{times} times")
                slip = Slip(STEPS, name, true - int(self.claimed), done)
                return self._explained([Candidate(convention, slip)], evidence)
        return None

    def _repeated(self, convention: str, is_known: bool) -> Iterator[tuple[str, int]]:
        """What may be counted for every step: the network, then a layer of it."""
        layers = [layer for sign, layer in self._signed() if sign > 0]
        over_time = [layer for layer in layers if is_known or layer.is_over_time]
        if over_time:
            yield (
                "the difference" if self.question.minus else "the whole network",
                (self.truth[convention]),
            )
        if len(layers) > 1:
            yield from ((layer.name, layer.total(convention)) for layer in over_time)

    def _explained(self, hits: Sequence[Candidate], evidence: float) -> Explained:
        """The claimed number as the true one less (or plus) what all these slips leave out."""
        convention, slip = hits[0]
        true, amount = self.truth[convention], slip.amount
        claimed = f"{true - amount} ({convention})"
        if slip.mistake == STEPS:
            method = f"{claimed}: {slip.where} was counted again at every use; {ONCE}."
            return Explained(slip, f"{claimed} {slip.done}.", evidence, method)
        if slip.mistake in WHOLE:
            said = f"{claimed} {slip.done}."
            return Explained(slip, said, evidence, said)
        same = [hit.slip for hit in hits if hit.convention == convention]
        what = " or ".join(dict.fromkeys(f"{slip.where} {slip.done}" for slip in same))
        sign = "-" if amount > 0 else "+"
        asked = self.question.asked
        about = f"The file asks for {asked}. " if asked not in (None, convention) else ""
        said = f"{about}{true - amount} = {true} ({convention}) {sign} {abs(amount)}: {what}."
        return Explained(slip, said, evidence, f"{about}{claimed}: {what}.")


def _repeated_said(name: str, times: int, amount: int, rest: int, how: str) -> str:
    """A number as the product that it is: 20 x 240, and what is beside it."""
    beside = f" + {rest}" if rest > 0 else ""
    return f"is {times} x {amount}{beside}: {name} was counted {how}; {ONCE}"


def _by_one(convention: str) -> Iterator[Slip]:
    """One too few, or one too many."""
    yield Slip("count-off-by-one", "one parameter", 1, "missing")
    yield Slip("count-off-by-one", "one parameter", -1, "too many")


def _recurs(layer: Layer) -> bool:
    """Whether it multiplies the state before."""
    return any(part.symbol == "U" for stack in layer.stacks for part in stack.parts)


def _bias_slips(layer: Layer, convention: str) -> Iterator[Slip]:
    """Biases of one layer that are left out."""
    second = layer.amount(convention, lambda part: part.symbol == SECOND_BIAS)
    yield Slip("one-bias-for-two", f"the second bias of {layer.name}", second)
    every = layer.amount(convention, lambda part: part.is_bias)
    yield Slip("bias-omitted", f"the bias of {layer.name}", every)
    if layer.directions == 2:
        where = f"the bias of the second direction of {layer.name}"
        yield Slip("bias-omitted", where, every // 2)


def _block_slips(layer: Layer, convention: str) -> Iterator[Slip]:
    """Matrices, layers, directions, stacked layers, gates that are left out."""
    for where, amount in _blocks(layer, convention):
        yield Slip("block-omitted", where, amount)


def _parts(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    """The matrices of a layer, and the layer itself, where that is something else."""
    matrices = dict.fromkeys(
        part.symbol for stack in layer.stacks for part in stack.parts if not part.is_bias
    )
    for symbol in matrices:
        yield f"{symbol} of {layer.name}", _of_symbol(layer, convention, symbol)
    if len(matrices) > 1 or convention != "no-bias":
        yield layer.name, layer.total(convention)


def _of_symbol(layer: Layer, convention: str, symbol: str) -> int:
    return layer.amount(convention, lambda part: part.symbol == symbol)


def _blocks(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    name = layer.name
    yield from _parts(layer, convention)
    later = layer.stacks[1:]
    if layer.directions == 2:
        yield f"the second direction of {name}", layer.total(convention) // 2
        halves = sum(map(_half_input, later))
        yield f"one of the two directions that the stacked layers of {name} take in", halves
    for stack in later:
        yield f"the stacked layers of {name} after the first", stack.total(convention)
    yield from _gates(layer, convention)


def _half_input(stack: Stack) -> int:
    """What a stacked layer's W has for the second direction of the layer below it."""
    return stack.whole(stack.parts[0]) // 2


def _gates(layer: Layer, convention: str) -> Iterator[tuple[str, int]]:
    count = max((len(stack.gates) for stack in layer.stacks), default=1)
    of_gates = layer.amount(convention, _is_of_a_gate)
    for missing in range(1, count):
        gates = "one gate" if missing == 1 else f"{missing} of the {count} gates"
        yield f"{gates} of {layer.name}", of_gates * missing // count


def _is_of_a_gate(part: Part) -> bool:
    return not part.is_shared
