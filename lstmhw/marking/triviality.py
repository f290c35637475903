"""Which numbers of an answer that follows were left with nothing to compute by made-up ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lstmhw.functions import Floats
from lstmhw.marking.follow_through import Judged
from lstmhw.marking.program import Program, Run
from lstmhw.solution import Step

DRAWS = 24
"""How often all other numbers are drawn: two or three might leave a step unit where it is."""


class Trivial(NamedTuple):
    """The made-up answers that settle numbers of an answer, and number by number if they do."""

    made_up: tuple[str, ...] = ()
    numbers: tuple[bool, ...] = ()


class MadeUp:
    """The made-up answers of a sheet, as they are met in the order of the working.

    With them as they are claimed, a trivial number is the same whatever the data and all other
    answers are: two gates of 0 make a cell state of 0.  1 for every gate does not: c = c_prev + 1
    still rests on c_prev.  Nor does one answer that a line rests on alone, as i = sigmoid(z_i): it
    is still to be computed, unless a 0 is only carried on as a 0.  Such an i carries its z_i on: a
    z_i and a z_f of -100 settle c together; one of them alone may be a slip that saturates a gate.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.origins: dict[str, frozenset[str]] = {}
        """The made-up answers that an answer is, or is a function of."""

    def add(self, symbol: str) -> None:
        """Counts an answer as made up."""
        self.origins[symbol] = frozenset({symbol})

    def trivial(self, judged: Judged, earlier: Mapping[str, Judged]) -> Trivial:
        """What is trivial of an answer that follows, which is then as good as made up itself."""
        symbol = judged.claimed.symbol
        steps = self.program.before(symbol, earlier)
        leaves = frozenset().union(*(self.program.leaves[step.symbol] for step in steps))
        leaves -= {step.symbol for step in steps}
        used = [name for name in earlier if name in leaves and name in self.origins]
        if not used:
            return Trivial()
        used.sort(key=self._is_carried, reverse=True)
        written = {name: other.claimed.values for name, other in earlier.items()}
        line = _Line(self.program, steps, written, leaves <= set(used))
        settled = {
            k: some
            for k, verdict in enumerate(judged.verdicts)
            if verdict == "follows" and (some := self._settling(line, used, k))
        }
        if settled:
            self.add(symbol)
        elif line.is_function:
            self.origins[symbol] = frozenset().union(*(self.origins[name] for name in used))
        named = frozenset().union(*settled.values())
        numbers = tuple(k in settled for k in range(len(judged.verdicts)))
        return Trivial(tuple(name for name in earlier if name in named), numbers)

    def _is_carried(self, symbol: str) -> bool:
        """Whether an answer is not made up itself."""
        return symbol not in self.origins[symbol]

    def _is_made_up(self, some: Sequence[str]) -> bool:
        """Whether answers are made up, or a function of more than one that is."""
        origins = frozenset().union(*(self.origins[name] for name in some))
        return len(origins) > 1 or not any(map(self._is_carried, some))

    def _settling(self, line: "_Line", used: Sequence[str], k: int) -> Sequence[str]:
        """As few made-up answers as settle the k-th number of a line; none if they do not."""
        if not (line.is_function or line.is_settled(used, k)):
            return ()
        if line.carries_zeros(used, k):
            return used if self._is_made_up(used) else ()
        for left_out in used:
            some = line.fewest([name for name in used if name != left_out], k)
            if some and self._is_made_up(some):
                return some
        # None of them can be left out.
        is_needed = not line.is_function and line.fewest(used, k) == used
        return used if is_needed and self._is_made_up(used) else ()


class _Line:
    """The lines that lead to an answer from those before it, which are as they are `written`.

    `is_function` says that they rest on made-up answers alone.
    """

    def __init__(
        self,
        program: Program,
        steps: Sequence[Step],
        written: Mapping[str, Floats],
        is_function: bool,
    ) -> None:
        self.program = program
        self.steps = steps
        self.written = written
        self.is_function = is_function
        self.value = np.asarray(Run(program, written).of_lines(steps), dtype=float).ravel()
        self._settled: dict[frozenset[str], Floats] = {}

    def carries_zeros(self, used: Sequence[str], k: int) -> bool:
        """Whether a number is a 0 that is made of zeros alone."""
        zeros = not any(np.any(self.written[name]) for name in used)
        return self.is_function and zeros and self.value[k] == 0

    def fewest(self, fixed: Sequence[str], k: int) -> Sequence[str]:
        """As few of the fixed answers as still settle a number; none if all of them do not."""
        if not self.is_settled(fixed, k):
            return ()
        for name in fixed:
            fewer = [other for other in fixed if other != name]
            if self.is_settled(fewer, k):
                fixed = fewer
        return fixed

    def is_settled(self, fixed: Iterable[str], k: int) -> bool:
        """Whether a number is the same whatever all but the fixed answers are."""
        some = frozenset(fixed)
        if some not in self._settled:
            self._settled[some] = self._settled_by(some)
        return bool(self._settled[some][k])

    def _settled_by(self, fixed: frozenset[str]) -> Floats:
        """The same, number by number."""
        generator = np.random.default_rng(0)
        settled = np.full(self.value.shape, True)

        def drawn(values: Floats) -> Floats:
            return generator.normal(size=np.shape(values))

        for _ in range(DRAWS):
            known = {s: v if s in fixed else drawn(v) for s, v in self.written.items()}
            with np.errstate(all="ignore"):
                value = Run(self.program, known, data=drawn).of_lines(self.steps)
            settled &= np.asarray(value, dtype=float).ravel() == self.value
            if not np.any(settled):
                break
        return settled
