"""Networks of few step units: what is found computes the rule, what is impossible nothing does."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sequence_rule import networks

from lstmhw.feasibility import Row, Witness, solved
from lstmhw.reading import read
from lstmhw.render import render
from lstmhw.rules import few_units
from lstmhw.rules.apart import differing
from lstmhw.rules.elimination import first_combination, solution
from lstmhw.rules.few_units import Behaviour, BrokenOff, Exhausted, searched, sought
from lstmhw.rules.letters import Decided, Judge, Near, Rule
from lstmhw.rules.orders import orders
from lstmhw.rules.outputs import of_tables, reached
from lstmhw.rules.step_units import StepNetwork, decided
from lstmhw.rules.weighing import network_of
from lstmhw.solution import Solution
from lstmhw.view import View

HALF = Fraction(1, 2)
JUDGES = (
    Near(HALF),
    Near(Fraction(1)),
    *(Decided(relation, HALF) for relation in (">", ">=", "<", "<=")),
)
WHOLE = st.integers(-3, 3).map(Fraction)
NETWORKS = st.integers(1, 3).flatmap(lambda letters: networks(letters, WHOLE))
MODULO_3 = {
    "states": {
        "r0": {"0": "r0", "1": "r1"},
        "r1": {"0": "r2", "1": "r0"},
        "r2": {"0": "r1", "1": "r2"},
    },
    "outputs": {"r0": 1, "r1": 0, "r2": 0},
}


@pytest.mark.parametrize(("units", "count"), [(1, 2), (2, 8), (3, 96), (4, 5376)])
def test_as_many_orders_are_known_as_there_are(units: int, count: int) -> None:
    # 1, 1, 2, 14 (the sequence A009997), times N! permutations and 2^N signs, times the places
    assert orders(units).every.bit_count() == count * (2**units + 1)


@settings(max_examples=60)
@given(st.data())
def test_orders_allow_what_some_weights_do(data: st.DataObject) -> None:
    units = data.draw(st.integers(1, 4))
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, 2**units), st.integers(0, 1)), max_size=14),
    )
    asked = [(state, letter, data.draw(st.booleans())) for state, letter in dict.fromkeys(pairs)]
    left = orders(units).every
    for (a, letter, is_on), (b, other, is_off) in product(asked, repeat=2):
        if letter == other and is_on and not is_off:
            left &= orders(units).below[b][a]
    rows = [
        Row(
            (
                *(Fraction(letter == k) for k in (0, 1)),
                *(Fraction(state >> k & 1 if state < 2**units else 0) for k in range(units)),
                Fraction(state == 2**units),
            ),
            is_on,
        )
        for state, letter, is_on in asked
    ]
    assert (left > 0) == (not rows or isinstance(solved(rows), Witness))


def rule_of(network: StepNetwork, judge: Judge, free: int) -> Rule:
    """What a network computes, anything allowed here and there."""

    def step(h: Any, letter: int) -> tuple[Any, Fraction | None]:
        after = network.step(h, letter)
        output = network.output(after)
        due = Fraction(judge.decision(output)) if isinstance(judge, Decided) else output
        number = sum(int(v) << k for k, v in enumerate(after)) + letter
        return after, None if free and number % free == 0 else due

    return reached(network.initial, len(network.letters), step, str)


@settings(max_examples=40)
@given(NETWORKS, st.sampled_from(JUDGES), st.integers(0, 3))
def test_what_a_network_computes_is_found_with_so_many_units(
    network: StepNetwork, judge: Judge, free: int
) -> None:
    rule = rule_of(network, judge, free)
    result = searched(rule, judge, len(network.W_h))
    assert not isinstance(result, Exhausted)
    assert len(differing(rule, judge)) <= 2 ** len(network.W_h)
    if isinstance(result, Behaviour):
        found = network_of(result, len(network.letters), judge)
        assert decided(found, rule, judge).verdict == "proved"


def two_letter_units() -> set[tuple[int, ...]]:
    """All that one of two units can do: on or off after each letter, from 00 10 01 11 and h_0.

    Weights 1 and 2, either way round and with either sign, have all orders of the four states.
    """
    half = [Fraction(k, 2) for k in range(-7, 8, 2)]
    found = set()
    for (v, w), (a, b) in product(permutations((1, 2)), product((1, -1), repeat=2)):
        sums = (0, a * v, b * w, a * v + b * w)
        for first, second, k in product(half, half, range(-8, 9)):
            rows = [[put + z > 0 for z in (*sums, k)] for put in (first, second)]
            found.add(tuple(int(bit) for row in rows for bit in row))
    return found


def computes(a: Sequence[int], b: Sequence[int], rule: Rule) -> bool:
    """Whether two units do, with an output that may be any threshold of theirs."""
    dues: dict[int, Fraction | None] = {}
    seen = {(4, 0)}
    queue = [(4, 0)]
    for code, state in queue:
        for letter in (0, 1):
            target = a[5 * letter + code] + 2 * b[5 * letter + code]
            due = rule.outputs[state][letter]
            if dues.setdefault(target, due) != due:
                return False
            node = target, rule.following[state][letter]
            if node not in seen:
                seen.add(node)
                queue.append(node)
    return [dues.get(code) for code in range(4)] not in ([0, 1, 1, 0], [1, 0, 0, 1])


def rules() -> Iterator[Rule]:
    """Rules of three states on two letters, some that two units compute and some they do not."""
    names = ["q0", "q1", "q2"]
    for seed in (7, 8, 9, 11):
        digits = [(seed * (k + 3) ** 3 // 5) % 3 for k in range(6)]
        following = {
            name: [names[d] for d in digits[2 * k : 2 * k + 2]] for k, name in enumerate(names)
        }
        outputs = {
            name: [Fraction((seed * (k + 1) // (letter + 2)) % 2) for letter in (0, 1)]
            for k, name in enumerate(names)
        }
        yield of_tables(following, outputs, "q0")


def test_two_units_are_found_where_trying_all_of_them_finds_some() -> None:
    units = sorted(two_letter_units())
    verdicts = []
    for rule in rules():
        result = searched(rule, Decided(">", HALF), 2)
        some = any(computes(a, b, rule) for a in units for b in units)
        assert isinstance(result, Behaviour) == some
        assert isinstance(result, Exhausted) == (not some)
        verdicts.append(some)
    assert {True, False} <= set(verdicts)


def test_weights_that_need_another_start_get_one() -> None:
    # One letter: 1 after the first, 0 after all others.  From h_0 = 0 one unit would stay as it is.
    names = {"first": ["later"], "later": ["later"]}
    rule = of_tables(names, {"first": [Fraction(1)], "later": [Fraction(0)]}, "first")
    judge = Near(HALF)
    result = searched(rule, judge, 1)
    assert isinstance(result, Behaviour)
    network = network_of(result, 1, judge)
    assert any(network.initial)
    assert decided(network, rule, judge).verdict == "proved"


def test_more_states_than_the_units_have_are_not_searched() -> None:
    names = [f"q{k}" for k in range(6)]
    following = {name: [names[(k + 1) % 6]] for k, name in enumerate(names)}
    outputs = {name: [Fraction(k)] for k, name in enumerate(names)}
    rule = of_tables(following, outputs, "q0")
    assert len(differing(rule, Near(HALF))) == 6
    assert sought(rule, Near(HALF), 2) is None
    found = sought(rule, Near(HALF), 3)
    assert found is not None
    assert found.last.units == 3


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 2), st.data())
def test_linear_equations_are_solved_or_have_no_solution(
    rows: int, size: int, count: int, data: st.DataObject
) -> None:
    number = st.integers(-2, 2).map(Fraction)
    A = [[data.draw(number) for _ in range(size)] for _ in range(rows)]
    X = [[data.draw(number) for _ in range(count)] for _ in range(size)]

    def product_of(X: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
        columns = list(zip(*X, strict=True))
        return [
            [
                sum((a * x for a, x in zip(row, column, strict=True)), Fraction())
                for column in columns
            ]
            for row in A
        ]

    found = solution(A, product_of(X))
    assert found is not None
    assert product_of(found) == product_of(X)
    assert solution([*A, A[0]], [*product_of(X), [v + 1 for v in product_of(X)[0]]]) is None


def test_an_input_in_the_plane_of_others_is_a_combination_of_them() -> None:
    plane = [(1, 0, 2), (0, 1, 2), (3, 3, 2), (5, -2, 2)]
    found = first_combination([[Fraction(v) for v in row] for row in plane])
    assert found is not None
    assert found.letter == 3
    assert sum(found.shares) == 1
    rows = zip(*plane[:3], strict=True)
    assert [sum(s * v for s, v in zip(found.shares, row, strict=True)) for row in rows] == [
        5,
        -2,
        2,
    ]
    assert first_combination([[Fraction(0)], [Fraction(1)]]) is None


def asked(**keys: Any) -> Solution:
    problem = {"kind": "sequence-rule", "activation": "step", **keys}
    with open("few.yaml", "w", encoding="utf-8") as file:
        yaml.safe_dump(problem, file, sort_keys=False)
    return read("few.yaml").problem.solve()


def page(solution: Solution) -> str:
    return " ".join(render([solution], "table", View()).split())


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_divisible_by_three_takes_three_units() -> None:
    # r0 = 0, r1 = 1, r2 = 2 modulo 3 of the binary number so far: a code for each of them
    none = asked(alphabet=["0", "1"], rule=MODULO_3, units=2)
    assert none.extras["impossible"]["documents"] == [["0"], ["1"], ["1", "0"]]
    assert "No network of 2 step units does it" in page(none)
    assert none.extras["proof"] is None
    three = asked(alphabet=["0", "1"], rule=MODULO_3, units=3, sequence="110")
    assert (three.extras["units"], three.extras["proof"]["verdict"]) == (3, "proved")
    assert [moment["output"] for moment in three.extras["trace"]] == [0, 1, 1]
    assert "No network of 2 step units does it: all that" in page(three)


def test_a_pattern_is_found_in_two_units() -> None:
    # each way to a state takes a unit, three of them; two have four states, and there are four ends
    found = asked(alphabet=["a", "b"], rule={"regex": "(a|b)*abb"}, units=2)
    assert (found.extras["units"], found.extras["proof"]["verdict"]) == (2, "proved")
    assert "A search found these weights of 2 step units" in page(found)


def test_a_search_that_is_broken_off_says_how_far_it_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(few_units, "MOST_TRIED", 100)
    states = {f"r{k}": {"0": f"r{2 * k % 7}", "1": f"r{(2 * k + 1) % 7}"} for k in range(7)}
    modulo_7 = {"states": states, "outputs": {f"r{k}": int(k == 0) for k in range(7)}}
    broken = asked(alphabet=["0", "1"], rule=modulo_7, units=10)
    assert broken.extras["proof"]["verdict"] == "unknown"
    assert broken.extras["impossible"] is None
    said = page(broken)
    assert "It is not known whether 10 step units can do it." in said
    assert "Of 3 step units none was found in 100 choices" in said
    assert "Of 5 to 10 units none was searched for. With 12 step units there is one" in said
    result = searched(of_tables({"a": ["a"]}, {"a": [Fraction()]}, "a"), Near(HALF), 1)
    assert not isinstance(result, BrokenOff)


def test_a_constructed_network_may_do_as_it_likes_where_anything_will_do() -> None:
    late = {"0": {"0": 0, "1": 1}, "1": {"0": 0, "1": 1}}
    rule = {"states": {"0": {"0": "0", "1": "1"}, "1": {"0": "0", "1": "1"}}, "outputs": late}
    for units in (1, 2, 3):
        extras = asked(alphabet=["0", "1"], rule=rule, delay=1, units=units).extras
        assert (extras["impossible"] is not None) == (units == 1)
        assert (extras["proof"] or {"verdict": "none"})["verdict"] in ("none", "proved")
