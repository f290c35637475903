"""The formats: the same solution in each, whatever characters and sizes it has."""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import at_length, marked, often, solved
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_cells import cell_data, separate
from test_problems import PROBLEMS, solve

from lstmhw.cli.equations import NAMES
from lstmhw.equations import equations
from lstmhw.expr import Constant
from lstmhw.kinds.sentiment_weights import SentimentWeights
from lstmhw.kinds.step_rnn import StepRnn
from lstmhw.marking.summary import marks
from lstmhw.notation import MathML, write
from lstmhw.reading import read
from lstmhw.render import FORMATS, render
from lstmhw.render.table import wrapped
from lstmhw.solution import Section, Solution, Table, Working
from lstmhw.view import View

TINY = {
    "kind": "lstm-step",
    "title": "A tiny cell",
    "source": "nobody",
    "x": 1,
    "c_prev": 2,
    "concat": ["h", "x"],
    "gates": {
        "i": {"value": 0.5},
        "f": {"W": [[0, 3]], "b": 1},
        "g": {"W": [[2, 30]]},
        "o": {"value": 1, "W": [[1, 0]]},
    },
    "claimed": {"c": "2.5", "h": "0.9"},
}
TABLE = """\
A tiny cell
lstm-step - nobody

Asked
  c_1 and h_1 of an LSTM with 1 input and 1 unit, one step, t = 1.

Result
  c_1  2.4640
  h_1  0.9856
  Your c_1 is right.
  Your h_1 is right but for rounding on the way: digits cut off.

Given
  x_1  1
  h_0  0              not given, so zeros
  c_0  2
  W_f  [[0, 3]]
  b_f  1
  W_g  [[2, 30]]
  W_o  [[1, 0]]
  i_1  0.5            input gate: how much of g is written
  o_1  1              output gate: how much of c is shown

Conventions
  Vectors are columns: a matrix stands to their left.
  W multiplies h and x put together in this order: 1 hidden, then 1 input.
  sigmoid(z) = 1/(1 + exp(-z)); tanh(z) = (exp(z) - exp(-z))/(exp(z) + exp(-z))

Working
  z_f_1 = W_f [h_0; x_1] + b_f                 pre-activation of the forget gate
    3*1 + 1              = 4.0000
  f_1 = sigmoid(z_f_1)                         forget gate: how much of c is kept
    sigmoid(4.0000)      = 0.9820
  z_g_1 = W_g [h_0; x_1]                         pre-activation of the candidate
    30*1                 = 30.0000
  g_1 = tanh(z_g_1)                               candidate: what may be written
    tanh(30.0000)        = 1.0000 (1 - 1.8e-26)
  z_o_1 = W_o [h_0; x_1]                       pre-activation of the output gate
    1*0                  = 0.0000
  c_1 = f_1*c_0 + i_1*g_1
    cell state: some of the old kept, some of the new written
    0.9820*2 + 0.5*1.0000  = 2.4640
  tanh_c_1 = tanh(c_1)                               the cell state as h sees it
    tanh(2.4640)         = 0.9856
  h_1 = o_1*tanh(c_1)                                               hidden state
    1*0.9856             = 0.9856
  Terms that are zero are left out of sums; --full writes them.

Remarks
  o_1 is given as 1; the weights give sigmoid(W_o [h_0; x_1]) = 0.5000: they do
  NOT agree with the value given, which is used all the same.

Claimed answers
       claimed  true    verdict
  c_1  2.5      2.4640  right
  h_1  0.9      0.9856  right but for digits cut off
  h_1: Cut off after the last digit, where rounding was due. h_1 should be
  0.9856, not 0.9.
"""
EVIL = r"[red]a[/] <b> & $x_1 #5% {~^\} *|* `é` 漢"


def squeezed(text: str) -> str:
    return re.sub(r" +", " ", text)


def test_the_table_of_a_tiny_cell() -> None:
    text = render([marked(TINY)], "table", View())
    assert squeezed(text) == squeezed(TABLE)


def test_columns_line_up() -> None:
    lines = render([solve("q2")], "table", View()).splitlines()
    values = {line.index(" = ") for line in lines if line.startswith("    unit ")}
    assert len(values) == 1


def printed(name: str) -> Iterator[Solution]:
    """What the commands print of a shipped problem."""
    solution = solve(name)
    yield solution
    if solution.checks:
        yield marks(solution)
    problem = read(name).problem
    if isinstance(problem, SentimentWeights):
        yield replace(problem, sequence="not good uh").trace()
    if isinstance(problem, StepRnn):
        yield problem.answered(lambda *_: None)


def broken(text: str, wide: str, width: int) -> list[str]:
    """The words of a wide page that a narrow one has not, or not as often."""
    lost = Counter(wide.split()) - Counter(text.split())
    return [word for word in lost if len(word) < width]


@pytest.mark.parametrize("widths", [(40, 80), at_length((60, 100))])
@pytest.mark.parametrize("name", often(PROBLEMS))
def test_every_word_and_number_is_there_at_every_width(name: str, widths: tuple[int, int]) -> None:
    for solution in printed(name):
        wide = render([solution], "table", View(width=300))
        for width in widths:
            text = render([solution], "table", View(width=width))
            assert max(map(cell_len, text.splitlines())) <= width
            assert broken(text, wide, width - 2) == []


@pytest.mark.parametrize("name", often(PROBLEMS))
@pytest.mark.parametrize("width", [40, at_length(80)])
def test_nothing_is_wider_than_the_terminal_in_full(name: str, width: int) -> None:
    lines = render([solve(name)], "table", View(width=width, full=True)).splitlines()
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_equations_fit_too(name: str, width: int) -> None:
    page = [equations(name, [])]
    text = render(page, "table", View(width=width))
    assert max(map(cell_len, text.splitlines())) <= width
    assert broken(text, render(page, "table", View(width=300)), width) == []


def table(header: tuple[str, ...], *rows: tuple[str, ...], width: int) -> str:
    solution = solved(TINY)._replace(
        title="T", source="", sections=(Section("S", (Table(header, rows),)),)
    )
    text = render([solution], "table", View(width=width, full=True))
    return text.split("S\n", 1)[1]


def test_a_table_of_many_columns_goes_on_below() -> None:
    rows = [(str(t), *["123456"] * 6) for t in range(3)]
    lines = table(("t", "a", "b", "c", "d", "e", "f"), *rows, width=30).splitlines()
    assert lines[0].split() == ["t", "a", "b", "c"]
    assert lines[4:6] == ["", "  t  d       e       f"]
    assert lines[6].split() == ["0", "123456", "123456", "123456"]


def test_a_row_of_long_cells_is_a_line_for_each() -> None:
    row = ("z_g_2", "[13.53, 13.75]", "[12.2854, 12.0949]", "wrong: a given number misread")
    text = table(("", "claimed", "true", "verdict"), row, ("g_2", "1", "1", "right"), width=40)
    assert text.splitlines() == [
        "  z_g_2  claimed  [13.53, 13.75]",
        "         true     [12.2854, 12.0949]",
        "         verdict  wrong: a given number",
        "                  misread",
        "  g_2    claimed  1",
        "         true     1",
        "         verdict  right",
    ]


def test_what_has_no_room_beside_stands_below() -> None:
    lines = render([solve("q2")], "table", View(width=40)).splitlines()
    note = lines.index("  i_2  [0.99999057, 0.333263]")
    assert lines[note + 1 : note + 3] == [
        "         input gate: how much of g is",
        "         written",
    ]
    sum_ = lines.index("    unit 1  0.33209835*0.44354576")
    assert [line.split() for line in lines[sum_ + 1 : sum_ + 3]] == [
        ["+", "0.99999057*1.0000"],
        ["=", "1.1473"],
    ]


def test_rows_left_out_are_no_reason_for_a_wide_column() -> None:
    rows = (("1", "2"), ("...", "5 more rows"), ("7", "8"))
    assert table(("t", "x"), *rows, width=80).splitlines()[2] == "  ...  5 more rows"


def test_a_word_longer_than_its_line_is_broken_after_a_mark() -> None:
    assert wrapped("numpy.random.default_rng(0)", 20) == ["numpy.random.", "default_rng(0)"]
    assert wrapped("arithmetic-slip", 13) == ["arithmetic-", "slip"]
    assert wrapped("abcdefgh", 5) == ["abcde", "fgh"]


def test_a_folded_row_of_a_matrix_stays_right_of_its_bracket() -> None:
    assert wrapped("[[1.5, 2.5,\n [3.5, 4.5]]", 8) == ["[[1.5,", "  2.5,", " [3.5,", "  4.5]]"]


def test_long_sums_go_over_several_lines_in_latex() -> None:
    data = {"kind": "rnn-step", "x": [0.5] * 12, "W_x": [[1] * 12], "W_h": 1, "h_prev": -1}
    text = render([solved(data)], "latex", View(full=True))
    lines = [line for line in text.splitlines() if line.count(r"\cdot") > 1]
    assert [line.count(r"\cdot") for line in lines] == [9, 4]
    assert lines[1].startswith(r"& \qquad {} + ")


def test_a_very_long_line_is_wrapped_in_one_go() -> None:
    assert len(wrapped("ab " * 300_000, 78)) == pytest.approx(900_000 / 78, rel=0.1)


@given(st.text(alphabet="ab +-漢", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(cell_len, lines)) <= width


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b" not in render([solve("q2")], "table", View())
    coloured = render([solve("q2")], "table", View(color=True))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == render(
        [solve("q2")], "table", View()
    ).splitlines()
    assert coloured != plain


def test_a_page_without_colour_needs_nothing_of_rich() -> None:
    code = "import lstmhw.__main__ as m, sys; sys.argv = ['', 'solve', 'q2']; m.os._exit = print;"
    code += "m.main(); print(any(name.startswith('rich') for name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"


def test_full_leaves_nothing_out() -> None:
    short, full = (render([solve("q2")], "table", View(full=full)) for full in (False, True))
    assert "0*0.4165792 + 4*0.32134238 + 0*0 + 5*2 + 1" in full
    assert "0*0.4165792" not in short
    assert "left out" in short
    assert "left out" not in full


def test_many_units_and_steps_lose_their_middle_and_say_so() -> None:
    units = 20
    eye = [[float(row == column) for column in range(units)] for row in range(units)]
    data = {"kind": "rnn-step", "xs": [[1.0]] * 13, "W_x": [[1.0]] * units, "W_h": eye}
    solution = solved(data)
    for format in ("table", "markdown", "latex", "html"):
        text = render([solution], format, View())
        assert "7 more time steps" in text
        assert "8 more units" in text
        full = render([solution], format, View(full=True))
        assert "more" not in re.sub(r"\\[a-z]+|<[^>]*>", "", full)


def test_json_is_whole_and_exact() -> None:
    content = json.loads(render([solve("q2")], "json", View()))
    assert list(content)[:6] == ["kind", "title", "source", "answers", "steps", "checks"]
    assert [step["symbol"] for step in content["steps"]] == [
        "z_g_2",
        "g_2",
        "c_2",
        "tanh_c_2",
        "h_2",
    ]
    step = content["steps"][0]
    assert step["formula"] == "W_g [h_1; x_2] + b_g"
    assert step["substituted"].split("\n")[0] == "0*0.4165792 + 4*0.32134238 + 0*0 + 5*2 + 1"
    assert step["value"] == solve("q2").answers["z_g_2"].tolist()
    assert content["answers"]["f_2"] == [0.33209835, 0.9014788]
    keys = {"symbol", "claimed", "expected", "verdict", "mistake", "where", "explanation"}
    assert all(set(check) - {"evidence"} == keys for check in content["checks"])
    assert content["checks"][0]["evidence"] > 0
    assert content["checks"][0]["claimed"] == [13.53, 13.75]


def test_json_has_null_for_what_is_infinite_by_intent() -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": 1, "W_h": 0, "b": ".inf"}
    answers = json.loads(render([solved(data)], "json", View()))["answers"]
    assert answers["a_1"] == [None]
    assert answers["h_1"] == [1]


def test_several_solutions() -> None:
    both = [solve("q1"), solve("q2")]
    assert [entry["kind"] for entry in json.loads(render(both, "json", View()))] == [
        "lstm-step"
    ] * 2
    assert render(both, "latex", View()).count(r"\begin{document}") == 1
    together = page(render(both, "html", View()))
    assert [title.text for title in together.findall(".//h1")] == ["Solutions"]
    assert [title.text for title in together.findall(".//h2")] == [each.title for each in both]
    assert render(both, "markdown", View()).count("\n# ") == 1


def page(text: str) -> ElementTree.Element:
    """An HTML page as XML, which it is but for its head."""
    body = text[text.index("<body>") :].removesuffix("</html>\n")
    return ElementTree.fromstring(body)


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_html_is_well_formed_and_refers_to_nothing(name: str) -> None:
    text = render([solve(name)], "html", View())
    assert page(text).findall(".//math")
    assert not re.search(r"https?:|src=|href=|@import|url\(", text)


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_html_can_be_followed_by_ear(name: str) -> None:
    text = render([solve(name)], "html", View())
    assert re.search('<html lang="en">.*<meta name="viewport".*<title>.', text, re.DOTALL)
    (main,) = page(text).findall("main")
    levels = [int(tag[1]) for tag in (each.tag for each in main.iter()) if tag in ("h1", "h2")]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert len(main.findall(".//table")) == len(main.findall(".//table/caption"))
    assert all(caption.text for caption in main.findall(".//caption"))
    assert {head.get("scope") for head in main.findall(".//thead//th")} <= {"col"}
    assert {head.get("scope") for head in main.findall(".//tbody//th")} <= {"row"}
    assert all("".join(head.itertext()).strip() for head in main.findall(".//th"))
    assert all(formula.get("alttext") for formula in main.findall(".//math"))


@pytest.mark.parametrize("format", FORMATS)
def test_strange_titles_are_shown_as_they_are(format: str) -> None:
    text = render([solved({**TINY, "title": EVIL, "source": EVIL})], format, View())
    if format == "table":
        assert text.splitlines()[0] == EVIL
    if format == "html":
        assert page(text).findtext(".//h1") == EVIL
    if format == "json":
        assert json.loads(text)["title"] == EVIL
    if format == "markdown":
        assert re.sub(r"\\(.)", r"\1", text.splitlines()[0]) == f"# {EVIL}"
    if format == "latex":
        assert r"[red]a[/] $<$b$>$ \& \$x\_1 \#5\% \{\textasciitilde{}\textasciicircum{}" in text


STRANGE = ("<i>", "&", "_", "@", "%#", "\\", "漢", "not good")
ALPHABET = {
    "kind": "sequence-rule",
    "inputs": {letter: k for k, letter in enumerate(STRANGE)},
    "rule": {"states": {"on": dict.fromkeys(STRANGE, "on")}, "outputs": {"on": 0}},
    "cell": "rnn",
    "activation": "step",
    "W_x": 0,
    "W_h": 0,
    "b": 0,
    "output": {"from": "h", "weights": [1], "bias": 0},
}


def test_letters_of_any_alphabet_are_shown_as_they_are() -> None:
    solution = solved(ALPHABET)
    letters, *_ = map(rows_of, page(render([solution], "html", View())).findall(".//table"))
    assert [row[0] for row in letters] == list(STRANGE)
    assert [row[1] for row in letters] == [f"={k}" for k in range(len(STRANGE))]
    latex = render([solution], "latex", View())
    assert r"\text{\&} &= 1" in latex
    assert latex.isascii()


def rows_of(table: ElementTree.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in table.findall("./tbody/tr")]


def test_html_shows_every_number() -> None:
    answer, given, *working, claimed = map(
        rows_of, page(render([solve("q2")], "html", View())).findall(".//table")
    )
    assert ["c1", "=[0.44354576,1.99999732]", ""] in given
    assert ["Wo", "=[4344−2204]", ""] in given
    assert ["unit\xa02", "−2·0.4165792+6·0.32134238+5·2+1", "=12.0949"] in working[0]
    assert ["unit\xa01", "tanh(12.2854)", "=1.0000 (1 −\xa04.3·10−11)"] in working[1]
    assert ["h2", "=[0.2723,0.9725]", ""] in answer
    wrong = "wrong: a given number misread"
    assert claimed[0] == ["zg,2", "[13.53, 13.75]", "[12.2854, 12.0949]", wrong]


def test_the_text_of_a_formula_in_pieces_is_the_formula() -> None:
    text = [formula.get("alttext", "") for formula in page(html_of("q2")).findall(".//math")]
    assert "tanh(12.2854)" in text
    terms = ["-2*0.4165792", "+ 6*0.32134238", "+ 5*2", "+ 1", "= 12.0949"]
    start = text.index(terms[0])
    assert text[start : start + 5] == terms
    gradients = page(html_of("lstm-gradient")).findall(".//math")
    assert any(formula.get("alttext", "").startswith("dW_x_f = ") for formula in gradients)


def html_of(name: str) -> str:
    return render([solve(name)], "html", View())


def test_a_long_softmax_has_no_bar() -> None:
    data = {"kind": "rnn-step", "x": 1, "activation": "softmax", "W_h": [[0] * 5] * 5}
    data["W_x"] = [[k / 10] for k in range(5)]
    terms = " + ".join(f"exp(0.{k}000)" for k in range(5))
    formulas = page(render([solved(data)], "html", View())).findall(".//math")
    text = " ".join(formula.get("alttext", "") for formula in formulas)
    assert f"exp(0.2000)/({terms})" in text
    assert not any(formula.findall(".//mfrac") for formula in formulas)
    latex = render([solved(data)], "latex", View())
    assert r"\exp(0.2000)/(\exp(0.0000) + " in latex
    assert r"\frac" not in latex


def test_an_empty_line_below_the_title_is_no_line() -> None:
    solution = solved(TINY)._replace(title="", source="")
    assert r"\emph{}" not in render([solution], "latex", View())
    assert '<p class="note"></p>' not in render([solution], "html", View())


def test_mathml_keeps_signs() -> None:
    def text(expr: Any) -> str:
        return "".join(ElementTree.fromstring(write(expr, MathML())).itertext())

    two, minus_three = Constant(2.0), Constant(-3.0)
    assert text(two - minus_three * two) == "2−(−3)·2"
    assert text(minus_three * two + two) == "−3·2+2"
    assert text(two + minus_three) == "2−3"
    assert text(two * minus_three) == "2·(−3)"


def test_long_sequences_are_summarised_everywhere() -> None:
    gate = {"W_x": 1, "W_h": 1}
    gates = {"i": {**gate, "value": 0.5}, "f": gate, "g": gate, "o": gate}
    solution = solved({"kind": "lstm-step", "xs": [1] * 1000, "gates": gates})
    for format in ("table", "markdown", "html", "latex"):
        assert len(render([solution], format, View()).splitlines()) < 700
    assert "994 more time steps" in render([solution], "table", View())


def test_softmax_over_many_entries_is_summarised() -> None:
    units = 100
    data = {"kind": "rnn-step", "x": 1, "activation": "softmax", "W_h": [[0] * units] * units}
    data["W_x"] = [[k / units] for k in range(units)]
    text = render([solved(data)], "table", View())
    assert "more terms" in text
    assert len(text.splitlines()) < 200


def test_without_a_title_the_kind_is_said_once() -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": 1, "W_h": 1}
    assert render([solved(data)], "table", View()).count("rnn-step") == 1
    assert render([solved({**data, "source": "me"})], "table", View()).startswith("rnn-step\nme\n")


def balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize("name", often(PROBLEMS))
def test_latex_is_balanced(name: str) -> None:
    solution = solve(name)
    text = render([solution], "latex", View(full=True))
    assert balanced(text)
    blocks = [block for section in solution.sections for block in section.body]
    steps = sum(len(block.steps) for block in blocks if isinstance(block, Working))
    assert re.findall(r"\\begin\{(.*?)\}", text).count("align*") >= steps
    assert sorted(re.findall(r"\\begin\{(.*?)\}", text)) == sorted(
        re.findall(r"\\end\{(.*?)\}", text)
    )
    assert text.isascii()


@given(cell_data("ifgo"))
def test_every_cell_is_shown_in_every_format(data: dict[str, Any]) -> None:
    solution = solved({"kind": "lstm-step", "xs": data["xs"], "gates": separate(data["gates"])})
    for format in FORMATS:
        text = render([solution], format, View())
        assert not re.search(r"\bnan\b", text.lower())
        if format == "latex":
            assert balanced(text)
        if format == "html":
            page(text)


COMPILERS = {
    "pdflatex": ["-interaction=nonstopmode", "-halt-on-error"],
    "tectonic": ["--keep-logs"],
}
COMPILER = next(filter(shutil.which, COMPILERS), "")


@pytest.mark.oracle
@pytest.mark.skipif(not COMPILER, reason="there is neither pdflatex nor tectonic on PATH")
@pytest.mark.parametrize("full", [True, False])
def test_latex_compiles_and_stays_on_the_page(full: bool, tmp_path: Path) -> None:
    wide = {"kind": "rnn-step", "x": [1 / 7] * 30, "W_x": [[1 / 3] * 30] * 2, "b": [".inf", 0]}
    evil = {**TINY, "title": EVIL, "source": EVIL}
    solutions = [marked(evil), solved(ALPHABET), solved({**wide, "W_h": [[0] * 2] * 2})]
    solutions += [*map(solve, PROBLEMS), *(equations(name, []) for name in NAMES)]
    (tmp_path / "q.tex").write_text(render(solutions, "latex", View(full=full)))
    command = [COMPILER, *COMPILERS[COMPILER], "q.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "q.log").read_text(errors="replace")
    assert run.returncode == 0, log[-2000:]
    wider = re.findall(r"Overfull .hbox .(\S+)pt too wide", log)  # than 17 cm
    assert [points for points in wider if float(points) > 6] == []


def test_a_formula_is_broken_before_a_term_not_inside_a_product() -> None:
    formula = "dx_2 = W_x_i^T dz_i_2 + W_x_f^T dz_f_2 + W_x_g^T dz_g_2"
    assert wrapped(formula, 36) == ["dx_2 = W_x_i^T dz_i_2", "+ W_x_f^T dz_f_2 + W_x_g^T dz_g_2"]
    prose = "the first step - as books say - is that of the input, and so on and on"
    assert wrapped(prose, 36)[0] == "the first step - as books say - is"
