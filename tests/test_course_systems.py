"""Exercises for Moodle, GIFT and Canvas: what is right, what is wrong, and what is told of it."""

import html
import itertools
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from cloze import Gap, Question, questions
from conftest import Run, at_length, examples, problem
from hypothesis import given
from hypothesis import strategies as st
from mistakes import MAKERS, names
from questions import UnsuitedError, file, suited
from questions import problem as keys_of
from rounded_sheets import rounded_sheets
from working import HALF_EVEN, HALF_UP, Hand, Working

from lstmhw.export import export
from lstmhw.export.exercises import Field, Way, apart, at_least, exercise
from lstmhw.faults import ProblemError
from lstmhw.glossary import title
from lstmhw.marking import marked
from lstmhw.marking.claims import full_name
from lstmhw.reading import Document, from_text, read, shipped

LSTM: dict[str, Any] = {
    "kind": "lstm-step",
    "x": [0.5, -1],
    "h_prev": [0.2, -0.3],
    "c_prev": [0.7, -0.4],
    "gates": {
        "i": {"W_x": [[1, 0.5], [0.3, -1]], "W_h": [[0.3, 0.7], [-0.4, 0.2]], "b": [0.1, 0.2]},
        "f": {"W_x": [[-1, 1], [0.2, 0.4]], "W_h": [[0.6, 0.1], [0.5, -1]], "b": [1, 0.5]},
        "g": {"W_x": [[0.5, 1], [1, 0.2]], "W_h": [[0.4, 0.5], [0.25, 1]], "b": [0.3, -0.1]},
        "o": {"W_x": [[1, 0], [0.1, -0.6]], "W_h": [[0.9, 0.1], [0.1, 1]], "b": [0.2, -0.5]},
    },
    "find": ["c", "h"],
}
HOSTILE = "~#}=%<script>]]> {1:NUMERICAL:=3} &lt; $x$ ::a:: \\ // [html] " + "long " * 60


def document(data: dict[str, Any]) -> Document:
    return from_text("some.yaml", json.dumps(data))


def text_for(target: str, data: dict[str, Any]) -> str:
    text = export(document(data), target)
    assert isinstance(text, str)
    return text


def cloze(data: dict[str, Any]) -> Question:
    (question,) = questions(text_for("moodle", data))
    return question


def gaps(data: dict[str, Any]) -> dict[str, Gap]:
    return labelled(cloze(data))


def labelled(question: Question) -> dict[str, Gap]:
    """The fields by their labels, as they stand beside them on the page."""
    labels = re.findall(r'<th scope="row">([^<]*)</th><td>\{#(\d+)\}</td>', question.text)
    assert [int(number) for _, number in labels] == [*range(1, len(question.gaps) + 1)]
    return {label: question.gaps[int(number) - 1] for label, number in labels}


def refused(target: str, data: dict[str, Any]) -> str:
    with pytest.raises(ProblemError) as caught:
        export(document(data), target)
    return "; ".join(f"{fault.message}: {fault.hint}" for fault in caught.value.faults)


# The numbers, by hand.


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def step(**slip: Any) -> dict[str, list[float]]:
    """The step of LSTM in plain Python, with one thing done otherwise."""
    x, h, c = LSTM["x"], LSTM["h_prev"], LSTM["c_prev"]
    values: dict[str, list[float]] = {}
    for name, gate in LSTM["gates"].items():
        z = []
        for k in range(2):
            of_x = sum(w * v for w, v in zip(gate["W_x"][k], x, strict=True))
            of_h = sum(w * v for w, v in zip(gate["W_h"][k], h, strict=True))
            bias = gate["b"][k]
            omitted = slip.get("without", "").split()
            z.append(
                of_x * (f"x_{name}" not in omitted)
                + of_h * (f"h_{name}" not in omitted)
                + bias * (f"b_{name}" not in omitted)
            )
        function = slip.get(f"act_{name}", math.tanh if name == "g" else sigmoid)
        values[name] = [function(v) for v in z]
    i, f, g, o = (values[name] for name in "ifgo")
    cell = slip.get("cell", lambda i, f, g, c: f * c + i * g)
    values["c"] = [cell(*parts) for parts in zip(i, f, g, c, strict=True)]
    out = slip.get("out", math.tanh)
    values["h"] = [a * out(b) for a, b in zip(o, values["c"], strict=True)]
    return values


def identity(z: float) -> float:
    return z


BY_HAND = [  # each made wherever it can be
    ("forget-gate-omitted", {"cell": lambda i, f, g, c: c + i * g}),
    ("input-gate-omitted", {"cell": lambda i, f, g, c: f * c + g}),
    ("forget-term-omitted", {"cell": lambda i, f, g, c: i * g}),
    ("tanh-omitted", {"out": identity}),
    ("sigmoid-for-tanh", {"act_g": sigmoid, "out": sigmoid}),
    ("activation-omitted", {f"act_{gate}": identity for gate in "ifgo"}),
    ("input-term-omitted", {"without": "x_i x_f x_g x_o"}),
    ("recurrent-term-omitted", {"without": "h_i h_f h_g h_o"}),
    ("bias-omitted", {"without": "b_i b_f b_g b_o"}),
]


@pytest.mark.parametrize("decimals", [4, 6, 12])
def test_true_values_and_rounded_ones_are_right(decimals: int) -> None:
    fields = gaps(LSTM)
    assert [*fields] == ["c_1[1]", "c_1[2]", "h_1[1]", "h_1[2]"]
    for label, gap in fields.items():
        true = step()[label[0]][int(label[4]) - 1]
        assert gap.graded(round(true, decimals)) == (1.0, "")


@pytest.mark.parametrize(("name", "slip"), BY_HAND)
def test_what_a_mistake_gives_is_wrong_and_its_sentence_is_told(
    name: str, slip: dict[str, Any]
) -> None:
    """Where it changes a number by more than rounding may, and nothing else gives that number."""
    told = []
    for label, gap in gaps(LSTM).items():
        true, value = (w[label[0]][int(label[4]) - 1] for w in (step(), step(**slip)))
        if abs(true - value) > 2.01 * gap.alternatives[0].tolerance:
            fraction, feedback = gap.graded(round(value, 4))
            assert fraction == 0
            told.append(title(name).lower() in feedback.lower())
    assert told
    assert all(told)


def test_no_answer_is_near_two() -> None:
    for gap in gaps(LSTM).values():
        assert len(gap.alternatives) > 8
        for one, other in itertools.combinations(gap.alternatives, 2):
            off = abs(float(one.answer) - float(other.answer))
            assert off > (one.tolerance + other.tolerance) * (1 + 1e-9)


def test_other_wrong_numbers_are_wrong_without_a_word() -> None:
    for gap in gaps(LSTM).values():
        assert gap.graded(17.3) == (0.0, "")


NEAR = st.floats(-4, 4, allow_nan=False).map(lambda v: round(v, 3))


@given(
    NEAR,
    st.sampled_from([0.0, 1e-4, 0.01]),
    st.lists(st.tuples(NEAR, st.sampled_from("abc")), max_size=40),
    st.sampled_from([1e-4, 1e-3, 0.3]),
)
def test_wrong_numbers_that_are_told_keep_clear_of_each_other_and_the_truth(
    true: float, tolerance: float, drawn: list[tuple[float, str]], room: float
) -> None:
    """By brute force: of any two intervals, none has a number of the other."""
    tolerance = max(tolerance, room)
    ways = [Way(value, name, f"{name} {value}") for value, name in drawn]
    kept = [*apart(true, tolerance, ways, room)]
    spots = [(true, tolerance), *((wrong.value, wrong.tolerance) for wrong in kept)]
    for (one, a), (other, b) in itertools.combinations(spots, 2):
        assert abs(one - other) > a + b
    for wrong in kept:
        told = wrong.told.split(" Or: ")
        assert {*told} <= {way.told for way in ways if way.value == wrong.value}
        assert len({way.split()[0] for way in told}) == len(told) <= 2


@given(st.floats(1e-12, 1e3))
def test_a_tolerance_is_never_rounded_down(tolerance: float) -> None:
    assert tolerance <= at_least(tolerance) <= tolerance * 1.01


# Sheets of other numbers.

SEEDS = st.integers(0, 10**6)
CELLS = st.sampled_from(["lstm", "gru", "rnn"])
HANDS = st.sampled_from(["in full", "carried", "products", "even"])


def _hand(how: str, symbols: list[str]) -> Hand:
    four = dict.fromkeys(symbols, 4)
    if how == "in full":
        return Hand(four)
    rounding = HALF_EVEN if how == "even" else HALF_UP
    return Hand(four, four, rounding, products=4 if how == "products" else None)


def _entries(symbol: str, values: Any) -> Iterator[tuple[str, float]]:
    several = isinstance(values, list) and len(values) > 1
    for k, value in enumerate(values if isinstance(values, list) else [values], 1):
        yield f"{symbol}[{k}]" if several else symbol, float(value)


def asked_of(q: Any, symbols: list[str]) -> dict[str, Gap]:
    """The fields of a question, with one for each number of these symbols."""
    marking = f"{{points: {{{', '.join(f'{symbol}: 1' for symbol in symbols)}}}}}"
    text = file({**keys_of(q), "marking": marking}, {}).replace("claimed:\n", "")
    (question,) = questions(str(export(from_text("sheet.yaml", text), "moodle")))
    return labelled(question)


@examples(6, 100)
@given(SEEDS, CELLS, HANDS)
def test_a_right_sheet_is_right_however_it_was_rounded_on_the_way(
    seed: int, cell: str, how: str
) -> None:
    """Worked with four decimals by plain Python: what `check` calls right earns all there."""
    q = suited(Random(seed), cell, steps=1)
    hand = _hand(how, symbols := [*Working(q, Hand({})).values])
    fields = asked_of(q, symbols)
    for symbol, values in Working(q, hand).values.items():
        for label, value in _entries(symbol, values):
            written = float(hand.text(symbol, value))
            assert fields[label].graded(written)[0] == 1.0, (label, written)


@pytest.mark.parametrize("seed", [1, *map(at_length, (2, 3))])
def test_a_right_sheet_on_gradients_with_two_decimals_is_right(seed: int) -> None:
    for sheet in rounded_sheets(2, seed):
        document = from_text("sheet.yaml", f"{sheet.text}\nmarking: {{decimals: 2}}\n")
        solution = document.problem.solve()
        (question,) = questions(str(export(document, "moodle")))
        fields = iter(labelled(question).items())
        for name, claim in document.problem.claimed.items():
            for written in np.ravel(np.array(claim, dtype=float)):
                label, gap = next(fields)
                assert label.startswith(full_name(name, solution))
                assert gap.graded(float(written))[0] == 1.0, (label, written)


@examples(6, 100)
@given(SEEDS, CELLS, st.data())
def test_a_mistaken_number_that_is_clear_of_the_truth_earns_nothing(
    seed: int, cell: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted({*names(cell)} & {*MAKERS})))
    rng = Random(seed)
    q = suited(rng, cell, steps=1)
    try:
        true = Working(q, Hand({})).values
        made = Working(q, Hand({}), (MAKERS[name](rng, q),)).values
    except (UnsuitedError, ArithmeticError):
        return
    fields = asked_of(q, [*true])
    for symbol in true:
        pairs = zip(_entries(symbol, true[symbol]), _entries(symbol, made[symbol]), strict=True)
        for (label, right), (_, wrong) in pairs:
            room = fields[label].alternatives[0].tolerance + 1e-6
            assert fields[label].graded(wrong)[0] == 1.0 or abs(right - wrong) > room / 1.02
            assert fields[label].graded(wrong)[0] == 0.0 or abs(right - wrong) <= room


# How much is asked for.


def test_the_tolerance_is_a_unit_of_the_last_decimal_or_what_rounding_on_the_way_may_do() -> None:
    data = {"kind": "rnn-step", "x": [0.5], "W_x": [[0.3]], "W_h": [[0]], "b": [0.1]}
    by_decimals = {
        decimals: gaps({**data, "marking": {"decimals": decimals}})["a_1"].alternatives[0].tolerance
        for decimals in (2, 3, 5)
    }
    assert by_decimals == {2: 0.01, 3: 0.001, 5: 0.00001}
    assert gaps({**data, "digits": 6})["a_1"].alternatives[0].tolerance == 1e-6
    few = gaps({**data, "marking": {"significant": 3}})
    assert few["a_1"].alternatives[0].tolerance == 0.001  # of 0.25
    wide = gaps({**data, "marking": {"tolerance": 0.02}})
    assert wide["a_1"].graded(0.25 + 0.0199)[0] == 1 > wide["a_1"].graded(0.25 + 0.0201)[0]
    relative = gaps({**data, "marking": {"tolerance": {"relative": 0.1}}})
    assert relative["a_1"].graded(0.2749)[0] == 1 > relative["a_1"].graded(0.2751)[0]


def test_what_has_to_be_given_is_said() -> None:
    said = "Give each number with at least {} decimals."
    assert said.format(4) in cloze(LSTM).text
    assert said.format(3) in cloze({**LSTM, "marking": {"decimals": 3}}).text
    significant = cloze({**LSTM, "marking": {"significant": 3}}).text
    assert "with at least 3 significant digits." in significant


@pytest.mark.parametrize(
    ("points", "weights"),
    [
        (1, [1, 1, 1, 1]),
        (2, [1, 1, 1, 1]),
        ({"h": 4, "c": 1}, [4, 4, 1, 1]),
        ({"h": 0.3, "c": 0.1}, [3, 3, 1, 1]),
        ({"h": 2, "c": 0}, [1, 1]),
    ],
)
def test_points_are_shared_by_the_numbers_of_a_symbol(points: Any, weights: list[int]) -> None:
    data = {**LSTM, "marking": {"points": points}}
    found = gaps(data)
    assert [gap.weight for gap in found.values()] == weights
    total = sum(field.points for field in exercise(problem(data)).fields)
    score = marked(problem(data), {"h": ("1", "1")})[0].score
    assert score is not None
    assert float(total) == score.out_of


def test_parameters_are_counted_by_the_convention_that_is_asked_for_or_by_any() -> None:
    data = {"kind": "parameter-count", "layers": [{"type": "rnn", "input": 6, "hidden": 5}]}
    totals = {"no-bias": 55, "one-bias": 60, "two-bias": 65}
    any_of_them = gaps({**data, "marking": {"points": {"total": 3}}})["total"]
    assert all(any_of_them.graded(total)[0] == 1 for total in totals.values())
    assert any_of_them.graded(61)[0] == any_of_them.graded(59.9)[0] == 0
    one = gaps({**data, "convention": "one-bias"})["total"]
    assert one.graded(60)[0] == 1
    for convention in ("no-bias", "two-bias"):
        fraction, feedback = one.graded(totals[convention])
        assert fraction == 0
        assert feedback.startswith(f"This is {convention}: ")
    assert "decimals" not in cloze(data).text
    assert "The number by any of the conventions is right." in cloze(data).text
    assert "by any of" not in cloze({**data, "convention": "one-bias"}).text


def test_a_word_is_chosen_among_those_there_are() -> None:
    word = gaps(FLOW)["verdict"]
    assert word.type == "MULTICHOICE"
    right = [each.answer for each in word.alternatives if each.fraction == 1]
    assert right == ["vanishes"]
    assert "explodes" in [each.answer for each in word.alternatives]


FLOW = {
    "kind": "gradient-flow",
    "cell": "rnn",
    "W_x": [[1]],
    "W_h": [[0.1]],
    "activation": "identity",
    "xs": [[1]] * 10,
    "marking": {"points": {"verdict": 1}},
}


# The page.


def test_the_question_has_what_is_given_and_none_of_the_answers() -> None:
    text = re.sub(r"<[^>]*>", " ", cloze(LSTM).text)
    for word in ("Asked", "Given", "Conventions", "Answer", "0.25", "sigmoid"):
        assert word in text
    for symbol in "ifgoch":
        assert all(f"{abs(value):.4f}"[1:] not in text for value in step()[symbol])
    assert f"{LSTM['c_prev'][0]}" in text


def test_claims_of_the_file_are_not_told() -> None:
    data = {**LSTM, "claimed": {"c": [0.123456, 0.654321]}}
    assert "123456" not in text_for("moodle", data)


USUAL = {"q2", "lstm-gradient", "gru-batch", "rnn-characters", "attention-scaled-dot", "step-rnn-b"}


@pytest.mark.parametrize(
    "name", [name if name in USUAL else at_length(name) for name in sorted(shipped())]
)
def test_every_shipped_problem_is_an_exercise_or_refused_with_a_reason(name: str) -> None:
    try:
        made = exercise(read(name).problem)
    except ProblemError as error:
        (fault,) = error.faults
        assert fault.hint
        return
    (question,) = questions(str(export(read(name), "moodle")))
    assert len(question.gaps) == len(made.fields)
    assert [gap.weight for gap in question.gaps] == [*made.weights]
    for gap, field in zip(question.gaps, made.fields, strict=True):
        if isinstance(field, Field):
            assert all(gap.graded(value) == (1.0, "") for value in field.right)
            for wrong in field.wrong:
                assert gap.graded(wrong.value) == (0.0, html.escape(wrong.told, quote=False))


@pytest.mark.parametrize(
    "name",
    ["step-rnn-a", "sentiment", "sentiment-six-units", "rule-parity", "rnn-in-lstm-fixed-point"],
)
def test_weights_are_not_for_a_course_system(name: str) -> None:
    with pytest.raises(ProblemError, match="which a course system compares, found"):
        export(read(name), "moodle")


def test_too_many_numbers_are_refused() -> None:
    data = {**LSTM, "xs": [[0, 1]] * 60, "find": ["c", "h"]}
    del data["x"]
    assert "at most 200 numbers to be asked for, found 240" in refused("gift", data)


def test_a_hostile_title_is_a_title_and_nothing_else() -> None:
    question = cloze({**LSTM, "title": HOSTILE})
    kept = " ".join(HOSTILE.split())
    assert question.name == kept
    assert len(question.gaps) == 4
    assert "script" not in question.text.replace(html.escape(kept), "")
    text = text_for("gift", {**LSTM, "title": HOSTILE})
    assert text.count("\n::") == 4
    assert all(not line.startswith("//") for line in text.splitlines()[1:])


# Variants.


def test_a_folder_of_variants_is_a_category(lstmhw: Run, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for k, name in enumerate(["zoe", "ada", "bob"]):
        variant = {**LSTM, "title": f"LSTM / one step {name}", "x": [k, 1]}
        (folder / f"{name}.yaml").write_text(json.dumps(variant))
    by_name = lstmhw("export", "class", "--to", "moodle")
    assert (by_name.returncode, by_name.stderr) == (0, "")
    assert "<category><text>$course$/top/LSTM // one step ada</text></category>" in by_name.stdout
    assert [q.name[-3:] for q in questions(by_name.stdout)] == ["ada", "bob", "zoe"]
    (folder / "variants.csv").write_text("id,seed,file\n1,7,zoe.yaml\n2,8,ada.yaml\n")
    listed = lstmhw("export", "class", "--to", "moodle", "-o", "class.xml")
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "", "")
    found = questions((tmp_path / "class.xml").read_text())
    assert [q.name[-3:] for q in found] == ["zoe", "ada"]
    assert found[0].gaps[0].alternatives[0] != found[1].gaps[0].alternatives[0]
    gift = lstmhw("export", "class", "--to", "gift").stdout
    assert "\n$CATEGORY: $course$/top/LSTM // one step zoe\n\n" in gift
    assert gift.count("\n::") == 8


@pytest.mark.parametrize(
    ("files", "target", "said"),
    [
        ({}, "moodle", "class: error: expected problem files (.yaml), found none"),
        ({"a.yaml": "{}"}, "text2qti", "class: error: expected a problem file, found a folder"),
        ({"a.yaml": "{}"}, "moodle", "class/a.yaml:1:1: error: "),
        ({"variants.csv": "id,seed\n1,2\n"}, "gift", "class/variants.csv:1:1: error: expected the"),
        ({"variants.csv": "id,file\nx,x.yaml\n"}, "gift", "class/variants.csv:2:3: error: "),
    ],
)
def test_a_folder_that_cannot_be_exported_is_one_error(
    files: dict[str, str], target: str, said: str, lstmhw: Run, tmp_path: Path
) -> None:
    (tmp_path / "class").mkdir()
    for name, text in files.items():
        (tmp_path / "class" / name).write_text(text)
    result = lstmhw("export", "class", "--to", target, "-o", "out")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(said)
    assert not (tmp_path / "out").exists()


# Canvas.


def test_canvas_gets_an_interval_of_four_decimals_around_the_tolerance() -> None:
    lines = re.findall(r"^= \[(-?[\d.]+), (-?[\d.]+)\]$", text_for("text2qti", LSTM), re.MULTILINE)
    values = [v for s in ("c", "h") for v in step()[s]]
    for (low, high), value, gap in zip(lines, values, gaps(LSTM).values(), strict=True):
        tolerance = gap.alternatives[0].tolerance
        assert float(low) <= value - tolerance <= float(low) + 0.0001
        assert float(high) - 0.0001 <= value + tolerance <= float(high)


def test_canvas_has_no_interval_that_begins_or_ends_at_zero() -> None:
    data = {"kind": "rnn-step", "x": [1], "W_x": [[0.0001]], "W_h": [[0]], "activation": "identity"}
    (line,) = re.findall(r"^= .*$", text_for("text2qti", {**data, "find": ["h"]}), re.MULTILINE)
    assert line == "= [-0.0001, 0.0002]"


def test_what_canvas_cannot_have_is_refused() -> None:
    assert "at most 4 decimals" in refused("text2qti", {**LSTM, "digits": 6})
    count = {"kind": "parameter-count", "layers": [{"type": "rnn", "input": 6, "hidden": 5}]}
    assert "expected one right number for total" in refused("text2qti", count)
    exact = text_for("text2qti", {**count, "convention": "one-bias"})
    assert exact.endswith("\n= 60\n")


# Parsers of others.

GIFT_PARSER = """
const fs = require("fs");
const {parse} = require("gift-pegjs");
console.log(JSON.stringify(parse(fs.readFileSync(0, "utf8"))));
"""


@pytest.fixture(scope="module")
def gift(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[dict[str, Any]]]:
    """The parser that GIFT editors have, of npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("there is no npm on PATH")
    folder = tmp_path_factory.mktemp("gift")
    install = [npm, "install", "--silent", "--no-fund", "--no-audit", "gift-pegjs@1"]
    subprocess.run(install, cwd=folder, check=True)

    def parse(text: str) -> list[dict[str, Any]]:
        command = [node, "-e", GIFT_PARSER]
        done = subprocess.run(
            command, cwd=folder, input=text, capture_output=True, text=True, check=True
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return parse


@pytest.mark.editor
@pytest.mark.parametrize("heading", ["", HOSTILE])
def test_a_parser_of_gift_reads_each_number_with_what_is_told(
    heading: str, gift: Callable[[str], list[dict[str, Any]]]
) -> None:
    data = {**LSTM, "title": heading} if heading else LSTM
    title, fields = " ".join(heading.split()) or "lstm-step", exercise(problem(data)).fields
    found = [q for q in gift(text_for("gift", data)) if q["type"] != "Category"]
    assert len(found) == len(fields)
    for question, field in zip(found, fields, strict=True):
        assert isinstance(field, Field)
        assert (question["type"], question["title"]) == ("Numerical", f"{title}: {field.label}")
        assert question["stem"]["format"] == "html"
        right, *wrong = question["choices"]
        assert (right["weight"], right["text"]["number"]) == (100, field.right[0])
        assert right["text"]["range"] == field.tolerance
        told = [
            (each["weight"], each["text"]["number"], each["feedback"]["text"]) for each in wrong
        ]
        expected = [(0, each.value, html.escape(each.told, quote=False)) for each in field.wrong]
        assert told == expected


@pytest.mark.editor
def test_a_parser_of_gift_reads_words_and_categories(
    gift: Callable[[str], list[dict[str, Any]]], lstmhw: Run, tmp_path: Path
) -> None:
    (word,) = gift(text_for("gift", FLOW))
    assert word["type"] == "MC"
    right = [each["text"]["text"] for each in word["choices"] if each["isCorrect"]]
    assert right == ["vanishes"]
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.yaml").write_text(json.dumps({**LSTM, "title": "one"}))
    category, *questions = gift(lstmhw("export", "class", "--to", "gift").stdout)
    assert (category["type"], category["title"]) == ("Category", "$course$/top/one")
    assert len(questions) == 4


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["q2", "gru", "lstm-gradient", at_length("q1")])
def test_a_parser_of_moodle_files_reads_the_same_fields(name: str) -> None:
    parser = pytest.importorskip("moodle_xml_parser.parser")
    text = str(export(read(name), "moodle"))
    (own,) = questions(text)
    (other,) = parser.parse_string(text)["cloze"]
    assert other.name == own.name
    fields = [gap for gap in other.gaps if gap.sub_type != "UNKNOWN"]
    assert [(gap.sub_type, gap.sub_grade) for gap in fields] == [
        (gap.type, gap.weight) for gap in own.gaps
    ]
    for gap, mine in zip(fields, own.gaps, strict=True):
        read_there = [option.answer.split(":")[0] for option in gap.options]
        assert read_there == [each.answer for each in mine.alternatives]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["q2", "gru", "lstm-gradient", "rnn-many-to-one"])
@pytest.mark.parametrize("heading", ["", HOSTILE])
def test_text2qti_reads_each_number_with_its_interval(name: str, heading: str) -> None:
    quiz = pytest.importorskip("text2qti.quiz")
    config = pytest.importorskip("text2qti.config")
    text = str(export(read(name), "text2qti"))
    if heading:
        text = str(export(from_text("x", retitled(read(name).text, heading)), "text2qti"))
    settings = config.Config()
    settings["latex_render_url"] = "https://example.org/equation_images"
    found = quiz.Quiz(text, config=settings, source_name="some.txt", resource_path=".")
    asked = [each for each in found.questions_and_delims if isinstance(each, quiz.Question)]
    fields = exercise(read(name).problem).fields
    assert len(asked) == len(fields)
    for question, field in zip(asked, fields, strict=True):
        assert isinstance(field, Field)
        assert question.type == "numerical_question"
        (value,) = field.right
        assert question.numerical_min <= value - field.tolerance + 1e-9
        assert question.numerical_max >= value + field.tolerance - 1e-9
        assert float(question.numerical_max_html_xml) == question.numerical_max
    total = sum(question.points_possible for question in asked)
    assert Fraction(total) / sum(field.points for field in fields) >= 1


def retitled(text: str, heading: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("title:")]
    return "\n".join([*lines, f"title: {json.dumps(heading)}"]) + "\n"
