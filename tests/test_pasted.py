"""Texts that stand for numbers: what NumPy, PyTorch and people print is read digit by digit."""

import json
import re
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run, examples, problem
from hypothesis import given
from hypothesis import strategies as st

import lstmhw
from lstmhw.cells.rnn import Rnn
from lstmhw.cells.weights import exactly
from lstmhw.kinds.rnn_step import RnnStep
from lstmhw.marking import Marker
from lstmhw.reading import InputError, from_text
from lstmhw.reading.pasted import Entry, Nested, in_claim, in_file
from lstmhw.reading.print_tokens import PastedError


def plain(nested: Nested) -> Any:
    """The texts of the numbers, in lists."""
    return nested.text if isinstance(nested, Entry) else [plain(item) for item in nested.items]


def digits(printed: str) -> list[str]:
    """The numbers of a print, found without reading it: all that is no bracket or separator."""
    return re.sub(r"[\[\](),]|array|tensor|dtype=\w+", " ", printed).split()


def flat(nested: Nested) -> list[str]:
    if isinstance(nested, Entry):
        return [nested.text]
    return [text for item in nested.items for text in flat(item)]


def shape(texts: Any) -> tuple[int, ...]:
    return np.array(texts, dtype=object).shape


@examples(60, 400)
@given(st.data())
def test_numpy_prints_are_read_digit_by_digit(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([np.float64, np.float32, np.int64]))
    sizes = data.draw(st.sampled_from([(1,), (3,), (1, 1), (2, 3), (4, 1), (1, 5), (2, 2, 3)]))
    exponents = data.draw(st.sampled_from([0, 2, 12]))
    rng = np.random.default_rng(data.draw(st.integers(0, 9999)))
    scales = 10.0 ** rng.integers(-exponents, exponents + 1, size=sizes)
    numbers = (rng.normal(size=sizes) * scales * 3).astype(kind)
    options: dict[str, Any] = {
        "precision": data.draw(st.integers(0, 9)),
        "suppress": data.draw(st.booleans()),
        "floatmode": data.draw(st.sampled_from(["fixed", "unique", "maxprec", "maxprec_equal"])),
        "sign": data.draw(st.sampled_from(["-", "+", " "])),
        "linewidth": data.draw(st.sampled_from([20, 40, 75])),
    }
    with np.printoptions(**options):
        printed = str(numbers) if data.draw(st.booleans()) else repr(numbers)
    readings = [found for found in in_file(printed) if shape(plain(found)) == sizes]
    assert len(readings) == 1
    assert flat(readings[0]) == digits(printed)


@pytest.mark.oracle
def test_pytorch_prints_are_read_digit_by_digit() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    for options in ({}, {"precision": 2}, {"sci_mode": True}, {"linewidth": 30}):
        torch.set_printoptions(profile="default")
        torch.set_printoptions(**options)
        for sizes in ((), (3,), (2, 3), (3, 1), (40,), (2, 2, 2)):
            for scale in (1.0, 1e-6, 1e5):
                for kind in (torch.float32, torch.float64, torch.int64):
                    numbers = (torch.randn(sizes) * scale * 5).to(kind)
                    floats = kind != torch.int64
                    for tensor in (numbers, numbers.requires_grad_() * 1 if floats else numbers):
                        readings = in_file(repr(tensor))
                        own = re.sub(
                            r",\s*(dtype|grad_fn|requires_grad)=[^)]*(?=\))", "", repr(tensor)
                        )
                        fitting = [r for r in readings if shape(plain(r)) == sizes]
                        assert [flat(found) for found in fitting] == [digits(own)]
    torch.set_printoptions(profile="default")


def rows_of(matrix: list[list[str]], between: str, rows: str) -> str:
    return rows.join(between.join(row) for row in matrix)


BREAK = r" \\ "
WAYS: list[Callable[[list[list[str]]], str]] = [
    lambda m: f"[{rows_of(m, ' ', '; ')}]",
    lambda m: f"[{rows_of(m, ', ', ';')}]",
    lambda m: rows_of(m, "\t", "\n"),
    lambda m: f"W =\n\n   {rows_of(m, '   ', chr(10))}\n",
    lambda m: f"\\begin{{bmatrix}} {rows_of(m, ' & ', BREAK)} \\end{{bmatrix}}",
    lambda m: f"\\left(\\begin{{array}}{{cc}}{rows_of(m, '&', BREAK)}{BREAK}\\end{{array}}\\right)",
    lambda m: f"(({rows_of(m, ', ', ',), (')},))",
]


@examples(40, 200)
@given(st.data())
def test_the_other_ways_to_write_a_matrix_are_the_same_matrix(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 4))
    numbers = st.from_regex(r"-?(0|[1-9][0-9]?)(\.[0-9]{1,4})?", fullmatch=True)
    rows = data.draw(
        st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=2, max_size=4)
    )
    printed = data.draw(st.sampled_from(WAYS))(rows)
    assert rows in [plain(found) for found in in_file(printed)]
    assert rows in [plain(found) for found in in_claim(printed)]


ONE_READING = [
    ("np.float64(0.5)", "0.5"),
    ("tensor(0.5000, grad_fn=<MulBackward0>)", "0.5000"),
    ("tensor([1, 2], device='cuda:0', dtype=torch.float64)", ["1", "2"]),
    ("Parameter containing:\ntensor([0.1, -.2], requires_grad=True)", ["0.1", "-.2"]),
    ("[np.float64(0.5), np.float32(1.e-03)]", ["0.5", "1.e-03"]),
    ("array([ 1., -inf])", ["1.", "-.inf"]),
    ("[[1, 2], [3, 4]].T", [["1", "3"], ["2", "4"]]),
    ("[1 2 3]'", [["1"], ["2"], ["3"]]),
    ("1.0e+03 *\n\n    0.0010    2.0000\n   -3.0000    0.0030\n",
     [["0.0010e3", "2.0000e3"], ["-3.0000e3", "0.0030e3"]]),
    (r"10^{-2} \begin{pmatrix} 1 & 2e1 \end{pmatrix}", [["1e-2", "2e-1"]]),
    (r"$$\left[\begin{array}{cc} 2 & - 6 \\ -\frac13 & 3 \cdot 10^{-3} \end{array}\right]^\top$$",
     [["2", "-1/3"], ["-6", "3e-3"]]),
    (r"\begin{smallmatrix} 1\,&\;0{,}5\\[2pt] 2 & 3 \end{smallmatrix}", [["1", "0.5"], ["2", "3"]]),
    ("zeros(2, 3)", [["0"] * 3] * 2),
    ("np.zeros((2,))", ["0", "0"]),
    ("eye(2)", [["1", "0"], ["0", "1"]]),
    ("(1/3, -2 / 3)", ["1/3", "-2/3"]),
    ("[1,0]", ["1", "0"]),
    ("[2,-6;-3,3]", [["2", "-6"], ["-3", "3"]]),
    ("2,6,0\n-3,3,6", [["2", "6", "0"], ["-3", "3", "6"]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), ONE_READING)
def test_a_text_is_read(text: str, meant: Any) -> None:
    assert [plain(found) for found in in_file(text)] == [meant]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[0,5547 0,4306]", ["0.5547", "0.4306"]),
        ("0,37, 0,11", ["0.37", "0.11"]),
        ("≈ 0.3685, 0.1059", ["0.3685", "0.1059"]),
        (" = \u22120.07", "-0.07"),
        ("0,5", "0.5"),
        ("(0.55; \u22120,43)".replace(",", "."), [["0.55"], ["-0.43"]]),
        ("0.37 / 0.11", ["0.37", "0.11"]),
        ("1 / 0", ["1", "0"]),
        ("1/3", "1/3"),
        ("55.47%", "55.47e-2"),
        ("[1,0]", ["1", "0"]),
        (r"\begin{pmatrix} 0,5 \\ 0,6 \end{pmatrix}", [["0.5"], ["0.6"]]),
    ],
)
def test_a_claim_is_read(text: str, meant: Any) -> None:
    assert [plain(found) for found in in_claim(text)] == [meant]


TWO_WAYS = [
    (in_file, "[0,5 0,6]", ["0.5", "[0, 5]"]),
    (in_file, "0,5", ["0.5", "[0, 5]"]),
    (in_file, "[2,6;-3,3]", ["2.6", "[2, 6]"]),
    (in_file, "1.234,5", ["1234.5", "[1.234, 5]"]),
    (in_file, "[1.234.567 2]", ["1234567", "1.234567"]),
    (in_file, "2 -1", ["[2, -1]", "2 - 1"]),
    (in_claim, "1,234", ["1.234", "1234", "[1, 234]"]),
    (in_claim, "1,234.5", ["1234.5", "[1, 234.5]"]),
    (in_claim, "0,37,0,11", ["[0, 37, 0, 11]", "[0.37, 0.11]"]),
    (in_claim, "1,0; 0,1", ["1.0", "[1, 0]"]),
    (in_claim, "[0,37 0.11]", ["0.37", "[0, 37]"]),
]


@pytest.mark.parametrize(("read", "text", "ways"), TWO_WAYS)
def test_what_can_be_read_in_two_ways_shows_both(
    read: Callable[[str], Any], text: str, ways: list[str]
) -> None:
    with pytest.raises(PastedError) as error:
        read(text)
    assert f"to be read as {' or as '.join(ways)}" in str(error.value)


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("[1 2 ... 3]", 5, "all numbers"),
        (r"\begin{pmatrix} 1 & \cdots \end{pmatrix}", 20, "all numbers"),
        ("Columns 1 through 8\n 1 2", 0, "all numbers"),
        ("[1 2", 4, "a closing ]"),
        ("[1 2)", 4, "a closing ]"),
        (r"\begin{pmatrix} 1 \end{bmatrix}", 18, r"a closing \end"),
        ("1 2]", 3, "nothing is open"),
        ("[1 nan]", 3, "NaN"),
        ("[2 O.1]", 3, "'O'"),
        ("[1,,2]", 3, "a number before ','"),
        ("2\t\t3", 2, "a number before"),
        ("[1+2j 3]", 4, "'j'"),
        ("2 - 1", 2, "'-'"),
        ("[2-1 3]", 2, "a blank or a comma before '-1'"),
        ("2 * [1 2]", 0, "a power of ten"),
        ("[1, [2]]", 1, "numbers or rows, found both"),
        (r"\begin{matrix} 1 2 \end{matrix}", 17, "& before '2'"),
        ("[55%]", 3, "a percentage"),
        ("[\u22120.5 1]", 1, "typeset minus"),
        ("zeros(100000, 100000)", 0, "1,000,000"),
        ("[[1, 2], [3]]^T", 13, "rows of one length"),
        ("[" * 40 + "1" + "]" * 40, 32, "at most 32"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, at: int, said: str) -> None:
    with pytest.raises(PastedError) as error:
        in_file(text)
    assert said in str(error.value)
    assert error.value.at == at


NUMBER = re.compile(r"[-+]?(\d+/\d+|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|\.inf)")


@examples(100, 1000)
@given(st.text(alphabet="012.,;-+ \n\t[](){}e/*%&\\=≈…'^_xTnarfy", max_size=25))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (in_file, in_claim):
        try:
            found = read(text)
        except PastedError as error:
            place = error.at
        else:
            place = 0
            assert all(NUMBER.fullmatch(text) for nested in found for text in flat(nested))
        assert 0 <= place <= len(text)


MATRIX = [[2.0, 6.0, 0.0], [-3.0, 3.0, 6.0]]
RNN = "kind: rnn-step\nx: [1, 2, 3]\nW_h: [[1, 0], [0, 1]]\n"


@pytest.mark.parametrize(
    "written",
    [
        'W_x: "[[2 6 0]\\n [-3 3 6]]"',
        "W_x: |\n  [[ 2.  6.  0.]\n   [-3.  3.  6.]]",
        "W_x: |\n  2 6 0\n  -3 3 6\n",
        "W_x:\n  2, 6, 0\n  -3, 3, 6",
        "W_x: [2 6 0; -3 3 6]",
        "W_x: [2, 6, 0; -3, 3, 6]",
        "W_x: [2 6 0, -3 3 6]",
        "W_x: [2 6 0,-3 3 6]",
        'W_x: ["2 6 0", "[-3, 3, 6]"]',
        "W_x:\n  - 2 6 0\n  - -3 3 6",
        "W_x: array([[ 2,  6,  0],\n            [-3,  3,  6]])",
        r"W_x: '\begin{bmatrix} 2 & 6 & 0 \\ -3 & 3 & 6 \end{bmatrix}'",
    ],
)
def test_a_matrix_of_a_file_may_be_a_text(written: str) -> None:
    found = from_text("q.yaml", f"{RNN}{written}\n").problem
    assert isinstance(found, RnnStep)
    assert isinstance(found.cell, Rnn)
    assert found.cell.W_x is not None
    assert found.cell.W_x.tolist() == MATRIX


def test_columns_rows_and_numbers_stand_for_vectors() -> None:
    for text in ("[1; 2]", "[[1. 2.]]", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "1\n2", "1 2"):
        found = problem({"kind": "rnn-step", "x": text, "W_x": "eye(2)", "W_h": "zeros(2)"})
        assert isinstance(found, RnnStep)
        assert found.x is not None
        assert found.x.tolist() == [1, 2]
    one = {"kind": "rnn-step", "x": "tensor([0.5])", "W_x": "[[2]]", "W_h": "array(3)"}
    assert problem(one).solve().answers["a_1"].tolist() == [1.0]


def test_written_digits_are_kept_and_exact() -> None:
    data = {"kind": "rnn-step", "x": r"\begin{pmatrix} \frac{1}{3} \\ 0.10 \end{pmatrix}"}
    found = problem({**data, "W_x": "[0.1 1e-1]^T", "W_h": "[[1.]]", "orientation": "row"})
    assert isinstance(found, RnnStep)
    assert list(found.written[("x",)]) == ["1/3", "0.10"]
    assert isinstance(found.cell, Rnn)
    exact = exactly(found.cell, found.written)
    assert exact.W_x is not None
    assert exact.W_x.tolist() == [[Fraction(1, 10)], [Fraction(1, 10)]]


REFUSED = """\
kind: rnn-step
x: |
  [1
   2O]
W_x: "[[1 2]\\n [3 x]]"
W_h:
  1 0
  0 1.5.2
b: '\\begin{bmatrix} 1 & \\ldots \\end{bmatrix}'
"""


def test_errors_point_into_the_text() -> None:
    with pytest.raises(InputError) as error:
        from_text("q.yaml", REFUSED)
    places = re.findall(r"^q.yaml:(\d+):(\d+): error: (\w+)", str(error.value), re.MULTILINE)
    assert [*map(tuple, places)] == [
        ("4", "5", "x"),
        ("5", "19", "W_x"),
        ("8", "5", "W_h"),
        ("9", "25", "b"),
    ]
    assert "hint: print the whole array" in str(error.value)


def test_a_ragged_row_and_a_wrong_entry_are_told_where_they_are() -> None:
    text = "kind: step-rnn\ninputs: |\n  0 1\n  1\noutputs: '[0; 2]'\n"
    with pytest.raises(InputError, match=r"q.yaml:4:3: error: inputs\[2\]: expected rows of one"):
        from_text("q.yaml", text)
    text = text.replace("  1\n", "  1 1\n")
    with pytest.raises(InputError, match=r"q.yaml:5:15: error: outputs\[2\]: expected outputs 0"):
        from_text("q.yaml", text)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("[0,4621 0,7616]", "right"),
        ("0,4621; 0,7616", "right"),
        ("'≈ 0.4621, 0.7616'", "right"),
        ("(0.4621; 0.7616)", "right"),
        ("0.4621 / 0.7616", "right"),
        ("'[0.4621 0.7616]'", "right"),
        ("[0.4621; 0.7616]", "right"),
        ("[0.4621, 0.7616]", "right"),
        ("[0.4621,0.7616]", "right"),
        ("[0.4621 0.7616]", "right"),
        ("[[0.4621], [0.7616]]", "right"),
        (r"\begin{bmatrix} 0{,}4621 \\ 0{,}7616 \end{bmatrix}", "right"),
        ("46.21%, 76.16%", "right"),
        ("[0,4621 \u22120,7616]", "wrong"),
    ],
)
def test_claims_are_read_as_people_write_them(claim: str, verdict: str) -> None:
    text = f"kind: rnn-step\nx: [0.5, 1]\nW_x: eye(2)\nW_h: zeros(2)\nclaimed:\n  h: {claim}\n"
    document = from_text("q.yaml", text)
    (check,), faults = Marker(document.problem.solve()).mark(document.problem.claimed)
    assert (check.verdict, faults) == (verdict, ())


def test_what_a_claim_may_mean_in_two_ways_is_an_error_and_the_rest_is_marked(
    lstmhw: Run, tmp_path: Path
) -> None:
    text = "kind: rnn-step\nx: [0.5]\nW_x: 1\nW_h: 0\nclaimed: {a: '1,234', h: 0.4621}\n"
    (tmp_path / "q.yaml").write_text(text)
    result = lstmhw("check", "q.yaml")
    assert result.returncode == 2
    assert "q.yaml:5:14: error: claimed.a: expected numbers, found 1,234, to" in result.stderr
    assert "1 right" in result.stdout


def test_a_submission_may_be_written_so(lstmhw: Run, tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text("kind: rnn-step\nx: [0.5, 1]\nW_x: eye(2)\nW_h: zeros(2)\n")
    line = {"name": "Ann", "claimed": {"h": "[0,4621 0,7616]", "a": "[0.5; 1.0]"}}
    (tmp_path / "class.ndjson").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert "Ann,2," in lstmhw("grade", "q.yaml", "class.ndjson").stdout


@pytest.mark.parametrize("inputs", ["0 0 1", "[0 0 1]", "array([0., 0., 1.])", "0;0;1", "0,0,1"])
def test_the_inputs_of_an_option_may_be_a_print(lstmhw: Run, inputs: str) -> None:
    result = lstmhw("check-feasible", "--inputs", inputs, "--outputs", "[0. 0. 1.]")
    assert "turns 0, 0, 1 into 0, 0, 1?" in " ".join(result.stdout.split())


@pytest.mark.parametrize("matrix", ["bmatrix", "pmatrix"])
@pytest.mark.parametrize("start", [r"\begin", r"\left(\begin"])
def test_latex_in_double_quotes_is_told_why_not(matrix: str, start: str) -> None:
    text = rf"{start}{{{matrix}}} 1 \\ 2 \end{{{matrix}}}"
    with pytest.raises(InputError, match=r"hint: in double quotes .* put LaTeX in single quotes"):
        from_text("q.yaml", f'kind: rnn-step\nx: "{text}"\n')


def test_many_faults_are_placed_in_no_time() -> None:
    words = ", ".join(["o"] * 30_000)
    with pytest.raises(InputError, match="and 29980 more errors"):
        from_text("q.yaml", f"kind: rnn-step\nx: [{words}]\nW_x: 1\nW_h: 1\n")


def test_numbers_without_end_of_a_student_are_refused_before_they_are_read() -> None:
    text = "[" + "1," * 2_000_000 + "1]"
    tracemalloc.start()
    try:
        with pytest.raises(PastedError, match="expected at most 100,000 numbers in a text"):
            in_claim(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20
    assert np.shape(plain(in_claim("[" + "1," * 999 + "1]")[0])) == (1000,)


def test_a_print_that_is_no_yaml_is_told_so() -> None:
    with pytest.raises(InputError, match="hint: a print needs quotes around it"):
        from_text("q.yaml", "kind: rnn-step\nW_x: [[2 6]\n [-3 3]]\n")


ONE_STEP = "kind: rnn-step\nx: [1, 1]\nW_x: [[2.25, 0], [0, -1.5]]\nW_h: 0\nactivation: identity\n"


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        ("h", "h = [2.25, -1.5]"),
        ("h", "h_t=(2.25; -1.5)"),
        ("h_1", "h_1 = [2.25, -1.5]"),
        ("h_1", "h1 ≈ 2,25; -1,5"),
        ("h_1", "h_{1} = [2.25 -1.5]"),
        ("h_1", "h = [2.25, -1.5]"),
        ("h", "ans =\\n  2.25\\n -1.5"),
    ],
)
def test_the_name_of_a_symbol_may_stand_before_its_numbers(symbol: str, text: str) -> None:
    (check,) = lstmhw.check(f'{ONE_STEP}claimed: {{{symbol}: "{text}"}}\n').checks
    assert check.verdict == "right"


@pytest.mark.parametrize(
    ("symbol", "text"),
    [("h", "c = [2.25, -1.5]"), ("h", "h_2 = [2.25, -1.5]"), ("a", "h = [1, 2]")],
)
def test_numbers_behind_another_name_are_refused_not_accused(symbol: str, text: str) -> None:
    with pytest.raises(lstmhw.ProblemError, match=r"expected numbers, found '\w+ =' before them"):
        lstmhw.check(f'{ONE_STEP}claimed: {{{symbol}: "{text}"}}\n')


def test_a_number_that_is_wrong_behind_a_name_is_told_at_its_place() -> None:
    with pytest.raises(lstmhw.ProblemError, match=r"problem:6:19: .*2,0") as error:
        lstmhw.check(ONE_STEP + 'claimed: {h: "h = 2,0; -1,0"}\n')
    assert "^" in str(error.value)
