"""`step-rnn` and `lstmhw check-feasible`: exact answers, judged by running them and by z3."""

import json
import random
import re
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run, at_length, examples, marked, problem, solved
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.faults import ProblemError
from lstmhw.kinds.step_rnn import StepRnn
from lstmhw.render import FORMATS, render
from lstmhw.solution import Check, Solution
from lstmhw.threshold.question import Question
from lstmhw.threshold.weights import simplest
from lstmhw.view import View

A: dict[str, Any] = {
    "kind": "step-rnn",
    "inputs": [0, 0, 0, 1, 0, 1, 0],
    "outputs": [0, 0, 0, 1, 1, 1, 1],
}
B: dict[str, Any] = {
    "kind": "step-rnn",
    "inputs": [0, 0, 0, 1, 0, 0, 1, 0],
    "outputs": [1, 1, 1, 0, 0, 0, 1, 1],
}


def page(solution: Solution, format: str = "table") -> str:
    return " ".join(render([solution], format, View()).split())


def numbers(value: Any) -> list[Fraction]:
    return [Fraction(part) for part in (value if isinstance(value, list) else [value])]


def run(data: dict[str, Any], weights: dict[str, Any], initial: int) -> list[int]:
    """What a unit with these weights does, in plain loops over Fractions."""
    w1, w2, b = numbers(weights["w1"]), Fraction(weights["w2"]), Fraction(weights["b"])
    state, states = initial, []
    for x in data["inputs"]:
        parts = [Fraction(str(part)) for part in (x if isinstance(x, list) else [x])]
        z = sum(u * v for u, v in zip(w1, parts, strict=True)) + w2 * state + b
        state = int(z > 0 if data.get("threshold", ">") == ">" else z >= 0)
        states.append(state)
    return states


def check(data: dict[str, Any]) -> dict[str, Any]:
    """The answer's extras, whatever can be redone redone."""
    extras = dict(solved(data).extras)
    if extras["feasible"]:
        assert run(data, extras["weights"], extras["initial"]) == data["outputs"]
        assert len(extras["z"]()) == len(data["outputs"])
        return extras
    certificates = extras.get("certificates") or {data.get("initial", 0): extras["certificate"]}
    for initial, certificate in certificates.items():
        assert_contradiction(data, certificate, int(initial))
    return extras


def assert_contradiction(
    data: dict[str, Any], certificate: list[dict[str, str]], initial: int
) -> None:
    """The rows with multipliers add up to the same on both sides."""
    before = [initial, *data["outputs"]]
    sums: dict[int, list[Fraction]] = {}
    for row in certificate:
        t, multiplier = int(row["t"]) - 1, Fraction(row["multiplier"])
        assert multiplier > 0
        x = data["inputs"][t]
        vector = [*(x if isinstance(x, list) else [x]), before[t], 1]
        label = data["outputs"][t]
        total = sums.setdefault(label, [Fraction() for _ in vector])
        for k, entry in enumerate(vector):
            total[k] += multiplier * Fraction(str(entry))
        wanted = {(">", 1): "> 0", (">", 0): "<= 0", (">=", 1): ">= 0", (">=", 0): "< 0"}
        relation = wanted[data.get("threshold", ">"), label]
        assert row["constraint"].endswith(f" {relation}")
    zero = [Fraction() for _ in next(iter(sums.values()))]
    assert sums.get(0, zero) == sums.get(1, zero)
    strict = 1 if data.get("threshold", ">") == ">" else 0
    assert strict in sums


# The sheet.


def test_part_a_is_feasible() -> None:
    extras = check(A)
    assert extras["weights"] == {"w1": "2", "w2": "2", "b": "-1"}
    assert extras["z"]() == ["-1", "-1", "-1", "1", "1", "3", "1"]


def test_the_claimed_weights_of_part_a_fail_at_4() -> None:
    (check,) = marked({**A, "claimed": {"w1": 1, "w2": 2, "b": -1}}).checks
    assert (check.symbol, check.verdict, check.where) == ("weights", "wrong", "t = 4")
    assert check.explanation == (
        "At t = 4, z = 0 and step(0) = 0, but s_4 has to be 1. "
        "All weights with b <= 0, w1 + b > 0, w2 + b > 0 do it, and no others."
    )
    assert check.claimed == {"w1": "1", "w2": "2", "b": "-1"}
    assert check.expected == {"w1": "2", "w2": "2", "b": "-1"}


def test_part_b_is_infeasible_by_two_steps() -> None:
    extras = check({**B, "claimed": {"feasible": False}})
    assert extras["certificate"] == [
        {"t": 1, "constraint": "b > 0", "multiplier": "1"},
        {"t": 5, "constraint": "b <= 0", "multiplier": "1"},
    ]
    assert extras["contradiction"].startswith("t = 1 needs b > 0; t = 5 needs b <= 0.")
    without_1, without_5 = extras["repairs"]
    assert without_1 == {"t": 1, "weights": None}
    assert without_5["t"] == 5


def test_another_initial_state_does_not_help_part_b() -> None:
    extras = check({**B, "initial": "free"})
    assert len(extras["certificates"]["0"]) == 2
    assert len(extras["certificates"]["1"]) == 4
    assert "s_0 = 1 would not help" in page(solved(B))


@pytest.mark.parametrize("initial", [0, at_length(1), at_length("free")])
def test_part_b_needs_two_extra_units(initial: int | str) -> None:
    assert solved({**B, "initial": initial, "hidden": 1}).extras["network"] is None
    network = solved({**B, "initial": initial, "hidden": 3}).extras["network"]
    assert len(network["b"]) == 3
    assert network_run(B, network, 0 if initial == "free" else int(initial)) == B["outputs"]


def network_run(data: dict[str, Any], network: dict[str, Any], initial: int) -> list[int]:
    """The output unit of a network, in plain loops over Fractions."""
    states = [initial, *(0 for _ in network["b"][1:])]
    outputs = []
    for x in data["inputs"]:
        z = [
            Fraction(row_x[0]) * Fraction(str(x))
            + sum(Fraction(w) * s for w, s in zip(row_h, states, strict=True))
            + Fraction(b)
            for row_x, row_h, b in zip(network["W_x"], network["W_h"], network["b"], strict=True)
        ]
        states = [int(value > 0) for value in z]
        outputs.append(states[0])
    return outputs


@pytest.mark.parametrize(
    ("claimed", "verdict"), [("false", "wrong"), (True, "right")], ids=["impossible", "possible"]
)
def test_a_claimed_impossibility_is_met_with_weights(claimed: Any, verdict: str) -> None:
    (found,) = marked({**A, "claimed": {"feasible": claimed}}).checks
    assert found.verdict == verdict
    assert found.expected is True


def test_right_weights_are_right_though_others_are_shown() -> None:
    (check,) = marked({**A, "claimed": {"w1": 1, "w2": 1, "b": 0}}).checks
    assert (check.symbol, check.verdict, check.where) == ("weights", "right", None)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=8), st.data())
def test_claimed_weights_are_right_where_they_run_right(outputs: list[int], data: Any) -> None:
    size = len(outputs)
    inputs = data.draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size))
    w1, w2, b = data.draw(st.tuples(*[st.integers(-3, 3)] * 3))
    question = {"kind": "step-rnn", "inputs": inputs, "outputs": outputs}
    (check,) = marked({**question, "claimed": {"weights": {"w1": w1, "w2": w2, "b": b}}}).checks
    before = [0, *outputs]
    states = [int(w1 * x + w2 * s + b > 0) for x, s in zip(inputs, before, strict=False)]
    fails = [t for t, (a, s) in enumerate(zip(states, outputs, strict=True), 1) if a != s]
    assert (check.verdict, check.where) == (
        ("wrong", f"t = {fails[0]}") if fails else ("right", None)
    )
    if check.expected is not None:
        assert isinstance(check.expected, dict)
        v1, v2, c = (Fraction(check.expected[name]) for name in ("w1", "w2", "b"))
        again = [int(v1 * x + v2 * s + c > 0) for x, s in zip(inputs, before, strict=False)]
        assert again == outputs


def test_a_claimed_network_is_run() -> None:
    parity = {"kind": "step-rnn", "inputs": [1, 1, 0, 1], "outputs": [1, 0, 0, 1], "hidden": 2}
    # The output is "one, and the state was 0" or "zero, and it was 1": two units see which.
    network = {"W_x": [[1]], "W_h": [[-1]], "b": [0]}
    (check,) = marked({**parity, "claimed": network}).checks
    assert (check.symbol, check.verdict) == ("weights", "right")
    (check,) = marked({**parity, "claimed": {**network, "b": [-1]}}).checks
    assert (check.verdict, check.where) == ("wrong", "t = 1")
    solution = marked({**parity, "inputs": [0, 1, 1, 0, 0, 1], "outputs": [1, 0, 1, 1, 0, 0]})
    assert solution.extras["feasible"] in (True, False)


def test_a_network_that_does_it_is_shown_beside_one_that_does_not() -> None:
    claimed = {"W_x": [[1], [0]], "W_h": [[1, 0], [0, 1]], "b": ["1/2", 0]}
    solution = marked({**B, "hidden": 2, "claimed": claimed})
    (check,) = solution.checks
    assert (check.verdict, check.where) == ("wrong", "t = 4")
    assert check.explanation == "At t = 4, z of s = 5/2 and step(5/2) = 1, but s_4 has to be 0."
    assert isinstance(check.expected, dict)
    assert network_run(B, check.expected, 0) == B["outputs"]
    assert "s_t step(x + s_(t-1) + 1/2)" in page(solution)
    assert "4 5/2 1 0 0 NO" in page(solution)
    (check,) = marked({**B, "claimed": claimed}).checks
    assert check.expected is None


def test_why_no_weights_do_it_stands_on_the_page_of_marks(lstmhw: Run, tmp_path: Path) -> None:
    """That page has no working, so nothing above can be referred to."""
    claimed = {"w1": 1, "w2": 1, "b": 1, "feasible": True}
    (tmp_path / "b.yaml").write_text(json.dumps({**B, "claimed": claimed}))
    text = " ".join(lstmhw("check", "b.yaml").stdout.split())
    why = "No weights do it: t = 1 needs b > 0; t = 5 needs b <= 0. Both cannot be."
    assert f"but s_4 has to be 0. {why}" in text
    assert f"feasible: It is false. {why}" in text
    (tmp_path / "a.yaml").write_text(json.dumps({**A, "claimed": {"feasible": False}}))
    text = " ".join(lstmhw("check", "a.yaml").stdout.split())
    assert "feasible: It is true: w1 = 2, w2 = 2, b = -1 do it." in text


# Any sequence.

SMALL = st.integers(-3, 3)


def failures(data: dict[str, Any], states: list[int]) -> list[int]:
    return [t for t, (a, b) in enumerate(zip(states, data["outputs"], strict=True), 1) if a != b]


def holds(text: str, values: dict[str, int]) -> bool:
    """Whether weights meet demands as they are printed: 2 w1 + b > 0, w2 + b <= 0."""
    for demand in text.split(", "):
        left, relation, _ = re.split(r" (>=|<=|>|<) ", demand)
        terms = re.findall(r"([+-]?) ?(?:([\d/]+) )?(w1|w2|b)", left)
        z = sum(Fraction(f"{sign}{size or 1}") * values[name] for sign, size, name in terms)
        if not {">": z > 0, ">=": z >= 0, "<": z < 0, "<=": z <= 0}[relation]:
            return False
    return True


BITS = st.integers(0, 1)
INPUTS = st.integers(-2, 2) | st.sampled_from([0.5, -1.5, 0.1])
EXTREME = st.sampled_from(["0.3", "0.300000000001", "1/3", "-0.3"])


@st.composite
def sequences(draw: st.DrawFn, inputs: Any, most: int = 8) -> dict[str, Any]:
    length = draw(st.integers(1, most))
    return {
        "kind": "step-rnn",
        "inputs": [draw(inputs) for _ in range(length)],
        "outputs": [draw(BITS) for _ in range(length)],
        "initial": draw(st.sampled_from([0, 1, "free"])),
        "threshold": draw(st.sampled_from([">", ">="])),
    }


@examples(12, 60)
@given(sequences(INPUTS), st.tuples(SMALL, SMALL, SMALL))
def test_the_row_of_weights_says_what_running_them_shows(
    data: dict[str, Any], weights: tuple[int, int, int]
) -> None:
    """Verdict, `where` and which weights do it, from each s_0, beside plain loops."""
    claimed = dict(zip(("w1", "w2", "b"), weights, strict=True))
    (check,) = marked({**data, "claimed": claimed}).checks
    initials = [0, 1] if data["initial"] == "free" else [data["initial"]]
    failed = {k: failures(data, run(data, claimed, k)) for k in initials}
    does = [k for k in initials if not failed[k]]
    assert check.verdict == ("right" if does else "wrong")
    assert check.mistake is None
    told = set(re.findall(r"t = (\d+)", check.where or ""))
    assert told == (set() if does else {str(failed[k][0]) for k in initials})
    for k in initials:
        begun = f"From s_0 = {k}, a" if len(initials) > 1 else "A"
        region = re.search(rf"{begun}ll weights with (.*?) do it", check.explanation)
        none = re.search(rf"{begun[:-1]}[nN]o weights do it: ", check.explanation)
        assert bool(region) != bool(none)
        assert (holds(region[1], claimed) if region else False) == (k in does)
    if not isinstance(check.expected, dict):
        assert (check.expected, check.verdict) == (None, "wrong")
    else:
        assert any(run(data, check.expected, k) == data["outputs"] for k in initials)


@examples(12, 60)
@given(sequences(st.integers(-2, 2)), st.integers(1, 3), st.data())
def test_a_claimed_network_fails_where_running_it_fails(
    data: dict[str, Any], units: int, draw: Any
) -> None:
    data = {**data, "threshold": ">", "initial": 0}
    row = st.lists(SMALL, min_size=units, max_size=units)
    network = {
        "W_x": [[x] for x in draw.draw(row)],
        "W_h": [draw.draw(row) for _ in range(units)],
        "b": draw.draw(row),
    }
    if draw.draw(st.booleans()):
        data["outputs"] = network_run(data, network, 0)
    (check,) = marked({**data, "claimed": {"weights": network}}).checks
    failed = failures(data, network_run(data, network, 0))
    wanted = ("wrong", f"t = {failed[0]}") if failed else ("right", None)
    assert (check.verdict, check.where) == wanted
    if not isinstance(check.expected, dict):
        assert check.expected is None
        assert failed
    else:
        assert network_run(data, check.expected, 0) == data["outputs"]


@examples(10, 30)
@given(sequences(INPUTS | EXTREME))
def test_scalar_answers_hold(data: dict[str, Any]) -> None:
    check(data)


@examples(5, 20)
@given(sequences(st.tuples(INPUTS, INPUTS).map(list), most=7))
def test_vector_answers_hold(data: dict[str, Any]) -> None:
    check(data)


@examples(8, 20)
@given(sequences(BITS, most=9))
def test_bits_are_decided_as_by_trying_small_weights(data: dict[str, Any]) -> None:
    """For bits, weights up to 3 are enough: all threshold functions of two bits have them."""
    initials = [0, 1] if data["initial"] == "free" else [data["initial"]]
    grid = [
        dict(zip(("w1", "w2", "b"), map(str, w), strict=True))
        for w in product(range(-3, 4), repeat=3)
    ]
    some = any(run(data, w, s) == data["outputs"] for w in grid for s in initials)
    assert solved(data).extras["feasible"] == some


@examples(8, 20)
@given(sequences(BITS, most=6))
def test_repairs_meet_every_other_row(data: dict[str, Any]) -> None:
    data["initial"] = 0
    extras = solved(data).extras
    before = [0, *data["outputs"]]
    for repair in () if extras["feasible"] else extras["repairs"]:
        dropped = repair["t"] - 1
        row = data["inputs"][dropped], before[dropped], data["outputs"][dropped]
        kept = [
            t
            for t in range(len(data["inputs"]))
            if (data["inputs"][t], before[t], data["outputs"][t]) != row
        ]
        if repair["weights"] is None:
            continue
        for t in kept:
            one = {**data, "inputs": [data["inputs"][t]]}
            assert run(one, repair["weights"], before[t]) == [data["outputs"][t]]


def long_sequence(length: int, inputs: int, seed: int = 0) -> dict[str, Any]:
    """A unit with random weights, run; decimals of a few digits."""
    rng = random.Random(seed)
    w, w2, b = [rng.choice([-1, 1, 2]) for _ in range(inputs)], Fraction(1, 2), Fraction(-1, 3)
    state, xs, outputs = 0, [], []
    for _ in range(length):
        x = [round(rng.uniform(-1, 1), 4) for _ in range(inputs)]
        z = sum(u * Fraction(str(v)) for u, v in zip(w, x, strict=True)) + w2 * state + b
        state = int(z > 0)
        xs.append(x if inputs > 1 else x[0])
        outputs.append(state)
    return {"kind": "step-rnn", "inputs": xs, "outputs": outputs}


@pytest.mark.parametrize("inputs", [1, at_length(3)])
def test_long_sequences(inputs: int) -> None:
    data = long_sequence(1000, inputs)
    assert check(data)["feasible"]
    data["outputs"][500] ^= 1
    extras = solved(data).extras
    if not extras["feasible"]:
        assert_contradiction(data, extras["certificate"], 0)


def test_the_decisive_steps_are_the_extremes() -> None:
    asked = problem(long_sequence(500, 1))
    assert isinstance(asked, StepRnn)
    (case,) = asked.asked.cases.values()
    question: Question = case.question
    assert len(question.decisive) <= 8
    assert "the least and the greatest x matter" in page(asked.solve())


def test_inputs_that_floats_cannot_tell_apart_are_told_apart() -> None:
    low, high = "0.1", "0.10000000000000000000000000000001"
    data = {"kind": "step-rnn", "inputs": [low, high, low, high], "outputs": [0, 1, 0, 1]}
    assert float(low) == float(high)
    assert check(data)["feasible"]
    data["outputs"] = [0, 1, 1, 0]
    assert not check(data)["feasible"]


@pytest.mark.parametrize(
    ("low", "high", "value"),
    [
        (Fraction(1, 3), Fraction(1, 2), Fraction(2, 5)),
        (Fraction(-1, 2), Fraction(5), Fraction(0)),
        (Fraction(2), Fraction(3), Fraction(5, 2)),
        (None, Fraction(-5, 2), Fraction(-3)),
        (Fraction(5, 2), None, Fraction(3)),
        (None, None, Fraction(0)),
    ],
)
def test_the_simplest_fraction(low: Any, high: Any, value: Fraction) -> None:
    assert simplest(low, high) == value


@given(st.fractions(-5, 5), st.fractions(-5, 5))
def test_the_simplest_fraction_has_the_least_denominator(a: Fraction, b: Fraction) -> None:
    low, high = min(a, b), max(a, b)
    if low == high:
        return
    found = simplest(low, high)
    assert low < found < high
    for denominator in range(1, min(found.denominator, 60)):
        n = low.numerator * denominator // low.denominator + 1
        assert not low < Fraction(n, denominator) < high


@pytest.mark.parametrize(
    ("inputs", "w1", "outputs"),
    [
        ([["1e300", "1e-35"]], ["1e-50", "-1e280"], [1]),
        ([["2.6e-324", "7.3e-324"]], [1, "-0.4"], [0]),
    ],
)
def test_numbers_that_floats_lose_are_judged_exactly(
    inputs: list[Any], w1: list[Any], outputs: list[int]
) -> None:
    claimed = {"w1": w1, "w2": 0, "b": 0}
    data = {"kind": "step-rnn", "inputs": inputs, "outputs": outputs, "claimed": claimed}
    assert {check.verdict for check in marked(data).checks} == {"right"}


def test_inputs_of_very_different_sizes() -> None:
    inputs = [["-3e-20", "-9e300"], ["-5e-20", "4e300"], ["-8e-20", "-8e300"], ["-4e-20", "3e300"]]
    check({"kind": "step-rnn", "inputs": inputs, "outputs": [1, 1, 0, 0]})


def test_a_vector_of_one_is_a_vector() -> None:
    assert solved({**A, "inputs": [[x] for x in A["inputs"]]}).extras["weights"]["w1"] == ["2"]


def test_the_initial_state_of_a_network_is_told() -> None:
    extras = solved({**B, "initial": "free", "hidden": 2}).extras
    assert network_run(B, extras["network"], extras["initial"]) == B["outputs"]


def test_claimed_weights_run_with_their_own_states() -> None:
    """z_5 = 1*0 + 2*0 - 1 after the 0 that they give at t = 4."""
    text = page(marked({**A, "claimed": {"w1": 1, "w2": 2, "b": -1}}))
    assert "5 1*0 + 2*0 - 1 = -1 0 1 NO" in text


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(150))
def test_z3_agrees(seed: int) -> None:
    z3 = pytest.importorskip("z3")
    rng = random.Random(seed)
    size = rng.choice([1, 1, 2, 3])
    values = [0, 1, -1, 2, "0.5", "1/3", "0.333333333333", "1.000000000001"]
    length = rng.randint(2, 14)
    inputs = [[rng.choice(values) for _ in range(size)] for _ in range(length)]
    data: dict[str, Any] = {
        "kind": "step-rnn",
        "inputs": inputs if size > 1 else [x[0] for x in inputs],
        "outputs": [rng.randint(0, 1) for _ in range(length)],
        "threshold": rng.choice([">", ">="]),
    }
    weights = [z3.Real(f"w{k}") for k in range(size + 2)]
    solver = z3.Solver()
    before = [0, *data["outputs"]]
    for t, x in enumerate(inputs):
        entries = [*(Fraction(str(part)) for part in x), Fraction(before[t]), Fraction(1)]
        terms = [
            w * z3.Q(e.numerator, e.denominator) for w, e in zip(weights, entries, strict=True)
        ]
        total = z3.Sum(terms)
        fires = total > 0 if data["threshold"] == ">" else total >= 0
        solver.add(fires if data["outputs"][t] else z3.Not(fires))
    assert check(data)["feasible"] == (solver.check() == z3.sat)


# What a reader sees, and the command line.


@cache
def answered(part: str) -> Solution:
    return solved({"a": A, "b": {**B, "hidden": 2}}[part])


@pytest.mark.parametrize("part", ["a", "b"])
def test_every_format_shows_the_answer(part: str) -> None:
    for format in FORMATS:
        text = page(answered(part), format)
        assert "easible" in text or '"feasible"' in text
        assert format == "json" or "w2 + b" in text


def test_the_region_is_what_is_left() -> None:
    text = page(solved(A))
    assert "exactly those with the following; the rest follows:" in text
    assert "t = 1 b <= 0 t = 4 w1 + b > 0 t = 5 w2 + b > 0" in text


def test_without_arguments_the_two_parts(lstmhw: Run) -> None:
    found = json.loads(lstmhw("check-feasible", "--format", "json").stdout)
    assert [answer["feasible"] for answer in found] == [True, False]


def test_questions_from_the_command_line(lstmhw: Run) -> None:
    question = ["--inputs", "0,0,0,1,0,0,1,0", "--outputs", "1,1,1,0,0,0,1,1"]
    answer = json.loads(lstmhw("check-feasible", *question, "--format", "json").stdout)
    assert answer["feasible"] is False
    more = ["--initial", "free", "--hidden", "2", "--format", "json"]
    answer = json.loads(lstmhw("check-feasible", *question, *more).stdout)
    assert len(answer["network"]["b"]) == 3


def test_several_files_give_a_list(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps(A))
    result = lstmhw("check-feasible", "a.yaml", "step-rnn-b", "a.yaml", "--format", "json")
    assert len(json.loads(result.stdout)) == 3


def test_strict_fails_on_wrong_weights_and_on_wrong_reasons(lstmhw: Run, tmp_path: Path) -> None:
    assert lstmhw("solve", "--strict", "step-rnn-a").returncode == 1
    assert lstmhw("solve", "--strict", "step-rnn-b").returncode == 1
    (tmp_path / "b.yaml").write_text(json.dumps({**B, "claimed": {"feasible": False}}))
    assert lstmhw("solve", "--strict", "b.yaml").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--inputs", "0,1"], "--inputs needs --outputs beside it"),
        (["--outputs", "0,1"], "--outputs needs --inputs beside it"),
        (["q2"], "expected step-rnn, which this command is about; found lstm-step"),
        (["step-rnn-a", "--inputs", "0", "--outputs", "0"], "found both"),
        (["--inputs", "0,1,1", "--outputs", "0,1"], "shape 3 (T = 3 from inputs), found 2"),
        (["--inputs", "0,1", "--outputs", "0,2"], "expected outputs 0 and 1, found 2"),
        (["--inputs", "", "--outputs", ""], "expected numbers, found an empty list"),
        (["--inputs", "0,x", "--outputs", "0,1"], "expected a number, found the text 'x'"),
        (["--initial", "2"], "is not one of"),
    ],
)
def test_bad_questions(arguments: list[str], message: str, lstmhw: Run) -> None:
    result = lstmhw("check-feasible", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("claimed", "message"),
    [
        ({"w1": 1}, "expected w1, w2 and b together, found no w2 and no b"),
        ({"w1": [1, 2], "w2": 1, "b": 0}, "expected a single number, as in an input; found 2"),
        ({"w1": "one", "w2": 1, "b": 0}, "expected a number, found the text 'one'"),
        ({"feasible": "maybe"}, "expected true or false"),
        ({"weights": 3}, "expected weights, found '3'"),
        ({"weights": {"w1": 1, "w2": 1, "b": 0, "w3": 1}}, "name of a weight, found 'w3'"),
        ({"w1": 1, "weights": {"w1": 1, "w2": 1, "b": 0}}, "weights once, found w1 beside them"),
        ({"w1": 1, "W_x": 1, "W_h": 1, "b": 0}, "one unit or a network, found w1 beside W_x"),
        ({"W_x": 1, "b": 0}, "expected W_x, W_h and b of a network, found no W_h"),
        ({"W_x": [[1, 2]], "W_h": 1, "b": 0}, "expected 1 row of 1, as b has 1"),
        ({"W_x": [[[1]]], "W_h": 1, "b": 0}, "expected a number, found"),
        ({"W_x": 1, "W_h": ".inf", "b": 0}, "expected a number, found an infinite one"),
    ],
)
def test_bad_claims(claimed: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as error:
        solved({**A, "claimed": claimed})
    assert message in str(error.value)


@pytest.mark.parametrize("none", ["null", "", "~"])
def test_weights_left_out_are_no_claim(none: str) -> None:
    assert marked({**A, "claimed": {"weights": none, "feasible": "true"}}).checks[:1] == (
        Check("feasible", "true", True, "right", None, None, ""),
    )


def test_a_weight_that_cannot_be_read_is_one_error(lstmhw: Run, tmp_path: Path) -> None:
    """Not one more for each of the others, which are lacking nothing."""
    claimed = {"w1": "one", "w2": 1, "b": 0, "feasible": True}
    (tmp_path / "a.yaml").write_text(json.dumps({**A, "claimed": claimed}))
    result = lstmhw("check", "a.yaml")
    assert result.returncode == 2
    assert result.stderr.count("error:") == 1
    assert "feasible" in result.stdout


def test_an_interrupted_search_tells_what_is_known() -> None:
    asked = problem({**B, "hidden": 4})
    assert isinstance(asked, StepRnn)

    def interrupting(extra: int, tried: int) -> None:
        if extra == 2:
            raise KeyboardInterrupt

    solution = asked.answered(interrupting)
    assert solution.interrupted
    assert "network" not in solution.extras
    assert solution.extras["interrupted"]
    assert solution.extras["excluded"] == 1
    assert "With one extra unit it cannot be done. The search with 2 was" in page(solution)


def test_weights_shown_are_arrays_of_numbers() -> None:
    answers = solved({**A, "inputs": [[0, 1]] * 7, "outputs": [0] * 7}).answers
    assert np.shape(answers["w1"]) == (2,)
