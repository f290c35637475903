"""Claimed weights are one row of the marks, with why: in every kind that has them."""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run, at_length, examples, marked, problem
from hypothesis import given
from hypothesis import strategies as st
from sentiment import six_unit_problem, six_units
from test_rnn_in_lstm import DATA, LIMIT, OUTPUT_GATE, SATURATED
from test_step_rnn import A, B

from lstmhw import marking
from lstmhw.grading import Grader, Row
from lstmhw.reading import from_text, read
from lstmhw.reading.submissions import Source
from lstmhw.render import FORMATS, render
from lstmhw.solution import Check
from lstmhw.view import View

KINDS = ("step-rnn", "sentiment-weights", "rnn-in-lstm")
Network = tuple[list[list[Fraction]], list[list[Fraction]], list[Fraction]]


def row(data: dict[str, Any]) -> Check:
    """The one row of the weights."""
    (check,) = (check for check in marked(data).checks if check.symbol == "weights")
    return check


# A step unit, and a network: against plain loops over fractions, each with its own states.


def fires(z: Fraction | int, threshold: str) -> int:
    return int(z > 0 if threshold == ">" else z >= 0)


def vector(x: Any) -> list[Fraction]:
    return [Fraction(str(part)) for part in (x if isinstance(x, list) else [x])]


def run(data: dict[str, Any], network: Network, initial: int) -> Iterator[int]:
    """The output unit step by step; the others start from 0."""
    W_x, W_h, b = network
    states = [initial, *(0 for _ in b[1:])]
    for x in map(vector, data["inputs"]):
        z = []
        for to_x, to_h, bias in zip(W_x, W_h, b, strict=True):
            from_x = sum(w * v for w, v in zip(to_x, x, strict=True))
            z.append(from_x + sum(w * s for w, s in zip(to_h, states, strict=True)) + bias)
        states = [fires(Fraction(value), data["threshold"]) for value in z]
        yield states[0]


def first_failure(data: dict[str, Any], network: Network, initial: int) -> int | None:
    """The first time step that comes out wrong, from 1."""
    steps = zip(run(data, network, initial), data["outputs"], strict=True)
    return next((t for t, (s, wanted) in enumerate(steps, 1) if s != wanted), None)


def network_of(named: dict[str, Any]) -> Network:
    """Weights of either form as a network."""
    if "W_x" in named:
        W_x, W_h = ([vector(row) for row in named[name]] for name in ("W_x", "W_h"))
        return W_x, W_h, vector(named["b"])
    return [vector(named["w1"])], [vector(named["w2"])], vector(named["b"])


def initials(data: dict[str, Any]) -> list[int]:
    return [0, 1] if data["initial"] == "free" else [data["initial"]]


WEIGHTS = st.integers(-3, 3) | st.sampled_from(["1/2", "-0.1", "1/3"])


def draw_matrix(draw: st.DrawFn, rows: int, columns: int) -> list[list[Any]]:
    return [[draw(WEIGHTS) for _ in range(columns)] for _ in range(rows)]


@st.composite
def questions(draw: st.DrawFn, most_units: int) -> dict[str, Any]:
    """A question with a claim, whose outputs are for the most part what the claim gives."""
    length, size = draw(st.integers(1, 7)), draw(st.integers(1, 2))
    numbers = st.integers(-2, 2) | st.sampled_from([0.5, 0.1])
    inputs: list[Any] = [[draw(numbers) for _ in range(size)] for _ in range(length)]
    units = draw(st.integers(1, most_units))
    claimed: dict[str, Any] = {
        "W_x": draw_matrix(draw, units, size),
        "W_h": draw_matrix(draw, units, units),
        "b": [draw(WEIGHTS) for _ in range(units)],
    }
    data = {
        "kind": "step-rnn",
        "inputs": inputs if size > 1 else [x for (x,) in inputs],
        "initial": draw(st.sampled_from([0, 1, "free"])),
        "threshold": draw(st.sampled_from([">", ">="])),
    }
    outputs = list(run(data, network_of(claimed), draw(st.sampled_from(initials(data)))))
    for t in draw(st.lists(st.integers(0, length - 1), max_size=2)):
        outputs[t] = 1 - outputs[t]
    return {**data, "outputs": outputs, "claimed": claimed}


def as_one_unit(data: dict[str, Any]) -> dict[str, Any]:
    """The same question, the claimed network of one unit written as w1, w2 and b."""
    claimed = data["claimed"]
    (w1,), ((w2,),), (b,) = claimed["W_x"], claimed["W_h"], claimed["b"]
    claimed = {"w1": w1 if len(w1) > 1 else w1[0], "w2": w2, "b": b}
    return {**data, "claimed": {"weights": claimed}}


def is_judged_as_it_runs(data: dict[str, Any], claim: Network) -> None:
    """Checks the row against plain loops."""
    solution = marked(data)
    (check,) = solution.checks
    failures = [first_failure(data, claim, initial) for initial in initials(data)]
    if None in failures:
        assert (check.verdict, check.where) == ("right", None)
    else:
        assert check.verdict == "wrong"
        assert str(check.where).startswith(f"t = {failures[0]}")
        for failure in failures:
            assert f"t = {failure}" in str(check.where)
            assert re.search(f"t = {failure}, z( of s)? = ", check.explanation, re.IGNORECASE)
    if solution.extras["feasible"]:
        assert check.expected is not None
    if isinstance(check.expected, dict):
        shown = network_of(check.expected)
        assert None in [first_failure(data, shown, initial) for initial in initials(data)]
        assert check.verdict == "right" or shown != claim


@given(questions(most_units=1))
def test_weights_of_a_unit_are_judged_as_they_run(data: dict[str, Any]) -> None:
    is_judged_as_it_runs(as_one_unit(data), network_of(data["claimed"]))


@given(questions(most_units=3))
def test_a_network_is_judged_as_it_runs(data: dict[str, Any]) -> None:
    is_judged_as_it_runs(data, network_of(data["claimed"]))


@given(questions(most_units=1))
def test_a_network_of_one_unit_is_that_unit(data: dict[str, Any]) -> None:
    network, unit = row(data), row(as_one_unit(data))
    assert (network.verdict, network.where) == (unit.verdict, unit.where)


# The region in words.


def said_regions(check: Check, data: dict[str, Any]) -> dict[int, list[str] | None]:
    """For each s_0 that is told of, the demands that are listed; None where nothing does it."""
    found: dict[int, list[str] | None] = {}
    for initial in initials(data):
        is_free = data["initial"] == "free"
        none, some = ("no weights", "all weights") if is_free else ("No weights", "All weights")
        begun = f"From s_0 = {initial}, " if is_free else ""
        if f"{begun}{none} do it: " in check.explanation:
            found[initial] = None
        elif f"{begun}{some} with " in check.explanation:
            told = check.explanation.split(f"{begun}{some} with ")[1]
            found[initial] = told.split(" do it, and no others.")[0].split(", ")
    return found


def holds(demand: str, w1: int, w2: int, b: int) -> bool:
    """Whether a demand such as 2 w1 - 1/2 w2 + b <= 0 holds."""
    text, _, relation = demand.removesuffix(" 0").rpartition(" ")
    total, sign, number = Fraction(), 1, Fraction(1)
    names = {"w1": w1, "w2": w2, "b": b}
    for token in text.split():
        if token in "+-":
            sign = -1 if token == "-" else 1
        elif token.lstrip("-") in names:
            size = -number if token.startswith("-") else number
            total += sign * size * names[token.lstrip("-")]
            sign, number = 1, Fraction(1)
        else:
            number = Fraction(token)
    return {">": total > 0, ">=": total >= 0, "<": total < 0, "<=": total <= 0}[relation]


GRID = list(product(range(-4, 5), repeat=3))


@examples(12, 50)
@given(questions(most_units=1).filter(lambda data: not isinstance(data["inputs"][0], list)))
def test_the_region_has_all_weights_that_do_it_and_no_others(data: dict[str, Any]) -> None:
    data = as_one_unit({**data, "inputs": [round(x) for x in data["inputs"]]})
    check = row(data)
    told = said_regions(check, data)
    assert list(told) == initials(data)
    for initial, demands in told.items():
        before = [initial, *data["outputs"]]
        steps = list(zip(data["inputs"], before, data["outputs"], strict=False))
        for w1, w2, b in GRID:
            z = ((w1 * x + w2 * s + b, wanted) for x, s, wanted in steps)
            does_it = all(fires(value, data["threshold"]) == wanted for value, wanted in z)
            listed = demands is not None and all(holds(d, w1, w2, b) for d in demands)
            assert does_it == listed


@examples(12, 50)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=8))
def test_no_demand_of_the_region_follows_from_the_others(pairs: list[tuple[int, int]]) -> None:
    """For bits, small whole numbers tell any two regions apart."""
    inputs, outputs = ([pair[k] for pair in pairs] for k in (0, 1))
    data = {"kind": "step-rnn", "inputs": inputs, "outputs": outputs, "initial": 0}
    check = row({**data, "claimed": {"w1": 0, "w2": 0, "b": 0}})
    for demands in filter(None, said_regions(check, data).values()):
        for one in demands:
            others = [demand for demand in demands if demand != one]
            assert any(
                all(holds(d, *weights) for d in others) and not holds(one, *weights)
                for weights in GRID
            )


def test_why_nothing_does_it_stands_in_the_row() -> None:
    """`check` shows no working that the row could point to."""
    check = row({**B, "claimed": {"w1": 1, "w2": 1, "b": 0}})
    assert (check.verdict, check.where, check.expected) == ("wrong", "t = 1", None)
    assert check.explanation.endswith(
        "No weights do it: t = 1 needs b > 0; t = 5 needs b <= 0. Both cannot be."
    )


@pytest.mark.parametrize(
    ("data", "claim", "why"),
    [
        (A, False, "It is true: w1 = 2, w2 = 2, b = -1 do it."),
        (B, True, "It is false. No weights do it: t = 1 needs b > 0; t = 5 needs b <= 0. "),
    ],
    ids=["possible", "impossible"],
)
def test_feasible_is_a_row_of_its_own(data: dict[str, Any], claim: bool, why: str) -> None:
    claimed = {"feasible": claim, "w1": 1, "w2": 2, "b": -1}
    checks = {check.symbol: check for check in marked({**data, "claimed": claimed}).checks}
    assert list(checks) == ["weights", "feasible"]
    assert checks["feasible"].verdict == "wrong"
    assert checks["feasible"].explanation.startswith(why)


def test_the_network_that_is_found_stands_beside_one_that_is_claimed() -> None:
    wrong = {"W_x": [[1], [0]], "W_h": [[1, 0], [0, 0]], "b": [0, 0]}
    data = {**B, "threshold": ">", "hidden": 2, "claimed": wrong}
    solution = marked(data)
    (check,) = solution.checks
    assert check.verdict == "wrong"
    assert check.expected == solution.extras["network"]
    assert first_failure(data, network_of(solution.extras["network"]), 0) is None
    text = render([solution], "table", View())
    assert "The claimed network, run" in text
    (again,) = marked({**data, "claimed": check.expected}).checks
    assert again.verdict == "right"


@pytest.mark.parametrize(
    "claimed",
    [
        "{w1: .inf, w2: 1, b: 0}",
        "{W_x: [[.inf]], W_h: [[1]], b: [0]}",
        "{w1: 1, W_x: [[1]], W_h: [[1]], b: [0]}",
        "{weights: {w1: 1}}",
        "{weights: {w3: 1}}",
        "{weights: [1, 2, -1]}",
        "{weights: all of them}",
        "{weights: {w1: 1, w2: 1, b: 0}, w1: 3}",
    ],
)
def test_weights_that_cannot_be_read_are_one_error(claimed: str, lstmhw: Run) -> None:
    text = f"kind: step-rnn\ninputs: [0, 1]\noutputs: [0, 1]\nclaimed: {claimed}\n"
    result = lstmhw("check", "-", stdin=text)
    assert result.returncode == 2
    assert result.stderr.count("error: ") == 1
    assert result.stderr.startswith("<stdin>:4:")


@pytest.mark.parametrize("claimed", [{"weights": None}, {"w1": None, "w2": None, "b": None}])
def test_null_is_no_answer_and_no_error(claimed: Any) -> None:
    found = graded("step-rnn-a", claimed)
    assert (found.score, found.out_of, found.error) == (0, 1, None)
    assert [(c.symbol, c.verdict) for c in found.checks] == [("weights", "unanswered")]


# Gates of a file.


def test_proved_gates_are_right() -> None:
    check = row(six_unit_problem(six_units()))
    assert (check.verdict, check.claimed, check.where) == ("right", "the gates of the file", None)
    assert check.explanation.startswith("It is proved for documents up to ")


def test_refuted_gates_are_wrong_at_the_counterexample() -> None:
    solution = marked(six_unit_problem(six_units(0.06)))
    (check,) = solution.checks
    assert check.verdict == "wrong"
    assert check.where == " ".join(solution.extras["proof"]["counterexample"])
    assert "after 'bad bad bad bad ... bad bad' (21 words) the output is" in check.explanation


def test_what_is_not_decided_accuses_nobody() -> None:
    gates = six_units(0.1)
    gates["o"]["W_h"][3][5] = 1e-9
    solution = marked(six_unit_problem(gates))
    (check,) = solution.checks
    assert (check.verdict, check.where) == ("coarse", None)
    assert "of longer ones it is not known" in check.explanation
    assert not solution.is_wrong


def test_an_error_that_four_decimals_hide_is_shown() -> None:
    """No output is called wrong beside the same number."""
    gates = {"i": 1, "f": 1, "o": 1}
    data = {
        "kind": "sentiment-weights",
        "vocabulary": ["a"],
        "score": {"a": 1},
        "activations": {"gate": "identity", "candidate": "identity", "state": "identity"},
        "gates": {
            **{name: {"value": value} for name, value in gates.items()},
            "g": {"W_x": [[1.00001]], "W_h": [[0]]},
        },
        "output": {"from": "c", "weights": [1]},
        "tolerance": 0.000001,
    }
    assert "the output is 1.00001 and should be 1." in row(data).explanation


def test_own_gates_that_do_it_are_right() -> None:
    check = row({**DATA, **SATURATED})
    assert (check.verdict, check.where) == ("right", None)
    assert "a test, on many inputs, and not a proof" in check.explanation
    assert "a limit" in check.explanation


def test_own_gates_that_do_not_are_wrong_at_a_step() -> None:
    solution = marked({**DATA, "gates": LIMIT})  # which has no read-out
    (check,) = solution.checks
    errors = solution.extras["error_by_step"].tolist()
    first = next(t for t, error in enumerate(errors, 1) if error > 1e-9)
    assert (check.verdict, check.where) == ("wrong", f"t = {first}")


def test_a_step_of_the_random_inputs_is_no_step_of_the_file() -> None:
    data = {"kind": "rnn-in-lstm", "rnn": {"W_x": [[0.8]], "W_h": [[0.6]]}, "xs": [[0]]}
    gates = {**LIMIT, "o": {"W_h": OUTPUT_GATE["W_h"]}}
    check = row({**data, "gates": gates, "readout": "h / tanh(1)"})
    assert check.verdict == "wrong"
    assert str(check.where).endswith(" of the random inputs")
    assert check.explanation.startswith("On the inputs given no error shows, but on 50 random")


# Files, commands and pages.

SHIPPED = [
    path.stem
    for path in sorted((ROOT / "problems").glob("*.yaml"))
    if read(path.stem).problem.kind in KINDS
]
ROWS = {
    "rnn-in-lstm-tanh": "wrong",
    "sentiment-six-units": "right",
    "sentiment-two-units": "wrong",
    "step-rnn-a": "wrong",
    "step-rnn-parity": "wrong",
    "step-rnn-two-sequences": "wrong",
}
"""The shipped files that claim weights; in the others they are asked for, or constructed."""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_has_its_row(name: str, lstmhw: Run) -> None:
    result = lstmhw("solve", name, "--format", "json")
    checks = json.loads(result.stdout)["checks"]
    rows = [check for check in checks if check["symbol"] == "weights"]
    assert [check["verdict"] for check in rows] == ([ROWS[name]] if name in ROWS else [])
    keys = ["symbol", "claimed", "expected", "verdict", "mistake", "where", "explanation"]
    assert all(list(check) == keys and check["explanation"] for check in rows)


def test_the_files_that_claim_weights_ship() -> None:
    assert set(ROWS) < set(SHIPPED)


@pytest.mark.parametrize("name", ["sentiment-two-units", "rnn-in-lstm-tanh", "step-rnn-a"])
def test_the_row_alone_decides_the_exit_status(name: str, lstmhw: Run, tmp_path: Path) -> None:
    assert lstmhw("check", name).returncode == 1
    assert lstmhw("solve", "--strict", name).returncode == 1
    assert lstmhw("solve", name).returncode == 0


def test_right_weights_alone_are_enough_to_check(lstmhw: Run) -> None:
    texts = [
        {**A, "claimed": {"w1": 1, "w2": 1, "b": 0}},
        six_unit_problem(six_units()),
        {**DATA, **SATURATED},
    ]
    for data in texts:
        assert lstmhw("check", "-", stdin=json.dumps(data)).returncode == 0


@pytest.mark.parametrize("name", ["sentiment", "rnn-in-lstm-saturated"])
def test_without_claimed_weights_nothing_is_claimed(name: str, lstmhw: Run) -> None:
    result = lstmhw("check", name)
    assert result.returncode == 2
    assert "expected claimed answers, found none" in result.stderr


LONG = {
    "kind": "step-rnn",
    "inputs": [[0, 1, 0, 1, 1, 0], [1, 1, 1, 0, 0, 1], [0, 0, 1, 1, 1, 1]],
    "outputs": [0, 1, 1],
    "claimed": {"w1": [0.125, 1, -0.3333, 2, 1, 0.5], "w2": 2, "b": -1.25},
}
WIDE = {
    **B,
    "hidden": 2,
    "claimed": {
        "W_x": [[1], [0], [2]],
        "W_h": [[1, 0, 3], [0, 0, -1], [1, 1, 1]],
        "b": [-1, 0, 2],
    },
}


@pytest.mark.parametrize("width", [40, at_length(80)])
@pytest.mark.parametrize("data", [LONG, WIDE], ids=["vector", "network"])
def test_long_claims_keep_to_the_page(data: dict[str, Any], width: int) -> None:
    text = render([marked(data)], "table", View(width=width))
    _, _, marks = text.partition("Claimed answers")
    assert "wrong" in marks
    assert max(map(len, marks.splitlines())) <= width


def test_every_format_says_why() -> None:
    solution = marked({**A, "claimed": {"w1": 1, "w2": 2, "b": -1}})
    for format in FORMATS:
        text = render([solution], format, View())
        assert "At t = 4, z = 0 and step(0) = 0" in " ".join(text.split())


# A class.


def graded(name: str, claimed: Any, **more: Any) -> Row:
    text = (ROOT / "problems" / f"{name}.yaml").read_text() + "".join(
        f"\n{key}: {json.dumps(value)}\n" for key, value in more.items()
    )
    line = json.dumps({"name": "Ann", "claimed": claimed})
    return Grader(from_text("p.yaml", text)).row(Source("s.ndjson", 1, line.encode()))


@pytest.mark.parametrize(
    ("claimed", "score"),
    [
        ({"weights": {"w1": 1, "w2": 2, "b": -1}}, 0),
        ({"weights": {"w1": 1, "w2": 1, "b": 0}}, 1),
        ({"w1": 1, "w2": 1, "b": 0}, 1),
        ({"weights": {"W_x": [[1]], "W_h": [[1]], "b": [0]}}, 1),
        ({"W_x": [[1]], "W_h": [[2]], "b": [-1]}, 0),
        ({"feasible": True}, 0),
    ],
)
def test_submitted_weights_are_graded(claimed: Any, score: int) -> None:
    found = graded("step-rnn-a", claimed)
    assert (found.score, found.out_of, found.error) == (score, 1, None)


def test_nobody_is_blamed_or_paid_for_the_gates_of_the_problem() -> None:
    right = graded(
        "sentiment-two-units", {"verdict": "refuted"}, marking={"points": {"verdict": 1}}
    )
    assert (right.score, right.out_of, right.first_wrong) == (1, 1, None)
    assert graded("sentiment-two-units", {"verdict": "refuted"}).first_wrong is None
    assert "weights" not in {c.symbol for c in graded("sentiment-six-units", {"y_1": 0}).checks}


def test_gates_may_not_yet_be_submitted() -> None:
    """Better an error than a claim that nobody looked at."""
    assert "found 'weights'" in str(graded("sentiment-six-units", {"weights": "mine"}).error)


def test_the_row_of_given_gates_may_have_points() -> None:
    data = six_unit_problem(six_units(), sequence="good uh", claimed={"y_1": 0})
    asked = problem({**data, "marking": {"points": {"weights": 3, "y_1": 1}}})
    solution, faults = marking.marked(asked, asked.claimed)
    assert not faults
    assert solution.score is not None
    assert solution.score[:2] == (4, 4)


def test_a_claim_beside_given_gates_is_refused() -> None:
    asked = problem({**six_unit_problem(six_units()), "claimed": {"weights": [1]}})
    solution, faults = marking.marked(asked, asked.claimed)
    assert [fault.path for fault in faults] == [("claimed", "weights")]
    assert [check.symbol for check in solution.checks] == ["weights"]  # of the gates
