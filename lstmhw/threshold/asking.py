"""What a file asks of step units: one sequence, several, or a rule for every sequence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.faults import Fault, Path, some
from lstmhw.feasibility import Vector
from lstmhw.functions import Floats
from lstmhw.threshold.every import Every, LetterRule
from lstmhw.threshold.given import GivenRule, GivenSequence, number, one_hot
from lstmhw.threshold.question import vector_text
from lstmhw.threshold.sequences import Run, Sequences

MOST_TOLD = 12  # time steps of which the inputs and outputs stand in the question
MOST_FREE = 10  # sequences that may begin from either state; each may double the cases
Asked = Sequences | Every


class Asking(NamedTuple):
    """The keys of a file that say what is asked, and the numbers as they are written, by path."""

    inputs: Floats | Mapping[str, Floats] | None
    outputs: Floats | None
    sequences: tuple[GivenSequence, ...] | None
    every: GivenRule | None
    alphabet: tuple[str, ...] | None
    initial: int | str
    strict: bool
    written: Mapping[Path, Sequence[str]]

    def structural_faults(self) -> Iterator[Fault]:
        """What excludes one another, is lacking, or does not fit together."""
        misplaced = list(self._misplaced())
        yield from misplaced
        if misplaced:
            return
        if self.every is not None:
            yield from self._letter_faults(self.every)
        given = self.sequences or ()
        for k, one in enumerate(given[1:], 1):
            if _width(one.inputs) != _width(given[0].inputs):
                wanted, found = _width(given[0].inputs), _width(one.inputs)
                message = f"expected inputs of size {wanted}, as in sequence 1; found {found}"
                yield Fault(("sequences", k, "inputs"), message)

    def faults(self) -> Iterator[Fault]:
        """Outputs other than 0 and 1, and too many free states."""
        for path, outputs in self._outputs():
            for t, output in enumerate(outputs.tolist()):
                if output not in (0, 1):
                    message = f"expected outputs 0 and 1, found {output:g}"
                    yield Fault((*path, t), message)
        given = self.sequences or ()
        free = [k for k, one in enumerate(given) if self._initial(one) == "free"]
        for k in free[MOST_FREE : MOST_FREE + 1]:
            message = f"expected up to {MOST_FREE} sequences from a free state, found {len(free)}"
            yield Fault(("sequences", k), message)

    def _misplaced(self) -> Iterator[Fault]:
        """Keys that do not go together, and keys that are lacking."""
        if self.every is not None:
            yield from self._beside_every(self.every)
            return
        if self.alphabet is not None:
            message = "expected an alphabet only where every sequence is asked about"
            yield Fault(("alphabet",), message, "write `every: {states, outputs}`", at_key=True)
        if self.sequences is not None:
            yield from self._beside_sequences()
            return
        if isinstance(self.inputs, Mapping):
            message = "expected numbers or vectors, found inputs of letters, as `every` has them"
            yield Fault(("inputs",), message)
        if self.inputs is None and self.outputs is None:
            message = "expected inputs and outputs, or sequences, or every; found none of them"
            yield Fault((), message)
            return
        for name, value in (("inputs", self.inputs), ("outputs", self.outputs)):
            if value is None:
                yield Fault((), f"expected the key {name!r}, found none")

    def _beside_sequences(self) -> Iterator[Fault]:
        given = {"inputs": self.inputs, "outputs": self.outputs}
        for name in [name for name, value in given.items() if value is not None]:
            message = f"expected {name} in each of the sequences, found {name} beside them"
            yield Fault((name,), message, "keep one of the two", at_key=True)
        if not self.sequences:
            yield Fault(("sequences",), "expected sequences, found an empty list")

    def _beside_every(self, rule: GivenRule) -> Iterator[Fault]:
        if self.sequences is not None:
            message = "expected sequences, or a rule for every one; found both"
            yield Fault(("sequences",), message, "keep one of the two", at_key=True)
        if self.outputs is not None:
            message = "expected the outputs of the rule in `every`, found outputs beside it"
            yield Fault(("outputs",), message, "keep one of the two", at_key=True)
        if self.inputs is not None and not isinstance(self.inputs, Mapping):
            message = "expected the input that each letter is, found a list"
            yield Fault(("inputs",), message, 'write {"0": 0, "1": 1}')
        beside = self.inputs if isinstance(self.inputs, Mapping) else None
        twice = {"inputs": (beside, rule.inputs), "alphabet": (self.alphabet, rule.alphabet)}
        for name, places in twice.items():
            if None not in places:
                message = f"expected {name} once, found them in `every` and beside it"
                yield Fault((name,), message, "keep one of the two", at_key=True)
        if self._letter_inputs is None and self._alphabet is None:
            message = "expected an alphabet, or the input that each letter is; found neither"
            yield Fault(("every",), message, 'write inputs: {"0": 0, "1": 1}', at_key=True)

    @property
    def _alphabet(self) -> tuple[str, ...] | None:
        own = None if self.every is None else self.every.alphabet
        return self.alphabet if own is None else own

    @property
    def _letter_inputs(self) -> Mapping[str, Floats] | None:
        own = None if self.every is None else self.every.inputs
        beside = self.inputs if isinstance(self.inputs, Mapping) else None
        return beside if own is None else own

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of a rule, in their order."""
        return self._alphabet or tuple(self._letter_inputs or ())

    def _path(self, name: str) -> Path:
        """Where the letters or their inputs stand: in the rule, or beside it."""
        is_own = self.every is not None and getattr(self.every, name) is not None
        return ("every", name) if is_own else (name,)

    def _letter_faults(self, rule: GivenRule) -> Iterator[Fault]:
        if not self.letters:
            name = "inputs" if self._alphabet is None else "alphabet"
            yield Fault(self._path(name), "expected letters, found none")
            return
        for k, letter in enumerate(self.letters):
            if letter in self.letters[:k]:
                message = f"expected each letter once, found {letter!r} again"
                yield Fault((*self._path("alphabet"), k), message)
        unfit = list(self._input_faults(self._letter_inputs or {}))
        yield from unfit
        if not unfit:  # else it is not known which letters are meant
            yield from rule.faults_on(self.letters)

    def _input_faults(self, inputs: Mapping[str, Floats]) -> Iterator[Fault]:
        """Letters without an input, inputs without a letter, inputs of different sizes."""
        if not inputs:
            return
        path = self._path("inputs")
        for letter in [letter for letter in self.letters if letter not in inputs]:
            yield Fault(path, f"expected an input for each letter, found none for {letter!r}")
        for letter in [letter for letter in inputs if letter not in self.letters]:
            message = f"expected a letter of the alphabet, found {letter!r}"
            yield Fault((*path, letter), message, at_key=True)
        first, *others = inputs
        for letter in others:
            if np.size(inputs[letter]) != np.size(inputs[first]):
                size, found = np.size(inputs[first]), np.size(inputs[letter])
                message = f"expected {size} numbers, as {first!r} has; found {found}"
                yield Fault((*path, letter), message)

    def _initial(self, one: GivenSequence) -> int | str:
        return self.initial if one.initial is None else one.initial

    def _outputs(self) -> Iterator[tuple[Path, Floats]]:
        if self.outputs is not None:
            yield ("outputs",), self.outputs
        for k, one in enumerate(self.sequences or ()):
            yield ("sequences", k, "outputs"), one.outputs

    @property
    def steps(self) -> int:
        """How many time steps are given."""
        return sum(len(outputs) for _, outputs in self._outputs())

    @property
    def in_words(self) -> str:
        """The question, where there are no faults."""
        unit = "s_t = step(w1 x_t + w2 s_(t-1) + b)"
        asked = f"Are there weights w1, w2 and b with which the unit {unit}"
        begun = "" if self.initial == "free" else f", from s_0 = {self.initial},"
        if self.every is not None:
            letters = ", ".join(self.letters)
            return f"{asked}{begun} follows the rule in every sequence of {letters}?"
        if self.sequences is not None:
            free = [k for k, one in enumerate(self.sequences, 1) if self._initial(one) == "free"]
            either = f", where s_0 may be 0 or 1 in sequence {some(map(str, free))}" if free else ""
            return f"{asked} does all of these {len(self.sequences)} sequences{either}?"
        if self.steps > MOST_TOLD:
            return f"{asked}{begun} turns the {self.steps} inputs into the outputs?"
        (run,) = self._runs()
        given = ", ".join(vector_text(run.exact(t)) for t in range(self.steps))
        outputs = ", ".join(str(int(output)) for output in run.outputs)
        return f"{asked}{begun} turns {given} into {outputs}?"

    @property
    def is_vector(self) -> bool:
        """Whether an input is a list of numbers."""
        if self.every is not None:
            inputs = self._letter_inputs
            return inputs is None or any(np.ndim(x) > 0 for x in inputs.values())
        return any(inputs.ndim > 1 for inputs in self._listed_inputs())

    @property
    def dimension(self) -> int:
        """How many numbers an input has; 1 where none is given."""
        if self.every is not None:
            inputs = self._letter_inputs
            sizes = [len(self.letters)] if inputs is None else map(np.size, inputs.values())
            return max(sizes, default=1)
        return max(map(_width, self._listed_inputs()), default=1)

    def _listed_inputs(self) -> list[Floats]:
        given = [one.inputs for one in self.sequences or ()]
        return given or [x for x in [self.inputs] if x is not None and not isinstance(x, Mapping)]

    def asked(self) -> Asked:
        """The question, where there are no faults."""
        if self.every is not None:
            rule = LetterRule(self.letters, tuple(self._vectors()), self.every.rule(self.letters))
            return Every(rule, _states(self.initial), self.strict)
        return Sequences(self._runs(), self.strict)

    def _runs(self) -> list[Run]:
        if self.sequences is None:
            (inputs,) = self._listed_inputs()
            assert self.outputs is not None
            return [self._run(inputs, self.outputs, ("inputs",), self.initial, None)]
        return [
            self._run(
                one.inputs, one.outputs, ("sequences", k, "inputs"), self._initial(one), k + 1
            )
            for k, one in enumerate(self.sequences)
        ]

    def _run(
        self, inputs: Floats, outputs: Floats, path: Path, initial: int | str, sequence: int | None
    ) -> Run:
        size = _width(inputs)
        exact = _exact(list(self.written[path]), size)
        return Run(inputs.reshape(-1, size), exact, outputs == 1, _states(initial), sequence)

    def _vectors(self) -> list[Vector]:
        """The input that each letter is."""
        if self._letter_inputs is None:
            return one_hot(self.letters)
        path = self._path("inputs")
        return [tuple(map(number, self.written[(*path, letter)])) for letter in self.letters]


def _states(initial: int | str) -> tuple[int, ...]:
    return (0, 1) if initial == "free" else (int(initial),)


def _width(inputs: Floats) -> int:
    return 1 if inputs.ndim == 1 else int(inputs.shape[1])


def _exact(texts: Sequence[str], size: int) -> Callable[[int], Vector]:
    """What gives the input at time step t, from 0, exactly as written."""
    if size > 1:
        return lambda t: tuple(map(number, texts[t * size : (t + 1) * size]))
    vectors = {text: (number(text),) for text in set(texts)}
    return lambda t: vectors[texts[t]]
