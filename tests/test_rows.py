"""Every row of a working comes out from the numbers that are printed in it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from conftest import at_length, often, solved
from gradient_sheets import gradient_sheet
from network_sheets import network_sheet
from page_rows import Page, Row, comes_out, failing, markdown_page, redone, table_page
from random_stacks import CELLS, Maker
from sheets import correct_sheet

from lstmhw.functions import Floats
from lstmhw.reading import from_text, read, shipped
from lstmhw.render import json as json_format
from lstmhw.render import markdown, table
from lstmhw.solution import Entries, Section, Solution, Step, Working
from lstmhw.view import View

WIDE = 100_000  # columns, so that no line is broken
RARELY = 0.01  # of the rows may be carried in full


def steps(solution: Solution) -> list[Step]:
    blocks = (block for section in solution.sections for block in section.body)
    return [step for block in blocks if isinstance(block, Working) for step in block.steps]


def pages(solution: Solution, *, full: bool, digits: int = 4) -> tuple[Page, Page]:
    """The workings alone, as a table and in Markdown, read again."""
    body = (Working(tuple(steps(solution))),)
    alone = solution._replace(
        digits=digits, sections=(Section("Working", body),), checks=(), score=None
    )
    view = View(full=full, width=WIDE)
    return (
        table_page(table.render([alone], view)),
        markdown_page(markdown.render([alone], view)),
    )


def values(solution: Solution) -> dict[str, Floats]:
    blocks = [block for section in solution.sections for block in section.body]
    given = {row.symbol: row.value for b in blocks if isinstance(b, Entries) for row in b.rows}
    return given | {step.symbol: step.value for step in steps(solution)}


def place_of(row: Row, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Which number of its symbol a row is about."""
    numbers = [int(number) - 1 for number in re.findall(r"\d+", row.label)]
    if "example" in row.label:
        numbers = [numbers[-1], *(numbers[:-1] or [0])]
    return tuple(numbers or [0] * len(shape))


def untrue(solution: Solution, page: Page) -> Iterator[Row]:
    """The rows whose value is not that of the solution, or not to as many digits as is asked."""
    true = values(solution)
    for row in page.rows:
        value = true[row.symbol][place_of(row, true[row.symbol].shape)]
        if value == float(row.value):
            continue
        digits = len(row.value.partition("e")[0].lstrip("-0.").replace(".", ""))
        has_digits = digits >= 4 or len(row.value.partition(".")[2]) >= 4
        if not (
            has_digits and abs(value - float(row.value)) <= float(f"5e{_last(row.value)}") * 1.0001
        ):
            yield row


def _last(text: str) -> int:
    """The power of ten below the last digit of a number."""
    mantissa, _, exponent = text.partition("e")
    return int(exponent or 0) - len(mantissa.partition(".")[2]) - 1


def check(solution: Solution, digits: int = 4) -> tuple[int, int]:
    """How many rows were redone, and how many are carried in full; all others have to come out."""
    total = carried = 0
    for full in (False, True):
        one, other = pages(solution, full=full, digits=digits)
        assert [row.value for row in one.rows] == [row.value for row in other.rows]
        assert one.carried == other.carried
        for page in (one, other):
            assert failing(page) == []
            total += len(redone(page))
        assert not list(untrue(solution, one))
        carried += 2 * len(one.carried)
    return total, carried


def long_numbers(seed: int) -> dict[str, Any]:
    """Data that nobody typed, and sums of many terms."""
    maker = Maker(CELLS[seed % 3], seed)
    maker.numbers = lambda *shape: (2 * maker.generator.normal(size=shape)).tolist()  # type: ignore[method-assign]
    return maker.problem(inputs=3, layers=[(8, 0)], steps=2, gradient=seed % 2 == 0) | (
        {"dh": maker.numbers(8)} if seed % 2 == 0 else {}
    )


def batches(seed: int) -> dict[str, Any]:
    """Examples that end at different steps."""
    maker = Maker(CELLS[seed % 3], seed, batch=2, row=seed % 2 == 0)
    return maker.problem(steps=2, layers=[(2, seed % 3)]) | {"lengths": [2, 1]}


def flow(seed: int) -> dict[str, Any]:
    """Factors of a product that goes on for some steps."""
    maker = Maker("rnn", seed)
    data = {"W_x": maker.numbers(1, 1), "W_h": maker.numbers(1, 1), "b": maker.numbers(1)}
    return {"kind": "gradient-flow", "cell": "rnn", "random": {"steps": 6, "seed": seed}} | data


def drawn(k: int) -> Solution:
    """One of many problems."""
    seed, way = divmod(k, 6)
    match way:
        case 0:
            sheet = correct_sheet(seed, "carried", CELLS[seed % 3])
        case 1:
            sheet = gradient_sheet(seed, "carried")
        case 2:
            names = ("peephole-omitted", "direction-not-reversed", "summed", "averaged")
            sheet = network_sheet(seed, names[seed % 4], is_right=True)
        case _:
            return solved([long_numbers, batches, flow][way - 3](seed))
    return from_text("drawn", sheet.text).problem.solve()


@pytest.mark.parametrize("name", often(sorted(shipped())))
def test_the_rows_of_a_shipped_problem_come_out(name: str) -> None:
    solution = read(name).problem.solve()
    redone_rows, carried = check(solution)
    assert carried == 0
    assert redone_rows or not steps(solution)


@pytest.mark.parametrize("count", [4, at_length(12)])
def test_rows_of_drawn_problems_come_out_and_few_are_carried_in_full(count: int) -> None:
    counts = [check(drawn(k)) for k in range(count)]
    assert all(redone_rows for redone_rows, _ in counts)
    assert sum(carried for _, carried in counts) < RARELY * sum(rows for rows, _ in counts)


@pytest.mark.oracle
@pytest.mark.parametrize("start", range(12, 512, 50))
def test_rows_of_many_drawn_problems_come_out(start: int) -> None:
    counts = [check(drawn(k)) for k in range(start, start + 50)]
    assert sum(carried for _, carried in counts) < RARELY * sum(rows for rows, _ in counts)


@pytest.mark.parametrize("digits", [2, 3, 7])
def test_rows_come_out_with_fewer_and_more_digits(digits: int) -> None:
    for name in ("q1", "lstm-gradient", "attention-bahdanau"):
        pages_of = pages(read(name).problem.solve(), full=False, digits=digits)
        assert all(redone(page) and failing(page) == [] for page in pages_of)


def test_a_digit_that_is_changed_is_caught() -> None:
    """Of a value its last digit, of what it is computed from the first that is not zero."""
    page, _ = pages(read("lstm-gradient").problem.solve(), full=False)
    for row in redone(page):
        other = (int(row.value[-1]) + 1) % 10
        assert not comes_out(replace(row, value=f"{row.value[:-1]}{other}"))
    sums = [row for row in redone(page) if row.symbol in ("z_i_1", "c_1", "dx_1")]
    for row in sums:
        head, digit, rest = re.split("([1-9])", row.numbers, maxsplit=1)
        forged = f"{head}{int(digit) % 9 + 1}{rest}"
        assert not comes_out(replace(row, numbers=forged))
    assert len(sums) == 6


def test_a_page_that_says_nothing_of_a_row_that_does_not_come_out_is_caught() -> None:
    page, _ = pages(drawn(3), full=True)
    assert page.carried
    silent = replace(page, carried=frozenset())
    assert len(failing(silent)) >= len(page.carried)


def test_data_stand_in_rows_as_they_were_given() -> None:
    data = {"kind": "rnn-step", "x": 3.2134238, "W_x": "1/3", "W_h": 0, "h_prev": 0, "b": 0.1}
    rows = pages(solved(data), full=False)[0].rows
    assert rows[0].numbers == "0.33333*3.2134238 + 0.1"
    assert rows[0].value == "1.1711"


def test_small_numbers_have_four_significant_digits() -> None:
    data = {"kind": "rnn-step", "x": 1, "W_x": 0.00012345, "W_h": 0, "activation": "identity"}
    small = {**data, "W_x": 1.2345678e-7}
    values = [pages(solved(d), full=False)[0].rows[0].value for d in (data, small)]
    assert values == ["0.0001235", "1.235e-07"]


def test_a_row_that_repeats_a_number_says_where_it_comes_from() -> None:
    page, _ = pages(read("lstm-gradient").problem.solve(), full=False)
    named = {row.place: row.numbers for row in page.rows if row.is_named}
    assert named["dh_1 1"] == "dh[1]"
    assert named["db_i 2"] == "dz_i_1[2]"
    numbers = [row for row in page.rows if re.fullmatch(r"-?[\d.]+", row.numbers)]
    assert numbers == []


def test_json_has_the_numbers_of_the_table() -> None:
    solution = read("lstm-gradient").problem.solve()
    rows = pages(solution, full=True)[0].rows
    shown = [row.value if row.is_named else row.numbers for row in rows]
    found = json.loads(json_format.render([solution], View()))["steps"]
    lines = [line for step in found for line in step["substituted"].split("\n")]
    assert [line for line in lines if line not in ("0.4", "-0.6")] == [
        text
        for text in shown
        if text not in ("0.4000", "-0.6000")  # dh, as it was given
    ]


def test_zeros_that_are_left_out_include_differences_of_data() -> None:
    page, _ = pages(solved(batches(0)), full=False)
    assert not [row for row in page.rows if "(1 - 1)" in row.numbers]
    whole, _ = pages(solved(batches(0)), full=True)
    assert [row for row in whole.rows if "(1 - 1)" in row.numbers]


def test_an_entry_of_a_product_is_written_out_as_a_sum() -> None:
    direction = {"W_x": 0.8, "W_h": 0.5}
    data = {"kind": "lstm-gradient", "cell": "rnn", "xs": [0.5, 1], **direction}
    data |= {
        "reverse": direction,
        "output": {"W": [[1.5, 0.7], [2, 1]]},
        "targets": [[1, 0], [0, 1]],
    }
    page = table.render([solved(data)], View())
    assert "dh_1@rev = W_y[1][2]*da_y_1[1] + W_y[2][2]*da_y_1[2]" in page
    assert "^T da_y" not in page


def test_the_mean_of_one_error_is_not_divided_by_one() -> None:
    data = {"kind": "lstm-gradient", "cell": "rnn", "xs": [0.5], "W_x": 0.8, "W_h": 0.5}
    data |= {"output": {"W": 1}, "targets": [1], "loss": "mean-squared"}
    assert "/1" not in table.render([solved(data)], View())


def fractions(text: str) -> dict[str, Fraction]:
    """A sum such as `67/10 w1 - w2 + 13 b`, by its names."""
    terms = re.findall(r"([-+]?) ?(?:(\d+(?:/\d+)?) )?(w\d*|b)\b", text)
    return {name: Fraction(f"{sign}{number or 1}") for sign, number, name in terms}


def together(text: str, demands: dict[str, dict[str, Fraction]]) -> dict[str, Fraction]:
    """`9 times t = 2 and t = 3`: those demands so often, added up."""
    total: dict[str, Fraction] = {}
    for times, t in re.findall(r"(?:(\d+) times )?t = (\d+)", text):
        for name, number in demands[t].items():
            total[name] = total.get(name, Fraction(0)) + int(times or 1) * number
    return {name: number for name, number in total.items() if number}


CONTRADICTIONS = [([0.3, 0.7, 0.1, 1], [0, 1, 1, 0]), ([0.5, -1, 2, 0.25, 3], [1, 1, 0, 0, 1])]


def added_up(text: str) -> int:
    """How many sums of demands a page has, all of which have to be what is said."""
    asked = re.search(r"What each step demands(.*?)\n\n", text, re.DOTALL)
    assert asked
    rows = re.findall(r"^  (\d+) .*  (\S.*) (?:>|<=) 0$", asked[1], re.MULTILINE)
    demands = {t: fractions(demand) for t, demand in rows}
    found = re.findall(
        r"((?:(?:\d+ times )?t = \d+[ ,and]*)+) together need (.*?) (?:>|<=) 0", text
    )
    for parts, said in found:
        assert together(parts, demands) == fractions(said)
    return len(found)


@pytest.mark.parametrize(("inputs", "outputs"), CONTRADICTIONS)
def test_the_demands_that_contradict_add_up(inputs: list[float], outputs: list[int]) -> None:
    data = {"kind": "step-rnn", "inputs": inputs, "outputs": outputs, "initial": 0}
    text = table.render([solved(data)], View(width=WIDE))
    assert added_up(text) >= 2
    with pytest.raises(AssertionError):
        added_up(re.sub(r"together need (\d*)", "together need 7", text))


def test_the_sums_of_a_trace_are_exact() -> None:
    text = table.render([read("step-rnn-a").problem.solve()], View(width=WIDE))
    sums = re.findall(r"^  \d+  (\S.*?) = (-?[\d.]+)", text, re.MULTILINE)
    assert len(sums) == 14
    assert all(comes_out(Row("z", "", numbers, value)) for numbers, value in sums)


def test_a_weight_on_a_flag_says_where_it_comes_from() -> None:
    text = table.render([read("sentiment").problem.solve()], View())
    (weight, whole), *more = re.findall(r"([\d.]+) = (\d+)/tanh\(1\)", text)
    assert not more
    assert text.count(f"{whole}/tanh(1) h_1") == 2
    assert text.count(weight[:-2]) == 3  # in the matrix with either sign, and here
    assert float(weight) == pytest.approx(int(whole) / np.tanh(1), abs=5e-8)


def test_a_tie_goes_up_in_a_row_as_it_does_by_hand() -> None:
    data = {"kind": "rnn-step", "x": 0.2469, "W_x": 0.5, "W_h": 0, "activation": "identity"}
    (row, _) = pages(solved(data), full=False)[0].rows
    assert (row.numbers, row.value) == ("0.5*0.2469", "0.1235")
    assert comes_out(row)
    assert not comes_out(replace(row, value="0.1234"))


@pytest.mark.parametrize("name", [name for name in sorted(shipped()) if "parameter" in name])
def test_counts_and_their_totals_can_be_redone(name: str) -> None:
    text = table.render([read(name).problem.solve()], View(width=WIDE))
    products = re.findall(r"(\(?\d+ [\d x*+()]*) = (\d+)", text)
    totals = re.findall(r"^  \S+  +(\d+(?: \+ \d+)+)  +(\d+)$", text, re.MULTILINE)
    assert len(products) + len(totals) >= 2
    for numbers, value in [*products, *totals]:
        assert comes_out(Row(name, "", numbers.replace("x", "*"), value))
