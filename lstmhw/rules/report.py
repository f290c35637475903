"""What is said of a rule and a network: the trace, the proof, the construction, as sections."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any, NamedTuple

import numpy as np

from lstmhw.faults import Fault, ProblemError
from lstmhw.functions import Floats
from lstmhw.numerals import above, at_most, decimals_apart
from lstmhw.rules.automaton import Automaton, Ngram
from lstmhw.rules.construction import FLAG, Construction, Counter, Flag
from lstmhw.rules.letters import STANDING
from lstmhw.rules.linear import Square
from lstmhw.rules.network import WordLstm
from lstmhw.rules.proof import Proof, State
from lstmhw.rules.trace import Trace, trace
from lstmhw.solution import (
    Block,
    Check,
    Entries,
    Entry,
    Inline,
    Paragraph,
    Section,
    Shades,
    Table,
    Verdict,
    names,
)

SHOWN = 200  # words; of a longer document only the beginning, the first errors and the end
PART = 5  # words of each of those
MOST_COLUMNS = 8  # words, or words that act alike
LONG_NUMBER = 10**6  # is told in two digits, rounded down
LONG = 12  # words; of a longer counterexample the middle is not named
GATES = "ifgoch"
LEGEND = (
    ("A mark for each unit: ", 1.0),
    (" is 1, ", 0.5),
    (" is 0.5, ", 0.0),
    (" is 0, ", -0.5),
    (" is -0.5, ", -1.0),
    (" is -1, ", 2.0),
    (" is 2, ", -2.0),
)
"""Numbers whose marks are shown, each behind a text."""


class Reading(NamedTuple):
    """A document read by the rule and by the network, word by word.

    `added` and `score` are the rule's, `due` is the score that the output should be, which is that
    of some words ago.
    """

    words: tuple[str, ...]
    trace: Trace
    added: Floats
    score: Floats
    due: Floats
    agrees: Any


class Subject(NamedTuple):
    """A rule and a network that is to compute it; `rule` adds at once, `late` after the delay."""

    vocabulary: tuple[str, ...]
    rule: Automaton
    late: Automaton
    delay: int
    tolerance: Fraction
    network: WordLstm

    def text(self, document: Ngram) -> str:
        return " ".join(self.vocabulary[word] for word in document)

    def reading(self, document: Sequence[int]) -> Reading:
        done = trace(self.network.floats(), document)
        if not np.isfinite(done.output).all():
            first = int(np.argmin(np.isfinite(done.output)))
            message = f"the output overflows at word {first + 1} of a document: over 1.8e308"
            raise ProblemError([Fault((), message, "are these weights as on the sheet?")])
        added = np.array(self.rule.additions(document), dtype=np.float64)
        score, due = (_totals(rule.additions(document)) for rule in (self.rule, self.late))
        agrees = np.abs(done.output - due) < float(self.tolerance)
        words = tuple(self.vocabulary[word] for word in document)
        return Reading(words, done, added, score, due, agrees)


def _totals(additions: Sequence[Fraction]) -> Floats:
    """The sums up to each place, each rounded once."""
    total, totals = Fraction(), []
    for addition in additions:
        total += addition
        totals.append(float(total))
    return np.array(totals)


def reading_section(title: str, subject: Subject, reading: Reading) -> Section:
    """The trace of a document, and how it came out."""
    return Section(title, (reading_table(subject, reading), *summary(reading)))


def reading_table(subject: Subject, reading: Reading) -> Table:
    """One row a word; of a very long document the beginning, the first errors and the end."""
    count = len(reading.words)
    units = reading.trace.h.shape[1]
    shades = " ".join(name.ljust(units) for name in GATES)
    due = ("due",) if subject.delay else ()
    header = ("word", shades, "add", "score", *due, "output", "ok")
    shown = range(count) if count <= SHOWN else _excerpt(reading)
    rows: list[tuple[Inline, ...]] = []
    for t in shown:
        if rows and t - 1 not in shown:
            rows.append(("...", *[""] * (len(header) - 1)))
        rows.append(_row(reading, t, bool(due)))
    return Table(header, tuple(rows))


def _excerpt(reading: Reading) -> list[int]:
    count = len(reading.words)
    wrong = np.flatnonzero(~reading.agrees)[:PART].tolist()
    return sorted({*range(PART), *wrong, *range(count - PART, count)})


def _row(reading: Reading, t: int, late: bool) -> tuple[Inline, ...]:
    done = reading.trace
    numbers = [reading.added[t], reading.score[t], *([reading.due[t]] if late else [])]
    right = bool(reading.agrees[t])
    return (
        reading.words[t],
        Shades(tuple(getattr(done, gate)[t] for gate in GATES)),
        *map(_number, numbers),
        Entry("", np.round(done.output[t], 12) + 0.0, False),
        Verdict("right" if right else "wrong", "yes" if right else "NO"),
    )


def _number(value: float) -> str:
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")


def with_legend(section: Section, subject: Subject) -> Section:
    """The section with what the marks in its table stand for."""
    return section._replace(body=(*_legend(subject), *section.body))


def _legend(subject: Subject) -> Iterator[Paragraph]:
    marks: list[Inline] = []
    for text, value in LEGEND:
        marks += [text, Shades((np.array([value]),))]
    yield Paragraph((*marks, " is -2; rounded. add: what the rule adds at this word."))
    if subject.delay:
        late = words_text(subject.delay)
        text = f"The output is {late} late: due is the score {late} ago, and what it should be."
        yield Paragraph((text,))


def summary(reading: Reading) -> Iterator[Paragraph]:
    """Whether the output is the score at every word, and where it is not."""
    wrong = np.flatnonzero(~reading.agrees)
    count = words_text(len(reading.words))
    if not len(wrong):
        apart = float(np.max(np.abs(reading.trace.output - reading.due)))
        off = f"is off by {apart:.1e} at most" if apart else "is not off at all"
        yield Paragraph((f"The output agrees at all {count}: it {off}, in float64.",))
        return
    first = int(wrong[0])
    where = f"first at word {first + 1}, {reading.words[first]!r}"
    yield Paragraph((f"The output is WRONG at {len(wrong)} of {count}, {where}.",))


def trace_json(reading: Reading) -> list[dict[str, Any]]:
    """The contract's list: an object for each word."""
    done = reading.trace
    return [
        {
            "word": word,
            "added": float(reading.added[t]),
            "score": float(reading.score[t]),
            "due": float(reading.due[t]),
            "output": float(done.output[t]),
            "agrees": bool(reading.agrees[t]),
            **{gate: getattr(done, gate)[t] for gate in GATES},
        }
        for t, word in enumerate(reading.words)
    ]


def proof_section(subject: Subject, found: Proof) -> Section:
    """The verdict, why it is so, and for which documents."""
    body: list[Block] = []
    if found.verdict == "refuted":
        body += _refutation(subject, found)
    elif found.exact:
        body += _exactly(subject)
    elif found.verdict == "proved":
        body += _proved(subject, found)
    else:
        body += _unknown(subject, found)
    return Section("Proof" if found.verdict == "proved" else "Verdict", tuple(body))


def _within(subject: Subject) -> str:
    late = f" {words_text(subject.delay)} before" if subject.delay else ""
    return f"the output is within {plain(subject.tolerance)} of the score{late}"


def _exactly(subject: Subject) -> Iterator[Block]:
    verdict = Verdict("right", "Proved for every document")
    yield Paragraph((verdict, f": {_within(subject)}; indeed it is the score."))
    text = (
        "The cell is linear, so output and score are linear in the state of cell and rule. They "
        "are equal on states that span all that can be reached, by exact fractions, and so are "
        "equal everywhere."
    )
    yield Paragraph((text,))


def _proved(subject: Subject, found: Proof) -> Iterator[Block]:
    most = "every document"
    if found.words is not None:
        most = f"documents of up to {words_text(found.words)}"
    verdict = Verdict("right", f"Proved for {most}")
    yield Paragraph((verdict, f": after each word {_within(subject)}."))
    yield from induction(found, Telling(subject.vocabulary, subject.tolerance, _within(subject)))


class Telling(NamedTuple):
    """How a proof is told: the words by their names, when an output is right, and what is read."""

    vocabulary: Sequence[str]
    tolerance: Fraction
    right: str
    word: str = "word"
    document: str = "document"


def induction(found: Proof, telling: Telling) -> Iterator[Block]:
    """The boxes, what is in them, and what they say of the error."""
    yield Paragraph((_explored(found, telling),))
    yield states_table(telling.vocabulary, found.states)
    yield from _units_in_boxes(found)
    yield Paragraph((error_text(found, telling),))


def _explored(found: Proof, telling: Telling) -> str:
    """How the states were found."""
    boxes = "this box" if len(found.states) == 1 else f"one of these {len(found.states)} boxes"
    aside = ""
    if found.counting:
        aside = (
            f"Only the output reads {_units(found.counting)}, and what is counted there stays (the "
            "forget gate is at or near 1); so that can be looked at by itself. "
        )
    word, document = telling.word, telling.document
    are_in, units = "network and rule are in", "each unit"
    if found.counting and found.others:
        are_in, units = "the other units are in", "each of these units"
    elif found.counting:
        are_in, units = "the rule is in", ""
    interval = f" with an interval for h and c of {units}, rounded outward" if units else ""
    return (
        f"{aside}Claim: after every {document} {are_in} {boxes}. A box is a state of the rule"
        f"{interval}. Induction over the {word}s: box 1 is before the first; interval arithmetic "
        f"leads every {word} from each box into the box that stands under it. Beside it stands "
        f"what the output gains, rounded; a box has the first {document} that leads there."
    )


def _units(units: Sequence[int]) -> str:
    """The units by their numbers: unit 1, units 2 and 3."""
    *most, last = (str(unit + 1) for unit in units)
    return f"units {', '.join(most)} and {last}" if most else f"unit {last}"


NEAR_0 = 0.1  # of h in a box where a unit is called off


def _units_in_boxes(found: Proof) -> Iterator[Table]:
    """For each unit of the boxes, in which of them its h is near 0, and how near; else between."""
    rows = []
    for place, unit in enumerate(found.others):
        bounds = [state.h[place] for state in found.states]
        sizes = [max(-low, high) for low, high in bounds]
        off = [box for box, size in enumerate(sizes) if size < NEAR_0]
        on = [box for box, size in enumerate(sizes) if size >= NEAR_0]
        most = at_most(max((sizes[box] for box in off), default=0.0))
        rows.append(
            (
                f"h_{unit + 1}",
                f"{most} in {_boxes(off)}" if off else "",
                _between_in(on, bounds),
            )
        )
    if rows:
        yield Table(("unit", "off: |h| is at most", "on: h is"), tuple(rows))


MOST_INTERVALS = 3  # of a unit; of more of them the hull


def _between_in(boxes: Sequence[int], bounds: Sequence[tuple[float, float]]) -> str:
    """In which of these boxes h is between which bounds."""
    told: dict[str, list[int]] = {}
    for box in boxes:
        told.setdefault(between(*bounds[box]), []).append(box)
    if len(told) > MOST_INTERVALS:
        lows, highs = zip(*(bounds[box] for box in boxes), strict=True)
        told = {between(min(lows), max(highs)): list(boxes)}
    return "; ".join(f"{text} in {_boxes(some)}" for text, some in told.items())


def _boxes(boxes: Sequence[int]) -> str:
    """Boxes by their numbers, and a long list by how many there are."""
    if len(boxes) > MOST_COLUMNS:
        return f"{len(boxes)} boxes"
    return f"box{'es' if len(boxes) > 1 else ''} {', '.join(str(box + 1) for box in boxes)}"


def between(low: float | Fraction, high: float | Fraction) -> str:
    """Bounds to four decimals, rounded outward; a single number as it is."""
    if low == high:
        return plain(Fraction(low))
    return f"{floor(Fraction(low) * 10**4) / 10**4:g} to {ceil(Fraction(high) * 10**4) / 10**4:g}"


def states_table(vocabulary: Sequence[str], states: Sequence[State]) -> Table:
    """The automaton that the network turned out to be; words that act alike share a column."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for word, name in enumerate(vocabulary):
        steps = (state.transitions[word] for state in states)
        column = tuple(f"-> {step.state + 1}, {_signed(step.adds)}" for step in steps)
        columns.setdefault(column, []).append(name)
    names = [_some(alike) for alike in columns.values()][:MOST_COLUMNS]
    shown = list(columns)[:MOST_COLUMNS]
    rows = [
        (
            str(k + 1),
            " ".join(vocabulary[word] for word in state.document) or "(nothing)",
            *(c[k] for c in shown),
        )
        for k, state in enumerate(states)
    ]
    return Table(("box", "after", *names), tuple(rows))


def _some(words: Sequence[str]) -> str:
    return " ".join(words) if len(words) <= 3 else f"{words[0]} ... ({len(words)} words)"


class Bounds(NamedTuple):
    """What an output may be off by after N words: at most s + N d + e N^2/2 + q N^3.

    All of them are as they are printed, rounded up; `drifts` is where e comes from.
    """

    s: str
    d: str
    e: str
    q: str
    drifts: tuple[str, ...]

    def at(self, words: int) -> Fraction:
        s, d, e, q = map(Fraction, self[:4])
        return s + d * words + e * words**2 / 2 + q * words**3

    @property
    def formula(self) -> str:
        """The sum, without the terms that are 0."""
        terms = zip(self[:4], ("s", "N d", "e N^2/2", "q N^3"), strict=True)
        return " + ".join(name for value, name in terms if Fraction(value)) or "0"


def bounds(found: Proof, digits: int) -> Bounds:
    """The bounds of a proof to so many digits."""
    assert found.error is not None
    of_h = [k for k in found.counters if found.curved]
    d = found.error + sum((k.weight * k.hidden * k.written for k in of_h), start=Fraction())
    q = [k.weight * (1 + k.hidden) * k.curve * k.written**3 for k in of_h]
    losing = [k for k in found.counters if k.lost and k.weight and k.written]
    factors = [[at_most(x, digits) for x in (k.weight, k.written, k.lost)] for k in losing]
    e = sum((prod(map(Fraction, some)) for some in factors), start=Fraction())
    return Bounds(
        above(found.start, digits),
        above(d, digits),
        above(e, digits),
        above(sum(q, start=Fraction()), digits),
        tuple(" x ".join(some) for some in factors),
    )


MOST_DIGITS, FEW_COUNTERS = 8, 4


def error_text(found: Proof, telling: Telling) -> str:
    """From the error of one word to the length of a document."""
    tolerance = telling.tolerance
    if found.words is None:
        return _without_end(found, tolerance)
    choices = (bounds(found, digits) for digits in range(2, MOST_DIGITS))
    told = next((some for some in choices if _fits(some, found, tolerance)), None)
    text = _of_bounds(found, told or bounds(found, 2), telling)
    if told is None:
        most = words_text(found.words, telling.word)
        so_long = f"as long as a {telling.document} has no more than {most}."
        return f"{text} Followed length by length, score by score, {telling.right} {so_long}"
    words = _rounded_down(found.words)
    total = _below(told.at(words), tolerance)
    return (
        f"{text} By induction over the {telling.word}s, after N {telling.word}s the output is off "
        f"by at most {told.formula}: for N = {words_text(words).split()[0]} that is {total}, less "
        f"than {plain(tolerance)}."
    )


def _without_end(found: Proof, tolerance: Fraction) -> str:
    if not found.start:
        return "All of this is exact: nothing drifts, whatever the length."
    off = _below(found.start, tolerance)
    return (
        f"Nothing drifts: by the box it is in, the output is off by at most {off}, less than "
        f"{plain(tolerance)}, whatever the length."
    )


def _fits(told: Bounds, found: Proof, tolerance: Fraction) -> bool:
    """Whether the printed bounds prove the length that is printed."""
    assert found.words is not None
    return told.at(_rounded_down(found.words)) < tolerance


def _rounded_down(words: int) -> int:
    """A number of words as it is printed."""
    unit = 10 ** (len(str(words)) - 2) if words >= LONG_NUMBER else 1
    return words // unit * unit


def _below(value: Fraction, limit: Fraction) -> str:
    """A number that is under a limit, rounded up to as few digits as are under it too."""
    digits = next((k for k in range(3, 40) if Fraction(above(value, k)) < limit), 40)
    return at_most(value, digits)


def _of_bounds(found: Proof, told: Bounds, telling: Telling) -> str:
    """What the letters of the bound stand for, and where they come from."""
    word = telling.word
    text = (
        f"The intervals also bound how far a {word}'s gain may be from what the rule adds: by "
        f"d = {told.d} at most."
    )
    if Fraction(told.s):
        text = (
            f"In each box the output has an error of the box's own, s = {told.s} at most; where a "
            f"{word} leads to another box, the difference is gained too. Beyond that, a {word}'s "
            f"gain is off what the rule adds by d = {told.d} at most."
        )
    if Fraction(told.e):
        text += (
            f" A forget gate is not quite 1, so for each {word} before it a {word} loses at most "
            f"e = {told.e}{_of_drifts(found, told, word)}."
        )
    if Fraction(told.q):
        text += (
            " What is read through tanh falls behind with the cube of what was counted: "
            f"|tanh(c) - c| is at most |c|^3/3, which makes q = {told.q}."
        )
    return text


def _of_drifts(found: Proof, told: Bounds, word: str) -> str:
    """e as a sum over the counters, where there are few."""
    if len(told.drifts) > FEW_COUNTERS:
        return ""
    summed = " + ".join(told.drifts)
    return (
        f" = {summed} (for {_units(found.counting)}: the weight in the output, what a {word} "
        "writes at most, and how far the forget gate is from 1)"
    )


def weights_check(subject: Subject, found: Proof) -> Check:
    """The row of weights that are given, which are a claim: wrong only where they are refuted."""
    document = found.counterexample
    where = None if document is None else subject.text(document)
    verdict = STANDING[found.verdict]
    said = why(subject, found)
    refuted = f"It is refuted: after '{where}' the output is wrong."
    method = refuted if found.verdict == "refuted" else said
    claim = "the weights given"
    return Check("weights", claim, None, verdict, None, where, said, method=method)


def why(subject: Subject, found: Proof) -> str:
    """The verdict of a proof in a few sentences."""
    if found.verdict == "refuted":
        document = found.counterexample
        assert document is not None
        reading = subject.reading(document)
        more = f" {_last_word(reading)}" if len(document) > 1 else ""
        return f"It is refuted: {_error_at(reading)}{more}"
    many = "" if found.words is None else words_text(found.words)
    scope = f"documents up to {many}" if many else "every document"
    if found.verdict == "proved":
        return f"It is proved for {scope}: {_within(subject)}."
    if not found.words:
        return "It is neither proved nor refuted."
    return f"It is proved for {scope}; of longer ones it is not known."


def _error_at(reading: Reading) -> str:
    """What a document gives, and should give: at its last word."""
    output, due = float(reading.trace.output[-1]), reading.due[-1]
    shown = f"{output:.{decimals_apart(output, float(due))}f}"
    words = " ".join(reading.words)
    if len(reading.words) > LONG:
        words = f"{' '.join(reading.words[:4])} ... {' '.join(reading.words[-2:])}"
    length = words_text(len(reading.words))
    return f"after '{words}' ({length}) the output is {shown} and should be {plain(due)}."


def _refutation(subject: Subject, found: Proof) -> Iterator[Block]:
    document = found.counterexample
    assert document is not None
    reading = subject.reading(document)
    shorter = "every shorter one is scored rightly" if found.words else "none is shorter"
    yield Paragraph((Verdict("wrong", "Refuted"), f" by this document; {shorter}."))
    text = (
        "Rounding is not to blame: with a lower and an upper bound for every number on the way, "
        f"the output is still {plain(subject.tolerance)} off, or further."
    )
    yield Paragraph((text,))
    yield from _legend(subject)
    yield reading_table(subject, reading)


def _last_word(reading: Reading) -> str:
    """What the last word did, and what it should have done."""
    before = reading.trace.output[-2] if len(reading.words) > 1 else 0.0
    due = reading.due[-2] if len(reading.words) > 1 else 0.0
    gained, owed = float(reading.trace.output[-1] - before), reading.due[-1] - due
    digits = decimals_apart(gained, float(owed))
    off = abs(before - due)
    already = f", and was off by {off:.4f} before" if off > 1e-6 else ""
    return (
        f"At its last word, {reading.words[-1]!r}, the output changes by {gained:.{digits}f} "
        f"where the rule asks for {plain(owed)}{already}."
    )


def _unknown(subject: Subject, found: Proof) -> Iterator[Block]:
    verdict = Verdict("follows", "Not decided")
    yield Paragraph((verdict, ": there is neither a proof for all documents nor a counterexample."))
    checked = ""
    if found.words:
        up_to = f"All documents of up to {words_text(found.words)} were gone through in intervals"
        checked = f"{up_to}: for them {_within(subject)}. "
    text = (
        "To go on for ever, boxes about the states the network can reach were widened until every "
        "word would lead from box to box, but they became too many or too large, or the output in "
        "them is not certain to be right."
    )
    yield Paragraph((checked + text,))


BEYOND_LINEAR = "No linear cell with constant gates can do it"


def impossible_section(subject: Subject, square: Square) -> Section:
    """Why no linear cell with constant gates can do it, of any size."""
    rows = [
        (name, subject.text(document), plain(score))
        for name, document, score in zip(
            ("d1", "d2", "d3", "d4"), square, square.scores(subject.late), strict=True
        )
    ]
    return Section(
        BEYOND_LINEAR,
        (
            Paragraph((impossible_argument(subject, square),)),
            Table(("", "document", "score due"), tuple(rows)),
        ),
    )


def impossible_argument(subject: Subject, square: Square) -> str:
    """The argument in words, with the numbers of the four documents."""
    scores = square.scores(subject.late)
    neither, both, first, second = map(plain, scores)
    apart, off = abs(scores[0] + scores[1] - scores[2] - scores[3]), subject.tolerance
    return (
        "This is about cells whose gates are constant (no gate reads the words or the state, or "
        "there are none) and whose activations are linear (identity). Each step is then linear in "
        "the state and the word, so the output is a sum over the places of a document, and a "
        "number that depends on its length alone: what a word adds depends on the word and on how "
        "far it is from the end, not on its neighbours. d1 and d2 together have the same words in "
        "the same places as d3 and d4 together, and all four are as long, so out(d1) + out(d2) = "
        "out(d3) + out(d4), whatever the weights, the values of the gates and the number of units. "
        f"But the rule wants {neither} + {both} against {first} + {second}, which is "
        f"{plain(apart)} apart, and four outputs that are each less than {plain(off)} off change "
        f"that by less than 4 x {plain(off)} = {plain(4 * off)}. (A gate that "
        "reads multiplies one word's share by another's, and the sum is lost: of such cells this "
        "says nothing.)"
    )


def construction_section(subject: Subject, made: Construction) -> Section:
    """What each unit is for."""
    rows: list[tuple[Inline, ...]] = []
    for unit, flag in enumerate(made.flags, 1):
        rows.append((f"{unit}", "flag", _flag_text(subject, made, flag)))
    for unit, counter in enumerate(made.counters, len(made.flags) + 1):
        rows.append((f"{unit}", "counter", _counter_text(subject, made, counter)))
    read = " + ".join(
        term(weight, f"{made.source}_{unit + 1}") for unit, weight in enumerate(made.head) if weight
    )
    body: list[Block] = [
        Table(("unit", "is a", "what it is for"), tuple(rows)),
        Paragraph((f"output = {read.replace('+ -', '- ')}",)),
        Paragraph((UNITS,)),
        Table(PRE_ACTIVATIONS, tuple(_pre_activations(subject, made))),
        Paragraph((SATURATED,)),
    ]
    if made.source == "h":
        body.append(Paragraph((THROUGH_TANH,)))
    return Section("Weights", tuple(body))


UNITS = (
    "A flag forgets at once (f = 0); its input gate opens on what it stands for, so h is tanh(1) = "
    "0.7616 then and 0 else. A counter forgets nothing (f = 1); its input gate opens where it "
    "counts, and its candidate is what it then writes. A flag that 'was on' was so just before the "
    "word. Open means a pre-activation of 100 or more."
)
STACKED = (
    "Each gate is W_x [word] + W_h h + b, a row a unit; stacked in the order i, f, g, o these are "
    "PyTorch's weight_ih, weight_hh and bias_ih (bias_hh is zeros)."
)


def by_gate(made: Construction) -> dict[str, Floats]:
    """The arrays of each gate, and the weights of the output."""
    whole = {"W_x": made.weight_ih, "W_h": made.weight_hh, "b": made.bias_ih}
    arrays = {
        f"{name}_{gate}": part
        for name, array in whole.items()
        for gate, part in zip("ifgo", np.split(array, 4), strict=True)
    }
    order = [f"{name}_{gate}" for gate in "ifgo" for name in whole]
    return {**{name: arrays[name] for name in order}, "w_out": made.head}


def arrays_shown(arrays: Mapping[str, Floats]) -> Iterator[Block]:
    """Weights by their names; those that are all zeros by their names alone."""
    yield Entries(tuple(Entry(name, a, True) for name, a in arrays.items() if a.any()))
    zeros = [name for name, array in arrays.items() if not array.any()]
    if zeros:
        yield Paragraph(("All zeros: ", *names(zeros), "."))


PRE_ACTIVATIONS = ("unit", "gate", "pre-activation", "if > 0, at least", "if < 0, at most")
SATURATED = (
    "The last two columns are over all words, in all that the flags can be: each flag's h is 0 or "
    "tanh(1), as the words before decide. So every gate that is used is open or closed, and every "
    "candidate that is written is what it is for, but for sigmoid(-100) = 3.7e-44."
)
THROUGH_TANH = (
    "Read from h, a counter is seen through tanh, which is straight only near 0: so it counts in "
    "steps of 1e-8 and the output multiplies by 1e8. tanh(c) falls behind c by c^3/3, that is with "
    "the cube of the score; a smaller step would do for longer documents."
)


def _pre_activations(subject: Subject, made: Construction) -> Iterator[tuple[Inline, ...]]:
    """For each unit and gate, the weights as a sum over words and units; [w] is 1 at the word w."""
    units = len(made.head)
    values = made.pre_activations()
    for unit in range(units):
        for k, gate in enumerate("ifgo"):
            row = k * units + unit
            words = zip(made.weight_ih[row], subject.vocabulary, strict=True)
            flags = enumerate(made.weight_hh[row], 1)
            terms = [term(w, f"[{word}]") for w, word in words if w]
            terms += [_flag_term(w, f"h_{number}") for number, w in flags if w]
            bias = [plain(made.bias_ih[row])] if made.bias_ih[row] or not terms else []
            text = " + ".join([*terms, *bias]).replace("+ -", "- ")
            yield str(unit + 1), gate, text, *_ends(values[:, row])


def _ends(values: Floats) -> tuple[str, str]:
    """The least that is positive and the greatest that is negative, where there are such."""
    above, below = values[values > 0], values[values < 0]
    least = f"{above.min():.6g}" if above.size else ""
    return least, f"{below.max():.6g}" if below.size else ""


def _flag_term(weight: float, name: str) -> str:
    """A weight on a flag, which is so much where the flag is on: 400/tanh(1) h_1."""
    whole = round(weight * FLAG)
    if abs(whole - weight * FLAG) < 1e-9 * abs(weight):
        return f"{plain(whole)}/tanh(1) {name}"
    return term(weight, name)


def over_flag(made: Construction) -> Iterator[Paragraph]:
    """Where the weights on a flag come from: with its h, which is tanh(1), they are whole."""
    sizes = np.unique(np.abs(made.weight_hh[made.weight_hh != 0]))
    wholes = {size: round(size * FLAG) for size in sizes.tolist()}
    told = [
        f"{plain(size)} = {whole}/tanh(1)"
        for size, whole in wholes.items()
        if abs(size * FLAG - whole) < 1e-9 * size
    ]
    if told:
        yield Paragraph((f"{', '.join(told)}, as h of a flag that is on is tanh(1).",))


def term(weight: Fraction | float, name: str) -> str:
    """A term of a sum of quantities: h_1, -h_1, 2 h_1."""
    if abs(weight) == 1:
        return name if weight > 0 else f"-{name}"
    return f"{plain(weight)} {name}"


def _flag_text(subject: Subject, made: Construction, flag: Flag) -> str:
    sources: dict[frozenset[int], list[str]] = {}
    for word, name in enumerate(subject.vocabulary):
        states = frozenset(q for q, w in flag.pairs if w == word)
        if states:
            sources.setdefault(states, []).append(name)
    return "; ".join(
        f"on after {' or '.join(words)}{_before(made, states)}" for states, words in sources.items()
    )


def _before(made: Construction, states: frozenset[int]) -> str:
    """Which flags have to be on before a word that turns a flag on."""
    others = frozenset(made.automaton.states) - states
    if not others:
        return ""
    if 0 in states and len(others) < len(states):
        return f", unless {_flags_of(made, others)} was on before it"
    return f", where {_flags_of(made, states)} was on before it"


def _flags_of(made: Construction, states: Collection[int]) -> str:
    """What shows these states: a flag of theirs, or in the first state none."""
    units = [str(unit) for unit, flag in enumerate(made.flags, 1) if flag.state in states]
    told = ["no flag"] if 0 in states else []
    return " or ".join([*told, *([f"flag {' or '.join(units)}"] if units else [])])


def _counter_text(subject: Subject, made: Construction, counter: Counter) -> str:
    """When it counts, and how much."""
    automaton = made.automaton
    by_word = [(f"at {subject.vocabulary[w]}", w) for w in automaton.words]
    by_state = [(f"where {_flags_of(made, [q])} was on", q) for q in automaton.states]
    opening, writing = (by_word, by_state) if counter.opens_by == "word" else (by_state, by_word)
    ways = len(writing)
    opens = _opens(counter, opening)
    sizes = [
        (name, counter.scale * counter.written[k]) for name, k in writing if counter.written[k]
    ]
    values = dict.fromkeys(value for _, value in sizes)
    adds = "; ".join(
        f"{_signed(float(value))} {_listed([name for name, v in sizes if v == value], ways)}"
        for value in values
    )
    if not adds:
        return "never opens: nothing is ever added"
    needed = "" if all(counter.written) else ", if there is something to write"
    return f"opens {opens}{needed}; writes {adds}"


def _listed(names: Sequence[str], of: int) -> str:
    """The names; where they are all there are, what that means."""
    return "always" if len(names) == of > 1 else ", ".join(names)


def _opens(counter: Counter, names: Sequence[tuple[str, int]]) -> str:
    parts = [
        name if counter.opening[k] == 1 else f"{name} ({plain(counter.opening[k])} of the way)"
        for name, k in names
        if counter.opening[k]
    ]
    return (
        "always" if len(parts) == len(names) and set(counter.opening) == {1} else ", ".join(parts)
    )


def plain(value: Fraction | float) -> str:
    """A number as short as it can be read: 2, -0.5, 1/3."""
    if isinstance(value, Fraction) and Fraction(str(float(value))) != value:
        return str(value)
    return f"{float(value):.10g}"


def _signed(value: float) -> str:
    shown = f"{value:+.4g}"
    return "0" if float(shown) == 0 or abs(value) < 5e-7 else shown


def words_text(count: int, word: str = "word") -> str:
    """A number of words, rounded down where it is long."""
    if count == 1:
        return f"1 {word}"
    digits = str(count)
    short = digits if count < LONG_NUMBER else f"{digits[0]}.{digits[1]}e{len(digits) - 1}"
    return f"{short} {word}s"
