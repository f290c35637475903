"""Rules on sequences: tables, expressions and scores against plain Python, sequence by sequence."""

import math
import re
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import Run, examples
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.faults import ProblemError
from lstmhw.reading import InputError, read
from lstmhw.render import render
from lstmhw.rules.letters import Decided, Judge, Near, Rule
from lstmhw.rules.made import exactly_as, in_decimals, made_of_steps
from lstmhw.rules.outputs import delayed, joined, minimal, of_tables
from lstmhw.rules.regular import RegexError, compiled
from lstmhw.rules.rule_report import Subject, construction_section, proof_section
from lstmhw.rules.step_construction import constructed, one_unit
from lstmhw.rules.step_units import StepNetwork, decided, holds
from lstmhw.solution import Paragraph, Section, Solution, Table
from lstmhw.view import View

HALF = Near(Fraction(1, 2))
HALVES = st.sampled_from([Fraction(k, 2) for k in range(-4, 5)])
PARITY = {
    "states": {"even": {"0": "even", "1": "odd"}, "odd": {"0": "odd", "1": "even"}},
    "outputs": {"even": 0, "odd": 1},
}


def words(letters: int, longest: int) -> Iterator[tuple[int, ...]]:
    """All sequences, the shortest first, then in the alphabet's order."""
    for length in range(1, longest + 1):
        yield from product(range(letters), repeat=length)


def outputs(rule: Rule, word: Sequence[int]) -> list[Fraction | None]:
    state, found = 0, []
    for letter in word:
        found.append(rule.outputs[state][letter])
        state = rule.following[state][letter]
    return found


def end(rule: Rule, word: Sequence[int]) -> int:
    state = 0
    for letter in word:
        state = rule.following[state][letter]
    return state


def run(network: StepNetwork, word: Sequence[int]) -> list[Fraction]:
    """The network, written down once more: sums of products, a unit at a time."""
    h, found = list(network.initial), []
    for letter in word:
        z = [
            network.letters[letter][i] + sum(w * v for w, v in zip(row, h, strict=True))
            for i, row in enumerate(network.W_h)
        ]
        h = [Fraction(v >= 0 if network.closed else v > 0) for v in z]
        total = sum(w * v for w, v in zip(network.weights, h, strict=True))
        found.append(network.bias + total)
    return found


def first_wrong(network: StepNetwork, rule: Rule, judge: Judge, longest: int) -> Any:
    for word in words(len(rule.letters), longest):
        if not judge.is_right(run(network, word)[-1], outputs(rule, word)[-1]):
            return word
    return None


@st.composite
def rules(draw: st.DrawFn, letters: int | None = None) -> Rule:
    names = [f"q{k}" for k in range(draw(st.integers(1, 5)))]
    count = letters or draw(st.integers(1, 3))
    row = st.lists(st.sampled_from(names), min_size=count, max_size=count)
    values = st.lists(st.sampled_from([0, 1]), min_size=count, max_size=count)
    return of_tables(
        {name: draw(row) for name in names},
        {name: [Fraction(v) for v in draw(values)] for name in names},
        "q0",
    )


@st.composite
def networks(
    draw: st.DrawFn, letters: int = 2, number: st.SearchStrategy[Fraction] = HALVES
) -> StepNetwork:
    units = draw(st.integers(1, 3))
    row = st.tuples(*[number] * units)
    return StepNetwork(
        draw(st.tuples(*[row] * letters)),
        draw(st.tuples(*[row] * units)),
        draw(row),
        draw(row),
        draw(number),
        draw(st.booleans()),
    )


@given(rules(2), networks())
def test_what_is_refuted_is_wrong_first_there_and_what_is_proved_never(
    rule: Rule, network: StepNetwork
) -> None:
    judge = Decided(">", Fraction(1, 2))
    found = decided(network, rule, judge)
    wrong = first_wrong(network, rule, judge, 8)
    if found.verdict == "proved":
        assert wrong is None
        assert holds(network, rule, judge, found.boxes)
    else:
        assert found.verdict == "refuted"
        assert found.counterexample is not None
        if wrong is not None or len(found.counterexample) <= 8:
            assert found.counterexample == wrong


@examples(5, 40)
@given(rules())
def test_constructions_are_right_on_all_short_sequences(rule: Rule) -> None:
    made = constructed(rule)
    assert decided(made.network, rule, HALF).verdict == "proved"
    assert first_wrong(made.network, rule, HALF, 6) is None


def states_of(network: StepNetwork, word: Sequence[int]) -> list[list[Fraction]]:
    """The states of the units before and after each letter, written down once more."""
    found = [list(network.initial)]
    for letter in word:
        rows = zip(network.letters[letter], network.W_h, strict=True)
        z = [put + sum(w * v for w, v in zip(row, found[-1], strict=True)) for put, row in rows]
        found.append([Fraction(v > 0) for v in z])
    return found


def cells_of(section: Section, first: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of all tables with so many columns and this first head."""
    tables = [b for b in section.body if isinstance(b, Table) and b.header[0] == first]
    return [tuple(map(str, row)) for t in tables if len(t.header) == columns for row in t.rows]


def alternatives(text: str, every: Sequence[str]) -> list[str]:
    return list(every) if text == "any" and len(every) > 1 else re.split(", | or ", text)


@examples(4, 60)
@given(rules(), st.booleans())
def test_what_a_construction_says_of_its_units_is_so_on_all_short_sequences(
    rule: Rule, vectors: bool
) -> None:
    """Each printed case occurs, in the numbers of W_x, W_h and b; no other case does."""
    made = constructed(rule)
    letters = [f"x{k}" for k in rule.letters]
    inputs = exactly_as(np.eye(len(letters)) * (3 if vectors else 1))
    network, _ = in_decimals(made.network, inputs) if vectors else (made.network, ())
    built = made_of_steps(network, inputs, ())
    small = made.rule
    cell: Any = built.reader.cell
    section = construction_section(Subject(tuple(letters), rule, HALF, 0), made, built.reader)
    on_there: dict[str, set[str]] = {name: set() for name in small.names}
    purposes: dict[str, set[tuple[str, str]]] = {}
    cases: dict[tuple[str, str, str], tuple[list[Fraction], bool]] = {}
    # Each state is reached, then each unit is turned on, then each letter is read.
    for word in words(len(letters), len(small.names) + 1):
        h = states_of(network, word)
        state = 0
        for t, letter in enumerate(word):
            name = small.names[state]
            on_there[name].add(next((f"h_{k}" for k, v in enumerate(h[t], 1) if v), "none"))
            assert sum(h[t]) <= 1
            for unit, is_on in enumerate(h[t + 1]):
                of_x = sum(w * v for w, v in zip(cell.W_x[unit], inputs[letter], strict=True))
                of_h = sum(w * v for w, v in zip(cell.W_h[unit], h[t], strict=True))
                shares = [Fraction(of_x), Fraction(of_h), Fraction(cell.b[unit])]
                key = f"h_{unit + 1}", name, letters[letter]
                assert cases.setdefault(key, (shares, bool(is_on))) == (shares, bool(is_on))
                if is_on:
                    to = small.names[small.following[state][letter]]
                    due = f"{to} / {small.outputs[state][letter]}"
                    purposes.setdefault(key[0], set()).add((letters[letter], due))
            state = small.following[state][letter]
    told = {name: set(re.split(", | or ", text)) for name, text in cells_of(section, "state", 2)}
    assert told == on_there
    for unit_name, when, leads in cells_of(section, "unit", 3):
        which = alternatives(when.partition(" in ")[0], letters)
        assert purposes[unit_name] == {(a, leads) for a in which}
    printed = {}
    for unit_name, before, letter_names, summed, so in cells_of(section, "unit", 5):
        left, _, right = summed.partition(" = ")
        shares = [Fraction(x) for x in left.replace("- ", "+ -").split(" + ")]
        value, relation, zero = right.split()
        assert (sum(shares), zero) == (Fraction(value), "0")
        assert (relation, so) == ((">", "on") if sum(shares) > 0 else ("<=", "off"))
        for name in alternatives(before, small.names):
            for a in alternatives(letter_names, letters):
                assert (unit_name, name, a) not in printed
                printed[unit_name, name, a] = (shares, so == "on")
    shown = {f"h_{k}" for k in range(1, 13)}
    assert printed == {key: case for key, case in cases.items() if key[0] in shown}


@given(rules(), st.integers(0, 3))
def test_late_and_minimal_rules_say_the_same(rule: Rule, delay: int) -> None:
    late = delayed(rule, delay, None)
    small = minimal(late)
    assert len(small.names) <= len(late.names)
    assert len(set(small.names)) == len(small.names)
    fewer = len(small.names) < len(late.names)
    assert fewer == (not set(small.names) & set(late.names))
    one = {old: name for name, many in joined(late, small).items() for old in many}
    assert sorted(one) == sorted(late.names)
    for word in words(len(rule.letters), 6):
        due = [*[None] * delay, *outputs(rule, word)][: len(word)]
        assert outputs(late, word) == outputs(small, word) == due
        assert one[late.names[end(late, word)]] == small.names[end(small, word)]


@given(rules(2))
def test_a_single_unit_is_found_or_there_is_none(rule: Rule) -> None:
    found = one_unit(rule, HALF)
    if isinstance(found, StepNetwork):
        assert first_wrong(found, rule, HALF, 8) is None


@given(rules(2), networks())
def test_no_single_unit_does_what_is_said_to_be_impossible(
    rule: Rule, network: StepNetwork
) -> None:
    found = one_unit(rule, HALF)
    if found is not None and not isinstance(found, StepNetwork) and len(network.W_h) == 1:
        assert decided(network, rule, HALF).verdict == "refuted"


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Text that Python reads as an expression too, with and without parentheses."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["a", "b", ".", "[ab]", "[b]", "()", "a*", "b?", ".+"]))
    part, how = draw(expressions(depth - 1)), draw(st.sampled_from(["()", "|", "(|)", ""]))
    if how == "()":
        return f"({part}){draw(st.sampled_from('*+?'))}"
    other = draw(expressions(depth - 1))
    return {"|": f"{part}|{other}", "(|)": f"({part}|{other})", "": part + other}[how]


@given(expressions())
@examples(40, 150)
def test_expressions_match_what_python_matches(text: str) -> None:
    rule = compiled(text, ["a", "b"])
    assert rule.empty == bool(re.fullmatch(text, ""))
    for word in words(2, 6):
        matches = bool(re.fullmatch(text, "".join("ab"[letter] for letter in word)))
        assert outputs(rule.rule, word)[-1] == outputs(rule.subsets, word)[-1] == matches


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("(ab", 0, "expected ')'"),
        ("ab)", 2, "expected '(' before"),
        ("a|*b", 2, "expected a letter or (..) before '*'"),
        ("a[b", 1, "expected ']'"),
        ("a[]", 1, "expected letters in []"),
        ("a<not", 1, "expected '>'"),
        ("ac", 1, "expected a letter of the alphabet, found 'c'"),
        ("a{2}", 1, "expected a letter of the alphabet, found '{'"),
        ("(" * 40, 32, "up to 32 deep"),
    ],
)
def test_expressions_that_are_none_say_where(text: str, at: int, message: str) -> None:
    with pytest.raises(RegexError, match=re.escape(message)) as caught:
        compiled(text, ["a", "b"])
    assert caught.value.at == at


def test_letters_of_several_characters_stand_in_brackets() -> None:
    rule = compiled("<not> (<good>|<bad>)+", ["not", "good", "bad"]).rule
    assert outputs(rule, (0, 1, 2, 0)) == [0, 1, 1, 0]


def proved_parity() -> tuple[StepNetwork, Rule, Any]:
    rule = of_tables(
        {"even": ["even", "odd"], "odd": ["odd", "even"]},
        {"even": [Fraction(0), Fraction(1)], "odd": [Fraction(1), Fraction(0)]},
        "even",
    )
    network = constructed(rule).network
    return network, rule, decided(network, rule, HALF).boxes


def test_forged_proofs_fail() -> None:
    network, rule, table = proved_parity()
    assert holds(network, rule, HALF, table)
    first, *rest = table
    one = Fraction(1)
    forgeries = [
        (network, rule, (first._replace(h=(one, one)), *rest)),  # not the first state
        (network, rule, (first._replace(state=1), *rest)),
        (network, rule, (first._replace(score=one), *rest)),
        (network, rule, (first._replace(following=first.following[:1]), *rest)),  # not all letters
        (network, rule, (first._replace(following=(99, 1)), *rest)),  # leads out of the table
        (network, rule, (first._replace(following=first.following[::-1]), *rest)),  # not there
        (network, rule, table[:-1]),  # not closed
        (network._replace(bias=one), rule, table),  # the outputs are wrong
        (network, rule._replace(outputs=rule.outputs[::-1]), table),
    ]
    for forged in forgeries:
        assert not holds(forged[0], forged[1], HALF, forged[2])


def solved(**keys: Any) -> Solution:
    problem = {"kind": "sequence-rule", **keys}
    return read(_file(problem)).problem.solve()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _file(problem: dict[str, Any]) -> str:
    with open("rule.yaml", "w", encoding="utf-8") as file:
        yaml.safe_dump(problem, file, sort_keys=False)
    return "rule.yaml"


def test_the_constructed_weights_are_proved_when_they_are_given() -> None:
    made = solved(alphabet=["0", "1"], rule=PARITY, activation="step").extras
    assert made["proof"]["verdict"] == "proved"
    assert made["units"] == len(made["weights"]["b"])
    weights = {key: array.tolist() for key, array in made["weights"].items()}
    output = {**made["output"], "weights": made["output"]["weights"].tolist()}
    again = solved(
        alphabet=["0", "1"], rule=PARITY, activation="step", output=output, **weights
    ).extras
    assert again["proof"]["verdict"] == "proved"


@pytest.mark.parametrize("cell", [{"activation": "step"}, {"cell": "lstm"}])
def test_a_proof_has_the_keys_of_one_about_a_score(cell: dict[str, Any]) -> None:
    proof = solved(alphabet=["0", "1"], rule=PARITY, **cell).extras["proof"]
    about_score = read("sentiment").problem.solve().extras["proof"]
    assert set(proof) == set(about_score) - {"drift_per_word"}
    assert 0 <= proof["error_per_word"] < 1e-9


def test_an_lstm_is_constructed_and_proved() -> None:
    made = solved(alphabet=["0", "1"], rule=PARITY, cell="lstm", sequence="0110")
    assert made.extras["proof"]["verdict"] == "proved"
    assert made.extras["weights"]["weight_ih"].shape == (4 * made.extras["units"], 2)
    assert [moment["expected"] for moment in made.extras["trace"]] == [0, 1, 0, 0]
    assert all(moment["agrees"] for moment in made.extras["trace"])


def test_a_linear_unit_counts_without_bound_and_step_units_cannot() -> None:
    score = {"alphabet": ["a", "b"], "rule": {"score": {"a": 1, "b": -1}}}
    linear = {"W_x": [[1, -1]], "W_h": [[1]], "output": {"weights": [1]}}
    proof = solved(**score, **linear, activation="identity").extras["proof"]
    assert (proof["verdict"], proof["scope"]) == ("proved", "every document")
    tanh = solved(**score, **linear, activation="tanh").extras["proof"]
    assert tanh["counterexample"] == ["a", "a"]
    step = solved(**score, activation="step").extras
    assert step["weights"] is None
    assert step["impossible"]["documents"][:2] == [["a"], ["a", "a"]]
    assert "2^N" in step["impossible"]["argument"]


def test_four_sequences_show_that_no_linear_cell_does_parity() -> None:
    linear = {"W_x": [[0, 1]], "W_h": [[1]], "output": {"weights": [1]}, "activation": "identity"}
    extras = solved(alphabet=["0", "1"], rule=PARITY, **linear).extras
    assert extras["proof"]["counterexample"] == ["1", "1"]
    d1, d2, d3, d4 = extras["impossible"]["documents"]
    ones = [document.count("1") for document in (d1, d2, d3, d4)]
    assert ones[0] + ones[1] == ones[2] + ones[3]
    parities = [count % 2 for count in ones]
    assert parities[0] + parities[1] != parities[2] + parities[3]
    argument = extras["impossible"]["argument"]
    assert f"Take d1 = '{' '.join(d1)}', d2 = '{' '.join(d2)}'" in argument
    assert "no gate reads the words or the state" in argument


def test_constructed_weights_of_an_lstm_are_proved_when_they_are_given() -> None:
    made = solved(alphabet=["0", "1"], rule=PARITY, cell="lstm").extras
    stacked = {key: array.tolist() for key, array in made["weights"].items()}
    output = {**made["output"], "weights": made["output"]["weights"].tolist()}
    again = solved(
        alphabet=["0", "1"],
        rule=PARITY,
        cell="lstm",
        stacked={"layout": "pytorch", **stacked},
        output=output,
    ).extras
    assert again["proof"]["verdict"] == "proved"
    assert again["proof"]["max_words"] == made["proof"]["max_words"]


def test_weights_that_are_proved_near_0_and_1_are_so_where_the_output_is_decided() -> None:
    decided = {"alphabet": ["0", "1"], "rule": PARITY, "cell": "lstm"}
    made = solved(**decided, output={"decide": "> 0.5"}).extras
    stacked = {key: array.tolist() for key, array in made["weights"].items()}
    output = {**made["output"], "weights": made["output"]["weights"].tolist(), "decide": "> 0.5"}
    again = solved(**decided, stacked={"layout": "pytorch", **stacked}, output=output).extras
    assert again["proof"]["max_words"] == made["proof"]["max_words"] > 10**9


def page(solution: Solution) -> str:
    return " ".join(render([solution], "table", View(width=100)).split())


@pytest.mark.parametrize("high", [1, 2, 3])
def test_the_bound_of_an_lstm_is_a_sum_that_holds_as_it_is_printed(high: float) -> None:
    rule = {
        "states": {"p": {"a": "p", "b": "q"}, "q": {"a": "q", "b": "r"}, "r": {"a": "r", "b": "p"}},
        "outputs": {"p": {"a": 0, "b": 1}, "q": {"a": high, "b": 3}, "r": {"a": 1, "b": 1}},
    }
    text = page(solved(alphabet=["a", "b"], rule=rule, cell="lstm"))
    d, e, letters = (
        Fraction(re.search(rf"{name} = (\d\S*\d)", text)[1])  # type: ignore[index]
        for name in ("d", "e", "N")
    )
    assert Fraction(49, 100) * Fraction(9, 10) < d * letters + e * letters**2 / 2 < HALF.tolerance


LATCH: dict[str, Any] = {
    "alphabet": ["s", "r", "n"],
    "rule": {
        "states": {
            "off": {"s": "on", "r": "off", "n": "off"},
            "on": {"s": "on", "r": "off", "n": "on"},
        },
        "outputs": {"off": 0, "on": 1},
    },
    "activation": "sigmoid",
    "output": {"weights": [1]},
}


@pytest.mark.parametrize("size", [20, 16])
def test_what_is_read_but_does_not_count_is_in_the_bound(size: int) -> None:
    text = page(solved(**LATCH, W_x=[[size, -size, 0]], W_h=[[size]], b=[-size / 2]))
    found = re.search(r"Nothing drifts: .* the output is off by at most (\S+), less than", text)
    assert found is not None
    off = 1 / (1 + math.exp(size / 2))
    h = off
    for _ in range(100):  # what stays off comes to rest
        h = 1 / (1 + math.exp(size / 2 - size * h))
    assert h < float(found[1]) < 3 * h


def test_a_latch_of_small_weights_is_proved_for_every_sequence() -> None:
    solution = solved(**LATCH, W_x=[[4, -4, 0]], W_h=[[7]], b=[-3.5])
    assert solution.extras["proof"]["scope"] == "every document"


def test_weights_of_which_nothing_is_known_are_called_undecided() -> None:
    keys = {"alphabet": ["a", "b"], "rule": {"score": {"a": 1, "b": -1}, "decide": "== 0"}}
    counting = {"W_x": [[100, -100]], "W_h": [[0]]}  # tanh(100) - tanh(100), which is 0
    gates = {**{letter: {"value": 1} for letter in "ifo"}, "g": counting}
    output = {"from": "c", "weights": [1], "decide": "== 0"}
    solution = solved(**keys, cell="lstm", gates=gates, output=output)
    assert solution.extras["proof"]["verdict"] == "unknown"
    assert "Your weights are undecided." in page(solution)


def test_a_decided_score_is_counting_unless_it_only_grows() -> None:
    both = solved(
        alphabet=["a", "b"],
        rule={"score": {"a": 2, "b": -3}, "decide": "> 0"},
        activation="step",
    )
    documents = both.extras["impossible"]["documents"]
    scores = [2 * len(document) for document in documents]
    assert all(b - a >= 3 for a, b in pairwise(scores))
    grows = solved(
        alphabet=["a", "b"], rule={"score": {"a": 1}, "decide": ">= 2"}, activation="step"
    )
    assert grows.extras["proof"]["verdict"] == "proved"


@pytest.mark.parametrize(("up", "down", "threshold"), [(1, -1, 0), (1.5, -2, 1), (2, -3, -4)])
def test_no_step_network_says_when_a_count_is_met(up: float, down: float, threshold: int) -> None:
    rule = {"score": {"a": up, "b": down}, "decide": f"== {threshold}"}
    impossible = solved(alphabet=["a", "b"], rule=rule, activation="step").extras["impossible"]
    scores = [up * len(document) for document in impossible["documents"]]
    assert len(set(scores)) == len(scores) == 4
    assert all((score - threshold) / -down == (score - threshold) // -down >= 0 for score in scores)


def test_a_count_that_is_never_met_is_not_called_impossible() -> None:
    rule = {"score": {"a": 1, "b": -1}, "decide": "== 0.5"}  # 0 for ever, which a unit does
    assert solved(alphabet=["a", "b"], rule=rule, activation="step").extras["impossible"] is None


@pytest.mark.parametrize("delay", [0, 1])
def test_an_lstm_for_a_rule_that_is_always_0_has_a_unit_that_never_opens(delay: int) -> None:
    rule = {"score": {"b": -1}, "decide": "> 0"}
    made = solved(alphabet=["a", "b"], rule=rule, cell="lstm", delay=delay)
    assert made.extras["proof"]["scope"] == "every document"
    assert made.extras["weights"]["weight_ih"].shape == (4, 2)
    assert "never opens: nothing is ever added" in page(made)


COUNTER: dict[str, Any] = {
    "W_x": [[1, -1], [-1, 1]],
    "W_h": [[1, -1], [-1, 1]],
    "activation": "relu",
    "output": {"weights": [1, -1]},
}


def test_a_count_that_a_cell_with_bends_keeps_is_followed_far() -> None:
    score = {"score": {"a": 1, "b": -1}}
    decided: dict[str, Any] = {**score, "decide": "> 0"}
    output = {"weights": [1, -1], "decide": "> 0.5"}
    for rule, read_out in ((score, COUNTER["output"]), (decided, output)):
        keys = {"alphabet": ["a", "b"], "rule": rule, **COUNTER, "output": read_out}
        proof = solved(**keys).extras["proof"]
        assert proof["verdict"] == "proved"
        assert proof["max_words"] >= 100
        proof = solved(**{**keys, "W_h": [[1, -1], [-1, 0.75]]}).extras["proof"]
        assert proof["verdict"] == "refuted"
        assert proof["counterexample"] == _first_wrong(decided is rule)


def _first_wrong(is_decided: bool) -> list[str]:
    """By plain loops: the counter whose second unit keeps three quarters."""
    for word in words(2, 9):
        h, score = [0.0, 0.0], 0
        for letter in word:
            sign = 1 - 2 * letter
            h = [max(0, sign + h[0] - h[1]), max(0, -sign - h[0] + 0.75 * h[1])]
            score += sign
        output = h[0] - h[1]
        is_right = (output > 0.5) == (score > 0) if is_decided else abs(output - score) < 0.5
        if not is_right:
            return ["ab"[letter] for letter in word]
    raise AssertionError


@pytest.mark.parametrize(("units", "found"), [(1, False), (2, True)])
def test_parity_takes_two_units(units: int, found: bool) -> None:
    extras = solved(alphabet=["0", "1"], rule=PARITY, activation="step", units=units).extras
    assert (extras["impossible"] is None) == found
    assert (extras["weights"] is not None) == found


def test_a_delay_is_kept_and_before_it_the_rule_for_no_letters() -> None:
    late = {"alphabet": ["a", "b"], "rule": {"regex": "(a|b)*a"}, "delay": 1}
    extras = solved(**late, activation="step", sequence="a b a").extras
    assert [moment["due"] for moment in extras["trace"]] == [0, 1, 0]
    assert extras["proof"]["verdict"] == "proved"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rule": {}}, "expected one of states"),
        ({"rule": {**PARITY, "regex": "0"}}, "expected one of states"),
        ({"rule": {**PARITY, "start": "od"}}, "expected a state, found 'od'"),
        ({"rule": {**PARITY, "outputs": {"even": 0}}}, "expected an output for each state"),
        ({"rule": {"states": PARITY["states"]}}, "expected `outputs`"),
        ({"rule": {"regex": "0("}}, "expected ')'"),
        ({"rule": {"score": {"2": 1}}}, "expected a letter of the alphabet"),
        ({"rule": {"score": {"1": 0}}}, "not zero"),
        ({"rule": {"score": {"1": 1}, "decide": "many"}}, "expected a relation"),
        ({"rule": {"regex": "0", "decide": "> 0"}}, "`decide` belongs to"),
        ({"alphabet": []}, "expected letters"),
        ({"alphabet": ["0", "1", "1"]}, "listed twice"),
        ({"sequence": "0 2"}, "found '2'"),
        ({"activation": "tanh"}, "constructed of step units"),
        ({"cell": "gru", "activation": None}, "expected weights"),
        ({"output": {"weights": [1]}}, "are constructed too"),
        ({"h_prev": [0, 1]}, "h_prev: without weights of the cell this is constructed too"),
        ({"b": [0, 1]}, "b: without weights of the cell this is constructed too"),
        (
            {"cell": "lstm", "activation": None, "c_prev": [1]},
            "c_prev: without weights of the cell this is constructed too",
        ),
        ({"inputs": {"0": 2, "1": 2}}, "the input of '1' is 1 x '0'"),
        ({"inputs": {"0": 0, "1": 1}, "cell": "lstm", "activation": None}, "that are one-hot"),
        ({"output": {"decide": "> 2"}}, "does not tell apart"),
        *(
            ({"output": {"decide": decide}, "cell": "lstm", "activation": None}, "is near 0 or 1")
            for decide in ("> 0", ">= 1", "== 1")
        ),
        ({"W_x": [[1, 1]], "W_h": [[1]]}, "expected the weights of the output"),
        (
            {"W_x": [[1]], "W_h": [[1]], "output": {"weights": [1]}},
            "expected 1 letters, since W_x",
        ),
        (
            {"W_x": [[1, 1]], "W_h": [[1]], "output": {"weights": [1], "from": "c"}},
            "has no state c",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(changes: dict[str, Any], message: str) -> None:
    problem = {"alphabet": ["0", "1"], "rule": PARITY, "activation": "step", **changes}
    problem = {key: value for key, value in problem.items() if value is not None}
    with pytest.raises(InputError, match=re.escape(message)):
        solved(**problem)


@pytest.mark.parametrize(
    "inputs",
    [{"0": 0, "1": 1}, {"0": -0.5, "1": 3}, {"0": [1, 2, 0], "1": [1, 2, 7]}],
)
def test_letters_that_are_numbers_are_read_as_one_hot_ones_are(inputs: dict[str, Any]) -> None:
    made = solved(inputs=inputs, rule=PARITY, activation="step").extras
    assert made["proof"]["verdict"] == "proved"
    weights = {key: array.tolist() for key, array in made["weights"].items()}
    one_hot = solved(alphabet=["0", "1"], rule=PARITY, activation="step").extras["weights"]
    for letter, x in enumerate(inputs.values()):  # each unit's weights may have one factor more
        put = made["weights"]["W_x"] @ np.atleast_1d(x) + made["weights"]["b"]
        same = one_hot["W_x"][:, letter] + one_hot["b"]
        factor = np.abs(made["weights"]["W_h"]).max(axis=1) / np.abs(one_hot["W_h"]).max(axis=1)
        np.testing.assert_allclose(put, factor * same, atol=1e-12)
    output = {**made["output"], "weights": made["output"]["weights"].tolist()}
    again = solved(inputs=inputs, rule=PARITY, activation="step", output=output, **weights)
    assert again.extras["proof"]["verdict"] == "proved"


def test_an_input_between_two_others_is_refused_with_its_shares() -> None:
    keys = {"inputs": {"a": 0, "b": 1, "c": 2}, "rule": {"regex": "(a|b)*c"}, "activation": "step"}
    with pytest.raises(InputError, match=re.escape("'c' is -1 x 'a' + 2 x 'b'")):
        solved(**keys)
    vectors = {"a": [0, 0], "b": [1, 0], "c": [0, 1]}
    assert solved(**{**keys, "inputs": vectors}).extras["proof"]["verdict"] == "proved"


def test_check_and_trace_of_the_commands(lstmhw: Run) -> None:
    assert lstmhw("check", "rule-parity-wrong").returncode == 1
    assert lstmhw("check", "rule-parity").returncode == 0
    traced = lstmhw("trace", "rule-adder", "--sequence", "11 11 00")
    assert traced.returncode == 0
    assert "The output is right at every letter." in traced.stdout
    assert lstmhw("trace", "rule-adder", "--sequence", "2").returncode == 2
    exported = lstmhw("export", "rule-adder", "--to", "pytorch")
    assert exported.returncode == 2
    assert "which no script can run: write the weights with `xs`" in exported.stderr


def test_a_late_decision_on_a_count_is_impossible_too() -> None:
    rule = {"score": {"a": 1, "b": -1}, "decide": ">= 0"}
    late = solved(alphabet=["a", "b"], rule=rule, activation="step", delay=2)
    assert late.extras["impossible"]["documents"][0] == ["a"]


def test_a_large_alphabet_is_read_quickly() -> None:
    letters = [f"l{number}" for number in range(1000)]
    weights = {"W_x": [[1] + [0] * 999 for _ in range(2)], "W_h": [[1, 0], [0, 1]], "b": [-1, 0]}
    start = time.perf_counter()
    solution = solved(
        alphabet=letters,
        rule={"score": {"l0": 1}, "decide": "> 0"},
        activation="step",
        output={"weights": [0, 1]},
        **weights,
    )
    assert solution.extras["proof"]["scope"] == "every document"
    assert time.perf_counter() - start < 10


def test_biases_without_a_sum_are_refused_and_an_infinite_one_is_a_limit() -> None:
    network = {
        "alphabet": ["a"],
        "rule": {"regex": "a*"},
        "W_x": [[-5]],
        "W_h": [[-9]],
        "activation": "step",
        "output": {"weights": [1]},
    }
    proof = solved(**network, b=[".inf"]).extras["proof"]
    assert proof["verdict"] == "proved"
    with pytest.raises(ProblemError, match="added up"):
        solved(**network, b_x=[".inf"], b_h=["-.inf"])


def test_a_search_that_is_broken_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmhw.rules.step_units.MOST_PRODUCT", 3)
    broken = solved(alphabet=["a", "b"], rule={"regex": "(a|b)*abab"}, activation="step")
    assert broken.extras["proof"]["verdict"] == "unknown"
    assert "not kept in memory" in broken.words["verdict"].why


def register(units: int) -> StepNetwork:
    """Unit k is on where the letter k before the last was 1; the output is the last unit."""
    rows = [[Fraction(j == k - 1) for j in range(units)] for k in range(units)]
    letters = [
        [Fraction(-1, 2) + (letter if k == 0 else 0) for k in range(units)] for letter in (0, 1)
    ]
    last = tuple(Fraction(k == units - 1) for k in range(units))
    return StepNetwork(
        tuple(map(tuple, letters)), tuple(map(tuple, rows)), (Fraction(),) * units, last, Fraction()
    )


def test_a_search_that_is_broken_off_promises_no_more_than_it_has_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    always_0 = of_tables({"a": ["a", "a"]}, {"a": [Fraction(), Fraction()]}, "a")
    assert decided(register(4), always_0, HALF).counterexample == (1, 0, 0, 0)
    for most in range(1, 15):
        monkeypatch.setattr("lstmhw.rules.step_units.MOST_PRODUCT", most)
        found = decided(register(4), always_0, HALF)
        assert found.words is not None
        assert found.words <= 3
        assert found.verdict == "unknown" or found.counterexample == (1, 0, 0, 0)
    monkeypatch.undo()
    last_but_two = compiled("(0|1)*1(0|1)(0|1)", ["0", "1"]).rule
    proved = decided(register(3), last_but_two, HALF)
    assert proved.verdict == "proved"
    assert holds(register(3), last_but_two, HALF, proved.boxes)


@pytest.mark.parametrize("factor", [1, 2**51, 2**55, 2**70])
def test_large_numbers_are_exact(factor: int) -> None:
    # unit 2 is on where unit 1 was, by 1/2 beside the factor: factor - factor + 1/2
    half, large, zero = Fraction(1, 2), Fraction(factor), Fraction(0)
    letters = ((-half, -half - large), (half, half - large))
    network = StepNetwork(
        letters, ((zero, zero), (large, zero)), (zero, zero), (zero, 1 + zero), zero
    )
    pair = compiled("(0|1)*11", ["0", "1"]).rule
    assert decided(network, pair, HALF).verdict == "proved"
    last = compiled("(0|1)*1", ["0", "1"]).rule
    assert (
        decided(network, last, HALF).counterexample == first_wrong(network, last, HALF, 3) == (1,)
    )


def test_many_units_on_twelve_states_are_proved() -> None:
    names = [f"q{k}" for k in range(12)]
    following = {
        name: [names[(5 * k + 3) % 12], names[(k + 1) % 12], names[k // 2]]
        for k, name in enumerate(names)
    }
    due = {
        name: [Fraction((k * letter) % 2) for letter in range(3)] for k, name in enumerate(names)
    }
    rule = of_tables(following, due, "q0")
    network = constructed(rule).network
    assert len(network.W_h) >= 20
    assert decided(network, rule, HALF).verdict == "proved"


def test_the_proof_of_a_tanh_latch_is_a_table_and_an_induction() -> None:
    latch = {"W_x": [[12, 0]], "W_h": [[3]], "b": [0], "h_prev": [-1], "activation": "tanh"}
    output = {"from": "h", "weights": [1], "decide": "> 0"}
    rule = {"regex": "(a|b)*a(a|b)*"}
    solution = solved(alphabet=["a", "b"], rule=rule, cell="rnn", output=output, **latch)
    proof = solution.extras["proof"]
    assert (proof["verdict"], proof["scope"], proof["states"]) == ("proved", "every document", 2)
    page = " ".join(render([solution], "table", View()).split())
    assert "always in one of these 2 rows" in page
    assert "1 -1.0001 to -0.9947" in page  # tanh(-3) and -1, rounded outward
    weaker = {**latch, "W_x": [[12, -0.1]], "W_h": [[0.5]]}  # each b takes something away
    weak = solved(alphabet=["a", "b"], rule=rule, cell="rnn", output=output, **weaker)
    document = weak.extras["proof"]["counterexample"]
    h = -1.0
    for t, letter in enumerate(document, 1):
        h = math.tanh((12 if letter == "a" else -0.1) + 0.5 * h)
        assert (h > 0) == ("a" in document[:t]) or t == len(document)
    assert (h > 0) != ("a" in document)


def test_the_trace_of_an_lstm_has_its_gates() -> None:
    """i, f and o by sigmoid, g by tanh, of the letter alone in the first step."""
    data = {
        "kind": "sequence-rule",
        "alphabet": ["a", "b"],
        "rule": {"states": {"s": {"a": "s", "b": "s"}}, "outputs": {"s": 0}},
        "gates": {g: {"W_x": [[0.5, -1]], "W_h": [[0.25]]} for g in "ifgo"},
        "output": {"weights": [1]},
        "sequence": "b a",
    }
    first, _ = solved(**data).extras["trace"]
    sigmoid, tanh = 1 / (1 + np.exp(1)), np.tanh(-1)
    assert {gate: first[gate].item() for gate in "ifgo"} == pytest.approx(
        {"i": sigmoid, "f": sigmoid, "g": tanh, "o": sigmoid}
    )
    assert first["c"].item() == pytest.approx(sigmoid * tanh)


@examples(10, 60)
@given(rules(2), networks(), st.booleans())
def test_the_box_that_is_worked_out_adds_up_and_is_that_of_the_table(
    rule: Rule, network: StepNetwork, made: bool
) -> None:
    network = constructed(rule).network if made else network._replace(closed=False)
    reader = made_of_steps(network, exactly_as(np.eye(2)), ()).reader
    judge = Near(Fraction(1000))  # so that there is a proof, whatever the weights
    found = decided(network, rule, judge)
    assert found.boxes is not None
    section = proof_section(Subject(("a", "b"), rule, judge, 0), found, (), reader)
    table = {row[0]: row for row in cells_of(section, "row", 7)}
    prose = " ".join(str(b.parts[-1]) for b in section.body if isinstance(b, Paragraph))
    where = re.search(r"row (\d+), where h is ([^,]*), and the letter (\w)", prose)
    to = re.search(r"that of row (\d+), with the output (.*?)\. All", prose)
    assert where is not None
    assert to is not None
    row, letter = table[where[1]], "ab".index(where[3])
    assert row[2] == where[2]
    assert row[5 + letter].split(" / ")[0] == to[1]
    h: list[Fraction] = [Fraction(v) for v in where[2].split()]
    cell: Any = reader.cell
    for unit, (name, summed, after) in enumerate(cells_of(section, "unit", 3)):
        assert name == f"h_{unit + 1}"
        shown, _, value = summed.rpartition("= ")
        z = network.letters[letter][unit] + sum(
            w * v for w, v in zip(network.W_h[unit], h, strict=True)
        )
        assert Fraction(value) == z
        assert added_up(shown) in (z, None)
        assert table[to[1]][2].split()[unit] == after == str(int(z > 0))
        recurrent = sum(1 for w, v in zip(network.W_h[unit], h, strict=True) if w and v)
        assert summed.count("*") == recurrent + bool(cell.W_x[unit][letter])
    shown, _, value = to[2].rpartition("= ")
    assert value == table[to[1]][3]
    assert added_up(shown) in (Fraction(value), None)


def added_up(text: str) -> Fraction | None:
    """The sum of products that is printed."""
    terms = text.strip().replace("- ", "+ -").split(" + ") if text.strip() else []
    pairs = [[Fraction(x.strip("()")) for x in term.split("*")] for term in terms]
    return Fraction(sum(map(math.prod, pairs))) if pairs else None


def page_of(**keys: Any) -> str:
    return " ".join(render([solved(**keys)], "table", View()).split())


def test_given_has_the_rule_as_written_the_equations_and_the_first_state() -> None:
    page = page_of(alphabet=["a", "b"], rule={"regex": "(a|b)*ab"}, activation="step")
    assert "all letters so far match (a|b)*ab" in page
    assert "a_t = W_x x_t + W_h h_(t-1) + b h_t = step(a_t)" in page
    assert "step(z) = 1 where z > 0, else 0" in page
    assert "All zeros: h_0." in page
    score = {"score": {"a": 1, "a b": "-1/3"}, "decide": ">= 2"}
    page = page_of(alphabet=["a", "b"], rule=score, cell="lstm")
    assert "1 where the score is >= 2, else 0" in page
    assert "'a' 1, 'a b' -1/3" in page
    biased = [{"W_x": [[0, 0]], "W_h": [[0]], "b_x": [0], "b_h": [b]} for b in (1, 2)]
    gates = {"r": biased[0], "z": {"value": [0.5]}, "n": biased[1]}
    page = page_of(
        alphabet=["a", "b"],
        rule={"regex": "a*"},
        cell="gru",
        update="keep",
        reset="after",
        gates=gates,
        h_prev=[0.25],
        output={"weights": [1]},
    )
    assert "r_t = sigmoid(a_r_t)" in page
    assert "a_n_t = W_x_n x_t + b_x_n + r_t*(W_h_n h_(t-1) + b_h_n) n_t = tanh(a_n_t)" in page
    assert "h_t = z*h_(t-1) + (1 - z)*n_t" in page
    assert "h_0 0.25" in page


def test_an_automaton_that_is_the_smallest_already_stands_there_once() -> None:
    twice = page_of(alphabet=["a", "b"], rule={"regex": "(a|b)*ab"}, activation="step")
    assert twice.count("first reached by a b") == 2  # the sets, the fewest states
    assert "A is start, {2} or {2, 4}; B is {1, 3}" in twice
    once = page_of(alphabet=["a", "b"], rule={"regex": "a+b+"}, activation="step")
    assert once.count("first reached by a b") == 1
    named = page_of(alphabet=["0", "1"], rule=PARITY, activation="step")
    assert named.count("first reached by 0 1") == 1


def test_a_score_that_is_not_counted_on_is_called_so_much_or_more() -> None:
    more = {"score": {"a": 1}, "decide": ">= 2"}
    page = page_of(alphabet=["a", "b"], rule=more, activation="step")
    assert "score 2 a a score 3 or more / 1 score 2 / 1" in page
    assert "score 3 or more a a a score 3 or more / 1 score 3 or more / 1" in page
    less = {"score": {"a": -1}, "decide": "< 0"}
    page = page_of(alphabet=["a", "b"], rule=less, activation="step")
    assert "score -1 or less a score -1 or less / 1 score -1 or less / 1" in page


def test_the_step_that_refutes_is_worked_out() -> None:
    page = page_of(
        alphabet=["0", "1"],
        rule=PARITY,
        activation="step-from-0",
        W_x=[[-1, 2]],
        W_h=[["1/2"]],
        b_x=[-0.5],
        b_h=[0.25],
        h_prev=[-1],
        output={"weights": [3], "bias": -2},
    )
    assert "Refuted by this sequence, at its last letter: t letter h due output ok 1 0" in page
    assert "h is -1 before it, and the letter is 0" in page
    assert "h_1 -1*1 + 0.5*(-1) - 0.5 + 0.25 = -1.75 0" in page
    assert "So the output is -2, and 0 is due." in page


def test_an_output_that_is_read_from_the_boxes_gains_what_is_said() -> None:
    """h is near 1 after a, near -1 after b; the output (h + 1)/2 changes by about 1, or not."""
    page = page_of(
        alphabet=["a", "b"],
        rule={"regex": "(a|b)*a"},
        W_x=[[12, -12]],
        W_h=[[0.5]],
        b=[0],
        activation="tanh",
        output={"weights": [0.49], "bias": 0.5},
    )
    boxes = re.findall(r"-> (\d), (\S+)", page)
    after = {"(nothing)": 0.5, "a": 0.5 + 0.49, "b": 0.5 - 0.49}
    rows = [(before, *to) for before in after.values() for to in ((2, "a"), (3, "b"))]
    for (box, gain), (before, to, letter) in zip(boxes, rows, strict=True):
        assert int(box) == to
        assert float(gain) == pytest.approx(after[letter] - before, abs=1e-4)
