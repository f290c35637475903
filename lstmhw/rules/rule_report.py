"""What is said of a rule on letters and a network: automaton, proof, construction, trace."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import ceil, floor, gcd, lcm
from typing import Any, NamedTuple

import numpy as np

from lstmhw.functions import times
from lstmhw.numerals import counted
from lstmhw.rules.automaton import Ngram
from lstmhw.rules.boxes import Boxes
from lstmhw.rules.deciding import Moment, added_up, gate_of, step_network
from lstmhw.rules.given import RuleKeys
from lstmhw.rules.letters import STANDING, Decided, Decision, Judge, Near, Reader, Rule
from lstmhw.rules.linear import impossible, is_linear
from lstmhw.rules.network import WordLstm
from lstmhw.rules.one_step import LEFT_OUT, added, output_text, pre_activations, terms_of
from lstmhw.rules.outputs import Growing, Scored, joined
from lstmhw.rules.proof import Proof
from lstmhw.rules.reachable import nearest
from lstmhw.rules.regular import Compiled
from lstmhw.rules.report import (
    BEYOND_LINEAR,
    Telling,
    between,
    impossible_argument,
    induction,
    plain,
    term,
    words_text,
)
from lstmhw.rules.report import Subject as ScoreSubject
from lstmhw.rules.step_construction import Contradiction, StepConstruction, TooFewStates
from lstmhw.rules.step_units import Joint, Joints, Stopped
from lstmhw.solution import Block, Check, Entry, Inline, Paragraph, Section, Table, Verdict

MOST_ROWS = 64  # of a table of states
MOST_LETTERS = 8  # columns
MOST_WORKED = 12  # rows, of which one is worked out
MOST_MOMENTS = 200  # letters of a trace that are shown
NOTHING = "(nothing)"
ALL_TRIED = (
    "All sequences up to this length were gone through in intervals that are rounded outward; "
    "those after which rule and network are all but in the same state went on as one"
)


class Subject(NamedTuple):
    """What the sections are about: the letters, the rule as late as the output, what is right."""

    alphabet: tuple[str, ...]
    rule: Rule | Scored
    judge: Judge
    delay: int

    def text(self, document: Ngram) -> str:
        return " ".join(self.alphabet[letter] for letter in document) or NOTHING


def due_text(due: Fraction | None) -> str:
    """What an output is to be."""
    return "any" if due is None else plain(due)


def right_text(judge: Judge) -> str:
    """When an output is right, in words."""
    if isinstance(judge, Near):
        return f"the output is less than {plain(judge.tolerance)} off what the rule gives"
    relation = f"output {judge.relation} {plain(judge.threshold)}"
    return f"{relation} holds where the rule gives 1, and does not where it gives 0"


def rule_text(keys: RuleKeys) -> str:
    """The rule in a sentence, as it was given; a table of states is shown elsewhere."""
    if keys.regex is not None:
        return f"Rule: 1 where all letters so far match {keys.regex or 'no letters'}, else 0."
    if keys.score is None:
        return "Rule: what the automaton below gives."
    terms = ", ".join(f"'{ngram}' {plain(weight)}" for ngram, weight in keys.score.items())
    score = f"the sum of these, each wherever it ends: {terms}"
    if not keys.decide:
        return f"Rule: {score}."
    return f"Rule: 1 where the score is {keys.decide}, else 0; the score is {score}."


def automaton_section(subject: Subject, rule: Rule | Scored) -> Section:
    """The rule as a table: the next state, and the output, for each state and letter."""
    if isinstance(rule, Scored):
        text = "The rule adds up: it has no bound on what it has to remember."
        if rule.decided is not None:
            decided = f"{rule.decided.relation} {plain(rule.decided.threshold)}"
            text = f"{text} It gives 1 where the score is {decided}, and else 0."
        return Section("Rule", (Paragraph((text,)),))
    text = f"A rule of {counted(len(rule.names), 'state')}. {_in_boxes_of(rule)}"
    return Section("Automaton", (Paragraph((text,)), rule_table(subject, rule)))


def _in_boxes_of(rule: Rule) -> str:
    """How a table of a rule is read."""
    return f"It starts in {rule.names[0]}; a box has the next state / the output after the letter."


def rule_table(subject: Subject, rule: Rule) -> Table:
    """A row for each state."""
    letters = list(rule.letters)[:MOST_LETTERS]
    rows: list[tuple[Inline, ...]] = [
        (
            rule.names[state],
            subject.text(rule.documents[state]),
            *(
                f"{rule.names[rule.following[state][letter]]} / "
                f"{due_text(rule.outputs[state][letter])}"
                for letter in letters
            ),
        )
        for state in list(rule.states)[:MOST_ROWS]
    ]
    header = ("state", "first reached by", *(subject.alphabet[letter] for letter in letters))
    return Table(header, tuple(rows))


def compiled_section(subject: Subject, regex: str, made: Compiled) -> Section:
    """From the expression to the automaton: positions, subsets of them, the fewest states."""
    positions = made.positions
    rows: list[tuple[Inline, ...]] = [
        (
            str(place + 1),
            " ".join(subject.alphabet[letter] for letter in sorted(letters)),
            "yes" if place in positions.first else "",
            "yes" if place in positions.last else "",
            _numbers(positions.following[place]),
        )
        for place, letters in enumerate(positions.letters[:MOST_ROWS])
    ]
    header = ("position", "reads", "may be first", "may be last", "then may come")
    first = (
        f"Number the letters of {regex or 'the empty expression'} from left to right. The state is "
        "the set of positions that the last letter may stand at; the output is 1 where one of them "
        f"may be last (Glushkov's construction, and subsets)."
    )
    sets, left = len(made.subsets.names), len(made.rule.names)
    last = f"That is {counted(sets, 'set')}, of which no two have the same outputs for ever."
    if left < sets:
        last = (
            f"That is {counted(sets, 'set')}; those with the same outputs for ever are one state, "
            f"which leaves {left}. {_joined_text(made.subsets, made.rule)}"
        )
    body: tuple[Block, ...] = (
        Paragraph((first,)),
        Table(header, tuple(rows)),
        Paragraph((_in_boxes_of(made.subsets),)),
        rule_table(subject, made.subsets),
        Paragraph((last,)),
    )
    return Section("From the expression to the automaton", body)


def proof_section(
    subject: Subject, found: Decision, wrong: Sequence[Moment], reader: Reader
) -> Section:
    """The verdict, why it is so, and for which sequences."""
    if found.verdict == "refuted":
        return Section("Verdict", tuple(_refuted(subject, found, wrong, reader)))
    if found.verdict == "proved":
        return Section("Proof", tuple(_proved(subject, found, reader)))
    known = why(subject, found, wrong)
    text = f": neither a proof for every sequence nor a counterexample was found. {known}"
    return Section("Verdict", (Paragraph((Verdict("follows", "Not decided"), text)),))


def why(subject: Subject, found: Decision, wrong: Sequence[Moment]) -> str:
    """The verdict in a sentence or two."""
    if found.verdict == "refuted":
        return f"It is refuted: {_error(subject, wrong)}"
    if found.words is None:
        return f"It is proved for every sequence: {right_text(subject.judge)}."
    if found.verdict == "proved":
        return f"It is proved for sequences of up to {words_text(found.words, 'letter')}."
    if isinstance(found.boxes, Stopped):
        return (
            f"Sequences of up to {found.words} letters are right; then network and rule together "
            f"had been in {found.boxes.states} states, and more are not kept in memory."
        )
    if found.words:
        return (
            f"Sequences of up to {counted(found.words, 'letter')} are right; of longer ones it is "
            "not known."
        )
    return "It is neither proved nor refuted."


def scope(found: Decision) -> str:
    """Over what a verdict holds."""
    return "every document" if found.words is None else f"documents up to {found.words} words"


def _error(subject: Subject, wrong: Sequence[Moment]) -> str:
    last = wrong[-1]
    document = tuple(moment.letter for moment in wrong)
    said = plain(last.output)
    if isinstance(subject.judge, Decided):
        said += f", which stands for {subject.judge.decision(Fraction(last.output))},"
    return (
        f"after '{subject.text(document)}' the output is {said} and should be {due_text(last.due)}."
    )


def _refuted(
    subject: Subject, found: Decision, wrong: Sequence[Moment], reader: Reader
) -> Iterator[Block]:
    yield Paragraph((Verdict("wrong", "Refuted"), " by this sequence, at its last letter:"))
    yield moments_table(subject, wrong)
    yield from _last_step(subject, wrong, reader)
    text = "Every shorter sequence is right"
    if not isinstance(found.boxes, Proof):  # which promises no more
        text += ", and so is every one of this length before it in the order of the alphabet"
    yield Paragraph((f"{text}.",))


def _proved(subject: Subject, found: Decision, reader: Reader) -> Iterator[Block]:
    where = "every sequence"
    if found.words is not None:
        where = f"sequences of up to {words_text(found.words, 'letter')}"
    yield Paragraph((Verdict("right", f"Proved for {where}"), f": {right_text(subject.judge)}."))
    if isinstance(found.boxes, Proof):
        yield from _bound(subject, found.boxes)
        return
    if isinstance(found.boxes, Boxes):
        yield from _in_boxes(subject, found.boxes)
        return
    if not isinstance(found.boxes, Joints):
        yield Paragraph((f"{ALL_TRIED}.",))
        return
    claim = f"Claim: network and rule together are only ever in these {len(found.boxes)} rows."
    yield Paragraph((f"{claim} A box has the row that a letter leads to / what is due there.",))
    yield _joint_table(subject, found.boxes)
    yield from _worked(subject, found.boxes, reader)
    text = (
        "Induction over the length. Before the first letter they are in row 1. If they are in some "
        "row, the next letter leads to the row that stands in its box (one step of the network and "
        "one of the automaton, in exact fractions), and the output of that row is what is due, box "
        "by box. So it is right after every sequence, however long."
    )
    yield Paragraph((text,))


def _bound(subject: Subject, proof: Proof) -> Iterator[Block]:
    """A proof of a number that is bounded as a score is."""
    if proof.error is None or proof.drift is None:
        yield Paragraph((f"{ALL_TRIED}.",))
    elif proof.exact:
        text = "Network and rule are linear, and equal on states that span all there are."
        yield Paragraph((text,))
    else:
        near = subject.judge if isinstance(subject.judge, Near) else subject.judge.surely
        assert near is not None  # else there is no bound of a number
        right = right_text(near)
        yield from induction(
            proof, Telling(subject.alphabet, near.tolerance, right, "letter", "sequence")
        )


def _in_boxes(subject: Subject, boxes: Boxes) -> Iterator[Block]:
    """The claim that a network stays in some boxes, and the step of the induction."""
    rule = subject.rule
    assert isinstance(rule, Rule)
    letters = range(min(len(subject.alphabet), MOST_LETTERS))
    header = ("row", "state", "rule", *(subject.alphabet[a] for a in letters))
    rows: list[tuple[Inline, ...]] = []
    for k, state in enumerate(boxes.states[:MOST_ROWS].tolist()):
        bounds = zip(boxes.low[k].tolist(), boxes.high[k].tolist(), strict=True)
        following = (str(int(boxes.following[k, letter]) + 1) for letter in letters)
        text = ", ".join(between(low, high) for low, high in bounds)
        rows.append((str(k + 1), text, rule.names[state], *following))
    if len(boxes.states) > MOST_ROWS:
        rows.append(("...", *[""] * (len(header) - 1)))
    count = "this row" if len(boxes.states) == 1 else f"one of these {len(boxes.states)} rows"
    yield Paragraph((f"Claim: network and rule together are always in {count}.",))
    yield Table(header, tuple(rows))
    text = (
        "The states of the network, one after the other, are between these bounds (rounded outward "
        "here). Induction over the length: before the first letter they are in row 1. If they are "
        "in some row, the next letter leads into the row that stands in its box, and the output "
        "there is right: both were computed with intervals that are rounded outward. So it is "
        "right after every sequence, however long."
    )
    yield Paragraph((text,))


def _worked(subject: Subject, table: Joints, reader: Reader) -> Iterator[Block]:
    """One box of the table in numbers: the step that has the most to add up."""

    def told(place: tuple[int, int]) -> tuple[int, bool]:
        row, letter = place
        count = sum(map(len, terms_of(reader, table[row].h, letter)))
        return count, table[row].following[letter] != row

    places = product(range(min(len(table), MOST_WORKED)), range(len(subject.alphabet)))
    row, letter = max(places, key=told)
    h, number = table[row].h, table[row].following[letter]
    state, named = " ".join(map(plain, h)), subject.alphabet[letter]
    text = f"One box worked out: row {row + 1}, where h is {state}, and the letter {named}."
    yield Paragraph((f"{text} {LEFT_OUT}",))
    yield pre_activations(table.network, reader, h, letter)
    output = output_text(table.network, table[number].h)
    text = f"This h is that of row {number + 1}, with the output {output}."
    yield Paragraph((f"{text} All other boxes are found so.",))


def _last_step(subject: Subject, wrong: Sequence[Moment], reader: Reader) -> Iterator[Block]:
    """The step that is refuted, of step units, in numbers."""
    network = step_network(reader)
    if network is None:
        return
    h = network.initial
    for moment in wrong[:-1]:
        h = network.step(h, moment.letter)
    letter = wrong[-1].letter
    state, named = " ".join(map(plain, h)), subject.alphabet[letter]
    text = f"The last letter worked out: h is {state} before it, and the letter is {named}."
    yield Paragraph((f"{text} {LEFT_OUT}",))
    yield pre_activations(network, reader, h, letter)
    output = output_text(network, network.step(h, letter))
    due = due_text(wrong[-1].due)
    yield Paragraph((f"So the output is {output}, and {due} is due.",))


def _joint_table(subject: Subject, table: Joints) -> Table:
    rule, network = subject.rule, table.network
    letters = range(min(len(subject.alphabet), MOST_LETTERS))
    names = (subject.alphabet[a] for a in letters)
    header = ("row", "first reached by", "h", "output", "rule", *names)
    rows: list[tuple[Inline, ...]] = []
    for number, joint in enumerate(table[:MOST_ROWS], 1):
        state = rule.names[joint.state] if isinstance(rule, Rule) else f"score {joint.score}"
        boxes = (_box(rule, joint, letter) for letter in letters)
        h = " ".join(plain(value) for value in joint.h)
        output = plain(network.output(joint.h))
        rows.append((str(number), subject.text(joint.document), h, output, state, *boxes))
    if len(table) > MOST_ROWS:
        rows.append(("...", *[""] * (len(header) - 1)))
    return Table(header, tuple(rows))


def _box(rule: Rule | Scored, joint: Joint, letter: int) -> str:
    """The row that a letter leads to, and, of a rule that does not add up, what is due there."""
    row = str(joint.following[letter] + 1)
    if not isinstance(rule, Rule):
        return row
    return f"{row} / {due_text(rule.outputs[joint.state][letter])}"


def construction_section(subject: Subject, made: StepConstruction, reader: Reader) -> Section:
    """What each unit is for, and its pre-activation wherever it can be."""
    body: tuple[Block, ...] = (
        *_smallest(subject, made.rule),
        Paragraph((_ways_text(made),)),
        Table(("unit", "is on after", "leads to"), tuple(_purposes(subject, made))),
        Paragraph((SHOWN_BY,)),
        Table(("state", "units that are on there"), tuple(_shown_by(made))),
        Paragraph((f"output = {_output_text(made)}",)),
        Paragraph((CASES,)),
        *_case_tables(subject, made, reader),
    )
    return Section("Construction", body)


def _smallest(subject: Subject, small: Rule) -> Iterator[Block]:
    """The automaton with the fewest states, where it is not the one that was shown already."""
    rule = subject.rule
    assert isinstance(rule, Rule)
    if not subject.delay and (rule.following, rule.outputs) == (small.following, small.outputs):
        return
    late = ", as late as the output" if subject.delay else ""
    fewer = f" {_joined_text(rule, small)}" if len(small.names) < len(rule.names) else ""
    yield Paragraph((f"The automaton with the fewest states{late}. {_in_boxes_of(small)}{fewer}",))
    yield rule_table(subject, small)


def _joined_text(rule: Rule, small: Rule) -> str:
    """Which states are one in each state of a minimal rule."""
    names = list(joined(rule, small).items())
    told = [f"{name} is {_or(old)}" for name, old in names[:MOST_ROWS]]
    more = ["..."] if len(names) > MOST_ROWS else []
    return f"The states have new names: {'; '.join([*told, *more])}."


def _ways_text(made: StepConstruction) -> str:
    """What units there are."""
    rule, bias = made.rule, made.network.bias
    start = rule.names[0]
    pairs = list(product(rule.states, rule.letters))
    turned_on = {(q, a) for unit in made.units for q, a in product(unit.sources, unit.letters)}
    home = ""
    if len(turned_on) < len(pairs):
        home = f" A way to {start} with output {plain(bias)} has none: no unit is on after it."
    return (
        "There is one unit for each way to a state (the same letters, the same next state and "
        f"output).{home} A box has the next state / the output."
    )


SHOWN_BY = (
    "So after each letter at most one unit is on, and before the first none; which one it is shows "
    "the state:"
)


def _purposes(subject: Subject, made: StepConstruction) -> Iterator[tuple[str, ...]]:
    """After which letters in which states each unit is on."""
    rule = made.rule
    for number, unit in enumerate(made.units[:MOST_ROWS], 1):
        letters = _any_of([subject.alphabet[a] for a in unit.letters], rule.letters)
        states = _any_of([rule.names[q] for q in sorted(unit.sources)], rule.states)
        yield (
            f"h_{number}",
            f"{letters} in {'any state' if states == 'any' else states}",
            f"{rule.names[unit.target]} / {plain(unit.due)}",
        )


def _shown_by(made: StepConstruction) -> Iterator[tuple[str, str]]:
    """Which units may be on in each state."""
    for state, name in list(enumerate(made.rule.names))[:MOST_ROWS]:
        units = [f"h_{k}" for k, unit in enumerate(made.units, 1) if unit.target == state]
        texts = ["none", *units] if state == 0 else units
        yield name, _or(texts)


CASES = (
    "A unit is on where its pre-activation W_x x + W_h h + b is over 0. These are all the numbers "
    "it can be, by the state before the letter (of which h is as above) and the letter:"
)
UNITS_OF_A_TABLE, MOST_CASES = 3, 12  # units


def _case_tables(
    subject: Subject, made: StepConstruction, reader: Reader
) -> Iterator[Table | Paragraph]:
    """The pre-activations of each unit, a few units a table."""
    shown = min(len(made.units), MOST_CASES)
    header = ("unit", "state before", "letter", "W_x x + W_h h + b", "so")
    for first in range(0, shown, UNITS_OF_A_TABLE):
        units = range(first, min(first + UNITS_OF_A_TABLE, shown))
        rows = [row for unit in units for row in _cases(subject, made, reader, unit)]
        yield Table(header, tuple(rows))
    if shown < len(made.units):
        more = counted(len(made.units) - shown, "more unit")
        yield Paragraph((f"{more.capitalize()} of this kind: see the weights.",))


def _cases(
    subject: Subject, made: StepConstruction, reader: Reader, unit: int
) -> Iterator[tuple[str, ...]]:
    """The sums of a unit for each state before and letter, alike ones together."""
    gate, rule = gate_of(reader.cell, ""), made.rule
    put = times(gate.W_x, reader.letters)[:, unit].tolist()
    back: list[Fraction] = [Fraction()] * len(rule.names)
    W_h, b = np.asarray(gate.W_h)[unit].tolist(), np.asarray(gate.b)[unit]
    for other, weight in zip(made.units, W_h, strict=True):
        back[other.target] = weight  # in the first state all units weigh 0, as none does
    for of_h, states in _alike(back).items():
        for of_x, letters in _alike(put).items():
            z = of_x + of_h + b
            summed = added([plain(term) for term in (of_x, of_h, b)])
            yield (
                f"h_{unit + 1}",
                _any_of([rule.names[q] for q in states], rule.states),
                _any_of([subject.alphabet[a] for a in letters], rule.letters),
                f"{summed} = {plain(z)} {'>' if z > 0 else '<='} 0",
                "on" if z > 0 else "off",
            )


def _alike(numbers: Sequence[Fraction]) -> dict[Fraction, list[int]]:
    """The places of each number."""
    places: dict[Fraction, list[int]] = {}
    for place, number in enumerate(numbers):
        places.setdefault(number, []).append(place)
    return places


def _any_of(names: Sequence[str], every: Sequence[int]) -> str:
    return "any" if len(names) == len(every) > 1 else _or(names)


def _or(names: Sequence[str]) -> str:
    """The names as alternatives: a, b or c."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _output_text(made: StepConstruction) -> str:
    network = made.network
    terms = [
        term(weight, f"h_{number}") for number, weight in enumerate(network.weights, 1) if weight
    ]
    return added([*terms, *([plain(network.bias)] if network.bias else [])])


def moments_section(subject: Subject, moments: Sequence[Moment]) -> Section:
    """The sequence, letter by letter."""
    body = (moments_table(subject, moments), summary(moments))
    return Section("The sequence, letter by letter", body)


def summary(moments: Sequence[Moment]) -> Paragraph:
    """Whether the output is right at every letter, and where it is not."""
    wrong = [number for number, moment in enumerate(moments, 1) if not moment.agrees]
    text = "The output is right at every letter."
    if wrong:
        text = f"The output is WRONG at {len(wrong)} of {len(moments)}, first at letter {wrong[0]}."
    return Paragraph((text,))


def moments_table(subject: Subject, moments: Sequence[Moment]) -> Table:
    """A row a letter; of a long sequence the beginning and the end."""
    names = list(moments[0].states)
    header = ("t", "letter", *names, "due", "output", "ok")
    rows: list[tuple[Inline, ...]] = []
    skipped = len(moments) - MOST_MOMENTS
    for t, moment in enumerate(moments, 1):
        if skipped > 0 and 10 < t <= skipped + 10:
            continue
        states = (Entry("", np.asarray(moment.states[name]), False) for name in names)
        word = Verdict("right", "yes") if moment.agrees else Verdict("wrong", "NO")
        output: Inline = Entry("", np.array(float(moment.output)), False)
        letter = subject.alphabet[moment.letter]
        rows.append((str(t), letter, *states, due_text(moment.due), output, word))
    return Table(header, tuple(rows))


def moments_json(subject: Subject, moments: Sequence[Moment]) -> list[dict[str, Any]]:
    """An object for each letter."""
    return [
        {
            "word": subject.alphabet[moment.letter],
            "due": None if moment.due is None else float(moment.due),
            "expected": None if moment.due is None else float(moment.due),
            "output": float(moment.output),
            "agrees": moment.agrees,
            **{name: value for name, value in moment.gates.items() if name},
            **moment.states,
        }
        for moment in moments
    ]


def proof_json(subject: Subject, found: Decision, wrong: Sequence[Moment]) -> dict[str, Any]:
    """The contract's object."""
    last = wrong[-1] if wrong else None
    return {
        "verdict": found.verdict,
        "scope": scope(found),
        "max_words": found.words,
        "error_per_word": _error_per_word(found),
        "states": _states(found),
        "counterexample": [subject.alphabet[moment.letter] for moment in wrong] or None,
        "expected": None if last is None or last.due is None else float(last.due),
        "output": None if last is None else float(last.output),
    }


def _error_per_word(found: Decision) -> float | None:
    """What a letter may add to the error; nothing where all is exact, None where it is no sum."""
    if isinstance(found.boxes, Proof):
        return None if found.boxes.error is None else nearest(found.boxes.error)
    return 0.0 if isinstance(found.boxes, Joints) else None


def _states(found: Decision) -> int | None:
    if isinstance(found.boxes, Proof):
        return len(found.boxes.states)
    if isinstance(found.boxes, Stopped):
        return found.boxes.states
    if isinstance(found.boxes, Boxes):
        return len(found.boxes.states)
    return len(found.boxes) if isinstance(found.boxes, Joints) else None


def weights_check(subject: Subject, found: Decision, wrong: Sequence[Moment]) -> Check:
    """The row of weights that are given, which are a claim: wrong only where they are refuted."""
    document = found.counterexample
    where = None if document is None else subject.text(document)
    said = why(subject, found, wrong)
    verdict = STANDING[found.verdict]
    refuted = f"It is refuted: after '{where}' the output is wrong."
    method = refuted if found.verdict == "refuted" else said
    claim = "the weights given"
    return Check("weights", claim, None, verdict, None, where, said, method=method)


class Impossible(NamedTuple):
    """Why no such network is there, with the sequences that show it."""

    documents: tuple[Ngram, ...]
    argument: str
    title: str = "It is impossible"

    def json(self, subject: Subject) -> dict[str, Any]:
        """The contract's object."""
        documents = [[subject.alphabet[a] for a in word] for word in self.documents]
        return {"documents": documents, "argument": self.argument}

    def section(self) -> Section:
        """The argument as it is handed in."""
        return Section(self.title, (Paragraph((self.argument,)),))


SHOWN = 4  # sequences that an argument for any number of units begins with


def uncountable(subject: Subject, growing: Growing) -> Impossible:
    """Why no number of step units follows a score without a bound, within a tolerance."""
    assert isinstance(subject.judge, Near)
    times = 1
    while times * abs(growing.gain) < 2 * subject.judge.tolerance:
        times *= 2
    cycle = growing.cycle * times
    documents = tuple(growing.prefix + cycle * k for k in range(1, SHOWN + 1))
    prefix = f"after '{subject.text(growing.prefix)}', " if growing.prefix else ""
    gain = plain(growing.gain * times)
    argument = (
        f"No step network of any size does it. Take the sequences that repeat "
        f"'{subject.text(cycle)}' k times ({prefix}k = 1, 2, 3, ...): each repetition changes what "
        f"the output is to be by {gain}, so any two of these sequences ask for outputs that are at "
        f"least {plain(abs(growing.gain) * times)} apart, and no output is within "
        f"{plain(subject.judge.tolerance)} of both. So after any two of them the units are in "
        "different states. But N units that are 0 or 1 have only 2^N states, fewer than the "
        "2^N + 1 sequences k = 1, ..., 2^N + 1: two of these leave the units alike."
    )
    return Impossible(documents, argument)


def too_few_units(subject: Subject, few: TooFewStates) -> Impossible:
    """Why so many units have too few states for the rule."""
    named = "; ".join(f"'{subject.text(word)}'" for word in few.documents[:MOST_ROWS])
    argument = (
        f"No network of {counted(few.units, 'step unit')} does it: {few.units} of 0 or 1 have at "
        f"most {2**few.units} states after a letter. But after no two of these "
        f"{len(few.documents)} sequences may they be alike: {named}. Either the outputs due there "
        "differ, or the same letters read after both lead to outputs that differ."
    )
    return Impossible(few.documents, argument)


def beyond_linear(subject: Subject, network: WordLstm, rule: Rule | Scored) -> Impossible | None:
    """Why no linear cell with constant gates computes a number, by four sequences.

    The rule is the one without delay.  None where the cell is not linear, or none are known.
    """
    if not isinstance(subject.judge, Near) or not is_linear(network):
        return None
    sums = [added_up(meant) for meant in (rule, subject.rule)]
    if sums[0] is None or sums[1] is None:
        return None
    tolerance = subject.judge.tolerance
    square = impossible(sums[0], tolerance, subject.delay)
    if square is None:
        return None
    about = ScoreSubject(subject.alphabet, sums[0], sums[1], subject.delay, tolerance, network)
    named = (f"d{k} = '{subject.text(document)}'" for k, document in enumerate(square, 1))
    argument = f"Take {', '.join(named)}. {impossible_argument(about, square)}"
    return Impossible(tuple(square), argument, BEYOND_LINEAR)


def undecidable(subject: Subject, scored: Scored) -> Impossible | None:
    """Why no number of step units decides a score that goes up and down; of letters alone."""
    decided, automaton = scored.decided, scored.automaton
    adds = automaton.added[0]
    if decided is None or len(automaton.states) > 1:
        return None
    if isinstance(subject.judge, Near) and subject.judge.tolerance > Fraction(1, 2):
        return None
    up, down = adds.index(max(adds)), adds.index(min(adds))
    if decided.relation == "==":
        return _unequal(subject, decided.threshold, (up, down), (adds[up], adds[down]))
    times = ceil(-adds[down] / adds[up])
    first = max(0, floor(decided.threshold / adds[up])) + 1
    documents = tuple((up,) * (first + times * k) for k in range(SHOWN))
    a, b = subject.alphabet[up], subject.alphabet[down]
    argument = (
        f"No step network of any size does it. Take the sequences of {first}, {first + times}, "
        f"{first + 2 * times}, ... times {a!r}: each has a score over {plain(decided.threshold)}, "
        f"and at least {plain(-adds[down])} more than the one before. Of any two, read {b!r} "
        f"after both until the score of the first passes {plain(decided.threshold)}: that of the "
        "second, which is at least one such step higher, has not passed it, so different outputs "
        f"are due{_later(subject)}. {STATES_RUN_OUT}"
    )
    return Impossible(documents, argument)


def _unequal(
    subject: Subject, threshold: Fraction, letters: Ngram, added: tuple[Fraction, Fraction]
) -> Impossible | None:
    """Why no number of step units says when a score is equal to a number that can be met again.

    None where a letter up and one down do not come to it.
    """
    up, down = added[0], -added[1]
    unit = Fraction(1, lcm(up.denominator, down.denominator, threshold.denominator))
    cycle = (down / unit).numerator // gcd((up / unit).numerator, (down / unit).numerator)
    least = max(0, ceil(threshold / up))
    meets = (
        n for n in range(least, least + cycle) if ((n * up - threshold) / down).denominator == 1
    )
    first = next(meets, None)
    if first is None:
        return None
    first = first or cycle
    documents = tuple((letters[0],) * (first + cycle * k) for k in range(SHOWN))
    a, b = (subject.alphabet[letter] for letter in letters)
    argument = (
        f"No step network of any size does it. Take the sequences of {first}, {first + cycle}, "
        f"{first + 2 * cycle}, ... times {a!r}: no two have the same score, and each comes to "
        f"{plain(threshold)} by so many {b!r} more. Of any two, read after both the {b!r} that the "
        f"first needs: then its score is {plain(threshold)} and that of the second is not, so "
        f"different outputs are due{_later(subject)}. {STATES_RUN_OUT}"
    )
    return Impossible(documents, argument)


STATES_RUN_OUT = (
    "So after any two of them the units are in different states. But N units that are 0 or 1 have "
    "only 2^N states, and 2^N + 1 of these sequences would need more."
)


def _later(subject: Subject) -> str:
    """How much later an output is due, in words."""
    return f", {counted(subject.delay, 'letter')} later" if subject.delay else ""


def no_single_unit(
    subject: Subject, documents: tuple[Ngram, ...], reasons: Iterable[Contradiction]
) -> Impossible:
    """Why one step unit cannot be all that is remembered."""
    named = " and ".join(f"'{subject.text(word)}'" for word in documents)
    cases = " ".join(
        f"If it is on after '{subject.text(reason.on)}': {_contradiction(subject, reason)}"
        for reason in reasons
    )
    argument = (
        f"No single step unit does it. After {named} it has to be in different states, so it is on "
        "after one and off after the other, and knows nothing else; its pre-activation is w_letter "
        f"+ w h + b, with w_letter what the letter puts in and h its value before, 1 or 0. {cases}"
    )
    return Impossible(documents, argument)


def _contradiction(subject: Subject, reason: Contradiction) -> str:
    """The demands, which cannot be added up."""
    sums: dict[bool, list[str]] = {True: [], False: []}
    unit = lcm(*(many.denominator for *_, many in reason.demands))
    for letter, bit, is_on, share in reason.demands:
        many = share * unit
        state = {True: " + w", False: "", None: " + w h_0"}[bit]
        times = "" if many == 1 else f"{plain(many)} times "
        sums[is_on].append(f"{times}w_{subject.alphabet[letter]}{state} + b")
    above, below = (" and ".join(sums[is_on]) for is_on in (True, False))
    return f"{above} > 0, but {below} <= 0, and both add up to the same."


def _numbers(places: Iterable[int]) -> str:
    return " ".join(str(place + 1) for place in sorted(places))
