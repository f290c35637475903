"""Marks without answers: in no format is there a number that gives a true value away."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, Run, at_length, often
from count_sheets import count_sheets
from gradient_sheets import gradient_sheets
from leaks import leaks, withheld
from network_sheets import network_sheets
from sheets import correct_sheets, mistaken_sheets, two_mistakes_sheets
from time_sheets import time_sheets

from lstmhw.grading import Grader
from lstmhw.grading.formats import FORMATS as ROW_FORMATS
from lstmhw.grading.formats import Form, graded, line
from lstmhw.marking import marked
from lstmhw.marking.summary import marks
from lstmhw.marking.withheld import marks_without_answers
from lstmhw.reading import from_text
from lstmhw.reading.submissions import Source
from lstmhw.render import FORMATS, render
from lstmhw.solution import Solution
from lstmhw.view import View

SHIPPED = sorted(path.stem for path in Path(ROOT / "problems").glob("*.yaml"))


def page_of(text: str) -> Solution:
    """The marks of a sheet, answers and all."""
    document = from_text("sheet.yaml", text)
    solution, _ = marked(document.problem, document.problem.claimed)
    return marks(solution)


def formats_of(text: str) -> Iterator[tuple[str, Solution]]:
    page = page_of(text)
    for format in FORMATS:
        yield render([marks_without_answers(page)], format, View(full=True)), page


MOST_CLAIMED = 3


def with_wrong_claims(name: str, seed: int) -> str | None:
    """A shipped problem with wrong numbers for some of what it computes."""
    text = (ROOT / "problems" / f"{name}.yaml").read_text()
    document = from_text(name, text)
    solution = document.problem.solve()
    rng = np.random.default_rng(seed)
    claims: dict[str, Any] = {}
    apart = 1 + len(solution.steps) // MOST_CLAIMED
    for step in solution.steps[::-apart]:
        true = np.asarray(solution.answers[step.symbol])
        off = true * rng.choice([1.31337, 1.0, 0.71717], true.shape)
        claims[step.symbol] = np.round(off, 5).tolist()
    kept = re.sub(r"^claimed:.*?(?=^\w|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    return f"{kept}\nclaimed: {json.dumps(claims)}\n" if claims else None


QUICK = ("q1", "q2", "attention-bahdanau", "lstm-peephole-coupled", "rnn-feedback", "gru")
"""One problem of each sort, of which wrong numbers are marked in the default run."""


@pytest.mark.parametrize("name", often(SHIPPED))
def test_no_page_of_a_shipped_problem_tells_what_is_true(name: str) -> None:
    sheet = (ROOT / "problems" / f"{name}.yaml").read_text()
    for shown, page in formats_of(sheet):
        assert leaks(shown, sheet, page.checks) == []


@pytest.mark.parametrize("name", [name if name in QUICK else at_length(name) for name in SHIPPED])
def test_no_page_of_wrong_numbers_tells_what_is_true(name: str) -> None:
    sheet = with_wrong_claims(name, 0)
    for shown, page in () if sheet is None else formats_of(sheet):
        assert leaks(shown, sheet or "", page.checks) == []


DRAWN = (mistaken_sheets, two_mistakes_sheets, gradient_sheets, time_sheets, network_sheets)


@pytest.mark.parametrize("drawn", [*DRAWN, count_sheets, correct_sheets])
@pytest.mark.parametrize("count", [2, at_length(40)])
def test_no_page_of_a_drawn_sheet_tells_what_is_true(drawn: Any, count: int) -> None:
    for sheet in drawn(count, 11):
        for shown, page in formats_of(sheet.text):
            assert leaks(shown, sheet.text, page.checks) == [], sheet.text


@pytest.mark.parametrize("drawn", [mistaken_sheets, gradient_sheets, count_sheets])
def test_no_row_tells_what_is_true(drawn: Any) -> None:
    for sheet in drawn(3, 5):
        document = from_text("sheet.yaml", sheet.text)
        grader = Grader(document)
        submission = json.dumps({"name": "a", "claimed": plain(document.problem.claimed)})
        row = grader.row(Source("class.ndjson", 1, submission.encode()))
        for format in ROW_FORMATS:
            for page in ("html", "markdown", "text"):
                made = graded(row, Form(format, False, page), grader.homework)
                shown = line(made, format, grader.homework) + made.page
                assert leaks(shown, sheet.text, row.checks) == []


def plain(claim: Any) -> Any:
    if isinstance(claim, Mapping):
        return {key: plain(part) for key, part in claim.items()}
    return claim if isinstance(claim, str) else [plain(part) for part in claim]


@pytest.mark.parametrize("drawn", DRAWN)
def test_the_scan_finds_what_pages_with_answers_tell(drawn: Any) -> None:
    """Must fail: the same scan of the pages that do tell."""
    found = 0
    for sheet in drawn(3, 11):
        page = page_of(sheet.text)
        told = [leaks(render([page], f, View()), sheet.text, page.checks) for f in FORMATS]
        wrong = [c for c in page.checks if c.verdict == "wrong"]
        found += bool(wrong)
        assert all(told) or not any(len(str(n)) > 4 for n in withheld(tuple(wrong)))
    assert found


def test_verdict_mistake_and_method_stay() -> None:
    rng = Random(0)
    for sheet in mistaken_sheets(6, rng.randrange(100)):
        page = page_of(sheet.text)
        hidden = marks_without_answers(page)
        for check, shown in zip(page.checks, hidden.checks, strict=True):
            assert shown[:2] == check[:2]
            assert (shown.verdict, shown.mistake) == (check.verdict, check.mistake)
            assert shown.where == check.where
            assert shown.expected is None
            if check.verdict in ("wrong", "follows"):
                assert shown.explanation


SHEET = """\
kind: lstm-step
x: 1
gates:
  f: {value: 0.5}
  i: {value: 0.25}
  g: {value: 0.75}
  o: {value: 0.4}
c_prev: 2
claimed: {c: 1.1875, h: 1.2298}
"""


def test_a_line_is_told_in_symbols(lstmhw: Run, tmp_path: Path) -> None:
    """h = o + tanh(c): the true h, 0.33192, is nowhere, and what it is made of is said."""
    (tmp_path / "p.yaml").write_text(SHEET)
    shown = lstmhw("check", "p.yaml", "--no-answers")
    assert shown.returncode == 1
    assert "The line is h_1 = o_1*tanh(c_1), not o_1 + tanh(c_1)." in " ".join(shown.stdout.split())
    assert "0.33" not in shown.stdout
    assert "true" not in shown.stdout


def test_a_misread_datum_is_told(lstmhw: Run) -> None:
    shown = lstmhw("check", "q2", "--no-answers")
    assert "W_g[1][1] was read as 3, it is 0" in " ".join(shown.stdout.split())
    assert "12.28" not in shown.stdout


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("name", ["q2", "step-rnn-a"])
def test_the_command_tells_no_more_than_the_page(format: str, name: str, lstmhw: Run) -> None:
    text = (ROOT / "problems" / f"{name}.yaml").read_text()
    shown = lstmhw("check", name, "--no-answers", "--full", "--format", format)
    assert leaks(shown.stdout, text, page_of(text).checks) == []
    told = lstmhw("check", name, "--format", format)
    assert shown.returncode == told.returncode


def test_json_has_null_for_what_is_expected_and_none_of_the_working(lstmhw: Run) -> None:
    content = json.loads(lstmhw("check", "q2", "--no-answers", "--format", "json").stdout)
    assert content["answers"] == {}
    assert content["steps"] == []
    assert [check["expected"] for check in content["checks"]] == [None] * 4
    proof = json.loads(
        lstmhw("check", "sentiment-two-units", "--no-answers", "--format", "json").stdout
    )
    assert "proof" not in proof
    assert "weights" not in proof


def test_a_formula_that_is_claimed_is_not_answered_with_the_line(
    lstmhw: Run, tmp_path: Path
) -> None:
    """The formula is what was asked: its mistake is named, the line is not written out."""
    formula = SHEET.replace("h: 1.2298", 'h: "o + tanh(c)"')
    (tmp_path / "p.yaml").write_text(formula)
    shown = lstmhw("check", "p.yaml", "--no-answers").stdout
    assert "a sum where a product belongs" in shown or "added, not multiplied" in shown
    assert "The line is" not in shown
    assert "0.33" not in shown


def test_grade_tells_no_true_value(lstmhw: Run, tmp_path: Path) -> None:
    line = json.dumps({"name": "a", "claimed": {"c": [1.1469, 2.1363], "h": [0.2723, 0.9719]}})
    (tmp_path / "class.ndjson").write_text(f"{line}\n")
    text = (ROOT / "problems" / "q2.yaml").read_text() + line
    row = Grader(from_text("q2", text.rpartition("{")[0].rpartition("{")[0])).row(
        Source("class.ndjson", 1, line.encode())
    )
    for format in ("csv", "ndjson"):
        shown = lstmhw("grade", "q2", "class.ndjson", "--no-answers", "--format", format)
        assert shown.returncode == 1
        assert leaks(shown.stdout + shown.stderr, text, row.checks) == []
    checks = json.loads(shown.stdout)["checks"]
    assert {check["expected"] for check in checks} == {None}
