"""One class, written as each course system writes it, by nothing of what reads it.

Moodle: mod/quiz/report/responses and question/type/multianswer; Canvas: student_analysis.rb, which
drops blanks without an answer and sorts the newest first; Gradescope: submission_metadata.yml.
"""

import csv
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

SYMBOLS = ("c_2", "h_2")
TRUE = {"c_2": (1.1472880, 2.1361838), "h_2": (0.2722840, 0.9724781)}
"""Of the shipped problem q2."""
Numbers = tuple[str, str] | str | None
"""Two numbers as typed, with points; what else was typed; or nothing."""


class Pupil(NamedTuple):
    """A student, and what was typed for each symbol; `comma` is how decimals were written."""

    first: str
    last: str
    mail: str
    number: str
    sid: str
    answers: dict[str, Numbers]
    comma: bool

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def typed(self, symbol: str) -> Sequence[str]:
        """The two numbers, or twice what was typed in their stead."""
        given = self.answers[symbol]
        if given is None:
            return ("", "")
        two = (given, given) if isinstance(given, str) else given
        return [text.replace(".", ",") for text in two] if self.comma else two

    def together(self, symbol: str) -> str:
        """Both numbers in one box."""
        given = self.answers[symbol]
        if given is None or isinstance(given, str):
            return given or ""
        return "; ".join(self.typed(symbol))


def a_class(seed: int, count: int = 30) -> list[Pupil]:
    """Right and wrong answers, rounded and left out, and some that are no numbers."""
    generator = random.Random(seed)
    names = ["Zoë", "Jürgen", "Ann", "Łukasz", "O'Neil", "Mary Jane", "李"]
    pupils = []
    for k in range(count):
        answers = {symbol: _numbers(symbol, generator) for symbol in SYMBOLS}
        first, last = generator.choice(names), f"{generator.choice(names)}-{k}"
        ids = (f"pupil{k}@uni.edu", str(70_000 + 7 * k), f"s{1000 + k}")
        pupils.append(Pupil(first, last, *ids, answers, generator.random() < 0.3))
    return pupils


def _numbers(symbol: str, generator: random.Random) -> Numbers:
    way = generator.choice(("right", "right", "round", "slip", "swapped", "other", "none", "text"))
    one, two = TRUE[symbol]
    digits = generator.choice((4, 5, 6))  # 1,147 may be over a thousand
    match way:
        case "none":
            return None
        case "text":
            return generator.choice(("idk", "see paper"))
        case "slip":
            two += generator.choice((0.1, -0.3))
        case "swapped":
            one, two = TRUE["h_2" if symbol == "c_2" else "c_2"]
        case "other":
            one, two = generator.uniform(-2, 2), generator.uniform(-2, 2)
        case "round":
            digits = 2
    return f"{one:.{digits}f}", f"{two:.{digits}f}"


def ndjson(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    lines = []
    for pupil in pupils:
        claimed = {s: _as_json(pupil, s) for s in SYMBOLS}
        lines.append(json.dumps({"id": pupil.mail, "name": pupil.name, "claimed": claimed}))
    (folder / "class.ndjson").write_text("\n".join(lines) + "\n")
    return ["class.ndjson"]


def _as_json(pupil: Pupil, symbol: str) -> object:
    given = pupil.answers[symbol]
    return list(pupil.typed(symbol)) if isinstance(given, tuple) else given


def plain(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    rows = [["name", "c_2[1]", "c_2[2]", "H_2", "remarks", "id"]]
    for pupil in pupils:
        rows.append([pupil.name, *pupil.typed("c_2"), pupil.together("h_2"), "-", pupil.mail])
    write_table(folder / "plain.csv", rows)
    return ["plain.csv"]


def moodle(folder: Path, pupils: Sequence[Pupil], part: str = "part %d: %s") -> list[str]:
    header = ["Last name", "First name", "Email address", "Status", "Started", "Completed"]
    rows = [[*header, "Duration", "Grade/2.00", "Response 1", "Response 2"]]
    for pupil in pupils:
        cells = []
        for symbol in SYMBOLS:
            parts = (part % (k, text) for k, text in enumerate(pupil.typed(symbol), 1))
            cells.append("-" if pupil.answers[symbol] is None else "; ".join(parts))
        when = ["Finished", "3 October 2024 10:00 AM", "3 October 2024 10:20 AM", "20 mins"]
        rows.append([pupil.last, pupil.first, pupil.mail, *when, "1.00", *cells])
    rows.append(["Overall average", "", "", "", "", "", "", "0.98", "", ""])
    write_table(folder / "responses.csv", rows)
    (folder / "moodle.yaml").write_text(
        "id: Email address\nname: [First name, Last name]\nanswers:\n"
        "  c_2: [Response 1/part 1, Response 1/part 2]\n"
        "  h_2: [Response 2/part 1, Response 2/part 2]\n"
    )
    return ["responses.csv", "--map", "moodle.yaml"]


def french(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    return moodle(folder, pupils, "partie %d : %s")


def canvas(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    header = ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted"]
    asked = ["98: What is\nthe cell state?", "1.0", "99: And h_2, so?", "1.0"]
    rows = [[*header, *asked, "n correct", "n incorrect", "score"]]
    for pupil in pupils:
        cells = []
        for symbol in SYMBOLS:
            blanks = [] if pupil.answers[symbol] is None else pupil.typed(symbol)
            cells += [",".join(blank.replace(",", "\\,") for blank in blanks), "0.5"]
        who = [pupil.name, pupil.number, pupil.sid, "A, B", "1, 2", "x", "2024-10-03 10:20:00 UTC"]
        rows.append([*who, *cells, "1", "1", "1.0"])
    write_table(folder / "analysis.csv", rows)
    (folder / "canvas.yaml").write_text(
        'answers:\n  c_2: [98/part 1, 98/part 2]\n  h_2: ["99: And/part 1", 99/part 2]\n'
    )
    return ["analysis.csv", "--map", "canvas.yaml"]


def form(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    rows = [["Timestamp", "Email Address", "Name", "c₂", "h_2 (two numbers)"]]
    for k, pupil in enumerate(pupils):
        texts = [pupil.together(symbol) for symbol in SYMBOLS]
        if k % 2:
            texts = [f"≈ ({text})" if ";" in text else text for text in texts]
        when = f"2024/10/03 2:{k:02d}:12 PM GMT+2"
        rows.append([when, pupil.mail, pupil.name, *(t.replace("-", "−") for t in texts)])
    write_table(folder / "form.csv", rows, ";", "utf-8-sig")
    return ["form.csv"]


def excel(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    """What Excel calls Unicode text."""
    rows = [["ID", "Full name", "c2", "h2"]]
    rows += [[p.mail, p.name, *map(p.together, SYMBOLS)] for p in pupils]
    write_table(folder / "unicode.txt", rows, "\t", "utf-16")
    return ["unicode.txt"]


def files(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    (folder / "files").mkdir()
    for k, pupil in enumerate(pupils):
        ending, write = WRITERS[k % 3]
        (folder / "files" / f"{k:02d}.{ending}").write_text(write(pupil, is_named=True))
    return ["files"]


def gradescope(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    top = folder / "assignment_1_export"
    lines = []
    for k, pupil in enumerate(pupils):
        place = top / f"submission_{k:02d}"
        place.mkdir(parents=True)
        ending, write = WRITERS[k % len(WRITERS)]
        (place / f"answers.{ending}").write_text(write(pupil, is_named=False))
        (place / "scan.pdf").write_bytes(b"%PDF-1.7 \x00\xff")
        lines += [f"submission_{k:02d}:", "  :submitters:", f"  - :name: {json.dumps(pupil.name)}"]
        lines += [f"    :sid: {pupil.sid}", f"    :email: {pupil.mail}", "  :status: processed"]
    (top / "submission_metadata.yml").write_text("---\n" + "\n".join(lines) + "\n")
    return ["assignment_1_export"]


def _yaml(pupil: Pupil, is_named: bool) -> str:
    lines = [f"id: {pupil.mail}", f"name: {json.dumps(pupil.name)}"] if is_named else []
    lines.append("claimed:")
    for symbol in SYMBOLS:
        given = pupil.answers[symbol]
        text = "null" if given is None else json.dumps(pupil.together(symbol))
        lines.append(f"  {symbol}: {text}")
    return "\n".join(lines) + "\n"


def _json(pupil: Pupil, is_named: bool) -> str:
    who = {"id": pupil.mail, "name": pupil.name} if is_named else {}
    claimed = {symbol: _as_json(pupil, symbol) for symbol in SYMBOLS}
    return json.dumps({**who, "claimed": claimed}, indent=2)


def _text(pupil: Pupil, is_named: bool) -> str:
    lines = [f"Name: {pupil.name}\nID: {pupil.mail}\n\nMy answers"] if is_named else []
    return "\n".join([*lines, *(f"{s} = {pupil.together(s)}" for s in SYMBOLS)])


def _notebook(pupil: Pupil, is_named: bool) -> str:
    """One answer assigned, the other computed and printed."""
    assert not is_named  # names in code may be about anything
    first = ["id, name = 1, 'network'\n"]
    first += ["import numpy as np\n", "%matplotlib inline\n", "c_2 = np.zeros(2)\n"]
    first += ["c_2 = 1 * c_2\n", f"c_2 = {_python(pupil, 'c_2')}\n"]
    said = {"output_type": "stream", "name": "stdout", "text": [f"{pupil.together('h_2')}\n"]}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["h_2 = 77"]},
        {"cell_type": "code", "metadata": {}, "source": first, "outputs": []},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "h_2 = o * np.tanh(c_2)\nprint(h_2)",
            "outputs": [said] if pupil.answers["h_2"] is not None else [],
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _python(pupil: Pupil, symbol: str) -> str:
    given = pupil.answers[symbol]
    if isinstance(given, tuple) and not pupil.comma:
        return f"np.array([{', '.join(given)}])"
    return repr(pupil.together(symbol))


WRITERS: tuple[tuple[str, Callable[..., str]], ...] = (
    ("yaml", _yaml),
    ("txt", _text),
    ("json", _json),
    ("ipynb", _notebook),
)


def write_table(
    path: Path, rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
