"""What comes out of marking a class: points for course systems, pages for students, a summary.

The rules by which Moodle and Canvas read a file are written down here again from their sources, so
that what is written is read by something else than what writes it.
"""

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from class_of_five import NAMES, PROBLEM, lines, write
from conftest import ROOT, Run, at_length
from hypothesis import given
from hypothesis import strategies as st
from leaks import leaks

from lstmhw.cli.grade import PAGE_FORMATS, ROW_FORMATS
from lstmhw.grading import Grader
from lstmhw.grading.anonymous import Pseudonyms
from lstmhw.grading.feedback import FORMATS, PageNames, page, rendered
from lstmhw.grading.formats import FORMATS as LINES
from lstmhw.grading.formats import Form, graded, line
from lstmhw.grading.homework import Row
from lstmhw.grading.rows import Graded
from lstmhw.grading.summary import Tally
from lstmhw.grading.systems import Who, who
from lstmhw.reading import from_text
from lstmhw.reading.submissions import Source
from lstmhw.render import render
from lstmhw.solution import Check, Count, Counts, Section, Solution
from lstmhw.view import View

DATA = ROOT / "tests" / "data"
NONE = Row(None, "", None, None, None, None, None, None)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def grader(text: str = PROBLEM) -> Grader:
    return Grader(from_text("p.yaml", text))


def rows(text: str = PROBLEM) -> list[Row]:
    marking = grader(text)
    sources = enumerate(lines().splitlines(), 1)
    return [marking.row(Source("class.ndjson", k, data.encode())) for k, data in sources]


def written(format: str, *more: str, lstmhw: Run) -> str:
    return lstmhw("grade", "p.yaml", "class.ndjson", "--format", format, *more).stdout


# Canvas: lib/gradebook_importer.rb


class Gradebook(NamedTuple):
    """What Canvas takes from a file: the assignments with their points, and the grades."""

    possible: dict[str, str]
    grades: list[dict[str, Any]]


NOT_ASSIGNMENTS = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    "|Override Score|Override Grade|Override Status"
)


def canvas_number(text: str) -> int:
    """What Ruby's to_i makes of a text: the digits it begins with."""
    match = re.match(r"\s*[-+]?[0-9]+", text)
    return int(match.group()) if match else 0


def gradebook(text: str) -> Gradebook:
    """A gradebook as Canvas reads it.  Raises ValueError for a header that it refuses."""
    delimiter = ","
    first = text.splitlines()[:3]
    counts = {}
    for separator in ";,":
        sizes = {len(next(csv.reader([entry], delimiter=separator), [])) for entry in first}
        counts[separator] = sizes.pop() if len(sizes) == 1 else 0
    delimiter = ";" if counts[";"] > counts[","] else ","
    table = [r for r in csv.reader(io.StringIO(text), delimiter=delimiter) if any(r)]
    header = table[0]
    if not (len(header) > 3 and "Student" in header[0] and "ID" in header[1]):
        raise ValueError("Invalid header row")
    columns = 3
    if re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        columns = 5
    if "Section" not in header[columns - 1]:
        raise ValueError("Invalid header row")
    assignments = {
        k: name
        for k, name in enumerate(header)
        if k >= columns and not NOT_ASSIGNMENTS.search(name)
    }
    possible, grades = {}, []
    for row in table[1:]:
        if "Points Possible" in row[0]:
            possible = {name: row[k] for k, name in assignments.items()}
            continue
        student = {"name": row[0], "id": canvas_number(row[1]), "sis": row[2], "login": row[3]}
        grades.append({**student, **{name: row[k] for k, name in assignments.items()}})
    return Gradebook(possible, grades)


def test_canvas_takes_the_points_of_everybody(lstmhw: Run, folder: Path) -> None:
    book = gradebook(written("canvas", lstmhw=lstmhw))
    assert book.possible == {"One step of a cell": "4.5"}
    told = [(g["name"], g["One step of a cell"]) for g in book.grades]
    assert told == [
        *(("Ann Lee", "4.5"), ("Bo <b>", "2.5"), ("'=Cleo|1", "3"), ("Dan Ölçer", "1.5")),
        ("eve@uni.example", ""),
    ]
    assert [g["id"] for g in book.grades] == [0] * 5
    assert book.grades[4]["login"] == "eve@uni.example"


@pytest.mark.parametrize("name", ["4711", "4711x", "47 11", "+4711", "-4711", "٤٧", "47@x.org"])
def test_only_digits_are_an_id_for_canvas(name: str) -> None:
    """An id such as 4711x would be that of student 4711."""
    homework = grader().homework
    made = graded(NONE._replace(name=name, score=1.0), Form("canvas"), homework)
    text = LINES["canvas"].header(homework) + line(made, "canvas", homework)
    assert gradebook(text).grades[0]["id"] == (4711 if name == "4711" else 0)


@pytest.mark.parametrize("title", ["Final Grade", "The Current Score of a game", "Section"])
def test_a_title_that_is_no_assignment_for_canvas_is_refused(
    title: str, lstmhw: Run, folder: Path
) -> None:
    text = PROBLEM.replace("One step of a cell", title)
    (folder / "p.yaml").write_text(text)
    refused = lstmhw("grade", "p.yaml", "class.ndjson", "--format", "canvas")
    assert refused.returncode == 2
    assert refused.stderr.startswith("p.yaml:2:8: error: title: expected a title")
    assert refused.stdout == ""
    lstmhw("grade", "p.yaml", "class.ndjson", "--format", "canvas", "-o", "rows.csv")
    assert not (folder / "rows.csv").exists()
    assert lstmhw("grade", "p.yaml", "class.ndjson").stdout


def test_the_rules_of_canvas_refuse_other_headers() -> None:
    """Must fail: the parser here is no yes-man."""
    with pytest.raises(ValueError, match="Invalid header"):
        gradebook("name,ID,SIS User ID,SIS Login ID,Section,x\n")
    with pytest.raises(ValueError, match="Invalid header"):
        gradebook("Student,ID,SIS User ID,Section,x\n")
    assert gradebook("Student,ID,Section,Final Score\n").possible == {}


# Moodle: mod/assign/feedback/offline/importgradeslib.php


class Worksheet(NamedTuple):
    """What Moodle takes from a grading worksheet, by the number of the participant."""

    grades: dict[str, float | None]
    comments: dict[str, str]


def worksheet(text: str) -> Worksheet:
    """A worksheet as Moodle reads it.  Raises ValueError for one that it does not know."""
    header, *table = csv.reader(io.StringIO(text))
    needed = ("Identifier", "Grade", "Last modified (grade)")
    if not set(needed) <= set(header):
        raise ValueError("invalid grade import")
    place = {name: k for k, name in enumerate(header)}
    found = Worksheet({}, {})
    for row in table:
        number = row[place["Identifier"]][len("Participant ") :]
        if not number:
            continue  # no such participant
        grade = row[place["Grade"]]
        found.grades[number] = float(grade) if grade else None
        if place["Feedback comments"]:  # a first column would be passed over
            found.comments[number] = row[place["Feedback comments"]]
    return found


def test_moodle_takes_points_and_comments() -> None:
    homework = grader().homework
    named = [
        row._replace(name=f"Participant {number}")
        for number, row in zip((31, 7, 22, 4, 5), rows(), strict=True)
    ]
    text = LINES["moodle"].header(homework)
    for row in named:
        text += line(graded(row, Form("moodle"), homework), "moodle", homework)
    found = worksheet(text)
    assert found.grades == {"31": 4.5, "7": 2.5, "22": 3, "4": 1.5, "5": None}
    assert found.comments["31"] == "All right."
    assert "c_1 = i_1*g_1 gives 0.1875" in found.comments["7"]
    assert "plus-for-times" not in found.comments["22"]
    assert "expected a number, found the text 'one'" in found.comments["4"]


@pytest.mark.parametrize("name", ["Ann Lee", "abcdefghijkl42", "eve12345678@uni.example", "123"])
def test_no_other_id_is_taken_for_a_participant(name: str) -> None:
    """Moodle passes over twelve characters, whatever they are: the rest would be somebody else."""
    homework = grader().homework
    made = graded(NONE._replace(name=name, score=1.0), Form("moodle"), homework)
    text = LINES["moodle"].header(homework) + line(made, "moodle", homework)
    assert worksheet(text) == Worksheet({}, {})
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Full name"] == name
    assert row["Email address"] == (name if "@" in name else "")
    assert row["Grade"] == "1.0"


def test_comments_are_html() -> None:
    """Moodle shows comments as HTML: a formula with < would open a tag."""
    check = Check("w", "1", None, "wrong", None, None, "w1 + b <= 0 & b > 0.")
    row = NONE._replace(name="a", score=0.0, parts={"": (check,)})
    made = graded(row, Form("moodle"), grader().homework)
    assert made.content == "w: w1 + b &lt;= 0 &amp; b &gt; 0."


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Participant 12", Who(participant="Participant 12")),
        ("Participant 12b", Who()),
        ("a@b.org", Who(email="a@b.org")),
        ("12", Who(number="12")),
        ("Ann", Who()),
    ],
)
def test_an_id_is_what_it_looks_like(name: str, found: Who) -> None:
    assert who(NONE._replace(name=name)) == found


# Gradescope: results.json

KNOWN = {"score", "output", "extra_data", "tests"}
KNOWN_OF_TESTS = {"name", "number", "score", "max_score", "output", "tags", "visibility"}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def results(text: str) -> list[dict[str, Any]]:
    """The results.json objects, each of which keeps the rules."""
    found = [json.loads(each) for each in text.splitlines()]
    for content in found:
        assert content.keys() <= KNOWN
        assert content["score"] == pytest.approx(sum(test["score"] for test in content["tests"]))
        for test in content["tests"]:
            assert test.keys() == KNOWN_OF_TESTS
            assert 0 <= test["score"] <= test["max_score"]
            assert test["visibility"] in VISIBILITIES
            assert all(isinstance(tag, str) for tag in test["tags"])
    return found


def test_gradescope_has_a_test_for_each_symbol(lstmhw: Run, folder: Path) -> None:
    found = results(written("gradescope", lstmhw=lstmhw))
    assert [content["score"] for content in found] == [4.5, 2.5, 3, 1.5, 0]
    assert [test["name"] for test in found[0]["tests"]] == ["c_1", "tanh_c_1", "h_1"]
    assert [test["max_score"] for test in found[0]["tests"]] == [2, 1, 1.5]
    assert [test["score"] for test in found[1]["tests"]] == [0, 1, 1.5]
    assert [content["extra_data"]["name"] for content in found] == [*NAMES]
    assert "could be read: c: expected a number" in found[3]["output"]


def test_what_tells_a_true_value_is_seen_after_the_grades(lstmhw: Run, folder: Path) -> None:
    for content in results(written("gradescope", lstmhw=lstmhw)):
        for test in content["tests"]:
            is_open = test["tags"] == ["right"]
            assert test["visibility"] == ("visible" if is_open else "after_published")
    for content in results(written("gradescope", "--no-answers", lstmhw=lstmhw)):
        assert {test["visibility"] for test in content["tests"]} <= {"visible"}


def test_the_points_are_the_same_in_all_formats(lstmhw: Run, folder: Path) -> None:
    table = csv.DictReader(io.StringIO(written("csv", lstmhw=lstmhw)))
    scores = [float(row["score"] or 0) for row in table]
    moodle = csv.DictReader(io.StringIO(written("moodle", lstmhw=lstmhw)))
    assert [float(row["Grade"] or 0) for row in moodle] == scores
    book = gradebook(written("canvas", lstmhw=lstmhw))
    assert [float(g["One step of a cell"] or 0) for g in book.grades] == scores
    assert [c["score"] for c in results(written("gradescope", lstmhw=lstmhw))] == scores


# Cells


@given(st.sampled_from(["csv", "moodle", "canvas"]), names, st.floats(-9, 9), names)
def test_no_cell_is_a_formula_and_numbers_stay_numbers(
    format: str, name: str, score: float, said: str
) -> None:
    check = Check("w", "1", None, "wrong", None, None, said)
    row = NONE._replace(
        name=name, score=score, where=said, error=said or None, parts={"": (check,)}
    )
    homework = grader().homework
    text = line(graded(row, Form(format), homework), format, homework)
    (cells,) = csv.reader(text.splitlines())
    for cell in cells:
        assert cell == str(score) or not re.match(r"\s*[=+@\t\r-]", cell)
    assert str(score) in cells
    shown = " ".join(name.splitlines())
    assert {shown, f"'{shown}"} & set(cells)


# Pages


def pages(format: str) -> Iterator[str]:
    homework = grader().homework
    return (rendered(row, homework, format) for row in rows())


@pytest.mark.parametrize("format", PAGE_FORMATS)
def test_the_pages_of_a_class(format: str) -> None:
    """Word for word; of HTML what stands in <main>, without the style."""
    shown = [re.sub(r"(?s).*<main>|</main>.*", "", text) for text in pages(format)]
    golden = DATA / f"feedback{FORMATS[format].ending}"
    assert golden.read_text() == "\n=====\n".join(shown)


@pytest.mark.parametrize("format", PAGE_FORMATS)
def test_nobody_else_is_named_on_a_page(format: str) -> None:
    for name, text in zip(NAMES, pages(format), strict=True):
        plain = re.sub(r"[\\']", "", text.replace("&lt;", "<").replace("&gt;", ">"))
        assert name in plain
        assert not [other for other in NAMES if other != name and other in plain]
        assert "class.ndjson" not in text


def test_a_cause_is_told_once() -> None:
    """The forget gate left out at both steps: named at the first, and what follows only follows."""
    text = (
        "kind: lstm-step\nxs: [[1], [2]]\nc_prev: 2\nfind: [c, h]\n"
        "gates: {f: {value: 0.6}, i: {value: 0.25}, g: {value: 0.75}, o: {value: 0.4}}\n"
    )
    marking = grader(text)
    c, h = (2.1875, 2.375), [round(0.4 * math.tanh(c), 5) for c in (2.1875, 2.375)]
    claimed = {"c_1": c[0], "h_1": h[0], "c_2": c[1], "h_2": h[1]}
    data = json.dumps({"name": "a", "claimed": claimed}).encode()
    row = marking.row(Source("class.ndjson", 1, data))
    assert [c.mistake for c in row.checks if c.verdict == "wrong"] == ["forget-gate-omitted"] * 2
    shown = " ".join(rendered(row, marking.homework, "text").split())
    assert shown.count("forget gate f_") == 1
    assert shown.count("wrong:") == 1
    assert "c_2: The same as in c_1." in shown
    assert "should be" not in shown.partition("h_1: ")[2]


def test_a_page_is_made_of_the_blocks_of_every_page() -> None:
    homework = grader().homework
    made = page(rows()[1], homework)
    assert [section.title for section in made.sections] == [
        *("Score", "Your answers", "What was done")
    ]
    assert r"\begin{document}" in render([made], "latex", View())


def test_names_in_pages_are_text(lstmhw: Run, folder: Path) -> None:
    lstmhw("grade", "p.yaml", "class.ndjson", "--feedback", "pages")
    assert "Bo &lt;b&gt;" in (folder / "pages" / "Bo_b.html").read_text()
    assert sorted(path.name for path in (folder / "pages").iterdir()) == [
        *("Ann_Lee.html", "Bo_b.html", "Cleo_1.html", "Dan_Ölçer.html", "eve_uni_example.html")
    ]


def test_pages_from_processes_are_the_same(lstmhw_process: Run, folder: Path) -> None:
    many = "".join(lines().replace("Ann Lee", f"Ann {k}") for k in range(6))
    (folder / "class.ndjson").write_text(many)
    options = ("--feedback-format", "markdown", "--jobs")
    lstmhw_process("grade", "p.yaml", "class.ndjson", "--feedback", "one", *options, "1")
    lstmhw_process("grade", "p.yaml", "class.ndjson", "--feedback", "two", *options, "2")
    one, two = (
        {path.name: path.read_bytes() for path in (folder / name).iterdir()}
        for name in ("one", "two")
    )
    assert len(one) == 30
    assert one == two


# Names of files

WINDOWS = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
WINDOWS |= {f"{device}{k}" for device in ("COM", "LPT") for k in "0123456789¹²³"}


@given(st.lists(names | st.sampled_from(["a", "A", "ä", "a\u0308", "ß", "SS", "nul", "ı", "I"])))
def test_no_two_students_have_one_file(everybody: list[str]) -> None:
    made = PageNames(".html")
    found = [made.of(name) for name in everybody]
    for same in (str.casefold, str.upper, str.lower, lambda s: unicodedata.normalize("NFD", s)):
        assert len({same(name) for name in found}) == len(found)


@given(names | st.sampled_from(sorted(WINDOWS)) | st.sampled_from(["..", "/etc/x", "..\\x", "C:x"]))
def test_a_file_stays_in_its_folder_on_every_system(name: str) -> None:
    found = PageNames(".html").of(name)
    assert Path("/pages", found).resolve().parent == Path("/pages")
    stem, ending = found[:-5], found[-5:]
    assert ending == ".html"
    assert stem
    assert not set(stem) & set('<>:"/\\|?*. \0')
    assert not [c for c in stem if unicodedata.category(c)[0] in "CZ"]
    assert stem.upper() not in WINDOWS
    assert not stem.startswith("-")
    assert len(found.encode()) <= 255


@pytest.mark.parametrize(
    ("everybody", "files"),
    [
        (["Ann", "ann", "ANN"], ["Ann.txt", "ann-2.txt", "ANN-3.txt"]),
        (["ann-2", "ann", "ann"], ["ann-2.txt", "ann.txt", "ann-3.txt"]),
        (["../../etc/passwd", ""], ["etc_passwd.txt", "student.txt"]),
        (["con", "COM1", "aux.txt"], ["con_.txt", "COM1_.txt", "aux_txt.txt"]),
        (["Jean-Luc", "O'Neil"], ["Jean-Luc.txt", "O_Neil.txt"]),
    ],
)
def test_names_of_files(everybody: list[str], files: list[str]) -> None:
    made = PageNames(".txt")
    assert [made.of(name) for name in everybody] == files


# Places


def test_a_folder_with_something_in_it_is_refused(lstmhw: Run, folder: Path) -> None:
    """A page might be written over a submission: nothing is done at all."""
    (folder / "pages").mkdir()
    (folder / "pages" / "Ann_Lee.txt").write_text("mine")
    arguments = ("--feedback", "pages", "--feedback-format", "text", "-o", "rows.csv")
    refused = lstmhw("grade", "p.yaml", "class.ndjson", *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("pages: error: expected a new folder, or an empty one")
    assert (folder / "pages" / "Ann_Lee.txt").read_text() == "mine"
    assert not (folder / "rows.csv").exists()


def test_a_file_is_no_folder(lstmhw: Run, folder: Path) -> None:
    refused = lstmhw("grade", "p.yaml", "class.ndjson", "--feedback", "p.yaml")
    assert refused.returncode == 2
    assert (folder / "p.yaml").read_text() == PROBLEM


def test_only_what_was_asked_for_is_written(lstmhw: Run, folder: Path) -> None:
    before = {path.name for path in folder.iterdir()}
    lstmhw("grade", "p.yaml", "class.ndjson", "--feedback", "pages", "--summary", "s.html")
    assert {path.name for path in folder.iterdir()} - before == {"pages", "s.html"}
    assert len([*(folder / "pages").iterdir()]) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--summary p.yaml", "p.yaml: error: this file is read here"),
        ("--summary class.ndjson", "class.ndjson: error: this file is read here"),
        ("--summary s.html -o s.html", "s.html: error: this place is written to twice"),
        ("--summary f/s.html --feedback f", "f/s.html: error: this place is written to twice"),
        ("-o f/rows.csv --feedback f", "f/rows.csv: error: this place is written to twice"),
        ("--resume -o r --format moodle", "--resume is for csv and ndjson, not for moodle"),
        ("--resume -o r --feedback f", "--resume and --feedback do not go together"),
        ("--resume -o r --anonymous", "--resume and --anonymous do not go together"),
        ("--anonymous --feedback f", "--feedback is a page for each name"),
        *(
            (f"--attempts all --format {format}", f"--format {format} has one line a student")
            for format in ("moodle", "canvas", "gradescope")
        ),
        ("--anonymous --format canvas", "--format canvas needs names"),
    ],
)
def test_what_does_not_go_together(arguments: str, said: str, lstmhw: Run, folder: Path) -> None:
    refused = lstmhw("grade", "p.yaml", "class.ndjson", *arguments.split())
    assert refused.returncode == 2
    assert said in " ".join(refused.stderr.split())
    assert refused.stdout == ""
    assert {path.name for path in folder.iterdir()} == {"p.yaml", "class.ndjson"}
    assert (folder / "class.ndjson").read_text() == lines()


def test_rows_of_course_systems_are_not_added_to(lstmhw: Run, folder: Path) -> None:
    lstmhw("grade", "p.yaml", "class.ndjson", "--format", "moodle", "-o", "rows.csv")
    before = (folder / "rows.csv").read_text()
    assert "Identifier" in before
    refused = lstmhw("grade", "p.yaml", "class.ndjson", "-o", "rows.csv", "--resume")
    assert refused.returncode == 2
    assert (folder / "rows.csv").read_text() == before


# Digits


@pytest.mark.parametrize(
    ("marking", "said"),
    [
        ("{decimals: 3}", "Give each number with at least 3 decimals."),
        ("{decimals: 1}", "Give each number with at least 1 decimal."),
        ("{significant: 3}", "Give each number with at least 3 significant digits."),
        ("{}", ""),
    ],
)
@pytest.mark.parametrize("format", PAGE_FORMATS)
def test_the_digits_that_are_asked_for_are_told_once_where_there_are_too_few(
    marking: str, said: str, format: str
) -> None:
    text = PROBLEM.replace("{points: {c_1: 2, tanh_c_1: 1, h_1: 1.5}}", marking)
    marker = grader(text)
    for claimed, is_coarse in (({"tanh_c": 1, "h": 0}, True), ({"tanh_c": 0.8298, "h": 7}, False)):
        data = json.dumps({"name": "A", "claimed": claimed}).encode()
        row = marker.row(Source("a.json", 1, data))
        verdicts = [check.verdict for check in row.checks]
        assert ("coarse" in verdicts) == is_coarse
        shown = " ".join(rendered(row, marker.homework, format).split())
        assert shown.count("Give each number") == (is_coarse and said != "")
        assert said in shown or not is_coarse
        for system in ("moodle", "gradescope"):
            told = line(graded(row, Form(system), marker.homework), system, marker.homework)
            assert told.count("Give each number") == (is_coarse and said != "")


def test_places_of_a_mistake_are_in_the_order_of_the_working() -> None:
    tally = Tally(grader().homework)
    for wrong in (["h_1"], ["c_1", "h_1"]):
        verdicts = tuple(
            (
                symbol,
                "wrong" if symbol in wrong else "right",
                "sign-error" if symbol in wrong else None,
            )
            for symbol in ("c_1", "h_1")
        )
        tally.add(Graded(NONE, None, verdicts))
    assert "in c_1, h_1" in render([tally.lecture_page()], "table", View())


# Without names


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_nobody_is_named(format: str, lstmhw: Run, folder: Path) -> None:
    for name, text in zip(NAMES, lines().splitlines(), strict=True):
        (folder / "in").mkdir(exist_ok=True)
        (folder / "in" / f"{name}.ndjson").write_text(text + "\n")
    (folder / "in" / "x.ndjson").write_text('{"name": "Fay Gunn", "claimed": \n')
    options = ("--anonymous", "--format", format, "--summary", "s.html")
    shown = lstmhw("grade", "p.yaml", "in", *options)
    told = shown.stdout + shown.stderr + (folder / "s.html").read_text()
    parts = [part for name in (*NAMES, "Fay Gunn") for part in re.findall(r"\w{3,}", name)]
    parts.remove("example")
    assert not [part for part in parts if part in told]
    assert "student 6" in shown.stdout
    assert "student 7" not in shown.stdout


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_rows_without_names_are_not_added_to(format: str, lstmhw: Run, folder: Path) -> None:
    """It cannot be told whose they are; rows of students with such names can be added to."""
    command = ("grade", "p.yaml", "class.ndjson", "--format", format, "-o", "rows")
    lstmhw(*command, "--anonymous")
    before = (folder / "rows").read_text()
    refused = lstmhw(*command, "--resume")
    assert refused.returncode == 2
    assert "rows: error: expected rows with names, found numbers as --anonymous" in refused.stderr
    assert (folder / "rows").read_text() == before
    (folder / "rows").unlink()
    text = lines().replace("Ann Lee", "student 2").replace("Bo <b>", "student 1")
    (folder / "class.ndjson").write_text(text)
    whole = lstmhw(*command).returncode, (folder / "rows").read_text()
    (folder / "rows").write_text("".join(whole[1].splitlines(keepends=True)[:-2]))
    assert (lstmhw(*command, "--resume").returncode, (folder / "rows").read_text()) == whole


def test_a_student_has_one_number() -> None:
    made = Pseudonyms()
    named = [made.row(NONE._replace(name=name)).name for name in ("Bo", "Al", "Bo")]
    assert named == ["student 1", "student 2", "student 1"]


# Without answers


@pytest.mark.parametrize("format", ROW_FORMATS)
@pytest.mark.parametrize("page_format", ["html", *map(at_length, ("markdown", "text"))])
def test_nothing_tells_an_answer(format: str, page_format: str, lstmhw: Run, folder: Path) -> None:
    wrong = lines().partition("\n")[2]  # of those who have not got it right themselves
    (folder / "class.ndjson").write_text(wrong)
    options = ("--feedback", "pages", "--feedback-format", page_format, "--summary", "s.html")
    shown = lstmhw("grade", "p.yaml", "class.ndjson", "--no-answers", "--format", format, *options)
    assert shown.returncode == 2
    files = [*(folder / "pages").iterdir(), folder / "s.html"]
    texts = [shown.stdout, shown.stderr, *(path.read_text() for path in files)]
    checks = [check for row in rows()[1:] for check in row.checks]
    for text in texts:
        assert leaks(text, PROBLEM + wrong, checks) == []
    told = lstmhw("grade", "p.yaml", "class.ndjson", "--feedback", "told", *options[2:4])
    assert told.returncode == 2
    pages = "".join(path.read_text() for path in (folder / "told").iterdir())
    assert leaks(pages, PROBLEM + wrong, checks) != []


# The summary


def test_the_summary_is_a_page_for_all_to_see(lstmhw: Run, folder: Path) -> None:
    shown = lstmhw("grade", "p.yaml", "class.ndjson", "--summary", "s.html")
    assert "for example" in shown.stderr  # the teacher's stays as it is
    text = (folder / "s.html").read_text()
    assert not [name for name in NAMES if name in text]
    assert not re.search(r"https?:|src=|href=|url\(|@import", text)
    assert text.count("<svg") == 2
    assert "the old cell state left out: in c_1" in text
    bars = [float(width) for width in re.findall(r'class="bar"[^>]* width="([\d.]+)"', text)]
    assert bars == [560.0] * 6  # one of each
    assert all(color == "var(--faint)" for color in re.findall(r"svg \.bar { fill: ([^;]*);", text))


def test_bars_are_as_long_as_what_they_count() -> None:
    bars = Counts((Count("a & b", 3, "in c"), Count("d", 1)), "students", "where")
    made = Solution("", "t", "", 4, (Section("s", (bars,)),))
    text = render([made], "html", View())
    widths = [float(width) for width in re.findall(r'class="bar"[^>]* width="([\d.]+)"', text)]
    assert widths[0] == pytest.approx(3 * widths[1], rel=1e-5)
    assert "a &amp; b: in c, 3 students; d, 1 students" in text
    for format in ("table", "markdown", "latex"):
        assert "students" in render([made], format, View())
        assert "3" in render([made], format, View())
