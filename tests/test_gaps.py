"""Arrays of which some numbers have no answer: what is there is judged, the rest is unanswered."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import examples, problem
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.grading import Grader
from lstmhw.grading.feedback import page
from lstmhw.grading.homework import Exercise, Homework, Row
from lstmhw.grading.intake import Wanted, intake
from lstmhw.marking import marked
from lstmhw.marking.summary import marks
from lstmhw.marking.withheld import without_answers
from lstmhw.reading import from_text
from lstmhw.render import render
from lstmhw.solution import Check, Paragraph, Solution
from lstmhw.view import View

LSTM: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [0.5, -1],
    "h_prev": [0.4, -0.2, 0.1],
    "c_prev": [0.3, 0.8, -0.6],
    "gates": {
        gate: {
            "W_x": [[0.5, w], [w, -0.25], [0.1, -w]],
            "W_h": [[0.3, -w, 0.2], [0.2, 0.1, w], [-w, 0.4, 0.3]],
            "b": [w, 0.1, -0.3],
        }
        for gate, w in zip("ifgo", (0.4, 0.7, -0.6, 0.2), strict=True)
    },
    "find": ["c", "h"],
}
TRUE = {s: value.tolist() for s, value in problem(LSTM).solve().answers.items()}
C, H = ([f"{value:.4f}" for value in TRUE[symbol]] for symbol in ("c_1", "h_1"))
GAPS = ("null", "~", "")
WRONG = "0.9137"


@cache
def _solved(text: str) -> Solution:
    asked = from_text("p.yaml", text).problem
    found, faults = marked(asked, asked.claimed)
    assert not faults
    return found


def solved(per: str = "symbol", **claimed: Any) -> Solution:
    return _solved(json.dumps({**LSTM, "marking": {"per": per}, "claimed": claimed}))


def checks(**claimed: Any) -> dict[str, Check]:
    return {check.symbol: check for check in solved(**claimed).checks}


def earned(per: str, **claimed: Any) -> float:
    found = solved(per, **claimed).score
    assert found is not None
    return found.earned


def test_what_is_there_is_right_and_the_rest_unanswered() -> None:
    check = checks(c=[C[0], None, C[2]], h=H)["c_1"]
    assert (check.verdict, check.mistake, check.where) == ("unanswered", None, "c_1[2]")
    assert check.verdicts == ("right", "unanswered", "right")
    assert check.explanation == "c_1[2] has no answer; what is there is right."


@pytest.mark.parametrize(("per", "points"), [("symbol", 1), ("entry", 1 + 2 / 3)])
def test_the_points_of_a_symbol_are_those_of_its_worst_number(per: str, points: float) -> None:
    assert earned(per, c=[C[0], None, C[2]], h=H) == pytest.approx(points, abs=1e-4)


def test_a_wrong_number_beside_a_gap_is_wrong_without_a_name() -> None:
    check = checks(c=[WRONG, None, C[2]])["c_1"]
    assert (check.verdict, check.mistake, check.where) == ("wrong", None, "c_1[1]")
    assert check.verdicts == ("wrong", "unanswered", "right")
    assert check.explanation.startswith("c_1[2] has no answer, so no mistake is named. c_1[1] sh")
    assert "evidence" not in check.extras


def test_an_array_of_nothing_but_null_is_not_answered() -> None:
    solution = solved("entry", c=[None, None, None], h=H)
    check = next(check for check in solution.checks if check.symbol == "c_1")
    assert (check.verdict, check.claimed, check.verdicts) == ("unanswered", None, ())
    assert solution.score is not None
    assert (solution.score.earned, solution.score.unanswered) == (1, ("c_1",))


def test_an_array_with_gaps_is_not_listed_as_without_an_answer() -> None:
    score = solved(c=[C[0], None, C[2]], h=H).score
    assert score is not None
    assert score.unanswered == ()


WRITTEN = st.sampled_from(["right", "rounded", "wrong"])


@examples(3, 50)
@given(
    st.lists(WRITTEN, min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.sampled_from([None, *GAPS]),
)
def test_numbers_that_are_there_are_judged_as_where_all_are(
    kinds: list[str], missing: list[bool], gap: str | None
) -> None:
    """As where the others are right: of a wrong one nothing but the verdict is told."""
    forms = {"right": C, "rounded": [f"{v:.2f}" for v in TRUE["c_1"]], "wrong": [WRONG] * 3}
    written = [forms[kind][k] for k, kind in enumerate(kinds)]
    full = [
        C[k] if gone else text for k, (text, gone) in enumerate(zip(written, missing, strict=True))
    ]
    left = [gap if gone else text for text, gone in zip(written, missing, strict=True)]
    whole, check = checks(c=full)["c_1"], checks(c=left)["c_1"]
    if all(missing):
        assert (check.verdict, check.claimed) == ("unanswered", None)
        return
    due = tuple("unanswered" if m else v for v, m in zip(whole.verdicts, missing, strict=True))
    assert check.verdicts == due
    share = sum(v in ("right", "rounding") for v in due) / len(due)
    assert earned("entry", c=left) == pytest.approx(share, abs=1e-3)


# What comes after a gap


def test_right_answers_after_a_gap_are_right() -> None:
    assert checks(c=[None, C[1], None], h=H)["h_1"].verdict == "right"


def test_an_answer_follows_from_what_is_there() -> None:
    ratio = problem({"kind": "rnn-step", "x": 0.9137, "W_x": 1, "W_h": 0, "activation": "tanh"})
    tanh = float(ratio.solve().answers["h_1"].item())
    h = [f"{TRUE['o_1'][0] * tanh:.4f}", *H[1:]]
    found = checks(c=[WRONG, None, C[2]], h=h)
    assert found["h_1"].verdicts == ("follows", "right", "right")


def test_an_answer_that_needs_a_gap_gets_no_name() -> None:
    found = checks(c=[C[0], None, C[2]], h=[H[0], "0.7777", H[2]])
    check = found["h_1"]
    assert (check.verdict, check.mistake) == ("wrong", None)
    assert "c_1[2] has no answer, and this rests on it, so no mistake is named." in check.method
    without_gap = checks(c=C, h=[H[0], "0.7777", H[2]])["h_1"]
    assert without_gap.mistake == "arithmetic-slip"


def test_in_the_place_of_a_gap_is_what_follows_from_the_answers_before_it() -> None:
    """As where the whole symbol is left out: a wrong gate and a right method earn credit."""
    i = ["0.9000", *(f"{value:.4f}" for value in TRUE["i_1"][1:])]
    claimed: dict[str, Any] = {"i": i, "h": H}
    wrong_i = {**LSTM, "gates": {**LSTM["gates"]}}
    wrong_i["gates"]["i"] = {"value": [float(text) for text in i]}
    then = problem(wrong_i).solve().answers
    claimed["h"] = [f"{value:.4f}" for value in then["h_1"].tolist()]
    left_out = checks(**claimed)["h_1"]
    with_gap = checks(**claimed, c=[None, *C[1:]])["h_1"]
    assert left_out.verdicts == with_gap.verdicts == ("follows", "right", "right")


# What is shown


def test_no_true_value_of_a_gap_is_told_without_answers() -> None:
    for claimed in ([C[0], None, C[2]], [WRONG, None, C[2]]):
        check = without_answers(checks(c=claimed)["c_1"])
        assert check.expected is None
        assert C[1][:5] not in f"{check.explanation} {check.where} {check.extras}"


def test_a_page_shows_a_dash_and_json_null() -> None:
    solution = solved(c=[C[0], None, C[2]], h=H)
    text = render([solution], "table", View())
    assert f"[{C[0]}, -, {C[2]}]" in text
    assert "Your c_1 has numbers without an answer." in text
    found = json.loads(render([solution], "json", View()))["checks"]
    claimed = next(check["claimed"] for check in found if check["symbol"] == "c_1")
    assert claimed == [float(C[0]), None, float(C[2])]


def test_the_summary_tells_partly_answered_from_unanswered() -> None:
    result = marks(solved("symbol", c=[C[0], None, C[2]], h=None)).result
    said = [block.parts[0] for block in result if isinstance(block, Paragraph)]
    assert said == ["1 answer is claimed: 1 partly answered.", "1 unanswered."]


# How it is written

QUIZ = """\
kind: rnn-step
x: 0.5
W_x: [[1], [-3]]
W_h: [[0, 0], [0, 0]]
activation: identity
find: [h]
marking: {per: entry}
"""  # h_1 is [0.5, -1.5]
GRADER = Grader(from_text("p.yaml", QUIZ))
MOODLE = "answers: {h: [Response 1/part 1, Response 1/part 2]}\nid: Email address\n"


def rows_of(files: list[str], **options: Any) -> list[Row]:
    found = intake({"": GRADER}, Wanted(files, **options))
    return [GRADER.row(source) for batch in found.batches((), "csv") for source in batch]


@pytest.mark.parametrize("cell", ["part 1: 0.5; part 2: -", "part 1: 0,50; part 2: "])
def test_a_part_of_a_quiz_without_an_answer(
    cell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("map.yaml").write_text(MOODLE)
    with Path("quiz.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["Email address", "Response 1"], ["a@x", cell]])
    (row,) = rows_of(["quiz.csv"], map="map.yaml")
    assert (row.score, row.error) == (0.5, None)
    assert row.checks[0].verdicts == ("right", "unanswered")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "id,h[1],h[2]\nA,0.5,\n"),
        ("t.csv", 'id,h[1],h[2]\nA,"0,5",-\n'),
        ("a.yaml", "name: A\nclaimed:\n  h: [0.5, null]\n"),
        ("a.yaml", "name: A\nclaimed:\n  h:\n  - 1/2\n  -\n"),
        ("a.json", '{"name": "A", "claimed": {"h": [0.5, null]}}'),
    ],
)
def test_a_gap_in_each_form(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    (row,) = rows_of([name])
    assert (row.score, row.error) == (0.5, None)
    assert row.checks[0].verdicts == ("right", "unanswered")


def test_a_row_of_a_batch_that_is_null_is_a_gap_in_each_number() -> None:
    text = QUIZ.replace("x: 0.5", "x: [[0.5, 1], [2, 3]]").replace(
        "[[1], [-3]]", "[[1, 0], [0, 2]]"
    )
    true = from_text("p.yaml", text).problem.solve().answers["h_1"].tolist()
    asked = from_text("p.yaml", f"{text}claimed: {{h: [{true[0]}, null]}}\n").problem
    found, faults = marked(asked, asked.claimed)
    assert faults == ()
    assert found.checks[0].verdicts == ("right", "right", "unanswered", "unanswered")


@pytest.mark.parametrize("claim", ["[0.5, null, null]", "[0.5, word]", "[[0.5, null]]"])
def test_a_gap_makes_no_other_shape_or_word_right(claim: str) -> None:
    asked = from_text("p.yaml", f"{QUIZ}claimed: {{h: {claim}}}\n").problem
    _, faults = marked(asked, asked.claimed)
    assert bool(faults) is (claim != "[[0.5, null]]")


def test_the_feedback_of_a_gap_says_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.json").write_text('{"name": "A", "claimed": {"h": [0.5, null]}}')
    (row,) = rows_of(["a.json"])
    homework = Homework("RNN", {"": Exercise("RNN", 4, GRADER.asked)})
    text = render([page(row, homework)], "table", View())
    assert "[0.5, -]" in text
    assert "h_1[2] has no answer; what is there is right." in text
