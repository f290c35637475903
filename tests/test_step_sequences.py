"""`step-rnn` of several sequences, and of every one: judged by running, by trying and by z3."""

import json
import random
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, at_length, examples, marked, problem, solved
from hypothesis import given
from hypothesis import strategies as st
from test_step_rnn import page

from lstmhw.faults import ProblemError
from lstmhw.render import FORMATS

PARITY: dict[str, Any] = {
    "states": {"even": {"0": "even", "1": "odd"}, "odd": {"0": "odd", "1": "even"}},
    "outputs": {"even": 0, "odd": 1},
    "inputs": {"0": 0, "1": 1},
}
LATCH: dict[str, Any] = {
    **PARITY,
    "states": {"even": {"0": "even", "1": "odd"}, "odd": {"0": "odd", "1": "odd"}},
}
TWO: dict[str, Any] = {
    "kind": "step-rnn",
    "sequences": [
        {"inputs": [0, 1, 0], "outputs": [0, 1, 1]},
        {"inputs": [1, 1], "outputs": [1, 0], "initial": 0},
    ],
}
GRID = list(product(range(-3, 4), repeat=3))
"""For bits these are enough: all threshold functions of two bits have such weights."""
BIT = st.integers(0, 1)


def every(rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "step-rnn", "every": rule, **more}


def stepped(weights: Any, inputs: list[int], initial: int, strict: bool = True) -> list[int]:
    """The states of one unit."""
    w1, w2, b = map(Fraction, weights)
    states, state = [], initial
    for x in inputs:
        z = w1 * x + w2 * state + b
        state = int(z > 0 if strict else z >= 0)
        states.append(state)
    return states


def network_outputs(network: dict[str, Any], inputs: list[int], initial: int) -> list[int]:
    """The output unit of a network, the other units from 0."""
    states = [initial, *(0 for _ in network["b"][1:])]
    outputs = []
    for x in inputs:
        rows = zip(network["W_x"], network["W_h"], network["b"], strict=True)
        states = [
            int(
                Fraction(w_x[0]) * x
                + sum(Fraction(w) * s for w, s in zip(w_h, states, strict=True))
                + Fraction(b)
                > 0
            )
            for w_x, w_h, b in rows
        ]
        outputs.append(states[0])
    return outputs


def starts(one: dict[str, Any]) -> list[int]:
    initial = one.get("initial", 0)
    return [0, 1] if initial == "free" else [initial]


def does(weights: Any, data: dict[str, Any]) -> bool:
    """Whether weights do each sequence from some state that it may begin from."""
    strict = data.get("threshold", ">") == ">"
    return all(
        any(stepped(weights, one["inputs"], s, strict) == one["outputs"] for s in starts(one))
        for one in data["sequences"]
    )


def named(weights: dict[str, Any]) -> list[str]:
    return [weights["w1"], weights["w2"], weights["b"]]


# Several sequences.


@st.composite
def several(draw: st.DrawFn) -> dict[str, Any]:
    def one() -> dict[str, Any]:
        length = draw(st.integers(1, 4))
        bits = st.lists(BIT, min_size=length, max_size=length)
        initial = draw(st.sampled_from([0, 1, "free"]))
        return {"inputs": draw(bits), "outputs": draw(bits), "initial": initial}

    found = [one() for _ in range(draw(st.integers(1, 4)))]
    threshold = draw(st.sampled_from([">", ">="]))
    return {"kind": "step-rnn", "sequences": found, "threshold": threshold}


def demand(data: dict[str, Any], row: dict[str, Any], states: list[str]) -> tuple[int, ...]:
    """The vector of a row of a certificate, and the output that it asks for."""
    number, t = row["sequence"] - 1, row["t"] - 1
    one = data["sequences"][number]
    before = int(states[number]) if t == 0 else one["outputs"][t - 1]
    return one["inputs"][t], before, 1, one["outputs"][t]


def assert_contradiction(data: dict[str, Any], certificate: Any, states: list[str]) -> None:
    """The rows add up to the same on both sides; a start that is open asks for nothing."""
    sums = {0: [Fraction()] * 3, 1: [Fraction()] * 3}
    for row in certificate:
        *vector, output = demand(data, row, states)
        times = Fraction(row["multiplier"])
        assert times > 0
        sums[output] = [a + times * b for a, b in zip(sums[output], vector, strict=True)]
    assert sums[0] == sums[1]
    asked = {demand(data, row, states)[-1] for row in certificate}
    assert (1 if data["threshold"] == ">" else 0) in asked


def covers(key: str, states: tuple[int, ...]) -> bool:
    return all(k in ("-", str(s)) for k, s in zip(key.split(), states, strict=True))


@examples(20, 80)
@given(several())
def test_several_sequences_are_decided_as_by_trying_small_weights(data: dict[str, Any]) -> None:
    extras = solved(data).extras
    assert extras["feasible"] == any(does(w, data) for w in GRID)
    given = [starts(one) for one in data["sequences"]]
    if extras["feasible"]:
        strict = data["threshold"] == ">"
        weights = named(extras["weights"])
        for one, s, z in zip(data["sequences"], extras["initial"], extras["z"](), strict=True):
            assert stepped(weights, one["inputs"], s, strict) == one["outputs"]
            assert [int(Fraction(v) > 0 or (not strict and v == "0")) for v in z] == one["outputs"]
        return
    alone = " ".join(str(states[0]) for states in given)
    certificates = extras.get("certificates", {alone: extras["certificate"]})
    for key, certificate in certificates.items():
        assert_contradiction(data, certificate, key.split())
    for states in product(*given):  # every way to begin is excluded by one of them
        assert any(covers(key, states) for key in certificates)


@examples(20, 60)
@given(several(), st.tuples(*[st.integers(-2, 2)] * 3))
def test_claimed_weights_are_run_on_every_sequence(
    data: dict[str, Any], weights: tuple[int, int, int]
) -> None:
    claimed = dict(zip(("w1", "w2", "b"), weights, strict=True))
    (check,) = marked({**data, "claimed": claimed}).checks
    assert check.symbol == "weights"
    assert check.verdict == ("right" if does(weights, data) else "wrong")
    assert (check.where is None) == (check.verdict == "right")
    if check.verdict == "wrong":
        shown = check.expected
        assert shown is None or (
            isinstance(shown, Mapping) and list(map(str, weights)) != named(dict(shown))
        )
        failing = [
            k
            for k, one in enumerate(data["sequences"], 1)
            if not does(weights, {**data, "sequences": [one]})
        ]
        assert f"of sequence {failing[0]}" in str(check.where)


def test_rows_say_which_sequence_they_are_of() -> None:
    extras = solved(TWO).extras
    assert extras["certificate"] == [
        {"t": 1, "sequence": 1, "constraint": "b <= 0", "multiplier": "1"},
        {"t": 2, "sequence": 1, "constraint": "w1 + b > 0", "multiplier": "1"},
        {"t": 3, "sequence": 1, "constraint": "w2 + b > 0", "multiplier": "1"},
        {"t": 2, "sequence": 2, "constraint": "w1 + w2 + b <= 0", "multiplier": "1"},
    ]
    assert [(r["t"], r["sequence"]) for r in extras["repairs"]] == [(1, 1), (2, 1), (3, 1), (2, 2)]
    assert all(repair["weights"] for repair in extras["repairs"])
    text = page(solved(TWO))
    assert "t = 2 of sequence 1 and t = 3 of sequence 1 together need w1 + w2 + 2 b > 0" in text


def test_a_row_of_weights_says_which_sequence_and_when() -> None:
    claimed = {"w1": 1, "w2": 1, "b": 0}
    (check,) = marked({**TWO, "claimed": claimed}).checks
    assert (check.verdict, check.where) == ("wrong", "t = 2 of sequence 2")
    said = "At t = 2 of sequence 2, z = 2 and step(2) = 1, but s_2 has to be 0. "
    assert check.explanation.startswith(said)


def test_the_reason_may_be_of_several_sequences() -> None:
    rows = ["b <= 0", "w1 + b > 0", "w2 + b > 0", "w1 + w2 + b <= 0"]
    feasible, certificate = marked(
        {**TWO, "claimed": {"feasible": False, "certificate": rows}}
    ).checks
    assert (feasible.verdict, certificate.verdict) == ("right", "right")
    (certificate,) = marked({**TWO, "claimed": {"certificate": rows[:3]}}).checks
    assert certificate.verdict == "wrong"


def test_one_network_does_all_sequences() -> None:
    extras = solved({**TWO, "hidden": 2}).extras
    for one in TWO["sequences"]:
        assert network_outputs(extras["network"], one["inputs"], 0) == one["outputs"]
    (check,) = marked({**TWO, "claimed": extras["network"]}).checks
    assert check.verdict == "right"
    other = {**extras["network"], "b": ["1", "1"]}
    (check,) = marked({**TWO, "claimed": other}).checks
    assert (check.verdict, check.where) == ("wrong", "t = 1 of sequence 1")


@examples(5, 15)
@given(several())
def test_a_network_for_several_is_one_for_each(data: dict[str, Any]) -> None:
    data = {**data, "threshold": ">", "hidden": 1}
    extras = solved(data).extras
    if extras["network"] is None:
        return
    for one, initial in zip(data["sequences"], extras["initial"], strict=True):
        assert network_outputs(extras["network"], one["inputs"], initial) == one["outputs"]


def test_the_state_of_the_file_is_that_of_sequences_without_one() -> None:
    data = {**TWO, "initial": 1}
    assert solved(data).extras["initial"] == [1, 0]


# What was not asked.


def test_pairs_that_never_occur_are_told() -> None:
    data = {"kind": "step-rnn", "inputs": [0, 1], "outputs": [0, 1]}
    text = page(solved(data))
    assert "x = 1 with s = 1 never occurs: what the unit then does was not asked." in text
    assert "x = 0 with s = 1 never occurs: what the unit then does was not asked." in text
    data = {**data, "inputs": [0, 1, 0], "outputs": [0, 1, 1]}
    assert "not asked; yet all weights that do it give 1 there." in page(solved(data))
    assert "unasked" not in solved(data).extras
    extras = solved({"kind": "step-rnn", "sequences": [{"inputs": [1], "outputs": [1]}]}).extras
    assert extras["unasked"] == [{"x": ["1"], "s": 1}]


def test_where_every_pair_occurs_all_weights_do_the_same() -> None:
    data = {"kind": "step-rnn", "inputs": [0, 1, 0, 1], "outputs": [0, 1, 1, 1]}
    text = page(solved(data))
    assert "never occurs" not in text
    assert "Each input occurs with both states before it" in " ".join(text.split())


def test_a_network_is_for_its_sequence_only() -> None:
    data = {"kind": "step-rnn", "inputs": [1, 1, 0, 1], "outputs": [1, 0, 0, 0], "hidden": 2}
    text = page(solved(data))
    assert "This network is for this sequence only" in text
    assert "On the inputs 0, from s_0 = 0, it gives 0; another network," in text


def test_where_networks_differ_both_do_the_sequences() -> None:
    """A second network is found by giving the other output as one more sequence."""
    text = page(solved({**TWO, "hidden": 2}))
    assert "On the inputs 1, 0, 0, from s_0 = 0, it gives 1, 0, 0; another network," in text
    assert "gives 1, 0, 1; no shorter sequence of these inputs shows it." in text
    for last in (0, 1):
        more = {"inputs": [1, 0, 0], "outputs": [1, 0, last]}
        data = {**TWO, "sequences": [*TWO["sequences"], more], "hidden": 1}
        assert solved(data).extras["network"] is not None


@pytest.mark.parametrize("length", [1, at_length(2)])
def test_on_shorter_sequences_networks_do_not_differ(length: int) -> None:
    for word in product((0, 1), repeat=length):
        found = [
            solved({**TWO, "sequences": [*TWO["sequences"], more], "hidden": 1}).extras["network"]
            for outputs in product((0, 1), repeat=len(word))
            for more in [{"inputs": list(word), "outputs": list(outputs)}]
        ]
        assert len([network for network in found if network]) == 1


# Every sequence.


def rule_outputs(rule: dict[str, Any], word: tuple[str, ...]) -> list[int]:
    state, outputs = rule.get("start", next(iter(rule["states"]))), []
    for letter in word:
        row = rule["outputs"][state]
        state = rule["states"][state][letter]
        outputs.append(row[letter] if isinstance(row, dict) else rule["outputs"][state])
    return outputs


def words(most: int) -> list[tuple[str, ...]]:
    return [word for length in range(1, most + 1) for word in product("01", repeat=length)]


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    names = ["p", "q", "r"][: draw(st.integers(1, 3))]
    target = st.sampled_from(names)
    states = {name: {"0": draw(target), "1": draw(target)} for name in names}
    if draw(st.booleans()):
        outputs: dict[str, Any] = {name: draw(BIT) for name in names}
    else:
        outputs = {name: {"0": draw(BIT), "1": draw(BIT)} for name in names}
    inputs = {"0": draw(st.sampled_from([0, 1])), "1": 1}
    return {"states": states, "outputs": outputs, "inputs": inputs, "start": draw(target)}


@examples(20, 80)
@given(rules(), st.sampled_from([0, 1, "free"]), st.sampled_from([">", ">="]))
def test_every_sequence_is_decided_as_by_trying(
    rule: dict[str, Any], initial: Any, threshold: str
) -> None:
    """Three states and one bit are told apart by sequences of up to six letters."""
    data = every(rule, initial=initial, threshold=threshold)
    extras = solved(data).extras
    strict = threshold == ">"
    asked = [(w, [rule["inputs"][x] for x in w], rule_outputs(rule, w)) for w in words(6)]
    longest = [(x, outputs) for w, x, outputs in asked if len(w) == 6]
    some = any(
        all(stepped(w, x, s, strict) == outputs for x, outputs in longest)
        for w in GRID
        for s in ([0, 1] if initial == "free" else [initial])
    )
    assert extras["feasible"] == some
    if extras["feasible"]:
        s = extras["initial"]
        assert all(stepped(named(extras["weights"]), x, s, strict) == out for _, x, out in asked)
        return
    certificates = extras.get("certificates") or {str(initial): extras["certificate"]}
    for key, certificate in certificates.items():
        sums = {0: [Fraction()] * 3, 1: [Fraction()] * 3}
        for row in certificate:
            word = tuple(row["sequence"])
            assert row["t"] == len(word)
            outputs = [int(key), *rule_outputs(rule, word)]
            vector = [rule["inputs"][word[-1]], outputs[-2], 1]
            times = Fraction(row["multiplier"])
            total = zip(sums[outputs[-1]], vector, strict=True)
            sums[outputs[-1]] = [a + times * b for a, b in total]
        assert sums[0] == sums[1]


def test_parity_is_impossible_for_four_demands() -> None:
    solution = solved(every(PARITY))
    assert [row["sequence"] for row in solution.extras["certificate"]] == [
        ["0"],
        ["1"],
        ["1", "0"],
        ["1", "1"],
    ]
    assert "The answer holds for every sequence." in page(solution)


def test_two_histories_that_a_unit_cannot_tell_apart_contradict() -> None:
    """After "0" and after "1 0" the output is 0, and a 1 is to do one thing and another."""
    states = {
        "a": {"0": "a", "1": "b"},
        "b": {"0": "c", "1": "b"},
        "c": {"0": "c", "1": "c"},
    }
    rule = {**PARITY, "states": states, "outputs": {"a": 0, "b": 1, "c": 0}}
    extras = solved(every(rule)).extras
    assert [(row["sequence"], row["constraint"]) for row in extras["certificate"]] == [
        (["1"], "w1 + b > 0"),
        (["1", "0", "1"], "w1 + b <= 0"),
    ]


def test_letters_without_inputs_are_one_hot() -> None:
    rule = {key: value for key, value in LATCH.items() if key != "inputs"}
    beside = {"alphabet": ["0", "1"]}
    for data in (every({**rule, **beside}), every(rule, **beside)):
        assert len(solved(data).extras["weights"]["w1"]) == 2
    numbers = {"0": "1/3", "1": [2]}
    assert solved(every(rule, inputs=numbers)).extras["feasible"]


def test_claims_are_run_on_every_sequence() -> None:
    (check,) = marked(every(PARITY, claimed={"w1": 1, "w2": 1, "b": 0})).checks
    assert (check.verdict, check.where) == ("wrong", 't = 2 of "1 1"')
    (check,) = marked(every(LATCH, claimed={"w1": 1, "w2": 1, "b": 0})).checks
    assert check.verdict == "right"
    network = {"W_x": [[1], [0]], "W_h": [[1, 0], [1, 0]], "b": [0, 0]}
    (check,) = marked(every(LATCH, claimed=network)).checks
    assert check.verdict == "right"
    forgets = {"W_x": [[1], [1]], "W_h": [[0, 2], [0, 0]], "b": [0, 0]}
    (check,) = marked(every(LATCH, claimed=forgets)).checks
    assert (check.verdict, check.where) == ("wrong", 't = 3 of "1 0 0"')
    rows = ["b <= 0", "w1 + b > 0", "w2 + b > 0", "w1 + w2 + b <= 0"]
    (check,) = marked(every(PARITY, claimed={"certificate": rows})).checks
    assert check.verdict == "right"


def test_extra_units_for_every_sequence() -> None:
    assert solved(every(PARITY, hidden=2)).extras["network"] is None
    states = {
        "none": {"0": "none", "1": "one"},
        "one": {"0": "was", "1": "one"},
        "was": {"0": "none", "1": "one"},
    }
    delayed = {**PARITY, "states": states, "outputs": {"none": 0, "one": 0, "was": 1}}
    solution = solved(every(delayed, hidden=2))
    extras = solution.extras
    assert not extras["feasible"]
    text = page(solution)
    assert "by induction over the letters" in " ".join(text.split())
    for word in words(8):
        outputs = network_outputs(extras["network"], [int(x) for x in word], 0)
        assert outputs == rule_outputs(delayed, word)


def test_a_rule_may_be_an_expression_or_a_decided_score() -> None:
    """0*1(0|1)* is the latch, and so is a score of ones that is over 0."""
    given = {"alphabet": ["0", "1"], "inputs": {"0": 0, "1": 1}}
    of_states, *others = (
        solved(every(rule))
        for rule in (
            LATCH,
            {"regex": "0*1(0|1)*", **given},
            {"score": {"1": 1}, "decide": "> 0", **given},
        )
    )
    for other in others:
        assert other.extras["weights"] == of_states.extras["weights"]
    assert not solved(every({"regex": "(0*10*1)*0*", **given}, initial=1)).extras["feasible"]


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(60))
def test_z3_agrees_on_several_sequences(seed: int) -> None:
    z3 = pytest.importorskip("z3")
    rng = random.Random(seed)
    values = [0, 1, -1, 2, "0.5", "1/3"]
    given: list[dict[str, Any]] = []
    for _ in range(rng.randint(1, 3)):
        length = rng.randint(1, 4)
        inputs = [rng.choice(values) for _ in range(length)]
        outputs = [rng.randint(0, 1) for _ in range(length)]
        initial = rng.choice([0, 1, "free"])
        given.append({"inputs": inputs, "outputs": outputs, "initial": initial})
    w1, w2, b = z3.Reals("w1 w2 b")
    solver = z3.Solver()
    for k, one in enumerate(given):
        first = z3.Real(f"s{k}")
        solver.add(z3.Or([first == s for s in starts(one)]))
        before = first
        for x, output in zip(one["inputs"], one["outputs"], strict=True):
            value = Fraction(str(x))
            z = w1 * z3.Q(value.numerator, value.denominator) + w2 * before + b
            solver.add(z > 0 if output else z <= 0)
            before = output
    data = {"kind": "step-rnn", "sequences": given}
    assert solved(data).extras["feasible"] == (solver.check() == z3.sat)


# What a reader sees, and wrong uses.


@pytest.mark.parametrize("data", [{**TWO, "hidden": 1}, every(LATCH)], ids=["two", "every"])
def test_every_format_shows_the_answer(data: dict[str, Any]) -> None:
    solution = solved(data)
    for format in FORMATS:
        assert "easible" in page(solution, format)


def test_the_command_takes_such_files(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(json.dumps(TWO))
    (tmp_path / "every.yaml").write_text(json.dumps(every(PARITY)))
    result = lstmhw("check-feasible", "two.yaml", "every.yaml", "--format", "json", "--hidden", "1")
    two, parity = json.loads(result.stdout)
    assert len(two["network"]["b"]) == 2
    assert parity["network"] is None
    result = lstmhw("check-feasible", "two.yaml", "--initial", "free", "--format", "json")
    assert json.loads(result.stdout)["initial"] is None


ONE = {"inputs": [0, 1], "outputs": [0, 1]}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "expected inputs and outputs, or sequences, or every; found none of them"),
    "no outputs": ({"inputs": [0]}, "expected the key 'outputs', found none"),
    "beside": ({"sequences": [ONE], "inputs": [0]}, "found inputs beside them"),
    "outputs beside": ({"sequences": [ONE], "outputs": [0]}, "found outputs beside them"),
    "no sequences": ({"sequences": []}, "expected sequences, found an empty list"),
    "half a sequence": ({"sequences": [{"inputs": [0]}]}, "expected the key 'outputs', found none"),
    "unequal": ({"sequences": [ONE, {"inputs": [0], "outputs": [0, 1]}]}, "of shape 1"),
    "sizes": (
        {"sequences": [ONE, {"inputs": [[0, 1]], "outputs": [1]}]},
        "expected inputs of size 1, as in sequence 1; found 2",
    ),
    "bits": ({"sequences": [{"inputs": [0], "outputs": [2]}]}, "outputs 0 and 1, found 2"),
    "free": (
        {"sequences": [{"inputs": [0], "outputs": [1], "initial": "free"}] * 11},
        "expected up to 10 sequences from a free state, found 11",
    ),
    "both": ({"sequences": [ONE], "every": PARITY}, "sequences, or a rule for every one"),
    "every, outputs": ({"every": PARITY, "outputs": [0]}, "found outputs beside it"),
    "every, a list": ({"every": PARITY, "inputs": [0]}, "the input that each letter is"),
    "twice": ({"every": PARITY, "inputs": {"0": 0}}, "expected inputs once"),
    "letters only": ({"inputs": {"0": 0}, "outputs": [0]}, "found inputs of letters"),
    "alphabet only": ({**ONE, "alphabet": ["0"]}, "expected an alphabet only where every"),
    "no letters": (
        {"every": {"states": {"a": {}}, "outputs": {"a": 0}}},
        "expected an alphabet, or the input that each letter is; found neither",
    ),
    "no input": ({"every": {**PARITY, "alphabet": ["0", "1", "2"]}}, "found none for '2'"),
    "a letter more": (
        {"every": {**PARITY, "inputs": {"0": 0, "1": [1, 2]}}},
        "expected 1 numbers, as '0' has; found 2",
    ),
    "a letter twice": ({"every": {**PARITY, "alphabet": ["0", "1", "0"]}}, "found '0' again"),
    "unknown letter": (
        {
            "every": {
                **PARITY,
                "states": {**PARITY["states"], "odd": {"0": "odd", "1": "odd", "x": "odd"}},
            }
        },
        "expected a letter of the alphabet, found 'x'",
    ),
    "no transition": (
        {"every": {**PARITY, "states": {**PARITY["states"], "odd": {"0": "odd"}}}},
        "expected the next state for each letter, found none for 1",
    ),
    "unknown state": (
        {"every": {**PARITY, "states": {**PARITY["states"], "odd": {"0": "od", "1": "even"}}}},
        "expected a state, found 'od'",
    ),
    "unknown start": ({"every": {**PARITY, "start": "one"}}, "expected a state, found 'one'"),
    "no states": ({"every": {**PARITY, "states": {}}}, "expected states, found none"),
    "no output": ({"every": {**PARITY, "outputs": {"odd": 1}}}, "found none for 'even'"),
    "another output": (
        {"every": {**PARITY, "outputs": {"even": 0, "odd": 2}}},
        "expected outputs 0 and 1, which a step unit has; found 2",
    ),
    "a score without an end": (
        {"every": {"score": {"a": 1}, "alphabet": ["a", "b"]}},
        "expected a rule of finitely many states",
    ),
    "two rules": ({"every": {**PARITY, "regex": "1*"}}, "found states and regex"),
    "two forms": (
        {"every": {**PARITY, "outputs": {"even": 0, "odd": {"0": 1, "1": 0}}}},
        "expected outputs of states, or of states and letters; found both",
    ),
    "many units": (
        {"every": PARITY, "claimed": {"W_x": [[0]] * 11, "W_h": [[0] * 11] * 11, "b": [0] * 11}},
        "with up to 10 units, found 11",
    ),
}


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD.keys())
def test_wrong_uses_are_one_error_each(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as error:
        problem({"kind": "step-rnn", **data})
    assert [message in fault.message for fault in error.value.faults] == [True]


def test_sequences_that_are_no_list_are_an_error(lstmhw: Run) -> None:
    text = "kind: step-rnn\nsequences: {inputs: [0, 1], outputs: [0, x]}\nthreshold: '>'\n"
    done = lstmhw("solve", "-", stdin=text)
    assert done.returncode == 2
    assert "sequences: expected a list" in done.stderr
