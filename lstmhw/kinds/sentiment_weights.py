"""`sentiment-weights`: do these LSTM weights compute this score of every document?"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from math import lcm
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np

from lstmhw.cells import Activations
from lstmhw.cells.cell import parameters
from lstmhw.cells.lstm import Lstm, LstmWeights
from lstmhw.cells.weights import KEYS, Gate, exactly, symbol_of
from lstmhw.faults import MOST_ERRORS, Fault, Path, ProblemError, did_you_mean, shown, some
from lstmhw.functions import Floats
from lstmhw.numerals import counted
from lstmhw.problem import Embedded, Exact, Problem, Range, Record, Shape, Varied, record
from lstmhw.redrawing import other_order
from lstmhw.rules.automaton import (
    MOST_STATES,
    Automaton,
    Ngram,
    TooManyStatesError,
    delayed,
    minimal,
    of_ngrams,
)
from lstmhw.rules.construction import Construction, constructed
from lstmhw.rules.letters import STANDING
from lstmhw.rules.linear import Square, impossible, is_linear
from lstmhw.rules.network import GATES, Head, WordLstm, zeros
from lstmhw.rules.page_of_equations import cell_equations
from lstmhw.rules.pictures import of_reading
from lstmhw.rules.proof import Proof, proof
from lstmhw.rules.reachable import nearest
from lstmhw.rules.report import (
    SHOWN,
    STACKED,
    Reading,
    Subject,
    arrays_shown,
    by_gate,
    construction_section,
    impossible_argument,
    impossible_section,
    over_flag,
    plain,
    proof_section,
    reading_section,
    summary,
    trace_json,
    weights_check,
    why,
    with_legend,
    words_text,
)
from lstmhw.solution import (
    Block,
    Entries,
    Entry,
    Paragraph,
    Section,
    Solution,
    Verdict,
    Words,
)

if TYPE_CHECKING:
    from lstmhw.parameters import Scores

MOST_FLAGS = 64
LARGEST = 1e100  # of weights; what is computed from larger ones could overflow
FINEST = 2**40  # of the score of an n-gram, in units of the common denominator
MOST_ANSWERS = 1000  # words; of longer documents only the trace is told

NO_LINEAR_CELL = "No cell with constant gates and identity activations can do it, of any size."
SPELLINGS = {"proved": ("proven",), "refuted": ("disproved", "disproven"), "unknown": ()}
"""The verdicts that may be claimed, and how else they are written."""


@record
class WordOutput(Record):
    """output = weights . c + bias, or h in the place of c."""

    from_: Literal["c", "h"] = "c"
    weights: Annotated[Floats, Shape("m")] | None = None
    bias: Annotated[Floats, Shape("")] | None = None


@record
class SentimentWeights(Problem, kind="sentiment-weights"):
    """Weights for the score of a document so far, proved, refuted, or constructed."""

    cell: Annotated[LstmWeights, Embedded()]
    vocabulary: tuple[str, ...]
    score: Mapping[str, Annotated[Fraction, Exact()]]
    output: WordOutput = WordOutput()
    delay: Annotated[int, Range(0, 100)] = 0
    tolerance: Annotated[Fraction, Exact(above=0)] = Fraction(1, 2)
    sequence: str = ""

    size_lists: ClassVar[Mapping[str, str]] = {"n": "vocabulary"}
    pictured: ClassVar[str] = "a sequence is drawn: add `sequence`, or use `lstmhw trace`"
    weights_claimed: ClassVar[frozenset[str]] = frozenset(
        {"gates", "stacked", "activations", "concat", "output"}
    )

    def varied(self, path: Path, shape: Shape) -> Varied:
        """Weights that are given are for this score."""
        return "kept"

    @property
    def numbers_besides(self) -> Sequence[Path]:
        return (("score",),) if self.is_open else ()

    def other_data(self, random: Random) -> Mapping[Path, Any]:
        return {("sequence",): other_order(self.sequence, random, tuple(self.score))}

    def faults(self) -> Iterator[Fault]:
        yield from self.cell.faults()
        vocabulary = list(self._vocabulary_faults())
        yield from vocabulary
        if not vocabulary:
            yield from self._score_faults()
            yield from self._sequence_faults()
        yield from self._construction_faults() if self.is_open else self._weight_faults()

    def _vocabulary_faults(self) -> Iterator[Fault]:
        if not self.vocabulary:
            yield Fault(("vocabulary",), "expected words, found an empty list")
        for k, word in enumerate(self.vocabulary):
            if len(word.split()) != 1 or word != word.strip():
                yield Fault(("vocabulary", k), f"expected one word, found {shown(word)!r}")
            elif word in self.vocabulary[:k]:
                yield Fault(("vocabulary", k), f"the word {shown(word)!r} is listed twice")

    def _score_faults(self) -> Iterator[Fault]:
        seen: dict[tuple[str, ...], str] = {}
        for key in self.score:
            words = tuple(key.split())
            path = ("score", key)
            if not words:
                message = "expected a word, or several in a row; found an empty key"
                yield Fault(path, message, at_key=True)
            for word in words:
                if word not in self.vocabulary:
                    yield self._unknown_word(word, path, at_key=True)
            if words in seen:
                message = f"{' '.join(words)!r} is scored twice"
                yield Fault(path, message, at_key=True)
            seen[words] = key
        if not any(self.score.values()):
            yield Fault(("score",), "expected a score that is not zero, found none")
        scale = lcm(*(weight.denominator for weight in self.score.values()))
        if scale * max(1, sum(map(abs, self.score.values()))) > FINEST:
            message = "these weights are too large, or too fine, to be added up exactly"
            yield Fault(("score",), message, f"in their common unit they may come to {FINEST}")

    def _sequence_faults(self) -> Iterator[Fault]:
        unknown = dict.fromkeys(w for w in self.sequence.split() if w not in self.vocabulary)
        for word in islice(unknown, MOST_ERRORS):
            yield self._unknown_word(word, ("sequence",))

    def check_sequence(self) -> None:
        """Raises ProblemError for a sequence without words, or with words not in the vocabulary."""
        faults = list(self._sequence_faults())
        if not self.sequence.split():
            faults = [Fault(("sequence",), "expected words to trace, found none")]
        if faults:
            raise ProblemError(faults)

    def _unknown_word(self, word: str, path: tuple[str, ...], at_key: bool = False) -> Fault:
        hint = did_you_mean(word, self.vocabulary) or f"the words are {some(self.vocabulary)}"
        message = f"expected words of the vocabulary, found {shown(word)!r}"
        return Fault(path, message, hint, at_key=at_key)

    def _construction_faults(self) -> Iterator[Fault]:
        if self.output.weights is not None:
            hint = "leave them out, or add `gates`"
            message = "without gates the weights of the output are constructed too"
            yield Fault(("output", "weights"), message, hint)
        use = self.cell.activations
        if (use.gate, use.candidate, use.state) != ("sigmoid", "tanh", "tanh"):
            message = "weights are constructed for gates with sigmoid, and tanh for the rest"
            yield Fault(("activations",), message, "leave `activations` out, or give `gates`")

    def _weight_faults(self) -> Iterator[Fault]:
        if self.cell.activations.state == "softmax":
            message = "expected a function of one unit for c on its way to h, found softmax"
            yield Fault(("activations", "state"), message)
        if self.output.weights is None:
            message = "expected the weights of the output, one for each unit; found none"
            yield Fault(("output",), message, "add `output: {from: c, weights: [...]}`")
        words = self.sizes.get("n", len(self.vocabulary))
        if words != len(self.vocabulary):
            message = f"expected {words} words, since W_x has {words} columns; found "
            yield Fault(("vocabulary",), f"{message}{len(self.vocabulary)}")
        for name, gate in self.cell.weights().items():
            if not gate.has_weights and gate.value is None:
                path = self.cell.weight_path(name)
                hint = "add W_x and W_h (zeros where there is nothing), or `value`"
                yield Fault(path, f"expected weights or a value of gate {name}, found none", hint)
            large = [a for a in vars(gate).values() if isinstance(a, np.ndarray)]
            if any(np.any(np.isfinite(a) & (np.abs(a) > LARGEST)) for a in large):
                message = f"expected weights up to {LARGEST:.0e} in size, found a larger one"
                yield Fault(self.cell.weight_path(name), message)

    @property
    def is_open(self) -> bool:
        """Whether weights are asked for."""
        return not self.cell.is_given

    def solve(self) -> Solution:
        made = self._constructed() if self.is_open else None
        subject = self.subject(made)
        found = proof(subject.network, subject.late, self.tolerance)
        square = self._impossible(subject)
        sections = [self._given(subject)]
        if made is not None:
            sections.append(construction_section(subject, made))
            matrices = (Paragraph((STACKED,)), *arrays_shown(by_gate(made)), *over_flag(made))
            sections.append(Section("The same as matrices", matrices))
        sections.append(proof_section(subject, found))
        if square is not None:
            sections.append(impossible_section(subject, square))
        reading = self._reading(subject)
        if reading is not None:
            section = reading_section("The sequence, word by word", subject, reading)
            is_first = found.verdict != "refuted"  # else the legend stands above it
            sections.append(with_legend(section, subject) if is_first else section)
        extras = {
            "trace": trace_json(reading) if reading is not None else [],
            "proof": self._proof_json(subject, found),
            "impossible": self._impossible_json(subject, square),
            **(_weights_json(made) if made is not None else {}),
        }
        words = {"verdict": Words(found.verdict, why(subject, found), SPELLINGS)}
        checks = () if self.is_open else (weights_check(subject, found),)
        text = Verdict(STANDING[found.verdict], why(subject, found))
        result = Paragraph((text, "" if square is None else f" {NO_LINEAR_CELL}"))
        return self._solution(sections, reading, extras)._replace(
            result=(result,), words=words, checks=checks
        )

    @property
    def _question(self) -> str:
        """What is asked, in words."""
        late = f", {words_text(self.delay)} late" if self.delay else ""
        if self.is_open:
            return f"Weights of an LSTM whose output is the score after each word{late}."
        units = counted(self.cell.size("m"), "unit")
        whose = f"Is the output of the LSTM with these weights ({units})"
        return f"{whose} the score after each word{late}, for every document?"

    def trace(self) -> Solution:
        """The sequence word by word, without a proof."""
        self.check_sequence()
        made = self._constructed() if self.is_open else None
        subject = self.subject(made)
        reading = subject.reading(self._numbers(self.sequence))
        section = reading_section("The sequence, word by word", subject, reading)
        sections = [self._given(subject), with_legend(section, subject)]
        if len(reading.words) <= SHOWN:
            sections.append(Section("Gates and states", (Entries(tuple(_entries(reading))),)))
        solution = self._solution(sections, reading, {"trace": trace_json(reading)})
        return solution._replace(
            asked=("What the network gives, word by word.",), result=tuple(summary(reading))
        )

    def exported(self) -> "Scores":
        from lstmhw.parameters import Network, Scores
        from lstmhw.recurrent.exporting import stacked_lstm

        made = self._constructed() if self.is_open else None
        subject = self.subject(made)
        documents = [self._numbers(self.sequence)]
        if made is None:
            cell = Lstm(**vars(self.cell))  # which starts from zeros
            network = Network(cell, parameters(cell, len(self.vocabulary)))
            found = proof(subject.network, subject.late, self.tolerance)
            documents.append(found.counterexample or ())
        else:
            network = stacked_lstm(**_weights_json(made)["weights"])
        head = subject.network.floats().head
        return Scores(
            network=network,
            vocabulary=self.vocabulary,
            score={tuple(ngram.split()): float(value) for ngram, value in self.score.items()},
            delay=self.delay,
            tolerance=float(self.tolerance),
            source=head.source,
            weights=head.weights,
            bias=float(head.bias),
            documents=tuple(tuple(self.vocabulary[w] for w in words) for words in documents),
        )

    def late_rule(self) -> Automaton:
        """The automaton of the score, as late as the output.  Raises ProblemError if too large."""
        try:
            return delayed(self._rule(), self.delay)
        except TooManyStatesError:
            message = f"with this delay the rule has over {MOST_STATES} states to remember"
            raise ProblemError([Fault(("delay",), message)]) from None

    def _rule(self) -> Automaton:
        ngrams = {self._numbers(ngram): weight for ngram, weight in self.score.items()}
        try:
            return of_ngrams(ngrams, len(self.vocabulary))
        except TooManyStatesError:
            message = f"this rule has over {MOST_STATES} states to remember"
            raise ProblemError([Fault(("score",), message)]) from None

    def _constructed(self) -> Construction:
        """Weights for the rule.  Raises ProblemError where they would be too many."""
        rule = minimal(self.late_rule())
        if len(rule.states) > MOST_FLAGS:
            message = f"weights would need a unit for each of {len(rule.states)} states of the rule"
            hint = f"they are constructed for up to {MOST_FLAGS}; a shorter delay has fewer"
            raise ProblemError([Fault(("delay" if self.delay else "score",), message, hint)])
        return constructed(rule, self.output.from_)

    def _numbers(self, text: str) -> Ngram:
        return tuple(self.vocabulary.index(word) for word in text.split())

    def subject(self, made: Construction | None) -> Subject:
        network = self._network() if made is None else _constructed_network(made)
        return Subject(
            self.vocabulary, self._rule(), self.late_rule(), self.delay, self.tolerance, network
        )

    def _network(self) -> WordLstm:
        """The network of the file, its numbers exactly as written.  Raises ProblemError."""
        exact = exactly(self.cell, self.written)
        read = exactly(self.output, self.written, ("output",))
        gates = {name: exact.separated(gate) for name, gate in exact.weights().items()}
        if self.cell.orientation == "row":
            gates = {name: gate.transposed() for name, gate in gates.items()}
        units, words = self.cell.size("m"), len(self.vocabulary)
        fixed = {
            name: np.broadcast_to(gate.value, units)
            for name, gate in gates.items()
            if gate.value is not None
        }
        tables = [_by_word(gates[name], words, units) for name in GATES]
        self._check_limits(tables)
        rows = [_by_unit(gates[name], units) for name in GATES]
        _check_sizes([*tables, *rows, *fixed.values(), read.weights])
        bias = read.bias if read.bias is not None else np.array(Fraction())
        head = Head(self.output.from_, read.weights, bias)
        return WordLstm(
            np.concatenate(tables, axis=1), np.concatenate(rows), fixed, self.cell.use, head
        )

    def _check_limits(self, tables: list[Any]) -> None:
        """An infinite bias stands for a limit, which sigmoid and tanh have, and relu has not."""
        for name, table in zip(GATES, tables, strict=True):
            function = self.cell.function(name)
            numbers = table.astype(np.float64)
            if np.all(np.isfinite(numbers)):
                continue
            with np.errstate(all="ignore"):
                limits = function(numbers)
            if function.name == "softmax" or not np.all(np.isfinite(limits)):
                message = f"an infinite bias has no limit here: {function.name} of it is not finite"
                raise ProblemError([Fault(self.cell.weight_path(name), message)])

    def _impossible(self, subject: Subject) -> Square | None:
        if not is_linear(subject.network):
            return None
        return impossible(subject.rule, self.tolerance, self.delay)

    def _reading(self, subject: Subject) -> Reading | None:
        document = self._numbers(self.sequence)
        return subject.reading(document) if document else None

    def _given(self, subject: Subject) -> Section:
        terms = ", ".join(f"'{ngram}' {plain(weight)}" for ngram, weight in self.score.items())
        due = f"the score of {words_text(self.delay)} ago" if self.delay else "the score so far"
        read = "the cell state c" if self.output.from_ == "c" else "the hidden state h"
        whose = "to be found" if self.is_open else "below"
        use = self.cell.use
        hidden = "h = o c" if use.state.name == "identity" else f"h = o {use.state.name}(c)"
        units = counted(subject.network.units, "unit")
        lines = [
            f"Score: the sum of these, each wherever it ends: {terms}.",
            f"Words are one-hot, in this order: {', '.join(self.vocabulary)}.",
            f"The output, read from {read}, is to be {due}; it is wrong where it is "
            f"{plain(self.tolerance)} off, or further.",
            f"An LSTM of {units}, its weights {whose}; h_0 and c_0 are 0.",
        ]
        blocks: list[Block] = [Paragraph((line,)) for line in lines]
        if self.is_open:
            text = (
                f"Gates: {use.gate.name}; candidate: {use.candidate.name}; c = f c + i g; {hidden}."
            )
            return Section("Given", (*blocks, Paragraph((text,))))
        return Section("Given", (*blocks, *cell_equations(self.cell), *self._weights_shown()))

    def _weights_shown(self) -> Iterator[Block]:
        """The weights that are judged; arrays of zeros by their names."""
        arrays = {
            letter if key == "value" else symbol_of(key, letter): np.asarray(value)
            for letter, gate in self.cell.weights().items()
            for key in (*KEYS, "value")
            if (value := getattr(gate, key)) is not None
        }
        assert self.output.weights is not None
        yield from arrays_shown({**arrays, "w_out": self.output.weights})
        bias = 0.0 if self.output.bias is None else float(self.output.bias)
        read = f" + {plain(bias)}" if bias else ""
        yield Paragraph((f"output = w_out . {self.output.from_}{read}",))

    def _proof_json(self, subject: Subject, found: Proof) -> dict[str, Any]:
        document = found.counterexample
        wrong = subject.reading(document) if document is not None else None
        scope = "every document" if found.words is None else f"documents up to {found.words} words"
        return {
            "verdict": found.verdict,
            "scope": scope,
            "max_words": found.words,
            "error_per_word": None if found.error is None else nearest(found.error),
            "drift_per_word": None if found.drift is None else nearest(found.drift),
            "states": len(found.states) or len(subject.late.states),
            "counterexample": None if wrong is None else list(wrong.words),
            "expected": None if wrong is None else float(wrong.due[-1]),
            "output": None if wrong is None else float(wrong.trace.output[-1]),
        }

    def _impossible_json(self, subject: Subject, square: Square | None) -> dict[str, Any] | None:
        if square is None:
            return None
        documents = [[self.vocabulary[word] for word in document] for document in square]
        return {"documents": documents, "argument": impossible_argument(subject, square)}

    def _solution(
        self,
        sections: list[Section],
        reading: Reading | None,
        extras: dict[str, Any],
    ) -> Solution:
        answers: dict[str, Floats] = {}
        if reading is not None and len(reading.words) <= MOST_ANSWERS:
            for t in range(len(reading.words)):
                answers |= {f"{k}_{t + 1}": getattr(reading.trace, k)[t] for k in "ifgoch"}
                answers[f"y_{t + 1}"] = np.array(reading.trace.output[t])
        return self.told(
            sections,
            asked=(self._question,),
            answers=answers,
            checked=self.checked_weights,
            only_step=1 if reading is not None and len(reading.words) == 1 else None,
            picture=None if reading is None else of_reading(reading),
            extras=extras,
        )


def _entries(reading: Reading) -> Iterator[Entry]:
    """Gates and states in numbers."""
    for t in range(len(reading.words)):
        for gate in "ifgoch":
            yield Entry(f"{gate}_{t + 1}", getattr(reading.trace, gate)[t], False)


def _check_sizes(arrays: list[Any]) -> None:
    """A number that is 0 only as a float would be overlooked.  Raises ProblemError."""
    for array in arrays:
        if np.any((array != 0) & (array.astype(np.float64) == 0)):
            message = "expected weights that are 0 or over 5e-324 in size, found a smaller one"
            raise ProblemError([Fault((), message, "write 0")])


def _by_word(gate: Gate, words: int, units: int) -> Any:
    """(V, m): what each word and the biases put into a gate's pre-activation."""
    total = zeros(words, units) if gate.W_x is None else gate.W_x.T
    with np.errstate(invalid="ignore"):  # inf - inf is found by who asks for limits
        for bias in (gate.b, gate.b_x, gate.b_h):
            total = total + (0 if bias is None else bias)
    return total


def _by_unit(gate: Gate, units: int) -> Any:
    """(m, m): what the hidden state puts into a gate's pre-activation."""
    return zeros(units, units) if gate.W_h is None else gate.W_h


def _constructed_network(made: Construction) -> WordLstm:
    """The network of constructed weights, which are floats, exactly as they are."""
    exact = np.vectorize(Fraction, otypes=[object])
    words = exact(made.weight_ih).T + exact(made.bias_ih)
    head = Head(made.source, exact(made.head), np.array(Fraction()))
    return WordLstm(words, exact(made.weight_hh), {}, Activations(), head)


def _weights_json(made: Construction) -> dict[str, Any]:
    return {
        "weights": {
            "weight_ih": made.weight_ih,
            "weight_hh": made.weight_hh,
            "bias_ih": made.bias_ih,
            "bias_hh": np.zeros(made.bias_ih.shape),
        },
        "units": len(made.head),
        "output": {"from": made.source, "weights": made.head, "bias": 0.0},
    }
