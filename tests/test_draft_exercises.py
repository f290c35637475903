"""`lstmhw draft` on exercises as courses print them, and on documents in five looks."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import Run
from draft_documents import DOCUMENTS, PRINTS
from test_draft import assert_same_answers, solved

from lstmhw.reading import from_text, read
from lstmhw.sheets import drafted

DATA = Path(__file__).parent / "data"
EXERCISES = yaml.safe_load((DATA / "exercises.yaml").read_text(encoding="utf-8"))


def of_exercise(name: str) -> str:
    return (DATA / "exercises" / name).read_text(encoding="utf-8")


def test_every_exercise_has_a_problem_to_be_compared_with() -> None:
    assert {path.name for path in (DATA / "exercises").iterdir()} == EXERCISES.keys()


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_is_solved_to_the_answers_of_its_problem(name: str) -> None:
    draft = drafted(of_exercise(name))
    assert draft.lacking == []
    due = from_text(name, yaml.safe_dump(EXERCISES[name])).problem
    found = from_text(name, draft.text).problem
    assert found.kind == due.kind
    answers, expected = found.solve(), due.solve()
    assert_same_answers(answers, expected)
    for key in ("total", "P", "verdict"):
        assert str(answers.extras.get(key)) == str(expected.extras.get(key))


# Documents in five looks.

ANSWERS = {"one-hot": "q1", "given gates": "q2", "step unit": "step-rnn-a"}


@pytest.mark.parametrize("look", PRINTS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_drafted_alike_in_every_look(name: str, look: str) -> None:
    """All looks have the answers of one; those of a shipped problem where it is one."""
    draft = drafted(PRINTS[look](DOCUMENTS[name]))
    assert draft.lacking == []
    found = from_text(name, draft.text).problem
    assert found.title == DOCUMENTS[name].heading
    assert bool(found.claimed) == bool(DOCUMENTS[name].claims)
    if name in ANSWERS:
        due = read(ANSWERS[name]).problem
    else:
        due = from_text(name, drafted(PRINTS["text"](DOCUMENTS[name])).text).problem
    assert_same_answers(found.solve(), due.solve())


def test_a_document_in_rows_has_the_answers_of_numpy() -> None:
    data = {name: np.array(value, float) for name, value in DOCUMENTS["row GRU"].data}
    x, h = data["x_1"], data["h_0"]
    r, z = (
        1 / (1 + np.exp(-(x @ data[f"W_{{x{g}}}"] + h @ data[f"W_{{h{g}}}"] + data[f"b_{g}"])))
        for g in "rz"
    )
    n = np.tanh(x @ data["W_{xh}"] + (r * h) @ data["W_{hh}"] + data["b_h"])
    draft = drafted(PRINTS["Markdown"](DOCUMENTS["row GRU"]))
    np.testing.assert_allclose(solved(draft.text).answers["h_1"], z * h + (1 - z) * n, rtol=1e-12)


def test_an_embedding_with_a_column_a_word_is_turned() -> None:
    data = {name: np.array(value, float) for name, value in DOCUMENTS["language model"].data}
    a = data["W_h"] @ data["h_0"] + data["W_e"] @ (data["E"] @ data["x_1"]) + data["b_1"]
    draft = drafted(PRINTS["OCR"](DOCUMENTS["language model"]))
    np.testing.assert_allclose(solved(draft.text).answers["h_1"], 1 / (1 + np.exp(-a)), rtol=1e-12)


# What is lacking, or listed.

RNN = "RNN: h_t = tanh(w_x x_t + w_h h_{t-1}), w_x = 0.5, w_h = 0.8, h_0 = 0, x_1 = 1"
LSTM = (
    "LSTM: W_{xi} = 1, W_{hi} = 1, W_{xf} = 1, W_{hf} = 1, W_{xo} = 1, W_{ho} = 1, W_{xg} = 1, "
    "W_{hg} = 1, x_1 = 2"
)
LACKING = {
    "a scalar without a place": (f"{RNN}, q_f = 0.2. Compute h_1.", "q_f = 0.2"),
    "both weights on one": (
        "RNN with h_t = tanh(a h_{t-1} + a x_t), a = 0.5, x_1 = 1, h_0 = 0.",
        "a = 0.5",
    ),
    "a loss": (f"{RNN}, target y_1 = 1. Compute dL/dw_h with backpropagation.", "loss: the sheet"),
    "a gradient that nothing brings": (f"{RNN}. Compute dL/dw_h.", "a gradient is asked for"),
    "a loss without targets": (f"{RNN}. Compute the loss L.", "no targets were understood"),
    "a hard sigmoid": (f"{LSTM}. The gates use a hard sigmoid.", "hard sigmoid, of which"),
    "a gate that is a product": ("LSTM: c_0 = 1, x_1 = 1, f_t = 0.5 x_t, i = 0, g = 0, o = 1", "f"),
    "other biases": (
        f"{LSTM}. The forget gate bias is 1, all other biases are 0.5.",
        "all other biases = 0.5",
    ),
    "two directions": (f"A bidirectional {RNN}. Compute h_1.", "under `reverse:`"),
    "two layers": (f"A two-layer {RNN}. Compute h_1.", "under `layers:`"),
    "a multiple of a matrix": ("RNN: x_1 = 1, h_0 = 0, W_x = 1, W_h = 0.5 I", "W_h = 0.5 I"),
    "targets of no step": (
        f"{RNN}, y_5 = 1, squared loss. Backpropagate.",
        "targets: expected y_1",
    ),
    "inputs without outputs": (
        "A step unit.\nInput: 0 1 0\nInput: 1 1 0\nOutput: 0 1 1",
        "2 inputs and 1 outputs",
    ),
    "the slope": (
        "RNN with W_h = 0.9 over 50 time steps: how is the gradient scaled?",
        "factors.slope",
    ),
    "how many steps": (
        "Linear RNN with W_h = 0.9: how is the gradient scaled over 50 time steps? And 20 steps?",
        "factors.count",
    ),
    "the units of a state": (
        "RNN: x_1 = 1, h_0 = 0.5 in each unit, W_x = [1; 2], W_h = [1 2; 3 4]",
        "m = 1 from h_prev",
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_is_lacking_is_said(name: str) -> None:
    text, why = LACKING[name]
    draft = drafted(text)
    assert any(why in said for said in draft.lacking), (draft.lacking, draft.text)


def test_what_a_question_only_supposes_is_no_data() -> None:
    draft = drafted(f"{RNN}. Compute h_1. What would happen if w_h = 2?")
    assert draft.lacking == []
    assert "W_h: 0.8 " in draft.text
    assert "w_h = 2  (only supposed" in draft.text


def test_what_is_asked_for_by_an_unknown_name_is_listed() -> None:
    draft = drafted(f"{RNN}. Compute h_1 and m_1.")
    assert "m_1  (asked for" in draft.text


def test_one_value_of_several_names_is_the_value_of_each() -> None:
    draft = drafted(f"{LSTM}. b_f, b_i and b_o are all one.")
    assert draft.lacking == []
    assert draft.text.count("b: 1 ") == 3


def test_several_values_of_several_names_are_theirs_in_turn() -> None:
    draft = drafted(f"{LSTM}. h_0 and c_0 are 0.5 and 0.25.")
    assert draft.lacking == []
    assert "h_prev: 0.5 " in draft.text
    assert "c_prev: 0.25 " in draft.text


def test_a_bias_of_every_gate_is_that_of_each() -> None:
    assert drafted(f"{LSTM}. The bias of every gate is 0.5.").text.count("b: 0.5 ") == 4
    assert "\nb: 0.5 " in drafted(f"{RNN}. The bias is 0.5.").text


def test_an_equation_of_the_answer_does_not_say_what_names_are() -> None:
    values = "RNN: W_x = 0.5, W_h = 0.3, x_1 = 1, h_0 = 0.2"
    draft = drafted(f"{values}\nSolution\nh_t = tanh(W_h x_t + W_x h_{{t-1}})")
    assert "W_x: 0.5 " in draft.text


def test_equations_of_the_first_step_tell_as_much_as_those_of_step_t() -> None:
    text = "h_1 = (1 - z_1) h_0 + z_1 n_1\nn_1 = tanh(W_n x_1 + U_n (r_1 h_0))"
    values = "W_n = 1, U_n = 2, W_r = 3, U_r = 4, W_z = 5, U_z = 6, x_1 = 1, h_0 = 0.5"
    draft = drafted(f"GRU: {values}\n{text}")
    assert draft.lacking == []
    assert "update: new" in draft.text
    assert "reset: before" in draft.text
    assert re.search(r"n:\n    W_x: 1 .*\n    W_h: 2 ", draft.text)


@pytest.mark.parametrize(
    ("said", "loss"),
    [
        ("L = 1/2 (y_1 - 0.5)^2", "half-squared"),
        ("L = \\frac{1}{2} \\sum_t (y_t - d_t)^2", "half-squared"),
        ("The target 0.5. Squared error.", "squared"),
        ("MSE loss", "mean-squared"),
        ("cross-entropy loss", "cross-entropy"),
    ],
)
def test_a_loss_is_read_from_words_or_a_formula(said: str, loss: str) -> None:
    draft = drafted(f"{RNN}. {said}. The target is y_1 = 0.5. Backpropagate.")
    assert f"loss: {loss}  #" in draft.text


def test_scores_before_a_softmax_are_not_the_output() -> None:
    text = f"{RNN}, v = [1; 2]. o_t = v h_t, y_t = softmax(o_t). Find o_1 and y_1."
    draft = drafted(text)
    assert draft.lacking == []
    assert "find: [a_y_1, y_1]" in draft.text
    h = np.tanh(0.5)
    np.testing.assert_allclose(solved(draft.text).answers["a_y_1"], [h, 2 * h])


def test_rows_with_names_of_their_own_are_no_matrix() -> None:
    draft = drafted("RNN: W_x = 1, W_h = 1\nx_1 = ( 1 )\nx_2 = ( 2 )\nh_0 = 0")
    assert draft.lacking == []
    np.testing.assert_allclose(solved(draft.text).answers["h_1"], np.tanh(1))


@pytest.mark.parametrize("each", ["(a)", "For each:"])
def test_sequences_with_weights_of_their_own_are_not_made_one_problem(each: str) -> None:
    rows = "in 0 1 out 0 1\nin 1 1 out 0 0".replace("in", "input").replace("out", " output")
    draft = drafted(f"A step unit.\n{each} {rows}")
    assert "sequences:" not in draft.text.partition("# Not placed")[0]
    assert "another sequence" in draft.text


def test_an_answer_to_another_item_is_not_claimed() -> None:
    draft = drafted(of_exercise("step-items.txt"))
    assert "feasible" not in draft.text
    assert "(b) impossible  (of another sequence)" in draft.text


def test_each_input_is_named_with_its_line() -> None:
    draft = drafted("RNN: W_x = 1, W_h = 1, h_0 = 0\nx_1 = 1\nx_2 = 2")
    assert "xs:\n  - 1  # line 2: x_1\n  - 2  # line 3: x_2\n" in draft.text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("q2", "found a problem file, which needs no draft"),
        ("mine.yaml", "`lstmhw solve mine.yaml` solves it"),
        ("nosuch.md", "no such file"),
        ("q22", "did you mean"),
    ],
)
def test_what_is_no_sheet_is_refused(lstmhw: Run, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "mine.yaml").write_text("kind: rnn-step\nx: 1\n")
    done = lstmhw("draft", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "lstmhw problems" not in done.stderr
