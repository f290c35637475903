"""`lstmhw check`: the marks of a file, and claims that cannot be read."""

import json
from pathlib import Path

import pytest
from conftest import Run

STEP = """kind: rnn-step
x: 0.5
W_x: [[1], [-3]]
W_h: [[0, 0], [0, 0]]
activation: identity
"""


def test_the_audit_of_the_homework(lstmhw: Run) -> None:
    """Every sheet that comes along is marked as it deserves, by itself."""
    status = {
        "q1": 1,
        "q2": 1,
        "lstm-equation-sheet": 1,
        "parameter-count-v9": 0,
        "parameter-count-v8": 0,
        "lstm-gradient": 0,
        "gradient-flow-scalar": 1,
        "sentiment-two-units": 1,
        "sentiment-six-units": 0,
        "rnn-in-lstm-tanh": 1,
        "step-rnn-a": 1,
        "step-rnn-b": 1,  # impossible indeed, and not for that reason
        "lstm-lab-handout": 1,
    }
    assert {name: lstmhw("check", name).returncode for name in status} == status


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("q1", "first wrong one is i_1 (softmax instead of sigmoid)"),
        ("q2", "first wrong one is z_g_2 (a given number misread)"),
        ("lstm-equation-sheet", "first wrong one is h_1 (added instead of multiplied)"),
        ("gradient-flow-scalar", "first wrong one is P_50."),
        ("sentiment-two-units", "after 'not bad' (2 words)"),
        ("lstm-lab-handout", "c_1 would rest on itself: c_0 is due on the right side"),
        ("step-rnn-b", "first wrong one is certificate"),
        ("step-rnn-a", "At t = 4, z = 0 and step(0) = 0"),
    ],
)
def test_what_is_said_of_the_homework(name: str, said: str, lstmhw: Run) -> None:
    assert said in " ".join(lstmhw("check", name).stdout.split())


@pytest.mark.parametrize(
    ("claimed", "line", "message"),
    [
        ("{h: [0.5, -1.5], hh: 1}", 6, "expected a symbol that is computed here, found 'hh'"),
        ("{h: [0.5, -1.5], a: [1, 2, 3]}", 6, "expected 2 numbers, found 3 numbers"),
        ("{h: [0.5, -1.5], a: [0.5, one]}", 6, "expected a number, found the text 'one'"),
        ("{h: [0.5, -1.5], a: yes}", 6, "expected a number, found the text 'yes'"),
        ("{h: [0.5, -1.5], a: {b: 1}}", 6, "expected a number or a list of numbers"),
        ("{h: [0.5, -1.5], h: [1, 1]}", 6, "expected each key once, found 'h' again"),
        ("\n  h: [0.5, -1.5]\n  a: [.nan, 1]", 8, "NaN"),
    ],
)
def test_a_bad_claim_is_an_error_and_the_others_are_marked(
    claimed: str, line: int, message: str, lstmhw: Run
) -> None:
    result = lstmhw("check", "-", stdin=f"{STEP}claimed: {claimed}\n")
    assert result.returncode == 2
    assert result.stderr.startswith(f"<stdin>:{line}:")
    assert message in result.stderr
    assert "h_1" in result.stdout
    assert "right" in result.stdout


@pytest.mark.parametrize("claimed", ["5", "[1, 2]", "words"])
def test_claims_that_are_no_mapping(claimed: str, lstmhw: Run) -> None:
    result = lstmhw("check", "-", stdin=f"{STEP}claimed: {claimed}\n")
    assert result.returncode == 2
    assert "expected a mapping from symbols to values" in result.stderr


@pytest.mark.parametrize("name", ["gru", "rnn-in-lstm-fixed-point", "sentiment"])
def test_a_file_that_claims_nothing_says_so(name: str, lstmhw: Run) -> None:
    result = lstmhw("check", name)
    assert (result.returncode, result.stdout) == (2, "")
    assert "expected claimed answers, found none" in result.stderr


def test_a_problem_that_is_wrong_itself_is_not_marked(lstmhw: Run) -> None:
    result = lstmhw("check", "-", stdin="kind: rnn-step\nx: one\nclaimed: {h: 1}\n")
    assert (result.returncode, result.stdout) == (2, "")


def test_every_format(lstmhw: Run, tmp_path: Path) -> None:
    for format in ("markdown", "latex", "html"):
        page = lstmhw("check", "q1", "--format", format).stdout
        assert "softmax instead of sigmoid" in page
        assert "wrong only because of an earlier answer" in page
    marked = json.loads(lstmhw("check", "q1", "q2", "--format", "json").stdout)
    assert [m["checks"][0]["symbol"] for m in marked] == ["x_1", "z_g_2"]
    assert marked[0]["checks"][1]["mistake"] == "softmax-for-sigmoid"
    assert marked[0]["answers"]["i_1"]
    lstmhw("check", "q1", "-o", str(tmp_path / "marks.txt"))
    assert "softmax instead of sigmoid" in (tmp_path / "marks.txt").read_text()
