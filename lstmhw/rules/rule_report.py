"""What is said of a rule on letters and a network: automaton, proof, construction, trace."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import Any, NamedTuple

import numpy as np

from lstmhw.numerals import above, counted
from lstmhw.rules.automaton import Ngram
from lstmhw.rules.boxes import Boxes
from lstmhw.rules.deciding import Moment, added_up
from lstmhw.rules.letters import STANDING, Decided, Decision, Judge, Near, Rule
from lstmhw.rules.linear import impossible, is_linear
from lstmhw.rules.network import WordLstm
from lstmhw.rules.outputs import Growing, Scored
from lstmhw.rules.proof import Proof
from lstmhw.rules.reachable import nearest
from lstmhw.rules.regular import Compiled
from lstmhw.rules.report import BEYOND_LINEAR, impossible_argument, plain, summed, sums_up
from lstmhw.rules.report import Subject as ScoreSubject
from lstmhw.rules.step_construction import Contradiction, StepConstruction, TooFewStates, Unit
from lstmhw.rules.step_units import Joint, Joints, Stopped
from lstmhw.solution import Block, Check, Entry, Inline, Paragraph, Section, Table, Verdict

MOST_ROWS = 64  # of a table of states
MOST_LETTERS = 8  # columns
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


def automaton_section(subject: Subject, rule: Rule | Scored) -> Section:
    """The rule as a table: the next state, and the output, for each state and letter."""
    if isinstance(rule, Scored):
        text = "The rule adds up: it has no bound on what it has to remember."
        if rule.decided is not None:
            decided = f"{rule.decided.relation} {plain(rule.decided.threshold)}"
            text = f"{text} It gives 1 where the score is {decided}, and else 0."
        return Section("Rule", (Paragraph((text,)),))
    text = (
        f"A rule of {counted(len(rule.names), 'state')}; it starts in {rule.names[0]}. A box has "
        "the next state / the output after the letter."
    )
    return Section("Automaton", (Paragraph((text,)), rule_table(subject, rule)))


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
        "may be last (Glushkov's construction, and subsets)."
    )
    last = (
        f"That is {counted(len(made.subsets.names), 'set')}; those with the same outputs for ever "
        f"are one state, which leaves {len(made.rule.names)}."
    )
    body: tuple[Block, ...] = (
        Paragraph((first,)),
        Table(header, tuple(rows)),
        rule_table(subject, made.subsets),
        Paragraph((last,)),
    )
    return Section("From the expression to the automaton", body)


def proof_section(subject: Subject, found: Decision, wrong: Sequence[Moment]) -> Section:
    """The verdict, why it is so, and for which sequences."""
    if found.verdict == "refuted":
        return Section("Verdict", tuple(_refuted(subject, found, wrong)))
    if found.verdict == "proved":
        return Section("Proof", tuple(_proved(subject, found)))
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
        return f"It is proved for sequences of up to {found.words} letters."
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


def _refuted(subject: Subject, found: Decision, wrong: Sequence[Moment]) -> Iterator[Block]:
    yield Paragraph((Verdict("wrong", "Refuted"), f": {_error(subject, wrong)}"))
    yield moments_table(subject, wrong)
    text = "Every shorter sequence is right"
    if not isinstance(found.boxes, Proof):  # which promises no more
        text += ", and so is every one of this length before it in the order of the alphabet"
    yield Paragraph((f"{text}.",))


def _proved(subject: Subject, found: Decision) -> Iterator[Block]:
    where = "every sequence" if found.words is None else f"sequences of up to {found.words} letters"
    yield Paragraph((Verdict("right", f"Proved for {where}"), f": {right_text(subject.judge)}."))
    if isinstance(found.boxes, Proof):
        yield Paragraph((_bound(subject, found.boxes),))
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
    text = (
        "Induction over the length. Before the first letter they are in row 1. If they are in some "
        "row, the next letter leads to the row that stands in its box (one step of the network and "
        "one of the automaton, in exact fractions), and the output of that row is what is due, box "
        "by box. So it is right after every sequence, however long."
    )
    yield Paragraph((text,))


def _bound(subject: Subject, proof: Proof) -> str:
    if proof.error is None or proof.drift is None:
        return f"{ALL_TRIED}."
    if proof.exact:
        return "Network and rule are linear, and equal on states that span all there are."
    near = subject.judge if isinstance(subject.judge, Near) else subject.judge.surely
    assert near is not None
    if proof.words is not None and not sums_up(proof, near.tolerance):
        return f"{ALL_TRIED}."
    s, d, e = (above(float(x)) for x in (proof.start, proof.error, proof.drift))
    text = (
        f"Boxes about the {len(proof.states)} states of the network that every letter leads from "
        "one to another of (first the one before any letter, then by induction)."
    )
    if proof.start or proof.words is None:
        text += f" In each of them the output is off by at most s = {s} to begin with."
    if proof.words is None:
        return f"{text} No letter adds to that, whatever the length."
    text += f" A letter adds at most d = {d} to the error"
    if proof.drift:
        text += f", and what was kept is off by at most e = {e} more for each letter before it"
    return f"{text}. {summed(('letter', near.tolerance), proof)}"


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
        text = ", ".join(_between(low, high) for low, high in bounds)
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


def _between(low: float | Fraction, high: float | Fraction) -> str:
    """Bounds to four decimals, rounded outward; a single number as it is."""
    if low == high:
        return plain(Fraction(low))
    return f"{floor(low * 10**4) / 10**4:g} to {ceil(high * 10**4) / 10**4:g}"


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


def construction_section(subject: Subject, made: StepConstruction) -> Section:
    """What each unit is for, and the inequalities that make it so."""
    rows: list[tuple[Inline, ...]] = []
    for number, unit in enumerate(made.units, 1):
        rows.append(
            (f"h_{number}", _purpose(subject, made.rule, unit), *_inequalities(made.rule, unit))
        )
    first = (
        "The automaton with the fewest states; one unit for each way to a state (the same letters, "
        f"the same next state and output). At most one unit is on, and it says which state was "
        f"reached; none is on in {made.rule.names[0]}."
    )
    last = f"output = {_output_text(made)}"
    body: tuple[Block, ...] = (
        Paragraph((first,)),
        rule_table(subject, made.rule),
        Table(("unit", "is on after", "on, as", "else off, as"), tuple(rows)),
        Paragraph((last,)),
    )
    return Section("Construction", body)


def _purpose(subject: Subject, rule: Rule, unit: Unit) -> str:
    letters = " or ".join(subject.alphabet[letter] for letter in unit.letters)
    states = " or ".join(rule.names[state] for state in sorted(unit.sources))
    return f"{letters} in {states}: leads to {rule.names[unit.target]}, output {plain(unit.due)}"


def _inequalities(rule: Rule, unit: Unit) -> tuple[str, str]:
    """Why it is on; and why it is off, after another state or another letter where there are."""
    on, state, letter = "1 + 1 - 3/2 > 0", "1 - 3/2 <= 0", "0 + 1 - 3/2 <= 0"
    if 0 in unit.sources:
        on, state, letter = "1 - 1/2 > 0", "1 - 1 - 1/2 <= 0", "0 - 1/2 <= 0"
    off = []
    if len(unit.sources) < len(rule.states):
        off.append(f"{state} (another state)")
    if len(unit.letters) < len(rule.letters):
        off.append(f"{letter} (another letter)")
    return on, "; ".join(off)


def _output_text(made: StepConstruction) -> str:
    network = made.network
    terms = [
        f"{plain(weight)} h_{number}" for number, weight in enumerate(network.weights, 1) if weight
    ]
    bias = [plain(network.bias)] if network.bias or not terms else []
    return " + ".join([*terms, *bias]).replace("+ -", "- ")


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
    return Check("weights", "the weights of the file", None, verdict, None, where, said)


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
    added = automaton.added[0]
    if decided is None or len(automaton.states) > 1:
        return None
    if isinstance(subject.judge, Near) and subject.judge.tolerance > Fraction(1, 2):
        return None
    up, down = added.index(max(added)), added.index(min(added))
    if decided.relation == "==":
        return _unequal(subject, decided.threshold, (up, down), (added[up], added[down]))
    times = ceil(-added[down] / added[up])
    first = max(0, floor(decided.threshold / added[up])) + 1
    documents = tuple((up,) * (first + times * k) for k in range(SHOWN))
    a, b = subject.alphabet[up], subject.alphabet[down]
    argument = (
        f"No step network of any size does it. Take the sequences of {first}, {first + times}, "
        f"{first + 2 * times}, ... times {a!r}: each has a score over {plain(decided.threshold)}, "
        f"and at least {plain(-added[down])} more than the one before. Of any two, read {b!r} "
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
