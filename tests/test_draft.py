"""`lstmhw draft`: from a homework sheet to a problem file, with nothing guessed in silence."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run, problem
from draft_looks import LOOKS, data, headings
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.reading import from_text, read
from lstmhw.sheets import Draft, NothingFoundError, drafted
from lstmhw.solution import Solution

SHEETS = Path(__file__).parent / "data" / "sheets"
OWN = {
    "combined.txt": """
kind: lstm-step
x: [1, 0.5]
h_prev: [0.25, -0.5]
c_prev: [0.5, 0.75]
concat: [x, h]
gates:
  f: {W: [[0.5, 0.3, 0.1, 0.2], [0.1, 0.4, 0.2, 0.3]]}
  i: {W: [[0.2, 0.1, 0.3, 0.4], [0.3, 0.2, 0.1, 0.5]]}
  g: {W: [[0.4, 0.2, 0.1, 0.3], [0.2, 0.5, 0.3, 0.1]]}
  o: {W: [[0.1, 0.3, 0.2, 0.4], [0.4, 0.1, 0.3, 0.2]]}
""",
    "scalar-python.md": """
kind: lstm-step
xs: [1, 2, 3]
gates:
  f: {W_x: 0.5, W_h: 0.1}
  i: {W_x: 0.6, W_h: 0.2}
  g: {W_x: 0.7, W_h: 0.3}
  o: {W_x: 0.8, W_h: 0.4}
""",
    "rnn.md": """
kind: rnn-step
xs: [[1, 0], [0, 1]]
W_x: [[0.5, -0.25], [0.1, 0.4]]
W_h: [[0.2, 0.3], [-0.4, 0.1]]
b: [0.1, 0]
output: {W: [[1, -1], [0.5, 2], [0, 0.25]], b: [0, 0.1, -0.1], activation: softmax}
claimed: {h_1: [0.5370, 0.0997], y_2: [0.2, 0.4, 0.4]}
""",
    "two-questions.md": """
kind: lstm-step
x: 1.5
h_prev: 0.25
c_prev: -0.5
concat: [x, h]
gates:
  f: {W: [[0.5, 1]], b: 0.1}
  i: {W: [[1, -0.5]]}
  g: {W: [[2, 0.5]], b: 0.2}
  o: {W: [[0.25, 0.75]]}
""",
    "andrew.md": """
kind: lstm-step
x: [1, 2]
h_prev: [0.5]
c_prev: [0.25]
concat: [h, x]
gates:
  f: {W: [[0.5, 1, 0.5]]}
  i: {W: [[0.5, 1, 0.25]]}
  g: {W: [[1, 1, 0.5]]}
  o: {W: [[0.75, 1, 0.5]]}
""",
}
OWN |= {
    "unrolled.md": """
kind: rnn-step
xs: [[1, 2], [-1, 1]]
W_x: [[0.5, -0.3], [0.8, 0.2]]
W_h: [[0.1, 0.4], [0, 0.3]]
b: [0.1, -0.1]
output: {W: [[1, -1]]}
""",
    "columns.txt": """
kind: lstm-step
x: 1
h_prev: 0
c_prev: 0.5
gates:
  f: {W_x: 0.5, W_h: 0.1}
  i: {W_x: 0.6, W_h: 0.2}
  g: {W_x: 0.7, W_h: 0.3}
  o: {W_x: 0.8, W_h: 0.4}
""",
    "gru-scalars.tex": """
kind: gru-step
xs: [1, -1]
h_prev: 0.1
update: new
reset: before
gates: {r: {W_x: 2, W_h: 0.25}, z: {W_x: 0.5, W_h: -1}, n: {W_x: 1, W_h: -0.5}}
claimed: {h_1: 0.5, h_2: 0.12}
""",
    "apart.txt": """
kind: lstm-step
xs: [[1, 2], [0.5, 3]]
concat: [x, h]
gates:
  f: {W: [[0.7, 0.45, 0.1]], b: 0.15}
  i: {W: [[0.95, 0.8, 0.8]], b: 0.65}
  g: {W: [[0.45, 0.25, 0.15]], b: 0.2}
  o: {W: [[0.6, 0.4, 0.25]], b: 0.1}
""",
    "rows.md": """
kind: lstm-step
x: [1, 2]
h_prev: 0.5
c_prev: 0.3
concat: [h, x]
gates:
  f: {W: [[0.1, 0.2, 0.3]], b: 0.1}
  i: {W: [[0.4, 0.5, 0.6]], b: 0.2}
  g: {W: [[0.7, 0.8, 0.9]], b: 0.3}
  o: {W: [[0.2, 0.3, 0.1]], b: 0.4}
""",
    "step-columns.txt": """
kind: step-rnn
inputs: [0, 1, 0, 1]
outputs: [0, 1, 1, 0]
initial: free
threshold: ">="
""",
    "count-keras.md": """
kind: parameter-count
layers:
  - {type: embedding, vocabulary: 10000, size: 128}
  - {type: lstm, input: 128, hidden: 64, bidirectional: true}
  - {type: linear, input: 128, output: 1}
convention: one-bias
claimed: {total: 1378945}
""",
    "gradient-scalars.md": """
kind: lstm-gradient
x: 1
h_prev: 0.5
c_prev: -0.25
gates:
  i: {W_x: 0.5, W_h: -0.25, b: 0.1}
  f: {W_x: 0.75, W_h: 0.5, b: 1}
  g: {W_x: 1, W_h: -0.5}
  o: {W_x: -0.5, W_h: 0.25}
dh: 1
learning_rate: 0.1
claimed: {dc: 0.3, dW_x_f: 0.01}
""",
    "gru-torch.md": """
kind: gru-step
x: [1, -1]
h_prev: [0.5, 0.25]
update: keep
reset: after
gates:
  r: {W_x: [[0.1, 0.2], [0.3, 0.4]], W_h: [[0.5, 0.1], [0.2, 0.3]], b: [0.1, 0.2]}
  z: {W_x: [[0.2, 0.1], [0.4, 0.3]], W_h: [[0.1, 0.5], [0.3, 0.2]]}
  n: {W_x: [[0.3, 0.1], [0.1, 0.4]], W_h: [[0.2, 0.2], [0.1, 0.3]], b_h: [0.1, 0.2]}
""",
    "parentheses.txt": """
kind: lstm-step
x: 2
h_prev: 1
c_prev: 3
gates:
  f: {W_x: 0.1, W_h: 0.2, b: 0.3}
  i: {W_x: 0.4, W_h: 0.5, b: 0.6}
  o: {W_x: 0.7, W_h: 0.8, b: 0.9}
  g: {W_x: 1, W_h: 1.1, b: 1.2}
claimed: {f: 0.668, i: 0.870, c: 2.874, h: 0.94}
""",
    "relu.md": """
kind: rnn-step
xs: [1, 2, 3]
W_x: [[1], [-1]]
W_h: [[1, 0], [0, 1]]
activation: relu
""",
}
SHIPPED = {
    "q1-document.tex": "q1",
    "q1-ocr.txt": "q1",
    "q2-markdown.md": "q2",
    "q2-pdf.txt": "q2",
    "q2-headings.txt": "q2",
    "gru-row.tex": "gru",
    "gru-numpy.md": "gru",
    "gradient.md": "lstm-gradient",
    "equations.tex": "lstm-equation-sheet",
    "step-table.md": "step-rnn-a",
    "step-arrow.txt": "step-rnn-b",
    "count.txt": "parameter-count-v9",
    "count-words.md": "parameter-count-v8",
    "score.md": "sentiment",
}


def of_sheet(name: str) -> Draft:
    return drafted((SHEETS / name).read_text(encoding="utf-8"))


def solved(text: str) -> Solution:
    return from_text("draft", text).problem.solve()


def assert_same_answers(found: Solution, due: Solution) -> None:
    """All that both compute is the same, and what is asked of `due` is among it."""
    both = found.answers.keys() & due.answers.keys()
    assert both or found.extras
    for symbol in both:
        np.testing.assert_allclose(found.answers[symbol], due.answers[symbol], rtol=1e-12)
    for key in ("feasible", "weights", "certificate"):
        assert str(found.extras.get(key)) == str(due.extras.get(key))


def test_every_sheet_has_a_problem_to_be_compared_with() -> None:
    assert {path.name for path in SHEETS.iterdir()} == {*SHIPPED, *OWN}


@pytest.mark.parametrize("name", [*SHIPPED, *OWN])
def test_a_sheet_is_solved_to_the_answers_of_its_problem(name: str) -> None:
    draft = of_sheet(name)
    assert draft.lacking == []
    due = read(SHIPPED[name]) if name in SHIPPED else from_text(name, OWN[name])
    found = from_text(name, draft.text)
    assert found.problem.kind == due.problem.kind
    assert_same_answers(found.problem.solve(), due.problem.solve())
    if found.problem.claimed:
        assert found.problem.claimed.keys() <= {*_with_time(due.problem.claimed)}


def _with_time(claimed: Mapping[str, Any]) -> set[str]:
    """Names of claims with and without the times that a sheet may write."""
    bare = {re.sub(r"_\d+$", "", name) for name in claimed}
    return {*claimed, *bare, *(f"{name}_{time}" for name in bare for time in (0, 1, 2))}


@pytest.mark.parametrize("name", [*SHIPPED, *OWN])
def test_every_number_of_a_draft_stands_in_the_line_that_its_comment_names(name: str) -> None:
    lines = (SHEETS / name).read_text(encoding="utf-8").split("\n")
    seen = 0
    for line in of_sheet(name).text.split("\n"):
        match = re.match(r"\s*[\w\"]+: (?P<value>[-\d.\[][^#]*)  # line (?P<line>\d+)", line)
        if match is None or "one row" in line or line.startswith("find"):
            continue
        said = "\n".join(lines[int(match["line"]) - 1 :][:12]).replace("\u2212", "-")
        said = re.sub(r"(?<=\d),(?=\d{3})", "", said)
        for number in re.findall(r"-?\d+(?:\.\d+)?", match["value"]):
            assert number in said.replace("- ", "-"), line
            seen += 1
    assert seen


def test_digits_stay_as_they_are_written() -> None:
    assert "x: 1.50 " in of_sheet("two-questions.md").text
    assert "b: 0.10 " in of_sheet("two-questions.md").text


# What is lacking or listed.

STEP = "LSTM: x = 1, h_{t-1} = 0.5, c_{t-1} = 0.1, i = 0.2, g = 0.5, o = 0.9, "
JOINED = "x_t = [1, 2], h_{t-1} = [0.5, 1], c_{t-1} = [0.1, 1], i = 0.2, g = 0.5, o = 0.9, "
GRU = "GRU: x_t = 1, h_{t-1} = 0.5, W_{xr} = 1, W_{hr} = 2, W_{xz} = 3, W_{hz} = 1, W_{xn} = 1, "
LACKING = {
    "two values": (f"{STEP} f = 0.3\nthen f = 0.4", "gates.f.value: lines 1 and 2 say different"),
    "a decimal comma": (STEP.replace("0.5", "0,5", 1) + "f = 0.3", "0.5 or as [0, 5]"),
    "two rows that may be one sum": (f"{STEP} f = 1 -1", "[1, -1] or as 1 - 1"),
    "shapes": (f"LSTM on [h, x]: {JOINED} W_f = [1 2 3; 4 5 6]", "found 2 x 3"),
    "the order of h and x": (f"LSTM: {JOINED} W_f = [1 2 3 1; 4 5 6 1]", "on [h, x] or on [x, h]"),
    "both orders": (f"LSTM, [h, x] [x, h]: {JOINED} W_f = [1 2 3 1; 4 5 6 1]", "both orders"),
    "update": (f"{GRU} W_{{hn}} = 1\nn = tanh(x + r*h_{{t-1}})", "update: the sheet does not say"),
    "reset": (f"{GRU} W_{{hn}} = 1\nh_t = z_t h_{{t-1}} + (1 - z_t) n_t", "reset: the sheet does"),
    "W or U": (f"LSTM, {STEP} W_f = 1, U_f = 2", "which of W and U is on x"),
    "two kinds": (f"An LSTM or a GRU? x = 1, a = 2, {STEP[5:14]}", "kind: "),
    "a gate": (STEP, "gates"),
    "an input": ("LSTM: h_{t-1} = 0.5, f = 0.5, c_{t-1} = 1", "x: the sheet has no input"),
    "a matrix without a place": (f"{STEP} f = 0.5, Q = [1 2; 3 4]", "Q = [1 2; 3 4]"),
    "another equation": (f"{STEP} f = 0.5\nh_t = o_t + tanh(c_t)", "is another equation"),
    "rows that may be steps": (
        "RNN: x = [1 2; 3 4; 5 6], W_{xh} = [1 2], W_{hh} = 1",
        "may be steps",
    ),
    "gradients of two steps": (
        f"{STEP} f = 0.5, dL/dh_1 = 0.5 and dL/dh_2 = 0.25. Backpropagate.",
        "dh: only one of the last step",
    ),
    "numbers below several names": (
        "RNN: x = 1, b_h = 0.5\nW_{xh} =    W_{hh} =\n0.5   0.25\n",
        "stands below W_{xh} and W_{hh}",
    ),
    "a bracket that is not closed": (
        f"{STEP} f = 0.5, W_f = [1 2, q\n3 4",
        "could not be read as numbers",
    ),
    "a state that is not closed": (STEP.replace("0.5,", "[0.5x,") + "f = 0.5", "could not be read"),
    "a state without its sign": (f"{STEP} f = 0.5\nh_0  (0.25)", "line 2 was not read"),
    "an output without a function": (
        "RNN: x = 1, W_{xh} = 1, W_{hh} = 1, h_0 = 0, W_{hy} = 2",
        "output.activation",
    ),
    "the new state": (f"{STEP} f = 0.5, h_t = 0.25", "the step computes it"),
    "a state that is named only": (
        f"LSTM: x = 1, {STEP[34:]} f = 0.5, h_0 is ?",
        "line 1 names it",
    ),
    "a division by zero": (f"{STEP} f = 1/0", "1/0, a division by zero"),
    "all weights": (f"{STEP} f = 0.5. All weights are 0.1.", "All weights"),
    "a row that was not read": (f"{STEP} f = 0.5\nW_h 0.1 0.2 0.3", "line 2 was not read"),
    "the last layer": (
        "How many parameters: vocabulary size 9, embedding size 6, an LSTM with 5 units, dense.",
        "how many outputs",
    ),
    "no outputs": ("A unit s_t = step(w x_t + b), inputs 0, 1, 1, 0", "outputs: the sheet has no"),
    "two sizes": (
        "How many parameters has an LSTM with input size 4, hidden size 5? Hidden size 6.",
        "hidden: the sheet has 5",
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_is_lacking_is_said(name: str) -> None:
    text, why = LACKING[name]
    draft = drafted(text)
    assert any(why in said for said in draft.lacking), draft.lacking


@pytest.mark.parametrize("name", ["two values", "a decimal comma", "two rows that may be one sum"])
def test_of_two_readings_none_is_chosen_and_both_are_listed(name: str) -> None:
    text, _ = LACKING[name]
    listed = drafted(text).text.partition("Not placed")[2]
    assert "line 1: " in listed
    if name == "two values":
        assert "f = 0.3" in listed
        assert "f = 0.4" in listed


def test_an_equation_is_no_value() -> None:
    draft = drafted(f"{STEP} f = 0.5\ni_t = σ(2 W_i x_t + 1)\nc_t = f_t c_{{t-1}} + i_t g_t")
    assert draft.lacking == []
    assert solved(draft.text).answers["c_1"] == pytest.approx(0.5 * 0.1 + 0.2 * 0.5)


@pytest.mark.parametrize("count", ["for i = 1", "i = 1, ..., 4", "i = 3", "where i is 0 or 1"])
def test_a_letter_that_counts_is_no_gate(count: str) -> None:
    draft = drafted(f"{STEP.replace('i = 0.2, ', '')} f = 0.5. Sum over {count}.")
    assert "  i:" not in draft.text


def test_a_subscript_before_a_matrix_of_weights_is_no_reset_gate() -> None:
    """`W_r x_t + U_r h_{t-1}` is the sum of a gate: r does not multiply the state there."""
    text = f"{GRU} W_{{hn}} = 1\nr_t = σ(W_{{xr}} x_t + U_r h_{{t-1}})\nh_t = z h + (1 - z) n"
    assert any("reset" in said for said in drafted(text).lacking)


def test_a_state_of_a_later_step_is_not_the_one_before() -> None:
    draft = drafted(f"{STEP} f = 0.5. Somebody has h_t = 0.25, and h = 0.75.")
    assert "h_prev: 0.5 " in draft.text
    assert "0.25" in draft.text.partition("Not placed")[2]
    assert "0.75" in draft.text.partition("Not placed")[2]


@pytest.mark.parametrize("opening", ["Answers should have 4 decimals.", "Answer all questions."])
def test_a_sentence_on_answers_is_no_answer(opening: str) -> None:
    assert drafted(f"{opening}\n{STEP} f = 0.5").lacking == []


def test_questions_are_not_mixed() -> None:
    first, second = (f"{STEP} f = 0.{k}." for k in (3, 7))
    for heads in (("1.", "2."), ("Question 1:", "Question 2:"), ("## Problem 1", "## Problem 2")):
        draft = drafted(f"{heads[0]} {first}\n{heads[1]} {second}\n")
        assert draft.lacking == []
        assert "value: 0.3" in draft.text
        assert "0.7" not in draft.text
        assert "2, line" in draft.text


def test_the_items_of_one_question_are_read_together() -> None:
    draft = drafted(f"1. An {STEP[:11]}\n2. Its states: {STEP[13:]}\n3. f = 0.5. Find c.\n")
    assert draft.lacking == []
    assert "value: 0.5" in draft.text


def test_a_value_of_the_answer_is_claimed_and_the_data_is_not_overwritten() -> None:
    draft = drafted(f"{STEP} f = 0.5\nSolution\nc = 0.5 * 0.1 + 0.2 * 0.5 = 0.15\nx = 2\n")
    assert draft.lacking == []
    assert "x: 1 " in draft.text
    assert re.search(r"claimed:\n  c: 0.15  # line 3", draft.text)


def test_a_claim_that_cannot_be_marked_is_listed() -> None:
    draft = drafted(f"{STEP} f = 0.5\nSolution: c = [1, 2, 3]\n")
    assert draft.lacking == []
    assert "claimed" not in draft.text
    assert "line 2: c" in draft.text


@pytest.mark.parametrize("text", ["", "The lecture on Monday is cancelled.\n", "12\n"])
def test_in_a_text_about_something_else_nothing_is_found(text: str) -> None:
    with pytest.raises(NothingFoundError):
        drafted(text)


def test_a_comment_cannot_break_out_of_its_line() -> None:
    draft = drafted(f"{STEP} f = 0.5\nSee 12\u2028and 5 \x1b[31m or 13 \x85 z\n")
    assert draft.lacking == []
    assert "\x1b" not in draft.text
    assert len(draft.text.splitlines()) == draft.text.count("\n")


# Random problems.


@given(
    kind=st.sampled_from(["lstm-step", "gru-step", "rnn-step", "lstm-gradient"]),
    look=st.sampled_from(sorted(LOOKS)),
    seed=st.integers(0, 10**6),
    units=st.integers(1, 3),
    steps=st.integers(1, 3),
)
def test_a_random_problem_comes_back_from_its_sheet(
    kind: str, look: str, seed: int, units: int, steps: int
) -> None:
    keys = data(kind, seed, units, steps)
    draft = drafted(LOOKS[look](keys))
    assert draft.lacking == []
    assert_same_answers(solved(draft.text), problem(keys).solve())


@given(
    kind=st.sampled_from(["lstm-step", "gru-step"]),
    seed=st.integers(0, 10**6),
    units=st.integers(2, 3),
)
def test_matrices_below_headings_come_back(kind: str, seed: int, units: int) -> None:
    keys = data(kind, seed, units, 1)
    draft = drafted(headings(keys))
    assert draft.lacking == []
    assert_same_answers(solved(draft.text), problem(keys).solve())


@given(st.text(alphabet="Wxhcfigo_{}[]()=0123.,;-+*\\n&|:^~ \n∂σ", max_size=200))
def test_any_text_is_drafted_or_refused(text: str) -> None:
    try:
        draft = drafted(f"LSTM {text}")
    except NothingFoundError:
        return
    if not draft.lacking:
        solved(draft.text)


# The command.


def test_the_exit_status_says_whether_the_draft_solves(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "whole.txt").write_text(f"{STEP} f = 0.5")
    (tmp_path / "lacking.txt").write_text(STEP)
    (tmp_path / "latin.txt").write_bytes(b"LSTM f\xfcr x = 1")
    (tmp_path / "other.txt").write_text("cancelled")
    whole = lstmhw("draft", "whole.txt", "-o", "mine.yaml")
    assert (whole.returncode, whole.stdout, whole.stderr) == (0, "", "")
    assert lstmhw("solve", "mine.yaml").returncode == 0
    lacking = lstmhw("draft", "lacking.txt")
    assert lacking.returncode == 1
    assert lacking.stdout.startswith("kind: lstm-step")
    assert "lacking.txt: lacking: gates.f" in lacking.stderr
    for name, why in {"latin.txt": "UTF-8", "other.txt": "found no", "none.txt": "no such"}.items():
        refused = lstmhw("draft", name)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"{name}" in refused.stderr
        assert why in refused.stderr


def test_a_sheet_comes_from_standard_input(lstmhw: Run) -> None:
    done = lstmhw("draft", "-", stdin=f"{STEP} f = 0.5")
    assert (done.returncode, done.stderr) == (0, "")
