"""Tables of answers: cells and their places, columns and maps, and what is no table."""

import contextlib
import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, examples
from hypothesis import given
from hypothesis import strategies as st

from lstmhw.grading import Grader
from lstmhw.grading.blanks import PartError, part_of
from lstmhw.grading.columns import people
from lstmhw.grading.homework import Row
from lstmhw.grading.intake import Wanted, intake
from lstmhw.grading.records import LONGEST_RECORD, MOST_COLUMNS, records
from lstmhw.grading.tables import seconds
from lstmhw.reading import InputError, from_text, read

PROBLEM = """\
kind: rnn-step
x: 0.5
W_x: [[1], [-3]]
W_h: [[0, 0], [0, 0]]
activation: identity
find: [a, h]
"""  # h_1 is [0.5, -1.5]
GRADER = Grader(from_text("p.yaml", PROBLEM))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(PROBLEM)
    return tmp_path


def graded(text: str | bytes, map: str = "", name: str = "t.csv", **options: Any) -> list[Row]:
    """The rows of a table with this text, in the folder that the test runs in."""
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    if map:
        Path("map.yaml").write_text(map)
        options["map"] = "map.yaml"
    found = intake({"": GRADER}, Wanted([name], **options))
    return [GRADER.row(source) for batch in found.batches((), "csv") for source in batch]


def brief(rows: list[Row]) -> list[tuple[str | None, str, float | None]]:
    return [row[:3] for row in rows]


# Cells

TEXT = st.text(st.sampled_from("a1 ;,\t\"\n'é=-"), max_size=8)


@given(
    st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=5),
    st.sampled_from(";,\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@examples(60, 500)
def test_cells_are_those_that_were_written(
    rows: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    header = ["id", *(f"x{k}" for k in range(7))]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows([header, *rows])
    found = list(_read(text.getvalue().encode(encoding)))
    assert [[cell.text for cell in record] for record in found] == [header, *rows]


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=30))
@examples(100, 1000)
def test_odd_quotes_are_read_as_the_standard_library_does(text: str) -> None:
    whole = f"a,b\n{text}"
    every = csv.reader(io.StringIO(whole, newline=""))
    expected = [row for row in every if row[1:] or "".join(row).strip()]
    try:
        found = [[cell.text for cell in record] for record in _read(whole.encode())]
    except InputError:
        found = None
    if found is None:  # a quote that is not closed takes in all that follows
        with pytest.raises(csv.Error):
            list(csv.reader(io.StringIO(whole, newline=""), strict=True))
        return
    plain = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in expected]
    assert found == plain


def _read(data: bytes) -> Any:
    path = Path(_FOLDER) / "cells.csv"
    path.write_bytes(data)
    return records(str(path))


_FOLDER = ""


@pytest.fixture(autouse=True, scope="module")
def _a_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _FOLDER
    _FOLDER = str(tmp_path_factory.mktemp("cells"))


def test_cells_know_their_places() -> None:
    text = 'id,"a\nb",h\r\n1,"say ""x""", y\n"2\n3",5,6\n'
    found = [[(*cell.mark, cell.text) for cell in record] for record in _read(text.encode())]
    assert found == [
        [(1, 1, "id"), (1, 5, "a\nb"), (2, 4, "h")],
        [(3, 1, "1"), (3, 4, 'say "x"'), (3, 15, " y")],
        [(4, 2, "2\n3"), (5, 4, "5"), (5, 6, "6")],
    ]


@pytest.mark.parametrize(
    ("header", "titles"),
    [
        ("id;h (a, b, c);c (a, b)", ["id", "h (a, b, c)", "c (a, b)"]),
        ("id\th, a, b\tc", ["id", "h, a, b", "c"]),
        ('id,"h; a; b; c"', ["id", "h; a; b; c"]),
        ("h", ["h"]),
    ],
)
def test_the_delimiter_is_that_of_the_header(header: str, titles: list[str]) -> None:
    assert [cell.text for cell in next(_read(header.encode()))] == titles


def test_the_first_line_may_name_the_delimiter() -> None:
    found = [[cell.text for cell in record] for record in _read(b"sep=|\na,b|c\n1|2\n")]
    assert found == [["a,b", "c"], ["1", "2"]]


# Columns


@pytest.mark.parametrize(
    "title",
    ["h", "h_1", "H_1", "h1", "h₁", "$h_{1}$", "h_1 (two numbers)", "12: h_1", "h ?"],
)
def test_a_column_named_like_a_symbol_has_its_answers(title: str, folder: Path) -> None:
    (row,) = graded(f'id;"{title}"\n7;0.5, -1.5\n')
    assert (row.id, row.score, row.error) == ("7", 1, None)


@pytest.mark.parametrize("title", ["h_3", "What is h?", "hh", "score", "h_1 and a_1", "name of h"])
def test_a_column_with_another_name_is_none(title: str, folder: Path) -> None:
    with pytest.raises(InputError, match="expected columns named like symbols"):
        graded(f"id,{title}\n7,8\n")


@pytest.mark.parametrize("titles", ["h[1],h[2]", "h_1 1,h_1 2", "H_1(1),H_1 (2)", "h_1[2],h_1[1]"])
def test_entries_may_have_columns(titles: str, folder: Path) -> None:
    numbers = "-1.5,0.5" if titles.startswith("h_1[2]") else "0.5,-1.5"
    (row,) = graded(f"id,{titles}\n7,{numbers}\n")
    assert (row.score, row.error) == (1, None)


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ("h,h_1", "t.csv:1:6: error: expected one column for h_1, found another, 'h_1'"),
        ("h,H", "expected one column for h_1, found another"),
        ("h[1],h[1]", "expected one column for h_1, found another"),
        ("h,h[1]", "expected one column for h_1, found another"),
        ("h[1],h[3]", "expected a column for entry 2 of h_1 too, found none"),
    ],
)
def test_columns_that_contradict_are_an_error(titles: str, said: str, folder: Path) -> None:
    with pytest.raises(InputError) as raised:
        graded(f"id,{titles}\n7,1,2\n")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("titles", "system", "ids", "names"),
    [
        (
            "Last name,First name,ID number,Email address,Started,Response 1",
            "Moodle",
            [3, 2],
            [1, 0],
        ),
        ("Nachname,Vorname,E-Mail-Adresse,Begonnen am,Antwort 1", "Moodle", [2], [1, 0]),
        ("name,id,sis_id,section,section_id,submitted,1: x,n correct", "Canvas", [1], [0]),
        ("Timestamp,Email Address,Your name,h", "a form", [1], [2]),
        ("ID,Start time,Completion time,Email,Name,h", "a form", [3, 0], [4]),
        ("student_id,Name,h", "a table", [0], [1]),
        ("h,a", "a table", [], []),
        ("Zeitstempel,Nutzername,Vollständiger Name,h", "a form", [1], [2]),
        ("Horodateur,Nom d'utilisateur,Nom complet,h", "a form", [1], [2]),
        ("Nachname,Vorname,E-Mail-Adresse,Begonnen,Beendet,Frage", "Moodle", [2], [1, 0]),
    ],
)
def test_people_are_recognised(titles: str, system: str, ids: list[int], names: list[int]) -> None:
    found = people(titles.split(","))
    assert (found.system, found.ids, found.names) == (system, ids, names)


# Parts of a cell


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("part 1: 0.5; part 2: -1.5", ["0.5", "-1.5"]),
        ("partie 1 : 0,5 ; partie 2 : -1,5", ["0,5", "-1,5"]),
        ("部件1: 0.5; 部件2: -1.5", ["0.5", "-1.5"]),
        ("part 1: 0,5; 3; part 2: x: y", ["0,5; 3", "x: y"]),
        ("part 1: ; part 2: 7", ["", "7"]),
        ("Teil 1: 7", ["7", ""]),
        ("0.5; -1.5", ["0.5", "-1.5"]),
        ("(0,55; 0,43)", ["0,55", "0,43"]),
        ("0.5\n-1.5", ["0.5", "-1.5"]),
        ("0.5|-1.5", ["0.5", "-1.5"]),
        ("0.5, -1.5", ["0.5", "-1.5"]),
        ("0,55 0,43", ["0.55", "0.43"]),
        ("[0.5 -1.5]", ["0.5", "-1.5"]),
        ("0\\,5,idk", ["0,5", "idk"]),
        ("", ["", ""]),
    ],
)
def test_a_cell_is_taken_apart(text: str, parts: list[str]) -> None:
    assert [part_of(text, k, 2, is_canvas=False) for k in (1, 2)] == parts


def test_a_large_cell_is_taken_apart_in_one_go() -> None:
    for text in ("a" + " " * 100_000 + "b; 2", ";" * 100_000, "part 1: " + "; part" * 20_000):
        with contextlib.suppress(PartError):
            part_of(text, 1, 2, is_canvas=False)


@pytest.mark.parametrize(
    ("text", "is_canvas"),
    [("0.5", True), ("0.5,1,2", True), ("0,5", False), ("0.5; 1; 2", False), ("0,123", False)],
)
def test_a_cell_with_more_or_fewer_answers_is_not_guessed_at(text: str, is_canvas: bool) -> None:
    with pytest.raises(PartError):
        part_of(text, 1, 2, is_canvas)


def test_one_answer_is_one_answer() -> None:
    with pytest.raises(PartError, match="expected 1 answer in one cell, found 2"):
        part_of("0.5; 1", 1, 1, is_canvas=False)


@pytest.mark.parametrize(
    ("header", "answers", "lacking"),
    [
        ("id,h,a", None, ""),
        ("id,h,aa", None, "a_1"),
        ("id,hh,a_1", None, "h_1"),
        ("id,h[1],h[2],A1", None, ""),
        ("id,x,y", "{h: x, a_1: y}", ""),
        ("id,x,a", "{h: x}", "a_1"),
    ],
)
def test_an_answer_without_a_column_is_told_before_a_class_loses_its_points(
    header: str, answers: str | None, lacking: str, folder: Path, lstmhw: Run
) -> None:
    (folder / "t.csv").write_text(f"{header}\n")
    with (folder / "t.csv").open("a") as file:
        file.write("1" + ',"0.5, -1.5"' * header.count(",") + "\n")
    (folder / "map.yaml").write_text(f"answers: {answers}\n")
    options = () if answers is None else ("--map", "map.yaml")
    told = lstmhw("grade", "p.yaml", "t.csv", *options).stderr
    assert (f"asked for, and without a column: {lacking}\n" in told) == (lacking != "")
    assert ("warning" in told) == (lacking != "")


@given(st.lists(st.text(st.sampled_from("0.5, ;-"), min_size=1), min_size=2, max_size=5))
def test_blanks_of_canvas_are_those_that_were_joined(blanks: list[str]) -> None:
    cell = ",".join(blank.replace(",", "\\,") for blank in blanks)
    read = [part_of(cell, k + 1, len(blanks), is_canvas=True) for k in range(len(blanks))]
    assert read == [blank.strip() for blank in blanks] or not cell.strip()


# Rows


def test_numbers_are_as_lenient_as_claims(folder: Path) -> None:
    text = 'id;a;h\n1;≈ 0.50, −1.50;"(0,50; -1,50)"\n2;[0.5 -1.5];50%, -150%\n3;-;\n4;?;0.5, -1.5\n'
    rows = graded(b"\xef\xbb\xbf" + text.encode())
    assert brief(rows) == [("1", "1", 2), ("2", "2", 2), ("3", "3", 0), ("4", "4", 1)]
    assert [row.error is None for row in rows] == [True, True, True, False]
    assert str(rows[3].error).startswith("t.csv:5:3: error: claimed.a_1: expected")


def test_yes_and_no_are_true_and_false(folder: Path) -> None:
    grader = Grader(read("step-rnn-b"))  # for which there are no weights
    words = ["no", "False", "FALSE", "false", "yes", "TRUE", "True"]
    Path("t.csv").write_text("id,feasible\n" + "".join(f"{word},{word}\n" for word in words))
    found = intake({"": grader}, Wanted(["t.csv"], attempts="all"))
    rows = [grader.row(source) for batch in found.batches((), "csv") for source in batch]
    assert [row.error for row in rows] == [None] * 7
    verdicts = [check.verdict for row in rows for check in row.checks if check.claimed is not None]
    assert verdicts == ["right"] * 4 + ["wrong"] * 3


def test_an_entry_that_is_left_out_is_unanswered(folder: Path) -> None:
    rows = graded('id,h[1],h[2],a\n1,0.5,,"0.5, -1.5"\n2,,,\n3,0.5,x,\n4,"0,50",-,\n')
    assert [row.score for row in rows] == [1, 0, 0, 0]
    for row in (rows[0], rows[3]):
        assert row.error is None
        check = next(check for check in row.checks if check.symbol == "h_1")
        assert (check.verdicts, check.where) == (("right", "unanswered"), "h_1[2]")
    assert rows[1].error is None
    assert str(rows[2].error).startswith("t.csv:4:7: error: claimed.h_1[2]: expected a number")


def test_a_row_with_more_cells_than_the_header_is_not_marked(folder: Path) -> None:
    """A decimal comma without quotes moves what follows."""
    rows = graded('name,h,a\nAnn,0,5,3\nBob,"0.5, -1.5",,,\n')
    assert brief(rows) == [(None, "Ann", None), (None, "Bob", 1)]
    assert str(rows[0].error).startswith("t.csv:2:9: error: expected 3 cells in a row, found 4")


def test_rows_of_nobody_are_passed_over(folder: Path) -> None:
    moodle = "Last name,First name,Email address,Started,h\n"
    rows = graded(moodle + 'Doe,Ann,a@x,now,-\nOverall average,,,,\n,,,,\nRoe,,,,"0.5, -1.5"\n')
    assert brief(rows) == [("a@x", "Ann Doe", 0), (None, "Roe", 1)]
    canvas = "name,id,section,section_id,h,1.0,n correct\n"
    rows = graded(canvas + "    Points Possible,,,,,,\nAnn,1,a,2,,,\n")
    assert brief(rows) == [("1", "Ann", 0)]
    rows = graded("name,id,h\nOverall average,,\nPoints Possible,,\n")
    assert [row.name for row in rows] == ["Overall average", "Points Possible"]


def test_a_text_may_be_a_table(folder: Path) -> None:
    for text in ('id,h\n7,"0.5, -1.5"\n', "id\tname\th\n7\t7\t0.5, -1.5\n"):
        assert brief(graded(text, name="t.txt")) == [("7", "7", 1)]
    for text in ("h = 0.5, -1.5", "h\t=\t0.5, -1.5", "name: Ann, h = 0.5, -1.5"):
        (row,) = graded(text, name="a.txt")
        assert (row.score, row.error) == (1, None)
    with pytest.raises(InputError, match="expected columns named like symbols"):
        graded("id,name\n7,Ann\n", name="t.txt")


def test_who_has_no_name_is_called_by_the_line(folder: Path) -> None:
    rows = graded('h,remark\n"0.5, -1.5","x\ny"\n"0.5, -1.5",\n')
    assert brief(rows) == [(None, "t:2", 1), (None, "t:4", 1)]


@pytest.mark.parametrize("header", ["who,h", "Name,h", "Mail,h"])
def test_a_table_without_names_is_told_with_what_to_do(
    header: str, folder: Path, lstmhw: Run
) -> None:
    (folder / "t.csv").write_text(f'{header}\nann,"0.5, -1.5"\n')
    result = lstmhw("grade", "p.yaml", "t.csv")
    assert result.returncode == 0
    is_told = "t.csv: warning: no column is known for ids or names" in result.stderr
    assert is_told == header.startswith("who")
    (folder / "map.yaml").write_text("{id: who, answers: {h: h}}\n")
    mapped = lstmhw("grade", "p.yaml", "t.csv", "--map", "map.yaml")
    assert "no column is known" not in mapped.stderr


# Maps

CLOZE = """\
Surname,First name,Email address,Response 1,Response 12
Doe,Ann,a@x,part 1: 0.5; part 2: -1.5,7
"""


@pytest.mark.parametrize(
    "answers",
    [
        "[Response 1/part 1, response 1/Part 2]",
        "[Response 1/part 1 of 2, Response 1/part 2 of 2]",
        "['Response  1 / part 1', Response 1/part 2]",
    ],
)
def test_a_map_says_which_column_has_which_answer(answers: str, folder: Path) -> None:
    (row,) = graded(CLOZE, f"id: Email\nname: [First name, Surname]\nanswers: {{h: {answers}}}\n")
    assert row[:3] == ("a@x", "Ann Doe", 1)


@pytest.mark.parametrize(
    ("map", "said"),
    [
        ("answers: {h: Response 2}", "map.yaml:1:14: error: answers.h: expected a column of t.csv"),
        ("answers: {h: Respons 1}", "hint: did you mean 'Response 1'?"),
        (
            "answers: {h: Resp}",
            "of t.csv, found 2: 'Response 1', 'Response 12'",
        ),
        ("answers: {hh: Response 1}", "map.yaml:1:11: error: answers.hh: expected a symbol that"),
        ("answers: {h: Response 1, H_1: Response 12}", "expected h_1 once, found it again"),
        ("answers: {h: {a: b}}", "expected the name of a column, found a mapping"),
        ("answers: {h: [Response 1, '']}", "answers.h[2]: expected the name of a column, found"),
        ("answers: {h: []}", "expected columns, found an empty list"),
        ("answers: {h: Response 1/part 3 of 2}", "expected part N of M, with N up to M"),
        ("answers: {h: Response 1/part 9999}", "expected part N of M, with N up to M"),
        ("answers: {h: Response 1}\nid: Mail", "map.yaml:2:5: error: id: expected a column"),
        ("answers: {}", "expected symbols with their columns, found a mapping"),
        ("answers: h", "expected symbols with their columns, found the text 'h'"),
        ("answer: {h: Response 1}", "map.yaml:1:1: error: answer: unknown key 'answer'"),
        ("id: Email address", "expected the key 'answers', found none"),
        ("[a]", "expected a map (`answers: ...`), found a list of 1"),
        ("", "expected a map, found an empty file"),
        ("answers: {h: &a x, a: *a}", "found the anchor &a"),
        ("answers: {h: x, h: y}", "expected each key once"),
    ],
)
def test_what_is_wrong_with_a_map_is_said_before_anything_is_graded(
    map: str, said: str, folder: Path, lstmhw: Run
) -> None:
    (folder / "t.csv").write_text(CLOZE)
    (folder / "map.yaml").write_text(map)
    (folder / "p.yaml").write_text(PROBLEM)
    result = lstmhw("grade", "p.yaml", "t.csv", "--map", "map.yaml", "-o", "rows.csv")
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert not (folder / "rows.csv").exists()


def test_a_map_needs_a_table(folder: Path, lstmhw: Run) -> None:
    (folder / "map.yaml").write_text("answers: {h: x}")
    result = lstmhw("grade", "p.yaml", "-", "--map", "map.yaml", stdin="{}")
    assert (result.returncode, result.stdout) == (2, "")
    assert "map.yaml: error: a map is for tables" in result.stderr


# What is no table


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "t.csv:1:1: error: expected a header"),
        (b"\n\n1,2\n", "t.csv:1:1: error: expected a header"),
        (b"id,h\nJ\xfcrgen,1\n", "t.csv:2:2: error: expected UTF-8, or UTF-16 with a byte order"),
        ("id,h\n1,2\n".encode("utf-16-le"), "t.csv:1:2: error: expected UTF-8"),
        (b"id,h\n1,\x00\n", "t.csv:2:3: error: expected UTF-8"),
        (b'id,h\n1,"2\n3,4\n', "t.csv:2:4: error: expected a closing quote, found the end"),
        (b'id,"h\n', "t.csv:1:5: error: expected a closing quote"),
        (b"id," + b"x," * 600_000, "expected at most 1,048,576 characters in a row"),
        (b"id," + b"x," * MOST_COLUMNS, "expected at most 16,384 columns"),
        (b'id,h\n1,"' + b"2222222\n" * 2**18, "expected at most 1,048,576 characters in a row"),
        (b"id,h\n1," + b"9" * LONGEST_RECORD, "expected at most 1,048,576 characters in a row"),
    ],
)
def test_what_is_no_table_is_one_error(data: bytes, said: str, folder: Path, lstmhw: Run) -> None:
    (folder / "t.csv").write_bytes(data)
    result = lstmhw("grade", "p.yaml", "t.csv")
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr) < 1000


def test_a_huge_cell_is_an_error_of_its_row(folder: Path) -> None:
    rows = graded(f'id,h,a\n1,{"9" * 200_000},"0.5, -1.5"\n2,"0.5, -1.5",\n')
    assert [row.score for row in rows] == [1, 1]
    assert str(rows[0].error).startswith(
        "t.csv:2:3: error: claimed.h_1: expected an answer, found a"
    )


def test_a_table_without_rows_has_no_submissions(folder: Path, lstmhw: Run) -> None:
    (folder / "t.csv").write_text("id,h\n\n\n")
    result = lstmhw("grade", "p.yaml", "t.csv")
    assert result.returncode == 2
    assert "expected submissions, found none" in result.stderr


def test_reading_takes_no_more_memory_for_more_rows(folder: Path) -> None:
    peaks = []
    for count in (500, 6_000):
        with (folder / "t.csv").open("w") as file:
            file.write("id,name,h\n")
            file.writelines(f'{k % 500},Student {k},"0.5, -1.5"\n' for k in range(count))
        tracemalloc.start()
        found = intake({"": GRADER}, Wanted(["t.csv"], attempts="all"))
        read = sum(len(batch) for batch in found.batches((), "csv"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert read == count
    assert peaks[1] < peaks[0] + 100_000


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2024-10-03 14:05:12 UTC", "2024-10-03 14:05:12"),
        ("2024/10/03 2:05:12 PM GMT+2", "2024-10-03 14:05:12"),
        ("3 October 2024  2:05 PM", "2024-10-03 14:05:00"),
        ("2024-10-03T14:05:12Z", "2024-10-03 14:05:12"),
    ],
)
def test_times_are_those_of_the_systems(text: str, same: str) -> None:
    assert seconds(text) == seconds(same) is not None


@pytest.mark.parametrize("text", ["3/10/2024 14:05:12", "yesterday", "", "2024-13-03 14:05:12"])
def test_other_times_are_none(text: str) -> None:
    assert seconds(text) is None
