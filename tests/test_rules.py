"""Proofs, counterexamples and constructions: against running all documents in plain loops."""

import copy
import random
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import at_length, examples, problem
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sentiment import (
    RULE_A,
    RULE_B,
    WORDS,
    outputs,
    scores,
    six_unit_problem,
    six_units,
    wrong_length,
    zeros,
)

from lstmhw import cells
from lstmhw.functions import identity, step
from lstmhw.kinds.sentiment_weights import SentimentWeights
from lstmhw.rules.automaton import Automaton, delayed, of_ngrams
from lstmhw.rules.construction import OPEN, Construction, constructed
from lstmhw.rules.linear import impossible
from lstmhw.rules.network import Head, WordLstm, run
from lstmhw.rules.proof import Proof, proof
from lstmhw.rules.trace import SHORTEST, trace

HALF = Fraction(1, 2)


def proved(data: dict[str, Any]) -> Proof:
    asked = problem(data)
    assert isinstance(asked, SentimentWeights)
    subject = asked.subject(None)
    return proof(subject.network, subject.late, subject.tolerance)


def named(document: tuple[int, ...] | None) -> str:
    assert document is not None
    return " ".join(WORDS[word] for word in document)


def rule_of(score: dict[str, Any], delay: int = 0) -> Automaton:
    ngrams = {
        tuple(WORDS.index(word) for word in key.split()): Fraction(weight)
        for key, weight in score.items()
    }
    return delayed(of_ngrams(ngrams, len(WORDS)), delay)


# The sheet's six units.


def test_six_units_are_right_for_very_long_documents() -> None:
    found = proved(six_unit_problem(six_units()))
    assert found.verdict == "proved"
    assert found.words is not None
    assert found.words > 10**15
    assert found.error is not None
    assert found.error < Fraction(1, 10**15)
    assert len(found.states) == 6
    assert found.counting == (5,)


@pytest.mark.parametrize(
    ("scale", "error"), [(0.1, 5e-5), at_length(0.08, 5.4e-4), (0.05, 0.07)], ids=str
)
def test_smaller_weights_are_off_by_more_a_word(scale: float, error: float) -> None:
    found = proved(six_unit_problem(six_units(scale)))
    assert found.error is not None
    assert float(found.error) == pytest.approx(error, rel=0.02)


def test_small_weights_are_refuted_by_a_long_document() -> None:
    """Every word counts 4.5e-4 too little, and every word before it fades by 3.4e-4."""
    data = six_unit_problem(six_units(0.05))
    found = proved(data)
    assert named(found.counterexample) == " ".join(["bad"] * 12)
    words = ["bad"] * 12
    pairs = zip(outputs(data, words), scores(RULE_B, words, delay=1), strict=True)
    errors = [abs(output - due) for output, due in pairs]
    assert errors[11] >= 0.5 > errors[10]


def test_an_altered_flag_is_refuted_by_three_words() -> None:
    gates = six_units()
    gates["o"]["W_h"][3][2] = 40
    found = proved(six_unit_problem(gates))
    assert found.verdict == "refuted"
    assert named(found.counterexample) == "not bad bad"
    assert found.words == 2


ENTRIES = st.tuples(
    st.sampled_from("ifgo"),
    st.sampled_from(["W_x", "W_h", "b"]),
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from([0.0, 1.0, -10.0, 40.0, 70.0, -100.0, 100.0]),
)


@examples(5, 15)
@given(
    scale=st.sampled_from([1.0, 1.0, 0.2, 0.1, 0.06, 0.03]),
    entries=st.lists(ENTRIES, max_size=2),
    tolerance=st.sampled_from([0.5, 0.3, 1.0]),
    source=st.sampled_from("cch"),
)
def test_verdicts_are_those_of_all_documents(
    scale: float, entries: list[Any], tolerance: float, source: str
) -> None:
    gates = six_units(scale)
    for gate, key, row, column, value in entries:
        if key == "b":
            gates[gate][key][row] = value
        else:
            gates[gate][key][row][column % len(gates[gate][key][row])] = value
    data = six_unit_problem(gates, tolerance=tolerance)
    data["output"] = {"from": source, "weights": [0, 0, 0, 0, 0, 1]}
    first, closest = wrong_length(data, 4)
    assume(closest > 1e-9)
    check_verdict(proved(data), first, 4)


def check_verdict(found: Proof, first: int | None, longest: int) -> None:
    """The verdict beside the shortest wrong length among documents of up to `longest` words."""
    if found.verdict == "refuted":
        assert found.counterexample is not None
        assert found.words == len(found.counterexample) - 1
        assert len(found.counterexample) == first or (first is None and found.words >= longest)
    else:
        assert first is None or (found.words is not None and found.words < first)


@cache
def proved_at(scale: float) -> Proof:
    return proved(six_unit_problem(six_units(scale)))


@settings(max_examples=15)
@given(scale=st.sampled_from([1.0, 0.15, 0.1]), seed=st.integers(0, 10**6))
def test_what_is_proved_holds_of_long_documents(scale: float, seed: int) -> None:
    data = six_unit_problem(six_units(scale))
    found = proved_at(scale)
    assert found.verdict == "proved"
    assert found.words is not None
    length = min(150, found.words)
    rng = random.Random(seed)
    likely = rng.choice([WORDS, ("good",), ("not", "bad"), ("bad", "not")])
    words = [rng.choice(likely) for _ in range(length)]
    for output, due in zip(outputs(data, words), scores(RULE_B, words, delay=1), strict=True):
        assert abs(output - due) < 0.5 + 1e-9


# Cells that are exact.


def cell(
    activation: Any, W: list[list[Any]], U: list[list[Any]], bias: Any = 0, fixed: str = "ifo"
) -> WordLstm:
    """A cell whose gates are fixed at 1, c = c + candidate(W x + U h + bias); c_1 is read."""
    exact = np.vectorize(Fraction, otypes=[object])
    m = len(W)
    words, W_h = np.full((4, 4 * m), Fraction()), np.full((4 * m, m), Fraction())
    words[:, 2 * m : 3 * m] = exact(W).T + Fraction(bias)
    W_h[2 * m : 3 * m] = exact(U)
    head = Head("c", exact([1] + [0] * (m - 1)), np.array(Fraction()))
    use = cells.Activations(identity, activation, identity)
    return WordLstm(words, W_h, {gate: exact([1] * m) for gate in fixed}, use, head)


def test_a_linear_cell_is_decided_exactly() -> None:
    third = {"good": Fraction(1, 3), "bad": Fraction(-1, 7)}
    network = cell(identity, [[Fraction(-1, 7), Fraction(1, 3), 0, 0]], [[0]])
    found = proof(network, rule_of(third), HALF)
    assert found.verdict == "proved"
    assert found.words is None
    assert found.error == 0
    assert found.exact


def test_a_linear_cell_with_memory_is_decided_exactly() -> None:
    """The second unit holds what the first is to add one word later."""
    W, U = [[0, 0, 0, 0], [-1, 1, 0, 0]], [[0, 1], [0, -1]]
    found = proof(cell(identity, W, U), rule_of({"good": 1, "bad": -1}, delay=1), HALF)
    assert (found.verdict, found.words) == ("proved", None)


def test_a_constant_too_much_is_proved_as_long_as_it_does_no_harm() -> None:
    network = cell(identity, [[-1, 1, 0, 0]], [[0]], bias=Fraction(1, 1000))
    found = proof(network, rule_of({"good": 1, "bad": -1}), HALF)
    assert (found.verdict, found.words) == ("proved", 499)


def test_steps_are_exact_for_every_document() -> None:
    found = proof(cell(step, [[0, 1, 0, 0]], [[0]]), rule_of({"good": 1}), HALF)
    assert found.verdict == "proved"
    assert found.words is None
    assert found.error == 0


def test_an_error_as_large_as_the_tolerance_is_wrong() -> None:
    network = cell(identity, [[0, 1, 0, 0]], [[0]])
    rule = rule_of({"good": 1, "uh": 1})
    assert proof(network, rule, Fraction(1)).counterexample == (3,)
    assert proof(network, rule, Fraction(2)).counterexample == (3, 3)
    assert named(proof(network, rule, Fraction(1001, 1000)).counterexample) == "uh uh"


def test_the_two_units_of_the_sheet_are_refuted_by_the_first_of_the_shortest() -> None:
    network = cell(identity, [[1, 1, 0, 0], [0, 0, 1, 0]], [[0, -3], [0, -1]])
    assert named(proof(network, rule_of(RULE_A), HALF).counterexample) == "not bad"


@pytest.mark.parametrize(
    ("score", "delay", "tolerance"),
    [
        (RULE_A, 0, HALF),
        (RULE_B, 1, HALF),
        (RULE_A, 0, Fraction(7)),
        at_length({"not": 1, "bad good not": Fraction(1, 3)}, 0, HALF),
    ],
    ids=["A", "B", "wide", "trigram"],
)
def test_no_linear_cell_fits_the_four_documents(
    score: dict[str, Any], delay: int, tolerance: Fraction
) -> None:
    rule = rule_of(score, delay)
    square = impossible(rule_of(score), tolerance, delay)
    assert square is not None
    assert abs(square.difference(rule)) >= 4 * tolerance
    rng = np.random.default_rng(0)
    for _ in range(20):
        m = int(rng.integers(1, 4))
        W, U = rng.integers(-3, 4, (m, 4)).tolist(), rng.integers(-1, 2, (m, m)).tolist()
        network = cell(identity, W, U, bias=int(rng.integers(-2, 3))).floats()
        neither, both, first, second = (run(network, document)[-1] for document in square)
        assert neither + both == pytest.approx(first + second, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("score", [{"good": 1, "bad": -1}, {"uh": Fraction(1, 9)}])
def test_what_a_linear_cell_can_do_is_not_called_impossible(score: dict[str, Any]) -> None:
    assert impossible(rule_of(score), Fraction(1, 1000)) is None


# Construction.


def network_of(made: Construction) -> WordLstm:
    exact = np.vectorize(Fraction, otypes=[object])
    words = exact(made.weight_ih).T + exact(made.bias_ih)
    head = Head(made.source, exact(made.head), np.array(Fraction()))
    return WordLstm(words, exact(made.weight_hh), {}, cells.Activations(), head)


@pytest.mark.parametrize(
    ("score", "delay", "units"),
    [
        (RULE_A, 0, 2),
        (RULE_B, 0, 3),
        (RULE_B, 1, 6),
        ({"good": 1, "bad": Fraction(-1, 3)}, 0, 1),
        ({"not not": 1}, 0, 2),
        ({"good": 1, "not good": -2, "uh good": -2}, 0, 2),
        ({"good": 1, "bad": -1, "not good": -2, "not bad": 2, "not uh good": -7}, 0, 4),
    ],
)
def test_few_units_are_needed(score: dict[str, Any], delay: int, units: int) -> None:
    made = constructed(rule_of(score, delay), "c")
    assert len(made.head) == units


WEIGHTS = st.fractions(-3, 3, max_denominator=5)
NGRAMS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)
RULES = st.dictionaries(NGRAMS, WEIGHTS, min_size=1, max_size=5)


@examples(15, 30)
@given(
    weights=RULES,
    delay=st.sampled_from([0, 0, 0, 1]),
    source=st.sampled_from(["c", "c", "h"]),
    seed=st.integers(0, 10**6),
)
def test_constructions_compute_their_rule(
    weights: dict[tuple[int, ...], Fraction], delay: int, source: Any, seed: int
) -> None:
    assume(any(weights.values()))
    rule = delayed(of_ngrams(weights, 4), delay)
    made = constructed(rule, source)
    network = network_of(made)
    found = proof(network, rule, HALF)
    assert found.verdict == "proved"
    assert found.words is None or found.words > 10_000
    document = np.random.default_rng(seed).integers(0, 4, 60).tolist()
    true = np.cumsum([float(added) for added in rule.additions(document)])
    np.testing.assert_allclose(run(network.floats(), document), true, atol=1e-6)


@given(RULES, st.integers(0, 1))
def test_flags_are_on_for_their_pairs_alone(
    weights: dict[tuple[int, ...], Fraction], delay: int
) -> None:
    assume(any(weights.values()))
    made = constructed(delayed(of_ngrams(weights, 4), delay), "c")
    for flag in made.flags:
        for q in made.automaton.states:
            for w in made.automaton.words:
                threshold = flag.words[w] + flag.offsets[q]
                assert (threshold >= 1) if (q, w) in flag.pairs else (threshold <= -1)
    reached = {pair: flag.state for flag in made.flags for pair in flag.pairs}
    for q in made.automaton.states:
        for w in made.automaton.words:
            assert reached.get((q, w), 0) == made.automaton.following[q][w]


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("weight_ih", 0, WORDS.index("not")),  # the flag's input gate
        ("weight_hh", 1, 0),  # what closes the first counter
        ("weight_hh", 2, 0),  # what opens the second
        ("weight_ih", 7, WORDS.index("good")),  # what the first writes
        ("weight_ih", 8, WORDS.index("bad")),  # what the second writes
    ],
)
def test_a_construction_with_one_entry_changed_is_refuted(name: str, row: int, column: int) -> None:
    rule = rule_of(RULE_B)
    made = constructed(rule, "c")
    weights = getattr(made, name).copy()
    assert weights[row, column] != 0
    weights[row, column] *= -1
    found = proof(network_of(made._replace(**{name: weights})), rule, HALF)
    assert found.verdict == "refuted"


def test_a_hidden_state_that_counts_is_right_as_long_as_it_is_small() -> None:
    """Read from h, the bound ends before tanh has lost half a point, and not long before."""
    rule = rule_of({"good": 1})
    made = constructed(rule, "h")
    found = proof(network_of(made), rule, HALF)
    assert found.words is not None
    small = 1 / made.head[0]

    def error(words: int) -> float:
        return float(abs(np.tanh(small * words) / small - words))

    assert error(found.words) < 0.5 < error(int(found.words * 1.01))


# Running documents.


@pytest.mark.parametrize("scale", [1.0, 0.02])
def test_a_long_document_runs_in_chunks_as_it_does_word_by_word(scale: float) -> None:
    asked = problem(six_unit_problem(six_units(scale)))
    assert isinstance(asked, SentimentWeights)
    network = asked.subject(None).network.floats()
    document = np.random.default_rng(1).integers(0, 4, SHORTEST + 700).tolist()
    np.testing.assert_allclose(trace(network, document).output, run(network, document), atol=1e-12)


def test_a_unit_that_latches_is_followed_through_all_chunks() -> None:
    """One unit turns on at the first 'good' and stays on: no guess before it is right."""
    gates = {g: {"W_x": zeros(1, 4), "W_h": [[0.0]], "b": [OPEN]} for g in "ifgo"}
    gates["i"] = {"W_x": [[0.0, 200.0, 0.0, 0.0]], "W_h": [[0.0]], "b": [-OPEN]}
    gates["g"]["W_h"] = [[1.0]]
    data = six_unit_problem(gates, output={"from": "c", "weights": [1]})
    asked = problem(data)
    assert isinstance(asked, SentimentWeights)
    network = asked.subject(None).network.floats()
    document = [0] * 300 + [1] + [2] * (SHORTEST + 50)
    done = trace(network, document)
    np.testing.assert_allclose(done.output, run(network, document), atol=1e-12)
    assert done.output[299] < 1e-20
    assert done.output[-1] == 1


def test_gates_and_states_of_a_trace_follow_from_each_other() -> None:
    asked = problem(six_unit_problem(copy.deepcopy(six_units(0.1))))
    assert isinstance(asked, SentimentWeights)
    network = asked.subject(None).network.floats()
    done = trace(network, np.random.default_rng(2).integers(0, 4, 2 * SHORTEST).tolist())
    before = np.vstack([np.zeros(6), done.c[:-1]])
    np.testing.assert_allclose(done.f * before + done.i * done.g, done.c, atol=1e-12)
    np.testing.assert_allclose(done.o * np.tanh(done.c), done.h, atol=1e-12)
