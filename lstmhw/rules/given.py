"""A rule as the keys of a file: an automaton, a regular expression, or a score."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from random import Random
from typing import Annotated, Any, NamedTuple, cast

from lstmhw.faults import Fault, Path, ProblemError, did_you_mean, shown, some
from lstmhw.numerals import exact
from lstmhw.problem import Exact, Record, record
from lstmhw.rules.automaton import MOST_STATES, TooManyStatesError, of_ngrams
from lstmhw.rules.automaton import delayed as delayed_score
from lstmhw.rules.letters import Decided, Relation, Rule
from lstmhw.rules.outputs import Due, Scored, delayed, of_tables
from lstmhw.rules.regular import Compiled, RegexError, compiled

Number = Annotated[Fraction, Exact()]
DECIDE = re.compile(r"\s*(>=|<=|==|>|<)\s*(\S+)\s*")
FINEST = 2**40  # of a score, in units of the common denominator


def decision(text: str) -> Decided | None:
    """What `> 0.5` says; None where it is no relation to a number."""
    match = DECIDE.fullmatch(text)
    if match is None:
        return None
    try:
        threshold = exact(match[2])
    except ValueError:
        return None
    if isinstance(threshold, float):
        return None
    return Decided(cast(Relation, match[1]), threshold)


def decision_faults(text: str, path: Path) -> Iterator[Fault]:
    """What is wrong with a decision; an empty one is none."""
    if text and decision(text) is None:
        message = f"expected a relation to a number, found {shown(text)!r}"
        yield Fault(path, message, 'write "> 0.5", or >=, <, <= or == and a number')


class Built(NamedTuple):
    """The rule as it is meant, the same as late as the output, and how it was compiled, if so."""

    rule: Rule | Scored
    late: Rule | Scored
    compiled: Compiled | None = None


@record
class RuleKeys(Record):
    """One of: states with outputs, a regular expression, a score."""

    states: Mapping[str, Mapping[str, str]] | None = None
    outputs: Mapping[str, Number | Mapping[str, Number]] | None = None
    start: str | None = None
    regex: str | None = None
    score: Mapping[str, Number] | None = None
    decide: str = ""

    def faults(self, alphabet: Sequence[str]) -> Iterator[Fault]:
        """What is wrong with the rule on an alphabet, at key paths below its own."""
        given = [key for key in ("states", "regex", "score") if getattr(self, key) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            message = f"expected one of states (with outputs), regex or score; found {found}"
            yield Fault((), message)
            return
        for key, belongs in (("outputs", "states"), ("start", "states"), ("decide", "score")):
            if getattr(self, key) and given != [belongs]:
                message = f"`{key}` belongs to a rule of `{belongs}`, and this one has {given[0]}"
                yield Fault((key,), message, "leave it out", at_key=True)
        yield from decision_faults(self.decide, ("decide",))
        checks: dict[str, Callable[[Sequence[str]], Iterator[Fault]]] = {
            "states": self._state_faults,
            "regex": self._regex_faults,
            "score": self._score_faults,
        }
        yield from checks[given[0]](alphabet)

    def _state_faults(self, alphabet: Sequence[str]) -> Iterator[Fault]:
        states = self.states or {}
        if not states:
            yield Fault(("states",), "expected states, found none")
            return
        if self.start is not None and self.start not in states:
            yield _unknown("a state", self.start, states, ("start",))
        for state, row in states.items():
            path = ("states", state)
            yield from _letter_faults(row, alphabet, path, "the next state")
            for letter, target in row.items():
                if target not in states:
                    yield _unknown("a state", target, states, (*path, letter))
        if self.outputs is None:
            message = "expected `outputs` beside `states`, found none"
            yield Fault((), message, "add `outputs: {state: number, ..}`")
            return
        yield from self._output_faults(states, self.outputs, alphabet)

    def _output_faults(
        self, states: Mapping[str, Any], outputs: Mapping[str, Any], alphabet: Sequence[str]
    ) -> Iterator[Fault]:
        for state in outputs:
            if state not in states:
                yield _unknown("a state", state, states, ("outputs", state), at_key=True)
        for state in states:
            if state not in outputs:
                message = f"expected an output for each state, found none for {shown(state)!r}"
                yield Fault(("outputs",), message)
        mappings = [isinstance(value, Mapping) for value in outputs.values()]
        if any(mappings) and not all(mappings):
            message = "expected outputs of states, or of states and letters; found both"
            yield Fault(("outputs",), message)
        for state, value in outputs.items():
            if isinstance(value, Mapping):
                path = ("outputs", state)
                yield from _letter_faults(value, alphabet, path, "the output")

    def _regex_faults(self, alphabet: Sequence[str]) -> Iterator[Fault]:
        assert self.regex is not None
        try:
            compiled(self.regex, alphabet)
        except RegexError as error:
            place = f", at character {error.at + 1} of the expression"
            yield Fault(("regex",), error.message + place, error.hint, at=error.at)
        except TooManyStatesError:
            message = f"this expression has over {MOST_STATES} subsets of positions"
            yield Fault(("regex",), message)

    def _score_faults(self, alphabet: Sequence[str]) -> Iterator[Fault]:
        score = self.score or {}
        seen: set[tuple[str, ...]] = set()
        for key in score:
            letters, path = tuple(key.split()), ("score", key)
            if not letters or letters in seen:
                message = "expected a letter, or several in a row, once; found "
                yield Fault(path, message + ("the same again" if letters else "none"), at_key=True)
            seen.add(letters)
            for letter in letters:
                if letter not in alphabet:
                    yield _unknown("a letter of the alphabet", letter, alphabet, path, at_key=True)
        if not any(score.values()):
            yield Fault(("score",), "expected a score that is not zero, found none")
        scale = lcm(*(weight.denominator for weight in score.values()))
        if scale * max(1, sum(map(abs, score.values()))) > FINEST:
            message = "these weights are too large, or too fine, to be added up exactly"
            yield Fault(("score",), message, f"in their unit they may come to {FINEST}")

    def exchanged(self, alphabet: Sequence[str], random: Random) -> Mapping[Path, Any]:
        """The same rule on letters that have changed places, and states their outputs.

        It is told by what stands at key paths below the rule's own.
        """
        letters = dict(zip(alphabet, random.sample(alphabet, len(alphabet)), strict=True))
        if self.regex is not None:
            is_short = all(len(letter) == 1 for letter in alphabet)
            regex = "".join(letters.get(c, c) for c in self.regex) if is_short else self.regex
            return {("regex",): regex}
        if self.states is None or self.outputs is None:
            return {}
        states = {name: _exchanged(row, letters) for name, row in self.states.items()}
        found = list(self.outputs.values())
        if all(isinstance(value, Fraction) and value.denominator == 1 for value in found):
            whole = [int(cast(Fraction, value)) for value in found]
            drawn = random.sample(whole, len(whole))
            outputs = dict(zip(self.outputs, drawn, strict=True))
            return {("states",): states, ("outputs",): outputs}
        return {("states",): states}

    def built(self, alphabet: Sequence[str], delay: int, path: Path) -> Built:
        """The rule of keys without faults.

        Raises ProblemError where it is too large, with the fault at `path`.
        """
        try:
            return self._built(alphabet, delay)
        except TooManyStatesError:
            message = f"this rule has over {MOST_STATES} states to remember"
            raise ProblemError([Fault(path, message)]) from None

    def _built(self, alphabet: Sequence[str], delay: int) -> Built:
        if self.score is not None:
            ngrams = {
                tuple(alphabet.index(letter) for letter in key.split()): weight
                for key, weight in self.score.items()
            }
            scored = Scored(of_ngrams(ngrams, len(alphabet)), decision(self.decide))
            late = scored._replace(automaton=delayed_score(scored.automaton, delay))
            return Built(scored, late)
        if self.regex is not None:
            made = compiled(self.regex, alphabet)
            return Built(made.rule, delayed(made.rule, delay, made.empty), made)
        rule, nothing = self._of_states(alphabet)
        return Built(rule, delayed(rule, delay, nothing))

    def _of_states(self, alphabet: Sequence[str]) -> tuple[Rule, Due]:
        """The rule, and what it gives for no letters: anything, where a letter has to be read."""
        assert self.states is not None
        assert self.outputs is not None
        start = self.start if self.start is not None else next(iter(self.states))
        following = {
            state: [row[letter] for letter in alphabet] for state, row in self.states.items()
        }
        outputs = {
            state: [_output(self.outputs, state, row[letter], letter) for letter in alphabet]
            for state, row in self.states.items()
        }
        nothing = self.outputs[start]
        return of_tables(following, outputs, start), (
            None if isinstance(nothing, Mapping) else nothing
        )


def _exchanged(row: Mapping[str, str], letters: Mapping[str, str]) -> dict[str, str]:
    """Where each letter leads that has taken the place of another."""
    return {letter: row[letters[letter]] for letter in row}


def _output(outputs: Mapping[str, Any], before: str, after: str, letter: str) -> Fraction:
    """Of the state before and the letter where they are given so, else of the state after it."""
    by_letter = outputs[before]
    value = by_letter[letter] if isinstance(by_letter, Mapping) else outputs[after]
    return cast(Fraction, value)


def _letter_faults(
    row: Mapping[str, Any], alphabet: Sequence[str], path: Path, what: str
) -> Iterator[Fault]:
    for letter in row:
        if letter not in alphabet:
            place = (*path, letter)
            yield _unknown("a letter of the alphabet", letter, alphabet, place, at_key=True)
    lacking = [letter for letter in alphabet if letter not in row]
    if lacking:
        message = f"expected {what} for each letter, found none for {some(lacking)}"
        yield Fault(path, message)


def _unknown(
    what: str,
    found: str,
    known: Mapping[str, Any] | Sequence[str],
    path: Path,
    at_key: bool = False,
) -> Fault:
    hint = did_you_mean(found, known) or f"there are {some(known)}"
    return Fault(path, f"expected {what}, found {shown(found)!r}", hint, at_key=at_key)
