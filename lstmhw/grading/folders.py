"""Folders of submissions, as course systems write them: each file, and whose it is.

Gradescope's bulk export has `submission_metadata.yml` beside a folder for each submission, with
Ruby's symbols as keys (`:submitters:`, `:name:`, `:sid:`, `:email:`).  Moodle's download of an
assignment names folders or files `Name_12345_assignsubmission_file_`, where the number is that of
the participant in its grading worksheet; Canvas' names files `lastfirst_LATE_12345_67890_name`,
where the first number is the student's.
"""

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lstmhw.faults import Fault, printable, some
from lstmhw.grading.tables import ENDINGS
from lstmhw.reading import InputError, headline, within_limit
from lstmhw.reading.headings import NO_HEADINGS, Headings
from lstmhw.reading.nodes import MOST_BYTES, Fields, Items, Node, Scalar, Subject, TextError
from lstmhw.reading.parsing import decoded, parse
from lstmhw.reading.submissions import LINES, READ, Source, Student, cleaned

METADATA = "submission_metadata.yml"
NOT_OURS = ("__MACOSX",)
_MOODLE = re.compile(r"(.+?)_([0-9]+)_assignsubmission_(?:file|onlinetext)_?")
_CANVAS = re.compile(r"([a-z-]+)_(?:LATE_)?([0-9]{3,})_[0-9]{3,}_.+")


class Handed(NamedTuple):
    """What one student, or a group, handed in: where, all files of it, and whose it is."""

    place: str
    files: Sequence[str]
    students: Sequence[Student]


class Named(NamedTuple):
    """A file that is called after a problem, and its path without that."""

    problem: str
    path: str
    rest: str


def in_folder(folder: str, output: str | None, headings: Headings = NO_HEADINGS) -> list[Source]:
    """What was handed in below a folder, in the order of the names of its files.

    Of several problems there may be a file for each, whose name ends with that, or a folder.  The
    file that rows are written to, hidden files and links out of the folder are none of it.  Raises
    InputError where there is nothing, or where Gradescope's list of students cannot be read.
    """
    files = [path for path in _files(folder) if not (output and _is_same(path, output))]
    listed = os.path.join(folder, METADATA)
    students = _gradescope(listed) if os.path.isfile(listed) else None
    sources: list[Source] = []
    if students is not None:
        files = [path for path in files if path != listed]
        handed = list(_of_gradescope(folder, files, students))
    else:
        firsts = dict.fromkeys(_first(path, folder) for path in files)
        parts = [name for name in firsts if headings.named(name)]
        for part in parts:
            sources += in_folder(os.path.join(folder, part), output, headings)
        files = [path for path in files if _first(path, folder) not in parts]
        handed = list(_handed(folder, files, headings))
    sources += [source for each in handed for source in _sources(each, folder, headings)]
    if not sources:
        raise InputError(f"{printable(folder)}: error: expected submissions, found none")
    problem = headings.of_file(folder)
    return [each if each.problem else each._replace(problem=problem) for each in sources]


def _first(path: str, folder: str) -> str:
    """The folder or file next below a folder on the way to a file."""
    return os.path.relpath(path, folder).split(os.sep)[0]


def _sources(handed: Handed, folder: str, headings: Headings) -> Iterator[Source]:
    """A source for each student: of several files the one that has answers, or one a problem."""
    readable = [path for path in handed.files if os.path.splitext(path)[1].lower() in READ]
    found = readable if readable else list(handed.files)
    each = _parts(handed.files, folder, headings)
    for student in handed.students:
        if each:
            parts = tuple(part._replace(student=student) for part in each)
            yield parts[0]._replace(parts=parts)
        elif len(found) == 1 and found[0].lower().endswith(ENDINGS):
            error = f"{found[0]}: error: expected a submission, found a table (grade it by itself)"
            yield Source(found[0], student=student, error=printable(error))
        elif len(found) == 1:
            yield Source(found[0], student=student, problem=headings.of_file(found[0]))
        else:
            names = some(os.path.basename(path) for path in found)
            said = "no file" if not found else f"several: {names}"
            error = f"{handed.place}: error: expected one file with answers, found {said}"
            yield Source(handed.place, student=student, error=printable(error))


def _parts(files: Sequence[str], folder: str, headings: Headings) -> Sequence[Source]:
    """The files of a student that are called after problems; none, where they have many students.

    Other files count where there is not one for each problem.
    """
    named = [each for path in files if (each := _named(path, folder, headings))]
    if not named or any(each.path.endswith((*LINES, *ENDINGS)) for each in named):
        return ()
    sources = [Source(each.path, problem=each.problem) for each in named]
    if {each.problem for each in named} < set(headings.problems):
        own = {each.path for each in named}
        others = (path for path in files if os.path.splitext(path)[1].lower() in READ)
        sources += [Source(path) for path in others if path not in own]
    return sources


def _named(path: str, folder: str, headings: Headings) -> Named | None:
    """The problem that a file, or the folder that it is in below another, is called after."""
    own, name = os.path.split(os.path.splitext(path)[0])
    split = headings.ended(name) or headings.leading(name)
    if split is not None:
        return Named(split.problem, path, os.path.join(own, split.rest).rstrip(os.sep))
    problem = None if os.path.samefile(own, folder) else headings.named(os.path.basename(own))
    return Named(problem, path, os.path.dirname(own)) if problem else None


def _handed(folder: str, files: Sequence[str], headings: Headings) -> Iterator[Handed]:
    """What is in a folder that no list describes."""
    below: dict[str | Student, list[str]] = {}
    for path in files:
        first = _first(path, folder)
        match = _MOODLE.match(first) or _CANVAS.fullmatch(first)
        named = _named(path, folder, headings)
        rest = path if named is None else named.rest
        is_file = path == os.path.join(folder, first)
        own = rest if is_file else os.path.join(folder, first)
        key = Student(match[2], cleaned(match[1])) if match else own
        below.setdefault(key, []).append(path)
    for key, paths in below.items():
        if isinstance(key, Student):
            yield Handed(os.path.join(folder, _first(paths[0], folder)), paths, [key])
            continue
        rests = {named.rest for path in paths if (named := _named(path, folder, headings))}
        if key in rests or (len(paths) == 1 and paths[0] != key):
            place = paths[0] if len(paths) == 1 else key
            yield Handed(place, paths, [_by_path(folder, key)])
        else:
            yield from _by_paths(folder, paths, headings)


def _by_paths(folder: str, paths: Sequence[str], headings: Headings) -> Iterator[Handed]:
    """What students handed in who are called by the paths of files, without a problem's name."""
    below: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        named = _named(path, folder, headings)
        key = os.path.splitext(path) if named is None else (named.rest, "")
        below.setdefault(key, []).append(path)
    for (stem, _), own in below.items():
        yield Handed(own[0] if len(own) == 1 else stem, own, [_by_path(folder, stem)])


def _by_path(folder: str, stem: str) -> Student:
    """A student who is called by the path of a file, without its ending, or by the folder."""
    path = os.path.relpath(stem, folder)
    return Student(name=cleaned(os.path.basename(os.path.abspath(stem)) if path == "." else path))


def _files(folder: str) -> list[str]:
    """All files below a folder, by name."""
    found: list[str] = []
    root = os.path.realpath(folder)
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        paths = (os.path.join(place, name) for name in names if not _is_hidden(name))
        found += (path for path in paths if os.path.isfile(path) and _is_below(path, root))
    return sorted(found)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in NOT_OURS


def _is_below(path: str, root: str) -> bool:
    """Whether a path that may be a link leads to something below the folder."""
    return os.path.realpath(path).startswith(root.rstrip(os.sep) + os.sep)


def _is_same(path: str, other: str) -> bool:
    return os.path.exists(other) and os.path.samefile(path, other)


def _of_gradescope(
    folder: str, files: Sequence[str], students: dict[str, list[Student]]
) -> Iterator[Handed]:
    """What each entry of Gradescope's list stands for; files of none are told by their paths."""
    below: dict[str, list[str]] = {key: [] for key in students}
    for path in files:
        first = os.path.relpath(path, folder).split(os.sep)[0]
        if first in below:
            below[first].append(path)
        else:
            yield from _by_paths(folder, [path], NO_HEADINGS)
    for key, paths in below.items():
        yield Handed(os.path.join(folder, key), paths, students[key])


def _gradescope(path: str) -> dict[str, list[Student]]:
    """The students of each folder.  Raises InputError."""
    with open(path, "rb") as file:
        data = within_limit(file.read(MOST_BYTES + 1), printable(path))
    try:
        root, _ = parse(decoded(data), Subject("list of submissions", "submission_1"))
    except TextError as error:
        mark, fault = error.placed[0]
        raise InputError(headline(printable(path), mark, fault)) from None
    if not isinstance(root, Fields):
        fault = Fault((), "expected a folder's name with its `:submitters:`")
        raise InputError(headline(printable(path), root.mark, fault))
    return {key: _submitters(value) for key, (_, value) in root.entries.items()}


def _submitters(entry: Node) -> list[Student]:
    """Who is named in an entry of Gradescope's list."""
    there = _entries(entry).get("submitters")
    people = there.nodes if isinstance(there, Items) else []
    found = [_student(_entries(person)) for person in people]
    return found or [Student()]


def _student(person: dict[str, Node]) -> Student:
    texts = {key: cleaned(node.text) for key, node in person.items() if isinstance(node, Scalar)}
    ids = [texts[key] for key in ("sid", "email") if texts.get(key)]
    id = ids[0] if ids else ""
    return Student(id, texts.get("name") or id, is_certain=True, others=tuple(ids[1:]))


def _entries(node: Node) -> dict[str, Node]:
    """A mapping with Ruby's symbols as keys, without their colons."""
    if not isinstance(node, Fields):
        return {}
    return {key.strip(":"): value for key, (_, value) in node.entries.items()}
