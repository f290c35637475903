"""`sequence-rule`: does this recurrent network compute this rule, for every sequence?"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from lstmhw.cells.cell import Cell, cells
from lstmhw.cells.lstm import Lstm
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import exactly
from lstmhw.faults import MOST_ERRORS, Fault, Path, ProblemError, did_you_mean, shown, some
from lstmhw.functions import Floats
from lstmhw.numerals import counted, exact
from lstmhw.problem import Embedded, Exact, Problem, Range, Record, Shape, Varied, record
from lstmhw.redrawing import other_order
from lstmhw.rules.automaton import Ngram, TooManyStatesError
from lstmhw.rules.construction import Construction
from lstmhw.rules.construction import constructed as constructed_lstm
from lstmhw.rules.deciding import STEPS, decide, linear_head, run, word_network
from lstmhw.rules.elimination import first_combination
from lstmhw.rules.few_units import Behaviour, BrokenOff, sought
from lstmhw.rules.given import Built, RuleKeys, decision, decision_faults
from lstmhw.rules.letters import STANDING, Decided, Decision, Judge, Near, Reader, Rule
from lstmhw.rules.made import (
    Made,
    entries_of,
    exactly_as,
    in_decimals,
    letters_section,
    lstm_of,
    made_json,
    made_of_steps,
)
from lstmhw.rules.network import zeros
from lstmhw.rules.outputs import Growing, Scored, additive, bounded
from lstmhw.rules.page_of_equations import cell_equations
from lstmhw.rules.pictures import of_moments
from lstmhw.rules.report import Subject as ScoreSubject
from lstmhw.rules.report import arrays_shown, plain
from lstmhw.rules.report import construction_section as lstm_section
from lstmhw.rules.rule_report import (
    Impossible,
    Subject,
    automaton_section,
    beyond_linear,
    compiled_section,
    construction_section,
    moments_json,
    moments_section,
    no_single_unit,
    proof_json,
    proof_section,
    right_text,
    rule_text,
    summary,
    too_few_units,
    uncountable,
    undecidable,
    weights_check,
    why,
)
from lstmhw.rules.search_report import exhausted, how_far, search_section
from lstmhw.rules.step_construction import (
    constructed,
    one_unit,
    settled,
    told_apart,
    too_few,
)
from lstmhw.rules.step_units import StepNetwork
from lstmhw.rules.weighing import network_of
from lstmhw.solution import (
    Block,
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Solution,
    Verdict,
    Words,
)

RULE: Path = ("rule",)
MOST_UNITS = 400  # of a network that is constructed
UNKNOWN = "No network was found, and no reason why there should be none: it is not known."
MOST_ANSWERS = 1000  # letters; of longer sequences only the trace is told
SPELLINGS = {"proved": ("proven",), "refuted": ("disproved", "disproven"), "unknown": ()}


@record
class RuleOutput(Record):
    """output = weights . h + bias, or c in the place of h; with `decide` it stands for 0 or 1."""

    from_: Literal["h", "c"] = "h"
    weights: Annotated[Floats, Shape("m")] | None = None
    bias: Annotated[Floats, Shape("")] | None = None
    decide: str = ""


@record
class SequenceRule(Problem, kind="sequence-rule"):
    """A rule on sequences and a network: proved, refuted, or constructed."""

    cell: Annotated[Cell, Embedded(cells, "rnn")]
    rule: RuleKeys
    alphabet: tuple[str, ...] = ()
    inputs: Mapping[str, Annotated[Floats, Shape("n")]] | None = None
    output: RuleOutput = RuleOutput()
    delay: Annotated[int, Range(0, 100)] = 0
    tolerance: Annotated[Fraction, Exact(above=0)] = Fraction(1, 2)
    sequence: str = ""
    units: Annotated[int, Range(1, MOST_UNITS)] | None = None

    size_lists: ClassVar[Mapping[str, str]] = {"n": "alphabet"}
    pictured: ClassVar[str] = "a sequence is drawn: add `sequence`, or use `lstmhw trace`"
    weights_claimed: ClassVar[frozenset[str]] = frozenset(
        {"W", "W_x", "W_h", "b", "b_x", "b_h", "concat", "gates", "stacked", "cell", "update"}
        | {"reset", "activation", "activations", "h_prev", "c_prev", "output"}
    )
    exported_instead: ClassVar[str] = (
        "a rule is about every sequence, which no script can run: write the weights with `xs`, "
        "what the letters of one sequence are, as `kind: rnn-step`, gru-step or lstm-step, and "
        "export that"
    )

    def varied(self, path: Path, shape: Shape) -> Varied:
        """Weights that are given are for this rule."""
        return "kept"

    @property
    def numbers_besides(self) -> Sequence[Path]:
        return ((*RULE, "score"),) if self.is_open and self.rule.score else ()

    def other_data(self, random: Random) -> Mapping[Path, Any]:
        """Another sequence; where a network is asked for, the rule with its letters exchanged."""
        sequence = other_order(self.sequence, random, tuple(self.rule.score or ()))
        rule = self.rule.exchanged(self.letters, random) if self.is_open else {}
        below = {(*RULE, *path): value for path, value in rule.items()}
        return {("sequence",): sequence, **below}

    def faults(self) -> Iterator[Fault]:
        yield from self.cell.faults()
        letters = list(self._alphabet_faults())
        yield from letters
        yield from decision_faults(self.output.decide, ("output", "decide"))
        if not letters:
            rule = [fault.under(RULE) for fault in self.rule.faults(self.letters)]
            yield from rule
            yield from self._sequence_faults()
            if not rule and self.output.decide:
                yield from self._decided_faults()
        yield from self._construction_faults() if self.is_open else self._weight_faults()

    @property
    def letters(self) -> tuple[str, ...]:
        """The alphabet, in its order."""
        return self.alphabet or tuple(self.inputs or ())

    @property
    def is_open(self) -> bool:
        """Whether a network is asked for."""
        return not self.cell.is_given

    def _alphabet_faults(self) -> Iterator[Fault]:
        if not self.letters:
            yield Fault(("alphabet",), "expected letters, found none", "add `alphabet: [a, b]`")
        for place, letter in enumerate(self.alphabet):
            path = ("alphabet", place)
            if len(letter.split()) != 1 or letter != letter.strip():
                yield Fault(path, f"expected a letter without blanks, found {shown(letter)!r}")
            elif letter in self.alphabet[:place]:
                yield Fault(path, f"the letter {shown(letter)!r} is listed twice")
        if self.alphabet and self.inputs is not None:
            for letter in self.inputs:
                if letter not in self.alphabet:
                    yield self._unknown(letter, ("inputs", letter), at_key=True)
            lacking = [letter for letter in self.alphabet if letter not in self.inputs]
            if lacking:
                message = f"expected an input for each letter, found none for {some(lacking)}"
                yield Fault(("inputs",), message)

    def _sequence_faults(self) -> Iterator[Fault]:
        unknown = dict.fromkeys(x for x in self._read(self.sequence) if x not in self.letters)
        for letter in islice(unknown, MOST_ERRORS):
            yield self._unknown(letter, ("sequence",))

    def check_sequence(self) -> None:
        """Raises ProblemError for a sequence without letters, or with unknown ones."""
        faults = list(self._sequence_faults())
        if not self.sequence.split():
            faults = [Fault(("sequence",), "expected letters to trace, found none")]
        if faults:
            raise ProblemError(faults)

    def _unknown(self, letter: str, path: tuple[str, ...], at_key: bool = False) -> Fault:
        hint = did_you_mean(letter, self.letters) or f"the letters are {some(self.letters)}"
        message = f"expected letters of the alphabet, found {shown(letter)!r}"
        return Fault(path, message, hint, at_key=at_key)

    def _decided_faults(self) -> Iterator[Fault]:
        built = self.rule.built(self.letters, 0, RULE)
        path = ("output", "decide")
        if isinstance(built.rule, Scored):
            if built.rule.decided is None:
                message = "the rule is a score, which no decision between 0 and 1 gives"
                yield Fault(path, message, 'add `decide: "> 0"` to the rule, or leave it out here')
            return
        dues = {due for row in built.rule.outputs for due in row}
        if not dues <= {0, 1}:
            message = "expected a rule with outputs 0 and 1, since the output is decided"
            yield Fault(path, message, "leave `decide` out for a number within the tolerance")

    def _construction_faults(self) -> Iterator[Fault]:
        if self.output.weights is not None:
            message = "without weights of the cell those of the output are constructed too"
            yield Fault(("output", "weights"), message, "leave them out, or add the cell's")
        for path in self._without_weights():
            message = "without weights of the cell this is constructed too"
            yield Fault(path, message, "leave it out, or add the weights", at_key=True)
        if self.inputs is not None and self.letters:
            yield from self._input_faults()
        if isinstance(self.cell, Rnn) and self.cell.activation != "step":
            message = "a plain RNN is constructed of step units"
            hint = "write `activation: step`, or `cell: lstm`, or give W_x and W_h"
            yield Fault(("activation",), message, hint)
        elif not isinstance(self.cell, Rnn | Lstm):
            message = f"expected weights, since none are constructed for {self.cell.title}"
            yield Fault(("cell",), message, "write `cell: lstm`, or a plain RNN of step units")
        if self.units is not None and not isinstance(self.cell, Rnn):
            message = "a number of units is asked for of step units only"
            yield Fault(("units",), message, "leave it out")
        judge = self.judge
        if not isinstance(judge, Decided):
            return
        exact = (judge.decision(Fraction(0)), judge.decision(Fraction(1))) == (0, 1)
        if judge.surely is None and not (exact and isinstance(self.cell, Rnn)):
            near = "" if isinstance(self.cell, Rnn) else "near "
            message = (
                f"a network is constructed whose output is {near}0 or 1, which this does not tell "
                "apart"
            )
            yield Fault(("output", "decide"), message, 'write "> 0.5"')

    def _without_weights(self) -> Iterator[Path]:
        """Biases, and states before the first letter, that stand alone."""
        for letter, gate in self.cell.weights().items():
            for key in ("b", "b_x", "b_h"):
                if getattr(gate, key) is not None:
                    yield self.cell.weight_path(letter, key)
        for name in self.cell.states:
            if getattr(self.cell, f"{name}_prev") is not None:
                yield (f"{name}_prev",)

    def _input_faults(self) -> Iterator[Fault]:
        """Letters for which none is constructed."""
        if isinstance(self.cell, Lstm):
            message = "an LSTM is constructed for letters that are one-hot"
            yield Fault(("inputs",), message, "leave `inputs` out and write `alphabet`")
            return
        found = first_combination(self._letters().tolist())
        if found is None:
            return
        pairs = zip(found.shares, self.letters, strict=False)
        terms = (f"{plain(share)} x {letter!r}" for share, letter in pairs if share)
        which = self.letters[found.letter]
        message = (
            f"the input of {which!r} is {' + '.join(terms)}, so what it puts into a unit follows "
            "from what they do, and a network is constructed where that can be chosen"
        )
        hint = "leave `inputs` out (letters are one-hot then), or give the letters more entries"
        yield Fault(("inputs", which), message, hint)

    def _weight_faults(self) -> Iterator[Fault]:
        if self.output.weights is None:
            message = "expected the weights of the output, one for each unit; found none"
            yield Fault(("output",), message, "add `output: {weights: [..], bias: 0}`")
        if self.output.from_ not in self.cell.states:
            message = f"{self.cell.title} has no state {self.output.from_}"
            yield Fault(("output", "from"), message, "read it from h")
        if self.units is not None:
            message = "the network is given, so its number of units is not asked for"
            yield Fault(("units",), message, "leave it out", at_key=True)
        if self.inputs is None and self.letters and self.cell.size("n") != len(self.letters):
            message = (
                f"expected {self.cell.size('n')} letters, since W_x has so many columns; found "
            )
            yield Fault(
                ("alphabet",),
                f"{message}{len(self.letters)}",
                "or say what each letter is: `inputs`",
            )
        for name, gate in self.cell.weights().items():
            if not gate.is_given and not (name == "i" and getattr(self.cell, "coupled", False)):
                path = self.cell.weight_path(name)
                hint = "add W_x and W_h (zeros where there is nothing), or `value`"
                yield Fault(path, f"expected weights or a value of gate {name}, found none", hint)

    @property
    def judge(self) -> Judge:
        """When an output is right."""
        return decision(self.output.decide) or Near(self.tolerance)

    def solve(self) -> Solution:
        built = self._built()
        subject = Subject(self.letters, built.late, self.judge, self.delay)
        impossible = self._impossible(subject, built)
        if self.is_open and impossible is not None:
            return self._without_network(subject, built, impossible)
        made = self._made(subject) if self.is_open else None
        if isinstance(made, Impossible | str):
            return self._without_network(subject, built, made)
        reader = self._reader() if made is None else made.reader
        network = word_network(reader) if made is None else None
        if network is not None:
            impossible = impossible or beyond_linear(subject, network, built.rule)
        late = built.late
        if made is not None and isinstance(self.cell, Lstm) and isinstance(late, Rule):
            late = settled(late)  # which is what it was constructed for
        found = decide(reader, late, self._strict(made))
        wrong = run(reader, built.late, self.judge, found.counterexample or ())
        moments = run(reader, built.late, self.judge, self._numbers(self.sequence))
        sections = [*self._about(subject, built, reader)]
        if made is not None:
            sections += made.sections
        sections.append(proof_section(subject, found, wrong, reader))
        if impossible is not None:
            sections.append(impossible.section())
        if moments:
            sections.append(moments_section(subject, moments))
        extras = {
            "trace": moments_json(subject, moments),
            "proof": proof_json(subject, found, wrong),
            "impossible": None if impossible is None else impossible.json(subject),
            **({} if made is None else made_json(made)),
        }
        words = {"verdict": Words(found.verdict, why(subject, found, wrong), SPELLINGS)}
        checks = (weights_check(subject, found, wrong),) if made is None else ()
        result = [Paragraph((Verdict(STANDING[found.verdict], why(subject, found, wrong)),))]
        if made is not None:
            result.insert(0, Paragraph((f"A network of {counted(reader.units, 'unit')}, below.",)))
        told = self._solution(sections, moments, extras)
        return told._replace(result=tuple(result), words=words, checks=checks)

    @property
    def _question(self) -> str:
        """What is asked, in words."""
        late = f", {counted(self.delay, 'letter')} late" if self.delay else ""
        sequences = f"every sequence of {some(self.letters)}"
        if self.is_open:
            few = "" if self.units is None else f" of at most {counted(self.units, 'unit')}"
            found = f"Is there {self.cell.title}{few}"
            return f"{found} that computes the rule{late}, for {sequences}, and which?"
        units = counted(self.cell.size("m"), "unit")
        given = f"Does {self.cell.title} with these weights ({units})"
        return f"{given} compute the rule{late}, for {sequences}?"

    def _built(self) -> Built:
        """The rule; a score of finitely many values, as late as the output, as an automaton."""
        built = self.rule.built(self.letters, self.delay, ("delay",) if self.delay else RULE)
        late = _finite(built.late)
        return built._replace(late=late) if isinstance(late, Rule) else built

    def trace(self) -> Solution:
        """The sequence letter by letter, without a proof."""
        self.check_sequence()
        built = self._built()
        subject = Subject(self.letters, built.late, self.judge, self.delay)
        made = self._made(subject) if self.is_open else None
        if isinstance(made, Impossible | str):
            message = "there is no network to trace: none could be constructed"
            raise ProblemError([Fault(("rule",), message, "`lstmhw solve` says why")])
        reader = self._reader() if made is None else made.reader
        moments = run(reader, built.late, self.judge, self._numbers(self.sequence))
        sections = [*self._given(subject, reader), moments_section(subject, moments)]
        solution = self._solution(sections, moments, {"trace": moments_json(subject, moments)})
        return solution._replace(
            asked=("What the network gives, letter by letter.",), result=(summary(moments),)
        )

    def _strict(self, made: Made | None) -> Judge:
        """What is proved: of an LSTM that was constructed, that it is near 0 or 1."""
        judge = self.judge
        if made is None or isinstance(self.cell, Rnn) or isinstance(judge, Near):
            return judge
        return judge.surely or judge

    def _impossible(self, subject: Subject, built: Built) -> Impossible | None:
        """Why step units cannot do it, of any number or of so many."""
        if not isinstance(self.cell, Rnn) or self.cell.activation not in STEPS:
            return None
        rule = _finite(subject.rule)
        counts = isinstance(subject.rule, Scored) and subject.rule.decided is None
        if isinstance(built.rule, Scored) and isinstance(rule, Growing):
            return uncountable(subject, rule) if counts else undecidable(subject, built.rule)
        if not isinstance(rule, Rule) or self.units is None or not self.is_open:
            return None
        few = too_few(rule, self.judge, self.units)
        if few is not None:
            return too_few_units(subject, few)
        single = one_unit(rule, self.judge) if self.units == 1 else None
        if single is None or isinstance(single, StepNetwork):
            return None
        return no_single_unit(subject, told_apart(rule, self.judge) or (), single)

    def _made(self, subject: Subject) -> Made | Impossible | str:
        """A network for the rule; or why there is none, or what is known of it."""
        rule = subject.rule
        finite = _finite(rule)
        if isinstance(self.cell, Lstm):
            return self._made_lstm(rule, finite) or UNKNOWN
        if not isinstance(finite, Rule):
            return UNKNOWN
        made = constructed(finite)
        if self.units is not None and len(made.units) > self.units:
            return self._sought(subject, finite, self.units, len(made.units))
        if len(made.units) > MOST_UNITS:
            message = f"the network would need {len(made.units)} units, more than {MOST_UNITS}"
            raise ProblemError([Fault(("delay" if self.delay else "rule",), message)])
        built = self._of_steps(made.network)
        return built.after(construction_section(subject, made, built.reader))

    def _sought(
        self, subject: Subject, rule: Rule, most: int, constructed: int
    ) -> Made | Impossible | str:
        """A network of fewer units than are constructed."""
        result = sought(rule, self.judge, most)
        if result is None or isinstance(result.last, BrokenOff):
            return how_far(result, most, constructed)
        if isinstance(result.last, Behaviour):
            network = network_of(result.last, len(self.letters), self.judge)
            return self._of_steps(network).after(search_section(result.last, result.before))
        if result.last.units < most:
            return how_far(result, most, constructed)
        return exhausted(subject, rule, result.last)

    def _of_steps(self, network: StepNetwork) -> Made:
        if self.inputs is None:
            return made_of_steps(network, self._letters(), ())
        larger, factors = in_decimals(network, self._letters())
        told = letters_section(self.letters, larger, factors)
        return made_of_steps(larger, self._letters(), (told,))

    def _made_lstm(self, rule: Rule | Scored, finite: Rule | Growing | None) -> Made | None:
        if isinstance(finite, Rule):
            try:
                automaton = additive(settled(finite))
            except TooManyStatesError:
                return None
        elif isinstance(rule, Scored) and rule.decided is None:
            automaton = rule.automaton
        else:
            return None
        made = constructed_lstm(automaton, "c")
        reader, arrays = lstm_of(made)
        return Made(reader, (self._of_units(made, reader),), arrays)

    def _of_units(self, made: Construction, reader: Reader) -> Section:
        """What each unit of an LSTM is for: letters are its words."""
        network = word_network(reader)
        assert network is not None
        words, late = self.letters, made.automaton
        return lstm_section(ScoreSubject(words, late, late, 0, self.tolerance, network), made)

    def _reader(self) -> Reader:
        """The network of the file, its numbers exactly as written."""
        cell = exactly(self.cell, self.written)
        read = exactly(self.output, self.written, ("output",))
        units = self.cell.size("m")
        states = {}
        for name in cell.states:
            before = getattr(cell, f"{name}_prev")
            states[name] = exactly_as(np.zeros(units)) if before is None else before
        return Reader(
            cell, self._letters(), states, linear_head(read.from_, read.weights, read.bias)
        )

    def _letters(self) -> Any:
        """(L, n): what each letter is, exactly."""
        if self.inputs is None:
            one_hot = zeros(len(self.letters), len(self.letters))
            np.fill_diagonal(one_hot, Fraction(1))
            return one_hot

        rows = [[exact(x) for x in self.written["inputs", letter]] for letter in self.letters]
        return np.array(rows, dtype=object)

    def _read(self, text: str) -> list[str]:
        """The letters of a text: with blanks between, or, where each is a character, without."""
        words = text.split()
        return [
            letter
            for word in words
            for letter in ([word] if word in self.letters or not self._spelled(word) else word)
        ]

    def _spelled(self, word: str) -> bool:
        return all(character in self.letters for character in word)

    def _numbers(self, text: str) -> Ngram:
        return tuple(self.letters.index(letter) for letter in self._read(text))

    def _about(self, subject: Subject, built: Built, reader: Reader | None) -> Iterator[Section]:
        yield from self._given(subject, reader)
        if built.compiled is not None:
            yield compiled_section(subject, self.rule.regex or "", built.compiled)
        if built.compiled is not None and built.compiled.is_smallest:
            return  # it is shown already
        finite = _finite(built.rule)
        automaton = automaton_section(subject, finite if isinstance(finite, Rule) else built.rule)
        is_given = self.rule.states is not None
        yield automaton._replace(title="Given automaton") if is_given else automaton

    def _given(self, subject: Subject, reader: Reader | None) -> Iterator[Section]:
        ago = counted(self.delay, "letter")
        late = f" It is {ago} late: due is what the rule gave {ago} before." if self.delay else ""
        one_hot = "one-hot in this order" if self.inputs is None else "numbers or vectors"
        lines = [
            f"Letters: {', '.join(self.letters)} ({one_hot}).",
            rule_text(self.rule),
            f"After each letter, {right_text(subject.judge)}.{late}",
        ]
        blocks: list[Block] = [Paragraph((line,)) for line in lines]
        if self.inputs is not None:
            entries = (Entry(letter, self.inputs[letter], True) for letter in self.letters)
            blocks.append(Entries(tuple(entries)))
        network = () if reader is None else self._network(reader)
        if self.is_open:
            yield Section("Given", tuple(blocks))
            if network:
                yield Section("Network", network)
        else:
            yield Section("Given", (*blocks, *network))

    def _network(self, reader: Reader) -> tuple[Block, ...]:
        """The weights: of a network that is asked for an answer, else data."""
        whose = "constructed below" if self.is_open else "given"
        head = reader.head
        return (
            Paragraph((f"The network is {reader.cell.title}, its weights {whose}.",)),
            *cell_equations(reader.cell),
            *arrays_shown({entry.symbol: entry.value for entry in entries_of(reader)}),
            Paragraph((f"output = w_out . {head.source}{_and(head.bias.item())}",)),
        )

    def _without_network(
        self, subject: Subject, built: Built, reason: Impossible | str
    ) -> Solution:
        """There is none, or none is known: then the reason says what is."""
        impossible = reason if isinstance(reason, Impossible) else None
        sections = [*self._about(subject, built, None)]
        result: tuple[Inline, ...] = (str(reason),)
        if impossible is not None:
            result = (Verdict("wrong", "No"), ": it is impossible, for the reason given below.")
            sections.append(impossible.section())
        found = Decision("unknown", 0)
        extras: dict[str, Any] = {
            "trace": [],
            "proof": proof_json(subject, found, ()) if impossible is None else None,
            "impossible": None if impossible is None else impossible.json(subject),
            "weights": None,
            "units": None,
            "output": None,
        }
        return self._solution(sections, (), extras)._replace(result=(Paragraph(result),))

    def _solution(
        self, sections: list[Section], moments: Any, extras: Mapping[str, Any]
    ) -> Solution:
        answers: dict[str, Floats] = {}
        for t, moment in enumerate(moments[:MOST_ANSWERS], 1):
            answers |= {f"{name}_{t}": value for name, value in moment.states.items()}
            answers[f"y_{t}"] = np.array(float(moment.output))
        only = 1 if len(moments) == 1 else None
        asked = (self._question,)
        picture = of_moments(self.letters, moments)
        return self.told(
            sections,
            asked=asked,
            answers=answers,
            checked=self.checked_weights,
            only_step=only,
            picture=picture,
            extras=extras,
        )


def _finite(rule: Rule | Scored) -> Rule | Growing | None:
    """A rule of finitely many states, a score that has no bound, or None where not decided."""
    return bounded(rule) if isinstance(rule, Scored) else rule


def _and(bias: Fraction) -> str:
    """A bias behind what it is added to; nothing where there is none."""
    return f" {'-' if bias < 0 else '+'} {plain(abs(bias))}" if bias else ""
