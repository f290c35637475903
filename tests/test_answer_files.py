"""Answers in texts, notebooks and scripts: what is written there, and nothing is run."""

import contextlib
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from conftest import examples
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.grading import Grader
from lstmhw.grading.homework import Row
from lstmhw.reading import from_text
from lstmhw.reading import read as read_problem
from lstmhw.reading.assignments import assignments, parse_assignments
from lstmhw.reading.nodes import Fields, Items, Node, Scalar, TextError
from lstmhw.reading.notebooks import parse_notebook, parse_script
from lstmhw.reading.submissions import Source

PROBLEM = """\
kind: rnn-step
x: 0.5
W_x: [[1], [-3]]
W_h: [[0, 0], [0, 0]]
activation: identity
find: [a, h]
"""  # a_1 and h_1 are [0.5, -1.5]
GRADER = Grader(from_text("p.yaml", PROBLEM))


def row_of(folder: Path, name: str, text: str | bytes) -> Row:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return GRADER.row(Source(str(path)))


def notebook(*cells: Any) -> str:
    """A notebook of cells, each a text or a text with what it has put out."""
    pairs = [cell if isinstance(cell, tuple) else (cell, []) for cell in cells]
    content = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": source.splitlines(keepends=True),
            "outputs": outputs,
        }
        for source, outputs in pairs
    ]
    return json.dumps({"cells": content, "metadata": {}, "nbformat": 4}, indent=1)


def printed(text: str) -> list[Any]:
    return [{"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}]


def shown(text: str) -> list[Any]:
    return [{"output_type": "execute_result", "data": {"text/plain": [text]}}]


# Texts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("h = [0.37, 0.11], c=(0.56;0.43)", {"h": "[0.37, 0.11]", "c": "(0.56;0.43)"}),
        (
            "c_2=[0,5547 0,4306]; h_2 ≈ 0.3685, 0.1059",
            {"c_2": "[0,5547 0,4306]", "h_2": "0.3685, 0.1059"},
        ),
        ("h = 0.3 c = 0.4", {"h": "0.3", "c": "0.4"}),
        ("h: 0.3\nc: 0.4", {"h": "0.3", "c": "0.4"}),
        ("- h₂ := 0.3  # my best\n* $c_{2} \\approx 0.4$", {"h_2": "0.3", "c_2": "0.4"}),
        ("W = [[2 6 0 0]\n [-3 3 6 0]]\nh = 1", {"W": "[[2 6 0 0]\n [-3 3 6 0]]", "h": "1"}),
        ("h = 2 6\n    -3 3\nThat is all.", {"h": "2 6\n    -3 3"}),
        (
            "h =\n\\begin{bmatrix} 2 & 6 \\\\ -3 & 3 \\end{bmatrix}",
            {"h": "\\begin{bmatrix} 2 & 6 \\\\ -3 & 3 \\end{bmatrix}"},
        ),
        ("h = o*tanh(c) = 0.5", {"h": "o*tanh(c) = 0.5"}),
        ("h = 0.5 * c = 0.4", {"h": "0.5 * c = 0.4"}),
        ("The answer is h = 0.5", {}),
        ("Answers:\nh=1\nDate: 3 May 2024\n", {"h": "1"}),
        ("Course: LSTM 101\nMy solution: h = 1; c = 2", {"h": "1", "c": "2"}),
        ("Answer: 7\nresult = 8", {"result": "8"}),
        ("claimed:\n  h: 1", {"h": "1"}),
        ("# h = 1\nc = 2", {"c": "2"}),
        ("**h** = 0.3\n\n- `c` = `0.4`", {"h": "0.3", "c": "0.4"}),
    ],
)
def test_what_a_text_assigns(text: str, found: dict[str, str]) -> None:
    read = list(assignments(text))
    assert {each.name: each.value for each in read} == found
    for each in read:
        assert text[each.value_at :].startswith(each.value)


NAMES = st.sampled_from(["h_2", "c_2", "z_f_1", "dW_x"])
VALUES = st.sampled_from(
    ["0.37", "0,37", "[0.1 0.2]", "(0,1; 0,2)", "1e-3, 2", "-1.5", "[[1 2]\n [3 4]]"]
)


@given(st.dictionaries(NAMES, VALUES, min_size=1), st.sampled_from(["\n", "\n\n", "; ", ",\n"]))
def test_texts_are_read_as_they_were_written(values: dict[str, str], between: str) -> None:
    text = between.join(f"{name} = {value}" for name, value in values.items())
    assert {each.name: each.value for each in assignments(text)} == values


@given(st.text(st.sampled_from("h_2=:[](),; \n\t0.5-e{}$#\\₂≈"), max_size=60))
@examples(100, 2000)
def test_any_text_is_answers_or_an_error(text: str) -> None:
    with contextlib.suppress(TextError):
        parse_assignments(text)


@pytest.mark.parametrize(
    ("text", "score", "error"),
    [
        ("name: Ann\nid: 7\nh = 0.5, -1.5", 1, None),
        ("H₁ = (0,50; -1,50)\na = -", 1, None),
        ("h = 0.5, -1.5\nq = 3", 1, ":2:1: error: claimed.q: expected a symbol"),
        ("h = 0.5, x\na = 0.5, -1.5", 1, ":1:"),
        (
            "\n\nh = 0.5, -1.5\nh = 0.5, 3",
            None,
            ":4:1: error: expected each answer once, found 'h'",
        ),
        ("I do not know", None, ":1:1: error: expected answers, found none"),
        ("", None, ":1:1: error: expected answers, found none"),
        (b"h = \xff", None, "expected UTF-8, found the byte 0xff"),
        (
            b"%PDF-1.7 h = 0.5",
            None,
            "expected answers as text (.yaml, .json, .txt, .ipynb), found a PDF",
        ),
        (b"h = 0.5\x00", None, "found other data"),
        ("h = 0.5, -1.5".encode("utf-16"), 1, None),
    ],
)
def test_texts_are_marked(text: str, score: float | None, error: str, tmp_path: Path) -> None:
    row = row_of(tmp_path, "ann.txt", text)
    assert row.score == score
    assert (row.error is None) == (error is None)
    assert error is None or error in str(row.error)


# Notebooks and scripts


def read(node: Node) -> Any:
    """The numbers of a literal that was read."""
    if isinstance(node, Items):
        return [read(part) for part in node.nodes]
    assert isinstance(node, Scalar)
    return float(node.text) if node.text not in ("True", "False") else node.text == "True"


def values_of(submission: Fields) -> dict[str, Any]:
    claimed = submission.entries["claimed"][1]
    assert isinstance(claimed, Fields)
    return {name: read(node) for name, (_, node) in claimed.entries.items()}


STATEMENTS = (
    "{n} = {v}",
    "{n} = [{v}, {v}]",
    "{n} = [[{v}], [{v}]]",
    "{n}, {m} = {v}, [{v}]",
    "{n} = {m} = {v}",
    "{n}: float = {v}",
    "{n} += 1 if isinstance({n}, float) else [1.0]",
    "{n} = {m}",
    "{n} = sum([{v}])",
    "{n} = [{v}]\n{n}[0] = {v}",
    "{n} = [{v}]\n{n}.append({v})",
    "for {n} in ({v}, {v}): pass",
    "if {v} > 0:\n    {n} = {v}\nelse:\n    {n} = [{v}]",
    "def f():\n    {n} = {v}\n    return {n}",
    "del {n}\n{n} = {v}",
    "with open('/dev/null') as {n}: pass\n{n} = 1.0",
    "({n} := {v})",
    "[{n} for {n} in [{v}]]",
    "try:\n    {n} = {v}\nexcept ValueError:\n    {n} = 0.0",
    "import math as {n}\n{n} = {v}",
)


def a_program(seed: int) -> str:
    generator = random.Random(seed)
    names = ["h_1", "a_1", "b"]
    lines = [f"{name} = {generator.uniform(-2, 2):.3f}" for name in names]
    for _ in range(generator.randrange(1, 8)):
        n, m = generator.sample(names, 2)
        pattern = generator.choice(STATEMENTS)
        lines.append(pattern.format(n=n, m=m, v=f"{generator.uniform(-2, 2):.3f}"))
    return "\n".join(lines)


@given(st.integers(0, 10**6))
@examples(200, 3000)
def test_no_value_is_read_that_running_does_not_give(seed: int) -> None:
    """What is computed may be unknown; what is told has to be so."""
    program = a_program(seed)
    world: dict[str, Any] = {}
    try:
        exec(compile(program, "program", "exec"), world)
    except TypeError:
        return  # a program that does not run
    found: dict[str, Any] = {}
    with contextlib.suppress(TextError):
        found = values_of(parse_script(program)[0])
    for name, value in found.items():
        assert value == world[name], program


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["h_1 = np.array([0.5, -1.5])"], "0.5 -1.5"),
        (
            ["%pylab inline\n!pip install x\nh = torch.tensor([0.5, -1.5], dtype=torch.float64)"],
            "0.5 -1.5",
        ),
        (["h_1 = [0, 0]", "h_1 = [0.5, -1.5]"], "0.5 -1.5"),
        (["h_1 = [0, 0]\nh_1 = np.tanh(a)"], None),
        (["h_1 = [0, 0]", ("h_1 = W @ x\nprint(h_1)", printed("[ 0.5 -1.5]\n"))], "0.5 -1.5"),
        ([("h_1 = W @ x\nh_1", shown("array([ 0.5, -1.5])"))], "0.5 -1.5"),
        ([("h_1", shown("tensor([ 0.5000, -1.5000])"))], "0.5 -1.5"),
        ([("print('h_1 =', h)", printed("h_1 = [ 0.5 -1.5]\n"))], "0.5 -1.5"),
        ([("print(b)\nprint(h_1)", printed("3\n[ 0.5 -1.5]\n"))], "0.5 -1.5"),
        ([("print(h_1)\nprint(b, 1)", printed("[ 0.5 -1.5]\n3 1\n"))], "0.5 -1.5"),
        ([("print(h_1)\nfor k in b: print(k)", printed("[ 0.5 -1.5]\n3\n1\n"))], None),
        ([("h_1 = [0.5, -1.5]\nprint(h_1)", printed("[0.5, -1.4]\n"))], "0.5 -1.5"),
        (
            [("h_1", [{"output_type": "stream", "name": "stderr", "text": ["h_1 = [0.5 -1.5]"]}])],
            None,
        ),
        (["h_1 = [0.5, -1.5]", "h_1 = ["], None),
        (["def f():\n    h_1 = [0, 0]\nh_1 = [0.5, -1.5]"], "0.5 -1.5"),
        (['h_1 = "0,50; -1,50"'], "0.5 -1.5"),
        (["claimed = {'h_1': [1/2, -3/2], 'a': 7}"], "0.5 -1.5"),
        (["h_1 = float('0.5'), float('-1.5')"], "0.5 -1.5"),
        (["h_1 = [o * 2 for o in a]"], None),
    ],
)
def test_the_last_value_of_a_notebook_counts(
    cells: list[Any], found: str | None, tmp_path: Path
) -> None:
    row = row_of(tmp_path, "n.ipynb", notebook(*cells))
    right = [check for check in row.checks if check.symbol == "h_1"]
    if found is None:
        assert not right or right[0].verdict == "unanswered"
    else:
        assert (right[0].verdict, right[0].claimed) != ("unanswered", None), row.error
        assert right[0].verdict in ("right", "rounding")


def test_names_that_are_no_symbols_are_a_program_s_own(tmp_path: Path) -> None:
    text = "name, id = 'LSTM', 3\nW = [[1, 2], [3]]\nlr = 1,2,3,4\ntext = 'x'\nh = [0.5, -1.5]\n"
    for file, content in (("n.ipynb", notebook(text)), ("n.py", text)):
        row = row_of(tmp_path, file, content)
        assert (row.id, row.name, row.score, row.error) == (None, "n", 1, None)


def test_the_data_of_the_problem_are_no_answers_of_a_program() -> None:
    grader = Grader(read_problem("q2"))
    given = "x = [0, 3]\nh_prev = [1, 2]\nh = np.array([0.4165792, 0.32134238])\nc_2 = [1.1473, 7]"
    data = notebook(given)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "n.ipynb"
        path.write_text(data)
        row = grader.row(Source(str(path)))
    answered = [check.symbol for check in row.checks if check.verdict != "unanswered"]
    assert (answered, row.error) == (["c_2"], None)


def test_an_error_of_a_notebook_stands_at_its_line(tmp_path: Path) -> None:
    text = notebook("x = 1\nh = [0.5, 'x']\n", "a = [0.5]")
    row = row_of(tmp_path, "n.ipynb", text)
    line = next(k for k, line in enumerate(text.splitlines(), 1) if "h = " in line)
    assert f"n.ipynb:{line}:" in str(row.error)
    assert "claimed.h[2]: expected a number, found the text 'x'; and 1 more" in str(row.error)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[" * 100_000, "expected at most 32 levels of nesting"),
        (notebook("x = " + "(" * 5000 + "1" + ")" * 5000), "expected answers, found none"),
        (notebook("h = " + "-" * 100_000 + "1"), "expected answers, found none"),
        (notebook("h = '\\d'\nx = 0"), "claimed.h: expected"),
        (notebook("x = 3"), "expected values of "),
        ("{}", ":1:1: error: expected a notebook with `cells`, found none"),
        ('{"cells": 3}', "expected answers, found none"),
        (
            '{"cells": [3, {"cell_type": "code"}, {"cell_type": "code", "source": {}}]}',
            "found none",
        ),
        ("h = [0.5, -1.5]", "this is not JSON"),
        ("", "this is not JSON"),
    ],
)
def test_hostile_notebooks_are_an_error_of_their_row(text: str, error: str, tmp_path: Path) -> None:
    row = row_of(tmp_path, "n.ipynb", text)
    assert row.score is None or row.score == 0
    assert error in str(row.error)
    assert len(str(row.error)) < 400


LARGE = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "h = " + "\n" * LARGE,
        "h" * LARGE,
        "h_{a}" * LARGE,
        "h₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂₂ ",
        "h = [" + "\nab" * LARGE,
        "h = 1" + "\n- " * LARGE,
        " * " * LARGE + "h = 1",
        "h = 1 " * (LARGE // 10),
        "answer" + " " * LARGE,
        "h" + " " * LARGE + "$" * LARGE,
    ],
)
def test_large_texts_are_read_in_one_go(text: str) -> None:
    """What took the square of the length would not end."""
    with contextlib.suppress(TextError):
        parse_assignments(text)
    with contextlib.suppress(TextError):
        parse_script(text)


def test_large_notebooks_are_read_in_one_go() -> None:
    many = ", ".join(["0.5"] * (LARGE // 5))
    for source in (f"h = [{many}]", "\n".join(f"h = [0.{k},\n0.5]" for k in range(LARGE // 50))):
        assert values_of(parse_notebook(notebook(source))[0])["h"][-1] == 0.5
    with pytest.raises(TextError):
        parse_notebook(notebook("\n" * LARGE + "h == ["))


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just("h_1 = [0.5, -1.5]"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "outputs", "text", "data", "text/plain"]
            ),
            inner | st.just("code"),
        )
    ),
    max_leaves=15,
)


@given(JSON)
@examples(100, 2000)
def test_any_json_is_a_notebook_or_an_error(value: Any) -> None:
    with contextlib.suppress(TextError):
        parse_notebook(json.dumps({"cells": value} if not isinstance(value, dict) else value))
