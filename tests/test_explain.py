"""`lstmhw explain` prints what the glossary says, and the keys of each kind."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Run

from lstmhw.explanation.kinds import kind_page
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


def test_topics_are_pages_and_their_other_names_lead_to_them(lstmhw: Run) -> None:
    assert lstmhw("explain", "numbers").stdout.startswith("Numbers, as they are written")
    assert lstmhw("explain", "claims").stdout == lstmhw("explain", "claimed").stdout
    marking = lstmhw("explain", "marking", "--format", "markdown").stdout
    assert all(f"| {name} |" in marking for name in OF_PART["marking"])
    words = [word for topic in TOPICS.values() for word in (topic.name, *topic.others)]
    assert len(set(words)) == len(words)
    assert not set(words) & {*KINDS}
