"""`lstmhw explain` prints what the glossary says, and the keys of each kind."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from conftest import Run
from jsonschema import Draft7Validator

import lstmhw
from lstmhw.explanation.kinds import kind_page
from lstmhw.explanation.template import template
from lstmhw.glossary.keys import OF_PART
from lstmhw.glossary.topics import TOPICS
from lstmhw.glossary.words import ENTRIES
from lstmhw.kinds import KINDS
from lstmhw.reading.schema import schema
from lstmhw.render import FORMATS
from lstmhw.solution import Table

PAGE = """\
A given number misread
mistake - miscopied-given

What it is
  A number of the sheet was read as another one. The explanation says which, and
  as what.

Example
  z for x = 3, b = 1 and a weight of -2 that was read as 2
  right: -2*3 + 1 = -5
  wrong: 2*3 + 1 = 7

How to avoid it
  Copy the data once, then tick off each entry against the sheet, row by row.

See also
  sign-error, transposed
"""


def test_a_page_says_what_it_is_shows_it_and_how_to_avoid_it(lstmhw: Run) -> None:
    result = lstmhw("explain", "miscopied-given")
    assert (result.stdout, result.stderr, result.returncode) == (PAGE, "", 0)


def test_words_are_one_term_or_several(lstmhw: Run) -> None:
    assert lstmhw("explain", "cell", "state").stdout.startswith("Cell state\n")
    assert lstmhw("explain", "cell-state").stdout.startswith("Cell state\n")
    several = json.loads(lstmhw("explain", "h_3", "bias", "--format", "json").stdout)
    assert [page["name"] for page in several] == ["h_t", "b"]
    joined = ["bias-omitted + transposed"], ["bias-omitted", "+", "transposed"]
    for words in joined:
        pages = json.loads(lstmhw("explain", *words, "--format", "json").stdout)
        assert [page["name"] for page in pages] == ["bias-omitted", "transposed"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_the_example(format: str, lstmhw: Run) -> None:
    result = lstmhw("explain", "bias left out", "--format", format)
    assert result.returncode == 0
    assert re.search(r"right: W.*x \+ b = 7", result.stdout)


def test_two_mistakes_at_once_are_looked_up_as_a_page_prints_them(lstmhw: Run) -> None:
    both = lstmhw("explain", "bias left out, and a matrix transposed").stdout
    assert both == lstmhw("explain", "bias-omitted", "transposed").stdout
    assert lstmhw("explain", "bias left out, and a zebra").returncode == 2


def test_an_unknown_word_is_one_error(lstmhw: Run) -> None:
    result = lstmhw("explain", "softmx-for-sigmoid", "h_1")
    assert (result.stdout, result.returncode) == ("", 2)
    assert result.stderr == (
        "lstmhw explain: error: no entry for 'softmx-for-sigmoid'\n"
        "  hint: did you mean 'softmax-for-sigmoid'?\n"
    )
    strange = lstmhw("explain", "\x1b[31m" + "q" * 500)
    assert strange.returncode == 2
    assert "\x1b" not in strange.stderr
    assert strange.stderr.endswith("hint: without a word, all are listed\n")


def test_without_a_word_all_are_listed(lstmhw: Run) -> None:
    lines = lstmhw("explain").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    first = {line.split()[0] for line in lines if line.startswith("  ")}
    assert set(ENTRIES) <= first
    found = json.loads(lstmhw("explain", "--format", "json").stdout)
    assert {word["name"] for word in found["words"]} == set(ENTRIES)
    assert found["kinds"] == list(KINDS)
    assert found["topics"] == list(TOPICS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_of_a_kind_are_those_of_its_schema(kind: str) -> None:
    keys = kind_page(kind).extras["keys"]
    (case,) = (c for c in schema()["allOf"] if c["if"]["properties"]["kind"]["const"] == kind)
    options = case["then"].get("anyOf", [case["then"]])
    due = {key for option in options for key in option["properties"]} - {"kind"}
    assert {key["key"].removesuffix(" (needed)") for key in keys} == due
    assert all(key["type"] and key["meaning"] for key in keys)


def test_a_kind_is_told_with_what_stands_behind_its_keys(lstmhw: Run) -> None:
    page = json.loads(lstmhw("explain", "lstm-gradient", "--format", "json").stdout)
    types = {key["key"]: key["type"] for key in page["keys"]}
    assert types["cell"] == "lstm, gru or rnn"
    assert types["over_steps"] == "sum or mean"
    assert types["coupled"] == "true or false"
    assert types["h_prev"] == "number, vector or matrix"
    needed = json.loads(lstmhw("explain", "gru step", "--format", "json").stdout)["keys"]
    assert "update (needed)" not in {key["key"] for key in needed}  # a stacked layout implies it
    counts = json.loads(lstmhw("explain", "parameter-count", "--format", "json").stdout)["keys"]
    assert counts[0]["key"] == "layers (needed)"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_what_it_asks_and_has_the_keys_of_all_its_parts(kind: str) -> None:
    page = kind_page(kind)
    told = {
        str(row[0]).removesuffix(" (needed)")
        for section in page.sections
        for table in section.body
        if isinstance(table, Table)
        for row in table.rows
    }
    assert page.sections[0].title == "What it asks"
    (case,) = (c for c in schema()["allOf"] if c["if"]["properties"]["kind"]["const"] == kind)
    due = {name for name, _ in keys_of(case["then"])}
    of_marking = set(OF_PART["marking"])
    assert due - of_marking - told <= {"kind", "cell", "type", "layout"}
    assert len(due & told) > 3


def keys_of(part: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a schema, however deep, with its own schema."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            yield from keys_of(value)
    if isinstance(part, dict):
        yield from part["properties"].items() if isinstance(part.get("properties"), dict) else ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_a_page_may_stand_in_a_file_of_its_kind(kind: str) -> None:
    """As YAML reads it, the schema of the kind takes it, for one of the cells."""
    found = schema()
    (case,) = (c["then"] for c in found["allOf"] if c["if"]["properties"]["kind"]["const"] == kind)
    options = [option["properties"] for option in case.get("anyOf", [case])]
    for row in kind_page(kind).extras["keys"]:
        key = row["key"].removesuffix(" (needed)")
        if row["example"] == row["type"]:  # the words that may stand there, each told
            continue
        schemas = [{**o[key], "definitions": found["definitions"]} for o in options if key in o]
        example = yaml.safe_load(row["example"])
        assert any(Draft7Validator(value).is_valid(example) for value in schemas), key


ONE = {"W_x": [[0.5, 0.1], [0.2, 0.3]], "W_h": [[0.1, 0], [0, 0.1]]}
TWO: dict[str, dict[str, Any]] = {
    "lstm-step": {"gates": dict.fromkeys("ifgo", ONE)},
    "gru-step": {"gates": dict.fromkeys("rzn", ONE), "update": "keep", "reset": "after"},
    "rnn-step": ONE,
    "lstm-gradient": {"gates": {gate: {**ONE, "b": [0, 1]} for gate in "ifgo"}, "dh": [1, 0]},
}
"""Cells of two units, which take two steps."""


def of_two_steps(kind: str) -> dict[str, Any]:
    if kind in TWO:
        return {"kind": kind, "xs": [[1, 0], [0, 1]], **TWO[kind]}
    return dict(yaml.safe_load(template(kind)))


def example_of(kind: str, key: str) -> Any:
    rows = {row["key"]: row["example"] for row in kind_page(kind).extras["keys"]}
    return yaml.safe_load(rows[key])


@pytest.mark.parametrize("kind", [*TWO, "attention-step"])
def test_what_is_asked_in_the_example_can_be_asked(kind: str) -> None:
    lstmhw.solve({**of_two_steps(kind), "find": example_of(kind, "find")})


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("attention-step", "rnn-in-lstm")])
def test_what_is_claimed_in_the_example_can_be_marked(kind: str) -> None:
    marks = lstmhw.check(of_two_steps(kind), example_of(kind, "claimed"))
    assert marks.checks


@pytest.mark.parametrize(("kind", "layouts"), [("lstm-step", 3), ("gru-step", 3)])
def test_the_stacked_examples_of_a_cell_have_its_number_of_gates(kind: str, layouts: int) -> None:
    """Put together for each layout they are a problem that can be solved."""
    tables = {s.title: s.body[0] for s in kind_page(kind).sections if isinstance(s.body[0], Table)}
    examples = {str(row[0]): str(row[1]) for row in tables["Keys in stacked"].rows}
    told = [(str(row[0]), str(row[1]).split(", ")) for row in tables["What stands in stacked"].rows]
    assert len(told) == layouts
    for layout, names in told:
        stacked = {name: yaml.safe_load(examples[name].split(" or ")[0]) for name in names}
        data = {"kind": kind, "x": [2], "stacked": {"layout": layout, **stacked}}
        assert lstmhw.solve(data)["h"].shape == (1,)
    example = {"kind": kind, "x": [2], "stacked": example_of(kind, "stacked")}
    assert lstmhw.solve(example)["h"].shape == (1,)


def test_the_layers_of_the_example_fit_on_one_another() -> None:
    layers = example_of("rnn-step", "layers")
    assert len(lstmhw.solve({"kind": "rnn-step", "x": [1, 2], "layers": layers})["h_1@2"]) == 1


def test_weights_of_a_gate_are_told_beside_other_weights_of_the_same_name() -> None:
    """The W of attention is that of the score; a gate has one of its own."""
    tables = {s.title: s.body[0] for s in kind_page("attention-step").sections}
    gates = tables["Keys in gates"]
    assert isinstance(gates, Table)
    assert {"W", "b"} <= {str(row[0]) for row in gates.rows}


def test_a_second_list_of_layers_is_not_told_twice(lstmhw: Run) -> None:
    page = lstmhw("explain", "parameter-count").stdout
    assert page.count("how many words an embedding has") == 1
    assert "\nKeys in than" not in page


def test_topics_are_pages_and_their_other_names_lead_to_them(lstmhw: Run) -> None:
    assert lstmhw("explain", "numbers").stdout.startswith("Numbers, as they are written")
    assert lstmhw("explain", "claims").stdout == lstmhw("explain", "claimed").stdout
    marking = lstmhw("explain", "marking", "--format", "markdown").stdout
    assert all(f"| {name} |" in marking for name in OF_PART["marking"])
    words = [word for topic in TOPICS.values() for word in (topic.name, *topic.others)]
    assert len(set(words)) == len(words)
    assert not set(words) & {*KINDS}
