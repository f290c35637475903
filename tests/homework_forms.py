"""Answers to two problems with the same symbols, as a class may hand them in together."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from class_forms import SYMBOLS, TRUE, write_table

PROBLEMS = ("q2", "twin")
Typed = tuple[str, str] | str | None
"""Two numbers as typed; what else was typed; or nothing."""


class Pupil(NamedTuple):
    """A student, and what was typed, by problem and symbol."""

    mail: str
    name: str
    answers: Mapping[str, Mapping[str, Typed]]

    def text(self, problem: str, symbol: str) -> str:
        """Both numbers in one box."""
        given = self.answers[problem][symbol]
        return "; ".join(given) if isinstance(given, tuple) else given or ""

    def parts(self, problem: str, symbol: str) -> Sequence[str]:
        """A box for each number."""
        given = self.answers[problem][symbol]
        return given if isinstance(given, tuple) else (given or "", given or "")

    def claimed(self, problem: str) -> dict[str, object]:
        return {s: self.answers[problem][s] for s in SYMBOLS}


WAYS = ("right", "right", "right", "round", "other", "none", "text")


def a_class(
    seed: int,
    twin: Mapping[str, tuple[float, float]],
    ways: Sequence[str] = (*WAYS, "twin"),
    count: int = 30,
) -> list[Pupil]:
    """Right and wrong answers, some to the other problem, rounded, left out, or no numbers."""
    generator = random.Random(seed)
    true = {"q2": TRUE, "twin": twin}
    return [
        Pupil(
            f"pupil{k}@uni.edu",
            f"Pat Doe-{k}",
            {
                p: {s: _typed(generator.choice(ways), true, p, s, generator) for s in SYMBOLS}
                for p in PROBLEMS
            },
        )
        for k in range(count)
    ]


def _typed(
    way: str,
    true: Mapping[str, Mapping[str, tuple[float, float]]],
    problem: str,
    symbol: str,
    generator: random.Random,
) -> Typed:
    if way in ("none", "text"):
        return None if way == "none" else "see paper"
    if way == "twin":
        problem = PROBLEMS[1 - PROBLEMS.index(problem)]
    one, two = true[problem][symbol]
    if way == "other":
        one, two = generator.uniform(-2, 2), generator.uniform(-2, 2)
    digits = 2 if way == "round" else generator.choice((4, 5, 6))
    return f"{one:.{digits}f}", f"{two:.{digits}f}"


def nested(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    lines = [
        json.dumps({"id": p.mail, "name": p.name, "claimed": {q: p.claimed(q) for q in PROBLEMS}})
        for p in pupils
    ]
    (folder / "class.ndjson").write_text("\n".join(lines) + "\n")
    return ["class.ndjson"]


def named(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    """Each answer with the name of its problem, in several ways."""
    (folder / "files").mkdir()
    for k, pupil in enumerate(pupils):
        mark = (".", "_", ": ", " ")[k % 4]
        flat = {f"{q}{mark}{s}": pupil.answers[q][s] for q in PROBLEMS for s in SYMBOLS}
        text = json.dumps({"id": pupil.mail, "name": pupil.name, "claimed": flat})
        (folder / "files" / f"{k:02d}.json").write_text(text)
    return ["files"]


def titles(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    rows = [["E-mail", "Name", "q2 c_2", "Q2: h_2 (two numbers)", "twin.c2[1]", "twin.c2[2]"]]
    rows[0].append("4711: Twin h_2")
    for pupil in pupils:
        one = [pupil.text("q2", symbol) for symbol in SYMBOLS]
        other = [*pupil.parts("twin", "c_2"), pupil.text("twin", "h_2")]
        rows.append([pupil.mail, pupil.name, *one, *other])
    write_table(folder / "table.csv", rows)
    return ["table.csv"]


def moodle(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    """A quiz with a cloze question for each problem, and a map with the answers by problem."""
    rows = [["Last name", "First name", "Email address", "Status", "Started", "Completed"]]
    rows[0] += ["Duration", "Grade/4.00", "Response 1", "Response 2"]
    for pupil in pupils:
        cells = []
        for problem in PROBLEMS:
            texts = [text for symbol in SYMBOLS for text in pupil.parts(problem, symbol)]
            said = (f"part {k}: {text or '-'}" for k, text in enumerate(texts, 1))
            cells.append("; ".join(said))
        first, last = pupil.name.split()
        when = ["Finished", "3 October 2024 10:00 AM", "3 October 2024 10:20 AM", "20 mins"]
        rows.append([last, first, pupil.mail, *when, "1.00", *cells])
    write_table(folder / "responses.csv", rows)
    lines = ["id: Email address", "name: [First name, Last name]", "answers:"]
    for k, problem in enumerate(PROBLEMS, 1):
        lines.append(f"  {problem}:")
        for start, symbol in zip((1, 3), SYMBOLS, strict=True):
            two = ", ".join(f"Response {k}/part {n}" for n in (start, start + 1))
            lines.append(f"    {symbol}: [{two}]")
    (folder / "map.yaml").write_text("\n".join(lines) + "\n")
    return ["responses.csv", "--map", "map.yaml"]


def headings(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    """Texts, notebooks and scripts in which a problem's name stands above its answers."""
    writers = (_text, _markdown, _script, _notebook)
    return _export(folder, pupils, lambda k, pupil: dict([writers[k % 4](pupil)]))


def a_file_each(folder: Path, pupils: Sequence[Pupil]) -> list[str]:
    return _export(folder, pupils, lambda k, pupil: _files(pupil))


def _files(pupil: Pupil) -> dict[str, str]:
    return {
        f"{pupil.mail.partition('@')[0]}-{problem}.txt": "\n".join(_lines(pupil, problem))
        for problem in PROBLEMS
    }


def _lines(pupil: Pupil, problem: str) -> list[str]:
    return [f"{symbol} = {pupil.text(problem, symbol)}" for symbol in SYMBOLS]


def _text(pupil: Pupil) -> tuple[str, str]:
    first, second = (", ".join(_lines(pupil, problem)) for problem in PROBLEMS)
    return "answers.txt", f"My answers\n\nQuestion 2\n{first}\n\nTwin: {second}\n"


def _markdown(pupil: Pupil) -> tuple[str, str]:
    first, second = ("\n".join(f"- {x}" for x in _lines(pupil, p)) for p in PROBLEMS)
    return "answers.md", f"# Homework\n\n## Q2 the LSTM\n{first}\n\n**twin**\n\n{second}\n"


def _assigned(pupil: Pupil, problem: str) -> list[str]:
    return [
        f"{s} = {list(map(float, given))}" if isinstance(given, tuple) else f"{s} = {given!r}"
        for s, given in pupil.answers[problem].items()
    ]


def _script(pupil: Pupil) -> tuple[str, str]:
    first, second = ("\n".join(_assigned(pupil, problem)) for problem in PROBLEMS)
    return (
        "answers.py",
        f"import numpy as np\n# q2: the LSTM\n{first}\n\n# --- twin ---\n{second}\n",
    )


def _notebook(pupil: Pupil) -> tuple[str, str]:
    """One problem under a heading, the other in a mapping."""
    mapping = ", ".join(f"{s!r}: {pupil.text('twin', s)!r}" for s in SYMBOLS)
    cells = [
        {"cell_type": "markdown", "source": ["# Homework\n", "## Question 2"]},
        {"cell_type": "code", "source": "\n".join(_assigned(pupil, "q2")), "outputs": []},
        {"cell_type": "code", "source": f"answers = {{'twin': {{{mapping}}}}}", "outputs": []},
    ]
    return "answers.ipynb", json.dumps({"cells": cells, "nbformat": 4})


def _export(
    folder: Path, pupils: Sequence[Pupil], files: Callable[[int, Pupil], Mapping[str, str]]
) -> list[str]:
    """Gradescope's export with the files of each student."""
    top = folder / "export"
    lines = []
    for k, pupil in enumerate(pupils):
        place = top / f"submission_{k:02d}"
        place.mkdir(parents=True)
        for name, text in files(k, pupil).items():
            (place / name).write_text(text)
        lines += [f"submission_{k:02d}:", "  :submitters:", f"  - :name: {pupil.name}"]
        lines.append(f"    :email: {pupil.mail}")
    (top / "submission_metadata.yml").write_text("---\n" + "\n".join(lines) + "\n")
    return ["export"]


FORMS: Mapping[str, Callable[[Path, Sequence[Pupil]], list[str]]] = {
    "nested": nested,
    "named": named,
    "titles": titles,
    "moodle": moodle,
    "headings": headings,
    "a file each": a_file_each,
}
