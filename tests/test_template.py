"""`lstmhw new`: a template solves as it stands, and has every key of its kind once."""

import re
from pathlib import Path

import pytest
from conftest import Run, problem
from yaml import safe_load

from lstmhw.explanation.template import EXAMPLES, template
from lstmhw.kinds import KINDS
from lstmhw.reading.schema import schema


def test_every_kind_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_solved_and_its_claims_are_right(kind: str, lstmhw: Run) -> None:
    checked = lstmhw("solve", "-", "--strict", stdin=template(kind))
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith(f"A title of your own\n{kind}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_every_key_once(kind: str) -> None:
    (case,) = (
        c["then"] for c in schema()["allOf"] if c["if"]["properties"]["kind"]["const"] == kind
    )
    options = case.get("anyOf", [case])
    keys = {key for option in options for key in option["properties"]}
    found = re.findall(
        r"^(?:# )?([\w@]+): ", re.sub(r"(?m)^(\w+):$", r"\1: ", template(kind)), re.M
    )
    assert set(found) >= keys - {"cell"}
    own = [key for key in found if key in keys]
    assert len(own) == len(set(own))


def test_a_key_of_several_cells_tells_what_it_takes_in_each() -> None:
    assert "\n# gates: {i, f, g, o} or {r, z, n}" in template("gradient-flow")
    assert "\n# activations: {gate, candidate, state} or {gate, candidate}" in template(
        "lstm-gradient"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_a_comment_may_be_written_in(kind: str) -> None:
    """Taking the comments away leaves the example; with a source it is read as well."""
    data = safe_load(template(kind))
    assert problem({**data, "source": "mine", "digits": 3}).digits == 3


def test_from_the_command_line(lstmhw: Run, tmp_path: Path) -> None:
    assert lstmhw("new", "step-rnn", "-o", "mine.yaml").returncode == 0
    assert "Yes: w1 = 2" in lstmhw("solve", "mine.yaml").stdout
    wrong = lstmhw("new", "lstmstep")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean 'lstm-step'?" in wrong.stderr
