"""`import lstmhw`: problems from Python, as paths, names, texts and mappings."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

import lstmhw

STEP: dict[str, Any] = {
    "kind": "rnn-step",
    "x": [1.0, 2.0],
    "W_x": np.eye(2),
    "W_h": 0,
    "b": [0, 1],
}


def test_importing_the_package_imports_no_numpy() -> None:
    code = "import sys, lstmhw; print('numpy' in sys.modules, lstmhw.solve.__name__)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "solve"]
    assert run.stderr == ""


def test_a_problem_is_a_path_a_name_a_text_or_a_mapping(capfd: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "problems" / "q2.yaml"
    given = [str(path), "q2", path.read_text()]
    found = [lstmhw.solve(problem)["h_2"].tolist() for problem in given]
    assert found[0] == found[1] == found[2]
    np.testing.assert_allclose(lstmhw.solve(STEP)["h"], np.tanh([1, 3]))
    assert capfd.readouterr() == ("", "")


def test_a_solution_has_its_parts_and_its_pages() -> None:
    solution = lstmhw.solve("q2")
    assert solution.to_dict()["answers"]["h_2"] == solution["h_2"].tolist()
    assert solution.render().startswith(solution.title)
    assert [step.symbol for step in solution.steps][-1] == "h_2"
    assert solution.sections[0].title == "Given"
    page = solution.render("html")
    article = page[page.index("<article>") : page.index("</article>")]
    assert article in solution._repr_html_()
    bundle = solution._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/latex", "text/plain"]
    solution["h_2"][0] = 7  # an array of the caller's own
    assert solution["h_2"][0] != 7
    with pytest.raises(KeyError, match="did you mean 'h_2'"):
        solution["h_9"]


def test_answers_are_checked() -> None:
    marks = lstmhw.check("q2", {"h": [0.2723, 0.9725], "c": "[1.1473, 2.75]", "g": None})
    verdicts = {check.symbol: check.verdict for check in marks.checks}
    assert verdicts == {"g_2": "unanswered", "c_2": "wrong", "h_2": "right"}
    assert (marks.score, marks.out_of) == (1, 3)
    assert "Score: 1 of 3" in marks.render()
    assert [check.verdict for check in lstmhw.check("step-rnn-a").checks] == ["wrong"]


@pytest.mark.parametrize(
    ("claimed", "message"),
    [
        ({"zz": 1}, r"^claimed\.zz: expected a symbol .*found 'zz'\n  hint: it has x_2"),
        ({"h": "hello"}, r"^claimed\.h: expected a number, found the text 'hello'$"),
        ({"h": [1, 2, 3]}, r"^claimed\.h: expected .* found 3"),
    ],
)
def test_answers_that_cannot_be_read_are_not_told_as_a_line_of_the_problem(
    claimed: dict[str, Any], message: str
) -> None:
    with pytest.raises(lstmhw.ProblemError, match=message) as error:
        lstmhw.check("q2", claimed)
    assert "q2:" not in str(error.value)


def test_what_the_problem_claims_itself_is_told_at_its_line() -> None:
    text = "kind: rnn-step\nx: [1]\nW_x: 1\nW_h: 0\nclaimed: {zz: 1}\n"
    with pytest.raises(lstmhw.ProblemError, match=r"^problem:5:11: error: claimed\.zz"):
        lstmhw.check(text)


def test_a_problem_may_be_a_path_object(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("kind: rnn-step\nx: [1]\nW_x: 0.5\nW_h: 0\nactivation: identity\n")
    assert lstmhw.solve(path)["h"] == lstmhw.solve(str(path))["h"] == 0.5


@pytest.mark.parametrize("wrong", [None, 5, ["q2"], b"q2"])
def test_what_is_no_problem_is_told_what_one_is(wrong: Any) -> None:
    with pytest.raises(TypeError, match=f"as a problem, found {type(wrong).__name__}"):
        lstmhw.solve(wrong)


def test_submissions_are_graded_one_by_one() -> None:
    sheets = ({"name": f"s{k}", "claimed": {"h": [0.2723, 0.9 + k / 10]}} for k in range(2))
    rows = lstmhw.grade("q2", [*sheets, {"name": "odd", "claimed": {"h": "x"}}])
    first = next(rows)
    assert (first.name, first.error) == ("s0", None)
    assert [row.name for row in rows] == ["s1", "odd"]


def test_a_sequence_that_is_wrong_is_not_told_as_the_problems() -> None:
    with pytest.raises(lstmhw.ProblemError, match=r"^expected letters of .* found 'a'; expected"):
        lstmhw.trace("rule-parity", "a zebra")
    with pytest.raises(lstmhw.ProblemError, match=r"^expected letters to trace, found none$"):
        lstmhw.trace("rule-parity", "")
    with pytest.raises(lstmhw.ProblemError, match=r"^q2:.*which can be traced; found lstm-step"):
        lstmhw.trace("q2", "a")


def test_sequences_are_traced() -> None:
    assert lstmhw.trace("sentiment-six-units", "not good uh")["y_3"] == -1
    with pytest.raises(lstmhw.ProblemError, match="can be traced"):
        lstmhw.trace("q2")


def test_errors_have_faults_and_places(tmp_path: Path) -> None:
    with pytest.raises(lstmhw.ProblemError) as error:
        lstmhw.solve({**STEP, "x": [1]})
    assert error.value.faults[0].path == ("W_x",)
    assert str(error.value).startswith("problem:1:")
    with pytest.raises(lstmhw.ProblemError, match="no such file"):
        lstmhw.solve(str(tmp_path / "nowhere.yaml"))
    with pytest.raises(lstmhw.ProblemError, match="q_7"):
        lstmhw.check("q2", {"q_7": 1})


@pytest.mark.parametrize("name", ["q2", "step-rnn-a", "rule-parity-wrong", "lstm-gradient"])
def test_answers_are_pickled(name: str) -> None:
    for answer in (lstmhw.solve(name), lstmhw.check(name)):
        again = pickle.loads(pickle.dumps(answer))
        assert type(again) is type(answer)
        assert again.render("json") == answer.render("json")


def test_a_trace_is_pickled_as_the_trace_it_is() -> None:
    answer = lstmhw.trace("sentiment-six-units", "bad uh")
    again = pickle.loads(pickle.dumps(answer))
    assert again.render() == answer.render() != lstmhw.solve("sentiment-six-units").render()


def test_marks_without_answers_tell_what_is_wrong_and_no_true_value() -> None:
    marks = lstmhw.check("q2", {"c": [1.4435, 2.3333], "h": [0.2723, 0.9725]})
    assert "1.1473" in marks.render()
    withheld = marks.without_answers()
    for again in (withheld, pickle.loads(pickle.dumps(withheld)), withheld.without_answers()):
        assert (again.score, again.out_of) == (marks.score, marks.out_of)
        assert [check.verdict for check in again.checks] == [c.verdict for c in marks.checks]
        assert "forget gate" in again.render()
        for shown in (
            again.render(),
            again.render("json"),
            again._repr_html_(),
            repr(again.checks),
        ):
            assert "1.147" not in shown
            assert "2.136" not in shown
