"""Pages with less on them: nothing is added to the short one, and no answer is on the blank one."""

import json
import re

import numpy as np
import pytest
from conftest import Run, often
from test_problems import PROBLEMS, solve

from lstmhw.explanation.template import template
from lstmhw.handouts import BOX, blank, short
from lstmhw.render import FORMATS, render
from lstmhw.solution import Solution
from lstmhw.view import View

NUMBER = re.compile(r"-?\d+\.\d{4,}")


def page(solution: Solution, format: str = "table") -> str:
    return render([solution], format, View(width=100, full=True))


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_a_blank_sheet_has_no_answer(name: str) -> None:
    solution = solve(name)
    sheet = blank(solution)
    text = page(sheet)
    given = set(NUMBER.findall(page(sheet._replace(sections=sheet.sections[:2]))))
    computed = {
        f"{value:.4f}"
        for array in solution.answers.values()
        for value in np.ravel(array).tolist()
        if abs(value) >= 0.1 and value != round(value, 2)
    }
    assert not (set(NUMBER.findall(text)) & computed) - given
    assert BOX in text
    assert not sheet.answers
    assert "Your " not in text
    assert all(render([sheet], format, View()) for format in FORMATS)


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_a_short_page_is_how_the_whole_one_begins(name: str) -> None:
    whole, brief = page(solve(name)).splitlines(), page(short(solve(name))).splitlines()
    assert whole[: len(brief)] == brief
    assert "Asked" in brief


def test_a_sheet_has_a_box_for_each_number() -> None:
    text = page(blank(solve("q2")))
    assert text.count(BOX) == 5 * 2 + 3
    assert "c_2 = f_2*c_1 + i_2*g_2" in text


def test_a_sheet_that_asks_for_a_network_has_the_rule_and_no_weights(lstmhw: Run) -> None:
    """The automaton is data where the rule is given by it."""
    text = lstmhw("solve", "-", "--blank", stdin=template("sequence-rule")).stdout
    assert "W_x" not in text
    assert "w_out" not in text
    assert "even / 0" in text
    whole = lstmhw("solve", "-", stdin=template("sequence-rule")).stdout
    assert "W_h    [[1, 1], [-1, -1]]" in whole
    regex = "kind: sequence-rule\nalphabet: [a, b]\nrule: {regex: 'a*b'}\nactivation: step\n"
    text = lstmhw("solve", "-", "--blank", stdin=regex).stdout
    assert "W_x" not in text
    assert "Rule: 1 where all letters so far match a*b, else 0." in text


def test_a_sheet_has_a_box_for_every_answer_however_many(lstmhw: Run) -> None:
    whole = lstmhw("solve", "-", stdin=template("lstm-gradient")).stdout
    asked = re.findall(r"^  (\w+) ", whole.partition("Result\n")[2].partition("\n\n")[0], re.M)
    sheet = lstmhw("solve", "-", "--blank", stdin=template("lstm-gradient")).stdout
    boxes = re.findall(rf"^  (\w+) +{BOX}$", sheet.partition("\nAnswer\n")[2], re.M)
    assert boxes == asked
    assert len(boxes) == 23


def test_from_the_command_line(lstmhw: Run) -> None:
    assert lstmhw("solve", "q2", "--short").stdout.endswith("a slip in the arithmetic.\n")
    assert BOX in lstmhw("solve", "q2", "--blank").stdout
    checks = json.loads(lstmhw("solve", "q2", "--short", "--format", "json").stdout)["checks"]
    assert len(checks) == 4
    assert json.loads(lstmhw("solve", "q2", "--blank", "--format", "json").stdout)["answers"] == {}
