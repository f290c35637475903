"""`sentiment-weights` and `lstmhw trace`: JSON, pages, exit codes, bad input."""

import json
import math
import re
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run, marked, problem, solved
from sentiment import RULE_A, RULE_B, WORDS, outputs, six_unit_problem, six_units

from lstmhw.faults import ProblemError
from lstmhw.kinds.sentiment_weights import SentimentWeights
from lstmhw.render import FORMATS, render
from lstmhw.solution import Solution, Table
from lstmhw.view import View

OPEN: dict[str, Any] = {
    "kind": "sentiment-weights",
    "vocabulary": list(WORDS),
    "score": RULE_A,
}
TWO_UNITS: dict[str, Any] = {
    **OPEN,
    "activations": {"gate": "identity", "candidate": "identity", "state": "identity"},
    "gates": {
        "i": {"value": 1},
        "f": {"value": 1},
        "o": {"value": 1},
        "g": {"W_x": [[1, 1, 0, 0], [0, 0, 1, 0]], "W_h": [[0, -3], [0, -1]]},
    },
    "output": {"from": "c", "weights": [1, 0]},
}


def page(solution: Solution, format: str = "table") -> str:
    return " ".join(render([solution], format, View()).split())


def test_the_trace_of_the_sheet() -> None:
    sequence = "uh good good not not bad bad uh"
    solution = solved(six_unit_problem(six_units(), sequence=sequence))
    trace = solution.extras["trace"]
    assert [row["word"] for row in trace] == sequence.split()
    assert [row["added"] for row in trace] == [0, 1, 1, 0, 0, 1, -1, 0]
    assert [row["score"] for row in trace] == [0, 1, 2, 2, 2, 3, 2, 2]
    assert [row["due"] for row in trace] == [0, 0, 1, 2, 2, 2, 3, 2]
    assert [row["output"] for row in trace] == pytest.approx([0, 0, 1, 2, 2, 2, 3, 2], abs=1e-9)
    assert all(row["agrees"] for row in trace)
    assert set(trace[0]) == {
        *("word", "added", "score", "due", "output", "agrees"),
        *("i", "f", "g", "o", "c", "h"),
    }


def test_the_trace_is_what_plain_loops_give() -> None:
    data = six_unit_problem(six_units(0.07), sequence="not bad uh not good good uh uh")
    answers = solved(data).answers
    expected = outputs(data, data["sequence"].split())
    found = [float(answers[f"y_{t}"]) for t in range(1, len(expected) + 1)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_proof_in_json() -> None:
    proof = solved(six_unit_problem(six_units())).extras["proof"]
    assert proof["verdict"] == "proved"
    assert proof["scope"] == f"documents up to {proof['max_words']} words"
    assert proof["max_words"] > 10**9
    assert proof["error_per_word"] < 4e-10
    assert proof["states"] == 6
    assert proof["counterexample"] is proof["expected"] is proof["output"] is None


def test_the_refutation_in_json() -> None:
    solution = solved(TWO_UNITS)
    proof = solution.extras["proof"]
    assert proof["verdict"] == "refuted"
    assert proof["counterexample"] == ["not", "bad"]
    assert (proof["expected"], proof["output"]) == (-1, -2)
    assert solution.is_wrong
    assert solution.is_wrong
    documents = solution.extras["impossible"]["documents"]
    assert len(documents) == 4
    assert sorted(documents[0] + documents[1]) == sorted(documents[2] + documents[3])
    assert "out(d1) + out(d2) = out(d3) + out(d4)" in solution.extras["impossible"]["argument"]


def test_a_linear_cell_that_is_right_is_right_for_every_document() -> None:
    data = {**TWO_UNITS, "score": {"good": "1/3", "uh": "-0.1"}}
    data["gates"] = {
        **TWO_UNITS["gates"],
        "g": {"W_x": [[0, "1/3", 0, "-0.1"], [0, 0, 0, 0]], "W_h": [[0, 0], [0, 0]]},
    }
    solution = solved(data)
    proof = solution.extras["proof"]
    assert (proof["verdict"], proof["scope"]) == ("proved", "every document")
    assert proof["max_words"] is None
    assert proof["error_per_word"] == 0
    assert solution.extras["impossible"] is None
    assert not solution.is_wrong


def test_a_decimal_is_what_is_written_not_the_float_next_to_it() -> None:
    data = {**TWO_UNITS, "score": {"good": "0.1"}}
    row = [0, 0.1, 0, 0]
    data["gates"] = {
        **TWO_UNITS["gates"],
        "g": {"W_x": [row, [0, 0, 0, 0]], "W_h": [[0, 0], [0, 0]]},
    }
    assert solved(data).extras["proof"]["error_per_word"] == 0
    row[1] = "0.10000000000000000001"  # type: ignore[call-overload]
    assert 4.999 * 10**19 < solved(data).extras["proof"]["max_words"] < 5 * 10**19


@pytest.mark.parametrize("source", ["c", "h"])
def test_constructed_weights_are_complete(source: str) -> None:
    solution = solved({**OPEN, "output": {"from": source}, "sequence": "not good uh"})
    extras = solution.extras
    assert extras["units"] == 2
    weights = extras["weights"]
    assert weights["weight_ih"].shape == (8, 4)
    assert weights["weight_hh"].shape == (8, 2)
    assert weights["bias_ih"].shape == weights["bias_hh"].shape == (8,)
    assert extras["output"]["from"] == source
    assert len(extras["output"]["weights"]) == 2
    assert extras["proof"]["verdict"] == "proved"
    assert [row["output"] for row in extras["trace"]] == pytest.approx([0, -1, -1], abs=1e-7)
    assert not solution.is_wrong


def test_constructed_weights_prove_again_as_a_file() -> None:
    made = solved(OPEN).extras
    weights = {key: value.tolist() for key, value in made["weights"].items()}
    output = {**made["output"], "weights": made["output"]["weights"].tolist()}
    again = solved({**OPEN, "stacked": {"layout": "pytorch", **weights}, "output": output})
    assert again.extras["proof"] == made["proof"]
    assert "weights" not in again.extras


def test_rows_are_columns_transposed() -> None:
    data = six_unit_problem(six_units(), orientation="row")
    for gate in data["gates"].values():
        for key in ("W_x", "W_h"):
            gate[key] = np.transpose(gate[key]).tolist()
    assert solved(data).extras["proof"] == solved(six_unit_problem(six_units())).extras["proof"]


def test_one_matrix_on_the_concatenation_is_the_two() -> None:
    data = six_unit_problem(six_units(), concat=["h", "x"])
    for gate in data["gates"].values():
        gate["W"] = np.hstack([gate.pop("W_h"), gate.pop("W_x")]).tolist()
    assert solved(data).extras["proof"] == solved(six_unit_problem(six_units())).extras["proof"]


def test_infinite_biases_are_limits() -> None:
    data = six_unit_problem(six_units())
    data["gates"]["i"]["b"] = [".inf"] * 6
    data["gates"]["f"]["b"] = ["-.inf"] * 5 + [".inf"]
    proof = solved(data).extras["proof"]
    assert proof["verdict"] == "proved"
    assert proof["drift_per_word"] == 0


def test_claimed_outputs_are_marked() -> None:
    data = six_unit_problem(six_units(), sequence="good uh", claimed={"y_1": 0, "y_2": 2})
    checks = {check.symbol: check.verdict for check in marked(data).checks}
    assert checks == {"weights": "right", "y_1": "right", "y_2": "wrong"}


# Traps: weights that were once called proved.


def trap(**changes: Any) -> dict[str, Any]:
    """One unit that counts every 'a', with identity activations."""
    return {
        "kind": "sentiment-weights",
        "vocabulary": ["a", "b"],
        "score": {"a": 1},
        "activations": {"gate": "identity", "candidate": "identity", "state": "identity"},
        "gates": {
            "i": {"value": 1},
            "f": {"value": 1},
            "o": {"value": 1},
            "g": {"W_x": [[1, 0]], "W_h": [[0]]},
        },
        "output": {"from": "c", "weights": [1]},
        **changes,
    }


def test_the_value_of_a_candidate_is_used_not_its_weights() -> None:
    data = trap()
    assert solved(data).extras["proof"]["scope"] == "every document"
    data["gates"]["g"]["value"] = 0.25
    assert solved(data).extras["proof"]["counterexample"] == ["a"]


def test_a_forget_gate_below_0_is_not_called_near_1() -> None:
    """After a 'b' the first unit is multiplied by -2 at every word."""
    data = trap(score={"a": "1e-11"})
    data["gates"]["f"] = {"W_x": [[0, 0], [0, 0]], "W_h": [[0, -3], [0, 0]], "b": [1, 0]}
    data["gates"]["g"] = {"W_x": [["1e-11", 0], [0, 1]], "W_h": [[0, 0], [0, 0]]}
    data["output"] = {"from": "c", "weights": [1, 0]}
    proof = solved(data).extras["proof"]
    assert proof["verdict"] != "proved" or proof["max_words"] < 38


def test_a_weight_that_only_floats_lose_is_refused() -> None:
    data = trap()
    data["gates"]["g"]["W_h"] = [["1e-330"]]
    assert any("found a smaller one" in fault for fault in faults(data))


def test_what_overflows_is_an_error() -> None:
    data = trap(sequence="a " * 9)
    data["gates"]["f"] = {"value": "1e50"}
    assert any("the output overflows at word" in fault for fault in faults(data))


def test_a_state_that_mixes_units_is_refused() -> None:
    data = trap(activations={"state": "softmax"})
    assert any("found softmax" in fault for fault in faults(data))


def test_many_words_share_columns() -> None:
    words = [f"w{k}" for k in range(60)]
    text = page(solved({**OPEN, "vocabulary": words, "score": {"w1": 1}}))
    assert "w0 ... (59 words) w1" in text


# What a reader sees.


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_verdict_and_trace(format: str) -> None:
    text = page(solved({**TWO_UNITS, "sequence": "good not"}), format)
    assert "Refuted" in text
    assert "No linear cell with constant gates can do it" in text
    assert "good" in text


def test_a_proof_is_a_paragraph_and_a_table() -> None:
    text = page(solved(six_unit_problem(six_units())))
    assert "Proved for documents of up to 4.2e18 words" in text
    assert "in one of these 6 boxes" in text
    assert "5 not bad -> 2, +1 -> 3, +1 -> 4, +1 -> 1, +1" in text
    assert "by d = 1.18e-19 at most" in text


def test_a_refutation_says_where_and_why() -> None:
    text = page(solved(TWO_UNITS))
    assert "after 'not bad' (2 words) the output is -2.0000 and should be -1." in text
    assert "At its last word, 'bad', the output changes by -2.0000 where the rule asks" in text
    assert "Refuted by this document; every shorter one is scored rightly." in text


def test_a_long_counterexample_is_told_in_few_words() -> None:
    text = page(solved(six_unit_problem(six_units(0.06))))
    assert "after 'bad bad bad bad ... bad bad' (21 words) the output is" in text


def test_units_are_told_what_they_are_for() -> None:
    text = page(solved({**OPEN, "score": RULE_B}))
    assert "1 flag on after not" in text
    assert "opens where flag 1 was on, if there is something to write; writes +1 at bad; -1" in text
    assert "output = c_2 + c_3" in text


def test_a_long_document_is_summed_up() -> None:
    asked = problem(six_unit_problem(six_units(0.05), sequence="good " * 5000))
    assert isinstance(asked, SentimentWeights)
    lines = render([asked.trace()], "table", View()).splitlines()
    assert len(lines) < 100
    assert any("WRONG at" in line and "of 5000 words" in line for line in lines)


def test_what_cannot_be_decided_is_said() -> None:
    """The counter feeds back into a gate, so nothing bounds what it does."""
    gates = six_units(0.1)
    gates["o"]["W_h"][3][5] = 1e-9
    solution = solved(six_unit_problem(gates))
    assert solution.extras["proof"]["verdict"] == "unknown"
    assert solution.extras["proof"]["max_words"] >= 6
    assert "neither a proof" in page(solution)
    (check,) = solution.checks
    assert (check.symbol, check.verdict, check.mistake) == ("weights", "coarse", None)
    assert solution.extras["proof"]["scope"] in check.explanation
    assert not solution.is_wrong


# The command line.


def test_trace_without_a_file_is_the_sheets(lstmhw: Run) -> None:
    result = lstmhw("trace", "--sequence", "not good uh")
    assert result.returncode == 0
    assert "  good  ██████ .....█ █████. ....█. █████. ....▓.  -1   -1     0" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    rows = json.loads(lstmhw("trace", "--sequence", "not good uh", "--format", "json").stdout)
    assert [row["due"] for row in rows["trace"]] == [0, 0, -1]


def test_trace_takes_the_sequence_of_the_file(lstmhw: Run) -> None:
    assert "good" in lstmhw("trace", "sentiment").stdout
    assert lstmhw("trace", "sentiment", "--format", "json").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sequence", "not god"], "--sequence: error: expected words of the vocabulary, found"),
        (["--sequence", " "], "--sequence: error: expected words to trace, found none"),
        (["q2"], "q2:2:7: error: kind: expected sentiment-weights"),
        (["nowhere.yaml"], "nowhere.yaml: error: no such file"),
    ],
)
def test_what_cannot_be_traced(arguments: list[str], message: str, lstmhw: Run) -> None:
    result = lstmhw("trace", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(message)
    assert result.stdout == ""


def test_a_near_word_is_suggested(lstmhw: Run) -> None:
    assert "did you mean 'good'?" in lstmhw("trace", "--sequence", "not god").stderr


def test_refuted_weights_fail_only_where_asked(lstmhw: Run) -> None:
    assert lstmhw("solve", "sentiment-two-units").returncode == 0
    assert lstmhw("solve", "--strict", "sentiment-two-units").returncode == 1
    assert lstmhw("solve", "--strict", "sentiment-six-units", "sentiment").returncode == 0


# Bad input.


def faults(data: dict[str, Any]) -> list[str]:
    with pytest.raises(ProblemError) as error:
        solved(data)
    return [f"{fault.path}: {fault.message}; {fault.hint}" for fault in error.value.faults]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"score": {"god": 1}}, "('score', 'god'): expected words of the vocabulary, found 'god'"),
        ({"score": {"not god": 1}}, "did you mean 'good'?"),
        ({"score": {"": 1}}, "('score', ''): expected a word, or several in a row"),
        ({"score": {"not  good": 1, "not good": 2}}, "'not good' is scored twice"),
        ({"score": {"good": 0}}, "expected a score that is not zero"),
        ({"score": {}}, "expected a score that is not zero"),
        ({"score": {"good": "1e-300"}}, "too large, or too fine, to be added up exactly"),
        ({"score": {"good": "1e300"}}, "too large, or too fine, to be added up exactly"),
        ({"vocabulary": []}, "('vocabulary',): expected words, found an empty list"),
        ({"vocabulary": ["good", "bad", "good", "not"]}, "'good' is listed twice"),
        ({"vocabulary": ["good", "bad", "very good", "not"]}, "expected one word, found 'very"),
        ({"sequence": "good uhh"}, "('sequence',): expected words of the vocabulary, found 'uhh'"),
        ({"tolerance": 0}, "expected a number over 0, found 0"),
        ({"delay": -1}, "expected a whole number from 0 to 100"),
        ({"delay": 100}, "('delay',): with this delay the rule has over 4096 states"),
        ({"output": {"from": "y"}}, "expected c or h"),
        ({"output": {"weights": [1]}}, "the weights of the output are constructed too"),
        ({"activations": {"gate": "relu"}}, "weights are constructed for gates with sigmoid"),
        ({"gates": {"i": {"value": 1}}}, "expected weights or a value of gate f, found none"),
    ],
)
def test_errors_say_what_is_wrong(changes: dict[str, Any], message: str) -> None:
    assert any(message in fault for fault in faults({**OPEN, **changes}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"output": {"weights": [1, 0, 0]}}, "expected a vector of shape 2 (m = 2 from gates.g"),
        ({"output": {"from": "c"}}, "expected the weights of the output"),
        ({"vocabulary": ["bad", "good", "not"]}, "expected 4 words, since W_x has 4 columns"),
        ({"vocabulary": [*WORDS, "so"]}, "expected 4 words, since W_x has 4 columns; found 5"),
    ],
)
def test_errors_of_given_weights(changes: dict[str, Any], message: str) -> None:
    assert any(message in fault for fault in faults({**TWO_UNITS, **changes}))


@pytest.mark.parametrize(
    ("bias", "message"),
    [
        ({"b": [".inf", 0]}, "an infinite bias has no limit here: identity of it"),
        ({"b_x": [".inf", 0], "b_h": ["-.inf", 0]}, "an infinite bias has no limit here"),
        ({"b": ["1e200", 0]}, "expected weights up to 1e+100 in size"),
    ],
)
def test_biases_that_a_proof_cannot_take(bias: dict[str, Any], message: str) -> None:
    gates = {**TWO_UNITS["gates"], "g": {**TWO_UNITS["gates"]["g"], **bias}}
    assert any(message in fault for fault in faults({**TWO_UNITS, "gates": gates}))


def test_words_of_yaml_are_words(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "kind: sentiment-weights\nvocabulary: [true, null, no, 1.50]\n"
        "score: {true: 1, no 1.50: -2, null: 0.5}\nsequence: no 1.50 true null\n"
    )
    data = json.loads(lstmhw("solve", "a.yaml", "--format", "json").stdout)
    assert [row["score"] for row in data["trace"]] == [0, -2, -1, -0.5]
    assert data["proof"]["verdict"] == "proved"


@pytest.mark.parametrize(("word", "last"), [("good", "3"), ("bad", "₃")])
def test_a_state_beyond_one_is_told_by_its_digit(word: str, last: str, lstmhw: Run) -> None:
    printed = lstmhw("trace", "--sequence", f"{word} {word} {word} uh").stdout
    lines = [line for line in printed.splitlines() if line.endswith("  yes")]
    assert [line.split()[5] for line in lines][-1] == f"█████{last}"


def test_pre_activations_of_constructed_weights_are_as_far_from_0_as_is_said() -> None:
    """Every document of up to five words is run in floats; no gate is nearer to 0 than told."""
    solution = solved({**OPEN, "score": RULE_B})
    made = solution.extras["weights"]
    units = len(made["bias_ih"]) // 4
    seen = []

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    def run(h: Any, c: Any, depth: int) -> None:
        for word in range(len(WORDS)) if depth else ():
            z = made["weight_ih"][:, word] + made["weight_hh"] @ h + made["bias_ih"]
            seen.append(z)
            i, f, g, o = np.split(z, 4)
            c_new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            run(sigmoid(o) * np.tanh(c_new), c_new, depth - 1)

    run(np.zeros(units), np.zeros(units), 5)
    rows = np.array(seen).T
    least = [row[row > 0].min(initial=np.inf) for row in rows]
    text = render([solution], "markdown", View(full=True))
    table = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")]
    told = {(cells[0].strip(), cells[1].strip()): cells for cells in table if len(cells) == 5}
    for row, (smallest, values) in enumerate(zip(least, rows, strict=True)):
        cells = told[str(row % units + 1), "ifgo"[row // units]]
        assert smallest >= float(cells[3].strip() or "inf") * (1 - 1e-9)
        greatest = values[values < 0].max(initial=-np.inf)
        assert greatest <= float(cells[4].strip() or "-inf") * (1 - 1e-9)


BOUNDED: list[dict[str, Any]] = [
    *(six_unit_problem(six_units(scale)) for scale in (1, 0.2)),
    OPEN,
    {**OPEN, "score": {"good": "1/3", "not good": -2}, "output": {"from": "h"}},
    {**OPEN, "score": {"good": 1, "not good": -2, "uh uh": 3}, "delay": 1},
]


def number(text: str, name: str) -> Fraction:
    found = re.search(rf"\b{name} = (\d\S*\d|0)", text)
    return Fraction(found[1]) if found else Fraction()


@pytest.mark.parametrize("data", BOUNDED)
def test_the_bound_of_a_proof_holds_in_the_numbers_that_are_printed(data: dict[str, Any]) -> None:
    """It is under the tolerance at the N that is told, and over what documents are off by."""
    solution = solved(data)
    found = solution.extras["proof"]
    text = page(solution)
    s, d, e, q, words = (number(text, name) for name in "sdeqN")
    assert d >= Fraction(found["error_per_word"]) * (1 - Fraction(1, 10**15))
    assert e >= Fraction(found["drift_per_word"]) * (1 - Fraction(1, 10**15))
    factors = re.search(r"e = \S+ = ([^(]*) \(", text)
    assert factors is not None
    products = [map(Fraction, term.split(" x ")) for term in factors[1].split(" + ")]
    assert e >= sum(math.prod(some) for some in products)

    def bound(n: Fraction) -> Fraction:
        return s + d * n + e * n**2 / 2 + q * n**3

    assert found["max_words"] * Fraction(9, 10) <= words <= found["max_words"]
    assert bound(words) < Fraction(1, 2)
    told = re.search(r"that is (\S+), less than 0.5", text)
    assert told is not None
    assert bound(words) <= Fraction(told[1]) < Fraction(1, 2)
    asked = problem(data)
    assert isinstance(asked, SentimentWeights)
    subject = asked.subject(asked._constructed() if asked.is_open else None)
    for word in range(len(WORDS)):
        reading = subject.reading([word] * min(int(words), 10_000))
        off = np.abs(reading.trace.output - reading.due)
        for n in (1, 10, 1000, len(off)):
            slack = 1e-10 * (1 + abs(reading.score[min(n, len(off)) - 1]))  # of floats
            assert off[min(n, len(off)) - 1] <= float(bound(Fraction(n))) + slack


def test_the_intervals_of_flags_contain_what_documents_give() -> None:
    solution = solved(six_unit_problem(six_units()))
    rows = re.findall(
        r"h_(\d) (\S+) in box(?:es)? ([\d, ]*\d) (\S+) to (\S+) in box (\d)", page(solution)
    )
    assert [row[0] for row in rows] == list("12345")
    asked = problem(six_unit_problem(six_units()))
    assert isinstance(asked, SentimentWeights)
    proof = {"": 1, "bad": 2, "good": 3, "not": 4, "not bad": 5, "not good": 6}
    for document, box in proof.items():
        words = [WORDS.index(word) for word in document.split()]
        h = asked.subject(None).reading(words).trace.h[-1] if words else np.zeros(6)
        for unit, most, off, low, high, on in rows:
            value = h[int(unit) - 1]
            assert str(box) in (off if str(box) != on else on)
            if str(box) == on:
                assert float(low) <= value <= float(high)
            else:
                assert abs(value) <= float(most)


def test_what_a_page_says_it_says_once() -> None:
    text = page(solved({**TWO_UNITS, "sequence": "good not bad"}))
    for once in (
        "after 'not bad' (2 words) the output is",
        "At its last word, 'bad', the output changes by",
        "A mark for each unit",
        "which is 2 apart, and four outputs that are each less than 0.5 off change that by less "
        "than 4 x 0.5 = 2.",
    ):
        assert text.count(once) == 1
    for format in ("markdown", "html", "latex"):
        assert page(solved({**OPEN, "sequence": "good"}), format).count("A mark for each unit") == 1
    solution = solved(six_unit_problem(six_units()))
    words = solution.extras["proof"]["max_words"]
    assert 4.2e18 < words < 4.3e18
    assert str(words) not in page(solution)


def is_said(text: str, word: str, on: set[int]) -> bool:
    """Whether a phrase of the page about words, or about flags that were on, holds."""
    flags = re.search(r"(where|unless) (.*?) was on", text)
    words = re.match(r"(?:on after|at) ([^\s,]+(?: or [^\s,]+)*?)(?=,? where|,? unless|$)", text)
    holds = words is None or word in words[1].split(" or ")
    if flags is None:
        return holds
    named = {int(number) for number in re.findall(r"\d+", flags[2])}
    there = bool(named & on) or ("no flag" in flags[2] and not on)
    return holds and there == (flags[1] == "where")


SCORES: list[dict[str, Any]] = [
    RULE_B,
    {"x": 1, "x x": -1, "y x": 1, "x x y": 2},
    {"x y": 1, "z x": -2, "y": "1/2"},
    {"x": 1, "x y x": -1, "z z": 3},
]


@pytest.mark.parametrize(("score", "delay"), [*((s, 0) for s in SCORES), (SCORES[3], 1)])
def test_units_do_what_is_said_of_them(score: dict[str, Any], delay: int) -> None:
    """Over all documents of four words, in floats: when flags are on, what counters add."""
    words = list(dict.fromkeys(word for ngram in score for word in ngram.split()))
    data = {**OPEN, "score": score, "vocabulary": words, "delay": delay}
    solution = solved(data)
    (section,) = (s for s in solution.sections if s.title == "Weights")
    (table, *_) = (block for block in section.body if isinstance(block, Table))
    units = [(str(kind), str(text)) for _, kind, text in table.rows]
    asked = problem(data)
    assert isinstance(asked, SentimentWeights)
    subject = asked.subject(asked._constructed())
    for document in product(range(len(words)), repeat=4):
        trace = subject.reading(document).trace
        before = np.zeros(len(units))
        on: set[int] = set()
        for t, word in enumerate(words[w] for w in document):
            flags = {
                k
                for k, (kind, text) in enumerate(units, 1)
                if kind == "flag" and any(is_said(part, word, on) for part in text.split("; "))
            }
            for k, (kind, text) in enumerate(units):
                if kind == "flag":
                    assert (trace.h[t, k] > 0.5) == (k + 1 in flags)
                    continue
                added = said_to_add(text, word, on) / float(subject.network.head.weights[k])
                assert trace.c[t, k] - before[k] == pytest.approx(added, abs=1e-9)
            before, on = trace.c[t], flags


def said_to_add(text: str, word: str, on: set[int]) -> float:
    """What the page says that a counter adds to the output at a word."""
    opens, _, writes = text.removeprefix("opens ").partition("; writes ")
    share = 0.0
    for part in re.split(
        r", (?=at |where )", opens.removesuffix(", if there is something to write")
    ):
        of_the_way = re.search(r"\((\S+) of the way\)", part)
        if part == "always" or is_said(part.partition(" (")[0], word, on):
            share = float(Fraction(of_the_way[1])) if of_the_way else 1.0
    for part in writes.split("; "):
        value, _, when = part.partition(" ")
        if when == "always" or any(
            is_said(w, word, on) for w in re.split(r", (?=at |where )", when)
        ):
            return share * float(Fraction(value))
    return 0.0
